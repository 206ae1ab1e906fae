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

#ifndef TMD_MEMO_H
#define TMD_MEMO_H

#include "ppkid.h"
#include "proto_types.h"

/*
 * The note tmd puts on each grant, opaque to the parent, so that a tmd that
 * was restarted knows again who stands behind it.  Nothing in it is secret.
 */
#define MEMO_VERSION	6
/* So much of the policy's digest of keys says whether it is another. */
#define KEYS_PRINT	8

#define FIELDS_tm_round(X)						\
	X(U8, method)							\
	X(U8, by_certd)							\
	X(FIX, fingerprint, 32)
WIRE_STRUCT(tm_round);

#define FIELDS_tm_memo(X)						\
	X(U8, version)							\
	X(U8, slot)							\
	X(U64, exch)							\
	X(FIX, spi_i, 8)						\
	X(FIX, spi_r, 8)						\
	X(U8, initiator)						\
	X(U8, method)							\
	X(U8, opened)		/* a manual tunnel that was activated */ \
	X(U8, want)		/* the child was to be brought up */	\
	X(FIX, fingerprint, 32)						\
	X(U64, since)							\
	X(U64, proved)		/* earlier than since, if resumed */	\
	X(U32, generation)	/* of the policy it was judged by */	\
	X(U64, expiry)							\
	X(FIX, keys, KEYS_PRINT)	/* of struct session */		\
	X(FIX, child_keys, KEYS_PRINT)	/* of struct grant */		\
	X(ONE, local, wt_sock)						\
	X(ONE, remote, wt_sock)						\
	X(LIST, rounds, tm_round, ROUNDS_MAX - 1) /* behind the first */ \
	X(ONE, key_ours, wt_keysort)					\
	X(ONE, key_peer, wt_keysort)					\
	X(U8, ppk_used)							\
	X(STR, ppk, PPK_TOLD)						\
	X(ONE, id_peer, wt_id)						\
	X(ONE, id_ours, wt_id)
WIRE_STRUCT(tm_memo);

/*
 * Writes m into the memo of g.  Where that is too short the words on the PPK
 * are left out, then our identity (type 0).
 */
void	memo_write(const struct tm_memo *m, struct wt_grant *g);

/* Reads it back.  Returns 0, or -1 when it is not a memo of ours. */
int	memo_read(const uint8_t *buf, size_t len, struct tm_memo *m);

#endif /* TMD_MEMO_H */
