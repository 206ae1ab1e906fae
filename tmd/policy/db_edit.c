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
 * put, delete and move, on the tree of the database.
 */

#include <string.h>

#include "db.h"
#include "db_edit.h"
#include "hash.h"
#include "include.h"
#include "near.h"
#include "scalar.h"

#define NAME_LEN	127	/* as sn_object.name */

static const struct place nowhere;

struct editor {
	struct load		*l;
	struct node		*db;
	const struct node	*file;
	const struct source	*src;		/* of what is made */
	const struct db_kind	*kind;		/* of KIND/NAME */
	const char		*name;		/* NULL: KIND alone */
};

#define refuse(e, ...)	problem_error(&(e)->l->ps, nowhere, __VA_ARGS__)

static struct node *
make(struct editor *e, enum node_kind kind, const char *text)
{
	struct node *n = arena_alloc(&e->l->arena, sizeof(*n));

	n->src = e->src;
	n->kind = (uint8_t)kind;
	n->line = n->col = 1;
	if (kind == NODE_SCALAR) {
		n->text = text;
		n->len = (uint16_t)strlen(text);
	}
	return (n);
}

static void
append(struct node *up, struct node *n)
{
	n->next = NULL;
	if (up->last == NULL)
		up->first = n;
	else
		up->last->next = n;
	up->last = n;
	up->n++;
}

/* The entry before n, NULL when it is the first. */
static struct node *
before(const struct node *up, const struct node *n)
{
	struct node *o = NULL;

	if (up->first != n)
		for (o = up->first; o->next != n; o = o->next)
			;
	return (o);
}

static void
detach(struct node *up, struct node *n)
{
	struct node *prev = before(up, n);

	if (prev == NULL)
		up->first = n->next;
	else
		prev->next = n->next;
	if (up->last == n)
		up->last = prev;
	up->n--;
}

/* New in the place of old. */
static void
replace(struct node *old, const struct node *new)
{
	struct node *next = old->next;

	*old = *new;
	old->next = next;
}

static struct node *
container_of(struct editor *e, const struct db_kind *k)
{
	struct node *n, *up = e->db;
	const char *word = k->top;

	if ((n = db_container(e->db, k)) != NULL)
		return (n);
	if (k->sub != NULL) {
		if ((up = node_get(e->db, k->top)) == NULL) {
			up = make(e, NODE_MAP, NULL);
			up->key = make(e, NODE_SCALAR, k->top);
			append(e->db, up);
		}
		word = k->sub;
	}
	n = make(e, k->list ? NODE_LIST : NODE_MAP, NULL);
	n->key = make(e, NODE_SCALAR, word);
	append(up, n);
	return (n);
}

/* KIND/NAME, or KIND alone when name may be missing. */
static int
parse_object(struct editor *e, const char *object)
{
	const struct db_kind *k;
	struct near near;
	size_t n;

	near_start(&near, object);
	for (k = db_kinds; k->path != NULL; k++) {
		n = strlen(k->path);
		near_try(&near, k->path, NULL);
		if (strncmp(object, k->path, n) != 0)
			continue;
		e->kind = k;
		if (object[n] == '/' && object[n + 1] != '\0') {
			e->name = object + n + 1;
			return (1);
		}
		if (object[n] != '\0')
			continue;
		if (k->list)
			return (1);
		refuse(e, "%s: which one? say %s/NAME", object, object);
		return (0);
	}
	refuse(e, "%s: not an object: they are tunnels/NAME, "
	    "policies/ike/NAME, policies/child/NAME, groups/NAME, "
	    "authorities/NAME, psks/ID and filters/NAME", object);
	return (0);
}

/* What a rule is called, or NULL. */
static const char *
item_name(const struct node *item)
{
	const struct node *n = item->kind == NODE_MAP ?
	    node_get(item, "name") : NULL;

	if (n == NULL && item->kind == NODE_MAP &&
	    node_get(item, "dynamic") != NULL)
		return ("dynamic");
	return (n != NULL && n->kind == NODE_SCALAR ? n->text :
	    item->kind == NODE_SCALAR ? item->text :
	    item->key != NULL ? item->key->text : NULL);
}

static struct node *
find_named(const struct node *up, const char *item)
{
	struct node *n;
	const char *name;

	for (n = up->first; n != NULL; n = n->next)
		if ((name = item_name(n)) != NULL && strcmp(name, item) == 0)
			return (n);
	return (NULL);
}

/* Of a list or map in order: by name, else by number, after i others. */
static struct node *
find_item(const struct node *up, const char *item, uint64_t i)
{
	struct node *n = find_named(up, item);
	uint64_t want;

	if (n != NULL)
		return (n);
	if (scalar_number(item, &want) == 0)
		for (n = up->first; n != NULL; n = n->next)
			if (++i == want)
				return (n);
	return (NULL);
}

/* Numbers are those of db_rows.c: the files' rules, then the database's. */
static uint64_t
filed(const struct editor *e)
{
	const struct node *up = db_container(e->file, e->kind);

	return (e->kind->list && up != NULL && up->kind == NODE_LIST ?
	    up->n : 0);
}

static struct node *
find_in(const struct editor *e, const struct node *root)
{
	struct node *up = db_container(root, e->kind);

	if (up == NULL || (up->kind != NODE_MAP && up->kind != NODE_LIST))
		return (NULL);
	return (!e->kind->list ? node_get(up, e->name) : find_item(up,
	    e->name, root == e->db ? filed(e) : 0));
}

/* An object that is not there: is it the file's, or misspelt? */
static void
no_such(struct editor *e)
{
	const struct node *n, *up = db_container(e->db, e->kind);
	char where[256];
	struct near near;

	if ((n = find_in(e, e->file)) != NULL) {
		db_where(n, where, sizeof(where));
		refuse(e, "%s/%s is from %s, not from the database: edit the "
		    "file, then ikectl reload", e->kind->path, e->name,
		    where);
		return;
	}
	near_start(&near, e->name);
	for (n = up == NULL ? NULL : up->first; n != NULL; n = n->next)
		if (item_name(n) != NULL)
			near_try(&near, item_name(n), NULL);
	refuse(e, "%s/%s: the database has no such object%s%s%s",
	    e->kind->path, e->name, near.best != NULL ? "; did you mean \"" :
	    "", near.best != NULL ? near.best : "",
	    near.best != NULL ? "\"?" : "");
}

/* One object of a text, under the name that its key or `name:` says. */
static int
put_one(struct editor *e, const struct db_kind *k, struct node *up,
    struct hash *names, struct node *n)
{
	const char *name = item_name(n);
	struct node *old = NULL;

	if (name != NULL && strlen(name) > NAME_LEN) {
		problem_error(&e->l->ps, node_key_place(n), "the name is too "
		    "long for the database");
		return (0);
	}
	if (k->list && name != NULL)
		old = find_named(up, name);
	else if (!k->list)
		old = hash_put(names, n->key->text, n->key->len, n);
	if (old != NULL && e->l->change->how == CHANGE_ADD) {
		refuse(e, "%s/%s is there already: change it, or remove it",
		    k->path, k->list ? item_name(n) : n->key->text);
		return (0);
	}
	if (old != NULL)
		replace(old, n);
	else
		append(up, n);
	return (1);
}

static int
put_all(struct editor *e, const struct db_kind *k, const struct node *from)
{
	struct node *up = container_of(e, k), *n, *next;
	struct hash names = { NULL, 0, 0 };
	int ok = 1;

	if (!k->list)
		for (n = up->first; n != NULL; n = n->next)
			hash_put(&names, n->key->text, n->key->len, n);
	for (n = from->first; n != NULL; n = next) {
		next = n->next;
		ok &= put_one(e, k, up, &names, n);
	}
	hash_free(&names);
	return (ok);
}

/* A text that names its objects itself, as the policy file does. */
static int
put_text(struct editor *e, const struct node *root)
{
	const struct db_kind *k;
	const struct node *from;
	unsigned int n = 0;
	int ok = 1;

	if (!db_shape(e->l, root))
		return (0);
	for (k = db_kinds; k->path != NULL; k++)
		if ((from = db_container(root, k)) != NULL && from->n > 0) {
			n += from->n;
			ok &= put_all(e, k, from);
		}
	if (n == 0)
		problem_error(&e->l->ps, (struct place){ e->src, 0, 0 },
		    "there is nothing in it to put");
	return (ok && n > 0);
}

/* A rule's name stands in it. */
static int
name_rule(struct editor *e, struct node *n)
{
	struct node *name;

	if (n->kind != NODE_MAP) {
		problem_error(&e->l->ps, node_place(n), "must be a map");
		return (0);
	}
	if ((name = node_get(n, "name")) == NULL) {
		name = make(e, NODE_SCALAR, e->name);
		name->key = make(e, NODE_SCALAR, "name");
		name->next = n->first;
		n->first = name;
		if (n->last == NULL)
			n->last = name;
		n->n++;
	} else if (name->kind != NODE_SCALAR ||
	    strcmp(name->text, e->name) != 0) {
		problem_error(&e->l->ps, node_place(name), "the rule to put "
		    "is called \"%s\"", e->name);
		return (0);
	}
	return (1);
}

static int
put(struct editor *e)
{
	struct load *l = e->l;
	const char *object = l->change->object;
	struct tree_limits lim = l->lim;
	struct node *root, *map;

	if (object[0] != '\0' && !parse_object(e, object))
		return (0);
	lim.any_root = e->name != NULL;
	if ((root = yaml_tree(&l->arena, e->src, &lim, &l->ps)) == NULL)
		return (0);
	l->lim.nodes = lim.nodes;
	if (object[0] == '\0')
		return (put_text(e, root));
	if (e->name == NULL) {
		refuse(e, "%s: which one? say %s/NAME", object, object);
		return (0);
	}
	if (e->kind->list && !name_rule(e, root))
		return (0);
	root->key = make(e, NODE_SCALAR, e->name);
	map = make(e, NODE_MAP, NULL);
	append(map, root);
	return (put_all(e, e->kind, map));
}

static int
delete(struct editor *e)
{
	struct node *n, *up, *top;

	if (!parse_object(e, e->l->change->object))
		return (0);
	if (e->name == NULL) {
		refuse(e, "%s: which one? say %s/NAME", e->kind->path,
		    e->kind->path);
		return (0);
	}
	if ((n = find_in(e, e->db)) == NULL) {
		no_such(e);
		return (0);
	}
	up = db_container(e->db, e->kind);
	detach(up, n);
	if (up->n > 0)
		return (1);
	top = node_get(e->db, e->kind->top);
	if (up != top)
		detach(top, up);
	if (top->n == 0)
		detach(e->db, top);
	return (1);
}

/* What is in order in the object of KIND/NAME, or for KIND alone. */
static struct node *
ordered(struct editor *e)
{
	struct node *n, *in;

	if (e->name == NULL)
		return (db_container(e->db, e->kind));
	if ((n = find_in(e, e->db)) == NULL) {
		no_such(e);
		return (NULL);
	}
	in = n;
	if (e->kind->order != NULL && e->kind->order[0] != '\0')
		in = n->kind == NODE_MAP ? node_get(n, e->kind->order) : NULL;
	if (e->kind->order != NULL && in != NULL && in->kind != NODE_SCALAR)
		return (in);
	refuse(e, "%s/%s has no list of %s to be put into order",
	    e->kind->path, e->name, e->kind->order == NULL ||
	    e->kind->order[0] == '\0' ? "items" : e->kind->order);
	return (NULL);
}

static int
move(struct editor *e)
{
	const struct wt_change *c = e->l->change;
	struct node *up, *n, *a, *b, *prev;

	if (!parse_object(e, c->object))
		return (0);
	up = ordered(e);
	if (up == NULL && e->name != NULL)
		return (0);
	if (up == NULL || (n = find_item(up, c->item,
	    e->name == NULL ? filed(e) : 0)) == NULL) {
		refuse(e, "%s: the database has no \"%s\" there", c->object,
		    c->item);
		return (0);
	}
	a = c->up ? before(up, n) : n;
	b = c->up ? n : n->next;
	if (a == NULL || b == NULL) {
		refuse(e, "%s: \"%s\" is the %s already", c->object, c->item,
		    c->up ? "first" : "last");
		return (0);
	}
	prev = before(up, a);
	a->next = b->next;
	b->next = a;
	if (prev == NULL)
		up->first = b;
	else
		prev->next = b;
	if (up->last == b)
		up->last = a;
	return (1);
}

/* Whether a rule of a file is logged may be said beside the file. */
static int
only_log(const struct node *map)
{
	return (map->n == 1 && strcmp(map->first->key->text, "log") == 0);
}

/* Keys of one rule: of the database's, or that the file's is logged. */
static int
set_keys(struct editor *e)
{
	struct tree_limits lim = e->l->lim;
	struct node *root, *rule, *n, *next, *old;
	int placed;

	if (!parse_object(e, e->l->change->object))
		return (0);
	if (e->name == NULL || !e->kind->list) {
		refuse(e, "%s: put it anew: only a rule of filters is changed "
		    "key by key", e->l->change->object);
		return (0);
	}
	if ((root = yaml_tree(&e->l->arena, e->src, &lim, &e->l->ps)) ==
	    NULL)
		return (0);
	e->l->lim.nodes = lim.nodes;
	rule = find_in(e, e->db);
	if (rule == NULL && only_log(root) && (strcmp(e->name, "dynamic") ==
	    0 || find_in(e, e->file) != NULL)) {
		append(container_of(e, e->kind), root);
		return (name_rule(e, root));
	}
	if (rule == NULL || rule->kind != NODE_MAP) {
		no_such(e);
		return (0);
	}
	placed = node_get(root, "at") != NULL;
	for (n = root->first; n != NULL; n = next) {
		next = n->next;
		if ((old = node_get(rule, n->key->text)) != NULL)
			replace(old, n);
		else
			append(rule, n);
	}
	/* Of two for one place the last one has it: who was just put there. */
	if (placed) {
		detach(db_container(e->db, e->kind), rule);
		append(db_container(e->db, e->kind), rule);
	}
	return (1);
}

int
db_edit(struct load *l, struct node *db, const struct node *file)
{
	struct editor e = { .l = l, .db = db, .file = file };

	e.src = include_database(l, l->change->file[0] != '\0' ?
	    l->change->file : "standard input", l->text, l->text_len);
	switch (l->change->how) {
	case CHANGE_PUT:
	case CHANGE_ADD:
		return (put(&e));
	case CHANGE_DELETE:
		return (delete(&e));
	case CHANGE_MOVE:
		return (move(&e));
	case CHANGE_SET:
		return (set_keys(&e));
	default:
		return (0);
	}
}
