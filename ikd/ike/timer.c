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
 * Timers: a binary heap ordered by time.  A timer knows its place, so that
 * clearing one is as cheap as setting it.
 */
#include <stdlib.h>

#include "ike.h"
#include "log.h"
#include "timer.h"

#define FNS		32	/* what timers do, in all */
#define NO_ARG		UINT16_MAX

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
	uintptr_t	 back = (uintptr_t)t - (uintptr_t)arg;

	if (arg != NULL && back >= NO_ARG)
		fatal("a timer that is not a part of its argument");
	t->at = 0;
	t->pos = 0;
	t->fn = number_of(fn);
	t->back = arg == NULL ? NO_ARG : (uint16_t)back;
}

static void
run(struct ike *ike, struct timer *t)
{
	void	*arg = t->back == NO_ARG ? NULL : (uint8_t *)t - t->back;

	fns[t->fn - 1](ike, arg);
}

int
timer_is_set(const struct timer *t)
{
	return (t->pos != 0);
}

static void
heap_put(struct timers *ts, size_t i, struct timer *t)
{
	ts->heap[i] = t;
	t->pos = (uint32_t)i + 1;
}

static void
heap_up(struct timers *ts, size_t i)
{
	struct timer	*t = ts->heap[i];

	while (i > 0 && ts->heap[(i - 1) / 2]->at > t->at) {
		heap_put(ts, i, ts->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	heap_put(ts, i, t);
}

static void
heap_down(struct timers *ts, size_t i)
{
	struct timer	*t = ts->heap[i];
	size_t		 kid;

	for (; (kid = 2 * i + 1) < ts->n; i = kid) {
		if (kid + 1 < ts->n &&
		    ts->heap[kid + 1]->at < ts->heap[kid]->at)
			kid++;
		if (ts->heap[kid]->at >= t->at)
			break;
		heap_put(ts, i, ts->heap[kid]);
	}
	heap_put(ts, i, t);
}

void
timer_clear(struct ike *ike, struct timer *t)
{
	struct timers	*ts = &ike->timers;
	struct timer	*last;
	size_t		 i;

	if (t->pos == 0)
		return;
	i = t->pos - 1;
	t->pos = 0;
	last = ts->heap[--ts->n];
	if (last == t)
		return;
	heap_put(ts, i, last);
	heap_up(ts, i);
	heap_down(ts, last->pos - 1);
}

void
timer_set(struct ike *ike, struct timer *t, uint64_t ms)
{
	struct timers	*ts = &ike->timers;

	if (t->fn == 0)
		fatal("timer without a function");
	timer_clear(ike, t);
	if (ts->n == ts->room) {
		ts->room = ts->room == 0 ? 64 : ts->room * 2;
		ts->heap = xreallocarray(ts->heap, ts->room,
		    sizeof(*ts->heap));
	}
	t->at = ike_now(ike) + ms;
	ts->heap[ts->n] = t;
	ts->n++;
	heap_up(ts, ts->n - 1);
}

uint64_t
timers_next(const struct ike *ike)
{
	return (ike->timers.n == 0 ? 0 : ike->timers.heap[0]->at);
}

void
timers_run(struct ike *ike)
{
	struct timer	*t;
	uint64_t	 now = ike_now(ike);

	while (ike->timers.n > 0 && ike->timers.heap[0]->at <= now) {
		t = ike->timers.heap[0];
		timer_clear(ike, t);
		run(ike, t);
	}
}

void
timers_free(struct ike *ike)
{
	free(ike->timers.heap);
	ike->timers.heap = NULL;
	ike->timers.n = ike->timers.room = 0;
}
