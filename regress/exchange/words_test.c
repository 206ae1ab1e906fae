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

/* What people are told when it does not work: values, and what to do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness.h"
#include "mocks.h"

/* Steps of node 0 that say it like this. */
static unsigned int
steps(const struct world *w, const char *how, const char *detail)
{
	unsigned int	 i, n = 0;

	for (i = 0; i < w->n[0].nsteps; i++)
		n += strcmp(w->n[0].step[i].how, how) == 0 &&
		    strstr(w->n[0].step[i].detail, detail) != NULL;
	return (n);
}

static void
test_silence(void **state)
{
	struct world	*w = world_new(300);

	(void)state;
	w->hook = drop_all;
	world_start(w);
	node_initiate(&w->n[0], 1);
	world_run(w, 2000);
	assert_int_equal(steps(w, "not answered yet", ""), 0);
	world_run(w, 28000);
	assert_int_equal(steps(w, "not answered yet", "sent 3 times to "), 1);
	assert_int_equal(w->n[0].failed, 0);
	world_free(w);
}

/* No route: said after the second try, with the system's word for it. */
static void
test_no_route(void **state)
{
	struct world	*w = world_new(301);

	(void)state;
	w->hook = drop_all;
	world_start(w);
	w->n[0].ike->send_error = 101;	/* ENETUNREACH; the mock sets none */
	node_initiate(&w->n[0], 1);
	world_run(w, 30000);
	assert_int_equal(steps(w, "not sent", strerror(101)), 1);
	assert_int_equal(steps(w, "not answered yet", ""), 0);
	world_free(w);
}

/* An error in clear is what stays said. */
static void
test_error(void **state)
{
	struct world	*w = world_new(302);

	(void)state;
	node_proposal(&w->n[1], "aes128-sha256-ecp256", NULL);
	world_start(w);
	node_initiate(&w->n[0], 1);
	world_run(w, 30000);
	assert_int_equal(steps(w, "answered with an error",
	    "NO_PROPOSAL_CHOSEN"), 1);
	assert_int_equal(steps(w, "not answered yet", ""), 0);
	world_free(w);
}

static void
test_selectors(void **state)
{
	struct world	*w = world_new(303);

	(void)state;
	node_child(&w->n[1], 0, "10.2.0.0/16", "10.9.0.0/16");
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 100);
	assert_string_equal(w->n[0].fail.text, "the peer answers "
	    "TS_UNACCEPTABLE; we asked for 10.1.0.0/16 = 10.2.0.0/16");
	assert_string_equal(w->n[1].fail.text, "no child of the tunnel has "
	    "the selectors that the peer asks for: 10.2.0.0/16 = 10.1.0.0/16; "
	    "child1 has 10.2.0.0/16 = 10.9.0.0/16");
	world_free(w);
}

static void
test_key(void **state)
{
	struct world	*w = world_new(304);

	(void)state;
	strlcpy(w->n[1].psk, "another", sizeof(w->n[1].psk));
	world_start(w);
	node_initiate(&w->n[0], 1);
	world_run(w, 5000);
	assert_non_null(strstr(w->n[0].fail.text, "AUTHENTICATION_FAILED to "
	    "our IKE_AUTH, where we are "));
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_no_route),
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_selectors),
		cmocka_unit_test(test_key),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
