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

/* ikd/ikectl/ca_index.c: what an authority has issued, read and written. */

#include "../../ikd/ikectl/ca_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char good[] =
    "V\t271121074928Z\t\t5B367916548B84CE\tunknown\tC=DE, O=Acme\\, Inc\n"
    "R\t271121074928Z\t261121074928Z,keyCompromise\t02\tunknown\tCN=b\n"
    "R\t20601121074928Z\t261121074928Z\t0A\tunknown\t\n";

static void
test_round(void **state)
{
	struct index ix;
	size_t len;
	char *text;

	(void)state;
	assert_int_equal(index_parse(&ix, good, sizeof(good) - 1), 0);
	assert_int_equal(ix.n, 3);
	assert_int_equal(ix.v[0].revoked, 0);
	assert_int_equal(ix.v[0].end, 1826783368);
	assert_string_equal(ix.v[0].subject, "C=DE, O=Acme\\, Inc");
	assert_int_equal(ix.v[1].reason, 1);
	assert_int_equal(ix.v[2].reason, -1);
	assert_true(ix.v[2].end > ix.v[0].end);
	text = index_text(&ix, &len);
	assert_int_equal(len, sizeof(good) - 1);
	assert_string_equal(text, good);
	free(text);
	index_free(&ix);
}

/* Each of these is line 2 behind a good one. */
static void
test_bad(void **state)
{
	static const char *const bad[] = {
		"\n", "V\n", "V\t271121074928Z\t\t01\tunknown\n",
		"X\t271121074928Z\t\t01\tunknown\tx\n",
		"VV\t271121074928Z\t\t01\tunknown\tx\n",
		"\t271121074928Z\t\t01\tunknown\tx\n",
		"V\t2711210749\t\t01\tunknown\tx\n",
		"V\t271321074928Z\t\t01\tunknown\tx\n",
		"V\t271121074928Z\t261121074928Z\t01\tunknown\tx\n",
		"R\t271121074928Z\t\t01\tunknown\tx\n",
		"R\t271121074928Z\t261121074928Z,\t01\tunknown\tx\n",
		"R\t271121074928Z\t261121074928Z,why\t01\tunknown\tx\n",
		"V\t271121074928Z\t\t\tunknown\tx\n",
		"V\t271121074928Z\t\t0g\tunknown\tx\n",
		"V\t271121074928Z\t\t0a\tunknown\tx\n",
		"V\t271121074928Z\t\t01\tunknown\tx\ty\n",
		"V\t271121074928Z\t\t01\tunknown\tx",	/* no newline */
	};
	static const char first[] =
	    "V\t271121074928Z\t\t01\tunknown\tCN=a\n";
	struct index ix;
	char text[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "%s%s", first, bad[i]);
		if (index_parse(&ix, text, strlen(text)) != 2)
			fail_msg("accepted: %s", bad[i]);
		index_free(&ix);
	}
	memcpy(text, first, sizeof(first));
	text[20] = '\0';
	assert_int_equal(index_parse(&ix, text, sizeof(first) - 1), 1);
	index_free(&ix);
}

static void
test_find(void **state)
{
	struct index ix = { NULL, 0 };
	char serial[8];
	size_t i;

	(void)state;
	for (i = 1; i <= 1000; i++) {
		snprintf(serial, sizeof(serial), "%04zX", i);
		index_add(&ix, serial, (time_t)i, "CN=x");
	}
	assert_int_equal(ix.n, 1000);
	assert_int_equal(index_find(&ix, "0001")->end, 1);
	assert_int_equal(index_find(&ix, "1")->end, 1);
	assert_int_equal(index_find(&ix, "0003e8")->end, 1000);
	assert_null(index_find(&ix, "3E9"));
	assert_null(index_find(&ix, "0"));
	assert_null(index_find(&ix, ""));
	index_free(&ix);
}

/* What a subject brings cannot make a line of its own. */
static void
test_subject(void **state)
{
	struct index ix = { NULL, 0 }, again;
	size_t len;
	char *text;

	(void)state;
	index_add(&ix, "01", 1000000000,
	    "CN=x\nV\t271121074928Z\t\t02\tunknown\ty");
	text = index_text(&ix, &len);
	assert_int_equal(index_parse(&again, text, len), 0);
	assert_int_equal(again.n, 1);
	free(text);
	index_free(&ix);
	index_free(&again);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_subject),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
