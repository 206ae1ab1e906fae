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
 * System calls by their arguments: threads, and what libc's resolver would
 * like to have.
 */

#include <sys/socket.h>

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>

#include "log.h"
#include "threads.h"

static void
must(int rc, const char *what)
{
	if (rc != 0)
		fatal("seccomp: %s: %s", what, strerror(-rc));
}

void
threads_rules(void *f)
{
	const scmp_datum_t thread = CLONE_VM | CLONE_THREAD | CLONE_SIGHAND |
	    CLONE_FILES | CLONE_FS;

	must(seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(set_robust_list),
	    0), "set_robust_list");
	must(seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(rseq), 0), "rseq");
	/* A thread of this process, never a process. */
	must(seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
	    SCMP_A0(SCMP_CMP_MASKED_EQ, thread, thread)), "clone");
	/* Its flags are out of sight: libc takes clone(2) without it. */
	must(seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3),
	    0), "clone3");
	/* The interfaces' addresses, and nscd: it does without both. */
	must(seccomp_rule_add(f, SCMP_ACT_ERRNO(EAFNOSUPPORT),
	    SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_NETLINK, 0)),
	    "socket");
	must(seccomp_rule_add(f, SCMP_ACT_ERRNO(EAFNOSUPPORT),
	    SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0)), "socket");
}
