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

#ifndef COMMON_PROTO_KEPT_H
#define COMMON_PROTO_KEPT_H

#include "proto_snap.h"

/*
 * What a load leaves for the next, which is another tmd-policy: the snapshot
 * whose consumer it is itself.  The parent holds it and does not look into it.
 */
enum snap_kept_type { SNAP_KEPT_HEAD = SNAP_SETTING + 1, SNAP_KEPT };

#define KEPT_OCTETS	65535
#define FIELDS_sn_kept_head(X)						\
	X(FIX, build, 32)	/* of the program that wrote it */	\
	X(FIX, key, 32)		/* of all that is not a tunnel */	\
	X(FIX, state, 64)	/* sum of the database file (db_image.h) */
WIRE_STRUCT(sn_kept_head);

/* Rows in the snapshots of tmd, the parent's too, ike, sign, tmd, tmd. */
enum kept_part { KEPT_CEILING, KEPT_IKE, KEPT_SIGN, KEPT_TMD, KEPT_OBJECT,
	KEPT_PARTS };
#define FIELDS_sn_kept_rows(X)						\
	X(U32, at)		/* octets of the snapshot */		\
	X(U32, octets)							\
	X(U32, n)		/* rows */
WIRE_STRUCT(sn_kept_rows);

/* A tunnel whose text, if it is still the same, need not be read again. */
#define FIELDS_sn_kept(X)						\
	X(STR, name, NAME_MAX_LEN)					\
	X(VAR, text, KEPT_OCTETS)	/* all lines of it */		\
	X(U32, nodes)			/* in the tree */		\
	X(U32, lines)			/* behind its first */		\
	X(VAR, where, 255)		/* it stood (db_where()) */	\
	X(U32, number)							\
	X(U8, fixed)			/* the text says the number */	\
	X(FIX, digest, 32)						\
	X(VAR, apart, KEPT_OCTETS)	/* what peers tell it by, or none */ \
	X(VAR, owners, KEPT_OCTETS)	/* selectors: length 16, octets */ \
	X(VAR, psks, KEPT_OCTETS)	/* names of secrets, with NULs */ \
	X(LIST, rows, sn_kept_rows, KEPT_PARTS)
WIRE_STRUCT(sn_kept);

#endif /* COMMON_PROTO_KEPT_H */
