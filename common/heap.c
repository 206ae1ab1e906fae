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

/*
 * A binary heap ordered by time.
 */
#include <stdlib.h>

#include "heap.h"
#include "log.h"

#define FNS		32	/* what nodes of one process call, in all */

static void		(*fns[FNS])(void *);

static void
place(struct heap *h, size_t i, struct heap_node *n)
{
	h->node[i] = n;
	n->pos = (uint32_t)i + 1;
}

static size_t
up(struct heap *h, size_t i, struct heap_node *n)
{
	for (; i > 0 && h->node[(i - 1) / 2]->at > n->at; i = (i - 1) / 2)
		place(h, i, h->node[(i - 1) / 2]);
	place(h, i, n);
	return (i);
}

static void
down(struct heap *h, size_t i, struct heap_node *n)
{
	size_t	 kid;

	for (; (kid = 2 * i + 1) < h->n; i = kid) {
		kid += kid + 1 < h->n &&
		    h->node[kid + 1]->at < h->node[kid]->at;
		if (h->node[kid]->at >= n->at)
			break;
		place(h, i, h->node[kid]);
	}
	place(h, i, n);
}

void
heap_take(struct heap *h, struct heap_node *n)
{
	struct heap_node	*last;
	size_t			 i = n->pos;

	if (i == 0)
		return;
	n->pos = 0;
	last = h->node[--h->n];
	if (last != n)
		down(h, up(h, i - 1, last), last);
}

void
heap_put(struct heap *h, struct heap_node *n, uint64_t at)
{
	heap_take(h, n);
	if (h->n == h->room) {
		h->room = h->room == 0 ? 64 : h->room * 2;
		h->node = xreallocarray(h->node, h->room, sizeof(*h->node));
	}
	n->at = at;
	up(h, h->n++, n);
}

void
heap_set_arg(struct heap_node *n, const void *arg)
{
	uintptr_t	 back = (uintptr_t)n - (uintptr_t)arg;

	if (arg != NULL && back >= HEAP_NO_ARG)
		fatal("a timer that is not a part of its argument");
	n->back = arg == NULL ? HEAP_NO_ARG : (uint16_t)back;
}

void
heap_set_call(struct heap_node *n, void (*fn)(void *), const void *arg)
{
	uint16_t	 i;

	for (i = 0; i < FNS && fns[i] != NULL && fns[i] != fn; i++)
		;
	if (i == FNS)
		fatal("timers do more than %d things", FNS);
	fns[i] = fn;
	n->fn = i + 1;
	heap_set_arg(n, arg);
}

void
heap_call(struct heap_node *n)
{
	fns[n->fn - 1](heap_arg(n));
}
