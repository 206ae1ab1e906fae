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
 * tmd, the tunnel manager: it keeps the policy, knows what every tunnel is
 * doing, makes grants out of verdicts, decides when to initiate, and serves
 * ikectl.  It holds no key and parses nothing of a peer's.
 *
 * The way of a verdict through the files:
 *	from_sign -> verdict (unique, memo) -> reach (GRANT, GRANTED)
 * of what ike says:
 *	from_ike -> sessions, children -> tunnel_fsm -> orders
 * of a request:
 *	ctl -> select -> ctl_verbs -> ctl_* -> ctl_rows
 * and of a reload: main -> snapshot -> policy_now.
 */
#include <seccomp.h>
#include <stddef.h>
#include <unistd.h>

#include "alarm.h"
#include "children.h"
#include "ctl.h"
#include "log.h"
#include "orders.h"
#include "pipes.h"
#include "policy_now.h"
#include "proto_parent_tmd.h"
#include "reach.h"
#include "rebuild.h"
#include "role.h"
#include "sessions.h"
#include "tunnel_fsm.h"

/* Beside the common ones: */
static const int syscalls[] = {
	SCMP_SYS(accept4),		/* the control sockets */
	-1
};

static const struct sandbox sandbox = { .syscalls = syscalls };

static void
on_tunnel_alarm(struct tunnel *t)
{
	tunnel_fsm(t, TE_ALARM);
}

static void
init(struct role_ctx *ctx)
{
	alarm_init(ctx->base);
	reach_set(ROLE_PARENT, 0, ctx->parent);
	reach_set_workers(ctx->workers);
	pipes_init(ctx->base);
	rebuild_on_pipe(pipes_open);
	tunnel_on_alarm(on_tunnel_alarm, children_open);
	sess_on_alarm(sessions_alarm, children_grant_alarm);
}

static void
pipe_given(struct role_ctx *ctx, enum role r, unsigned int i, int fd)
{
	if (r == ROLE_METRICS)
		ctl_attach(ctx->base, fd);
	else
		rebuild_pipe(r, i, fd);
}

static void
pipe_gone(struct role_ctx *ctx, enum role r, unsigned int i)
{
	(void)ctx;
	if (r != ROLE_METRICS)		/* its end says so, too */
		pipes_gone(r, i);
}

static void
socket_given(struct role_ctx *ctx, unsigned int kind, unsigned int family,
    unsigned int port, unsigned int index, int fd)
{
	(void)family;
	(void)port;
	(void)index;
	if (kind != SOCK_CTL && kind != SOCK_CTL_RO)
		fatal("a socket of kind %u", kind);
	ctl_listen(ctx->base, fd, kind == SOCK_CTL_RO);
}

static const char *
prepare_snapshot(struct role_ctx *ctx, uint32_t generation, int fd)
{
	struct policy	*p;
	const char	*why;

	(void)ctx;
	p = snapshot_load(fd, generation, policy_now(), &why);
	close(fd);
	if (p == NULL)
		return (why);
	policy_prepare(p);
	return (NULL);
}

static void
commit_snapshot(struct role_ctx *ctx, uint32_t generation)
{
	(void)ctx;
	policy_commit(generation);
}

static void
abort_snapshot(struct role_ctx *ctx, uint32_t generation)
{
	(void)ctx;
	(void)generation;
	policy_abort();
}

static const struct role_ops ops = {
	.role = ROLE_TMD,
	.parent_table = &proto_parent_tmd,
	.handlers = tmd_from_parent,
	.sandbox = &sandbox,
	.init = init,
	.pipe_given = pipe_given,
	.pipe_gone = pipe_gone,
	.socket_given = socket_given,
	.prepare_snapshot = prepare_snapshot,
	.commit_snapshot = commit_snapshot,
	.abort_snapshot = abort_snapshot,
};

int
main(void)
{
	static struct role_ctx ctx;

	return (role_main(&ctx, &ops));
}
