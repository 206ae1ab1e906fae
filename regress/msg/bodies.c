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

/* Messages made from their description. */
#include <stdlib.h>
#include <string.h>

#include "bodies.h"
#include "log.h"
#include "pipe_check.h"

static void
fill(const struct wire_type *t, uint8_t *val)
{
	static uint8_t octets[256];
	uint16_t n;
	size_t i, j;

	for (i = 0; i < t->nfields; i++) {
		const struct wire_field *f = &t->fields[i];

		n = (uint16_t)(f->max < 3 ? f->max : 3);
		switch (f->kind) {
		case WK_U8: case WK_U16: case WK_U32: case WK_U64:
			memset(val + f->off, 1, f->max);
			break;
		case WK_FIX: case WK_SFIX:
			memset(val + f->off, 0xa5, f->max);
			break;
		case WK_BUF: case WK_SBUF:
			memcpy(val + f->lenoff, &n, sizeof(n));
			memset(val + f->off, 0x5a, n);
			break;
		case WK_VAR:
			((struct slice *)(void *)(val + f->off))->p = octets;
			((struct slice *)(void *)(val + f->off))->len = n;
			break;
		case WK_STR:
			memset(val + f->off, 'x', n);
			break;
		case WK_ONE:
			fill(f->sub, val + f->off);
			break;
		case WK_LIST:
			memcpy(val + f->lenoff, &n, sizeof(n));
			for (j = 0; j < n; j++)
				fill(f->sub, val + f->off + j * f->sub->size);
			break;
		}
	}
}

void *
body_new(const struct msg_row *row)
{
	void *val = xcalloc(1, row->body->size + 1);

	fill(row->body, val);
	return (val);
}

void
put_head(uint8_t *p, uint16_t type, size_t len)
{
	int i;

	p[0] = (uint8_t)(type >> 8);
	p[1] = (uint8_t)type;
	p[2] = p[3] = 0;
	for (i = 0; i < 4; i++)
		p[4 + i] = (uint8_t)(len >> (24 - 8 * i));
}

size_t
put_message(uint8_t *p, size_t room, const struct msg_row *row,
    const void *body)
{
	void *made = body == NULL ? body_new(row) : NULL;
	long n = wire_encode(row->body, body != NULL ? body : made,
	    p + PIPE_HDR, room - PIPE_HDR);

	free(made);
	if (n < 0)
		fatal("%s does not fit", row->name);
	put_head(p, row->type, (size_t)n);
	return (PIPE_HDR + (size_t)n);
}
