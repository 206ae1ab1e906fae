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

/* Pre-shared key files: who may own them and what a line means. */

#include <sys/stat.h>

#include <stdio.h>
#include <string.h>

#include "hex.h"
#include "pskfile.h"

const char *
psk_mode_problem(uint32_t mode, uint32_t uid, uint32_t own, char *buf,
    size_t size)
{
	unsigned int perm = mode & 07777;

	if ((mode & S_IFMT) != 0 && !S_ISREG(mode))
		snprintf(buf, size, "not a regular file");
	else if (uid != 0 && uid != own)
		snprintf(buf, size, "belongs to uid %u: chown root", uid);
	else if (perm == 0600 || perm == 0400)
		return (NULL);
	else if ((perm & 044) != 0)
		snprintf(buf, size, "readable by others (mode %04o): "
		    "chmod 600", perm);
	else
		snprintf(buf, size, "mode %04o is neither 0600 nor 0400: "
		    "chmod 600", perm);
	return (buf);
}

static const char *
decode_hex(const uint8_t *in, size_t len, uint8_t *out, size_t *outlen)
{
	if (len % 2 != 0)
		return ("0x needs two hexadecimal digits for each octet");
	if (hex_octets(in, len, out) == -1)
		return ("not hexadecimal after 0x");
	*outlen = len / 2;
	return (NULL);
}

static int
base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return (c - 'A');
	if (c >= 'a' && c <= 'z')
		return (c - 'a' + 26);
	if (c >= '0' && c <= '9')
		return (c - '0' + 52);
	return (c == '+' ? 62 : c == '/' ? 63 : -1);
}

/* RFC 4648 section 4, with its padding; nothing else in between. */
static const char *
decode_base64(const uint8_t *in, size_t len, uint8_t *out, size_t *outlen)
{
	size_t i, n = 0, pad = 0;
	uint32_t bits = 0;

	if (len % 4 != 0)
		return ("0s needs base64 with its padding");
	while (pad < 2 && pad < len && in[len - 1 - pad] == '=')
		pad++;
	for (i = 0; i < len - pad; i++) {
		if (base64_value(in[i]) < 0)
			return ("not base64 after 0s");
		bits = bits << 6 | (uint32_t)base64_value(in[i]);
		if (i % 4 != 0)
			out[n++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
	}
	*outlen = n;
	return (NULL);
}

static int
starts(const uint8_t *in, size_t len, const char *with)
{
	return (len >= strlen(with) && memcmp(in, with, strlen(with)) == 0);
}

static const char *
decode_text(const uint8_t *in, size_t len, uint8_t *out, size_t *outlen)
{
	size_t i;

	if (starts(in, len, "\xef\xbb\xbf"))
		return ("a byte order mark before the key: save it without, as "
		    "plain text");
	for (i = 0; i < len; i++) {
		if (in[i] == '\r' && i == len - 1)
			return ("the line ends in a carriage return: save "
			    "it with plain newlines");
		if (in[i] < 0x20 || in[i] == 0x7f)
			return ("control characters in the key: write it as "
			    "0x or 0s");
	}
	memmove(out, in, len);
	*outlen = len;
	return (NULL);
}

const char *
psk_decode(const uint8_t *in, size_t len, uint8_t *out, size_t *outlen)
{
	const char *why;

	*outlen = 0;
	if (len == 0)
		return ("an empty file");
	if (len > PSK_MAX)
		return ("longer than 4096 octets");
	if (in[len - 1] == '\n')
		len--;
	if (memchr(in, '\n', len) != NULL)
		return ("more than one line");
	if (starts(in, len, "0x") || starts(in, len, "0X"))
		why = decode_hex(in + 2, len - 2, out, outlen);
	else if (starts(in, len, "0s") || starts(in, len, "0S"))
		why = decode_base64(in + 2, len - 2, out, outlen);
	else if (starts(in, len, "text:"))
		why = decode_text(in + 5, len - 5, out, outlen);
	else
		why = decode_text(in, len, out, outlen);
	if (why == NULL && *outlen == 0)
		why = "an empty key";
	if (why != NULL)
		explicit_bzero(out, len);
	return (why);
}
