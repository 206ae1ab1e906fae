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
#ifndef COMMON_PROTO_FILTER_H
#define COMMON_PROTO_FILTER_H

#include "proto_types.h"

/*
 * Packet filters: tmd-policy compiles the rules of the policy into terms, the
 * parent makes one nftables rule of each, in their order.  A rule has one
 * counter for all its terms, and rows of words by which it is listed.
 */
#define FILTER_RULES	512	/* as many as people can oversee */
#define FILTER_TERMS	4096	/* of all rules: a transaction of 2 MB */
#define FILTER_PREFIX	100	/* of a log line; the kernel takes 127 */

/* FRAGMENTS sees what comes in before it is put together. */
enum filter_chain { FILTER_FRAGMENTS, FILTER_IN, FILTER_OUT, FILTER_FORWARD,
	FILTER_CHAINS };
/* PERMIT_STATE: and the replies to it. */
enum filter_verdict { FILTER_PERMIT, FILTER_PERMIT_STATE, FILTER_DENY };
/* FIRST: a fragment, with the header of the next protocol. */
enum filter_frag { FILTER_FRAG_ANY, FILTER_FRAG_NO, FILTER_FRAG_YES,
	FILTER_FRAG_FIRST };
/*
 * Through a tunnel: it has come, or it will go; CLEAR: it has not come so;
 * LINK: it will go by any of our xfrm interfaces.
 */
enum filter_via { FILTER_VIA_NONE, FILTER_VIA_IN, FILTER_VIA_OUT,
	FILTER_VIA_CLEAR, FILTER_VIA_LINK };
/* Whose it is, where no chain tells (FILTER_FRAGMENTS). */
enum filter_place { FILTER_ANYWHERE, FILTER_HERE, FILTER_BEYOND };

#define FILTER_NO_ICMP	256
/*
 * from, to: their protocol is the same; af 0 is any address, of any family
 * if both are.  frag and unrouted need a family.
 */
#define FIELDS_wt_filter(X)						\
	X(U64, counter)		/* not 0 */				\
	X(U8, chain)		/* enum filter_chain */			\
	X(U8, verdict)		/* enum filter_verdict */		\
	X(ONE, from, wt_ts)						\
	X(ONE, to, wt_ts)						\
	X(U16, icmp)		/* type; FILTER_NO_ICMP: any */		\
	X(U8, frag)		/* enum filter_frag */			\
	X(U8, unrouted)		/* not source-routed */		\
	X(U8, via)		/* enum filter_via */			\
	X(U8, place)		/* enum filter_place */			\
	X(STR, iif, 15)		/* empty: any */			\
	X(STR, oif, 15)							\
	X(STR, log, FILTER_PREFIX)	/* empty: no line */
WIRE_STRUCT(wt_filter);

/*
 * A rule as it is listed, for tmd: words, with the keys of `ikectl filter
 * list`.  DYNAMIC: of the table that negotiation makes.
 */
enum filter_row { FILTER_STATIC, FILTER_DYNAMIC };
#define FIELDS_sn_rule(X)						\
	X(U32, no)							\
	X(U8, row)		/* enum filter_row */			\
	X(U64, counter)		/* 0: it has none */			\
	X(LIST, kv, wt_kv, 20)
WIRE_STRUCT(sn_rule);

/*
 * A value of the policy that is no tunnel's, for tmd to say what a reload has
 * changed: "log.level", "debug".  Those that have none are not there.
 */
#define FIELDS_sn_setting(X)						\
	X(STR, name, 63)						\
	X(STR, text, 511)
WIRE_STRUCT(sn_setting);

/* The parent's answer to tmd: counters, as many as fit a message. */
#define FIELDS_mt_tally(X)						\
	X(U64, counter)							\
	X(U64, packets)							\
	X(U64, bytes)
WIRE_STRUCT(mt_tally);

#define FIELDS_mt_tallies(X)						\
	X(U32, req)							\
	X(LIST, t, mt_tally, 64)
WIRE_STRUCT(mt_tallies);

#endif /* COMMON_PROTO_FILTER_H */
