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

#ifndef COMMON_PROTO_PARENT_IKE_H
#define COMMON_PROTO_PARENT_IKE_H

#include "proto_life.h"

/*
 * parent (A) - ikd-ike (B): install, migrate, delete, on a grant.
 * Both SAs of a pair in one message: either both stand or none.
 */

/*
 * serial rises with each INSTALL and MIGRATE of a worker.  Keys: encryption
 * key with its salt, and integrity key (empty with AEAD).  hold_out: send on
 * the new pair only once a packet came in on it, or the pair it replaces is
 * removed (the responder of an exchange, RFC 7296 section 2.8).  replaces: the
 * inbound SPI of the pair of this grant that it rekeys; one that is no more,
 * as its hard end came meanwhile, is replaced by nobody.  0: whatever pair
 * serves its flows, as that of a session which is being authenticated anew;
 * but not for long, since the peer may know nothing of that one.  local and
 * remote: the outer addresses, with the UDP ports of the encapsulation.
 */
#define FIELDS_mi_install(X)						\
	X(U32, req)							\
	X(U32, grant)							\
	X(U64, serial)							\
	X(U32, spi_in)							\
	X(U32, spi_out)							\
	X(U32, replaces)						\
	X(U8, hold_out)							\
	X(U8, mode)							\
	X(U8, udp_encap)						\
	X(U8, no_tfc)		/* the peer takes no TFC padding */	\
	X(ONE, suite, wt_suite)						\
	X(U32, replay_window)						\
	X(U64, hard_seconds)						\
	X(U64, soft_bytes)						\
	X(U64, hard_bytes)						\
	X(U64, soft_packets)						\
	X(U64, hard_packets)						\
	X(ONE, local, wt_sock)						\
	X(ONE, remote, wt_sock)						\
	X(LIST, ts_local, wt_ts, LINK_TS)				\
	X(LIST, ts_remote, wt_ts, LINK_TS)				\
	X(SBUF, encr_in, KEY_MAX)					\
	X(SBUF, encr_out, KEY_MAX)					\
	X(SBUF, integ_in, KEY_MAX)					\
	X(SBUF, integ_out, KEY_MAX)					\
	X(U32, ah_spi_in)	/* suite.ah */				\
	X(U32, ah_spi_out)						\
	X(SBUF, ah_in, KEY_MAX)						\
	X(SBUF, ah_out, KEY_MAX)
WIRE_STRUCT(mi_install);

/* code: enum reason; text: which invariant, both sides' values. */
#define FIELDS_mi_result(X)						\
	X(U32, req)							\
	X(U16, code)							\
	X(STR, text, MSG_TEXT)
WIRE_STRUCT(mi_result);

/*
 * QUERY_SA is answered RSN_REPLACED when the pair is retired and another one
 * serves its flows; what RETIRE has to do is done then.
 */
#define FIELDS_mi_sa(X)							\
	X(U32, req)							\
	X(U32, grant)							\
	X(U32, spi_in)
WIRE_STRUCT(mi_sa);

/*
 * RETIRE: the peer has deleted this pair, which another one replaces (RFC
 * 7296 sections 1.4.1, 2.8).  Nothing is sent on it from now on, what waited
 * for its end may be; what is still under way to us is received until REMOVE.
 */
#define FIELDS_mi_pair(X)						\
	X(U32, grant)							\
	X(U32, spi_in)
WIRE_STRUCT(mi_pair);

#define FIELDS_mi_migrate(X)						\
	X(U32, req)							\
	X(U32, grant)							\
	X(U64, serial)							\
	X(U32, spi_in)							\
	X(ONE, local, wt_sock)						\
	X(ONE, remote, wt_sock)
WIRE_STRUCT(mi_migrate);

#define FIELDS_mi_removed(X)						\
	X(U32, req)							\
	X(U16, code)							\
	X(ONE, counters, wt_counters)
WIRE_STRUCT(mi_removed);

/* kind: 1 time, 2 bytes, 3 packets, 4 the plane lost the SA. */
enum expire_kind { EXPIRE_TIME = 1, EXPIRE_BYTES, EXPIRE_PACKETS,
	EXPIRE_LOST };
#define FIELDS_mi_expire(X)						\
	X(U32, grant)							\
	X(U32, spi_in)							\
	X(U8, kind)							\
	X(U8, hard)
WIRE_STRUCT(mi_expire);

/*
 * An authentic packet of this pair came from elsewhere: the kernel plane's
 * word; ikd-esp tells it on its own pipe (proto_small.h).
 */
#define FIELDS_mi_mapping(X)						\
	X(U32, grant)							\
	X(U32, spi_in)							\
	X(ONE, local, wt_sock)						\
	X(ONE, remote, wt_sock)
WIRE_STRUCT(mi_mapping);

/*
 * This host's addresses but the loopback's, as they are from now on: where an
 * initiator may be seen from whose policy names no address (RFC 7296 section
 * 2.23), and by `listen: IFACE`, for which each has its interface.  More than
 * so many (the message is bounded): the first ones, and that there are more.
 */
#define LINK_ADDRS	512
#define FIELDS_mi_addr(X)						\
	X(ONE, addr, wt_addr)						\
	X(STR, link, 15)	/* IFNAMSIZ - 1 */
WIRE_STRUCT(mi_addr);

#define FIELDS_mi_addrs(X)						\
	X(LIST, at, mi_addr, LINK_ADDRS)				\
	X(U8, more)
WIRE_STRUCT(mi_addrs);

/*
 * ASK_WAY: from which address of ours the route leads to the peer's; WAY says
 * it (af 0: there is no route).  session is ike's own mark of the question.
 * OUR_ADDRS comes again when an address, a link or a route has changed: time
 * to ask.
 */
#define FIELDS_mi_way(X)						\
	X(U64, session)							\
	X(ONE, remote, wt_addr)						\
	X(ONE, local, wt_addr)
WIRE_STRUCT(mi_way);

/*
 * A stream of RFC 9329 to a peer (local: from which address; af 0: as the
 * route says), for a session of ours.  STREAM_BEGUN: code 0, and ikd-esp says
 * how it went on; or an errno.
 */
#define FIELDS_mi_stream(X)						\
	X(U64, session)							\
	X(U32, tunnel)							\
	X(ONE, local, wt_addr)						\
	X(ONE, remote, wt_sock)
WIRE_STRUCT(mi_stream);

#define FIELDS_mi_begun(X)						\
	X(U64, session)							\
	X(U16, code)
WIRE_STRUCT(mi_begun);

#define ROWS_PARENT_IKE(M)						\
	M(32, INSTALL, mi_install, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, 64, 0) \
	M(33, INSTALLED, mi_result, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 0, 32) \
	M(34, REMOVE, mi_sa, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, 256, 0) \
	M(35, REMOVED, mi_removed, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 0, 34) \
	M(36, MIGRATE, mi_migrate, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, 64, 0) \
	M(37, MIGRATED, mi_result, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 0, 36) \
	M(38, QUERY_SA, mi_sa, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, 256, 0) \
	M(39, SA_INFO, mi_removed, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 0, 38) \
	M(40, SA_EXPIRE, mi_expire, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 0, 0) \
	M(41, RETIRE, mi_pair, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, 0, 0) \
	M(42, PAIR_MAPPING, mi_mapping, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, \
	    0, 0)							\
	M(43, OUR_ADDRS, mi_addrs, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 0, 0) \
	M(44, ASK_WAY, mi_way, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, 64, 0) \
	M(45, WAY, mi_way, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 0, 44)	\
	M(46, BEGIN_STREAM, mi_stream, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, \
	    64, 0)							\
	M(47, STREAM_BEGUN, mi_begun, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, \
	    0, 46)

enum { ROWS_PARENT_IKE(MSG_ENUM) };
/* LIFE_ROWS and these. */
extern const struct msg_table proto_parent_ike;

#endif /* COMMON_PROTO_PARENT_IKE_H */
