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

#ifndef COMMON_TS_INT_H
#define COMMON_TS_INT_H

#include "ts.h"

/* What ts.c and ts_narrow.c have in common. */

/* RFC 7296 section 3.13.1: OPAQUE is start 65535, end 0. */
#define PORT_MAX	65535

/* Is it for packets whose ports are hidden? */
static inline int
ports_opaque(const struct wt_ts *t)
{
	return (t->port_lo == PORT_MAX && t->port_hi == 0);
}

/* Octets of its addresses; 0: of no family. */
static inline size_t
ts_len(const struct wt_ts *t)
{
	return (t->af == 4 ? 4 : t->af == 6 ? 16 : 0);
}

/* Is each port, or OPAQUE, of b one of a? */
int	 ts_ports_cover(const struct wt_ts *a, const struct wt_ts *b);

#endif /* COMMON_TS_INT_H */
