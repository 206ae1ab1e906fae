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

#ifndef COMMON_PROTO_SIGN_TMD_H
#define COMMON_PROTO_SIGN_TMD_H

#include "proto_ike_sign.h"

/*
 * certd-sign (A) - tmd (B), and certd (A) - tmd (B): verdicts one way,
 * one-time orders to initiate the other, each for one worker of ikd-ike.
 */
#define FIELDS_mv_order(X)						\
	X(U32, order)							\
	X(U32, tunnel)							\
	X(U32, generation)						\
	X(U8, worker)
WIRE_STRUCT(mv_order);

#define FIELDS_mv_order_id(X)						\
	X(U32, order)
WIRE_STRUCT(mv_order_id);

/*
 * Who: exact identities as they were proved.  cred_end: the end of the
 * credential in seconds of the real-time clock, 0 for a PSK.  fingerprint:
 * of a certificate or key; for a PSK prf(boot key, secret), so that a
 * changed PSK is seen and none is told.  peer: SHA-256 of id_peer, cut; in a
 * later round of several (RFC 4739) of the digest so far and id_peer.  Method
 * 0: the peer has nothing to prove in this round, and said nothing.  ppk: the
 * post-quantum pre-shared key, or, when ppk_used is 0 and there might have
 * been one, why there is none; empty: the policy has none for this tunnel.
 */
#define PROOF_MAX	191	/* octets of words on a certificate or key */
#define FIELDS_mv_verdict(X)						\
	X(ONE, ticket, mk_ticket)					\
	X(U8, round)							\
	X(U64, exch)							\
	X(FIX, spi_i, 8)						\
	X(FIX, spi_r, 8)						\
	X(U8, initiator)						\
	X(U32, order)							\
	X(U32, tunnel)							\
	X(U32, generation)						\
	X(ONE, id_ours, wt_id)						\
	X(ONE, id_peer, wt_id)						\
	X(FIX, peer, PEER_LEN)						\
	X(U8, method)							\
	X(ONE, key_ours, wt_keysort)	/* what signs for us, */	\
	X(ONE, key_peer, wt_keysort)	/* and for the peer */		\
	X(FIX, fingerprint, 32)						\
	X(FIX, key, 20)		/* SHA-1 of the SPKI; zero with a PSK */ \
	X(U64, cred_end)						\
	X(STR, proof, PROOF_MAX)	/* for people; empty with a PSK */ \
	X(U8, ppk_used)							\
	X(STR, ppk, PPK_TOLD)		/* for people, too */		\
	X(ONE, local, wt_sock)						\
	X(ONE, remote, wt_sock)					\
	X(U64, proved)		/* when; CLOCK_BOOTTIME seconds */	\
	X(U8, resumed)		/* by a ticket: what follows is its */	\
	X(U64, expiry)		/* as it was given then */		\
	X(FIX, old_spi_i, 8)	/* of the IKE SA that is resumed */	\
	X(FIX, old_spi_r, 8)						\
	X(U32, voids)		/* TICKETS_VOID heard before, on this pipe */
WIRE_STRUCT(mv_verdict);

/*
 * certd-sign alone: the tunnels whose private key is locked by a passphrase
 * now.  The first message forgets what was said before, the last one ends
 * the list; tunnel 0 is none.
 */
#define FIELDS_mv_locked(X)						\
	X(U8, first)							\
	X(U8, last)							\
	X(U32, tunnel)							\
	X(STR, key, NAME_MAX_LEN)
WIRE_STRUCT(mv_locked);

/*
 * What certd or certd-sign holds, for `ikectl show cert`: CRED rows from the
 * place `from` on, as many as go into one turn, then CREDS with the place to
 * go on from, or 0 behind the last.
 */
#define CRED_KVS	16
#define FIELDS_mv_creds(X)						\
	X(U32, req)							\
	X(U32, from)
WIRE_STRUCT(mv_creds);

#define FIELDS_mv_cred(X)						\
	X(U32, req)							\
	X(STR, kind, 31)						\
	X(LIST, kv, wt_kv, CRED_KVS)
WIRE_STRUCT(mv_cred);

#define PROTO_SIGN_TMD(M)						\
	M(1, VERDICT, mv_verdict, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(2, ORDER, mv_order, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 0, 0)	\
	M(3, ORDER_DROP, mv_order_id, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, \
	    0, 0)							\
	M(4, LOCKED, mv_locked, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(6, CREDS_WANT, mv_creds, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 64, 0) \
	M(7, CRED, mv_cred, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 0)	\
	M(8, CREDS, mv_creds, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 6)

/*
 * certd's pipe has two rows more: what it vouched for holds no longer (a CRL
 * of today revokes it).  tmd ends the sessions that rest on a verdict of
 * certd's with this fingerprint; of others' verdicts certd has no say.
 */
#define FIELDS_mv_distrust(X)						\
	X(FIX, fingerprint, 32)						\
	X(STR, text, MSG_TEXT)
WIRE_STRUCT(mv_distrust);

/*
 * Another: our own certificates that have ended, have not begun, or end soon
 * (certificates: warn), a list of all; tunnel 0: it is empty.  Seconds since
 * 1970.
 */
#define FIELDS_mv_own_end(X)						\
	X(U8, first)							\
	X(U8, last)							\
	X(U32, tunnel)							\
	X(U64, begins)							\
	X(U64, ends)							\
	X(STR, file, NAME_MAX_LEN)	/* of certs/ */
WIRE_STRUCT(mv_own_end);
#define PROTO_CERTD_TMD_MORE(M)						\
	M(5, DISTRUST, mv_distrust, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(9, OWN_END, mv_own_end, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 0)

enum { PROTO_SIGN_TMD(MSG_ENUM) PROTO_CERTD_TMD_MORE(MSG_ENUM) };
extern const struct msg_table proto_sign_tmd, proto_certd_tmd;

#endif /* COMMON_PROTO_SIGN_TMD_H */
