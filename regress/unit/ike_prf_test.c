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

/* ikd/ike/prf.c against RFC 4868 section 2.7.1, prf+ against its rule. */

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
#include "../../ikd/ike/prf.h"

/* RFC 4868 section 2.7.1: key, data, SHA-256, SHA-384, SHA-512. */
static const char *const vectors[][5] = {
	{
	    "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
	    "4869205468657265",
	    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
	    "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
	    "faea9ea9076ede7f4af152e8b2fa9cb6",
	    "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
	    "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"
	},
	{
	    "4a656665",
	    "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
	    "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
	    "8e2240ca5e69e2c78b3239ecfab21649",
	    "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
	    "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
	},
	{
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
	    "dddddddddddddddddddddddddddddddddddd",
	    "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
	    "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b"
	    "2a5ab39dc13814b94e3ab6e101a34f27",
	    "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39"
	    "bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb"
	},
	{
	    "0102030405060708090a0b0c0d0e0f10111213141516171819",
	    "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
	    "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
	    "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
	    "3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e"
	    "6801dd23c4a7d679ccf8a386c674cffb",
	    "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3db"
	    "a91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd"
	},
	{
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaa",
	    "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a"
	    "65204b6579202d2048617368204b6579204669727374",
	    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
	    "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6"
	    "0c2ef6ab4030fe8296248df163f44952",
	    "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
	    "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"
	},
	{
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaa",
	    "5468697320697320612074657374207573696e672061206c6172676572207468"
	    "616e20626c6f636b2d73697a65206b657920616e642061206c61726765722074"
	    "68616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565"
	    "647320746f20626520686173686564206265666f7265206265696e6720757365"
	    "642062792074686520484d414320616c676f726974686d2e",
	    "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
	    "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5"
	    "a678cc31e799176d3860e6110c46523e",
	    "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944"
	    "b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58"
	},
};

static const unsigned int prfs[] = { PRF_HMAC_SHA2_256, PRF_HMAC_SHA2_384,
	PRF_HMAC_SHA2_512, PRF_HMAC_SHA1, PRF_HMAC_MD5 };

static void
test_len(void **state)
{
	(void)state;
	assert_int_equal(prf_len(PRF_HMAC_SHA2_256), 32);
	assert_int_equal(prf_len(PRF_HMAC_SHA2_384), 48);
	assert_int_equal(prf_len(PRF_HMAC_SHA2_512), 64);
	assert_int_equal(prf_len(PRF_HMAC_SHA1), 20);
	assert_int_equal(prf_len(PRF_HMAC_MD5), 16);
	assert_int_equal(prf_len(99), 0);
}

static void
test_vectors(void **state)
{
	uint8_t key[256], data[256], out[64];
	struct slice k = { key, 0 }, in[3];
	size_t i, j, len;

	(void)state;
	for (i = 0; i < 6; i++) {
		k.len = hex(vectors[i][0], key, sizeof(key));
		len = hex(vectors[i][1], data, sizeof(data));
		/* The same octets, cut into pieces. */
		in[0] = (struct slice){ data, len / 3 };
		in[1] = (struct slice){ NULL, 0 };
		in[2] = (struct slice){ data + len / 3, len - len / 3 };
		for (j = 0; j < 3; j++) {
			assert_int_equal(prf_compute(prfs[j], k, in, 3, out),
			    0);
			assert_hex(out, prf_len(prfs[j]), vectors[i][2 + j]);
		}
	}
}

/* T1 | T2 | ... by prf_compute() alone, cut at every length. */
static void
test_plus(void **state)
{
	uint8_t want[320], out[320 + 1], count;
	struct slice key = { (const uint8_t *)"a key of some kind", 18 };
	struct slice seed[] = { { (const uint8_t *)"se", 2 },
	    { (const uint8_t *)"ed", 2 } };
	struct slice in[3];
	size_t p, len, i, blk;

	(void)state;
	for (p = 0; p < 5; p++) {
		blk = prf_len(prfs[p]);
		for (i = 0; (i + 1) * blk <= sizeof(want); i++) {
			count = i + 1;
			in[0] = (struct slice){ i == 0 ? NULL :
			    want + (i - 1) * blk, i == 0 ? 0 : blk };
			in[1] = (struct slice){ (const uint8_t *)"seed", 4 };
			in[2] = (struct slice){ &count, 1 };
			assert_int_equal(prf_compute(prfs[p], key, in, 3,
			    want + i * blk), 0);
		}
		for (len = 0; len <= i * blk; len++) {
			memset(out, 0xee, sizeof(out));
			assert_int_equal(prf_plus(prfs[p], key, seed, 2, out,
			    len), 0);
			assert_memory_equal(out, want, len);
			assert_int_equal(out[len], 0xee);
		}
	}
}

static void
test_refuse(void **state)
{
	static uint8_t big[256 * 16];
	struct slice key = { (const uint8_t *)"k", 1 }, in = { NULL, 0 };
	uint8_t out[64];

	(void)state;
	assert_int_equal(prf_compute(4, key, &in, 1, out), -1);
	assert_int_equal(prf_plus(4, key, &in, 1, out, 10), -1);
	assert_int_equal(prf_plus(PRF_HMAC_MD5, key, &in, 1, big, 255 * 16),
	    0);
	assert_int_equal(prf_plus(PRF_HMAC_MD5, key, &in, 1, big,
	    255 * 16 + 1), -1);
}

/* The shared context keeps nothing of the key of the call before. */
static void
test_no_residue(void **state)
{
	struct slice k1 = { (const uint8_t *)"one", 3 }, none = { NULL, 0 };
	uint8_t a[32], b[32];

	(void)state;
	assert_int_equal(prf_compute(PRF_HMAC_SHA2_256, none, &k1, 1, a), 0);
	assert_int_equal(prf_compute(PRF_HMAC_SHA2_256, k1, &k1, 1, b), 0);
	assert_int_equal(prf_compute(PRF_HMAC_SHA2_256, none, &k1, 1, b), 0);
	assert_memory_equal(a, b, 32);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_len),
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_plus),
		cmocka_unit_test(test_refuse),
		cmocka_unit_test(test_no_residue),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
