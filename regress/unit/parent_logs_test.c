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

/* A role that speaks without end: a burst, then so many a second. */
#include <sys/socket.h>

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../ikd/parent/life.h"

static uint64_t		 now = 1000;
static struct child	 role;
static FILE		*out;

uint64_t
parent_now(void)
{
	return (now);
}

struct child *
child_at(unsigned int i)
{
	return (i == 0 ? &role : NULL);
}

int
child_send(struct child *c, uint16_t type, const void *body, int fd)
{
	(void)c, (void)type, (void)body, (void)fd;
	return (0);
}

static void
say(int fd, uint8_t level, const char *text)
{
	uint8_t line[64] = { level, LS_CORE, 0, (uint8_t)strlen(text) };

	memcpy(line + LOG_LINE_HDR, text, strlen(text));
	assert_true(send(fd, line, LOG_LINE_HDR + strlen(text), 0) > 0);
	logs_drain();
}

/* Two lines in a datagram; a length past its end, and half a header. */
static void
say_several(int fd)
{
	static const uint8_t two[] = { LOG_L_NOTICE, LS_IKE, 0, 3, 'o', 'n',
	    'e', LOG_L_INFO, LS_CHILD, 0, 3, 't', 'w', 'o' };
	static const uint8_t cut[] = { LOG_L_NOTICE, LS_IKE, 0, 2, 'o', 'k',
	    LOG_L_NOTICE, LS_IKE, 0x10, 0, 'f', 'a', 'r' };
	static const uint8_t odd[] = { LOG_L_NOTICE, LS_IKE, 0 };

	assert_true(send(fd, two, sizeof(two), 0) > 0);
	assert_true(send(fd, cut, sizeof(cut), 0) > 0);
	assert_true(send(fd, odd, sizeof(odd), 0) > 0);
	logs_drain();
}

/* How many lines with this word stand there. */
static unsigned int
lines_with(const char *word)
{
	char line[256];
	unsigned int n = 0;

	rewind(out);
	while (fgets(line, sizeof(line), out) != NULL)
		n += strstr(line, word) != NULL;
	return (n);
}

static void
test_flood(void **state)
{
	struct parent p = { .debug = 1 };
	int fd, i, err;

	(void)state;
	p.base = event_base_new();
	assert_int_equal(event_base_priority_init(p.base, 3), 0);
	assert_non_null(out = tmpfile());
	role.id = (struct child_id){ &p, ROLE_IKE, 0 };
	role.log_fd = -1;
	fd = logs_pipe(&role);
	assert_true((err = dup(STDERR_FILENO)) != -1);
	assert_true(dup2(fileno(out), STDERR_FILENO) != -1);
	for (i = 0; i < 25000; i++)
		say(fd, LOG_L_NOTICE, "chatter");
	say(fd, LOG_L_ERROR, "a fault of ours");
	now++;
	for (i = 0; i < 500; i++)
		say(fd, LOG_L_NOTICE, "another");
	now += 60;
	say(fd, LOG_L_NOTICE, "calm again");
	say_several(fd);
	for (i = 0; i < 25000; i++)
		say(fd, LOG_L_ERROR, "no fault");
	say(fd, LOG_L_NOTICE, "calm still");
	assert_true(dup2(err, STDERR_FILENO) != -1);
	assert_int_equal(lines_with("no fault"), 20000);
	assert_int_equal(lines_with("calm still"), 1);
	assert_int_equal(lines_with("chatter"), 20000);
	assert_int_equal(lines_with("another"), 200);
	assert_int_equal(lines_with("a fault of ours"), 1);
	assert_int_equal(lines_with("calm again"), 1);
	assert_int_equal(lines_with("notice ike: one"), 1);
	assert_int_equal(lines_with("info child: two"), 1);
	assert_int_equal(lines_with("notice ike: ok"), 1);
	assert_int_equal(lines_with("warning core: \\002\\001\\020\\000far"),
	    1);
	assert_int_equal(lines_with("warning core: \\002\\001\\000\n"), 1);
	assert_int_equal(lines_with("not all are written"), 3);
	assert_int_equal(lines_with("5000 lines were not written"), 1);
	assert_int_equal(lines_with("300 lines were not written"), 1);
	logs_close(&role);
	close(fd);
	event_base_free(p.base);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_flood) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
