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
 * wait and monitor.
 */
#include <string.h>
#include <strings.h>
#include <time.h>

#include "ctl_result.h"
#include "ctl_verbs.h"
#include "log.h"

enum { UNTIL_ACTIVE, UNTIL_DOWN };

/* Active: its session is up and traffic can pass. */
static int
is_active(const struct tunnel *t, uint32_t child)
{
	const struct tun_child *c;

	if (t->state != TN_ACTIVE)
		return (0);
	TAILQ_FOREACH(c, &t->children, entry)
		if ((child == 0 || c->number == child) && c->npairs > 0)
			return (1);
	return (0);
}

/* Down: nothing is up and nothing is on its way. */
static int
is_down(const struct tunnel *t, uint32_t child)
{
	const struct tun_child *c;

	if (child != 0)
		return ((c = tunnel_child(t, child)) == NULL ||
		    c->npairs == 0);
	return (t->state != TN_ACTIVE && t->state != TN_NEGOTIATING &&
	    TAILQ_EMPTY(&t->sessions));
}

static void
wait_check(struct ctl_req *r)
{
	const struct target	*tg;
	const struct tunnel	*t;
	char			 name[256];
	size_t			 i;

	for (i = 0; i < r->targets.n; i++) {
		tg = &r->targets.v[i];
		if ((t = tunnel_find(tg->tunnel)) == NULL) {
			result_settle(r, i, r->count[0] == UNTIL_DOWN ?
			    ACT_OK : ACT_FAILED, "no longer in the policy");
			continue;
		}
		if (r->count[0] == UNTIL_DOWN ? is_down(t, tg->child) :
		    is_active(t, tg->child))
			result_settle(r, i, ACT_OK, "%s is %s.",
			    result_who(t, tg->child, name, sizeof(name)),
			    r->count[0] == UNTIL_DOWN ? "down" : "Active");
	}
	result_finish(r, r->count[0] == UNTIL_DOWN ? "down" : "active", 0);
}

static void
wait_event(struct ctl_req *r, const struct tmd_event *ev)
{
	if (result_is_target(r, ev->tunnel, ev->child))
		alarm_in_ms(&r->alarm, 0);
}

#define WAIT_POLL_MS	200	/* what ends without an event */

static void
wait_alarm(struct ctl_req *r)
{
	uint64_t now = alarm_now_ms();
	uint64_t end = r->t0_ms + (uint64_t)r->count[1] * 1000;

	wait_check(r);
	if (r->done)
		return;
	if (r->count[1] != 0 && now >= end)
		result_finish(r, r->count[0] == UNTIL_DOWN ? "down" :
		    "active", 1);
	else
		alarm_in_ms(&r->alarm, r->count[1] != 0 &&
		    end - now < WAIT_POLL_MS ? end - now : WAIT_POLL_MS);
}

void
ctl_wait(struct ctl_req *r)
{
	const char *until = select_opt(r->m, "until");
	long timeout = ctl_opt_seconds(r, "timeout");

	if (timeout < 0)
		return;
	if (until == NULL || strcasecmp(until, "active") == 0)
		r->count[0] = UNTIL_ACTIVE;
	else if (strcasecmp(until, "down") == 0)
		r->count[0] = UNTIL_DOWN;
	else {
		ctl_done(r, CTL_USAGE, "until \"%s\": say active or down",
		    until);
		return;
	}
	if (r->targets.n == 0) {
		ctl_done(r, CTL_OK, "No tunnels.");
		return;
	}
	r->count[1] = (uint32_t)timeout;
	r->own = xcalloc(r->targets.n, sizeof(struct act));
	r->on_event = wait_event;
	r->on_alarm = wait_alarm;
	wait_alarm(r);
}

/* monitor */

/* How many were lost comes with the next that is not. */
static void
tell_lost(struct ctl_req *r)
{
	static struct mq_row row;

	if (r->count[0] == 0)
		return;
	ctl_row_new(&row, r->id, "event");
	ctl_row_u64(&row, "time", (uint64_t)time(NULL));
	ctl_row_str(&row, "kind", "lost");
	ctl_row_fmt(&row, "text", "%u events were lost: too slow",
	    r->count[0]);
	if (ctl_row_lossy(r, &row) == 0)
		r->count[0] = 0;
}

static void
monitor_event(struct ctl_req *r, const struct tmd_event *ev)
{
	static struct mq_row	 row;
	const struct tun_child	*c;
	char			 text[600];

	if (r->m->args_n + r->m->opts_n > 0 &&
	    !result_is_target(r, ev->tunnel, ev->child))
		return;
	tell_lost(r);
	ctl_row_new(&row, r->id, "event");
	ctl_row_u64(&row, "time", (uint64_t)time(NULL));
	ctl_row_str(&row, "kind", event_name(ev->kind));
	if (ev->tunnel != NULL) {
		c = ev->child != 0 ? tunnel_child(ev->tunnel, ev->child) :
		    NULL;
		ctl_row_str(&row, "no", ctl_text_no(ev->tunnel, ev->child,
		    text, sizeof(text)));
		ctl_row_str(&row, "tunnel", ev->tunnel->name);
		if (c != NULL)
			ctl_row_str(&row, "child", c->pol->cf.name);
	}
	if (ev->kind == EVT_STEP)
		ctl_row_fmt(&row, "text", "%s %s%s%s", ev->what, ev->how,
		    *ev->detail != '\0' ? ", " : "", ev->detail);
	else
		ctl_row_str(&row, "text", ev->text);
	if (ctl_row_lossy(r, &row) == -1)
		r->count[0]++;
}

void
ctl_monitor(struct ctl_req *r)
{
	r->on_event = monitor_event;
}
