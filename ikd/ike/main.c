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
 * ikd-ike: negotiates IKE.
 *
 * The way of a packet:
 *	udp_in -> natt (marker) -> hdr -> cookie (IKE_SA_INIT) -> window
 *	    -> sk -> skf, frag (fragments) -> packet, pld_* -> sa_fsm
 *	    -> exch_* -> to_sign, to_parent, to_tmd
 * and of what we send:
 *	exch_* -> msg_build, prop, tsp -> sk, or skf, cut -> window (kept)
 *	    -> udp_out
 * The negotiator (ike.h) knows the outside by struct ike_env alone; here it
 * gets sockets, pipes, clock and OpenSSL.
 */
#include <sys/mman.h>
#include <sys/resource.h>

#include <event2/event.h>

#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "crypto_warm.h"
#include "dh.h"
#include "ends.h"
#include "ike.h"
#include "ike_crypto.h"
#include "log.h"
#include "pipes.h"
#include "policy.h"
#include "record.h"
#include "role.h"
#include "udp.h"

#define GOODBYE_MS	1500	/* Deletes may be answered so long */
#define GOODBYE_STEP_MS	50

static struct ike	*ike;
static struct event	*wake, *goodbye;
static uint64_t		 goodbye_until;

static const int syscalls[] = {
	/* udp_in: batches */
	SCMP_SYS(recvmmsg),
	/* trace: whose the socket is that keys are shown on */
	SCMP_SYS(getsockname), SCMP_SYS(getpeername),
	-1
};

static const struct sandbox sandbox = { .syscalls = syscalls };

static uint64_t
env_now(void *ctx)
{
	struct timespec	 ts;

	(void)ctx;
	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ((uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000);
}

static void
env_wake_at(void *ctx, uint64_t ms)
{
	struct timeval	 tv = { 0, 0 };
	uint64_t	 now = env_now(ctx);

	if (ms == 0) {
		event_del(wake);
		return;
	}
	if (ms > now) {
		tv.tv_sec = (time_t)((ms - now) / 1000);
		tv.tv_usec = (suseconds_t)((ms - now) % 1000 * 1000);
	}
	event_add(wake, &tv);
}

static void
env_random(void *ctx, void *buf, size_t len)
{
	(void)ctx;
	if (ike_random_octets(buf, len) == -1)
		fatal("no random octets");
}

static struct ike_env env = {
	.now_ms = env_now,
	.wake_at = env_wake_at,
	.random = env_random,
	.send = udp_send,
	.keepalive = udp_keepalive,
	.to_sign = ends_to_sign,
	.to_certd = ends_to_certd,
	.to_tmd = ends_to_tmd,
	.to_parent = ends_to_parent,
	.to_esp = ends_to_esp,
	.dh = &dh_openssl,
};

/* The pipes are gone: what a session's end would tell is told to nobody. */
static int
to_nobody(void *ctx, uint16_t type, const void *body)
{
	(void)ctx;
	(void)type;
	(void)body;
	return (PIPE_CLOSED);
}

static void
on_wake(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	ike_tick(ike);
}

static void
warm(void)
{
	crypto_warm();
	ike_crypto_init();
}

/*
 * Session keys stay out of swap: pages are locked as they come to be used,
 * for the arena is large and mostly empty.
 */
static void
prepare(struct role_ctx *ctx)
{
	struct rlimit	 limit;

	(void)ctx;
#ifndef IKD_ASAN	/* the sanitizers' shadow cannot be locked */
	if (getrlimit(RLIMIT_MEMLOCK, &limit) == -1)
		fatal_errno("locked memory");
	if (limit.rlim_cur == RLIM_INFINITY &&
	    mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == -1)
		fatal_errno("locked memory");
#else
	(void)limit;
#endif
}

static void
init(struct role_ctx *ctx)
{
	wake = evtimer_new(ctx->base, on_wake, NULL);
	if (wake == NULL)
		fatal("no timer");
	ends_init(ctx, NULL);
	ike = ike_new(&env, ctx->inst);
	ike->epoch = ctx->epoch;
	env.ctx = ike;
	ends_init(ctx, ike);
	ike_turn_end(ike);
}

static void
take_arena(int fd)
{
	size_t	 lost;

	if (ike->nsessions > 0)
		fatal("an arena in the middle of work");
	arena_close(ike->arena);
	ike->arena = arena_open(fd, &lost);
	ike->stat[ST_LOST_SESSIONS] += lost;
	if (lost > 0)
		log_warn(LS_IKE, "%zu sessions of the worker before are lost",
		    lost);
}

static void
socket_given(struct role_ctx *ctx, unsigned int kind, unsigned int family,
    unsigned int port, unsigned int index, int fd)
{
	(void)index;
	switch (kind) {
	case SOCK_UDP_IKE:
	case SOCK_UDP_NATT:
		udp_in_given(ctx->base, ike, kind == SOCK_UDP_NATT, (int)family,
		    port, fd);
		break;
	case SOCK_ARENA:
		take_arena(fd);
		break;
	default:
		fatal("a socket of kind %u", kind);
	}
}

static const char *
prepare_snapshot(struct role_ctx *ctx, uint32_t generation, int fd)
{
	const char	*why;

	(void)ctx;
	policy_unref(ike->standby);
	ike->standby = NULL;
	why = policy_read(fd, generation, ike->policy, &ike->standby);
	close(fd);
	return (why);
}

static void
commit_snapshot(struct role_ctx *ctx, uint32_t generation)
{
	(void)ctx;
	if (ike->standby == NULL || ike->standby->generation != generation)
		fatal("COMMIT %u without its PREPARE", generation);
	ike_commit(ike);
	ike_turn_end(ike);
}

static void
abort_snapshot(struct role_ctx *ctx, uint32_t generation)
{
	(void)ctx;
	(void)generation;
	policy_unref(ike->standby);
	ike->standby = NULL;
}

/* The peers have heard of it, or have had their time. */
static void
on_goodbye(int fd, short what, void *arg)
{
	const struct timeval	 tv = { 0, GOODBYE_STEP_MS * 1000 };

	(void)fd;
	(void)what;
	if (ike->nsessions == 0 || env_now(NULL) >= goodbye_until) {
		role_stopped(arg);
		return;
	}
	event_add(goodbye, &tv);
}

static void
stop(struct role_ctx *ctx)
{
	ike_stop(ike);
	ike_turn_end(ike);
	goodbye_until = env_now(NULL) + GOODBYE_MS;
	goodbye = evtimer_new(ctx->base, on_goodbye, ctx);
	if (goodbye == NULL)
		fatal("no timer");
	on_goodbye(-1, 0, ctx);
}

int
main(void)
{
	static const struct role_ops ops = {
		.role = ROLE_IKE,
		.parent_table = &proto_parent_ike,
		.handlers = ends_parent_handlers,
		.sandbox = &sandbox,
		.warm = warm,
		.prepare = prepare,
		.init = init,
		.pipe_given = ends_given,
		.pipe_gone = ends_gone,
		.socket_given = socket_given,
		.prepare_snapshot = prepare_snapshot,
		.commit_snapshot = commit_snapshot,
		.abort_snapshot = abort_snapshot,
		.stop = stop,
	};
	struct role_ctx	 ctx;
	int		 status;

	memset(&ctx, 0, sizeof(ctx));
	status = role_main(&ctx, &ops);
	if (ike != NULL) {
		ends_close();
		udp_close();
		env.to_sign = env.to_certd = env.to_tmd = env.to_parent =
		    env.to_esp = to_nobody;
		ike_free(ike);
	}
	return (status);
}
