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
#ifndef PARENT_ASROOT_NFTMSG_H
#define PARENT_ASROOT_NFTMSG_H

#include <stddef.h>
#include <stdint.h>

#include "asroot_nl.h"

/*
 * Requests to nf_tables, and the expressions that its rules are made of; what
 * the two tables of ours share.  Whatever is compared goes by register 1.
 */
struct nft_table {
	int		 family;	/* NFPROTO_* */
	const char	*name;
	const char	*text;		/* for people: "ip6 ikd" */
};

struct nl_msg	*nft_msg(const struct nft_table *t, int type, int flags);
/* The begin or the end of a transaction. */
void	nft_begin(struct nlq *q);
void	nft_end(struct nlq *q);
/*
 * Is there one, and is it ours?  What is another's is told to the log.
 * UNKNOWN: the kernel did not say; nlq_flush() has the reason.
 */
enum nft_owner { NFT_NONE, NFT_OURS, NFT_FOREIGN, NFT_UNKNOWN };
enum nft_owner nft_owner_of(struct nlq *q, const struct nft_table *t);
/*
 * An empty table, marked as ours: in the place of the one that is ours, or
 * (NONE) where there is none; one of somebody else's is never touched.
 */
void	nft_put_table(struct nlq *q, const struct nft_table *t,
	    enum nft_owner whose);
/* Deletes our table with all that is in it. */
void	nft_put_no_table(struct nlq *q, const struct nft_table *t);
/* A chain of type filter on this hook. */
void	nft_put_chain(struct nlq *q, const struct nft_table *t,
	    const char *name, int hook, int priority);

/* A rule at the end of a chain: begun, expressions, put. */
struct nft_rule {
	struct nl_msg	*m;
	struct nlattr	*list;
};
void	nft_rule_begin(struct nft_rule *r, const struct nft_table *t,
	    const char *chain);
void	nft_rule_put(struct nft_rule *r, struct nlq *q);

/*
 * An expression of numbers alone: what attributes it has, ended by type 0.
 * NFT_OCTET marks those of one octet; the others have four.
 */
#define NFT_OCTET	0x100
struct nft_attr {
	int		 type;
	uint32_t	 v;
};
void	nft_expr(struct nft_rule *r, const char *name,
	    const struct nft_attr *a);
/* Any expression: its attributes are put between the two. */
struct nft_expr {
	struct nlattr	*elem;
	struct nlattr	*data;
};
void	nft_expr_begin(struct nft_rule *r, struct nft_expr *e,
	    const char *name);
void	nft_expr_end(struct nft_rule *r, struct nft_expr *e);
/* attr: as a value of len octets. */
void	nft_put_data(struct nft_rule *r, int attr, const void *p, size_t len);

/* attr is NFTA_META_DREG or _SREG. */
void	nft_meta(struct nft_rule *r, int key, int attr);
void	nft_cmp(struct nft_rule *r, int op, const void *p, size_t len);
void	nft_cmp8(struct nft_rule *r, int op, uint8_t v);
void	nft_cmp32(struct nft_rule *r, int op, uint32_t v);
void	nft_bits(struct nft_rule *r, const void *mask, const void *xor,
	    size_t len);

#endif /* PARENT_ASROOT_NFTMSG_H */
