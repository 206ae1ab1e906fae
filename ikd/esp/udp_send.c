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
 * Sends ESP in UDP, in batches: one system call for each run of packets of
 * one socket and one DF bit.
 */
#include <sys/socket.h>

#include <event2/event.h>

#include <errno.h>
#include <string.h>

#include "addr.h"
#include "count.h"
#include "log.h"
#include "tun.h"
#include "udp.h"

#define SLOT_SIZE	(SEAL_HEAD_MAX + UDP_INNER_MAX + 1 + SEAL_TAIL_MAX)
#define CONTROL_SIZE	(CMSG_SPACE(sizeof(struct in6_pktinfo)) +	\
			    CMSG_SPACE(sizeof(int)))

struct queued {
	struct udp_socket	*u;
	int			 df;
	struct sockaddr_storage	 to;
	uint8_t			 control[CONTROL_SIZE]
	    __attribute__((aligned(8)));
	struct iovec		 iov;
};

/* Packets from..n wait; the slot behind the last is free. */
static struct {
	uint8_t		 slot[UDP_BATCH][SLOT_SIZE];
	struct queued	 q[UDP_BATCH];
	struct mmsghdr	 msg[UDP_BATCH];
	int		 from;
	int		 n;
	int		 blocked;
} tx;

uint8_t *
udp_slot(void)
{
	if (tx.n == UDP_BATCH)
		udp_flush();
	if (tx.blocked)
		return (NULL);
	return (tx.slot[tx.n] + SEAL_HEAD_MAX);
}

static struct cmsghdr *
put_control(struct msghdr *m, struct cmsghdr *c, int level, int type,
    const void *data, size_t len)
{
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), data, len);
	m->msg_controllen += CMSG_SPACE(len);
	return ((struct cmsghdr *)(void *)((uint8_t *)c + CMSG_SPACE(len)));
}

/* The outer source address and traffic class of this one packet. */
static void
set_control(struct msghdr *m, struct queued *q, const struct wt_addr *local,
    uint8_t tc)
{
	struct in6_pktinfo p6;
	struct in_pktinfo p4;
	struct cmsghdr *c;
	int v = tc;

	memset(q->control, 0, sizeof(q->control));
	m->msg_control = q->control;
	m->msg_controllen = 0;
	c = (struct cmsghdr *)(void *)q->control;
	if (local->af == 4) {
		memset(&p4, 0, sizeof(p4));
		memcpy(&p4.ipi_spec_dst, local->a, 4);
		c = put_control(m, c, IPPROTO_IP, IP_PKTINFO, &p4, sizeof(p4));
		put_control(m, c, IPPROTO_IP, IP_TOS, &v, sizeof(v));
	} else {
		memset(&p6, 0, sizeof(p6));
		memcpy(&p6.ipi6_addr, local->a, 16);
		c = put_control(m, c, IPPROTO_IPV6, IPV6_PKTINFO, &p6,
		    sizeof(p6));
		put_control(m, c, IPPROTO_IPV6, IPV6_TCLASS, &v, sizeof(v));
	}
}

void
udp_queue(const struct arena_path *path, uint8_t *esp, size_t len, uint8_t tc,
    int df)
{
	struct queued *q = &tx.q[tx.n];
	struct msghdr *m = &tx.msg[tx.n].msg_hdr;

	if ((q->u = udp_find(&path->local)) == NULL) {
		count(DROP_NO_SOCKET);
		return;
	}
	q->df = df;
	q->iov.iov_base = esp;
	q->iov.iov_len = len;
	memset(m, 0, sizeof(*m));
	m->msg_namelen = sock_to(&path->remote, &q->to);
	m->msg_name = &q->to;
	m->msg_iov = &q->iov;
	m->msg_iovlen = 1;
	set_control(m, q, &path->local.addr, tc);
	tx.n++;
}

/* DF is a property of the socket: changed only when it differs. */
static void
set_df(struct udp_socket *u, int df)
{
	int v = df ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT, r;

	if (u->df == df)
		return;
	if (u->family == 4)
		r = setsockopt(u->fd, IPPROTO_IP, IP_MTU_DISCOVER, &v,
		    sizeof(v));
	else
		r = setsockopt(u->fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &v,
		    sizeof(v));
	if (r == -1)
		fatal_errno("MTU_DISCOVER");
	u->df = df;
}

/* How many from tx.from on go out by one call. */
static int
run_length(void)
{
	const struct queued *first = &tx.q[tx.from];
	int i;

	/* tx.msg is filled once; nothing is copied to form a run. */
	for (i = tx.from + 1; i < tx.n; i++)
		if (tx.q[i].u != first->u || tx.q[i].df != first->df)
			break;
	return (i - tx.from);
}

static void
block_on(struct udp_socket *u)
{
	if (!tx.blocked)
		tun_pause();
	tx.blocked = 1;
	event_add(u->writable, NULL);
}

/*
 * The first packet of a run was refused.  Returns 1 to try it again, 0 to go
 * on behind it, -1 to wait.  An error that an ICMP message left on the socket
 * is reported to whoever sends next and says nothing of this packet.
 */
static int
refused(struct udp_socket *u, int error, int tries)
{
	switch (error) {
	case EAGAIN:
		return (-1);
	case EINTR:
		return (1);
	case EMSGSIZE:
		udp_read_errors(u);
		count(DROP_MSGSIZE);
		return (0);
	case ENOBUFS:
		count(DROP_FULL);
		return (0);
	case ECONNREFUSED:
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EACCES:
	case EPROTO:
		udp_read_errors(u);
		if (tries == 0)
			return (1);
		/* FALLTHROUGH */
	default:
		log_debug(LS_CORE, "send: %s", strerror(error));
		count(DROP_SEND);
		return (0);
	}
}

void
udp_flush(void)
{
	struct udp_socket *u;
	int n, again = 0;

	while (tx.from < tx.n) {
		u = tx.q[tx.from].u;
		set_df(u, tx.q[tx.from].df);
		n = sendmmsg(u->fd, tx.msg + tx.from, run_length(),
		    MSG_DONTWAIT);
		if (n > 0) {
			counts[CNT_UDP_SENT] += n;
			tx.from += n;
			again = 0;
			continue;
		}
		n = refused(u, n == 0 ? EAGAIN : errno, again);
		if (n == -1) {
			block_on(u);
			return;
		}
		again = n;
		if (n == 0)
			tx.from++;
	}
	tx.from = tx.n = 0;
	if (tx.blocked) {
		tx.blocked = 0;
		tun_resume();
	}
}
