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

/* CREATE_CHILD_SA without collisions: new children, rekeying, refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness.h"
#include "mocks.h"
#include "reason.h"

static uint32_t
spi_of(struct node *n)
{
	struct child	*c = child_newest(node_session(n), 1);

	assert_non_null(c);
	return (c->spi_in);
}

/* The child is rekeyed once, the old pair is gone on both sides. */
static void
rekeyed_once(struct world *w, uint32_t old)
{
	world_run(w, WORLD_SETTLED);
	assert_int_equal(world_pairs(w), 1);
	assert_int_not_equal(spi_of(&w->n[0]), old);
	assert_int_equal(node_children(&w->n[0]), 1);
	assert_int_equal(node_children(&w->n[1]), 1);
	assert_int_equal(w->n[0].child_ups, 2);
	assert_int_equal(w->n[1].child_ups, 2);
	assert_int_equal(w->n[0].child_downs, 1);
	assert_int_equal(w->n[1].child_downs, 1);
	assert_int_equal(w->n[0].child_down.code, RSN_REPLACED);
	assert_int_equal(w->n[1].child_down.code, RSN_REPLACED);
	world_clean(w);
}

static void
test_child_rekey_pfs(void **state)
{
	struct world	*w = world_up(100);
	uint32_t	 old = spi_of(&w->n[0]);

	(void)state;
	node_child_do(&w->n[0], 1, CHILD_REKEY);
	rekeyed_once(w, old);
	assert_int_equal(w->n[0].install.suite.ke, KE_X25519);
	assert_int_equal(w->n[0].install.hold_out, 0);
	assert_int_equal(w->n[1].install.hold_out, 1);
	assert_int_equal(w->n[0].install.replaces, old);
	assert_int_equal(w->n[0].child_up.replaces, old);
	world_free(w);
}

static int
retired(struct world *w)
{
	return (w->n[1].retires > 0);
}

/*
 * The peer's Delete ends our sending on the old pair at once; what the peer
 * has sent on it before is received a moment longer.
 */
static void
test_old_pair_receives(void **state)
{
	struct world	*w = world_up(120);
	uint32_t	 old = spi_of(&w->n[0]);
	unsigned int	 i, receive = 0, send = 0;

	(void)state;
	node_child_do(&w->n[0], 1, CHILD_REKEY);
	assert_true(world_until(w, retired, 3000));
	world_run(w, 100);
	assert_int_equal(w->n[1].removes, 0);
	for (i = 0; i < NPAIRS; i++) {
		receive += w->n[1].pair[i].used;
		send += w->n[1].pair[i].used && !w->n[1].pair[i].retired;
	}
	assert_int_equal(receive, 2);
	assert_int_equal(send, 1);
	rekeyed_once(w, old);
	assert_int_equal(w->n[0].retires, 1);
	world_free(w);
}

static unsigned int	 rounds;

static int
rounds_done(struct world *w)
{
	return (w->n[0].child_ups > rounds && w->n[1].child_ups > rounds);
}

/*
 * One rekey after the other, faster than old pairs are forgotten: each still
 * receives what is under way, but no more of them than the parent allows
 * (which the mock of it checks).
 */
static void
test_rekeys_in_a_row(void **state)
{
	struct world	*w = world_up(121);
	unsigned int	 i, receive;

	(void)state;
	for (rounds = 1; rounds <= 40; rounds++) {
		node_child_do(&w->n[rounds % 3 == 0], 1, CHILD_REKEY);
		assert_true(world_until(w, rounds_done, 3000));
	}
	for (i = receive = 0; i < NPAIRS; i++)
		receive += w->n[0].pair[i].used;
	assert_in_range(receive, 10, 19);
	world_run(w, WORLD_SETTLED);
	assert_int_equal(world_pairs(w), 1);
	assert_int_equal(w->n[0].child_ups, 41);
	assert_int_equal(w->n[0].child_downs, 40);
	world_clean(w);
	world_free(w);
}

static void
test_child_rekey_by_responder(void **state)
{
	struct world	*w = world_up(101);
	uint32_t	 old = spi_of(&w->n[0]);

	(void)state;
	node_child_do(&w->n[1], 1, CHILD_REKEY);
	rekeyed_once(w, old);
	world_free(w);
}

static void
test_child_rekey_no_pfs(void **state)
{
	struct world	*w = world_new(102);
	uint32_t	 old;

	(void)state;
	w->n[0].child[0].pfs = w->n[1].child[0].pfs = 0;
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 100);
	old = spi_of(&w->n[0]);
	node_child_do(&w->n[0], 1, CHILD_REKEY);
	rekeyed_once(w, old);
	assert_int_equal(w->n[0].install.suite.ke, 0);
	world_free(w);
}

/* A key exchange wherever both have one, and none with who has none. */
static void
test_child_rekey_prefer(void **state)
{
	static const struct {
		uint8_t	 we, peer;
		int	 ke;
	} cases[] = {
		{ PFS_PREFER, PFS_PREFER, KE_X25519 },
		{ PFS_PREFER, PFS_YES, KE_X25519 },
		{ PFS_YES, PFS_PREFER, KE_X25519 },
		{ PFS_PREFER, PFS_NO, KE_NONE },
		{ PFS_NO, PFS_PREFER, KE_NONE },
	};
	struct world	*w;
	uint32_t	 old;
	size_t		 i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		w = world_new(130 + (unsigned int)i);
		node_proposal(&w->n[0], NULL, "aes256gcm16");
		node_proposal(&w->n[1], NULL, "aes256gcm16");
		w->n[0].child[0].pfs = cases[i].we;
		w->n[1].child[0].pfs = cases[i].peer;
		world_start(w);
		node_initiate(&w->n[0], 1);
		assert_true(world_until(w, both_up, 5000));
		world_run(w, 100);
		old = spi_of(&w->n[0]);
		node_child_do(&w->n[0], 1, CHILD_REKEY);
		rekeyed_once(w, old);
		assert_int_equal(w->n[0].install.suite.ke, cases[i].ke);
		assert_int_equal(w->n[1].install.suite.ke, cases[i].ke);
		world_free(w);
	}
}

/* INVALID_KE_PAYLOAD in CREATE_CHILD_SA (RFC 7296 1.3). */
static void
test_child_invalid_ke(void **state)
{
	struct world	*w = world_new(103);
	uint32_t	 old;

	(void)state;
	node_proposal(&w->n[0], NULL, "aes256gcm16-x25519-ecp384");
	node_proposal(&w->n[1], NULL, "aes256gcm16-ecp384");
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 100);
	old = spi_of(&w->n[0]);
	node_child_do(&w->n[0], 1, CHILD_REKEY);
	rekeyed_once(w, old);
	assert_int_equal(w->n[0].install.suite.ke, KE_ECP384);
	assert_int_equal(w->n[1].ike->stat[ST_INVALID_KE], 1);
	/* The group that was agreed on is the first guess next time. */
	node_child_do(&w->n[0], 1, CHILD_REKEY);
	world_run(w, WORLD_SETTLED);
	assert_int_equal(w->n[1].ike->stat[ST_INVALID_KE], 1);
	assert_int_equal(world_pairs(w), 1);
	world_free(w);
}

/* No group in common: the old pair goes on, and it is tried again. */
static void
test_child_no_group(void **state)
{
	struct world	*w = world_new(104);
	uint32_t	 old;

	(void)state;
	node_proposal(&w->n[0], NULL, "aes256gcm16-x25519");
	node_proposal(&w->n[1], NULL, "aes256gcm16-ecp384");
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 100);
	old = spi_of(&w->n[0]);
	node_child_do(&w->n[0], 1, CHILD_REKEY);
	world_run(w, 1000);
	assert_int_equal(spi_of(&w->n[0]), old);
	assert_int_equal(w->n[0].fail.code, RSN_NO_PROPOSAL);
	assert_int_equal(w->n[0].fail.child, 1);
	assert_int_equal(world_pairs(w), 1);
	world_clean(w);
	world_free(w);
}

static struct world *
two_children(uint64_t seed)
{
	struct world	*w = world_new(seed);

	node_child(&w->n[0], 1, "10.1.0.0/16", "10.3.0.0/16");
	node_child(&w->n[1], 1, "10.3.0.0/16", "10.1.0.0/16");
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 100);
	assert_int_equal(world_pairs(w), 1);
	return (w);
}

static void
test_second_child(void **state)
{
	struct world	*w = two_children(105);

	(void)state;
	node_child_do(&w->n[0], 2, CHILD_OPEN);
	world_run(w, 1000);
	assert_int_equal(world_pairs(w), 2);
	assert_int_equal(w->n[1].child_up.child, 2);
	/* Not a rekey; whether it has to wait the parent knows. */
	assert_int_equal(w->n[1].install.hold_out, 1);
	assert_int_equal(w->n[1].install.replaces, 0);
	world_clean(w);
	node_child_do(&w->n[1], 2, CHILD_DELETE);
	world_run(w, 4000);
	assert_int_equal(world_pairs(w), 1);
	assert_int_equal(w->n[0].child_down.code, RSN_PEER_DELETED);
	assert_int_equal(w->n[1].child_down.code, RSN_ADMIN);
	world_clean(w);
	world_free(w);
}

/* Keeps the request of a CREATE_CHILD_SA. */
static enum fate
record_create(struct world *w, struct flight *f)
{
	if (exch_of(f) == EXCH_CREATE_CHILD && is_request(f) && f->from == 0)
		*(struct flight *)w->hook_arg = *f;
	return (PASS);
}

/* Who only repeats what he has seen does not keep us from our rekeys. */
static void
test_replayed_request(void **state)
{
	struct world	*w = two_children(107);
	struct flight	 seen = { .len = 0 };
	unsigned int	 i;

	(void)state;
	w->hook = record_create;
	w->hook_arg = &seen;
	node_child_do(&w->n[0], 2, CHILD_OPEN);
	world_run(w, 1000);
	assert_true(seen.len > 0);
	w->hook = NULL;
	node_session_do(&w->n[1], SESSION_REKEY);
	for (i = 0; i < 20; i++) {
		world_inject(w, 1, &seen.src, &seen.dst, seen.natt, seen.buf,
		    seen.len);
		world_run(w, 2000);
	}
	assert_true(w->n[1].ike->stat[ST_RETRANS_IN] > 1);
	assert_int_equal(w->n[1].ups, 2);
	assert_int_equal(world_pairs(w), 2);
	world_free(w);
}

/* The order names two children: the second follows the first. */
static void
test_order_of_two(void **state)
{
	struct mx_initiate	 m;
	struct world		*w = world_new(106);

	(void)state;
	node_child(&w->n[0], 1, "10.1.0.0/16", "10.3.0.0/16");
	node_child(&w->n[1], 1, "10.3.0.0/16", "10.1.0.0/16");
	world_start(w);
	memset(&m, 0, sizeof(m));
	m.order = 1;
	m.tunnel = 1;
	m.remote.addr = w->n[1].at.addr;
	m.children_n = 2;
	m.children[0].n = 2;
	m.children[1].n = 1;
	exch_initiate(w->n[0].ike, &m);
	ike_turn_end(w->n[0].ike);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 1000);
	assert_int_equal(world_pairs(w), 2);
	assert_int_equal(w->n[0].child_up.child, 1);
	assert_int_equal(w->n[1].initial_contacts, 0);
	world_clean(w);
	world_free(w);
}

/* The responder has no room: NO_ADDITIONAL_SAS, the session stays. */
static void
test_no_additional(void **state)
{
	struct world	*w = two_children(107);

	(void)state;
	w->n[1].install_code = RSN_GRANT;
	node_child_do(&w->n[0], 2, CHILD_OPEN);
	world_run(w, 1000);
	assert_int_equal(world_pairs(w), 1);
	assert_int_equal(w->n[0].fail.child, 2);
	assert_int_equal(w->n[0].fail.code, RSN_BUSY);
	world_clean(w);
	world_free(w);
}

/* TEMPORARY_FAILURE: later again, then it works (RFC 7296 2.25). */
static void
test_temporary(void **state)
{
	struct world	*w = two_children(108);

	(void)state;
	w->n[1].install_code = RSN_PLANE;
	node_child_do(&w->n[0], 2, CHILD_OPEN);
	world_run(w, 1000);
	assert_int_equal(world_pairs(w), 1);
	w->n[1].install_code = 0;
	world_run(w, 15000);
	assert_int_equal(world_pairs(w), 2);
	world_clean(w);
	world_free(w);
}

/* Our plane refuses what the peer has installed: it is deleted there. */
static void
test_rekey_install_fails(void **state)
{
	struct world	*w = world_up(109);

	(void)state;
	w->n[0].install_code = RSN_PLANE;
	node_child_do(&w->n[0], 1, CHILD_REKEY);
	world_run(w, 2000);
	w->n[0].install_code = 0;
	/* The old pair is replaced over there, and it is tried again. */
	world_run(w, 60000);
	assert_int_equal(world_pairs(w), 1);
	assert_int_equal(node_children(&w->n[0]), 1);
	world_free(w);
}

/* The peer does not have the pair: silently gone, and a new one (2.25). */
static void
test_not_found(void **state)
{
	struct world	*w = world_up(110);
	struct child	*c;

	(void)state;
	c = child_newest(node_session(&w->n[1]), 1);
	child_remove(c, RSN_GONE, "lost");
	world_run(w, 10);
	node_child_do(&w->n[0], 1, CHILD_REKEY);
	world_run(w, 3000);
	assert_int_equal(world_pairs(w), 1);
	assert_int_equal(node_children(&w->n[0]), 1);
	assert_int_equal(node_children(&w->n[1]), 1);
	world_clean(w);
	world_free(w);
}

static enum fate
lose_first_answer(struct world *w, struct flight *f)
{
	int	*lost = w->hook_arg;

	return (exch_of(f) == EXCH_CREATE_CHILD && !is_request(f) &&
	    (*lost)++ == 0 ? DROP : PASS);
}

/*
 * Our answer to a rekey is lost and we want to rekey the new pair: not
 * before the peer can know of it, since it would not find it.
 */
static void
test_answer_lost(void **state)
{
	struct world	*w = world_up(111);
	uint32_t	 old = spi_of(&w->n[0]);
	unsigned int	 sent;
	int		 lost = 0;

	(void)state;
	w->hook = lose_first_answer;
	w->hook_arg = &lost;
	node_child_do(&w->n[0], 1, CHILD_REKEY);
	world_run(w, 100);
	assert_int_equal(lost, 1);
	sent = w->sent;
	node_child_do(&w->n[1], 1, CHILD_REKEY);
	node_session_do(&w->n[1], SESSION_REKEY);
	world_run(w, 500);
	assert_int_equal(w->sent, sent);
	world_run(w, 10000);
	assert_int_equal(world_pairs(w), 1);
	assert_int_not_equal(spi_of(&w->n[0]), old);
	assert_int_equal(w->n[0].child_ups, 3);
	assert_int_equal(w->n[0].ups, 2);
	world_clean(w);
	world_free(w);
}

/* ---- the IKE SA ---- */

static void
ike_rekeyed(struct world *w, const uint8_t *old_spi)
{
	struct session	*a, *b;

	world_run(w, 3000);
	a = node_session(&w->n[0]);
	b = node_session(&w->n[1]);
	assert_non_null(a);
	assert_non_null(b);
	assert_true(both_up(w));
	assert_memory_not_equal(a->spi_i, old_spi, SPI_LEN);
	assert_memory_equal(a->keys.d, b->keys.d, a->keys.d_len);
	assert_int_equal(w->n[0].ups, 2);
	assert_int_equal(w->n[1].ups, 2);
	assert_int_equal(w->n[0].downs + w->n[1].downs, 0);
	assert_memory_equal(w->n[0].up.old_spi_i, old_spi, SPI_LEN);
	assert_int_equal(w->n[0].ike->nsessions, 1);
	assert_int_equal(w->n[1].ike->nsessions, 1);
	assert_int_equal(world_pairs(w), 1);
	assert_int_equal(node_children(&w->n[0]), 1);
	assert_int_equal(node_children(&w->n[1]), 1);
	world_clean(w);
	/* It works: the child can be rekeyed under it. */
	node_child_do(&w->n[1], 1, CHILD_REKEY);
	world_run(w, WORLD_SETTLED);
	assert_int_equal(world_pairs(w), 1);
	world_clean(w);
}

static void
test_ike_rekey(void **state)
{
	struct world	*w = world_up(120);
	uint8_t		 spi[SPI_LEN];
	struct session	*a = node_session(&w->n[0]);

	(void)state;
	memcpy(spi, a->spi_i, SPI_LEN);
	node_session_do(&w->n[0], SESSION_REKEY);
	ike_rekeyed(w, spi);
	assert_true(node_session(&w->n[0])->initiator);
	world_free(w);
}

static void
test_ike_rekey_by_responder(void **state)
{
	struct world	*w = world_up(121);
	uint8_t		 spi[SPI_LEN];
	struct session	*a = node_session(&w->n[0]);

	(void)state;
	memcpy(spi, a->spi_i, SPI_LEN);
	node_session_do(&w->n[1], SESSION_REKEY);
	ike_rekeyed(w, spi);
	/* Who started the rekey is the new original initiator (1.3.2). */
	assert_false(node_session(&w->n[0])->initiator);
	assert_int_equal(node_session(&w->n[0])->spi_i[0], 1);
	world_free(w);
}

static void
test_ike_rekey_invalid_ke(void **state)
{
	struct world	*w = world_up(122);
	uint8_t		 spi[SPI_LEN];
	struct session	*a = node_session(&w->n[0]);

	(void)state;
	memcpy(spi, a->spi_i, SPI_LEN);
	node_proposal(&w->n[1], "aes256gcm16-prfsha384-ecp256", NULL);
	w->n[1].tunnel.digest[0] = 0;
	world_commit(w, 1, 2);
	node_session_do(&w->n[0], SESSION_REKEY);
	ike_rekeyed(w, spi);
	assert_int_equal(node_session(&w->n[0])->suite.ke, KE_ECP256);
	world_free(w);
}

/* Refused: the SA goes on, and is tried again. */
static void
test_ike_rekey_refused(void **state)
{
	struct world	*w = world_up(123);

	(void)state;
	node_proposal(&w->n[1], "aes128-sha256-modp2048", NULL);
	world_commit(w, 1, 2);
	node_session_do(&w->n[0], SESSION_REKEY);
	world_run(w, 3000);
	assert_int_equal(w->n[0].ups, 1);
	/* tmd may have more luck with another authentication. */
	assert_int_equal(w->n[0].renews, 1);
	assert_int_equal(w->n[0].renew.code, RSN_NO_PROPOSAL);
	assert_int_equal(w->n[1].renews, 0);
	world_clean(w);
	node_proposal(&w->n[1], "aes256gcm16-prfsha384-x25519", NULL);
	world_commit(w, 1, 3);
	world_run(w, 31000);
	assert_int_equal(w->n[0].ups, 2);
	world_clean(w);
	world_free(w);
}

static enum fate
lose_third(struct world *w, struct flight *f)
{
	unsigned int	*p = w->hook_arg;

	(void)f;
	return (++*p % 3 == 0 ? DROP : PASS);
}

/* A third of all datagrams is lost, for hours: one pair stays. */
static void
test_rekeys_under_loss(void **state)
{
	struct world	*w = world_up(124);
	unsigned int	 count = 0;
	int		 i;

	(void)state;
	w->hook = lose_third;
	w->hook_arg = &count;
	for (i = 0; i < 40; i++) {
		world_run(w, 600000);
		assert_non_null(node_session(&w->n[0]));
		assert_non_null(node_session(&w->n[1]));
	}
	w->hook = NULL;
	world_run(w, 30000);
	assert_true(both_up(w));
	assert_int_equal(world_pairs(w), 1);
	assert_true(w->n[0].child_ups > 5);
	assert_true(w->n[0].ups >= 2);
	world_free(w);
}

/* A reload that does not touch the tunnel leaves the session alone. */
static void
test_reload(void **state)
{
	struct world	*w = world_up(125);
	uint32_t	 old = spi_of(&w->n[0]);

	(void)state;
	w->n[0].tunnel.dpd = 0;
	world_commit(w, 0, 2);
	assert_int_equal(node_session(&w->n[0])->policy->generation, 2);
	assert_int_equal(spi_of(&w->n[0]), old);
	/* Changed: it keeps the policy it was made under. */
	w->n[0].tunnel.digest[0] ^= 1;
	world_commit(w, 0, 3);
	assert_int_equal(node_session(&w->n[0])->policy->generation, 2);
	world_clean(w);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_child_rekey_pfs),
		cmocka_unit_test(test_old_pair_receives),
		cmocka_unit_test(test_rekeys_in_a_row),
		cmocka_unit_test(test_child_rekey_by_responder),
		cmocka_unit_test(test_child_rekey_no_pfs),
		cmocka_unit_test(test_child_rekey_prefer),
		cmocka_unit_test(test_child_invalid_ke),
		cmocka_unit_test(test_child_no_group),
		cmocka_unit_test(test_second_child),
		cmocka_unit_test(test_replayed_request),
		cmocka_unit_test(test_order_of_two),
		cmocka_unit_test(test_no_additional),
		cmocka_unit_test(test_temporary),
		cmocka_unit_test(test_rekey_install_fails),
		cmocka_unit_test(test_not_found),
		cmocka_unit_test(test_answer_lost),
		cmocka_unit_test(test_ike_rekey),
		cmocka_unit_test(test_ike_rekey_by_responder),
		cmocka_unit_test(test_ike_rekey_invalid_ke),
		cmocka_unit_test(test_ike_rekey_refused),
		cmocka_unit_test(test_rekeys_under_loss),
		cmocka_unit_test(test_reload),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
