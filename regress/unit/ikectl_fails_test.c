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
 * OpenSSL fails under ikectl: nothing unsigned is handed out, nothing that
 * does not verify is taken in.
 */
#include "../../ikd/ikectl/cert_io.h"
#include "../../ikd/ikectl/key_io.h"
#include "../../ikd/ikectl/p12.h"
#include "../../ikd/ikectl/x509_make.h"
#include "../../ikd/ikectl/x509_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#undef fail
#include <cmocka.h>

#include "broken.h"

BROKEN(X509_sign, (X509 *x, EVP_PKEY *k, const EVP_MD *m), (x, k, m))
BROKEN(X509_verify, (X509 *x, EVP_PKEY *k), (x, k))
BROKEN(X509_REQ_sign, (X509_REQ *x, EVP_PKEY *k, const EVP_MD *m), (x, k, m))
BROKEN(X509_REQ_verify, (X509_REQ *x, EVP_PKEY *k), (x, k))
BROKEN(X509_CRL_sign, (X509_CRL *x, EVP_PKEY *k, const EVP_MD *m), (x, k, m))
BROKEN(X509_CRL_verify, (X509_CRL *x, EVP_PKEY *k), (x, k))
BROKEN(PKCS12_mac_present, (const PKCS12 *p), (p))
BROKEN(PKCS12_verify_mac, (PKCS12 *p, const char *w, int n), (p, w, n))
BROKEN(PKCS12_parse, (PKCS12 *p, const char *w, EVP_PKEY **k, X509 **c,
    STACK_OF(X509) **ca), (p, w, k, c, ca))
BROKEN(EVP_PKEY_pairwise_check, (EVP_PKEY_CTX *c), (c))
BROKEN(EVP_PKEY_eq, (const EVP_PKEY *a, const EVP_PKEY *b), (a, b))

static EVP_PKEY *key;
static X509_NAME *name;
static char pass_file[] = "/tmp/ikectl_fails.XXXXXX";

static X509 *
make_cert(void)
{
	struct cert_plan p = { .subject = name, .key = key, .signer = key,
	    .usage = USE_CA, .path_length = -1, .days = 10 };

	return (cert_make(&p));
}

static int
setup(void **state)
{
	int fd = mkstemp(pass_file);

	(void)state;
	assert_true(fd != -1);
	assert_int_equal(write(fd, "open sesame\n", 12), 12);
	close(fd);
	key = EVP_EC_gen("P-256");
	assert_non_null(key);
	assert_non_null(name = name_parse("CN=corp"));
	return (0);
}

static int
teardown(void **state)
{
	(void)state;
	EVP_PKEY_free(key);
	X509_NAME_free(name);
	return (unlink(pass_file));
}

static void
test_cert(void **state)
{
	static const char *const calls[] = { "X509_sign", "X509_verify" };
	X509 *x = make_cert();

	(void)state;
	assert_non_null(x);
	assert_int_equal(X509_verify(x, key), 1);
	X509_free(x);
	BREAK_EACH(calls, assert_null(make_cert()));
}

static void
test_request(void **state)
{
	static const char *const calls[] = { "X509_REQ_sign",
	    "X509_REQ_verify" };
	static const char *const verify[] = { "X509_REQ_verify" };
	X509_REQ *r = req_make(name, key, NULL);

	(void)state;
	assert_non_null(r);
	assert_null(req_wrong(r));
	BREAK_EACH(calls, assert_null(req_make(name, key, NULL)));
	BREAK_EACH(verify, assert_non_null(req_wrong(r)));
	X509_REQ_free(r);
}

static void
test_crl(void **state)
{
	static const char *const calls[] = { "X509_CRL_sign",
	    "X509_CRL_verify" };
	X509 *ca = make_cert();
	X509_CRL *crl = crl_make(ca, key, NULL, 0, 1, 10);

	(void)state;
	assert_non_null(crl);
	X509_CRL_free(crl);
	BREAK_EACH(calls, assert_null(crl_make(ca, key, NULL, 0, 1, 10)));
	X509_free(ca);
}

static int
read_p12(const struct buf *b)
{
	struct km km = { .npos = 2, .pos = { "corp", "corp.p12" } };
	STACK_OF(X509) *certs = NULL;
	EVP_PKEY *k = NULL;
	int rc;

	km.val[KO_PASS][0] = pass_file;
	km.n[KO_PASS] = 1;
	rc = p12_read(&km, b, &k, &certs);
	if (rc == -1) {
		assert_null(k);
		assert_null(certs);
	} else
		assert_int_equal(EVP_PKEY_eq(k, key), 1);
	EVP_PKEY_free(k);
	certs_free(certs);
	return (rc);
}

static void
test_p12(void **state)
{
	static const char *const calls[] = { "PKCS12_mac_present",
	    "PKCS12_verify_mac", "PKCS12_parse" };
	X509 *x = make_cert();
	PKCS12 *p12 = PKCS12_create("open sesame", "corp", key, x, NULL,
	    NID_aes_256_cbc, NID_aes_256_cbc, 1000, 1000, 0);
	unsigned char *der = NULL;
	struct buf b;
	int n;

	(void)state;
	assert_non_null(p12);
	n = i2d_PKCS12(p12, &der);
	assert_true(n > 0);
	b = (struct buf){ der, (size_t)n };
	assert_int_equal(read_p12(&b), 0);
	BREAK_EACH(calls, assert_int_equal(read_p12(&b), -1));
	OPENSSL_free(der);
	PKCS12_free(p12);
	X509_free(x);
}

static void
test_key(void **state)
{
	static const char *const pair[] = { "EVP_PKEY_pairwise_check" };
	static const char *const same[] = { "EVP_PKEY_eq" };
	BIO *bio = BIO_new(BIO_s_mem());
	struct km km = { .npos = 0 };
	EVP_PKEY *k;
	struct buf b;
	char *p;

	(void)state;
	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL,
	    0, NULL, NULL), 1);
	b.len = (size_t)BIO_get_mem_data(bio, &p);
	b.p = (uint8_t *)p;
	k = key_decode(&km, &b, "k", NULL, NULL);
	assert_non_null(k);
	assert_true(key_same(k, key));
	BREAK_EACH(same, assert_false(key_same(k, key)));
	EVP_PKEY_free(k);
	BREAK_EACH(pair, assert_null(key_decode(&km, &b, "k", NULL, NULL)));
	BIO_free(bio);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cert),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_crl),
		cmocka_unit_test(test_p12),
		cmocka_unit_test(test_key),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests_name("ikectl_fails", tests, setup,
	    teardown));
}
