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

#ifndef IKE_HEX_H
#define IKE_HEX_H

/* Octets from hexadecimal text with blanks, for tests: fails on nonsense. */
static inline size_t
hex(const char *s, uint8_t *out, size_t size)
{
	size_t n = 0;
	unsigned int c[2];
	int i;

	while (*s != '\0') {
		for (i = 0; i < 2; i++) {
			while (*s == ' ')
				s++;
			if (*s >= '0' && *s <= '9')
				c[i] = *s - '0';
			else if ((*s | 32) >= 'a' && (*s | 32) <= 'f')
				c[i] = (*s | 32) - 'a' + 10;
			else
				fail_msg("not hexadecimal: %s", s);
			s++;
		}
		if (n == size)
			fail_msg("too much hexadecimal");
		out[n++] = c[0] << 4 | c[1];
		while (*s == ' ')
			s++;
	}
	return (n);
}

static inline void
assert_hex(const uint8_t *p, size_t len, const char *want)
{
	uint8_t buf[2048];

	assert_int_equal(hex(want, buf, sizeof(buf)), len);
	assert_memory_equal(p, buf, len);
}

#endif /* IKE_HEX_H */
