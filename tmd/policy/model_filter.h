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
#ifndef POLICY_MODEL_FILTER_H
#define POLICY_MODEL_FILTER_H

#include <stdint.h>

#include "model_auth.h"
#include "proto_filter.h"

struct node;
struct tunnel;

/* The policy in memory: one rule of filters; see model.h. */
enum filter_key { F_NAME, F_ACTION, F_FAMILY, F_STATE, F_FROM, F_TO,
	F_PROTOCOL, F_ICMP_TYPE, F_FROM_PORT, F_TO_PORT, F_SCOPE, F_DIRECTION,
	F_INTERFACE, F_FRAGMENTS, F_SOURCE_ROUTE, F_LOG, F_TUNNEL, F_NOTE,
	F_AT, F_KEYS };

enum filter_scope { SCOPE_BOTH, SCOPE_LOCAL, SCOPE_ROUTE };
enum filter_direction { DIR_BOTH, DIR_IN, DIR_OUT };
enum filter_fragments { FRAGMENTS_ALL, FRAGMENTS_ONLY, FRAGMENTS_NONE,
	FRAGMENTS_HEADERS };
enum filter_action { ACTION_NONE, ACTION_PERMIT, ACTION_DENY };

struct filter_nets {
	struct words		 words;		/* n 0: any */
	struct wt_ts		*ts;
	unsigned int		 n;
};

struct filter_ports {
	uint64_t		 lo, hi;	/* 0-65535: any */
	int			 not;		/* but lo, which is hi */
};

struct filter {
	const struct node	*node;		/* NULL: not of a file */
	int			 dynamic; /* the place, of which log holds */
	const char		*name;
	uint64_t		 action;
	uint64_t		 family;	/* 0, 4, 6 */
	uint64_t		 state;
	struct filter_nets	 from, to;
	uint64_t		 protocol;
	uint64_t		 icmp;		/* FILTER_NO_ICMP: any */
	struct filter_ports	 from_port, to_port;
	uint64_t		 scope, direction, fragments;
	uint64_t		 source_route;
	uint64_t		 log;
	const char		*interface;	/* NULL: all */
	const char		*tunnel;	/* NULL: none; any */
	const char		*note;
	uint64_t		 place;		/* at: N; 0: as it stands */
	int			 patch;		/* says of another: log */
	const struct node	*at[F_KEYS];
	/* filter.c */
	const struct tunnel	*through;	/* NULL: any */
	uint64_t		 counter;
};

#endif /* POLICY_MODEL_FILTER_H */
