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

/* A snapshot that stays mapped: its rows one by one. */
#include <sys/mman.h>

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "snap.h"

struct snap_rows {
	const uint8_t	*map;
	size_t		 len;
	size_t		 n;
	const uint8_t	**row;		/* and the end of the last */
};

/* Where the rows are, their number being what the head says. */
static const char *
frame_rows(struct snap_rows *r)
{
	size_t pos = SNAP_HEAD, n, i;
	const struct snap_kind *k;
	const char *why;

	if (r->n > r->len / 6)
		return ("row longer than the snapshot");
	r->row = xcalloc(r->n + 1, sizeof(*r->row));
	for (i = 0; i < r->n; i++, pos += 6 + n) {
		r->row[i] = r->map + pos;
		why = snap_frame(r->map + pos, r->len - pos, &k, &n);
		if (why != NULL)
			return (why);
	}
	r->row[i] = r->map + pos;
	return (snap_end(r->map + pos, r->len - pos));
}

struct snap_rows *
snap_rows_open(int fd, unsigned int consumer, uint32_t generation,
    const char **why)
{
	struct snap_rows *r = xcalloc(1, sizeof(*r));
	uint32_t n = 0;

	*why = NULL;
	if ((r->map = memfd_map(fd, SNAP_MAX, &r->len, why)) != NULL)
		*why = snap_head(r->map, r->len, consumer, generation, &n);
	r->n = n;
	if (*why == NULL)
		*why = frame_rows(r);
	if (*why == NULL)
		return (r);
	snap_rows_close(r);
	return (NULL);
}

uint32_t
snap_generation(int fd)
{
	const char *why;
	const uint8_t *p;
	uint32_t g = 0;
	size_t len;

	if ((p = memfd_map(fd, SNAP_MAX, &len, &why)) == NULL)
		return (0);
	if (len >= SNAP_HEAD)
		g = (uint32_t)p[9] << 24 | (uint32_t)p[10] << 16 |
		    (uint32_t)p[11] << 8 | p[12];
	munmap((void *)(uintptr_t)p, len);
	return (g);
}

void
snap_rows_close(struct snap_rows *r)
{
	if (r == NULL)
		return;
	if (r->map != NULL)
		munmap((void *)(uintptr_t)r->map, r->len);
	free(r->row);
	free(r);
}

size_t
snap_rows_count(const struct snap_rows *r)
{
	return (r->n);
}

uint16_t
snap_rows_type(const struct snap_rows *r, size_t i)
{
	return ((uint16_t)(r->row[i][0] << 8 | r->row[i][1]));
}

int
snap_rows_same(const struct snap_rows *a, size_t i, const struct snap_rows *b,
    size_t k)
{
	size_t n;

	if (i >= a->n || k >= b->n)
		return (0);
	n = (size_t)(a->row[i + 1] - a->row[i]);
	return ((size_t)(b->row[k + 1] - b->row[k]) == n &&
	    memcmp(a->row[i], b->row[k], n) == 0);
}

const char *
snap_rows_decode(const struct snap_rows *r, size_t i, void *val)
{
	const struct snap_kind *k;
	const char *why = NULL;
	size_t n;

	if ((why = snap_frame(r->row[i], (size_t)(r->row[i + 1] - r->row[i]),
	    &k, &n)) != NULL ||
	    wire_decode(k->body, r->row[i] + 6, n, val, &why) == 0)
		return (why);
	return (why == NULL ? "bad row" : why);
}
