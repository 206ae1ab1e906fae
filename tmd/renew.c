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
 * Renewal of sessions: RFC 7296 section 2.8.3.
 */
#include <stdio.h>
#include <string.h>

#include "event.h"
#include "grants.h"
#include "id.h"
#include "members.h"
#include "orders.h"
#include "renew.h"
#include "sessions.h"
#include "tunnel_fsm.h"

#define MARGIN_MOST_S	300

void
renew_set_alarm(struct session *s)
{
	uint64_t now = alarm_now(), left, margin;

	if (s->expiry == 0) {
		alarm_clear(&s->alarm);
		return;
	}
	left = s->expiry > now ? s->expiry - now : 0;
	margin = (s->expiry - s->since) / 10;
	if (margin > MARGIN_MOST_S)
		margin = MARGIN_MOST_S;
	if (!s->initiator)
		margin /= 2;	/* who began it comes first */
	if (s->renewing)
		alarm_in_ms(&s->alarm, left <= 1 ? 0 :
		    left * 1000 < RENEW_MS ? (left - 1) * 1000 : RENEW_MS);
	else
		alarm_in_ms(&s->alarm, left > margin ?
		    (left - margin) * 1000 : 0);
}

/*
 * The new session beside the old one: begun at the address where the peer
 * is, since another may be another gateway.
 */
static void
make(struct session *s)
{
	struct tunnel	*t = s->tunnel;
	struct wt_addr	 a;
	unsigned int	 i;

	for (i = 0; !s->renewing && tunnel_remote(t, i, &a); i++)
		if (memcmp(&a, &s->remote.addr, sizeof(a)) == 0)
			t->remote_index = i;
	s->renewing = 1;
	if (t->order != 0 && alarm_now_ms() - t->order_ms > ORDER_GUARD_MS)
		orders_cancel(t);
	(void)orders_start(t);
	t->blocked = 0;		/* whoever asks comes again */
}

static void
break_first(struct session *s)
{
	tunnel_want_again(s->tunnel);
	orders_cancel(s->tunnel);
	s->again = 1;
	sessions_end(s, RSN_REPLACED);
}

int
renew_now(struct session *s)
{
	struct tunnel *t = s->tunnel;

	if (s->state != SS_UP || !tunnel_can_initiate(t))
		return (-1);
	if (s->leaving)
		return (0);
	if (t->pol->cf.reauth_break)
		break_first(s);
	else
		make(s);
	return (0);
}

/* RFC 7296 2.8.3: another authentication, if we may begin one. */
static void
not_rekeyed(struct session *s)
{
	int can = renew_now(s) == 0;

	if (!s->stuck)
		event_sess(EVT_FAILED, s, 0, RSN_NO_PROPOSAL, "no "
		    "rekey can bring what its IKE policy asks for: %s", can ?
		    "it is authenticated anew" : "the peer, which began, has "
		    "to authenticate anew (ikectl reauth there)");
	s->stuck = 1;
}

void
renew_due(unsigned int w, const struct mx_session *m)
{
	struct session *s = sess_by_spi(m->spi_i, m->spi_r);

	if (s == NULL || s->worker != w || s->state != SS_UP)
		return;
	if (m->code == RSN_NO_PROPOSAL)
		not_rekeyed(s);
	else if (m->code == RSN_EXPIRED || s->tunnel->pol->cf.key_renewal)
		(void)renew_now(s);
}

/*
 * What ends s: the policy's tunnel-lifesize or tunnel-lifetime, or, before
 * them, a certificate or what is known of its revocation.
 */
static const char *
what_ends(const struct session *s, int *by_policy)
{
	uint64_t end = grants_expiry(s->tunnel->pol, 0, s->proved, 0);

	*by_policy = 1;
	if (s->used_up)
		return ("tunnel-lifesize is used up");
	if (s->longer || (end != 0 && s->expiry + GRANT_LATE_S >= end))
		return ("tunnel-lifetime ended");
	*by_policy = 0;
	return ("the peer's certificate, or what is known of its revocation, "
	    "holds no longer");
}

/* The authentication's time comes to its end. */
void
renew_alarm(struct session *s)
{
	struct tunnel	*t = s->tunnel;
	const char	*why;
	char		 text[MSG_TEXT];
	int		 by_policy, remove;

	if (s->leaving) {
		sessions_end(s, RSN_REPLACED);
		return;
	}
	why = what_ends(s, &by_policy);
	remove = by_policy && t->pol->cf.tunnel_end == 1 && !s->longer;
	if (s->expiry != 0 && alarm_now() + 1 >= s->expiry) {
		event_sess(EVT_SESSION_DOWN, s, 0, RSN_EXPIRED, "%s", why);
		sessions_end(s, RSN_EXPIRED);
		if (t->state == TN_ACTIVE && sess_ups(t) == 0) {
			/* The others of many may still come. */
			remove = remove && !members_many(t->pol);
			snprintf(text, sizeof(text), "%s%s", why,
			    remove ? ": ikectl activate starts it again" : "");
			tunnel_set_reason(t, RSN_EXPIRED, text);
			tunnel_fsm(t, remove ? TE_EXPIRED : TE_LOST);
		}
		return;
	}
	if (!remove && renew_now(s) == 0 && s->state != SS_UP)
		return;
	s->renewing = 1;
	renew_set_alarm(s);
}

void
renew_used_up(struct session *s)
{
	uint64_t end = alarm_now() +
	    (s->tunnel->pol->cf.tunnel_end == 1 ? 0 : USED_UP_S);

	event_sess(EVT_STATE, s, 0, RSN_EXPIRED,
	    "tunnel-lifesize is used up");
	s->used_up = 1;
	if (s->expiry == 0 || end < s->expiry)
		s->expiry = end;
	renew_alarm(s);
}

/* Has heir a pair of every child that old has one of? */
static int
has_all(const struct session *heir, const struct session *old)
{
	const struct grant *g, *h;

	TAILQ_FOREACH(g, &old->grants, entry) {
		if (TAILQ_EMPTY(&g->pairs))
			continue;
		h = sess_grant(heir, g->child);
		if (h == NULL || TAILQ_EMPTY(&h->pairs))
			return (0);
	}
	return (1);
}

void
renew_leave(struct session *old, const struct session *heir)
{
	if (old->state != SS_UP || has_all(heir, old)) {
		sessions_end(old, RSN_REPLACED);
		return;
	}
	old->leaving = 1;
	alarm_in_ms(&old->alarm, LEAVE_MS);
}

void
renew_child_up(const struct session *s)
{
	struct session *o;

	if (s->state != SS_UP || s->leaving)
		return;
	TAILQ_FOREACH(o, &s->tunnel->sessions, entry)
		if (o != s && o->leaving && o->state == SS_UP &&
		    sess_same_peer(o, s) && has_all(s, o))
			sessions_end(o, RSN_REPLACED);
}
