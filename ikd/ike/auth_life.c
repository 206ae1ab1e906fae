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
 * AUTH_LIFETIME (RFC 4478).
 */
#include "auth_life.h"
#include "exch.h"
#include "life.h"
#include "log.h"
#include "msg_build.h"
#include "packet.h"
#include "pipes.h"
#include "reason.h"
#include "session.h"

#define MS		1000ULL
#define ASK_MS		30000	/* between two requests for another session */
#define SPARE_SHARE	20	/* of the time: the peer is told so much less */
#define SPARE_MOST_S	60	/* of it, in seconds */

/* It is time; tmd knows whether one is under way already. */
static void
due(struct ike *ike, void *arg)
{
	struct session	*s = arg;

	if (s->state != SA_UP)
		return;
	to_tmd_renew(s, RSN_EXPIRED);
	timer_set(ike, &s->anew, ASK_MS);
}

void
auth_life_init(struct session *s)
{
	timer_init(&s->anew, due, s);
}

/* Seconds for which the peer's proof is good; 0: no end is known. */
static uint64_t
left(const struct session *s)
{
	const struct kept_tunnel	*t = session_tunnel(s);
	uint64_t			 now = ike_seconds(s->ike), life;

	life = t->reauth ? t->lifetime : 0;
	if (s->expiry != 0 && (life == 0 || s->expiry < now + life))
		life = s->expiry > now ? s->expiry - now : 1;
	return (life);
}

void
auth_life_add(const struct session *s, struct msg_build *m)
{
	uint64_t	 life, spare;
	uint8_t		 data[4];

	if (s->client || (!s->setup->answers &&
	    (s->nat & (NAT_PEER | NAT_ASKED)) == 0) || (life = left(s)) == 0)
		return;
	/* What is begun at the last moment shall not come too late. */
	spare = life / SPARE_SHARE;
	life -= spare < SPARE_MOST_S ? spare : SPARE_MOST_S;
	put32(data, life < UINT32_MAX ? (uint32_t)life : UINT32_MAX);
	msg_add_notify(m, N_AUTH_LIFETIME, data, sizeof(data));
}

void
auth_life_take(struct session *s, const struct packet *pkt)
{
	const struct kept_tunnel	*t = session_tunnel(s);
	struct pld_notify		 n;
	uint64_t			 now = ike_seconds(s->ike), least;
	uint32_t			 life, r;

	if (!s->client || t == NULL ||
	    !packet_notify(pkt, N_AUTH_LIFETIME, &n) || n.data.len != 4)
		return;
	life = get32(n.data.p);
	least = (s->state == SA_UP ? s->since : now) + AUTH_LIFE_LEAST_S;
	ike_random(s->ike, &r, sizeof(r));
	s->anew_at = now + life_renewal(life, t->overlap, r);
	if (s->anew_at < least)
		s->anew_at = least;
	s->anew_by = now + life;
	session_log(s, 0, LS_IKE, LOG_L_INFO, "the peer wants another "
	    "authentication within %u s", life);
	if (s->state != SA_UP)
		return;
	auth_life_start(s);
	to_tmd_session_up(s, 0);
}

void
auth_life_start(struct session *s)
{
	uint64_t	 now = ike_seconds(s->ike);

	if (s->anew_at != 0)
		timer_set(s->ike, &s->anew, s->anew_at <= now ? 0 :
		    (s->anew_at - now) * MS);
}

void
auth_life_stop(struct session *s)
{
	timer_clear(s->ike, &s->anew);
}

void
auth_life_inherit(struct session *to, const struct session *from)
{
	to->anew_at = from->anew_at;
	to->anew_by = from->anew_by;
}
