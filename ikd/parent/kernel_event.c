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
 * What the kernel says by itself of its SAs: acquires, expires, mappings, and
 * that somebody has flushed them.  After that, or when the socket has overrun
 * (ENOBUFS) and lost some, all pairs are looked at once it is empty: a state
 * of its own.
 */

#include <sys/socket.h>

#include <event2/event.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>

#include <netlink/msg.h>

#include "addr.h"
#include "asroot_nl.h"
#include "kernel_plane.h"

#define EVENTS_TURN	64	/* messages read in one turn of the loop */
#define IF_TYPE(t, yes, no)	\
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(t), yes, no)

static int	 sock = -1;
static const char *look;	/* why, when all are to be looked at */

/*
 * With a flush the kernel's group has each SA that anybody makes, with its
 * keys: those never reach the socket.
 */
static void
flushes_alone(void)
{
	struct sock_filter	 code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS,
		    offsetof(struct nlmsghdr, nlmsg_type)),
		IF_TYPE(XFRM_MSG_FLUSHSA, 3, 0),
		IF_TYPE(XFRM_MSG_ACQUIRE, 2, 0),
		IF_TYPE(XFRM_MSG_EXPIRE, 1, 0),
		IF_TYPE(XFRM_MSG_MAPPING, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog	 prog = { sizeof(code) / sizeof(code[0]),
				    code };
	int			 sa = XFRMNLGRP_SA;

	if (setsockopt(sock, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
	    sizeof(prog)) == -1 || setsockopt(sock, SOL_NETLINK,
	    NETLINK_ADD_MEMBERSHIP, &sa, sizeof(sa)) == -1)
		log_warn(LS_KERNEL, "XFRM: flushes: %s", strerror(errno));
}

void
kernel_event_open(void)
{
	sock = nlq_listen(NETLINK_XFRM, "XFRM", XFRMGRP_ACQUIRE |
	    XFRMGRP_EXPIRE | 1u << (XFRMNLGRP_MAPPING - 1));
	if (sock != -1)
		flushes_alone();
}

static void
addr_of(struct wt_addr *a, const xfrm_address_t *x, unsigned int family)
{
	memset(a, 0, sizeof(*a));
	a->af = family == AF_INET ? 4 : 6;
	memcpy(a->a, x, addr_len(a));
}

static void
ts_of(struct wt_ts *t, const xfrm_address_t *x, unsigned int family,
    unsigned int proto, uint16_t port, uint16_t mask)
{
	struct wt_addr	 a;

	addr_of(&a, x, family);
	memset(t, 0, sizeof(*t));
	t->af = a.af;
	t->proto = (uint8_t)proto;
	memcpy(t->lo, a.a, sizeof(t->lo));
	memcpy(t->hi, a.a, sizeof(t->hi));
	t->port_lo = mask != 0 ? ntohs(port) : 0;
	t->port_hi = mask != 0 ? ntohs(port) : 65535;
}

static void
on_acquire(struct nlmsghdr *h)
{
	const struct xfrm_user_acquire	*q = nlmsg_data(h);
	const struct xfrm_selector	*s;
	const struct nlattr		*a;
	struct xfrm_user_tmpl		 tmpl;
	struct wt_ts			 src, dst;

	if (nlmsg_datalen(h) < (int)sizeof(*q))
		return;
	a = nlmsg_find_attr(h, sizeof(*q), XFRMA_TMPL);
	if (a == NULL || nla_len(a) < (int)sizeof(tmpl))
		return;
	memcpy(&tmpl, nla_data(a), sizeof(tmpl));
	s = &q->sel;
	if (s->family != AF_INET && s->family != AF_INET6)
		return;
	ts_of(&src, &s->saddr, s->family, s->proto, s->sport, s->sport_mask);
	ts_of(&dst, &s->daddr, s->family, s->proto, s->dport, s->dport_mask);
	kernel_acquired(tmpl.reqid, q->seq, &src, &dst);
}

static void
on_expire(struct nlmsghdr *h)
{
	const struct xfrm_user_expire	*e = nlmsg_data(h);
	const struct xfrm_lifetime_cfg	*l;
	const struct xfrm_lifetime_cur	*c;
	struct wt_addr			 dst;
	unsigned int			 kind = EXPIRE_TIME;

	if (nlmsg_datalen(h) < (int)sizeof(*e) || (e->state.family != AF_INET
	    && e->state.family != AF_INET6))
		return;
	l = &e->state.lft;
	c = &e->state.curlft;
	if (c->bytes >= (e->hard ? l->hard_byte_limit : l->soft_byte_limit))
		kind = EXPIRE_BYTES;
	else if (c->packets >= (e->hard ? l->hard_packet_limit :
	    l->soft_packet_limit))
		kind = EXPIRE_PACKETS;
	addr_of(&dst, &e->state.id.daddr, e->state.family);
	kernel_expired(ntohl(e->state.id.spi), &dst, e->hard != 0, kind);
}

static void
on_mapping(struct nlmsghdr *h)
{
	const struct xfrm_user_mapping	*u = nlmsg_data(h);
	struct wt_addr			 dst;
	struct wt_sock			 from = { .tcp = 0 };

	if (nlmsg_datalen(h) < (int)sizeof(*u) || (u->id.family != AF_INET &&
	    u->id.family != AF_INET6))
		return;
	addr_of(&dst, &u->id.daddr, u->id.family);
	addr_of(&from.addr, &u->new_saddr, u->id.family);
	from.port = ntohs(u->new_sport);
	kernel_mapped(ntohl(u->id.spi), &dst, &from);
}

/* One datagram; -1: there is none. */
static int
hear(void)
{
	static union {
		struct nlmsghdr	 h;
		uint8_t		 octets[16384];
	} buf;
	struct sockaddr_nl	 from;
	socklen_t		 flen = sizeof(from);
	struct nlmsghdr		*h = &buf.h;
	ssize_t			 got;
	int			 left;

	got = recvfrom(sock, &buf, sizeof(buf), 0, (struct sockaddr *)&from,
	    &flen);
	if (got == -1) {
		if (errno == ENOBUFS)
			look = "events were lost";
		return (errno == ENOBUFS || errno == EINTR ? 0 : -1);
	}
	if (flen < sizeof(from) || from.nl_pid != 0)
		return (0);
	left = (int)got;
	for (; nlmsg_ok(h, left); h = nlmsg_next(h, &left))
		if (h->nlmsg_type == XFRM_MSG_ACQUIRE)
			on_acquire(h);
		else if (h->nlmsg_type == XFRM_MSG_EXPIRE)
			on_expire(h);
		else if (h->nlmsg_type == XFRM_MSG_MAPPING)
			on_mapping(h);
		else if (h->nlmsg_type == XFRM_MSG_FLUSHSA)
			look = "somebody has flushed SAs";
	return (0);
}

static void
on_events(int fd, short what, void *arg)
{
	unsigned int	 n;

	(void)fd;
	(void)what;
	(void)arg;
	for (n = 0; n < EVENTS_TURN; n++)
		if (hear() == -1)
			break;
	if (n == EVENTS_TURN || look == NULL)
		return;
	log_warn(LS_KERNEL, "XFRM: %s; looking at all", look);
	look = NULL;
	kernel_look();
}

void
kernel_event_start(int chosen)
{
	struct event	*ev;

	if (!chosen || sock == -1) {
		if (sock != -1)
			close(sock);
		sock = -1;
		return;
	}
	ev = event_new(grants_parent->base, sock, EV_READ | EV_PERSIST,
	    on_events, NULL);
	if (ev == NULL || event_add(ev, NULL) == -1)
		fatal("out of memory");
}
