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

/* The fields of a log line: which there are, quoted where needed, not cut. */
#include <sys/socket.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "addr.h"
#include "log.h"

static int	 ends[2];

/* The text of the one line that has gone; "" when none has. */
static const char *
line(void)
{
	static char	 rec[LOG_RECORD + 1];
	ssize_t		 n;

	log_flush();
	n = recv(ends[0], rec, LOG_RECORD, MSG_DONTWAIT);
	if (n < LOG_LINE_HDR)
		return ("");
	rec[n] = '\0';
	return (rec + LOG_LINE_HDR);
}

static int
setup(void **state)
{
	(void)state;
	log_init("test", LOG_L_INFO);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == -1)
		return (-1);
	log_set_pipe(ends[1]);
	return (0);
}

static void
fields_known(void **state)
{
	struct wt_addr	 a;

	(void)state;
	assert_int_equal(addr_parse("2001:db8::1", &a), 0);
	log_about(LOG_ABOUT("boston", 1, 2, &a), LS_IKE, LOG_L_INFO, "up %d",
	    7);
	assert_string_equal(line(),
	    "up 7 tunnel=boston no=1.2 peer=2001:db8::1");
	log_about(LOG_ABOUT(NULL, 1, 0, NULL), LS_IKE, LOG_L_INFO, "up");
	assert_string_equal(line(), "up no=1");
	log_about(LOG_ABOUT(NULL, 0, 0, &a), LS_IKE, LOG_L_INFO, "refused");
	assert_string_equal(line(), "refused peer=2001:db8::1");
	memset(&a, 0, sizeof(a));
	log_about(LOG_ABOUT(NULL, 0, 0, &a), LS_IKE, LOG_L_INFO, "nobody");
	assert_string_equal(line(), "nobody");
}

static void
fields_quoted(void **state)
{
	(void)state;
	log_about(LOG_ABOUT("VPN Boston", 1, 0, NULL), LS_IKE, LOG_L_INFO,
	    "up");
	assert_string_equal(line(), "up tunnel=\"VPN Boston\" no=1");
	log_about(LOG_ABOUT("a\"b\\ no=2", 1, 0, NULL), LS_IKE, LOG_L_INFO,
	    "up");
	assert_string_equal(line(), "up tunnel=\"a\\\"b\\\\ no=2\" no=1");
}

/* A peer's long words do not push the fields out. */
static void
fields_stay(void **state)
{
	char		 text[2 * LOG_LINE_MAX], name[65];
	const char	*l;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memset(name, '"', 64);
	name[64] = '\0';
	log_about(LOG_ABOUT(name, UINT32_MAX, UINT32_MAX, NULL), LS_IKE,
	    LOG_L_INFO, "%s", text);
	l = line();
	assert_int_equal(strlen(l), LOG_LINE_MAX - 1);
	assert_string_equal(l + strlen(l) - 30,
	    "\\\"\\\"\" no=4294967295.4294967295");
}

static void
not_wanted(void **state)
{
	(void)state;
	log_about(LOG_ABOUT("boston", 1, 0, NULL), LS_IKE, LOG_L_DEBUG, "up");
	assert_string_equal(line(), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_known),
		cmocka_unit_test(fields_quoted),
		cmocka_unit_test(fields_stay),
		cmocka_unit_test(not_wanted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, setup, NULL));
}
