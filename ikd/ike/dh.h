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

#ifndef IKE_DH_H
#define IKE_DH_H

#include <stddef.h>
#include <stdint.h>

/*
 * Key exchanges, KE_* of alg.h: X25519, X448 (RFC 8031), ECP (RFC 5903), MODP
 * (RFC 3526, RFC 2409), and ML-KEM (FIPS 203) where OpenSSL has it.  Widths
 * are fixed: leading zeros stay.
 */
struct dh_key;

/*
 * A table, so that tests can put in a mock.  Nothing blocks; failures are
 * clean.
 */
struct dh_ops {
	/*
	 * Width of the initiator's public value; 0: a method that we cannot
	 * serve.
	 */
	size_t		 (*public_len)(unsigned int group);

	/* The initiator's half: a fresh private key, or NULL. */
	struct dh_key	*(*generate)(unsigned int group);

	/*
	 * The responder's.  Of a KEM it has no public value before shared():
	 * that makes the ciphertext, out of the initiator's value.
	 */
	struct dh_key	*(*respond)(unsigned int group);

	/*
	 * The value for our KE payload, public_len() octets or those of a
	 * KEM's ciphertext, which belong to the key.
	 */
	const uint8_t	*(*public_value)(const struct dh_key *k, size_t *len);

	/*
	 * g^ir from the peer's value, at most IKE_KE_MAX octets to out.  The
	 * peer's value must have its group's width, and pass the tests of
	 * RFC 6989: in range, on the curve, no all-zero result; of a KEM,
	 * those of FIPS 203 sections 7.2 and 7.3.  Returns the
	 * octets, or -1: then nothing is in out.
	 */
	long		 (*shared)(struct dh_key *k, const uint8_t *peer,
			    size_t len, uint8_t *out, size_t size);

	/* Wipes; NULL is fine. */
	void		 (*free)(struct dh_key *k);
};

extern const struct dh_ops dh_openssl;

/* Group that a key is of. */
unsigned int	 dh_group(const struct dh_key *k);

/*
 * Makes what the groups share; fatal when OpenSSL lacks a group that is not
 * weak.  Called by ike_crypto_init().
 */
void		 dh_init(void);

/*
 * For known-answer tests: a key from its private value (big-endian; X25519
 * and X448 as their RFC writes it) and public value, or NULL.
 */
struct dh_key	*dh_import(unsigned int group, const uint8_t *priv,
		    size_t len, const uint8_t *pub, size_t pub_len);

#endif /* IKE_DH_H */
