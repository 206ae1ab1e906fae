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
 * IKE_SESSION_RESUME as responder (RFC 5723 section 4.3.2), behind the cookie
 * and the limits of IKE_SA_INIT: certd-sign looks into the ticket, and the
 * peer is answered, or told that it is none.
 */
#include <string.h>

#include "exch_resume.h"
#include "halfopen.h"
#include "log.h"
#include "natt.h"
#include "reason.h"
#include "session.h"
#include "skf.h"

#define LOOK_MS	3000	/* certd-sign has so long */

void
exch_resume_r_begin(struct session *s, const struct packet *pkt,
    uint64_t hash, const struct arrival *from, struct slice opaque)
{
	struct setup		*st = s->setup;
	struct mk_resume	 m;

	s->state = SA_R_RESUME;
	st->resumed = 1;
	window_working(s, pkt, hash, from);
	memset(&m, 0, sizeof(m));
	m.exch = s->exch;
	m.ticket = st->ticket;
	memcpy(m.spi_i, s->spi_i, SPI_LEN);
	memcpy(m.spi_r, s->spi_r, SPI_LEN);
	m.nonce_peer.p = st->nonce_peer;
	m.nonce_peer.len = st->nonce_peer_len;
	m.opaque = opaque;
	if (s->ike->env->to_sign(s->ike->env->ctx, M_RESUME, &m) != PIPE_OK) {
		s->ike->stat[ST_NOCREDIT]++;
		session_end(s, RSN_BUSY, "certd-sign is busy");
		return;		/* it will ask again */
	}
	timer_set(s->ike, &s->wait, LOOK_MS);
}

/* Unprotected, and nothing of us in it: there is no SA. */
enum sa_event
exch_resume_r_refused(struct session *s, struct event_arg *arg)
{
	struct ike_hdr	 h;

	s->ike->stat[ST_RESUME_NACKS]++;
	/* Who shows many of these has to show next that he is there. */
	halfopen_asked(s->ike);
	memset(&h, 0, sizeof(h));
	memcpy(h.spi_i, s->spi_i, SPI_LEN);
	h.exch = EXCH_SESSION_RESUME;
	h.flags = HDR_INITIATOR;
	if (ike_rate(s->ike)) {
		exch_clear_notify(s->ike, &window_work(s)->busy_from, &h,
		    N_TICKET_NACK, NULL, 0);
		session_log(s, 0, LS_IKE, LOG_L_INFO, "not resumed: %s",
		    arg->text);
	}
	return (EV_END);
}

/* The suite, the keys but for SK_p; 0 or -1. */
static int
take_keys(struct session *s, const struct mk_resumed *m)
{
	struct ike_keys	 k;
	int		 r;

	s->suite = m->suite;
	s->full = m->full;
	r = keymat_ike_given(&s->suite, (struct slice){ m->keys, m->keys_len },
	    &k);
	if (r == 0)
		r = session_set_keys(s, &k);
	keymat_clear(&k);
	return (r);
}

/* HDR, Nr, N+; 0 or -1. */
static int
answer(struct session *s, const struct kept_tunnel *t)
{
	struct setup	*st = s->setup;
	struct packet	 pkt;
	struct out	 o;

	if (packet_parse(st->msg_i, st->msg_i_len, &pkt) != NULL)
		return (-1);
	if (t->encap_force)
		s->nat |= NAT_FORCED;
	skf_agree(s, &pkt, t->fragment_size);
	window_answer(s, &o);
	msg_add_nonce(&o.m, st->ticket.ticket, TICKET_LEN);
	if (exch_init_r_notifies(s, t->childless, &o.m) == -1)
		return (-1);
	return (exch_init_r_respond(s, &o));
}

enum sa_event
exch_resume_r_answer(struct session *s, struct event_arg *arg)
{
	const struct mk_resumed		*m = arg->body;
	const struct kept_tunnel	*t;
	struct ike			*ike = s->ike;

	t = policy_tunnel(s->policy, m->tunnel);
	arg->code = RSN_RESUME;
	arg->text = "the ticket's tunnel has resumption: no";
	if (t == NULL || !t->resumption || t->role == TR_INITIATOR)
		return (EV_REFUSED);
	if (take_keys(s, m) == -1 || answer(s, t) == -1) {
		ike->stat[ST_MALFORMED]++;
		arg->text = "no keys can be made of it";
		return (EV_REFUSED);
	}
	halfopen_hold(s);
	return (EV_NONE);
}

void
from_sign_resumed(struct ike *ike, const struct mk_resumed *m)
{
	struct session		*s = session_by_exch(ike, m->exch);
	struct event_arg	 arg = { .code = m->code, .text = m->text,
	    .body = m };

	if (s == NULL || (s->state != SA_R_RESUME && s->state != SA_I_RESUME))
		return;
	s->setup->asked = 0;
	if (m->code == RSN_OK)
		sa_event(s, EV_RESUMED, &arg);
	else
		sa_event(s, s->initiator ? EV_READY : EV_REFUSED, &arg);
}

/* As initiator, right before the AUTH that is to be protected by them. */
void
from_sign_new_keys(struct ike *ike, const struct mk_resumed *m)
{
	struct session		*s = session_by_exch(ike, m->exch);
	struct event_arg	 arg = { .code = RSN_UNSUPPORTED,
	    .text = "keys cannot be made" };

	if (s != NULL && s->state == SA_I_SIGN && s->setup->resumed &&
	    take_keys(s, m) == -1)
		sa_event(s, EV_REFUSED, &arg);
}
