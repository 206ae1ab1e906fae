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

/* What the filter that every process has lets through, and what kills. */
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "sandbox.h"

/* Behind the filter: 1 when fn came back, 0 when it was the end. */
static int
survives(void (*fn)(void))
{
	static const struct sandbox	 sb = { .landlock = 1 };
	int				 status;
	pid_t				 pid;

	if ((pid = fork()) == 0) {
		sandbox_enter(&sb);
		fn();
		_exit(7);
	}
	assert_int_not_equal(pid, -1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 7)
		return (1);
	/* Test builds trap, and say which call it was. */
	assert_true((WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) ||
	    (WIFEXITED(status) && WEXITSTATUS(status) == 2));
	return (0);
}

static void
get_flags(void)
{
	(void)fcntl(0, F_GETFL);
	(void)fcntl(0, F_SETFD, 0);
	(void)fcntl(0, F_GET_SEALS);
}

static void
set_owner(void)
{
	(void)fcntl(0, F_SETOWN, 1);
}

static void
set_signal(void)
{
	(void)fcntl(0, F_SETSIG, SIGKILL);
}

static void
map_data(void)
{
	(void)mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void
map_code(void)
{
	(void)mmap(NULL, 4096, PROT_READ | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void
make_socket(void)
{
	(void)socket(AF_INET, SOCK_DGRAM, 0);
}

static void
set_option(void)
{
	(void)setsockopt(0, SOL_SOCKET, SO_REUSEADDR, NULL, 0);
}

static void
signal_other(void)
{
	(void)kill(getpid(), 0);
}

static void
run_other(void)
{
	(void)execl("/bin/true", "true", (char *)NULL);
}

static void
test_filter(void **state)
{
	(void)state;
	assert_true(survives(get_flags));
	assert_true(survives(map_data));
	assert_false(survives(set_owner));
	assert_false(survives(set_signal));
	assert_false(survives(map_code));
	assert_false(survives(make_socket));
	assert_false(survives(set_option));
	assert_false(survives(signal_other));
	assert_false(survives(run_other));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_filter) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
