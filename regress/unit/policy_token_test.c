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


/* URIs of keys in a token. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../tmd/policy/setters.h"

static void
test_good(void **state)
{
	static const char *const good[] = {
		"pkcs11:object=gw", "pkcs11:token=t;object=gw",
		"pkcs11:id=%01%ff", "pkcs11:object=a%20b;token=T",
		"pkcs11:token=t;serial=1;manufacturer=m;model=x;object=o;id=1"
	};
	unsigned int seen;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_null(token_uri_wrong(good[i], &seen));
	assert_null(token_uri_wrong("pkcs11:object=o", &seen));
	assert_int_equal(seen & 3, 0);
	assert_null(token_uri_wrong("pkcs11:object=o;token=t", &seen));
	assert_int_equal(seen & 3, 1);
	assert_null(token_uri_wrong("pkcs11:object=o;serial=7", &seen));
	assert_int_equal(seen & 3, 2);
}

static void
test_bad(void **state)
{
	static const char *const bad[] = {
		"", "pkcs11", "pkcs11:", "object=gw", "pkcs11:object",
		"pkcs11:object=", "pkcs11:object=a;", "pkcs11:;object=a",
		"pkcs11:object=a;;id=1", "pkcs11:token=t",
		"pkcs11:object=a;object=b", "pkcs11:object=a b",
		"pkcs11:object=a%2", "pkcs11:object=a%zz", "pkcs11:object=%",
		"pkcs11:object=a?pin-value=1", "pkcs11:object=a&b",
		"pkcs11:object=a;pin-source=x", "pkcs11:object=a;type=cert",
		"pkcs11:Object=a", "pkcs11:objec=a", "pkcs11:objects=a",
		"PKCS11:object=a"
	};
	char text[KEY_URI_MAX + 32] = "pkcs11:object=";
	unsigned int seen;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (token_uri_wrong(bad[i], &seen) == NULL)
			fail_msg("%s is taken", bad[i]);
	memset(text + strlen(text), 'x', KEY_URI_MAX - strlen(text));
	assert_null(token_uri_wrong(text, &seen));
	text[KEY_URI_MAX] = 'x';
	assert_non_null(token_uri_wrong(text, &seen));
	assert_false(token_is_uri(NULL));
	assert_false(token_is_uri("gw"));
	assert_true(token_is_uri("pkcs11:"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good), cmocka_unit_test(test_bad)
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
