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
 * The peer closes the IKE SA: before the answer, at which it drops its pairs,
 * nothing is sent on ours any more; what is under way is received while
 * pairs of another session go on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness.h"
#include "mocks.h"
#include "reason.h"

static unsigned int
retired(const struct node *n)
{
	unsigned int	 i, c = 0;

	for (i = 0; i < NPAIRS; i++)
		c += n->pair[i].used && n->pair[i].retired;
	return (c);
}

/* The answer to a Delete does not leave before the pair is retired. */
static enum fate
watch(struct world *w, struct flight *f)
{
	if (f->from == 1 && !is_request(f) && exch_of(f) == EXCH_INFORMATIONAL)
		assert_int_equal(retired(&w->n[1]), 1);
	return (PASS);
}

static int
answered(struct world *w)
{
	return (w->n[0].downs == 1);
}

static void
test_nobody_goes_on(void **state)
{
	struct world	*w = world_up(800);

	(void)state;
	w->hook = watch;
	node_session_do(&w->n[0], SESSION_DELETE);
	assert_true(world_until(w, answered, 1000));
	assert_int_equal(w->n[1].retires, 1);
	world_run(w, 20);
	assert_int_equal(w->n[1].downs, 1);
	assert_int_equal(w->n[1].down.code, RSN_PEER_DELETED);
	assert_int_equal(w->n[1].child_down.code, RSN_PEER_DELETED);
	assert_int_equal(w->n[1].ike->nsessions, 0);
	assert_int_equal(world_pairs(w), 0);
	world_clean(w);
	world_free(w);
}

/* It has authenticated anew, say: its last packets still come in. */
static void
test_others_go_on(void **state)
{
	struct world	*w = world_up(801);

	(void)state;
	w->hook = watch;
	w->n[1].query_code = RSN_REPLACED;
	node_session_do(&w->n[0], SESSION_DELETE);
	assert_true(world_until(w, answered, 1000));
	world_run(w, 100);
	assert_int_equal(w->n[1].downs, 0);
	assert_int_equal(retired(&w->n[1]), 1);
	world_run(w, WORLD_SETTLED);
	assert_int_equal(w->n[1].downs, 1);
	assert_int_equal(w->n[1].down.code, RSN_PEER_DELETED);
	assert_int_equal(w->n[1].ike->nsessions, 0);
	assert_int_equal(world_pairs(w), 0);
	world_clean(w);
	world_free(w);
}

/* Meanwhile the same Delete is answered again, and tmd may end it at once. */
static enum fate
lose_answer(struct world *w, struct flight *f)
{
	if (f->from == 1 && !is_request(f) && w->hook_arg != NULL) {
		w->hook_arg = NULL;
		return (DROP);
	}
	return (PASS);
}

static void
test_answer_lost(void **state)
{
	struct world	*w = world_up(802);
	int		 once = 1;

	(void)state;
	w->hook = lose_answer;
	w->hook_arg = &once;
	w->n[1].query_code = RSN_REPLACED;
	node_session_do(&w->n[0], SESSION_DELETE);
	world_run(w, 60000);
	assert_int_equal(w->n[0].downs, 1);
	assert_int_equal(w->n[1].downs, 1);
	assert_int_equal(world_pairs(w), 0);
	world_clean(w);
	world_free(w);
}

/* A plane that says nothing is not waited for long. */
static void
test_mute_plane(void **state)
{
	struct world	*w = world_up(803);

	(void)state;
	w->n[1].mute_query = 1;
	node_session_do(&w->n[0], SESSION_DELETE);
	world_run(w, 1000);
	assert_int_equal(w->n[1].downs, 0);
	world_run(w, 8000);
	assert_int_equal(w->n[0].downs, 1);
	assert_int_equal(w->n[1].downs, 1);
	assert_int_equal(w->n[1].ike->nsessions, 0);
	world_free(w);
}

/* So it is with a pair that a newer one replaces. */
static enum fate
note_answer(struct world *w, struct flight *f)
{
	uint64_t	*when = w->hook_arg;

	if (exch_of(f) == EXCH_INFORMATIONAL && f->from == 1)
		when[1] = w->now;
	else if (exch_of(f) == EXCH_INFORMATIONAL && when[0] == 0)
		when[0] = w->now;
	return (PASS);
}

static void
test_pair_waits(void **state)
{
	struct world	*w;
	uint64_t	 when[2];
	int		 mute;

	(void)state;
	for (mute = 0; mute < 2; mute++) {
		w = world_up(804);
		memset(when, 0, sizeof(when));
		w->hook = note_answer;
		w->hook_arg = when;
		w->n[1].mute_query = mute;
		node_child_do(&w->n[0], 1, CHILD_REKEY);
		world_run(w, 20000);
		assert_int_equal(w->n[1].retires, 1);
		assert_true(when[0] != 0 && when[1] > when[0]);
		if (mute)
			assert_true(when[1] - when[0] >= 5000);
		else
			assert_true(when[1] - when[0] < 100);
		assert_int_equal(world_pairs(w), 1);
		world_free(w);
	}
}

/* What was under way ends with it: a rekey that waits for the parent. */
static void
test_amid_rekey(void **state)
{
	struct world	*w;
	unsigned int	 ms;

	(void)state;
	for (ms = 0; ms < 40; ms++) {
		w = world_up(810 + ms);
		node_child_do(&w->n[1], 1, CHILD_OPEN);
		node_session_do(&w->n[1], SESSION_REKEY);
		world_run(w, ms);
		if (node_session(&w->n[0]) != NULL)
			node_session_do(&w->n[0], SESSION_DELETE);
		world_run(w, 60000);
		assert_int_equal(w->n[0].ike->nsessions, 0);
		assert_int_equal(w->n[1].ike->nsessions, 0);
		assert_int_equal(world_pairs(w), 0);
		world_clean(w);
		world_free(w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody_goes_on),
		cmocka_unit_test(test_others_go_on),
		cmocka_unit_test(test_answer_lost),
		cmocka_unit_test(test_mute_plane),
		cmocka_unit_test(test_pair_waits),
		cmocka_unit_test(test_amid_rekey),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
