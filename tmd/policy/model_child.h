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

#ifndef POLICY_MODEL_CHILD_H
#define POLICY_MODEL_CHILD_H

#include <stdint.h>

#include "model_auth.h"
#include "model_manual.h"
#include "proto_types.h"
#include "yaml_tree.h"

/* The policy in memory: policies of both kinds, and children; see model.h. */
struct id_group;

enum sa_key { SP_PROPOSALS, SP_ALLOW_WEAK, SP_LIFETIME, SP_OVERLAP,
	SP_TUNNEL_LIFETIME, SP_OWN,
	/* an IKE policy's */
	SP_TUNNEL_END = SP_OWN, SP_KEY_RENEWAL, SP_ACCEPT, SP_REAUTH,
	SP_IKE_LIFESIZE, SP_TUNNEL_LIFESIZE, SP_PPK, SP_IKE_KEYS,
	/* a child policy's */
	SP_LIFESIZE = SP_OWN, SP_PACKETS, SP_PFS, SP_ESN, SP_REPLAY_WINDOW,
	SP_CHILD_TUNNEL_LIFESIZE, SP_CHILD_KEYS };

/* An IKE policy (proto PROTO_IKE) or a child policy (PROTO_ESP). */
struct sa_policy {
	const char		*name;		/* NULL: inline */
	const struct node	*node;		/* NULL: built in */
	unsigned int		 proto;
	struct words		 proposals;	/* as written */
	struct words		 weak;
	struct words		 accept;
	struct wt_proposal	*prop;
	unsigned int		 nprop;
	uint64_t		 lifetime;
	uint64_t		 lifesize;
	uint64_t		 overlap;
	uint64_t		 tunnel_lifetime;
	uint64_t		 tunnel_lifesize;
	uint64_t		 tunnel_end;
	uint64_t		 key_renewal;
	uint64_t		 reauth;
	uint64_t		 packets;
	uint64_t		 pfs;
	uint64_t		 esn;
	uint64_t		 replay_window;
	uint64_t		 ppk;		/* enum ppk_mode */
	const struct node	*at[SP_IKE_KEYS];	/* the most */
};
_Static_assert(SP_IKE_KEYS >= SP_CHILD_KEYS, "places of keys");

/* One side's traffic of a child. */
struct nets {
	struct wt_ts		*ts;
	unsigned int		 n;		/* 0: the endpoint's address */
	int			 any_host;	/* or any one address */
	uint64_t		 port_lo;
	uint64_t		 port_hi;
};

/* RFC 4301 section 4.4.1.1: types with any code, or one with one. */
#define ICMP_TYPES	8
struct icmp_sel {
	uint8_t			 type[ICMP_TYPES];
	unsigned int		 n;		/* 0: any */
	int			 has_code;
	uint8_t			 code;
};

/* What tells traffic apart besides selectors (lane.c). */
#define LANE_NAME	15
struct lane {
	const char		*interface;	/* NULL: none is made */
	const char		*vrf;		/* NULL: none */
	uint32_t		 if_id;		/* 0: none */
	int			 given;		/* if_id is ours, by the name */
	uint32_t		 mark;
	uint32_t		 mark_mask;	/* 0: any mark */
};

enum child_key { C_LOCAL, C_REMOTE, C_PROTOCOL, C_LOCAL_PORT, C_REMOTE_PORT,
	C_ICMP_TYPE, C_ICMP_CODE, C_NOTE, C_START, C_POLICY, C_MODE, C_ACTION,
	C_WITHOUT_TUNNEL, C_INTERFACE, C_VRF, C_MARK, C_IF_ID, C_OFFLOAD,
	C_COPY_DF, C_COPY_DSCP, C_ECN, C_DSCP, C_TFC, C_PEERS,
	C_INACTIVITY, C_SA, C_KEYS };

struct child {
	const char		*name;
	const struct node	*node;		/* NULL: the child `host` */
	uint32_t		 number;
	struct nets		 local;
	struct nets		 remote;
	uint64_t		 protocol;
	struct icmp_sel		 icmp;
	const char		*note;
	uint64_t		 start;
	const char		*policy_name;
	struct sa_policy	*policy;
	uint64_t		 mode;
	uint64_t		 action;	/* enum child_action */
	uint64_t		 without_tunnel;
	uint64_t		 offload;
	uint64_t		 copy_df;
	uint64_t		 copy_dscp;	/* enum head_bit of it */
	uint64_t		 ecn;
	uint64_t		 tfc;		/* TFC_MTU: what fits */
	uint64_t		 dscp;		/* and 1; 0: none */
	struct wt_id		*peers;		/* NULL: not said */
	const struct id_group	*peers_group;
	uint64_t		 inactivity;	/* s; 0: no */
	struct manual_sa	*sa;		/* keying: manual */
	unsigned int		 nsa;
	struct lane		 lane;
	int			 broken;	/* as a tunnel's */
	const struct node	*at[C_KEYS];
	/* made by resolve.c: as they travel, and the widest they can be */
	struct wt_ts		*ts[2];		/* 0 local, 1 remote */
	unsigned int		 nts[2];
	struct wt_ts		*wide[2];
	unsigned int		 nwide[2];
	unsigned int		 dyn;		/* enum ts_dyn */
	unsigned int		 idle;		/* enum idle_action */
	uint32_t		 reqid;		/* numbers.c */
	uint8_t			 keys[32];	/* digest.h */
};

#endif /* POLICY_MODEL_CHILD_H */
