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
 * Packet filters as rules of nftables.
 */

#include <sys/socket.h>
#include <netinet/in.h>

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "asroot_filter.h"
#include "asroot_match.h"
#include "asroot_nftmsg.h"
#include "log.h"

#define TRANSACTION	(8 << 20)	/* octets: the most terms, twice */
#define BEFORE_DEFRAG	(-450)		/* conntrack puts together at -400 */
#define LOG_RATE	10		/* lines a second of one rule */
#define LOG_BURST	50
#define LOG_INFO	6		/* of syslog */
#define STATE_BIT	93		/* connection label: replies pass */
#define LABEL_OCTETS	16
#define COUNTER_NAME	20

static const struct nft_table	 table = { NFPROTO_INET, "ikd_filter",
				    "inet ikd_filter" };
static const struct {
	const char	*name;
	int		 hook, priority;
} chains[] = {
	[FILTER_FRAGMENTS] = { "fragments", NF_INET_PRE_ROUTING,
	    BEFORE_DEFRAG },
	[FILTER_IN] = { "in", NF_INET_LOCAL_IN, 0 },
	[FILTER_OUT] = { "out", NF_INET_LOCAL_OUT, 0 },
	[FILTER_FORWARD] = { "forward", NF_INET_FORWARD, 0 },
};

static struct nlq	*nlq;
static int		 there;		/* with its chains */
static uint64_t		*counters;	/* that the table has */
static size_t		 ncounters;

void
asroot_filter_open(void)
{
	if ((nlq = nlq_open(NETLINK_NETFILTER, "nftables")) != NULL)
		nlq_whole(nlq, TRANSACTION);
}

static void
put_verdict(struct nft_rule *r, int code)
{
	struct nft_expr	 e;
	struct nlattr	*data, *v;

	nft_expr_begin(r, &e, "immediate");
	nla_put_u32(r->m, NFTA_IMMEDIATE_DREG, htonl(NFT_REG_VERDICT));
	data = nla_nest_start(r->m, NFTA_IMMEDIATE_DATA);
	v = nla_nest_start(r->m, NFTA_DATA_VERDICT);
	nla_put_u32(r->m, NFTA_VERDICT_CODE, htonl((uint32_t)code));
	nla_nest_end(r->m, v);
	nla_nest_end(r->m, data);
	nft_expr_end(r, &e);
}

/* The kernel's labels are an array of long. */
static void
label(uint8_t out[LABEL_OCTETS])
{
	unsigned long	 bits[LABEL_OCTETS / sizeof(unsigned long)];
	size_t		 width = sizeof(bits[0]) * CHAR_BIT;

	memset(bits, 0, sizeof(bits));
	bits[STATE_BIT / width] = 1UL << STATE_BIT % width;
	memcpy(out, bits, LABEL_OCTETS);
}

static void
ct(struct nft_rule *r, uint32_t key, int attr)
{
	const struct nft_attr	 a[] = { { NFTA_CT_KEY, key },
				    { attr, NFT_REG_1 }, { 0, 0 } };

	nft_expr(r, "ct", a);
}

/* The connection's replies pass from now on. */
static void
put_state(struct nft_rule *r)
{
	uint8_t		 bits[LABEL_OCTETS];
	struct nft_expr	 e;

	label(bits);
	nft_expr_begin(r, &e, "immediate");
	nla_put_u32(r->m, NFTA_IMMEDIATE_DREG, htonl(NFT_REG_1));
	nft_put_data(r, NFTA_IMMEDIATE_DATA, bits, sizeof(bits));
	nft_expr_end(r, &e);
	ct(r, NFT_CT_LABELS, NFTA_CT_SREG);
}

/*
 * At the head of a chain: replies of such connections, and what ICMP says of
 * them, in whatever direction.
 */
static void
put_replies(const char *chain, int related)
{
	uint8_t		 bits[LABEL_OCTETS], none[LABEL_OCTETS] = { 0 };
	uint32_t	 state = NF_CT_STATE_BIT(IP_CT_RELATED), zero = 0;
	struct nft_rule	 r;

	label(bits);
	nft_rule_begin(&r, &table, chain);
	ct(&r, NFT_CT_LABELS, NFTA_CT_DREG);
	nft_bits(&r, bits, none, sizeof(bits));
	nft_cmp(&r, NFT_CMP_NEQ, none, sizeof(none));
	if (related) {
		ct(&r, NFT_CT_STATE, NFTA_CT_DREG);
		nft_bits(&r, &state, &zero, sizeof(state));
		nft_cmp32(&r, NFT_CMP_NEQ, 0);
	} else {
		ct(&r, NFT_CT_DIRECTION, NFTA_CT_DREG);
		nft_cmp8(&r, NFT_CMP_EQ, IP_CT_DIR_REPLY);
	}
	put_verdict(&r, NF_ACCEPT);
	nft_rule_put(&r, nlq);
}

/* A line in the kernel's log; not so many that they bury the rest. */
static void
put_log(const struct wt_filter *t, unsigned int tun)
{
	struct nft_rule	 r;
	struct nft_expr	 e;

	nft_rule_begin(&r, &table, chains[t->chain].name);
	asroot_match(&r, t, tun);
	nft_expr_begin(&r, &e, "limit");
	nla_put_u64(r.m, NFTA_LIMIT_RATE, htobe64(LOG_RATE));
	nla_put_u64(r.m, NFTA_LIMIT_UNIT, htobe64(1));
	nla_put_u32(r.m, NFTA_LIMIT_BURST, htonl(LOG_BURST));
	nft_expr_end(&r, &e);
	nft_expr_begin(&r, &e, "log");
	nla_put_string(r.m, NFTA_LOG_PREFIX, t->log);
	nla_put_u32(r.m, NFTA_LOG_LEVEL, htonl(LOG_INFO));
	nft_expr_end(&r, &e);
	nft_rule_put(&r, nlq);
}

static char *
counter_name(uint64_t id, char out[COUNTER_NAME])
{
	snprintf(out, COUNTER_NAME, "r%016" PRIx64, id);
	return (out);
}

static void
put_term(const struct wt_filter *t, unsigned int tun)
{
	char		 name[COUNTER_NAME];
	struct nft_rule	 r;
	struct nft_expr	 e;

	if (t->log[0] != '\0')
		put_log(t, tun);
	nft_rule_begin(&r, &table, chains[t->chain].name);
	asroot_match(&r, t, tun);
	nft_expr_begin(&r, &e, "objref");
	nla_put_u32(r.m, NFTA_OBJREF_IMM_TYPE, htonl(NFT_OBJECT_COUNTER));
	nla_put_string(r.m, NFTA_OBJREF_IMM_NAME, counter_name(t->counter,
	    name));
	nft_expr_end(&r, &e);
	if (t->verdict == FILTER_PERMIT_STATE)
		put_state(&r);
	put_verdict(&r, t->verdict == FILTER_DENY ? NF_DROP : NF_ACCEPT);
	nft_rule_put(&r, nlq);
}

static void
put_counter(uint64_t id, int add)
{
	char		 name[COUNTER_NAME];
	struct nl_msg	*m = nft_msg(&table, add ? NFT_MSG_NEWOBJ :
			    NFT_MSG_DELOBJ, add ? NLM_F_CREATE : 0);
	struct nlattr	*data;

	nla_put_string(m, NFTA_OBJ_TABLE, table.name);
	nla_put_string(m, NFTA_OBJ_NAME, counter_name(id, name));
	nla_put_u32(m, NFTA_OBJ_TYPE, htonl(NFT_OBJECT_COUNTER));
	if (add) {
		data = nla_nest_start(m, NFTA_OBJ_DATA);
		nla_put_u64(m, NFTA_COUNTER_BYTES, 0);
		nla_put_u64(m, NFTA_COUNTER_PACKETS, 0);
		nla_nest_end(m, data);
	}
	nlq_add(nlq, m, add ? "add counter" : "delete counter", NLQ_STRICT);
}

static int
has(const uint64_t *v, size_t n, uint64_t id)
{
	while (n > 0)
		if (v[--n] == id)
			return (1);
	return (0);
}

/* The table as it was just made, or without its rules. */
static void
put_empty(enum nft_owner whose)
{
	struct nl_msg	*m;
	size_t		 i;

	if (there) {
		m = nft_msg(&table, NFT_MSG_DELRULE, 0);
		nla_put_string(m, NFTA_RULE_TABLE, table.name);
		nlq_add(nlq, m, "delete rules", NLQ_DEL);
		return;
	}
	nft_put_table(nlq, &table, whose);
	for (i = 0; i < FILTER_CHAINS; i++)
		nft_put_chain(nlq, &table, chains[i].name, chains[i].hook,
		    chains[i].priority);
	ncounters = 0;
}

static void
put_rules(const struct wt_filter *t, size_t n, unsigned int tun)
{
	size_t	 i;

	for (i = 0; i < n && t[i].verdict != FILTER_PERMIT_STATE; i++)
		;
	if (i < n)
		for (i = FILTER_IN; i < FILTER_CHAINS; i++) {
			put_replies(chains[i].name, 0);
			put_replies(chains[i].name, 1);
		}
	for (i = 0; i < n; i++)
		put_term(&t[i], tun);
}

/* One transaction: counters that are new, rules, counters that are gone. */
static const char *
replace(const struct wt_filter *t, size_t n, unsigned int tun,
    enum nft_owner whose)
{
	uint64_t	*wanted = xcalloc(n, sizeof(*wanted));
	size_t		 nwanted = 0, i;
	const char	*why;

	nft_begin(nlq);
	put_empty(whose);
	for (i = 0; i < n; i++) {
		if (has(wanted, nwanted, t[i].counter))
			continue;
		wanted[nwanted++] = t[i].counter;
		if (!has(counters, ncounters, t[i].counter))
			put_counter(t[i].counter, 1);
	}
	put_rules(t, n, tun);
	for (i = 0; i < ncounters; i++)
		if (!has(wanted, nwanted, counters[i]))
			put_counter(counters[i], 0);
	nft_end(nlq);
	if ((why = nlq_flush(nlq)) != NULL) {
		free(wanted);
		return (why);
	}
	there = 1;
	free(counters);
	counters = wanted;
	ncounters = nwanted;
	return (NULL);
}

const char *
asroot_filter_set(const struct wt_filter *t, size_t n, unsigned int tun)
{
	const char	*why;
	enum nft_owner	 whose;

	if (nlq == NULL)
		return (n == 0 ? NULL : "the kernel has no nftables for "
		    "filters");
	if ((whose = nft_owner_of(nlq, &table)) == NFT_FOREIGN)
		return (n == 0 ? NULL : "there is an nftables table \"inet "
		    "ikd_filter\" that is not ours: remove it");
	if (whose == NFT_UNKNOWN)
		return (nlq_flush(nlq));
	if (whose == NFT_NONE)
		there = 0;	/* somebody has flushed all that there was */
	if (n > 0) {
		why = replace(t, n, tun, whose);
		if (why != NULL && there) {
			there = 0;	/* not as we left it */
			why = replace(t, n, tun, whose);
		}
		return (why);
	}
	if (whose == NFT_OURS) {
		nft_begin(nlq);
		nft_put_no_table(nlq, &table);
		nft_end(nlq);
	}
	there = 0;
	ncounters = 0;
	return (nlq_flush(nlq));
}

struct tally {
	void	(*fn)(void *, const struct mt_tally *);
	void	 *arg;
};

static uint64_t
attr64(struct nlattr *nest, int type)
{
	struct nlattr	*a = nla_find(nla_data(nest), nla_len(nest), type);
	uint64_t	 v = 0;

	if (a != NULL && nla_len(a) == sizeof(v))
		memcpy(&v, nla_data(a), sizeof(v));
	return (be64toh(v));
}

static void
found_counter(struct nlmsghdr *h, void *arg)
{
	const struct tally	*c = arg;
	struct mt_tally		 t;
	struct nlattr		*name, *data;
	char			 text[COUNTER_NAME], *end;

	name = nlmsg_find_attr(h, sizeof(struct nfgenmsg), NFTA_OBJ_NAME);
	data = nlmsg_find_attr(h, sizeof(struct nfgenmsg), NFTA_OBJ_DATA);
	if (name == NULL || data == NULL)
		return;
	strlcpy(text, nla_get_string(name), sizeof(text));
	t.counter = strtoull(text + 1, &end, 16);
	if (text[0] != 'r' || *end != '\0')
		return;
	t.packets = attr64(data, NFTA_COUNTER_PACKETS);
	t.bytes = attr64(data, NFTA_COUNTER_BYTES);
	c->fn(c->arg, &t);
}

void
asroot_filter_count(void (*fn)(void *, const struct mt_tally *), void *arg)
{
	struct tally	 c = { fn, arg };
	struct nl_msg	*m;

	if (nlq == NULL || !there)
		return;
	m = nft_msg(&table, NFT_MSG_GETOBJ, 0);
	nla_put_string(m, NFTA_OBJ_TABLE, table.name);
	nla_put_u32(m, NFTA_OBJ_TYPE, htonl(NFT_OBJECT_COUNTER));
	(void)nlq_dump(nlq, m, found_counter, &c);
}
