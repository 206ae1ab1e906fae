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
 * AH: the same exchanges under protocol 2, beside ESP on one IKE SA, and its
 * refusal where there is NAT.
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

static struct world *
world_ah(uint64_t seed)
{
	struct world	*w = world_new(seed);
	int		 i;

	for (i = 0; i < 2; i++) {
		w->n[i].tunnel.encap_force = 0;
		node_proposal(&w->n[i], NULL, "ah-sha384-sha256");
	}
	return (w);
}

static struct world *
world_ah_up(uint64_t seed)
{
	struct world	*w = world_ah(seed);

	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 100);
	assert_int_equal(world_pairs(w), 1);
	return (w);
}

static void
is_ah(const struct mi_install *m)
{
	assert_int_equal(m->suite.proto, PROTO_AH);
	assert_int_equal(m->suite.encr, 0);
	assert_int_equal(m->suite.integ, INTEG_HMAC_SHA2_384_192);
	assert_int_equal(m->suite.esn, 1);
	assert_int_equal(m->encr_in_len, 0);
	assert_int_equal(m->encr_out_len, 0);
	assert_int_equal(m->integ_in_len, 48);
	assert_int_equal(m->integ_out_len, 48);
	assert_int_equal(m->udp_encap, 0);
}

static void
test_up(void **state)
{
	struct world	*w = world_ah_up(300);

	(void)state;
	is_ah(&w->n[0].install);
	is_ah(&w->n[1].install);
	node_session_do(&w->n[0], SESSION_DELETE);
	world_run(w, 1000);
	assert_int_equal(world_pairs(w), 0);
	world_clean(w);
	world_free(w);
}

/* REKEY_SA and Delete name protocol 2, from either side. */
static void
test_rekey(void **state)
{
	struct world	*w = world_ah_up(301);
	unsigned int	 i;

	(void)state;
	for (i = 0; i < 2; i++) {
		node_child_do(&w->n[i], 1, CHILD_REKEY);
		world_run(w, WORLD_SETTLED);
		assert_int_equal(world_pairs(w), 1);
		assert_int_equal(node_children(&w->n[0]), 1);
		assert_int_equal(node_children(&w->n[1]), 1);
		assert_int_equal(w->n[0].child_ups, 2 + i);
		assert_int_equal(w->n[1].child_ups, 2 + i);
		assert_int_equal(w->n[1 - i].child_down.code, RSN_REPLACED);
		is_ah(&w->n[i].install);
		assert_int_equal(w->n[i].install.suite.ke, KE_X25519);
		world_clean(w);
	}
	world_free(w);
}

static struct child *
child_no(struct node *n, uint32_t child)
{
	struct child	*c = child_newest(node_session(n), child);

	assert_non_null(c);
	return (c);
}

/*
 * ESP and AH under one IKE SA; their SPIs are two spaces, and a Delete of
 * one protocol is none of the other's.
 */
static void
test_beside_esp(void **state)
{
	struct world	*w = world_ah(302);
	struct child	*esp, *ah;
	uint32_t	 spi;
	int		 i;

	(void)state;
	for (i = 0; i < 2; i++)
		node_child(&w->n[i], 1, i ? "10.4.0.0/16" : "10.3.0.0/16",
		    i ? "10.3.0.0/16" : "10.4.0.0/16");
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	node_child_do(&w->n[0], 2, CHILD_OPEN);
	world_run(w, 1000);
	assert_int_equal(world_pairs(w), 2);
	ah = child_no(&w->n[1], 1);
	esp = child_no(&w->n[1], 2);
	assert_int_equal(esp->suite.proto, PROTO_ESP);
	assert_int_equal(ah->suite.proto, PROTO_AH);
	spi = ah->spi_out;
	assert_ptr_equal(child_by_spi_out(ah->s, PROTO_AH, spi), ah);
	assert_null(child_by_spi_out(ah->s, PROTO_ESP, spi));
	ah->spi_out = esp->spi_out;
	assert_ptr_equal(child_by_spi_out(ah->s, PROTO_AH, esp->spi_out), ah);
	assert_ptr_equal(child_by_spi_out(ah->s, PROTO_ESP, esp->spi_out),
	    esp);
	ah->spi_out = spi;
	node_child_do(&w->n[1], 1, CHILD_DELETE);
	world_run(w, 4000);
	assert_int_equal(world_pairs(w), 1);
	assert_int_equal(node_children(&w->n[0]), 1);
	node_child_do(&w->n[0], 2, CHILD_DELETE);
	world_run(w, 4000);
	assert_int_equal(world_pairs(w), 0);
	world_free(w);
}

static void
nat_before_a(struct world *w)
{
	w->nat = 1;
	addr_parse("203.0.113.5", &w->nat_as.addr);
	w->nat_as.port = 40000;
	world_start(w);
	node_initiate(&w->n[0], 1);
	world_run(w, 3000);
}

/* Whoever finds the NAT first says so; nothing is installed. */
static void
test_nat(void **state)
{
	struct world	*w = world_ah(303);

	(void)state;
	nat_before_a(w);
	assert_int_equal(w->n[0].ups, 0);
	assert_int_equal(w->n[0].installs + w->n[1].installs, 0);
	assert_int_equal(w->n[0].fail.code, RSN_UNSUPPORTED);
	assert_non_null(strstr(w->n[0].fail.text, "AH cannot pass a NAT"));
	world_free(w);
}

/* The peer offers ESP first, AH afterwards: its child alone is refused. */
static void
test_nat_responder(void **state)
{
	struct world	*w = world_ah(304);
	int		 i;

	(void)state;
	for (i = 0; i < 2; i++)
		node_proposal(&w->n[i], NULL, "aes256gcm16");
	node_child(&w->n[0], 1, "10.3.0.0/16", "10.4.0.0/16");
	node_child(&w->n[1], 1, "10.4.0.0/16", "10.3.0.0/16");
	w->n[1].child[1].proposals[0] = (struct wt_proposal){ PROTO_AH, 1,
	    { { XF_INTEG, INTEG_HMAC_SHA2_256_128, 0 } } };
	nat_before_a(w);
	assert_int_equal(w->n[0].ups, 1);
	assert_int_equal(world_pairs(w), 1);
	node_child_do(&w->n[0], 2, CHILD_OPEN);
	world_run(w, 1000);
	assert_int_equal(world_pairs(w), 1);
	assert_int_equal(w->n[0].child_failed, 1);
	assert_int_equal(w->n[0].fail.code, RSN_NO_PROPOSAL);
	assert_int_equal(w->n[1].child_failed, 1);
	assert_non_null(strstr(w->n[1].fail.text, "AH cannot pass a NAT"));
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_up),
		cmocka_unit_test(test_rekey),
		cmocka_unit_test(test_beside_esp),
		cmocka_unit_test(test_nat),
		cmocka_unit_test(test_nat_responder),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
