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
 * The Internet checksum: RFC 1071, RFC 1624.  Pure.
 */
#include <arpa/inet.h>

#include <string.h>

#include "cksum.h"

/*
 * Two 64-bit words in a vector register of any machine that has them: the
 * compilers turn the plain loops into something three times slower.
 */
typedef uint64_t words __attribute__((vector_size(16)));

/*
 * RFC 1071 section 2: the sum may be taken in the machine's own octet order
 * and in wider words; what comes out is turned at the end.
 */
static uint16_t
fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (sum);
}

/* What is left behind the last whole block. */
static uint64_t
sum_tail(const uint8_t *p, size_t len)
{
	uint64_t sum = 0, v;
	uint16_t last = 0;

	for (; len >= sizeof(v); len -= sizeof(v), p += sizeof(v)) {
		memcpy(&v, p, sizeof(v));
		sum += (v & 0xffffffff) + (v >> 32);
	}
	for (; len > 1; len -= 2, p += 2) {
		memcpy(&last, p, 2);
		sum += last;
	}
	last = 0;
	memcpy(&last, p, len);
	return (sum + last);
}

static uint16_t
own_order(const uint8_t *p, size_t len)
{
	words low = { 0, 0 }, high = { 0, 0 }, a, b;

	for (; len >= 32; len -= 32, p += 32) {
		memcpy(&a, p, 16);
		memcpy(&b, p + 16, 16);
		low += (a & 0xffffffff) + (b & 0xffffffff);
		high += (a >> 32) + (b >> 32);
	}
	low += high;
	return (fold(low[0] + low[1] + sum_tail(p, len)));
}

/* The same while it is copied: one way through the memory for both. */
static uint16_t
own_order_copy(uint8_t *to, const uint8_t *p, size_t len)
{
	words low = { 0, 0 }, high = { 0, 0 }, a, b;

	for (; len >= 32; len -= 32, p += 32, to += 32) {
		memcpy(&a, p, 16);
		memcpy(&b, p + 16, 16);
		memcpy(to, &a, 16);
		memcpy(to + 16, &b, 16);
		low += (a & 0xffffffff) + (b & 0xffffffff);
		high += (a >> 32) + (b >> 32);
	}
	low += high;
	memcpy(to, p, len);
	return (fold(low[0] + low[1] + sum_tail(p, len)));
}

uint32_t
cksum_add(uint32_t sum, const uint8_t *p, size_t len)
{
	return (fold((uint64_t)sum + ntohs(own_order(p, len))));
}

uint32_t
cksum_copy(uint32_t sum, uint8_t *to, const uint8_t *p, size_t len)
{
	return (fold((uint64_t)sum + ntohs(own_order_copy(to, p, len))));
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
