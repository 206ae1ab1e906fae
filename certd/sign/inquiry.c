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
 * What every request of ike or certd has to pass: its ticket, its order, the
 * messages it is about, the identities in it, the entry it comes to.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "addr.h"
#include "alg.h"
#include "hprf.h"
#include "inquiry.h"

#define INTAUTH_MID	4	/* RFC 9242: IKE_AUTH's message ID */

int
refuse(struct inquiry *q, enum reason code, const char *fmt, ...)
{
	size_t n = 0;
	va_list ap;

	q->code = code;
	if (q->round > 0)
		n = (size_t)snprintf(q->text, sizeof(q->text), "round %u: ",
		    q->round + 1);
	va_start(ap, fmt);
	vsnprintf(q->text + n, sizeof(q->text) - n, fmt, ap);
	va_end(ap);
	return (-1);
}

const char *
id_shown(const struct wt_id *id, char buf[ID_SHOWN])
{
	return (id_print(id, buf, ID_SHOWN));
}

/* What the first round's ticket is to it, the row of those passed is here. */
static int
take_round(struct signer *s, const struct mk_context *c, enum ticket_use use,
    uint64_t now, struct inquiry *q)
{
	const char *why;

	q->round = c->round;
	if ((why = tickets_alive(s->tickets, &c->ticket, now)) != NULL)
		return (refuse(q, RSN_TICKET, "%s", why));
	if ((q->passed = rounds_find(s->rounds, &c->ticket, now)) == NULL)
		return (refuse(q, RSN_TICKET, "no round before it was "
		    "passed"));
	if ((why = rounds_use(q->passed, c->round, use)) != NULL)
		return (refuse(q, RSN_TICKET, "%s", why));
	return (0);
}

/* The asker's own slot, a ticket that may be used so, and is from now on. */
int
take_ticket(struct signer *s, unsigned int inst, const struct mk_context *c,
    enum ticket_use use, uint64_t now, struct inquiry *q)
{
	const char *why;

	if (s->entries == NULL || s->keys == NULL)
		return (refuse(q, RSN_BUSY, "no policy is loaded yet"));
	if (s->workers == 0 || c->ticket.slot % s->workers != inst)
		return (refuse(q, RSN_TICKET, "slot %u is not that worker's",
		    c->ticket.slot));
	if (c->round > 0)
		return (take_round(s, c, use, now, q));
	if ((why = tickets_use(s->tickets, &c->ticket, use, now)) != NULL)
		return (refuse(q, RSN_TICKET, "%s", why));
	return (0);
}

/* Keys as long as the PRF says, messages that hold what they must. */
int
check_context(const struct mk_context *c, int initiator, struct inquiry *q)
{
	size_t len = hprf_len(c->prf);
	const char *why;

	if (len == 0)
		return (refuse(q, RSN_UNSUPPORTED, "PRF %u is not supported",
		    c->prf));
	if (c->sk_pi_len != len || c->sk_pr_len != len)
		return (refuse(q, RSN_INVALID_SYNTAX,
		    "SK_p of a wrong length"));
	if (c->intauth.len != 0 && c->intauth.len != 2 * len + INTAUTH_MID)
		return (refuse(q, RSN_INVALID_SYNTAX, "IntAuth of a wrong "
		    "length"));
	if ((why = init_pair_check(c->msg_i, c->msg_r, &q->i, &q->r)) != NULL)
		return (refuse(q, RSN_INVALID_SYNTAX, "IKE_SA_INIT: %s", why));
	memcpy(q->sk_pi, c->sk_pi, sizeof(q->sk_pi));
	memcpy(q->sk_pr, c->sk_pr, sizeof(q->sk_pr));
	return (check_nonces(c, initiator, q));
}

/* Our nonce is the ticket, and the peer's the one that ike says. */
int
check_nonces(const struct mk_context *c, int initiator, struct inquiry *q)
{
	const struct slice *ours, *theirs;

	ours = initiator ? &q->i.nonce : &q->r.nonce;
	theirs = initiator ? &q->r.nonce : &q->i.nonce;
	if (ours->len != TICKET_LEN ||
	    CRYPTO_memcmp(ours->p, c->ticket.ticket, TICKET_LEN) != 0)
		return (refuse(q, RSN_TICKET, "our nonce is not the ticket"));
	if (theirs->len != c->nonce_peer.len ||
	    memcmp(theirs->p, c->nonce_peer.p, theirs->len) != 0)
		return (refuse(q, RSN_INVALID_SYNTAX, "the peer's nonce is not "
		    "the one in its message"));
	return (0);
}

int
take_our_id(const struct wt_addr *local, struct inquiry *q)
{
	entry_id_ours(q->entry, local, &q->ours);
	if (q->ours.type != ID_ANY || q->entry->kind_ours == AUTHK_NONE)
		return (0);
	return (refuse(q, RSN_BUSY, "tunnel %s: certd has not said yet what "
	    "name certs/%s has", q->entry->name, q->entry->key));
}

/* A PRF that OpenSSL has and the policy does not is as good as none. */
int
check_prf(const struct mk_context *c, struct inquiry *q)
{
	char name[32];

	if (c->prf < 32 && (q->entry->prfs & 1U << c->prf) != 0)
		return (0);
	strlcpy(name, alg_name(XF_PRF, c->prf, 0), sizeof(name));
	return (refuse(q, RSN_NO_PROPOSAL, "tunnel %s has no proposal with %s",
	    q->entry->name, name));
}

/* What the peer says of itself and of us. */
int
read_ids(const struct mk_check *m, struct inquiry *q)
{
	struct slice peer = m->initiator ? m->id_r : m->id_i;
	const char *why;

	/* Nothing said, nothing to prove: who chooses the entry will see. */
	if (q->round > 0 && m->method == 0)
		return (peer.len + m->auth.len + m->chain.len == 0 ? 0 :
		    refuse(q, RSN_INVALID_SYNTAX, "an identity or a "
		    "certificate without AUTH"));
	if ((why = id_body_read(peer, &q->peer)) != NULL)
		return (refuse(q, RSN_INVALID_SYNTAX, "the peer's ID: %s",
		    why));
	if (m->initiator || m->id_r.len == 0 || q->round > 0)
		return (0);
	if ((why = id_body_read(m->id_r, &q->wants)) != NULL)
		return (refuse(q, RSN_INVALID_SYNTAX, "the peer's IDr: %s",
		    why));
	return (0);
}

int
no_tunnel(const struct signer *s, const struct asked *a, struct inquiry *q)
{
	char addr[ADDR_TEXT], who[ID_SHOWN], whom[ID_SHOWN], hint[ENTRY_HINT];

	return (refuse(q, RSN_NO_TUNNEL,
	    "no tunnel fits: peer %s says it is %s "
	    "and %s%s%s", addr_print(a->remote, addr, sizeof(addr)),
	    id_shown(&q->peer, who), q->wants.type == ID_ANY ?
	    "does not say whom it wants" : "asks for ",
	    q->wants.type == ID_ANY ? "" : id_shown(&q->wants, whom),
	    entries_hint(s->entries, a, hint)));
}

int
choose_as_initiator(const struct signer *s, uint32_t tunnel,
    struct inquiry *q)
{
	char says[ID_SHOWN], want[ENTRY_WANTS];

	if ((q->entry = entries_round(s->entries, tunnel, q->round)) == NULL)
		return (refuse(q, RSN_GONE, "tunnel %u is not in the policy",
		    tunnel));
	if (q->entry->kind_theirs != AUTHK_NONE &&
	    !entry_has_peer(q->entry, &q->peer))
		return (refuse(q, RSN_NO_TUNNEL,
		    "tunnel %s expects peer %s, but "
		    "it says it is %s", q->entry->name,
		    entry_wants(q->entry, want),
		    id_shown(&q->peer, says)));
	return (0);
}

/* SHA-256, cut: 2^64 tries to find two IDs of one digest. */
void
digest_peer(struct inquiry *q)
{
	uint8_t in[PEER_LEN + ID_CANON_MAX];
	size_t n = 0;

	if (q->passed != NULL) {
		memcpy(in, q->passed->peer, PEER_LEN);
		n = PEER_LEN;
	}
	if (q->passed != NULL && q->peer.type == ID_ANY)
		memcpy(q->digest, in, PEER_LEN);
	else
		hprf_digest(in, n + id_canon(&q->peer, in + n), q->digest,
		    PEER_LEN);
}

/*
 * A hostile ike could hand us as a peer's the AUTH we made as initiator: a
 * peer whose nonce is a ticket we signed with is nobody but us.
 */
int
check_reflection(struct signer *s, const struct mk_check *m, uint64_t now,
    struct inquiry *q)
{
	if (!m->initiator && orders_signed_with(s->orders, q->i.nonce, now))
		return (refuse(q, RSN_AUTH_PEER, "the peer's nonce is our own: "
		    "what we signed comes back"));
	return (0);
}

/* Ticket and order; as initiator also which tunnel it is about. */
int
take_authority(struct signer *s, unsigned int inst, const struct mk_check *m,
    enum ticket_use so, uint64_t now, uint32_t *tunnel, struct inquiry *q)
{
	const char *why;

	if (take_ticket(s, inst, &m->c, m->initiator ? TU_CHECK_INITIATOR :
	    so, now, q) == -1)
		return (-1);
	if (q->passed != NULL) {
		*tunnel = q->passed->tunnel;
		if (q->passed->order != m->c.order)
			return (refuse(q, RSN_ORDER, "order %u is not that "
			    "of the rounds before", m->c.order));
		return (0);
	}
	if (m->initiator && (why = orders_verdict(s->orders, m->c.order,
	    &m->c.ticket, now, tunnel)) != NULL)
		return (refuse(q, RSN_ORDER, "order %u: %s", m->c.order, why));
	return (0);
}

/*
 * RFC 4739: both sides know what is to be proved; nothing is negotiated but
 * that it can be done.
 */
int
check_rounds(const struct mk_context *c, int signing, struct inquiry *q)
{
	const struct entry *e = q->entry;
	unsigned int theirs = e->rounds_theirs > 0 ? e->rounds_theirs : 1;
	unsigned int ours = e->rounds_ours > 0 ? e->rounds_ours : 1;
	int more = e->round + 1U < theirs;

	if ((theirs > 1 || ours > 1) && (c->multi & MULTI_SUPPORTED) == 0)
		return (refuse(q, RSN_UNSUPPORTED, "tunnel %s has %u "
		    "authentication%s of ours and %u of the peer's, and the "
		    "peer does not support more than one (RFC 4739)",
		    e->name, ours, ours == 1 ? "" : "s", theirs));
	if (signing || more == ((c->multi & MULTI_FOLLOWS) != 0))
		return (0);
	if (more)
		return (refuse(q, RSN_AUTH_PEER, "tunnel %s expects %u "
		    "authentications of the peer, and it ends after %u",
		    e->name, theirs, e->round + 1U));
	return (refuse(q, RSN_AUTH_PEER, "tunnel %s expects %u authentication"
	    "%s of the peer, and it goes on after %u", e->name, theirs,
	    theirs == 1 ? "" : "s", e->round + 1U));
}

const char *
kind_shown(unsigned int kind)
{
	return (kind == AUTHK_NONE ? "nothing more" : kind == AUTHK_PSK ?
	    "a pre-shared key" : kind == AUTHK_KEY ? "a raw public key" :
	    "a certificate");
}

int
choose_round(const struct signer *s, const struct mk_check *m, uint8_t kinds,
    struct inquiry *q)
{
	static const struct wt_id any;
	struct asked a = { &m->c.local.addr, &m->c.remote.addr, &q->peer,
	    &any, kinds, (m->c.multi & MULTI_FOLLOWS) != 0 };
	char says[ID_SHOWN], want[ENTRY_WANTS];
	const struct entry *e;

	q->entry = entries_choose_round(s->entries, q->passed->tunnel,
	    q->round, &q->passed->first, &a);
	if (q->entry != NULL)
		return (0);
	e = entries_round(s->entries, q->passed->tunnel, q->round);
	if (e == NULL)
		return (refuse(q, RSN_GONE, "tunnel %u has no such round in "
		    "the policy of now", q->passed->tunnel));
	return (refuse(q, RSN_NO_TUNNEL, "tunnel %s expects %s, by %s, but "
	    "the peer says it is %s", e->name, entry_wants(e, want),
	    kind_shown(e->kind_theirs), id_shown(&q->peer, says)));
}

int
pass_round(struct signer *s, const struct mk_context *c, int initiator,
    uint64_t now, struct inquiry *q)
{
	struct passed *p = q->passed;

	if (!entry_goes_on(q->entry)) {
		if (p != NULL)
			rounds_drop(s->rounds, p);
		q->passed = NULL;
		return (0);
	}
	if (p == NULL) {
		if ((p = rounds_add(s->rounds, &c->ticket, &c->remote.addr,
		    now)) == NULL)
			return (refuse(q, RSN_TICKET, "the first round was "
			    "passed already"));
		p->initiator = (uint8_t)initiator;
		p->order = c->order;
		p->first = q->peer;
	}
	p->next = (uint8_t)(q->round + 1);
	p->tried = p->claimed = 0;
	p->trying = 0;
	p->tunnel = q->entry->tunnel;
	memcpy(p->peer, q->digest, PEER_LEN);
	return (0);
}

void
fail_round(struct signer *s, struct inquiry *q)
{
	if (s->later != NULL && s->later->wanted) {
		s->later->wanted = 0;
		s->later->len2 = 0;
		explicit_bzero(s->later->octets, sizeof(s->later->octets));
		explicit_bzero(s->later->octets2, sizeof(s->later->octets2));
	}
	if (q->passed == NULL || q->code == RSN_TICKET)
		return;
	rounds_drop(s->rounds, q->passed);
	q->passed = NULL;
}
