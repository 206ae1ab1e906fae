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
 * Traffic Selector payloads, RFC 7296 section 3.13.
 */

#include <string.h>

#include "hdr.h"
#include "pld_ts.h"
#include "ts.h"

#define HEAD_LEN	4	/* count, three reserved octets */
#define TS_HEAD		8	/* type, protocol, length, ports */
#define TS_IPV4		7
#define TS_IPV6		8

/* One selector of len octets; NULL or what is wrong. */
static const char *
parse_one(const uint8_t *p, size_t len, struct ts_list *l)
{
	struct wt_ts *t;
	size_t alen;

	if (p[0] != TS_IPV4 && p[0] != TS_IPV6) {
		l->skipped++;
		return (NULL);
	}
	alen = p[0] == TS_IPV4 ? 4 : 16;
	if (len != TS_HEAD + 2 * alen)
		return ("traffic selector of the wrong length");
	if (l->n == LINK_TS) {
		l->skipped++;
		return (NULL);
	}
	t = &l->ts[l->n];
	memset(t, 0, sizeof(*t));
	t->af = p[0] == TS_IPV4 ? 4 : 6;
	t->proto = p[1];
	t->port_lo = get16(p + 4);
	t->port_hi = get16(p + 6);
	memcpy(t->lo, p + TS_HEAD, alen);
	memcpy(t->hi, p + TS_HEAD + alen, alen);
	if (!ts_valid(t))
		return ("traffic selector that ends before it starts");
	l->n++;
	return (NULL);
}

const char *
pld_ts_parse(const uint8_t *p, size_t len, struct ts_list *l)
{
	const char *why;
	size_t count, tlen;

	l->n = l->skipped = 0;
	if (len < HEAD_LEN)
		return ("traffic selectors cut short");
	if ((count = p[0]) == 0)
		return ("no traffic selector");
	p += HEAD_LEN;
	len -= HEAD_LEN;
	for (; count > 0; count--) {
		if (len < TS_HEAD)
			return ("traffic selector cut short");
		tlen = get16(p + 2);
		if (tlen < TS_HEAD || tlen > len)
			return ("traffic selector length out of bounds");
		if ((why = parse_one(p, tlen, l)) != NULL)
			return (why);
		p += tlen;
		len -= tlen;
	}
	return (len == 0 ? NULL : "octets behind the last selector");
}
