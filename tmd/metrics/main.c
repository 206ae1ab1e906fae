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
 * tmd-metrics: what tmd knows, as numbers for a scraper.  It runs only where
 * the policy says metrics, and can do no more than a client that may only
 * look: its pipe to tmd speaks the control protocol.
 *
 * The way of a scrape: serve.c -> asks.c -> tmd -> rows.c -> page.c.
 */
#include <seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>

#include "log.h"
#include "metrics.h"
#include "proto_life.h"
#include "role.h"

static void
pipe_given(struct role_ctx *ctx, enum role r, unsigned int inst, int fd)
{
	(void)ctx;
	(void)inst;
	if (r != ROLE_TMD)
		fatal("a pipe to role %u", r);
	asks_pipe(fd);
}

static void
pipe_gone(struct role_ctx *ctx, enum role r, unsigned int inst)
{
	(void)ctx;
	(void)inst;
	if (r == ROLE_TMD)
		asks_gone();
}

static void
socket_given(struct role_ctx *ctx, unsigned int kind, unsigned int family,
    unsigned int port, unsigned int index, int fd)
{
	(void)family;
	(void)port;
	(void)index;
	if (kind != SOCK_METRICS)
		fatal("a socket of kind %u", kind);
	serve_start(ctx->base, fd);
}

/* Beside the common ones: */
static const int syscalls[] = {
	SCMP_SYS(accept4), SCMP_SYS(shutdown),	/* scrapers */
	SCMP_SYS(getpeername), SCMP_SYS(getsockname),
	-1
};
static const unsigned int ioctls[] = { FIONREAD, 0 };	/* evbuffer_read() */

static const struct sandbox sandbox = { .syscalls = syscalls,
    .ioctls = ioctls };

static const struct role_ops ops = {
	.role = ROLE_METRICS,
	.parent_table = &proto_parent_metrics,
	.sandbox = &sandbox,
	.pipe_given = pipe_given,
	.pipe_gone = pipe_gone,
	.socket_given = socket_given,
};

int
main(void)
{
	static struct role_ctx ctx;

	return (role_main(&ctx, &ops));
}
