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

#include "certd_book_bed.h"
#include "../../certd/expiry.h"
#include "log.h"

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

static int fetched;

static const char *
crl(int64_t from, int64_t to, uint32_t warn)
{
	static char out[EXPIRY_TEXT];
	const struct crl c = { .this_update = NOW + from,
	    .next_update = to == 0 ? 0 : NOW + to, .fetched = fetched };

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
	fetched = 1;
	assert_string_equal(crl(-90 * DAY, 10 * DAY, WARN), "");
	fetched = 0;
	assert_string_equal(crl(-80 * DAY, 20 * DAY, WARN), "");
	assert_string_equal(crl(-91 * DAY, 9 * DAY, 9 * DAY), "");
	assert_string_equal(crl(-81 * DAY, 19 * DAY, WARN),
	    "stale in 19 days, on 2024-10-23 00:00:00 UTC: the next one is "
	    "due");
	fetched = 1;
	assert_string_equal(crl(-91 * DAY, 9 * DAY, WARN),
	    "stale in 9 days, on 2024-10-13 00:00:00 UTC: the next one is "
	    "due");
	fetched = 0;
	assert_string_equal(crl(-DAY, -1, 0),
	    "stale: the next one was due on 2024-10-03 23:59:59 UTC");
}

/* A file of seven days, looked at each hour: twice there is news. */
static void
test_hours(void **state)
{
	struct snap_writer *w = book_begin();
	int64_t from, end, t, said[2];
	unsigned int n = 0;
	struct book *b;
	struct pki p;

	(void)state;
	pki_make(&p, "R ca nb=-4000 na=4000; !C by=R tu=0 nu=7;");
	book_put_file(w, CF_CA, "r", pki_get(&p, "R"));
	book_put_file(w, CF_CRL, "c", pki_get(&p, "C"));
	book_put_tunnel(w, 1, "r", "", 0);
	b = book_end(w);
	from = pki_get(&p, "C")->crl->this_update;
	end = pki_get(&p, "C")->crl->next_update;
	assert_int_equal(end - from, 7 * DAY);
	assert_int_equal(expiry_log(b, from, 0), 0);
	for (t = from + 1; t < end + 2 * DAY; t += 3600)
		if (expiry_log(b, t, t - 3600) > 0) {
			assert_in_range(n, 0, 1);
			said[n++] = t;
		}
	assert_int_equal(n, 2);
	assert_in_range(end - said[0], 7 * DAY / 5 - 3600, 7 * DAY / 5);
	assert_in_range(said[1] - end, 0, 3600);
	/* Once a day it is said again. */
	assert_int_equal(expiry_log(b, said[0] + DAY, 0), 1);
	book_free(b);
	pki_free(&p);
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
		cmocka_unit_test(test_days), cmocka_unit_test(test_hours),
	};

	log_init("test", LOG_L_ERROR);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
