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
 * What a packet must be for a term of the filters, as nftables compares it.
 */

#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/ip.h>

#include <string.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/rtnetlink.h>

#include "asroot_match.h"
#include "asroot_xfrmi.h"

/* Octets of a header into the register. */
static void
load_octets(struct nft_rule *r, uint32_t base, uint32_t off, size_t len)
{
	const struct nft_attr	 a[] = { { NFTA_PAYLOAD_DREG, NFT_REG_1 },
				    { NFTA_PAYLOAD_BASE, base },
				    { NFTA_PAYLOAD_OFFSET, off },
				    { NFTA_PAYLOAD_LEN, (uint32_t)len },
				    { 0, 0 } };

	nft_expr(r, "payload", a);
}

static void
in_range(struct nft_rule *r, const void *lo, const void *hi, size_t len)
{
	struct nft_expr	 e;

	if (memcmp(lo, hi, len) == 0) {
		nft_cmp(r, NFT_CMP_EQ, lo, len);
		return;
	}
	nft_expr_begin(r, &e, "range");
	nla_put_u32(r->m, NFTA_RANGE_SREG, htonl(NFT_REG_1));
	nla_put_u32(r->m, NFTA_RANGE_OP, htonl(NFT_RANGE_EQ));
	nft_put_data(r, NFTA_RANGE_FROM_DATA, lo, len);
	nft_put_data(r, NFTA_RANGE_TO_DATA, hi, len);
	nft_expr_end(r, &e);
}

/* Is there an extension header?  want: 0 or 1. */
static void
has_header(struct nft_rule *r, uint32_t type, uint8_t want)
{
	const struct nft_attr	 a[] = { { NFTA_EXTHDR_DREG, NFT_REG_1 },
				    { NFTA_EXTHDR_TYPE | NFT_OCTET, type },
				    { NFTA_EXTHDR_OFFSET, 0 },
				    { NFTA_EXTHDR_LEN, 1 },
				    { NFTA_EXTHDR_OP,
				    NFT_EXTHDR_OP_IPV6 },
				    { NFTA_EXTHDR_FLAGS,
				    NFT_EXTHDR_F_PRESENT }, { 0, 0 } };

	nft_expr(r, "exthdr", a);
	nft_cmp8(r, NFT_CMP_EQ, want);
}

static void
put_frag4(struct nft_rule *r, unsigned int frag)
{
	uint16_t	 mask = htons(IP_MF | IP_OFFMASK), mf = htons(IP_MF);
	uint16_t	 none = 0;

	load_octets(r, NFT_PAYLOAD_NETWORK_HEADER, 6, sizeof(mask));
	nft_bits(r, &mask, &none, sizeof(mask));
	if (frag == FILTER_FRAG_FIRST)
		nft_cmp(r, NFT_CMP_EQ, &mf, sizeof(mf));
	else
		nft_cmp(r, frag == FILTER_FRAG_NO ? NFT_CMP_EQ : NFT_CMP_NEQ,
		    &none, sizeof(none));
}

/* RFC 8200 section 4.5: the offset is above three other bits. */
static void
put_frag6(struct nft_rule *r, unsigned int frag)
{
	static const struct nft_attr	 a[] = {
					    { NFTA_EXTHDR_DREG, NFT_REG_1 },
					    { NFTA_EXTHDR_TYPE | NFT_OCTET,
					    IPPROTO_FRAGMENT },
					    { NFTA_EXTHDR_OFFSET, 2 },
					    { NFTA_EXTHDR_LEN, 2 },
					    { NFTA_EXTHDR_OP,
					    NFT_EXTHDR_OP_IPV6 }, { 0, 0 } };
	uint16_t			 mask = htons(0xfff8), none = 0;

	if (frag != FILTER_FRAG_FIRST) {
		has_header(r, IPPROTO_FRAGMENT,
		    frag == FILTER_FRAG_YES);
		return;
	}
	nft_expr(r, "exthdr", a);
	nft_bits(r, &mask, &none, sizeof(mask));
	nft_cmp(r, NFT_CMP_EQ, &none, sizeof(none));
}

/*
 * A header of five words: no options.  The kernel does not find the route
 * that is used up, which is what the last station sees.
 */
static void
put_unrouted4(struct nft_rule *r)
{
	uint8_t	 mask = 0x0f, none = 0;

	load_octets(r, NFT_PAYLOAD_NETWORK_HEADER, 0, 1);
	nft_bits(r, &mask, &none, 1);
	nft_cmp8(r, NFT_CMP_EQ, 5);
}

static void
put_addr(struct nft_rule *r, const struct wt_ts *t, int dst)
{
	size_t	 len = t->af == 4 ? 4 : 16;

	if (t->af == 0)
		return;
	load_octets(r, NFT_PAYLOAD_NETWORK_HEADER, t->af == 4 ?
	    (dst ? 16 : 12) : (dst ? 24 : 8), len);
	in_range(r, t->lo, t->hi, len);
}

static void
put_port(struct nft_rule *r, const struct wt_ts *t, int dst)
{
	uint16_t	 lo = htons(t->port_lo), hi = htons(t->port_hi);

	if (t->port_lo == 0 && t->port_hi == UINT16_MAX)
		return;
	load_octets(r, NFT_PAYLOAD_TRANSPORT_HEADER, dst ? 2 : 0,
	    sizeof(lo));
	in_range(r, &lo, &hi, sizeof(lo));
}

static void
put_link(struct nft_rule *r, int key, const char *name)
{
	char	 padded[16] = "";

	if (name[0] == '\0')
		return;
	strlcpy(padded, name, sizeof(padded));
	nft_meta(r, key, NFTA_META_DREG);
	nft_cmp(r, NFT_CMP_EQ, padded, sizeof(padded));
}

/*
 * Did the packet come, or will it go, through a tunnel?  One rule is for all
 * xfrm interfaces, however many, by the link group that tells ours.
 */
static void
put_via(struct nft_rule *r, const struct wt_filter *t, unsigned int tun)
{
	int			 clear = t->via == FILTER_VIA_CLEAR;
	int			 in = clear || t->via == FILTER_VIA_IN;
	const struct nft_attr	 rt[] = { { NFTA_RT_DREG, NFT_REG_1 },
				    { NFTA_RT_KEY, NFT_RT_XFRM }, { 0, 0 } };

	if (t->via == FILTER_VIA_NONE)
		return;
	if (t->via == FILTER_VIA_LINK) {
		nft_meta(r, NFT_META_OIFGROUP, NFTA_META_DREG);
		nft_cmp32(r, NFT_CMP_EQ, XFRMI_GROUP);
	} else if (tun != 0) {
		nft_meta(r, in ? NFT_META_IIF : NFT_META_OIF, NFTA_META_DREG);
		nft_cmp32(r, clear ? NFT_CMP_NEQ : NFT_CMP_EQ, tun);
	} else {
		if (in)
			nft_meta(r, NFT_META_SECPATH, NFTA_META_DREG);
		else
			nft_expr(r, "rt", rt);
		nft_cmp8(r, NFT_CMP_EQ, !clear);
	}
}

/* To this host, or to be forwarded, before routing has said so. */
static void
put_place(struct nft_rule *r, unsigned int place)
{
	static const struct nft_attr	 a[] = { { NFTA_FIB_DREG, NFT_REG_1 },
					    { NFTA_FIB_RESULT,
					    NFT_FIB_RESULT_ADDRTYPE },
					    { NFTA_FIB_FLAGS,
					    NFTA_FIB_F_DADDR }, { 0, 0 } };

	if (place == FILTER_ANYWHERE)
		return;
	nft_expr(r, "fib", a);
	nft_cmp32(r, place == FILTER_HERE ? NFT_CMP_EQ : NFT_CMP_NEQ,
	    RTN_LOCAL);
}

void
asroot_match(struct nft_rule *r, const struct wt_filter *t, unsigned int tun)
{
	uint8_t	 af = t->from.af != 0 ? t->from.af : t->to.af;

	if (af != 0) {
		nft_meta(r, NFT_META_NFPROTO, NFTA_META_DREG);
		nft_cmp8(r, NFT_CMP_EQ, af == 4 ? NFPROTO_IPV4 :
		    NFPROTO_IPV6);
	}
	put_link(r, NFT_META_IIFNAME, t->iif);
	put_link(r, NFT_META_OIFNAME, t->oif);
	put_via(r, t, tun);
	put_addr(r, &t->from, 0);
	put_addr(r, &t->to, 1);
	if (t->frag != FILTER_FRAG_ANY && af == 4)
		put_frag4(r, t->frag);
	else if (t->frag != FILTER_FRAG_ANY)
		put_frag6(r, t->frag);
	if (t->from.proto != 0) {
		nft_meta(r, NFT_META_L4PROTO, NFTA_META_DREG);
		nft_cmp8(r, NFT_CMP_EQ, t->from.proto);
	}
	put_port(r, &t->from, 0);
	put_port(r, &t->to, 1);
	if (t->icmp != FILTER_NO_ICMP) {
		load_octets(r, NFT_PAYLOAD_TRANSPORT_HEADER, 0, 1);
		nft_cmp8(r, NFT_CMP_EQ, (uint8_t)t->icmp);
	}
	if (t->unrouted && af == 4)
		put_unrouted4(r);
	else if (t->unrouted)
		has_header(r, IPPROTO_ROUTING, 0);
	put_place(r, t->place);
}
