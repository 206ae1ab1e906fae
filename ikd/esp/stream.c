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
 * The table of streams: who holds which, how many there may be, how long.
 */
#include <sys/socket.h>

#include <event2/event.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "count.h"
#include "log.h"
#include "proto_parent_esp.h"
#include "proto_small.h"
#include "stray.h"
#include "stream.h"
#include "stream_frame.h"

#define BUCKETS		4096	/* a power of two */
#define LISTENERS	2
#define ACCEPTS		64	/* of one turn, before others */

LIST_HEAD(stream_list, stream);
TAILQ_HEAD(stream_queue, stream);

static struct {
	struct event_base	*base;
	unsigned int		 workers;
	unsigned int		 n, n_unheld;
	struct stream_list	 by_ends[BUCKETS];
	struct stream_list	 dead;
	struct stream_queue	 unheld;	/* by age, oldest first */
	struct event		*listener[LISTENERS];
	int			 n_listeners;
	int			 deaf; /* no descriptors: till the sweep */
} all = { .unheld = TAILQ_HEAD_INITIALIZER(all.unheld) };

static struct stream_list *
bucket_of(const struct wt_sock *local, const struct wt_sock *remote)
{
	uint32_t h = 2166136261u;
	size_t i;

	for (i = 0; i < sizeof(remote->addr.a); i++)
		h = (h ^ remote->addr.a[i]) * 16777619u;
	h = (h ^ remote->port) * 16777619u;
	h = (h ^ local->port) * 16777619u;
	return (&all.by_ends[(h ^ h >> 16) & (BUCKETS - 1)]);
}

struct stream *
stream_find(const struct wt_sock *local, const struct wt_sock *remote)
{
	struct stream *s;

	LIST_FOREACH(s, bucket_of(local, remote), entry)
		if (sock_cmp(&s->remote, remote) == 0 &&
		    sock_cmp(&s->local, local) == 0)
			return (s);
	return (NULL);
}

static void
take_hold(struct stream *s)
{
	TAILQ_REMOVE(&all.unheld, s, unheld);
	all.n_unheld--;
}

static void
let_go(struct stream *s, uint64_t ms)
{
	s->until_ms = now_ms + ms;
	TAILQ_INSERT_TAIL(&all.unheld, s, unheld);
	all.n_unheld++;
}

/* From here on nothing is read or sent on it. */
void
stream_end(struct stream *s, int why)
{
	char at[ADDR_TEXT];
	unsigned int i;

	if (s->fd == -1)
		return;
	log_about(LOG_ABOUT(NULL, 0, 0, &s->remote.addr), LS_CORE, LOG_L_DEBUG,
	    "stream with %s ends: %s", sock_print(&s->remote, at, sizeof(at)),
	    why == 0 ? "closed" : strerror(why));
	stream_in_end(s);
	stream_out_end(s);
	close(s->fd);
	s->fd = -1;
	LIST_REMOVE(s, entry);
	LIST_INSERT_HEAD(&all.dead, s, entry);
	all.n--;
	if (s->holds == 0)
		take_hold(s);
	if (s->session != 0)
		stray_stream(s->worker, s->session, why == 0 ? ECONNRESET :
		    why, &s->local, &s->remote);
	for (i = 0; i < all.workers; i++)
		if (s->held_by[i] > 0)
			stray_stream(i, 0, why, &s->local, &s->remote);
}

static struct stream *
stream_new(int fd, enum stream_state state)
{
	struct stream *s = xcalloc(1, sizeof(*s));

	s->fd = fd;
	s->state = state;
	s->rate.rate = 200;
	s->rate.burst = 100;
	s->held_by = xcalloc(all.workers, sizeof(*s->held_by));
	all.n++;
	return (s);
}

static void
enter(struct stream *s, uint64_t ms)
{
	LIST_INSERT_HEAD(bucket_of(&s->local, &s->remote), s, entry);
	let_go(s, ms);
	stream_start(all.base, s);
}

/* ---- of the peers ---- */

/* Is it so near that it counts as one source?  RFC 4291: a /64 is one link. */
static int
same_source(const struct wt_addr *a, const struct wt_addr *b)
{
	return (a->af == b->af && memcmp(a->a, b->a, a->af == 4 ? 4 : 8) == 0);
}

/* May one more come from there?  A flood from everywhere ends the oldest. */
static int
room_for(const struct wt_addr *from)
{
	struct stream *s;
	unsigned int n = 0;

	TAILQ_FOREACH(s, &all.unheld, unheld)
		n += !s->ours && same_source(&s->remote.addr, from);
	if (all.n >= STREAMS_MOST || n >= UNHELD_SOURCE) {
		count(DROP_STREAM_MANY);
		return (0);
	}
	TAILQ_FOREACH(s, &all.unheld, unheld)
		if (!s->ours)
			break;
	if (all.n_unheld >= UNHELD_MOST && s != NULL) {
		count(DROP_STREAM_MANY);
		stream_end(s, ECONNABORTED);
	}
	return (1);
}

static int
ends_of(int fd, struct wt_sock *local)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (getsockname(fd, (struct sockaddr *)&ss, &len) == -1)
		return (-1);
	sock_from((struct sockaddr *)&ss, local);
	local->tcp = 1;
	return (0);
}

static void
accepted(int fd, const struct sockaddr *from)
{
	struct wt_sock local, remote;
	struct stream *s;

	sock_from(from, &remote);
	remote.tcp = 1;
	if (ends_of(fd, &local) == -1 || !room_for(&remote.addr)) {
		close(fd);
		return;
	}
	count(STREAM_IN);
	s = stream_new(fd, STREAM_PREFIX_IN);
	s->local = local;
	s->remote = remote;
	enter(s, PREFIX_MS);
}

static void
deafen(int deaf)
{
	int i;

	all.deaf = deaf;
	for (i = 0; i < all.n_listeners; i++)
		if (deaf)
			event_del(all.listener[i]);
		else
			event_add(all.listener[i], NULL);
}

static void
on_accept(int fd, short what, void *arg)
{
	struct sockaddr_storage from;
	socklen_t len;
	int i, got;

	(void)what;
	(void)arg;
	now_read();
	for (i = 0; i < ACCEPTS; i++) {
		len = sizeof(from);
		got = accept4(fd, (struct sockaddr *)&from, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (got != -1) {
			accepted(got, (struct sockaddr *)&from);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		    errno == ENOMEM) {
			log_warn(LS_CORE, "accept: %s", strerror(errno));
			deafen(1);
			return;
		}
		if (errno != ECONNABORTED)
			return;
	}
}

void
stream_listener(int fd)
{
	struct event *ev;

	if (all.n_listeners == LISTENERS)
		fatal("more than %d sockets that listen", LISTENERS);
	ev = event_new(all.base, fd, EV_READ | EV_PERSIST, on_accept, NULL);
	if (ev == NULL || event_add(ev, NULL) == -1)
		fatal("a listening socket: no event");
	all.listener[all.n_listeners++] = ev;
}

/* ---- ours ---- */

void
stream_given(const struct me_stream *m, int fd)
{
	struct stream *s;

	if (m->worker >= all.workers || all.n >= STREAMS_MOST) {
		close(fd);
		/* It would wait for ever. */
		if (m->worker < all.workers)
			stray_stream(m->worker, m->session, EMFILE,
			    &(struct wt_sock){ 0 }, &m->remote);
		return;
	}
	count(STREAM_OUT);
	s = stream_new(fd, STREAM_CONNECTING);
	s->ours = 1;
	s->worker = m->worker;
	s->session = m->session;
	s->remote = m->remote;
	/* Which address and port are ours it says itself, if it knows. */
	if (ends_of(fd, &s->local) == -1)
		memset(&s->local, 0, sizeof(s->local));
	enter(s, CONNECT_MS);
}

int
stream_connected(struct stream *s)
{
	socklen_t len = sizeof(int);
	int error = 0;

	if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		error = errno;
	else if (error == 0 &&
	    stream_put(s, STREAM_PREFIX, STREAM_PREFIX_LEN) == -1)
		error = ENOBUFS;
	if (error != 0) {
		stream_end(s, error);
		return (-1);
	}
	LIST_REMOVE(s, entry);
	(void)ends_of(s->fd, &s->local);
	LIST_INSERT_HEAD(bucket_of(&s->local, &s->remote), s, entry);
	s->state = STREAM_OPEN;
	s->until_ms = now_ms + FIRST_MS;
	stray_stream(s->worker, s->session, 0, &s->local, &s->remote);
	s->session = 0;
	return (0);
}

/* ---- the workers ---- */

void
stream_hold(unsigned int worker, const struct mw_hold *m)
{
	struct stream *s = stream_find(&m->local, &m->remote);

	if (worker >= all.workers)
		return;
	if (s == NULL) {
		/* It may believe in one that ended meanwhile. */
		if (m->more)
			stray_stream(worker, 0, ECONNRESET, &m->local,
			    &m->remote);
		return;
	}
	if (m->more) {
		if (s->holds++ == 0)
			take_hold(s);
		s->trusted = 1;
		s->held_by[worker]++;
	} else if (s->held_by[worker] > 0) {
		s->held_by[worker]--;
		if (--s->holds == 0)
			let_go(s, LEFT_MS);
	}
}

void
stream_worker_gone(unsigned int worker)
{
	struct stream *s;
	unsigned int i;

	for (i = 0; i < BUCKETS && worker < all.workers; i++)
		LIST_FOREACH(s, &all.by_ends[i], entry) {
			if (s->worker == worker)
				s->session = 0;
			if (s->held_by[worker] == 0)
				continue;
			s->holds -= s->held_by[worker];
			s->held_by[worker] = 0;
			if (s->holds == 0)
				let_go(s, LEFT_MS);
		}
}

struct stream *
stream_greedy(void)
{
	struct stream *s, *most = NULL;
	size_t i;

	TAILQ_FOREACH(s, &all.unheld, unheld)
		if (s->part_len > (most == NULL ? 0 : most->part_len))
			most = s;
	if (most != NULL)
		return (most);
	for (i = 0; i < BUCKETS; i++)
		LIST_FOREACH(s, &all.by_ends[i], entry)
			if (s->part_len > (most == NULL ? 0 : most->part_len))
				most = s;
	return (most);
}

/* ---- time ---- */

void
stream_sweep(void)
{
	struct stream *s, *next;

	for (s = TAILQ_FIRST(&all.unheld); s != NULL; s = next) {
		next = TAILQ_NEXT(s, unheld);
		if (now_ms < s->until_ms)
			continue;
		if (!s->ours && s->state == STREAM_PREFIX_IN)
			count(DROP_STREAM_SILENT);
		stream_end(s, ETIMEDOUT);
	}
	while ((s = LIST_FIRST(&all.dead)) != NULL) {
		LIST_REMOVE(s, entry);
		free(s->held_by);
		free(s);
	}
	if (all.deaf)
		deafen(0);
}

void
stream_init(struct event_base *base, unsigned int workers)
{
	all.base = base;
	all.workers = workers;
}
