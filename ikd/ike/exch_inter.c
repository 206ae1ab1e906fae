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
 * one each, between IKE_SA_INIT and IKE_AUTH (RFC 9370 section 2.2.2), and
 * post-quantum pre-shared keys (exch_ppk_int.c).  The keys that an exchange
 * yields protect the next one.  Nothing of it is
 * authentic before AUTH is, which covers all of it.
 */
#include <stdio.h>
#include <string.h>

#include "alg.h"
#include "dh.h"
#include "exch_auth.h"
#include "exch_certs.h"
#include "exch_create.h"
#include "exch_inter.h"
#include "halfopen.h"
#include "log.h"
#include "pipes.h"
#include "pld_ke.h"
#include "reason.h"
#include "session.h"


unsigned int
exch_inter_method(const struct session *s)
{
	unsigned int	 k = 0;
	size_t		 i;

	/* A session that is resumed has done its own (RFC 5723). */
	if (s->setup->resumed)
		return (KE_NONE);
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

int
exch_inter_built(struct session *s, struct out *o)
{
	struct setup	*st = s->setup;

	return (intauth_built(s->initiator ? &st->int_i : &st->int_r,
	    s->suite.prf, sk_p(s, s->initiator), &o->m,
	    sk_iv_len(s->keys.seal)));
}

int
exch_inter_came(struct session *s, const struct packet *pkt, int of_i)
{
	struct setup	*st = s->setup;

	return (intauth_came(of_i ? &st->int_i : &st->int_r, s->suite.prf,
	    sk_p(s, of_i), pkt));
}

static void
add_ke(struct session *s, struct out *o)
{
	const uint8_t	*pub;
	size_t		 len;

	pub = s->ike->env->dh->public_value(s->setup->dh, &len);
	msg_add_ke(&o->m, s->setup->group, pub, len);
}

void
exch_inter_nonces(const struct session *s, struct nonces *n)
{
	const struct setup	*st = s->setup;
	struct slice		 ours = { st->ticket.ticket, TICKET_LEN };
	struct slice		 theirs = { st->nonce_peer,
	    st->nonce_peer_len };

	memset(n, 0, sizeof(*n));
	n->i = s->initiator ? ours : theirs;
	n->r = s->initiator ? theirs : ours;
}

/* RFC 9370 2.2.2: SKEYSEED(n) = prf(SK_d(n-1), SK(n) | Ni | Nr); 0 or -1. */
static int
next_keys(struct session *s, const uint8_t *secret, size_t len,
    struct ike_keys *k)
{
	struct nonces	 n;

	exch_inter_nonces(s, &n);
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

void
exch_inter_done(struct session *s)
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
	if (st->group != KE_NONE)
		st->dh = s->ike->env->dh->generate(st->group);
	window_begin(s, &o, EXCH_INTERMEDIATE);
	if (st->dh != NULL)
		add_ke(s, &o);
	if (st->ppk.step == PPK_STEP_SENT)
		exch_ppk_add_keys(s, &o.m);
	if ((st->group == KE_NONE || st->dh != NULL) &&
	    exch_inter_built(s, &o) == 0 && window_request(s, &o) == 0)
		return (EV_NONE);
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
		    "IKE_INTERMEDIATE", notify_name(n.type));
	} else
		snprintf(text, sizeof(text), "unusable IKE_INTERMEDIATE "
		    "answer: %s", why);
	arg->text = text;
	return (EV_REFUSED);
}

/* What it was about: "ML-KEM-768", "PPK boston", or both. */
static void
tell_step(struct session *s)
{
	struct setup	*st = s->setup;
	char		 how[64], ppk[PPK_SHOWN] = "none";
	int		 ke = st->group != KE_NONE;

	snprintf(how, sizeof(how), "sent, answered in %llu ms",
	    (unsigned long long)(ike_now(s->ike) - st->t0));
	if (st->ppk.id_len > 0)
		ppk_id_print((struct slice){ st->ppk.id, st->ppk.id_len },
		    ppk, sizeof(ppk));
	to_tmd_step(s, s->order, "IKE_INTERMEDIATE", how, "%s%s%s",
	    ke ? alg_name(XF_KE, st->group, 0) : "",
	    st->ppk.step != PPK_STEP_SENT ? "" : ke ? ", PPK " : "PPK ",
	    st->ppk.step != PPK_STEP_SENT ? "" : ppk);
}

/* What the answer has, counted for AUTH; NULL or what is wrong. */
static const char *
read_answer(struct session *s, const struct packet *pkt, struct ike_keys *k)
{
	struct setup		*st = s->setup;
	struct pld_notify	 n;
	const char		*why = NULL;

	if (st->group != KE_NONE)
		why = take_ke(s, pkt, k);
	else if (packet_error(pkt, &n))
		why = "an error";
	if (why == NULL && st->ppk.step == PPK_STEP_SENT)
		why = exch_ppk_taken(s, pkt);
	if (why == NULL && exch_inter_came(s, pkt, 0) == -1)
		why = "keys cannot be made";
	return (why);
}

enum sa_event
exch_inter_i_response(struct session *s, struct event_arg *arg)
{
	struct setup	*st = s->setup;
	struct ike_keys	 k;
	const char	*why;

	window_answered(s);
	keymat_clear(&k);
	if ((why = read_answer(s, arg->pkt, &k)) != NULL) {
		keymat_clear(&k);
		return (not_answered(arg->pkt, why, arg));
	}
	exch_methods(st, arg->pkt); /* RFC 9593: a list too long for before */
	tell_step(s);
	exch_inter_done(s);
	if (st->ppk.step == PPK_STEP_SENT && exch_ppk_i_mix(s, &k))
		return (EV_PPK);
	if (k.d_len > 0 && session_change_keys(s, &k) == -1) {
		arg->code = RSN_UNSUPPORTED;
		arg->text = "keys cannot be made";
		return (EV_REFUSED);
	}
	return (exch_inter_next(s));
}

/* A PPK comes with the last of them. */
enum sa_event
exch_inter_next(struct session *s)
{
	size_t		 i;
	unsigned int	 all = 0, left;

	for (i = 0; i < sizeof(s->suite.more_ke); i++)
		all += s->suite.more_ke[i] != KE_NONE;
	left = s->setup->inter_n < all ? all - s->setup->inter_n : 0;
	if (left <= 1 && exch_ppk_due(s))
		return (EV_PPK);
	return (left > 0 ? EV_MORE : EV_READY);
}

/* ---- responder ---- */

const char *
exch_inter_respond(struct session *s, struct slice ppk)
{
	struct out	 o;

	window_answer(s, &o);
	if (s->setup->dh != NULL)
		add_ke(s, &o);
	if (ppk.len > 0)
		msg_add_notify(&o.m, N_PPK_IDENTITY, ppk.p, ppk.len);
	if (exch_inter_built(s, &o) == -1)
		return ("keys cannot be made");
	return (window_respond(s, &o) == -1 ? "our answer is too large" :
	    NULL);
}

/* The key exchange whose turn it is; NULL or why not. */
static const char *
respond_ke(struct session *s, const struct packet *pkt)
{
	struct setup	*st = s->setup;
	const char	*why;

	if ((st->group = (uint16_t)exch_inter_method(s)) == KE_NONE)
		return (st->ppk.step == PPK_STEP_KEYS ? NULL :
		    "no additional key exchange is left to do");
	st->dh = s->ike->env->dh->respond(st->group);
	if (st->dh == NULL)
		return ("an additional key exchange cannot be done");
	if ((why = take_ke(s, pkt, &st->ppk.k)) != NULL)
		return (why);
	st->ppk.have_k = 1;
	st->inter_n++;
	if (st->ppk.step == PPK_STEP_KEYS && exch_inter_method(s) != KE_NONE)
		why = "PPK_IDENTITY_KEY comes before the last key exchange";
	st->inter_n--;
	return (why);
}

/*
 * What came counts for AUTH, and, unless certd-sign is to be asked first, the
 * answer is built; NULL or why not.
 */
static const char *
respond(struct session *s, const struct packet *pkt)
{
	struct setup	*st = s->setup;
	const char	*why;

	(void)exch_ppk_read(s, pkt);
	if ((why = respond_ke(s, pkt)) != NULL)
		return (why);
	if (exch_inter_came(s, pkt, 1) == -1)
		return ("keys cannot be made");
	if (st->ppk.step == PPK_STEP_KEYS)
		return (NULL);
	st->next = st->ppk.k;
	st->ppk.have_k = 0;
	keymat_clear(&st->ppk.k);
	if ((st->next_open = session_open_with(s, &st->next)) == NULL)
		return ("keys cannot be made");
	return (exch_inter_respond(s, (struct slice){ NULL, 0 }));
}

enum sa_event
exch_inter_r_request(struct session *s, struct event_arg *arg)
{
	const char	*why;

	/* Still half-open: nobody has been authenticated. */
	halfopen_hold(s);
	if ((why = respond(s, arg->pkt)) == NULL) {
		if (s->setup->ppk.step == PPK_STEP_KEYS)
			return (EV_PPK);
		exch_inter_done(s);
		return (EV_NONE);
	}
	arg->code = RSN_INVALID_KE;
	arg->text = why;
	exch_auth_failed(s, arg->code, arg->text);
	if (window_work(s)->busy)
		exch_answer_notify(s, N_INVALID_SYNTAX, NULL, 0);
	return (EV_END);
}
