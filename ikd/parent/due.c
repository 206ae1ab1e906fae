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
 * A tree by time behind one timer of the loop.
 */
#include <event2/event.h>

#include <stdlib.h>

#include "due.h"
#include "log.h"
#include "parent.h"

#define TIMER_MOST	3600	/* the loop's clock stands while we sleep */
#define TURN_MOST	256	/* then others have their turn */

static int
due_cmp(const struct due *a, const struct due *b)
{
	if (a->at != b->at)
		return (a->at < b->at ? -1 : 1);
	return (a < b ? -1 : a > b);
}

static RB_HEAD(due_tree, due)	 dues = RB_INITIALIZER(&dues);
static struct event		*timer;

RB_GENERATE_INTERNAL(due_tree, due, entry, due_cmp,
    static __attribute__((__unused__)))

static void
arm(void)
{
	struct due	*d = RB_MIN(due_tree, &dues);
	struct timeval	 tv = { 0, 0 };
	uint64_t	 now = parent_now();

	if (d == NULL)
		return;
	if (d->at > now)
		tv.tv_sec = d->at - now > TIMER_MOST ? TIMER_MOST :
		    (time_t)(d->at - now);
	evtimer_add(timer, &tv);
}

static void
on_timer(int fd, short what, void *arg)
{
	struct due	*d;
	uint64_t	 now = parent_now();
	unsigned int	 n;

	(void)fd;
	(void)what;
	(void)arg;
	for (n = 0; n < TURN_MOST && (d = RB_MIN(due_tree, &dues)) != NULL &&
	    d->at <= now; n++) {
		due_clear(d);
		d->fn(d);
	}
	arm();
}

void
due_clear(struct due *d)
{
	if (d->at == 0)
		return;
	RB_REMOVE(due_tree, &dues, d);
	d->at = 0;
}

void
due_set(struct event_base *base, struct due *d, uint64_t at,
    void (*fn)(struct due *))
{
	if (timer == NULL && (timer = evtimer_new(base, on_timer, NULL)) ==
	    NULL)
		fatal("out of memory");
	due_clear(d);
	d->at = at > 0 ? at : 1;
	d->fn = fn;
	RB_INSERT(due_tree, &dues, d);
	if (RB_MIN(due_tree, &dues) == d)
		arm();
}
