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

#ifndef COMMON_PROTO_SNAP_FETCH_H
#define COMMON_PROTO_SNAP_FETCH_H

#include "proto_types.h"

/* Rows of snapshots for certd-fetch and certd; see proto_snap.h. */

/*
 * What certd-fetch may contact and how; certd gets the row too, with refresh,
 * timeout and max_size alone.  allow without a prefix is any address.
 */
#define FETCH_NETS	32
#define FETCH_SERVERS	8
#define FIELDS_sn_fetch(X)						\
	X(U32, timeout)		/* seconds */				\
	X(U32, max_size)	/* octets of an answer */		\
	X(U8, refresh)		/* percent of the time to nextUpdate */	\
	X(STR, socks, 255)	/* socks5://host:port; empty: none */	\
	X(STR, http_proxy, 255)						\
	X(LIST, servers, wt_word, FETCH_SERVERS) /* ldap://host:port */	\
	X(U8, ldap_proxy)	/* LDAP goes through the proxy too */	\
	X(STR, base, 255)	/* a DN; empty: none */			\
	X(STR, bind_dn, 255)	/* empty: anonymous */			\
	X(STR, password, NAME_MAX_LEN)	/* of private/fetch/ */		\
	X(LIST, allow, wt_prefix, FETCH_NETS)				\
	X(LIST, exclude, wt_prefix, FETCH_NETS)
WIRE_STRUCT(sn_fetch);

/* certificates: of the policy, as far as certd has to know. */
#define HASH_URL_BASE	900	/* and the SHA-1 of a certificate behind it */
#define FIELDS_sn_certs(X)						\
	X(U32, warn)		/* seconds before something ends */	\
	X(U8, hash_url)		/* a peer's certificate may be a URL */	\
	X(STR, url, HASH_URL_BASE)	/* ours begin so; empty: sent */
WIRE_STRUCT(sn_certs);

#endif /* COMMON_PROTO_SNAP_FETCH_H */
