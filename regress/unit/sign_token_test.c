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


/* Keys in a token as certd-sign knows them, and what it makes of theirs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "../../certd/sign/decide.h"
#include "../../certd/sign/privring.h"
#include "../../certd/sign/sigmake.h"

#define URI	"pkcs11:token=gw;object=a"

static void
test_told(void **state)
{
	struct privring *r = privring_new();
	struct mn_key m = { .type = PRIV_P256, .bits = 256 };
	struct entry e = { .has_fp = 1 };
	const struct privkey *k;

	(void)state;
	strlcpy(m.key, URI, sizeof(m.key));
	strlcpy(m.problem, "is being looked for", sizeof(m.problem));
	privring_told(r, &m);
	assert_int_equal(privring_count(r), 1);
	k = privring_find(r, URI);
	assert_non_null(k);
	assert_true(k->in_token);
	assert_null(k->pkey);
	assert_string_equal(k->problem, "is being looked for");
	/* What is not known yet contradicts no certificate. */
	memset(e.key_fp, 7, sizeof(e.key_fp));
	assert_true(decide_key_fits(&e, k));
	m.problem[0] = '\0';
	privring_told(r, &m);
	assert_int_equal(privring_count(r), 1);
	k = privring_find(r, URI);
	assert_string_equal(k->problem, "");
	assert_false(decide_key_fits(&e, k));
	memset(m.fp, 7, sizeof(m.fp));
	privring_told(r, &m);
	assert_true(decide_key_fits(&e, privring_find(r, URI)));
	privring_token_gone(r);
	assert_true(privring_find(r, URI)->problem[0] != '\0');
	assert_int_equal(privring_locked(r), 0);
	privring_free(r);
	assert_true(privring_is_uri(URI));
	assert_false(privring_is_uri("gw"));
}

/* OpenSSL in the token's place. */
static size_t
signature(const char *digest, uint8_t *out, size_t size)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	assert_int_equal(EVP_DigestSignInit_ex(ctx, NULL, digest, NULL, NULL,
	    key, NULL), 1);
	assert_int_equal(EVP_DigestSign(ctx, out, &size,
	    (const uint8_t *)"octets", 6), 1);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return (size);
}

static void
test_wrap(void **state)
{
	struct privkey k = { .type = PRIV_P256, .bits = 256 };
	uint8_t sig[256], out[SIG_OUT_MAX], big[SIG_OUT_MAX] = { 0 };
	struct sig_way way;
	size_t n, len;

	(void)state;
	n = signature("SHA2-256", sig, sizeof(sig));
	/* The old method: r and s. */
	assert_null(sig_choose(&k, 1U << SIGN_ECDSA, 0, 0, &way));
	assert_int_equal(way.method, 9);
	assert_int_equal(sig_digest(&way), 2);
	assert_int_equal(sig_wrap(&way, 256, sig, n, out), 64);
	/* What is no SEQUENCE of two numbers, or too large ones. */
	assert_int_equal(sig_wrap(&way, 256, sig, n - 1, out), 0);
	assert_int_equal(sig_wrap(&way, 256, big, 70, out), 0);
	assert_int_equal(sig_wrap(&way, 128, sig, n, out), 0);
	assert_int_equal(sig_wrap(&way, 256, sig, 0, out), 0);
	/* RFC 7427: the algorithm's identifier before it. */
	assert_null(sig_choose(&k, 1U << SIGN_ECDSA, 0, 1 << 4, &way));
	assert_int_equal(way.method, 14);
	assert_int_equal(sig_digest(&way), 4);
	len = sig_wrap(&way, 256, sig, n, out);
	assert_int_equal(len, n + 1 + out[0]);
	assert_memory_equal(out + 1 + out[0], sig, n);
	assert_int_equal(sig_wrap(&way, 256, big, sizeof(big), out), 0);
	k.type = PRIV_ED25519;
	assert_null(sig_choose(&k, 1U << SIGN_ED25519, 0, 1 << 5, &way));
	assert_int_equal(sig_digest(&way), 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_told), cmocka_unit_test(test_wrap)
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
