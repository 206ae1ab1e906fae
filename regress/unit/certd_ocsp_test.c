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
 * certd/ocsp.c: responses by the issuer, by its delegate, by others; and
 * what a chain's verdict makes of them.
 */

#include <openssl/err.h>
#include <openssl/ocsp.h>

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
#include "../../certd/chain.h"
#include "../../certd/ocsp.h"

BROKEN(OCSP_basic_verify, (OCSP_BASICRESP *b, STACK_OF(X509) *c,
    X509_STORE *s, unsigned long f), (b, c, s, f))
BROKEN(OCSP_resp_get0_signer, (OCSP_BASICRESP *b, X509 **s,
    STACK_OF(X509) *c), (b, s, c))
BROKEN(OCSP_id_get0_info, (ASN1_OCTET_STRING **n, ASN1_OBJECT **m,
    ASN1_OCTET_STRING **k, ASN1_INTEGER **s, OCSP_CERTID *c),
    (n, m, k, s, c))
BROKEN(X509_verify, (X509 *x, EVP_PKEY *k), (x, k))
BROKEN(X509_get_signature_info, (X509 *x, int *m, int *p, int *b,
    uint32_t *f), (x, m, p, b, f))
BROKEN(X509_check_issued, (X509 *i, X509 *x), (i, x))

#define PKI "R ca; L by=R serial=7; M by=R serial=8; X ca;"		\
	"O by=R eku=OCSPSigning; P by=R; Q by=X eku=OCSPSigning;"	\
	"E by=R eku=OCSPSigning na=-1; W by=R eku=OCSPSigning md=SHA1;"	\
	"C by=R eku=OCSPSigning crit=1.2.3; U by=R eku=OCSPSigning"	\
	" ku=keyEncipherment; S by=R ca eku=OCSPSigning"	\
	" ku=keyCertSign,nonRepudiation;"		\
	"F subj=/O=Test/CN=R ca; K by=R eku=OCSPSigning key=rsa1024;"	\
	"J by=R eku=OCSPSigning key=rsa2048;"

struct row {
	const char	*name;
	const char	*of;		/* the certificate it is about */
	const char	*by;		/* who signs */
	int		 status;	/* V_OCSP_CERTSTATUS_* */
	long		 tu, nu;	/* days; nu 0: no end */
	const char	*opt; /* nocert, sha1, allow, short, nonce, othernonce,
				 * signer=NAME, sha256id, badsig */
	enum ocsp_verdict v;
};

#define GOOD	V_OCSP_CERTSTATUS_GOOD
#define REVOKED	V_OCSP_CERTSTATUS_REVOKED
#define UNKNOWN	V_OCSP_CERTSTATUS_UNKNOWN

static const struct row rows[] = {
	{ "by the issuer", "L", "R", GOOD, -1, 1, "", OV_GOOD },
	{ "by the issuer, no certificate in it", "L", "R", GOOD, -1, 1,
	    "nocert", OV_GOOD },
	{ "by a delegate", "L", "O", GOOD, -1, 1, "", OV_GOOD },
	{ "by a delegate that is a CA", "L", "S", GOOD, -1, 1, "", OV_GOOD },
	{ "issuer by SHA-256", "L", "R", GOOD, -1, 1, "sha256id", OV_GOOD },
	{ "revoked", "L", "R", REVOKED, -1, 1, "", OV_REVOKED },
	{ "revoked by a delegate", "L", "O", REVOKED, -1, 1, "", OV_REVOKED },
	{ "revoked, stale", "L", "R", REVOKED, -5, -1, "", OV_REVOKED },
	{ "unknown", "L", "R", UNKNOWN, -1, 1, "", OV_UNKNOWN },
	{ "of another certificate", "M", "R", GOOD, -1, 1, "", OV_OTHER },
	{ "revoked is another one", "M", "R", REVOKED, -1, 1, "", OV_OTHER },
	{ "stale", "L", "R", GOOD, -5, -1, "", OV_STALE },
	{ "of the future", "L", "R", GOOD, 1, 2, "", OV_STALE },
	{ "of today, without end", "L", "R", GOOD, 0, 0, "", OV_GOOD },
	{ "of yesterday, without end", "L", "R", GOOD, -1, 0, "", OV_STALE },
	{ "delegate without its certificate", "L", "O", GOOD, -1, 1, "nocert",
	    OV_REFUSED },
	{ "by one without the usage", "L", "P", GOOD, -1, 1, "", OV_REFUSED },
	{ "by the certificate itself", "L", "L", GOOD, -1, 1, "",
	    OV_REFUSED },
	{ "by another CA", "L", "X", GOOD, -1, 1, "", OV_REFUSED },
	{ "by another CA's delegate", "L", "Q", GOOD, -1, 1, "", OV_REFUSED },
	{ "by the issuer's name, another key", "L", "F", GOOD, -1, 1, "",
	    OV_REFUSED },
	{ "by an expired delegate", "L", "E", GOOD, -1, 1, "", OV_REFUSED },
	{ "by a weakly certified delegate", "L", "W", GOOD, -1, 1, "",
	    OV_REFUSED },
	{ "the same, allowed", "L", "W", GOOD, -1, 1, "allow", OV_GOOD },
	{ "by a delegate with RSA-1024", "L", "K", GOOD, -1, 1, "",
	    OV_REFUSED },
	{ "revoked by one", "L", "K", REVOKED, -1, 1, "", OV_REFUSED },
	{ "the same, SHA-1 allowed", "L", "K", GOOD, -1, 1, "allow",
	    OV_REFUSED },
	{ "the same, RSA-1024 allowed", "L", "K", GOOD, -1, 1, "short",
	    OV_GOOD },
	{ "by a delegate with RSA-2048", "L", "J", GOOD, -1, 1, "", OV_GOOD },
	{ "RSA-1024 as the configured signer", "L", "K", GOOD, -1, 1,
	    "signer=K", OV_REFUSED },
	{ "by a delegate with a critical extension", "L", "C", GOOD, -1, 1,
	    "", OV_REFUSED },
	{ "by a delegate that may not sign", "L", "U", GOOD, -1, 1, "",
	    OV_REFUSED },
	{ "by the configured signer", "L", "X", GOOD, -1, 1, "signer=X",
	    OV_GOOD },
	{ "by another than the configured", "L", "Q", GOOD, -1, 1, "signer=X",
	    OV_REFUSED },
	{ "SHA-1", "L", "R", GOOD, -1, 1, "sha1", OV_REFUSED },
	{ "SHA-1, allowed", "L", "R", GOOD, -1, 1, "sha1 allow", OV_GOOD },
	{ "broken signature", "L", "R", GOOD, -1, 1, "badsig", OV_REFUSED },
	{ "revoked, broken signature", "L", "R", REVOKED, -1, 1, "badsig",
	    OV_REFUSED },
	{ "with our nonce", "L", "R", GOOD, -1, 1, "nonce", OV_GOOD },
	{ "with another nonce", "L", "R", GOOD, -1, 1, "othernonce",
	    OV_REFUSED },
};

static const uint8_t nonce[16] = "sixteen octets!";

static int
has(const struct row *r, const char *word)
{
	return (strstr(r->opt, word) != NULL);
}

/* The response of a row, DER. */
static struct slice
make(struct pki *p, const struct row *r)
{
	OCSP_BASICRESP *b = OCSP_BASICRESP_new();
	struct pki_item *by = pki_get(p, r->by);
	ASN1_TIME *tu, *nu, *rev;
	OCSP_RESPONSE *resp;
	OCSP_CERTID *id;
	unsigned char *der = NULL;
	int len;

	id = OCSP_cert_to_id(strstr(r->opt, "sha256id") != NULL ?
	    EVP_sha256() : EVP_sha1(), pki_get(p, r->of)->x,
	    pki_get(p, "R")->x);
	tu = ASN1_TIME_adj(NULL, PKI_NOW, (int)r->tu, 0);
	nu = ASN1_TIME_adj(NULL, PKI_NOW, (int)r->nu, 0);
	rev = ASN1_TIME_adj(NULL, PKI_NOW, -2, 0);
	assert_non_null(OCSP_basic_add1_status(b, id, r->status, 1,
	    r->status == REVOKED ? rev : NULL, tu, r->nu == 0 ? NULL : nu));
	if (has(r, "nonce"))
		OCSP_basic_add1_nonce(b, (unsigned char *)(uintptr_t)(
		    has(r, "othernonce") ? (const uint8_t *)PKI : nonce),
		    sizeof(nonce));
	assert_int_equal(OCSP_basic_sign(b, by->x, by->key, has(r, "sha1") ?
	    EVP_sha1() : EVP_sha256(), NULL, has(r, "nocert") ?
	    OCSP_NOCERTS : 0), 1);
	resp = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, b);
	len = i2d_OCSP_RESPONSE(resp, &der);
	assert_true(len > 0);
	if (has(r, "badsig")) {
		const ASN1_OCTET_STRING *s = OCSP_resp_get0_signature(b);
		uint8_t *at = memmem(der, (size_t)len,
		    ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s));

		at[ASN1_STRING_length(s) - 1] ^= 1;
	}
	OCSP_RESPONSE_free(resp);
	OCSP_BASICRESP_free(b);
	OCSP_CERTID_free(id);
	ASN1_TIME_free(tu);
	ASN1_TIME_free(nu);
	ASN1_TIME_free(rev);
	return ((struct slice){ der, (size_t)len });
}

static void
ask(struct pki *p, const struct row *r, struct slice der,
    struct ocsp_answer *a)
{
	struct ocsp_in in = { .response = der,
	    .cert = pki_get(p, "L")->cert, .issuer = pki_get(p, "R")->cert,
	    .now = PKI_NOW, .allow_sha1 = has(r, "allow"),
	    .allow_rsa1024 = has(r, "short"),
	    .nonce = { nonce, sizeof(nonce) } };

	if (has(r, "signer="))
		in.signer = pki_get(p, strchr(r->opt, '=') + 1)->cert;
	ocsp_check(&in, a);
	assert_int_equal(ERR_peek_error(), 0);
}

static void
test_rows(void **state)
{
	struct ocsp_answer a;
	struct slice der;
	struct pki p;
	size_t i;

	(void)state;
	pki_make(&p, PKI);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		der = make(&p, &rows[i]);
		ask(&p, &rows[i], der, &a);
		if (a.v != rows[i].v)
			print_message("# %s: %d: %s\n", rows[i].name, a.v,
			    a.why != NULL ? a.why : "good");
		assert_int_equal(a.v, rows[i].v);
		assert_int_equal(a.v == OV_GOOD, a.why == NULL);
		if (a.v == OV_GOOD)
			assert_true(a.bound > PKI_NOW);
		assert_int_equal(a.nonce, a.v == OV_GOOD &&
		    has(&rows[i], "nonce"));
		OPENSSL_free((void *)(uintptr_t)der.p);
	}
	pki_free(&p);
}

/* No octet of a good response can change without its being refused. */
static void
test_changed(void **state)
{
	struct ocsp_answer a;
	uint8_t copy[OCSP_MAX];
	struct slice der;
	struct pki p;
	size_t i;

	(void)state;
	pki_make(&p, PKI);
	der = make(&p, &rows[1]);
	for (i = 0; i < der.len; i++) {
		memcpy(copy, der.p, der.len);
		copy[i] ^= 0x04;
		ask(&p, &rows[1], (struct slice){ copy, der.len }, &a);
		assert_int_not_equal(a.v, OV_REVOKED);
		if (a.v == OV_GOOD)
			print_message("# octet %zu\n", i);
		assert_int_not_equal(a.v, OV_GOOD);
		ask(&p, &rows[1], (struct slice){ der.p, i }, &a);
		assert_int_equal(a.v, OV_REFUSED);
	}
	OPENSSL_free((void *)(uintptr_t)der.p);
	pki_free(&p);
}

/* An error of the responder, and OpenSSL's own. */
static void
test_errors(void **state)
{
	static const uint8_t later[] = { 0x30, 3, 0x0a, 1, 3 };
	static const char *const calls[] = { "OCSP_basic_verify",
	    "OCSP_resp_get0_signer", "OCSP_id_get0_info" };
	static const char *const delegate[] = { "X509_verify",
	    "X509_get_signature_info" };
	struct ocsp_answer a;
	struct slice der, by_delegate;
	struct pki p;

	(void)state;
	pki_make(&p, PKI);
	ask(&p, &rows[0], (struct slice){ later, sizeof(later) }, &a);
	assert_int_equal(a.v, OV_REFUSED);
	assert_non_null(strstr(a.why, "error"));
	der = make(&p, &rows[0]);
	by_delegate = make(&p, &rows[3]);
	ask(&p, &rows[3], by_delegate, &a);
	assert_int_equal(a.v, OV_GOOD);
	BREAK_EACH(calls, {
		ask(&p, &rows[0], der, &a);
		assert_true(a.v == OV_REFUSED || a.v == OV_OTHER);
		ask(&p, &rows[3], by_delegate, &a);
		assert_true(a.v == OV_REFUSED || a.v == OV_OTHER);
	});
	BREAK_EACH(delegate, {
		ask(&p, &rows[3], by_delegate, &a);
		assert_int_equal(a.v, OV_REFUSED);
	});
	/* X509_V_OK is 0. */
	broken.call = "X509_check_issued";
	broken.with = 1;
	ask(&p, &rows[3], by_delegate, &a);
	broken.call = NULL;
	assert_int_equal(a.v, OV_REFUSED);
	OPENSSL_free((void *)(uintptr_t)by_delegate.p);
	OPENSSL_free((void *)(uintptr_t)der.p);
	pki_free(&p);
}

static enum chain_why
verdict(struct pki *p, enum chain_revocation how, const struct slice *der,
    unsigned int n, struct crls *crls, int64_t *bound)
{
	struct trust *t = trust_new();
	struct chain_in in = { .trust = t, .leaf = pki_get(p, "L")->cert,
	    .now = PKI_NOW, .revocation = how, .ocsp = der, .nocsp = n,
	    .crls = crls };
	struct chain_result r;

	assert_null(trust_add(t, "r", pki_get(p, "R")->cert));
	trust_seal(t);
	chain_verify(&in, &r);
	*bound = r.bound;
	chain_result_free(&r);
	trust_free(t);
	return (r.why);
}

/* What the chain makes of answers: one that revokes is enough. */
static void
test_verdict(void **state)
{
	struct slice der[3];
	struct crls *crls = crls_new();
	const char *why;
	struct pki p;
	int64_t b;
	size_t i;

	(void)state;
	pki_make(&p, PKI "!D by=R rev=7;");
	der[0] = make(&p, &rows[0]);		/* good */
	der[1] = make(&p, &rows[18]);		/* by another CA */
	der[2] = make(&p, &rows[5]);		/* revoked */
	assert_int_equal(verdict(&p, REVOCATION_STRICT, der, 0, NULL, &b),
	    CHAIN_NO_REVOCATION);
	assert_int_equal(verdict(&p, REVOCATION_STRICT, der + 1, 1, NULL, &b),
	    CHAIN_NO_REVOCATION);
	assert_int_equal(verdict(&p, REVOCATION_STRICT, der, 1, NULL, &b),
	    CHAIN_OK);
	assert_int_equal(b, PKI_NOW + PKI_DAY + OCSP_SKEW);
	assert_int_equal(verdict(&p, REVOCATION_STRICT, der, 2, NULL, &b),
	    CHAIN_OK);
	assert_int_equal(verdict(&p, REVOCATION_SOFT, der, 3, NULL, &b),
	    CHAIN_REVOKED);
	assert_int_equal(verdict(&p, REVOCATION_OFF, der, 3, NULL, &b),
	    CHAIN_OK);
	assert_int_equal(crls_add(crls, pki_get(&p, "D")->crl, NULL,
	    &pki_get(&p, "R")->cert, 1, &why), CRL_TAKEN);
	assert_int_equal(verdict(&p, REVOCATION_SOFT, der, 1, crls, &b),
	    CHAIN_REVOKED);
	for (i = 0; i < 3; i++)
		OPENSSL_free((void *)(uintptr_t)der[i].p);
	crls_free(crls);
	pki_free(&p);
}

static void
test_request(void **state)
{
	uint8_t out[OCSP_REQUEST_MAX];
	const unsigned char *p = out;
	OCSP_REQUEST *r;
	struct pki pki;
	size_t n;

	(void)state;
	pki_make(&pki, PKI);
	n = ocsp_request(pki_get(&pki, "L")->cert, pki_get(&pki, "R")->cert,
	    (struct slice){ nonce, sizeof(nonce) }, out);
	assert_true(n > 0);
	r = d2i_OCSP_REQUEST(NULL, &p, (long)n);
	assert_non_null(r);
	assert_ptr_equal(p, out + n);
	assert_int_equal(OCSP_request_onereq_count(r), 1);
	assert_int_equal(OCSP_REQUEST_get_ext_count(r), 1);
	OCSP_REQUEST_free(r);
	assert_int_equal(ocsp_request(pki_get(&pki, "L")->cert,
	    pki_get(&pki, "R")->cert, (struct slice){ nonce, 64 }, out), 0);
	pki_free(&pki);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_verdict),
		cmocka_unit_test(test_request),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests_name("ocsp", tests, NULL, NULL));
}
