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


#ifndef ESP_ECN_H
#define ESP_ECN_H

#include <stddef.h>
#include <stdint.h>

/*
 * The traffic class of the outer packet for an inner one: DSCP copied (RFC
 * 4301 section 5.1.2.1), ECN copied (RFC 6040 section 4.1, normal mode), as
 * far as heads (enum head_bit) does not say otherwise.  dscp: in its place, and
 * 1, or 0.
 */
uint8_t	ecn_outer(uint8_t inner, unsigned int heads, unsigned int dscp);

/*
 * The inner traffic class after decapsulation (RFC 6040 section 4.2): DSCP
 * stays the inner one's (RFC 4301 5.1.2.1 note 9), ECN as the table says; with
 * HEAD_DSCP_IN the DSCP is the outer one's, with HEAD_NO_ECN ECN stays.
 * Returns 0 to 255, or -1: the packet must be dropped.
 */
int	ecn_inner(uint8_t inner, uint8_t outer, unsigned int heads);

/* The traffic class of an IPv4 or IPv6 header at p. */
uint8_t	ecn_get(const uint8_t *p);

/* Writes it, mending the IPv4 header checksum. */
void	ecn_set(uint8_t *p, uint8_t tc);

#endif /* ESP_ECN_H */
