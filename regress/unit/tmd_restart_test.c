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
 * One child that is ended, and wanted again before its SAs are gone.
 */
#include "tmd_bed.h"

#include "../../tmd/ctl_result.h"
#include "../../tmd/ctl_verbs.h"

static struct mv_verdict	 up;
static struct mq_request	 words;
static struct ctl_req		 req;

static void
ring(void *ctx)
{
	struct ctl_req *r = ctx;

	if (!r->done)
		r->on_alarm(r);
}

/* A verb, as if a client had asked for one child. */
static void
ask(void (*verb)(struct ctl_req *))
{
	char err[MSG_TEXT];

	memset(&words, 0, sizeof(words));
	memset(&req, 0, sizeof(req));
	strlcpy(words.args[0].w, "boston/net1", sizeof(words.args[0].w));
	words.args_n = 1;
	req.m = &words;
	req.t0_ms = now_ms;
	alarm_make(&req.alarm, ring, &req);
	assert_int_equal(select_targets(&words, 0, &req.targets, err,
	    sizeof(err)), 0);
	verb(&req);
}

static void
asked(void)
{
	alarm_clear(&req.alarm);
	select_free(&req.targets);
	free(req.own);
}

static void
pair_down(uint32_t grant)
{
	struct mx_child_down m;

	memset(&m, 0, sizeof(m));
	m.grant = grant;
	m.tunnel = m.child = 1;
	m.spi_in = 0x1000;
	m.code = RSN_ADMIN;
	children_down(up.ticket.slot, &m);
}

/* The n-th order to ike about the child, and what it says. */
static int
told(unsigned int n)
{
	const struct mx_child *m = find(ROLE_IKE, M_CHILD_DO, n);

	return (m != NULL ? m->what : -1);
}

static uint32_t
active(void)
{
	bring_up(load_start(TS_START_AUTO, 1), &up);
	forget();
	return (sess_grant(sess_by_ticket(up.ticket.ticket), 1)->id);
}

/* The old pair is none of the new one, for whoever asked. */
static void
new_pair(uint32_t old)
{
	const struct grant *g;

	pass(1000);
	assert_int_equal(told(1), CHILD_OPEN);
	assert_false(req.done);
	g = sess_grant(sess_by_ticket(up.ticket.ticket), 1);
	assert_non_null(g);
	assert_int_not_equal(g->id, old);
	child_up(&up, 1, 0x2000);
	req.on_alarm(&req);
	assert_true(req.done);
	assert_int_equal(((struct act *)req.own)->state, ACT_OK);
	asked();
}

static void
test_restart(void **state)
{
	uint32_t old = active();

	(void)state;
	ask(ctl_restart);
	assert_false(req.done);
	assert_int_equal(times(ROLE_IKE, M_CHILD_DO), 1);
	assert_int_equal(told(0), CHILD_DELETE);
	pair_down(old);
	new_pair(old);
}

/* The peer does not answer our DELETE. */
static void
test_slow(void **state)
{
	uint32_t old = active();

	(void)state;
	ask(ctl_restart);
	pass(3000);
	assert_null(sess_grant_find(old));
	new_pair(old);
}

/* Removed, and wanted again before it is gone; and why it is down. */
static void
test_remove(void **state)
{
	uint32_t old = active();
	struct tun_child *c = tunnel_child(tunnel_find(1), 1);

	(void)state;
	ask(ctl_remove);
	asked();
	ask(ctl_activate);
	assert_false(req.done);
	pair_down(old);
	new_pair(old);

	old = sess_grant(sess_by_ticket(up.ticket.ticket), 1)->id;
	forget();
	ask(ctl_remove);
	pass(3000);
	pass(1000);
	assert_true(req.done);
	asked();
	assert_int_equal(c->npairs, 0);
	assert_string_equal(c->text, "removed: ikectl activate opens it");
	pass(60000);
	assert_int_equal(times(ROLE_IKE, M_CHILD_DO), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_restart, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_slow, setup, teardown),
		cmocka_unit_test_setup_teardown(test_remove, setup,
		    teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	alarm_fake_ms(now_ms);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
