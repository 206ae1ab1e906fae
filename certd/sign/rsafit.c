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

/* Whether a private RSA key is whole. */

#include <stdint.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>

#include "log.h"
#include "rsafit.h"

#define SIG_MOST	2048	/* octets: 16384 bits, OpenSSL's largest */

enum { N, E, D, P, Q, DP, DQ, QINV, NUMBERS };

static const char *const names[NUMBERS] = {
	OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E, OSSL_PKEY_PARAM_RSA_D,
	OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2,
	OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2,
	OSSL_PKEY_PARAM_RSA_COEFFICIENT1
};

/* n = p * q. */
static int
is_product(BIGNUM *const *v, BIGNUM *t, BN_CTX *bc)
{
	return (BN_mul(t, v[P], v[Q], bc) == 1 && BN_cmp(t, v[N]) == 0);
}

/* a * b = 1 (mod m). */
static int
is_inverse(const BIGNUM *a, const BIGNUM *b, const BIGNUM *m, BIGNUM *t,
    BN_CTX *bc)
{
	return (BN_mod_mul(t, a, b, m, bc) == 1 && BN_is_one(t) == 1);
}

/* For a prime: e * d = 1 (mod p - 1), and dP = d (mod p - 1). */
static int
is_exponent(BIGNUM *const *v, int prime, int exponent, BIGNUM *less,
    BIGNUM *t, BN_CTX *bc)
{
	return (BN_sub(less, v[prime], BN_value_one()) == 1 &&
	    is_inverse(v[E], v[D], less, t, bc) &&
	    BN_mod(t, v[D], less, bc) == 1 && BN_cmp(t, v[exponent]) == 0);
}

static int
numbers_fit(const EVP_PKEY *key)
{
	BIGNUM *v[NUMBERS], *t = BN_secure_new(), *less = BN_secure_new();
	BN_CTX *bc = BN_CTX_secure_new();
	int ok = 1, i;

	for (i = 0; i < NUMBERS; i++) {
		if ((v[i] = BN_secure_new()) == NULL)
			fatal("out of memory");
		ok = EVP_PKEY_get_bn_param(key, names[i], &v[i]) == 1 && ok;
	}
	if (t == NULL || less == NULL || bc == NULL)
		fatal("out of memory");
	/* Above 1: nothing is divided by 0. */
	ok = ok && BN_cmp(v[P], BN_value_one()) > 0 &&
	    BN_cmp(v[Q], BN_value_one()) > 0 && is_product(v, t, bc) &&
	    is_exponent(v, P, DP, less, t, bc) &&
	    is_exponent(v, Q, DQ, less, t, bc) &&
	    is_inverse(v[QINV], v[Q], v[P], t, bc);
	for (i = 0; i < NUMBERS; i++)
		BN_clear_free(v[i]);
	BN_clear_free(t);
	BN_clear_free(less);
	BN_CTX_free(bc);
	return (ok);
}

/*
 * By a copy: what OpenSSL computes of the primes for it, and keeps in the
 * ordinary heap, goes with that.
 */
static int
signs(const EVP_PKEY *whole)
{
	static const uint8_t text[] = "do its two parts belong together?";
	uint8_t sig[SIG_MOST];
	size_t len = sizeof(sig);
	EVP_PKEY *key = EVP_PKEY_dup((EVP_PKEY *)(uintptr_t)whole);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int ok;

	if (ctx == NULL || key == NULL)
		fatal("out of memory");
	ok = EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, key,
	    NULL) == 1 && EVP_DigestSign(ctx, sig, &len, text,
	    sizeof(text)) == 1 && EVP_MD_CTX_reset(ctx) == 1 &&
	    EVP_DigestVerifyInit_ex(ctx, NULL, "SHA256", NULL, NULL, key,
	    NULL) == 1 && EVP_DigestVerify(ctx, sig, len, text,
	    sizeof(text)) == 1;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	explicit_bzero(sig, sizeof(sig));
	return (ok);
}

int
rsafit(const EVP_PKEY *key)
{
	return (numbers_fit(key) && signs(key));
}
