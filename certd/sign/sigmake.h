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

#ifndef SIGN_SIGMAKE_H
#define SIGN_SIGMAKE_H

#include "privring.h"

#define SIG_OUT_MAX	2048	/* RFC 7427's head and an RSA-8192 signature */

/*
 * How we sign: the AUTH method and, for method 14 (RFC 7427), the algorithm
 * identifier in front of the signature.
 */
struct sig_way {
	uint8_t		 method;	/* 1, 9, 10, 11 or 14 */
	const char	*digest;	/* NULL: EdDSA has its own */
	int		 pss;
	const uint8_t	*algid;		/* of method 14 */
	uint8_t		 algid_len;
};

/*
 * Chooses by the key's type, by how the policy lets us sign (sigs: bits
 * 1 << enum sign_bit, weak: enum sign_weak) and by the hashes that the peer
 * announced (bits 1 << RFC 7427's number; 0: it knows only the old methods).
 * Returns NULL, or a literal that says why there is no way.
 */
const char *sig_choose(const struct privkey *k, uint32_t sigs, uint8_t weak,
	    uint32_t hashes, struct sig_way *way);

/*
 * The same for a peer that announced how it may be proved (RFC 9593): can,
 * bits 1 << enum can_bit, or 0.  Where we can do none of that it is as if
 * nothing was announced: perhaps it can more than it says.
 */
const char *sig_choose_of(const struct privkey *k, uint32_t sigs,
	    uint8_t weak, uint32_t hashes, uint32_t can, struct sig_way *way);

/*
 * Signs parts as one: what goes into the AUTH payload.  Returns its length
 * in out, or 0 when OpenSSL fails.
 */
size_t	sig_make(const struct privkey *k, const struct sig_way *way,
	    const struct slice *parts, size_t nparts,
	    uint8_t out[SIG_OUT_MAX]);

/*
 * What somebody else has signed that way (ECDSA: the SEQUENCE of r and s), by
 * a key of so many bits, as it goes into the AUTH payload.  Returns its
 * length, or 0: it is no such signature.
 */
size_t	sig_wrap(const struct sig_way *way, unsigned int bits,
	    const uint8_t *sig, size_t len, uint8_t out[SIG_OUT_MAX]);
/* The digest by RFC 7427's number; 5: EdDSA's own. */
uint8_t	sig_digest(const struct sig_way *way);

#endif /* SIGN_SIGMAKE_H */
