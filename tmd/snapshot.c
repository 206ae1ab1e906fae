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

static int	pol_cmp(const struct pol_tunnel *, const struct pol_tunnel *);

TREE_STATIC(pol_tree, pol_tunnel, node, pol_cmp)

static int
pol_cmp(const struct pol_tunnel *a, const struct pol_tunnel *b)
{
	if (a->cf.tunnel != b->cf.tunnel)
		return (a->cf.tunnel < b->cf.tunnel ? -1 : 1);
	return (0);
}

struct policy *
snapshot_new(uint32_t generation)
{
	struct policy *p = xcalloc(1, sizeof(*p));

	p->generation = generation;
	RB_INIT(&p->tunnels);
	return (p);
}

void
snapshot_free(struct policy *p)
{
	struct pol_tunnel	*t;
	struct pol_child	*c;

	if (p == NULL)
		return;
	while ((t = RB_ROOT(&p->tunnels)) != NULL) {
		RB_REMOVE(pol_tree, &p->tunnels, t);
		while ((c = TAILQ_FIRST(&t->children)) != NULL) {
			TAILQ_REMOVE(&t->children, c, entry);
			free(c);
		}
		free(t);
	}
	free(p);
}

struct pol_tunnel *
snapshot_tunnel(const struct policy *p, uint32_t number)
{
	struct pol_tunnel *t = RB_ROOT(&p->tunnels);

	while (t != NULL && t->cf.tunnel != number)
		t = number < t->cf.tunnel ? RB_LEFT(t, node) :
		    RB_RIGHT(t, node);
	return (t);
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
	struct pol_tree *tree = (struct pol_tree *)(uintptr_t)&p->tunnels;

	if (t == NULL)
		return (RB_MIN(pol_tree, tree));
	return (RB_NEXT(pol_tree, tree, (struct pol_tunnel *)(uintptr_t)t));
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
	RB_INSERT(pol_tree, &p->tunnels, t);
	p->ntunnels++;
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
	t = pol_tunnel_get(p, row->tunnel);
	if (t->has_cf)
		return ("a tunnel twice");
	t->cf = *row;
	t->has_cf = 1;
	return (NULL);
}

static const char *
row_child(struct policy *p, const struct sn_child *row)
{
	struct pol_child *c;

	if (row->tunnel == 0 || row->child == 0)
		return ("a child without a number");
	c = pol_child_get(pol_tunnel_get(p, row->tunnel), row->child);
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
	struct pol_child *c;

	if (row->tunnel == 0 || row->child == 0)
		return ("a ceiling without a number");
	c = pol_child_get(pol_tunnel_get(p, row->tunnel), row->child);
	if (c == NULL)
		return ("too many children in one tunnel");
	if (c->has_ceiling)
		return ("a ceiling twice");
	c->ceiling = *row;
	c->has_ceiling = 1;
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
	default:
		return ("a row that is not for tmd");
	}
}

const char *
snapshot_whole(const struct policy *p)
{
	const struct pol_tunnel	*t;
	const struct pol_child	*c;

	if (!p->has_suite)
		return ("no suite row");
	for (t = snapshot_next(p, NULL); t != NULL; t = snapshot_next(p, t)) {
		if (!t->has_cf)
			return ("a child or ceiling of no tunnel");
		if (TAILQ_EMPTY(&t->children))
			return ("a tunnel without children");
		TAILQ_FOREACH(c, &t->children, entry)
			if (!c->has_cf || !c->has_ceiling)
				return ("a child without its ceiling");
	}
	return (NULL);
}

static const char *
load_row(void *ctx, uint16_t type, const void *val)
{
	return (snapshot_row(ctx, type, val));
}

struct policy *
snapshot_load(int fd, uint32_t generation, const char **why)
{
	struct policy *p = snapshot_new(generation);

	*why = snap_read(fd, ROLE_TMD, generation, load_row, p);
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

	if (memcmp(a->cf.digest, b->cf.digest, sizeof(a->cf.digest)) != 0 ||
	    a->nchildren != b->nchildren)
		return (0);
	TAILQ_FOREACH(c, &a->children, entry)
		if (snapshot_child(b, c->cf.child) == NULL)
			return (0);
	return (1);
}

/*
 * The tunnel of another policy that this one continues: the same number,
 * and the same meaning or at least the same name.  A number that was freed
 * and given to a new tunnel is not continued.
 */
static const struct pol_tunnel *
continued(const struct policy *p, const struct pol_tunnel *t)
{
	const struct pol_tunnel *o;

	if (p == NULL || (o = snapshot_tunnel(p, t->cf.tunnel)) == NULL)
		return (NULL);
	return (same_tunnel(o, t) || strcmp(o->cf.name, t->cf.name) == 0 ?
	    o : NULL);
}

void
snapshot_diff(const struct policy *was, const struct policy *is,
    void (*fn)(void *, enum snap_change, const struct pol_tunnel *,
    const struct pol_tunnel *), void *ctx)
{
	const struct pol_tunnel *o, *n;

	if (was != NULL)
		for (o = snapshot_next(was, NULL); o != NULL;
		    o = snapshot_next(was, o))
			if (continued(is, o) == NULL)
				fn(ctx, SNAP_REMOVED, o, NULL);
	for (n = snapshot_next(is, NULL); n != NULL;
	    n = snapshot_next(is, n)) {
		if ((o = continued(was, n)) == NULL) {
			fn(ctx, SNAP_ADDED, NULL, n);
			continue;
		}
		fn(ctx, same_tunnel(o, n) ? SNAP_KEPT : SNAP_CHANGED, o, n);
	}
}
