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
 * Child SAs: what ike says of them, and those that lack.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alg.h"
#include "backoff.h"
#include "children.h"
#include "event.h"
#include "grants.h"
#include "log.h"
#include "manual.h"
#include "members.h"
#include "new_keys.h"
#include "orders.h"
#include "reach.h"
#include "renew.h"
#include "sessions.h"
#include "ts.h"
#include "vrf.h"

#define OPEN_INITIATOR_MS	3000	/* ike opens by itself at first */
#define OPEN_RESPONDER_MS	6000	/* so does the peer */
#define AGAIN_MS		1000	/* as after its tunnel-lifetime */
/* Of a grant; the parent allows 16 beside them that only receive. */
#define PAIRS_TOLD		(GRANT_PAIRS + 21)

static void
child_do(const struct grant *g, uint32_t spi_in, uint8_t what, uint16_t code)
{
	const struct session	*s = g->session;
	struct mx_child		 m;

	memset(&m, 0, sizeof(m));
	memcpy(m.spi_i, s->spi_i, sizeof(m.spi_i));
	memcpy(m.spi_r, s->spi_r, sizeof(m.spi_r));
	m.child = g->child;
	m.grant = g->id;
	m.spi_in = spi_in;
	m.what = what;
	m.code = code;
	if (what == CHILD_OPEN)
		orders_packet(s->tunnel, &m);
	reach_ike(s->worker, M_CHILD_DO, &m);
}

/* A generic child's address is to be asked for anew: ike has it no more. */
static void
let_go(struct grant *g)
{
	const struct tun_child *c = tunnel_child(g->session->tunnel, g->child);

	if (c != NULL && c->pol->cf.generic && g->session->state == SS_UP)
		child_do(g, 0, CHILD_FORGET, RSN_OK);
	sess_grant_revoke(g);
}

/* The grant a message of worker w speaks of; NULL when it is none of his. */
static struct grant *
grant_of(unsigned int w, uint32_t id, uint32_t tunnel, uint32_t child)
{
	struct grant *g = sess_grant_find(id);

	if (g == NULL || g->session->worker != w || g->child != child ||
	    g->session->tunnel->number != tunnel)
		return (NULL);
	return (g);
}

static unsigned int
count_pairs(const struct grant *g)
{
	const struct sa_pair	*p;
	unsigned int		 n = 0;

	TAILQ_FOREACH(p, &g->pairs, entry)
		n++;
	return (n);
}

void
children_up(unsigned int w, const struct mx_child_up *m)
{
	struct grant		*g;
	struct tun_child	*c;
	struct tunnel		*t;
	char			 l[256], r[256];

	g = grant_of(w, m->grant, m->tunnel, m->child);
	if (g == NULL) {
		log_warn(LS_CHILD, "%s: a Child SA without a grant of ours",
		    role_name(ROLE_IKE, w));
		return;
	}
	if (sess_grant_pair(g, m->spi_in) != NULL)
		return;
	if (count_pairs(g) >= PAIRS_TOLD) {
		log_warn(LS_CHILD, "%s: more Child SAs than grant %u allows",
		    role_name(ROLE_IKE, w), g->id);
		return;
	}
	t = g->session->tunnel;
	sess_grant_add_pair(g, m);
	if ((c = tunnel_child(t, m->child)) == NULL)
		return;
	c->failures = 0;
	tunnel_child_reason(c, RSN_OK, NULL);
	if (m->replaces != 0)
		event_sess(EVT_CHILD_REKEYED, g->session, m->child, RSN_OK,
		    "new keys, SPIs %08x in, %08x out", m->spi_in,
		    m->spi_out);
	else
		event_sess(EVT_CHILD_UP, g->session, m->child, RSN_OK,
		    "%s = %s, %s, SPIs %08x in, %08x out",
		    ts_list_print(m->ts_local, m->ts_local_n, l, sizeof(l)),
		    ts_list_print(m->ts_remote, m->ts_remote_n, r, sizeof(r)),
		    alg_name(XF_ENCR, m->suite.encr, m->suite.encr_bits),
		    m->spi_in, m->spi_out);
	if (g->ending) {
		child_do(g, m->spi_in, CHILD_DELETE, RSN_ADMIN);
		return;
	}
	renew_child_up(g->session);
	new_keys_child_up(g, m);
}

/* Tries a wanted child again after a while; others wait for a person. */
static void
again_later(struct tunnel *t, struct tun_child *c)
{
	const struct sn_tunnel *cf = &t->pol->cf;

	if (!c->want || c->pol->cf.start != TS_START_AUTO) {
		c->want = 0;
		return;
	}
	c->failures++;
	alarm_in_ms(&t->child_alarm, backoff_ms(cf->retry_first,
	    cf->retry_most, c->failures, arc4random()));
}

/* Its last pair went.  What was asked for meanwhile is opened. */
static void
child_went(struct tunnel *t, struct tun_child *c, uint16_t code,
    const char *text)
{
	const char *why = vrf_lacks(&c->pol->ceiling);

	if (why != NULL)
		text = why;
	if (!c->removed)
		tunnel_child_reason(c, code, text);
	event_tell(EVT_CHILD_DOWN, t, c->number, code, "down: %s", text);
	if (c->again)
		alarm_in_ms(&t->child_alarm, AGAIN_MS);
	else if (t->state == TN_ACTIVE && code != RSN_ADMIN)
		again_later(t, c);
	c->again = 0;
}

void
children_down(unsigned int w, const struct mx_child_down *m)
{
	struct grant		*g;
	struct sa_pair		*p;
	struct tunnel		*t;
	struct tun_child	*c;
	const char		*text = m->text[0] != '\0' ? m->text :
				    reason_text(m->code);

	g = grant_of(w, m->grant, m->tunnel, m->child);
	if (g == NULL || (p = sess_grant_pair(g, m->spi_in)) == NULL)
		return;
	t = g->session->tunnel;
	sess_pair_saw(p, &m->counters, NULL, NULL);
	sess_grant_drop_pair(g, p);
	c = tunnel_child(t, m->child);
	if (g->ending && TAILQ_EMPTY(&g->pairs))
		let_go(g);
	if (c != NULL && c->npairs == 0)
		child_went(t, c, m->code, text);
}

int
children_live(const struct tunnel *t, const struct tun_child *c)
{
	const struct session	*s;
	const struct grant	*g;

	TAILQ_FOREACH(s, &t->sessions, entry)
		if ((g = sess_grant(s, c->number)) != NULL && !g->ending &&
		    !TAILQ_EMPTY(&g->pairs))
			return (1);
	return (0);
}

void
children_failed(struct tunnel *t, uint32_t child, uint16_t code,
    const char *text)
{
	struct tun_child *c = tunnel_child(t, child);

	if (c == NULL)
		return;
	c->opening = 0;
	if (c->npairs == 0) {
		tunnel_child_reason(c, code, text);
		again_later(t, c);
	}
	event_tell(EVT_FAILED, t, child, code, "%s", text);
}

const char *
children_open_one(struct session *s, struct tun_child *c)
{
	static char	 why[MSG_TEXT];
	struct grant	*g = sess_grant(s, c->number);

	if (!tunnel_child_is_open(s->tunnel, c))
		return ("the child is not open");
	/* All that are open and are not up come with the answer. */
	if (manual_is(s->tunnel)) {
		(void)orders_start(s->tunnel);
		return (NULL);
	}
	if (g != NULL && g->ending)
		return ("the child is just being closed");
	if (g == NULL && (g = grants_late(s, c->number, why,
	    sizeof(why))) == NULL)
		return (why);
	c->opening = 1;
	child_do(g, 0, CHILD_OPEN, RSN_OK);
	return (NULL);
}

void
children_open(struct tunnel *t)
{
	struct session		*s = sess_up_of(t);
	struct tun_child	*c;
	const char		*why;

	/* Many peers each open what they want. */
	if (s == NULL || members_many(t->pol))
		return;
	TAILQ_FOREACH(c, &t->children, entry) {
		if (!c->want || c->npairs > 0 || c->opening ||
		    !tunnel_child_is_open(t, c))
			continue;
		if ((why = children_open_one(s, c)) != NULL)
			children_failed(t, c->number, RSN_CEILING, why);
	}
}

/* Does a pair that is up take a packet of these selectors? */
static int
is_taken(const struct tunnel *t, const struct tun_child *c,
    const struct me_acquire *m)
{
	struct wt_ts		 ts[LINK_TS];
	const struct session	*s;
	const struct grant	*g;
	const struct sa_pair	*p;

	TAILQ_FOREACH(s, &t->sessions, entry) {
		if ((g = sess_grant(s, c->number)) == NULL)
			continue;
		TAILQ_FOREACH(p, &g->pairs, entry)
			if (ts_list_covers(ts, sess_pair_ts(p, 0, ts),
			    &m->src, 1) && ts_list_covers(ts,
			    sess_pair_ts(p, 1, ts), &m->dst, 1))
				return (1);
	}
	return (0);
}

void
children_open_beside(struct tunnel *t, struct tun_child *c,
    const struct me_acquire *m)
{
	struct session	*s = sess_up_of(t);
	const char	*why;

	if (s == NULL || c->opening || c->npairs >= CHILD_PAIRS ||
	    c->pol->cf.generic || manual_is(t) || members_many(t->pol) ||
	    is_taken(t, c, m))
		return;
	orders_acquire(m);
	if ((why = children_open_one(s, c)) != NULL)
		children_failed(t, c->number, RSN_CEILING, why);
}

void
children_open_later(struct tunnel *t, int initiator)
{
	alarm_in_ms(&t->child_alarm, initiator ? OPEN_INITIATOR_MS :
	    OPEN_RESPONDER_MS);
}

void
children_end_grant(struct grant *g, uint16_t code)
{
	struct sa_pair	*p;

	if (g->manual != NULL) {
		manual_close(g, code);
		return;
	}
	if (TAILQ_EMPTY(&g->pairs)) {
		let_go(g);
		return;
	}
	TAILQ_FOREACH(p, &g->pairs, entry)
		child_do(g, p->spi_in, CHILD_DELETE, code);
	g->ending = 1;
	alarm_in_ms(&g->alarm, 3000);
}

void
children_end(struct tunnel *t, struct tun_child *c, uint16_t code)
{
	struct session	*s;
	struct grant	*g;

	c->want = c->again = 0;
	TAILQ_FOREACH(s, &t->sessions, entry)
		if ((g = sess_grant(s, c->number)) != NULL && !g->ending)
			children_end_grant(g, code);
}

void
children_used_up(struct grant *g)
{
	struct tunnel		*t = g->session->tunnel;
	struct tun_child	*c = tunnel_child(t, g->child);

	event_sess(EVT_STATE, g->session, g->child, RSN_EXPIRED,
	    "tunnel-lifesize is used up");
	if (t->pol->cf.tunnel_end == 1)
		c->want = 0;
	c->again = c->want;
	children_end_grant(g, RSN_EXPIRED);
}

void
children_expired(struct tunnel *t, uint32_t number)
{
	struct tun_child *c = tunnel_child(t, number);

	if (t->pol->cf.tunnel_end == 0)
		alarm_in_ms(&t->child_alarm, 1000);
	else if (c != NULL)
		c->want = 0;
}

/* Of many peers one is idle: the others may still come. */
static void
close_manual(struct tunnel *t, struct tun_child *c)
{
	if (c->pol->cf.start == TS_START_MANUAL && !members_many(t->pol))
		c->opened = 0;
}

/* Is there anything else on this session? */
static int
others_live(const struct grant *g)
{
	const struct tun_child	*c;
	const struct grant	*o;

	TAILQ_FOREACH(o, &g->session->grants, entry)
		if (o != g && !o->ending && (!TAILQ_EMPTY(&o->pairs) ||
		    ((c = tunnel_child(g->session->tunnel, o->child)) !=
		    NULL && c->opening)))
			return (1);
	return (g->session->tunnel->pol->cf.childless);
}

void
children_idle(struct grant *g)
{
	struct tunnel		*t = g->session->tunnel;
	struct tun_child	*c = tunnel_child(t, g->child);

	event_sess(EVT_STATE, g->session, g->child, RSN_IDLE,
	    "no traffic for %u s", c->pol->cf.inactivity);
	c->want = c->again = 0;
	close_manual(t, c);
	if (others_live(g)) {
		children_end_grant(g, RSN_IDLE);
		return;
	}
	/* An IKE SA for nothing. */
	if (t->pol->cf.start == TS_START_MANUAL && !members_many(t->pol))
		t->opened = 0;
	tunnel_child_reason(c, RSN_IDLE, NULL);
	sessions_end(g->session, RSN_IDLE);
}

unsigned int
children_rekey_one(const struct grant *g)
{
	const struct sa_pair *p = TAILQ_LAST(&g->pairs, pair_list);

	if (p == NULL)
		return (0);
	child_do(g, p->spi_in, CHILD_REKEY, RSN_OK);
	return (1);
}

unsigned int
children_rekey(struct tunnel *t, const struct tun_child *c)
{
	struct session	*s;
	struct grant	*g;
	unsigned int	 n = 0;

	TAILQ_FOREACH(s, &t->sessions, entry)
		if (s->state == SS_UP &&
		    (g = sess_grant(s, c->number)) != NULL)
			n += children_rekey_one(g);
	return (n);
}

void
children_grant_alarm(struct grant *g)
{
	struct tunnel		*t = g->session->tunnel;
	struct tun_child	*c = tunnel_child(t, g->child);

	if (!g->ending) {
		new_keys_alarm(g);
		return;
	}
	/* ike, or the peer, is slow to close it. */
	let_go(g);
	if (c != NULL && c->npairs == 0)
		child_went(t, c, RSN_ADMIN, reason_text(RSN_ADMIN));
}
