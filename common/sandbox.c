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
 * The door every process goes through before it reads a byte from anybody.
 * The order matters: what needs a privilege comes before the capabilities
 * go, and the system call filter is last.
 */
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "sandbox.h"

/* What the event loop, the pipes, the clock and libc need in every role. */
const int sandbox_common[] = {
	/* pipes, sockets and logs */
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev),
	SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(sendto),
	SCMP_SYS(recvfrom), SCMP_SYS(close),
	SCMP_SYS(getsockopt),
	/* the event loop */
	SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_ctl),
	SCMP_SYS(poll),
	/* clocks */
	SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time),
	SCMP_SYS(clock_getres),
	/* memory, without execution: see add_memory_rules() */
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
	SCMP_SYS(futex), SCMP_SYS(getrandom),
	/* qsort(3) of a large array asks how much memory there is */
	SCMP_SYS(sysinfo),
	/* signals and the end */
	SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(restart_syscall), SCMP_SYS(exit),
	SCMP_SYS(exit_group), SCMP_SYS(getpid), SCMP_SYS(gettid),
	SCMP_SYS(getuid), SCMP_SYS(geteuid),
	/* stdio on descriptors that are open already; snapshots' memfds */
	SCMP_SYS(fstat), SCMP_SYS(lseek),
	-1
};

#ifdef IKD_ASAN
/* What the sanitizers' runtime needs to report, in test builds only. */
static const int sanitizer_calls[] = {
	SCMP_SYS(sigaltstack), SCMP_SYS(sched_yield), SCMP_SYS(readlink),
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(getppid), SCMP_SYS(prctl),
	SCMP_SYS(stat), SCMP_SYS(uname), SCMP_SYS(sched_getaffinity), -1
};

const char *__asan_default_options(void);

/*
 * The leak checker traces the process, which nobody may; tests do it.  A
 * report that asks for the terminal or begins a symbolizer is cut short by
 * the filter of system calls.
 */
const char *
__asan_default_options(void)
{
	return ("detect_leaks=0:abort_on_error=1:handle_segv=0:color=never:"
	    "symbolize=0");
}
#endif

void
sandbox_prepare(void (*warm)(void))
{
	tzset();
	setlocale(LC_ALL, "C");
	if (warm != NULL)
		warm();
}

/*
 * All memory, now and later, when there is no limit on it: below a limit a
 * later mmap(2) would fail instead.  Roles with long-term keys lock those
 * themselves in any case.
 */
static void
lock_all(void)
{
#ifndef IKD_ASAN	/* the sanitizers' shadow cannot be locked */
	struct rlimit rl;

	if (getrlimit(RLIMIT_MEMLOCK, &rl) == -1)
		fatal_errno("limit of locked memory");
	if (rl.rlim_cur == RLIM_INFINITY &&
	    mlockall(MCL_CURRENT | MCL_FUTURE) == -1)
		fatal_errno("locked memory");
#endif
}

/* No core, no debugger of our own uid, no secret in swap. */
static void
hide_memory(const struct sandbox *sb)
{
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) == -1)
		fatal_errno("no core");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		fatal_errno("not dumpable");
	if (sb->lock_memory)
		lock_all();
}

/* The current directory, which must be empty, becomes the root. */
static void
empty_root(void)
{
	struct dirent *de;
	DIR *d;

	if (chroot(".") == -1 || chdir("/") == -1)
		fatal_errno("empty root");
	if ((d = opendir("/")) == NULL)
		fatal_errno("empty root");
	while ((de = readdir(d)) != NULL)
		if (strcmp(de->d_name, ".") != 0 &&
		    strcmp(de->d_name, "..") != 0)
			fatal("the root to be is not empty: it has %s",
			    de->d_name);
	closedir(d);
	if (faccessat(AT_FDCWD, "/", W_OK, AT_EACCESS) == 0)
		fatal("the root to be is writable");
}

/* Landlock: nothing but reading below what is named, or these rights too. */
static void
allow_below(int ruleset, int fd, uint64_t more, const char *name)
{
	struct landlock_path_beneath_attr below = {
		.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | more,
		.parent_fd = fd
	};
	struct stat st;

	if (fstat(fd, &st) == -1)
		fatal_errno("landlock: %s", name);
	if (S_ISDIR(st.st_mode))
		below.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
	if (syscall(SYS_landlock_add_rule, ruleset,
	    LANDLOCK_RULE_PATH_BENEATH, &below, 0) == -1)
		fatal_errno("landlock: %s", name);
}

static void
close_file_system(const struct sandbox *sb)
{
	/* Every right of the first version of the interface. */
	const struct landlock_ruleset_attr all = {
		.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1
	};
	int ruleset, fd, i;

	ruleset = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all),
	    0);
	if (ruleset == -1)
		fatal_errno("landlock");
	for (i = 0; sb->read_dirs != NULL && sb->read_dirs[i] != -1; i++)
		allow_below(ruleset, sb->read_dirs[i], 0, "descriptor");
	for (i = 0; sb->write_dirs != NULL && sb->write_dirs[i] != -1; i++)
		allow_below(ruleset, sb->write_dirs[i],
		    LANDLOCK_ACCESS_FS_WRITE_FILE |
		    LANDLOCK_ACCESS_FS_MAKE_REG |
		    LANDLOCK_ACCESS_FS_REMOVE_FILE, "descriptor");
	for (i = 0; sb->read_paths != NULL && sb->read_paths[i] != NULL; i++) {
		fd = open(sb->read_paths[i], O_PATH | O_CLOEXEC);
		if (fd == -1)
			continue;	/* not on this system: stays closed */
		allow_below(ruleset, fd, 0, sb->read_paths[i]);
		close(fd);
	}
	if (syscall(SYS_landlock_restrict_self, ruleset, 0) == -1)
		fatal_errno("landlock");
	close(ruleset);
}

static void
drop_capabilities(uint64_t keep)
{
	struct __user_cap_header_struct h = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct d[2];

	memset(d, 0, sizeof(d));
	d[0].effective = d[0].permitted = (uint32_t)keep;
	d[1].effective = d[1].permitted = (uint32_t)(keep >> 32);
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == -1)
		fatal_errno("ambient capabilities");
	if (syscall(SYS_capset, &h, d) == -1)
		fatal_errno("capabilities");
}

static void
allow(scmp_filter_ctx f, const int *calls)
{
	int rc;

	for (; *calls != -1; calls++) {
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, *calls, 0);
		/* A call this architecture does not have stays forbidden. */
		if (rc != 0 && rc != -EDOM)
			fatal("seccomp rule %d: %s", *calls, strerror(-rc));
	}
}

/* Calls whose arguments are looked at: no list opens them whole. */
static void
refuse_whole(const int *calls)
{
	static const int by_argument[] = { SCMP_SYS(mmap),
	    SCMP_SYS(mprotect), SCMP_SYS(fcntl), SCMP_SYS(tgkill),
	    SCMP_SYS(setsockopt), SCMP_SYS(ioctl), SCMP_SYS(socket),
	    SCMP_SYS(clone), SCMP_SYS(clone3) };
	size_t i;

	for (; *calls != -1; calls++)
		for (i = 0; i < sizeof(by_argument) / sizeof(int); i++)
			if (*calls == by_argument[i])
				fatal("seccomp: system call %d is allowed by "
				    "its arguments alone", *calls);
}

static void
must(int rc, const char *what)
{
	if (rc != 0)
		fatal("seccomp: %s: %s", what, strerror(-rc));
}

/* Memory may be mapped, but never made executable. */
static void
add_memory_rules(scmp_filter_ctx f)
{
	must(seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)), "mmap");
	must(seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)), "mprotect");
	/* glibc's fstat(3): a descriptor and an empty path. */
	must(seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
	    SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH)),
	    "newfstatat");
}

/*
 * What pipes, memfds and stdio ask of a descriptor; neither who gets its
 * signals (F_SETOWN, F_SETSIG) nor locks, leases and notes on others' files.
 */
static void
add_fcntl_rules(scmp_filter_ctx f)
{
	static const int cmds[] = { F_GETFD, F_SETFD, F_GETFL, F_SETFL,
	    F_DUPFD_CLOEXEC, F_ADD_SEALS, F_GET_SEALS };
	size_t i;

	for (i = 0; i < sizeof(cmds) / sizeof(cmds[0]); i++)
		must(seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
		    SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)cmds[i], 0)), "fcntl");
}

/* abort(3) signals its own process, nobody else of its uid. */
static void
add_abort_rule(scmp_filter_ctx f)
{
	must(seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
	    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0)), "tgkill");
}

/*
 * A given socket outlives who has it: an option that nobody needs (a steering
 * program above all) would harm those who come after.
 */
static void
add_sockopt_rules(scmp_filter_ctx f, const int *o)
{
	for (; o != NULL && *o != -1; o += 2)
		must(seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(setsockopt),
		    2, SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)o[0], 0),
		    SCMP_A2(SCMP_CMP_EQ, (scmp_datum_t)o[1], 0)),
		    "setsockopt");
}

/* The kernel looks at 32 bits of a request. */
static void
add_ioctl_rules(scmp_filter_ctx f, const unsigned int *req)
{
	for (; req != NULL && *req != 0; req++)
		must(seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
		    SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffULL, *req)),
		    "ioctl");
}

#if defined(IKD_ASAN) || defined(IKD_SECCOMP_TRAP)
/* Test builds say which call it was. */
static void
on_sigsys(int sig, siginfo_t *si, void *arg)
{
	char text[64];
	int n;

	(void)sig;
	(void)arg;
	n = snprintf(text, sizeof(text), "seccomp: system call %d\n",
	    si->si_syscall);
	if (write(STDERR_FILENO, text, (size_t)n) == -1)
		_exit(2);
	_exit(2);
}

static uint32_t
forbidden(void)
{
	struct sigaction sa = { .sa_sigaction = on_sigsys,
	    .sa_flags = SA_SIGINFO };

	sigaction(SIGSYS, &sa, NULL);
	return (SCMP_ACT_TRAP);
}
#else
static uint32_t
forbidden(void)
{
	return (SCMP_ACT_KILL_PROCESS);
}
#endif

static void
filter_calls(const struct sandbox *sb)
{
	scmp_filter_ctx f;

	if ((f = seccomp_init(forbidden())) == NULL)
		fatal("seccomp");
	allow(f, sandbox_common);
	if (sb->syscalls != NULL) {
		refuse_whole(sb->syscalls);
		allow(f, sb->syscalls);
	}
	add_memory_rules(f);
	add_fcntl_rules(f);
	add_abort_rule(f);
	add_sockopt_rules(f, sb->sockopts);
	add_ioctl_rules(f, sb->ioctls);
	if (sb->rules != NULL)
		sb->rules(f);
	if (sb->inet) {
		must(seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
		    SCMP_A0(SCMP_CMP_EQ, AF_INET, 0)), "socket");
		must(seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
		    SCMP_A0(SCMP_CMP_EQ, AF_INET6, 0)), "socket");
	}
#ifdef IKD_ASAN
	allow(f, sanitizer_calls);
#endif
	must(seccomp_load(f), "load");
	seccomp_release(f);
}

void
sandbox_enter(const struct sandbox *sb)
{
	if (!sb->landlock)
		empty_root();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		fatal_errno("no_new_privs");
	/* An open directory leads out of an empty root: not with Landlock. */
	if (sb->landlock || sb->write_dirs != NULL)
		close_file_system(sb);
	drop_capabilities(sb->keep_caps);
	hide_memory(sb);
	filter_calls(sb);
}
