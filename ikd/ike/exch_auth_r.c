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
 * IKE_AUTH as responder (RFC 7296 sections 1.2, 2.15, 2.21.2).  The peer is
 * answered once certd-sign has vouched for it, tmd has granted and the
 * parent has installed; or as soon as one of them refused.
 */
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "auth_life.h"
#include "crash.h"
#include "exch_auth.h"
#include "exch_certs.h"
#include "exch_create.h"
#include "exch_resume.h"
#include "exch_inter.h"
#include "id.h"
#include "log.h"
#include "mobike.h"
#include "pipes.h"
#include "reason.h"
#include "redirect.h"
#include "session.h"

#define AWAY_MS		5000 /* who was redirected deletes the SA till then */

/* Answers with one notify, encrypted, and ends. */
static enum sa_event
give_notify(struct session *s, unsigned int type, struct event_arg *arg)
{
	exch_auth_failed(s, arg->code, arg->text);
	if (window_work(s)->busy)
		exch_answer_notify(s, type, NULL, 0);
	return (EV_END);
}

enum sa_event
exch_auth_r_request(struct session *s, struct event_arg *arg)
{
	struct pld_notify n;
	const char	*why;
	unsigned int	 type;

	/* It has the keys: no flood any more; from now on we wait inside. */
	timer_clear(s->ike, &s->wait);
	if (exch_inter_method(s) != KE_NONE) {
		arg->code = RSN_INVALID_KE;
		arg->text = "IKE_AUTH comes before all additional key "
		    "exchanges are done";
		return (give_notify(s, N_INVALID_SYNTAX, arg));
	}
	type = exch_auth_parse(s, arg->pkt, &why);
	crash_take(s, arg->pkt);
	s->setup->ticket_wanted |= packet_notify(arg->pkt, N_TICKET_REQUEST,
	    &n);
	if (type != 0) {
		arg->code = type == N_INVALID_SYNTAX ? RSN_INVALID_SYNTAX :
		    RSN_UNSUPPORTED;
		arg->text = why;
		return (give_notify(s, type, arg));
	}
	return (exch_auth_check(s, arg));
}

static void
child_settled(struct session *s, struct exch *x, struct child *c,
    unsigned int code, const char *text)
{
	struct event_arg	 arg = { .code = code, .text = text };
	struct setup		*st = s->setup;

	(void)x;
	if (code == RSN_OK) {
		st->c = c;
		c->state = CH_UP;
	} else {
		st->child_error = (uint16_t)exch_notify_of(code);
		st->child_code = (uint16_t)code;
		strlcpy(st->child_why, text, sizeof(st->child_why));
		child_free(c);
	}
	sa_event(s, EV_INSTALLED, &arg);
}

enum sa_event
exch_auth_r_install(struct session *s, struct event_arg *arg)
{
	struct setup	*st = s->setup;
	struct exch	*x;
	unsigned int	 code = 0;

	(void)arg;
	if (redirect_peer(s))
		return (EV_INSTALLED);
	exch_resume_make(s);
	if (st->sa == NULL)
		return (EV_INSTALLED);	/* none was asked for */
	x = st->x = exch_new(s, JOB_CHILD_NEW, 0);
	x->ni_len = st->nonce_peer_len;
	memcpy(x->ni, st->nonce_peer, st->nonce_peer_len);
	x->nr_len = TICKET_LEN;
	memcpy(x->sa->nr, st->ticket.ticket, TICKET_LEN);
	st->child_error = (uint16_t)exch_child_choose(s, x, st->sa,
	    &st->ts_peer, NULL, 1, st->child_why, sizeof(st->child_why));
	if (st->child_error != 0) {
		st->child_code = (uint16_t)exch_reason_of(st->child_error);
		return (EV_INSTALLED);
	}
	if (exch_child_install(s, x, child_settled, &code) != NULL)
		return (EV_NONE);
	st->child_error = (uint16_t)exch_notify_of(code);
	st->child_code = (uint16_t)code;
	strlcpy(st->child_why, reason_text(code), sizeof(st->child_why));
	return (EV_INSTALLED);
}

/*
 * SK {[IDr, [CERT*,] AUTH,] SAr2, TSi, TSr}, or a notify in place of the child.
 */
static int
answer(struct session *s)
{
	struct setup		*st = s->setup;
	struct exch		*x = st->x;
	struct wt_proposal	 p;
	struct out		 o;
	uint8_t			 spi[4];

	window_answer(s, &o);
	if (st->my_method != 0) {
		msg_add_id(&o.m, PLD_IDR, &st->id_ours);
		if (!st->resumed)	/* RFC 5723 4.3.3 */
			exch_add_certs(s, &o.m);
		msg_add_auth(&o.m, st->my_method, st->my_auth,
		    st->my_auth_len);
	}
	if (st->round == 0)
		exch_ppk_add(s, &o.m);
	crash_add(s, &o.m);
	if (st->ticket_wanted && session_tunnel(s)->resumption)
		exch_resume_add(s, &o.m);
	if (redirect_peer(s))
		redirect_add(s, &o.m);
	auth_life_add(s, &o.m);
	window_announce(s, &o.m);
	exch_move_add_auth(s, &o.m, 0);
	if (st->c != NULL) {
		prop_answer(&x->choice, &p);
		exch_child_add_mode(&o.m, x);
		put32(spi, x->spi_in);
		msg_add_sa_num(&o.m, x->choice.num, &p, spi, sizeof(spi));
		tsp_add(&o.m, PLD_TSI, x->sa->ts.remote.ts, x->sa->ts.remote.n);
		tsp_add(&o.m, PLD_TSR, x->sa->ts.local.ts, x->sa->ts.local.n);
		if (x->ts_more)
			msg_add_notify(&o.m, N_ADDITIONAL_TS_POSSIBLE, NULL,
			    0);
	} else if (st->child_error != 0)
		msg_add_notify(&o.m, st->child_error, NULL, 0);
	return (window_respond(s, &o));
}

enum sa_event
exch_auth_r_up(struct session *s, struct event_arg *arg)
{
	struct setup	*st = s->setup;
	char		 who[ID_MAX + 16], at[ADDR_TEXT];

	/* Who has not been authenticated keeps no stream. */
	tcp_hold(s);
	if (exch_resume_waits(s)) {
		s->state = SA_R_TICKET;
		return (EV_NONE);
	}
	if (answer(s) == -1) {
		arg->code = RSN_UNSUPPORTED;
		arg->text = "our IKE_AUTH answer is too large";
		exch_auth_failed(s, arg->code, arg->text);
		return (EV_END);
	}
	s->ike->stat[ST_SESSIONS_R]++;
	exch_ppk_count(s);
	s->ike->stat[ST_RESUMED] += st->resumed ? 1 : 0;
	exch_resume_free(s);
	/* tmd tells it too; this one is for those who follow ike. */
	session_debug(s, 0, LS_IKE, "up with %s, %s", id_print(&st->id_peer,
	    who, sizeof(who)), sock_print(&s->remote, at, sizeof(at)));
	session_up(s);
	if (redirect_peer(s))
		job_later(s, JOB_IKE_DELETE, 0, 0, RSN_REDIRECT, AWAY_MS);
	if (st->initial_contact)
		to_tmd_initial_contact(s);
	if (st->c != NULL)
		child_up(st->c);
	else if (st->child_error != 0)
		child_failed(s, st->x->child, 0, st->child_code, st->child_why);
	setup_free(s);
	job_run(s);
	return (EV_NONE);
}

enum sa_event
exch_auth_r_refused(struct session *s, struct event_arg *arg)
{
	/*
	 * Whatever it was, the peer hears no more than this; a failure of
	 * ours is told as one that may pass.
	 */
	return (give_notify(s, arg->code == RSN_TIMEOUT ||
	    arg->code == RSN_BUSY || arg->code == RSN_RESTARTED ?
	    N_TEMPORARY_FAILURE : N_AUTHENTICATION_FAILED, arg));
}
