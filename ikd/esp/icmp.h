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


#ifndef ESP_ICMP_H
#define ESP_ICMP_H

#include "pkt.h"

#define ICMP_ROOM	1280	/* the longest message we make */

/*
 * "Fragmentation needed" (RFC 792, RFC 1191) or "packet too big" (RFC 4443
 * section 3.2) about packet p, from its destination to its source, into out
 * (ICMP_ROOM octets).  Returns its length, or 0: none may be sent (RFC 1122
 * section 3.2.2, RFC 4443 section 2.4).
 */
size_t	icmp_too_big(const uint8_t *p, const struct pkt *k, uint32_t mtu,
	    uint8_t *out);

#endif /* ESP_ICMP_H */
