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
 * certd/sigver.c: every key with every method and algorithm, only the pairs
 * that fit are right; octets changed, keys changed; OpenSSL failing.
 */

#include <openssl/err.h>
#include <openssl/rsa.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "broken.h"
#include "certd_pki.h"
#include "ike_hex.h"
#include "../../certd/chain.h"
#include "../../certd/sigver.h"

#define HASHES_ALL	(HASH_BIT(HASH_SHA1) | HASH_BIT(HASH_SHA2_256) | \
	HASH_BIT(HASH_SHA2_384) | HASH_BIT(HASH_SHA2_512) | \
	HASH_BIT(HASH_IDENTITY))

/* OpenSSL's calls that decide. */
BROKEN(EVP_PKEY_verify, (EVP_PKEY_CTX *c, const unsigned char *s, size_t n,
    const unsigned char *t, size_t m), (c, s, n, t, m))
BROKEN(EVP_PKEY_verify_init, (EVP_PKEY_CTX *c), (c))
BROKEN(EVP_PKEY_verify_recover_init, (EVP_PKEY_CTX *c), (c))
BROKEN(EVP_PKEY_verify_recover, (EVP_PKEY_CTX *c, unsigned char *o, size_t *n,
    const unsigned char *s, size_t m), (c, o, n, s, m))
BROKEN(EVP_PKEY_CTX_set_rsa_padding, (EVP_PKEY_CTX *c, int p), (c, p))
BROKEN(EVP_PKEY_CTX_set_rsa_mgf1_md, (EVP_PKEY_CTX *c, const EVP_MD *m), (c, m))
BROKEN(EVP_PKEY_CTX_set_rsa_pss_saltlen, (EVP_PKEY_CTX *c, int p), (c, p))
BROKEN(EVP_PKEY_CTX_set_signature_md, (EVP_PKEY_CTX *c, const EVP_MD *m),
    (c, m))
BROKEN(EVP_DigestInit_ex, (EVP_MD_CTX *c, const EVP_MD *m, ENGINE *e),
    (c, m, e))
BROKEN(EVP_DigestUpdate, (EVP_MD_CTX *c, const void *p, size_t n), (c, p, n))
BROKEN(EVP_DigestFinal_ex, (EVP_MD_CTX *c, unsigned char *p, unsigned int *n),
    (c, p, n))
BROKEN(EVP_DigestVerifyInit, (EVP_MD_CTX *c, EVP_PKEY_CTX **p, const EVP_MD *m,
    ENGINE *e, EVP_PKEY *k), (c, p, m, e, k))
BROKEN(EVP_DigestVerify, (EVP_MD_CTX *c, const unsigned char *s, size_t n,
    const unsigned char *t, size_t m), (c, s, n, t, m))

static const char *const calls[] = { "EVP_PKEY_verify",
	"EVP_PKEY_verify_init", "EVP_PKEY_verify_recover_init",
	"EVP_PKEY_verify_recover", "EVP_PKEY_CTX_set_rsa_padding",
	"EVP_PKEY_CTX_set_rsa_mgf1_md", "EVP_PKEY_CTX_set_rsa_pss_saltlen",
	"EVP_PKEY_CTX_set_signature_md", "EVP_DigestInit_ex",
	"EVP_DigestUpdate", "EVP_DigestFinal_ex", "EVP_DigestVerifyInit",
	"EVP_DigestVerify" };

static const char *const keys[] = { "rsa2048", "pss2048", "p256", "p384",
	"p521", "ed25519", "ed448" };
#define NKEYS	(sizeof(keys) / sizeof(keys[0]))

/* RFC 7427 appendix A, RFC 8420 appendix A. */
#define PSS(h, salt)						\
	"304106092a864886f70d01010a3034a00f300d0609608648016503" \
	"0402" h "0500a11c301a06092a864886f70d010108300d060960864801650304" \
	"02" h "0500a2030201" salt
static const struct method {
	const char	*name;
	unsigned int	 method;
	const char	*alg;
	enum sig_kind	 kind;
	const char	*md;
	int		 raw;		/* octets of r */
	const char	*fits;		/* the keys that it fits */
	unsigned int	 accept;
	int		 weak;
} methods[] = {
	{ "1, SHA-1", 1, NULL, SIG_RSA, "SHA1", 0, "rsa2048", ACCEPT_RSA, 1 },
	{ "1, SHA-256", 1, NULL, SIG_RSA, "SHA256", 0, "rsa2048", ACCEPT_RSA,
	    0 },
	{ "1, SHA-512", 1, NULL, SIG_RSA, "SHA512", 0, "rsa2048", ACCEPT_RSA,
	    0 },
	{ "9", 9, NULL, SIG_ECDSA, "SHA256", 32, "p256", ACCEPT_ECDSA, 0 },
	{ "10", 10, NULL, SIG_ECDSA, "SHA384", 48, "p384", ACCEPT_ECDSA, 0 },
	{ "11", 11, NULL, SIG_ECDSA, "SHA512", 66, "p521", ACCEPT_ECDSA, 0 },
	{ "RSA SHA-1", 14, "300d06092a864886f70d0101050500", SIG_RSA, "SHA1",
	    0, "rsa2048", ACCEPT_RSA, 1 },
	{ "RSA SHA-256", 14, "300d06092a864886f70d01010b0500", SIG_RSA,
	    "SHA256", 0, "rsa2048", ACCEPT_RSA, 0 },
	{ "RSA SHA-256, no NULL", 14, "300b06092a864886f70d01010b", SIG_RSA,
	    "SHA256", 0, "rsa2048", ACCEPT_RSA, 0 },
	{ "RSA SHA-384", 14, "300d06092a864886f70d01010c0500", SIG_RSA,
	    "SHA384", 0, "rsa2048", ACCEPT_RSA, 0 },
	{ "RSA SHA-512", 14, "300d06092a864886f70d01010d0500", SIG_RSA,
	    "SHA512", 0, "rsa2048", ACCEPT_RSA, 0 },
	{ "PSS SHA-1 by default", 14, "300d06092a864886f70d01010a3000",
	    SIG_RSA_PSS, "SHA1", 0, "rsa2048 pss2048", ACCEPT_RSA_PSS, 1 },
	{ "PSS SHA-256", 14, PSS("01", "20"), SIG_RSA_PSS, "SHA256", 0,
	    "rsa2048 pss2048", ACCEPT_RSA_PSS, 0 },
	{ "PSS SHA-384", 14, PSS("02", "30"), SIG_RSA_PSS, "SHA384", 0,
	    "rsa2048 pss2048", ACCEPT_RSA_PSS, 0 },
	{ "PSS SHA-512", 14, PSS("03", "40"), SIG_RSA_PSS, "SHA512", 0,
	    "rsa2048 pss2048", ACCEPT_RSA_PSS, 0 },
	{ "ECDSA SHA-1", 14, "300906072a8648ce3d0401", SIG_ECDSA, "SHA1", 0,
	    "p256 p384 p521", ACCEPT_ECDSA, 1 },
	{ "ECDSA SHA-256", 14, "300a06082a8648ce3d040302", SIG_ECDSA,
	    "SHA256", 0, "p256 p384 p521", ACCEPT_ECDSA, 0 },
	{ "ECDSA SHA-384", 14, "300a06082a8648ce3d040303", SIG_ECDSA,
	    "SHA384", 0, "p256 p384 p521", ACCEPT_ECDSA, 0 },
	{ "ECDSA SHA-512", 14, "300a06082a8648ce3d040304", SIG_ECDSA,
	    "SHA512", 0, "p256 p384 p521", ACCEPT_ECDSA, 0 },
	{ "Ed25519", 14, "300506032b6570", SIG_ED25519, NULL, 0, "ed25519",
	    ACCEPT_ED25519, 0 },
	{ "Ed448", 14, "300506032b6571", SIG_ED448, NULL, 0, "ed448",
	    ACCEPT_ED448, 0 },
};
#define NMETHODS	(sizeof(methods) / sizeof(methods[0]))

static const uint8_t message[] = "message one and the nonce and the rest";
static const struct slice parts[] = {
	{ message, 11 }, { message + 11, 0 }, { message + 11, 14 },
	{ message + 25, sizeof(message) - 25 }
};

static size_t
ec_raw(const uint8_t *der, size_t len, int w, uint8_t *out)
{
	const uint8_t *p = der;
	ECDSA_SIG *s = d2i_ECDSA_SIG(NULL, &p, (long)len);

	assert_non_null(s);
	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(s), out, w), w);
	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(s), out + w, w), w);
	ECDSA_SIG_free(s);
	return ((size_t)w * 2);
}

/* Signs as a peer would: the AUTH payload's data. */
static size_t
sign(EVP_PKEY *key, const struct method *m, uint8_t *out, size_t size)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pc;
	uint8_t sig[1024];
	size_t n = 0, len = sizeof(sig);

	if (m->alg != NULL) {
		n = hex(m->alg, out + 1, size - 1);
		out[0] = (uint8_t)n++;
	}
	assert_int_equal(EVP_DigestSignInit_ex(ctx, &pc, m->md, NULL, NULL,
	    key, NULL), 1);
	if (m->kind == SIG_RSA_PSS) {
		assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(pc,
		    RSA_PKCS1_PSS_PADDING), 1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(pc,
		    RSA_PSS_SALTLEN_DIGEST), 1);
	}
	assert_int_equal(EVP_DigestSign(ctx, sig, &len, message,
	    sizeof(message)), 1);
	EVP_MD_CTX_free(ctx);
	if (m->raw > 0)
		return (ec_raw(sig, len, m->raw, out));
	assert_true(n + len <= size);
	memcpy(out + n, sig, len);
	return (n + len);
}

static enum sigver_why
check(EVP_PKEY *key, unsigned int method, const uint8_t *auth, size_t len,
    unsigned int weak)
{
	struct sigver_in in = { .method = method, .auth = { auth, len },
	    .part = parts, .nparts = 4, .key = key, .accept = ACCEPT_ALL,
	    .hashes = HASHES_ALL, .allow_weak = weak };
	struct sigver_out out;

	sigver_check(&in, &out);
	assert_int_equal(out.why == SV_OK, out.text[0] == '\0');
	assert_int_equal(ERR_peek_error(), 0);
	return (out.why);
}

static void
each_method(void (*fn)(EVP_PKEY *, const struct method *, uint8_t *, size_t))
{
	uint8_t auth[1200];
	size_t i, k, len;

	for (i = 0; i < NMETHODS; i++)
		for (k = 0; k < NKEYS; k++) {
			EVP_PKEY *key = pki_key(keys[k], 0);

			if (strstr(methods[i].fits, keys[k]) == NULL)
				continue;
			len = sign(key, &methods[i], auth, sizeof(auth));
			fn(key, &methods[i], auth, len);
		}
}

static void
right_one(EVP_PKEY *key, const struct method *m, uint8_t *auth, size_t len)
{
	assert_int_equal(check(key, m->method, auth, len, CHAIN_WEAK_SHA1),
	    SV_OK);
	assert_int_equal(check(key, m->method, auth, len, 0),
	    m->weak ? SV_WEAK : SV_OK);
}

static void
test_right(void **state)
{
	(void)state;
	each_method(right_one);
}

/* Every other key, of another type, curve, or the same. */
static void
other_keys_one(EVP_PKEY *key, const struct method *m, uint8_t *auth,
    size_t len)
{
	size_t k;

	for (k = 0; k < NKEYS; k++) {
		EVP_PKEY *other = pki_key(keys[k], 1);
		enum sigver_why why = check(other, m->method, auth, len,
		    CHAIN_WEAK_SHA1);

		(void)key;
		if (strstr(m->fits, keys[k]) == NULL)
			assert_int_equal(why, SV_KEY);
		else
			assert_true(why == SV_WRONG);
	}
	assert_int_equal(check(pki_key("k256", 0), m->method, auth, len, 3),
	    SV_KEY);
	assert_int_equal(check(NULL, m->method, auth, len, 3), SV_KEY);
}

static void
test_other_keys(void **state)
{
	(void)state;
	each_method(other_keys_one);
}

/* Any octet changed, any octet missing, one octet too many. */
static void
changed_one(EVP_PKEY *key, const struct method *m, uint8_t *auth, size_t len)
{
	size_t i, step = len > 80 ? len / 40 : 1;

	for (i = 0; i < len; i += i < 70 ? 1 : step) {
		auth[i] ^= 0x10;
		assert_int_not_equal(check(key, m->method, auth, len,
		    CHAIN_WEAK_SHA1), SV_OK);
		auth[i] ^= 0x10;
		assert_int_not_equal(check(key, m->method, auth, i,
		    CHAIN_WEAK_SHA1), SV_OK);
	}
	auth[len] = 0;
	assert_int_not_equal(check(key, m->method, auth, len + 1,
	    CHAIN_WEAK_SHA1), SV_OK);
	assert_int_equal(check(key, m->method, auth, len, CHAIN_WEAK_SHA1),
	    SV_OK);
}

static void
test_changed(void **state)
{
	(void)state;
	each_method(changed_one);
}

static void
octets_one(EVP_PKEY *key, const struct method *m, uint8_t *auth, size_t len)
{
	uint8_t other[sizeof(message)];
	struct slice one = { other, sizeof(other) };
	struct sigver_in in = { .method = m->method, .auth = { auth, len },
	    .part = &one, .nparts = 1, .key = key, .accept = ACCEPT_ALL,
	    .hashes = HASHES_ALL, .allow_weak = CHAIN_WEAK_SHA1 };
	struct sigver_out out;

	memcpy(other, message, sizeof(message));
	sigver_check(&in, &out);
	assert_int_equal(out.why, SV_OK);
	other[3] ^= 1;
	sigver_check(&in, &out);
	assert_int_equal(out.why, SV_WRONG);
	other[3] ^= 1;
	one.len--;
	sigver_check(&in, &out);
	assert_int_equal(out.why, SV_WRONG);
	in.nparts = 0;
	sigver_check(&in, &out);
	assert_int_equal(out.why, SV_WRONG);
}

static void
test_other_octets(void **state)
{
	(void)state;
	each_method(octets_one);
}

/* Each algorithm refused when the policy or the announced hashes lack it. */
static void
policy_one(EVP_PKEY *key, const struct method *m, uint8_t *auth, size_t len)
{
	struct sigver_in in = { .method = m->method, .auth = { auth, len },
	    .part = parts, .nparts = 4, .key = key,
	    .accept = ACCEPT_ALL & ~m->accept, .hashes = HASHES_ALL,
	    .allow_weak = CHAIN_WEAK_SHA1 };
	struct sigver_out out;

	sigver_check(&in, &out);
	assert_int_equal(out.why, SV_NOT_ACCEPTED);
	in.accept = m->accept;
	sigver_check(&in, &out);
	assert_int_equal(out.why, SV_OK);
	in.hashes = 0;
	sigver_check(&in, &out);
	if (m->weak || m->raw > 0)
		assert_int_equal(out.why, SV_OK);
	else
		assert_int_equal(out.why, SV_NOT_ACCEPTED);
}

static void
test_policy(void **state)
{
	(void)state;
	each_method(policy_one);
}

/* A signature of one method shown as another. */
static void
test_relabelled(void **state)
{
	EVP_PKEY *key = pki_key("p256", 0), *rsa = pki_key("rsa2048", 0);
	uint8_t auth[1200], other[1200];
	size_t len, n;
	unsigned int m;

	(void)state;
	len = sign(key, &methods[16], auth, sizeof(auth));
	for (m = 0; m < 256; m++)
		if (m != AUTH_SIGNATURE)
			assert_int_not_equal(check(key, m, auth, len, 3),
			    SV_OK);
	/* SHA-256's signature with SHA-512's name, and PSS's with PKCS#1's. */
	len = sign(rsa, &methods[7], auth, sizeof(auth));
	n = hex(methods[10].alg, other + 1, 100);
	other[0] = (uint8_t)n;
	memcpy(other + 1 + n, auth + 1 + auth[0], 256);
	assert_int_equal(check(rsa, 14, other, 1 + n + 256, 3), SV_WRONG);
	n = hex(methods[12].alg, other + 1, 100);
	other[0] = (uint8_t)n;
	memcpy(other + 1 + n, auth + 1 + auth[0], 256);
	assert_int_equal(check(rsa, 14, other, 1 + n + 256, 3), SV_WRONG);
	assert_int_equal(check(rsa, 1, auth + 1 + auth[0], 256, 0), SV_OK);
	(void)len;
}

static void
test_short_rsa(void **state)
{
	EVP_PKEY *key = pki_key("rsa1024", 0), *tiny = pki_key("rsa512", 0);
	uint8_t auth[1200];
	size_t len;

	(void)state;
	len = sign(key, &methods[7], auth, sizeof(auth));
	assert_int_equal(check(key, 14, auth, len, 0), SV_WEAK);
	assert_int_equal(check(key, 14, auth, len, CHAIN_WEAK_SHA1), SV_WEAK);
	assert_int_equal(check(key, 14, auth, len, CHAIN_WEAK_RSA1024), SV_OK);
	len = sign(tiny, &methods[7], auth, sizeof(auth));
	assert_int_equal(check(tiny, 14, auth, len, 3), SV_WEAK);
}

/* AlgorithmIdentifiers that are none of ours. */
static void
test_identifiers(void **state)
{
	static const char *const bad[] = { "3000", "0500", "300406022a03",
		"300d06092a864886f70d0101040500",	/* MD5 with RSA */
		"300906072a8648ce3804030500",
		"300c06082a8648ce3d0403020500",	/* ECDSA with NULL */
		"300706032b65700500",		/* Ed25519 with NULL */
		"300b06092a864886f70d01010a",	/* PSS without parameters */
		"300d06092a864886f70d01010a0500",
		"301206092a864886f70d01010a3005a203020114ff",
		"301406092a864886f70d01010a3007a20502030f4240", /* salt */
		"301206092a864886f70d01010a3005a303020102",	/* trailer */
		"300a06082a8648ce3d04030200" };
	uint8_t auth[600];
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(auth, 1, sizeof(auth));
		n = hex(bad[i], auth + 1, 100);
		auth[0] = (uint8_t)n;
		assert_int_not_equal(check(pki_key("rsa2048", 0), 14, auth,
		    1 + n + 256, 3), SV_OK);
		assert_int_equal(check(pki_key("p256", 0), 14, auth,
		    1 + n + 70, 3), SV_MALFORMED);
	}
}

/* OpenSSL's calls fail in every way that is not success. */
static void
broken_one(EVP_PKEY *key, const struct method *m, uint8_t *auth, size_t len)
{
	static const int answers[] = { 0, -1, -2, 2, 255 };
	size_t i, k;
	unsigned int seen = 0;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		for (k = 0; k < sizeof(answers) / sizeof(answers[0]); k++) {
			enum sigver_why why;

			broken.call = calls[i];
			broken.with = answers[k];
			why = check(key, m->method, auth, len,
			    CHAIN_WEAK_SHA1);
			broken.call = NULL;
			seen += why != SV_OK;
		}
	/* At least the call that decides, and those that prepare it. */
	assert_true(seen >= 2 * sizeof(answers) / sizeof(answers[0]));
	assert_int_equal(seen % (sizeof(answers) / sizeof(answers[0])), 0);
}

static void
test_openssl_fails(void **state)
{
	(void)state;
	each_method(broken_one);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right),
		cmocka_unit_test(test_other_keys),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_other_octets),
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_relabelled),
		cmocka_unit_test(test_short_rsa),
		cmocka_unit_test(test_identifiers),
		cmocka_unit_test(test_openssl_fails),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests_name("sigver", tests, NULL, NULL));
}
