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
 * What the workers of ikd-ike say.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "children.h"
#include "ctl_stats.h"
#include "event.h"
#include "explain.h"
#include "generic.h"
#include "lifesize.h"
#include "orders.h"
#include "pipes.h"
#include "rebuild.h"
#include "redirect.h"
#include "renew.h"
#include "same_peer.h"
#include "sessions.h"

static unsigned int
worker(void *ctx)
{
	return (((struct pipe_end *)ctx)->inst);
}

/* A step that is none is the reason that list shows, until there is one. */
static void
note_step(struct tunnel *t, const struct mx_step *m)
{
	char text[MSG_TEXT];

	if (t->state != TN_NEGOTIATING)
		return;
	if (strncmp(m->how, "sent, answered", 14) == 0) {
		tunnel_set_reason(t, RSN_OK, NULL);
		return;
	}
	if (strncmp(m->how, "not ", 4) != 0 &&
	    strncmp(m->how, "answered with", 13) != 0)
		return;
	snprintf(text, sizeof(text), "%s %s, %s", m->what, m->how, m->detail);
	tunnel_set_reason(t, RSN_TIMEOUT, text);
}

static void
on_step(void *ctx, const void *body, int fd)
{
	const struct mx_step	*m = body;
	struct tunnel		*t = tunnel_find(m->tunnel);

	(void)fd;
	if (t == NULL || t->order_worker != worker(ctx) ||
	    !orders_is(t, m->order))
		return;
	event_step(t, m->what, m->how, m->detail);
	note_step(t, m);
}

static void
on_up(void *ctx, const void *body, int fd)
{
	(void)fd;
	sessions_up(worker(ctx), body);
}

static void
on_down(void *ctx, const void *body, int fd)
{
	(void)fd;
	sessions_down(worker(ctx), body);
}

static void
on_child_up(void *ctx, const void *body, int fd)
{
	(void)fd;
	children_up(worker(ctx), body);
}

static void
on_child_down(void *ctx, const void *body, int fd)
{
	(void)fd;
	children_down(worker(ctx), body);
}

static void
on_failed(void *ctx, const void *body, int fd)
{
	(void)fd;
	sessions_failed(worker(ctx), body);
}

static void
on_offered(void *ctx, const void *body, int fd)
{
	(void)fd;
	explain_offered(worker(ctx), body);
}

static void
on_stats(void *ctx, const void *body, int fd)
{
	(void)fd;
	ctl_stats_came(worker(ctx), body);
}

static void
on_replay_end(void *ctx, const void *body, int fd)
{
	const struct mx_replayed *m = body;

	(void)fd;
	sessions_replayed(worker(ctx), m->first);
	rebuild_replayed(worker(ctx));
}

static void
on_moved(void *ctx, const void *body, int fd)
{
	(void)fd;
	sessions_moved(worker(ctx), body);
}

static void
on_contact(void *ctx, const void *body, int fd)
{
	(void)fd;
	same_peer_contact(worker(ctx), body);
}

static void
on_renew(void *ctx, const void *body, int fd)
{
	(void)fd;
	renew_due(worker(ctx), body);
}

static void
on_carried(void *ctx, const void *body, int fd)
{
	(void)fd;
	lifesize_carried(worker(ctx), body);
}

static void
on_redirected(void *ctx, const void *body, int fd)
{
	(void)fd;
	redirect_came(worker(ctx), body);
}

static void
on_host(void *ctx, const void *body, int fd)
{
	(void)fd;
	generic_want(worker(ctx), body);
}

const struct pipe_handler tmd_from_ike[] = {
	{ M_STEP, on_step },
	{ M_SESSION_UP, on_up },
	{ M_SESSION_DOWN, on_down },
	{ M_CHILD_UP, on_child_up },
	{ M_CHILD_DOWN, on_child_down },
	{ M_NEG_FAILED, on_failed },
	{ M_OFFERED, on_offered },
	{ M_STATS, on_stats },
	{ M_REPLAY_END, on_replay_end },
	{ M_SESSION_MOVED, on_moved },
	{ M_INITIAL_CONTACT, on_contact },
	{ M_RENEW, on_renew },
	{ M_CARRIED, on_carried },
	{ M_REDIRECTED, on_redirected },
	{ M_HOST_WANT, on_host },
	{ 0, NULL }
};
