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
 * How problems look.
 */

#include <string.h>

#include "report.h"

#define LINE_MAX_LEN	1024

static const char *
plural(unsigned int n)
{
	return (n == 1 ? "" : "s");
}

static void
one_text(FILE *fp, const struct problem *p)
{
	char line[LINE_MAX_LEN];

	fprintf(fp, "%s\n", problem_line(p, line, sizeof(line)));
	if (p->source[0] == '\0')
		return;
	fprintf(fp, "  %s\n  %*s\n", p->source, (int)p->caret, "^");
}

void
report_text(FILE *fp, const struct load *l)
{
	const struct problems *ps = &l->ps;
	size_t i;

	for (i = 0; i < ps->n; i++)
		one_text(fp, &ps->v[i]);
	if (ps->errors > PROBLEMS_MAX)
		fprintf(fp, "and %u more errors\n",
		    ps->errors - PROBLEMS_MAX);
	if (ps->warnings > PROBLEMS_MAX)
		fprintf(fp, "and %u more warnings\n",
		    ps->warnings - PROBLEMS_MAX);
	if (ps->errors > 0)
		fprintf(fp, "%u error%s.\n", ps->errors, plural(ps->errors));
}

static void
json_string(FILE *fp, const char *s)
{
	putc('"', fp);
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			fprintf(fp, "\\%c", *s);
		else if ((unsigned char)*s < 0x20)
			fprintf(fp, "\\u%04x", (unsigned char)*s);
		else
			putc(*s, fp);
	}
	putc('"', fp);
}

static void
one_json(FILE *fp, const struct problem *p)
{
	fprintf(fp, "{\"severity\":\"%s\"", p->warning ? "warning" : "error");
	if (p->at.src != NULL) {
		fputs(",\"file\":", fp);
		json_string(fp, p->at.src->name);
		fprintf(fp, ",\"line\":%u,\"column\":%u", p->at.line,
		    p->at.col);
	}
	fputs(",\"text\":", fp);
	json_string(fp, p->text);
	fputs(",\"source\":", fp);
	json_string(fp, p->source);
	putc('}', fp);
}

void
report_json(FILE *fp, const struct load *l, const char *file,
    const char *canonical)
{
	size_t i;

	fputs("{\"file\":", fp);
	json_string(fp, file);
	fprintf(fp, ",\"ok\":%s,\"errors\":%u,\"warnings\":%u,\"tunnels\":%u,"
	    "\"problems\":[", l->ps.errors == 0 ? "true" : "false",
	    l->ps.errors, l->ps.warnings, l->po.ntunnels);
	for (i = 0; i < l->ps.n; i++) {
		if (i > 0)
			putc(',', fp);
		one_json(fp, &l->ps.v[i]);
	}
	putc(']', fp);
	if (canonical != NULL) {
		fputs(",\"canonical\":", fp);
		json_string(fp, canonical);
	}
	fputs("}\n", fp);
}

void
report_message(const struct problem *p, struct mt_problem *m)
{
	char line[LINE_MAX_LEN];

	memset(m, 0, sizeof(*m));
	m->warning = (uint8_t)p->warning;
	wire_text_copy(m->text, sizeof(m->text),
	    problem_line(p, line, sizeof(line)));
	wire_text_copy(m->source, sizeof(m->source), p->source);
	if (p->source[0] != '\0')
		m->column = (uint16_t)p->caret;
}
