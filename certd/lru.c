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

/* A bounded cache by digest, the least recently used entry leaves first. */

#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "lru.h"

struct entry {
	TAILQ_ENTRY(entry)	 age;
	LIST_ENTRY(entry)	 chain;
	uint8_t			 key[LRU_KEY];
	void			*value;
};
LIST_HEAD(bucket, entry);

struct lru {
	unsigned int		 most, n, mask;
	void			(*drop)(void *);
	TAILQ_HEAD(, entry)	 old;		/* first: the oldest */
	struct bucket		*bucket;
};

struct lru *
lru_new(unsigned int most, void (*drop)(void *))
{
	struct lru *l = xcalloc(1, sizeof(*l));
	unsigned int size = 16;

	while (size < most && size < 1U << 20)
		size *= 2;
	l->most = most > 0 ? most : 1;
	l->mask = size - 1;
	l->drop = drop;
	l->bucket = xcalloc(size, sizeof(*l->bucket));
	TAILQ_INIT(&l->old);
	return (l);
}

static struct bucket *
bucket_of(struct lru *l, const uint8_t key[LRU_KEY])
{
	uint32_t h = (uint32_t)key[0] << 24 | (uint32_t)key[1] << 16 |
	    (uint32_t)key[2] << 8 | key[3];

	return (&l->bucket[h & l->mask]);
}

static struct entry *
find(struct lru *l, const uint8_t key[LRU_KEY])
{
	struct entry *e;

	LIST_FOREACH(e, bucket_of(l, key), chain)
		if (memcmp(e->key, key, LRU_KEY) == 0)
			return (e);
	return (NULL);
}

static void
forget(struct lru *l, struct entry *e)
{
	TAILQ_REMOVE(&l->old, e, age);
	LIST_REMOVE(e, chain);
	l->n--;
	l->drop(e->value);
	free(e);
}

void
lru_clear(struct lru *l)
{
	while (!TAILQ_EMPTY(&l->old))
		forget(l, TAILQ_FIRST(&l->old));
}

void
lru_free(struct lru *l)
{
	if (l == NULL)
		return;
	lru_clear(l);
	free(l->bucket);
	free(l);
}

void *
lru_get(struct lru *l, const uint8_t key[LRU_KEY])
{
	struct entry *e = find(l, key);

	if (e == NULL)
		return (NULL);
	TAILQ_REMOVE(&l->old, e, age);
	TAILQ_INSERT_TAIL(&l->old, e, age);
	return (e->value);
}

void
lru_put(struct lru *l, const uint8_t key[LRU_KEY], void *value)
{
	struct entry *e;

	lru_del(l, key);
	if (l->n >= l->most)
		forget(l, TAILQ_FIRST(&l->old));
	e = xcalloc(1, sizeof(*e));
	memcpy(e->key, key, LRU_KEY);
	e->value = value;
	TAILQ_INSERT_TAIL(&l->old, e, age);
	LIST_INSERT_HEAD(bucket_of(l, key), e, chain);
	l->n++;
}

void
lru_del(struct lru *l, const uint8_t key[LRU_KEY])
{
	struct entry *e = find(l, key);

	if (e != NULL)
		forget(l, e);
}

unsigned int
lru_count(const struct lru *l)
{
	return (l->n);
}
