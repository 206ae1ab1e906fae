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


#ifndef ESP_SEL_H
#define ESP_SEL_H

#include <stddef.h>

#include "pkt.h"

/*
 * Packets against traffic selectors.  A list of selectors is "any of these"
 * (RFC 7296 section 3.13); local and remote are matched by themselves.
 */

/* Do src (or dst, when dst is 1) and its port match? */
int	sel_match(const struct wt_ts *t, const struct pkt *k, int dst);

/* Leading bits that lo and hi share: 32 for an IPv4 host. */
unsigned int sel_common_bits(const struct wt_ts *t);

/*
 * The narrowest match of the packet's source against from and its
 * destination against to: address bits first, then protocol, then ports.
 */
unsigned int sel_best(const struct wt_ts *from, size_t nfrom,
	    const struct wt_ts *to, size_t nto, const struct pkt *k);

/* Is there any match at all? */
int	sel_any(const struct wt_ts *from, size_t nfrom,
	    const struct wt_ts *to, size_t nto, const struct pkt *k);

#endif /* ESP_SEL_H */
