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


#ifndef ESP_CKSUM_H
#define ESP_CKSUM_H

#include <stddef.h>
#include <stdint.h>

/* Big-endian reads and writes of octets, many a packet. */
static inline uint16_t
be16(const uint8_t *p)
{
	return (p[0] << 8 | p[1]);
}

static inline uint32_t
be32(const uint8_t *p)
{
	return ((uint32_t)be16(p) << 16 | be16(p + 2));
}

static inline uint64_t
be64(const uint8_t *p)
{
	return ((uint64_t)be32(p) << 32 | be32(p + 4));
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

/*
 * The Internet checksum (RFC 1071) as a running sum: start with 0, add
 * pieces (all but the last of even length), finish with cksum_end().
 */
uint32_t cksum_add(uint32_t sum, const uint8_t *p, size_t len);
uint16_t cksum_end(uint32_t sum);

/* cksum_add() while the piece is copied to to. */
uint32_t cksum_copy(uint32_t sum, uint8_t *to, const uint8_t *p, size_t len);

/* Mends the checksum at field after a 16-bit word changed (RFC 1624). */
void	 cksum_mend(uint8_t *field, uint16_t was, uint16_t is);

/* Writes the checksum of an IPv4 header of hlen octets. */
void	 cksum_ip4(uint8_t *ip, size_t hlen);

#endif /* ESP_CKSUM_H */
