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
 * inactivity: what ends, when, and by which counters.
 */
#include "tmd_bed.h"

#include "../../tmd/inactive.h"

static uint16_t		 plane_says = RSN_OK;

/* Child n's newest pair was used in these seconds, counted now. */
static void
used_at(const struct mv_verdict *v, uint32_t n, uint64_t in, uint64_t out)
{
	struct mt_result	 end;
	struct mt_pair		 m;
	struct grant		*g;

	g = sess_grant(sess_by_ticket(v->ticket.ticket), n);
	memset(&m, 0, sizeof(m));
	m.grant = g->id;
	m.spi_in = TAILQ_LAST(&g->pairs, pair_list)->spi_in;
	m.counters.last_in = in;
	m.counters.last_out = out;
	ctl_pair_came(&m);
	memset(&end, 0, sizeof(end));
	end.code = plane_says;
	ctl_pairs_end(&end);
	pass(0);
}

/* A tunnel with two children, whose inactivity is 20 s. */
static struct tunnel *
load_idle(uint8_t start, struct mv_verdict *v)
{
	struct sn_tunnel	 c;
	struct tunnel		*t;
	uint32_t		 n;

	help_tunnel(&c, 1, "boston", start);
	t = load(&c, 2);
	for (n = 1; n <= 2; n++) {
		((struct pol_child *)(uintptr_t)tunnel_child(t, n)->pol)->
		    cf.inactivity = 20;
		tunnel_child(t, n)->opened = 1;
	}
	t->opened = 1;
	inactive_policy();
	tunnel_fsm(t, TE_ACTIVATE);
	bring_up(t, v);
	child_up(v, 2, 0x2000);
	forget();
	return (t);
}

/*
 * Each ends when nothing has passed for so long by counters that were asked
 * for then; with the last one the session.
 */
static void
test_inactivity(void **state)
{
	struct mv_verdict	 v;
	struct tunnel		*t = load_idle(TS_START_TRAP, &v);
	struct session		*s = sess_by_ticket(v.ticket.ticket);
	uint64_t		 up = now_ms / 1000;

	(void)state;
	pass(19000);
	assert_int_equal(times(ROLE_PARENT, M_QUERY_PAIRS), 0);
	pass(2000);
	assert_true(times(ROLE_PARENT, M_QUERY_PAIRS) >= 2);
	/* Neither what was asked for by others, before, is enough. */
	((struct sa_pair *)TAILQ_FIRST(&sess_grant(s, 1)->pairs))->counted =
	    up + 19;
	inactive_came();
	assert_int_equal(times(ROLE_IKE, M_CHILD_DO), 0);
	/* One way is enough. */
	used_at(&v, 1, 0, up + 10);
	assert_int_equal(times(ROLE_IKE, M_CHILD_DO), 0);
	used_at(&v, 2, 0, 0);
	assert_int_equal(times(ROLE_IKE, M_CHILD_DO), 1);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 0);
	assert_int_equal(((const struct mx_child *)find(ROLE_IKE, M_CHILD_DO,
	    0))->child, 2);
	assert_int_equal(((const struct mx_child *)find(ROLE_IKE, M_CHILD_DO,
	    0))->code, RSN_IDLE);
	/* A rekey is no traffic. */
	child_up(&v, 1, 0x1002);
	pass(8000);
	used_at(&v, 1, 0, 0);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 0);
	sess_grant_pair(sess_grant(s, 1), 0x1000)->counted = up + 29;
	used_at(&v, 1, 0, 0);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 0);
	pass(2000);
	/* A plane that does not answer says nothing of who is idle. */
	sess_grant_pair(sess_grant(s, 1), 0x1000)->counted = up + 31;
	plane_says = RSN_PLANE;
	used_at(&v, 1, 0, 0);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 0);
	plane_says = RSN_OK;
	sess_grant_pair(sess_grant(s, 1), 0x1000)->counted = up + 31;
	used_at(&v, 1, 0, 0);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 1);
	session_down(&v, RSN_IDLE);
	assert_int_equal(t->state, TN_DORMANT);
	pass(600000);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 0);
}

/* A policy that is loaded all the time does not put the looking off. */
static void
test_reloads(void **state)
{
	struct mv_verdict	 v;
	unsigned int		 i;

	(void)state;
	(void)load_idle(TS_START_TRAP, &v);
	for (i = 0; i < 20; i++) {
		pass(1500);
		inactive_policy();
	}
	assert_in_range(times(ROLE_PARENT, M_QUERY_PAIRS), 2, 20);
}

/* manual: closed again; childless: the IKE SA is for itself. */
static void
test_inactivity_ends(void **state)
{
	struct mv_verdict	 v;
	struct tunnel		*t = load_idle(TS_START_MANUAL, &v);

	(void)state;
	pass(21000);
	used_at(&v, 1, 0, 0);
	used_at(&v, 2, 0, 0);
	assert_int_equal(times(ROLE_IKE, M_CHILD_DO), 1);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 1);
	session_down(&v, RSN_IDLE);
	assert_int_equal(t->state, TN_CLOSED);

	commit(help_policy(++generation));
	t = load_idle(TS_START_TRAP, &v);
	((struct pol_tunnel *)(uintptr_t)t->pol)->cf.childless = 1;
	pass(21000);
	used_at(&v, 1, 0, 0);
	used_at(&v, 2, 0, 0);
	assert_int_equal(times(ROLE_IKE, M_CHILD_DO), 2);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 0);
	assert_int_equal(t->state, TN_ACTIVE);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test_setup_teardown(test_inactivity, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_reloads, setup, teardown),
		cmocka_unit_test_setup_teardown(test_inactivity_ends, setup,
		    teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	alarm_fake_ms(now_ms);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
