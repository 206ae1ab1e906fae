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
 * What certd asks while it judges a peer's certificate or key: the octets
 * that the peer must have signed, and, once it is found good, our own AUTH.
 * certd's word chooses among tunnels whose peer shows a certificate or key;
 * it never stands for a pre-shared one.
 */

#include <string.h>

#include "ppk.h"

/* In a later round we choose at the claim, and are held to it afterwards. */
static int
take_round_choice(const struct signer *s, const struct mc_ask *m,
    struct inquiry *q)
{
	if (q->passed->claimed) {
		if (choose_round(s, &m->k, 1 << AUTHK_CERT | 1 << AUTHK_KEY,
		    q) == -1)
			return (-1);
		q->passed->trying = q->entry->tunnel;
		return (0);
	}
	q->entry = entries_round(s->entries, m->tunnel, q->round);
	if (q->entry == NULL || m->tunnel != q->passed->trying)
		return (refuse(q, RSN_GONE, "tunnel %u is not the one that "
		    "was claimed", m->tunnel));
	return (0);
}

/* certd chose; what can be seen without X.509 is seen here, too. */
static int
take_choice(const struct signer *s, const struct mc_ask *m, struct inquiry *q)
{
	const struct mk_context *c = &m->k.c;
	struct asked a = { &c->local.addr, &c->remote.addr, &q->peer,
	    &q->wants, 0, 0 };

	if (q->passed != NULL)
		return (take_round_choice(s, m, q));
	q->entry = entries_by_tunnel(s->entries, m->tunnel);
	if (q->entry == NULL)
		return (refuse(q, RSN_GONE, "tunnel %u is not in the policy",
		    m->tunnel));
	if (!entry_fits(q->entry, &a))
		return (no_tunnel(s, &a, q));
	return (0);
}

static int
check_kind(struct inquiry *q)
{
	if (q->entry->kind_theirs > AUTHK_PSK)
		return (0);
	return (refuse(q, RSN_AUTH_PEER, "the peer authenticates by a "
	    "certificate or key; tunnel %s expects %s", q->entry->name,
	    kind_shown(q->entry->kind_theirs)));
}

static int
inquire(struct signer *s, const struct mc_ask *m, enum ticket_use so,
    uint64_t now, struct inquiry *q)
{
	const struct mk_check *k = &m->k;
	uint32_t tunnel = 0;

	if (take_authority(s, m->worker, k, so, now, &tunnel, q) == -1 ||
	    check_context(&k->c, k->initiator, q) == -1 ||
	    check_reflection(s, k, now, q) == -1 ||
	    read_ids(k, q) == -1 ||
	    (k->initiator ? choose_as_initiator(s, tunnel, q) :
	    take_choice(s, m, q)) == -1)
		return (-1);
	if (take_our_id(&k->c.local.addr, q) == -1)
		return (-1);
	if (check_kind(q) == -1 || check_prf(&k->c, q) == -1 ||
	    check_rounds(&k->c, 0, q) == -1)
		return (-1);
	digest_peer(q);
	return (ppk_to_check(s, k, now, q));
}

void
decide_claim(struct signer *s, const struct mc_ask *m, uint64_t now,
    uint8_t octets[OCTETS_MAX], struct mc_claimed *out)
{
	struct inquiry q = { .code = RSN_OK };
	struct slice body = m->k.initiator ? m->k.id_r : m->k.id_i;

	memset(out, 0, sizeof(*out));
	out->req = m->req;
	/* Of an initiator's nothing more is asked: certd tells tmd. */
	if (inquire(s, m, TU_CLAIM, now, &q) == 0 && (!m->k.initiator ||
	    pass_round(s, &m->k.c, 1, now, &q) == 0)) {
		out->rounds_ours = q.entry->rounds_ours;
		out->rounds_theirs = q.entry->rounds_theirs;
		out->tunnel = q.entry->tunnel;
		out->generation = s->generation;
		memcpy(out->spi_i, q.i.spi_i, 8);
		memcpy(out->spi_r, q.r.spi_r, 8);
		out->id_ours = q.ours;
		out->id_peer = q.peer;
		memcpy(out->peer, q.digest, sizeof(out->peer));
		auth_key_of(s, q.entry, &out->key_ours);
		out->octets.p = octets;
		out->octets.len = auth_octets(&m->k.c, &q, !m->k.initiator,
		    body, octets);
		out->no_ppk = (uint8_t)q.no_ppk;
		out->mix = q.ppk != NULL;
		out->ppk_used = (uint8_t)q.ppk_used;
		wire_text_copy(out->ppk, sizeof(out->ppk), q.ppk_told);
		/* A responder's peer has to be found good first. */
		if (m->k.initiator)
			ppk_checked(s, &m->k.c, now, &q);
	} else
		fail_round(s, &q);
	out->code = (uint16_t)q.code;
	wire_text_copy(out->text, sizeof(out->text),
	    q.code == RSN_OK ? "" : q.text);
	explicit_bzero(&q, sizeof(q));
}

void
decide_cert_sign(struct signer *s, const struct mc_ask *m, uint64_t now,
    struct mc_signed *out)
{
	struct inquiry q = { .code = RSN_OK };

	memset(out, 0, sizeof(*out));
	out->req = m->req;
	if (m->k.initiator)
		refuse(&q, RSN_ORDER, "an initiator has signed already");
	else if (inquire(s, m, TU_CERT_SIGN, now, &q) == 0 &&
	    auth_ours(s, &m->k.c, &q, 0, NULL, &out->method, out->auth,
	    &out->auth_len) == 0 &&
	    pass_round(s, &m->k.c, 0, now, &q) == 0) {
		ppk_checked(s, &m->k.c, now, &q);
		q.code = RSN_OK;
	}
	if (q.code != RSN_OK) {
		out->auth_len = 0;
		fail_round(s, &q);
	}
	out->code = (uint16_t)q.code;
	wire_text_copy(out->text, sizeof(out->text),
	    q.code == RSN_OK ? "" : q.text);
	explicit_bzero(&q, sizeof(q));
}
