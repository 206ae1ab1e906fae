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

#ifndef CERTD_KEY_H
#define CERTD_KEY_H

#include <openssl/evp.h>

#include <stddef.h>
#include <stdint.h>

#include "proto_types.h"

/*
 * Public keys: which we take at all, and those that come bare, as a
 * SubjectPublicKeyInfo (RFC 7670).
 */
enum key_kind { KEY_RSA = 1, KEY_RSA_PSS, KEY_P256, KEY_P384, KEY_P521,
	KEY_ED25519, KEY_ED448 };

#define KEY_RSA_LEAST	2048	/* unless allow-weak says rsa1024 */
#define KEY_RSA_WEAK	1024	/* and then this */
#define KEY_RSA_MOST	8192	/* a longer one costs us more than its peer */
#define KEY_RSA_EXPONENT 64	/* bits; 65537 has 17 */
#define KEY_FP		32	/* SHA-256 */
#define KEY_SHA1	20

/*
 * The kind of a key, or 0 with *why (may be NULL) set to a literal: another
 * type, another curve, a curve by its parameters, RSA beyond KEY_RSA_MOST or
 * KEY_RSA_EXPONENT.
 */
enum key_kind key_kind(EVP_PKEY *key, const char **why);
/* Is it RSA shorter than KEY_RSA_LEAST (or than KEY_RSA_WEAK)? */
int	key_is_weak(EVP_PKEY *key);
int	key_is_too_weak(EVP_PKEY *key);
/* Its sort and bits, as a verdict says them; 0 of what we do not take. */
void	key_sort_of(EVP_PKEY *key, struct wt_keysort *out);
/* "RSA-2048", "ECDSA-256", "Ed25519"; for what we do not take "unknown". */
char	*key_name(EVP_PKEY *key, char *out, size_t size);

/* A bare public key. */
struct rawkey {
	unsigned int	 refs;
	EVP_PKEY	*key;
	enum key_kind	 kind;
	uint8_t		 fp[KEY_FP];	/* SHA-256 of the SPKI */
	uint8_t		 sha1[KEY_SHA1];	/* RFC 7296 section 3.7 */
};

#define RAWKEY_MAX	2048	/* octets of an SPKI: RSA-8192 has 1,070 */

/*
 * Decodes a SubjectPublicKeyInfo, DER or PEM ("PUBLIC KEY"), that must be
 * all there is.  Returns it with one reference, or NULL and *why.
 */
struct rawkey *rawkey_decode(struct slice in, const char **why);
struct rawkey *rawkey_ref(struct rawkey *k);
void	rawkey_free(struct rawkey *k);

/* SHA-256 of octets; fatal when OpenSSL cannot. */
void	key_sha256(struct slice in, uint8_t out[KEY_FP]);
void	key_sha1(struct slice in, uint8_t out[KEY_SHA1]);

#endif /* CERTD_KEY_H */
