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
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "sandbox.h"

/* Behind the filter of sb: 1 when fn came back, 0 when it was the end. */
static int
survives_as(const struct sandbox *sb, void (*fn)(void))
{
	int				 status;
	pid_t				 pid;

	if ((pid = fork()) == 0) {
		sandbox_enter(sb);
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

static int
survives(void (*fn)(void))
{
	static const struct sandbox	 sb = { .landlock = 1 };

	return (survives_as(&sb, fn));
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

static void
set_reuse_port(void)
{
	(void)setsockopt(0, SOL_SOCKET, SO_REUSEPORT, NULL, 0);
}

static void
ask_size(void)
{
	(void)ioctl(0, TIOCGWINSZ, NULL);
}

static void
push_input(void)
{
	(void)ioctl(0, TIOCSTI, NULL);
}

/* What a role is given beyond the common, it is given by value. */
static void
test_values(void **state)
{
	static const int		 opts[] = { SOL_SOCKET,
	    SO_REUSEADDR, -1 };
	static const unsigned int	 reqs[] = { TIOCGWINSZ, 0 };
	static const struct sandbox	 sb = { .landlock = 1,
	    .sockopts = opts, .ioctls = reqs };

	(void)state;
	assert_true(survives_as(&sb, set_option));
	assert_false(survives_as(&sb, set_reuse_port));
	assert_true(survives_as(&sb, ask_size));
	assert_false(survives_as(&sb, push_input));
	assert_false(survives(ask_size));
}

/* A list that opens whole what is filtered by value is our own bug. */
static void
test_whole(void **state)
{
	static const int		 calls[] = { SCMP_SYS(fcntl), -1 };
	static const struct sandbox	 sb = { .landlock = 1,
	    .syscalls = calls };
	int				 status;
	pid_t				 pid;

	(void)state;
	if ((pid = fork()) == 0) {
		(void)close(STDERR_FILENO);
		sandbox_enter(&sb);
		_exit(7);
	}
	assert_int_not_equal(pid, -1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_not_equal(WEXITSTATUS(status), 7);
	assert_int_not_equal(WEXITSTATUS(status), 0);
}

/* A directory to write in is no way out of it. */
static int below;

static void
stay_below(void)
{
	int fd = openat(below, "new", O_WRONLY | O_CREAT, 0600);

	if (fd == -1 || write(fd, "x", 1) != 1 || renameat(below, "new",
	    below, "file") == -1 || openat(below, "../outside", O_RDONLY) !=
	    -1 || errno != EACCES || openat(below, "../more", O_WRONLY |
	    O_CREAT, 0600) != -1 || open("/etc/passwd", O_RDONLY) != -1 ||
	    mkdirat(below, "dir", 0700) != -1 ||
	    unlinkat(below, "file", 0) == -1)
		_exit(1);
}

static void
test_write_dirs(void **state)
{
	static const int		 calls[] = { SCMP_SYS(openat),
	    SCMP_SYS(renameat), SCMP_SYS(unlinkat), SCMP_SYS(mkdirat),
	    SCMP_SYS(mkdir), -1 };
	static int			 dirs[] = { -1, -1 };
	static const struct sandbox	 sb = { .landlock = 1,
	    .syscalls = calls, .write_dirs = dirs };
	char				 name[] = "/tmp/sandbox.XXXXXX";
	int				 dir, fd;

	(void)state;
	assert_non_null(mkdtemp(name));
	dir = open(name, O_RDONLY | O_DIRECTORY);
	assert_int_equal(mkdirat(dir, "in", 0700), 0);
	fd = openat(dir, "outside", O_WRONLY | O_CREAT, 0666);
	assert_int_not_equal(fd, -1);
	close(fd);
	below = dirs[0] = openat(dir, "in", O_RDONLY | O_DIRECTORY);
	assert_true(survives_as(&sb, stay_below));
	assert_int_equal(unlinkat(dir, "in", AT_REMOVEDIR), 0);
	assert_int_equal(unlinkat(dir, "outside", 0), 0);
	assert_int_equal(rmdir(name), 0);
	close(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_write_dirs)
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
