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
 * A map of the file against its table of keys: one setter for each type.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "keys.h"
#include "near.h"
#include "reader.h"
#include "scalar.h"

const char *
reader_where(struct reader *r)
{
	const struct label *l;
	size_t n = 0;

	r->where[0] = '\0';
	for (l = r->label; l != NULL && n < sizeof(r->where); l = l->up) {
		n += (size_t)snprintf(r->where + n, sizeof(r->where) - n,
		    n == 0 ? " in %s" : " of %s", l->kind);
		if (l->name != NULL && n < sizeof(r->where))
			n += (size_t)snprintf(r->where + n,
			    sizeof(r->where) - n, " \"%s\"", l->name);
	}
	return (r->where);
}

void
reader_unsupported(struct reader *r, const struct node *n, const char *what,
    const char *why)
{
	problem_error(r->ps, node_place(n),
	    "%s%s is not supported by this version%s%s", what,
	    reader_where(r), why != NULL ? ": " : "", why != NULL ? why : "");
}

static int
is_empty(const struct node *n)
{
	return (n->kind == NODE_SCALAR && n->len == 0 && !n->quoted);
}

int
reader_is_map(struct reader *r, const struct node *n, const char *name)
{
	if (n->kind == NODE_MAP || is_empty(n))
		return (1);
	reader_error(r, n, "%s%s must be a map, not %s", name,
	    reader_where(r), node_kind_name(n));
	return (0);
}

int
reader_is_value(struct reader *r, const struct node *n, const char *name)
{
	if (n->kind != NODE_SCALAR)
		reader_error(r, n, "%s%s must be one value, not %s", name,
		    reader_where(r), node_kind_name(n));
	else if (is_empty(n))
		reader_error(r, n->key != NULL ? n->key : n,
		    "%s%s has no value", name, reader_where(r));
	else
		return (1);
	return (0);
}

int
reader_words(struct reader *r, const struct node *n, const char *name,
    unsigned int max, struct words *out)
{
	const struct node *e = n->kind == NODE_LIST ? n->first : n;
	unsigned int i, count = n->kind == NODE_LIST ? n->n : 1;

	if (n->kind == NODE_MAP) {
		reader_error(r, n, "%s%s must be one value or a list, not a "
		    "map", name, reader_where(r));
		return (-1);
	}
	if (count == 0 || count > max) {
		reader_error(r, n, "%s%s has %u entries; possible are 1 to "
		    "%u", name, reader_where(r), count, max);
		return (-1);
	}
	out->v = arena_alloc(r->arena, (count + 1) * sizeof(*out->v));
	out->at = arena_alloc(r->arena, count * sizeof(*out->at));
	for (i = 0; i < count; i++, e = e->next) {
		if (!reader_is_value(r, e, name))
			return (-1);
		out->v[i] = e->text;
		out->at[i] = e;
	}
	out->n = count;
	return (0);
}

struct type_info {
	int		(*parse)(const char *, uint64_t *);
	const char	*what;
	const char	*unit;
};

static const struct type_info types[] = {
	[KEY_BOOL] = { scalar_bool, "yes or no", "" },
	[KEY_NUMBER] = { scalar_number, "a number", "" },
	[KEY_TIME] = { scalar_time, "a time (30s, 5m, 4h, 7d or seconds)",
	    "" },
	[KEY_SIZE] = { scalar_size, "a size (octets, KB, MB, GB or TB)", "" },
	[KEY_PERCENT] = { scalar_percent, "a percentage, such as 5%", "%" },
	[KEY_FACTOR] = { scalar_factor, "a factor, such as 1.8", "" },
};

static void
out_of_range(struct reader *r, const struct key *k, const struct node *v)
{
	const char *unit = types[k->type].unit;
	uint64_t by = k->type == KEY_FACTOR ? 100 : 1;

	reader_error(r, v, "%s %s is out of range %" PRIu64 "%s-%" PRIu64
	    "%s", k->name, v->text, k->min / by, unit, k->max / by, unit);
}

/* The place of a number inside obj. */
static uint64_t *
number_at(const struct key *k, void *obj)
{
	return ((uint64_t *)(void *)((char *)obj + k->off));
}

static void
set_number(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	const struct type_info *t = &types[k->type];
	uint64_t n;

	if (!reader_is_value(r, v, k->name))
		return;
	if (k->zero != NULL && strcmp(v->text, k->zero) == 0)
		n = 0;
	else if (t->parse(v->text, &n) == -1) {
		reader_error(r, v, "%s \"%s\" is not %s%s%s", k->name,
		    v->text, t->what, k->zero != NULL ? ", nor " : "",
		    k->zero != NULL ? k->zero : "");
		return;
	} else if (k->max != 0 && (n < k->min || n > k->max)) {
		out_of_range(r, k, v);
		return;
	}
	*number_at(k, obj) = n;
}

void
reader_not_a_word(struct reader *r, const struct node *v, const char *name,
    const struct word *words, const char *why)
{
	const struct word *w;
	char list[256] = "";
	struct near near;
	size_t n = 0;

	near_start(&near, v->text);
	for (w = words; w->w != NULL && n < sizeof(list); w++) {
		near_try(&near, w->w, NULL);
		if (w->refused == NULL)
			n += (size_t)snprintf(list + n, sizeof(list) - n,
			    "%s%s", n > 0 ? ", " : "", w->w);
	}
	if (near.best != NULL && why == NULL)
		reader_error(r, v, "%s \"%s\" is not one of %s; did you mean "
		    "\"%s\"?", name, v->text, list, near.best);
	else
		reader_error(r, v, "%s \"%s\" is not one of %s%s%s", name,
		    v->text, list, why != NULL ? "; " : "", why != NULL ?
		    why : "");
}

const struct word *
reader_word(struct reader *r, const struct node *v, const char *name,
    const struct word *words, const char *why)
{
	const struct word *w;
	char what[128];

	for (w = words; w->w != NULL; w++)
		if (strcmp(w->w, v->text) == 0)
			break;
	if (w->w == NULL)
		reader_not_a_word(r, v, name, words, why);
	else if (w->refused != NULL) {
		snprintf(what, sizeof(what), "%s: %s", name, w->w);
		reader_unsupported(r, v, what,
		    w->refused[0] != '\0' ? w->refused : NULL);
	} else
		return (w);
	return (NULL);
}

static void
set_word(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	const struct word *w;

	if (reader_is_value(r, v, k->name) &&
	    (w = reader_word(r, v, k->name, k->words, k->why)) != NULL)
		*number_at(k, obj) = w->v;
}

static void
set_text(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	if (!reader_is_value(r, v, k->name))
		return;
	if (v->len > k->max) {
		reader_error(r, v, "%s is longer than %" PRIu64 " octets",
		    k->name, k->max);
		return;
	}
	*(const char **)(void *)((char *)obj + k->off) = v->text;
}

static void
set_map(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct label l = { r->label, k->name, NULL };

	if (!reader_is_map(r, v, k->name))
		return;
	r->label = &l;
	keymap_read(r, k->sub, v, (char *)obj + k->off);
	r->label = l.up;
}

/* Does the value say what holds anyway?  no and false are the same. */
static int
is_only(const struct key *k, const struct node *v)
{
	uint64_t want, have;

	if (k->only == NULL || v->kind != NODE_SCALAR)
		return (0);
	if (strcmp(v->text, k->only) == 0)
		return (1);
	return (scalar_bool(k->only, &want) == 0 &&
	    scalar_bool(v->text, &have) == 0 && want == have);
}

static void
set_not_built(struct reader *r, const struct key *k, const struct node *v)
{
	char what[160];

	if (is_only(k, v))
		return;
	if (k->only != NULL && v->kind == NODE_SCALAR && v->len > 0)
		snprintf(what, sizeof(what), "%s: %.80s", k->name, v->text);
	else
		snprintf(what, sizeof(what), "key \"%s\"", k->name);
	reader_unsupported(r, v->key != NULL ? v->key : v, what, k->why);
}

static void
set_key(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	switch (k->type) {
	case KEY_NOT:
		set_not_built(r, k, v);
		break;
	case KEY_WORD:
		set_word(r, k, v, obj);
		break;
	case KEY_TEXT:
		set_text(r, k, v, obj);
		break;
	case KEY_MAP:
		set_map(r, k, v, obj);
		break;
	case KEY_FN:
		k->set(r, k, v, obj);
		break;
	default:
		set_number(r, k, v, obj);
		break;
	}
}

static int
has_key(const struct keymap *m, const char *name)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (strcmp(m->keys[i].name, name) == 0)
			return (1);
	return (0);
}

/* Where else is a key of exactly this name?  A map's own policy is nearest. */
static const struct keymap *
belongs_to(const struct keymap *here, const char *name)
{
	const struct keymap *const *m;

	if (here == &keys_child && has_key(&keys_child_policy, name))
		return (&keys_child_policy);
	for (m = keymaps; *m != NULL; m++)
		if (has_key(*m, name))
			return (*m);
	return (NULL);
}

/* A key of another map; those of a policy may stand in a map of their own. */
static void
misplaced_key(struct reader *r, const struct keymap *m,
    const struct keymap *other, const struct node *key)
{
	if ((m == &keys_tunnel && other == &keys_ike_policy) ||
	    (m == &keys_child && other == &keys_child_policy))
		reader_error(r, key, "unknown key \"%s\"%s; it is a key of "
		    "%s: policy: { %s: ... }", key->text, reader_where(r),
		    other->what, key->text);
	else
		reader_error(r, key, "unknown key \"%s\"%s; it is a key of "
		    "%s", key->text, reader_where(r), other->what);
}

static void
unknown_key(struct reader *r, const struct keymap *m, const struct node *v)
{
	const struct node *key = v->key;
	const struct keymap *other = belongs_to(m, key->text);
	const char *where = reader_where(r);
	struct near near;
	size_t i;

	if (strchr(key->text, '=') != NULL) {
		reader_error(r, key, "unknown key \"%s\"%s; a name with "
		    "commas stands in quotes: \"dn:C=DE, O=Acme, CN=gw\"",
		    key->text, where);
		return;
	}
	near_start(&near, key->text);
	for (i = 0; i < m->n; i++)
		near_try(&near, m->keys[i].name, NULL);
	if (other != NULL && (near.best == NULL || near.least > 1))
		misplaced_key(r, m, other, key);
	else if (near.best != NULL)
		reader_error(r, key, "unknown key \"%s\"%s; did you mean "
		    "\"%s\"?", key->text, where, near.best);
	else
		reader_error(r, key, "unknown key \"%s\"%s%s", key->text,
		    where, m == &keys_top && v->kind == NODE_MAP ? "; if it "
		    "is a tunnel, indent it below tunnels:" : "");
}

void
keymap_read(struct reader *r, const struct keymap *m, const struct node *n,
    void *obj)
{
	const struct node **at, *v;
	size_t i;

	at = (const struct node **)(void *)((char *)obj + m->at);
	for (v = n->first; v != NULL; v = v->next) {
		for (i = 0; i < m->n; i++)
			if (m->keys[i].name[0] == v->key->text[0] &&
			    strcmp(m->keys[i].name, v->key->text) == 0)
				break;
		if (i == m->n) {
			unknown_key(r, m, v);
			continue;
		}
		if (i < m->built)
			at[i] = v;
		set_key(r, &m->keys[i], v, obj);
	}
}

void
keymap_defaults(struct reader *r, const struct keymap *m, void *obj)
{
	struct node v = { .kind = NODE_SCALAR };
	const struct key *k;
	size_t i;

	for (i = 0; i < m->built; i++) {
		k = &m->keys[i];
		if (k->type == KEY_MAP)
			keymap_defaults(r, k->sub, (char *)obj + k->off);
		if (k->def == NULL || k->type == KEY_FN)
			continue;
		v.text = k->def;
		v.len = (uint16_t)strlen(k->def);
		set_key(r, k, &v, obj);
	}
}
