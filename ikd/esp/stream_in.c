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
 * Reads streams: as much as there is at a time, messages one by one.
 */
#include <sys/socket.h>

#include <event2/event.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "cksum.h"
#include "count.h"
#include "inbound.h"
#include "lines.h"
#include "stray.h"
#include "stream.h"
#include "stream_frame.h"
#include "tun.h"

#define ROUNDS		4		/* reads of one turn, before others */
#define READ_HELD	(256 * 1024)
#define READ_UNHELD	16384
#define RESUME_MS	20		/* a worker has more than enough */

/* One for all; a half message that an earlier turn left stands first. */
static uint8_t rx[READ_HELD + READ_HELD];
static size_t parts;			/* octets kept, of all streams */

/*
 * Returns 0, or -1: there is no room for more, and it has ended.  Strangers
 * make room first.
 */
static int
keep(struct stream *s, const uint8_t *p, size_t n)
{
	struct stream *end;

	parts -= s->part_len;
	if (s->part != NULL && s->part_len != n) {
		free(s->part);
		s->part = NULL;
	}
	s->part_len = n;
	parts += n;
	if (n == 0)
		return (0);
	if (s->part == NULL)
		s->part = xcalloc(1, n);
	memcpy(s->part, p, n);
	while (parts > PARTS_MOST) {
		if ((end = stream_greedy()) == NULL)
			end = s;
		count(DROP_STREAM_MANY);
		stream_end(end, ENOMEM);
		if (end == s)
			return (-1);
	}
	return (0);
}

/* What is left waits here, and the peer in its own buffer. */
static void
pause_reading(struct stream *s)
{
	const struct timeval tv = { 0, RESUME_MS * 1000 };

	event_del(s->readable);
	event_add(s->resume, &tv);
}

static int
out_of_step(struct stream *s)
{
	if (++s->bad < (s->holds > 0 ? BAD_MOST : UNHELD_BAD))
		return (0);
	count(DROP_STREAM_STEP);
	stream_end(s, EPROTO);
	return (-1);
}

/* 0: taken.  1: not now.  -1: it has ended. */
static int
ike_message(struct stream *s, const struct frame *f)
{
	int r;

	if (!bucket_take(&s->rate))
		return (1);
	r = stray_message(&s->local, &s->remote, f->data, f->len);
	if (r == 1)
		return (1);
	if (r == -1)
		return (out_of_step(s));
	if (!s->spoken && s->holds == 0)
		s->until_ms = now_ms + UNHELD_MS;
	s->spoken = 1;
	s->bad = 0;
	return (0);
}

/*
 * What comes late for an SA that was good here is no sign of a stream out of
 * step: it has been deleted, or has expired.
 */
static int
esp_message(struct stream *s, const struct frame *f)
{
	uint32_t spi = f->len < sizeof(spi) ? 0 : be32(f->data);

	if (!inbound_datagram(&s->local, &s->remote, 0, f->data, f->len))
		return (spi != 0 && spi == s->spi ? 0 : out_of_step(s));
	s->spi = spi;
	s->bad = 0;
	return (0);
}

static int
one_message(struct stream *s, enum frame_kind kind, const struct frame *f)
{
	if (kind == FRAME_NOTHING) {
		count(KEEPALIVE);
		return (0);
	}
	if (kind == FRAME_IKE)
		return (ike_message(s, f));
	return (esp_message(s, f));
}

/* Octets of the prefix; 0: not yet; -1: it has ended. */
static int
prefix(struct stream *s, const uint8_t *p, size_t n)
{
	char at[ADDR_TEXT];
	int used = frame_prefix(p, n);

	if (used > 0) {
		s->state = STREAM_OPEN;
		s->until_ms = now_ms + FIRST_MS;
	}
	if (used != -1)
		return (used);
	count(DROP_STREAM_PREFIX);
	if (lines_allowed(LS_CORE))
		log_about(LOG_ABOUT(NULL, 0, 0, &s->remote.addr), LS_CORE,
		    LOG_L_INFO, "stream from %s: it does not begin with "
		    "\"%s\": this port is for TCP encapsulation alone",
		    sock_print(&s->remote, at, sizeof(at)), STREAM_PREFIX);
	stream_end(s, EPROTO);
	return (-1);
}

/* All whole messages of n octets at rx; 1: more may be read at once. */
static int
take(struct stream *s, size_t n)
{
	enum frame_kind kind;
	struct frame f;
	size_t at = 0;
	int r = 0;

	if (s->state == STREAM_PREFIX_IN) {
		if ((r = prefix(s, rx, n)) == -1)
			return (0);
		if (r == 0)
			return (keep(s, rx, n) == 0);
		at = (size_t)r;
	}
	for (r = 0; r == 0; at += f.used) {
		kind = frame_next(rx + at, n - at, s->holds > 0 ? FRAME_MOST :
		    UNHELD_FRAME, &f);
		if (kind == FRAME_MORE)
			break;
		if (kind == FRAME_BROKEN) {
			count(DROP_STREAM_STEP);
			stream_end(s, EPROTO);
			return (0);
		}
		if ((r = one_message(s, kind, &f)) != 0 || s->fd == -1)
			break;
		count(STREAM_READ);
	}
	if (s->fd == -1 || keep(s, rx + at, n - at) == -1)
		return (0);
	if (r == 1)
		pause_reading(s);
	return (r == 0);
}

/* 1: there may be more. */
static int
read_some(struct stream *s)
{
	size_t have = s->part_len, room;
	ssize_t n;
	int more;

	if (have > 0)
		memcpy(rx, s->part, have);
	room = s->holds > 0 ? READ_HELD : READ_UNHELD;
	n = recv(s->fd, rx + have, room, MSG_DONTWAIT);
	if (n <= 0) {
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			stream_end(s, n == 0 ? 0 : errno);
		return (0);
	}
	more = take(s, have + (size_t)n);
	/* The packets stand in the buffer that comes next. */
	tun_flush();
	return (more && (size_t)n == room);
}

static void
on_readable(int fd, short what, void *arg)
{
	struct stream *s = arg;
	int i;

	(void)fd;
	(void)what;
	now_read();
	for (i = 0; i < ROUNDS && read_some(s); i++)
		;
}

static void
on_resume(int fd, short what, void *arg)
{
	struct stream *s = arg;
	size_t n = s->part_len;

	(void)fd;
	(void)what;
	now_read();
	if (n > 0)
		memcpy(rx, s->part, n);
	if (take(s, n))
		event_add(s->readable, NULL);
	tun_flush();
}

static void
on_writable(int fd, short what, void *arg)
{
	struct stream *s = arg;

	(void)fd;
	(void)what;
	now_read();
	if (s->state == STREAM_CONNECTING) {
		if (stream_connected(s) == -1)
			return;
		event_add(s->readable, NULL);
	}
	stream_write(s);
}

void
stream_start(struct event_base *base, struct stream *s)
{
	s->readable = event_new(base, s->fd, EV_READ | EV_PERSIST,
	    on_readable, s);
	s->writable = event_new(base, s->fd, EV_WRITE, on_writable, s);
	s->resume = evtimer_new(base, on_resume, s);
	if (s->readable == NULL || s->writable == NULL || s->resume == NULL)
		fatal("stream: no event");
	event_add(s->state == STREAM_CONNECTING ? s->writable : s->readable,
	    NULL);
}

void
stream_in_end(struct stream *s)
{
	event_free(s->readable);
	event_free(s->writable);
	event_free(s->resume);
	parts -= s->part_len;
	s->part_len = 0;
	free(s->part);
	s->part = NULL;
}
