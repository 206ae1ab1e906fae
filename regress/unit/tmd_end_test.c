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
 * How an authentication ends: by the policy, or with what the peer proved
 * itself with; and who renews it.
 */
#include <time.h>

#include "tmd_bed.h"

#include "../../tmd/renew.h"

static struct tunnel *
load_ends(uint8_t end, uint8_t start)
{
	struct sn_tunnel c;

	help_tunnel(&c, 1, "boston", start);
	c.tunnel_lifetime = 1000;
	c.tunnel_end = end;
	return (load(&c, 1));
}

/* A session that the peer began is renewed by us, if it did not do so. */
static void
test_theirs(void **state)
{
	struct mv_verdict	 v, w;
	struct tunnel		*t;

	(void)state;
	t = load_ends(0, TS_START_ANSWER);
	verdict(&v, t, 0);
	verdict_take(&v, 0);
	session_up(&v);
	child_up(&v, 1, 0x1000);
	assert_int_equal(t->state, TN_ACTIVE);
	forget();
	pass(949000);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 0);
	pass(1000);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 1);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 0);
	verdict(&w, t, t->order);
	verdict_take(&w, 0);
	session_up(&w);
	child_up(&w, 1, 0x1002);
	assert_int_equal(sess_by_ticket(v.ticket.ticket)->state, SS_ENDING);
	assert_int_equal(t->state, TN_ACTIVE);
}

/* Who may only answer waits for the peer. */
static void
test_answers(void **state)
{
	struct sn_tunnel	 c;
	struct mv_verdict	 v;
	struct tunnel		*t;

	(void)state;
	help_tunnel(&c, 1, "boston", TS_START_ANSWER);
	c.tunnel_lifetime = 1000;
	c.role = TR_RESPONDER;
	t = load(&c, 1);
	verdict(&v, t, 0);
	verdict_take(&v, 0);
	session_up(&v);
	child_up(&v, 1, 0x1000);
	forget();
	pass(998000);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 0);
	pass(1000);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 0);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 1);
	assert_int_not_equal(t->state, TN_CLOSED);
	assert_string_equal(t->text, "tunnel-lifetime ended");
}

/* tunnel-end: remove is of tunnel-lifetime, not of a certificate or CRL. */
static void
test_credential(void **state)
{
	struct mv_verdict	 v, w;
	struct tunnel		*t;

	(void)state;
	t = load_ends(1, TS_START_AUTO);
	verdict(&v, t, t->order);
	v.cred_end = (uint64_t)time(NULL) + 500;
	verdict_take(&v, 0);
	session_up(&v);
	child_up(&v, 1, 0x1000);
	forget();
	pass(440000);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 0);
	pass(12000);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 1);
	/* Nothing comes of it: down, and tried again. */
	fail_order(t, RSN_TIMEOUT);
	pass(50000);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 1);
	assert_int_not_equal(t->state, TN_CLOSED);
	assert_int_equal(t->removed, 0);

	/* The next one, to its own end. */
	while (t->order == 0)
		pass(1000);
	bring_up(t, &w);
	forget();
	pass(999000);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 0);
	assert_int_equal(t->state, TN_CLOSED);
	assert_string_equal(t->text,
	    "tunnel-lifetime ended: ikectl activate starts it again");
}

/* One child's shorter life removes that child alone. */
static void
test_child(void **state)
{
	struct sn_tunnel	 c;
	struct mv_verdict	 v;
	struct tunnel		*t;
	struct grant		*g;

	(void)state;
	help_tunnel(&c, 1, "boston", TS_START_AUTO);
	c.tunnel_lifetime = 1000;
	c.tunnel_end = 1;
	t = load(&c, 2);
	((struct pol_child *)(uintptr_t)tunnel_child(t, 2)->pol)->
	    cf.tunnel_lifetime = 300;
	((struct pol_child *)(uintptr_t)tunnel_child(t, 2)->pol)->
	    ceiling.grant_seconds = 300;
	bring_up(t, &v);
	child_up(&v, 2, 0x1002);
	g = sess_grant(sess_by_ticket(v.ticket.ticket), 2);
	assert_int_equal(g->expiry, now_ms / 1000 + 300);
	forget();
	pass(300000);
	sessions_grant_gone(g->id, RSN_EXPIRED, "");
	pass(60000);
	assert_null(sess_grant(sess_by_ticket(v.ticket.ticket), 2));
	assert_int_equal(tunnel_child(t, 2)->want, 0);
	assert_int_equal(sess_by_ticket(v.ticket.ticket)->state, SS_UP);
	assert_int_equal(t->state, TN_ACTIVE);
	assert_int_equal(times(ROLE_IKE, M_CHILD_DO), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_theirs, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_answers, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_credential, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_child, setup,
		    teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	alarm_fake_ms(now_ms);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
