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
#include "digest.h"
#include "ke_here.h"
#include "load.h"
#include "log.h"
#include "proto_parent_policy.h"
#include "report.h"
#include "role.h"
#include "snap.h"
#include "snapshots.h"

#define DIR_FD		4
#define NUMBERS_FD	5
#define NUMBERS_MAX	((size_t)16 << 20)	/* 100,000 tunnels */
#define DRAIN_MS	5
#define MAIN_FILE	"ikd.yaml"

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
	const char *text;
	size_t len;
	int i;

	for (i = 0; snapshot_consumers[i] != ROLE_NONE; i++) {
		m.consumer = snapshot_consumers[i];
		pipe_send(ctx->parent, M_SNAPSHOT, &m,
		    snapshot_write(&l->po, m.consumer, generation));
	}
	text = numbers_print(&l->arena, &l->po, &len);
	pipe_send(ctx->parent, M_NEW_NUMBERS, NULL,
	    memfd_sealed("numbers", text, len));
}

/* What an earlier load wrote; /dev/null when there is none. */
static void
read_numbers(struct load *l)
{
	char *buf = xcalloc(1, NUMBERS_MAX);
	size_t len = 0;
	ssize_t n;

	while (len < NUMBERS_MAX && (n = read(NUMBERS_FD, buf + len,
	    NUMBERS_MAX - len)) > 0)
		len += (size_t)n;
	load_old_numbers(l, buf, len);
	free(buf);
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
	struct load l;

	(void)fd;
	load_init(&l, DIR_FD, m->dir);
	l.po.read_at = now_ns();
	l.userspace = m->userspace;
	read_numbers(&l);
	snprintf(name, sizeof(name), "%s/%s", m->dir, MAIN_FILE);
	memset(&done, 0, sizeof(done));
	done.ok = (uint8_t)load_file(&l, name, MAIN_FILE, 1);
	done.errors = l.ps.errors;
	done.tunnels = l.po.ntunnels;
	send_problems(ctx, &l);
	if (done.ok)
		send_snapshots(ctx, &l, m->generation);
	pipe_send(ctx->parent, M_LOADED, &done, -1);
	load_free(&l);
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
	static const int dirs[] = { DIR_FD, -1 };
	static const struct sandbox sb = { .syscalls = calls, .landlock = 1,
	    .read_dirs = dirs };
	static const struct pipe_handler handlers[] = {
		{ M_LOAD, on_load }, { 0, NULL }
	};
	static const struct role_ops ops = {
		.role = ROLE_POLICY, .parent_table = &proto_parent_policy,
		.handlers = handlers, .sandbox = &sb, .warm = warm
	};
	struct role_ctx ctx;

	memset(&ctx, 0, sizeof(ctx));
	return (role_main(&ctx, &ops));
}
