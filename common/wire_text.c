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

/* The text that may travel in a STR; see wire.h. */
#include <string.h>

#include "wire.h"

/*
 * One character of more than one octet at p: its length, or 0 when it is
 * overlong, a surrogate, a C1 control or beyond the last plane.
 */
static size_t
utf8_len(const uint8_t *p, size_t len)
{
	static const uint32_t least[] = { 0, 0, 0xa0, 0x800, 0x10000 };
	uint32_t cp;
	size_t i, n;

	n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n > len)
		return (0);
	cp = p[0] & (0x7fU >> n);
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return (0);
		cp = cp << 6 | (p[i] & 0x3f);
	}
	if (cp < least[n] || (cp >= 0xd800 && cp <= 0xdfff) || cp > 0x10ffff)
		return (0);
	return (n);
}

int
wire_text_ok(const char *s, size_t len)
{
	const uint8_t *p = (const uint8_t *)s;
	size_t i, n;

	for (i = 0; i < len; i += n) {
		if (p[i] < 0x80)
			n = p[i] >= 0x20 && p[i] != 0x7f;
		else
			n = utf8_len(p + i, len - i);
		if (n == 0)
			return (0);
	}
	return (1);
}

void
wire_text_copy(char *dst, size_t size, const char *src)
{
	size_t i, j, n;

	for (i = j = 0; src[i] != '\0' && j + 1 < size; i += n) {
		const uint8_t c = (uint8_t)src[i];

		n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 1;
		if (strnlen(src + i, n) == n && wire_text_ok(src + i, n)) {
			if (j + n >= size)
				break;
			memcpy(dst + j, src + i, n);
			j += n;
		} else {
			dst[j++] = '?';
			n = 1;
		}
	}
	if (size > 0)
		dst[j] = '\0';
}
