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

#ifndef COMMON_PROTO_CERTD_FETCH_H
#define COMMON_PROTO_CERTD_FETCH_H

#include "proto_ike_sign.h"

/*
 * certd (A) - certd-fetch (B): one URL, one answer.  What certd-fetch may
 * contact, by which proxy, how long and how much at most is not certd's to
 * say: it stands in certd-fetch's own snapshot (SNAP_FETCH).
 */
enum fetch_kind {
	FETCH_CRL = 1,	/* GET or an LDAP search; DER or PEM as it came */
	FETCH_OCSP,	/* POST of body (RFC 6960 appendix A) */
	FETCH_CERT	/* hash and URL: http alone, CHAIN_MAX octets at most */
};
#define FETCH_URL	1024
#define FETCH_BODY	512

/* max: octets that the answer may have; 0: as the policy says. */
#define FIELDS_mc_fetch(X)						\
	X(U32, req)							\
	X(U8, kind)							\
	X(U32, max)							\
	X(STR, url, FETCH_URL)						\
	X(VAR, body, FETCH_BODY)
WIRE_STRUCT(mc_fetch);

/* The answer: len octets in a sealed memfd. */
#define FIELDS_mc_fetched(X)						\
	X(U32, req)							\
	X(U32, len)
WIRE_STRUCT(mc_fetched);

/* None: code and a sentence with what failed where, without the URL. */
#define FIELDS_mc_unfetched(X)						\
	X(U32, req)							\
	X(U16, code)		/* enum reason */			\
	X(STR, text, MSG_TEXT)
WIRE_STRUCT(mc_unfetched);

#define PROTO_CERTD_FETCH(M)						\
	M(1, FETCH, mc_fetch, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 32, 0)	\
	M(2, FETCHED, mc_fetched, SIDE_B, PH_ANY, FD_ONE, MSG_MANY, 0, 1) \
	M(3, UNFETCHED, mc_unfetched, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, \
	    0, 1)
enum { PROTO_CERTD_FETCH(MSG_ENUM) };
extern const struct msg_table proto_certd_fetch;

/*
 * tmd (A) - certd-fetch (B): a peer's name, its addresses in the order in
 * which they should be tried; none: text says why, and again whether there
 * may be some all the same (no name server answered).
 */
#define LOOK_UP_NAME	253	/* RFC 1035 section 2.3.4, as text */
#define LOOK_UP_ADDRS	16
#define FIELDS_mf_look_up(X)						\
	X(U32, req)							\
	X(STR, name, LOOK_UP_NAME)
WIRE_STRUCT(mf_look_up);

#define FIELDS_mf_named(X)						\
	X(U32, req)							\
	X(LIST, addr, wt_addr, LOOK_UP_ADDRS)				\
	X(U8, again)							\
	X(STR, text, MSG_TEXT)
WIRE_STRUCT(mf_named);

#define PROTO_TMD_FETCH(M)						\
	M(1, LOOK_UP, mf_look_up, SIDE_A, PH_ANY, FD_NONE, MSG_MANY, 32, 0) \
	M(2, NAMED, mf_named, SIDE_B, PH_ANY, FD_NONE, MSG_MANY, 0, 1)
enum { PROTO_TMD_FETCH(MSG_ENUM) };
extern const struct msg_table proto_tmd_fetch;

#endif /* COMMON_PROTO_CERTD_FETCH_H */
