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
 * The coordinator of a reload, and of the first load, which is the same with
 * nobody there yet but ourselves: the actions of reload_fsm.c's table.
 */
#include <event2/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "life.h"
#include "proto_parent_tmd.h"
#include "proto_start.h"
#include "reload_all.h"
#include "reload_fsm.h"

static struct {
	struct parent	*p;
	enum reload_state state;
	struct event	*timer, *again, *own, *hold;
	uint32_t	 generation;	/* being made */
	uint32_t	 last;		/* the highest ever used */
	int		 owing;		/* ceilings to be prepared */
	struct sn_suite	 suite;		/* of that generation */
	uint8_t		 back;		/* to the policy before the trial */
	uint8_t		 held;		/* by the ikd-parent before us */
	char		 why[MSG_TEXT];
} rl;

static const struct timeval at_once;

static void	event(enum reload_event e);

/* Why it will be aborted; the first reason stays. */
static void
because(const char *fmt, ...)
{
	va_list ap;

	if (rl.why[0] != '\0')
		return;
	va_start(ap, fmt);
	vsnprintf(rl.why, sizeof(rl.why), fmt, ap);
	va_end(ap);
}

/* The actions. */

static void
act_load(void)
{
	rl.generation = ++rl.last;
	load_start(rl.generation);
}

static void
act_settle(void)
{
	if (children_settled(0) && !reload_still(reload_is_preparing))
		event(RE_SETTLED);
}

static void
act_push(void)
{
	struct ms_push m = { rl.generation,
	    ask_now()->what == RELOAD_LOOK };

	if (parent_pipe(rl.p, ROLE_SIGN, 0) == NULL)
		event(RE_PUSHED);	/* the first load: nobody there */
	else
		starter_send(rl.p, M_PUSH_SECRETS, &m, -1);
}

static void
prepare_one(struct child *c)
{
	struct ml_prepare m = { rl.generation, rl.held || rl.back };

	c->prepared = 0;
	c->preparing = 1;
	(void)child_send(c, M_PREPARE, &m, snaps_dup(c->id.role, 1));
}

static void
refused(const char *why)
{
	because("%s", why);
	event(RE_REFUSED);
}

/* Our own part takes a turn of its own: the others read theirs meanwhile. */
static void
act_prepare(void)
{
	const char *why = order_suite(rl.p, rl.generation, &rl.suite);

	if (why != NULL) {
		refused(why);
		return;
	}
	rl.owing = 1;
	if (rl.p->serving) {
		evtimer_add(rl.own, &at_once);
		reload_each(prepare_one);
	} else
		event(RE_PREPARED);
}

static void
prepared(void)
{
	if (!rl.owing && !reload_still(reload_is_preparing))
		event(ask_now()->what == RELOAD_LOOK ? RE_LOOKED :
		    RE_PREPARED);
}

/* At a start the snapshot is committed already. */
static const char *
prepare_own(void)
{
	if (!rl.owing)
		return (NULL);
	rl.owing = 0;
	return (ceilings_prepare(rl.generation, snaps_own(rl.p->serving)));
}

/* Some blocks in each turn of a start. */
static void
on_hold(evutil_socket_t fd, short what, void *arg)
{
	const char *why;
	int more;

	(void)fd, (void)what, (void)arg;
	if (rl.state != RL_HOLDING || rl.p->stopping)
		return;
	why = prepare_own();
	if (why != NULL || (why = ceilings_hold_some(&more)) != NULL)
		order_failed(rl.p, "%s", why);
	if (more)
		reload_hold();
	else
		event(RE_HELD);
}

static void
on_own(evutil_socket_t fd, short what, void *arg)
{
	const char *why;

	(void)fd, (void)what, (void)arg;
	if (!rl.owing || rl.state != RL_PREPARING)
		return;
	if ((why = prepare_own()) != NULL)
		refused(why);
	else
		prepared();
}

void
reload_more(void)
{
	evtimer_add(rl.again, &at_once);
}

/* Everybody hears the end of it: ikectl, systemd, the log. */
static void
answer(int ok)
{
	struct parent *p = rl.p;
	struct ms_generation g = { p->generation };

	if (ask_answer(p, ok, rl.why))
		reload_more();
	if (p->serving)
		starter_send(p, M_SERVING, &g, -1);
}

static void
abort_one(struct child *c)
{
	struct ml_generation m = { rl.generation };

	if (c->preparing || c->prepared == rl.generation)
		(void)child_send(c, M_ABORT, &m, -1);
	c->prepared = 0;
}

/* Everybody forgets what was to be. */
static void
forget(void)
{
	rl.owing = 0;
	reload_each(abort_one);
	load_drop_state();
	ceilings_abort();
	snaps_drop_standby();
}

static void
act_abort(const char *why)
{
	struct parent *p = rl.p;

	because("%s", why != NULL ? why : "refused");
	forget();
	if (p->generation == 0)
		order_failed(p, "%s", rl.why);
	if (ask_now()->what != RELOAD_LOOK)
		log_error(LS_POLICY, "policy not %s: %s; generation %u holds",
		    rl.back ? "rolled back" : "reloaded", rl.why,
		    p->generation);
	if (rl.back)
		trial_back_done(0);
	answer(0);
}

/* All could: what would hold, for tmd to compare with what does. */
static void
act_show(void)
{
	struct mt_looked m = { ask_now()->req, rl.generation };

	(void)parent_send(rl.p, ROLE_TMD, 0, M_LOOKED, &m,
	    snaps_dup(ROLE_TMD, 1));
	forget();
	answer(1);
}

/* On the disk before anybody acts on it; on trial, when it is kept. */
static void
act_save(void)
{
	struct ms_save m = { rl.generation, (uint8_t)load_damaged() };
	int fd = ask_now()->confirm != 0 ? -1 : load_new_state();

	if (fd == -1)
		event(RE_SAVED);
	else
		starter_send(rl.p, M_SAVE, &m, fd);
}

/* COMMIT to the roles of this step. */
static void
commit(enum role role, enum role also)
{
	reload_commit(role, also, rl.generation);
	if (!reload_still(reload_is_committing))
		event(RE_COMMITTED);
}

/*
 * The point of no return.  At a start nobody is there yet who could refuse:
 * the others start, and read theirs, beside our own part and the kernel's.
 */
static void
act_switch(void)
{
	struct parent *p = rl.p;
	uint32_t base = p->generation, trial = ask_now()->confirm;

	p->generation = rl.generation;
	p->suite = rl.suite;
	logs_levels(p);
	snaps_commit(p, rl.generation, trial != 0);
	if (trial != 0)
		trial_begin(p, trial, base, load_new_state());
	if (p->serving)
		event(RE_HELD);
	else
		order_loaded(p);
}

static void
act_hold(void)
{
	struct parent *p = rl.p;
	const char *why = prepare_own();

	if (why == NULL)
		why = ceilings_commit(p, rl.generation);
	if (why != NULL && !p->serving)
		order_failed(p, "%s", why);
	if (why != NULL)
		reload_unsafe(p, rl.generation, why);
	reload_filters(p);
	commit(ROLE_SIGN, ROLE_CERTD);
}

/* The trial's policy to the disk; then it is kept, and not before. */
static void
act_keep(void)
{
	rl.generation = rl.p->generation;
	if (!trial_save(rl.p))
		event(RE_SAVED);
}

static void
act_not_kept(const char *why)
{
	because("%s", why);
	log_error(LS_POLICY, "generation %u is not kept: %s",
	    rl.p->generation, rl.why);
	answer(0);
}

static void
act_done(void)
{
	struct parent *p = rl.p;

	log_notice(LS_POLICY, "policy generation %u holds: %u tunnel%s",
	    p->generation, p->suite.tunnels, p->suite.tunnels == 1 ? "" : "s");
	if (rl.back)
		trial_back_done(1);
	if (!p->serving)
		order_holds(p);
	else
		answer(1);
}

static void
act(const struct reload_row *row)
{
	switch (row->action) {
	case RA_LOAD:
		act_load();
		break;
	case RA_STOP_LOADER:
		child_kill(child_of(ROLE_POLICY, 0), "too slow");
		break;
	case RA_SETTLE:
		act_settle();
		break;
	case RA_PUSH:
		act_push();
		break;
	case RA_PREPARE:
		act_prepare();
		break;
	case RA_ABORT_LATE:
		reload_each(reload_kill_silent);
		/* FALLTHROUGH */
	case RA_ABORT:
		act_abort(row->why);
		break;
	case RA_SHOW:
		act_show();
		break;
	case RA_SAVE:
		act_save();
		break;
	case RA_SWITCH:
		act_switch();
		break;
	case RA_HOLD:
		act_hold();
		break;
	case RA_KILL_LATE:
		reload_each(reload_kill_late);
		/* FALLTHROUGH */
	case RA_RECHECK:
		if (!reload_still(reload_is_committing))
			event(RE_COMMITTED);
		break;
	case RA_COMMIT_IKE:
		commit(ROLE_IKE, ROLE_TOKEN);
		break;
	case RA_COMMIT_TMD:
		commit(ROLE_TMD, ROLE_FETCH);
		break;
	case RA_DONE:
		act_done();
		break;
	case RA_KEEP:
		act_keep();
		break;
	case RA_KEPT:
		trial_kept(rl.p);
		answer(1);
		break;
	case RA_NOT_KEPT:
		act_not_kept(row->why);
		break;
	}
}

static void
event(enum reload_event e)
{
	const struct reload_row *row = reload_row(rl.state, e);
	struct timeval tv = { 0, 0 };

	if (row == NULL || rl.p->stopping)
		return;
	if (row->next != rl.state) {
		evtimer_del(rl.timer);
		tv.tv_sec = reload_seconds(row->next);
		if (tv.tv_sec != 0)
			evtimer_add(rl.timer, &tv);
	}
	rl.state = row->next;
	act(row);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	event(RE_TIMEOUT);
}

/* Requests that came during the last reload become the next. */
static void
on_again(evutil_socket_t fd, short what, void *arg)
{
	const char *why;

	(void)fd, (void)what, (void)arg;
	if (rl.state != RL_IDLE || (rl.p->generation != 0 &&
	    !rl.p->serving) || !ask_next())
		return;
	rl.why[0] = '\0';
	rl.back = rl.held = 0;
	if ((why = trial_refuses(ask_now())) == NULL) {
		event(ask_now()->what == RELOAD_KEEP ? RE_KEEP : RE_REQUEST);
		return;
	}
	because("%s", why);
	log_notice(LS_POLICY, "policy not reloaded: %s", why);
	answer(0);
}

void
reload_init(struct parent *p)
{
	rl.p = p;
	rl.timer = evtimer_new(p->base, on_timer, NULL);
	rl.again = evtimer_new(p->base, on_again, NULL);
	rl.own = evtimer_new(p->base, on_own, NULL);
	rl.hold = evtimer_new(p->base, on_hold, NULL);
	/* Whatever else there is to do comes between two turns of a start. */
	if (rl.timer == NULL || rl.again == NULL || rl.own == NULL ||
	    rl.hold == NULL || event_priority_set(rl.hold, LOG_PRIORITY) == -1)
		fatal("timers");
}

void
reload_hold(void)
{
	evtimer_add(rl.hold, &at_once);
}

void
reload_asked(struct parent *p, const struct mt_reload *m, int text)
{

	if (!p->stopping && ask_put(m, text) && rl.state == RL_IDLE)
		reload_more();
}

void
reload_request(struct parent *p)
{
	static const struct mt_reload plain;

	reload_asked(p, &plain, -1);
}

int
reload_back(uint32_t generation)
{
	if (rl.state != RL_IDLE || rl.p->stopping)
		return (0);
	load_drop_state();	/* a diff's */
	snaps_drop_standby();
	snaps_back();
	ask_none();
	rl.why[0] = '\0';
	rl.back = 1;
	rl.generation = generation;
	rl.state = RL_LOADING;
	event(RE_LOADED);
	return (1);
}

/*
 * Only who changed the database, or keeps what was on trial, has to know; the
 * log has it anyway.
 */
void
reload_saved(uint32_t generation, const char *why)
{
	if (generation != rl.generation)
		return;
	if (why[0] == '\0' || (rl.state == RL_SAVING &&
	    ask_now()->change.how == CHANGE_NONE)) {
		event(RE_SAVED);
		return;
	}
	because("the database could not be written: %s", why);
	event(RE_NOT_SAVED);
}

void
reload_kept(uint32_t generation)
{
	rl.last = rl.generation = generation;
	rl.held = 1;
	rl.state = RL_LOADING;
	event(RE_LOADED);
}

void
reload_loaded(const char *why)
{
	if (why != NULL)
		because("%s", why);
	event(why != NULL ? RE_NOT_LOADED : RE_LOADED);
}

void
reload_secrets_pushed(uint32_t generation)
{
	if (generation == rl.generation)
		event(RE_PUSHED);
}

void
reload_prepared(struct child *c, uint32_t generation, int ok, const char *text)
{
	if (!c->preparing) {
		child_violation(&c->id, "PREPARED that nobody asked for");
		return;
	}
	c->preparing = 0;
	if (rl.state == RL_SETTLING)	/* of one that was aborted */
		act_settle();
	if (rl.state != RL_PREPARING || generation != rl.generation)
		return;
	if (ok) {
		c->prepared = generation;
		c->vetoes = 0;
		prepared();
		return;
	}
	because("%s: %s", role_name(c->id.role, c->id.inst), text);
	event(RE_REFUSED);
	reload_vetoed(c);
}

void
reload_committed(struct child *c, uint32_t generation)
{
	if (!c->committing || generation != rl.generation) {
		child_violation(&c->id, "COMMITTED that nobody asked for");
		return;
	}
	c->committing = 0;
	c->generation = generation;
	if (!reload_still(reload_is_committing))
		event(RE_COMMITTED);
}

void
reload_child_died(struct child *c)
{
	c->preparing = c->committing = 0;
	if (c->id.role == ROLE_TMD)	/* its requests died with it */
		ask_forget();
	event(RE_LOST);
}

void
reload_child_settled(void)
{
	if (rl.state == RL_SETTLING)
		act_settle();
}
