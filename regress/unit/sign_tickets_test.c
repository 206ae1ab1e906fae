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

/* certd/sign/tickets.c and orders.c: used once, in time, by the right one. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../certd/sign/orders.h"
#include "../../certd/sign/hprf.h"
#include "../../certd/sign/tickets.h"

static struct tickets *
fresh(void)
{
	uint8_t key[BOOT_KEY_LEN];
	size_t i;

	for (i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	return (tickets_new(key));
}

static void
refused(struct tickets *t, const struct mk_ticket *k, enum ticket_use use,
    uint64_t now, const char *part)
{
	const char *why = tickets_use(t, k, use, now);

	assert_non_null(why);
	if (strstr(why, part) == NULL)
		fail_msg("\"%s\" lacks \"%s\"", why, part);
}

static void
test_derivation(void **state)
{
	/* HMAC-SHA2-256(00..1f, 03 | 128) by Python. */
	static const uint8_t want[] = { 0x82, 0xb0, 0xd9, 0xfa, 0x17, 0x18,
	    0x17, 0x71, 0x5c, 0x9d, 0xbd, 0xc0, 0x80, 0xeb, 0xa3, 0xef, 0xdc,
	    0xb1, 0xd7, 0xc4, 0xbe, 0xa7, 0xcf, 0x7a, 0x43, 0x29, 0xa9, 0xe8,
	    0xfc, 0xf6, 0x70, 0x97 };
	struct tickets *t = fresh();
	struct mk_tickets out;

	(void)state;
	tickets_issue(t, 3, 2, 1000, &out);
	assert_int_equal(out.t_n, 2);
	assert_int_equal(out.t[0].slot, 3);
	assert_int_equal(out.t[0].counter, 128);
	assert_memory_equal(out.t[0].ticket, want, sizeof(want));
	assert_memory_not_equal(out.t[1].ticket, want, sizeof(want));
	tickets_issue(t, SLOTS, 2, 1000, &out);
	assert_int_equal(out.t_n, 0);
	tickets_issue(t, 0, 60000, 1000, &out);
	assert_int_equal(out.t_n, TICKET_BATCH);
	tickets_free(t);
}

static void
test_once(void **state)
{
	struct tickets *t = fresh();
	struct mk_tickets out;

	(void)state;
	tickets_issue(t, 3, 100, 1000, &out);
	assert_null(tickets_use(t, &out.t[99], TU_CHECK_RESPONDER, 1120));
	refused(t, &out.t[99], TU_CHECK_RESPONDER, 1120, "had its verdict");
	refused(t, &out.t[99], TU_SIGN, 1120, "had its verdict");
	refused(t, &out.t[98], TU_CHECK_RESPONDER, 1121, "too old");
	refused(t, &out.t[97], TU_CHECK_INITIATOR, 1000, "never signed");
	assert_null(tickets_use(t, &out.t[97], TU_SIGN, 1000));
	refused(t, &out.t[97], TU_SIGN, 1000, "had its signature");
	refused(t, &out.t[97], TU_CHECK_RESPONDER, 1000, "initiator's");
	assert_null(tickets_use(t, &out.t[97], TU_CHECK_INITIATOR, 1000));
	refused(t, &out.t[97], TU_CHECK_INITIATOR, 1000, "had its verdict");
	tickets_free(t);
}

static void
test_forged(void **state)
{
	struct tickets *t = fresh(), *other;
	uint8_t key[BOOT_KEY_LEN] = { 9 };
	struct mk_tickets out;
	struct mk_ticket k;

	(void)state;
	tickets_issue(t, 3, 10, 1000, &out);
	k = out.t[0];
	k.ticket[31] ^= 1;
	refused(t, &k, TU_CHECK_RESPONDER, 1000, "not ours");
	k = out.t[0];
	k.counter++;
	refused(t, &k, TU_CHECK_RESPONDER, 1000, "not ours");
	k.counter = out.t[0].counter + 10;	/* of the batch, not issued */
	refused(t, &k, TU_CHECK_RESPONDER, 1000, "unknown");
	k.counter = 5;
	refused(t, &k, TU_CHECK_RESPONDER, 1000, "unknown");
	k = out.t[0];
	k.slot = 4;
	refused(t, &k, TU_CHECK_RESPONDER, 1000, "unknown");
	k.slot = 255;
	refused(t, &k, TU_CHECK_RESPONDER, 1000, "unknown");
	/* Of an earlier life of the process. */
	other = tickets_new(key);
	tickets_issue(other, 3, 10, 1000, &out);
	refused(t, &out.t[0], TU_CHECK_RESPONDER, 1000, "not ours");
	tickets_free(other);
	tickets_free(t);
}

static void
test_bounded(void **state)
{
	struct tickets *t = fresh();
	struct mk_tickets first, out;
	int i;

	(void)state;
	tickets_issue(t, 0, TICKET_BATCH, 1000, &first);
	for (i = 0; i < 1023; i++)
		tickets_issue(t, 0, 1, 1000, &out);
	assert_null(tickets_use(t, &first.t[0], TU_CHECK_RESPONDER, 1000));
	tickets_issue(t, 0, 1, 1000, &out);
	refused(t, &first.t[1], TU_CHECK_RESPONDER, 1000, "unknown");
	assert_null(tickets_use(t, &out.t[0], TU_CHECK_RESPONDER, 1000));
	tickets_free(t);
}

static void
test_fingerprint(void **state)
{
	struct tickets *t = fresh();
	uint8_t a[32], b[32];

	(void)state;
	tickets_fingerprint(t, (struct slice){ (const uint8_t *)"a", 1 }, a);
	tickets_fingerprint(t, (struct slice){ (const uint8_t *)"b", 1 }, b);
	assert_memory_not_equal(a, b, 32);
	tickets_fingerprint(t, (struct slice){ (const uint8_t *)"a", 1 }, b);
	assert_memory_equal(a, b, 32);
	tickets_free(t);
}

static const struct mk_ticket one = { .slot = 1, .counter = 7,
    .ticket = { 1, 2, 3 } };
static const struct mk_ticket two = { .slot = 1, .counter = 8,
    .ticket = { 1, 2, 4 } };

static void
test_orders(void **state)
{
	struct orders *o = orders_new();
	struct mv_order m = { .order = 5, .tunnel = 9 };
	struct slice nonce = { one.ticket, TICKET_LEN };
	uint32_t tunnel = 0;

	(void)state;
	assert_null(orders_add(o, &m, 100));
	assert_non_null(orders_add(o, &m, 100));
	assert_non_null(orders_sign(o, 0, 6, &one, 100, &tunnel));
	assert_non_null(orders_sign(o, 1, 5, &one, 100, &tunnel));
	assert_non_null(orders_verdict(o, 5, &one, 100, &tunnel));
	assert_false(orders_signed_with(o, nonce, 100));
	assert_null(orders_sign(o, 0, 5, &one, 220, &tunnel));
	assert_int_equal(tunnel, 9);
	assert_non_null(orders_sign(o, 0, 5, &one, 220, &tunnel));
	assert_true(orders_signed_with(o, nonce, 220));
	assert_non_null(orders_verdict(o, 5, &two, 220, &tunnel));
	tunnel = 0;
	assert_null(orders_verdict(o, 5, &one, 221, &tunnel));
	assert_int_equal(tunnel, 9);
	assert_non_null(orders_verdict(o, 5, &one, 221, &tunnel));
	/* Remembered for as long as the ticket could be of use. */
	assert_true(orders_signed_with(o, nonce, 340));
	assert_false(orders_signed_with(o, nonce, 341));
	m.order = 0;
	assert_non_null(orders_add(o, &m, 400));
	orders_free(o);
}

static void
test_orders_end(void **state)
{
	struct orders *o = orders_new();
	struct mv_order m = { .order = 5, .tunnel = 9 };
	struct slice nonce = { one.ticket, TICKET_LEN };
	uint32_t tunnel;

	(void)state;
	assert_null(orders_add(o, &m, 100));
	assert_non_null(orders_sign(o, 0, 5, &one, 221, &tunnel));
	assert_null(orders_add(o, &m, 221));
	orders_drop(o, 5);
	orders_drop(o, 6);
	assert_non_null(orders_sign(o, 0, 5, &one, 221, &tunnel));
	assert_null(orders_add(o, &m, 221));
	assert_null(orders_sign(o, 0, 5, &one, 221, &tunnel));
	m.order = 6;
	assert_null(orders_add(o, &m, 221));
	orders_clear(o);
	assert_non_null(orders_sign(o, 0, 6, &two, 221, &tunnel));
	assert_non_null(orders_verdict(o, 5, &one, 221, &tunnel));
	assert_true(orders_signed_with(o, nonce, 221));
	for (m.order = 100; m.order < 100 + ORDERS_MAX - 1; m.order++)
		assert_null(orders_add(o, &m, 222));
	assert_non_null(orders_add(o, &m, 222));
	assert_null(orders_add(o, &m, 343));
	orders_free(o);
	orders_free(NULL);
}

static int
setup(void **state)
{
	(void)state;
	hprf_init();
	return (0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_derivation),
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_fingerprint),
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_orders_end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, setup, NULL));
}
