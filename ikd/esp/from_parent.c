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
 * What the parent asks of the plane.
 */
#include <stdio.h>
#include <string.h>

#include "count.h"
#include "from_parent.h"
#include "held.h"
#include "log.h"
#include "now.h"
#include "outbound.h"
#include "role.h"
#include "sa.h"
#include "spd.h"
#include "stream.h"
#include "tell.h"
#include "udp.h"

#define EXTRA_ROWS	4	/* of PLANE_INFO, beside the counters */
#define PLANE_ROWS	64	/* me_plane's */

_Static_assert(CNT_MAX + EXTRA_ROWS <= PLANE_ROWS, "PLANE_INFO is full");

static void
on_sa_add(void *arg, const void *body, int fd)
{
	const struct me_sa_add *m = body;
	struct me_sa_result r = { .handle = m->handle };
	struct role_ctx *ctx = arg;
	struct sa *sa;
	int added;

	(void)fd;
	now_read();
	r.code = sa_add(m, &sa, &added);
	if (r.code == RSN_OK)
		sa_counters(sa, &r.counters);
	pipe_send(ctx->parent, M_SA_ADDED, &r, -1);
	log_debug(LS_CORE, "pair %u, spi in %08x out %08x: %s", m->handle,
	    m->spi_in, m->spi_out, reason_text(r.code));
	if (added) {
		held_release(m->tunnel, m->child, outbound_held);
		spd_answered(m->tunnel, m->child);
		udp_flush();
	}
}

static void
on_sa_del(void *arg, const void *body, int fd)
{
	const struct me_handle *m = body;
	struct me_sa_result r = { .handle = m->handle, .code = RSN_GONE };
	struct role_ctx *ctx = arg;
	struct sa *sa;

	(void)fd;
	if ((sa = sa_by_handle(m->handle)) != NULL) {
		sa_counters(sa, &r.counters);
		sa_delete(sa);
		r.code = RSN_OK;
	}
	pipe_send(ctx->parent, M_SA_DELETED, &r, -1);
}

static void
on_sa_retire(void *arg, const void *body, int fd)
{
	const struct me_handle *m = body;
	struct sa *sa;

	(void)arg;
	(void)fd;
	if ((sa = sa_by_handle(m->handle)) != NULL)
		sa_retire(sa);
}

static void
on_sa_release(void *arg, const void *body, int fd)
{
	const struct me_handle *m = body;
	struct sa *sa;

	(void)arg;
	(void)fd;
	if ((sa = sa_by_handle(m->handle)) != NULL)
		sa_release(sa);
}

static void
on_sa_move(void *arg, const void *body, int fd)
{
	const struct me_move *m = body;
	struct me_sa_result r = { .handle = m->handle, .code = RSN_GONE };
	struct role_ctx *ctx = arg;
	struct sa *sa;

	(void)fd;
	if ((sa = sa_by_handle(m->handle)) != NULL) {
		r.code = sa_move(sa, &m->local, &m->remote);
		sa_counters(sa, &r.counters);
	}
	pipe_send(ctx->parent, M_SA_MOVED, &r, -1);
}

static void
send_count(struct role_ctx *ctx, uint32_t req, const struct sa *sa)
{
	struct me_count c = { .req = req, .handle = sa->rec->fixed.handle };

	sa_counters(sa, &c.counters);
	pipe_send(ctx->parent, M_SA_COUNT, &c, -1);
}

static void
on_sa_query(void *arg, const void *body, int fd)
{
	const struct me_query *m = body;
	struct me_req end = { .req = m->req };
	struct role_ctx *ctx = arg;
	struct sa *sa;
	uint32_t i;

	(void)fd;
	if (m->handle == 0) {
		for (i = 0; (sa = sa_at(i)) != NULL; i++)
			send_count(ctx, m->req, sa);
	} else if ((sa = sa_by_handle(m->handle)) != NULL)
		send_count(ctx, m->req, sa);
	pipe_send(ctx->parent, M_SA_COUNT_END, &end, -1);
}

static void
on_give_stream(void *arg, const void *body, int fd)
{
	(void)arg;
	now_read();
	stream_given(body, fd);
}

static void
on_set_idle(void *arg, const void *body, int fd)
{
	(void)arg;
	(void)fd;
	spd_set_idle(body);
}

static void
add_row(struct me_plane *m, const char *name, uint64_t value)
{
	struct wt_kv *kv = &m->kv[m->kv_n++];

	if (strlcpy(kv->k, name, sizeof(kv->k)) >= sizeof(kv->k))
		fatal("the counter \"%s\" has too long a name", name);
	snprintf(kv->v, sizeof(kv->v), "%llu", (unsigned long long)value);
}

static void
on_plane_query(void *arg, const void *body, int fd)
{
	const struct me_req *q = body;
	struct role_ctx *ctx = arg;
	static struct me_plane m;
	unsigned int i;

	(void)fd;
	memset(&m, 0, sizeof(m));
	m.req = q->req;
	for (i = 0; spd_row_at(i) != NULL; i++)
		;
	add_row(&m, "sa pairs", sa_count());
	add_row(&m, "sa pairs at most", ARENA_SLOTS);
	add_row(&m, "policies without an sa", i);
	add_row(&m, "packets held now", held_count());
	for (i = 0; i < CNT_MAX; i++)
		add_row(&m, count_name(i), counts[i]);
	pipe_send(ctx->parent, M_PLANE_INFO, &m, -1);
}

void
from_parent_lost(uint32_t handle)
{
	if (handle != 0)
		tell_expire(handle, EXPIRE_LOST, 1);
}

const struct pipe_handler from_parent_handlers[] = {
	{ M_SA_ADD, on_sa_add },
	{ M_SA_DEL, on_sa_del },
	{ M_SA_MOVE, on_sa_move },
	{ M_SA_RETIRE, on_sa_retire },
	{ M_SA_RELEASE, on_sa_release },
	{ M_GIVE_STREAM, on_give_stream },
	{ M_SA_QUERY, on_sa_query },
	{ M_SET_IDLE_ROW, on_set_idle },
	{ M_PLANE_QUERY, on_plane_query },
	{ 0, NULL }
};
