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
 * SIGN and AUTH_CHECK (design section 4, "Verdict: who").  Tickets and
 * orders come first and are used up whatever follows: nobody tries twice.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "addr.h"
#include "alg.h"
#include "decide.h"
#include "hprf.h"
#include "id.h"
#include "init_msg.h"
#include "octets.h"
#include "reason.h"

#define AUTH_SHARED_KEY	2	/* RFC 7296 section 3.8 */
#define ID_SHOWN	160	/* characters of an ID in a sentence */

/* What a request turned out to be about, and how it ended. */
struct inquiry {
	struct init_msg		 i, r;
	const struct entry	*entry;
	struct wt_id		 ours, peer, wants;
	enum reason		 code;
	char			 text[1024];
};

static int no(struct inquiry *, enum reason, const char *, ...)
    __attribute__((format(printf, 3, 4)));

static int
no(struct inquiry *q, enum reason code, const char *fmt, ...)
{
	va_list ap;

	q->code = code;
	va_start(ap, fmt);
	vsnprintf(q->text, sizeof(q->text), fmt, ap);
	va_end(ap);
	return (-1);
}

static const char *
shown(const struct wt_id *id, char buf[ID_SHOWN])
{
	return (id_print(id, buf, ID_SHOWN));
}

/* The asker's own slot, a ticket that may be used so, and is from now on. */
static int
take_ticket(struct signer *s, unsigned int inst, const struct mk_context *c,
    enum ticket_use use, uint64_t now, struct inquiry *q)
{
	const char *why;

	if (s->entries == NULL || s->keys == NULL)
		return (no(q, RSN_BUSY, "no policy is loaded yet"));
	if (s->workers == 0 || c->ticket.slot % s->workers != inst)
		return (no(q, RSN_TICKET, "slot %u is not that worker's",
		    c->ticket.slot));
	if ((why = tickets_use(s->tickets, &c->ticket, use, now)) != NULL)
		return (no(q, RSN_TICKET, "%s", why));
	return (0);
}

/* Keys as long as the PRF says, messages that hold what they must. */
static int
check_context(const struct mk_context *c, int initiator, struct inquiry *q)
{
	size_t len = hprf_len(c->prf);
	const struct slice *ours, *theirs;
	const char *why;

	if (len == 0)
		return (no(q, RSN_UNSUPPORTED, "PRF %u is not supported",
		    c->prf));
	if (c->sk_pi_len != len || c->sk_pr_len != len)
		return (no(q, RSN_INVALID_SYNTAX, "SK_p of a wrong length"));
	if (c->intauth.len != 0)
		return (no(q, RSN_UNSUPPORTED, "intermediate exchanges are "
		    "not supported by this version"));
	if ((why = init_pair_check(c->msg_i, c->msg_r, &q->i, &q->r)) != NULL)
		return (no(q, RSN_INVALID_SYNTAX, "IKE_SA_INIT: %s", why));
	ours = initiator ? &q->i.nonce : &q->r.nonce;
	theirs = initiator ? &q->r.nonce : &q->i.nonce;
	if (ours->len != TICKET_LEN ||
	    CRYPTO_memcmp(ours->p, c->ticket.ticket, TICKET_LEN) != 0)
		return (no(q, RSN_TICKET, "our nonce is not the ticket"));
	if (theirs->len != c->nonce_peer.len ||
	    memcmp(theirs->p, c->nonce_peer.p, theirs->len) != 0)
		return (no(q, RSN_INVALID_SYNTAX, "the peer's nonce is not "
		    "the one in its message"));
	return (0);
}

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
	in->sk_p.p = of_i ? c->sk_pi : c->sk_pr;
	in->sk_p.len = of_i ? c->sk_pi_len : c->sk_pr_len;
	in->id_body = id_body;
}

static size_t
auth_ours(const struct mk_context *c, const struct inquiry *q, int initiator,
    const struct key *key, uint8_t out[PRF_MAX])
{
	uint8_t body[ID_BODY_MAX];
	struct slice b = { body, id_body_make(&q->ours, body) };
	struct auth_in in;

	auth_input(c, q, initiator, key, b, &in);
	return (auth_make(&in, out));
}

/* A usable key by name; else says in q what is the matter. */
static const struct key *
usable(const struct signer *s, const char *name, struct inquiry *q)
{
	const struct key *key = keyring_find(s->keys, name);

	if (key != NULL && key->problem[0] == '\0')
		return (key);
	no(q, RSN_NO_SECRET, "tunnel %s: %s/psk/%s: %s", q->entry->name,
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
static const struct key *
first_key(const struct signer *s, struct inquiry *q, const struct wt_id *peer)
{
	const struct key *key;
	char buf[ID_SHOWN];
	const char *name;
	unsigned int i;

	no(q, RSN_NO_SECRET, "tunnel %s: psks: has no key for %s",
	    q->entry->name, shown(peer, buf));
	for (i = 0; (name = key_name(s, q, peer, i)) != NULL; i++)
		if ((key = usable(s, name, q)) != NULL)
			return (key);
	return (NULL);
}

/*
 * The key with which the peer made its AUTH: any of the entry's list, so
 * that a key can be changed on one side after the other.
 */
static const struct key *
matching_key(const struct signer *s, const struct mk_check *m,
    struct inquiry *q)
{
	struct slice body = m->initiator ? m->id_r : m->id_i;
	const struct key *key;
	struct auth_in in;
	char buf[ID_SHOWN];
	const char *name;
	unsigned int i;

	if (first_key(s, q, &q->peer) == NULL)
		return (NULL);
	for (i = 0; (name = key_name(s, q, &q->peer, i)) != NULL; i++) {
		if ((key = usable(s, name, q)) == NULL)
			continue;
		auth_input(&m->c, q, !m->initiator, key, body, &in);
		if (auth_equal(&in, m->auth))
			return (key);
	}
	no(q, RSN_AUTH_PEER, "the pre-shared key of tunnel %s differs from "
	    "the peer's (peer %s)", q->entry->name, shown(&q->peer, buf));
	return (NULL);
}

/* A PRF that OpenSSL has and the policy does not is as good as none. */
static int
check_prf(const struct mk_context *c, struct inquiry *q)
{
	char name[32];

	if (c->prf < 32 && (q->entry->prfs & 1U << c->prf) != 0)
		return (0);
	strlcpy(name, alg_name(XF_PRF, c->prf, 0), sizeof(name));
	return (no(q, RSN_NO_PROPOSAL, "tunnel %s has no proposal with %s",
	    q->entry->name, name));
}

void
decide_sign(struct signer *s, unsigned int inst, const struct mk_context *c,
    uint64_t now, struct mk_signed *out)
{
	struct inquiry q = { .code = RSN_OK };
	const struct key *key = NULL;
	const char *why;
	uint32_t tunnel = 0;

	memset(out, 0, sizeof(*out));
	out->exch = c->exch;
	if (take_ticket(s, inst, c, TU_SIGN, now, &q) == -1)
		goto done;
	if ((why = orders_sign(s->orders, inst, c->order, &c->ticket,
	    now, &tunnel)) != NULL) {
		no(&q, RSN_ORDER, "order %u: %s", c->order, why);
		goto done;
	}
	if (check_context(c, 1, &q) == -1)
		goto done;
	if ((q.entry = entries_by_tunnel(s->entries, tunnel)) == NULL) {
		no(&q, RSN_GONE, "tunnel %u is not in the policy", tunnel);
		goto done;
	}
	if (check_prf(c, &q) == -1)
		goto done;
	entry_id_ours(q.entry, &c->local.addr, &q.ours);
	if (q.entry->id_remote != NULL)
		q.peer = *q.entry->id_remote;
	else
		id_from_addr(&c->remote.addr, &q.peer);
	if ((key = first_key(s, &q, &q.peer)) == NULL)
		goto done;
	q.code = RSN_OK;
	out->id_ours = q.ours;
	if (q.entry->id_remote != NULL && !id_is_wild(&q.peer))
		out->id_peer = q.peer;
	out->method = AUTH_SHARED_KEY;
	out->auth_len = (uint16_t)auth_ours(c, &q, 1, key, out->auth);
done:
	out->code = (uint16_t)q.code;
	wire_text_copy(out->text, sizeof(out->text),
	    q.code == RSN_OK ? "" : q.text);
}

/* What the peer says of itself and of us. */
static int
read_ids(const struct mk_check *m, struct inquiry *q)
{
	struct slice peer = m->initiator ? m->id_r : m->id_i;
	const char *why;

	if ((why = id_body_read(peer, &q->peer)) != NULL)
		return (no(q, RSN_INVALID_SYNTAX, "the peer's ID: %s", why));
	if (m->initiator || m->id_r.len == 0)
		return (0);
	if ((why = id_body_read(m->id_r, &q->wants)) != NULL)
		return (no(q, RSN_INVALID_SYNTAX, "the peer's IDr: %s", why));
	return (0);
}

static int
no_tunnel(const struct signer *s, const struct asked *a, struct inquiry *q)
{
	const struct entry *e = entries_nearest(s->entries, a);
	char addr[ADDR_TEXT], who[ID_SHOWN], whom[ID_SHOWN], hint[600] = "";
	char want[ID_SHOWN], our[ID_SHOWN];
	static const struct wt_id any;
	struct wt_id ours;

	if (e != NULL) {
		entry_id_ours(e, a->local, &ours);
		snprintf(hint, sizeof(hint), "; tunnel %s expects %s and is "
		    "%s itself", e->name, shown(e->id_remote != NULL ?
		    e->id_remote : &any, want), shown(&ours, our));
	}
	return (no(q, RSN_NO_TUNNEL, "no tunnel fits: peer %s says it is %s "
	    "and %s%s%s", addr_print(a->remote, addr, sizeof(addr)),
	    shown(&q->peer, who), q->wants.type == ID_ANY ?
	    "does not say whom it wants" : "asks for ",
	    q->wants.type == ID_ANY ? "" : shown(&q->wants, whom), hint));
}

static int
choose_as_responder(const struct signer *s, const struct mk_check *m,
    struct inquiry *q)
{
	struct asked a = { &m->c.local.addr, &m->c.remote.addr, &q->peer,
	    &q->wants };

	if ((q->entry = entries_choose(s->entries, &a)) == NULL)
		return (no_tunnel(s, &a, q));
	return (0);
}

static int
choose_as_initiator(const struct signer *s, uint32_t tunnel,
    struct inquiry *q)
{
	char says[ID_SHOWN], want[ID_SHOWN];

	if ((q->entry = entries_by_tunnel(s->entries, tunnel)) == NULL)
		return (no(q, RSN_GONE, "tunnel %u is not in the policy",
		    tunnel));
	if (q->entry->id_remote != NULL &&
	    !id_match(q->entry->id_remote, &q->peer))
		return (no(q, RSN_NO_TUNNEL, "tunnel %s expects peer %s, but "
		    "it says it is %s", q->entry->name,
		    shown(q->entry->id_remote, want),
		    shown(&q->peer, says)));
	return (0);
}

static int
check_method(const struct mk_check *m, struct inquiry *q)
{
	if (m->method == AUTH_SHARED_KEY)
		return (0);
	if (m->method == 0)
		return (no(q, RSN_UNSUPPORTED, "the peer wants EAP, which is "
		    "not supported by this version; tunnel %s expects a "
		    "pre-shared key", q->entry->name));
	return (no(q, RSN_AUTH_PEER, "the peer authenticates by method %u "
	    "(a certificate or key); tunnel %s expects a pre-shared key",
	    m->method, q->entry->name));
}

/* SHA-256 of type and data, cut: 2^64 tries to find two of one digest. */
static void
digest_peer(const struct wt_id *peer, uint8_t digest[PEER_LEN])
{
	struct wt_id id = *peer;
	uint8_t all[1 + ID_MAX];

	id_fold(&id);
	all[0] = id.type;
	memcpy(all + 1, id.data, id.data_len);
	hprf_digest(all, 1U + id.data_len, digest, PEER_LEN);
}

static void
make_verdict(const struct signer *s, const struct mk_check *m,
    const struct inquiry *q, const struct key *key, struct mv_verdict *v)
{
	struct slice secret = { key->data, key->len };

	memset(v, 0, sizeof(*v));
	v->ticket = m->c.ticket;
	v->exch = m->c.exch;
	memcpy(v->spi_i, q->i.spi_i, 8);
	memcpy(v->spi_r, q->r.spi_r, 8);
	v->initiator = m->initiator;
	v->order = m->initiator ? m->c.order : 0;
	v->tunnel = q->entry->tunnel;
	v->generation = s->generation;
	v->id_ours = q->ours;
	v->id_peer = q->peer;
	digest_peer(&v->id_peer, v->peer);
	v->method = AUTH_SHARED_KEY;
	tickets_fingerprint(s->tickets, secret, v->fingerprint);
	v->local = m->c.local;
	v->remote = m->c.remote;
}

/*
 * A hostile ike could hand us as a peer's the AUTH we made as initiator: a
 * peer whose nonce is a ticket we signed with is nobody but us.
 */
static int
check_reflection(struct signer *s, const struct mk_check *m, uint64_t now,
    struct inquiry *q)
{
	if (!m->initiator && orders_signed_with(s->orders, q->i.nonce, now))
		return (no(q, RSN_AUTH_PEER, "the peer's nonce is our own: "
		    "what we signed comes back"));
	return (0);
}

/* Ticket and order; as initiator also which tunnel it is about. */
static int
take_authority(struct signer *s, unsigned int inst, const struct mk_check *m,
    uint64_t now, uint32_t *tunnel, struct inquiry *q)
{
	const char *why;

	if (take_ticket(s, inst, &m->c, m->initiator ? TU_CHECK_INITIATOR :
	    TU_CHECK_RESPONDER, now, q) == -1)
		return (-1);
	if (m->initiator && (why = orders_verdict(s->orders, m->c.order,
	    &m->c.ticket, now, tunnel)) != NULL)
		return (no(q, RSN_ORDER, "order %u: %s", m->c.order, why));
	return (0);
}

int
decide_check(struct signer *s, unsigned int inst, const struct mk_check *m,
    uint64_t now, struct mv_verdict *v, struct mk_checked *out)
{
	struct inquiry q = { .code = RSN_OK };
	const struct key *key = NULL;
	uint32_t tunnel = 0;

	memset(out, 0, sizeof(*out));
	out->exch = m->c.exch;
	if (take_authority(s, inst, m, now, &tunnel, &q) == -1 ||
	    check_context(&m->c, m->initiator, &q) == -1 ||
	    check_reflection(s, m, now, &q) == -1 ||
	    read_ids(m, &q) == -1)
		goto done;
	if ((m->initiator ? choose_as_initiator(s, tunnel, &q) :
	    choose_as_responder(s, m, &q)) == -1)
		goto done;
	out->tunnel = q.entry->tunnel;
	entry_id_ours(q.entry, &m->c.local.addr, &q.ours);
	if (check_prf(&m->c, &q) == -1 || check_method(m, &q) == -1 ||
	    (key = matching_key(s, m, &q)) == NULL)
		goto done;
	q.code = RSN_OK;
	make_verdict(s, m, &q, key, v);
	out->id_ours = q.ours;
	if (!m->initiator) {
		out->method = AUTH_SHARED_KEY;
		out->auth_len = (uint16_t)auth_ours(&m->c, &q, 0, key,
		    out->auth);
	}
done:
	out->code = (uint16_t)q.code;
	wire_text_copy(out->text, sizeof(out->text),
	    q.code == RSN_OK ? "" : q.text);
	return (q.code == RSN_OK);
}
