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

#ifndef COMMON_PROTO_IKE_SIGN_H
#define COMMON_PROTO_IKE_SIGN_H

#include "pipe.h"
#include "ppkid.h"
#include "proto_types.h"
#include "roles.h"

/*
 * ikd-ike (A) - certd-sign (B), and ikd-ike (A) - certd (B): tickets, AUTH
 * checks, signatures.  The three-key rule, "who" (design section 4).
 */
#define TICKET_SECONDS	120 /* a verdict this long after the issue, no later */
#define TICKET_BATCH	128
#define INTAUTH_LEN	(2 * KEY_MAX + 4) /* both directions, message ID */
#define AUTH_DATA_MAX	2048	/* an AUTH payload of ours: RSA-8192 and more */
#define CERTD_SECONDS	36	/* certd answers within: it may have to fetch */
#define CERTD_FETCH_SECONDS 20	/* and waits so long for revocation data */
#define CHAIN_MAX	16384	/* a peer's certificates */

/* A ticket: prf(boot key, slot | counter); the nonce we send. */
#define FIELDS_mk_ticket(X)						\
	X(U8, slot)							\
	X(U64, counter)							\
	X(FIX, ticket, TICKET_LEN)
WIRE_STRUCT(mk_ticket);

#define FIELDS_mk_want(X)						\
	X(U8, slot)							\
	X(U16, count)
WIRE_STRUCT(mk_want);

#define FIELDS_mk_tickets(X)						\
	X(LIST, t, mk_ticket, TICKET_BATCH)
WIRE_STRUCT(mk_tickets);

/*
 * What both SIGN and AUTH_CHECK carry.  exch is ike's own number for the
 * exchange and comes back in the answer.  msg_i and msg_r are the whole
 * IKE_SA_INIT messages as sent (without a non-ESP marker), the ones AUTH
 * covers.  The verifier finds the nonces in them and checks that ours is
 * the ticket.  sk_pi and sk_pr: RFC 7296 section 2.14.  local and remote are
 * ike's word, good only to choose among entries.  round: which of several
 * authentications it is (RFC 4739), from 0; multi: what the peer said of
 * them, that it can, and that another follows this one.
 */
enum multi_bit { MULTI_SUPPORTED = 1, MULTI_FOLLOWS = 2 };
#define FIELDS_mk_context(X)						\
	X(U64, exch)							\
	X(ONE, ticket, mk_ticket)					\
	X(U32, order)		/* initiator: the order; responder: 0 */ \
	X(U8, round)							\
	X(U8, multi)		/* enum multi_bit */			\
	X(U32, generation)						\
	X(ONE, local, wt_sock)						\
	X(ONE, remote, wt_sock)						\
	X(U16, prf)							\
	X(U16, hashes)		/* the peer's, bits of RFC 7427's numbers */ \
	X(U32, can)		/* likewise, bits 1 << enum can_bit; 0: it \
				   announced nothing (RFC 9593) */	\
	X(SBUF, sk_pi, KEY_MAX)						\
	X(SBUF, sk_pr, KEY_MAX)						\
	X(VAR, msg_i, MSG_SA_INIT)					\
	X(VAR, msg_r, MSG_SA_INIT)					\
	X(VAR, nonce_peer, 256)						\
	X(VAR, intauth, INTAUTH_LEN)	/* RFC 9242 section 3.3 */
WIRE_STRUCT(mk_context);

/* Initiator, before its first IKE_AUTH: needs an order of tmd. */
#define FIELDS_mk_sign(X)						\
	X(ONE, c, mk_context)
WIRE_STRUCT(mk_sign);

/*
 * id_ours goes into our ID payload; id_peer (may be "any": type 0) is the
 * one to ask for; auth is the AUTH payload's data, method its number.  ppk:
 * where both ends have sent USE_PPK (RFC 8784), the PPK_ID to show with it;
 * no_ppk: NO_PPK_AUTH's data, where the policy lets the peer do without.
 */
#define FIELDS_mk_signed(X)						\
	X(U64, exch)							\
	X(U16, code)		/* enum reason */			\
	X(STR, text, MSG_TEXT)						\
	X(ONE, id_ours, wt_id)						\
	X(ONE, id_peer, wt_id)						\
	X(U8, rounds_ours)						\
	X(U8, rounds_theirs)						\
	X(U8, method)							\
	X(SBUF, auth, AUTH_DATA_MAX)					\
	X(BUF, ppk, PPK_ID_MAX)						\
	X(SBUF, no_ppk, AUTH_DATA_MAX)
WIRE_STRUCT(mk_signed);

/*
 * Responder: the initiator's AUTH, and the answer brings ours.  Initiator:
 * the responder's AUTH (after SIGN).  id_i and id_r are the bodies of the ID
 * payloads (type, three reserved octets, data); id_r may be empty for a
 * responder whose peer did not ask for one.  An empty method: the peer sent
 * no AUTH (EAP), refused so far.  chain: the peer's CERT payloads in order,
 * each as encoding (1 octet), length (2), data.  ppk: a responder has the
 * initiator's PPK_IDENTITY there and in no_ppk its NO_PPK_AUTH; an initiator
 * what it has sent, if the answer says that it is used.
 */
#define FIELDS_mk_check(X)						\
	X(ONE, c, mk_context)						\
	X(U8, initiator)	/* are we the original initiator? */	\
	X(VAR, id_i, 516)						\
	X(VAR, id_r, 516)						\
	X(U8, method)							\
	X(VAR, auth, 4096)						\
	X(VAR, ppk, PPK_ID_MAX)						\
	X(VAR, no_ppk, AUTH_DATA_MAX)					\
	X(VAR, chain, CHAIN_MAX)	/* for certd: below */
WIRE_STRUCT(mk_check);

/*
 * The VERDICT has gone to tmd before this is sent.  On failure code and
 * text say why; the text names both sides' values, never a secret.  mix: a
 * PPK is used, SK_d is what PPK_MIX makes of it (proto_ppk.h).
 */
#define FIELDS_mk_checked(X)						\
	X(U64, exch)							\
	X(U16, code)							\
	X(STR, text, MSG_TEXT)						\
	X(U32, tunnel)							\
	X(U8, rounds_ours)						\
	X(U8, rounds_theirs)						\
	X(ONE, id_ours, wt_id)						\
	X(U8, method)							\
	X(SBUF, auth, AUTH_DATA_MAX)					\
	X(U8, mix)
WIRE_STRUCT(mk_checked);

#define PROTO_IKE_SIGN(M)						\
	M(1, TICKETS_WANT, mk_want, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 4, 0) \
	M(2, TICKETS, mk_tickets, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 0, 1) \
	M(3, SIGN, mk_sign, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 256, 0)	\
	M(4, SIGNED, mk_signed, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 0, 3) \
	M(5, AUTH_CHECK, mk_check, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 256, 0) \
	M(6, AUTH_CHECKED, mk_checked, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, \
	    0, 5)

/*
 * certd-sign's has one more: the secrets of the worker's slots, for the tokens
 * of RFC 6290 (crash.h).  They are made of one that outlives a restart of the
 * machine, and good for nothing else.
 */
#define CRASH_SECRET_LEN	32
#define FIELDS_mk_crash(X)						\
	X(U8, slot)							\
	X(SFIX, secret, CRASH_SECRET_LEN)
WIRE_STRUCT(mk_crash);

#define FIELDS_mk_crashes(X)						\
	X(LIST, s, mk_crash, SLOTS)
WIRE_STRUCT(mk_crashes);
#define PROTO_IKE_SIGN_MORE(M)						\
	M(8, CRASH_SECRETS, mk_crashes, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, \
	    0, 0)							\
	/* Post-quantum pre-shared keys: proto_ppk.h. */		\
	M(9, PPK_ASK, mk_ppk_ask, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 256, 0) \
	M(10, PPK_KEYS, mk_ppk_keys, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 0, 9) \
	M(11, PPK_MIX, mk_ppk_mix, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 256, 0) \
	M(12, PPK_MIXED, mk_ppk_mixed, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, \
	    0, 11)

/* certd's pipe has one row more: what we show, rows SNAP_SHOWN. */
#define FIELDS_mk_shown(X)						\
	X(U32, generation)
WIRE_STRUCT(mk_shown);
#define PROTO_IKE_CERTD_MORE(M)						\
	M(7, SHOWN, mk_shown, SIDE_B, PH_ANY, FD_ONE, MSG_MANY, 0, 0)

enum { PROTO_IKE_SIGN(MSG_ENUM) PROTO_IKE_SIGN_MORE(MSG_ENUM)
	PROTO_IKE_CERTD_MORE(MSG_ENUM) };
extern const struct msg_table proto_ike_sign, proto_ike_certd;

#endif /* COMMON_PROTO_IKE_SIGN_H */
