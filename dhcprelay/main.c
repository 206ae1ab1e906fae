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
 * dhcprelay: DHCP relay agent, DHCP over IKE, address pools.  None of it is
 * built yet: it starts, answers the parent, takes its pipes, and refuses in
 * a sentence whatever is asked of it.
 */

#include "log.h"
#include "proto_life.h"
#include "proto_small.h"
#include "reason.h"
#include "role.h"

#define NOT_BUILT	"address leases are not supported by this version"

static struct pipe *ike[WORKERS_MAX], *tmd;

/* A pipe's context is its own place, so that an answer finds it. */
static void
refuse(struct pipe **p, uint16_t type, uint32_t req)
{
	struct mc_result r = { .req = req, .code = RSN_UNSUPPORTED,
	    .text = NOT_BUILT };

	pipe_send(*p, type, &r, -1);
}

static void
on_dhcp_in(void *arg, const void *body, int fd)
{
	const struct mc_dhcp *m = body;

	(void)fd;
	refuse(arg, M_DHCP_OUT, m->req);
}

static void
on_lease_want(void *arg, const void *body, int fd)
{
	const struct mc_lease *m = body;

	(void)fd;
	refuse(arg, M_LEASE, m->req);
}

static void
on_broken(void *arg, struct pipe *p, const char *why)
{
	struct pipe **place = arg;

	if (why != NULL)
		role_peer_broke(place == &tmd ? ROLE_TMD : ROLE_IKE,
		    place == &tmd ? 0 : (unsigned int)(place - ike), why);
	if (*place == p)
		*place = NULL;
	pipe_free(p);
}

static const struct pipe_handler ike_handlers[] = {
	{ M_DHCP_IN, on_dhcp_in },
	{ 0, NULL }
};
static const struct pipe_ops ike_ops = { ike_handlers, on_broken };

static const struct pipe_handler tmd_handlers[] = {
	{ M_LEASE_WANT, on_lease_want },
	{ 0, NULL }
};
static const struct pipe_ops tmd_ops = { tmd_handlers, on_broken };

static struct pipe **
place_of(enum role r, unsigned int inst)
{
	if (r == ROLE_IKE && inst < WORKERS_MAX)
		return (&ike[inst]);
	return (r == ROLE_TMD ? &tmd : NULL);
}

static void
pipe_gone(struct role_ctx *ctx, enum role r, unsigned int inst)
{
	struct pipe **place = place_of(r, inst);

	(void)ctx;
	if (place == NULL)
		return;
	pipe_free(*place);
	*place = NULL;
}

static void
pipe_given(struct role_ctx *ctx, enum role r, unsigned int inst, int fd)
{
	struct pipe **place = place_of(r, inst);

	if (place == NULL)
		fatal("a pipe to %s", role_name(r, inst));
	pipe_gone(ctx, r, inst);
	*place = r == ROLE_IKE ?
	    pipe_new(ctx->base, fd, &proto_ike_dhcp, SIDE_B, &ike_ops, place) :
	    pipe_new(ctx->base, fd, &proto_tmd_dhcp, SIDE_B, &tmd_ops, place);
}

/* Nothing beside the common calls: no DHCP socket is given yet. */
static const struct sandbox sandbox = { .lock_memory = 0 };

static const struct role_ops ops = {
	.role = ROLE_DHCP,
	.parent_table = &proto_parent_dhcp,
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
