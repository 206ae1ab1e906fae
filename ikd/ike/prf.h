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

#ifndef IKE_PRF_H
#define IKE_PRF_H

#include <stddef.h>
#include <stdint.h>

#include "wire.h"

/* The PRFs of RFC 7296 section 2.13: HMACs, by PRF_* of alg.h. */

/* Octets of output, which is the preferred key length too; 0: unknown. */
size_t	prf_len(unsigned int prf);

/*
 * out = prf(key, in[0] | in[1] | ...), prf_len() octets.  Returns 0, or -1
 * for an unknown PRF or when OpenSSL failed; out is then wiped.
 */
int	prf_compute(unsigned int prf, struct slice key,
	    const struct slice *in, size_t n, uint8_t *out);

/*
 * prf+(key, seed) to len octets, seed being the concatenation of in[].
 * Returns 0 or -1 (also when len exceeds 255 blocks); out is then wiped.
 */
int	prf_plus(unsigned int prf, struct slice key, const struct slice *in,
	    size_t n, uint8_t *out, size_t len);

#endif /* IKE_PRF_H */
