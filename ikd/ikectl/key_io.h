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

#ifndef IKECTL_KEY_IO_H
#define IKECTL_KEY_IO_H

#include <openssl/bio.h>
#include <openssl/evp.h>

#include "keypurpose.h"
#include "km.h"

/*
 * Keys: made, read from files in the forms people have, written as PKCS#8
 * (private, PEM) and SubjectPublicKeyInfo (public).  rsa (2048-8192 bits),
 * ecdsa on p256, p384, p521, ed25519, ed448.
 */
#define KEY_TEXT	32	/* "ecdsa-p256" */
#define FP_TEXT		(32 * 3)	/* SHA-256, "AB:CD:..." */

/* A new key of --type and --bits; NULL, said. */
EVP_PKEY *key_make(const struct km *km);
/* "rsa-3072", "ecdsa-p256", "ed25519", or OpenSSL's name of it. */
char	*key_type(const EVP_PKEY *key, char out[KEY_TEXT]);
/* key.c: makes the key of private/NAME; *pass is what is to protect it. */
EVP_PKEY *key_new(struct km *km, const char *name, struct pass *pass);
/* key.c: writes private/NAME; 0 or -1, said. */
int	 key_save(struct km *km, const char *name, EVP_PKEY *key,
	    const struct pass *pass, enum key_purpose purpose, int force);
/* NULL, or why it is of no use here: type, curve, length. */
const char *key_wrong(const EVP_PKEY *key);
/* What its signatures hash with; NULL for EdDSA, which says itself. */
const EVP_MD *key_digest(const EVP_PKEY *key);
/* SHA-256 of the SubjectPublicKeyInfo. */
char	*key_fingerprint(const EVP_PKEY *key, char out[FP_TEXT]);
char	*fingerprint(const void *p, size_t len, char out[FP_TEXT]);
/* 1: the same public key. */
int	 key_same(const EVP_PKEY *a, const EVP_PKEY *b);

/*
 * A private key in PEM or DER, PKCS#8 or its type's own form.  what names
 * it for people.  km NULL: no passphrase is asked for.  *encrypted says
 * whether one is needed; pass, if not NULL, gets it.  NULL; said, except
 * that without km an encrypted key is no failure.
 */
EVP_PKEY *key_decode(const struct km *km, const struct buf *b,
	    const char *what, int *encrypted, struct pass *pass);
/* The same of private/NAME (or below sub). */
EVP_PKEY *key_load(const struct km *km, const char *sub, const char *name,
	    int *encrypted);
/* A public key in PEM or DER; NULL when it is none, not said. */
EVP_PKEY *key_decode_public(const struct buf *b);

/*
 * PKCS#8 PEM below a line with its purpose, in a BIO that wipes; encrypted
 * when pass->have.  NULL, said.
 */
BIO	*key_encode(const EVP_PKEY *key, const struct pass *pass,
	    enum key_purpose purpose);
/* SubjectPublicKeyInfo, PEM or DER; NULL, said. */
BIO	*key_encode_public(const EVP_PKEY *key, int der);
/* The octets in a memory BIO. */
const void *bio_data(BIO *b, size_t *len);
/* An empty memory BIO; fatal. */
BIO	*bio_new(void);
/* Reads octets in place. */
BIO	*bio_of(const struct buf *b);
/* 1: PEM, else DER is worth a try. */
int	 is_pem(const struct buf *b);

#endif /* IKECTL_KEY_IO_H */
