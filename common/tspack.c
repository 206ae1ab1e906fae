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
 * Packed selectors: of each side how many, then of each of them
 *
 *	family and flags | protocol | ports, unless any | first, last address
 *
 * in the host's order: nobody else reads them.
 */
#include <string.h>

#include "tspack.h"

#define F_FAMILY	0x07
#define F_PORTS		0x08	/* ports follow */

static size_t
address_len(uint8_t af)
{
	return (af == 4 ? 4 : 16);
}

static size_t
add(uint8_t *out, size_t at, const void *p, size_t len)
{
	if (out != NULL)
		memcpy(out + at, p, len);
	return (at + len);
}

static size_t
pack_side(const struct wt_ts *t, size_t n, uint8_t *out, size_t at)
{
	const struct wt_ts	*end = t + n;
	uint8_t			 head[2];

	head[0] = (uint8_t)n;
	for (at = add(out, at, head, 1); t < end; t++) {
		head[0] = t->af;
		head[1] = t->proto;
		if (t->port_lo != 0 || t->port_hi != 65535)
			head[0] |= F_PORTS;
		at = add(out, at, head, sizeof(head));
		if (head[0] & F_PORTS) {
			at = add(out, at, &t->port_lo, sizeof(t->port_lo));
			at = add(out, at, &t->port_hi, sizeof(t->port_hi));
		}
		at = add(out, at, t->lo, address_len(t->af));
		at = add(out, at, t->hi, address_len(t->af));
	}
	return (at);
}

size_t
ts_pack(const struct wt_ts *local, size_t nlocal, const struct wt_ts *remote,
    size_t nremote, uint8_t *out)
{
	return (pack_side(remote, nremote, out,
	    pack_side(local, nlocal, out, 0)));
}

static const uint8_t *
take(const uint8_t *p, void *to, size_t len)
{
	memcpy(to, p, len);
	return (p + len);
}

static const uint8_t *
unpack_one(const uint8_t *p, struct wt_ts *t)
{
	uint8_t	 head[2];

	p = take(p, head, sizeof(head));
	memset(t, 0, sizeof(*t));
	t->af = head[0] & F_FAMILY;
	t->proto = head[1];
	t->port_hi = 65535;
	if (head[0] & F_PORTS) {
		p = take(p, &t->port_lo, sizeof(t->port_lo));
		p = take(p, &t->port_hi, sizeof(t->port_hi));
	}
	p = take(p, t->lo, address_len(t->af));
	return (take(p, t->hi, address_len(t->af)));
}

size_t
ts_unpack(const uint8_t *p, int remote, struct wt_ts out[TS_MAX])
{
	size_t	 i, n;
	int	 side;

	for (side = 0; ; side++) {
		n = *p++;
		for (i = 0; i < n; i++)
			p = unpack_one(p, &out[i]);
		if (side == (remote != 0))
			return (n);
	}
}
