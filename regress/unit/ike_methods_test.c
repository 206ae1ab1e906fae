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
 * Announced authentication methods (RFC 9593): lists as a peer writes them by
 * hand, ours, and what is broken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "../../ikd/ike/pld_methods.h"

#define BIT(n)	(1U << (n))

static uint32_t
parse(const uint8_t *p, size_t len)
{
	return (pld_methods_parse((struct slice){ p, len }));
}

/* As libreswan has it: link 0 where there is one. */
static void
test_peer(void **state)
{
	static const uint8_t list[] = {
		2, 2,				/* shared key */
		2, 13,				/* NULL: not ours */
		3, 9, 0,
		3, 1, 7,			/* of one authority */
		10, 14, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70,
		15, 14, 1, 0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4,
		    3, 3,
		18, 14, 0, 0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13,
		    1, 1, 13, 5, 0,
		6, 14, 0, 0x30, 1, 0,		/* an unknown algorithm */
		5, 99, 1, 2, 3,			/* an unknown method */
		3, 2, 0,			/* a length of none */
	};

	(void)state;
	assert_int_equal(parse(list, sizeof(list)), BIT(CAN_PSK) |
	    BIT(CAN_ECDSA_OLD) | BIT(CAN_RSA_OLD) | BIT(CAN_ED25519) |
	    BIT(CAN_ECDSA + 1) | BIT(CAN_RSA + 2));
}

static void
test_broken(void **state)
{
	static const uint8_t lists[][8] = {
		{ 2, 2, 0 },			/* length 0 */
		{ 2, 2, 1 },			/* no method */
		{ 2, 2, 3, 9 },			/* cut short */
		{ 255, 14 },
	};
	static const size_t lens[] = { 3, 3, 4, 2 };
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++)
		assert_int_equal(parse(lists[i], lens[i]), 0);
	assert_int_equal(parse(NULL, 0), 0);	/* the list comes later */
}

static void
test_ours(void **state)
{
	uint8_t out[PLD_METHODS_MAX];
	uint32_t can;
	size_t n;

	(void)state;
	n = pld_methods_make(UINT32_MAX, out);
	assert_in_range(n, 1, sizeof(out));
	assert_int_equal(parse(out, n), BIT(CAN_KINDS) - 1);
	/* The best stands first. */
	assert_memory_equal(out, "\x0a\x0e\x00\x30\x05\x06\x03\x2b\x65\x70",
	    10);
	for (can = 0; can < CAN_KINDS; can++) {
		n = pld_methods_make(BIT(can), out);
		assert_int_equal(out[0], n);
		assert_int_equal(parse(out, n), BIT(can));
	}
	n = pld_methods_make(BIT(CAN_PSK) | BIT(CAN_RSA_OLD), out);
	assert_int_equal(n, 5);
	assert_memory_equal(out, "\x03\x01\x00\x02\x02", 5);
	assert_int_equal(pld_methods_make(0, out), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_peer),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_ours),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
