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

/* Background, readiness, service manager. */
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "daemon.h"
#include "log.h"

static int notify_fd = -1;
static int ready_fd = -1;	/* to the process that was started */
static int background;

/* Writes what came on from to stderr; 0 at its end. */
static int
relay(int from)
{
	char buf[2048];
	ssize_t n = read(from, buf, sizeof(buf));

	if (n > 0 && write(STDERR_FILENO, buf, (size_t)n) != n)
		return (0);
	return (n > 0);
}

/* The process that was started: until the service is ready or gone. */
static void __attribute__((noreturn))
wait_ready(int ready, int err)
{
	struct pollfd p[2] = { { ready, POLLIN, 0 }, { err, POLLIN, 0 } };
	char c = 0;

	for (;;) {
		if (poll(p, 2, -1) == -1)
			continue;
		if (p[1].revents != 0 && !relay(err))
			p[1].fd = -1;
		if (p[0].revents != 0 && p[1].revents == 0)
			_exit(read(ready, &c, 1) == 1 ? 0 : 1);
	}
}

static void
notify_open(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	size_t n;

	if (path == NULL || (n = strlen(path)) < 2 ||
	    n >= sizeof(sun.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(sun.sun_path, path, n);
	if (path[0] == '@')
		sun.sun_path[0] = '\0';
	notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (notify_fd == -1 || connect(notify_fd, (struct sockaddr *)&sun,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) == -1)
		log_warn(LS_CORE, "NOTIFY_SOCKET: %s", strerror(errno));
	(void)unsetenv("NOTIFY_SOCKET");
}

/*
 * A terminal that nobody reads (stopped, or at the end of a dead connection)
 * must not hold us.  Opened anew, so that others' use of it stays as it is.
 */
static void
terminal_open(void)
{
	int fd;

	if (!isatty(STDERR_FILENO))
		return;
	fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY |
	    O_CLOEXEC);
	if (fd == -1)
		return;
	if (dup2(fd, STDERR_FILENO) == -1)
		fatal_errno("dup2");
	close(fd);
}

void
daemon_begin(const char *name, int debug)
{
	int ready[2], err[2], null;
	pid_t pid;

	notify_open();
	if ((null = open("/dev/null", O_RDWR | O_CLOEXEC)) == -1 ||
	    dup2(null, STDIN_FILENO) == -1 || dup2(null, STDOUT_FILENO) == -1)
		fatal_errno("/dev/null");
	close(null);
	if (debug) {
		terminal_open();
		return;
	}
	if (pipe2(ready, O_CLOEXEC) == -1 || pipe2(err, O_CLOEXEC) == -1 ||
	    (pid = fork()) == -1)
		fatal_errno("cannot go into the background");
	if (pid != 0) {
		close(ready[1]);
		close(err[1]);
		wait_ready(ready[0], err[0]);
	}
	background = 1;
	openlog(name, LOG_PID | LOG_NDELAY, LOG_DAEMON);
	ready_fd = ready[1];
	close(ready[0]);
	if (setsid() == -1 || dup2(err[1], STDERR_FILENO) == -1)
		fatal_errno("setsid");
	close(err[0]);
	close(err[1]);
}

void
daemon_notify(const char *text)
{
	if (notify_fd != -1)
		(void)send(notify_fd, text, strlen(text),
		    MSG_NOSIGNAL | MSG_DONTWAIT);
}

void
daemon_ready(void)
{
	int null;

	daemon_notify("READY=1");
	if (!background || ready_fd == -1)
		return;
	if (write(ready_fd, "", 1) == -1)
		log_warn(LS_CORE, "whoever started us is gone");
	close(ready_fd);
	ready_fd = -1;
	if ((null = open("/dev/null", O_RDWR | O_CLOEXEC)) != -1) {
		(void)dup2(null, STDERR_FILENO);
		close(null);
	}
}

void
daemon_reloading(void)
{
	struct timespec ts;
	char text[80];

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%llu",
	    (unsigned long long)ts.tv_sec * 1000000 +
	    (unsigned long long)ts.tv_nsec / 1000);
	daemon_notify(text);
}

void
daemon_error(const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_error(LS_CORE, "%s", text);
	if (background)
		syslog(LOG_ERR, "%s", text);
}
