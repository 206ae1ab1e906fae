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

/* common/keypurpose.c: what a private key's file says it is for. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "keypurpose.h"

#define BEGIN	"-----BEGIN PRIVATE KEY-----\n"

static void
test_says(void **state)
{
	static const struct {
		const char		*text;
		enum key_purpose	 says;
	} rows[] = {
		{ "", PURPOSE_NONE },
		{ "\n\n\n", PURPOSE_NONE },
		{ BEGIN, PURPOSE_NONE },
		{ "Bag Attributes\n" BEGIN, PURPOSE_NONE },
		{ "ikd key purpose: ike\n" BEGIN, PURPOSE_IKE },
		{ "ikd key purpose: ike\r\n" BEGIN, PURPOSE_IKE },
		{ "ikd key purpose: tls\n" BEGIN, PURPOSE_TLS },
		{ "# mine\n\nikd key purpose: ca\nx\n" BEGIN, PURPOSE_CA },
		{ "ikd key purpose: ca", PURPOSE_CA },
		{ "ikd key purpose: ca\nikd key purpose: ca\n", PURPOSE_CA },
		/* Two things, nothing, something else. */
		{ "ikd key purpose: ike\nikd key purpose: ca\n" BEGIN,
		    PURPOSE_UNKNOWN },
		{ "ikd key purpose: \n" BEGIN, PURPOSE_UNKNOWN },
		{ "ikd key purpose: IKE\n" BEGIN, PURPOSE_UNKNOWN },
		{ "ikd key purpose: ike \n" BEGIN, PURPOSE_UNKNOWN },
		{ "ikd key purpose: unknown\n" BEGIN, PURPOSE_UNKNOWN },
		{ "ikd key purpose: ikeca\n" BEGIN, PURPOSE_UNKNOWN },
		/* Not a line of its own, cut short, or in the key. */
		{ "my ikd key purpose: ca\n" BEGIN, PURPOSE_NONE },
		{ "ikd key purpose:", PURPOSE_NONE },
		{ "ikd key purpose:\n" BEGIN, PURPOSE_NONE },
		{ BEGIN "ikd key purpose: ca\n", PURPOSE_NONE },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (key_purpose((const uint8_t *)rows[i].text,
		    strlen(rows[i].text)) != rows[i].says)
			fail_msg("%s", rows[i].text);
	}
}

static void
test_names(void **state)
{
	enum key_purpose k;

	(void)state;
	for (k = PURPOSE_IKE; k <= PURPOSE_UNKNOWN; k++)
		assert_int_equal(key_purpose_of(key_purpose_name(k),
		    strlen(key_purpose_name(k))), k);
	assert_null(key_purpose_not_ike(PURPOSE_NONE));
	assert_null(key_purpose_not_ike(PURPOSE_IKE));
	assert_non_null(strstr(key_purpose_not_ike(PURPOSE_TLS), "TLS"));
	assert_non_null(strstr(key_purpose_not_ike(PURPOSE_CA), "authority"));
	assert_non_null(key_purpose_not_ike(PURPOSE_UNKNOWN));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_says),
		cmocka_unit_test(test_names),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
