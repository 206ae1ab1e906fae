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

/*
 * Key files of manual tunnels.
 */
#include <stdio.h>
#include <string.h>

#include "alg.h"
#include "hex.h"
#include "keyfile.h"

static const char *
hex(const uint8_t *p, size_t len, uint8_t out[KEY_MAX], size_t *outlen)
{
	size_t i;

	if (len >= 2 && p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
		p += 2;
		len -= 2;
	}
	if (len == 0)
		return ("no key behind the colon");
	if (len > 2 * KEY_MAX)
		return ("longer than any key");
	for (i = 0; i < len; i++)
		if (hex_digit(p[i]) == -1)
			return ("not hexadecimal");
	if (hex_octets(p, len, out) == -1)
		return ("an odd number of hexadecimal digits");
	*outlen = len / 2;
	return (NULL);
}

static int
is_blank(uint8_t c)
{
	return (c == ' ' || c == '\t');
}

static int
starts(const uint8_t *p, size_t len, const char *with)
{
	size_t n = strlen(with);

	return (len >= n && memcmp(p, with, n) == 0);
}

/* One line, without its newline. */
static const char *
take_line(const uint8_t *p, size_t len, struct keyfile *k, unsigned int line)
{
	uint8_t *out;
	size_t word, *outlen;
	unsigned int *at;

	while (len > 0 && is_blank(p[len - 1]))
		len--;
	if (len == 0 || p[0] == '#')
		return (NULL);
	if (p[len - 1] == '\r')
		return ("ends in a carriage return: save it with plain "
		    "newlines");
	if (starts(p, len, "enc:")) {
		word = strlen("enc:");
		out = k->enc;
		outlen = &k->enc_len;
		at = &k->enc_line;
	} else if (starts(p, len, "auth:")) {
		word = strlen("auth:");
		out = k->auth;
		outlen = &k->auth_len;
		at = &k->auth_line;
	} else
		return ("neither enc: nor auth: with a key in hexadecimal");
	if (*at != 0)
		return ("the same key twice");
	*at = line;
	while (word < len && is_blank(p[word]))
		word++;
	return (hex(p + word, len - word, out, outlen));
}

const char *
keyfile_parse(const uint8_t *in, size_t len, struct keyfile *k,
    unsigned int *line)
{
	const char *why = NULL;
	const uint8_t *end;
	size_t n;

	memset(k, 0, sizeof(*k));
	*line = 0;
	if (len == 0)
		return ("an empty file");
	if (len > KEYFILE_MAX)
		return ("longer than 4096 octets");
	while (len > 0 && why == NULL) {
		end = memchr(in, '\n', len);
		n = end == NULL ? len : (size_t)(end - in);
		why = take_line(in, n, k, ++*line);
		n += end != NULL;
		in += n;
		len -= n;
	}
	if (why == NULL)
		*line = 0;
	return (why);
}

/* One of the keys; what: "enc". */
static const char *
fits(const char *what, const struct alg *a, size_t len, unsigned int at,
    char *out, size_t size, unsigned int *line)
{
	*line = at;
	if (at == 0 && a != NULL)
		snprintf(out, size, "no %s: line, the key of %s", what,
		    a->name);
	else if (at != 0 && a == NULL)
		snprintf(out, size, "an %s: line, but AH does not encrypt",
		    what);
	else if (a != NULL && len != a->keylen)
		snprintf(out, size, "%zu octets, but %s takes a key of %u "
		    "(%u hexadecimal digits)", len, a->name, a->keylen,
		    2 * a->keylen);
	else
		return (NULL);
	return (out);
}

const char *
keyfile_fits(const struct keyfile *k, unsigned int encr,
    unsigned int encr_bits, unsigned int integ, char *out, size_t size,
    unsigned int *line)
{
	const char *why;

	why = fits("enc", encr == 0 ? NULL : alg_by_id(XF_ENCR, encr,
	    encr_bits), k->enc_len, k->enc_line, out, size, line);
	if (why == NULL)
		why = fits("auth", alg_by_id(XF_INTEG, integ, 0), k->auth_len,
		    k->auth_line, out, size, line);
	return (why);
}
