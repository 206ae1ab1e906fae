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
 * Retransmission of our requests: the same octets, later each time, until
 * the tunnel's tries are used up (RFC 7296 sections 2.1 and 2.4).  A large
 * one that is not answered is cut into smaller fragments, as far as that
 * goes, and then has all its tries again (RFC 7383 section 2.5.2).
 */
#include <string.h>

#include "addr.h"
#include "asked.h"
#include "exch.h"
#include "ike.h"
#include "mobike.h"
#include "pipes.h"
#include "session.h"
#include "skf.h"
#include "tcp.h"
#include "window.h"

/* Before the tunnel is known; the defaults of the policy file. */
#define FIRST_MS	1000
#define FACTOR_100	180
#define TRIES		7
#define DELETE_TRIES	3	/* a peer that is gone is not told for long */
#define WAIT_MAX_MS	120000
#define CUT_SENT	3	/* so often in one size */
#define TELL_SENT	3 /* so often without an answer: people are told */

/*
 * Whoever waits for the first exchanges learns why he does, long before the
 * last try: nothing comes back, or nothing can be sent.
 */
static void
tell_why(struct session *s)
{
	const struct retrans	*rt = &window_work(s)->rt;
	int			 error = s->ike->send_error;
	char			 at[ADDR_TEXT];

	/* An error that was answered says more. */
	if (s->setup == NULL || !s->initiator || s->setup->error != 0 ||
	    rt->sent != (error != 0 ? 2 : TELL_SENT))
		return;
	sock_print(&s->remote, at, sizeof(at));
	if (error != 0)
		to_tmd_step(s, s->order, exch_name(window_work(s)->req[18]),
		    "not sent", "to %s: %s", at, strerror(error));
	else
		to_tmd_step(s, s->order, exch_name(window_work(s)->req[18]),
		    "not answered yet", "sent %u times to %s", rt->sent, at);
}

/* The policy's, or the defaults. */
static void
set_pace(struct session *s)
{
	const struct kept_tunnel	*t = session_tunnel(s);
	struct retrans			*rt = &s->win.work->rt;

	rt->wait_ms = FIRST_MS;
	rt->factor_100 = FACTOR_100;
	rt->left = TRIES;
	if (t != NULL && t->rt_first_ms > 0) {
		rt->wait_ms = t->rt_first_ms;
		rt->factor_100 = t->rt_factor_100 < 100 ? 100 :
		    t->rt_factor_100;
		rt->left = t->rt_tries;
	}
}

/* What is sent anew starts anew, with no more tries than it had. */
static void
start_over(struct session *s)
{
	struct retrans	*rt = &s->win.work->rt;
	uint8_t		 most = rt->most;

	set_pace(s);
	rt->left = most;
	rt->sent = 1;
	timer_set(s->ike, &rt->timer, rt->wait_ms);
	window_resend(s);
}

/* All of them, where there are several that the peer may answer. */
static void
resend(struct session *s)
{
	window_resend(s);
	if (s->state == SA_I_INIT)
		asked_resend(s);
}

static void
retrans_due(struct ike *ike, void *arg)
{
	struct work		*w = arg;
	struct session		*s = w->s;
	struct retrans		*rt = &w->rt;
	struct event_arg	 none = { 0 };
	uint64_t		 wait;

	if (rt->left == 0) {
		sa_event(s, EV_NO_ANSWER, &none);
		return;
	}
	if (rt->sent >= CUT_SENT && skf_smaller_request(s)) {
		start_over(s);
		return;
	}
	rt->left--;
	rt->sent++;
	wait = (uint64_t)rt->wait_ms * rt->factor_100 / 100;
	rt->wait_ms = wait > WAIT_MAX_MS ? WAIT_MAX_MS : (uint32_t)wait;
	timer_set(ike, &rt->timer, rt->wait_ms);
	/* RFC 9329 6.2: a stream loses nothing; it is a time-out alone. */
	if (!s->remote.tcp)
		resend(s);
	mobike_try(s);
	tell_why(s);
	tcp_try(s);
}

void
retrans_init(struct work *w)
{
	timer_init(&w->rt.timer, retrans_due, w);
}

void
retrans_start(struct session *s)
{
	struct retrans	*rt = &s->win.work->rt;

	set_pace(s);
	if (s->state == SA_DELETING && rt->left > DELETE_TRIES)
		rt->left = DELETE_TRIES;
	rt->most = rt->left;
	rt->sent = 1;
	timer_set(s->ike, &rt->timer, rt->wait_ms);
}

void
retrans_stop(struct session *s)
{
	if (s->win.work != NULL)
		timer_clear(s->ike, &s->win.work->rt.timer);
}

void
retrans_hurry(struct session *s, uint8_t tries)
{
	struct retrans	*rt = &s->win.work->rt;

	if (rt->left > tries)
		rt->left = rt->most = tries;
}
