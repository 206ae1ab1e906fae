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
 * common/idset.c and id_net.c: what is found by hash is what id_match() says.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "groups.h"
#include "id.h"
#include "idset.h"

#define MANY	100000

static void
put(struct idset *s, const char *text)
{
	struct wt_id id;

	assert_null(id_parse(text, &id));
	idset_add(s, &id);
}

static long
ask(const struct idset *s, const char *text)
{
	struct wt_id id;

	assert_null(id_parse(text, &id));
	return (idset_match(s, &id));
}

/* The reference's example, in its order. */
static void
test_example(void **state)
{
	static const char *const members[] = { "fqdn:*.sales.example.com",
	    "email:bob@example.com", "ip:203.0.113.9",
	    "range:10.0.0.5-10.0.0.9", "dn:C=US, O=Acme, *", "keyid:42",
	    "subnet:10.0.0.0/24", "dn:*, OU=Sales", "email:*@x.example",
	    "subnet:2001:db8::/32" };
	static const struct {
		const char	*id;
		long		 at;
	} rows[] = {
		{ "fqdn:a.sales.example.com", 0 },
		{ "fqdn:b.a.SALES.example.com", 0 },
		{ "fqdn:sales.example.com", -1 },
		{ "fqdn:xsales.example.com", -1 },
		{ "email:bob@EXAMPLE.com", 1 },
		{ "email:Bob@example.com", -1 },
		{ "203.0.113.9", 2 }, { "203.0.113.8", -1 },
		{ "10.0.0.4", 6 }, { "10.0.0.5", 3 }, { "10.0.0.9", 3 },
		{ "10.0.0.10", 6 }, { "10.0.1.0", -1 }, { "9.255.255.255", -1 },
		{ "dn:C=US, O=acme, CN=x", 4 }, { "dn:C=US, O=Acme", -1 },
		{ "dn:O=Acme, C=US, OU=Sales", 7 },
		{ "dn:C=us, O=ACME, OU=Sales", 4 },
		{ "keyid:42", 5 }, { "keyid:0x3432", 5 }, { "keyid:43", -1 },
		{ "email:a@x.example", 8 }, { "email:a@y.x.example", -1 },
		{ "2001:db8:ffff::1", 9 }, { "2001:db9::", -1 },
	};
	struct idset *s = idset_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		put(s, members[i]);
	idset_index(s);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (ask(s, rows[i].id) != rows[i].at)
			fail_msg("%s: %ld", rows[i].id, ask(s, rows[i].id));
	assert_int_equal(idset_count(s), sizeof(members) / sizeof(members[0]));
	idset_free(s);
}

static uint32_t
next(uint32_t *r)
{
	*r = *r * 1664525U + 1013904223U;
	return (*r >> 8);
}

/* Few names and numbers, so that they meet. */
static void
some_id(uint32_t *r, int pattern, struct wt_id *id)
{
	static const char *const label[] = { "a", "b", "x", "ex", "a.b" };
	static const char *const star[] = { "fqdn:*.%s.%s", "email:*@%s.%s",
	    "dn:O=%s, *, CN=%s", "dn:*, O=%s, CN=%s", "dn:O=%s, CN=%s, *",
	    "dn:OU=*, O=%s, CN=%s" };
	static const char *const plain[] = { "fqdn:%s.%s", "email:%s@%s",
	    "dn:O=%s, CN=%s", "dn:O=%s, OU=x, CN=%s", "keyid:%s%s",
	    "fqdn:a.%s.%s", "email:x@%s.%s", "dn:OU=a, O=%s, CN=%s" };
	const char *one = label[next(r) % 5], *two = label[next(r) % 5];
	unsigned int a = next(r) % 40, b = a + next(r) % 40, v6;
	char text[200];

	v6 = next(r) % 2;
	switch (next(r) % (pattern ? 4 : 2)) {
	case 0:
		snprintf(text, sizeof(text), v6 ? "2001:db8::%x" :
		    "10.0.0.%u", a);
		break;
	case 1:
		snprintf(text, sizeof(text), plain[next(r) % 8], one, two);
		break;
	case 2:
		snprintf(text, sizeof(text), star[next(r) % 6], one, two);
		break;
	default:
		if (next(r) % 2)
			snprintf(text, sizeof(text), v6 ? "range:2001:db8::%x"
			    "-2001:db8::%x" : "range:10.0.0.%u-10.0.0.%u", a,
			    b);
		else
			snprintf(text, sizeof(text), v6 ?
			    "subnet:2001:db8::%x/%u" : "subnet:10.0.0.%u/%u",
			    a, (v6 ? 120 : 24) + next(r) % 9);
		break;
	}
	assert_null(id_parse(text, id));
}

static long
naive(const struct idset *s, const struct wt_id *id)
{
	struct wt_id want;
	size_t i;

	for (i = 0; i < idset_count(s); i++) {
		memset(&want, 0, sizeof(want));
		id_copy(&want, idset_at(s, i));
		if (id_match(&want, id))
			return ((long)i);
	}
	return (-1);
}

static void
test_naive(void **state)
{
	uint32_t r = 42;
	struct idset *s;
	struct wt_id id;
	int round, i, n, found = 0;

	(void)state;
	for (round = 0; round < 400; round++) {
		s = idset_new();
		n = 1 + (int)(next(&r) % 60);
		for (i = 0; i < n; i++) {
			some_id(&r, 1, &id);
			idset_add(s, &id);
		}
		idset_index(s);
		for (i = 0; i < 100; i++) {
			some_id(&r, 0, &id);
			if (idset_match(s, &id) != naive(s, &id))
				fail_msg("round %d: %ld, not %ld", round,
				    idset_match(s, &id), naive(s, &id));
			found += idset_match(s, &id) != -1;
		}
		idset_free(s);
	}
	/* It would prove little if all or none were found. */
	assert_in_range(found, 4000, 36000);
}

/* A hundred thousand of all kinds: each is found at its place. */
static void
test_many(void **state)
{
	static const char *const form[] = { "fqdn:h%d.example.com",
	    "fqdn:*.s%d.example.com", "email:u%d@example.com",
	    "email:*@m%d.example.com", "dn:C=US, O=Acme %d, *",
	    "keyid:k%d", "dn:C=US, O=Acme, OU=*, CN=host %d" };
	static const char *const peer[] = { "fqdn:h%d.example.com",
	    "fqdn:x.s%d.example.com", "email:u%d@example.com",
	    "email:x@m%d.example.com", "dn:C=US, O=Acme %d, CN=x",
	    "keyid:k%d", "dn:C=US, O=Acme, OU=x, CN=host %d" };
	struct idset *s = idset_new();
	char text[80];
	int i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		if (i % 8 == 7)
			snprintf(text, sizeof(text), "subnet:%d.%d.%d.0/24",
			    11 + (i >> 16), i >> 8 & 255, i & 255);
		else
			snprintf(text, sizeof(text), form[i % 8], i);
		put(s, text);
	}
	idset_index(s);
	for (i = 0; i < MANY; i++) {
		if (i % 8 == 7)
			snprintf(text, sizeof(text), "%d.%d.%d.9",
			    11 + (i >> 16), i >> 8 & 255, i & 255);
		else
			snprintf(text, sizeof(text), peer[i % 8], i);
		assert_int_equal(ask(s, text), i);
	}
	assert_int_equal(ask(s, "fqdn:h.example.com"), -1);
	idset_free(s);
}

/* What a peer must not get by words that are ours alone. */
static void
test_types(void **state)
{
	struct idset *s = idset_new();
	uint8_t body[ID_BODY_MAX];
	struct wt_id id, read;
	char text[128];

	(void)state;
	assert_null(id_parse("subnet:10.1.2.3/255.255.0.0", &id));
	assert_string_equal(id_print(&id, text, sizeof(text)),
	    "subnet:10.1.0.0/16");
	idset_add(s, &id);
	idset_index(s);
	assert_int_equal(idset_match(s, &id), -1);
	assert_non_null(id_body_read((struct slice){ body, id_body_make(&id,
	    body) }, &read));
	assert_null(id_parse("range:2001:db8::5-2001:db8::9", &id));
	assert_string_equal(id_print(&id, text, sizeof(text)),
	    "range:2001:db8::5-2001:db8::9");
	assert_true(id_is_wild(&id));
	assert_non_null(id_parse("range:10.0.0.9-10.0.0.5", &id));
	assert_non_null(id_parse("range:10.0.0.9-2001:db8::", &id));
	assert_non_null(id_parse("range:10.0.0.9", &id));
	assert_non_null(id_parse("subnet:10.0.0.0/33", &id));
	assert_non_null(id_parse("group:sales", &id));
	idset_free(s);
}

static void
test_groups(void **state)
{
	static const char *const rows[][2] = { { "z", "fqdn:a.example" },
	    { "z", "fqdn:b.example" }, { "b", "fqdn:c.example" } };
	struct groups *g = groups_new();
	struct sn_group row;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		memset(&row, 0, sizeof(row));
		strlcpy(row.group, rows[i][0], sizeof(row.group));
		assert_null(id_parse(rows[i][1], &row.id));
		assert_null(groups_add(g, &row));
	}
	memset(&row.id, 0, sizeof(row.id));
	assert_non_null(groups_add(g, &row));
	groups_index(g);
	assert_int_equal(idset_count(groups_find(g, "z")), 2);
	assert_int_equal(ask(groups_find(g, "b"), "fqdn:c.example"), 0);
	assert_null(groups_find(g, "c"));
	groups_free(g);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example), cmocka_unit_test(test_naive),
		cmocka_unit_test(test_many), cmocka_unit_test(test_types),
		cmocka_unit_test(test_groups),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
