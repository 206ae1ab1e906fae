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

#ifndef COMMON_PSKIDS_H
#define COMMON_PSKIDS_H

#include "idset.h"
#include "proto_snap.h"

/*
 * The policy's `psks:`: names of pre-shared keys by the peer's identity; no
 * key is here.
 */
struct pskids {
	struct sn_psk	*v;		/* in the policy's order */
	size_t		 n, cap;
	uint32_t	*next;		/* of each, index + 1 in its chain */
	uint32_t	*hash;		/* index + 1; 0 ends a chain */
	size_t		 buckets;	/* a power of two */
	struct idset	*wild;		/* those with a wildcard */
	size_t		*wild_at;	/* which of v the i-th of them is */
};

/* A row of the snapshot.  NULL, or a literal that says what is wrong. */
const char	*pskids_add(struct pskids *, const struct sn_psk *row);
/* After the last row, before the first question. */
void		 pskids_index(struct pskids *);
void		 pskids_clear(struct pskids *);

/*
 * The key for this ID: one that says it exactly before the first wildcard
 * that fits.  By a hash and an idset, not by trying each.  NULL: none.
 */
const struct sn_psk *pskids_find(const struct pskids *,
		    const struct wt_id *id);

#endif /* COMMON_PSKIDS_H */
