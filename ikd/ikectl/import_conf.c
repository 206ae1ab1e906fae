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

/* What an import reads: sections of settings, secrets, and its notes. */
#include <err.h>
#include <search.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "import.h"

static char *
dup_or_die(const char *s)
{
	char *p = strdup(s);

	if (p == NULL)
		err(1, "import");
	return (p);
}

static void *
new_or_die(size_t n)
{
	void *p = calloc(1, n);

	if (p == NULL)
		err(1, "import");
	return (p);
}

static void
sec_init(struct conf_sec *s)
{
	TAILQ_INIT(&s->sets);
	TAILQ_INIT(&s->subs);
}

void
imp_init(struct imp *im)
{
	memset(im, 0, sizeof(*im));
	sec_init(&im->top);
	TAILQ_INIT(&im->notes);
	TAILQ_INIT(&im->secrets);
	im->out = yn_root();
}

/* Their owner frees them. */
static void
keep(void *p)
{
	(void)p;
}

static void
sec_free(struct conf_sec *s)
{
	struct conf_sec *sub;
	struct conf_set *set;

	while ((set = TAILQ_FIRST(&s->sets)) != NULL) {
		TAILQ_REMOVE(&s->sets, set, entry);
		explicit_bzero(set->value, strlen(set->value));
		free(set->key);
		free(set->value);
		free(set);
	}
	tdestroy(s->by_name, keep);
	while ((sub = TAILQ_FIRST(&s->subs)) != NULL) {
		TAILQ_REMOVE(&s->subs, sub, entry);
		sec_free(sub);
		free(sub->bases);
		free(sub->kind);
		free(sub->name);
		free(sub);
	}
}

static void
secret_free(struct imp_secret *s)
{
	size_t i;

	if (s->key != NULL)
		explicit_bzero(s->key, strlen(s->key));
	free(s->key);
	for (i = 0; i < s->nids; i++) {
		free(s->ids[i]);
		free(s->plain[i]);
	}
	free(s);
}

void
imp_free(struct imp *im)
{
	struct imp_secret *s;
	struct imp_note *n;
	size_t i;

	sec_free(&im->top);
	while ((n = TAILQ_FIRST(&im->notes)) != NULL) {
		TAILQ_REMOVE(&im->notes, n, entry);
		free(n);
	}
	while ((s = TAILQ_FIRST(&im->secrets)) != NULL) {
		TAILQ_REMOVE(&im->secrets, s, entry);
		secret_free(s);
	}
	for (i = 0; i < im->nfiles; i++)
		free(im->files[i]);
	yn_free(im->out);
	imp_take_end(im);
	tdestroy(im->bases, keep);
}

const char *
imp_file(struct imp *im, const char *name)
{
	if (im->nfiles == IMP_FILES)
		return (NULL);
	return (im->files[im->nfiles++] = dup_or_die(name));
}

static int
by_name(const void *a, const void *b)
{
	const struct conf_sec *s = a, *o = b;
	int c = strcmp(s->kind, o->kind);

	return (c != 0 ? c : strcmp(s->name, o->name));
}

struct conf_sec *
imp_sec(struct conf_sec *up, const char *kind, const char *name,
    const char *file, unsigned int line)
{
	struct conf_sec *s = new_or_die(sizeof(*s)), **place;

	sec_init(s);
	s->up = up;
	s->kind = dup_or_die(kind);
	s->name = dup_or_die(name);
	s->file = file;
	s->line = line;
	TAILQ_INSERT_TAIL(&up->subs, s, entry);
	if ((place = tsearch(s, &up->by_name, by_name)) == NULL)
		err(1, "import");
	*place = s;		/* the last one of a name is found */
	return (s);
}

int
imp_set(struct imp *im, struct conf_sec *sec, const char *key,
    const char *value, const char *file, unsigned int line)
{
	struct conf_set *set;

	if (im->nsets == IMP_SETS)
		return (-1);
	im->nsets++;
	set = new_or_die(sizeof(*set));
	set->key = dup_or_die(key);
	set->value = dup_or_die(value);
	set->file = file;
	set->line = line;
	TAILQ_INSERT_TAIL(&sec->sets, set, entry);
	return (0);
}

struct conf_sec *
imp_find(struct conf_sec *up, const char *kind, const char *name)
{
	struct conf_sec key = { .kind = (char *)(uintptr_t)kind,
	    .name = (char *)(uintptr_t)name }, **place;

	place = tfind(&key, &up->by_name, by_name);
	return (place != NULL ? *place : NULL);
}

struct conf_set *
imp_own(struct conf_sec *sec, const char *key)
{
	struct conf_set *set;

	TAILQ_FOREACH_REVERSE(set, &sec->sets, conf_sets, entry)
		if (strcasecmp(set->key, key) == 0)
			return (set);
	return (NULL);
}


void
imp_note(struct imp *im, const char *file, unsigned int line,
    const char *fmt, ...)
{
	struct imp_note *n = new_or_die(sizeof(*n)), *at, *next = NULL;
	va_list ap;

	n->file = file;
	n->line = line;
	va_start(ap, fmt);
	(void)vsnprintf(n->text, sizeof(n->text), fmt, ap);
	va_end(ap);
	/* Each file's are in the order of its lines: from their end. */
	TAILQ_FOREACH_REVERSE(at, &im->notes, imp_notes, entry) {
		if (at->file != file)
			continue;
		if (at->line < line)
			break;
		if (at->line == line && strcmp(at->text, n->text) == 0) {
			free(n);
			return;
		}
		if (at->line > line)
			next = at;
	}
	if (next != NULL)
		TAILQ_INSERT_BEFORE(next, n, entry);
	else
		TAILQ_INSERT_TAIL(&im->notes, n, entry);
}

/* "conn home: ", "connections.home.children.net: ". */
static void
where(const struct conf_sec *sec, char *out, size_t size)
{
	char rest[IMP_TEXT];

	if (sec->kind[0] != '\0') {
		snprintf(out, size, "%s%s%s", sec->kind,
		    sec->name[0] != '\0' ? " " : "", sec->name);
		return;
	}
	snprintf(out, size, "%s", sec->name);
	for (sec = sec->up; sec != NULL && sec->up != NULL; sec = sec->up) {
		(void)strlcpy(rest, out, sizeof(rest));
		(void)snprintf(out, size, "%.200s.%.280s", sec->name, rest);
	}
}

void
imp_note_set(struct imp *im, const struct conf_sec *sec,
    const struct conf_set *set, const char *why)
{
	char at[IMP_TEXT];

	where(sec, at, sizeof(at));
	imp_note(im, set->file, set->line, "%.200s: %.60s=%.120s: %s", at,
	    set->key, set->value, why);
}

void
imp_refuse(struct imp *im, const struct conf_sec *sec,
    const struct conf_set *set, const char *why)
{
	char text[IMP_TEXT];

	im->refused = 1;
	if (set != NULL) {
		snprintf(text, sizeof(text), "%s; the tunnel is left out",
		    why);
		imp_note_set(im, sec, set, text);
		return;
	}
	where(sec, text, sizeof(text));
	imp_note(im, sec->file, sec->line, "%.200s: %s; the tunnel is left "
	    "out", text, why);
}
