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
 * Our signatures: RFC 7296 section 3.8 (method 1), RFC 4754 (9 to 11),
 * RFC 7427 and RFC 8420 (14).
 */

#include <string.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "log.h"
#include "sigmake.h"

enum { HASH_SHA1 = 1, HASH_SHA256, HASH_SHA384, HASH_SHA512, HASH_IDENTITY };
#define BIT(h)		(1U << (h))
#define METHOD_RSA	1
#define METHOD_RFC7427	14
/* messages, nonce, prf, IntAuth */
#define OCTETS_MAX	(8 + 2 * 8192 + 256 + 196)

/* AlgorithmIdentifiers, RFC 7427 appendix A, RFC 8420 appendix A. */
#define OID_SHA(n)	0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, n
#define OID_RSA(n)	0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, n
#define RSA_PKCS(n)	{ 0x30, 13, 6, 9, OID_RSA(n), 5, 0 }
#define ECDSA(n)	{ 0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, \
	n }
#define HASH_ID(n)	0x30, 13, 6, 9, OID_SHA(n), 5, 0
#define RSA_PSS(n, salt)						\
	{ 0x30, 0x41, 6, 9, OID_RSA(10), 0x30, 0x34, 0xa0, 15, HASH_ID(n), \
	0xa1, 28, 0x30, 26, 6, 9, OID_RSA(8), HASH_ID(n), 0xa2, 3, 2, 1, salt }

static const uint8_t rsa_pkcs[][15] = { RSA_PKCS(11), RSA_PKCS(12),
	RSA_PKCS(13) };
static const uint8_t rsa_pss[][67] = { RSA_PSS(1, 32), RSA_PSS(2, 48),
	RSA_PSS(3, 64) };
static const uint8_t ecdsa[][12] = { ECDSA(2), ECDSA(3), ECDSA(4) };
static const uint8_t ed25519[] = { 0x30, 5, 6, 3, 0x2b, 0x65, 0x70 };
static const uint8_t ed448[] = { 0x30, 5, 6, 3, 0x2b, 0x65, 0x71 };

/* In the order of HASH_SHA256 and on. */
static const char *const digests[] = { "SHA2-256", "SHA2-384", "SHA2-512" };

/* The hash that fits the strength first, then stronger, then weaker ones. */
static int
pick_hash(uint32_t hashes, int first)
{
	int h;

	for (h = first; h <= HASH_SHA512; h++)
		if (hashes & BIT(h))
			return (h - HASH_SHA256);
	for (h = first; h >= HASH_SHA256; h--)
		if (hashes & BIT(h))
			return (h - HASH_SHA256);
	return (-1);
}

static void
set_way(struct sig_way *way, const uint8_t *algid, size_t len,
    const char *digest)
{
	way->method = METHOD_RFC7427;
	way->algid = algid;
	way->algid_len = (uint8_t)len;
	way->digest = digest;
}

static const char *
choose_rsa(const struct privkey *k, uint32_t sigs, uint8_t weak,
    uint32_t hashes, struct sig_way *way)
{
	int h = pick_hash(hashes, k->bits <= 3072 ? HASH_SHA256 :
	    k->bits <= 7680 ? HASH_SHA384 : HASH_SHA512);

	if (k->bits < 2048 && !(weak & WEAK_RSA1024))
		return ("an RSA key under 2048 bits, and allow-weak does not "
		    "name rsa1024");
	if (h >= 0 && sigs & BIT(SIGN_RSA_PSS)) {
		set_way(way, rsa_pss[h], sizeof(rsa_pss[h]), digests[h]);
		way->pss = 1;
	} else if (h >= 0 && sigs & BIT(SIGN_RSA))
		set_way(way, rsa_pkcs[h], sizeof(rsa_pkcs[h]), digests[h]);
	else if (sigs & BIT(SIGN_RSA)) {
		/* RFC 7296: SHA-1 is what such a peer surely has. */
		way->method = METHOD_RSA;
		way->digest = weak & WEAK_SHA1 ? "SHA1" : digests[0];
	} else
		return (h >= 0 ? "an RSA key, and accept or signatures names "
		    "neither rsa-pss nor rsa" : "the peer knows no RSA-PSS, "
		    "and accept or signatures does not name rsa");
	return (NULL);
}

static const char *
choose_ecdsa(const struct privkey *k, uint32_t sigs, uint32_t hashes,
    struct sig_way *way)
{
	int nth = k->type - PRIV_P256, h = pick_hash(hashes, HASH_SHA256 +
	    nth);

	if (!(sigs & BIT(SIGN_ECDSA)))
		return ("an ECDSA key, and accept or signatures does not name "
		    "ecdsa");
	if (h >= 0)
		set_way(way, ecdsa[h], sizeof(ecdsa[h]), digests[h]);
	else {
		way->method = (uint8_t)(9 + nth);
		way->digest = digests[nth];
	}
	return (NULL);
}

static const char *
choose_eddsa(const struct privkey *k, uint32_t sigs, uint32_t hashes,
    struct sig_way *way)
{
	int is448 = k->type == PRIV_ED448;

	if (!(sigs & BIT(is448 ? SIGN_ED448 : SIGN_ED25519)))
		return (is448 ? "an Ed448 key, and accept or signatures does "
		    "not name ed448" : "an Ed25519 key, and accept or "
		    "signatures does not name ed25519");
	if (!(hashes & BIT(HASH_IDENTITY)))
		return ("the peer does not know EdDSA (RFC 8420)");
	if (is448)
		set_way(way, ed448, sizeof(ed448), NULL);
	else
		set_way(way, ed25519, sizeof(ed25519), NULL);
	return (NULL);
}

const char *
sig_choose(const struct privkey *k, uint32_t sigs, uint8_t weak,
    uint32_t hashes, struct sig_way *way)
{
	memset(way, 0, sizeof(*way));
	switch (k->type) {
	case PRIV_RSA:
		return (choose_rsa(k, sigs, weak, hashes, way));
	case PRIV_P256:
	case PRIV_P384:
	case PRIV_P521:
		return (choose_ecdsa(k, sigs, hashes, way));
	case PRIV_ED25519:
	case PRIV_ED448:
		return (choose_eddsa(k, sigs, hashes, way));
	case PEER_RSA_PSS:
		break;
	}
	return ("a key of an unknown type");
}

/* RFC 4754: r and s as they are, each as wide as the curve. */
static size_t
raw_ecdsa(const uint8_t *der, size_t len, size_t width, uint8_t *out)
{
	const unsigned char *p = der;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)len);
	size_t n = 0;

	if (sig != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(sig), out,
	    (int)width) == (int)width && BN_bn2binpad(ECDSA_SIG_get0_s(sig),
	    out + width, (int)width) == (int)width)
		n = 2 * width;
	ECDSA_SIG_free(sig);
	return (n);
}

static int
begin(EVP_MD_CTX *ctx, const struct privkey *k, const struct sig_way *way)
{
	EVP_PKEY_CTX *pctx;

	if (EVP_DigestSignInit_ex(ctx, &pctx, way->digest, NULL, NULL, k->pkey,
	    NULL) != 1)
		return (-1);
	if (!way->pss)
		return (0);
	if (EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) != 1 ||
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST)
	    != 1)
		return (-1);
	return (0);
}

/* One call for all: EdDSA takes no other, RFC 8420. */
static size_t
sign(EVP_MD_CTX *ctx, const struct slice *parts, size_t nparts, uint8_t *out,
    size_t size)
{
	uint8_t all[OCTETS_MAX];
	size_t i, n = 0, len = size;

	for (i = 0; i < nparts; i++) {
		if (parts[i].len > sizeof(all) - n)
			return (0);
		memcpy(all + n, parts[i].p, parts[i].len);
		n += parts[i].len;
	}
	return (EVP_DigestSign(ctx, out, &len, all, n) == 1 ? len : 0);
}

size_t
sig_make(const struct privkey *k, const struct sig_way *way,
    const struct slice *parts, size_t nparts, uint8_t out[SIG_OUT_MAX])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t sig[SIG_OUT_MAX];
	size_t n = 0;

	if (ctx == NULL)
		fatal("out of memory");
	if (begin(ctx, k, way) == 0)
		n = sign(ctx, parts, nparts, sig, sizeof(sig) - 128);
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return (sig_wrap(way, k->bits, sig, n, out));
}

size_t
sig_wrap(const struct sig_way *way, unsigned int bits, const uint8_t *sig,
    size_t len, uint8_t out[SIG_OUT_MAX])
{
	size_t head = 0;

	if (len == 0 || len > SIG_OUT_MAX - 128)
		return (0);
	if (way->method >= 9 && way->method <= 11)
		return (raw_ecdsa(sig, len, (bits + 7U) / 8, out));
	if (way->method == METHOD_RFC7427) {
		out[0] = way->algid_len;
		memcpy(out + 1, way->algid, way->algid_len);
		head = 1U + way->algid_len;
	}
	memcpy(out + head, sig, len);
	return (head + len);
}

uint8_t
sig_digest(const struct sig_way *way)
{
	uint8_t h;

	if (way->digest == NULL)
		return (HASH_IDENTITY);
	for (h = HASH_SHA256; h <= HASH_SHA512; h++)
		if (strcmp(way->digest, digests[h - HASH_SHA256]) == 0)
			return (h);
	return (HASH_SHA1);
}
