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


/*
 * The pure parts of certd-fetch: URLs, which addresses may be contacted,
 * what LDAP wraps around CRLs, the policy's row.
 */

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../certd/fetch/furl.h"
#include "../../certd/fetch/jobs.h"
#include "../../certd/fetch/ldif.h"
#include "../../certd/fetch/reachable.h"
#include "addr.h"

static void
test_urls(void **state)
{
	static const struct {
		const char *url, *host, *rest;
		int port;
	} good[] = {
		{ "http://a.example/x", "a.example", "/x", 80 },
		{ "HTTP://A.Example./x?y#z", "a.example", "/x?y", 80 },
		{ "https://a", "a", "/", 443 },
		{ "http://a?q", "a", "/?q", 80 },
		{ "http://a:8080/", "a", "/", 8080 },
		{ "http://[2001:db8::1]:81/x", "2001:db8::1", "/x", 81 },
		{ "http://2130706433/", "127.0.0.1", "/", 80 },
		{ "http://0x7f.1/", "127.0.0.1", "/", 80 },
		{ "http://0/", "0.0.0.0", "/", 80 },
		{ "ldap:///cn=x?y", "", "/cn=x?y", 389 },
		{ "ldaps://h/cn=x", "h", "/cn=x", 636 },
		{ "http://h/u@v", "h", "/u@v", 80 },
	};
	static const char *const bad[] = {
		"http://0x7f..", "http://127.0.0.1../", "http://.a/",
		"http://a..b/", "", "http", "ftp://a/", "file:///x",
		"http://u@a/", "http://u:p@a/", "http:///x", "http://a:0/",
		"http://a:65536/", "http://a:/", "http://a:1x/",
		"http://[::1/", "http://[1.2.3.4]/", "http://[fe80::1%25e]/",
		"http://a b/", "http://a/\xc3\xbc", "http://a%2e/",
		"http://a\\b/", "ldaps:///cn=x", "ldap://:390/cn=x",
		"//a/", "http://a,b/" };
	char text[FETCH_URL + 300];
	struct furl u, again;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (furl_parse(good[i].url, &u) != NULL)
			fail_msg("%s is refused", good[i].url);
		assert_string_equal(u.host, good[i].host);
		assert_string_equal(u.rest, good[i].rest);
		assert_int_equal(u.port, good[i].port);
		assert_int_equal(furl_print(&u, text, sizeof(text)), 0);
		assert_null(furl_parse(text, &again));
		assert_memory_equal(&again, &u, sizeof(u));
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (furl_parse(bad[i], &u) == NULL)
			fail_msg("%s is taken", bad[i]);
}

static void
test_ldap_urls(void **state)
{
	static const char crl[] = "certificateRevocationList;binary";
	static const struct {
		const char *rest, *base;
		int behind;
		const char *want;	/* NULL: refused */
	} t[] = {
		{ "/cn=x", "", 0, "/cn=x?%" },
		{ "/cn=x?", "", 0, "/cn=x?%" },
		{ "/cn=x?CertificateRevocationList", "", 0, "/cn=x?%" },
		{ "/cn=x?certificaterevocationlist;binary?base?(a=b)", "", 0,
		    "/cn=x?%?base?(a=b)" },
		{ "/cn=x??sub", "", 0, "/cn=x?%?sub" },
		{ "/", "dc=a, dc=b", 0, "/dc=a,%20dc=b?%" },
		{ "/cn=x", "dc=a", 1, "/cn=x,dc=a?%" },
		{ "/cn=x", "dc=a", 0, "/cn=x?%" },
		{ "/", "", 0, NULL },
		{ "/cn=x?userPassword", "", 0, NULL },
		{ "/cn=x?certificateRevocationList,userPassword", "", 0,
		    NULL },
		{ "/cn=x?certificateRevocationListX", "", 0, NULL },
		{ "/cn=x????e=f", "", 0, NULL },
	};
	char want[200];
	const char *p;
	struct furl u;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		assert_null(furl_parse("ldap://h/", &u));
		strlcpy(u.rest, t[i].rest, sizeof(u.rest));
		if ((furl_ldap(&u, t[i].base, t[i].behind) == NULL) !=
		    (t[i].want != NULL))
			fail_msg("%s", t[i].rest);
		if (t[i].want == NULL)
			continue;
		p = strchr(t[i].want, '?') + 1;
		snprintf(want, sizeof(want), "%.*s%s%s",
		    (int)(p - t[i].want), t[i].want, crl, p + 1);
		assert_string_equal(u.rest, want);
	}
}

static void
add(struct wt_prefix *list, uint16_t *n, const char *s)
{
	assert_int_equal(prefix_parse(s, &list[(*n)++]), 0);
}

static int
may(const struct sn_fetch *f, const char *s)
{
	struct wt_addr a;

	assert_int_equal(addr_parse(s, &a), 0);
	return (reachable_addr(f, &a));
}

static void
test_addresses(void **state)
{
	static const char *const never[] = { "127.0.0.1", "127.255.0.1",
		"::1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
		"10.0.0.1", "::ffff:10.0.0.1", "fe80::1",
		/* 6to4, and the places of RFC 6052 behind RFC 8215's. */
		"2002:7f00:1::", "2002:7f00:1:2::3", "2002:a00:1::1",
		"64:ff9b:1::7f00:1", "64:ff9b:1:2:0:3:a00:1",
		"64:ff9b:1:7f00:0:100::", "64:ff9b:1:7f:0:1::",
		"64:ff9b:1::7f:0:100:0", "64:ff9b:1::a:0:100:0",
		"64:ff9b:1::" };
	struct sn_fetch f = { .timeout = 1 };
	size_t i;

	(void)state;
	add(f.exclude, &f.exclude_n, "127.0.0.0/8");
	add(f.exclude, &f.exclude_n, "::1");
	add(f.exclude, &f.exclude_n, "10.0.0.0/8");
	add(f.exclude, &f.exclude_n, "fe80::/10");
	add(f.exclude, &f.exclude_n, "0.0.0.0/8");
	for (i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (may(&f, never[i]))
			fail_msg("%s may be contacted", never[i]);
	assert_true(may(&f, "192.0.2.1"));
	assert_true(may(&f, "2001:db8::1"));
	assert_true(may(&f, "::ffff:192.0.2.1"));
	assert_true(may(&f, "2002:c000:201::1"));
	assert_true(may(&f, "64:ff9b:1::c000:201"));
	assert_true(may(&f, "64:ff9b:1:c000:2:100::"));
	assert_true(may(&f, "64:ff9b:2::7f00:1"));
	add(f.allow, &f.allow_n, "192.0.2.0/24");
	add(f.allow, &f.allow_n, "10.0.0.0/8");
	assert_true(may(&f, "192.0.2.1"));
	assert_true(may(&f, "::ffff:192.0.2.1"));
	assert_true(may(&f, "2002:c000:201::1"));
	assert_false(may(&f, "64:ff9b:1::c000:201"));
	assert_false(may(&f, "192.0.3.1"));
	assert_false(may(&f, "2001:db8::1"));
	assert_false(may(&f, "10.0.0.1"));
}

static void
test_hosts(void **state)
{
	static const char text[] = "127.0.0.1\tlocalhost # inside\n"
	    "# 10.0.0.1 inside\n"
	    "10.0.0.2 a.example Inside\r\n"
	    "\n"
	    "nonsense inside\n"
	    "::2   inside.example inside";
	struct wt_addr a[3];
	char out[ADDR_TEXT];

	(void)state;
	assert_int_equal(reachable_hosts(text, sizeof(text) - 1, "inside", a,
	    3), 2);
	assert_string_equal(addr_print(&a[0], out, sizeof(out)), "10.0.0.2");
	assert_string_equal(addr_print(&a[1], out, sizeof(out)), "::2");
	assert_int_equal(reachable_hosts(text, sizeof(text) - 1, "inside", a,
	    1), 1);
	assert_int_equal(reachable_hosts(text, sizeof(text) - 1, "in", a, 3),
	    0);
	assert_int_equal(reachable_hosts(text, 0, "inside", a, 3), 0);
}

/* The text, what becomes of it; NULL: refused with why. */
static void
ldif(const char *text, const char *want, const char *expect)
{
	const char *why = "";
	uint8_t out[4096];
	long n;

	n = ldif_crls(text, strlen(text), "certificateRevocationList", out,
	    sizeof(out), &why);
	if (want == NULL) {
		assert_int_equal(n, -1);
		assert_string_equal(why, expect);
		return;
	}
	assert_int_equal(n, strlen(want));
	assert_memory_equal(out, want, strlen(want));
}

static void
test_ldif(void **state)
{
	static const char broken[] = "the directory's value is not base64";

	(void)state;
	ldif("DN: cn=x\n\tcertificateRevocationList;binary:: YWJj\n\n",
	    "abc", NULL);
	ldif("DN: cn=x\n\tcertificaterevocationlist:: YWI=\n\n", "ab", NULL);
	ldif("DN: cn=x\n\tcn: x\n\tcertificateRevocationList: text\n",
	    "text", NULL);
	ldif("DN: cn=x\n\tcertificateRevocationList;binary:: YWJj\n"
	    "\tcertificateRevocationList;binary:: YQ==",
	    "-----BEGIN X509 CRL-----\nYWJj\n-----END X509 CRL-----\n"
	    "-----BEGIN X509 CRL-----\nYQ==\n-----END X509 CRL-----\n", NULL);
	ldif("", NULL, "the directory has no such entry");
	ldif("DN: cn=x\n\n", NULL,
	    "the directory's entry has no such attribute");
	ldif("DN: cn=x\n\tcertificateRevocationListX:: YWJj\n", NULL,
	    "the directory's entry has no such attribute");
	ldif("\tcertificateRevocationList:: YWJ\n", NULL, broken);
	ldif("\tcertificateRevocationList:: Y=Jj\n", NULL, broken);
	ldif("\tcertificateRevocationList:: YW-j\n", NULL, broken);
	ldif("\tcertificateRevocationList:: \n", NULL, broken);
	ldif("\tcertificateRevocationList:: ====\n", NULL, broken);
}

static void
test_policy(void **state)
{
	struct sn_fetch row = { .timeout = 5, .max_size = 100 };
	struct fetch_policy p;

	(void)state;
	assert_null(policy_from_row(&row, &p));
	assert_int_equal(p.proxy, PROXY_NONE);
	strlcpy(row.socks, "socks5h://[2001:db8::1]", sizeof(row.socks));
	assert_null(policy_from_row(&row, &p));
	assert_int_equal(p.proxy, PROXY_SOCKS5H);
	assert_string_equal(p.via.host, "2001:db8::1");
	assert_int_equal(p.via.port, 1080);
	strlcpy(row.socks, "socks4://proxy:80/", sizeof(row.socks));
	assert_null(policy_from_row(&row, &p));
	assert_int_equal(p.proxy, PROXY_SOCKS4);
	assert_int_equal(p.via.port, 80);
	strlcpy(row.socks, "gopher://proxy", sizeof(row.socks));
	assert_non_null(policy_from_row(&row, &p));
	row.socks[0] = '\0';
	row.servers_n = 1;
	strlcpy(row.servers[0].w, "http://x", sizeof(row.servers[0].w));
	assert_non_null(policy_from_row(&row, &p));
	strlcpy(row.servers[0].w, "ldaps://x", sizeof(row.servers[0].w));
	assert_null(policy_from_row(&row, &p));
	row.timeout = 0;
	assert_non_null(policy_from_row(&row, &p));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_urls),
		cmocka_unit_test(test_ldap_urls),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_ldif),
		cmocka_unit_test(test_policy),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
