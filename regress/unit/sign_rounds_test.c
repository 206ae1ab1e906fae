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
 * certd-sign and several rounds of authentication (RFC 4739): each once and
 * in its turn, by one tunnel's entries or those of tunnels that demanded the
 * same before, in both roles and with certd.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "id.h"
#include "reason.h"
#include "sign_peer.h"

#define NOW	1000
#define BOTH	(MULTI_SUPPORTED | MULTI_FOLLOWS)

static struct signer s;
static struct sign_peer p;
static struct mv_verdict v;
static struct mk_checked out;
static struct mk_signed sig;
static uint8_t octets[OCTETS_MAX];

static void
put(const char *name, const char *key)
{
	assert_null(keyring_put(s.keys, name, (const uint8_t *)key,
	    strlen(key)));
}

/* A round of a tunnel: NULL for a side's ID is a side with nothing to prove. */
static void
add(uint32_t tunnel, unsigned int round, unsigned int ours,
    unsigned int theirs, const char *id_local, const char *id_remote,
    const char *psk, uint8_t rule)
{
	static struct sn_auth a;

	memset(&a, 0, sizeof(a));
	a.tunnel = tunnel;
	a.round = (uint8_t)round;
	a.rounds_ours = (uint8_t)ours;
	a.rounds_theirs = (uint8_t)theirs;
	a.rule[0] = rule;
	a.kind_ours = id_local == NULL ? AUTHK_NONE : AUTHK_PSK;
	a.kind_theirs = id_remote == NULL ? AUTHK_NONE : psk == NULL ?
	    AUTHK_CERT : AUTHK_PSK;
	a.prfs = 1U << PRF_HMAC_SHA2_384;
	snprintf(a.name, sizeof(a.name), "t%u", tunnel);
	a.remote_n = 1;
	assert_int_equal(prefix_parse("198.51.100.0/24", &a.remote[0]), 0);
	if (id_local != NULL)
		assert_null(id_parse(id_local, &a.id_local));
	if (id_remote != NULL)
		assert_null(id_parse(id_remote, &a.id_remote));
	snprintf(a.psks[0].w, sizeof(a.psks[0].w), "%s", psk == NULL ? "one" :
	    psk);
	a.psks_n = 1;
	assert_null(entries_add(s.entries, &a));
}

static int
setup(void **state)
{
	uint8_t key[BOOT_KEY_LEN] = { 1 };

	(void)state;
	hprf_init();
	s.tickets = tickets_new(key);
	s.orders = orders_new();
	s.rounds = rounds_new();
	s.entries = entries_new();
	s.keys = keyring_new("/etc/ikd");
	s.generation = 7;
	s.workers = 4;
	/* Two on both sides. */
	add(1, 0, 2, 2, "fqdn:gw", "fqdn:bee", "one", 1);
	add(1, 1, 2, 2, "fqdn:gw2", "fqdn:bee2", "two", 2);
	/* The same, of whom the second round alone tells. */
	add(2, 0, 2, 2, "fqdn:gw", "any", "one", 1);
	add(2, 1, 2, 2, "fqdn:gw2", "fqdn:fly2", "two", 3);
	/* It demands another thing in the first. */
	add(3, 0, 2, 2, "fqdn:gw", "any", "one", 9);
	add(3, 1, 2, 2, "fqdn:gw2", "fqdn:ant2", "two", 2);
	/* Who has more. */
	add(4, 0, 1, 3, "fqdn:gw", "fqdn:four", "one", 1);
	add(4, 1, 1, 3, NULL, "fqdn:four2", "two", 4);
	add(4, 2, 1, 3, NULL, "fqdn:four3", "three", 5);
	add(5, 0, 2, 1, "fqdn:gw", "fqdn:five", "one", 1);
	add(5, 1, 2, 1, "fqdn:gw2", NULL, "two", 6);
	/* One round. */
	add(6, 0, 1, 1, "fqdn:gw", "fqdn:six", "one", 0);
	/* certd judges the second. */
	add(7, 0, 2, 2, "fqdn:gw", "fqdn:seven", "one", 1);
	add(7, 1, 2, 2, "fqdn:gw2", "fqdn:seven2", NULL, 7);
	entries_index(s.entries);
	put("one", "the first key");
	put("two", "the second key");
	put("three", "the third key");
	return (0);
}

static int
teardown(void **state)
{
	(void)state;
	peer_signer_free(&s);
	return (0);
}

static void
begin(int initiator)
{
	struct mk_tickets t;

	tickets_issue(s.tickets, 1, 1, NOW, &t);
	peer_begin(&p, &t.t[0], initiator);
}

/* The peer's round, checked by us: 1 when it is good. */
static int
round_at(unsigned int round, uint8_t multi, const char *id, const char *key,
    uint64_t now)
{
	p.check.c.round = (uint8_t)round;
	p.check.c.multi = multi;
	p.check.method = key == NULL ? 0 : 2;
	p.check.auth.len = 0;
	if (p.check.initiator)
		peer_ids(&p, "fqdn:gw", id);
	else
		peer_ids(&p, id, NULL);
	if (key != NULL)
		peer_auth(&p, key);
	memset(&v, 0xee, sizeof(v));
	return (decide_check(&s, 1, &p.check, now, &v, &out));
}

static int
round_of(unsigned int round, uint8_t multi, const char *id, const char *key)
{
	return (round_at(round, multi, id, key, NOW));
}

static void
refused(enum reason code, const char *part)
{
	if (out.code != code || strstr(out.text, part) == NULL)
		fail_msg("code %u, \"%s\": wanted %u, \"%s\"", out.code,
		    out.text, code, part);
	assert_int_equal(out.auth_len, 0);
	assert_int_equal(v.tunnel, 0xeeeeeeee);
}

static void
test_both(void **state)
{
	uint8_t first[PEER_LEN];

	(void)state;
	begin(0);
	assert_int_equal(round_of(0, BOTH, "fqdn:bee", "the first key"), 1);
	assert_int_equal(v.round, 0);
	assert_int_equal(v.tunnel, 1);
	assert_int_equal(out.rounds_ours, 2);
	assert_int_equal(out.rounds_theirs, 2);
	assert_true(peer_accepts(&p, "the first key", "fqdn:gw", out.auth,
	    out.auth_len));
	memcpy(first, v.peer, PEER_LEN);
	assert_int_equal(round_of(1, MULTI_SUPPORTED, "fqdn:bee2",
	    "the second key"), 1);
	assert_int_equal(v.round, 1);
	assert_int_equal(v.tunnel, 1);
	assert_true(peer_accepts(&p, "the second key", "fqdn:gw2", out.auth,
	    out.auth_len));
	assert_memory_not_equal(first, v.peer, PEER_LEN);
	/* It is over. */
	assert_int_equal(round_of(1, MULTI_SUPPORTED, "fqdn:bee2",
	    "the second key"), 0);
	refused(RSN_TICKET, "no round before");
	assert_int_equal(round_of(2, MULTI_SUPPORTED, "fqdn:bee2",
	    "the second key"), 0);
	refused(RSN_TICKET, "round 3: no round before");
}

static void
test_turn(void **state)
{
	(void)state;
	/* The second without the first. */
	begin(0);
	assert_int_equal(round_of(1, MULTI_SUPPORTED, "fqdn:bee2",
	    "the second key"), 0);
	refused(RSN_TICKET, "no round before");
	/* The first failed. */
	begin(0);
	assert_int_equal(round_of(0, BOTH, "fqdn:bee", "a wrong key"), 0);
	refused(RSN_AUTH_PEER, "differs");
	assert_int_equal(round_of(1, MULTI_SUPPORTED, "fqdn:bee2",
	    "the second key"), 0);
	refused(RSN_TICKET, "no round before");
	/* Twice the first; one is left out. */
	begin(0);
	assert_int_equal(round_of(0, BOTH, "fqdn:four", "the first key"), 1);
	assert_int_equal(round_of(0, BOTH, "fqdn:four", "the first key"), 0);
	refused(RSN_TICKET, "had its verdict");
	assert_int_equal(round_of(2, MULTI_SUPPORTED, "fqdn:four3",
	    "the third key"), 0);
	refused(RSN_TICKET, "out of order");
	/* Nobody tries twice. */
	begin(0);
	assert_int_equal(round_of(0, BOTH, "fqdn:bee", "the first key"), 1);
	assert_int_equal(round_of(1, MULTI_SUPPORTED, "fqdn:bee2", "x"), 0);
	refused(RSN_AUTH_PEER, "round 2: the pre-shared key");
	assert_int_equal(round_of(1, MULTI_SUPPORTED, "fqdn:bee2",
	    "the second key"), 0);
	refused(RSN_TICKET, "no round before");
	/* Too late. */
	begin(0);
	assert_int_equal(round_of(0, BOTH, "fqdn:bee", "the first key"), 1);
	assert_int_equal(round_at(1, MULTI_SUPPORTED, "fqdn:bee2",
	    "the second key", NOW + TICKET_SECONDS + 1), 0);
	refused(RSN_TICKET, "too old");
}

/* Who proves nothing names nobody: or that name would be as if proved. */
static void
test_named(void **state)
{
	static const uint8_t octet[1] = { 2 };
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		begin(0);
		assert_int_equal(round_of(0, MULTI_SUPPORTED, "fqdn:five",
		    "the first key"), 1);
		p.check.c.round = 1;
		p.check.c.multi = MULTI_SUPPORTED;
		p.check.method = 0;
		peer_ids(&p, i == 0 ? "fqdn:root" : NULL, NULL);
		p.check.auth = (struct slice){ octet, i == 1 };
		p.check.chain = (struct slice){ octet, i == 2 };
		memset(&v, 0xee, sizeof(v));
		assert_int_equal(decide_check(&s, 1, &p.check, NOW, &v, &out),
		    0);
		refused(RSN_INVALID_SYNTAX, "without AUTH");
		p.check.chain.len = p.check.auth.len = 0;
	}
}

/* Is one's place left when this other one has begun more than there is? */
static int
left_beside(const struct wt_addr *one, const struct wt_addr *many)
{
	struct rounds *r = rounds_new();
	struct mk_ticket k;
	unsigned int i;
	int left;

	memset(&k, 0, sizeof(k));
	assert_non_null(rounds_add(r, &k, one, NOW));
	for (i = 1; i <= 3 * ROUNDS_OPEN; i++) {
		k.counter = i;
		assert_non_null(rounds_add(r, &k, many, NOW));
	}
	assert_non_null(rounds_find(r, &k, NOW));
	assert_null(rounds_add(r, &k, many, NOW));
	k.counter = 1;
	assert_null(rounds_find(r, &k, NOW));
	k.counter = 0;
	left = rounds_find(r, &k, NOW) != NULL;
	rounds_free(r);
	return (left);
}

/*
 * One who begins and never goes on does not keep others out; but of two
 * addresses in 256 pairs one pair has one share.
 */
static void
test_crowd(void **state)
{
	struct wt_addr one, many;
	unsigned int i, left = 0;

	(void)state;
	assert_int_equal(addr_parse("198.51.100.7", &one), 0);
	assert_int_equal(addr_parse("203.0.113.1", &many), 0);
	for (i = 0; i < 8; i++)
		left += (unsigned int)left_beside(&one, &many);
	assert_true(left >= 4);
}

/* What proved the first round, once more as the second. */
static void
test_replay(void **state)
{
	(void)state;
	begin(0);
	assert_int_equal(round_of(0, BOTH, "fqdn:bee", "the first key"), 1);
	assert_int_equal(round_of(1, MULTI_SUPPORTED, "fqdn:bee",
	    "the first key"), 0);
	refused(RSN_NO_TUNNEL, "round 2: tunnel t1 expects fqdn:bee2");
	begin(0);
	assert_int_equal(round_of(0, BOTH, "fqdn:bee", "the first key"), 1);
	assert_int_equal(round_of(1, MULTI_SUPPORTED, "fqdn:bee2",
	    "the first key"), 0);
	refused(RSN_AUTH_PEER, "differs");
}

static void
test_numbers(void **state)
{
	(void)state;
	begin(0);
	assert_int_equal(round_of(0, MULTI_SUPPORTED, "fqdn:bee",
	    "the first key"), 0);
	refused(RSN_AUTH_PEER, "expects 2 authentications of the peer, and it "
	    "ends after 1");
	begin(0);
	assert_int_equal(round_of(0, BOTH, "fqdn:six", "the first key"), 0);
	refused(RSN_AUTH_PEER, "expects 1 authentication of the peer, and it "
	    "goes on after 1");
	begin(0);
	assert_int_equal(round_of(0, 0, "fqdn:six", "the first key"), 1);
	begin(0);
	assert_int_equal(round_of(0, MULTI_FOLLOWS, "fqdn:bee",
	    "the first key"), 0);
	refused(RSN_UNSUPPORTED, "RFC 4739");
	/* We have two, and it cannot. */
	begin(0);
	assert_int_equal(round_of(0, 0, "fqdn:five", "the first key"), 0);
	refused(RSN_UNSUPPORTED, "2 authentications of ours");
	/*
	 * A second one where the peer has none to give; nothing where it has.
	 */
	begin(0);
	assert_int_equal(round_of(0, MULTI_SUPPORTED, "fqdn:five",
	    "the first key"), 1);
	assert_int_equal(round_of(1, MULTI_SUPPORTED, "fqdn:five",
	    "the second key"), 0);
	refused(RSN_AUTH_PEER, "expects nothing more");
	begin(0);
	assert_int_equal(round_of(0, BOTH, "fqdn:bee", "the first key"), 1);
	assert_int_equal(round_of(1, MULTI_SUPPORTED, NULL, NULL), 0);
	refused(RSN_NO_TUNNEL, "round 2");
}

/* Sides with different numbers of rounds. */
static void
test_uneven(void **state)
{
	(void)state;
	begin(0);
	assert_int_equal(round_of(0, BOTH, "fqdn:four", "the first key"), 1);
	assert_int_equal(round_of(1, BOTH, "fqdn:four2", "the second key"),
	    1);
	assert_int_equal(out.method, 0);
	assert_int_equal(out.auth_len, 0);
	assert_int_equal(round_of(2, MULTI_SUPPORTED, "fqdn:four3",
	    "the third key"), 1);
	assert_int_equal(v.round, 2);
	begin(0);
	assert_int_equal(round_of(0, MULTI_SUPPORTED, "fqdn:five",
	    "the first key"), 1);
	assert_int_equal(round_of(1, MULTI_SUPPORTED, NULL, NULL), 1);
	assert_int_equal(v.method, 0);
	assert_int_equal(v.round, 1);
	assert_true(peer_accepts(&p, "the second key", "fqdn:gw2", out.auth,
	    out.auth_len));
}

static void
test_choice(void **state)
{
	(void)state;
	/* By the first round it is 1's or 2's peer, by the second 2's. */
	begin(0);
	assert_int_equal(round_of(0, BOTH, "fqdn:bee", "the first key"), 1);
	assert_int_equal(v.tunnel, 1);
	assert_int_equal(round_of(1, MULTI_SUPPORTED, "fqdn:fly2",
	    "the second key"), 1);
	assert_int_equal(v.tunnel, 2);
	assert_int_equal(out.tunnel, 2);
	/* 3 demanded another thing before. */
	begin(0);
	assert_int_equal(round_of(0, BOTH, "fqdn:bee", "the first key"), 1);
	assert_int_equal(round_of(1, MULTI_SUPPORTED, "fqdn:ant2",
	    "the second key"), 0);
	refused(RSN_NO_TUNNEL, "expects fqdn:bee2");
	/* And 1 is not fly's. */
	begin(0);
	assert_int_equal(round_of(0, BOTH, "fqdn:fly", "the first key"), 1);
	assert_int_equal(round_of(1, MULTI_SUPPORTED, "fqdn:bee2",
	    "the second key"), 0);
	refused(RSN_NO_TUNNEL, "round 2");
}

static enum reason
sign_of(unsigned int round, uint8_t multi, uint32_t order)
{
	p.check.c.round = (uint8_t)round;
	p.check.c.multi = multi;
	p.check.c.order = order;
	decide_sign(&s, 1, &p.check.c, NOW, &sig);
	return (sig.code);
}

static void
order(uint32_t n, uint32_t tunnel)
{
	struct mv_order m = { n, tunnel, 7, 1 };

	assert_null(orders_add(s.orders, &m, NOW));
}

static void
test_initiator(void **state)
{
	(void)state;
	order(5, 1);
	begin(1);
	assert_int_equal(sign_of(0, MULTI_SUPPORTED, 5), RSN_OK);
	assert_int_equal(sig.rounds_ours, 2);
	assert_int_equal(sig.rounds_theirs, 2);
	/* The second not before the peer's first. */
	assert_int_equal(sign_of(1, MULTI_SUPPORTED, 5), RSN_TICKET);
	assert_int_equal(round_of(0, BOTH, "fqdn:bee", "the first key"), 1);
	assert_int_equal(v.order, 5);
	assert_int_equal(sign_of(1, MULTI_SUPPORTED, 6), RSN_ORDER);
	order(7, 1);
	begin(1);
	assert_int_equal(sign_of(0, MULTI_SUPPORTED, 7), RSN_OK);
	assert_int_equal(round_of(0, BOTH, "fqdn:bee", "the first key"), 1);
	assert_int_equal(sign_of(1, MULTI_SUPPORTED, 7), RSN_OK);
	assert_true(peer_accepts(&p, "the second key", "fqdn:gw2", sig.auth,
	    sig.auth_len));
	assert_int_equal(sign_of(1, MULTI_SUPPORTED, 7), RSN_TICKET);
	assert_int_equal(round_of(1, MULTI_SUPPORTED, "fqdn:bee2",
	    "the second key"), 1);
	assert_int_equal(v.order, 7);
	assert_int_equal(v.round, 1);
	/* Another tunnel's second round is none of an order's. */
	order(8, 1);
	begin(1);
	assert_int_equal(sign_of(0, MULTI_SUPPORTED, 8), RSN_OK);
	assert_int_equal(round_of(0, BOTH, "fqdn:bee", "the first key"), 1);
	assert_int_equal(round_of(1, MULTI_SUPPORTED, "fqdn:fly2",
	    "the second key"), 0);
	refused(RSN_NO_TUNNEL, "round 2: tunnel t1 expects peer fqdn:bee2");
	/* A peer that does not say that it can. */
	order(9, 1);
	begin(1);
	assert_int_equal(sign_of(0, 0, 9), RSN_UNSUPPORTED);
	assert_non_null(strstr(sig.text, "RFC 4739"));
}

/* A ticket's role stays what it was. */
static void
test_roles(void **state)
{
	(void)state;
	order(11, 1);
	begin(0);
	assert_int_equal(round_of(0, BOTH, "fqdn:bee", "the first key"), 1);
	assert_int_equal(sign_of(1, MULTI_SUPPORTED, 0), RSN_TICKET);
	assert_non_null(strstr(sig.text, "other role"));
	/* tmd is gone: it would not know of the first. */
	rounds_clear(s.rounds);
	assert_int_equal(round_of(1, MULTI_SUPPORTED, "fqdn:bee2",
	    "the second key"), 0);
	refused(RSN_TICKET, "no round before");
}

static void
test_certd(void **state)
{
	struct mc_ask ask = { .req = 3, .worker = 1 };
	struct mc_claimed claim;
	struct mc_signed made;

	(void)state;
	begin(0);
	assert_int_equal(round_of(0, BOTH, "fqdn:seven", "the first key"), 1);
	p.check.c.round = 1;
	p.check.c.multi = MULTI_SUPPORTED;
	p.check.method = 14;
	peer_ids(&p, "fqdn:seven2", NULL);
	ask.k = p.check;
	/* No signature before a claim. */
	ask.tunnel = 7;
	decide_cert_sign(&s, &ask, NOW, &made);
	assert_int_equal(made.code, RSN_TICKET);
	ask.tunnel = 0;
	decide_claim(&s, &ask, NOW, octets, &claim);
	assert_int_equal(claim.code, RSN_OK);
	assert_int_equal(claim.tunnel, 7);
	assert_int_equal(claim.rounds_theirs, 2);
	assert_true(claim.octets.len > 0);
	decide_claim(&s, &ask, NOW, octets, &claim);
	assert_int_equal(claim.code, RSN_TICKET);
	ask.tunnel = 7;
	decide_cert_sign(&s, &ask, NOW, &made);
	assert_int_equal(made.code, RSN_OK);
	assert_true(peer_accepts(&p, "the first key", "fqdn:gw2", made.auth,
	    made.auth_len));
	decide_cert_sign(&s, &ask, NOW, &made);
	assert_int_equal(made.code, RSN_TICKET);
	/* certd does not get its way with another tunnel. */
	begin(0);
	assert_int_equal(round_of(0, BOTH, "fqdn:seven", "the first key"), 1);
	p.check.c.round = 1;
	p.check.c.multi = MULTI_SUPPORTED;
	p.check.method = 14;
	peer_ids(&p, "fqdn:seven2", NULL);
	ask.k = p.check;
	ask.tunnel = 0;
	decide_claim(&s, &ask, NOW, octets, &claim);
	assert_int_equal(claim.code, RSN_OK);
	ask.tunnel = 1;
	decide_cert_sign(&s, &ask, NOW, &made);
	assert_int_equal(made.code, RSN_GONE);
	/* Nor does a peer with a pre-shared key where a certificate is due. */
	begin(0);
	assert_int_equal(round_of(0, BOTH, "fqdn:seven", "the first key"), 1);
	assert_int_equal(round_of(1, MULTI_SUPPORTED, "fqdn:seven2",
	    "the second key"), 0);
	refused(RSN_AUTH_PEER, "expects a certificate");
}

/* Rows that no policy has. */
static void
test_rows(void **state)
{
	struct sn_auth a = { .tunnel = 20, .kind_ours = AUTHK_NONE,
	    .kind_theirs = AUTHK_PSK, .by_id = 1 };

	(void)state;
	assert_non_null(entries_add(s.entries, &a));
	a.round = 1;
	assert_null(entries_add(s.entries, &a));
	a.kind_theirs = AUTHK_NONE;
	assert_non_null(entries_add(s.entries, &a));
	a.kind_theirs = AUTHK_PSK;
	a.round = ROUNDS_MAX;
	assert_non_null(entries_add(s.entries, &a));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_both, setup, teardown),
		cmocka_unit_test_setup_teardown(test_named, setup, teardown),
		cmocka_unit_test_setup_teardown(test_crowd, setup, teardown),
		cmocka_unit_test_setup_teardown(test_turn, setup, teardown),
		cmocka_unit_test_setup_teardown(test_replay, setup, teardown),
		cmocka_unit_test_setup_teardown(test_numbers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_uneven, setup, teardown),
		cmocka_unit_test_setup_teardown(test_choice, setup, teardown),
		cmocka_unit_test_setup_teardown(test_initiator, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_roles, setup, teardown),
		cmocka_unit_test_setup_teardown(test_certd, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rows, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
