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
 * Datagrams in: a batch at a time, with the address they came to; on the
 * NAT-T port the non-ESP marker tells IKE from what is not ours (RFC 3948
 * section 2).
 */
#include <sys/socket.h>

#include <netinet/in.h>

#include <errno.h>
#include <event2/event.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "crowd.h"
#include "ike.h"
#include "ike_const.h"
#include "log.h"
#include "natt.h"
#include "udp.h"
#include "window.h"

#define SOCKETS		4	/* two kinds, two families */
#define TURNS		8	/* batches of one socket before the others */

struct udp_socket {
	int		 fd;
	int		 natt;
	int		 family;	/* 4 or 6 */
	uint16_t	 port;
	struct event	*ev;
	struct ike	*ike;
};

static struct udp_socket sockets[SOCKETS];
static size_t		 nsockets;

/* One batch; the buffers are shared by all sockets, turn by turn. */
static uint8_t		 bufs[UDP_BATCH][IKE_MSG_MAX + NATT_MARKER_LEN];
static uint8_t		 ctls[UDP_BATCH]
			    [CMSG_SPACE(sizeof(struct in6_pktinfo))];

static void
local_address(struct msghdr *h, struct wt_sock *local)
{
	struct in6_pktinfo	 p6;
	struct in_pktinfo	 p4;
	struct cmsghdr		*c;

	for (c = CMSG_FIRSTHDR(h); c != NULL; c = CMSG_NXTHDR(h, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			memcpy(&p4, CMSG_DATA(c), sizeof(p4));
			local->addr.af = 4;
			memcpy(local->addr.a, &p4.ipi_addr, 4);
		} else if (c->cmsg_level == IPPROTO_IPV6 &&
		    c->cmsg_type == IPV6_PKTINFO) {
			memcpy(&p6, CMSG_DATA(c), sizeof(p6));
			local->addr.af = 6;
			memcpy(local->addr.a, &p6.ipi6_addr, 16);
		}
	}
}

static void
one_datagram(struct udp_socket *u, struct msghdr *h, uint8_t *buf, size_t len)
{
	struct arrival	 from;

	memset(&from, 0, sizeof(from));
	sock_from(h->msg_name, &from.remote);
	from.local.port = u->port;
	from.natt = u->natt;
	local_address(h, &from.local);
	if ((h->msg_flags & MSG_TRUNC) != 0 || from.local.addr.af == 0) {
		u->ike->stat[ST_BAD_HEADER]++;
		return;
	}
	if (!u->natt) {
		ike_datagram(u->ike, &from, buf, len);
		return;
	}
	if (len == 1) {
		u->ike->stat[ST_KEEPALIVES_IN]++;
		return;
	}
	if (len <= NATT_MARKER_LEN || get32(buf) != 0) {
		/* A burst may carry ESP here (design section 7): lost. */
		u->ike->stat[ST_ESP_ON_IKE]++;
		return;
	}
	ike_datagram(u->ike, &from, buf + NATT_MARKER_LEN,
	    len - NATT_MARKER_LEN);
}

static int
one_batch(struct udp_socket *u)
{
	struct sockaddr_storage	 names[UDP_BATCH];
	struct mmsghdr		 m[UDP_BATCH];
	struct iovec		 iov[UDP_BATCH];
	int			 i, n;

	memset(m, 0, sizeof(m));
	for (i = 0; i < UDP_BATCH; i++) {
		iov[i].iov_base = bufs[i];
		iov[i].iov_len = sizeof(bufs[i]);
		m[i].msg_hdr.msg_iov = &iov[i];
		m[i].msg_hdr.msg_iovlen = 1;
		m[i].msg_hdr.msg_name = &names[i];
		m[i].msg_hdr.msg_namelen = sizeof(names[i]);
		m[i].msg_hdr.msg_control = ctls[i];
		m[i].msg_hdr.msg_controllen = sizeof(ctls[i]);
	}
	n = recvmmsg(u->fd, m, UDP_BATCH, MSG_DONTWAIT, NULL);
	if (n == -1) {
		if (errno != EAGAIN && errno != EINTR)
			log_debug(LS_IKE, "receive: %s", strerror(errno));
		return (0);
	}
	for (i = 0; i < n; i++)
		one_datagram(u, &m[i].msg_hdr, bufs[i], m[i].msg_len);
	return (n);
}

static void
readable(int fd, short what, void *arg)
{
	struct udp_socket	*u = arg;
	int			 i;

	(void)fd;
	(void)what;
	for (i = 0; i < TURNS && one_batch(u) == UDP_BATCH; i++)
		;
	if (i == TURNS)
		crowd_here(u->ike);
	ike_turn_end(u->ike);
}

static void
close_one(struct udp_socket *u)
{
	event_free(u->ev);
	close(u->fd);
	u->fd = -1;
}

void
udp_in_given(struct event_base *base, struct ike *ike, int natt, int family,
    unsigned int port, int fd)
{
	struct udp_socket	*u = NULL;
	size_t			 i;

	for (i = 0; i < nsockets; i++)
		if (sockets[i].natt == natt && sockets[i].family == family) {
			u = &sockets[i];
			close_one(u);
		}
	if (u == NULL) {
		if (nsockets == SOCKETS)
			fatal("a fifth UDP socket");
		u = &sockets[nsockets++];
	}
	u->fd = fd;
	u->natt = natt;
	u->family = family;
	u->port = (uint16_t)port;
	u->ike = ike;
	u->ev = event_new(base, fd, EV_READ | EV_PERSIST, readable, u);
	if (u->ev == NULL || event_add(u->ev, NULL) == -1)
		fatal("event of a UDP socket");
}

int
udp_socket(int natt, int family)
{
	size_t	 i;

	for (i = 0; i < nsockets; i++)
		if (sockets[i].natt == natt && sockets[i].family == family)
			return (sockets[i].fd);
	return (-1);
}

uint16_t
udp_port(int natt, int family)
{
	size_t	 i;

	for (i = 0; i < nsockets; i++)
		if (sockets[i].natt == natt && sockets[i].family == family)
			return (sockets[i].port);
	return (0);
}

void
udp_close(void)
{
	size_t	 i;

	for (i = 0; i < nsockets; i++)
		close_one(&sockets[i]);
	nsockets = 0;
}
