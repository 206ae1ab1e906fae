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
 * certd/quest.c and certd/revoke.c: what a check that lacks revocation data
 * goes through, with certd-fetch played by us.
 */

#include "certd_quest_bed.h"

/* Two wait for one fetch; then one is good and the other revoked. */
static void
test_found(void **state)
{
	struct quest q = { 0 }, r = { 0 };
	struct item *it;

	(void)state;
	asks_for("L", &q, QUEST_WAIT);
	asks_for("M", &r, QUEST_WAIT);
	it = sent(now_is);
	assert_non_null(it);
	assert_string_equal(it->url, "http://a/");
	assert_null(sent(now_is));
	assert_true(quest_waits(&q, it) && quest_waits(&r, it));
	answer(it, "C");
	assert_int_equal(turn("L", &q, now_is, CHAIN_OK), QUEST_END);
	assert_int_equal(turn("M", &r, now_is, CHAIN_REVOKED), QUEST_END);
	quest_clear(&c, &q);
	quest_clear(&c, &r);
	assert_int_equal(it->pins, 0);
	/* A new book gets it without a fetch. */
	crls_expire(book_crls(c.book), INT64_MAX, 0);
	assert_int_equal(book_crls(c.book)->n, 0);
	revoke_book(&c);
	assert_int_equal(book_crls(c.book)->n, 1);
	/* An older one does not take its place; a newer one does. */
	store_asked(it, ++req, now_is);
	answer(it, "N");
	assert_int_equal(turn("L", &q, now_is, CHAIN_REVOKED), QUEST_END);
	store_asked(it, ++req, now_is);
	answer(it, "C");
	assert_int_equal(turn("L", &q, now_is, CHAIN_REVOKED), QUEST_END);
	assert_non_null(strstr(it->why, "older"));
	/* Nor in the next book, which is made of what the items have. */
	crls_expire(book_crls(c.book), INT64_MAX, 0);
	revoke_book(&c);
	assert_int_equal(turn("L", &q, now_is, CHAIN_REVOKED), QUEST_END);
}

/* What the disk keeps is never older than what was known. */
static void
test_disk(void **state)
{
	struct quest q = { 0 };
	struct item *it;

	(void)state;
	begin_disk();
	asks_for("L", &q, QUEST_WAIT);
	it = sent(now_is);
	answer(it, "N");
	store_asked(it, ++req, now_is);
	answer(it, "C");
	quest_clear(&c, &q);
	start_over();
	asks_for("L", &q, QUEST_AGAIN);
	assert_int_equal(turn("L", &q, now_is, CHAIN_REVOKED), QUEST_END);
	quest_clear(&c, &q);
	end_disk();
}

/* The next source when one fails, or is slow; what is said at the end. */
static void
test_failures(void **state)
{
	struct item *a, *b;
	struct quest q = { 0 };
	char why[512];

	(void)state;
	asks_for("L", &q, QUEST_WAIT);
	a = sent(now_is);
	assert_int_equal(turn("L", &q, now_is + QUEST_HEDGE - 1,
	    CHAIN_NO_REVOCATION), QUEST_WAIT);
	assert_null(sent(now_is + QUEST_HEDGE - 1));
	assert_int_equal(turn("L", &q, now_is + QUEST_HEDGE,
	    CHAIN_NO_REVOCATION), QUEST_WAIT);
	b = sent(now_is + QUEST_HEDGE);
	assert_non_null(b);
	assert_string_equal(b->url, "http://b/");
	assert_string_equal(quest_why(&q, why, sizeof(why)),
	    "http://a/: no answer in time; http://b/: no answer in time");
	refuse_it(a, "timed out");
	assert_int_equal(turn("L", &q, now_is + QUEST_HEDGE,
	    CHAIN_NO_REVOCATION), QUEST_WAIT);
	answer(b, "F");
	assert_int_equal(turn("L", &q, now_is + QUEST_HEDGE,
	    CHAIN_NO_REVOCATION), QUEST_END);
	quest_why(&q, why, sizeof(why));
	assert_non_null(strstr(why, "http://a/: timed out; http://b/: "));
	assert_non_null(strstr(why, "signature"));
	quest_clear(&c, &q);
}

/* A stale one is no answer, but what it revokes is revoked. */
static void
test_stale(void **state)
{
	struct quest q = { 0 };
	char why[512];

	(void)state;
	asks_for("L", &q, QUEST_WAIT);
	answer(sent(now_is), "S");
	asks_for("L", &q, QUEST_WAIT);
	quest_why(&q, why, sizeof(why));
	assert_non_null(strstr(why, "http://a/: the CRL is stale since "));
	assert_int_equal(book_crls(c.book)->n, 1);
	quest_clear(&c, &q);
}

/* Whoever asks first for a URL takes nothing from those whose CRL it is. */
static void
test_foreign(void **state)
{
	struct quest y = { 0 }, l = { 0 };
	struct item *a;

	(void)state;
	asks_for("Y", &y, QUEST_WAIT);
	a = sent(now_is);
	answer(a, "C");
	asks_for("Y", &y, QUEST_WAIT);
	assert_int_equal(book_crls(c.book)->n, 0);
	assert_true(a->fails == 1 && a->again > now_is);
	assert_true(store_held(c.revoke->store) > 0);
	refuse_it(sent(now_is), "dead");
	/* No other request: what came is tried with this chain. */
	asks_for("L", &l, QUEST_AGAIN);
	assert_null(sent(now_is));
	assert_int_equal(turn("L", &l, now_is, CHAIN_OK), QUEST_END);
	assert_int_equal(a->fails, 0);
	quest_clear(&c, &y);
	quest_clear(&c, &l);
	/* Another CA's in its place, when somebody vouches for that. */
	store_asked(a, ++req, now_is);
	answer(a, "K");
	assert_int_equal(a->fails, 1);
	asks_for("Y", &y, QUEST_AGAIN);
	assert_int_equal(turn("Y", &y, now_is, CHAIN_OK), QUEST_END);
	crls_expire(book_crls(c.book), INT64_MAX, 0);
	revoke_book(&c);
	assert_int_equal(turn("Y", &y, now_is, CHAIN_OK), QUEST_END);
	assert_int_equal(turn("L", &l, now_is, CHAIN_OK), QUEST_END);
	quest_clear(&c, &y);
}

/* The same of the disk, with no network at all. */
static void
test_foreign_disk(void **state)
{
	struct quest y = { 0 }, l = { 0 };

	(void)state;
	begin_disk();
	asks_for("L", &l, QUEST_WAIT);
	answer(sent(now_is), "C");
	quest_clear(&c, &l);
	start_over();
	asks_for("Y", &y, QUEST_WAIT);
	answer(sent(now_is), "F");
	asks_for("Y", &y, QUEST_WAIT);
	refuse_it(sent(now_is), "dead");
	asks_for("L", &l, QUEST_AGAIN);
	assert_int_equal(turn("L", &l, now_is, CHAIN_OK), QUEST_END);
	quest_clear(&c, &y);
	quest_clear(&c, &l);
	end_disk();
}

/* What is signed with SHA-1 is no answer where that is not allowed. */
static void
test_sha1(void **state)
{
	struct chain_result res;
	struct quest q = { 0 };

	(void)state;
	asks_for("L", &q, QUEST_WAIT);
	answer(sent(now_is), "W");
	asks_for("L", &q, QUEST_AGAIN);
	verify("L", &res);
	assert_non_null(strstr(res.text, "SHA-1 (allow-weak: sha1)"));
	chain_result_free(&res);
	allow_weak = CHAIN_WEAK_SHA1;
	assert_int_equal(turn("L", &q, now_is, CHAIN_OK), QUEST_END);
	/* The next source may have a better one. */
	allow_weak = 0;
	asks_for("L", &q, QUEST_WAIT);
	answer(sent(now_is), "C");
	assert_int_equal(turn("L", &q, now_is, CHAIN_OK), QUEST_END);
	quest_clear(&c, &q);
}

int
main(void)
{
#define T(fn)	cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_found), T(test_disk), T(test_failures), T(test_stale),
		T(test_sha1), T(test_foreign), T(test_foreign_disk),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
