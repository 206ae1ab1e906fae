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

#ifndef COMMON_PROTO_CTL_H
#define COMMON_PROTO_CTL_H

#include "pipe.h"
#include "proto_types.h"

/*
 * ikectl (A) - tmd (B) over a SEQPACKET UNIX socket, and ikectl (A) -
 * certd-sign (B) for secrets.  One request is open at a time on a
 * connection; the answer is rows and a DONE.  Both sides say their version
 * first; a difference in the major number is refused with a sentence.
 */
#define CTL_VERSION_MAJOR	1
#define CTL_VERSION_MINOR	0
#define CTL_KVS			72

enum ctl_level { CTL_READ = 1, CTL_OPERATE, CTL_SECRETS };
/* Exit statuses of ikectl, also in DONE. */
enum ctl_exit { CTL_OK = 0, CTL_REFUSED = 1, CTL_USAGE = 2, CTL_DOWN = 3,
	CTL_DEADLINE = 4, CTL_PERMISSION = 5 };

#define FIELDS_mq_hello(X)						\
	X(U16, major)							\
	X(U16, minor)							\
	X(STR, program, 63)
WIRE_STRUCT(mq_hello);

#define FIELDS_mq_welcome(X)						\
	X(U16, major)							\
	X(U16, minor)							\
	X(U8, level)							\
	X(U32, generation)						\
	X(STR, program, 63)
WIRE_STRUCT(mq_welcome);

/*
 * A verb in ikectl's words ("activate", "show sa"), its tunnels or other
 * arguments, its options ("timeout" "30").
 */
#define FIELDS_mq_request(X)						\
	X(U32, req)							\
	X(STR, verb, 31)						\
	X(LIST, args, wt_word, 64)					\
	X(LIST, opts, wt_kv, 16)
WIRE_STRUCT(mq_request);

/*
 * A row of the answer: its kind ("tunnel", "child", "step", "process",
 * "problem", "event", ...) and its fields, in the order they were made.
 * Numbers travel as decimal text, truths as yes and no.
 */
#define FIELDS_mq_row(X)						\
	X(U32, req)							\
	X(STR, kind, 31)						\
	X(LIST, kv, wt_kv, CTL_KVS)
WIRE_STRUCT(mq_row);

#define FIELDS_mq_done(X)						\
	X(U32, req)							\
	X(U8, status)		/* enum ctl_exit */			\
	X(STR, text, MSG_TEXT)
WIRE_STRUCT(mq_done);

#define PROTO_CTL(M)							\
	M(1, CTL_HELLO, mq_hello, SIDE_A, PH_START, FD_NONE, MSG_ONCE, 0, 0) \
	M(2, CTL_WELCOME, mq_welcome, SIDE_B, PH_RUN, FD_NONE, MSG_ONCE, 0, 0) \
	M(3, CTL_REQUEST, mq_request, SIDE_A, PH_RUN, FD_NONE, MSG_MANY, 4, 0) \
	M(4, CTL_ROW, mq_row, SIDE_B, PH_RUN, FD_NONE, MSG_MANY, 0, 0)	\
	M(5, CTL_DONE, mq_done, SIDE_B, PH_RUN, FD_NONE, MSG_MANY, 0, 3) \
	M(6, CTL_SINK, m_empty, SIDE_A, PH_RUN, FD_ONE, MSG_ONCE, 0, 0)
/*
 * CTL_SINK: a descriptor for the request that follows.  trace: one end of a
 * socketpair, handed on to ikd-ike, which writes proto_trace.h to it.  db put
 * and diff: a sealed memfd with their text, handed on to tmd-policy.
 */
enum { PROTO_CTL(MSG_ENUM) };
extern const struct msg_table proto_ctl;

/*
 * The secrets socket: uid 0 alone.  secret: the octets of a file in psk/
 * (one line, 0x, 0s and text: as there), which the sender has written
 * already; the running service takes it without a reload.
 */
#define FIELDS_mq_psk(X)						\
	X(U32, req)							\
	X(STR, name, NAME_MAX_LEN)					\
	X(SBUF, secret, 1024)	/* empty: forget it */
WIRE_STRUCT(mq_psk);

/*
 * A private key, which ikectl has opened with its passphrase: PKCS#8 in DER,
 * and the SHA-256 of the file of private/ that it was in, which must be the
 * one that certd-sign has read.
 */
#define FIELDS_mq_unlock(X)						\
	X(U32, req)							\
	X(STR, name, NAME_MAX_LEN)					\
	X(FIX, file, 32)						\
	X(SBUF, key, 8192)
WIRE_STRUCT(mq_unlock);

#define FIELDS_mq_list(X)						\
	X(U32, req)
WIRE_STRUCT(mq_list);

#define PROTO_SECRETS(M)						\
	M(1, SEC_HELLO, mq_hello, SIDE_A, PH_START, FD_NONE, MSG_ONCE, 0, 0) \
	M(2, SEC_WELCOME, mq_welcome, SIDE_B, PH_RUN, FD_NONE, MSG_ONCE, 0, 0) \
	M(3, PSK_PUT, mq_psk, SIDE_A, PH_RUN, FD_NONE, MSG_MANY, 4, 0)	\
	M(4, PSK_LIST, mq_list, SIDE_A, PH_RUN, FD_NONE, MSG_MANY, 4, 0) \
	M(5, SEC_ROW, mq_row, SIDE_B, PH_RUN, FD_NONE, MSG_MANY, 0, 0)	\
	M(6, SEC_PUT_DONE, mq_done, SIDE_B, PH_RUN, FD_NONE, MSG_MANY, 0, 3) \
	M(7, SEC_LIST_DONE, mq_done, SIDE_B, PH_RUN, FD_NONE, MSG_MANY, 0, 4) \
	M(8, KEY_UNLOCK, mq_unlock, SIDE_A, PH_RUN, FD_NONE, MSG_MANY, 4, 0) \
	M(9, SEC_UNLOCK_DONE, mq_done, SIDE_B, PH_RUN, FD_NONE, MSG_MANY, \
	    0, 8)							\
	/* The same of ppk/: rows of kind "ppk". */			\
	M(10, PPK_PUT, mq_psk, SIDE_A, PH_RUN, FD_NONE, MSG_MANY, 4, 0)	\
	M(11, PPK_LIST, mq_list, SIDE_A, PH_RUN, FD_NONE, MSG_MANY, 4, 0) \
	M(12, SEC_PPK_DONE, mq_done, SIDE_B, PH_RUN, FD_NONE, MSG_MANY, \
	    0, 10)							\
	M(13, SEC_PPK_LIST_DONE, mq_done, SIDE_B, PH_RUN, FD_NONE, MSG_MANY, \
	    0, 11)
/*
 * SEC_ROW of PSK_LIST: kind "psk"; name, length (octets of the key),
 * fingerprint (of this run of certd-sign, tells nothing of the key), used
 * (by the running policy: yes, no), problem (why it cannot be used, or "").
 */
enum { PROTO_SECRETS(MSG_ENUM) };
extern const struct msg_table proto_secrets;

/*
 * starter (A) - certd-sign (B): the files of psk/ and private/, in one
 * sealed memfd of snapshot rows (SNAP_SECRET), whenever the parent asked.
 */
#define FIELDS_mq_secrets(X)						\
	X(U32, generation)						\
	X(STR, dir, 255)	/* the policy directory, for errors */
WIRE_STRUCT(mq_secrets);
#define PROTO_START_SIGN(M)						\
	M(1, SECRETS, mq_secrets, SIDE_A, PH_ANY, FD_ONE, MSG_MANY, 0, 0)

/*
 * The secret of this machine, first of all: the same after each restart, as
 * long as the state directory keeps it (lasting.h).
 */
#define LASTING_LEN	32
#define FIELDS_mq_lasting(X)						\
	X(SFIX, secret, LASTING_LEN)
WIRE_STRUCT(mq_lasting);
#define PROTO_START_SIGN_MORE(M)					\
	M(2, LASTING, mq_lasting, SIDE_A, PH_ANY, FD_NONE, MSG_ONCE, 0, 0)
enum { PROTO_START_SIGN(MSG_ENUM) PROTO_START_SIGN_MORE(MSG_ENUM) };
extern const struct msg_table proto_start_sign;
/*
 * starter (A) - certd-fetch (B) and starter (A) - certd-token (B): SECRETS,
 * with the files of private/fetch and of private/token; once they start, too.
 */
extern const struct msg_table proto_start_fetch, proto_start_token;

#endif /* COMMON_PROTO_CTL_H */
