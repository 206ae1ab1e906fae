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
 * Repeated authentication (RFC 4478): who says for how long the peer's proof
 * is good, and what the peer does about it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "addr.h"
#include "../../ikd/ike/auth_life.h"
#include "../../ikd/ike/natt.h"
#include "harness.h"
#include "mocks.h"
#include "reason.h"

#define LIFE	1000

static void
settle(struct world *w)
{
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 100);
}

/* Node 1 renews keys by another authentication; 0 has overlap of 20 %. */
static struct world *
life_world(uint64_t seed, int answers)
{
	struct world	*w = world_new(seed);

	w->n[1].tunnel.reauth = 1;
	w->n[1].tunnel.lifetime = LIFE;
	w->n[1].answers = answers;
	w->n[0].tunnel.lifetime = 100000;
	w->n[0].tunnel.overlap = 20;
	w->n[0].tunnel.encap_force = w->n[1].tunnel.encap_force = 0;
	world_start(w);
	return (w);
}

static uint64_t
asked(struct world *w)
{
	const struct mx_up	*m = &w->n[0].up;

	return (m->anew_by == 0 ? 0 : m->anew_by - m->since);
}

/* Told in time, with something to spare; tmd is asked again and again. */
static void
test_told(void **state)
{
	struct world	*w = life_world(1, 1);

	(void)state;
	settle(w);
	assert_int_equal(asked(w), LIFE - LIFE / 20);
	assert_int_equal(w->n[1].up.anew_by, 0);
	/* 950 s: 190 s before that, or up to half as much earlier. */
	world_run(w, 660000);
	assert_int_equal(w->n[0].renews, 0);
	world_run(w, 105000);
	assert_in_range(w->n[0].renews, 1, 5);
	assert_int_equal(w->n[0].renew.code, RSN_EXPIRED);
	assert_int_equal(w->n[0].downs, 0);
	world_run(w, 60000);
	assert_in_range(w->n[0].renews, 2, 7);
	/* The end is the other's to see. */
	world_run(w, 180000);
	assert_int_equal(w->n[1].down.code, RSN_EXPIRED);
	assert_int_equal(w->n[0].down.code, RSN_PEER_DELETED);
	world_free(w);
}

/* Who can begin another does, unless the peer is behind a NAT. */
static void
test_can_begin(void **state)
{
	struct world	*w = life_world(2, 0);
	char		 at[ADDR_TEXT];

	(void)state;
	/* Or it asks for encapsulation, as it may be anywhere. */
	node_addrs(&w->n[0], addr_print(&w->n[0].at.addr, at, sizeof(at)));
	settle(w);
	assert_int_equal(asked(w), 0);
	world_free(w);
	w = life_world(3, 0);
	w->nat = 1;
	w->nat_as = w->n[0].at;
	w->nat_as.port = 4242;
	assert_int_equal(addr_parse("203.0.113.9", &w->nat_as.addr), 0);
	settle(w);
	assert_int_equal(node_session(&w->n[1])->nat & NAT_PEER, NAT_PEER);
	assert_int_equal(asked(w), LIFE - LIFE / 20);
	world_free(w);
}

/* What ends first counts; where nothing ends nothing is said. */
static void
test_ends(void **state)
{
	struct world	*w = life_world(4, 1);

	(void)state;
	w->n[1].expiry = w->now / 1000 + 400;
	settle(w);
	assert_in_range(asked(w), 375, 381);
	world_free(w);
	w = life_world(5, 1);
	w->n[1].tunnel.reauth = 0;
	world_commit(w, 1, 2);
	settle(w);
	assert_int_equal(asked(w), 0);
	world_free(w);
	w = life_world(6, 1);
	w->n[1].tunnel.reauth = 0;
	w->n[1].expiry = w->now / 1000 + 8000;
	world_commit(w, 1, 2);
	settle(w);
	assert_in_range(asked(w), 7930, 7940);
	world_free(w);
}

/* A rekey does not make it longer. */
static void
test_rekeyed(void **state)
{
	struct world	*w = life_world(7, 1);

	(void)state;
	settle(w);
	world_run(w, 500000);
	node_session_do(&w->n[0], SESSION_REKEY);
	world_run(w, 1000);
	assert_int_equal(w->n[0].ups, 2);
	assert_in_range(asked(w), 440, 451);
	world_run(w, 155000);
	assert_int_equal(w->n[0].renews, 0);
	world_run(w, 110000);
	assert_true(w->n[0].renews > 0);
	world_free(w);
}

/* ---- by hand: a request with AUTH_LIFETIME, from node i ---- */

static void
say(struct world *w, int i, uint32_t seconds, size_t len)
{
	struct session	*s = node_session(&w->n[i]);
	struct out	 o;
	uint8_t		 data[8] = { 0 };

	put32(data, seconds);
	window_begin(s, &o, EXCH_INFORMATIONAL);
	msg_add_notify(&o.m, N_AUTH_LIFETIME, data, len);
	assert_int_equal(window_request(s, &o), 0);
	ike_turn_end(w->n[i].ike);
	world_run(w, 1000);
}

static void
test_later(void **state)
{
	struct world	*w = world_up(8);
	uint64_t	 now;

	(void)state;
	world_run(w, 60000);
	say(w, 1, 600, 4);
	now = w->now / 1000;
	assert_int_equal(w->n[0].renews, 0);
	assert_in_range(w->n[0].up.anew_by, now + 598, now + 600);
	/* Another one counts instead. */
	say(w, 1, 0, 4);
	assert_int_equal(w->n[0].renews, 1);
	assert_int_equal(w->n[0].renew.code, RSN_EXPIRED);
	say(w, 1, 7200, 4);
	world_run(w, 600000);
	assert_int_equal(w->n[0].renews, 1);
	assert_int_equal(w->n[0].downs, 0);
	world_clean(w);
	world_free(w);
}

/* It does not have us begin again and again. */
static void
test_least(void **state)
{
	struct world	*w = world_up(9);

	(void)state;
	say(w, 1, 0, 4);
	say(w, 1, 5, 4);
	assert_int_equal(w->n[0].renews, 0);
	world_run(w, (AUTH_LIFE_LEAST_S - 4) * 1000);
	assert_int_equal(w->n[0].renews, 0);
	world_run(w, 3000);
	assert_int_equal(w->n[0].renews, 1);
	world_free(w);
}

/* Not for who began, nor of any other length. */
static void
test_ignored(void **state)
{
	struct world	*w = world_up(10);

	(void)state;
	world_run(w, 60000);
	say(w, 0, 0, 4);
	say(w, 1, 0, 3);
	say(w, 1, 0, 8);
	world_run(w, 60000);
	assert_int_equal(w->n[0].renews, 0);
	assert_int_equal(w->n[1].renews, 0);
	assert_int_equal(w->n[0].up.anew_by, 0);
	world_clean(w);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_can_begin),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_rekeyed),
		cmocka_unit_test(test_later),
		cmocka_unit_test(test_least),
		cmocka_unit_test(test_ignored),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
