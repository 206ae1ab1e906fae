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

/* Log lines with fields: which tunnel and which peer a line is about. */
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "log.h"
#include "proto_types.h"

#define FIELDS_MAX	320	/* octets of all fields of a line */

/* Nobody need guess where such a value ends. */
static int
is_plain(const char *s)
{
	return (*s != '\0' && strpbrk(s, " \"\\=") == NULL);
}

/* A value as logfmt has it: in quotes, where it has to be. */
static char *
field_value(const char *s, char *out, size_t size)
{
	size_t	 n = 0;

	if (is_plain(s)) {
		snprintf(out, size, "%s", s);
		return (out);
	}
	out[n++] = '"';
	for (; *s != '\0' && n + 4 < size; s++) {
		if (*s == '"' || *s == '\\')
			out[n++] = '\\';
		out[n++] = *s;
	}
	out[n++] = '"';
	out[n] = '\0';
	return (out);
}

/* " tunnel=boston no=1.1 peer=192.0.2.1"; its length. */
static int
fields(const struct log_about *a, char *out, size_t size)
{
	char	 value[2 * NAME_MAX_LEN + 8], at[ADDR_TEXT];
	int	 n = 0;

	out[0] = '\0';
	if (a->tunnel != NULL)
		n += snprintf(out + n, size - (size_t)n, " tunnel=%s",
		    field_value(a->tunnel, value, sizeof(value)));
	if (a->no != 0)
		n += snprintf(out + n, size - (size_t)n, " no=%u", a->no);
	if (a->no != 0 && a->child != 0)
		n += snprintf(out + n, size - (size_t)n, ".%u", a->child);
	if (a->peer != NULL && a->peer->af != 0)
		n += snprintf(out + n, size - (size_t)n, " peer=%s",
		    addr_print(a->peer, at, sizeof(at)));
	return (n);
}

void
log_about_v(const struct log_about *a, enum log_sub sub, enum log_level level,
    const char *prefix, const char *fmt, va_list ap)
{
	char	 text[LOG_LINE_MAX], f[FIELDS_MAX];
	int	 room;

	if (!log_wants(sub, level))
		return;
	room = LOG_LINE_MAX - 1 - fields(a, f, sizeof(f)) -
	    (int)strlen(prefix);
	vsnprintf(text, sizeof(text), fmt, ap);
	log_line(sub, level, "%s%.*s%s", prefix, room > 0 ? room : 0, text, f);
}

void
log_about(const struct log_about *a, enum log_sub sub, enum log_level level,
    const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	log_about_v(a, sub, level, "", fmt, ap);
	va_end(ap);
}
