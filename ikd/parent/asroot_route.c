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
 * Rules, routes, links and addresses of the kernel, as requests of our own
 * (libnl-route has no FRA_PROTOCOL and no port ranges in rules).
 */

#include <sys/socket.h>
#include <net/if.h>

#include <errno.h>
#include <string.h>

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>

#include <netlink/socket.h>
#include <netlink/netlink.h>

#include "addr.h"
#include "asroot_nl.h"
#include "asroot_route.h"
#include "asroot_vrf.h"
#include "asroot_xfrmi.h"
#include "log.h"
#include "parent.h"

#define LINK_QUEUE	5000		/* applications send in bursts */

static struct nlq	*nlq;
static struct nl_sock	*events;

static const int families[] = { AF_INET, AF_INET6 };

void
asroot_route_open(void)
{
	if ((nlq = nlq_open(NETLINK_ROUTE, "routing")) == NULL)
		fatal("no routing netlink");
	if ((events = nl_socket_alloc()) == NULL)
		fatal("out of memory");
	nl_join_groups(events, RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR |
	    RTMGRP_LINK | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE);
	if (nl_connect(events, NETLINK_ROUTE) < 0 ||
	    nl_socket_set_nonblocking(events) < 0)
		fatal("no routing events");
	/* Our own come, too: thousands in a turn, and none is to be lost. */
	(void)setsockopt(nl_socket_get_fd(events), SOL_SOCKET, SO_RCVBUFFORCE,
	    &(int){ 16 << 20 }, sizeof(int));
}

const char *
asroot_route_flush(void)
{
	return (nlq_flush(nlq));
}

/* What a request of this family may meet. */
static enum nlq_tolerate
tolerate(int add, int family)
{
	if (!add)
		return (NLQ_DEL);
	return (family == AF_INET6 ? NLQ_ADD6 : NLQ_ADD);
}

static int
family_of(const struct wt_addr *a)
{
	return (a->af == 4 ? AF_INET : AF_INET6);
}

/* A rule's request, to be completed by the caller. */
static struct nl_msg *
rule_msg(int add, int family, uint32_t prio, uint8_t action,
    unsigned int src_len, unsigned int dst_len)
{
	struct fib_rule_hdr	 h = { 0 };
	struct nl_msg		*m;

	h.family = family;
	h.action = action;
	h.src_len = src_len;
	h.dst_len = dst_len;
	m = nlq_msg(add ? RTM_NEWRULE : RTM_DELRULE,
	    add ? NLM_F_CREATE | NLM_F_EXCL : 0, &h, sizeof(h));
	nla_put_u32(m, FRA_PRIORITY, prio);
	nla_put_u8(m, FRA_PROTOCOL, ROUTE_PROTO);
	return (m);
}

static void
rule_marked(int add, int family, enum rule_prio prio, uint8_t action,
    uint32_t table)
{
	struct nl_msg	*m = rule_msg(add, family, prio, action, 0, 0);

	nla_put_u32(m, FRA_FWMARK, PARENT_SO_MARK);
	nla_put_u32(m, FRA_FWMASK, 0xffffffff);
	if (table != 0)
		nla_put_u32(m, FRA_TABLE, table);
	nlq_add(nlq, m, add ? "add rule for the mark" :
	    "delete rule for the mark", tolerate(add, family));
}

/* Over the rules for what has no source yet: half of the addresses. */
static void
rule_jump(int add, uint8_t half)
{
	struct nl_msg	*m;
	uint8_t		 src[16] = { half };

	m = rule_msg(add, AF_INET6, RULE_SOURCED, FR_ACT_GOTO, 1, 0);
	nla_put(m, FRA_SRC, sizeof(src), src);
	nla_put_u32(m, FRA_GOTO, RULE_LANDING);
	nlq_add(nlq, m, add ? "add jump rule" : "delete jump rule",
	    tolerate(add, AF_INET6));
}

/* Where a jump ends. */
static void
rule_landing(int add, int family, uint32_t prio)
{
	nlq_add(nlq, rule_msg(add, family, prio, FR_ACT_NOP, 0, 0),
	    add ? "add landing rule" : "delete landing rule",
	    tolerate(add, family));
}

void
asroot_rules_base(int add)
{
	size_t	 i;

	rule_landing(add, AF_INET6, RULE_LANDING);
	rule_jump(add, 0);
	rule_jump(add, 0x80);

	for (i = 0; i < 2; i++) {
		rule_landing(add, families[i], RULE_END);
		rule_marked(add, families[i], RULE_MARKED, FR_ACT_TO_TBL,
		    RT_TABLE_MAIN);
		rule_marked(add, families[i], RULE_MARKED_DEFAULT,
		    FR_ACT_TO_TBL, RT_TABLE_DEFAULT);
		rule_marked(add, families[i], RULE_MARKED_END,
		    FR_ACT_UNREACHABLE, 0);
	}
}

static void
put_ports(struct nl_msg *m, int attr, uint16_t lo, uint16_t hi)
{
	struct fib_rule_port_range	 r;

	if (lo == 0 && hi == 65535)
		return;
	/* The kernel refuses port 0: it is in no packet worth routing. */
	r.start = lo == 0 ? 1 : lo;
	r.end = hi == 0 ? 1 : hi;
	nla_put(m, attr, sizeof(r), &r);
}

static void
put_proto(struct nl_msg *m, const struct flow *f)
{
	if (f->proto == 0)
		return;
	nla_put_u8(m, FRA_IP_PROTO, f->proto);
	if (!flow_has_ports(f->proto))
		return;
	put_ports(m, FRA_SPORT_RANGE, f->l_lo, f->l_hi);
	put_ports(m, FRA_DPORT_RANGE, f->r_lo, f->r_hi);
}

static void
put_prefix(struct nl_msg *m, int attr, const struct wt_prefix *p)
{
	if (p->plen != 0)
		nla_put(m, attr, addr_len(&p->addr), p->addr.a);
}

static void
put_mark(struct nl_msg *m, const struct flow *f)
{
	if (f->mark_mask == 0)
		return;
	nla_put_u32(m, FRA_FWMARK, f->mark);
	nla_put_u32(m, FRA_FWMASK, f->mark_mask);
}

void
asroot_rule(int add, const struct flow *f, uint32_t table,
    enum rule_prio prio)
{
	int		 family = family_of(&f->l.addr);
	struct nl_msg	*m;

	m = rule_msg(add, family, prio, table != 0 ? FR_ACT_TO_TBL :
	    FR_ACT_GOTO, f->l.plen, f->r.plen);
	put_prefix(m, FRA_SRC, &f->l);
	put_prefix(m, FRA_DST, &f->r);
	put_proto(m, f);
	put_mark(m, f);
	if (table != 0)
		nla_put_u32(m, FRA_TABLE, table);
	else
		nla_put_u32(m, FRA_GOTO, RULE_END);
	nlq_add(nlq, m, add ? "add rule" : "delete rule",
	    tolerate(add, family));
}

void
asroot_rule_guard(int add, const struct flow *f, enum rule_prio prio)
{
	struct nl_msg	*m;

	m = rule_msg(add, AF_INET6, prio, FR_ACT_UNREACHABLE, f->l.plen,
	    f->r.plen);
	put_prefix(m, FRA_SRC, &f->l);
	put_prefix(m, FRA_DST, &f->r);
	put_proto(m, f);
	put_mark(m, f);
	nlq_add(nlq, m, add ? "add guard rule" : "delete guard rule",
	    tolerate(add, AF_INET6));
}

static int
ours(uint32_t table)
{
	return (table >= ROUTE_TABLE && table < ROUTE_TABLE + ROUTE_TABLES);
}

void
asroot_route(int add, uint32_t table, const struct wt_prefix *dst,
    const struct wt_addr *src, unsigned int ifindex)
{
	struct rtmsg	 h = { 0 };
	struct nl_msg	*m;

	h.rtm_family = family_of(&dst->addr);
	h.rtm_dst_len = dst->plen;
	h.rtm_table = RT_TABLE_UNSPEC;
	h.rtm_protocol = ROUTE_PROTO;
	h.rtm_scope = RT_SCOPE_LINK;
	h.rtm_type = RTN_UNICAST;
	m = nlq_msg(add ? RTM_NEWROUTE : RTM_DELROUTE,
	    add ? NLM_F_CREATE | NLM_F_REPLACE : 0, &h, sizeof(h));
	nla_put_u32(m, RTA_TABLE, table);
	/* Else the kernel walks all next hops that differ by table alone. */
	nla_put_u32(m, RTA_PRIORITY, ours(table) ? table - ROUTE_TABLE + 1 :
	    ifindex);
	put_prefix(m, RTA_DST, dst);
	nla_put_u32(m, RTA_OIF, ifindex);
	if (src != NULL)
		nla_put(m, RTA_PREFSRC, addr_len(src), src->a);
	nlq_add(nlq, m, add ? "add route" : "delete route",
	    tolerate(add, family_of(&dst->addr)));
}

/* A request to delete what a dump showed, attributes and all. */
static void
delete_shown(struct nlmsghdr *h, size_t head, int type, const char *what)
{
	struct nl_msg	*m;

	m = nlq_msg(type, 0, nlmsg_data(h), head);
	if (nlmsg_append(m, nlmsg_attrdata(h, head), nlmsg_attrlen(h, head),
	    NLMSG_ALIGNTO) < 0)
		fatal("out of memory");
	/* Sent when the dump has ended. */
	nlq_add(nlq, m, what, NLQ_DEL);
}

/* What a dump found: copies, since nothing is sent while it runs. */
struct found {
	struct nlmsghdr	**h;
	size_t		  n;
};

static void
found_put(struct found *f, struct nlmsghdr *h)
{
	struct nlmsghdr	*copy = xcalloc(1, h->nlmsg_len);

	memcpy(copy, h, h->nlmsg_len);
	f->h = xreallocarray(f->h, f->n + 1, sizeof(*f->h));
	f->h[f->n++] = copy;
}

static void
found_rule(struct nlmsghdr *h, void *arg)
{
	struct nlattr	*a, *p;

	if (h->nlmsg_type != RTM_NEWRULE)
		return;
	a = nlmsg_find_attr(h, sizeof(struct fib_rule_hdr), FRA_PROTOCOL);
	p = nlmsg_find_attr(h, sizeof(struct fib_rule_hdr), FRA_PRIORITY);
	if (a != NULL && nla_get_u8(a) == ROUTE_PROTO && p != NULL &&
	    nla_get_u32(p) >= RULE_MARKED && nla_get_u32(p) <= 15799)
		found_put(arg, h);
}

static void
found_route(struct nlmsghdr *h, void *arg)
{
	const struct rtmsg	*r = nlmsg_data(h);
	struct nlattr		*t, *p, *o;

	if (h->nlmsg_type != RTM_NEWROUTE || r->rtm_protocol != ROUTE_PROTO ||
	    (r->rtm_flags & RTM_F_CLONED) != 0)
		return;
	t = nlmsg_find_attr(h, sizeof(*r), RTA_TABLE);
	p = nlmsg_find_attr(h, sizeof(*r), RTA_PRIORITY);
	o = nlmsg_find_attr(h, sizeof(*r), RTA_OIF);
	if ((t != NULL && ours(nla_get_u32(t))) || (p != NULL && o != NULL &&
	    nla_get_u32(p) == nla_get_u32(o)))
		found_put(arg, h);
}

static void
clean_kind(int get, size_t head, int del, const char *what,
    void (*fn)(struct nlmsghdr *, void *))
{
	struct found	 f = { NULL, 0 };
	struct rtmsg	 r;
	size_t		 i;

	/* struct fib_rule_hdr and rtmsg begin alike and are as long. */
	for (i = 0; i < 2; i++) {
		memset(&r, 0, sizeof(r));
		r.rtm_family = families[i];
		nlq_dump(nlq, nlq_msg(get, 0, &r, sizeof(r)), fn, &f);
	}
	for (i = 0; i < f.n; i++) {
		delete_shown(f.h[i], head, del, what);
		free(f.h[i]);
	}
	free(f.h);
	nlq_flush(nlq);
}

void
asroot_route_clean(void)
{
	clean_kind(RTM_GETRULE, sizeof(struct fib_rule_hdr), RTM_DELRULE,
	    "delete rule of an earlier life", found_rule);
	clean_kind(RTM_GETROUTE, sizeof(struct rtmsg), RTM_DELROUTE,
	    "delete route of an earlier life", found_route);
}

struct addr_walk {
	void	(*fn)(const struct wt_prefix *, unsigned int, void *);
	void	 *arg;
};

static void
found_addr(struct nlmsghdr *h, void *arg)
{
	const struct ifaddrmsg	*i = nlmsg_data(h);
	struct addr_walk	*w = arg;
	struct nlattr		*a;
	struct wt_prefix	 p;

	if (h->nlmsg_type != RTM_NEWADDR || i->ifa_scope >= RT_SCOPE_LINK ||
	    (i->ifa_flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) != 0)
		return;
	/* On a point-to-point link IFA_ADDRESS is the other end's. */
	if ((a = nlmsg_find_attr(h, sizeof(*i), IFA_LOCAL)) == NULL &&
	    (a = nlmsg_find_attr(h, sizeof(*i), IFA_ADDRESS)) == NULL)
		return;
	memset(&p, 0, sizeof(p));
	p.addr.af = i->ifa_family == AF_INET ? 4 : 6;
	if ((size_t)nla_len(a) != addr_len(&p.addr))
		return;
	memcpy(p.addr.a, nla_data(a), addr_len(&p.addr));
	p.plen = i->ifa_prefixlen;
	w->fn(&p, i->ifa_index, w->arg);
}

void
asroot_addrs(void (*fn)(const struct wt_prefix *, unsigned int, void *),
    void *arg)
{
	struct addr_walk	 w = { fn, arg };
	struct ifaddrmsg	 h = { 0 };

	nlq_dump(nlq, nlq_msg(RTM_GETADDR, 0, &h, sizeof(h)), found_addr, &w);
}

int
asroot_events_fd(void)
{
	return (nl_socket_get_fd(events));
}

/* What our own packets may go by; not what we set ourselves. */
static int
event_of(const struct nlmsghdr *h)
{
	const struct rtmsg	*r = nlmsg_data(h);

	switch (h->nlmsg_type) {
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return (EVENT_ADDRS | EVENT_WAYS);
	case RTM_NEWLINK:
	case RTM_DELLINK:
		return (EVENT_WAYS | (asroot_vrf_event(h) ? EVENT_VRFS |
		    EVENT_ADDRS : 0));
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		return (nlmsg_datalen(h) >= (int)sizeof(*r) &&
		    r->rtm_protocol != ROUTE_PROTO &&
		    (r->rtm_table == RT_TABLE_MAIN ||
		    r->rtm_table == RT_TABLE_DEFAULT) ? EVENT_WAYS : 0);
	default:
		return (0);
	}
}

int
asroot_events(void)
{
	union {
		struct nlmsghdr	 h;
		uint8_t		 b[16384];
	} u;
	struct nlmsghdr	*h;
	ssize_t		 n;
	int		 left, what = 0;

	for (;;) {
		n = recv(nl_socket_get_fd(events), u.b, sizeof(u.b),
		    MSG_DONTWAIT);
		if (n == -1 && errno == ENOBUFS)
			/* Some are lost. */
			what |= EVENT_ADDRS | EVENT_WAYS | EVENT_VRFS;
		else if (n <= 0)
			return (what);
		left = (int)n;
		for (h = &u.h; n > 0 && nlmsg_ok(h, left);
		    h = nlmsg_next(h, &left))
			what |= event_of(h);
	}
}

int
asroot_link_up(unsigned int ifindex, unsigned int mtu)
{
	struct nl_msg	*m = asroot_link_msg(RTM_NEWLINK, 0, ifindex, 0);
	struct nlattr	*spec, *inet, *conf;

	nla_put_u32(m, IFLA_MTU, mtu);
	nla_put_u32(m, IFLA_TXQLEN, LINK_QUEUE);
	spec = nla_nest_start(m, IFLA_AF_SPEC);
	inet = nla_nest_start(m, AF_INET);
	conf = nla_nest_start(m, IFLA_INET_CONF);
	nla_put_u32(m, IPV4_DEVCONF_NOPOLICY, 1);
	nla_put_u32(m, IPV4_DEVCONF_RP_FILTER, 0);
	nla_nest_end(m, conf);
	nla_nest_end(m, inet);
	nla_nest_end(m, spec);
	nlq_add(nlq, m, "set up the TUN device", NLQ_STRICT);
	asroot_link_bare_up(nlq, ifindex);
	return (nlq_flush(nlq) == NULL ? 0 : -1);
}

static void
found_way(struct nlmsghdr *h, void *arg)
{
	struct nlattr	*a;

	if (h->nlmsg_type != RTM_NEWROUTE)
		return;
	a = nlmsg_find_attr(h, sizeof(struct rtmsg), RTA_OIF);
	if (a != NULL && nla_len(a) == sizeof(uint32_t))
		*(unsigned int *)arg = nla_get_u32(a);
}

/* The way of our own packets to dst, from src if it is not NULL. */
static void
look_up(const struct wt_addr *src, const struct wt_addr *dst,
    void (*fn)(struct nlmsghdr *, void *), void *arg)
{
	struct nl_msg	*m;
	struct rtmsg	 h = { 0 };

	h.rtm_family = family_of(dst);
	h.rtm_dst_len = (unsigned char)(8 * addr_len(dst));
	h.rtm_src_len = src != NULL ? h.rtm_dst_len : 0;
	m = nlq_msg(RTM_GETROUTE, 0, &h, sizeof(h));
	nla_put(m, RTA_DST, addr_len(dst), dst->a);
	if (src != NULL)
		nla_put(m, RTA_SRC, addr_len(src), src->a);
	nla_put_u32(m, RTA_MARK, PARENT_SO_MARK);
	nlq_get(nlq, m, "look a route up", fn, arg);
}

unsigned int
asroot_route_dev(const struct wt_addr *src, const struct wt_addr *dst)
{
	unsigned int	 ifindex = 0;

	look_up(src, dst, found_way, &ifindex);
	return (ifindex);
}

static void
found_src(struct nlmsghdr *h, void *arg)
{
	struct wt_addr	*src = arg;
	struct nlattr	*a;

	if (h->nlmsg_type != RTM_NEWROUTE)
		return;
	a = nlmsg_find_attr(h, sizeof(struct rtmsg), RTA_PREFSRC);
	if (a == NULL || (nla_len(a) != 4 && nla_len(a) != 16))
		return;
	src->af = nla_len(a) == 4 ? 4 : 6;
	memcpy(src->a, nla_data(a), (size_t)nla_len(a));
}

int
asroot_route_src(const struct wt_addr *dst, struct wt_addr *src)
{
	memset(src, 0, sizeof(*src));
	look_up(NULL, dst, found_src, src);
	return (src->af == 0 ? -1 : 0);
}

struct link_walk {
	void	(*fn)(unsigned int, const char *, void *);
	void	 *arg;
};

static void
found_link(struct nlmsghdr *h, void *arg)
{
	const struct ifinfomsg	*i = nlmsg_data(h);
	struct link_walk	*w = arg;
	struct nlattr		*a;

	if (h->nlmsg_type != RTM_NEWLINK)
		return;
	a = nlmsg_find_attr(h, sizeof(*i), IFLA_IFNAME);
	if (a != NULL && nla_len(a) > 0 &&
	    nla_get_string(a)[nla_len(a) - 1] == '\0')
		w->fn((unsigned int)i->ifi_index, nla_get_string(a), w->arg);
}

void
asroot_links(void (*fn)(unsigned int, const char *, void *), void *arg)
{
	struct link_walk	 w = { fn, arg };
	struct ifinfomsg	 h = { 0 };

	nlq_dump(nlq, nlq_msg(RTM_GETLINK, 0, &h, sizeof(h)), found_link, &w);
}
