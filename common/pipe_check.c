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
 * The pure half of the pipes: what one record may hold.  Used by pipe.c,
 * by the attacks of regress/msg and by the fuzz target.
 */
#include <stdlib.h>

#include "log.h"
#include "pipe.h"
#include "pipe_check.h"

const struct msg_row *
pipe_row(const struct msg_table *t, uint16_t type)
{
	size_t i;

	/* Tables are short and mostly dense: the first guess nearly always
	 * hits. */
	for (i = 0; i < t->nrows; i++)
		if (t->rows[i].type == type)
			return (&t->rows[i]);
	return (NULL);
}

int
pipe_type_secret(const struct wire_type *t)
{
	size_t i;

	for (i = 0; i < t->nfields; i++) {
		const struct wire_field *f = &t->fields[i];

		if (f->kind == WK_SFIX || f->kind == WK_SBUF ||
		    (f->sub != NULL && pipe_type_secret(f->sub)))
			return (1);
	}
	return (0);
}

const char *
pipe_next(const struct msg_table *t, enum msg_side me, unsigned int ph,
    const uint8_t *rec, size_t len, int nfds, struct pipe_msg *m)
{
	size_t blen;

	if (len < PIPE_HDR)
		return ("record shorter than a message head");
	m->type = (uint16_t)(rec[0] << 8 | rec[1]);
	if (rec[2] != 0 || rec[3] != 0)
		return ("unknown flags");
	blen = (size_t)rec[4] << 24 | (size_t)rec[5] << 16 |
	    (size_t)rec[6] << 8 | rec[7];
	if (blen > len - PIPE_HDR)
		return ("message longer than its record");
	if ((m->row = pipe_row(t, m->type)) == NULL)
		return ("no such message on this pipe");
	if (!(m->row->from & (SIDE_BOTH & ~me)))
		return ("message of the wrong side");
	if (!(m->row->phases & ph))
		return ("message in the wrong phase");
	if (m->row->fd == FD_NONE && nfds != 0)
		return ("a descriptor nobody asked for");
	if (m->row->fd == FD_ONE && nfds != 1)
		return ("not the one descriptor that belongs here");
	if (nfds != 0 && blen != len - PIPE_HDR)
		return ("a descriptor in a record with other messages");
	m->body.p = rec + PIPE_HDR;
	m->body.len = blen;
	m->used = PIPE_HDR + blen;
	return (NULL);
}

const char *
pipe_check_record(const struct msg_table *t, enum msg_side me,
    unsigned int ph, const uint8_t *rec, size_t len, int nfds,
    void (*fn)(void *, const struct msg_row *, const void *), void *ctx)
{
	const char *why = NULL;
	struct pipe_msg m;
	size_t pos = 0;
	void *val;

	if (len == 0 || len > PIPE_RECORD)
		return ("record of a wrong size");
	while (pos < len) {
		why = pipe_next(t, me, ph, rec + pos, len - pos, nfds, &m);
		if (why != NULL)
			return (why);
		val = xcalloc(1, m.row->body->size + 1);
		if (wire_decode(m.row->body, m.body.p, m.body.len, val,
		    &why) == -1) {
			free(val);
			return (why);
		}
		if (fn != NULL)
			fn(ctx, m.row, val);
		free(val);
		pos += m.used;
	}
	return (NULL);
}
