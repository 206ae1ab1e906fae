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

/* ikd/ike/exch_certs.c: what a peer's CERTREQ asks for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "../../ikd/ike/exch_certs.h"
#include "../../ikd/ike/session.h"

/* A CERTREQ of each of these encodings, with a hash behind it. */
static int
asked(const char *encodings)
{
	uint8_t body[8][21] = { { 0 } };
	struct packet pkt = { .n = 0 };
	struct setup st;

	memset(&st, 0, sizeof(st));
	for (; *encodings != '\0'; encodings++, pkt.n++) {
		body[pkt.n][0] = (uint8_t)*encodings;
		pkt.pld[pkt.n] = (struct pld){ .type = PLD_CERTREQ,
		    .p = body[pkt.n], .len = sizeof(body[0]) };
	}
	exch_certs_asked(&st, &pkt);
	return (st.certs_asked);
}

static void
test_asked(void **state)
{
	struct packet pkt = { .n = 1, .pld[0] = { .type = PLD_CERTREQ,
	    .p = (const uint8_t *)"", .len = 0 } };
	struct setup st;

	(void)state;
	assert_false(asked(""));
	assert_true(asked("\x04"));	/* X.509 */
	assert_true(asked("\x0c"));	/* hash and URL of one */
	assert_true(asked("\x0d"));	/* of a bundle */
	assert_false(asked("\x0e"));	/* OCSP alone: RFC 4806 */
	assert_false(asked("\x0f"));	/* raw keys: RFC 7670 */
	assert_false(asked("\x07"));	/* CRLs */
	assert_true(asked("\x0e\x04"));
	memset(&st, 0, sizeof(st));
	exch_certs_asked(&st, &pkt);	/* of nothing */
	assert_false(st.certs_asked);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_asked),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests_name("ike_certs", tests, NULL, NULL));
}
