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
 * Datagrams out: from the address that the peer knows us by, with the
 * non-ESP marker on the NAT-T port.  What cannot be sent now is lost, as on
 * the way; retransmission is the remedy for both.
 */
#include <sys/socket.h>
#include <sys/uio.h>

#include <netinet/in.h>

#include <errno.h>
#include <string.h>

#include "addr.h"
#include "ike.h"
#include "ike_const.h"
#include "log.h"
#include "natt.h"
#include "pipe.h"
#include "proto_small.h"
#include "udp.h"

/* The source address as control data; its length. */
static size_t
put_source(struct msghdr *h, const struct wt_addr *a)
{
	struct in6_pktinfo	 p6;
	struct in_pktinfo	 p4;
	struct cmsghdr		*c = CMSG_FIRSTHDR(h);

	if (a->af == 4) {
		memset(&p4, 0, sizeof(p4));
		memcpy(&p4.ipi_spec_dst, a->a, 4);
		c->cmsg_level = IPPROTO_IP;
		c->cmsg_type = IP_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(p4));
		memcpy(CMSG_DATA(c), &p4, sizeof(p4));
		return (CMSG_SPACE(sizeof(p4)));
	}
	memset(&p6, 0, sizeof(p6));
	memcpy(&p6.ipi6_addr, a->a, 16);
	c->cmsg_level = IPPROTO_IPV6;
	c->cmsg_type = IPV6_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(p6));
	memcpy(CMSG_DATA(c), &p6, sizeof(p6));
	return (CMSG_SPACE(sizeof(p6)));
}

/* The traffic class of one message at c; its length. */
static size_t
put_class(struct cmsghdr *c, unsigned int af, int tc)
{
	c->cmsg_level = af == 4 ? IPPROTO_IP : IPPROTO_IPV6;
	c->cmsg_type = af == 4 ? IP_TOS : IPV6_TCLASS;
	c->cmsg_len = CMSG_LEN(sizeof(tc));
	memcpy(CMSG_DATA(c), &tc, sizeof(tc));
	return (CMSG_SPACE(sizeof(tc)));
}

static void
send_iov(struct ike *ike, const struct wt_sock *local,
    const struct wt_sock *remote, int natt, struct iovec *iov, size_t n)
{
	union {
		struct cmsghdr	 align;
		uint8_t		 b[CMSG_SPACE(sizeof(struct in6_pktinfo)) +
		    CMSG_SPACE(sizeof(int))];
	} ctl;
	struct sockaddr_storage	 ss;
	struct msghdr		 h;
	char			 to[ADDR_TEXT];
	size_t			 len = 0;
	int			 fd;

	ike->send_error = 0;
	fd = udp_socket(natt, remote->addr.af);
	if (fd == -1) {
		ike->send_error = EAFNOSUPPORT;
		ike->stat[ST_SEND_FAILED]++;
		return;
	}
	memset(&h, 0, sizeof(h));
	h.msg_name = &ss;
	h.msg_namelen = sock_to(remote, &ss);
	h.msg_iov = iov;
	h.msg_iovlen = n;
	h.msg_control = &ctl;
	h.msg_controllen = sizeof(ctl);
	memset(&ctl, 0, sizeof(ctl));
	if (local->addr.af == remote->addr.af)
		len = put_source(&h, &local->addr);
	if (ike->send_dscp != 0)
		len += put_class(len == 0 ? CMSG_FIRSTHDR(&h) :
		    CMSG_NXTHDR(&h, CMSG_FIRSTHDR(&h)), remote->addr.af,
		    (ike->send_dscp - 1) << 2);
	h.msg_controllen = len;
	if (sendmsg(fd, &h, MSG_DONTWAIT | MSG_NOSIGNAL) != -1)
		return;
	ike->send_error = errno;
	ike->stat[ST_SEND_FAILED]++;
	log_about(LOG_ABOUT(NULL, 0, 0, &remote->addr), LS_IKE, LOG_L_DEBUG,
	    "send to %s: %s", sock_print(remote, to, sizeof(to)),
	    strerror(ike->send_error));
}

/* By a stream, with the marker all the same (RFC 9329 section 3.1). */
static void
send_stream(struct ike *ike, const struct wt_sock *local,
    const struct wt_sock *remote, const uint8_t *buf, size_t len)
{
	uint8_t		 msg[NATT_MARKER_LEN + IKE_MSG_MAX];
	struct mw_stray	 m = { .local = *local, .remote = *remote };

	trace_packet(ike, 1, local, remote, 1, buf, len);
	ike->send_error = 0;
	if (len > IKE_MSG_MAX)
		return;
	memset(msg, 0, NATT_MARKER_LEN);
	memcpy(msg + NATT_MARKER_LEN, buf, len);
	m.data.p = msg;
	m.data.len = NATT_MARKER_LEN + len;
	if (ike->env->to_esp(ike->env->ctx, M_STREAM_OUT, &m) != PIPE_OK)
		ike->stat[ST_SEND_FAILED]++;
}

void
udp_send(void *ctx, const struct wt_sock *local, const struct wt_sock *remote,
    int natt, const uint8_t *buf, size_t len)
{
	static const uint8_t	 marker[NATT_MARKER_LEN];
	struct wt_sock		 from = *local;
	struct iovec		 iov[2];

	if (remote->tcp) {
		send_stream(ctx, local, remote, buf, len);
		return;
	}
	from.port = udp_port(natt, remote->addr.af);
	trace_packet(ctx, 1, &from, remote, natt, buf, len);

	iov[0].iov_base = (void *)(uintptr_t)marker;
	iov[0].iov_len = sizeof(marker);
	iov[1].iov_base = (void *)(uintptr_t)buf;
	iov[1].iov_len = len;
	if (natt)
		send_iov(ctx, local, remote, 1, iov, 2);
	else
		send_iov(ctx, local, remote, 0, &iov[1], 1);
}

void
udp_keepalive(void *ctx, const struct wt_sock *local,
    const struct wt_sock *remote)
{
	static uint8_t	 octet = 0xff;
	struct iovec	 iov = { &octet, 1 };

	send_iov(ctx, local, remote, 1, &iov, 1);
}
