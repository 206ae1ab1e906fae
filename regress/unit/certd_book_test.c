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

/* certd/book.c: what the files of a policy make of a peer's certificate. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "certd_book_bed.h"
#include "log.h"

/* The verdict of a tunnel of the book on a leaf, and a CA above or NULL. */
static enum chain_why
judged_under(const struct book *b, uint32_t tunnel,
    const struct pki_item *leaf, struct cert *ca)
{
	const struct rule *r = book_rule(b, tunnel, 0);
	struct chain_in in = { .trust = r->trust, .leaf = leaf->cert,
	    .pinned = r->pinned, .crls = book_crls(b), .now = PKI_NOW,
	    .inter = &ca, .ninter = ca != NULL,
	    .allow_weak = r->weak,
	    .revocation = (enum chain_revocation)r->revocation };
	struct chain_result res;
	enum chain_why why;

	chain_verify(&in, &res);
	why = res.why;
	if (why == CHAIN_NO_REVOCATION && ca == NULL)
		assert_non_null(strstr(res.text, "SHA-1"));
	chain_result_free(&res);
	return (why);
}

static enum chain_why
judged(const struct book *b, uint32_t tunnel, const struct pki_item *leaf)
{
	return (judged_under(b, tunnel, leaf, NULL));
}

/* A CRL of crls/ signed with SHA-1 counts where the policy allows it. */
static void
test_sha1(void **state)
{
	struct snap_writer *w = book_begin();
	struct book *b;
	struct pki p;

	(void)state;
	pki_make(&p, "R ca; L by=R serial=7; M by=R serial=8;"
	    "!C by=R md=SHA1 rev=8;");
	book_put_file(w, CF_CA, "r", pki_get(&p, "R"));
	book_put_file(w, CF_CRL, "c", pki_get(&p, "C"));
	book_put_tunnel(w, 1, "r", "", 0);
	book_put_tunnel(w, 2, "r", "", CHAIN_WEAK_SHA1);
	b = book_end(w);
	assert_int_equal(judged(b, 1, pki_get(&p, "L")), CHAIN_NO_REVOCATION);
	assert_int_equal(judged(b, 1, pki_get(&p, "M")), CHAIN_NO_REVOCATION);
	assert_int_equal(judged(b, 2, pki_get(&p, "L")), CHAIN_OK);
	assert_int_equal(judged(b, 2, pki_get(&p, "M")), CHAIN_REVOKED);
	book_free(b);
	pki_free(&p);
}

/* S signs itself, L is of a CA that is here, X of one that is not. */
static const char pins[] = "R ca; S; L by=R serial=7; Q ca; X by=Q;"
    "E na=-1; !C by=R rev=7;";

static struct snap_writer *
put_pins(struct pki *p)
{
	struct snap_writer *w = book_begin();

	pki_make(p, pins);
	book_put_file(w, CF_CERT, "s", pki_get(p, "S"));
	book_put_file(w, CF_CERT, "l", pki_get(p, "L"));
	book_put_file(w, CF_CERT, "x", pki_get(p, "X"));
	book_put_file(w, CF_CERT, "e", pki_get(p, "E"));
	book_put_file(w, CF_CA, "r", pki_get(p, "R"));
	book_put_file(w, CF_CRL, "c", pki_get(p, "C"));
	return (w);
}

/* The one that cert names is enough, unless an authority of ours issued it. */
static void
test_pinned(void **state)
{
	struct snap_writer *w;
	struct book *b;
	struct pki p;

	(void)state;
	w = put_pins(&p);
	book_put_pinned(w, 1, "s", "", REVOCATION_SOFT);
	book_put_pinned(w, 2, "x", "", REVOCATION_OFF);
	book_put_pinned(w, 3, "l", "", REVOCATION_STRICT);
	book_put_pinned(w, 4, "x", "r", REVOCATION_OFF);
	book_put_pinned(w, 5, "e", "", REVOCATION_SOFT);
	b = book_end(w);
	assert_int_equal(judged(b, 1, pki_get(&p, "S")), CHAIN_OK);
	assert_int_equal(judged(b, 1, pki_get(&p, "X")), CHAIN_PINNED);
	assert_int_equal(judged(b, 2, pki_get(&p, "X")), CHAIN_OK);
	assert_int_equal(judged(b, 3, pki_get(&p, "L")), CHAIN_REVOKED);
	assert_int_equal(judged(b, 4, pki_get(&p, "X")), CHAIN_UNKNOWN_CA);
	assert_int_equal(judged(b, 5, pki_get(&p, "E")), CHAIN_EXPIRED);
	book_free(b);
	pki_free(&p);
}

/* Nobody could ever say that it is not revoked. */
static void
test_pinned_strict(void **state)
{
	static const char *const names[] = { "s", "x" };
	struct snap_writer *w;
	char why[256];
	struct pki p;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		w = put_pins(&p);
		book_put_pinned(w, 1, names[i], "", REVOCATION_STRICT);
		assert_non_null(book_refused(w, why, sizeof(why)));
		assert_non_null(strstr(why, "tunnel lyon: revocation: strict"));
		pki_free(&p);
	}
}

/* A CRL by a CA that only the peer has: F's is another of the same name. */
static void
test_vouched(void **state)
{
	struct snap_writer *w = book_begin();
	struct cert *by[2];
	struct book *b;
	struct pki p;

	(void)state;
	pki_make(&p, "R ca; I by=R ca subj=/CN=I; L by=I serial=7;"
	    "M by=I serial=8; !C by=I rev=8; !D by=R;"
	    "F by=R ca subj=/CN=I; !E by=F rev=7;");
	book_put_file(w, CF_CA, "r", pki_get(&p, "R"));
	book_put_file(w, CF_CRL, "e", pki_get(&p, "E"));
	book_put_file(w, CF_CRL, "c", pki_get(&p, "C"));
	book_put_file(w, CF_CRL, "d", pki_get(&p, "D"));
	book_put_tunnel(w, 1, "r", "", 0);
	b = book_end(w);
	by[0] = pki_get(&p, "I")->cert;
	by[1] = pki_get(&p, "R")->cert;
	assert_int_equal(judged_under(b, 1, pki_get(&p, "L"), by[0]),
	    CHAIN_NO_REVOCATION);
	assert_int_equal(judged_under(b, 1, pki_get(&p, "M"), by[0]),
	    CHAIN_NO_REVOCATION);
	assert_int_equal(book_vouch(b, by + 1, 1), 0);
	assert_int_equal(book_vouch(b, by, 2), 1);
	assert_int_equal(judged_under(b, 1, pki_get(&p, "L"), by[0]),
	    CHAIN_OK);
	assert_int_equal(judged_under(b, 1, pki_get(&p, "M"), by[0]),
	    CHAIN_REVOKED);
	assert_int_equal(book_vouch(b, by, 2), 0);
	book_free(b);
	pki_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_sha1),
		cmocka_unit_test(test_pinned),
		cmocka_unit_test(test_pinned_strict),
		cmocka_unit_test(test_vouched) };

	log_init("test", LOG_L_ERROR);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
