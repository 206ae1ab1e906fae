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

#ifndef COMMON_PROTO_TRACE_H
#define COMMON_PROTO_TRACE_H

#include "pipe.h"
#include "proto_types.h"

/*
 * ikd-ike (A) - ikectl (B): what `ikectl trace` shows.  ikectl makes the
 * socketpair and hands one end to tmd (CTL_SINK), which hands it on to each
 * ikd-ike (TRACE) and can itself neither read what they write there nor pass
 * for root: keys go only where SO_PEERCRED says that root made the pair.
 * Several workers write to the one end; each record is one message.  What
 * finds no room is lost and counted.
 */
#define TRACE_DATA	32768	/* a datagram; more than IKE_MSG_MAX */
#define TRACE_KEY	64	/* as IKE_KEY_MAX */

/*
 * A message without marker; sockets say tcp when it was on a stream.
 * local.addr.af 0: as the route said.  lost: so many that this worker could
 * not show since the one before.
 */
#define FIELDS_mp_packet(X)						\
	X(U8, out)							\
	X(U8, natt)		/* with the non-ESP marker */		\
	X(U8, client)		/* ours is the first SA: the stream, too */ \
	X(U64, us)		/* microseconds since 1970 */		\
	X(ONE, local, wt_sock)						\
	X(ONE, remote, wt_sock)						\
	X(U32, lost)							\
	X(VAR, data, TRACE_DATA)
WIRE_STRUCT(mp_packet);

/* The keys of an IKE SA, before its first packet that needs them. */
#define FIELDS_mp_keys(X)						\
	X(FIX, spi_i, 8)						\
	X(FIX, spi_r, 8)						\
	X(ONE, suite, wt_suite)						\
	X(SBUF, ei, TRACE_KEY)	/* with the salt at its end */		\
	X(SBUF, er, TRACE_KEY)						\
	X(SBUF, ai, TRACE_KEY)						\
	X(SBUF, ar, TRACE_KEY)
WIRE_STRUCT(mp_keys);

/* A sentence for who looks on. */
#define FIELDS_mp_note(X)						\
	X(STR, text, MSG_TEXT)
WIRE_STRUCT(mp_note);

#define PROTO_TRACE(M)							\
	M(1, TRACED, mp_packet, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(2, TRACE_KEYS, mp_keys, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 0) \
	M(3, TRACE_NOTE, mp_note, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 0, 0)
enum { PROTO_TRACE(MSG_ENUM) };
extern const struct msg_table proto_trace;

#endif /* COMMON_PROTO_TRACE_H */
