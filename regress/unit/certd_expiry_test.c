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

/* certd/expiry.c: when a certificate or CRL is warned of, and how. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../certd/expiry.h"

#define DAY	86400
#define NOW	(20000LL * DAY)
#define WARN	(30 * DAY)

static const char *
cert(int64_t from, int64_t to, uint32_t warn)
{
	static char out[EXPIRY_TEXT];
	const struct cert c = { .not_before = NOW + from,
	    .not_after = NOW + to };

	return (expiry_cert(&c, NOW, warn, out));
}

static const char *
crl(int64_t from, int64_t to, uint32_t warn)
{
	static char out[EXPIRY_TEXT];
	const struct crl c = { .this_update = NOW + from,
	    .next_update = to == 0 ? 0 : NOW + to };

	return (expiry_crl(&c, NOW, warn, out));
}

static void
test_cert(void **state)
{
	(void)state;
	assert_string_equal(cert(-DAY, 30 * DAY, WARN), "");
	assert_string_equal(cert(0, 0, 0), "");
	assert_string_equal(cert(-DAY, 0, WARN),
	    "ends within a day, on 2024-10-04 00:00:00 UTC");
	assert_string_equal(cert(-DAY, DAY, WARN),
	    "ends in 1 day, on 2024-10-05 00:00:00 UTC");
	assert_string_equal(cert(-DAY, 30 * DAY - 1, WARN),
	    "ends in 29 days, on 2024-11-02 23:59:59 UTC");
	assert_string_equal(cert(-DAY, -1, 0),
	    "ended on 2024-10-03 23:59:59 UTC");
	assert_string_equal(cert(1, DAY, WARN),
	    "begins on 2024-10-04 00:00:01 UTC");
}

static void
test_crl(void **state)
{
	(void)state;
	assert_string_equal(crl(-100 * DAY, 0, WARN), "");
	assert_string_equal(crl(-90 * DAY, 10 * DAY, WARN), "");
	assert_string_equal(crl(-91 * DAY, 9 * DAY, 9 * DAY), "");
	assert_string_equal(crl(-91 * DAY, 9 * DAY, WARN),
	    "stale in 9 days, on 2024-10-13 00:00:00 UTC: the next one is "
	    "due");
	assert_string_equal(crl(-DAY, -1, 0),
	    "stale: the next one was due on 2024-10-03 23:59:59 UTC");
}

static void
test_days(void **state)
{
	(void)state;
	assert_int_equal(expiry_days(NOW + DAY, NOW), 1);
	assert_int_equal(expiry_days(NOW + DAY - 1, NOW), 0);
	assert_int_equal(expiry_days(NOW, NOW), 0);
	assert_int_equal(expiry_days(NOW - 1, NOW), -1);
	assert_int_equal(expiry_days(NOW - DAY - 1, NOW), -2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cert), cmocka_unit_test(test_crl),
		cmocka_unit_test(test_days),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
