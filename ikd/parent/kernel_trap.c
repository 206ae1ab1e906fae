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

#include <sys/tree.h>
#include <netinet/in.h>

#include <stddef.h>
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
	RB_ENTRY(trap)		 entry;		/* by its child */
	RB_ENTRY(trap)		 reqid_entry;
	uint32_t		 tunnel, child, reqid;
	uint32_t		 seq;		/* of its last acquire, or 0 */
	struct xfrm_user_tmpl	 tmpl;
	int			 nflows;
	struct flow		 flows[];
};

static int
trap_cmp(const struct trap *a, const struct trap *b)
{
	if (a->tunnel != b->tunnel)
		return (a->tunnel < b->tunnel ? -1 : 1);
	return (a->child < b->child ? -1 : a->child > b->child);
}

static int
reqid_cmp(const struct trap *a, const struct trap *b)
{
	return (a->reqid < b->reqid ? -1 : a->reqid > b->reqid);
}

static RB_HEAD(trap_tree, trap)	 traps = RB_INITIALIZER(&traps);
static RB_HEAD(trap_ids, trap)	 ids = RB_INITIALIZER(&ids);
static uint32_t			 last_trap;

RB_GENERATE_INTERNAL(trap_tree, trap, entry, trap_cmp,
    static __attribute__((__unused__)))
RB_GENERATE_INTERNAL(trap_ids, trap, reqid_entry, reqid_cmp,
    static __attribute__((__unused__)))

static struct trap *
trap_by_reqid(uint32_t reqid)
{
	struct trap	 key = { .reqid = reqid };

	return (RB_FIND(trap_ids, &ids, &key));
}

/* One that no trap has, if there is one. */
static uint32_t
trap_reqid(void)
{
	uint32_t	 tries = REQID_END - REQID_TRAP;

	do
		last_trap = (last_trap + 1) % (REQID_END - REQID_TRAP);
	while (trap_by_reqid(REQID_TRAP + last_trap) != NULL && --tries > 0);
	return (REQID_TRAP + last_trap);
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

static struct trap *
trap_new(const struct me_idle *row, const struct wt_ceiling *c)
{
	struct flow	 flows[FLOWS_MAX];
	struct trap	*t;
	int		 n;

	n = flows_expand(row->ts_local, row->ts_local_n, row->ts_remote,
	    row->ts_remote_n, flows);
	if (n < 0)
		n = 0;
	flows_label(flows, (size_t)n, c);
	t = xcalloc(1, offsetof(struct trap, flows) +
	    (size_t)n * sizeof(flows[0]));
	t->tunnel = row->tunnel;
	t->child = row->child;
	t->reqid = trap_reqid();
	t->nflows = n;
	memcpy(t->flows, flows, (size_t)n * sizeof(flows[0]));
	trap_tmpl(t, c);
	return (t);
}

static void
trap_free(struct trap *t)
{
	RB_REMOVE(trap_tree, &traps, t);
	if (trap_by_reqid(t->reqid) == t)
		RB_REMOVE(trap_ids, &ids, t);
	free(t);
}

void
kernel_set_idle(const struct me_idle *row, const struct wt_ceiling *c)
{
	struct trap	 key = { .tunnel = row->tunnel, .child = row->child };
	struct trap	*old = RB_FIND(trap_tree, &traps, &key), *t = NULL;

	if (row->action == IDLE_TRAP) {
		t = trap_new(row, c);
		trap_set(1, t);
	}
	if (old != NULL) {
		trap_set(0, old);
		trap_free(old);
		/* What both have was just taken away. */
		if (t != NULL)
			trap_set(1, t);
	}
	if (t != NULL) {
		RB_INSERT(trap_tree, &traps, t);
		RB_INSERT(trap_ids, &ids, t);
	}
	(void)asroot_xfrm_flush();
}

uint32_t
kernel_trap_seq(uint32_t tunnel, uint32_t child)
{
	struct trap	 key = { .tunnel = tunnel, .child = child };
	struct trap	*t = RB_FIND(trap_tree, &traps, &key);

	return (t != NULL ? t->seq : 0);
}

void
kernel_acquired(uint32_t reqid, uint32_t seq, const struct wt_ts *src,
    const struct wt_ts *dst)
{
	struct me_acquire	 m;
	struct trap		*t;

	if ((t = trap_by_reqid(reqid)) == NULL)
		return;
	t->seq = seq;
	m.tunnel = t->tunnel;
	m.child = t->child;
	m.src = *src;
	m.dst = *dst;
	plane_acquired(&m);
}
