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
 * Void tickets, by what they are of: a hash table, and a tree by when the last
 * such ticket would have ended.
 */

#include <sys/queue.h>
#include <sys/tree.h>

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "spent.h"

#define BUCKETS	8192

struct row {
	RB_ENTRY(row)		 by_end;
	LIST_ENTRY(row)		 chain;
	struct mv_void		 key;
	uint64_t		 at, number;
};

static int
by_end(const struct row *a, const struct row *b)
{
	if (a->key.until != b->key.until)
		return (a->key.until < b->key.until ? -1 : 1);
	return (a->number < b->number ? -1 : a->number > b->number);
}

LIST_HEAD(row_chain, row);
RB_HEAD(row_tree, row);
/* libbsd's RB_*_STATIC needs a __unused that it does not define. */
RB_PROTOTYPE_INTERNAL(row_tree, row, by_end, by_end,
    __attribute__((unused)) static)
RB_GENERATE_INTERNAL(row_tree, row, by_end, by_end,
    __attribute__((unused)) static)

struct spent {
	struct row_tree		 tree;
	struct row_chain	 hash[BUCKETS];
	size_t			 n;
	uint64_t		 number;	/* of the last row */
	uint64_t		 all; /* until then, with it; 0: none */
	uint32_t		 sas[BUCKETS];	/* VOID_SAs, by their tunnels */
};

struct spent *
spent_new(void)
{
	struct spent *t = xcalloc(1, sizeof(*t));

	RB_INIT(&t->tree);
	return (t);
}

static void
count(struct spent *t, const struct row *r, uint32_t by)
{
	if (r->key.what == VOID_SA)
		t->sas[r->key.tunnel % BUCKETS] += by;
	t->n += by == 1 ? 1 : (size_t)-1;
}

static void
drop(struct spent *t, struct row *r)
{
	RB_REMOVE(row_tree, &t->tree, r);
	LIST_REMOVE(r, chain);
	count(t, r, (uint32_t)-1);
	free(r);
}

static void
clear(struct spent *t)
{
	struct row *r;

	while ((r = RB_MIN(row_tree, &t->tree)) != NULL)
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

void
spent_expire(struct spent *t, uint64_t now)
{
	struct row *r;

	while ((r = RB_MIN(row_tree, &t->tree)) != NULL && r->key.until <= now)
		drop(t, r);
}

void
spent_all(struct spent *t, uint64_t now)
{
	clear(t);
	t->all = now;
}

static void
put(struct spent *t, const struct mv_void *key, uint64_t now)
{
	struct row *r = find(t, key);

	if (r != NULL) {
		RB_REMOVE(row_tree, &t->tree, r);
		if (key->until > r->key.until)
			r->key.until = key->until;
	} else {
		r = xcalloc(1, sizeof(*r));
		r->key = *key;
		r->number = ++t->number;
		LIST_INSERT_HEAD(chain_of(t, key), r, chain);
		count(t, r, 1);
	}
	r->at = now;
	RB_INSERT(row_tree, &t->tree, r);
}

/*
 * The tunnels that have most rows: each is one from now on.  From the last to
 * end, so that a tunnel's row is moved once.
 */
static void
gather(struct spent *t, uint64_t now)
{
	struct row *r, *next;
	struct mv_void key;
	uint32_t i, n, most = 0;

	for (i = 1; i < BUCKETS; i++)
		if (t->sas[i] > t->sas[most])
			most = i;
	for (r = RB_MAX(row_tree, &t->tree); r != NULL; r = next) {
		next = RB_PREV(row_tree, &t->tree, r);
		if (r->key.what != VOID_SA || r->key.tunnel % BUCKETS != most)
			continue;
		memset(&key, 0, sizeof(key));
		key.what = VOID_TUNNEL;
		key.tunnel = n = r->key.tunnel;
		key.until = r->key.until;
		for (i = 0; i < 4; i++)
			key.name[i] = (uint8_t)(n >> (24 - 8 * i));
		drop(t, r);
		put(t, &key, now);
	}
}

void
spent_add(struct spent *t, const struct mv_void *key, uint64_t now)
{
	if (key->until <= now)
		return;
	spent_expire(t, now);
	if (t->n >= SPENT_MAX && find(t, key) == NULL) {
		log_notice(LS_IKE, "so many tickets were used or withdrawn "
		    "that all of the tunnel with most of them are void");
		gather(t, now);
	}
	if (t->n >= SPENT_MAX)
		spent_all(t, now);
	else
		put(t, key, now);
}

int
spent_is(struct spent *t, const struct mv_void *key, uint64_t made,
    uint64_t now)
{
	const struct row *r;

	spent_expire(t, now);
	if (t->all != 0 && made <= t->all)
		return (1);
	return ((r = find(t, key)) != NULL && made <= r->at);
}
