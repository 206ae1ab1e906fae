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

/* Everything OpenSSL would otherwise do for the first time behind the door. */
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "crypto_warm.h"
#include "log.h"

static void
one_key(const char *type, const char *group)
{
	EVP_PKEY *key;

	key = group == NULL ? EVP_PKEY_Q_keygen(NULL, NULL, type) :
	    EVP_PKEY_Q_keygen(NULL, NULL, type, group);
	if (key == NULL)
		fatal("OpenSSL makes no %s key", type);
	EVP_PKEY_free(key);
}

static void
one_digest(const char *name)
{
	unsigned char out[EVP_MAX_MD_SIZE];
	size_t len;

	if (EVP_Q_digest(NULL, name, NULL, "", 0, out, &len) != 1)
		fatal("OpenSSL has no %s", name);
	if (EVP_Q_mac(NULL, "HMAC", NULL, name, NULL, "k", 1,
	    (const unsigned char *)"", 0, out, sizeof(out), &len) == NULL)
		fatal("OpenSSL has no HMAC with %s", name);
}

void
crypto_warm(void)
{
	unsigned char b[32];

	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG |
	    OPENSSL_INIT_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_ADD_ALL_CIPHERS |
	    OPENSSL_INIT_ADD_ALL_DIGESTS, NULL) != 1)
		fatal("OpenSSL cannot start");
	if (RAND_bytes(b, sizeof(b)) != 1 || RAND_priv_bytes(b, sizeof(b)) != 1)
		fatal("OpenSSL has no random octets");
	one_digest("SHA2-256");
	one_digest("SHA2-384");
	one_digest("SHA2-512");
	one_digest("SHA1");
	one_key("X25519", NULL);
	one_key("X448", NULL);
	one_key("EC", "P-256");
	/* Touch the error strings' tables, then forget. */
	ERR_raise(ERR_LIB_USER, 1);
	(void)ERR_reason_error_string(ERR_peek_error());
	ERR_clear_error();
}
