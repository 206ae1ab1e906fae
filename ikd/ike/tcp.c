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
 * Which stream a session is on, and when there is to be one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "exch.h"
#include "exch_auth.h"
#include "life.h"
#include "log.h"
#include "mobike.h"
#include "pipes.h"
#include "reason.h"
#include "record.h"
#include "session.h"
#include "tcp.h"

#define WAIT_MS		1000
#define WAIT_MOST_MS	30000
#define SPREAD_MS	1000	/* when all streams are lost at once */
#define ANSWER_MS	20000	/* CONNECT_MS of ikd-esp, and 5 s */

static void	 due(struct ike *, void *);

/* For one that has none yet. */
static struct tcp *
begin(struct session *s)
{
	if (s->tcp == NULL) {
		s->tcp = xcalloc(1, sizeof(*s->tcp));
		s->tcp->s = s;
		timer_init(&s->tcp->again, due, s->tcp);
	}
	return (s->tcp);
}

static int
asked(const struct session *s)
{
	return (s->tcp != NULL && s->tcp->asked);
}

static void
say_hold(struct session *s, int more)
{
	struct mw_hold	 m = { (uint8_t)more, s->tcp->local, s->tcp->remote };

	s->tcp->held = (uint8_t)more;
	(void)s->ike->env->to_esp(s->ike->env->ctx, M_STREAM_HOLD, &m);
}

void
tcp_hold(struct session *s)
{
	struct tcp	*t = s->tcp;

	if (t == NULL) {
		if (!s->remote.tcp)
			return;
		t = begin(s);
	}
	if (t->held && s->remote.tcp && sock_cmp(&t->local, &s->local) == 0 &&
	    sock_cmp(&t->remote, &s->remote) == 0)
		return;
	if (t->held)
		say_hold(s, 0);
	if (!s->remote.tcp)
		return;
	t->local = s->local;
	t->remote = s->remote;
	say_hold(s, 1);
}

void
tcp_end(struct session *s)
{
	if (s->tcp == NULL)
		return;
	timer_clear(s->ike, &s->tcp->again);
	if (s->tcp->held)
		say_hold(s, 0);
	free(s->tcp);
	s->tcp = NULL;
}

/* ---- to a stream ---- */

static unsigned int
rule(const struct session *s)
{
	const struct kept_tunnel	*t = session_tunnel(s);

	return (!s->client || t == NULL ? TCP_NO : t->tcp);
}

/* Later and later, and by itself only as long as nothing else goes. */
static void
again(struct session *s)
{
	struct tcp	*t = begin(s);

	t->wait_ms = t->wait_ms == 0 ? WAIT_MS : t->wait_ms * 2;
	if (t->wait_ms > WAIT_MOST_MS)
		t->wait_ms = WAIT_MOST_MS;
	timer_set(s->ike, &t->again, t->wait_ms);
}

static void
give_up(struct session *s, const char *text)
{
	exch_auth_failed(s, RSN_TIMEOUT, text);
	session_end(s, RSN_TIMEOUT, text);
}

static void
failed(struct session *s, int code)
{
	char	 at[ADDR_TEXT], text[160];

	s->tcp->asked = 0;
	timer_clear(s->ike, &s->tcp->again);
	sock_print(&s->remote, at, sizeof(at));
	session_log(s, 0, LS_IKE, LOG_L_INFO, "no TCP stream to the peer: %s",
	    strerror(code));
	to_tmd_step(s, s->order, "TCP", "failed", "%s", strerror(code));
	if (s->state == SA_NEW && ++s->tcp->tries == TCP_TRIES) {
		snprintf(text, sizeof(text), "the peer takes no TCP stream: "
		    "%s", strerror(code));
		give_up(s, text);
		return;
	}
	/* Where UDP may still do, its next sending asks. */
	if (s->state == SA_NEW || s->remote.tcp)
		again(s);
}

static void
due(struct ike *ike, void *arg)
{
	struct tcp	*t = arg;
	struct session	*s = t->s;

	(void)ike;
	if (t->asked && s->state <= SA_UP)
		failed(s, ETIMEDOUT);
	else if (s->state == SA_NEW && rule(s) == TCP_NO)
		give_up(s, "the policy has no TCP for it any more");
	else if (s->state == SA_NEW || s->remote.tcp)
		tcp_begin(s);
}

/* Where the stream is to go from: the policy's address, or the route's. */
static struct wt_addr
begin_from(const struct session *s)
{
	static const struct wt_addr	 any;

	if (s->setup != NULL)
		return (s->setup->ask.local.addr);
	return (s->mob != NULL ? any : s->local.addr);
}

void
tcp_begin(struct session *s)
{
	const struct kept_tunnel	*t = session_tunnel(s);
	struct mi_stream		 m = { .session = s->id,
					    .tunnel = s->tunnel };

	if (asked(s) || rule(s) == TCP_NO || s->ike->stopping)
		return;
	m.local = begin_from(s);
	m.remote.addr = s->remote.addr;
	m.remote.port = t->tcp_port;
	m.remote.tcp = 1;
	if (s->ike->env->to_parent(s->ike->env->ctx, M_BEGIN_STREAM, &m) !=
	    PIPE_OK) {
		again(s);
		return;
	}
	begin(s)->asked = 1;
	timer_set(s->ike, &s->tcp->again, ANSWER_MS);
	to_tmd_step(s, s->order, "TCP", "connecting", "port %u",
	    m.remote.port);
}

int
tcp_first(struct session *s)
{
	if (rule(s) != TCP_ALWAYS && (rule(s) == TCP_NO ||
	    s->setup == NULL || !s->setup->ask.by_tcp))
		return (0);
	tcp_begin(s);
	return (1);
}

/*
 * The first request to the port of encapsulation has no answer: a firewall
 * may let IKE through and not that.
 */
static int
encap_silent(const struct session *s)
{
	return ((s->state == SA_I_INTER || s->state == SA_I_AUTH) &&
	    s->natt && window_outstanding(s) && s->win.out_id == 1 &&
	    window_work(s)->rt.sent >= TCP_AFTER_ENCAP);
}

void
tcp_try(struct session *s)
{
	if (s->remote.tcp || window_work(s)->rt.sent < TCP_AFTER ||
	    rule(s) == TCP_NO)
		return;
	/* RFC 9329 section 5.1; 7.1: an SA that stands moves by MOBIKE. */
	if (s->state == SA_I_INIT || encap_silent(s) ||
	    (s->state == SA_UP && s->mob != NULL && s->mob->mover))
		tcp_begin(s);
}

/* ---- on it ---- */

/* RFC 9329 section 6.2: what is outstanding goes by the new stream. */
static void
moved(struct session *s, const struct wt_sock *local,
    const struct wt_sock *remote)
{
	struct session	*old;

	if (s->mob != NULL && s->state == SA_UP) {
		mobike_move(s, local, remote);
		return;
	}
	s->local = *local;
	s->remote = *remote;
	tcp_hold(s);
	mobike_resend(s);
	if (s->state != SA_UP)
		return;
	if (!window_outstanding(s))
		life_probe(s);
	child_migrate_all(s);
	record_publish(s);
	to_tmd_session_moved(s);
	old = session_by_pair(s->ike, s->old_spi_i, s->old_spi_r);
	if (old != NULL && old->heir == s->id)
		moved(old, local, remote);
}

/* Is the stream still wanted?  UDP may have been answered meanwhile. */
static int
wanted(const struct session *s, const struct wt_sock *local)
{
	if (s->state == SA_NEW || s->remote.tcp)
		return (1);
	if (s->state == SA_UP)
		return (s->mob != NULL && window_outstanding(s) &&
		    window_work(s)->rt.sent >= TCP_AFTER &&
		    mobike_acceptable(s, &local->addr, &s->remote.addr));
	return (s->state == SA_I_INIT || encap_silent(s));
}

/*
 * Another IKE_SA_INIT (5.1), and what was signed is bound to this one: so tmd
 * orders anew.  The stream showed that there is a way; ikd-esp closes it.
 */
static void
encap_over(struct session *s)
{
	static const char	 text[] = "IKE_SA_INIT was answered, and "
	    "nothing on the port of UDP encapsulation";

	session_log(s, 0, LS_IKE, LOG_L_INFO, "%s: again by TCP", text);
	exch_auth_failed(s, RSN_TCP, text);
	session_end(s, RSN_TCP, text);
}

static void
stands(struct session *s, const struct mw_stream *m)
{
	char	 at[ADDR_TEXT];

	s->tcp->asked = 0;
	s->tcp->wait_ms = 0;
	timer_clear(s->ike, &s->tcp->again);
	if (!wanted(s, &m->local))
		return;		/* ikd-esp closes it */
	if (encap_silent(s)) {
		encap_over(s);
		return;
	}
	session_log(s, 0, LS_IKE, LOG_L_INFO, "by TCP from %s",
	    sock_print(&m->local, at, sizeof(at)));
	to_tmd_step(s, s->order, "TCP", "connected", "from %s", at);
	if (s->state == SA_NEW || !(s->remote.tcp || s->state == SA_UP))
		exch_init_i_by_tcp(s, &m->local, &m->remote);
	else
		moved(s, &m->local, &m->remote);
}

/*
 * The stream is no more, the SA stays (section 6.1).  A request is under way
 * from now on, whose time-out bounds the wait, and which the peer shall have
 * first on the next stream.
 */
static void
lost(struct session *s, uint64_t ms)
{
	s->tcp->held = 0;
	s->tcp->asked = 0;
	timer_clear(s->ike, &s->tcp->again);
	if (rule(s) == TCP_NO || (s->state > SA_UP && s->setup == NULL))
		return;
	session_log(s, 0, LS_IKE, LOG_L_INFO, "the TCP stream is lost, another "
	    "one is made");
	if (s->state == SA_UP)
		life_probe(s);
	timer_set(s->ike, &s->tcp->again, ms);
}

void
tcp_begun(struct ike *ike, const struct mi_begun *m)
{
	struct session	*s = session_by_id(ike, m->session);

	if (s != NULL && asked(s) && m->code != 0)
		failed(s, m->code);
}

void
tcp_stream(struct ike *ike, const struct mw_stream *m)
{
	struct session	*s, *next;

	if (m->session != 0) {
		s = session_by_id(ike, m->session);
		if (s == NULL || !asked(s) || s->state > SA_UP)
			return;
		if (m->code != 0)
			failed(s, m->code);
		else
			stands(s, m);
		return;
	}
	LIST_FOREACH_SAFE(s, &ike->all, all, next)
		if (s->tcp != NULL && s->tcp->held &&
		    s->tcp->local.port == m->local.port &&
		    sock_cmp(&s->tcp->remote, &m->remote) == 0 &&
		    sock_cmp(&s->tcp->local, &m->local) == 0)
			lost(s, 0);
}

void
tcp_lost_all(struct ike *ike)
{
	struct session	*s;

	LIST_FOREACH(s, &ike->all, all)
		if (s->tcp != NULL && (s->tcp->held || s->tcp->asked))
			lost(s, 1 + ike_random_below(ike, SPREAD_MS));
}
