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
 * Tunnels that are up or on their way, by the ID of their peer.
 */
#include <string.h>

#include "busy.h"
#include "manual.h"
#include "tree.h"

RB_HEAD(busy_tree, tunnel);

static int
peer_cmp(const struct tunnel *a, const struct tunnel *b)
{
	return (memcmp(&a->pol->cf.id_remote, &b->pol->cf.id_remote,
	    sizeof(a->pol->cf.id_remote)));
}

static int
busy_cmp(const struct tunnel *a, const struct tunnel *b)
{
	int d = peer_cmp(a, b);

	if (d != 0)
		return (d);
	return (a->number < b->number ? -1 : a->number > b->number);
}

TREE_STATIC(busy_tree, tunnel, by_peer, busy_cmp)

static struct busy_tree	 busy = RB_INITIALIZER(&busy);

void
busy_update(struct tunnel *t)
{
	int is = !manual_is(t) &&
	    (t->order != 0 || !TAILQ_EMPTY(&t->sessions));

	if (is && !t->busy)
		RB_INSERT(busy_tree, &busy, t);
	if (!is && t->busy)
		RB_REMOVE(busy_tree, &busy, t);
	t->busy = is;
}

int
busy_alone(const struct tunnel *t)
{
	struct tunnel		 first = { .pol = t->pol, .number = 0 };
	const struct tunnel	*o;

	if (!TAILQ_EMPTY(&t->sessions))
		return (0);
	o = RB_NFIND(busy_tree, &busy, &first);
	if (o == t)
		o = RB_NEXT(busy_tree, &busy, (struct tunnel *)(uintptr_t)o);
	return (o == NULL || peer_cmp(o, t) != 0);
}
