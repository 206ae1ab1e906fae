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
 * Traps on the kernel's plane: policies of a child without SA, whose template
 * no SA ever fits, so that the kernel asks for one (acquire).
 */

#include <netinet/in.h>

#include <stdlib.h>
#include <string.h>

#include <linux/xfrm.h>

#include "addr.h"
#include "alg.h"
#include "asroot_sa.h"
#include "asroot_xfrm.h"
#include "flow.h"
#include "kernel_plane.h"

/* What a child without SA traps. */
struct trap {
	LIST_ENTRY(trap)	 entry;
	uint32_t		 tunnel, child, reqid;
	struct flow		 flows[FLOWS_MAX];
	int			 nflows;
	struct xfrm_user_tmpl	 tmpl;
};
static LIST_HEAD(, trap)	 traps = LIST_HEAD_INITIALIZER(traps);
static uint32_t			 last_trap;

static struct trap *
trap_by_reqid(uint32_t reqid)
{
	struct trap	*t;

	LIST_FOREACH(t, &traps, entry)
		if (t->reqid == reqid)
			return (t);
	return (NULL);
}

/* One that no trap has, if there is one. */
static uint32_t
trap_reqid(void)
{
	static int	 round;
	uint32_t	 tries = REQID_END - REQID_TRAP;

	do {
		last_trap = (last_trap + 1) % (REQID_END - REQID_TRAP);
		round |= last_trap == 0;
	} while (round && --tries > 0 &&
	    trap_by_reqid(REQID_TRAP + last_trap) != NULL);
	return (REQID_TRAP + last_trap);
}

static struct trap *
trap_find(uint32_t tunnel, uint32_t child)
{
	struct trap	*t;

	LIST_FOREACH(t, &traps, entry)
		if (t->tunnel == tunnel && t->child == child)
			return (t);
	return (NULL);
}

static void
trap_set(int add, const struct trap *t)
{
	int	 i;

	for (i = 0; i < t->nflows; i++)
		asroot_protect(add, &t->flows[i], XFRM_POLICY_OUT, 1,
		    &t->tmpl, 1, 0);
}

/* The one address of a side, if its prefix is one. */
static void
only(const struct wt_prefix *list, size_t n, const struct wt_prefix **out)
{
	if (n == 1 && list->plen == (list->addr.af == 4 ? 32 : 128))
		*out = list;
}

/*
 * A trap's template: it never finds an SA, its reqid says whose it is.  The
 * addresses only decide where the kernel would look.
 */
static void
trap_tmpl(struct trap *t, const struct wt_ceiling *c)
{
	const struct wt_prefix	*l = NULL, *r = NULL;

	only(c->outer_local, c->outer_local_n, &l);
	only(c->outer_remote, c->outer_remote_n, &r);
	kernel_tmpl(&t->tmpl, c->mode, (c->protos & PROTO_BIT_ESP) != 0 ?
	    PROTO_ESP : PROTO_AH, r != NULL ? r->addr.af : 4);
	t->tmpl.reqid = t->reqid;
	if (r != NULL)
		memcpy(&t->tmpl.id.daddr, r->addr.a, addr_len(&r->addr));
	if (r != NULL && l != NULL && l->addr.af == r->addr.af)
		memcpy(&t->tmpl.saddr, l->addr.a, addr_len(&l->addr));
}

void
kernel_set_idle(const struct me_idle *row, const struct wt_ceiling *c)
{
	struct trap	*old = trap_find(row->tunnel, row->child), *t;

	if (row->action == IDLE_TRAP) {
		t = xcalloc(1, sizeof(*t));
		t->tunnel = row->tunnel;
		t->child = row->child;
		t->reqid = trap_reqid();
		t->nflows = flows_expand(row->ts_local, row->ts_local_n,
		    row->ts_remote, row->ts_remote_n, t->flows);
		flows_label(t->flows, t->nflows > 0 ? (size_t)t->nflows : 0,
		    c);
		trap_tmpl(t, c);
		trap_set(1, t);
		LIST_INSERT_HEAD(&traps, t, entry);
	}
	if (old != NULL) {
		LIST_REMOVE(old, entry);
		trap_set(0, old);
		/* What both have was just taken away. */
		if (row->action == IDLE_TRAP)
			trap_set(1, LIST_FIRST(&traps));
		free(old);
	}
	(void)asroot_xfrm_flush();
}

void
kernel_acquired(uint32_t reqid, const struct wt_ts *src,
    const struct wt_ts *dst)
{
	struct me_acquire	 m;
	struct trap		*t;

	if ((t = trap_by_reqid(reqid)) == NULL)
		return;
	m.tunnel = t->tunnel;
	m.child = t->child;
	m.src = *src;
	m.dst = *dst;
	plane_acquired(&m);
}
