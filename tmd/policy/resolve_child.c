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
 * Children: the one that is not written, start, and traffic selectors with
 * the endpoint's address where none is named.
 */

#include <string.h>

#include "addr.h"
#include "beside.h"
#include "lane.h"
#include "resolve.h"
#include "ts.h"

/* Everything of one family. */
static void
whole_family(struct wt_ts *ts, unsigned int af)
{
	struct wt_prefix p;

	memset(&p, 0, sizeof(p));
	p.addr.af = (uint8_t)af;
	ts_from_prefix(ts, &p);
}

static int
has_family(const struct endpoint *e, unsigned int af)
{
	unsigned int i;

	for (i = 0; i < e->naddr; i++)
		if (e->addr[i].addr.af == af)
			return (1);
	return (e->naddr == 0);
}

static unsigned int
copies(const struct child *c)
{
	return (c->icmp.n > 0 ? c->icmp.n : 1);
}

/*
 * Protocol and ports into the first count of ts, which has room for copies():
 * one for each ICMP type, which stands on both sides (RFC 4301 section
 * 4.4.1.3: sent and received).  Returns how many there are then.
 */
static unsigned int
with_ports(const struct child *c, const struct nets *n, struct wt_ts *ts,
    unsigned int count)
{
	const struct icmp_sel *s = &c->icmp;
	unsigned int i, all = count * copies(c);

	for (i = all; i-- > 0;) {
		ts[i] = ts[i % count];
		ts[i].proto = (uint8_t)c->protocol;
		ts[i].port_lo = (uint16_t)n->port_lo;
		ts[i].port_hi = (uint16_t)n->port_hi;
		if (s->n == 0)
			continue;
		ts[i].port_lo = (uint16_t)(s->type[i / count] << 8 |
		    (s->has_code ? s->code : 0));
		ts[i].port_hi = (uint16_t)(s->type[i / count] << 8 |
		    (s->has_code ? s->code : 255));
	}
	return (all);
}

/* The widest the endpoint's own address can be. */
static void
widest(struct reader *r, const struct endpoint *e,
    const struct endpoint *other, struct child *c, int side)
{
	struct wt_ts *ts;
	unsigned int i, n = 0;

	ts = arena_alloc(r->arena, (e->naddr + 2) * copies(c) * sizeof(*ts));
	for (i = 0; i < e->naddr; i++)
		ts_from_prefix(&ts[n++], &e->addr[i]);
	if (e->naddr == 0 && has_family(other, 4))
		whole_family(&ts[n++], 4);
	if (e->naddr == 0 && has_family(other, 6))
		whole_family(&ts[n++], 6);
	c->wide[side] = ts;
	c->nwide[side] = n;
}

/* Any address of the families that our side has. */
static void
any_host(struct child *c)
{
	unsigned int i, n = 0, of[7] = { 0 };

	for (i = 0; i < c->nwide[0]; i++)
		of[c->wide[0][i].af % 7] = 1;
	if (of[4])
		whole_family(&c->wide[1][n++], 4);
	if (of[6])
		whole_family(&c->wide[1][n++], 6);
	c->nwide[1] = n;
}

static void
resolve_side(struct reader *r, const struct tunnel *t, struct child *c,
    int side)
{
	const struct nets *n = side == 0 ? &c->local : &c->remote;
	const struct endpoint *e = side == 0 ? &t->local : &t->remote;
	const struct endpoint *o = side == 0 ? &t->remote : &t->local;

	if (n->n > 0) {
		c->ts[side] = arena_alloc(r->arena, n->n * copies(c) *
		    sizeof(*n->ts));
		memcpy(c->ts[side], n->ts, n->n * sizeof(*n->ts));
		c->nts[side] = with_ports(c, n, c->ts[side], n->n);
		c->wide[side] = c->ts[side];
		c->nwide[side] = c->nts[side];
		return;
	}
	widest(r, e, o, c, side);
	if (n->any_host)
		any_host(c);
	c->nwide[side] = with_ports(c, n, c->wide[side], c->nwide[side]);
	if (n->any_host) {
		c->ts[side] = c->wide[side];
		c->nts[side] = c->nwide[side];
		return;
	}
	if (endpoint_single(e)) {
		c->ts[side] = c->wide[side];
		c->nts[side] = c->nwide[side];
		return;
	}
	c->dyn |= side == 0 ? DYN_LOCAL : DYN_REMOTE;
	c->ts[side] = arena_alloc(r->arena, copies(c) * sizeof(struct wt_ts));
	c->nts[side] = with_ports(c, n, c->ts[side], 1);
}

static void
resolve_start(struct reader *r, const struct tunnel *t, struct child *c)
{
	if (c->at[C_START] == NULL)
		c->start = t->start;
	else if (t->role == TR_RESPONDER && (c->start == TS_START_AUTO ||
	    c->start == TS_START_TRAP))
		problem_error(r->ps, node_place(c->at[C_START]), "child "
		    "\"%s\" of tunnel \"%s\", a responder, cannot start by "
		    "itself: use start: answer or manual", c->name, t->name);
	else if (t->role == TR_INITIATOR && c->start == TS_START_ANSWER)
		problem_error(r->ps, node_place(c->at[C_START]), "child "
		    "\"%s\" of tunnel \"%s\", an initiator, cannot wait for "
		    "the peer: use start: auto, trap or manual", c->name,
		    t->name);
}

/*
 * Nothing to hold back while it is not known whose address it is; else a
 * trap, where the first packet starts it, or what without-tunnel says.
 */
static unsigned int
idle_of(const struct tunnel *t, const struct child *c)
{
	if (c->remote.any_host)
		return (IDLE_NONE);
	if ((c->dyn & DYN_REMOTE) != 0 && endpoint_wild(&t->remote))
		return (IDLE_NONE);
	if (c->start == TS_START_TRAP)
		return (IDLE_TRAP);
	return ((unsigned int)c->without_tunnel);
}

/*
 * A trap holds what without-tunnel would let pass: one of them was not meant.
 */
static void
resolve_idle(struct reader *r, const struct tunnel *t, struct child *c)
{
	c->idle = idle_of(t, c);
	if (c->idle == IDLE_TRAP && c->action == ACTION_PROTECT &&
	    c->without_tunnel != IDLE_DROP &&
	    c->at[C_WITHOUT_TUNNEL] != NULL)
		problem_error(r->ps, node_place(c->at[C_WITHOUT_TUNNEL]),
		    "child \"%s\" of tunnel \"%s\": without-tunnel: pass "
		    "beside start: trap cannot be: the trap holds the first "
		    "packet, so that it starts the tunnel, and nothing passes "
		    "in clear; use start: auto or answer, or leave "
		    "without-tunnel out", c->name, t->name);
}

void
resolve_children(struct reader *r, struct tunnel *t)
{
	struct child *c;
	unsigned int i;

	if (t->nchildren == 0) {
		t->children = arena_alloc(r->arena, sizeof(*t->children));
		t->children[0] = r->child0;
		t->children[0].name = "host";
		t->children[0].number = 1;
		t->nchildren = 1;
	}
	for (i = 0; i < t->nchildren; i++) {
		c = &t->children[i];
		resolve_manual_child(r, t, c);
		resolve_side(r, t, c, 0);
		resolve_side(r, t, c, 1);
		resolve_start(r, t, c);
		resolve_idle(r, t, c);
		if (c->dscp == 0)
			c->dscp = t->dscp;
		if (c->action == ACTION_PROTECT)
			lane_inherit(&c->lane, &t->lane);
		else
			beside_resolve(r, t, c);
	}
}
