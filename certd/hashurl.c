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

/*
 * What a CERT payload by hash and URL says, and what is behind the URL.
 */

#include <openssl/asn1.h>
#include <openssl/evp.h>

#include <string.h>

#include "hashurl.h"

#define TAG_CERT	0	/* cert [0] Certificate */
#define TAG_CRL		1	/* crl [1] CertificateList */

const char *
hashurl_read(struct slice in, struct hashurl *out)
{
	size_t i, len;

	if (in.len <= HASHURL_SHA1)
		return ("no URL behind the hash");
	len = in.len - HASHURL_SHA1;
	if (len > HASHURL_LEN)
		return ("the URL is longer than 1024 octets");
	for (i = HASHURL_SHA1; i < in.len; i++)
		if (in.p[i] <= 0x20 || in.p[i] >= 0x7f)
			return ("the URL has octets that no URL has");
	memcpy(out->hash, in.p, HASHURL_SHA1);
	memcpy(out->url, in.p + HASHURL_SHA1, len);
	out->url[len] = '\0';
	if (len < 8 || strncmp(out->url, "http://", 7) != 0)
		return ("the URL is not one of http");
	return (NULL);
}

int
hashurl_of(struct slice in, uint8_t hash[HASHURL_SHA1])
{
	unsigned int n = 0;

	return (EVP_Digest(in.p, in.len, hash, &n, EVP_sha1(), NULL) == 1 &&
	    n == HASHURL_SHA1);
}

int
hashurl_is(struct slice in, const uint8_t hash[HASHURL_SHA1])
{
	uint8_t md[HASHURL_SHA1];

	return (hashurl_of(in, md) && memcmp(md, hash, sizeof(md)) == 0);
}

/* One element: *body of it; *in moves behind.  0, or -1: it is none. */
static int
element(struct slice *in, int *class, int *tag, struct slice *body)
{
	const unsigned char *p = in->p;
	long len = 0;
	int r;

	if (in->len == 0 || in->len > INT32_MAX)
		return (-1);
	r = ASN1_get_object(&p, &len, tag, class, (long)in->len);
	/* Constructed, of a definite length, and within bounds. */
	if (r != V_ASN1_CONSTRUCTED || len < 0 ||
	    (size_t)len > in->len - (size_t)(p - in->p))
		return (-1);
	*body = (struct slice){ p, (size_t)len };
	in->len -= (size_t)(p - in->p) + (size_t)len;
	in->p = p + len;
	return (0);
}

const char *
hashurl_bundle(struct slice in, struct slice out[HASHURL_BUNDLED],
    unsigned int *n)
{
	struct slice all, one, body, rest;
	int class, tag, inner;

	*n = 0;
	if (element(&in, &class, &tag, &all) == -1 || in.len != 0 ||
	    class != V_ASN1_UNIVERSAL || tag != V_ASN1_SEQUENCE)
		return ("it is not a bundle of certificates");
	while (all.len > 0) {
		if (element(&all, &class, &tag, &body) == -1 ||
		    class != V_ASN1_CONTEXT_SPECIFIC ||
		    (tag != TAG_CERT && tag != TAG_CRL))
			return ("the bundle has what is neither certificate "
			    "nor CRL");
		rest = body;
		if (element(&rest, &class, &inner, &one) == -1 ||
		    rest.len != 0 || class != V_ASN1_UNIVERSAL ||
		    inner != V_ASN1_SEQUENCE)
			return ("the bundle is broken");
		if (tag != TAG_CERT)
			continue;
		if (*n == HASHURL_BUNDLED)
			return ("the bundle has more than 8 certificates");
		out[(*n)++] = body;
	}
	return (*n > 0 ? NULL : "the bundle has no certificate");
}

int
hashurl_next(struct slice chain, size_t *at, unsigned int *encoding,
    struct slice *data)
{
	size_t left = chain.len - *at;
	const uint8_t *p;

	if (left == 0)
		return (0);
	if (left < 3)
		return (-1);
	p = chain.p + *at;
	*encoding = p[0];
	data->p = p + 3;
	data->len = (size_t)p[1] << 8 | p[2];
	if (data->len > left - 3)
		return (-1);
	*at += 3 + data->len;
	return (1);
}
