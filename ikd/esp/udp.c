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
 * Receives from the sockets on the NAT-T port, in batches; what the kernel
 * has put together (UDP_GRO) is many datagrams of one size.
 */
#include <sys/socket.h>

#include <event2/event.h>
#include <event2/util.h>

#include <errno.h>
#include <string.h>

#include <linux/udp.h>

#include "addr.h"
#include "count.h"
#include "inbound.h"
#include "log.h"
#include "now.h"
#include "tun.h"
#include "udp.h"

#define ROUNDS		4	/* batches of one turn, before others */

static struct udp_socket	 sockets[UDP_SOCKETS];
static int			 n_sockets;
static int			 started;

/* Receive buffers: only the pages that packets touch ever exist. */
static struct {
	uint8_t			 data[UDP_BATCH][UDP_INNER_MAX + 1];
	uint8_t			 control[UDP_BATCH][256]
	    __attribute__((aligned(8)));
	struct sockaddr_storage	 from[UDP_BATCH];
	struct iovec		 iov[UDP_BATCH];
	struct mmsghdr		 msg[UDP_BATCH];
} rx;

struct udp_socket *
udp_find(const struct wt_sock *local)
{
	struct udp_socket *found = NULL;
	int i;

	for (i = 0; i < n_sockets; i++) {
		if (sockets[i].family != local->addr.af)
			continue;
		if (sockets[i].port == local->port)
			return (&sockets[i]);
		if (found == NULL)
			found = &sockets[i];
	}
	return (found);
}

/* The first n were used, or none ever was. */
static void
prepare_batch(int n)
{
	struct msghdr *m;
	int i;

	for (i = 0; i < n; i++) {
		rx.iov[i].iov_base = rx.data[i];
		rx.iov[i].iov_len = sizeof(rx.data[i]);
		m = &rx.msg[i].msg_hdr;
		m->msg_name = &rx.from[i];
		m->msg_namelen = sizeof(rx.from[i]);
		m->msg_iov = &rx.iov[i];
		m->msg_iovlen = 1;
		m->msg_control = rx.control[i];
		m->msg_controllen = sizeof(rx.control[i]);
		m->msg_flags = 0;
	}
}

/* What the kernel says of a datagram, or of several as one. */
struct about {
	struct wt_sock	local;
	uint8_t		tc;
	int		size;		/* of each but the last; 0: one */
};

static void
read_about_socket(struct udp_socket *u, const struct cmsghdr *c,
    struct about *a)
{
	uint32_t lost;

	if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO)
		memcpy(&a->size, CMSG_DATA(c), sizeof(a->size));
	else if (c->cmsg_level == SOL_SOCKET &&
	    c->cmsg_type == SO_RXQ_OVFL) {
		memcpy(&lost, CMSG_DATA(c), sizeof(lost));
		counts[CNT_DROP_RECEIVE] += lost - u->lost;
		u->lost = lost;
	}
}

/* Where it was sent to, the outer traffic class, and the rest. */
static void
read_control(struct udp_socket *u, struct msghdr *m, struct about *a)
{
	struct in_pktinfo p4;
	struct in6_pktinfo p6;
	struct cmsghdr *c;
	int v;

	for (c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			memcpy(&p4, CMSG_DATA(c), sizeof(p4));
			a->local.addr.af = 4;
			memcpy(a->local.addr.a, &p4.ipi_addr, 4);
		} else if (c->cmsg_level == IPPROTO_IPV6 &&
		    c->cmsg_type == IPV6_PKTINFO) {
			memcpy(&p6, CMSG_DATA(c), sizeof(p6));
			a->local.addr.af = 6;
			memcpy(a->local.addr.a, &p6.ipi6_addr, 16);
		} else if (c->cmsg_level == IPPROTO_IP &&
		    c->cmsg_type == IP_TOS) {
			a->tc = *(const uint8_t *)CMSG_DATA(c);
		} else if (c->cmsg_level == IPPROTO_IPV6 &&
		    c->cmsg_type == IPV6_TCLASS) {
			memcpy(&v, CMSG_DATA(c), sizeof(v));
			a->tc = v;
		} else
			read_about_socket(u, c, a);
	}
}

static void
take_one(struct udp_socket *u, struct mmsghdr *mm, uint8_t *data)
{
	struct wt_sock remote;
	struct about a;
	size_t at = 0, n;

	memset(&a, 0, sizeof(a));
	read_control(u, &mm->msg_hdr, &a);
	if (mm->msg_hdr.msg_flags & MSG_TRUNC) {
		count(UDP_RECEIVED);
		count(DROP_MALFORMED);
		return;
	}
	a.local.port = u->port;
	sock_from(mm->msg_hdr.msg_name, &remote);
	do {
		n = mm->msg_len - at;
		if (a.size > 0 && n > (size_t)a.size)
			n = a.size;
		count(UDP_RECEIVED);
		inbound_datagram(&a.local, &remote, a.tc, data + at, n);
		at += n;
	} while (at < mm->msg_len);
}

static void
on_readable(int fd, short what, void *arg)
{
	static int used = UDP_BATCH;
	struct udp_socket *u = arg;
	int i, n, round;

	(void)what;
	now_read();
	for (round = 0; round < ROUNDS; round++) {
		prepare_batch(used);
		used = 0;
		n = recvmmsg(fd, rx.msg, UDP_BATCH, MSG_DONTWAIT, NULL);
		if (n <= 0) {
			/* Nothing, or an error that ICMP brought. */
			udp_read_errors(u);
			return;
		}
		for (i = 0; i < n; i++)
			take_one(u, &rx.msg[i], rx.data[i]);
		used = n;
		/* The packets stand in the buffers that come next. */
		tun_flush();
		if (n < UDP_BATCH)
			return;
	}
}

static void
on_writable(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	now_read();
	udp_flush();
}

static void
want(int fd, int level, int option, const char *name)
{
	int on = 1;

	if (setsockopt(fd, level, option, &on, sizeof(on)) == -1)
		fatal_errno("%s", name);
}

/*
 * Destination addresses, traffic classes and ICMP errors, please; datagrams
 * in bulk and losses, where the kernel can.
 */
static void
set_options(int fd, unsigned int family)
{
	int on = 1;

	(void)setsockopt(fd, IPPROTO_UDP, UDP_GRO, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on));
	if (family == 4) {
		want(fd, IPPROTO_IP, IP_PKTINFO, "IP_PKTINFO");
		want(fd, IPPROTO_IP, IP_RECVTOS, "IP_RECVTOS");
		want(fd, IPPROTO_IP, IP_RECVERR, "IP_RECVERR");
	} else {
		want(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, "IPV6_RECVPKTINFO");
		want(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, "IPV6_RECVTCLASS");
		want(fd, IPPROTO_IPV6, IPV6_RECVERR, "IPV6_RECVERR");
	}
}

void
udp_given(struct event_base *base, unsigned int family, unsigned int port,
    int fd)
{
	struct udp_socket *u;

	if (n_sockets == UDP_SOCKETS || (family != 4 && family != 6))
		fatal("socket %d of family %u", n_sockets, family);
	u = &sockets[n_sockets++];
	u->fd = fd;
	u->family = family;
	u->port = port;
	u->df = -1;
	evutil_make_socket_nonblocking(fd);
	set_options(fd, family);
	u->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable,
	    u);
	u->writable = event_new(base, fd, EV_WRITE, on_writable, u);
	if (u->readable == NULL || u->writable == NULL)
		fatal("udp: no event");
	if (started)
		event_add(u->readable, NULL);
}

void
udp_start(void)
{
	int i;

	started = 1;
	for (i = 0; i < n_sockets; i++)
		event_add(sockets[i].readable, NULL);
}
