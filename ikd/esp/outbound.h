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


#ifndef ESP_OUTBOUND_H
#define ESP_OUTBOUND_H

#include <stddef.h>
#include <stdint.h>

struct virtio_net_hdr;

/*
 * A packet or super-packet that the host sent into the TUN, with the header v
 * before it.  Each of its packets ends in the UDP queue, in the held packets,
 * in an ICMP message or in a counter; those for which the UDP queue has no
 * room wait, and p must stay as it is until outbound_go() says so.
 */
void	outbound_take(const struct virtio_net_hdr *v, const uint8_t *p,
	    size_t len);

/* Goes on with what waits; 1: all is gone and there is room, else 0. */
int	outbound_go(void);

/* A held packet whose SA has come; p is copied. */
void	outbound_held(const uint8_t *p, size_t len);

#endif /* ESP_OUTBOUND_H */
