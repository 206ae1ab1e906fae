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

/* certd/sign/init_msg.c: headers, SPIs, and the way to the nonce. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../certd/sign/init_msg.h"

/* 28 octets of header, SA (8), KE (12), Nonce (20), Notify (8). */
#define LEN	76
#define AT_SA	28
#define AT_KE	36
#define AT_N	48
#define AT_NOT	68

static void
build(uint8_t m[LEN], int response)
{
	memset(m, 0, LEN);
	memset(m, 0x11, 8);
	if (response)
		memset(m + 8, 0x22, 8);
	m[16] = 33;
	m[17] = 0x20;
	m[18] = 34;
	m[19] = response ? 0x20 : 0x08;
	m[27] = LEN;
	m[AT_SA] = 34, m[AT_SA + 3] = 8;
	m[AT_KE] = 40, m[AT_KE + 3] = 12;
	m[AT_N] = 41, m[AT_N + 3] = 20;
	memset(m + AT_N + 4, response ? 0xbb : 0xaa, 16);
	m[AT_NOT + 3] = 8;
}

static uint8_t req[LEN], resp[LEN];
static struct init_msg mi, mr;

static const char *
run(size_t reqlen, size_t resplen)
{
	return (init_pair_check((struct slice){ req, reqlen },
	    (struct slice){ resp, resplen }, &mi, &mr));
}

static void
test_good(void **state)
{
	(void)state;
	build(req, 0);
	build(resp, 1);
	assert_null(run(LEN, LEN));
	assert_int_equal(mi.nonce.len, 16);
	assert_ptr_equal(mi.nonce.p, req + AT_N + 4);
	assert_int_equal(mr.nonce.p[0], 0xbb);
	assert_ptr_equal(mr.spi_r, resp + 8);
	assert_false(mi.full || mr.full);
	resp[AT_NOT + 6] = 0x40, resp[AT_NOT + 7] = 0x3f;
	assert_null(run(LEN, LEN));
	assert_true(!mi.full && mr.full);
	/* A minor version and the version flag are nobody's business. */
	req[17] = 0x21;
	req[19] |= 0x10;
	assert_null(run(LEN, LEN));
}

/* Sets one octet, expects a refusal. */
static void
broken(int response, size_t at, uint8_t value, const char *part)
{
	const char *why;

	build(req, 0);
	build(resp, 1);
	(response ? resp : req)[at] = value;
	why = run(LEN, LEN);
	assert_non_null(why);
	if (strstr(why, part) == NULL)
		fail_msg("\"%s\" lacks \"%s\"", why, part);
}

static void
test_headers(void **state)
{
	(void)state;
	broken(0, 17, 0x10, "version");
	broken(0, 18, 35, "IKE_SA_INIT");
	broken(0, 19, 0x28, "flag");
	broken(0, 19, 0, "flag");
	broken(1, 19, 0x08, "flag");
	broken(0, 23, 1, "message ID");
	broken(0, 27, LEN - 1, "length");
	broken(0, 24, 1, "length");
	broken(0, 8, 1, "first message");
	broken(1, 0, 1, "differ");
	build(req, 0);
	build(resp, 1);
	memset(resp + 8, 0, 8);
	assert_non_null(run(LEN, LEN));
	build(resp, 1);
	memset(req, 0, 8);
	memset(resp, 0, 8);
	assert_non_null(run(LEN, LEN));
}

static void
test_walk(void **state)
{
	(void)state;
	broken(0, AT_KE + 3, 3, "length");
	broken(0, AT_KE + 2, 1, "length");
	broken(0, AT_KE + 3, 0, "length");
	broken(1, AT_NOT, 43, "cut short");
	broken(0, AT_NOT + 3, 7, "after the last");
	broken(0, AT_NOT + 3, 9, "length");
	broken(0, AT_N, 0, "after the last");
	broken(0, AT_KE, 43, "no nonce");
	broken(0, AT_SA, 40, "nonce");
	broken(0, AT_KE, 46, "encrypted");
	broken(0, AT_KE, 53, "encrypted");
	broken(0, 16, 0, "after the last");
}

static void
test_nonce_lengths(void **state)
{
	static uint8_t big[28 + 4 + 257];

	(void)state;
	build(req, 0);
	memcpy(big, req, 28);
	big[16] = 40;
	big[26] = (uint8_t)(sizeof(big) >> 8);
	big[27] = (uint8_t)sizeof(big);
	big[30] = (4 + 257) >> 8;
	big[31] = (4 + 257) & 0xff;
	build(resp, 1);
	assert_non_null(init_pair_check((struct slice){ big, sizeof(big) },
	    (struct slice){ resp, LEN }, &mi, &mr));
	big[27]--;
	big[31]--;
	assert_null(init_pair_check((struct slice){ big, sizeof(big) - 1 },
	    (struct slice){ resp, LEN }, &mi, &mr));
	assert_int_equal(mi.nonce.len, 256);
	big[26] = 0;
	big[27] = 28 + 4 + 15;
	big[30] = 0;
	big[31] = 4 + 15;
	assert_non_null(init_pair_check((struct slice){ big, 28 + 4 + 15 },
	    (struct slice){ resp, LEN }, &mi, &mr));
}

static void
test_cut(void **state)
{
	size_t n;

	(void)state;
	for (n = 0; n < LEN; n++) {
		build(req, 0);
		build(resp, 1);
		assert_non_null(run(n, LEN));
		req[27] = (uint8_t)n;
		assert_non_null(run(n, LEN));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_nonce_lengths),
		cmocka_unit_test(test_cut),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
