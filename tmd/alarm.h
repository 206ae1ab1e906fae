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

#ifndef TMD_ALARM_H
#define TMD_ALARM_H

#include <stdint.h>

#include "heap.h"

struct event_base;

/*
 * Time and alarms of tmd: CLOCK_BOOTTIME.  All alarms share one timer of
 * the loop; a test sets the clock by hand and runs what is due.
 */
struct alarm {
	struct heap_node	 n;	/* at: milliseconds */
};

/* Uses this loop; NULL: none, alarm_run() alone runs alarms. */
void	alarm_init(struct event_base *base);

uint64_t alarm_now_ms(void);
uint64_t alarm_now(void);		/* seconds */

/* Prepares w, which is not set, and a part of ctx (or that is NULL); once. */
void	alarm_make(struct alarm *w, void (*fn)(void *), void *ctx);
/* Sets (or moves) the alarm to ms from now. */
void	alarm_in_ms(struct alarm *w, uint64_t ms);
/* Clears it; fine when it is not set. */
void	alarm_clear(struct alarm *w);

/* Runs all that is due; returns how many ran. */
unsigned int	alarm_run(void);

/* For tests: the clock stands at ms from now on. */
void	alarm_fake_ms(uint64_t ms);

#endif /* TMD_ALARM_H */
