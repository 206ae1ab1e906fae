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
 * The containment page, field by field: what is contained passes, and each
 * single excess is refused with a sentence that names the field.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "addr.h"
#include "alg.h"
#include "ts.h"
#include "../../ikd/parent/within.h"

#define NOW	1000

static struct wt_ceiling	 c;
static struct wt_grant		 g;
static struct mi_install	 in;
static struct mi_migrate	 mv;
static struct wt_sock		 from_local, from_remote;
static char			 why[MSG_TEXT];

static void
ts(struct wt_ts *t, const char *prefix)
{
	struct wt_prefix	 p;

	assert_int_equal(prefix_parse(prefix, &p), 0);
	ts_from_prefix(t, &p);
}

static void
sock(struct wt_sock *s, const char *addr, uint16_t port)
{
	assert_int_equal(addr_parse(addr, &s->addr), 0);
	s->port = port;
}

static uint64_t
bit(unsigned int type, unsigned int id, unsigned int keybits)
{
	return (alg_bit(alg_by_id(type, id, keybits)));
}

static void
base_ceiling(void)
{
	memset(&c, 0, sizeof(c));
	c.tunnel = 1;
	c.child = 2;
	c.reqid = 3;
	c.if_id = 4;
	c.mark = 5;
	c.mark_mask = 0xff;
	c.mode = MODE_TUNNEL;
	c.protos = PROTO_BIT_ESP;
	c.algs = bit(XF_ENCR, ENCR_AES_GCM_16, 256) |
	    bit(XF_ENCR, ENCR_AES_CBC, 256) |
	    bit(XF_INTEG, INTEG_HMAC_SHA2_256_128, 0);
	c.encap = ENCAP_FORCE;
	c.hard_seconds = 3600;
	c.hard_bytes = 1 << 20;
	c.grant_seconds = 500;
	c.outer_local_n = c.outer_remote_n = c.pools_n = 1;
	prefix_parse("192.0.2.0/24", &c.outer_local[0]);
	prefix_parse("198.51.100.0/24", &c.outer_remote[0]);
	prefix_parse("10.9.0.0/16", &c.pools[0]);
	c.ts_local_n = c.ts_remote_n = 1;
	ts(&c.ts_local[0], "10.1.0.0/16");
	ts(&c.ts_remote[0], "10.2.0.0/16");
}

static void
base_grant(void)
{
	memset(&g, 0, sizeof(g));
	g.id = 7;
	g.tunnel = 1;
	g.child = 2;
	g.reqid = 3;
	g.if_id = 4;
	g.mark = 5;
	g.mark_mask = 0xff;
	g.mode = MODE_TUNNEL;
	g.protos = PROTO_BIT_ESP;
	g.algs = c.algs;
	g.encap = ENCAP_FORCE;
	g.pairs = 3;
	g.expiry = NOW + 500;
	g.hard_seconds = 3600;
	g.hard_bytes = 1 << 20;
	g.outer_local_n = g.outer_remote_n = 1;
	prefix_parse("192.0.2.1", &g.outer_local[0]);
	prefix_parse("198.51.100.0/25", &g.outer_remote[0]);
	g.ts_local_n = g.ts_remote_n = 1;
	ts(&g.ts_local[0], "10.1.2.0/24");
	ts(&g.ts_remote[0], "10.2.0.0/16");
}

static void
base_install(void)
{
	memset(&in, 0, sizeof(in));
	in.grant = 7;
	in.serial = 1;
	in.spi_in = 0x100;
	in.spi_out = 0x100;
	in.mode = MODE_TUNNEL;
	in.udp_encap = 1;
	in.suite.proto = PROTO_ESP;
	in.suite.encr = ENCR_AES_GCM_16;
	in.suite.encr_bits = 256;
	in.replay_window = 1024;
	in.hard_seconds = 3600;
	in.hard_bytes = 1 << 20;
	sock(&in.local, "192.0.2.1", 4500);
	sock(&in.remote, "198.51.100.7", 4500);
	in.ts_local_n = in.ts_remote_n = 1;
	ts(&in.ts_local[0], "10.1.2.3");
	ts(&in.ts_remote[0], "10.2.0.0/16");
	in.encr_in_len = in.encr_out_len = 36;
}

static void
base_move(void)
{
	memset(&mv, 0, sizeof(mv));
	mv.grant = 7;
	mv.serial = 2;
	mv.spi_in = 0x100;
	sock(&mv.local, "192.0.2.1", 4500);
	sock(&mv.remote, "198.51.100.7", 4500);
	sock(&from_local, "192.0.2.1", 4500);
	sock(&from_remote, "198.51.100.7", 4500);
}

static int
setup(void **state)
{
	(void)state;
	base_ceiling();
	base_grant();
	base_install();
	base_move();
	return (0);
}

static const char *
grant(void)
{
	return (grant_within_ceiling(&g, &c, NOW, why, sizeof(why)));
}

static const char *
sa(void)
{
	return (sa_within_grant(&in, &g, NOW, why, sizeof(why)));
}

static const char *
move(void)
{
	return (move_within_grant(&mv, &g, &from_local, &from_remote, NOW,
	    why, sizeof(why)));
}

/* Refused, and the sentence begins with the field's name. */
static void
refused(const char *got, const char *field)
{
	assert_non_null(got);
	if (strncmp(got, field, strlen(field)) != 0)
		fail_msg("\"%s\" does not begin with \"%s\"", got, field);
}

/* A statement that spoils one thing; what follows is back to the base. */
#define SPOIL(check, field, ...) do {					\
	setup(NULL);							\
	assert_null(check());						\
	__VA_ARGS__;							\
	refused(check(), field);					\
} while (0)

static void
test_grant_labels(void **state)
{
	(void)state;
	SPOIL(grant, "tunnel", g.tunnel = 9);
	SPOIL(grant, "child", g.child = 9);
	SPOIL(grant, "reqid", g.reqid = 9);
	SPOIL(grant, "if_id", g.if_id = 0);
	SPOIL(grant, "mark:", g.mark = 0);
	SPOIL(grant, "mark mask", g.mark_mask = 0xffff);
	SPOIL(grant, "mode", g.mode = MODE_TRANSPORT);
	SPOIL(grant, "mode", g.mode = 0);
}

static void
test_grant_sets(void **state)
{
	(void)state;
	SPOIL(grant, "protocols", g.protos = PROTO_BIT_ESP | PROTO_BIT_AH);
	SPOIL(grant, "protocols", g.protos = 0);
	SPOIL(grant, "algorithms",
	    g.algs |= bit(XF_ENCR, ENCR_CHACHA20_POLY1305, 0));
	SPOIL(grant, "algorithms", g.algs = 0);
	SPOIL(grant, "encapsulation", g.encap = ENCAP_AUTO);
	SPOIL(grant, "encapsulation", g.encap = 2);
	SPOIL(grant, "SA pairs", g.pairs = GRANT_PAIRS + 1);
	SPOIL(grant, "SA pairs", g.pairs = 0);
	SPOIL(grant, "roaming", g.roaming = 1);
	setup(NULL);
	c.roaming = g.roaming = 1;
	assert_null(grant());
	g.roaming = 2;
	refused(grant(), "roaming");
	setup(NULL);
	c.encap = ENCAP_AUTO;
	assert_null(grant());
}

static void
test_grant_limits(void **state)
{
	(void)state;
	SPOIL(grant, "expiry", g.expiry = NOW);
	SPOIL(grant, "expiry", g.expiry = NOW + 501);
	SPOIL(grant, "expiry", g.expiry = 0);
	SPOIL(grant, "hard lifetime", g.hard_seconds = 3601);
	SPOIL(grant, "hard lifetime", g.hard_seconds = 0);
	SPOIL(grant, "hard lifesize", g.hard_bytes++);
	SPOIL(grant, "hard lifesize", g.hard_bytes = 0);
	setup(NULL);
	c.grant_seconds = c.hard_seconds = c.hard_bytes = 0;
	assert_null(grant());
	g.expiry = g.hard_seconds = g.hard_bytes = 0;
	assert_null(grant());
}

static void
test_grant_outer(void **state)
{
	(void)state;
	SPOIL(grant, "local outer", g.outer_local_n = 0);
	SPOIL(grant, "local outer",
	    prefix_parse("192.0.3.1", &g.outer_local[0]));
	SPOIL(grant, "local outer",
	    prefix_parse("192.0.0.0/16", &g.outer_local[0]));
	SPOIL(grant, "local outer", g.outer_local[0].plen = 33);
	SPOIL(grant, "local outer", g.outer_local[0].addr.af = 0);
	SPOIL(grant, "local outer", c.outer_local_n = 0);
	SPOIL(grant, "local outer", c.outer_local[0].plen = 200);
	SPOIL(grant, "remote outer", g.outer_remote_n = 0);
	SPOIL(grant, "remote outer",
	    prefix_parse("198.51.0.0/16", &g.outer_remote[0]));
	SPOIL(grant, "remote outer", g.outer_remote_n = 2;
	    prefix_parse("2001:db8::1", &g.outer_remote[1]));
}

static void
test_grant_selectors(void **state)
{
	(void)state;
	SPOIL(grant, "local selector", g.ts_local_n = 0);
	SPOIL(grant, "local selector", ts(&g.ts_local[0], "10.0.0.0/15"));
	SPOIL(grant, "local selector", g.ts_local_n = 2;
	    ts(&g.ts_local[1], "10.3.0.0/24"));
	SPOIL(grant, "local selector", g.ts_local[0].af = 5);
	SPOIL(grant, "local selector", g.ts_local[0].lo[0] = 11);
	SPOIL(grant, "local selector", g.ts_local[0].port_lo = 5;
	    g.ts_local[0].port_hi = 4);
	/* The pools are the peer's, not ours. */
	SPOIL(grant, "local selector", ts(&g.ts_local[0], "10.9.0.1"));
	SPOIL(grant, "remote selector", g.ts_remote_n = 0);
	SPOIL(grant, "remote selector", ts(&g.ts_remote[0], "10.3.0.1"));
	SPOIL(grant, "remote selector", c.ts_remote[0].proto = 6);
	SPOIL(grant, "remote selector", c.ts_remote[0].port_hi = 80);
	setup(NULL);
	ts(&g.ts_remote[0], "10.9.7.7");
	assert_null(grant());
	ts(&g.ts_remote[0], "10.8.0.0/15");
	refused(grant(), "remote selector");
}

/* An empty list in a ceiling: the endpoint's own address, and one only. */
static void
test_grant_own_address(void **state)
{
	(void)state;
	setup(NULL);
	c.ts_local_n = c.ts_remote_n = 0;
	ts(&g.ts_local[0], "192.0.2.1");
	ts(&g.ts_remote[0], "198.51.100.9");
	assert_null(grant());
	ts(&g.ts_local[0], "192.0.2.2");	/* the ceiling's, not ours */
	refused(grant(), "local selector");
	ts(&g.ts_local[0], "192.0.2.1");
	ts(&g.ts_remote[0], "198.51.100.8/31");
	refused(grant(), "remote selector");
	/* With a list it does not hold. */
	setup(NULL);
	ts(&g.ts_remote[0], "198.51.100.9");
	refused(grant(), "remote selector");
}

static void
test_sa_identity(void **state)
{
	(void)state;
	SPOIL(sa, "grant", in.grant = 8);
	SPOIL(sa, "mode", in.mode = MODE_TRANSPORT);
	SPOIL(sa, "SPI", in.spi_in = 255);
	SPOIL(sa, "SPI", in.spi_out = 0);
	SPOIL(sa, "flags", in.hold_out = 2);
	SPOIL(sa, "flags", in.udp_encap = 2);
	SPOIL(sa, "encapsulation", in.udp_encap = 0);
	SPOIL(sa, "replay window", in.replay_window = 4097);
	SPOIL(sa, "expiry", g.expiry = NOW);
	SPOIL(sa, "hard lifetime", in.hard_seconds = 0);
	SPOIL(sa, "hard lifetime", in.hard_seconds = 3601);
	SPOIL(sa, "hard lifesize", in.hard_bytes = 0);
	SPOIL(sa, "hard lifesize", in.hard_bytes = (1 << 20) + 1);
}

static void
cbc(void)
{
	setup(NULL);
	in.suite.encr = ENCR_AES_CBC;
	in.suite.integ = INTEG_HMAC_SHA2_256_128;
	in.encr_in_len = in.encr_out_len = 32;
	in.integ_in_len = in.integ_out_len = 32;
	assert_null(sa());
}

static void
test_sa_suite(void **state)
{
	(void)state;
	SPOIL(sa, "protocol", in.suite.proto = PROTO_AH);
	SPOIL(sa, "protocol", g.protos = PROTO_BIT_AH);
	SPOIL(sa, "ESN", in.suite.esn = 2);
	SPOIL(sa, "algorithms", in.suite.encr = 99);
	SPOIL(sa, "algorithms", in.suite.encr_bits = 128);
	SPOIL(sa, "algorithms", in.suite.encr_bits = 0);
	SPOIL(sa, "algorithms", in.suite.integ = INTEG_HMAC_SHA2_256_128);
	SPOIL(sa, "algorithms", in.integ_in_len = 32);
	SPOIL(sa, "algorithms", g.algs &= ~bit(XF_ENCR, ENCR_AES_GCM_16, 256));
	SPOIL(sa, "keys", in.encr_in_len = 32);
	SPOIL(sa, "keys", in.encr_out_len = 0);
	cbc();
	in.suite.integ = INTEG_NONE;
	refused(sa(), "algorithms");
	cbc();
	in.suite.integ = INTEG_HMAC_SHA1_96;
	refused(sa(), "algorithms");
	cbc();
	in.integ_out_len = 20;
	refused(sa(), "keys");
	cbc();
	in.encr_in_len = 16;
	refused(sa(), "keys");
}

static void
ah(void)
{
	cbc();
	g.protos = PROTO_BIT_AH;
	in.suite.proto = PROTO_AH;
	in.suite.encr = in.suite.encr_bits = 0;
	in.encr_in_len = in.encr_out_len = 0;
	assert_null(sa());
}

/* AH has an integrity algorithm, nothing else, and a grant of its own. */
static void
test_sa_ah(void **state)
{
	(void)state;
	ah();
	g.protos = PROTO_BIT_ESP;
	refused(sa(), "protocol");
	ah();
	in.suite.proto = PROTO_ESP;
	refused(sa(), "protocol");
	ah();
	in.suite.encr = ENCR_AES_CBC;
	refused(sa(), "algorithms");
	ah();
	in.encr_in_len = 32;
	refused(sa(), "algorithms");
	ah();
	in.encr_out_len = 32;
	refused(sa(), "algorithms");
	ah();
	in.suite.integ = INTEG_NONE;
	refused(sa(), "algorithms");
	ah();
	in.suite.integ = INTEG_HMAC_SHA1_96;
	refused(sa(), "algorithms");
	ah();
	in.integ_in_len = 0;
	refused(sa(), "keys");
	ah();
	in.suite.esn = 2;
	refused(sa(), "ESN");
}

static void
test_sa_where(void **state)
{
	(void)state;
	SPOIL(sa, "local outer", sock(&in.local, "192.0.2.2", 4500));
	SPOIL(sa, "local outer", in.local.addr.af = 0);
	SPOIL(sa, "remote outer", sock(&in.remote, "198.51.100.200", 4500));
	SPOIL(sa, "remote outer", in.remote.addr.af = 6);
	SPOIL(sa, "family", g.outer_remote_n = 2;
	    prefix_parse("2001:db8::/32", &g.outer_remote[1]);
	    sock(&in.remote, "2001:db8::1", 4500));
	SPOIL(sa, "ports", in.remote.port = 0);
	SPOIL(sa, "ports", in.local.port = 0);
	SPOIL(sa, "local selector", in.ts_local_n = 0);
	SPOIL(sa, "local selector", ts(&in.ts_local[0], "10.1.0.0/16"));
	SPOIL(sa, "remote selector", in.ts_remote_n = 0);
	SPOIL(sa, "remote selector", ts(&in.ts_remote[0], "10.9.0.1"));
	SPOIL(sa, "remote selector", g.ts_remote[0].proto = 17);
}

static void
test_move(void **state)
{
	(void)state;
	SPOIL(move, "grant", mv.grant = 8);
	SPOIL(move, "expiry", g.expiry = 1);
	SPOIL(move, "roaming", sock(&mv.remote, "198.51.100.8", 4500));
	SPOIL(move, "roaming", sock(&mv.local, "192.0.2.2", 4500));
	SPOIL(move, "ports", mv.remote.port = 0);
	/* A NAT has rebound the port. */
	setup(NULL);
	mv.remote.port = 31337;
	assert_null(move());
	g.roaming = 1;
	sock(&mv.remote, "198.51.100.8", 31337);
	assert_null(move());
	sock(&mv.remote, "198.51.100.200", 31337);
	refused(move(), "remote outer");
}

/* Both sides' values are in the sentence. */
static void
test_values(void **state)
{
	(void)state;
	setup(NULL);
	ts(&in.ts_remote[0], "10.3.0.0/16");
	assert_non_null(sa());
	assert_non_null(strstr(why, "10.3.0.0/16"));
	assert_non_null(strstr(why, "10.2.0.0/16"));
	setup(NULL);
	g.hard_seconds = 7200;
	assert_non_null(grant());
	assert_non_null(strstr(why, "7200"));
	assert_non_null(strstr(why, "3600"));
}

int
main(void)
{
	static const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(test_grant_labels),
		cmocka_unit_test(test_grant_sets),
		cmocka_unit_test(test_grant_limits),
		cmocka_unit_test(test_grant_outer),
		cmocka_unit_test(test_grant_selectors),
		cmocka_unit_test(test_grant_own_address),
		cmocka_unit_test(test_sa_identity),
		cmocka_unit_test(test_sa_suite),
		cmocka_unit_test(test_sa_ah),
		cmocka_unit_test(test_sa_where),
		cmocka_unit_test(test_move),
		cmocka_unit_test(test_values),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
