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
 * IKE_AUTH as initiator (RFC 7296 sections 1.2, 2.15, 2.21.2): certd-sign
 * makes our AUTH on tmd's order, checks the peer's, tmd grants, the parent
 * installs.
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
#include "exch_rival.h"
#include "exch_rounds.h"
#include "id.h"
#include "life.h"
#include "log.h"
#include "mobike.h"
#include "pipes.h"
#include "reason.h"
#include "redirect.h"
#include "session.h"

/* The first child that is asked for: the order's, else the tunnel's. */
static uint32_t
first_child(const struct session *s)
{
	const struct mx_initiate	*m = &s->setup->ask;
	const struct kept_child	*c;

	if (m->children_n > 0)
		return (m->children[0].n);
	c = policy_child_at(s->policy, s->tunnel, 0);
	return (c == NULL ? 0 : c->child);
}

/* NULL, or why there is nothing to offer. */
static const char *
offer_child(struct session *s)
{
	struct setup	*st = s->setup;
	struct exch	*x;
	const char	*why;

	x = st->x = exch_new(s, JOB_CHILD_NEW, 1);
	x->ni_len = TICKET_LEN;
	memcpy(x->ni, st->ticket.ticket, TICKET_LEN);
	x->nr_len = st->nonce_peer_len;
	memcpy(x->sa->nr, st->nonce_peer, st->nonce_peer_len);
	x->child = first_child(s);
	return (exch_child_offer(s, x, NULL, 1, &why) != 0 ? why : NULL);
}

/* SK {IDi, [CERT*, CERTREQ, IDr,] AUTH, [N*,] [SAi2, TSi, TSr]}. */
static int
send_auth(struct session *s)
{
	struct setup	*st = s->setup;
	struct exch	*x = st->x;
	struct out	 o;
	uint8_t		 spi[4];

	window_begin(s, &o, EXCH_AUTH);
	msg_add_id(&o.m, PLD_IDI, &st->id_ours);
	if (!st->resumed) {	/* RFC 5723 4.3.3 */
		exch_add_certs(s, &o.m);
		exch_add_certreq(s->ike, s->tunnel, &o.m);
	}
	if (st->id_peer.type != ID_ANY)
		msg_add_id(&o.m, PLD_IDR, &st->id_peer);
	msg_add_auth(&o.m, st->my_method, st->my_auth, st->my_auth_len);
	exch_ppk_add(s, &o.m);
	if (st->multi & MULTI_SUPPORTED)
		msg_add_notify(&o.m, N_MULTIPLE_AUTH_SUPPORTED, NULL, 0);
	exch_rounds_add_follows(st, &o.m);
	if (st->announces)	/* or it would not understand ours */
		exch_add_methods(&o.m, session_tunnel(s)->accepts);
	crash_add(s, &o.m);
	exch_resume_request(s, &o.m);
	if (st->ask.initial_contact && session_tunnel(s)->initial_contact)
		msg_add_notify(&o.m, N_INITIAL_CONTACT, NULL, 0);
	window_announce(s, &o.m);
	exch_move_add_auth(s, &o.m, 1);
	if (x == NULL)		/* RFC 6023 section 3 */
		return (window_request(s, &o));
	exch_child_add_mode(&o.m, x);
	put32(spi, x->spi_in);
	msg_add_sa(&o.m, x->sa->offer, x->noffer, spi, sizeof(spi));
	tsp_add(&o.m, PLD_TSI, x->sa->ts.local.ts, x->sa->ts.local.n);
	tsp_add(&o.m, PLD_TSR, x->sa->ts.remote.ts, x->sa->ts.remote.n);
	return (window_request(s, &o));
}

/* certd-sign has signed, or in a later round we have nothing to prove. */
enum sa_event
exch_auth_i_send(struct session *s, struct event_arg *arg)
{
	struct setup	*st = s->setup;

	timer_clear(s->ike, &s->wait);
	st->asked = 0;
	st->tries = 0;
	st->t0 = ike_now(s->ike);
	/* The body of IDi, as AUTH covers it. */
	memset(st->id_i, 0, 4);
	st->id_i[0] = st->id_ours.type;
	memcpy(st->id_i + 4, st->id_ours.data, st->id_ours.data_len);
	st->id_i_len = 4 + (size_t)st->id_ours.data_len;
	arg->code = RSN_UNSUPPORTED;
	if (st->round == 0 && st->ask.acquire_src.af != 0)
		session_set_packet(s, first_child(s), &st->ask.acquire_src,
		    &st->ask.acquire_dst);
	if (st->round == 0 && !st->childless &&
	    (arg->text = offer_child(s)) != NULL)
		return (EV_REFUSED);
	if ((st->round == 0 ? send_auth(s) : exch_rounds_i_send(s)) == -1) {
		arg->text = "our IKE_AUTH request is too large";
		return (EV_REFUSED);
	}
	exch_resume_i_cap(s);
	exch_rival_hurry(s);
	explicit_bzero(st->my_auth, sizeof(st->my_auth));
	return (EV_NONE);
}

/* What of ours it may have been. */
static void
not_expected(const struct session *s, char *text, size_t size)
{
	const struct setup	*st = s->setup;
	char			 us[ID_MAX + 16], ppk[PPK_SHOWN];
	size_t			 len = strlen(text);
	int			 psk = st->my_method == AUTH_PSK;

	len += (size_t)snprintf(text + len, size - len, ", where we are %s: "
	    "%s", id_print(&st->id_ours, us, sizeof(us)), psk ? "the key" :
	    "the certificate, its key");
	if (len < size && st->ppk.id_len > 0)
		len += (size_t)snprintf(text + len, size - len, ", PPK \"%s\"",
		    ppk_id_print((struct slice){
		    st->ppk.id, st->ppk.id_len }, ppk, sizeof(ppk)));
	if (len < size)
		snprintf(text + len, size - len, " or this identity is not "
		    "what it expects (its log says which)");
}

/*
 * Our AUTH covers the request with a cookie, and that may be one that the
 * peer never asked for (RFC 7296 section 2.6).
 */
static int
cookie_doubtful(const struct setup *st)
{
	return (st->followed && st->round == 0 && !st->resumed &&
	    !st->ask.wary);
}

/* The responder refused us, in the name of whoever shares these keys. */
static enum sa_event
refused(struct session *s, const struct packet *pkt, struct event_arg *arg)
{
	static char		 text[MSG_TEXT];
	struct pld_notify	 n;

	if (!packet_error(pkt, &n)) {
		arg->code = RSN_INVALID_SYNTAX;
		arg->text = "IKE_AUTH response without AUTH";
	} else {
		arg->code = n.type == N_AUTHENTICATION_FAILED ?
		    RSN_AUTH_OURS : exch_reason_of(n.type);
		snprintf(text, sizeof(text), "the peer answers %s to our "
		    "IKE_AUTH", notify_name(n.type));
		if (arg->code == RSN_AUTH_OURS)
			not_expected(s, text, sizeof(text));
		if (arg->code == RSN_AUTH_OURS && cookie_doubtful(s->setup))
			arg->code = RSN_COOKIE;
		arg->text = text;
	}
	s->state = SA_I_AUTH;		/* it has not let us in: no word */
	return (EV_REFUSED);
}

static void
tell_answer(struct session *s)
{
	struct setup	*st = s->setup;
	char		 who[ID_MAX + 16], how[64];

	snprintf(how, sizeof(how), "sent, answered in %llu ms",
	    (unsigned long long)(ike_now(s->ike) - st->t0));
	if (st->method == 0)
		to_tmd_step(s, s->order, "IKE_AUTH", how, "round %u",
		    st->round + 1U);
	else
		to_tmd_step(s, s->order, "IKE_AUTH", how, "peer says it is "
		    "%s, by %s", id_print(&st->id_peer, who, sizeof(who)),
		    st->resumed ? "the session before" :
		    auth_name(st->method));
}

/*
 * A response without AUTH: an error, unless it is a later round where the
 * peer has nothing to prove, and the error that of the Child SA.
 */
static int
is_refusal(const struct setup *st, const struct packet *pkt)
{
	struct pld_notify	 n;
	unsigned int		 code;

	if (packet_find(pkt, PLD_AUTH, NULL) != NULL)
		return (0);
	if (st->round < st->rounds_theirs || st->round == 0)
		return (1);
	if (!packet_error(pkt, &n))
		return (0);
	code = exch_reason_of(n.type);
	return (!exch_rounds_last(st) ||
	    (code != RSN_NO_PROPOSAL && code != RSN_TS));
}

enum sa_event
exch_auth_i_response(struct session *s, struct event_arg *arg)
{
	const struct packet	*pkt = arg->pkt;
	struct setup		*st = s->setup;
	struct pld_notify	 n;
	const char		*why;

	window_answered(s);
	if (st->denied != 0) {
		arg->code = st->denied;
		arg->text = reason_text(st->denied);
		return (is_refusal(st, pkt) ? EV_END : EV_REFUSED);
	}
	if (is_refusal(st, pkt))
		return (refused(s, pkt, arg));
	/* What was our wish for its identity is now what it says. */
	st->id_r_len = 0;
	if (exch_auth_parse(s, pkt, &why) != 0) {
		arg->code = RSN_INVALID_SYNTAX;
		arg->text = why;
		return (EV_REFUSED);
	}
	if (st->childless && st->sa != NULL) {
		arg->code = RSN_INVALID_SYNTAX;
		arg->text = "the peer made a child that nobody asked for";
		return (EV_REFUSED);
	}
	crash_take(s, pkt);
	if (!exch_rounds_last(st)) {
		tell_answer(s);
		return (exch_auth_check(s, arg));
	}
	exch_resume_take(s, pkt);
	auth_life_take(s, pkt);
	if (redirect_at_auth(s, pkt))
		return (exch_auth_check(s, arg));
	if (st->x != NULL)
		st->x->ts_more = packet_notify(pkt,
		    N_ADDITIONAL_TS_POSSIBLE, &n);
	if (st->sa == NULL && !st->childless)
		st->child_error = packet_error(pkt, &n) ? n.type :
		    N_NO_PROPOSAL_CHOSEN;
	tell_answer(s);
	return (exch_auth_check(s, arg));
}

/* The first child has been settled, one way or the other. */
static void
child_settled(struct session *s, struct exch *x, struct child *c,
    unsigned int code, const char *text)
{
	struct event_arg	 arg = { .code = code, .text = text };
	struct setup		*st = s->setup;

	if (code == RSN_OK) {
		st->c = c;
		c->state = CH_UP;
	} else {
		/* The peer has it: it must go (RFC 7296 2.21). */
		job_add(s, JOB_CHILD_DELETE, x->child, x->spi_in, code);
		st->child_error = (uint16_t)exch_notify_of(code);
		st->child_code = (uint16_t)code;
		strlcpy(st->child_why, text, sizeof(st->child_why));
		child_free(c);
	}
	sa_event(s, EV_INSTALLED, &arg);
}

/* RFC 5685 section 6: it is who it should be, and does not want us. */
static enum sa_event
leave(struct session *s)
{
	struct out	 o;

	redirect_after_auth(s);
	timer_clear(s->ike, &s->wait);
	s->state = SA_DELETING;
	s->end_code = RSN_REDIRECT;
	window_begin(s, &o, EXCH_INFORMATIONAL);
	msg_add_delete_ike(&o.m);
	return (window_request(s, &o) == -1 ? EV_END : EV_NONE);
}

enum sa_event
exch_auth_i_install(struct session *s, struct event_arg *arg)
{
	struct setup	*st = s->setup;
	unsigned int	 code;

	(void)arg;
	if (st->away)
		return (leave(s));
	if (st->childless)
		return (EV_INSTALLED);
	if (exch_child_single(s, st->x, st->child_error)) {
		st->childless = 1;
		return (EV_INSTALLED);
	}
	if (st->child_error != 0) {
		st->child_code = (uint16_t)exch_reason_of(st->child_error);
		exch_child_refused(st->x, st->child_error, st->child_why,
		    sizeof(st->child_why));
		return (EV_INSTALLED);
	}
	code = exch_child_accept(s, st->x, st->sa, &st->ts_peer, 1,
	    st->child_why, sizeof(st->child_why));
	if (code == RSN_OK)
		exch_child_more(s, st->x);
	if (code == RSN_OK &&
	    exch_child_install(s, st->x, child_settled, &code) != NULL)
		return (EV_NONE);
	if (st->child_why[0] == '\0')
		strlcpy(st->child_why, reason_text(code),
		    sizeof(st->child_why));
	st->child_error = (uint16_t)exch_notify_of(code);
	st->child_code = (uint16_t)code;
	job_add(s, JOB_CHILD_DELETE, st->x->child, st->x->spi_in, code);
	return (EV_INSTALLED);
}

/* The other children that the order names; all when IKE_AUTH made none. */
static void
ask_for_more(struct session *s, const struct setup *st)
{
	const struct mx_initiate	*m = &st->ask;
	size_t				 i;

	if (st->childless)
		job_add(s, JOB_CHILD_NEW, first_child(s), 0, 0);
	for (i = 1; i < m->children_n; i++)
		job_add(s, JOB_CHILD_NEW, m->children[i].n, 0, 0);
}

enum sa_event
exch_auth_i_up(struct session *s, struct event_arg *arg)
{
	struct setup	*st = s->setup;
	char		 who[ID_MAX + 16], at[ADDR_TEXT];

	(void)arg;
	s->ike->stat[ST_SESSIONS_I]++;
	exch_ppk_count(s);
	s->ike->stat[ST_RESUMED] += st->resumed ? 1 : 0;
	/* tmd tells it too; this one is for those who follow ike. */
	session_debug(s, 0, LS_IKE, "up with %s, %s", id_print(&st->id_peer,
	    who, sizeof(who)), sock_print(&s->remote, at, sizeof(at)));
	mobike_begin(s);
	session_up(s);
	if (st->c != NULL)
		child_up(st->c);
	else if (!st->childless)
		child_failed(s, st->x->child, 1, st->child_code,
		    st->child_why);
	ask_for_more(s, st);
	setup_free(s);
	exch_resume_keep(s);
	job_run(s);
	return (EV_NONE);
}

/* Does the responder believe that we go on, or that it is let in? */
static int
believes(const struct session *s)
{
	return (s->state == SA_I_CHECK || s->state == SA_I_INSTALL ||
	    (s->state == SA_I_SIGN && s->setup->round > 0));
}

/*
 * Refused by certd-sign, by tmd or by ourselves.  A responder that believes
 * it is let in hears of it (RFC 7296 2.21.2), at once or, while it owes us the
 * answer of the next round, when that has come.
 */
enum sa_event
exch_auth_i_refused(struct session *s, struct event_arg *arg)
{
	struct setup	*st = s->setup;
	struct out	 o;

	/* What was wrong with a ticket is no fault of the next attempt. */
	if (st->resumed)
		arg->code = RSN_RESUME;
	else if (exch_rival_doubtful(s))
		arg->code = RSN_COOKIE;
	if (st->denied == 0)
		exch_auth_failed(s, arg->code, arg->text);
	if (s->state == SA_I_AUTH && st->round > 0 &&
	    window_work(s)->req != NULL) {
		st->denied = (uint16_t)arg->code;
		return (EV_NONE);
	}
	if (!believes(s))
		return (EV_END);
	timer_clear(s->ike, &s->wait);
	s->state = SA_DELETING;
	s->end_code = (uint16_t)arg->code;
	window_begin(s, &o, EXCH_INFORMATIONAL);
	msg_add_notify(&o.m, N_AUTHENTICATION_FAILED, NULL, 0);
	return (window_request(s, &o) == -1 ? EV_END : EV_NONE);
}
