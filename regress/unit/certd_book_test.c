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

/* The verdict of a tunnel of the book on a leaf. */
static enum chain_why
judged(const struct book *b, uint32_t tunnel, const struct pki_item *leaf)
{
	const struct rule *r = book_rule(b, tunnel, 0);
	struct chain_in in = { .trust = r->trust, .leaf = leaf->cert,
	    .crls = book_crls(b), .now = PKI_NOW, .allow_weak = r->weak,
	    .revocation = (enum chain_revocation)r->revocation };
	struct chain_result res;
	enum chain_why why;

	chain_verify(&in, &res);
	why = res.why;
	if (why == CHAIN_NO_REVOCATION)
		assert_non_null(strstr(res.text, "SHA-1"));
	chain_result_free(&res);
	return (why);
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

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_sha1) };

	log_init("test", LOG_L_ERROR);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
