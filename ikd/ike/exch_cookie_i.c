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

#include "cookie.h"
#include "exch.h"
#include "exch_resume.h"
#include "session.h"

#define HOLD_MS		200	/* before a cookie is followed */
#define FREE_MOST	16	/* followed in one attempt for nothing */

/*
 * RFC 7296 2.6: "and all other payloads unchanged", to the octet; so that one
 * cookie, given twice, makes one request.
 */
static int
send_with_cookie(struct session *s)
{
	const struct setup	*st = s->setup;
	struct slice		 rest;
	struct out		 o;
	uint8_t			 next;

	rest = cookie_behind(window_work(s)->req, window_work(s)->req_len,
	    &next);
	window_begin(s, &o, window_work(s)->req[18]);
	msg_add_notify(&o.m, N_COOKIE, st->cookie, st->cookie_len);
	o.buf[o.m.next_off] = next;
	msg_put(&o.m, rest.p, rest.len);
	if (window_request_clear(s, &o) == -1)
		return (-1);
	exch_resume_i_cap(s);
	return (0);
}

enum sa_event
exch_init_i_waited(struct session *s, struct event_arg *arg)
{
	struct setup	*st = s->setup;
	uint8_t		 left = window_work(s)->rt.left;

	(void)arg;
	if (st->held_n == 0)
		return (EV_NONE);
	st->held_n = 0;
	/* So many that each costs one of the tries from now on. */
	if (st->cookies >= FREE_MOST && left == 0)
		return (EV_NONE);
	st->cookie_len = st->held_len;
	memcpy(st->cookie, st->held, st->held_len);
	if (send_with_cookie(s) == -1)
		return (EV_NONE);
	if (st->cookies < FREE_MOST)
		st->cookies++;
	else
		s->win.work->rt.left = left - 1;
	return (EV_NONE);
}

/*
 * Who sees our request may forge a cookie, before the answer: we would sign
 * another request than the one that is answered.  So no cookie is followed
 * while that may be on its way; of several, any one.
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
		timer_set(s->ike, &s->wait, HOLD_MS);
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
