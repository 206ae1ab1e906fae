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

#ifndef IKE_NATT_H
#define IKE_NATT_H

#include <stddef.h>
#include <stdint.h>

#include "hdr.h"
#include "packet.h"
#include "proto_types.h"

/* NAT detection and traversal, RFC 7296 section 2.23. */
#define NATT_HASH_LEN	20
#define NATT_MARKER_LEN	4	/* non-ESP marker on port 4500 */

/* SHA1(SPIi | SPIr | address | port); 0, or -1 when OpenSSL failed. */
int	natt_hash(const uint8_t *spi_i, const uint8_t *spi_r,
	    const struct wt_sock *s, uint8_t out[NATT_HASH_LEN]);

/* A random hash, that matches nothing.  0 or -1. */
int	natt_fake(uint8_t out[NATT_HASH_LEN]);

/*
 * The hash for NAT_DETECTION_SOURCE_IP.  Forced, it is of the address with
 * port 0: that matches nothing either, and who knows it can tell that this
 * is no NAT (libreswan sends the same).  Without an address it is random.
 */
int	natt_source(const uint8_t *spi_i, const uint8_t *spi_r,
	    const struct wt_sock *s, int forced, uint8_t out[NATT_HASH_LEN]);

enum natt_result {
	NATT_NONE = -1,		/* the peer sent no NAT_DETECTION payloads */
	NATT_CLEAR = 0		/* else enum nat_bits */
};

/*
 * What the packet's NAT_DETECTION payloads say, given where it came from
 * and where it went: NATT_NONE, or a mask of NAT_US (its destination hash
 * is not our address) and NAT_PEER (none of its source hashes is its own) or,
 * in its place, NAT_ASKED (one is what natt_source() makes when forced).
 */
int	natt_detect(const struct packet *pkt, const struct wt_sock *local,
	    const struct wt_sock *remote);

#endif /* IKE_NATT_H */
