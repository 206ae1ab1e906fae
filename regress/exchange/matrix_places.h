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

#ifndef MATRIX_PLACES_H
#define MATRIX_PLACES_H

#include "harness.h"

/*
 * Where the matrix stands: every state of an IKE SA that a message may find,
 * at the node that is in it, and how it is come to.
 */
#define SLOW	300	/* ms that a mock takes: time to say something */

/* What the two nodes have been given. */
enum bed {
	BED_PLAIN,
	BED_TCP,		/* the first message goes by a stream */
	BED_ROUNDS,		/* each proves two identities: in the second */
	BED_CHILDLESS,		/* IKE_AUTH makes no child: none is there */
	BED_ASKS,		/* node 0 has asked for new keys of the child */
	BED_FOLLOWS,		/* and is in IKE_FOLLOWUP_KE */
	BED_PROBES,		/* node 0 asks whether node 1 lives */
	BED_RESUMES,		/* there was a session, and there is a ticket */
	BED_TICKETS,		/* tickets are slow */
	BED_PPK			/* both require one */
};

struct place {
	enum sa_state	 state;
	int		 node;
	enum bed	 bed;
	int		 step;		/* BED_PPK: enum ppk_step */
};

extern const struct place	places[];
extern const size_t		nplaces;

/* Fails the test unless each state has a place, in each role that has it. */
void		 places_complete(void);
/* The first place of that state at that node, or the test fails. */
size_t		 place_of(enum sa_state, int node);
/* Its world, nothing begun, and the end of it. */
struct world	*place_world(size_t place, uint64_t seed);
void		 place_free(size_t place, struct world *);
/*
 * Runs until the place's node is in its state.  lose_info is set to 1 when
 * no INFORMATIONAL is to arrive any more, for it to stay there.
 */
struct session	*place_reach(struct world *, size_t place, int *lose_info);

#endif /* MATRIX_PLACES_H */
