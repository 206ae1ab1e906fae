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
 * certd: who a peer is by its certificate or public key.
 *
 * The way of an AUTH_CHECK: main.c -> checks.c (entries.c; certd-sign for
 * ticket and octets; byurl.c for certificates by hash and URL) -> judge.c
 * (sigver.c, certid.c, chain.c) -> VERDICT to tmd -> AUTH_CHECKED to ike.
 * book.c reads the policy and its files.
 */

#include <event2/event.h>
#include <seccomp.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "byurl.h"
#include "certd.h"
#include "crldisk.h"
#include "crypto_warm.h"
#include "distrust.h"
#include "expiry.h"
#include "log.h"
#include "look.h"
#include "own.h"
#include "own_end.h"
#include "proto_life.h"
#include "proto_sign_certd.h"
#include "proto_sign_tmd.h"
#include "proto_certd_fetch.h"
#include "reason.h"
#include "revoke.h"
#include "sigver.h"
#include "staple.h"

static struct certd certd;

/* ike's pipe has its own place as context, so that an answer finds it. */
static unsigned int
worker_of(struct pipe **place)
{
	return ((unsigned int)(place - certd.ike));
}

static void
on_tickets_want(void *arg, const void *body, int fd)
{
	static const struct mk_tickets none;
	struct pipe **p = arg;

	(void)body;
	(void)fd;
	log_warn(LS_CERT, "tickets are certd-sign's to give");
	pipe_send(*p, M_TICKETS, &none, -1);
}

static void
on_sign(void *arg, const void *body, int fd)
{
	const struct mk_sign *m = body;
	struct mk_signed out = { .exch = m->c.exch, .code = RSN_UNSUPPORTED,
	    .text = "certd-sign signs, not certd" };
	struct pipe **p = arg;

	(void)fd;
	pipe_send(*p, M_SIGNED, &out, -1);
}

static void
on_auth_check(void *arg, const void *body, int fd)
{
	(void)fd;
	checks_begin(&certd, worker_of(arg), body);
}

static const struct pipe_handler ike_handlers[] = {
	{ M_TICKETS_WANT, on_tickets_want },
	{ M_SIGN, on_sign },
	{ M_AUTH_CHECK, on_auth_check },
	{ 0, NULL }
};

/* Orders are certd-sign's to keep: it is asked about each. */
static void
on_order(void *arg, const void *body, int fd)
{
	const struct mv_order *m = body;

	(void)arg;
	(void)fd;
	log_warn(LS_CERT, "order %u is certd-sign's to know", m->order);
}

static void
on_order_drop(void *arg, const void *body, int fd)
{
	(void)arg;
	(void)body;
	(void)fd;
}

static void
on_creds_want(void *arg, const void *body, int fd)
{
	(void)arg;
	(void)fd;
	certd_creds(&certd, body);
}

static const struct pipe_handler tmd_handlers[] = {
	{ M_CREDS_WANT, on_creds_want },
	{ M_ORDER, on_order },
	{ M_ORDER_DROP, on_order_drop },
	{ 0, NULL }
};

static void
on_boot_key(void *arg, const void *body, int fd)
{
	const struct mc_boot_key *m = body;

	(void)arg;
	(void)fd;
	memcpy(certd.boot_key, m->key, sizeof(certd.boot_key));
}

static void
on_claimed(void *arg, const void *body, int fd)
{
	(void)arg;
	(void)fd;
	checks_claimed(&certd, body);
}

static void
on_signed(void *arg, const void *body, int fd)
{
	(void)arg;
	(void)fd;
	checks_signed(&certd, body);
}

static const struct pipe_handler sign_handlers[] = {
	{ M_BOOT_KEY, on_boot_key },
	{ M_CERT_CLAIMED, on_claimed },
	{ M_CERT_SIGNED, on_signed },
	{ 0, NULL }
};

static void
on_fetched(void *arg, const void *body, int fd)
{
	(void)arg;
	if (!byurl_fetched(&certd, body, fd))
		revoke_fetched(&certd, body, fd);
}

static void
on_unfetched(void *arg, const void *body, int fd)
{
	(void)arg;
	(void)fd;
	if (!byurl_unfetched(&certd, body))
		revoke_unfetched(&certd, body);
}

static const struct pipe_handler fetch_handlers[] = {
	{ M_FETCHED, on_fetched },
	{ M_UNFETCHED, on_unfetched },
	{ 0, NULL }
};

/* Whose pipe stands at this place. */
static enum role
role_at(struct pipe **place, unsigned int *inst)
{
	*inst = 0;
	if (place == &certd.tmd)
		return (ROLE_TMD);
	if (place == &certd.sign)
		return (ROLE_SIGN);
	if (place == &certd.fetch)
		return (ROLE_FETCH);
	*inst = worker_of(place);
	return (ROLE_IKE);
}

/* Whoever waited for that process waits no longer. */
static void
gone(enum role r, unsigned int inst)
{
	if (r == ROLE_SIGN)
		checks_sign_gone(&certd);
	else if (r == ROLE_IKE)
		checks_ike_gone(&certd, inst);
	else if (r == ROLE_FETCH) {
		revoke_fetch_gone(&certd);
		byurl_fetch_gone(&certd);
	}
}

static void
on_broken(void *arg, struct pipe *p, const char *why)
{
	struct pipe **place = arg;
	unsigned int inst;
	enum role r = role_at(place, &inst);

	if (why != NULL)
		role_peer_broke(r, inst, why);
	if (*place == p) {
		*place = NULL;
		gone(r, inst);
	}
	pipe_free(p);
}

static const struct pipe_ops ike_ops = { ike_handlers, on_broken };
static const struct pipe_ops tmd_ops = { tmd_handlers, on_broken };
static const struct pipe_ops sign_ops = { sign_handlers, on_broken };
static const struct pipe_ops fetch_ops = { fetch_handlers, on_broken };

static struct pipe **
place_of(enum role r, unsigned int inst)
{
	switch (r) {
	case ROLE_IKE:
		return (inst < WORKERS_MAX ? &certd.ike[inst] : NULL);
	case ROLE_TMD:
		return (&certd.tmd);
	case ROLE_SIGN:
		return (&certd.sign);
	case ROLE_FETCH:
		return (&certd.fetch);
	default:
		return (NULL);
	}
}

static void
pipe_gone(struct role_ctx *ctx, enum role r, unsigned int inst)
{
	struct pipe **place = place_of(r, inst);

	(void)ctx;
	if (place == NULL || *place == NULL)
		return;
	pipe_free(*place);
	*place = NULL;
	gone(r, inst);
}

/* Who we are by our certificates: certd-sign signs for it. */
static void
tell_ours(const struct book *b)
{
	struct mc_ours m = { 0 };
	int fd;

	if (certd.sign == NULL || b == NULL)
		return;
	m.generation = book_generation(b);
	if ((fd = own_rows(book_entries(b), m.generation)) != -1)
		pipe_send(certd.sign, M_CERT_OURS, &m, fd);
}

static void
pipe_given(struct role_ctx *ctx, enum role r, unsigned int inst, int fd)
{
	struct pipe **place = place_of(r, inst);

	if (place == NULL)
		fatal("a pipe to %s", role_name(r, inst));
	pipe_gone(ctx, r, inst);
	if (r == ROLE_IKE) {
		*place = pipe_new(ctx->base, fd, &proto_ike_certd, SIDE_B,
		    &ike_ops, place);
		staple_tell(&certd, *place);
	} else if (r == ROLE_TMD) {
		*place = pipe_new(ctx->base, fd, &proto_certd_tmd, SIDE_A,
		    &tmd_ops, place);
		distrust_again(&certd);
		own_end_tell(&certd);
	} else if (r == ROLE_SIGN) {
		*place = pipe_new(ctx->base, fd, &proto_sign_certd, SIDE_B,
		    &sign_ops, place);
		tell_ours(certd.book);
		tell_ours(certd.next_book);
	} else {
		*place = pipe_new(ctx->base, fd, &proto_certd_fetch, SIDE_A,
		    &fetch_ops, place);
		revoke_pump(&certd);
	}
}

static const char *
prepare_snapshot(struct role_ctx *ctx, uint32_t generation, int fd)
{
	static char why[MSG_TEXT];
	const char *bad;

	(void)ctx;
	book_free(certd.next_book);
	certd.next_book = NULL;
	bad = book_read(fd, generation, &certd.next_book, why, sizeof(why));
	close(fd);
	if (bad == NULL)
		tell_ours(certd.next_book);
	return (bad);
}

/* All at a commit and a day after the last time; what is new each hour. */
static void
warn_of_ends(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval hour = { 3600, 0 };
	static int64_t last, whole;
	int64_t now = (int64_t)time(NULL);

	(void)fd;
	(void)arg;
	if ((what & EV_TIMEOUT) == 0 || now - whole >= 86400 || now < last) {
		whole = now;
		last = 0;
	}
	(void)expiry_log(certd.book, now, last);
	own_end_tell(&certd);
	last = now;
	if (certd.hourly == NULL && (certd.hourly = evtimer_new(
	    certd.role->base, warn_of_ends, NULL)) == NULL)
		fatal("no memory for a timer");
	evtimer_add(certd.hourly, &hour);
}

static void
commit_snapshot(struct role_ctx *ctx, uint32_t generation)
{
	(void)ctx;
	if (certd.next_book == NULL ||
	    book_generation(certd.next_book) != generation)
		fatal("COMMIT of generation %u, which was not prepared",
		    generation);
	checks_book_goes(&certd);
	byurl_flush();
	vcache_clear(certd.vcache);
	book_free(certd.book);
	certd.book = certd.next_book;
	certd.next_book = NULL;
	staple_book(&certd);
	revoke_book(&certd);
	staple_tell_all(&certd);
	warn_of_ends(-1, 0, NULL);
}

static void
abort_snapshot(struct role_ctx *ctx, uint32_t generation)
{
	(void)ctx;
	if (certd.next_book != NULL &&
	    book_generation(certd.next_book) == generation) {
		book_free(certd.next_book);
		certd.next_book = NULL;
	}
}

static void
init(struct role_ctx *ctx)
{
	certd.role = ctx;
	certd.vcache = vcache_new();
	revoke_init(&certd);
}

static void
stop(struct role_ctx *ctx)
{
	explicit_bzero(certd.boot_key, sizeof(certd.boot_key));
	role_stopped(ctx);
}

/* The boot key stays out of swap. */
static const int syscalls[] = {
	/* book.c: the memfd for ikd-ike */
	SCMP_SYS(memfd_create), SCMP_SYS(ftruncate),
	/* crldisk.c: CRLs in the one directory that Landlock leaves us */
	SCMP_SYS(openat), SCMP_SYS(getdents64), SCMP_SYS(newfstatat),
	SCMP_SYS(renameat), SCMP_SYS(renameat2),
	SCMP_SYS(unlinkat), -1
};
static const int write_dirs[] = { CRLDISK_FD, -1 };
static const struct sandbox sandbox = { .lock_memory = 1,
    .syscalls = syscalls, .write_dirs = write_dirs };

static const struct role_ops ops = {
	.role = ROLE_CERTD,
	.parent_table = &proto_parent_certd,
	.sandbox = &sandbox,
	.warm = crypto_warm,
	.init = init,
	.pipe_given = pipe_given,
	.pipe_gone = pipe_gone,
	.prepare_snapshot = prepare_snapshot,
	.commit_snapshot = commit_snapshot,
	.abort_snapshot = abort_snapshot,
	.stop = stop,
};

int
main(int argc, char *argv[])
{
	static struct role_ctx ctx;

	if (argc == 2 && strcmp(argv[1], "-n") == 0)
		return (certd_look());
	return (role_main(&ctx, &ops));
}
