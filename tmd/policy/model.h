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

#ifndef POLICY_MODEL_H
#define POLICY_MODEL_H

#include <stdint.h>

#include "hash.h"
#include "log.h"
#include "model_auth.h"
#include "model_child.h"
#include "model_filter.h"
#include "model_suite.h"
#include "proto_snap.h"
#include "proto_types.h"
#include "yaml_tree.h"

/*
 * The policy in memory.  Every number is a uint64_t, so that one setter per
 * type serves all keys; at[] has the value's node for each key that was set,
 * NULL for what is a default.  The enums name the rows of keys.c.
 */

struct kept_mark;

enum endpoint_key { E_ADDRESS, E_PORT, E_ID, E_AUTH, E_KEYS };

struct endpoint {
	struct wt_prefix	*addr;
	unsigned int		 naddr;		/* 0: any, or the route's */
	struct words		 hosts;		/* a list with names: then naddr
						 * is 0; else none */
	uint64_t		 port;
	struct wt_id		*id;		/* NULL: not said */
	const struct id_group	*group;		/* instead: remote side alone */
	struct auth		 auth;
	const struct node	*at[E_KEYS];
};

enum tunnel_key { T_TCP, T_TCP_PORT,
	T_VERSION, T_KEYING, T_NUMBER, T_NOTE, T_ROLE, T_START,
	T_POLICY, T_LOCAL, T_REMOTE, T_PSK, T_DPD, T_UDP_ENCAPSULATION,
	T_UNIQUE_ID, T_RETRANSMIT, T_RETRY, T_NAT_KEEPALIVE, T_FRAGMENT_SIZE,
	T_CHILDLESS, T_CRASH_DETECTION, T_RESUMPTION, T_REDIRECT,
	T_INITIAL_CONTACT, T_MOBIKE, T_CHILDREN, T_PPK, T_INTERFACE, T_VRF,
	T_MARK, T_IF_ID, T_DSCP, T_MAX_PEERS, T_ALLOW_SHARED, T_KEYS };

enum dpd_key { DPD_INTERVAL, DPD_ACTION, DPD_KEYS };
struct dpd {
	uint64_t		 interval;
	uint64_t		 action;	/* enum dpd_action */
	const struct node	*at[DPD_KEYS];
};

struct tunnel {
	const char		*name;
	const struct node	*node;
	uint64_t		 version;
	uint64_t		 keying;
	uint64_t		 number;	/* 0: numbers.c gives one */
	const char		*note;
	uint64_t		 role;
	uint64_t		 start;
	const char		*policy_name;
	struct sa_policy	*policy;
	struct endpoint		 local;
	struct endpoint		 remote;
	struct auth		 psk;		/* the short form */
	/* resolve.c: what holds, both the same in the short form */
	const struct auth	*ours, *theirs;
	uint8_t			 rule[ROUNDS_MAX][RULE_LEN];	/* digest.c */
	struct dpd		 dpd;
	uint64_t		 udp_encapsulation;
	uint64_t		 tcp;		/* enum tcp_rule */
	uint64_t		 tcp_port;
	uint64_t		 unique_id;
	struct retransmit	 retransmit;
	struct retry		 retry;
	uint64_t		 nat_keepalive;
	uint64_t		 fragment_size;
	uint64_t		 childless, crash_detection, initial_contact;
	uint64_t		 resumption;
	unsigned int		 redirect;	/* enum redirect_rule */
	const char		*redirect_to;
	uint64_t		 mobike;
	uint64_t		 dscp;		/* and 1; 0: none */
	uint64_t		 max_peers;	/* 0: any number */
	uint64_t		 allow_shared;	/* allow-shared-psk */
	struct words		 ppks;		/* PPK_IDs; none: any */
	struct lane		 lane;
	struct child		*children;
	unsigned int		 nchildren;
	int			 broken;	/* told: no more checks */
	const struct node	*at[T_KEYS];
	uint8_t			 digest[32], keys[32];	/* digest.h */
};

/* A tunnel that was not read: as it was at the load before (kept.h). */
struct kept_tunnel {
	const struct sn_kept	*was;
	const struct node	*node;
	uint64_t		 number;
	unsigned int		 before;	/* of those read: it follows */
	int			 moved;		/* stands in another line */
};

enum top_key { TOP_INCLUDE, TOP_LISTEN, TOP_PORTS, TOP_DATAPLANE, TOP_WORKERS,
	TOP_CONTROL, TOP_LOG, TOP_RETRANSMIT, TOP_RETRY, TOP_FLOOD,
	TOP_NAT_KEEPALIVE, TOP_FRAGMENT_SIZE, TOP_FETCH, TOP_CERTIFICATES,
	TOP_PKCS11, TOP_METRICS, TOP_DEFAULTS, TOP_POLICIES, TOP_PSKS, TOP_PPKS,
	TOP_AUTHORITIES, TOP_GROUPS, TOP_TUNNELS, TOP_FILTERS, TOP_KEYS };

/* psks: an ID and its secret. */
struct psk {
	struct wt_id		 id;
	const char		*secret;
	const struct node	*node;
};

/* groups: a name and its members, in order. */
struct id_group {
	const char		*name;
	const struct node	*node;
	struct wt_id		**ids;		/* id_copy() alone */
	const struct node	**at;
	unsigned int		 n;
};

/* ppks: a PPK_ID and its secret. */
struct ppk_row {
	const char		*id;
	const char		*secret;
	const struct node	*node;
};

struct policy {
	uint64_t		 read_at; /* ns since 1970; 0: a command */
	struct wt_prefix	*listen;
	unsigned int		 nlisten;
	const char		**links;	/* of listen, too */
	unsigned int		 nlinks;
	struct ports		 ports;
	uint64_t		 dataplane;
	uint64_t		 workers;	/* 0: auto */
	struct control		 control;
	struct logging		 log;
	struct retransmit	 retransmit;
	struct retry		 retry;
	struct flood		 flood;
	uint64_t		 nat_keepalive;
	uint64_t		 fragment_size;
	struct fetching		 fetch;
	struct certificates	 certs;
	struct token		 token;
	struct wt_sock		 metrics;	/* port 0: no */
	const struct node	*at[TOP_KEYS];
	struct hash		 ike_policies;	/* name: struct sa_policy */
	struct hash		 child_policies;
	struct sa_policy	**policies;	/* in order, also built in */
	unsigned int		 npolicies;
	struct psk		*psks;
	unsigned int		 npsks;
	struct id_group		*groups;
	unsigned int		 ngroups;
	struct hash		 group_names;
	struct ppk_row		*ppks;
	unsigned int		 nppks;
	struct hash		 ppk_ids;	/* PPK_ID: struct ppk_row */
	struct authority	*authorities;
	unsigned int		 nauthorities;
	struct cert_data	*files;		/* cert_files.c */
	unsigned int		 nfiles;
	struct tunnel		*tunnels;	/* that were read */
	unsigned int		 ntunnels;
	struct kept_tunnel	*kept;		/* and the others */
	unsigned int		 nkept;
	const struct kept	*left;		/* theirs */
	struct kept_mark	*marks;		/* of all; NULL: kept.h */
	struct filter		*filters;	/* then the last, rule 0 */
	unsigned int		 nfilters;
	struct wt_filter	*terms;		/* filter.c */
	unsigned int		 nterms;
	int			 userspace;	/* the plane in use */
	const struct node	*root;		/* the merged tree */
	const char		*objects;	/* of the database, as YAML */
	size_t			 objects_len;
};

#endif /* POLICY_MODEL_H */
