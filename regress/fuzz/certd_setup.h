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

#ifndef CERTD_SETUP_H
#define CERTD_SETUP_H

/*
 * A CA whose key is known, so that what a fuzzer changes can be signed
 * again: its finds lie behind the signature.
 */
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <stdlib.h>
#include <string.h>

#include "../../certd/chain.h"
#include "../../certd/ocsp.h"

#define FUZZ_NOW	INT64_C(1900000000)
#define FUZZ_DAY	86400

static EVP_PKEY *fuzz_key;
static struct cert *fuzz_root, *fuzz_leaf;
static struct trust *fuzz_trust;

static void
fuzz_ext(X509 *x, int nid, const char *value)
{
	char text[256];
	X509_EXTENSION *e;
	X509V3_CTX ctx;

	strncpy(text, value, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	if ((e = X509V3_EXT_nconf_nid(NULL, &ctx, nid, text)) == NULL ||
	    X509_add_ext(x, e, -1) != 1)
		abort();
	X509_EXTENSION_free(e);
}

static struct cert *
fuzz_cert(X509 *x)
{
	unsigned char *der = NULL;
	const char *why;
	struct cert *c;
	int len = i2d_X509(x, &der);

	if (len <= 0)
		abort();
	c = cert_decode((struct slice){ der, (size_t)len }, &why);
	OPENSSL_free(der);
	return (c);
}

static struct cert *
fuzz_make(const char *cn, int ca)
{
	X509 *x = X509_new();
	X509_NAME *n = X509_get_subject_name(x);
	struct cert *c;

	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), ca ? 1 : 7);
	X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_ASC,
	    (const unsigned char *)cn, -1, -1, 0);
	X509_set_issuer_name(x, ca ? n :
	    X509_get_subject_name(fuzz_root->x));
	ASN1_TIME_adj(X509_getm_notBefore(x), FUZZ_NOW, -1000, 0);
	ASN1_TIME_adj(X509_getm_notAfter(x), FUZZ_NOW, 1000, 0);
	X509_set_pubkey(x, fuzz_key);
	if (ca) {
		fuzz_ext(x, NID_basic_constraints, "critical,CA:TRUE");
		fuzz_ext(x, NID_key_usage, "keyCertSign,cRLSign");
	} else
		fuzz_ext(x, NID_crl_distribution_points,
		    "URI:http://c.example/a");
	if (X509_sign(x, fuzz_key, NULL) <= 0 || (c = fuzz_cert(x)) == NULL)
		abort();
	X509_free(x);
	return (c);
}

static void
fuzz_setup(void)
{
	static const unsigned char secret[32] = "a key that everybody knows";

	if (fuzz_key != NULL)
		return;
	fuzz_key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL,
	    secret, sizeof(secret));
	if (fuzz_key == NULL)
		abort();
	fuzz_root = fuzz_make("R", 1);
	fuzz_leaf = fuzz_make("L", 0);
	fuzz_trust = trust_new();
	if (trust_add(fuzz_trust, "r", fuzz_root) != NULL ||
	    trust_seal(fuzz_trust) != 1)
		abort();
}

#endif /* CERTD_SETUP_H */
