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
 * The decoder of streams.
 */
#include <string.h>

#include "cksum.h"
#include "stream_frame.h"

#define KEEPALIVE	0xff	/* RFC 9329 section 6.6 */
#define MARKER_LEN	4	/* RFC 9329 section 3.1 */

int
frame_prefix(const uint8_t *p, size_t n)
{
	if (memcmp(p, STREAM_PREFIX, n < STREAM_PREFIX_LEN ? n :
	    STREAM_PREFIX_LEN) != 0)
		return (-1);
	return (n < STREAM_PREFIX_LEN ? 0 : STREAM_PREFIX_LEN);
}

enum frame_kind
frame_next(uint8_t *p, size_t n, size_t most, struct frame *f)
{
	f->data = NULL;
	f->len = f->used = 0;
	if (n < FRAME_HEAD)
		return (FRAME_MORE);
	f->used = be16(p);
	/* RFC 9329 section 3.1: "MUST close the TCP connection". */
	if (f->used < FRAME_HEAD || f->used - FRAME_HEAD > most)
		return (FRAME_BROKEN);
	if (n < f->used)
		return (FRAME_MORE);
	f->data = p + FRAME_HEAD;
	f->len = f->used - FRAME_HEAD;
	if (f->len == 0 || (f->len == 1 && f->data[0] == KEEPALIVE))
		return (FRAME_NOTHING);
	if (f->len > MARKER_LEN && be32(f->data) == 0)
		return (FRAME_IKE);
	return (FRAME_ESP);
}

void
frame_head(uint8_t head[FRAME_HEAD], size_t len)
{
	put16(head, (uint16_t)(len + FRAME_HEAD));
}
