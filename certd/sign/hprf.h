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

#ifndef SIGN_HPRF_H
#define SIGN_HPRF_H

#include <stddef.h>
#include <stdint.h>

#include "wire.h"

#define PRF_MAX		64	/* longest output: HMAC-SHA2-512 */

/* Fetches the algorithms once; before the door.  Fatal without them. */
void	hprf_init(void);

/* Output and preferred key length in octets; 0: a PRF we do not have. */
size_t	hprf_len(unsigned int id);

/*
 * RFC 7296 section 2.13: prf(key, parts[0] | parts[1] | ...) into out of
 * hprf_len(id) octets.  id is IANA's number and must be one we have.
 */
void	hprf(unsigned int id, const void *key, size_t keylen,
	    const struct slice *parts, size_t nparts, uint8_t *out);

/* The first outlen octets, at most 32, of SHA-256 of data. */
void	hprf_digest(const void *data, size_t len, uint8_t *out, size_t outlen);

#endif /* SIGN_HPRF_H */
