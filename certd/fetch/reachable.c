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

#define FORMS	4	/* IPv4 addresses that one of IPv6 may stand for */

/*
 * IPv4 inside IPv6: RFC 4291 section 2.5.5, RFC 6052 section 2.1, RFC 3056
 * section 2 (6to4).  Behind the prefix of RFC 8215 it may stand at any place
 * that RFC 6052 section 2.2 knows; from `zero` on there is nothing then.
 */
static const struct form {
	uint8_t	 len, prefix[12];	/* how much of it counts */
	uint8_t	 at[4], zero;
	int	 sure;			/* there, and nowhere else */
} forms[] = {
	{ 12, { [10] = 0xff, 0xff }, { 12, 13, 14, 15 }, 16, 1 },
	{ 12, { 0, 0x64, 0xff, 0x9b }, { 12, 13, 14, 15 }, 16, 1 },
	{ 12, { 0 }, { 12, 13, 14, 15 }, 16, 1 },
	{ 2, { 0x20, 0x02 }, { 2, 3, 4, 5 }, 16, 1 },
	{ 6, { 0, 0x64, 0xff, 0x9b, 0, 1 }, { 12, 13, 14, 15 }, 16, 0 },
	{ 6, { 0, 0x64, 0xff, 0x9b, 0, 1 }, { 9, 10, 11, 12 }, 13, 0 },
	{ 6, { 0, 0x64, 0xff, 0x9b, 0, 1 }, { 7, 9, 10, 11 }, 12, 0 },
	{ 6, { 0, 0x64, 0xff, 0x9b, 0, 1 }, { 6, 7, 9, 10 }, 11, 0 }
};

static int
has_form(const struct form *f, const uint8_t *a)
{
	unsigned int i;

	for (i = f->zero; i < 16; i++)
		if (a[i] != 0)
			return (0);
	return (memcmp(a, f->prefix, f->len) == 0);
}

/* The addresses inside a, and whether it is one for sure.  How many. */
static unsigned int
inner(const struct wt_addr *a, struct wt_addr v4[FORMS], int *sure)
{
	static const uint8_t unspecified[15];
	unsigned int i, k, n = 0;

	*sure = 0;
	/* :: and ::1 are not of the third. */
	if (a->af != 6 || memcmp(a->a, unspecified, 15) == 0)
		return (0);
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (!has_form(&forms[i], a->a))
			continue;
		memset(&v4[n], 0, sizeof(v4[n]));
		v4[n].af = 4;
		for (k = 0; k < 4; k++)
			v4[n].a[k] = a->a[forms[i].at[k]];
		n++;
		if ((*sure = forms[i].sure) != 0)
			break;
	}
	return (n);
}

/* Is what a may stand for excluded?  No place has 0.0.0.0/8 but by chance. */
static int
hides_excluded(const struct sn_fetch *f, const struct wt_addr *v4,
    unsigned int n)
{
	unsigned int i, real = 0;

	for (i = 0; i < n; i++)
		real += v4[i].a[0] != 0;
	for (i = 0; i < n; i++)
		if ((real == 0 || v4[i].a[0] != 0) &&
		    listed(f->exclude, f->exclude_n, &v4[i]))
			return (1);
	return (0);
}

int
reachable_addr(const struct sn_fetch *f, const struct wt_addr *a)
{
	struct wt_addr v4[FORMS];
	unsigned int n;
	int sure;

	if (a->af == 0 || listed(f->exclude, f->exclude_n, a))
		return (0);
	/* Neither name of it may be excluded; either may be allowed. */
	n = inner(a, v4, &sure);
	if (hides_excluded(f, v4, n))
		return (0);
	return (f->allow_n == 0 || listed(f->allow, f->allow_n, a) ||
	    (sure && listed(f->allow, f->allow_n, &v4[0])));
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
