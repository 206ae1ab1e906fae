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

/* What every child of the parent does alike; see role.h. */
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "proto_life.h"
#include "role.h"

#define PARENT_FD	3

static const struct role_ops *ops;
static struct pipe *parent;

static void
on_hello(void *arg, const void *body, int fd)
{
	const struct ml_hello *m = body;
	struct role_ctx *ctx = arg;

	(void)fd;
	if (m->role != ops->role || m->level > LOG_L_DEBUG)
		fatal("HELLO for %s", role_info(m->role)->name);
	ctx->inst = m->inst;
	ctx->workers = m->workers;
	ctx->epoch = m->epoch;
	ctx->userspace = m->userspace;
	ctx->seed = m->seed;
	memcpy(ctx->boot, m->boot, sizeof(ctx->boot));
	log_init(xstrdup(role_name(m->role, m->inst)), m->level);
	if (ops->init != NULL)
		ops->init(ctx);
	pipe_send(ctx->parent, M_READY, NULL, -1);
	pipe_set_phase(ctx->parent, PH_RUN);
}

static void
on_give_log(void *arg, const void *body, int fd)
{
	(void)arg;
	(void)body;
	log_set_pipe(fd);
}

static void
on_give_pipe(void *arg, const void *body, int fd)
{
	const struct ml_peer *m = body;

	if (ops->pipe_given == NULL)
		fatal("a pipe to %s nobody expects",
		    role_name(m->role, m->inst));
	ops->pipe_given(arg, m->role, m->inst, fd);
}

static void
on_peer_gone(void *arg, const void *body, int fd)
{
	const struct ml_peer *m = body;

	(void)fd;
	if (ops->pipe_gone != NULL)
		ops->pipe_gone(arg, m->role, m->inst);
}

static void
on_give_socket(void *arg, const void *body, int fd)
{
	const struct ml_socket *m = body;

	if (ops->socket_given == NULL)
		fatal("a socket of kind %u nobody expects", m->kind);
	ops->socket_given(arg, m->kind, m->family, m->port, m->index, fd);
}

static void
on_ping(void *arg, const void *body, int fd)
{
	struct role_ctx *ctx = arg;

	(void)fd;
	pipe_send(ctx->parent, M_PONG, body, -1);
}

const char ROLE_LATER[] = "later";

static void
on_prepare(void *arg, const void *body, int fd)
{
	const struct ml_prepare *m = body;
	struct role_ctx *ctx = arg;
	const char *why = NULL;

	ctx->held = m->held;
	if (ops->prepare_snapshot != NULL)
		why = ops->prepare_snapshot(ctx, m->generation, fd);
	else
		close(fd);
	if (why != ROLE_LATER)
		role_prepared(m->generation, why);
}

void
role_prepared(uint32_t generation, const char *why)
{
	struct ml_prepared r = { .generation = generation,
	    .ok = why == NULL };

	wire_text_copy(r.text, sizeof(r.text), why == NULL ? "" : why);
	if (parent != NULL)
		pipe_send(parent, M_PREPARED, &r, -1);
}

static void
on_commit(void *arg, const void *body, int fd)
{
	const struct ml_generation *m = body;
	struct role_ctx *ctx = arg;

	(void)fd;
	ctx->generation = m->generation;
	if (ops->commit_snapshot != NULL)
		ops->commit_snapshot(ctx, m->generation);
	pipe_send(ctx->parent, M_COMMITTED, m, -1);
}

static void
on_abort(void *arg, const void *body, int fd)
{
	const struct ml_generation *m = body;

	(void)fd;
	if (ops->abort_snapshot != NULL)
		ops->abort_snapshot(arg, m->generation);
}

static void
on_stop(void *arg, const void *body, int fd)
{
	struct role_ctx *ctx = arg;

	(void)body;
	(void)fd;
	pipe_set_phase(ctx->parent, PH_STOP);
	if (ops->stop != NULL)
		ops->stop(arg);
	else
		role_stopped(arg);
}

static void
on_set_level(void *arg, const void *body, int fd)
{
	const struct ml_level *m = body;
	int i;

	(void)arg;
	(void)fd;
	if (m->level > LOG_L_DEBUG || (m->sub >= LS_MAX && m->sub != 255))
		fatal("log level %u of %u", m->level, m->sub);
	for (i = 0; i < LS_MAX; i++)
		if (m->sub == 255 || m->sub == i)
			log_set_level((enum log_sub)i, m->level);
}

static const struct pipe_handler life_handlers[] = {
	{ M_HELLO, on_hello },
	{ M_GIVE_LOG, on_give_log },
	{ M_GIVE_PIPE, on_give_pipe },
	{ M_PEER_GONE, on_peer_gone },
	{ M_GIVE_SOCKET, on_give_socket },
	{ M_PING, on_ping },
	{ M_PREPARE, on_prepare },
	{ M_COMMIT, on_commit },
	{ M_ABORT, on_abort },
	{ M_STOP, on_stop },
	{ M_SET_LEVEL, on_set_level },
	{ 0, NULL }
};

/* Without the parent there is nothing to serve. */
static void
on_broken(void *arg, struct pipe *p, const char *why)
{
	(void)arg;
	(void)p;
	if (why != NULL)
		fatal("the parent's pipe: %s", why);
	_exit(0);
}

/* The common rows and the role's own in one table. */
static struct pipe_handler *
join_handlers(const struct pipe_handler *own)
{
	struct pipe_handler *all;
	size_t n, m;

	n = sizeof(life_handlers) / sizeof(life_handlers[0]) - 1;
	for (m = 0; own != NULL && own[m].type != 0; m++)
		;
	all = xcalloc(n + m + 1, sizeof(*all));
	memcpy(all, life_handlers, n * sizeof(*all));
	if (m > 0)
		memcpy(all + n, own, m * sizeof(*all));
	return (all);
}

int
role_main(struct role_ctx *ctx, const struct role_ops *o)
{
	struct pipe_ops pops = { .on_broken = on_broken };
	struct pipe_handler *handlers;

	ops = o;
	ctx->role = o->role;
	log_init(role_info(o->role)->name, LOG_L_INFO);
	/* The parent alone says when to stop; a terminal's ^C does not. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	if ((ctx->base = event_base_new()) == NULL)
		fatal("no event loop");
	if (o->prepare != NULL)
		o->prepare(ctx);
	sandbox_prepare(o->warm);
	sandbox_enter(o->sandbox);

	handlers = join_handlers(o->handlers);
	pops.handlers = handlers;
	ctx->parent = pipe_new(ctx->base, PARENT_FD, o->parent_table, SIDE_B,
	    &pops, ctx);
	pipe_set_phase(ctx->parent, PH_START);
	parent = ctx->parent;
	pipe_loop(ctx->base);
	pipe_flush(ctx->parent);
	parent = NULL;
	pipe_free(ctx->parent);
	free(handlers);
	return (0);
}

void
role_peer_broke(enum role r, unsigned int inst, const char *why)
{
	struct ml_broke m = { .role = (uint8_t)r, .inst = (uint8_t)inst };

	log_error(LS_CORE, "%s broke a rule of its pipe to us: %s",
	    role_name(r, inst), why);
	wire_text_copy(m.text, sizeof(m.text), why);
	if (parent != NULL)
		(void)pipe_send(parent, M_PEER_BROKE, &m, -1);
}

void
role_stopped(struct role_ctx *ctx)
{
	event_base_loopbreak(ctx->base);
}
