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
 * Packets against traffic selectors: RFC 4301 sections 4.4.1.1 and 7, RFC
 * 7296 section 3.13.  Pure.
 */
#include <string.h>

#include "sel.h"

#define PORT_MAX	65535

static int
ports_opaque(const struct wt_ts *t)
{
	return (t->port_lo == PORT_MAX && t->port_hi == 0);
}

static int
ports_any(const struct wt_ts *t)
{
	return (t->port_lo == 0 && t->port_hi == PORT_MAX);
}

/*
 * A packet that shows no ports (a later fragment, a protocol without them)
 * fits selectors that ask for none, RFC 4301 section 7.
 */
static int
ports_match(const struct wt_ts *t, const struct pkt *k, uint16_t port)
{
	if (ports_any(t))
		return (1);
	if (!k->ports)
		return (ports_opaque(t));
	return (t->port_lo <= port && port <= t->port_hi);
}

int
sel_match(const struct wt_ts *t, const struct pkt *k, int dst)
{
	const struct wt_addr *a = dst ? &k->dst : &k->src;
	size_t len = k->af == 4 ? 4 : 16;

	if (t->af != k->af || (t->proto != 0 && t->proto != k->proto))
		return (0);
	if (memcmp(t->lo, a->a, len) > 0 || memcmp(a->a, t->hi, len) > 0)
		return (0);
	return (ports_match(t, k, dst ? k->dport : k->sport));
}

unsigned int
sel_common_bits(const struct wt_ts *t)
{
	unsigned int n, len = t->af == 4 ? 32 : 128;

	for (n = 0; n < len; n++)
		if (((t->lo[n / 8] ^ t->hi[n / 8]) >> (7 - n % 8)) & 1)
			break;
	return (n);
}

static unsigned int
narrowness(const struct wt_ts *t)
{
	unsigned int score = sel_common_bits(t) * 4;

	if (t->proto != 0)
		score += ports_any(t) ? 1 : 2;
	return (score + 1);
}

unsigned int
sel_best(const struct wt_ts *from, size_t nfrom, const struct wt_ts *to,
    size_t nto, const struct pkt *k)
{
	unsigned int best_from = 0, best_to = 0, n;
	size_t i;

	for (i = 0; i < nfrom; i++)
		if (sel_match(&from[i], k, 0) &&
		    (n = narrowness(&from[i])) > best_from)
			best_from = n;
	if (best_from == 0)
		return (0);
	for (i = 0; i < nto; i++)
		if (sel_match(&to[i], k, 1) &&
		    (n = narrowness(&to[i])) > best_to)
			best_to = n;
	return (best_to == 0 ? 0 : best_from + best_to);
}

int
sel_any(const struct wt_ts *from, size_t nfrom, const struct wt_ts *to,
    size_t nto, const struct pkt *k)
{
	size_t i;

	for (i = 0; i < nfrom; i++)
		if (sel_match(&from[i], k, 0))
			break;
	if (i == nfrom)
		return (0);
	for (i = 0; i < nto; i++)
		if (sel_match(&to[i], k, 1))
			return (1);
	return (0);
}
