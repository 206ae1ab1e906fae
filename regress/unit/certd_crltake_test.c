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
 * certd/crltake.c: files with several CRLs, files that nobody believes, and
 * by whom they are believed.
 */
#include <openssl/pem.h>

#include "certd_quest_bed.h"

/* A file in PEM: so many blanks, then these CRLs. */
static void
answer_file(const struct item *it, size_t blanks, const char *const *crl)
{
	BIO *bio = BIO_new(BIO_s_mem());
	uint8_t *all;
	char *pem;
	long len;

	for (; *crl != NULL; crl++)
		assert_int_equal(PEM_write_bio_X509_CRL(bio,
		    pki_get(&p, *crl)->crl->x), 1);
	len = BIO_get_mem_data(bio, &pem);
	all = malloc(blanks + (size_t)len);
	assert_non_null(all);
	memset(all, '\n', blanks);
	memcpy(all + blanks, pem, (size_t)len);
	answer_octets(it, (struct slice){ all, blanks + (size_t)len });
	free(all);
	BIO_free(bio);
}

static struct item *
item_at(const char *url)
{
	struct item *it;

	for (it = store_first(c.revoke->store); it != NULL;
	    it = TAILQ_NEXT(it, entry))
		if (strcmp(it->url, url) == 0)
			break;
	return (it);
}

/* The next book, or the next life: made of what the items or the disk have. */
static void
next_book(void)
{
	crls_expire(book_crls(c.book), INT64_MAX, 0);
	revoke_book(&c);
}

/* One that is older than what is known takes nothing from its neighbours. */
static void
test_several(void **state)
{
	struct quest l = { 0 }, y = { 0 };
	struct item *it;

	(void)state;
	begin_disk();
	asks_for("L", &l, QUEST_WAIT);
	it = sent(now_is);
	answer(it, "N");
	assert_int_equal(turn("L", &l, now_is, CHAIN_REVOKED), QUEST_END);
	asks_for("Y", &y, QUEST_AGAIN);
	asks_for("Y", &y, QUEST_WAIT);
	it = sent(now_is);
	assert_string_equal(it->url, "http://b/");
	answer_file(it, 0, (const char *[]){ "C", "K", NULL });
	assert_int_equal(turn("Y", &y, now_is, CHAIN_OK), QUEST_END);
	assert_int_equal(it->fails, 0);
	assert_true(it->until > now_is);
	assert_int_equal(turn("L", &l, now_is, CHAIN_REVOKED), QUEST_END);
	next_book();
	assert_int_equal(turn("Y", &y, now_is, CHAIN_OK), QUEST_END);
	assert_int_equal(turn("L", &l, now_is, CHAIN_REVOKED), QUEST_END);
	/* Nor is it in the item: with that of a gone, it would be believed. */
	crls_expire(book_crls(c.book), INT64_MAX, 0);
	crltake_again(&c, it->value);
	assert_int_equal(book_crls(c.book)->n, 1);
	quest_clear(&c, &l);
	quest_clear(&c, &y);
	/* Nor on disk. */
	start_over();
	asks_for("Y", &y, QUEST_WAIT);
	refuse_it(sent(now_is), "dead");
	asks_for("Y", &y, QUEST_AGAIN);
	assert_int_equal(turn("Y", &y, now_is, CHAIN_OK), QUEST_END);
	assert_int_equal(book_crls(c.book)->n, 1);
	quest_clear(&c, &y);
	end_disk();
}

/* The same of one that nobody vouched for when it came. */
static void
test_several_later(void **state)
{
	struct quest l = { 0 }, y = { 0 };
	const char *why;
	struct item *it;

	(void)state;
	begin_disk();
	asks_for("Y", &y, QUEST_WAIT);
	it = sent(now_is);
	answer_file(it, 0, (const char *[]){ "K", "C", NULL });
	assert_int_equal(turn("Y", &y, now_is, CHAIN_OK), QUEST_END);
	assert_true(it->until > now_is && it->held > 0);
	quest_clear(&c, &y);
	/* R's newer one comes from elsewhere, and is no answer. */
	assert_int_equal(crls_add(book_crls(c.book), pki_get(&p, "T")->crl,
	    trust, NULL, 0, &why), CRL_TAKEN);
	asks_for("L", &l, QUEST_AGAIN);
	asks_for("L", &l, QUEST_WAIT);
	assert_int_equal(it->held, 0);
	assert_int_equal(((struct revdata *)it->value)->ncrl, 1);
	quest_clear(&c, &l);
	start_over();
	asks_for("L", &l, QUEST_WAIT);
	asks_for("Y", &y, QUEST_WAIT);
	refuse_it(sent(now_is), "dead");
	asks_for("Y", &y, QUEST_AGAIN);
	assert_int_equal(turn("Y", &y, now_is, CHAIN_OK), QUEST_END);
	quest_clear(&c, &y);
	quest_clear(&c, &l);
	end_disk();
}

/* All are older: no answer, and nothing changes. */
static void
test_all_older(void **state)
{
	struct quest l = { 0 };
	struct item *it;

	(void)state;
	asks_for("L", &l, QUEST_WAIT);
	it = sent(now_is);
	answer(it, "N");
	store_asked(it, ++req, now_is);
	answer_file(it, 0, (const char *[]){ "C", "C", NULL });
	assert_non_null(strstr(it->why, "older"));
	assert_int_equal(it->held, 0);
	/* With another's beside it, that waits for who believes it. */
	store_asked(it, ++req, now_is);
	answer_file(it, 0, (const char *[]){ "K", "C", NULL });
	assert_non_null(strstr(it->why, "older"));
	assert_true(it->held > 0);
	assert_int_equal(turn("L", &l, now_is, CHAIN_REVOKED), QUEST_END);
	next_book();
	assert_int_equal(turn("L", &l, now_is, CHAIN_REVOKED), QUEST_END);
	quest_clear(&c, &l);
}

#define MB	((size_t)1024 * 1024)

/* What nobody believes pushes out nothing that somebody does. */
static void
test_unbelieved(void **state)
{
	struct quest j = { 0 }, y = { 0 }, z = { 0 };
	struct item *a, *cc;

	(void)state;
	asks_for("J", &j, QUEST_WAIT);
	answer(sent(now_is), "C");
	assert_int_equal(turn("J", &j, now_is, CHAIN_OK), QUEST_END);
	quest_clear(&c, &j);
	asks_for("Y", &y, QUEST_WAIT);
	a = sent(now_is);
	assert_string_equal(a->url, "http://a/");
	answer_file(a, 40 * MB, (const char *[]){ "F", NULL });
	asks_for("Z", &z, QUEST_WAIT);
	cc = sent(now_is);
	assert_string_equal(cc->url, "http://c/");
	answer_file(cc, 40 * MB, (const char *[]){ "F", NULL });
	assert_non_null(item_at("http://b/"));
	assert_int_equal(a->held + cc->held, 0);
	/* One of less is held, until another takes its room. */
	store_asked(a, ++req, now_is);
	answer_file(a, 20 * MB, (const char *[]){ "F", NULL });
	assert_true(a->held > 20 * MB);
	store_asked(cc, ++req, now_is);
	answer_file(cc, 20 * MB, (const char *[]){ "F", NULL });
	assert_int_equal(a->held, 0);
	assert_null(((struct revdata *)a->value)->der);
	assert_int_equal(store_held(c.revoke->store), cc->held);
	assert_non_null(item_at("http://b/"));
	quest_clear(&c, &y);
	quest_clear(&c, &z);
}

/* What was let go of a file is found on disk by whose it is. */
static void
test_let_go(void **state)
{
	struct quest l = { 0 }, y = { 0 };
	struct item *it;

	(void)state;
	begin_disk();
	asks_for("Y", &y, QUEST_WAIT);
	it = sent(now_is);
	answer_file(it, 0, (const char *[]){ "K", "C", NULL });
	quest_clear(&c, &y);
	crltake_let_go(it);
	assert_int_equal(((struct revdata *)it->value)->ncrl, 1);
	asks_for("L", &l, QUEST_AGAIN);
	assert_int_equal(turn("L", &l, now_is, CHAIN_OK), QUEST_END);
	quest_clear(&c, &l);
	end_disk();
}

static struct trust *
trust_of(const char *name)
{
	struct trust *t = trust_new();

	assert_null(trust_add(t, name, pki_get(&p, name)->cert));
	trust_seal(t);
	return (t);
}

/* R's chain and X's by R's other certificate: the same issuer at first. */
static void
test_cross(void **state)
{
	struct trust *r = trust_of("R"), *x = trust_of("X");
	struct quest a = { 0 }, b = { 0 };

	(void)state;
	via[0] = "I";
	only = r;
	asks_for("V", &a, QUEST_WAIT);
	answer(sent(now_is), "K");
	asks_for("V", &a, QUEST_END);
	assert_int_equal(book_crls(c.book)->n, 0);
	via[1] = "RX";
	only = x;
	asks_for("V", &b, QUEST_AGAIN);
	assert_int_equal(book_crls(c.book)->n, 1);
	quest_clear(&c, &a);
	quest_clear(&c, &b);
	only = NULL;
	trust_free(r);
	trust_free(x);
}

/* The same while both wait for one answer. */
static void
test_cross_both(void **state)
{
	struct trust *r = trust_of("R"), *x = trust_of("X");
	struct quest a = { 0 }, b = { 0 };
	struct item *it;

	(void)state;
	via[0] = "I";
	only = r;
	asks_for("V", &a, QUEST_WAIT);
	via[1] = "RX";
	only = x;
	asks_for("V", &b, QUEST_WAIT);
	it = sent(now_is);
	answer(it, "K");
	assert_int_equal(it->fails, 0);
	assert_int_equal(book_crls(c.book)->n, 1);
	quest_clear(&c, &a);
	quest_clear(&c, &b);
	only = NULL;
	trust_free(r);
	trust_free(x);
}

int
main(void)
{
#define T(fn)	cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_several), T(test_several_later), T(test_all_older),
		T(test_unbelieved), T(test_let_go), T(test_cross),
		T(test_cross_both),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
