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


#ifndef TOKEN_HSM_H
#define TOKEN_HSM_H

#include <openssl/evp.h>

#include "keysort.h"
#include "wire.h"

/*
 * The token, by OpenSSL's provider for PKCS#11.  Calls may take as long as
 * the token does.
 */

/*
 * Before the door: the provider and the module are mapped and initialised.
 * NULL, or what is wrong and what to do, in a static buffer.
 */
const char *hsm_load(const char *module);

/* A private key in the token, and its public half outside it. */
struct hsm_key {
	EVP_PKEY	*priv, *pub;
	enum key_sort	 sort;
	unsigned int	 bits;
	uint8_t		 fp[32];	/* keyfp() */
};

/*
 * HSM_BAD_PIN: the token has refused this PIN, and counts how often.
 * HSM_NO_TOKEN: or no such key in one that is open already.
 */
enum hsm_end { HSM_FOUND, HSM_NO_TOKEN, HSM_NO_PIN, HSM_BAD_PIN, HSM_NO_KEY,
	HSM_UNFIT };

/*
 * Looks for the key of this URI; pin NULL: none.  HSM_UNFIT: *why says what
 * the key is not.
 */
enum hsm_end hsm_find(const char *uri, const char *pin, struct hsm_key *k,
	    const char **why);
void	hsm_forget(struct hsm_key *k);

/*
 * Signs; digest is RFC 7427's number, 5 for EdDSA's own.  What the token made
 * is verified.  The length in out, or 0.
 */
size_t	hsm_sign(const struct hsm_key *k, unsigned int digest, int pss,
	    struct slice octets, uint8_t *out, size_t size);

#endif /* TOKEN_HSM_H */
