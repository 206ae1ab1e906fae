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

/* Pre-shared keys by identity: an array, a hash, and a set of patterns. */

#include <stdlib.h>
#include <string.h>

#include "id.h"
#include "log.h"
#include "pskids.h"

const char *
pskids_add(struct pskids *t, const struct sn_psk *row)
{
	if (row->id.type == ID_ANY)
		return ("a key by ID needs an ID");
	if (t->n == t->cap) {
		t->cap = t->cap == 0 ? 16 : 2 * t->cap;
		t->v = xreallocarray(t->v, t->cap, sizeof(*t->v));
	}
	t->v[t->n++] = *row;
	return (NULL);
}

static void
drop_index(struct pskids *t)
{
	free(t->next);
	free(t->hash);
	free(t->wild_at);
	idset_free(t->wild);
}

void
pskids_index(struct pskids *t)
{
	uint32_t *head;
	size_t i;

	for (t->buckets = 16; t->buckets < t->n; t->buckets *= 2)
		;
	drop_index(t);
	t->hash = xcalloc(t->buckets, sizeof(*t->hash));
	t->next = xcalloc(t->n + 1, sizeof(*t->next));
	t->wild_at = xcalloc(t->n + 1, sizeof(*t->wild_at));
	t->wild = idset_new();
	for (i = 0; i < t->n; i++)
		if (id_is_wild(&t->v[i].id)) {
			t->wild_at[idset_count(t->wild)] = i;
			idset_add(t->wild, &t->v[i].id);
		}
	idset_index(t->wild);
	/* From the last to the first: chains keep the policy's order. */
	for (i = t->n; i-- > 0;) {
		head = &t->hash[id_hash(&t->v[i].id) & (t->buckets - 1)];
		t->next[i] = *head;
		*head = (uint32_t)i + 1;
	}
}

void
pskids_clear(struct pskids *t)
{
	drop_index(t);
	free(t->v);
	memset(t, 0, sizeof(*t));
}

const struct sn_psk *
pskids_find(const struct pskids *t, const struct wt_id *id)
{
	uint32_t i;
	long at;

	if (t->hash == NULL)
		return (NULL);
	for (i = t->hash[id_hash(id) & (t->buckets - 1)]; i != 0;
	    i = t->next[i - 1])
		if (id_equal(&t->v[i - 1].id, id))
			return (&t->v[i - 1]);
	at = idset_match(t->wild, id);
	return (at == -1 ? NULL : &t->v[t->wild_at[at]]);
}
