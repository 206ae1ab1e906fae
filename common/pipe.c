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
 * imsg pipes: their life and the receiving half.  Sending is pipe_send.c's;
 * what a record may hold is pipe_check.c's.
 */
#include <sys/queue.h>
#include <sys/socket.h>

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "pipe_check.h"
#include "pipe_int.h"

#define READ_TURNS	16	/* records handled before others have a turn */
#define SOCK_BUF	(256 * 1024)	/* several whole records */

static void	on_read(evutil_socket_t, short, void *);
static void	on_write(evutil_socket_t, short, void *);
static void	on_later(evutil_socket_t, short, void *);

static LIST_HEAD(, pipe) all = LIST_HEAD_INITIALIZER(all); /* on the loop */

void
pipe_pair(int fds[2])
{
	int i, n = SOCK_BUF;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0, fds) == -1)
		fatal_errno("socketpair");
	for (i = 0; i < 2; i++)
		(void)setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF, &n, sizeof(n));
}

/* The handler of each row the other side may send; a hole is our bug. */
static void
bind_handlers(struct pipe *p)
{
	const struct pipe_handler *h;
	const struct msg_row *row;
	size_t i;

	for (i = 0; i < p->table->nrows; i++) {
		row = &p->table->rows[i];
		p->state[i].secret = pipe_type_secret(row->body);
		if (!(row->from & (SIDE_BOTH & ~p->side)))
			continue;
		for (h = p->ops.handlers; h->type != 0; h++)
			if (h->type == row->type)
				break;
		if (h->type == 0)
			fatal("pipe %s: no handler for %s", p->table->name,
			    row->name);
		p->state[i].handler = h;
	}
}

struct pipe *
pipe_new(struct event_base *base, int fd, const struct msg_table *table,
    enum msg_side side, const struct pipe_ops *ops, void *ctx)
{
	struct pipe *p = xcalloc(1, sizeof(*p));
	size_t i, largest = 1;

	TAILQ_INIT(&p->queue);
	p->fd = fd;
	p->table = table;
	p->side = side;
	p->phase = PH_RUN;
	p->ops = *ops;
	p->ctx = ctx;
	p->state = xcalloc(table->nrows, sizeof(*p->state));
	p->rec = xcalloc(1, PIPE_RECORD);
	for (i = 0; i < table->nrows; i++)
		if (table->rows[i].body->size > largest)
			largest = table->rows[i].body->size;
	p->val = xcalloc(1, largest);
	bind_handlers(p);
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	(void)evutil_make_socket_nonblocking(fd);
	p->ev_read = event_new(base, fd, EV_READ | EV_PERSIST, on_read, p);
	p->ev_write = event_new(base, fd, EV_WRITE, on_write, p);
	p->ev_later = evtimer_new(base, on_later, p);
	if (p->ev_read == NULL || p->ev_write == NULL || p->ev_later == NULL ||
	    event_add(p->ev_read, NULL) == -1)
		fatal("pipe %s: cannot watch it", table->name);
	LIST_INSERT_HEAD(&all, p, all_entry);
	return (p);
}

/* Off the loop; what was queued is lost. */
static void
pipe_detach(struct pipe *p)
{
	if (p->fd == -1)
		return;
	LIST_REMOVE(p, all_entry);
	pipe_drop_queue(p);
	pipe_unmark(p);
	event_free(p->ev_read);
	event_free(p->ev_write);
	event_free(p->ev_later);
	close(p->fd);
	p->fd = -1;
}

static void
pipe_destroy(struct pipe *p)
{
	explicit_bzero(p->rec, PIPE_RECORD);
	free(p->rec);
	free(p->val);
	free(p->state);
	free(p);
}

void
pipe_free(struct pipe *p)
{
	if (p == NULL)
		return;
	pipe_detach(p);
	if (p->busy) {
		p->dead = 1;
		return;
	}
	pipe_destroy(p);
}

void
pipe_break(struct pipe *p, const char *why)
{
	if (p->broken || p->dead)
		return;
	p->broken = 1;
	if (why != NULL)
		p->stats.violations++;
	pipe_detach(p);
	p->busy++;
	p->ops.on_broken(p->ctx, p, why);
	p->busy--;
	if (p->dead && !p->busy)
		pipe_destroy(p);
}

static void
on_write(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	pipe_flush(arg);
}

static void
on_later(evutil_socket_t fd, short what, void *arg)
{
	struct pipe *p = arg;

	(void)fd;
	(void)what;
	if (p->dirty)
		pipe_flush(p);
}

/* Receiving. */

/* Once, credits and what is owed; NULL or what is wrong. */
static const char *
account(struct pipe *p, const struct msg_row *row)
{
	struct row_state *st = &p->state[row - p->table->rows], *rq;

	if (row->count == MSG_ONCE && st->seen++)
		return ("message that may come once came twice");
	if (row->credit != 0) {
		if (st->owed >= row->credit)
			return ("more requests than the row's credit");
		st->owed++;
	}
	if (row->answers != 0) {
		rq = &p->state[pipe_row(p->table, row->answers) -
		    p->table->rows];
		if (rq->asked == 0)
			return ("an answer nobody asked for");
		rq->asked--;
	}
	return (NULL);
}

/* Someone waits for credit of the type this row answers? */
static void
wake(struct pipe *p, const struct msg_row *row)
{
	struct row_state *st;
	void (*fn)(void *, uint16_t);

	if (row->answers == 0 || p->fd == -1)
		return;
	st = &p->state[pipe_row(p->table, row->answers) - p->table->rows];
	if ((fn = st->waiter) == NULL)
		return;
	st->waiter = NULL;
	fn(p->ctx, row->answers);
}

static const char *
handle_one(struct pipe *p, const struct pipe_msg *m, int *fd)
{
	const struct row_state *st = &p->state[m->row - p->table->rows];
	const char *why;
	int give = *fd;

	if ((why = account(p, m->row)) != NULL)
		return (why);
	if (wire_decode(m->row->body, m->body.p, m->body.len, p->val,
	    &why) == -1) {
		if (st->secret)
			explicit_bzero(p->val, m->row->body->size);
		return (why != NULL ? why : "bad field");
	}
	p->stats.received++;
	if (log_wants(LS_CORE, LOG_L_DEBUG)) {
		char text[400];

		log_debug(LS_CORE, "%s: %s %s", p->table->name, m->row->name,
		    wire_print(m->row->body, p->val, text, sizeof(text)));
	}
	*fd = -1;
	st->handler->fn(p->ctx, p->val, give);
	if (st->secret)
		explicit_bzero(p->val, m->row->body->size);
	wake(p, m->row);
	return (NULL);
}

/* All messages of a record; returns how many, *why says what is wrong. */
static int
handle_record(struct pipe *p, size_t len, int fd, int nfds, const char **why)
{
	struct pipe_msg m;
	size_t pos = 0;
	int n = 0, secret = 0;

	do {
		*why = pipe_next(p->table, p->side, p->phase, p->rec + pos,
		    len - pos, nfds, &m);
		if (*why == NULL) {
			secret |= p->state[m.row - p->table->rows].secret;
			*why = handle_one(p, &m, &fd);
		}
		if (*why != NULL || p->dead || p->broken)
			break;
		n++;
		pos += m.used;
	} while (pos < len);
	if (fd != -1)
		close(fd);
	if (secret)
		explicit_bzero(p->rec, len);
	return (n);
}

/* One record; -1: nothing there now, -2: the end.  Takes the descriptors. */
static ssize_t
record_read(struct pipe *p, int *fd, int *nfds, const char **why)
{
	union {
		struct cmsghdr	h;
		char		buf[CMSG_SPACE(4 * sizeof(int))];
	} cm;
	struct iovec iov = { p->rec, PIPE_RECORD };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = cm.buf, .msg_controllen = sizeof(cm.buf) };
	struct cmsghdr *c;
	size_t i, n;
	ssize_t len;
	int got;

	*fd = -1;
	*nfds = 0;
	do
		len = recvmsg(p->fd, &mh, MSG_CMSG_CLOEXEC);
	while (len == -1 && errno == EINTR);
	if (len == -1)
		return (errno == EAGAIN ? -1 : -2);
	for (c = CMSG_FIRSTHDR(&mh); c != NULL; c = CMSG_NXTHDR(&mh, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (i = 0; i < n; i++) {
			memcpy(&got, CMSG_DATA(c) + i * sizeof(int),
			    sizeof(int));
			if ((*nfds)++ == 0)
				*fd = got;
			else
				close(got);
		}
	}
	if (mh.msg_flags & (MSG_TRUNC | MSG_CTRUNC))
		*why = "record too large";
	return (len == 0 ? -2 : len);
}

/* Up to READ_TURNS records; stops when nothing is there. */
static int
read_some(struct pipe *p)
{
	const char *why = NULL;
	int turn, fd, nfds, handled = 0;
	ssize_t len;

	p->busy++;
	for (turn = 0; turn < READ_TURNS && p->fd != -1; turn++) {
		len = record_read(p, &fd, &nfds, &why);
		if (len == -1)
			break;
		p->stats.records_in++;
		if (len == -2 || why != NULL) {
			if (fd != -1)
				close(fd);
			pipe_break(p, why);
			break;
		}
		handled += handle_record(p, (size_t)len, fd, nfds, &why);
		if (why != NULL) {
			pipe_break(p, why);
			break;
		}
	}
	p->busy--;
	if (p->dead && !p->busy)
		pipe_destroy(p);
	return (handled);
}

static void
on_read(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	read_some(arg);
}

void
pipe_set_rank(struct pipe *p, unsigned int rank)
{
	p->rank = rank;
}

int
pipe_read_now(struct pipe *p)
{
	if (p->fd == -1 || p->busy)
		return (0);
	return (read_some(p));
}

/* Small questions. */

unsigned int
pipe_credit(const struct pipe *p, uint16_t type)
{
	const struct msg_row *row = pipe_row(p->table, type);

	if (row == NULL || p->fd == -1)
		return (0);
	return (row->credit - p->state[row - p->table->rows].asked);
}

void
pipe_on_credit(struct pipe *p, uint16_t type, void (*fn)(void *, uint16_t))
{
	const struct msg_row *row = pipe_row(p->table, type);

	if (row == NULL)
		fatal("pipe %s: type %u", p->table->name, type);
	p->state[row - p->table->rows].waiter = fn;
}

int
pipe_may(const struct pipe *p, uint16_t type)
{
	const struct msg_row *row = pipe_row(p->table, type);

	return (row != NULL && (row->from & p->side) &&
	    (row->phases & p->phase));
}

void
pipe_set_phase(struct pipe *p, enum msg_phase phase)
{
	p->phase = phase;
}

size_t
pipe_queued(const struct pipe *p)
{
	return (p->queued);
}

void
pipe_backlog(uint64_t *octets, uint64_t *requests)
{
	const struct pipe *p;
	size_t i;

	*octets = *requests = 0;
	LIST_FOREACH(p, &all, all_entry) {
		*octets += p->queued;
		for (i = 0; i < p->table->nrows; i++)
			*requests += p->state[i].asked;
	}
}

const struct pipe_stats *
pipe_stats(const struct pipe *p)
{
	return (&p->stats);
}
