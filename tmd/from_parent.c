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
 * What the parent says.
 */
#include <stddef.h>

#include "children.h"
#include "ctl_stats.h"
#include "event.h"
#include "here.h"
#include "log.h"
#include "new_keys.h"
#include "orders.h"
#include "owners.h"
#include "pipes.h"
#include "reach.h"
#include "rebuild.h"
#include "sessions.h"
#include "tunnel_fsm.h"
#include "verdict.h"
#include "vrf.h"

/* req is the grant's number in these three. */
static void
on_grant_done(void *ctx, const void *body, int fd)
{
	const struct mt_result *m = body;

	(void)ctx;
	(void)fd;
	if (m->code != RSN_OK) {
		log_error(LS_CORE, "grant %u refused: %s", m->req, m->text);
		if (!new_keys_refused(sess_grant_find(m->req), m->code))
			sessions_grant_gone(m->req, m->code, m->text);
	}
	verdict_retry();
}

static void
on_revoked(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)body;
	(void)fd;
	reach_revoke_more();
}

static void
on_grant_gone(void *ctx, const void *body, int fd)
{
	const struct mt_result *m = body;

	(void)ctx;
	(void)fd;
	sessions_grant_gone(m->req, m->code, m->text);
}

static void
on_grant_old(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	rebuild_old(body);
}

static void
on_here(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	if (here_told(body))
		owners_recheck();
}

static void
on_note_old(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	rebuild_note(body);
}

static void
on_grants_end(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)body;
	(void)fd;
	rebuild_grants_end();
}

/*
 * A packet met a trap: its child is wanted, its tunnel begun if need be, or
 * another pair beside those that do not take it.
 */
static void
on_acquire(void *ctx, const void *body, int fd)
{
	const struct me_acquire	*m = body;
	struct tunnel		*t = tunnel_find(m->tunnel);
	struct tun_child	*c;

	(void)ctx;
	(void)fd;
	if (t == NULL || (c = tunnel_child(t, m->child)) == NULL ||
	    !tunnel_child_is_open(t, c))
		return;
	if (c->npairs > 0) {
		children_open_beside(t, c, m);
		return;
	}
	c->want = 1;
	if (t->state == TN_ACTIVE) {
		orders_acquire(m);
		children_open(t);
		return;
	}
	if (t->state == TN_NEGOTIATING)
		return;
	orders_acquire(m);
	tunnel_fsm(t, TE_ACQUIRE);
}

static void
on_problem(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	ctl_problem_came(body);
}

static void
on_reloaded(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	ctl_reloaded(body);
}

static void
on_looked(void *ctx, const void *body, int fd)
{
	(void)ctx;
	ctl_looked(body, fd);
}

static void
on_process(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	ctl_process_came(body);
}

static void
on_processes_end(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	ctl_processes_end(body);
}

static void
on_pair(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	ctl_pair_came(body);
}

static void
on_pairs_end(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	ctl_pairs_end(body);
}

static void
on_plane(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	ctl_plane_came(body);
}

static void
on_tallies(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	ctl_tallies_came(body);
}

static void
on_filters_end(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	ctl_filters_end(body);
}

static void
on_lane(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	vrf_said(body);
}

const struct pipe_handler tmd_from_parent[] = {
	{ M_GRANT_DONE, on_grant_done },
	{ M_REVOKED, on_revoked },
	{ M_GRANT_OLD, on_grant_old },
	{ M_HERE, on_here },
	{ M_NOTE_OLD, on_note_old },
	{ M_GRANTS_END, on_grants_end },
	{ M_ACQUIRE, on_acquire },
	{ M_PROBLEM, on_problem },
	{ M_RELOADED, on_reloaded },
	{ M_LOOKED, on_looked },
	{ M_PROCESS, on_process },
	{ M_PROCESSES_END, on_processes_end },
	{ M_PAIR, on_pair },
	{ M_PAIRS_END, on_pairs_end },
	{ M_PLANE, on_plane },
	{ M_GRANT_GONE, on_grant_gone },
	{ M_TALLIES, on_tallies },
	{ M_FILTERS_END, on_filters_end },
	{ M_LANE, on_lane },
	{ 0, NULL }
};
