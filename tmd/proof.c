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
 * Verdicts of several rounds become one.
 */
#include <stdlib.h>
#include <string.h>

#include "alarm.h"
#include "id.h"
#include "log.h"
#include "members.h"
#include "proof.h"
#include "reach.h"

static TAILQ_HEAD(, proof) proofs = TAILQ_HEAD_INITIALIZER(proofs);
static unsigned int	   nproofs;
static struct shares	   shares;

void
proof_free(struct proof *p)
{
	if (p == NULL)
		return;
	freezero(p->r, ROUNDS_MAX * sizeof(*p->r));
	free(p);
}

static void
take_out(struct proof *p)
{
	TAILQ_REMOVE(&proofs, p, entry);
	shares_less(&shares, p->share);
	nproofs--;
}

static void
drop(struct proof *p)
{
	take_out(p);
	proof_free(p);
}

static void
expire(void)
{
	struct proof *p;

	while ((p = TAILQ_FIRST(&proofs)) != NULL &&
	    alarm_now() - p->since > TICKET_SECONDS)
		drop(p);
}

/* The first that is there, judged or not. */
static const struct mv_verdict *
any_of(const struct proof *p)
{
	unsigned int i = 0;

	while (!p->r[i].there)
		i++;
	return (&p->r[i].v);
}

static struct proof *
find(const struct mv_verdict *v)
{
	struct proof *p;

	TAILQ_FOREACH(p, &proofs, entry)
		if (memcmp(any_of(p)->ticket.ticket, v->ticket.ticket,
		    TICKET_LEN) == 0)
			return (p);
	return (NULL);
}

void
proof_failed(unsigned int w, uint64_t exch)
{
	const struct mv_verdict *v;
	struct proof *p;

	TAILQ_FOREACH(p, &proofs, entry) {
		v = any_of(p);
		if (v->exch == exch && v->ticket.slot % reach_workers() == w)
			break;
	}
	if (p != NULL)
		drop(p);
}

void
proof_withdrawn(const uint8_t fingerprint[32])
{
	struct proof *p;
	unsigned int i;

	TAILQ_FOREACH(p, &proofs, entry)
		for (i = 0; i < ROUNDS_MAX; i++)
			if (p->r[i].by_certd && memcmp(p->r[i].v.fingerprint,
			    fingerprint, 32) == 0)
				p->withdrawn = 1;
}

/* What kind of proof the policy wants of the peer in this round. */
static int
kind_of(const struct tunnel *t, unsigned int round)
{
	const struct sn_tunnel *cf = &t->pol->cf;

	if (round == 0)
		return (cf->kind_theirs);
	return (round > cf->rounds_n ? -1 :
	    cf->rounds[round - 1].kind_theirs);
}

int
proof_may_judge(const struct mv_verdict *v, int by_certd,
    const struct tunnel *t)
{
	int kind = kind_of(t, v->round);

	return (kind != -1 &&
	    by_certd == (kind == AUTHK_CERT || kind == AUTHK_KEY) &&
	    (v->method == 0) == (kind == AUTHK_NONE));
}

static const uint8_t *
rule_of(const struct tunnel *t, unsigned int round)
{
	const struct sn_tunnel *cf = &t->pol->cf;

	return (round == 0 ? cf->rule : cf->rounds[round - 1].rule);
}

/*
 * Another tunnel than the rounds before were judged for: only if it demands
 * the same in them, and this peer may be its peer.
 */
static int
same_before(const struct proof *p, const struct tunnel *t)
{
	const struct mv_verdict *last = &p->r[p->n - 1].v;
	const struct tunnel *o;
	unsigned int i;

	if (last->tunnel == t->number)
		return (1);
	if ((o = tunnel_find(last->tunnel)) == NULL ||
	    o->pol->cf.rounds_n < p->n || t->pol->cf.rounds_n < p->n ||
	    !members_tunnel(t->pol, &p->r[0].v.id_peer))
		return (0);
	for (i = 0; i < p->n; i++)
		if (memcmp(rule_of(o, i), rule_of(t, i), RULE_LEN) != 0)
			return (0);
	return (1);
}

/* What was proved before is no second proof. */
static int
proves_same(const struct mv_verdict *a, const struct mv_verdict *b)
{
	static const uint8_t psk[sizeof(a->key)];

	if (a->method == 0 || b->method == 0)
		return (0);
	if (memcmp(a->fingerprint, b->fingerprint, sizeof(a->fingerprint)) ==
	    0)
		return (1);
	/* Two certificates over one key. */
	return (memcmp(a->key, psk, sizeof(psk)) != 0 &&
	    memcmp(a->key, b->key, sizeof(a->key)) == 0);
}

static int
proved_before(const struct proof *p, const struct mv_verdict *v)
{
	unsigned int i;

	for (i = 0; i < p->n; i++)
		if (proves_same(&p->r[i].v, v))
			return (1);
	return (0);
}

/* Of one peer, in one exchange, and none twice. */
static int
same_exchange(const struct proof *p, const struct mv_verdict *v)
{
	const struct mv_verdict *f = any_of(p);

	return (!p->r[v->round].there && v->exch == f->exch &&
	    v->initiator == f->initiator && v->order == f->order &&
	    memcmp(v->spi_i, f->spi_i, sizeof(v->spi_i)) == 0 &&
	    memcmp(v->spi_r, f->spi_r, sizeof(v->spi_r)) == 0);
}

/* What its turn has come for; NULL, or what is wrong with it. */
static const char *
judge(struct proof *p, int *whole)
{
	const struct mv_verdict *v;
	const struct tunnel *t;

	for (; !*whole && p->n < ROUNDS_MAX && p->r[p->n].there; p->n++) {
		v = &p->r[p->n].v;
		if ((t = tunnel_find(v->tunnel)) == NULL)
			return ("no such tunnel any more");
		if (p->n > 0 && !same_before(p, t))
			return ("the rounds of authentication fit different "
			    "tunnels");
		if (proved_before(p, v))
			return ("the peer proves itself by the same key or "
			    "certificate in two rounds of authentication");
		*whole = p->n >= t->pol->cf.rounds_n;
	}
	return (NULL);
}

static void
make_room(void)
{
	uint8_t most = shares_busiest(&shares);
	struct proof *p;

	TAILQ_FOREACH(p, &proofs, entry)
		if (p->share == most)
			break;
	drop(p);
}

static struct proof *
begin(const struct mv_verdict *v)
{
	struct proof *p;

	if (nproofs == 0)
		shares_init(&shares);
	if (nproofs >= PROOFS_MAX)
		make_room();
	p = xcalloc(1, sizeof(*p));
	p->r = xcalloc(ROUNDS_MAX, sizeof(*p->r));
	p->since = alarm_now();
	p->share = shares_of(&shares, &v->remote.addr);
	TAILQ_INSERT_TAIL(&proofs, p, entry);
	shares_more(&shares, p->share);
	nproofs++;
	return (p);
}

struct proof *
proof_take(const struct mv_verdict *v, int by_certd, const char **why)
{
	struct proof *p;
	int whole = 0;

	expire();
	*why = NULL;
	if (v->round >= ROUNDS_MAX) {
		*why = "too many rounds of authentication";
		return (NULL);
	}
	if ((p = find(v)) == NULL)
		p = begin(v);
	else if (!same_exchange(p, v))
		*why = "the rounds of authentication are not one another's";
	else if (p->withdrawn)
		*why = "what it proved in another round holds no longer";
	if (*why == NULL) {
		p->r[v->round].v = *v;
		p->r[v->round].by_certd = (uint8_t)by_certd;
		p->r[v->round].there = 1;
		*why = judge(p, &whole);
	}
	if (*why != NULL)
		drop(p);
	if (*why != NULL || !whole)
		return (NULL);
	take_out(p);
	return (p);
}

void
proof_sum(const struct proof *p, struct mv_verdict *out)
{
	const struct mv_verdict *v, *last = &p->r[p->n - 1].v;
	unsigned int i;

	*out = p->r[0].v;
	out->tunnel = last->tunnel;
	memcpy(out->peer, last->peer, sizeof(out->peer));
	out->local = last->local;
	out->remote = last->remote;
	for (i = 1; i < p->n; i++) {
		v = &p->r[i].v;
		if (v->generation < out->generation)
			out->generation = v->generation;
		if (v->cred_end != 0 && (out->cred_end == 0 ||
		    v->cred_end < out->cred_end))
			out->cred_end = v->cred_end;
		if (v->proved < out->proved)
			out->proved = v->proved;
	}
}

void
proof_keep(const struct proof *p, struct session *s)
{
	const struct mv_verdict *v;
	struct sess_round *r;
	unsigned int i;

	s->rounds = xcalloc(p->n, sizeof(*s->rounds));
	for (i = 1; i < p->n; i++) {
		v = &p->r[i].v;
		r = &s->rounds[s->nrounds++];
		r->method = v->method;
		r->by_certd = p->r[i].by_certd;
		memcpy(r->fingerprint, v->fingerprint, sizeof(r->fingerprint));
		r->id_peer = v->method == 0 ? NULL : id_keep(&v->id_peer);
		r->proof = v->proof[0] == '\0' ? NULL : xstrdup(v->proof);
	}
}
