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

/* certd/sign/standby.c: keys and entries in two phases. */
#include "sign_serve_bed.h"

static void
test_reload(void **state)
{
	(void)state;
	assert_non_null(prepare(1));
	push_keys(1, NULL, 0);
	assert_string_equal(prepare(1), "/etc/t/psk/boston: no such file, or "
	    "not a regular one: ikectl psk create boston (tunnel boston)");
	push_keys(1, "boston", 0644);
	assert_string_equal(prepare(1), "/etc/t/psk/boston: readable by "
	    "others (mode 0644): chmod 600 (tunnel boston)");
	assert_null(sg.s.entries);
	load(1);
	assert_int_equal(sg.s.generation, 1);
	assert_int_equal(keyring_find(sg.s.keys, "boston")->len,
	    sizeof(KEY) - 1);
	/* Refused or aborted: the old policy is untouched. */
	push_keys(2, NULL, 0);
	assert_non_null(prepare(2));
	standby_abort(&sg, 2);
	assert_non_null(keyring_find(sg.s.keys, "boston"));
	push_keys(3, "boston", 0600);
	assert_non_null(prepare(4));
	assert_null(prepare(3));
	standby_abort(&sg, 3);
	assert_null(sg.next_keys);
	assert_int_equal(sg.s.generation, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_reload),
	};

	log_init("test", LOG_L_ERROR);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
