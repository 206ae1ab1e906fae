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
 * Tunnels without their private key.
 */
#include <stdlib.h>
#include <string.h>

#include "locked.h"
#include "log.h"
#include "tunnel_fsm.h"

struct lack {
	uint32_t	tunnel;
	char		key[NAME_MAX_LEN + 1];
};

struct list {
	struct lack	*v;
	size_t		 n, cap;
};

static struct list	now, next;	/* next: being said */

static int
by_tunnel(const void *a, const void *b)
{
	const struct lack *x = a, *y = b;

	return (x->tunnel < y->tunnel ? -1 : x->tunnel > y->tunnel);
}

static void
add(struct list *l, const struct mv_locked *m)
{
	if (l->n == l->cap) {
		l->cap = l->cap == 0 ? 8 : 2 * l->cap;
		l->v = xreallocarray(l->v, l->cap, sizeof(*l->v));
	}
	l->v[l->n].tunnel = m->tunnel;
	strlcpy(l->v[l->n++].key, m->key, sizeof(l->v[0].key));
}

const char *
locked_key(uint32_t tunnel)
{
	const struct lack key = { .tunnel = tunnel }, *e;

	if (now.n == 0)
		return (NULL);
	e = bsearch(&key, now.v, now.n, sizeof(*now.v), by_tunnel);
	return (e != NULL ? e->key : NULL);
}

unsigned int
locked_keys(void)
{
	unsigned int n = 0;
	size_t i, j;

	for (i = 0; i < now.n; i++) {
		for (j = 0; j < i; j++)
			if (strcmp(now.v[i].key, now.v[j].key) == 0)
				break;
		n += (unsigned int)(i == j);
	}
	return (n);
}

/* What failed for its key alone is tried at once, or fails no more. */
static void
start_opened(void)
{
	struct tunnel *t;

	for (t = tunnel_next(NULL); t != NULL; t = tunnel_next(t)) {
		if (t->code != RSN_LOCKED || locked_key(t->number) != NULL)
			continue;
		t->failures = 0;
		tunnel_set_reason(t, RSN_OK, NULL);
		if (t->state == TN_RETRY)
			tunnel_fsm(t, TE_ALARM);
	}
}

void
locked_said(const struct mv_locked *m)
{
	struct list was;

	if (m->first)
		next.n = 0;
	if (m->tunnel != 0)
		add(&next, m);
	if (!m->last)
		return;
	if (next.n > 0)
		qsort(next.v, next.n, sizeof(*next.v), by_tunnel);
	was = now;
	now = next;
	next = was;
	start_opened();
}
