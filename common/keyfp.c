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

/* Do a certificate and a private key belong together? */

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>

#include <string.h>

#include "keyfp.h"
#include "log.h"

#define NUMBERS_MAX	(2 * 1024 + 16)		/* RSA-8192's modulus: 1,024 */

/* A word or a number of the key behind what is there; 0 when it lacks it. */
static size_t
add_number(const EVP_PKEY *key, const char *name, uint8_t *buf, size_t at)
{
	BIGNUM *n = NULL;
	size_t len = 0;

	if (at != 0 && EVP_PKEY_get_bn_param(key, name, &n) == 1) {
		len = (size_t)BN_num_bytes(n);
		if (len + 2 > NUMBERS_MAX - at ||
		    BN_bn2bin(n, buf + at + 2) != (int)len)
			len = 0;
		else {
			buf[at] = (uint8_t)(len >> 8);
			buf[at + 1] = (uint8_t)len;
			len += 2;
		}
	}
	BN_free(n);
	return (len == 0 ? 0 : at + len);
}

static size_t
numbers(const EVP_PKEY *key, uint8_t *buf)
{
	size_t len = NUMBERS_MAX - 1;

	buf[0] = 'r';
	if (EVP_PKEY_is_a(key, "RSA") == 1 ||
	    EVP_PKEY_is_a(key, "RSA-PSS") == 1)
		return (add_number(key, OSSL_PKEY_PARAM_RSA_E, buf,
		    add_number(key, OSSL_PKEY_PARAM_RSA_N, buf, 1)));
	buf[0] = 'e';
	if (EVP_PKEY_is_a(key, "EC") == 1)
		return (add_number(key, OSSL_PKEY_PARAM_EC_PUB_Y, buf,
		    add_number(key, OSSL_PKEY_PARAM_EC_PUB_X, buf, 1)));
	buf[0] = 'd';
	if ((EVP_PKEY_is_a(key, "ED25519") == 1 ||
	    EVP_PKEY_is_a(key, "ED448") == 1) &&
	    EVP_PKEY_get_raw_public_key(key, buf + 1, &len) == 1)
		return (1 + len);
	return (0);
}

int
keyfp(const EVP_PKEY *key, uint8_t fp[KEYFP_LEN])
{
	uint8_t buf[NUMBERS_MAX];
	size_t n, len = 0;

	n = key == NULL ? 0 : numbers(key, buf);
	ERR_clear_error();
	if (n == 0)
		return (-1);
	if (EVP_Q_digest(NULL, "SHA2-256", NULL, buf, n, fp, &len) != 1 ||
	    len != KEYFP_LEN)
		fatal("OpenSSL has no SHA-256");
	return (0);
}
