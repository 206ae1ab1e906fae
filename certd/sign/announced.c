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

/* Signatures by what the peer announces, RFC 9593. */

#include "sigmake.h"

#define HASH_SHA256	2	/* RFC 7427 */
#define SHA2		(1U << 2 | 1U << 3 | 1U << 4)

/* Of hashes those that were announced with the algorithm whose first is can. */
static uint32_t
hashes_of(uint32_t hashes, uint32_t can, unsigned int first)
{
	return ((hashes & ~SHA2) |
	    (hashes & (can >> first & 7) << HASH_SHA256));
}

/* One algorithm, with one of the hashes announced for it; 1: that is it. */
static int
with_hash(const struct privkey *k, uint32_t sig, uint8_t weak,
    uint32_t hashes, uint32_t can, unsigned int first, struct sig_way *way)
{
	hashes = hashes_of(hashes, can, first);
	return ((hashes & SHA2) != 0 &&
	    sig_choose(k, sig, weak, hashes, way) == NULL);
}

static int
rsa(const struct privkey *k, uint32_t sigs, uint8_t weak, uint32_t hashes,
    uint32_t can, struct sig_way *way)
{
	uint32_t pss = sigs & 1U << SIGN_RSA_PSS, old = sigs & 1U << SIGN_RSA;

	return (with_hash(k, pss, weak, hashes, can, CAN_RSA_PSS, way) ||
	    with_hash(k, old, weak, hashes, can, CAN_RSA, way) ||
	    ((can & 1U << CAN_RSA_OLD) != 0 &&
	    sig_choose(k, old, weak, 0, way) == NULL));
}

static int
ecdsa(const struct privkey *k, uint32_t sigs, uint8_t weak, uint32_t hashes,
    uint32_t can, struct sig_way *way)
{
	unsigned int nth = (unsigned int)k->type - PRIV_P256;

	return (with_hash(k, sigs, weak, hashes, can, CAN_ECDSA, way) ||
	    ((can & 1U << (CAN_ECDSA_OLD + nth)) != 0 &&
	    sig_choose(k, sigs, weak, 0, way) == NULL));
}

const char *
sig_choose_of(const struct privkey *k, uint32_t sigs, uint8_t weak,
    uint32_t hashes, uint32_t can, struct sig_way *way)
{
	if ((k->type == PRIV_RSA && rsa(k, sigs, weak, hashes, can, way)) ||
	    ((k->type == PRIV_P256 || k->type == PRIV_P384 ||
	    k->type == PRIV_P521) && ecdsa(k, sigs, weak, hashes, can, way)))
		return (NULL);
	return (sig_choose(k, sigs, weak, hashes, way));
}
