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

/* common/keyfp.c: a private key and its public one have one fingerprint. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/x509.h>

#include "keyfp.h"

/* The public half alone, as a certificate has it. */
static EVP_PKEY *
public_of(EVP_PKEY *key)
{
	unsigned char *der = NULL;
	const unsigned char *p;
	EVP_PKEY *pub;
	int len = i2d_PUBKEY(key, &der);

	assert_true(len > 0);
	p = der;
	pub = d2i_PUBKEY(NULL, &p, len);
	assert_non_null(pub);
	OPENSSL_free(der);
	return (pub);
}

static void
test_fp(void **state)
{
	EVP_PKEY *key[] = {
		EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048),
		EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"),
		EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"),
		EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-521"),
		EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"),
		EVP_PKEY_Q_keygen(NULL, NULL, "ED448"),
	}, *pub;
	size_t i, k, n = sizeof(key) / sizeof(key[0]);
	uint8_t fp[6][KEYFP_LEN], of_pub[KEYFP_LEN];

	(void)state;
	for (i = 0; i < n; i++) {
		assert_non_null(key[i]);
		assert_int_equal(keyfp(key[i], fp[i]), 0);
		/* A point may travel compressed. */
		if (i >= 1 && i <= 3)
			assert_int_equal(EVP_PKEY_set_utf8_string_param(key[i],
			    OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
			    "compressed"), 1);
		pub = public_of(key[i]);
		assert_int_equal(keyfp(pub, of_pub), 0);
		assert_memory_equal(of_pub, fp[i], KEYFP_LEN);
		EVP_PKEY_free(pub);
		for (k = 0; k < i; k++)
			assert_memory_not_equal(fp[i], fp[k], KEYFP_LEN);
	}
	for (i = 0; i < n; i++)
		EVP_PKEY_free(key[i]);
}

static void
test_others(void **state)
{
	EVP_PKEY *x = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
	uint8_t fp[KEYFP_LEN];

	(void)state;
	assert_int_equal(keyfp(x, fp), -1);
	assert_int_equal(keyfp(NULL, fp), -1);
	EVP_PKEY_free(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fp), cmocka_unit_test(test_others),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests_name("keyfp", tests, NULL, NULL));
}
