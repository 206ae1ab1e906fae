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

#ifndef COMMON_PROTO_SIGN_CERTD_H
#define COMMON_PROTO_SIGN_CERTD_H

#include "proto_ike_sign.h"

/*
 * certd-sign (A) - certd (B): the boot key one way, and for each AUTH_CHECK
 * that certd has to judge two questions the other way.  CERT_CLAIM uses up
 * the ticket (and an initiator's order) and gives the octets that the peer
 * must have signed; CERT_SIGN, once per claim of a responder, brings our own
 * AUTH after certd has found the peer good.  CERT_OURS comes at each PREPARE
 * of certd's and on each new pipe.
 */
#define FIELDS_mc_boot_key(X)						\
	X(SFIX, key, 32)
WIRE_STRUCT(mc_boot_key);

/*
 * tunnel: a responder's, as certd chose it; in a later round (RFC 4739) it is
 * certd-sign that chooses.  k's chain stays behind.
 */
#define FIELDS_mc_ask(X)						\
	X(U32, req)							\
	X(U8, worker)							\
	X(U32, tunnel)							\
	X(ONE, k, mk_check)
WIRE_STRUCT(mc_ask);

/*
 * octets: message, nonce and prf(SK_p, ID), RFC 7296 section 2.15, with the PPK
 * in SK_p if one is used; no_ppk: they are what NO_PPK_AUTH must cover (RFC
 * 8784); mix is AUTH_CHECKED's.  The rest is what a verdict names.
 */
#define OCTETS_MAX	(8 + 2 * MSG_SA_INIT + 256 + KEY_MAX + INTAUTH_LEN)
#define FIELDS_mc_claimed(X)						\
	X(U32, req)							\
	X(U16, code)		/* enum reason */			\
	X(STR, text, MSG_TEXT)						\
	X(U32, tunnel)							\
	X(U32, generation)						\
	X(U8, rounds_ours)						\
	X(U8, rounds_theirs)						\
	X(FIX, spi_i, 8)						\
	X(FIX, spi_r, 8)						\
	X(ONE, id_ours, wt_id)						\
	X(ONE, id_peer, wt_id)						\
	X(FIX, peer, PEER_LEN)						\
	X(ONE, key_ours, wt_keysort)					\
	X(U8, no_ppk)							\
	X(U8, mix)							\
	X(U8, ppk_used)							\
	X(STR, ppk, PPK_TOLD)						\
	X(VAR, octets, OCTETS_MAX)
WIRE_STRUCT(mc_claimed);

#define FIELDS_mc_signed(X)						\
	X(U32, req)							\
	X(U16, code)							\
	X(STR, text, MSG_TEXT)						\
	X(U8, method)							\
	X(SBUF, auth, AUTH_DATA_MAX)
WIRE_STRUCT(mc_signed);

/* Rows SNAP_OURS of a generation, a snapshot for certd-sign. */
#define FIELDS_mc_ours(X)						\
	X(U32, generation)
WIRE_STRUCT(mc_ours);

#define PROTO_SIGN_CERTD(M)						\
	M(1, BOOT_KEY, mc_boot_key, SIDE_A, PH_ANY, FD_NONE, MSG_ONCE, 0, 0) \
	M(2, CERT_CLAIM, mc_ask, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 256, 0) \
	M(3, CERT_CLAIMED, mc_claimed, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, \
	    0, 2)							\
	M(4, CERT_SIGN, mc_ask, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 256, 0) \
	M(5, CERT_SIGNED, mc_signed, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 4) \
	M(6, CERT_OURS, mc_ours, SIDE_B, PH_ANY, FD_ONE, MSG_MANY, 0, 0)
enum { PROTO_SIGN_CERTD(MSG_ENUM) };
extern const struct msg_table proto_sign_certd;

#endif /* COMMON_PROTO_SIGN_CERTD_H */
