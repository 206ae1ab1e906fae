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
 * What is broken on an SA that is up: INVALID_SYNTAX is fatal on both sides
 * (RFC 7296 section 2.21.3); several things in one message; a rekey that we
 * cannot even begin.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "addr.h"
#include "harness.h"
#include "mocks.h"
#include "reason.h"
#include "../../ikd/ike/sk.h"

#define HYBRID	"aes256gcm16-prfsha384-x25519-ke1_ecp256"

static struct world *
hybrid_up(uint64_t seed)
{
	struct world	*w = world_new(seed);
	int		 i;

	for (i = 0; i < 2; i++)
		node_proposal(&w->n[i], HYBRID, "aes256gcm16-x25519");
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 500);
	return (w);
}

/* A message of the peer of s begins; say() seals it and lets it arrive. */
static void
begin(struct out *o, const struct session *s, unsigned int exch, int response,
    uint32_t id, struct sk_ctx **seal)
{
	struct ike_hdr	 h;
	struct slice	 e, a;

	sk_keys(s->keys.open, &e, &a);
	*seal = sk_ctx_new(&s->suite, SK_SEAL, e, a);
	memset(&h, 0, sizeof(h));
	memcpy(h.spi_i, s->spi_i, SPI_LEN);
	memcpy(h.spi_r, s->spi_r, SPI_LEN);
	h.exch = (uint8_t)exch;
	h.flags = (s->initiator ? 0 : HDR_INITIATOR) |
	    (response ? HDR_RESPONSE : 0);
	h.msgid = id;
	msg_begin(&o->m, o->buf, sizeof(o->buf), &h);
	msg_begin_sk(&o->m, *seal);
}

static void
say(struct world *w, int to, const struct session *s, struct out *o,
    struct sk_ctx *seal, const struct wt_sock *src)
{
	static uint64_t	 iv = 1ULL << 62;
	long		 len = msg_finish_sk(&o->m, seal, ++iv);

	assert_true(len > 0);
	sk_ctx_free(seal);
	world_inject(w, to, src, &s->local, s->natt, o->buf, (size_t)len);
}

/* ---- as initiator ---- */

/* a's request of that exchange is answered INVALID_SYNTAX. */
static enum fate
cannot_read(struct world *w, struct flight *f)
{
	unsigned int	*exch = w->hook_arg;
	struct session	*s = node_session(&w->n[0]);
	struct sk_ctx	*seal;
	struct out	 o;

	if (f->from != 0 || !is_request(f) || exch_of(f) != *exch)
		return (PASS);
	begin(&o, s, exch_of(f), 1, s->win.out_id, &seal);
	msg_add_notify(&o.m, N_INVALID_SYNTAX, NULL, 0);
	say(w, 0, s, &o, seal, &s->remote);
	*exch = 0;
	return (DROP);
}

static void
test_answered(void **state)
{
	static const struct {
		unsigned int	 exch;
		int		 child;
		unsigned int	 what;
	} as[] = {
		{ EXCH_CREATE_CHILD,	1, CHILD_REKEY },
		{ EXCH_CREATE_CHILD,	0, SESSION_REKEY },
		{ EXCH_FOLLOWUP_KE,	0, SESSION_REKEY },
		{ EXCH_INFORMATIONAL,	1, CHILD_DELETE },
		{ EXCH_INFORMATIONAL,	0, SESSION_PROBE },
	};
	struct world	*w;
	unsigned int	 exch, sent;
	size_t		 i;

	(void)state;
	for (i = 0; i < sizeof(as) / sizeof(as[0]); i++) {
		w = hybrid_up(80 + i);
		exch = as[i].exch;
		w->hook = cannot_read;
		w->hook_arg = &exch;
		if (as[i].child)
			node_child_do(&w->n[0], 1, as[i].what);
		else
			node_session_do(&w->n[0], as[i].what);
		world_run(w, 100);
		assert_int_equal(exch, 0);
		assert_int_equal(w->n[0].ike->nsessions, 0);
		assert_int_equal(w->n[0].down.code, RSN_INVALID_SYNTAX);
		sent = w->sent;
		world_run(w, 500);
		assert_int_equal(w->sent, sent);
		world_free(w);
	}
}

/* ---- as responder ---- */

enum wrong { IKE_NO_KE, IKE_BAD_KE, CHILD_BAD_KE, FOLLOW_NO_KE, WRONGS };

static void
put_wrong(struct world *w, struct out *o, enum wrong what)
{
	const struct session		*s = node_session(&w->n[1]);
	const struct node		*n = &w->n[0];
	static const uint8_t		 zero[32];
	uint8_t				 spi[SPI_LEN] = "12345678";
	uint8_t				 nonce[32] = { 1 };
	struct wt_proposal		 p;

	if (what == FOLLOW_NO_KE) {
		msg_add_notify(&o->m, N_ADDITIONAL_KE, s->half->sa->link,
		    s->half->link_len);
		return;
	}
	prop_offer(n->child[0].proposals, 1, 1, 0, &p);
	if (what == CHILD_BAD_KE)
		msg_add_sa(&o->m, &p, 1, spi, 4);
	else
		msg_add_sa(&o->m, n->tunnel.proposals,
		    n->tunnel.proposals_n, spi, SPI_LEN);
	msg_add_nonce(&o->m, nonce, sizeof(nonce));
	if (what != IKE_NO_KE)
		msg_add_ke(&o->m, KE_X25519, zero, sizeof(zero));
	if (what == CHILD_BAD_KE) {
		tsp_add(&o->m, PLD_TSI, n->child[0].ts_local, 1);
		tsp_add(&o->m, PLD_TSR, n->child[0].ts_remote, 1);
	}
}

static enum fate
lose_follow(struct world *w, struct flight *f)
{
	unsigned int	*answers = w->hook_arg;

	*answers += f->from == 1 && !is_request(f);
	return (f->from == 0 && exch_of(f) == EXCH_FOLLOWUP_KE ? DROP : PASS);
}

static void
test_asked(void **state)
{
	struct sk_ctx	*seal;
	struct session	*s;
	struct world	*w;
	struct out	 o;
	unsigned int	 answers;
	int		 i, k;

	(void)state;
	for (i = 0; i < WRONGS; i++) {
		w = hybrid_up(90 + (uint64_t)i);
		w->hook = lose_follow;
		w->hook_arg = &answers;
		s = node_session(&w->n[1]);
		if (i == FOLLOW_NO_KE) {
			node_session_do(&w->n[0], SESSION_REKEY);
			for (k = 0; k < 500 && s->half == NULL; k++)
				world_run(w, 1);
			world_run(w, 50);
		}
		answers = 0;
		begin(&o, s, i == FOLLOW_NO_KE ? EXCH_FOLLOWUP_KE :
		    EXCH_CREATE_CHILD, 0, s->win.in_id, &seal);
		put_wrong(w, &o, (enum wrong)i);
		say(w, 1, s, &o, seal, &s->remote);
		world_run(w, 50);
		assert_int_equal(answers, 1);
		assert_int_equal(w->n[1].ike->nsessions, 0);
		assert_int_equal(w->n[1].down.code, RSN_INVALID_SYNTAX);
		world_free(w);
	}
}

/* ---- a Delete beside what MOBIKE says ---- */

static int	 has_cookie, has_delete;

static enum fate
read_answer(struct world *w, struct flight *f)
{
	struct session		*s = w->hook_arg;
	struct flight		 copy;
	struct packet		 pkt;
	struct pld_notify	 n;

	if (f->from != 1 || is_request(f))
		return (PASS);
	flight_read(s, f, &copy, &pkt);
	has_cookie = packet_notify(&pkt, N_COOKIE2, &n);
	has_delete = packet_find(&pkt, PLD_D, NULL) != NULL;
	return (DROP);		/* nobody asked for it */
}

static void
test_delete_and_move(void **state)
{
	struct world	*w = world_new(100);
	struct wt_sock	 at;
	struct session	*s;
	struct sk_ctx	*seal;
	struct out	 o;
	uint32_t	 spi;
	int		 i;

	(void)state;
	for (i = 0; i < 2; i++)
		w->n[i].tunnel.mobike = 1;
	world_start(w);
	node_addrs(&w->n[0], "192.0.2.1 203.0.113.9");
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 1000);
	s = node_session(&w->n[1]);
	at = s->remote;
	assert_int_equal(addr_parse("203.0.113.9", &at.addr), 0);
	spi = child_newest(s, 1)->spi_out;
	w->hook = read_answer;
	w->hook_arg = s;
	begin(&o, s, EXCH_INFORMATIONAL, 0, s->win.in_id, &seal);
	msg_add_delete(&o.m, PROTO_ESP, &spi, 1);
	msg_add_notify(&o.m, N_UPDATE_SA_ADDRESSES, NULL, 0);
	msg_add_notify(&o.m, N_COOKIE2, "sixteen  octets", 16);
	say(w, 1, s, &o, seal, &at);
	world_run(w, 50);
	assert_true(has_cookie);
	assert_true(has_delete);
	assert_int_equal(sock_cmp(&s->remote, &at), 0);
	assert_int_equal(node_children(&w->n[1]), 0);
	world_free(w);
}

/* ---- what we cannot begin, we try again ---- */

static void
test_cannot_begin(void **state)
{
	struct world	*w = world_up(110);
	struct node	*n = &w->n[0];

	(void)state;
	node_proposal(n, "aes256gcm16-prfsha256-x25519", NULL);
	world_commit(w, 0, 2);
	node_session_do(n, SESSION_REKEY);
	world_run(w, 60000);
	assert_int_equal(n->ike->stat[ST_IKE_REKEYS], 0);
	assert_int_equal(n->downs, 0);
	/* A rekey keeps the PRF: tmd hears that it takes more than that. */
	assert_in_range(n->renews, 2, 3);
	assert_int_equal(n->renew.code, RSN_NO_PROPOSAL);
	node_proposal(n, "aes256gcm16-prfsha384-x25519", NULL);
	world_commit(w, 0, 3);
	world_run(w, 31000);
	assert_int_equal(n->ike->stat[ST_IKE_REKEYS], 1);
	world_run(w, 60000);
	assert_true(both_up(w));
	assert_int_equal(world_pairs(w), 1);
	world_clean(w);
	world_free(w);
}

/*
 * That AUTH covers both messages is agreed on in clear; whoever cuts it out of
 * one of them is found out by the responder.
 */
static enum fate
cut_out(struct world *w, struct flight *f)
{
	size_t	 at = HDR_LEN, next = 16, len;

	if (f->from != *(int *)w->hook_arg || exch_of(f) != EXCH_SA_INIT)
		return (PASS);
	while (f->buf[next] != 0) {
		len = get16(f->buf + at + 2);
		if (f->buf[next] == PLD_N &&
		    get16(f->buf + at + 6) == N_FULL_TRANSCRIPT) {
			f->buf[next] = f->buf[at];
			memmove(f->buf + at, f->buf + at + len,
			    f->len - at - len);
			f->len -= len;
			put32(f->buf + 24, (uint32_t)f->len);
			return (PASS);
		}
		next = at;
		at += len;
	}
	fail_msg("it is not there");
	return (PASS);
}

static void
test_downgrade(void **state)
{
	struct world	*w;
	int		 from;

	(void)state;
	for (from = 0; from < 2; from++) {
		w = world_new(120);
		w->hook = cut_out;
		w->hook_arg = &from;
		world_start(w);
		node_initiate(&w->n[0], 1);
		world_run(w, 60000);
		assert_int_equal(w->n[0].ups + w->n[1].ups, 0);
		assert_int_equal(w->n[0].installs + w->n[1].installs, 0);
		assert_int_equal(w->n[0].failed, 1);
		assert_int_equal(w->n[0].fail.code, RSN_AUTH_OURS);
		world_free(w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answered),
		cmocka_unit_test(test_asked),
		cmocka_unit_test(test_delete_and_move),
		cmocka_unit_test(test_cannot_begin),
		cmocka_unit_test(test_downgrade),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
