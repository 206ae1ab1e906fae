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

#ifndef UNIT_SIGN_PEER_H
#define UNIT_SIGN_PEER_H

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "../../certd/sign/decide.h"
#include "../../certd/sign/octets.h"
#include "addr.h"
#include "alg.h"
#include "id.h"

/*
 * A peer and an ike for the tests of certd-sign: IKE_SA_INIT messages around
 * two nonces, and the requests ike makes of them.
 */
struct sign_peer {
	uint8_t		 msg_i[128], msg_r[128];
	size_t		 msg_i_len, msg_r_len;
	uint8_t		 nonce[32];		/* the peer's */
	uint8_t		 id_i[ID_BODY_MAX], id_r[ID_BODY_MAX];
	uint8_t		 auth[PRF_MAX];
	struct mk_check	 check;
	int		 full;	/* it signs both messages */
};

/* Header and one Nonce payload. */
static inline size_t
make_init(uint8_t *m, int response, const uint8_t *nonce, size_t nlen)
{
	memset(m, 0, 32);
	memset(m, 0x11, 8);
	if (response)
		memset(m + 8, 0x22, 8);
	m[16] = 40;
	m[17] = 0x20;
	m[18] = 34;
	m[19] = response ? 0x20 : 0x08;
	m[27] = (uint8_t)(32 + nlen);
	m[31] = (uint8_t)(4 + nlen);
	memcpy(m + 32, nonce, nlen);
	return (32 + nlen);
}

/* An exchange with ticket k; we are the responder unless initiator. */
static inline void
peer_begin(struct sign_peer *p, const struct mk_ticket *k, int initiator)
{
	struct mk_context *c = &p->check.c;

	memset(p, 0, sizeof(*p));
	memset(p->nonce, 0x5a, sizeof(p->nonce));
	p->msg_i_len = make_init(p->msg_i, 0,
	    initiator ? k->ticket : p->nonce, 32);
	p->msg_r_len = make_init(p->msg_r, 1,
	    initiator ? p->nonce : k->ticket, 32);
	p->check.initiator = (uint8_t)initiator;
	p->check.method = 2;
	c->exch = 77;
	c->ticket = *k;
	assert(addr_parse("192.0.2.1", &c->local.addr) == 0);
	assert(addr_parse("198.51.100.7", &c->remote.addr) == 0);
	c->local.port = c->remote.port = 4500;
	c->prf = PRF_HMAC_SHA2_384;
	c->sk_pi_len = c->sk_pr_len = 48;
	memset(c->sk_pi, 0x33, 48);
	memset(c->sk_pr, 0x44, 48);
	c->msg_i = (struct slice){ p->msg_i, p->msg_i_len };
	c->msg_r = (struct slice){ p->msg_r, p->msg_r_len };
	c->nonce_peer = (struct slice){ p->nonce, sizeof(p->nonce) };
}

static inline struct slice
body(uint8_t *out, const char *text)
{
	struct wt_id id;

	if (text == NULL)
		return ((struct slice){ NULL, 0 });
	if (id_parse(text, &id) != NULL)
		assert(!"an ID of the test");
	return ((struct slice){ out, id_body_make(&id, out) });
}

/* The peer's ID payloads; NULL: none.  As initiator id_i is ours. */
static inline void
peer_ids(struct sign_peer *p, const char *id_i, const char *id_r)
{
	p->check.id_i = body(p->id_i, id_i);
	p->check.id_r = body(p->id_r, id_r);
}

/* Appends a notify without data to a message of make_init(). */
static inline void
peer_notify_of(uint8_t *m, size_t *len, struct slice *s, unsigned int type)
{
	const uint8_t n[8] = { 0, 0, 0, 8, 0, 0, (uint8_t)(type >> 8),
	    (uint8_t)type };

	m[28] = 41;
	memcpy(m + *len, n, sizeof(n));
	*len += sizeof(n);
	m[27] = (uint8_t)*len;
	s->len = *len;
}

/* IKE_SA_INIT_FULL_TRANSCRIPT_AUTH. */
static inline void
peer_notify(uint8_t *m, size_t *len, struct slice *s)
{
	peer_notify_of(m, len, s, 0x403f);
}

/* The AUTH of one side over this exchange. */
static inline size_t
side_auth(struct sign_peer *p, int of_i, const char *key, struct slice id,
    uint8_t *out)
{
	const struct mk_context *c = &p->check.c;
	struct auth_in in = { 0 };

	in.prf = c->prf;
	in.secret = (struct slice){ (const uint8_t *)key, strlen(key) };
	in.message = of_i ? c->msg_i : c->msg_r;
	in.nonce = of_i ? (struct slice){ p->msg_r + 32, 32 } :
	    (struct slice){ p->msg_i + 32, 32 };
	in.sk_p = of_i ? (struct slice){ c->sk_pi, c->sk_pi_len } :
	    (struct slice){ c->sk_pr, c->sk_pr_len };
	in.id_body = id;
	in.intauth = c->intauth;
	if (p->full) {
		in.lead = auth_lead();
		in.other = of_i ? c->msg_r : c->msg_i;
	}
	return (auth_make(&in, out));
}

/* The peer makes its AUTH with this key. */
static inline void
peer_auth(struct sign_peer *p, const char *key)
{
	int of_i = !p->check.initiator;

	p->check.auth.len = side_auth(p, of_i, key,
	    of_i ? p->check.id_i : p->check.id_r, p->auth);
	p->check.auth.p = p->auth;
}

/* Is this our AUTH, made with this key, for this ID of ours? */
static inline int
peer_accepts(struct sign_peer *p, const char *key, const char *id,
    const uint8_t *auth, size_t len)
{
	uint8_t want[PRF_MAX], buf[ID_BODY_MAX];

	return (side_auth(p, p->check.initiator, key, body(buf, id), want) ==
	    len && memcmp(auth, want, len) == 0);
}

/* One entry of the policy; psks: "a" or "a b", NULL: by ID. */
static inline void
peer_entry(struct entries *es, uint32_t tunnel, const char *id_local,
    const char *id_remote, const char *psks)
{
	static struct sn_auth a;
	char names[128], *n, *next = names;

	memset(&a, 0, sizeof(a));
	a.tunnel = tunnel;
	a.kind_ours = a.kind_theirs = AUTHK_PSK;
	a.prfs = 1U << PRF_HMAC_SHA2_384;
	snprintf(a.name, sizeof(a.name), "t%u", tunnel);
	a.remote_n = 1;
	assert(prefix_parse("198.51.100.0/24", &a.remote[0]) == 0);
	if (id_parse(id_local, &a.id_local) != NULL ||
	    id_parse(id_remote, &a.id_remote) != NULL)
		assert(!"an ID of the test");
	a.by_id = psks == NULL;
	snprintf(names, sizeof(names), "%s", psks == NULL ? "" : psks);
	while ((n = strsep(&next, " ")) != NULL)
		if (n[0] != '\0')
			snprintf(a.psks[a.psks_n++].w,
			    sizeof(a.psks[0].w), "%s", n);
	if (entries_add(es, &a) != NULL)
		assert(!"an entry of the test");
}

/* The row of an entry with a certificate on one side or both. */
static inline void
peer_cert_row(struct sn_auth *a, uint32_t tunnel, unsigned int theirs,
    const char *id_remote, const char *key)
{
	memset(a, 0, sizeof(*a));
	a->tunnel = tunnel;
	a->kind_ours = AUTHK_CERT;
	a->kind_theirs = (uint8_t)theirs;
	a->prfs = 1U << PRF_HMAC_SHA2_384;
	a->sigs = (1U << SIGN_KINDS) - 1;
	snprintf(a->name, sizeof(a->name), "t%u", tunnel);
	snprintf(a->key, sizeof(a->key), "%s", key);
	a->remote_n = 1;
	assert(prefix_parse("198.51.100.0/24", &a->remote[0]) == 0);
	if (id_parse("fqdn:gw", &a->id_local) != NULL ||
	    id_parse(id_remote, &a->id_remote) != NULL)
		assert(!"an ID of the test");
}

/* All that the tests of decisions give a signer; it can be filled again. */
static inline void
peer_signer_free(struct signer *s)
{
	tickets_free(s->tickets);
	orders_free(s->orders);
	if (s->rounds != NULL)
		rounds_free(s->rounds);
	mixes_free(s->mixes);
	entries_free(s->entries);
	keyring_free(s->keys);
	keyring_free(s->ppks);
	privring_free(s->priv);
	privring_free(s->tokens);
	memset(s, 0, sizeof(*s));
}

#endif /* UNIT_SIGN_PEER_H */
