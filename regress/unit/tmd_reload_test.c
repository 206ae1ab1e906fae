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
 * What a reload leaves of what is up or on its way: another tunnel-lifetime is
 * taken over, and a negotiation that was taken back says why.
 */
#include "tmd_bed.h"

#include "../../tmd/explain.h"
#include "proto_resume.h"

#define DAY		86400

/* The tunnel again, with this tunnel-lifetime and end. */
static void
lives(const struct tunnel *t, uint64_t seconds, uint8_t end)
{
	struct sn_tunnel c = t->pol->cf;

	c.tunnel_lifetime = seconds;
	c.tunnel_end = end;
	assert_ptr_equal(load(&c, 1), t);
}

static struct tunnel *
up_for(uint64_t seconds, uint8_t end, struct mv_verdict *v)
{
	struct sn_tunnel	 c;
	struct tunnel		*t;

	help_tunnel(&c, 1, "boston", TS_START_AUTO);
	c.tunnel_lifetime = seconds;
	c.tunnel_end = end;
	t = load(&c, 1);
	bring_up(t, v);
	assert_int_equal(sess_up_of(t)->expiry, now_ms / 1000 + seconds);
	forget();
	return (t);
}

static const struct wt_grant *
granted(void)
{
	unsigned int n = times(ROLE_PARENT, M_GRANT);

	return (n == 0 ? NULL : find(ROLE_PARENT, M_GRANT, n - 1));
}

/* Shorter, and not yet over: the end moves, at the parent, too. */
static void
test_shorter(void **state)
{
	struct mv_verdict	 v;
	struct tunnel		*t = up_for(DAY, 0, &v);
	uint64_t		 proved = now_ms / 1000;
	uint32_t		 grant;

	(void)state;
	grant = sess_grant(sess_up_of(t), 1)->id;
	pass(600000);
	forget();
	lives(t, 3600, 0);
	assert_int_equal(t->state, TN_ACTIVE);
	assert_int_equal(sess_up_of(t)->expiry, proved + 3600);
	pass(1);
	assert_non_null(granted());
	assert_int_equal(granted()->id, grant);
	assert_int_equal(granted()->expiry, proved + 3600);
	/* No keys are made anew for it, and tickets of before are void. */
	assert_int_equal(times(ROLE_IKE, M_CHILD_DO), 0);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 0);
	assert_int_equal(times(ROLE_SIGN, M_TICKETS_VOID), 1);
	/* Renewed before its new end. */
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 0);
	pass(3000000 - 300000);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 1);
	assert_int_equal(t->state, TN_ACTIVE);
	/* The next proof is good for as long as the policy says then. */
	bring_up(t, &v);
	assert_int_equal(sess_by_ticket(v.ticket.ticket)->expiry,
	    now_ms / 1000 + 3600);
}

/* Shorter, and over: there is time for another authentication. */
static void
test_over(void **state)
{
	struct mv_verdict	 v;
	struct tunnel		*t = up_for(DAY, 0, &v);

	(void)state;
	pass(7200000);
	lives(t, 3600, 0);
	assert_int_equal(t->state, TN_ACTIVE);
	assert_int_equal(sess_up_of(t)->expiry, now_ms / 1000 + USED_UP_S);
	pass(0);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 1);
	pass(USED_UP_S * 1000);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 1);
	/* With tunnel-end: remove there is nothing to wait for. */
	commit(help_policy(++generation));
	t = up_for(DAY, 1, &v);
	pass(7200000);
	lives(t, 3600, 1);
	pass(1000);
	assert_int_equal(t->state, TN_CLOSED);
	assert_int_equal(t->code, RSN_EXPIRED);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 0);
}

/* Longer: the end that was given stays, but it is no end for good. */
static void
test_longer(void **state)
{
	struct mv_verdict	 v;
	struct tunnel		*t = up_for(3600, 1, &v);
	uint64_t		 end = now_ms / 1000 + 3600;

	(void)state;
	lives(t, DAY, 1);
	assert_int_equal(sess_up_of(t)->expiry, end);
	pass(10);
	assert_null(granted());
	assert_int_equal(times(ROLE_SIGN, M_TICKETS_VOID), 0);
	pass(3300000);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 1);
	bring_up(t, &v);
	assert_int_equal(sess_by_ticket(v.ticket.ticket)->expiry,
	    now_ms / 1000 + DAY);
	pass(3600000);
	assert_int_equal(t->state, TN_ACTIVE);
	/* That one ends as the policy says. */
	pass((uint64_t)DAY * 1000);
	assert_int_equal(t->state, TN_CLOSED);
}

/* The story of code, or NULL. */
static const struct story *
story_of(unsigned int code)
{
	const struct story *s = NULL;

	while ((s = explain_next(s)) != NULL)
		if (s->code == code)
			break;
	return (s);
}

static void
no_order(uint32_t order, uint32_t tunnel)
{
	struct mx_failed m;

	memset(&m, 0, sizeof(m));
	m.order = order;
	m.tunnel = tunnel;
	m.initiator = 1;
	m.code = RSN_ORDER;
	strlcpy(m.text, "no such order", sizeof(m.text));
	help_sock(&m.remote, "198.51.100.1", 500);
	sessions_failed(0, &m);
	pass(0);
}

static void
test_taken_back(void **state)
{
	struct tunnel	*t = load_start(TS_START_AUTO, 1);
	uint32_t	 order = t->order;
	struct sn_tunnel c = t->pol->cf;

	(void)state;
	assert_int_equal(explain_count(), 0);
	memset(c.digest, 0x77, sizeof(c.digest));
	t = load(&c, 1);
	assert_int_equal(t->state, TN_NEGOTIATING);
	assert_int_not_equal(t->order, order);
	no_order(order, 1);
	assert_null(story_of(RSN_ORDER));
	assert_non_null(story_of(RSN_ADMIN));
	assert_non_null(strstr(story_of(RSN_ADMIN)->text, "begun anew"));
	assert_int_equal(explain_failures(1, RSN_ADMIN), 0);
	assert_int_equal(explain_count(), 1);
	/* Removed by hand, or overtaken by the peer: nothing to tell. */
	order = t->order;
	tunnel_fsm(t, TE_REMOVE);
	no_order(order, 1);
	assert_int_equal(explain_count(), 1);
	/* One that stands, and is refused all the same, is told. */
	tunnel_fsm(t, TE_ACTIVATE);
	t->removed = 0;
	tunnel_fsm(t, TE_ACTIVATE);
	assert_int_not_equal(t->order, 0);
	no_order(t->order, 1);
	assert_non_null(story_of(RSN_ORDER));
	/* Its tunnel is gone. */
	order = t->order != 0 ? t->order : 4711;
	commit(help_policy(++generation));
	no_order(order, 1);
	assert_non_null(strstr(story_of(RSN_ADMIN)->text, "out of the policy"));
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test_setup_teardown(test_shorter, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_over, setup, teardown),
		cmocka_unit_test_setup_teardown(test_longer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_taken_back, setup,
		    teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	alarm_fake_ms(now_ms);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
