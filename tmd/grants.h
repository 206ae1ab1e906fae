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

#ifndef TMD_GRANTS_H
#define TMD_GRANTS_H

#include "sess.h"
#include "snapshot.h"

/*
 * Grants: design section 4.  One is made of a verdict and a ceiling alone;
 * what ike says is no input.
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
unsigned int	grants_fill(const struct grant_input *in,
		    struct wt_grant *g, char *why, size_t size);

/*
 * When one authentication ends (CLOCK_BOOTTIME): the earliest of the
 * tunnel's lifetime, the credential's end (real-time clock; 0: none), and,
 * unless a tunnel at its end is removed, those of its children.  0: never.
 */
uint64_t	grants_expiry(const struct pol_tunnel *t, uint64_t cred_end,
		    uint64_t now, uint64_t now_real);

#define GRANT_LATE_S	5	/* at the most, behind the proof */

/*
 * One child's grant: to the parent first, then to ike.  host is a generic
 * child's, or NULL; late: the session is up.  Returns the grant, or NULL with
 * the reason in why.
 */
struct grant	*grants_child(struct session *s, const struct tun_child *c,
		    const struct wt_addr *host, int late, char *why,
		    size_t size);

/*
 * Grants one child more to a session that is up.  Returns the grant, or
 * NULL with the reason in why.
 */
struct grant	*grants_late(struct session *s, uint32_t child, char *why,
		    size_t size);

/* The same of a generic child, for the address that the peer has named. */
struct grant	*grants_host(struct session *s, const struct tun_child *c,
		    const struct wt_addr *host, char *why, size_t size);

/*
 * The policy has other terms for a grant that stands (algorithms, hard
 * limits): it gets them under its number, at the parent and at ike.  0, or
 * -1 with the reason in why.
 */
int		 grants_again(const struct grant *g, char *why, size_t size);

#endif /* TMD_GRANTS_H */
