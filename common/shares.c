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

/* Shares of what is bounded, by address. */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "shares.h"

#define HASH_START	2166136261U	/* FNV-1a, 32 bits */
#define HASH_STEP	16777619U

void
shares_init(struct shares *s)
{
	memset(s, 0, sizeof(*s));
	s->seed = arc4random();
}

uint8_t
shares_of(const struct shares *s, const struct wt_addr *a)
{
	uint32_t h = HASH_START ^ s->seed;
	size_t i, len = a->af == 4 ? 4 : 8;

	for (i = 0; i < len; i++)
		h = (h ^ a->a[i]) * HASH_STEP;
	h ^= s->seed >> 7;
	return ((uint8_t)((h * HASH_STEP) >> 24));
}

void
shares_more(struct shares *s, uint8_t bucket)
{
	s->n[bucket]++;
}

void
shares_less(struct shares *s, uint8_t bucket)
{
	if (s->n[bucket]-- == 0)
		fatal("less than nothing of share %u", bucket);
}

uint8_t
shares_busiest(const struct shares *s)
{
	unsigned int i, most = 0;

	for (i = 1; i < SHARES; i++)
		if (s->n[i] > s->n[most])
			most = i;
	return ((uint8_t)most);
}
