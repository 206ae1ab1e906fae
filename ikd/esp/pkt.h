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


#ifndef ESP_PKT_H
#define ESP_PKT_H

#include <stddef.h>
#include <stdint.h>

#include "proto_types.h"

/*
 * An inner packet as the selectors see it (RFC 4301 section 4.4.1.1).  Owns
 * nothing: offsets into the packet it was made from.
 */
struct pkt {
	uint8_t		 af;		/* 4 or 6 */
	uint8_t		 proto;		/* behind IPv6 extension headers */
	uint8_t		 tc;		/* traffic class */
	uint8_t		 df;		/* may not be fragmented */
	uint8_t		 ports;		/* sport and dport are known */
	uint8_t		 frag;		/* a fragment */
	uint8_t		 frag_first;	/* the one with offset 0 */
	uint32_t	 frag_id;
	uint16_t	 sport;		/* ICMP: type and code */
	uint16_t	 dport;		/* the same for ICMP */
	size_t		 len;		/* as the IP header says */
	size_t		 l4;		/* offset of the upper header */
	struct wt_addr	 src;
	struct wt_addr	 dst;
};

/*
 * Reads an IP packet of len octets; more than the header says is allowed
 * (TFC padding).  IPv4 header checksums are not checked: the host does.
 * Returns 0, or -1 when it is not a whole packet.
 */
int	pkt_parse(const uint8_t *p, size_t len, struct pkt *k);

#endif /* ESP_PKT_H */
