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


/*
 * Octet order and the Internet checksum: RFC 1071, RFC 1624.  Pure.
 */
#include <arpa/inet.h>

#include <string.h>

#include "cksum.h"

uint16_t
be16(const uint8_t *p)
{
	return (p[0] << 8 | p[1]);
}

uint32_t
be32(const uint8_t *p)
{
	return ((uint32_t)be16(p) << 16 | be16(p + 2));
}

uint64_t
be64(const uint8_t *p)
{
	return ((uint64_t)be32(p) << 32 | be32(p + 4));
}

void
put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v & 0xff;
}

void
put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

void
put64(uint8_t *p, uint64_t v)
{
	put32(p, v >> 32);
	put32(p + 4, v & 0xffffffff);
}

/*
 * RFC 1071 section 2: the sum may be taken in the machine's own octet order
 * and in wider words; what comes out is turned at the end.
 */
static uint16_t
own_order(const uint8_t *p, size_t len)
{
	uint64_t low = 0, high = 0, v[4];
	uint16_t last = 0;
	size_t i;

	for (; len >= sizeof(v); len -= sizeof(v), p += sizeof(v)) {
		memcpy(v, p, sizeof(v));
		for (i = 0; i < 4; i++) {
			low += (uint32_t)v[i];
			high += v[i] >> 32;
		}
	}
	for (; len > 1; len -= 2, p += 2) {
		memcpy(&last, p, 2);
		low += last;
	}
	last = 0;
	memcpy(&last, p, len);
	low += high + last;
	while (low >> 16)
		low = (low & 0xffff) + (low >> 16);
	return (low);
}

uint32_t
cksum_add(uint32_t sum, const uint8_t *p, size_t len)
{
	uint64_t all = (uint64_t)sum + ntohs(own_order(p, len));

	while (all >> 16)
		all = (all & 0xffff) + (all >> 16);
	return (all);
}

uint16_t
cksum_end(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (~sum & 0xffff);
}

/* RFC 1624 equation 3: HC' = ~(~HC + ~m + m') */
void
cksum_mend(uint8_t *field, uint16_t was, uint16_t is)
{
	uint32_t sum = (~be16(field) & 0xffff) + (~was & 0xffff) + is;

	put16(field, cksum_end(sum));
}

void
cksum_ip4(uint8_t *ip, size_t hlen)
{
	put16(ip + 10, 0);
	put16(ip + 10, cksum_end(cksum_add(0, ip, hlen)));
}
