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

/* The first two exchanges: what works, under what losses. */
#include <sys/mman.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "addr.h"
#include "harness.h"
#include "../../ikd/ike/record.h"
#include "mocks.h"
#include "reason.h"

static void
test_establish(void **state)
{
	struct world	*w = world_up(1);
	struct session	*a = node_session(&w->n[0]);
	struct session	*b = node_session(&w->n[1]);

	(void)state;
	assert_true(a->initiator && !b->initiator);
	assert_memory_equal(a->keys.d, b->keys.d, a->keys.d_len);
	assert_int_equal(w->n[0].ups, 1);
	assert_int_equal(w->n[1].ups, 1);
	assert_int_equal(w->n[0].child_ups, 1);
	assert_int_equal(w->n[1].child_ups, 1);
	assert_int_equal(w->n[1].initial_contacts, 1);
	assert_int_equal(a->spi_i[0], 0);
	assert_int_equal(b->spi_r[0], 1);
	assert_int_equal(w->n[0].install.local.port, 4500);
	assert_int_equal(w->n[0].install.remote.port, 4500);
	assert_int_equal(w->n[0].install.hold_out, 0);
	assert_int_equal(w->n[0].install.udp_encap, 1);
	assert_true(w->n[0].nsteps >= 4);
	assert_int_equal(w->sent, 4);
	world_clean(w);
	world_free(w);
}

/* The roles change sides: node b initiates. */
static void
test_establish_other_way(void **state)
{
	struct world	*w = world_new(2);

	(void)state;
	world_start(w);
	node_initiate(&w->n[1], 9);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 100);
	assert_int_equal(world_pairs(w), 1);
	assert_false(node_session(&w->n[0])->initiator);
	world_clean(w);
	world_free(w);
}

static void
test_cookie(void **state)
{
	struct world	*w = world_new(3);

	(void)state;
	w->n[1].ike_row.cookies_at = 1;
	world_start(w);
	w->n[1].ike->half_open = 1;	/* as if another were there */
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 100);
	assert_int_equal(w->n[1].ike->stat[ST_COOKIES_SENT], 1);
	assert_int_equal(w->n[1].ike->stat[ST_COOKIES_GOOD], 1);
	assert_int_equal(w->sent, 6);
	assert_int_equal(world_pairs(w), 1);
	w->n[1].ike->half_open = 0;
	world_clean(w);
	world_free(w);
}

/*
 * Asked for a cookie; its request, sent again meanwhile, is taken without
 * one; then the one with the cookie comes.  What it signs is that one, and we
 * know it.
 */
static enum fate
hold_copy_of_first(struct world *w, struct flight *f)
{
	struct flight	*copy;

	if (f->n == 1) {
		copy = malloc(sizeof(*copy));
		*copy = *f;
		w->held[w->nheld++] = copy;
	}
	return (PASS);
}

static void
test_cookie_and_without(void **state)
{
	struct world	*w = world_new(6);
	struct ike	*b = w->n[1].ike;

	(void)state;
	w->n[1].ike_row.cookies_at = 1;
	w->hook = hold_copy_of_first;
	world_start(w);
	b->half_open = 1;
	node_initiate(&w->n[0], 1);
	world_run(w, 15);
	assert_int_equal(b->stat[ST_COOKIES_SENT], 1);
	b->half_open = 0;
	b->asked[0] = b->asked[1] = 0;
	world_run(w, 200);	/* it follows the cookie just now */
	world_release(w);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 100);
	assert_int_equal(b->stat[ST_COOKIES_SENT], 1);
	assert_int_equal(b->stat[ST_RETRANS_IN], 1);
	assert_int_equal(b->nsessions, 1);
	assert_int_equal(w->n[1].ups, 1);
	assert_int_equal(world_pairs(w), 1);
	world_clean(w);
	world_free(w);
}

/*
 * Who was asked for a cookie counts as half-open for a while: the next one is
 * asked, too, when one of those that are half-open has gone.
 */
static void
test_cookies_stay(void **state)
{
	struct world	*w = world_new(7);
	struct ike	*b = w->n[1].ike;

	(void)state;
	w->n[1].ike_row.cookies_at = 1;
	world_start(w);
	b->half_open = 1;
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	b->half_open = 0;
	node_session_do(&w->n[0], SESSION_DELETE);
	world_run(w, 1000);
	node_initiate(&w->n[0], 2);
	assert_true(world_until(w, both_up, 5000));
	assert_int_equal(b->stat[ST_COOKIES_SENT], 2);
	node_session_do(&w->n[0], SESSION_DELETE);
	world_run(w, 10000);
	node_initiate(&w->n[0], 3);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 100);
	assert_int_equal(b->stat[ST_COOKIES_SENT], 2);
	assert_int_equal(b->stat[ST_COOKIES_GOOD], 2);
	world_clean(w);
	world_free(w);
}

/*
 * In a crowd only who comes again is asked for a cookie; one that he brings
 * counts at once.
 */
static void
test_crowd(void **state)
{
	struct world	*w = world_new(9);
	struct ike	*b = w->n[1].ike;
	unsigned int	 i;

	(void)state;
	w->n[1].ike_row.cookies_at = 1;
	world_start(w);
	b->half_open = 1;
	crowd_here(b);
	node_initiate(&w->n[0], 1);
	for (i = 0; i < 10; i++) {
		world_run(w, 90);
		crowd_here(b);
	}
	assert_int_equal(b->stat[ST_COOKIES_LATER], 1);
	assert_int_equal(b->stat[ST_COOKIES_SENT], 0);
	assert_true(world_until(w, both_up, 500));
	assert_int_equal(b->stat[ST_COOKIES_SENT], 1);
	assert_int_equal(b->stat[ST_COOKIES_GOOD], 1);
	world_run(w, 100);
	assert_int_equal(world_pairs(w), 1);
	/* When it is over everybody is asked, and nothing is kept. */
	node_session_do(&w->n[0], SESSION_DELETE);
	world_run(w, 2000);
	node_initiate(&w->n[0], 2);
	assert_true(world_until(w, both_up, 500));
	assert_int_equal(b->stat[ST_COOKIES_LATER], 1);
	assert_null(b->crowd.seen[0]);
	b->half_open = 0;
	world_clean(w);
	world_free(w);
}

/* Out of tickets, a cookie is asked for: that costs nothing. */
static void
test_cookie_for_ticket(void **state)
{
	struct world	*w = world_new(8);
	struct ike	*b = w->n[1].ike;

	(void)state;
	w->n[1].ike_row.cookies_at = 500;
	world_start(w);
	b->tickets.n = 0;
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 100);
	assert_int_equal(b->stat[ST_COOKIES_SENT], 1);
	world_clean(w);
	world_free(w);
}

static void
test_invalid_ke(void **state)
{
	struct world	*w = world_new(4);

	(void)state;
	node_proposal(&w->n[1], "aes256gcm16-prfsha384-ecp256", NULL);
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 100);
	assert_int_equal(w->n[1].ike->stat[ST_INVALID_KE], 1);
	assert_int_equal(node_session(&w->n[0])->suite.ke, KE_ECP256);
	assert_int_equal(world_pairs(w), 1);
	world_clean(w);
	world_free(w);
}

/* RFC 7296 2.6.1: cookie and another group in one attempt. */
static void
test_cookie_and_invalid_ke(void **state)
{
	struct world	*w = world_new(5);

	(void)state;
	w->n[1].ike_row.cookies_at = 1;
	node_proposal(&w->n[1], "aes256gcm16-prfsha384-ecp256", NULL);
	world_start(w);
	w->n[1].ike->half_open = 1;
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 100);
	assert_int_equal(world_pairs(w), 1);
	w->n[1].ike->half_open = 0;
	world_clean(w);
	world_free(w);
}

static void
test_each_message_lost(void **state)
{
	struct world	*w;
	unsigned int	 n;

	(void)state;
	for (n = 1; n <= 4; n++) {
		w = world_new(10 + n);
		w->hook = drop_nth;
		w->hook_arg = &n;
		world_start(w);
		node_initiate(&w->n[0], 1);
		assert_true(world_until(w, both_up, 10000));
		world_run(w, 5000);
		assert_int_equal(world_pairs(w), 1);
		assert_int_equal(w->n[0].ups, 1);
		assert_int_equal(w->n[1].ups, 1);
		world_clean(w);
		world_free(w);
	}
}

static enum fate
all_twice(struct world *w, struct flight *f)
{
	(void)w;
	(void)f;
	return (TWICE);
}

/* Each datagram comes twice: nothing is done twice. */
static void
test_duplicates(void **state)
{
	struct world	*w = world_new(20);

	(void)state;
	w->hook = all_twice;
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 5000);
	assert_int_equal(world_pairs(w), 1);
	assert_int_equal(w->n[0].installs, 1);
	assert_int_equal(w->n[1].installs, 1);
	assert_int_equal(w->n[1].ups, 1);
	world_clean(w);
	world_free(w);
}

struct replay {
	struct flight	 first[8];
	unsigned int	 n;
	unsigned int	 same;
};

/* Remembers each message; the same header must be the same octets. */
static enum fate
compare_replays(struct world *w, struct flight *f)
{
	struct replay	*r = w->hook_arg;
	unsigned int	 i;

	for (i = 0; i < r->n; i++) {
		if (r->first[i].from != f->from ||
		    memcmp(r->first[i].buf, f->buf, 24) != 0)
			continue;
		if (f->len == r->first[i].len &&
		    memcmp(f->buf, r->first[i].buf, f->len) == 0) {
			r->same++;
			return (PASS);
		}
		fail_msg("a retransmission differs");
	}
	r->first[r->n++] = *f;
	/* The answer is lost the first time it is sent. */
	return (is_request(f) ? PASS : DROP);
}

static void
test_byte_identical(void **state)
{
	struct replay	*r = calloc(1, sizeof(*r));
	struct world	*w = world_new(21);

	(void)state;
	world_start(w);
	w->hook = compare_replays;
	w->hook_arg = r;
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 10000));
	world_run(w, 3000);
	/* A request and an answer again, in each of the two exchanges. */
	assert_int_equal(r->n, 4);
	assert_int_equal(r->same, 4);
	assert_int_equal(w->n[1].ike->stat[ST_RETRANS_IN], 2);
	world_clean(w);
	world_free(w);
	free(r);
}

/* An IKE_SA_INIT request that comes after IKE_AUTH is ignored (2.1). */
static void
test_old_init(void **state)
{
	struct world	*w = world_new(22);

	(void)state;
	w->hook = hold_copy_of_first;
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_release(w);
	world_run(w, 1000);
	assert_int_equal(w->sent, 4);
	assert_int_equal(w->n[1].ike->nsessions, 1);
	world_clean(w);
	world_free(w);
}

/* The responder narrows (RFC 7296 2.9). */
static void
test_narrowing(void **state)
{
	struct world	*w = world_new(42);
	char		 l[64], r[64];

	(void)state;
	node_child(&w->n[0], 0, "10.0.0.0/8", "10.0.0.0/8");
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 1000);
	assert_int_equal(world_pairs(w), 1);
	ts_print(&w->n[0].install.ts_local[0], l, sizeof(l));
	ts_print(&w->n[0].install.ts_remote[0], r, sizeof(r));
	assert_string_equal(l, "10.1.0.0/16");
	assert_string_equal(r, "10.2.0.0/16");
	world_clean(w);
	world_free(w);
}

/* Of two children the one that fits exactly, whatever the order. */
static void
test_most_exact_child(void **state)
{
	struct world	*w = world_new(43);

	(void)state;
	node_child(&w->n[1], 0, "10.0.0.0/8", "10.0.0.0/8");
	node_child(&w->n[1], 1, "10.2.0.0/16", "10.1.0.0/16");
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 1000);
	assert_int_equal(world_pairs(w), 1);
	assert_int_equal(w->n[1].child_up.child, 2);
	world_clean(w);
	world_free(w);
}

static void
test_per_source(void **state)
{
	struct world	*w = world_new(52);
	unsigned int	 i;

	(void)state;
	w->hook = drop_auth;
	w->n[1].ike_row.per_source = 3;
	world_start(w);
	for (i = 1; i <= 5; i++)
		node_initiate(&w->n[0], i);
	world_run(w, 500);
	assert_int_equal(w->n[1].ike->half_open, 3);
	assert_int_equal(w->n[1].ike->stat[ST_SOURCE_FULL], 2);
	world_free(w);
}

/* The NAT before a is seen by both, and a keeps its mapping alive. */
static void
test_nat(void **state)
{
	struct world	*w = world_new(53);
	struct session	*a, *b;

	(void)state;
	w->nat = 1;
	addr_parse("203.0.113.5", &w->nat_as.addr);
	w->nat_as.port = 40000;
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 1000);
	a = node_session(&w->n[0]);
	b = node_session(&w->n[1]);
	assert_true(a->nat & NAT_US);
	assert_true(b->nat & NAT_PEER);
	assert_int_equal(b->remote.port, 40001);
	assert_int_equal(w->n[1].install.remote.port, 40001);
	world_run(w, 70000);
	assert_true(w->n[0].keepalives >= 1);
	world_free(w);
}

/* The mapping changes; an authentic message moves the session (2.23). */
static void
test_nat_rebinding(void **state)
{
	struct world	*w = world_new(54);

	(void)state;
	w->nat = 1;
	addr_parse("203.0.113.5", &w->nat_as.addr);
	w->nat_as.port = 40000;
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 1000);
	w->nat_as.port = 41000;
	node_session_do(&w->n[0], SESSION_PROBE);
	world_run(w, 1000);
	assert_int_equal(w->n[1].moved, 1);
	assert_int_equal(w->n[1].migrates, 1);
	assert_int_equal(w->n[1].migrate.remote.port, 41001);
	assert_int_equal(node_session(&w->n[1])->remote.port, 41001);
	/* The one behind the NAT does not follow anybody. */
	assert_int_equal(w->n[0].moved, 0);
	world_clean(w);
	world_free(w);
}

/* A session is recorded where there is an arena, and only there. */
static void
test_record(void **state)
{
	struct world	*w = world_new(55);
	size_t		 lost = 99;
	int		 fd;

	(void)state;
	fd = memfd_create("arena", MFD_CLOEXEC);
	assert_return_code(fd, 0);
	assert_int_equal(ftruncate(fd, 8 * 2 *
	    (off_t)sizeof(struct session_record)), 0);
	w->n[0].ike->arena = arena_open(fd, &lost);
	assert_int_equal(lost, 0);
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	assert_true(node_session(&w->n[0])->record >= 0);
	assert_true(node_session(&w->n[1])->record == -1);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_establish),
		cmocka_unit_test(test_establish_other_way),
		cmocka_unit_test(test_cookie),
		cmocka_unit_test(test_cookie_and_without),
		cmocka_unit_test(test_cookies_stay),
		cmocka_unit_test(test_crowd),
		cmocka_unit_test(test_cookie_for_ticket),
		cmocka_unit_test(test_invalid_ke),
		cmocka_unit_test(test_cookie_and_invalid_ke),
		cmocka_unit_test(test_each_message_lost),
		cmocka_unit_test(test_duplicates),
		cmocka_unit_test(test_byte_identical),
		cmocka_unit_test(test_old_init),
		cmocka_unit_test(test_narrowing),
		cmocka_unit_test(test_most_exact_child),
		cmocka_unit_test(test_per_source),
		cmocka_unit_test(test_nat),
		cmocka_unit_test(test_nat_rebinding),
		cmocka_unit_test(test_record),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
