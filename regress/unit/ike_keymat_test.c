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
 * ikd/ike/keymat.c.  The numbers come from an independent program written
 * from the formulas of RFC 7296 sections 2.14, 2.17 and 2.18, which also
 * reproduces NIST's published IKEv2 key derivation vectors.
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
#include "../../ikd/ike/keymat.h"

static uint8_t ni[32], nr[24], gir[32], gir2[32], spi_i[8], spi_r[8];
static const struct nonces nonces = { { ni, 32 }, { nr, 24 }, { NULL, 0 } };
static const struct slice g1 = { gir, 32 }, g2 = { gir2, 32 };

static const struct row {
	struct wt_suite	 suite;
	const char	*ike;		/* d ai ar ei er pi pr */
	const char	*child;		/* encr_i integ_i encr_r integ_r */
	const char	*pfs;
	const char	*rekey;		/* to AES-128-GCM, SHA-512 */
} rows[] = {
	{
	    { PROTO_IKE, ENCR_AES_GCM_16, 256, 0, PRF_HMAC_SHA2_256,
	    KE_X25519, { 0 }, 0, 0 },
	    "480b6b6ac759dfb36286552c56dce7bfe31fcb102450332cd11b1ee20d08a7d2"
	    "05073cbb4aa6671c4697b9a6c82b74d77cd0c8ea0b34c2dbbf46e6c1992728a8"
	    "d34354f184b5767a11fadd40ba834380ec288691842cd1e0430ea70495c29fda"
	    "cf1e69725ba425a3f8288709a42e24090372e6c7232eea0393085dd52e2666dc"
	    "4a24743febf3998b0e29c180c39773b3d89c5e54d92e8b6ae5efa82d8e757895"
	    "ccb6da8470d1adb8",
	    "a8f1f5a33037d9d4646893ccaea2d9b4fc7c33fdc0a10ec8ab0a77228e160755"
	    "aef723e921e5ae12071187f0a3c14472c55a8a51e0122638cac51f6f561a7884"
	    "1f93e113e7c8f5e1",
	    "3ccd46434d67fafa8ba55023a00ae2fa75abce6878f4a71471e1528f50fc807c"
	    "35cffa7d03149d03f54447d33865ff3d64b0da3dd6fd0d7428e902d78f74a73b"
	    "cfba072d7a08ee17",
	    "68186b49fde38c7154032a0065d53c5287e93a6a87a2fa128550b614f3d1d56e"
	    "ca1fd1b403eff8a9081750bbb79cb82e8082500d42967bd1d7658583f40bb0fa"
	    "3f0598e3ef875e2ff82e240a78922b5eb11fe23c370b182e22a07069f21142de"
	    "404db8b344da40f62945636c4eb723842a18ccdb321e536681734c7ac16e8066"
	    "057cf0a30dc01bd7439e72e8f251e5a9f8147e52662d2364342bb36ca32ece76"
	    "bf2a3d7c8a94ed71f23e7d2f8c024575c7447d899c700183c78882a14302e8ad"
	    "625ae475dc17220fad642f23c9a243063e687bb11b27d73dda9b4c31b57d0ea0"
	    "0c8f22df666a9141"
	}, {
	    { PROTO_IKE, ENCR_AES_CBC, 128, INTEG_HMAC_SHA2_256_128,
	    PRF_HMAC_SHA2_384, KE_X25519, { 0 }, 0, 0 },
	    "0c04d9ab783811ab3563728a6071fe30b760a232c7716c779f86fdf30072d0a1"
	    "aaa32329caf2775dc646c6dd78a0bffbec6064428129b88eea4e5586c118f0b5"
	    "fa89ca848a5e9f7f0971bbcd308c7415a6a30bf6fbe6ae9ffdca12d5c7d75e37"
	    "9b9097827e6bc31335cedc14def278ee3d8204bbdde56184a6629f1c5c63d150"
	    "a0634bd02b3df664b723d5e3127b5b67b8cf2449389f64e290b5c0b46473c59d"
	    "ce3b5d872b791a9bb0722eee653cdce3674fa76d85aab42b8118bf45dc9023c3"
	    "9c67e89b2b7aa9ff982d3b324995f8192525c77cea3d6e778bc5832c34460d94"
	    "04b6a838f9426fff6479fe93e9bac24b",
	    "c1f4636a0c178f4e4b6a8082b1904cda6d6a88e1f7033a5896bc40e7b68d8fb0"
	    "80965c6868ea29ccf5afefb9db92df3c3e1b29c12b74840823bdd096c6ff7453"
	    "793e0d42fb44c18678db2e8539bc120e63285d124b717a086bb18c86c6db5fd8",
	    "91828da5a3517653df1f788ef7a146a9d090eead3ef7e638dd34672252180679"
	    "60551e75c51509ec6e1687d134d17b6a0fb8eaab73b3d3478911cef5a79c7eac"
	    "99b06fbe4d35545a145741b29d32e272ac373dbd86b53c2bcb52369504daf53f",
	    "b0938bc890ff86452edaa63f9d41e09ab490ce16c39c6cf1df76714501baf11e"
	    "76d027325335efe0f4e1a2fd556ac1faebc8375b7552eae07841034b4498082d"
	    "78fe9a07a778ca5153ee34c6b72ab446d554a9c6d5412ceac61cd48513369288"
	    "8a1cffb5847568d5502f395fda8291ca93887c73d3c22385e33d1599ec659ba4"
	    "6b6375667c694afd2c73303f82eae7b6d625fae6c5caaa4bbb5ba77512c575c5"
	    "f3c47bb9be3f03d627f08d65929369b333e15524ad01bb130f7c3ebf5f7b2470"
	    "e7746162d2b0c311f2e8765a496c566e95a07f0ce6a5a24cc6fbfdc120a0dc64"
	    "d7ae81aa11173e6a"
	},
};

#define NROWS	(sizeof(rows) / sizeof(rows[0]))

static int
setup(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < 32; i++) {
		ni[i] = 0x10 + i;
		gir[i] = 0x80 + i;
		gir2[i] = 0xc0 + i;
	}
	for (i = 0; i < 24; i++)
		nr[i] = 0x40 + i;
	for (i = 0; i < 8; i++) {
		spi_i[i] = 1 + i;
		spi_r[i] = 0x11 + i;
	}
	return (0);
}

static void
put(uint8_t **to, const uint8_t *p, size_t len)
{
	memcpy(*to, p, len);
	*to += len;
}

/* The keys in the order of section 2.14. */
static size_t
join(const struct ike_keys *k, uint8_t *out)
{
	uint8_t *p = out;

	put(&p, k->d, k->d_len);
	put(&p, k->ai, k->a_len);
	put(&p, k->ar, k->a_len);
	put(&p, k->ei, k->e_len);
	put(&p, k->er, k->e_len);
	put(&p, k->pi, k->p_len);
	put(&p, k->pr, k->p_len);
	return (p - out);
}

static struct slice
sk_d(const struct ike_keys *k)
{
	return ((struct slice){ k->d, k->d_len });
}

static size_t
join_child(const struct child_keys *c, uint8_t *out)
{
	uint8_t *p = out;

	put(&p, c->encr_i, c->encr_len);
	put(&p, c->integ_i, c->integ_len);
	put(&p, c->encr_r, c->encr_len);
	put(&p, c->integ_r, c->integ_len);
	return (p - out);
}

static void
test_ike(void **state)
{
	struct ike_keys k;
	uint8_t all[512];
	size_t i;

	(void)state;
	for (i = 0; i < NROWS; i++) {
		assert_int_equal(keymat_ike(&rows[i].suite, &nonces, g1,
		    spi_i, spi_r, &k), 0);
		assert_hex(all, join(&k, all), rows[i].ike);
	}
}

static void
test_child(void **state)
{
	static const struct slice none;
	struct ike_keys k;
	struct child_keys c;
	uint8_t all[512];
	size_t i;

	(void)state;
	for (i = 0; i < NROWS; i++) {
		assert_int_equal(keymat_ike(&rows[i].suite, &nonces, g1,
		    spi_i, spi_r, &k), 0);
		assert_int_equal(keymat_child(rows[i].suite.prf, sk_d(&k),
		    &rows[i].suite, &nonces, none, &c), 0);
		assert_hex(all, join_child(&c, all), rows[i].child);
		assert_int_equal(keymat_child(rows[i].suite.prf, sk_d(&k),
		    &rows[i].suite, &nonces, g2, &c), 0);
		assert_hex(all, join_child(&c, all), rows[i].pfs);
	}
}

static void
test_rekey(void **state)
{
	static const struct wt_suite next = { PROTO_IKE, ENCR_AES_GCM_16,
	    128, 0, PRF_HMAC_SHA2_512, KE_X25519, { 0 }, 0, 0 };
	struct ike_keys k, k2;
	uint8_t all[512];
	size_t i;

	(void)state;
	for (i = 0; i < NROWS; i++) {
		assert_int_equal(keymat_ike(&rows[i].suite, &nonces, g1,
		    spi_i, spi_r, &k), 0);
		/* The new SA's SPIs, the other way round. */
		assert_int_equal(keymat_ike_rekey(rows[i].suite.prf, sk_d(&k),
		    &next, &nonces, g2, spi_r, spi_i, &k2), 0);
		assert_hex(all, join(&k2, all), rows[i].rekey);
	}
}

static void
test_refuse(void **state)
{
	static const struct ike_keys zero;
	static const struct child_keys zero_child;
	static uint8_t big[IKE_NONCE_MAX + 1];
	struct nonces long_one = { { big, sizeof(big) }, { nr, 24 },
	    { NULL, 0 } };
	struct wt_suite s = rows[0].suite;
	struct ike_keys k;
	struct child_keys c;

	(void)state;
	assert_int_equal(keymat_ike(&s, &long_one, g1, spi_i, spi_r, &k),
	    -1);
	s.prf = 77;
	assert_int_equal(keymat_ike(&s, &nonces, g1, spi_i, spi_r, &k), -1);
	assert_memory_equal(&k, &zero, sizeof(k));
	s = rows[0].suite;
	s.encr_bits = 64;
	assert_int_equal(keymat_ike(&s, &nonces, g1, spi_i, spi_r, &k), -1);
	assert_memory_equal(&k, &zero, sizeof(k));
	/* An AEAD with an integrity algorithm, CBC without. */
	s = rows[0].suite;
	s.integ = INTEG_HMAC_SHA2_256_128;
	assert_int_equal(keymat_ike(&s, &nonces, g1, spi_i, spi_r, &k), -1);
	s = rows[1].suite;
	s.integ = INTEG_NONE;
	assert_int_equal(keymat_ike(&s, &nonces, g1, spi_i, spi_r, &k), -1);
	assert_int_equal(keymat_ike(&rows[0].suite, &nonces, g1, spi_i,
	    spi_r, &k), 0);
	assert_int_equal(keymat_child(rows[0].suite.prf, sk_d(&k), &s,
	    &nonces, g1, &c), -1);
	assert_memory_equal(&c, &zero_child, sizeof(c));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ike),
		cmocka_unit_test(test_child),
		cmocka_unit_test(test_rekey),
		cmocka_unit_test(test_refuse),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, setup, NULL));
}
