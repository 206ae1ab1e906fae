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
 * The objects of the policy for `ikectl db get`: what they are, where they
 * are from, their text.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db.h"
#include "snapshots.h"
#include "snap.h"
#include "yaml_print.h"

/* ":14"; ten thousand calls of snprintf(3) take their time. */
static void
number(char *out, uint32_t n)
{
	char digits[12], *p = digits + sizeof(digits);

	*--p = '\0';
	do {
		*--p = (char)('0' + n % 10);
	} while ((n /= 10) != 0);
	*--p = ':';
	memcpy(out, p, (size_t)(digits + sizeof(digits) - p));
}

void
db_where(const struct node *n, char *out, size_t size)
{
	char line[12];

	if (n->src->database)
		(void)strlcpy(out, "the database", size);
	else {
		number(line, n->key != NULL ? n->key->line : n->line);
		(void)strlcpy(out, n->src->rel, size);
		(void)strlcat(out, line, size);
	}
}

static void
pieces(struct snap_writer *w, struct sn_object *row, const char *text,
    size_t len)
{
	size_t at = 0;

	do {
		row->text.p = (const uint8_t *)text + at;
		row->text.len = len - at < SNAP_PIECE ? len - at : SNAP_PIECE;
		at += row->text.len;
		row->last = at == len;
		snap_put(w, SNAP_OBJECT, row);
	} while (at < len);
}

void
put_object(struct snap_writer *w, struct sn_object *row,
    const struct db_kind *k, const struct node *n, unsigned int number)
{
	const struct node *name = k->list && n->kind == NODE_MAP ?
	    node_get(n, "name") : NULL;
	char *text;
	size_t len;

	memset(row, 0, sizeof(*row));
	strlcpy(row->kind, k->path, sizeof(row->kind));
	if (name != NULL && name->kind == NODE_SCALAR)
		strlcpy(row->name, name->text, sizeof(row->name));
	else if (!k->list)
		strlcpy(row->name, n->key->text, sizeof(row->name));
	else
		snprintf(row->name, sizeof(row->name), "%u", number);
	db_where(n, row->where, sizeof(row->where));
	text = yaml_print(n, &len);
	pieces(w, row, text, len);
	free(text);
}

void
put_objects(const struct policy *po, struct snap_writer *w,
    struct sn_object *row)
{
	const struct db_kind *k;
	const struct node *up, *n;
	unsigned int i;

	for (k = db_kinds + 1; k->path != NULL; k++) {
		if ((up = db_container(po->root, k)) == NULL)
			continue;
		i = 0;
		for (n = up->first; n != NULL; n = n->next)
			put_object(w, row, k, n, ++i);
	}
	memset(row, 0, sizeof(*row));
	pieces(w, row, po->objects, po->objects_len);
}
