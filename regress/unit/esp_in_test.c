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

/* The plane from the wire to the host; see esp_flow.h. */

#include "esp_flow.h"

static void
test_inner6(void **state)
{
	uint8_t p[200], got[300], esp[400];
	struct me_sa_add m = pair(1, SPI);
	size_t n;

	(void)state;
	m.ts_local[0] = help_ts("2001:db8:1::/48");
	m.ts_remote[0] = help_ts("2001:db8:2::/48");
	help_must_add(&m);
	n = help_ip6(p, "2001:db8:1::1", "2001:db8:2::1", 17, 1, 2, 100);
	assert_int_equal(host_sends(p, n), n);
	receive(peer, got, sizeof(got));
	n = help_ip6(p, "2001:db8:2::1", "2001:db8:1::1", 17, 1, 2, 100);
	peer_sends(&m, 1, p, n, 41, esp);
	assert_int_equal(receive(tun, got, sizeof(got)), n);
	/* A next header that does not fit the packet. */
	peer_sends(&m, 2, p, n, 4, esp);
	until(CNT_DROP_INNER, 1);
	nothing(tun);
}

static void
test_replay(void **state)
{
	uint8_t p[100], got[300], esp[400], copy[400];
	struct me_sa_add m = pair(1, SPI);
	size_t n;

	(void)state;
	help_must_add(&m);
	help_ip4(p, "10.2.0.1", "10.1.0.1", 17, 6, 5, 100);
	n = peer_sends(&m, 2000, p, 100, 4, esp);
	receive(tun, got, sizeof(got));
	/* peer_sends() left the packet as it went out. */
	memcpy(copy, esp, n);
	send_to_plane(peer, copy, n);
	until(CNT_DROP_REPLAY, 1);
	peer_sends(&m, 2000 - 1023, p, 100, 4, esp);
	receive(tun, got, sizeof(got));
	peer_sends(&m, 2000 - 1024, p, 100, 4, esp);
	until(CNT_DROP_REPLAY, 2);
	peer_sends(&m, 0, p, 100, 4, esp);
	until(CNT_DROP_REPLAY, 3);
	/* A forged packet far ahead does not move the window. */
	put32(copy + 4, 0xffff0000);
	send_to_plane(peer, copy, n);
	until(CNT_DROP_ICV, 1);
	peer_sends(&m, 1999, p, 100, 4, esp);
	receive(tun, got, sizeof(got));
	assert_int_equal(sa_by_handle(1)->rec->n.replays, 3);
	assert_int_equal(sa_by_handle(1)->rec->n.bad_icv, 1);
	nothing(tun);
}

static void
test_restart(void **state)
{
	uint8_t p[100], got[300], esp[400], copy[400];
	struct me_sa_add m = pair(1, SPI);
	uint32_t seq;
	size_t n;

	(void)state;
	help_must_add(&m);
	help_ip4(p, "10.1.0.1", "10.2.0.1", 17, 6, 5, 100);
	host_sends(p, 100);
	receive(peer, got, sizeof(got));
	seq = be32(got + 4);
	help_ip4(p, "10.2.0.1", "10.1.0.1", 17, 6, 5, 100);
	n = peer_sends(&m, 9, p, 100, 4, copy);
	receive(tun, got, sizeof(got));
	sa_detach();
	assert_null(sa_attach_memory(mem, HELP_SIZE, help_on_lost));
	send_to_plane(peer, copy, n);
	until(CNT_DROP_REPLAY, 1);
	peer_sends(&m, 10, p, 100, 4, esp);
	receive(tun, got, sizeof(got));
	help_ip4(p, "10.1.0.1", "10.2.0.1", 17, 6, 5, 100);
	host_sends(p, 100);
	receive(peer, got, sizeof(got));
	assert_true(be32(got + 4) > seq);
}

static void
test_selectors_in(void **state)
{
	uint8_t p[100], esp[400];
	struct me_sa_add m = pair(1, SPI);

	(void)state;
	m.ts_local[0].proto = m.ts_remote[0].proto = 17;
	m.ts_local[0].port_lo = m.ts_local[0].port_hi = 53;
	help_must_add(&m);
	help_ip4(p, "10.3.0.1", "10.1.0.1", 17, 6, 53, 100);
	peer_sends(&m, 1, p, 100, 4, esp);
	help_ip4(p, "10.2.0.1", "10.4.0.1", 17, 6, 53, 100);
	peer_sends(&m, 2, p, 100, 4, esp);
	help_ip4(p, "10.2.0.1", "10.1.0.1", 6, 6, 53, 100);
	peer_sends(&m, 3, p, 100, 4, esp);
	help_ip4(p, "10.2.0.1", "10.1.0.1", 17, 6, 54, 100);
	peer_sends(&m, 4, p, 100, 4, esp);
	until(CNT_DROP_TS_IN, 4);
	assert_int_equal(sa_by_handle(1)->rec->n.bad_ts, 4);
	help_ip4(p, "10.2.0.1", "10.1.0.1", 17, 6, 53, 100);
	peer_sends(&m, 5, p, 100, 4, esp);
	until(CNT_TUN_WRITTEN, 1);
}

static void
test_dummy_and_padding(void **state)
{
	uint8_t p[200], got[300], esp[400];
	struct me_sa_add m = pair(1, SPI);

	(void)state;
	help_must_add(&m);
	memset(p, 0xee, sizeof(p));
	peer_sends(&m, 1, p, 60, 59, esp);
	until(CNT_DUMMY, 1);
	nothing(tun);
	/* TFC padding behind the packet is cut off. */
	help_ip4(p, "10.2.0.1", "10.1.0.1", 17, 6, 5, 100);
	peer_sends(&m, 2, p, 180, 4, esp);
	assert_int_equal(receive(tun, got, sizeof(got)), 100);
	peer_sends(&m, 3, p, 100, 17, esp);
	until(CNT_DROP_NEXT, 1);
	peer_sends(&m, 4, p, 99, 4, esp);
	until(CNT_DROP_INNER, 1);
}

static void
test_not_esp(void **state)
{
	uint8_t p[100] = { 0xff };

	(void)state;
	send_to_plane(peer, p, 1);
	until(CNT_KEEPALIVE, 1);
	send_to_plane(peer, p, 3);
	until(CNT_DROP_RUNT, 1);
	send_to_plane(peer, p, 7);
	until(CNT_DROP_RUNT, 2);
	send_to_plane(peer, p, 50);
	until(CNT_DROP_NO_SA, 1);
	memset(p, 0, 20);
	send_to_plane(peer, p, 20);
	until(CNT_DROP_STRAY_BAD, 1);
	nothing(tun);
}

static void
test_stray(void **state)
{
	uint8_t p[4 + 40] = { 0 };

	(void)state;
	p[4] = 5;			/* SPIi: slot 5, worker 1 of 2 */
	p[4 + 8] = 9;
	p[4 + 17] = 0x20;
	put32(p + 4 + 24, 40);
	send_to_plane(peer, p, sizeof(p));
	until(CNT_STRAY, 1);
	turn();
	assert_int_equal(strays, 1);
	assert_int_equal(stray.data.len, sizeof(p));
	assert_int_equal(sock_cmp(&stray.remote, &peer_at), 0);
	assert_int_equal(addr_cmp(&stray.local.addr, &plane_at.addr), 0);
	/* The initiator's flag: the slot stands in SPIr. */
	assert_int_equal(stray_slot(p + 4, 40, 42), 5);
	p[4 + 19] = 0x08;
	assert_int_equal(stray_slot(p + 4, 40, 42), 9);
	p[4 + 8] = 0;
	assert_in_range(stray_slot(p + 4, 40, 42), 0, 63);
	p[4 + 17] = 0x10;
	assert_int_equal(stray_slot(p + 4, 40, 42), 0);
	p[4 + 17] = 0x20;
	assert_int_equal(stray_slot(p + 4, 39, 42), -1);
}

static void
test_mapping(void **state)
{
	uint8_t p[100], got[300], esp[400];
	struct me_sa_add m = pair(1, SPI);
	struct wt_sock moved;
	struct seal *s;
	struct wt_sock elsewhere;
	int fd, other, i;
	long n;

	(void)state;
	help_must_add(&m);
	fd = bound_udp(&moved);
	other = bound_udp(&elsewhere);
	s = peer_seal(&m, 1);
	for (i = 1; i <= 4; i++) {
		help_ip4(esp + seal_head(s), "10.2.0.1", "10.1.0.1", 17, 6, 5,
		    100);
		n = seal_packet(s, SPI, i, esp, 100, 4);
		/* The third is from somewhere else again. */
		send_to_plane(i == 3 ? other : fd, esp, n);
		receive(tun, got, sizeof(got));
	}
	close(other);
	seal_free(s);
	turn();
	assert_int_equal(mappings, 1);		/* once a second */
	assert_int_equal(mapping.spi_in, SPI);
	assert_int_equal(sock_cmp(&mapping.remote, &moved), 0);
	help_ip4(p, "10.1.0.1", "10.2.0.1", 17, 6, 5, 100);
	host_sends(p, 100);
	receive(peer, got, sizeof(got));
	assert_int_equal(sa_move(sa_by_handle(1), &plane_at, &moved), RSN_OK);
	host_sends(p, 100);
	receive(fd, got, sizeof(got));
	close(fd);
	/* A forged packet tells nobody anything. */
	mappings = 0;
	memset(esp, 0, 100);
	put32(esp, SPI);
	put32(esp + 4, 77);
	send_to_plane(peer, esp, 100);
	until(CNT_DROP_ICV, 1);
	turn();
	assert_int_equal(mappings, 0);
}

/* PLANE_INFO's rows have room for 31 octets. */
static void
test_names(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < CNT_MAX; i++)
		assert_in_range(strlen(count_name(i)), 1, 31);
	assert_null(count_name(CNT_MAX));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_inner6),
		T(test_replay),
		T(test_restart),
		T(test_selectors_in),
		T(test_dummy_and_padding),
		T(test_not_esp),
		T(test_stray),
		T(test_mapping),
		cmocka_unit_test(test_names),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, start, NULL));
}
