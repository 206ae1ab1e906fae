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

/* Public keys: kinds, sizes, names, and bare ones (RFC 7670). */

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "key.h"
#include "keyname.h"
#include "log.h"

static void
digest(const char *name, struct slice in, uint8_t *out, size_t want)
{
	size_t len;

	if (EVP_Q_digest(NULL, name, NULL, in.p, in.len, out, &len) != 1 ||
	    len != want)
		fatal("OpenSSL computes no %s", name);
}

void
key_sha256(struct slice in, uint8_t out[KEY_FP])
{
	digest("SHA2-256", in, out, KEY_FP);
}

void
key_sha1(struct slice in, uint8_t out[KEY_SHA1])
{
	digest("SHA1", in, out, KEY_SHA1);
}

/* RFC 4754, RFC 7427: the named curves of NIST alone. */
static enum key_kind
ec_kind(EVP_PKEY *key, const char **why)
{
	static const struct {
		const char *name;
		enum key_kind kind;
	} curves[] = {
		{ "prime256v1", KEY_P256 }, { "P-256", KEY_P256 },
		{ "secp384r1", KEY_P384 }, { "P-384", KEY_P384 },
		{ "secp521r1", KEY_P521 }, { "P-521", KEY_P521 }
	};
	char group[64];
	size_t i, len;
	int explicit = 0;

	if (EVP_PKEY_get_int_param(key,
	    OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &explicit) == 1 &&
	    explicit != 0) {
		*why = "its curve is given by parameters, not by name";
		return (0);
	}
	if (EVP_PKEY_get_group_name(key, group, sizeof(group), &len) != 1) {
		*why = "its curve has no name";
		return (0);
	}
	for (i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
		if (strcmp(curves[i].name, group) == 0)
			return (curves[i].kind);
	*why = "its curve is none of P-256, P-384, P-521";
	return (0);
}

/* A peer's key may not cost us more than it costs the peer. */
static int
rsa_is_cheap(EVP_PKEY *key)
{
	BIGNUM *e = NULL;
	int ok;

	ok = EVP_PKEY_get_bits(key) <= KEY_RSA_MOST &&
	    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) == 1 &&
	    BN_num_bits(e) <= KEY_RSA_EXPONENT;
	BN_free(e);
	return (ok);
}

enum key_kind
key_kind(EVP_PKEY *key, const char **why)
{
	static const struct {
		const char *name;
		enum key_kind kind;
	} types[] = {
		{ "RSA", KEY_RSA }, { "RSA-PSS", KEY_RSA_PSS },
		{ "ED25519", KEY_ED25519 }, { "ED448", KEY_ED448 }
	};
	const char *none;
	enum key_kind kind = 0;
	size_t i;

	if (why == NULL)
		why = &none;
	*why = "its key is neither RSA, ECDSA nor EdDSA";
	if (key == NULL) {
		*why = "its key cannot be decoded";
		return (0);
	}
	if (EVP_PKEY_is_a(key, "EC") == 1)
		kind = ec_kind(key, why);
	else
		for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
			if (EVP_PKEY_is_a(key, types[i].name) == 1)
				kind = types[i].kind;
	if ((kind == KEY_RSA || kind == KEY_RSA_PSS) && !rsa_is_cheap(key)) {
		*why = "its RSA key is longer than 8192 bits, or has an "
		    "exponent of more than 64";
		kind = 0;
	}
	ERR_clear_error();
	return (kind);
}

static int
rsa_below(EVP_PKEY *key, int bits)
{
	return ((EVP_PKEY_is_a(key, "RSA") == 1 ||
	    EVP_PKEY_is_a(key, "RSA-PSS") == 1) &&
	    EVP_PKEY_get_bits(key) < bits);
}

int
key_is_weak(EVP_PKEY *key)
{
	return (rsa_below(key, KEY_RSA_LEAST));
}

int
key_is_too_weak(EVP_PKEY *key)
{
	return (rsa_below(key, KEY_RSA_WEAK));
}

void
key_sort_of(EVP_PKEY *key, struct wt_keysort *out)
{
	static const uint8_t sorts[] = {
		[KEY_RSA] = PRIV_RSA, [KEY_RSA_PSS] = PEER_RSA_PSS,
		[KEY_P256] = PRIV_P256, [KEY_P384] = PRIV_P384,
		[KEY_P521] = PRIV_P521, [KEY_ED25519] = PRIV_ED25519,
		[KEY_ED448] = PRIV_ED448
	};

	out->sort = sorts[key_kind(key, NULL)];
	out->bits = out->sort == 0 ? 0 : (uint16_t)EVP_PKEY_get_bits(key);
}

char *
key_name(EVP_PKEY *key, char *out, size_t size)
{
	struct wt_keysort s;

	key_sort_of(key, &s);
	return (keyname(s.sort, s.bits, out, size));
}

static struct rawkey *
rawkey_der(struct slice in, const char **why)
{
	const unsigned char *p = in.p;
	struct rawkey *k;
	EVP_PKEY *key;
	enum key_kind kind;

	if (in.len > RAWKEY_MAX) {
		*why = "the public key is too long";
		return (NULL);
	}
	key = d2i_PUBKEY(NULL, &p, (long)in.len);
	ERR_clear_error();
	if (key == NULL || p != in.p + in.len) {
		*why = "this is no public key (SubjectPublicKeyInfo)";
		EVP_PKEY_free(key);
		return (NULL);
	}
	if ((kind = key_kind(key, why)) == 0) {
		EVP_PKEY_free(key);
		return (NULL);
	}
	k = xcalloc(1, sizeof(*k));
	k->refs = 1;
	k->key = key;
	k->kind = kind;
	key_sha256(in, k->fp);
	key_sha1(in, k->sha1);
	return (k);
}

struct rawkey *
rawkey_decode(struct slice in, const char **why)
{
	char *name = NULL, *header = NULL;
	unsigned char *data = NULL;
	struct rawkey *k = NULL;
	long len = 0;
	BIO *bio;

	if (in.len > 0 && in.p[0] == 0x30)
		return (rawkey_der(in, why));
	if (in.len > 4 * RAWKEY_MAX) {
		*why = "the public key is too long";
		return (NULL);
	}
	*why = "this is no public key (SubjectPublicKeyInfo)";
	if ((bio = BIO_new_mem_buf(in.p, (int)in.len)) == NULL)
		return (NULL);
	if (PEM_read_bio(bio, &name, &header, &data, &len) == 1 &&
	    strcmp(name, PEM_STRING_PUBLIC) == 0 && header[0] == '\0')
		k = rawkey_der((struct slice){ data, (size_t)len }, why);
	ERR_clear_error();
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(data);
	BIO_free(bio);
	return (k);
}

struct rawkey *
rawkey_ref(struct rawkey *k)
{
	k->refs++;
	return (k);
}

void
rawkey_free(struct rawkey *k)
{
	if (k == NULL || --k->refs > 0)
		return;
	EVP_PKEY_free(k->key);
	free(k);
}
