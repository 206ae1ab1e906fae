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
 * The state table of a tunnel.
 */
#include <stdlib.h>
#include <string.h>

#include "backoff.h"
#include "event.h"
#include "hosts.h"
#include "log.h"
#include "manual.h"
#include "members.h"
#include "orders.h"
#include "redirect.h"
#include "resume.h"
#include "sessions.h"
#include "tunnel_fsm.h"

/* Where a row leads, beside the states themselves. */
enum {
	NX_SAME = TN_STATES,	/* stays */
	NX_REST,		/* where the policy lets it rest */
	NX_GO,			/* initiate, if we may; else rest */
	NX_DEAD,		/* as the action of `dpd` says */
	NX_AGAIN		/* initiate in a while, whatever start is */
};

#define SOON_MS		1000	/* after trouble of our own */

/* What an action leaves for the state it leads to. */
static uint64_t	delay_ms;

static void	act_none(struct tunnel *);
static void	act_start(struct tunnel *);
static void	act_activate(struct tunnel *);
static void	act_close(struct tunnel *);
static void	act_once(struct tunnel *);
static void	act_up(struct tunnel *);
static void	act_late_up(struct tunnel *);
static void	act_lost(struct tunnel *);
static void	act_dead(struct tunnel *);
static void	act_again(struct tunnel *);
static void	act_soon(struct tunnel *);
static void	act_expired(struct tunnel *);
static void	act_failed(struct tunnel *);
static void	act_guard(struct tunnel *);
static void	act_failed_active(struct tunnel *);
static void	act_again_away(struct tunnel *);
static void	act_away_active(struct tunnel *);
static void	act_by_tcp(struct tunnel *);
static void	act_by_tcp_active(struct tunnel *);
static void	act_wary(struct tunnel *);
static void	act_wary_active(struct tunnel *);

static const struct row {
	enum tunnel_state	 state;
	enum tunnel_event	 ev;
	void			(*act)(struct tunnel *);
	int			 next;
} rows[] = {
	/* Down, deaf: removed, or manual and not activated. */
	{ TN_CLOSED,	TE_START,	act_start,	NX_REST },
	{ TN_CLOSED,	TE_ACTIVATE,	act_activate,	NX_GO },
	{ TN_CLOSED,	TE_REMOVE,	act_close,	TN_CLOSED },
	{ TN_CLOSED,	TE_UP,		act_late_up,	NX_SAME },
	/* Down, and will try again. */
	{ TN_RETRY,	TE_ACTIVATE,	act_activate,	NX_GO },
	{ TN_RETRY,	TE_ACQUIRE,	act_none,	NX_GO },
	{ TN_RETRY,	TE_ALARM,	act_none,	NX_GO },
	{ TN_RETRY,	TE_UP,		act_up,		TN_ACTIVE },
	{ TN_RETRY,	TE_FAILED,	act_failed,	NX_REST },
	{ TN_RETRY,	TE_REMOVE,	act_close,	TN_CLOSED },
	{ TN_RETRY,	TE_ONCE,	act_once,	NX_REST },
	/* Waits for the peer. */
	{ TN_OPEN,	TE_ACTIVATE,	act_activate,	NX_GO },
	{ TN_OPEN,	TE_ACQUIRE,	act_none,	NX_GO },
	{ TN_OPEN,	TE_UP,		act_up,		TN_ACTIVE },
	{ TN_OPEN,	TE_REMOVE,	act_close,	TN_CLOSED },
	{ TN_OPEN,	TE_ONCE,	act_once,	NX_REST },
	/* Waits for a packet. */
	{ TN_DORMANT,	TE_ACTIVATE,	act_activate,	NX_GO },
	{ TN_DORMANT,	TE_ACQUIRE,	act_none,	NX_GO },
	{ TN_DORMANT,	TE_UP,		act_up,		TN_ACTIVE },
	{ TN_DORMANT,	TE_REMOVE,	act_close,	TN_CLOSED },
	{ TN_DORMANT,	TE_ONCE,	act_once,	NX_REST },
	/* An order is out. */
	{ TN_NEGOTIATING, TE_UP,	act_up,		TN_ACTIVE },
	{ TN_NEGOTIATING, TE_FAILED,	act_failed,	NX_REST },
	{ TN_NEGOTIATING, TE_FAILED_OURS, act_soon,	NX_AGAIN },
	{ TN_NEGOTIATING, TE_REDIRECTED, act_again_away, NX_GO },
	{ TN_NEGOTIATING, TE_BY_TCP,	act_by_tcp,	NX_GO },
	{ TN_NEGOTIATING, TE_WARY,	act_wary,	NX_GO },
	{ TN_NEGOTIATING, TE_ALARM,	act_guard,	NX_REST },
	{ TN_NEGOTIATING, TE_REMOVE,	act_close,	TN_CLOSED },
	{ TN_NEGOTIATING, TE_ONCE,	act_once,	NX_REST },
	/* A session is up. */
	{ TN_ACTIVE,	TE_UP,		act_up,		NX_SAME },
	{ TN_ACTIVE,	TE_LOST,	act_lost,	NX_REST },
	{ TN_ACTIVE,	TE_DEAD,	act_dead,	NX_DEAD },
	{ TN_ACTIVE,	TE_LOST_OURS,	act_soon,	NX_AGAIN },
	{ TN_ACTIVE,	TE_RENEW,	act_again,	NX_GO },
	{ TN_ACTIVE,	TE_EXPIRED,	act_expired,	TN_CLOSED },
	{ TN_ACTIVE,	TE_FAILED,	act_failed_active, NX_SAME },
	{ TN_ACTIVE,	TE_FAILED_OURS,	act_failed_active, NX_SAME },
	{ TN_ACTIVE,	TE_REDIRECTED,	act_away_active, NX_SAME },
	{ TN_ACTIVE,	TE_BY_TCP,	act_by_tcp_active, NX_SAME },
	{ TN_ACTIVE,	TE_WARY,	act_wary_active, NX_SAME },
	{ TN_ACTIVE,	TE_REMOVE,	act_close,	TN_CLOSED },
	{ TN_ACTIVE,	TE_ONCE,	act_once,	NX_REST },
};

static const char *const event_names[TUNNEL_EVENTS] = {
	"start", "activate", "remove", "remove once", "acquire", "alarm",
	"up", "lost", "peer dead", "lost by us", "ended to renew", "expired",
	"failed", "failed by us", "redirected", "again by TCP",
	"again, wary"
};

const char *
tunnel_event_name(enum tunnel_event ev)
{
	return (event_names[ev]);
}

/* Actions. */

static void
act_none(struct tunnel *t)
{
	(void)t;
}

/* The children that start by themselves. */
static void
act_start(struct tunnel *t)
{
	struct tun_child *c;

	TAILQ_FOREACH(c, &t->children, entry)
		if (c->pol->cf.start == TS_START_AUTO)
			c->want = 1;
	if (!tunnel_is_open(t))
		tunnel_set_reason(t, RSN_CLOSED, t->removed ?
		    "removed: ikectl activate opens it" :
		    "start: manual: ikectl activate opens it");
}

static void
act_activate(struct tunnel *t)
{
	redirect_home(t);
	t->failures = t->ours = 0;
	t->remote_index = 0;
	t->dead = DPD_AUTO;
	t->activated_ms = alarm_now_ms();
	tunnel_set_reason(t, RSN_OK, NULL);
}

/* Closed, and its manual children with it. */
static void
shut(struct tunnel *t)
{
	struct tun_child *c;

	t->removed = 1;
	t->opened = 0;
	TAILQ_FOREACH(c, &t->children, entry)
		c->opened = 0;
}

static void
act_close(struct tunnel *t)
{
	redirect_home(t);
	orders_cancel(t);
	t->remote_index = 0;
	t->dead = DPD_AUTO;
	sessions_end_all(t, RSN_ADMIN);
	resume_void_tunnel(t);
	shut(t);
	tunnel_set_reason(t, RSN_ADMIN, "removed: ikectl activate opens it");
}

/* Down for this time; start: auto comes back after its first wait. */
static void
act_once(struct tunnel *t)
{
	const struct sn_tunnel *cf = &t->pol->cf;

	redirect_home(t);
	orders_cancel(t);
	t->remote_index = 0;
	t->dead = DPD_AUTO;
	sessions_end_all(t, RSN_ADMIN);
	resume_void_tunnel(t);
	delay_ms = backoff_ms(cf->retry_first, cf->retry_most, 1, 0);
	tunnel_set_reason(t, RSN_ADMIN, NULL);
}

static void
act_up(struct tunnel *t)
{
	t->failures = t->ours = 0;
	t->remote_index = 0;
	t->dead = DPD_AUTO;
	t->blocked = 0;
	tunnel_set_reason(t, RSN_OK, NULL);
}

/* It came up just after it was closed. */
static void
act_late_up(struct tunnel *t)
{
	sessions_end_all(t, RSN_CLOSED);
}

static void
act_lost(struct tunnel *t)
{
	const struct sn_tunnel *cf = &t->pol->cf;

	redirect_home(t);
	orders_cancel(t);
	t->failures = 0;
	t->remote_index = 0;
	hosts_stale(t);
	delay_ms = backoff_ms(cf->retry_first, cf->retry_most, 1,
	    arc4random());
}

/* What dpd's action says holds until it is up or a person says otherwise. */
static void
act_dead(struct tunnel *t)
{
	act_lost(t);
	t->dead = t->pol->cf.dpd_action;
}

/* Ended by us, to begin anew. */
static void
act_again(struct tunnel *t)
{
	orders_cancel(t);
	t->failures = 0;
	t->remote_index = 0;
	tunnel_set_reason(t, RSN_OK, NULL);
}

/* When it is our own house that is slow, the first time at once. */
static void
act_soon(struct tunnel *t)
{
	const struct sn_tunnel *cf = &t->pol->cf;

	orders_cancel(t);
	delay_ms = SOON_MS;
	if (t->state == TN_NEGOTIATING && ++t->ours > 1)
		delay_ms = backoff_ms(cf->retry_first, cf->retry_most,
		    t->ours - 1, arc4random());
}

static void
act_expired(struct tunnel *t)
{
	orders_cancel(t);
	shut(t);
}

/*
 * The next address of the peer is tried at once; after the last one, wait.
 */
static void
act_failed(struct tunnel *t)
{
	const struct sn_tunnel	*cf = &t->pol->cf;
	unsigned int		 n;

	redirect_home(t);
	n = tunnel_remotes(t);
	orders_over(t);
	if (n > 1 && ++t->remote_index % n != 0) {
		delay_ms = 0;
		return;
	}
	t->failures++;
	if (t->state == TN_NEGOTIATING)
		hosts_stale(t);
	delay_ms = backoff_ms(cf->retry_first, cf->retry_most, t->failures,
	    arc4random());
}

/* ike never answered: it should have given up long ago. */
static void
act_guard(struct tunnel *t)
{
	event_log(t, NULL, LOG_L_ERROR, "order %u never ended", t->order);
	orders_cancel(t);
	tunnel_set_reason(t, RSN_TIMEOUT, NULL);
	act_failed(t);
}

/* A renewal failed; who asked for it asks again: at the next address. */
static void
act_failed_active(struct tunnel *t)
{
	redirect_home(t);
	orders_over(t);
	if (tunnel_remotes(t) > 1)
		t->remote_index++;
	tunnel_set_reason(t, RSN_OK, NULL);
}

/* The other gateway, at once. */
static void
act_again_away(struct tunnel *t)
{
	orders_cancel(t);
}

/* What a renewal does in place of the tunnel's next state. */
static void
order_again(struct tunnel *t)
{
	(void)orders_start(t);
	t->blocked = 0;		/* whoever asks comes again */
}

/* The same for a renewal. */
static void
act_away_active(struct tunnel *t)
{
	act_again_away(t);
	order_again(t);
}

/* RFC 9329 section 5.1: the same peer at once, this one time by TCP. */
static void
act_by_tcp(struct tunnel *t)
{
	orders_cancel(t);
	t->by_tcp = 1;
}

/* The same for a renewal. */
static void
act_by_tcp_active(struct tunnel *t)
{
	act_by_tcp(t);
	order_again(t);
}

/* Nothing is wrong with the peer, maybe: at once, with cookies held longer. */
static void
act_wary(struct tunnel *t)
{
	orders_cancel(t);
	t->wary = 1;
}

/* The same for a renewal. */
static void
act_wary_active(struct tunnel *t)
{
	act_wary(t);
	order_again(t);
}

/* Where each action of dpd leaves it; TN_STATES: where start does. */
static const enum tunnel_state after_death[] = {
	[DPD_AUTO] = TN_STATES, [DPD_RESTART] = TN_RETRY,
	[DPD_TRAP] = TN_DORMANT, [DPD_CLEAR] = TN_OPEN
};

/* Where it rests: by a peer's death or by start, for one that is open. */
static enum tunnel_state
rest_state(const struct tunnel *t)
{
	unsigned int n = tunnel_remotes(t);

	if (!tunnel_is_open(t))
		return (TN_CLOSED);
	/* In the middle of the peer's addresses: go on with the next. */
	if (n > 1 && t->remote_index % n != 0)
		return (TN_RETRY);
	/* It stays up until it is removed. */
	if (manual_is(t))
		return (TN_RETRY);
	if (after_death[t->dead] != TN_STATES)
		return (after_death[t->dead]);
	switch (tunnel_start(t)) {
	case TS_START_AUTO:
		return (TN_RETRY);
	case TS_START_TRAP:
		return (TN_DORMANT);
	default:
		return (TN_OPEN);
	}
}

/* Only start: auto wants its children up without being asked again. */
static void
forget_wants(struct tunnel *t)
{
	struct tun_child *c;

	TAILQ_FOREACH(c, &t->children, entry)
		c->want = c->pol->cf.start == TS_START_AUTO;
}

static enum tunnel_state
resolve(struct tunnel *t, int next)
{
	enum tunnel_state s;

	switch (next) {
	case NX_SAME:
		return (t->state);
	case NX_DEAD:
		return (resolve(t, t->dead == DPD_RESTART ? NX_GO : NX_REST));
	case NX_REST:
		s = rest_state(t);
		if (s != TN_RETRY)
			forget_wants(t);
		return (s);
	case NX_AGAIN:
		if (!tunnel_is_open(t) || !tunnel_can_initiate(t))
			return (rest_state(t));
		return (TN_RETRY);
	case NX_GO:
		if (!tunnel_can_initiate(t))
			return (rest_state(t));
		if (orders_start(t))
			return (TN_NEGOTIATING);
		delay_ms = orders_wait_ms();
		return (TN_RETRY);
	default:
		return ((enum tunnel_state)next);
	}
}

/* The alarm of each state. */
static void
set_alarm(struct tunnel *t)
{
	switch (t->state) {
	case TN_RETRY:
		alarm_in_ms(&t->alarm, delay_ms);
		break;
	case TN_NEGOTIATING:
		alarm_in_ms(&t->alarm, ORDER_GUARD_MS);
		break;
	default:
		alarm_clear(&t->alarm);
		break;
	}
}

static void
tell_state(struct tunnel *t, const char *was)
{
	const char *reason = tunnel_reason(t);
	const char *is = members_status(t);

	if (strcmp(was, is) == 0)
		return;
	if (t->state == TN_NEGOTIATING)
		reason = "";	/* the last failure's, still shown by list */
	if (t->state == TN_RETRY && delay_ms >= 1000)
		event_tell(EVT_STATE, t, 0, t->code, "%s%s%s; again in %llu s",
		    is, *reason != '\0' ? ": " : "", reason,
		    (unsigned long long)delay_ms / 1000);
	else
		event_tell(EVT_STATE, t, 0, t->code, "%s%s%s", is,
		    *reason != '\0' ? ": " : "", reason);
}

void
tunnel_fsm(struct tunnel *t, enum tunnel_event ev)
{
	const struct row	*r;
	const char		*was = members_status(t);
	enum tunnel_state	 next;
	size_t			 i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r = &rows[i];
		if (r->state != t->state || r->ev != ev)
			continue;
		delay_ms = 0;
		r->act(t);
		next = resolve(t, r->next);
		event_log(t, NULL, LOG_L_DEBUG, "%s: %s -> %s",
		    event_names[ev], was, tunnel_state_name(next));
		tunnel_set_state(t, next);
		if (r->next != NX_SAME)
			set_alarm(t);
		tunnel_tell(t);
		tell_state(t, was);
		return;
	}
	event_log(t, NULL, LOG_L_DEBUG, "%s: nothing to do while %s",
	    event_names[ev], was);
}
