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

/* Selectors to prefix pairs and port masks. */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "addr.h"
#include "ts.h"
#include "../../ikd/parent/flow.h"

static struct flow	 f[FLOWS_MAX];

static struct wt_ts
range(const char *lo, const char *hi, uint8_t proto, uint16_t port_lo,
    uint16_t port_hi)
{
	struct wt_addr	 a, b;
	struct wt_ts	 t;

	memset(&t, 0xee, sizeof(t));	/* octets an IPv4 selector leaves */
	assert_int_equal(addr_parse(lo, &a), 0);
	assert_int_equal(addr_parse(hi, &b), 0);
	t.af = a.af;
	t.proto = proto;
	t.port_lo = port_lo;
	t.port_hi = port_hi;
	memcpy(t.lo, a.a, addr_len(&a));
	memcpy(t.hi, b.a, addr_len(&b));
	return (t);
}

static void
is(const struct flow *flow, const char *want)
{
	char	 text[200];

	assert_string_equal(flow_print(flow, text, sizeof(text)), want);
}

static void
test_prefixes(void **state)
{
	struct wt_ts	 l = range("10.1.0.0", "10.1.255.255", 0, 0, 65535);
	struct wt_ts	 r = range("10.2.0.5", "10.2.0.9", 0, 0, 65535);

	(void)state;
	assert_int_equal(flows_expand(&l, 1, &r, 1, f), 3);
	is(&f[0], "10.1.0.0/16 = 10.2.0.5/32");
	is(&f[1], "10.1.0.0/16 = 10.2.0.6/31");
	is(&f[2], "10.1.0.0/16 = 10.2.0.8/31");
	assert_int_equal(flows_expand(&l, 1, &r, 0, f), 0);
}

static void
test_families_and_protocols(void **state)
{
	struct wt_ts	 l[2], r[2];

	(void)state;
	l[0] = range("10.1.0.0", "10.1.0.255", 6, 0, 65535);
	l[1] = range("fd01::", "fd01::ffff", 0, 0, 65535);
	r[0] = range("10.2.0.0", "10.2.0.255", 0, 443, 443);
	r[1] = range("fd02::", "fd02::ffff", 17, 53, 53);
	assert_int_equal(flows_expand(l, 2, r, 2, f), 2);
	is(&f[0], "10.1.0.0/24 = 10.2.0.0/24 proto 6 ports 0-65535 = 443-443");
	is(&f[1], "fd01::/112 = fd02::/112 proto 17 ports 0-65535 = 53-53");
	r[0].proto = 17;
	assert_int_equal(flows_expand(l, 1, r, 1, f), 0);
}

/* Equal selectors are one flow, whatever an unused octet holds. */
static void
test_equal(void **state)
{
	struct wt_ts	 l = range("10.1.0.0", "10.1.0.255", 0, 0, 65535);
	struct wt_ts	 r[2];

	(void)state;
	r[0] = r[1] = range("10.2.0.0", "10.2.0.255", 0, 0, 65535);
	r[1].lo[9] = 1;
	assert_int_equal(flows_expand(&l, 1, r, 2, f), 1);
}

/* A protocol without ports has none in the kernel; ICMP has its type. */
static void
test_no_ports(void **state)
{
	struct wt_ts	 l = range("10.1.0.1", "10.1.0.1", 1, 0x0800, 0x08ff);
	struct wt_ts	 r = range("10.2.0.1", "10.2.0.1", 1, 0, 65535);

	(void)state;
	assert_int_equal(flows_expand(&l, 1, &r, 1, f), 1);
	is(&f[0], "10.1.0.1/32 = 10.2.0.1/32 proto 1 ports 2048-2303 = "
	    "0-65535");
	l = range("10.1.0.1", "10.1.0.1", 17, 65535, 0);	/* OPAQUE */
	r.proto = 17;
	assert_int_equal(flows_expand(&l, 1, &r, 1, f), 1);
	is(&f[0], "10.1.0.1/32 = 10.2.0.1/32 proto 17 ports 0-65535 = "
	    "0-65535");
	l.proto = r.proto = 47;
	assert_int_equal(flows_expand(&l, 1, &r, 1, f), 1);
	assert_int_equal(flow_policies(&f[0]), 1);
}

static void
test_too_many(void **state)
{
	struct wt_ts	 l = range("10.0.0.1", "10.0.0.14", 0, 0, 65535);
	struct wt_ts	 r = range("10.1.0.1", "10.1.255.254", 0, 0, 65535);

	(void)state;
	/* 6 x 30 prefixes. */
	assert_int_equal(flows_expand(&l, 1, &r, 1, f), -1);
	r = range("10.1.0.1", "10.1.0.30", 0, 0, 65535);
	assert_int_equal(flows_expand(&l, 1, &r, 1, f), 48);
}

/* Each port is in exactly one mask of its range, no other is in any. */
static void
test_masks(void **state)
{
	static const uint16_t	 v[][2] = { { 0, 65535 }, { 1, 65534 },
				    { 443, 443 }, { 1000, 2000 }, { 0, 0 },
				    { 65535, 65535 }, { 5, 10 } };
	struct port_mask	 m[PORT_MASKS];
	unsigned int		 hits;
	uint32_t		 port;
	size_t			 i;
	int			 k, n;

	(void)state;
	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		n = ports_to_masks(v[i][0], v[i][1], m);
		assert_in_range(n, 1, PORT_MASKS);
		for (port = 0; port <= 65535; port++) {
			for (k = 0, hits = 0; k < n; k++)
				hits += (port & m[k].mask) == m[k].value;
			assert_int_equal(hits, port >= v[i][0] &&
			    port <= v[i][1]);
		}
	}
	assert_int_equal(ports_to_masks(0, 65535, m), 1);
	assert_int_equal(ports_to_masks(1, 65534, m), PORT_MASKS);
}

/* A label tells flows of one selector apart. */
static void
test_label(void **state)
{
	static struct wt_ceiling	 c;
	struct flow			 a, b;
	char				 text[256];

	(void)state;
	memset(&a, 0, sizeof(a));
	a.l.addr.af = a.r.addr.af = 4;
	a.r.plen = 8;
	a.l_hi = a.r_hi = 65535;
	b = a;
	flows_label(&b, 1, &c);
	assert_int_equal(flow_cmp(&a, &b), 0);
	c.mark = 0x15;
	c.mark_mask = 0xf0;
	flows_label(&b, 1, &c);
	assert_int_equal(b.mark, 0x10);
	assert_int_not_equal(flow_cmp(&a, &b), 0);
	assert_true(flow_meets(&a, &b));
	a = b;
	a.mark = 0x20;
	assert_int_not_equal(flow_cmp(&a, &b), 0);
	assert_false(flow_meets(&a, &b));
	a.mark_mask = 0x20;		/* bit 5 of b is clear */
	assert_false(flow_meets(&a, &b));
	a.mark_mask = 0x100;
	a.mark = 0x100;
	assert_true(flow_meets(&a, &b));
	assert_int_equal(flow_cmp(&a, &b), -flow_cmp(&b, &a));
	c.if_id = 7;
	flows_label(&a, 1, &c);
	assert_int_equal(a.own, 0);
	assert_false(flow_meets(&a, &b));
	strlcpy(c.interface, "ipsec0", sizeof(c.interface));
	flows_label(&a, 1, &c);
	assert_int_equal(a.own, 1);
	assert_non_null(strstr(flow_print(&a, text, sizeof(text)),
	    "mark 0x10/0xf0 if-id 7"));
	a.r.plen = 0;
	flows_label(&a, 1, &c);
	assert_int_equal(a.own, 0);
	/* In a VRF everything may be routed. */
	b = a;
	strlcpy(c.vrf, "red", sizeof(c.vrf));
	flows_label(&a, 1, &c);
	assert_int_equal(a.own, 1);
	b.own = 1;
	assert_int_not_equal(flow_cmp(&a, &b), 0);
}

int
main(void)
{
	static const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_families_and_protocols),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_no_ports),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_masks),
		cmocka_unit_test(test_label),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
