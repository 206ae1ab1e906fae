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

/* Key encapsulation: the two steps that Diffie-Hellman has not. */

#include <openssl/evp.h>

#include <string.h>

#include "alg.h"
#include "kem.h"

int
kem_is(unsigned int id)
{
	return (id >= KE_MLKEM512 && id <= KE_MLKEM1024);
}

int
kem_encapsulate(const char *name, const uint8_t *ek, size_t len, uint8_t *ct,
    size_t ct_len, uint8_t *ss, size_t ss_len)
{
	EVP_PKEY_CTX *ctx = NULL;
	EVP_PKEY *key;
	size_t n = ct_len, m = ss_len;
	int r = -1;

	key = EVP_PKEY_new_raw_public_key_ex(NULL, name, NULL, ek, len);
	if (key == NULL)
		goto done;
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	if (ctx == NULL || EVP_PKEY_encapsulate_init(ctx, NULL) != 1 ||
	    EVP_PKEY_encapsulate(ctx, NULL, &n, NULL, &m) != 1 ||
	    n != ct_len || m != ss_len)
		goto done;
	if (EVP_PKEY_encapsulate(ctx, ct, &n, ss, &m) == 1 && n == ct_len &&
	    m == ss_len)
		r = 0;
 done:
	if (r != 0)
		explicit_bzero(ss, ss_len);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	return (r);
}

int
kem_decapsulate(EVP_PKEY *key, const uint8_t *ct, size_t ct_len, uint8_t *ss,
    size_t ss_len)
{
	EVP_PKEY_CTX *ctx;
	size_t m = ss_len;
	int r = -1;

	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	if (ctx == NULL || EVP_PKEY_decapsulate_init(ctx, NULL) != 1 ||
	    EVP_PKEY_decapsulate(ctx, NULL, &m, ct, ct_len) != 1 ||
	    m != ss_len)
		goto done;
	if (EVP_PKEY_decapsulate(ctx, ss, &m, ct, ct_len) == 1 && m == ss_len)
		r = 0;
 done:
	if (r != 0)
		explicit_bzero(ss, ss_len);
	EVP_PKEY_CTX_free(ctx);
	return (r);
}
