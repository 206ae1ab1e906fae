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
 * Our own AUTH, with a pre-shared key or a private one, and the peer's with
 * a pre-shared key.
 */

#include <string.h>

#include <openssl/crypto.h>

#include "ppk.h"
#include "sigmake.h"

#define AUTH_SHARED_KEY	2	/* RFC 7296 section 3.8 */

/* The initiator's or the responder's AUTH over this exchange. */
static void
auth_input(const struct mk_context *c, const struct inquiry *q, int of_i,
    const struct key *key, struct slice id_body, struct auth_in *in)
{
	in->prf = c->prf;
	in->secret.p = key->data;
	in->secret.len = key->len;
	in->message = of_i ? c->msg_i : c->msg_r;
	in->nonce = of_i ? q->r.nonce : q->i.nonce;
	in->sk_p.p = of_i ? q->sk_pi : q->sk_pr;
	in->sk_p.len = of_i ? c->sk_pi_len : c->sk_pr_len;
	in->id_body = id_body;
	in->intauth = c->intauth;
	in->resumed = 0;
	memset(&in->lead, 0, sizeof(in->lead));
	memset(&in->other, 0, sizeof(in->other));
	if (q->i.full && q->r.full) {
		in->lead = auth_lead();
		in->other = of_i ? c->msg_r : c->msg_i;
	}
}

void
resumed_input(const struct mk_context *c, const struct inquiry *q, int of_i,
    struct slice sk_p, int full, struct slice id_body, struct auth_in *in)
{
	memset(in, 0, sizeof(*in));
	in->resumed = 1;
	in->prf = c->prf;
	in->sk_p = sk_p;
	in->message = of_i ? c->msg_i : c->msg_r;
	in->nonce = of_i ? q->r.nonce : q->i.nonce;
	in->id_body = id_body;
	if (full) {
		in->lead = auth_lead();
		in->other = of_i ? c->msg_r : c->msg_i;
	}
}

/* A usable key by name; else says in q what is the matter. */
static const struct key *
usable(const struct signer *s, const char *name, struct inquiry *q)
{
	const struct key *key = keyring_find(s->keys, name);

	if (key != NULL && key->problem[0] == '\0')
		return (key);
	refuse(q, RSN_NO_SECRET, "tunnel %s: %s/psk/%s: %s", q->entry->name,
	    keyring_dir(s->keys), name, key == NULL ? "no such file" :
	    key->problem);
	return (NULL);
}

/* The i-th name of a key for this entry and peer; NULL behind the last. */
static const char *
key_name(const struct signer *s, const struct inquiry *q,
    const struct wt_id *peer, unsigned int i)
{
	if (!q->entry->by_id)
		return (i < q->entry->npsks ? q->entry->psks[i] : NULL);
	return (i == 0 ? entries_psk_by_id(s->entries, peer) : NULL);
}

/* The first usable key, or NULL with the reason in q. */
const struct key *
first_key(const struct signer *s, struct inquiry *q, const struct wt_id *peer)
{
	const struct key *key;
	char buf[ID_SHOWN];
	const char *name;
	unsigned int i;

	refuse(q, RSN_NO_SECRET, "tunnel %s: psks: has no key for %s",
	    q->entry->name, id_shown(peer, buf));
	for (i = 0; (name = key_name(s, q, peer, i)) != NULL; i++)
		if ((key = usable(s, name, q)) != NULL)
			return (key);
	return (NULL);
}

int
psk_holds(const struct signer *s, struct inquiry *q,
    const uint8_t fingerprint[32])
{
	const struct key *key;
	struct slice secret;
	uint8_t fp[32];
	const char *name;
	unsigned int i;

	for (i = 0; (name = key_name(s, q, &q->peer, i)) != NULL; i++) {
		if ((key = usable(s, name, q)) == NULL)
			continue;
		secret.p = key->data;
		secret.len = key->len;
		tickets_fingerprint(s->tickets, secret, fp);
		if (memcmp(fp, fingerprint, sizeof(fp)) == 0)
			return (1);
	}
	return (0);
}

/*
 * The key with which the peer made its AUTH: any of the entry's list, so
 * that a key can be changed on one side after the other.
 */
static const struct key *
match(const struct signer *s, const struct mk_check *m, struct inquiry *q,
    struct slice auth)
{
	struct slice body = m->initiator ? m->id_r : m->id_i;
	const struct key *key;
	struct auth_in in;
	const char *name;
	unsigned int i;

	for (i = 0; (name = key_name(s, q, &q->peer, i)) != NULL; i++) {
		if ((key = usable(s, name, q)) == NULL)
			continue;
		auth_input(&m->c, q, !m->initiator, key, body, &in);
		if (auth_equal(&in, auth))
			return (key);
	}
	return (NULL);
}

const struct key *
matching_key(const struct signer *s, const struct mk_check *m,
    struct inquiry *q)
{
	const struct key *key;
	char buf[ID_SHOWN];

	if (first_key(s, q, &q->peer) == NULL)
		return (NULL);
	if ((key = match(s, m, q, q->auth)) != NULL)
		return (key);
	id_shown(&q->peer, buf);
	if (q->ppk == NULL) {
		refuse(q, RSN_AUTH_PEER, "the pre-shared key of tunnel %s "
		    "differs from the peer's (peer %s)", q->entry->name, buf);
		return (NULL);
	}
	/* Its AUTH without a PPK tells one from the other. */
	ppk_undo(&m->c, q);
	if (m->no_ppk.len > 0 && match(s, m, q, m->no_ppk) != NULL)
		refuse(q, RSN_PPK, "PPK \"%s\" differs from the peer's of "
		    "this name (tunnel %s, peer %s)", q->ppk->name,
		    q->entry->name, buf);
	else
		refuse(q, RSN_AUTH_PEER, "the pre-shared key of tunnel %s, or "
		    "PPK \"%s\", differs from the peer's (peer %s)",
		    q->entry->name, q->ppk->name, buf);
	return (NULL);
}


static struct slice
our_body(const struct inquiry *q, uint8_t body[ID_BODY_MAX])
{
	struct slice b = { body, id_body_make(&q->ours, body) };

	return (b);
}

static int
with_psk(const struct signer *s, const struct mk_context *c,
    struct inquiry *q, int initiator, const struct key *psk,
    uint8_t *out, uint16_t *len)
{
	uint8_t body[ID_BODY_MAX];
	struct auth_in in;

	if (psk == NULL && (psk = first_key(s, q, &q->peer)) == NULL)
		return (-1);
	auth_input(c, q, initiator, psk, our_body(q, body), &in);
	*len = (uint16_t)auth_make(&in, out);
	return (0);
}

static size_t
put(uint8_t *out, size_t at, struct slice s)
{
	if (s.len > 0)
		memcpy(out + at, s.p, s.len);
	return (at + s.len);
}

/* The octets as one: what is signed. */
size_t
auth_octets(const struct mk_context *c, const struct inquiry *q, int of_i,
    struct slice id_body, uint8_t out[OCTETS_MAX])
{
	const struct slice *msg = of_i ? &c->msg_i : &c->msg_r;
	const struct slice *nonce = of_i ? &q->r.nonce : &q->i.nonce;
	size_t at = 0;

	if (q->i.full && q->r.full) {
		at = put(out, at, auth_lead());
		at = put(out, at, of_i ? c->msg_r : c->msg_i);
	}
	at = put(out, at, *msg);
	at = put(out, at, *nonce);
	hprf(c->prf, of_i ? q->sk_pi : q->sk_pr, of_i ? c->sk_pi_len :
	    c->sk_pr_len, &id_body, 1, out + at);
	return (put(out, at + hprf_len(c->prf), c->intauth));
}

static int
key_is_good(const struct signer *s, const struct privkey *k,
    struct inquiry *q)
{
	const char *name = q->entry->key;

	if (privring_is_uri(name) && (k == NULL || k->problem[0] != '\0'))
		return (refuse(q, RSN_NO_SECRET, "tunnel %s: key %s: %s",
		    q->entry->name, name, k == NULL ? "certd-token has not "
		    "said yet whether it is there" : k->problem));
	if (k != NULL && k->locked)
		return (refuse(q, RSN_LOCKED, "tunnel %s: private/%s %s",
		    q->entry->name, k->name, k->problem));
	if (k == NULL || k->problem[0] != '\0')
		return (refuse(q, RSN_NO_SECRET, "tunnel %s: %s/private/%s: "
		    "%s", q->entry->name, keyring_dir(s->keys), name,
		    k == NULL ? "no such file" : k->problem));
	if (decide_key_fits(q->entry, k))
		return (0);
	if (k->in_token)
		return (refuse(q, RSN_NO_SECRET, "tunnel %s: its certificate "
		    "has another public key than %s", q->entry->name, name));
	return (refuse(q, RSN_NO_SECRET, "tunnel %s: %s/certs/%s and "
	    "private/%s do not belong together", q->entry->name,
	    keyring_dir(s->keys), name, name));
}

/* The token signs: it may take its time, others do not wait for it. */
static int
later(const struct signer *s, const struct mk_context *c, struct inquiry *q,
    int initiator, const struct privkey *k, const struct sig_way *way)
{
	struct later *l = s->later;
	uint8_t body[ID_BODY_MAX];

	if (l == NULL)
		return (refuse(q, RSN_BUSY, "there is no certd-token"));
	if (l->wanted++ > 0) {
		/* Once more, over the same but for SK_p: NO_PPK_AUTH. */
		l->len2 = auth_octets(c, q, initiator, our_body(q, body),
		    l->octets2);
		return (0);
	}
	l->len2 = 0;
	l->way = *way;
	l->bits = k->bits;
	memcpy(l->key, k->name, sizeof(l->key));
	l->len = auth_octets(c, q, initiator, our_body(q, body), l->octets);
	return (0);
}

/* NULL: there is none of this name. */
static const struct privkey *
our_key(const struct signer *s, const struct entry *e)
{
	return (privring_find(privring_is_uri(e->key) ? s->tokens : s->priv,
	    e->key));
}

void
auth_key_of(const struct signer *s, const struct entry *e,
    struct wt_keysort *out)
{
	const struct privkey *k = NULL;

	if (e->kind_ours == AUTHK_CERT || e->kind_ours == AUTHK_KEY)
		k = our_key(s, e);
	out->sort = k == NULL ? 0 : (uint8_t)k->type;
	out->bits = k == NULL ? 0 : (uint16_t)k->bits;
}

static int
with_key(const struct signer *s, const struct mk_context *c,
    struct inquiry *q, int initiator, uint8_t *method, uint8_t *out,
    uint16_t *len)
{
	const struct privkey *k = our_key(s, q->entry);
	uint8_t body[ID_BODY_MAX], octets[OCTETS_MAX];
	struct slice all = { octets, 0 };
	struct sig_way way;
	const char *why;

	if (key_is_good(s, k, q) == -1)
		return (-1);
	if ((why = sig_choose_of(k, q->entry->sigs, q->entry->weak, c->hashes,
	    c->can, &way)) != NULL)
		return (refuse(q, RSN_NO_SECRET, "tunnel %s cannot sign with "
		    "%s%s: %s", q->entry->name, k->in_token ? "" : "private/",
		    q->entry->key, why));
	*method = way.method;
	if (k->in_token)
		return (later(s, c, q, initiator, k, &way));
	all.len = auth_octets(c, q, initiator, our_body(q, body), octets);
	*len = (uint16_t)sig_make(k, &way, &all, 1, out);
	if (*len == 0)
		return (refuse(q, RSN_NO_SECRET, "tunnel %s: OpenSSL does not "
		    "sign with private/%s", q->entry->name, q->entry->key));
	return (0);
}

int
auth_ours(const struct signer *s, const struct mk_context *c,
    struct inquiry *q, int initiator, const struct key *psk, uint8_t *method,
    uint8_t out[AUTH_DATA_MAX], uint16_t *len)
{
	if (q->entry->kind_ours == AUTHK_NONE) {
		*method = 0;
		*len = 0;
		return (0);
	}
	if (q->entry->kind_ours != AUTHK_PSK)
		return (with_key(s, c, q, initiator, method, out, len));
	*method = AUTH_SHARED_KEY;
	return (with_psk(s, c, q, initiator, psk, out, len));
}
