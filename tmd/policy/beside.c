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
 * Children that pass or drop beside the tunnels: their place on the ladder.
 */

#include "beside.h"
#include "check.h"
#include "meet.h"
#include "resolve.h"
#include "ts.h"

static const char *
word(const struct child *c)
{
	return (c->action == ACTION_PASS ? "pass" : "drop");
}

void
beside_resolve(struct reader *r, const struct tunnel *t, struct child *c)
{
	c->idle = c->action == ACTION_PASS ? IDLE_HOLE : IDLE_WALL;
	c->start = TS_START_MANUAL;
	if (c->lane.interface != NULL || c->lane.if_id != 0)
		problem_error(r->ps, child_place(t, c,
		    c->lane.interface != NULL ? C_INTERFACE : C_IF_ID),
		    "child \"%s\" of tunnel \"%s\" "
		    "has action: %s and so no interface: leave it out",
		    c->name, t->name, word(c));
	if (c->lane.vrf != NULL || t->lane.vrf != NULL)
		problem_error(r->ps, child_place(t, c, C_ACTION),
		    "child \"%s\" of tunnel \"%s\" has action: %s, which is "
		    "for the whole host and no VRF: put it into a tunnel "
		    "without vrf", c->name, t->name, word(c));
	if (c->lane.mark_mask == 0) {
		c->lane.mark = t->lane.mark;
		c->lane.mark_mask = t->lane.mark_mask;
	}
}

/* Is every packet of b one of a? */
static int
holds(const struct child *a, const struct child *b)
{
	const struct lane *x = &a->lane, *y = &b->lane;

	return ((x->mark_mask & ~y->mark_mask) == 0 &&
	    ((x->mark ^ y->mark) & x->mark_mask) == 0 &&
	    ts_list_covers(a->wide[0], a->nwide[0], b->wide[0],
	    b->nwide[0]) &&
	    ts_list_covers(a->wide[1], a->nwide[1], b->wide[1],
	    b->nwide[1]));
}

/* One such child, and what it has met so far. */
struct meeting {
	struct reader		*r;
	const struct tunnel	*t;
	const struct child	*c;
	const struct child	*inside;	/* lies in it */
	const struct child	*outside;	/* meets it otherwise */
};

static void
met(void *arg, const struct tunnel *other, const struct child *o)
{
	struct meeting *m = arg;

	if (!holds(m->c, o))
		m->outside = o;
	else if (!holds(o, m->c))
		m->inside = o;
	else
		problem_error(m->r->ps, child_place(m->t, m->c, C_ACTION),
		    "child \"%s\" of tunnel \"%s\" has action: %s, and "
		    "child \"%s\" of tunnel \"%s\" protects the same "
		    "traffic: leave one out", m->c->name, m->t->name,
		    word(m->c), o->name, other->name);
}

static void
take_place(struct reader *r, struct meet_index *all, const struct tunnel *t,
    struct child *c)
{
	struct meeting m = { r, t, c, NULL, NULL };

	meet_each(all, c, met, &m);
	if (m.inside == NULL)
		return;
	if (m.outside != NULL)
		problem_error(r->ps, child_place(t, c, C_ACTION),
		    "child \"%s\" of tunnel \"%s\", action: %s, holds child "
		    "\"%s\", which comes before it, and meets child \"%s\", "
		    "which comes after it: make two of it", c->name, t->name,
		    word(c), m.inside->name, m.outside->name);
	c->idle = c->action == ACTION_PASS ? IDLE_PASS : IDLE_DROP;
}

static void
check_own(struct reader *r, const struct tunnel *t, const struct child *c)
{
	if (c->dyn != 0 || c->remote.any_host)
		problem_error(r->ps, child_place(t, c, C_ACTION),
		    "child \"%s\" of tunnel \"%s\" has action: %s, whose "
		    "selectors must be known: give local and remote", c->name,
		    t->name, word(c));
	else if (c->mode == MODE_TRANSPORT || c->offload != OFFLOAD_NO)
		problem_error(r->ps, child_place(t, c, c->mode ==
		    MODE_TRANSPORT ? C_MODE : C_OFFLOAD), "child \"%s\" of "
		    "tunnel \"%s\" has action: %s and no SA: leave it out",
		    c->name, t->name, word(c));
	else if (r->po->userspace && c->action == ACTION_PASS &&
	    c->icmp.n > 0)
		problem_error(r->ps, child_place(t, c, C_ICMP_TYPE), "child "
		    "\"%s\" of tunnel \"%s\" passes ICMP by its type, which "
		    "the routes of the user-space plane cannot tell: say "
		    "dataplane: kernel, or leave the type out", c->name,
		    t->name);
}

void
check_beside(struct reader *r)
{
	struct meet_index *all = NULL;
	struct tunnel *t;
	unsigned int i, k, n;

	for (i = 0; i < r->po->ntunnels; i++) {
		t = &r->po->tunnels[i];
		if (t->broken)
			continue;
		for (k = n = 0; k < t->nchildren; k++) {
			if (t->children[k].action == ACTION_PROTECT ||
			    t->children[k].broken)
				continue;
			n++;
			if (r->po->nkept > 0) {	/* it may meet them */
				r->unsure = 1;
				return;
			}
			check_own(r, t, &t->children[k]);
			if (all == NULL)
				all = meet_index(r->arena, r->po);
			take_place(r, all, t, &t->children[k]);
		}
		if (n == t->nchildren)
			problem_error(r->ps, tunnel_place(t, T_CHILDREN),
			    "tunnel \"%s\" has children that pass or drop "
			    "alone, and none to negotiate", t->name);
	}
}
