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
 * A hostile process: it takes its place like an honest one and then attacks
 * one of its pipes.  Its order is "TARGET ATTACK": the role at the other end
 * ("ikd-parent", "tmd"; for ikd-parent itself: "ikd") and one of the words
 * of the table at the end.
 */
#include <sys/socket.h>

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../bodies.h"
#include "log.h"
#include "proto_life.h"
#include "proto_parent_policy.h"
#include "snap.h"
#include "stub.h"

#define FLOOD		200000	/* messages */
#define PARENT_FD	3

/* Where it goes: the socket, its table, our side. */
struct target {
	int			 fd;
	const struct msg_table	*t;
	enum msg_side		 me;
};

static struct stub stub;
static char target_name[64], word[32];
static uint8_t rec[PIPE_RECORD + 64];

/* One record; 0, or -1 when the other end is gone or does not read. */
static int
throw(const struct target *x, size_t len, int fd)
{
	union {
		struct cmsghdr	h;
		char		buf[CMSG_SPACE(sizeof(int))];
	} cm;
	struct iovec iov = { rec, len };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct pollfd pfd = { x->fd, POLLOUT, 0 };

	if (fd != -1) {
		memset(&cm, 0, sizeof(cm));
		mh.msg_control = cm.buf;
		mh.msg_controllen = sizeof(cm.buf);
		cm.h.cmsg_level = SOL_SOCKET;
		cm.h.cmsg_type = SCM_RIGHTS;
		cm.h.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&cm.h), &fd, sizeof(int));
	}
	while (sendmsg(x->fd, &mh, MSG_NOSIGNAL | MSG_DONTWAIT) == -1) {
		if (errno != EAGAIN || poll(&pfd, 1, 5000) <= 0)
			return (-1);
	}
	return (0);
}

/* The first row of ours of the kind asked for that may come any time. */
static const struct msg_row *
pick(const struct target *x, int request)
{
	const struct msg_row *row;
	size_t i;

	for (i = 0; i < x->t->nrows; i++) {
		row = &x->t->rows[i];
		if (row->from == x->me && row->fd == FD_NONE &&
		    row->answers == 0 && row->count == MSG_MANY &&
		    (row->phases & PH_RUN) && (row->credit != 0) == request)
			return (row);
	}
	return (NULL);
}

static const struct msg_row *
ours(const struct target *x)
{
	const struct msg_row *row = pick(x, 1);

	if (row == NULL && (row = pick(x, 0)) == NULL)
		fatal("nothing to send to %s", target_name);
	return (row);
}

static void
garbage(const struct target *x)
{
	memset(rec, 0xa5, 64);
	throw(x, 64, -1);
}

static void
wrong_side(const struct target *x)
{
	const struct msg_row *row = x->t->rows;

	while (row->from & x->me || row->fd != FD_NONE)
		if (++row == x->t->rows + x->t->nrows)
			fatal("nothing that %s says alone", target_name);
	throw(x, put_message(rec, sizeof(rec), row, NULL), -1);
}

/* A message of the right form that is not for now: READY, once more. */
static void
wrong_phase(const struct target *x)
{
	put_head(rec, M_READY, 0);
	throw(x, 8, -1);
}

static void
oversize(const struct target *x)
{
	memset(rec, 0, sizeof(rec));
	throw(x, PIPE_RECORD + 1, -1);
}

static void
descriptor(const struct target *x)
{
	throw(x, put_message(rec, sizeof(rec), ours(x), NULL), PARENT_FD);
}

/* Many in each record, and no answer is ever read. */
static void
flood(const struct target *x)
{
	const struct msg_row *row = ours(x);
	size_t len = put_message(rec, sizeof(rec), row, NULL), n, i;
	unsigned int sent;

	n = PIPE_RECORD / len;
	for (i = 1; i < n; i++)
		memcpy(rec + i * len, rec, len);
	for (sent = 0; sent < FLOOD; sent += n)
		if (throw(x, n * len, -1) == -1)
			break;
	log_error(LS_CORE, "stub: %u of %s thrown at %s", sent, row->name,
	    target_name);
}

/* tmd-policy: snapshots that are none, and "all is well". */
static void
junk(const struct target *x)
{
	static const enum role to[] = { ROLE_PARENT, ROLE_IKE, ROLE_SIGN,
	    ROLE_TMD };
	struct mp_snapshot m;
	struct mp_done done = { .ok = 1, .tunnels = 1 };
	size_t i;

	(void)x;
	for (i = 0; i < sizeof(to) / sizeof(to[0]); i++) {
		m.consumer = (uint8_t)to[i];
		pipe_send(stub.parent, M_SNAPSHOT, &m,
		    memfd_sealed("junk", "IKDSNAP1 or not", 15));
	}
	pipe_send(stub.parent, M_LOADED, &done, -1);
}

/* What happens before READY, or instead of it. */

static void
leave(const struct target *x)
{
	(void)x;
	_exit(7);
}

static void
nothing(const struct target *x)
{
	(void)x;
}

static void
unready(const struct target *x)
{
	throw(x, put_message(rec, sizeof(rec), ours(x), NULL), -1);
}

static void
mute(const struct target *x)
{
	(void)x;
	stub.mute = 1;
}

static void
veto(const struct target *x)
{
	(void)x;
	stub.veto = 1;
}

static const struct attack {
	const char	*word;
	void		(*fn)(const struct target *);
	int		 early;		/* at HELLO; READY is never said */
} attacks[] = {
	{ "garbage", garbage, 0 }, { "wrong-side", wrong_side, 0 },
	{ "wrong-phase", wrong_phase, 0 }, { "oversize", oversize, 0 },
	{ "descriptor", descriptor, 0 }, { "flood", flood, 0 },
	{ "junk", junk, 0 }, { "mute", mute, 0 },
	{ "veto", veto, 0 },
	{ "before-ready", unready, 1 }, { "exit", leave, 1 },
	{ "silence", nothing, 1 },
};

static const struct attack *
attack(void)
{
	size_t i;

	for (i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++)
		if (strcmp(attacks[i].word, word) == 0)
			return (&attacks[i]);
	fatal("no attack %s", word);
}

static struct target
on_parent(void)
{
	return ((struct target){ PARENT_FD, stub.table, SIDE_B });
}

static int
is_parent(void)
{
	return (strcmp(target_name, role_info(ROLE_PARENT)->prog) == 0);
}

static int
on_hello(struct stub *s)
{
	struct target x = on_parent();

	(void)s;
	if (!attack()->early)
		return (0);
	attack()->fn(&x);
	return (1);
}

/* Settled: pipes are given only then. */
static void
on_given(struct stub *s, enum role r, unsigned int i)
{
	static int done;
	struct target x;

	if (done || (!is_parent() &&
	    strcmp(target_name, role_info(r)->prog) != 0))
		return;
	done = 1;
	x = on_parent();
	if (!is_parent()) {
		x.fd = s->peer[r][i];
		x.t = stub_table(s->role, r, &x.me);
	}
	pipe_flush(s->parent);
	attack()->fn(&x);
}

/* tmd-policy has no pipe but the parent's. */
static void
on_load(void *arg, const void *body, int fd)
{
	struct target x = on_parent();

	(void)arg;
	(void)body;
	(void)fd;
	attack()->fn(&x);
}

int
main(int argc, char *argv[])
{
	static const struct pipe_handler loads[] = {
		{ M_LOAD, on_load }, { 0, NULL }
	};
	struct target x;

	if (argc != 1)
		return (2);
	stub_begin(&stub, argv);
	if (sscanf(stub.order, "%63s %31s", target_name, word) != 2)
		fatal("order \"%s\"", stub.order);
	stub.hello = on_hello;
	stub.given = on_given;
	if (stub.role == ROLE_POLICY)
		stub.own = loads;
	if (stub.role == ROLE_PARENT) {
		/* fd 3 is the starter's; nobody says HELLO. */
		x = (struct target){ PARENT_FD, NULL, SIDE_B };
		x.t = stub_table(ROLE_PARENT, ROLE_STARTER, &x.me);
		attack()->fn(&x);
		pause();
	}
	stub_serve(&stub);
	return (0);
}
