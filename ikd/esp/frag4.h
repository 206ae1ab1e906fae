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


#ifndef ESP_FRAG4_H
#define ESP_FRAG4_H

#include "pkt.h"

/*
 * Cuts an IPv4 packet without DF into fragments of at most mtu octets (RFC
 * 791 section 3.2), one at a time.
 */
struct frag4 {
	const uint8_t	*p;
	size_t		 len;
	size_t		 hlen;
	size_t		 mtu;
	size_t		 at;		/* payload octets given out */
};

/* Returns 0, or -1 when it cannot be cut (mtu too small). */
int	frag4_start(struct frag4 *f, const uint8_t *p, const struct pkt *k,
	    size_t mtu);

/* Writes the next fragment to out (mtu octets); its length, 0 at the end. */
size_t	frag4_next(struct frag4 *f, uint8_t *out);

#endif /* ESP_FRAG4_H */
