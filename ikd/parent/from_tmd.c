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
 * What tmd asks of the grant half: grants within ceilings, their end, what
 * holds without an SA, and counters.
 */

#include <event2/event.h>

#include <stdio.h>
#include <string.h>

#include "ceiling.h"
#include "esp_plane.h"
#include "filter.h"
#include "grant.h"
#include "lanes.h"
#include "plane_ops.h"
#include "within.h"

static void
on_grant(void *ctx, const void *body, int fd)
{
	const struct child_id	*c = ctx;
	const struct wt_grant	*g = body;
	const struct wt_ceiling	*ceiling;
	struct grant		*old;
	char			 text[MSG_TEXT];
	const char		*why;

	(void)fd;
	if (g->id == 0 || g->slot >= SLOTS) {
		tmd_answer(M_GRANT_DONE, g->id, RSN_GRANT, "id or slot");
		return;
	}
	ceiling = ceiling_find(g->tunnel, g->child);
	if (ceiling == NULL) {
		snprintf(text, sizeof(text), "the policy has no child %u.%u",
		    g->tunnel, g->child);
		why = text;
	} else
		why = grant_within_ceiling(g, ceiling, parent_now(), text,
		    sizeof(text));
	if (why != NULL) {
		log_warn(LS_CHILD, "grant %u refused: %s%s", g->id, why,
		    about_child(g->tunnel, g->child, NULL));
		tmd_answer(M_GRANT_DONE, g->id, RSN_CEILING, why);
		return;
	}
	if ((why = lanes_lacks(ceiling->interface)) != NULL) {
		tmd_answer(M_GRANT_DONE, g->id, RSN_PLANE, why);
		return;
	}
	if ((old = grant_find(g->id)) != NULL ?
	    grant_again(c->parent, old, g) == -1 :
	    grant_add(c->parent, g) == NULL) {
		tmd_answer(M_GRANT_DONE, g->id, RSN_BUSY, old != NULL ?
		    "the grant's id is in use" : "too many grants");
		return;
	}
	tmd_answer(M_GRANT_DONE, g->id, RSN_OK, NULL);
}

static void
on_revoke(void *ctx, const void *body, int fd)
{
	const struct mt_grant_id	*m = body;
	struct grant			*g = grant_find(m->id);

	(void)ctx;
	(void)fd;
	if (g != NULL)
		grant_drop(g);
	tmd_answer(M_REVOKED, m->id, g != NULL ? RSN_OK : RSN_GONE, NULL);
}

static void
on_set_idle(void *ctx, const void *body, int fd)
{
	const struct mt_idle	*m = body;
	const char		*why;

	(void)ctx;
	(void)fd;
	why = ceiling_set_idle(m->tunnel, m->child, m->action);
	if (why != NULL)
		log_warn(LS_CHILD, "idle action %u refused: %s%s", m->action,
		    why, about_child(m->tunnel, m->child, NULL));
}

static void
on_note(void *ctx, const void *body, int fd)
{
	const struct mt_note	*m = body;

	(void)ctx;
	(void)fd;
	ceiling_set_note(m->tunnel, m->child, m->note);
}

static void
on_query_pairs(void *ctx, const void *body, int fd)
{
	const struct mt_req	*m = body;

	(void)ctx;
	(void)fd;
	plane_ask_pairs(m->grant, m->req);
}

static void
on_query_plane(void *ctx, const void *body, int fd)
{
	const struct mt_req	*m = body;

	(void)ctx;
	(void)fd;
	plane_ask_info(m->req);
}

static void
on_query_filters(void *ctx, const void *body, int fd)
{
	const struct mt_req	*m = body;

	(void)ctx;
	(void)fd;
	filters_tell(m->req);
}

const struct pipe_handler from_tmd_grant_handlers[] = {
	{ M_GRANT, on_grant },
	{ M_REVOKE, on_revoke },
	{ M_SET_IDLE, on_set_idle },
	{ M_NOTE, on_note },
	{ M_QUERY_PAIRS, on_query_pairs },
	{ M_QUERY_PLANE, on_query_plane },
	{ M_QUERY_FILTERS, on_query_filters },
	{ 0, NULL }
};

/*
 * The grants that stand, a part of them at a time: all of a large policy at
 * once are more than a pipe may hold unread.
 */
#define OLD_AHEAD	(1024 * 1024)	/* octets that tmd has not read */
#define OLD_MS		5

static struct event	*old_timer;
static uint32_t		 old_id;	/* the last one told */

static void
tell_note(uint32_t tunnel, uint32_t child, uint8_t note)
{
	struct mt_note	 m = { tunnel, child, note };

	(void)parent_send(grants_parent, ROLE_TMD, 0, M_NOTE_OLD, &m, -1);
}

/* Those that the plane has. */
static unsigned int
standing(const struct grant *g)
{
	const struct pair	*p;
	unsigned int		 n = 0;

	LIST_FOREACH(p, &g->pairs, grant_entry)
		n += p->state == PAIR_UP && !p->lost;
	return (n);
}

static void
tell_old(int fd, short what, void *arg)
{
	static const struct timeval	 soon = { 0, OLD_MS * 1000 };
	static struct mt_old		 m;
	struct parent			*p = arg;
	struct pipe			*tmd = parent_pipe(p, ROLE_TMD, 0);
	struct grant			*g;

	(void)fd;
	(void)what;
	while (tmd != NULL && (g = grant_after(old_id)) != NULL) {
		if (pipe_queued(tmd) > OLD_AHEAD) {
			evtimer_add(old_timer, &soon);
			return;
		}
		m.grant = *grant_terms(g);
		m.pairs = (uint8_t)standing(g);
		(void)parent_send(p, ROLE_TMD, 0, M_GRANT_OLD, &m, -1);
		old_id = g->id;
	}
	ceilings_notes(tell_note);
	(void)parent_send(p, ROLE_TMD, 0, M_GRANTS_END, NULL, -1);
}

void
grants_tmd_started(struct parent *p)
{
	if (old_timer == NULL &&
	    (old_timer = evtimer_new(p->base, tell_old, p)) == NULL)
		fatal("out of memory");
	old_id = 0;
	plane_tell_here(p);
	lanes_tell();
	tell_old(-1, 0, p);
}

void
grants_tmd_died(void)
{
	if (old_timer != NULL)
		evtimer_del(old_timer);
	plane_forget_tmd();
}
