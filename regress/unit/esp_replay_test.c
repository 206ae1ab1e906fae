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


/* ikd/esp/replay.c: RFC 4303 section 3.4.3 and appendix A2. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../ikd/esp/replay.h"

#define SUB	0x100000000ULL		/* one subspace of numbers */

static void
see(struct replay *r, uint32_t w, uint64_t seq)
{
	assert_int_equal(replay_update(r, w, seq), 1);
}

static void
refuse(struct replay *r, uint32_t w, uint64_t seq)
{
	assert_int_equal(replay_check(r, w, seq), 0);
	assert_int_equal(replay_update(r, w, seq), 0);
}

static void
test_first(void **state)
{
	struct replay r = { 0 };

	(void)state;
	refuse(&r, 64, 0);
	see(&r, 64, 1);
	refuse(&r, 64, 1);
	see(&r, 64, 2);
	assert_int_equal(r.top, 2);
}

/* Both edges, for every width that a policy may name at its ends. */
static void
test_edges(void **state)
{
	static const uint32_t widths[] = { 32, 63, 64, 65, 1024, 4095, 4096 };
	struct replay r;
	size_t i;
	uint64_t top;

	(void)state;
	for (i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		for (top = 10000; top < 10130; top++) {
			memset(&r, 0, sizeof(r));
			see(&r, widths[i], top);
			see(&r, widths[i], top - widths[i] + 1);
			refuse(&r, widths[i], top - widths[i] + 1);
			refuse(&r, widths[i], top - widths[i]);
			refuse(&r, widths[i], top);
		}
	}
}

/* Against a plain memory of everything seen, in a scrambled order. */
static void
test_model(void **state)
{
	static uint8_t seen[30000];
	struct replay r = { 0 };
	uint32_t x = 12345, w = 1024;
	uint64_t seq, top = 0;
	int i, want;

	(void)state;
	for (i = 0; i < 200000; i++) {
		x = x * 1103515245 + 12345;
		seq = top + (x >> 16) % 2100;
		seq = seq > 1800 ? seq - 1800 : 1;
		if (seq >= sizeof(seen))
			break;
		want = !seen[seq] && (seq > top || top - seq < w);
		assert_int_equal(replay_check(&r, w, seq), want);
		assert_int_equal(replay_update(&r, w, seq), want);
		if (want) {
			seen[seq] = 1;
			if (seq > top)
				top = seq;
		}
	}
	assert_true(top > 20000);
}

/* A jump over the whole ring leaves nothing of the past. */
static void
test_jump(void **state)
{
	static const uint64_t far[] = { 64, 4095, 4096, 4223, 4224, 4225, 4288,
	    100000, SUB, SUB * 7 + 13 };
	struct replay r;
	size_t i;
	uint64_t s, k;

	(void)state;
	for (i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		memset(&r, 0, sizeof(r));
		for (s = 1; s <= 5000; s++)
			see(&r, 4096, s);
		s = 5000 + far[i];
		see(&r, 4096, s);
		for (k = s - 4095; k < s; k++) {
			if (k <= 5000)
				refuse(&r, 4096, k);
			else
				see(&r, 4096, k);
		}
	}
}

static void
test_off(void **state)
{
	struct replay r = { 0 };

	(void)state;
	see(&r, 0, 5);
	see(&r, 0, 5);
	see(&r, 0, 0);
	assert_int_equal(r.top, 5);
	assert_int_equal(replay_number(&r, 0, 0, 77), 77);
}

/* Appendix A2.2 case A: the window lies in one subspace. */
static void
test_esn_case_a(void **state)
{
	struct replay r = { 0 };

	(void)state;
	r.top = 3 * SUB + 5000;
	assert_true(replay_number(&r, 1024, 1, 5001) == 3 * SUB + 5001);
	assert_true(replay_number(&r, 1024, 1, 5000) == 3 * SUB + 5000);
	assert_true(replay_number(&r, 1024, 1, 3977) == 3 * SUB + 3977);
	/* Below the window: of the next subspace. */
	assert_true(replay_number(&r, 1024, 1, 3976) == 4 * SUB + 3976);
	assert_true(replay_number(&r, 1024, 1, 0) == 4 * SUB);
	assert_true(replay_number(&r, 1024, 1, 0xffffffff) ==
	    3 * SUB + 0xffffffff);
}

/* Case B: the window spans two. */
static void
test_esn_case_b(void **state)
{
	struct replay r = { 0 };

	(void)state;
	r.top = 3 * SUB + 100;
	assert_true(replay_number(&r, 1024, 1, 101) == 3 * SUB + 101);
	assert_true(replay_number(&r, 1024, 1, 99) == 3 * SUB + 99);
	assert_true(replay_number(&r, 1024, 1, 0) == 3 * SUB);
	assert_true(replay_number(&r, 1024, 1, 0xffffffff) ==
	    2 * SUB + 0xffffffff);
	/* The bottom: 100 - 1024 + 1. */
	assert_true(replay_number(&r, 1024, 1, (uint32_t)-923) ==
	    2 * SUB + (uint32_t)-923);
	assert_true(replay_number(&r, 1024, 1, (uint32_t)-924) ==
	    3 * SUB + (uint32_t)-924);
	/* Where the two cases meet: Tl = W - 1, W - 2. */
	r.top = 3 * SUB + 1023;
	assert_true(replay_number(&r, 1024, 1, 0) == 3 * SUB);
	assert_true(replay_number(&r, 1024, 1, 0xffffffff) ==
	    3 * SUB + 0xffffffff);
	r.top = 3 * SUB + 1022;
	assert_true(replay_number(&r, 1024, 1, 0xffffffff) ==
	    2 * SUB + 0xffffffff);
}

/* A fresh SA has no subspace before the first. */
static void
test_esn_fresh(void **state)
{
	struct replay r = { 0 };

	(void)state;
	assert_true(replay_number(&r, 1024, 1, 1) == 1);
	assert_true(replay_number(&r, 1024, 1, 0xfffffff0) == 0xfffffff0);
	r.top = 10;
	assert_true(replay_number(&r, 1024, 1, 0xffffffff) == 0xffffffff);
}

/* In order, and with some late, across the end of a subspace. */
static void
test_esn_wrap(void **state)
{
	struct replay r = { 0 };
	uint64_t seq, got;

	(void)state;
	r.top = SUB - 3000;
	for (seq = SUB - 2999; seq < SUB + 3000; seq += 2) {
		got = replay_number(&r, 1024, 1, (uint32_t)seq);
		assert_true(got == seq);
		see(&r, 1024, got);
		if (seq < SUB - 1900)
			continue;
		got = replay_number(&r, 1024, 1, (uint32_t)(seq - 1021));
		assert_true(got == seq - 1021);
		see(&r, 1024, got);
		refuse(&r, 1024, got);
		refuse(&r, 1024, seq - 1022);
	}
}

/* Without ESN the numbers end; the last is still good. */
static void
test_32_end(void **state)
{
	struct replay r = { 0 };

	(void)state;
	r.top = 0xfffffffe;
	assert_true(replay_number(&r, 1024, 0, 0xffffffff) == 0xffffffff);
	see(&r, 1024, 0xffffffff);
	assert_true(replay_number(&r, 1024, 0, 1) == 1);
	refuse(&r, 1024, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_jump),
		cmocka_unit_test(test_off),
		cmocka_unit_test(test_esn_case_a),
		cmocka_unit_test(test_esn_case_b),
		cmocka_unit_test(test_esn_fresh),
		cmocka_unit_test(test_esn_wrap),
		cmocka_unit_test(test_32_end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
