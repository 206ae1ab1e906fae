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

/* certd/checks.c: the way of an AUTH_CHECK through its stages. */
#include "certd_checks_bed.h"
#include "../../certd/until.h"

static void
assert_refused_with(enum reason code, const char *text, unsigned int others)
{
	assert_int_equal(got.checked, 1);
	assert_int_equal(got.answer.exch, 77);
	assert_int_equal(got.answer.code, code);
	assert_int_equal(got.answer.auth_len, 0);
	assert_non_null(strstr(got.answer.text, text));
	assert_int_equal(got.verdicts, 0);
	assert_int_equal(got.watched, 0);
	assert_int_equal(c.nchecks, others);
}

static void
assert_refused(enum reason code, const char *text)
{
	assert_refused_with(code, text, 0);
}

static void
test_responder(void **state)
{
	(void)state;
	begin("bee.example", 0);
	assert_int_equal(got.claims, 1);
	assert_int_equal(got.ask.tunnel, 1);
	assert_int_equal(got.ask.worker, 3);
	assert_int_equal(got.chain, 0);	/* X.509 is not certd-sign's */
	claimed(RSN_OK);
	assert_int_equal(got.signs, 1);
	assert_int_equal(got.verdicts + got.checked, 0);
	/* An answer of the stage before moves nothing. */
	past_pipe = 1;
	claimed(RSN_OK);
	past_pipe = 0;
	assert_int_equal(got.signs, 1);
	signed_by_us(RSN_OK);
	assert_int_equal(got.verdicts, 1);
	assert_int_equal(got.verdict.ticket.counter, 5);
	assert_int_equal(got.verdict.tunnel, 1);
	assert_int_equal(got.verdict.generation, 4);
	assert_int_equal(got.verdict.initiator, 0);
	assert_int_equal(got.verdict.order, 0);
	assert_int_equal(got.verdict.spi_i[0], 1);
	assert_int_equal(got.verdict.spi_r[0], 2);
	assert_int_equal(got.verdict.fingerprint[31], 7);
	assert_in_range(got.verdict.proved, 1, until_now());
	assert_int_equal(got.verdict.cred_end, 100);
	assert_string_equal(got.verdict.proof, "a proof");
	assert_int_equal(got.watched, 1);
	assert_int_equal(got.checked, 1);
	assert_int_equal(got.answer.code, RSN_OK);
	assert_int_equal(got.answer.tunnel, 1);
	assert_int_equal(got.answer.auth_len, 3);
	assert_memory_equal(got.answer.auth, "our", 3);
	assert_int_equal(c.nchecks, 0);
	past_pipe = 1;
	signed_by_us(RSN_OK);
	assert_int_equal(got.verdicts, 1);
}

/* We have signed already; soft revocation is watched, not bounded. */
static void
test_initiator(void **state)
{
	(void)state;
	rule.revocation = REVOCATION_SOFT;
	begin("bee.example", 1);
	assert_int_equal(got.ask.tunnel, 0);
	claimed(RSN_OK);
	assert_int_equal(got.signs, 0);
	assert_int_equal(got.verdicts, 1);
	assert_int_equal(got.verdict.initiator, 1);
	assert_int_equal(got.verdict.order, 9);
	assert_int_equal(got.verdict.cred_end, 200);
	assert_int_equal(got.checked, 1);
	assert_int_equal(got.answer.code, RSN_OK);
	assert_int_equal(got.answer.auth_len, 0);
}

/* It is revoked while certd-sign signs for us. */
static void
test_news(void **state)
{
	(void)state;
	begin("bee.example", 0);
	claimed(RSN_OK);
	assert_int_equal(got.judged, 1);
	say.news++;
	say.chain = RSN_AUTH_PEER;
	signed_by_us(RSN_OK);
	assert_int_equal(got.judged, 2);
	assert_refused(RSN_AUTH_PEER, "no such chain");
	/* News of others changes nothing, and none is looked at once. */
	got.checked = 0;
	say.chain = RSN_OK;
	begin("bee.example", 0);
	claimed(RSN_OK);
	say.news++;
	signed_by_us(RSN_OK);
	assert_int_equal(got.judged, 4);
	assert_int_equal(got.verdicts, 1);
	begin("bee.example", 0);
	claimed(RSN_OK);
	signed_by_us(RSN_OK);
	assert_int_equal(got.judged, 5);
	assert_int_equal(got.verdicts, 2);
}

/* What is held against it is put before the judge at once. */
static void
test_against(void **state)
{
	(void)state;
	say.against = 2;
	begin("bee.example", 0);
	claimed(RSN_OK);
	assert_int_equal(got.judged, 1);
	assert_int_equal(got.nocsp, 2);
	assert_int_equal(say.steps, 0);
}

static void
test_no_tunnel(void **state)
{
	(void)state;
	begin("wasp.example", 0);
	assert_refused(RSN_NO_TUNNEL, "peer 198.51.100.7 says it is "
	    "fqdn:wasp.example");
	assert_int_equal(got.claims, 0);
}

static void
test_bad_id(void **state)
{
	struct mk_check m;

	(void)state;
	fill(&m, "bee.example", 0);
	m.id_i.len = 3;
	pipe_send(ike, M_AUTH_CHECK, &m, -1);
	run();
	assert_refused(RSN_INVALID_SYNTAX, "ID: ");
}

static void
test_no_policy(void **state)
{
	(void)state;
	c.book = NULL;
	begin("bee.example", 0);
	assert_refused(RSN_BUSY, "no policy");
}

static void
test_ticket(void **state)
{
	(void)state;
	begin("bee.example", 0);
	claimed(RSN_TICKET);
	assert_refused(RSN_TICKET, "certd-sign says so");
}

static void
test_other_generation(void **state)
{
	(void)state;
	begin("bee.example", 0);
	say.generation = 5;
	claimed(RSN_OK);
	assert_refused(RSN_BUSY, "the policy is being changed");
}

static void
test_bad_peer(void **state)
{
	(void)state;
	say.peer = RSN_AUTH_PEER;
	begin("bee.example", 0);
	claimed(RSN_OK);
	assert_refused(RSN_AUTH_PEER, "no such peer");
	assert_int_equal(got.signs, 0);
	assert_int_equal(got.cleared, 1);
}

static void
test_bad_chain(void **state)
{
	(void)state;
	say.chain = RSN_AUTH_PEER;
	begin("bee.example", 1);
	claimed(RSN_OK);
	assert_refused(RSN_AUTH_PEER, "no such chain");
	/* A verdict that stands already asks nobody. */
	assert_int_equal(say.steps, 0);
}

static void
test_no_signature(void **state)
{
	(void)state;
	begin("bee.example", 0);
	claimed(RSN_OK);
	signed_by_us(RSN_AUTH_OURS);
	assert_refused(RSN_AUTH_OURS, "");
}

/* Without tmd nobody is anybody, and our AUTH stays here. */
static void
test_no_tmd(void **state)
{
	(void)state;
	begin("bee.example", 0);
	claimed(RSN_OK);
	pipe_free(c.tmd);
	c.tmd = NULL;
	signed_by_us(RSN_OK);
	assert_refused(RSN_BUSY, "the tunnel manager");
}

static void
test_no_sign(void **state)
{
	(void)state;
	begin("bee.example", 0);
	checks_sign_gone(&c);
	run();
	assert_refused(RSN_RESTARTED, "certd-sign was restarted");
	pipe_free(c.sign);
	c.sign = NULL;
	got.checked = 0;
	begin("bee.example", 0);
	assert_refused(RSN_BUSY, "certd-sign is not there");
}

/* certd-sign is asked so much at a time; who comes then is refused. */
static void
test_credit(void **state)
{
	struct mk_check m;
	unsigned int i;

	(void)state;
	fill(&m, "bee.example", 0);
	/* A worker that listens no more: its answers go nowhere. */
	for (i = 0; i < 256; i++)
		checks_begin(&c, 2, &m);
	assert_int_equal(c.nchecks, 256);
	checks_begin(&c, 2, &m);
	assert_int_equal(c.nchecks, 256);
	begin("bee.example", 0);
	assert_int_equal(got.claims, 256);
	assert_refused_with(RSN_BUSY, "certd-sign is busy", 256);
	checks_ike_gone(&c, 2);
}

static void
test_worker_gone(void **state)
{
	(void)state;
	begin("bee.example", 0);
	checks_ike_gone(&c, 2);
	assert_int_equal(c.nchecks, 1);
	checks_ike_gone(&c, 3);
	assert_int_equal(c.nchecks, 0);
	claimed(RSN_OK);
	assert_int_equal(got.signs + got.verdicts + got.checked, 0);
}

static void
test_late(void **state)
{
	(void)state;
	hurry = 1;
	begin("bee.example", 0);
	assert_refused(RSN_TIMEOUT, "certd-sign did not answer");
	got.checked = 0;
	begin("bee.example", 0);
	hurry = 1;
	claimed(RSN_OK);
	assert_refused(RSN_TIMEOUT, "certd-sign did not answer");
	signed_by_us(RSN_OK);
	assert_int_equal(got.verdicts, 0);
}

/* What is missing comes: it is judged anew, and passes. */
static void
test_fetched(void **state)
{
	struct item it, other;

	(void)state;
	say.chain = RSN_AUTH_PEER;
	say.missing = 1;
	say.step = QUEST_WAIT;
	say.waits = &it;
	begin("bee.example", 1);
	claimed(RSN_OK);
	assert_int_equal(got.checked, 0);
	assert_int_equal(c.nchecks, 1);
	say.chain = RSN_OK;
	say.missing = 0;
	checks_fetched(&c, &other);
	run();
	assert_int_equal(got.checked, 0);
	checks_fetched(&c, &it);
	run();
	assert_int_equal(got.checked, 1);
	assert_int_equal(got.answer.code, RSN_OK);
	assert_int_equal(got.verdicts, 1);
}

/* It was there already. */
static void
test_again(void **state)
{
	(void)state;
	say.missing = 1;
	say.step = QUEST_AGAIN;
	begin("bee.example", 1);
	claimed(RSN_OK);
	assert_int_equal(say.steps, 1);
	assert_int_equal(got.verdicts, 1);
}

static void
test_strict(void **state)
{
	(void)state;
	say.chain = RSN_AUTH_PEER;
	say.missing = 1;
	say.step = QUEST_END;
	say.why = "http://h/crl: no answer";
	begin("bee.example", 1);
	claimed(RSN_OK);
	assert_refused(RSN_AUTH_PEER, "no such chain: http://h/crl: no answer");
}

static void
test_soft(void **state)
{
	(void)state;
	rule.revocation = REVOCATION_SOFT;
	say.missing = 1;
	say.step = QUEST_END;
	begin("bee.example", 1);
	claimed(RSN_OK);
	assert_int_equal(got.verdicts, 1);
}

/* The policy is replaced while it waits. */
static void
test_fetch_reload(void **state)
{
	(void)state;
	say.chain = RSN_AUTH_PEER;
	say.missing = 1;
	say.step = QUEST_WAIT;
	begin("bee.example", 1);
	claimed(RSN_OK);
	assert_int_equal(c.nchecks, 1);
	assert_int_equal(say.steps, 1);
	checks_book_goes(&c);
	run();
	assert_refused(RSN_BUSY, "the policy is being changed");
}

/* What it names by URL comes: then it is judged. */
static void
test_urls(void **state)
{
	(void)state;
	say.urls = 1;
	say.url = BYURL_WAIT;
	begin("bee.example", 0);
	claimed(RSN_OK);
	assert_int_equal(got.checked + got.signs, 0);
	checks_url_fetched(&c);
	run();
	assert_int_equal(got.signs, 0);
	say.url = BYURL_READY;
	checks_url_fetched(&c);
	run();
	assert_int_equal(got.signs, 1);
	signed_by_us(RSN_OK);
	assert_int_equal(got.answer.code, RSN_OK);
}

/* It was kept; it cannot be had; it does not come; the policy is replaced. */
static void
test_urls_kept(void **state)
{
	(void)state;
	say.urls = 1;
	say.url = BYURL_READY;
	begin("bee.example", 1);
	claimed(RSN_OK);
	assert_int_equal(got.verdicts, 1);
}

static void
test_urls_failed(void **state)
{
	(void)state;
	say.urls = 1;
	say.url = BYURL_FAILED;
	say.why = "http://h/c: no answer";
	begin("bee.example", 0);
	claimed(RSN_OK);
	assert_refused(RSN_AUTH_PEER, "http://h/c: no answer");
}

static void
test_urls_late(void **state)
{
	(void)state;
	say.urls = 1;
	say.url = BYURL_WAIT;
	say.why = "no answer in time";
	begin("bee.example", 0);
	hurry = 1;
	claimed(RSN_OK);
	assert_refused(RSN_TIMEOUT, "no answer in time");
}

static void
test_urls_reload(void **state)
{
	(void)state;
	say.urls = 1;
	say.url = BYURL_WAIT;
	begin("bee.example", 0);
	claimed(RSN_OK);
	checks_book_goes(&c);
	run();
	assert_refused(RSN_BUSY, "the policy is being changed");
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_responder), T(test_news), T(test_against),
		T(test_initiator), T(test_no_tunnel),
		T(test_bad_id), T(test_no_policy), T(test_ticket),
		T(test_other_generation), T(test_bad_peer), T(test_bad_chain),
		T(test_no_signature), T(test_no_tmd), T(test_no_sign),
		T(test_credit), T(test_worker_gone), T(test_late),
		T(test_fetched), T(test_again), T(test_strict), T(test_soft),
		T(test_fetch_reload), T(test_urls), T(test_urls_kept),
		T(test_urls_failed), T(test_urls_late), T(test_urls_reload)
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
