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

/* ikd/ike/hdr.c, packet.c, ike_num.c: header and payload chain. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ike_hex.h"
#include "../../ikd/ike/msg_build.h"
#include "../../ikd/ike/packet.h"
#include "../../ikd/ike/pld_notify.h"

static const struct ike_hdr header = {
	.spi_i = { 1, 2, 3, 4, 5, 6, 7, 8 }, .exch = EXCH_SA_INIT,
	.flags = HDR_INITIATOR, .msgid = 0x01020304
};

static void
test_header(void **state)
{
	struct ike_hdr h, back;
	uint8_t buf[HDR_LEN];

	(void)state;
	h = header;
	h.next = PLD_SA;
	h.length = HDR_LEN;
	hdr_build(&h, buf);
	assert_hex(buf, HDR_LEN, "0102030405060708 0000000000000000 21 20 22 "
	    "08 01020304 0000001c");
	assert_null(hdr_parse(buf, HDR_LEN, &back));
	assert_memory_equal(back.spi_i, h.spi_i, SPI_LEN);
	assert_int_equal(spi_is_zero(back.spi_r), 1);
	assert_int_equal(back.major, 2);
	assert_int_equal(back.minor, 0);
	assert_int_equal(back.exch, EXCH_SA_INIT);
	assert_int_equal(back.flags, HDR_INITIATOR);
	assert_int_equal(back.msgid, 0x01020304);
	assert_int_equal(back.length, HDR_LEN);
	assert_int_equal(back.next, PLD_SA);
}

static void
test_header_bad(void **state)
{
	static uint8_t big[IKE_MSG_MAX + 1];
	struct ike_hdr h, back;
	uint8_t buf[HDR_LEN + 1] = { 0 };
	size_t i;

	(void)state;
	h = header;
	h.length = HDR_LEN;
	hdr_build(&h, buf);
	for (i = 0; i < HDR_LEN; i++)
		assert_non_null(hdr_parse(buf, i, &back));
	assert_non_null(hdr_parse(buf, HDR_LEN + 1, &back));
	memset(buf, 0, SPI_LEN);
	assert_non_null(hdr_parse(buf, HDR_LEN, &back));
	/* Another version is read, for the answer to it. */
	hdr_build(&h, buf);
	buf[17] = 0x31;
	assert_null(hdr_parse(buf, HDR_LEN, &back));
	assert_int_equal(back.major, 3);
	assert_int_equal(back.minor, 1);
	h.length = sizeof(big);
	hdr_build(&h, big);
	assert_non_null(hdr_parse(big, sizeof(big), &back));
}

/* A message: SA, KE, Nonce, three notifies. */
static size_t
sample(uint8_t *buf, size_t size)
{
	struct wt_proposal p = { .proto = 1, .xf_n = 1,
	    .xf = { { 1, 20, 256 } } };
	uint8_t nonce[32] = { 1 }, ke[32] = { 2 };
	struct msg_build m;
	long len;

	msg_begin(&m, buf, size, &header);
	msg_add_sa(&m, &p, 1, NULL, 0);
	msg_add_ke(&m, 31, ke, 32);
	msg_add_nonce(&m, nonce, 32);
	msg_add_notify(&m, N_COOKIE, "abc", 3);
	msg_add_notify(&m, N_FRAGMENTATION_SUPPORTED, NULL, 0);
	msg_add_notify(&m, 50000, "x", 1);
	len = msg_finish(&m);
	assert_true(len > 0);
	return (len);
}

static void
test_chain(void **state)
{
	struct packet pkt;
	struct pld_notify n;
	const struct pld *p;
	uint8_t buf[512];
	char text[128], small[8];
	size_t len = sample(buf, sizeof(buf));

	(void)state;
	assert_null(packet_parse(buf, len, &pkt));
	assert_int_equal(pkt.n, 6);
	assert_int_equal(pkt.sk_off, 0);
	assert_int_equal(pkt.unsupported, 0);
	p = packet_find(&pkt, PLD_N, NULL);
	assert_ptr_equal(p, &pkt.pld[3]);
	p = packet_find(&pkt, PLD_N, p);
	p = packet_find(&pkt, PLD_N, p);
	assert_ptr_equal(p, &pkt.pld[5]);
	assert_null(packet_find(&pkt, PLD_N, p));
	assert_null(packet_find(&pkt, PLD_AUTH, NULL));
	assert_int_equal(packet_notify(&pkt, N_COOKIE, &n), 1);
	assert_int_equal(n.data.len, 3);
	assert_int_equal(packet_notify(&pkt, N_REKEY_SA, &n), 0);
	assert_int_equal(packet_error(&pkt, &n), 0);
	assert_string_equal(packet_print(&pkt, text, sizeof(text)),
	    "SA KE Nonce N(COOKIE) N(FRAGMENTATION_SUPPORTED) "
	    "N(notify 50000)");
	assert_string_equal(packet_print(&pkt, small, sizeof(small)),
	    "SA KE N");
}

/* Cut at every octet, with and without a length field that agrees. */
static void
test_cut(void **state)
{
	struct packet pkt;
	uint8_t good[512], *buf;
	size_t i, len = sample(good, sizeof(good));

	(void)state;
	for (i = 0; i < len; i++) {
		buf = malloc(i == 0 ? 1 : i);
		assert_non_null(buf);
		memcpy(buf, good, i);
		assert_non_null(packet_parse(buf, i, &pkt));
		if (i >= HDR_LEN) {
			put32(buf + 24, i);
			assert_non_null(packet_parse(buf, i, &pkt));
		}
		free(buf);
	}
}

static size_t
chain(const char *next, const char *payloads, uint8_t *buf, size_t size)
{
	size_t len;
	char text[1024];

	snprintf(text, sizeof(text), "0102030405060708 0000000000000000 %s "
	    "202208 00000000 00000000 %s", next, payloads);
	len = hex(text, buf, size);
	put32(buf + 24, len);
	return (len);
}

static void
test_bad(void **state)
{
	static const struct { const char *next, *p, *why; } rows[] = {
		{ "00", "00000004", "octets behind the last payload" },
		{ "29", "", "payload header beyond the end" },
		{ "29", "00000003", "payload length out of bounds" },
		{ "29", "00000005", "payload length out of bounds" },
		{ "29", "00000000", "payload length out of bounds" },
		{ "29", "29000004", "payload header beyond the end" },
		{ "21", "21000004 00000004",
		    "payload that may stand once stands twice" },
		{ "2e", "00000008 00000000 00000004",
		    "encrypted payload is not the last" },
	};
	struct packet pkt;
	uint8_t buf[256];
	const char *why;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		len = chain(rows[i].next, rows[i].p, buf, sizeof(buf));
		why = packet_parse(buf, len, &pkt);
		assert_non_null(why);
		assert_string_equal(why, rows[i].why);
	}
	len = chain("00", "", buf, sizeof(buf));
	assert_null(packet_parse(buf, len, &pkt));
	assert_int_equal(pkt.n, 0);
	buf[17] = 0x30;
	assert_string_equal(packet_parse(buf, len, &pkt),
	    "major version is not 2");
	assert_int_equal(pkt.hdr.major, 3);
}

/* Section 2.5: the bit counts for what we do not know, and there alone. */
static void
test_critical(void **state)
{
	struct packet pkt;
	uint8_t buf[256];
	size_t len;

	(void)state;
	len = chain("c8", "c9000004 c9800004 29800004 0000000800000007", buf,
	    sizeof(buf));
	assert_null(packet_parse(buf, len, &pkt));
	assert_int_equal(pkt.unsupported, 0xc9);
	assert_int_equal(pkt.n, 1);
	len = chain("c8", "29000004 0080000c 0000000700000000", buf,
	    sizeof(buf));
	assert_null(packet_parse(buf, len, &pkt));
	assert_int_equal(pkt.unsupported, 0);
	assert_int_equal(pkt.pld[0].critical, 1);
}

static void
test_many(void **state)
{
	struct packet pkt;
	uint8_t buf[IKE_MSG_MAX];
	struct msg_build m;
	size_t i;

	(void)state;
	msg_begin(&m, buf, sizeof(buf), &header);
	for (i = 0; i < IKE_PAYLOADS_MAX; i++)
		msg_add_vendor(&m, "v", 1);
	assert_true(msg_finish(&m) > 0);
	assert_null(packet_parse(buf, m.len, &pkt));
	assert_int_equal(pkt.n, IKE_PAYLOADS_MAX);
	msg_add_vendor(&m, "v", 1);
	assert_true(msg_finish(&m) > 0);
	assert_string_equal(packet_parse(buf, m.len, &pkt),
	    "too many payloads");
}

/* The inner chain is seen alone, and has rules of its own. */
static void
test_inner(void **state)
{
	static const uint8_t inner[] = { 41, 0, 0, 8, 0, 0, 0x9c, 0x40,
	    0, 0, 0, 8, 0, 0, 0, 24 };
	static const uint8_t nested[] = { 0, 0, 0, 4 };
	struct packet pkt;
	struct pld_notify n;
	uint8_t buf[256];
	size_t len;

	(void)state;
	len = chain("29", "2e000008 00009c41 29000004", buf, sizeof(buf));
	assert_null(packet_parse(buf, len, &pkt));
	assert_int_equal(pkt.sk_off, 36);
	assert_int_equal(pkt.sk_next, PLD_N);
	assert_int_equal(packet_notify(&pkt, 40001, &n), 1);
	assert_null(packet_parse_inner(&pkt, inner, sizeof(inner)));
	assert_int_equal(packet_notify(&pkt, 40001, &n), 0);
	assert_int_equal(packet_notify(&pkt, 40000, &n), 1);
	assert_int_equal(packet_error(&pkt, &n), 1);
	assert_int_equal(n.type, N_AUTHENTICATION_FAILED);
	assert_null(packet_parse(buf, len, &pkt));
	assert_non_null(packet_parse_inner(&pkt, inner, sizeof(inner) - 1));
	len = chain("2e", "2e000004", buf, sizeof(buf));
	assert_null(packet_parse(buf, len, &pkt));
	assert_string_equal(packet_parse_inner(&pkt, nested, 4),
	    "encrypted payload inside another");
}

static void
test_names(void **state)
{
	(void)state;
	assert_string_equal(exch_name(EXCH_CREATE_CHILD), "CREATE_CHILD_SA");
	assert_string_equal(exch_name(240), "exchange 240");
	assert_string_equal(pld_name(PLD_TSR), "TSr");
	assert_string_equal(notify_name(N_TS_UNACCEPTABLE),
	    "TS_UNACCEPTABLE");
	assert_string_equal(auth_name(AUTH_PSK), "PSK");
	assert_int_equal(pld_known(PLD_SKF), 1);
	assert_int_equal(pld_known(32), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_header_bad),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_critical),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_inner),
		cmocka_unit_test(test_names),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
