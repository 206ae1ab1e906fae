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
 * A crowd: more IKE_SA_INIT requests than can be answered.  An answer costs
 * ten times what reading a request does; who answers all loses those that
 * then find the socket full, an honest peer's among them.  So one that has not
 * been seen before waits for its second time: a peer sends it again, a flood
 * from sources that are nobody's has no reason to.
 *
 * What was seen is a bit for each hash of source and SPI, in two maps that take
 * turns: a request counts for CROWD_MS at least.
 */
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "crowd.h"
#include "ike.h"
#include "log.h"
#include "window.h"

#define CROWD_MS	5000
#define LASTS_MS	1000	/* after the last full socket */
#define MAP_BITS	(1U << 23)
#define MAP_LEN		(MAP_BITS / 8)

void
crowd_here(struct ike *ike)
{
	ike->crowd.until = ike_now(ike) + LASTS_MS;
}

void
crowd_free(struct ike *ike)
{
	free(ike->crowd.seen[0]);
	free(ike->crowd.seen[1]);
	memset(&ike->crowd, 0, sizeof(ike->crowd));
}

static void
turn(struct ike *ike)
{
	struct crowd	*c = &ike->crowd;
	uint8_t		*old = c->seen[1];
	uint64_t	 now = ike_now(ike);

	if (c->seen[0] == NULL) {
		c->seen[0] = xcalloc(1, MAP_LEN);
		c->seen[1] = xcalloc(1, MAP_LEN);
		c->since = now;
	} else if (now - c->since >= CROWD_MS) {
		c->seen[1] = c->seen[0];
		c->seen[0] = old;
		memset(old, 0, MAP_LEN);
		c->since = now;
	}
}

int
crowd_first(struct ike *ike, const struct wt_addr *from,
    const uint8_t spi_i[SPI_LEN])
{
	struct crowd	*c = &ike->crowd;
	uint64_t	 h;
	size_t		 at;
	uint8_t		 bit;
	int		 seen;

	if (ike_now(ike) >= c->until) {
		if (c->seen[0] != NULL)
			crowd_free(ike);
		return (0);
	}
	turn(ike);
	h = window_hash(spi_i, SPI_LEN) * 31 +
	    window_hash(from->a, addr_len(from));
	h = (h ^ h >> 32) & (MAP_BITS - 1);
	at = (size_t)h / 8;
	bit = (uint8_t)(1 << (h & 7));
	seen = (c->seen[0][at] & bit) != 0 || (c->seen[1][at] & bit) != 0;
	c->seen[0][at] |= bit;
	return (!seen);
}
