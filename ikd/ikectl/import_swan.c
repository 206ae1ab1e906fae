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
 * Reads swanctl.conf: sections in braces, settings as key = value, comments
 * behind #, `include PATTERN`, and `name : base.path { ... }`, which takes
 * over what the named section has.
 */
#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import.h"

struct scan {
	struct imp		*im;
	const char		*file;
	const char		*p, *end;
	unsigned int		 line;
	const struct imp_reader	*reader;
};

static void
blanks(struct scan *s, int newlines)
{
	for (; s->p < s->end; s->p++) {
		if (*s->p == '#') {
			while (s->p < s->end && *s->p != '\n')
				s->p++;
			if (s->p == s->end)
				return;
		}
		if (*s->p == '\n') {
			if (!newlines)
				return;
			s->line++;
		} else if (!isspace((unsigned char)*s->p))
			return;
	}
}

/* Octets up to one of stop, without what is blank at their end. */
static char *
upto(struct scan *s, const char *stop)
{
	const char *from = s->p, *e;
	char *out;

	while (s->p < s->end && *s->p != '\0' &&
	    strchr(stop, *s->p) == NULL)
		s->p++;
	for (e = s->p; e > from && isspace((unsigned char)e[-1]); e--)
		;
	if ((out = strndup(from, (size_t)(e - from))) == NULL)
		err(1, "import");
	return (out);
}

/* "quoted", with \" and \n in it; NULL: it does not end. */
static char *
quoted(struct scan *s)
{
	char *out, *o;

	if ((o = out = malloc((size_t)(s->end - s->p) + 1)) == NULL)
		err(1, "import");
	for (s->p++; s->p < s->end && *s->p != '"'; s->p++) {
		if (*s->p == '\n')
			s->line++;
		if (*s->p == '\\' && s->p + 1 < s->end) {
			s->p++;
			*o++ = *s->p == 'n' ? '\n' : *s->p == 't' ? '\t' :
			    *s->p;
		} else
			*o++ = *s->p;
	}
	*o = '\0';
	if (s->p == s->end || strlen(out) != (size_t)(o - out)) {
		free(out);
		return (NULL);
	}
	s->p++;
	return (out);
}

/* A value: words and quoted pieces to the end of the line. */
static char *
value(struct scan *s)
{
	char *out, *piece, *joined;

	blanks(s, 0);
	if (s->p < s->end && *s->p == '"') {
		if ((out = quoted(s)) == NULL)
			return (NULL);
		blanks(s, 0);
		if (s->p == s->end || *s->p == '\n' || *s->p == '}')
			return (out);
		piece = upto(s, "\n#}");
		if (asprintf(&joined, "%s%s", out, piece) == -1)
			err(1, "import");
		free(out);
		free(piece);
		return (joined);
	}
	return (upto(s, "\n#}"));
}

/* The section of a path with dots, or NULL. */
static struct conf_sec *
by_path(struct imp *im, const char *path)
{
	struct conf_sec *sec = &im->top;
	char name[IMP_TEXT];
	size_t n;

	for (; sec != NULL && *path != '\0'; path += n) {
		n = strcspn(path, ".");
		snprintf(name, sizeof(name), "%.*s", (int)n, path);
		sec = imp_find(sec, "", name);
		if (path[n] == '.')
			n++;
	}
	return (sec);
}

/* What to has not said itself. */
static void
take_over(struct imp *im, struct conf_sec *to, const struct conf_sec *from,
    unsigned int depth)
{
	const struct conf_set *set;
	struct conf_sec *sub, *mine;

	TAILQ_FOREACH_REVERSE(set, &from->sets, conf_sets, entry)
		if (imp_own(to, set->key) == NULL && imp_set(im, to, set->key,
		    set->value, set->file, set->line) == -1)
			return;
	if (depth == IMP_DEPTH)
		return;
	TAILQ_FOREACH(sub, &from->subs, entry) {
		if ((mine = imp_find(to, "", sub->name)) == NULL)
			mine = imp_sec(to, "", sub->name, sub->file,
			    sub->line);
		take_over(im, mine, sub, depth + 1);
	}
}

static int
is_within(const struct conf_sec *sec, const struct conf_sec *up)
{
	for (; sec != NULL; sec = sec->up)
		if (sec == up)
			return (1);
	return (0);
}

void
imp_swan_bases(struct imp *im, struct conf_sec *sec)
{
	struct conf_sec *base, *sub;
	char *bases = sec->bases, *p, *path;

	sec->bases = NULL;	/* nobody comes here twice */
	for (p = bases; (path = strsep(&p, ", \t\n")) != NULL; ) {
		if (*path == '\0')
			continue;
		base = by_path(im, path);
		if (base == NULL || is_within(sec, base)) {
			imp_note(im, sec->file, sec->line, "section "
			    "\"%.100s\" takes over \"%.100s\", which %s",
			    sec->name, path, base == NULL ? "is not there" :
			    "it is a part of");
			continue;
		}
		base->used = 1;
		imp_swan_bases(im, base);
		take_over(im, sec, base, 0);
	}
	free(bases);
	TAILQ_FOREACH(sub, &sec->subs, entry)
		imp_swan_bases(im, sub);
}

static void section(struct scan *s, struct conf_sec *sec, unsigned int depth);

static void
open_section(struct scan *s, struct conf_sec *sec, char *name,
    unsigned int depth)
{
	char *colon = strchr(name, ':');
	struct conf_sec *sub;
	size_t n;

	if (colon != NULL)
		*colon++ = '\0';
	n = strlen(name);
	while (n > 0 && isspace((unsigned char)name[n - 1]))
		name[--n] = '\0';
	if ((sub = imp_find(sec, "", name)) == NULL)
		sub = imp_sec(sec, "", name, s->file, s->line);
	if (colon != NULL) {
		free(sub->bases);
		if ((sub->bases = strdup(colon)) == NULL)
			err(1, "import");
	}
	s->p++;
	section(s, sub, depth + 1);
}

/* What a line begins with: a key, a section, an include. */
static void
item(struct scan *s, struct conf_sec *sec, unsigned int depth)
{
	unsigned int line = s->line;
	char *word = upto(s, "={}\n#"), *v;

	if (strncmp(word, "include ", 8) == 0) {
		s->reader->include(s->im, sec, s->file, line, word + 8 +
		    strspn(word + 8, " \t"), s->reader);
	} else if (s->p < s->end && *s->p == '=') {
		s->p++;
		if ((v = value(s)) == NULL)
			imp_note(s->im, s->file, line, "%.60s: a quote that "
			    "does not end", word);
		else if (imp_set(s->im, sec, word, v, s->file, line) == -1)
			imp_note(s->im, s->file, line, "more settings than "
			    "are read");
		if (v != NULL)
			explicit_bzero(v, strlen(v));
		free(v);
	} else {
		blanks(s, 1);
		if (s->p < s->end && *s->p == '{' && word[0] != '\0')
			open_section(s, sec, word, depth);
		else {
			imp_note(s->im, s->file, line, "\"%.100s\" is "
			    "neither a setting nor a section", word);
			if (s->p < s->end && *s->p != '}' &&
			    (word[0] == '\0' || *s->p == '\0'))
				s->p++;
		}
	}
	free(word);
}

static void
section(struct scan *s, struct conf_sec *sec, unsigned int depth)
{
	unsigned int line = s->line;

	if (depth > IMP_DEPTH) {
		imp_note(s->im, s->file, s->line, "sections are nested "
		    "deeper than is read");
		s->p = s->end;
		return;
	}
	for (;;) {
		blanks(s, 1);
		if (s->p >= s->end)
			break;
		if (*s->p == '}') {
			s->p++;
			if (depth > 0)
				return;
			imp_note(s->im, s->file, s->line, "a brace that "
			    "closes nothing");
			continue;
		}
		item(s, sec, depth);
	}
	if (depth > 0)
		imp_note(s->im, s->file, line, "section \"%.100s\" is not "
		    "closed", sec->name);
}

void
imp_read_swanctl(struct imp *im, struct conf_sec *sec, const char *file,
    const char *text, size_t len, const struct imp_reader *reader)
{
	struct scan s = { im, file, text, text + len, 1, reader };

	section(&s, sec, 0);
}

/* Its first word that is no comment is a section of swanctl.conf, or not. */
int
imp_is_swanctl(const char *text, size_t len)
{
	struct scan s = { NULL, NULL, text, text + len, 1, NULL };
	int yes;
	char *word;

	for (;;) {
		blanks(&s, 1);
		if (s.p >= s.end)
			return (0);
		word = upto(&s, "={}\n#");
		if (strncmp(word, "include", 7) != 0)
			break;
		free(word);
	}
	if (s.p < s.end && *s.p == '\n')
		blanks(&s, 1);
	yes = s.p < s.end && *s.p == '{';
	free(word);
	return (yes);
}
