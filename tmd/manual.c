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
 * Manual keys: from the order to the SAs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "children.h"
#include "event.h"
#include "grants.h"
#include "id.h"
#include "log.h"
#include "manual.h"
#include "memo.h"
#include "orders.h"
#include "policy_now.h"
#include "reach.h"
#include "sessions.h"
#include "tunnel_fsm.h"

#define LOST_MS		1000	/* until what was lost is installed again */

static LIST_HEAD(, session)	 all = LIST_HEAD_INITIALIZER(all);

int
manual_is(const struct tunnel *t)
{
	return (t->pol->cf.kind_theirs == AUTHK_MANUAL);
}

int
manual_changing(const struct tunnel *t, uint32_t child)
{
	const struct session *s = TAILQ_FIRST(&t->sessions);
	const struct grant *g;

	return (manual_is(t) && s != NULL &&
	    (g = sess_grant(s, child)) != NULL && g->instead);
}

void
manual_want(const struct tunnel *t, uint32_t generation)
{
	struct mv_keys_want m = { t->order, t->number, generation };

	reach_sign(M_KEYS_WANT, &m);
}

void
manual_recheck(void)
{
	struct session *s;

	LIST_FOREACH(s, &all, by_manual)
		if (s->tunnel->order == 0)
			(void)orders_start(s->tunnel);
}

static void
failed(struct tunnel *t, unsigned int code, const char *text)
{
	tunnel_set_reason(t, (uint16_t)code, text);
	event_tell(EVT_FAILED, t, 0, (uint16_t)code, "%s", text);
	tunnel_fsm(t, TE_FAILED);
}

/* A tunnel has one; no peer gave it a ticket, its number is its name. */
static struct session *
session_of(struct tunnel *t)
{
	static const uint8_t none[8];
	uint8_t ticket[TICKET_LEN] = "manual keys of";
	struct session *s;
	unsigned int i;

	if ((s = TAILQ_FIRST(&t->sessions)) != NULL)
		return (s);
	for (i = 0; i < 4; i++)
		ticket[TICKET_LEN - 1 - i] = (uint8_t)(t->number >> 8 * i);
	s = sess_new(t, ticket, none, none);
	s->worker = MANUAL_WORKER;
	LIST_INSERT_HEAD(&all, s, by_manual);
	s->initiator = 1;
	s->id_ours = id_keep(&t->pol->cf.id_local);
	s->id_peer = id_keep(&t->pol->cf.id_remote);
	s->since = s->keyed = alarm_now();
	return (s);
}

static void
now_up(struct session *s)
{
	char peer[ADDR_TEXT];

	if (s->state == SS_UP)
		return;
	event_sess(EVT_SESSION_UP, s, 0, RSN_OK, "%smanual keys with "
	    "%s", s->state == SS_RECOVERED ? "found again: " : "",
	    addr_print(&s->remote.addr, peer, sizeof(peer)));
	sess_set_state(s, SS_UP);
	s->up_ms = alarm_now_ms();
	tunnel_fsm(s->tunnel, TE_UP);
}

/* The SAs of a grant stand. */
static void
pair_up(struct grant *g)
{
	static struct mx_child_up m;
	const struct wt_keys *k = g->manual;
	const struct wt_ceiling *c = &tunnel_child(g->session->tunnel,
	    g->child)->pol->ceiling;

	memset(&m, 0, sizeof(m));
	m.grant = g->id;
	m.tunnel = g->session->tunnel->number;
	m.child = g->child;
	m.spi_in = k->spi_in;
	m.spi_out = k->spi_out;
	m.initiator = 1;
	m.udp_encap = k->udp_encap;
	m.suite = k->suite;
	m.since = alarm_now();
	m.ts_local_n = c->ts_local_n;
	memcpy(m.ts_local, c->ts_local, sizeof(m.ts_local));
	m.ts_remote_n = c->ts_remote_n;
	memcpy(m.ts_remote, c->ts_remote, sizeof(m.ts_remote));
	children_up(MANUAL_WORKER, &m);
}

/* So that a tmd that is restarted knows whose keys it was for. */
static void
memo_of(const struct session *s, const struct tun_child *c,
    const struct wt_keys *k, struct wt_grant *g)
{
	struct tm_memo m;

	memset(&m, 0, sizeof(m));
	m.version = MEMO_VERSION;
	m.initiator = 1;
	m.opened = (uint8_t)(s->tunnel->opened || c->opened);
	m.want = (uint8_t)c->want;
	memcpy(m.fingerprint, k->print, sizeof(m.fingerprint));
	m.since = s->since;
	m.local = s->local;
	m.remote = s->remote;
	memo_write(&m, g);
}

/* A grant for one child, and the word to certd-sign. */
static void
grant_keys(struct session *s, struct tun_child *c, const struct wt_keys *k,
    int instead)
{
	struct grant_input in;
	struct wt_grant g;
	struct mv_keys_use use;
	struct grant *made;
	char why[MSG_TEXT];

	memset(&in, 0, sizeof(in));
	in.child = c->pol;
	in.ticket = s->ticket;
	in.peer = s->peer;
	in.local = s->local;
	in.remote = s->remote;
	in.id = sess_grant_next_id();
	in.generation = policy_now()->generation;
	if (grants_fill(&in, &g, why, sizeof(why)) != RSN_OK) {
		children_failed(s->tunnel, c->number, RSN_CEILING, why);
		return;
	}
	memo_of(s, c, k, &g);
	if (reach_parent(M_GRANT, &g) == PIPE_NOCREDIT) {
		children_failed(s->tunnel, c->number, RSN_BUSY,
		    "too many grants at once");
		return;
	}
	made = sess_add_grant(s, g.id, c->number);
	made->manual = xcalloc(1, sizeof(*made->manual));
	*made->manual = *k;
	made->instead = instead;
	c->opening = 1;
	use.grant = g.id;
	use.tunnel = s->tunnel->number;
	use.child = c->number;
	memcpy(use.print, k->print, sizeof(use.print));
	reach_sign(M_KEYS_USE, &use);
}

/*
 * Other keys for a child: what stands with the old ones goes first, since
 * the SPIs may be the same.
 */
static void
change_keys(struct session *s, struct tun_child *c, struct grant *g,
    const struct wt_keys *k)
{
	int instead;

	if (!TAILQ_EMPTY(&g->pairs) || g->standing) {
		event_sess(EVT_CHILD_DOWN, s, c->number, RSN_ADMIN,
		    "its keys have changed");
		g->instead = 1;
		tunnel_tell(s->tunnel);
	}
	instead = g->instead;
	sess_grant_revoke(g);
	grant_keys(s, c, k, instead);
	tunnel_tell(s->tunnel);
}

/* A child as it is to be: kept, or (again) installed. */
static void
child_keys(struct session *s, struct tun_child *c, const struct wt_keys *k)
{
	struct grant *g = sess_grant(s, c->number);

	if (g != NULL && memcmp(g->manual->print, k->print,
	    sizeof(k->print)) == 0) {
		if (!TAILQ_EMPTY(&g->pairs))
			return;
		if (g->standing) {
			*g->manual = *k;
			g->standing = 0;
			pair_up(g);
			return;
		}
	}
	if (g != NULL)
		change_keys(s, c, g, k);
	else
		grant_keys(s, c, k, 0);
}

static const struct wt_keys *
keys_of(const struct mv_keys_are *m, uint32_t child)
{
	uint16_t i;

	for (i = 0; i < m->keys_n; i++)
		if (m->keys[i].child == child)
			return (&m->keys[i]);
	return (NULL);
}

/* Nothing of it stands or is on its way. */
static void
nothing_left(struct session *s, unsigned int code, const char *text)
{
	struct tunnel *t = s->tunnel;
	int was_up = s->state == SS_UP;

	sess_free(s);
	if (was_up)
		sessions_check_lost(t, (uint16_t)code, text);
	else
		failed(t, code, text);
}

static int
any_pair(const struct session *s)
{
	const struct grant *g;

	TAILQ_FOREACH(g, &s->grants, entry)
		if (!TAILQ_EMPTY(&g->pairs))
			return (1);
	return (0);
}

void
manual_keys(const struct mv_keys_are *m)
{
	struct tunnel *t = tunnel_find(m->tunnel);
	const struct wt_keys *k;
	struct session *s;
	struct tun_child *c;

	if (t == NULL || !manual_is(t) || !orders_is(t, m->order))
		return;
	orders_over(t);
	if (m->code != RSN_OK) {
		failed(t, m->code, m->text);
		return;
	}
	/* Of the policy before: what is new has not been looked at. */
	if (m->generation < policy_now()->generation) {
		(void)orders_start(t);
		return;
	}
	s = session_of(t);
	s->local = m->local;
	s->remote = m->remote;
	TAILQ_FOREACH(c, &t->children, entry)
		if (tunnel_child_is_open(t, c) &&
		    c->pol->cf.action == ACTION_PROTECT &&
		    (k = keys_of(m, c->number)) != NULL)
			child_keys(s, c, k);
	if (any_pair(s))
		now_up(s);
	else if (TAILQ_EMPTY(&s->grants) && s->state != SS_UP)
		nothing_left(s, RSN_CLOSED, "no child is open");
}

void
manual_used(const struct mv_keys_used *m)
{
	struct grant *g = sess_grant_find(m->grant);
	struct session *s;
	uint32_t child;

	if (g == NULL || g->manual == NULL)
		return;		/* revoked meanwhile */
	s = g->session;
	child = g->child;
	if (m->code == RSN_OK) {
		g->instead = 0;
		pair_up(g);
		now_up(s);
		tunnel_tell(s->tunnel);
		return;
	}
	sess_grant_revoke(g);
	tunnel_tell(s->tunnel);
	children_failed(s->tunnel, child, m->code, m->text);
	if (TAILQ_EMPTY(&s->grants) && s->state != SS_UP)
		nothing_left(s, m->code, m->text);
}

void
manual_lost(struct grant *g, uint16_t code, const char *text)
{
	struct session *s = g->session;
	struct tunnel *t = s->tunnel;
	struct tun_child *c = tunnel_child(t, g->child);

	/* The parent may have the grant still. */
	sess_grant_revoke(g);
	c->opening = 0;
	tunnel_tell(t);
	tunnel_child_reason(c, code, text);
	event_sess(EVT_CHILD_DOWN, s, c->number, code, "down: %s", text);
	if (TAILQ_EMPTY(&s->grants) && s->state != SS_UP) {
		nothing_left(s, code, text);
		return;
	}
	c->want = 1;
	alarm_in_ms(&t->child_alarm, LOST_MS);
}

void
manual_close(struct grant *g, uint16_t code)
{
	struct session *s = g->session;
	struct tunnel *t = s->tunnel;
	struct tun_child *c = tunnel_child(t, g->child);

	sess_grant_revoke(g);
	tunnel_tell(t);
	c->opening = 0;
	event_sess(EVT_CHILD_DOWN, s, c->number, code, "down: %s",
	    reason_text(code));
}

int
manual_claim(struct tunnel *t, const struct mt_old *o,
    const uint8_t print[32])
{
	struct session *s;
	struct grant *g;

	if (t->removed || o->pairs == 0)
		return (0);
	s = session_of(t);
	if (s->state == SS_GRANTED)
		sess_set_state(s, SS_RECOVERED);
	if (sess_grant(s, o->grant.child) != NULL ||
	    sess_grant_find(o->grant.id) != NULL)
		return (0);
	g = sess_add_grant(s, o->grant.id, o->grant.child);
	g->manual = xcalloc(1, sizeof(*g->manual));
	g->manual->child = o->grant.child;
	memcpy(g->manual->print, print, sizeof(g->manual->print));
	g->standing = 1;
	return (1);
}
