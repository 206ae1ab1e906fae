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
 * Lists that are said whole each time, and kept by tunnel.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "said.h"

static struct said_head
head_of(const void *m)
{
	struct said_head h;

	memcpy(&h, m, sizeof(h));
	return (h);
}

static int
by_tunnel(const void *a, const void *b)
{
	uint32_t x = head_of(a).tunnel, y = head_of(b).tunnel;

	return (x < y ? -1 : x > y);
}

static void
add(struct said_part *p, const void *m, size_t size)
{
	if (p->n == p->room) {
		p->room = p->room == 0 ? 8 : 2 * p->room;
		p->at = xreallocarray(p->at, p->room, size);
	}
	memcpy(p->at + p->n++ * size, m, size);
}

int
said_take(struct said *s, const void *m)
{
	struct said_head h = head_of(m);
	struct said_part was;

	if (h.first)
		s->next.n = s->dropped = 0;
	if (h.tunnel != 0 && s->next.n < SAID_MOST)
		add(&s->next, m, s->size);
	else if (h.tunnel != 0 && s->dropped++ == 0)
		log_error(LS_CORE, "a list about tunnels has more than %u "
		    "rows: the rest is not kept", SAID_MOST);
	if (!h.last)
		return (0);
	if (s->next.n > 0)
		qsort(s->next.at, s->next.n, s->size, by_tunnel);
	was = s->now;
	s->now = s->next;
	s->next = was;
	return (1);
}

const void *
said_at(const struct said *s, size_t i)
{
	return (i < s->now.n ? s->now.at + i * s->size : NULL);
}

const void *
said_of(const struct said *s, uint32_t tunnel)
{
	struct said_head key = { .tunnel = tunnel };
	const uint8_t *p;

	p = s->now.n == 0 ? NULL : bsearch(&key, s->now.at, s->now.n, s->size,
	    by_tunnel);
	while (p != NULL && p != s->now.at &&
	    head_of(p - s->size).tunnel == tunnel)
		p -= s->size;
	return (p);
}

const void *
said_more(const struct said *s, const void *m)
{
	const uint8_t *p = (const uint8_t *)m + s->size;

	return (p < s->now.at + s->now.n * s->size &&
	    head_of(p).tunnel == head_of(m).tunnel ? p : NULL);
}
