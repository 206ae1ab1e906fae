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
 * Streams of RFC 9329: the same messages come out of it whether it comes as a
 * whole or in pieces (the first octet says how large), every message lies in
 * what came, and what frame_head() writes is read again.
 */

#include <stdlib.h>
#include <string.h>

#include "../../ikd/esp/stream_frame.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define MOST	8192

/* Messages of n octets at p; *sum of them.  Octets used, or -1: broken. */
static long
read_all(uint8_t *p, size_t n, uint32_t *sum)
{
	enum frame_kind kind;
	struct frame f;
	uint8_t head[FRAME_HEAD];
	size_t at = 0, i;

	while ((kind = frame_next(p + at, n - at, MOST, &f)) != FRAME_MORE) {
		if (kind == FRAME_BROKEN)
			return (-1);
		if (f.used < FRAME_HEAD || f.used > n - at ||
		    f.data != p + at + FRAME_HEAD || f.len > MOST)
			abort();
		frame_head(head, f.len);
		if (memcmp(head, p + at, sizeof(head)) != 0)
			abort();
		if (kind == FRAME_IKE && memcmp(f.data, "\0\0\0\0", 4) != 0)
			abort();
		*sum = *sum * 31 + (uint32_t)kind;
		for (i = 0; i < f.len; i++)
			*sum = *sum * 31 + f.data[i];
		at += f.used;
	}
	return ((long)at);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *whole, *part;
	uint32_t one = 0, two = 0;
	size_t step, have = 0, from = 0, n;
	long r = 0, w;
	int skip;

	if (size < 1 || (skip = frame_prefix(data + 1, size - 1)) <= 0)
		return (0);
	step = data[0] + 1u;
	data += 1 + skip;
	size -= 1 + (size_t)skip;
	if ((whole = malloc(size + 1)) == NULL ||
	    (part = malloc(size + 1)) == NULL)
		abort();
	memcpy(whole, data, size);
	w = read_all(whole, size, &one);
	while (from < size && r != -1) {
		n = size - from < step ? size - from : step;
		memcpy(part + have, data + from, n);
		from += n;
		have += n;
		if ((r = read_all(part, have, &two)) > 0) {
			have -= (size_t)r;
			memmove(part, part + r, have);
		}
	}
	if (one != two || (w == -1) != (r == -1))
		abort();
	free(whole);
	free(part);
	return (0);
}
