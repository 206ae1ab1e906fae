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

#ifndef COMMON_PROTO_SNAP_H
#define COMMON_PROTO_SNAP_H

#include "proto_filter.h"
#include "proto_ike_why.h"
#include "proto_snap_auth.h"
#include "proto_snap_fetch.h"

/*
 * The rows of snapshots.  Each consumer gets only what it needs:
 *	parent	SUITE, CEILING, FILTER
 *	ikd-ike	IKE, TUNNEL_IKE, CHILD_IKE
 *	certd-sign	AUTH, PSK_BY_ID, PPK, GROUP, MANUAL, SECRET (starter's)
 *	certd	AUTH, TRUST, AUTHORITY, FILE, GROUP
 *	tmd	SUITE, TUNNEL, CHILD, CEILING, OBJECT, GROUP, RULE
 *	certd-fetch	FETCH, SECRET (from the starter)
 *	certd-token	TOKEN, TOKEN_KEY, SECRET (from the starter)
 */

/* listen, links: where IKE answers; log levels per subsystem, 255: default. */
#define FIELDS_sn_suite(X)						\
	X(U8, userspace) X(U8, workers)					\
	X(U16, port_ike) X(U16, port_natt) X(U16, port_tcp) /* 0: none */ \
	X(U8, log_level)						\
	X(FIX, log_subs, 16)						\
	X(U8, log_to)		/* 0 syslog, 1 journal, 2 stderr */	\
	X(STR, ctl_name, 64)	/* file name below the run directory */	\
	X(STR, ctl_group, 32)						\
	X(STR, ctl_ro_name, 64)	/* empty: none */			\
	X(U32, tunnels)							\
	X(U64, read_at)		/* ns since 1970: its reading began */	\
	X(U8, token)		/* there is a certd-token */		\
	X(ONE, metrics, wt_sock) /* af 0: there is no tmd-metrics */
WIRE_STRUCT(sn_suite);

enum send_certs { SEND_CERTS_ASKED, SEND_CERTS_ALWAYS, SEND_CERTS_NEVER };
#define FIELDS_sn_ike(X)						\
	X(U8, userspace)						\
	X(U16, port_ike) X(U16, port_natt)				\
	X(LIST, listen, wt_prefix, 32)					\
	X(LIST, links, wt_word, 32)	/* whatever their addresses are */ \
	X(U32, cookies_at)						\
	X(U32, per_source)						\
	X(U32, half_open)						\
	X(U32, hold_ms)							\
	X(U8, send_certs)	/* enum send_certs */			\
	X(U8, hash_url)		/* say that we look up certificates */
WIRE_STRUCT(sn_ike);

/*
 * What ike must know of a tunnel before anybody is authenticated, and the
 * values of its life.  remote: where the peer may come from (0/0: anywhere).
 * role, encap_force: see proto_types.h.  Percentages are whole numbers.
 */
#define FIELDS_sn_tunnel_ike(X)						\
	X(U32, tunnel)							\
	X(STR, name, NAME_MAX_LEN)					\
	X(FIX, digest, 32)						\
	X(U8, role)							\
	X(U8, encap_force)						\
	X(U8, initial_contact)						\
	X(U8, childless)						\
	X(U8, crash_detection) X(U8, resumption)			\
	X(U8, redirect)		/* enum redirect_rule */		\
	X(STR, redirect_to, REDIRECT_NAME)				\
	X(U32, accepts)		/* bits 1 << enum can_bit, of the peer */ \
	X(LIST, local, wt_prefix, LINK_PREFIXES)			\
	X(LIST, remote, wt_prefix, LINK_PREFIXES)			\
	X(U16, local_port)						\
	X(U16, remote_port)						\
	X(LIST, proposals, wt_proposal, LINK_PROPOSALS)			\
	X(U32, lifetime)						\
	X(U8, overlap)							\
	X(U64, lifesize)	/* octets of IKE messages */		\
	X(U8, reauth)		/* key-renewal: tmd is asked */		\
	X(U32, dpd)							\
	X(U32, nat_keepalive)						\
	X(U32, rt_first_ms)						\
	X(U16, rt_factor_100)						\
	X(U8, rt_tries)							\
	X(U16, fragment_size)	/* IP datagrams of fragments; 0: none */ \
	X(U8, mobike)							\
	X(U8, dscp)		/* of our packets, and 1; 0: none */	\
	X(U8, tcp)		/* enum tcp_rule */			\
	X(U16, tcp_port)	/* the peer's */			\
	X(U8, ppk)		/* enum ppk_mode */
WIRE_STRUCT(sn_tunnel_ike);

/*
 * A selector of af 0 stands for the endpoint's own address, known only once
 * the peer is there (no address in the file, or `peer`): take protocol and
 * ports from it, the address from the IKE SA.  In the ceiling the same child
 * has the widest selectors; tmd narrows the grant (sn_child.dyn).
 */
#define FIELDS_sn_child_ike(X)						\
	X(U32, tunnel)							\
	X(U32, child)							\
	X(STR, name, NAME_MAX_LEN)					\
	X(U8, generic)		/* remote: any-host */			\
	X(U8, mode)							\
	X(U8, pfs)							\
	X(U8, esn)							\
	X(U32, replay_window)						\
	X(U32, lifetime)						\
	X(U64, lifesize)						\
	X(U64, packets)							\
	X(U8, overlap)							\
	X(LIST, proposals, wt_proposal, LINK_PROPOSALS)			\
	X(LIST, ts_local, wt_ts, LINK_TS)				\
	X(LIST, ts_remote, wt_ts, LINK_TS)
WIRE_STRUCT(sn_child_ike);

#define HOSTS_TEXT	512
#define FIELDS_sn_tunnel(X)						\
	X(U32, tunnel)							\
	X(STR, name, NAME_MAX_LEN)					\
	X(STR, where, 255)	/* "ikd.yaml:14" */			\
	X(STR, note, 255)						\
	X(FIX, digest, 32)						\
	X(FIX, keys, 32)	/* of what only new keys need */	\
	X(U8, role)							\
	X(U8, start)							\
	X(U8, unique)							\
	X(U8, kind_ours)	/* enum auth_kind */			\
	X(U8, kind_theirs)						\
	X(FIX, rule, RULE_LEN)						\
	X(LIST, rounds, sn_round, ROUNDS_MAX)	/* behind the first */ \
	X(STR, policy, NAME_MAX_LEN)					\
	X(ONE, id_local, wt_id)						\
	X(ONE, id_remote, wt_id)					\
	X(STR, group, NAME_MAX_LEN)	/* instead of id_remote */	\
	X(U32, max_peers)	/* IKE SAs; 0: any number */		\
	X(LIST, local, wt_prefix, LINK_PREFIXES)			\
	X(LIST, remote, wt_prefix, LINK_PREFIXES)			\
	/* Where a name is among them, the peer's addresses and names in \
	 * their order, a blank between; remote is any address then. */	\
	X(STR, hosts, HOSTS_TEXT)					\
	X(U16, remote_port)						\
	X(U32, lifetime)						\
	X(U8, overlap)							\
	X(U64, lifesize)						\
	X(U64, tunnel_lifetime)						\
	X(U64, tunnel_lifesize)						\
	X(U8, tunnel_end)	/* 0 renew, 1 remove */			\
	X(U8, key_renewal)	/* 0 rekey, 1 reauth */			\
	X(U8, reauth_break)	/* reauth: break-before-make */		\
	X(U32, dpd) X(U8, dpd_action)					\
	X(U8, redirect)		/* enum redirect_rule */		\
	X(U8, resumption)						\
	X(U8, childless)						\
	X(U32, retry_first)						\
	X(U32, retry_most)						\
	X(LIST, proposals, wt_proposal, LINK_PROPOSALS)
WIRE_STRUCT(sn_tunnel);

/* Selectors that are the endpoint's address; the grant must say which. */
enum ts_dyn { DYN_LOCAL = 1, DYN_REMOTE = 2 };

#define FIELDS_sn_child(X)						\
	X(U32, tunnel)							\
	X(U32, child)							\
	X(STR, name, NAME_MAX_LEN)					\
	X(STR, note, 255)						\
	X(FIX, keys, 32)						\
	X(U8, start)							\
	X(U8, action)		/* enum child_action */			\
	X(U8, dyn)		/* enum ts_dyn */			\
	X(U8, generic)		/* remote: any-host */			\
	X(ONE, peers, wt_id)	/* these get it alone; type 0: all */	\
	X(STR, peers_group, NAME_MAX_LEN)	/* instead of peers */	\
	X(STR, policy, NAME_MAX_LEN)					\
	X(U32, lifetime)						\
	X(U8, overlap)							\
	X(U64, lifesize)						\
	X(U64, packets)							\
	X(U8, pfs)							\
	X(U64, tunnel_lifetime)						\
	X(U64, tunnel_lifesize)						\
	X(U32, inactivity)	/* seconds; 0: no */			\
	X(LIST, proposals, wt_proposal, LINK_PROPOSALS)
WIRE_STRUCT(sn_child);

/*
 * An object of the policy as `ikectl db get` shows it, for tmd: its text in
 * pieces, the last one says so.  Without a kind: the text of the database.
 */
#define FIELDS_sn_object(X)						\
	X(STR, kind, 31)	/* "policies/ike" */			\
	X(STR, name, 127)						\
	X(STR, where, 255)	/* "ikd.yaml:14", "the database" */	\
	X(U8, last)							\
	X(VAR, text, SNAP_PIECE)
WIRE_STRUCT(sn_object);

enum snap_type {
	SNAP_SUITE = 1, SNAP_CEILING, SNAP_IKE, SNAP_TUNNEL_IKE,
	SNAP_CHILD_IKE, SNAP_AUTH, SNAP_PSK_BY_ID, SNAP_SECRET, SNAP_TUNNEL,
	SNAP_CHILD, SNAP_TRUST, SNAP_FILE, SNAP_SHOWN, SNAP_FETCH,
	SNAP_AUTHORITY, SNAP_OURS, SNAP_CERTS, SNAP_TOKEN, SNAP_TOKEN_KEY,
	SNAP_OBJECT, SNAP_GROUP, SNAP_PPK, SNAP_FILTER, SNAP_RULE, SNAP_MANUAL,
	SNAP_SETTING
};

#endif /* COMMON_PROTO_SNAP_H */
