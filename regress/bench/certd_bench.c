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
 * What certd's part of an IKE_AUTH with a certificate costs: the leaf
 * decoded, a chain of leaf and anchor verified, the AUTH signature verified;
 * cold (a certificate never seen), warm (decoded and verified before), and
 * beside it the bare operations of OpenSSL.  A figure a line, microseconds of
 * CPU.
 */

#include <openssl/x509v3.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../certd/chain.h"
#include "../../certd/sigver.h"
#include "../../certd/vcache.h"
#include "bench.h"

#define NOW	INT64_C(1900000000)

static void
ext(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e;
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	e = X509V3_EXT_nconf_nid(NULL, &ctx, nid, value);
	need(e != NULL && X509_add_ext(x, e, -1) == 1, "no extension");
	X509_EXTENSION_free(e);
}

/* A certificate for key, by by (itself when NULL), as DER. */
static struct slice
certify(const char *cn, EVP_PKEY *key, const struct cert *by, EVP_PKEY *bykey)
{
	X509 *x = X509_new();
	unsigned char *der = NULL;
	int len;

	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN",
	    MBSTRING_ASC, (const unsigned char *)cn, -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(by != NULL ? by->x : x));
	ASN1_TIME_adj(X509_getm_notBefore(x), NOW, -10, 0);
	ASN1_TIME_adj(X509_getm_notAfter(x), NOW, 10, 0);
	X509_set_pubkey(x, key);
	ext(x, NID_subject_key_identifier, "hash");
	if (by == NULL) {
		ext(x, NID_basic_constraints, "critical,CA:TRUE");
		ext(x, NID_key_usage, "critical,keyCertSign,cRLSign");
	} else
		ext(x, NID_subject_alt_name, "DNS:peer.example.com");
	need(X509_sign(x, bykey, EVP_sha256()) > 0, "no signature");
	len = i2d_X509(x, &der);
	need(len > 0, "no DER");
	X509_free(x);
	return ((struct slice){ der, (size_t)len });
}

static const uint8_t octets[600];
static const struct slice part = { octets, sizeof(octets) };

/* An AUTH payload's data by RFC 7427. */
static size_t
sign(EVP_PKEY *key, int rsa, uint8_t *out)
{
	static const uint8_t ids[2][16] = {
		{ 12, 0x30, 0x0a, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3,
		    2 },
		{ 15, 0x30, 0x0d, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1,
		    1, 0x0b, 5, 0 } };
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t len = 512, n = ids[rsa][0] + 1U;

	memcpy(out, ids[rsa], n);
	need(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestSign(ctx, out + n, &len, octets, sizeof(octets)) == 1,
	    "no signature");
	EVP_MD_CTX_free(ctx);
	return (n + len);
}

struct bench {
	const char	*name;
	int		 rsa, n;
	EVP_PKEY	*cakey, *key;
	struct trust	*trust;
	struct slice	 leaf;
	uint8_t		 auth[600];
	size_t		 authlen;
	double		 decode, chain, sig;
};

static void
one(struct bench *b, struct vcache *v)
{
	const char *why;
	struct chain_in in = { .trust = b->trust, .now = NOW };
	struct sigver_in si = { .method = AUTH_SIGNATURE,
	    .auth = { b->auth, b->authlen }, .part = &part, .nparts = 1,
	    .accept = ACCEPT_ALL, .hashes = HASH_BIT(HASH_SHA2_256) };
	struct chain_result r;
	struct sigver_out so;
	double t0 = cpu(), t1, t2;

	in.leaf = vcache_cert(v, b->leaf, &why);
	need(in.leaf != NULL, "no certificate");
	t1 = cpu();
	vcache_verify(v, 1, &in, &r);
	need(r.why == CHAIN_OK, r.text);
	t2 = cpu();
	si.key = cert_key(in.leaf);
	sigver_check(&si, &so);
	need(so.why == SV_OK, so.text);
	b->decode += t1 - t0;
	b->chain += t2 - t1;
	b->sig += cpu() - t2;
	chain_result_free(&r);
	cert_free(in.leaf);
}

static void
rounds(struct bench *b, const char *what, int cold)
{
	struct vcache *v = vcache_new();
	double n = b->n;
	int i;

	one(b, v);
	b->decode = b->chain = b->sig = 0;
	for (i = 0; i < b->n; i++) {
		if (cold)
			vcache_clear(v);
		one(b, v);
	}
	printf("%s-%s-decode %.1f\n%s-%s-chain %.1f\n%s-%s-signature %.1f\n"
	    "%s-%s %.1f\n", b->name, what, b->decode / n, b->name, what,
	    b->chain / n, b->name, what, b->sig / n, b->name, what,
	    (b->decode + b->chain + b->sig) / n);
	vcache_free(v);
}

/* The operations alone, with everything set up beforehand. */
static void
bare(struct bench *b)
{
	EVP_PKEY_CTX *v = EVP_PKEY_CTX_new_from_pkey(NULL, b->key, NULL);
	EVP_PKEY_CTX *s = EVP_PKEY_CTX_new_from_pkey(NULL, b->key, NULL);
	uint8_t sig[512], hash[32] = { 1 };
	size_t len = sizeof(sig), l;
	double t0, t1, t2;
	int i;

	need(EVP_PKEY_sign_init(s) == 1 && EVP_PKEY_verify_init(v) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(s, EVP_sha256()) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(v, EVP_sha256()) == 1 &&
	    EVP_PKEY_sign(s, sig, &len, hash, 32) == 1, "no signature");
	t0 = cpu();
	for (i = 0; i < b->n; i++)
		need(EVP_PKEY_verify(v, sig, len, hash, 32) == 1, "wrong");
	t1 = cpu();
	for (i = 0; i < b->n; i++) {
		l = sizeof(sig);
		need(EVP_PKEY_sign(s, sig, &l, hash, 32) == 1, "wrong");
	}
	t2 = cpu();
	printf("%s-bare-verify %.1f\n%s-bare-sign %.1f\n", b->name,
	    (t1 - t0) / b->n, b->name, (t2 - t1) / b->n);
	EVP_PKEY_CTX_free(v);
	EVP_PKEY_CTX_free(s);
}

static void
run(int rsa, int n)
{
	struct bench b = { .name = rsa ? "rsa2048" : "p256", .rsa = rsa,
	    .n = n };
	struct cert *root;
	struct slice der;
	const char *why;

	b.cakey = rsa ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048) :
	    EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	b.key = rsa ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048) :
	    EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	der = certify("ca", b.cakey, NULL, b.cakey);
	root = cert_decode(der, &why);
	need(root != NULL, "no root");
	b.leaf = certify("peer", b.key, root, b.cakey);
	b.trust = trust_new();
	need(trust_add(b.trust, "ca", root) == NULL &&
	    trust_seal(b.trust) == 1, "no anchor");
	b.authlen = sign(b.key, rsa, b.auth);
	rounds(&b, "cold", 1);
	rounds(&b, "warm", 0);
	bare(&b);
	OPENSSL_free((void *)(uintptr_t)der.p);
	OPENSSL_free((void *)(uintptr_t)b.leaf.p);
	cert_free(root);
	trust_free(b.trust);
	EVP_PKEY_free(b.cakey);
	EVP_PKEY_free(b.key);
}

int
main(int argc, char *argv[])
{
	int n = argc > 1 ? atoi(argv[1]) : 2000;

	run(0, n > 0 ? n : 1);
	run(1, n > 0 ? n : 1);
	return (0);
}
