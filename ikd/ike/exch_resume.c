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
 * Tickets of RFC 5723: asking for them, giving them, having them kept.
 */
#include <stdlib.h>
#include <string.h>

#include "exch_resume.h"
#include "log.h"
#include "reason.h"
#include "session.h"

#define MADE_MS		3000	/* certd-sign, and tmd for it, have so long */
#define ACK_MS		3000	/* the peer has none yet */
#define ACK_AGAIN_MS	300000	/* and again none */
#define NACK_AGAIN_MS	3600000	/* and will give none, as it is now */
#define HEIR_MS		1000	/* after a rekey: tmd knows of it by then */
#define AGAIN_MIN_S	30	/* not oftener, however short it lives */
#define AGAIN_MAX_S	43200
#define HEAD_LEN	4	/* of TICKET_LT_OPAQUE: the lifetime */

static int
resumable(const struct session *s)
{
	const struct kept_tunnel	*t = session_tunnel(s);

	return (t != NULL && t->resumption);
}

static void
late(struct ike *ike, void *arg)
{
	struct ticketing	*tk = arg;
	const struct mk_made	 none = { .asker = tk->s->id,
	    .code = RSN_TIMEOUT, .text = "certd-sign did not answer in time" };

	from_sign_made(ike, &none);
}

static struct ticketing *
ticketing_of(struct session *s)
{
	if (s->tick == NULL) {
		s->tick = xcalloc(1, sizeof(*s->tick));
		s->tick->s = s;
		timer_init(&s->tick->timer, late, s->tick);
	}
	return (s->tick);
}

void
exch_resume_free(struct session *s)
{
	if (s->tick == NULL)
		return;
	timer_clear(s->ike, &s->tick->timer);
	free(s->tick->opaque);
	free(s->tick);
	s->tick = NULL;
}

/* TICKET_MAKE; peers empty: for the peer.  PIPE_OK or not. */
static int
to_sign_make(const struct session *s, uint32_t seconds, struct slice peers)
{
	struct mk_make	 m;
	int		 r;

	memset(&m, 0, sizeof(m));
	m.exch = s->exch;
	m.asker = s->id;
	memcpy(m.session, s->ticket, sizeof(m.session));
	m.suite = s->suite;
	m.full = s->full;
	m.d_len = s->keys.d_len;
	memcpy(m.d, s->keys.d, s->keys.d_len);
	m.seconds = seconds;
	m.peers = peers;
	r = s->ike->env->to_sign(s->ike->env->ctx, M_TICKET_MAKE, &m);
	explicit_bzero(&m, sizeof(m));
	return (r);
}

/* ---- the client ---- */

void
exch_resume_request(const struct session *s, struct msg_build *m)
{
	if (s->client && resumable(s))
		msg_add_notify(m, N_TICKET_REQUEST, NULL, 0);
}

void
exch_resume_take(struct session *s, const struct packet *pkt)
{
	struct ticketing	*tk;
	struct pld_notify	 n;

	if (!s->client || !resumable(s))
		return;
	if (packet_notify(pkt, N_TICKET_ACK, &n)) {
		job_later(s, JOB_TICKET, 0, 0, 0, s->state == SA_UP ?
		    ACK_AGAIN_MS : ACK_MS);
		s->gives = 1;
	} else if (packet_notify(pkt, N_TICKET_NACK, &n))
		job_later(s, JOB_TICKET, 0, 0, 0, NACK_AGAIN_MS);
	if (!packet_notify(pkt, N_TICKET_LT_OPAQUE, &n) ||
	    get32(n.data.p) == 0)
		return;
	s->gives = 1;
	tk = ticketing_of(s);
	free(tk->opaque);
	tk->len = n.data.len - HEAD_LEN;
	tk->opaque = xcalloc(1, tk->len);
	memcpy(tk->opaque, n.data.p + HEAD_LEN, tk->len);
	tk->seconds = get32(n.data.p);
	if (s->state == SA_UP)
		exch_resume_keep(s);
}

/* It asks for the next one when three quarters of the time are over. */
void
exch_resume_keep(struct session *s)
{
	struct ticketing	*tk = s->tick;
	uint32_t		 next = 0;

	if (!s->client || tk == NULL || tk->opaque == NULL)
		return;
	if (to_sign_make(s, tk->seconds, (struct slice){ tk->opaque,
	    tk->len }) == PIPE_OK) {
		s->ike->stat[ST_TICKETS_KEPT]++;
		next = tk->seconds / 4 * 3;
	}
	if (next > AGAIN_MAX_S)
		next = AGAIN_MAX_S;
	if (next < AGAIN_MIN_S)
		next = AGAIN_MIN_S;
	exch_resume_free(s);
	job_later(s, JOB_TICKET, 0, 0, 0, next * 1000);
}

void
exch_resume_again(struct session *heir)
{
	if (heir->client && heir->gives)
		job_later(heir, JOB_TICKET, 0, 0, 0, HEIR_MS);
}

/* ---- the gateway ---- */

/* Has one made; 0, or -1 when it cannot even be asked. */
static int
ask(struct session *s)
{
	const struct kept_tunnel	*t = session_tunnel(s);
	struct ticketing		*tk;

	if (to_sign_make(s, t->lifetime, (struct slice){ NULL, 0 }) != PIPE_OK)
		return (-1);
	tk = ticketing_of(s);
	tk->asked = 1;
	tk->made = 0;
	timer_set(s->ike, &tk->timer, MADE_MS);
	return (0);
}

void
exch_resume_make(struct session *s)
{
	if (s->setup->ticket_wanted && resumable(s))
		(void)ask(s);
}

int
exch_resume_waits(const struct session *s)
{
	return (s->tick != NULL && s->tick->asked && !s->tick->made);
}

/* Without a ticket now: what may pass is no refusal for good (section 4.1). */
static unsigned int
without(const struct session *s)
{
	const struct ticketing	*tk = s->tick;

	return (resumable(s) && (tk == NULL || tk->code == RSN_TIMEOUT ||
	    tk->code == RSN_BUSY) ? N_TICKET_ACK : N_TICKET_NACK);
}

void
exch_resume_add(const struct session *s, struct msg_build *m)
{
	const struct ticketing	*tk = s->tick;

	if (tk == NULL || !tk->made || tk->len == 0) {
		msg_add_notify(m, without(s), NULL, 0);
		return;
	}
	msg_open(m, PLD_N);
	msg_put16(m, 0);
	msg_put16(m, N_TICKET_LT_OPAQUE);
	msg_put32(m, tk->seconds);
	msg_put(m, tk->opaque, tk->len);
	msg_close(m);
	s->ike->stat[ST_TICKETS_MADE]++;
}

/* The INFORMATIONAL that asked is answered. */
static void
answer_info(struct session *s)
{
	struct out	 o;

	s->tick->info = 0;
	if (!window_work(s)->busy)
		return;
	window_answer(s, &o);
	exch_resume_add(s, &o.m);
	(void)window_respond(s, &o);
	exch_resume_free(s);
	job_run(s);
}

int
exch_resume_info(struct session *s, const struct packet *pkt)
{
	struct pld_notify	 n;

	if (!packet_notify(pkt, N_TICKET_REQUEST, &n))
		return (0);
	if (s->client || !resumable(s))
		exch_answer_notify(s, N_TICKET_NACK, NULL, 0);
	else if (s->state != SA_UP || exch_resume_waits(s) || ask(s) == -1)
		exch_answer_notify(s, N_TICKET_ACK, NULL, 0);
	else
		s->tick->info = 1;
	return (1);
}

/* Where one was to be kept there is nobody to tell. */
void
from_sign_made(struct ike *ike, const struct mk_made *m)
{
	struct session		*s = session_by_id(ike, m->asker);
	struct event_arg	 none = { 0 };
	struct ticketing	*tk;
	unsigned int		 code = m->code;

	if (m->code != RSN_OK && s != NULL)
		session_log(s, 0, LS_IKE, LOG_L_INFO, "no ticket to resume it "
		    "by: %s", m->text);
	if (s == NULL || !exch_resume_waits(s))
		return;
	/* Rekeyed meanwhile: it is the successor that wants one now. */
	if (code == RSN_OK && s->state > SA_UP)
		code = RSN_BUSY;
	tk = s->tick;
	timer_clear(ike, &tk->timer);
	tk->made = 1;
	tk->code = code;
	tk->seconds = m->seconds;
	free(tk->opaque);
	tk->opaque = NULL;
	tk->len = code == RSN_OK ? m->opaque.len : 0;
	if (tk->len > 0) {
		tk->opaque = xcalloc(1, tk->len);
		memcpy(tk->opaque, m->opaque.p, tk->len);
	}
	if (tk->info)
		answer_info(s);
	else if (s->state == SA_R_TICKET)
		sa_event(s, EV_READY, &none);
}
