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

/*
 * The places of the matrix: see matrix_places.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "matrix_places.h"
#include "reason.h"
#include "resume_side.h"

#define STEPS	5000	/* ms, at most, until it is there */

const struct place places[] = {
	{ SA_NEW, 0, BED_TCP, 0 },
	{ SA_I_TICKET, 0, 0, 0 },
	{ SA_I_RESUME, 0, BED_RESUMES, 0 },
	{ SA_I_INIT, 0, 0, 0 },
	{ SA_I_INIT, 0, BED_RESUMES, 0 },
	{ SA_I_INTER, 0, 0, 0 },
	{ SA_I_PPK, 0, BED_PPK, PPK_STEP_KEYS },
	{ SA_I_PPK, 0, BED_PPK, PPK_STEP_MIX },
	{ SA_I_SIGN, 0, 0, 0 },
	{ SA_I_SIGN, 0, BED_RESUMES, 0 },
	{ SA_I_SIGN, 0, BED_ROUNDS, 0 },
	{ SA_I_AUTH, 0, 0, 0 },
	{ SA_I_AUTH, 0, BED_ROUNDS, 0 },
	{ SA_I_CHECK, 0, 0, 0 },
	{ SA_I_CHECK, 0, BED_ROUNDS, 0 },
	{ SA_I_INSTALL, 0, 0, 0 },
	{ SA_R_RESUME, 1, BED_RESUMES, 0 },
	{ SA_R_INIT, 1, 0, 0 },
	{ SA_R_INIT, 1, BED_RESUMES, 0 },
	{ SA_R_INTER, 1, 0, 0 },
	{ SA_R_PPK, 1, BED_PPK, PPK_STEP_KEYS },
	{ SA_R_PPK, 1, BED_PPK, PPK_STEP_MIX },
	{ SA_R_CHECK, 1, 0, 0 },
	{ SA_R_CHECK, 1, BED_ROUNDS, 0 },
	{ SA_R_ROUND, 1, BED_ROUNDS, 0 },
	{ SA_R_INSTALL, 1, 0, 0 },
	{ SA_R_TICKET, 1, BED_TICKETS, 0 },
	{ SA_UP, 0, 0, 0 }, { SA_UP, 1, 0, 0 },
	{ SA_UP, 0, BED_CHILDLESS, 0 }, { SA_UP, 1, BED_CHILDLESS, 0 },
	{ SA_UP, 0, BED_ASKS, 0 }, { SA_UP, 1, BED_ASKS, 0 },
	{ SA_UP, 0, BED_FOLLOWS, 0 }, { SA_UP, 1, BED_FOLLOWS, 0 },
	{ SA_UP, 0, BED_PROBES, 0 },
	{ SA_REKEYED, 0, 0, 0 }, { SA_REKEYED, 1, 0, 0 },
	{ SA_DELETING, 0, 0, 0 }, { SA_DELETING, 1, 0, 0 },
	{ SA_CLOSING, 0, 0, 0 }, { SA_CLOSING, 1, 0, 0 },
	{ SA_CLOSED, 0, 0, 0 }, { SA_CLOSED, 1, 0, 0 },
};
const size_t	nplaces = sizeof(places) / sizeof(places[0]);

size_t
place_of(enum sa_state st, int node)
{
	size_t	 i;

	for (i = 0; i < nplaces; i++)
		if (places[i].state == st && places[i].node == node)
			return (i);
	fail_msg("no place for %c in state \"%s\" (%d)", 'a' + node,
	    sa_state_name(st), (int)st);
	return (0);
}

/* Node 0 is the initiator.  No message finds one that is dead. */
void
places_complete(void)
{
	int	 st;

	for (st = SA_NEW; st < SA_DEAD; st++) {
		if (st < SA_R_RESUME || st >= SA_UP)
			(void)place_of((enum sa_state)st, 0);
		if (st >= SA_R_RESUME)
			(void)place_of((enum sa_state)st, 1);
	}
}

static int
of_sign(size_t place)
{
	return (places[place].bed >= BED_RESUMES);
}

struct world *
place_world(size_t place, uint64_t seed)
{
	enum sa_state	 st = places[place].state;
	struct world	*w;
	int		 i;

	if (!of_sign(place))
		w = world_new(seed);
	else
		w = resume_world(seed);
	for (i = 0; i < 2; i++) {
		if (places[place].bed == BED_PPK) {
			side_ppk(w, i);
			w->n[i].tunnel.resumption = 0;
		}
		if (places[place].bed == BED_TCP) {
			w->n[i].tunnel.tcp = TCP_ALWAYS;
			w->n[i].tunnel.tcp_port = 4500;
		}
		if (st == SA_I_INTER || st == SA_R_INTER)
			node_proposal(&w->n[i], "aes256gcm16-prfsha384-"
			    "x25519-ke2_ecp256", NULL);
		if (places[place].bed == BED_ROUNDS)
			w->n[i].rounds_ours = w->n[i].rounds_theirs = 2;
		if (places[place].bed == BED_FOLLOWS)
			node_proposal(&w->n[i], NULL,
			    "aes256gcm16-x25519-ke1_ecp256");
		w->n[i].tunnel.childless =
		    places[place].bed == BED_CHILDLESS;
	}
	if (places[place].bed == BED_TICKETS)
		side[1].slow = 3 * SLOW;
	return (w);
}

void
place_free(size_t place, struct world *w)
{
	if (of_sign(place))
		resume_world_free(w);
	else
		world_free(w);
}

/*
 * A session that leaves a ticket behind, and two processes that know of none.
 */
static void
was_up(struct world *w)
{
	struct node	*n;

	world_start(w);
	resume_initiate(&w->n[0], 1, 0);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 100);
	assert_int_equal(side[0].kept, 1);
	for (n = &w->n[0]; n < &w->n[2]; n++) {
		side[n->i].there = 0;
		node_restart(n);
		n->ups = n->believed = n->installs = 0;
	}
	world_run(w, 50);
}

static void
begin(struct world *w, size_t place)
{
	enum sa_state	 st = places[place].state;
	struct node	*n;

	if (places[place].bed == BED_RESUMES)
		was_up(w);
	w->n[0].slow = w->n[1].slow = SLOW;
	w->latency = 100;
	w->n[places[place].node].no_tickets = st == SA_I_TICKET;
	for (n = &w->n[0]; n < &w->n[2]; n++)
		if (places[place].bed != BED_RESUMES)
			world_commit(w, n->i, 1);
	if (st != SA_I_TICKET)
		world_run(w, 2 * SLOW);
	if (of_sign(place))
		resume_initiate(&w->n[0], 2, places[place].bed == BED_RESUMES);
	else
		node_initiate(&w->n[0], 1);
}

/* What the state alone does not say. */
static int
is_so(const struct session *s, const struct place *p)
{
	switch (p->bed) {
	case BED_PPK:
		return (s->setup->ppk.step == p->step);
	case BED_ROUNDS:
		return (s->state == SA_R_ROUND || s->setup->round == 1);
	case BED_CHILDLESS:
		return (TAILQ_EMPTY(&s->children));
	case BED_ASKS:
		return (p->node == 0 ? window_outstanding(s) : s->peer != NULL);
	case BED_FOLLOWS:
		return (p->node == 0 ? s->own != NULL && s->own->followup :
		    s->half != NULL);
	case BED_PROBES:
		return (window_outstanding(s));
	default:
		return (1);
	}
}

static struct session *
there(struct node *n, const struct place *p)
{
	struct session	*s;

	LIST_FOREACH(s, &n->ike->all, all)
		if (s->state == p->state && is_so(s, p))
			return (s);
	return (NULL);
}

struct session *
place_reach(struct world *w, size_t place, int *lose_info)
{
	struct node	*n = &w->n[places[place].node];
	enum sa_state	 st = places[place].state;
	struct session	*s;
	int		 i;

	begin(w, place);
	if (st >= SA_UP && places[place].bed != BED_CHILDLESS) {
		assert_true(world_until(w, both_up, 10000));
		world_run(w, 3 * SLOW);
		*lose_info = st == SA_REKEYED || st == SA_DELETING;
	}
	if (st == SA_CLOSED)	/* others go on */
		n->query_code = RSN_REPLACED;
	if (st == SA_REKEYED)	/* who rekeys deletes at once */
		node_session_do(&w->n[!n->i], SESSION_REKEY);
	if (st == SA_DELETING)
		node_session_do(n, SESSION_DELETE);
	if (st == SA_CLOSING || st == SA_CLOSED)
		node_session_do(&w->n[!n->i], SESSION_DELETE);
	if (places[place].bed == BED_ASKS || places[place].bed == BED_FOLLOWS)
		node_child_do(&w->n[0], 1, CHILD_REKEY);
	if (places[place].bed == BED_PROBES)
		node_session_do(&w->n[0], SESSION_PROBE);
	for (i = 0; i < STEPS; i++) {
		if ((s = there(n, &places[place])) != NULL)
			return (s);
		world_run(w, 1);
	}
	fail_msg("%s: not reached", sa_state_name(st));
	return (NULL);
}
