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

/* common/daemon.c: the terminal of a service in the foreground. */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon.h"

/* Much more than a terminal holds; the status says how it ended. */
static void
flood(const char *tty)
{
	char	 lines[4096];
	int	 fd = open(tty, O_RDWR | O_NOCTTY), i;

	if (fd == -1 || dup2(fd, STDERR_FILENO) == -1)
		_exit(2);
	daemon_begin("test", 1);
	memset(lines, 'x', sizeof(lines));
	alarm(20);
	for (i = 0; i < 1000; i++)
		if (write(STDERR_FILENO, lines, sizeof(lines)) == -1 &&
		    errno != EAGAIN)
			_exit(3);
	/* Others who have it open wait as before. */
	_exit((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0 ? 4 : 0);
}

static void
test_terminal(void **state)
{
	int	 master = posix_openpt(O_RDWR | O_NOCTTY), status;
	char	*tty;
	pid_t	 pid;

	(void)state;
	if (master == -1 || grantpt(master) == -1 || unlockpt(master) == -1 ||
	    (tty = ptsname(master)) == NULL)
		skip();
	if ((pid = fork()) == 0)
		flood(tty);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	close(master);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_terminal),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
