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
 * A peer opens a child that is up already, again and again: one for each of
 * its processors (RFC 9611) or by mistake.  The pairs stand beside each other
 * as far as there is room, with some left for new keys; the first one lives.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../ikd/ike/tsp.h"
#include "harness.h"
#include "mocks.h"
#include "reason.h"

/* Node 0 asks for child 1 once more. */
static void
again(struct world *w)
{
	struct session	*s = node_session(&w->n[0]);

	job_add(s, JOB_CHILD_NEW, 1, 0, 0);
	job_run(s);
	ike_turn_end(w->n[0].ike);
	world_run(w, 500);
}

static struct child *
oldest(struct node *n)
{
	return (child_newest(node_session(n), 1));
}

static void
test_again(void **state)
{
	struct world	*w = world_up(500);
	uint32_t	 first = oldest(&w->n[1])->spi_in;
	unsigned int	 i;

	(void)state;
	again(w);
	assert_int_equal(world_pairs(w), 2);
	for (i = 1; i < 4; i++) {
		again(w);
		assert_int_equal(w->n[0].child_failed, i);
		assert_int_equal(w->n[0].fail.code, RSN_BUSY);
		assert_int_equal(world_pairs(w), 2);
	}
	assert_non_null(child_by_spi(w->n[1].ike, first));
	assert_int_equal(w->n[1].child_downs, 0);
	world_free(w);
}

/*
 * tmd asks for what is there, or is being made by either end: it is not made
 * again.
 */
static void
test_asked_twice(void **state)
{
	struct world	*w;
	unsigned int	 i;

	(void)state;
	for (i = 0; i < 4; i++) {
		w = world_new(505 + i);
		node_child(&w->n[0], 1, "10.3.0.0/16", "10.4.0.0/16");
		node_child(&w->n[1], 1, "10.4.0.0/16", "10.3.0.0/16");
		world_start(w);
		node_initiate(&w->n[0], 1);
		/* The second child comes by itself, after the first. */
		if (i < 2)
			assert_true(world_until(w, both_up, 5000));
		else
			world_run(w, 2000);
		node_child_do(&w->n[i & 1], 2, CHILD_OPEN);
		node_child_do(&w->n[i & 1], 2, CHILD_OPEN);
		world_run(w, 2000);
		assert_int_equal(world_pairs(w), 2);
		node_child_do(&w->n[!(i & 1)], 2, CHILD_OPEN);
		world_run(w, 2000);
		assert_int_equal(world_pairs(w), 2);
		world_free(w);
	}
}

/* All pairs of child 1 get new keys, one after the other. */
static void
rekey_all(struct node *n)
{
	struct session	*s = node_session(n);
	struct child	*c, *next;

	TAILQ_FOREACH_SAFE(c, &s->children, link, next)
		job_add(s, JOB_CHILD_REKEY, 1, c->spi_in, 0);
	ike_turn_end(n->ike);
}

/* All of them get new keys, by either end, and one may go. */
static void
test_room_for_keys(void **state)
{
	struct world	*w;
	struct session	*s;
	struct child	*c;
	unsigned int	 i;

	(void)state;
	for (i = 0; i < 2; i++) {
		w = world_up(510 + i);
		again(w);
		again(w);
		s = node_session(&w->n[i]);
		rekey_all(&w->n[i]);
		/* Our answers may be lost, for all we know: that waits. */
		world_run(w, 10000);
		assert_int_equal(w->n[i].ike->stat[ST_CHILD_REKEYS], 2);
		assert_int_equal(world_pairs(w), 2);
		c = child_newest(s, 1);
		job_add(s, JOB_CHILD_DELETE, 1, c->spi_in, RSN_ADMIN);
		job_run(s);
		ike_turn_end(w->n[i].ike);
		world_run(w, WORLD_SETTLED);
		assert_int_equal(world_pairs(w), 1);
		assert_true(both_up(w));
		again(w);
		assert_int_equal(world_pairs(w), 2);
		world_clean(w);
		world_free(w);
	}
}

/* ---- by hand, with what RFC 9611 adds ---- */

static unsigned int	 answered;	/* error notify, or 0 */
static int		 told_resource;

static enum fate
read_answer(struct world *w, struct flight *f)
{
	struct flight		 copy;
	struct packet		 pkt;
	struct pld_notify	 n;

	if (f->from != 1 || is_request(f) || exch_of(f) != EXCH_CREATE_CHILD)
		return (PASS);
	flight_read(w->hook_arg, f, &copy, &pkt);
	answered = packet_error(&pkt, &n) ? n.type : 0;
	told_resource = packet_notify(&pkt, N_SA_RESOURCE_INFO, &n);
	return (PASS);
}

/* As a peer that has a pair for each processor asks, or for each host of it. */
static void
ask_for_cpu(struct world *w, uint32_t cpu, int narrow)
{
	struct node		*n = &w->n[0];
	struct wt_ts		 local = n->child[0].ts_local[0];
	struct session		*s = node_session(n);
	uint8_t			 spi[4], nonce[32] = { 1 }, data[4];
	struct wt_proposal	 p;
	struct out		 o;

	put32(spi, 0x12345600 + cpu);
	put32(data, cpu);
	prop_offer(n->child[0].proposals, 1, 1, 0, &p);
	window_begin(s, &o, EXCH_CREATE_CHILD);
	if (narrow) {
		local.lo[3] = (uint8_t)(cpu + 1);
		memcpy(local.hi, local.lo, sizeof(local.hi));
	} else
		msg_add_notify(&o.m, N_SA_RESOURCE_INFO, data, sizeof(data));
	msg_add_sa(&o.m, &p, 1, spi, sizeof(spi));
	msg_add_nonce(&o.m, nonce, sizeof(nonce));
	tsp_add(&o.m, PLD_TSI, &local, 1);
	tsp_add(&o.m, PLD_TSR, n->child[0].ts_remote, 1);
	assert_int_equal(window_request(s, &o), 0);
	world_run(w, 100);
	/* Whatever came, the pair is not ours to have. */
	assert_false(window_outstanding(s));
}

static struct world *
world_read(uint64_t seed)
{
	struct world	*w = world_new(seed);

	w->n[0].child[0].pfs = w->n[1].child[0].pfs = 0;
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 100);
	w->hook = read_answer;
	w->hook_arg = node_session(&w->n[1]);
	return (w);
}

static void
test_resource(void **state)
{
	struct world	*w = world_read(520);
	uint32_t	 cpu, first = oldest(&w->n[1])->spi_in;

	(void)state;
	for (cpu = 0; cpu < 3; cpu++) {
		answered = ~0U;
		ask_for_cpu(w, cpu, 0);
		assert_int_equal(answered, cpu == 0 ? 0 : N_TS_MAX_QUEUE);
		assert_false(told_resource);
	}
	assert_int_equal(node_children(&w->n[1]), 2);
	assert_non_null(child_by_spi(w->n[1].ike, first));
	world_free(w);
}

/* Pairs of one host each, of one child: all but what new keys need. */
static void
test_narrow(void **state)
{
	struct world	*w = world_read(530);
	uint32_t	 host;

	(void)state;
	for (host = 0; host < CHILD_PAIRS + 2; host++) {
		answered = ~0U;
		ask_for_cpu(w, host, 1);
		assert_int_equal(answered, host < CHILD_PAIRS - 1 ? 0 :
		    N_NO_ADDITIONAL_SAS);
	}
	assert_int_equal(node_children(&w->n[1]), CHILD_PAIRS);
	world_free(w);
}

/* Node 0 asks for a pair of one host of child 1 and all that is remote. */
static void
again_for(struct world *w, unsigned int host)
{
	struct node	*n = &w->n[0];
	struct session	*s = node_session(n);
	struct wt_ts	 src = n->child[0].ts_local[0];
	struct wt_ts	 dst = n->child[0].ts_remote[0];

	src.lo[3] = (uint8_t)host;
	memcpy(src.hi, src.lo, sizeof(src.hi));
	memcpy(dst.hi, dst.lo, sizeof(dst.hi));
	s->single = 1;
	session_set_packet(s, 1, &src, &dst);
	again(w);
}

/* Those of that host; 0: the child's own. */
static unsigned int
narrow_pairs(const struct session *s, unsigned int host)
{
	const struct child	*c;
	struct ts_pair		 ts;
	unsigned int		 n = 0;

	TAILQ_FOREACH(c, &s->children, link) {
		child_get_ts(c, &ts);
		n += child_live(c) && ts.remote.ts[0].lo[3] == host;
	}
	return (n);
}

/*
 * As many as there may be get new keys, by either end, by both at once, and
 * through loss: they are as many as before, with the selectors of before.
 */
static void
test_narrow_keys(void **state)
{
	struct chaos	 c = { 540 };
	struct session	*s;
	struct world	*w;
	unsigned int	 who, host;

	(void)state;
	for (who = 1; who < 8; who++) {
		if (who == 4)
			continue;
		w = world_up(540 + who);
		for (host = 1; host < CHILD_PAIRS; host++)
			again_for(w, host);
		assert_int_equal(world_pairs(w), CHILD_PAIRS);
		again_for(w, host);
		assert_int_equal(w->n[0].fail.code, RSN_BUSY);
		assert_int_equal(world_pairs(w), CHILD_PAIRS);
		if (who & 4) {
			w->hook = chaos;
			w->hook_arg = &c;
		}
		if (who & 1)
			rekey_all(&w->n[0]);
		if (who & 2)
			rekey_all(&w->n[1]);
		world_run(w, 120000);
		w->hook = NULL;
		world_run(w, 120000);
		assert_int_equal(world_pairs(w), CHILD_PAIRS);
		assert_in_range(w->n[0].ike->stat[ST_CHILD_REKEYS],
		    CHILD_PAIRS, 4 * CHILD_PAIRS);
		s = node_session(&w->n[1]);
		for (host = 0; host < CHILD_PAIRS; host++)
			assert_int_equal(1, narrow_pairs(s, host));
		world_clean(w);
		world_free(w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_asked_twice),
		cmocka_unit_test(test_room_for_keys),
		cmocka_unit_test(test_resource),
		cmocka_unit_test(test_narrow),
		cmocka_unit_test(test_narrow_keys),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
