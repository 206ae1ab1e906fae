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

#ifndef COMMON_KEYFILE_H
#define COMMON_KEYFILE_H

#include <stddef.h>

#include "proto_types.h"

/*
 * A file of manual/: the keys of one SA in one direction, for ikd.yaml's sa:.
 *
 *	# what is behind a '#' in the first column is for people
 *	enc: 0123...		hexadecimal, with or without 0x
 *	auth: 4567...
 */
struct keyfile {
	uint8_t		 enc[KEY_MAX], auth[KEY_MAX];
	size_t		 enc_len, auth_len;	/* 0: no such line */
	unsigned int	 enc_line, auth_line;
};
#define KEYFILE_MAX	4096	/* octets of a file */

/*
 * Pure.  NULL with *k filled, or a literal, never a piece of a key, that says
 * what is wrong in *line (0: of the whole file).  k holds secrets: the caller
 * wipes it in any case.
 */
const char *keyfile_parse(const uint8_t *in, size_t len, struct keyfile *k,
	    unsigned int *line);

/*
 * Does it have the keys of these algorithms, by IANA's numbers (encr 0: AH)?
 * NULL, or what is wrong, in out, and *line.
 */
const char *keyfile_fits(const struct keyfile *k, unsigned int encr,
	    unsigned int encr_bits, unsigned int integ, char *out,
	    size_t size, unsigned int *line);

#endif /* COMMON_KEYFILE_H */
