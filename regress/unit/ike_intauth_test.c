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
 * IntAuth (RFC 9242 section 3.3.2): sender and receiver agree, whole and in
 * fragments, and each octet counts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "alg.h"
#include "../../ikd/ike/intauth.h"
#include "../../ikd/ike/prf.h"

#define IV	8

static uint8_t	 key[32] = { 9, 8, 7 };
static const struct slice sk_p = { key, sizeof(key) };

/* A header, SK's generic one, an IV, a notify; not sealed. */
static size_t
make(uint8_t *m, struct msg_build *b)
{
	static const uint8_t	 inner[] = { 0, 0, 0, 8, 0, 0, 0x40, 0 };

	memset(m, 0, 128);
	memset(m, 0x11, 16);
	m[16] = PLD_SK;
	m[17] = 0x20;
	m[18] = EXCH_INTERMEDIATE;
	m[19] = HDR_INITIATOR;
	m[23] = 1;
	m[HDR_LEN] = PLD_N;
	memset(m + HDR_LEN + 4, 0xee, IV);
	memcpy(m + HDR_LEN + 4 + IV, inner, sizeof(inner));
	memset(b, 0, sizeof(*b));
	b->buf = m;
	b->len = HDR_LEN + 4 + IV + sizeof(inner);
	b->sk_off = HDR_LEN;
	return (sizeof(inner));
}

/* The same by hand: A with the lengths as they would be, P. */
static void
by_hand(const uint8_t *m, size_t inner, const struct intauth *was,
    uint8_t out[IKE_KEY_MAX])
{
	uint8_t		 a[HDR_LEN + 4];
	struct slice	 in[3] = { { was->v, was->len }, { a, sizeof(a) },
	    { m + HDR_LEN + 4 + IV, inner } };

	memcpy(a, m, sizeof(a));
	put32(a + 24, (uint32_t)(sizeof(a) + inner));
	put16(a + HDR_LEN + 2, (uint16_t)(4 + inner));
	assert_int_equal(prf_compute(PRF_HMAC_SHA2_256, sk_p, in, 3, out), 0);
}

static void
test_both_ends(void **state)
{
	struct intauth	 i = { 0 }, r = { 0 }, was;
	struct msg_build b;
	struct packet	 pkt;
	uint8_t		 m[128], want[IKE_KEY_MAX];
	size_t		 inner, n;

	(void)state;
	for (n = 0; n < 3; n++) {
		inner = make(m, &b);
		was = i;
		by_hand(m, inner, &was, want);
		assert_int_equal(intauth_built(&i, PRF_HMAC_SHA2_256, sk_p,
		    &b, IV), 0);
		assert_int_equal(i.len, 32);
		assert_memory_equal(i.v, want, 32);
		/* It came: whole, then the last of its fragments. */
		memset(&pkt, 0, sizeof(pkt));
		pkt.raw = m;
		pkt.sk_off = HDR_LEN;
		pkt.sk_next = PLD_N;
		pkt.inner.p = m + HDR_LEN + 4 + IV;
		pkt.inner.len = inner;
		put32(m + 24, 77);
		if (n == 1) {
			m[16] = PLD_SKF;
			pkt.frag_total = 3;
			pkt.sk_off = HDR_LEN + 4;
		}
		assert_int_equal(intauth_came(&r, PRF_HMAC_SHA2_256, sk_p,
		    &pkt), 0);
		assert_memory_equal(r.v, i.v, 32);
	}
	/* SK's second octet is part of it. */
	was = r;
	assert_int_equal(intauth_came(&r, PRF_HMAC_SHA2_256, sk_p, &pkt), 0);
	pkt.sk_reserved = 1;
	assert_int_equal(intauth_came(&was, PRF_HMAC_SHA2_256, sk_p, &pkt),
	    0);
	assert_memory_not_equal(r.v, was.v, 32);
}

static void
test_octets(void **state)
{
	struct intauth	 i = { 0 }, r = { 0 };
	uint8_t		 out[INTAUTH_MAX];

	(void)state;
	assert_int_equal(intauth_octets(&i, &r, 1, out), 0);
	i.len = r.len = 48;
	memset(i.v, 1, 48);
	memset(r.v, 2, 48);
	assert_int_equal(intauth_octets(&i, &r, 0x1020304, out), 100);
	assert_int_equal(out[47], 1);
	assert_int_equal(out[48], 2);
	assert_int_equal(out[99], 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ends),
		cmocka_unit_test(test_octets),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
