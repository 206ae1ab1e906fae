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
 * What a rule for one tunnel has in common with others.
 */

#include <string.h>

#include "filter_shared.h"
#include "resolve.h"
#include "ts.h"

struct rival {
	const struct tunnel	*t;
	const struct child	*c;
	struct rival		*next;
};

struct filter_shared {
	struct reader		*r;
	const struct filter	*f;
	const struct child	*asking;	/* of the rule's tunnel */
	struct rival		*first, **last;
	int			 told;
};

/* What comes by the one's VRF is not the other's. */
static int
in_other_vrf(const struct child *c, const struct child *o)
{
	return (c->lane.vrf != NULL && (o->lane.vrf == NULL ||
	    strcmp(c->lane.vrf, o->lane.vrf) != 0));
}

static void
met(void *arg, const struct tunnel *t, const struct child *c)
{
	struct filter_shared *s = arg;
	struct rival *o;

	/* An address of a tunnel's is nobody's by any-host. */
	if (t == s->f->through || in_other_vrf(s->asking, c) ||
	    (c->remote.any_host && !s->asking->remote.any_host))
		return;
	o = arena_alloc(s->r->arena, sizeof(*o));
	o->t = t;
	o->c = c;
	*s->last = o;
	s->last = &o->next;
}

struct filter_shared *
filters_shared_new(struct reader *r, const struct filter *f,
    struct meet_index **all)
{
	const struct tunnel *t = f->through;
	struct filter_shared *s;
	unsigned int i;

	if (t == NULL)
		return (NULL);
	if (*all == NULL)
		*all = meet_index(r->arena, r->po);
	s = arena_alloc(r->arena, sizeof(*s));
	s->r = r;
	s->f = f;
	s->last = &s->first;
	for (i = 0; i < t->nchildren; i++) {
		s->asking = &t->children[i];
		meet_each(*all, s->asking, met, s);
	}
	return (s->first == NULL ? NULL : s);
}

/* Addresses and protocol; ports are not told apart here. */
static int
any_meets(const struct wt_ts *v, unsigned int n, const struct wt_ts *ts)
{
	struct wt_ts out, its, it = *ts;
	unsigned int i;

	for (i = 0; i < n; i++) {
		its = v[i];
		if (its.proto != 0 && it.proto != 0 && its.proto != it.proto)
			continue;
		its.proto = it.proto;
		its.port_lo = it.port_lo = 0;
		its.port_hi = it.port_hi = 65535;
		if (ts_intersect(&its, &it, &out))
			return (1);
	}
	return (0);
}

void
filters_shared(struct filter_shared *s, const struct wt_filter *term)
{
	int in = term->via == FILTER_VIA_IN;
	const struct filter *f = s->f;
	const struct rival *o;

	if (s->told || term->via == FILTER_VIA_NONE)
		return;
	for (o = s->first; o != NULL; o = o->next)
		if (any_meets(o->c->wide[in], o->c->nwide[in], &term->from) &&
		    any_meets(o->c->wide[!in], o->c->nwide[!in], &term->to))
			break;
	if (o == NULL)
		return;
	s->told = 1;
	problem_warn(s->r->ps, node_place(f->at[F_TUNNEL]), "this rule is for "
	    "tunnel \"%s\", and for tunnel \"%s\", too: tunnels are told "
	    "apart by the addresses of their children, and some are of child "
	    "\"%s\" of that one as well; say from and to",
	    f->through->name, o->t->name, o->c->name);
}
