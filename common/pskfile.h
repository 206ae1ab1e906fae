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

#ifndef PSKFILE_H
#define PSKFILE_H

#include <stddef.h>
#include <stdint.h>

#define PSK_MAX		4096	/* octets of a file, and so of a key */

/*
 * May a file of this mode and owner hold a secret?  own is our uid.  Returns
 * NULL, or what is wrong and what to do, in buf.
 */
const char *psk_mode_problem(uint32_t mode, uint32_t uid, uint32_t own,
	    char *buf, size_t size);

/*
 * The key in a file's octets: one line, its newline left out; 0x is
 * hexadecimal, 0s base64, text: takes the rest literally.  out has room for
 * len octets.  Returns NULL with *outlen set, or a literal (never a piece of
 * the key) that says what is wrong.
 */
const char *psk_decode(const uint8_t *in, size_t len, uint8_t *out,
	    size_t *outlen);

#endif /* PSKFILE_H */
