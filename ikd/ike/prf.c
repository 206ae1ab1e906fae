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
 * PRF and prf+, RFC 7296 section 2.13.  The shared contexts carry no key
 * between two calls: prf_done() puts a void one in its place.
 */

#include <string.h>

#include "alg.h"
#include "ike_crypto.h"
#include "prf.h"

#define PRF_MAX		64	/* octets of the widest output */

size_t
prf_len(unsigned int prf)
{
	const struct alg *a = alg_by_id(XF_PRF, prf, 0);

	return (a == NULL || a->keylen > PRF_MAX ? 0 : a->keylen);
}

/* The context holds the key's inner state: overwrite it. */
static void
prf_done(EVP_MAC_CTX *ctx)
{
	static const uint8_t void_key[16];

	(void)EVP_MAC_init(ctx, void_key, sizeof(void_key), NULL);
}

/*
 * One output: before | in[0] | ... | after, with the key given or, when it
 * is NULL, the one the context has.
 */
static int
prf_run(EVP_MAC_CTX *ctx, const uint8_t *key, size_t key_len,
    struct slice before, const struct slice *in, size_t n,
    struct slice after, uint8_t *out, size_t len)
{
	size_t i, got;

	if (EVP_MAC_init(ctx, key, key_len, NULL) != 1)
		return (-1);
	if (before.len > 0 &&
	    EVP_MAC_update(ctx, before.p, before.len) != 1)
		return (-1);
	for (i = 0; i < n; i++)
		if (in[i].len > 0 &&
		    EVP_MAC_update(ctx, in[i].p, in[i].len) != 1)
			return (-1);
	if (after.len > 0 && EVP_MAC_update(ctx, after.p, after.len) != 1)
		return (-1);
	if (EVP_MAC_final(ctx, out, &got, PRF_MAX) != 1 || got != len)
		return (-1);
	return (0);
}

int
prf_compute(unsigned int prf, struct slice key, const struct slice *in,
    size_t n, uint8_t *out)
{
	static const struct slice none;
	EVP_MAC_CTX *ctx = ike_hmac_shared(prf);
	size_t len = prf_len(prf);
	uint8_t block[PRF_MAX];
	int r;

	if (ctx == NULL || len == 0)
		return (-1);
	/* A NULL key would mean "the one before". */
	r = prf_run(ctx, key.p == NULL ? (const uint8_t *)"" : key.p,
	    key.len, none, in, n, none, block, len);
	prf_done(ctx);
	if (r == 0)
		memcpy(out, block, len);
	else
		explicit_bzero(out, len);
	explicit_bzero(block, sizeof(block));
	return (r);
}

/*
 * T1 = prf(K, S | 0x01), T2 = prf(K, T1 | S | 0x02), ...
 */
int
prf_plus(unsigned int prf, struct slice key, const struct slice *in,
    size_t n, uint8_t *out, size_t len)
{
	EVP_MAC_CTX *ctx = ike_hmac_shared(prf);
	size_t blk = prf_len(prf), pos, take;
	uint8_t t[PRF_MAX], count = 0;
	struct slice before = { NULL, 0 }, after = { &count, 1 };
	int r = -1;

	if (ctx == NULL || blk == 0 || key.p == NULL || len > 255 * blk)
		goto done;
	for (pos = 0; pos < len; pos += take) {
		count++;
		if (prf_run(ctx, pos == 0 ? key.p : NULL,
		    pos == 0 ? key.len : 0, before, in, n, after, t, blk))
			goto done;
		take = len - pos < blk ? len - pos : blk;
		memcpy(out + pos, t, take);
		before.p = t;
		before.len = blk;
	}
	r = 0;
 done:
	if (ctx != NULL)
		prf_done(ctx);
	if (r != 0)
		explicit_bzero(out, len);
	explicit_bzero(t, sizeof(t));
	return (r);
}
