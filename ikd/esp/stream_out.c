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
 * Writes streams: messages are put together and go out in one call at the
 * end of a turn.  A buffer that is full drops ESP first; IKE has the rest of
 * it to itself, and ends the stream when even that is full: it is sent once
 * (RFC 9329 section 6.2), and again only on the next stream.
 */
#include <sys/socket.h>

#include <event2/event.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "count.h"
#include "log.h"
#include "stream.h"
#include "stream_frame.h"

#define OUT_SIZE	(256 * 1024)
#define OUT_FOR_IKE	(64 * 1024 + 1024)	/* of it; a message and more */
#define OUT_MOST	256		/* buffers in use: 64 MB */
#define OUT_KEPT	16		/* that nobody uses */
#define STALLED_MS	2000		/* ESP of others may end it then */

struct stream_out {
	struct stream_out	*next;
	size_t			 from, to;	/* what is to be sent */
	uint8_t			 b[OUT_SIZE];
};

static struct {
	struct stream_out	*free;
	unsigned int		 n_free, n_used;
	SLIST_HEAD(, stream)	 dirty;
	TAILQ_HEAD(, stream)	 waiting; /* for the peer, longest first */
} pool = { .waiting = TAILQ_HEAD_INITIALIZER(pool.waiting) };

/* All are in use: of those whose peers do not read the worst ends. */
static void
make_room(uint64_t patience_ms)
{
	struct stream *s;

	stream_flush();
	s = TAILQ_FIRST(&pool.waiting);
	if (pool.n_used < OUT_MOST || now_ms - s->since_ms < patience_ms)
		return;
	count(DROP_STREAM_FULL);
	stream_end(s, ENOBUFS);
}

static struct stream_out *
take_buffer(struct stream *s, uint64_t patience_ms)
{
	struct stream_out *o;

	if (pool.n_used == OUT_MOST)
		make_room(patience_ms);
	if (pool.n_used == OUT_MOST)
		return (NULL);
	if ((o = pool.free) != NULL) {
		pool.free = o->next;
		pool.n_free--;
	} else if ((o = malloc(sizeof(*o))) == NULL)
		return (NULL);
	pool.n_used++;
	o->from = o->to = 0;
	s->out = o;
	s->since_ms = now_ms;
	TAILQ_INSERT_TAIL(&pool.waiting, s, waiting);
	return (o);
}

static void
drop_buffer(struct stream *s)
{
	struct stream_out *o = s->out;

	s->out = NULL;
	TAILQ_REMOVE(&pool.waiting, s, waiting);
	pool.n_used--;
	if (pool.n_free == OUT_KEPT) {
		free(o);
		return;
	}
	o->next = pool.free;
	pool.free = o;
	pool.n_free++;
}

/* Room for n octets within most; NULL: it is full. */
static uint8_t *
room(struct stream *s, size_t n, size_t most)
{
	struct stream_out *o = s->out;

	if (o == NULL && (o = take_buffer(s, most == OUT_SIZE ? 0 :
	    STALLED_MS)) == NULL)
		return (NULL);
	if (o->to + n > most && o->from > 0) {
		memmove(o->b, o->b + o->from, o->to - o->from);
		o->to -= o->from;
		o->from = 0;
	}
	if (o->to + n > most)
		return (NULL);
	if (!s->dirty) {
		s->dirty = 1;
		SLIST_INSERT_HEAD(&pool.dirty, s, flush);
	}
	o->to += n;
	return (o->b + o->to - n);
}

int
stream_put(struct stream *s, const void *p, size_t len)
{
	uint8_t *to = room(s, len, OUT_SIZE);

	if (to == NULL)
		return (-1);
	memcpy(to, p, len);
	return (0);
}

/* 0, or -1: there is no room. */
static int
put_message(struct stream *s, const uint8_t *p, size_t len, size_t most)
{
	uint8_t *to = len > FRAME_MOST ? NULL :
	    room(s, FRAME_HEAD + len, most);

	if (to == NULL)
		return (-1);
	frame_head(to, len);
	memcpy(to + FRAME_HEAD, p, len);
	return (0);
}

void
stream_queue(const struct arena_path *path, const uint8_t *esp, size_t len)
{
	struct stream *s = stream_find(&path->local, &path->remote);

	if (s == NULL || s->state != STREAM_OPEN)
		count(DROP_NO_STREAM);
	else if (put_message(s, esp, len, OUT_SIZE - OUT_FOR_IKE) == -1)
		count(DROP_STREAM_FULL);
	else
		count(STREAM_SENT);
}

void
stream_send_ike(const struct wt_sock *local, const struct wt_sock *remote,
    const uint8_t *p, size_t len)
{
	struct stream *s = stream_find(local, remote);

	if (s == NULL || s->state != STREAM_OPEN)
		count(DROP_NO_STREAM);
	else if (put_message(s, p, len, OUT_SIZE) == -1) {
		count(DROP_STREAM_FULL);
		stream_end(s, ENOBUFS);
	} else {
		count(STREAM_SENT);
		stream_write(s);
	}
}

void
stream_write(struct stream *s)
{
	struct stream_out *o = s->out;
	ssize_t n;

	if (o == NULL || s->state != STREAM_OPEN)
		return;
	n = send(s->fd, o->b + o->from, o->to - o->from,
	    MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n == -1 && errno != EAGAIN && errno != EINTR) {
		stream_end(s, errno);
		return;
	}
	if (n > 0) {
		count(STREAM_WRITES);
		o->from += (size_t)n;
		s->since_ms = now_ms;
		TAILQ_REMOVE(&pool.waiting, s, waiting);
		TAILQ_INSERT_TAIL(&pool.waiting, s, waiting);
	}
	if (o->from == o->to)
		drop_buffer(s);
	else if (s->trusted)
		event_add(s->writable, NULL);
	else {
		/* A stranger that does not read. */
		count(DROP_STREAM_FULL);
		stream_end(s, ENOBUFS);
	}
}

void
stream_flush(void)
{
	struct stream *s;

	while ((s = SLIST_FIRST(&pool.dirty)) != NULL) {
		SLIST_REMOVE_HEAD(&pool.dirty, flush);
		s->dirty = 0;
		/* One that waits for the peer is written when it can be. */
		if (s->out != NULL)
			stream_write(s);
	}
}

void
stream_out_end(struct stream *s)
{
	if (s->dirty)
		SLIST_REMOVE(&pool.dirty, s, stream, flush);
	s->dirty = 0;
	if (s->out != NULL)
		drop_buffer(s);
}
