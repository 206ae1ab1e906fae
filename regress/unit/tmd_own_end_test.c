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
 * Of a tunnel that shows several certificates the one that is worst is told
 * of, in whatever order certd says them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "../../tmd/own_end.h"
#include "../../tmd/said.h"

#define DAY	86400

static void
say(uint32_t tunnel, int days, const char *file, int first, int last)
{
	struct mv_own_end	 m;
	uint64_t		 now = (uint64_t)time(NULL);

	memset(&m, 0, sizeof(m));
	m.first = (uint8_t)first;
	m.last = (uint8_t)last;
	m.tunnel = tunnel;
	m.begins = now - 100 * DAY;
	m.ends = now + (uint64_t)((int64_t)days * DAY);
	snprintf(m.file, sizeof(m.file), "%s", file);
	own_end_said(&m);
}

static const char *
of(uint32_t tunnel, int soon)
{
	static char	 out[320];

	return (own_end_text(tunnel, soon, out, sizeof(out)));
}

static void
test_worst(void **state)
{
	static const char *const name[] = { "a", "b", "c", "d", "e" };
	char		 text[32];
	unsigned int	 bad;
	int		 i;

	(void)state;
	for (bad = 0; bad < 5; bad++) {
		say(2, 3, "other", 1, 0);
		for (i = 0; i < 5; i++)
			say(3, i == (int)bad ? -1 : 5 + i, name[i], 0, 0);
		say(4, 2, "last", 0, 1);
		snprintf(text, sizeof(text), "certs/%s ended on", name[bad]);
		assert_non_null(of(3, 0));
		assert_non_null(strstr(of(3, 0), text));
		assert_non_null(strstr(of(3, 1), text));
		assert_null(of(2, 0));
		assert_non_null(strstr(of(2, 1), "certs/other ends on"));
		assert_non_null(strstr(of(4, 1), "certs/last ends on"));
		assert_int_equal(own_end_bad(), 1);
	}
	/* All of them good: the one that ends first. */
	for (i = 0; i < 5; i++)
		say(3, 9 - i, name[i], i == 0, i == 4);
	assert_null(of(3, 0));
	assert_non_null(strstr(of(3, 1), "certs/e ends on"));
	assert_null(of(2, 1));
	/* None. */
	say(0, 0, "", 1, 1);
	assert_null(of(3, 1));
	assert_int_equal(own_end_bad(), 0);
}

/* A list that does not end fills no memory. */
static void
test_endless(void **state)
{
	uint32_t	 i;

	(void)state;
	say(1, -1, "x", 1, 0);
	for (i = 2; i < SAID_MOST + 100; i++)
		say(i, -1, "x", 0, 0);
	say(i, -1, "x", 0, 1);
	assert_int_equal(own_end_bad(), SAID_MOST);
	assert_non_null(of(SAID_MOST, 0));
	assert_null(of(SAID_MOST + 1, 0));
	say(0, 0, "", 1, 1);
	assert_int_equal(own_end_bad(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_worst),
		cmocka_unit_test(test_endless),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
