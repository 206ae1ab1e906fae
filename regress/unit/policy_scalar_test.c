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

/* tmd/policy/scalar.c, near.c, hash.c: values, names, tables. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../tmd/policy/hash.h"
#include "../../tmd/policy/scalar.h"
#include "name.h"
#include "near.h"
#include "ts.h"

#define BAD	UINT64_MAX	/* must be refused */
#define LONG_NAME							\
	"12345678901234567890123456789012345678901234567890123456789"	\
	"0abcde"			/* 66 */

struct value {
	const char	*s;
	uint64_t	 v;
};

static void
check(int (*parse)(const char *, uint64_t *), const struct value *t)
{
	uint64_t v;

	for (; t->s != NULL; t++) {
		v = 12345;
		if (t->v == BAD) {
			if (parse(t->s, &v) != -1)
				fail_msg("\"%s\" was accepted", t->s);
		} else if (parse(t->s, &v) != 0 || v != t->v)
			fail_msg("\"%s\" gives %llu", t->s,
			    (unsigned long long)v);
	}
}

static void
test_numbers(void **state)
{
	static const struct value number[] = {
		{ "0", 0 }, { "4294967295", 4294967295U }, { "007", 7 },
		{ "18446744073709551616", BAD }, { "", BAD }, { "-1", BAD },
		{ "+1", BAD }, { " 1", BAD }, { "1 ", BAD }, { "0x10", BAD },
		{ "1.0", BAD }, { NULL, 0 }
	};
	static const struct value time[] = {
		{ "30", 30 }, { "30s", 30 }, { "5m", 300 }, { "4h", 14400 },
		{ "7d", 604800 }, { "1h30m", BAD }, { "1.5h", BAD },
		{ "h", BAD }, { "4 h", BAD }, { "4H", BAD }, { "1w", BAD },
		{ "9223372036854775807d", BAD }, { NULL, 0 }
	};
	static const struct value size[] = {
		{ "0", 0 }, { "1500", 1500 }, { "1KB", 1024 },
		{ "10GB", 10ULL << 30 }, { "2TB", 2ULL << 40 },
		{ "1kb", BAD }, { "1K", BAD }, { "1PB", BAD },
		{ "9999999999TB", BAD }, { NULL, 0 }
	};
	static const struct value percent[] = {
		{ "5%", 5 }, { "0%", 0 }, { "5", BAD }, { "%", BAD },
		{ "5%%", BAD }, { "5.5%", BAD }, { NULL, 0 }
	};
	static const struct value boolean[] = {
		{ "yes", 1 }, { "true", 1 }, { "no", 0 }, { "false", 0 },
		{ "Yes", BAD }, { "on", BAD }, { "1", BAD }, { "", BAD },
		{ NULL, 0 }
	};
	static const struct value factor[] = {
		{ "1", 100 }, { "1.8", 180 }, { "1.85", 185 }, { "2.05", 205 },
		{ "1.", BAD }, { ".5", BAD }, { "1.855", BAD }, { "1,8", BAD },
		{ "99999", BAD }, { NULL, 0 }
	};
	static const struct value protocol[] = {
		{ "any", 0 }, { "tcp", 6 }, { "udp", 17 }, { "icmpv6", 58 },
		{ "ipv6-icmp", 58 }, { "1", 1 }, { "255", 255 }, { "256", BAD },
		{ "0", BAD }, { "TCP", BAD }, { "tpc", BAD }, { NULL, 0 }
	};

	(void)state;
	check(scalar_number, number);
	check(scalar_time, time);
	check(scalar_size, size);
	check(scalar_percent, percent);
	check(scalar_bool, boolean);
	check(scalar_factor, factor);
	check(scalar_protocol, protocol);
}

static void
test_print(void **state)
{
	static const uint64_t times[] = { 0, 1, 59, 60, 90, 3600, 3660,
		86400, 90000, 2592000, 214783647 };
	static const uint64_t sizes[] = { 0, 1, 1000, 1024, 1536, 1ULL << 20,
		1ULL << 40, 3ULL << 30 };
	char text[64];
	uint64_t v;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		assert_int_equal(scalar_time(scalar_print_time(times[i],
		    text, sizeof(text)), &v), 0);
		assert_int_equal(v, times[i]);
	}
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(scalar_size(scalar_print_size(sizes[i],
		    text, sizeof(text)), &v), 0);
		assert_int_equal(v, sizes[i]);
	}
	assert_string_equal(scalar_print_time(14400, text, 64), "4h");
	assert_string_equal(scalar_print_time(90, text, 64), "90s");
	assert_string_equal(scalar_print_size(10ULL << 30, text, 64), "10GB");
	assert_string_equal(scalar_protocol_name(6), "tcp");
	assert_string_equal(scalar_protocol_name(58), "icmpv6");
	assert_null(scalar_protocol_name(200));
}

static void
test_ports(void **state)
{
	static const char *const bad[] = { "", "-", "1-", "-1", "65536",
		"10-5", "1-2-3", "a", "1 - 2", "any" };
	uint64_t lo, hi;
	size_t i;

	(void)state;
	assert_int_equal(scalar_ports("443", &lo, &hi), 0);
	assert_int_equal(lo, 443);
	assert_int_equal(hi, 443);
	assert_int_equal(scalar_ports("1000-65535", &lo, &hi), 0);
	assert_int_equal(lo, 1000);
	assert_int_equal(hi, 65535);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (scalar_ports(bad[i], &lo, &hi) != -1)
			fail_msg("\"%s\" was accepted", bad[i]);
}

static void
test_nets(void **state)
{
	static const struct {
		const char	*in;
		const char	*out;	/* NULL: refused */
	} t[] = {
		{ "10.1.0.0/16", "10.1.0.0/16" },
		{ "10.1.0.0/255.255.0.0", "10.1.0.0/16" },
		{ "10.1.0.5", "10.1.0.5" },
		{ "0.0.0.0/0", "0.0.0.0/0" },
		{ "10.0.0.5-10.0.0.9", "10.0.0.5-10.0.0.9" },
		{ "10.0.0.0-10.0.0.255", "10.0.0.0/24" },
		{ "fd01::/48", "fd01::/48" },
		{ "fd01::1-fd01::f", "fd01::1-fd01::f" },
		{ "10.0.0.9-10.0.0.5", NULL },
		{ "10.0.0.1-fd01::1", NULL },
		{ "10.0.0.0/33", NULL }, { "10.0.0.300", NULL },
		{ "10.0.0.1-", NULL }, { "-10.0.0.1", NULL },
		{ "peer", NULL }, { "", NULL },
	};
	struct wt_ts ts;
	char text[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		if (t[i].out == NULL) {
			if (scalar_net(t[i].in, &ts) != -1)
				fail_msg("\"%s\" was accepted", t[i].in);
			continue;
		}
		assert_int_equal(scalar_net(t[i].in, &ts), 0);
		assert_true(ts_valid(&ts));
		assert_string_equal(ts_print(&ts, text, sizeof(text)),
		    t[i].out);
	}
}

static void
test_names(void **state)
{
	static const char *const good[] = { "boston", "VPN Boston", "a",
		"4711x", "\xc3\xa9t\xc3\xa9", "x.1", "yes" };
	static const char *const bad[] = { "", "a/b", "a,b", " a", "a ",
		"12", "1.2", "...", "a\tb", "a\x7f",
		LONG_NAME };
	static const char *const files[] = { "", "/etc/x", "a/b", ".x", "..",
		"a\n" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_null(name_wrong(good[i]));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (name_wrong(bad[i]) == NULL)
			fail_msg("\"%s\" was accepted", bad[i]);
	assert_null(scalar_file_wrong("boston"));
	assert_null(scalar_file_wrong("east-2027"));
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (scalar_file_wrong(files[i]) == NULL)
			fail_msg("\"%s\" was accepted", files[i]);
}

static const char *
nearest(const char *want)
{
	static const char *const names[] = { "children", "local", "remote",
		"psk", "dpd", "start", "retry", NULL };
	struct near n;
	int i;

	near_start(&n, want);
	for (i = 0; names[i] != NULL; i++)
		near_try(&n, names[i], names[i]);
	assert_ptr_equal(n.tag, n.best);
	return (n.best);
}

static void
test_near(void **state)
{
	char longer[80];

	(void)state;
	assert_int_equal(near_distance("", ""), 0);
	assert_int_equal(near_distance("abc", ""), 3);
	assert_int_equal(near_distance("childern", "children"), 1);
	assert_int_equal(near_distance("kitten", "sitting"), 3);
	assert_int_equal(near_distance("ab", "ba"), 1);
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(near_distance(longer, longer), 0);
	assert_true(near_distance(longer, "x") > 10);
	assert_string_equal(nearest("childern"), "children");
	assert_string_equal(nearest("stat"), "start");
	assert_string_equal(nearest("pks"), "psk");
	assert_null(nearest("xyz"));
	assert_null(nearest("a"));
	assert_null(nearest(longer));
}

static void
test_hash(void **state)
{
	static char names[20000][8];
	static int val[20000];
	struct hash h = { NULL, 0, 0 };
	size_t i;

	(void)state;
	assert_null(hash_get(&h, "x", 1));
	for (i = 0; i < 20000; i++) {
		snprintf(names[i], sizeof(names[i]), "n%zu", i);
		assert_null(hash_put(&h, names[i], strlen(names[i]),
		    &val[i]));
	}
	for (i = 0; i < 20000; i++)
		assert_ptr_equal(hash_get(&h, names[i], strlen(names[i])),
		    &val[i]);
	assert_ptr_equal(hash_put(&h, "n7", 2, &val[0]), &val[7]);
	assert_null(hash_get(&h, "n7", 1));
	assert_null(hash_get(&h, "n20000", 6));
	hash_free(&h);
	assert_null(hash_get(&h, "n7", 2));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_nets),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_near),
		cmocka_unit_test(test_hash),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
