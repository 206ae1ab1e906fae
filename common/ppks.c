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

/* Post-quantum pre-shared keys by their PPK_ID: an array and a hash. */

#include <stdlib.h>
#include <string.h>

#include "fnv.h"
#include "log.h"
#include "ppks.h"

const char *
ppks_add(struct ppks *t, const struct sn_ppk *row)
{
	const char *why;
	struct ppk *p;

	if (t->n == t->cap) {
		t->cap = t->cap == 0 ? 16 : 2 * t->cap;
		t->v = xreallocarray(t->v, t->cap, sizeof(*t->v));
	}
	p = &t->v[t->n];
	memset(p, 0, sizeof(*p));
	if ((why = ppk_id_read(row->id, p->id, &p->len)) != NULL)
		return (why);
	p->name = xstrdup(row->id);
	p->secret = xstrdup(row->secret);
	p->where = xstrdup(row->where);
	t->n++;
	return (NULL);
}

static uint32_t *
head(const struct ppks *t, struct slice id)
{
	return (&t->hash[fnv_octets(id.p, id.len) & (t->buckets - 1)]);
}

void
ppks_index(struct ppks *t)
{
	uint32_t *first;
	size_t i;

	for (t->buckets = 16; t->buckets < t->n; t->buckets *= 2)
		;
	free(t->hash);
	t->hash = xcalloc(t->buckets, sizeof(*t->hash));
	for (i = t->n; i-- > 0;) {
		first = head(t, (struct slice){ t->v[i].id, t->v[i].len });
		t->v[i].next = *first;
		*first = (uint32_t)i + 1;
	}
}

void
ppks_clear(struct ppks *t)
{
	size_t i;

	for (i = 0; i < t->n; i++) {
		free(t->v[i].name);
		free(t->v[i].secret);
		free(t->v[i].where);
	}
	free(t->v);
	free(t->hash);
	memset(t, 0, sizeof(*t));
}

const struct ppk *
ppks_by_id(const struct ppks *t, struct slice id)
{
	uint32_t i;

	if (t->hash == NULL)
		return (NULL);
	for (i = *head(t, id); i != 0; i = t->v[i - 1].next)
		if (t->v[i - 1].len == id.len &&
		    memcmp(t->v[i - 1].id, id.p, id.len) == 0)
			return (&t->v[i - 1]);
	return (NULL);
}

const struct ppk *
ppks_by_name(const struct ppks *t, const char *name)
{
	uint8_t id[PPK_ID_MAX];
	size_t len;

	if (ppk_id_read(name, id, &len) != NULL)
		return (NULL);
	return (ppks_by_id(t, (struct slice){ id, len }));
}
