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


/* ikd/ikectl/pick.c: the order of values, and how fields are named. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../ikd/ikectl/pick.h"

static void
test_order(void **state)
{
	static const char *const up[] = { "2", "10", "10.1.0.5", "10.1.0.10",
	    "10.2.0.1", "3600 Seconds", "Active", "boston", "Down" };
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(up) / sizeof(up[0]); i++)
		for (k = 0; k < sizeof(up) / sizeof(up[0]); k++) {
			int d = pick_cmp(up[i], up[k]);

			if ((i < k && d >= 0) || (i > k && d <= 0) ||
			    (i == k && d != 0))
				fail_msg("%s, %s: %d", up[i], up[k], d);
		}
}

static void
test_fields(void **state)
{
	(void)state;
	assert_true(pick_is_field("remote_id", "remote-ID=x", 9));
	assert_true(pick_is_field("Key Rem Lifetime", "key-rem-lifetime", 16));
	assert_false(pick_is_field("remote_id", "remote", 6));
	assert_false(pick_is_field("in_bytes", "in_byte", 7));
	assert_int_equal(pick_option('w', "status"), -1);
	assert_int_equal(pick_option('w', "=Down"), -1);
	assert_int_equal(pick_option('s', "-"), -1);
	assert_int_equal(pick_option('w', "status=Down"), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order), cmocka_unit_test(test_fields),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
