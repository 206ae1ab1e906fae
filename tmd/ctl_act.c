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
 * activate, remove, restart.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "children.h"
#include "ctl_result.h"
#include "ctl_verbs.h"
#include "event.h"
#include "log.h"
#include "manual.h"
#include "members.h"
#include "sessions.h"
#include "ts.h"
#include "tunnel_fsm.h"
#include "vrf.h"

#define REMOVE_POLL_MS	50	/* a session that ends without an event */

/* activate */

/* Why a child that was asked for is not up; NULL: it may still come. */
static const char *
child_trouble(const struct tun_child *c)
{
	const char *why = tunnel_child_why(c);

	if (c->want && c->failures == 0 &&
	    vrf_lacks(&c->pol->ceiling) == NULL)
		return (NULL);
	return (why != NULL ? why : "closed again");
}

/* 1: all that was asked for is up; 0: not yet; -1: a child will not. */
static int
children_state(const struct tunnel *t, uint32_t child, const char **why,
    const struct tun_child **which)
{
	const struct tun_child	*c;
	int			 all = 1, any = 0;

	TAILQ_FOREACH(c, &t->children, entry) {
		if (child != 0 && c->number != child)
			continue;
		if (children_live(t, c)) {
			any = 1;
			continue;
		}
		if (!c->want && c->code == RSN_OK && child == 0)
			continue;
		all = 0;
		if ((*why = child_trouble(c)) != NULL) {
			*which = c;
			return (-1);
		}
	}
	return (all && any);
}

/* Is a tunnel that is not up still on its way? */
static int
on_its_way(const struct tunnel *t)
{
	switch (t->state) {
	case TN_NEGOTIATING:
		return (1);
	case TN_RETRY:
		return (t->blocked || t->failures == 0);
	default:
		return (0);
	}
}

static void
activate_check_one(struct ctl_req *r, size_t i)
{
	const struct target	*tg = &r->targets.v[i];
	const struct tunnel	*t = tunnel_find(tg->tunnel);
	const struct tun_child	*c = NULL;
	const char		*why = NULL;
	unsigned long long	 ms = alarm_now_ms() - r->t0_ms;

	if (t == NULL) {
		result_settle(r, i, ACT_FAILED, "no longer in the policy");
		return;
	}
	if (t->state != TN_ACTIVE) {
		why = tunnel_reason(t);
		if (!on_its_way(t))
			result_settle(r, i, ACT_FAILED, "%s is %s%s%s", t->name,
			    members_status(t),
			    *why != '\0' ? ": " : "", why);
		return;
	}
	switch (children_state(t, tg->child, &why, &c)) {
	case 1:
		result_settle(r, i, ACT_OK, "Active after %llu ms.", ms);
		break;
	case -1:
		result_settle(r, i, ACT_FAILED, "%s%s: %s",
		    tg->child != 0 ? "" : "Active, but not ",
		    c->pol->cf.name, why);
		break;
	}
}

static void
activate_check(struct ctl_req *r)
{
	size_t i;

	for (i = 0; i < r->targets.n && !r->done; i++)
		if (((struct act *)r->own)[i].state == ACT_WAIT)
			activate_check_one(r, i);
	result_finish(r, "active", 0);
}

static void
step_row(struct ctl_req *r, const struct tunnel *t, const char *what,
    const char *how, const char *detail)
{
	static struct mq_row row;

	ctl_row_new(&row, r->id, "step");
	ctl_row_u64(&row, "no", t->number);
	ctl_row_str(&row, "tunnel", t->name);
	ctl_row_str(&row, "what", what);
	ctl_row_str(&row, "how", how);
	ctl_row_str(&row, "detail", detail);
	ctl_row(r, &row);
}

/* "lan (1.1)  10.1.0.0/16 = 10.2.0.0/16  esp-aes256gcm16, tunnel, SPIs" */
static void
child_step(struct ctl_req *r, const struct tunnel *t, uint32_t child)
{
	const struct tun_child	*c = tunnel_child(t, child);
	struct grant		*g;
	const struct sa_pair	*p;
	char			 what[NAME_MAX_LEN + 32], how[512], l[240];
	char			 rm[240], detail[320];

	if (c == NULL || (p = ctl_newest_pair(t, c, &g)) == NULL)
		return;
	snprintf(what, sizeof(what), "%s (%u.%u)", c->pol->cf.name, t->number,
	    child);
	snprintf(how, sizeof(how), "%s = %s",
	    ctl_text_ts(t, c, 0, l, sizeof(l)),
	    ctl_text_ts(t, c, 1, rm, sizeof(rm)));
	ctl_text_child_suite(&p->suite, l, sizeof(l));
	snprintf(detail, sizeof(detail), "%s, %s, SPIs %08x in, %08x out", l,
	    c->pol->ceiling.mode == MODE_TRANSPORT ? "transport" : "tunnel",
	    p->spi_in, p->spi_out);
	step_row(r, t, what, how, detail);
}

static void
activate_event(struct ctl_req *r, const struct tmd_event *ev)
{
	if (!result_is_target(r, ev->tunnel, ev->child))
		return;
	/* A request that went out is shown once its answer has come. */
	if (ev->kind == EVT_STEP && strcmp(ev->how, "sent") != 0)
		step_row(r, ev->tunnel, ev->what, ev->how, ev->detail);
	else if (ev->kind == EVT_CHILD_UP)
		child_step(r, ev->tunnel, ev->child);
	/* What follows from an event is seen when its maker has returned. */
	if (r->count[0] == 0)
		alarm_in_ms(&r->alarm, 0);
}

/* The alarm serves the check after events, and the deadline. */
static void
activate_alarm(struct ctl_req *r)
{
	uint64_t now = alarm_now_ms();
	uint64_t end = r->t0_ms + (uint64_t)r->count[1] * 1000;

	activate_check(r);
	if (r->done || r->count[1] == 0)
		return;
	if (now >= end)
		result_finish(r, "active", 1);
	else
		alarm_in_ms(&r->alarm, end - now);
}

static void
start_row(struct ctl_req *r, const struct tunnel *t)
{
	static struct mq_row	 row;
	struct wt_addr		 l, rm;
	char			 text[600];

	ctl_row_new(&row, r->id, "start");
	ctl_row_u64(&row, "no", t->number);
	ctl_row_str(&row, "name", t->name);
	if (tunnel_remote(t, t->remote_index, &rm)) {
		tunnel_local(t, rm.af, &l);
		ctl_row_str(&row, "local", l.af == 0 ? "any" :
		    addr_print(&l, text, sizeof(text)));
		ctl_row_str(&row, "remote", addr_print(&rm, text,
		    sizeof(text)));
	} else {
		ctl_row_str(&row, "local", ctl_text_locals(t, text,
		    sizeof(text)));
		ctl_row_str(&row, "remote", ctl_text_remotes(t, text,
		    sizeof(text)));
	}
	ctl_row_str(&row, "version", manual_is(t) ? "manual keys" : "IKEv2");
	ctl_row_str(&row, "role", ctl_text_role(t->pol->cf.role));
	ctl_row(r, &row);
}

/* What is wanted from now on; manual children are opened. */
static void
want_children(struct tunnel *t, uint32_t child)
{
	struct tun_child *c;

	t->removed = 0;
	t->opened = 1;
	TAILQ_FOREACH(c, &t->children, entry) {
		if ((child != 0 && c->number != child) ||
		    c->pol->cf.action != ACTION_PROTECT)
			continue;
		c->removed = 0;
		c->opened = 1;
		c->want = 1;
		c->opening = 0;
		c->failures = 0;
		/* Its SAs are just being closed: then. */
		c->again = c->npairs > 0 && !children_live(t, c);
		tunnel_child_reason(c, RSN_OK, NULL);
	}
}

/* Why the tunnel waits for its peer, in the words of the picture. */
static const char *
responder_why(const struct tunnel *t)
{
	static char text[NAME_MAX_LEN + 32];

	if (t->pol->cf.group[0] != '\0') {
		snprintf(text, sizeof(text), "remote ID is group %s",
		    t->pol->cf.group);
		return (text);
	}
	if (t->pol->cf.role == TR_RESPONDER)
		return ("its role is responder");
	return ("the peer's address is not known");
}

static void
activate_one(struct ctl_req *r, size_t i)
{
	const struct target	*tg = &r->targets.v[i];
	struct tunnel		*t = tunnel_find(tg->tunnel);
	const struct tun_child	*c = NULL;
	const char		*why = NULL;
	char			 name[256];

	if (t == NULL)
		return;
	if (tg->child != 0 &&
	    tunnel_child(t, tg->child)->pol->cf.action != ACTION_PROTECT) {
		result_settle(r, i, ACT_FAILED, "%s has no SA: its action is "
		    "%s.", result_who(t, tg->child, name, sizeof(name)),
		    ctl_text_action(tunnel_child(t, tg->child)));
		return;
	}
	want_children(t, tg->child);
	if (t->state == TN_ACTIVE && !members_many(t->pol)) {
		if (children_state(t, tg->child, &why, &c) == 1) {
			result_settle(r, i, ACT_OK, "%s is Active already.",
			    result_who(t, tg->child, name, sizeof(name)));
			return;
		}
		start_row(r, t);
		children_open(t);
		tunnel_tell(t);
		return;
	}
	if (tunnel_can_initiate(t))
		start_row(r, t);
	tunnel_fsm(t, TE_ACTIVATE);
	if (!tunnel_can_initiate(t))
		result_settle(r, i, ACT_OPEN, "%s is open; it is a responder "
		    "(%s): start it from the client side.",
		    result_who(t, tg->child, name, sizeof(name)),
		    responder_why(t));
}

static void
activate_all(struct ctl_req *r)
{
	char	name[256];
	long	timeout = ctl_opt_seconds(r, "timeout");
	size_t	i;

	if (timeout < 0)
		return;
	r->own = xcalloc(r->targets.n, sizeof(struct act));
	r->on_event = activate_event;
	r->on_alarm = activate_alarm;
	r->count[0] = 1;	/* not yet: all are started first */
	r->count[1] = (uint32_t)timeout;
	for (i = 0; i < r->targets.n && !r->done; i++)
		activate_one(r, i);
	r->count[0] = 0;
	if (select_opt(r->m, "no-wait") != NULL) {
		for (i = 0; i < r->targets.n; i++)
			result_settle(r, i, ACT_OK, "%s is being started.",
			    result_who(tunnel_find(r->targets.v[i].tunnel),
			    r->targets.v[i].child, name, sizeof(name)));
		result_finish(r, "started", 0);
		return;
	}
	activate_alarm(r);
}

void
ctl_activate(struct ctl_req *r)
{
	activate_all(r);
}

/* Who watches learns that they end here, not by the peer. */
static void
tell_ends(struct tunnel *t)
{
	struct session *s;

	TAILQ_FOREACH(s, &t->sessions, entry)
		if (s->state == SS_UP)
			event_sess(EVT_SESSION_DOWN, s, 0, RSN_ADMIN,
			    "session ended: %s", reason_text(RSN_ADMIN));
}

/* restart: ends it, then the same as activate. */
void
ctl_restart(struct ctl_req *r)
{
	struct tunnel	*t;
	struct tun_child *c;
	size_t		 i;

	for (i = 0; i < r->targets.n; i++) {
		t = tunnel_find(r->targets.v[i].tunnel);
		if (r->targets.v[i].child == 0) {
			tell_ends(t);
			tunnel_fsm(t, TE_ONCE);
			/* Its pairs go with the session that ends. */
			sessions_drop_all(t, RSN_ADMIN);
			continue;
		}
		c = tunnel_child(t, r->targets.v[i].child);
		children_end(t, c, RSN_ADMIN);
	}
	activate_all(r);
}

/* remove */

static void
remove_check(struct ctl_req *r)
{
	const struct target	*tg;
	const struct tunnel	*t;
	const struct tun_child	*c;
	char			 name[256];
	size_t			 i;

	for (i = 0; i < r->targets.n; i++) {
		tg = &r->targets.v[i];
		t = tunnel_find(tg->tunnel);
		c = t != NULL && tg->child != 0 ?
		    tunnel_child(t, tg->child) : NULL;
		if (t == NULL)
			result_settle(r, i, ACT_OK, "no longer in the policy");
		else if (c != NULL ? c->npairs == 0 :
		    TAILQ_EMPTY(&t->sessions))
			result_settle(r, i, ACT_OK, "%s removed.",
			    result_who(t, tg->child, name, sizeof(name)));
	}
	result_finish(r, "removed", 0);
	if (!r->done)
		alarm_in_ms(&r->alarm, REMOVE_POLL_MS);
}

static void
remove_child(struct tunnel *t, struct tun_child *c, int once)
{
	if (!once) {
		c->removed = 1;
		c->opened = 0;
	}
	tunnel_child_reason(c, RSN_ADMIN, once ? NULL :
	    "removed: ikectl activate opens it");
	children_end(t, c, RSN_ADMIN);
	tunnel_tell(t);
}

void
ctl_remove(struct ctl_req *r)
{
	int		 once = select_opt(r->m, "once") != NULL;
	const struct target *tg;
	struct tunnel	*t;
	size_t		 i;

	r->own = xcalloc(r->targets.n, sizeof(struct act));
	for (i = 0; i < r->targets.n; i++) {
		tg = &r->targets.v[i];
		t = tunnel_find(tg->tunnel);
		if (tg->child != 0)
			remove_child(t, tunnel_child(t, tg->child), once);
		else
			tunnel_fsm(t, once ? TE_ONCE : TE_REMOVE);
	}
	r->on_alarm = remove_check;
	remove_check(r);
}
