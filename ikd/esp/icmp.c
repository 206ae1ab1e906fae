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
 * ICMP messages about packets that are too big.  Pure.
 *
 * They come from the packet's own destination: the only address that its
 * sender is sure to accept by this interface, since the TUN has none.
 */
#include <netinet/in.h>

#include <string.h>

#include "cksum.h"
#include "icmp.h"

#define IP4_LEN		20
#define IP6_LEN		40
#define ICMP_LEN	8
#define ICMP4_QUOTE	528	/* RFC 1812 section 4.3.2.3: 576 in all */
#define TTL		64

/* ICMPv4 errors, which no error may answer: RFC 1122 section 3.2.2. */
static int
is_error4(uint8_t type)
{
	return (type == 3 || type == 4 || type == 5 || type == 11 ||
	    type == 12);
}

static int
may_answer(const uint8_t *p, const struct pkt *k)
{
	static const uint8_t zero[16];
	uint8_t first = k->src.a[0];

	if (k->frag && !k->frag_first)
		return (0);
	if (k->af == 4) {
		if (first == 0 || first == 127 || first >= 224)
			return (0);
		return (k->proto != IPPROTO_ICMP || !k->ports ||
		    !is_error4(p[k->l4]));
	}
	if (first == 0xff || memcmp(k->src.a, zero, sizeof(zero)) == 0)
		return (0);
	return (k->proto != IPPROTO_ICMPV6 || !k->ports || p[k->l4] >= 128);
}

static size_t
too_big4(const uint8_t *p, const struct pkt *k, uint32_t mtu, uint8_t *out)
{
	size_t quote = k->len < ICMP4_QUOTE ? k->len : ICMP4_QUOTE;
	size_t len = IP4_LEN + ICMP_LEN + quote;
	uint8_t *icmp = out + IP4_LEN;

	memset(out, 0, IP4_LEN + ICMP_LEN);
	out[0] = 0x45;
	out[1] = 0xc0;			/* RFC 1812: internetwork control */
	put16(out + 2, len);
	out[8] = TTL;
	out[9] = IPPROTO_ICMP;
	memcpy(out + 12, k->dst.a, 4);
	memcpy(out + 16, k->src.a, 4);
	cksum_ip4(out, IP4_LEN);
	icmp[0] = 3;			/* destination unreachable */
	icmp[1] = 4;			/* fragmentation needed */
	put16(icmp + 6, mtu > 65535 ? 65535 : mtu);
	memcpy(icmp + ICMP_LEN, p, quote);
	put16(icmp + 2, cksum_end(cksum_add(0, icmp, ICMP_LEN + quote)));
	return (len);
}

static size_t
too_big6(const uint8_t *p, const struct pkt *k, uint32_t mtu, uint8_t *out)
{
	size_t most = ICMP_ROOM - IP6_LEN - ICMP_LEN;
	size_t quote = k->len < most ? k->len : most;
	uint8_t *icmp = out + IP6_LEN;
	uint32_t sum;

	memset(out, 0, IP6_LEN + ICMP_LEN);
	out[0] = 0x60;
	put16(out + 4, ICMP_LEN + quote);
	out[6] = IPPROTO_ICMPV6;
	out[7] = TTL;
	memcpy(out + 8, k->dst.a, 16);
	memcpy(out + 24, k->src.a, 16);
	icmp[0] = 2;			/* packet too big */
	put32(icmp + 4, mtu);
	memcpy(icmp + ICMP_LEN, p, quote);
	/* RFC 8200 section 8.1: addresses, length, next header. */
	sum = cksum_add(ICMP_LEN + quote + IPPROTO_ICMPV6, out + 8, 32);
	put16(icmp + 2, cksum_end(cksum_add(sum, icmp, ICMP_LEN + quote)));
	return (IP6_LEN + ICMP_LEN + quote);
}

size_t
icmp_too_big(const uint8_t *p, const struct pkt *k, uint32_t mtu,
    uint8_t *out)
{
	if (!may_answer(p, k))
		return (0);
	return (k->af == 4 ? too_big4(p, k, mtu, out) :
	    too_big6(p, k, mtu, out));
}
