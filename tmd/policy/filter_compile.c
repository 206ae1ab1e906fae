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
 * Rules of filters into terms: every choice that a rule leaves (addresses,
 * families, ports, chains, ways through a tunnel) is a term of its own, in
 * the order of the rules.
 */

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "filter_shared.h"
#include "lane.h"
#include "ts.h"

#define VRF_COUNTER	1	/* those of rules are digests */

/* The term as far as it is made, and the rule it is of. */
struct making {
	struct reader		*r;
	const struct filter	*f;
	struct wt_filter	 t;
	unsigned int		 made;		/* of this rule */
	struct filter_shared	*shared;	/* of a rule for one tunnel */
};

static void
emit(struct making *m)
{
	struct policy *po = m->r->po;
	struct wt_filter *v;

	m->made++;
	if (po->nterms >= FILTER_TERMS) {
		po->nterms++;
		return;
	}
	if (po->nterms % 256 == 0) {
		v = arena_alloc(m->r->arena, (po->nterms + 256) * sizeof(*v));
		if (po->nterms > 0)
			memcpy(v, po->terms, po->nterms * sizeof(*v));
		po->terms = v;
	}
	po->terms[po->nterms++] = m->t;
}

static int
common(uint64_t a, uint64_t b)
{
	return (a == 0 || b == 0 || a == b);
}

/* One side's addresses and ports with those of a selector. */
static int
meet(const struct wt_ts *have, const struct wt_ts *ts, struct wt_ts *out)
{
	struct wt_ts mine = *have, its = *ts;

	if (mine.af == 0) {
		mine.af = its.af;
		memset(mine.hi, 0xff, its.af == 4 ? 4 : 16);
	}
	/* ICMP types are no ports here, nor is OPAQUE a range. */
	if (its.port_lo > its.port_hi || its.proto == IPPROTO_ICMP ||
	    its.proto == IPPROTO_ICMPV6) {
		its.port_lo = 0;
		its.port_hi = 65535;
	}
	return (ts_intersect(&mine, &its, out));
}

/* Every address of its family. */
static int
whole(const struct wt_ts *t)
{
	size_t i, n = t->af == 4 ? 4 : 16;

	for (i = 0; i < n && t->lo[i] == 0 && t->hi[i] == 0xff; i++)
		;
	return (i == n);
}

/* Tunnels are told apart by the addresses of their children. */
static void
by_addresses(struct making *m, const struct child *c)
{
	int in = m->t.via == FILTER_VIA_IN || m->t.via == FILTER_VIA_CLEAR;
	const struct wt_ts *from = c->wide[in], *to = c->wide[!in];
	struct wt_ts whole_from = m->t.from, whole_to = m->t.to;
	unsigned int i, k;

	for (i = 0; i < c->nwide[in]; i++)
		for (k = 0; k < c->nwide[!in]; k++) {
			if (from[i].af != to[k].af ||
			    (m->t.via == FILTER_VIA_CLEAR && whole(&from[i])) ||
			    !common(from[i].proto, to[k].proto) ||
			    !meet(&whole_from, &from[i], &m->t.from) ||
			    !meet(&whole_to, &to[k], &m->t.to) ||
			    !common(m->t.from.proto, m->t.to.proto))
				continue;
			m->t.from.proto |= m->t.to.proto;
			m->t.to.proto = m->t.from.proto;
			if (m->shared != NULL)
				filters_shared(m->shared, &m->t);
			emit(m);
		}
	m->t.from = whole_from;
	m->t.to = whole_to;
}

/*
 * What leaves by an interface of the child's is not protected before.  Other
 * tunnels may share it: of one tunnel it is what has its addresses.
 */
static void
by_interface(struct making *m, const struct child *c)
{
	if (m->t.via != FILTER_VIA_OUT || c->lane.interface == NULL)
		return;
	m->t.via = FILTER_VIA_NONE;
	strlcpy(m->t.oif, c->lane.interface, sizeof(m->t.oif));
	if (m->f->through != NULL)
		by_addresses(m, c);
	else
		emit(m);
	m->t.oif[0] = '\0';
	m->t.via = FILTER_VIA_OUT;
}

static int
has_interface(const struct policy *po)
{
	unsigned int i, k;

	for (i = 0; i < po->ntunnels; i++)
		for (k = 0; k < po->tunnels[i].nchildren; k++)
			if (po->tunnels[i].children[k].lane.interface != NULL)
				return (1);
	return (0);
}

static void
through_any(struct making *m)
{
	emit(m);
	if (m->t.via == FILTER_VIA_OUT && has_interface(m->r->po)) {
		m->t.via = FILTER_VIA_LINK;
		emit(m);
	}
}

/*
 * What has come is in the VRF, where others have the same addresses; what will
 * go is told by the interface alone.
 */
static void
in_vrf(struct making *m, const struct child *c)
{
	if (c->lane.vrf == NULL)
		by_addresses(m, c);
	else if (m->t.via == FILTER_VIA_IN) {
		strlcpy(m->t.iif, c->lane.vrf, sizeof(m->t.iif));
		by_addresses(m, c);
		m->t.iif[0] = '\0';
	}
}

/* Chain and direction are chosen; is a tunnel, too? */
static void
through(struct making *m, unsigned int via)
{
	const struct tunnel *t = m->f->through;
	unsigned int i;

	m->t.via = (uint8_t)via;
	if (t == NULL)
		through_any(m);
	else
		for (i = 0; i < t->nchildren; i++) {
			in_vrf(m, &t->children[i]);
			if (!m->r->po->userspace)
				by_interface(m, &t->children[i]);
		}
	m->t.via = FILTER_VIA_NONE;
}

/* In a chain: by the interface, or the tunnel, of this direction. */
static void
directed(struct making *m, unsigned int chain, int out)
{
	char *name = out ? m->t.oif : m->t.iif;

	m->t.chain = (uint8_t)chain;
	if (m->f->tunnel != NULL) {
		through(m, out ? FILTER_VIA_OUT : FILTER_VIA_IN);
		return;
	}
	if (m->f->interface != NULL)
		strlcpy(name, m->f->interface, sizeof(m->t.iif));
	emit(m);
	name[0] = '\0';
}

/*
 * Fragments that come in are put together before most chains see them; where
 * a rule is about them, there is one before that.
 */
static void
before_defrag(struct making *m, int in, int beyond)
{
	const struct filter *f = m->f;
	uint8_t verdict = m->t.verdict;

	if (m->t.frag != FILTER_FRAG_YES && m->t.frag != FILTER_FRAG_FIRST)
		return;
	if (verdict == FILTER_PERMIT_STATE)
		m->t.verdict = FILTER_PERMIT;
	/* Whatever is forwarded comes in, by whichever interface. */
	if (in || (beyond && f->interface == NULL && f->tunnel == NULL)) {
		m->t.place = f->scope == SCOPE_LOCAL ? FILTER_HERE :
		    f->scope == SCOPE_ROUTE || !in ? FILTER_BEYOND :
		    FILTER_ANYWHERE;
		directed(m, FILTER_FRAGMENTS, 0);
	}
	m->t.place = FILTER_ANYWHERE;
	m->t.verdict = verdict;
}

static void
chains(struct making *m)
{
	const struct filter *f = m->f;
	int in = f->direction != DIR_OUT, out = f->direction != DIR_IN;
	int here = f->scope != SCOPE_ROUTE, beyond = f->scope != SCOPE_LOCAL;

	before_defrag(m, in, beyond);
	if (here && in)
		directed(m, FILTER_IN, 0);
	if (here && out)
		directed(m, FILTER_OUT, 1);
	if (!beyond)
		return;
	/* Through this host: every packet comes in and goes out. */
	if (in || (f->interface == NULL && f->tunnel == NULL))
		directed(m, FILTER_FORWARD, 0);
	if (out && (f->interface != NULL || f->tunnel != NULL))
		directed(m, FILTER_FORWARD, 1);
}

static void
fragments(struct making *m)
{
	static const uint8_t ways[][2] = {
		[FRAGMENTS_ALL] = { FILTER_FRAG_ANY, FILTER_FRAG_ANY },
		[FRAGMENTS_ONLY] = { FILTER_FRAG_YES, FILTER_FRAG_YES },
		[FRAGMENTS_NONE] = { FILTER_FRAG_NO, FILTER_FRAG_NO },
		[FRAGMENTS_HEADERS] = { FILTER_FRAG_NO, FILTER_FRAG_FIRST },
	};
	const uint8_t *w = ways[m->f->fragments];

	m->t.frag = w[0];
	chains(m);
	m->t.frag = w[1];
	if (w[1] != w[0])
		chains(m);
}

/* Fragments and source routes look otherwise in each family. */
static void
families(struct making *m)
{
	const struct filter *f = m->f;
	uint8_t af = m->t.from.af != 0 ? m->t.from.af : m->t.to.af;
	struct wt_ts from = m->t.from;

	if (m->t.from.af != 0 && m->t.to.af != 0 &&
	    m->t.from.af != m->t.to.af)
		return;
	if (af != 0) {
		if (common(f->family, af))
			fragments(m);
		return;
	}
	if (f->family == 0 && f->fragments == FRAGMENTS_ALL &&
	    f->source_route) {
		fragments(m);
		return;
	}
	for (af = 4; af <= 6; af += 2) {
		if (!common(f->family, af))
			continue;
		m->t.from.af = af;
		memset(m->t.from.lo, 0, sizeof(m->t.from.lo));
		memset(m->t.from.hi, 0, sizeof(m->t.from.hi));
		memset(m->t.from.hi, 0xff, af == 4 ? 4 : 16);
		fragments(m);
		m->t.from = from;
	}
}

/* "!n" is what is below it, and what is above. */
static unsigned int
ranges(const struct filter_ports *p, struct filter_ports out[2])
{
	unsigned int n = 0;

	if (!p->not) {
		out[0] = *p;
		return (1);
	}
	if (p->lo > 0) {
		out[n].lo = 0;
		out[n++].hi = p->lo - 1;
	}
	if (p->lo < 65535) {
		out[n].lo = p->lo + 1;
		out[n++].hi = 65535;
	}
	return (n);
}

static void
ports(struct making *m)
{
	struct filter_ports from[2], to[2];
	unsigned int i, k, nfrom, nto;

	nfrom = ranges(&m->f->from_port, from);
	nto = ranges(&m->f->to_port, to);
	m->t.from.proto = m->t.to.proto = (uint8_t)m->f->protocol;
	for (i = 0; i < nfrom; i++)
		for (k = 0; k < nto; k++) {
			m->t.from.port_lo = (uint16_t)from[i].lo;
			m->t.from.port_hi = (uint16_t)from[i].hi;
			m->t.to.port_lo = (uint16_t)to[k].lo;
			m->t.to.port_hi = (uint16_t)to[k].hi;
			families(m);
		}
}

static void
side(struct wt_ts *out, const struct filter_nets *nets, unsigned int i)
{
	memset(out, 0, sizeof(*out));
	if (nets->n > 0)
		*out = nets->ts[i];
}

static void
rule(struct making *m)
{
	const struct filter *f = m->f;
	unsigned int i, k;

	m->t.verdict = f->action == ACTION_DENY ? FILTER_DENY : f->state ?
	    FILTER_PERMIT_STATE : FILTER_PERMIT;
	m->t.icmp = (uint16_t)f->icmp;
	m->t.unrouted = !f->source_route;
	for (i = 0; i < f->from.n || i == 0; i++)
		for (k = 0; k < f->to.n || k == 0; k++) {
			side(&m->t.from, &f->from, i);
			side(&m->t.to, &f->to, k);
			ports(m);
		}
}

static void
dyn(struct making *m, const struct filter_dyn_row *d)
{
	struct wt_ts *end;
	int out;

	for (out = 0; out < 2; out++) {
		memset(&m->t.from, 0, sizeof(m->t.from));
		m->t.from.port_hi = 65535;
		m->t.from.proto = d->proto;
		m->t.to = m->t.from;
		end = out != d->theirs ? &m->t.from : &m->t.to;
		if (d->port != 0)
			end->port_lo = end->port_hi = (uint16_t)d->port;
		m->t.counter = filters_dyn_counter(d, out);
		m->t.chain = out ? FILTER_OUT : FILTER_IN;
		emit(m);
	}
}

/*
 * What negotiation needs, and what has come or goes through a tunnel: the
 * plane lets nothing through one that was not negotiated.  What is said of
 * it by ICMP passes where state is kept at all.
 */
static void
dynamic(struct making *m)
{
	const struct policy *po = m->r->po;
	struct filter_dyn_row d;
	unsigned int i;

	for (i = 0; i < po->nfilters && (po->filters[i].action !=
	    ACTION_PERMIT || !po->filters[i].state); i++)
		;
	m->t.icmp = FILTER_NO_ICMP;
	m->t.verdict = i < po->nfilters ? FILTER_PERMIT_STATE : FILTER_PERMIT;
	for (i = 0; filters_dyn(po, i, &d); i++)
		dyn(m, &d);
	m->t.verdict = FILTER_PERMIT;
	m->t.counter = m->f->counter;
	side(&m->t.from, &m->f->from, 0);
	m->t.from.port_hi = 65535;
	m->t.to = m->t.from;
	m->t.chain = FILTER_IN;
	through(m, FILTER_VIA_IN);
	m->t.chain = FILTER_OUT;
	through(m, FILTER_VIA_OUT);
	m->t.chain = FILTER_FORWARD;
	through(m, FILTER_VIA_IN);
	through(m, FILTER_VIA_OUT);
}

/*
 * The kernel's policies know no VRF: in one, what comes in clear from where a
 * tunnel leads is refused here.  And where its interface has lost the VRF,
 * nothing that comes by it gets anywhere.
 */
static void
guard(struct making *m, const struct child *c, int first)
{
	static const uint8_t in[] = { FILTER_IN, FILTER_FORWARD };
	unsigned int i;

	memset(&m->t, 0, sizeof(m->t));
	m->t.counter = VRF_COUNTER;
	m->t.verdict = FILTER_DENY;
	m->t.icmp = FILTER_NO_ICMP;
	m->t.from.port_hi = m->t.to.port_hi = 65535;
	for (i = 0; i < 2; i++) {
		m->t.chain = in[i];
		strlcpy(m->t.iif, c->lane.interface, sizeof(m->t.iif));
		if (first)
			emit(m);
		if (c->idle != IDLE_DROP && c->idle != IDLE_TRAP)
			continue;
		strlcpy(m->t.iif, c->lane.vrf, sizeof(m->t.iif));
		m->t.via = FILTER_VIA_CLEAR;
		by_addresses(m, c);
		m->t.via = FILTER_VIA_NONE;
	}
}

static void
guards(struct reader *r)
{
	struct making m = { .r = r };
	struct hash seen = { NULL, 0, 0 };
	struct lane *l;
	unsigned int i, k;

	for (i = 0; i < r->po->ntunnels; i++)
		for (k = 0; k < r->po->tunnels[i].nchildren; k++) {
			l = &r->po->tunnels[i].children[k].lane;
			if (l->vrf != NULL)
				guard(&m, &r->po->tunnels[i].children[k],
				    hash_put(&seen, l->interface,
				    strlen(l->interface), l) == NULL);
		}
	hash_free(&seen);
}

void
filters_compile(struct reader *r)
{
	struct policy *po = r->po;
	struct meet_index *all = NULL;
	struct making m;
	unsigned int i;

	filters_name_counters(po);
	guards(r);
	for (i = 0; po->nfilters > 0 && i <= po->nfilters; i++) {
		memset(&m, 0, sizeof(m));
		m.r = r;
		m.f = &po->filters[i];
		m.t.counter = m.f->counter;
		if (m.f->log)
			filters_prefix(m.f, i + 1, m.t.log, sizeof(m.t.log));
		m.shared = filters_shared_new(r, m.f, &all);
		if (m.f->dynamic)
			dynamic(&m);
		else
			rule(&m);
		if (m.made == 0)
			reader_error(r, m.f->node, "this rule is for no "
			    "packet: its family%s exclude each other",
			    m.f->tunnel != NULL ? ", addresses and tunnel" :
			    " and addresses");
	}
	if (po->nterms > FILTER_TERMS)
		reader_error(r, po->at[TOP_FILTERS] != NULL ?
		    po->at[TOP_FILTERS] : po->tunnels[0].node, "filters, and "
		    "children in VRFs, come to %u rules of the kernel, with "
		    "each choice of addresses by itself; possible are %u",
		    po->nterms, FILTER_TERMS);
}
