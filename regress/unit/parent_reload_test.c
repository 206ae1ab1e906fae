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


/* ikd/parent/reload_fsm.c and backoff.c: the table walked, the waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../ikd/parent/backoff.h"
#include "../../ikd/parent/reload_fsm.h"

/* One step that must exist. */
static enum reload_state
step(enum reload_state s, enum reload_event e, enum reload_action a)
{
	const struct reload_row *row = reload_row(s, e);

	assert_non_null(row);
	assert_int_equal(row->action, a);
	return (row->next);
}

static void
test_good(void **state)
{
	enum reload_state s = RL_IDLE;

	(void)state;
	s = step(s, RE_REQUEST, RA_LOAD);
	s = step(s, RE_LOADED, RA_SETTLE);
	s = step(s, RE_SETTLED, RA_PUSH);
	s = step(s, RE_PUSHED, RA_PREPARE);
	assert_int_equal(s, RL_PREPARING);
	s = step(s, RE_PREPARED, RA_SAVE);
	s = step(s, RE_SAVED, RA_SWITCH);
	s = step(s, RE_HELD, RA_HOLD);
	s = step(s, RE_COMMITTED, RA_COMMIT_IKE);
	s = step(s, RE_COMMITTED, RA_COMMIT_TMD);
	s = step(s, RE_COMMITTED, RA_DONE);
	assert_int_equal(s, RL_IDLE);
}

/* Before the switch every failure aborts and says why; after it none can. */
static void
test_no_return(void **state)
{
	const struct reload_row *row;
	enum reload_state s;
	enum reload_event e;

	(void)state;
	for (s = RL_IDLE; s < RL_STATES; s++)
		for (e = 0; e < RE_EVENTS; e++) {
			if ((row = reload_row(s, e)) == NULL)
				continue;
			if (row->action == RA_ABORT ||
			    row->action == RA_ABORT_LATE) {
				assert_true(s >= RL_LOADING &&
				    s <= RL_SAVING);
				assert_int_equal(row->next, RL_IDLE);
				assert_non_null(row->why);
			}
			if (row->action == RA_SWITCH)
				assert_int_equal(s, RL_SAVING);
			if (row->action == RA_HOLD)
				assert_int_equal(s, RL_HOLDING);
			if (s >= RL_COMMIT_SIGN && row->next == RL_IDLE)
				assert_int_equal(row->action, RA_DONE);
		}
	assert_int_equal(step(RL_PREPARING, RE_REFUSED, RA_ABORT), RL_IDLE);
	/* Who keeps silent is not asked for ever. */
	assert_int_equal(step(RL_PREPARING, RE_TIMEOUT, RA_ABORT_LATE),
	    RL_IDLE);
	assert_int_equal(step(RL_SETTLING, RE_TIMEOUT, RA_ABORT_LATE),
	    RL_IDLE);
	assert_int_equal(step(RL_PREPARING, RE_LOST, RA_ABORT), RL_IDLE);
	assert_int_equal(step(RL_SECRETS, RE_LOST, RA_ABORT), RL_IDLE);
	/* What is not on the disk never holds; what may be, does. */
	assert_int_equal(step(RL_SAVING, RE_NOT_SAVED, RA_ABORT), RL_IDLE);
	assert_null(reload_row(RL_SAVING, RE_LOST));
	/* Kept is what was saved. */
	assert_int_equal(step(RL_IDLE, RE_KEEP, RA_KEEP), RL_KEEPING);
	assert_int_equal(step(RL_KEEPING, RE_SAVED, RA_KEPT), RL_IDLE);
	assert_int_equal(step(RL_KEEPING, RE_NOT_SAVED, RA_NOT_KEPT), RL_IDLE);
	assert_int_equal(step(RL_KEEPING, RE_TIMEOUT, RA_NOT_KEPT), RL_IDLE);
	assert_null(reload_row(RL_KEEPING, RE_KEEP));
	assert_null(reload_row(RL_KEEPING, RE_LOST));
	/* Who only looks changes nothing. */
	assert_int_equal(step(RL_PREPARING, RE_LOOKED, RA_SHOW), RL_IDLE);
}

/* No state waits for ever. */
static void
test_no_hang(void **state)
{
	enum reload_state s;

	(void)state;
	assert_int_equal(reload_seconds(RL_IDLE), 0);
	for (s = RL_LOADING; s < RL_STATES; s++) {
		assert_true(reload_seconds(s) > 0);
		assert_non_null(reload_row(s, RE_TIMEOUT));
		assert_null(reload_row(s, RE_REQUEST));	/* it waits */
	}
}

/* Answers that come too late move nothing. */
static void
test_late(void **state)
{
	(void)state;
	assert_null(reload_row(RL_IDLE, RE_PREPARED));
	assert_null(reload_row(RL_IDLE, RE_COMMITTED));
	assert_null(reload_row(RL_IDLE, RE_LOST));
	assert_null(reload_row(RL_COMMIT_IKE, RE_REFUSED));
	assert_null(reload_row(RL_COMMIT_TMD, RE_PREPARED));
	assert_null(reload_row(RL_PREPARING, RE_COMMITTED));
}

static void
test_backoff(void **state)
{
	static const unsigned int want[] = { 100, 200, 400, 800, 1600, 3200,
	    6400, 10000, 10000 };
	struct backoff b = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		assert_int_equal(backoff_wait(&b, 59), want[i]);
	assert_int_equal(backoff_wait(&b, 60), 100);
	assert_int_equal(backoff_wait(&b, 0), 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good), cmocka_unit_test(test_no_return),
		cmocka_unit_test(test_no_hang), cmocka_unit_test(test_late),
		cmocka_unit_test(test_backoff)
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
