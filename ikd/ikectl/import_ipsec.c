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
 * Reads ipsec.conf, strongSwan's and libreswan's: sections that begin at the
 * margin ("conn home"), settings below them that do not.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "import.h"

/* One line, its comment and outer blanks cut off; in place. */
static char *
tidy(char *line)
{
	char *p, quote = '\0', *end;

	for (p = line; *p != '\0'; p++) {
		if (quote != '\0') {
			if (*p == quote)
				quote = '\0';
		} else if (*p == '"' || (*p == '\'' && p > line &&
		    p[-1] == '='))
			quote = *p;
		else if (*p == '#' && (p == line ||
		    isspace((unsigned char)p[-1]))) {
			*p = '\0';
			break;
		}
	}
	end = line + strlen(line);
	while (end > line && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*line))
		line++;
	return (line);
}

/* "conn home", "config setup"; NULL: it is no section's first line. */
static struct conf_sec *
header(struct imp *im, char *s, const char *file, unsigned int line)
{
	static const char *const kinds[] = { "config", "conn", "ca" };
	char *name = s + strcspn(s, " \t");
	size_t i;

	if (*name != '\0')
		*name++ = '\0';
	name += strspn(name, " \t");
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(s, kinds[i]) == 0)
			break;
	if (i == sizeof(kinds) / sizeof(kinds[0])) {
		if (strcmp(s, "version") != 0)
			imp_note(im, file, line, "\"%.100s\" begins no "
			    "section", s);
		return (NULL);
	}
	if (*name == '\0') {
		imp_note(im, file, line, "%s without a name", s);
		return (NULL);
	}
	return (imp_sec(&im->top, s, name, file, line));
}

/* key = value, maybe in quotes. */
static void
setting(struct imp *im, struct conf_sec *sec, char *s, const char *file,
    unsigned int line)
{
	char *eq = strchr(s, '='), *v, *end;

	if (eq == NULL || eq == s) {
		imp_note(im, file, line, "\"%.100s\" is no setting", s);
		return;
	}
	v = eq + 1;
	v += strspn(v, " \t");
	while (eq > s && isspace((unsigned char)eq[-1]))
		eq--;
	*eq = '\0';
	if (*v == '"' || *v == '\'') {
		end = strchr(v + 1, *v);
		if (end == NULL || end[1] != '\0') {
			imp_note(im, file, line, "%.60s: a quote that does "
			    "not end with the line", s);
			return;
		}
		*end = '\0';
		v++;
	}
	if (imp_set(im, sec, s, v, file, line) == -1)
		imp_note(im, file, line, "more settings than are read");
}

static int
is_include(const char *s)
{
	return (strncmp(s, "include", 7) == 0 &&
	    isspace((unsigned char)s[7]));
}

static void
one_line(struct imp *im, struct conf_sec **cur, char *text, const char *file,
    unsigned int line, const struct imp_reader *reader)
{
	int margin = *text != '\0' && !isspace((unsigned char)*text);
	char *s = tidy(text);

	if (*s == '\0')
		return;
	if (is_include(s))
		reader->include(im, *cur != NULL ? *cur : &im->top, file,
		    line, s + 8 + strspn(s + 8, " \t"), reader);
	else if (margin)
		*cur = header(im, s, file, line);
	else if (*cur != NULL)
		setting(im, *cur, s, file, line);
	else
		imp_note(im, file, line, "\"%.100s\" stands in no section",
		    s);
}

/* A copy of it, as a string; NULL: it has octets that text has not. */
static char *
line_of(const char *p, size_t n)
{
	if (memchr(p, '\0', n) != NULL)
		return (NULL);
	return (strndup(p, n));
}

void
imp_read_ipsec(struct imp *im, struct conf_sec *sec, const char *file,
    const char *text, size_t len, const struct imp_reader *reader)
{
	struct conf_sec *cur = sec == &im->top ? NULL : sec;
	const char *p = text, *end = text + len, *nl;
	unsigned int line = 0;
	char *copy;

	for (; p < end; p = nl + 1) {
		if ((nl = memchr(p, '\n', (size_t)(end - p))) == NULL)
			nl = end;
		line++;
		if ((copy = line_of(p, (size_t)(nl - p))) == NULL) {
			imp_note(im, file, line, "the line is no text");
			continue;
		}
		one_line(im, &cur, copy, file, line, reader);
		free(copy);
	}
}
