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
 * nf_tables over netlink: tables, chains, rules and their expressions.
 */

#include <sys/socket.h>
#include <arpa/inet.h>

#include <string.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include "asroot_nftmsg.h"
#include "log.h"

#define RULE_OCTETS	4096	/* twice what the longest of ours has */

/* What our tables carry: one is ours, if it is found. */
static const char	 owner[] = "ikd-parent";

struct nl_msg *
nft_msg(const struct nft_table *t, int type, int flags)
{
	struct nfgenmsg	 h;

	memset(&h, 0, sizeof(h));
	h.nfgen_family = (uint8_t)t->family;
	h.version = NFNETLINK_V0;
	return (nlq_msg(NFNL_SUBSYS_NFTABLES << 8 | type, flags, &h,
	    sizeof(h)));
}

static void
bracket(struct nlq *q, int type)
{
	struct nfgenmsg	 h;

	memset(&h, 0, sizeof(h));
	h.version = NFNETLINK_V0;
	h.res_id = htons(NFNL_SUBSYS_NFTABLES);
	nlq_mark(q, nlq_msg(type, 0, &h, sizeof(h)));
}

void
nft_begin(struct nlq *q)
{
	bracket(q, NFNL_MSG_BATCH_BEGIN);
}

void
nft_end(struct nlq *q)
{
	bracket(q, NFNL_MSG_BATCH_END);
}

static void
put_new_table(struct nlq *q, const struct nft_table *t, int flags)
{
	struct nl_msg	*m = nft_msg(t, NFT_MSG_NEWTABLE,
			    NLM_F_CREATE | flags);

	nla_put_string(m, NFTA_TABLE_NAME, t->name);
	nla_put(m, NFTA_TABLE_USERDATA, sizeof(owner), owner);
	nlq_add(q, m, "add table", NLQ_STRICT);
}

void
nft_put_no_table(struct nlq *q, const struct nft_table *t)
{
	struct nl_msg	*m = nft_msg(t, NFT_MSG_DELTABLE, 0);

	nla_put_string(m, NFTA_TABLE_NAME, t->name);
	nlq_add(q, m, "delete table", NLQ_DEL);
}

void
nft_put_table(struct nlq *q, const struct nft_table *t, enum nft_owner whose)
{
	if (whose == NFT_OURS) {
		/* Made, removed and made: whatever stood there is gone. */
		put_new_table(q, t, 0);
		nft_put_no_table(q, t);
	}
	put_new_table(q, t, whose == NFT_OURS ? 0 : NLM_F_EXCL);
}

static void
found_table(struct nlmsghdr *h, void *arg)
{
	const struct nlattr	*a;

	a = nlmsg_find_attr(h, sizeof(struct nfgenmsg), NFTA_TABLE_USERDATA);
	*(enum nft_owner *)arg = a == NULL || nla_len(a) != sizeof(owner) ||
	    memcmp(nla_data(a), owner, sizeof(owner)) != 0 ? NFT_FOREIGN :
	    NFT_OURS;
}

enum nft_owner
nft_owner_of(struct nlq *q, const struct nft_table *t)
{
	struct nl_msg	*m = nft_msg(t, NFT_MSG_GETTABLE, 0);
	enum nft_owner	 whose = NFT_NONE;
	int		 refused = 0;

	nla_put_string(m, NFTA_TABLE_NAME, t->name);
	nlq_watch(q, &refused);
	nlq_get(q, m, "look a table up", found_table, &whose);
	nlq_watch(q, NULL);
	if (refused)
		return (NFT_UNKNOWN);
	if (whose == NFT_FOREIGN)
		log_warn(LS_KERNEL, "there is an nftables table \"%s\" that "
		    "is not ours", t->text);
	return (whose);
}

void
nft_put_chain(struct nlq *q, const struct nft_table *t, const char *name,
    int hook, int priority)
{
	struct nl_msg	*m = nft_msg(t, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	struct nlattr	*n;

	nla_put_string(m, NFTA_CHAIN_TABLE, t->name);
	nla_put_string(m, NFTA_CHAIN_NAME, name);
	n = nla_nest_start(m, NFTA_CHAIN_HOOK);
	nla_put_u32(m, NFTA_HOOK_HOOKNUM, htonl((uint32_t)hook));
	nla_put_u32(m, NFTA_HOOK_PRIORITY, htonl((uint32_t)priority));
	nla_nest_end(m, n);
	nla_put_string(m, NFTA_CHAIN_TYPE, "filter");
	nlq_add(q, m, "add chain", NLQ_STRICT);
}

void
nft_rule_begin(struct nft_rule *r, const struct nft_table *t,
    const char *chain)
{
	r->m = nft_msg(t, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
	if (nlmsg_expand(r->m, RULE_OCTETS) < 0)
		fatal("out of memory");
	nla_put_string(r->m, NFTA_RULE_TABLE, t->name);
	nla_put_string(r->m, NFTA_RULE_CHAIN, chain);
	r->list = nla_nest_start(r->m, NFTA_RULE_EXPRESSIONS);
}

void
nft_rule_put(struct nft_rule *r, struct nlq *q)
{
	nla_nest_end(r->m, r->list);
	nlq_add(q, r->m, "add rule", NLQ_STRICT);
}

void
nft_expr_begin(struct nft_rule *r, struct nft_expr *e, const char *name)
{
	e->elem = nla_nest_start(r->m, NFTA_LIST_ELEM);
	nla_put_string(r->m, NFTA_EXPR_NAME, name);
	e->data = nla_nest_start(r->m, NFTA_EXPR_DATA);
}

void
nft_expr_end(struct nft_rule *r, struct nft_expr *e)
{
	nla_nest_end(r->m, e->data);
	nla_nest_end(r->m, e->elem);
}

void
nft_put_data(struct nft_rule *r, int attr, const void *p, size_t len)
{
	struct nlattr	*n = nla_nest_start(r->m, attr);

	nla_put(r->m, NFTA_DATA_VALUE, (int)len, p);
	nla_nest_end(r->m, n);
}

void
nft_expr(struct nft_rule *r, const char *name, const struct nft_attr *a)
{
	struct nft_expr	 e;

	nft_expr_begin(r, &e, name);
	for (; a->type != 0; a++)
		if (a->type & NFT_OCTET)
			nla_put_u8(r->m, a->type & ~NFT_OCTET, (uint8_t)a->v);
		else
			nla_put_u32(r->m, a->type, htonl(a->v));
	nft_expr_end(r, &e);
}

void
nft_meta(struct nft_rule *r, int key, int attr)
{
	const struct nft_attr	 a[] = { { NFTA_META_KEY, (uint32_t)key },
				    { attr, NFT_REG_1 }, { 0, 0 } };

	nft_expr(r, "meta", a);
}

void
nft_cmp(struct nft_rule *r, int op, const void *p, size_t len)
{
	struct nft_expr	 e;

	nft_expr_begin(r, &e, "cmp");
	nla_put_u32(r->m, NFTA_CMP_SREG, htonl(NFT_REG_1));
	nla_put_u32(r->m, NFTA_CMP_OP, htonl((uint32_t)op));
	nft_put_data(r, NFTA_CMP_DATA, p, len);
	nft_expr_end(r, &e);
}

void
nft_cmp8(struct nft_rule *r, int op, uint8_t v)
{
	nft_cmp(r, op, &v, sizeof(v));
}

void
nft_cmp32(struct nft_rule *r, int op, uint32_t v)
{
	nft_cmp(r, op, &v, sizeof(v));
}

void
nft_bits(struct nft_rule *r, const void *mask, const void *xor, size_t len)
{
	struct nft_expr	 e;

	nft_expr_begin(r, &e, "bitwise");
	nla_put_u32(r->m, NFTA_BITWISE_SREG, htonl(NFT_REG_1));
	nla_put_u32(r->m, NFTA_BITWISE_DREG, htonl(NFT_REG_1));
	nla_put_u32(r->m, NFTA_BITWISE_LEN, htonl((uint32_t)len));
	nft_put_data(r, NFTA_BITWISE_MASK, mask, len);
	nft_put_data(r, NFTA_BITWISE_XOR, xor, len);
	nft_expr_end(r, &e);
}
