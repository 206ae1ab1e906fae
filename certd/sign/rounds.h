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

#ifndef SIGN_ROUNDS_H
#define SIGN_ROUNDS_H

#include <sys/queue.h>

#include "shares.h"
#include "tickets.h"

/*
 * Several authentications under one ticket (RFC 4739): what is remembered of
 * who has passed some of them, until the last, until one is refused, or until
 * the ticket is too old.  Nobody is here who has not passed the first.  Their
 * number is bounded: when there is no room the oldest of the addresses that
 * have most goes, so that no holder of one key keeps all others out.
 */
#define ROUNDS_OPEN	4096

struct passed {
	TAILQ_ENTRY(passed)	 age;
	LIST_ENTRY(passed)	 chain;
	uint64_t		 since;
	struct mk_ticket	 ticket;
	uint8_t			 initiator;	/* are we? */
	uint8_t			 next;		/* the round that may come */
	uint8_t			 tried;		/* and was: once is all */
	uint8_t			 claimed;	/* by certd */
	uint8_t			 signs;		/* the next to be signed */
	uint8_t			 share;		/* of whose they are */
	uint32_t		 order;		/* initiator's */
	uint32_t		 tunnel;	/* of the rounds before */
	uint32_t		 trying;	/* of the one that is claimed */
	uint8_t			 peer[PEER_LEN]; /* digest of all so far */
	struct wt_id		 first;		/* who it is by the first */
};

struct rounds;

struct rounds	*rounds_new(void);
void		 rounds_free(struct rounds *r);	/* NULL is fine */
/* tmd has forgotten all that was told of them. */
void		 rounds_clear(struct rounds *r);

/*
 * Begins a row, zero but for its ticket, of one at that address who has passed
 * the first.  NULL: there is one.  now is seconds of CLOCK_BOOTTIME.
 */
struct passed	*rounds_add(struct rounds *r, const struct mk_ticket *k,
		    const struct wt_addr *at, uint64_t now);
/* NULL: no such one, or it took too long. */
struct passed	*rounds_find(struct rounds *r, const struct mk_ticket *k,
		    uint64_t now);
void		 rounds_drop(struct rounds *r, struct passed *p);

/*
 * May the round be tried so, with this row?  It is used up then.  Returns
 * NULL, or a literal that says why not.
 */
const char	*rounds_use(struct passed *p, unsigned int round,
		    enum ticket_use use);

#endif /* SIGN_ROUNDS_H */
