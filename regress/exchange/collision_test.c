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
 * Exchanges that cross (RFC 7296 sections 2.8.1, 2.8.2, 2.25): in the order
 * of the RFC's own figures, with each message lost, and by seeded chaos.
 * What holds at the end: both sides have the same sessions and the same
 * pairs, one each where one is wanted, and nothing is left over.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "deeds.h"
#include "mocks.h"
#include "reason.h"

#define SEEDS		240	/* interleavings of each scenario: 10,800 */
#ifdef IKD_ASAN
#define MARATHONS	100
#else
#define MARATHONS	400
#endif

static int
with_more_ke(void **state)
{
	(void)state;
	more_ke = 1;
	return (0);
}

/* Both requests cross exactly. */
static void
test_cross(void **state)
{
	struct world	*w;
	size_t		 i;
	uint64_t	 seed;

	(void)state;
	for (i = 0; i < nscenarios; i++)
		for (seed = 0; seed < 16; seed++) {
			w = scenario_up(&scenarios[i], 200 + seed);
			perform(&w->n[0], scenarios[i].a);
			perform(&w->n[1], scenarios[i].b);
			scenario_settled(w, &scenarios[i]);
			world_free(w);
		}
}

/* The same with the n-th datagram lost. */
static void
test_cross_loss(void **state)
{
	struct world	*w;
	unsigned int	 n, lost;
	size_t		 i;

	(void)state;
	for (i = 0; i < nscenarios; i++)
		for (n = 1; n <= (more_ke ? 16U : 10U); n++) {
			w = scenario_up(&scenarios[i], 300 + n);
			lost = w->sent + n;
			w->hook = drop_nth;
			w->hook_arg = &lost;
			perform(&w->n[0], scenarios[i].a);
			perform(&w->n[1], scenarios[i].b);
			world_run(w, 20000);
			scenario_settled(w, &scenarios[i]);
			world_free(w);
		}
}

/* The n-th datagram comes twice, the second time after so many ms. */
struct twice {
	unsigned int	 n, ms;
};

static enum fate
twice_nth(struct world *w, struct flight *f)
{
	const struct twice	*t = w->hook_arg;

	if (f->n != t->n)
		return (PASS);
	f->delay = t->ms;
	return (TWICE);
}

static void
test_cross_twice(void **state)
{
	static const unsigned int	 late[] = { 0, 45, 1500 };
	struct world			*w;
	struct twice			 t;
	unsigned int			 n, k;
	size_t				 i;

	(void)state;
	for (i = 0; i < nscenarios; i++)
		for (n = 1; n <= (more_ke ? 16U : 10U); n++)
			for (k = 0; k < 3; k++) {
				w = scenario_up(&scenarios[i], 600 + n);
				t.n = w->sent + n;
				t.ms = late[k];
				w->hook = twice_nth;
				w->hook_arg = &t;
				perform(&w->n[0], scenarios[i].a);
				perform(&w->n[1], scenarios[i].b);
				world_run(w, 20000);
				scenario_settled(w, &scenarios[i]);
				world_free(w);
			}
}

/* Both requests are on the way at once and arrive in either order. */
static void
test_cross_order(void **state)
{
	struct world	*w;
	size_t		 i;
	int		 round;

	(void)state;
	for (i = 0; i < nscenarios; i++) {
		w = scenario_up(&scenarios[i], 330);
		w->hook = hold_all;
		perform(&w->n[0], scenarios[i].a);
		perform(&w->n[1], scenarios[i].b);
		for (round = 0; round < 6; round++) {
			if (round & 1)
				world_release(w);
			else
				world_release_reversed(w);
			world_run(w, 200);
		}
		world_release(w);
		scenario_settled(w, &scenarios[i]);
		world_free(w);
	}
}

/* EXCHANGE_TIMES=10: ten times as many. */
static uint64_t
times(uint64_t n)
{
	const char	*e = getenv("EXCHANGE_TIMES");

	if (more_ke)
		n /= 4;
	return (e == NULL ? n : n * (uint64_t)atoi(e));
}

static char now[64];		/* which one, when it fails */

static void
chaotic(const struct scenario *sc, uint64_t seed)
{
	struct world	*w = scenario_up(sc, seed);
	struct chaos	 k = { seed * 2654435761U + 12345 };

	w->hook = chaos;
	w->hook_arg = &k;
	perform(&w->n[0], sc->a);
	world_run(w, seed % 40);
	perform(&w->n[1], sc->b);
	world_run(w, 30000);
	scenario_settled(w, sc);
	world_free(w);
}

static void
test_chaos(void **state)
{
	uint64_t	 seed;
	size_t		 i;

	(void)state;
	for (i = 0; i < nscenarios; i++)
		for (seed = 1; seed <= times(SEEDS); seed++) {
			snprintf(now, sizeof(now), "%s %llu",
			    scenarios[i].name, (unsigned long long)seed);
			chaotic(&scenarios[i], seed);
		}
	now[0] = '\0';
}

/* Rekeys of both kinds by both ends, at random, on a bad network. */
static void
marathon(uint64_t seed)
{
	static const struct scenario	 one = { "", CHILD_R, CHILD_R,
	    1, 1 };
	static const enum deed		 deeds[] = { CHILD_R, CHILD_R, IKE_R,
	    PROBE };
	struct world			*w = scenario_up(&one, seed);
	struct chaos			 k = { seed * 7919 + 3 };
	struct node			*n;
	int				 i;

	/* Among so many requests some would be lost eight times in a row. */
	w->n[0].tunnel.rt_tries = w->n[1].tunnel.rt_tries = 30;
	world_commit(w, 0, 2);
	world_commit(w, 1, 2);
	w->hook = chaos;
	w->hook_arg = &k;
	for (i = 0; i < 40; i++) {
		k.rng = k.rng * 6364136223846793005ULL + 1;
		n = &w->n[k.rng >> 63];
		perform(n, deeds[k.rng >> 40 & 3]);
		world_run(w, k.rng >> 20 & 0xfff);
	}
	world_run(w, 30000);
	scenario_settled(w, &one);
	assert_int_equal(w->n[0].downs + w->n[1].downs, 0);
	world_free(w);
}

/*
 * EXCHANGE_ONE="child-child 12": that one alone, for a look at it; with
 * EXCHANGE_MORE_KE set, that of the second part.
 */
static void
test_one(void **state)
{
	char			 name[32];
	unsigned long long	 seed;
	size_t			 i;

	(void)state;
	if (getenv("EXCHANGE_ONE") == NULL ||
	    sscanf(getenv("EXCHANGE_ONE"), "%31s %llu", name, &seed) != 2)
		return;
	more_ke = getenv("EXCHANGE_MORE_KE") != NULL;
	if (strcmp(name, "marathon") == 0)
		marathon(seed);
	for (i = 0; i < nscenarios; i++)
		if (strcmp(scenarios[i].name, name) == 0)
			chaotic(&scenarios[i], seed);
	more_ke = 0;
}

static void
test_marathon(void **state)
{
	uint64_t	 seed;

	(void)state;
	for (seed = 1; seed <= times(MARATHONS); seed++) {
		snprintf(now, sizeof(now), "marathon %llu",
		    (unsigned long long)seed);
		marathon(seed);
	}
	now[0] = '\0';
}

/* RFC 7296 2.8.1, first figure: the lowest nonce's pair is closed. */
static void
test_lowest_nonce(void **state)
{
	struct world	*w;
	unsigned int	 a_won = 0, b_won = 0;
	struct child	*c;
	uint64_t	 seed;

	(void)state;
	for (seed = 400; seed < 440; seed++) {
		w = scenario_up(&scenarios[0], seed);
		perform(&w->n[0], CHILD_R);
		perform(&w->n[1], CHILD_R);
		world_run(w, WORLD_SETTLED);
		assert_int_equal(world_pairs(w), 1);
		assert_int_equal(w->n[0].ike->stat[ST_COLLISIONS] > 0, 1);
		c = child_newest(node_session(&w->n[0]), 1);
		if (c->initiator)
			a_won++;
		else
			b_won++;
		world_clean(w);
		world_free(w);
	}
	assert_true(a_won > 5);
	assert_true(b_won > 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cross),
		cmocka_unit_test(test_cross_loss),
		cmocka_unit_test(test_cross_twice),
		cmocka_unit_test(test_cross_order),
		cmocka_unit_test(test_lowest_nonce),
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_chaos),
		cmocka_unit_test(test_marathon),
		cmocka_unit_test_setup(test_cross, with_more_ke),
		cmocka_unit_test_setup(test_cross_loss, with_more_ke),
		cmocka_unit_test_setup(test_cross_twice, with_more_ke),
		cmocka_unit_test_setup(test_cross_order, with_more_ke),
		cmocka_unit_test_setup(test_chaos, with_more_ke),
		cmocka_unit_test_setup(test_marathon, with_more_ke),
	};

	int	 failed;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (now[0] != '\0')
		printf("# in %s\n", now);
	return (failed);
}
