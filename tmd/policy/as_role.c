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
 * LOAD comes, problems or snapshots go, the process ends.
 */

#include <event2/event.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "as_role.h"
#include "db_image.h"
#include "db_read.h"
#include "digest.h"
#include "ke_here.h"
#include "kept.h"
#include "load.h"
#include "log.h"
#include "proto_parent_policy.h"
#include "report.h"
#include "role.h"
#include "snap.h"
#include "snapshots.h"

#define DIR_FD		4
#define DB_FD		5
#define DRAIN_MS	5
#define MAIN_FILE	"ikd.yaml"

static struct octets	now, old;	/* database files */
static struct octets	text;		/* of LOAD_TEXT */
static int		kept_fd = -1;	/* of LOAD_KEPT */
static int		left[ROLE_MAX];	/* of LOAD_LEFT, or -1 */

static void
send_problems(struct role_ctx *ctx, const struct load *l)
{
	struct mt_problem m;
	size_t i;

	for (i = 0; i < l->ps.n; i++) {
		report_message(&l->ps.v[i], &m);
		pipe_send(ctx->parent, M_LOAD_PROBLEM, &m, -1);
	}
}

static void
send_snapshots(struct role_ctx *ctx, struct load *l, uint32_t generation)
{
	struct mp_snapshot m;
	char *state;
	size_t len;
	int i;

	kept_begin(l);
	for (i = 0; snapshot_consumers[i] != ROLE_NONE; i++) {
		m.consumer = snapshot_consumers[i];
		pipe_send(ctx->parent, M_SNAPSHOT, &m, snapshot_write(&l->po,
		    m.consumer, generation));
	}
	if ((state = load_state(l, now.p, now.len, &len)) != NULL)
		pipe_send(ctx->parent, M_NEW_STATE, NULL,
		    memfd_sealed("database", state, len));
	m.consumer = ROLE_POLICY;
	pipe_send(ctx->parent, M_SNAPSHOT, &m, kept_write(l, generation));
}

/*
 * Only what is not there is nothing: an empty database in place of one that
 * cannot be read would be written over it by the next change.
 */
static void
read_octets(struct load *l, const char *name, struct octets *o)
{
	static const struct place nowhere;
	int err = db_read(DB_FD, name, o);

	if (err != 0)
		problem_error(&l->ps, nowhere, "the database file \"%s\" "
		    "cannot be read: %s", name, strerror(err));
}

static void
on_text(void *arg, const void *body, int fd)
{
	const char *why, *p;
	size_t len;

	(void)arg;
	(void)body;
	if ((p = memfd_map(fd, DB_MAX, &len, &why)) == NULL)
		len = 0;	/* empty, or not what it should be */
	text.p = xcalloc(1, len + 1);
	text.len = len;
	if (len > 0)
		memcpy(text.p, p, len);
	close(fd);
}

static void
on_kept(void *arg, const void *body, int fd)
{
	(void)arg;
	(void)body;
	kept_fd = fd;
}

static void
on_left(void *arg, const void *body, int fd)
{
	const struct mp_snapshot *m = body;

	(void)arg;
	if (m->consumer < ROLE_MAX && left[m->consumer] == -1)
		left[m->consumer] = fd;
	else
		close(fd);
}

/* Everything said must be written before the process ends. */
static void
drain(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval tv = { 0, DRAIN_MS * 1000 };
	struct role_ctx *ctx = arg;

	(void)fd;
	(void)what;
	if (pipe_queued(ctx->parent) == 0)
		role_stopped(ctx);
	else
		event_base_once(ctx->base, -1, EV_TIMEOUT, drain, ctx, &tv);
}

static uint64_t
now_ns(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_REALTIME, &ts) == -1)
		fatal_errno("clock_gettime");
	return ((uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec);
}

static void
on_load(void *arg, const void *body, int fd)
{
	const struct mp_load *m = body;
	struct role_ctx *ctx = arg;
	struct mp_done done;
	char name[sizeof(m->dir) + sizeof(MAIN_FILE) + 1];
	static struct load l;	/* goes with the process */

	(void)fd;
	load_init(&l, DIR_FD, m->dir);
	l.po.read_at = now_ns();
	l.userspace = m->userspace;
	read_octets(&l, DB_FILE, &now);
	read_octets(&l, DB_OLD, &old);
	if (kept_fd != -1)
		l.kept = kept_open(&l.arena, kept_fd, left);
	if (l.ps.errors == 0)
		load_database(&l, now.p, now.len, old.p, old.len);
	l.change = &m->change;
	l.text = text.p != NULL ? text.p : "";
	l.text_len = text.len;
	snprintf(name, sizeof(name), "%s/%s", m->dir, MAIN_FILE);
	memset(&done, 0, sizeof(done));
	done.ok = (uint8_t)(m->change.how == CHANGE_FILE ?
	    load_text(&l, m->change.file, MAIN_FILE, l.text, l.text_len) :
	    load_file(&l, name, MAIN_FILE, 1));
	done.damaged = (uint8_t)l.damaged;
	done.errors = l.ps.errors;
	done.tunnels = l.po.ntunnels + l.po.nkept;
	send_problems(ctx, &l);
	if (done.ok)
		send_snapshots(ctx, &l, m->generation);
	pipe_send(ctx->parent, M_LOADED, &done, -1);
	drain(-1, 0, ctx);
}

static void
warm(void)
{
	digest_warm();
	ke_here_warm();
}

int
as_role(void)
{
	static const int calls[] = {
		/* include.c: files below the policy directory */
		SCMP_SYS(openat2), SCMP_SYS(openat), SCMP_SYS(getdents64),
		/* check_files.c: mode and owner of secrets; cert_files.c */
		SCMP_SYS(newfstatat),
		/* snap.c: the memfds of the consumers */
		SCMP_SYS(memfd_create), SCMP_SYS(ftruncate), -1
	};
	static const int dirs[] = { DIR_FD, DB_FD, -1 };
	static const struct sandbox sb = { .syscalls = calls, .landlock = 1,
	    .read_dirs = dirs };
	static const struct pipe_handler handlers[] = {
		{ M_LOAD, on_load }, { M_LOAD_TEXT, on_text },
		{ M_LOAD_KEPT, on_kept }, { M_LOAD_LEFT, on_left }, { 0, NULL }
	};
	static const struct role_ops ops = {
		.role = ROLE_POLICY, .parent_table = &proto_parent_policy,
		.handlers = handlers, .sandbox = &sb, .warm = warm
	};
	struct role_ctx ctx;
	unsigned int i;

	for (i = 0; i < ROLE_MAX; i++)
		left[i] = -1;
	memset(&ctx, 0, sizeof(ctx));
	return (role_main(&ctx, &ops));
}
