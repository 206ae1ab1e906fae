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


/* Which addresses the policy lets us contact. */

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "addr.h"
#include "reachable.h"

static int
listed(const struct wt_prefix *p, unsigned int n, const struct wt_addr *a)
{
	while (n > 0)
		if (prefix_has(&p[--n], a))
			return (1);
	return (0);
}

static int
passes(const struct sn_fetch *f, const struct wt_addr *a)
{
	return ((f->allow_n == 0 || listed(f->allow, f->allow_n, a)) &&
	    !listed(f->exclude, f->exclude_n, a));
}

/* RFC 4291 section 2.5.5, RFC 6052 section 2.1: IPv4 inside IPv6. */
static int
inner(const struct wt_addr *a, struct wt_addr *v4)
{
	static const uint8_t prefixes[][12] = {
		{ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff },
		{ 0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0 },
		{ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
	};
	static const uint8_t unspecified[15];
	size_t i;

	/* :: and ::1 are not of the third. */
	if (a->af != 6 || memcmp(a->a, unspecified, 15) == 0)
		return (0);
	for (i = 0; i < 3; i++) {
		if (memcmp(a->a, prefixes[i], 12) != 0)
			continue;
		memset(v4, 0, sizeof(*v4));
		v4->af = 4;
		memcpy(v4->a, a->a + 12, 4);
		return (1);
	}
	return (0);
}

int
reachable_addr(const struct sn_fetch *f, const struct wt_addr *a)
{
	struct wt_addr v4;

	if (!inner(a, &v4))
		return (a->af != 0 && passes(f, a));
	/* Either name of it may be allowed; neither may be excluded. */
	return ((f->allow_n == 0 || listed(f->allow, f->allow_n, a) ||
	    listed(f->allow, f->allow_n, &v4)) &&
	    !listed(f->exclude, f->exclude_n, a) &&
	    !listed(f->exclude, f->exclude_n, &v4));
}

/* One word of a line; *s moves behind it.  Returns its length. */
static size_t
word(const char **s, const char *end, const char **w)
{
	while (*s < end && isblank((unsigned char)**s))
		++*s;
	*w = *s;
	while (*s < end && !isspace((unsigned char)**s) && **s != '#')
		++*s;
	return ((size_t)(*s - *w));
}

static int
line_has(const char *s, const char *end, const char *name,
    struct wt_addr *a)
{
	size_t want = strlen(name), n;
	char text[64];
	const char *w;

	if ((n = word(&s, end, &w)) == 0 || n >= sizeof(text))
		return (0);
	snprintf(text, sizeof(text), "%.*s", (int)n, w);
	if (addr_parse(text, a) == -1)
		return (0);
	while ((n = word(&s, end, &w)) > 0)
		if (n == want && strncasecmp(w, name, n) == 0)
			return (1);
	return (0);
}

unsigned int
reachable_hosts(const char *text, size_t len, const char *name,
    struct wt_addr *out, unsigned int max)
{
	const char *s = text, *end = text + len, *nl;
	unsigned int n = 0;

	while (s < end && n < max) {
		if ((nl = memchr(s, '\n', (size_t)(end - s))) == NULL)
			nl = end;
		if (line_has(s, nl, name, &out[n]))
			n++;
		s = nl + 1;
	}
	return (n);
}
