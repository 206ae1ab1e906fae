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
 * IKE_AUTH, what both roles do: asking certd-sign, waiting for its word and
 * for tmd's grant, and the end of an attempt.
 */
#include <stdlib.h>
#include <string.h>

#include "exch_auth.h"
#include "exch_certs.h"
#include "exch_create.h"
#include "exch_rounds.h"
#include "log.h"
#include "mobike.h"
#include "pipes.h"
#include "pld_id.h"
#include "reason.h"
#include "session.h"

#define ANSWER_MS	10000	/* certd-sign and tmd have so long */
#define CERTD_MS	(CERTD_SECONDS * 1000 + ANSWER_MS)	/* and certd */
#define CREDIT_MS	50	/* out of credit: look again */
#define CREDIT_TRIES	100

void
exch_auth_context(struct session *s, struct mk_context *c)
{
	struct setup	*st = s->setup;

	memset(c, 0, sizeof(*c));
	c->exch = s->exch;
	c->ticket = st->ticket;
	c->order = s->order;
	c->round = st->round;
	c->multi = st->multi;
	c->generation = s->policy->generation;
	c->local = s->local;
	c->remote = s->remote;
	c->prf = s->suite.prf;
	c->hashes = st->hashes;
	c->can = st->can;
	c->sk_pi_len = c->sk_pr_len = st->sk_p_len;
	memcpy(c->sk_pi, st->sk_pi, st->sk_p_len);
	memcpy(c->sk_pr, st->sk_pr, st->sk_p_len);
	c->msg_i.p = st->msg_i;
	c->msg_i.len = st->msg_i_len;
	c->msg_r.p = st->msg_r;
	c->msg_r.len = st->msg_r_len;
	c->nonce_peer.p = st->nonce_peer;
	c->nonce_peer.len = st->nonce_peer_len;
	/* IKE_AUTH's message ID: IKE_SA_INIT's was 0 (RFC 9242 3.3.1). */
	c->intauth.p = st->intauth;
	c->intauth.len = intauth_octets(&st->int_i, &st->int_r,
	    st->inter_n + 1, st->intauth);
}

/* Asked once; called again when the time is over. */
enum sa_event
exch_ask(struct session *s, struct event_arg *arg,
    int (*send)(struct session *), unsigned int ms)
{
	struct setup	*st = s->setup;

	arg->code = RSN_BUSY;	/* not the peer is slow, we are */
	if (st->asked) {
		arg->text = "certd-sign, certd or tmd did not answer in time";
		return (EV_REFUSED);
	}
	switch (send(s)) {
	case PIPE_OK:
		st->asked = 1;
		timer_set(s->ike, &s->wait, ms);
		return (EV_NONE);
	case PIPE_NOCREDIT:
		s->ike->stat[ST_NOCREDIT]++;
		if (st->tries++ < CREDIT_TRIES) {
			timer_set(s->ike, &s->wait, CREDIT_MS);
			return (EV_NONE);
		}
		arg->text = "certd-sign or certd is busy";
		return (EV_REFUSED);
	default:
		arg->code = RSN_RESTARTED;
		arg->text = "certd-sign or certd is not there";
		return (EV_REFUSED);
	}
}

enum sa_event
exch_auth_check(struct session *s, struct event_arg *arg)
{
	if (s->setup->ppk.mix == PPK_MIX_ASKED)
		return (exch_ask(s, arg, to_sign_ppk_mix, ANSWER_MS));
	return (exch_ask(s, arg, to_sign_check, to_sign_judges(s->setup) ?
	    ANSWER_MS : CERTD_MS));
}

enum sa_event
exch_auth_i_sign(struct session *s, struct event_arg *arg)
{
	return (exch_ask(s, arg, to_sign_sign, ANSWER_MS));
}

/* Has the proposal this transform, or, where it may be none, none? */
static int
allows(const struct wt_proposal *p, unsigned int type, unsigned int id,
    unsigned int keybits)
{
	int	 there = 0;
	size_t	 i;

	for (i = 0; i < p->xf_n; i++) {
		if (p->xf[i].type != type)
			continue;
		if (p->xf[i].id == id && p->xf[i].keybits == keybits)
			return (1);
		there = 1;
	}
	/* An AEAD goes without integrity, whatever stands beside it. */
	return (id == 0 && (!there || type == XF_INTEG));
}

/* Does the tunnel allow the suite that IKE_SA_INIT chose? */
static int
suite_allowed(const struct kept_tunnel *t, const struct wt_suite *su)
{
	const struct wt_proposal	*p;
	unsigned int			 k;
	size_t				 i;

	for (i = 0; i < t->proposals_n; i++) {
		p = &t->proposals[i];
		if (!allows(p, XF_ENCR, su->encr, su->encr_bits) ||
		    !allows(p, XF_PRF, su->prf, 0) ||
		    !allows(p, XF_INTEG, su->integ, 0) ||
		    !allows(p, XF_KE, su->ke, 0))
			continue;
		for (k = 0; k < sizeof(su->more_ke); k++)
			if (!allows(p, XF_KE1 + k, su->more_ke[k], 0))
				break;
		if (k == sizeof(su->more_ke))
			return (1);
	}
	return (0);
}

/* What the peer offered, for people: its tunnel is known only now. */
static void
tell_offer(struct session *s)
{
	struct setup		*st = s->setup;
	const struct pld	*p;
	struct sa_payload	*sa;
	struct packet		 pkt;

	if (s->initiator || packet_parse(st->msg_i, st->msg_i_len, &pkt) !=
	    NULL || (p = packet_find(&pkt, PLD_SA, NULL)) == NULL)
		return;
	sa = xcalloc(1, sizeof(*sa));
	if (pld_sa_parse(p->p, p->len, sa) == NULL)
		to_tmd_offered(s->ike, &s->remote, s->tunnel, 0, sa);
	free(sa);
}

enum sa_event
exch_auth_both(struct session *s, struct event_arg *arg)
{
	const struct kept_tunnel	*t;
	struct setup			*st = s->setup;
	enum sa_event			 ev;

	if (!st->checked)
		return (EV_NONE);
	/* A PPK goes with the first round's AUTH: before all that follows. */
	if (!exch_ppk_ready(s, arg, &ev))
		return (ev);
	if (!exch_rounds_last(st))
		return (EV_MORE);
	if (!st->granted)
		return (EV_NONE);
	timer_clear(s->ike, &s->wait);
	/* A reload since IKE_SA_INIT: what was proved does there, too. */
	(void)session_follow(s);
	t = session_tunnel(s);
	if (t == NULL) {
		arg->code = RSN_NO_TUNNEL;
		arg->text = "the granted tunnel is not in ike's policy";
		return (EV_REFUSED);
	}
	if (!s->initiator && t->role == TR_INITIATOR) {
		arg->code = RSN_NO_TUNNEL;
		arg->text = "the tunnel's role is initiator";
		return (EV_REFUSED);
	}
	if (!suite_allowed(t, &s->suite)) {
		tell_offer(s);
		arg->code = RSN_NO_PROPOSAL;
		arg->text = "the tunnel of this peer does not allow the suite "
		    "that IKE_SA_INIT chose by address";
		return (EV_REFUSED);
	}
	if (!s->initiator && st->sa != NULL && !st->host_asked &&
	    exch_host_ask(s, &st->ts_peer)) {
		st->host_asked = 1;
		st->granted = 0;	/* GRANTED comes once more */
		timer_set(s->ike, &s->wait, ANSWER_MS);
		return (EV_NONE);
	}
	return (EV_READY);
}

/*
 * The first child's payloads.  They come together or not at all.
 */
static const char *
parse_child(struct session *s, const struct packet *pkt)
{
	struct setup		*st = s->setup;
	const struct pld	*sa;
	const char		*why;

	sa = packet_find(pkt, PLD_SA, NULL);
	if (sa == NULL)
		return (NULL);
	st->sa = xcalloc(1, sizeof(*st->sa));
	if ((why = pld_sa_parse(sa->p, sa->len, st->sa)) != NULL)
		return (why);
	return (exch_ts_parse(pkt, s->initiator, &st->ts_peer));
}

/* Who the peer says it is, its AUTH, its certificates. */
static unsigned int
parse_proof(struct session *s, const struct packet *pkt, const char **why)
{
	struct setup		*st = s->setup;
	const struct pld	*id, *other, *auth;
	struct pld_auth		 a;
	struct pld_id		 pid;

	id = packet_find(pkt, s->initiator ? PLD_IDR : PLD_IDI, NULL);
	other = s->initiator || st->round > 0 ? NULL :
	    packet_find(pkt, PLD_IDR, NULL);
	auth = packet_find(pkt, PLD_AUTH, NULL);
	if (id == NULL || (auth == NULL && s->initiator)) {
		*why = "no identity or no AUTH payload";
		return (N_INVALID_SYNTAX);
	}
	if ((*why = pld_id_parse(id->p, id->len, &pid)) != NULL)
		return (N_INVALID_SYNTAX);
	st->id_peer = pid.id;
	memcpy(s->initiator ? st->id_r : st->id_i, pid.body.p, pid.body.len);
	*(s->initiator ? &st->id_r_len : &st->id_i_len) = pid.body.len;
	if (other != NULL) {
		if ((*why = pld_id_parse(other->p, other->len, &pid)) != NULL)
			return (N_INVALID_SYNTAX);
		memcpy(st->id_r, pid.body.p, pid.body.len);
		st->id_r_len = pid.body.len;
	}
	if (auth == NULL) {
		*why = "the peer wants EAP, which this version lacks";
		return (N_AUTHENTICATION_FAILED);
	}
	if ((*why = pld_auth_parse(auth->p, auth->len, &a)) != NULL)
		return (N_INVALID_SYNTAX);
	if (a.data.len > sizeof(st->auth)) {
		*why = "AUTH data is too long";
		return (N_INVALID_SYNTAX);
	}
	st->method = a.method;
	st->auth_len = a.data.len;
	memcpy(st->auth, a.data.p, a.data.len);
	*why = exch_certs_parse(st, pkt);
	return (*why != NULL ? N_INVALID_SYNTAX : 0);
}

unsigned int
exch_auth_parse(struct session *s, const struct packet *pkt, const char **why)
{
	struct setup		*st = s->setup;
	struct pld_notify	 n;
	unsigned int		 type;

	exch_rounds_said(st, pkt, !s->initiator && st->round == 0);
	st->wants_ocsp |= exch_wants_ocsp(pkt);
	exch_certs_asked(st, pkt);
	exch_methods(st, pkt);
	if (!exch_rounds_empty(st, pkt) &&
	    (type = parse_proof(s, pkt, why)) != 0)
		return (type);
	if (st->round == 0)
		exch_ppk_take(s, pkt);
	/* The rest is in the first request and the last response. */
	if (s->initiator ? !exch_rounds_last(st) : st->round > 0)
		return (0);
	type = exch_move_auth(s, pkt);
	if (type != 0) {
		*why = "there is a NAT where the peer allows none";
		return (type);
	}
	st->initial_contact = packet_notify(pkt, N_INITIAL_CONTACT, &n);
	window_announced(s, pkt);
	if ((*why = parse_child(s, pkt)) != NULL)
		return (N_INVALID_SYNTAX);
	return (0);
}

void
exch_auth_failed(struct session *s, unsigned int code, const char *text)
{
	const char	*short_text = reason_text(code);

	s->ike->stat[ST_AUTH_FAILED]++;
	if (code == RSN_PPK)
		s->ike->stat[ST_PPK_REFUSED]++;
	/* The sentence may begin with the words for the code. */
	if (strncmp(text, short_text, strlen(short_text)) == 0)
		short_text = "";
	/* To people tmd says it. */
	session_debug(s, 0, LS_IKE, "not established: %s%s%s", short_text,
	    *short_text != '\0' ? ": " : "", text);
	to_tmd_failed(s, 0, s->initiator, code, text);
}
