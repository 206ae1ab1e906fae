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

#ifndef COMMON_PROTO_MANUAL_H
#define COMMON_PROTO_MANUAL_H

#include "proto_parent_ike.h"

/*
 * Manual keys (`keying: manual`): they stand in files of manual/, reach
 * certd-sign alone, and go from there to the parent, past ikd-ike.
 *
 *	tmd	  -- KEYS_WANT -->  certd-sign	the tunnel is to be up
 *		 <-- KEYS_ARE ---	which SAs, and whose keys' prints
 *		  -- GRANT ------>  parent	one a child
 *		  -- KEYS_USE --->  certd-sign
 *				    certd-sign  -- KEYS_INSTALL -->  parent
 *				    certd-sign <-- KEYS_INSTALLED -
 *		 <-- KEYS_USED --
 */

/*
 * One protocol of a child: files of manual/ by name.  Two are a bundle, ESP
 * and AH around it.
 */
#define MANUAL_SAS	2
#define FIELDS_wt_manual(X)						\
	X(U8, proto)		/* PROTO_ESP, PROTO_AH */		\
	X(U16, encr)							\
	X(U16, encr_bits)						\
	X(U16, integ)							\
	X(U32, spi_in)							\
	X(U32, spi_out)							\
	X(STR, key_in, NAME_MAX_LEN)					\
	X(STR, key_out, NAME_MAX_LEN)
WIRE_STRUCT(wt_manual);

/* certd-sign's row of a child: all that an INSTALL has but keys and grant. */
#define FIELDS_sn_manual(X)						\
	X(U32, tunnel)							\
	X(U32, child)							\
	X(STR, name, NAME_MAX_LEN)	/* the tunnel's, for people */	\
	X(U8, mode)							\
	X(U8, udp_encap)						\
	X(ONE, local, wt_sock)						\
	X(ONE, remote, wt_sock)						\
	X(LIST, ts_local, wt_ts, LINK_TS)				\
	X(LIST, ts_remote, wt_ts, LINK_TS)				\
	X(LIST, sa, wt_manual, MANUAL_SAS)
WIRE_STRUCT(sn_manual);

/* ---- certd-sign - tmd ---- */

#define FIELDS_mv_keys_want(X)						\
	X(U32, order)							\
	X(U32, tunnel)							\
	X(U32, generation)
WIRE_STRUCT(mv_keys_want);

/*
 * One child.  print: of its keys, SPIs and algorithms under a secret of
 * certd-sign's, so that a changed key is seen and none is told.
 */
#define FIELDS_wt_keys(X)						\
	X(U32, child)							\
	X(U32, spi_in)							\
	X(U32, spi_out)							\
	X(U8, udp_encap)						\
	X(ONE, suite, wt_suite)						\
	X(FIX, print, 32)
WIRE_STRUCT(wt_keys);

#define FIELDS_mv_keys_are(X)						\
	X(U32, order)							\
	X(U32, tunnel)							\
	X(U32, generation)						\
	X(U16, code)							\
	X(STR, text, MSG_TEXT)						\
	X(ONE, local, wt_sock)						\
	X(ONE, remote, wt_sock)						\
	X(LIST, keys, wt_keys, LINK_CHILDREN)
WIRE_STRUCT(mv_keys_are);

/* The parent has this grant: install those keys on it. */
#define FIELDS_mv_keys_use(X)						\
	X(U32, grant)							\
	X(U32, tunnel)							\
	X(U32, child)							\
	X(FIX, print, 32)
WIRE_STRUCT(mv_keys_use);

#define FIELDS_mv_keys_used(X)						\
	X(U32, grant)							\
	X(U16, code)							\
	X(STR, text, MSG_TEXT)
WIRE_STRUCT(mv_keys_used);

#define PROTO_SIGN_TMD_MANUAL(M)					\
	M(20, KEYS_WANT, mv_keys_want, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, \
	    0, 0)							\
	M(21, KEYS_ARE, mv_keys_are, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, \
	    0, 0)							\
	M(22, KEYS_USE, mv_keys_use, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, \
	    0, 0)							\
	M(23, KEYS_USED, mv_keys_used, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, \
	    0, 0)

/*
 * ---- parent - certd-sign: as proto_parent_ike.h's, of a manual grant ----
 *
 * tunnel, child: whose keys they are, by certd-sign's own policy.  The grant
 * has to be of the same: tmd alone, which names both, cannot cross them.
 */
#define FIELDS_mi_keys(X)						\
	X(U32, tunnel)							\
	X(U32, child)							\
	X(ONE, install, mi_install)
WIRE_STRUCT(mi_keys);

#define ROWS_PARENT_SIGN(M)						\
	M(32, KEYS_INSTALL, mi_keys, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, \
	    64, 0)							\
	M(33, KEYS_INSTALLED, mi_result, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, \
	    0, 32)

enum { PROTO_SIGN_TMD_MANUAL(MSG_ENUM) ROWS_PARENT_SIGN(MSG_ENUM) };

#endif /* COMMON_PROTO_MANUAL_H */
