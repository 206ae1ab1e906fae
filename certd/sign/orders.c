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
 * One-time orders to initiate: hashes by number and by ticket, a queue by
 * age.
 */

#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "orders.h"

#define BUCKETS	4096

enum order_state { OR_OPEN, OR_SIGNED, OR_DONE };

struct order {
	TAILQ_ENTRY(order)	 age;
	LIST_ENTRY(order)	 chain;
	LIST_ENTRY(order)	 bound;		/* not while OR_OPEN */
	uint32_t		 order;
	uint32_t		 tunnel;
	unsigned int		 worker;
	uint64_t		 since;
	enum order_state	 state;
	struct mk_ticket	 ticket;	/* likewise */
};

TAILQ_HEAD(order_queue, order);
LIST_HEAD(order_chain, order);

struct orders {
	struct order_queue	 queue;		/* oldest first */
	struct order_chain	 hash[BUCKETS];
	struct order_chain	 tickets[BUCKETS];
	size_t			 n;
};

struct orders *
orders_new(void)
{
	struct orders *o = xcalloc(1, sizeof(*o));

	TAILQ_INIT(&o->queue);
	return (o);
}

static void
drop(struct orders *o, struct order *r)
{
	TAILQ_REMOVE(&o->queue, r, age);
	LIST_REMOVE(r, chain);
	if (r->state != OR_OPEN)
		LIST_REMOVE(r, bound);
	o->n--;
	free(r);
}

void
orders_clear(struct orders *o)
{
	struct order *r, *next;

	for (r = TAILQ_FIRST(&o->queue); r != NULL; r = next) {
		next = TAILQ_NEXT(r, age);
		if (r->state == OR_OPEN)
			drop(o, r);
		else
			r->state = OR_DONE;
	}
}

void
orders_free(struct orders *o)
{
	struct order *r;

	if (o == NULL)
		return;
	while ((r = TAILQ_FIRST(&o->queue)) != NULL)
		drop(o, r);
	free(o);
}

/* Tickets are a PRF's output: any octets of one are a hash. */
static struct order_chain *
ticket_chain(struct orders *o, const uint8_t *ticket)
{
	return (&o->tickets[(ticket[0] << 8 | ticket[1]) % BUCKETS]);
}

static void
expire(struct orders *o, uint64_t now)
{
	struct order *r;

	while ((r = TAILQ_FIRST(&o->queue)) != NULL &&
	    now - r->since > TICKET_SECONDS)
		drop(o, r);
}

static struct order *
find(struct orders *o, uint32_t order)
{
	struct order *r;

	LIST_FOREACH(r, &o->hash[order % BUCKETS], chain)
		if (r->order == order)
			return (r);
	return (NULL);
}

const char *
orders_add(struct orders *o, const struct mv_order *m, uint64_t now)
{
	struct order *r;

	expire(o, now);
	if (m->order == 0)
		return ("order 0 is not a number of an order");
	if (find(o, m->order) != NULL)
		return ("the order's number is taken");
	if (o->n == ORDERS_MAX)
		return ("too many orders are open");
	r = xcalloc(1, sizeof(*r));
	r->order = m->order;
	r->tunnel = m->tunnel;
	r->worker = m->worker;
	r->since = now;
	TAILQ_INSERT_TAIL(&o->queue, r, age);
	LIST_INSERT_HEAD(&o->hash[m->order % BUCKETS], r, chain);
	o->n++;
	return (NULL);
}

void
orders_drop(struct orders *o, uint32_t order)
{
	struct order *r;

	if ((r = find(o, order)) == NULL)
		return;
	if (r->state == OR_OPEN)
		drop(o, r);
	else
		r->state = OR_DONE;
}

/* NULL, and the order, when it is this worker's and open. */
static const char *
open_order(struct orders *o, unsigned int worker, uint32_t order,
    uint64_t now, struct order **r)
{
	expire(o, now);
	if ((*r = find(o, order)) == NULL)
		return ("no such order");
	if ((*r)->worker != worker)
		return ("the order is another worker's");
	return ((*r)->state != OR_OPEN ? "the order was used already" : NULL);
}

const char *
orders_open(struct orders *o, unsigned int worker, uint32_t order,
    uint64_t now, uint32_t *tunnel)
{
	const char *why;
	struct order *r;

	if ((why = open_order(o, worker, order, now, &r)) == NULL)
		*tunnel = r->tunnel;
	return (why);
}

const char *
orders_sign(struct orders *o, unsigned int worker, uint32_t order,
    const struct mk_ticket *k, uint64_t now, uint32_t *tunnel)
{
	const char *why;
	struct order *r;

	if ((why = open_order(o, worker, order, now, &r)) != NULL)
		return (why);
	r->state = OR_SIGNED;
	r->ticket = *k;
	LIST_INSERT_HEAD(ticket_chain(o, k->ticket), r, bound);
	r->since = now;
	TAILQ_REMOVE(&o->queue, r, age);
	TAILQ_INSERT_TAIL(&o->queue, r, age);
	*tunnel = r->tunnel;
	return (NULL);
}

const char *
orders_verdict(struct orders *o, uint32_t order, const struct mk_ticket *k,
    uint64_t now, uint32_t *tunnel)
{
	struct order *r;

	expire(o, now);
	if ((r = find(o, order)) == NULL)
		return ("no such order");
	if (r->state == OR_DONE)
		return ("the order has had its verdict or was withdrawn");
	if (r->state != OR_SIGNED || r->ticket.slot != k->slot ||
	    r->ticket.counter != k->counter)
		return ("the order was not signed with this ticket");
	*tunnel = r->tunnel;
	r->state = OR_DONE;
	return (NULL);
}

int
orders_signed_with(struct orders *o, struct slice nonce, uint64_t now)
{
	struct order *r;

	expire(o, now);
	if (nonce.len != TICKET_LEN)
		return (0);
	LIST_FOREACH(r, ticket_chain(o, nonce.p), bound)
		if (memcmp(r->ticket.ticket, nonce.p, TICKET_LEN) == 0)
			return (1);
	return (0);
}
