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

#ifndef COMMON_PROTO_RESUME_H
#define COMMON_PROTO_RESUME_H

#include "proto_sign_tmd.h"

/*
 * Session resumption (RFC 5723) between ikd-ike, certd-sign and tmd.
 *
 * The three-key rule: certd-sign seals a ticket, and only tmd's word, not
 * ike's, says who and what stands in it (PROOF).  It alone opens it.  ike gets
 * the keys of the new SA but for SK_pi and SK_pr, so that it can neither make
 * nor believe the AUTH that the verdict rests on; the verdict goes to tmd as
 * any other.  A worker that is stolen has of a resumption what it has of the
 * session before: keys of peers that were proved, within the time and the
 * policy of that proof.
 *
 * In what follows "session" is the name of a session between ike and tmd: its
 * first ticket of ours (mk_ticket), 32 octets that only these three know.
 */
#define TICKET_LIFE_MAX	86400	/* seconds */
#define RESUME_OPAQUE	2048	/* octets of a ticket, ours or a peer's */
#define RESUME_KEYS	(5 * KEY_MAX)	/* SK_d, SK_ai, SK_ar, SK_ei, SK_er */

/*
 * peers empty: a ticket for the peer is to be made (MADE brings it).  Else it
 * is the peer's for us, to be kept for the tunnel, good for so many seconds.
 * seconds of one to be made: the IKE SA's lifetime.  exch may pass to another
 * IKE SA meanwhile, by a rekey: the one that asked is asker.
 */
#define FIELDS_mk_make(X)						\
	X(U64, exch)							\
	X(U64, asker)		/* said again in MADE */		\
	X(FIX, session, TICKET_LEN)					\
	X(ONE, suite, wt_suite)						\
	X(U8, full)		/* AUTH covered both first messages */	\
	X(SBUF, d, KEY_MAX)	/* SK_d */				\
	X(U32, seconds)							\
	X(VAR, peers, RESUME_OPAQUE)
WIRE_STRUCT(mk_make);

#define FIELDS_mk_made(X)						\
	X(U64, exch)							\
	X(U64, asker)							\
	X(U16, code)		/* enum reason */			\
	X(STR, text, MSG_TEXT)						\
	X(U32, seconds)							\
	X(VAR, opaque, RESUME_OPAQUE)	/* empty: it was to be kept */
WIRE_STRUCT(mk_made);

/*
 * Responder (order 0): what is in this ticket of ours, and the keys.
 * Initiator: which ticket to show, and its suite; the keys come with SIGNED.
 */
#define FIELDS_mk_resume(X)						\
	X(U64, exch)							\
	X(ONE, ticket, mk_ticket)					\
	X(U32, order)							\
	X(FIX, spi_i, 8)						\
	X(FIX, spi_r, 8)						\
	X(VAR, nonce_peer, 256)						\
	X(VAR, opaque, RESUME_OPAQUE)
WIRE_STRUCT(mk_resume);

/* keys: the stream of RFC 7296 section 2.14, SK_d to SK_er. */
#define FIELDS_mk_resumed(X)						\
	X(U64, exch)							\
	X(U16, code)							\
	X(STR, text, MSG_TEXT)						\
	X(U32, tunnel)							\
	X(ONE, suite, wt_suite)						\
	X(U8, full)							\
	X(SBUF, keys, RESUME_KEYS)					\
	X(VAR, opaque, RESUME_OPAQUE)
WIRE_STRUCT(mk_resumed);

#define PROTO_IKE_SIGN_RESUME(M)					\
	M(31, TICKET_MAKE, mk_make, SIDE_A, PH_ANY, FD_NONE, MSG_MANY,	\
	    256, 0)							\
	M(32, TICKET_MADE, mk_made, SIDE_B, PH_ANY, FD_NONE, MSG_MANY,	\
	    0, 31)							\
	M(33, RESUME, mk_resume, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 256, 0) \
	M(34, RESUMED, mk_resumed, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 0, 33) \
	M(35, RESUME_NEW_KEYS, mk_resumed, SIDE_B, PH_ANY, FD_NONE,	\
	    MSG_MANY, 0, 0)

/* certd-sign asks tmd who stands behind a session of that worker. */
#define FIELDS_mv_want(X)						\
	X(U32, req)							\
	X(U8, worker)							\
	X(U8, keep)		/* we are to be the client */		\
	X(U32, seconds)		/* one of ours lives, at most; keep: 0 */ \
	X(FIX, session, TICKET_LEN)
WIRE_STRUCT(mv_want);

/*
 * As in the verdict; proved and expiry: CLOCK_BOOTTIME seconds, 0: none.
 *
 * ppk_used and ppk: whether a post-quantum pre-shared key is in the SK_d of
 * the session, by the verdict that it rests on.  Neither RFC 8784 nor RFC 9867
 * says anything of tickets, and nothing is to be negotiated: the keys of the
 * resumed IKE SA come from that SK_d (RFC 5723 section 5.1), so the PPK is in
 * them, as it is in those of a rekey, and for AUTH, too.  So IKE_SESSION_RESUME
 * has no USE_PPK, and a tunnel that requires a PPK is resumed by a ticket that
 * says that there is one, and by no other (resume_holds()).
 */
#define FIELDS_mv_proved(X)						\
	X(U32, tunnel)							\
	X(U32, generation)						\
	X(FIX, spi_i, 8)						\
	X(FIX, spi_r, 8)						\
	X(ONE, id_ours, wt_id)						\
	X(ONE, id_peer, wt_id)						\
	X(U8, method)							\
	X(ONE, key_ours, wt_keysort)					\
	X(ONE, key_peer, wt_keysort)					\
	X(FIX, fingerprint, 32)						\
	X(STR, proof, PROOF_MAX)					\
	X(U8, ppk_used)							\
	X(STR, ppk, PPK_TOLD)						\
	X(U64, proved)							\
	X(U64, expiry)
WIRE_STRUCT(mv_proved);

#define FIELDS_mv_proof(X)						\
	X(U32, req)							\
	X(U16, code)		/* else no ticket, text says why */	\
	X(STR, text, MSG_TEXT)						\
	X(ONE, p, mv_proved)
WIRE_STRUCT(mv_proof);

/*
 * Tickets that fall, ours and those kept: of an IKE SA (its SPIs), of a
 * tunnel (its number, four octets), of a proof (the fingerprint).  until: when
 * the last one of ours that has fallen would have ended (CLOCK_BOOTTIME,
 * seconds), 0: there is none, only one that is kept.
 */
enum void_what { VOID_SA = 1, VOID_TUNNEL, VOID_PROOF };
#define FIELDS_mv_void(X)						\
	X(U8, what)							\
	X(FIX, name, 32)						\
	X(U32, tunnel)		/* whose IKE SA */			\
	X(U64, until)
WIRE_STRUCT(mv_void);

/* A peer's ticket for this tunnel is kept until then; 0: none is. */
#define FIELDS_mv_kept(X)						\
	X(U32, tunnel)							\
	X(U64, until)
WIRE_STRUCT(mv_kept);

#define PROTO_SIGN_TMD_RESUME(M)					\
	M(31, PROOF_WANT, mv_want, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 256, 0) \
	M(32, PROOF, mv_proof, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 0, 31) \
	M(33, TICKETS_VOID, mv_void, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(34, TICKET_KEPT, mv_kept, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 0)

enum { PROTO_IKE_SIGN_RESUME(MSG_ENUM) PROTO_SIGN_TMD_RESUME(MSG_ENUM) };

#endif /* COMMON_PROTO_RESUME_H */
