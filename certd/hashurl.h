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

#ifndef CERTD_HASHURL_H
#define CERTD_HASHURL_H

#include <stddef.h>
#include <stdint.h>

#include "wire.h"

/*
 * CERT payloads by hash and URL, RFC 7296 section 3.6.  Pure: octets of the
 * peer's, and of whoever the peer had us ask.
 */
enum { HASHURL_CERT = 12, HASHURL_BUNDLE = 13 };	/* encodings */
#define HASHURL_SHA1	20
#define HASHURL_LEN	1024	/* of a URL: as certd-fetch takes it */
#define HASHURL_BUNDLED	8	/* certificates of a bundle; CERT_CHAIN */

/* 20 octets of SHA-1 and a URL of http, without a terminating NUL. */
struct hashurl {
	uint8_t	hash[HASHURL_SHA1];
	char	url[HASHURL_LEN + 1];
};

/* Reads the payload's data.  NULL, or what is wrong with it. */
const char	*hashurl_read(struct slice in, struct hashurl *out);
/* SHA-1 of these octets; 1, or 0 when OpenSSL has none. */
int		 hashurl_of(struct slice in, uint8_t hash[HASHURL_SHA1]);
/* Have these octets that SHA-1? */
int		 hashurl_is(struct slice in,
		    const uint8_t hash[HASHURL_SHA1]);
/*
 * The certificates of a bundle (a SEQUENCE of [0] certificates and [1] CRLs,
 * explicitly tagged), in their order; CRLs are passed over.  *n of them, as
 * slices of in; NULL, or what is wrong.
 */
const char	*hashurl_bundle(struct slice in,
		    struct slice out[HASHURL_BUNDLED], unsigned int *n);

/*
 * The next of a chain as AUTH_CHECK has it (encoding, length, data: see
 * proto_ike_sign.h) from *at on, which moves behind it.  Returns 1, 0 at the
 * end, -1 when it is cut short.
 */
int		 hashurl_next(struct slice chain, size_t *at,
		    unsigned int *encoding, struct slice *data);

#endif /* CERTD_HASHURL_H */
