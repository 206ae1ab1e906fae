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
 * Verbs about the suite: processes, data plane, counters, log levels,
 * version.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl_stats.h"
#include "ctl_verbs.h"
#include "explain.h"
#include "locked.h"
#include "own_end.h"
#include "log.h"
#include "members.h"
#include "pipe.h"
#include "policy_now.h"
#include "reach.h"
#include "roles.h"
#include "verdict.h"

#define ANSWER_MS	5000	/* of another process */

static struct mq_row row;

/* An open request of this verb that asked with this number. */
static struct ctl_req *
asked(uint32_t ask, void (*fn)(struct ctl_req *))
{
	struct ctl_req *r = ctl_by_ask(ask);

	return (r != NULL && r->verb->fn == fn ? r : NULL);
}

static void
no_answer(struct ctl_req *r)
{
	ctl_done(r, CTL_REFUSED, "no answer from the service's processes");
}

/* Asks the parent; the answer's handler goes on. */
static void
ask_parent(struct ctl_req *r, uint16_t type, uint64_t ms)
{
	struct mt_req m = { .req = r->ask, .grant = 0 };

	if (reach_parent(type, &m) != PIPE_OK) {
		ctl_done(r, CTL_REFUSED, "too many requests of this kind at "
		    "once");
		return;
	}
	r->on_alarm = no_answer;
	alarm_in_ms(&r->alarm, ms);
}

/* show processes */

void
ctl_show_processes(struct ctl_req *r)
{
	ask_parent(r, M_PROCESSES, ANSWER_MS);
}

void
ctl_process_came(const struct mt_process *m)
{
	struct ctl_req *r = asked(m->req, ctl_show_processes);

	if (r == NULL)
		return;
	ctl_row_new(&row, r->id, "process");
	ctl_row_str(&row, "name", role_name(m->role, m->inst));
	ctl_row_u64(&row, "pid", m->pid);
	ctl_row_str(&row, "state", m->state);
	ctl_row_u64(&row, "restarts", m->restarts);
	ctl_row_u64(&row, "since", ctl_age(m->since));
	ctl_row_str(&row, "last_end", m->last_end);
	ctl_row(r, &row);
}

void
ctl_processes_end(const struct mt_result *m)
{
	struct ctl_req *r = asked(m->req, ctl_show_processes);
	unsigned int n = locked_keys(), bad = own_end_bad();
	char text[160] = "", more[160] = "";

	if (r == NULL)
		return;
	if (m->code == RSN_OK && n > 0)
		snprintf(text, sizeof(text), "certd-sign lacks %u private "
		    "key%s, locked by a passphrase: ikectl list says which.",
		    n, n == 1 ? "" : "s");
	if (m->code == RSN_OK && bad > 0)
		snprintf(more, sizeof(more), "%sOur own certificate of %u "
		    "tunnel%s is out of its time: ikectl list says which.",
		    n > 0 ? " " : "", bad, bad == 1 ? "" : "s");
	ctl_done(r, m->code == RSN_OK ? CTL_OK : CTL_REFUSED, "%s%s%s",
	    n == 0 && bad == 0 ? m->text : "", text, more);
}

/* show dataplane */

void
ctl_show_dataplane(struct ctl_req *r)
{
	ask_parent(r, M_QUERY_PLANE, ANSWER_MS);
}

void
ctl_plane_came(const struct mt_plane *m)
{
	struct ctl_req *r = asked(m->req, ctl_show_dataplane);
	uint16_t i;

	if (r == NULL)
		return;
	ctl_row_new(&row, r->id, "dataplane");
	ctl_row_str(&row, "name", m->name);
	for (i = 0; i < m->kv_n; i++)
		ctl_row_str(&row, m->kv[i].k, m->kv[i].v);
	ctl_row(r, &row);
	ctl_done(r, CTL_OK, "%s", "");
}

/* show stats: our own row, then one of each worker. */

static void
own_stats(struct ctl_req *r)
{
	const struct tunnel *t;
	unsigned int n[TN_STATES] = { 0 };
	uint64_t octets, requests;

	for (t = tunnel_next(NULL); t != NULL; t = tunnel_next(t))
		n[t->state == TN_ACTIVE ? TN_ACTIVE : members_shown(t)]++;
	ctl_row_new(&row, r->id, "stats");
	ctl_row_str(&row, "process", "tmd");
	ctl_row_u64(&row, "tunnels", tunnel_count());
	ctl_row_u64(&row, "tunnels_active", n[TN_ACTIVE]);
	ctl_row_u64(&row, "tunnels_negotiating", n[TN_NEGOTIATING]);
	ctl_row_u64(&row, "tunnels_open", n[TN_OPEN] + n[TN_DORMANT]);
	ctl_row_u64(&row, "tunnels_down", n[TN_CLOSED] + n[TN_RETRY]);
	ctl_row_u64(&row, "sessions", sess_count());
	ctl_row_u64(&row, "generation", policy_now()->generation);
	pipe_backlog(&octets, &requests);
	ctl_row_u64(&row, "queue_octets", octets);
	ctl_row_u64(&row, "queue_requests", requests);
	ctl_row_u64(&row, "queue_verdicts", verdict_held());
	ctl_row_u64(&row, "queue_revokes", reach_revokes());
	ctl_row(r, &row);
}

/* A row for each reason that came; the words are those of explain. */
static void
failures(struct ctl_req *r, int initiator)
{
	unsigned int i;

	for (i = RSN_OK + 1; i < RSN_MAX; i++) {
		if (explain_failures(initiator, i) == 0)
			continue;
		ctl_row_new(&row, r->id, "failures");
		ctl_row_str(&row, "process", "tmd");
		ctl_row_str(&row, "role", initiator ? "initiator" :
		    "responder");
		ctl_row_str(&row, "reason", reason_text(i));
		ctl_row_u64(&row, "count", explain_failures(initiator, i));
		ctl_row(r, &row);
	}
}

static void
stats_late(struct ctl_req *r)
{
	ctl_done(r, CTL_REFUSED, "%u ikd-ike did not answer", r->count[0]);
}

void
ctl_show_stats(struct ctl_req *r)
{
	struct mx_req m = { .req = r->ask };
	unsigned int w;

	own_stats(r);
	failures(r, 1);
	failures(r, 0);
	for (w = 0; w < reach_workers(); w++)
		if (reach_ike(w, M_STATS_WANT, &m) == PIPE_OK)
			r->count[0]++;
	if (r->count[0] == 0) {
		ctl_done(r, CTL_OK, "%s", "");
		return;
	}
	r->on_alarm = stats_late;
	alarm_in_ms(&r->alarm, ANSWER_MS);
}

void
ctl_stats_came(unsigned int worker, const struct mx_stats *m)
{
	struct ctl_req *r = asked(m->req, ctl_show_stats);
	uint16_t i;

	if (r == NULL || r->count[0] == 0)
		return;
	ctl_row_new(&row, r->id, "stats");
	ctl_row_str(&row, "process", role_name(ROLE_IKE, worker));
	for (i = 0; i < m->kv_n; i++)
		ctl_row_str(&row, m->kv[i].k, m->kv[i].v);
	ctl_row(r, &row);
	if (--r->count[0] == 0)
		ctl_done(r, CTL_OK, "%s", "");
}

/* log */

static void
list_levels(struct ctl_req *r)
{
	int i;

	for (i = 0; i < LS_MAX; i++) {
		ctl_row_new(&row, r->id, "log");
		ctl_row_str(&row, "subsystem",
		    log_sub_name((enum log_sub)i));
		ctl_row_str(&row, "level",
		    log_level_name((enum log_level)log_levels[i]));
		ctl_row(r, &row);
	}
	ctl_done(r, CTL_OK, "%s", "");
}

void
ctl_log(struct ctl_req *r)
{
	const struct mq_request	*m = r->m;
	struct mt_level		 l;
	int			 level, sub = 255;

	if (m->args_n == 0) {
		list_levels(r);
		return;
	}
	if (!ctl_may(r, CTL_OPERATE)) {
		ctl_done(r, CTL_PERMISSION, "log: not permitted on this "
		    "socket");
		return;
	}
	if (m->args_n > 2) {
		ctl_done(r, CTL_USAGE, "log takes a level and a subsystem, no "
		    "more");
		return;
	}
	if ((level = log_level_parse(m->args[0].w)) == -1) {
		ctl_done(r, CTL_USAGE, "\"%s\" is not a level: error warning "
		    "notice info debug", m->args[0].w);
		return;
	}
	if (m->args_n > 1 && (sub = log_sub_parse(m->args[1].w)) == -1) {
		ctl_done(r, CTL_USAGE, "\"%s\" is not a subsystem: core ike "
		    "child cert eap radius dhcp filter policy kernel",
		    m->args[1].w);
		return;
	}
	l.sub = (uint8_t)sub;
	l.level = (uint8_t)level;
	reach_parent(M_LOG_LEVEL, &l);
	ctl_done(r, CTL_OK, "%s logs at %s until the next reload or start.",
	    sub == 255 ? "Everything" : m->args[1].w, m->args[0].w);
}

void
ctl_version(struct ctl_req *r)
{
	ctl_row_new(&row, r->id, "version");
	ctl_row_str(&row, "version", IKD_VERSION);
	ctl_row_str(&row, "program", "tmd");
	ctl_row_u64(&row, "major", CTL_VERSION_MAJOR);
	ctl_row_u64(&row, "minor", CTL_VERSION_MINOR);
	ctl_row_u64(&row, "generation", policy_now()->generation);
	ctl_row(r, &row);
	ctl_done(r, CTL_OK, "%s", "");
}
