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

/* ikd/ikectl/x509_name.c and km_file.c: names, from text and to text. */

#include "../../ikd/ikectl/km.h"
#include "../../ikd/ikectl/x509_name.h"
#include "name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#undef fail
#include <cmocka.h>

#define LONG								\
	"1234567890123456789012345678901234567890"			\
	"1234567890123456789012345"

/* What is read, and how it is printed; NULL: as it was. */
static void
test_good(void **state)
{
	static const struct {
		const char	*in, *out;
	} t[] = {
		{ "CN=gw", NULL },
		{ "C=DE, O=Acme, CN=gw", NULL },
		{ "C=DE,O=Acme,CN=gw", "C=DE, O=Acme, CN=gw" },
		{ "  C = DE ,  CN =  a b  ", "C=DE, CN=a b" },
		{ "O=Acme\\, Inc", NULL },
		{ "O=a\\\\b", NULL },
		{ "CN=\\#1", NULL },
		{ "CN=a\\ ", NULL },
		{ "CN=\\41", "CN=A" },
		{ "E=ann@example.com", "emailAddress=ann@example.com" },
		{ "DC=com, DC=example, OU=x, OU=y", NULL },
		{ "CN=Z\xc3\xbcrich", NULL },
		{ "CN=a=b", NULL },
		{ "2.5.4.3=x", "CN=x" },
	};
	X509_NAME *n;
	char *s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		if ((n = name_parse(t[i].in)) == NULL)
			fail_msg("refused: %s", t[i].in);
		s = name_text(n);
		assert_string_equal(s, t[i].out != NULL ? t[i].out : t[i].in);
		OPENSSL_free(s);
		X509_NAME_free(n);
	}
}

static void
test_bad(void **state)
{
	static const char *const bad[] = { "", " ", "Acme", "CN", "CN=",
	    "CN= ", "=x", "CN=x,", "CN=x, ", "CN=x,,O=y", "XX=y", "C=DEU",
	    "C=D", "CN=x\\", "CN=a\\00b", "CN=a\x01""b", "CN=\xff",
	    "CN=" LONG };
	char many[512] = "";
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (name_parse(bad[i]) != NULL)
			fail_msg("accepted: %s", bad[i]);
	for (i = 0; i < 21; i++)
		strcat(many, i > 0 ? ",OU=x" : "OU=x");
	assert_null(name_parse(many));
}

static void
san(enum km_opt opt, const char *value, const char *want)
{
	static struct km km;
	GENERAL_NAMES *all;
	char *s;

	memset(&km, 0, sizeof(km));
	km.val[opt][0] = value;
	km.n[opt] = 1;
	all = san_of_options(&km);
	if (want == NULL) {
		if (all != NULL)
			fail_msg("accepted: %s", value);
		return;
	}
	if (all == NULL)
		fail_msg("refused: %s", value);
	s = san_text(sk_GENERAL_NAME_value(all, 0));
	assert_string_equal(s, want);
	OPENSSL_free(s);
	GENERAL_NAMES_free(all);
}

static void
test_san(void **state)
{
	(void)state;
	san(KO_DNS, "gw.example.com", "dns:gw.example.com");
	san(KO_DNS, "gw", "dns:gw");
	san(KO_IP, "192.0.2.1", "ip:192.0.2.1");
	san(KO_IP, "2001:DB8::1", "ip:2001:db8::1");
	san(KO_EMAIL, "ann@example.com", "email:ann@example.com");
	san(KO_DNS, "", NULL);
	san(KO_DNS, ".x", NULL);
	san(KO_DNS, "x.", NULL);
	san(KO_DNS, "-x", NULL);
	san(KO_DNS, "x-.y", NULL);
	san(KO_DNS, "*.x", NULL);
	san(KO_DNS, "a b", NULL);
	san(KO_DNS, "1234567890123456789012345678901234567890"
	    "123456789012345678901234.x", NULL);
	san(KO_IP, "192.0.2.256", NULL);
	san(KO_IP, "192.0.2", NULL);
	san(KO_IP, "192.0.2.1/24", NULL);
	san(KO_EMAIL, "ann", NULL);
	san(KO_EMAIL, "@x", NULL);
	san(KO_EMAIL, "a@", NULL);
	san(KO_EMAIL, "a@b@c", NULL);
	san(KO_EMAIL, "a b@c", NULL);
}

/* A zero octet in somebody's name neither hides nor ends it. */
static void
test_hostile(void **state)
{
	static const char raw[] = "good.example\0.evil.example";
	GENERAL_NAME *g = GENERAL_NAME_new();
	ASN1_IA5STRING *v = ASN1_IA5STRING_new();
	GENERAL_NAMES *all = sk_GENERAL_NAME_new_null(), *some;
	char *s;

	(void)state;
	assert_int_equal(ASN1_STRING_set(v, raw, sizeof(raw) - 1), 1);
	GENERAL_NAME_set0_value(g, GEN_DNS, v);
	s = san_text(g);
	assert_string_equal(s, "dns:good.example\\00.evil.example");
	OPENSSL_free(s);
	assert_int_equal(sk_GENERAL_NAME_push(all, g), 1);
	some = san_plain(all);
	assert_int_equal(sk_GENERAL_NAME_num(some), 0);
	GENERAL_NAMES_free(some);
	GENERAL_NAMES_free(all);
}

static void
test_files(void **state)
{
	static const char *const good[] = { "paris", "VPN Boston", "a.b",
	    "1a", "Z\xc3\xbcrich", "a-b" };
	static const char *const bad[] = { "", " a", "a ", "a/b", "a,b", "..",
	    ".a", "-a", "42", "1.2", "a\nb", "\xff",
	    LONG };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_null(name_file_wrong(good[i]));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (name_file_wrong(bad[i]) == NULL)
			fail_msg("accepted: %s", bad[i]);
}

static void
test_url(void **state)
{
	(void)state;
	assert_null(url_wrong("http://crl.example/x.crl"));
	assert_null(url_wrong("ldap://h/cn=x?certificateRevocationList"));
	assert_non_null(url_wrong("ftp://x/"));
	assert_non_null(url_wrong("http://x/a b"));
	assert_non_null(url_wrong(""));
	assert_non_null(url_wrong("http://x/\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_san),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_url),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
