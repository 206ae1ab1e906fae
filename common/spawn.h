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

#ifndef COMMON_SPAWN_H
#define COMMON_SPAWN_H

#include <sys/types.h>
#include <stdint.h>

/*
 * A program as another user: ids, ambient capabilities, descriptors 3 to 5,
 * a working directory, an empty environment, nothing else.  Linked by the
 * starter alone.
 */
struct spawn {
	const char	*prog;		/* file below dir; NULL: ourselves */
	const char	*argv0;		/* when prog is NULL */
	int		 dir;		/* directory of programs, open */
	int		 cwd;		/* directory to stand in, open */
	uid_t		 uid;
	gid_t		 gid;
	uint64_t	 caps;		/* ambient: bit mask of CAP_ */
	const char	*groups;	/* the user whose groups it gets; NULL:
					   none */
};

/* uid and gid are this user's; fatal when there is none, or it is root. */
void	spawn_user(struct spawn *s, const char *user);

#define SPAWN_CAP(c)	(1ULL << (c))

/*
 * Forks and executes with these descriptors as 3, 4 and 5 (-1: closed); they
 * stay the caller's.  Returns the pid, or -1 with errno.  What fails in the
 * child is said on stderr and ends it.  Executing ourselves changes no id:
 * root regains its bounding set.
 */
pid_t	spawn(const struct spawn *s, int fd3, int fd4, int fd5);

/* The second half alone, in this process: ids, capabilities, exec; fatal. */
void	spawn_become(const struct spawn *s) __attribute__((noreturn));

/*
 * Our own permitted and effective set becomes keep, the inheritable and
 * ambient ones empty, the bounding set keep | bound; no groups, not
 * dumpable.  Fatal.
 */
void	spawn_caps(uint64_t keep, uint64_t bound);

#endif /* COMMON_SPAWN_H */
