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

/* certd/sign/rsafit.c: keys one of whose numbers is another. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "../../certd/sign/rsafit.h"
#include "log.h"

enum { N, E, D, P, Q, DP, DQ, QINV, NUMBERS };

static const char *const names[NUMBERS] = { "n", "e", "d", "rsa-factor1",
    "rsa-factor2", "rsa-exponent1", "rsa-exponent2", "rsa-coefficient1" };

/* The key of these numbers; OpenSSL takes what it is given. */
static EVP_PKEY *
key_of(BIGNUM *const *v)
{
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *params;
	EVP_PKEY *key = NULL;
	int i;

	for (i = 0; i < NUMBERS; i++)
		assert_int_equal(OSSL_PARAM_BLD_push_BN(b, names[i], v[i]), 1);
	params = OSSL_PARAM_BLD_to_param(b);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR,
	    params), 1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	EVP_PKEY_CTX_free(ctx);
	return (key);
}

static int
fits(BIGNUM *const *v)
{
	EVP_PKEY *key = key_of(v);
	int r = rsafit(key);

	EVP_PKEY_free(key);
	return (r);
}

static void
read_numbers(const EVP_PKEY *key, BIGNUM **v)
{
	int i;

	for (i = 0; i < NUMBERS; i++) {
		v[i] = NULL;
		assert_int_equal(EVP_PKEY_get_bn_param(key, names[i], &v[i]),
		    1);
	}
}

static void
free_numbers(BIGNUM **v)
{
	int i;

	for (i = 0; i < NUMBERS; i++)
		BN_free(v[i]);
}

static void
test_numbers(void **state)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024);
	EVP_PKEY *other = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024);
	BIGNUM *v[NUMBERS], *o[NUMBERS], *was;
	int i;

	(void)state;
	assert_int_equal(rsafit(key), 1);
	read_numbers(key, v);
	read_numbers(other, o);
	assert_int_equal(fits(v), 1);
	for (i = 0; i < NUMBERS; i++) {
		was = v[i];
		v[i] = BN_dup(was);
		assert_int_equal(BN_add_word(v[i], 2), 1);
		assert_int_equal(fits(v), 0);
		BN_free(v[i]);
		if (i != E) {
			v[i] = o[i];
			assert_int_equal(fits(v), 0);
		}
		v[i] = was;
	}
	assert_int_equal(fits(v), 1);
	free_numbers(v);
	free_numbers(o);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
}

/* All of it fits, but p is no prime: what it signs does not verify. */
static void
test_prime(void **state)
{
	BIGNUM *v[NUMBERS], *p1 = BN_new(), *p2 = BN_new(), *less = BN_new();
	BIGNUM *lesser = BN_new(), *both = BN_new();
	BN_CTX *bc = BN_CTX_new();
	int i;

	(void)state;
	for (i = 0; i < NUMBERS; i++)
		v[i] = BN_new();
	assert_int_equal(BN_set_word(v[E], 65537), 1);
	do {
		assert_int_equal(BN_generate_prime_ex(p1, 256, 0, NULL, NULL,
		    NULL), 1);
		assert_int_equal(BN_generate_prime_ex(p2, 256, 0, NULL, NULL,
		    NULL), 1);
		assert_int_equal(BN_generate_prime_ex(v[Q], 512, 0, NULL, NULL,
		    NULL), 1);
		BN_mul(v[P], p1, p2, bc);
		BN_mul(v[N], v[P], v[Q], bc);
		BN_sub(less, v[P], BN_value_one());
		BN_sub(lesser, v[Q], BN_value_one());
		BN_mul(both, less, lesser, bc);
	} while (BN_mod_inverse(v[D], v[E], both, bc) == NULL ||
	    BN_mod_inverse(v[QINV], v[Q], v[P], bc) == NULL);
	BN_mod(v[DP], v[D], less, bc);
	BN_mod(v[DQ], v[D], lesser, bc);
	assert_int_equal(fits(v), 0);
	free_numbers(v);
	BN_free(p1);
	BN_free(p2);
	BN_free(less);
	BN_free(lesser);
	BN_free(both);
	BN_CTX_free(bc);
}

/* A public key alone, and one that is no RSA. */
static void
test_none(void **state)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");

	(void)state;
	assert_int_equal(rsafit(key), 0);
	EVP_PKEY_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers), cmocka_unit_test(test_prime),
		cmocka_unit_test(test_none),
	};

	log_init("test", LOG_L_ERROR);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
