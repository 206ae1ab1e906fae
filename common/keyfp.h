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

#ifndef COMMON_KEYFP_H
#define COMMON_KEYFP_H

#include <openssl/evp.h>

#include <stdint.h>

/*
 * A fingerprint of the numbers of a public key, whatever they came in: the
 * same for a certificate's key and for the private key that it belongs to.
 * RSA, ECDSA, Ed25519, Ed448.  0, or -1 for any other.
 */
#define KEYFP_LEN	32
int	keyfp(const EVP_PKEY *key, uint8_t fp[KEYFP_LEN]);

#endif /* COMMON_KEYFP_H */
