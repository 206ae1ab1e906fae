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

#ifndef IKE_HDR_H
#define IKE_HDR_H

#include <stddef.h>
#include <stdint.h>

#include "ike_num.h"

/* The IKE header, RFC 7296 section 3.1. */
#define HDR_LEN		28
#define SPI_LEN		8

enum hdr_flag { HDR_INITIATOR = 0x08, HDR_VERSION = 0x10,
	HDR_RESPONSE = 0x20 };

struct ike_hdr {
	uint8_t		spi_i[SPI_LEN];
	uint8_t		spi_r[SPI_LEN];
	uint8_t		next;		/* first payload, enum ike_pld */
	uint8_t		major;
	uint8_t		minor;
	uint8_t		exch;		/* enum ike_exch */
	uint8_t		flags;		/* enum hdr_flag */
	uint32_t	msgid;
	uint32_t	length;		/* of the whole message */
};

/*
 * Reads the header at the head of a datagram of len octets (non-ESP marker
 * already taken off).  Returns NULL or what is wrong, a literal: too short,
 * too long for us, the length field is not the datagram's, SPIi is zero.
 * Any version is read: the caller answers INVALID_MAJOR_VERSION to
 * h->major > 2; only for major 2 the fields have the meaning above.
 */
const char	*hdr_parse(const uint8_t *p, size_t len, struct ike_hdr *h);

/* Writes the 28 octets; the version becomes 2.0 whatever h says. */
void		 hdr_build(const struct ike_hdr *h, uint8_t out[HDR_LEN]);

/* 1 when the SPI is zero. */
int		 spi_is_zero(const uint8_t spi[SPI_LEN]);

/* Big-endian reads and writes; the caller has checked the bounds. */
static inline uint16_t
get16(const uint8_t *p)
{
	return ((uint16_t)(p[0] << 8 | p[1]));
}

static inline uint32_t
get32(const uint8_t *p)
{
	return ((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3]);
}

static inline void
put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v & 0xff;
}

static inline void
put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

static inline void
put64(uint8_t *p, uint64_t v)
{
	put32(p, v >> 32);
	put32(p + 4, v & 0xffffffff);
}

#endif /* IKE_HDR_H */
