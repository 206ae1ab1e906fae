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
 * unique-id, INITIAL_CONTACT and crossed initiations: the decisions.
 */
#include <string.h>

#include "proto_types.h"
#include "unique.h"

enum unique_act
unique_verdict(unsigned int policy, unsigned int others, int initiator)
{
	if (others == 0)
		return (UQ_ACCEPT);
	if (policy == UNIQUE_REPLACE)
		return (UQ_REPLACE);
	/* What we began ourselves is never refused: it is a renewal. */
	if (policy == UNIQUE_KEEP && !initiator)
		return (UQ_REJECT);
	return (UQ_ACCEPT);
}

int
unique_contact(const struct unique_session *s,
    const struct unique_session *other, uint64_t now_ms)
{
	if (s->policy == UNIQUE_NEVER || other->policy == UNIQUE_NEVER)
		return (0);
	/* It ends by itself, or is found dead. */
	if (other->policy == UNIQUE_KEEP)
		return (0);
	return (!other->initiator || now_ms - other->up_ms >= UNIQUE_YOUNG_MS);
}

int
unique_crossed(const struct unique_session *a, const struct unique_session *b)
{
	uint64_t apart;

	if (a->policy == UNIQUE_NEVER || a->initiator == b->initiator)
		return (0);
	apart = a->up_ms > b->up_ms ? a->up_ms - b->up_ms :
	    b->up_ms - a->up_ms;
	if (apart >= UNIQUE_YOUNG_MS)
		return (0);
	return (memcmp(a->spi_i, b->spi_i, 8) > 0 ? 1 : 2);
}
