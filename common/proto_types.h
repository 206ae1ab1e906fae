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

#ifndef COMMON_PROTO_TYPES_H
#define COMMON_PROTO_TYPES_H

#include "proto_words.h"
#include "wire.h"

/*
 * The types that messages and snapshots share.  Times are seconds of
 * CLOCK_BOOTTIME unless the name ends in _ms; sizes are octets; 0 is "no
 * limit".
 */

/* Limits, each with its reason. */
#define NAME_MAX_LEN	64	/* names of the policy file */
#define KEY_URI_MAX	255	/* a name, or a "pkcs11:" URI (RFC 7512) */
#define LINK_TS		32	/* selectors a side, as TS_MAX */
#define LINK_CHILDREN	32	/* children of a tunnel, as INITIATE names */
#define LINK_PREFIXES	16	/* outer prefixes a side */
#define LINK_PROPOSALS	8	/* proposals of one policy */
#define LINK_XFORMS	40	/* transforms of one proposal */
#define MSG_SA_INIT	8192	/* an IKE_SA_INIT message, ours or a peer's */
#define MSG_TEXT	512	/* a sentence for a person */
#define PEER_LEN	16	/* digest that stands for an identity */
#define ROUNDS_MAX	4	/* of a side: RFC 4739 has no limit */
#define RULE_LEN	16	/* digest of what one of them demands */
#define TICKET_LEN	32	/* our nonce, RFC 7296 section 2.10: 16..256 */
#define KEY_MAX		64	/* one direction's encryption or MAC key */
#define GRANT_MEMO	784 /* what tmd notes on a grant for its successor */

/* An address: af 4 (first 4 octets) or 6; af 0 is none. */
#define FIELDS_wt_addr(X)						\
	X(U8, af)							\
	X(FIX, a, 16)
WIRE_STRUCT(wt_addr);

#define FIELDS_wt_prefix(X)						\
	X(ONE, addr, wt_addr)						\
	X(U8, plen)
WIRE_STRUCT(wt_prefix);

/* An address and a port of UDP or, in a stream of RFC 9329, of TCP. */
#define FIELDS_wt_sock(X)						\
	X(ONE, addr, wt_addr)						\
	X(U16, port)							\
	X(U8, tcp)
WIRE_STRUCT(wt_sock);

/* A traffic selector, RFC 7296 section 3.13.1; af as in wt_addr. */
#define FIELDS_wt_ts(X)							\
	X(U8, af)							\
	X(U8, proto)							\
	X(U16, port_lo)							\
	X(U16, port_hi)							\
	X(FIX, lo, 16)							\
	X(FIX, hi, 16)
WIRE_STRUCT(wt_ts);

/* An identity, RFC 7296 section 3.5; type 0 is "any". */
#define FIELDS_wt_id(X)							\
	X(U8, type)							\
	X(BUF, data, 512)
WIRE_STRUCT(wt_id);

/* A transform; keybits is the key length attribute, 0 for none. */
#define FIELDS_wt_xform(X)						\
	X(U8, type)							\
	X(U16, id)							\
	X(U16, keybits)
WIRE_STRUCT(wt_xform);

/* A proposal: protocol 1 IKE, 2 AH, 3 ESP; several of a type are choices. */
#define FIELDS_wt_proposal(X)						\
	X(U8, proto)							\
	X(LIST, xf, wt_xform, LINK_XFORMS)
WIRE_STRUCT(wt_proposal);

/*
 * A chosen suite: one transform of each type (id 0: none; of those additional
 * key exchanges that we know, the numbers fit in an octet).
 */
#define FIELDS_wt_suite(X)						\
	X(U8, proto)							\
	X(U16, encr)							\
	X(U16, encr_bits)						\
	X(U16, integ)							\
	X(U16, prf)							\
	X(U16, ke)							\
	X(FIX, more_ke, 7)	/* RFC 9370: the additional ones */	\
	X(U8, esn)							\
	X(U16, ah)		/* of a bundle: AH around it, its integ */
WIRE_STRUCT(wt_suite);

/*
 * A ceiling: the widest thing the policy file allows for one child of one
 * tunnel.  The parent holds them; grants are checked against them.
 */
#define FIELDS_wt_ceiling(X)						\
	X(U32, tunnel)							\
	X(U32, child)							\
	X(U32, reqid)							\
	X(U32, if_id)							\
	X(U32, mark)							\
	X(U32, mark_mask)						\
	X(U8, mode)							\
	X(U8, protos)							\
	X(U64, algs)							\
	X(U8, encap)							\
	X(U8, roaming)							\
	X(U8, idle)							\
	X(U64, hard_seconds)						\
	X(U64, hard_bytes)						\
	X(U64, grant_seconds)						\
	X(STR, interface, 15)						\
	X(STR, vrf, 15)		/* the interface is in it */		\
	X(U8, offload)		/* enum offload */			\
	X(U8, heads)		/* enum head_bit */			\
	X(U8, dscp)		/* of outer packets, and 1; 0: none */	\
	X(U32, tfc)		/* inner packets grow to it: TFC_MTU */	\
	X(U8, one_host)		/* any-host: IDLE_DROP or IDLE_PASS */ \
	X(U8, manual)		/* its keys are the policy's */		\
	X(LIST, outer_local, wt_prefix, LINK_PREFIXES)			\
	X(LIST, outer_remote, wt_prefix, LINK_PREFIXES)			\
	X(LIST, pools, wt_prefix, LINK_PREFIXES)			\
	X(LIST, ts_local, wt_ts, LINK_TS)				\
	X(LIST, ts_remote, wt_ts, LINK_TS)
WIRE_STRUCT(wt_ceiling);

/*
 * A grant: what tmd allows one authenticated peer for one child.  expiry is
 * CLOCK_BOOTTIME seconds.  peer: the verifier's digest of the proved
 * identity, so that the parent can tell one peer from another.  The memo is
 * tmd's own note, opaque to the parent, given back to a tmd that was
 * restarted.
 */
#define FIELDS_wt_grant(X)						\
	X(U32, id)							\
	X(FIX, ticket, TICKET_LEN)					\
	X(FIX, peer, PEER_LEN)						\
	X(U8, slot)							\
	X(U32, generation)						\
	X(U32, tunnel)							\
	X(U32, child)							\
	X(U32, reqid)							\
	X(U32, if_id)							\
	X(U32, mark)							\
	X(U32, mark_mask)						\
	X(U8, mode)							\
	X(U8, protos)							\
	X(U64, algs)							\
	X(U8, encap)							\
	X(U8, pairs)							\
	X(U8, roaming)							\
	X(U8, manual)		/* as in wt_ceiling */			\
	X(U64, expiry)							\
	X(U64, hard_seconds)						\
	X(U64, hard_bytes)						\
	X(LIST, outer_local, wt_prefix, LINK_PREFIXES)			\
	X(LIST, outer_remote, wt_prefix, LINK_PREFIXES)			\
	X(LIST, ts_local, wt_ts, LINK_TS)				\
	X(LIST, ts_remote, wt_ts, LINK_TS)				\
	X(BUF, memo, GRANT_MEMO)
WIRE_STRUCT(wt_grant);

/* A key that signs: enum key_sort (keyname.h; 0: none, or not known). */
#define FIELDS_wt_keysort(X)						\
	X(U8, sort)							\
	X(U16, bits)
WIRE_STRUCT(wt_keysort);

/* What one pair of SAs has done. */
#define FIELDS_wt_counters(X)						\
	X(U64, in_bytes)						\
	X(U64, in_packets)						\
	X(U64, out_bytes)						\
	X(U64, out_packets)						\
	X(U64, replays)							\
	X(U64, bad_icv)							\
	X(U64, bad_ts)							\
	X(U64, last_in)							\
	X(U64, last_out)
WIRE_STRUCT(wt_counters);

/* A word or argument; a key with its value. */
#define FIELDS_wt_word(X)						\
	X(STR, w, 255)
WIRE_STRUCT(wt_word);

#define FIELDS_wt_kv(X)							\
	X(STR, k, 31)							\
	X(STR, v, 511)
WIRE_STRUCT(wt_kv);

/* A body without fields. */
extern const struct wire_type wire_m_empty;

#endif /* COMMON_PROTO_TYPES_H */
