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
 * Ceilings: the widest that the policy file allows, child by child.  A
 * reload is a difference: wishes of the new table first, those of the old
 * one withdrawn after, and the kernel sees only what changed (hold.c).
 */

#include <sys/tree.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "asroot_xfrm.h"
#include "ceiling.h"
#include "filter.h"
#include "grant.h"
#include "hold.h"
#include "lanes.h"
#include "left.h"
#include "parent.h"
#include "plane_ops.h"
#include "snap.h"

#define FLOWS_AT_ONCE	256	/* of a start, some 5 ms */

struct ceiling {
	RB_ENTRY(ceiling)	 entry;
	struct wt_ceiling	 c;
	unsigned int		 idle;		/* enum idle_action, now */
	uint8_t			 note;		/* tmd's, opaque */
	size_t			 row;		/* of the snapshot that holds */
	int			 kept;		/* the next has it, too */
	size_t			 nflows;
	struct flow		 flows[];
};

RB_HEAD(ceiling_tree, ceiling);

static struct ceiling_tree	 current = RB_INITIALIZER(&current);
static struct ceiling_tree	 standby = RB_INITIALIZER(&standby);
static size_t			 ncurrent;

/* A snapshot, and which of its rows are which ceilings. */
static struct rows {
	struct snap_rows	*rows;
	struct ceiling		**of;
} now, next;

static uint32_t			 standby_generation;	/* 0: none */
static int			 wished;	/* blocks of standby are */
static char			 why_not[MSG_TEXT];

static int
ceiling_cmp(const struct ceiling *a, const struct ceiling *b)
{
	if (a->c.tunnel != b->c.tunnel)
		return (a->c.tunnel < b->c.tunnel ? -1 : 1);
	return (a->c.child < b->c.child ? -1 : a->c.child > b->c.child);
}

RB_GENERATE_INTERNAL(ceiling_tree, ceiling, entry, ceiling_cmp,
    static __attribute__((__unused__)))

static struct ceiling *
find_in(struct ceiling_tree *t, uint32_t tunnel, uint32_t child)
{
	struct ceiling	 find;

	find.c.tunnel = tunnel;
	find.c.child = child;
	return (RB_FIND(ceiling_tree, t, &find));
}

static void
tree_clear(struct ceiling_tree *t)
{
	struct ceiling	*c;

	while ((c = RB_ROOT(t)) != NULL) {
		RB_REMOVE(ceiling_tree, t, c);
		free(c);
	}
}

static int
blocks(unsigned int idle)
{
	return (idle == IDLE_DROP || idle == IDLE_TRAP);
}

/* Is there anything that this does not let pass in clear? */
static int
stops(unsigned int idle)
{
	return (blocks(idle) || idle == IDLE_WALL);
}

static const char *
twice(const struct wt_ceiling *w)
{
	snprintf(why_not, sizeof(why_not), "two ceilings for child %u.%u",
	    w->tunnel, w->child);
	return (why_not);
}

/* One row of the snapshot into the standby table. */
static const char *
take_ceiling(const struct wt_ceiling *w)
{
	struct flow	 flows[FLOWS_MAX];
	struct ceiling	*c;
	const char	*why;
	int		 n;

	if ((n = flows_fit(w->ts_local, w->ts_local_n, w->ts_remote,
	    w->ts_remote_n, flows)) == -1) {
		snprintf(why_not, sizeof(why_not), "child %u.%u: its selectors "
		    "need more than %u policies", w->tunnel, w->child,
		    TS_POLICIES);
		return (why_not);
	}
	if (w->idle > IDLE_WALL)
		return ("a ceiling with an unknown idle action");
	if (w->vrf[0] != '\0' && w->interface[0] == '\0')
		return ("a VRF alone");
	if (w->interface[0] != '\0' && (why = lanes_try(w->interface)) !=
	    NULL)
		return (why);
	if (stops(w->idle) && n > 0 && !asroot_xfrm_there())
		return ("the kernel has no XFRM policies to block clear "
		    "traffic with (without-tunnel: drop, action: drop)");
	c = xcalloc(1, sizeof(*c) + (size_t)n * sizeof(c->flows[0]));
	c->c = *w;
	c->idle = w->idle;
	if (RB_INSERT(ceiling_tree, &standby, c) != NULL) {
		free(c);
		return (twice(w));
	}
	flows_label(flows, (size_t)n, w);
	c->nflows = (size_t)n;
	memcpy(c->flows, flows, c->nflows * sizeof(*c->flows));
	return (NULL);
}

static const char *
take_row(uint16_t type, const void *val)
{
	if (type == SNAP_CEILING)
		return (take_ceiling(val));
	if (type == SNAP_FILTER)
		return (filters_take(val));
	/* SUITE is the life half's. */
	return (type == SNAP_SUITE ? NULL : "a row that is not the parent's");
}

static void
rows_close(struct rows *r)
{
	snap_rows_close(r->rows);
	free(r->of);
	*r = (struct rows){ NULL, NULL };
}

/* Row i is, octet by octet, row k of the snapshot that holds: it stays. */
static const char *
keep_row(size_t i, size_t k)
{
	struct ceiling	*c = now.of[k];

	if (find_in(&standby, c->c.tunnel, c->c.child) != NULL)
		return (twice(&c->c));
	c->kept = 1;
	next.of[i] = c;
	return (NULL);
}

/* A row that was not there, or elsewhere; *k: the place after that one. */
static const char *
new_row(size_t i, size_t *k, void *val)
{
	const struct wt_ceiling	*w = val;
	struct ceiling		*old;
	const char		*why = snap_rows_decode(next.rows, i, val);
	uint16_t		 type = snap_rows_type(next.rows, i);

	if (why != NULL || (why = take_row(type, val)) != NULL ||
	    type != SNAP_CEILING)
		return (why);
	next.of[i] = find_in(&standby, w->tunnel, w->child);
	if ((old = find_in(&current, w->tunnel, w->child)) == NULL)
		return (NULL);
	*k = old->row + 1;
	return (old->kept ? twice(&old->c) : NULL);
}

/*
 * Ceilings whose rows did not change are not read again: of 10,000 mostly
 * all but one.
 */
static const char *
read_rows(void)
{
	void		*val = xcalloc(1, snap_row_size());
	size_t		 i, k = 0, n = snap_rows_count(next.rows);
	const char	*why = NULL;

	next.of = xcalloc(n + 1, sizeof(*next.of));
	for (i = 0; i < n && why == NULL; i++) {
		while (now.rows != NULL && k < snap_rows_count(now.rows) &&
		    now.of[k] == NULL)
			k++;
		if (now.rows != NULL &&
		    snap_rows_same(next.rows, i, now.rows, k))
			why = keep_row(i, k++);
		else
			why = new_row(i, &k, val);
	}
	free(val);
	return (why);
}

/* The wishes of one child, here and in wish_route(). */
static void
wish_block(const struct ceiling *c, int by)
{
	if (blocks(c->idle))
		hold_wish(HOLD_BLOCK, by, c->flows, c->nflows);
	else if (c->idle == IDLE_WALL)
		hold_wish(HOLD_WALL, by, c->flows, c->nflows);
}

const char *
ceilings_prepare(uint32_t generation, int memfd)
{
	const char	*why;

	ceilings_abort();
	next.rows = snap_rows_open(memfd, ROLE_PARENT, generation, &why);
	if (why == NULL)
		why = read_rows();
	standby_generation = generation;
	if (why != NULL)
		ceilings_abort();
	return (why);
}

void
ceilings_abort(void)
{
	struct ceiling	*c;

	filters_abort();
	RB_FOREACH(c, ceiling_tree, &current)
		c->kept = 0;
	if (wished)
		RB_FOREACH(c, ceiling_tree, &standby)
			wish_block(c, -1);
	wished = 0;
	rows_close(&next);
	tree_clear(&standby);
	standby_generation = 0;
}

static void
wish_route(const struct ceiling *c, int by)
{
	/* In a VRF it is a route that holds. */
	if (c->c.mode != MODE_TRANSPORT && (c->idle == IDLE_TRAP ||
	    (c->idle == IDLE_DROP && c->c.vrf[0] != '\0')))
		hold_wish(HOLD_ROUTE, by, c->flows, c->nflows);
	else if (c->idle == IDLE_HOLE)
		hold_wish(HOLD_HOLE, by, c->flows, c->nflows);
}

static void
wish(const struct ceiling *c, int by)
{
	wish_block(c, by);
	wish_route(c, by);
}

static void
tell(const struct ceiling *c, unsigned int action)
{
	static struct me_idle	 row;

	memset(&row, 0, sizeof(row));
	row.tunnel = c->c.tunnel;
	row.child = c->c.child;
	row.action = (uint8_t)action;
	row.ts_local_n = c->c.ts_local_n;
	row.ts_remote_n = c->c.ts_remote_n;
	memcpy(row.ts_local, c->c.ts_local, sizeof(row.ts_local));
	memcpy(row.ts_remote, c->c.ts_remote, sizeof(row.ts_remote));
	plane->set_idle(&row, &c->c);
}

/* Of the new table, if that has not been done. */
static void
wish_blocks(void)
{
	struct ceiling	*c;

	if (!wished)
		RB_FOREACH(c, ceiling_tree, &standby)
			wish_block(c, 1);
	wished = 1;
}

const char *
ceilings_hold_some(int *more)
{
	wish_blocks();
	return (hold_flush_some(FLOWS_AT_ONCE, more));
}

/* What tmd has chosen survives a reload that does not change the default. */
static void
keep_choices(void)
{
	struct ceiling	*c, *old;

	RB_FOREACH(c, ceiling_tree, &standby) {
		old = find_in(&current, c->c.tunnel, c->c.child);
		if (old == NULL)
			continue;
		c->note = old->note;
		if (old->c.idle == c->c.idle)
			c->idle = old->idle;
	}
}

/* The plane's rows: those that are gone, then those that differ. */
static void
tell_changes(void)
{
	struct ceiling	*c, *old;

	RB_FOREACH(old, ceiling_tree, &current)
		if (!old->kept && find_in(&standby, old->c.tunnel,
		    old->c.child) == NULL)
			tell(old, IDLE_NONE);
	RB_FOREACH(c, ceiling_tree, &standby) {
		old = find_in(&current, c->c.tunnel, c->c.child);
		if (old == NULL || old->idle != c->idle ||
		    memcmp(&old->c, &c->c, sizeof(c->c)) != 0)
			tell(c, c->idle);
	}
}

/*
 * Blocks first, on their own: at the first commit what an earlier life left
 * goes once they stand, and only then are there rules of ours again.  Where
 * they cannot stand, what was left goes on holding.
 */
static const char *
commit_wishes(void)
{
	struct ceiling	*c;
	const char	*why, *w;
	int		 generic = 0;

	wish_blocks();
	RB_FOREACH(c, ceiling_tree, &standby)
		generic |= c->c.one_host == IDLE_DROP;
	if ((why = hold_flush()) == NULL)
		why = left_replaced(generic);
	RB_FOREACH(c, ceiling_tree, &standby)
		wish_route(c, 1);
	RB_FOREACH(c, ceiling_tree, &current)
		if (!c->kept)
			wish(c, -1);
	if ((w = hold_flush()) != NULL && why == NULL)
		why = w;
	return (why);
}

/* The interfaces of the new table; those of the old one alone go later. */
static const char *
commit_lane(const struct ceiling *c)
{
	return (c->c.interface[0] == '\0' ? NULL :
	    lanes_keep(c->c.interface, c->c.if_id, c->c.vrf));
}

static const char *
commit_lanes(void)
{
	struct ceiling	*c;
	const char	*why = NULL, *w;

	lanes_begin();
	RB_FOREACH(c, ceiling_tree, &current)
		if (c->kept && (w = commit_lane(c)) != NULL)
			why = w;
	RB_FOREACH(c, ceiling_tree, &standby)
		if ((w = commit_lane(c)) != NULL)
			why = w;
	lanes_vrfs();
	return (why);
}

/* The new table takes the place of the old one. */
static void
commit_tables(void)
{
	struct ceiling	*c, *after;
	size_t		 i;

	RB_FOREACH_SAFE(c, ceiling_tree, &current, after)
		if (!c->kept) {
			RB_REMOVE(ceiling_tree, &current, c);
			free(c);
			ncurrent--;
		}
	RB_FOREACH_SAFE(c, ceiling_tree, &standby, after) {
		RB_REMOVE(ceiling_tree, &standby, c);
		RB_INSERT(ceiling_tree, &current, c);
		ncurrent++;
	}
	wished = 0;
	standby_generation = 0;
	rows_close(&now);
	now = next;
	next = (struct rows){ NULL, NULL };
	for (i = 0; i < snap_rows_count(now.rows); i++)
		if ((c = now.of[i]) != NULL) {
			c->row = i;
			c->kept = 0;
		}
}

const char *
ceilings_commit(struct parent *p, uint32_t generation)
{
	const char	*why, *w;

	if (standby_generation != generation)
		fatal("generation %u is committed, %u was prepared",
		    generation, standby_generation);
	keep_choices();
	hold_retry();
	w = commit_lanes();
	if ((why = commit_wishes()) == NULL)
		why = w;
	filters_commit(plane == &plane_userspace ? hold_link() : 0);
	if (why != NULL) {
		strlcpy(why_not, why, sizeof(why_not));
		why = why_not;
	}
	tell_changes();
	commit_tables();
	hold_watch(p->base);
	grants_recheck(p);
	lanes_end();
	return (why);
}

const struct wt_ceiling *
ceiling_find(uint32_t tunnel, uint32_t child)
{
	struct ceiling	*c = find_in(&current, tunnel, child);

	return (c == NULL ? NULL : &c->c);
}

int
ceiling_outer(uint32_t tunnel, const struct wt_addr *remote)
{
	struct ceiling	*c, least = { .c = { .tunnel = tunnel } };
	size_t		 i;

	for (c = RB_NFIND(ceiling_tree, &current, &least); c != NULL &&
	    c->c.tunnel == tunnel; c = RB_NEXT(ceiling_tree, &current, c))
		for (i = 0; i < c->c.outer_remote_n; i++)
			if (prefix_has(&c->c.outer_remote[i], remote))
				return (1);
	return (0);
}

unsigned int
ceiling_idle(uint32_t tunnel, uint32_t child)
{
	struct ceiling	*c = find_in(&current, tunnel, child);

	return (c == NULL ? IDLE_NONE : c->idle);
}

const char *
ceiling_set_idle(uint32_t tunnel, uint32_t child, unsigned int action)
{
	struct ceiling	*c = find_in(&current, tunnel, child);
	const char	*why;
	unsigned int	 was;

	if (c == NULL)
		return ("no such child");
	/* Where it holds nothing, its selectors are only the widest. */
	if (action > IDLE_TRAP || c->c.idle > IDLE_TRAP ||
	    (action != c->c.idle &&
	    (!blocks(action) || c->c.idle == IDLE_NONE)))
		return ("outside the ceiling");
	if (action == c->idle)
		return (NULL);
	if (blocks(action) && c->nflows > 0 && !asroot_xfrm_there())
		return ("the kernel has no XFRM policies");
	was = c->idle;
	c->idle = action;
	wish(c, 1);
	c->idle = was;
	wish(c, -1);
	c->idle = action;
	tell(c, action);
	why = hold_flush();
	hold_watch(grants_parent->base);
	return (why);
}

unsigned int
ceilings_unsafe(void (*fn)(void *, uint32_t, uint32_t), void *arg)
{
	struct ceiling	*c;
	unsigned int	 n = 0;

	RB_FOREACH(c, ceiling_tree, &current)
		if (stops(c->idle) && !hold_stands(c->flows, c->nflows)) {
			fn(arg, c->c.tunnel, c->c.child);
			n++;
		}
	return (n);
}

void
ceiling_set_note(uint32_t tunnel, uint32_t child, uint8_t note)
{
	struct ceiling	*c = find_in(&current, tunnel, child);

	if (c != NULL)
		c->note = note;
}

void
ceilings_notes(void (*fn)(uint32_t, uint32_t, uint8_t))
{
	struct ceiling	*c;

	RB_FOREACH(c, ceiling_tree, &current)
		if (c->note != 0)
			fn(c->c.tunnel, c->c.child, c->note);
}

void
ceilings_tell_plane(void)
{
	struct ceiling	*c;

	RB_FOREACH(c, ceiling_tree, &current)
		if (c->idle != IDLE_NONE)
			tell(c, c->idle);
}

void
ceilings_withdraw(void)
{
	struct ceiling	*c;

	ceilings_abort();	/* of a start that failed */
	RB_FOREACH(c, ceiling_tree, &current)
		wish(c, -1);
	tree_clear(&current);
	ncurrent = 0;
	rows_close(&now);
	hold_flush();
	left_withdraw();
	lanes_begin();
	lanes_end();
}

size_t
ceilings_count(void)
{
	return (ncurrent);
}
