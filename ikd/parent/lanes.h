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

/*
 * The xfrm interfaces that the committed policy names.  At a commit:
 * lanes_begin(), lanes_keep() for each, what is to be routed into them, what
 * was routed into those no longer named taken away, lanes_end().
 */

/* May it be ours?  NULL, or why not: a link of somebody else's has the name. */
const char	*lanes_try(const char *name);
void		 lanes_begin(void);
/* Made, unless it is there; NULL or what failed. */
const char	*lanes_keep(const char *name, uint32_t if_id);
/* Those not kept are removed, and what an earlier life left. */
void		 lanes_end(void);
/* The link of this ID, 0: none. */
unsigned int	 lanes_index(uint32_t if_id);

#endif /* PARENT_LANES_H */
