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
 * Post-quantum pre-shared keys in IKE_INTERMEDIATE (RFC 9867): the initiator
 * names what it has, each with its confirmation, the responder takes the
 * first that it has too, and what IKE_AUTH is protected with has it in it.
 * They come with the last key exchange, or, where there is none or the peer
 * has it so, in an exchange of their own behind it.
 */
#include <string.h>

#include "exch_auth.h"
#include "exch_create.h"
#include "exch_inter.h"
#include "halfopen.h"
#include "pipes.h"
#include "reason.h"
#include "session.h"

#define ANSWER_MS	10000	/* certd-sign has so long */

/* Nothing is asked yet. */
static void
begin(struct session *s, enum ppk_step step)
{
	struct setup	*st = s->setup;

	st->ppk.step = (uint8_t)step;
	st->asked = 0;
	st->tries = 0;
}

int
exch_ppk_due(struct session *s)
{
	if (s->setup->ppk.way != PPK_WAY_INTER ||
	    s->setup->ppk.step != PPK_STEP_NONE)
		return (0);
	begin(s, PPK_STEP_KEYS);
	return (1);
}

enum sa_event
exch_ppk_ask(struct session *s, struct event_arg *arg)
{
	return (exch_ask(s, arg, s->setup->ppk.step == PPK_STEP_KEYS ?
	    to_sign_ppk_ask : to_sign_ppk_mix, ANSWER_MS));
}

/*
 * certd-sign's prf+(PPK, SK_d) is the new SKEYSEED; 0 or -1.  p->k had the
 * SK_d, and has that.
 */
static int
mixed_keys(struct session *s, struct ike_keys *k)
{
	struct ppk_state	*p = &s->setup->ppk;
	struct slice		 seed = { p->k.d, p->k.d_len };
	struct nonces		 n;

	exch_inter_nonces(s, &n);
	return (keymat_ike_ppk(&s->suite, &n, seed, s->spi_i, s->spi_r, k));
}

/* ---- initiator ---- */

void
exch_ppk_add_keys(struct session *s, struct msg_build *m)
{
	const struct ppk_state	*p = &s->setup->ppk;
	uint8_t			 data[PPK_ID_MAX + PPK_CONF_LEN];
	unsigned int		 i;
	size_t			 len;

	for (i = 0; i < p->nkeys; i++) {
		len = p->keys[i].id_len;
		memcpy(data, p->keys[i].id, len);
		memcpy(data + len, p->keys[i].conf, PPK_CONF_LEN);
		msg_add_notify(m, N_PPK_IDENTITY_KEY, data,
		    len + PPK_CONF_LEN);
	}
}

static enum sa_event
change_keys(struct session *s, struct event_arg *arg)
{
	struct ppk_state	*p = &s->setup->ppk;
	struct ike_keys		 k;

	begin(s, PPK_STEP_OVER);
	p->used = 1;
	if (mixed_keys(s, &k) == 0 && session_change_keys(s, &k) == 0) {
		keymat_clear(&p->k);
		return (EV_READY);
	}
	arg->code = RSN_UNSUPPORTED;
	arg->text = "keys cannot be made";
	return (EV_REFUSED);
}

enum sa_event
exch_ppk_i_answer(struct session *s, struct event_arg *arg)
{
	timer_clear(s->ike, &s->wait);
	if (s->setup->ppk.step == PPK_STEP_MIX)
		return (change_keys(s, arg));
	s->setup->ppk.step = PPK_STEP_SENT;
	return (exch_inter_i_send(s, arg));
}

/* Is it one that we have offered? */
static int
take_identity(struct ppk_state *p, struct slice id)
{
	unsigned int	 i;

	for (i = 0; i < p->nkeys; i++)
		if (p->keys[i].id_len == id.len &&
		    memcmp(p->keys[i].id, id.p, id.len) == 0) {
			memcpy(p->id, id.p, id.len);
			p->id_len = id.len;
			return (1);
		}
	return (0);
}

const char *
exch_ppk_taken(struct session *s, const struct packet *pkt)
{
	struct ppk_state	*p = &s->setup->ppk;
	struct pld_notify	 n;

	p->id_len = 0;
	if (packet_notify(pkt, N_PPK_IDENTITY, &n) &&
	    !take_identity(p, n.data))
		return ("the peer takes a PPK that we have not offered");
	return (NULL);
}

int
exch_ppk_i_mix(struct session *s, struct ike_keys *k)
{
	struct ppk_state	*p = &s->setup->ppk;

	begin(s, p->id_len == 0 ? PPK_STEP_OVER : PPK_STEP_MIX);
	if (p->id_len == 0)
		return (0);
	if (k->d_len > 0)
		p->k = *k;
	else {
		p->k.d_len = s->keys.d_len;
		memcpy(p->k.d, s->keys.d, sizeof(p->k.d));
	}
	keymat_clear(k);
	return (1);
}

/* ---- responder ---- */

unsigned int
exch_ppk_read(struct session *s, const struct packet *pkt)
{
	struct ppk_state	*p = &s->setup->ppk;
	const struct pld	*pld = NULL;
	struct mk_ppk_key	*key;
	struct pld_notify	 n;
	size_t			 len;

	if (p->way != PPK_WAY_INTER || p->step != PPK_STEP_NONE)
		return (0);
	p->nkeys = 0;
	while (p->nkeys < PPK_KEYS &&
	    (pld = packet_find(pkt, PLD_N, pld)) != NULL) {
		if (pld_notify_parse(pld->p, pld->len, &n) != NULL ||
		    n.type != N_PPK_IDENTITY_KEY)
			continue;
		/* The width is what pld_notify.c lets through. */
		key = &p->keys[p->nkeys++];
		len = n.data.len - PPK_CONF_LEN;
		key->id_len = (uint16_t)len;
		memcpy(key->id, n.data.p, len);
		memcpy(key->conf, n.data.p + len, PPK_CONF_LEN);
	}
	if (p->nkeys > 0)
		begin(s, PPK_STEP_KEYS);
	return (p->nkeys);
}

/* The keys of the exchange to come; NULL or what is wrong. */
static const char *
make_next(struct session *s)
{
	struct setup		*st = s->setup;
	struct ppk_state	*p = &st->ppk;

	if (!p->used && !p->have_k)
		return (NULL);
	if (p->used ? mixed_keys(s, &st->next) == -1 : 0)
		return ("keys cannot be made");
	if (!p->used)
		st->next = p->k;
	keymat_clear(&p->k);
	st->next_open = session_open_with(s, &st->next);
	return (st->next_open == NULL ? "keys cannot be made" : NULL);
}

/* Our answer, once certd-sign has had its say. */
static enum sa_event
respond_keys(struct session *s, struct event_arg *arg)
{
	struct ppk_state	*p = &s->setup->ppk;
	struct slice		 id = { p->id, p->used ? p->id_len : 0 };

	begin(s, PPK_STEP_OVER);
	arg->code = RSN_UNSUPPORTED;
	arg->text = make_next(s);
	if (arg->text == NULL)
		arg->text = exch_inter_respond(s, id);
	if (arg->text != NULL)
		return (EV_REFUSED);
	exch_inter_done(s);
	halfopen_hold(s);
	return (EV_READY);
}

/*
 * PPK_KEYS says which it is, if any; then SK_d is mixed: that of the KE which
 * came with it, else the one that is.
 */
enum sa_event
exch_ppk_r_answer(struct session *s, struct event_arg *arg)
{
	struct ppk_state	*p = &s->setup->ppk;

	timer_clear(s->ike, &s->wait);
	if (p->step == PPK_STEP_MIX) {
		p->used = 1;
		return (respond_keys(s, arg));
	}
	if (p->nkeys == 0)
		return (respond_keys(s, arg));
	p->id_len = p->keys[0].id_len;
	memcpy(p->id, p->keys[0].id, p->id_len);
	if (!p->have_k) {
		p->k.d_len = s->keys.d_len;
		memcpy(p->k.d, s->keys.d, sizeof(p->k.d));
	}
	begin(s, PPK_STEP_MIX);
	return (exch_ppk_ask(s, arg));
}
