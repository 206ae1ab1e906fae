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

/* Pipes to the roles of which there is one. */
#include "log.h"
#include "role.h"
#include "rolelink.h"

static struct rolelink *
row_of(struct rolelink *links, size_t n, enum role r)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (links[i].role == r)
			return (&links[i]);
	return (NULL);
}

/* It breaks by itself: what is left of an older one is only freed. */
static void
on_broken(void *arg, struct pipe *p, const char *why)
{
	struct rolelink *l = arg;

	if (why != NULL)
		role_peer_broke(l->role, 0, why);
	if (l->pipe == p) {
		l->pipe = NULL;
		l->drop();
	}
	pipe_free(p);
}

static void
gone(struct rolelink *l)
{
	l->drop();
	pipe_free(l->pipe);
	l->pipe = NULL;
}

void
rolelink_gone(struct rolelink *links, size_t n, enum role r)
{
	struct rolelink *l = row_of(links, n, r);

	if (l != NULL)
		gone(l);
}

struct pipe *
rolelink_open(struct rolelink *links, size_t n, struct event_base *base,
    enum role r, unsigned int inst, int fd)
{
	struct rolelink *l = row_of(links, n, r);
	struct pipe_ops ops = { .on_broken = on_broken };

	if (l == NULL)
		fatal("a pipe to %s", role_name(r, inst));
	gone(l);
	ops.handlers = l->handlers;
	l->pipe = pipe_new(base, fd, l->table, l->side, &ops, l);
	return (l->pipe);
}
