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

/* certd/certid.c: which IKE identities a certificate proves. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "certd_pki.h"
#include "dn.h"
#include "../../certd/certid.h"

/* "" is NULL. */
static struct wt_id *
id(const char *text, struct wt_id *out)
{
	if (text[0] == '\0')
		return (NULL);
	assert_null(id_parse(text, out));
	return (out);
}

#define NAMES	"L subj=/C=US/O=Acme/CN=gw.example.com " \
	"san=DNS:gw.example.com,DNS:*.pool.example.com,email:bob@example.com," \
	"IP:192.0.2.1,IP:2001:db8::1,URI:http://x/;"

static const struct {
	const char	*pki, *id, *want, *cert_id;
	int		 proves;
} rows[] = {
	{ NAMES, "fqdn:gw.example.com", "", "", 1 },
	{ NAMES, "fqdn:GW.Example.com", "", "", 1 },
	{ NAMES, "fqdn:gw.example.org", "", "", 0 },
	{ NAMES, "fqdn:example.com", "", "", 0 },
	{ NAMES, "fqdn:x.gw.example.com", "", "", 0 },
	{ NAMES, "email:bob@example.com", "", "", 1 },
	{ NAMES, "email:bob@EXAMPLE.com", "", "", 1 },
	{ NAMES, "email:Bob@example.com", "", "", 0 },
	{ NAMES, "email:alice@example.com", "", "", 0 },
	{ NAMES, "192.0.2.1", "", "", 1 },
	{ NAMES, "192.0.2.2", "", "", 0 },
	{ NAMES, "2001:db8::1", "", "", 1 },
	{ NAMES, "2001:db8::2", "", "", 0 },
	/* A wildcard in a certificate counts for that very pattern alone. */
	{ NAMES, "fqdn:a.pool.example.com", "", "", 0 },
	{ NAMES, "fqdn:a.pool.example.com", "any", "", 0 },
	{ NAMES, "fqdn:a.pool.example.com", "fqdn:*.example.com", "", 0 },
	{ NAMES, "fqdn:a.pool.example.com", "fqdn:*.pool.example.com", "",
	    1 },
	{ NAMES, "fqdn:a.pool.example.org", "fqdn:*.pool.example.com", "",
	    0 },
	{ NAMES, "fqdn:*.pool.example.com", "fqdn:*.pool.example.com", "",
	    0 },
	{ NAMES, "fqdn:*.pool.example.com", "", "", 0 },
	/* The common name is no name of a host; a SAN is none of a DN. */
	{ "L subj=/CN=gw.example.com;", "fqdn:gw.example.com", "", "", 0 },
	{ "L subj=/CN=192.0.2.1;", "192.0.2.1", "", "", 0 },
	{ "L subj=/emailAddress=bob@example.com;", "email:bob@example.com",
	    "", "", 0 },
	{ "L subj=/CN=a san=dirName:%CN=b;", "dn:CN=b", "", "", 0 },
	{ NAMES, "dn:C=US, O=Acme, CN=gw.example.com", "", "", 1 },
	{ NAMES, "dn:C=us, O=acme, CN=GW.example.com", "", "", 1 },
	{ NAMES, "dn:CN=gw.example.com, O=Acme, C=US", "", "", 0 },
	{ NAMES, "dn:C=US, O=Acme", "", "", 0 },
	{ NAMES, "dn:C=US, O=Acme, *", "", "", 0 },
	/* KEY_ID by cert-id. */
	{ NAMES, "keyid:42", "", "", 0 },
	{ NAMES, "keyid:42", "", "fqdn:gw.example.com", 1 },
	{ NAMES, "keyid:42", "", "fqdn:*.example.com", 1 },
	{ NAMES, "keyid:42", "", "fqdn:*.pool.example.com", 1 },
	{ NAMES, "keyid:42", "", "fqdn:a.pool.example.com", 0 },
	{ NAMES, "keyid:42", "", "fqdn:other.example.com", 0 },
	{ NAMES, "keyid:42", "", "email:*@example.com", 1 },
	{ NAMES, "keyid:42", "", "192.0.2.1", 1 },
	{ NAMES, "keyid:42", "", "192.0.2.9", 0 },
	{ NAMES, "keyid:42", "", "dn:C=US, O=Acme, *", 1 },
	{ NAMES, "keyid:42", "", "dn:C=US, O=Other, *", 0 },
	{ NAMES, "keyid:42", "", "any", 1 },
	{ NAMES, "keyid:42", "", "keyid:42", 0 },
	{ NAMES, "fqdn:other.example.com", "", "any", 0 },
	{ NAMES, "any", "", "", 0 },
	{ "L subj=/;", "dn:CN=x", "", "", 0 },
};

static void
test_proves(void **state)
{
	struct wt_id a, b, c;
	char text[CERTID_TEXT];
	struct pki p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct certid_in in = { id(rows[i].id, &a),
			id(rows[i].want, &b), id(rows[i].cert_id, &c) };
		int r;

		pki_make(&p, rows[i].pki);
		r = certid_proves(pki_get(&p, "L")->cert, &in, text,
		    sizeof(text));
		if (r != rows[i].proves)
			print_message("# %s (%s, %s): %s\n", rows[i].id,
			    rows[i].want, rows[i].cert_id, text);
		assert_int_equal(r, rows[i].proves);
		assert_int_equal(r, text[0] == '\0');
		pki_free(&p);
	}
}

/* The DN must be the subject's octets or equal ones, not a pattern's. */
static void
test_subject_der(void **state)
{
	struct wt_id me;
	struct certid_in in = { &me, NULL, NULL };
	char text[CERTID_TEXT];
	struct pki p;

	(void)state;
	pki_make(&p, "L subj=/C=US/O=%Acme/CN=a; M subj=/; "
	    "N subj=/CN=n san=URI:http://x/,DNS:*.x,DNS:n.x;");
	assert_int_equal(certid_first(pki_get(&p, "L")->cert, &me), 0);
	assert_int_equal(me.type, ID_DER_ASN1_DN);
	assert_int_equal(certid_proves(pki_get(&p, "L")->cert, &in, text,
	    sizeof(text)), 1);
	me.data[me.data_len - 1]++;
	assert_int_equal(certid_proves(pki_get(&p, "L")->cert, &in, text,
	    sizeof(text)), 0);
	assert_non_null(strstr(text, "dn:C=US, O=Acme, CN=a"));
	assert_int_equal(certid_first(pki_get(&p, "M")->cert, &me), -1);
	assert_int_equal(certid_first(pki_get(&p, "N")->cert, &me), 0);
	assert_string_equal(id_print(&me, text, sizeof(text)), "fqdn:n.x");
	pki_free(&p);
}

/* ID_DER_ASN1_GN: the GeneralName itself. */
static void
test_general_name(void **state)
{
	struct wt_id me = { .type = ID_DER_ASN1_GN, .data_len = 5,
	    .data = { 0x82, 3, 'a', '.', 'b' } };
	struct certid_in in = { &me, NULL, NULL };
	char text[CERTID_TEXT];
	struct pki p;

	(void)state;
	pki_make(&p, "L san=DNS:a.b,DNS:c;");
	assert_int_equal(certid_proves(pki_get(&p, "L")->cert, &in, text,
	    sizeof(text)), 1);
	me.data[0] = 0x81;	/* mail */
	assert_int_equal(certid_proves(pki_get(&p, "L")->cert, &in, text,
	    sizeof(text)), 0);
	me.data[0] = 0x82;
	me.data_len = 4;
	assert_int_equal(certid_proves(pki_get(&p, "L")->cert, &in, text,
	    sizeof(text)), 0);
	me.data_len = 0;
	assert_int_equal(certid_proves(pki_get(&p, "L")->cert, &in, text,
	    sizeof(text)), 0);
	pki_free(&p);
}

/* What we may say of ourselves with a certificate. */
static void
test_may_say(void **state)
{
	static const struct { const char *pki, *id; int ok; } t[] = {
		{ NAMES, "fqdn:GW.example.com", 1 },
		{ NAMES, "192.0.2.1", 1 }, { NAMES, "192.0.2.2", 0 },
		{ NAMES, "fqdn:x.pool.example.com", 1 },
		{ NAMES, "fqdn:other.example.com", 0 },
		{ NAMES, "email:bob@example.com", 1 },
		{ NAMES, "dn:c=us,o=ACME,cn=gw.example.com", 1 },
		{ NAMES, "dn:C=US, O=Acme", 0 }, { NAMES, "keyid:42", 1 },
		{ "L subj=/;", "dn:CN=x", 0 },
	};
	char text[CERTID_TEXT];
	struct wt_id me, was;
	struct pki p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		pki_make(&p, t[i].pki);
		id(t[i].id, &me);
		was = me;
		assert_int_equal(certid_may_say(pki_get(&p, "L")->cert, &me,
		    text, sizeof(text)), t[i].ok);
		assert_int_equal(t[i].ok, text[0] == '\0');
		assert_true(id_equal(&me, &was));
		/* A name that fits becomes the certificate's own octets. */
		if (t[i].ok && me.type == ID_DER_ASN1_DN) {
			assert_memory_not_equal(me.data, was.data,
			    me.data_len);
			assert_string_equal(id_print(&me, text, sizeof(text)),
			    "dn:C=US, O=Acme, CN=gw.example.com");
		}
		pki_free(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_proves),
		cmocka_unit_test(test_subject_der),
		cmocka_unit_test(test_general_name),
		cmocka_unit_test(test_may_say),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests_name("certid", tests, NULL, NULL));
}
