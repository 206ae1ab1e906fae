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

/* Signature algorithms by their AlgorithmIdentifier. */

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>

#include <stdio.h>
#include <string.h>

#include "log.h"
#include "sigalg.h"

#define SALT_MAX	512	/* an RSA key of 8,192 bits has room for less */

static const struct {
	int		 nid;
	enum sig_kind	 kind;
	enum sig_hash	 hash;
	int		 params;	/* 0: absent, 1: NULL or absent */
} known[] = {
	{ NID_sha256WithRSAEncryption, SIG_RSA, HASH_SHA2_256, 1 },
	{ NID_sha384WithRSAEncryption, SIG_RSA, HASH_SHA2_384, 1 },
	{ NID_sha512WithRSAEncryption, SIG_RSA, HASH_SHA2_512, 1 },
	{ NID_sha1WithRSAEncryption, SIG_RSA, HASH_SHA1, 1 },
	{ NID_ecdsa_with_SHA256, SIG_ECDSA, HASH_SHA2_256, 0 },
	{ NID_ecdsa_with_SHA384, SIG_ECDSA, HASH_SHA2_384, 0 },
	{ NID_ecdsa_with_SHA512, SIG_ECDSA, HASH_SHA2_512, 0 },
	{ NID_ecdsa_with_SHA1, SIG_ECDSA, HASH_SHA1, 0 },
	{ NID_ED25519, SIG_ED25519, HASH_IDENTITY, 0 },
	{ NID_ED448, SIG_ED448, HASH_IDENTITY, 0 },
};

static const struct {
	int		 nid;
	const char	*name;
	unsigned int	 len;
} hashes[] = {
	[HASH_SHA1] = { NID_sha1, "SHA1", 20 },
	[HASH_SHA2_256] = { NID_sha256, "SHA2-256", 32 },
	[HASH_SHA2_384] = { NID_sha384, "SHA2-384", 48 },
	[HASH_SHA2_512] = { NID_sha512, "SHA2-512", 64 },
	[HASH_IDENTITY] = { NID_undef, "identity", 0 },
};
#define NHASHES		(sizeof(hashes) / sizeof(hashes[0]))

const char *
sigalg_hash_name(enum sig_hash h)
{
	return (h >= HASH_SHA1 && h < NHASHES ? hashes[h].name : "no hash");
}

unsigned int
sigalg_hash_len(enum sig_hash h)
{
	return (h >= HASH_SHA1 && h < NHASHES ? hashes[h].len : 0);
}

/* Fetched once: a fetch by name costs more than a short digest. */
const EVP_MD *
sigalg_md(enum sig_hash h)
{
	static EVP_MD *md[NHASHES];

	if (h < HASH_SHA1 || h >= HASH_IDENTITY)
		return (NULL);
	if (md[h] == NULL &&
	    (md[h] = EVP_MD_fetch(NULL, hashes[h].name, NULL)) == NULL)
		fatal("OpenSSL has no %s", hashes[h].name);
	return (md[h]);
}

/* A hash's AlgorithmIdentifier: parameters absent or NULL. */
static enum sig_hash
hash_of(const X509_ALGOR *a)
{
	const ASN1_OBJECT *obj;
	int nid, type;
	unsigned int h;

	X509_ALGOR_get0(&obj, &type, NULL, a);
	nid = OBJ_obj2nid(obj);
	if (type != V_ASN1_UNDEF && type != V_ASN1_NULL)
		return (0);
	for (h = HASH_SHA1; h < HASH_IDENTITY; h++)
		if (hashes[h].nid == nid)
			return ((enum sig_hash)h);
	return (0);
}

/* MGF1 with its own hash; absent means MGF1 with SHA-1 (RFC 4055). */
static enum sig_hash
mgf_of(const X509_ALGOR *a)
{
	const ASN1_OBJECT *obj;
	const void *val;
	X509_ALGOR *inner;
	enum sig_hash h;
	int type;

	if (a == NULL)
		return (HASH_SHA1);
	X509_ALGOR_get0(&obj, &type, &val, a);
	if (OBJ_obj2nid(obj) != NID_mgf1 || type != V_ASN1_SEQUENCE)
		return (0);
	inner = ASN1_item_unpack(val, ASN1_ITEM_rptr(X509_ALGOR));
	if (inner == NULL)
		return (0);
	h = hash_of(inner);
	X509_ALGOR_free(inner);
	return (h);
}

static const char *
read_pss(const RSA_PSS_PARAMS *p, struct sigalg *out)
{
	out->kind = SIG_RSA_PSS;
	out->hash = p->hashAlgorithm == NULL ? HASH_SHA1 :
	    hash_of(p->hashAlgorithm);
	if (out->hash == 0)
		return ("RSA-PSS with a hash that is not known");
	if (mgf_of(p->maskGenAlgorithm) != out->hash)
		return ("RSA-PSS whose mask is not made by MGF1 with the "
		    "same hash");
	out->salt = p->saltLength == NULL ? 20 :
	    (int)ASN1_INTEGER_get(p->saltLength);
	if (out->salt < 0 || out->salt > SALT_MAX)
		return ("RSA-PSS with an impossible length of salt");
	if (p->trailerField != NULL && ASN1_INTEGER_get(p->trailerField) != 1)
		return ("RSA-PSS with another trailer");
	return (NULL);
}

static const char *
of_pss(int type, const void *val, struct sigalg *out)
{
	RSA_PSS_PARAMS *p;
	const char *why;

	if (type != V_ASN1_SEQUENCE)
		return ("RSA-PSS without parameters");
	p = ASN1_item_unpack(val, ASN1_ITEM_rptr(RSA_PSS_PARAMS));
	ERR_clear_error();
	if (p == NULL)
		return ("the parameters of RSA-PSS are broken");
	why = read_pss(p, out);
	RSA_PSS_PARAMS_free(p);
	ERR_clear_error();
	return (why);
}

const char *
sigalg_of(const X509_ALGOR *a, struct sigalg *out)
{
	const ASN1_OBJECT *obj;
	const void *val;
	int type, nid;
	size_t i;

	memset(out, 0, sizeof(*out));
	X509_ALGOR_get0(&obj, &type, &val, a);
	nid = OBJ_obj2nid(obj);
	if (nid == NID_rsassaPss)
		return (of_pss(type, val, out));
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].nid != nid)
			continue;
		if (type != V_ASN1_UNDEF &&
		    !(type == V_ASN1_NULL && known[i].params))
			return ("parameters where the signature algorithm "
			    "has none");
		out->kind = known[i].kind;
		out->hash = known[i].hash;
		return (NULL);
	}
	return ("a signature algorithm that is not known");
}

const char *
sigalg_read(struct slice der, struct sigalg *out)
{
	const unsigned char *p = der.p;
	const char *why;
	X509_ALGOR *a;

	memset(out, 0, sizeof(*out));
	a = d2i_X509_ALGOR(NULL, &p, (long)der.len);
	ERR_clear_error();
	if (a == NULL || p != der.p + der.len)
		why = "the AlgorithmIdentifier is broken";
	else
		why = sigalg_of(a, out);
	X509_ALGOR_free(a);
	return (why);
}

char *
sigalg_print(const struct sigalg *a, char *out, size_t size)
{
	static const char *const kinds[] = { "unknown", "RSA", "RSA-PSS",
		"ECDSA", "Ed25519", "Ed448" };

	if (a->hash == HASH_IDENTITY || a->hash == 0)
		snprintf(out, size, "%s", kinds[a->kind]);
	else
		snprintf(out, size, "%s with %s", kinds[a->kind],
		    sigalg_hash_name(a->hash));
	return (out);
}
