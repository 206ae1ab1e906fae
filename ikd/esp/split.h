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


#ifndef ESP_SPLIT_H
#define ESP_SPLIT_H

#include <linux/virtio_net.h>

#include "pkt.h"

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5	/* Linux 6.2 */
#endif

/*
 * What the TUN hands out: a packet whose checksum is not written yet, or a
 * super-packet of TCP or UDP that stands for many (segmentation offload).
 * Here it becomes whole packets.  Pure; points into the packet.
 */
struct split {
	const uint8_t	*p;
	size_t		 len;
	size_t		 l4;
	size_t		 head;		/* all headers, alike in each */
	size_t		 size;		/* payload of each, the last's less */
	size_t		 at;		/* payload octets that are out */
	uint32_t	 n;		/* packets that are out */
	uint32_t	 pseudo;	/* pseudo-header's sum, no length */
	size_t		 field;		/* the checksum's place; 0: none */
	uint8_t		 af;
	uint8_t		 proto;
	uint8_t		 cut;		/* a super-packet */
};

/*
 * p is the packet, k what pkt_parse() said of it, v the TUN's header before
 * it.  Returns 0, or -1: they do not fit each other.
 */
int	split_start(struct split *s, const struct virtio_net_hdr *v,
	    const uint8_t *p, const struct pkt *k);

/* The longest packet that comes out. */
size_t	split_most(const struct split *s);

/* Writes the next packet to out; its length, or 0 at the end. */
size_t	split_next(struct split *s, uint8_t *out);

#endif /* ESP_SPLIT_H */
