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
 * tmd's orders and grants.
 */
#include <stdlib.h>
#include <string.h>

#include "exch.h"
#include "exch_auth.h"
#include "exch_create.h"
#include "log.h"
#include "pipes.h"
#include "reason.h"
#include "session.h"
#include "tspack.h"

#define GRANTS_MAX	256	/* children of one tunnel that we keep */

static struct grant_row *
row_new(const struct mx_grant_child *m)
{
	struct grant_row	*g;

	g = xcalloc(1, sizeof(*g) + ts_pack(m->ts_local, m->ts_local_n,
	    m->ts_remote, m->ts_remote_n, NULL));
	g->grant = m->grant;
	g->child = m->child;
	g->hard_seconds = m->hard_seconds;
	ts_pack(m->ts_local, m->ts_local_n, m->ts_remote, m->ts_remote_n,
	    g->ts);
	return (g);
}

/* A child's grant: a new row, or instead of the one it had. */
void
from_tmd_grant_child(struct ike *ike, const struct mx_grant_child *m)
{
	struct grant_row	*g, *last = NULL, *row;
	struct session		*s;
	size_t			 n = 0;

	s = m->exch != 0 ? session_by_exch(ike, m->exch) :
	    session_by_pair(ike, m->spi_i, m->spi_r);
	if (s == NULL)
		return;
	SLIST_FOREACH(g, &s->grants, entry) {
		if (g->child == m->child)
			break;
		last = g;
		n++;
	}
	if (n == GRANTS_MAX) {
		session_log(s, 0, LS_IKE, LOG_L_WARNING, "more than %d "
		    "children", GRANTS_MAX);
		return;
	}
	row = row_new(m);
	if (last == NULL)
		SLIST_INSERT_HEAD(&s->grants, row, entry);
	else
		SLIST_INSERT_AFTER(last, row, entry);
	if (g != NULL)
		SLIST_REMOVE_AFTER(row, entry);
	free(g);
}

/*
 * The session whose verdict it was; NULL when it has ended meanwhile.  Then
 * tmd has our NEG_FAILED already, or gets one now.
 */
static struct session *
granted_session(struct ike *ike, uint64_t exch)
{
	struct session	*s;

	s = session_by_exch(ike, exch);
	return (s == NULL || s->setup == NULL ? NULL : s);
}

void
from_tmd_granted(struct ike *ike, const struct mx_granted *m)
{
	struct event_arg	 arg = { .body = m };
	struct mx_failed	 late;
	struct session		*s;

	s = granted_session(ike, m->exch);
	if (s == NULL || memcmp(s->setup->ticket.ticket, m->ticket,
	    TICKET_LEN) != 0) {
		memset(&late, 0, sizeof(late));
		late.exch = m->exch;
		late.tunnel = m->tunnel;
		late.code = RSN_GONE;
		strlcpy(late.text, "granted too late", sizeof(late.text));
		(void)ike->env->to_tmd(ike->env->ctx, M_NEG_FAILED, &late);
		return;
	}
	s->tunnel = m->tunnel;
	s->expiry = m->expiry;
	s->setup->answers = m->answers;
	s->setup->granted = 1;
	sa_event(s, EV_GRANTED, &arg);
}

void
from_tmd_denied(struct ike *ike, const struct mx_denied *m)
{
	struct event_arg	 arg = { .code = m->code, .text = m->text };
	struct session		*s;

	s = granted_session(ike, m->exch);
	if (s != NULL)
		sa_event(s, EV_REFUSED, &arg);
}

void
from_tmd_session_do(struct ike *ike, const struct mx_session *m)
{
	struct session	*s;

	s = session_by_pair(ike, m->spi_i, m->spi_r);
	if (s == NULL)
		return;
	switch (m->what) {
	case SESSION_DELETE:
		if (s->state == SA_UP || s->state == SA_CLOSING ||
		    s->state == SA_CLOSED)
			job_add(s, JOB_IKE_DELETE, 0, 0, m->code);
		else if (s->setup != NULL) {
			exch_auth_failed(s, m->code, reason_text(m->code));
			session_end(s, m->code, reason_text(m->code));
		}
		break;
	case SESSION_FORGET:
		session_end(s, m->code, reason_text(m->code));
		break;
	case SESSION_REKEY:
		if (s->state == SA_UP)
			job_add(s, JOB_IKE_REKEY, 0, 0, 0);
		break;
	case SESSION_PROBE:
		if (s->state == SA_UP)
			job_add(s, JOB_PROBE, 0, 0, 0);
		break;
	case SESSION_HOST:
		exch_host_decided(s);
		break;
	default:
		log_warn(LS_IKE, "tmd asks for %u on a session", m->what);
		break;
	}
}

/* Not one that came since. */
static void
forget_grant(struct session *s, uint32_t grant)
{
	struct grant_row	*g;

	SLIST_FOREACH(g, &s->grants, entry)
		if (g->grant == grant)
			break;
	if (g == NULL)
		return;
	SLIST_REMOVE(&s->grants, g, grant_row, entry);
	free(g);
	memset(&s->host, 0, sizeof(s->host));	/* asked for once more */
}

/*
 * It was opened while tmd asked for it, by the peer or by ourselves after
 * IKE_AUTH, and the word of that is under way.  Of a packet: that pair takes
 * it.
 */
static int
is_there(const struct session *s, const struct mx_child *m)
{
	const struct child	*c;
	struct ts_pair		 ts;

	TAILQ_FOREACH(c, &s->children, link) {
		if (c->child != m->child || !child_live(c))
			continue;
		child_get_ts(c, &ts);
		if (m->acquire_src.af == 0 ||
		    tsp_takes(&ts, &m->acquire_src, &m->acquire_dst))
			return (1);
	}
	return (0);
}

void
from_tmd_child_do(struct ike *ike, const struct mx_child *m)
{
	struct session	*s;
	struct child	*c;

	s = session_by_pair(ike, m->spi_i, m->spi_r);
	if (s == NULL || s->state != SA_UP)
		return;
	if (m->what == CHILD_OPEN) {
		if (is_there(s, m))
			return;
		if (m->acquire_src.af != 0)
			session_set_packet(s, m->child, &m->acquire_src,
			    &m->acquire_dst);
		job_add(s, JOB_CHILD_NEW, m->child, 0, 0);
		return;
	}
	if (m->what == CHILD_FORGET) {
		forget_grant(s, m->grant);
		return;
	}
	c = m->spi_in != 0 ? child_by_spi(ike, m->spi_in) :
	    child_newest(s, m->child);
	if (c == NULL || c->s != s || !child_live(c))
		return;
	if (m->what == CHILD_DELETE)
		job_add(s, JOB_CHILD_DELETE, c->child, c->spi_in, m->code);
	else if (m->what == CHILD_REKEY)
		job_add(s, JOB_CHILD_REKEY, c->child, c->spi_in, 0);
	else
		log_warn(LS_IKE, "tmd asks for %u on a child", m->what);
}

void
from_tmd_stats(struct ike *ike, const struct mx_req *q)
{
	struct mx_stats	*m;

	m = xcalloc(1, sizeof(*m));
	m->req = q->req;
	m->kv_n = (uint16_t)stats_list(ike, m->kv,
	    sizeof(m->kv) / sizeof(m->kv[0]));
	(void)ike->env->to_tmd(ike->env->ctx, M_STATS, m);
	free(m);
}

void
from_tmd_new(struct ike *ike)
{
	struct mx_replayed	 end;
	struct session		*s;
	struct child		*c;

	LIST_FOREACH(s, &ike->all, all) {
		if (!s->told)
			continue;
		to_tmd_session_up(s, 1);
		to_tmd_carried(s);
		TAILQ_FOREACH(c, &s->children, link)
			if (c->since != 0 && !c->off_plane)
				to_tmd_child_up(c, 1);
	}
	end.first = ike->tmds++ == 0;
	(void)ike->env->to_tmd(ike->env->ctx, M_REPLAY_END, &end);
}
