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
 * What certd-sign decides on tickets: to make, keep, withdraw and open one.
 */

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "resume_int.h"

#define SECONDS_MIN	5	/* a ticket of less is none */
#define STATE_MAX	(RESUME_OPAQUE - WRAP_OVERHEAD)

struct resumer *
resumer_new(void (*told)(void *, uint32_t, uint64_t), void *arg)
{
	struct resumer *r = xcalloc(1, sizeof(*r));

	r->wrap = wrap_new();
	r->spent = spent_new();
	r->kepts = kepts_new();
	r->told = told;
	r->arg = arg;
	return (r);
}

void
resumer_free(struct resumer *r)
{
	if (r == NULL)
		return;
	wrap_free(r->wrap);
	spent_free(r->spent);
	kepts_free(r->kepts);
	free(r);
}

void
resume_told(const struct resumer *r, uint32_t tunnel, uint64_t until)
{
	if (r->told != NULL)
		r->told(r->arg, tunnel, until);
}

void
resumer_tell(struct resumer *r)
{
	struct kept_ticket *k = NULL;

	r->voids = 0;
	while ((k = kepts_next(r->kepts, k)) != NULL)
		if (k->order == 0)
			resume_told(r, k->st.p.tunnel, k->st.until);
}

void
resume_forget(struct resumer *r, struct kept_ticket *k)
{
	uint32_t tunnel = k->st.p.tunnel;

	kepts_drop(r->kepts, k);
	resume_told(r, tunnel, 0);
}

void
resume_let_go(struct signer *s, uint32_t tunnel)
{
	struct kept_ticket *k;

	if (s->resumer != NULL &&
	    (k = kepts_find(s->resumer->kepts, tunnel)) != NULL)
		resume_forget(s->resumer, k);
}

void
resumer_tidy(struct resumer *r, uint64_t now)
{
	struct kept_ticket *k, *next;

	wrap_rotate(r->wrap, now);
	spent_expire(r->spent, now);
	for (k = kepts_next(r->kepts, NULL); k != NULL; k = next) {
		next = kepts_next(r->kepts, k);
		if (k->st.until <= now ||
		    (k->order != 0 && now - k->shown > TICKET_SECONDS))
			resume_forget(r, k);
	}
}

/* ---- void tickets ---- */

void
resume_void_name(struct mv_void *m, enum void_what what,
    const struct mv_proved *p)
{
	int i;

	memset(m, 0, sizeof(*m));
	m->what = (uint8_t)what;
	m->tunnel = p->tunnel;
	if (what == VOID_SA) {
		memcpy(m->name, p->spi_i, 8);
		memcpy(m->name + 8, p->spi_r, 8);
	} else if (what == VOID_TUNNEL)
		for (i = 0; i < 4; i++)
			m->name[i] = (uint8_t)(p->tunnel >> (24 - 8 * i));
	else
		memcpy(m->name, p->fingerprint, sizeof(m->name));
}

static int
is_about(const struct mv_void *m, const struct mv_proved *p)
{
	struct mv_void is;

	resume_void_name(&is, m->what, p);
	return (memcmp(is.name, m->name, sizeof(is.name)) == 0);
}

void
resume_void(struct signer *s, const struct mv_void *m, uint64_t now)
{
	struct resumer *r = s->resumer;
	struct kept_ticket *k, *next;

	r->voids++;
	spent_add(r->spent, m, now);
	for (k = kepts_next(r->kepts, NULL); k != NULL; k = next) {
		next = kepts_next(r->kepts, k);
		if (is_about(m, &k->st.p))
			resume_forget(r, k);
	}
}

void
resume_certd_gone(struct signer *s, uint64_t now)
{
	s->resumer->certd_gone = now;
}

static int
is_spent(struct resumer *r, const struct rs_state *st, uint64_t now)
{
	struct mv_void m;
	unsigned int what;

	for (what = VOID_SA; what <= VOID_PROOF; what++) {
		resume_void_name(&m, what, &st->p);
		if (spent_is(r->spent, &m, st->made, now))
			return (1);
	}
	return (0);
}

/* ---- may it be used? ---- */

/* Does what was proved then still hold?  Fills q's entry and identities. */
int
resume_holds(struct signer *s, const struct rs_state *st, uint64_t now,
    struct inquiry *q)
{
	struct resumer *r = s->resumer;

	if (now >= st->until || (st->p.expiry != 0 && now >= st->p.expiry))
		return (refuse(q, RSN_EXPIRED, "the ticket has expired"));
	q->entry = entries_by_tunnel(s->entries, st->p.tunnel);
	if (q->entry == NULL)
		return (refuse(q, RSN_GONE, "tunnel %u is not in the policy",
		    st->p.tunnel));
	q->ours = st->p.id_ours;
	q->peer = st->p.id_peer;
	/* Nothing is proved anew, and what stands in it is one round. */
	if (entry_goes_on(q->entry))
		return (refuse(q, RSN_RESUME, "tunnel %s has several rounds "
		    "of authentication", q->entry->name));
	/* A PPK of then is in SK_d and thus in all that comes of it. */
	if (q->entry->ppk == PPK_REQUIRE && !st->p.ppk_used)
		return (refuse(q, RSN_PPK, "tunnel %s requires a post-quantum "
		    "pre-shared key, and the session that is resumed had none",
		    q->entry->name));
	if (q->entry->kind_theirs == AUTHK_PSK) {
		if (!psk_holds(s, q, st->p.fingerprint))
			return (refuse(q, RSN_AUTH_PEER, "the pre-shared key "
			    "of tunnel %s has changed since",
			    q->entry->name));
	} else if (st->p.generation != s->generation ||
	    (r->certd_gone != 0 && st->p.proved <= r->certd_gone))
		return (refuse(q, RSN_RESUME, "the policy was loaded anew, or "
		    "certd began again, since the peer's certificate was "
		    "judged"));
	return (0);
}

int
resume_open(struct signer *s, struct slice opaque, uint64_t now,
    struct rs_state *st, struct inquiry *q)
{
	uint8_t plain[RESUME_OPAQUE];
	size_t len = 0;
	int r = 0;

	memset(st, 0, sizeof(*st));
	if (opaque.len <= sizeof(plain))
		len = wrap_open(s->resumer->wrap, now, opaque, plain);
	if (len == 0)
		r = refuse(q, RSN_RESUME, "the ticket is not of ours, or of a "
		    "key that is no more");
	else if (wire_decode(&wire_rs_state, plain, len, st, NULL) == -1 ||
	    st->version != RESUME_VERSION)
		r = refuse(q, RSN_RESUME, "the ticket is of another version");
	explicit_bzero(plain, sizeof(plain));
	/* One that is kept goes at once; of ours this is what is known. */
	if (r == 0 && is_spent(s->resumer, st, now))
		r = refuse(q, RSN_RESUME, "the ticket was used, or its session "
		    "or tunnel was ended");
	return (r == 0 ? resume_holds(s, st, now, q) : r);
}

/* ---- making and keeping ---- */

uint32_t
resume_seconds(const struct mk_make *m)
{
	return (m->seconds < TICKET_LIFE_MAX ? m->seconds : TICKET_LIFE_MAX);
}

static const char *
make_ticket(struct resumer *r, const struct rs_state *st, uint64_t now,
    struct mk_made *out, uint8_t room[RESUME_OPAQUE])
{
	uint8_t plain[STATE_MAX];
	long len;

	len = wire_encode(&wire_rs_state, st, plain, sizeof(plain));
	if (len == -1)
		return ("it would be too large");
	out->opaque.len = wrap_make(r->wrap, now,
	    (struct slice){ plain, (size_t)len }, room);
	out->opaque.p = room;
	out->seconds = (uint32_t)(st->until - now);
	explicit_bzero(plain, sizeof(plain));
	return (out->opaque.len == 0 ? "OpenSSL does not seal" : NULL);
}

static void
keep_ticket(struct resumer *r, const struct rs_state *st, struct slice opaque)
{
	struct kept_ticket *k = xcalloc(1, sizeof(*k));

	k->st = *st;
	k->len = opaque.len;
	memcpy(k->opaque, opaque.p, opaque.len);
	kepts_put(r->kepts, k);
	resume_told(r, st->p.tunnel, st->until);
}

void
resume_make(struct signer *s, const struct mk_make *m,
    const struct mv_proof *p, uint64_t now, struct mk_made *out,
    uint8_t room[RESUME_OPAQUE])
{
	struct inquiry q = { .code = RSN_OK };
	struct rs_state st;
	const char *why = NULL;

	memset(out, 0, sizeof(*out));
	out->exch = m->exch;
	out->asker = m->asker;
	memset(&st, 0, sizeof(st));
	st.version = RESUME_VERSION;
	st.made = now;
	st.until = now + resume_seconds(m);
	if (p->p.expiry != 0 && p->p.expiry < st.until)
		st.until = p->p.expiry;
	st.suite = m->suite;
	st.full = m->full;
	st.d_len = m->d_len;
	memcpy(st.d, m->d, m->d_len);
	st.p = p->p;
	if (p->code != RSN_OK)
		why = p->text;
	else if (st.d_len == 0 || st.d_len != hprf_len(st.suite.prf))
		why = "SK_d of a wrong length";
	else if (st.until < now + SECONDS_MIN)
		why = "it would expire at once";
	else if (resume_holds(s, &st, now, &q) == -1)
		why = q.text;
	else if (m->peers.len > 0)
		keep_ticket(s->resumer, &st, m->peers);
	else
		why = make_ticket(s->resumer, &st, now, out, room);
	if (why != NULL) {
		out->code = p->code != RSN_OK ? p->code : RSN_RESUME;
		out->opaque.len = 0;
		wire_text_copy(out->text, sizeof(out->text), why);
	}
	explicit_bzero(&st, sizeof(st));
}

/* ---- IKE_SESSION_RESUME ---- */

int
resume_take_keys(const struct rs_state *st, struct slice ni, struct slice nr,
    const uint8_t *spi_i, const uint8_t *spi_r, struct resume_keys *k,
    struct inquiry *q)
{
	if (resume_keys_make(&st->suite, (struct slice){ st->d, st->d_len },
	    ni, nr, spi_i, spi_r, k) == -1)
		return (refuse(q, RSN_UNSUPPORTED,
		    "the ticket's algorithms are "
		    "not supported"));
	return (0);
}

void
resume_give_keys(struct mk_resumed *out, const struct resume_keys *k)
{
	out->keys_len = (uint16_t)k->ike_len;
	memcpy(out->keys, k->ike, k->ike_len);
}

/* The peer shows a ticket: what is in it, and the keys but for AUTH's. */
static int
ask_as_responder(struct signer *s, const struct mk_resume *m, uint64_t now,
    struct mk_resumed *out, struct inquiry *q)
{
	struct slice ours = { m->ticket.ticket, TICKET_LEN };
	struct rs_state st;
	struct resume_keys k;
	int r;

	r = resume_open(s, m->opaque, now, &st, q);
	if (r == 0)
		r = resume_take_keys(&st, m->nonce_peer, ours, m->spi_i,
		    m->spi_r, &k, q);
	if (r == 0) {
		out->tunnel = st.p.tunnel;
		out->suite = st.suite;
		out->full = st.full;
		resume_give_keys(out, &k);
		explicit_bzero(&k, sizeof(k));
	}
	explicit_bzero(&st, sizeof(st));
	return (r);
}

/* Which ticket we show.  Without one there is a full exchange. */
static int
ask_as_initiator(struct signer *s, unsigned int inst,
    const struct mk_resume *m, uint64_t now, struct mk_resumed *out,
    struct inquiry *q)
{
	struct kept_ticket *k;
	const char *why;
	uint32_t tunnel;

	if ((why = orders_open(s->orders, inst, m->order, now, &tunnel)) !=
	    NULL)
		return (refuse(q, RSN_ORDER, "order %u: %s", m->order, why));
	k = kepts_find(s->resumer->kepts, tunnel);
	if (k == NULL || k->order != 0)
		return (refuse(q, RSN_RESUME, "no ticket is kept"));
	if (resume_holds(s, &k->st, now, q) == -1) {
		resume_forget(s->resumer, k);
		return (-1);
	}
	out->tunnel = tunnel;
	out->suite = k->st.suite;
	out->opaque = (struct slice){ k->opaque, k->len };
	return (0);
}

void
resume_ask(struct signer *s, unsigned int inst, const struct mk_resume *m,
    uint64_t now, struct mk_resumed *out)
{
	struct mk_context c = { .ticket = m->ticket };
	struct inquiry q = { .code = RSN_OK };
	int r;

	memset(out, 0, sizeof(*out));
	out->exch = m->exch;
	r = take_ticket(s, inst, &c, TU_LOOK, now, &q);
	if (r == 0)
		r = m->order == 0 ? ask_as_responder(s, m, now, out, &q) :
		    ask_as_initiator(s, inst, m, now, out, &q);
	out->code = (uint16_t)(r == 0 ? RSN_OK : q.code);
	wire_text_copy(out->text, sizeof(out->text), r == 0 ? "" : q.text);
}
