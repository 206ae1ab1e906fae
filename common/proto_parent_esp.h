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

#ifndef COMMON_PROTO_PARENT_ESP_H
#define COMMON_PROTO_PARENT_ESP_H

#include "proto_life.h"

/*
 * parent (A) - ikd-esp (B): SAs, what holds without them, counters,
 * acquire, expire.  "handle" is the parent's number for a pair.
 *
 * To an ikd-esp that was restarted on the same arena the parent sends its
 * idle rows again (they are not in it), and SA_QUERY of handle 0: a pair
 * that is not in the answer is lost.  An SA_ADD that was sent and not
 * answered is never sent again: should the record be gone, the same keys
 * would meet the same sequence numbers.  (One that stands already is answered
 * RSN_OK.)
 *
 * SA_RETIRE: nothing is sent on the pair any more, and what waited for its end
 * (hold_out) may be; it receives until SA_DEL.  SA_RELEASE: it may be sent
 * on, whatever it waits for.
 */

/* The arena's size: a head and one page for each of 16,384 pairs. */
#define ESP_ARENA_SIZE	((16384 + 1) * 4096UL)

#define FIELDS_me_sa_add(X)						\
	X(U32, handle)							\
	X(U32, replaces)	/* handle of the pair it rekeys, or 0 */ \
	X(U32, tunnel)							\
	X(U32, child)							\
	X(U32, spi_in)							\
	X(U32, spi_out)							\
	X(U8, hold_out)							\
	X(U8, heads)		/* enum head_bit */			\
	X(U8, dscp)		/* as in wt_ceiling */			\
	X(U32, tfc)		/* the same */				\
	X(U8, wraps)		/* numbers begin anew: manual keys */	\
	X(ONE, suite, wt_suite)						\
	X(U32, replay_window)						\
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
	X(SBUF, integ_out, KEY_MAX)
WIRE_STRUCT(me_sa_add);

/* code: enum reason. */
#define FIELDS_me_sa_result(X)						\
	X(U32, handle)							\
	X(U16, code)							\
	X(ONE, counters, wt_counters)
WIRE_STRUCT(me_sa_result);

#define FIELDS_me_handle(X)						\
	X(U32, handle)
WIRE_STRUCT(me_handle);

#define FIELDS_me_move(X)						\
	X(U32, handle)							\
	X(ONE, local, wt_sock)						\
	X(ONE, remote, wt_sock)
WIRE_STRUCT(me_move);

/* handle 0: all, ended by SA_COUNT_END. */
#define FIELDS_me_query(X)						\
	X(U32, req)							\
	X(U32, handle)
WIRE_STRUCT(me_query);

#define FIELDS_me_count(X)						\
	X(U32, req)							\
	X(U32, handle)							\
	X(ONE, counters, wt_counters)
WIRE_STRUCT(me_count);

#define FIELDS_me_req(X)						\
	X(U32, req)
WIRE_STRUCT(me_req);

/* What holds for a child's selectors while it has no SA (idle_action). */
#define FIELDS_me_idle(X)						\
	X(U32, tunnel)							\
	X(U32, child)							\
	X(U8, action)		/* IDLE_NONE removes the row */		\
	X(LIST, ts_local, wt_ts, LINK_TS)				\
	X(LIST, ts_remote, wt_ts, LINK_TS)
WIRE_STRUCT(me_idle);

/* A packet met a trap: its own addresses, protocol and ports. */
#define FIELDS_me_acquire(X)						\
	X(U32, tunnel)							\
	X(U32, child)							\
	X(ONE, src, wt_ts)						\
	X(ONE, dst, wt_ts)
WIRE_STRUCT(me_acquire);

#define FIELDS_me_expire(X)						\
	X(U32, handle)							\
	X(U8, kind)		/* enum expire_kind */			\
	X(U8, hard)
WIRE_STRUCT(me_expire);

/* The plane's own counters, as name and value, for people. */
#define FIELDS_me_plane(X)						\
	X(U32, req)							\
	X(LIST, kv, wt_kv, 64)
WIRE_STRUCT(me_plane);

/* A TCP socket that is connecting, for that session of that worker. */
#define FIELDS_me_stream(X)						\
	X(U8, worker)							\
	X(U64, session)							\
	X(ONE, remote, wt_sock)
WIRE_STRUCT(me_stream);

#define ROWS_PARENT_ESP(M)						\
	M(32, SA_ADD, me_sa_add, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 256, 0) \
	M(33, SA_ADDED, me_sa_result, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, \
	    0, 32)							\
	M(34, SA_DEL, me_handle, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 1024, 0) \
	M(35, SA_DELETED, me_sa_result, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, \
	    0, 34)							\
	M(36, SA_MOVE, me_move, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 256, 0) \
	M(37, SA_MOVED, me_sa_result, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, \
	    0, 36)							\
	M(38, SA_QUERY, me_query, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 512, 0) \
	M(39, SA_COUNT, me_count, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, 0, 0) \
	M(40, SA_COUNT_END, me_req, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, 0, 38) \
	M(41, SET_IDLE_ROW, me_idle, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 0, 0) \
	M(42, ESP_ACQUIRE, me_acquire, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, \
	    0, 0)							\
	M(43, ESP_EXPIRE, me_expire, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, 0, 0) \
	M(44, PLANE_QUERY, me_req, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 16, 0) \
	M(45, PLANE_INFO, me_plane, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, 0, 44) \
	M(46, SA_RETIRE, me_handle, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 0, 0) \
	M(47, SA_RELEASE, me_handle, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 0, 0) \
	M(48, GIVE_STREAM, me_stream, SIDE_A, PH_WORK, FD_ONE, MSG_MANY, 0, 0)

enum { ROWS_PARENT_ESP(MSG_ENUM) };
extern const struct msg_table proto_parent_esp;

#endif /* COMMON_PROTO_PARENT_ESP_H */
