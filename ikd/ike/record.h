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

#ifndef IKE_RECORD_H
#define IKE_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "hdr.h"
#include "keymat.h"
#include "proto_ike_sign.h"

/*
 * A session's record in the slot's arena: keys and counters, never
 * authority.  No pointer, fixed widths, fixed size: two copies, each with a
 * sequence number and a checksum, so that one whole copy survives a death
 * at any moment.  The arena is a memfd that the parent holds; without one
 * nothing is recorded.
 */
#define RECORD_MAGIC	0x494b4531	/* "IKE1" */
#define RECORD_VERSION	2
#define RECORD_CHILDREN	32		/* pairs; more are not recorded */
#define RECORD_MSG	4096 /* a request, or the answers, kept whole */

struct record_child {
	uint32_t	 spi_in, spi_out;
	uint32_t	 grant;
	uint32_t	 child;
};

struct session_record {
	uint32_t	 magic;
	uint32_t	 version;
	uint64_t	 seq;		/* the higher whole copy counts */
	uint64_t	 sum;		/* of all that follows */
	uint8_t		 spi_i[SPI_LEN], spi_r[SPI_LEN];
	uint8_t		 ticket[TICKET_LEN];
	uint8_t		 initiator;
	uint8_t		 natt;
	uint8_t		 partial;	/* something did not fit */
	uint8_t		 d_len, a_len, e_len, p_len;
	uint8_t		 pad0;
	uint16_t	 encr, encr_bits, integ, prf, ke, pad1;
	uint8_t		 more_ke[8];	/* seven */
	uint8_t		 d[IKE_KEY_MAX];
	uint8_t		 ai[IKE_KEY_MAX], ar[IKE_KEY_MAX];
	uint8_t		 ei[IKE_KEY_MAX], er[IKE_KEY_MAX];
	uint32_t	 out_id, in_id;
	uint32_t	 in_done;	/* as in struct window */
	uint32_t	 in_size;	/* of the window; 0: one */
	uint64_t	 iv;		/* next counter of our IVs */
	uint64_t	 serial;	/* last INSTALL or MIGRATE */
	uint32_t	 nchildren;
	uint32_t	 req_len, resp_len;
	uint32_t	 pad2;
	struct record_child children[RECORD_CHILDREN];
	uint8_t		 req[RECORD_MSG];
	/* Our answers: of each id, length (4 octets each), the answer. */
	uint8_t		 resp[RECORD_MSG];
};

struct arena;
struct session;

/*
 * The arena in fd, owned from now on.  Records found in it are counted,
 * wiped and told in *lost.  Fatal when it cannot be mapped.
 */
struct arena	*arena_open(int fd, size_t *lost);
void		 arena_close(struct arena *);	/* NULL is fine */

/* Writes the session's state to its record (a free one at first). */
void		 record_publish(struct session *);
/* Wipes both copies. */
void		 record_wipe(struct session *);

/*
 * The pure part: 1 when the copy is whole and its lengths are possible,
 * read as one reads a hostile message.
 */
int		 record_valid(const struct session_record *);
uint64_t	 record_sum(const struct session_record *);

#endif /* IKE_RECORD_H */
