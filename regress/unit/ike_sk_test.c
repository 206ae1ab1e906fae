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
 * ikd/ike/sk.c and msg_build.c: RFC 7634 appendix B to the octet, round
 * trips of every suite, each octet changed, each length cut.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alg.h"
#include "ike_hex.h"
#include "../../ikd/ike/msg_build.h"
#include "../../ikd/ike/packet.h"
#include "../../ikd/ike/pld_notify.h"
#include "../../ikd/ike/sk.h"

#define SUITE(e, b, i)							\
	{ .proto = PROTO_IKE, .encr = e, .encr_bits = b,		\
	    .integ = i, .prf = PRF_HMAC_SHA2_256, .ke = KE_X25519 }

static const struct wt_suite suites[] = {
	SUITE(ENCR_AES_GCM_16, 256, 0),
	SUITE(ENCR_AES_GCM_16, 128, 0),
	SUITE(ENCR_CHACHA20_POLY1305, 0, 0),
	SUITE(ENCR_AES_CBC, 256, INTEG_HMAC_SHA2_512_256),
	SUITE(ENCR_AES_CBC, 192, INTEG_HMAC_SHA2_384_192),
	SUITE(ENCR_AES_CBC, 128, INTEG_HMAC_SHA2_256_128),
	SUITE(ENCR_AES_CBC, 128, INTEG_HMAC_SHA1_96),
	SUITE(ENCR_3DES, 0, INTEG_HMAC_MD5_96),
};

#define NSUITES		(sizeof(suites) / sizeof(suites[0]))

static const struct ike_hdr header = {
	.spi_i = { 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7 },
	.spi_r = { 0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7 },
	.exch = EXCH_INFORMATIONAL, .msgid = 9
};

/* A context of suite s; the key's octets count from "from". */
static struct sk_ctx *
context(const struct wt_suite *s, enum sk_dir dir, unsigned int from)
{
	const struct alg *e = alg_by_id(XF_ENCR, s->encr, s->encr_bits);
	const struct alg *a = alg_by_id(XF_INTEG, s->integ, 0);
	uint8_t ke[64], ka[64];
	size_t i;

	for (i = 0; i < sizeof(ke); i++) {
		ke[i] = from + i;
		ka[i] = from + 100 + i;
	}
	return (sk_ctx_new(s, dir, (struct slice){ ke, e->keylen },
	    (struct slice){ ka, a == NULL ? 0 : a->keylen }));
}

static const char rfc7634[] =
	"c0c1c2c3c4c5c6c7d0d1d2d3d4d5d6d72e202500000000090000004529000029"
	"101112131415161761039470 1f8d017f7c129248896b71bfe25236efd7cdc670"
	"66906315b2";

static void
test_rfc7634(void **state)
{
	struct sk_ctx *seal, *open;
	struct msg_build m;
	struct packet pkt;
	struct pld_notify n;
	const uint8_t window[4] = { 0, 0, 0, 10 }, *plain;
	uint8_t buf[256];
	size_t len;

	(void)state;
	seal = context(&suites[2], SK_SEAL, 0x80);
	open = context(&suites[2], SK_OPEN, 0x80);
	assert_non_null(seal);
	assert_non_null(open);
	msg_begin(&m, buf, sizeof(buf), &header);
	msg_begin_sk(&m, seal);
	msg_add_notify(&m, N_SET_WINDOW_SIZE, window, 4);
	assert_int_equal(msg_finish_sk(&m, seal, 0x1011121314151617), 69);
	assert_hex(buf, 69, rfc7634);

	len = hex(rfc7634, buf, sizeof(buf));
	assert_null(packet_parse(buf, len, &pkt));
	assert_int_equal(pkt.sk_off, 28);
	assert_int_equal(sk_open(open, buf, len, pkt.sk_off, &plain, &len),
	    SK_GOOD);
	assert_null(packet_parse_inner(&pkt, plain, len));
	assert_int_equal(packet_notify(&pkt, N_SET_WINDOW_SIZE, &n), 1);
	assert_memory_equal(n.data.p, window, 4);
	sk_ctx_free(seal);
	sk_ctx_free(open);
}

/* A message with data of this length inside; returns its length. */
static size_t
build(struct sk_ctx *sk, uint8_t *buf, size_t size, size_t data, uint64_t iv)
{
	uint8_t payload[300];
	struct msg_build m;
	size_t i;
	long len;

	for (i = 0; i < sizeof(payload); i++)
		payload[i] = i * 7;
	msg_begin(&m, buf, size, &header);
	msg_begin_sk(&m, sk);
	if (data > 0)
		msg_add_notify(&m, 40000, payload, data - 1);
	len = msg_finish_sk(&m, sk, iv);
	assert_true(len > 0);
	return (len);
}

static void
test_round_trip(void **state)
{
	struct sk_ctx *seal, *open;
	struct packet pkt;
	struct pld_notify n;
	const uint8_t *plain;
	uint8_t buf[512];
	size_t i, data, len, plen, k;

	(void)state;
	for (i = 0; i < NSUITES; i++) {
		assert_int_equal(sk_supported(&suites[i]), 1);
		seal = context(&suites[i], SK_SEAL, i);
		open = context(&suites[i], SK_OPEN, i);
		for (data = 0; data < 70; data++) {
			len = build(seal, buf, sizeof(buf), data, data);
			assert_null(packet_parse(buf, len, &pkt));
			assert_int_equal(sk_open(open, buf, len, pkt.sk_off,
			    &plain, &plen), SK_GOOD);
			assert_null(packet_parse_inner(&pkt, plain, plen));
			if (data == 0) {
				assert_int_equal(plen, 0);
				continue;
			}
			assert_int_equal(packet_notify(&pkt, 40000, &n), 1);
			assert_int_equal(n.data.len, data - 1);
			for (k = 0; k < n.data.len; k++)
				assert_int_equal(n.data.p[k],
				    (uint8_t)(k * 7));
		}
		sk_ctx_free(seal);
		sk_ctx_free(open);
	}
}

/*
 * SAs of one suite share the working memory: each has its own keys still,
 * whoever comes between, and one that goes takes nothing of the others.
 */
static void
test_turns(void **state)
{
	struct sk_ctx *seal[3], *open[3];
	const uint8_t *plain;
	struct packet pkt;
	struct slice e, a;
	uint8_t buf[512], copy[512];
	size_t i, k, n, len, plen;

	(void)state;
	for (i = 0; i < NSUITES; i++) {
		for (k = 0; k < 3; k++) {
			seal[k] = context(&suites[i], SK_SEAL, 40 * k);
			open[k] = context(&suites[i], SK_OPEN, 40 * k);
			sk_keys(open[k], &e, &a);
			assert_int_equal(e.p[1], 40 * k + 1);
			assert_true(a.len == 0 || a.p[1] == 40 * k + 101);
		}
		for (n = 0; n < 9; n++) {
			k = n % 3;
			len = build(seal[k], buf, sizeof(buf), 30, n);
			assert_null(packet_parse(buf, len, &pkt));
			memcpy(copy, buf, len);
			assert_int_equal(sk_open(open[(k + 1) % 3], copy, len,
			    pkt.sk_off, &plain, &plen), SK_FORGED);
			if (n == 5) {	/* has it, and goes */
				sk_ctx_free(open[0]);
				open[0] = context(&suites[i], SK_OPEN, 0);
			}
			assert_int_equal(sk_open(open[k], buf, len,
			    pkt.sk_off, &plain, &plen), SK_GOOD);
		}
		for (k = 0; k < 3; k++) {
			sk_ctx_free(seal[k]);
			sk_ctx_free(open[k]);
		}
	}
}

/* Any octet changed, the header's included: forged. */
static void
test_tamper(void **state)
{
	struct sk_ctx *seal, *open, *other;
	const uint8_t *plain;
	uint8_t good[256], buf[256];
	size_t i, k, len, plen;

	(void)state;
	for (i = 0; i < NSUITES; i++) {
		seal = context(&suites[i], SK_SEAL, 1);
		open = context(&suites[i], SK_OPEN, 1);
		other = context(&suites[i], SK_OPEN, 2);
		len = build(seal, good, sizeof(good), 30, 5);
		for (k = 0; k < len; k++) {
			memcpy(buf, good, len);
			buf[k] ^= 1 << (k % 8);
			assert_int_equal(sk_open(open, buf, len, 28, &plain,
			    &plen), SK_FORGED);
			assert_null(plain);
			assert_int_equal(plen, 0);
		}
		memcpy(buf, good, len);
		assert_int_equal(sk_open(other, buf, len, 28, &plain, &plen),
		    SK_FORGED);
		/* And the context is none the worse for it. */
		memcpy(buf, good, len);
		assert_int_equal(sk_open(open, buf, len, 28, &plain, &plen),
		    SK_GOOD);
		sk_ctx_free(seal);
		sk_ctx_free(open);
		sk_ctx_free(other);
	}
}

static void
test_cut(void **state)
{
	struct sk_ctx *seal, *open;
	const uint8_t *plain;
	uint8_t good[256], *buf;
	size_t i, k, len, plen;

	(void)state;
	for (i = 0; i < NSUITES; i++) {
		seal = context(&suites[i], SK_SEAL, 1);
		open = context(&suites[i], SK_OPEN, 1);
		len = build(seal, good, sizeof(good), 30, 5);
		for (k = 0; k < len; k++) {
			/* Exactly k octets, for the sanitizer. */
			buf = malloc(k == 0 ? 1 : k);
			assert_non_null(buf);
			memcpy(buf, good, k);
			assert_int_equal(sk_open(open, buf, k, 28, &plain,
			    &plen), SK_FORGED);
			free(buf);
		}
		assert_int_equal(sk_open(open, good, len, len + 1, &plain,
		    &plen), SK_FORGED);
		assert_int_equal(sk_open(open, good, len, 3, &plain, &plen),
		    SK_FORGED);
		sk_ctx_free(seal);
		sk_ctx_free(open);
	}
}

/*
 * Authentic, with padding of the peer's own making: what is possible is
 * taken, the rest is broken, not forged.
 */
static void
test_padding(void **state)
{
	static const struct { uint8_t pad; enum sk_result want; } rows[] = {
		{ 0, SK_GOOD }, { 15, SK_GOOD }, { 31, SK_GOOD },
		{ 32, SK_BROKEN }, { 255, SK_BROKEN }
	};
	struct sk_ctx *seal, *open;
	const uint8_t *plain;
	uint8_t buf[256];
	size_t i, k, len, plen, text;

	(void)state;
	for (i = 0; i < NSUITES; i++) {
		seal = context(&suites[i], SK_SEAL, 1);
		open = context(&suites[i], SK_OPEN, 1);
		text = 28 + 4 + sk_iv_len(seal);
		len = text + 32 + sk_icv_len(seal);
		for (k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
			memset(buf, 0x5a, sizeof(buf));
			buf[text + 31] = rows[k].pad;
			assert_int_equal(sk_seal(seal, buf, len, 28, k), 0);
			assert_int_equal(sk_open(open, buf, len, 28, &plain,
			    &plen), rows[k].want);
			if (rows[k].want == SK_GOOD)
				assert_int_equal(plen, 31 - rows[k].pad);
		}
		sk_ctx_free(seal);
		sk_ctx_free(open);
	}
}

/* AEAD sends the number as it is, CBC nothing that looks like it. */
static void
test_iv(void **state)
{
	static const uint8_t seven[8] = { 0, 0, 0, 1, 0, 0, 0, 7 };
	struct sk_ctx *seal;
	uint8_t a[256], b[256];
	size_t i, len;

	(void)state;
	for (i = 0; i < NSUITES; i++) {
		seal = context(&suites[i], SK_SEAL, 1);
		len = sk_iv_len(seal);
		build(seal, a, sizeof(a), 30, 0x100000007);
		build(seal, b, sizeof(b), 30, 0x100000008);
		assert_true(memcmp(a + 32, b + 32, len) != 0);
		if (sk_block_len(seal) == 1)
			assert_memory_equal(a + 32, seven, 8);
		else
			assert_true(memcmp(a + 32 + len - 8, seven, 8) != 0);
		/* The same number, the same message: nothing else goes in. */
		build(seal, b, sizeof(b), 30, 0x100000007);
		assert_memory_equal(a, b, 60);
		sk_ctx_free(seal);
	}
}

static void
test_refuse(void **state)
{
	uint8_t k[80] = { 0 }, buf[200] = { 0 };
	struct slice none = { NULL, 0 };
	struct wt_suite s = suites[0];
	struct sk_ctx *sk;
	const uint8_t *plain;
	size_t plen;

	(void)state;
	assert_null(sk_ctx_new(&s, SK_SEAL, (struct slice){ k, 35 }, none));
	assert_null(sk_ctx_new(&s, SK_SEAL, (struct slice){ k, 37 }, none));
	assert_null(sk_ctx_new(&s, SK_SEAL, (struct slice){ k, 36 },
	    (struct slice){ k, 32 }));
	s.integ = INTEG_HMAC_SHA2_256_128;
	assert_null(sk_ctx_new(&s, SK_SEAL, (struct slice){ k, 36 },
	    (struct slice){ k, 32 }));
	s = suites[5];
	assert_null(sk_ctx_new(&s, SK_SEAL, (struct slice){ k, 16 },
	    (struct slice){ k, 31 }));
	s.integ = INTEG_NONE;
	assert_null(sk_ctx_new(&s, SK_SEAL, (struct slice){ k, 16 }, none));
	s = suites[0];
	s.encr = 99;
	assert_null(sk_ctx_new(&s, SK_SEAL, (struct slice){ k, 36 }, none));
	/* A context serves one direction. */
	sk = context(&suites[0], SK_OPEN, 0);
	assert_int_equal(sk_seal(sk, buf, 100, 28, 1), -1);
	sk_ctx_free(sk);
	sk = context(&suites[0], SK_SEAL, 0);
	assert_int_equal(sk_open(sk, buf, 100, 28, &plain, &plen),
	    SK_FAILED);
	sk_ctx_free(sk);
	sk_ctx_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc7634),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_tamper),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_iv),
		cmocka_unit_test(test_refuse),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
