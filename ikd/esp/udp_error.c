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
 * The sockets' error queues: what ICMP and the local interfaces say about
 * packets we sent (RFC 4301 section 8.2.1).  Unauthentic: only path MTUs
 * are taken from it, within the bounds of pmtu.c.
 */
#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <string.h>
#include <time.h>

#include <linux/errqueue.h>

#include "addr.h"
#include "pmtu.h"
#include "udp.h"

#define ERRORS_A_TURN	64

static void
one_error(struct msghdr *m)
{
	struct sock_extended_err e;
	struct cmsghdr *c;
	struct wt_sock to;

	for (c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (!(c->cmsg_level == IPPROTO_IP &&
		    c->cmsg_type == IP_RECVERR) &&
		    !(c->cmsg_level == IPPROTO_IPV6 &&
		    c->cmsg_type == IPV6_RECVERR))
			continue;
		memcpy(&e, CMSG_DATA(c), sizeof(e));
		if (e.ee_errno != EMSGSIZE || m->msg_namelen == 0)
			continue;
		sock_from(m->msg_name, &to);
		pmtu_learn(&to.addr, e.ee_info);
	}
}

void
udp_read_errors(struct udp_socket *u)
{
	struct sockaddr_storage to;
	uint8_t control[512] __attribute__((aligned(8)));
	uint8_t data[64];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr m;
	int i;

	for (i = 0; i < ERRORS_A_TURN; i++) {
		memset(&m, 0, sizeof(m));
		memset(&to, 0, sizeof(to));
		m.msg_name = &to;
		m.msg_namelen = sizeof(to);
		m.msg_iov = &iov;
		m.msg_iovlen = 1;
		m.msg_control = control;
		m.msg_controllen = sizeof(control);
		if (recvmsg(u->fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) == -1)
			return;
		one_error(&m);
	}
}
