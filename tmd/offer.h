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

#ifndef TMD_OFFER_H
#define TMD_OFFER_H

#include <stddef.h>

#include "proto_types.h"

/*
 * Why two lists of proposals do not meet, for people.  Pure.
 */
#define OFFER_LINES	12
#define OFFER_TEXT	256

/* One type of transform: what either side names, and what both do. */
struct offer_line {
	const char	*what;		/* "encryption", "prf", ... */
	char		 theirs[OFFER_TEXT];
	char		 ours[OFFER_TEXT];
	char		 both[OFFER_TEXT];	/* "" and miss: nothing */
	int		 miss;		/* it matters, and nothing is common */
	uint8_t		 type;		/* XF_KE, ... */
};

struct offer_list {
	const struct wt_proposal *p;
	uint16_t	 n;
};

/*
 * Fills the lines for the types that either list has; no_ke: groups are not
 * asked for (IKE_AUTH).  Returns how many.
 */
unsigned int offer_compare(const struct offer_list *theirs,
	    const struct offer_list *ours, int no_ke,
	    struct offer_line out[OFFER_LINES]);

/*
 * Groups for the proposals of a child that name none (pfs): those of its IKE
 * SA's policy, and none at all (prefer).
 */
void	offer_add_groups(struct wt_proposal *p, uint16_t n,
	    const struct offer_list *ike, int prefer);

/* Do two meet in all but groups? */
int	offer_meets(const struct offer_list *a, const struct offer_list *b);

/* Does any of them name a group? */
int	offer_has_group(const struct offer_list *l);

/*
 * The proposal that is to be added to "mine" so that it meets one of
 * "other": of the pair that lacks least, what is common stays, the rest is
 * the other's first choice that is not weak.  Returns -1 when the other
 * names nothing that we know; else 0, and *weak is a word for allow-weak, or
 * NULL.
 */
int	offer_nearest(const struct offer_list *mine,
	    const struct offer_list *other, int no_ke,
	    struct wt_proposal *add, const char **weak);

#endif /* TMD_OFFER_H */
