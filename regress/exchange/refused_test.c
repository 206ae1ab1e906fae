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

/* The first two exchanges: what is refused, does not fit, or does not come. */
#include <sys/mman.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "addr.h"
#include "harness.h"
#include "../../ikd/ike/record.h"
#include "mocks.h"
#include "reason.h"

static void
test_wrong_psk(void **state)
{
	struct world	*w = world_new(30);

	(void)state;
	strlcpy(w->n[1].psk, "another secret", sizeof(w->n[1].psk));
	world_start(w);
	node_initiate(&w->n[0], 1);
	world_run(w, 20000);
	assert_int_equal(w->n[0].ups + w->n[1].ups, 0);
	assert_int_equal(w->n[0].failed, 1);
	assert_int_equal(w->n[0].fail.code, RSN_AUTH_OURS);
	assert_int_equal(w->n[0].fail.order, 1);
	assert_int_equal(w->n[1].failed, 1);
	assert_int_equal(w->n[1].fail.code, RSN_AUTH_PEER);
	assert_string_equal(w->n[1].fail.text, "the PSK differs");
	assert_int_equal(w->n[0].installs + w->n[1].installs, 0);
	assert_int_equal(w->n[0].ike->nsessions, 0);
	assert_int_equal(w->n[1].ike->nsessions, 0);
	world_free(w);
}

/* The responder knows the right secret, the initiator's check fails. */
static enum fate
peer_check_fails(struct world *w, struct flight *f)
{
	if (exch_of(f) == EXCH_AUTH && !is_request(f))
		strlcpy(w->n[0].psk, "changed meanwhile", 32);
	return (PASS);
}

static void
test_responder_not_believed(void **state)
{
	struct world	*w = world_new(31);

	(void)state;
	w->hook = peer_check_fails;
	world_start(w);
	node_initiate(&w->n[0], 1);
	world_run(w, 20000);
	assert_int_equal(w->n[0].ups, 0);
	assert_int_equal(w->n[0].failed, 1);
	assert_int_equal(w->n[0].fail.code, RSN_AUTH_PEER);
	/* It was up over there, and hears that it is not (2.21.2). */
	assert_int_equal(w->n[1].ups, 1);
	assert_int_equal(w->n[1].downs, 1);
	assert_int_equal(world_pairs(w), 0);
	assert_int_equal(w->n[0].ike->nsessions, 0);
	assert_int_equal(w->n[1].ike->nsessions, 0);
	world_free(w);
}

static void
test_denied(void **state)
{
	struct world	*w = world_new(32);

	(void)state;
	w->n[1].deny = RSN_CLOSED;
	world_start(w);
	node_initiate(&w->n[0], 1);
	world_run(w, 20000);
	assert_int_equal(w->n[0].fail.code, RSN_AUTH_OURS);
	assert_int_equal(w->n[1].fail.code, RSN_CLOSED);
	assert_int_equal(w->n[1].installs, 0);
	assert_int_equal(w->n[1].ike->nsessions, 0);
	world_free(w);
}

/*
 * No proposal: an unprotected error does not end the attempt; it is shown
 * at once and named when the time is over.
 */
static void
test_no_proposal(void **state)
{
	struct world	*w = world_new(33);

	(void)state;
	node_proposal(&w->n[1], "aes128-sha256-modp2048", NULL);
	world_start(w);
	node_initiate(&w->n[0], 1);
	world_run(w, 30000);
	assert_int_equal(w->n[0].failed, 0);
	assert_true(w->n[0].nsteps >= 2);
	assert_int_equal(w->n[1].fail.code, RSN_NO_PROPOSAL);
	assert_non_null(strstr(w->n[1].fail.text, "aes256gcm16"));
	world_run(w, 300000);
	assert_int_equal(w->n[0].failed, 1);
	assert_int_equal(w->n[0].fail.code, RSN_NO_PROPOSAL);
	assert_int_equal(w->n[0].ike->nsessions, 0);
	assert_int_equal(w->n[1].ike->nsessions, 0);
	world_free(w);
}

/* The peer's policy is mended while we still try: it comes up. */
static void
test_no_proposal_mended(void **state)
{
	struct world	*w = world_new(34);

	(void)state;
	node_proposal(&w->n[1], "aes128-sha256-modp2048", NULL);
	world_start(w);
	node_initiate(&w->n[0], 1);
	world_run(w, 2000);
	node_proposal(&w->n[1], "aes256gcm16-prfsha384-x25519", NULL);
	world_commit(w, 1, 2);
	assert_true(world_until(w, both_up, 30000));
	world_run(w, 1000);
	assert_int_equal(world_pairs(w), 1);
	world_free(w);
}

static void
test_no_tunnel(void **state)
{
	struct world	*w = world_new(35);

	(void)state;
	prefix_parse("203.0.113.0/24", &w->n[1].tunnel.remote[0]);
	world_start(w);
	node_initiate(&w->n[0], 1);
	world_run(w, 300000);
	assert_int_equal(w->n[1].fail.code, RSN_NO_TUNNEL);
	assert_int_equal(w->n[1].ike->nsessions, 0);
	assert_int_equal(w->n[0].failed, 1);
	world_free(w);
}

/* A peer that is not there: the attempt ends when its tries are used up. */
static void
test_no_answer(void **state)
{
	struct world	*w = world_new(36);

	(void)state;
	w->hook = drop_all;
	world_start(w);
	node_initiate(&w->n[0], 1);
	world_run(w, 400000);
	assert_int_equal(w->sent, 8);	/* once, and 7 tries */
	assert_int_equal(w->n[0].failed, 1);
	assert_int_equal(w->n[0].fail.code, RSN_TIMEOUT);
	assert_int_equal(w->n[0].ike->nsessions, 0);
	world_free(w);
}

/* The Child SA fails, the IKE SA stands (RFC 7296 1.2). */
static void
test_ts_unacceptable(void **state)
{
	struct world	*w = world_new(40);

	(void)state;
	node_child(&w->n[1], 0, "172.16.0.0/16", "172.17.0.0/16");
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 1000);
	assert_int_equal(world_pairs(w), 0);
	assert_int_equal(w->n[0].child_failed, 1);
	assert_int_equal(w->n[0].fail.code, RSN_TS);
	assert_int_equal(w->n[0].fail.child, 1);
	assert_int_equal(w->n[1].fail.code, RSN_TS);
	assert_int_equal(w->n[0].child_ups, 0);
	world_clean(w);
	world_free(w);
}

static void
test_child_no_proposal(void **state)
{
	struct world	*w = world_new(41);

	(void)state;
	node_proposal(&w->n[1], NULL, "aes128-sha256");
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 1000);
	assert_int_equal(world_pairs(w), 0);
	assert_int_equal(w->n[0].fail.code, RSN_NO_PROPOSAL);
	assert_int_equal(w->n[1].fail.code, RSN_NO_PROPOSAL);
	world_clean(w);
	world_free(w);
}

/* Our grant is narrower than what we asked for: the child goes again. */
static void
test_outside_grant(void **state)
{
	struct world	*w = world_new(44);
	struct wt_prefix p;

	(void)state;
	prefix_parse("10.1.7.0/24", &p);
	ts_from_prefix(&w->n[0].grant_as[0].ts_local[0], &p);
	w->n[0].grant_as[0].ts_local_n = 1;
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 2000);
	assert_int_equal(world_pairs(w), 0);
	assert_int_equal(w->n[0].installs, 0);
	assert_int_equal(w->n[0].fail.code, RSN_GRANT);
	assert_int_equal(w->n[1].child_downs, 1);
	world_clean(w);
	world_free(w);
}

static void
test_install_refused_r(void **state)
{
	struct world	*w = world_new(45);

	(void)state;
	w->n[1].install_code = RSN_PLANE;
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 2000);
	assert_int_equal(world_pairs(w), 0);
	assert_int_equal(w->n[0].installs, 0);
	assert_int_equal(w->n[1].child_failed, 1);
	world_clean(w);
	world_free(w);
}

static void
test_install_refused_i(void **state)
{
	struct world	*w = world_new(46);

	(void)state;
	w->n[0].install_code = RSN_PLANE;
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 2000);
	assert_int_equal(world_pairs(w), 0);
	assert_int_equal(w->n[1].installs, 1);
	assert_int_equal(w->n[1].child_downs, 1);
	world_clean(w);
	world_free(w);
}

/* Out of credit everywhere for a while: it waits and goes on. */
static void
test_no_credit(void **state)
{
	struct world	*w = world_new(47);

	(void)state;
	world_start(w);
	w->n[0].nocredit = 5;
	w->n[1].nocredit = 5;
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 10000));
	world_run(w, 1000);
	assert_int_equal(world_pairs(w), 1);
	world_clean(w);
	world_free(w);
}

static int
two_wait(struct world *w)
{
	return (w->n[1].ike->stat[ST_NOCREDIT] >= 2);
}

/* What waits for credit goes out in its order, whatever its numbers are. */
static void
test_credit_order(void **state)
{
	struct world	*w = world_new(50);

	(void)state;
	world_start(w);
	w->n[1].no_installs = 1;
	w->n[1].ike->req = 254;
	node_initiate(&w->n[0], 1);
	node_initiate(&w->n[1], 1);
	assert_true(world_until(w, two_wait, 5000));
	assert_int_equal(w->n[1].installs, 0);
	w->n[1].no_installs = 0;
	to_parent_credit(w->n[1].ike);
	assert_true(TAILQ_EMPTY(&w->n[1].ike->waiting));
	assert_int_equal(w->n[1].installs, 2);
	world_run(w, 1000);
	assert_int_equal(world_pairs(w), 2);
	world_free(w);
}

/* certd-sign is mute: both attempts end by themselves. */
static void
test_mute_sign(void **state)
{
	struct world	*w = world_new(48);

	(void)state;
	w->n[1].mute_sign = 1;
	world_start(w);
	node_initiate(&w->n[0], 1);
	world_run(w, 60000);
	assert_int_equal(w->n[1].fail.code, RSN_BUSY);	/* not the peer */
	assert_int_equal(w->n[1].ike->nsessions, 0);
	assert_int_equal(w->n[0].failed, 1);
	assert_int_equal(w->n[0].ike->nsessions, 0);
	world_free(w);
}

static void
test_mute_tmd(void **state)
{
	struct world	*w = world_new(49);

	(void)state;
	w->n[0].mute_tmd = 1;
	world_start(w);
	node_initiate(&w->n[0], 1);
	world_run(w, 60000);
	assert_int_equal(w->n[0].fail.code, RSN_BUSY);
	assert_int_equal(w->n[0].ike->nsessions, 0);
	assert_int_equal(w->n[1].ike->nsessions, 0);
	assert_int_equal(world_pairs(w), 0);
	world_free(w);
}

/* No ticket on either side at first. */
static void
test_late_tickets(void **state)
{
	struct world	*w = world_new(50);

	(void)state;
	w->n[0].no_tickets = w->n[1].no_tickets = 1;
	tickets_reset(w->n[0].ike, 0);
	tickets_reset(w->n[1].ike, 0);
	world_start(w);
	tickets_reset(w->n[0].ike, 0);
	tickets_reset(w->n[1].ike, 0);
	node_initiate(&w->n[0], 1);
	world_run(w, 500);
	assert_int_equal(w->sent, 0);
	w->n[0].no_tickets = w->n[1].no_tickets = 0;
	tickets_reset(w->n[0].ike, 1);
	tickets_reset(w->n[1].ike, 1);
	assert_true(world_until(w, both_up, 10000));
	world_run(w, 1000);
	assert_int_equal(world_pairs(w), 1);
	world_free(w);
}

/*
 * A reload after IKE_SA_INIT was answered: who then proves to be of a tunnel
 * that is as it was is under the new policy; else under that of the beginning.
 */
static void
test_reload_between(void **state)
{
	struct world	*w;
	int		 changed;

	(void)state;
	for (changed = 0; changed < 2; changed++) {
		w = world_new(90 + (uint64_t)changed);
		w->hook = drop_auth;
		world_start(w);
		node_initiate(&w->n[0], 1);
		world_run(w, 500);
		assert_int_equal(w->n[1].ike->half_open, 1);
		w->n[1].tunnel.digest[0] ^= (uint8_t)changed;
		world_commit(w, 1, 2);
		w->hook = NULL;
		assert_true(world_until(w, both_up, 5000));
		assert_int_equal(node_session(&w->n[1])->policy->generation,
		    changed ? 1 : 2);
		world_run(w, 100);
		world_clean(w);
		world_free(w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_psk),
		cmocka_unit_test(test_responder_not_believed),
		cmocka_unit_test(test_denied),
		cmocka_unit_test(test_no_proposal),
		cmocka_unit_test(test_no_proposal_mended),
		cmocka_unit_test(test_no_tunnel),
		cmocka_unit_test(test_no_answer),
		cmocka_unit_test(test_ts_unacceptable),
		cmocka_unit_test(test_child_no_proposal),
		cmocka_unit_test(test_outside_grant),
		cmocka_unit_test(test_install_refused_r),
		cmocka_unit_test(test_install_refused_i),
		cmocka_unit_test(test_no_credit),
		cmocka_unit_test(test_credit_order),
		cmocka_unit_test(test_mute_sign),
		cmocka_unit_test(test_mute_tmd),
		cmocka_unit_test(test_late_tickets),
		cmocka_unit_test(test_reload_between),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
