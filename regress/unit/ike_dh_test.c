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
 * ikd/ike/dh.c: RFC 8031 appendix A, RFC 5903 section 8, MODP numbers by an
 * independent program; what a peer may not send.
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
#include "../../ikd/ike/dh.h"
#include "../../ikd/ike/ike_const.h"

/* Private and public value of each end, the secret. */
static const struct vector {
	unsigned int	 group;
	const char	*priv_i, *pub_i, *priv_r, *pub_r, *secret;
} vectors[] = {
	{
	    KE_X25519,
	    "751fb4308655b476b6789b7325f9ea8cddd16a58533ff6d9e60009464a5f9d94",
	    "48d5ddd4061257ba166fa3f9bbdb74f1a4e81c089384fa77f790709f0dfbc766",
	    "0a54645253290d60ddadd0e030bacd9e5501efdc220755a1e978f1b839a05688",
	    "0be7c1f5aad87d7e448662673298a443478b859745179eaf564c79c0ef6eee25",
	    "c74950607a12327f3204d94b6825bfb068b7f8319a9e3708ed3d43ce8130c950"
	},
	{
	    KE_ECP256,
	    "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
	    "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180"
	    "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
	    "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53",
	    "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
	    "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
	    "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"
	},
	{
	    KE_ECP384,
	    "099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655"
	    "e35b538041e649ee3faef896783ab194",
	    "667842d7d180ac2cde6f74f37551f55755c7645c20ef73e31634fe72b4c55ee6"
	    "de3ac808acb4bdb4c88732aee95f41aa9482ed1fc0eeb9cafc4984625ccfc23f"
	    "65032149e0e144ada024181535a0f38eeb9fcff3c2c947dae69b4c634573a81c",
	    "41cb0779b4bdb85d47846725fbec3c9430fab46cc8dc5060855cc9bda0aa2942"
	    "e0308312916b8ed2960e4bd55a7448fc",
	    "e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d"
	    "0d1ac43a0336def96fda41d0774a3571dcfbec7aacf3196472169e838430367f"
	    "66eebe3c6e70c416dd5f0c68759dd1fff83fa40142209dff5eaad96db9e6386c",
	    "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4"
	    "d603135569b9e9d09cf5d4a270f59746"
	},
	{
	    KE_ECP521,
	    "0037ade9319a89f4dabdb3ef411aaccca5123c61acab57b5393dce47608172a0"
	    "95aa85a30fe1c2952c6771d937ba9777f5957b2639bab072462f68c27a57382d"
	    "4a52",
	    "0015417e84dbf28c0ad3c278713349dc7df153c897a1891bd98bab4357c9ecbe"
	    "e1e3bf42e00b8e380aeae57c2d107564941885942af5a7f4601723c4195d176c"
	    "ed3e017cae20b6641d2eeb695786d8c946146239d099e18e1d5a514c739d7cb4"
	    "a10ad8a788015ac405d7799dc75e7b7d5b6cf2261a6a7f1507438bf01beb6ca3"
	    "926f9582",
	    "0145ba99a847af43793fdd0e872e7cdfa16be30fdc780f97bccc3f078380201e"
	    "9c677d600b343757a3bdbf2a3163e4c2f869cca7458aa4a4effc311f5cb15168"
	    "5eb9",
	    "00d0b3975ac4b799f5bea16d5e13e9af971d5e9b984c9f39728b5e5739735a21"
	    "9b97c356436adc6e95bb0352f6be64a6c2912d4ef2d0433ced2b6171640012d9"
	    "460f015c68226383956e3bd066e797b623c27ce0eac2f551a10c2c724d985207"
	    "7b87220b6536c5c408a1d2aebb8e86d678ae49cb57091f4732296579ab44fcd1"
	    "7f0fc56a",
	    "01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04"
	    "d1427e73ca4baa240a34786859810c06b3c715a3a8cc3151f2bee417996d19f3"
	    "ddea"
	},
	{
	    KE_MODP2048,
	    "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
	    "8f5350bca011eef7389ddbd6b83dcbfef5523978fa0004d8e9352c1b32157e3f"
	    "6d3f3969947c9f00157a6c671ce353eaef8c99081ddce41976e9b4aa99ebfdb7"
	    "1365acd81a7f11d389231360e6e8a2d7f90d0b0ca0ded9e422755492ca396ca2"
	    "a9bc992ea1d41ffe6927cae974815e14b447f16e1cc380230c1fb20f92ff1853"
	    "3b8cd165517778ce86ae98bdb17eb683c4a7c8f72ca193c5ba8243b70b0c7cfa"
	    "601d278fab916bbcc3ba3eaadeef3fbe986c0865fb6d0f42a33aa8485edd78f0"
	    "896a287e24535acf4d1c73a419883a827b421787a5b8d7afdda485843e70fef2"
	    "bcd638f01b856266beaea86a637d7141463c6a350c0292794ba9325cb8378df7",
	    "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d",
	    "0496c55a4ddb56e2c0e7bc3accaf6d6cdf2d28c20731816e9f57e2f2644e5df1"
	    "a2f94a7b1ef80bd41c2c8040ac5a8a00e2ebe10d05afac949dcfa5f9c1437e66"
	    "b9c10cd044924cab17326098a945f68da0543831939593483081d0cd7446c840"
	    "7ef93126263243afcdec81bcd62559d64936a6eed86d029faa59eac446126cd1"
	    "fb4a5b747644771ddaca5640f1b4e664a205930789027b9f56308d34682c4a08"
	    "9559c147ae043a4a1d7e3f6d410f3ee9bc6b76a5c0719e17ee8f245ec4f883ed"
	    "f816a25b3d7d427b5e855a9c2a7dd0a25ab7571b166a2f46bcbc8472c6cb9f48"
	    "da6d8bff6fcb9d439fe256cba36b83e832ead44cab0d54b9de9f88cbe08a525b",
	    "cf2ead50488f051699c6d450d1d03ba2977fdc4974ae2761ad513d555f047620"
	    "7ce1e82ab1db7ea3cffb324c728c73b636822e039d649b326071f95c1d20ab15"
	    "802115ce71042ca649752ce399d966545ba36a341bf97f0350ac6af3e57b13c8"
	    "1b74618c1cc1d2f6ca5c897f9a8f8992068414f9a33bccb9da7cd92e5cdb549a"
	    "2d2c316536ca5e9df0d2bfbd9b42b11a1c8d04d3266b6b7abf276c32d8f46284"
	    "ab304afbca140e8eac3a5a96bccf047a4376f369a111bece75e9f8b086c1a3e7"
	    "9ac0dec48e0926828272e545c779f8359d26d5ef35685b70ac1f4811ba1217ce"
	    "64b4e4d7f4630f45f6c95a4ad9c0516aa086d64f70f80a164cea1397448d7b7d"
	},
	{
	    KE_MODP3072,
	    "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
	    "99d85c9db5bc2fe41afbeeee50c481a9d26b8c26c46c3faa00f36ebe50725ae8"
	    "d8fddcd91a2381236549a91e7acd4f7da6129bd323f1aed7d6fffb6688e13d2f"
	    "094dba25502f00b3a8a1cabadb10325b77a70e5f6e10ae26135b031f20d72211"
	    "90c958d56a1cd31bbb8faa813ff15ef91f41974d07a9c6720265898d0d2bfb05"
	    "101a09a0add602b2cab8545b4f754493d7d6faa4eac2c791492897d446feb6ab"
	    "f78da344a1891ea1bbfaed5d2106ee877647495726e32b57506b55b117cd1ffe"
	    "d04318f7259eed0c223299b3735841ed16f2ae60534a530ee6fb7f3400b76894"
	    "90b05a94aaf7d22bf8632d848e8235ebe4a14a9ce32b7208754caeb758a301c7"
	    "569c926032a2d5fa723a734b51711723333713914020f391b5f02d9f2d70e237"
	    "12627c3c34fa97008c66c17e390012ed2fe682cafaa298283cab5ab8307fe82e"
	    "5e82e5821eb4fca3bde9df13d47adda14210e5d8f8b19a6839616b12a9c327c0"
	    "477063ae77cbc741e12d8bbcd689fc3b4489ac1b7ad9d2adbb45ffa51df7b95e",
	    "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d",
	    "a83b5079d018d78fc46755b4bee81cc3e1b2794b8c60cbb93971158eed85a78d"
	    "a676d2221533fa72ba51e77bd95021977f075ed256b7d1cf1f70df98a0b61983"
	    "7857173426327777714705673e71465baf9ef4ce6c93b21903644a2d6cfec8d7"
	    "13d58696e2cd7c8e6943cd3b185b3db54a7843567e691af3c46eedb268ba6027"
	    "7acd7ca8f45f8cf0a6acb22bf0f4d307292677700cd9c53001071795d0ae3a70"
	    "681b59fc469834753830d04acad12000ae7487e43029ecdaa1ab5702e9ee0f38"
	    "3587858497ff8f6b2581f3ca2a9dc7abc5788afb47660ba8067256323a42d1bf"
	    "f51910799dac2079ac556e917fc6894e53064167b9204e9c14ac9fb6cd29dabc"
	    "8d22ae99f70bde3cfd6feb3dd8897db5d62797c2021eec36020c6121a5108f71"
	    "36334b775f7017499dd81e197bc453b812fc3c574e845f1c21bfef7ac772510e"
	    "1772311c205fd64f98a5cd371ddf4975de0f1f9a37d1a8ad9da067a52846a2f2"
	    "2582f1e54df851d083d83872b994fd114a289c924fdd0738d3b441753b995b92",
	    "834be02f5dd08656db7031925eff6f7c446e3b5e6fecb3a8d09da047bad88b73"
	    "2594926bca5c6c32b516c711695c9978f7169e964cfeef2cb767142e4732c8f8"
	    "d308bb69859aae148e304614a285bca3ae8b7ea6ab4acbec5ac1185c2fc2bb00"
	    "3d0ac5d2e061699ced94336b70229029388ececf6617b92002d6c8501b687385"
	    "1542fb80aefebc9680be189bace532da1492b3e17bc136acbfba3297e1665dda"
	    "d30001d3c2b21487ddf518ba18a2ddeed933042c2a20614ec69081c2ff5a6742"
	    "58011560d71a81af89085a83218c8fe5cbbf1f7215bbeb64764b89de897a81a6"
	    "bee1ac43040879eae68ffe4f85623e19f41e5cab1b5329b97e3b5b95b9013cac"
	    "daf4199f1a79093538b2fcf4ea6a4734c346013abf7900a9fdf51d70d3d07c72"
	    "e3a7e22201c5bddbdc83ce037cd846884576b3c1ff76b12f70e22438d53497f6"
	    "4f14ccfa2ab705468e44d25f14992b8246358b2356d08e30c780380b1721eee1"
	    "e70549c8411d70dc4e3bec0150436c725a8d2f76f18d1ddda92aa45304b70c3c"
	},
	/* The secret starts with a zero octet, which stays. */
	{
	    KE_MODP2048,
	    "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
	    "8f5350bca011eef7389ddbd6b83dcbfef5523978fa0004d8e9352c1b32157e3f"
	    "6d3f3969947c9f00157a6c671ce353eaef8c99081ddce41976e9b4aa99ebfdb7"
	    "1365acd81a7f11d389231360e6e8a2d7f90d0b0ca0ded9e422755492ca396ca2"
	    "a9bc992ea1d41ffe6927cae974815e14b447f16e1cc380230c1fb20f92ff1853"
	    "3b8cd165517778ce86ae98bdb17eb683c4a7c8f72ca193c5ba8243b70b0c7cfa"
	    "601d278fab916bbcc3ba3eaadeef3fbe986c0865fb6d0f42a33aa8485edd78f0"
	    "896a287e24535acf4d1c73a419883a827b421787a5b8d7afdda485843e70fef2"
	    "bcd638f01b856266beaea86a637d7141463c6a350c0292794ba9325cb8378df7",
	    "058476b3d8f59b2492129750c799acb05d51a2781974536b76eb3953c02e2133",
	    "00114a938e02a1ac03c2c0a2a38fa5c36cdd59b02fa1bb8f372a6997e4da70a9"
	    "33349dbcc13011899a41f21d4b6ed6b05aaff49761ce0f3ce7663a9c3a6f1d78"
	    "f400170c946be90fe58fd72b82f7fb0fec86543cd10eee0fbdfff584a4a33502"
	    "15ca464fb36a21e29be10ec21c2a3f5364a7504c5ee6c657c945ee6ede7c013f"
	    "6627a9ace3ff15785a56db41cbc68177946042545c7e6b204647c81e1b709242"
	    "316069fee495fb93f5fd53ccd18072bdfd64b3b510fcae484143a993e8d3c816"
	    "c9e2a2754ca985871c40016c27c421d1fbda736e8a8a839215d0311141cf2e90"
	    "4f68838ba9ed91754c173c8132887223b48430e9dc323b1b0915ad1b66c03fe9",
	    "002d2167b86351933bb23c6aca52a9b1797ba025a9a2731224f5e1f372d49201"
	    "873f228ad2076c60b82ed1092a95638af149e5f87bc4504fe7a6831028c3efa2"
	    "ae7d691630bc65fbfab89a2e6a64197551dc9da8dc8552219885086358f88773"
	    "cc392fbd077493b16d3772a16338a19b4a970de1081e8ea38d6b3479fe153b2b"
	    "bd380c81118801230d0bd4cab663e8fea8aa87d45b2949aebfaeccec657ae0cb"
	    "35337ed580c4c6001bb17e1536a141003ece32509d30ab15b7da4a2b254c40aa"
	    "0ffb3d844e022f5b42d3fb97d10d8f7cb0b6ea411605cc5595cf667c3fa83cdf"
	    "205fd9d8d5779afcbc1faee85e4172dbcf16844a552f4ab8185ee25356717f4f"
	},
};

static const struct {
	unsigned int	group;
	size_t		pub, secret;
} widths[] = {
	{ KE_X25519, 32, 32 }, { KE_X448, 56, 56 }, { KE_ECP256, 64, 32 },
	{ KE_ECP384, 96, 48 }, { KE_ECP521, 132, 66 },
	{ KE_MODP768, 96, 96 }, { KE_MODP1024, 128, 128 },
	{ KE_MODP1536, 192, 192 }, { KE_MODP2048, 256, 256 },
	{ KE_MODP3072, 384, 384 }, { KE_MODP4096, 512, 512 },
	{ KE_MODP6144, 768, 768 }, { KE_MODP8192, 1024, 1024 },
};

#define NVECTORS	(sizeof(vectors) / sizeof(vectors[0]))
#define NWIDTHS		(sizeof(widths) / sizeof(widths[0]))

static void
check_end(unsigned int group, const char *priv, const char *pub,
    const char *peer, const char *secret)
{
	uint8_t x[128], y[IKE_KE_MAX], out[IKE_KE_MAX];
	const uint8_t *p;
	struct dh_key *k;
	size_t len, xlen = hex(priv, x, sizeof(x));
	long n;

	len = hex(pub, y, sizeof(y));
	k = dh_import(group, x, xlen, y, len);
	assert_non_null(k);
	assert_int_equal(dh_group(k), group);
	p = dh_openssl.public_value(k, &len);
	assert_hex(p, len, pub);
	len = hex(peer, y, sizeof(y));
	n = dh_openssl.shared(k, y, len, out, sizeof(out));
	assert_true(n > 0);
	assert_hex(out, n, secret);
	/* A buffer too small by one is refused. */
	assert_int_equal(dh_openssl.shared(k, y, len, out, n - 1), -1);
	dh_openssl.free(k);
}

static void
test_vectors(void **state)
{
	const struct vector *v;

	(void)state;
	for (v = vectors; v < vectors + NVECTORS; v++) {
		check_end(v->group, v->priv_i, v->pub_i, v->pub_r, v->secret);
		check_end(v->group, v->priv_r, v->pub_r, v->pub_i, v->secret);
	}
}

/* Both ends agree, in every group, with the width it has to have. */
static void
test_agree(void **state)
{
	uint8_t s1[IKE_KE_MAX], s2[IKE_KE_MAX];
	const uint8_t *pa, *pb;
	struct dh_key *a, *b;
	size_t i, la, lb;

	(void)state;
	for (i = 0; i < NWIDTHS; i++) {
		assert_int_equal(dh_openssl.public_len(widths[i].group),
		    widths[i].pub);
		a = dh_openssl.generate(widths[i].group);
		b = dh_openssl.generate(widths[i].group);
		assert_non_null(a);
		assert_non_null(b);
		pa = dh_openssl.public_value(a, &la);
		pb = dh_openssl.public_value(b, &lb);
		assert_int_equal(la, widths[i].pub);
		assert_int_equal(lb, widths[i].pub);
		assert_true(memcmp(pa, pb, la) != 0);
		assert_int_equal(dh_openssl.shared(a, pb, lb, s1, sizeof(s1)),
		    widths[i].secret);
		assert_int_equal(dh_openssl.shared(b, pa, la, s2, sizeof(s2)),
		    widths[i].secret);
		assert_memory_equal(s1, s2, widths[i].secret);
		dh_openssl.free(a);
		dh_openssl.free(b);
	}
}

static void
refused(struct dh_key *k, const uint8_t *y, size_t len)
{
	uint8_t out[IKE_KE_MAX];

	assert_int_equal(dh_openssl.shared(k, y, len, out, sizeof(out)), -1);
}

/* Widths off by one, zeros, ones: for every group. */
static void
test_bad_common(void **state)
{
	uint8_t y[IKE_KE_MAX + 1];
	struct dh_key *k;
	const uint8_t *p;
	size_t i, len;

	(void)state;
	for (i = 0; i < NWIDTHS; i++) {
		k = dh_openssl.generate(widths[i].group);
		assert_non_null(k);
		p = dh_openssl.public_value(k, &len);
		memset(y, 0, sizeof(y));
		memcpy(y, p, len);
		refused(k, y, len - 1);
		refused(k, y, len + 1);
		refused(k, y, 0);
		memset(y, 0, sizeof(y));
		refused(k, y, len);
		if (widths[i].group != KE_X25519 &&
		    widths[i].group != KE_X448) {
			memset(y, 0xff, sizeof(y));
			refused(k, y, len);
		}
		/* One: MODP's trivial element, X25519's point of order 4. */
		memset(y, 0, sizeof(y));
		y[widths[i].group >= KE_X25519 ? 0 : len - 1] = 1;
		refused(k, y, len);
		dh_openssl.free(k);
	}
	assert_null(dh_openssl.generate(99));
	assert_int_equal(dh_openssl.public_len(99), 0);
	dh_openssl.free(NULL);
}

/* ML-KEM, where OpenSSL has it: agreement, widths, keys out of range. */
static void
test_kem(void **state)
{
	static const struct { unsigned int id; size_t ek, ct; } kems[] = {
		{ KE_MLKEM512, 800, 768 }, { KE_MLKEM768, 1184, 1088 },
		{ KE_MLKEM1024, 1568, 1568 } };
	uint8_t s1[IKE_KE_MAX], s2[IKE_KE_MAX], y[IKE_KE_MAX + 1] = { 0 };
	const uint8_t *ek, *ct;
	struct dh_key *a, *b;
	size_t i, la, lb;

	(void)state;
	for (i = 0; i < 3; i++) {
		a = dh_openssl.generate(kems[i].id);
		b = dh_openssl.respond(kems[i].id);
		assert_int_equal(a == NULL, b == NULL);
		if (a == NULL) {
			assert_int_equal(dh_openssl.public_len(kems[i].id), 0);
			continue;
		}
		ek = dh_openssl.public_value(a, &la);
		assert_int_equal(la, kems[i].ek);
		memcpy(y, ek, la);
		refused(b, y, la - 1);
		refused(b, y, la + 1);
		refused(b, y, 0);
		/* FIPS 203 7.2: a coefficient of 4095 is none. */
		y[0] = y[1] = 0xff;
		refused(b, y, la);
		assert_int_equal(dh_openssl.shared(b, ek, la, s1, sizeof(s1)),
		    32);
		ct = dh_openssl.public_value(b, &lb);
		assert_int_equal(lb, kems[i].ct);
		refused(a, ct, lb - 1);
		refused(a, ct, lb + 1);
		assert_int_equal(dh_openssl.shared(a, ct, lb, s2, sizeof(s2)),
		    32);
		assert_memory_equal(s1, s2, 32);
		/* One that was changed gives another secret, no error. */
		memcpy(y, ct, lb);
		y[7] ^= 1;
		assert_int_equal(dh_openssl.shared(a, y, lb, s2, sizeof(s2)),
		    32);
		assert_memory_not_equal(s1, s2, 32);
		dh_openssl.free(a);
		dh_openssl.free(b);
	}
}

/* RFC 6989 section 2.1: p - 1, p, and the neighbour that is fine. */
static void
test_bad_modp(void **state)
{
	uint8_t y[256], out[256];
	const char *p2048 =
	    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74"
	    "020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437"
	    "4fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed"
	    "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf05"
	    "98da48361c55d39a69163fa8fd24cf5f83655d23dca3ad961c62f356208552bb"
	    "9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b"
	    "e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf695581718"
	    "3995497cea956ae515d2261898fa051015728e5a8aacaa68ffffffffffffffff";
	struct dh_key *k = dh_openssl.generate(KE_MODP2048);

	(void)state;
	assert_non_null(k);
	assert_int_equal(hex(p2048, y, sizeof(y)), 256);
	refused(k, y, 256);			/* p */
	y[255] -= 1;
	refused(k, y, 256);			/* p - 1 */
	y[255] -= 1;				/* p - 2 */
	assert_int_equal(dh_openssl.shared(k, y, 256, out, 256), 256);
	memset(y, 0, sizeof(y));
	y[255] = 2;
	assert_int_equal(dh_openssl.shared(k, y, 256, out, 256), 256);
	dh_openssl.free(k);
}

/* RFC 6989 section 2.3: not on the curve, not below p. */
static void
test_bad_point(void **state)
{
	static const unsigned int ecp[] = { KE_ECP256, KE_ECP384, KE_ECP521 };
	uint8_t y[132];
	struct dh_key *k;
	const uint8_t *p;
	size_t i, len;

	(void)state;
	for (i = 0; i < 3; i++) {
		k = dh_openssl.generate(ecp[i]);
		assert_non_null(k);
		p = dh_openssl.public_value(k, &len);
		memcpy(y, p, len);
		y[len - 1] ^= 1;		/* another y */
		refused(k, y, len);
		memcpy(y, p, len);
		memset(y, 0xff, len / 2);	/* x above p */
		refused(k, y, len);
		dh_openssl.free(k);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_agree),
		cmocka_unit_test(test_bad_common),
		cmocka_unit_test(test_kem),
		cmocka_unit_test(test_bad_modp),
		cmocka_unit_test(test_bad_point),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
