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
 * Netlink requests in batches, by libnl-3: the one place where ikd-parent
 * talks to the kernel's routing, rule, link and XFRM tables.
 */

#include <sys/socket.h>
#include <sys/time.h>

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "asroot_nl.h"
#include "log.h"

#define NLQ_OCTETS	32768
#define NLQ_MSG		2048		/* no request of ours is longer */

struct nlq_slot {
	uint32_t		 seq;
	const char		*what;
	enum nlq_tolerate	 tolerate;
	int			*refused;	/* set when it is; or NULL */
};

struct nlq {
	struct nl_sock		*sk;
	struct nl_cb		*cb;
	const char		*name;
	uint8_t			*buf;
	size_t			 len, size;
	struct nlq_slot		*slots;
	unsigned int		 nslots, most;
	int			 whole;		/* a flush is one send */
	size_t			 last;		/* where that one's is in buf */
	int			 answered;	/* 1: all of them; -1: none */
	int			*watch;		/* of what is added next */
	unsigned int		 sent, breathe;	/* batches */
	char			 why[192];
	char			 told[192];
	void			(*dump_fn)(struct nlmsghdr *, void *);
	void			*dump_arg;
	int			 dump_done;
};

static void
nlq_failed(struct nlq *q, const char *what, int error, int quiet)
{
	char	 line[sizeof(q->why)];

	snprintf(line, sizeof(line), "%s: %s: %s", q->name, what,
	    strerror(error));
	if (!quiet)
		log_warn(LS_KERNEL, "%s", line);
	if (q->why[0] == '\0')
		memcpy(q->why, line, sizeof(q->why));
}

static int
tolerated(enum nlq_tolerate t, int error)
{
	switch (t) {
	case NLQ_ADD:
		return (error == EEXIST);
	case NLQ_ADD6:
		return (error == EEXIST || error == EACCES ||
		    error == EAFNOSUPPORT || error == EOPNOTSUPP);
	case NLQ_GET:
		if (error == ENETUNREACH || error == EHOSTUNREACH ||
		    error == EACCES || error == EINVAL)
			return (1);	/* no route, as rules may put it */
		/* FALLTHROUGH */
	case NLQ_DEL:
		return (error == ENOENT || error == ESRCH || error == ENODEV ||
		    error == EADDRNOTAVAIL || error == EAFNOSUPPORT ||
		    error == EOPNOTSUPP);
	default:
		return (0);
	}
}

/* The kernel's answer to one request; error is 0 when it was done. */
static void
nlq_answer(struct nlq *q, uint32_t seq, int error)
{
	unsigned int	 i;

	for (i = 0; i < q->nslots; i++)
		if (q->slots[i].seq == seq)
			break;
	if (i == q->nslots) {
		/* A batch was refused as a whole: nothing more will come. */
		if (error != 0 && q->nslots != 0) {
			nlq_failed(q, "batch", error, 0);
			q->answered = -1;
		}
		return;
	}
	if (i + 1 == q->nslots)
		q->answered = 1;
	if (error == 0 || tolerated(q->slots[i].tolerate, error))
		return;
	nlq_failed(q, q->slots[i].what, error,
	    q->slots[i].tolerate == NLQ_TRY);
	if (q->slots[i].refused != NULL)
		*q->slots[i].refused = 1;
}

static int
on_ack(struct nl_msg *m, void *arg)
{
	nlq_answer(arg, nlmsg_hdr(m)->nlmsg_seq, 0);
	return (NL_OK);
}

static int
on_error(struct sockaddr_nl *from, struct nlmsgerr *e, void *arg)
{
	struct nlq	*q = arg;

	(void)from;
	nlq_answer(q, e->msg.nlmsg_seq, -e->error);
	q->dump_done = -e->error != 0 ? -e->error : 1;
	return (NL_SKIP);
}

static int
on_valid(struct nl_msg *m, void *arg)
{
	struct nlq	*q = arg;

	if (q->dump_fn != NULL)
		q->dump_fn(nlmsg_hdr(m), q->dump_arg);
	return (NL_OK);
}

static int
on_done(struct nl_msg *m, void *arg)
{
	(void)m;
	((struct nlq *)arg)->dump_done = 1;
	return (NL_STOP);
}

/* We match answers to requests ourselves; a dump that raced is good enough. */
static int
on_other(struct nl_msg *m, void *arg)
{
	(void)m;
	(void)arg;
	return (NL_OK);
}

struct nlq *
nlq_open(int family, const char *name)
{
	static const struct timeval	 patience = { 2, 0 };
	struct nlq			*q = xcalloc(1, sizeof(*q));

	q->name = name;
	q->buf = xcalloc(1, q->size = NLQ_OCTETS);
	q->slots = xcalloc(q->most = NLQ_BATCH, sizeof(*q->slots));
	if ((q->sk = nl_socket_alloc()) == NULL ||
	    (q->cb = nl_cb_alloc(NL_CB_DEFAULT)) == NULL)
		fatal("out of memory");
	if (nl_connect(q->sk, family) < 0) {
		nl_cb_put(q->cb);
		nl_socket_free(q->sk);
		free(q->buf);
		free(q->slots);
		free(q);
		return (NULL);
	}
	nl_socket_set_msg_buf_size(q->sk, NLQ_OCTETS);
	nlmsg_set_default_size(NLQ_MSG);	/* libnl clears a page else */
	/* A kernel that answers less than it should must not hold us. */
	if (setsockopt(nl_socket_get_fd(q->sk), SOL_SOCKET, SO_RCVTIMEO,
	    &patience, sizeof(patience)) == -1)
		fatal_errno("SO_RCVTIMEO");
	nl_cb_set(q->cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, q);
	nl_cb_set(q->cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, q);
	nl_cb_set(q->cb, NL_CB_FINISH, NL_CB_CUSTOM, on_done, q);
	nl_cb_set(q->cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, on_other, q);
	nl_cb_set(q->cb, NL_CB_DUMP_INTR, NL_CB_CUSTOM, on_other, q);
	nl_cb_err(q->cb, NL_CB_CUSTOM, on_error, q);
	return (q);
}

void
nlq_whole(struct nlq *q, int octets)
{
	int	 fd = nl_socket_get_fd(q->sk);

	q->whole = 1;
	/* Beyond what unprivileged sockets may have, where that is allowed. */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &octets,
	    sizeof(octets)) == -1 || setsockopt(fd, SOL_SOCKET,
	    SO_RCVBUFFORCE, &octets, sizeof(octets)) == -1)
		log_notice(LS_KERNEL, "%s: large transactions may be refused: "
		    "%s", q->name, strerror(errno));
}

struct nl_msg *
nlq_msg(int type, int flags, const void *head, size_t len)
{
	struct nl_msg	*m;

	if ((m = nlmsg_alloc_simple(type, NLM_F_REQUEST | flags)) == NULL ||
	    nlmsg_append(m, (void *)(uintptr_t)head, len, NLMSG_ALIGNTO) < 0)
		fatal("out of memory");
	return (m);
}

/*
 * The kernel's tables of policies grow by a worker of its own, which a long
 * row of batches keeps from the processor, and each policy is then searched
 * in chains of thousands: let it in as the row grows.
 */
static void
breathe(struct nlq *q)
{
	if (++q->sent < q->breathe)
		return;
	q->breathe = q->sent + q->sent / 2 + 1;
	sched_yield();
}

/* Failures are told unasked, and in order: the last alone is acknowledged. */
static void
nlq_send(struct nlq *q)
{
	uint16_t	 flags;
	uint8_t		*at = q->buf + q->last + offsetof(struct nlmsghdr,
			    nlmsg_flags);
	unsigned int	 i;
	int		 e;

	if (q->nslots == 0)
		return;
	memcpy(&flags, at, sizeof(flags));
	flags |= NLM_F_ACK;
	memcpy(at, &flags, sizeof(flags));
	q->answered = 0;
	if (nl_sendto(q->sk, q->buf, q->len) < 0)
		nlq_failed(q, "send", errno, 0);
	else
		while (!q->answered)
			if ((e = nl_recvmsgs(q->sk, q->cb)) < 0) {
				nlq_failed(q, nl_geterror(e), errno, 0);
				break;
			}
	for (i = 0; i < q->nslots && q->answered != 1; i++)
		if (q->slots[i].refused != NULL)
			*q->slots[i].refused = 1;
	explicit_bzero(q->buf, q->len);
	q->len = 0;
	q->nslots = 0;
	breathe(q);
}

/* For one message more: by sending what is there, unless that is one whole. */
static void
make_room(struct nlq *q, size_t len)
{
	if (q->nslots < q->most && q->len + len <= q->size)
		return;
	if (!q->whole) {
		nlq_send(q);
		return;
	}
	q->size *= 2;
	q->most *= 2;
	q->buf = xreallocarray(q->buf, q->size, 1);
	q->slots = xreallocarray(q->slots, q->most, sizeof(*q->slots));
}

/* Appends m to what is to be sent, and frees it.  Returns its number. */
static uint32_t
nlq_append(struct nlq *q, struct nl_msg *m)
{
	struct nlmsghdr	*h = nlmsg_hdr(m);
	size_t		 len = NLMSG_ALIGN(h->nlmsg_len);
	uint32_t	 seq;

	nl_complete_msg(q->sk, m);
	h->nlmsg_flags &= ~NLM_F_ACK;
	make_room(q, len);
	memset(q->buf + q->len, 0, len);
	memcpy(q->buf + q->len, h, h->nlmsg_len);
	q->len += len;
	seq = h->nlmsg_seq;
	explicit_bzero(h, h->nlmsg_len);	/* there may be keys in it */
	nlmsg_free(m);
	return (seq);
}

void
nlq_add(struct nlq *q, struct nl_msg *m, const char *what,
    enum nlq_tolerate t)
{
	size_t		 len = nlmsg_hdr(m)->nlmsg_len;
	uint32_t	 seq;

	seq = nlq_append(q, m);
	q->last = q->len - NLMSG_ALIGN(len);
	q->slots[q->nslots].seq = seq;
	q->slots[q->nslots].what = what;
	q->slots[q->nslots].refused = q->watch;
	q->slots[q->nslots++].tolerate = t;
}

void
nlq_watch(struct nlq *q, int *refused)
{
	q->watch = refused;
}

void
nlq_mark(struct nlq *q, struct nl_msg *m)
{
	nlq_append(q, m);
}

const char *
nlq_flush(struct nlq *q)
{
	nlq_send(q);
	q->sent = q->breathe = 0;
	if (q->why[0] == '\0')
		return (NULL);
	memcpy(q->told, q->why, sizeof(q->told));
	q->why[0] = '\0';
	return (q->told);
}

void
nlq_get(struct nlq *q, struct nl_msg *m, const char *what,
    void (*fn)(struct nlmsghdr *, void *), void *arg)
{
	nlq_send(q);
	q->dump_fn = fn;
	q->dump_arg = arg;
	nlq_add(q, m, what, NLQ_GET);
	nlq_send(q);
	q->dump_fn = NULL;
}

int
nlq_listen(int family, const char *name, uint32_t groups)
{
	struct sockaddr_nl	 sa = { .nl_family = AF_NETLINK,
				    .nl_groups = groups };
	int			 fd;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    family);
	if (fd != -1 && bind(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0)
		return (fd);
	log_warn(LS_KERNEL, "%s: events: %s", name, strerror(errno));
	if (fd != -1)
		close(fd);
	return (-1);
}

const char *
nlq_dump(struct nlq *q, struct nl_msg *m,
    void (*fn)(struct nlmsghdr *, void *), void *arg)
{
	int	 e = 0;

	nlq_send(q);
	nlmsg_hdr(m)->nlmsg_flags |= NLM_F_DUMP;
	nl_complete_msg(q->sk, m);
	nlmsg_hdr(m)->nlmsg_flags &= ~NLM_F_ACK;
	q->dump_fn = fn;
	q->dump_arg = arg;
	q->dump_done = 0;
	if (nl_sendto(q->sk, nlmsg_hdr(m), nlmsg_hdr(m)->nlmsg_len) < 0)
		nlq_failed(q, "dump", errno, 0);
	else
		while (!q->dump_done && (e = nl_recvmsgs(q->sk, q->cb)) >= 0)
			;
	if (e < 0)
		nlq_failed(q, "dump", errno, 0);
	else if (q->dump_done > 1)
		nlq_failed(q, "dump", q->dump_done, 0);
	q->dump_fn = NULL;
	nlmsg_free(m);
	return (nlq_flush(q));
}
