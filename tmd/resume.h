/*
 * Copyright (c) 2026 The ikd authors
 *
 * Permission to use, copy, modify, and distribute this software for any
 * purpose with or without fee is hereby granted, provided that the above
 * copyright notice and this permission notice appear in all copies.
 *
 * THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES
 * WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
 * MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR
 * ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
 * WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
 * ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF
 * OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
 */

#ifndef TMD_RESUME_H
#define TMD_RESUME_H

#include "proto_resume.h"
#include "sess.h"

/*
 * Session resumption (RFC 5723), tmd's part: it says who stands behind a
 * session that a ticket is to be made of, when tickets fall, and whether an
 * order may be carried out with one.  Tickets and keys are certd-sign's
 * (proto_resume.h).
 *
 * A session that ends because the peer, or a process of ours, is gone can be
 * resumed; one that anybody ended on purpose cannot (section 6.2).
 */

/* certd-sign's PROOF_WANT, answered; its TICKET_KEPT. */
void	resume_wanted(const struct mv_want *m);
void	resume_kept(const struct mv_kept *m);
/* certd-sign is gone, and with it all tickets. */
void	resume_sign_gone(void);

/* They fall: those of the session's SPI pair, of a tunnel, of a proof. */
void	resume_void_session(struct session *s);
void	resume_void_tunnel(const struct tunnel *t);
void	resume_void_proof(const uint8_t fingerprint[32]);
/* Does a session that ended for this reason leave them? */
int	resume_survives(unsigned int code);

/*
 * Has what this verdict resumes fallen, in a word that certd-sign had not heard
 * when it gave it?
 */
int	resume_crossed(const struct mv_verdict *v);

/* May the order that goes to this address show a ticket? */
int	resume_may(const struct tunnel *t, const struct wt_addr *remote);
/* The session that this verdict resumes, if it is still there, or NULL. */
struct session *resume_old(const struct mv_verdict *v,
	    const struct tunnel *t);

#endif /* TMD_RESUME_H */
