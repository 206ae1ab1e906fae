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
 * certd-sign for two nodes, by its own code: one of each node's, which
 * outlives its worker.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../certd/sign/init_msg.h"
#include "../../ikd/ike/exch_resume.h"
#include "../unit/sign_peer.h"
#include "addr.h"
#include "mocks.h"
#include "reason.h"
#include "resume_side.h"

struct side	side[2];

uint64_t
node_seconds(const struct node *n)
{
	return (n->w->now / 1000);
}

static void
on_kept(void *arg, uint32_t tunnel, uint64_t until)
{
	struct side *sd = arg;

	assert_int_equal(tunnel, 1);
	sd->kept += until != 0;
	sd->until = until;
}

/* ---- answers, a millisecond later ---- */

struct answer {
	struct node	*n;
	uint16_t	 type;
	union {
		struct mk_tickets	 tickets;
		struct mk_signed	 sign;
		struct mk_checked	 checked;
		struct mk_made		 made;
		struct mk_resumed	 resumed;
		struct mk_ppk_keys	 keys;
		struct mk_ppk_mixed	 mixed;
	} u;
	uint8_t		 octets[RESUME_OPAQUE];
};

static void
deliver(struct world *w, void *arg)
{
	struct answer *a = arg;
	struct ike *ike = a->n->ike;

	(void)w;
	switch (a->type) {
	case M_TICKETS:
		from_sign_tickets(ike, &a->u.tickets);
		break;
	case M_SIGNED:
		from_sign_signed(ike, &a->u.sign);
		break;
	case M_AUTH_CHECKED:
		from_sign_checked(ike, &a->u.checked);
		break;
	case M_TICKET_MADE:
		from_sign_made(ike, &a->u.made);
		break;
	case M_RESUMED:
		from_sign_resumed(ike, &a->u.resumed);
		break;
	case M_RESUME_NEW_KEYS:
		from_sign_new_keys(ike, &a->u.resumed);
		break;
	case M_PPK_KEYS:
		from_sign_ppk_keys(ike, &a->u.keys);
		break;
	case M_PPK_MIXED:
		from_sign_ppk_mixed(ike, &a->u.mixed);
		break;
	}
	ike_turn_end(ike);
	free(a);
}

static struct answer *
answer_new(struct node *n, uint16_t type)
{
	struct answer *a = calloc(1, sizeof(*a));

	a->n = n;
	a->type = type;
	return (a);
}

static void
answer_send(struct answer *a)
{
	const struct side *sd = &side[a->n->i];
	uint32_t ms = 1;

	if (sd->mute && a->type != M_TICKETS) {
		free(a);
		return;
	}
	if (a->type == M_TICKET_MADE && sd->slow != 0)
		ms = sd->slow;
	world_later(a->n->w, ms + a->n->slow, deliver, a);
}

/* What a slice of the answer points to, until it is delivered. */
static void
hold(struct answer *a, struct slice *s)
{
	if (s->len > 0)
		memcpy(a->octets, s->p, s->len);
	s->p = a->octets;
}

/* ---- certd-sign and tmd ---- */

static void
on_make(struct node *n, const struct mk_make *m)
{
	struct answer *a = answer_new(n, M_TICKET_MADE);
	struct side *sd = &side[n->i];
	struct mv_proof p;

	sd->makes++;
	memset(&p, 0, sizeof(p));
	if (sd->no || !sd->there || memcmp(sd->session, m->session,
	    TICKET_LEN) != 0) {
		p.code = RSN_RESUME;
		strlcpy(p.text, "tmd says no", sizeof(p.text));
	} else
		p.p = sd->p;
	resume_make(&sd->s, m, &p, node_seconds(n), &a->u.made, a->octets);
	answer_send(a);
}

static void
on_resume(struct node *n, const struct mk_resume *m)
{
	struct answer *a = answer_new(n, M_RESUMED);

	resume_ask(&side[n->i].s, 0, m, node_seconds(n), &a->u.resumed);
	hold(a, &a->u.resumed.opaque);
	answer_send(a);
}

static void
on_sign(struct node *n, const struct mk_sign *m)
{
	struct answer *a = answer_new(n, M_SIGNED), *k;
	struct side *sd = &side[n->i];

	if (!init_resumes(m->c.msg_i)) {
		decide_sign(&sd->s, 0, &m->c, node_seconds(n), &a->u.sign);
		answer_send(a);
		return;
	}
	k = answer_new(n, M_RESUME_NEW_KEYS);
	resume_sign(&sd->s, 0, &m->c, node_seconds(n), &a->u.sign,
	    &k->u.resumed);
	if (a->u.sign.code == RSN_OK)
		answer_send(k);
	else
		free(k);
	answer_send(a);
}

/* What tmd makes of a verdict: the session's description. */
static void
describe(struct node *n, const struct mv_verdict *v)
{
	struct side *sd = &side[n->i];

	sd->there = 1;
	sd->verdict = *v;
	sd->verdicts++;
	sd->resumed += v->resumed;
	memcpy(sd->session, v->ticket.ticket, TICKET_LEN);
	sd->p.tunnel = v->tunnel;
	sd->p.generation = v->generation;
	memcpy(sd->p.spi_i, v->spi_i, 8);
	memcpy(sd->p.spi_r, v->spi_r, 8);
	sd->p.id_ours = v->id_ours;
	sd->p.id_peer = v->id_peer;
	sd->p.method = v->method;
	memcpy(sd->p.fingerprint, v->fingerprint, 32);
	sd->p.ppk_used = v->ppk_used;
	strlcpy(sd->p.ppk, v->ppk, sizeof(sd->p.ppk));
	if (v->resumed) {
		sd->p.proved = v->proved;
		sd->p.expiry = v->expiry;
	} else {
		sd->p.proved = node_seconds(n);
		sd->p.expiry = node_seconds(n) + EXPIRY;
	}
}

static void
on_check(struct node *n, const struct mk_check *m)
{
	struct answer *a = answer_new(n, M_AUTH_CHECKED);
	struct side *sd = &side[n->i];
	struct mv_verdict v;

	if ((init_resumes(m->c.msg_i) ? resume_check : decide_check)(&sd->s,
	    0, m, node_seconds(n), &v, &a->u.checked)) {
		describe(n, &v);
		n->believed++;
		mocks_grant(n, m);
	}
	answer_send(a);
}

static int
to_sign(void *ctx, uint16_t type, const void *body)
{
	struct node *n = ctx;
	const struct mk_want *w = body;
	struct answer *a;

	switch (type) {
	case M_TICKETS_WANT:
		a = answer_new(n, M_TICKETS);
		tickets_issue(side[n->i].s.tickets, w->slot, w->count,
		    node_seconds(n), &a->u.tickets);
		answer_send(a);
		break;
	case M_TICKET_MAKE:
		if (side[n->i].nocredit > 0) {
			side[n->i].nocredit--;
			return (PIPE_NOCREDIT);
		}
		on_make(n, body);
		break;
	case M_RESUME:
		on_resume(n, body);
		break;
	case M_SIGN:
		on_sign(n, body);
		break;
	case M_PPK_ASK:
		a = answer_new(n, M_PPK_KEYS);
		decide_ppk_ask(&side[n->i].s, 0, body, node_seconds(n),
		    &a->u.keys);
		answer_send(a);
		break;
	case M_PPK_MIX:
		a = answer_new(n, M_PPK_MIXED);
		decide_ppk_mix(&side[n->i].s, 0, body, node_seconds(n),
		    &a->u.mixed);
		answer_send(a);
		break;
	default:
		on_check(n, body);
	}
	return (PIPE_OK);
}

/* ---- worlds ---- */

void
side_new(int i)
{
	static uint8_t boot[BOOT_KEY_LEN];
	struct signer *s = &side[i].s;

	boot[0]++;
	memset(&side[i], 0, sizeof(side[i]));
	s->tickets = tickets_new(boot);
	s->orders = orders_new();
	s->entries = entries_new();
	s->keys = keyring_new("/etc/ikd");
	s->ppks = keyring_new("/etc/ikd");
	s->mixes = mixes_new();
	s->resumer = resumer_new(on_kept, &side[i]);
	s->generation = 1;
	s->workers = 1;
	peer_entry(s->entries, 1, i == 0 ? "fqdn:a.example" :
	    "fqdn:b.example", i == 0 ? "fqdn:b.example" : "fqdn:a.example",
	    "k");
	entries_index(s->entries);
	assert_null(keyring_put(s->keys, "k", (const uint8_t *)KEY,
	    strlen(KEY)));
}

void
side_free(int i)
{
	struct signer *s = &side[i].s;

	tickets_free(s->tickets);
	orders_free(s->orders);
	entries_free(s->entries);
	keyring_free(s->keys);
	keyring_free(s->ppks);
	mixes_free(s->mixes);
	resumer_free(s->resumer);
}

void
side_ppk(struct world *w, int i)
{
	static const char key[] = "a post-quantum key of 32 octets or more";
	static const char *const ids[2] = { "fqdn:a.example",
	    "fqdn:b.example" };
	static struct sn_auth a;
	struct signer *s = &side[i].s;
	struct sn_ppk row;

	entries_free(s->entries);
	s->entries = entries_new();
	memset(&a, 0, sizeof(a));
	a.tunnel = 1;
	strlcpy(a.name, "t1", sizeof(a.name));
	a.kind_ours = a.kind_theirs = AUTHK_PSK;
	a.prfs = 1U << PRF_HMAC_SHA2_384;
	a.remote_n = 1;
	a.remote[0].addr.af = 4;
	assert_null(id_parse(ids[i], &a.id_local));
	assert_null(id_parse(ids[!i], &a.id_remote));
	a.psks_n = a.ppks_n = 1;
	strlcpy(a.psks[0].w, "k", sizeof(a.psks[0].w));
	strlcpy(a.ppks[0].w, "p", sizeof(a.ppks[0].w));
	a.ppk = PPK_REQUIRE;
	assert_null(entries_add(s->entries, &a));
	memset(&row, 0, sizeof(row));
	strlcpy(row.id, "p", sizeof(row.id));
	strlcpy(row.secret, "p", sizeof(row.secret));
	assert_null(entries_add_ppk(s->entries, &row));
	entries_index(s->entries);
	assert_null(keyring_put(s->ppks, "p", (const uint8_t *)key,
	    strlen(key)));
	w->n[i].tunnel.ppk = PPK_REQUIRE;
}

/* The entries of sign_peer.h take peers of 198.51.100.0/24: so are both. */
struct world *
resume_world(uint64_t seed)
{
	struct world *w = world_new(seed);
	int i;

	hprf_init();
	world_run(w, 10);	/* the mock's tickets are thrown away */
	for (i = 0; i < 2; i++) {
		side_new(i);
		w->n[i].env.to_sign = to_sign;
		tickets_reset(w->n[i].ike, 1);
		w->n[i].tunnel.resumption = 1;
	}
	assert_int_equal(addr_parse("198.51.100.3", &w->n[0].at.addr), 0);
	return (w);
}

void
resume_world_free(struct world *w)
{
	world_free(w);
	side_free(0);
	side_free(1);
}

void
resume_initiate(struct node *n, uint32_t number, int resume)
{
	struct mv_order m = { number, 1, 1, 0 };

	assert_null(orders_add(side[n->i].s.orders, &m, node_seconds(n)));
	n->resume = resume;
	node_initiate(n, number);
}
