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
 * certd: certificates, chains, revocation, EAP.  None of it is built yet:
 * it starts, answers the parent, takes its pipes, and refuses in a sentence
 * whatever is asked of it.
 */

#include <string.h>

#include "crypto_warm.h"
#include "log.h"
#include "proto_life.h"
#include "proto_sign_tmd.h"
#include "proto_small.h"
#include "reason.h"
#include "role.h"

#define NOT_BUILT	"authentication by certificate, public key or EAP is " \
	"not supported by this version"

static struct {
	struct pipe	*ike[WORKERS_MAX];
	struct pipe	*tmd, *sign, *fetch;
	uint8_t		 boot_key[32];	/* certd-sign's: tickets are its PRF */
} certd;

/* ike's pipe has its own place as context, so that an answer finds it. */
static void
on_tickets_want(void *arg, const void *body, int fd)
{
	static const struct mk_tickets none;
	struct pipe **p = arg;

	(void)body;
	(void)fd;
	log_warn(LS_CERT, "tickets are certd-sign's to give");
	pipe_send(*p, M_TICKETS, &none, -1);
}

static void
on_sign(void *arg, const void *body, int fd)
{
	const struct mk_sign *m = body;
	struct mk_signed out = { .exch = m->c.exch, .code = RSN_UNSUPPORTED,
	    .text = NOT_BUILT };
	struct pipe **p = arg;

	(void)fd;
	pipe_send(*p, M_SIGNED, &out, -1);
}

static void
on_auth_check(void *arg, const void *body, int fd)
{
	const struct mk_check *m = body;
	struct mk_checked out = { .exch = m->c.exch, .code = RSN_UNSUPPORTED,
	    .text = NOT_BUILT };
	struct pipe **p = arg;

	(void)fd;
	pipe_send(*p, M_AUTH_CHECKED, &out, -1);
}

static const struct pipe_handler ike_handlers[] = {
	{ M_TICKETS_WANT, on_tickets_want },
	{ M_SIGN, on_sign },
	{ M_AUTH_CHECK, on_auth_check },
	{ 0, NULL }
};

static void
on_order(void *arg, const void *body, int fd)
{
	const struct mv_order *m = body;

	(void)arg;
	(void)fd;
	log_warn(LS_CERT, "order %u of tunnel %u: " NOT_BUILT, m->order,
	    m->tunnel);
}

/* No order is ever kept, so there is none to drop. */
static void
on_order_drop(void *arg, const void *body, int fd)
{
	(void)arg;
	(void)body;
	(void)fd;
}

static const struct pipe_handler tmd_handlers[] = {
	{ M_ORDER, on_order },
	{ M_ORDER_DROP, on_order_drop },
	{ 0, NULL }
};

static void
on_boot_key(void *arg, const void *body, int fd)
{
	const struct mc_boot_key *m = body;

	(void)arg;
	(void)fd;
	memcpy(certd.boot_key, m->key, sizeof(certd.boot_key));
}

/* Answers: nothing is ever asked, so the pipe refuses them before us. */
static void
on_answer(void *arg, const void *body, int fd)
{
	const struct mc_result *m = body;

	(void)arg;
	(void)fd;
	fatal("an answer to request %u, which was never made", m->req);
}

static const struct pipe_handler sign_handlers[] = {
	{ M_BOOT_KEY, on_boot_key },
	{ M_CERT_SIGNED, on_answer },
	{ 0, NULL }
};

static const struct pipe_handler fetch_handlers[] = {
	{ M_FETCHED, on_answer },
	{ 0, NULL }
};

/* Whose pipe stands at this place. */
static enum role
role_at(struct pipe **place, unsigned int *inst)
{
	*inst = 0;
	if (place == &certd.tmd)
		return (ROLE_TMD);
	if (place == &certd.sign)
		return (ROLE_SIGN);
	if (place == &certd.fetch)
		return (ROLE_FETCH);
	*inst = (unsigned int)(place - certd.ike);
	return (ROLE_IKE);
}

static void
on_broken(void *arg, struct pipe *p, const char *why)
{
	struct pipe **place = arg;
	unsigned int inst;
	enum role r = role_at(place, &inst);

	if (why != NULL)
		role_peer_broke(r, inst, why);
	if (*place == p)
		*place = NULL;
	pipe_free(p);
}

static const struct pipe_ops ike_ops = { ike_handlers, on_broken };
static const struct pipe_ops tmd_ops = { tmd_handlers, on_broken };
static const struct pipe_ops sign_ops = { sign_handlers, on_broken };
static const struct pipe_ops fetch_ops = { fetch_handlers, on_broken };

static struct pipe **
place_of(enum role r, unsigned int inst)
{
	switch (r) {
	case ROLE_IKE:
		return (inst < WORKERS_MAX ? &certd.ike[inst] : NULL);
	case ROLE_TMD:
		return (&certd.tmd);
	case ROLE_SIGN:
		return (&certd.sign);
	case ROLE_FETCH:
		return (&certd.fetch);
	default:
		return (NULL);
	}
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
	if (r == ROLE_IKE)
		*place = pipe_new(ctx->base, fd, &proto_ike_certd, SIDE_B,
		    &ike_ops, place);
	else if (r == ROLE_TMD)
		*place = pipe_new(ctx->base, fd, &proto_certd_tmd, SIDE_A,
		    &tmd_ops, place);
	else if (r == ROLE_SIGN)
		*place = pipe_new(ctx->base, fd, &proto_sign_certd, SIDE_B,
		    &sign_ops, place);
	else
		*place = pipe_new(ctx->base, fd, &proto_certd_fetch, SIDE_A,
		    &fetch_ops, place);
}

static void
stop(struct role_ctx *ctx)
{
	explicit_bzero(certd.boot_key, sizeof(certd.boot_key));
	role_stopped(ctx);
}

/* Nothing beside the common calls; the boot key stays out of swap. */
static const struct sandbox sandbox = { .lock_memory = 1 };

static const struct role_ops ops = {
	.role = ROLE_CERTD,
	.parent_table = &proto_parent_certd,
	.sandbox = &sandbox,
	.warm = crypto_warm,
	.pipe_given = pipe_given,
	.pipe_gone = pipe_gone,
	.stop = stop,
};

int
main(void)
{
	static struct role_ctx ctx;

	return (role_main(&ctx, &ops));
}
