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

/* common/id.c: text forms, equality, matching. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "addr.h"
#include "id.h"

static struct wt_id
I(const char *s)
{
	struct wt_id id;

	assert_null(id_parse(s, &id));
	return (id);
}

static void
test_round_trip(void **state)
{
	static const struct {
		const char	*in;
		unsigned int	 type;
		const char	*out;
	} t[] = {
		{ "any", ID_ANY, "any" },
		{ "192.0.2.1", ID_IPV4_ADDR, "192.0.2.1" },
		{ "ip:192.0.2.1", ID_IPV4_ADDR, "192.0.2.1" },
		{ "2001:DB8::1", ID_IPV6_ADDR, "2001:db8::1" },
		{ "gw.example.com", ID_FQDN, "fqdn:gw.example.com" },
		{ "fqdn:192.0.2.1", ID_FQDN, "fqdn:192.0.2.1" },
		{ "bob@example.com", ID_RFC822_ADDR, "email:bob@example.com" },
		{ "keyid:42", ID_KEY_ID, "keyid:42" },
		{ "keyid:0x2a", ID_KEY_ID, "keyid:*" },
		{ "keyid:0x00Ff", ID_KEY_ID, "keyid:0x00ff" },
		{ "keyid:0x3078", ID_KEY_ID, "keyid:0x3078" },
		{ "fqdn:a\\b", ID_FQDN, "fqdn:a\\x5cb" },
		{ "dn:C=DE,O=Acme,CN=gw", ID_DER_ASN1_DN,
		    "dn:C=DE, O=Acme, CN=gw" },
		{ "O=Acme, CN=*", ID_DER_ASN1_DN, "dn:O=Acme, CN=*" },
		{ "dn:CN=M\303\274ller", ID_DER_ASN1_DN,
		    "dn:CN=M\\c3\\bcller" },
	};
	struct wt_id id;
	char buf[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		id = I(t[i].in);
		assert_int_equal(id.type, t[i].type);
		assert_string_equal(id_print(&id, buf, sizeof(buf)), t[i].out);
	}
	id = I("keyid:0x00ff");
	assert_int_equal(id.data_len, 2);
	assert_int_equal(id.data[1], 0xff);
}

static void
test_refused(void **state)
{
	static const char *const bad[] = { "", "ip:gw", "ip:", "fqdn:",
	    "fqdn:a b", "email:bob", "email:@x", "email:bob@", "keyid:",
	    "keyid:0x", "keyid:0x1", "keyid:0xgg", "dn:", "dn:x", "CN=",
	    "dn:CN=a*", "dn:FOO=x", "group:sales", "subnet:10.0.0.0/40",
	    "range:10.0.0.3-10.0.0.2",
	    "@gw", "%any", "fqn:gw.example.com", "fqdn:a\nb" };
	char big[1200];
	struct wt_id id;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_non_null(id_parse(bad[i], &id));
	memset(big, 'a', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	assert_non_null(id_parse(big, &id));
	memcpy(big, "keyid:", 6);
	assert_non_null(id_parse(big, &id));
	big[6 + 513] = '\0';
	assert_non_null(id_parse(big, &id));
	big[6 + 512] = '\0';
	assert_null(id_parse(big, &id));
	memcpy(big, "keyid:0x", 8);
	assert_null(id_parse(big, &id));
}

static void
test_equal(void **state)
{
	struct wt_id a, b;

	(void)state;
	a = I("fqdn:GW.example.com"), b = I("fqdn:gw.EXAMPLE.com");
	assert_true(id_equal(&a, &b));
	b = I("keyid:GW.example.com");
	assert_false(id_equal(&a, &b));
	a = I("keyid:gw.example.com");
	assert_false(id_equal(&a, &b));
	a = I("bob@EXAMPLE.com"), b = I("bob@example.com");
	assert_true(id_equal(&a, &b));
	a = I("Bob@example.com");
	assert_false(id_equal(&a, &b));
	a = I("192.0.2.1"), b = I("192.0.2.2");
	assert_false(id_equal(&a, &b));
	assert_true(id_equal(&b, &b));
	b.data_len = 3;
	assert_false(id_equal(&a, &b));
	a = I("dn:C=DE, O=Acme + OU=x, CN=Gate  Way");
	b = I("dn:c=de, OU=X + O=ACME, CN=gate way");
	assert_true(id_equal(&a, &b));
	b = I("dn:OU=x + O=Acme, C=DE, CN=gate way");
	assert_false(id_equal(&a, &b));
}

/* Equal IDs have equal octets, others have not. */
static void
test_canon(void **state)
{
	static const char *const t[] = { "any", "192.0.2.1", "fqdn:a.example",
	    "fqdn:A.EXAMPLE", "keyid:a.example", "keyid:A.example",
	    "bob@a.example", "bob@A.example", "Bob@a.example", "dn:CN=x",
	    "dn:CN=X", "dn:CN=x, CN=x", "dn:CN=x + CN=x", "dn:CN=x + CN=y",
	    "dn:CN=Y + CN=x", "dn:CN=*", "dn:*", "dn:O=a b, CN=c",
	    "dn:O=A  B, CN=\\20C", "dn:O=a, O=b, CN=c", "dn:DC=a, O=b",
	    "dn:DC=A, O=B" };
	uint8_t ca[ID_CANON_MAX], cb[ID_CANON_MAX];
	size_t i, k, na, nb, n = sizeof(t) / sizeof(t[0]);
	struct wt_id a, b;

	(void)state;
	for (i = 0; i < n; i++)
		for (k = 0; k < n; k++) {
			a = I(t[i]);
			b = I(t[k]);
			na = id_canon(&a, ca);
			nb = id_canon(&b, cb);
			assert_int_equal(id_equal(&a, &b), na == nb &&
			    memcmp(ca, cb, na) == 0);
		}
	/* The canonical octets of a name, said as if they were a name. */
	a = I("dn:CN=x");
	na = id_canon(&a, ca);
	b = a;
	b.data_len = (uint16_t)(na - 2);
	memcpy(b.data, ca + 2, na - 2);
	nb = id_canon(&b, cb);
	assert_false(na == nb && memcmp(ca, cb, na) == 0);
	/* The longest there is. */
	memset(&a, 0, sizeof(a));
	a.type = ID_DER_ASN1_DN;
	a.data_len = ID_MAX;
	assert_int_equal(id_canon(&a, ca), 2 + ID_MAX);
}

static void
check_match(const char *want, const char *id, int yes)
{
	struct wt_id w = I(want), i = I(id);

	assert_int_equal(id_match(&w, &i), yes);
}

static void
test_match(void **state)
{
	(void)state;
	check_match("any", "fqdn:x.example", 1);
	check_match("fqdn:x.example", "fqdn:x.example", 1);
	check_match("fqdn:x.example", "fqdn:y.example", 0);
	check_match("fqdn:*.x.example", "fqdn:a.X.example", 1);
	check_match("fqdn:*.x.example", "fqdn:x.example", 0);
	check_match("fqdn:*.x.example", "fqdn:.x.example", 0);
	check_match("fqdn:*.x.example", "fqdn:ax.example", 0);
	check_match("fqdn:*.x.example", "keyid:a.x.example", 0);
	check_match("email:*@x.example", "email:bob@x.example", 1);
	check_match("email:*@x.example", "email:a@b@x.example", 1);
	check_match("email:*@x.example", "email:bob@y.x.example", 0);
	check_match("email:*@x.example", "fqdn:bob@x.example", 0);
	/* A star in what the peer says is only a star. */
	check_match("fqdn:a.x.example", "fqdn:*.x.example", 0);
	check_match("keyid:*.x", "keyid:a.x", 0);
	check_match("dn:O=Acme, CN=*", "dn:O=ACME, CN=gw", 1);
	check_match("dn:O=Acme, CN=*", "dn:O=Acme, OU=x, CN=gw", 0);
	check_match("dn:O=Acme, *", "dn:O=Acme, OU=x, CN=gw", 1);
	check_match("dn:O=Acme, CN=*", "fqdn:gw", 0);
	check_match("dn:CN=*", "dn:CN=*", 0);
	check_match("any", "dn:CN=x", 1);
}

static void
test_hostile_print(void **state)
{
	struct wt_id id = { .type = ID_FQDN, .data_len = 512 };
	char buf[64], small[8];
	unsigned int type;
	size_t i;

	(void)state;
	memset(id.data, 0xff, sizeof(id.data));
	for (type = 0; type < 256; type++) {
		id.type = (uint8_t)type;
		id_print(&id, buf, sizeof(buf));
		assert_true(strlen(buf) < sizeof(buf));
		for (i = 0; buf[i] != '\0'; i++)
			assert_true(buf[i] >= 0x20 && buf[i] < 0x7f);
		id_print(&id, small, sizeof(small));
		assert_true(strlen(small) < sizeof(small));
	}
	id.type = ID_IPV4_ADDR;
	id.data_len = 2;
	assert_string_equal(id_print(&id, buf, sizeof(buf)), "id-1:0xffff");
	id.type = ID_DER_ASN1_DN;
	assert_string_equal(id_print(&id, buf, sizeof(buf)), "dn:0xffff");
}

static void
test_addr(void **state)
{
	struct wt_addr a;
	struct wt_id id, want = I("2001:db8::1");

	(void)state;
	addr_parse("2001:db8::1", &a);
	id_from_addr(&a, &id);
	assert_true(id_equal(&id, &want));
	memset(&a, 0, sizeof(a));
	id_from_addr(&a, &id);
	assert_int_equal(id.type, ID_ANY);
	assert_string_equal(id_type_aix(ID_FQDN),
	    "Fully_Qualified_Domain_Name");
	assert_string_equal(id_type_aix(200), "Unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_canon),
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_hostile_print),
		cmocka_unit_test(test_addr),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
