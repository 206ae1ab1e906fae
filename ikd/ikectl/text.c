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

/* Numbers and fields for people. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ikectl.h"
#include "kv.h"

const char *
row_get(const struct mq_row *r, const char *k, const char *dflt)
{
	const char *v = kv_find(r->kv, r->kv_n, k);

	return (v != NULL ? v : dflt);
}

void
print_sentence(const struct mq_done *d)
{
	if (d->text[0] == '\0')
		return;
	if (d->status == CTL_OK)
		printf("%s\n", d->text);
	else
		fprintf(stderr, "ikectl: %s\n", d->text);
}

int
words_begin(const char *words, const char *want)
{
	size_t n = strlen(want);

	return (strncmp(words, want, n) == 0 && (n == 0 || words[n] == '\0' ||
	    words[n] == ' '));
}

char *
size_text(const char *octets, char *out, size_t size)
{
	static const char *const units[] = { "B", "KB", "MB", "GB", "TB" };
	double v = octets != NULL ? strtod(octets, NULL) : 0;
	size_t u = 0;

	out[0] = '\0';
	if (v <= 0)
		return (out);
	while (v >= 1000 && u + 1 < sizeof(units) / sizeof(units[0])) {
		v /= 1024;
		u++;
	}
	snprintf(out, size, v < 10 && u > 0 ? "%.1f %s" : "%.0f %s", v,
	    units[u]);
	return (out);
}

char *
since_text(const char *seconds, char *out, size_t size)
{
	unsigned long s;

	out[0] = '\0';
	if (seconds == NULL || seconds[0] == '\0')
		return (out);
	s = strtoul(seconds, NULL, 10);
	if (s < 60)
		snprintf(out, size, "%lus", s);
	else if (s < 3600)
		snprintf(out, size, "%lum", s / 60);
	else if (s < 86400)
		snprintf(out, size, "%luh%02lum", s / 3600, s / 60 % 60);
	else
		snprintf(out, size, "%lud%02luh", s / 86400, s / 3600 % 24);
	return (out);
}

long
time_parse(const char *s)
{
	unsigned long v;
	char *end;

	if (*s < '0' || *s > '9')
		return (-1);
	v = strtoul(s, &end, 10);
	if (v > 1000000000)
		return (-1);
	if (strcmp(end, "m") == 0)
		v *= 60;
	else if (strcmp(end, "h") == 0)
		v *= 3600;
	else if (strcmp(end, "d") == 0)
		v *= 86400;
	else if (*end != '\0' && strcmp(end, "s") != 0)
		return (-1);
	return ((long)v);
}

static int as_json;

void
usage_json(void)
{
	as_json = 1;
}

int
usage_wrong(const char *fmt, ...)
{
	struct mq_done d = { .status = CTL_USAGE };
	char text[sizeof(d.text)], *p;
	va_list ap;

	va_start(ap, fmt);
	if (!as_json) {
		vfprintf(stderr, fmt, ap);
		fputc('\n', stderr);
	} else {
		vsnprintf(text, sizeof(text), fmt, ap);
		for (p = text; *p != '\0'; p++)
			if (*p == '\n')
				*p = ' ';
		wire_text_copy(d.text, sizeof(d.text), text +
		    (strncmp(text, "ikectl: ", 8) == 0 ? 8 : 0));
		print_json.end(&d);
	}
	va_end(ap);
	return (CTL_USAGE);
}
