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


/* What libcurl makes of LDAP entries, back to octets. */

#include <string.h>
#include <strings.h>

#include "ldif.h"
#include "wire.h"

#define PEM_LINE	64
static const char pem_head[] = "-----BEGIN X509 CRL-----\n";
static const char pem_tail[] = "-----END X509 CRL-----\n";

struct value {
	struct slice	 s;
	int		 coded;		/* base64 */
};

/* Is this line a value of attr?  "NAME[;option]: text" or ":: base64". */
static int
value_of(const char *s, size_t len, const char *attr, struct value *v)
{
	size_t n = strlen(attr), colon;

	if (len == 0 || s[0] != '\t' || len - 1 <= n ||
	    strncasecmp(s + 1, attr, n) != 0)
		return (0);
	s += 1 + n;
	len -= 1 + n;
	if (s[0] != ':' && s[0] != ';')
		return (0);
	for (colon = 0; colon < len && s[colon] != ':'; colon++)
		;
	if (len - colon < 2)
		return (0);
	v->coded = s[colon + 1] == ':';
	colon += v->coded ? 2 : 1;
	if (colon < len && s[colon] == ' ')
		colon++;
	v->s.p = (const uint8_t *)s + colon;
	v->s.len = len - colon;
	return (1);
}

/* All values; -1: none, or too many, and why. */
static int
collect(const char *text, size_t len, const char *attr, struct value *v,
    const char **why)
{
	const char *s = text, *end = text + len, *nl;
	int n = 0, entries = 0;

	while (s < end) {
		if ((nl = memchr(s, '\n', (size_t)(end - s))) == NULL)
			nl = end;
		entries += nl - s >= 3 && strncmp(s, "DN:", 3) == 0;
		if (n == LDIF_VALUES &&
		    value_of(s, (size_t)(nl - s), attr, &v[0])) {
			*why = "the directory has too many values";
			return (-1);
		}
		if (n < LDIF_VALUES)
			n += value_of(s, (size_t)(nl - s), attr, &v[n]);
		s = nl + 1;
	}
	if (n > 0)
		return (n);
	*why = entries == 0 ? "the directory has no such entry" :
	    "the directory's entry has no such attribute";
	return (-1);
}

static int
digit(uint8_t c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *p = c != '\0' ? strchr(digits, c) : NULL;

	return (p != NULL ? (int)(p - digits) : -1);
}

/* RFC 4648 section 4, with its padding and nothing else. */
static long
decode(struct slice in, uint8_t *out, size_t size)
{
	size_t i, k, pad = 0, n = 0;
	uint32_t bits;
	int d;

	while (pad < 2 && pad < in.len && in.p[in.len - 1 - pad] == '=')
		pad++;
	if (in.len == 0 || in.len % 4 != 0 || in.len / 4 * 3 > size)
		return (-1);
	for (i = 0; i < in.len; i += 4) {
		for (bits = 0, k = 0; k < 4; k++) {
			d = i + k >= in.len - pad ? 0 : digit(in.p[i + k]);
			if (d == -1)
				return (-1);
			bits = bits << 6 | (uint32_t)d;
		}
		out[n++] = (uint8_t)(bits >> 16);
		out[n++] = (uint8_t)(bits >> 8);
		out[n++] = (uint8_t)bits;
	}
	return ((long)(n - pad));
}

/* Appends; 0 when there is no room. */
static int
put(uint8_t *out, size_t size, size_t *at, const void *p, size_t n)
{
	if (n > size - *at)
		return (0);
	memcpy(out + *at, p, n);
	*at += n;
	return (1);
}

/* A value that is PEM already, or the base64 it came in, in lines. */
static int
put_pem(const struct value *v, uint8_t *out, size_t size, size_t *at)
{
	size_t i, n;

	if (!v->coded)
		return (put(out, size, at, v->s.p, v->s.len) &&
		    put(out, size, at, "\n", 1));
	if (!put(out, size, at, pem_head, sizeof(pem_head) - 1))
		return (0);
	for (i = 0; i < v->s.len; i += n) {
		n = v->s.len - i < PEM_LINE ? v->s.len - i : PEM_LINE;
		if (!put(out, size, at, v->s.p + i, n) ||
		    !put(out, size, at, "\n", 1))
			return (0);
	}
	return (put(out, size, at, pem_tail, sizeof(pem_tail) - 1));
}

long
ldif_crls(const char *text, size_t len, const char *attr, uint8_t *out,
    size_t size, const char **why)
{
	struct value v[LDIF_VALUES];
	int n = collect(text, len, attr, v, why), i;
	size_t at = 0;
	long got = 0;

	if (n == -1)
		return (-1);
	*why = "the directory's answer does not fit";
	for (i = 0; n > 1 && i < n; i++)
		if (!put_pem(&v[i], out, size, &at))
			return (-1);
	if (n == 1 && !v[0].coded && !put(out, size, &at, v[0].s.p,
	    v[0].s.len))
		return (-1);
	if (n == 1 && v[0].coded) {
		*why = "the directory's value is not base64";
		got = decode(v[0].s, out, size);
	}
	return (got == -1 ? -1 : got + (long)at);
}
