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

#ifndef COMMON_PROTO_LIFE_H
#define COMMON_PROTO_LIFE_H

#include "pipe.h"
#include "proto_types.h"

/*
 * The rows every pipe between the parent (A) and a role (B) has: life cycle
 * and descriptors.  Types 1-31; a role's own rows start at 32.
 */

enum sock_kind {
	SOCK_UDP_IKE = 1,	/* port 500 (ports.ike) */
	SOCK_UDP_NATT,		/* port 4500 (ports.nat-t) */
	SOCK_TUN,		/* a TUN queue; by the first we write */
	SOCK_ARENA,		/* a memfd that outlives the process */
	SOCK_CTL,		/* listening, ikectl */
	SOCK_CTL_RO,		/* listening, monitoring only */
	SOCK_SECRETS,		/* listening, secrets from ikectl */
	SOCK_METRICS,		/* listening, TCP, for a scraper */
	SOCK_STREAMS		/* listening, RFC 9329 (ports.tcp) */
};

#define FIELDS_ml_hello(X)						\
	X(U8, role)							\
	X(U8, inst)							\
	X(U8, workers)							\
	X(FIX, boot, 16)						\
	X(U32, epoch)		/* rising at each start of this role */	\
	X(U8, level)		/* enum log_level */			\
	X(U8, userspace)	/* the data plane is ikd-esp */		\
	X(U64, seed)		/* of the steering hash, for tests */
WIRE_STRUCT(ml_hello);

#define FIELDS_ml_peer(X)						\
	X(U8, role)							\
	X(U8, inst)
WIRE_STRUCT(ml_peer);

#define FIELDS_ml_socket(X)						\
	X(U8, kind)		/* enum sock_kind */			\
	X(U8, family)		/* 4, 6, 0 */				\
	X(U16, port)							\
	X(U16, index)
WIRE_STRUCT(ml_socket);

#define FIELDS_ml_seq(X)						\
	X(U32, seq)
WIRE_STRUCT(ml_seq);

#define FIELDS_ml_generation(X)						\
	X(U32, generation)
WIRE_STRUCT(ml_generation);

/*
 * held: it was accepted before, and holds or is to hold again; whose files
 * have gone since is for the role to do without.
 */
#define FIELDS_ml_prepare(X)						\
	X(U32, generation)						\
	X(U8, held)
WIRE_STRUCT(ml_prepare);

#define FIELDS_ml_prepared(X)						\
	X(U32, generation)						\
	X(U8, ok)							\
	X(STR, text, MSG_TEXT)
WIRE_STRUCT(ml_prepared);

#define FIELDS_ml_level(X)						\
	X(U8, sub)		/* enum log_sub, 255: all */		\
	X(U8, level)
WIRE_STRUCT(ml_level);

/* The other end of a pipe between two roles broke a rule of it. */
#define FIELDS_ml_broke(X)						\
	X(U8, role)							\
	X(U8, inst)							\
	X(STR, text, 127)
WIRE_STRUCT(ml_broke);

/*
 * START ends with READY, RUN with STOP: the parent is in START until it has
 * READY, the role until it has sent it; each is in STOP once the parent has
 * said STOP.  What a role still owes then may come.
 */
#define LIFE_ROWS(M)							\
	M(1, HELLO, ml_hello, SIDE_A, PH_START, FD_NONE, MSG_ONCE, 0, 0) \
	M(2, READY, m_empty, SIDE_B, PH_START, FD_NONE, MSG_ONCE, 0, 0)	\
	M(3, GIVE_LOG, m_empty, SIDE_A, PH_START | PH_RUN, FD_ONE, MSG_ONCE, \
	    0, 0)							\
	M(4, GIVE_PIPE, ml_peer, SIDE_A, PH_RUN, FD_ONE, MSG_MANY, 0, 0) \
	M(5, PEER_GONE, ml_peer, SIDE_A, PH_WORK, FD_NONE, MSG_MANY, 0, 0) \
	M(6, GIVE_SOCKET, ml_socket, SIDE_A, PH_RUN, FD_ONE, MSG_MANY, 0, 0) \
	M(7, PING, ml_seq, SIDE_A, PH_RUN, FD_NONE, MSG_MANY, 4, 0)	\
	M(8, PONG, ml_seq, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, 0, 7)	\
	M(9, PREPARE, ml_prepare, SIDE_A, PH_RUN, FD_ONE, MSG_MANY, 1, 0) \
	M(10, PREPARED, ml_prepared, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, 0, 9) \
	M(11, COMMIT, ml_generation, SIDE_A, PH_RUN, FD_NONE, MSG_MANY, 1, 0) \
	M(12, COMMITTED, ml_generation, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, \
	    0, 11)							\
	M(13, ABORT, ml_generation, SIDE_A, PH_RUN, FD_NONE, MSG_MANY, 0, 0) \
	M(14, STOP, m_empty, SIDE_A, PH_RUN, FD_NONE, MSG_ONCE, 0, 0)	\
	M(15, SET_LEVEL, ml_level, SIDE_A, PH_RUN, FD_NONE, MSG_MANY, 0, 0) \
	M(16, PEER_BROKE, ml_broke, SIDE_B, PH_WORK, FD_NONE, MSG_MANY, 0, 0)

enum { LIFE_ROWS(MSG_ENUM) };

/* certd, certd-sign, certd-fetch and dhcprelay need no more than these. */
extern const struct msg_table proto_parent_certd, proto_parent_sign,
    proto_parent_fetch, proto_parent_dhcp, proto_parent_token,
    proto_parent_metrics;

#endif /* COMMON_PROTO_LIFE_H */
