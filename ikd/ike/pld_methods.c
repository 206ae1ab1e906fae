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

/* Announced authentication methods, RFC 9593. */

#include <string.h>

#include "pld_methods.h"

/* AlgorithmIdentifiers: RFC 7427 appendix A, RFC 8420 appendix A. */
#define SHA_ID(n)	0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, n, \
	5, 0
#define PKCS1(n)	6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, n
#define PSS(n, salt)	{ 0x30, 0x41, PKCS1(10), 0x30, 0x34, 0xa0, 15,	\
	SHA_ID(n), 0xa1, 28, 0x30, 26, PKCS1(8), SHA_ID(n), 0xa2, 3, 2, \
	1, salt }
#define RSA(n)		{ 0x30, 13, PKCS1(n), 5, 0 }
#define EC(n)	{ 0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, n }

/* Best first.  alg_len 0: not method 14; link: has it an octet for the CA? */
static const struct way {
	uint8_t	 can, method, link, alg_len;
	uint8_t	 alg[67];
} ways[] = {
	{ CAN_ED25519, 14, 1, 7, { 0x30, 5, 6, 3, 0x2b, 0x65, 0x70 } },
	{ CAN_ED448, 14, 1, 7, { 0x30, 5, 6, 3, 0x2b, 0x65, 0x71 } },
	{ CAN_ECDSA, 14, 1, 12, EC(2) },
	{ CAN_ECDSA + 1, 14, 1, 12, EC(3) },
	{ CAN_ECDSA + 2, 14, 1, 12, EC(4) },
	{ CAN_RSA_PSS, 14, 1, 67, PSS(1, 32) },
	{ CAN_RSA_PSS + 1, 14, 1, 67, PSS(2, 48) },
	{ CAN_RSA_PSS + 2, 14, 1, 67, PSS(3, 64) },
	{ CAN_RSA, 14, 1, 15, RSA(11) },
	{ CAN_RSA + 1, 14, 1, 15, RSA(12) },
	{ CAN_RSA + 2, 14, 1, 15, RSA(13) },
	{ CAN_ECDSA_OLD, 9, 1, 0, { 0 } },
	{ CAN_ECDSA_OLD + 1, 10, 1, 0, { 0 } },
	{ CAN_ECDSA_OLD + 2, 11, 1, 0, { 0 } },
	{ CAN_RSA_OLD, 1, 1, 0, { 0 } },
	{ CAN_PSK, 2, 0, 0, { 0 } },
};
#define WAYS	(sizeof(ways) / sizeof(ways[0]))

size_t
pld_methods_make(uint32_t can, uint8_t out[PLD_METHODS_MAX])
{
	const struct way *w;
	size_t n = 0;

	for (w = ways; w < ways + WAYS; w++) {
		if ((can & 1U << w->can) == 0)
			continue;
		out[n] = (uint8_t)(2 + w->link + w->alg_len);
		out[n + 1] = w->method;
		if (w->link)
			out[n + 2] = 0;		/* of any authority */
		memcpy(out + n + 2 + w->link, w->alg, w->alg_len);
		n += out[n];
	}
	return (n);
}

/* One announcement, without its length. */
static uint32_t
known(const uint8_t *p, size_t len)
{
	const struct way *w;

	for (w = ways; w < ways + WAYS; w++)
		if (len == 1U + w->link + w->alg_len && p[0] == w->method &&
		    memcmp(p + 1 + w->link, w->alg, w->alg_len) == 0)
			return (1U << w->can);
	return (0);
}

uint32_t
pld_methods_parse(struct slice data)
{
	uint32_t can = 0;
	size_t at;

	for (at = 0; at < data.len; at += data.p[at]) {
		if (data.p[at] < 2 || data.p[at] > data.len - at)
			return (0);
		can |= known(data.p + at + 1, data.p[at] - 1U);
	}
	return (can);
}
