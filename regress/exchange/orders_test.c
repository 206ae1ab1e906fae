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
 * Crossing exchanges in every order (RFC 7296 sections 2.8 and 2.25): both
 * ends do something, and each choice of what happens next - which datagram
 * arrives, when the second end begins, which one is lost - is tried, one run
 * for each.  In the end both have the same session and the same pairs, one
 * where one is wanted, and nothing is left over.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "deeds.h"
#include "mocks.h"
#include "reason.h"

#define DEPTH		64	/* choices in one run */
#define SEEDS		4
#define RUNS_MOST	40000	/* of one scenario: enough for all orders */

/* The choices of a run: those given, then always the first. */
struct path {
	unsigned int	 take[DEPTH];
	unsigned int	 of[DEPTH];	/* how many there were */
	unsigned int	 n;
	unsigned int	 seed;		/* who has the lower nonce */
};

static char now[128];		/* which run, when it fails */

static unsigned int
choose(struct path *p, unsigned int of)
{
	if (p->n == DEPTH)
		fail_msg("a run of more than %d choices", DEPTH);
	if (p->take[p->n] >= of)
		fail_msg("choice %u of %u", p->take[p->n], of);
	p->of[p->n] = of;
	return (p->take[p->n++]);
}

/* What may happen next, at the end that a datagram is for. */
enum event { ARRIVES, BEGINS, IS_LOST, IS_DOUBLED };
struct step {
	enum event	 ev;
	unsigned int	 held;
};

/*
 * What happens at one end and what happens at the other may change places:
 * of such two the one at node 0 goes first, or both orders would be tried for
 * what is the same.  So nothing happens at node 0 that could have happened
 * before the last step, if that was at node 1.
 */
struct rest {
	int		 begin, lose, twice;	/* still to come, once each */
	int		 last;			/* where the last step was */
	unsigned int	 before;		/* datagrams sent until then */
	unsigned int	 overtake;		/* how often one still may */
};

/*
 * Of a move that is found out by trying, or goes by two IKE SAs, there are too
 * many orders to have all.
 */
static unsigned int
overtakings(const struct scenario *sc, int lossy)
{
	if (sc->b == MOVE || (sc->a == MOVE && (sc->b == IKE_R || lossy > 1)))
		return (lossy == 0 ? 4 : 2);
	return (DEPTH);
}

/* Was one to the same end sent before it? */
static int
overtakes(const struct world *w, unsigned int held)
{
	unsigned int	 i;

	for (i = 0; i < held; i++)
		if (w->held[i]->from == w->held[held]->from)
			return (1);
	return (0);
}

static unsigned int
steps(const struct world *w, const struct rest *r, struct step *out)
{
	const struct flight	*f;
	unsigned int		 n = 0, i, k;

	for (k = 0; k < 2; k++) {
		for (i = 0; i < w->nheld; i++) {
			f = w->held[i];
			if (f->from == 1 && r->last == 1 && f->n <= r->before)
				continue;
			if (r->overtake == 0 && overtakes(w, i))
				continue;
			if (k == 0)
				out[n++] = (struct step){ ARRIVES, i };
			else if (r->lose || r->twice)
				out[n++] = (struct step){ r->lose ? IS_LOST :
				    IS_DOUBLED, i };
		}
		if (k == 0 && r->begin)
			out[n++] = (struct step){ BEGINS, 0 };
	}
	return (n);
}

static void
take(struct world *w, const struct scenario *sc, struct rest *r,
    const struct step *s)
{
	struct flight	*f = w->held[s->held];

	r->last = s->ev == BEGINS ? 1 : !f->from;
	r->before = w->sent;
	if (s->ev == BEGINS) {
		perform(&w->n[1], sc->b);
		r->begin = 0;
		return;
	}
	if (s->ev != IS_LOST && overtakes(w, s->held))
		r->overtake--;
	if (s->ev != IS_LOST)
		world_inject(w, !f->from, &f->src, &f->dst, f->natt, f->buf,
		    f->len);
	r->lose &= s->ev != IS_LOST;
	r->twice &= s->ev != IS_DOUBLED;
	if (s->ev == IS_DOUBLED)
		return;
	w->nheld--;
	memmove(&w->held[s->held], &w->held[s->held + 1],
	    (w->nheld - s->held) * sizeof(w->held[0]));
	free(f);
}

/*
 * One run.  The clock moves little between two choices, so that nothing is
 * sent twice but what was lost, in the end.  0: another run is the same.
 */
static int
run(const struct scenario *sc, struct path *p, int lossy)
{
	struct world	*w = scenario_up(sc, 500 + p->seed);
	struct rest	 r = { 1, lossy == 1, lossy == 2, 0, 0,
	    overtakings(sc, lossy) };
	struct step	 s[2 * 64 + 1];
	unsigned int	 n;

	w->hook = hold_all;
	perform(&w->n[0], sc->a);
	for (;;) {
		world_run(w, 5);
		if ((n = steps(w, &r, s)) == 0)
			break;
		take(w, sc, &r, &s[choose(p, n)]);
	}
	n = w->nheld;
	if (n == 0)
		scenario_settled(w, sc);
	world_free(w);
	return (n == 0);
}

/* The next path: the last choice that has more to it; 0: there is none. */
static int
next(struct path *p)
{
	while (p->n > 0 && p->take[p->n - 1] + 1 == p->of[p->n - 1])
		p->take[--p->n] = 0;
	if (p->n == 0)
		return (0);
	p->take[p->n - 1]++;
	p->n = 0;
	return (1);
}

/* Nonces decide where both rekey. */
static int
here(const struct scenario *sc, unsigned int seed)
{
	return (seed == 0 || (sc->a < PROBE && sc->b < PROBE));
}

static void
every_order(int lossy)
{
	const struct scenario *sc;
	struct path	 p;
	unsigned int	 runs, all = 0, i;
	size_t		 k, len;

	/* The longest ones for one seed alone. */
	for (k = 0; k < nscenarios * (lossy > 1 || (more_ke && lossy) ? 1 :
	    SEEDS); k++) {
		memset(&p, 0, sizeof(p));
		p.seed = (unsigned int)(k / nscenarios);
		sc = &scenarios[k % nscenarios];
		if (!here(sc, p.seed))
			continue;
		runs = 0;
		do {
			len = (size_t)snprintf(now, sizeof(now), "%s:%u%d%d",
			    sc->name, p.seed, lossy, more_ke);
			for (i = 0; i < DEPTH && len + 1 < sizeof(now); i++)
				now[len++] = (char)('0' + p.take[i]);
			now[len] = '\0';
			runs += (unsigned int)run(sc, &p, lossy);
			assert_true(runs <= RUNS_MOST);
		} while (next(&p));
		all += runs;
	}
	now[0] = '\0';
	printf("# %u orders\n", all);
	assert_true(all > 300);
}

static void
test_every_order(void **state)
{
	(void)state;
	every_order(0);
}

static void
test_with_a_loss(void **state)
{
	(void)state;
	every_order(1);
}

static void
test_with_a_double(void **state)
{
	(void)state;
	every_order(2);
}

/* Additional key exchanges make more messages, and more that may cross. */
static void
test_with_more_ke(void **state)
{
	(void)state;
	more_ke = 1;
	every_order(0);
	every_order(1);
	more_ke = 0;
}

/* EXCHANGE_ORDER="child-ike:1000102": that one, for a look at it. */
static void
test_one_order(void **state)
{
	const char	*e = getenv("EXCHANGE_ORDER"), *q;
	struct path	 p;
	size_t		 k;
	int		 lossy;

	(void)state;
	if (e == NULL || (q = strchr(e, ':')) == NULL)
		return;
	for (k = 0; k < nscenarios; k++) {
		if (strncmp(e, scenarios[k].name, (size_t)(q - e)) != 0 ||
		    scenarios[k].name[q - e] != '\0')
			continue;
		memset(&p, 0, sizeof(p));
		p.seed = (unsigned int)(*++q - '0');
		lossy = *++q - '0';
		more_ke = *++q - '0';
		for (q++; *q >= '0' && *q <= '9' && p.n < DEPTH; q++)
			p.take[p.n++] = (unsigned int)(*q - '0');
		p.n = 0;
		(void)run(&scenarios[k], &p, lossy);
		more_ke = 0;
		return;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_order),
		cmocka_unit_test(test_every_order),
		cmocka_unit_test(test_with_a_loss),
		cmocka_unit_test(test_with_a_double),
		cmocka_unit_test(test_with_more_ke),
	};
	int	 failed;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (now[0] != '\0')
		printf("# in %s\n", now);
	return (failed);
}
