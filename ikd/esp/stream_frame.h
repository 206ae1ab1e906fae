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


#ifndef ESP_STREAM_FRAME_H
#define ESP_STREAM_FRAME_H

#include <stddef.h>
#include <stdint.h>

/*
 * What stands in a stream of IKE and ESP (RFC 9329 sections 3, 4 and 6.6):
 * a prefix, from who opened it, then messages behind their lengths.  Pure.
 */
#define STREAM_PREFIX		"IKETCP"
#define STREAM_PREFIX_LEN	6
#define FRAME_HEAD		2
#define FRAME_MOST		65533	/* octets of a message */

enum frame_kind {
	FRAME_MORE,		/* it is not whole yet */
	FRAME_BROKEN,		/* no stream is read after that */
	FRAME_NOTHING, /* empty, or a NAT keepalive: no more than that */
	FRAME_IKE,		/* data is its marker and the IKE message */
	FRAME_ESP		/* or too short for anything */
};

struct frame {
	uint8_t		*data;
	size_t		 len;		/* of data */
	size_t		 used;		/* of the stream, length field too */
};

/*
 * Is this the beginning of a stream?  Octets used when it is (always
 * STREAM_PREFIX_LEN), 0 when more is to come, -1 when it is something else.
 */
int		frame_prefix(const uint8_t *p, size_t n);

/*
 * The first message in n octets at p.  For FRAME_MORE used is what the whole
 * will take, or 0 when even that is not known; most is the longest message
 * that is taken (a longer one is FRAME_BROKEN).
 */
enum frame_kind	frame_next(uint8_t *p, size_t n, size_t most,
		    struct frame *f);

/* What stands before a message of len octets (FRAME_MOST at most). */
void		frame_head(uint8_t head[FRAME_HEAD], size_t len);

#endif /* ESP_STREAM_FRAME_H */
