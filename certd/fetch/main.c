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
 * certd-fetch: the network for certd.  CRLs by HTTP and LDAP, OCSP, perhaps
 * by a proxy; what it may contact is its own policy's to say.  For tmd it
 * looks up the names of peers (asked).  A fetch's way by file:
 *
 *	main -> jobs -> job_step -> names, reachable -> transfer, multi
 *	     -> ldif -> job_step -> jobs
 *
 * Nothing that comes is looked into, but for what LDAP wraps around it.
 */

#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <ldap.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nss.h>
#include <seccomp.h>
#include <stdlib.h>
#include <unistd.h>

#include "asked.h"
#include "jobs.h"
#include "log.h"
#include "names.h"
#include "ownsecret.h"
#include "proto_life.h"
#include "role.h"
#include "rolelink.h"
#include "threads.h"
#include "transfer_int.h"

/*
 * What libraries keep of answers before we see it, all of it in one: a
 * directory may name any length.
 */
#define MEMORY_MOST	(1024UL * 1024 * 1024)

static struct fetch_policy standby;
static uint32_t standby_generation;

static void
on_fetch(void *arg, const void *body, int fd)
{
	struct rolelink *l = arg;

	(void)fd;
	jobs_begin(l->pipe, body);
}

static void
on_look_up(void *arg, const void *body, int fd)
{
	struct rolelink *l = arg;

	(void)fd;
	asked_begin(l->pipe, body);
}

static const struct pipe_handler from_certd[] = {
	{ M_FETCH, on_fetch },
	{ 0, NULL }
};
static const struct pipe_handler from_tmd[] = {
	{ M_LOOK_UP, on_look_up },
	{ 0, NULL }
};
static struct rolelink links[] = {
	{ ROLE_CERTD, &proto_certd_fetch, SIDE_B, from_certd, jobs_drop, NULL },
	{ ROLE_TMD, &proto_tmd_fetch, SIDE_B, from_tmd, asked_drop, NULL }
};
#define NLINKS	(sizeof(links) / sizeof(links[0]))

static void
pipe_gone(struct role_ctx *ctx, enum role r, unsigned int inst)
{
	(void)ctx;
	(void)inst;
	rolelink_gone(links, NLINKS, r);
}

static void
pipe_given(struct role_ctx *ctx, enum role r, unsigned int inst, int fd)
{
	(void)rolelink_open(links, NLINKS, ctx->base, r, inst, fd);
}

static const char *
prepare_snapshot(struct role_ctx *ctx, uint32_t generation, int fd)
{
	const char *why;

	(void)ctx;
	why = policy_from_snapshot(fd, generation, &standby);
	standby_generation = why == NULL ? generation : 0;
	close(fd);
	return (why);
}

static void
commit_snapshot(struct role_ctx *ctx, uint32_t generation)
{
	(void)ctx;
	if (generation != standby_generation)
		fatal("COMMIT of generation %u, which was not prepared",
		    generation);
	jobs_set_policy(&standby);
}

/*
 * libldap reads its files and the host's own name when it is first used,
 * and asks for the latter: before the door, and the file of hosts alone.
 * Its ways to authenticate stay out: nothing is asked for but anonymously.
 */
static void
warm_ldap(void)
{
	const int v3 = LDAP_VERSION3;

	if (__nss_configure_lookup("hosts", "files") != 0 ||
	    setenv("LDAPNOINIT", "1", 1) == -1 ||
	    setenv("SASL_PATH", "/nonexistent", 1) == -1 ||
	    ldap_set_option(NULL, LDAP_OPT_PROTOCOL_VERSION, &v3) !=
	    LDAP_OPT_SUCCESS)
		fatal("libldap");
	unsetenv("LDAPNOINIT");
	unsetenv("SASL_PATH");
}

/* What must be there before the door closes. */
static void
prepare(struct role_ctx *ctx)
{
#ifndef IKD_ASAN	/* the sanitizers' shadow is larger */
	const struct rlimit most = { MEMORY_MOST, MEMORY_MOST };

	if (setrlimit(RLIMIT_DATA, &most) == -1)
		fatal_errno("limit of memory");
#endif
	mallopt(M_ARENA_MAX, 1);
	ownsecret_prepare();
	warm_ldap();
	multi_prepare(ctx->base);
	names_prepare(ctx->base);
	jobs_init(ctx->base);
}

static void
init(struct role_ctx *ctx)
{
	ownsecret_start(ctx->base, ROLE_FETCH, NULL);
}

static const int syscalls[] = {
	/* libcurl: connections */
	SCMP_SYS(connect), SCMP_SYS(getsockname), SCMP_SYS(getpeername),
	/* libldap */
	SCMP_SYS(shutdown), SCMP_SYS(sched_yield),
	/* libc's resolver: both questions at once, its files */
	SCMP_SYS(sendmmsg), SCMP_SYS(openat), SCMP_SYS(newfstatat),
	SCMP_SYS(uname), SCMP_SYS(bind),
	/* answers on their way to certd */
	SCMP_SYS(memfd_create), SCMP_SYS(ftruncate), -1
};
static const int sockopts[] = {
	IPPROTO_TCP, TCP_NODELAY,		/* libcurl */
	IPPROTO_IP, IP_RECVERR,			/* the resolver */
	IPPROTO_IPV6, IPV6_RECVERR, -1
};
static const unsigned int ioctls[] = { FIONREAD, 0 };	/* the resolver */

/* The resolver's, and the authorities of TLS with what they link to. */
static const char *const paths[] = {
	"/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/gai.conf",
	"/etc/ssl/certs", "/usr/share/ca-certificates",
	"/usr/local/share/ca-certificates", NULL
};

static const struct sandbox sandbox = {
	.landlock = 1, .read_paths = paths, .inet = 1,
	.syscalls = syscalls, .sockopts = sockopts, .ioctls = ioctls,
	.rules = threads_rules
};

static const struct role_ops ops = {
	.role = ROLE_FETCH,
	.parent_table = &proto_parent_fetch,
	.sandbox = &sandbox,
	.prepare = prepare,
	.init = init,
	.pipe_given = pipe_given,
	.pipe_gone = pipe_gone,
	.prepare_snapshot = prepare_snapshot,
	.commit_snapshot = commit_snapshot,
};

int
main(void)
{
	static struct role_ctx ctx;

	return (role_main(&ctx, &ops));
}
