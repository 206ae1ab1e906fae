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


#ifndef COMMON_PROTO_SIGN_TOKEN_H
#define COMMON_PROTO_SIGN_TOKEN_H

#include "proto_ike_sign.h"

/*
 * certd-sign (A) - certd-token (B): signatures by private keys that stay in
 * a PKCS#11 token.  What is signed certd-sign has built, as it does for its
 * own keys; certd-token signs with the keys that its snapshot names, for
 * nobody else.
 *
 * A token may be slow, or hang: certd-sign gives up after TOKEN_SECONDS,
 * before those do who wait for it (certd 8, ikd-ike 10).
 */
#define TOKEN_SECONDS	6
#define TOKEN_AT_ONCE	64
#define TOKEN_OCTETS	(8 + 2 * MSG_SA_INIT + 256 + 3 * KEY_MAX + 4)
				/* OCTETS_MAX */

/* digest: RFC 7427's number, 5: the key's own (EdDSA). */
#define FIELDS_mn_sign(X)						\
	X(U32, req)							\
	X(STR, key, KEY_URI_MAX)					\
	X(U8, digest)							\
	X(U8, pss)							\
	X(VAR, octets, TOKEN_OCTETS)
WIRE_STRUCT(mn_sign);

/* sig: as OpenSSL has it; ECDSA's is the SEQUENCE of r and s. */
#define FIELDS_mn_signed(X)						\
	X(U32, req)							\
	X(U16, code)		/* enum reason */			\
	X(STR, text, MSG_TEXT)						\
	X(SBUF, sig, AUTH_DATA_MAX)
WIRE_STRUCT(mn_signed);

/* What is known of a key: said to a new certd-sign, and at each change. */
#define FIELDS_mn_key(X)						\
	X(STR, key, KEY_URI_MAX)					\
	X(STR, problem, MSG_TEXT)	/* empty: it is ready */	\
	X(U8, type)		/* enum key_sort */			\
	X(U16, bits)							\
	X(FIX, fp, 32)		/* keyfp() */
WIRE_STRUCT(mn_key);

#define PROTO_SIGN_TOKEN(M)						\
	M(1, TOKEN_SIGN, mn_sign, SIDE_A, PH_ANY, FD_NONE, MSG_MANY,	\
	    TOKEN_AT_ONCE, 0)						\
	M(2, TOKEN_SIGNED, mn_signed, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, \
	    0, 1)							\
	M(3, TOKEN_KEY, mn_key, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 0, 0)
enum { PROTO_SIGN_TOKEN(MSG_ENUM) };
extern const struct msg_table proto_sign_token;

#endif /* COMMON_PROTO_SIGN_TOKEN_H */
