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
 * MOBIKE (RFC 4555): addresses that come and go at either end, ways that are
 * dead, and messages that lie.
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
#include "../../ikd/ike/natt.h"
#include "../../ikd/ike/pld_notify.h"

#define A1	"192.0.2.1"
#define A2	"203.0.113.9"
#define A6	"2001:db8:a::1"
#define B1	"198.51.100.7"
#define B2	"198.51.100.77"
#define B6	"2001:db8:b::1"

/* Both can; encap: as the user-space plane, else without NAT none. */
static struct world *
world_mobike(uint64_t seed, int encap)
{
	struct world	*w = world_new(seed);
	int		 i;

	for (i = 0; i < 2; i++) {
		w->n[i].tunnel.mobike = 1;
		w->n[i].tunnel.encap_force = (uint8_t)encap;
		w->n[i].tunnel.remote_n = 2;
		prefix_parse("::/0", &w->n[i].tunnel.remote[1]);
	}
	return (w);
}

static void
start(struct world *w, const char *a, const char *b)
{
	world_start(w);
	node_addrs(&w->n[0], a);
	node_addrs(&w->n[1], b);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 1000);
	assert_int_equal(world_pairs(w), 1);
}

static struct session *
of(struct world *w, int i)
{
	struct session	*s = node_session(&w->n[i]);

	assert_non_null(s);
	return (s);
}

static int
is_at(const struct wt_addr *a, const char *text)
{
	struct wt_addr	 b;

	assert_int_equal(addr_parse(text, &b), 0);
	return (addr_cmp(a, &b) == 0);
}

/* Sessions and pairs of both ends are between a and b. */
static void
settled(struct world *w, const char *a, const char *b)
{
	struct child	*c;
	int		 i;

	for (i = 0; i < 2; i++) {
		assert_true(is_at(&of(w, i)->local.addr, i == 0 ? a : b));
		assert_true(is_at(&of(w, i)->remote.addr, i == 0 ? b : a));
		c = child_newest(of(w, i), 1);
		assert_non_null(c);
		assert_true(is_at(&c->local.addr, i == 0 ? a : b));
		assert_true(is_at(&c->remote.addr, i == 0 ? b : a));
		assert_int_equal(of(w, i)->mob->unproved, 0);
	}
	assert_int_equal(world_pairs(w), 1);
	assert_int_equal(w->n[0].downs + w->n[1].downs, 0);
	world_clean(w);
}

static void
test_agreed(void **state)
{
	struct world	*w = world_mobike(900, 0);

	(void)state;
	start(w, A1 " " A6, B1 " " B2 " " B6);
	assert_non_null(of(w, 0)->mob);
	assert_non_null(of(w, 1)->mob);
	assert_int_equal(of(w, 0)->mob->mover, 1);
	assert_int_equal(of(w, 1)->mob->mover, 0);
	/* RFC 4555 3.3: the NAT-T port, though there is no NAT. */
	assert_int_equal(of(w, 0)->nat, 0);
	assert_int_equal(of(w, 0)->local.port, 4500);
	assert_int_equal(of(w, 1)->remote.port, 4500);
	assert_int_equal(w->n[0].install.udp_encap, 0);
	assert_int_equal(of(w, 0)->mob->peer.n, 2);
	assert_true(is_at(&of(w, 0)->mob->peer.a[1], B6));
	assert_int_equal(of(w, 1)->mob->peer.n, 1);
	world_free(w);
}

static void
test_not_agreed(void **state)
{
	struct world	*w;
	int		 i;

	(void)state;
	for (i = 0; i < 2; i++) {
		w = world_mobike(901 + (uint64_t)i, 1);
		w->n[i].tunnel.mobike = 0;
		start(w, A1 " " A2, B1);
		assert_null(of(w, 0)->mob);
		assert_null(of(w, 1)->mob);
		world_free(w);
	}
}

/* What we protect is no address to reach us at, and told to nobody. */
static void
test_inside(void **state)
{
	struct world	*w = world_mobike(903, 1);

	(void)state;
	start(w, "10.1.0.1 " A1, B1 " 10.2.3.4");
	assert_int_equal(of(w, 0)->mob->peer.n, 0);
	assert_int_equal(of(w, 1)->mob->peer.n, 0);
	world_free(w);
}

static void
test_moves(void **state)
{
	struct world	*w = world_mobike(904, 1);

	(void)state;
	start(w, A1, B1);
	node_addrs(&w->n[0], A2);
	world_run(w, 1000);
	settled(w, A2, B1);
	assert_int_equal(w->n[0].moved, 1);
	assert_int_equal(w->n[1].moved, 1);
	assert_int_equal(w->n[0].migrates, 1);
	assert_int_equal(w->n[1].migrates, 1);
	/* And back. */
	node_addrs(&w->n[0], A1);
	world_run(w, 1000);
	settled(w, A1, B1);
	world_free(w);
}

/* The old address is still there, but the route has another one. */
static void
test_route_changes(void **state)
{
	struct world	*w = world_mobike(905, 1);

	(void)state;
	start(w, A1 " " A2, B1);
	node_addrs(&w->n[0], A2 " " A1);
	world_run(w, 1000);
	settled(w, A2, B1);
	assert_int_equal(of(w, 1)->mob->peer.n, 1);
	assert_true(is_at(&of(w, 1)->mob->peer.a[0], A1));
	/* Nothing that matters has changed: nothing is said. */
	node_addrs(&w->n[0], A2 " " A1);
	world_run(w, 1000);
	assert_int_equal(w->n[0].moved, 1);
	world_free(w);
}

static void
test_families(void **state)
{
	struct world	*w = world_mobike(906, 1);

	(void)state;
	start(w, A1, B1 " " B6);
	node_addrs(&w->n[0], A6);
	world_run(w, 1000);
	settled(w, A6, B6);
	node_addrs(&w->n[0], A2);
	world_run(w, 1000);
	settled(w, A2, B1);
	world_free(w);
}

/* What is outstanding goes by the new way, before all else (3.5). */
static enum fate
lose_old(struct world *w, struct flight *f)
{
	(void)w;
	return (is_at(&f->src.addr, A1) || is_at(&f->dst.addr, A1) ? DROP :
	    PASS);
}

static void
test_outstanding(void **state)
{
	struct world	*w = world_mobike(907, 1);

	(void)state;
	start(w, A1, B1);
	w->hook = lose_old;
	node_child_do(&w->n[0], 1, CHILD_REKEY);
	node_child_do(&w->n[1], 1, CHILD_REKEY);
	world_run(w, 100);
	node_addrs(&w->n[0], A2);
	world_run(w, 3000);
	w->hook = NULL;
	world_run(w, WORLD_SETTLED);
	settled(w, A2, B1);
	assert_true(w->n[0].child_ups >= 2);
	world_free(w);
}

static void
test_twice(void **state)
{
	struct world	*w = world_mobike(908, 1);

	(void)state;
	start(w, A1, B1);
	w->latency = 400;
	node_addrs(&w->n[0], A2);
	world_run(w, 500);
	node_addrs(&w->n[0], "203.0.113.10");
	world_run(w, 100);
	node_addrs(&w->n[0], "203.0.113.11");
	world_run(w, 5000);
	settled(w, "203.0.113.11", B1);
	world_free(w);
}

/* No event: the way is dead somewhere else, and liveness finds out. */
static enum fate
dead_way(struct world *w, struct flight *f)
{
	const char	*at = w->hook_arg;

	return (is_at(&f->dst.addr, at) || is_at(&f->src.addr, at) ? DROP :
	    PASS);
}

static void
test_tries(void **state)
{
	static const struct { const char *dead, *a, *b; } row[] = {
		{ B1, A1, B2 }, { A1, A2, B1 },
	};
	struct world	*w;
	size_t		 i;

	(void)state;
	for (i = 0; i < 2; i++) {
		w = world_mobike(909 + i, 1);
		start(w, A1 " " A2, B1 " " B2);
		w->hook = dead_way;
		w->hook_arg = (void *)(uintptr_t)row[i].dead;
		node_session_do(&w->n[0], SESSION_PROBE);
		world_run(w, 10000);
		settled(w, row[i].a, row[i].b);
		world_free(w);
	}
}

/* Nobody answers anywhere: it is over some time. */
static void
test_nowhere(void **state)
{
	struct world	*w = world_mobike(911, 1);

	(void)state;
	start(w, A1 " " A2, B1 " " B2);
	w->hook = drop_all;
	node_session_do(&w->n[0], SESSION_PROBE);
	world_run(w, 600000);
	assert_int_equal(w->n[0].downs, 1);
	assert_int_equal(w->n[0].down.code, RSN_DEAD_PEER);
	world_free(w);
}

/* The responder's addresses: it says so, the initiator moves (3.6). */
static void
test_responder(void **state)
{
	struct world	*w = world_mobike(912, 1);

	(void)state;
	start(w, A1, B1);
	node_addrs(&w->n[1], B1 " " B2);
	world_run(w, 1000);
	assert_int_equal(of(w, 0)->mob->peer.n, 1);
	settled(w, A1, B1);
	assert_int_equal(w->n[0].moved, 0);
	node_addrs(&w->n[1], B2);
	world_run(w, 2000);
	settled(w, A1, B2);
	assert_int_equal(of(w, 0)->mob->peer.n, 0);
	assert_true(w->n[1].moved >= 1);
	world_free(w);
}

/* To where the policy has no peer it does not go. */
static void
test_unacceptable(void **state)
{
	struct world	*w;
	int		 i;

	(void)state;
	for (i = 0; i < 2; i++) {
		w = world_mobike(913 + (uint64_t)i, 1);
		w->n[1].tunnel.remote_n = 1;
		prefix_parse("192.0.2.0/24", &w->n[1].tunnel.remote[0]);
		start(w, A1, B1);
		if (i == 0) {	/* the old one is still there */
			node_addrs(&w->n[0], A2 " " A1);
			world_run(w, 2000);
			assert_true(is_at(&of(w, 0)->local.addr, A1));
			settled(w, A1, B1);
			assert_int_equal(w->n[1].moved, 0);
		} else {
			node_addrs(&w->n[0], A2);
			world_run(w, 5000);
			assert_int_equal(w->n[0].downs, 1);
			assert_int_equal(w->n[0].down.code, RSN_PEER_ERROR);
		}
		assert_int_equal(w->n[1].migrates, 0);
		world_free(w);
	}
}

/* Outside our own policy we do not even try. */
static void
test_own_policy(void **state)
{
	struct world	*w = world_mobike(915, 1);

	(void)state;
	w->n[0].tunnel.local_n = 1;
	prefix_parse(A1 "/32", &w->n[0].tunnel.local[0]);
	start(w, A1, B1);
	node_addrs(&w->n[0], A2 " " A1);
	world_run(w, 2000);
	settled(w, A1, B1);
	assert_int_equal(of(w, 1)->mob->peer.n, 0);
	world_free(w);
}

static void
test_transport(void **state)
{
	struct world	*w = world_mobike(916, 1);

	(void)state;
	w->n[0].child[0].mode = w->n[1].child[0].mode = MODE_TRANSPORT;
	start(w, A1, B1);
	node_addrs(&w->n[0], A2 " " A1);
	world_run(w, 2000);
	assert_true(is_at(&of(w, 0)->local.addr, A1));
	assert_int_equal(w->n[0].migrates, 0);
	world_free(w);
}

static int
asks_to_move(struct world *w)
{
	const struct exch	*x = of(w, 0)->own;

	return (x != NULL && x->kind == JOB_MOVE);
}

/* A selector that is the end's own address would mean nothing elsewhere. */
static void
test_own_address(void **state)
{
	struct world	*w = world_mobike(927, 1);
	int		 i;

	(void)state;
	start(w, A1, B1);
	for (i = 0; i < 2; i++) {
		w->n[i].child[0].ts_local[0].af = 0;
		world_commit(w, i, 2);
		assert_false(mobike_acceptable(of(w, i), &of(w, i)->local.addr,
		    &of(w, i)->remote.addr));
	}
	node_addrs(&w->n[0], A2 " " A1);
	world_run(w, 2000);
	assert_true(is_at(&of(w, 0)->local.addr, A1));
	assert_int_equal(w->n[0].downs, 0);
	/* No way there: it may come back.  Another way: it begins anew. */
	node_addrs(&w->n[0], A6);
	world_run(w, 2000);
	assert_int_equal(w->n[0].downs, 0);
	node_addrs(&w->n[0], A2);
	world_run(w, 2000);
	assert_int_equal(w->n[0].downs, 1);
	assert_int_equal(w->n[1].downs, 0);
	world_free(w);
}

/* Whoever answers COOKIE2 with another one is no partner (3.7). */
static void
test_cookie(void **state)
{
	struct world	*w = world_mobike(917, 1);
	struct session	*s;

	(void)state;
	start(w, A1, B1);
	w->latency = 100;
	node_addrs(&w->n[0], A2);
	assert_true(world_until(w, asks_to_move, 1000));
	s = of(w, 0);
	s->own->ni[3] ^= 1;
	world_run(w, 3000);
	assert_int_equal(w->n[0].downs, 1);
	assert_int_equal(w->n[0].down.code, RSN_INVALID_SYNTAX);
	world_free(w);
}

/* The pairs of the responder wait until the peer has answered from there. */
static enum fate
lose_checks(struct world *w, struct flight *f)
{
	(void)w;
	return (f->from == 1 && is_request(f) ? DROP : PASS);
}

static void
test_routability(void **state)
{
	struct world	*w = world_mobike(918, 1);
	struct child	*c;

	(void)state;
	start(w, A1, B1);
	w->hook = lose_checks;
	node_addrs(&w->n[0], A2);
	world_run(w, 3000);
	assert_true(is_at(&of(w, 1)->remote.addr, A2));
	c = child_newest(of(w, 1), 1);
	assert_true(is_at(&c->remote.addr, A1));
	assert_int_equal(w->n[1].migrates, 0);
	w->hook = NULL;
	world_run(w, 10000);
	settled(w, A2, B1);
	world_free(w);
}

/* The IKE SA is rekeyed, by either side: who moves stays the same. */
static void
test_rekeyed(void **state)
{
	struct world	*w;
	int		 i;

	(void)state;
	for (i = 0; i < 2; i++) {
		w = world_mobike(919 + (uint64_t)i, 1);
		start(w, A1, B1 " " B6);
		node_session_do(&w->n[i], SESSION_REKEY);
		world_run(w, 2000);
		assert_int_equal(of(w, 0)->mob->mover, 1);
		assert_int_equal(of(w, 1)->mob->mover, 0);
		node_addrs(&w->n[0], A6);
		world_run(w, WORLD_SETTLED);
		settled(w, A6, B6);
		world_free(w);
	}
}

/* It moves and rekeys at once. */
static void
test_rekeyed_meanwhile(void **state)
{
	struct world	*w;
	unsigned int	 i;

	(void)state;
	for (i = 0; i < 40; i++) {
		w = world_mobike(930 + i, 1);
		start(w, A1, B1);
		node_session_do(&w->n[i & 1], SESSION_REKEY);
		world_run(w, i);
		node_addrs(&w->n[0], A2);
		world_run(w, 5 * (i % 7));
		node_child_do(&w->n[i >> 1 & 1], 1, CHILD_REKEY);
		world_run(w, 30000);
		settled(w, A2, B1);
		world_free(w);
	}
}

/* The same under loss, doubles and disorder. */
static void
test_chaos(void **state)
{
	struct chaos	 k;
	struct world	*w;
	unsigned int	 i;

	(void)state;
	for (i = 0; i < 100; i++) {
		w = world_mobike(1000 + i, 1);
		start(w, A1, B1 " " B2);
		k.rng = 77 + i;
		w->hook = chaos;
		w->hook_arg = &k;
		node_addrs(&w->n[0], i & 1 ? A2 : A1 " " A2);
		world_run(w, 500 * (i % 9));
		node_addrs(&w->n[1], i & 2 ? B2 : B1);
		world_run(w, 200 * (i % 5));
		node_addrs(&w->n[0], i & 4 ? A6 " " A1 : A2);
		world_run(w, 60000);
		w->hook = NULL;
		world_run(w, 60000);
		settled(w, i & 4 ? A1 : A2, i & 2 ? B2 : B1);
		world_free(w);
	}
}

static void
behind_nat(struct world *w)
{
	w->nat = 1;
	addr_parse("203.0.113.5", &w->nat_as.addr);
	w->nat_as.port = 40000;
}

/* An IKE message from elsewhere moves nothing by itself (3.8). */
static void
test_elsewhere(void **state)
{
	struct world	*w = world_mobike(921, 1);

	(void)state;
	behind_nat(w);
	start(w, A1, B1);
	w->nat_as.port = 41000;
	of(w, 0)->mob->natd = 0;	/* it does not look */
	node_session_do(&w->n[0], SESSION_PROBE);
	world_run(w, 1000);
	assert_int_equal(of(w, 1)->remote.port, 40001);
	assert_int_equal(w->n[1].moved, 0);
	world_free(w);
}

/* The NAT maps anew: liveness sees it, and says where we are (3.8). */
static void
test_rebinding(void **state)
{
	struct world	*w = world_mobike(922, 1);

	(void)state;
	behind_nat(w);
	start(w, A1, B1);
	w->nat_as.port = 41000;
	node_session_do(&w->n[0], SESSION_PROBE);
	world_run(w, 1000);
	assert_int_equal(of(w, 1)->remote.port, 41001);
	assert_int_equal(w->n[1].migrate.remote.port, 41001);
	w->nat_as.port = 42000;
	addr_parse("203.0.113.6", &w->nat_as.addr);
	node_session_do(&w->n[0], SESSION_PROBE);
	world_run(w, 1000);
	assert_int_equal(w->n[1].migrate.remote.port, 42001);
	assert_true(is_at(&of(w, 1)->remote.addr, "203.0.113.6"));
	assert_int_equal(world_pairs(w), 1);
	/* And nothing more when nothing changes. */
	w->n[1].migrates = 0;
	node_session_do(&w->n[0], SESSION_PROBE);
	world_run(w, 1000);
	assert_int_equal(w->n[1].migrates, 0);
	world_free(w);
}

/* From behind a NAT to where there is none, and back: encapsulation. */
static void
test_encapsulation(void **state)
{
	struct world	*w = world_mobike(923, 0);

	(void)state;
	start(w, A1, B1);
	assert_int_equal(of(w, 1)->nat, 0);
	behind_nat(w);
	node_addrs(&w->n[0], A2);
	w->n[0].at.addr = w->n[0].addr[0];	/* as the NAT knows it */
	world_run(w, 2000);
	assert_int_equal(of(w, 0)->nat, NAT_US);
	assert_int_equal(of(w, 1)->nat, NAT_PEER);
	assert_true(is_at(&of(w, 1)->remote.addr, "203.0.113.5"));
	assert_int_equal(child_newest(of(w, 1), 1)->encap, 1);
	w->nat = 0;
	node_addrs(&w->n[0], A1);
	world_run(w, 2000);
	assert_int_equal(of(w, 0)->nat, 0);
	assert_int_equal(of(w, 1)->nat, 0);
	assert_int_equal(child_newest(of(w, 1), 1)->encap, 0);
	settled(w, A1, B1);
	world_free(w);
}

/* A peer without NAT traversal: a changed address is an attack (3.9). */
static void
test_no_nats(void **state)
{
	struct world	*w = world_mobike(924, 1);

	(void)state;
	start(w, A1, B1);
	of(w, 0)->no_natd = 1;
	node_addrs(&w->n[0], A2);
	world_run(w, 1000);
	settled(w, A2, B1);
	behind_nat(w);
	node_addrs(&w->n[0], A1 " " A2);
	world_run(w, 30000);
	/* Tried several times, then back to where both have agreed. */
	assert_true(is_at(&of(w, 0)->local.addr, A2));
	assert_true(is_at(&of(w, 1)->remote.addr, A2));
	assert_int_equal(w->n[1].moved, 1);
	assert_int_equal(world_pairs(w), 1);
	world_free(w);
}

/* ---- what the peer may put into a message ---- */

static void
say(struct world *w, int i, unsigned int type, const void *data, size_t len,
    unsigned int times)
{
	struct session	*s = of(w, i);
	struct out	 o;

	window_begin(s, &o, EXCH_INFORMATIONAL);
	while (times-- > 0)
		msg_add_notify(&o.m, type, data, len);
	assert_int_equal(window_request(s, &o), 0);
	ike_turn_end(w->n[i].ike);
	world_run(w, 200);
}

static void
test_liars(void **state)
{
	struct world	*w = world_mobike(925, 1);
	uint8_t		 b[80] = { 192, 0, 2, 200 };
	unsigned int	 i;

	(void)state;
	start(w, A1, B1);
	/* More than are kept; and each only once. */
	say(w, 0, N_ADDITIONAL_IP4_ADDRESS, b, 4, 20);
	assert_int_equal(of(w, 1)->mob->peer.n, 1);
	for (i = 0; i < 3; i++)
		say(w, 1, N_ADDITIONAL_IP6_ADDRESS, b + i, 16, 1);
	assert_int_equal(of(w, 0)->mob->peer.n, 1);
	say(w, 0, N_NO_ADDITIONAL_ADDRESSES, NULL, 0, 1);
	assert_int_equal(of(w, 1)->mob->peer.n, 0);
	/* Only who began may say so. */
	say(w, 1, N_UPDATE_SA_ADDRESSES, NULL, 0, 1);
	settled(w, A1, B1);
	/* Of another width: as if they were not there. */
	say(w, 0, N_ADDITIONAL_IP4_ADDRESS, b, 5, 1);
	say(w, 0, N_ADDITIONAL_IP6_ADDRESS, b, 4, 1);
	say(w, 0, N_COOKIE2, b, 7, 1);
	say(w, 0, N_COOKIE2, b, 65, 1);
	say(w, 0, N_NO_NATS_ALLOWED, b, 13, 1);
	say(w, 0, N_NO_NATS_ALLOWED, b, 36, 1);
	say(w, 0, N_UNACCEPTABLE_ADDRESSES, NULL, 0, 1);
	say(w, 0, N_UNEXPECTED_NAT_DETECTED, b, 1, 1);
	assert_int_equal(of(w, 1)->mob->peer.n, 0);
	settled(w, A1, B1);
	world_free(w);
}

/* Without the agreement nothing moves, but COOKIE2 is given back. */
static void
test_stranger(void **state)
{
	struct world	*w = world_mobike(926, 1);
	uint8_t		 b[32] = { 7 };

	(void)state;
	w->n[1].tunnel.mobike = 0;
	start(w, A1, B1);
	say(w, 0, N_UPDATE_SA_ADDRESSES, NULL, 0, 1);
	assert_int_equal(w->n[1].migrates, 0);
	say(w, 0, N_COOKIE2, b, sizeof(b), 1);
	assert_int_equal(window_work(of(w, 0))->req == NULL, 1);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_agreed),
		cmocka_unit_test(test_not_agreed),
		cmocka_unit_test(test_inside),
		cmocka_unit_test(test_moves),
		cmocka_unit_test(test_route_changes),
		cmocka_unit_test(test_families),
		cmocka_unit_test(test_outstanding),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_tries),
		cmocka_unit_test(test_nowhere),
		cmocka_unit_test(test_responder),
		cmocka_unit_test(test_unacceptable),
		cmocka_unit_test(test_own_policy),
		cmocka_unit_test(test_transport),
		cmocka_unit_test(test_own_address),
		cmocka_unit_test(test_cookie),
		cmocka_unit_test(test_routability),
		cmocka_unit_test(test_rekeyed),
		cmocka_unit_test(test_rekeyed_meanwhile),
		cmocka_unit_test(test_chaos),
		cmocka_unit_test(test_elsewhere),
		cmocka_unit_test(test_rebinding),
		cmocka_unit_test(test_encapsulation),
		cmocka_unit_test(test_no_nats),
		cmocka_unit_test(test_liars),
		cmocka_unit_test(test_stranger),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
