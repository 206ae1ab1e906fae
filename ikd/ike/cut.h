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

#ifndef IKE_CUT_H
#define IKE_CUT_H

#include <stddef.h>
#include <stdint.h>

#include "hdr.h"
#include "sk.h"

/*
 * Fragments going out (RFC 7383 section 2.5): the content of an Encrypted
 * payload in pieces, each sealed by itself.  Messages that belong together
 * lie one behind the other in one buffer; the length in each header says
 * where the next one begins.
 */
struct cut {
	uint8_t		 head[HDR_LEN];	/* the message's header */
	uint8_t		 next;		/* type of the first inner payload */
	const uint8_t	*inner;		/* the payloads, in clear */
	size_t		 inner_len;
	size_t		 max;		/* of one message, octets */
};

/* Octets of the message in one piece, sealed: is there need to cut? */
size_t	 cut_whole_len(const struct sk_ctx *seal, size_t inner_len);

/* How many fragments; 0: max is too small, or they are too many. */
size_t	 cut_count(const struct cut *, const struct sk_ctx *seal);

/*
 * Makes the fragments; each takes one number from *iv, which is as
 * sk_seal() wants it (its lower 32 bits count).  The buffer is the caller's
 * (free()), *len its length; NULL: cut_count() is 0, or OpenSSL failed.
 */
uint8_t	*cut_seal(const struct cut *, struct sk_ctx *seal, uint64_t epoch,
	    uint64_t *iv, size_t *len);

/*
 * Back from our own sealed messages of len octets: opens them with open,
 * whose key is the one they were sealed with, and fills all of c but max;
 * the payloads are in a buffer of the caller's (freezero(), inner_len
 * octets).  NULL: they are not what we sealed.  *n: how many messages.
 */
uint8_t	*cut_regain(struct cut *c, struct sk_ctx *open, const uint8_t *msgs,
	    size_t len, size_t *n);

/* Length of the message at p, one of several in left octets; 0: none. */
size_t	 cut_next_len(const uint8_t *p, size_t left);

/*
 * The largest IKE message in an IP datagram of so many octets; family 4 or
 * 6, natt: with the non-ESP marker.
 */
size_t	 cut_room(size_t datagram, int family, int natt);
/* The next smaller datagram to try behind this one, or 0: none is. */
size_t	 cut_smaller(size_t datagram);

#endif /* IKE_CUT_H */
