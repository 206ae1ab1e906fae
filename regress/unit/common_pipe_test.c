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

/* Pipes: order, batching, descriptors, credits, violations, endings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "pipe.h"
#include "proto_life.h"
#include "proto_certd_fetch.h"
#include "proto_small.h"
#include "snap.h"

struct end {
	struct pipe	*p;
	unsigned int	 got;
	uint32_t	 last;
	int		 fd;
	int		 broken;
	const char	*why;
	int		 answer;
	unsigned int	 woken;
	unsigned int	 turn;		/* how many had got theirs before */
};

static unsigned int	 turns;

static struct event_base *base;

static void
on_fetch(void *ctx, const void *body, int fd)
{
	const struct mc_fetch *m = body;
	struct end *e = ctx;
	struct mc_unfetched r = { .req = m->req };

	(void)fd;
	assert_string_equal(m->url, "http://crl.example.com/ca.crl");
	assert_int_equal(m->req, e->last + 1);
	e->got++;
	e->turn = turns++;
	e->last = m->req;
	if (e->answer)
		pipe_send(e->p, M_UNFETCHED, &r, -1);
}

static void
on_fetched(void *ctx, const void *body, int fd)
{
	const struct mc_unfetched *m = body;
	struct end *e = ctx;

	(void)fd;
	e->got++;
	e->last = m->req;
}

static void
on_end(void *ctx, struct pipe *p, const char *why)
{
	struct end *e = ctx;

	e->broken++;
	e->why = why;
	pipe_free(p);
	e->p = NULL;
}

static const struct pipe_handler ha[] = { { M_FETCHED, on_fetched },
    { M_UNFETCHED, on_fetched }, { 0, 0 } };
static const struct pipe_handler hb[] = { { M_FETCH, on_fetch }, { 0, 0 } };
static const struct pipe_ops oa = { ha, on_end }, ob = { hb, on_end };

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	event_base_loopbreak(base);
}

/* Runs the loop until nothing more happens. */
static void
settle(void)
{
	struct timeval tv = { 0, 20000 };
	struct event *ev = evtimer_new(base, on_tick, NULL);

	evtimer_add(ev, &tv);
	pipe_loop(base);
	event_free(ev);
}

static int raw;		/* the raw descriptor of the attacker's side */

/* An end with a raw socket at the other side. */
static void
attack_setup(struct end *b)
{
	int fds[2];

	memset(b, 0, sizeof(*b));
	pipe_pair(fds);
	raw = fds[0];
	b->p = pipe_new(base, fds[1], &proto_certd_fetch, SIDE_B, &ob, b);
}

static void
pair_setup(struct end *a, struct end *b)
{
	int fds[2];

	memset(a, 0, sizeof(*a));
	memset(b, 0, sizeof(*b));
	pipe_pair(fds);
	a->p = pipe_new(base, fds[0], &proto_certd_fetch, SIDE_A, &oa, a);
	b->p = pipe_new(base, fds[1], &proto_certd_fetch, SIDE_B, &ob, b);
}

static int
ask(struct end *a, uint32_t n)
{
	struct mc_fetch m = { .req = n,
	    .url = "http://crl.example.com/ca.crl" };

	return (pipe_send(a->p, M_FETCH, &m, -1));
}

static void
order_batch_credit(void **state)
{
	struct end a, b;
	uint32_t n = 0;

	(void)state;
	pair_setup(&a, &b);
	b.answer = 1;
	while (ask(&a, n + 1) == PIPE_OK)
		n++;
	assert_int_equal(n, 32);		/* the row's credit */
	assert_int_equal(pipe_credit(a.p, M_FETCH), 0);
	settle();
	assert_int_equal(b.got, 32);
	assert_int_equal(a.got, 32);
	assert_int_equal(pipe_credit(a.p, M_FETCH), 32);
	/* One record carried all of them: one write per turn. */
	assert_int_equal(pipe_stats(a.p)->records_out, 1);
	assert_int_equal(ask(&a, 33), PIPE_OK);
	settle();
	assert_int_equal(a.last, 33);
	pipe_free(a.p);
	settle();
	assert_int_equal(b.broken, 1);
	assert_null(b.why);
}

static void
woken(void *ctx, uint16_t type)
{
	struct end *a = ctx;

	assert_int_equal(type, M_FETCH);
	a->woken++;
}

static void
credit_comes_back(void **state)
{
	struct end a, b;
	struct mc_unfetched r = { .req = 1 };
	uint64_t octets, requests;
	uint32_t n = 0;

	(void)state;
	pair_setup(&a, &b);
	while (ask(&a, n + 1) == PIPE_OK)
		n++;
	pipe_backlog(&octets, &requests);
	assert_int_equal(octets, pipe_queued(a.p));
	assert_true(octets > 0);
	assert_int_equal(requests, n);
	pipe_on_credit(a.p, M_FETCH, woken);
	settle();
	assert_int_equal(a.woken, 0);
	pipe_send(b.p, M_UNFETCHED, &r, -1);
	settle();
	assert_int_equal(a.woken, 1);
	assert_int_equal(pipe_credit(a.p, M_FETCH), 1);
	pipe_backlog(&octets, &requests);
	assert_int_equal(octets, 0);
	assert_int_equal(requests, n - 1);
	pipe_free(a.p);
	pipe_free(b.p);
	pipe_backlog(&octets, &requests);
	assert_int_equal(requests, 0);
}

/* What a receiver must refuse, each with its words. */
static void
violation(const void *rec, size_t len, int fd, const char *why)
{
	struct end b;
	char cm[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8)));
	struct iovec iov = { (void *)(uintptr_t)rec, len };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c = (struct cmsghdr *)(void *)cm;

	attack_setup(&b);
	if (fd != -1) {
		memset(cm, 0, sizeof(cm));
		mh.msg_control = cm;
		mh.msg_controllen = sizeof(cm);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(int));
	}
	assert_int_equal(sendmsg(raw, &mh, 0), (ssize_t)len);
	settle();
	assert_int_equal(b.broken, 1);
	assert_non_null(b.why);
	assert_string_equal(b.why, why);
	close(raw);
}

static void
violations(void **state)
{
	static const uint8_t unknown[] = { 0, 99, 0, 0, 0, 0, 0, 0 };
	static const uint8_t flags[] = { 0, 1, 0, 1, 0, 0, 0, 0 };
	static const uint8_t ours[] = { 0, 2, 0, 0, 0, 0, 0, 8,
	    0, 0, 0, 1, 0, 0, 0, 0 };
	static const uint8_t beyond[] = { 0, 1, 0, 0, 0, 0, 0, 9, 0 };
	static const uint8_t tail[] = { 0, 1, 0, 0, 0, 0, 0, 14,
	    0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	static const uint8_t esc[] = { 0, 1, 0, 0, 0, 0, 0, 14,
	    0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 27, 0, 0 };
	static uint8_t big[PIPE_RECORD + 1];
	int null = open("/dev/null", O_RDONLY);

	(void)state;
	violation(unknown, 8, -1, "no such message on this pipe");
	violation(flags, 8, -1, "unknown flags");
	violation(ours, 16, -1, "message of the wrong side");
	violation(beyond, 9, -1, "message longer than its record");
	violation(beyond, 3, -1, "record shorter than a message head");
	violation(tail, sizeof(tail), -1, "octets after the last field");
	violation(esc, sizeof(esc), -1, "url");
	violation(esc, sizeof(esc), null, "a descriptor nobody asked for");
	violation(big, sizeof(big), -1, "record too large");
	close(null);
}

/* More requests than the credit, from somebody who does not count. */
static void
flood(void **state)
{
	static uint8_t rec[40 * 96];
	struct end b;
	struct mc_fetch m = { .url = "http://crl.example.com/ca.crl" };
	size_t len = 0;
	uint32_t i;
	long n;

	(void)state;
	attack_setup(&b);
	for (i = 1; i <= 40; i++) {
		m.req = i;
		n = wire_encode(&wire_mc_fetch, &m, rec + len + 8, 88);
		assert_true(n > 0);
		memset(rec + len, 0, 8);
		rec[len + 1] = M_FETCH;
		rec[len + 7] = (uint8_t)n;
		len += 8 + (size_t)n;
	}
	assert_int_equal(send(raw, rec, len, 0), (ssize_t)len);
	settle();
	assert_int_equal(b.got, 32);
	assert_string_equal(b.why, "more requests than the row's credit");
	close(raw);
}

static void
on_socket(void *ctx, const void *body, int fd)
{
	struct end *e = ctx;

	(void)body;
	e->fd = fd;
	e->got++;
}

static void
on_any(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)body;
	assert_int_equal(fd, -1);
}

/* Descriptors travel alone and keep their place among the messages. */
static void
descriptors(void **state)
{
	static const struct pipe_handler h[] = {
		{ M_HELLO, on_any }, { M_GIVE_LOG, on_socket },
		{ M_GIVE_PIPE, on_socket }, { M_PEER_GONE, on_any },
		{ M_GIVE_SOCKET, on_socket }, { M_PING, on_any },
		{ M_PREPARE, on_socket }, { M_COMMIT, on_any },
		{ M_ABORT, on_any }, { M_STOP, on_any },
		{ M_SET_LEVEL, on_any }, { 0, 0 }
	};
	static const struct pipe_handler none[] = {
		{ M_READY, on_any }, { M_PONG, on_any },
		{ M_PREPARED, on_any }, { M_COMMITTED, on_any },
		{ M_PEER_BROKE, on_any }, { 0, 0 }
	};
	static const struct pipe_ops o = { h, on_end }, oo = { none, on_end };
	struct ml_prepare g = { 1, 0 };
	struct ml_peer peer = { 1, 0 };
	struct end a = { 0 }, b = { 0 };
	const char *why;
	size_t len;
	int fds[2];

	(void)state;
	pipe_pair(fds);
	a.p = pipe_new(base, fds[0], &proto_parent_fetch, SIDE_A, &oo, &a);
	b.p = pipe_new(base, fds[1], &proto_parent_fetch, SIDE_B, &o, &b);
	pipe_send(a.p, M_PEER_GONE, &peer, -1);
	pipe_send(a.p, M_PREPARE, &g, memfd_sealed("t", "hello", 5));
	pipe_send(a.p, M_PEER_GONE, &peer, -1);
	settle();
	assert_int_equal(b.got, 1);
	assert_int_equal(b.broken, 0);
	assert_memory_equal(memfd_map(b.fd, 100, &len, &why), "hello", 5);
	assert_null(memfd_map(b.fd, 4, &len, &why));
	assert_null(memfd_map(0, 100, &len, &why));
	assert_int_equal(pipe_stats(a.p)->records_out, 3);
	close(b.fd);
	pipe_free(a.p);
	pipe_free(b.p);
}

/* A receiver that never reads: the sender ends it, memory is bounded. */
static void
never_reads(void **state)
{
	struct mw_stray m;
	static uint8_t data[60000];
	static const struct pipe_handler nothing[] = {
		{ M_STREAM_OUT, NULL }, { M_STREAM_HOLD, NULL }, { 0, NULL }
	};
	static const struct pipe_ops o = { nothing, on_end };
	struct end e = { 0 };
	int fds[2], i;

	(void)state;
	pipe_pair(fds);
	e.p = pipe_new(base, fds[1], &proto_ike_esp, SIDE_B, &o, &e);
	memset(&m, 0, sizeof(m));
	m.data.p = data;
	m.data.len = sizeof(data);
	for (i = 0; i < 200 && e.p != NULL; i++)
		pipe_send(e.p, M_STRAY, &m, -1);
	settle();
	assert_int_equal(e.broken, 1);
	assert_string_equal(e.why, "does not read");
	close(fds[0]);
}

/* The same when it stops in the middle: many turns, a little in each. */
static void
stops_reading(void **state)
{
	struct mw_stray m;
	static uint8_t data[60000];
	static const struct pipe_handler nothing[] = {
		{ M_STREAM_OUT, NULL }, { M_STREAM_HOLD, NULL }, { 0, NULL }
	};
	static const struct pipe_ops o = { nothing, on_end };
	struct timeval now = { 0, 0 };
	struct end e = { 0 };
	int fds[2], i;

	(void)state;
	pipe_pair(fds);
	e.p = pipe_new(base, fds[1], &proto_ike_esp, SIDE_B, &o, &e);
	memset(&m, 0, sizeof(m));
	m.data.p = data;
	m.data.len = sizeof(data);
	for (i = 0; i < 400 && e.p != NULL; i++) {
		pipe_send(e.p, M_STRAY, &m, -1);
		event_base_loopexit(base, &now);
		pipe_loop(base);
		if (e.p != NULL)
			assert_true(pipe_queued(e.p) <= PIPE_QUEUE);
	}
	assert_int_equal(e.broken, 1);
	assert_string_equal(e.why, "does not read");
	close(fds[0]);
}

#define RANKED	5

static void
send_ranked(evutil_socket_t fd, short what, void *arg)
{
	struct mc_fetch m = { .req = 1 };
	struct end *a = arg;
	unsigned int i;

	(void)fd;
	(void)what;
	strlcpy(m.url, "http://crl.example.com/ca.crl", sizeof(m.url));
	for (i = 0; i < RANKED; i++)
		pipe_send(a[i].p, M_FETCH, &m, -1);
}

/* The highest rank is written first, whatever was sent first. */
static void
goes_first(void **state)
{
	static const unsigned int rank[RANKED] = { 0, 1, 2, 0, 1 };
	static const unsigned int turn[RANKED] = { 3, 1, 0, 4, 2 };
	static struct end a[RANKED], b[RANKED];
	struct timeval now = { 0, 0 };
	struct event *ev;
	unsigned int i;

	(void)state;
	for (i = 0; i < RANKED; i++) {
		pair_setup(&a[i], &b[i]);
		if (rank[i] != 0)
			pipe_set_rank(a[i].p, rank[i]);
	}
	turns = 0;
	ev = evtimer_new(base, send_ranked, a);
	evtimer_add(ev, &now);
	settle();
	event_free(ev);
	for (i = 0; i < RANKED; i++) {
		assert_int_equal(b[i].got, 1);
		assert_int_equal(b[i].turn, turn[i]);
		pipe_free(a[i].p);
		pipe_free(b[i].p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_batch_credit),
		cmocka_unit_test(credit_comes_back),
		cmocka_unit_test(violations),
		cmocka_unit_test(flood),
		cmocka_unit_test(descriptors),
		cmocka_unit_test(never_reads),
		cmocka_unit_test(stops_reading),
		cmocka_unit_test(goes_first),
	};

	log_init("test", LOG_L_ERROR);
	base = event_base_new();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
