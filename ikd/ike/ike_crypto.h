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

#ifndef IKE_CRYPTO_H
#define IKE_CRYPTO_H

#include <openssl/evp.h>

/*
 * Every algorithm the worker uses, fetched once.  ike_crypto_init() is
 * called before the door closes (role_ops.warm or prepare), does one key
 * exchange of each kind, and takes about 5 ms; fatal when OpenSSL lacks an
 * algorithm or group that is not weak.
 * Calling it again does nothing.
 */
void		 ike_crypto_init(void);

/* Fetched objects; NULL for a number we do not know or OpenSSL lacks. */
EVP_CIPHER	*ike_cipher(unsigned int encr, unsigned int keybits);
EVP_MD		*ike_md_sha1(void);

/*
 * A MAC context with the digest of this PRF (PRF_*) set, no key: fresh,
 * the caller frees it.  NULL as above.
 */
EVP_MAC_CTX	*ike_hmac_new(unsigned int prf);

/* A shared one for short uses; the caller sets a key and clears it after. */
EVP_MAC_CTX	*ike_hmac_shared(unsigned int prf);

/*
 * Random octets for SPIs, nonces and the like, from a store that is filled
 * by the hundred and wiped as it is used; private keys ask OpenSSL itself.
 * Returns 0, or -1 when OpenSSL's source fails.
 */
int		 ike_random_octets(void *buf, size_t len);

#endif /* IKE_CRYPTO_H */
