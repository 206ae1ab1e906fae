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

/* common/dn.c and dn_text.c: names and patterns as text, compared, matched. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dn.h"

struct name {
	uint8_t		 der[512];
	struct slice	 s;
};

static struct slice
parse(const char *text, struct name *n)
{
	const char *why;

	why = dn_parse(text, 1, n->der, sizeof(n->der), &n->s.len);
	if (why != NULL)
		print_message("# %s: %s\n", text, why);
	assert_null(why);
	n->s.p = n->der;
	return (n->s);
}

static void
test_print(void **state)
{
	static const char *const same[] = { "C=US, O=Acme, CN=gw",
		"C=US, O=Acme, *", "*", "*, CN=x", "C=US, CN=*",
		"CN=b + OU=a, CN=*", "2.5.4.99=x", "1.3.6.1.4.1.311.1=y",
		"CN=a\\,b\\+c\\\\d\\*", "CN=\\20a b\\20", "CN=\\c3\\a4",
		"DC=example, DC=com, UID=bob", "EMAILADDRESS=a@b.example",
		"CN=\\e2\\82\\ac\\f0\\9f\\98\\80" };
	static const struct { const char *in, *out; } other[] = {
		{ "c=US,o=Acme,cn=gw", "C=US, O=Acme, CN=gw" },
		{ " C = US , CN =  a b  ", "C=US, CN=a b" },
		{ "E=a@b, G=x, SN=y, S=z",
		    "EMAILADDRESS=a@b, GIVENNAME=x, SURNAME=y, ST=z" },
		{ "OU=a + L=b + CN=cc", "L=b + OU=a + CN=cc" },
		{ "2.5.4.3=x", "CN=x" }, { "CN=a=b", "CN=a\\=b" },
	};
	struct name n;
	char out[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		assert_string_equal(dn_print(parse(same[i], &n), out,
		    sizeof(out)), same[i]);
	for (i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		assert_string_equal(dn_print(parse(other[i].in, &n), out,
		    sizeof(out)), other[i].out);
	parse("C=US, O=Acme, CN=gw", &n);
	assert_string_equal(dn_print(n.s, out, 8), "C=US, O");
	n.s.len--;
	assert_string_equal(dn_print(n.s, out, sizeof(out)), "not a name");
}

static void
test_refused(void **state)
{
	static const char *const bad[] = { "", " ", "CN", "CN=", "=x", "CN=x,",
		",CN=x", "CN=x,,O=y", "FOO=x", "CN=a*", "CN=**", "**", "CN=x\\",
		"1=x", "1.2.=x", "3.1=x", "1.40=x", "1.99999999999=x",
		"CN=x + ", "*=x", "CN=\\ff" };
	static const char *const wild[] = { "*", "CN=*", "C=US, *" };
	uint8_t der[512];
	char big[1024];
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_non_null(dn_parse(bad[i], 1, der, sizeof(der), &n));
	for (i = 0; i < sizeof(wild) / sizeof(wild[0]); i++) {
		assert_non_null(dn_parse(wild[i], 0, der, sizeof(der), &n));
		assert_null(dn_parse(wild[i], 1, der, sizeof(der), &n));
	}
	for (i = 0; i < 33; i++)
		memcpy(big + i * 5, "CN=x,", 6);
	big[33 * 5 - 1] = '\0';
	assert_non_null(dn_parse(big, 0, der, sizeof(der), &n));
	memcpy(big, "CN=", 3);
	memset(big + 3, 'x', 300);
	big[303] = '\0';
	assert_non_null(dn_parse(big, 0, der, sizeof(der), &n));
	for (i = 0; i < 30; i++)
		assert_non_null(dn_parse("C=US, O=Acme, CN=gateway", 0, der, i,
		    &n));
}

static void
test_match(void **state)
{
	static const struct { const char *want, *name; int fits; } t[] = {
		{ "C=US, O=Acme, CN=x", "C=US, O=Acme, CN=x", 1 },
		{ "C=us, O=ACME, CN=X", "C=US, O=Acme, CN=x", 1 },
		{ "CN=a  b", "CN=\\20 A B\\20", 1 },
		{ "CN=ab", "CN=a b", 0 },
		{ "CN=a b", "CN=\\09a\\0a\\0d b\\0b", 1 },
		{ "CN=a b", "CN=a\\c2\\a0b", 0 },
		{ "C=US, O=Acme", "C=US, O=Acme, CN=x", 0 },
		{ "C=US, O=Acme, CN=x", "O=Acme, C=US, CN=x", 0 },
		{ "C=US, O=Acme, *", "C=US, O=Acme, CN=x", 1 },
		{ "C=US, O=Acme, *", "C=US, O=Acme, OU=a, CN=x", 1 },
		{ "C=US, O=Acme, *", "C=US, O=Acme", 0 },
		{ "C=US, O=Acme, *", "C=US, O=Acme Corp, CN=x", 0 },
		{ "*, CN=x", "C=US, O=Acme, CN=x", 1 },
		{ "*, CN=x", "CN=x", 0 },
		{ "*, O=Acme, *", "C=US, O=Acme, CN=x", 1 },
		{ "*, O=Acme, *", "C=US, O=a, O=Acme, O=Acme, CN=x", 1 },
		{ "*, O=Acme, *", "O=Acme, CN=x", 0 },
		{ "*", "CN=x", 1 },
		{ "CN=*", "CN=anything", 1 },
		{ "CN=*", "O=anything", 0 },
		{ "C=US, CN=*", "C=US, CN=x", 1 },
		{ "C=US, CN=*", "C=US, CN=x, OU=y", 0 },
		{ "OU=a + CN=b", "CN=b + OU=a", 1 },
		{ "OU=a + CN=b", "OU=a, CN=b", 0 },
		{ "OU=a + CN=b", "OU=a", 0 },
		{ "OU=a + CN=*", "CN=z + OU=a", 1 },
		{ "CN=* + CN=b", "CN=b + CN=c", 1 },
		{ "CN=\\*", "CN=x", 0 },
		{ "CN=\\c3\\a4", "CN=\\c3\\a4", 1 },
		{ "CN=\\c3\\a4", "CN=\\c3\\84", 0 },
	};
	struct name w, n;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		parse(t[i].want, &w);
		parse(t[i].name, &n);
		if (dn_match(w.s, n.s) != t[i].fits) {
			print_message("# %s, %s\n", t[i].want, t[i].name);
			fail();
		}
	}
	/* A pattern is never a name. */
	parse("CN=*", &n);
	parse("*", &w);
	assert_false(dn_match(w.s, n.s));
	assert_false(dn_match(w.s, w.s));
	assert_false(dn_equal(n.s, n.s));
	assert_false(dn_valid(n.s, 0));
	assert_true(dn_valid(n.s, 1));
	assert_true(dn_is_wild(n.s));
	parse("CN=\\*", &n);
	assert_false(dn_is_wild(n.s));
}

/* The same text in each of ASN.1's types. */
static void
test_string_types(void **state)
{
	static const struct { uint8_t tag, len; const char *val; } v[] = {
		{ 0x0c, 2, "Ab" }, { 0x13, 2, "ab" }, { 0x14, 2, "AB" },
		{ 0x16, 2, "ab" }, { 0x1e, 4, "\0a\0b" },
		{ 0x1c, 8, "\0\0\0a\0\0\0B" },
	};
	uint8_t der[6][32];
	struct slice s[6];
	size_t i, k;

	(void)state;
	for (i = 0; i < 6; i++) {
		uint8_t n = v[i].len;
		uint8_t head[] = { 0x30, (uint8_t)(11 + n), 0x31,
		    (uint8_t)(9 + n), 0x30, (uint8_t)(7 + n), 6, 3, 0x55, 4, 3,
		    v[i].tag, n };

		memcpy(der[i], head, sizeof(head));
		memcpy(der[i] + sizeof(head), v[i].val, n);
		s[i] = (struct slice){ der[i], sizeof(head) + n };
		assert_true(dn_valid(s[i], 0));
	}
	for (i = 0; i < 6; i++)
		for (k = 0; k < 6; k++)
			assert_true(dn_equal(s[i], s[k]));
	der[1][14] = 'c';
	assert_false(dn_equal(s[0], s[1]));
	/* An octet string is compared as it is. */
	der[2][11] = 4;
	der[3][11] = 4;
	assert_false(dn_equal(s[2], s[3]));
	assert_true(dn_equal(s[2], s[2]));
}

/* RFC 5280 appendix A's types, and DER's order within a SET. */
static void
test_encoding(void **state)
{
	static const uint8_t want[] = { 0x30, 0x31,
	    0x31, 0x0b, 0x30, 0x09, 6, 3, 0x55, 4, 6, 0x13, 2, 'D', 'E',
	    0x31, 0x14, 0x30, 0x08, 6, 3, 0x55, 4, 3, 0x0c, 1, 'z',
	    0x30, 0x08, 6, 3, 0x55, 4, 11, 0x0c, 1, 'b',
	    0x31, 0x0c, 0x30, 0x0a, 6, 3, 0x55, 4, 5, 0x0c, 3, 0xc3, 0xa4,
	    '1' };
	struct name n;

	(void)state;
	parse("C=DE, OU=b + CN=z, serialNumber=\303\2441", &n);
	assert_int_equal(n.s.len, sizeof(want));
	assert_memory_equal(n.der, want, sizeof(want));
	parse("DC=a, E=b@c", &n);
	assert_int_equal(n.der[18], 0x16);
	assert_int_equal(n.der[n.s.len - 5], 0x16);
}

/* Every cut and every changed length of a name is refused or harmless. */
static void
test_broken(void **state)
{
	struct name n;
	uint8_t der[512];
	char out[256];
	size_t i, len;

	(void)state;
	parse("C=US, O=Acme + OU=x, CN=gateway", &n);
	len = n.s.len;
	for (i = 0; i < len; i++)
		assert_false(dn_valid((struct slice){ n.der, i }, 1));
	memcpy(der, n.der, len);
	der[len] = 0;
	assert_false(dn_valid((struct slice){ der, len + 1 }, 1));
	for (i = 0; i < len; i++) {
		memcpy(der, n.der, len);
		der[i] = (uint8_t)(der[i] + 1);
		dn_print((struct slice){ der, len }, out, sizeof(out));
		dn_match(n.s, (struct slice){ der, len });
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_string_types),
		cmocka_unit_test(test_encoding),
		cmocka_unit_test(test_broken),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests_name("dn", tests, NULL, NULL));
}
