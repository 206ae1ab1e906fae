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
 * certd-fetch: the network for certd (CRLs, OCSP, LDAP, RADIUS transport).
 * None of it is built yet: it starts, answers the parent, takes certd's
 * pipe, and refuses every fetch in a sentence.
 */

#include "log.h"
#include "proto_certd_fetch.h"
#include "proto_life.h"
#include "reason.h"
#include "role.h"

static struct pipe *certd;

static void
on_fetch(void *arg, const void *body, int fd)
{
	const struct mc_fetch *m = body;
	struct mc_unfetched r = { .req = m->req, .code = RSN_UNSUPPORTED,
	    .text = "fetching is not supported by this version" };

	(void)arg;
	(void)fd;
	pipe_send(certd, M_UNFETCHED, &r, -1);
}

static void
on_broken(void *arg, struct pipe *p, const char *why)
{
	(void)arg;
	if (why != NULL)
		role_peer_broke(ROLE_CERTD, 0, why);
	if (certd == p)
		certd = NULL;
	pipe_free(p);
}

static const struct pipe_handler handlers[] = {
	{ M_FETCH, on_fetch },
	{ 0, NULL }
};
static const struct pipe_ops certd_ops = { handlers, on_broken };

static void
pipe_gone(struct role_ctx *ctx, enum role r, unsigned int inst)
{
	(void)ctx;
	(void)inst;
	if (r != ROLE_CERTD)
		return;
	pipe_free(certd);
	certd = NULL;
}

static void
pipe_given(struct role_ctx *ctx, enum role r, unsigned int inst, int fd)
{
	if (r != ROLE_CERTD)
		fatal("a pipe to %s", role_name(r, inst));
	pipe_gone(ctx, r, inst);
	certd = pipe_new(ctx->base, fd, &proto_certd_fetch, SIDE_B,
	    &certd_ops, NULL);
}

/*
 * Landlock instead of an empty root: the resolver to come reads /etc.  As
 * long as nothing is fetched, nothing is readable and no socket is made.
 */
static const struct sandbox sandbox = { .landlock = 1 };

static const struct role_ops ops = {
	.role = ROLE_FETCH,
	.parent_table = &proto_parent_fetch,
	.sandbox = &sandbox,
	.pipe_given = pipe_given,
	.pipe_gone = pipe_gone,
};

int
main(void)
{
	static struct role_ctx ctx;

	return (role_main(&ctx, &ops));
}
