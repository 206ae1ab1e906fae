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
 * Reads inner IP headers: addresses, upper protocol, ports, fragmentation.
 * Pure; everything here may come from a hostile peer or host.
 */
#include <netinet/in.h>

#include <string.h>

#include "cksum.h"
#include "pkt.h"

#define IP4_MIN		20
#define IP6_LEN		40
#define IP6_EXT_MAX	8	/* extension headers we walk: plenty */
#define IPPROTO_MOBILE	135	/* RFC 6275; its type is its "port" */

#define IP4_DF		0x4000
#define IP4_MF		0x2000
#define IP4_OFFSET	0x1fff

/* Ports, or what stands for them (RFC 4301 section 4.4.1.1). */
static void
read_ports(const uint8_t *p, struct pkt *k)
{
	size_t left = k->len - k->l4;

	p += k->l4;
	switch (k->proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
	case IPPROTO_UDPLITE:
		if (left < 4)
			return;
		k->sport = be16(p);
		k->dport = be16(p + 2);
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		if (left < 2)
			return;
		k->sport = k->dport = be16(p);
		break;
	case IPPROTO_MOBILE:
		if (left < 3)
			return;
		k->sport = k->dport = p[2] << 8;
		break;
	default:
		return;
	}
	k->ports = 1;
}

static int
parse4(const uint8_t *p, size_t len, struct pkt *k)
{
	size_t hlen;
	uint16_t off;

	if (len < IP4_MIN)
		return (-1);
	hlen = (p[0] & 0xf) * 4;
	k->len = be16(p + 2);
	if (hlen < IP4_MIN || k->len < hlen || k->len > len)
		return (-1);
	off = be16(p + 6);
	k->tc = p[1];
	k->df = (off & IP4_DF) != 0;
	k->frag = (off & (IP4_MF | IP4_OFFSET)) != 0;
	k->frag_first = k->frag && (off & IP4_OFFSET) == 0;
	k->frag_id = be16(p + 4);
	k->proto = p[9];
	k->l4 = hlen;
	k->src.af = k->dst.af = 4;
	memcpy(k->src.a, p + 12, 4);
	memcpy(k->dst.a, p + 16, 4);
	return (0);
}

/* One extension header; 1: go on, 0: this is the upper protocol, -1: bad. */
static int
skip_ext6(const uint8_t *p, struct pkt *k)
{
	size_t left = k->len - k->l4, n;

	switch (k->proto) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
		if (left < 8)
			return (-1);
		n = (p[k->l4 + 1] + 1) * 8;
		break;
	case IPPROTO_FRAGMENT:
		if (left < 8)
			return (-1);
		n = 8;
		k->frag = (be16(p + k->l4 + 2) & 0xfff9) != 0;
		k->frag_first = k->frag && be16(p + k->l4 + 2) >> 3 == 0;
		k->frag_id = be32(p + k->l4 + 4);
		break;
	default:
		return (0);
	}
	if (n > left)
		return (-1);
	k->proto = p[k->l4];
	k->l4 += n;
	/* Behind a later fragment's header there is no header to read. */
	return (!(k->frag && !k->frag_first));
}

static int
parse6(const uint8_t *p, size_t len, struct pkt *k)
{
	int i, more;

	if (len < IP6_LEN)
		return (-1);
	k->len = IP6_LEN + be16(p + 4);
	if (k->len > len)
		return (-1);
	k->tc = (p[0] & 0xf) << 4 | p[1] >> 4;
	k->df = 1;
	k->proto = p[6];
	k->l4 = IP6_LEN;
	k->src.af = k->dst.af = 6;
	memcpy(k->src.a, p + 8, 16);
	memcpy(k->dst.a, p + 24, 16);
	for (i = 0; (more = skip_ext6(p, k)) == 1; i++)
		if (i == IP6_EXT_MAX)
			return (-1);
	return (more);
}

int
pkt_parse(const uint8_t *p, size_t len, struct pkt *k)
{
	memset(k, 0, sizeof(*k));
	if (len == 0)
		return (-1);
	k->af = p[0] >> 4;
	if (k->af == 4) {
		if (parse4(p, len, k) == -1)
			return (-1);
	} else if (k->af == 6) {
		if (parse6(p, len, k) == -1)
			return (-1);
	} else
		return (-1);
	if (!k->frag || k->frag_first)
		read_ports(p, k);
	return (0);
}
