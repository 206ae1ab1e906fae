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

#ifndef SIGN_RESUME_H
#define SIGN_RESUME_H

#include "decide.h"
#include "proto_resume.h"

/*
 * Session resumption (RFC 5723): the tickets that we give, those that peers
 * gave us, and what is decided on them.  See proto_resume.h for why it is
 * here.  A ticket of ours is
 *  - one of an IKE SA that tmd, not ike, has described (resume_make());
 *  - good until it expires, which is never later than the proof it rests on,
 *    nor than TICKET_LIFE_MAX;
 *  - one with a PPK where the tunnel requires one;
 *  - used up by the verdict that rests on it (RFC 5723 section 4.3.1), and
 *    void when tmd says so, when the pre-shared key of the proof is no longer
 *    the tunnel's, and, if certd judged the peer, when the policy was loaded
 *    anew or certd began again since then, for then nobody looks at news of
 *    that certificate any more.  It counts when the peer was judged, not when
 *    the ticket was made: another ticket of the same session is no better.
 * For one that is kept the same holds; it is let go by the first signature for
 * its tunnel, with it or without, so that no ticket fails twice.
 */
struct resumer;

/* told (may be NULL): the ticket kept for a tunnel is good until then; 0. */
struct resumer	*resumer_new(void (*told)(void *, uint32_t, uint64_t),
		    void *arg);
void		 resumer_free(struct resumer *);
/* There is a new tmd: says of all that are kept. */
void		 resumer_tell(struct resumer *);

/*
 * Wipes what has ended by itself: keys of tickets, tickets that are kept and
 * were not shown in time or to no end.  Called each RESUME_TIDY seconds.
 */
void	resumer_tidy(struct resumer *, uint64_t now);
#define RESUME_TIDY	600

/*
 * TICKET_MAKE, with tmd's answer.  out->opaque points into room, if a ticket
 * was made.
 */
void	resume_make(struct signer *s, const struct mk_make *m,
	    const struct mv_proof *p, uint64_t now, struct mk_made *out,
	    uint8_t room[RESUME_OPAQUE]);
/* How long its ticket lives, unless the proof ends before. */
uint32_t resume_seconds(const struct mk_make *m);
/*
 * RESUME of worker inst: as initiator which ticket to show (out->opaque is
 * m's lifetime, or the kept one's), as responder what keys one has.  The
 * caller wipes out.
 */
void	resume_ask(struct signer *s, unsigned int inst,
	    const struct mk_resume *m, uint64_t now, struct mk_resumed *out);
/*
 * SIGN where a ticket was shown; keys: for ike, before *out; to be wiped, as
 * out->auth.
 */
void	resume_sign(struct signer *s, unsigned int inst,
	    const struct mk_context *c, uint64_t now, struct mk_signed *out,
	    struct mk_resumed *keys);
/* AUTH_CHECK of the same, as decide_check(). */
int	resume_check(struct signer *s, unsigned int inst,
	    const struct mk_check *m, uint64_t now, struct mv_verdict *v,
	    struct mk_checked *out);

/* TICKETS_VOID of tmd; certd is gone; a full exchange for this tunnel. */
void	resume_void(struct signer *s, const struct mv_void *m, uint64_t now);
void	resume_certd_gone(struct signer *s, uint64_t now);
void	resume_let_go(struct signer *s, uint32_t tunnel);

#endif /* SIGN_RESUME_H */
