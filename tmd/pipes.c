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
 * Opening and losing the pipes to other roles.
 */
#include <stdlib.h>

#include "ctl_trace.h"
#include "event.h"
#include "hosts.h"
#include "log.h"
#include "orders.h"
#include "manual.h"
#include "pipes.h"
#include "proto_ike_tmd.h"
#include "proto_sign_tmd.h"
#include "proto_small.h"
#include "reach.h"
#include "reason.h"
#include "rebuild.h"
#include "resume.h"
#include "role.h"
#include "sessions.h"

/* Which table, which end of it, which handlers. */
static const struct {
	unsigned int			 role;
	const struct msg_table		*table;
	enum msg_side			 side;
	const struct pipe_handler	*handlers;
} kinds[] = {
	{ ROLE_IKE, &proto_ike_tmd, SIDE_B, tmd_from_ike },
	{ ROLE_SIGN, &proto_sign_tmd, SIDE_B, tmd_from_sign },
	{ ROLE_CERTD, &proto_certd_tmd, SIDE_B, tmd_from_certd },
	{ ROLE_FETCH, &proto_tmd_fetch, SIDE_A, tmd_from_fetch },
	{ ROLE_DHCP, &proto_tmd_dhcp, SIDE_A, tmd_from_dhcp },
};

static struct event_base	*base;
static struct pipe_end		 ends[ROLE_MAX], workers[WORKERS_MAX];

static void	on_broken(void *, struct pipe *, const char *);

static struct pipe_end *
end_of(unsigned int role, unsigned int inst)
{
	if (role >= ROLE_MAX || (role == ROLE_IKE && inst >= WORKERS_MAX))
		fatal("a pipe to role %u instance %u", role, inst);
	return (role == ROLE_IKE ? &workers[inst] : &ends[role]);
}

void
pipes_init(struct event_base *b)
{
	base = b;
}

static void
pipe_lost(struct pipe_end *e)
{
	if (e->pipe == NULL)
		return;
	pipe_free(e->pipe);
	e->pipe = NULL;
	reach_set(e->role, e->inst, NULL);
	if (e->role == ROLE_IKE) {
		sessions_worker_gone(e->inst);
		rebuild_replayed(e->inst);
	}
	if (e->role == ROLE_SIGN)
		resume_sign_gone();
	if (e->role == ROLE_FETCH)
		hosts_fetch_gone();
}

static void
on_broken(void *ctx, struct pipe *p, const char *why)
{
	struct pipe_end *e = ctx;

	if (p != e->pipe) {
		pipe_free(p);
		return;
	}
	if (why != NULL)
		role_peer_broke(e->role, e->inst, why);
	pipe_lost(e);
}

void
pipes_gone(unsigned int role, unsigned int inst)
{
	if (!rebuild_pipe_gone(role, inst))
		pipe_lost(end_of(role, inst));
}

void
pipes_open(unsigned int role, unsigned int inst, int fd)
{
	struct pipe_end	*e = end_of(role, inst);
	struct pipe_ops	 ops = { .on_broken = on_broken };
	size_t		 i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].role == role)
			break;
	if (i == sizeof(kinds) / sizeof(kinds[0]))
		fatal("a pipe to %s", role_name(role, inst));
	pipe_lost(e);
	e->role = role;
	e->inst = inst;
	ops.handlers = kinds[i].handlers;
	e->pipe = pipe_new(base, fd, kinds[i].table, kinds[i].side, &ops, e);
	reach_set(role, inst, e->pipe);
	if (role == ROLE_IKE)
		ctl_trace_worker(inst);
	if (role == ROLE_SIGN)
		orders_again();
	if (role == ROLE_SIGN)
		manual_recheck();
	if (role == ROLE_SIGN || role == ROLE_IKE || role == ROLE_FETCH)
		orders_kick();
}
