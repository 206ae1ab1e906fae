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

#ifndef CERTD_CERTPATH_H
#define CERTD_CERTPATH_H

#include "cert.h"

/*
 * Our own side: which certificates go into our CERT payloads, and whether
 * one of ours is what the peer's CERTREQ asks for (RFC 7296 sections 3.6 and
 * 3.7, RFC 4945 section 3.2.7).
 */

/*
 * leaf, then its issuers out of pool[0..n-1], up to but without a root.
 * Fills out (borrowed, CERT_CHAIN places), returns how many.  No signature
 * is verified: the peer does that.
 */
unsigned int certpath_make(struct cert *leaf, struct cert *const *pool,
	    unsigned int n, struct cert *out[CERT_CHAIN]);
/*
 * Is leaf, or one of its issuers out of pool, by a CA whose key's SHA-1 is
 * in request (the body of a CERTREQ of X.509 certificates)?  An empty
 * request asks for anybody; a length that is no multiple of 20 for nobody.
 */
int	certpath_suits(struct cert *leaf, struct cert *const *pool,
	    unsigned int n, struct slice request);
/* DER of c into out.  Octets, or 0 when they do not fit. */
size_t	certpath_encode(const struct cert *c, uint8_t *out, size_t size);

#endif /* CERTD_CERTPATH_H */
