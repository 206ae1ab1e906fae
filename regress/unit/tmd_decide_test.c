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
 * The pure decisions of tmd: unique-id, INITIAL_CONTACT, crossed
 * initiations, waits, memos, and when an authentication ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tmd_help.h"

#include "../../tmd/backoff.h"
#include "../../tmd/grants.h"
#include "../../tmd/memo.h"
#include "../../tmd/unique.h"

static void
test_unique(void **state)
{
	(void)state;
	assert_int_equal(unique_verdict(UNIQUE_NO, 0, 0), UQ_ACCEPT);
	assert_int_equal(unique_verdict(UNIQUE_NO, 1, 0), UQ_ACCEPT);
	assert_int_equal(unique_verdict(UNIQUE_NEVER, 3, 0), UQ_ACCEPT);
	assert_int_equal(unique_verdict(UNIQUE_KEEP, 0, 0), UQ_ACCEPT);
	assert_int_equal(unique_verdict(UNIQUE_KEEP, 1, 0), UQ_REJECT);
	assert_int_equal(unique_verdict(UNIQUE_KEEP, 1, 1), UQ_ACCEPT);
	assert_int_equal(unique_verdict(UNIQUE_REPLACE, 0, 0), UQ_ACCEPT);
	assert_int_equal(unique_verdict(UNIQUE_REPLACE, 1, 0), UQ_REPLACE);
	assert_int_equal(unique_verdict(UNIQUE_REPLACE, 1, 1), UQ_REPLACE);
}

static void
test_contact(void **state)
{
	static const uint8_t	 spi[8];
	struct unique_session	 anew = { 0, 100001, spi, UNIQUE_NO };
	struct unique_session	 ours = { 1, 100000, spi, UNIQUE_NO };
	struct unique_session	 theirs = { 0, 100000, spi, UNIQUE_NO };

	(void)state;
	/* One the peer began goes at once; one of ours not while young. */
	assert_int_equal(unique_contact(&anew, &theirs, 100001), 1);
	assert_int_equal(unique_contact(&anew, &ours, 100001), 0);
	assert_int_equal(unique_contact(&anew, &ours,
	    100000 + UNIQUE_YOUNG_MS), 1);
	/* never: of the one that says so, and of the one that would go. */
	anew.policy = UNIQUE_NEVER;
	assert_int_equal(unique_contact(&anew, &theirs, 900000), 0);
	theirs.policy = UNIQUE_NEVER;
	assert_int_equal(unique_contact(&anew, &theirs, 900000), 0);
	anew.policy = UNIQUE_NO;
	assert_int_equal(unique_contact(&anew, &theirs, 900000), 0);
	/* keep: of the one that is kept. */
	theirs.policy = UNIQUE_KEEP;
	assert_int_equal(unique_contact(&anew, &theirs, 900000), 0);
	theirs.policy = UNIQUE_REPLACE;
	assert_int_equal(unique_contact(&anew, &theirs, 900000), 1);
	anew.policy = UNIQUE_KEEP;
	assert_int_equal(unique_contact(&anew, &theirs, 900000), 1);
}

static void
test_crossed(void **state)
{
	static const uint8_t	 low[8] = { 1 }, high[8] = { 2 };
	struct unique_session	 a = { 1, 100000, low, UNIQUE_NO };
	struct unique_session	 b = { 0, 100500, high, UNIQUE_NO };

	(void)state;
	assert_int_equal(unique_crossed(&a, &b), 2);
	assert_int_equal(unique_crossed(&b, &a), 1);
	b.initiator = 1;
	assert_int_equal(unique_crossed(&a, &b), 0);
	b.initiator = 0;
	b.up_ms = a.up_ms + UNIQUE_YOUNG_MS;
	assert_int_equal(unique_crossed(&a, &b), 0);
	b.up_ms = a.up_ms;
	a.policy = b.policy = UNIQUE_NEVER;
	assert_int_equal(unique_crossed(&a, &b), 0);
}

static void
test_backoff(void **state)
{
	(void)state;
	assert_int_equal(backoff_ms(5, 300, 1, 0), 5000);
	assert_int_equal(backoff_ms(5, 300, 2, 0), 10000);
	assert_int_equal(backoff_ms(5, 300, 4, 0), 40000);
	assert_int_equal(backoff_ms(5, 300, 7, 0), 300000);
	assert_int_equal(backoff_ms(5, 300, 4000000000U, 0), 300000);
	/* At most an eighth less; never zero. */
	assert_int_equal(backoff_ms(8, 300, 1, 1000), 7000);
	assert_true(backoff_ms(8, 300, 1, 4294967295U) >= 7000);
	assert_true(backoff_ms(0, 0, 1, 4294967295U) >= 875);
	assert_true(backoff_ms(4294967295U, 4294967295U, 9, 7) > 0);
}

static void
test_memo(void **state)
{
	struct wt_grant	g;
	struct tm_memo	m, back;

	(void)state;
	memset(&m, 0, sizeof(m));
	memset(&g, 0, sizeof(g));
	m.version = MEMO_VERSION;
	m.slot = 3;
	m.initiator = 1;
	m.expiry = 12345;
	assert_null(id_parse("fqdn:a.example", &m.id_peer));
	assert_null(id_parse("fqdn:b.example", &m.id_ours));
	m.ppk_used = 1;
	strlcpy(m.ppk, "west", sizeof(m.ppk));
	memo_write(&m, &g);
	assert_int_equal(memo_read(g.memo, g.memo_len, &back), 0);
	assert_int_equal(back.slot, 3);
	assert_int_equal(back.expiry, 12345);
	assert_true(id_equal(&back.id_peer, &m.id_peer));
	assert_true(id_equal(&back.id_ours, &m.id_ours));
	assert_int_equal(back.ppk_used, 1);
	assert_string_equal(back.ppk, "west");
	/* Cut, with something behind, of another version. */
	assert_int_equal(memo_read(g.memo, g.memo_len - 1U, &back), -1);
	g.memo[g.memo_len] = 0;
	assert_int_equal(memo_read(g.memo, g.memo_len + 1U, &back), -1);
	g.memo[0]++;
	assert_int_equal(memo_read(g.memo, g.memo_len, &back), -1);
	assert_int_equal(memo_read(g.memo, 0, &back), -1);

	/* Words that do not fit are less than an identity. */
	m.id_ours.type = ID_KEY_ID;
	m.id_ours.data_len = 300;
	memset(m.ppk, 'p', sizeof(m.ppk) - 1);
	memo_write(&m, &g);
	assert_int_equal(memo_read(g.memo, g.memo_len, &back), 0);
	assert_int_equal(back.ppk_used, 1);
	assert_string_equal(back.ppk, "");
	assert_int_equal(back.id_ours.data_len, 300);

	/* Two identities of the longest kind: the peer's is kept. */
	m.id_peer.type = m.id_ours.type = ID_KEY_ID;
	m.id_peer.data_len = m.id_ours.data_len = 512;
	memset(m.id_peer.data, 7, 512);
	m.rounds_n = ROUNDS_MAX - 1;
	memo_write(&m, &g);
	assert_int_equal(memo_read(g.memo, g.memo_len, &back), 0);
	assert_true(id_equal(&back.id_peer, &m.id_peer));
	assert_int_equal(back.id_ours.type, ID_ANY);
	assert_int_equal(back.rounds_n, ROUNDS_MAX - 1);
	assert_int_equal(back.ppk_used, 1);
}

static void
test_expiry(void **state)
{
	struct policy		*p = help_policy(1);
	struct sn_tunnel	 t;
	struct pol_tunnel	*pt;

	(void)state;
	help_tunnel(&t, 1, "boston", TS_START_AUTO);
	help_add(p, &t, 2);
	pt = snapshot_tunnel(p, 1);
	assert_int_equal(grants_expiry(pt, 0, 1000, 5000), 87400);
	/* A ceiling's end, a credential's end: whichever is first. */
	snapshot_child(pt, 2)->ceiling.grant_seconds = 600;
	assert_int_equal(grants_expiry(pt, 0, 1000, 5000), 1600);
	assert_int_equal(grants_expiry(pt, 5100, 1000, 5000), 1100);
	assert_int_equal(grants_expiry(pt, 4000, 1000, 5000), 1000);
	pt->cf.tunnel_lifetime = 0;
	snapshot_child(pt, 2)->ceiling.grant_seconds = 0;
	assert_int_equal(grants_expiry(pt, 0, 1000, 5000), 0);
	snapshot_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unique),
		cmocka_unit_test(test_contact),
		cmocka_unit_test(test_crossed),
		cmocka_unit_test(test_backoff),
		cmocka_unit_test(test_memo),
		cmocka_unit_test(test_expiry),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
