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
 * include: files below the policy directory, in the order of their names.
 * Maps merge; a name or value that stands in two files is an error.
 */

#include <sys/stat.h>
#include <sys/syscall.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "as_user.h"
#include "include.h"

#define PATTERNS_MAX	256
#define READ_LEAST	4096	/* octets */
#define TOP		(-1)	/* depth of a merge at the top of the files */

struct merge_table {
	struct merge_table	*next;
	struct node		*map;
	struct hash		 names;
};

struct includer {
	struct load		*l;
	struct reader		 r;
	struct node		*root;
	struct merge_table	*tables;
};

static struct source *
source_new(struct load *l, const char *name, const char *rel,
    const char *text, size_t len)
{
	struct source *src = arena_alloc(&l->arena, sizeof(*src));

	src->name = arena_copy(&l->arena, name, strlen(name));
	src->rel = arena_copy(&l->arena, rel, strlen(rel));
	src->text = text;
	src->len = len;
	src->order = ++l->nsources;
	return (src);
}

const struct source *
include_source(struct load *l, const char *name, const char *rel,
    const char *text, size_t len)
{
	return (source_new(l, name, rel, text, len));
}

const struct source *
include_database(struct load *l, const char *name, const char *text,
    size_t len)
{
	struct source *src = source_new(l, name, name, text, len);

	src->database = 1;
	return (src);
}

/* openat2(2): below the directory, whatever links say. */
static int
open_beneath(int dirfd, const char *rel, int flags)
{
	struct open_how how;

	memset(&how, 0, sizeof(how));
	how.flags = (uint64_t)(flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
	return ((int)syscall(SYS_openat2, dirfd, rel, &how, sizeof(how)));
}

static const char *
open_error(int e)
{
	if (e == EXDEV)
		return ("leads out of the policy directory");
	if (e == EACCES)
		return ("may not be read by the user _tmdpolicy");
	return (strerror(e));
}

/* As large as it is said to be, or larger. */
static char *
read_all(struct load *l, int fd, off_t said, size_t *len)
{
	size_t size = said < READ_LEAST ? READ_LEAST : (size_t)said + 1;
	char *buf = NULL, *bigger;
	ssize_t n;

	*len = 0;
	do {
		if (size > l->octets + 1)
			size = l->octets + 1;
		bigger = arena_alloc(&l->arena, size);
		if (*len > 0)
			memcpy(bigger, buf, *len);
		buf = bigger;
		while ((n = read(fd, buf + *len, size - *len)) > 0)
			*len += (size_t)n;
		if (n == -1)
			return (NULL);
		size *= 2;
	} while (*len == size / 2 && *len <= l->octets);
	if (*len > l->octets) {
		errno = EFBIG;
		return (NULL);
	}
	l->octets -= *len;
	return (buf);
}

const struct source *
include_open(struct load *l, const char *name, const char *rel, int beneath)
{
	struct place at = { include_source(l, name, rel, "", 0), 0, 0 };
	struct stat st;
	char *text;
	size_t len;
	int fd;

	fd = beneath ? open_beneath(l->dirfd, rel, O_RDONLY) :
	    open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd == -1) {
		problem_error(&l->ps, at, "%s", errno == EACCES &&
		    l->checking && !as_user_is_on() ? strerror(errno) :
		    open_error(errno));
		return (NULL);
	}
	if (fstat(fd, &st) == -1 || S_ISDIR(st.st_mode) ||
	    (beneath && !S_ISREG(st.st_mode))) {
		problem_error(&l->ps, at, "not a regular file");
		close(fd);
		return (NULL);
	}
	text = read_all(l, fd, st.st_size, &len);
	if (text == NULL)
		problem_error(&l->ps, at, "cannot be read: %s",
		    strerror(errno));
	close(fd);
	if (text == NULL)
		return (NULL);
	l->nsources--;
	return (include_source(l, name, rel, text, len));
}

/* The names of a map that other files add to. */
static struct hash *
names_of(struct includer *in, struct node *map)
{
	struct merge_table *t;
	struct node *n;

	for (t = in->tables; t != NULL; t = t->next)
		if (t->map == map)
			return (&t->names);
	t = arena_alloc(&in->l->arena, sizeof(*t));
	t->map = map;
	t->next = in->tables;
	in->tables = t;
	for (n = map->first; n != NULL; n = n->next)
		hash_put(&t->names, n->key->text, n->key->len, n);
	return (&t->names);
}

/* How deep maps of this top key merge: down to the names. */
static int
merge_depth(const char *key)
{
	return (strcmp(key, "policies") == 0 ||
	    strcmp(key, "defaults") == 0 ? 2 : 1);
}

static void
twice(struct includer *in, const struct node *n, const struct node *old)
{
	if (n->src->database)
		problem_error(&in->l->ps, node_key_place(n), "\"%s\" is in "
		    "%s, line %u: the database cannot have it too",
		    n->key->text, old->src->name, old->key->line);
	else
		problem_error(&in->l->ps, node_key_place(n), "\"%s\" is set "
		    "twice; first in %s, line %u", n->key->text,
		    old->src->name, old->key->line);
}

/* A list of the database's goes behind that of the file. */
static void
merge_list(struct node *into, const struct node *from)
{
	if (from->first == NULL)
		return;
	if (into->last == NULL)
		into->first = from->first;
	else
		into->last->next = from->first;
	into->last = from->last;
	into->n += from->n;
}

static void
merge(struct includer *in, struct node *into, struct node *from, int depth)
{
	struct hash *names = names_of(in, into);
	struct node *n, *next, *old;

	for (n = from->first; n != NULL; n = next) {
		next = n->next;
		n->next = NULL;
		old = hash_put(names, n->key->text, n->key->len, n);
		if (old == NULL) {
			if (into->last == NULL)
				into->first = n;
			else
				into->last->next = n;
			into->last = n;
			into->n++;
		} else if (old->kind == NODE_MAP && n->kind == NODE_MAP &&
		    depth != 0)
			merge(in, old, n, (depth == TOP ?
			    merge_depth(n->key->text) : depth) - 1);
		else if (old->kind == NODE_LIST && n->kind == NODE_LIST &&
		    depth == TOP && n->src->database)
			merge_list(old, n);
		else
			twice(in, n, old);
	}
}

static void
include_file(struct includer *in, const struct node *at, const char *rel)
{
	struct load *l = in->l;
	const struct source *src;
	struct node *root, *n;

	if (l->nsources >= INCLUDE_FILES) {
		problem_error(&l->ps, node_place(at),
		    "more than %d files are included", INCLUDE_FILES);
		return;
	}
	src = include_open(l, arena_printf(&l->arena, "%s/%s", l->dir, rel),
	    rel, 1);
	if (src == NULL)
		return;
	root = yaml_tree(&l->arena, src, &l->lim, &l->ps);
	if (root == NULL)
		return;
	if ((n = node_get(root, "include")) != NULL)
		problem_error(&l->ps, node_key_place(n),
		    "an included file cannot include others");
	else
		merge(in, in->root, root, TOP);
}

static int
visible_name(const struct dirent *d)
{
	return (d->d_name[0] != '.');
}

/* By octets: the same order in every locale. */
static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return (strcmp((*a)->d_name, (*b)->d_name));
}

/* All files of a directory that match, in name order. */
static void
include_glob(struct includer *in, const struct node *at, const char *dir,
    const char *base)
{
	struct arena *a = &in->l->arena;
	struct dirent **names;
	int fd, i, n;

	fd = open_beneath(in->l->dirfd, dir, O_RDONLY | O_DIRECTORY);
	if (fd == -1) {
		if (errno != ENOENT)
			problem_error(&in->l->ps, node_place(at),
			    "include \"%s\": %s", at->text,
			    open_error(errno));
		return;
	}
	n = scandirat(fd, ".", &names, visible_name,
	    by_name);
	close(fd);
	if (n == -1) {
		problem_error(&in->l->ps, node_place(at),
		    "include \"%s\": %s", at->text, strerror(errno));
		return;
	}
	for (i = 0; i < n; i++) {
		if (fnmatch(base, names[i]->d_name, FNM_PERIOD) == 0)
			include_file(in, at, strcmp(dir, ".") == 0 ?
			    names[i]->d_name : arena_printf(a, "%s/%s", dir,
			    names[i]->d_name));
		free(names[i]);
	}
	free(names);
}

static void
include_pattern(struct includer *in, const struct node *at)
{
	const char *p = at->text, *slash = strrchr(p, '/');
	struct load *l = in->l;
	const char *dir = ".", *base = p;

	if (slash != NULL) {
		dir = arena_copy(&l->arena, p, (size_t)(slash - p));
		base = slash + 1;
	}
	if (p[0] == '/')
		problem_error(&l->ps, node_place(at), "include \"%s\": the "
		    "path is relative to the policy directory", p);
	else if (strpbrk(dir, "*?[") != NULL)
		problem_error(&l->ps, node_place(at), "include \"%s\": "
		    "wildcards stand in the file's name only", p);
	else if (strpbrk(base, "*?[") != NULL)
		include_glob(in, at, dir, base);
	else
		include_file(in, at, p);
}

static void
tables_free(struct includer *in)
{
	struct merge_table *t;

	for (t = in->tables; t != NULL; t = t->next)
		hash_free(&t->names);
}

void
include_merge(struct load *l, struct node *root, struct node *from)
{
	struct includer in = { .l = l, .root = root };

	merge(&in, root, from, TOP);
	tables_free(&in);
}

struct node *
include_read(struct load *l, const struct source *src)
{
	struct includer in = { .l = l };
	struct node *n;
	struct words w;
	unsigned int i;

	in.r.arena = &l->arena;
	in.r.ps = &l->ps;
	in.root = yaml_tree(&l->arena, src, &l->lim, &l->ps);
	if (in.root == NULL ||
	    (n = node_get(in.root, "include")) == NULL ||
	    reader_words(&in.r, n, "include", PATTERNS_MAX, &w) == -1)
		return (in.root);
	if (l->dirfd == -1)
		problem_error(&l->ps, node_place(n), "there is no policy "
		    "directory to include from");
	else
		for (i = 0; i < w.n; i++)
			include_pattern(&in, w.at[i]);
	tables_free(&in);
	return (in.root);
}
