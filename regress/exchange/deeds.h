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
#ifndef DEEDS_H
#define DEEDS_H

#include "harness.h"

/*
 * What the two ends do at once (RFC 7296 sections 2.8 and 2.25), and what
 * holds in the end: both have the same sessions and the same pairs, one each
 * where one is wanted, and nothing is left over.
 */
#define CALM_MS		400000	/* all tries of a lost Delete, and more */

enum deed {
	CHILD_R,		/* rekeys the child */
	IKE_R,
	CHILD_D,		/* deletes it */
	IKE_D,
	PROBE,			/* asks whether the peer lives */
	MOVE,			/* has another address */
	CHILD_N			/* makes a second child */
};

struct scenario {
	const char	*name;
	enum deed	 a, b;
	int		 sessions;	/* in the end; -1: 0 or 1 */
	int		 pairs;		/* the same */
};

extern const struct scenario	scenarios[];
extern const size_t		nscenarios;

/* 1: with an additional key exchange, in IKE_FOLLOWUP_KE when rekeyed. */
extern int	more_ke;

/* A world that is up, with what the scenario's deeds need. */
struct world	*scenario_up(const struct scenario *, uint64_t seed);
/* Does it, if there is a session to do it to. */
void		 perform(struct node *, enum deed);
/* The network is good from now on; and what holds in the end, does. */
void		 scenario_settled(struct world *, const struct scenario *);

/* A hook: all stays on its way. */
enum fate	 hold_all(struct world *, struct flight *);

#endif /* DEEDS_H */
