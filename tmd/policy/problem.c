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
 * The list of problems, and the line of the file each one shows.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "problem.h"
#include "proto_types.h"
#include "wire.h"

#define SHOW_CHARS	120	/* of a source line: what a screen holds */
#define SHOW_BEFORE	80	/* of those, before the caret at most */

/*
 * Octets of the line end at p, 0 when there is none: CR, LF, CRLF, NEL, LS,
 * PS, as libyaml counts lines.
 */
static size_t
line_end(const char *p, const char *end)
{
	size_t left = (size_t)(end - p);

	if (*p == '\r')
		return (left > 1 && p[1] == '\n' ? 2 : 1);
	if (*p == '\n')
		return (1);
	if (left > 1 && memcmp(p, "\xc2\x85", 2) == 0)
		return (2);
	if (left > 2 && (memcmp(p, "\xe2\x80\xa8", 3) == 0 ||
	    memcmp(p, "\xe2\x80\xa9", 3) == 0))
		return (3);
	return (0);
}

const char *
source_line(const struct source *src, uint32_t n, size_t *len)
{
	const char *p = src->text, *end = src->text + src->len;
	const char *start = p;
	size_t step;

	if (n == 0)
		return (NULL);
	while (p < end) {
		if ((step = line_end(p, end)) == 0) {
			p++;
			continue;
		}
		if (--n == 0)
			break;
		p += step;
		start = p;
	}
	if (n > 1)
		return (NULL);
	*len = (size_t)(p - start);
	return (start);
}

/* The octet where the character begins that is n characters after p. */
static size_t
utf8_at(const char *p, size_t len, size_t n)
{
	size_t i = 0;

	while (i < len && n > 0) {
		i++;
		while (i < len && ((unsigned char)p[i] & 0xc0) == 0x80)
			i++;
		n--;
	}
	return (i);
}

/* Copies what the caret needs of the line; sets p->source and p->caret. */
static void
show_line(struct problems *ps, struct problem *p)
{
	const char *line;
	size_t len, from, skip = 0, i;
	const char *dots = "";
	char raw[4 * SHOW_CHARS + 1], text[252];

	p->source = "";
	if (p->at.src == NULL || p->at.col == 0 ||
	    (line = source_line(p->at.src, p->at.line, &len)) == NULL)
		return;
	if (p->at.col > SHOW_BEFORE) {
		skip = p->at.col - SHOW_BEFORE;
		dots = "...";
	}
	from = utf8_at(line, len, skip);
	len = utf8_at(line + from, len - from, SHOW_CHARS);
	if (len > sizeof(raw) - 1)	/* octets that only continue others */
		len = sizeof(raw) - 1;
	for (i = 0; i < len; i++)
		raw[i] = line[from + i] == '\t' || line[from + i] == '\0' ?
		    ' ' : line[from + i];
	raw[len] = '\0';
	wire_text_copy(text, sizeof(text), raw);
	p->source = arena_printf(ps->arena, "%s%s", dots, text);
	p->caret = (unsigned int)(p->at.col - skip + strlen(dots));
}

static void
add(struct problems *ps, int warning, struct place at, const char *fmt,
    va_list ap)
{
	unsigned int *count = warning ? &ps->warnings : &ps->errors;
	char raw[MSG_TEXT], text[MSG_TEXT];
	struct problem *p;

	if (++*count > PROBLEMS_MAX)
		return;
	if (ps->v == NULL)
		ps->v = xcalloc(2 * PROBLEMS_MAX, sizeof(*ps->v));
	p = &ps->v[ps->n];
	p->seq = ps->n++;
	p->warning = warning;
	p->at = at;
	vsnprintf(raw, sizeof(raw), fmt, ap);
	wire_text_copy(text, sizeof(text), raw);
	p->text = arena_copy(ps->arena, text, strlen(text));
	show_line(ps, p);
}

void
problem_error(struct problems *ps, struct place at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(ps, 0, at, fmt, ap);
	va_end(ap);
}

void
problem_warn(struct problems *ps, struct place at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(ps, 1, at, fmt, ap);
	va_end(ap);
}

static int
cmp_u(unsigned long a, unsigned long b)
{
	return (a < b ? -1 : a > b);
}

/* By file, line and column; what has no place comes last. */
static int
cmp_place(const void *va, const void *vb)
{
	const struct problem *a = va, *b = vb;
	int c;

	if ((a->at.src == NULL) != (b->at.src == NULL))
		return (a->at.src == NULL ? 1 : -1);
	if (a->at.src != NULL) {
		if ((c = cmp_u(a->at.src->order, b->at.src->order)) != 0 ||
		    (c = cmp_u(a->at.line, b->at.line)) != 0 ||
		    (c = cmp_u(a->at.col, b->at.col)) != 0)
			return (c);
	}
	return (cmp_u(a->seq, b->seq));
}

void
problems_sort(struct problems *ps)
{
	if (ps->n > 0)
		qsort(ps->v, ps->n, sizeof(*ps->v), cmp_place);
}

char *
problem_line(const struct problem *p, char *out, size_t size)
{
	const char *w = p->warning ? "warning: " : "";

	if (p->at.src == NULL)
		snprintf(out, size, "%s%s", w, p->text);
	else if (p->at.line == 0)
		snprintf(out, size, "%s: %s%s", p->at.src->name, w, p->text);
	else
		snprintf(out, size, "%s:%u:%u: %s%s", p->at.src->name,
		    p->at.line, p->at.col, w, p->text);
	return (out);
}

void
problems_free(struct problems *ps)
{
	free(ps->v);
	ps->v = NULL;
	ps->n = 0;
}
