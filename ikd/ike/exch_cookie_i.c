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
 * IKE_SA_INIT as initiator: the responder wants a cookie (RFC 7296 section
 * 2.6).
 */
#include <string.h>

#include "asked.h"
#include "exch.h"
#include "exch_resume.h"
#include "session.h"

#define HOLD_MS		200	/* before a cookie is followed */
#define HOLD_WARY_MS	2000	/* once one was followed to no good end */

/*
 * The request's other payloads stay as they are, and so does the time that
 * the peer has to answer it: a forged cookie costs neither.
 */
enum sa_event
exch_init_i_waited(struct session *s, struct event_arg *arg)
{
	struct setup	*st = s->setup;
	struct slice	 cookie = { st->cookie, st->held_len };

	(void)arg;
	if (st->held_n == 0)
		return (EV_NONE);
	st->held_n = 0;
	st->cookie_len = st->held_len;
	memcpy(st->cookie, st->held, st->held_len);
	(void)asked_with_cookie(s, &cookie);
	st->followed = 1;
	return (EV_NONE);
}

/*
 * Who sees our request may forge a cookie, before the answer: we would sign
 * another request than the one that is answered.  So no cookie is followed
 * while that may be on its way; of several, any one.  Where the answer took
 * longer the peer refuses our AUTH, and tmd orders the same again, to be wary.
 */
int
exch_init_i_cookie(struct session *s, const struct packet *pkt)
{
	struct setup		*st = s->setup;
	struct pld_notify	 n;

	if (!packet_notify(pkt, N_COOKIE, &n))
		return (0);
	if (st->held_n > 0 && n.data.len == st->held_len &&
	    memcmp(n.data.p, st->held, st->held_len) == 0)
		return (1);
	if (st->held_n++ == 0)
		timer_set(s->ike, &s->wait, st->ask.wary ? HOLD_WARY_MS :
		    HOLD_MS);
	else if (ike_random_below(s->ike, st->held_n) != 0)
		return (1);
	st->held_len = n.data.len;
	memcpy(st->held, n.data.p, n.data.len);
	/* RFC 9329 6.4: nobody else can answer on this stream. */
	if (s->remote.tcp) {
		timer_clear(s->ike, &s->wait);
		(void)exch_init_i_waited(s, NULL);
	}
	return (1);
}
