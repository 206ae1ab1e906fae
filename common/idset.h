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


#ifndef COMMON_IDSET_H
#define COMMON_IDSET_H

#include "proto_types.h"

/*
 * A list of identities, exact ones and patterns, in which the first that
 * matches a peer's ID is found: as if id_match() were asked of each in turn,
 * but by a hash of what is exact in it, or among ranges of addresses.
 */
struct idset;

struct idset	*idset_new(void);
void		 idset_free(struct idset *s);	/* NULL is fine */

/* Adds one at the end; copied. */
void		 idset_add(struct idset *s, const struct wt_id *id);
/* After the last one, before the first question. */
void		 idset_index(struct idset *s);

/* The place of the first that matches, from 0; -1: none does. */
long		 idset_match(const struct idset *s, const struct wt_id *id);

size_t		 idset_count(const struct idset *s);
/* The i-th: by id_copy() alone, it has no room behind its data. */
const struct wt_id *idset_at(const struct idset *s, size_t i);

#endif /* COMMON_IDSET_H */
