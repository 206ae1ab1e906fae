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
 * What the kernel plane tells ike: peers that moved, and this host's
 * addresses, by which an initiator without one of its own finds that there is
 * no NAT.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "addr.h"
#include "harness.h"
#include "mocks.h"
#include "../../ikd/ike/natt.h"

/* Two ends that do not force encapsulation; a's address is the route's. */
static struct world *
world_plain(uint64_t seed)
{
	struct world	*w = world_new(seed);
	int		 i;

	for (i = 0; i < 2; i++)
		w->n[i].tunnel.encap_force = 0;
	world_start(w);
	return (w);
}

static void
initiate(struct world *w)
{
	struct mx_initiate	 m;

	memset(&m, 0, sizeof(m));
	m.order = 1;
	m.tunnel = 1;
	m.generation = 1;
	m.remote.addr = w->n[1].at.addr;
	exch_initiate(w->n[0].ike, &m);
	ike_turn_end(w->n[0].ike);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 100);
	assert_int_equal(world_pairs(w), 1);
}

/* n addresses that are not ours, and, unless n is 0, ours behind them. */
static void
addrs(struct mi_addrs *m, const struct node *n, unsigned int others)
{
	unsigned int	 i;

	memset(m, 0, sizeof(*m));
	for (i = 0; i < others; i++) {
		addr_parse("198.18.0.1", &m->at[i].addr);
		m->at[i].addr.a[3] = (uint8_t)(i + 1);
	}
	addr_parse("2001:db8::1", &m->at[others].addr);
	m->at[others + 1].addr = n->at.addr;
	m->at_n = (uint16_t)(others + 2);
}

static void
test_no_address(void **state)
{
	struct world	*w = world_plain(400);

	(void)state;
	initiate(w);
	assert_int_equal(node_session(&w->n[0])->nat & NAT_FORCED,
	    NAT_FORCED);
	assert_int_equal(w->n[0].install.udp_encap, 1);
	assert_int_equal(w->n[1].install.udp_encap, 1);
	world_free(w);
}

static void
test_addresses(void **state)
{
	struct world	*w = world_plain(401);
	struct mi_addrs	 m;

	(void)state;
	addrs(&m, &w->n[0], 5);
	from_parent_addrs(w->n[0].ike, &m);
	initiate(w);
	assert_int_equal(node_session(&w->n[0])->nat, 0);
	assert_int_equal(node_session(&w->n[1])->nat, 0);
	assert_int_equal(w->n[0].install.udp_encap, 0);
	assert_int_equal(w->n[1].install.udp_encap, 0);
	assert_int_equal(addr_cmp(&node_session(&w->n[0])->local.addr,
	    &w->n[0].at.addr), 0);
	world_free(w);
}

/* None of them is the one we are seen as: there is a NAT. */
static void
test_other_addresses(void **state)
{
	struct world	*w = world_plain(402);
	struct mi_addrs	 m;

	(void)state;
	addrs(&m, &w->n[0], 5);
	m.at_n--;
	from_parent_addrs(w->n[0].ike, &m);
	initiate(w);
	assert_int_equal(node_session(&w->n[1])->nat & NAT_PEER, NAT_PEER);
	assert_int_equal(w->n[1].install.udp_encap, 1);
	world_free(w);
}

static void
test_too_many_addresses(void **state)
{
	struct world	*w = world_plain(403);
	struct mi_addrs	 m;

	(void)state;
	addrs(&m, &w->n[0], 40);
	from_parent_addrs(w->n[0].ike, &m);
	initiate(w);
	assert_int_equal(w->n[0].install.udp_encap, 1);
	world_free(w);
}

/* There are others that we do not know: it may be one of those. */
static void
test_more_addresses(void **state)
{
	struct world	*w = world_plain(405);
	struct mi_addrs	 m;

	(void)state;
	addrs(&m, &w->n[0], 5);
	m.more = 1;
	from_parent_addrs(w->n[0].ike, &m);
	initiate(w);
	assert_int_equal(w->n[0].install.udp_encap, 1);
	world_free(w);
}

/* The parent's word has the rule of ikd-esp's; a false grant has none. */
static void
test_mapping(void **state)
{
	struct world		*w = world_up(404);
	struct child		*c = child_newest(node_session(&w->n[0]), 1);
	struct mi_mapping	 m;

	(void)state;
	m.grant = c->grant + 1;
	m.spi_in = c->spi_in;
	m.local = c->s->local;
	m.remote = c->s->remote;
	m.remote.port = 4711;
	from_parent_mapping(w->n[0].ike, &m);
	world_run(w, 10);
	assert_int_equal(w->n[0].moved, 0);
	m.grant = c->grant;
	from_parent_mapping(w->n[0].ike, &m);
	world_run(w, 10);
	assert_int_equal(w->n[0].moved, 1);
	assert_int_equal(w->n[0].migrate.remote.port, 4711);
	m.spi_in++;
	from_parent_mapping(w->n[0].ike, &m);
	world_run(w, 10);
	assert_int_equal(w->n[0].moved, 1);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_address),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_other_addresses),
		cmocka_unit_test(test_too_many_addresses),
		cmocka_unit_test(test_more_addresses),
		cmocka_unit_test(test_mapping),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
