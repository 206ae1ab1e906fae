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

#ifndef PARENT_ASROOT_ROUTE_H
#define PARENT_ASROOT_ROUTE_H

#include <stdint.h>

#include "flow.h"
#include "proto_types.h"

/*
 * Routing rules and routes into the TUN.  Ours carry protocol 157 (in
 * FRA_PROTOCOL and rtm_protocol), priorities 15700-15799 and tables from
 * 157000, or, in a VRF's table, the link's index as their metric: nobody
 * else's are touched.
 */
#define ROUTE_PROTO	157
#define ROUTE_TABLE	157000		/* the first of ours */
#define ROUTE_TABLES	65536		/* at most so many */

enum rule_prio {
	RULE_NONE,			/* of a VRF's table: not ours */
	RULE_MARKED = 15700,		/* our own outer packets: main, */
	RULE_MARKED_DEFAULT = 15701,	/* default, */
	RULE_MARKED_END = 15702,	/* or nowhere: never into the TUN */
	RULE_PAST = 15705,		/* from L to R: past all of these */
	RULE_FLOW = 15710,		/* from L: its table */
	RULE_PAST_HINT = 15721,		/* to R, no source yet: past these */
	RULE_HINT = 15722,		/* no source yet: table with hints */
	RULE_HINT_GUARD = 15723,	/* IPv6: to R and no source: nowhere */
	RULE_GUARD = 15790		/* IPv6: from L to R: nowhere */
};

/*
 * An IPv4 rule "from 0.0.0.0" sees what has no source yet.  In IPv6 no rule
 * with a source sees it and every rule without one sees all; so what has a
 * source goes from 15720 to 15789, and between are the rules for the rest.
 */
#define RULE_SOURCED	15720
#define RULE_LANDING	15789
#define RULE_END	15799	/* where those go that pass */

/*
 * These queue and return; asroot_route_flush() sends, logs failures and
 * returns the first one, or NULL.  All are idempotent.
 */
void		 asroot_route_open(void);	/* before the door; fatal */
const char	*asroot_route_flush(void);

/* For packets with PARENT_SO_MARK, both families; and the IPv6 jump. */
void		 asroot_rules_base(int add);
/*
 * What is from f->l to f->r (prefix of length 0: to anywhere) to a table; or,
 * table 0, past the rules of ours.
 */
void		 asroot_rule(int add, const struct flow *f, uint32_t table,
		    enum rule_prio prio);
/*
 * The guard of an IPv6 flow: whatever device is asked for, into the TUN or
 * nowhere.
 */
void		 asroot_rule_guard(int add, const struct flow *f,
		    enum rule_prio prio);
/* dst through device ifindex; src (NULL: none) is the source hint. */
void		 asroot_route(int add, uint32_t table,
		    const struct wt_prefix *dst, const struct wt_addr *src,
		    unsigned int ifindex);

/*
 * Removes the rules and routes an earlier life left.  Called when block
 * policies stand and before any rule of this life.
 */
void		 asroot_route_clean(void);

/*
 * This host's addresses but the loopback's, with the length of the network
 * each is in and their links; fn for each.
 */
void		 asroot_addrs(void (*fn)(const struct wt_prefix *,
		    unsigned int ifindex, void *), void *arg);
/* Every link and its name; fn may not ask for anything here. */
void		 asroot_links(void (*fn)(unsigned int ifindex,
		    const char *name, void *), void *arg);
/* A socket that becomes readable when addresses, links, routes change. */
int		 asroot_events_fd(void);
/* Empties it: which of them have, but by what we set ourselves. */
enum { EVENT_ADDRS = 1, EVENT_WAYS = 2, EVENT_VRFS = 4 };
int		 asroot_events(void);

/*
 * Brings a link up: mtu, queue length, no addresses of its own, no IPv4
 * reverse-path filter or policy check on what comes in.  0 or -1 (logged).
 */
int		 asroot_link_up(unsigned int ifindex, unsigned int mtu);
/* The link by which our outer packets reach dst, 0: none. */
unsigned int	 asroot_route_dev(const struct wt_addr *src,
		    const struct wt_addr *dst);
/* The address they have then; 0, or -1: no route. */
int		 asroot_route_src(const struct wt_addr *dst,
		    struct wt_addr *src);

#endif /* PARENT_ASROOT_ROUTE_H */
