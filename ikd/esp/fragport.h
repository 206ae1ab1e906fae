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


#ifndef ESP_FRAGPORT_H
#define ESP_FRAGPORT_H

#include "pkt.h"

/*
 * Stateful fragment checking, RFC 4301 section 7.3: the ports of a first
 * fragment are remembered and lent to those that follow, so that selectors
 * with ports work for them too.  A bounded table; what falls out of it is
 * matched without ports.
 */
#define FRAGPORT_SLOTS	512

struct fragport_row {
	uint64_t	until_ms;
	uint32_t	owner;		/* whose packets: an SA, or 0 */
	uint32_t	id;
	uint16_t	sport;
	uint16_t	dport;
	uint8_t		proto;
	struct wt_addr	src;
	struct wt_addr	dst;
};

struct fragport {
	struct fragport_row	row[FRAGPORT_SLOTS];
};

/* Notes a first fragment, or fills in the ports of a later one. */
void	fragport_apply(struct fragport *f, uint32_t owner, struct pkt *k,
	    uint64_t now_ms);

#endif /* ESP_FRAGPORT_H */
