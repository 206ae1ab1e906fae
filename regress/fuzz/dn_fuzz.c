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

/* Distinguished names: octets, patterns, text. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dn.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Equal names have equal canonical octets, and others have not. */
static void
check_canon(struct slice a, struct slice b)
{
	static uint8_t ca[4 * 4096], cb[4 * 4096];
	size_t na, nb;

	na = dn_canon(a, ca, sizeof(ca));
	nb = dn_canon(b, cb, sizeof(cb));
	if (na == 0 || nb == 0)
		return;
	if (dn_equal(a, b) != (na == nb && memcmp(ca, cb, na) == 0))
		abort();
}

/* Text that parses prints as something that parses to an equal name. */
static void
check_text(const uint8_t *data, size_t len)
{
	char text[600], out[4096];
	uint8_t der[512], again[4096];
	size_t n, m;

	if (len >= sizeof(text))
		len = sizeof(text) - 1;
	memcpy(text, data, len);
	text[len] = '\0';
	if (dn_parse(text, 1, der, sizeof(der), &n) != NULL)
		return;
	if (!dn_valid((struct slice){ der, n }, 1))
		abort();
	dn_print((struct slice){ der, n }, out, sizeof(out));
	if (dn_parse(out, 1, again, sizeof(again), &m) != NULL)
		abort();
	if (dn_is_wild((struct slice){ der, n }) !=
	    dn_is_wild((struct slice){ again, m }))
		abort();
	check_canon((struct slice){ der, n }, (struct slice){ again, m });
	if (!dn_is_wild((struct slice){ der, n }) && !dn_equal(
	    (struct slice){ der, n }, (struct slice){ again, m }))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct slice a, b;
	char out[512], small[9], *s;
	size_t half;

	check_text(data, len);
	half = len > 2 && data[0] < len - 1 ? data[0] : len / 2;
	a = (struct slice){ data + (len > 0), len > 0 ? half : 0 };
	if (a.len > len - (len > 0))
		a.len = len - (len > 0);
	b = (struct slice){ a.p + a.len, len - (len > 0) - a.len };
	dn_print(a, out, sizeof(out));
	for (s = out; *s != '\0'; s++)
		if (*s < 0x20 || *s > 0x7e)
			abort();
	dn_print(b, small, sizeof(small));
	if (dn_valid(a, 0) && (!dn_equal(a, a) || !dn_match(a, a)))
		abort();
	if (dn_equal(a, b) != dn_equal(b, a))
		abort();
	if (dn_valid(a, 0) && dn_match(a, b) != dn_equal(a, b))
		abort();
	dn_match(b, a);
	check_canon(a, a);
	check_canon(a, b);
	return (0);
}
