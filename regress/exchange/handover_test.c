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
 * What one end has under way when the other end rekeys the IKE SA: it is
 * finished under the old SA or asked for anew under its heir, and no pair, path
 * or list of addresses is forgotten.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "addr.h"
#include "harness.h"
#include "mocks.h"
#include "reason.h"

#define HYBRID	"aes256gcm16-prfsha384-x25519-ke1_ecp256"
#define A1	"192.0.2.1"
#define A2	"203.0.113.9"
#define B1	"198.51.100.7"
#define B2	"198.51.100.77"
#define CALM_MS	400000		/* all tries of a lost Delete, and more */

static char now[80];		/* which run, when it fails */

static struct world *
hybrid_up(uint64_t seed)
{
	struct world	*w = world_new(seed);
	int		 i;

	for (i = 0; i < 2; i++)
		node_proposal(&w->n[i], HYBRID, "aes256gcm16-x25519");
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 500);
	/* Of b's making: it may do what it likes with it at once. */
	node_child_do(&w->n[1], 1, CHILD_REKEY);
	world_run(w, 60000);
	return (w);
}

/* Answers of a: late, so that the rest overtakes them, or lost. */
static enum fate
late_answers(struct world *w, struct flight *f)
{
	if (f->from == 0 && !is_request(f) &&
	    (exch_of(f) == EXCH_INFORMATIONAL ||
	    exch_of(f) == EXCH_CREATE_CHILD)) {
		if (w->hook_arg != NULL)
			return (DROP);
		f->delay = 15;
	}
	return (PASS);
}

/* a rekeys the IKE SA; b has answered, and the additional one is to come. */
static void
half_way(struct world *w)
{
	struct session	*b = node_session(&w->n[1]);
	int		 i;

	node_session_do(&w->n[0], SESSION_REKEY);
	for (i = 0; i < 500 && b->half == NULL; i++)
		world_run(w, 1);
	assert_non_null(b->half);
}

static void
settled(struct world *w, unsigned int pairs)
{
	w->hook = NULL;
	world_run(w, CALM_MS);
	assert_true(both_up(w));
	assert_int_equal(world_pairs(w), pairs);
	assert_int_equal(node_children(&w->n[0]), pairs);
	assert_int_equal(node_children(&w->n[1]), pairs);
	world_clean(w);
	world_free(w);
}

/* b closes or rekeys a child while the IKE SA is half rekeyed. */
static void
test_child_in_between(void **state)
{
	static const unsigned int what[] = { CHILD_DELETE, CHILD_REKEY };
	const struct child *c;
	unsigned int	 i, old;
	struct world	*w;

	(void)state;
	for (i = 0; i < 4; i++) {
		w = hybrid_up(21 + i);
		half_way(w);
		w->hook = late_answers;
		w->hook_arg = i & 1 ? w : NULL;
		old = child_newest(node_session(&w->n[1]), 1)->spi_in;
		node_child_do(&w->n[1], 1, what[i / 2]);
		world_run(w, 1000);
		assert_int_equal(w->n[1].ike->stat[ST_IKE_REKEYS], 1);
		/* Without waiting for a timer of the child's. */
		w->hook = NULL;
		world_run(w, 5000);
		c = child_newest(node_session(&w->n[1]), 1);
		assert_true(what[i / 2] == CHILD_DELETE ? c == NULL :
		    c != NULL && c->spi_in != old);
		settled(w, what[i / 2] == CHILD_REKEY);
	}
}

/* At any time around it. */
static void
test_child_at_any_time(void **state)
{
	unsigned int	 d, i;
	struct world	*w;

	(void)state;
	for (d = 0; d < 120; d++)
		for (i = 0; i < 2; i++) {
			snprintf(now, sizeof(now), "child %u %u", d, i);
			w = hybrid_up(40 + d);
			node_session_do(&w->n[0], SESSION_REKEY);
			world_run(w, d);
			w->hook = late_answers;
			w->hook_arg = i ? w : NULL;
			node_child_do(&w->n[1], 1, d & 1 ? CHILD_REKEY :
			    CHILD_DELETE);
			world_run(w, 1000);
			settled(w, d & 1);
		}
	now[0] = '\0';
}

static enum fate
drop_follow(struct world *w, struct flight *f)
{
	(void)w;
	return (exch_of(f) == EXCH_FOLLOWUP_KE ? DROP : PASS);
}

/* A peer that begins again and again holds up nothing of ours for long. */
static void
test_not_held_for_ever(void **state)
{
	struct world	*w = hybrid_up(70);
	struct session	*a = node_session(&w->n[0]);
	unsigned int	 i;

	(void)state;
	half_way(w);
	w->hook = drop_follow;
	node_child_do(&w->n[1], 1, CHILD_DELETE);
	world_run(w, 100);
	assert_int_equal(node_children(&w->n[0]), 1);
	for (i = 0; i < 6 && node_children(&w->n[0]) > 0; i++) {
		if (window_outstanding(a))
			window_answered(a);
		exch_free(a->ike, &a->own);
		job_add(a, JOB_IKE_REKEY, 0, 0, 0);
		world_run(w, 5000);
	}
	assert_int_equal(node_children(&w->n[0]), 0);
	world_free(w);
}

/* ---- MOBIKE ---- */

static struct world *
mobike_up(uint64_t seed)
{
	struct world	*w = world_new(seed);
	int		 i;

	for (i = 0; i < 2; i++) {
		w->n[i].tunnel.mobike = 1;
		w->n[i].tunnel.remote_n = 2;
		prefix_parse("::/0", &w->n[i].tunnel.remote[1]);
	}
	world_start(w);
	node_addrs(&w->n[0], A1);
	node_addrs(&w->n[1], B1);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 1000);
	return (w);
}

static int
is_at(const struct wt_sock *s, const char *text)
{
	struct wt_addr	 a;

	assert_int_equal(addr_parse(text, &a), 0);
	return (addr_cmp(&s->addr, &a) == 0);
}

/* Session and pair of both ends, between a and b. */
static void
all_at(struct world *w, const char *a, const char *b)
{
	struct session	*s;
	struct child	*c;
	int		 i;

	for (i = 0; i < 2; i++) {
		s = node_session(&w->n[i]);
		assert_non_null(s);
		c = child_newest(s, 1);
		assert_non_null(c);
		assert_int_equal(s->mob->unproved, 0);
		assert_true(is_at(&s->local, i == 0 ? a : b));
		assert_true(is_at(&s->remote, i == 0 ? b : a));
		assert_true(is_at(&c->local, i == 0 ? a : b));
		assert_true(is_at(&c->remote, i == 0 ? b : a));
	}
	assert_int_equal(world_pairs(w), 1);
	world_clean(w);
	world_free(w);
}

/* The mover moves, one end rekeys soon after, one datagram is lost. */
static void
test_move(void **state)
{
	unsigned int	 who, d, n, lost;
	struct world	*w;

	(void)state;
	for (who = 0; who < 2; who++)
		for (d = 0; d < 60; d += 4)
			for (n = 1; n <= 8; n++) {
				snprintf(now, sizeof(now), "move %u %u %u",
				    who, d, n);
				w = mobike_up(930 + d);
				lost = w->sent + n;
				w->hook = drop_nth;
				w->hook_arg = &lost;
				node_addrs(&w->n[0], A2);
				world_run(w, d);
				node_session_do(&w->n[who], SESSION_REKEY);
				world_run(w, 120000);
				all_at(w, A2, B1);
			}
	now[0] = '\0';
}

/* The list of addresses of the one who does not move; and the mover's. */
static void
test_list(void **state)
{
	unsigned int	 who, d, n, lost;
	struct session	*a;
	struct world	*w;

	(void)state;
	for (who = 0; who < 2; who++)
		for (d = 0; d < 60; d += 4)
			for (n = 1; n <= 6; n++) {
				snprintf(now, sizeof(now), "list %u %u %u",
				    who, d, n);
				w = mobike_up(930 + d);
				lost = w->sent + n;
				w->hook = drop_nth;
				w->hook_arg = &lost;
				node_addrs(&w->n[1], B1 " " B2);
				world_run(w, d);
				node_session_do(&w->n[who], SESSION_REKEY);
				world_run(w, 120000);
				a = node_session(&w->n[0]);
				assert_int_equal(a->mob->peer.n, 1);
				all_at(w, A1, B1);
			}
	now[0] = '\0';
}

/* The same on a bad network, with rekeys of both kinds by both ends. */
static void
test_chaos(void **state)
{
	uint64_t	 seed;
	struct chaos	 k;
	struct world	*w;
	unsigned int	 i;

	(void)state;
	for (seed = 1; seed <= 1500; seed++) {
		snprintf(now, sizeof(now), "chaos %u", (unsigned int)seed);
		w = mobike_up(seed);
		w->n[0].tunnel.rt_tries = w->n[1].tunnel.rt_tries = 30;
		world_commit(w, 0, 2);
		world_commit(w, 1, 2);
		k.rng = seed * 2654435761U + 99;
		w->hook = chaos;
		w->hook_arg = &k;
		for (i = 0; i < 8; i++) {
			node_addrs(&w->n[0], i & 1 ? A1 : A2);
			world_run(w, k.rng >> 20 & 0x7f);
			if (node_session(&w->n[k.rng >> 63]) != NULL)
				node_session_do(&w->n[k.rng >> 63],
				    SESSION_REKEY);
			if (node_children(&w->n[k.rng >> 62 & 1]) > 0)
				node_child_do(&w->n[k.rng >> 62 & 1], 1,
				    CHILD_REKEY);
			world_run(w, k.rng >> 40 & 0x1fff);
		}
		world_run(w, 30000);
		w->hook = NULL;
		world_run(w, CALM_MS);
		assert_int_equal(w->n[0].downs + w->n[1].downs, 0);
		all_at(w, A1, B1);
	}
	now[0] = '\0';
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_child_in_between),
		cmocka_unit_test(test_child_at_any_time),
		cmocka_unit_test(test_not_held_for_ever),
		cmocka_unit_test(test_move),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_chaos),
	};
	int	 failed;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (now[0] != '\0')
		printf("# in %s\n", now);
	return (failed);
}
