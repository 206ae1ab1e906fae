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
 * Tables, rules and hints of the flows that are routed into the TUN.
 */

#include <sys/queue.h>
#include <sys/tree.h>

#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "asroot_route.h"
#include "asroot_vrf.h"
#include "log.h"
#include "steer.h"

/* A table and the one rule that leads to it. */
struct table {
	RB_ENTRY(table)		 entry;
	struct flow		 key;		/* but where to */
	enum rule_prio		 prio;
	uint32_t		 number;
	unsigned int		 refs;
};

/* A route with a source hint; several flows may share it. */
struct hint {
	RB_ENTRY(hint)		 entry;
	struct table		*table;
	struct wt_prefix	 dst;
	struct wt_addr		 src;		/* in a VRF: or none */
	unsigned int		 ifindex;
	unsigned int		 refs;
};

struct steer {
	LIST_ENTRY(steer)	 entry;
	const struct flow	*f;		/* the caller's */
	struct lane_way		 way;
	int			 past;		/* not into the TUN */
	struct table		*table;		/* NULL: it is the VRF's */
	struct hint		*hint;		/* NULL: we own no address */
	struct table		*no_source;	/* of such: or NULL */
};

static RB_HEAD(table_tree, table)	tables = RB_INITIALIZER(&tables);
static RB_HEAD(hint_tree, hint)		hints = RB_INITIALIZER(&hints);
static LIST_HEAD(, steer)		steers = LIST_HEAD_INITIALIZER(steers);

static uint8_t		 numbers[ROUTE_TABLES];	/* 1: in use */
static uint32_t		 next_number;

/* Ours, each with the VRF it is in, or 0. */
static struct own {
	struct wt_addr	 a;
	unsigned int	 vrf;
}			*addrs;
static size_t		 naddrs;
static int		 addrs_known;

static int
table_cmp(const struct table *a, const struct table *b)
{
	if (a->prio != b->prio)
		return (a->prio < b->prio ? -1 : 1);
	return (flow_cmp(&a->key, &b->key));
}

static int
hint_cmp(const struct hint *a, const struct hint *b)
{
	int	 c;

	if (a->table->number != b->table->number)
		return (a->table->number < b->table->number ? -1 : 1);
	if ((c = addr_cmp(&a->dst.addr, &b->dst.addr)) != 0)
		return (c);
	if (a->dst.plen != b->dst.plen)
		return (a->dst.plen < b->dst.plen ? -1 : 1);
	/* Interfaces in one VRF. */
	return (a->table->key.if_id < b->table->key.if_id ? -1 :
	    a->table->key.if_id > b->table->key.if_id);
}

RB_GENERATE_INTERNAL(table_tree, table, entry, table_cmp,
    static __attribute__((__unused__)))
RB_GENERATE_INTERNAL(hint_tree, hint, entry, hint_cmp,
    static __attribute__((__unused__)))

/* A number nobody uses; 0 when all are taken. */
static uint32_t
number_take(void)
{
	uint32_t	 i, n;

	for (i = 0; i < ROUTE_TABLES; i++) {
		n = (next_number + i) % ROUTE_TABLES;
		if (!numbers[n]) {
			numbers[n] = 1;
			next_number = n + 1;
			return (ROUTE_TABLE + n);
		}
	}
	log_warn(LS_KERNEL, "all %u routing tables are in use", ROUTE_TABLES);
	return (0);
}

/* A rule to the end of ours has no table; a VRF's has no rule of ours. */
static int
past(enum rule_prio prio)
{
	return (prio == RULE_PAST || prio == RULE_PAST_HINT);
}

/* The table of this key, made with its rule if need be; number: a VRF's. */
static struct table *
table_ref(const struct flow *key, enum rule_prio prio, uint32_t number)
{
	struct table	 find, *t;

	memset(&find, 0, sizeof(find));
	find.key = *key;
	find.prio = prio;
	if ((t = RB_FIND(table_tree, &tables, &find)) == NULL) {
		t = xcalloc(1, sizeof(*t));
		*t = find;
		t->number = number;
		if (number == 0 && !past(prio) &&
		    (t->number = number_take()) == 0) {
			free(t);
			return (NULL);
		}
		RB_INSERT(table_tree, &tables, t);
		if (prio != RULE_NONE)
			asroot_rule(1, &t->key, t->number, t->prio);
	}
	t->refs++;
	return (t);
}

static void
table_unref(struct table *t)
{
	if (--t->refs > 0)
		return;
	if (t->prio != RULE_NONE)
		asroot_rule(0, &t->key, t->number, t->prio);
	if (t->prio != RULE_NONE && !past(t->prio))
		numbers[t->number - ROUTE_TABLE] = 0;
	RB_REMOVE(table_tree, &tables, t);
	free(t);
}

static struct flow
flow_key(const struct flow *f)
{
	struct flow	 k = *f;

	memset(&k.r, 0, sizeof(k.r));
	if (!flow_has_ports(f->proto)) {
		k.l_lo = k.r_lo = 0;
		k.l_hi = k.r_hi = 65535;
	}
	return (k);
}

static void
addrs_add(const struct wt_prefix *p, unsigned int ifindex, void *arg)
{
	const struct vrf_link	*l = asroot_vrf_link(ifindex);

	(void)arg;
	addrs = xreallocarray(addrs, naddrs + 1, sizeof(*addrs));
	addrs[naddrs].vrf = l != NULL ? l->vrf : 0;
	addrs[naddrs++].a = p->addr;
}

static void
addrs_load(void)
{
	naddrs = 0;
	asroot_vrf_load();
	asroot_addrs(addrs_add, NULL);
	addrs_known = 1;
}

/* The first of our addresses inside l, in this VRF or none, or NULL. */
static const struct wt_addr *
own_addr(const struct wt_prefix *l, unsigned int vrf)
{
	size_t	 i;

	if (!addrs_known)
		addrs_load();
	/* From everywhere: the rule for l sees unbound sockets, too. */
	if (l->plen == 0)
		return (NULL);
	for (i = 0; i < naddrs; i++)
		if (addrs[i].vrf == vrf && prefix_has(l, &addrs[i].a))
			return (&addrs[i].a);
	return (NULL);
}

/* The key of the rule for what has no source, and no port of ours, yet. */
static struct flow
hint_key(const struct flow *f)
{
	struct flow	 k = flow_key(f);

	memset(&k.l.addr.a, 0, sizeof(k.l.addr.a));
	k.l.plen = f->l.addr.af == 4 ? 32 : 0;
	k.l_lo = 0;
	k.l_hi = 65535;
	return (k);
}

/* A VRF's own table, as an interface in it has it. */
static struct flow
vrf_key(const struct flow *f)
{
	struct flow	 k;

	memset(&k, 0, sizeof(k));
	k.if_id = f->if_id;
	return (k);
}

static void
hint_route(const struct hint *h)
{
	asroot_route(1, h->table->number, &h->dst, h->src.af != 0 ? &h->src :
	    NULL, h->ifindex);
}

static void
hint_guard(int add, const struct hint *h)
{
	struct flow	 f = h->table->key;

	if (h->dst.addr.af != 6 || h->table->prio == RULE_NONE)
		return;
	f.r = h->dst;
	asroot_rule_guard(add, &f, RULE_HINT_GUARD);
}

static void
hint_unref(struct hint *h)
{
	if (--h->refs > 0)
		return;
	hint_guard(0, h);
	asroot_route(0, h->table->number, &h->dst, NULL, h->ifindex);
	RB_REMOVE(hint_tree, &hints, h);
	table_unref(h->table);
	free(h);
}

/* The hint a flow has now, or NULL; the first flow's address stands. */
static struct hint *
hint_ref(const struct flow *f, const struct lane_way *w)
{
	const struct wt_addr	*src = own_addr(&f->l, w->vrf);
	struct flow		 k = w->table ? vrf_key(f) : hint_key(f);
	struct hint		 find, *h;

	if (src == NULL && w->table == 0)
		return (NULL);
	memset(&find, 0, sizeof(find));
	if ((find.table = table_ref(&k, w->table ? RULE_NONE : RULE_HINT,
	    w->table)) == NULL)
		return (NULL);
	find.dst = f->r;
	if (src != NULL)
		find.src = *src;
	find.ifindex = w->ifindex;
	if ((h = RB_FIND(hint_tree, &hints, &find)) != NULL) {
		table_unref(find.table);
		h->refs++;
		return (h);
	}
	h = xcalloc(1, sizeof(*h));
	*h = find;
	h->refs = 1;
	RB_INSERT(hint_tree, &hints, h);
	hint_route(h);
	hint_guard(1, h);
	return (h);
}

struct steer *
steer_add(const struct flow *f, const struct lane_way *w)
{
	struct flow	 k = flow_key(f);
	struct steer	*s;
	struct table	*t = NULL;

	if (w->table == 0 && (t = table_ref(&k, RULE_FLOW, 0)) == NULL)
		return (NULL);
	s = xcalloc(1, sizeof(*s));
	s->f = f;
	s->way = *w;
	s->table = t;
	LIST_INSERT_HEAD(&steers, s, entry);
	if (t != NULL)
		asroot_route(1, t->number, &f->r, NULL, w->ifindex);
	if (t != NULL && f->l.addr.af == 6)
		asroot_rule_guard(1, f, RULE_GUARD);
	s->hint = hint_ref(f, w);
	return (s);
}

/* The rule for what has no source yet; NULL: it needs none. */
static struct table *
past_hint(const struct flow *f)
{
	struct flow	 k = hint_key(f);

	k.r = f->r;
	return (own_addr(&f->l, 0) != NULL ? table_ref(&k, RULE_PAST_HINT,
	    0) : NULL);
}

struct steer *
steer_past(const struct flow *f)
{
	struct steer	*s = xcalloc(1, sizeof(*s));

	s->f = f;
	s->past = 1;
	s->table = table_ref(f, RULE_PAST, 0);
	s->no_source = past_hint(f);
	LIST_INSERT_HEAD(&steers, s, entry);
	return (s);
}

static void
del_past(struct steer *s)
{
	if (s->no_source != NULL)
		table_unref(s->no_source);
	table_unref(s->table);
	LIST_REMOVE(s, entry);
	free(s);
}

void
steer_del(struct steer *s)
{
	if (s->past) {
		del_past(s);
		return;
	}
	if (s->hint != NULL)
		hint_unref(s->hint);
	if (s->table != NULL && s->f->l.addr.af == 6)
		asroot_rule_guard(0, s->f, RULE_GUARD);
	if (s->table != NULL) {
		asroot_route(0, s->table->number, &s->f->r, NULL,
		    s->way.ifindex);
		table_unref(s->table);
	}
	LIST_REMOVE(s, entry);
	free(s);
}

static int
addr_owned(const struct wt_addr *a, unsigned int vrf)
{
	size_t	 i;

	for (i = 0; i < naddrs; i++)
		if (addrs[i].vrf == vrf && addr_cmp(&addrs[i].a, a) == 0)
			return (1);
	return (0);
}

/* In a VRF the route stays, with or without a hint. */
static void
vrf_hint(const struct steer *s)
{
	const struct wt_addr	*src = own_addr(&s->f->l, s->way.vrf);
	struct hint		*h = s->hint;

	if (h->src.af != 0 ? addr_owned(&h->src, s->way.vrf) : src == NULL)
		return;
	memset(&h->src, 0, sizeof(h->src));
	if (src != NULL)
		h->src = *src;
	hint_route(h);
}

void
steer_addrs_changed(void)
{
	struct steer	*s;

	addrs_load();
	LIST_FOREACH(s, &steers, entry) {
		if (!s->past)
			continue;
		if (s->no_source != NULL)
			table_unref(s->no_source);
		s->no_source = past_hint(s->f);
	}
	/* All stale ones away first: a shared hint goes with its last user. */
	LIST_FOREACH(s, &steers, entry)
		if (s->way.table != 0)
			vrf_hint(s);
		else if (s->hint != NULL && !addr_owned(&s->hint->src, 0)) {
			hint_unref(s->hint);
			s->hint = NULL;
		}
	LIST_FOREACH(s, &steers, entry)
		if (!s->past && s->hint == NULL)
			s->hint = hint_ref(s->f, &s->way);
}
