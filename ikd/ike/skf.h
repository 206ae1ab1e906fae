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

#ifndef IKE_SKF_H
#define IKE_SKF_H

#include <stddef.h>
#include <stdint.h>

#include "packet.h"
#include "window.h"

/*
 * Fragments of a session's messages (RFC 7383): what is taken of those that
 * come in, and how large those are that go out.
 */
struct session;

/* Both sides have said so, and our policy too: datagrams of so many octets. */
void	skf_agree(struct session *, const struct packet *,
	    unsigned int datagram);

/* ---- in ---- */
void	skf_init(struct work *);
void	skf_clear(struct session *);
/* Our request is answered: no fragment of the answer is of use. */
void	skf_answered(struct session *);

/*
 * Is it worth opening?  Not without agreement, not twice, not beyond the
 * limits.
 */
int	skf_wants(const struct session *, const struct packet *);

/* A message, put together. */
struct skf_whole {
	uint8_t		*buf;		/* inner payloads; skf_whole_free() */
	size_t		 len;
	uint64_t	 hash;		/* of the first fragment, as it came */
};

/*
 * Keeps the content of an authentic fragment.  1: that was the last one
 * missing, w is filled, and pkt is as if the message had come whole; 0.
 */
int	skf_take(struct session *, struct packet *pkt, uint64_t hash,
	    const uint8_t *plain, size_t len, struct skf_whole *w);
void	skf_whole_free(struct skf_whole *);

/*
 * A fragment of a request that is answered, other than the one that began
 * it: cut anew by its sender?  Then our answer goes there again, in pieces
 * as small (RFC 7383 section 2.6.1: for the first fragment alone).
 */
void	skf_again(struct session *, uint8_t *buf, size_t len,
	    const struct arrival *);

/* ---- out ---- */
/*
 * Seals what was built, in one piece or in fragments, one behind the other;
 * *msgs is freed and made anew.  0, or -1: too large.
 */
int	skf_seal(struct session *, struct out *, int response,
	    uint8_t **msgs, size_t *len);
/*
 * The outstanding request, or an answer of ours, in smaller fragments than
 * before, for what was sent does not arrive (section 2.5.2).  1, or 0: they
 * are as small as they get, or nothing is to be cut.
 */
int	skf_smaller_request(struct session *);
int	skf_smaller_answer(struct session *, struct kept *);

#endif /* IKE_SKF_H */
