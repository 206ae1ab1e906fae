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
 * Sends ESP in UDP.  Packets are made one right behind the other; those that
 * differ in nothing outside and are equally long form a run: one message,
 * which the kernel (or the network card) cuts
 * again (UDP_SEGMENT).  Runs of one socket and one DF bit share a system
 * call.  Order is kept.
 */
#include <sys/socket.h>

#include <event2/event.h>

#include <errno.h>
#include <string.h>

#include <linux/udp.h>

#include "addr.h"
#include "count.h"
#include "log.h"
#include "stream.h"
#include "tun.h"
#include "udp.h"

#define PACKETS		128	/* that wait at most */
#define RUN_MOST	64	/* packets of one message: kernels' limit */
#define RUN_OCTETS	65000	/* of one message: 65507 less a margin */
#define SLOT_SIZE	(SEAL_HEAD_MAX + UDP_INNER_MAX + 1 + SEAL_TAIL_MAX)
#define ROOM		(2 * SLOT_SIZE + PACKETS * 1600)
#define CONTROL_SIZE	(CMSG_SPACE(sizeof(struct in6_pktinfo)) +	\
			    CMSG_SPACE(sizeof(int)) +			\
			    CMSG_SPACE(sizeof(uint16_t)))

struct run {
	struct udp_socket	*u;
	struct wt_sock		 local;
	struct wt_sock		 remote;
	int			 df;
	uint8_t			 tc;
	uint8_t			 closed;	/* its last is shorter */
	uint8_t			 singly;	/* the kernel would not */
	int			 n;
	int			 done;		/* of n, when singly */
	size_t			 size;		/* of the first */
	size_t			 plain;		/* control for one packet */
	struct iovec		 all;		/* its packets, in a row */
	struct sockaddr_storage	 to;
	uint8_t			 control[CONTROL_SIZE]
	    __attribute__((aligned(8)));
};

/* Runs from..n wait; what is behind room[used] is free. */
static struct {
	uint8_t		 room[ROOM];
	size_t		 used;
	int		 packets;
	struct run	 run[PACKETS];
	struct mmsghdr	 msg[PACKETS];
	int		 from;
	int		 n;
	int		 blocked;
} tx;

uint8_t *
udp_slot(size_t head)
{
	if (tx.packets == PACKETS || tx.used + SLOT_SIZE > sizeof(tx.room))
		udp_flush();
	if (tx.blocked)
		return (NULL);
	return (tx.room + tx.used + head);
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

/*
 * The outer source address and traffic class; behind them, for more than one
 * packet, where to cut.
 */
static void
set_control(struct msghdr *m, struct run *r)
{
	struct in6_pktinfo p6;
	struct in_pktinfo p4;
	struct cmsghdr *c;
	uint16_t size = r->size;
	int v = r->tc;

	memset(r->control, 0, sizeof(r->control));
	m->msg_control = r->control;
	m->msg_controllen = 0;
	c = (struct cmsghdr *)(void *)r->control;
	if (r->local.addr.af == 4) {
		memset(&p4, 0, sizeof(p4));
		memcpy(&p4.ipi_spec_dst, r->local.addr.a, 4);
		c = put_control(m, c, IPPROTO_IP, IP_PKTINFO, &p4, sizeof(p4));
		c = put_control(m, c, IPPROTO_IP, IP_TOS, &v, sizeof(v));
	} else {
		memset(&p6, 0, sizeof(p6));
		memcpy(&p6.ipi6_addr, r->local.addr.a, 16);
		c = put_control(m, c, IPPROTO_IPV6, IPV6_PKTINFO, &p6,
		    sizeof(p6));
		c = put_control(m, c, IPPROTO_IPV6, IPV6_TCLASS, &v,
		    sizeof(v));
	}
	r->plain = m->msg_controllen;
	put_control(m, c, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size));
	m->msg_controllen = r->plain;
}

/* Does a packet that stands right behind the run belong to it? */
static int
fits(const struct run *r, const struct udp_socket *u,
    const struct arena_path *path, size_t len, uint8_t tc, int df)
{
	return (!r->closed && r->n < RUN_MOST && !u->no_segment &&
	    r->u == u && r->tc == tc && r->df == df && len <= r->size &&
	    r->all.iov_len + len <= RUN_OCTETS &&
	    sock_cmp(&r->remote, &path->remote) == 0 &&
	    sock_cmp(&r->local, &path->local) == 0);
}

static void
new_run(struct udp_socket *u, const struct arena_path *path, uint8_t *esp,
    size_t len, uint8_t tc, int df)
{
	struct run *r = &tx.run[tx.n];
	struct msghdr *m = &tx.msg[tx.n++].msg_hdr;

	r->u = u;
	r->local = path->local;
	r->remote = path->remote;
	r->df = df;
	r->tc = tc;
	r->closed = r->singly = 0;
	r->n = r->done = 0;
	r->size = len;
	r->all.iov_base = esp;
	r->all.iov_len = 0;
	memset(m, 0, sizeof(*m));
	m->msg_namelen = sock_to(&path->remote, &r->to);
	m->msg_name = &r->to;
	m->msg_iov = &r->all;
	m->msg_iovlen = 1;
	set_control(m, r);
}

void
udp_queue(const struct arena_path *path, uint8_t *esp, size_t len, uint8_t tc,
    int df)
{
	struct udp_socket *u;
	struct msghdr *m;
	struct run *r;

	if (path->remote.tcp) {
		stream_queue(path, esp, len);
		return;
	}
	if ((u = udp_find(&path->local)) == NULL) {
		count(DROP_NO_SOCKET);
		return;
	}
	if (esp != tx.room + tx.used)
		fatal("a packet that does not start its slot");
	if (tx.n == 0 || !fits(&tx.run[tx.n - 1], u, path, len, tc, df))
		new_run(u, path, esp, len, tc, df);
	r = &tx.run[tx.n - 1];
	m = &tx.msg[tx.n - 1].msg_hdr;
	r->n++;
	r->all.iov_len += len;
	r->closed = len < r->size;
	if (r->n == 2)
		m->msg_controllen = r->plain +
		    CMSG_SPACE(sizeof(uint16_t));
	tx.packets++;
	tx.used += len;
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
calls_runs(void)
{
	const struct run *first = &tx.run[tx.from];
	int i;

	for (i = tx.from + 1; i < tx.n; i++)
		if (tx.run[i].u != first->u || tx.run[i].df != first->df ||
		    tx.run[i].singly)
			break;
	return (i - tx.from);
}

/* Sends the next packet of a run alone. */
static int
send_single(struct run *r, struct msghdr *m)
{
	struct mmsghdr one = { .msg_hdr = *m };
	size_t at = r->done * r->size;
	struct iovec part = { (uint8_t *)r->all.iov_base + at, r->size };

	if (part.iov_len > r->all.iov_len - at)
		part.iov_len = r->all.iov_len - at;
	one.msg_hdr.msg_iov = &part;
	one.msg_hdr.msg_controllen = r->plain;
	return (sendmmsg(r->u->fd, &one, 1, MSG_DONTWAIT));
}

/* One call; how many packets went out, or -1. */
static int
send_some(void)
{
	struct run *r = &tx.run[tx.from];
	int n, packets = 0;

	set_df(r->u, r->df);
	count(UDP_SENDS);
	if (r->singly) {
		if (send_single(r, &tx.msg[tx.from].msg_hdr) != 1)
			return (-1);
		if (++r->done == r->n)
			tx.from++;
		return (1);
	}
	n = sendmmsg(r->u->fd, tx.msg + tx.from, calls_runs(), MSG_DONTWAIT);
	for (; n > 0; n--)
		packets += tx.run[tx.from++].n;
	return (packets > 0 ? packets : -1);
}

/*
 * A run that the kernel will not cut: one packet is larger than the path
 * (whatever DF says), or the device cannot write checksums.  Returns 1: then
 * its packets go out one by one, and each tells its own error.
 */
static int
take_apart(struct run *r, int error)
{
	if (r->n == 1 || r->singly || (error != EMSGSIZE && error != EINVAL &&
	    error != EIO && error != ENOPROTOOPT && error != EOPNOTSUPP))
		return (0);
	if (error != EMSGSIZE && error != EINVAL && !r->u->no_segment) {
		r->u->no_segment = 1;
		log_notice(LS_CORE, "sending packet by packet: %s",
		    strerror(error));
	}
	r->singly = 1;
	return (1);
}

/* The first packet that waits is dropped, counted by refused(). */
static void
pass_over(struct run *r)
{
	if (r->singly && ++r->done < r->n)
		return;
	if (!r->singly)
		counts[CNT_DROP_SEND] += r->n - 1;
	tx.from++;
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
	struct run *r;
	int n, again = 0;

	stream_flush();
	while (tx.from < tx.n) {
		r = &tx.run[tx.from];
		if ((n = send_some()) > 0) {
			counts[CNT_UDP_SENT] += n;
			again = 0;
			continue;
		}
		if (take_apart(r, errno))
			continue;
		n = refused(r->u, errno, again);
		if (n == -1) {
			block_on(r->u);
			return;
		}
		again = n;
		if (n == 0)
			pass_over(r);
	}
	tx.from = tx.n = tx.packets = 0;
	tx.used = 0;
	if (tx.blocked) {
		tx.blocked = 0;
		tun_resume();
	}
}
