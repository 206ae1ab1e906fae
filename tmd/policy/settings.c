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
 * What the top of the file says, key by key in its canonical form, for tmd:
 * a line of that is a value, or opens a map.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "snap.h"
#include "snapshots.h"

#define DEPTH	4

/* A value that does not fit is told from another by its sum (FNV-1a). */
static void
put_value(struct snap_writer *w, const char *name, const char *v, size_t len)
{
	struct sn_setting row;
	uint32_t sum = 2166136261U;
	size_t i;

	memset(&row, 0, sizeof(row));
	strlcpy(row.name, name, sizeof(row.name));
	if (len >= 2 && v[0] == '"' && v[len - 1] == '"') {
		v++;
		len -= 2;
	}
	if (len < sizeof(row.text))
		memcpy(row.text, v, len);
	else {
		for (i = 0; i < len; i++)
			sum = (sum ^ (uint8_t)v[i]) * 16777619U;
		snprintf(row.text, sizeof(row.text), "%.480s ... (%08x)", v,
		    sum);
	}
	snap_put(w, SNAP_SETTING, &row);
}

/* path[depth] is the key's; those above it lead to it. */
static void
put_line(struct snap_writer *w, char path[DEPTH][32], unsigned int depth,
    const char *value, size_t len)
{
	char name[DEPTH * 33] = "";
	unsigned int i;

	for (i = 0; i <= depth; i++) {
		if (i > 0)
			strlcat(name, ".", sizeof(name));
		strlcat(name, path[i], sizeof(name));
	}
	put_value(w, name, value, len);
}

static void
put_text(struct snap_writer *w, const char *p)
{
	char path[DEPTH][32];
	const char *end, *colon;
	unsigned int depth;
	size_t key;

	for (; *p != '\0'; p = end + (*end == '\n')) {
		end = strchrnul(p, '\n');
		for (depth = 0; p[0] == ' ' && p[1] == ' '; p += 2)
			depth++;
		colon = memchr(p, ':', (size_t)(end - p));
		if (colon == NULL || depth >= DEPTH)
			continue;
		key = (size_t)(colon - p) < sizeof(path[0]) ?
		    (size_t)(colon - p) : sizeof(path[0]) - 1;
		memcpy(path[depth], p, key);
		path[depth][key] = '\0';
		if (colon + 1 < end)
			put_line(w, path, depth, colon + 2,
			    (size_t)(end - colon - 2));
	}
}

void
settings_put_rows(const struct policy *po, struct snap_writer *w)
{
	struct canon c = { .buf = NULL };

	canon_map(&c, &keys_top, po);
	if (c.buf != NULL)
		put_text(w, c.buf);
	free(c.buf);
}
