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
 * The sending half of the pipes: rights, credits, records, one write per
 * pipe and turn of the loop.
 */
#include <sys/socket.h>

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "pipe_check.h"
#include "pipe_int.h"

static TAILQ_HEAD(dirty_head, pipe) dirty = TAILQ_HEAD_INITIALIZER(dirty);
static int looping;

#define RECORD_MIN	2048	/* octets of room */
#define SPARES		8

static struct record *spare[SPARES];
static size_t nspare;

static void
record_free(struct pipe *p, struct record *r)
{
	TAILQ_REMOVE(&p->queue, r, entry);
	p->queued -= r->len;
	if (r->fd != -1)
		close(r->fd);
	if (r->secret)
		explicit_bzero(r->buf, r->len);
	if (r->size == RECORD_MIN && nspare < SPARES) {
		spare[nspare++] = r;
		return;
	}
	free(r->buf);
	free(r);
}

/* An empty record with room for n octets; small ones are used again. */
static struct record *
record_new(size_t n)
{
	struct record *r;

	if (n <= RECORD_MIN && nspare > 0)
		r = spare[--nspare];
	else {
		r = xcalloc(1, sizeof(*r));
		r->size = n > RECORD_MIN ? n : RECORD_MIN;
		r->buf = xcalloc(1, r->size);
	}
	r->len = 0;
	r->secret = 0;
	return (r);
}

void
pipe_drop_queue(struct pipe *p)
{
	struct record *r;

	while ((r = TAILQ_FIRST(&p->queue)) != NULL)
		record_free(p, r);
}

void
pipe_mark(struct pipe *p)
{
	static const struct timeval now;
	struct pipe *q;

	/* What is past its limit is told even while nothing can be written. */
	if (p->dirty || (p->queued <= PIPE_QUEUE &&
	    event_pending(p->ev_write, EV_WRITE, NULL)))
		return;
	p->dirty = 1;
	TAILQ_FOREACH_REVERSE(q, &dirty, dirty_head, dirty_entry)
		if (q->rank >= p->rank)
			break;
	if (q == NULL)
		TAILQ_INSERT_HEAD(&dirty, p, dirty_entry);
	else
		TAILQ_INSERT_AFTER(&dirty, q, p, dirty_entry);
	if (!looping)
		evtimer_add(p->ev_later, &now);
}

void
pipe_unmark(struct pipe *p)
{
	if (p->dirty)
		TAILQ_REMOVE(&dirty, p, dirty_entry);
	p->dirty = 0;
}

/* The record this message goes into: the last one, or a new one. */
static struct record *
record_for(struct pipe *p, size_t n, int fd)
{
	struct record *r = TAILQ_LAST(&p->queue, record_head);
	size_t size;

	if (r == NULL || fd != -1 || r->fd != -1 || r->len + n > PIPE_RECORD) {
		r = record_new(n);
		r->fd = fd;
		TAILQ_INSERT_TAIL(&p->queue, r, entry);
	} else if (r->len + n > r->size) {
		uint8_t *buf;

		for (size = r->size; size < r->len + n; size *= 2)
			;
		buf = xcalloc(1, size);
		memcpy(buf, r->buf, r->len);
		if (r->secret)
			explicit_bzero(r->buf, r->size);
		free(r->buf);
		r->buf = buf;
		r->size = size;
	}
	return (r);
}

/* Rights and credits of what we send ourselves. */
static int
may_send(struct pipe *p, const struct msg_row *row, size_t i, int fd)
{
	struct row_state *st = &p->state[i];
	const struct msg_row *req;

	if (!(row->from & p->side) || !(row->phases & p->phase))
		fatal("pipe %s: %s is not ours to send now", p->table->name,
		    row->name);
	if ((row->fd == FD_ONE) != (fd != -1))
		fatal("pipe %s: %s and its descriptor", p->table->name,
		    row->name);
	if (row->count == MSG_ONCE && st->seen++)
		fatal("pipe %s: %s sent twice", p->table->name, row->name);
	if (row->credit != 0) {
		if (st->asked >= row->credit) {
			p->stats.nocredit++;
			return (PIPE_NOCREDIT);
		}
		st->asked++;
	}
	if (row->answers != 0) {
		req = pipe_row(p->table, row->answers);
		st = &p->state[req - p->table->rows];
		if (st->owed == 0)
			fatal("pipe %s: %s answers nothing", p->table->name,
			    row->name);
		st->owed--;
	}
	return (PIPE_OK);
}

/* Head and body; its length. */
static size_t
encode(const struct msg_table *t, const struct msg_row *row, const void *body,
    uint8_t *buf, size_t size)
{
	long n;
	int i;

	n = wire_encode(row->body, body, buf + PIPE_HDR, size - PIPE_HDR);
	if (n == -1)
		fatal("pipe %s: %s cannot be encoded", t->name, row->name);
	buf[0] = (uint8_t)(row->type >> 8);
	buf[1] = (uint8_t)row->type;
	buf[2] = buf[3] = 0;
	for (i = 0; i < 4; i++)
		buf[4 + i] = (uint8_t)((unsigned long)n >> (24 - 8 * i));
	return ((size_t)n + PIPE_HDR);
}

int
pipe_send_lossy(int fd, const struct msg_table *t, enum msg_side side,
    uint16_t type, const void *body)
{
	static uint8_t buf[PIPE_RECORD];
	const struct msg_row *row = pipe_row(t, type);
	ssize_t n;
	size_t len;

	if (row == NULL || !(row->from & side) || row->fd != FD_NONE)
		fatal("pipe %s: type %u is not ours to send", t->name, type);
	len = encode(t, row, body, buf, sizeof(buf));
	do
		n = send(fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n == -1 && errno == EINTR);
	explicit_bzero(buf, len);
	if (n != -1)
		return (0);
	return (errno == EAGAIN || errno == ENOBUFS || errno == EMSGSIZE ?
	    1 : -1);
}

int
pipe_send(struct pipe *p, uint16_t type, const void *body, int fd)
{
	static uint8_t buf[PIPE_RECORD];
	const struct msg_row *row;
	struct record *r;
	size_t i, n;
	int rc;

	if ((row = pipe_row(p->table, type)) == NULL)
		fatal("pipe %s: type %u", p->table->name, type);
	i = (size_t)(row - p->table->rows);
	rc = p->fd == -1 || p->broken ? PIPE_CLOSED :
	    may_send(p, row, i, fd);
	if (rc != PIPE_OK) {
		if (fd != -1)
			close(fd);
		return (rc);
	}
	n = encode(p->table, row, body, buf, sizeof(buf));
	r = record_for(p, n, fd);
	memcpy(r->buf + r->len, buf, n);
	r->len += n;
	p->queued += n;
	if (p->state[i].secret) {
		r->secret = 1;
		explicit_bzero(buf, n);
	}
	p->stats.sent++;
	if (p->queued > PIPE_QUEUE)
		p->why = "does not read";
	pipe_mark(p);
	return (PIPE_OK);
}

/*
 * 1: written; 0: no room now; -1: the other end is gone; -2: this record will
 * never go (too many descriptors under way, a limit on its size).
 */
static int
record_write(struct pipe *p, struct record *r)
{
	union {
		struct cmsghdr	h;
		char		buf[CMSG_SPACE(sizeof(int))];
	} cm;
	struct iovec iov = { r->buf, r->len };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;

	if (r->fd != -1) {
		memset(&cm, 0, sizeof(cm));
		mh.msg_control = cm.buf;
		mh.msg_controllen = sizeof(cm.buf);
		cm.h.cmsg_level = SOL_SOCKET;
		cm.h.cmsg_type = SCM_RIGHTS;
		cm.h.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&cm.h), &r->fd, sizeof(int));
	}
	do
		n = sendmsg(p->fd, &mh, MSG_NOSIGNAL);
	while (n == -1 && errno == EINTR);
	if (n != -1) {
		p->stats.records_out++;
		return (1);
	}
	if (errno == EAGAIN || errno == ENOBUFS)
		return (0);
	return (errno == EPIPE || errno == ECONNRESET ? -1 : -2);
}

void
pipe_flush(struct pipe *p)
{
	struct record *r;
	int rc = 1;

	pipe_unmark(p);
	if (p->fd == -1)
		return;
	while ((r = TAILQ_FIRST(&p->queue)) != NULL) {
		if ((rc = record_write(p, r)) != 1)
			break;
		record_free(p, r);
	}
	/*
	 * The other end is gone: what it still said comes first, so on_read()
	 * finds the end of file and tells.
	 */
	if (rc == -1) {
		pipe_drop_queue(p);
	} else if (rc == -2) {
		pipe_break(p, "cannot be written to");
	} else if (rc == 0) {
		if (p->why != NULL && p->queued > PIPE_QUEUE)
			pipe_break(p, p->why);
		else
			event_add(p->ev_write, NULL);
	}
}

void
pipe_loop(struct event_base *base)
{
	struct pipe *p;
	int rc;

	looping++;
	do {
		rc = event_base_loop(base, EVLOOP_ONCE);
		while ((p = TAILQ_FIRST(&dirty)) != NULL)
			pipe_flush(p);
		log_flush();
	} while (rc == 0 && !event_base_got_exit(base) &&
	    !event_base_got_break(base));
	looping--;
}
