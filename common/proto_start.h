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

#ifndef COMMON_PROTO_START_H
#define COMMON_PROTO_START_H

#include "pipe.h"
#include "proto_types.h"

/*
 * starter (A) - parent (B).  The starter opens, starts, ends and reaps; it
 * is told what, never how.
 */

/* First word: what the parent must know of this boot. */
#define FIELDS_ms_boot(X)						\
	X(FIX, boot, 16)						\
	X(U8, debug)							\
	X(U8, kept)		/* kept snapshots follow (parent restart) */ \
	X(STR, dir, 255)	/* the policy directory, for people */
WIRE_STRUCT(ms_boot);

/* The descriptor becomes the role's fd 3. */
#define FIELDS_ms_role(X)						\
	X(U8, role)							\
	X(U8, inst)
WIRE_STRUCT(ms_role);

#define FIELDS_ms_pid(X)						\
	X(U8, role)							\
	X(U8, inst)							\
	X(U32, pid)							\
	X(U32, status)		/* wait(2)'s, in ROLE_DIED */
WIRE_STRUCT(ms_pid);

#define FIELDS_ms_kill(X)						\
	X(U8, role)							\
	X(U8, inst)							\
	X(U8, sig)
WIRE_STRUCT(ms_kill);

/* A listening UNIX socket below the run directory; kind: enum sock_kind. */
#define FIELDS_ms_listen(X)						\
	X(U8, kind)							\
	X(STR, name, 64)	/* a file name, no '/' */		\
	X(STR, group, 32)						\
	X(U16, mode)
WIRE_STRUCT(ms_listen);

#define FIELDS_ms_listening(X)						\
	X(U8, kind)
WIRE_STRUCT(ms_listening);

#define FIELDS_ms_failed(X)						\
	X(U8, kind)							\
	X(STR, text, MSG_TEXT)
WIRE_STRUCT(ms_failed);

#define FIELDS_ms_generation(X)						\
	X(U32, generation)
WIRE_STRUCT(ms_generation);

#define FIELDS_ms_push(X)						\
	X(U32, generation)						\
	X(U8, look)		/* who would refuse them: certd-sign alone */
WIRE_STRUCT(ms_push);

#define FIELDS_ms_save(X)						\
	X(U32, generation)						\
	X(U8, damaged)		/* what is there is not kept as the old one */
WIRE_STRUCT(ms_save);

#define FIELDS_ms_saved(X)						\
	X(U32, generation)						\
	X(STR, text, MSG_TEXT)	/* why not; empty: it is safe */
WIRE_STRUCT(ms_saved);

#define FIELDS_ms_keep(X)						\
	X(U8, consumer)							\
	X(U32, generation)
WIRE_STRUCT(ms_keep);

/*
 * ROLE_POLICY is started with two more descriptors: 4 the policy directory,
 * 5 that of the database file.  ROLE_SIGN with
 * one: 4, a pipe on which the starter alone sends it the secrets
 * (proto_start_sign), so that no other process ever holds them.
 * SECRETS_PUSHED says that they were written to that pipe; only then does
 * the parent send certd-sign the PREPARE of the same generation.
 */
#define PROTO_START(M)							\
	M(1, BOOT, ms_boot, SIDE_A, PH_ANY, FD_NONE, MSG_ONCE, 0, 0)	\
	M(2, START_ROLE, ms_role, SIDE_B, PH_ANY, FD_ONE, MSG_MANY, 0, 0) \
	M(3, ROLE_STARTED, ms_pid, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(4, ROLE_DIED, ms_pid, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(5, KILL_ROLE, ms_kill, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(6, PUSH_SECRETS, ms_push, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(7, LISTEN, ms_listen, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(8, LISTENING, ms_listening, SIDE_A, PH_ANY, FD_ONE, MSG_MANY, 0, 0) \
	M(9, LISTEN_FAILED, ms_failed, SIDE_A, PH_ANY, FD_NONE,		\
	    MSG_MANY, 0, 0)						\
	M(10, KEEP, ms_keep, SIDE_B, PH_ANY, FD_ONE, MSG_MANY, 0, 0)	\
	M(11, KEPT, ms_keep, SIDE_A, PH_ANY, FD_ONE, MSG_MANY, 0, 0)	\
	M(12, SAVE, ms_save, SIDE_B, PH_ANY, FD_ONE, MSG_MANY, 0, 0) \
	M(13, SERVING, ms_generation, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, \
	    0, 0)							\
	M(14, RELOAD_NOW, m_empty, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(15, STOP_NOW, m_empty, SIDE_A, PH_ANY, FD_NONE, MSG_ONCE, 0, 0) \
	M(16, KEPT_END, m_empty, SIDE_A, PH_ANY, FD_NONE, MSG_ONCE, 0, 0) \
	M(17, SECRETS_PUSHED, ms_generation, SIDE_A, PH_ANY, FD_NONE,	\
	    MSG_MANY, 0, 0)						\
	M(18, SAVED, ms_saved, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 0)
/* SAVE: the database file; SAVED once a power cut cannot take it back. */

enum { PROTO_START(MSG_ENUM) };
extern const struct msg_table proto_start;

#endif /* COMMON_PROTO_START_H */
