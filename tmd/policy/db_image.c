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
 * The database file's octets.
 */

#include <stdio.h>
#include <string.h>

#include "db_image.h"
#include "digest.h"
#include "scalar.h"

#define HEAD		"ikd database 1\n"
#define TAIL		"sha256 "
#define TAIL_LEN	(sizeof(TAIL) - 1 + DB_SUM + 1)
#define SIZES_MAX	64	/* octets of the second line */

static void
tail_of(const char *buf, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t md[32];
	size_t i;

	digest_octets(buf, len, md);
	memcpy(out, TAIL, sizeof(TAIL) - 1);
	out += sizeof(TAIL) - 1;
	for (i = 0; i < sizeof(md); i++) {
		*out++ = digits[md[i] >> 4];
		*out++ = digits[md[i] & 15];
	}
	*out = '\n';
}

/* "numbers N objects M"; 0, or -1. */
static int
read_sizes(const char *line, size_t len, uint64_t *n, uint64_t *m)
{
	char copy[SIZES_MAX], *sep;

	if (len >= sizeof(copy) || memchr(line, '\0', len) != NULL)
		return (-1);
	memcpy(copy, line, len);
	copy[len] = '\0';
	if (strncmp(copy, "numbers ", 8) != 0 ||
	    (sep = strstr(copy, " objects ")) == NULL)
		return (-1);
	*sep = '\0';
	return (scalar_number(copy + 8, n) == -1 ||
	    scalar_number(sep + 9, m) == -1 ? -1 : 0);
}

const char *
db_image_read(const char *buf, size_t len, struct db_image *out)
{
	const size_t head = sizeof(HEAD) - 1;
	char tail[TAIL_LEN];
	const char *p, *nl;
	uint64_t n, m;
	size_t left;

	if (len < head + TAIL_LEN)
		return ("it is cut off");
	if (memcmp(buf, HEAD, head) != 0)
		return ("it does not begin as one");
	p = buf + head;
	left = len - head - TAIL_LEN;
	if ((nl = memchr(p, '\n', left)) == NULL ||
	    read_sizes(p, (size_t)(nl - p), &n, &m) == -1)
		return ("its sizes cannot be read");
	left -= (size_t)(nl + 1 - p);
	if (n > left || m != left - n)
		return ("it has not the size it says");
	tail_of(buf, len - TAIL_LEN, tail);
	if (memcmp(buf + len - TAIL_LEN, tail, TAIL_LEN) != 0)
		return ("its octets have changed: the digest differs");
	out->numbers = nl + 1;
	out->numbers_len = (size_t)n;
	out->objects = nl + 1 + n;
	out->objects_len = (size_t)m;
	return (NULL);
}

const char *
db_image_pick(struct arena *a, const char *now, size_t now_len,
    const char *old, size_t old_len, struct db_image *out, const char **warn)
{
	const char *why = "it is missing", *old_why = "it is missing";

	*warn = NULL;
	*out = (struct db_image){ "", 0, "", 0 };
	if (now == NULL && old == NULL)
		return (NULL);
	if (now != NULL &&
	    (why = db_image_read(now, now_len, out)) == NULL)
		return (NULL);
	if (old != NULL)
		old_why = db_image_read(old, old_len, out);
	if (old_why == NULL) {
		*warn = arena_printf(a, "the database file \"" DB_FILE "\" "
		    "cannot be used: %s; what holds is \"" DB_OLD "\", the "
		    "state before the last change", why);
		return (NULL);
	}
	return (arena_printf(a, "the database file \"" DB_FILE "\" cannot be "
	    "used: %s; nor can \"" DB_OLD "\": %s; bring back one of them, "
	    "or remove both to begin with none", why, old_why));
}

const char *
db_image_sum(const char *buf, size_t len)
{
	return (buf + len - 1 - DB_SUM);
}

char *
db_image_write(struct arena *a, const struct db_image *im, size_t *len)
{
	char head[sizeof(HEAD) + SIZES_MAX], *buf;
	size_t n;

	n = (size_t)snprintf(head, sizeof(head), HEAD "numbers %zu objects "
	    "%zu\n", im->numbers_len, im->objects_len);
	*len = n + im->numbers_len + im->objects_len + TAIL_LEN;
	buf = arena_alloc(a, *len);
	memcpy(buf, head, n);
	memcpy(buf + n, im->numbers, im->numbers_len);
	n += im->numbers_len;
	memcpy(buf + n, im->objects, im->objects_len);
	n += im->objects_len;
	tail_of(buf, n, buf + n);
	return (buf);
}
