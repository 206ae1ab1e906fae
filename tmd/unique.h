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

#ifndef TMD_UNIQUE_H
#define TMD_UNIQUE_H

#include <stdint.h>

/*
 * unique-id: what becomes of sessions whose peers prove the same identity.
 * Pure.  policy is enum unique_policy:
 *	keep	a new one is refused while an old one lives, INITIAL_CONTACT
 *		or not
 *	never	all live side by side, INITIAL_CONTACT is ignored: that of such
 *		a session, and for such a one that of another tunnel
 *	no	all live until a peer says INITIAL_CONTACT
 *	replace	a new one ends the old ones
 */
enum unique_act { UQ_ACCEPT, UQ_REPLACE, UQ_REJECT };

/* A verdict came; others: live sessions of this identity and tunnel. */
enum unique_act unique_verdict(unsigned int policy, unsigned int others,
		    int initiator);

/* What the two rules below must know of a session. */
struct unique_session {
	int		initiator;	/* by our initiative */
	uint64_t	up_ms;		/* when it came up */
	const uint8_t	*spi_i;		/* of its first SPI pair, 8 octets */
	unsigned int	 policy;	/* its tunnel's */
};

/*
 * RFC 7296 section 2.4: the peer says that the new session s is its only one.
 * Must this other one end?  One that we began and that came up only now does
 * not: the peer may have written its words before it had seen ours.
 */
int	unique_contact(const struct unique_session *s,
	    const struct unique_session *other, uint64_t now_ms);

/*
 * Both sides initiated at once and two sessions of a tunnel stand.  Both sides
 * pick the same loser: that with the higher SPIi.  Returns 0 (none has to go),
 * 1 (a) or 2 (b).
 */
int	unique_crossed(const struct unique_session *a,
	    const struct unique_session *b);

#define UNIQUE_YOUNG_MS	10000	/* "only now", "at once": a retransmission
				   or two of an IKE_AUTH */

#endif /* TMD_UNIQUE_H */
