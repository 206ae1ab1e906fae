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
 * One service in a network namespace: a second one would take its policies,
 * rules and SAs for those of an earlier life, before it finds the ports taken.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "life.h"
#include "log.h"

#define NAME	"ikd-parent"	/* abstract: of this network namespace */

/* Whoever has the name: is it one like us?  Anybody may take a name. */
static int
is_ikd(int fd, const struct sockaddr *sa, socklen_t len, long *pid)
{
	struct ucred cred;
	socklen_t n = sizeof(cred);

	if (connect(fd, sa, len) == -1 || getsockopt(fd, SOL_SOCKET,
	    SO_PEERCRED, &cred, &n) == -1 || cred.uid != geteuid())
		return (0);
	*pid = (long)cred.pid;
	return (1);
}

void
alone_or_exit(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	socklen_t len = offsetof(struct sockaddr_un, sun_path) + 1 +
	    sizeof(NAME) - 1;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0);
	long pid;

	memcpy(sa.sun_path + 1, NAME, sizeof(NAME) - 1);
	if (fd == -1)
		fatal_errno("a socket");
	/* Held until this process ends, however it does. */
	if (bind(fd, (struct sockaddr *)&sa, len) == 0) {
		if (listen(fd, SOMAXCONN) == -1)
			fatal_errno("listen");
		return;
	}
	if (errno != EADDRINUSE)
		fatal_errno("bind");
	if (is_ikd(fd, (struct sockaddr *)&sa, len, &pid)) {
		log_error(LS_CORE, "not started: another service lives in "
		    "this network namespace (process %ld)", pid);
		exit(1);
	}
	log_warn(LS_CORE, "a program of another user has the name by which a "
	    "second service is known; whether there is one is not");
	close(fd);
}
