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

/* common/addr.c: text, containment, ranges to prefixes, endpoints. */

#include <sys/types.h>
#include <netinet/in.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "addr.h"

static struct wt_addr
A(const char *s)
{
	struct wt_addr a;

	assert_int_equal(addr_parse(s, &a), 0);
	return (a);
}

static struct wt_prefix
P(const char *s)
{
	struct wt_prefix p;

	assert_int_equal(prefix_parse(s, &p), 0);
	return (p);
}

static void
check_prefix(const char *in, const char *want)
{
	struct wt_prefix p;
	char buf[ADDR_TEXT];

	if (prefix_parse(in, &p) == -1)
		assert_null(want);
	else {
		assert_non_null(want);
		assert_string_equal(prefix_print(&p, buf, sizeof(buf)), want);
	}
}

static void
test_addr_text(void **state)
{
	static const char *const bad[] = { "", "10.1", "10.1.2.3.4", "::g",
	    "1.2.3.256", "fe80::1%eth0", "10.1.2.3 ", "gw" };
	struct wt_addr a;
	char buf[ADDR_TEXT], tiny[4];
	size_t i;

	(void)state;
	a = A("192.0.2.1");
	assert_int_equal(a.af, 4);
	assert_int_equal(addr_len(&a), 4);
	assert_string_equal(addr_print(&a, buf, sizeof(buf)), "192.0.2.1");
	a = A("2001:DB8:0::1");
	assert_int_equal(a.af, 6);
	assert_string_equal(addr_print(&a, buf, sizeof(buf)), "2001:db8::1");
	assert_string_equal(addr_print(&a, tiny, sizeof(tiny)), "non");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(addr_parse(bad[i], &a), -1);
		assert_int_equal(a.af, 0);
		assert_int_equal(addr_len(&a), 0);
	}
	assert_string_equal(addr_print(&a, buf, sizeof(buf)), "none");
}

static void
test_addr_cmp(void **state)
{
	struct wt_addr a = A("10.0.0.1"), b = A("10.0.0.2"), c = A("::1");

	(void)state;
	assert_true(addr_cmp(&a, &b) < 0);
	assert_true(addr_cmp(&b, &a) > 0);
	assert_true(addr_cmp(&b, &c) < 0);
	b = a;
	b.a[7] = 0xff;		/* beyond an IPv4 address */
	assert_int_equal(addr_cmp(&a, &b), 0);
}

static void
test_prefix_text(void **state)
{
	(void)state;
	check_prefix("10.1.2.3/16", "10.1.0.0/16");
	check_prefix("10.1.2.3/255.255.0.0", "10.1.0.0/16");
	check_prefix("10.1.2.3/0.0.0.0", "0.0.0.0/0");
	check_prefix("10.1.2.3", "10.1.2.3/32");
	check_prefix("::1", "::1/128");
	check_prefix("2001:db8:ffff::/33", "2001:db8:8000::/33");
	check_prefix("2001:db8::/ffff:ffff::", "2001:db8::/32");
	check_prefix("::/0", "::/0");
	check_prefix("10.1.2.3/33", NULL);
	check_prefix("10.1.2.3/", NULL);
	check_prefix("10.1.2.3/-1", NULL);
	check_prefix("10.1.2.3/08", NULL);
	check_prefix("10.1.2.3/1000", NULL);
	check_prefix("10.1.2.3/255.0.255.0", NULL);
	check_prefix("10.1.2.3/ffff::", NULL);
	check_prefix("::1/129", NULL);
	check_prefix("/24", NULL);
	check_prefix("10.1.2.3/24/24", NULL);
}

static void
test_prefix_has(void **state)
{
	struct wt_prefix p = P("10.1.0.0/17"), all = P("0.0.0.0/0");
	struct wt_prefix q = P("10.1.64.0/18"), broken = P("10.0.0.0/8");
	struct wt_prefix six = P("::/0");
	struct wt_addr in = A("10.1.127.255"), out = A("10.1.128.0");
	struct wt_addr v6 = A("::a01:1");

	(void)state;
	assert_true(prefix_has(&p, &in));
	assert_false(prefix_has(&p, &out));
	assert_true(prefix_has(&all, &out));
	assert_false(prefix_has(&all, &v6));
	assert_true(prefix_covers(&p, &q));
	assert_false(prefix_covers(&q, &p));
	assert_true(prefix_covers(&p, &p));
	assert_false(prefix_covers(&six, &p));
	broken.plen = 40;	/* as a hostile pipe may say */
	assert_false(prefix_has(&broken, &in));
	assert_false(prefix_covers(&all, &broken));
}

static void
check_range(const char *lo, const char *hi, const char *const *want)
{
	struct wt_addr l = A(lo), h = A(hi);
	struct wt_prefix out[64];
	char buf[ADDR_TEXT];
	int i, n;

	n = range_to_prefixes(&l, &h, out, 64);
	for (i = 0; want[i] != NULL; i++) {
		assert_true(i < n);
		assert_string_equal(prefix_print(&out[i], buf, sizeof(buf)),
		    want[i]);
	}
	assert_int_equal(n, i);
}

static void
test_ranges(void **state)
{
	struct wt_addr lo = A("10.0.0.1"), hi = A("10.0.0.254"), six = A("::");
	struct wt_prefix out[16];

	(void)state;
	check_range("10.0.0.5", "10.0.0.9", (const char *const[]){
	    "10.0.0.5/32", "10.0.0.6/31", "10.0.0.8/31", NULL });
	check_range("0.0.0.0", "255.255.255.255", (const char *const[]){
	    "0.0.0.0/0", NULL });
	check_range("255.255.255.254", "255.255.255.255",
	    (const char *const[]){ "255.255.255.254/31", NULL });
	check_range("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	    (const char *const[]){ "::/0", NULL });
	check_range("2001:db8::ffff", "2001:db8::1:0", (const char *const[]){
	    "2001:db8::ffff/128", "2001:db8::1:0/128", NULL });
	assert_int_equal(range_to_prefixes(&lo, &hi, out, 14), 14);
	assert_int_equal(range_to_prefixes(&lo, &hi, out, 13), -1);
	assert_int_equal(range_to_prefixes(&hi, &lo, out, 16), -1);
	assert_int_equal(range_to_prefixes(&lo, &six, out, 16), -1);
	lo.af = hi.af = 0;
	assert_int_equal(range_to_prefixes(&lo, &hi, out, 16), -1);
}

static void
test_prefix_range(void **state)
{
	struct wt_prefix p = P("2001:db8::/33");
	struct wt_addr lo, hi;
	char buf[ADDR_TEXT];

	(void)state;
	prefix_range(&p, &lo, &hi);
	assert_string_equal(addr_print(&lo, buf, sizeof(buf)), "2001:db8::");
	assert_string_equal(addr_print(&hi, buf, sizeof(buf)),
	    "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff");
}

static void
test_sock(void **state)
{
	static const char *const texts[] = { "192.0.2.1", "2001:db8::7" };
	struct sockaddr_storage ss;
	struct wt_sock s, t;
	char buf[ADDR_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		memset(&s, 0, sizeof(s));
		s.addr = A(texts[i]);
		s.port = 4500;
		assert_int_equal(sock_to(&s, &ss), i == 0 ?
		    sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
		sock_from((struct sockaddr *)&ss, &t);
		assert_int_equal(sock_cmp(&s, &t), 0);
		t.port = 4501;
		assert_true(sock_cmp(&s, &t) < 0);
		assert_true(sock_cmp(&t, &s) > 0);
	}
	assert_string_equal(sock_print(&s, buf, sizeof(buf)),
	    "2001:db8::7[4500]");
	t = s;
	t.tcp = 1;
	assert_int_not_equal(sock_cmp(&s, &t), 0);
	assert_string_equal(sock_print(&t, buf, sizeof(buf)),
	    "2001:db8::7[4500/tcp]");
	memset(&s, 0, sizeof(s));
	assert_int_equal(sock_to(&s, &ss), 0);
	ss.ss_family = AF_UNIX;
	sock_from((struct sockaddr *)&ss, &t);
	assert_int_equal(t.addr.af, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addr_text),
		cmocka_unit_test(test_addr_cmp),
		cmocka_unit_test(test_prefix_text),
		cmocka_unit_test(test_prefix_has),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_prefix_range),
		cmocka_unit_test(test_sock),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
