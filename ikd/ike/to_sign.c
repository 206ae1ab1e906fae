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
 * Questions to certd-sign: our AUTH as initiator, the peer's AUTH as both,
 * post-quantum pre-shared keys.
 */
#include <string.h>

#include "exch.h"
#include "exch_auth.h"
#include "pipes.h"
#include "session.h"

int
to_sign_sign(struct session *s)
{
	struct mk_sign	 m;
	int		 r;

	exch_auth_context(s, &m.c);
	r = s->ike->env->to_sign(s->ike->env->ctx, M_SIGN, &m);
	explicit_bzero(&m, sizeof(m));
	return (r);
}

/*
 * RFC 7296 3.8: a pre-shared key is certd-sign's, and no proof, and a session
 * that is resumed; else certd's.
 */
int
to_sign_judges(const struct setup *st)
{
	return (st->resumed || st->method == AUTH_PSK || st->method == 0);
}

int
to_sign_check(struct session *s)
{
	struct setup	*st = s->setup;
	struct mk_check	 m;
	int		 r;

	memset(&m, 0, sizeof(m));
	exch_auth_context(s, &m.c);
	m.initiator = (uint8_t)s->initiator;
	m.id_i.p = st->id_i;
	m.id_i.len = st->id_i_len;
	m.id_r.p = st->id_r;
	m.id_r.len = st->id_r_len;
	m.method = st->method;
	m.auth.p = st->auth;
	m.auth.len = st->auth_len;
	m.ppk.p = st->ppk.id;
	m.ppk.len = st->ppk.way == PPK_WAY_AUTH ? st->ppk.id_len : 0;
	m.no_ppk.p = st->ppk.no_ppk;
	m.no_ppk.len = st->ppk.no_ppk_len;
	m.chain.p = st->chain;
	m.chain.len = st->chain_len;
	r = (to_sign_judges(st) ? s->ike->env->to_sign :
	    s->ike->env->to_certd)(s->ike->env->ctx, M_AUTH_CHECK, &m);
	explicit_bzero(&m, sizeof(m));
	return (r);
}

int
to_sign_ppk_ask(struct session *s)
{
	const struct ppk_state	*p = &s->setup->ppk;
	struct mk_ppk_ask	 m;
	int			 r;

	memset(&m, 0, sizeof(m));
	exch_auth_context(s, &m.c);
	/* Only one side's is there: AUTH comes later. */
	m.c.intauth.len = 0;
	m.initiator = (uint8_t)s->initiator;
	m.keys_n = (uint16_t)p->nkeys;
	memcpy(m.keys, p->keys, p->nkeys * sizeof(m.keys[0]));
	r = s->ike->env->to_sign(s->ike->env->ctx, M_PPK_ASK, &m);
	explicit_bzero(&m, sizeof(m));
	return (r);
}

/* RFC 8784 mixes the SK_d that is; RFC 9867 the one of the last KE. */
int
to_sign_ppk_mix(struct session *s)
{
	const struct ppk_state	*p = &s->setup->ppk;
	struct mk_ppk_mix	 m;
	int			 r;

	memset(&m, 0, sizeof(m));
	m.exch = s->exch;
	m.ticket = s->setup->ticket;
	if (p->way == PPK_WAY_INTER) {
		m.id_len = (uint16_t)p->id_len;
		memcpy(m.id, p->id, p->id_len);
		m.sk_d_len = p->k.d_len;
		memcpy(m.sk_d, p->k.d, p->k.d_len);
	} else {
		m.sk_d_len = s->keys.d_len;
		memcpy(m.sk_d, s->keys.d, s->keys.d_len);
	}
	r = s->ike->env->to_sign(s->ike->env->ctx, M_PPK_MIX, &m);
	explicit_bzero(&m, sizeof(m));
	return (r);
}
