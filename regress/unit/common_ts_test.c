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

/* common/ts.c: containment, narrowing, matching, text. */

#include <netinet/in.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "addr.h"
#include "ts.h"

static struct wt_ts
T(const char *prefix, uint8_t proto, uint16_t lo, uint16_t hi)
{
	struct wt_prefix p;
	struct wt_ts t;

	assert_int_equal(prefix_parse(prefix, &p), 0);
	ts_from_prefix(&t, &p);
	t.proto = proto;
	t.port_lo = lo;
	t.port_hi = hi;
	return (t);
}

#define ANY(p)		T(p, 0, 0, 65535)
#define OPAQUE(p, pr)	T(p, pr, 65535, 0)

static void
check_print(const struct wt_ts *t, const char *want)
{
	char buf[ADDR_TEXT];

	assert_string_equal(ts_print(t, buf, sizeof(buf)), want);
}

static void
test_valid(void **state)
{
	struct wt_ts t = ANY("10.0.0.0/8");

	(void)state;
	assert_true(ts_valid(&t));
	t.af = 5;
	assert_false(ts_valid(&t));
	t = ANY("10.0.0.0/8");
	t.lo[0] = 11;
	assert_false(ts_valid(&t));
	t = T("10.0.0.0/8", 6, 80, 79);
	assert_false(ts_valid(&t));
	t = OPAQUE("10.0.0.0/8", 6);
	assert_true(ts_valid(&t));
}

static void
test_covers(void **state)
{
	struct wt_ts all = ANY("0.0.0.0/0"), ten = ANY("10.0.0.0/8");
	struct wt_ts web = T("10.0.0.0/8", 6, 80, 81);
	struct wt_ts web1 = T("10.1.0.0/16", 6, 80, 80);
	struct wt_ts udp = T("10.1.0.0/16", 17, 80, 80);
	struct wt_ts opq = OPAQUE("10.1.0.0/16", 6), six = ANY("::/0");
	struct wt_ts bad = T("10.1.0.0/16", 6, 81, 80);

	(void)state;
	assert_true(ts_covers(&all, &ten));
	assert_false(ts_covers(&ten, &all));
	assert_true(ts_covers(&ten, &web));
	assert_false(ts_covers(&web, &ten));
	assert_true(ts_covers(&web, &web1));
	assert_false(ts_covers(&web, &udp));
	assert_true(ts_covers(&ten, &opq));
	assert_false(ts_covers(&web, &opq));
	assert_false(ts_covers(&opq, &web1));
	assert_true(ts_covers(&opq, &opq));
	assert_false(ts_covers(&six, &ten));
	assert_false(ts_covers(&all, &bad));
	assert_false(ts_covers(&bad, &bad));
}

static void
test_list_covers(void **state)
{
	struct wt_ts a[2] = { ANY("10.0.0.0/9"), ANY("10.128.0.0/9") };
	struct wt_ts in[2] = { ANY("10.1.0.0/16"), ANY("10.200.0.0/16") };
	struct wt_ts both = ANY("10.0.0.0/8");

	(void)state;
	assert_true(ts_list_covers(a, 2, in, 2));
	assert_false(ts_list_covers(a, 1, in, 2));
	/* Covered by two together is not covered by one. */
	assert_false(ts_list_covers(a, 2, &both, 1));
	assert_true(ts_list_covers(a, 2, in, 0));
	assert_false(ts_list_covers(a, 0, in, 1));
}

static void
test_intersect(void **state)
{
	struct wt_ts a = T("10.0.0.0/8", 0, 0, 65535);
	struct wt_ts b = T("10.1.0.0/16", 6, 80, 90), out;
	struct wt_ts c = T("10.1.0.0/16", 6, 85, 95);
	struct wt_ts u = T("10.1.0.0/16", 17, 85, 95);
	struct wt_ts o = OPAQUE("10.1.0.0/16", 6);
	struct wt_ts far = ANY("192.168.0.0/16");

	(void)state;
	assert_true(ts_intersect(&a, &b, &out));
	assert_true(ts_equal(&out, &b));
	assert_true(ts_intersect(&b, &c, &out));
	check_print(&out, "10.1.0.0/16[tcp/85-90]");
	assert_false(ts_intersect(&b, &u, &out));
	assert_false(ts_intersect(&b, &o, &out));
	assert_true(ts_intersect(&a, &o, &out));
	assert_true(ts_equal(&out, &o));
	assert_false(ts_intersect(&a, &far, &out));
	b.port_lo = b.port_hi = 84;
	assert_false(ts_intersect(&b, &c, &out));
}

static void
test_narrow(void **state)
{
	struct wt_ts ours[2] = { ANY("10.1.0.0/16"), ANY("10.2.0.0/16") };
	struct wt_ts theirs[3] = { T("10.1.0.5/32", 6, 80, 80),
	    ANY("10.0.0.0/8"), ANY("172.16.0.0/12") };
	struct wt_ts out[4], r;
	size_t n;

	(void)state;
	/* The first, narrow one gives way to what covers it, in its place. */
	n = ts_narrow(ours, 2, theirs, 3, out, 4);
	assert_int_equal(n, 2);
	check_print(&out[0], "10.1.0.0/16");
	check_print(&out[1], "10.2.0.0/16");
	n = ts_narrow(ours, 2, theirs, 3, out, 1);
	assert_int_equal(n, 1);
	n = ts_narrow(ours, 2, theirs + 2, 1, out, 4);
	assert_int_equal(n, 0);
	n = ts_narrow(ours, 2, theirs, 1, out, 4);
	assert_int_equal(n, 1);
	check_print(&out[0], "10.1.0.5[tcp/80]");
	/* Ranges that are no prefix. */
	r = theirs[1];
	r.lo[0] = 10, r.lo[1] = 1, r.lo[2] = 255, r.lo[3] = 250;
	r.hi[0] = 10, r.hi[1] = 2, r.hi[2] = 0, r.hi[3] = 1;
	n = ts_narrow(ours, 2, &r, 1, out, 4);
	assert_int_equal(n, 2);
	check_print(&out[0], "10.1.255.250-10.1.255.255");
	check_print(&out[1], "10.2.0.0/31");
}

static void
test_match(void **state)
{
	struct wt_ts t = T("10.1.0.0/16", 6, 80, 81);
	struct wt_ts o = OPAQUE("10.1.0.0/16", 6), one;
	struct wt_addr in, out, six;

	(void)state;
	addr_parse("10.1.255.255", &in);
	addr_parse("10.2.0.0", &out);
	addr_parse("::1", &six);
	assert_true(ts_match(&t, &in, 6, 80));
	assert_true(ts_match(&t, &in, 6, 81));
	assert_false(ts_match(&t, &in, 6, 82));
	assert_false(ts_match(&t, &in, 17, 80));
	assert_false(ts_match(&t, &out, 6, 80));
	assert_false(ts_match(&t, &six, 6, 80));
	assert_false(ts_match(&o, &in, 6, 0));
	assert_false(ts_match(&o, &in, 6, 65535));
	ts_from_addr(&one, &in);
	assert_true(ts_match(&one, &in, 1, 0));
	assert_false(ts_match(&one, &out, 1, 0));
}

static void
test_print(void **state)
{
	struct wt_ts l[3] = { ANY("10.1.0.0/16"), T("10.0.0.5", 6, 443, 443),
	    ANY("2001:db8::/32") };
	struct wt_ts t;
	char buf[256], tiny[8];

	(void)state;
	assert_string_equal(ts_list_print(l, 3, buf, sizeof(buf)),
	    "10.1.0.0/16, 10.0.0.5[tcp/443], 2001:db8::/32");
	ts_list_print(l, 3, tiny, sizeof(tiny));
	assert_int_equal(strlen(tiny), 7);
	assert_string_equal(ts_list_print(l, 0, buf, sizeof(buf)), "");
	t = T("10.0.0.0/8", 17, 0, 65535);
	check_print(&t, "10.0.0.0/8[udp]");
	t = T("10.0.0.0/8", 0, 53, 53);
	check_print(&t, "10.0.0.0/8[any/53]");
	t = T("10.0.0.0/8", 1, 0x0800, 0x08ff);
	check_print(&t, "10.0.0.0/8[icmp/8]");
	t = T("10.0.0.0/8", 1, 0x0301, 0x0301);
	check_print(&t, "10.0.0.0/8[icmp/3.1]");
	t = T("10.0.0.0/8", 89, 0, 65535);
	check_print(&t, "10.0.0.0/8[89]");
	t = OPAQUE("10.0.0.0/8", 6);
	check_print(&t, "10.0.0.0/8[tcp/opaque]");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_covers),
		cmocka_unit_test(test_list_covers),
		cmocka_unit_test(test_intersect),
		cmocka_unit_test(test_narrow),
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_print),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
