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

/* Our own certificates: what is sent, and what was asked for. */

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <string.h>

#include "certpath.h"

/* Who may have issued c: by name and key identifier; not c itself. */
static struct cert *
issuer_of(const struct cert *c, struct cert *const *pool, unsigned int n)
{
	unsigned int i;

	if (cert_is_self_issued(c))
		return (NULL);
	for (i = 0; i < n; i++)
		if (pool[i] != c && cert_is_ca(pool[i]) &&
		    X509_check_issued(pool[i]->x, c->x) == X509_V_OK)
			return (pool[i]);
	return (NULL);
}

/* The path with its root, if that is there; loops end at CERT_CHAIN. */
static unsigned int
whole_path(struct cert *leaf, struct cert *const *pool, unsigned int n,
    struct cert *out[CERT_CHAIN])
{
	struct cert *c = leaf;
	unsigned int k = 0, i;

	while (c != NULL && k < CERT_CHAIN) {
		for (i = 0; i < k; i++)
			if (memcmp(out[i]->fp, c->fp, KEY_FP) == 0)
				return (k);
		out[k++] = c;
		c = issuer_of(c, pool, n);
	}
	return (k);
}

unsigned int
certpath_make(struct cert *leaf, struct cert *const *pool, unsigned int n,
    struct cert *out[CERT_CHAIN])
{
	unsigned int k = whole_path(leaf, pool, n, out);

	if (k > 1 && cert_is_self_issued(out[k - 1]))
		k--;
	ERR_clear_error();
	return (k);
}

static int
asked(const uint8_t sha1[KEY_SHA1], struct slice request)
{
	size_t at;

	for (at = 0; at < request.len; at += KEY_SHA1)
		if (memcmp(request.p + at, sha1, KEY_SHA1) == 0)
			return (1);
	return (0);
}

int
certpath_suits(struct cert *leaf, struct cert *const *pool, unsigned int n,
    struct slice request)
{
	struct cert *path[CERT_CHAIN];
	unsigned int i, k, found = 0;

	if (request.len % KEY_SHA1 != 0)
		return (0);
	if (request.len == 0)
		return (1);
	k = whole_path(leaf, pool, n, path);
	for (i = 0; i < k && !found; i++)
		if (i > 0 || cert_is_self_issued(leaf))
			found = asked(path[i]->key_sha1, request);
	ERR_clear_error();
	return (found != 0);
}

size_t
certpath_encode(const struct cert *c, uint8_t *out, size_t size)
{
	unsigned char *p = out;
	int len;

	len = i2d_X509(c->x, NULL);
	if (len <= 0 || (size_t)len > size || i2d_X509(c->x, &p) != len)
		len = 0;
	ERR_clear_error();
	return ((size_t)len);
}
