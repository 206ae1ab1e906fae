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
 * A data plane that keeps nothing: it stands in the place of ikd-esp while
 * handshakes are measured, says yes to every SA, and reads no packet.  What
 * a handshake then costs is what IKE costs.
 */
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "proto_parent_esp.h"
#include "reason.h"
#include "role.h"

static void
said_yes(void *arg, uint32_t handle, uint16_t type)
{
	struct me_sa_result r = { .handle = handle, .code = RSN_OK };
	struct role_ctx *ctx = arg;

	pipe_send(ctx->parent, type, &r, -1);
}

static void
on_add(void *arg, const void *body, int fd)
{
	const struct me_sa_add *m = body;

	(void)fd;
	said_yes(arg, m->handle, M_SA_ADDED);
}

static void
on_del(void *arg, const void *body, int fd)
{
	const struct me_handle *m = body;

	(void)fd;
	said_yes(arg, m->handle, M_SA_DELETED);
}

static void
on_move(void *arg, const void *body, int fd)
{
	const struct me_move *m = body;

	(void)fd;
	said_yes(arg, m->handle, M_SA_MOVED);
}

static void
on_query(void *arg, const void *body, int fd)
{
	const struct me_query *m = body;
	struct me_req end = { .req = m->req };
	struct role_ctx *ctx = arg;

	(void)fd;
	pipe_send(ctx->parent, M_SA_COUNT_END, &end, -1);
}

static void
on_nothing(void *arg, const void *body, int fd)
{
	(void)arg;
	(void)body;
	(void)fd;
}

static void
on_plane(void *arg, const void *body, int fd)
{
	static struct me_plane m;
	const struct me_req *q = body;
	struct role_ctx *ctx = arg;

	(void)fd;
	m.req = q->req;
	pipe_send(ctx->parent, M_PLANE_INFO, &m, -1);
}

/* IKE over TCP is not measured. */
static void
on_stream(void *arg, const void *body, int fd)
{
	(void)arg;
	(void)body;
	close(fd);
}

/* Descriptors stay open, or the others would hear of an end. */
static void
pipe_given(struct role_ctx *ctx, enum role r, unsigned int inst, int fd)
{
	(void)ctx;
	(void)r;
	(void)inst;
	(void)fd;
}

static void
socket_given(struct role_ctx *ctx, unsigned int kind, unsigned int family,
    unsigned int port, unsigned int index, int fd)
{
	(void)ctx;
	(void)kind;
	(void)family;
	(void)port;
	(void)index;
	(void)fd;
}

int
main(void)
{
	static const struct pipe_handler handlers[] = {
		{ M_SA_ADD, on_add },
		{ M_SA_DEL, on_del },
		{ M_SA_MOVE, on_move },
		{ M_SA_QUERY, on_query },
		{ M_SET_IDLE_ROW, on_nothing },
		{ M_SA_RETIRE, on_nothing },
		{ M_SA_RELEASE, on_nothing },
		{ M_PLANE_QUERY, on_plane },
		{ M_GIVE_STREAM, on_stream },
		{ 0, NULL }
	};
	static const int none[] = { -1 };
	static const struct sandbox sandbox = { .syscalls = none };
	static const struct role_ops ops = {
		.role = ROLE_ESP,
		.parent_table = &proto_parent_esp,
		.handlers = handlers,
		.sandbox = &sandbox,
		.pipe_given = pipe_given,
		.socket_given = socket_given,
	};
	struct role_ctx ctx;

	memset(&ctx, 0, sizeof(ctx));
	return (role_main(&ctx, &ops));
}
