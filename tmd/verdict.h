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

#ifndef TMD_VERDICT_H
#define TMD_VERDICT_H

#include "proto_sign_tmd.h"
#include "sess.h"
#include "snapshot.h"

/*
 * From a verdict (who) to grants (what): design section 4.  A grant is made
 * of a verdict and a ceiling alone; what ike says is no input.
 */

/*
 * A verdict came off certd-sign's pipe, or certd's: grants it, denies it, or
 * holds it.  certd's is no word about a peer with a pre-shared key, nor
 * certd-sign's about one with a certificate or key.
 */
void	verdict_take(const struct mv_verdict *v, int by_certd);
/*
 * certd takes its word back: sessions that rest on a verdict of its with this
 * fingerprint end at once, and their grants with them.
 */
void	verdict_withdrawn(const uint8_t fingerprint[32], const char *text);
/* Those of them that are on hold are denied. */
void	verdict_let_go(const uint8_t fingerprint[32], const char *text);
/* Tries those on hold again: room for grants, or another generation. */
void	verdict_retry(void);
unsigned int verdict_held(void);	/* how many are on hold */

/* Tells ike that all grants are out; again after grants_host(). */
void	verdict_granted(const struct session *s);

#define VERDICTS_HELD	1024	/* more are denied: the peers try again */
#define SESSIONS_MAX	65536	/* in all */
#define SAME_ID_MAX	1024	/* sessions of one identity in one tunnel */
#define GRANTED_MS	30000	/* from GRANTED to SESSION_UP */

#endif /* TMD_VERDICT_H */
