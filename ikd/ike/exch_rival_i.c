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
 * IKE_SA_INIT as initiator: several answers to one request, of which one may
 * be the peer's (RFC 7296 section 2.4).
 */
#include <stdlib.h>
#include <string.h>

#include "exch.h"
#include "log.h"
#include "packet.h"
#include "reason.h"
#include "session.h"

#define HOLD_MS		2000	/* for others to come, once one was forged */
#define TRIES		3	/* of IKE_AUTH, when it is doubtful */

/* Is it an answer by which one might go on, and not the one we have? */
static int
is_other(const struct setup *st, const struct packet *pkt)
{
	return (packet_find(pkt, PLD_SA, NULL) != NULL &&
	    packet_find(pkt, PLD_KE, NULL) != NULL &&
	    packet_find(pkt, PLD_NONCE, NULL) != NULL &&
	    (st->msg_r_len != pkt->raw_len ||
	    memcmp(st->msg_r, pkt->raw, pkt->raw_len) != 0));
}

/*
 * certd-sign signs an order once, and so there is one answer in an attempt: if
 * that leads nowhere the next attempt takes any of those that come.
 */
void
exch_rival(struct session *s, const struct packet *pkt)
{
	struct setup	*st = s->setup;

	if (st == NULL || !s->initiator || st->msg_r == NULL || st->resumed ||
	    st->rival.seen || st->checked || pkt->hdr.exch != EXCH_SA_INIT ||
	    pkt->hdr.msgid != 0 || !is_other(st, pkt))
		return;
	st->rival.seen = 1;
	session_log(s, 0, LS_IKE, LOG_L_INFO, "another answer to our "
	    "IKE_SA_INIT: one of them is forged");
	exch_rival_hurry(s);
}

int
exch_rival_doubtful(const struct session *s)
{
	const struct setup	*st = s->setup;

	return (st->rival.seen && !st->checked && st->round == 0 &&
	    !st->resumed && !st->ask.wary);
}

void
exch_rival_hurry(struct session *s)
{
	if (exch_rival_doubtful(s) && window_outstanding(s))
		retrans_hurry(s, TRIES);
}

int
exch_rival_hold(struct session *s, const struct packet *pkt)
{
	struct setup	*st = s->setup;

	if (!st->ask.wary || s->remote.tcp || st->rival.chosen)
		return (0);
	if (st->rival.held != NULL && st->rival.len == pkt->raw_len &&
	    memcmp(st->rival.held, pkt->raw, pkt->raw_len) == 0)
		return (1);
	if (st->rival.n++ == 0)
		timer_set(s->ike, &s->wait, HOLD_MS);
	else if (ike_random_below(s->ike, st->rival.n) != 0)
		return (1);
	free(st->rival.held);
	st->rival.held = xcalloc(1, pkt->raw_len);
	st->rival.len = pkt->raw_len;
	memcpy(st->rival.held, pkt->raw, pkt->raw_len);
	return (1);
}

enum sa_event
exch_rival_waited(struct session *s, struct event_arg *arg)
{
	struct setup	*st = s->setup;
	struct packet	 pkt;
	uint8_t		*answer = st->rival.held;
	enum sa_event	 ev = EV_NONE;

	if (answer == NULL)
		return (exch_init_i_waited(s, arg));
	st->rival.held = NULL;
	st->rival.n = 0;
	if (packet_parse(answer, st->rival.len, &pkt) == NULL) {
		st->rival.chosen = 1;
		arg->pkt = &pkt;
		ev = exch_init_i_response(s, arg);
		st->rival.chosen = 0;
	}
	free(answer);
	/* If it was of no use, a cookie may be. */
	return (ev == EV_NONE && st->msg_r == NULL ?
	    exch_init_i_waited(s, arg) : ev);
}
