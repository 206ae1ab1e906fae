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

/* The set of SPIs seen, and the fingerprint under it. */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "addr.h"
#include "log.h"
#include "../../ikd/parent/spi_seen.h"

static const uint8_t	 key[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
			    12, 13, 14, 15 };
static struct wt_addr	 a4, b4, a6;

/* The vectors of the SipHash paper's reference implementation. */
static void
test_siphash(void **state)
{
	static const struct {
		size_t		 len;
		uint64_t	 want;
	} v[] = {
		{ 0, 0x726fdb47dd0e0e31ULL },
		{ 1, 0x74f839c593dc67fdULL },
		{ 8, 0x93f5f5799a932462ULL },
		{ 15, 0xa129ca6149be45e5ULL },
		{ 63, 0x958a324ceb064572ULL },
	};
	uint8_t	 buf[64];
	size_t	 i;

	(void)state;
	for (i = 0; i < sizeof(buf); i++)
		buf[i] = (uint8_t)i;
	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		assert_int_equal(siphash24(key, buf, v[i].len), v[i].want);
}

/* Direction, SPI, protocol and address each make another one. */
static void
test_apart(void **state)
{
	struct spi_seen	*s = spi_seen_new(key, 1000);

	(void)state;
	assert_false(spi_seen_has(s, SPI_IN, 256, 3, &a4));
	spi_seen_put(s, SPI_IN, 256, 3, &a4);
	assert_true(spi_seen_has(s, SPI_IN, 256, 3, &a4));
	assert_false(spi_seen_has(s, SPI_OUT, 256, 3, &a4));
	assert_false(spi_seen_has(s, SPI_IN, 257, 3, &a4));
	assert_false(spi_seen_has(s, SPI_IN, 256, 2, &a4));
	assert_false(spi_seen_has(s, SPI_IN, 256, 3, &b4));
	assert_false(spi_seen_has(s, SPI_IN, 256, 3, &a6));
	spi_seen_put(s, SPI_IN, 256, 3, &a4);
	assert_int_equal(spi_seen_count(s), 1);
	spi_seen_free(s);
}

/* Tables grow and lose nothing. */
static void
test_many(void **state)
{
	struct spi_seen	*s = spi_seen_new(key, 1000000);
	uint32_t	 i;

	(void)state;
	for (i = 0; i < 200000; i++)
		spi_seen_put(s, SPI_OUT, i * 2654435761u, 3, &a4);
	assert_int_equal(spi_seen_count(s), 200000);
	for (i = 0; i < 200000; i++)
		assert_true(spi_seen_has(s, SPI_OUT, i * 2654435761u, 3, &a4));
	assert_false(spi_seen_has(s, SPI_IN, 2654435761u, 3, &a4));
	spi_seen_free(s);
}

/* The last max are always remembered, never more than two times max. */
static void
test_bounded(void **state)
{
	struct spi_seen	*s = spi_seen_new(key, 100);
	uint32_t	 i, k;

	(void)state;
	log_set_level(LS_CHILD, LOG_L_ERROR);
	for (i = 0; i < 1000; i++) {
		spi_seen_put(s, SPI_IN, i, 3, &a4);
		assert_true(spi_seen_count(s) <= 200);
		for (k = i < 99 ? 0 : i - 99; k <= i; k++)
			assert_true(spi_seen_has(s, SPI_IN, k, 3, &a4));
	}
	assert_false(spi_seen_has(s, SPI_IN, 0, 3, &a4));
	spi_seen_free(s);
}

int
main(void)
{
	static const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(test_siphash),
		cmocka_unit_test(test_apart),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_bounded),
	};

	addr_parse("192.0.2.1", &a4);
	addr_parse("192.0.2.2", &b4);
	addr_parse("2001:db8::1", &a6);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
