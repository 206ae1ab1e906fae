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

#ifndef IKE_FRAG_H
#define IKE_FRAG_H

#include <stddef.h>
#include <stdint.h>

#include "packet.h"

/*
 * Fragments coming in (RFC 7383 section 2.6): those of one message, opened,
 * until all are there.  Nothing is kept that was not authentic, and nothing
 * twice: the caller asks frag_wants() first, opens the fragment, and gives
 * what was in it to frag_keep().
 */
struct frag_piece {
	uint8_t		*p;		/* NULL: not there yet */
	size_t		 len;
};

struct frag_set {
	uint32_t	 msgid;
	uint8_t		 exch, flags;
	uint8_t		 next;		/* type of the first inner payload */
	uint8_t		 unsupported;	/* as in struct packet */
	uint8_t		 sk_reserved;	/* likewise */
	uint16_t	 total, have;
	size_t		 octets;	/* in the pieces */
	size_t		 largest;	/* message that brought one */
	uint64_t	 first_hash;	/* of the first, as it came */
	uint64_t	 until;		/* ms: forgotten then */
	struct frag_piece *piece;	/* by number, from 0 */
};

/*
 * Does this fragment bring something new?  set may be NULL.  A set of
 * another message counts as none; fragments of a message that was cut into
 * fewer pieces than those we have are late, those of one cut into more take
 * their place.
 */
int	frag_wants(const struct frag_set *set, const struct packet *pkt);

enum frag_state { FRAG_MORE, FRAG_WHOLE, FRAG_LARGE };

/*
 * Keeps what was in a fragment that is wanted and authentic; hash is of its
 * octets as they came, until when a new set waits.  FRAG_WHOLE: none is
 * missing.  FRAG_LARGE: together they are larger than a message may be, the
 * set is gone.  Allocates; frag_free() gives back.
 */
enum frag_state	frag_keep(struct frag_set **set, const struct packet *pkt,
	    uint64_t hash, uint64_t until, const uint8_t *plain, size_t len);

/* The pieces of a whole set in one buffer, the caller's (freezero()). */
uint8_t	*frag_join(const struct frag_set *set, size_t *len);

/* Wipes and frees; *set may be NULL. */
void	frag_free(struct frag_set **set);

#endif /* IKE_FRAG_H */
