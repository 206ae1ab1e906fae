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

/* The YAML that an import prints: maps, lists of words, words. */
#include <sys/queue.h>
#include <sys/stat.h>

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import.h"

enum yn_kind { YN_MAP, YN_WORD, YN_LIST };

TAILQ_HEAD(yn_list, yn);
struct yn {
	TAILQ_ENTRY(yn)	 entry;
	enum yn_kind	 kind;
	char		*key;		/* of an item of a list: its word */
	char		*value;
	struct yn_list	 in;
	void		*by_key;	/* tsearch(3): those of in */
};

static int
by_key(const void *a, const void *b)
{
	return (strcmp(((const struct yn *)a)->key,
	    ((const struct yn *)b)->key));
}

static void
yn_put(struct yn *up, struct yn *n)
{
	TAILQ_INSERT_TAIL(&up->in, n, entry);
	if (tsearch(n, &up->by_key, by_key) == NULL)
		err(1, "import");
}

struct yn *
yn_cut(struct yn *map, struct yn *n)
{
	TAILQ_REMOVE(&map->in, n, entry);
	(void)tdelete(n, &map->by_key, by_key);
	return (n);
}

static struct yn *
yn_new(struct yn *up, enum yn_kind kind, const char *key)
{
	struct yn *n;

	if ((n = calloc(1, sizeof(*n))) == NULL ||
	    (n->key = strdup(key)) == NULL)
		err(1, "import");
	n->kind = kind;
	TAILQ_INIT(&n->in);
	if (up != NULL)
		yn_put(up, n);
	return (n);
}

static struct yn *
yn_find(const struct yn *map, const char *key)
{
	struct yn what = { .key = (char *)(uintptr_t)key }, **place;

	place = tfind(&what, &map->by_key, by_key);
	return (place != NULL ? *place : NULL);
}

struct yn *
yn_root(void)
{
	return (yn_new(NULL, YN_MAP, ""));
}

void
yn_free(struct yn *n)
{
	struct yn *in;

	if (n == NULL)
		return;
	while ((in = TAILQ_FIRST(&n->in)) != NULL)
		yn_free(yn_cut(n, in));
	free(n->key);
	free(n->value);
	free(n);
}

struct yn *
yn_map(struct yn *up, const char *key)
{
	struct yn *n = yn_find(up, key);

	return (n != NULL ? n : yn_new(up, YN_MAP, key));
}

struct yn *
yn_deeper(struct yn *up, const char *key, const char *inner)
{
	struct yn *n = yn_map(up, key);

	if (n->kind == YN_WORD) {
		n->kind = YN_MAP;
		yn_set(n, inner, "%s", n->value);
		free(n->value);
		n->value = NULL;
	}
	return (n);
}

void
yn_set(struct yn *map, const char *key, const char *fmt, ...)
{
	struct yn *n = yn_find(map, key);
	va_list ap;

	if (n == NULL)
		n = yn_new(map, YN_WORD, key);
	free(n->value);
	n->value = NULL;
	va_start(ap, fmt);
	if (vasprintf(&n->value, fmt, ap) == -1)
		err(1, "import");
	va_end(ap);
}

void
yn_add(struct yn *map, const char *key, const char *value)
{
	struct yn *n = yn_find(map, key);

	if (n == NULL)
		n = yn_new(map, YN_LIST, key);
	if (yn_find(n, value) == NULL)
		(void)yn_new(n, YN_WORD, value);
}

struct yn *
yn_item(struct yn *map, const char *key, size_t i)
{
	struct yn *n = yn_find(map, key);
	char at[24];

	if (n == NULL)
		n = yn_new(map, YN_LIST, key);
	snprintf(at, sizeof(at), "%zu", i);
	return (yn_map(n, at));
}

int
yn_has(const struct yn *map, const char *key)
{
	return (yn_find(map, key) != NULL);
}

const char *
yn_get(const struct yn *map, const char *key)
{
	const struct yn *n = yn_find(map, key);

	return (n != NULL ? n->value : NULL);
}

struct yn *
yn_first(const struct yn *map)
{
	return (TAILQ_FIRST(&map->in));
}

struct yn *
yn_next(const struct yn *n)
{
	return (TAILQ_NEXT(n, entry));
}

const char *
yn_key(const struct yn *n)
{
	return (n->key);
}

void
yn_move(struct yn *from, struct yn *to, const char *key)
{
	struct yn *map = yn_map(to, key), *n;

	while ((n = TAILQ_FIRST(&from->in)) != NULL)
		yn_put(map, yn_cut(from, n));
	yn_free(from);
}

/* A map without anything in it is not printed, and is no difference. */
static int
is_empty(const struct yn *n)
{
	const struct yn *in;

	if (n->kind == YN_WORD)
		return (0);
	TAILQ_FOREACH(in, &n->in, entry)
		if (!is_empty(in))
			return (0);
	return (1);
}

static const struct yn *
next_full(const struct yn *n, const char *skip)
{
	while (n != NULL && (is_empty(n) || strcmp(n->key, skip) == 0))
		n = TAILQ_NEXT(n, entry);
	return (n);
}

int
yn_same(const struct yn *a, const struct yn *b, const char *skip)
{
	if (a->kind != b->kind)
		return (0);
	if (a->kind == YN_WORD && a->value != NULL && b->value != NULL &&
	    strcmp(a->value, b->value) != 0)
		return (0);
	a = next_full(TAILQ_FIRST(&a->in), skip);
	b = next_full(TAILQ_FIRST(&b->in), skip);
	while (a != NULL && b != NULL) {
		if (strcmp(a->key, b->key) != 0 || !yn_same(a, b, ""))
			return (0);
		a = next_full(TAILQ_NEXT(a, entry), skip);
		b = next_full(TAILQ_NEXT(b, entry), skip);
	}
	return (a == b);
}

/* May it stand without quotes, in a list too? */
static int
is_plain(const char *s)
{
	size_t i, n = strlen(s);

	if (n == 0 || !isalnum((unsigned char)s[0]) || s[n - 1] == ':')
		return (0);
	for (i = 0; i < n; i++)
		if (!isalnum((unsigned char)s[i]) &&
		    strchr("_./:@-%", s[i]) == NULL)
			return (0);
	return (1);
}

static void
print_word(const char *s, FILE *f)
{
	if (is_plain(s)) {
		fputs(s, f);
		return;
	}
	fputc('"', f);
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			fputc('\\', f);
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			fprintf(f, "\\x%02x", (unsigned char)*s);
		else
			fputc(*s, f);
	}
	fputc('"', f);
}

static void
print_list(const struct yn *list, FILE *f)
{
	const struct yn *n = TAILQ_FIRST(&list->in);

	if (TAILQ_NEXT(n, entry) == NULL) {
		print_word(n->key, f);
		return;
	}
	fputc('[', f);
	for (; n != NULL; n = TAILQ_NEXT(n, entry)) {
		print_word(n->key, f);
		if (TAILQ_NEXT(n, entry) != NULL)
			fputs(", ", f);
	}
	fputc(']', f);
}

static void	print_items(const struct yn *, unsigned int, FILE *);

/* first: the place of its first line is taken, by a dash. */
static void
print_map(const struct yn *map, unsigned int depth, const char *but, int first,
    FILE *f)
{
	const struct yn *n;

	TAILQ_FOREACH(n, &map->in, entry) {
		if (is_empty(n) || strcmp(n->key, but) == 0)
			continue;
		if (!first)
			fprintf(f, "%*s", (int)depth * 2, "");
		first = 0;
		print_word(n->key, f);
		fputc(':', f);
		if (n->kind == YN_MAP) {
			fputc('\n', f);
			print_map(n, depth + 1, "", 0, f);
			continue;
		}
		if (n->kind == YN_LIST &&
		    TAILQ_FIRST(&n->in)->kind == YN_MAP) {
			fputc('\n', f);
			print_items(n, depth + 1, f);
			continue;
		}
		fputc(' ', f);
		if (n->kind == YN_LIST)
			print_list(n, f);
		else
			print_word(n->value, f);
		fputc('\n', f);
	}
}

/* Maps, each behind a dash. */
static void
print_items(const struct yn *list, unsigned int depth, FILE *f)
{
	const struct yn *n;

	TAILQ_FOREACH(n, &list->in, entry) {
		fprintf(f, "%*s- ", (int)depth * 2, "");
		if (is_empty(n))
			fputs("{}\n", f);
		else
			print_map(n, depth + 1, "", 1, f);
	}
}

void
yn_print(const struct yn *root, FILE *f)
{
	print_map(root, 0, "", 0, f);
}

void
yn_print_but(const struct yn *root, const char *but, FILE *f)
{
	print_map(root, 0, but, 0, f);
}

int
yn_write(const struct yn *root, const char *path, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	FILE *f = fd == -1 ? NULL : fdopen(fd, "w");

	if (f == NULL || fchmod(fd, mode) == -1) {
		fprintf(stderr, "ikectl: %s: %s\n", path, strerror(errno));
		return (-1);
	}
	yn_print(root, f);
	if (fflush(f) != 0 || fsync(fd) == -1 || fclose(f) != 0) {
		fprintf(stderr, "ikectl: %s: %s\n", path, strerror(errno));
		(void)unlink(path);
		return (-1);
	}
	return (0);
}
