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
 * The database's tree: read, edited, printed, merged into that of the files.
 */

#include <stdlib.h>
#include <string.h>

#include "db.h"
#include "db_edit.h"
#include "include.h"
#include "near.h"
#include "yaml_print.h"

const struct db_kind db_kinds[] = {
	{ "tunnels", "tunnels", NULL, "children", 0 },
	{ "policies/ike", "policies", "ike", "proposals", 0 },
	{ "policies/child", "policies", "child", "proposals", 0 },
	{ "groups", "groups", NULL, "", 0 },
	{ "authorities", "authorities", NULL, NULL, 0 },
	{ "psks", "psks", NULL, "", 0 },
	{ "filters", "filters", NULL, NULL, 1 },
	{ NULL, NULL, NULL, NULL, 0 }
};

struct node *
db_container(const struct node *root, const struct db_kind *k)
{
	struct node *n = node_get(root, k->top);

	if (n != NULL && k->sub != NULL)
		n = n->kind == NODE_MAP ? node_get(n, k->sub) : NULL;
	return (n);
}

/* A key that the database has no place for. */
static void
unknown(struct load *l, const struct node *n, int below)
{
	const struct db_kind *k;
	struct near near;

	near_start(&near, n->key->text);
	for (k = db_kinds; k->path != NULL; k++)
		if ((k->sub != NULL) >= below)
			near_try(&near, below ? k->sub : k->top, NULL);
	if (near.best != NULL)
		problem_error(&l->ps, node_key_place(n), "the database has "
		    "no \"%s\"; did you mean \"%s\"?", n->key->text,
		    near.best);
	else
		problem_error(&l->ps, node_key_place(n), "\"%s\" is set in "
		    "the policy file: the database has tunnels, policies, "
		    "groups, authorities, psks and filters", n->key->text);
}

static int
known(struct load *l, const struct node *n, const char *top)
{
	const struct db_kind *k;
	const char *word;

	for (k = db_kinds; k->path != NULL; k++) {
		if (top != NULL && (k->sub == NULL ||
		    strcmp(k->top, top) != 0))
			continue;
		word = top != NULL ? k->sub : k->top;
		if (strcmp(word, n->key->text) != 0)
			continue;
		if (n->kind == (k->list ? NODE_LIST : NODE_MAP))
			return (k->sub == NULL || top != NULL ? 1 : 2);
		problem_error(&l->ps, node_place(n), "\"%s\" must be %s",
		    n->key->text, k->list ? "a list" : "a map of names");
		return (0);
	}
	unknown(l, n, top != NULL);
	return (0);
}

int
db_shape(struct load *l, const struct node *root)
{
	const struct node *n, *m;
	unsigned int errors = l->ps.errors;

	for (n = root->first; n != NULL; n = n->next)
		if (known(l, n, NULL) == 2)
			for (m = n->first; m != NULL; m = m->next)
				(void)known(l, m, n->key->text);
	return (l->ps.errors == errors);
}

int
db_apply(struct load *l, struct node *root)
{
	unsigned int errors = l->ps.errors;
	int edit = l->change != NULL && l->change->how != CHANGE_NONE &&
	    l->change->how != CHANGE_FILE;
	struct node *objects;
	char *text;

	l->po.root = root;
	l->po.objects = l->objects;
	l->po.objects_len = l->objects_len;
	if (!edit && l->objects_len == 0)
		return (1);
	objects = yaml_tree(&l->arena, include_database(l, "database",
	    l->objects, l->objects_len), &l->lim, &l->ps);
	if (objects == NULL || !db_shape(l, objects) ||
	    (edit && !db_edit(l, objects, root)))
		return (0);
	if (edit) {
		text = yaml_print(objects, &l->po.objects_len);
		if (objects->n == 0)
			l->po.objects_len = 0;
		l->po.objects = arena_copy(&l->arena, text,
		    l->po.objects_len);
		free(text);
	}
	include_merge(l, root, objects);
	return (l->ps.errors == errors);
}
