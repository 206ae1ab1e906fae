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
 * IKE_AUTH of an IKE SA that is resumed (RFC 5723 section 4.3.3): our AUTH,
 * and the peer's.
 */

#include <string.h>

#include <openssl/crypto.h>

#include "resume_int.h"

#define AUTH_SHARED_KEY	2	/* RFC 7296 section 3.8 */

/*
 * Everything but whose AUTH it is: the messages, the ticket in them, the
 * nonces, the suite.
 */
static int
check_resumed(const struct mk_context *c, int initiator,
    const struct rs_state *st, struct inquiry *q)
{
	if (c->prf != st->suite.prf || c->intauth.len != 0 || c->round != 0)
		return (refuse(q, RSN_INVALID_SYNTAX, "not the suite of the "
		    "session that is resumed"));
	return (check_nonces(c, initiator, q));
}

static int
read_messages(const struct mk_context *c, struct inquiry *q)
{
	const char *why = resume_pair_check(c->msg_i, c->msg_r, &q->i, &q->r);

	if (why != NULL)
		return (refuse(q, RSN_INVALID_SYNTAX, "IKE_SESSION_RESUME: %s",
		    why));
	return (0);
}

/* The keys of the SA that this exchange makes. */
static int
derive(const struct rs_state *st, struct inquiry *q, struct resume_keys *k)
{
	return (resume_take_keys(st, q->i.nonce, q->r.nonce, q->r.spi_i,
	    q->r.spi_r, k, q));
}

/* One side's AUTH, RFC 5723 section 4.3.3; its length. */
static size_t
resumed_auth(const struct mk_context *c, const struct inquiry *q, int of_i,
    const struct rs_state *st, const struct resume_keys *k,
    struct slice id_body, uint8_t out[PRF_MAX])
{
	struct slice sk_p = { of_i ? k->pi : k->pr, k->p_len };
	struct auth_in in;

	resumed_input(c, q, of_i, sk_p, st->full, id_body, &in);
	return (auth_make(&in, out));
}

/* The kept ticket of the order's tunnel, which is the one in msg_i. */
static struct kept_ticket *
shown_by(struct signer *s, uint32_t tunnel, uint32_t order, struct inquiry *q)
{
	struct kept_ticket *k = kepts_find(s->resumer->kepts, tunnel);

	if (k == NULL || k->order != order || k->len != q->i.opaque.len ||
	    memcmp(k->opaque, q->i.opaque.p, k->len) != 0) {
		refuse(q, RSN_RESUME, "the ticket shown is not the one that "
		    "is kept");
		return (NULL);
	}
	return (k);
}

void
resume_sign(struct signer *s, unsigned int inst, const struct mk_context *c,
    uint64_t now, struct mk_signed *out, struct mk_resumed *keys)
{
	struct inquiry q = { .code = RSN_OK };
	struct kept_ticket *t;
	struct resume_keys k;
	struct rs_state st;
	uint8_t body[ID_BODY_MAX];
	struct slice id = { body, 0 };
	const char *why;
	uint32_t tunnel = 0;

	memset(out, 0, sizeof(*out));
	memset(keys, 0, sizeof(*keys));
	out->exch = keys->exch = c->exch;
	if (take_ticket(s, inst, c, TU_SIGN, now, &q) == -1)
		goto done;
	if ((why = orders_sign(s->orders, inst, c->order, &c->ticket, now,
	    &tunnel)) != NULL) {
		refuse(&q, RSN_ORDER, "order %u: %s", c->order, why);
		goto done;
	}
	if (read_messages(c, &q) == -1 ||
	    (t = shown_by(s, tunnel, 0, &q)) == NULL)
		goto done;
	kept_state(t, &st);
	if (resume_holds(s, &st, now, &q) == -1 ||
	    check_resumed(c, 1, &st, &q) == -1 || derive(&st, &q, &k) == -1)
		goto done;
	t->order = c->order;
	t->shown = now;
	resume_told(s->resumer, tunnel, 0);
	id.len = id_body_make(&q.ours, body);
	out->auth_len = (uint16_t)resumed_auth(c, &q, 1, &st, &k, id,
	    out->auth);
	out->method = AUTH_SHARED_KEY;
	out->id_ours = q.ours;
	out->id_peer = q.peer;
	keys->tunnel = tunnel;
	keys->suite = st.suite;
	keys->full = st.full;
	resume_give_keys(keys, &k);
	explicit_bzero(&k, sizeof(k));
	q.code = RSN_OK;
done:
	explicit_bzero(&st, sizeof(st));
	if (q.code != RSN_OK)
		resume_let_go(s, tunnel);
	out->code = keys->code = (uint16_t)q.code;
	wire_text_copy(out->text, sizeof(out->text),
	    q.code == RSN_OK ? "" : q.text);
}

/* RFC 5723 4.3.3: the identities are those of the ticket. */
static int
same_ids(const struct mk_check *m, const struct rs_state *st,
    struct inquiry *q)
{
	struct slice peer = m->initiator ? m->id_r : m->id_i;
	struct slice ours = m->initiator ? m->id_i : m->id_r;
	struct wt_id id;
	char is[ID_SHOWN], was[ID_SHOWN];
	const char *why;

	if (m->chain.len > 0 || m->method != AUTH_SHARED_KEY)
		return (refuse(q, RSN_AUTH_PEER, "a resumed session is "
		    "authenticated by its own keys, not by method %u%s",
		    m->method, m->chain.len > 0 ? " with certificates" : ""));
	if ((why = id_body_read(peer, &id)) != NULL)
		return (refuse(q, RSN_INVALID_SYNTAX, "the peer's ID: %s",
		    why));
	if (!id_equal(&id, &st->p.id_peer))
		return (refuse(q, RSN_AUTH_PEER, "the peer says that it is %s, "
		    "but the session was %s's", id_shown(&id, is),
		    id_shown(&st->p.id_peer, was)));
	if (ours.len > 0 && (id_body_read(ours, &id) != NULL ||
	    !id_equal(&id, &st->p.id_ours)))
		return (refuse(q, RSN_AUTH_PEER, "the peer asks for another "
		    "than %s, whom the session was with",
		    id_shown(&st->p.id_ours, was)));
	return (0);
}

static void
resumed_verdict(const struct signer *s, const struct mk_check *m,
    const struct inquiry *q, const struct rs_state *st, struct mv_verdict *v)
{
	memset(v, 0, sizeof(*v));
	v->ticket = m->c.ticket;
	v->exch = m->c.exch;
	memcpy(v->spi_i, q->r.spi_i, 8);
	memcpy(v->spi_r, q->r.spi_r, 8);
	v->initiator = m->initiator;
	v->order = m->initiator ? m->c.order : 0;
	v->tunnel = st->p.tunnel;
	v->generation = st->p.generation;
	v->id_ours = st->p.id_ours;
	v->id_peer = st->p.id_peer;
	memcpy(v->peer, q->digest, sizeof(v->peer));
	v->method = st->p.method;
	v->key_ours = st->p.key_ours;
	v->key_peer = st->p.key_peer;
	memcpy(v->fingerprint, st->p.fingerprint, sizeof(v->fingerprint));
	strlcpy(v->proof, st->p.proof, sizeof(v->proof));
	v->ppk_used = st->p.ppk_used;
	strlcpy(v->ppk, st->p.ppk, sizeof(v->ppk));
	v->local = m->c.local;
	v->remote = m->c.remote;
	v->resumed = 1;
	v->proved = st->p.proved;
	v->expiry = st->p.expiry;
	memcpy(v->old_spi_i, st->p.spi_i, 8);
	memcpy(v->old_spi_r, st->p.spi_r, 8);
	v->voids = s->resumer->voids;
}

/* The state: the peer's ticket that we showed, or ours that it did. */
static int
state_of(struct signer *s, const struct mk_check *m, uint32_t tunnel,
    uint64_t now, struct rs_state *st, struct inquiry *q)
{
	struct kept_ticket *k;

	if (!m->initiator)
		return (resume_open(s, q->i.opaque, now, st, q));
	if ((k = shown_by(s, tunnel, m->c.order, q)) == NULL)
		return (-1);
	kept_state(k, st);
	resume_let_go(s, tunnel);
	return (resume_holds(s, st, now, q));
}

/* Is the peer's AUTH right?  Then ours, as responder. */
static int
prove(const struct mk_check *m, const struct rs_state *st, struct inquiry *q,
    struct mk_checked *out)
{
	struct resume_keys k;
	uint8_t want[PRF_MAX], body[ID_BODY_MAX];
	struct slice id = { body, id_body_make(&q->ours, body) };
	size_t len;
	int r = 0;

	if (derive(st, q, &k) == -1)
		return (-1);
	len = resumed_auth(&m->c, q, !m->initiator, st, &k,
	    m->initiator ? m->id_r : m->id_i, want);
	if (m->auth.len != len || CRYPTO_memcmp(m->auth.p, want, len) != 0)
		r = refuse(q, RSN_AUTH_PEER, "the peer shows a ticket of a "
		    "session whose keys it does not have");
	else if (!m->initiator) {
		out->method = AUTH_SHARED_KEY;
		out->auth_len = (uint16_t)resumed_auth(&m->c, q, 0, st, &k,
		    id, out->auth);
	}
	explicit_bzero(&k, sizeof(k));
	explicit_bzero(want, sizeof(want));
	return (r);
}

int
resume_check(struct signer *s, unsigned int inst, const struct mk_check *m,
    uint64_t now, struct mv_verdict *v, struct mk_checked *out)
{
	struct inquiry q = { .code = RSN_OK };
	struct mv_void used;
	struct rs_state st;
	uint32_t tunnel = 0;
	int ok = 0;

	memset(out, 0, sizeof(*out));
	memset(&st, 0, sizeof(st));
	out->exch = m->c.exch;
	if (take_authority(s, inst, m, TU_CHECK_RESPONDER, now, &tunnel,
	    &q) == -1 || read_messages(&m->c, &q) == -1 ||
	    check_reflection(s, m, now, &q) == -1 ||
	    state_of(s, m, tunnel, now, &st, &q) == -1)
		goto done;
	out->tunnel = st.p.tunnel;
	if (check_resumed(&m->c, m->initiator, &st, &q) == -1 ||
	    same_ids(m, &st, &q) == -1 || prove(m, &st, &q, out) == -1)
		goto done;
	ok = 1;
	/* Used up: a ticket makes one SA (RFC 5723 section 4.3.1). */
	resume_void_name(&used, VOID_SA, &st.p);
	used.until = st.until;
	spent_add(s->resumer->spent, &used, now);
	digest_peer(&q);
	resumed_verdict(s, m, &q, &st, v);
	out->id_ours = st.p.id_ours;
done:
	explicit_bzero(&st, sizeof(st));
	out->code = (uint16_t)(ok ? RSN_OK : q.code);
	wire_text_copy(out->text, sizeof(out->text), ok ? "" : q.text);
	return (ok);
}
