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
 * Several rounds of authentication (RFC 4739).  In each IKE_AUTH exchange
 * each side proves itself once more, as long as it has something to prove;
 * Child SA and all else are in the first request and the last response.  How
 * many there are is certd-sign's word; that all were passed is tmd's to know.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exch_auth.h"
#include "exch_certs.h"
#include "exch_rounds.h"
#include "pld_notify.h"
#include "pipes.h"
#include "reason.h"
#include "session.h"

#define ROUND_MS	(CERTD_SECONDS * 1000 + 10000)	/* the peer may fetch */

int
exch_rounds_last(const struct setup *st)
{
	return (st->round + 1 >= st->rounds_ours &&
	    st->round + 1 >= st->rounds_theirs);
}

void
exch_rounds_add_follows(const struct setup *st, struct msg_build *m)
{
	if (st->round + 1 < st->rounds_ours)
		msg_add_notify(m, N_ANOTHER_AUTH_FOLLOWS, NULL, 0);
}

void
exch_rounds_said(struct setup *st, const struct packet *pkt, int first)
{
	struct pld_notify	 n;

	if (first && packet_notify(pkt, N_MULTIPLE_AUTH_SUPPORTED, &n))
		st->multi |= MULTI_SUPPORTED;
	st->multi &= (uint8_t)~MULTI_FOLLOWS;
	if (packet_notify(pkt, N_ANOTHER_AUTH_FOLLOWS, &n))
		st->multi |= MULTI_FOLLOWS;
}

int
exch_rounds_empty(struct setup *st, const struct packet *pkt)
{
	if (st->round == 0 || packet_find(pkt, PLD_AUTH, NULL) != NULL ||
	    packet_find(pkt, PLD_IDI, NULL) != NULL ||
	    packet_find(pkt, PLD_IDR, NULL) != NULL)
		return (0);
	st->method = 0;
	st->auth_len = 0;
	return (1);
}

/* What belongs to one round alone. */
static void
next_round(struct session *s)
{
	struct setup	*st = s->setup;

	timer_clear(s->ike, &s->wait);
	st->round++;
	st->asked = st->checked = 0;
	st->tries = 0;
	st->method = st->my_method = 0;
	st->auth_len = 0;
	explicit_bzero(st->my_auth, sizeof(st->my_auth));
	st->my_auth_len = 0;
	/* RFC 8784: NO_PPK_AUTH is the first AUTH's. */
	explicit_bzero(st->ppk.no_ppk, sizeof(st->ppk.no_ppk));
	st->ppk.no_ppk_len = 0;
	free(st->chain);
	st->chain = NULL;
	st->chain_len = 0;
	*(s->initiator ? &st->id_r_len : &st->id_i_len) = 0;
	if (!s->initiator)
		st->id_r_len = 0;	/* whom it wanted was asked once */
}

enum sa_event
exch_rounds_i_next(struct session *s, struct event_arg *arg)
{
	next_round(s);
	if (s->setup->round < s->setup->rounds_ours)
		return (exch_auth_i_sign(s, arg));
	return (EV_SIGNED);
}

int
exch_rounds_i_send(struct session *s)
{
	struct setup	*st = s->setup;
	struct out	 o;

	window_begin(s, &o, EXCH_AUTH);
	if (st->my_method != 0) {
		msg_add_id(&o.m, PLD_IDI, &st->id_ours);
		exch_add_certs(s, &o.m);
		msg_add_auth(&o.m, st->my_method, st->my_auth,
		    st->my_auth_len);
		exch_rounds_add_follows(st, &o.m);
	}
	return (window_request(s, &o));
}

enum sa_event
exch_rounds_r_answer(struct session *s, struct event_arg *arg)
{
	struct setup	*st = s->setup;
	struct out	 o;

	window_answer(s, &o);
	if (st->my_method != 0) {
		msg_add_id(&o.m, PLD_IDR, &st->id_ours);
		exch_add_certs(s, &o.m);
		msg_add_auth(&o.m, st->my_method, st->my_auth,
		    st->my_auth_len);
		exch_rounds_add_follows(st, &o.m);
	}
	if (st->round == 0)
		exch_ppk_add(s, &o.m);
	if (window_respond(s, &o) == -1) {
		arg->code = RSN_UNSUPPORTED;
		arg->text = "our IKE_AUTH answer is too large";
		return (EV_REFUSED);
	}
	next_round(s);
	timer_set(s->ike, &s->wait, ROUND_MS);
	return (EV_NONE);
}

/* It does not believe us, or has changed its mind. */
enum sa_event
exch_rounds_r_left(struct session *s, struct event_arg *arg)
{
	static char		 text[160];
	struct pld_notify	 n;
	struct out		 o;
	int			 error = packet_error(arg->pkt, &n);

	window_answer(s, &o);
	(void)window_respond(s, &o);
	if (!error && packet_find(arg->pkt, PLD_D, NULL) == NULL)
		return (EV_NONE);
	arg->code = error ? RSN_AUTH_OURS : RSN_PEER_DELETED;
	snprintf(text, sizeof(text), "the peer leaves before round %u of "
	    "authentication%s%s", s->setup->round + 1U, error ? ": " : "",
	    error ? notify_name(n.type) : "");
	arg->text = text;
	exch_auth_failed(s, arg->code, arg->text);
	return (EV_END);
}

enum sa_event
exch_rounds_r_late(struct session *s, struct event_arg *arg)
{
	static char	 text[80];

	snprintf(text, sizeof(text), "the peer does not begin round %u of "
	    "authentication", s->setup->round + 1U);
	arg->code = RSN_TIMEOUT;
	arg->text = text;
	exch_auth_failed(s, arg->code, arg->text);
	return (EV_END);
}
