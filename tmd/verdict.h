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

/* What a grant is made of. */
struct grant_input {
	const struct pol_child	*child;
	const uint8_t		*ticket, *peer;
	uint8_t			 slot;
	struct wt_sock		 local, remote;	/* outer, of the verdict */
	const struct wt_addr	*host;		/* generic; NULL: not said */
	uint64_t		 expiry;	/* of the authentication */
	uint32_t		 id;
	uint32_t		 generation;
};

/*
 * Fills g (but for the memo).  Pure.  Returns RSN_OK, or why there is none
 * with a sentence in why.
 */
unsigned int	verdict_grant(const struct grant_input *in,
		    struct wt_grant *g, char *why, size_t size);

/*
 * When one authentication ends (CLOCK_BOOTTIME): the earliest of the
 * tunnel's lifetime, the children's ceilings and the credential's end
 * (real-time clock; 0: none).  0: never.
 */
uint64_t	verdict_expiry(const struct pol_tunnel *t, uint64_t cred_end,
		    uint64_t now, uint64_t now_real);

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
/* Tries those on hold again: room for grants, or another generation. */
void	verdict_retry(void);

/*
 * Grants one child more to a session that is up.  Returns the grant, or
 * NULL with the reason in why.
 */
struct grant *verdict_late_grant(struct session *s, uint32_t child, char *why,
		    size_t size);

/* The same of a generic child, for the address that the peer has named. */
struct grant *verdict_host_grant(struct session *s, const struct tun_child *c,
		    const struct wt_addr *host, char *why, size_t size);
/* Tells ike that all grants are out; again after verdict_host_grant(). */
void	verdict_granted(const struct session *s);

#define VERDICTS_HELD	1024	/* more are denied: the peers try again */
#define SESSIONS_MAX	65536	/* in all */
#define SAME_ID_MAX	1024	/* sessions of one identity in one tunnel */
#define GRANTED_MS	30000	/* from GRANTED to SESSION_UP */

#endif /* TMD_VERDICT_H */
