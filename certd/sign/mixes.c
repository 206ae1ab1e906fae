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

/* Tickets that a PPK may be mixed for: a hash and queues by age. */

#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "mixes.h"

#define BUCKETS	1024

/* What strangers can make any number of goes first. */
enum worth { NOTHING, ALLOWED, USED, WORTHS };

struct row {
	TAILQ_ENTRY(row)	 age;
	LIST_ENTRY(row)		 chain;
	uint64_t		 since;
	enum worth		 worth;
	unsigned int		 which;		/* of m.name, when used */
	struct mix		 m;
};

TAILQ_HEAD(row_queue, row);
LIST_HEAD(row_chain, row);

struct mixes {
	struct row_queue	 queue[WORTHS];	/* oldest first */
	struct row_chain	 hash[BUCKETS];
	size_t			 n;
};

struct mixes *
mixes_new(void)
{
	struct mixes *x = xcalloc(1, sizeof(*x));
	unsigned int i;

	for (i = 0; i < WORTHS; i++)
		TAILQ_INIT(&x->queue[i]);
	return (x);
}

static void
row_drop(struct mixes *x, struct row *r)
{
	TAILQ_REMOVE(&x->queue[r->worth], r, age);
	LIST_REMOVE(r, chain);
	x->n--;
	free(r);
}

/* The oldest of what is worth least, or NULL. */
static struct row *
row_least(struct mixes *x)
{
	struct row *r = NULL;
	unsigned int i;

	for (i = 0; i < WORTHS && r == NULL; i++)
		r = TAILQ_FIRST(&x->queue[i]);
	return (r);
}

void
mixes_free(struct mixes *x)
{
	struct row *r;

	if (x == NULL)
		return;
	while ((r = row_least(x)) != NULL)
		row_drop(x, r);
	free(x);
}

/* Tickets are a PRF's output: any octets of one are a hash. */
static struct row_chain *
chain_of(struct mixes *x, const struct mk_ticket *k)
{
	return (&x->hash[(k->ticket[0] << 8 | k->ticket[1]) % BUCKETS]);
}

static struct row *
row_find(struct mixes *x, const struct mk_ticket *k, uint64_t now)
{
	struct row *r;
	unsigned int i;

	for (i = 0; i < WORTHS; i++)
		while ((r = TAILQ_FIRST(&x->queue[i])) != NULL &&
		    now - r->since > TICKET_SECONDS)
			row_drop(x, r);
	LIST_FOREACH(r, chain_of(x, k), chain)
		if (r->m.ticket.slot == k->slot &&
		    r->m.ticket.counter == k->counter &&
		    memcmp(r->m.ticket.ticket, k->ticket, TICKET_LEN) == 0)
			break;
	/* One that was used later than a younger one stands behind it. */
	return (r != NULL && now - r->since > TICKET_SECONDS ? NULL : r);
}

void
mixes_allow(struct mixes *x, const struct mix *m, uint64_t now)
{
	struct row *r;

	if ((r = row_find(x, &m->ticket, now)) != NULL)
		row_drop(x, r);
	if (x->n == MIXES_MAX)
		row_drop(x, row_least(x));
	r = xcalloc(1, sizeof(*r));
	r->m = *m;
	r->since = now;
	r->worth = m->n == 0 ? NOTHING : ALLOWED;
	TAILQ_INSERT_TAIL(&x->queue[r->worth], r, age);
	LIST_INSERT_HEAD(chain_of(x, &m->ticket), r, chain);
	x->n++;
}

const char *
mixes_use(struct mixes *x, const struct mk_ticket *k, unsigned int i,
    uint64_t now)
{
	struct row *r = row_find(x, k, now);

	if (r == NULL || r->m.n == 0)
		return ("nothing is to be mixed for this ticket");
	if (r->worth == USED)
		return ("a PPK was mixed for this ticket");
	if (i >= r->m.n)
		return ("that PPK was not offered");
	TAILQ_REMOVE(&x->queue[r->worth], r, age);
	r->worth = USED;
	TAILQ_INSERT_TAIL(&x->queue[USED], r, age);
	r->which = i;
	return (NULL);
}

const struct mix *
mixes_find(struct mixes *x, const struct mk_ticket *k, uint64_t now)
{
	struct row *r = row_find(x, k, now);

	return (r == NULL ? NULL : &r->m);
}

const char *
mixes_used(struct mixes *x, const struct mk_ticket *k, uint64_t now)
{
	struct row *r = row_find(x, k, now);

	return (r == NULL || r->worth != USED ? NULL : r->m.name[r->which]);
}
