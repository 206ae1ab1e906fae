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
 * Crossing exchanges: see deeds.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "addr.h"
#include "deeds.h"

const struct scenario scenarios[] = {
	{ "child-child",	CHILD_R, CHILD_R, 1, 1 },
	{ "ike-ike",		IKE_R,	IKE_R,	1, 1 },
	{ "child-ike",		CHILD_R, IKE_R,	1, 1 },
	{ "ike-child",		IKE_R,	CHILD_R, 1, 1 },
	{ "child-delete",	CHILD_R, CHILD_D, 1, -1 },
	{ "delete-child",	CHILD_D, CHILD_R, 1, -1 },
	{ "delete-delete",	CHILD_D, CHILD_D, 1, 0 },
	{ "ike-close",		IKE_R,	IKE_D,	-1, -1 },
	{ "close-ike",		IKE_D,	IKE_R,	-1, -1 },
	{ "close-close",	IKE_D,	IKE_D,	0, 0 },
	{ "close-child",	IKE_D,	CHILD_R, 0, 0 },
	{ "child-close",	CHILD_R, IKE_D,	0, 0 },
	{ "ike-childclose",	IKE_R,	CHILD_D, 1, 0 },
	{ "childclose-ike",	CHILD_D, IKE_R,	1, 0 },
	{ "delete-close",	CHILD_D, IKE_D,	0, 0 },
	{ "close-delete",	IKE_D,	CHILD_D, 0, 0 },
	{ "probe-child",	PROBE,	CHILD_R, 1, 1 },
	{ "probe-ike",		PROBE,	IKE_R,	1, 1 },
	{ "probe-delete",	PROBE,	CHILD_D, 1, 0 },
	{ "probe-close",	PROBE,	IKE_D,	0, 0 },
	{ "probe-probe",	PROBE,	PROBE,	1, 1 },
	{ "ike-probe",		IKE_R,	PROBE,	1, 1 },
	{ "close-probe",	IKE_D,	PROBE,	0, 0 },
	{ "new-child",		CHILD_N, CHILD_R, 1, 2 },
	{ "new-ike",		CHILD_N, IKE_R,	1, 2 },
	{ "new-delete",		CHILD_N, CHILD_D, 1, 1 },
	{ "new-close",		CHILD_N, IKE_D,	0, 0 },
	/* Each was told to; RFC 7296 2.8 lets there be several. */
	{ "new-new",		CHILD_N, CHILD_N, 1, 3 },
	{ "new-probe",		CHILD_N, PROBE,	1, 2 },
	{ "child-new",		CHILD_R, CHILD_N, 1, 2 },
	{ "ike-new",		IKE_R,	CHILD_N, 1, 2 },
	{ "delete-new",		CHILD_D, CHILD_N, 1, 1 },
	{ "close-new",		IKE_D,	CHILD_N, 0, 0 },
	{ "move-child",		MOVE,	CHILD_R, 1, 1 },
	{ "move-ike",		MOVE,	IKE_R,	1, 1 },
	{ "move-delete",	MOVE,	CHILD_D, 1, 0 },
	{ "move-close",		MOVE,	IKE_D,	0, 0 },
	{ "move-probe",		MOVE,	PROBE,	1, 1 },
	{ "move-new",		MOVE,	CHILD_N, 1, 2 },
	{ "move-move",		MOVE,	MOVE,	1, 1 },
	{ "child-move",		CHILD_R, MOVE,	1, 1 },
	{ "ike-move",		IKE_R,	MOVE,	1, 1 },
	{ "delete-move",	CHILD_D, MOVE,	1, 0 },
	{ "close-move",		IKE_D,	MOVE,	0, 0 },
	{ "new-move",		CHILD_N, MOVE,	1, 2 },
};
const size_t	nscenarios = sizeof(scenarios) / sizeof(scenarios[0]);

int		more_ke;

/* Before and after a move; who does not decide, tells of the other before. */
static const char *const	at[2][2] = {
	{ "192.0.2.1", "203.0.113.9" },
	{ "198.51.100.7 198.51.100.77", "198.51.100.77" }
};

enum fate
hold_all(struct world *w, struct flight *f)
{
	(void)w;
	(void)f;
	return (HOLD);
}

static int
has(const struct scenario *sc, enum deed d)
{
	return (sc->a == d || sc->b == d);
}

struct world *
scenario_up(const struct scenario *sc, uint64_t seed)
{
	struct world	*w = world_new(seed);
	int		 i;

	for (i = 0; i < 2; i++) {
		if (more_ke)
			node_proposal(&w->n[i], "aes256gcm16-prfsha384-x25519-"
			    "ke1_ecp256", "aes256gcm16-x25519-ke1_ecp256");
		if (has(sc, CHILD_N))
			node_child(&w->n[i], 1, i == 0 ? "10.1.0.0/16" :
			    "10.3.0.0/16", i == 0 ? "10.3.0.0/16" :
			    "10.1.0.0/16");
		w->n[i].tunnel.mobike = has(sc, MOVE);
	}
	world_start(w);
	if (has(sc, MOVE))
		node_addrs(&w->n[0], at[0][0]);
	if (sc->b == MOVE)
		node_addrs(&w->n[1], at[1][0]);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 100);
	assert_int_equal(world_pairs(w), 1);
	return (w);
}

void
perform(struct node *n, enum deed d)
{
	if (node_session(n) == NULL)
		return;
	switch (d) {
	case CHILD_R:
		node_child_do(n, 1, CHILD_REKEY);
		break;
	case CHILD_D:
		node_child_do(n, 1, CHILD_DELETE);
		break;
	case CHILD_N:
		/* Even if the other has just done so, and tmd does not ask. */
		job_add(node_session(n), JOB_CHILD_NEW, 2, 0, 0);
		ike_turn_end(n->ike);
		break;
	case IKE_R:
		node_session_do(n, SESSION_REKEY);
		break;
	case IKE_D:
		node_session_do(n, SESSION_DELETE);
		break;
	case PROBE:
		node_session_do(n, SESSION_PROBE);
		break;
	case MOVE:
		node_addrs(n, at[n->i][1]);
		break;
	}
}

/* Sessions and pairs of both ends are between the same addresses. */
static void
same_way(struct world *w)
{
	struct session	*a = node_session(&w->n[0]);
	struct session	*b = node_session(&w->n[1]);
	struct session	*s;
	struct child	*c;

	assert_int_equal(addr_cmp(&a->local.addr, &b->remote.addr), 0);
	assert_int_equal(addr_cmp(&b->local.addr, &a->remote.addr), 0);
	for (s = a; s != NULL; s = s == a ? b : NULL) {
		assert_int_equal(s->mob->unproved, 0);
		TAILQ_FOREACH(c, &s->children, link) {
			assert_int_equal(sock_cmp(&c->local, &s->local), 0);
			assert_int_equal(sock_cmp(&c->remote, &s->remote), 0);
		}
	}
}

void
scenario_settled(struct world *w, const struct scenario *sc)
{
	unsigned int	 pairs;
	int		 a, b;

	w->hook = NULL;
	world_run(w, CALM_MS);
	a = node_session(&w->n[0]) != NULL;
	b = node_session(&w->n[1]) != NULL;
	assert_int_equal(a, b);
	if (sc->sessions != -1)
		assert_int_equal(a, sc->sessions);
	if (a)
		assert_true(both_up(w));
	if (a && has(sc, MOVE))
		same_way(w);
	pairs = world_pairs(w);
	if (sc->pairs != -1)
		assert_int_equal(pairs, sc->pairs);
	else
		assert_true(pairs <= 1);
	assert_int_equal(node_children(&w->n[0]), pairs);
	assert_int_equal(node_children(&w->n[1]), pairs);
	assert_int_equal(w->n[0].ike->nsessions, a);
	assert_int_equal(w->n[1].ike->nsessions, b);
	world_clean(w);
}
