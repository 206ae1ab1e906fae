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

#ifndef IKE_ANSWERS_H
#define IKE_ANSWERS_H

#include <sys/queue.h>

#include <stddef.h>
#include <stdint.h>

/*
 * Our answers, kept for requests that come again (RFC 7296 section 2.1):
 * until a later request shows that the peer has them, and for ANSWER_KEPT_MS at
 * most.  Whoever asks later than that is not heard, as that section has it.
 */
#define ANSWER_KEPT_MS	240000	/* "several minutes" */

struct answer_block;
struct ike;
struct session;

/*
 * Messages in fragments lie one behind the other (cut.h).  All that a worker
 * keeps lie in blocks, the oldest first, and so do not lie about in the heap
 * between what stays: a block goes when the last of it has.
 */
struct kept {
	TAILQ_ENTRY(kept) age;
	struct session	*s;
	struct answer_block *block;	/* NULL: on its own */
	uint64_t	 until;		/* ms */
	uint64_t	 hash;		/* of the request it answers, or of
					 * its first fragment */
	uint8_t		*msg;
	size_t		 len;
	uint32_t	 id;
	uint16_t	 total;		/* its fragments; 0: it came whole */
	uint8_t		 again;		/* times it was asked for again */
	uint8_t		 data[];
};

TAILQ_HEAD(kept_queue, kept);

struct answers {
	struct kept_queue	 all;		/* by age */
	struct answer_block	*block;		/* that has room, or NULL */
};

void	answers_init(struct ike *);
void	answers_free(struct ike *);	/* all are forgotten by then */

/* The octets at msg, as the answer to the request of that id. */
struct kept *answer_keep(struct session *, uint32_t id, const uint8_t *msg,
	    size_t len);
/* Another message in its place: malloc()ed, and the answer's from now on. */
void	answer_replace(struct kept *, uint8_t *msg, size_t len);
/* *kp becomes NULL; fine when it is. */
void	answer_forget(struct kept **kp);

#endif /* IKE_ANSWERS_H */
