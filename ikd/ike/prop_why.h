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

#ifndef IKE_PROP_WHY_H
#define IKE_PROP_WHY_H

#include "prop.h"

/* Between prop.c and prop_why.c: transforms of either side, and what did
 * not meet. */
struct xfs {
	const struct wt_xform	*xf;
	size_t			 n;
};

struct prop_miss {
	unsigned int	depth;		/* types that met; 0: none noted */
	unsigned int	type;		/* enum xf_type that did not meet */
	size_t		ours;		/* indices of the pair */
	size_t		theirs;
};

int	xfs_has_type(const struct xfs *l, unsigned int type);

/* Keeps the pair that came furthest; the first of equals. */
void	prop_miss_note(struct prop_miss *best, unsigned int type, size_t ours,
	    size_t theirs);

/* The sentence for it. */
void	prop_why(const struct prop_miss *m, const struct wt_proposal *ours,
	    size_t n, const struct sa_payload *theirs,
	    const struct prop_want *want, char *why, size_t size);

#endif /* IKE_PROP_WHY_H */
