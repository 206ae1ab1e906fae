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

/* The tickets that peers gave us. */

#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "kept.h"
#include "log.h"

#define BUCKETS	1024

#define WIRE_SELF struct rs_state
WIRE_TYPE(rs_state);
#undef WIRE_SELF

struct place {
	TAILQ_ENTRY(place)	 age;
	LIST_ENTRY(place)	 chain;
	struct kept_ticket	*k;
};

struct kepts {
	TAILQ_HEAD(, place)	 queue;		/* oldest first */
	LIST_HEAD(, place)	 hash[BUCKETS];
	size_t			 n;
};

struct kepts *
kepts_new(void)
{
	struct kepts *t = xcalloc(1, sizeof(*t));

	TAILQ_INIT(&t->queue);
	return (t);
}

static struct place *
place_of(struct kepts *t, uint32_t tunnel)
{
	struct place *p;

	LIST_FOREACH(p, &t->hash[tunnel % BUCKETS], chain)
		if (p->k->st.p.tunnel == tunnel)
			return (p);
	return (NULL);
}

static void
drop(struct kepts *t, struct place *p)
{
	TAILQ_REMOVE(&t->queue, p, age);
	LIST_REMOVE(p, chain);
	t->n--;
	OPENSSL_secure_clear_free(p->k->d, sizeof(p->k->st.d));
	freezero(p->k, sizeof(*p->k));
	free(p);
}

void
kepts_free(struct kepts *t)
{
	struct place *p;

	if (t == NULL)
		return;
	while ((p = TAILQ_FIRST(&t->queue)) != NULL)
		drop(t, p);
	free(t);
}

void
kepts_put(struct kepts *t, struct kept_ticket *n)
{
	struct place *p = place_of(t, n->st.p.tunnel);

	if (p == NULL && t->n >= KEPT_MAX)
		p = TAILQ_FIRST(&t->queue);
	if (p != NULL)
		drop(t, p);
	p = xcalloc(1, sizeof(*p));
	p->k = n;
	/* Should the locked heap be full, a ticket still serves. */
	if ((n->d = OPENSSL_secure_malloc(sizeof(n->st.d))) == NULL &&
	    (n->d = OPENSSL_malloc(sizeof(n->st.d))) == NULL)
		fatal("no memory for a ticket");
	memcpy(n->d, n->st.d, sizeof(n->st.d));
	explicit_bzero(n->st.d, sizeof(n->st.d));
	TAILQ_INSERT_TAIL(&t->queue, p, age);
	LIST_INSERT_HEAD(&t->hash[n->st.p.tunnel % BUCKETS], p, chain);
	t->n++;
}

void
kept_state(const struct kept_ticket *k, struct rs_state *out)
{
	*out = k->st;
	memcpy(out->d, k->d, sizeof(out->d));
}

struct kept_ticket *
kepts_find(struct kepts *t, uint32_t tunnel)
{
	struct place *p = place_of(t, tunnel);

	return (p == NULL ? NULL : p->k);
}

struct kept_ticket *
kepts_next(struct kepts *t, const struct kept_ticket *k)
{
	struct place *p;

	p = k == NULL ? TAILQ_FIRST(&t->queue) :
	    TAILQ_NEXT(place_of(t, k->st.p.tunnel), age);
	return (p == NULL ? NULL : p->k);
}

void
kepts_drop(struct kepts *t, struct kept_ticket *k)
{
	drop(t, place_of(t, k->st.p.tunnel));
}
