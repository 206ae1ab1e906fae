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

#ifndef IKECTL_KEY_FOR_H
#define IKECTL_KEY_FOR_H

#include <openssl/evp.h>

#include "key_io.h"
#include "keypurpose.h"
#include "km.h"

/*
 * What keys are for: each has one purpose.  Its file says which, else the
 * directory it is in; an authority of ours is also known by its key.
 */

/* --purpose, or what else there is; 0, or -1, said. */
int	 for_of_options(const struct km *km, enum key_purpose *purpose);
/* Of the file sub/name; by its place when it says nothing. */
enum key_purpose for_of_file(const struct km *km, const char *sub,
	    const char *name);
/*
 * May this key be in private/, for IKE or TLS?  0, or -1, said of what.
 * says is what its file says; key NULL is one that cannot be read.
 */
int	 for_private(struct km *km, const char *what, enum key_purpose says,
	    const EVP_PKEY *key);
/* The same, of an authority's key in private/ca. */
int	 for_authority(const char *what, enum key_purpose says);
/* NULL, or what `key list` says is wrong with private/NAME. */
const char *for_problem(enum key_purpose says);
/* "key_purpose", when there is such a private key. */
void	 out_key_purpose(const struct km *km, const char *sub,
	    const char *name);

#endif /* IKECTL_KEY_FOR_H */
