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

#ifndef COMMON_PROTO_IKE_TMD_H
#define COMMON_PROTO_IKE_TMD_H

#include "pipe.h"
#include "proto_ike_why.h"

/*
 * ikd-ike (A) - tmd (B): orders, grants, liveness, reasons.  A session is
 * named by ike's SPI pair; exch is ike's number of a negotiation.
 */

/* Start a negotiation.  children: which to ask for first; none: the first. */
#define FIELDS_mx_num(X)						\
	X(U32, n)
WIRE_STRUCT(mx_num);

#define FIELDS_mx_initiate(X)						\
	X(U32, order)							\
	X(U32, tunnel)							\
	X(U32, generation)						\
	X(ONE, local, wt_sock)	/* af 0: as the route says */		\
	X(ONE, remote, wt_sock)						\
	X(LIST, children, mx_num, 32)					\
	X(ONE, acquire_src, wt_ts)	/* af 0: no packet */		\
	X(ONE, acquire_dst, wt_ts)					\
	X(U8, initial_contact)	/* we hold nothing with this peer: say so */ \
	X(ONE, redirected, wt_addr)	/* who sent us there; af 0: nobody */ \
	X(U8, resume)		/* certd-sign has a ticket: show it */	\
	X(U8, by_tcp)		/* the attempt before ended in RSN_TCP */ \
	X(U8, wary)		/* in RSN_COOKIE: cookies are held longer */
WIRE_STRUCT(mx_initiate);

/*
 * One child's grant; sent before the GRANTED that ends the row.  With exch 0
 * it is a further child for the session of this SPI pair, which is up (a
 * child that was opened later); no GRANTED follows.
 */
#define FIELDS_mx_grant_child(X)					\
	X(U64, exch)							\
	X(FIX, spi_i, 8)						\
	X(FIX, spi_r, 8)						\
	X(U32, grant)							\
	X(U32, child)							\
	X(U64, hard_seconds)						\
	X(LIST, ts_local, wt_ts, LINK_TS)				\
	X(LIST, ts_remote, wt_ts, LINK_TS)
WIRE_STRUCT(mx_grant_child);

/* expiry: CLOCK_BOOTTIME seconds, when the authentication ends. */
#define FIELDS_mx_granted(X)						\
	X(U64, exch)							\
	X(FIX, ticket, TICKET_LEN)					\
	X(U32, tunnel)							\
	X(U32, generation)						\
	X(U64, expiry)							\
	X(U8, initial_contact)	/* tell the peer so (initiator) */	\
	X(U8, answers)		/* this end can begin no other */
WIRE_STRUCT(mx_granted);

#define FIELDS_mx_denied(X)						\
	X(U64, exch)							\
	X(FIX, ticket, TICKET_LEN)					\
	X(U16, code)							\
	X(STR, text, MSG_TEXT)
WIRE_STRUCT(mx_denied);

/*
 * what: 1 delete, 2 delete without a word, 3 rekey, 4 probe liveness, 5 a
 * HOST_WANT is decided.  In RENEW 0: tmd is to begin another authentication;
 * code: RSN_OK, the policy renews keys so (key-renewal: reauth);
 * RSN_NO_PROPOSAL, no rekey agrees; RSN_EXPIRED, the peer asks (RFC 4478).
 */
enum session_verb { SESSION_DELETE = 1, SESSION_FORGET, SESSION_REKEY,
	SESSION_PROBE, SESSION_HOST };
#define FIELDS_mx_session(X)						\
	X(FIX, spi_i, 8)						\
	X(FIX, spi_r, 8)						\
	X(U8, what)							\
	X(U16, code)		/* enum reason */
WIRE_STRUCT(mx_session);

/* Open a further child of the session; forget the grant, which is gone. */
enum child_verb { CHILD_OPEN = 1, CHILD_DELETE, CHILD_REKEY, CHILD_FORGET };
#define FIELDS_mx_child(X)						\
	X(FIX, spi_i, 8)						\
	X(FIX, spi_r, 8)						\
	X(U32, child)							\
	X(U32, grant)							\
	X(U32, spi_in)		/* 0: the newest */			\
	X(U8, what)							\
	X(U16, code)							\
	X(ONE, acquire_src, wt_ts)	/* open; af 0: no packet */	\
	X(ONE, acquire_dst, wt_ts)
WIRE_STRUCT(mx_child);

enum nat_bits { NAT_US = 1, NAT_PEER = 2, NAT_FORCED = 4, NAT_ASKED = 8 };
#define FIELDS_mx_up(X)							\
	X(U8, again)		/* told again to a new tmd */		\
	X(U32, order)							\
	X(U32, tunnel)							\
	X(FIX, ticket, TICKET_LEN)					\
	X(FIX, spi_i, 8)						\
	X(FIX, spi_r, 8)						\
	X(FIX, old_spi_i, 8)	/* rekeyed from, or zero */		\
	X(FIX, old_spi_r, 8)						\
	X(U8, initiator)						\
	X(ONE, suite, wt_suite)						\
	X(ONE, local, wt_sock)						\
	X(ONE, remote, wt_sock)						\
	X(U8, nat)		/* nat_bits; FORCED, ASKED: UDP without it */ \
	X(U64, since) X(U64, rekey_at) X(U64, ends_at)			\
	X(U64, anew_by)		/* RFC 4478: as the peer asks, or 0 */
WIRE_STRUCT(mx_up);

#define FIELDS_mx_down(X)						\
	X(FIX, spi_i, 8)						\
	X(FIX, spi_r, 8)						\
	X(U32, tunnel)							\
	X(U16, code)							\
	X(STR, text, MSG_TEXT)
WIRE_STRUCT(mx_down);

#define FIELDS_mx_child_up(X)						\
	X(U8, again)							\
	X(FIX, spi_i, 8)						\
	X(FIX, spi_r, 8)						\
	X(U32, grant)							\
	X(U32, tunnel)							\
	X(U32, child)							\
	X(U32, spi_in) X(U32, spi_out)					\
	X(U32, replaces)						\
	X(U8, initiator)						\
	X(U8, udp_encap)						\
	X(ONE, suite, wt_suite)	/* ke: the PFS group or 0 */		\
	X(U64, since) X(U64, rekey_at) X(U64, ends_at)			\
	X(LIST, ts_local, wt_ts, LINK_TS)				\
	X(LIST, ts_remote, wt_ts, LINK_TS)
WIRE_STRUCT(mx_child_up);

#define FIELDS_mx_child_down(X)						\
	X(U32, grant)							\
	X(U32, tunnel)							\
	X(U32, child)							\
	X(U32, spi_in)							\
	X(U16, code)							\
	X(STR, text, MSG_TEXT)						\
	X(ONE, counters, wt_counters)
WIRE_STRUCT(mx_child_down);

/* Counters of a worker, for `ikectl show stats`. */
#define FIELDS_mx_req(X)						\
	X(U32, req)
WIRE_STRUCT(mx_req);

#define FIELDS_mx_stats(X)						\
	X(U32, req)							\
	X(LIST, kv, wt_kv, 64)
WIRE_STRUCT(mx_stats);

/*
 * Show the messages of a tunnel, or with one address, on the socket that
 * comes along, until TRACE_END: `ikectl trace` (proto_trace.h).
 */
#define FIELDS_mx_trace(X)						\
	X(U32, req)		/* tmd's number */			\
	X(U32, tunnel)		/* 0: the peer's address says it */	\
	X(ONE, peer, wt_addr)						\
	X(U8, keys)		/* too, if root is at the other end */
WIRE_STRUCT(mx_trace);

#define PROTO_IKE_TMD(M)						\
	M(1, INITIATE, mx_initiate, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(2, GRANT_CHILD, mx_grant_child, SIDE_B, PH_ANY, FD_NONE,	\
	    MSG_MANY, 0, 0)						\
	M(3, GRANTED, mx_granted, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(4, DENIED, mx_denied, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(5, SESSION_DO, mx_session, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(6, CHILD_DO, mx_child, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(7, STEP, mx_step, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 0)	\
	M(8, SESSION_UP, mx_up, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(9, SESSION_DOWN, mx_down, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(10, CHILD_UP, mx_child_up, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(11, CHILD_DOWN, mx_child_down, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, \
	    0, 0)							\
	M(12, NEG_FAILED, mx_failed, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(13, STATS_WANT, mx_req, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 8, 0) \
	M(14, STATS, mx_stats, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 13) \
	M(15, REPLAY_END, mx_replayed, SIDE_A, PH_ANY, FD_NONE, MSG_ONCE, 0, 0)\
	M(16, SESSION_MOVED, mx_up, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(17, INITIAL_CONTACT, mx_session, SIDE_A, PH_ANY, FD_NONE,	\
	    MSG_MANY, 0, 0)						\
	M(18, OFFERED, mx_offered, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(19, RENEW, mx_session, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(20, CARRIED, mx_carried, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(24, TRACE, mx_trace, SIDE_B, PH_ANY, FD_ONE, MSG_MANY, 0, 0)	\
	M(25, TRACE_END, mx_req, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(26, REDIRECTED, mx_redirected, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, \
	    0, 0)							\
	M(30, HOST_WANT, mx_host, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 0)

enum { PROTO_IKE_TMD(MSG_ENUM) };
extern const struct msg_table proto_ike_tmd;

#endif /* COMMON_PROTO_IKE_TMD_H */
