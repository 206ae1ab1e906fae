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

/* Void tickets, by what they are of: a hash table, oldest first in a queue. */

#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "spent.h"

#define BUCKETS	8192

struct row {
	TAILQ_ENTRY(row)	 age;
	LIST_ENTRY(row)		 chain;
	struct mv_void		 key;
	uint64_t		 at;
};

LIST_HEAD(row_chain, row);

struct spent {
	TAILQ_HEAD(, row)	 queue;
	struct row_chain	 hash[BUCKETS];
	size_t			 n;
	uint64_t		 all;		/* until then, with it; 0: none */
};

struct spent *
spent_new(void)
{
	struct spent *t = xcalloc(1, sizeof(*t));

	TAILQ_INIT(&t->queue);
	return (t);
}

static void
drop(struct spent *t, struct row *r)
{
	TAILQ_REMOVE(&t->queue, r, age);
	LIST_REMOVE(r, chain);
	t->n--;
	free(r);
}

static void
clear(struct spent *t)
{
	struct row *r;

	while ((r = TAILQ_FIRST(&t->queue)) != NULL)
		drop(t, r);
}

void
spent_free(struct spent *t)
{
	if (t == NULL)
		return;
	clear(t);
	free(t);
}

/* A number's, a digest's or SPIs' first octets are hash enough with these. */
static struct row_chain *
chain_of(struct spent *t, const struct mv_void *key)
{
	uint32_t h = key->what;
	size_t i;

	for (i = 0; i < 16; i++)
		h = h * 31 + key->name[i];
	return (&t->hash[h % BUCKETS]);
}

static struct row *
find(struct spent *t, const struct mv_void *key)
{
	struct row *r;

	LIST_FOREACH(r, chain_of(t, key), chain)
		if (r->key.what == key->what && memcmp(r->key.name, key->name,
		    sizeof(key->name)) == 0)
			return (r);
	return (NULL);
}

static void
expire(struct spent *t, uint64_t now)
{
	struct row *r;

	while ((r = TAILQ_FIRST(&t->queue)) != NULL &&
	    now - r->at > WRAP_LIFE_MAX)
		drop(t, r);
}

void
spent_all(struct spent *t, uint64_t now)
{
	clear(t);
	t->all = now;
}

void
spent_add(struct spent *t, const struct mv_void *key, uint64_t now)
{
	struct row *r;

	expire(t, now);
	if ((r = find(t, key)) != NULL)
		drop(t, r);
	if (t->n >= SPENT_MAX) {
		log_notice(LS_IKE, "so many tickets were used or withdrawn "
		    "that all made until now are void");
		spent_all(t, now);
		return;
	}
	r = xcalloc(1, sizeof(*r));
	r->key = *key;
	r->at = now;
	TAILQ_INSERT_TAIL(&t->queue, r, age);
	LIST_INSERT_HEAD(chain_of(t, key), r, chain);
	t->n++;
}

int
spent_is(struct spent *t, const struct mv_void *key, uint64_t made,
    uint64_t now)
{
	const struct row *r;

	expire(t, now);
	if (t->all != 0 && made <= t->all)
		return (1);
	return ((r = find(t, key)) != NULL && made <= r->at);
}
