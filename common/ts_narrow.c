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
 * Traffic selectors, RFC 7296 section 2.9: narrowing and matching, for those
 * who negotiate; the parent has no need of it.
 */

#include <string.h>

#include "ts_int.h"

int
ts_equal(const struct wt_ts *a, const struct wt_ts *b)
{
	size_t len = ts_len(a);

	return (a->af == b->af && a->proto == b->proto &&
	    a->port_lo == b->port_lo && a->port_hi == b->port_hi &&
	    memcmp(a->lo, b->lo, len) == 0 && memcmp(a->hi, b->hi, len) == 0);
}

static int
ports_intersect(const struct wt_ts *a, const struct wt_ts *b,
    struct wt_ts *out)
{
	if (ts_ports_cover(a, b)) {
		out->port_lo = b->port_lo;
		out->port_hi = b->port_hi;
		return (1);
	}
	if (ts_ports_cover(b, a)) {
		out->port_lo = a->port_lo;
		out->port_hi = a->port_hi;
		return (1);
	}
	if (ports_opaque(a) || ports_opaque(b))
		return (0);
	out->port_lo = a->port_lo > b->port_lo ? a->port_lo : b->port_lo;
	out->port_hi = a->port_hi < b->port_hi ? a->port_hi : b->port_hi;
	return (out->port_lo <= out->port_hi);
}

int
ts_intersect(const struct wt_ts *a, const struct wt_ts *b, struct wt_ts *out)
{
	struct wt_ts t;
	size_t len = ts_len(a);

	if (!ts_valid(a) || !ts_valid(b) || a->af != b->af)
		return (0);
	memset(&t, 0, sizeof(t));
	t.af = a->af;
	if (a->proto != 0 && b->proto != 0 && a->proto != b->proto)
		return (0);
	t.proto = a->proto != 0 ? a->proto : b->proto;
	if (!ports_intersect(a, b, &t))
		return (0);
	memcpy(t.lo, memcmp(a->lo, b->lo, len) > 0 ? a->lo : b->lo, len);
	memcpy(t.hi, memcmp(a->hi, b->hi, len) < 0 ? a->hi : b->hi, len);
	if (memcmp(t.lo, t.hi, len) > 0)
		return (0);
	*out = t;
	return (1);
}

/* Adds t unless it is there already; what t covers gives way to it. */
static size_t
ts_add(struct wt_ts *out, size_t n, size_t max, const struct wt_ts *t)
{
	size_t i, k;
	int placed = 0;

	for (i = 0; i < n; i++)
		if (ts_covers(&out[i], t))
			return (n);
	for (i = k = 0; i < n; i++) {
		if (!ts_covers(t, &out[i])) {
			out[k++] = out[i];
		} else if (!placed) {
			out[k++] = *t;
			placed = 1;
		}
	}
	if (!placed && k < max)
		out[k++] = *t;
	return (k);
}

size_t
ts_narrow(const struct wt_ts *ours, size_t nours, const struct wt_ts *theirs,
    size_t ntheirs, struct wt_ts *out, size_t max)
{
	struct wt_ts t;
	size_t i, j, n = 0;

	/* The peer's order leads: its first selector is the packet's. */
	for (i = 0; i < ntheirs; i++)
		for (j = 0; j < nours; j++)
			if (ts_intersect(&theirs[i], &ours[j], &t))
				n = ts_add(out, n, max, &t);
	return (n);
}

int
ts_match(const struct wt_ts *t, const struct wt_addr *a, uint8_t proto,
    uint16_t port)
{
	size_t len = ts_len(t);

	if (len == 0 || t->af != a->af)
		return (0);
	if (t->proto != 0 && t->proto != proto)
		return (0);
	if (port < t->port_lo || port > t->port_hi)
		return (0);
	return (memcmp(t->lo, a->a, len) <= 0 && memcmp(a->a, t->hi, len) <= 0);
}
