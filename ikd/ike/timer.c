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
 * Timers: a heap (common), whose functions are told the negotiator.
 */
#include <stdlib.h>

#include "ike.h"
#include "log.h"
#include "timer.h"

#define FNS		32	/* what timers do, in all */

static void		(*fns[FNS])(struct ike *, void *);

static uint16_t
number_of(void (*fn)(struct ike *, void *))
{
	uint16_t	 i;

	for (i = 0; i < FNS; i++) {
		if (fns[i] == NULL)
			fns[i] = fn;
		if (fns[i] == fn)
			return (i + 1);
	}
	fatal("timers do more than %d things", FNS);
}

void
timer_init(struct timer *t, void (*fn)(struct ike *, void *), void *arg)
{
	t->n = (struct heap_node){ .fn = number_of(fn) };
	heap_set_arg(&t->n, arg);
}

int
timer_is_set(const struct timer *t)
{
	return (t->n.pos != 0);
}

void
timer_clear(struct ike *ike, struct timer *t)
{
	heap_take(&ike->timers, &t->n);
}

void
timer_set(struct ike *ike, struct timer *t, uint64_t ms)
{
	if (t->n.fn == 0)
		fatal("timer without a function");
	heap_put(&ike->timers, &t->n, ike_now(ike) + ms);
}

uint64_t
timers_next(const struct ike *ike)
{
	const struct heap_node	*n = heap_first(&ike->timers);

	return (n == NULL ? 0 : n->at);
}

void
timers_run(struct ike *ike)
{
	struct heap_node	*n;
	uint64_t		 now = ike_now(ike);

	while ((n = heap_first(&ike->timers)) != NULL && n->at <= now) {
		heap_take(&ike->timers, n);
		fns[n->fn - 1](ike, heap_arg(n));
	}
}

void
timers_free(struct ike *ike)
{
	free(ike->timers.node);
	ike->timers = (struct heap){ 0 };
}
