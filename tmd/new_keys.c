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
 * New keys for a policy that asks for others.
 */
#include <string.h>

#include "children.h"
#include "event.h"
#include "grants.h"
#include "new_keys.h"
#include "reach.h"
#include "renew.h"
#include "resume.h"
#include "sessions.h"

#define STEP_MS		5	/* one after the other: peers have limits */
#define ROOM_MS		50	/* the parent has many grants to read */
#define AGAIN_MS	10000	/* the peer refused, or we are away */
#define AGAIN_MOST	5	/* that doubled so often */

/*
 * In struct grant's anew: what is to do; of LIFE it is new terms alone, or a
 * new memo.  TOLD: that was sent, and there is no more to do.
 */
enum { DONE, LIFE, TOLD, TERMS, KEYS };

static int
owes_keys(const struct grant *g)
{
	return (g->anew == TERMS || g->anew == KEYS);
}

/*
 * The IKE SA after its children: a peer may refuse one while the other goes
 * on (RFC 7296 section 2.25).  A child that failed once is not waited for.
 */
void
new_keys_session(struct session *s)
{
	const struct grant *g;

	if (!s->anew || s->state != SS_UP)
		return;
	TAILQ_FOREACH(g, &s->grants, entry)
		if (owes_keys(g) && g->tries < 2)
			return;
	s->anew = 0;
	if (!s->tunnel->pol->cf.key_renewal || renew_now(s) == -1)
		sessions_do(s, SESSION_REKEY, RSN_OK);
}

/* For a tmd after us. */
static void
write_memo(struct grant *g)
{
	g->anew = LIFE;
	g->tries = 0;
	alarm_in_ms(&g->alarm, 0);
}

/* What stands on it is as the policy says. */
static void
grant_done(struct grant *g)
{
	const struct tun_child *c = tunnel_child(g->session->tunnel, g->child);

	if (c != NULL)
		memcpy(g->keys, c->pol->cf.keys, sizeof(g->keys));
	write_memo(g);
}

void
new_keys_session_done(struct session *s)
{
	struct grant *g;

	if (s->anew || memcmp(s->keys, s->tunnel->pol->cf.keys,
	    sizeof(s->keys)) == 0)
		return;
	memcpy(s->keys, s->tunnel->pol->cf.keys, sizeof(s->keys));
	/* One memo is enough; that of a grant under way is written anyway. */
	TAILQ_FOREACH(g, &s->grants, entry)
		if (!g->ending && !owes_keys(g)) {
			write_memo(g);
			return;
		}
}

static void
grant_begin(struct grant *g, uint64_t ms)
{
	g->anew = TERMS;
	g->tries = 0;
	alarm_in_ms(&g->alarm, ms);
}

void
new_keys_policy(struct tunnel *t, const struct pol_tunnel *was)
{
	const struct pol_child	*c;
	struct session		*s;
	struct grant		*g;
	unsigned int		 n = 0;
	int			 ike;

	ike = memcmp(was->cf.keys, t->pol->cf.keys, sizeof(was->cf.keys)) != 0;
	event_tell(EVT_SUITE, t, 0, RSN_OK, "its policy asks for new keys");
	TAILQ_FOREACH(s, &t->sessions, entry) {
		if (s->state == SS_ENDING)
			continue;
		s->anew |= ike;
		s->stuck = s->stuck && !ike;
		TAILQ_FOREACH(g, &s->grants, entry) {
			c = snapshot_child(was, g->child);
			if (!g->ending && c != NULL && !snapshot_child_keys(c,
			    snapshot_child(t->pol, g->child)))
				grant_begin(g, n++ * STEP_MS);
		}
		new_keys_session(s);
	}
}

/* Less time for s: until then at the latest, and its grants with it. */
static void
shorten(struct session *s, uint64_t end)
{
	const struct tunnel	*t = s->tunnel;
	struct grant		*g;
	uint64_t		 soon;

	soon = alarm_now() + (t->pol->cf.tunnel_end == 1 ? 1 : USED_UP_S);
	if (end < soon)
		end = soon;
	if (end < s->expiry)
		s->expiry = end;
	TAILQ_FOREACH(g, &s->grants, entry) {
		if (g->ending || (g->expiry != 0 && g->expiry <= s->expiry))
			continue;
		g->expiry = s->expiry;
		g->anew = owes_keys(g) ? TERMS : LIFE;
		alarm_in_ms(&g->alarm, 0);
	}
	if (s->state == SS_UP && !s->leaving)
		renew_set_alarm(s);
}

void
new_keys_life(struct tunnel *t, const struct pol_tunnel *was)
{
	struct session	*s;
	uint64_t	 end, before;

	if (grants_expiry(t->pol, 0, 0, 0) == grants_expiry(was, 0, 0, 0))
		return;
	/* What a ticket rests on was to last longer. */
	if (grants_expiry(t->pol, 0, 0, 0) < grants_expiry(was, 0, 0, 0))
		resume_void_tunnel(t);
	TAILQ_FOREACH(s, &t->sessions, entry) {
		if (s->state == SS_ENDING || s->worker == MANUAL_WORKER)
			continue;
		before = grants_expiry(was, 0, s->proved, 0);
		end = grants_expiry(t->pol, 0, s->proved, 0);
		s->longer = (end == 0 || end > s->expiry + GRANT_LATE_S) &&
		    before <= s->expiry + GRANT_LATE_S;
		if (end != 0 && end < s->expiry)
			shorten(s, end);
	}
}

/* The newest memo of several says how far the IKE SA is. */
static void
session_old(struct session *s, const struct tm_memo *m)
{
	const uint8_t *now = s->tunnel->pol->cf.keys;

	if (TAILQ_FIRST(&s->grants) == TAILQ_LAST(&s->grants, grant_list) ||
	    memcmp(m->keys, now, sizeof(s->keys)) == 0)
		memcpy(s->keys, m->keys, sizeof(s->keys));
	s->anew = memcmp(s->keys, now, sizeof(s->keys)) != 0;
}

void
new_keys_old(struct grant *g, const struct wt_grant *terms,
    const struct tm_memo *m)
{
	struct session		*s = g->session;
	const struct tun_child	*c = tunnel_child(s->tunnel, g->child);
	uint64_t		 end = grants_expiry(s->tunnel->pol, 0,
				    s->proved, 0);

	session_old(s, m);
	memcpy(g->keys, m->child_keys, sizeof(g->keys));
	if (c != NULL && (c->pol->ceiling.algs != terms->algs ||
	    c->pol->ceiling.hard_seconds != terms->hard_seconds ||
	    c->pol->ceiling.hard_bytes != terms->hard_bytes ||
	    memcmp(g->keys, c->pol->cf.keys, sizeof(g->keys)) != 0))
		grant_begin(g, 0);
	if (end != 0 && g->expiry > end + GRANT_LATE_S)
		shorten(s, end);
}

/* The new terms, to the parent and to ike.  -1: it is not to be any more. */
static int
new_terms(struct grant *g)
{
	char why[MSG_TEXT];

	if (grants_again(g, why, sizeof(why)) == 0) {
		g->anew = g->anew == LIFE ? TOLD : KEYS;
		return (0);
	}
	event_sess(EVT_REFUSED, g->session, g->child, RSN_CEILING,
	    "no grant: %s", why);
	g->anew = DONE;
	children_end_grant(g, RSN_CEILING);
	return (-1);
}

void
new_keys_alarm(struct grant *g)
{
	struct session *s = g->session;

	if ((g->anew == TERMS || g->anew == LIFE) && reach_grant_room() == 0) {
		alarm_in_ms(&g->alarm, ROOM_MS);
		return;
	}
	if ((g->anew == TERMS || g->anew == LIFE) && new_terms(g) == -1)
		return;
	if (!owes_keys(g)) {
		new_keys_session(s);
		return;
	}
	/* Of a session that is coming up, its pairs are still to be told. */
	if (s->state == SS_UP && children_rekey_one(g) == 0)
		grant_done(g);
	else if (s->state == SS_UP) {
		alarm_in_ms(&g->alarm, (uint64_t)AGAIN_MS << g->tries);
		if (g->tries < AGAIN_MOST)
			g->tries++;
	}
	new_keys_session(s);
}

int
new_keys_refused(struct grant *g, uint16_t code)
{
	if (g == NULL || g->manual != NULL || TAILQ_EMPTY(&g->pairs))
		return (0);
	/* Another policy may hold there already: ours comes with COMMIT. */
	if (owes_keys(g)) {
		g->anew = TERMS;
		alarm_in_ms(&g->alarm, AGAIN_MS);
	} else if (g->anew != DONE && g->tries < AGAIN_MOST) {
		g->anew = LIFE;
		g->tries++;
		alarm_in_ms(&g->alarm, AGAIN_MS);
	} else
		children_end_grant(g, code);
	return (1);
}

void
new_keys_child_up(struct grant *g, const struct mx_child_up *m)
{
	if (!owes_keys(g))
		return;
	if (g->anew == TERMS || m->replaces == 0 || m->again) {
		alarm_in_ms(&g->alarm, 0);
		return;
	}
	grant_done(g);
	new_keys_session(g->session);
}
