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
 * rekey: new keys for the Child SAs, then for the IKE SA.  The two do not
 * run at once: a peer may refuse one while the other goes on (RFC 7296
 * section 2.25).
 */
#include <stdlib.h>

#include "children.h"
#include "ctl_result.h"
#include "ctl_verbs.h"
#include "log.h"
#include "manual.h"
#include "sessions.h"

#define REKEY_SECONDS	60	/* the peer may be slow; ike goes on alone */

/* The IKE SA of each peer that has not had its turn; how many. */
static unsigned int
rekey_sessions(const struct ctl_req *r, const struct tunnel *t)
{
	struct session	*s;
	unsigned int	 n = 0;

	TAILQ_FOREACH(s, &t->sessions, entry) {
		if (s->state != SS_UP || s->keyed_by == r->ask)
			continue;
		s->keyed_by = r->ask;
		s->stuck = 0;	/* he is told again */
		sessions_do(s, SESSION_REKEY, RSN_OK);
		n++;
	}
	return (n);
}

/* All Child SAs have new keys: now the IKE SAs, if the tunnel was meant. */
static void
next_step(struct ctl_req *r, size_t i)
{
	const struct target	*tg = &r->targets.v[i];
	struct tunnel		*t = tunnel_find(tg->tunnel);
	char			 name[256];
	struct act		*a = (struct act *)r->own + i;

	if (a->left > 0 || t == NULL)
		return;
	if (tg->child == 0 && (a->left = rekey_sessions(r, t)) > 0)
		return;
	result_settle(r, i, ACT_OK, "%s has new keys.",
	    result_who(t, tg->child, name, sizeof(name)));
}

static void
rekey_event_one(struct ctl_req *r, size_t i, const struct tmd_event *ev)
{
	const struct target	*tg = &r->targets.v[i];
	struct act		*a = (struct act *)r->own + i;

	if (tg->child != 0 && ev->child != 0 && tg->child != ev->child)
		return;
	switch (ev->kind) {
	case EVT_CHILD_REKEYED:
	case EVT_SESSION_REKEYED:
		if (a->left > 0)
			a->left--;
		next_step(r, i);
		break;
	case EVT_FAILED:
	case EVT_SESSION_DOWN:
	case EVT_CHILD_DOWN:
		result_settle(r, i, ACT_FAILED, "%s", ev->text);
		break;
	default:
		break;
	}
}

static void
rekey_event(struct ctl_req *r, const struct tmd_event *ev)
{
	size_t i;

	for (i = 0; ev->tunnel != NULL && i < r->targets.n; i++)
		if (r->targets.v[i].tunnel == ev->tunnel->number &&
		    ((struct act *)r->own)[i].state == ACT_WAIT)
			rekey_event_one(r, i, ev);
	result_finish(r, "rekeyed", 0);
}

static void
rekey_alarm(struct ctl_req *r)
{
	result_finish(r, "rekeyed", 1);
}

static void
rekey_one(struct ctl_req *r, size_t i)
{
	const struct target	*tg = &r->targets.v[i];
	struct tunnel		*t = tunnel_find(tg->tunnel);
	const struct tun_child	*c;
	struct act		*a = (struct act *)r->own + i;
	char			 name[256];

	if (manual_is(t)) {
		result_settle(r, i, ACT_FAILED, "%s has manual keys: change "
		    "their files of manual/, then ikectl reload.",
		    result_who(t, tg->child, name, sizeof(name)));
		return;
	}
	if (sess_up_of(t) == NULL) {
		result_settle(r, i, ACT_FAILED, "%s is not Active.",
		    result_who(t, tg->child, name, sizeof(name)));
		return;
	}
	TAILQ_FOREACH(c, &t->children, entry)
		if (tg->child == 0 || c->number == tg->child)
			a->left += children_rekey(t, c);
	if (a->left == 0 && tg->child != 0)
		result_settle(r, i, ACT_FAILED, "%s is not Active.",
		    result_who(t, tg->child, name, sizeof(name)));
	else
		next_step(r, i);
}

/* --all means all that have keys. */
static void
leave_out_down(struct targets *ts)
{
	size_t i, n = 0;

	for (i = 0; i < ts->n; i++)
		if (!manual_is(tunnel_find(ts->v[i].tunnel)) &&
		    sess_up_of(tunnel_find(ts->v[i].tunnel)) != NULL)
			ts->v[n++] = ts->v[i];
	ts->n = n;
}

void
ctl_rekey(struct ctl_req *r)
{
	size_t i;

	if (select_opt(r->m, "all") != NULL) {
		leave_out_down(&r->targets);
		if (r->targets.n == 0) {
			ctl_done(r, CTL_OK, "No tunnel is Active.");
			return;
		}
	}
	r->own = xcalloc(r->targets.n, sizeof(struct act));
	r->on_event = rekey_event;
	r->on_alarm = rekey_alarm;
	for (i = 0; i < r->targets.n; i++)
		rekey_one(r, i);
	alarm_in_ms(&r->alarm, REKEY_SECONDS * 1000);
	result_finish(r, "rekeyed", 0);
}
