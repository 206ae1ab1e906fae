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
 * Post-quantum pre-shared keys: RFC 8784 section 3 as both roles, and what
 * RFC 9867 has done before IKE_AUTH.  The keys stay here: ikd-ike gets what
 * prf+ makes of an SK_d of its own, once for a ticket.
 *
 * RFC 8784 knows one AUTH of each side.  Where there are several (RFC 4739),
 * PPK_IDENTITY and NO_PPK_AUTH belong to the first alone, and the later ones
 * take the SK_p that the first was checked with.  That is ike's: a policy with
 * `ppk` and several rounds for one tunnel is refused (resolve_ppk() in tmd),
 * so that a round with others behind it uses no PPK.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "ppk.h"

enum way { WAY_NONE, WAY_AUTH, WAY_INTER };

/* RFC 9867 before RFC 8784; the responder takes one of them. */
static enum way
way_of(const struct inquiry *q)
{
	if (q->i.ppk_int && q->r.ppk_int)
		return (WAY_INTER);
	return (q->i.ppk && q->r.ppk ? WAY_AUTH : WAY_NONE);
}

/* NULL with what is the matter in why. */
static const struct key *
key_of(const struct signer *s, const struct ppk *p, char *why, size_t size)
{
	const struct key *key = keyring_find(s->ppks, p->secret);

	if (key != NULL && key->problem[0] == '\0')
		return (key);
	snprintf(why, size, "%s/ppk/%s: %s", keyring_dir(s->keys), p->secret,
	    key == NULL ? "no such file" : key->problem);
	return (NULL);
}

/*
 * RFC 8784 section 3, RFC 9867: prf+(PPK, SK) of the width of SK, which is
 * that of the PRF and so its first block.
 */
static void
mix_into(unsigned int prf, const struct key *key, const uint8_t *sk,
    size_t len, uint8_t *out)
{
	static const uint8_t one = 1;
	const struct slice parts[2] = { { sk, len }, { &one, 1 } };

	hprf(prf, key->data, key->len, parts, 2, out);
}

/* RFC 9867: the first octets of prf(PPK, Ni | Nr | SPIi | SPIr). */
static void
confirm(unsigned int prf, const struct key *key, const struct inquiry *q,
    uint8_t conf[PPK_CONF_LEN])
{
	const struct slice parts[4] = { q->i.nonce, q->r.nonce,
	    { q->r.spi_i, 8 }, { q->r.spi_r, 8 } };
	uint8_t mac[PRF_MAX];

	hprf(prf, key->data, key->len, parts, 4, mac);
	memcpy(conf, mac, PPK_CONF_LEN);
	explicit_bzero(mac, sizeof(mac));
}

/* There is none: as the policy has it, that is fine or the end. */
static int __attribute__((format(printf, 2, 3)))
none(struct inquiry *q, const char *fmt, ...)
{
	va_list ap;

	if (q->entry->ppk == PPK_NO)
		return (0);
	va_start(ap, fmt);
	vsnprintf(q->ppk_told, sizeof(q->ppk_told), fmt, ap);
	va_end(ap);
	if (q->entry->ppk == PPK_REQUIRE)
		return (refuse(q, RSN_PPK, "tunnel %s requires a post-quantum "
		    "pre-shared key: %s", q->entry->name, q->ppk_told));
	return (0);
}

/* This one it is, in IKE_AUTH. */
static int
use(const struct mk_context *c, const struct ppk *p, const struct key *key,
    struct inquiry *q)
{
	mix_into(c->prf, key, c->sk_pi, c->sk_pi_len, q->sk_pi);
	mix_into(c->prf, key, c->sk_pr, c->sk_pr_len, q->sk_pr);
	q->ppk = p;
	q->ppk_used = 1;
	snprintf(q->ppk_told, sizeof(q->ppk_told), "%s (RFC 8784)", p->name);
	return (0);
}

void
ppk_undo(const struct mk_context *c, struct inquiry *q)
{
	memcpy(q->sk_pi, c->sk_pi, sizeof(q->sk_pi));
	memcpy(q->sk_pr, c->sk_pr, sizeof(q->sk_pr));
}

struct slice
ppk_shown_id(const struct inquiry *q)
{
	if (q->ppk == NULL)
		return ((struct slice){ NULL, 0 });
	return ((struct slice){ q->ppk->id, q->ppk->len });
}

/* What IKE_INTERMEDIATE has come to; SK_p are what they are. */
static int
mixed_before(struct signer *s, const struct mk_context *c, uint64_t now,
    struct inquiry *q)
{
	const struct mix *m = mixes_find(s->mixes, &c->ticket, now);
	const char *name = mixes_used(s->mixes, &c->ticket, now);

	if (name == NULL)
		return (none(q, "%s", m != NULL && m->why[0] != '\0' ?
		    m->why : "the peer named none in IKE_INTERMEDIATE"));
	/* Where none is required, one more than was wanted is no harm. */
	if (q->entry->ppk == PPK_REQUIRE && !entry_may_ppk(q->entry, name))
		return (refuse(q, RSN_PPK, "PPK \"%s\", which the peer uses, "
		    "is not one of tunnel %s", name, q->entry->name));
	q->ppk_used = 1;
	snprintf(q->ppk_told, sizeof(q->ppk_told), "%s (RFC 9867)", name);
	return (0);
}

/* The first of the tunnel's that is there; NULL with why. */
static const struct ppk *
first_ppk(const struct signer *s, const struct entry *e,
    const struct key **key, char *why, size_t size)
{
	const struct ppk *p;
	unsigned int i;

	snprintf(why, size, "its policy has no PPK to offer");
	for (i = 0; e->ppk != PPK_NO && i < e->nppks; i++)
		if ((p = ppks_by_name(entries_ppks(s->entries), e->ppks[i])) !=
		    NULL && (*key = key_of(s, p, why, size)) != NULL)
			return (p);
	return (NULL);
}

int
ppk_to_sign(struct signer *s, const struct mk_context *c, uint64_t now,
    struct inquiry *q)
{
	const struct key *key;
	const struct ppk *p;
	char why[400];

	if (q->round > 0)
		return (0);
	switch (way_of(q)) {
	case WAY_INTER:
		return (mixed_before(s, c, now, q));
	case WAY_AUTH:
		if ((p = first_ppk(s, q->entry, &key, why,
		    sizeof(why))) == NULL)
			return (refuse(q, RSN_NO_SECRET, "tunnel %s: %s",
			    q->entry->name, why));
		return (use(c, p, key, q));
	case WAY_NONE:
		break;
	}
	return (none(q, "the peer does not offer to use one"));
}

/* Initiator: what the answer says of the one we have sent. */
static int
check_answer(const struct signer *s, const struct mk_check *m,
    struct inquiry *q)
{
	const struct ppk *p;
	const struct key *key;
	char id[PPK_SHOWN], why[400];

	if (m->ppk.len == 0) {
		p = first_ppk(s, q->entry, &key, why, sizeof(why));
		return (none(q, "the peer does not take PPK \"%s\" and goes on "
		    "without", p == NULL ? "?" : p->name));
	}
	p = ppks_by_id(entries_ppks(s->entries), m->ppk);
	if (p == NULL || !entry_may_ppk(q->entry, p->name))
		return (refuse(q, RSN_PPK, "PPK \"%s\" is not one of tunnel "
		    "%s", ppk_id_print(m->ppk, id, sizeof(id)),
		    q->entry->name));
	if ((key = key_of(s, p, why, sizeof(why))) == NULL)
		return (refuse(q, RSN_NO_SECRET, "tunnel %s: %s",
		    q->entry->name, why));
	return (use(&m->c, p, key, q));
}

/* Responder: RFC 8784 section 3, the rows of table 1 with USE_PPK. */
static int
check_offer(const struct signer *s, const struct mk_check *m,
    struct inquiry *q)
{
	const struct ppk *p;
	const struct key *key = NULL;
	char id[PPK_SHOWN], why[400];

	if (m->ppk.len == 0)
		return (refuse(q, RSN_PPK, "the peer announced a post-quantum "
		    "pre-shared key, and names none in IKE_AUTH"));
	ppk_id_print(m->ppk, id, sizeof(id));
	p = ppks_by_id(entries_ppks(s->entries), m->ppk);
	if (p == NULL)
		snprintf(why, sizeof(why), "we have no PPK \"%s\", which the "
		    "peer wants to use", id);
	else if (!entry_may_ppk(q->entry, p->name))
		snprintf(why, sizeof(why), "PPK \"%s\", which the peer wants "
		    "to use, is not one of tunnel %s", id, q->entry->name);
	else if ((key = key_of(s, p, why, sizeof(why))) != NULL)
		return (use(&m->c, p, key, q));
	if (m->no_ppk.len == 0)
		return (refuse(q, RSN_PPK, "%s, and the peer does not go on "
		    "without (its policy requires one)", why));
	q->auth = m->no_ppk;
	q->no_ppk = 1;
	return (none(q, "%s", why));
}

int
ppk_to_check(struct signer *s, const struct mk_check *m, uint64_t now,
    struct inquiry *q)
{
	q->auth = m->auth;
	if (q->round > 0)
		return (0);
	switch (way_of(q)) {
	case WAY_INTER:
		return (mixed_before(s, &m->c, now, q));
	case WAY_AUTH:
		return (m->initiator ? check_answer(s, m, q) :
		    check_offer(s, m, q));
	case WAY_NONE:
		break;
	}
	return (none(q, m->initiator ? "the peer does not offer to use one" :
	    "the peer did not offer to use one"));
}

void
ppk_checked(struct signer *s, const struct mk_context *c, uint64_t now,
    const struct inquiry *q)
{
	struct mix m;

	if (q->ppk == NULL)
		return;
	memset(&m, 0, sizeof(m));
	m.ticket = c->ticket;
	m.prf = c->prf;
	m.n = 1;
	strlcpy(m.name[0], q->ppk->name, sizeof(m.name[0]));
	mixes_allow(s->mixes, &m, now);
}

/* ---- RFC 9867, before IKE_AUTH ---- */

static void
put_key(const struct mk_context *c, const struct ppk *p,
    const struct key *key, const struct inquiry *q, struct mk_ppk_key *out)
{
	out->id_len = (uint16_t)p->len;
	memcpy(out->id, p->id, p->len);
	confirm(c->prf, key, q, out->conf);
}

/* As initiator: all of the tunnel's that are there. */
static int
offer_keys(const struct signer *s, const struct mk_context *c,
    struct inquiry *q, struct mix *m, struct mk_ppk_keys *out)
{
	const struct entry *e = q->entry;
	const struct key *key;
	const struct ppk *p;
	char why[400] = "its policy has no PPK to offer";
	unsigned int i;

	for (i = 0; e->ppk != PPK_NO && i < e->nppks && m->n < PPK_KEYS;
	    i++) {
		if ((p = ppks_by_name(entries_ppks(s->entries), e->ppks[i])) ==
		    NULL || (key = key_of(s, p, why, sizeof(why))) == NULL)
			continue;
		put_key(c, p, key, q, &out->keys[out->keys_n++]);
		strlcpy(m->name[m->n++], p->name, sizeof(m->name[0]));
	}
	if (m->n == 0)
		return (refuse(q, RSN_NO_SECRET, "tunnel %s: %s", e->name,
		    why));
	snprintf(m->why, sizeof(m->why), "the peer has no PPK \"%s\"%s, or "
	    "another key under this name", m->name[0], m->n > 1 ?
	    " or another that we offer" : "");
	return (0);
}

/* As responder: the first that is known and confirmed. */
static void
take_key(const struct signer *s, const struct mk_ppk_ask *a,
    const struct inquiry *q, struct mix *m, struct mk_ppk_keys *out)
{
	struct mk_ppk_key good;
	const struct key *key;
	const struct ppk *p;
	struct slice id;
	char shown[PPK_SHOWN];
	unsigned int i;

	strlcpy(m->why, "the peer named none", sizeof(m->why));
	for (i = 0; i < a->keys_n && m->n == 0; i++) {
		id = (struct slice){ a->keys[i].id, a->keys[i].id_len };
		ppk_id_print(id, shown, sizeof(shown));
		snprintf(m->why, sizeof(m->why), "we have no PPK \"%s\", "
		    "which the peer wants to use", shown);
		if ((p = ppks_by_id(entries_ppks(s->entries), id)) == NULL ||
		    (key = key_of(s, p, m->why, sizeof(m->why))) == NULL)
			continue;
		put_key(&a->c, p, key, q, &good);
		snprintf(m->why, sizeof(m->why), "PPK \"%s\" differs from the "
		    "peer's of this name", shown);
		if (CRYPTO_memcmp(good.conf, a->keys[i].conf,
		    PPK_CONF_LEN) != 0)
			continue;
		out->keys[out->keys_n++] = good;
		strlcpy(m->name[m->n++], p->name, sizeof(m->name[0]));
	}
}

static int
ask_authority(struct signer *s, unsigned int inst, const struct mk_ppk_ask *a,
    uint64_t now, struct inquiry *q)
{
	const char *why;
	uint32_t tunnel = 0;

	if (a->c.round != 0)
		return (refuse(q, RSN_INVALID_SYNTAX, "a PPK comes before "
		    "IKE_AUTH"));
	if (take_ticket(s, inst, &a->c, TU_PPK, now, q) == -1)
		return (-1);
	if (a->initiator && (why = orders_open(s->orders, inst, a->c.order,
	    now, &tunnel)) != NULL)
		return (refuse(q, RSN_ORDER, "order %u: %s", a->c.order, why));
	if (check_context(&a->c, a->initiator, q) == -1)
		return (-1);
	if (way_of(q) != WAY_INTER)
		return (refuse(q, RSN_INVALID_SYNTAX, "USE_PPK_INT is not in "
		    "both IKE_SA_INIT messages"));
	if (a->initiator && (q->entry = entries_by_tunnel(s->entries,
	    tunnel)) == NULL)
		return (refuse(q, RSN_GONE, "tunnel %u is not in the policy",
		    tunnel));
	return (0);
}

void
decide_ppk_ask(struct signer *s, unsigned int inst,
    const struct mk_ppk_ask *a, uint64_t now, struct mk_ppk_keys *out)
{
	struct inquiry q = { .code = RSN_OK };
	struct mix m;

	memset(&m, 0, sizeof(m));
	memset(out, 0, sizeof(*out));
	out->exch = a->c.exch;
	if (ask_authority(s, inst, a, now, &q) == -1)
		goto done;
	if (!a->initiator)
		take_key(s, a, &q, &m, out);
	else if (offer_keys(s, &a->c, &q, &m, out) == -1)
		goto done;
	m.ticket = a->c.ticket;
	m.prf = a->c.prf;
	mixes_allow(s->mixes, &m, now);
	q.code = RSN_OK;
	wire_text_copy(q.text, sizeof(q.text), m.why);
done:
	out->code = (uint16_t)q.code;
	wire_text_copy(out->text, sizeof(out->text), q.text);
	explicit_bzero(&q, sizeof(q));
}

/* Which of a ticket's PPKs is meant; out of range: none. */
static unsigned int
which(const struct signer *s, const struct mix *x, const struct mk_ppk_mix *m)
{
	const struct ppk *p;
	unsigned int i;

	if (m->id_len == 0)
		return (x->n == 1 ? 0 : x->n);
	for (i = 0; i < x->n; i++)
		if ((p = ppks_by_name(entries_ppks(s->entries), x->name[i])) !=
		    NULL && p->len == m->id_len &&
		    memcmp(p->id, m->id, p->len) == 0)
			break;
	return (i);
}

void
decide_ppk_mix(struct signer *s, unsigned int inst,
    const struct mk_ppk_mix *m, uint64_t now, struct mk_ppk_mixed *out)
{
	struct inquiry q = { .code = RSN_OK };
	const struct key *key = NULL;
	const struct ppk *p = NULL;
	const struct mix *x;
	const char *why;
	char text[400] = "the PPK has left the policy";
	unsigned int i;

	memset(out, 0, sizeof(*out));
	out->exch = m->exch;
	if (s->entries == NULL || s->workers == 0 ||
	    m->ticket.slot % s->workers != inst ||
	    (x = mixes_find(s->mixes, &m->ticket, now)) == NULL) {
		refuse(&q, RSN_TICKET, "no PPK is to be mixed for this "
		    "ticket");
		goto done;
	}
	i = which(s, x, m);
	if (m->sk_d_len == 0 || m->sk_d_len != hprf_len(x->prf))
		refuse(&q, RSN_INVALID_SYNTAX, "SK_d of a wrong length");
	else if (i < x->n && ((p = ppks_by_name(entries_ppks(s->entries),
	    x->name[i])) == NULL ||
	    (key = key_of(s, p, text, sizeof(text))) == NULL))
		refuse(&q, RSN_NO_SECRET, "PPK \"%s\": %s", x->name[i], text);
	else if ((why = mixes_use(s->mixes, &m->ticket, i, now)) != NULL)
		refuse(&q, RSN_TICKET, "%s", why);
	else {
		mix_into(x->prf, key, m->sk_d, m->sk_d_len, out->sk_d);
		out->sk_d_len = m->sk_d_len;
	}
done:
	out->code = (uint16_t)q.code;
	wire_text_copy(out->text, sizeof(out->text), q.text);
}
