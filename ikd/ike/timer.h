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

#ifndef IKE_TIMER_H
#define IKE_TIMER_H

#include <stdint.h>

#include "heap.h"

/*
 * The negotiator's timers, run by whoever keeps the clock (one evtimer in
 * main.c, the mock clock in the tests).
 */
struct ike;

struct timer {
	struct heap_node	 n;	/* at: ms of CLOCK_BOOTTIME */
};

/*
 * Prepares t; it is not set yet.  arg is what t is a part of, or NULL.
 */
void	timer_init(struct timer *t, void (*fn)(struct ike *, void *),
	    void *arg);
/* fn runs once, ms milliseconds from now; replaces an earlier setting. */
void	timer_set(struct ike *, struct timer *t, uint64_t ms);
/* No effect when it is not set. */
void	timer_clear(struct ike *, struct timer *t);
int	timer_is_set(const struct timer *t);

/* Runs what is due. */
void	timers_run(struct ike *);
/* When the next one is due, or 0. */
uint64_t timers_next(const struct ike *);
void	timers_free(struct ike *);

#endif /* IKE_TIMER_H */
