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

#ifndef COMMON_ENTRIES_INT_H
#define COMMON_ENTRIES_INT_H

#include "entries.h"

/*
 * The entries inside: what entries_index() makes and entries.c asks.  Chains
 * are of an entry's index + 1, in the policy's order; 0 ends one.
 */
struct entries {
	struct entry	*e;
	size_t		 n, cap;
	struct pskids	 psks;
	struct ppks	 ppks;
	uint32_t	*by_id;		/* exact IDs */
	uint32_t	*by_tunnel;
	uint32_t	*by_rule;	/* later rounds */
	uint32_t	 open;		/* chain of wildcards, groups, any */
	uint32_t	*open_at;	/* the same, of peers at one address */
	uint32_t	 near;		/* all that are not at one address */
	uint32_t	*near_at;	/* and those that are */
	struct groups	*groups;
	size_t		 buckets;	/* a power of two */
};

/*
 * Where the chain begins of a peer's address (table is open_at or near_at),
 * or of later rounds by what their tunnel's first one demands.
 */
uint32_t	*entries_at_addr(const struct entries *es, uint32_t *table,
		    const struct wt_addr *a);
uint32_t	*entries_at_rule(const struct entries *es,
		    const uint8_t rule[RULE_LEN]);
/* Frees the hashes. */
void		 entries_drop_index(struct entries *es);

#endif /* COMMON_ENTRIES_INT_H */
