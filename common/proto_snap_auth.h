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

#ifndef COMMON_PROTO_SNAP_AUTH_H
#define COMMON_PROTO_SNAP_AUTH_H

#include "ppkid.h"
#include "proto_types.h"

/*
 * Rows of snapshots that say who proves itself how: proto_snap.h has the
 * others, and who gets which.
 */
/*
 * An authentication entry.  id_local type 0: the address we use; id_remote
 * type 0: any.  local empty: any of our addresses; remote empty: no peer.
 * psks: names of secrets; any verifies, a responder answers with the one that
 * did, an initiator signs with the first that is there.  prfs: what the
 * tunnel's proposals have, bits 1 << IANA's number; nothing is authenticated
 * with another.  ppks: PPK_IDs as the policy writes them; an initiator offers
 * the first that is there, a responder takes any; none: any of the policy's.
 *
 * One row for each round (RFC 4739), from 0 on; where one side has fewer, its
 * kind is AUTHK_NONE in the others.  rule: digest of what the round demands of
 * both, but for the peer's ID in round 0 and its address: where it is the same
 * in two tunnels, who passed it for one has passed it for the other.  Zeroes
 * where there is one round.
 */
#define FIELDS_sn_auth(X)						\
	X(U32, tunnel)							\
	X(U8, round)							\
	X(U8, rounds_ours)	/* 0 is 1 */				\
	X(U8, rounds_theirs)						\
	X(FIX, rule, RULE_LEN)						\
	X(STR, name, NAME_MAX_LEN)					\
	X(U8, kind_ours)	/* enum auth_kind */			\
	X(U8, kind_theirs)						\
	X(U8, by_id)							\
	X(LIST, local, wt_prefix, LINK_PREFIXES)			\
	X(LIST, remote, wt_prefix, LINK_PREFIXES)			\
	X(ONE, id_local, wt_id)						\
	X(ONE, id_remote, wt_id)					\
	/* instead of id_remote; empty: none */				\
	X(STR, group, NAME_MAX_LEN)					\
	X(U32, prfs)							\
	X(U32, sigs)		/* bits 1 << enum sign_bit: ours */	\
	X(U8, weak)		/* enum sign_weak */			\
	X(STR, key, KEY_URI_MAX)	/* of private/, or in a token; empty: \
					   none */			\
	X(LIST, psks, wt_word, 8)					\
	X(U8, ppk)		/* enum ppk_mode */			\
	X(LIST, ppks, wt_word, PPK_KEYS)
WIRE_STRUCT(sn_auth);

/* A further round (RFC 4739): who judges it, and what it demands. */
#define FIELDS_sn_round(X)						\
	X(U8, kind_ours)	/* enum auth_kind */			\
	X(U8, kind_theirs)						\
	X(FIX, rule, RULE_LEN)	/* as in sn_auth */
WIRE_STRUCT(sn_round);

/*
 * What a peer's certificate or key must be.  sigs: how it may sign.  cas:
 * files of ca/, none: all of them.  cert, pubkey: this very one; cert_ours:
 * what we show.  cert_id: the name to find when the peer's ID is a KEY_ID.
 */
#define FIELDS_sn_trust(X)						\
	X(U32, tunnel)							\
	X(U8, round)							\
	X(U32, sigs)							\
	X(U8, weak)							\
	X(U8, revocation)						\
	X(STR, cert_ours, NAME_MAX_LEN)					\
	X(STR, key_ours, KEY_URI_MAX)					\
	X(STR, cert, NAME_MAX_LEN)					\
	X(STR, pubkey, NAME_MAX_LEN)					\
	X(LIST, cas, wt_word, 8)					\
	X(ONE, cert_id, wt_id)						\
	X(LIST, eku, wt_word, 8)					\
	X(LIST, policies, wt_word, 8)
WIRE_STRUCT(sn_trust);

/*
 * From certd to ikd-ike: what a tunnel's negotiation shows.  encoding is a
 * CERT payload's (RFC 7296 section 3.6), or 0: data is the SHA-1 of a trust
 * anchor's key, for CERTREQ.  Certificates in the order they are sent.  An
 * OCSP response (14) is for a peer that asks for it; without data it says
 * that we ask the peer (RFC 4806).
 */
#define CERTREQ_ANCHORS	40	/* of a tunnel, or of all, in one CERTREQ */
#define FIELDS_sn_shown(X)						\
	X(U32, tunnel)							\
	X(U8, round)	/* a CERT payload's */				\
	X(U8, encoding)							\
	X(VAR, data, 8192)
WIRE_STRUCT(sn_shown);

/*
 * An authority that needs more than its file of ca/: where else to ask for
 * its certificates, and who signs OCSP responses for it (a file of certs/).
 */
#define AUTHORITY_URLS	4
#define FIELDS_wt_url(X)						\
	X(STR, u, 1024)
WIRE_STRUCT(wt_url);
#define FIELDS_sn_authority(X)						\
	X(STR, name, NAME_MAX_LEN)					\
	X(STR, file, NAME_MAX_LEN)	/* of ca/ */			\
	X(LIST, crl, wt_url, AUTHORITY_URLS)				\
	X(LIST, ocsp, wt_url, AUTHORITY_URLS)				\
	X(STR, signer, NAME_MAX_LEN)	/* empty: none */
WIRE_STRUCT(sn_authority);

/*
 * From certd to certd-sign: what our certificate in a tunnel says of us.  id
 * is the tunnel's local ID, found in the certificate, or, where the policy
 * gives none, the ID that the certificate is known by; key is keyfp() of the
 * public key in it.
 */
#define FIELDS_sn_ours(X)						\
	X(U32, tunnel)							\
	X(U8, round)							\
	X(ONE, id, wt_id)						\
	X(FIX, key, 32)
WIRE_STRUCT(sn_ours);

/*
 * certd-token's: what it loads before its door closes, and the keys it signs
 * with.  paths: files and directories that the module needs while it works.
 */
#define TOKEN_PATHS	8
#define FIELDS_sn_token(X)						\
	X(STR, module, 255)						\
	X(STR, pin, NAME_MAX_LEN)	/* of private/token/ */		\
	X(LIST, paths, wt_word, TOKEN_PATHS)
WIRE_STRUCT(sn_token);
#define FIELDS_sn_token_key(X)						\
	X(STR, key, KEY_URI_MAX)
WIRE_STRUCT(sn_token_key);

/* A piece of a file for certd, in order; the last one says so. */
enum cert_file { CF_CA = 1, CF_CERT, CF_CRL, CF_PUBKEY };
#define SNAP_PIECE	32768
#define FIELDS_sn_file(X)						\
	X(U8, kind)		/* enum cert_file */			\
	X(STR, name, NAME_MAX_LEN)					\
	X(U8, last)							\
	X(VAR, data, SNAP_PIECE)
WIRE_STRUCT(sn_file);

#define FIELDS_sn_psk(X)						\
	X(ONE, id, wt_id)						\
	X(STR, secret, NAME_MAX_LEN)					\
	X(STR, where, 255)	/* "ikd.yaml:14", for errors */
WIRE_STRUCT(sn_psk);

/* One member of a group: exact or a pattern, in order. */
#define FIELDS_sn_group(X)						\
	X(STR, group, NAME_MAX_LEN)					\
	X(ONE, id, wt_id)
WIRE_STRUCT(sn_group);

/* A post-quantum pre-shared key: its PPK_ID, and its file of ppk/. */
#define FIELDS_sn_ppk(X)						\
	X(STR, id, PPK_NAME_MAX)					\
	X(STR, secret, NAME_MAX_LEN)					\
	X(STR, where, 255)	/* "ikd.yaml:14", for errors */
WIRE_STRUCT(sn_ppk);

/*
 * One file of psk/, of ppk/, of manual/, of private/, or of the directory
 * below that which has the secrets of one role alone; mode and uid as fstat(2)
 * has them.
 */
enum secret_kind { SECRET_PSK = 1, SECRET_PRIVATE, SECRET_OWN, SECRET_PPK,
	SECRET_MANUAL };
#define FIELDS_sn_secret(X)						\
	X(U8, kind)		/* enum secret_kind */			\
	X(STR, name, NAME_MAX_LEN)					\
	X(U32, mode)							\
	X(U32, uid)							\
	X(SBUF, data, 8192)
WIRE_STRUCT(sn_secret);

#endif /* COMMON_PROTO_SNAP_AUTH_H */
