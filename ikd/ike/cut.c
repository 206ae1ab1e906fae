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
 * Cutting messages into fragments (RFC 7383 sections 2.5 and 2.5.1).  Pure
 * but for the cipher.
 */
#include <stdlib.h>
#include <string.h>

#include "cut.h"
#include "ike_const.h"
#include "ike_num.h"
#include "log.h"
#include "natt.h"

#define GEN_LEN		4	/* generic payload header */
#define SKF_LEN		8	/* the same with SKF's numbers */
#define IP4_LEN		20
#define IP6_LEN		40
#define UDP_LEN		8

/* Datagrams that any path carries: IPv6, RFC 8200; IPv4, RFC 1122. */
#define LEAST6		1280
#define LEAST4		576

size_t
cut_room(size_t datagram, int family, int natt)
{
	size_t	 head = (family == 6 ? IP6_LEN : IP4_LEN) + UDP_LEN +
		    (natt ? NATT_MARKER_LEN : 0);

	return (datagram > head ? datagram - head : 0);
}

size_t
cut_smaller(size_t datagram)
{
	if (datagram > LEAST6)
		return (LEAST6);
	return (datagram > LEAST4 ? LEAST4 : 0);
}

/* Length of n octets with padding and pad length. */
static size_t
padded(const struct sk_ctx *seal, size_t n)
{
	size_t	 block = sk_block_len(seal);

	return ((n + 1 + block - 1) / block * block);
}

size_t
cut_whole_len(const struct sk_ctx *seal, size_t inner_len)
{
	return (HDR_LEN + GEN_LEN + sk_iv_len(seal) +
	    padded(seal, inner_len) + sk_icv_len(seal));
}

/* Octets of content that a fragment takes. */
static size_t
content(const struct cut *c, const struct sk_ctx *seal)
{
	size_t	 rest = HDR_LEN + SKF_LEN + sk_iv_len(seal) +
		    sk_icv_len(seal);
	size_t	 block = sk_block_len(seal);

	if (c->max < rest + block)
		return (0);
	return ((c->max - rest) / block * block - 1);
}

size_t
cut_count(const struct cut *c, const struct sk_ctx *seal)
{
	size_t	 each = content(c, seal), n;

	if (each == 0)
		return (0);
	n = c->inner_len == 0 ? 1 : (c->inner_len + each - 1) / each;
	return (n > IKE_FRAGS_MAX ? 0 : n);
}

/* One fragment at p; its length, or 0. */
static size_t
one(const struct cut *c, struct sk_ctx *seal, uint8_t *p, size_t i, size_t n,
    uint64_t iv)
{
	size_t	 each = content(c, seal), at = i * each, len, pad, total;
	uint8_t	*text;

	len = c->inner_len - at < each ? c->inner_len - at : each;
	pad = padded(seal, len) - len - 1;
	total = HDR_LEN + SKF_LEN + sk_iv_len(seal) + len + pad + 1 +
	    sk_icv_len(seal);
	memset(p, 0, total);
	memcpy(p, c->head, HDR_LEN);
	p[16] = PLD_SKF;
	put32(p + 24, (uint32_t)total);
	/* RFC 7383 2.5: the first names the first payload, the others 0. */
	p[HDR_LEN] = i == 0 ? c->next : PLD_NONE;
	put16(p + HDR_LEN + 2, (uint16_t)(total - HDR_LEN));
	put16(p + HDR_LEN + 4, (uint16_t)(i + 1));
	put16(p + HDR_LEN + 6, (uint16_t)n);
	text = p + HDR_LEN + SKF_LEN + sk_iv_len(seal);
	memcpy(text, c->inner + at, len);
	text[len + pad] = (uint8_t)pad;
	if (sk_seal(seal, p, total, HDR_LEN + SKF_LEN - GEN_LEN, iv) != 0)
		return (0);
	return (total);
}

uint8_t *
cut_seal(const struct cut *c, struct sk_ctx *seal, uint64_t epoch,
    uint64_t *iv, size_t *len)
{
	size_t	 i, one_len, n = cut_count(c, seal);
	uint8_t	*buf;

	*len = 0;
	if (n == 0)
		return (NULL);
	buf = xcalloc(n, c->max);
	for (i = 0; i < n; i++) {
		one_len = one(c, seal, buf + *len, i, n,
		    epoch << 32 | (*iv & 0xffffffff));
		(*iv)++;
		if (one_len == 0) {
			freezero(buf, n * c->max);
			return (NULL);
		}
		*len += one_len;
	}
	return (buf);
}

size_t
cut_next_len(const uint8_t *p, size_t left)
{
	size_t	 len;

	if (left < HDR_LEN)
		return (0);
	len = get32(p + 24);
	return (len < HDR_LEN || len > left ? 0 : len);
}

/* The content of one message, appended; 0 or -1. */
static int
regain_one(struct sk_ctx *open, const uint8_t *msg, size_t len, uint8_t *to,
    size_t *to_len)
{
	uint8_t		*copy;
	const uint8_t	*plain;
	size_t		 n;
	int		 ok;

	copy = xcalloc(1, len);
	memcpy(copy, msg, len);
	ok = sk_open(open, copy, len, msg[16] == PLD_SKF ?
	    HDR_LEN + SKF_LEN - GEN_LEN : HDR_LEN, &plain, &n) == SK_GOOD;
	if (ok) {
		memcpy(to + *to_len, plain, n);
		*to_len += n;
	}
	freezero(copy, len);
	return (ok ? 0 : -1);
}

uint8_t *
cut_regain(struct cut *c, struct sk_ctx *open, const uint8_t *msgs,
    size_t len, size_t *n)
{
	uint8_t	*buf;
	size_t	 at, one_len;

	*n = 0;
	if (len < HDR_LEN + GEN_LEN)
		return (NULL);
	memcpy(c->head, msgs, HDR_LEN);
	c->next = msgs[HDR_LEN];
	c->inner_len = 0;
	c->inner = buf = xcalloc(1, len);
	for (at = 0; at < len; at += one_len) {
		one_len = cut_next_len(msgs + at, len - at);
		if (one_len == 0 || regain_one(open, msgs + at, one_len, buf,
		    &c->inner_len) == -1) {
			freezero(buf, len);
			return (NULL);
		}
		(*n)++;
	}
	return (buf);
}
