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

/* certd/sign/decide.c: who gets a verdict, who gets our AUTH, and who not. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "id.h"
#include "reason.h"
#include "sign_peer.h"

#define NOW	1000

static struct signer s;
static struct sign_peer p;
static struct mv_verdict v;
static struct mk_checked out;
static struct mk_signed sig;

static void
put(const char *name, const char *key)
{
	assert_null(keyring_put(s.keys, name, (const uint8_t *)key,
	    strlen(key)));
}

static int
setup(void **state)
{
	uint8_t key[BOOT_KEY_LEN] = { 1 };
	struct sn_psk by_id = { .secret = "answer", .where = "ikd.yaml:3" };

	(void)state;
	hprf_init();
	s.tickets = tickets_new(key);
	s.orders = orders_new();
	s.entries = entries_new();
	s.keys = keyring_new("/etc/ikd");
	s.generation = 7;
	s.workers = 4;
	peer_entry(s.entries, 1, "fqdn:gw", "fqdn:bee", "new old");
	peer_entry(s.entries, 2, "any", "fqdn:*.x", "wild");
	peer_entry(s.entries, 3, "fqdn:gw", "keyid:42", NULL);
	peer_entry(s.entries, 4, "fqdn:gw", "fqdn:lost", "lost");
	peer_entry(s.entries, 5, "fqdn:gw", "keyid:43", NULL);
	peer_entry(s.entries, 6, "fqdn:road", "any", "new");
	peer_entry(s.entries, 7, "fqdn:gw", "42.1.2.3", "new");
	peer_entry(s.entries, 8, "fqdn:gw", "keyid:*.x", "new");
	id_parse("keyid:42", &by_id.id);
	assert_null(entries_add_psk(s.entries, &by_id));
	entries_index(s.entries);
	put("new", "the new key of bee");
	put("old", "the old key of bee");
	put("wild", "key of wild ones");
	put("answer", "key by id");
	return (0);
}

static int
teardown(void **state)
{
	(void)state;
	peer_signer_free(&s);
	return (0);
}

static struct mk_ticket
ticket(unsigned int slot)
{
	struct mk_tickets t;

	tickets_issue(s.tickets, slot, 1, NOW, &t);
	return (t.t[0]);
}

/* A responder's exchange from the start. */
static void
respond(const char *id_i, const char *id_r, const char *key)
{
	struct mk_ticket k = ticket(1);

	peer_begin(&p, &k, 0);
	peer_ids(&p, id_i, id_r);
	peer_auth(&p, key);
}

static void
refused(enum reason code, const char *part)
{
	memset(&v, 0xee, sizeof(v));
	assert_int_equal(decide_check(&s, 1, &p.check, NOW, &v, &out), 0);
	if (out.code != code || strstr(out.text, part) == NULL)
		fail_msg("code %u, \"%s\": wanted %u, \"%s\"", out.code,
		    out.text, code, part);
	assert_int_equal(out.exch, 77);
	assert_int_equal(out.auth_len, 0);
	assert_int_equal(v.tunnel, 0xeeeeeeee);
}

static void
test_responder(void **state)
{
	struct wt_id id;

	(void)state;
	respond("fqdn:bee", "fqdn:gw", "the new key of bee");
	assert_int_equal(decide_check(&s, 1, &p.check, NOW, &v, &out), 1);
	assert_int_equal(out.code, RSN_OK);
	assert_int_equal(out.tunnel, 1);
	assert_int_equal(out.method, 2);
	assert_true(peer_accepts(&p, "the new key of bee", "fqdn:gw",
	    out.auth, out.auth_len));
	assert_false(peer_accepts(&p, "the old key of bee", "fqdn:gw",
	    out.auth, out.auth_len));
	id_parse("fqdn:gw", &id);
	assert_true(id_equal(&out.id_ours, &id));
	assert_true(id_equal(&v.id_ours, &id));
	id_parse("fqdn:bee", &id);
	assert_true(id_equal(&v.id_peer, &id));
	assert_memory_equal(&v.ticket, &p.check.c.ticket, sizeof(v.ticket));
	assert_memory_equal(v.spi_i, p.msg_i, 8);
	assert_memory_equal(v.spi_r, p.msg_r + 8, 8);
	assert_int_equal(v.exch, 77);
	assert_int_equal(v.tunnel, 1);
	assert_int_equal(v.generation, 7);
	assert_int_equal(v.initiator, 0);
	assert_int_equal(v.order, 0);
	assert_int_equal(v.method, 2);
	assert_int_equal(v.remote.port, 4500);
	/* The same request again: one verdict. */
	refused(RSN_TICKET, "had its verdict");
}

static void
test_key_change(void **state)
{
	uint8_t fp[32];

	(void)state;
	/* The second of the list is good too, and answers with itself. */
	respond("fqdn:bee", NULL, "the old key of bee");
	assert_int_equal(decide_check(&s, 1, &p.check, NOW, &v, &out), 1);
	assert_true(peer_accepts(&p, "the old key of bee", "fqdn:gw",
	    out.auth, out.auth_len));
	memcpy(fp, v.fingerprint, 32);
	respond("fqdn:bee", NULL, "the new key of bee");
	assert_int_equal(decide_check(&s, 1, &p.check, NOW, &v, &out), 1);
	assert_memory_not_equal(fp, v.fingerprint, 32);
	/* One of the two is gone: the other still serves. */
	keyring_forget(s.keys, "new");
	respond("fqdn:bee", NULL, "the old key of bee");
	assert_int_equal(decide_check(&s, 1, &p.check, NOW, &v, &out), 1);
}

static void
test_by_id_and_wild(void **state)
{
	(void)state;
	respond("keyid:42", NULL, "key by id");
	assert_int_equal(decide_check(&s, 1, &p.check, NOW, &v, &out), 1);
	assert_int_equal(v.tunnel, 3);
	respond("keyid:43", NULL, "key by id");
	refused(RSN_NO_SECRET, "keyid:43");
	respond("fqdn:a.X", NULL, "key of wild ones");
	assert_int_equal(decide_check(&s, 1, &p.check, NOW, &v, &out), 1);
	assert_int_equal(v.tunnel, 2);
	/* No ID in the entry: we are our address. */
	assert_true(peer_accepts(&p, "key of wild ones", "192.0.2.1",
	    out.auth, out.auth_len));
}

static void
test_wrong_key(void **state)
{
	(void)state;
	respond("fqdn:bee", "fqdn:gw", "another key");
	refused(RSN_AUTH_PEER, "the pre-shared key of tunnel t1 differs from "
	    "the peer's (peer fqdn:bee)");
	/* And that was this ticket's one try. */
	peer_auth(&p, "the new key of bee");
	refused(RSN_TICKET, "had its verdict");
	respond("fqdn:bee", NULL, "the new key of bee");
	p.check.auth.len = 0;
	refused(RSN_AUTH_PEER, "differs");
	respond("fqdn:bee", NULL, "the new key of bee");
	p.id_i[5] ^= 0x20;	/* "Bee": equal as a name, other octets */
	refused(RSN_AUTH_PEER, "differs");
	respond("fqdn:lost", NULL, "x");
	refused(RSN_NO_SECRET, "tunnel t4: /etc/ikd/psk/lost: no such file");
}

static void
test_no_tunnel(void **state)
{
	(void)state;
	respond("fqdn:x", "fqdn:y", "k");
	refused(RSN_NO_TUNNEL, "no tunnel fits: peer 198.51.100.7 says it is "
	    "fqdn:x and asks for fqdn:y; tunnel t1 expects fqdn:bee and is "
	    "fqdn:gw itself");
	respond("fqdn:bee", "fqdn:y", "k");
	refused(RSN_NO_TUNNEL, "asks for fqdn:y");
	respond("keyid:42", NULL, "key by id");
	p.check.c.remote.addr.a[0] = 10;
	refused(RSN_NO_TUNNEL, "does not say whom it wants");
}

static void
test_methods(void **state)
{
	(void)state;
	respond("fqdn:bee", NULL, "the new key of bee");
	p.check.method = 0;
	refused(RSN_UNSUPPORTED, "EAP");
	respond("fqdn:bee", NULL, "the new key of bee");
	p.check.method = 14;
	refused(RSN_AUTH_PEER, "method 14");
	respond("fqdn:bee", NULL, "the new key of bee");
	p.check.c.intauth = p.check.c.nonce_peer;
	refused(RSN_INVALID_SYNTAX, "IntAuth");
	respond("fqdn:bee", NULL, "the new key of bee");
	p.check.c.prf = 4;
	refused(RSN_UNSUPPORTED, "PRF 4");
	/* OpenSSL has it, the tunnel's proposals do not. */
	respond("fqdn:bee", NULL, "the new key of bee");
	p.check.c.prf = PRF_HMAC_SHA1;
	p.check.c.sk_pi_len = p.check.c.sk_pr_len = 20;
	refused(RSN_NO_PROPOSAL, "has no proposal with");
}

/* RFC 9242: AUTH covers the IKE_INTERMEDIATE exchanges. */
static void
test_intauth(void **state)
{
	uint8_t ia[2 * 48 + 4] = { 1, 2, 3 };

	(void)state;
	respond("fqdn:bee", "fqdn:gw", "the new key of bee");
	p.check.c.intauth = (struct slice){ ia, sizeof(ia) };
	refused(RSN_AUTH_PEER, "differs");
	respond("fqdn:bee", "fqdn:gw", "the new key of bee");
	p.check.c.intauth = (struct slice){ ia, sizeof(ia) };
	peer_auth(&p, "the new key of bee");
	assert_int_equal(decide_check(&s, 1, &p.check, NOW, &v, &out), 1);
	assert_true(peer_accepts(&p, "the new key of bee", "fqdn:gw",
	    out.auth, out.auth_len));
	ia[99] ^= 1;
	assert_false(peer_accepts(&p, "the new key of bee", "fqdn:gw",
	    out.auth, out.auth_len));
}

/* Both messages are covered when both sides say so, and only then. */
static void
test_full_transcript(void **state)
{
	struct mk_context *c = &p.check.c;
	int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		respond("fqdn:bee", "fqdn:gw", "the new key of bee");
		if (i & 1)
			peer_notify(p.msg_i, &p.msg_i_len, &c->msg_i);
		if (i & 2)
			peer_notify(p.msg_r, &p.msg_r_len, &c->msg_r);
		p.full = i == 3;
		peer_auth(&p, "the new key of bee");
		assert_int_equal(decide_check(&s, 1, &p.check, NOW, &v, &out),
		    1);
		assert_true(peer_accepts(&p, "the new key of bee", "fqdn:gw",
		    out.auth, out.auth_len));
	}
	/* Somebody cut our notify out of the answer the peer has seen. */
	respond("fqdn:bee", "fqdn:gw", "the new key of bee");
	peer_notify(p.msg_i, &p.msg_i_len, &c->msg_i);
	peer_auth(&p, "the new key of bee");
	peer_notify(p.msg_r, &p.msg_r_len, &c->msg_r);
	refused(RSN_AUTH_PEER, "differs");
}

static void
test_hostile_ike(void **state)
{
	struct mk_ticket k;

	(void)state;
	/* Somebody else's slot. */
	respond("fqdn:bee", NULL, "the new key of bee");
	assert_int_equal(decide_check(&s, 2, &p.check, NOW, &v, &out), 0);
	assert_int_equal(out.code, RSN_TICKET);
	/* That did not use it up for its owner. */
	assert_int_equal(decide_check(&s, 1, &p.check, NOW, &v, &out), 1);
	/* Not our ticket, too late, not the nonce we sent. */
	respond("fqdn:bee", NULL, "the new key of bee");
	p.check.c.ticket.ticket[0] ^= 1;
	refused(RSN_TICKET, "not ours");
	respond("fqdn:bee", NULL, "the new key of bee");
	assert_int_equal(decide_check(&s, 1, &p.check, NOW + 121, &v, &out),
	    0);
	assert_int_equal(out.code, RSN_TICKET);
	respond("fqdn:bee", NULL, "the new key of bee");
	k = ticket(1);
	p.check.c.ticket = k;
	refused(RSN_TICKET, "our nonce is not the ticket");
	/* Another nonce of the peer than the one it sent. */
	respond("fqdn:bee", NULL, "the new key of bee");
	p.nonce[3] ^= 1;
	refused(RSN_INVALID_SYNTAX, "peer's nonce");
	/* Short or long keys, broken messages, broken IDs. */
	respond("fqdn:bee", NULL, "the new key of bee");
	p.check.c.sk_pr_len = 0;
	refused(RSN_INVALID_SYNTAX, "SK_p");
	respond("fqdn:bee", NULL, "the new key of bee");
	p.msg_i[18] = 35;
	refused(RSN_INVALID_SYNTAX, "IKE_SA_INIT");
	respond("fqdn:bee", NULL, "the new key of bee");
	p.check.id_i.len = 4;
	refused(RSN_INVALID_SYNTAX, "ID");
	respond("fqdn:bee", "fqdn:gw", "the new key of bee");
	p.check.id_r.len = 2;
	refused(RSN_INVALID_SYNTAX, "IDr");
}

static void
order(uint32_t number, uint32_t tunnel)
{
	struct mv_order m = { .order = number, .tunnel = tunnel,
	    .generation = 7, .worker = 1 };

	assert_null(orders_add(s.orders, &m, NOW));
}

static void
sign_it(enum reason code, const char *part)
{
	decide_sign(&s, 1, &p.check.c, NOW, &sig);
	if (sig.code != code || strstr(sig.text, part) == NULL)
		fail_msg("code %u, \"%s\": wanted %u, \"%s\"", sig.code,
		    sig.text, code, part);
	assert_int_equal(sig.exch, 77);
	if (code != RSN_OK)
		assert_int_equal(sig.auth_len, 0);
}

static void
initiate(uint32_t number)
{
	struct mk_ticket k = ticket(1);

	peer_begin(&p, &k, 1);
	p.check.c.order = number;
}

static void
test_initiator(void **state)
{
	struct wt_id id;

	(void)state;
	order(5, 1);
	initiate(5);
	sign_it(RSN_OK, "");
	assert_int_equal(sig.method, 2);
	assert_true(peer_accepts(&p, "the new key of bee", "fqdn:gw",
	    sig.auth, sig.auth_len));
	id_parse("fqdn:bee", &id);
	assert_true(id_equal(&sig.id_peer, &id));
	peer_ids(&p, "fqdn:gw", "fqdn:bee");
	peer_auth(&p, "the old key of bee");
	assert_int_equal(decide_check(&s, 1, &p.check, NOW, &v, &out), 1);
	assert_int_equal(out.auth_len, 0);
	assert_int_equal(v.order, 5);
	assert_int_equal(v.initiator, 1);
	assert_int_equal(v.tunnel, 1);
	assert_true(id_equal(&v.id_peer, &id));
	refused(RSN_TICKET, "had its verdict");
}

static void
test_initiator_refused(void **state)
{
	struct wt_id id;
	struct mk_ticket k;

	(void)state;
	initiate(5);
	sign_it(RSN_ORDER, "no such order");
	order(5, 1);
	initiate(5);
	sign_it(RSN_OK, "");
	k = p.check.c.ticket;
	initiate(5);
	sign_it(RSN_ORDER, "used already");
	/* A verdict without, or on another one's, signature. */
	initiate(5);
	peer_ids(&p, "fqdn:gw", "fqdn:bee");
	peer_auth(&p, "the new key of bee");
	refused(RSN_TICKET, "never signed");
	order(6, 4);
	peer_begin(&p, &k, 1);
	p.check.c.order = 6;
	peer_ids(&p, "fqdn:gw", "fqdn:bee");
	peer_auth(&p, "the new key of bee");
	refused(RSN_ORDER, "not signed with this ticket");
	/* The responder is somebody else. */
	order(7, 1);
	initiate(7);
	sign_it(RSN_OK, "");
	peer_ids(&p, "fqdn:gw", "fqdn:a.x");
	peer_auth(&p, "the new key of bee");
	refused(RSN_NO_TUNNEL, "tunnel t1 expects peer fqdn:bee, but it says "
	    "it is fqdn:a.x");
	/* No key, no tunnel, a slot of others. */
	order(8, 4);
	initiate(8);
	sign_it(RSN_NO_SECRET, "lost");
	order(9, 99);
	initiate(9);
	sign_it(RSN_GONE, "99");
	order(10, 1);
	initiate(10);
	decide_sign(&s, 3, &p.check.c, NOW, &sig);
	assert_int_equal(sig.code, RSN_TICKET);
	sign_it(RSN_OK, "");
	/* A wildcard cannot be asked for. */
	order(11, 2);
	initiate(11);
	sign_it(RSN_OK, "");
	assert_int_equal(sig.id_peer.type, 0);
	/* What only looks like one can: 42 is the octet of a star. */
	order(12, 7);
	initiate(12);
	sign_it(RSN_OK, "");
	id_parse("42.1.2.3", &id);
	assert_true(id_equal(&sig.id_peer, &id));
	order(13, 8);
	initiate(13);
	sign_it(RSN_OK, "");
	id_parse("keyid:*.x", &id);
	assert_true(id_equal(&sig.id_peer, &id));
}

/* What we signed as initiator, brought back as if a peer had sent it. */
static void
test_reflection(void **state)
{
	struct mk_ticket mine, theirs;

	(void)state;
	order(5, 1);
	mine = ticket(1);
	theirs = ticket(1);
	peer_begin(&p, &mine, 1);
	p.check.c.order = 5;
	memcpy(p.msg_r + 32, theirs.ticket, 32);
	p.check.c.nonce_peer = (struct slice){ theirs.ticket, 32 };
	sign_it(RSN_OK, "");
	/* Tunnel 6 takes anybody who has tunnel 1's key. */
	p.check.initiator = 0;
	p.check.c.order = 0;
	p.check.c.ticket = theirs;
	p.check.c.nonce_peer = (struct slice){ mine.ticket, 32 };
	peer_ids(&p, "fqdn:gw", "fqdn:road");
	p.check.auth = (struct slice){ sig.auth, sig.auth_len };
	refused(RSN_AUTH_PEER, "our own");
}

static void
test_no_policy(void **state)
{
	(void)state;
	respond("fqdn:bee", NULL, "the new key of bee");
	entries_free(s.entries);
	s.entries = NULL;
	refused(RSN_BUSY, "no policy");
	order(5, 1);
	initiate(5);
	sign_it(RSN_BUSY, "no policy");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(test_responder), T(test_key_change), T(test_by_id_and_wild),
		T(test_wrong_key), T(test_no_tunnel), T(test_methods),
		T(test_intauth), T(test_full_transcript),
		T(test_hostile_ike), T(test_initiator),
		T(test_initiator_refused), T(test_reflection),
		T(test_no_policy),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
