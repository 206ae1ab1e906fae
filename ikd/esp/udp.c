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
 * Receives from the sockets on the NAT-T port, in batches.
 */
#include <sys/socket.h>

#include <event2/event.h>
#include <event2/util.h>

#include <errno.h>
#include <string.h>

#include "addr.h"
#include "count.h"
#include "inbound.h"
#include "log.h"
#include "now.h"
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

static void
prepare_batch(void)
{
	struct msghdr *m;
	int i;

	for (i = 0; i < UDP_BATCH; i++) {
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

/* Where it was sent to, and the outer traffic class. */
static void
read_control(struct msghdr *m, struct wt_sock *local, uint8_t *tc)
{
	struct in_pktinfo p4;
	struct in6_pktinfo p6;
	struct cmsghdr *c;
	int v;

	for (c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			memcpy(&p4, CMSG_DATA(c), sizeof(p4));
			local->addr.af = 4;
			memcpy(local->addr.a, &p4.ipi_addr, 4);
		} else if (c->cmsg_level == IPPROTO_IPV6 &&
		    c->cmsg_type == IPV6_PKTINFO) {
			memcpy(&p6, CMSG_DATA(c), sizeof(p6));
			local->addr.af = 6;
			memcpy(local->addr.a, &p6.ipi6_addr, 16);
		} else if (c->cmsg_level == IPPROTO_IP &&
		    c->cmsg_type == IP_TOS) {
			*tc = *(const uint8_t *)CMSG_DATA(c);
		} else if (c->cmsg_level == IPPROTO_IPV6 &&
		    c->cmsg_type == IPV6_TCLASS) {
			memcpy(&v, CMSG_DATA(c), sizeof(v));
			*tc = v;
		}
	}
}

static void
take_one(struct udp_socket *u, struct mmsghdr *mm, uint8_t *data)
{
	struct wt_sock local, remote;
	uint8_t tc = 0;

	memset(&local, 0, sizeof(local));
	count(UDP_RECEIVED);
	if (mm->msg_hdr.msg_flags & MSG_TRUNC) {
		count(DROP_MALFORMED);
		return;
	}
	read_control(&mm->msg_hdr, &local, &tc);
	local.port = u->port;
	sock_from(mm->msg_hdr.msg_name, &remote);
	inbound_datagram(&local, &remote, tc, data, mm->msg_len);
}

static void
on_readable(int fd, short what, void *arg)
{
	struct udp_socket *u = arg;
	int i, n, round;

	(void)what;
	now_read();
	for (round = 0; round < ROUNDS; round++) {
		prepare_batch();
		n = recvmmsg(fd, rx.msg, UDP_BATCH, MSG_DONTWAIT, NULL);
		if (n <= 0) {
			/* Nothing, or an error that ICMP brought. */
			udp_read_errors(u);
			return;
		}
		for (i = 0; i < n; i++)
			take_one(u, &rx.msg[i], rx.data[i]);
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

/* Destination addresses, traffic classes and ICMP errors, please. */
static void
set_options(int fd, unsigned int family)
{
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
