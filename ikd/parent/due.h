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

#ifndef PARENT_DUE_H
#define PARENT_DUE_H

#include <sys/tree.h>

#include <stddef.h>
#include <stdint.h>

struct event_base;

/*
 * Ends that come by time: of grants, of pairs.  All share one timer of the
 * loop, whose own take twice as much.  Zeroed, it is not set.
 */
struct due {
	RB_ENTRY(due)	 entry;
	uint64_t	 at;		/* CLOCK_BOOTTIME seconds; 0: not set */
	void		(*fn)(struct due *);
};

/* What d is a part of, of that type and under that name. */
#define DUE_OF(d, type, member)						\
	((type *)(void *)((uint8_t *)(d) - offsetof(type, member)))

/*
 * fn(d) is called once, at that second or later; it may free what d is a part
 * of.
 */
void	due_set(struct event_base *base, struct due *d, uint64_t at,
	    void (*fn)(struct due *));
void	due_clear(struct due *d);	/* fine when it is not set */

#endif /* PARENT_DUE_H */
