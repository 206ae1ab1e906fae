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
 * Several rounds of authentication (RFC 4739): all numbers of them on both
 * sides and in both roles; and none of what is wrong establishes anything.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../common/reason.h"
#include "harness.h"
#include "mocks.h"

#define MOST	4

/* Node 0 has so many, node 1 those; both policies say so. */
static struct world *
bed(uint64_t seed, uint8_t of_0, uint8_t of_1)
{
	struct world	*w = world_new(seed);

	w->n[0].rounds_ours = w->n[1].rounds_theirs = of_0;
	w->n[0].rounds_theirs = w->n[1].rounds_ours = of_1;
	world_start(w);
	return (w);
}

static unsigned int
most(unsigned int a, unsigned int b)
{
	return (a > b ? a : b);
}

static void
is_up(struct world *w, unsigned int rounds)
{
	int	 i;

	assert_true(world_until(w, both_up, 60000));
	world_run(w, 100);
	assert_int_equal(world_pairs(w), 1);
	for (i = 0; i < 2; i++) {
		assert_int_equal(w->n[i].believed, rounds);
		assert_int_equal(w->n[i].granted, 1);
		assert_int_equal(w->n[i].ups, 1);
		assert_int_equal(w->n[i].failed, 0);
		assert_int_equal(w->n[i].installs, 1);
	}
}

static void
test_all(void **state)
{
	struct world	*w;
	unsigned int	 a, b;

	(void)state;
	for (a = 1; a <= MOST; a++)
		for (b = 1; b <= MOST; b++) {
			w = bed(10 * a + b, (uint8_t)a, (uint8_t)b);
			node_initiate(&w->n[0], 1);
			is_up(w, most(a, b));
			world_run(w, 20000);
			world_clean(w);
			world_free(w);
		}
}

/* Loss, doubles, disorder. */
static void
test_chaos(void **state)
{
	struct chaos	 c;
	struct world	*w;
	unsigned int	 i;

	(void)state;
	for (i = 0; i < 40; i++) {
		w = bed(500 + i, (uint8_t)(1 + i % 3),
		    (uint8_t)(1 + i / 3 % 3));
		c.rng = 900 + i;
		w->hook = chaos;
		w->hook_arg = &c;
		node_initiate(&w->n[0], 1);
		world_run(w, 120000);
		w->hook = NULL;
		/* Together or not at all. */
		if (w->n[0].ups == 1 && w->n[1].ups == 1)
			assert_int_equal(w->n[0].believed,
			    most(1 + i % 3, 1 + i / 3 % 3));
		world_free(w);
	}
}

/*
 * Nothing came up where it was refused, which says why; and nothing stays of
 * what a responder believed until it heard of it (RFC 7296 2.21.2).
 */
static void
is_refused(struct world *w, int by, unsigned int code)
{
	const struct node *other = &w->n[!by];

	world_run(w, 300000);
	assert_int_equal(w->n[by].ups, 0);
	assert_int_equal(w->n[by].installs, 0);
	assert_int_equal(w->n[by].failed, 1);
	assert_int_equal(w->n[by].granted, 0);
	assert_null(node_session(&w->n[0]));
	assert_null(node_session(&w->n[1]));
	assert_int_equal(other->downs, other->ups);
	assert_int_equal(other->failed + other->ups, 1);
	assert_true(other->ups == 0 || !by);
	assert_int_equal(w->n[by].fail.code, code);
	world_clean(w);
	world_free(w);
}

/* The AUTH of one round is wrong, of either side. */
static void
test_wrong(void **state)
{
	struct world	*w;
	unsigned int	 side, k;

	(void)state;
	for (side = 0; side < 2; side++)
		for (k = 0; k < 3; k++) {
			w = bed(600 + 3 * side + k, 3, 3);
			w->n[side].wrong_round = (uint8_t)(k + 1);
			node_initiate(&w->n[0], 1);
			is_refused(w, !side, RSN_AUTH_PEER);
		}
}

/* One side has fewer or more rounds than the other expects. */
static void
test_numbers(void **state)
{
	struct world	*w;
	unsigned int	 side, has, want;

	(void)state;
	for (side = 0; side < 2; side++)
		for (has = 1; has <= 3; has++)
			for (want = 1; want <= 3; want++) {
				if (has == want)
					continue;
				w = bed(700 + 16 * side + 4 * has + want,
				    2, 2);
				w->n[side].rounds_ours = (uint8_t)has;
				w->n[!side].rounds_theirs = (uint8_t)want;
				node_initiate(&w->n[0], 1);
				is_refused(w, !side, RSN_AUTH_PEER);
			}
}

/* Rounds of either side in another order, and one of them twice. */
static void
test_order(void **state)
{
	static const uint8_t as[][3] = { { 2, 1, 3 }, { 1, 3, 2 },
	    { 1, 1, 3 }, { 1, 2, 2 }, { 1, 2, 1 }, { 3, 2, 1 } };
	struct world	*w;
	unsigned int	 side;
	size_t		 i;

	(void)state;
	for (side = 0; side < 2; side++)
		for (i = 0; i < sizeof(as) / sizeof(as[0]); i++) {
			w = bed(800 + 10 * side + i, 3, 3);
			memcpy(w->n[side].round_as, as[i], 3);
			node_initiate(&w->n[0], 1);
			is_refused(w, !side, RSN_AUTH_PEER);
		}
}

/* A grant that comes before the last round opens nothing. */
static void
test_early_grant(void **state)
{
	struct world	*w = bed(820, 2, 2);

	(void)state;
	w->n[1].grants_early = 1;
	w->n[0].wrong_round = 2;
	node_initiate(&w->n[0], 1);
	world_run(w, 90000);
	assert_int_equal(w->n[1].granted, 1);
	assert_int_equal(w->n[1].installs, 0);
	assert_int_equal(w->n[1].ups, 0);
	assert_int_equal(w->n[1].failed, 1);
	world_clean(w);
	world_free(w);
}

/* From the second IKE_AUTH request on. */
static enum fate
silent_later(struct world *w, struct flight *f)
{
	(void)w;
	return (f->from == 0 && exch_of(f) == EXCH_AUTH && is_request(f) &&
	    f->buf[23] > 1 ? DROP : PASS);
}

/* The peer does not come again. */
static void
test_silence(void **state)
{
	struct world	*w = bed(830, 2, 2);

	(void)state;
	w->hook = silent_later;
	node_initiate(&w->n[0], 1);
	is_refused(w, 1, RSN_TIMEOUT);
}

/* tmd refuses in the end. */
static void
test_denied(void **state)
{
	struct world	*w;
	int		 side;

	(void)state;
	for (side = 0; side < 2; side++) {
		w = bed(840 + (uint64_t)side, 2, 3);
		w->n[side].deny = RSN_CLOSED;
		node_initiate(&w->n[0], 1);
		world_run(w, 90000);
		assert_int_equal(w->n[side].granted, 1);
		assert_int_equal(w->n[side].ups, 0);
		assert_int_equal(w->n[side].fail.code, RSN_CLOSED);
		assert_int_equal(w->n[side].believed, 3);
		assert_null(node_session(&w->n[0]));
		assert_null(node_session(&w->n[1]));
		world_free(w);
	}
}

static int
signs_again(struct world *w)
{
	const struct session *s = LIST_FIRST(&w->n[0].ike->all);

	return (s != NULL && s->state == SA_I_SIGN && s->setup->round == 1);
}

static int
asks_again(struct world *w)
{
	const struct session *s = LIST_FIRST(&w->n[0].ike->all);

	return (s != NULL && s->state == SA_I_AUTH && s->setup->round == 1);
}

/* Nothing but IKE_SA_INIT and two IKE_AUTHs may be lost. */
static enum fate
no_third(struct world *w, struct flight *f)
{
	(void)w;
	return (exch_of(f) == EXCH_AUTH && !is_request(f) &&
	    f->buf[23] == 2 ? DROP : PASS);
}

/*
 * tmd refuses between two rounds: the peer hears of it, at once or when it has
 * answered, and does not wait for the next.
 */
static void
test_denied_between(void **state)
{
	static int	(*const when[])(struct world *) = {
		signs_again, asks_again, asks_again };
	struct mx_denied m;
	struct world	*w;
	unsigned int	 i;

	(void)state;
	for (i = 0; i < 3; i++) {
		w = bed(860 + i, 3, 3);
		w->hook = i == 2 ? no_third : NULL;
		node_initiate(&w->n[0], 1);
		assert_true(world_until(w, when[i], 60000));
		memset(&m, 0, sizeof(m));
		m.exch = LIST_FIRST(&w->n[0].ike->all)->exch;
		m.code = RSN_CLOSED;
		strlcpy(m.text, "denied", sizeof(m.text));
		from_tmd_denied(w->n[0].ike, &m);
		ike_turn_end(w->n[0].ike);
		world_run(w, i == 2 ? 400000 : 2000);
		assert_int_equal(w->n[0].failed, 1);
		assert_int_equal(w->n[0].fail.code, RSN_CLOSED);
		assert_null(node_session(&w->n[0]));
		assert_null(node_session(&w->n[1]));
		assert_int_equal(w->n[1].failed, 1);
		assert_int_equal(w->n[1].fail.code, i == 2 ? RSN_TIMEOUT :
		    RSN_AUTH_OURS);
		assert_int_equal(w->n[0].ups + w->n[1].ups, 0);
		world_free(w);
	}
}

/*
 * RFC 9593: the responder announces in IKE_SA_INIT, the initiator in IKE_AUTH
 * and only to one who does; pre-shared keys alone are no choice.
 */
static void
test_announced(void **state)
{
	static const struct {
		uint32_t	 i, r, to_i, to_r;
	} t[] = {
		{ 0x9, 0xa, 0xa, 0x9 },
		{ 0xffff, 1, 0, 0 },
		{ 1, 0xffff, 0xffff, 0 },
		{ 0, 0x8, 0x8, 0 },
	};
	struct world	*w;
	size_t		 i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		w = world_new(860 + i);
		w->n[0].tunnel.accepts = t[i].i;
		w->n[1].tunnel.accepts = t[i].r;
		world_start(w);
		node_initiate(&w->n[0], 1);
		is_up(w, 1);
		assert_int_equal(w->n[0].can, t[i].to_i);
		assert_int_equal(w->n[1].can, t[i].to_r);
		world_run(w, 20000);
		world_free(w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_chaos),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_early_grant),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_denied),
		cmocka_unit_test(test_denied_between),
		cmocka_unit_test(test_announced),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
