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
 * Attacks on every row of every message table.  For each table and each of
 * its two sides there is a real pipe end whose other end is a raw socket in
 * our hand; each attack must end the pipe with its reason before a handler
 * runs, and leave no descriptor behind.
 *
 * Nothing here knows a message: bodies are made from the descriptions.
 */
#include <sys/socket.h>

#include <dirent.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bodies.h"
#include "log.h"
#include "pipe.h"
#include "pipe_check.h"

#define ROWS_MAX	64
#define TRUNCATIONS	200	/* every length up to here, then samples */

#define WHY_TWICE	"message that may come once came twice"
#define WHY_CREDIT	"more requests than the row's credit"
#define WHY_UNASKED	"an answer nobody asked for"
#define WHY_SHORT	"record shorter than a message head"
#define WHY_FLAGS	"unknown flags"
#define WHY_LONG	"message longer than its record"
#define WHY_NO_ROW	"no such message on this pipe"
#define WHY_SIDE	"message of the wrong side"
#define WHY_PHASE	"message in the wrong phase"
#define WHY_NO_FD	"a descriptor nobody asked for"
#define WHY_ONE_FD	"not the one descriptor that belongs here"
#define WHY_FD_ALONE	"a descriptor in a record with other messages"
#define WHY_LARGE	"record too large"

/* One pipe end under attack. */
struct victim {
	const struct msg_table	*t;
	enum msg_side		 me;
	struct pipe		*p;
	int			 raw;		/* the attacker's end */
	unsigned int		 got;		/* messages handled */
	int			 broken;
	char			 why[128];	/* "": it only ended */
	int			 fds_before;
};

static struct event_base *base;
static uint8_t rec[PIPE_RECORD + 64];

static int
count_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return (n);
}

/* A handler's duty: the descriptor is its own. */
static void
on_any(void *ctx, const void *body, int fd)
{
	struct victim *v = ctx;

	(void)body;
	v->got++;
	if (fd != -1)
		close(fd);
}

static void
on_broken(void *ctx, struct pipe *p, const char *why)
{
	struct victim *v = ctx;

	(void)p;
	v->broken++;
	strlcpy(v->why, why == NULL ? "" : why, sizeof(v->why));
}

/* The attacker's hand: 0, or -1 when the socket takes no more now. */
static int
throw(struct victim *v, const void *buf, size_t len, int nfds)
{
	union {
		struct cmsghdr	h;
		char		buf[CMSG_SPACE(8 * sizeof(int))];
	} cm;
	struct iovec iov = { (void *)(uintptr_t)buf, len };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	int fds[8], i;
	ssize_t n;

	if (nfds > 0) {
		memset(&cm, 0, sizeof(cm));
		for (i = 0; i < nfds; i++)
			fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
		mh.msg_control = cm.buf;
		mh.msg_controllen = CMSG_SPACE((size_t)nfds * sizeof(int));
		cm.h.cmsg_level = SOL_SOCKET;
		cm.h.cmsg_type = SCM_RIGHTS;
		cm.h.cmsg_len = CMSG_LEN((size_t)nfds * sizeof(int));
		memcpy(CMSG_DATA(&cm.h), fds, (size_t)nfds * sizeof(int));
	}
	n = sendmsg(v->raw, &mh, MSG_NOSIGNAL | MSG_DONTWAIT);
	for (i = 0; i < nfds; i++)
		close(fds[i]);
	return (n == (ssize_t)len ? 0 : -1);
}

/* Turns the loop until nothing happens any more. */
static void
turn(struct victim *v)
{
	unsigned int got;
	int broken;

	do {
		got = v->got;
		broken = v->broken;
		event_base_loop(base, EVLOOP_NONBLOCK);
	} while (got != v->got || broken != v->broken);
}

static void
victim_open(struct victim *v, const struct msg_table *t, enum msg_side me,
    unsigned int phases)
{
	static struct pipe_handler handlers[ROWS_MAX + 1];
	static const struct pipe_ops proto_ops = { NULL, on_broken };
	struct pipe_ops ops = proto_ops;
	unsigned int ph;
	int fds[2];
	size_t i;

	assert_true(t->nrows <= ROWS_MAX);
	memset(handlers, 0, sizeof(handlers));
	for (i = 0; i < t->nrows; i++)
		handlers[i] = (struct pipe_handler){ t->rows[i].type, on_any };
	memset(v, 0, sizeof(*v));
	v->fds_before = count_fds();
	v->t = t;
	v->me = me;
	pipe_pair(fds);
	v->raw = fds[1];
	ops.handlers = handlers;
	v->p = pipe_new(base, fds[0], t, me, &ops, v);
	ph = phases & PH_RUN ? PH_RUN : phases & PH_START ? PH_START : PH_STOP;
	pipe_set_phase(v->p, (enum msg_phase)ph);
}

/* The end of every attack: nothing may be left behind. */
static void
victim_close(struct victim *v)
{
	pipe_free(v->p);
	close(v->raw);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(count_fds(), v->fds_before);
}

/* We ask what the row answers, so that the answer is welcome. */
static void
ask_for(struct victim *v, const struct msg_row *row)
{
	const struct msg_row *rq;
	uint8_t drop[16];
	void *val;
	int fd = -1;

	if (row->answers == 0)
		return;
	assert_non_null(rq = pipe_row(v->t, row->answers));
	/* A table whose answer cannot follow its request is wrong. */
	assert_true((rq->from & v->me) && rq->credit > 0);
	assert_true(pipe_may(v->p, rq->type));
	if (rq->fd == FD_ONE)
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	val = body_new(rq);
	assert_int_equal(pipe_send(v->p, rq->type, val, fd), PIPE_OK);
	free(val);
	pipe_flush(v->p);
	assert_true(recv(v->raw, drop, sizeof(drop), MSG_DONTWAIT) > 0);
}

static void
expect_broken(struct victim *v, const struct msg_row *row, const char *what,
    unsigned int got, const char *why)
{
	ssize_t n;
	char c;

	turn(v);
	if (v->broken != 1 || v->got != got ||
	    (why != NULL ? strcmp(v->why, why) != 0 : v->why[0] == '\0'))
		fail_msg("%s, %s as receiver: %s %s: broken %d (\"%s\"), "
		    "%u handled; expected \"%s\", %u", v->t->name,
		    v->me == SIDE_A ? "A" : "B", row->name, what, v->broken,
		    v->why, v->got, why == NULL ? "some reason" : why, got);
	assert_int_equal(pipe_stats(v->p)->violations, 1);
	/* The attacker sees the end. */
	n = recv(v->raw, &c, 1, MSG_DONTWAIT);
	assert_true(n == 0 || (n == -1 && errno != EAGAIN));
	victim_close(v);
}

/* One record that must break a fresh pipe. */
static void
attack(const struct msg_table *t, enum msg_side me, const struct msg_row *row,
    size_t len, int nfds, const char *what, const char *why)
{
	struct victim v;

	victim_open(&v, t, me, row->phases);
	if (row == pipe_row(t, row->type) && (row->from & (SIDE_BOTH & ~me)))
		ask_for(&v, row);
	assert_int_equal(throw(&v, rec, len, nfds), 0);
	expect_broken(&v, row, what, 0, why);
}

/* The attacks; each is called with a row the other side may send. */

typedef void attack_fn(const struct msg_table *, enum msg_side,
    const struct msg_row *);

static void
good(const struct msg_table *t, enum msg_side me, const struct msg_row *row)
{
	size_t len = put_message(rec, sizeof(rec), row, NULL);
	struct victim v;

	victim_open(&v, t, me, row->phases);
	ask_for(&v, row);
	assert_int_equal(throw(&v, rec, len, row->fd == FD_ONE), 0);
	turn(&v);
	if (v.got != 1 || v.broken)
		fail_msg("%s: a good %s: %u handled, \"%s\"", t->name,
		    row->name, v.got, v.why);
	if (row->count == MSG_ONCE) {
		assert_int_equal(throw(&v, rec, len, row->fd == FD_ONE), 0);
		expect_broken(&v, row, "twice", 1, WHY_TWICE);
	} else
		victim_close(&v);
}

static void
truncated(const struct msg_table *t, enum msg_side me,
    const struct msg_row *row)
{
	size_t len = put_message(rec, sizeof(rec), row, NULL), n, step = 1;
	int fd = row->fd == FD_ONE;

	for (n = 1; n < PIPE_HDR; n++)
		attack(t, me, row, n, fd, "shorter than a head", WHY_SHORT);
	for (n = PIPE_HDR; n < len; n += step) {
		/* The head tells the truth; then it does not. */
		put_head(rec, row->type, n - PIPE_HDR);
		attack(t, me, row, n, fd, "truncated", NULL);
		put_head(rec, row->type, len - PIPE_HDR);
		attack(t, me, row, n, fd, "cut off", WHY_LONG);
		if (n > TRUNCATIONS)
			step = len / 37 + 1;
	}
}

static void
too_long(const struct msg_table *t, enum msg_side me,
    const struct msg_row *row)
{
	size_t len = put_message(rec, sizeof(rec), row, NULL);
	int fd = row->fd == FD_ONE;

	rec[len] = 0;
	put_head(rec, row->type, len - PIPE_HDR + 1);
	attack(t, me, row, len + 1, fd, "an octet too many", NULL);
	put_head(rec, row->type, 0xffffffff);
	attack(t, me, row, len, fd, "of 4 GB", WHY_LONG);
	put_head(rec, row->type, len - PIPE_HDR);
	rec[3] = 1;
	attack(t, me, row, len, fd, "with flags", WHY_FLAGS);
	rec[3] = 0;
	memset(rec + len, 0, sizeof(rec) - len);
	attack(t, me, row, PIPE_RECORD + 1, fd, "in a large record",
	    WHY_LARGE);
}

static void
wrong_phase(const struct msg_table *t, enum msg_side me,
    const struct msg_row *row)
{
	size_t len = put_message(rec, sizeof(rec), row, NULL);
	struct victim v;
	unsigned int ph;

	for (ph = PH_START; ph <= PH_STOP; ph <<= 1) {
		if (row->phases & ph)
			continue;
		victim_open(&v, t, me, ph);
		assert_int_equal(throw(&v, rec, len, row->fd == FD_ONE), 0);
		expect_broken(&v, row, "in another phase", 0, WHY_PHASE);
	}
}

static void
descriptors(const struct msg_table *t, enum msg_side me,
    const struct msg_row *row)
{
	size_t len = put_message(rec, sizeof(rec), row, NULL);
	const char *why = row->fd == FD_NONE ? WHY_NO_FD : WHY_ONE_FD;

	attack(t, me, row, len, row->fd == FD_NONE, "with the wrong number "
	    "of descriptors", why);
	attack(t, me, row, len, 2, "with two descriptors", why);
	attack(t, me, row, len, 7, "with seven descriptors", WHY_LARGE);
	if (row->fd == FD_NONE || row->count == MSG_ONCE)
		return;
	len += put_message(rec + len, sizeof(rec) - len, row, NULL);
	attack(t, me, row, len, 1, "twice with one descriptor", WHY_FD_ALONE);
}

/* One request more than its credit; they come as fast as the pipe takes. */
static void
flood(const struct msg_table *t, enum msg_side me, const struct msg_row *row)
{
	size_t len = put_message(rec, sizeof(rec), row, NULL);
	struct victim v;
	unsigned int sent = 0;

	if (row->credit == 0 || row->count == MSG_ONCE)
		return;
	victim_open(&v, t, me, row->phases);
	while (sent <= row->credit && !v.broken) {
		if (throw(&v, rec, len, row->fd == FD_ONE) == 0)
			sent++;
		else
			turn(&v);
	}
	expect_broken(&v, row, "in a flood", row->credit, WHY_CREDIT);
}

static void
unasked(const struct msg_table *t, enum msg_side me,
    const struct msg_row *row)
{
	size_t len = put_message(rec, sizeof(rec), row, NULL);
	int fd = row->fd == FD_ONE;
	struct victim v;

	if (row->answers == 0)
		return;
	victim_open(&v, t, me, row->phases);
	assert_int_equal(throw(&v, rec, len, fd), 0);
	expect_broken(&v, row, "unasked", 0, WHY_UNASKED);
	/* And one answer to one question. */
	if (row->count == MSG_ONCE)
		return;
	victim_open(&v, t, me, row->phases);
	ask_for(&v, row);
	assert_int_equal(throw(&v, rec, len, fd), 0);
	assert_int_equal(throw(&v, rec, len, fd), 0);
	expect_broken(&v, row, "twice for one question", 1, WHY_UNASKED);
}

/* What only our own side may say, said to us. */
static void
wrong_side(const struct msg_table *t, enum msg_side me)
{
	const struct msg_row *row;
	size_t i, len;

	for (i = 0; i < t->nrows; i++) {
		row = &t->rows[i];
		if (row->from & (SIDE_BOTH & ~me))
			continue;
		len = put_message(rec, sizeof(rec), row, NULL);
		attack(t, me, row, len, row->fd == FD_ONE, "of our own side",
		    WHY_SIDE);
	}
}

/*
 * A record of another pipe.  The same number with a body that has the same
 * form is a good message here and proves nothing: those are left out.
 */
static void
foreign_row(const struct msg_table *t, enum msg_side me,
    const struct msg_row *row)
{
	size_t len = put_message(rec, sizeof(rec), row, NULL);
	const struct msg_row *here = pipe_row(t, row->type);
	void *val;
	int rc;

	if (here != NULL && (here->from & (SIDE_BOTH & ~me))) {
		val = xcalloc(1, here->body->size + 1);
		rc = wire_decode(here->body, rec + PIPE_HDR, len - PIPE_HDR,
		    val, NULL);
		free(val);
		if (rc == 0)
			return;
		attack(t, me, here, len, here->fd == FD_ONE,
		    "with another pipe's body", NULL);
		return;
	}
	attack(t, me, row, len, row->fd == FD_ONE, "of another pipe",
	    here == NULL ? WHY_NO_ROW : WHY_SIDE);
}

static void
wrong_pipe(const struct msg_table *t, enum msg_side me)
{
	const struct msg_table *other;
	unsigned int i;
	size_t j;

	for (i = 0; (other = proto_at(i)) != NULL; i++)
		for (j = 0; other != t && j < other->nrows; j++)
			foreign_row(t, me, &other->rows[j]);
}

/* Each attack on each table is a test. */

static const struct kind {
	const char	*name;
	attack_fn	*fn;		/* on each row */
	void		(*side)(const struct msg_table *, enum msg_side);
} kinds[] = {
	{ "good, once", good, NULL }, { "truncated", truncated, NULL },
	{ "too long", too_long, NULL }, { "wrong phase", wrong_phase, NULL },
	{ "descriptors", descriptors, NULL }, { "flood", flood, NULL },
	{ "unasked answer", unasked, NULL },
	{ "wrong side", NULL, wrong_side }, { "wrong pipe", NULL, wrong_pipe },
};

#define KINDS	(sizeof(kinds) / sizeof(kinds[0]))

struct job {
	const struct msg_table	*t;
	const struct kind	*k;
	char			 name[80];
};

static void
run(void **state)
{
	static const enum msg_side sides[] = { SIDE_A, SIDE_B };
	const struct job *j = *state;
	size_t i, r;

	for (i = 0; i < 2; i++) {
		if (j->k->side != NULL)
			j->k->side(j->t, sides[i]);
		for (r = 0; j->k->fn != NULL && r < j->t->nrows; r++)
			if (j->t->rows[r].from & (SIDE_BOTH & ~sides[i]))
				j->k->fn(j->t, sides[i], &j->t->rows[r]);
	}
}

int
main(void)
{
	const struct msg_table *t;
	struct CMUnitTest *tests;
	struct job *jobs;
	size_t i, k, n = 0;
	int rc;

	log_init("test", LOG_L_ERROR);
	base = event_base_new();
	for (i = 0; (t = proto_at((unsigned int)i)) != NULL; i++)
		;
	tests = xcalloc(i * KINDS, sizeof(*tests));
	jobs = xcalloc(i * KINDS, sizeof(*jobs));
	for (i = 0; (t = proto_at((unsigned int)i)) != NULL; i++)
		for (k = 0; k < KINDS; k++, n++) {
			jobs[n].t = t;
			jobs[n].k = &kinds[k];
			snprintf(jobs[n].name, sizeof(jobs[n].name), "%s: %s",
			    t->name, kinds[k].name);
			tests[n] = (struct CMUnitTest){ .name = jobs[n].name,
			    .test_func = run, .initial_state = &jobs[n] };
		}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	rc = _cmocka_run_group_tests("rows", tests, n, NULL, NULL);
	free(jobs);
	free(tests);
	event_base_free(base);
	return (rc);
}
