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
 * Alarms: a tree by time behind one timer of the loop.
 */
#include <event2/event.h>
#include <time.h>

#include "log.h"
#include "tree.h"
#include "alarm.h"

#define TURN_MOST	256	/* alarms run before the loop has its turn */

static int	alarm_cmp(const struct alarm *, const struct alarm *);

RB_HEAD(alarm_tree, alarm);
TREE_STATIC(alarm_tree, alarm, node, alarm_cmp)

static struct alarm_tree	 alarms = RB_INITIALIZER(&alarms);
static struct event	*timer;
static uint64_t		 fake_ms;
static int		 faked;

static int
alarm_cmp(const struct alarm *a, const struct alarm *b)
{
	if (a->at_ms != b->at_ms)
		return (a->at_ms < b->at_ms ? -1 : 1);
	return (a < b ? -1 : a > b);
}

/* Arms the loop's timer for the earliest alarm. */
static void
alarm_arm(void)
{
	struct alarm	*w;
	struct timeval	 tv;
	uint64_t	 now, ms;

	if (timer == NULL)
		return;
	if ((w = RB_MIN(alarm_tree, &alarms)) == NULL) {
		evtimer_del(timer);
		return;
	}
	now = alarm_now_ms();
	ms = w->at_ms > now ? w->at_ms - now : 0;
	if (ms > 3600 * 1000)
		ms = 3600 * 1000;
	tv.tv_sec = (time_t)(ms / 1000);
	tv.tv_usec = (suseconds_t)(ms % 1000) * 1000;
	evtimer_add(timer, &tv);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	alarm_run();
	alarm_arm();
}

void
alarm_init(struct event_base *base)
{
	if (timer != NULL)
		event_free(timer);
	timer = NULL;
	if (base == NULL)
		return;
	if ((timer = evtimer_new(base, on_timer, NULL)) == NULL)
		fatal("no timer");
	alarm_arm();
}

uint64_t
alarm_now_ms(void)
{
	struct timespec ts;

	if (faked)
		return (fake_ms);
	if (clock_gettime(CLOCK_BOOTTIME, &ts) == -1)
		fatal_errno("clock_gettime");
	return ((uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000);
}

uint64_t
alarm_now(void)
{
	return (alarm_now_ms() / 1000);
}

void
alarm_make(struct alarm *w, void (*fn)(void *), void *ctx)
{
	w->set = 0;
	w->fn = fn;
	w->ctx = ctx;
}

void
alarm_clear(struct alarm *w)
{
	if (!w->set)
		return;
	RB_REMOVE(alarm_tree, &alarms, w);
	w->set = 0;
}

void
alarm_in_ms(struct alarm *w, uint64_t ms)
{
	alarm_clear(w);
	w->at_ms = alarm_now_ms() + ms;
	w->set = 1;
	RB_INSERT(alarm_tree, &alarms, w);
	if (RB_MIN(alarm_tree, &alarms) == w)
		alarm_arm();
}

unsigned int
alarm_run(void)
{
	struct alarm	*w;
	uint64_t	 now = alarm_now_ms();
	unsigned int	 n = 0;

	while (n < TURN_MOST && (w = RB_MIN(alarm_tree, &alarms)) != NULL &&
	    w->at_ms <= now) {
		alarm_clear(w);
		w->fn(w->ctx);
		n++;
	}
	return (n);
}

void
alarm_fake_ms(uint64_t ms)
{
	faked = 1;
	fake_ms = ms;
}
