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
 * Additional key exchanges (RFC 9370): IKE_INTERMEDIATE before IKE_AUTH,
 * IKE_FOLLOWUP_KE behind CREATE_CHILD_SA; what is lost, wrong, too early,
 * crossing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alg.h"
#include "../../ikd/ike/exch_create.h"
#include "harness.h"
#include "mocks.h"
#include "reason.h"

#define HYBRID	"aes256gcm16-prfsha384-x25519-ke1_ecp256-ke3_mlkem768"
#define PLAIN	"aes256gcm16-prfsha384-x25519"
#define CHILD	"aes256gcm16-x25519-ke1_ecp384-ke2_mlkem512"

static struct world *
world_of(uint64_t seed, const char *ike, const char *esp)
{
	struct world	*w = world_new(seed);
	int		 i;

	for (i = 0; i < 2; i++) {
		w->n[i].tunnel.fragment_size = 1280;
		node_proposal(&w->n[i], ike, esp);
	}
	return (w);
}

static void
start(struct world *w)
{
	world_start(w);
	node_initiate(&w->n[0], 1);
	if (!world_until(w, both_up, 60000))
		fail_msg("not up: %s", w->n[0].fail.text);
	world_run(w, 200);
}

static void
finish(struct world *w)
{
	w->hook = NULL;
	world_run(w, WORLD_SETTLED);
	assert_int_equal(world_pairs(w), 1);
	assert_true(both_up(w));
	assert_memory_equal(node_session(&w->n[0])->keys.d,
	    node_session(&w->n[1])->keys.d,
	    node_session(&w->n[0])->keys.d_len);
	world_clean(w);
	world_free(w);
}

static void
has(struct node *n, unsigned int first, unsigned int third)
{
	const struct wt_suite	*s = &node_session(n)->suite;

	assert_int_equal(s->ke, KE_X25519);
	assert_int_equal(s->more_ke[0], first);
	assert_int_equal(s->more_ke[1], 0);
	assert_int_equal(s->more_ke[2], third);
}

static void
test_intermediate(void **state)
{
	struct world	*w = world_of(1, HYBRID, NULL);
	unsigned int	 i;
	int		 steps = 0;

	(void)state;
	start(w);
	has(&w->n[0], KE_ECP256, KE_MLKEM768);
	has(&w->n[1], KE_ECP256, KE_MLKEM768);
	for (i = 0; i < w->n[0].nsteps; i++)
		steps += strcmp(w->n[0].step[i].what,
		    "IKE_INTERMEDIATE") == 0;
	assert_int_equal(steps, 2);
	finish(w);
}

/* NONE beside a method: the slot may stay empty; and it is cut out. */
static void
test_optional(void **state)
{
	struct world	*w = world_of(2, HYBRID, NULL);

	(void)state;
	node_proposal(&w->n[0], "aes256gcm16-prfsha384-x25519-ke1_ecp256-"
	    "ke1_none-ke3_mlkem768-ke3_none", NULL);
	node_proposal(&w->n[1], "aes256gcm16-prfsha384-x25519-ke3_mlkem768",
	    NULL);
	start(w);
	has(&w->n[0], 0, KE_MLKEM768);
	finish(w);
}

/* All slots empty: as without them. */
static void
test_none(void **state)
{
	struct world	*w = world_of(3, PLAIN, NULL);

	(void)state;
	node_proposal(&w->n[0], PLAIN "-ke1_ecp256-ke1_none", NULL);
	start(w);
	assert_int_equal(w->sent, 4);
	has(&w->n[1], 0, 0);
	finish(w);
}

/* One wants it, the other has it not. */
static void
test_required(void **state)
{
	struct world	*w;
	int		 i;

	(void)state;
	for (i = 0; i < 2; i++) {
		w = world_of(4, HYBRID, NULL);
		node_proposal(&w->n[i], PLAIN, NULL);
		world_start(w);
		node_initiate(&w->n[0], 1);
		world_run(w, 200000);
		assert_int_equal(w->n[0].ups + w->n[1].ups, 0);
		assert_int_equal(w->n[0].failed, 1);
		assert_int_equal(w->n[0].fail.code, RSN_NO_PROPOSAL);
		assert_int_equal(w->n[1].ike->stat[ST_NO_PROPOSAL] > 0, 1);
		world_free(w);
	}
}

/* Each datagram of the first exchanges is lost once, or comes twice. */
static enum fate
twice_nth(struct world *w, struct flight *f)
{
	return (f->n == *(unsigned int *)w->hook_arg ? TWICE : PASS);
}

static void
test_lost(void **state)
{
	struct world	*w;
	unsigned int	 n, most = 10;

	(void)state;
	for (n = 1; n <= most; n++) {
		w = world_of(n, HYBRID, NULL);
		w->hook = n & 1 ? drop_nth : twice_nth;
		w->hook_arg = &n;
		start(w);
		finish(w);
		w = world_of(n, HYBRID, NULL);
		w->hook = n & 1 ? twice_nth : drop_nth;
		w->hook_arg = &n;
		start(w);
		finish(w);
	}
}

static void
test_chaos(void **state)
{
	struct world	*w;
	struct chaos	 k;
	unsigned int	 seed;

	(void)state;
	for (seed = 1; seed <= 20; seed++) {
		w = world_of(seed, HYBRID, CHILD);
		k.rng = seed;
		w->hook = chaos;
		w->hook_arg = &k;
		world_start(w);
		node_initiate(&w->n[0], 1);
		world_run(w, 400000);
		if (both_up(w))
			node_session_do(&w->n[seed & 1], SESSION_REKEY);
		world_run(w, 400000);
		w->hook = NULL;
		world_run(w, 400000);
		if (both_up(w))
			assert_int_equal(world_pairs(w), node_children(
			    &w->n[0]));
		world_free(w);
	}
}

/* IKE_AUTH while a key exchange is missing: node 0 believes it is done. */
static void
test_too_early(void **state)
{
	struct world	*w = world_of(6, HYBRID, NULL);
	struct session	*s;

	(void)state;
	world_start(w);
	node_initiate(&w->n[0], 1);
	s = LIST_FIRST(&w->n[0].ike->all);
	while (s->state != SA_I_INTER)
		world_run(w, 1);
	memset(s->suite.more_ke, 0, sizeof(s->suite.more_ke));
	s->suite.more_ke[0] = KE_ECP256;
	world_run(w, 2000);
	assert_int_equal(w->n[0].ups + w->n[1].ups, 0);
	assert_int_equal(w->n[1].failed, 1);
	assert_int_equal(w->n[1].fail.code, RSN_INVALID_KE);
	assert_int_equal(w->n[1].installs, 0);
	world_free(w);
}

/* The wrong method, and one more than was agreed on. */
static void
test_wrong_method(void **state)
{
	struct world	*w;
	struct session	*s;
	int		 i;

	(void)state;
	for (i = 0; i < 2; i++) {
		w = world_of(7, HYBRID, NULL);
		world_start(w);
		node_initiate(&w->n[0], 1);
		s = LIST_FIRST(&w->n[0].ike->all);
		while (s->state != SA_I_INTER)
			world_run(w, 1);
		if (i == 0)
			s->suite.more_ke[2] = KE_ECP384;
		else
			s->suite.more_ke[5] = KE_ECP384;
		world_run(w, 4000);
		assert_int_equal(w->n[0].ups + w->n[1].ups, 0);
		assert_int_equal(w->n[1].failed, 1);
		assert_int_equal(w->n[1].fail.code, RSN_INVALID_KE);
		world_free(w);
	}
}

/* What an attacker changes in between, AUTH shows: IntAuth differs. */
static void
test_intauth(void **state)
{
	struct world	*w = world_of(8, HYBRID, NULL);
	struct session	*s;

	(void)state;
	world_start(w);
	node_initiate(&w->n[0], 1);
	s = LIST_FIRST(&w->n[0].ike->all);
	while (s->state != SA_I_INTER)
		world_run(w, 1);
	s->setup->int_i.v[0] ^= 1;
	world_run(w, 3000);
	assert_int_equal(w->n[0].believed + w->n[1].believed, 0);
	assert_int_equal(w->n[0].ups + w->n[1].ups, 0);
	world_free(w);
}

/* The initiator goes away between them: what is half-open ends. */
static enum fate
after_inter(struct world *w, struct flight *f)
{
	(void)w;
	return (f->from == 0 && exch_of(f) == EXCH_AUTH ? DROP : PASS);
}

static void
test_half_open(void **state)
{
	struct world	*w = world_of(9, HYBRID, NULL);

	(void)state;
	w->hook = after_inter;
	world_start(w);
	node_initiate(&w->n[0], 1);
	world_run(w, 25000);
	assert_int_equal(w->n[1].ike->half_open, 1);
	world_run(w, 10000);
	assert_int_equal(w->n[1].ike->half_open, 0);
	assert_int_equal(w->n[1].ike->stat[ST_HALF_EXPIRED], 1);
	world_free(w);
}

/* ---- IKE_FOLLOWUP_KE ---- */

static void
test_child_rekey(void **state)
{
	struct world	*w;
	int		 i;

	(void)state;
	for (i = 0; i < 2; i++) {
		w = world_of(20, PLAIN, CHILD);
		start(w);
		node_child_do(&w->n[i], 1, CHILD_REKEY);
		world_run(w, 2000);
		assert_int_equal(w->n[0].ike->stat[ST_CHILD_REKEYS], 1);
		assert_int_equal(w->n[1].ike->stat[ST_CHILD_REKEYS], 1);
		assert_int_equal(w->n[i].child_up.suite.more_ke[0], KE_ECP384);
		assert_int_equal(w->n[!i].child_up.suite.more_ke[1],
		    KE_MLKEM512);
		finish(w);
	}
}

static void
test_ike_rekey(void **state)
{
	struct world	*w;
	int		 i;

	(void)state;
	for (i = 0; i < 2; i++) {
		w = world_of(21, HYBRID, NULL);
		start(w);
		node_session_do(&w->n[i], SESSION_REKEY);
		world_run(w, 2000);
		assert_int_equal(w->n[0].ike->stat[ST_IKE_REKEYS], 1);
		assert_int_equal(w->n[1].ike->stat[ST_IKE_REKEYS], 1);
		has(&w->n[0], KE_ECP256, KE_MLKEM768);
		has(&w->n[1], KE_ECP256, KE_MLKEM768);
		finish(w);
	}
}

/* Both at once, of a pair and of the IKE SA: one stays. */
static void
test_crossing(void **state)
{
	struct world	*w;
	uint64_t	 seed;

	(void)state;
	for (seed = 30; seed < 50; seed++) {
		w = world_of(seed, HYBRID, CHILD);
		w->latency = 1 + (unsigned int)seed % 5 * 10;
		start(w);
		if (seed & 1) {
			node_child_do(&w->n[0], 1, CHILD_REKEY);
			node_child_do(&w->n[1], 1, CHILD_REKEY);
		} else {
			node_session_do(&w->n[0], SESSION_REKEY);
			node_session_do(&w->n[1], SESSION_REKEY);
		}
		world_run(w, 60000);
		if (seed & 1)
			assert_int_equal(w->n[0].ike->stat[ST_CHILD_REKEYS],
			    1);
		else
			assert_int_equal(w->n[0].ike->stat[ST_IKE_REKEYS], 1);
		finish(w);
	}
}

/* The peer asks for our answer no more: it is forgotten, and said so. */
static enum fate
no_followups(struct world *w, struct flight *f)
{
	(void)w;
	return (exch_of(f) == EXCH_FOLLOWUP_KE && is_request(f) ? HOLD : PASS);
}

static void
test_forgotten(void **state)
{
	struct world	*w = world_of(50, PLAIN, CHILD);
	struct session	*b;

	(void)state;
	start(w);
	w->hook = no_followups;
	node_child_do(&w->n[0], 1, CHILD_REKEY);
	world_run(w, 15000);
	b = node_session(&w->n[1]);
	assert_non_null(b->half);
	world_run(w, 6000);
	assert_null(b->half);
	w->hook = NULL;
	world_release(w);
	world_run(w, 1000);
	/* STATE_NOT_FOUND: the old pair goes on, and it is tried again. */
	assert_null(node_session(&w->n[0])->own);
	assert_int_equal(w->n[0].child_failed, 1);
	assert_int_equal(w->n[0].ike->stat[ST_CHILD_REKEYS], 0);
	assert_int_equal(world_pairs(w), 1);
	world_run(w, 120000);
	assert_int_equal(w->n[0].ike->stat[ST_CHILD_REKEYS], 1);
	finish(w);
}

/* A link that nobody gave. */
static void
test_wrong_link(void **state)
{
	struct world	*w = world_of(51, PLAIN, CHILD);
	struct session	*b;

	(void)state;
	start(w);
	w->hook = no_followups;
	node_child_do(&w->n[0], 1, CHILD_REKEY);
	world_run(w, 500);
	b = node_session(&w->n[1]);
	assert_non_null(b->half);
	b->half->sa->link[3] ^= 1;
	w->hook = NULL;
	world_release(w);
	world_run(w, 1000);
	assert_non_null(b->half);
	assert_int_equal(w->n[1].installs, 1);
	assert_int_equal(w->n[0].child_failed, 1);
	world_run(w, 120000);
	finish(w);
}

/* RFC 9370 2.2.4: a rekey of what our own series is about has to wait. */
static void
test_series(void **state)
{
	struct world	*w;
	int		 ike;

	(void)state;
	for (ike = 0; ike < 2; ike++) {
		w = world_of(52, HYBRID, CHILD);
		start(w);
		w->hook = no_followups;
		if (ike)
			node_session_do(&w->n[0], SESSION_REKEY);
		else
			node_child_do(&w->n[0], 1, CHILD_REKEY);
		world_run(w, 500);
		/* Node 1 forgets, and starts one of its own. */
		exch_follow_r_forget(node_session(&w->n[1]));
		if (ike)
			node_session_do(&w->n[1], SESSION_REKEY);
		else
			node_child_do(&w->n[1], 1, CHILD_REKEY);
		world_run(w, 400);
		assert_null(node_session(&w->n[0])->half);
		assert_int_equal(w->n[1].installs, 1);
		assert_int_equal(w->n[1].ike->stat[ST_IKE_REKEYS], 0);
		w->hook = NULL;
		world_release(w);
		world_run(w, 120000);
		if (ike)
			assert_int_not_equal(
			    w->n[0].ike->stat[ST_IKE_REKEYS], 0);
		else
			assert_int_not_equal(
			    w->n[0].ike->stat[ST_CHILD_REKEYS], 0);
		finish(w);
	}
}

/*
 * A ciphertext of a wrong length: no IKE SA comes of it, and one that stands
 * is deleted, since the other end believes in keys that we do not have.
 */
static void
test_ciphertext(void **state)
{
	static const char *const esp[] = { CHILD, "aes256gcm16-mlkem768",
	    "aes256gcm16" };
	struct world	*w;
	int		 i;

	(void)state;
	w = world_of(60, HYBRID, NULL);
	mock_short_ciphertext = 1;
	world_start(w);
	node_initiate(&w->n[0], 1);
	world_run(w, 40000);
	assert_int_equal(w->n[0].ups + w->n[1].ups, 0);
	assert_int_equal(w->n[0].fail.code, RSN_INVALID_KE);
	world_clean(w);
	world_free(w);
	for (i = 0; i < 4; i++) {
		mock_short_ciphertext = 0;
		w = world_of(61, i < 2 ? PLAIN : i == 2 ? HYBRID :
		    "aes256gcm16-prfsha384-mlkem512", esp[i < 2 ? i : 2]);
		start(w);
		mock_short_ciphertext = 1;
		if (i < 2)
			node_child_do(&w->n[0], 1, CHILD_REKEY);
		else
			node_session_do(&w->n[0], SESSION_REKEY);
		world_run(w, 20000);
		assert_int_equal(w->n[0].downs, 1);
		assert_int_equal(w->n[0].down.code, RSN_INVALID_KE);
		/* An heir that it has alone it finds dead. */
		world_run(w, 400000);
		assert_int_equal(w->n[1].downs, 1);
		assert_int_equal(world_pairs(w), 0);
		world_free(w);
	}
	mock_short_ciphertext = 0;
}

/* What waits for the peer's series goes on when that comes to nothing. */
static void
test_series_fails(void **state)
{
	struct world	*w;
	struct session	*b;
	int		 last;

	(void)state;
	for (last = 0; last < 2; last++) {
		w = world_of(70, PLAIN, last ? "aes256gcm16-x25519-ke1_ecp384" :
		    CHILD);
		start(w);
		w->hook = no_followups;
		node_child_do(&w->n[0], 1, CHILD_REKEY);
		world_run(w, 500);
		b = node_session(&w->n[1]);
		assert_non_null(b->half);
		node_session_do(&w->n[1], SESSION_REKEY);
		world_run(w, 500);
		assert_null(b->own);
		/* Neither its answer, nor the keys, can be made. */
		if (last)
			b->half->choice.suite.encr = 0xffff;
		else
			mock_long_public = 1;
		w->hook = NULL;
		world_release(w);
		world_run(w, 5000);
		assert_int_equal(mock_long_public, 0);
		assert_int_equal(w->n[1].ike->stat[ST_IKE_REKEYS], 1);
		world_run(w, 120000);
		assert_int_equal(w->n[0].downs + w->n[1].downs, 0);
		finish(w);
	}
}

/* An answer that cannot be made: the peer is told, and nothing stays. */
static void
test_long_answer(void **state)
{
	static const struct {
		const char	*ike, *esp;
		int		 child;
		unsigned int	 n;	/* of the responder's public value */
	} cases[] = {
		{ PLAIN, "aes256gcm16-x25519", 1, 1 }, { PLAIN, CHILD, 1, 1 },
		{ PLAIN, CHILD, 1, 3 }, { PLAIN, NULL, 0, 1 },
		{ HYBRID, NULL, 0, 1 }, { HYBRID, NULL, 0, 2 },
		{ HYBRID, NULL, 0, 3 },
	};
	struct world	*w;
	unsigned int	 i;
	size_t		 k;

	(void)state;
	for (k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		w = world_of(80 + k, cases[k].ike, cases[k].esp);
		start(w);
		w->hook = no_followups;
		mock_long_public = cases[k].n == 1;
		if (cases[k].child)
			node_child_do(&w->n[0], 1, CHILD_REKEY);
		else
			node_session_do(&w->n[0], SESSION_REKEY);
		for (i = 1; i < cases[k].n; i++) {
			world_run(w, 100);
			mock_long_public = i + 1 == cases[k].n;
			world_release(w);
		}
		world_run(w, 100);
		assert_int_equal(mock_long_public, 0);
		w->hook = NULL;
		world_run(w, 120000);
		assert_int_equal(w->n[1].ike->stat[cases[k].child ?
		    ST_CHILD_REKEYS : ST_IKE_REKEYS], 1);
		assert_int_equal(w->n[0].downs + w->n[1].downs, 0);
		finish(w);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(test_intermediate),
		cmocka_unit_test(test_optional),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_required),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_chaos),
		cmocka_unit_test(test_too_early),
		cmocka_unit_test(test_wrong_method),
		cmocka_unit_test(test_intauth),
		cmocka_unit_test(test_half_open),
		cmocka_unit_test(test_child_rekey),
		cmocka_unit_test(test_ike_rekey),
		cmocka_unit_test(test_crossing),
		cmocka_unit_test(test_forgotten),
		cmocka_unit_test(test_wrong_link),
		cmocka_unit_test(test_series),
		cmocka_unit_test(test_ciphertext),
		cmocka_unit_test(test_series_fails),
		cmocka_unit_test(test_long_answer),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
