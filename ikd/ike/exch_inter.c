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
 * IKE_INTERMEDIATE (RFC 9242): the additional key exchanges of a new IKE SA,
 * one each, between IKE_SA_INIT and IKE_AUTH (RFC 9370 section 2.2.2).  The
 * keys that an exchange yields protect the next one.  Nothing of it is
 * authentic before AUTH is, which covers all of it.
 */
#include <stdio.h>
#include <string.h>

#include "alg.h"
#include "dh.h"
#include "exch_create.h"
#include "exch_inter.h"
#include "log.h"
#include "pipes.h"
#include "pld_ke.h"
#include "reason.h"
#include "session.h"

#define HOLD_MS		10000	/* `flood: hold` when the policy has none */

unsigned int
exch_inter_method(const struct session *s)
{
	unsigned int	 k = 0;
	size_t		 i;

	for (i = 0; i < sizeof(s->suite.more_ke); i++)
		if (s->suite.more_ke[i] != KE_NONE && k++ == s->setup->inter_n)
			return (s->suite.more_ke[i]);
	return (KE_NONE);
}

static struct slice
sk_p(const struct session *s, int of_i)
{
	const struct setup	*st = s->setup;

	return ((struct slice){ of_i ? st->sk_pi : st->sk_pr, st->sk_p_len });
}

/* SK {KE}, counted for AUTH; 0 or -1. */
static int
add_ke(struct session *s, struct out *o)
{
	struct setup	*st = s->setup;
	const uint8_t	*pub;
	size_t		 len;

	pub = s->ike->env->dh->public_value(st->dh, &len);
	msg_add_ke(&o->m, st->group, pub, len);
	return (intauth_built(s->initiator ? &st->int_i : &st->int_r,
	    s->suite.prf, sk_p(s, s->initiator), &o->m,
	    sk_iv_len(s->keys.seal)));
}

/* RFC 9370 2.2.2: SKEYSEED(n) = prf(SK_d(n-1), SK(n) | Ni | Nr); 0 or -1. */
static int
next_keys(struct session *s, const uint8_t *secret, size_t len,
    struct ike_keys *k)
{
	struct setup	*st = s->setup;
	struct nonces	 n = { 0 };
	struct slice	 ours = { st->ticket.ticket, TICKET_LEN };
	struct slice	 theirs = { st->nonce_peer, st->nonce_peer_len };

	n.i = s->initiator ? ours : theirs;
	n.r = s->initiator ? theirs : ours;
	return (keymat_ike_rekey(s->suite.prf, session_sk_d(s), &s->suite, &n,
	    (struct slice){ secret, len }, s->spi_i, s->spi_r, k));
}

/*
 * The peer's KE payload, of the method whose turn it is, and what comes of
 * it; NULL or what is wrong.
 */
static const char *
take_ke(struct session *s, const struct packet *pkt, struct ike_keys *k)
{
	const struct dh_ops	*dh = s->ike->env->dh;
	struct setup		*st = s->setup;
	const struct pld	*p = packet_find(pkt, PLD_KE, NULL);
	struct pld_ke		 ke;
	const char		*why;
	uint8_t			 secret[IKE_KE_MAX];
	long			 len;
	int			 r;

	if (p == NULL)
		return ("KE is missing");
	if ((why = pld_ke_parse(p->p, p->len, &ke)) != NULL)
		return (why);
	if (ke.group != st->group)
		return ("another key exchange method than the one whose turn "
		    "it is");
	len = dh->shared(st->dh, ke.data.p, ke.data.len, secret,
	    sizeof(secret));
	if (len < 0)
		return ("the public value is impossible");
	r = next_keys(s, secret, (size_t)len, k);
	explicit_bzero(secret, sizeof(secret));
	return (r == -1 ? "keys cannot be made" : NULL);
}

static void
exchanged(struct session *s)
{
	struct setup	*st = s->setup;

	s->ike->env->dh->free(st->dh);
	st->dh = NULL;
	st->inter_n++;
}

/* ---- initiator ---- */

enum sa_event
exch_inter_i_send(struct session *s, struct event_arg *arg)
{
	struct setup	*st = s->setup;
	struct out	 o;

	st->t0 = ike_now(s->ike);
	st->group = (uint16_t)exch_inter_method(s);
	st->dh = s->ike->env->dh->generate(st->group);
	if (st->dh != NULL) {
		window_begin(s, &o, EXCH_INTERMEDIATE);
		if (add_ke(s, &o) == 0 && window_request(s, &o) == 0)
			return (EV_NONE);
	}
	arg->code = RSN_UNSUPPORTED;
	arg->text = "an additional key exchange cannot be done";
	return (EV_REFUSED);
}

/* The peer answers an error, or what is no answer. */
static enum sa_event
not_answered(const struct packet *pkt, const char *why,
    struct event_arg *arg)
{
	static char		 text[160];
	struct pld_notify	 n;

	arg->code = RSN_INVALID_KE;
	if (packet_find(pkt, PLD_KE, NULL) == NULL && packet_error(pkt, &n)) {
		arg->code = exch_reason_of(n.type);
		snprintf(text, sizeof(text), "the peer answers %s to our "
		    "additional key exchange", notify_name(n.type));
	} else
		snprintf(text, sizeof(text), "unusable IKE_INTERMEDIATE "
		    "answer: %s", why);
	arg->text = text;
	return (EV_REFUSED);
}

enum sa_event
exch_inter_i_response(struct session *s, struct event_arg *arg)
{
	const struct packet	*pkt = arg->pkt;
	struct setup		*st = s->setup;
	struct ike_keys		 k;
	const char		*why;
	char			 how[64];

	window_answered(s);
	if ((why = take_ke(s, pkt, &k)) == NULL &&
	    (intauth_came(&st->int_r, s->suite.prf, sk_p(s, 0), pkt) == -1 ||
	    session_change_keys(s, &k) == -1))
		why = "keys cannot be made";
	if (why != NULL) {
		keymat_clear(&k);
		return (not_answered(pkt, why, arg));
	}
	snprintf(how, sizeof(how), "sent, answered in %llu ms",
	    (unsigned long long)(ike_now(s->ike) - st->t0));
	to_tmd_step(s, s->order, "IKE_INTERMEDIATE", how, "%s",
	    alg_name(XF_KE, st->group, 0));
	exchanged(s);
	return (exch_inter_method(s) != KE_NONE ? EV_MORE : EV_READY);
}

/* ---- responder ---- */

/* What came counts for AUTH, and the answer is built; NULL or why not. */
static const char *
respond(struct session *s, const struct packet *pkt)
{
	struct setup	*st = s->setup;
	struct ike_keys	 k;
	struct out	 o;
	const char	*why;

	if ((st->group = (uint16_t)exch_inter_method(s)) == KE_NONE)
		return ("no additional key exchange is left to do");
	st->dh = s->ike->env->dh->respond(st->group);
	if (st->dh == NULL)
		return ("an additional key exchange cannot be done");
	if ((why = take_ke(s, pkt, &k)) != NULL)
		return (why);
	st->next = k;
	keymat_clear(&k);
	why = "keys cannot be made";
	if (intauth_came(&st->int_i, s->suite.prf, sk_p(s, 1), pkt) == -1 ||
	    (st->next_open = session_open_with(s, &st->next)) == NULL)
		return (why);
	window_answer(s, &o);
	if (add_ke(s, &o) == -1)
		return (why);
	return (window_respond(s, &o) == -1 ? "our answer is too large" :
	    NULL);
}

enum sa_event
exch_inter_r_request(struct session *s, struct event_arg *arg)
{
	const char	*why;

	/* Still half-open: nobody has been authenticated. */
	timer_set(s->ike, &s->wait, s->ike->policy->ike.hold_ms != 0 ?
	    s->ike->policy->ike.hold_ms : HOLD_MS);
	if ((why = respond(s, arg->pkt)) == NULL) {
		exchanged(s);
		return (EV_NONE);
	}
	arg->code = RSN_INVALID_KE;
	arg->text = why;
	exch_auth_failed(s, arg->code, arg->text);
	if (s->win.busy)
		exch_answer_notify(s, N_INVALID_SYNTAX, NULL, 0);
	return (EV_END);
}
