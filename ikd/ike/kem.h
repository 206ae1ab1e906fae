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

#ifndef IKE_KEM_H
#define IKE_KEM_H

#include <openssl/evp.h>

#include <stddef.h>
#include <stdint.h>

/*
 * Key encapsulation through OpenSSL, ML-KEM (FIPS 203) where it has it (3.5).
 * Both return 0, or -1; nothing is then in the secret.
 */

/* Is this key exchange method, KE_* of alg.h, a KEM? */
int	kem_is(unsigned int id);

/*
 * A ciphertext of ct_len octets and a secret of ss_len for the encapsulation
 * key ek, which must pass FIPS 203 section 7.2: OpenSSL reads none whose
 * coefficients are out of range.
 */
int	kem_encapsulate(const char *name, const uint8_t *ek, size_t len,
	    uint8_t *ct, size_t ct_len, uint8_t *ss, size_t ss_len);

/*
 * The secret in a ciphertext of ct_len octets.  A wrong one gives another
 * secret, no error.
 */
int	kem_decapsulate(EVP_PKEY *key, const uint8_t *ct, size_t ct_len,
	    uint8_t *ss, size_t ss_len);

#endif /* IKE_KEM_H */
