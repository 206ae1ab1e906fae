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
 * A hash table with open addressing; FNV-1a, at most half full.
 */

#include <stdlib.h>
#include <string.h>

#include "fnv.h"
#include "hash.h"
#include "log.h"

#define FIRST_SIZE	16

static uint64_t
fnv1a(const void *key, size_t len)
{
	uint64_t h = fnv64(FNV64_START, key, len);

	return (h ^ (h >> 32));
}

/* Where the key is, or the free slot where it would go. */
static struct hash_slot *
find(const struct hash *h, const void *key, size_t len, uint64_t sum)
{
	const struct hash_slot *s;
	size_t i = (size_t)sum & (h->size - 1);

	for (; (s = &h->slots[i])->val != NULL; i = (i + 1) & (h->size - 1))
		if (s->sum == sum && s->len == len &&
		    memcmp(s->key, key, len) == 0)
			break;
	return (&h->slots[i]);
}

/* The keys, which lie all over the memory, are not looked at. */
static void
grow(struct hash *h)
{
	struct hash bigger = { NULL, 0, h->used };
	size_t i, to;

	bigger.size = h->size == 0 ? FIRST_SIZE : h->size * 4;
	bigger.slots = xcalloc(bigger.size, sizeof(*bigger.slots));
	for (i = 0; i < h->size; i++) {
		if (h->slots[i].val == NULL)
			continue;
		to = (size_t)h->slots[i].sum & (bigger.size - 1);
		while (bigger.slots[to].val != NULL)
			to = (to + 1) & (bigger.size - 1);
		bigger.slots[to] = h->slots[i];
	}
	free(h->slots);
	*h = bigger;
}

void *
hash_get(const struct hash *h, const void *key, size_t len)
{
	return (h->size == 0 ? NULL :
	    find(h, key, len, fnv1a(key, len))->val);
}

void *
hash_put(struct hash *h, const void *key, size_t len, void *val)
{
	const uint64_t sum = fnv1a(key, len);
	struct hash_slot *s;

	if (h->used * 2 >= h->size)
		grow(h);
	s = find(h, key, len, sum);
	if (s->val != NULL)
		return (s->val);
	s->key = key;
	s->len = len;
	s->sum = sum;
	s->val = val;
	h->used++;
	return (NULL);
}

void
hash_free(struct hash *h)
{
	free(h->slots);
	memset(h, 0, sizeof(*h));
}
