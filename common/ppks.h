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

#ifndef COMMON_PPKS_H
#define COMMON_PPKS_H

#include "proto_snap.h"

/*
 * The post-quantum pre-shared keys of a policy by their PPK_ID: names of
 * files, no key is here.
 */
struct ppk {
	uint8_t		 id[PPK_ID_MAX];	/* its PPK_ID */
	size_t		 len;
	char		*name;			/* the same as it is written */
	char		*secret;		/* of ppk/ */
	char		*where;			/* "ikd.yaml:14" */
	uint32_t	 next; /* index + 1 in its hash chain */
};

struct ppks {
	struct ppk	*v;		/* in the policy's order */
	size_t		 n, cap;
	uint32_t	*hash;
	size_t		 buckets;	/* a power of two */
};

/* A row of the snapshot.  NULL, or a literal that says what is wrong. */
const char	*ppks_add(struct ppks *, const struct sn_ppk *row);
/* After the last row, before the first question. */
void		 ppks_index(struct ppks *);
void		 ppks_clear(struct ppks *);

/* NULL: there is none. */
const struct ppk *ppks_by_id(const struct ppks *, struct slice id);
const struct ppk *ppks_by_name(const struct ppks *, const char *name);

#endif /* COMMON_PPKS_H */
