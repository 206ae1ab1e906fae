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

#include <sys/socket.h>
#include <arpa/inet.h>

#include <limits.h>
#include <string.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include "asroot_nft.h"
#include "asroot_nl.h"
#include "asroot_xfrm.h"
#include "log.h"

#define NFT_NAME	"ikd"
#define NFT_CHAIN	"from_tun"
#define NFT_PRIORITY	(-140)		/* after everybody's mangle (-150) */

/* What the table carries: it is ours, if one of before is found. */
static const char	 owner[] = "ikd-parent";

static struct nlq	*nlq;
static int		 marks;

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

static struct nl_msg *
nft_msg(int type, int flags)
{
	struct nfgenmsg	 h;

	memset(&h, 0, sizeof(h));
	h.nfgen_family = NFPROTO_IPV6;
	h.version = NFNETLINK_V0;
	return (nlq_msg(NFNL_SUBSYS_NFTABLES << 8 | type, flags, &h,
	    sizeof(h)));
}

/* The begin or end of a transaction. */
static void
nft_bracket(int type)
{
	struct nfgenmsg	 h;

	memset(&h, 0, sizeof(h));
	h.version = NFNETLINK_V0;
	h.res_id = htons(NFNL_SUBSYS_NFTABLES);
	nlq_mark(nlq, nlq_msg(type, 0, &h, sizeof(h)));
}

static void
nft_table(int add)
{
	struct nl_msg	*m;

	m = nft_msg(add ? NFT_MSG_NEWTABLE : NFT_MSG_DELTABLE,
	    add ? NLM_F_CREATE : 0);
	nla_put_string(m, NFTA_TABLE_NAME, NFT_NAME);
	if (add)
		nla_put(m, NFTA_TABLE_USERDATA, sizeof(owner), owner);
	nlq_add(nlq, m, add ? "add table" : "delete table",
	    add ? NLQ_ADD : NLQ_DEL);
}

static void
found_table(struct nlmsghdr *h, void *arg)
{
	const struct nlattr	*a;

	a = nlmsg_find_attr(h, sizeof(struct nfgenmsg), NFTA_TABLE_USERDATA);
	*(int *)arg = a == NULL || nla_len(a) != sizeof(owner) ||
	    memcmp(nla_data(a), owner, sizeof(owner)) != 0;
}

/* Somebody else has a table of this name: it is left alone. */
static int
nft_foreign(void)
{
	struct nl_msg	*m = nft_msg(NFT_MSG_GETTABLE, 0);
	int		 foreign = 0;

	nla_put_string(m, NFTA_TABLE_NAME, NFT_NAME);
	nlq_get(nlq, m, "look a table up", found_table, &foreign);
	if (foreign)
		log_warn(LS_KERNEL, "there is an nftables table \"ip6 "
		    NFT_NAME "\" that is not ours");
	return (foreign);
}

static void
nft_chain(void)
{
	struct nl_msg	*m = nft_msg(NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	struct nlattr	*hook;

	nla_put_string(m, NFTA_CHAIN_TABLE, NFT_NAME);
	nla_put_string(m, NFTA_CHAIN_NAME, NFT_CHAIN);
	hook = nla_nest_start(m, NFTA_CHAIN_HOOK);
	nla_put_u32(m, NFTA_HOOK_HOOKNUM, htonl(NF_INET_PRE_ROUTING));
	nla_put_u32(m, NFTA_HOOK_PRIORITY, htonl((uint32_t)NFT_PRIORITY));
	nla_nest_end(m, hook);
	nla_put_string(m, NFTA_CHAIN_TYPE, "filter");
	nlq_add(nlq, m, "add chain", NLQ_STRICT);
}

/* One expression of a rule; the caller puts its data and ends it. */
struct expr {
	struct nlattr	*elem;
	struct nlattr	*data;
};

static void
expr_start(struct nl_msg *m, struct expr *e, const char *name)
{
	e->elem = nla_nest_start(m, NFTA_LIST_ELEM);
	nla_put_string(m, NFTA_EXPR_NAME, name);
	e->data = nla_nest_start(m, NFTA_EXPR_DATA);
}

static void
expr_end(struct nl_msg *m, struct expr *e)
{
	nla_nest_end(m, e->data);
	nla_nest_end(m, e->elem);
}

static void
put_value(struct nl_msg *m, int attr, uint32_t v)
{
	struct nlattr	*n = nla_nest_start(m, attr);

	nla_put_u32(m, NFTA_DATA_VALUE, v);
	nla_nest_end(m, n);
}

static void
expr_meta(struct nl_msg *m, int key, int reg_attr)
{
	struct expr	 e;

	expr_start(m, &e, "meta");
	nla_put_u32(m, NFTA_META_KEY, htonl((uint32_t)key));
	nla_put_u32(m, reg_attr, htonl(NFT_REG_1));
	expr_end(m, &e);
}

/* iif ikd0 meta mark set mark & 0xffff | XFRM_MARK: values in host order. */
static void
nft_rule(unsigned int ifindex)
{
	struct nl_msg	*m = nft_msg(NFT_MSG_NEWRULE,
			    NLM_F_CREATE | NLM_F_APPEND);
	struct nlattr	*list;
	struct expr	 e;

	nla_put_string(m, NFTA_RULE_TABLE, NFT_NAME);
	nla_put_string(m, NFTA_RULE_CHAIN, NFT_CHAIN);
	list = nla_nest_start(m, NFTA_RULE_EXPRESSIONS);
	expr_meta(m, NFT_META_IIF, NFTA_META_DREG);
	expr_start(m, &e, "cmp");
	nla_put_u32(m, NFTA_CMP_SREG, htonl(NFT_REG_1));
	nla_put_u32(m, NFTA_CMP_OP, htonl(NFT_CMP_EQ));
	put_value(m, NFTA_CMP_DATA, ifindex);
	expr_end(m, &e);
	expr_meta(m, NFT_META_MARK, NFTA_META_DREG);
	expr_start(m, &e, "bitwise");
	nla_put_u32(m, NFTA_BITWISE_SREG, htonl(NFT_REG_1));
	nla_put_u32(m, NFTA_BITWISE_DREG, htonl(NFT_REG_1));
	nla_put_u32(m, NFTA_BITWISE_LEN, htonl(4));
	put_value(m, NFTA_BITWISE_MASK, ~XFRM_MARK_MASK);
	put_value(m, NFTA_BITWISE_XOR, XFRM_MARK);
	expr_end(m, &e);
	expr_meta(m, NFT_META_MARK, NFTA_META_SREG);
	nla_nest_end(m, list);
	nlq_add(nlq, m, "add rule", NLQ_STRICT);
}

void
asroot_nft_set(unsigned int ifindex)
{
	if (nlq != NULL && !nft_foreign()) {
		/* Made, removed and made: whatever stood there is gone. */
		nft_bracket(NFNL_MSG_BATCH_BEGIN);
		nft_table(1);
		nft_table(0);
		nft_table(1);
		nft_chain();
		nft_rule(ifindex);
		nft_bracket(NFNL_MSG_BATCH_END);
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
	nft_bracket(NFNL_MSG_BATCH_BEGIN);
	nft_table(0);
	nft_bracket(NFNL_MSG_BATCH_END);
	nlq_flush(nlq);
	marks = 0;
}
