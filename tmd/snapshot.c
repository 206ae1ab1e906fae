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
 * Snapshots: rows into a policy, and what changed between two of them.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "roles.h"
#include "snap.h"
#include "snapshot.h"
#include "tree.h"

#define SETTINGS_MAX	1000	/* the keys of the top are some tens */
#define RULES_MAX	(FILTER_RULES + 32)	/* and the dynamic ones */

static int	pol_cmp(const struct pol_ref *, const struct pol_ref *);

TREE_STATIC(pol_tree, pol_ref, node, pol_cmp)

static int
pol_cmp(const struct pol_ref *a, const struct pol_ref *b)
{
	return (a->number < b->number ? -1 : a->number > b->number);
}

struct policy *
snapshot_new(uint32_t generation)
{
	struct policy *p = xcalloc(1, sizeof(*p));

	p->generation = generation;
	RB_INIT(&p->tunnels);
	p->groups = groups_new();
	return (p);
}

static void
pol_tunnel_unref(struct pol_tunnel *t)
{
	struct pol_child	*c;

	if (--t->refs > 0)
		return;
	while ((c = TAILQ_FIRST(&t->children)) != NULL) {
		TAILQ_REMOVE(&t->children, c, entry);
		free(c);
	}
	free(t);
}

/* A whole tree of them: as deep as it is. */
static void
free_refs(struct pol_ref *r)
{
	if (r == NULL)
		return;
	free_refs(RB_LEFT(r, node));
	free_refs(RB_RIGHT(r, node));
	pol_tunnel_unref(r->t);
	free(r);
}

void
snapshot_free(struct policy *p)
{
	if (p == NULL)
		return;
	free_refs(RB_ROOT(&p->tunnels));
	groups_free(p->groups);
	free(p->rules);
	free(p->settings);
	snap_rows_close(p->rows);
	free(p->of_row);
	free(p);
}

static struct pol_ref *
ref_find(const struct policy *p, uint32_t number)
{
	struct pol_ref *r = RB_ROOT(&p->tunnels);

	while (r != NULL && r->number != number)
		r = number < r->number ? RB_LEFT(r, node) : RB_RIGHT(r, node);
	return (r);
}

struct pol_tunnel *
snapshot_tunnel(const struct policy *p, uint32_t number)
{
	struct pol_ref *r = ref_find(p, number);

	return (r == NULL ? NULL : r->t);
}

struct pol_child *
snapshot_child(const struct pol_tunnel *t, uint32_t number)
{
	struct pol_child *c;

	TAILQ_FOREACH(c, &t->children, entry)
		if (c->cf.child == number)
			return (c);
	return (NULL);
}

struct pol_tunnel *
snapshot_next(const struct policy *p, const struct pol_tunnel *t)
{
	uint32_t	 after = t == NULL ? 0 : t->cf.tunnel;
	struct pol_ref	*r = RB_ROOT(&p->tunnels), *best = NULL;

	while (r != NULL) {
		if (r->number > after) {
			best = r;
			r = RB_LEFT(r, node);
		} else
			r = RB_RIGHT(r, node);
	}
	return (best == NULL ? NULL : best->t);
}

/* One more policy has the tunnel. */
static struct pol_ref *
pol_tunnel_ref(struct policy *p, struct pol_tunnel *t)
{
	struct pol_ref *r = xcalloc(1, sizeof(*r));

	r->number = t->cf.tunnel;
	r->t = t;
	t->refs++;
	if (RB_INSERT(pol_tree, &p->tunnels, r) != NULL)
		fatal("tunnel %u twice", t->cf.tunnel);
	p->ntunnels++;
	return (r);
}

/* The tunnel of this number, made when a row speaks of it first. */
static struct pol_tunnel *
pol_tunnel_get(struct policy *p, uint32_t number)
{
	struct pol_tunnel *t;

	if ((t = snapshot_tunnel(p, number)) != NULL)
		return (t);
	t = xcalloc(1, sizeof(*t));
	t->cf.tunnel = number;
	TAILQ_INIT(&t->children);
	(void)pol_tunnel_ref(p, t);
	return (t);
}

static struct pol_child *
pol_child_get(struct pol_tunnel *t, uint32_t number)
{
	struct pol_child *c, *at;

	if ((c = snapshot_child(t, number)) != NULL)
		return (c);
	if (t->nchildren >= CHILDREN_MAX)
		return (NULL);
	c = xcalloc(1, sizeof(*c));
	c->cf.child = number;
	t->nchildren++;
	TAILQ_FOREACH(at, &t->children, entry)
		if (at->cf.child > number) {
			TAILQ_INSERT_BEFORE(at, c, entry);
			return (c);
		}
	TAILQ_INSERT_TAIL(&t->children, c, entry);
	return (c);
}

static const char *
row_tunnel(struct policy *p, const struct sn_tunnel *row)
{
	struct pol_tunnel *t;

	if (row->tunnel == 0)
		return ("a tunnel without a number");
	if (row->dpd_action > DPD_CLEAR)
		return ("an action after a death that is not known");
	t = pol_tunnel_get(p, row->tunnel);
	if (t->has_cf || t->refs > 1)
		return ("a tunnel twice");
	t->cf = *row;
	t->has_cf = 1;
	return (NULL);
}

static const char *
row_child(struct policy *p, const struct sn_child *row)
{
	struct pol_tunnel *t;
	struct pol_child *c;

	if (row->tunnel == 0 || row->child == 0)
		return ("a child without a number");
	if (row->action > ACTION_DROP)
		return ("a child of an action that is not known");
	t = pol_tunnel_get(p, row->tunnel);
	if (t->refs > 1)
		return ("a child of a tunnel that is whole");
	c = pol_child_get(t, row->child);
	if (c == NULL)
		return ("too many children in one tunnel");
	if (c->has_cf)
		return ("a child twice");
	c->cf = *row;
	c->has_cf = 1;
	return (NULL);
}

static const char *
row_ceiling(struct policy *p, const struct wt_ceiling *row)
{
	struct pol_tunnel *t;
	struct pol_child *c;

	if (row->tunnel == 0 || row->child == 0)
		return ("a ceiling without a number");
	t = pol_tunnel_get(p, row->tunnel);
	if (t->refs > 1)
		return ("a ceiling of a tunnel that is whole");
	c = pol_child_get(t, row->child);
	if (c == NULL)
		return ("too many children in one tunnel");
	if (c->has_ceiling)
		return ("a ceiling twice");
	c->ceiling = *row;
	c->has_ceiling = 1;
	return (NULL);
}

static const char *
row_rule(struct policy *p, const struct sn_rule *row)
{
	if (p->nrules == RULES_MAX)
		return ("too many filters");
	p->rules = xreallocarray(p->rules, p->nrules + 1, sizeof(*row));
	p->rules[p->nrules++] = *row;
	return (NULL);
}

static const char *
row_setting(struct policy *p, const struct sn_setting *row)
{
	if (p->nsettings == SETTINGS_MAX)
		return ("too many settings");
	p->settings = xreallocarray(p->settings, p->nsettings + 1,
	    sizeof(*row));
	p->settings[p->nsettings++] = *row;
	return (NULL);
}

const char *
snapshot_row(struct policy *p, uint16_t type, const void *val)
{
	switch (type) {
	case SNAP_SUITE:
		if (p->has_suite)
			return ("two suite rows");
		p->has_suite = 1;
		p->suite = *(const struct sn_suite *)val;
		return (NULL);
	case SNAP_TUNNEL:
		return (row_tunnel(p, val));
	case SNAP_CHILD:
		return (row_child(p, val));
	case SNAP_CEILING:
		return (row_ceiling(p, val));
	case SNAP_OBJECT:
		return (NULL);
	case SNAP_GROUP:
		return (groups_add(p->groups, val));
	case SNAP_RULE:
		return (row_rule(p, val));
	case SNAP_SETTING:
		return (row_setting(p, val));
	default:
		return ("a row that is not for tmd");
	}
}

static const char *
tunnel_whole(struct pol_ref *r)
{
	const struct pol_child	*c;

	if (!r->t->has_cf)
		return ("a child or ceiling of no tunnel");
	if (TAILQ_EMPTY(&r->t->children))
		return ("a tunnel without children");
	TAILQ_FOREACH(c, &r->t->children, entry) {
		if (!c->has_cf || !c->has_ceiling)
			return ("a child without its ceiling");
		r->generic |= c->cf.generic;
	}
	r->whole = 1;
	return (NULL);
}

const char *
snapshot_whole(struct policy *p)
{
	struct pol_ref	*r;
	const char	*why;

	if (!p->has_suite)
		return ("no suite row");
	groups_index(p->groups);
	RB_FOREACH(r, pol_tree, &p->tunnels) {
		if (!r->whole && (why = tunnel_whole(r)) != NULL)
			return (why);
		p->generics |= r->generic;
	}
	return (NULL);
}

/*
 * Whose row i is.  A tunnel's own and its children's follow one another, and
 * so do their ceilings further on: where they do not, it is not shared.
 */
static void
own_row(struct policy *p, size_t i, uint16_t type, const void *val)
{
	const struct sn_child	*c = val;
	const struct sn_tunnel	*n = val;
	const struct wt_ceiling	*ce = val;
	struct pol_ref		*r;

	if (type == SNAP_TUNNEL) {
		r = ref_find(p, n->tunnel);
		r->row = i;
		r->scattered |= r->t->nchildren != 0;
	} else if (type == SNAP_CHILD) {
		r = ref_find(p, c->tunnel);
		r->scattered |= !r->t->has_cf || i != r->row + r->t->nchildren;
	} else if (type == SNAP_CEILING) {
		r = ref_find(p, ce->tunnel);
		if (r->nceilings++ == 0)
			r->ceilings = i;
		r->scattered |= i != r->ceilings + r->nceilings - 1;
	} else
		return;
	p->of_row[i] = r;
}

/* How far a load has come, in rows, beside the policy before. */
struct load {
	const struct policy	*like;
	size_t			 k;		/* of like, not yet met */
	size_t			 ceiling;	/* of the next child */
};

static int
same_rows(const struct policy *p, size_t from, const struct policy *like,
    size_t k, size_t n)
{
	size_t	 i;

	for (i = 0; i < n; i++)
		if (!snap_rows_same(p->rows, from + i, like->rows, k + i))
			return (0);
	return (1);
}

/* The next tunnel of the policy before, or NULL. */
static const struct pol_ref *
next_like(struct load *l)
{
	const struct pol_ref	*r;

	if (l->like == NULL || l->like->rows == NULL)
		return (NULL);
	for (; l->k < snap_rows_count(l->like->rows); l->k++)
		if ((r = l->like->of_row[l->k]) != NULL && r->row == l->k)
			return (r);
	return (NULL);
}

/*
 * Row i, a tunnel's first: if all of its rows are as they were in the policy
 * before, wherever they stood, the whole tunnel is taken over.
 */
static int
take_over(struct policy *p, struct load *l, size_t i)
{
	const struct pol_ref	*old = next_like(l);
	struct pol_tunnel	*t;
	struct pol_ref		*r;
	size_t			 next, n;

	if (old == NULL)
		return (0);
	t = old->t;
	next = i + 1 + t->nchildren;
	if (old->scattered || old->nceilings != t->nchildren ||
	    !same_rows(p, i, l->like, old->row, 1 + t->nchildren) ||
	    !same_rows(p, l->ceiling, l->like, old->ceilings,
	    old->nceilings) ||
	    (next < snap_rows_count(p->rows) &&
	    snap_rows_type(p->rows, next) == SNAP_CHILD) ||
	    ref_find(p, t->cf.tunnel) != NULL)
		return (0);
	r = pol_tunnel_ref(p, t);
	r->row = i;
	r->ceilings = l->ceiling;
	r->nceilings = old->nceilings;
	r->whole = old->whole;
	r->generic = old->generic;
	for (n = i; n < next; n++)
		p->of_row[n] = r;
	for (n = 0; n < r->nceilings; n++)
		p->of_row[r->ceilings + n] = r;
	l->k = old->row + 1 + t->nchildren;
	l->ceiling += t->nchildren;
	return (1);
}

/* A row that was read: where the rows of both go on beside each other. */
static void
beside(struct load *l, uint16_t type, const struct sn_tunnel *row)
{
	const struct pol_ref	*old;

	if (type == SNAP_CHILD)
		l->ceiling++;
	if (type == SNAP_TUNNEL && l->like != NULL &&
	    (old = ref_find(l->like, row->tunnel)) != NULL)
		l->k = old->row + 1;
}

static const char *
load_rows(struct policy *p, const struct policy *like)
{
	size_t			 i, n = snap_rows_count(p->rows);
	struct load		 l = { .like = like };
	void			*val = xcalloc(1, snap_row_size());
	const char		*why = NULL;
	uint16_t		 type;

	p->of_row = xcalloc(n + 1, sizeof(*p->of_row));
	while (l.ceiling < n &&
	    snap_rows_type(p->rows, l.ceiling) != SNAP_CEILING)
		l.ceiling++;
	for (i = 0; i < n && why == NULL; i++) {
		type = snap_rows_type(p->rows, i);
		if (type == SNAP_OBJECT)
			continue;	/* for ctl_db.c */
		if (p->of_row[i] != NULL ||
		    (type == SNAP_TUNNEL && take_over(p, &l, i)))
			continue;
		if ((why = snap_rows_decode(p->rows, i, val)) == NULL &&
		    (why = snapshot_row(p, type, val)) == NULL) {
			own_row(p, i, type, val);
			beside(&l, type, val);
		}
	}
	free(val);
	return (why);
}

struct policy *
snapshot_load(int fd, uint32_t generation, const struct policy *like,
    const char **why)
{
	struct policy *p = snapshot_new(generation);

	p->rows = snap_rows_open(fd, ROLE_TMD, generation, why);
	if (*why == NULL)
		*why = load_rows(p, like);
	if (*why == NULL)
		*why = snapshot_whole(p);
	if (*why == NULL)
		return (p);
	snapshot_free(p);
	return (NULL);
}

/* The same meaning, and the same children under the same numbers. */
static int
same_tunnel(const struct pol_tunnel *a, const struct pol_tunnel *b)
{
	const struct pol_child *c;

	if (a == b)
		return (1);
	if (memcmp(a->cf.digest, b->cf.digest, sizeof(a->cf.digest)) != 0 ||
	    a->nchildren != b->nchildren)
		return (0);
	TAILQ_FOREACH(c, &a->children, entry)
		if (snapshot_child(b, c->cf.child) == NULL)
			return (0);
	return (1);
}

int
snapshot_child_keys(const struct pol_child *a, const struct pol_child *b)
{
	return (memcmp(a->cf.keys, b->cf.keys, sizeof(a->cf.keys)) == 0);
}

/* Of two that are the same tunnel: the same keys, too? */
static int
same_keys(const struct pol_tunnel *a, const struct pol_tunnel *b)
{
	const struct pol_child *c;

	if (a == b)
		return (1);
	if (memcmp(a->cf.keys, b->cf.keys, sizeof(a->cf.keys)) != 0)
		return (0);
	TAILQ_FOREACH(c, &a->children, entry)
		if (!snapshot_child_keys(c, snapshot_child(b, c->cf.child)))
			return (0);
	return (1);
}

/*
 * The tunnel of another policy that this one continues: the same number,
 * and the same meaning or at least the same name.  A number that was freed
 * and given to a new tunnel is not continued.  The walk through both is by
 * number: *at is how far the other's has come.
 */
static const struct pol_tunnel *
continued(struct pol_ref **at, const struct pol_ref *r)
{
	const struct pol_tunnel *o, *t = r->t;

	while (*at != NULL && (*at)->number < r->number)
		*at = RB_NEXT(pol_tree, , *at);
	if (*at == NULL || (*at)->number != r->number)
		return (NULL);
	o = (*at)->t;
	return (same_tunnel(o, t) || strcmp(o->cf.name, t->cf.name) == 0 ?
	    o : NULL);
}

static struct pol_ref *
first_ref(const struct policy *p)
{
	struct pol_ref	*r = p == NULL ? NULL : RB_ROOT(&p->tunnels);

	while (r != NULL && RB_LEFT(r, node) != NULL)
		r = RB_LEFT(r, node);
	return (r);
}

const char *
snapshot_change(enum snap_change how, const struct pol_tunnel *was,
    const struct pol_tunnel *is)
{
	static const char *const words[SNAP_CHANGES] = {
		[SNAP_KEPT] = "kept", [SNAP_REKEYED] = "rekeyed",
		[SNAP_CHANGED] = "restarted",
		[SNAP_ADDED] = "added", [SNAP_REMOVED] = "removed"
	};

	return (how == SNAP_KEPT && strcmp(was->cf.name, is->cf.name) != 0 ?
	    "renamed" : words[how]);
}

void
snapshot_diff(const struct policy *was, const struct policy *is,
    void (*fn)(void *, enum snap_change, const struct pol_tunnel *,
    const struct pol_tunnel *), void *ctx)
{
	const struct pol_tunnel	*o, *n;
	struct pol_ref		*r, *at = first_ref(is);

	for (r = first_ref(was); r != NULL; r = RB_NEXT(pol_tree, , r))
		if (continued(&at, r) == NULL)
			fn(ctx, SNAP_REMOVED, r->t, NULL);
	at = first_ref(was);
	for (r = first_ref(is); r != NULL; r = RB_NEXT(pol_tree, , r)) {
		n = r->t;
		if ((o = continued(&at, r)) == NULL) {
			fn(ctx, SNAP_ADDED, NULL, n);
			continue;
		}
		fn(ctx, !same_tunnel(o, n) ? SNAP_CHANGED :
		    same_keys(o, n) ? SNAP_KEPT : SNAP_REKEYED, o, n);
	}
}
