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
 * ikd/esp: what happens to inner packets on the way: parsing, checksums, MSS,
 * fragments, ICMP, DSCP and ECN.
 */

#include <netinet/in.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../ikd/esp/ecn.h"
#include "../../ikd/esp/frag4.h"
#include "../../ikd/esp/fragport.h"
#include "../../ikd/esp/icmp.h"
#include "../../ikd/esp/mss.h"
#include "../../ikd/esp/now.h"
#include "../../ikd/esp/pkt.h"
#include "../../ikd/esp/pmtu.h"
#include "esp_help.h"

static void
test_pkt4(void **state)
{
	uint8_t p[100];
	struct pkt k;
	size_t i;

	(void)state;
	help_ip4(p, "10.1.2.3", "10.2.3.4", IPPROTO_TCP, 1234, 80, 60);
	assert_int_equal(pkt_parse(p, 60, &k), 0);
	assert_int_equal(k.sport, 1234);
	assert_int_equal(k.dport, 80);
	assert_int_equal(k.ports, 1);
	assert_int_equal(k.df, 0);
	/* TFC padding behind it is no harm, a missing octet is. */
	assert_int_equal(pkt_parse(p, 99, &k), 0);
	assert_int_equal(k.len, 60);
	for (i = 0; i < 60; i++)
		assert_int_equal(pkt_parse(p, i, &k), -1);
	p[0] = 0x44;
	assert_int_equal(pkt_parse(p, 60, &k), -1);
	p[0] = 0x4f;
	assert_int_equal(pkt_parse(p, 60, &k), 0);
	assert_int_equal(k.ports, 0);	/* all of it is header */
	p[0] = 0x55;
	assert_int_equal(pkt_parse(p, 60, &k), -1);
}

static void
test_pkt4_fragments(void **state)
{
	uint8_t p[100];
	struct pkt k;

	(void)state;
	help_ip4(p, "10.1.2.3", "10.2.3.4", IPPROTO_UDP, 1, 2, 60);
	put16(p + 6, 0x2000);
	assert_int_equal(pkt_parse(p, 60, &k), 0);
	assert_int_equal(k.frag_first, 1);
	assert_int_equal(k.ports, 1);
	put16(p + 6, 0x2001);
	assert_int_equal(pkt_parse(p, 60, &k), 0);
	assert_int_equal(k.frag, 1);
	assert_int_equal(k.frag_first, 0);
	assert_int_equal(k.ports, 0);
	put16(p + 6, 0x4000);
	assert_int_equal(pkt_parse(p, 60, &k), 0);
	assert_int_equal(k.df, 1);
	assert_int_equal(k.frag, 0);
}

static void
test_pkt_icmp(void **state)
{
	uint8_t p[100];
	struct pkt k;

	(void)state;
	help_ip4(p, "10.1.2.3", "10.2.3.4", IPPROTO_ICMP, 8 << 8, 0, 60);
	assert_int_equal(pkt_parse(p, 60, &k), 0);
	assert_int_equal(k.sport, 8 << 8);
	assert_int_equal(k.dport, 8 << 8);
	help_ip4(p, "10.1.2.3", "10.2.3.4", 47, 5, 5, 60);
	assert_int_equal(pkt_parse(p, 60, &k), 0);
	assert_int_equal(k.ports, 0);
}

static void
test_pkt6(void **state)
{
	uint8_t p[120];
	struct pkt k;
	size_t i;

	(void)state;
	help_ip6(p, "2001:db8::1", "2001:db8::2", IPPROTO_HOPOPTS, 0, 0, 100);
	p[40] = IPPROTO_DSTOPTS;
	p[41] = 0;
	p[48] = IPPROTO_UDP;
	p[49] = 1;
	put16(p + 64, 500);
	put16(p + 66, 4500);
	assert_int_equal(pkt_parse(p, 100, &k), 0);
	assert_int_equal(k.proto, IPPROTO_UDP);
	assert_int_equal(k.l4, 64);
	assert_int_equal(k.dport, 4500);
	assert_int_equal(k.df, 1);
	for (i = 0; i < 100; i++)
		assert_int_equal(pkt_parse(p, i, &k), -1);
	p[49] = 200;			/* an option longer than the packet */
	assert_int_equal(pkt_parse(p, 100, &k), -1);
	/* A chain without end. */
	for (i = 40; i < 100; i += 8)
		p[i] = IPPROTO_DSTOPTS, p[i + 1] = 0;
	assert_int_equal(pkt_parse(p, 100, &k), -1);
}

static void
test_pkt6_fragments(void **state)
{
	uint8_t p[120];
	struct pkt k;

	(void)state;
	help_ip6(p, "2001:db8::1", "2001:db8::2", IPPROTO_FRAGMENT, 0, 0, 100);
	p[40] = IPPROTO_TCP;
	put16(p + 42, 1);		/* first, more follow */
	put32(p + 44, 0xabcdef01);
	put16(p + 48, 22);
	put16(p + 50, 33);
	assert_int_equal(pkt_parse(p, 100, &k), 0);
	assert_int_equal(k.frag_first, 1);
	assert_int_equal(k.sport, 22);
	assert_int_equal(k.frag_id, 0xabcdef01);
	put16(p + 42, 8);		/* the last */
	assert_int_equal(pkt_parse(p, 100, &k), 0);
	assert_int_equal(k.frag, 1);
	assert_int_equal(k.ports, 0);
	put16(p + 42, 0);		/* atomic, RFC 6946 */
	assert_int_equal(pkt_parse(p, 100, &k), 0);
	assert_int_equal(k.frag, 0);
	assert_int_equal(k.ports, 1);
}

/* Later fragments borrow the ports of the first; others do not. */
static void
test_fragport(void **state)
{
	static struct fragport f;
	uint8_t p[100];
	struct pkt first, later, other;

	(void)state;
	help_ip4(p, "10.1.2.3", "10.2.3.4", IPPROTO_UDP, 7, 9, 60);
	put16(p + 6, 0x2000);
	pkt_parse(p, 60, &first);
	put16(p + 6, 0x2005);
	pkt_parse(p, 60, &later);
	other = later;
	fragport_apply(&f, 1, &later, 1000);
	assert_int_equal(later.ports, 0);
	fragport_apply(&f, 1, &first, 1000);
	fragport_apply(&f, 1, &later, 2000);
	assert_int_equal(later.ports, 1);
	assert_int_equal(later.sport, 7);
	assert_int_equal(later.dport, 9);
	later = other;
	fragport_apply(&f, 2, &later, 2000);	/* of another SA */
	assert_int_equal(later.ports, 0);
	fragport_apply(&f, 1, &later, 20000);	/* too late */
	assert_int_equal(later.ports, 0);
	other.frag_id++;
	fragport_apply(&f, 1, &other, 2000);
	assert_int_equal(other.ports, 0);
}

static void
test_cksum(void **state)
{
	/* RFC 1071 section 3. */
	const uint8_t v[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };
	uint8_t p[60];
	uint16_t was;
	int i;

	(void)state;
	assert_int_equal(cksum_end(cksum_add(0, v, 8)), (uint16_t)~0xddf2);
	assert_int_equal(cksum_end(cksum_add(0, v, 1)), 0xffff);
	for (i = 0; i < 65536; i += 7) {
		help_ip4(p, "10.1.2.3", "10.2.3.4", 6, 1, 2, 60);
		was = be16(p + 4);
		put16(p + 4, i);
		cksum_mend(p + 10, was, i);
		assert_int_equal(cksum_end(cksum_add(0, p, 20)), 0);
	}
}

/* However it is taken, it is the sum of the 16-bit words. */
static void
test_cksum_ways(void **state)
{
	uint8_t p[300], to[300];
	uint32_t plain, seed;
	size_t at, len, i;

	(void)state;
	for (i = 0; i < sizeof(p); i++)
		p[i] = i % 5 == 0 ? 0xff : i * 37;
	for (at = 0; at < 18; at++)
		for (len = 0; at + len <= 280; len++) {
			seed = at * 4099;
			for (plain = seed, i = 0; i < len; i++)
				plain += p[at + i] << (i % 2 ? 0 : 8);
			memset(to, 0x5a, sizeof(to));
			assert_int_equal(cksum_end(cksum_add(seed, p + at,
			    len)), cksum_end(plain));
			assert_int_equal(cksum_end(cksum_copy(seed, to + 3,
			    p + at, len)), cksum_end(plain));
			assert_memory_equal(to + 3, p + at, len);
			assert_int_equal(to[2], 0x5a);
			assert_int_equal(to[3 + len], 0x5a);
		}
}

/* A TCP SYN with the options given; its checksum is right. */
static size_t
make_syn(uint8_t *p, const uint8_t *opt, size_t n)
{
	uint32_t sum;

	help_ip4(p, "10.1.2.3", "10.2.3.4", IPPROTO_TCP, 1234, 80, 40 + n);
	memset(p + 24, 0, 16);
	p[20 + 12] = (20 + n) / 4 << 4;
	p[20 + 13] = 0x02;
	memcpy(p + 40, opt, n);
	sum = cksum_add(IPPROTO_TCP + 20 + n, p + 12, 8);
	put16(p + 36, cksum_end(cksum_add(sum, p + 20, 20 + n)));
	return (40 + n);
}

static void
assert_tcp_sum(const uint8_t *p, size_t len)
{
	uint32_t sum = cksum_add(IPPROTO_TCP + len - 20, p + 12, 8);

	assert_int_equal(cksum_end(cksum_add(sum, p + 20, len - 20)), 0);
}

static void
test_mss(void **state)
{
	const uint8_t plain[] = { 2, 4, 0x05, 0xb4 };		/* 1460 */
	const uint8_t odd[] = { 1, 2, 4, 0x05, 0xb4, 0, 0, 0 };
	const uint8_t broken[] = { 2, 9, 0x05, 0xb4 };
	const uint8_t zero[] = { 3, 0, 2, 4, 0x05, 0xb4, 0, 0 };
	uint8_t p[100];
	struct pkt k;
	size_t n;

	(void)state;
	n = make_syn(p, plain, sizeof(plain));
	assert_int_equal(pkt_parse(p, n, &k), 0);
	assert_int_equal(mss_clamp(p, &k, 1500), 0);
	assert_int_equal(mss_clamp(p, &k, 1400), 1);
	assert_int_equal(be16(p + 42), 1360);
	assert_tcp_sum(p, n);
	assert_int_equal(mss_clamp(p, &k, 1400), 0);
	/* Never below what everybody must take. */
	assert_int_equal(mss_clamp(p, &k, 100), 1);
	assert_int_equal(be16(p + 42), 536);

	n = make_syn(p, odd, sizeof(odd));
	assert_int_equal(pkt_parse(p, n, &k), 0);
	assert_int_equal(mss_clamp(p, &k, 1301), 1);
	assert_int_equal(be16(p + 43), 1261);
	assert_tcp_sum(p, n);

	n = make_syn(p, broken, sizeof(broken));
	assert_int_equal(pkt_parse(p, n, &k), 0);
	assert_int_equal(mss_clamp(p, &k, 1000), 0);
	n = make_syn(p, zero, sizeof(zero));
	assert_int_equal(pkt_parse(p, n, &k), 0);
	assert_int_equal(mss_clamp(p, &k, 1000), 0);
	/* Not a SYN. */
	n = make_syn(p, plain, sizeof(plain));
	p[33] = 0x10;
	assert_int_equal(pkt_parse(p, n, &k), 0);
	assert_int_equal(mss_clamp(p, &k, 1000), 0);
	/* A header that says it is longer than the packet. */
	n = make_syn(p, plain, sizeof(plain));
	p[32] = 0xf0;
	assert_int_equal(pkt_parse(p, n, &k), 0);
	assert_int_equal(mss_clamp(p, &k, 1000), 0);
}

/* Cut and put together again, for many sizes. */
static void
check_cut(size_t len, size_t mtu, uint16_t off)
{
	uint8_t p[3000], whole[3000], out[3000];
	struct frag4 f;
	struct pkt k, fk;
	size_t n, at = 0, o;
	int more = 1;

	help_ip4(p, "10.1.2.3", "10.2.3.4", IPPROTO_UDP, 1, 2, len);
	put16(p + 6, off);
	cksum_ip4(p, 20);
	assert_int_equal(pkt_parse(p, len, &k), 0);
	assert_int_equal(frag4_start(&f, p, &k, mtu), 0);
	while ((n = frag4_next(&f, out)) != 0) {
		assert_true(more);
		assert_true(n <= mtu);
		assert_int_equal(cksum_end(cksum_add(0, out, 20)), 0);
		assert_int_equal(pkt_parse(out, n, &fk), 0);
		assert_int_equal(fk.len, n);
		assert_int_equal(fk.frag_id, k.frag_id);
		o = (be16(out + 6) & 0x1fff) - (off & 0x1fff);
		assert_int_equal(o * 8, at);
		more = (be16(out + 6) & 0x2000) != 0;
		memcpy(whole + at, out + 20, n - 20);
		at += n - 20;
	}
	assert_int_equal(more, (off & 0x2000) != 0);
	assert_int_equal(at, len - 20);
	assert_memory_equal(whole, p + 20, len - 20);
}

static void
test_frag4(void **state)
{
	uint8_t p[100], out[100];
	struct frag4 f;
	struct pkt k;
	size_t len;

	(void)state;
	for (len = 60; len < 2900; len += 37) {
		check_cut(len, 576, 0);
		check_cut(len, 68, 0);
		check_cut(len, 1438, 0x2000);
		check_cut(len, 1001, 0x0100);
	}
	/* Record route (not copied) and router alert (copied). */
	help_ip4(p, "10.1.2.3", "10.2.3.4", IPPROTO_UDP, 0, 0, 92);
	p[0] = 0x48;
	memcpy(p + 20, "\x07\x07\x04\0\0\0\0\x94\x04\0\0\0", 12);
	cksum_ip4(p, 32);
	assert_int_equal(pkt_parse(p, 92, &k), 0);
	assert_int_equal(frag4_start(&f, p, &k, 64), 0);
	assert_int_equal(frag4_next(&f, out), 64);
	assert_int_equal(out[20], 7);
	assert_int_equal(frag4_next(&f, out), 32 + 28);
	assert_int_equal(out[20], 1);
	assert_int_equal(out[26], 1);
	assert_int_equal(out[27], 0x94);
	assert_int_equal(cksum_end(cksum_add(0, out, 32)), 0);
	assert_int_equal(frag4_start(&f, p, &k, 32), -1);
}

static void
test_icmp4(void **state)
{
	uint8_t p[1500], out[ICMP_ROOM];
	struct pkt k, r;
	size_t n;

	(void)state;
	help_ip4(p, "10.1.2.3", "10.2.3.4", IPPROTO_TCP, 1234, 80, 1450);
	assert_int_equal(pkt_parse(p, 1450, &k), 0);
	n = icmp_too_big(p, &k, 1380, out);
	assert_int_equal(n, 20 + 8 + 528);
	assert_int_equal(pkt_parse(out, n, &r), 0);
	assert_memory_equal(&r.src, &k.dst, sizeof(r.src));
	assert_memory_equal(&r.dst, &k.src, sizeof(r.dst));
	assert_int_equal(out[20], 3);
	assert_int_equal(out[21], 4);
	assert_int_equal(be16(out + 26), 1380);
	assert_int_equal(cksum_end(cksum_add(0, out, 20)), 0);
	assert_int_equal(cksum_end(cksum_add(0, out + 20, n - 20)), 0);
	assert_memory_equal(out + 28, p, 528);
	/* Never about an error, a later fragment, a group. */
	memcpy(p, out, n);
	assert_int_equal(pkt_parse(p, n, &k), 0);
	assert_int_equal(icmp_too_big(p, &k, 100, out), 0);
	help_ip4(p, "10.1.2.3", "10.2.3.4", IPPROTO_UDP, 1, 2, 100);
	put16(p + 6, 0x4001);
	assert_int_equal(pkt_parse(p, 100, &k), 0);
	assert_int_equal(icmp_too_big(p, &k, 50, out), 0);
	help_ip4(p, "224.1.2.3", "10.2.3.4", IPPROTO_UDP, 1, 2, 100);
	assert_int_equal(pkt_parse(p, 100, &k), 0);
	assert_int_equal(icmp_too_big(p, &k, 50, out), 0);
}

static void
test_icmp6(void **state)
{
	uint8_t p[1500], out[ICMP_ROOM];
	struct pkt k, r;
	uint32_t sum;
	size_t n;

	(void)state;
	help_ip6(p, "2001:db8::1", "2001:db8::2", IPPROTO_TCP, 1, 2, 1450);
	assert_int_equal(pkt_parse(p, 1450, &k), 0);
	n = icmp_too_big(p, &k, 1380, out);
	assert_int_equal(n, 1280);
	assert_int_equal(pkt_parse(out, n, &r), 0);
	assert_int_equal(r.proto, IPPROTO_ICMPV6);
	assert_memory_equal(&r.dst, &k.src, sizeof(r.dst));
	assert_int_equal(out[40], 2);
	assert_int_equal(be32(out + 44), 1380);
	sum = cksum_add(n - 40 + IPPROTO_ICMPV6, out + 8, 32);
	assert_int_equal(cksum_end(cksum_add(sum, out + 40, n - 40)), 0);
	memcpy(p, out, n);
	assert_int_equal(pkt_parse(p, n, &k), 0);
	assert_int_equal(icmp_too_big(p, &k, 100, out), 0);
}

/* RFC 6040 figure 4, and DSCP of the inner header. */
static void
test_ecn(void **state)
{
	static const int want[4][4] = {
		{ 0, 0, 0, -1 }, { 1, 1, 1, 3 }, { 2, 1, 2, 3 },
		{ 3, 3, 3, 3 }
	};
	uint8_t p[60], six[48];
	int in, out;

	(void)state;
	for (in = 0; in < 4; in++)
		for (out = 0; out < 4; out++) {
			assert_int_equal(ecn_inner(in, out, 0), want[in][out]);
			if (want[in][out] == -1)
				continue;
			assert_int_equal(ecn_inner(0xb8 | in, 0x28 | out, 0),
			    0xb8 | want[in][out]);
		}
	for (in = 0; in < 256; in++) {
		help_ip4(p, "10.1.2.3", "10.2.3.4", 6, 1, 2, 60);
		ecn_set(p, in);
		assert_int_equal(ecn_get(p), in);
		assert_int_equal(cksum_end(cksum_add(0, p, 20)), 0);
		help_ip6(six, "::1", "::2", 6, 1, 2, 48);
		six[1] = 0x0a;
		ecn_set(six, in);
		assert_int_equal(ecn_get(six), in);
		assert_int_equal(six[0] >> 4, 6);
		assert_int_equal(six[1] & 0xf, 0xa);
	}
	assert_int_equal(ecn_outer(0xba, 0, 0), 0xba);
	assert_int_equal(ecn_outer(0xba, HEAD_NO_DSCP_OUT, 0), 0x02);
	assert_int_equal(ecn_outer(0xba, HEAD_NO_ECN, 0), 0xb8);
	assert_int_equal(ecn_outer(0xba, HEAD_NO_ECN | HEAD_NO_DSCP_OUT, 0), 0);
	assert_int_equal(ecn_outer(0xba, 0, 1 + 10), 0x2a);
	assert_int_equal(ecn_outer(0xba, HEAD_NO_ECN, 1 + 0), 0);
	assert_int_equal(ecn_inner(0xba, 0x2b, HEAD_DSCP_IN), 0x2b);
	assert_int_equal(ecn_inner(0xba, 0x2b, HEAD_NO_ECN), 0xba);
	/* What ECN would drop is nothing to who has none. */
	assert_int_equal(ecn_inner(0xb8, 0x2b, HEAD_DSCP_IN), -1);
	assert_int_equal(ecn_inner(0xb8, 0x2b, HEAD_NO_ECN), 0xb8);
	assert_int_equal(ecn_inner(0xb8, 0x2b, HEAD_NO_ECN | HEAD_DSCP_IN),
	    0x28);
}

static void
test_pmtu(void **state)
{
	void *mem = help_arena();
	struct me_sa_add m = help_add(1, 0x01000100);
	struct wt_sock other = help_sock("192.0.2.7", 1);
	struct sa *sa;

	(void)state;
	now_ms = 5000;
	assert_null(sa_attach_memory(mem, HELP_SIZE, help_on_lost));
	sa = help_must_add(&m);
	/* esp-plane: IPv4 outer 1500 leaves 1438 to GCM. */
	assert_int_equal(pmtu_inner(sa), 1438);
	pmtu_learn(&other.addr, 1000);
	assert_int_equal(pmtu_inner(sa), 1438);
	pmtu_learn(&m.remote.addr, 1400);
	assert_int_equal(pmtu_inner(sa), 1338);
	pmtu_learn(&m.remote.addr, 60);		/* forged */
	assert_int_equal(sa->mtu, 576);
	now_ms += PMTU_AGE * 1000;
	assert_int_equal(pmtu_inner(sa), 1438);
	sa_delete(sa);
	m.local = help_sock("2001:db8::1", 4500);
	m.remote = help_sock("2001:db8::2", 4500);
	assert_int_equal(pmtu_inner(help_must_add(&m)), 1418);
	sa_detach();
	munmap(mem, HELP_SIZE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pkt4),
		cmocka_unit_test(test_pkt4_fragments),
		cmocka_unit_test(test_pkt_icmp),
		cmocka_unit_test(test_pkt6),
		cmocka_unit_test(test_pkt6_fragments),
		cmocka_unit_test(test_fragport),
		cmocka_unit_test(test_cksum),
		cmocka_unit_test(test_cksum_ways),
		cmocka_unit_test(test_mss),
		cmocka_unit_test(test_frag4),
		cmocka_unit_test(test_icmp4),
		cmocka_unit_test(test_icmp6),
		cmocka_unit_test(test_ecn),
		cmocka_unit_test(test_pmtu),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
