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

#ifndef COMMON_HEAP_H
#define COMMON_HEAP_H

#include <stddef.h>
#include <stdint.h>

/*
 * What comes by time, the soonest first: a binary heap.  A node knows its
 * place, so that taking one out is as cheap as putting it in.  Sessions have
 * many: what one does is a number, and its argument is what it is a part of.
 * Zeroed, it is in no heap.
 */
struct heap_node {
	uint64_t	 at;		/* in what the heap's owner counts */
	uint32_t	 pos;		/* place in the heap + 1; 0: in none */
	uint16_t	 fn;		/* number of a function; 0: none */
	uint16_t	 back; /* how far before this the argument is */
};

#define HEAP_NO_ARG	UINT16_MAX

struct heap {
	struct heap_node	**node;		/* malloc()ed */
	size_t			  n;
	size_t			  room;
};

/* At that time from now on, wherever it was; fatal on no memory. */
void	heap_put(struct heap *, struct heap_node *, uint64_t at);
/* No effect when it is in no heap. */
void	heap_take(struct heap *, struct heap_node *);
/* The soonest; NULL: none. */
static inline struct heap_node *
heap_first(const struct heap *h)
{
	return (h->n == 0 ? NULL : h->node[0]);
}
/* arg is what the node is a part of, or NULL. */
void	heap_set_arg(struct heap_node *, const void *arg);
static inline void *
heap_arg(struct heap_node *n)
{
	return (n->back == HEAP_NO_ARG ? NULL : (uint8_t *)n - n->back);
}

/* What heap_call() calls: fn(arg). */
void	heap_set_call(struct heap_node *, void (*fn)(void *), const void *arg);
void	heap_call(struct heap_node *);

#endif /* COMMON_HEAP_H */
