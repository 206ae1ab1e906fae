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

#ifndef COMMON_PROTO_SMALL_H
#define COMMON_PROTO_SMALL_H

#include "proto_ike_sign.h"

/*
 * The pipes whose rooms are still to be filled: dhcprelay; and ike-esp.  What
 * is asked beyond what is built is answered with RSN_UNSUPPORTED.
 */

/* The answer of a room that is still to be filled. */
#define FIELDS_mc_result(X)						\
	X(U32, req)							\
	X(U16, code)							\
	X(STR, text, MSG_TEXT)
WIRE_STRUCT(mc_result);

/* ikd-ike (A) - dhcprelay (B): DHCP messages from a DHCP SA. */
#define FIELDS_mc_dhcp(X)						\
	X(U32, req)							\
	X(VAR, message, 1500)
WIRE_STRUCT(mc_dhcp);
#define PROTO_IKE_DHCP(M)						\
	M(1, DHCP_IN, mc_dhcp, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 32, 0) \
	M(2, DHCP_OUT, mc_result, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 0, 1)
enum { PROTO_IKE_DHCP(MSG_ENUM) };
extern const struct msg_table proto_ike_dhcp;

/* tmd (A) - dhcprelay (B): leases. */
#define FIELDS_mc_lease(X)						\
	X(U32, req)							\
	X(U32, tunnel)							\
	X(ONE, peer, wt_id)
WIRE_STRUCT(mc_lease);
#define PROTO_TMD_DHCP(M)						\
	M(1, LEASE_WANT, mc_lease, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 64, 0) \
	M(2, LEASE, mc_result, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 0, 1)
enum { PROTO_TMD_DHCP(MSG_ENUM) };
extern const struct msg_table proto_tmd_dhcp;

/*
 * ikd-ike (A) - ikd-esp (B): strays, new mappings, streams.  data is the whole
 * datagram, its non-ESP marker included.  ikd-esp holds the TCP streams (RFC
 * 9329), since IKE and ESP share them: IKE messages in are strays (their
 * sockets say tcp), out they are STREAM_OUT.  A stream is known by its two
 * ends.
 */
#define FIELDS_mw_stray(X)						\
	X(ONE, local, wt_sock)						\
	X(ONE, remote, wt_sock)						\
	X(VAR, data, 60000)
WIRE_STRUCT(mw_stray);

/* An authentic ESP packet came from another address or port. */
#define FIELDS_mw_mapping(X)						\
	X(U32, spi_in)							\
	X(ONE, local, wt_sock)						\
	X(ONE, remote, wt_sock)
WIRE_STRUCT(mw_mapping);

/*
 * session not 0: the stream that was asked for it stands (code 0) or does not
 * (an errno).  0: this one is no more.
 */
#define FIELDS_mw_stream(X)						\
	X(U64, session)							\
	X(U16, code)							\
	X(ONE, local, wt_sock)						\
	X(ONE, remote, wt_sock)
WIRE_STRUCT(mw_stream);

/* A session is on this stream (more 1), or no more: an idle one is closed. */
#define FIELDS_mw_hold(X)						\
	X(U8, more)							\
	X(ONE, local, wt_sock)						\
	X(ONE, remote, wt_sock)
WIRE_STRUCT(mw_hold);

#define PROTO_IKE_ESP(M)						\
	M(1, STRAY, mw_stray, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 0, 0)	\
	M(2, MAPPING, mw_mapping, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(3, STREAM_OUT, mw_stray, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(4, STREAM, mw_stream, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(5, STREAM_HOLD, mw_hold, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 0)
enum { PROTO_IKE_ESP(MSG_ENUM) };
extern const struct msg_table proto_ike_esp;

#endif /* COMMON_PROTO_SMALL_H */
