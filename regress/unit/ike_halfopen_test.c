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
/* ikd/ike/halfopen.c. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "addr.h"
#include "../../ikd/ike/halfopen.h"
#include "../../ikd/ike/session.h"

static struct wt_addr
A(const char *text)
{
	struct wt_addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return (a);
}

static unsigned int
of(const struct ike *ike, const char *text)
{
	struct wt_addr a = A(text);

	return (halfopen_of(ike, &a));
}

static void
from(struct ike *ike, struct session *s, const char *text)
{
	s->ike = ike;
	s->remote.addr = A(text);
	halfopen_add(s);
}

static void
test_addresses(void **state)
{
	struct ike *ike = calloc(1, sizeof(*ike));
	struct session s[3];

	(void)state;
	memset(s, 0, sizeof(s));
	from(ike, &s[0], "192.0.2.1");
	from(ike, &s[1], "192.0.2.1");
	from(ike, &s[2], "192.0.2.2");
	assert_int_equal(ike->half_open, 3);
	assert_int_equal(of(ike, "192.0.2.1"), 2);
	assert_int_equal(of(ike, "192.0.2.2"), 1);
	assert_int_equal(of(ike, "192.0.2.3"), 0);
	halfopen_drop(&s[0]);
	halfopen_drop(&s[0]);
	assert_int_equal(of(ike, "192.0.2.1"), 1);
	halfopen_drop(&s[1]);
	halfopen_drop(&s[2]);
	assert_int_equal(ike->half_open, 0);
	halfopen_free(ike);
	free(ike);
}

/* A host has 2^64 addresses in its network: they are one source. */
static void
test_networks(void **state)
{
	struct ike *ike = calloc(1, sizeof(*ike));
	struct session s[3];

	(void)state;
	memset(s, 0, sizeof(s));
	from(ike, &s[0], "2001:db8::1");
	from(ike, &s[1], "2001:db8::dead:beef:1:2");
	from(ike, &s[2], "2001:db8:0:1::1");
	assert_int_equal(of(ike, "2001:db8::ffff"), 2);
	assert_int_equal(of(ike, "2001:db8:0:1:8000::"), 1);
	halfopen_drop(&s[0]);
	assert_int_equal(of(ike, "2001:db8::1"), 1);
	halfopen_drop(&s[1]);
	halfopen_drop(&s[2]);
	assert_int_equal(of(ike, "2001:db8::1"), 0);
	halfopen_free(ike);
	free(ike);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_networks),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
