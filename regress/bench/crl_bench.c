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
 * What a large CRL costs certd: crl_bench ENTRIES.  A figure a line,
 * milliseconds of CPU but where another unit stands.  All of them but the
 * last are one turn of the loop each, in which nobody else is served.
 */

#include <openssl/x509v3.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "../../certd/chain.h"
#include "bench.h"

#define NOW	INT64_C(1900000000)

static struct cert *
certify(const char *cn, EVP_PKEY *key, const struct cert *by, EVP_PKEY *bykey)
{
	X509 *x = X509_new();
	unsigned char *der = NULL;
	X509_EXTENSION *e;
	const char *why;
	struct cert *c;
	int len;

	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN",
	    MBSTRING_ASC, (const unsigned char *)cn, -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(by != NULL ? by->x : x));
	ASN1_TIME_adj(X509_getm_notBefore(x), NOW, -10, 0);
	ASN1_TIME_adj(X509_getm_notAfter(x), NOW, 10, 0);
	X509_set_pubkey(x, key);
	if (by == NULL) {
		e = X509V3_EXT_nconf_nid(NULL, NULL, NID_basic_constraints,
		    "critical,CA:TRUE");
		need(e != NULL && X509_add_ext(x, e, -1) == 1, "no extension");
		X509_EXTENSION_free(e);
	}
	need(X509_sign(x, bykey, EVP_sha256()) > 0, "no signature");
	need((len = i2d_X509(x, &der)) > 0, "no DER");
	c = cert_decode((struct slice){ der, (size_t)len }, &why);
	need(c != NULL, "no certificate");
	OPENSSL_free(der);
	X509_free(x);
	return (c);
}

/* n entries, the serials of 8 octets and without order, as of a large CA. */
static struct slice
list(long n, const struct cert *by, EVP_PKEY *key)
{
	X509_CRL *x = X509_CRL_new();
	ASN1_TIME *t = ASN1_TIME_adj(NULL, NOW, -1, 0);
	unsigned char *der = NULL;
	X509_REVOKED *r;
	ASN1_INTEGER *serial = ASN1_INTEGER_new();
	uint64_t s = 88172645463325252U;
	long i;
	int len;

	X509_CRL_set_version(x, X509_CRL_VERSION_2);
	X509_CRL_set_issuer_name(x, X509_get_subject_name(by->x));
	X509_CRL_set1_lastUpdate(x, t);
	for (i = 0; i < n; i++) {
		s ^= s << 13, s ^= s >> 7, s ^= s << 17;
		r = X509_REVOKED_new();
		need(ASN1_INTEGER_set_uint64(serial, s >> 1) == 1 &&
		    X509_REVOKED_set_serialNumber(r, serial) == 1 &&
		    X509_REVOKED_set_revocationDate(r, t) == 1 &&
		    X509_CRL_add0_revoked(x, r) == 1, "no entry");
	}
	ASN1_TIME_adj(t, NOW, 1, 0);
	X509_CRL_set1_nextUpdate(x, t);
	need(X509_CRL_sign(x, key, EVP_sha256()) > 0, "no signature");
	need((len = i2d_X509_CRL(x, &der)) > 0, "no DER");
	ASN1_INTEGER_free(serial);
	ASN1_TIME_free(t);
	X509_CRL_free(x);
	return ((struct slice){ der, (size_t)len });
}

static void
verify(const struct chain_in *in)
{
	struct chain_result r;

	chain_verify(in, &r);
	need(r.why == CHAIN_OK, r.text);
	chain_result_free(&r);
}

static double
peers(const struct chain_in *in)
{
	double t = cpu();
	int i;

	for (i = 0; i < 200; i++)
		verify(in);
	return ((cpu() - t) / 200);
}

static long
kilobytes(void)
{
	struct rusage ru;

	getrusage(RUSAGE_SELF, &ru);
	return (ru.ru_maxrss);
}

int
main(int argc, char *argv[])
{
	EVP_PKEY *cakey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	struct cert *root = certify("ca", cakey, NULL, cakey);
	struct cert *leaf = certify("peer", key, root, cakey);
	struct trust *trust = trust_new();
	struct crls *set = crls_new();
	struct chain_in in = { .trust = trust, .leaf = leaf, .now = NOW,
	    .crls = set, .revocation = REVOCATION_STRICT };
	struct slice der = list(argc > 1 ? atol(argv[1]) : 520000, root,
	    cakey);
	struct crl *c;
	const char *why = "";
	double t[5];

	need(trust_add(trust, "ca", root) == NULL && trust_seal(trust) == 1,
	    "no anchor");
	t[0] = cpu();
	need(crl_decode(der, &c, 1, &why) == 1, why);
	t[1] = cpu();
	need(crls_add(set, c, trust, NULL, 0, &why) == CRL_TAKEN, why);
	t[2] = cpu();
	verify(&in);
	t[3] = cpu();
	printf("crl-octets %zu\ncrl-decode %.1f\ncrl-verify %.1f\n"
	    "crl-first-peer %.1f\ncrl-peer-us %.1f\n", der.len,
	    (t[1] - t[0]) / 1e3, (t[2] - t[1]) / 1e3, (t[3] - t[2]) / 1e3,
	    peers(&in));
	in.revocation = REVOCATION_OFF;
	printf("no-crl-peer-us %.1f\ncrl-rss-kib %ld\n", peers(&in),
	    kilobytes());
	crl_free(c);
	t[4] = cpu();
	crls_free(set);
	printf("crl-free %.1f\n", (cpu() - t[4]) / 1e3);
	OPENSSL_free((void *)(uintptr_t)der.p);
	trust_free(trust);
	cert_free(root);
	cert_free(leaf);
	EVP_PKEY_free(cakey);
	EVP_PKEY_free(key);
	return (0);
}
