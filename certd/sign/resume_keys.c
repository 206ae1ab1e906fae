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

/* RFC 5723 section 5.1, over RFC 7296 sections 2.13 and 2.14. */

#include <string.h>

#include "alg.h"
#include "resume_keys.h"

/* Octets of an encryption and an integrity key; 0 or -1. */
static int
suite_lengths(const struct wt_suite *s, size_t *encr, size_t *integ)
{
	const struct alg *e = alg_by_id(XF_ENCR, s->encr, s->encr_bits);
	const struct alg *a;

	*integ = 0;
	if (e == NULL || e->keylen > KEY_MAX)
		return (-1);
	*encr = e->keylen;
	if (e->aead)
		return (0);
	if ((a = alg_by_id(XF_INTEG, s->integ, 0)) == NULL ||
	    a->keylen > KEY_MAX)
		return (-1);
	*integ = a->keylen;
	return (0);
}

/* prf+(key, seed), RFC 7296 section 2.13: len octets, at most 255 blocks. */
static void
stream(unsigned int prf, const uint8_t *key, const struct slice seed[4],
    uint8_t *out, size_t len)
{
	size_t block = hprf_len(prf), at, n;
	uint8_t t[PRF_MAX], count = 1;
	struct slice in[6];

	in[0].p = t;
	in[0].len = 0;
	memcpy(&in[1], seed, 4 * sizeof(seed[0]));
	in[5].p = &count;
	in[5].len = 1;
	for (at = 0; at < len; at += n, count++) {
		hprf(prf, key, block, in, 6, t);
		in[0].len = block;
		n = len - at < block ? len - at : block;
		memcpy(out + at, t, n);
	}
	explicit_bzero(t, sizeof(t));
}

int
resume_keys_make(const struct wt_suite *suite, struct slice sk_d,
    struct slice ni, struct slice nr, const uint8_t *spi_i,
    const uint8_t *spi_r, struct resume_keys *k)
{
	static const char word[] = "Resumption";
	const struct slice in[3] = { { (const uint8_t *)word,
	    sizeof(word) - 1 }, ni, nr };
	const struct slice seed[4] = { ni, nr, { spi_i, 8 }, { spi_r, 8 } };
	uint8_t skeyseed[PRF_MAX], all[7 * KEY_MAX];
	size_t encr, integ, prf = hprf_len(suite->prf);

	memset(k, 0, sizeof(*k));
	if (prf == 0 || sk_d.len != prf ||
	    suite_lengths(suite, &encr, &integ) == -1)
		return (-1);
	/* SKEYSEED = prf(SK_d_old, "Resumption" | Ni | Nr) */
	hprf(suite->prf, sk_d.p, sk_d.len, in, 3, skeyseed);
	/* {SK_d | SK_ai | SK_ar | SK_ei | SK_er | SK_pi | SK_pr} =
	 * prf+(SKEYSEED, Ni | Nr | SPIi | SPIr) */
	k->p_len = prf;
	k->ike_len = prf + 2 * integ + 2 * encr;
	stream(suite->prf, skeyseed, seed, all, k->ike_len + 2 * prf);
	memcpy(k->ike, all, k->ike_len);
	memcpy(k->pi, all + k->ike_len, prf);
	memcpy(k->pr, all + k->ike_len + prf, prf);
	explicit_bzero(skeyseed, sizeof(skeyseed));
	explicit_bzero(all, sizeof(all));
	return (0);
}
