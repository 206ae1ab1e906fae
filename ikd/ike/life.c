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
 * Lifetimes.  Renewal starts when `overlap` percent of the lifetime are
 * left, earlier by up to half of that (or half of the time until then, if
 * that is less) at random, so that two peers with one policy do not start at
 * once; the lifetime itself is a hard end.
 */
#include <string.h>

#include "auth_life.h"
#include "exch.h"
#include "life.h"
#include "log.h"
#include "pipes.h"
#include "reason.h"
#include "session.h"

#define MS		1000ULL
#define RETRY_MIN_MS	5000	/* after TEMPORARY_FAILURE (RFC 7296 2.25) */
#define RETRY_SPREAD_MS	10000
#define IDS_OLD		0xfffff000U
#define IDS_END		0xffffff00U
#define TELL_SHIFT	10	/* each KB is told */
#define ASK_MS		30000	/* between two requests for another session */

uint32_t
life_renewal(uint32_t lifetime, unsigned int overlap, uint32_t random)
{
	uint64_t	 left, early;

	left = (uint64_t)lifetime * overlap / 100;
	if (left == 0)
		left = 1;
	/* A large overlap must not let all of the lifetime be left. */
	early = left / 2;
	if (left < lifetime && early > (lifetime - left) / 2)
		early = (lifetime - left) / 2;
	left += early == 0 ? 0 : random % (early + 1);
	return (left >= lifetime ? lifetime / 2 :
	    lifetime - (uint32_t)left);
}

uint64_t
life_soft(uint64_t hard, unsigned int overlap, uint32_t random)
{
	uint64_t	 left, early;

	if (hard == 0)
		return (0);
	left = hard / 100 * overlap + hard % 100 * overlap / 100;
	early = left / 2;
	if (early > (hard - left) / 2)
		early = (hard - left) / 2;
	/* random as a fraction of 2^32, without a product that overflows. */
	return (hard - left - ((early >> 32) * random +
	    ((early & UINT32_MAX) * random >> 32)));
}

static uint32_t
retry_ms(struct ike *ike)
{
	return (RETRY_MIN_MS + ike_random_below(ike, RETRY_SPREAD_MS));
}

/* ---- the IKE SA ---- */

/*
 * By a rekey; or by another authentication, which tmd begins, and which
 * leaves this session to its end when it fails.
 */
static void
session_renew(struct ike *ike, void *arg)
{
	const struct kept_tunnel	*t = session_tunnel(arg);
	struct session			*s = arg;

	if (t == NULL || !t->reauth) {
		job_add(s, JOB_IKE_REKEY, 0, 0, 0);
		return;
	}
	to_tmd_renew(s, RSN_OK);
	timer_set(ike, &s->rekey, ASK_MS);
}

static void
session_over(struct ike *ike, void *arg)
{
	struct session	*s = arg;

	(void)ike;
	session_log(s, 0, LS_IKE, LOG_L_NOTICE, "lifetime ended");
	job_add(s, JOB_IKE_DELETE, 0, 0, RSN_EXPIRED);
}

static void
set_idle(struct session *s, uint64_t ms)
{
	const struct kept_tunnel	*t = session_tunnel(s);

	if (t == NULL || t->dpd == 0) {
		timer_clear(s->ike, &s->idle);
		return;
	}
	timer_set(s->ike, &s->idle, ms);
}

/* How long the peer may still be silent; 0: too long already. */
static uint64_t
silence_left(const struct session *s)
{
	const struct kept_tunnel	*t = session_tunnel(s);
	uint64_t			 quiet;

	quiet = ike_now(s->ike) - s->last_in;
	return (quiet >= t->dpd * MS ? 0 : t->dpd * MS - quiet);
}

/*
 * Nothing was heard for as long as `dpd` says.  The plane may have heard
 * something (RFC 7296 2.4): it is asked first.
 */
static void
session_idle(struct ike *ike, void *arg)
{
	const struct kept_tunnel	*t;
	struct session			*s = arg;
	struct child			*c;
	uint64_t			 left;

	(void)ike;
	t = session_tunnel(s);
	if (t == NULL || t->dpd == 0 || s->state != SA_UP)
		return;
	set_idle(s, t->dpd * MS);
	if ((left = silence_left(s)) > 0) {
		set_idle(s, left);
		return;
	}
	if (window_outstanding(s) || s->queries > 0)
		return;		/* the question is out already */
	TAILQ_FOREACH(c, &s->children, link)
		if (c->state != CH_INSTALLING)
			s->queries += (unsigned int)to_parent_query(c);
	if (s->queries == 0)
		life_probe(s);
}

void
life_queried(struct session *s, uint64_t last_in_seconds)
{
	const struct kept_tunnel	*t = session_tunnel(s);
	struct event_arg		 none = { 0 };

	if (last_in_seconds * MS > s->last_in)
		s->last_in = last_in_seconds * MS;
	if (s->queries > 0 && --s->queries > 0)
		return;
	if (s->state == SA_CLOSING || s->answer != NULL)
		sa_event(s, EV_READY, &none);
	if (s->state != SA_UP || t == NULL || t->dpd == 0)
		return;
	if (silence_left(s) > 0)
		set_idle(s, silence_left(s));
	else
		life_probe(s);
}

void
life_probe(struct session *s)
{
	if (!window_outstanding(s))
		job_add(s, JOB_PROBE, 0, 0, 0);
}

void
life_heard(struct session *s)
{
	s->last_in = ike_now(s->ike);
}

/*
 * RFC 7296 2.2: message ids that come near to their end make an SA old; it
 * ends before one would be used again.
 */
static void
count_ids(struct session *s)
{
	uint32_t	 most = s->win.out_id > s->win.in_id ?
	    s->win.out_id : s->win.in_id;

	if (most >= IDS_END)
		timer_set(s->ike, &s->hard, 1);
	else if (most >= IDS_OLD)
		timer_set(s->ike, &s->rekey, 1);
}

void
life_count(struct session *s, size_t octets)
{
	uint64_t	 before = s->octets;

	s->octets += octets;
	if (s->state != SA_UP)
		return;
	count_ids(s);
	if (s->told && before >> TELL_SHIFT != s->octets >> TELL_SHIFT)
		to_tmd_carried(s);
	/* From the loop: an exchange is under way here. */
	if (s->hard_octets != 0 && s->octets >= s->hard_octets) {
		s->hard_octets = 0;
		timer_set(s->ike, &s->hard, 1);
	}
	if (s->soft_octets != 0 && s->octets >= s->soft_octets) {
		s->soft_octets = 0;
		timer_set(s->ike, &s->rekey, 1);
	}
}

/* RFC 3948 section 2.3: holds the mapping of the NAT before us. */
static void
keepalive(struct ike *ike, void *arg)
{
	const struct kept_tunnel	*t;
	struct session			*s = arg;
	uint64_t			 quiet;

	t = session_tunnel(s);
	if (t == NULL || t->nat_keepalive == 0)
		return;
	quiet = ike_now(ike) - s->last_out;
	if (quiet < t->nat_keepalive * MS) {
		timer_set(ike, &s->keepalive, t->nat_keepalive * MS - quiet);
		return;
	}
	ike->env->keepalive(ike->env->ctx, &s->local, &s->remote);
	s->last_out = ike_now(ike);
	timer_set(ike, &s->keepalive, t->nat_keepalive * MS);
}

void
life_session_init(struct session *s)
{
	timer_init(&s->rekey, session_renew, s);
	timer_init(&s->hard, session_over, s);
	timer_init(&s->idle, session_idle, s);
	timer_init(&s->keepalive, keepalive, s);
	auth_life_init(s);
}

void
life_session_policy(struct session *s)
{
	const struct kept_tunnel	*t = session_tunnel(s);

	if (s->state != SA_UP || t == NULL)
		return;
	set_idle(s, t->dpd * MS);
	if ((s->nat & NAT_US) != 0 && s->natt && !s->remote.tcp &&
	    t->nat_keepalive != 0)
		timer_set(s->ike, &s->keepalive, t->nat_keepalive * MS);
	else
		timer_clear(s->ike, &s->keepalive);
}

void
life_session_start(struct session *s)
{
	const struct kept_tunnel	*t = session_tunnel(s);
	uint64_t			 now = ike_seconds(s->ike);
	uint32_t			 r;

	if (t == NULL)
		return;
	if (t->lifetime != 0) {
		ike_random(s->ike, &r, sizeof(r));
		s->rekey_at = now + life_renewal(t->lifetime, t->overlap, r);
		s->ends_at = now + t->lifetime;
		/* Who began begins anew; the other one if it does not. */
		if (t->reauth && !s->initiator)
			s->rekey_at += (s->ends_at - s->rekey_at) / 2;
		timer_set(s->ike, &s->rekey, (s->rekey_at - now) * MS);
	}
	s->octets = s->soft_octets = 0;
	s->hard_octets = t->lifesize;
	if (t->lifesize != 0) {
		ike_random(s->ike, &r, sizeof(r));
		s->soft_octets = life_soft(t->lifesize, t->overlap, r);
	}
	/* One authentication is good for so long, rekeyed or not. */
	if (s->expiry != 0 && (s->ends_at == 0 || s->expiry < s->ends_at))
		s->ends_at = s->expiry;
	if (s->ends_at != 0)
		timer_set(s->ike, &s->hard, s->ends_at <= now ? 0 :
		    (s->ends_at - now) * MS);
	auth_life_start(s);
	life_session_policy(s);
}

void
life_session_stop(struct session *s)
{
	timer_clear(s->ike, &s->rekey);
	timer_clear(s->ike, &s->hard);
	timer_clear(s->ike, &s->idle);
	timer_clear(s->ike, &s->keepalive);
	auth_life_stop(s);
}

void
life_session_retry(struct session *s)
{
	if (s->state == SA_UP)
		timer_set(s->ike, &s->rekey, retry_ms(s->ike));
}

void
life_session_anew(struct session *s)
{
	if (s->state != SA_UP)
		return;
	to_tmd_renew(s, RSN_NO_PROPOSAL);
	timer_set(s->ike, &s->rekey, ASK_MS);
}

/* ---- a child ---- */

static void
child_renew(struct ike *ike, void *arg)
{
	struct child	*c = arg;

	(void)ike;
	if (child_live(c))
		job_add(c->s, JOB_CHILD_REKEY, c->child, c->spi_in, 0);
}

static void
child_over(struct ike *ike, void *arg)
{
	struct child	*c = arg;

	(void)ike;
	if (c->lingers) {
		child_remove(c, RSN_REPLACED, reason_text(RSN_REPLACED));
		return;
	}
	if (c->state == CH_UP)
		session_log(c->s, c->child, LS_CHILD, LOG_L_NOTICE, "pair "
		    "%08x: lifetime ended", c->spi_in);
	job_add(c->s, JOB_CHILD_DELETE, c->child, c->spi_in,
	    c->state == CH_UP ? RSN_EXPIRED : RSN_REPLACED);
}

void
life_child_linger(struct child *c)
{
	c->lingers = 1;
	timer_clear(c->s->ike, &c->rekey);
	timer_set(c->s->ike, &c->hard, LIFE_LINGER_MS);
}

void
life_child_replaced(struct child *c, uint64_t ms)
{
	timer_clear(c->s->ike, &c->rekey);
	if (!timer_is_set(&c->hard) || c->hard.n.at > ike_now(c->s->ike) + ms)
		timer_set(c->s->ike, &c->hard, ms);
}

void
life_child_init(struct child *c)
{
	timer_init(&c->rekey, child_renew, c);
	timer_init(&c->hard, child_over, c);
}

void
life_child_start(struct child *c)
{
	const struct kept_child	*cp;
	const struct grant_row		*g;
	uint64_t			 life, now;
	uint32_t			 r;

	cp = policy_child(c->s->policy, c->s->tunnel, c->child);
	g = child_grant(c->s, c->child);
	life = cp == NULL ? 0 : cp->lifetime;
	if (g != NULL && g->hard_seconds != 0 &&
	    (life == 0 || g->hard_seconds < life))
		life = g->hard_seconds;
	if (life == 0)
		return;
	now = ike_seconds(c->s->ike);
	ike_random(c->s->ike, &r, sizeof(r));
	c->rekey_at = now + life_renewal((uint32_t)life,
	    cp == NULL ? 15 : cp->overlap, r);
	c->ends_at = now + life;
	timer_set(c->s->ike, &c->rekey, (c->rekey_at - now) * MS);
	timer_set(c->s->ike, &c->hard, life * MS);
}

void
life_child_stop(struct child *c)
{
	timer_clear(c->s->ike, &c->rekey);
	timer_clear(c->s->ike, &c->hard);
}

void
life_child_retry(struct child *c)
{
	if (child_live(c))
		timer_set(c->s->ike, &c->rekey, retry_ms(c->s->ike));
}
