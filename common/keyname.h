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

#ifndef COMMON_KEYNAME_H
#define COMMON_KEYNAME_H

#include <stddef.h>

/*
 * The sorts of keys that we and our peers sign with; RSA-PSS is a peer's
 * alone.  The numbers travel on pipes.
 */
enum key_sort { PRIV_RSA = 1, PRIV_P256, PRIV_P384, PRIV_P521, PRIV_ED25519,
	PRIV_ED448, PEER_RSA_PSS };

/*
 * "RSA-2048", "ECDSA-256", "Ed25519" into out, which is returned: what `list
 * -v` and the refusals of signatures say.  0 and what is not among them are
 * "unknown".
 */
char	*keyname(unsigned int sort, unsigned int bits, char *out,
	    size_t size);

#endif /* COMMON_KEYNAME_H */
