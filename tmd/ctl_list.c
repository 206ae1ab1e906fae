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
 * list: tunnels and children in short.
 */
#include <stdio.h>
#include <string.h>

#include "ctl_stats.h"
#include "ctl_verbs.h"
#include "explain.h"
#include "inactive.h"
#include "lifesize.h"
#include "log.h"
#include "manual.h"
#include "members.h"
#include "own_end.h"
#include "reach.h"

#define COUNTERS_MS	3000	/* then the list goes without fresh ones */
#define ONLOOKER_MS	1000	/* who may only look does not ask more often */
#define UP_AT_ONCE	64	/* sessions told before the client reads */

enum { C_ACTIVE, C_NEGOTIATING, C_OPEN, C_DORMANT, C_DOWN };

struct list_own {
	int	(*fn)(struct ctl_req *);
	uint64_t peers;
};

/* Answer or deadline: now the rows. */
static void
counters_came(struct ctl_req *r)
{
	int (*fn)(struct ctl_req *) = ((struct list_own *)r->own)->fn;

	ctl_produce(r, fn);
}

/* No credit for the question: asks again, until the deadline. */
static void
ask_counters(struct ctl_req *r)
{
	static uint64_t asked_ms;
	struct mt_req m = { .req = r->ask, .grant = 0 };

	/* All pairs take the parent a while, and its time is everybody's. */
	if (!ctl_may(r, CTL_OPERATE) && asked_ms != 0 &&
	    alarm_now_ms() - asked_ms < ONLOOKER_MS) {
		counters_came(r);
		return;
	}
	asked_ms = alarm_now_ms();
	if (alarm_now_ms() - r->t0_ms >= COUNTERS_MS) {
		counters_came(r);
		return;
	}
	if (reach_parent(M_QUERY_PAIRS, &m) == PIPE_NOCREDIT)
		alarm_in_ms(&r->alarm, 50);
	else {
		r->on_alarm = counters_came;
		alarm_in_ms(&r->alarm, COUNTERS_MS);
	}
}

void
ctl_with_counters(struct ctl_req *r, int (*fn)(struct ctl_req *))
{
	struct list_own *own = xcalloc(1, sizeof(*own));

	own->fn = fn;
	r->own = own;
	r->on_alarm = ask_counters;
	ask_counters(r);
}

void
ctl_pair_came(const struct mt_pair *m)
{
	struct grant	*g = sess_grant_find(m->grant);
	struct sa_pair	*p;

	if (g == NULL || (p = sess_grant_pair(g, m->spi_in)) == NULL)
		return;
	sess_pair_saw(p, &m->counters, &m->local, &m->remote);
	p->counted = alarm_now();
}

/* What has come was as last known: who is idle cannot be told by it. */
static void
not_counted(void)
{
	struct session	*s;
	struct grant	*g;
	struct sa_pair	*p;

	for (s = sess_next(NULL); s != NULL; s = sess_next(s))
		TAILQ_FOREACH(g, &s->grants, entry)
			TAILQ_FOREACH(p, &g->pairs, entry)
				p->counted = 0;
}

void
ctl_pairs_end(const struct mt_result *m)
{
	struct ctl_req *r = ctl_by_ask(m->req);

	if (m->code != RSN_OK)
		not_counted();
	if (m->req == 0) {
		lifesize_came();
		inactive_came();
	}
	if (r != NULL && r->on_alarm == counters_came)
		counters_came(r);
}

struct tunnel *
ctl_next_target(struct ctl_req *r, uint32_t *child)
{
	struct tunnel *t;

	while (r->at < r->targets.n) {
		t = tunnel_find(r->targets.v[r->at].tunnel);
		*child = r->targets.v[r->at].child;
		r->at++;
		if (t != NULL)
			return (t);
		r->told = 0;
	}
	return (NULL);
}

int
ctl_each_up(struct ctl_req *r, const struct tunnel *t, uint32_t child,
    void (*fn)(struct ctl_req *r, const struct session *s, uint32_t child))
{
	const struct session *s;
	size_t n = 0;

	TAILQ_FOREACH(s, &t->sessions, entry) {
		if (s->state != SS_UP || n++ < r->told)
			continue;
		if (n > r->told + UP_AT_ONCE) {
			r->told += UP_AT_ONCE;
			r->at--;
			return (1);
		}
		fn(r, s, child);
	}
	r->told = 0;
	return (0);
}

static void
count(struct ctl_req *r, const struct tunnel *t)
{
	static const uint8_t where[TN_STATES] = {
		[TN_CLOSED] = C_DOWN, [TN_RETRY] = C_DOWN,
		[TN_OPEN] = C_OPEN, [TN_DORMANT] = C_DORMANT,
		[TN_NEGOTIATING] = C_NEGOTIATING, [TN_ACTIVE] = C_ACTIVE,
	};

	r->count[where[members_shown(t)]]++;
	if (members_many(t->pol))
		((struct list_own *)r->own)->peers += sess_ups(t);
}

#define LOOK_BACK	256	/* among the few that are named */

/*
 * Has the tunnel of the last target, or (whole) all of it, been told before,
 * or will all of it be?  0: neither.
 */
static int
told_elsewhere(const struct ctl_req *r, int whole)
{
	const struct target *v = r->targets.v;
	size_t at = r->at - 1, i = at > LOOK_BACK ? at - LOOK_BACK : 0;

	if (r->m->args_n == 0)
		return (0);
	for (; i < (whole ? r->targets.n : at) && i < at + LOOK_BACK; i++)
		if (i != at && v[i].tunnel == v[at].tunnel &&
		    (!whole || v[i].child == 0))
			return (1);
	return (0);
}

static void
tunnel_row(struct ctl_req *r, const struct tunnel *t)
{
	static struct mq_row	 row;
	const struct session	*s = sess_up_of(t);
	const struct tun_child	*c;
	char			 text[600];
	uint64_t		 in = 0, out = 0, i, o;

	TAILQ_FOREACH(c, &t->children, entry) {
		ctl_child_bytes(t, c, &i, &o);
		in += i;
		out += o;
	}
	ctl_row_new(&row, r->id, "tunnel");
	ctl_row_u64(&row, "no", t->number);
	ctl_row_str(&row, "name", t->name);
	if (members_many(t->pol)) {
		ctl_row_str(&row, "remote", "");
		ctl_row_str(&row, "remote_id", members_text(t, text,
		    sizeof(text)));
	} else {
		ctl_row_str(&row, "remote", ctl_text_remotes(t, text,
		    sizeof(text)));
		ctl_row_str(&row, "remote_id", manual_is(t) ? "manual keys" :
		    ctl_text_id(s != NULL ? s->id_peer :
		    &t->pol->cf.id_remote, text, sizeof(text)));
	}
	ctl_row_str(&row, "status", members_status(t));
	ctl_row_u64(&row, "since", ctl_age(t->since));
	ctl_row_u64(&row, "in_bytes", in);
	ctl_row_u64(&row, "out_bytes", out);
	text[0] = '\0';
	if (t->state != TN_ACTIVE && explain_knows(t->number, t->code))
		snprintf(text, sizeof(text), "ikectl explain %s", t->name);
	ctl_row_str(&row, "reason", s != NULL && s->stuck ? "its IKE SA keeps "
	    "the old suite: both ends agree to none of the new" :
	    tunnel_reason(t));
	ctl_row_str(&row, "advice", text);
	ctl_row_u64(&row, "peers", sess_ups(t));
	ctl_row_str(&row, "role", ctl_text_role(t->pol->cf.role));
	ctl_row_str(&row, "start", ctl_text_start(t->pol->cf.start));
	ctl_row_str(&row, "certificate", own_end_text(t->number, 0, text,
	    sizeof(text)));
	ctl_row(r, &row);
}

static void
child_row(struct ctl_req *r, const struct tunnel *t,
    const struct tun_child *c)
{
	static struct mq_row	 row;
	const char		*why;
	char			 text[600];
	uint64_t		 in, out;

	ctl_child_bytes(t, c, &in, &out);
	ctl_row_new(&row, r->id, "child");
	ctl_row_str(&row, "no", ctl_text_no(t, c->number, text,
	    sizeof(text)));
	ctl_row_str(&row, "name", c->pol->cf.name);
	ctl_row_str(&row, "local", ctl_text_ts(t, c, 0, text, sizeof(text)));
	ctl_row_str(&row, "remote", ctl_text_ts(t, c, 1, text, sizeof(text)));
	ctl_row_str(&row, "status", ctl_text_status(c));
	ctl_row_str(&row, "action", ctl_text_action(c));
	ctl_row_u64(&row, "since", ctl_age(c->since));
	ctl_row_u64(&row, "in_bytes", in);
	ctl_row_u64(&row, "out_bytes", out);
	if (c->npairs == 0 && (why = tunnel_child_why(c)) != NULL)
		ctl_row_str(&row, "reason", why);
	ctl_row(r, &row);
}

static void
total_row(struct ctl_req *r)
{
	static struct mq_row row;

	ctl_row_new(&row, r->id, "total");
	ctl_row_u64(&row, "active", r->count[C_ACTIVE]);
	ctl_row_u64(&row, "negotiating", r->count[C_NEGOTIATING]);
	ctl_row_u64(&row, "open", r->count[C_OPEN]);
	ctl_row_u64(&row, "dormant", r->count[C_DORMANT]);
	ctl_row_u64(&row, "down", r->count[C_DOWN]);
	ctl_row_u64(&row, "peers", ((struct list_own *)r->own)->peers);
	ctl_row(r, &row);
}

/* One tunnel with its children; a child that was named, alone. */
static int
list_some(struct ctl_req *r)
{
	struct tunnel		*t;
	struct tun_child	*c;
	uint32_t		 child;
	int			 all = r->m->args_n > 0 ||
				    select_opt(r->m, "children") != NULL;

	if ((t = ctl_next_target(r, &child)) == NULL) {
		total_row(r);
		ctl_done(r, CTL_OK, "%s", "");
		return (0);
	}
	if ((select_opt(r->m, "active") != NULL && t->state != TN_ACTIVE) ||
	    (child != 0 && told_elsewhere(r, 1))) {
		r->told = 0;
		return (1);
	}
	if (r->told == 0 && !told_elsewhere(r, 0)) {
		count(r, t);
		tunnel_row(r, t);
	}
	if (r->m->args_n > 0 && child == 0 && members_many(t->pol) &&
	    ctl_each_up(r, t, child, ctl_peer))
		return (1);
	/* As in the picture: children of what is up, and what was named. */
	TAILQ_FOREACH(c, &t->children, entry)
		if (child != 0 ? c->number == child : all ||
		    (t->state == TN_ACTIVE && !members_many(t->pol)))
			child_row(r, t, c);
	return (1);
}

void
ctl_list(struct ctl_req *r)
{
	if (select_opt(r->m, "verbose") != NULL) {
		ctl_show_tunnel(r);
		return;
	}
	ctl_with_counters(r, list_some);
}
