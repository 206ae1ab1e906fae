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
 * YAML to tree: events, one after the other, on a stack of open lists and
 * maps.  They are libyaml's wherever yaml_plain.c leaves the text to it.  The
 * file is hostile until it is read: depth, nodes and the length of scalars are
 * bounded, and parsing stops at the first thing that is not YAML as the policy
 * file uses it.
 */

#include <string.h>
#include <yaml.h>

#include "hash.h"
#include "tree_build.h"
#include "wire.h"

#define FEW		12	/* entries searched one by one */

/* libyaml counts from 0. */
static struct place
mark_place(const struct builder *b, const yaml_mark_t *m)
{
	struct place at = { b->src, (uint32_t)m->line + 1,
	    (uint32_t)m->column + 1 };

	return (at);
}

#define say(b, at, ...) do {						\
	if ((b)->ps != NULL)						\
		problem_error((b)->ps, (at), __VA_ARGS__);		\
} while (0)

struct place
node_place(const struct node *n)
{
	struct place at = { n->src, n->line, n->col };

	return (at);
}

struct place
node_key_place(const struct node *n)
{
	return (node_place(n->key != NULL ? n->key : n));
}

const char *
node_kind_name(const struct node *n)
{
	return (n->kind == NODE_MAP ? "a map" : n->kind == NODE_LIST ?
	    "a list" : "one value");
}

struct node *
node_get(const struct node *map, const char *key)
{
	struct node *n;

	for (n = map->first; n != NULL; n = n->next)
		if (strcmp(n->key->text, key) == 0)
			return (n);
	return (NULL);
}

static struct node *
node_new(struct builder *b, enum node_kind kind, uint32_t line, uint32_t col)
{
	struct place at = { b->src, line, col };
	struct node *n;

	if (b->lim->nodes == 0) {
		say(b, at, "the policy is too large: more than %d values",
		    YAML_NODES);
		return (NULL);
	}
	b->lim->nodes--;
	n = arena_alloc(b->arena, sizeof(*n));
	n->src = b->src;
	n->kind = (uint8_t)kind;
	n->line = line;
	n->col = col;
	return (n);
}

/* Hangs n where the stack says.  Returns 0, or -1 when told why. */
static int
attach(struct builder *b, struct node *n)
{
	struct node *up;

	if (b->depth == 0) {
		b->root = n;
		return (0);
	}
	up = b->stack[b->depth - 1];
	if (up->kind == NODE_MAP && b->key[b->depth - 1] == NULL) {
		if (n->kind != NODE_SCALAR) {
			say(b, node_place(n), "%s cannot be a "
			    "key; quote a value that begins with a bracket",
			    node_kind_name(n));
			return (-1);
		}
		if (!n->quoted && strcmp(n->text, "<<") == 0) {
			say(b, node_place(n), "merge keys are "
			    "not allowed; use defaults: or a named policy");
			return (-1);
		}
		b->key[b->depth - 1] = n;
		return (0);
	}
	n->key = b->key[b->depth - 1];
	b->key[b->depth - 1] = NULL;
	if (up->last == NULL)
		up->first = n;
	else
		up->last->next = n;
	up->last = n;
	up->n++;
	return (0);
}

static int
duplicate(struct builder *b, const struct node *n, const struct node *old)
{
	say(b, node_key_place(n), "\"%s\" stands twice in the "
	    "same map; first in line %u", n->key->text, old->key->line);
	return (b->ps == NULL ? -1 : 0);
}

/* At the end of a map: each key once. */
static int
check_duplicates(struct builder *b, struct node *map)
{
	struct hash seen = { NULL, 0, 0 };
	struct node *n, *o;
	int rv = 0;

	if (map->n <= FEW) {
		for (n = map->first; n != NULL; n = n->next)
			for (o = map->first; o != n; o = o->next)
				if (o->key->len == n->key->len &&
				    memcmp(o->key->text, n->key->text,
				    n->key->len) == 0) {
					rv |= duplicate(b, n, o);
					break;
				}
		return (rv);
	}
	for (n = map->first; n != NULL; n = n->next)
		if ((o = hash_put(&seen, n->key->text, n->key->len, n)) !=
		    NULL)
			rv |= duplicate(b, n, o);
	hash_free(&seen);
	return (rv);
}

int
tree_scalar(struct builder *b, const char *text, size_t len, int quoted,
    uint32_t line, uint32_t col)
{
	struct node *n;

	if ((n = node_new(b, NODE_SCALAR, line, col)) == NULL)
		return (-1);
	n->text = text;
	n->len = (uint16_t)len;
	n->quoted = (uint8_t)quoted;
	return (attach(b, n));
}

int
tree_open(struct builder *b, enum node_kind kind, uint32_t line, uint32_t col)
{
	struct place at = { b->src, line, col };
	struct node *n;

	if (b->depth == YAML_DEPTH) {
		say(b, at, "lists and maps are nested too deep");
		return (-1);
	}
	if ((n = node_new(b, kind, line, col)) == NULL || attach(b, n) == -1)
		return (-1);
	b->key[b->depth] = NULL;
	b->stack[b->depth++] = n;
	return (0);
}

int
tree_close(struct builder *b)
{
	struct node *n = b->stack[--b->depth];

	return (n->kind == NODE_MAP ? check_duplicates(b, n) : 0);
}

static int
refuse(struct builder *b, const yaml_event_t *ev, const char *text)
{
	problem_error(b->ps, mark_place(b, &ev->start_mark), "%s", text);
	return (-1);
}

static int
scalar(struct builder *b, const yaml_event_t *ev)
{
	const char *text = (const char *)ev->data.scalar.value;
	size_t len = ev->data.scalar.length;

	if (ev->data.scalar.anchor != NULL)
		return (refuse(b, ev, "anchors are not allowed; use "
		    "defaults: or a named policy"));
	if (ev->data.scalar.tag != NULL)
		return (refuse(b, ev, "tags are not allowed; quote a value "
		    "that begins with \"!\""));
	if (len > YAML_SCALAR)
		return (refuse(b, ev, "the value is too long"));
	if (!wire_text_ok(text, len) || memchr(text, '\0', len) != NULL)
		return (refuse(b, ev, "the value has a control character"));
	return (tree_scalar(b, arena_copy(b->arena, text, len), len,
	    ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE,
	    (uint32_t)ev->start_mark.line + 1,
	    (uint32_t)ev->start_mark.column + 1));
}

static int
open_node(struct builder *b, const yaml_event_t *ev, enum node_kind kind,
    const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor != NULL)
		return (refuse(b, ev, "anchors are not allowed; use "
		    "defaults: or a named policy"));
	if (tag != NULL)
		return (refuse(b, ev, "tags are not allowed"));
	return (tree_open(b, kind, (uint32_t)ev->start_mark.line + 1,
	    (uint32_t)ev->start_mark.column + 1));
}

static int
document(struct builder *b, const yaml_event_t *ev)
{
	if (ev->data.document_start.version_directive != NULL ||
	    ev->data.document_start.tag_directives.start !=
	    ev->data.document_start.tag_directives.end)
		return (refuse(b, ev, "directives are not allowed"));
	if (b->documents++ > 0)
		return (refuse(b, ev, "a second document; the file is one"));
	return (0);
}

/* Returns 0, or -1 to stop. */
static int
event(struct builder *b, const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_DOCUMENT_START_EVENT:
		return (document(b, ev));
	case YAML_ALIAS_EVENT:
		return (refuse(b, ev, "aliases are not allowed; quote a "
		    "value that begins with \"*\""));
	case YAML_SCALAR_EVENT:
		return (scalar(b, ev));
	case YAML_SEQUENCE_START_EVENT:
		return (open_node(b, ev, NODE_LIST,
		    ev->data.sequence_start.anchor,
		    ev->data.sequence_start.tag));
	case YAML_MAPPING_START_EVENT:
		return (open_node(b, ev, NODE_MAP,
		    ev->data.mapping_start.anchor,
		    ev->data.mapping_start.tag));
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		return (tree_close(b));
	default:
		return (0);
	}
}

/* Is there a tab where libyaml stumbled, or before it in blank space? */
static int
tab_at(const struct builder *b, const yaml_mark_t *m)
{
	const char *line;
	size_t len, i;

	line = source_line(b->src, (uint32_t)m->line + 1, &len);
	for (i = 0; line != NULL && i < len && i <= m->column; i++) {
		if (line[i] == '\t')
			return (1);
		if (line[i] != ' ')
			break;
	}
	return (0);
}

/* Where octet n of the text is; the reader knows no lines. */
static struct place
octet_place(const struct builder *b, size_t n)
{
	struct place at = { b->src, 1, 1 };
	size_t i;

	for (i = 0; i < n && i < b->src->len; i++) {
		at.col++;
		if (b->src->text[i] == '\n') {
			at.line++;
			at.col = 1;
		}
	}
	return (at);
}

static void
syntax_error(struct builder *b, const yaml_parser_t *p)
{
	struct place at = mark_place(b, &p->problem_mark);
	const char *what = p->problem != NULL ? p->problem : "not YAML";

	if (p->error == YAML_READER_ERROR)
		problem_error(b->ps, octet_place(b, p->problem_offset),
		    "not UTF-8 text: %s", what);
	else if (tab_at(b, &p->problem_mark))
		problem_error(b->ps, at, "YAML: a tab cannot indent; use "
		    "blanks");
	else if (p->context != NULL && p->context_mark.line !=
	    p->problem_mark.line)
		problem_error(b->ps, at, "YAML: %s, %s that begins in line "
		    "%zu", what, p->context, p->context_mark.line + 1);
	else
		problem_error(b->ps, at, "YAML: %s%s", what,
		    strcmp(what, "mapping values are not allowed in this "
		    "context") != 0 ? "" : ": is the line indented as those "
		    "beside it, does the one before have its colon, has text "
		    "with a colon its quotes?");
}

static int
run(struct builder *b, yaml_parser_t *parser)
{
	yaml_event_t ev;
	int rv = 0, end = 0;

	while (!end && rv == 0) {
		if (!yaml_parser_parse(parser, &ev)) {
			syntax_error(b, parser);
			return (-1);
		}
		end = ev.type == YAML_STREAM_END_EVENT;
		rv = event(b, &ev);
		yaml_event_delete(&ev);
	}
	return (rv);
}

/* An empty file, or one of comments, is an empty policy. */
static struct node *
root_of(struct builder *b)
{
	if (b->root == NULL || (b->root->kind == NODE_SCALAR &&
	    b->root->len == 0 && !b->root->quoted))
		return (node_new(b, NODE_MAP, 1, 1));
	if (b->root->kind != NODE_MAP && !b->lim->any_root) {
		problem_error(b->ps, node_place(b->root), "the file must be "
		    "a map of keys, as in \"tunnels:\"");
		return (NULL);
	}
	return (b->root);
}

/* The whole language, by libyaml; b is empty. */
static int
library_tree(struct builder *b)
{
	const char *text = b->src->text;
	size_t len = b->src->len;
	yaml_parser_t parser;
	int rv;

	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	if (!yaml_parser_initialize(&parser)) {
		problem_error(b->ps, (struct place){ b->src, 0, 0 },
		    "out of memory");
		return (-1);
	}
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text,
	    len);
	rv = run(b, &parser);
	yaml_parser_delete(&parser);
	return (rv);
}

struct node *
yaml_tree_by(struct arena *a, const struct source *src,
    struct tree_limits *lim, struct problems *ps, enum tree_reader how)
{
	struct builder b = { .arena = a, .src = src, .lim = lim };
	struct tree_limits was = *lim;

	if (how != TREE_LIBRARY && plain_tree(&b) == 0)
		return (b.root);
	if (how == TREE_PLAIN)
		return (NULL);
	*lim = was;
	b = (struct builder){ .arena = a, .src = src, .lim = lim, .ps = ps };
	return (library_tree(&b) == -1 ? NULL : root_of(&b));
}

struct node *
yaml_tree(struct arena *a, const struct source *src,
    struct tree_limits *lim, struct problems *ps)
{
	return (yaml_tree_by(a, src, lim, ps, TREE_ANY));
}
