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

/* The plane from the host to the wire, and both ways; see esp_flow.h. */

#include "esp_flow.h"

static void
test_out_and_in(void **state)
{
	static const uint16_t suites[][3] = {
		{ ENCR_AES_GCM_16, 128, 0 }, { ENCR_AES_GCM_16, 256, 0 },
		{ ENCR_CHACHA20_POLY1305, 0, 0 },
		{ ENCR_AES_CBC, 128, INTEG_HMAC_SHA2_256_128 },
		{ ENCR_AES_CBC, 256, INTEG_HMAC_SHA2_512_256 },
		{ ENCR_3DES, 0, INTEG_HMAC_SHA1_96 },
	};
	uint8_t p[200], got[300], esp[400], *inner, next;
	struct me_sa_add m;
	struct seal *s;
	size_t i, n;
	ssize_t r;

	(void)state;
	for (i = 0; i < 2 * sizeof(suites) / sizeof(suites[0]); i++) {
		m = pair(1, SPI);
		help_keys(&m, suites[i / 2][0], suites[i / 2][1],
		    suites[i / 2][2]);
		m.suite.esn = i % 2;
		help_must_add(&m);
		n = help_ip4(p, "10.1.0.1", "10.2.0.1", 17, 5, 6, 150);
		assert_int_equal(host_sends(p, n), n);
		r = receive(peer, got, sizeof(got));
		assert_int_equal(be32(got), SPI);
		assert_int_equal(be32(got + 4), 1);
		s = peer_seal(&m, 0);
		assert_int_equal(seal_open(s, 1, got, r, &inner, &next), n);
		assert_memory_equal(inner, p, n);
		seal_free(s);
		n = help_ip4(p, "10.2.0.1", "10.1.0.1", 17, 6, 5, 150);
		peer_sends(&m, 1, p, n, 4, esp);
		assert_int_equal(receive(tun, got, sizeof(got)), n);
		assert_memory_equal(got, p, n);
		sa_delete(sa_by_handle(1));
	}
	assert_count(CNT_UDP_SENT, 12);
	assert_count(CNT_TUN_WRITTEN, 12);
}

static void
test_ecn(void **state)
{
	uint8_t p[100], got[300], esp[400], control[64];
	struct me_sa_add m = pair(1, SPI);
	struct iovec iov = { got, sizeof(got) };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct pollfd pfd = { peer, POLLIN, 0 };
	int tos = 3, i;

	(void)state;
	help_must_add(&m);
	/* Outer: copied. */
	help_ip4(p, "10.1.0.1", "10.2.0.1", 17, 6, 5, 100);
	ecn_set(p, 0xb8 | 2);
	host_sends(p, 100);
	for (i = 0; i < WAIT_MS && poll(&pfd, 1, 1) != 1; i++)
		turn();
	h.msg_control = control;
	h.msg_controllen = sizeof(control);
	assert_true(recvmsg(peer, &h, 0) > 0);
	assert_int_equal(*(uint8_t *)CMSG_DATA(CMSG_FIRSTHDR(&h)), 0xb8 | 2);
	/* Inner: marked if it may be, dropped if it may not. */
	assert_int_equal(setsockopt(peer, IPPROTO_IP, IP_TOS, &tos,
	    sizeof(tos)), 0);
	help_ip4(p, "10.2.0.1", "10.1.0.1", 17, 6, 5, 100);
	peer_sends(&m, 1, p, 100, 4, esp);
	until(CNT_DROP_ECN, 1);
	ecn_set(p, 2);
	peer_sends(&m, 2, p, 100, 4, esp);
	assert_int_equal(receive(tun, got, sizeof(got)), 100);
	assert_int_equal(ecn_get(got), 3);
	assert_int_equal(cksum_end(cksum_add(0, got, 20)), 0);
	tos = 0;
	setsockopt(peer, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
}

static void
test_sizes(void **state)
{
	uint8_t p[2000], got[2100], *inner, next;
	struct me_sa_add m = pair(1, SPI);
	struct sa *sa;
	struct seal *s;
	ssize_t r;

	(void)state;
	sa = help_must_add(&m);
	sa->mtu = 1000;
	sa->mtu_until = now_s() + 100;
	help_ip4(p, "10.1.0.1", "10.2.0.1", 17, 6, 5, 1300);
	put16(p + 6, 0x4000);
	host_sends(p, 1300);
	r = receive(tun, got, sizeof(got));
	assert_int_equal(r, 20 + 8 + 528);
	assert_int_equal(be16(got + 26), 1000 - 62);
	assert_count(CNT_TOO_BIG, 1);
	nothing(peer);
	/* No DF: two fragments, each in a packet of its own. */
	put16(p + 6, 0);
	host_sends(p, 1300);
	s = peer_seal(&m, 0);
	r = receive(peer, got, sizeof(got));
	assert_true(r + 28 <= 1000);
	r = seal_open(s, 1, got, r, &inner, &next);
	assert_int_equal(be16(inner + 6), 0x2000);
	assert_int_equal(r, 932);
	r = receive(peer, got, sizeof(got));
	r = seal_open(s, 2, got, r, &inner, &next);
	assert_int_equal(be16(inner + 6), 912 / 8);
	assert_int_equal(r, 1300 - 912);
	seal_free(s);
	/* DF, but nobody may be told less than 576. */
	sa->mtu = 576;
	help_ip4(p, "10.1.0.1", "10.2.0.1", 17, 6, 5, 570);
	put16(p + 6, 0x4000);
	host_sends(p, 570);
	assert_true(receive(peer, got, sizeof(got)) > 570);
}

/* Short ones grow, the longest do not; the peer sees where each ends. */
static void
test_tfc(void **state)
{
	static const struct {
		uint32_t tfc, len, sent;
	} rows[] = {
		{ 0, 100, 100 }, { 600, 100, 600 }, { 600, 599, 600 },
		{ 600, 600, 600 }, { 600, 700, 700 },
		{ TFC_MTU, 100, 938 }, { 60000, 100, 938 },
		{ TFC_MTU, 938, 938 }
	};
	uint8_t p[1000], got[1200], *inner, next;
	struct me_sa_add m = pair(1, SPI);
	struct seal *s;
	struct sa *sa;
	size_t i, k;
	ssize_t r;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		m.tfc = rows[i].tfc;
		sa = help_must_add(&m);
		sa->mtu = 1000;
		sa->mtu_until = now_s() + 100;
		memset(p, 0xee, sizeof(p));
		help_ip4(p, "10.1.0.1", "10.2.0.1", 17, 6, 5, rows[i].len);
		host_sends(p, rows[i].len);
		s = peer_seal(&m, 0);
		r = receive(peer, got, sizeof(got));
		assert_int_equal(seal_open(s, 1, got, r, &inner, &next),
		    rows[i].sent);
		seal_free(s);
		assert_memory_equal(inner, p, rows[i].len);
		for (k = rows[i].len; k < rows[i].sent; k++)
			assert_int_equal(inner[k], 0);
		assert_true(sa->rec->n.out_bytes >= rows[i].sent);
		sa_delete(sa);
	}
	assert_count(CNT_PADDED, 4);
}

static struct me_idle
row(uint8_t action)
{
	struct me_idle m;

	memset(&m, 0, sizeof(m));
	m.tunnel = m.child = 1;
	m.action = action;
	m.ts_local_n = m.ts_remote_n = 1;
	m.ts_local[0] = help_ts("10.1.0.0/16");
	m.ts_remote[0] = help_ts("10.2.0.0/16");
	return (m);
}

static void
test_trap(void **state)
{
	uint8_t p[100], got[300], *inner, next;
	struct me_idle m = row(IDLE_TRAP);
	struct me_sa_add add = pair(1, SPI);
	struct seal *s;
	ssize_t r;
	int i;

	(void)state;
	spd_set_idle(&m);
	for (i = 0; i < 3; i++) {
		help_ip4(p, "10.1.0.1", "10.2.0.1", 17, i, 5, 100);
		host_sends(p, 100);
	}
	until(CNT_HELD, 3);
	assert_count(CNT_ACQUIRE, 1);
	nothing(peer);
	help_must_add(&add);
	held_release(1, 1, outbound_held);
	udp_flush();
	s = peer_seal(&add, 0);
	for (i = 0; i < 3; i++) {
		r = receive(peer, got, sizeof(got));
		r = seal_open(s, i + 1, got, r, &inner, &next);
		assert_int_equal(r, 100);
		assert_int_equal(be16(inner + 20), i);
	}
	seal_free(s);
	assert_int_equal(held_count(), 0);
}

static void
test_rows(void **state)
{
	uint8_t p[100];
	struct me_idle m = row(IDLE_DROP);

	(void)state;
	help_ip4(p, "10.1.0.1", "10.2.0.1", 17, 1, 5, 100);
	host_sends(p, 100);
	until(CNT_DROP_NO_POLICY, 1);
	spd_set_idle(&m);
	host_sends(p, 100);
	until(CNT_DROP_IDLE, 1);
	m.action = IDLE_PASS;
	spd_set_idle(&m);
	host_sends(p, 100);
	until(CNT_DROP_PASS, 1);
	p[0] = 0;
	host_sends(p, 100);
	until(CNT_DROP_OUT_PARSE, 1);
	nothing(peer);
	nothing(tun);
}

static void
test_hold(void **state)
{
	uint8_t p[100], got[300], esp[400];
	struct me_sa_add m = pair(1, SPI);

	(void)state;
	help_must_add(&m);
	m = pair(2, SPI + 1);
	m.hold_out = 1;
	m.replaces = 1;
	help_must_add(&m);
	help_ip4(p, "10.1.0.1", "10.2.0.1", 17, 6, 5, 100);
	host_sends(p, 100);
	receive(peer, got, sizeof(got));
	assert_int_equal(be32(got), SPI);
	help_ip4(p, "10.2.0.1", "10.1.0.1", 17, 6, 5, 100);
	peer_sends(&m, 1, p, 100, 4, esp);
	receive(tun, got, sizeof(got));
	help_ip4(p, "10.1.0.1", "10.2.0.1", 17, 6, 5, 100);
	host_sends(p, 100);
	receive(peer, got, sizeof(got));
	assert_int_equal(be32(got), SPI + 1);
}

/* A retired pair is sent on no more, but what is under way arrives. */
static void
test_retire(void **state)
{
	uint8_t p[100], got[300], esp[400];
	struct me_sa_add old = pair(1, SPI), m = pair(2, SPI + 1);

	(void)state;
	help_must_add(&old);
	m.hold_out = 1;
	m.replaces = 1;
	help_must_add(&m);
	sa_retire(sa_by_handle(1));
	help_ip4(p, "10.1.0.1", "10.2.0.1", 17, 6, 5, 100);
	host_sends(p, 100);
	receive(peer, got, sizeof(got));
	assert_int_equal(be32(got), SPI + 1);
	help_ip4(p, "10.2.0.1", "10.1.0.1", 17, 6, 5, 100);
	peer_sends(&old, 1, p, 100, 4, esp);
	receive(tun, got, sizeof(got));
	help_ip4(p, "10.1.0.1", "10.2.0.1", 17, 6, 5, 100);
	host_sends(p, 100);
	receive(peer, got, sizeof(got));
	assert_int_equal(be32(got), SPI + 1);
}

static void
test_expire(void **state)
{
	uint8_t p[100], got[300], esp[400];
	struct me_sa_add m = pair(1, SPI);

	(void)state;
	m.hard_packets = 1;
	help_must_add(&m);
	help_ip4(p, "10.1.0.1", "10.2.0.1", 17, 6, 5, 100);
	host_sends(p, 100);
	receive(peer, got, sizeof(got));
	host_sends(p, 100);
	until(CNT_DROP_EXPIRED, 1);
	assert_count(CNT_EXPIRE, 1);
	help_ip4(p, "10.2.0.1", "10.1.0.1", 17, 6, 5, 100);
	peer_sends(&m, 1, p, 100, 4, esp);
	until(CNT_DROP_EXPIRED, 2);
	assert_count(CNT_EXPIRE, 1);
	nothing(tun);
}

static void
test_many(void **state)
{
	uint8_t p[100], got[300];
	struct me_sa_add m = pair(1, SPI);
	uint32_t i, sent = 0, seen = 0;
	ssize_t r;

	(void)state;
	help_must_add(&m);
	while (seen < 500) {
		for (i = 0; i < 100 && sent < 500; i++, sent++) {
			help_ip4(p, "10.1.0.1", "10.2.0.1", 17, sent, 5, 100);
			if (host_sends(p, 100) != 100)
				break;
		}
		r = receive(peer, got, sizeof(got));
		do {
			assert_int_equal(be32(got + 4), ++seen);
		} while ((r = recv(peer, got, sizeof(got), 0)) > 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_out_and_in),
		T(test_ecn),
		T(test_sizes),
		T(test_tfc),
		T(test_trap),
		T(test_rows),
		T(test_hold), T(test_retire),
		T(test_expire),
		T(test_many),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, start, NULL));
}
