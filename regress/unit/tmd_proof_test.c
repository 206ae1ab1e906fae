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
 * tmd and several rounds of authentication (RFC 4739): nothing is whole before
 * the last verdict, each is of who may judge it, and of one peer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../tmd/proof.h"
#include "../../tmd/reach.h"
#include "log.h"
#include "tmd_help.h"

static uint64_t		 now_ms = 10000;
static struct pol_tunnel pol[4];
static struct tunnel	*tun[4];

/* Tunnel n with so many further rounds of these kinds. */
static void
tunnel_with(uint32_t n, unsigned int more, const uint8_t *kinds,
    const uint8_t *rules)
{
	struct sn_tunnel *cf = &pol[n].cf;
	unsigned int i;

	memset(&pol[n], 0, sizeof(pol[n]));
	TAILQ_INIT(&pol[n].children);
	help_tunnel(cf, n, "t", TS_START_ANSWER);
	cf->kind_theirs = kinds[0];
	cf->rule[0] = rules[0];
	assert_null(id_parse("fqdn:*.example.com", &cf->id_remote));
	for (i = 1; i <= more; i++) {
		cf->rounds[i - 1].kind_theirs = kinds[i];
		cf->rounds[i - 1].rule[0] = rules[i];
	}
	cf->rounds_n = (uint16_t)more;
	tun[n] = tunnel_new(&pol[n], 1);
	assert_non_null(tun[n]);
}

static const uint8_t kinds[] = { AUTHK_PSK, AUTHK_CERT, AUTHK_NONE };
static const uint8_t certs[] = { AUTHK_CERT, AUTHK_CERT };
static const uint8_t rules[] = { 1, 2, 3 }, others[] = { 1, 7, 8 };
static const uint8_t strange[] = { 9, 2, 3 };

static int
setup(void **state)
{
	(void)state;
	log_init("test", LOG_L_ERROR);
	alarm_fake_ms(now_ms);
	tunnel_with(1, 2, kinds, rules);
	tunnel_with(2, 2, kinds, others);
	tunnel_with(3, 2, kinds, strange);
	return (0);
}

static int
teardown(void **state)
{
	int	 i;

	(void)state;
	/* What was left half-done is too old for the next test. */
	now_ms += 1000ULL * (TICKET_SECONDS + 1);
	alarm_fake_ms(now_ms);
	for (i = 1; i <= 3; i++)
		tunnel_free(tun[i]);
	return (0);
}

/* The verdict of a round; each has its own fingerprint. */
static struct mv_verdict
verdict(uint8_t ticket, unsigned int round)
{
	static struct mv_verdict v;

	memset(&v, 0, sizeof(v));
	v.ticket.ticket[0] = ticket;
	v.exch = 1000U + ticket;
	v.spi_i[7] = v.spi_r[7] = ticket;
	v.tunnel = 1;
	v.generation = 5;
	v.round = (uint8_t)round;
	v.method = round == 0 ? 2 : round == 1 ? 14 : 0;
	memset(v.fingerprint, (int)round + 1, sizeof(v.fingerprint));
	v.peer[0] = (uint8_t)(round + 1);
	assert_null(id_parse("fqdn:peer.example.com", &v.id_peer));
	return (v);
}

static struct proof *
take(struct mv_verdict v, const char **why)
{
	return (proof_take(&v, v.round == 1, why));
}

static void
more(struct mv_verdict v)
{
	const char *why;

	assert_null(take(v, &why));
	assert_null(why);
}

static void
refused(struct mv_verdict v, const char *part)
{
	const char *why;

	assert_null(take(v, &why));
	assert_non_null(why);
	if (strstr(why, part) == NULL)
		fail_msg("\"%s\", not \"%s\"", why, part);
}

static void
test_whole(void **state)
{
	struct mv_verdict v, all;
	struct session s;
	struct proof *p;
	const char *why;

	(void)state;
	v = verdict(1, 0);
	v.cred_end = 900;
	more(v);
	v = verdict(1, 1);
	v.cred_end = 500;
	v.generation = 4;
	strlcpy(v.proof, "certificate", sizeof(v.proof));
	more(v);
	p = take(verdict(1, 2), &why);
	assert_non_null(p);
	proof_sum(p, &all);
	assert_int_equal(all.method, 2);
	assert_int_equal(all.cred_end, 500);
	assert_int_equal(all.generation, 4);
	assert_int_equal(all.peer[0], 3);
	assert_int_equal(all.fingerprint[0], 1);
	memset(&s, 0, sizeof(s));
	proof_keep(p, &s);
	assert_int_equal(s.nrounds, 2);
	assert_int_equal(s.rounds[0].by_certd, 1);
	assert_int_equal(s.rounds[0].fingerprint[0], 2);
	assert_string_equal(s.rounds[0].proof, "certificate");
	assert_int_equal(s.rounds[1].by_certd, 0);
	assert_null(s.rounds[1].id_peer);
	free(s.rounds[0].id_peer);
	free(s.rounds[0].proof);
	free(s.rounds);
	proof_free(p);
}

/* Two pipes: whichever is read first, the rounds are judged in their turn. */
static void
test_order(void **state)
{
	static const uint8_t orders[][3] = { { 0, 2, 1 }, { 1, 0, 2 },
	    { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	struct mv_verdict all, v;
	struct proof *p;
	const char *why;
	unsigned int i;

	(void)state;
	for (i = 0; i < 5; i++) {
		more(verdict((uint8_t)(60 + i), orders[i][0]));
		more(verdict((uint8_t)(60 + i), orders[i][1]));
		p = take(verdict((uint8_t)(60 + i), orders[i][2]), &why);
		assert_non_null(p);
		proof_sum(p, &all);
		assert_int_equal(all.method, 2);
		assert_int_equal(all.peer[0], 3);
		assert_int_equal(p->r[1].by_certd, 1);
		proof_free(p);
	}
	/* What is wrong with one is found in its turn. */
	v = verdict(70, 1);
	v.tunnel = 3;
	more(v);
	refused(verdict(70, 0), "different tunnels");
	v = verdict(71, 1);
	memset(v.fingerprint, 1, sizeof(v.fingerprint));
	more(v);
	refused(verdict(71, 0), "same key or certificate");
	/* It ends with the one whose turn is last, not with what came last. */
	more(verdict(72, 2));
	v = verdict(72, 1);
	v.tunnel = 2;
	more(v);
	refused(verdict(72, 0), "different tunnels");
}

/* What failed is over, for the worker whose it is alone. */
static void
test_failed(void **state)
{
	struct proof *p;
	const char *why;

	(void)state;
	reach_set_workers(2);
	more(verdict(50, 0));
	proof_failed(0, 1051);
	proof_failed(1, 1050);
	more(verdict(50, 1));
	p = take(verdict(50, 2), &why);
	assert_non_null(p);
	proof_free(p);
	more(verdict(51, 0));
	proof_failed(0, 1051);
	more(verdict(51, 1));
	assert_null(take(verdict(51, 2), &why));
}

/*
 * One who begins and never goes on does not keep others out; but one of these
 * may have the same share, as one address in 256 has.
 */
static void
test_crowd(void **state)
{
	static const char *const at[] = { "198.51.100.80", "198.51.100.82",
	    "198.51.100.83" };
	static const uint8_t ticket[] = { 80, 82, 83 };
	struct mv_verdict v;
	struct proof *p;
	const char *why;
	unsigned int i, left = 0;

	(void)state;
	for (i = 0; i < 3; i++) {
		v = verdict(ticket[i], 0);
		help_sock(&v.remote, at[i], 500);
		more(v);
	}
	for (i = 0; i < 3 * PROOFS_MAX; i++) {
		v = verdict(81, 0);
		help_sock(&v.remote, "203.0.113.1", 500);
		memcpy(v.ticket.ticket + 4, &i, sizeof(i));
		more(v);
	}
	for (i = 0; i < 3; i++) {
		assert_null(take(verdict(ticket[i], 1), &why));
		p = take(verdict(ticket[i], 2), &why);
		left += p != NULL;
		proof_free(p);
	}
	assert_true(left >= 2);
}

static void
test_turn(void **state)
{
	(void)state;
	more(verdict(3, 0));
	refused(verdict(3, 0), "not one another's");
	more(verdict(2, 1));
	refused(verdict(2, 1), "not one another's");
	/* Two at a time are two. */
	more(verdict(4, 0));
	more(verdict(5, 0));
	more(verdict(5, 1));
	more(verdict(4, 1));
	/* Too late. */
	now_ms += 1000ULL * (TICKET_SECONDS + 1);
	alarm_fake_ms(now_ms);
	more(verdict(4, 2));
}

static void
test_others(void **state)
{
	struct mv_verdict v;
	uint8_t t = 10;
	int i;

	(void)state;
	for (i = 0; i < 5; i++, t++) {
		more(verdict(t, 0));
		v = verdict(t, 1);
		if (i == 0)
			v.spi_i[0] ^= 1;
		else if (i == 1)
			v.spi_r[0] ^= 1;
		else if (i == 2)
			v.exch++;
		else if (i == 3)
			v.initiator = 1;
		else
			v.order = 4;
		refused(v, "not one another's");
	}
}

/* The same key or certificate is no second proof. */
static void
test_twice(void **state)
{
	struct mv_verdict v = verdict(20, 1);

	(void)state;
	more(verdict(20, 0));
	memset(v.fingerprint, 1, sizeof(v.fingerprint));
	refused(v, "same key or certificate");
	/* Two certificates over one key. */
	tunnel_free(tun[1]);
	tunnel_with(1, 1, certs, rules);
	v = verdict(21, 0);
	v.method = 14;
	v.key[0] = 4;
	more(v);
	v = verdict(21, 1);
	v.key[0] = 4;
	refused(v, "same key or certificate");
}

/* What certd takes back between two rounds is not proved. */
static void
test_taken_back(void **state)
{
	uint8_t fp[32];

	(void)state;
	more(verdict(25, 0));
	more(verdict(25, 1));
	memset(fp, 1, sizeof(fp));	/* certd-sign's, not its to take back */
	proof_withdrawn(fp);
	more(verdict(26, 0));
	memset(fp, 2, sizeof(fp));
	proof_withdrawn(fp);
	refused(verdict(25, 2), "holds no longer");
	more(verdict(26, 1));
}

/* A tunnel that demanded the same before; one that did not; another's peer. */
static void
test_tunnels(void **state)
{
	struct mv_verdict v;
	struct proof *p;
	const char *why;

	(void)state;
	more(verdict(30, 0));
	v = verdict(30, 1);
	v.tunnel = 2;
	more(v);
	v = verdict(30, 2);
	v.tunnel = 2;
	p = take(v, &why);
	assert_non_null(p);
	proof_sum(p, &v);
	assert_int_equal(v.tunnel, 2);
	proof_free(p);
	more(verdict(31, 0));
	v = verdict(31, 1);
	v.tunnel = 3;
	refused(v, "different tunnels");
	more(verdict(32, 0));
	more(verdict(32, 1));
	v = verdict(32, 2);
	v.tunnel = 2;
	refused(v, "different tunnels");
	v = verdict(33, 0);
	assert_null(id_parse("fqdn:peer.example.org", &v.id_peer));
	more(v);
	v = verdict(33, 1);
	v.tunnel = 2;
	refused(v, "different tunnels");
}

static void
test_judges(void **state)
{
	struct mv_verdict v;

	(void)state;
	v = verdict(40, 0);
	assert_true(proof_may_judge(&v, 0, tun[1]));
	assert_false(proof_may_judge(&v, 1, tun[1]));
	v = verdict(40, 1);
	assert_false(proof_may_judge(&v, 0, tun[1]));
	assert_true(proof_may_judge(&v, 1, tun[1]));
	v.method = 0;
	assert_false(proof_may_judge(&v, 1, tun[1]));
	v = verdict(40, 2);
	assert_true(proof_may_judge(&v, 0, tun[1]));
	assert_false(proof_may_judge(&v, 1, tun[1]));
	v.method = 2;
	assert_false(proof_may_judge(&v, 0, tun[1]));
	v = verdict(40, 3);
	assert_false(proof_may_judge(&v, 0, tun[1]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(test_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_failed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_crowd, setup, teardown),
		cmocka_unit_test_setup_teardown(test_taken_back, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_turn, setup, teardown),
		cmocka_unit_test_setup_teardown(test_others, setup, teardown),
		cmocka_unit_test_setup_teardown(test_twice, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tunnels, setup, teardown),
		cmocka_unit_test_setup_teardown(test_judges, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
