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

/* What a sort of key is called. */

#include <stdio.h>

#include "keyname.h"

char *
keyname(unsigned int sort, unsigned int bits, char *out, size_t size)
{
	static const char *const names[] = {
		[PRIV_P256] = "ECDSA-256", [PRIV_P384] = "ECDSA-384",
		[PRIV_P521] = "ECDSA-521", [PRIV_ED25519] = "Ed25519",
		[PRIV_ED448] = "Ed448", [PEER_RSA_PSS] = NULL
	};

	if (sort == PRIV_RSA || sort == PEER_RSA_PSS)
		snprintf(out, size, "%s-%u", sort == PRIV_RSA ? "RSA" :
		    "RSA-PSS", bits);
	else
		snprintf(out, size, "%s", sort == 0 || sort > PEER_RSA_PSS ?
		    "unknown" : names[sort]);
	return (out);
}
