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

/* ikd/ike/cookie.c and natt.c. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "addr.h"
#include "ike_hex.h"
#include "proto_ike_tmd.h"
#include "../../ikd/ike/cookie.h"
#include "../../ikd/ike/ike_const.h"
#include "../../ikd/ike/msg_build.h"
#include "../../ikd/ike/natt.h"

static const uint8_t spi_i[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
static const uint8_t other_spi[8] = { 1, 2, 3, 4, 5, 6, 7, 9 };
static const uint8_t nonce[32] = { 5 }, other_nonce[32] = { 6 };

static struct wt_sock
S(const char *addr, uint16_t port)
{
	struct wt_sock s;

	memset(&s, 0, sizeof(s));
	assert_int_equal(addr_parse(addr, &s.addr), 0);
	s.port = port;
	return (s);
}

static void
test_cookie(void **state)
{
	struct wt_sock from = S("192.0.2.1", 500), else_ = S("192.0.2.2", 500);
	struct wt_sock port = S("192.0.2.1", 4711);
	struct cookie_peer p = { spi_i, &from, { nonce, 32 } }, q;
	struct cookie_jar j, j2;
	uint8_t c[COOKIE_LEN + 1];
	size_t i;

	(void)state;
	cookie_init(&j);
	cookie_init(&j2);
	assert_int_equal(cookie_check(&j, 1000, &p, c, COOKIE_LEN), 0);
	assert_int_equal(cookie_make(&j, 1000, &p, c), 0);
	assert_int_equal(cookie_check(&j, 1000, &p, c, COOKIE_LEN), 1);
	/* Another jar has another secret. */
	assert_int_equal(cookie_check(&j2, 1000, &p, c, COOKIE_LEN), 0);
	assert_int_equal(cookie_check(&j, 1000, &p, c, COOKIE_LEN - 1), 0);
	assert_int_equal(cookie_check(&j, 1000, &p, c, COOKIE_LEN + 1), 0);
	for (i = 0; i < COOKIE_LEN; i++) {
		c[i] ^= 1;
		assert_int_equal(cookie_check(&j, 1000, &p, c, COOKIE_LEN),
		    0);
		c[i] ^= 1;
	}
	q = p;
	q.spi_i = other_spi;
	assert_int_equal(cookie_check(&j, 1000, &q, c, COOKIE_LEN), 0);
	q = p;
	q.from = &else_;
	assert_int_equal(cookie_check(&j, 1000, &q, c, COOKIE_LEN), 0);
	q = p;
	q.nonce.p = other_nonce;
	assert_int_equal(cookie_check(&j, 1000, &q, c, COOKIE_LEN), 0);
	/* A NAT may give the second request another port. */
	q = p;
	q.from = &port;
	assert_int_equal(cookie_check(&j, 1000, &q, c, COOKIE_LEN), 1);
}

/* Two secrets count; the third turn, or a long silence, ends a cookie. */
static void
test_rotation(void **state)
{
	struct wt_sock from = S("2001:db8::1", 500);
	struct cookie_peer p = { spi_i, &from, { nonce, 32 } };
	struct cookie_jar j;
	uint8_t c[COOKIE_LEN], d[COOKIE_LEN];
	const uint64_t t = 5000, step = IKE_COOKIE_SECONDS;

	(void)state;
	cookie_init(&j);
	assert_int_equal(cookie_make(&j, t, &p, c), 0);
	assert_int_equal(cookie_check(&j, t + step - 1, &p, c, COOKIE_LEN),
	    1);
	assert_int_equal(cookie_check(&j, t + step, &p, c, COOKIE_LEN), 1);
	assert_int_equal(cookie_make(&j, t + step, &p, d), 0);
	assert_int_not_equal(c[0], d[0]);
	assert_int_equal(cookie_check(&j, t + 2 * step - 1, &p, c,
	    COOKIE_LEN), 1);
	assert_int_equal(cookie_check(&j, t + 2 * step, &p, c, COOKIE_LEN),
	    0);
	assert_int_equal(cookie_check(&j, t + 2 * step, &p, d, COOKIE_LEN),
	    1);
	assert_int_equal(cookie_make(&j, t + 2 * step, &p, c), 0);
	assert_int_equal(cookie_check(&j, t + 4 * step, &p, c, COOKIE_LEN),
	    0);
}

/* SHA-1 of the octets of section 2.23, by another program. */
static void
test_hash(void **state)
{
	static const uint8_t spi_r[8] = { 0x11, 0x12, 0x13, 0x14, 0x15, 0x16,
	    0x17, 0x18 };
	struct wt_sock v4 = S("192.0.2.1", 500), v6 = S("2001:db8::1", 4500);
	uint8_t out[NATT_HASH_LEN], fake[NATT_HASH_LEN];

	(void)state;
	assert_int_equal(natt_hash(spi_i, spi_r, &v4, out), 0);
	assert_hex(out, sizeof(out),
	    "d798d986143f878f70765e0e869c80bbc375f701");
	assert_int_equal(natt_hash(spi_i, spi_r, &v6, out), 0);
	assert_hex(out, sizeof(out),
	    "1ee24423bf8f59515e0265c6d0f08be3d038f7e5");
	assert_int_equal(natt_fake(fake), 0);
	assert_true(memcmp(out, fake, sizeof(out)) != 0);
}

/* A request with these hashes (NULL: left out), and what it says. */
static int
detect(const struct wt_sock *src, const struct wt_sock *dst, int more,
    const struct wt_sock *local, const struct wt_sock *remote)
{
	struct ike_hdr h = { .exch = EXCH_SA_INIT };
	struct wt_sock far = S("203.0.113.9", 1);
	struct msg_build m;
	struct packet pkt;
	uint8_t buf[512], hash[NATT_HASH_LEN];
	long len;

	memcpy(h.spi_i, spi_i, 8);
	msg_begin(&m, buf, sizeof(buf), &h);
	if (more) {
		natt_hash(h.spi_i, h.spi_r, &far, hash);
		msg_add_notify(&m, N_NAT_DETECTION_SOURCE_IP, hash, 20);
	}
	if (src != NULL) {
		natt_hash(h.spi_i, h.spi_r, src, hash);
		msg_add_notify(&m, N_NAT_DETECTION_SOURCE_IP, hash, 20);
	}
	if (dst != NULL) {
		natt_hash(h.spi_i, h.spi_r, dst, hash);
		msg_add_notify(&m, N_NAT_DETECTION_DESTINATION_IP, hash, 20);
	}
	len = msg_finish(&m);
	assert_true(len > 0);
	assert_null(packet_parse(buf, len, &pkt));
	return (natt_detect(&pkt, local, remote));
}

static void
test_detect(void **state)
{
	struct wt_sock us = S("192.0.2.1", 500), them = S("192.0.2.2", 500);
	struct wt_sock nat = S("198.51.100.1", 500);
	struct wt_sock port = S("192.0.2.2", 501), forced = S("192.0.2.2", 0);
	uint8_t hash[NATT_HASH_LEN], lie[NATT_HASH_LEN];

	(void)state;
	assert_int_equal(detect(&them, &us, 0, &us, &them), NATT_CLEAR);
	/* One of several source addresses is enough. */
	assert_int_equal(detect(&them, &us, 1, &us, &them), NATT_CLEAR);
	assert_int_equal(detect(&them, &us, 0, &us, &nat), NAT_PEER);
	assert_int_equal(detect(&them, &us, 0, &us, &port), NAT_PEER);
	assert_int_equal(detect(&them, &nat, 0, &us, &them), NAT_US);
	assert_int_equal(detect(&them, &nat, 0, &us, &nat),
	    NAT_US | NAT_PEER);
	assert_int_equal(detect(NULL, NULL, 0, &us, &them), NATT_NONE);
	assert_int_equal(detect(&them, NULL, 0, &us, &them), NATT_NONE);
	assert_int_equal(detect(NULL, &us, 0, &us, &them), NATT_NONE);
	/* Who forces encapsulation is not behind NAT; or is both. */
	assert_int_equal(natt_source(spi_i, spi_i, &them, 1, lie), 0);
	assert_int_equal(natt_hash(spi_i, spi_i, &them, hash), 0);
	assert_memory_not_equal(lie, hash, sizeof(hash));
	assert_int_equal(natt_hash(spi_i, spi_i, &forced, hash), 0);
	assert_memory_equal(lie, hash, sizeof(hash));
	assert_int_equal(detect(&forced, &us, 0, &us, &them), NAT_ASKED);
	assert_int_equal(detect(&forced, &us, 1, &us, &port), NAT_ASKED);
	assert_int_equal(detect(&forced, &us, 0, &us, &nat), NAT_PEER);
	assert_int_equal(detect(&forced, &nat, 0, &us, &them),
	    NAT_US | NAT_ASKED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cookie),
		cmocka_unit_test(test_rotation),
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_detect),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
