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
 * Groups, sorted by name.
 */

#include <stdlib.h>
#include <string.h>

#include "groups.h"
#include "id.h"
#include "log.h"

struct named_set {
	char		*name;
	struct idset	*ids;
};

struct groups {
	struct named_set	*v;
	size_t		 n, cap;
};

struct groups *
groups_new(void)
{
	return (xcalloc(1, sizeof(struct groups)));
}

void
groups_free(struct groups *g)
{
	size_t i;

	if (g == NULL)
		return;
	for (i = 0; i < g->n; i++) {
		free(g->v[i].name);
		idset_free(g->v[i].ids);
	}
	free(g->v);
	free(g);
}

const char *
groups_add(struct groups *g, const struct sn_group *row)
{
	struct named_set *last = g->n > 0 ? &g->v[g->n - 1] : NULL;

	if (row->group[0] == '\0' || row->id.type == ID_ANY)
		return ("a group's member without a name or ID");
	if (last == NULL || strcmp(last->name, row->group) != 0) {
		if (g->n == g->cap) {
			g->cap = g->cap == 0 ? 8 : 2 * g->cap;
			g->v = xreallocarray(g->v, g->cap, sizeof(*g->v));
		}
		last = &g->v[g->n++];
		last->name = xstrdup(row->group);
		last->ids = idset_new();
	}
	idset_add(last->ids, &row->id);
	return (NULL);
}

static int
by_name(const void *a, const void *b)
{
	return (strcmp(((const struct named_set *)a)->name,
	    ((const struct named_set *)b)->name));
}

void
groups_index(struct groups *g)
{
	size_t i;

	if (g->n > 1)
		qsort(g->v, g->n, sizeof(*g->v), by_name);
	for (i = 0; i < g->n; i++)
		idset_index(g->v[i].ids);
}

const struct idset *
groups_find(const struct groups *g, const char *name)
{
	size_t lo = 0, hi = g->n, mid;
	int c;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if ((c = strcmp(name, g->v[mid].name)) == 0)
			return (g->v[mid].ids);
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return (NULL);
}

const struct idset *
groups_at(const struct groups *g, size_t i, const char **name)
{
	if (i >= g->n)
		return (NULL);
	*name = g->v[i].name;
	return (g->v[i].ids);
}
