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

#ifndef IKE_EXCH_RIVAL_H
#define IKE_EXCH_RIVAL_H

#include <stddef.h>
#include <stdint.h>

#include "sa_fsm.h"

/*
 * Several answers to an IKE_SA_INIT of ours, before any is authentic (RFC
 * 7296 section 2.4): exch_rival_i.c.
 */
struct packet;
struct session;

/* Of an attempt, as initiator. */
struct rival_state {
	uint8_t		*held;		/* an answer, not followed yet */
	size_t		 len;
	unsigned int	 n;		/* that came meanwhile */
	uint8_t		 chosen;	/* what was held is being followed */
	uint8_t		 seen;		/* another than the one we follow */
};

/* An answer after one was taken: that it is another is kept in mind. */
void		exch_rival(struct session *, const struct packet *);
/*
 * 1: the attempt failed, maybe by a forged answer: RSN_COOKIE, and the same is
 * ordered again, to be wary.
 */
int		exch_rival_doubtful(const struct session *);
/*
 * While it is doubtful, what is outstanding is not repeated for long: a wary
 * attempt has all the time there is.
 */
void		exch_rival_hurry(struct session *);
/* A wary attempt: 1, the answer is held for a while, one of all by chance. */
int		exch_rival_hold(struct session *, const struct packet *);
/* That while is over: goes on with it, or with a cookie that was held. */
enum sa_event	exch_rival_waited(struct session *, struct event_arg *);

#endif /* IKE_EXCH_RIVAL_H */
