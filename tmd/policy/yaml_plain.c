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
 * The plain reader.  Policies of thousands of tunnels are made of the same
 * few forms, and libyaml, which knows all of YAML, takes most of the time of
 * a load for them:
 *
 *	key: value		a word, or text in quotes
 *	key: { k: v, k: [ v, v ] }	in one line
 *	key:			and a map that is indented deeper
 *
 * ASCII, blanks, comments.  Whatever is not surely one of these, also
 * everything that is wrong, is left to libyaml: this reader says nothing and
 * decides nothing.  regress/fuzz/policy_tree_fuzz.c holds the two together.
 */

#include <string.h>

#include "kept.h"
#include "tree_build.h"

#define KEY_MOST	128	/* libyaml's simple keys have a bound */

struct plain {
	struct builder	*b;
	const char	*text;		/* the source's */
	char		*copy;		/* of the line; scalars end in NUL */
	size_t		 pos;
	size_t		 len;
	size_t		 bol;		/* begin of the line */
	uint32_t	 line;
	int		 waits;		/* a key, for its value */
	uint32_t	 after_line;	/* behind that key's colon */
	uint32_t	 after_col;
	uint32_t	 indent[YAML_DEPTH];	/* of block maps */
	struct tree_block *block;	/* the entry of tunnels here, or NULL */
};

/* What a character may be: the first of a word, within one, in a key. */
enum { C_FIRST = 1, C_IN = 2, C_KEY = 4 };

static int
class_of(char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	    (c >= 'A' && c <= 'Z') || c == '_')
		return (C_FIRST | C_IN | C_KEY);
	if (c == '.' || c == '/')
		return (C_FIRST | C_IN);
	if (c == '-')
		return (C_IN | C_KEY);
	return (c == '@' || c == '+' || c == '%' || c == '=' || c == '*' ?
	    C_IN : 0);
}

static char
peek(const struct plain *p)
{
	return (p->pos < p->len ? p->text[p->pos] : '\n');
}

static int
blank_or_end(const struct plain *p, size_t at)
{
	return (at >= p->len || p->text[at] == ' ' || p->text[at] == '\n');
}

static uint32_t
column(const struct plain *p, size_t at)
{
	return ((uint32_t)(at - p->bol) + 1);
}

static int
put(struct plain *p, size_t from, size_t to, int quoted, size_t mark)
{
	if (to - from > YAML_SCALAR)
		return (-1);
	p->copy[to - p->bol] = '\0';
	return (tree_scalar(p->b, p->copy + (from - p->bol), to - from,
	    quoted, p->line, column(p, mark)));
}

static void
blanks(struct plain *p)
{
	while (p->pos < p->len && p->text[p->pos] == ' ')
		p->pos++;
}

/* A key, its colon and at least one blank or the line's end behind it. */
static int
key(struct plain *p)
{
	size_t from = p->pos;

	if (!(class_of(peek(p)) & C_KEY) || peek(p) == '-')
		return (-1);
	while (class_of(peek(p)) & C_KEY)
		p->pos++;
	if (peek(p) != ':' || !blank_or_end(p, p->pos + 1) ||
	    p->pos - from > KEY_MOST ||
	    put(p, from, p->pos, 0, from) == -1)
		return (-1);
	p->pos++;
	return (0);
}

/*
 * A colon is part of a word unless a blank follows; what may follow it here
 * is a word's character or another colon.
 */
static int
word_end(struct plain *p)
{
	for (;; p->pos++) {
		if (class_of(peek(p)) & C_IN)
			continue;
		if (peek(p) != ':')
			return (0);
		if (p->pos + 1 >= p->len || (p->text[p->pos + 1] != ':' &&
		    !(class_of(p->text[p->pos + 1]) & C_IN)))
			return (-1);
	}
}

/* A word; several: with blanks between them, which brackets do not have. */
static int
words(struct plain *p, int several)
{
	size_t from = p->pos, end;

	if (!(class_of(peek(p)) & C_FIRST))
		return (-1);
	do {
		if (word_end(p) == -1)
			return (-1);
		end = p->pos;
		blanks(p);
	} while (several && p->pos > end && class_of(peek(p)) & C_IN);
	p->pos = end;
	return (put(p, from, end, 0, from));
}

/* Text in quotes, in one line, in which nothing is escaped. */
static int
quoted(struct plain *p)
{
	char q = peek(p);
	size_t mark = p->pos++, from = p->pos;

	for (; peek(p) != q; p->pos++)
		if (peek(p) == '\n' || peek(p) == '\\')
			return (-1);
	if (put(p, from, p->pos, 1, mark) == -1)
		return (-1);
	p->pos++;
	return (0);
}

static int
scalar(struct plain *p, int several)
{
	return (peek(p) == '"' || peek(p) == '\'' ? quoted(p) :
	    words(p, several));
}

static int
in_map(const struct plain *p)
{
	return (p->b->stack[p->b->depth - 1]->kind == NODE_MAP);
}

static int
at_end(const struct plain *p)
{
	return (peek(p) == (in_map(p) ? '}' : ']'));
}

/* Behind an entry: what ends here ends; a comma leads to the next value. */
static int
next_entry(struct plain *p, int base)
{
	while (p->b->depth > base) {
		blanks(p);
		if (!at_end(p)) {
			if (peek(p) != ',')
				return (-1);
			p->pos++;
			blanks(p);
			return (in_map(p) ? key(p) : 0);
		}
		if (tree_close(p->b) == -1)
			return (-1);
		p->pos++;
	}
	return (0);
}

/* A list or map in brackets, and those in it. */
static int
brackets(struct plain *p)
{
	int base = p->b->depth;

	do {
		blanks(p);
		if (peek(p) == '{' || peek(p) == '[') {
			if (tree_open(p->b, peek(p) == '{' ? NODE_MAP :
			    NODE_LIST, p->line, column(p, p->pos)) == -1)
				return (-1);
			p->pos++;
			blanks(p);
			if (!at_end(p)) {
				if (in_map(p) && key(p) == -1)
					return (-1);
				continue;
			}
		} else if (scalar(p, 0) == -1)
			return (-1);
		if (next_entry(p, base) == -1)
			return (-1);
	} while (p->b->depth > base);
	return (0);
}

/* Blanks, a comment (behind a blank, if anything stands before), the end. */
static int
rest(struct plain *p)
{
	size_t from = p->pos;
	const char *nl;

	blanks(p);
	if (peek(p) == '#' && (p->pos > from || p->pos == p->bol)) {
		nl = memchr(p->text + p->pos, '\n', p->len - p->pos);
		p->pos = nl == NULL ? p->len : (size_t)(nl - p->text);
	}
	if (peek(p) != '\n')
		return (-1);
	p->pos++;
	return (0);
}

/* A key without a value: an empty word behind its colon. */
static int
nothing(struct plain *p)
{
	p->waits = 0;
	return (tree_scalar(p->b, "", 0, 0, p->after_line, p->after_col));
}

/* A key, and what stands in its line. */
static int
pair(struct plain *p)
{
	size_t from;

	if (key(p) == -1)
		return (-1);
	p->after_line = p->line;
	p->after_col = column(p, p->pos);
	from = p->pos;
	blanks(p);
	if (peek(p) == '\n' || peek(p) == '#') {
		p->waits = 1;
		p->pos = from;
	} else if (peek(p) == '{' || peek(p) == '[') {
		if (brackets(p) == -1)
			return (-1);
	} else if (scalar(p, 1) == -1)
		return (-1);
	return (rest(p));
}

/* Are we at an entry of tunnels? */
static int
at_tunnel(const struct plain *p)
{
	const struct builder *b = p->b;

	return (b->depth == 2 && b->stack[1]->kind == NODE_MAP &&
	    strcmp(b->stack[1]->key->text, "tunnels") == 0);
}

/* It goes to where the next entry, or the map's end, begins: to at. */
static void
end_block(struct plain *p, size_t at)
{
	struct node *n = p->b->stack[1]->last;
	struct tree_block *k = p->block;

	p->block = NULL;
	if (n == NULL || n->kind != NODE_MAP)
		return;
	k->len = at - (size_t)(k->text - p->text);
	k->nodes -= p->b->lim->nodes;
	n->block = k;
}

/* Does a block that ends there end there as it did before? */
static int
ends_at(const struct plain *p, size_t at)
{
	size_t i = at;

	if (at == p->len)
		return (1);
	while (i < p->len && p->text[i] == ' ')
		i++;
	return (p->text[at - 1] == '\n' && i < p->len &&
	    p->text[i] != '\n' && p->text[i] != '#' &&
	    i - at <= p->indent[1]);
}

/*
 * The entry, if it is what it was before: octets that this reader took are
 * read as the same again at the same indent.  A map without entries stands
 * for it.
 */
static int
skip(struct plain *p, const struct sn_kept *was, size_t name)
{
	struct builder *b = p->b;
	struct tree_block *k = p->block;

	if (was->nodes < 2 || b->lim->nodes < was->nodes ||
	    put(p, p->pos, p->pos + name, 0, p->pos) == -1 ||
	    tree_open(b, NODE_MAP, p->line, column(p, p->pos)) == -1 ||
	    tree_close(b) == -1)
		return (-1);
	b->lim->nodes -= was->nodes - 2;
	b->lim->reused++;
	k->len = was->text.len;
	k->nodes = was->nodes;
	k->kept = was;
	b->stack[1]->last->block = k;
	p->block = NULL;
	p->pos = p->bol + k->len;
	p->line += was->lines;
	return (0);
}

static int
item(struct plain *p)
{
	const struct sn_kept *was;
	size_t n = 0;

	if (!at_tunnel(p))
		return (pair(p));
	p->block = arena_alloc(p->b->arena, sizeof(*p->block));
	p->block->text = p->text + p->bol;
	p->block->nodes = p->b->lim->nodes;
	while (p->pos + n < p->len && class_of(p->text[p->pos + n]) & C_KEY)
		n++;
	was = kept_find(p->b->lim->kept, p->text + p->pos, n);
	if (was != NULL && was->text.len <= p->len - p->bol &&
	    memcmp(was->text.p, p->block->text, was->text.len) == 0 &&
	    ends_at(p, p->bol + was->text.len))
		return (skip(p, was, n));
	return (pair(p));
}

/* A line that is not empty; the indent says to which map it belongs. */
static int
entry(struct plain *p, uint32_t indent)
{
	struct builder *b = p->b;

	if (b->depth == 0 ? indent == 0 :
	    p->waits && indent > p->indent[b->depth - 1]) {
		if (tree_open(b, NODE_MAP, p->line, indent + 1) == -1)
			return (-1);
		p->waits = 0;
		p->indent[b->depth - 1] = indent;
		return (item(p));
	}
	if (b->depth == 0 || (p->waits && nothing(p) == -1))
		return (-1);
	if (p->block != NULL && indent <= p->indent[1])
		end_block(p, p->bol);
	while (indent < p->indent[b->depth - 1])
		if (tree_close(b) == -1)
			return (-1);
	return (indent == p->indent[b->depth - 1] ? item(p) : -1);
}

static int
all_ascii(const char *text, size_t len)
{
	size_t i;
	int bad = 0;

	for (i = 0; i < len; i++)
		bad |= text[i] < ' ' || text[i] > '~';
	return (!bad);
}

static int
line(struct plain *p)
{
	const char *from = p->text + p->pos, *nl;
	size_t len = p->len - p->pos;

	p->line++;
	p->bol = p->pos;
	if ((nl = memchr(from, '\n', len)) != NULL)
		len = (size_t)(nl - from);
	if (!all_ascii(from, len))
		return (-1);
	blanks(p);
	if (peek(p) != '\n' && peek(p) != '#') {
		p->copy = arena_copy(p->b->arena, from, len);
		return (entry(p, (uint32_t)(p->pos - p->bol)));
	}
	p->pos = p->bol;
	return (rest(p));
}

int
plain_tree(struct builder *b)
{
	struct plain p = { .b = b, .text = b->src->text, .len = b->src->len };

	while (p.pos < p.len)
		if (line(&p) == -1)
			return (-1);
	if (b->depth == 0 || (p.waits && nothing(&p) == -1))
		return (-1);
	if (p.block != NULL)
		end_block(&p, p.len);
	while (b->depth > 0)
		if (tree_close(b) == -1)
			return (-1);
	return (0);
}
