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

#ifndef SIGN_RSAFIT_H
#define SIGN_RSAFIT_H

#include <openssl/evp.h>

/*
 * Do the numbers of this RSA key belong together (RFC 8017 section 3.2, keys
 * of two primes), and does it make signatures that its public part verifies?
 * OpenSSL's own check also is one of the primes, which takes 0.3 s of a key of
 * 4096 bits, and a minute of a dozen on a slow machine; here it is a few
 * milliseconds.  Returns 1 or 0.
 */
int	rsafit(const EVP_PKEY *key);

#endif /* SIGN_RSAFIT_H */
