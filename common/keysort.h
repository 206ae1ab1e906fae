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


#ifndef COMMON_KEYSORT_H
#define COMMON_KEYSORT_H

#include <openssl/evp.h>

#include "keyname.h"

/*
 * Of a key that we sign with.  Sort and bits; NULL, or a literal: what it is
 * not.
 */
const char *keysort(const EVP_PKEY *key, enum key_sort *sort,
	    unsigned int *bits);
/* "rsa-2048", "ecdsa-p256", "ed25519", for people; static buffer. */
const char *keysort_name(unsigned int sort, unsigned int bits);

#endif /* COMMON_KEYSORT_H */
