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
 * dpd's action: where each of them leaves a tunnel whose peer has died, from
 * each start, and how it goes on from there.
 */
#include "tmd_bed.h"

/* A tunnel of two children with this start and action, up by our order. */
static struct tunnel *
load_dead(uint8_t start, uint8_t action, struct mv_verdict *v)
{
	struct sn_tunnel	 c;
	struct tunnel		*t;

	help_tunnel(&c, 1, "boston", start);
	c.dpd_action = action;
	t = load(&c, 2);
	t->opened = 1;
	tunnel_child(t, 1)->opened = tunnel_child(t, 2)->opened = 1;
	if (t->state != TN_NEGOTIATING)
		tunnel_fsm(t, TE_ACTIVATE);
	bring_up(t, v);
	forget();
	return (t);
}

/* What holds for child n's traffic: of what was said last, or 0. */
static unsigned int
idle_said(uint32_t n)
{
	const struct mt_idle *m;
	unsigned int i, is = 0;

	for (i = 0; (m = find(ROLE_PARENT, M_SET_IDLE, i)) != NULL; i++)
		if (m->child == n)
			is = m->action;
	return (is);
}

static void
test_table(void **state)
{
	static const struct {
		uint8_t			start, action;
		enum tunnel_state	dead, deleted;
		uint8_t			idle;
	} rows[] = {
		{ TS_START_AUTO, DPD_AUTO, TN_RETRY, TN_RETRY, 0 },
		{ TS_START_AUTO, DPD_RESTART, TN_NEGOTIATING, TN_RETRY, 0 },
		{ TS_START_AUTO, DPD_TRAP, TN_DORMANT, TN_RETRY, IDLE_TRAP },
		{ TS_START_AUTO, DPD_CLEAR, TN_OPEN, TN_RETRY, 0 },
		{ TS_START_TRAP, DPD_AUTO, TN_DORMANT, TN_DORMANT, 0 },
		{ TS_START_TRAP, DPD_RESTART, TN_NEGOTIATING, TN_DORMANT, 0 },
		{ TS_START_TRAP, DPD_TRAP, TN_DORMANT, TN_DORMANT, 0 },
		{ TS_START_TRAP, DPD_CLEAR, TN_OPEN, TN_DORMANT, IDLE_DROP },
		{ TS_START_ANSWER, DPD_AUTO, TN_OPEN, TN_OPEN, 0 },
		{ TS_START_ANSWER, DPD_RESTART, TN_NEGOTIATING, TN_OPEN, 0 },
		{ TS_START_ANSWER, DPD_TRAP, TN_DORMANT, TN_OPEN, IDLE_TRAP },
		{ TS_START_ANSWER, DPD_CLEAR, TN_OPEN, TN_OPEN, 0 },
		{ TS_START_MANUAL, DPD_AUTO, TN_OPEN, TN_OPEN, 0 },
		{ TS_START_MANUAL, DPD_RESTART, TN_NEGOTIATING, TN_OPEN, 0 },
		{ TS_START_MANUAL, DPD_CLEAR, TN_OPEN, TN_OPEN, 0 },
	};
	struct mv_verdict v;
	struct tunnel *t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		t = load_dead(rows[i].start, rows[i].action, &v);
		session_down(&v, RSN_DEAD_PEER);
		if (t->state != rows[i].dead || idle_said(1) != rows[i].idle)
			fail_msg("row %zu: %s, idle %u", i,
			    tunnel_state_name(t->state), idle_said(1));
		commit(help_policy(++generation));
		/* The peer's Delete is not its death. */
		t = load_dead(rows[i].start, rows[i].action, &v);
		session_down(&v, RSN_PEER_DELETED);
		if (t->state != rows[i].deleted || idle_said(1) != 0)
			fail_msg("row %zu, deleted: %s", i,
			    tunnel_state_name(t->state));
		commit(help_policy(++generation));
	}
}

/* Again and again, with back-off, what was up; until it is up. */
static void
test_restart(void **state)
{
	const struct mx_initiate	*m;
	struct mv_verdict		 v;
	struct tunnel			*t;
	unsigned int			 i;

	(void)state;
	t = load_dead(TS_START_ANSWER, DPD_RESTART, &v);
	child_up(&v, 2, 0x2000);
	session_down(&v, RSN_DEAD_PEER);
	m = find(ROLE_IKE, M_INITIATE, 0);
	assert_non_null(m);
	assert_int_equal(m->children_n, 2);
	for (i = 1; i <= 4; i++) {
		fail_order(t, RSN_TIMEOUT);
		assert_int_equal(t->state, TN_RETRY);
		assert_int_equal(t->failures, i);
		pass((5000u << (i - 1)) * 7 / 8 - 1);
		assert_int_equal(t->state, TN_RETRY);
		pass((5000u << (i - 1)) / 8 + 1);
		assert_int_equal(t->state, TN_NEGOTIATING);
		m = find(ROLE_IKE, M_INITIATE, i);
		assert_int_equal(m->children_n, 2);
	}
	bring_up(t, &v);
	session_down(&v, RSN_PEER_DELETED);
	assert_int_equal(t->state, TN_OPEN);
	assert_int_equal(tunnel_child(t, 1)->want, 0);
}

/* A packet begins it; where that fails it waits for the next. */
static void
test_trap(void **state)
{
	struct mv_verdict	 v;
	struct tunnel		*t;

	(void)state;
	t = load_dead(TS_START_AUTO, DPD_TRAP, &v);
	session_down(&v, RSN_DEAD_PEER);
	assert_int_equal(idle_said(2), IDLE_TRAP);
	pass(3600000);
	assert_int_equal(t->state, TN_DORMANT);
	tunnel_fsm(t, TE_ACQUIRE);
	assert_int_equal(t->state, TN_NEGOTIATING);
	fail_order(t, RSN_TIMEOUT);
	assert_int_equal(t->state, TN_DORMANT);
	tunnel_fsm(t, TE_ACQUIRE);
	bring_up(t, &v);
	assert_int_equal(idle_said(1), IDLE_DROP);
	assert_int_equal(idle_said(2), IDLE_DROP);
}

/* Nothing but the peer or a person begins it; then start holds again. */
static void
test_clear(void **state)
{
	struct mv_verdict	 v;
	struct tunnel		*t;

	(void)state;
	t = load_dead(TS_START_AUTO, DPD_CLEAR, &v);
	session_down(&v, RSN_DEAD_PEER);
	pass(3600000);
	assert_int_equal(t->state, TN_OPEN);
	verdict(&v, t, 0);
	verdict_take(&v, 0);
	session_up(&v);
	assert_int_equal(t->state, TN_ACTIVE);
	session_down(&v, RSN_DEAD_PEER);
	assert_int_equal(t->state, TN_OPEN);
	tunnel_fsm(t, TE_ACTIVATE);
	assert_int_equal(t->state, TN_NEGOTIATING);
	fail_order(t, RSN_TIMEOUT);
	assert_int_equal(t->state, TN_RETRY);
}

/* Another action is no other tunnel: it holds from the next death on. */
static void
test_reload(void **state)
{
	struct mv_verdict	 v;
	struct sn_tunnel	 c;
	struct tunnel		*t;

	(void)state;
	t = load_dead(TS_START_AUTO, DPD_CLEAR, &v);
	session_down(&v, RSN_DEAD_PEER);
	c = t->pol->cf;
	c.dpd_action = DPD_TRAP;
	assert_ptr_equal(load(&c, 2), t);
	assert_int_equal(t->state, TN_OPEN);
	tunnel_fsm(t, TE_ACTIVATE);
	bring_up(t, &v);
	session_down(&v, RSN_DEAD_PEER);
	assert_int_equal(t->state, TN_DORMANT);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test_setup_teardown(test_table, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restart, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_trap, setup, teardown),
		cmocka_unit_test_setup_teardown(test_clear, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reload, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	alarm_fake_ms(now_ms);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
