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

#ifndef COMMON_PROTO_PARENT_TMD_H
#define COMMON_PROTO_PARENT_TMD_H

#include "proto_filter.h"
#include "proto_life.h"
#include "proto_parent_esp.h"

/*
 * parent (A) - tmd (B): grants, what holds without an SA, kernel events,
 * reload, and what ikectl wants to see of the suite.
 */
#define FIELDS_mt_result(X)						\
	X(U32, req)							\
	X(U16, code)		/* enum reason */			\
	X(STR, text, MSG_TEXT)
WIRE_STRUCT(mt_result);

#define FIELDS_mt_grant_id(X)						\
	X(U32, id)
WIRE_STRUCT(mt_grant_id);

/*
 * GRANT of one that stands, for the same peer: new terms.
 * To a tmd that was restarted: each grant that still stands, with how many
 * SA pairs, then GRANTS_END; also at first start (then at once).
 */
#define FIELDS_mt_old(X)						\
	X(ONE, grant, wt_grant)						\
	X(U8, pairs)
WIRE_STRUCT(mt_old);

/* Within the child's ceiling: TRAP and DROP as tmd likes, PASS only there. */
#define FIELDS_mt_idle(X)						\
	X(U32, tunnel)							\
	X(U32, child)							\
	X(U8, action)
WIRE_STRUCT(mt_idle);

/*
 * What an administrator has said of a child and its tunnel, kept for a tmd
 * that is restarted, until the suite is: bits of enum note_bits, opaque to
 * the parent.  Those not 0 are told before GRANTS_END.
 */
enum note_bits { NOTE_TUNNEL_REMOVED = 1, NOTE_TUNNEL_OPENED = 2,
	NOTE_CHILD_REMOVED = 4, NOTE_CHILD_OPENED = 8 };
#define FIELDS_mt_note(X)						\
	X(U32, tunnel)							\
	X(U32, child)							\
	X(U8, note)
WIRE_STRUCT(mt_note);

#define FIELDS_mt_req(X)						\
	X(U32, req)							\
	X(U32, grant)		/* QUERY_PAIRS: 0 is all */
WIRE_STRUCT(mt_req);

/*
 * What a load is to read: the files, with one edit of the database.  object:
 * KIND/NAME; of CHANGE_PUT it may be empty: the text names its objects.
 * CHANGE_FILE: the text stands for the main file.
 * CHANGE_SET: the text's keys are set in one rule of filters.
 * CHANGE_ADD: as CHANGE_PUT, but refused when the object is there.
 */
enum change_how { CHANGE_NONE, CHANGE_PUT, CHANGE_DELETE, CHANGE_MOVE,
	CHANGE_FILE, CHANGE_SET, CHANGE_ADD };
#define FIELDS_wt_change(X)						\
	X(U8, how)							\
	X(U8, up)		/* CHANGE_MOVE */			\
	X(STR, object, 127)						\
	X(STR, item, 255)	/* CHANGE_MOVE: of the object's list */	\
	X(STR, file, 255)	/* how to name the text to people */
WIRE_STRUCT(wt_change);

/*
 * RELOAD_LOOK: nothing is changed, tmd gets the snapshot that would be its
 * own.  RELOAD_KEEP: what was loaded with confirm stays.  confirm: seconds
 * until it is rolled back without that; 0: never.
 */
#define RELOAD_TRIAL_MAX	86400	/* seconds; longer is not a trial */
enum reload_what { RELOAD_HOLD, RELOAD_LOOK, RELOAD_KEEP };
#define FIELDS_mt_reload(X)						\
	X(U32, req)							\
	X(U8, what)							\
	X(U32, confirm)							\
	X(ONE, change, wt_change)
WIRE_STRUCT(mt_reload);

#define FIELDS_mt_looked(X)						\
	X(U32, req)							\
	X(U32, generation)	/* that the snapshot says it is */
WIRE_STRUCT(mt_looked);

/* One line of what is wrong with the policy; see `ikectl check`. */
#define FIELDS_mt_problem(X)						\
	X(U32, req)							\
	X(U8, warning)							\
	X(STR, text, MSG_TEXT)	/* "/etc/ikd/ikd.yaml:7:5: ..." */	\
	X(STR, source, 255)	/* the offending line, or empty */	\
	X(U16, column)		/* where the caret stands, from 1 */
WIRE_STRUCT(mt_problem);

#define FIELDS_mt_reloaded(X)						\
	X(U32, req)							\
	X(U8, ok)							\
	X(U32, generation)	/* the one that holds now */		\
	X(STR, text, MSG_TEXT)
WIRE_STRUCT(mt_reloaded);

/* One process of the suite. */
#define FIELDS_mt_process(X)						\
	X(U32, req)							\
	X(U8, role)							\
	X(U8, inst)							\
	X(U32, pid)							\
	X(STR, state, 15)	/* running starting waiting stopped */	\
	X(U32, restarts)						\
	X(U64, since)		/* CLOCK_BOOTTIME seconds of this start */ \
	X(STR, last_end, 63)	/* "killed by signal 9 40 s ago" */
WIRE_STRUCT(mt_process);

/* One SA pair with its counters. */
#define FIELDS_mt_pair(X)						\
	X(U32, req)							\
	X(U32, grant)							\
	X(U32, tunnel)							\
	X(U32, child)							\
	X(U32, spi_in)							\
	X(U32, spi_out)							\
	X(ONE, suite, wt_suite)						\
	X(ONE, local, wt_sock)						\
	X(ONE, remote, wt_sock)						\
	X(U64, since)							\
	X(ONE, counters, wt_counters)
WIRE_STRUCT(mt_pair);

#define FIELDS_mt_plane(X)						\
	X(U32, req)							\
	X(STR, name, 15)	/* userspace */				\
	X(LIST, kv, wt_kv, 64)
WIRE_STRUCT(mt_plane);

/*
 * An interface whose VRF is not there, so that no child of it can be up; why
 * is empty: it is, again.  What was never said of is there.
 */
#define FIELDS_mt_lane(X)						\
	X(STR, interface, 15)						\
	X(STR, why, MSG_TEXT)
WIRE_STRUCT(mt_lane);

#define FIELDS_mt_level(X)						\
	X(U8, sub)		/* enum log_sub, 255: all */		\
	X(U8, level)
WIRE_STRUCT(mt_level);

/*
 * Our own addresses, each with the length of the network that it is in: when
 * tmd starts, and when they have changed.  more: the rest follows.
 */
#define HERE_NETS	128
#define FIELDS_mt_here(X)						\
	X(U8, more)							\
	X(LIST, net, wt_prefix, HERE_NETS)
WIRE_STRUCT(mt_here);

#define ROWS_PARENT_TMD(M)						\
	M(32, GRANT, wt_grant, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, 1024, 0) \
	M(33, GRANT_DONE, mt_result, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 0, 32)\
	M(34, REVOKE, mt_grant_id, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, 4096, 0)\
	M(35, REVOKED, mt_result, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 0, 34) \
	M(36, GRANT_OLD, mt_old, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 0, 0) \
	M(37, GRANTS_END, m_empty, SIDE_A, PH_WORK, FD_NONE, MSG_ONCE, 0, 0) \
	M(38, SET_IDLE, mt_idle, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, 0, 0) \
	M(39, ACQUIRE, me_acquire, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 0, 0) \
	M(40, RELOAD, mt_reload, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, 8, 0) \
	M(41, PROBLEM, mt_problem, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 0, 0) \
	M(42, RELOADED, mt_reloaded, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 0, 40)\
	M(43, PROCESSES, mt_req, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, 8, 0) \
	M(44, PROCESS, mt_process, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 0, 0) \
	M(45, PROCESSES_END, mt_result, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, \
	    0, 43)							\
	M(46, QUERY_PAIRS, mt_req, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, 64, 0) \
	M(47, PAIR, mt_pair, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 0, 0)	\
	M(48, PAIRS_END, mt_result, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 0, 46) \
	M(49, QUERY_PLANE, mt_req, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, 8, 0) \
	M(50, PLANE, mt_plane, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 0, 49) \
	M(51, LOG_LEVEL, mt_level, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, 0, 0) \
	M(52, GRANT_GONE, mt_result, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 0, 0) \
	M(53, NOTE, mt_note, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, 0, 0)	\
	M(54, NOTE_OLD, mt_note, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 0, 0) \
	M(55, RELOAD_TEXT, m_empty, SIDE_B, PH_WORK, FD_ONE, MSG_MANY, 0, 0) \
	M(56, LOOKED, mt_looked, SIDE_A, PH_WORK, FD_ONE, MSG_MANY, 0, 0) \
	M(57, QUERY_FILTERS, mt_req, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, 8, 0) \
	M(58, TALLIES, mt_tallies, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 0, 0) \
	M(59, FILTERS_END, mt_result, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, \
	    0, 57)							\
	M(60, HERE, mt_here, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 0, 0) \
	M(61, LANE, mt_lane, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 0, 0)
/* RELOAD_TEXT: a sealed memfd, for the RELOAD that follows. */

enum { ROWS_PARENT_TMD(MSG_ENUM) };
extern const struct msg_table proto_parent_tmd;

#endif /* COMMON_PROTO_PARENT_TMD_H */
