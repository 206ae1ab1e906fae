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
 * From shared secrets to keys, RFC 7296 sections 2.14, 2.17, 2.18.
 */

#include <string.h>

#include "alg.h"
#include "keymat.h"
#include "prf.h"

/* Cuts the next len octets off a stream of key material. */
static void
take(const uint8_t **from, uint8_t *to, size_t len)
{
	memcpy(to, *from, len);
	*from += len;
}

/* Lengths of a suite's encryption and integrity keys; 0 or -1. */
static int
suite_lens(const struct wt_suite *s, uint8_t *encr, uint8_t *integ)
{
	const struct alg *e, *a;

	*encr = *integ = 0;
	if (s->proto != PROTO_AH) {
		e = alg_by_id(XF_ENCR, s->encr, s->encr_bits);
		if (e == NULL || e->keylen > IKE_KEY_MAX)
			return (-1);
		*encr = e->keylen;
		if (e->aead)
			return (s->integ == INTEG_NONE ? 0 : -1);
	}
	a = alg_by_id(XF_INTEG, s->integ, 0);
	if (a == NULL || a->keylen > IKE_KEY_MAX)
		return (-1);
	*integ = a->keylen;
	return (0);
}

/*
 * RFC 7296 2.14: {SK_d | SK_ai | SK_ar | SK_ei | SK_er | SK_pi | SK_pr} =
 * prf+(SKEYSEED, Ni | Nr | SPIi | SPIr)
 */
static int
split(const struct wt_suite *s, struct slice seed, const struct nonces *n,
    const uint8_t *spi_i, const uint8_t *spi_r, struct ike_keys *k)
{
	struct slice in[] = { n->i, n->r, { spi_i, SPI_LEN },
	    { spi_r, SPI_LEN } };
	uint8_t buf[7 * IKE_KEY_MAX];
	const uint8_t *p = buf;
	int r = -1;

	k->d_len = k->p_len = prf_len(s->prf);
	if (suite_lens(s, &k->e_len, &k->a_len) != 0 || k->d_len == 0)
		goto done;
	if (prf_plus(s->prf, seed, in, 4, buf,
	    3 * k->d_len + 2 * k->a_len + 2 * k->e_len) != 0)
		goto done;
	take(&p, k->d, k->d_len);
	take(&p, k->ai, k->a_len);
	take(&p, k->ar, k->a_len);
	take(&p, k->ei, k->e_len);
	take(&p, k->er, k->e_len);
	take(&p, k->pi, k->p_len);
	take(&p, k->pr, k->p_len);
	r = 0;
 done:
	explicit_bzero(buf, sizeof(buf));
	return (r);
}

int
keymat_ike(const struct wt_suite *suite, const struct nonces *n,
    struct slice gir, const uint8_t *spi_i, const uint8_t *spi_r,
    struct ike_keys *k)
{
	uint8_t nonces[2 * IKE_NONCE_MAX], seed[IKE_KEY_MAX];
	struct slice key = { nonces, n->i.len + n->r.len };
	struct slice skeyseed = { seed, prf_len(suite->prf) };
	int r = -1;

	keymat_clear(k);
	if (n->i.len > IKE_NONCE_MAX || n->r.len > IKE_NONCE_MAX)
		return (-1);
	memcpy(nonces, n->i.p, n->i.len);
	memcpy(nonces + n->i.len, n->r.p, n->r.len);
	/* RFC 7296 2.14: SKEYSEED = prf(Ni | Nr, g^ir) */
	if (prf_compute(suite->prf, key, &gir, 1, seed) == 0)
		r = split(suite, skeyseed, n, spi_i, spi_r, k);
	explicit_bzero(seed, sizeof(seed));
	if (r != 0)
		keymat_clear(k);
	return (r);
}

int
keymat_ike_rekey(unsigned int old_prf, struct slice sk_d,
    const struct wt_suite *suite, const struct nonces *n, struct slice gir,
    const uint8_t *spi_i, const uint8_t *spi_r, struct ike_keys *k)
{
	struct slice in[] = { gir, n->i, n->r, n->more };
	uint8_t seed[IKE_KEY_MAX];
	struct slice skeyseed = { seed, prf_len(old_prf) };
	int r = -1;

	/*
	 * RFC 7296 2.18: SKEYSEED = prf(SK_d (old), g^ir (new) | Ni | Nr);
	 * RFC 9370 2.2.4: ... | SK(1) | ... | SK(n)
	 */
	if (prf_compute(old_prf, sk_d, in, 4, seed) == 0)
		r = split(suite, skeyseed, n, spi_i, spi_r, k);
	explicit_bzero(seed, sizeof(seed));
	if (r != 0)
		keymat_clear(k);
	return (r);
}

int
keymat_ike_ppk(const struct wt_suite *suite, const struct nonces *n,
    struct slice seed, const uint8_t *spi_i, const uint8_t *spi_r,
    struct ike_keys *k)
{
	keymat_clear(k);
	if (split(suite, seed, n, spi_i, spi_r, k) == 0)
		return (0);
	keymat_clear(k);
	return (-1);
}

int
keymat_ike_given(const struct wt_suite *s, struct slice stream,
    struct ike_keys *k)
{
	const uint8_t *p = stream.p;

	keymat_clear(k);
	k->d_len = prf_len(s->prf);
	if (suite_lens(s, &k->e_len, &k->a_len) != 0 || k->d_len == 0 ||
	    stream.len != (size_t)k->d_len + 2 * k->a_len + 2 * k->e_len) {
		keymat_clear(k);
		return (-1);
	}
	take(&p, k->d, k->d_len);
	take(&p, k->ai, k->a_len);
	take(&p, k->ar, k->a_len);
	take(&p, k->ei, k->e_len);
	take(&p, k->er, k->e_len);
	return (0);
}

int
keymat_child(unsigned int ike_prf, struct slice sk_d,
    const struct wt_suite *suite, const struct nonces *n, struct slice gir,
    struct child_keys *c)
{
	struct slice in[] = { gir, n->i, n->r, n->more };
	uint8_t buf[4 * IKE_KEY_MAX];
	const uint8_t *p = buf;
	int r = -1;

	keymat_child_clear(c);
	if (suite_lens(suite, &c->encr_len, &c->integ_len) != 0)
		goto done;
	/* RFC 7296 2.17, RFC 9370 2.2.4: KEYMAT =
	 * prf+(SK_d, [g^ir (new) |] Ni | Nr [| SK(1) | ... | SK(n)]) */
	if (prf_plus(ike_prf, sk_d, in, 4, buf,
	    2 * (c->encr_len + c->integ_len)) != 0)
		goto done;
	take(&p, c->encr_i, c->encr_len);
	take(&p, c->integ_i, c->integ_len);
	take(&p, c->encr_r, c->encr_len);
	take(&p, c->integ_r, c->integ_len);
	r = 0;
 done:
	explicit_bzero(buf, sizeof(buf));
	if (r != 0)
		keymat_child_clear(c);
	return (r);
}

void
keymat_clear(struct ike_keys *k)
{
	explicit_bzero(k, sizeof(*k));
}

void
keymat_child_clear(struct child_keys *c)
{
	explicit_bzero(c, sizeof(*c));
}
