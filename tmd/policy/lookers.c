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

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "looker.h"
#include "lookers.h"
#include "roles.h"
#include "snap.h"
#include "snapshots.h"

struct looking {
	struct load	*l;
	const char	*prog;		/* beside ours */
	const char	*name;
	int		 fds[LOOK_DIR_FD + 1];
	unsigned int	 errors;	/* that it told */
};

static void __attribute__((noreturn))
become(const struct looking *lk)
{
	char *args[] = { (char *)(uintptr_t)lk->name,
	    (char *)(uintptr_t)"-n", NULL, NULL };
	int i, high[LOOK_DIR_FD + 1];

	if (strcmp(lk->name, role_info(ROLE_SIGN)->prog) == 0)
		args[2] = (char *)(uintptr_t)lk->l->dir;
	/* Out of each other's way first. */
	for (i = LOOK_LOG_FD; i <= LOOK_DIR_FD; i++)
		high[i] = fcntl(lk->fds[i], F_DUPFD_CLOEXEC, 64);
	for (i = LOOK_LOG_FD; i <= LOOK_DIR_FD; i++)
		if (high[i] == -1 || dup2(high[i], i) == -1)
			_exit(127);
	closefrom(LOOK_DIR_FD + 1);
	execv(lk->prog, args);
	_exit(127);
}

/* A record of log.h's lines. */
static void
take(struct looking *lk, const uint8_t *p, size_t n)
{
	static const struct place nowhere;
	size_t len;

	for (; n >= LOG_LINE_HDR; p += LOG_LINE_HDR + len,
	    n -= LOG_LINE_HDR + len) {
		len = (size_t)p[2] << 8 | p[3];
		if (len > n - LOG_LINE_HDR)
			return;
		lk->errors += p[0] == LOG_L_ERROR;
		(p[0] == LOG_L_ERROR ? problem_error : problem_warn)(
		    &lk->l->ps, nowhere, "%.*s", (int)len,
		    (const char *)p + LOG_LINE_HDR);
	}
}

static void
ended(struct looking *lk, int status)
{
	static const struct place nowhere;

	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		problem_warn(&lk->l->ps, nowhere, "%s cannot be run, so that "
		    "it was not asked", lk->prog);
	else if (!WIFEXITED(status))
		problem_error(&lk->l->ps, nowhere, "%s ended with signal %d",
		    lk->name, WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0 && lk->errors == 0)
		problem_error(&lk->l->ps, nowhere, "%s refuses it", lk->name);
}

static void
run(struct load *l, const char *prog, enum role r, int ours, int dirfd)
{
	const char *slash = strrchr(prog, '/');
	struct looking lk = { .l = l, .name = role_info(r)->prog };
	uint8_t rec[LOG_RECORD];
	int ends[2], status = 0;
	ssize_t n;
	pid_t pid;

	lk.prog = arena_printf(&l->arena, "%.*s%s", slash == NULL ? 0 :
	    (int)(slash + 1 - prog), prog, lk.name);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == -1)
		fatal_errno("socketpair");
	lk.fds[LOOK_LOG_FD] = ends[1];
	lk.fds[LOOK_SNAP_FD] = snapshot_write(&l->po, r, LOOK_GENERATION);
	lk.fds[LOOK_OURS_FD] = ours;
	lk.fds[LOOK_DIR_FD] = dirfd;
	fflush(NULL);
	if ((pid = fork()) == -1)
		fatal_errno("fork");
	if (pid == 0)
		become(&lk);
	close(ends[1]);
	close(lk.fds[LOOK_SNAP_FD]);
	while ((n = recv(ends[0], rec, sizeof(rec), 0)) > 0)
		take(&lk, rec, (size_t)n);
	close(ends[0]);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	ended(&lk, status);
}

/* What certd wrote, as a snapshot that certd-sign believes; empty: none. */
static int
sealed(int fd)
{
	struct snap_writer *none;
	struct stat st;
	char *p;
	int out;

	if (fstat(fd, &st) == -1 || st.st_size == 0) {
		none = snap_open(ROLE_SIGN, LOOK_GENERATION);
		return (snap_close(none));
	}
	p = xcalloc(1, (size_t)st.st_size);
	if (pread(fd, p, (size_t)st.st_size, 0) != (ssize_t)st.st_size)
		fatal_errno("memfd");
	out = memfd_sealed("ours", p, (size_t)st.st_size);
	free(p);
	return (out);
}

void
lookers_run(struct load *l, const char *prog, int dirfd)
{
	static const struct place nowhere;
	int ours, rows;

	if (geteuid() == 0 &&
	    (getpwnam(role_info(ROLE_CERTD)->user) == NULL ||
	    getpwnam(role_info(ROLE_SIGN)->user) == NULL)) {
		problem_warn(&l->ps, nowhere, "there is no user %s or %s: "
		    "nobody looked into certificates and keys",
		    role_info(ROLE_CERTD)->user, role_info(ROLE_SIGN)->user);
		return;
	}
	if ((ours = memfd_create("ours", MFD_CLOEXEC)) == -1)
		fatal_errno("memfd_create");
	run(l, prog, ROLE_CERTD, ours, dirfd);
	if (geteuid() == 0) {
		rows = sealed(ours);
		run(l, prog, ROLE_SIGN, rows, dirfd);
		close(rows);
	}
	close(ours);
	problems_sort(&l->ps);
}
