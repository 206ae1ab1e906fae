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

/* Starting a program as another user with few capabilities. */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include "log.h"
#include "spawn.h"

#define FD_TMP		16	/* above what a program is given */

extern char **environ;

/* Permitted and effective become caps; inheritable for an exec to come. */
static void
caps_set(uint64_t caps, uint64_t inh)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct d[2];
	int i;

	for (i = 0; i < 2; i++) {
		d[i].effective = d[i].permitted = (uint32_t)(caps >> 32 * i);
		d[i].inheritable = (uint32_t)(inh >> 32 * i);
	}
	if (syscall(SYS_capset, &h, d) == -1)
		fatal_errno("capset");
}

void
spawn_caps(uint64_t keep, uint64_t bound)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	int c;

	/* For the keys; without CAP_SYS_RESOURCE the limit stays. */
	(void)setrlimit(RLIMIT_MEMLOCK, &all);
	for (c = 0; prctl(PR_CAPBSET_READ, c) >= 0; c++)
		if (!((keep | bound) & SPAWN_CAP(c)) &&
		    prctl(PR_CAPBSET_READ, c) == 1 &&
		    prctl(PR_CAPBSET_DROP, c) == -1)
			fatal_errno("cannot drop capability %d", c);
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == -1 ||
	    setgroups(0, NULL) == -1 || prctl(PR_SET_DUMPABLE, 0) == -1)
		fatal_errno("cannot drop");
	caps_set(keep, 0);
}

void
spawn_become(const struct spawn *s)
{
	char *argv[] = { (char *)(uintptr_t)s->prog, NULL };
	char *none[] = { NULL }, **env = none;
	int c, fd;

#ifdef IKD_ASAN
	env = environ;		/* ASAN_OPTIONS */
#endif
	/* A directory would be a way out of the empty root. */
	if ((fd = openat(s->dir, s->prog, O_PATH | O_CLOEXEC)) == -1 ||
	    fcntl(s->dir, F_SETFD, FD_CLOEXEC) == -1)
		fatal_errno("open %s", s->prog);
	if (prctl(PR_SET_KEEPCAPS, 1) == -1 || (s->groups == NULL ?
	    setgroups(0, NULL) : initgroups(s->groups, s->gid)) == -1 ||
	    setresgid(s->gid, s->gid, s->gid) == -1 ||
	    setresuid(s->uid, s->uid, s->uid) == -1)
		fatal_errno("cannot become the user of %s", s->prog);
	caps_set(s->caps, s->caps);
	for (c = 0; c < 64; c++)
		if ((s->caps & SPAWN_CAP(c)) && prctl(PR_CAP_AMBIENT,
		    PR_CAP_AMBIENT_RAISE, c, 0, 0) == -1)
			fatal_errno("ambient capability %d", c);
	(void)fexecve(fd, argv, env);
	fatal_errno("exec %s", s->prog);
}

/* Signals as a fresh program expects them, limits as wide as they go. */
static void
signals_limits(void)
{
	static const int limits[] = { RLIMIT_MEMLOCK, RLIMIT_NOFILE };
	struct rlimit rl;
	sigset_t none;
	int i;

	for (i = 1; i < NSIG; i++)
		(void)signal(i, SIG_DFL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	for (i = 0; i < 2; i++)
		if (getrlimit((unsigned int)limits[i], &rl) == 0) {
			rl.rlim_cur = rl.rlim_max;
			(void)setrlimit((unsigned int)limits[i], &rl);
		}
}

/* Behind fork(): descriptors first out of the way, then to their places. */
static void __attribute__((noreturn))
child(struct spawn s, const int given[3])
{
	char *argv[] = { (char *)(uintptr_t)s.argv0, NULL };
	int i, fd[3];

	for (i = 0; i < 3; i++)
		fd[i] = given[i] == -1 ? -1 :
		    fcntl(given[i], F_DUPFD_CLOEXEC, FD_TMP);
	s.dir = fcntl(s.dir, F_DUPFD_CLOEXEC, FD_TMP);
	if (fchdir(s.cwd) == -1)
		fatal_errno("fchdir");
	for (i = 0; i < 3; i++)
		if (fd[i] == -1)
			(void)close(3 + i);
		else if (dup2(fd[i], 3 + i) == -1)
			fatal_errno("dup2");
	if (syscall(SYS_close_range, FD_TMP, ~0U, CLOSE_RANGE_CLOEXEC) == -1 ||
	    syscall(SYS_close_range, 6, FD_TMP - 1, 0) == -1)
		fatal_errno("close_range");
	(void)umask(077);
	signals_limits();
	if (s.prog != NULL)
		spawn_become(&s);
	(void)execve("/proc/self/exe", argv, environ);
	fatal_errno("exec of %s", s.argv0);
}

void
spawn_user(struct spawn *s, const char *user)
{
	struct passwd *pw = getpwnam(user);

	if (pw == NULL || pw->pw_uid == 0 || pw->pw_gid == 0)
		fatal("no user %s: make the users with systemd-sysusers, or "
		    "as ikd(8) says", user);
	s->uid = pw->pw_uid;
	s->gid = pw->pw_gid;
}

pid_t
spawn(const struct spawn *s, int fd3, int fd4, int fd5)
{
	int given[3] = { fd3, fd4, fd5 };
	sigset_t all, old;
	pid_t pid;

	/* A signal between fork and exec must not run our handlers. */
	sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &old);
	if ((pid = fork()) == 0)
		child(*s, given);
	(void)sigprocmask(SIG_SETMASK, &old, NULL);
	return (pid);
}
