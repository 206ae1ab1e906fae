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

#include <string.h>

#include "ppk.h"
#include "resume.h"

#define AUTH_SHARED_KEY	2	/* RFC 7296 section 3.8 */

/*
 * The PPK_ID that goes with our AUTH, and, where it may go without, the AUTH
 * that does (RFC 8784 section 3).
 */
static int
show_ppk(struct signer *s, const struct mk_context *c, struct inquiry *q,
    struct mk_signed *out)
{
	struct slice id = ppk_shown_id(q);
	uint8_t method;

	out->ppk_len = (uint16_t)id.len;
	memcpy(out->ppk, id.p, id.len);
	if (q->entry->ppk == PPK_REQUIRE)
		return (0);
	ppk_undo(c, q);
	return (auth_ours(s, c, q, 1, NULL, &method, out->no_ppk,
	    &out->no_ppk_len));
}

/* The order of the first signature stands for those of later rounds. */
static int
take_order(struct signer *s, unsigned int inst, const struct mk_context *c,
    uint64_t now, uint32_t *tunnel, struct inquiry *q)
{
	const char *why;

	if (q->passed != NULL) {
		*tunnel = q->passed->tunnel;
		return (q->passed->order == c->order ? 0 : refuse(q,
		    RSN_ORDER, "order %u is not that of the rounds before",
		    c->order));
	}
	if ((why = orders_sign(s->orders, inst, c->order, &c->ticket, now,
	    tunnel)) != NULL)
		return (refuse(q, RSN_ORDER, "order %u: %s", c->order, why));
	return (0);
}

void
decide_sign(struct signer *s, unsigned int inst, const struct mk_context *c,
    uint64_t now, struct mk_signed *out)
{
	struct inquiry q = { .code = RSN_OK };
	uint32_t tunnel = 0;

	memset(out, 0, sizeof(*out));
	out->exch = c->exch;
	if (take_ticket(s, inst, c, TU_SIGN, now, &q) == -1)
		goto done;
	if (take_order(s, inst, c, now, &tunnel, &q) == -1 ||
	    check_context(c, 1, &q) == -1)
		goto done;
	if ((q.entry = entries_round(s->entries, tunnel, q.round)) == NULL) {
		refuse(&q, RSN_GONE, "tunnel %u is not in the policy", tunnel);
		goto done;
	}
	if (check_prf(c, &q) == -1 || check_rounds(c, 1, &q) == -1 ||
	    take_our_id(&c->local.addr, &q) == -1)
		goto done;
	if (q.entry->id_remote != NULL)
		id_copy(&q.peer, q.entry->id_remote);
	else
		id_from_addr(&c->remote.addr, &q.peer);
	if (ppk_to_sign(s, c, now, &q) == -1 ||
	    auth_ours(s, c, &q, 1, NULL, &out->method, out->auth,
	    &out->auth_len) == -1)
		goto done;
	if (q.ppk != NULL && show_ppk(s, c, &q, out) == -1)
		goto done;
	q.code = RSN_OK;
	resume_let_go(s, tunnel);
	out->id_ours = q.ours;
	out->rounds_ours = q.entry->rounds_ours;
	out->rounds_theirs = q.entry->rounds_theirs;
	if (q.entry->id_remote != NULL && !id_is_wild(&q.peer))
		out->id_peer = q.peer;
done:
	if (q.code != RSN_OK)
		fail_round(s, &q);
	out->code = (uint16_t)q.code;
	wire_text_copy(out->text, sizeof(out->text),
	    q.code == RSN_OK ? "" : q.text);
	explicit_bzero(&q, sizeof(q));
}

static int
choose_as_responder(const struct signer *s, const struct mk_check *m,
    struct inquiry *q)
{
	struct asked a = { &m->c.local.addr, &m->c.remote.addr, &q->peer,
	    &q->wants, 1 << AUTHK_PSK, (m->c.multi & MULTI_FOLLOWS) != 0 };

	if (q->round > 0)
		return (choose_round(s, m, m->method == 0 ? 1 << AUTHK_NONE :
		    1 << AUTHK_PSK, q));
	if ((q->entry = entries_choose(s->entries, &a)) == NULL)
		return (no_tunnel(s, &a, q));
	return (0);
}

static int
check_method(const struct mk_check *m, struct inquiry *q)
{
	const char *want = kind_shown(q->entry->kind_theirs);

	if (m->method == 0 && q->entry->kind_theirs == AUTHK_NONE)
		return (0);
	if (m->method == 0)
		return (refuse(q, RSN_UNSUPPORTED, "the peer wants EAP, which "
		    "is not supported by this version; tunnel %s expects %s",
		    q->entry->name, want));
	if (m->method == AUTH_SHARED_KEY &&
	    q->entry->kind_theirs != AUTHK_PSK)
		return (refuse(q, RSN_AUTH_PEER, "the peer authenticates by "
		    "pre-shared key; tunnel %s expects %s", q->entry->name,
		    want));
	if (m->method == AUTH_SHARED_KEY)
		return (0);
	return (refuse(q, RSN_AUTH_PEER, "the peer authenticates by method %u "
	    "(a certificate or key); tunnel %s expects %s", m->method,
	    q->entry->name, want));
}

static void
make_verdict(const struct signer *s, const struct mk_check *m,
    const struct inquiry *q, const struct key *key, struct mv_verdict *v)
{
	struct slice secret;

	memset(v, 0, sizeof(*v));
	v->ticket = m->c.ticket;
	v->round = m->c.round;
	v->exch = m->c.exch;
	memcpy(v->spi_i, q->i.spi_i, 8);
	memcpy(v->spi_r, q->r.spi_r, 8);
	v->initiator = m->initiator;
	v->order = m->initiator ? m->c.order : 0;
	v->tunnel = q->entry->tunnel;
	v->generation = s->generation;
	v->id_ours = q->ours;
	v->id_peer = q->peer;
	memcpy(v->peer, q->digest, sizeof(v->peer));
	auth_key_of(s, q->entry, &v->key_ours);
	if (key != NULL) {
		secret.p = key->data;
		secret.len = key->len;
		v->method = AUTH_SHARED_KEY;
		tickets_fingerprint(s->tickets, secret, v->fingerprint);
	}
	v->local = m->c.local;
	v->remote = m->c.remote;
	v->ppk_used = (uint8_t)q->ppk_used;
	wire_text_copy(v->ppk, sizeof(v->ppk), q->ppk_told);
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
	if (take_authority(s, inst, m, TU_CHECK_RESPONDER, now,
	    &tunnel, &q) == -1 ||
	    check_context(&m->c, m->initiator, &q) == -1 ||
	    check_reflection(s, m, now, &q) == -1 ||
	    read_ids(m, &q) == -1)
		goto done;
	if ((m->initiator ? choose_as_initiator(s, tunnel, &q) :
	    choose_as_responder(s, m, &q)) == -1)
		goto done;
	out->tunnel = q.entry->tunnel;
	out->rounds_ours = q.entry->rounds_ours;
	out->rounds_theirs = q.entry->rounds_theirs;
	if (take_our_id(&m->c.local.addr, &q) == -1 ||
	    check_prf(&m->c, &q) == -1 || check_method(m, &q) == -1 ||
	    check_rounds(&m->c, 0, &q) == -1 ||
	    ppk_to_check(s, m, now, &q) == -1)
		goto done;
	if (m->method != 0 && (key = matching_key(s, m, &q)) == NULL)
		goto done;
	digest_peer(&q);
	if ((!m->initiator && auth_ours(s, &m->c, &q, 0, key, &out->method,
	    out->auth, &out->auth_len) == -1) ||
	    pass_round(s, &m->c, m->initiator, now, &q) == -1)
		goto done;
	q.code = RSN_OK;
	make_verdict(s, m, &q, key, v);
	v->proved = now;
	ppk_checked(s, &m->c, now, &q);
	out->mix = q.ppk != NULL;
	out->id_ours = q.ours;
done:
	if (q.code != RSN_OK)
		fail_round(s, &q);
	out->code = (uint16_t)q.code;
	wire_text_copy(out->text, sizeof(out->text),
	    q.code == RSN_OK ? "" : q.text);
	explicit_bzero(&q, sizeof(q));
	return (out->code == RSN_OK);
}
