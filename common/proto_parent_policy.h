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

#ifndef COMMON_PROTO_PARENT_POLICY_H
#define COMMON_PROTO_PARENT_POLICY_H

#include "proto_life.h"
#include "proto_parent_tmd.h"

/* parent (A) - tmd-policy (B): one load, then it exits. */
#define FIELDS_mp_load(X)						\
	X(U32, generation)						\
	X(U8, userspace)	/* the plane in use (dataplane: auto) */ \
	X(STR, dir, 255)	/* how to name files to people */	\
	X(ONE, change, wt_change)
WIRE_STRUCT(mp_load);

#define FIELDS_mp_snapshot(X)						\
	X(U8, consumer)		/* enum role */
WIRE_STRUCT(mp_snapshot);

#define FIELDS_mp_done(X)						\
	X(U8, ok)							\
	X(U8, damaged)		/* the database: what holds is the old one */ \
	X(U32, errors)							\
	X(U32, tunnels)
WIRE_STRUCT(mp_done);

#define ROWS_PARENT_POLICY(M)						\
	M(32, LOAD, mp_load, SIDE_A, PH_RUN, FD_NONE, MSG_ONCE, 1, 0)	\
	M(33, LOAD_PROBLEM, mt_problem, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, \
	    0, 0)							\
	M(34, SNAPSHOT, mp_snapshot, SIDE_B, PH_WORK, FD_ONE, MSG_MANY, 0, 0) \
	M(35, NEW_STATE, m_empty, SIDE_B, PH_WORK, FD_ONE, MSG_ONCE, 0, 0) \
	M(36, LOADED, mp_done, SIDE_B, PH_WORK, FD_NONE, MSG_ONCE, 0, 32) \
	M(37, LOAD_TEXT, m_empty, SIDE_A, PH_RUN, FD_ONE, MSG_ONCE, 0, 0) \
	M(38, LOAD_KEPT, m_empty, SIDE_A, PH_RUN, FD_ONE, MSG_ONCE, 0, 0) \
	M(39, LOAD_LEFT, mp_snapshot, SIDE_A, PH_RUN, FD_ONE, MSG_MANY, 0, 0)
/*
 * NEW_STATE: the database file as it is to be (db_image.h), when it differs.
 * LOAD_TEXT: a sealed memfd, for the LOAD that follows.
 * LOAD_KEPT: what the load that holds left (proto_kept.h), for it, too.
 * LOAD_LEFT: a snapshot that holds, of which LOAD_KEPT speaks.
 */

enum { ROWS_PARENT_POLICY(MSG_ENUM) };
extern const struct msg_table proto_parent_policy;

#endif /* COMMON_PROTO_PARENT_POLICY_H */
