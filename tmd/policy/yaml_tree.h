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

#ifndef POLICY_YAML_TREE_H
#define POLICY_YAML_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "problem.h"

/*
 * A small tree with positions, made of libyaml's events.  Anchors, aliases,
 * merge keys, tags, keys that are not plain words, duplicate keys, text with
 * control characters and further documents are errors.
 */
#define YAML_DEPTH	16		/* the policy file needs 8 */
#define YAML_NODES	4000000		/* 100,000 tunnels */
#define YAML_SIZE	(64UL << 20)	/* octets of all files */
#define YAML_SCALAR	4096		/* octets of one scalar */

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct sn_kept;
struct kept;

/* The lines of an entry of tunnels, where the plain reader found them. */
struct tree_block {
	const char		*text;
	size_t			 len;
	size_t			 nodes;	/* that it is, with its key */
	const struct sn_kept	*kept;	/* not read: as it was before */
};

struct node {
	const struct source	*src;
	union {
		const char	*text;	/* of a scalar; never NULL for it */
		const struct tree_block *block;	/* of a map, or NULL */
	};
	const struct node	*key;	/* in a map: the key's scalar */
	struct node		*first;	/* of a list or map */
	struct node		*last;
	struct node		*next;
	uint32_t		 line;	/* from 1 */
	uint32_t		 col;
	uint32_t		 n;	/* entries */
	uint16_t		 len;	/* of text */
	uint8_t			 kind;
	uint8_t			 quoted;
};

struct tree_limits {
	size_t	nodes;		/* how many more may be made */
	int	any_root;	/* not only a map */
	const struct kept *kept;	/* what need not be read, or NULL */
	unsigned int reused;	/* how much was not */
};

/*
 * Parses src.  Returns the root (always a map), or NULL when the problems
 * say why; an empty file gives an empty map.
 */
struct node	*yaml_tree(struct arena *a, const struct source *src,
		    struct tree_limits *lim, struct problems *ps);

/*
 * The same by one way of reading alone, for the proof that the ways agree:
 * TREE_PLAIN returns NULL, and tells nothing, for what it leaves to libyaml.
 */
enum tree_reader { TREE_ANY, TREE_LIBRARY, TREE_PLAIN };
struct node	*yaml_tree_by(struct arena *a, const struct source *src,
		    struct tree_limits *lim, struct problems *ps,
		    enum tree_reader how);

/* Where a node stands; of its key, when it has one. */
struct place	 node_place(const struct node *n);
struct place	 node_key_place(const struct node *n);
/* The entry of a map, or NULL. */
struct node	*node_get(const struct node *map, const char *key);
/* "a map", "a list", "one value". */
const char	*node_kind_name(const struct node *n);

#endif /* POLICY_YAML_TREE_H */
