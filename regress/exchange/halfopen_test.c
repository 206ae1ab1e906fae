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
 * How long a responder waits for a peer that has begun: half-open sessions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness.h"
#include "mocks.h"

/* A half-open session goes when its time is over. */
static void
test_end(void **state)
{
	struct world	*w = world_new(51);

	(void)state;
	w->hook = drop_auth;
	world_start(w);
	node_initiate(&w->n[0], 1);
	world_run(w, 1000);
	assert_int_equal(w->n[1].ike->half_open, 1);
	world_run(w, 28900);
	assert_int_equal(w->n[1].ike->half_open, 1);
	world_run(w, 200);
	assert_int_equal(w->n[1].ike->half_open, 0);
	assert_int_equal(w->n[1].ike->nsessions, 0);
	assert_int_equal(w->n[1].ike->stat[ST_HALF_EXPIRED], 1);
	world_free(w);
}

/* Under fire it has a third of that. */
static void
test_under_fire(void **state)
{
	struct world	*w = world_new(54);

	(void)state;
	w->hook = drop_auth;
	w->n[1].ike_row.cookies_at = 2;
	world_start(w);
	w->n[1].ike->half_open = 1;	/* as if another were there */
	node_initiate(&w->n[0], 1);
	world_run(w, 1000);
	assert_int_equal(w->n[1].ike->half_open, 2);
	world_run(w, 8900);
	assert_int_equal(w->n[1].ike->half_open, 2);
	world_run(w, 200);
	assert_int_equal(w->n[1].ike->half_open, 1);
	w->n[1].ike->half_open = 0;
	world_free(w);
}

/* IKE_AUTH before hook_arg, a time, is lost. */
static enum fate
auth_until(struct world *w, struct flight *f)
{
	return (exch_of(f) == EXCH_AUTH && w->now < *(uint64_t *)w->hook_arg ?
	    DROP : PASS);
}

/*
 * RFC 7296 2.1: a request is sent again until it is answered.  Ours 11.9 s
 * after the first, as others begin with 4 s and have sent three by then.
 */
static void
test_waits(void **state)
{
	static const unsigned int	 first[] = { 1000, 4000 };
	struct world			*w;
	uint64_t			 until;
	size_t				 i;

	(void)state;
	for (i = 0; i < 2; i++) {
		w = world_new(55 + i);
		w->n[0].tunnel.rt_first_ms = first[i];
		w->hook = auth_until;
		w->hook_arg = &until;
		world_start(w);
		until = w->now + 11000;
		node_initiate(&w->n[0], 1);
		world_run(w, 11000);
		assert_int_equal(w->n[1].ike->half_open, 1);
		assert_true(world_until(w, both_up, 14000));
		world_run(w, 100);
		assert_int_equal(world_pairs(w), 1);
		assert_int_equal(w->n[1].ike->stat[ST_HALF_EXPIRED], 0);
		world_clean(w);
		world_free(w);
	}
}

/*
 * Its answers are lost for 20 s, then what it goes on with until 31 s: the wait
 * is from the last answer on, which alone it knows of.
 */
static enum fate
answers_then_auth(struct world *w, struct flight *f)
{
	uint64_t	 t = w->now - *(uint64_t *)w->hook_arg;

	if (f->from == 1 && exch_of(f) == EXCH_SA_INIT)
		return (t < 20000 ? DROP : PASS);
	return (exch_of(f) == EXCH_AUTH && t < 31000 ? DROP : PASS);
}

static void
test_again(void **state)
{
	struct world	*w = world_new(57);
	uint64_t	 begun;

	(void)state;
	w->hook = answers_then_auth;
	w->hook_arg = &begun;
	world_start(w);
	begun = w->now;
	node_initiate(&w->n[0], 1);
	world_run(w, 31000);
	assert_false(both_up(w));
	assert_int_equal(w->n[1].ike->half_open, 1);
	assert_true(world_until(w, both_up, 10000));
	world_run(w, 100);
	assert_int_equal(world_pairs(w), 1);
	assert_int_equal(w->n[1].ike->stat[ST_HALF_EXPIRED], 0);
	world_clean(w);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_under_fire),
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_again),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
