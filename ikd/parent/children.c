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
 * The roles we have started: start, READY, ping, end, back-off.  What a role
 * is given in between is in sockets.c, snaps.c and pairs.c.
 */
#include <sys/wait.h>

#include <event2/event.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "life.h"
#include "proto_parent_policy.h"
#include "proto_start.h"

#define READY_SECONDS	90	/* key checks and warm-up of a slow machine */
#define PING_SECONDS	10
#define PONG_SECONDS	30	/* no answer for so long: it hangs */
#define END_SECONDS	3	/* killed, and still not reaped: again */
#define STOP_SECONDS	5	/* STOP was said: then SIGKILL */

static struct child *children[ROLE_MAX][WORKERS_MAX];
static struct pipe_handler *handlers[ROLE_MAX];

static const struct msg_table *const tables[ROLE_MAX] = {
	[ROLE_IKE] = &proto_parent_ike, [ROLE_ESP] = &proto_parent_esp,
	[ROLE_TMD] = &proto_parent_tmd, [ROLE_POLICY] = &proto_parent_policy,
	[ROLE_CERTD] = &proto_parent_certd, [ROLE_SIGN] = &proto_parent_sign,
	[ROLE_FETCH] = &proto_parent_fetch, [ROLE_DHCP] = &proto_parent_dhcp,
	[ROLE_TOKEN] = &proto_parent_token,
	[ROLE_METRICS] = &proto_parent_metrics
};

/* What a death means, for people. */
static const char *const heals[ROLE_MAX] = {
	[ROLE_IKE] = "its sessions are lost, their tunnels start again",
	[ROLE_ESP] = "SAs are kept or made anew, nothing goes in clear",
	[ROLE_TMD] = "sessions go on, grants stand",
	[ROLE_CERTD] = "sessions go on",
	[ROLE_SIGN] = "sessions go on, negotiations begin again",
	[ROLE_FETCH] = "sessions go on",
	[ROLE_DHCP] = "sessions go on",
	[ROLE_TOKEN] = "sessions go on",
	[ROLE_METRICS] = "sessions go on"
};

uint64_t
parent_now(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_BOOTTIME, &ts) == -1)
		fatal_errno("CLOCK_BOOTTIME");
	return ((uint64_t)ts.tv_sec);
}

unsigned int
parent_slot_worker(const struct parent *p, unsigned int slot)
{
	return (p->workers == 0 ? 0 : slot % p->workers);
}

struct child *
child_of(enum role role, unsigned int inst)
{
	if (role >= ROLE_MAX || inst >= WORKERS_MAX)
		return (NULL);
	return (children[role][inst]);
}

struct child *
child_at(unsigned int i)
{
	unsigned int r, n;

	for (r = 0; r < ROLE_MAX; r++)
		for (n = 0; n < WORKERS_MAX; n++)
			if (children[r][n] != NULL && i-- == 0)
				return (children[r][n]);
	return (NULL);
}

static const char *
name_of(const struct child *c)
{
	return (role_name(c->id.role, c->id.inst));
}

static int
running(const struct child *c)
{
	return (c != NULL && c->pipe != NULL &&
	    (c->state == CH_READY || c->state == CH_SETTLED));
}

struct pipe *
parent_pipe(struct parent *p, enum role role, unsigned int inst)
{
	struct child *c = child_of(role, inst);

	(void)p;
	return (running(c) ? c->pipe : NULL);
}

int
child_send(struct child *c, uint16_t type, const void *body, int fd)
{
	if (c != NULL && c->pipe != NULL && pipe_may(c->pipe, type))
		return (pipe_send(c->pipe, type, body, fd));
	if (fd != -1)
		close(fd);
	return (PIPE_CLOSED);
}

int
parent_send(struct parent *p, enum role role, unsigned int inst,
    uint16_t type, const void *body, int fd)
{
	(void)p;
	return (child_send(child_of(role, inst), type, body, fd));
}

static void
arm(struct child *c, unsigned int ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	evtimer_add(c->timer, &tv);
}

/* Off with the pipe; what it still said is lost. */
static void
pipe_drop(struct child *c)
{
	pipe_free(c->pipe);
	c->pipe = NULL;
	evtimer_del(c->ping);
}

static void
kill_now(struct child *c)
{
	struct ms_kill m = { (uint8_t)c->id.role, (uint8_t)c->id.inst,
	    SIGKILL };

	starter_send(c->id.parent, M_KILL_ROLE, &m, -1);
	arm(c, END_SECONDS * 1000);
}

void
child_kill(struct child *c, const char *why)
{
	if (c->state == CH_OFF || c->state == CH_WAITING)
		return;
	if (c->why == NULL)
		c->why = why;
	if (c->state == CH_READY || c->state == CH_SETTLED)
		pairs_gone(c);
	c->state = CH_ENDING;
	pipe_drop(c);
	kill_now(c);
}

void
child_violation(const struct child_id *id, const char *fmt, ...)
{
	struct child *c = child_of(id->role, id->inst);
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_error(LS_CORE, "%s: %s: killed", name_of(c), text);
	child_kill(c, "broke a rule");
}

void
child_stop(struct child *c)
{
	if (c->state == CH_WAITING) {
		evtimer_del(c->timer);
		c->state = CH_OFF;
	} else if (c->state == CH_STARTING)
		child_kill(c, "stopped before it was ready");
	if (!running(c) || c->stopped)
		return;
	c->stopped = 1;
	(void)child_send(c, M_STOP, NULL, -1);
	pipe_set_phase(c->pipe, PH_STOP);
	arm(c, STOP_SECONDS * 1000);
}

static void
on_pipe_broken(void *ctx, struct pipe *p, const char *why)
{
	struct child *c = ctx;

	(void)p;
	if (why != NULL) {
		log_error(LS_CORE, "%s broke a rule of its pipe: %s: killed",
		    name_of(c), why);
		child_kill(c, "broke a rule of its pipe");
		return;
	}
	/* It ends; how, the starter says.  If it only hangs, it is killed. */
	if (c->state == CH_READY || c->state == CH_SETTLED)
		pairs_gone(c);
	c->state = CH_ENDING;
	pipe_drop(c);
	arm(c, END_SECONDS * 1000);
}

static void
on_ping_time(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval tv = { PING_SECONDS, 0 };
	struct child *c = arg;
	struct ml_seq m;

	(void)fd, (void)what;
	if (c->ping_seq != c->pong_seq &&
	    parent_now() - c->ping_at >= PONG_SECONDS) {
		log_error(LS_CORE, "%s has not answered for %d s: killed",
		    name_of(c), PONG_SECONDS);
		child_kill(c, "hung");
		return;
	}
	if (c->ping_seq == c->pong_seq)
		c->ping_at = parent_now();
	m.seq = c->ping_seq + 1;
	if (child_send(c, M_PING, &m, -1) == PIPE_OK)
		c->ping_seq = m.seq;
	evtimer_add(c->ping, &tv);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct child *c = arg;

	(void)fd, (void)what;
	switch (c->state) {
	case CH_WAITING:
		child_start(c);
		break;
	case CH_ENDING:
		kill_now(c);
		break;
	case CH_STARTING:
	case CH_READY:
	case CH_SETTLED:
		log_error(LS_CORE, "%s did not %s in time: killed", name_of(c),
		    c->stopped ? "stop" : "get ready");
		child_kill(c, "too slow");
		break;
	case CH_OFF:
		break;
	}
}

static void
hello(struct child *c)
{
	struct parent *p = c->id.parent;
	struct ml_hello m = { .role = (uint8_t)c->id.role,
	    .inst = (uint8_t)c->id.inst, .workers = (uint8_t)p->workers,
	    .epoch = ++c->epoch, .level = LOG_L_INFO,
	    .userspace = p->suite.userspace, .seed = p->seed };

	memcpy(m.boot, p->boot, sizeof(m.boot));
	(void)pipe_send(c->pipe, M_GIVE_LOG, NULL, logs_pipe(c));
	(void)pipe_send(c->pipe, M_HELLO, &m, -1);
}

void
child_start(struct child *c)
{
	static const struct pipe_ops proto_ops = { NULL, on_pipe_broken };
	struct pipe_ops ops = proto_ops;
	struct ms_role m = { (uint8_t)c->id.role, (uint8_t)c->id.inst };
	int pair[2];

	if (c->state != CH_OFF && c->state != CH_WAITING)
		return;
	ops.handlers = handlers[c->id.role];
	pipe_pair(pair);
	c->pipe = pipe_new(c->id.parent->base, pair[0], tables[c->id.role],
	    SIDE_A, &ops, c);
	pipe_set_phase(c->pipe, PH_START);
	c->state = CH_STARTING;
	c->since = parent_now();
	c->why = NULL;
	c->pid = 0;
	c->stopped = c->preparing = c->committing = c->secrets = c->early = 0;
	c->generation = c->prepared = 0;
	c->ping_seq = c->pong_seq = 0;
	c->accusations = 0;
	starter_send(c->id.parent, M_START_ROLE, &m, pair[1]);
	hello(c);
	arm(c, READY_SECONDS * 1000);
}

/* Once both are so; the starter's word may come after the role's. */
static void
tell_back(const struct child *c)
{
	if (c->restarts > 0 && c->state == CH_SETTLED && c->pid != 0)
		log_notice(LS_CORE, "%s serves again, pid %u", name_of(c),
		    c->pid);
}

void
child_started(struct child *c, unsigned int pid)
{
	c->pid = pid;
	log_debug(LS_CORE, "%s started, pid %u", name_of(c), pid);
	tell_back(c);
}

void
child_settle(struct child *c)
{
	struct parent *p = c->id.parent;

	if (c->state != CH_READY)
		return;
	c->state = CH_SETTLED;
	if (!c->stopped)
		evtimer_del(c->timer);
	tell_back(c);
	pairs_connect(c);
	if (c->id.role == ROLE_IKE)
		grants_worker_started(p, c->id.inst);
	else if (c->id.role == ROLE_ESP)
		plane_esp_started();
	else if (c->id.role == ROLE_TMD)
		grants_tmd_started(p);
	reload_child_settled();
	order_step(p);
}

/* Grants, plane and reload hear of it while c still says what it was. */
static void
tell_dead(struct child *c, int status)
{
	if (c->id.role == ROLE_IKE)
		grants_worker_died(c->id.inst);
	else if (c->id.role == ROLE_SIGN)
		grants_sign_died();
	else if (c->id.role == ROLE_ESP)
		plane_esp_died(status);
	else if (c->id.role == ROLE_TMD)
		grants_tmd_died();
	reload_child_died(c);
}

static void
note_end(struct child *c, int status)
{
	if (WIFSIGNALED(status))
		snprintf(c->last_end, sizeof(c->last_end),
		    "killed by signal %d", WTERMSIG(status));
	else
		snprintf(c->last_end, sizeof(c->last_end), "exit status %d",
		    WEXITSTATUS(status));
	if (c->why != NULL) {
		strlcat(c->last_end, ", ", sizeof(c->last_end));
		strlcat(c->last_end, c->why, sizeof(c->last_end));
	}
	c->ended_at = parent_now();
}

void
child_died(struct child *c, int status)
{
	struct parent *p = c->id.parent;
	enum child_state was = c->state;
	unsigned int ms;

	if (was == CH_OFF || was == CH_WAITING)
		return;
	while (c->id.role == ROLE_POLICY && c->pipe != NULL &&
	    pipe_read_now(c->pipe) > 0)
		;	/* what it said last */
	note_end(c, status);
	if (c->state == CH_READY || c->state == CH_SETTLED)
		pairs_gone(c);
	pipe_drop(c);
	logs_close(c);
	evtimer_del(c->timer);
	c->state = CH_OFF;
	if (c->id.role == ROLE_POLICY) {
		load_ended(c);
		order_step(p);
		return;
	}
	tell_dead(c, status);
	if (!p->serving && !p->stopping)
		order_failed(p, "%s: %s", name_of(c), c->last_end);
	if (!p->stopping) {
		ms = backoff_wait(&c->backoff, c->ended_at - c->since);
		c->restarts++;
		c->state = CH_WAITING;
		log_error(LS_CORE, "%s[%u]: %s; started again in %u ms: %s",
		    name_of(c), c->pid, c->last_end, ms, heals[c->id.role]);
		arm(c, ms);
	}
	order_step(p);
}

int
children_settled(int without_tmd)
{
	struct child *c;
	unsigned int i;

	for (i = 0; (c = child_at(i)) != NULL; i++)
		if (c->id.role != ROLE_POLICY && c->state != CH_SETTLED &&
		    !(without_tmd && c->id.role == ROLE_TMD))
			return (0);
	return (1);
}

int
children_alive(void)
{
	struct child *c;
	unsigned int i;
	int n = 0;

	for (i = 0; (c = child_at(i)) != NULL; i++)
		n += c->state != CH_OFF && c->state != CH_WAITING;
	return (n);
}

/* LIFE_ROWS that a role sends. */

static void
on_ready(void *ctx, const void *body, int fd)
{
	const struct timeval tv = { PING_SECONDS, 0 };
	struct child *c = ctx;

	(void)body;
	(void)fd;
	/* Its pid first: the starter has written it before. */
	if (c->pid == 0)
		(void)pipe_read_now(c->id.parent->starter);
	if (c->state != CH_STARTING)
		return;
	pipe_set_phase(c->pipe, PH_RUN);
	c->state = CH_READY;
	logs_tell(c);
	arm(c, READY_SECONDS * 1000);	/* until it is settled */
	evtimer_add(c->ping, &tv);
	if (c->id.role == ROLE_POLICY) {
		evtimer_del(c->timer);	/* the reload's own time-out */
		load_ready(c);
		return;
	}
	sockets_give(c);
	catchup_start(c);
}

static void
on_pong(void *ctx, const void *body, int fd)
{
	const struct ml_seq *m = body;
	struct child *c = ctx;

	(void)fd;
	if (m->seq != c->pong_seq + 1) {
		child_violation(&c->id, "PONG %u", m->seq);
		return;
	}
	c->pong_seq = m->seq;
	c->ping_at = parent_now();
}

static void
on_prepared(void *ctx, const void *body, int fd)
{
	const struct ml_prepared *m = body;
	struct child *c = ctx;

	(void)fd;
	if (c->state == CH_READY)
		catchup_prepared(c, m->generation, m->ok, m->text);
	else
		reload_prepared(c, m->generation, m->ok, m->text);
}

static void
on_committed(void *ctx, const void *body, int fd)
{
	const struct ml_generation *m = body;
	struct child *c = ctx;

	(void)fd;
	if (c->state == CH_READY)
		catchup_committed(c, m->generation);
	else
		reload_committed(c, m->generation);
}

static const struct pipe_handler life_handlers[] = {
	{ M_READY, on_ready }, { M_PONG, on_pong },
	{ M_PREPARED, on_prepared }, { M_COMMITTED, on_committed },
	{ M_PEER_BROKE, pairs_on_broke }, { 0, NULL }
};

/* Up to three lists become one. */
static struct pipe_handler *
join(const struct pipe_handler *own, const struct pipe_handler *more)
{
	const struct pipe_handler *lists[] = { life_handlers, own, more };
	struct pipe_handler *all = xcalloc(64, sizeof(*all));
	const struct pipe_handler *h;
	size_t i, n = 0;

	for (i = 0; i < 3; i++)
		for (h = lists[i]; h != NULL && h->type != 0; h++) {
			if (n == 63)
				fatal("too many handlers");
			all[n++] = *h;
		}
	return (all);
}

static void
child_new(struct parent *p, enum role role, unsigned int inst)
{
	struct child *c = xcalloc(1, sizeof(*c));

	c->id = (struct child_id){ p, role, inst };
	c->log_fd = -1;
	c->timer = evtimer_new(p->base, on_timer, c);
	c->ping = evtimer_new(p->base, on_ping_time, c);
	if (c->timer == NULL || c->ping == NULL)
		fatal("timers");
	children[role][inst] = c;
}

void
children_init(struct parent *p)
{
	unsigned int i;

	for (i = 0; i < ROLE_MAX; i++)
		handlers[i] = join(NULL, NULL);
	handlers[ROLE_IKE] = join(from_ike_handlers, NULL);
	handlers[ROLE_SIGN] = join(from_sign_handlers, NULL);
	handlers[ROLE_ESP] = join(from_esp_handlers, NULL);
	handlers[ROLE_POLICY] = join(from_policy_handlers, NULL);
	handlers[ROLE_TMD] = join(from_tmd_grant_handlers,
	    from_tmd_life_handlers);
	child_new(p, ROLE_POLICY, 0);
}

void
children_configure(struct parent *p)
{
	static const enum role single[] = { ROLE_SIGN, ROLE_CERTD, ROLE_FETCH,
	    ROLE_DHCP, ROLE_ESP, ROLE_TMD, ROLE_TOKEN, ROLE_METRICS };
	unsigned int i;

	for (i = 0; i < sizeof(single) / sizeof(single[0]); i++)
		if ((single[i] != ROLE_ESP || p->suite.userspace) &&
		    (single[i] != ROLE_TOKEN || p->suite.token) &&
		    (single[i] != ROLE_METRICS || p->suite.metrics.port != 0))
			child_new(p, single[i], 0);
	for (i = 0; i < p->workers; i++)
		child_new(p, ROLE_IKE, i);
}
