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
 * certd-sign: the long-term secrets.  It gives ike tickets, checks a peer's
 * AUTH against what the policy says, tells tmd who the peer is, and only
 * then lets ike have our own AUTH.
 *
 * The way of an AUTH_CHECK: serve.c -> decide.c (tickets.c, orders.c,
 * init_msg.c, entries.c, keyring.c, octets.c, hprf.c) -> VERDICT to tmd ->
 * AUTH_CHECKED to ike.
 */

#include <sys/mman.h>
#include <sys/resource.h>

#include <event2/event.h>
#include <seccomp.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "crypto_warm.h"
#include "log.h"
#include "look.h"
#include "manual.h"
#include "hprf.h"
#include "proto_life.h"
#include "resume.h"
#include "wrap.h"
#include "sign.h"

#define STARTER_FD	4	/* secrets come on it, from the starter alone */

static struct sign sign;

uint64_t
sign_now(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_BOOTTIME, &ts) == -1)
		fatal_errno("clock_gettime");
	return ((uint64_t)ts.tv_sec);
}

/* What OpenSSL computes of RSA's factors is outside its locked heap. */
static void
tell_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 &&
	    limit.rlim_cur != RLIM_INFINITY)
		log_notice(LS_CORE, "parts of RSA keys may be swapped out: "
		    "the limit of locked memory is %llu",
		    (unsigned long long)limit.rlim_cur);
}

static void
warm(void)
{
	scrub_heap();
	tell_limit();
	crypto_warm();
	hprf_init();
	wrap_warm();
	keyring_heap();
	privring_warm();
	if (mlock(&sign, sizeof(sign)) == -1)
		log_warn(LS_CORE, "the boot key cannot be locked in memory");
}

static void
on_tidy(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	resumer_tidy(sign.s.resumer, sign_now());
}

static void
init(struct role_ctx *ctx)
{
	static const struct timeval tidy = { RESUME_TIDY, 0 };
	struct event *ev;

	ev = event_new(ctx->base, -1, EV_PERSIST, on_tidy, NULL);
	if (ev == NULL || event_add(ev, &tidy) == -1)
		fatal("no timer to wipe what has ended");
	sign.ours_fd = -1;
	sign.role = ctx;
	ctx->priv = &sign;
	sign.uid = getuid();
	if (RAND_priv_bytes(sign.boot_key, sizeof(sign.boot_key)) != 1)
		fatal("no random octets for the boot key");
	sign.s.tickets = tickets_new(sign.boot_key);
	sign.s.orders = orders_new();
	sign.s.mixes = mixes_new();
	sign.s.rounds = rounds_new();
	sign.s.tokens = privring_new();
	sign.s.later = &sign.room;
	sign.s.resumer = resumer_new(resume_kept_told, &sign);
	sign.s.workers = ctx->workers == 0 ? 1 : ctx->workers;
	standby_start(&sign, STARTER_FD);
}

static void
pipe_given(struct role_ctx *ctx, enum role r, unsigned int inst, int fd)
{
	(void)ctx;
	serve_pipe(&sign, r, inst, fd);
}

static void
pipe_gone(struct role_ctx *ctx, enum role r, unsigned int inst)
{
	(void)ctx;
	serve_gone(&sign, r, inst);
}

static void
socket_given(struct role_ctx *ctx, unsigned int kind, unsigned int family,
    unsigned int port, unsigned int index, int fd)
{
	(void)ctx;
	(void)family;
	(void)port;
	(void)index;
	if (kind != SOCK_SECRETS)
		fatal("a socket of kind %u", kind);
	secrets_listen(&sign, fd);
}

static const char *
prepare_snapshot(struct role_ctx *ctx, uint32_t generation, int fd)
{
	(void)ctx;
	return (standby_prepare(&sign, generation, fd));
}

static void
commit_snapshot(struct role_ctx *ctx, uint32_t generation)
{
	(void)ctx;
	standby_commit(&sign, generation);
}

static void
abort_snapshot(struct role_ctx *ctx, uint32_t generation)
{
	(void)ctx;
	standby_abort(&sign, generation);
}

/*
 * The loop is left; nobody asks any more.  Not before: STOP is read by who
 * wants to hear the parent first too, in the midst of a claim, and a PEER_GONE
 * may come right behind it.
 */
static void
wipe(void)
{
	secrets_close(&sign);
	standby_stop(&sign);
	keyring_free(sign.s.keys);
	keyring_free(sign.next_keys);
	keyring_free(sign.s.ppks);
	keyring_free(sign.next_ppks);
	manuals_free(sign.manuals);
	manuals_free(sign.next_manuals);
	mixes_free(sign.s.mixes);
	resumer_free(sign.s.resumer);
	privring_free(sign.s.priv);
	privring_free(sign.next_priv);
	explicit_bzero(sign.boot_key, sizeof(sign.boot_key));
	explicit_bzero(sign.lasting, sizeof(sign.lasting));
}

static const int syscalls[] = {
	/* the secrets socket */
	SCMP_SYS(accept4),
	-1
};

static const struct sandbox sandbox = {
	.syscalls = syscalls,
	.lock_memory = 1,
};

static const struct role_ops ops = {
	.role = ROLE_SIGN,
	.parent_table = &proto_parent_sign,
	.handlers = manual_handlers,
	.sandbox = &sandbox,
	.warm = warm,
	.init = init,
	.pipe_given = pipe_given,
	.pipe_gone = pipe_gone,
	.socket_given = socket_given,
	.prepare_snapshot = prepare_snapshot,
	.commit_snapshot = commit_snapshot,
	.abort_snapshot = abort_snapshot,
};

int
main(int argc, char *argv[])
{
	static struct role_ctx ctx;
	int r;

	if (argc == 3 && strcmp(argv[1], "-n") == 0)
		return (sign_look(argv[2]));
	r = role_main(&ctx, &ops);
	wipe();
	return (r);
}
