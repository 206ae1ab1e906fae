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

#ifndef COMMON_PROTO_IKE_WHY_H
#define COMMON_PROTO_IKE_WHY_H

#include "proto_types.h"

/*
 * From ikd-ike to tmd (proto_ike_tmd.h): the steps of a negotiation,
 * what failed, and over what; and that all it has was told.
 */

/*
 * Progress, for `ikectl activate`: "IKE_SA_INIT", "sent, answered in 12 ms",
 * "aes256gcm16-prfsha384-x25519, no NAT".
 */
#define FIELDS_mx_step(X)						\
	X(U32, order)							\
	X(U32, tunnel)							\
	X(STR, what, 31)						\
	X(STR, how, 127)						\
	X(STR, detail, 255)
WIRE_STRUCT(mx_step);

/*
 * So many octets of IKE messages has the session of this SPI pair carried
 * since its keys were made: told at each further KB, where the policy has a
 * lifesize.
 */
#define FIELDS_mx_carried(X)						\
	X(FIX, spi_i, 8)						\
	X(FIX, spi_r, 8)						\
	X(U64, octets)
WIRE_STRUCT(mx_carried);

/* A negotiation ended without a session (tunnel 0: we never learnt which). */
#define FIELDS_mx_failed(X)						\
	X(U32, order)							\
	X(U64, exch)							\
	X(U32, tunnel)							\
	X(U32, child)		/* a child alone failed, its session stays */ \
	X(ONE, local, wt_sock)						\
	X(ONE, remote, wt_sock)						\
	X(U8, initiator)						\
	X(U16, code)							\
	X(STR, text, MSG_TEXT)
WIRE_STRUCT(mx_failed);

/*
 * The peer sends us to another gateway (RFC 5685): addr, or where that has af
 * 0, name.  With an order it is the end of that negotiation; without, of the
 * session of this SPI pair, which is up.
 */
#define REDIRECT_NAME	253
#define FIELDS_mx_redirected(X)						\
	X(U32, order)							\
	X(U64, exch)							\
	X(U32, tunnel)							\
	X(FIX, spi_i, 8)						\
	X(FIX, spi_r, 8)						\
	X(ONE, from, wt_addr)						\
	X(ONE, addr, wt_addr)						\
	X(STR, name, REDIRECT_NAME)
WIRE_STRUCT(mx_redirected);

/*
 * What a peer offered that met nothing of ours: comes right before the
 * NEG_FAILED that it explains.  child 0: the IKE SA.  As many proposals and
 * transforms as fit.
 */
#define FIELDS_mx_offered(X)						\
	X(U32, tunnel)							\
	X(U32, child)							\
	X(ONE, remote, wt_sock)						\
	X(LIST, offer, wt_proposal, LINK_PROPOSALS)
WIRE_STRUCT(mx_offered);

/*
 * The peer wants a generic child (sn_child.generic), and this address in it:
 * tmd looks whose it is and answers with GRANT_CHILD or not; to a session
 * that is not up, which it asked in between, with GRANTED once more.
 */
#define FIELDS_mx_host(X)						\
	X(FIX, ticket, TICKET_LEN)					\
	X(U32, child)							\
	X(ONE, host, wt_addr)
WIRE_STRUCT(mx_host);

/* The end of what a new tmd is told.  first: the worker had none before. */
#define FIELDS_mx_replayed(X)						\
	X(U8, first)
WIRE_STRUCT(mx_replayed);

#endif /* COMMON_PROTO_IKE_WHY_H */
