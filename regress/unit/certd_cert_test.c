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
 * certd/cert.c, key.c, trust.c, urls.c, lru.c, vcache.c, crl.c: decoding,
 * bounds, sets, URLs, caches; and chain.c when OpenSSL fails.
 */

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

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
#include "utc.h"
#include "../../certd/chain.h"
#include "../../certd/lru.h"
#include "../../certd/urls.h"
#include "../../certd/vcache.h"

/* OpenSSL's calls that decide. */
BROKEN(X509_verify_cert, (X509_STORE_CTX *c), (c))
BROKEN(X509_STORE_CTX_init, (X509_STORE_CTX *c, X509_STORE *s, X509 *x,
    STACK_OF(X509) *u), (c, s, x, u))
BROKEN(X509_VERIFY_PARAM_set_flags, (X509_VERIFY_PARAM *p, unsigned long f),
    (p, f))
BROKEN(X509_VERIFY_PARAM_add0_policy, (X509_VERIFY_PARAM *p, ASN1_OBJECT *o),
    (p, o))
BROKEN(X509_CRL_verify, (X509_CRL *c, EVP_PKEY *k), (c, k))
static const char *const calls[] = { "X509_verify_cert",
	"X509_STORE_CTX_init", "X509_VERIFY_PARAM_set_flags",
	"X509_VERIFY_PARAM_add0_policy" };

static void
free_der(struct slice s)
{
	OPENSSL_free((void *)(uintptr_t)s.p);
}

/* PEM of a list of items, in a BIO. */
static BIO *
pem_of(struct pki *p, const char *names, struct slice *out)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char buf[64], *save, *w, *data;
	struct pki_item *it;

	snprintf(buf, sizeof(buf), "%s", names);
	for (w = strtok_r(buf, ",", &save); w != NULL;
	    w = strtok_r(NULL, ",", &save)) {
		it = pki_get(p, w);
		BIO_printf(bio, "%s is this\n", w);
		if (it->x != NULL)
			PEM_write_bio_X509(bio, it->x);
		else
			PEM_write_bio_X509_CRL(bio, it->crl->x);
	}
	out->len = (size_t)BIO_get_mem_data(bio, &data);
	out->p = (const uint8_t *)data;
	return (bio);
}

static void
test_decode(void **state)
{
	char out[CERT_NAME], small[6];
	const char *why = NULL;
	struct cert *c;
	struct slice der;
	uint8_t big[CERT_CHAIN_MAX + 1];
	struct pki p;
	size_t i;

	(void)state;
	pki_make(&p, "L subj=/C=US/O=Acme/CN=x serial=4660;");
	der = pki_der(pki_get(&p, "L"));
	c = cert_decode(der, &why);
	assert_non_null(c);
	assert_string_equal(cert_subject(c, out, sizeof(out)),
	    "C=US, O=Acme, CN=x");
	assert_string_equal(cert_subject(c, small, sizeof(small)), "C=US,");
	assert_string_equal(cert_serial(c, out, sizeof(out)), "1234");
	assert_int_equal(c->not_before, PKI_NOW - 10 * PKI_DAY);
	assert_int_equal(c->kind, KEY_P256);
	assert_string_equal(utc_text(c->not_after, out, sizeof(out)),
	    "2030-03-27 17:46:40 UTC");
	assert_string_equal(key_name(cert_key(c), out, sizeof(out)),
	    "ECDSA-256");
	cert_free(c);
	for (i = 0; i < der.len; i++)
		assert_null(cert_decode((struct slice){ der.p, i }, &why));
	memset(big, 0, sizeof(big));
	memcpy(big, der.p, der.len);
	assert_null(cert_decode((struct slice){ big, der.len + 1 }, &why));
	assert_null(cert_decode((struct slice){ big, sizeof(big) }, &why));
	assert_string_equal(why, "the certificate is too long");
	free_der(der);
	pki_free(&p);
}

static void
test_files(void **state)
{
	struct cert *c[3];
	struct crl *l[3];
	const char *why;
	struct slice s;
	struct pki p;
	BIO *bio;
	int n;

	(void)state;
	pki_make(&p, "A ca; B by=A ca; C by=B; !D by=A; !E by=B;");
	bio = pem_of(&p, "A,B,C", &s);
	n = cert_decode_file(s, c, 3, &why);
	assert_int_equal(n, 3);
	assert_memory_equal(c[2]->fp, pki_get(&p, "C")->cert->fp, KEY_FP);
	while (n > 0)
		cert_free(c[--n]);
	assert_int_equal(cert_decode_file(s, c, 2, &why), -1);
	assert_string_equal(why, "too many certificates in one file");
	s.len -= 40;
	assert_int_equal(cert_decode_file(s, c, 3, &why), -1);
	s.len = 10;
	assert_int_equal(cert_decode_file(s, c, 3, &why), -1);
	assert_int_equal(crl_decode(s, l, 3, &why), -1);
	BIO_free(bio);
	bio = pem_of(&p, "D,E", &s);
	n = crl_decode(s, l, 3, &why);
	assert_int_equal(n, 2);
	while (n > 0)
		crl_free(l[--n]);
	assert_int_equal(cert_decode_file(s, c, 3, &why), -1);
	BIO_free(bio);
	/* A certificate among CRLs is a mistake. */
	bio = pem_of(&p, "D,A", &s);
	assert_int_equal(crl_decode(s, l, 3, &why), -1);
	BIO_free(bio);
	pki_free(&p);
}

/* RFC 7296 section 3.7, RFC 7670: hashes and bare keys. */
static void
test_raw_keys(void **state)
{
	static const char *const types[] = { "rsa2048", "p256", "p384",
		"p521", "ed25519", "ed448" };
	unsigned char *der;
	const char *why;
	struct rawkey *k;
	struct slice s;
	struct pki p;
	uint8_t sha1[20];
	char *text;
	BIO *bio;
	size_t i;
	int len;

	(void)state;
	for (i = 0; i < 6; i++) {
		der = NULL;
		len = i2d_PUBKEY(pki_key(types[i], 0), &der);
		s = (struct slice){ der, (size_t)len };
		k = rawkey_decode(s, &why);
		assert_non_null(k);
		assert_int_equal(EVP_PKEY_eq(k->key, pki_key(types[i], 0)),
		    1);
		key_sha1(s, sha1);
		assert_memory_equal(sha1, k->sha1, 20);
		rawkey_free(k);
		assert_null(rawkey_decode((struct slice){ der, s.len - 1 },
		    &why));
		OPENSSL_free(der);
		bio = BIO_new(BIO_s_mem());
		PEM_write_bio_PUBKEY(bio, pki_key(types[i], 0));
		s.len = (size_t)BIO_get_mem_data(bio, &text);
		s.p = (uint8_t *)text;
		k = rawkey_decode(s, &why);
		assert_non_null(k);
		assert_memory_equal(sha1, k->sha1, 20);
		rawkey_free(k);
		BIO_free(bio);
	}
	der = NULL;
	len = i2d_PUBKEY(pki_key("k256", 0), &der);
	assert_null(rawkey_decode((struct slice){ der, (size_t)len }, &why));
	assert_non_null(strstr(why, "P-256"));
	OPENSSL_free(der);
	/* The hash in CERTREQ is that of the certificate's key. */
	pki_make(&p, "L key=p256;");
	der = NULL;
	len = i2d_PUBKEY(pki_get(&p, "L")->key, &der);
	key_sha1((struct slice){ der, (size_t)len }, sha1);
	assert_memory_equal(sha1, pki_get(&p, "L")->cert->key_sha1, 20);
	OPENSSL_free(der);
	pki_free(&p);
}

static void
test_trust(void **state)
{
	struct trust *t = trust_new();
	uint8_t req[3 * KEY_SHA1];
	struct pki p;

	(void)state;
	pki_make(&p, "R ca; I by=R ca; X by=R; S by=X ca; K ca key=k256;"
	    "C ca crit=1.2.3;");
	assert_null(trust_add(t, "r", pki_get(&p, "R")->cert));
	assert_null(trust_add(t, "r again", pki_get(&p, "R")->cert));
	assert_null(trust_add(t, "i", pki_get(&p, "I")->cert));
	assert_null(trust_add(t, "s", pki_get(&p, "S")->cert));
	assert_non_null(trust_add(t, "x", pki_get(&p, "X")->cert));
	assert_non_null(trust_add(t, "k", pki_get(&p, "K")->cert));
	assert_non_null(trust_add(t, "c", pki_get(&p, "C")->cert));
	assert_int_equal(trust_seal(t), 2);
	assert_int_equal(t->n, 3);
	assert_true(trust_find(t, pki_get(&p, "R")->x)->anchor);
	assert_false(trust_find(t, pki_get(&p, "I")->x)->anchor);
	/* Its issuer is not here: it stands for itself. */
	assert_true(trust_find(t, pki_get(&p, "S")->x)->anchor);
	assert_null(trust_find(t, pki_get(&p, "X")->x));
	assert_int_equal(trust_certreq(t, req, sizeof(req)), 2 * KEY_SHA1);
	assert_true(trust_has_key(t, req));
	assert_true(trust_has_key(t, req + KEY_SHA1));
	assert_int_equal(trust_certreq(t, req, KEY_SHA1 + 3), KEY_SHA1);
	assert_false(trust_has_key(t, pki_get(&p, "I")->cert->key_sha1));
	trust_free(trust_ref(t));
	trust_free(t);
	pki_free(&p);
}

static void
expect_urls(struct urls *u, const char *want)
{
	char all[4096] = "";
	unsigned int i;

	for (i = 0; i < u->n; i++) {
		strcat(all, u->url[i]);
		strcat(all, " ");
	}
	assert_string_equal(all, want);
	urls_free(u);
}

static void
test_urls(void **state)
{
	struct urls u;
	struct pki p;
	X509 *x;

	(void)state;
	pki_make(&p, "A cdp=URI:http://a/x,URI:ftp://a/y,URI:http://a/x,"
	    "URI:ldap:///cn=x?y fresh=URI:http://d/"
	    " aia=OCSP|URI:http://o/,caIssuers|URI:http://i/;"
	    "B by=A cdp=%fullname=dirName:t&[t]&C=US&O=Ac_me;"
	    "C by=A cdp=%relativename=t&[t]&CN=sub;"
	    "D by=A cdp=%CRLissuer=dirName:t&[t]&CN=x;"
	    "E cdp=URI:http://a/b\x80,URI:http://;");
	x = pki_get(&p, "A")->x;
	urls_crl(x, &u);
	expect_urls(&u, "http://a/x ldap:///cn=x?y ");
	urls_delta(x, &u);
	expect_urls(&u, "http://d/ ");
	urls_ocsp(x, &u);
	expect_urls(&u, "http://o/ ");
	urls_crl(pki_get(&p, "B")->x, &u);
	expect_urls(&u,
	    "ldap:///O=Ac_me,C=US?certificateRevocationList;binary ");
	urls_crl(pki_get(&p, "C")->x, &u);
	expect_urls(&u, "ldap:///CN=sub,CN=A,O=Test?"
	    "certificateRevocationList;binary ");
	urls_crl(pki_get(&p, "D")->x, &u);
	expect_urls(&u, "ldap:///CN=x?certificateRevocationList;binary ");
	urls_crl(pki_get(&p, "E")->x, &u);
	expect_urls(&u, "");
	urls_ocsp(pki_get(&p, "B")->x, &u);
	expect_urls(&u, "");
	pki_free(&p);
}

static int dropped;

static void
drop(void *v)
{
	dropped += *(int *)v;
}

static void
test_lru(void **state)
{
	struct lru *l = lru_new(3, drop);
	uint8_t key[5][LRU_KEY] = { { 1 }, { 2 }, { 3 }, { 4 }, { 1, 1 } };
	int v[] = { 1, 10, 100, 1000, 10000 };

	(void)state;
	lru_put(l, key[0], &v[0]);
	lru_put(l, key[1], &v[1]);
	lru_put(l, key[2], &v[2]);
	assert_ptr_equal(lru_get(l, key[0]), &v[0]);
	lru_put(l, key[3], &v[3]);
	assert_int_equal(dropped, 10);
	assert_null(lru_get(l, key[1]));
	assert_non_null(lru_get(l, key[0]));
	lru_put(l, key[0], &v[4]);
	assert_int_equal(dropped, 11);
	lru_del(l, key[2]);
	assert_int_equal(dropped, 111);
	assert_int_equal(lru_count(l), 2);
	lru_clear(l);
	assert_int_equal(dropped, 11111);
	assert_int_equal(lru_count(l), 0);
	lru_free(l);
	lru_free(NULL);
}

/* A CRL set only ever goes forward. */
static void
test_crls(void **state)
{
	struct crls *s = crls_new();
	struct cert *by[1];
	const char *why;
	struct pki p;
	char out[CERT_NAME];

	(void)state;
	pki_make(&p, "R ca; X ca; !A by=R tu=-3 num=1; !B by=R tu=-2 num=18;"
	    "!C by=X; !D by=R num=2 delta=1; !E by=R signkey=X; !F by=R;");
	by[0] = pki_get(&p, "R")->cert;
	assert_int_equal(crls_add(s, pki_get(&p, "B")->crl, NULL, by, 1,
	    &why), CRL_TAKEN);
	assert_int_equal(crls_add(s, pki_get(&p, "B")->crl, NULL, by, 1,
	    &why), CRL_SAME);
	assert_int_equal(crls_add(s, pki_get(&p, "A")->crl, NULL, by, 1,
	    &why), CRL_OLDER);
	assert_int_equal(crls_add(s, pki_get(&p, "C")->crl, NULL, by, 1,
	    &why), CRL_REFUSED);
	assert_int_equal(crls_add(s, pki_get(&p, "E")->crl, NULL, by, 1,
	    &why), CRL_REFUSED);
	assert_int_equal(s->n, 1);
	assert_int_equal(s->generation, 1);
	assert_int_equal(crls_add(s, pki_get(&p, "D")->crl, NULL, by, 1,
	    &why), CRL_TAKEN);
	assert_int_equal(s->n, 2);
	assert_string_equal(crl_number(s->crl[0], out, sizeof(out)), "12");
	assert_string_equal(crl_issuer(s->crl[0], out, sizeof(out)),
	    "O=Test, CN=R");
	assert_false(crl_is_stale(s->crl[0], PKI_NOW));
	assert_true(crl_is_stale(s->crl[0], PKI_NOW + 2 * PKI_DAY));
	crls_expire(s, PKI_NOW + 2 * PKI_DAY, 2 * PKI_DAY);
	assert_int_equal(s->n, 2);
	crls_expire(s, PKI_NOW + 4 * PKI_DAY, 2 * PKI_DAY);
	assert_int_equal(s->n, 0);
	/* The signature is the thing, whatever OpenSSL answers instead. */
	broken.call = "X509_CRL_verify";
	for (broken.with = -2; broken.with < 4; broken.with += 2)
		assert_int_equal(crls_add(s, pki_get(&p, "F")->crl, NULL, by,
		    1, &why), CRL_REFUSED);
	broken.call = NULL;
	crls_free(s);
	pki_free(&p);
}

/* A verdict is remembered within its bound, for this very question. */
static void
test_remembered(void **state)
{
	struct vcache *v = vcache_new();
	struct trust *t = trust_new();
	struct crls *crls = crls_new();
	struct chain_result r;
	struct chain_in in = { .trust = t, .crls = crls, .now = PKI_NOW,
	    .revocation = REVOCATION_STRICT };
	struct cert *again;
	struct slice der;
	const char *why;
	struct pki p;

	(void)state;
	pki_make(&p, "R ca; L by=R serial=7; !C by=R; !D by=R tu=0 rev=7;");
	assert_null(trust_add(t, "r", pki_get(&p, "R")->cert));
	trust_seal(t);
	der = pki_der(pki_get(&p, "L"));
	in.leaf = vcache_cert(v, der, &why);
	again = vcache_cert(v, der, &why);
	assert_ptr_not_equal(in.leaf, again);
	cert_free(again);
#define ASK(tag, want, hits) do {					\
	vcache_verify(v, (tag), &in, &r);				\
	assert_int_equal(r.why, (want));				\
	assert_int_equal(vcache_hits(v), (hits));			\
	chain_result_free(&r);						\
} while (0)
	ASK(1, CHAIN_NO_REVOCATION, 0);
	ASK(1, CHAIN_NO_REVOCATION, 0);
	crls_add(crls, pki_get(&p, "C")->crl, t, NULL, 0, &why);
	ASK(1, CHAIN_OK, 0);
	ASK(1, CHAIN_OK, 1);
	assert_int_equal(r.bound, PKI_NOW + PKI_DAY);
	assert_int_equal(r.not_after, PKI_NOW + 10 * PKI_DAY);
	again = vcache_cert(v, der, &why);
	assert_ptr_equal(in.leaf, again);
	cert_free(again);
	ASK(2, CHAIN_OK, 1);
	in.now += PKI_DAY / 2;
	ASK(1, CHAIN_OK, 2);
	in.now += PKI_DAY;
	ASK(1, CHAIN_NO_REVOCATION, 2);
	in.now = PKI_NOW;
	ASK(1, CHAIN_OK, 2);
	in.eku[in.neku++] = "1.2.3";
	ASK(1, CHAIN_USAGE, 2);
	in.neku = 0;
	ASK(1, CHAIN_OK, 3);
	crls_add(crls, pki_get(&p, "D")->crl, t, NULL, 0, &why);
	ASK(1, CHAIN_REVOKED, 3);
	in.revocation = REVOCATION_OFF;
	ASK(1, CHAIN_OK, 3);
	ASK(1, CHAIN_OK, 4);
	vcache_clear(v);
	ASK(1, CHAIN_OK, 4);
	cert_free(in.leaf);
	free_der(der);
	vcache_free(v);
	crls_free(crls);
	trust_free(t);
	pki_free(&p);
}

/* Nothing but success is success. */
static void
test_openssl_fails(void **state)
{
	static const int answers[] = { 0, -1, 2, 255 };
	struct chain_in in = { .now = PKI_NOW };
	struct chain_result r;
	struct pki p;
	size_t i, k;

	(void)state;
	pki_make(&p, "R ca; L by=R;");
	in.trust = trust_new();
	assert_null(trust_add(in.trust, "r", pki_get(&p, "R")->cert));
	trust_seal(in.trust);
	in.leaf = pki_get(&p, "L")->cert;
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		for (k = 0; k < sizeof(answers) / sizeof(answers[0]); k++) {
			broken.call = calls[i];
			broken.with = answers[k];
			chain_verify(&in, &r);
			broken.call = NULL;
			assert_int_not_equal(r.why, CHAIN_OK);
			assert_int_equal(r.n, 0);
			chain_result_free(&r);
		}
	chain_verify(&in, &r);
	assert_int_equal(r.why, CHAIN_OK);
	assert_string_equal(r.anchor, "r");
	chain_result_free(&r);
	trust_free(in.trust);
	pki_free(&p);
}

/* What is missing names where to get it, but only behind good signatures. */
static void
test_missing(void **state)
{
	static const struct { const char *leaf; enum chain_why why; } t[] = {
		{ "L", CHAIN_NO_REVOCATION }, { "B", CHAIN_SIGNATURE },
		{ "E", CHAIN_EXPIRED }, { "X", CHAIN_UNKNOWN_CA }
	};
	struct chain_in in = { .now = PKI_NOW,
	    .revocation = REVOCATION_STRICT };
	struct chain_result r;
	struct pki p;
	size_t i;

	(void)state;
#define URLS	" cdp=URI:http://c/ fresh=URI:http://d/ aia=OCSP|URI:http://o/"
	pki_make(&p, "R ca; L by=R" URLS "; B by=R badsig" URLS
	    "; E by=R na=-1" URLS "; X" URLS ";");
	in.trust = trust_new();
	assert_null(trust_add(in.trust, "r", pki_get(&p, "R")->cert));
	trust_seal(in.trust);
	for (i = 0; i < 4; i++) {
		in.leaf = pki_get(&p, t[i].leaf)->cert;
		chain_verify(&in, &r);
		assert_int_equal(r.why, t[i].why);
		assert_int_equal(r.rev[0].crl.n, i == 0);
		assert_int_equal(r.rev[0].delta.n, i == 0);
		assert_int_equal(r.rev[0].ocsp.n, i == 0);
		if (i == 0) {
			assert_ptr_equal(r.chain[1], pki_get(&p, "R")->cert);
			assert_string_equal(r.rev[0].crl.url[0], "http://c/");
			assert_string_equal(r.rev[0].ocsp.url[0],
			    "http://o/");
		}
		chain_result_free(&r);
	}
	trust_free(in.trust);
	pki_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_raw_keys),
		cmocka_unit_test(test_trust),
		cmocka_unit_test(test_urls),
		cmocka_unit_test(test_lru),
		cmocka_unit_test(test_crls),
		cmocka_unit_test(test_remembered),
		cmocka_unit_test(test_openssl_fails),
		cmocka_unit_test(test_missing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests_name("cert", tests, NULL, NULL));
}
