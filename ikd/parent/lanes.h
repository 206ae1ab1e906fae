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

#ifndef PARENT_LANES_H
#define PARENT_LANES_H

#include <stdint.h>

/* Where a flow is routed to. */
struct lane_way {
	unsigned int	 ifindex;	/* 0: nowhere */
	unsigned int	 vrf;		/* the link of its VRF, and where */
	uint32_t	 table;		/* that has its routes; 0: none */
};

/*
 * The xfrm interfaces that the committed policy names.  At a commit:
 * lanes_begin(), lanes_keep() for each, what is to be routed into them, what
 * was routed into those no longer named taken away, lanes_end().
 */

/* May it be ours?  NULL, or why not: a link of somebody else's has the name. */
const char	*lanes_try(const char *name);
void		 lanes_begin(void);
/* Made, unless it is there; vrf: or empty.  NULL or what failed. */
const char	*lanes_keep(const char *name, uint32_t if_id, const char *vrf);
/*
 * Into their VRFs, and out of those that are no more; after the last that is
 * kept, and when a link has changed.  The caller flushes the holds.
 */
void		 lanes_vrfs(void);
/* Those not kept are removed, and what an earlier life left. */
void		 lanes_end(void);
/* The link of this ID, if it is where it should be. */
void		 lanes_way(uint32_t if_id, struct lane_way *w);
/* NULL, or why no child of the interface may be up. */
const char	*lanes_lacks(const char *name);
/* To a tmd that has started: interfaces without their VRF. */
void		 lanes_tell(void);

#endif /* PARENT_LANES_H */
