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
 * grants_fill(): from who (a verdict) to what (a grant), inside the
 * ceiling.  What it makes must pass the parent's own containment check.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tmd_help.h"

#include "../../ikd/parent/within.h"
#include "../../tmd/grants.h"

#define NOW	5000

static uint8_t		ticket[TICKET_LEN] = { 9, 8, 7 };
static struct pol_child	child;
static struct grant_input in;
static struct wt_grant	g;
static char		why[256];

static int
setup(void **state)
{
	(void)state;
	memset(&child, 0, sizeof(child));
	help_child(&child.cf, 4, 1, "lan", TS_START_AUTO);
	help_ceiling(&child.ceiling, 4, 1);
	memset(&in, 0, sizeof(in));
	in.child = &child;
	in.ticket = ticket;
	in.peer = ticket;
	in.slot = 2;
	in.id = 77;
	in.generation = 5;
	in.expiry = NOW + 100;
	help_sock(&in.local, "192.0.2.1", 4500);
	help_sock(&in.remote, "198.51.100.4", 4500);
	return (0);
}

static void
assert_contained(void)
{
	char text[512];
	const char *out;

	out = grant_within_ceiling(&g, &child.ceiling, NOW, text,
	    sizeof(text));
	if (out != NULL)
		fail_msg("%s", out);
}

static void
test_plain(void **state)
{
	(void)state;
	assert_int_equal(grants_fill(&in, &g, why, sizeof(why)), RSN_OK);
	assert_contained();
	assert_int_equal(g.id, 77);
	assert_int_equal(g.slot, 2);
	assert_int_equal(g.generation, 5);
	assert_int_equal(g.tunnel, 4);
	assert_int_equal(g.child, 1);
	assert_int_equal(g.reqid, 401);
	assert_int_equal(g.pairs, GRANT_PAIRS);
	assert_int_equal(g.expiry, NOW + 100);
	assert_int_equal(g.hard_seconds, 7200);
	assert_memory_equal(g.ticket, ticket, TICKET_LEN);
	/* Exactly the two addresses, though the ceiling has all of ours. */
	assert_int_equal(g.outer_local_n, 1);
	assert_int_equal(g.outer_local[0].plen, 32);
	assert_int_equal(addr_cmp(&g.outer_local[0].addr, &in.local.addr), 0);
	assert_int_equal(g.outer_remote_n, 1);
	assert_int_equal(g.outer_remote[0].plen, 32);
}

static void
test_outside(void **state)
{
	(void)state;
	help_sock(&in.remote, "203.0.113.9", 500);
	assert_int_equal(grants_fill(&in, &g, why, sizeof(why)),
	    RSN_CEILING);
	assert_non_null(strstr(why, "203.0.113.9"));
	help_sock(&in.remote, "198.51.100.4", 500);
	help_sock(&in.local, "2001:db8::1", 500);
	assert_int_equal(grants_fill(&in, &g, why, sizeof(why)),
	    RSN_CEILING);
}

static void
test_roaming(void **state)
{
	(void)state;
	child.ceiling.roaming = 1;
	help_prefix(&child.ceiling.outer_remote[0], "198.51.100.0/24");
	assert_int_equal(grants_fill(&in, &g, why, sizeof(why)), RSN_OK);
	assert_contained();
	assert_int_equal(g.roaming, 1);
	assert_int_equal(g.outer_remote[0].plen, 24);
	/* Without the right: the address alone. */
	child.ceiling.roaming = 0;
	assert_int_equal(grants_fill(&in, &g, why, sizeof(why)), RSN_OK);
	assert_int_equal(g.outer_remote[0].plen, 32);
}

static void
test_endpoint_selectors(void **state)
{
	(void)state;
	/* No selectors in the ceiling, or dyn: the endpoint's own address. */
	child.ceiling.ts_remote_n = 0;
	child.cf.dyn = DYN_LOCAL;
	help_ts(&child.ceiling.ts_local[0], "0.0.0.0/0");
	child.ceiling.ts_local[0].proto = 6;
	child.ceiling.ts_local[0].port_lo = 80;
	child.ceiling.ts_local[0].port_hi = 80;
	assert_int_equal(grants_fill(&in, &g, why, sizeof(why)), RSN_OK);
	assert_contained();
	assert_int_equal(g.ts_remote_n, 1);
	assert_memory_equal(g.ts_remote[0].lo, in.remote.addr.a, 4);
	assert_memory_equal(g.ts_remote[0].hi, in.remote.addr.a, 4);
	assert_int_equal(g.ts_local_n, 1);
	assert_memory_equal(g.ts_local[0].lo, in.local.addr.a, 4);
	assert_memory_equal(g.ts_local[0].hi, in.local.addr.a, 4);
	assert_int_equal(g.ts_local[0].proto, 6);
	assert_int_equal(g.ts_local[0].port_hi, 80);
	/* An endpoint that the ceiling does not have. */
	help_ts(&child.ceiling.ts_local[0], "10.0.0.0/8");
	assert_int_equal(grants_fill(&in, &g, why, sizeof(why)), RSN_TS);
	child.ceiling.ts_local[0].af = 6;
	assert_int_equal(grants_fill(&in, &g, why, sizeof(why)), RSN_TS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_plain, setup),
		cmocka_unit_test_setup(test_outside, setup),
		cmocka_unit_test_setup(test_roaming, setup),
		cmocka_unit_test_setup(test_endpoint_selectors, setup),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
