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


/* Which of the sorts of keys that we sign with is this one? */

#include <stdio.h>
#include <string.h>

#include "keysort.h"

static const struct {
	const char	*type;		/* as EVP_PKEY_is_a() */
	const char	*group;		/* NULL: none */
	enum key_sort	 is;
	const char	*name;
} sorts[] = {
	{ "RSA", NULL, PRIV_RSA, NULL },
	{ "EC", "prime256v1", PRIV_P256, "ecdsa-p256" },
	{ "EC", "secp384r1", PRIV_P384, "ecdsa-p384" },
	{ "EC", "secp521r1", PRIV_P521, "ecdsa-p521" },
	{ "ED25519", NULL, PRIV_ED25519, "ed25519" },
	{ "ED448", NULL, PRIV_ED448, "ed448" },
};
#define NSORTS	(sizeof(sorts) / sizeof(sorts[0]))

const char *
keysort(const EVP_PKEY *key, enum key_sort *sort, unsigned int *bits)
{
	char group[64];
	size_t i, len;

	for (i = 0; i < NSORTS; i++) {
		if (EVP_PKEY_is_a(key, sorts[i].type) != 1)
			continue;
		if (sorts[i].group != NULL && (EVP_PKEY_get_group_name(key,
		    group, sizeof(group), &len) != 1 ||
		    strcmp(group, sorts[i].group) != 0))
			continue;
		*sort = sorts[i].is;
		*bits = (unsigned int)EVP_PKEY_get_bits(key);
		return (NULL);
	}
	return ("neither RSA, ECDSA over P-256, P-384 or P-521, Ed25519 nor "
	    "Ed448");
}

const char *
keysort_name(unsigned int sort, unsigned int bits)
{
	static char rsa[24];
	size_t i;

	for (i = 0; i < NSORTS; i++)
		if (sorts[i].is == sort && sorts[i].name != NULL)
			return (sorts[i].name);
	snprintf(rsa, sizeof(rsa), "rsa-%u", bits);
	return (rsa);
}
