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
 * Numbers that survive reload, restart and rename.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "name.h"
#include "proto_kept.h"
#include "numbers.h"
#include "reader.h"
#include "scalar.h"

#define ROW_MAX		256	/* octets of a line */
#define HASHED		0x80000000U
#define DIGEST_LEN	32

static int
hex(char c)
{
	return (c >= '0' && c <= '9' ? c - '0' :
	    c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1);
}

/* 64 hexadecimal digits. */
static int
parse_digest(const char *s, uint8_t *out)
{
	int hi, lo;
	size_t i;

	for (i = 0; i < 32; i++, s += 2) {
		if ((hi = hex(s[0])) == -1 || (lo = hex(s[1])) == -1)
			return (-1);
		out[i] = (uint8_t)(hi << 4 | lo);
	}
	return (*s == '\0' ? 0 : -1);
}

/* line is a copy that may be cut. */
static int
parse_row(struct arena *a, char *line, struct number_row *row)
{
	char *blank = strchr(line, ' '), *tab;
	uint64_t n;

	memset(row, 0, sizeof(*row));
	if (blank == NULL)
		return (-1);
	*blank = '\0';
	if ((tab = strchr(blank + 1, '\t')) != NULL) {
		*tab = '\0';
		if (parse_digest(tab + 1, row->digest) == -1)
			return (-1);
		row->has_digest = 1;
	}
	if (scalar_number(line, &n) == -1 || n < 1 || n > UINT32_MAX ||
	    name_wrong(blank + 1) != NULL)
		return (-1);
	row->n = (uint32_t)n;
	row->name = arena_copy(a, blank + 1, strlen(blank + 1));
	return (0);
}

static size_t
count_lines(const char *text, size_t len)
{
	size_t i, n = 1;

	for (i = 0; i < len; i++)
		n += text[i] == '\n';
	return (n);
}

void
numbers_parse(struct arena *a, struct problems *ps, const char *text,
    size_t len, struct number_rows *out)
{
	struct place none = { NULL, 0, 0 };
	const char *p = text, *end = text + len, *nl;
	char line[ROW_MAX];
	size_t n, lines = 0, bad = 0;

	out->v = arena_alloc(a, count_lines(text, len) * sizeof(*out->v));
	out->n = 0;
	for (; p < end; p = nl + 1) {
		lines++;
		if ((nl = memchr(p, '\n', (size_t)(end - p))) == NULL)
			nl = end;
		n = (size_t)(nl - p);
		if (n > 0 && n < sizeof(line)) {
			memcpy(line, p, n);
			line[n] = '\0';
			if (strlen(line) == n &&
			    parse_row(a, line, &out->v[out->n]) == 0) {
				out->n++;
				continue;
			}
		}
		if (bad++ == 0)
			problem_warn(ps, none, "numbers file, line %zu: not "
			    "\"N name\"; left out", lines);
	}
}

/* A tunnel, read or kept. */
struct numbered {
	const char		*name;
	const uint8_t		*digest;
	const struct node	*node;
	const struct node	*fixed;		/* where it says so, or NULL */
	uint64_t		 number;
};

/* All of them; *n says how many. */
static struct numbered *
all_tunnels(struct arena *a, const struct policy *po, unsigned int *n)
{
	struct numbered *v, *p;
	const struct tunnel *t;
	const struct kept_tunnel *k;
	unsigned int i;

	*n = po->ntunnels + po->nkept;
	p = v = arena_alloc(a, *n * sizeof(*v));
	for (i = 0; i < po->ntunnels; i++) {
		t = &po->tunnels[i];
		*p++ = (struct numbered){ t->name, t->digest, t->node,
			t->at[T_NUMBER], t->number };
	}
	for (i = 0; i < po->nkept; i++) {
		k = &po->kept[i];
		*p++ = (struct numbered){ k->was->name, k->was->digest,
			k->node, k->was->fixed ? k->node : NULL, k->number };
	}
	return (v);
}

struct assigner {
	struct reader		*r;
	struct hash		 by_number;	/* struct numbered */
	struct hash		 by_name;	/* struct number_row */
	struct hash		 by_digest;
	struct hash		 rows_by_number;
	struct hash		 names;		/* of the policy */
	uint32_t		 next;
};

/* Keys of hashes must outlive them. */
static const void *
number_key(struct arena *a, uint64_t n)
{
	uint64_t *k = arena_alloc(a, sizeof(*k));

	*k = n;
	return (k);
}

static struct numbered *
claim(struct assigner *as, struct numbered *t, uint64_t n)
{
	return (hash_put(&as->by_number, number_key(as->r->arena, n),
	    sizeof(n), t));
}

static void
index_rows(struct assigner *as, struct number_rows *rows)
{
	struct number_row *row;
	unsigned int i;

	for (i = 0; i < rows->n; i++) {
		row = &rows->v[i];
		hash_put(&as->by_name, row->name, strlen(row->name), row);
		hash_put(&as->rows_by_number, number_key(as->r->arena, row->n),
		    sizeof(uint64_t), row);
		if (row->has_digest && hash_get(&as->names, row->name,
		    strlen(row->name)) == NULL)
			hash_put(&as->by_digest, row->digest,
			    sizeof(row->digest), row);
	}
}

/* number: N, against other tunnels of the file and those it had before. */
static void
assign_fixed(struct assigner *as, struct numbered *t)
{
	struct place at = t->fixed != NULL ? node_place(t->fixed) :
	    node_key_place(t->node);
	const struct number_row *row;
	const struct numbered *old;
	uint64_t n = t->number;

	if ((old = claim(as, t, n)) != NULL) {
		problem_error(as->r->ps, at, "number %" PRIu64 " is also that "
		    "of tunnel \"%s\" (line %u)", n, old->name,
		    old->node->key->line);
		return;
	}
	row = hash_get(&as->rows_by_number, &n, sizeof(n));
	if (row == NULL || strcmp(row->name, t->name) == 0)
		return;
	old = hash_get(&as->names, row->name, strlen(row->name));
	if (old != NULL && old->fixed == NULL)
		problem_error(as->r->ps, at, "number %" PRIu64 " belongs to "
		    "tunnel \"%s\" (line %u); choose another, or fix that "
		    "tunnel's number too", n, old->name,
		    old->node->key->line);
}

static void
assign_row(struct assigner *as, struct numbered *t, struct number_row *row)
{
	if (row == NULL || row->used || claim(as, t, row->n) != NULL)
		return;
	row->used = 1;
	t->number = row->n;
}

static void
assign_next(struct assigner *as, struct numbered *t)
{
	uint64_t n;

	do {
		n = ++as->next;
	} while (hash_get(&as->by_number, &n, sizeof(n)) != NULL);
	claim(as, t, n);
	t->number = n;
}

/*
 * A child's reqid: from its numbers where they fit, else from their hash,
 * the next free where two meet.
 */
static void
assign_reqid(struct arena *a, struct hash *used, const struct tunnel *t,
    struct child *c)
{
	uint64_t h, id;

	if (t->number < HASHED >> 8 && c->number < 256) {
		c->reqid = (uint32_t)(t->number << 8 | c->number);
		return;
	}
	h = (t->number << 32 | c->number) * 0x9e3779b97f4a7c15ULL;
	id = HASHED | (h >> 33);
	while (hash_put(used, number_key(a, id), sizeof(id), c) != NULL)
		id = HASHED | ((id + 1) & (HASHED - 1));
	c->reqid = (uint32_t)id;
}

/* Those that are kept have numbers that fit. */
void
numbers_reqids(struct reader *r)
{
	struct policy *po = r->po;
	struct hash used = { NULL, 0, 0 };
	unsigned int i, k;

	for (i = 0; i < po->ntunnels; i++)
		for (k = 0; k < po->tunnels[i].nchildren; k++)
			assign_reqid(r->arena, &used, &po->tunnels[i],
			    &po->tunnels[i].children[k]);
	hash_free(&used);
}

void
numbers_assign(struct reader *r, struct number_rows *rows)
{
	struct assigner as = { .r = r };
	struct policy *po = r->po;
	struct numbered *v, *t, *end;
	unsigned int i, n;

	v = all_tunnels(r->arena, po, &n);
	end = v + n;
	for (t = v; t < end; t++)
		hash_put(&as.names, t->name, strlen(t->name), t);
	index_rows(&as, rows);
	for (t = v; t < end; t++)
		if (t->number != 0)
			assign_fixed(&as, t);
	for (t = v; t < end; t++)
		if (t->number == 0)
			assign_row(&as, t, hash_get(&as.by_name, t->name,
			    strlen(t->name)));
	for (t = v; t < end; t++)
		if (t->number == 0)
			assign_row(&as, t, hash_get(&as.by_digest, t->digest,
			    DIGEST_LEN));
	for (t = v; t < end; t++)
		if (t->number == 0)
			assign_next(&as, t);
	for (i = 0; i < po->ntunnels; i++)
		po->tunnels[i].number = v[i].number;
	for (i = 0; i < po->nkept; i++)
		po->kept[i].number = v[po->ntunnels + i].number;
	numbers_reqids(r);
	hash_free(&as.names);
	hash_free(&as.by_number);
	hash_free(&as.by_name);
	hash_free(&as.by_digest);
	hash_free(&as.rows_by_number);
}

static int
by_number(const void *a, const void *b)
{
	const struct numbered *ta = a, *tb = b;

	return (ta->number < tb->number ? -1 : ta->number > tb->number);
}

/* "N name<tab>digest"; where it ends. */
static char *
print_row(char *p, const struct numbered *t)
{
	static const char hexits[] = "0123456789abcdef";
	char digits[20], *d = digits + sizeof(digits);
	uint64_t n = t->number;
	size_t i;

	do {
		*--d = (char)('0' + n % 10);
	} while ((n /= 10) != 0);
	i = (size_t)(digits + sizeof(digits) - d);
	memcpy(p, d, i);
	p += i;
	*p++ = ' ';
	i = strlen(t->name);
	memcpy(p, t->name, i);
	p += i;
	*p++ = '\t';
	for (i = 0; i < DIGEST_LEN; i++) {
		*p++ = hexits[t->digest[i] >> 4];
		*p++ = hexits[t->digest[i] & 15];
	}
	*p++ = '\n';
	return (p);
}

char *
numbers_print(struct arena *a, const struct policy *po, size_t *len)
{
	struct numbered *v;
	unsigned int i, n;
	size_t size = 1;
	char *buf, *p;

	v = all_tunnels(a, po, &n);
	for (i = 0; i < n; i++)
		size += strlen(v[i].name) + 20 + 1 + 1 + 2 * DIGEST_LEN + 1;
	for (i = 1; i < n && v[i - 1].number < v[i].number; i++)
		;
	if (i < n)
		qsort(v, n, sizeof(*v), by_number);
	p = buf = arena_alloc(a, size);
	for (i = 0; i < n; i++)
		p = print_row(p, &v[i]);
	*p = '\0';
	*len = (size_t)(p - buf);
	return (buf);
}
