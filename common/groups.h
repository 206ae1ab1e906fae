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


#ifndef COMMON_GROUPS_H
#define COMMON_GROUPS_H

#include "idset.h"
#include "proto_snap.h"

/* The groups of a policy: lists of identities by name. */
struct groups;

struct groups	*groups_new(void);
void		 groups_free(struct groups *g);	/* NULL is fine */

/* A row of the snapshot; those of one group follow one another. */
const char	*groups_add(struct groups *g, const struct sn_group *row);
/* After the last row. */
void		 groups_index(struct groups *g);

/* The group of this name; NULL: there is none. */
const struct idset *groups_find(const struct groups *g, const char *name);

/* The i-th, sorted by name, and its name; NULL behind the last. */
const struct idset *groups_at(const struct groups *g, size_t i,
		    const char **name);

#endif /* COMMON_GROUPS_H */
