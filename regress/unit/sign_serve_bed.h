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

#ifndef UNIT_SIGN_SERVE_BED_H
#define UNIT_SIGN_SERVE_BED_H

/*
 * certd-sign's pipes, in one process with the test at the other ends.  Code,
 * not declarations: each test of it is a program of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "../../certd/sign/hprf.h"
#include "../../certd/sign/resume.h"
#include "../../certd/sign/sign.h"
#include "alg.h"
#include "id.h"
#include "log.h"
#include "proto_manual.h"
#include "proto_ctl.h"
#include "proto_life.h"
#include "proto_small.h"
#include "reason.h"
#include "snap.h"

#define KEY	"a key of more than sixteen"

static struct role_ctx role;
static struct sign sg;
static struct pipe *ike, *tmd, *certd, *starter;
static struct event *deadline;
static uint64_t now = 1000;

/* What came last on each pipe. */
static struct {
	unsigned int		 tickets_n, verdicts, checked_n, signed_n;
	unsigned int		 verdicts_at_check;
	struct mk_tickets	 tickets;
	struct mv_verdict	 verdict;
	struct mv_locked	 locked;
	struct mv_cred		 cred;
	struct mv_creds		 creds;
	unsigned int		 locked_n, cred_n, creds_n;
	struct mk_checked	 checked;
	struct mk_crashes	 crashes;
	unsigned int		 crashes_n;
	struct mk_signed	 sig;
	struct mk_made		 made;
	struct mk_resumed	 resumed;
	struct mv_want		 want;
	struct mv_kept		 kept;
	unsigned int		 made_n, resumed_n, want_n, kept_n;
	struct mc_boot_key	 boot;
	struct mc_claimed	 cert;
	unsigned int		 cert_n, boot_n, closed;
} got;

uint64_t
sign_now(void)
{
	return (now);
}

static void
too_late(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	event_base_loopbreak(role.base);
}

/* Runs the loop until a handler of the test says that something came. */
static void __attribute__((unused))
wait_for(const unsigned int *counter, unsigned int n)
{
	const struct timeval tv = { 10, 0 };

	evtimer_add(deadline, &tv);
	while (*counter < n && evtimer_pending(deadline, NULL))
		pipe_loop(role.base);
	assert_int_equal(*counter, n);
}

#define ARRIVED(body_type, field, counter)				\
	(void)arg, (void)fd;						\
	got.field = *(const struct body_type *)body;			\
	got.counter++;							\
	event_base_loopbreak(role.base)

static void
on_tickets(void *arg, const void *body, int fd)
{
	ARRIVED(mk_tickets, tickets, tickets_n);
}

static void
on_signed(void *arg, const void *body, int fd)
{
	ARRIVED(mk_signed, sig, signed_n);
}

static void
on_checked(void *arg, const void *body, int fd)
{
	/* By now the verdict must lie in tmd's pipe. */
	if (tmd != NULL)
		pipe_read_now(tmd);
	got.verdicts_at_check = got.verdicts;
	ARRIVED(mk_checked, checked, checked_n);
}

static void
on_crash_secrets(void *arg, const void *body, int fd)
{
	ARRIVED(mk_crashes, crashes, crashes_n);
}

static void
on_verdict(void *arg, const void *body, int fd)
{
	ARRIVED(mv_verdict, verdict, verdicts);
}

/* At each new pipe and each commit; few tests wait for it. */
static void
on_locked(void *arg, const void *body, int fd)
{
	(void)arg, (void)fd;
	got.locked = *(const struct mv_locked *)body;
	got.locked_n++;
	event_base_loopbreak(role.base);
}

static void
on_cred(void *arg, const void *body, int fd)
{
	ARRIVED(mv_cred, cred, cred_n);
}

static void
on_creds(void *arg, const void *body, int fd)
{
	ARRIVED(mv_creds, creds, creds_n);
}

static void
on_boot_key(void *arg, const void *body, int fd)
{
	ARRIVED(mc_boot_key, boot, boot_n);
}

static void
on_unwanted(void *arg, const void *body, int fd)
{
	(void)arg, (void)body, (void)fd;
	fail_msg("a signature that nobody asked for");
}

static void
on_claimed(void *arg, const void *body, int fd)
{
	ARRIVED(mc_claimed, cert, cert_n);
}

static void
on_broken(void *arg, struct pipe *p, const char *why)
{
	struct pipe **place = arg;

	(void)why;
	*place = NULL;
	got.closed++;
	pipe_free(p);
	event_base_loopbreak(role.base);
}

static void
on_made(void *arg, const void *body, int fd)
{
	ARRIVED(mk_made, made, made_n);
}

static void
on_resumed(void *arg, const void *body, int fd)
{
	ARRIVED(mk_resumed, resumed, resumed_n);
}

static void
on_want(void *arg, const void *body, int fd)
{
	ARRIVED(mv_want, want, want_n);
}

static void
on_kept(void *arg, const void *body, int fd)
{
	ARRIVED(mv_kept, kept, kept_n);
}

static const struct pipe_handler handlers[] = {
	{ M_TICKETS, on_tickets }, { M_SIGNED, on_signed },
	{ M_AUTH_CHECKED, on_checked }, { M_CRASH_SECRETS, on_crash_secrets },
	{ M_PPK_KEYS, on_unwanted }, { M_PPK_MIXED, on_unwanted },
	{ M_TICKET_MADE, on_made }, { M_RESUMED, on_resumed },
	{ M_RESUME_NEW_KEYS, on_unwanted }, { 0, NULL }
};
static const struct pipe_handler tmd_handlers[] = {
	{ M_VERDICT, on_verdict }, { M_LOCKED, on_locked },
	{ M_CRED, on_cred }, { M_CREDS, on_creds },
	{ M_PROOF_WANT, on_want }, { M_TICKET_KEPT, on_kept },
	{ M_KEYS_ARE, on_unwanted }, { M_KEYS_USED, on_unwanted }, { 0, NULL }
};
static const struct pipe_handler certd_handlers[] = {
	{ M_BOOT_KEY, on_boot_key }, { M_CERT_CLAIMED, on_claimed },
	{ M_CERT_SIGNED, on_unwanted },
	{ 0, NULL }
};
static const struct pipe_handler no_handlers[] = { { 0, NULL } };

static void
other_end(struct pipe **place, int fd, const struct msg_table *t,
    enum msg_side side, const struct pipe_handler *h)
{
	const struct pipe_ops ops = { h, on_broken };

	*place = pipe_new(role.base, fd, t, side, &ops, place);
}

static int
setup(void **state)
{
	int fds[2];

	(void)state;
	hprf_init();
	memset(&sg, 0, sizeof(sg));
	memset(&got, 0, sizeof(got));
	role.base = event_base_new();
	deadline = evtimer_new(role.base, too_late, NULL);
	sg.role = &role;
	sg.ours_fd = -1;
	sg.uid = getuid();
	memset(sg.boot_key, 9, sizeof(sg.boot_key));
	sg.s.tickets = tickets_new(sg.boot_key);
	sg.s.orders = orders_new();
	sg.s.mixes = mixes_new();
	sg.s.resumer = resumer_new(resume_kept_told, &sg);
	sg.s.workers = 2;
	pipe_pair(fds);
	standby_start(&sg, fds[0]);
	other_end(&starter, fds[1], &proto_start_sign, SIDE_A, no_handlers);
	pipe_pair(fds);
	serve_pipe(&sg, ROLE_IKE, 1, fds[0]);
	other_end(&ike, fds[1], &proto_ike_sign, SIDE_A, handlers);
	pipe_pair(fds);
	serve_pipe(&sg, ROLE_TMD, 0, fds[0]);
	other_end(&tmd, fds[1], &proto_sign_tmd, SIDE_B, tmd_handlers);
	pipe_pair(fds);
	serve_pipe(&sg, ROLE_CERTD, 0, fds[0]);
	other_end(&certd, fds[1], &proto_sign_certd, SIDE_B, certd_handlers);
	return (0);
}

static int
teardown(void **state)
{
	(void)state;
	serve_gone(&sg, ROLE_IKE, 1);
	serve_gone(&sg, ROLE_TMD, 0);
	serve_gone(&sg, ROLE_CERTD, 0);
	pipe_free(ike);
	pipe_free(tmd);
	pipe_free(certd);
	pipe_free(sg.starter);
	standby_stop(&sg);
	pipe_free(starter);
	standby_abort(&sg, sg.next_generation);
	standby_abort(&sg, sg.next_keys_generation);
	entries_free(sg.s.entries);
	keyring_free(sg.s.keys);
	keyring_free(sg.s.ppks);
	privring_free(sg.s.priv);
	tickets_free(sg.s.tickets);
	orders_free(sg.s.orders);
	mixes_free(sg.s.mixes);
	resumer_free(sg.s.resumer);
	sg.s.resumer = NULL;
	secrets_close(&sg);
	event_free(deadline);
	event_base_free(role.base);
	return (0);
}

/* The starter's half of a reload: one key, or none. */
static void
push_keys(uint32_t generation, const char *name, uint32_t mode)
{
	struct snap_writer *w = snap_open(ROLE_SIGN, generation);
	struct sn_secret s = { .kind = 1, .mode = mode };
	struct mq_secrets m = { .generation = generation, .dir = "/etc/t" };

	if (name != NULL) {
		strcpy(s.name, name);
		s.data_len = sizeof(KEY) - 1;
		memcpy(s.data, KEY, s.data_len);
		snap_put(w, SNAP_SECRET, &s);
	}
	pipe_send(starter, M_SECRETS, &m, snap_close(w));
	pipe_flush(starter);
}

/* The parent's half: one tunnel. */
static const char *
prepare(uint32_t generation)
{
	struct snap_writer *w = snap_open(ROLE_SIGN, generation);
	struct sn_auth a;

	memset(&a, 0, sizeof(a));
	a.tunnel = 1;
	strcpy(a.name, "boston");
	a.kind_ours = a.kind_theirs = AUTHK_PSK;
	a.prfs = 1U << PRF_HMAC_SHA2_384;
	a.remote_n = 1;
	a.remote[0].addr.af = 4;
	id_parse("fqdn:gw", &a.id_local);
	id_parse("fqdn:bee", &a.id_remote);
	a.psks_n = 1;
	strcpy(a.psks[0].w, "boston");
	snap_put(w, SNAP_AUTH, &a);
	return (standby_prepare(&sg, generation, snap_close(w)));
}

static void __attribute__((unused))
load(uint32_t generation)
{
	push_keys(generation, "boston", 0600);
	assert_null(prepare(generation));
	standby_commit(&sg, generation);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif /* UNIT_SIGN_SERVE_BED_H */
