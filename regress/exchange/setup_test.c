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

/* The first two exchanges: what works, and under what losses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness.h"
#include "reason.h"

static void
test_establish(void **state)
{
	struct world	*w = world_up(1);
	struct session	*a = node_session(&w->n[0]);
	struct session	*b = node_session(&w->n[1]);

	(void)state;
	assert_true(a->initiator && !b->initiator);
	assert_memory_equal(a->keys.k.d, b->keys.k.d, a->keys.k.d_len);
	assert_int_equal(w->n[0].ups, 1);
	assert_int_equal(w->n[1].ups, 1);
	assert_int_equal(w->n[0].child_ups, 1);
	assert_int_equal(w->n[1].child_ups, 1);
	assert_int_equal(w->n[1].initial_contacts, 1);
	assert_int_equal(a->spi_i[0], 0);
	assert_int_equal(b->spi_r[0], 1);
	assert_int_equal(w->n[0].install.local.port, 4500);
	assert_int_equal(w->n[0].install.remote.port, 4500);
	assert_int_equal(w->n[0].install.hold_out, 0);
	assert_true(w->n[0].nsteps >= 4);
	world_clean(w);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_establish),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
