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


/*
 * DSCP and ECN between inner and outer headers: RFC 4301 section 5.1.2,
 * RFC 6040.  Pure.
 */
#include "cksum.h"
#include "ecn.h"
#include "proto_types.h"

#define ECN_MASK	3
#define DROP		(-1)

enum { NOT_ECT = 0, ECT1 = 1, ECT0 = 2, CE = 3 };

/* RFC 6040 figure 4: row inner, column outer. */
static const int table[4][4] = {
	/* outer:     Not-ECT  ECT(1)   ECT(0)   CE */
	[NOT_ECT] = { NOT_ECT, NOT_ECT, NOT_ECT, DROP },
	[ECT1] =    { ECT1,    ECT1,    ECT1,    CE },
	[ECT0] =    { ECT0,    ECT1,    ECT0,    CE },
	[CE] =      { CE,      CE,      CE,      CE },
};

uint8_t
ecn_outer(uint8_t inner, unsigned int heads, unsigned int dscp)
{
	if (heads & HEAD_NO_DSCP_OUT)
		inner &= ECN_MASK;
	if (heads & HEAD_NO_ECN)
		inner &= (uint8_t)~ECN_MASK;
	if (dscp != 0)
		inner = (uint8_t)((dscp - 1) << 2 | (inner & ECN_MASK));
	return (inner);
}

int
ecn_inner(uint8_t inner, uint8_t outer, unsigned int heads)
{
	int ecn = heads & HEAD_NO_ECN ? inner & ECN_MASK :
	    table[inner & ECN_MASK][outer & ECN_MASK];
	uint8_t dscp = heads & HEAD_DSCP_IN ? outer : inner;

	return (ecn == DROP ? -1 : (dscp & ~ECN_MASK) | ecn);
}

uint8_t
ecn_get(const uint8_t *p)
{
	if (p[0] >> 4 == 4)
		return (p[1]);
	return ((p[0] & 0xf) << 4 | p[1] >> 4);
}

void
ecn_set(uint8_t *p, uint8_t tc)
{
	uint16_t old;

	if (p[0] >> 4 == 4) {
		old = p[0] << 8 | p[1];
		p[1] = tc;
		cksum_mend(p + 10, old, p[0] << 8 | p[1]);
	} else {
		p[0] = (p[0] & 0xf0) | tc >> 4;
		p[1] = (p[1] & 0x0f) | (tc & 0xf) << 4;
	}
}
