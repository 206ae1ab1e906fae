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

/* The text of the metrics. */
#include <ctype.h>
#include <event2/buffer.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "page.h"

struct family {
	char		 name[PAGE_NAME];
	int		 counter;
	struct evbuffer	*samples;
};

struct page {
	struct family	 f[PAGE_FAMILIES];
	size_t		 n;
	size_t		 last;		/* found; most come in a row */
};

struct page *
page_new(void)
{
	return (xcalloc(1, sizeof(struct page)));
}

void
page_free(struct page *p)
{
	size_t i;

	for (i = 0; p != NULL && i < p->n; i++)
		evbuffer_free(p->f[i].samples);
	free(p);
}

static void put(struct evbuffer *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static void
put(struct evbuffer *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (evbuffer_add_vprintf(b, fmt, ap) == -1)
		fatal("no memory");
	va_end(ap);
}

/* "drop: wrong ICV" is drop_wrong_icv. */
static void
plain_name(const char *name, char out[PAGE_NAME])
{
	size_t n = 0;

	for (; *name != '\0' && n + 1 < PAGE_NAME; name++)
		if (isalnum((unsigned char)*name))
			out[n++] = (char)tolower((unsigned char)*name);
		else if (n > 0 && out[n - 1] != '_')
			out[n++] = '_';
	while (n > 0 && out[n - 1] == '_')
		n--;
	out[n] = '\0';
}

static void
put_label(struct evbuffer *b, const char *s)
{
	for (; *s != '\0'; s++)
		if (*s == '\n')
			put(b, "\\n");
		else
			put(b, *s == '"' || *s == '\\' ? "\\%c" : "%c", *s);
}

/* The family of this name; NULL: there are too many. */
static struct family *
family(struct page *p, const char *name, int counter, const char *help)
{
	struct family *f;
	size_t i;

	for (i = 0; i < p->n; i++) {
		f = &p->f[(p->last + i) % p->n];
		if (strcmp(f->name, name) == 0) {
			p->last = (size_t)(f - p->f);
			return (f);
		}
	}
	if (p->n == PAGE_FAMILIES)
		return (NULL);
	f = &p->f[p->n];
	if ((f->samples = evbuffer_new()) == NULL)
		fatal("no memory");
	p->last = p->n++;
	(void)strlcpy(f->name, name, sizeof(f->name));
	f->counter = counter;
	put(f->samples, "# TYPE ikd_%s %s\n# HELP ikd_%s ", name,
	    counter ? "counter" : "gauge", name);
	put_label(f->samples, help);
	put(f->samples, "\n");
	return (f);
}

/* Nothing that a scraper could choke on; a level may be "-12", too. */
static int
is_number(const char *s, int counter)
{
	s += !counter && *s == '-';
	return (*s != '\0' && strspn(s, "0123456789") == strlen(s));
}

/* "ikd_x_total{a="b"} " */
static void
put_sample(struct evbuffer *b, const struct family *f,
    const struct page_label *labels, size_t nlabels)
{
	size_t i;

	put(b, "ikd_%s%s", f->name, f->counter ? "_total" : "");
	for (i = 0; i < nlabels; i++) {
		put(b, "%s%s=\"", i == 0 ? "{" : ",", labels[i].name);
		put_label(b, labels[i].value);
		put(b, "\"");
	}
	put(b, "%s ", nlabels > 0 ? "}" : "");
}

void
page_add(struct page *p, const char *name, int counter, const char *help,
    const struct page_label *labels, size_t nlabels, const char *value)
{
	char plain[PAGE_NAME];
	struct family *f;

	plain_name(name, plain);
	if (plain[0] == '\0' || !is_number(value, counter) ||
	    (f = family(p, plain, counter, help)) == NULL)
		return;
	put_sample(f->samples, f, labels, nlabels);
	put(f->samples, "%s\n", value);
}

void
page_add_once(struct page *p, const char *name, int counter, const char *help,
    const struct page_label *labels, size_t nlabels, const char *value)
{
	char plain[PAGE_NAME];
	struct evbuffer *b;
	struct family *f;
	int there;

	plain_name(name, plain);
	if (plain[0] == '\0' || !is_number(value, counter) ||
	    (f = family(p, plain, counter, help)) == NULL)
		return;
	if ((b = evbuffer_new()) == NULL)
		fatal("no memory");
	put(b, "\n");
	put_sample(b, f, labels, nlabels);
	there = evbuffer_search(f->samples, (char *)evbuffer_pullup(b, -1),
	    evbuffer_get_length(b), NULL).pos != -1;
	evbuffer_free(b);
	if (!there)
		page_add(p, name, counter, help, labels, nlabels, value);
}

void
page_print(struct page *p, struct evbuffer *out)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		if (evbuffer_add_buffer(out, p->f[i].samples) == -1)
			fatal("no memory");
		evbuffer_free(p->f[i].samples);
	}
	p->n = p->last = 0;
	put(out, "# EOF\n");
}
