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

#ifndef PARENT_HOLD_H
#define PARENT_HOLD_H

#include <stddef.h>

#include "flow.h"

struct event_base;

/*
 * What the kernel holds for flows: a block, a route into the TUN, a wall (a
 * block before whatever tunnel there is) and a hole (past it, in clear).
 * Children, grants and SA pairs want one or the other for the same flow at
 * the same time; so wishes are counted, and hold_flush() makes the kernel
 * differ by what has changed since the last one, in an order that leaves no
 * hole: new blocks and walls, holes away, then routes, then what lets IPv6
 * pass and new holes, then blocks and walls away.  A flow costs about 0.1 ms
 * each way [3,000 at once: 0.3 s; to remove their blocks 1.2 s], a pair that
 * replaces another of the same flows nothing.
 */
enum hold_what { HOLD_BLOCK, HOLD_ROUTE, HOLD_WALL, HOLD_HOLE };

/* From now on routes lead to this link. */
void		 hold_init(unsigned int ifindex);
unsigned int	 hold_link(void);
/* One wish more (by 1) or less (by -1) for each flow. */
void		 hold_wish(enum hold_what what, int by, const struct flow *f,
		    size_t n);
/* An xfrm interface was made anew: what is routed into it is, too. */
void		 hold_renew(uint32_t if_id);
/* Does it; NULL, or the first failure (each is logged). */
const char	*hold_flush(void);
/* Does so many flows' of it; *more: there is more to do. */
const char	*hold_flush_some(unsigned int flows, int *more);
/* The next flush tries again what the kernel refused; how many flows. */
size_t		 hold_retry(void);
/* If it refused some: they are tried every ten seconds, until they stand. */
void		 hold_watch(struct event_base *base);
/* Do the blocks of all these flows stand? */
int		 hold_stands(const struct flow *f, size_t n);
/* Counts, for `show dataplane`. */
void		 hold_counts(size_t *blocks, size_t *routes);

#endif /* PARENT_HOLD_H */
