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

#ifndef IKE_SHOWN_H
#define IKE_SHOWN_H

#include "proto_snap.h"

/*
 * What certd lets us show: the certificates of ours that go with a tunnel,
 * and the trust anchors that a tunnel's peer may come from.
 */
struct shown_item {
	uint32_t	 tunnel;
	uint8_t		 round;		/* whose CERT it is (RFC 4739) */
	uint8_t		 encoding;	/* 0: an anchor, for CERTREQ */
	uint16_t	 len;
	uint8_t		*data;
};

struct shown;

/* Reads certd's memfd; the caller closes it.  NULL, and *out, or the fault. */
const char	*shown_read(int fd, uint32_t generation, struct shown **out);
void		 shown_free(struct shown *);	/* NULL is fine */

/*
 * The tunnel's items in their order: i from 0 until NULL; tunnel 0: every
 * tunnel's.
 */
const struct shown_item *shown_at(const struct shown *, uint32_t tunnel,
		    size_t i);

#endif /* IKE_SHOWN_H */
