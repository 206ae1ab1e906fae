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
 * tmd/owners.c, here.c: what a peer of a generic child may not have, and what
 * it loses when it is another's.
 */
#include "tmd_bed.h"

#include "../../tmd/generic.h"
#include "../../tmd/here.h"
#include "../../tmd/owners.h"

/* A responder with a generic child; with 10.77.0.0/16 another's, or not. */
static struct tunnel *
generic(int other)
{
	struct policy		*p = help_policy(++generation);
	struct wt_ceiling	 ce;
	struct sn_tunnel	 t;
	struct sn_child		 c;

	help_tunnel(&t, 1, "sales", TS_START_ANSWER);
	help_child(&c, 1, 1, "generic", TS_START_ANSWER);
	c.generic = 1;
	help_ceiling(&ce, 1, 1);
	ce.ts_remote_n = 2;
	help_ts(&ce.ts_remote[0], "0.0.0.0/0");
	help_ts(&ce.ts_remote[1], "::/0");
	assert_null(snapshot_row(p, SNAP_TUNNEL, &t));
	assert_null(snapshot_row(p, SNAP_CHILD, &c));
	assert_null(snapshot_row(p, SNAP_CEILING, &ce));
	if (other) {
		help_tunnel(&t, 2, "branch", TS_START_ANSWER);
		help_child(&c, 2, 1, "lan", TS_START_ANSWER);
		help_ceiling(&ce, 2, 1);
		help_ts(&ce.ts_remote[0], "10.77.0.0/16");
		assert_null(snapshot_row(p, SNAP_TUNNEL, &t));
		assert_null(snapshot_row(p, SNAP_CHILD, &c));
		assert_null(snapshot_row(p, SNAP_CEILING, &ce));
	}
	commit(p);
	return (tunnel_find(1));
}

/* The parent says that we have these, up to NULL. */
static void
here(const char *const *nets)
{
	struct mt_here m;

	memset(&m, 0, sizeof(m));
	for (; *nets != NULL; nets++) {
		char text[64];
		char *slash;

		strlcpy(text, *nets, sizeof(text));
		slash = strchr(text, '/');
		*slash = '\0';
		assert_int_equal(addr_parse(text, &m.net[m.net_n].addr), 0);
		m.net[m.net_n++].plen = (uint8_t)atoi(slash + 1);
	}
	if (here_told(&m))
		owners_recheck();
}

static const char *const nowhere[] = { NULL };
static const char *const lan[] = { "192.0.2.1/24", "10.1.0.1/16",
	"2001:db8:1::1/64", "198.51.100.200/24", NULL };
static const char *const wider[] = { "10.9.0.1/16", NULL };

/* 1: it has a grant for a after it has asked. */
static int
may_have(const struct mv_verdict *v, const char *a)
{
	const struct session	*s = sess_by_ticket(v->ticket.ticket);
	const struct grant	*g;
	struct wt_addr		 addr;
	struct mx_host		 m;

	memset(&m, 0, sizeof(m));
	memcpy(m.ticket, v->ticket.ticket, TICKET_LEN);
	m.child = 1;
	assert_int_equal(addr_parse(a, &m.host), 0);
	addr = m.host;
	generic_want(0, &m);
	g = sess_grant(s, 1);
	return (g != NULL && owners_host(g) != NULL &&
	    addr_cmp(owners_host(g), &addr) == 0);
}

static void
begin(struct tunnel *t, struct mv_verdict *v)
{
	verdict(v, t, 0);
	verdict_take(v, 0);
	session_up(v);
}

static void
child_down(const struct mv_verdict *v, uint32_t grant, uint32_t spi)
{
	struct mx_child_down m;

	memset(&m, 0, sizeof(m));
	m.grant = grant;
	m.tunnel = v->tunnel;
	m.child = 1;
	m.spi_in = spi;
	m.code = RSN_ADMIN;
	children_down(v->ticket.slot, &m);
}

static void
test_whose(void **state)
{
	static const char *const no[] = {
		"192.0.2.1",			/* ours, ike says */
		"10.1.0.1", "2001:db8:1::1", "198.51.100.200",	/* ours */
		"10.1.7.7", "2001:db8:1::77",	/* connected */
		"10.1.255.255", "10.1.0.0",	/* all of it */
		"198.51.100.2",			/* near the peer */
		"198.51.100.255",
		"127.0.0.1", "0.0.0.0", "224.0.0.5", "255.255.255.255",
		"169.254.3.3", "::1", "::", "fe80::1", "ff02::1",
		"10.77.3.4",			/* of tunnel branch */
		"10.0.0.9"			/* of our child's local */
	};
	struct mv_verdict	 v;
	unsigned int		 i;

	(void)state;
	begin(generic(1), &v);
	assert_true(may_have(&v, "10.1.7.7"));	/* nothing is known */
	here(lan);
	assert_null(sess_grant(sess_by_ticket(v.ticket.ticket), 1));
	for (i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (may_have(&v, no[i]))
			fail_msg("%s", no[i]);
	assert_true(may_have(&v, "10.2.0.1"));
	assert_true(may_have(&v, "2001:db8:2::77"));
	/* Where it is itself, though we are connected to it. */
	assert_true(may_have(&v, "198.51.100.1"));
	here(nowhere);
	assert_true(may_have(&v, "10.1.7.7"));
}

/* Who has it ends when it becomes another's: the pair is deleted. */
static void
test_recheck(void **state)
{
	struct mv_verdict	 v;
	struct session		*s;
	struct tunnel		*t;

	(void)state;
	t = generic(0);
	begin(t, &v);
	s = sess_by_ticket(v.ticket.ticket);
	assert_true(may_have(&v, "10.77.3.4"));
	child_up(&v, 1, 0x1000);
	here(lan);
	assert_int_equal(sess_grant(s, 1)->ending, 0);
	generic(0);		/* a reload that changes nothing of it */
	assert_int_equal(sess_grant(s, 1)->ending, 0);
	generic(1);
	assert_int_equal(sess_grant(s, 1)->ending, 1);
	assert_int_equal(times(ROLE_IKE, M_CHILD_DO), 1);
	assert_int_equal(((const struct mx_child *)find(ROLE_IKE, M_CHILD_DO,
	    0))->what, CHILD_DELETE);
	child_down(&v, sess_grant(s, 1)->id, 0x1000);
	assert_null(sess_grant(s, 1));
	/* ike has to ask again. */
	assert_int_equal(((const struct mx_child *)find(ROLE_IKE, M_CHILD_DO,
	    1))->what, CHILD_FORGET);
	here(nowhere);
}

static void
test_moved(void **state)
{
	struct mv_verdict	 v;
	struct session		*s;

	(void)state;
	begin(generic(0), &v);
	s = sess_by_ticket(v.ticket.ticket);
	assert_true(may_have(&v, "10.9.3.4"));
	child_up(&v, 1, 0x1000);
	here(lan);
	here(lan);
	assert_int_equal(sess_grant(s, 1)->ending, 0);
	here(wider);
	assert_int_equal(sess_grant(s, 1)->ending, 1);
	here(nowhere);
}

/* Many come in parts, and hold when the last is there. */
static void
test_parts(void **state)
{
	struct wt_addr	 a, out;
	struct mt_here	 m;

	(void)state;
	assert_int_equal(addr_parse("10.5.0.9", &a), 0);
	assert_int_equal(addr_parse("198.51.100.1", &out), 0);
	memset(&m, 0, sizeof(m));
	help_prefix(&m.net[0], "10.5.0.0/24");
	m.net[0].addr.a[3] = 1;
	m.net_n = 1;
	m.more = 1;
	assert_int_equal(here_told(&m), 0);
	assert_null(here_objection(&a, &out));
	help_prefix(&m.net[0], "10.6.0.1/32");
	m.more = 0;
	assert_int_equal(here_told(&m), 1);
	assert_non_null(here_objection(&a, &out));
	assert_null(here_objection(&a, &a));
	here(nowhere);
	assert_null(here_objection(&a, &out));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_whose, setup, teardown),
		cmocka_unit_test_setup_teardown(test_recheck, setup, teardown),
		cmocka_unit_test_setup_teardown(test_moved, setup, teardown),
		cmocka_unit_test_setup_teardown(test_parts, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	alarm_fake_ms(now_ms);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
