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
 * The nftables rule that marks what came in by the TUN.
 */

#include <arpa/inet.h>

#include <string.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>

#include "asroot_nft.h"
#include "asroot_nftmsg.h"
#include "asroot_xfrm.h"
#include "log.h"

#define NFT_CHAIN	"from_tun"
#define NFT_PRIORITY	(-140)		/* after everybody's mangle (-150) */

static const struct nft_table	 table = { NFPROTO_IPV6, "ikd", "ip6 ikd" };
static struct nlq		*nlq;
static int			 marks;

void
asroot_nft_open(void)
{
	nlq = nlq_open(NETLINK_NETFILTER, "nftables");
}

int
asroot_nft_marks(void)
{
	return (marks);
}

/* iif ikd0 meta mark set mark & 0xffff | XFRM_MARK: values in host order. */
static void
nft_mark_rule(uint32_t ifindex)
{
	static const uint32_t	 mask = ~XFRM_MARK_MASK, xor = XFRM_MARK;
	struct nft_rule		 r;

	nft_rule_begin(&r, &table, NFT_CHAIN);
	nft_meta(&r, NFT_META_IIF, NFTA_META_DREG);
	nft_cmp32(&r, NFT_CMP_EQ, ifindex);
	nft_meta(&r, NFT_META_MARK, NFTA_META_DREG);
	nft_bits(&r, &mask, &xor, sizeof(mask));
	nft_meta(&r, NFT_META_MARK, NFTA_META_SREG);
	nft_rule_put(&r, nlq);
}

void
asroot_nft_set(unsigned int ifindex)
{
	enum nft_owner	 whose = NFT_UNKNOWN;

	if (nlq != NULL)
		whose = nft_owner_of(nlq, &table);
	if (whose == NFT_NONE || whose == NFT_OURS) {
		nft_begin(nlq);
		nft_put_table(nlq, &table, whose);
		nft_put_chain(nlq, &table, NFT_CHAIN, NF_INET_PRE_ROUTING,
		    NFT_PRIORITY);
		nft_mark_rule(ifindex);
		nft_end(nlq);
		marks = nlq_flush(nlq) == NULL;
	}
	if (!marks)
		log_warn(LS_KERNEL, "no nftables: IPv6 that arrives in clear "
		    "from a child's far side is let in while it has an SA");
}

void
asroot_nft_clear(void)
{
	if (nlq == NULL || !marks)
		return;
	nft_begin(nlq);
	nft_put_no_table(nlq, &table);
	nft_end(nlq);
	nlq_flush(nlq);
	marks = 0;
}
