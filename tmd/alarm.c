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
 * Alarms: a heap by time behind one timer of the loop.
 */
#include <event2/event.h>
#include <time.h>

#include "log.h"
#include "alarm.h"

#define TURN_MOST	256	/* alarms run before the loop has its turn */

static struct heap	 alarms;
static struct event	*timer;
static uint64_t		 fake_ms;
static int		 faked;

/* Arms the loop's timer for the earliest alarm. */
static void
alarm_arm(void)
{
	struct heap_node	*w;
	struct timeval		 tv;
	uint64_t		 now, ms;

	if (timer == NULL)
		return;
	if ((w = heap_first(&alarms)) == NULL) {
		evtimer_del(timer);
		return;
	}
	now = alarm_now_ms();
	ms = w->at > now ? w->at - now : 0;
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
	w->n = (struct heap_node){ 0 };
	heap_set_call(&w->n, fn, ctx);
}

void
alarm_clear(struct alarm *w)
{
	heap_take(&alarms, &w->n);
}

void
alarm_in_ms(struct alarm *w, uint64_t ms)
{
	heap_put(&alarms, &w->n, alarm_now_ms() + ms);
	if (heap_first(&alarms) == &w->n)
		alarm_arm();
}

unsigned int
alarm_run(void)
{
	struct heap_node	*w;
	uint64_t		 now = alarm_now_ms();
	unsigned int		 n = 0;

	while (n < TURN_MOST && (w = heap_first(&alarms)) != NULL &&
	    w->at <= now) {
		heap_take(&alarms, w);
		heap_call(w);
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
