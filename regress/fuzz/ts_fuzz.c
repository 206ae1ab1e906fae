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

/* Selector lists off the wire: containment must follow from narrowing. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "ts.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define LIST	6

/* Takes one selector off the input; short input leaves zeros. */
static size_t
take(const uint8_t *data, size_t len, struct wt_ts *t)
{
	uint8_t b[38] = { 0 };
	size_t n = len < sizeof(b) ? len : sizeof(b);

	memcpy(b, data, n);
	memset(t, 0, sizeof(*t));
	t->af = b[0] & 1 ? 6 : b[0] & 2 ? 4 : b[0];
	t->proto = b[1] & 0x80 ? 0 : b[1];
	t->port_lo = (uint16_t)(b[2] << 8 | b[3]);
	t->port_hi = (uint16_t)(b[4] << 8 | b[5]);
	memcpy(t->lo, b + 6, 16);
	memcpy(t->hi, b + 22, 16);
	return (n);
}

static void
check(int ok)
{
	if (!ok)
		abort();
}

static void
check_pair(const struct wt_ts *a, const struct wt_ts *b)
{
	struct wt_ts i;

	if (ts_intersect(a, b, &i)) {
		check(ts_valid(&i));
		check(ts_covers(a, &i) && ts_covers(b, &i));
	} else
		check(!ts_covers(a, b));
	if (ts_covers(a, b) && ts_covers(b, a))
		check(ts_equal(a, b));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct wt_ts ours[LIST], theirs[LIST], out[TS_MAX];
	struct wt_addr lo, hi;
	struct wt_prefix p[TS_POLICIES];
	char text[256];
	size_t i, j, n, at = 0;

	for (i = 0; i < LIST; i++) {
		at += take(data + at, len - at, &ours[i]);
		at += take(data + at, len - at, &theirs[i]);
	}
	for (i = 0; i < LIST; i++)
		for (j = 0; j < LIST; j++)
			check_pair(&ours[i], &theirs[j]);
	n = ts_narrow(ours, LIST, theirs, LIST, out, TS_MAX);
	check(n <= TS_MAX);
	check(ts_list_covers(ours, LIST, out, n));
	check(ts_list_covers(theirs, LIST, out, n));
	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++)
			check(i == j || !ts_covers(&out[i], &out[j]));
	ts_list_print(theirs, LIST, text, sizeof(text));
	check(strlen(text) < sizeof(text));
	lo.af = hi.af = ours[0].af;
	memcpy(lo.a, ours[0].lo, 16);
	memcpy(hi.a, ours[0].hi, 16);
	if (range_to_prefixes(&lo, &hi, p, TS_POLICIES) > 0)
		check(prefix_has(&p[0], &lo));
	return (0);
}
