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
 * A CRL's signature is verified once: hashing a large one takes longer than
 * all else of a chain.  OpenSSL's own method for CRLs is ours here, and
 * counts.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/x509v3.h>

#include "../../certd/chain.h"
#include "certd_pki.h"

static unsigned int whole, faces; /* verifications: with entries, without */

static int
count_verify(X509_CRL *x, EVP_PKEY *key)
{
	(void)key;
	if (sk_X509_REVOKED_num(X509_CRL_get_REVOKED(x)) <= 0) {
		faces++;
		return (0);
	}
	whole++;
	return (1);
}

static int
linear_lookup(X509_CRL *x, X509_REVOKED **out, const ASN1_INTEGER *serial,
    const X509_NAME *issuer)
{
	STACK_OF(X509_REVOKED) *all = X509_CRL_get_REVOKED(x);
	int i;

	(void)issuer;
	for (i = 0; i < sk_X509_REVOKED_num(all); i++) {
		*out = sk_X509_REVOKED_value(all, i);
		if (ASN1_INTEGER_cmp(X509_REVOKED_get0_serialNumber(*out),
		    serial) == 0)
			return (1);
	}
	return (0);
}

struct made {
	struct pki	 pki;
	struct trust	*trust;
	struct crls	*crls;
};

static void
make(struct made *m, const char *text)
{
	memset(m, 0, sizeof(*m));
	pki_make(&m->pki, text);
	m->trust = trust_new();
	m->crls = crls_new();
	assert_null(trust_add(m->trust, "ca", pki_get(&m->pki, "A")->cert));
	trust_seal(m->trust);
	whole = faces = 0;
}

static void
unmake(struct made *m)
{
	crls_free(m->crls);
	trust_free(m->trust);
	pki_free(&m->pki);
}

static enum chain_why
verdict(struct made *m, const char *name)
{
	struct chain_in in = { .trust = m->trust, .crls = m->crls,
	    .leaf = pki_get(&m->pki, name)->cert, .now = PKI_NOW,
	    .revocation = REVOCATION_STRICT };
	struct chain_result r;

	chain_verify(&in, &r);
	chain_result_free(&r);
	return (r.why);
}

static enum crl_added
add(struct made *m, struct cert *by)
{
	const char *why;

	return (crls_add(m->crls, pki_get(&m->pki, "c")->crl, by == NULL ?
	    m->trust : NULL, &by, by != NULL, &why));
}

static void
test_once(void **state)
{
	struct made m;
	int i;

	(void)state;
	make(&m, "A ca; L by=A serial=5; R by=A serial=7; !c by=A rev=7;");
	assert_int_equal(add(&m, NULL), CRL_TAKEN);
	assert_int_equal(whole, 1);
	for (i = 0; i < 3; i++) {
		assert_int_equal(verdict(&m, "L"), CHAIN_OK);
		assert_int_equal(verdict(&m, "R"), CHAIN_REVOKED);
	}
	assert_int_equal(whole, 1);
	assert_true(faces > 0);
	unmake(&m);
}

/* Into another set, as after a reload, or vouched for by another chain. */
static void
test_again(void **state)
{
	struct made m;

	(void)state;
	make(&m, "A ca; L by=A serial=5; !c by=A rev=7;");
	assert_int_equal(add(&m, NULL), CRL_TAKEN);
	crls_free(m.crls);
	m.crls = crls_new();
	assert_int_equal(add(&m, NULL), CRL_TAKEN);
	assert_int_equal(add(&m, pki_get(&m.pki, "A")->cert), CRL_SAME);
	assert_int_equal(verdict(&m, "L"), CHAIN_OK);
	assert_int_equal(whole, 1);
	unmake(&m);
}

/* Without a face OpenSSL looks for itself; without a verifier nobody does. */
static void
test_faceless(void **state)
{
	struct made m;

	(void)state;
	make(&m, "A ca; L by=A serial=5; !c by=A rev=7;");
	assert_int_equal(add(&m, NULL), CRL_TAKEN);
	X509_CRL_free(m.crls->crl[0]->face);
	m.crls->crl[0]->face = NULL;
	assert_int_equal(verdict(&m, "L"), CHAIN_OK);
	assert_int_equal(whole, 2);
	cert_free(m.crls->crl[0]->by);
	m.crls->crl[0]->by = NULL;
	assert_int_equal(verdict(&m, "L"), CHAIN_NO_REVOCATION);
	unmake(&m);
}

/* Verified by one key: the word of it is not another's. */
static void
test_other_key(void **state)
{
	struct pki_item *b;
	struct made m;

	(void)state;
	make(&m, "A ca; L by=A serial=5; B ca subj=/CN=A; !c by=A rev=7;");
	b = pki_get(&m.pki, "B");
	assert_int_equal(add(&m, NULL), CRL_TAKEN);
	assert_non_null(crls_verified(m.crls, m.crls->crl[0]->x,
	    pki_get(&m.pki, "A")->x));
	assert_null(crls_verified(m.crls, m.crls->crl[0]->x, b->x));
	assert_null(crls_verified(m.crls, m.crls->crl[0]->face, b->x));
	unmake(&m);
}

/* What is not of the entries is there, and nothing of the entries is. */
static void
test_face(void **state)
{
	ISSUING_DIST_POINT *idp;
	ASN1_INTEGER *n;
	struct made m;
	X509_CRL *x, *f;

	(void)state;
	make(&m, "A ca; !c by=A rev=7,8,9 num=12 delta=3 idp=onlyuser:TRUE;");
	x = pki_get(&m.pki, "c")->crl->x;
	assert_non_null(f = crl_face(x));
	assert_int_equal(X509_NAME_cmp(X509_CRL_get_issuer(f),
	    X509_CRL_get_issuer(x)), 0);
	assert_int_equal(ASN1_TIME_compare(X509_CRL_get0_lastUpdate(f),
	    X509_CRL_get0_lastUpdate(x)), 0);
	assert_int_equal(ASN1_TIME_compare(X509_CRL_get0_nextUpdate(f),
	    X509_CRL_get0_nextUpdate(x)), 0);
	assert_int_equal(X509_CRL_get_ext_count(f), X509_CRL_get_ext_count(x));
	n = X509_CRL_get_ext_d2i(f, NID_delta_crl, NULL, NULL);
	assert_non_null(n);
	assert_int_equal(ASN1_INTEGER_get(n), 3);
	ASN1_INTEGER_free(n);
	idp = X509_CRL_get_ext_d2i(f, NID_issuing_distribution_point, NULL,
	    NULL);
	assert_non_null(idp);
	assert_true(idp->onlyuser > 0);
	ISSUING_DIST_POINT_free(idp);
	assert_true(sk_X509_REVOKED_num(X509_CRL_get_REVOKED(f)) <= 0);
	X509_CRL_free(f);
	unmake(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_faceless),
		cmocka_unit_test(test_other_key),
		cmocka_unit_test(test_face),
	};
	X509_CRL_METHOD *m = X509_CRL_METHOD_new(NULL, NULL, linear_lookup,
	    count_verify);
	int rc;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	X509_CRL_set_default_method(m);
	rc = cmocka_run_group_tests_name("crlface", tests, NULL, NULL);
	X509_CRL_set_default_method(NULL);
	X509_CRL_METHOD_free(m);
	return (rc);
}
