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


/* ikd/esp/seal.c: RFC vectors, round trips, tampering. */

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../ikd/esp/seal.h"
#include "esp_help.h"
#include "ike_hex.h"

static const struct {
	uint16_t	encr, bits, integ;
} suites[] = {
	{ ENCR_AES_GCM_16, 128, INTEG_NONE },
	{ ENCR_AES_GCM_16, 256, INTEG_NONE },
	{ ENCR_CHACHA20_POLY1305, 0, INTEG_NONE },
	{ ENCR_AES_CBC, 128, INTEG_HMAC_SHA2_256_128 },
	{ ENCR_AES_CBC, 192, INTEG_HMAC_SHA2_384_192 },
	{ ENCR_AES_CBC, 256, INTEG_HMAC_SHA2_512_256 },
	{ ENCR_AES_CBC, 128, INTEG_HMAC_SHA1_96 },
	{ ENCR_AES_CBC, 256, INTEG_HMAC_MD5_96 },
	{ ENCR_3DES, 0, INTEG_HMAC_SHA1_96 },
	{ ENCR_3DES, 0, INTEG_HMAC_SHA2_256_128 },
};
#define NSUITES	(sizeof(suites) / sizeof(suites[0]))

static void
both(size_t i, int esn, struct seal **out, struct seal **in)
{
	struct me_sa_add m;

	memset(&m, 0, sizeof(m));
	help_keys(&m, suites[i].encr, suites[i].bits, suites[i].integ);
	m.suite.esn = esn;
	*out = seal_new(&m.suite, 1, m.encr_out, m.encr_out_len, m.integ_out,
	    m.integ_out_len);
	*in = seal_new(&m.suite, 0, m.encr_in, m.encr_in_len, m.integ_in,
	    m.integ_in_len);
	assert_non_null(*out);
	assert_non_null(*in);
}

static void
test_round_trip(void **state)
{
	static uint8_t esp[SEAL_HEAD_MAX + 2000 + SEAL_TAIL_MAX];
	struct seal *out, *in;
	uint8_t *inner, next;
	uint64_t seq = 0xfffffffe;
	size_t i, len, k;
	int esn;
	long n;

	(void)state;
	for (i = 0; i < NSUITES * 2; i++) {
		esn = i % 2;
		both(i / 2, esn, &out, &in);
		for (len = 0; len < 1500; len += len < 70 ? 1 : 101) {
			for (k = 0; k < len; k++)
				esp[seal_head(out) + k] = (uint8_t)(k + len);
			n = seal_packet(out, 0x12345678, seq, esp, len, 4);
			assert_int_equal(n, seal_size(out, len));
			assert_true(n <= (long)(len + SEAL_HEAD_MAX +
			    SEAL_TAIL_MAX));
			assert_int_equal(be32(esp), 0x12345678);
			assert_int_equal(be32(esp + 4), (uint32_t)seq);
			n = seal_open(in, seq, esp, n, &inner, &next);
			assert_int_equal(n, len);
			assert_int_equal(next, 4);
			for (k = 0; k < len; k++)
				assert_int_equal(inner[k], (uint8_t)(k + len));
			seq++;
		}
		seal_free(out);
		seal_free(in);
	}
}

/* Each octet of the packet, and the hidden half of the number, count. */
static void
test_tamper(void **state)
{
	uint8_t esp[256], copy[256], *inner, next;
	struct seal *out, *in;
	size_t i, k;
	long n;

	(void)state;
	for (i = 0; i < NSUITES; i++) {
		both(i, 1, &out, &in);
		memset(esp, 7, sizeof(esp));
		n = seal_packet(out, 0x01000000, 0x500000007ULL, esp, 60, 4);
		for (k = 0; k < (size_t)n; k++) {
			memcpy(copy, esp, n);
			copy[k] ^= 0x40;
			/* The low half stands in the packet and the number. */
			assert_int_equal(seal_open(in, k >= 4 && k < 8 ?
			    0x500000000ULL + be32(copy + 4) : 0x500000007ULL,
			    copy, n, &inner, &next), SEAL_ICV);
		}
		memcpy(copy, esp, n);
		assert_int_equal(seal_open(in, 0x400000007ULL, copy, n,
		    &inner, &next), SEAL_ICV);
		memcpy(copy, esp, n);
		assert_int_equal(seal_open(in, 0x500000007ULL, copy, n,
		    &inner, &next), 60);
		seal_free(out);
		seal_free(in);
	}
}

/* Every length up to a whole packet's, from memory of just that size. */
static void
test_short(void **state)
{
	uint8_t *p, *inner, next;
	struct seal *out, *in;
	size_t i, len;
	long n;

	(void)state;
	for (i = 0; i < NSUITES; i++) {
		both(i, 0, &out, &in);
		for (len = 0; len < 120; len++) {
			p = calloc(1, len + 1);
			n = seal_open(in, 1, p, len, &inner, &next);
			assert_true(n == SEAL_MALFORMED || n == SEAL_ICV);
			free(p);
		}
		seal_free(out);
		seal_free(in);
	}
}

static void
test_room(void **state)
{
	struct seal *out, *in;
	size_t i, size, room;

	(void)state;
	for (i = 0; i < NSUITES; i++) {
		both(i, 0, &out, &in);
		for (size = 0; size < 3000; size++) {
			room = seal_room(out, size);
			if (room == 0)
				continue;
			assert_true(seal_size(out, room) <= size);
			assert_true(seal_size(out, room + 1) > size);
		}
		assert_true(seal_room(out, 1500) > 1400);
		seal_free(out);
		seal_free(in);
	}
}

static void
test_unknown(void **state)
{
	struct me_sa_add m;

	(void)state;
	memset(&m, 0, sizeof(m));
	help_keys(&m, ENCR_AES_CBC, 128, INTEG_HMAC_SHA2_256_128);
	assert_int_equal(seal_known(&m.suite, 16, 32), 1);
	assert_int_equal(seal_known(&m.suite, 16, 31), 0);
	assert_int_equal(seal_known(&m.suite, 15, 32), 0);
	assert_int_equal(seal_known(&m.suite, 16, 0), 0);
	m.suite.integ = INTEG_NONE;
	assert_int_equal(seal_known(&m.suite, 16, 0), 0);
	m.suite.proto = PROTO_AH;
	assert_int_equal(seal_known(&m.suite, 16, 32), 0);
	help_keys(&m, ENCR_AES_GCM_16, 128, INTEG_NONE);
	assert_int_equal(seal_known(&m.suite, 20, 0), 1);
	m.suite.integ = INTEG_HMAC_SHA2_256_128;
	assert_int_equal(seal_known(&m.suite, 20, 32), 0);
	m.suite.encr = 999;
	assert_null(seal_new(&m.suite, 1, m.encr_in, 20, NULL, 0));
}

/* RFC 7634 appendix A. */
static void
test_rfc7634(void **state)
{
	uint8_t key[64], esp[512], *inner, next;
	struct wt_suite suite = { .proto = PROTO_ESP,
	    .encr = ENCR_CHACHA20_POLY1305 };
	struct seal *in;
	size_t klen, n;

	(void)state;
	klen = hex("808182838485868788898a8b8c8d8e8f"
	    "909192939495969798999a9b9c9d9e9f a0a1a2a3", key, sizeof(key));
	n = hex("01020304 00000005 1011121314151617"
	    "24039428b97f417e3c13753a4f05087b67c352e6a7fab1b982d466ef407ae5c6"
	    "14ee8099d52844eb61aa95dfab4c02f72aa71e7c4c4f64c9befe2facc638e8f3"
	    "cbec163fac469b502773f6fb94e664da9165b82829f641e0"
	    "76aaa8266b7fb0f7b11b369907e1ad43", esp, sizeof(esp));
	in = seal_new(&suite, 0, key, klen, NULL, 0);
	assert_non_null(in);
	assert_int_equal(seal_open(in, 5, esp, n, &inner, &next), 84);
	assert_int_equal(next, 4);
	assert_hex(inner, 84, "45000054a6f200004001e778c6336405c0000205"
	    "08005b7a3a080000553bec10000736270809 0a0b0c0d0e0f10111213"
	    "1415161718191a1b1c1d1e1f2021222324252627 28292a2b2c2d2e2f30313233"
	    "34353637");
	seal_free(in);
}

/* draft-mcgrew-gcm-test-01: ESP with AES-128-GCM and ESN. */
static void
test_gcm_esn(void **state)
{
	uint8_t key[64], esp[512], *inner, next;
	struct wt_suite suite = { .proto = PROTO_ESP,
	    .encr = ENCR_AES_GCM_16, .encr_bits = 128, .esn = 1 };
	struct seal *in;
	size_t klen, n;

	(void)state;
	klen = hex("4c80cdefbb5d10da906ac73c3613a634 2e443b68", key,
	    sizeof(key));
	n = hex("00004321 00000000 4956ed7e3b244cfe"
	    "fecf537e729d5b07dc30df528dd22b768d1b98736696a6fd348509fa13ceac34"
	    "cfa2436f14a3f3cf65925bf1f4a13c5d15b21e1884f5ff6247aeabb786b93bce"
	    "61bc17d768fd9732459018148f6cbe722fd04796562dfdb4", esp,
	    sizeof(esp));
	in = seal_new(&suite, 0, key, klen, NULL, 0);
	assert_non_null(in);
	assert_int_equal(seal_open(in, 0x8765432100000000ULL, esp, n, &inner,
	    &next), 68);
	assert_int_equal(inner[0], 0x45);
	seal_free(in);
}

/*
 * RFC 3602 cases 7 and 8 have no integrity; an HMAC-SHA2-256 (RFC 4868) is
 * put behind them.
 */
static void
check_cbc(const char *packet, uint64_t seq, const char *want, size_t len)
{
	uint8_t key[16], mac_key[32], esp[512], mac[EVP_MAX_MD_SIZE];
	struct wt_suite suite = { .proto = PROTO_ESP, .encr = ENCR_AES_CBC,
	    .encr_bits = 128, .integ = INTEG_HMAC_SHA2_256_128 };
	uint8_t *inner, next;
	unsigned int mac_len;
	struct seal *in;
	size_t n;

	hex("0123456789abcdef0123456789abcdef", key, sizeof(key));
	memset(mac_key, 0x0b, sizeof(mac_key));
	n = hex(packet, esp, sizeof(esp));
	assert_non_null(HMAC(EVP_sha256(), mac_key, sizeof(mac_key), esp, n,
	    mac, &mac_len));
	memcpy(esp + n, mac, 16);
	in = seal_new(&suite, 0, key, sizeof(key), mac_key, sizeof(mac_key));
	assert_non_null(in);
	assert_int_equal(seal_open(in, seq, esp, n + 16, &inner, &next), len);
	assert_int_equal(next, 4);
	assert_hex(inner, len, want);
	seal_free(in);
}

static void
test_rfc3602(void **state)
{
	(void)state;
	check_cbc("00008765 00000002 f4e765244f6407adf13dc1380f673f37"
	    "773b5241a4c449225e4f3ce5ed611b0c237ca96cf74a93013c1b0ea1a0cf70f8"
	    "e4ecaec78ac53aad7a0f022b859243c647752e94a859352b8a4d4d2decd136e5"
	    "c177f132ad3fbfb2201ac9904c74ee0a109e0ca1e4dfe9d5a100b842f1c22f0d",
	    2,
	    "45000054090400004001f988c0a87b03c0a87bc808009f76a90a0100b49c083d"
	    "02a2040008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223"
	    "2425262728292a2b2c2d2e2f3031323334353637", 84);
	check_cbc("00008765 00000005 85d47224b5f3dd5d2101d4ea8dffab22"
	    "15b92683819596a8047232cc00f7048fe45318e11f8a0f62ede3c3fc61203bb5"
	    "0f980a08c9843fd3a1b06d5c07ff9639b7eb7dfb3512e5de435e7207ed971ef3"
	    "d2726d9b5ef6affc6d17a0decbb13892", 5,
	    "45000044090c00004001f990c0a87b03c0a87bc80800d63caa0a0200c69c083d"
	    "a3de0300ffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
	    "ffffffff", 68);
}

/* ESP of 14 octets of 9 and t's tail, made without seal_packet(). */
static size_t
make_esp(const uint8_t key[20], const uint8_t tail[8], uint8_t *esp)
{
	uint8_t nonce[12];
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n;

	memset(esp, 9, 32);
	memcpy(esp + 16 + 8, tail, 8);
	memcpy(nonce, key + 16, 4);
	memcpy(nonce + 4, esp + 8, 8);
	EVP_EncryptInit_ex(c, EVP_aes_128_gcm(), NULL, key, nonce);
	EVP_EncryptUpdate(c, NULL, &n, esp, 8);
	EVP_EncryptUpdate(c, esp + 16, &n, esp + 16, 16);
	EVP_EncryptFinal_ex(c, esp + 32, &n);
	EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, esp + 32);
	EVP_CIPHER_CTX_free(c);
	return (48);
}

/* Authentic, but is its padding 1, 2, 3 (RFC 4303 section 2.4)? */
static void
test_padding(void **state)
{
	uint8_t key[20], esp[64], *inner, next;
	struct wt_suite suite = { .proto = PROTO_ESP,
	    .encr = ENCR_AES_GCM_16, .encr_bits = 128 };
	static const struct {
		uint8_t	tail[8];
		long	want;
	} t[] = {
		{ { 1, 2, 3, 4, 5, 6, 6, 4 }, 8 },
		{ { 9, 9, 9, 9, 9, 9, 0, 4 }, 14 },
		{ { 9, 9, 9, 9, 9, 1, 1, 59 }, 13 },
		{ { 9, 9, 9, 9, 9, 2, 1, 4 }, SEAL_PADDING },
		{ { 9, 9, 9, 9, 2, 1, 2, 4 }, SEAL_PADDING },
		{ { 9, 9, 9, 9, 9, 9, 14, 4 }, SEAL_PADDING },
		{ { 9, 9, 9, 9, 9, 9, 15, 4 }, SEAL_PADDING },
		{ { 9, 9, 9, 9, 9, 9, 255, 4 }, SEAL_PADDING },
	};
	struct seal *in;
	size_t i, n;

	(void)state;
	memset(key, 3, sizeof(key));
	in = seal_new(&suite, 0, key, sizeof(key), NULL, 0);
	assert_non_null(in);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		n = make_esp(key, t[i].tail, esp);
		assert_int_equal(seal_open(in, 0x09090909, esp, n, &inner,
		    &next), t[i].want);
		assert_int_equal(next, t[i].tail[7]);
	}
	/* ESP's own alignment: 18 octets are not whole blocks of 4. */
	assert_int_equal(seal_open(in, 0x09090909, esp, 50, &inner, &next),
	    SEAL_MALFORMED);
	seal_free(in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_tamper),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_rfc7634),
		cmocka_unit_test(test_gcm_esn),
		cmocka_unit_test(test_rfc3602),
		cmocka_unit_test(test_padding),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
