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
 * Tree to YAML.  What is not a simple word is quoted, so that neither
 * libyaml's idea of a plain scalar nor a change of context matters.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "yaml_print.h"

#define STEP	2		/* blanks a level */

struct printer {
	char	*buf;
	size_t	 len;
	size_t	 size;
};

/* Room for n more octets and the end. */
static char *
room(struct printer *p, size_t n)
{
	if (p->size - p->len <= n) {
		p->size = (p->size + n) * 2 + 1024;
		p->buf = xreallocarray(p->buf, p->size, 1);
	}
	return (p->buf + p->len);
}

static void
out(struct printer *p, const char *s, size_t n)
{
	memcpy(room(p, n), s, n);
	p->len += n;
}

static void
put(struct printer *p, const char *s)
{
	out(p, s, strlen(s));
}

static void
blanks(struct printer *p, unsigned int n)
{
	memset(room(p, n), ' ', n);
	p->len += n;
}

/* May it stand without quotes, in brackets as well as in a block? */
static int
simple(const char *s, size_t len)
{
	/* 1: at the beginning too, 2: behind it, 3: ':' */
	static const char kinds[256] = {
		['0' ... '9'] = 1, ['A' ... 'Z'] = 1, ['a' ... 'z'] = 1,
		['/'] = 1, ['_'] = 1, ['.'] = 2, ['@'] = 2, ['+'] = 2,
		['-'] = 2, [':'] = 3
	};
	size_t i;
	int k;

	if (len == 0 || kinds[(unsigned char)s[0]] != 1)
		return (0);
	for (i = 1; i < len; i++)
		if ((k = kinds[(unsigned char)s[i]]) == 0 || (k == 3 &&
		    (i + 1 == len || s[i + 1] == ':')))
			return (0);
	return (1);
}

/* The character at s, which is UTF-8; *n: its octets. */
static unsigned int
character(const unsigned char *s, size_t *n)
{
	unsigned int c = s[0];
	size_t i;

	*n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	c &= *n == 1 ? 0x7f : *n == 2 ? 0x1f : *n == 3 ? 0x0f : 0x07;
	for (i = 1; i < *n; i++)
		c = c << 6 | (s[i] & 0x3f);
	return (c);
}

/* What YAML has no place for as it is, or takes for the end of a line. */
static int
escaped(unsigned int c)
{
	return (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 ||
	    c == 0x2029 || c == 0xfeff || c == 0xfffe || c == 0xffff);
}

static void
quoted(struct printer *p, const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;
	char code[16];
	unsigned int c;
	size_t i, n;

	out(p, "\"", 1);
	for (i = 0; i < len; i += n) {
		c = character(u + i, &n);
		if (n > len - i)
			fatal("text that is not UTF-8");
		if (escaped(c)) {
			snprintf(code, sizeof(code), "\\u%04x", c);
			put(p, code);
			continue;
		}
		if (c == '"' || c == '\\')
			out(p, "\\", 1);
		out(p, s + i, n);
	}
	out(p, "\"", 1);
}

static void
scalar(struct printer *p, const struct node *n)
{
	if (n->quoted || !simple(n->text, n->len))
		quoted(p, n->text, n->len);
	else
		out(p, n->text, n->len);
}

static int
is_nothing(const struct node *n)
{
	return (n->kind == NODE_SCALAR && n->len == 0 && !n->quoted);
}

/* In one line, as it stands in brackets. */
static void
flow(struct printer *p, const struct node *n)
{
	const struct node *e;

	if (n->kind == NODE_SCALAR) {
		if (!is_nothing(n))
			scalar(p, n);
		return;
	}
	put(p, n->kind == NODE_MAP ? "{" : "[");
	for (e = n->first; e != NULL; e = e->next) {
		put(p, e == n->first ? " " : ", ");
		if (n->kind == NODE_MAP) {
			scalar(p, e->key);
			put(p, ": ");
		}
		if (is_nothing(e) && n->kind == NODE_LIST)
			put(p, "\"\"");	/* the nearest to nothing */
		else
			flow(p, e);
	}
	put(p, n->kind == NODE_MAP ? " }" : " ]");
}

/* Words alone, which stand in one line. */
static int
all_words(const struct node *list)
{
	const struct node *e;

	for (e = list->first; e != NULL; e = e->next)
		if (e->kind != NODE_SCALAR || is_nothing(e))
			return (0);
	return (1);
}

static void	block_map(struct printer *, const struct node *, unsigned int);

static void
block_list(struct printer *p, const struct node *n, unsigned int at)
{
	const struct node *e;

	for (e = n->first; e != NULL; e = e->next) {
		blanks(p, at);
		put(p, "- ");
		flow(p, e);
		put(p, "\n");
	}
}

/* What stands behind the colon, and its end of line. */
static void
value(struct printer *p, const struct node *n, unsigned int at)
{
	if (n->kind == NODE_MAP && n->n > 0) {
		put(p, "\n");
		block_map(p, n, at);
	} else if (n->kind == NODE_LIST && n->n > 0 && !all_words(n)) {
		put(p, "\n");
		block_list(p, n, at);
	} else {
		if (!is_nothing(n))
			put(p, " ");
		flow(p, n);
		put(p, "\n");
	}
}

static void
block_map(struct printer *p, const struct node *n, unsigned int at)
{
	const struct node *e;

	for (e = n->first; e != NULL; e = e->next) {
		blanks(p, at);
		scalar(p, e->key);
		put(p, ":");
		value(p, e, at + STEP);
	}
}

char *
yaml_print(const struct node *root, size_t *len)
{
	struct printer p = { NULL, 0, 0 };

	if (root->kind == NODE_MAP)
		block_map(&p, root, 0);
	else if (root->kind == NODE_LIST && !all_words(root))
		block_list(&p, root, 0);
	else {
		flow(&p, root);
		put(&p, "\n");
	}
	*room(&p, 0) = '\0';
	*len = p.len;
	return (p.buf);
}
