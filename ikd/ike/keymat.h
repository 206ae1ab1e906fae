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

#ifndef IKE_KEYMAT_H
#define IKE_KEYMAT_H

#include <stddef.h>
#include <stdint.h>

#include "hdr.h"
#include "ike_const.h"
#include "proto_types.h"

/* Keys of an IKE SA, RFC 7296 section 2.14.  Wipe with keymat_clear(). */
struct ike_keys {
	uint8_t		d_len, a_len, e_len, p_len;
	uint8_t		d[IKE_KEY_MAX];
	uint8_t		ai[IKE_KEY_MAX], ar[IKE_KEY_MAX];
	uint8_t		ei[IKE_KEY_MAX], er[IKE_KEY_MAX];
	uint8_t		pi[IKE_KEY_MAX], pr[IKE_KEY_MAX];
};

/* Keys of a Child SA's two directions; encr holds the salt at its end. */
struct child_keys {
	uint8_t		encr_len, integ_len;
	uint8_t		encr_i[IKE_KEY_MAX];	/* initiator to responder */
	uint8_t		encr_r[IKE_KEY_MAX];	/* responder to initiator */
	uint8_t		integ_i[IKE_KEY_MAX];
	uint8_t		integ_r[IKE_KEY_MAX];
};

/* What both ends brought; i and r are the exchange's initiator, responder. */
struct nonces {
	struct slice	i;
	struct slice	r;
	/* Secrets of additional key exchanges of a CREATE_CHILD_SA, one
	 * behind the other (RFC 9370 section 2.2.4). */
	struct slice	more;
};

/*
 * IKE_SA_INIT: SKEYSEED = prf(Ni | Nr, g^ir), then {SK_d | SK_ai | SK_ar |
 * SK_ei | SK_er | SK_pi | SK_pr} = prf+(SKEYSEED, Ni | Nr | SPIi | SPIr).
 * spi_i, spi_r: of the SA that is made.  Returns 0 or -1 (suite not known,
 * OpenSSL failed); k is then wiped.
 */
int	keymat_ike(const struct wt_suite *suite, const struct nonces *n,
	    struct slice gir, const uint8_t *spi_i, const uint8_t *spi_r,
	    struct ike_keys *k);

/*
 * Rekey (section 2.18): SKEYSEED = prf(SK_d (old), g^ir (new) | Ni | Nr),
 * with the old SA's PRF and SK_d; the rest with the new suite's, new SPIs and
 * the exchange's initiator as the new SA's.  Also after each additional key
 * exchange of a new SA (RFC 9370 section 2.2.2): SKEYSEED(n) =
 * prf(SK_d(n-1), SK(n) | Ni | Nr), the old being those of n-1.
 */
int	keymat_ike_rekey(unsigned int old_prf, struct slice sk_d,
	    const struct wt_suite *suite, const struct nonces *n,
	    struct slice gir, const uint8_t *spi_i, const uint8_t *spi_r,
	    struct ike_keys *k);

/*
 * RFC 9867: {SK_d | ... | SK_pr} = prf+(SKEYSEED', Ni | Nr | SPIi | SPIr), of
 * the seed prf+(PPK, SK_d) that certd-sign has made.
 */
int	keymat_ike_ppk(const struct wt_suite *suite, const struct nonces *n,
	    struct slice seed, const uint8_t *spi_i, const uint8_t *spi_r,
	    struct ike_keys *k);

/*
 * Child (section 2.17): KEYMAT = prf+(SK_d, [g^ir |] Ni | Nr [| more]); gir is
 * empty without PFS.  Encryption before integrity, initiator's direction first.
 * ike_prf and sk_d are the IKE SA's; suite is the Child's.
 */
int	keymat_child(unsigned int ike_prf, struct slice sk_d,
	    const struct wt_suite *suite, const struct nonces *n,
	    struct slice gir, struct child_keys *c);

/*
 * The keys of RFC 5723 section 5.1 as certd-sign gives them: the stream of
 * section 2.14 up to SK_er, without those for AUTH.  0 or -1.
 */
int	keymat_ike_given(const struct wt_suite *suite, struct slice stream,
	    struct ike_keys *k);
void	keymat_clear(struct ike_keys *k);
void	keymat_child_clear(struct child_keys *c);

#endif /* IKE_KEYMAT_H */
