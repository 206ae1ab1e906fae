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
 * common/entries.c and certd/sign/ decide_keys.c: choice among entries, their
 * keys.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../certd/sign/decide.h"
#include "addr.h"
#include "id.h"

static struct entries *es;

static void
add(uint32_t tunnel, const char *local, const char *remote, const char *id_l,
    const char *id_r)
{
	static struct sn_auth a;

	memset(&a, 0, sizeof(a));
	a.tunnel = tunnel;
	a.kind_ours = a.kind_theirs = AUTHK_PSK;
	snprintf(a.name, sizeof(a.name), "t%u", tunnel);
	if (local != NULL)
		assert_int_equal(prefix_parse(local, &a.local[a.local_n++]),
		    0);
	assert_int_equal(prefix_parse(remote, &a.remote[a.remote_n++]), 0);
	assert_null(id_parse(id_l, &a.id_local));
	assert_null(id_parse(id_r, &a.id_remote));
	snprintf(a.psks[a.psks_n++].w, 255, "k%u", tunnel);
	assert_null(entries_add(es, &a));
}

static uint32_t
choose(const char *local, const char *remote, const char *peer,
    const char *wants)
{
	const struct entry *e;
	struct wt_addr l, r;
	struct wt_id p, w;
	struct asked q = { &l, &r, &p, &w, 1 << AUTHK_PSK, 0 };

	assert_int_equal(addr_parse(local, &l), 0);
	assert_int_equal(addr_parse(remote, &r), 0);
	assert_null(id_parse(peer, &p));
	assert_null(id_parse(wants, &w));
	e = entries_choose(es, &q);
	return (e == NULL ? 0 : e->tunnel);
}

static void
test_choice(void **state)
{
	(void)state;
	es = entries_new();
	add(1, NULL, "0.0.0.0/0", "gw", "any");
	add(2, NULL, "0.0.0.0/0", "gw", "fqdn:*.x");
	add(3, NULL, "0.0.0.0/0", "gw", "a.x");
	add(4, NULL, "198.51.100.0/24", "gw", "a.x");
	add(5, NULL, "198.51.100.7", "gw", "a.x");
	add(6, "192.0.2.1", "198.51.100.7", "gw", "a.x");
	add(7, "192.0.2.1", "198.51.100.7", "gw", "a.x");
	add(8, NULL, "198.51.100.8", "any", "any");
	add(9, NULL, "0.0.0.0/0", "other", "a.x");
	entries_index(es);
	assert_int_equal(choose("192.0.2.9", "10.0.0.1", "c.y", "any"), 1);
	assert_int_equal(choose("192.0.2.9", "10.0.0.1", "b.x", "any"), 2);
	assert_int_equal(choose("192.0.2.9", "10.0.0.1", "A.X", "any"), 3);
	assert_int_equal(choose("192.0.2.9", "198.51.100.1", "a.x", "any"), 4);
	assert_int_equal(choose("192.0.2.9", "198.51.100.7", "a.x", "any"), 5);
	/* Of two alike the policy's first. */
	assert_int_equal(choose("192.0.2.1", "198.51.100.7", "a.x", "any"), 6);
	assert_int_equal(choose("192.0.2.9", "198.51.100.8", "c.y", "any"), 8);
	/* Whom it asks for decides too; no ID of ours is our address. */
	assert_int_equal(choose("192.0.2.9", "10.0.0.1", "a.x", "other"), 9);
	assert_int_equal(choose("192.0.2.9", "198.51.100.8", "c.y",
	    "192.0.2.9"), 8);
	assert_int_equal(choose("192.0.2.9", "198.51.100.8", "c.y", "gw"), 1);
	assert_int_equal(choose("192.0.2.9", "10.0.0.1", "a.x", "nobody"), 0);
	assert_int_equal(choose("2001:db8::1", "2001:db8::2", "a.x", "any"),
	    0);
	assert_int_equal(entries_by_tunnel(es, 7)->tunnel, 7);
	assert_null(entries_by_tunnel(es, 17));
	entries_free(es);
}

/* Of any ID at one address, at several, at all: the policy's order holds. */
static void
test_addresses(void **state)
{
	static struct sn_auth a;
	struct wt_addr l, r;
	struct wt_id p, w;
	struct asked q = { &l, &r, &p, &w, 1 << AUTHK_PSK, 0 };
	uint32_t i;

	(void)state;
	es = entries_new();
	a.tunnel = 1;
	a.kind_ours = a.kind_theirs = AUTHK_PSK;
	strcpy(a.psks[a.psks_n++].w, "k");
	prefix_parse("198.51.100.8", &a.remote[a.remote_n++]);
	prefix_parse("198.51.100.9", &a.remote[a.remote_n++]);
	assert_null(entries_add(es, &a));
	add(2, NULL, "198.51.100.8", "gw", "any");
	add(3, NULL, "198.51.100.7", "gw", "any");
	a.tunnel = 4;
	prefix_parse("198.51.100.7", &a.remote[0]);
	assert_null(entries_add(es, &a));
	add(5, NULL, "198.51.100.0/24", "gw", "fqdn:*.x");
	add(6, NULL, "198.51.100.8", "gw", "b.x");
	for (i = 100; i < 400; i++)
		add(i, NULL, "0.0.0.0/0", "gw", "c.x");
	add(400, NULL, "203.0.113.1", "gw", "d.x");
	entries_index(es);
	assert_int_equal(choose("192.0.2.9", "198.51.100.8", "a.y", "any"), 1);
	assert_int_equal(choose("192.0.2.9", "198.51.100.7", "a.y", "any"), 3);
	assert_int_equal(choose("192.0.2.9", "198.51.100.7", "a.y", "gw"), 3);
	assert_int_equal(choose("192.0.2.9", "198.51.100.9", "a.y", "any"), 1);
	assert_int_equal(choose("192.0.2.9", "198.51.100.8", "a.x", "any"), 5);
	assert_int_equal(choose("192.0.2.9", "198.51.100.8", "b.x", "any"), 6);
	assert_int_equal(choose("192.0.2.9", "198.51.100.6", "a.y", "any"), 0);
	/* The nearest of a stranger, however many there are before it. */
	addr_parse("192.0.2.9", &l);
	id_parse("e.x", &p);
	id_parse("any", &w);
	addr_parse("203.0.113.1", &r);
	assert_int_equal(entries_nearest(es, &q)->tunnel, 400);
	addr_parse("203.0.113.2", &r);
	assert_int_equal(entries_nearest(es, &q)->tunnel, 100);
	entries_free(es);
}

/* Names: exact before wildcards, found however they are written. */
static void
test_names(void **state)
{
	(void)state;
	es = entries_new();
	add(1, NULL, "0.0.0.0/0", "gw", "any");
	add(2, NULL, "0.0.0.0/0", "gw", "dn:O=Partner, *");
	add(3, NULL, "0.0.0.0/0", "gw", "dn:O=Partner, CN=*");
	add(4, NULL, "0.0.0.0/0", "gw", "dn:O=Partner, CN=north + OU=x");
	add(5, NULL, "0.0.0.0/0", "dn:C=DE, CN=gw", "dn:O=Other, CN=south");
	entries_index(es);
	assert_int_equal(choose("192.0.2.9", "10.0.0.1",
	    "dn:o=partner, OU=X + CN=NORTH", "any"), 4);
	assert_int_equal(choose("192.0.2.9", "10.0.0.1",
	    "dn:O=Partner, CN=west", "gw"), 2);
	assert_int_equal(choose("192.0.2.9", "10.0.0.1",
	    "dn:O=Partner, OU=y, CN=west", "gw"), 2);
	assert_int_equal(choose("192.0.2.9", "10.0.0.1",
	    "dn:O=Partners, CN=west", "gw"), 1);
	assert_int_equal(choose("192.0.2.9", "10.0.0.1",
	    "dn:O=other, CN=South", "dn:C=de, CN=GW"), 5);
	assert_int_equal(choose("192.0.2.9", "10.0.0.1",
	    "dn:O=Other, CN=south", "dn:CN=gw"), 0);
	entries_free(es);
}

/* No remote address is no peer, never every peer. */
static void
test_no_remote(void **state)
{
	struct sn_auth a = { .tunnel = 1, .kind_ours = AUTHK_PSK,
	    .kind_theirs = AUTHK_PSK, .by_id = 1 };

	(void)state;
	es = entries_new();
	assert_null(entries_add(es, &a));
	a.kind_theirs = 9;
	assert_non_null(entries_add(es, &a));
	a.kind_ours = a.kind_theirs = AUTHK_PSK;
	a.by_id = 0;
	assert_non_null(entries_add(es, &a));
	/* A certificate of ours needs its private key. */
	a.kind_ours = a.kind_theirs = AUTHK_CERT;
	assert_non_null(entries_add(es, &a));
	entries_index(es);
	assert_int_equal(choose("192.0.2.9", "10.0.0.1", "a.x", "any"), 0);
	entries_free(es);
}

static void
test_many(void **state)
{
	char name[32];
	uint32_t i;

	(void)state;
	es = entries_new();
	for (i = 1; i <= 1000; i++) {
		snprintf(name, sizeof(name), "peer%u.example", i);
		add(i, NULL, "0.0.0.0/0", "gw", name);
	}
	entries_index(es);
	for (i = 1; i <= 1000; i++) {
		snprintf(name, sizeof(name), "PEER%u.example", i);
		assert_int_equal(choose("192.0.2.9", "10.0.0.1", name, "any"),
		    i);
		assert_int_equal(entries_by_tunnel(es, i)->tunnel, i);
	}
	entries_free(es);
}

static void
add_psk(const char *id, const char *secret)
{
	struct sn_psk p;

	memset(&p, 0, sizeof(p));
	assert_null(id_parse(id, &p.id));
	strcpy(p.secret, secret);
	strcpy(p.where, "ikd.yaml:14");
	assert_null(entries_add_psk(es, &p));
}

static void
test_psks_by_id(void **state)
{
	struct sn_psk any = { .secret = "x" };
	struct wt_id id;

	(void)state;
	es = entries_new();
	add_psk("email:*@x", "wild");
	add_psk("keyid:42", "answer");
	add_psk("email:bob@x", "bob");
	add_psk("dn:O=Test, *", "names");
	add_psk("email:*@x", "later");
	assert_non_null(entries_add_psk(es, &any));
	entries_index(es);
	id_parse("bob@x", &id);
	assert_string_equal(entries_psk_by_id(es, &id), "bob");
	id_parse("ann@x", &id);
	assert_string_equal(entries_psk_by_id(es, &id), "wild");
	id_parse("keyid:42", &id);
	assert_string_equal(entries_psk_by_id(es, &id), "answer");
	id_parse("dn:O=Test, CN=bee", &id);
	assert_string_equal(entries_psk_by_id(es, &id), "names");
	id_parse("keyid:43", &id);
	assert_null(entries_psk_by_id(es, &id));
	entries_free(es);
}

static void
load(struct keyring *k, const char *name, uint32_t mode)
{
	struct sn_secret s = { .kind = 1, .mode = mode, .data_len = 3,
	    .data = "abc" };

	strcpy(s.name, name);
	keyring_load(k, &s, 42);
}

static void
test_problems(void **state)
{
	struct keyring *k = keyring_new("/etc/ikd");
	const char *who = NULL;
	char buf[513];

	(void)state;
	es = entries_new();
	add(1, NULL, "0.0.0.0/0", "gw", "a.x");
	assert_string_equal(decide_keys_problem(es, k, NULL, NULL,
	    NULL, buf, sizeof(buf)),
	    "/etc/ikd/psk/k1: no such file, or not a regular one: ikectl psk "
	    "create k1 (tunnel t1)");
	load(k, "k1", 0644);
	assert_string_equal(decide_keys_problem(es, k, NULL, NULL,
	    NULL, buf, sizeof(buf)),
	    "/etc/ikd/psk/k1: readable by others (mode 0644): chmod 600 "
	    "(tunnel t1)");
	add_psk("bob@x", "bob");
	add_psk("ann@x", "ann");
	decide_keys_problem(es, k, NULL, NULL, NULL, buf, sizeof(buf));
	assert_non_null(strstr(buf, "(tunnel t1); and 2 more keys"));
	load(k, "k1", 0600);
	load(k, "ann", 0600);
	assert_string_equal(decide_keys_problem(es, k, NULL, NULL,
	    NULL, buf, sizeof(buf)),
	    "/etc/ikd/psk/bob: no such file, or not a regular one: ikectl "
	    "psk create bob (psks at ikd.yaml:14)");
	load(k, "bob", 0400);
	assert_null(decide_keys_problem(es, k, NULL, NULL, NULL, buf,
	    sizeof(buf)));
	assert_true(decide_key_used(es, "k1", &who));
	assert_string_equal(who, "t1");
	assert_true(decide_key_used(es, "bob", NULL));
	assert_false(decide_key_used(es, "k2", NULL));
	assert_false(decide_key_used(NULL, "k1", NULL));
	entries_free(es);
	keyring_free(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_no_remote),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_psks_by_id),
		cmocka_unit_test(test_problems),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
