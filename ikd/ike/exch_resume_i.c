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
 * IKE_SESSION_RESUME as initiator (RFC 5723 sections 4.3.1 and 4.3.2).  Nothing
 * in an answer is authentic: whatever it says against the ticket, and silence,
 * lead to a full exchange in the same attempt, so that none ends with a ticket
 * that is of no use.  Anybody may forge one that looks good, too: then IKE_AUTH
 * fails or is not answered, and since the order is used up by then, tmd gives
 * another at once (RSN_RESUME), for a full exchange.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exch_resume.h"
#include "log.h"
#include "pipes.h"
#include "pld_ke.h"
#include "reason.h"
#include "session.h"
#include "skf.h"

#define ASK_MS	3000	/* certd-sign has so long */
/*
 * Sent again so often at most before the full exchange, and IKE_AUTH behind it:
 * the gateway that gave us the ticket knows this exchange, and where nothing
 * comes through it would not either.
 */
#define TRIES	4

enum sa_event
exch_resume_i_ask(struct session *s, struct event_arg *arg)
{
	struct setup		*st = s->setup;
	struct mk_resume	 m;

	(void)arg;
	if (st->asked) {
		st->asked = 0;
		return (EV_READY);
	}
	memset(&m, 0, sizeof(m));
	m.exch = s->exch;
	m.ticket = st->ticket;
	m.order = s->order;
	if (s->ike->env->to_sign(s->ike->env->ctx, M_RESUME, &m) != PIPE_OK)
		return (EV_READY);
	st->asked = 1;
	timer_set(s->ike, &s->wait, ASK_MS);
	return (EV_NONE);
}

void
exch_resume_i_cap(struct session *s)
{
	if (s->setup->resumed)
		retrans_hurry(s, TRIES);
}

/* HDR, Ni, N(TICKET_OPAQUE), N+; 0 or -1. */
static int
send_request(struct session *s)
{
	struct setup	*st = s->setup;
	struct out	 o;

	window_begin(s, &o, EXCH_SESSION_RESUME);
	msg_add_nonce(&o.m, st->ticket.ticket, TICKET_LEN);
	msg_add_notify(&o.m, N_TICKET_OPAQUE, st->opaque, st->opaque_len);
	if (exch_init_i_notifies(s, &o.m) == -1 ||
	    window_request_clear(s, &o) == -1)
		return (-1);
	exch_resume_i_cap(s);
	return (0);
}

/* certd-sign says which. */
enum sa_event
exch_resume_i_send(struct session *s, struct event_arg *arg)
{
	const struct mk_resumed	*m = arg->body;
	struct setup		*st = s->setup;

	timer_clear(s->ike, &s->wait);
	st->asked = 0;
	st->t0 = ike_now(s->ike);
	st->resumed = 1;
	s->suite = m->suite;
	st->opaque_len = m->opaque.len;
	st->opaque = xcalloc(1, m->opaque.len);
	memcpy(st->opaque, m->opaque.p, m->opaque.len);
	if (send_request(s) == -1)
		return (exch_resume_i_full(s, arg, "not sent"));
	to_tmd_step(s, s->order, "IKE_SESSION_RESUME", "sent", "%s", "");
	return (EV_NONE);
}

enum sa_event
exch_resume_i_full(struct session *s, struct event_arg *arg, const char *how)
{
	struct mx_initiate	 ask = s->setup->ask;

	s->ike->stat[ST_RESUME_FULL]++;
	session_log(s, 0, LS_IKE, LOG_L_INFO, "cannot be resumed (%s): a full "
	    "exchange", how);
	to_tmd_step(s, s->order, "IKE_SESSION_RESUME", how,
	    "going on with a full exchange");
	ask.resume = 0;
	exch_initiate(s->ike, &ask);
	arg->code = RSN_RESUME;
	arg->text = "a full exchange takes its place";
	return (EV_END);
}

/* Nr and what goes with it; NULL or what is wrong. */
static const char *
read_answer(struct session *s, const struct packet *pkt)
{
	const struct kept_tunnel	*t = session_tunnel(s);
	const struct pld		*p;
	struct setup			*st = s->setup;
	struct pld_notify		 n;
	struct slice			 nonce;
	const char			*why;

	p = packet_find(pkt, PLD_NONCE, NULL);
	if (p == NULL || pkt->raw_len > MSG_SA_INIT ||
	    spi_is_zero(pkt->hdr.spi_r) || pkt->unsupported != 0)
		return ("something is missing");
	if ((why = pld_nonce_parse(p->p, p->len, &nonce)) != NULL)
		return (why);
	st->childless = t->childless &&
	    packet_notify(pkt, N_CHILDLESS_SUPPORTED, &n);
	skf_agree(s, pkt, t->fragment_size);
	memcpy(s->spi_r, pkt->hdr.spi_r, SPI_LEN);
	st->nonce_peer_len = nonce.len;
	memcpy(st->nonce_peer, nonce.p, nonce.len);
	return (NULL);
}

enum sa_event
exch_resume_i_response(struct session *s, struct event_arg *arg)
{
	const struct packet	*pkt = arg->pkt;
	struct pld_notify	 n;
	const char		*why;
	char			 how[64];

	if (packet_find(pkt, PLD_NONCE, NULL) == NULL) {
		if (exch_init_i_cookie(s, pkt))
			return (EV_NONE);
		if (packet_notify(pkt, N_TICKET_NACK, &n) ||
		    packet_error(pkt, &n)) {
			snprintf(how, sizeof(how), "answered %s",
			    notify_name(n.type));
			return (exch_resume_i_full(s, arg, how));
		}
		s->ike->stat[ST_UNAUTH_NOTIFY]++;
		return (EV_NONE);
	}
	if ((why = read_answer(s, pkt)) != NULL) {
		s->ike->stat[ST_MALFORMED]++;
		session_log(s, 0, LS_IKE, LOG_L_INFO, "unusable "
		    "IKE_SESSION_RESUME answer: %s", why);
		return (EV_NONE);
	}
	exch_init_i_accept(s, pkt);
	snprintf(how, sizeof(how), "sent, answered in %llu ms",
	    (unsigned long long)(ike_now(s->ike) - s->setup->t0));
	to_tmd_step(s, s->order, "IKE_SESSION_RESUME", how, "the session "
	    "before goes on");
	return (EV_READY);
}
