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

#ifndef COMMON_SHARES_H
#define COMMON_SHARES_H

#include "proto_types.h"

/*
 * Who has how much of what is bounded, so that whoever takes most of it is
 * the one who loses when there is no room: by the peers' addresses, an IPv6
 * peer by its /64, over a number of buckets that nobody outside can choose.
 */
#define SHARES	256

struct shares {
	uint32_t	 seed;
	uint32_t	 n[SHARES];
};

void		 shares_init(struct shares *s);
/* The bucket of an address, to be kept with what it has. */
uint8_t		 shares_of(const struct shares *s, const struct wt_addr *a);
void		 shares_more(struct shares *s, uint8_t bucket);
void		 shares_less(struct shares *s, uint8_t bucket);
/* The fullest; the owner of what goes takes the oldest of it. */
uint8_t		 shares_busiest(const struct shares *s);

#endif /* COMMON_SHARES_H */
