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
 * Owners of addresses: grants of one address by a tree, what the policy names
 * by a sorted list of spans, made anew with the first question after a
 * commit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "children.h"
#include "event.h"
#include "here.h"
#include "id.h"
#include "log.h"
#include "owners.h"
#include "policy_now.h"
#include "tree.h"
#include "tunnel.h"

#define POINT	17	/* octets: family, address */

/* most: the highest end of this and all spans before it. */
struct span {
	uint8_t		 lo[POINT], hi[POINT], most[POINT];
	uint32_t	 tunnel;	/* 0: a network of ours */
};

/* Of a grant of one address. */
struct grant_host {
	RB_ENTRY(grant_host)	 by_addr;
	struct wt_addr		 addr;
	uint32_t		 id;		/* the grant's */
	struct grant		*grant;
};

RB_HEAD(host_tree, grant_host);

static int
host_cmp(const struct grant_host *a, const struct grant_host *b)
{
	int d = addr_cmp(&a->addr, &b->addr);

	if (d != 0)
		return (d);
	return (a->id < b->id ? -1 : a->id > b->id);
}

TREE_STATIC(host_tree, grant_host, by_addr, host_cmp)

static struct host_tree	 hosts = RB_INITIALIZER(&hosts);
static struct span	*spans;
static size_t		 nspans, room;
static const struct policy *spans_of;
static uint32_t		 spans_generation;

void
owners_add(struct grant *g, const struct wt_addr *host)
{
	owners_drop(g);
	g->host = xcalloc(1, sizeof(*g->host));
	g->host->addr = *host;
	g->host->id = g->id;
	g->host->grant = g;
	RB_INSERT(host_tree, &hosts, g->host);
}

void
owners_drop(struct grant *g)
{
	if (g->host == NULL)
		return;
	RB_REMOVE(host_tree, &hosts, g->host);
	free(g->host);
	g->host = NULL;
}

const struct wt_addr *
owners_host(const struct grant *g)
{
	return (g->host != NULL ? &g->host->addr : NULL);
}

static void
point(uint8_t af, const uint8_t *a, uint8_t out[POINT])
{
	out[0] = af;
	memcpy(out + 1, a, POINT - 1);
}

static int
whole_family(const struct wt_ts *ts)
{
	size_t i, n = ts->af == 4 ? 4 : 16;

	for (i = 0; i < n; i++)
		if (ts->lo[i] != 0 || ts->hi[i] != 0xff)
			return (0);
	return (1);
}

static void
add_span(uint8_t af, const uint8_t *lo, const uint8_t *hi, uint32_t tunnel)
{
	struct span *s;

	if (nspans == room) {
		room = room == 0 ? 64 : 2 * room;
		spans = xreallocarray(spans, room, sizeof(*spans));
	}
	s = &spans[nspans++];
	point(af, lo, s->lo);
	point(af, hi, s->hi);
	s->tunnel = tunnel;
}

static void
add_selectors(const struct wt_ts *ts, uint16_t n, uint32_t tunnel)
{
	uint16_t i;

	for (i = 0; i < n; i++)
		if (!whole_family(&ts[i]))
			add_span(ts[i].af, ts[i].lo, ts[i].hi, tunnel);
}

static void
add_tunnel(const struct pol_tunnel *t)
{
	const struct pol_child	*c;
	uint16_t		 i;

	for (i = 0; i < t->cf.local_n; i++)
		if (t->cf.local[i].plen == 8 * addr_len(&t->cf.local[i].addr))
			add_span(t->cf.local[i].addr.af,
			    t->cf.local[i].addr.a, t->cf.local[i].addr.a, 0);
	TAILQ_FOREACH(c, &t->children, entry) {
		if ((c->cf.dyn & DYN_LOCAL) == 0)
			add_selectors(c->ceiling.ts_local,
			    c->ceiling.ts_local_n, 0);
		if ((c->cf.dyn & DYN_REMOTE) == 0 && !c->cf.generic)
			add_selectors(c->ceiling.ts_remote,
			    c->ceiling.ts_remote_n, t->cf.tunnel);
	}
}

static int
span_cmp(const void *a, const void *b)
{
	return (memcmp(((const struct span *)a)->lo,
	    ((const struct span *)b)->lo, POINT));
}

static void
make_spans(void)
{
	const struct policy	*p = policy_now();
	const struct pol_tunnel	*t;
	size_t			 i;

	if (spans_of == p && spans_generation == p->generation)
		return;
	spans_of = p;
	spans_generation = p->generation;
	nspans = 0;
	for (t = snapshot_next(p, NULL); t != NULL; t = snapshot_next(p, t))
		add_tunnel(t);
	if (nspans > 1)
		qsort(spans, nspans, sizeof(*spans), span_cmp);
	for (i = 0; i < nspans; i++)
		memcpy(spans[i].most, i > 0 && memcmp(spans[i - 1].most,
		    spans[i].hi, POINT) > 0 ? spans[i - 1].most : spans[i].hi,
		    POINT);
}

/* A span with it in that is not this tunnel's. */
static const struct span *
span_with(const struct wt_addr *a, uint32_t not)
{
	uint8_t		 p[POINT];
	size_t		 lo = 0, hi = nspans, mid;

	point(a->af, a->a, p);
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (memcmp(spans[mid].lo, p, POINT) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo > 0 && memcmp(spans[lo - 1].most, p, POINT) >= 0; lo--)
		if (memcmp(spans[lo - 1].hi, p, POINT) >= 0 &&
		    spans[lo - 1].tunnel != not)
			return (&spans[lo - 1]);
	return (NULL);
}

/* Another's grant of this very address; what one peer had before is its. */
static const char *
held(const struct session *s, const struct wt_addr *a)
{
	static char	 why[700];
	struct grant_host	 find, *h;
	const struct session	*o;
	char			 id[640];

	memset(&find, 0, sizeof(find));
	find.addr = *a;
	for (h = RB_NFIND(host_tree, &hosts, &find); h != NULL &&
	    addr_cmp(&h->addr, a) == 0; h = RB_NEXT(host_tree, &hosts, h)) {
		if ((o = h->grant->session) == s)
			continue;
		if (!id_equal(o->id_peer, s->id_peer)) {
			snprintf(why, sizeof(why), "%s of tunnel %s has it",
			    id_print(o->id_peer, id, sizeof(id)),
			    o->tunnel->name);
			return (why);
		}
		if (s->tunnel->pol->cf.unique == UNIQUE_NEVER)
			return ("another session of the same peer has it "
			    "(unique-id: never)");
	}
	return (NULL);
}

/* Whose it is by the policy and by where we are, whoever is up. */
static const char *
belongs(const struct session *s, const struct wt_addr *host)
{
	static char		 why[NAME_MAX_LEN + 64];
	const struct span	*o;
	const struct tunnel	*t;

	make_spans();
	if ((o = span_with(host, s->tunnel->number)) != NULL) {
		t = o->tunnel == 0 ? NULL : tunnel_find(o->tunnel);
		if (t == NULL)
			return ("it is in a local network");
		snprintf(why, sizeof(why), "it belongs to tunnel %s",
		    t->name);
		return (why);
	}
	if (addr_cmp(host, &sess_proved(s, 0)->addr) == 0)
		return ("it is our own");
	return (here_objection(host, &sess_proved(s, 1)->addr));
}

const char *
owners_objection(const struct session *s, const struct wt_addr *host)
{
	const char	*why = belongs(s, host);

	return (why != NULL ? why : held(s, host));
}

static void
recheck(struct grant *g)
{
	const struct session	*s = g->session;
	const struct tun_child	*c = tunnel_child(s->tunnel, g->child);
	char			 at[ADDR_TEXT], id[640];
	const char		*why;

	if (c == NULL || !c->pol->cf.generic || g->ending ||
	    s->state == SS_ENDING ||
	    (why = belongs(s, owners_host(g))) == NULL)
		return;
	event_sess(EVT_REFUSED, g->session, g->child, RSN_TS,
	    "%s may not have %s any more: %s", s->id_peer == NULL ? "a peer" :
	    id_print(s->id_peer, id, sizeof(id)),
	    addr_print(owners_host(g), at, sizeof(at)), why);
	children_end_grant(g, RSN_TS);
}

void
owners_recheck(void)
{
	struct grant_host	*h, *next;

	RB_FOREACH_SAFE(h, host_tree, &hosts, next)
		recheck(h->grant);
}
