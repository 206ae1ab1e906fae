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
 * Questions to the plane: counters for ike and tmd, the plane's own for
 * people, and what a new ikd-esp has recovered.
 */

#include <sys/queue.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ceiling.h"
#include "esp_plane.h"
#include "hold.h"
#include "plane_ask.h"
#include "plane_ops.h"

/*
 * Why it was asked.  REFRESH: one pair of several, answered by the last;
 * NOBODY: who asked is gone.
 */
enum ask_kind { ASK_RECONCILE, ASK_REFRESH, ASK_PAIR, ASK_PAIRS, ASK_INFO,
	ASK_NOBODY };

struct ask {
	TAILQ_ENTRY(ask)	 entry;
	uint32_t		 req;		/* ours, on the plane's pipe */
	enum ask_kind		 kind;
	uint32_t		 their_req;
	unsigned int		 worker;	/* ASK_PAIR */
	uint32_t		 handle;	/* ASK_PAIR */
	uint32_t		 grant;		/* ASK_PAIRS; 0: all */
};

/*
 * Pairs that a new ikd-esp has and nobody knows are deleted, as many at once
 * as it may be told; then it is asked again, so often that its table has
 * been gone through.
 */
#define ROUNDS_MOST	64

static TAILQ_HEAD(, ask)	 asks = TAILQ_HEAD_INITIALIZER(asks);
static unsigned int		 rounds;	/* of this ikd-esp */
static int			 strays_left;
static int			 reconciling;
static uint32_t			 last_req;

static struct ask *
ask_new(enum ask_kind kind, uint32_t their_req)
{
	struct ask	*a = xcalloc(1, sizeof(*a));

	if (++last_req == 0)
		last_req = 1;
	a->req = last_req;
	a->kind = kind;
	a->their_req = their_req;
	TAILQ_INSERT_TAIL(&asks, a, entry);
	return (a);
}

static struct ask *
ask_find(uint32_t req)
{
	struct ask	*a;

	TAILQ_FOREACH(a, &asks, entry)
		if (a->req == req)
			return (a);
	return (NULL);
}

static void
answer_pair(const struct ask *a, unsigned int code)
{
	const struct pair	*p = pair_by_handle(a->handle);

	if (p == NULL || p->lost)
		code = RSN_GONE;
	else if (p->retired && pair_serving(p->flows) != NULL)
		code = RSN_REPLACED;
	ike_answer_count(a->worker, M_SA_INFO, a->their_req, code,
	    p != NULL ? &p->counters : NULL);
}

static void
tell_pair(const struct pair *p, uint32_t req)
{
	static struct mt_pair	 m;

	memset(&m, 0, sizeof(m));
	m.req = req;
	m.grant = p->grant_id;
	m.tunnel = p->tunnel;
	m.child = p->child;
	m.spi_in = p->spi_in;
	m.spi_out = p->spi_out;
	m.suite = p->suite;
	m.local = p->local;
	m.remote = p->remote;
	m.since = p->since;
	m.counters = p->counters;
	(void)parent_send(grants_parent, ROLE_TMD, 0, M_PAIR, &m, -1);
}

static void
answer_pairs(const struct ask *a, unsigned int code)
{
	struct pair	*p;
	struct grant	*g;

	if (a->grant == 0) {
		for (p = pair_next(NULL); p != NULL; p = pair_next(p))
			if (p->state == PAIR_UP)
				tell_pair(p, a->their_req);
	} else if ((g = grant_find(a->grant)) != NULL)
		LIST_FOREACH(p, &g->pairs, grant_entry)
			if (p->state == PAIR_UP)
				tell_pair(p, a->their_req);
	tmd_answer(M_PAIRS_END, a->their_req, code, NULL);
}

static void
add_row(struct mt_plane *m, const char *k, size_t v)
{
	struct wt_kv	*kv;

	if (m->kv_n == sizeof(m->kv) / sizeof(m->kv[0]))
		return;
	kv = &m->kv[m->kv_n++];
	snprintf(kv->k, sizeof(kv->k), "%s", k);
	snprintf(kv->v, sizeof(kv->v), "%zu", v);
}

/* from: what ikd-esp says, or NULL: it is away. */
static void
answer_info(const struct ask *a, const struct me_plane *from)
{
	static struct mt_plane	 m;
	size_t			 blocks, routes;

	memset(&m, 0, sizeof(m));
	m.req = a->their_req;
	snprintf(m.name, sizeof(m.name), "%s", plane->name);
	if (from == NULL && plane == &plane_userspace)
		add_row(&m, "running", 0);
	add_row(&m, "ceilings", ceilings_count());
	add_row(&m, "grants", grants_count());
	add_row(&m, "pairs", pairs_count());
	hold_counts(&blocks, &routes);
	add_row(&m, "flows blocked in clear", blocks);
	add_row(&m, "flows routed", routes);
	if (from != NULL) {
		size_t	 n = sizeof(m.kv) / sizeof(m.kv[0]) - m.kv_n;

		if (from->kv_n < n)
			n = from->kv_n;
		memcpy(&m.kv[m.kv_n], from->kv, n * sizeof(m.kv[0]));
		m.kv_n = (uint16_t)(m.kv_n + n);
	}
	(void)parent_send(grants_parent, ROLE_TMD, 0, M_PLANE, &m, -1);
}

/* What the new ikd-esp has not said is lost. */
static void
reconciled(uint32_t req)
{
	struct pair	*p;

	for (p = pair_next(NULL); p != NULL; p = pair_next(p))
		if (p->state == PAIR_UP && p->counted != req)
			plane_lost(p);
}

/* Answers a and frees it. */
static void
ask_done(struct ask *a, unsigned int code)
{
	switch (a->kind) {
	case ASK_RECONCILE:
		reconciling = 0;
		if (code == RSN_OK)
			reconciled(a->req);
		break;
	case ASK_PAIR:
		answer_pair(a, code);
		break;
	case ASK_PAIRS:
		answer_pairs(a, code);
		break;
	case ASK_INFO:
		answer_info(a, NULL);
		break;
	case ASK_REFRESH:
	case ASK_NOBODY:
		break;
	}
	TAILQ_REMOVE(&asks, a, entry);
	free(a);
}

/* Asks for one pair's counters or all; without the plane, as known. */
static void
ask_send(struct ask *a, uint32_t handle)
{
	int	 r = plane->query(a->req, handle);

	if (r != PLANE_LATER)
		ask_done(a, (unsigned int)r);
}

void
plane_ask_reconcile(void)
{
	strays_left = 0;
	reconciling = 1;
	ask_send(ask_new(ASK_RECONCILE, 0), 0);
}

int
plane_ask_reconciling(void)
{
	return (reconciling);
}

void
plane_ask_pair(struct pair *p, uint32_t req)
{
	struct ask	*a = ask_new(ASK_PAIR, req);

	a->worker = p->worker;
	a->handle = p->handle;
	ask_send(a, p->handle);
}

void
plane_ask_pairs(uint32_t grant, uint32_t req)
{
	struct grant	*g;
	struct pair	*p;
	struct ask	*a;
	uint32_t	 last = 0;

	if (grant != 0 && (g = grant_find(grant)) != NULL)
		LIST_FOREACH(p, &g->pairs, grant_entry) {
			if (p->state != PAIR_UP || p->lost)
				continue;
			if (last != 0)
				ask_send(ask_new(ASK_REFRESH, 0), last);
			last = p->handle;
		}
	a = ask_new(ASK_PAIRS, req);
	a->grant = grant;
	if (grant != 0 && last == 0)
		ask_done(a, RSN_OK);
	else
		ask_send(a, last);
}

void
plane_ask_info(uint32_t req)
{
	struct ask	*a = ask_new(ASK_INFO, req);
	int		 r = plane->info(a->req);

	if (r != PLANE_LATER)
		ask_done(a, (unsigned int)r);
}

void
plane_ask_died(void)
{
	struct ask	*a;

	rounds = 0;
	while ((a = TAILQ_FIRST(&asks)) != NULL)
		ask_done(a, RSN_PLANE);
}

void
plane_forget_worker(unsigned int inst)
{
	struct ask	*a;

	TAILQ_FOREACH(a, &asks, entry)
		if (a->kind == ASK_PAIR && a->worker == inst)
			a->kind = ASK_NOBODY;
}

void
plane_forget_tmd(void)
{
	struct ask	*a;

	TAILQ_FOREACH(a, &asks, entry)
		if (a->kind == ASK_PAIRS || a->kind == ASK_INFO)
			a->kind = ASK_NOBODY;
}

void
plane_counted(const struct me_count *c)
{
	struct me_handle	 h = { c->handle };
	struct pair		*p = pair_by_handle(c->handle);
	struct ask		*a = ask_find(c->req);

	if (p != NULL) {
		p->counters = c->counters;
		p->counted = c->req;
		return;
	}
	/* Deleted while ikd-esp was away. */
	if (a != NULL && a->kind == ASK_RECONCILE && parent_send(grants_parent,
	    ROLE_ESP, 0, M_SA_DEL, &h, -1) != PIPE_OK)
		strays_left = 1;
}

void
plane_counted_all(const struct me_req *m)
{
	struct ask	*a = ask_find(m->req);
	int		 again;

	again = a != NULL && a->kind == ASK_RECONCILE && strays_left;
	if (a != NULL)
		ask_done(a, RSN_OK);
	if (again && ++rounds < ROUNDS_MOST)
		plane_ask_reconcile();
	plane_pump();
}

void
plane_info(const struct me_plane *m)
{
	struct ask	*a = ask_find(m->req);

	if (a == NULL)
		return;
	if (a->kind == ASK_INFO) {
		answer_info(a, m);
		a->kind = ASK_NOBODY;
	}
	ask_done(a, RSN_OK);
}
