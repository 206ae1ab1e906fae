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
 * Fragmentation (RFC 7383): IKE_AUTH with long chains under loss, doubles
 * and disorder; narrow paths; what a peer with the keys may try; and the
 * collisions of the other tests with every message in pieces.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../ikd/ike/cut.h"
#include "../../ikd/ike/frag.h"
#include "harness.h"
#include "../../ikd/ike/ike_const.h"
#include "mocks.h"
#include "reason.h"

#define CHAIN_N		4
#define CHAIN_EACH	1200
#define CHAIN_ALL	(CHAIN_N * (CHAIN_EACH + 3))
#define OUTER		(20 + 8 + 4)	/* IPv4, UDP, non-ESP marker */

struct seen {
	size_t		 largest;	/* sealed message */
	unsigned int	 skf, sk;
	unsigned int	 limit;		/* more octets are lost; 0: none */
	int		 only;		/* in messages of this node; -1: both */
	unsigned int	 lose;		/* this SKF is lost, from 1 */
	int		 twice, backwards;
};

static enum fate
network(struct world *w, struct flight *f)
{
	struct seen	*k = w->hook_arg;

	if (exch_of(f) == EXCH_SA_INIT)
		return (PASS);
	if (f->buf[16] == PLD_SKF)
		k->skf++;
	else
		k->sk++;
	if (k->lose != 0 && f->buf[16] == PLD_SKF && k->skf == k->lose)
		return (DROP);
	if (k->limit != 0 && f->len > k->limit &&
	    (k->only == -1 || k->only == f->from))
		return (DROP);
	if (f->len > k->largest)
		k->largest = f->len;
	/* Later ones overtake. */
	if (k->backwards)
		f->delay = 200 - get16(f->buf + HDR_LEN + 4) * 10;
	return (k->twice ? TWICE : PASS);
}

/* Not started yet: both take fragments, with chains of so many octets. */
static struct world *
frag_world(uint64_t seed, struct seen *k, int chain_a, int chain_b)
{
	struct world	*w = world_new(seed);

	memset(k, 0, sizeof(*k));
	k->only = -1;
	w->hook = network;
	w->hook_arg = k;
	w->n[0].tunnel.fragment_size = w->n[1].tunnel.fragment_size = 1280;
	if (chain_a)
		node_shows(&w->n[0], CHAIN_N, CHAIN_EACH);
	if (chain_b)
		node_shows(&w->n[1], CHAIN_N, CHAIN_EACH);
	return (w);
}

static void
connect_within(struct world *w, uint64_t ms)
{
	world_start(w);
	node_initiate(&w->n[0], 1);
	if (!world_until(w, both_up, ms))
		fail_msg("not up");
	world_run(w, 100);
	assert_int_equal(world_pairs(w), 1);
	assert_int_equal(w->n[0].ups, 1);
	assert_int_equal(w->n[1].ups, 1);
}

static void
done(struct world *w)
{
	world_clean(w);
	assert_int_equal(w->n[0].ike->frag_octets, 0);
	assert_int_equal(w->n[1].ike->frag_octets, 0);
	world_free(w);
}

static void
chains_arrived(struct world *w)
{
	assert_int_equal(w->n[0].chain_len, CHAIN_ALL);
	assert_int_equal(w->n[1].chain_len, CHAIN_ALL);
	/* Both show the same octets. */
	assert_int_equal(w->n[0].chain_hash, w->n[1].chain_hash);
}

static void
test_long_chains(void **state)
{
	struct seen	 k;
	struct world	*w = frag_world(1, &k, 1, 1);

	(void)state;
	connect_within(w, 1000);
	chains_arrived(w);
	assert_true(k.largest <= 1280 - OUTER);
	assert_true(k.largest > 1200 - OUTER);
	/* 4.8 KB and a little: five each way, nothing sent twice. */
	assert_int_equal(k.skf, 10);
	assert_int_equal(k.sk, 0);
	assert_int_equal(w->n[0].ike->stat[ST_FRAGS_OUT], 5);
	assert_int_equal(w->n[0].ike->stat[ST_FRAGS_IN], 5);
	assert_int_equal(w->sent, 12);
	done(w);
}

/* What fits is sent whole; an agreed session stays so over a rekey. */
static void
test_small_is_whole(void **state)
{
	struct seen	 k;
	struct world	*w = frag_world(2, &k, 0, 0);

	(void)state;
	connect_within(w, 1000);
	assert_int_equal(k.skf, 0);
	assert_int_equal(w->sent, 4);
	node_session_do(&w->n[1], SESSION_REKEY);
	world_run(w, 2000);
	assert_true(both_up(w));
	assert_int_equal(w->n[0].ike->stat[ST_IKE_REKEYS], 1);
	assert_int_equal(k.skf, 0);
	assert_int_equal(node_session(&w->n[0])->frag_size, 1280);
	assert_int_equal(node_session(&w->n[1])->frag_size, 1280);
	done(w);
}

/* One of them does not want it: whole messages, both ways. */
static void
test_not_agreed(void **state)
{
	struct seen	 k;
	struct world	*w;
	int		 i;

	(void)state;
	for (i = 0; i < 2; i++) {
		w = frag_world(3, &k, 1, 1);
		w->n[i].tunnel.fragment_size = 0;
		connect_within(w, 1000);
		chains_arrived(w);
		assert_int_equal(k.skf, 0);
		assert_int_equal(node_session(&w->n[0])->frag_size, 0);
		assert_int_equal(node_session(&w->n[1])->frag_size, 0);
		done(w);
	}
}

static void
test_each_lost(void **state)
{
	struct seen	 k;
	struct world	*w;
	unsigned int	 n;

	(void)state;
	for (n = 1; n <= 10; n++) {
		w = frag_world(10 + n, &k, 1, 1);
		k.lose = n;
		connect_within(w, 3000);
		chains_arrived(w);
		done(w);
	}
}

static void
test_twice_and_backwards(void **state)
{
	struct seen	 k;
	struct world	*w;
	int		 i;

	(void)state;
	for (i = 1; i < 4; i++) {
		w = frag_world(20, &k, 1, 1);
		k.twice = i & 1;
		k.backwards = i >> 1;
		connect_within(w, 3000);
		chains_arrived(w);
		assert_int_equal(w->n[0].installs, 1);
		assert_int_equal(w->n[1].installs, 1);
		/* Those that came again were not even opened. */
		assert_int_equal(w->n[0].ike->stat[ST_FRAGS_IN], 5);
		assert_int_equal(w->n[1].ike->stat[ST_FRAGS_IN], 5);
		world_run(w, 2000);
		done(w);
	}
}

/* ---- answers again ---- */

struct tape {
	struct flight	 f[64];
	unsigned int	 n;
	int		 lose_answers;
};

static enum fate
record(struct world *w, struct flight *f)
{
	struct tape	*t = w->hook_arg;

	if (exch_of(f) != EXCH_AUTH)
		return (PASS);
	assert_true(t->n < 64);
	t->f[t->n++] = *f;
	return (t->lose_answers && !is_request(f) ? DROP : PASS);
}

static void
assert_same(const struct tape *t, unsigned int a, unsigned int b,
    unsigned int n)
{
	for (; n > 0; n--, a++, b++) {
		assert_int_equal(t->f[a].len, t->f[b].len);
		assert_memory_equal(t->f[a].buf, t->f[b].buf, t->f[a].len);
	}
}

static void
replay(struct world *w, const struct flight *f)
{
	struct flight	 copy = *f;

	world_inject(w, !copy.from, &copy.src, &copy.dst, copy.natt, copy.buf,
	    copy.len);
	world_run(w, 50);
}

/*
 * RFC 7383 2.6.1: the whole answer goes out again, octet by octet, for the
 * first fragment of the request and for no other.
 */
static void
test_answered_again(void **state)
{
	struct tape	*t = calloc(1, sizeof(*t));
	struct seen	 k;
	struct world	*w = frag_world(30, &k, 1, 1);
	unsigned int	 i;

	(void)state;
	w->hook = record;
	w->hook_arg = t;
	t->lose_answers = 1;
	world_start(w);
	node_initiate(&w->n[0], 1);
	world_run(w, 1500);
	/* Five and five, and again. */
	assert_int_equal(t->n, 20);
	assert_same(t, 0, 10, 10);
	assert_int_equal(w->n[1].ike->stat[ST_RETRANS_IN], 1);
	t->lose_answers = 0;
	for (i = 1; i < 5; i++)
		replay(w, &t->f[i]);
	assert_int_equal(t->n, 20);
	replay(w, &t->f[0]);
	assert_int_equal(t->n, 25);
	assert_same(t, 5, 20, 5);
	assert_true(both_up(w));
	assert_int_equal(w->n[1].installs, 1);
	world_run(w, 3000);
	done(w);
	free(t);
}

/* ---- narrow paths ---- */

static void
test_narrow(void **state)
{
	static const struct { int only, a, b; uint64_t ms; } cases[] = {
		{ -1, 1, 1, 10000 },	/* both directions */
		{ 0, 1, 1, 10000 },	/* requests alone */
		{ 1, 1, 1, 10000 },	/* answers alone */
		{ 1, 0, 1, 20000 },	/* and a request that fits */
		{ -1, 0, 1, 20000 },
	};
	struct seen	 k;
	struct world	*w;
	size_t		 i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		w = frag_world(40 + i, &k, cases[i].a, cases[i].b);
		k.limit = 900 - OUTER;
		k.only = cases[i].only;
		connect_within(w, cases[i].ms);
		assert_int_equal(w->n[0].chain_len, CHAIN_ALL);
		assert_int_equal(w->n[1].chain_len, cases[i].a ? CHAIN_ALL :
		    0);
		if (cases[i].a)
			assert_int_equal(node_session(&w->n[0])->frag_size,
			    576);
		if (cases[i].only == -1)
			assert_true(k.largest <= 576 - OUTER);
		world_run(w, 3000);
		done(w);
	}
}

/* What was sent whole at first is cut when it does not arrive. */
static void
test_whole_then_cut(void **state)
{
	struct seen	 k;
	struct world	*w = frag_world(50, &k, 0, 0);

	(void)state;
	node_shows(&w->n[0], 1, 600);
	k.limit = 576 - OUTER;
	connect_within(w, 10000);
	assert_int_equal(w->n[1].chain_len, 603);
	assert_int_equal(k.sk, 3 + 1);
	assert_int_equal(k.skf, 2);
	done(w);
}

/* Nothing arrives: it ends all the same, and says why. */
static void
test_blackhole(void **state)
{
	struct seen	 k;
	struct world	*w = frag_world(51, &k, 1, 1);

	(void)state;
	k.limit = 1;
	world_start(w);
	node_initiate(&w->n[0], 1);
	world_run(w, 200000);
	assert_int_equal(w->n[0].failed, 1);
	assert_int_equal(w->n[0].fail.code, RSN_TIMEOUT);
	assert_int_equal(w->n[0].ike->nsessions, 0);
	assert_int_equal(w->n[1].ike->nsessions, 0);
	done(w);
}

/* ---- a peer with the keys ---- */

/* An INFORMATIONAL of one unknown, harmless notify of len octets. */
struct speech {
	struct world	*w;
	struct session	*s;
	uint8_t		 inner[40000];
	struct cut	 c;
	uint8_t		*msgs;
	size_t		 len;
	size_t		 at[IKE_FRAGS_MAX + 1];
	size_t		 n;
};

static void
speech_cut(struct speech *sp, size_t octets, size_t max)
{
	size_t	 i, n;

	memset(sp->inner, 0, 8);
	put16(sp->inner + 2, (uint16_t)octets);
	put16(sp->inner + 6, 40000);	/* private use */
	memset(sp->inner + 8, 7, octets - 8);
	memset(&sp->c, 0, sizeof(sp->c));
	memcpy(sp->c.head, sp->s->spi_i, SPI_LEN);
	memcpy(sp->c.head + 8, sp->s->spi_r, SPI_LEN);
	sp->c.head[17] = 0x20;
	sp->c.head[18] = EXCH_INFORMATIONAL;
	sp->c.head[19] = HDR_INITIATOR;
	put32(sp->c.head + 20, sp->s->win.out_id);
	sp->c.next = PLD_N;
	sp->c.inner = sp->inner;
	sp->c.inner_len = octets;
	sp->c.max = max;
	free(sp->msgs);
	sp->msgs = cut_seal(&sp->c, sp->s->keys.seal, 7, &sp->s->keys.iv,
	    &sp->len);
	assert_non_null(sp->msgs);
	for (i = n = 0; i < sp->len; i += get32(sp->msgs + i + 24))
		sp->at[n++] = i;
	sp->at[n] = sp->len;
	sp->n = n;
}

static void
say(struct speech *sp, size_t i)
{
	struct session	*s = sp->s;

	world_inject(sp->w, 1, &s->local, &s->remote, 1, sp->msgs + sp->at[i],
	    sp->at[i + 1] - sp->at[i]);
	world_run(sp->w, 1);
}

static struct speech *
speech_new(uint64_t seed, struct seen *k)
{
	struct speech	*sp = calloc(1, sizeof(*sp));

	sp->w = frag_world(seed, k, 0, 0);
	connect_within(sp->w, 1000);
	sp->s = node_session(&sp->w->n[0]);
	sp->s->local.addr = sp->w->n[0].at.addr;
	return (sp);
}

static void
speech_free(struct speech *sp)
{
	free(sp->msgs);
	world_free(sp->w);
	free(sp);
}

static int
answered(struct speech *sp)
{
	return (node_session(&sp->w->n[1])->win.in_id ==
	    sp->s->win.out_id + 1);
}

static void
test_sets(void **state)
{
	struct seen	 k;
	struct speech	*sp = speech_new(60, &k);
	struct session	*b = node_session(&sp->w->n[1]);
	size_t		 i;

	(void)state;
	speech_cut(sp, 3000, 1200);
	assert_int_equal(sp->n, 3);
	say(sp, 1);
	say(sp, 2);
	say(sp, 2);
	assert_int_equal(window_work(b)->in_req->have, 2);
	/* Cut into more: the set starts over. */
	speech_cut(sp, 3000, 700);
	assert_int_equal(sp->n, 5);
	say(sp, 4);
	assert_int_equal(window_work(b)->in_req->have, 1);
	assert_int_equal(window_work(b)->in_req->total, 5);
	/* Of the older set, late. */
	speech_cut(sp, 3000, 1200);
	for (i = 0; i < 3; i++)
		say(sp, i);
	assert_int_equal(window_work(b)->in_req->have, 1);
	speech_cut(sp, 3000, 700);
	for (i = 0; i < 4; i++) {
		assert_false(answered(sp));
		say(sp, i);
	}
	assert_true(answered(sp));
	assert_null(window_work(b)->in_req);
	assert_null(b->win.work);
	assert_int_equal(sp->w->n[1].ike->frag_octets, 0);
	speech_free(sp);
}

/* Number, octets, time. */
static void
test_bounds(void **state)
{
	struct seen	 k;
	struct speech	*sp = speech_new(61, &k);
	struct session	*b = node_session(&sp->w->n[1]);
	size_t		 i;

	(void)state;
	/* More pieces than a message may have; numbers that cannot be. */
	speech_cut(sp, 3000, 1200);
	put16(sp->msgs + sp->at[0] + HDR_LEN + 6, IKE_FRAGS_MAX + 1);
	put16(sp->msgs + sp->at[1] + HDR_LEN + 4, 0);
	put16(sp->msgs + sp->at[2] + HDR_LEN + 4, 4);
	for (i = 0; i < 3; i++)
		say(sp, i);
	assert_null(window_work(b)->in_req);
	assert_int_equal(sp->w->n[1].ike->stat[ST_FORGED], 0);
	/* More octets than a message may have. */
	speech_cut(sp, IKE_MSG_MAX + 2000, 1200);
	for (i = 0; i + 1 < sp->n; i++)
		say(sp, i);
	say(sp, i);
	assert_false(answered(sp));
	assert_true(sp->w->n[1].ike->stat[ST_MALFORMED] > 0);
	/* Half a set is forgotten. */
	speech_cut(sp, 3000, 200);
	say(sp, 0);
	assert_int_not_equal(sp->w->n[1].ike->frag_octets, 0);
	world_run(sp->w, IKE_FRAGS_MS);
	assert_null(window_work(b)->in_req);
	assert_int_equal(sp->w->n[1].ike->frag_octets, 0);
	assert_int_equal(sp->w->n[1].ike->stat[ST_FRAGS_LOST], 1);
	/* And the session is as it was. */
	assert_true(both_up(sp->w));
	speech_free(sp);
}

/* Without the keys nothing is kept, nothing is thrown away. */
static void
test_forged(void **state)
{
	struct seen	 k;
	struct speech	*sp = speech_new(62, &k);
	struct session	*b = node_session(&sp->w->n[1]);
	uint8_t		*p;
	size_t		 i;

	(void)state;
	speech_cut(sp, 3000, 1200);
	say(sp, 0);
	for (i = 0; i < 3; i++) {
		/* Another content, a larger set, another number. */
		speech_cut(sp, 3000, 1200);
		p = sp->msgs + sp->at[1];
		if (i == 0)
			p[100] ^= 1;
		else
			put16(p + HDR_LEN + (i == 1 ? 6 : 4), 3 + 2 * (i & 1));
		say(sp, 1);
		assert_int_equal(window_work(b)->in_req->have, 1);
		assert_int_equal(window_work(b)->in_req->total, 3);
	}
	assert_int_equal(sp->w->n[1].ike->stat[ST_FORGED], 3);
	speech_cut(sp, 3000, 1200);
	say(sp, 1);
	say(sp, 2);
	assert_true(answered(sp));
	/* Nothing was said that would have to be answered in pieces. */
	assert_int_equal(k.skf, 0);
	speech_free(sp);
}

/* Half-open sessions keep no more than their share, all together. */
static void
test_share(void **state)
{
	struct seen	 k;
	struct world	*w = frag_world(63, &k, 1, 1);

	(void)state;
	w->n[1].ike->frag_octets = IKE_FRAGS_OCTETS + 1;
	world_start(w);
	node_initiate(&w->n[0], 1);
	world_run(w, 3000);
	assert_int_equal(w->n[1].ups, 0);
	assert_int_equal(w->n[1].ike->stat[ST_FRAGS_IN], 0);
	w->n[1].ike->frag_octets = 0;
	assert_true(world_until(w, both_up, 10000));
	world_run(w, 3000);
	done(w);
}

/* ---- everything in pieces ---- */

static char now[32];		/* which one, when it fails */

/*
 * Rekeys of both kinds by both ends at once, each message in several pieces,
 * pieces lost, doubled and out of order.
 */
static void
pieces(uint64_t seed)
{
	struct world	*w = world_new(seed);
	struct chaos	 k = { seed * 7919 + 11 };
	int		 i;

	for (i = 0; i < 2; i++) {
		w->n[i].tunnel.fragment_size = 190;
		w->n[i].tunnel.rt_tries = 30;
	}
	connect_within(w, 5000);
	w->hook = chaos;
	w->hook_arg = &k;
	for (i = 0; i < 8; i++) {
		if (node_session(&w->n[i & 1]) != NULL && (seed >> i & 1) != 0)
			node_session_do(&w->n[i & 1], SESSION_REKEY);
		if (node_session(&w->n[i >> 1 & 1]) != NULL)
			node_child_do(&w->n[i >> 1 & 1], 1, CHILD_REKEY);
		world_run(w, k.rng >> 20 & 0xfff);
	}
	w->hook = NULL;
	world_run(w, 400000);
	assert_true(both_up(w));
	assert_int_equal(world_pairs(w), 1);
	assert_int_equal(w->n[0].downs + w->n[1].downs, 0);
	assert_true(w->n[0].ike->stat[ST_FRAGS_IN] +
	    w->n[1].ike->stat[ST_FRAGS_IN] > 10);
	done(w);
}

static void
test_all_in_pieces(void **state)
{
	uint64_t	 seed;

	(void)state;
	for (seed = 1; seed <= 400; seed++) {
		snprintf(now, sizeof(now), "pieces %llu",
		    (unsigned long long)seed);
		pieces(seed);
	}
	now[0] = '\0';
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_long_chains),
		cmocka_unit_test(test_small_is_whole),
		cmocka_unit_test(test_not_agreed),
		cmocka_unit_test(test_each_lost),
		cmocka_unit_test(test_twice_and_backwards),
		cmocka_unit_test(test_answered_again),
		cmocka_unit_test(test_narrow),
		cmocka_unit_test(test_whole_then_cut),
		cmocka_unit_test(test_blackhole),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_share),
		cmocka_unit_test(test_all_in_pieces),
	};

	int	 failed;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (now[0] != '\0')
		printf("# in %s\n", now);
	return (failed);
}
