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
 * Transport mode: through a NAT (RFC 7296 section 2.23.1), and what is said of
 * TFC padding.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "addr.h"
#include "harness.h"
#include "mocks.h"
#include "reason.h"
#include "ts.h"

#define SEEN_AS	"203.0.113.5"

static struct world *
world_transport(uint64_t seed, int nat)
{
	struct world		*w = world_new(seed);
	struct sn_child_ike	*c;
	int			 i;

	for (i = 0; i < 2; i++) {
		w->n[i].tunnel.encap_force = 0;
		c = &w->n[i].child[0];
		c->mode = MODE_TRANSPORT;
		c->ts_local_n = c->ts_remote_n = 1;
		c->ts_local[0].af = c->ts_remote[0].af = 0;
	}
	w->nat = nat;
	addr_parse(SEEN_AS, &w->nat_as.addr);
	w->nat_as.port = 40000;
	world_start(w);
	return (w);
}

static void
selector_is(const struct wt_ts *ts, uint16_t n, const struct wt_addr *a)
{
	struct wt_ts	 host;

	ts_from_addr(&host, a);
	assert_int_equal(n, 1);
	assert_true(ts_equal(ts, &host));
}

/* Each end has the addresses that its own packets have. */
static void
installed_as_seen(struct world *w, const char *a_outside)
{
	const struct mi_install	*m;
	struct wt_addr		 outside;
	int			 i;

	addr_parse(a_outside, &outside);
	for (i = 0; i < 2; i++) {
		m = &w->n[i].install;
		assert_int_equal(m->mode, MODE_TRANSPORT);
		assert_int_equal(m->no_tfc, 1);
		selector_is(m->ts_local, m->ts_local_n, &m->local.addr);
		selector_is(m->ts_remote, m->ts_remote_n, &m->remote.addr);
		assert_int_equal(m->udp_encap, w->nat);
	}
	assert_true(addr_cmp(&w->n[1].install.remote.addr, &outside) == 0);
	assert_int_equal(addr_cmp(&w->n[0].install.local.addr, &outside) == 0,
	    !w->nat);
}

static void
up_and_rekeyed(struct world *w, const char *a_outside)
{
	int	 i;

	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 1000);
	installed_as_seen(w, a_outside);
	for (i = 0; i < 2; i++) {
		memset(&w->n[0].install, 0, sizeof(w->n[0].install));
		memset(&w->n[1].install, 0, sizeof(w->n[1].install));
		node_child_do(&w->n[i], 1, CHILD_REKEY);
		world_run(w, WORLD_SETTLED);
		installed_as_seen(w, a_outside);
		assert_int_equal(node_children(&w->n[0]), 1);
	}
	world_free(w);
}

static void
test_nat(void **state)
{
	(void)state;
	up_and_rekeyed(world_transport(940, 1), SEEN_AS);
}

static void
test_no_nat(void **state)
{
	struct world	*w = world_transport(941, 0);
	char		 a[ADDR_TEXT];

	(void)state;
	addr_print(&w->n[0].at.addr, a, sizeof(a));
	up_and_rekeyed(w, a);
}

/* In tunnel mode nothing is said, and padding may come. */
static void
test_tunnel(void **state)
{
	struct world	*w = world_up(942);

	(void)state;
	assert_int_equal(w->n[0].install.no_tfc, 0);
	assert_int_equal(w->n[1].install.no_tfc, 0);
	world_free(w);
}

/* Of several addresses none is the end's: they stay as they are. */
static void
test_seen(void **state)
{
	struct ts_pair	 t;
	struct wt_addr	 a, b;

	(void)state;
	memset(&t, 0, sizeof(t));
	addr_parse("10.0.0.1", &a);
	addr_parse("192.0.2.9", &b);
	ts_from_addr(&t.local.ts[0], &a);
	t.local.n = 2;
	t.local.ts[1] = t.local.ts[0];
	t.local.ts[0].proto = 6;
	t.local.ts[0].port_lo = t.local.ts[0].port_hi = 80;
	t.remote = t.local;
	tsp_seen(&t, &b, NULL);
	assert_memory_equal(t.local.ts[0].lo, b.a, 4);
	assert_memory_equal(t.local.ts[1].hi, b.a, 4);
	assert_int_equal(t.local.ts[0].port_lo, 80);
	assert_memory_equal(t.remote.ts[0].lo, a.a, 4);
	t.remote.ts[1].hi[3]++;
	tsp_seen(&t, NULL, &b);
	assert_memory_equal(t.remote.ts[0].lo, a.a, 4);
}

int
main(void)
{
	static const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(test_nat),
		cmocka_unit_test(test_no_nat),
		cmocka_unit_test(test_tunnel),
		cmocka_unit_test(test_seen),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
