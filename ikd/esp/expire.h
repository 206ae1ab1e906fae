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


#ifndef ESP_EXPIRE_H
#define ESP_EXPIRE_H

#include <stddef.h>

#include "sa.h"

/*
 * Counts a packet of len octets on the pair, outbound or inbound, against
 * its soft and hard limits, which hold for each direction by itself (RFC
 * 4301 section 4.4.2.1).  Events are sent once.  Returns 0, or -1: the hard
 * limit is reached and the packet must go no further.
 */
int	expire_count(struct sa *sa, int out, size_t len);

/* The sequence numbers are used up: hard expire (RFC 4303 section 3.3.3). */
void	expire_numbers(struct sa *sa);

/* May the pair still be used at all? */
int	expire_dead(const struct sa *sa);

#endif /* ESP_EXPIRE_H */
