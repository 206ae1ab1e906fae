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
 * Who has passed some rounds of several: a hash by ticket, a queue by age.
 */

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "rounds.h"

#define BUCKETS	256

TAILQ_HEAD(passed_queue, passed);
LIST_HEAD(passed_chain, passed);

struct rounds {
	struct passed_queue	 queue;		/* oldest first */
	struct passed_chain	 hash[BUCKETS];
	size_t			 n;
	struct shares		 shares;
};

struct rounds *
rounds_new(void)
{
	struct rounds *r = xcalloc(1, sizeof(*r));

	TAILQ_INIT(&r->queue);
	shares_init(&r->shares);
	return (r);
}

void
rounds_drop(struct rounds *r, struct passed *p)
{
	TAILQ_REMOVE(&r->queue, p, age);
	LIST_REMOVE(p, chain);
	shares_less(&r->shares, p->share);
	r->n--;
	free(p);
}

void
rounds_clear(struct rounds *r)
{
	struct passed *p;

	while (r != NULL && (p = TAILQ_FIRST(&r->queue)) != NULL)
		rounds_drop(r, p);
}

void
rounds_free(struct rounds *r)
{
	rounds_clear(r);
	free(r);
}

static struct passed_chain *
chain_of(struct rounds *r, const struct mk_ticket *k)
{
	return (&r->hash[(k->counter * SLOTS + k->slot) % BUCKETS]);
}

static void
expire(struct rounds *r, uint64_t now)
{
	struct passed *p;

	while ((p = TAILQ_FIRST(&r->queue)) != NULL &&
	    now - p->since > TICKET_SECONDS)
		rounds_drop(r, p);
}

struct passed *
rounds_find(struct rounds *r, const struct mk_ticket *k, uint64_t now)
{
	struct passed *p;

	if (r == NULL)
		return (NULL);
	expire(r, now);
	LIST_FOREACH(p, chain_of(r, k), chain)
		if (p->ticket.slot == k->slot &&
		    p->ticket.counter == k->counter)
			return (p);
	return (NULL);
}

static void
make_room(struct rounds *r)
{
	uint8_t most = shares_busiest(&r->shares);
	struct passed *p;

	TAILQ_FOREACH(p, &r->queue, age)
		if (p->share == most)
			break;
	rounds_drop(r, p);
}

struct passed *
rounds_add(struct rounds *r, const struct mk_ticket *k,
    const struct wt_addr *at, uint64_t now)
{
	struct passed *p;

	if (r == NULL || rounds_find(r, k, now) != NULL)
		return (NULL);
	if (r->n >= ROUNDS_OPEN)
		make_room(r);
	p = xcalloc(1, sizeof(*p));
	p->ticket = *k;
	p->since = now;
	p->share = shares_of(&r->shares, at);
	shares_more(&r->shares, p->share);
	TAILQ_INSERT_TAIL(&r->queue, p, age);
	LIST_INSERT_HEAD(chain_of(r, k), p, chain);
	r->n++;
	return (p);
}

const char *
rounds_use(struct passed *p, unsigned int round, enum ticket_use use)
{
	int by_us = use == TU_SIGN || use == TU_CHECK_INITIATOR;

	if (round != p->next)
		return ("the rounds of authentication are out of order");
	if (use == TU_CERT_SIGN) {
		if (!p->claimed)
			return ("the round was never claimed");
		p->claimed = 0;
		return (NULL);
	}
	if (by_us != p->initiator)
		return ("the ticket is the other role's");
	if (p->tried)
		return ("the round was tried already");
	if (use == TU_SIGN) {
		if (p->signs > round)
			return ("the round has had its signature");
		p->signs = (uint8_t)(round + 1);
		return (NULL);
	}
	p->tried = 1;
	p->claimed = use == TU_CLAIM;
	return (NULL);
}
