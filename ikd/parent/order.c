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
 * The order of a start and of a stop.
 *
 * Start: tmd-policy, sockets, and then, side by side, ceilings with their
 * block policies (reload.c), and every role reads its policy.  None acts by it
 * before the blocks stand; tmd takes its own when all others have theirs.
 * Stop: the workers say goodbye to their peers while everybody else still
 * works, then the rest, then the kernel is left as it was found.
 */
#include <sys/random.h>

#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "left.h"
#include "life.h"
#include "plane_ops.h"
#include "proto_parent_tmd.h"
#include "proto_start.h"
#include "streams.h"

#define WORKERS_AUTO	8	/* `workers: auto`: cores, at most these */

enum stage { ST_LOADING, ST_LISTENING, ST_ROLES, ST_TMD, ST_SERVING,
	ST_STOP_IKE, ST_STOP_ALL };
static enum stage stage;
static unsigned int cores = 1;
static int kept_start, holds;
static uint64_t since;

void
order_cores(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		cores = (unsigned int)CPU_COUNT(&set);
}

void
order_boot(struct parent *p, int kept)
{
	uint32_t generation = kept ? snaps_kept_generation() : 0;

	if (getrandom(&p->seed, sizeof(p->seed), 0) != sizeof(p->seed))
		fatal_errno("getrandom");
	since = parent_now();
	plane_reconcile();
	kept_start = generation != 0;
	if (kept_start) {
		log_notice(LS_CORE, "started again with the kept policy");
		reload_kept(generation);
	} else
		reload_request(p);
}

uint64_t
order_since(void)
{
	return (since);
}

/* What was begun with, and runs: a later policy may wait (see waits()). */
static struct sn_suite	 runs;

const char *
order_sockets(struct parent *p, const struct sn_suite *s)
{
	const char *why;

	runs = *s;
	p->workers = s->workers != 0 ? s->workers :
	    cores < WORKERS_AUTO ? cores : WORKERS_AUTO;
	p->port_ike = s->port_ike;
	p->port_natt = s->port_natt;
	p->port_tcp = s->port_tcp;
	p->suite.userspace = s->userspace;
	if ((why = plane_choose(s->userspace)) != NULL)
		return (why);
	if ((why = streams_open(p)) != NULL)
		return (why);
	return (sockets_open(p, &s->metrics));
}

/* What holds but waits; who only looks hears it of tmd. */
static void
waits(const char *key)
{
	if (ask_now()->what != RELOAD_LOOK)
		log_warn(LS_POLICY, "`%s` has changed: that needs a restart "
		    "of the service", key);
}

const char *
order_suite(struct parent *p, uint32_t generation, struct sn_suite *s)
{
	const char *why = snaps_suite(snaps_own(1), generation, s);

	if (why != NULL)
		return (why);
	if (p->workers == 0)
		return (order_sockets(p, s));
	if (s->port_ike != p->port_ike ||
	    s->port_natt != p->port_natt || s->port_tcp != p->port_tcp)
		return ("`ports` has changed: that needs a restart of the "
		    "service");
	if (s->userspace != p->suite.userspace)
		return ("`dataplane` has changed: that needs a restart of "
		    "the service");
	if (s->token != p->suite.token)
		return ("`pkcs11` has come or gone: that needs a restart of "
		    "the service");
	if (s->workers != runs.workers)
		waits("workers");
	if (sock_cmp(&s->metrics, &runs.metrics) != 0)
		waits("metrics");
	if (strcmp(s->ctl_name, runs.ctl_name) != 0 ||
	    strcmp(s->ctl_group, runs.ctl_group) != 0 ||
	    strcmp(s->ctl_ro_name, runs.ctl_ro_name) != 0)
		waits("control");
	return (NULL);
}

/* STOP or start for each role but tmd-policy (and, if so, tmd). */
static void
all_but(enum role not, void (*fn)(struct child *))
{
	struct child *c;
	unsigned int i;

	for (i = 0; (c = child_at(i)) != NULL; i++)
		if (c->id.role != ROLE_POLICY && c->id.role != not)
			fn(c);
}

void
order_loaded(struct parent *p)
{
	children_configure(p);
	stage = ST_LISTENING;
	sockets_listen(p);
	order_step(p);
}

void
order_holds(struct parent *p)
{
	holds = 1;
	all_but(ROLE_TMD, catchup_go_on);
	/* What waits in the TUN finds a plane that knows what it is for. */
	all_but(ROLE_NONE, child_start);
	order_step(p);
}

static int
alive(enum role role)
{
	struct child *c;
	unsigned int n;

	for (n = 0; n < WORKERS_MAX; n++)
		if ((c = child_of(role, n)) != NULL && c->state != CH_OFF)
			return (1);
	return (0);
}

static void
step_stop(void)
{
	if (stage == ST_STOP_IKE && !alive(ROLE_IKE)) {
		stage = ST_STOP_ALL;
		all_but(ROLE_NONE, child_stop);
	}
	if (stage != ST_STOP_ALL || children_alive() != 0)
		return;
	(void)left_replaced(0);		/* if nothing has held yet */
	plane_teardown();
	log_notice(LS_CORE, "stopped");
	exit(0);
}

int
order_waits(const struct child *c)
{
	return (!holds || (c->id.role == ROLE_TMD && stage < ST_TMD));
}

void
order_step(struct parent *p)
{
	struct ms_generation m = { p->generation };

	if (p->stopping) {
		step_stop();
		return;
	}
	if (stage == ST_LISTENING && sockets_complete()) {
		stage = ST_ROLES;
		all_but(ROLE_ESP, child_start);
		reload_hold();
	}
	if (stage == ST_ROLES && children_settled(1)) {
		stage = ST_TMD;
		catchup_go_on(child_of(ROLE_TMD, 0));
	}
	if (stage == ST_TMD && children_settled(0)) {
		stage = ST_SERVING;
		p->serving = 1;
		log_notice(LS_CORE, "serving: %u worker%s, UDP ports %u and "
		    "%u, %s data plane", p->workers,
		    p->workers == 1 ? "" : "s", p->port_ike, p->port_natt,
		    p->suite.userspace ? "user-space" : "kernel");
		starter_send(p, M_SERVING, &m, -1);
		reload_more();
	}
}

void
order_stop(struct parent *p)
{
	struct child *c = child_of(ROLE_POLICY, 0);
	unsigned int i;

	if (p->stopping)
		return;
	p->stopping = 1;
	log_notice(LS_CORE, "stopping");
	child_kill(c, "stopping");
	stage = ST_STOP_IKE;
	for (i = 0; (c = child_at(i)) != NULL; i++)
		if (c->id.role == ROLE_IKE)
			child_stop(c);
	step_stop();
}

void
order_failed(struct parent *p, const char *fmt, ...)
{
	char text[MSG_TEXT];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_error(LS_CORE, "not started: %s (`ikectl check` says what is "
	    "wrong with a policy)", text);
	/*
	 * After a death of ours the block policies go on holding; so do those
	 * that an earlier life left and no policy of now has taken over.
	 */
	if (!kept_start)
		plane_teardown();
	exit(p->stopping ? 0 : 1);
}
