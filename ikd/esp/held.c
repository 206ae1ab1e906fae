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
 * Packets that wait for an SA.
 */
#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>

#include "count.h"
#include "held.h"
#include "log.h"
#include "now.h"

struct held {
	TAILQ_ENTRY(held)	 entry;
	uint32_t		 tunnel;
	uint32_t		 child;
	uint64_t		 until_ms;
	size_t			 len;
	uint8_t			*p;
};

TAILQ_HEAD(held_list, held);

static struct held_list	 all = TAILQ_HEAD_INITIALIZER(all);
static unsigned int	 n_all;

static void
held_free(struct held *h)
{
	free(h->p);
	free(h);
}

static void
unlink_held(struct held *h)
{
	TAILQ_REMOVE(&all, h, entry);
	n_all--;
}

static unsigned int
of_row(const struct idle_row *row)
{
	struct held *h;
	unsigned int n = 0;

	TAILQ_FOREACH(h, &all, entry)
		if (h->tunnel == row->tunnel && h->child == row->child)
			n++;
	return (n);
}

void
held_keep(const struct idle_row *row, const uint8_t *p, size_t len)
{
	struct held *h;

	held_expire();
	if (n_all >= HELD_ALL || of_row(row) >= HELD_PER_ROW) {
		count(DROP_HELD);
		return;
	}
	h = xcalloc(1, sizeof(*h));
	h->tunnel = row->tunnel;
	h->child = row->child;
	h->until_ms = now_ms + HELD_MS;
	h->len = len;
	h->p = xcalloc(1, len);
	memcpy(h->p, p, len);
	TAILQ_INSERT_TAIL(&all, h, entry);
	n_all++;
	count(HELD);
}

void
held_release(uint32_t tunnel, uint32_t child,
    void (*fn)(const uint8_t *, size_t))
{
	struct held_list mine = TAILQ_HEAD_INITIALIZER(mine);
	struct held *h, *next;

	for (h = TAILQ_FIRST(&all); h != NULL; h = next) {
		next = TAILQ_NEXT(h, entry);
		if (h->tunnel != tunnel || h->child != child)
			continue;
		unlink_held(h);
		TAILQ_INSERT_TAIL(&mine, h, entry);
	}
	while ((h = TAILQ_FIRST(&mine)) != NULL) {
		TAILQ_REMOVE(&mine, h, entry);
		fn(h->p, h->len);
		held_free(h);
	}
}

void
held_expire(void)
{
	struct held *h;

	while ((h = TAILQ_FIRST(&all)) != NULL && h->until_ms <= now_ms) {
		unlink_held(h);
		held_free(h);
		count(DROP_HELD);
	}
}

unsigned int
held_count(void)
{
	return (n_all);
}
