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

#ifndef COMMON_SANDBOX_H
#define COMMON_SANDBOX_H

#include <stdint.h>

/*
 * The door.  A role's main calls sandbox_enter() before it reads a byte from
 * any pipe.  The starter has set the uid and gids already and left
 * CAP_SYS_CHROOT alone in the ambient set (the parent: also CAP_NET_ADMIN
 * and CAP_NET_BIND_SERVICE), and the empty directory as the current one.
 * sandbox_enter(): not dumpable, no core, root becomes the current directory
 * (which must be empty) or Landlock closes the file system, every capability
 * but `keep_caps` is dropped from every set, no_new_privs, seccomp with
 * death for any other system call.  A failure of any step is fatal.
 */
struct sandbox {
	/* ended by -1, beside the common set; none that has a field below */
	const int	*syscalls;
	uint64_t	 keep_caps;	/* bit mask of capabilities kept */
	int		 landlock;	/* 0: empty root; 1: Landlock instead */
	/* Landlock: readable below these, -1 ends */
	const int	*read_dirs;
	const char	*const *read_paths; /* the same by name, NULL ends */
	/*
	 * With either: files may be made, read, written and removed in these
	 * open directories, -1 ends; Landlock closes the ways out of them.
	 */
	const int	*write_dirs;
	int		 inet; /* 1: may call socket() for AF_INET(6) */
	/* level and name of each option it may set on a socket, -1 ends */
	const int	*sockopts;
	const unsigned int *ioctls;	/* requests it may make, 0 ends */
	int		 lock_memory; /* 1: mlockall, where nothing limits it */
	/* adds rules that no field says; filter is a scmp_filter_ctx */
	void		(*rules)(void *filter);
};

/*
 * Warms what cannot be loaded behind the door: time zone, locale, and what
 * warm() adds (may be NULL; crypto_warm() for roles that use OpenSSL: only
 * those link it).
 */
void	sandbox_prepare(void (*warm)(void));

void	sandbox_enter(const struct sandbox *sb);

/*
 * The system calls every role may use: memory, clocks, epoll, read, write,
 * sendmsg, recvmsg, close, exit, signals, futex, getrandom.
 */
extern const int sandbox_common[];

#endif /* COMMON_SANDBOX_H */
