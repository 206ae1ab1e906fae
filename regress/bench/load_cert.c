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

/* The load initiator's certificates and signatures. */

#include <err.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include "load_cert.h"
#include "../../certd/sigver.h"

/* AlgorithmIdentifiers of RFC 7427 appendix A, with SHA2-256. */
static const uint8_t algid_ecdsa[] = { 0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86,
	0x48, 0xce, 0x3d, 0x04, 0x03, 0x02 };
static const uint8_t algid_rsa[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86,
	0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00 };

static struct {
	X509		*ca, *gateway; /* the gateway's, once verified */
	EVP_PKEY	*ca_key, *key;
	struct slice	 algid;
	uint8_t		 wanted[1 + SHA_DIGEST_LENGTH];
} me;

static FILE *
open_pem(const char *path)
{
	FILE *f = fopen(path, "r");

	if (f == NULL)
		err(1, "%s", path);
	return (f);
}

static void
hash_ca(void)
{
	uint8_t *der = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(me.ca), &der);

	me.wanted[0] = 4;		/* X.509, signature */
	if (n <= 0 || SHA1(der, (size_t)n, me.wanted + 1) == NULL)
		errx(1, "the hash of the CA's key");
	OPENSSL_free(der);
}

void
load_cert_init(const char *ca_crt, const char *ca_key, const char *type)
{
	FILE *f = open_pem(ca_crt);

	if ((me.ca = PEM_read_X509(f, NULL, NULL, NULL)) == NULL)
		errx(1, "%s: not a certificate", ca_crt);
	fclose(f);
	f = open_pem(ca_key);
	if ((me.ca_key = PEM_read_PrivateKey(f, NULL, NULL, NULL)) == NULL)
		errx(1, "%s: not a private key", ca_key);
	fclose(f);
	if (strcmp(type, "rsa2048") == 0) {
		me.key = EVP_RSA_gen(2048);
		me.algid = (struct slice){ algid_rsa, sizeof(algid_rsa) };
	} else if (strcmp(type, "p256") == 0) {
		me.key = EVP_EC_gen("P-256");
		me.algid = (struct slice){ algid_ecdsa, sizeof(algid_ecdsa) };
	} else
		errx(2, "%s: a type of key is p256 or rsa2048", type);
	if (me.key == NULL)
		errx(1, "no key");
	hash_ca();
}

static void
extension(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	if (e == NULL || X509_add_ext(x, e, -1) != 1)
		errx(1, "extension %s", value);
	X509_EXTENSION_free(e);
}

size_t
load_cert_issue(const char *name, unsigned int serial, uint8_t out[LOAD_CERT])
{
	X509 *x = X509_new();
	X509_NAME *subject = X509_NAME_new();
	uint8_t *p = out;
	char san[128];
	int n;

	snprintf(san, sizeof(san), "DNS:%s", name);
	if (x == NULL || subject == NULL || X509_set_version(x, 2) != 1 ||
	    ASN1_INTEGER_set(X509_get_serialNumber(x), serial) != 1 ||
	    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
	    (const unsigned char *)name, -1, -1, 0) != 1 ||
	    X509_set_subject_name(x, subject) != 1 ||
	    X509_set_issuer_name(x, X509_get_subject_name(me.ca)) != 1 ||
	    X509_gmtime_adj(X509_getm_notBefore(x), -3600) == NULL ||
	    X509_gmtime_adj(X509_getm_notAfter(x), 86400) == NULL ||
	    X509_set_pubkey(x, me.key) != 1)
		errx(1, "a certificate for %s", name);
	extension(x, NID_subject_alt_name, san);
	if (X509_sign(x, me.ca_key, EVP_sha256()) <= 0 ||
	    (n = i2d_X509(x, NULL)) <= 0 || n > LOAD_CERT ||
	    i2d_X509(x, &p) != n)
		errx(1, "a certificate for %s", name);
	X509_NAME_free(subject);
	X509_free(x);
	return ((size_t)n);
}

struct slice
load_cert_wanted(void)
{
	return ((struct slice){ me.wanted, sizeof(me.wanted) });
}

size_t
load_cert_sign(const struct slice part[3], uint8_t out[LOAD_CERT])
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	size_t at = 1 + me.algid.len, n = LOAD_CERT - at;
	int i;

	out[0] = (uint8_t)me.algid.len;
	memcpy(out + 1, me.algid.p, me.algid.len);
	if (c == NULL || EVP_DigestSignInit_ex(c, NULL, "SHA256", NULL, NULL,
	    me.key, NULL) != 1)
		errx(1, "a signature");
	for (i = 0; i < 3; i++)
		if (EVP_DigestSignUpdate(c, part[i].p, part[i].len) != 1)
			errx(1, "a signature");
	if (EVP_DigestSignFinal(c, out + at, &n) != 1)
		errx(1, "a signature");
	EVP_MD_CTX_free(c);
	return (at + n);
}

const char *
load_cert_check(struct slice cert, unsigned int method, struct slice auth,
    const struct slice part[3])
{
	const unsigned char *p = cert.p;
	struct sigver_in in = { .method = method, .auth = auth, .part = part,
	    .nparts = 3, .accept = ACCEPT_ALL,
	    .hashes = HASH_BIT(HASH_SHA2_256) };
	static struct sigver_out out;
	X509 *x = d2i_X509(NULL, &p, (long)cert.len);

	if (x == NULL)
		return ("no certificate");
	if (me.gateway == NULL || X509_cmp(x, me.gateway) != 0) {
		if (X509_verify(x, me.ca_key) != 1) {
			X509_free(x);
			return ("a certificate of another CA");
		}
		X509_free(me.gateway);
		me.gateway = x;
	} else
		X509_free(x);
	in.key = X509_get0_pubkey(me.gateway);
	sigver_check(&in, &out);
	return (out.why == SV_OK ? NULL : out.text);
}
