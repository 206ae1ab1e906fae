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
 * Counted wishes for block policies and routes, flow by flow, and the
 * difference that hold_flush() brings to the kernel.
 */

#include <sys/queue.h>
#include <sys/tree.h>

#include <event2/event.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "asroot_nft.h"
#include "asroot_route.h"
#include "asroot_xfrm.h"
#include "hold.h"
#include "lanes.h"
#include "log.h"
#include "steer.h"

#define RETRY_SECONDS	10	/* until a refused block is tried again */

struct hold {
	RB_ENTRY(hold)		 entry;
	TAILQ_ENTRY(hold)	 dirty_entry;
	struct flow		 f;
	int			 dirty;
	unsigned int		 wishes[4];	/* by enum hold_what */
	int			 blocked;	/* what the kernel was told */
	int			 walled;
	int			 refused;	/* it would not all */
	struct steer		*steer;		/* routed, if not NULL */
	struct steer		*hole;		/* past routes */
};

static RB_HEAD(hold_tree, hold)	 holds = RB_INITIALIZER(&holds);
static TAILQ_HEAD(hold_list, hold) dirty = TAILQ_HEAD_INITIALIZER(dirty);
static struct hold_list		 later = TAILQ_HEAD_INITIALIZER(later);
static unsigned int		 tun;
static size_t			 nblocked, nrouted;
static int			 refusals; /* since hold_retry() saw none */

static int
hold_cmp(const struct hold *a, const struct hold *b)
{
	return (flow_cmp(&a->f, &b->f));
}

RB_GENERATE_INTERNAL(hold_tree, hold, entry, hold_cmp,
    static __attribute__((__unused__)))

void
hold_init(unsigned int ifindex)
{
	tun = ifindex;
}

unsigned int
hold_link(void)
{
	return (tun);
}

static void
make_dirty(struct hold *h)
{
	if (h->dirty)
		return;
	h->dirty = 1;
	TAILQ_INSERT_TAIL(&dirty, h, dirty_entry);
}

/*
 * What a wish for f is for: in clear it must not go anywhere, so a block is
 * for every way out.  0: nothing, since what goes by an interface that is not
 * ours to route to is its administrator's.
 */
static int
held_as(enum hold_what what, const struct flow *f, struct flow *out)
{
	*out = *f;
	/* A block knows no VRF: there a route alone holds. */
	if (what != HOLD_ROUTE && f->vrf)
		return (0);
	if (what != HOLD_ROUTE)
		out->if_id = out->own = 0;
	else if (f->proto == IPPROTO_ICMP || f->proto == IPPROTO_ICMPV6) {
		/* Rules and what goes with them know no types. */
		out->l_lo = out->r_lo = 0;
		out->l_hi = out->r_hi = 65535;
	}
	return (f->if_id == 0 || f->own);
}

static void
wish_one(enum hold_what what, int by, const struct flow *f)
{
	struct hold	 find, *h;

	if (!held_as(what, f, &find.f))
		return;
	if ((h = RB_FIND(hold_tree, &holds, &find)) == NULL) {
		h = xcalloc(1, sizeof(*h));
		h->f = find.f;
		RB_INSERT(hold_tree, &holds, h);
	}
	if (by < 0 && h->wishes[what] == 0)
		fatal("a wish withdrawn that nobody had");
	h->wishes[what] += by;
	make_dirty(h);
}

void
hold_wish(enum hold_what what, int by, const struct flow *f, size_t n)
{
	size_t	 i;

	for (i = 0; i < n; i++)
		wish_one(what, by, &f[i]);
}

/* The link of this ID is another one now: its routes went with the old. */
void
hold_renew(uint32_t if_id)
{
	struct hold	 least = { .f.if_id = if_id }, *h;

	for (h = RB_NFIND(hold_tree, &holds, &least); h != NULL &&
	    h->f.if_id == if_id; h = RB_NEXT(hold_tree, &holds, h)) {
		if (h->steer == NULL && h->wishes[HOLD_ROUTE] == 0)
			continue;
		nrouted -= h->steer != NULL;
		if (h->steer != NULL)
			steer_del(h->steer);
		h->steer = NULL;
		make_dirty(h);
	}
}

static void
first(const char **why, const char *w)
{
	if (*why == NULL)
		*why = w;
}

/* A wall or a hole of one flow. */
static void
flush_beside(struct hold *h, int add)
{
	if (add && h->wishes[HOLD_WALL] > 0 && (!h->walled || h->refused)) {
		h->walled = 1;
		h->refused = 0;
		asroot_beside(1, &h->f, 1, &h->refused);
	} else if (!add && h->wishes[HOLD_WALL] == 0 && h->walled) {
		asroot_beside(0, &h->f, 1, NULL);
		h->walled = h->refused = 0;
	}
	if (!add && h->wishes[HOLD_HOLE] > 0 && h->hole == NULL) {
		asroot_beside(1, &h->f, 0, NULL);
		h->hole = steer_past(&h->f);
	} else if (add && h->wishes[HOLD_HOLE] == 0 && h->hole != NULL) {
		asroot_beside(0, &h->f, 0, NULL);
		steer_del(h->hole);
		h->hole = NULL;
	}
}

/* New blocks; IPv6 flows about to leave the TUN may not pass any more. */
static void
flush_blocks(void)
{
	struct hold	*h;

	TAILQ_FOREACH(h, &dirty, dirty_entry) {
		flush_beside(h, 1);
		if (h->wishes[HOLD_BLOCK] > 0 && (!h->blocked || h->refused)) {
			nblocked += (size_t)!h->blocked;
			h->blocked = 1;
			h->refused = 0;
			asroot_block(1, &h->f, &h->refused);
		}
		if (h->wishes[HOLD_ROUTE] == 0 && h->steer != NULL)
			asroot_allow_flow(0, &h->f, !asroot_nft_marks());
	}
}

/* The link a flow is routed into; 0: its interface could not be made. */
static unsigned int
way_of(const struct flow *f, struct lane_way *w)
{
	memset(w, 0, sizeof(*w));
	w->ifindex = tun;
	if (f->if_id != 0)
		lanes_way(f->if_id, w);
	return (w->ifindex);
}

/* What cannot be routed is said to whoever wished it, and stays blocked. */
static const char *
flush_routes(void)
{
	const char	*why = NULL;
	struct lane_way	 w;
	struct hold	*h;

	TAILQ_FOREACH(h, &dirty, dirty_entry) {
		if (h->wishes[HOLD_ROUTE] == 0 && h->steer != NULL) {
			steer_del(h->steer);
			h->steer = NULL;
			nrouted--;
		}
	}
	TAILQ_FOREACH(h, &dirty, dirty_entry) {
		if (h->wishes[HOLD_ROUTE] == 0 || h->steer != NULL)
			continue;
		if (way_of(&h->f, &w) == 0 || (h->steer = steer_add(&h->f,
		    &w)) == NULL) {
			/* Its VRF may come. */
			if (!h->f.vrf)
				why = "no routing table or interface";
			continue;
		}
		nrouted++;
		h->dirty = 2;		/* to be allowed */
	}
	return (why);
}

static void
flush_rest(void)
{
	struct hold	*h, *next;

	TAILQ_FOREACH_SAFE(h, &dirty, dirty_entry, next) {
		if (h->dirty == 2)
			asroot_allow_flow(1, &h->f, !asroot_nft_marks());
		if (h->wishes[HOLD_BLOCK] == 0 && h->blocked) {
			asroot_block(0, &h->f, NULL);
			h->blocked = h->refused = 0;
			nblocked--;
		}
		flush_beside(h, 0);
		h->dirty = 0;
		TAILQ_REMOVE(&dirty, h, dirty_entry);
		refusals |= h->refused;
		if (!h->blocked && !h->walled && h->steer == NULL &&
		    h->hole == NULL && h->wishes[HOLD_ROUTE] == 0) {
			RB_REMOVE(hold_tree, &holds, h);
			free(h);
		}
	}
}

static const char *
flush(void)
{
	const char	*why = NULL;

	if (TAILQ_EMPTY(&dirty))
		return (NULL);
	flush_blocks();
	first(&why, asroot_xfrm_flush());
	first(&why, flush_routes());
	first(&why, asroot_route_flush());
	flush_rest();
	first(&why, asroot_xfrm_flush());
	first(&why, asroot_route_flush());
	return (why);
}

const char *
hold_flush(void)
{
	TAILQ_CONCAT(&dirty, &later, dirty_entry);
	return (flush());
}

const char *
hold_flush_some(unsigned int flows, int *more)
{
	struct hold	*h;

	TAILQ_CONCAT(&later, &dirty, dirty_entry);
	while (flows-- > 0 && (h = TAILQ_FIRST(&later)) != NULL) {
		TAILQ_REMOVE(&later, h, dirty_entry);
		TAILQ_INSERT_TAIL(&dirty, h, dirty_entry);
	}
	*more = !TAILQ_EMPTY(&later);
	return (flush());
}

size_t
hold_retry(void)
{
	struct hold	*h;
	size_t		 n = 0;

	if (!refusals)
		return (0);
	RB_FOREACH(h, hold_tree, &holds)
		if (h->refused) {
			make_dirty(h);
			n++;
		}
	refusals = n != 0;
	return (n);
}

/* What the kernel refused is tried until it stands. */
static void
on_retry(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval	 tv = { RETRY_SECONDS, 0 };
	static struct event		*again;
	size_t				 n = hold_retry();

	(void)fd;
	if (n == 0)
		return;
	if (what == EV_TIMEOUT && hold_flush() == NULL) {
		log_notice(LS_KERNEL, "%zu blocks that the kernel had refused "
		    "stand now", n);
		return;
	}
	if (again == NULL && (again = evtimer_new(arg, on_retry, arg)) ==
	    NULL)
		fatal("timer");
	evtimer_add(again, &tv);
}

void
hold_watch(struct event_base *base)
{
	on_retry(-1, 0, base);
}

int
hold_stands(const struct flow *f, size_t n)
{
	struct hold	 find, *h;
	size_t		 i;

	for (i = 0; i < n; i++) {
		if (!held_as(HOLD_BLOCK, &f[i], &find.f))
			continue;
		h = RB_FIND(hold_tree, &holds, &find);
		if (h == NULL || !(h->blocked || h->walled) || h->refused)
			return (0);
	}
	return (1);
}

void
hold_counts(size_t *blocks, size_t *routes)
{
	*blocks = nblocked;
	*routes = nrouted;
}
