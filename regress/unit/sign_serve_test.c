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
 * certd-sign's pipes and its secrets socket, in one process with the test at
 * the other ends: what arrives where, and in which order.
 */

#include <sys/socket.h>
#include <sys/un.h>

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

#include "../../certd/sign/sign.h"
#include "id.h"
#include "log.h"
#include "proto_ctl.h"
#include "proto_life.h"
#include "proto_small.h"
#include "reason.h"
#include "sign_peer.h"
#include "snap.h"

#define KEY	"a key of more than sixteen"

static struct role_ctx role;
static struct sign sg;
static struct pipe *ike, *tmd, *certd, *starter, *ctl;
static struct event *deadline;
static uint64_t now = 1000;

/* What came last on each pipe. */
static struct {
	unsigned int		 tickets_n, verdicts, checked_n, signed_n;
	unsigned int		 verdicts_at_check;
	struct mk_tickets	 tickets;
	struct mv_verdict	 verdict;
	struct mk_checked	 checked;
	struct mk_signed	 sig;
	struct mc_boot_key	 boot;
	struct mc_result	 cert;
	struct mq_welcome	 welcome;
	struct mq_done		 done;
	char			 rows[512];
	unsigned int		 done_n, cert_n, boot_n, closed;
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
static void
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
on_verdict(void *arg, const void *body, int fd)
{
	ARRIVED(mv_verdict, verdict, verdicts);
}

static void
on_boot_key(void *arg, const void *body, int fd)
{
	ARRIVED(mc_boot_key, boot, boot_n);
}

static void
on_cert_signed(void *arg, const void *body, int fd)
{
	ARRIVED(mc_result, cert, cert_n);
}

static void
on_welcome(void *arg, const void *body, int fd)
{
	(void)arg, (void)fd;
	got.welcome = *(const struct mq_welcome *)body;
}

static void
on_done(void *arg, const void *body, int fd)
{
	ARRIVED(mq_done, done, done_n);
}

static void
on_row(void *arg, const void *body, int fd)
{
	const struct mq_row *m = body;
	size_t at = strlen(got.rows);
	uint16_t i;

	(void)arg, (void)fd;
	for (i = 0; i < m->kv_n && at < sizeof(got.rows); i++)
		if (strcmp(m->kv[i].k, "fingerprint") != 0)
			at += (size_t)snprintf(got.rows + at,
			    sizeof(got.rows) - at, "%s=%s ", m->kv[i].k,
			    m->kv[i].v);
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

static const struct pipe_handler handlers[] = {
	{ M_TICKETS, on_tickets }, { M_SIGNED, on_signed },
	{ M_AUTH_CHECKED, on_checked }, { 0, NULL }
};
static const struct pipe_handler tmd_handlers[] = {
	{ M_VERDICT, on_verdict }, { 0, NULL }
};
static const struct pipe_handler certd_handlers[] = {
	{ M_BOOT_KEY, on_boot_key }, { M_CERT_SIGNED, on_cert_signed },
	{ 0, NULL }
};
static const struct pipe_handler ctl_handlers[] = {
	{ M_SEC_WELCOME, on_welcome }, { M_SEC_ROW, on_row },
	{ M_SEC_PUT_DONE, on_done }, { M_SEC_LIST_DONE, on_done }, { 0, NULL }
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
	sg.uid = getuid();
	memset(sg.boot_key, 9, sizeof(sg.boot_key));
	sg.s.tickets = tickets_new(sg.boot_key);
	sg.s.orders = orders_new();
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
	pipe_free(ctl);
	ctl = NULL;
	serve_gone(&sg, ROLE_IKE, 1);
	serve_gone(&sg, ROLE_TMD, 0);
	serve_gone(&sg, ROLE_CERTD, 0);
	pipe_free(ike);
	pipe_free(tmd);
	pipe_free(certd);
	pipe_free(sg.starter);
	pipe_free(starter);
	standby_abort(&sg, sg.next_generation);
	standby_abort(&sg, sg.next_keys_generation);
	entries_free(sg.s.entries);
	keyring_free(sg.s.keys);
	tickets_free(sg.s.tickets);
	orders_free(sg.s.orders);
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
	a.kind = AUTHK_PSK;
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

static void
load(uint32_t generation)
{
	push_keys(generation, "boston", 0600);
	assert_null(prepare(generation));
	standby_commit(&sg, generation);
}

static void
test_reload(void **state)
{
	(void)state;
	assert_non_null(prepare(1));
	push_keys(1, NULL, 0);
	assert_string_equal(prepare(1), "/etc/t/psk/boston: no such file, or "
	    "not a regular one: ikectl psk create boston (tunnel boston)");
	push_keys(1, "boston", 0644);
	assert_string_equal(prepare(1), "/etc/t/psk/boston: readable by "
	    "others (mode 0644): chmod 600 (tunnel boston)");
	assert_null(sg.s.entries);
	load(1);
	assert_int_equal(sg.s.generation, 1);
	assert_int_equal(keyring_find(sg.s.keys, "boston")->len,
	    sizeof(KEY) - 1);
	/* Refused or aborted: the old policy is untouched. */
	push_keys(2, NULL, 0);
	assert_non_null(prepare(2));
	standby_abort(&sg, 2);
	assert_non_null(keyring_find(sg.s.keys, "boston"));
	push_keys(3, "boston", 0600);
	assert_non_null(prepare(4));
	assert_null(prepare(3));
	standby_abort(&sg, 3);
	assert_null(sg.next_keys);
	assert_int_equal(sg.s.generation, 1);
}

static struct mk_ticket
get_ticket(void)
{
	struct mk_want w = { .slot = 1, .count = 3 };

	pipe_send(ike, M_TICKETS_WANT, &w, -1);
	wait_for(&got.tickets_n, got.tickets_n + 1);
	assert_int_equal(got.tickets.t_n, 3);
	return (got.tickets.t[0]);
}

static void
test_tickets(void **state)
{
	struct mk_want w = { .slot = 2, .count = 3 };

	(void)state;
	(void)get_ticket();
	pipe_send(ike, M_TICKETS_WANT, &w, -1);
	wait_for(&got.tickets_n, 2);
	assert_int_equal(got.tickets.t_n, 0);
}

static void
test_verdict_first(void **state)
{
	static struct sign_peer p;
	struct mk_ticket k;

	(void)state;
	load(1);
	k = get_ticket();
	peer_begin(&p, &k, 0);
	peer_ids(&p, "fqdn:bee", NULL);
	peer_auth(&p, KEY);
	pipe_send(ike, M_AUTH_CHECK, &p.check, -1);
	wait_for(&got.checked_n, 1);
	assert_int_equal(got.checked.code, RSN_OK);
	assert_int_equal(got.verdicts_at_check, 1);
	assert_int_equal(got.verdict.tunnel, 1);
	assert_int_equal(got.verdict.generation, 1);
	assert_true(peer_accepts(&p, KEY, "fqdn:gw", got.checked.auth,
	    got.checked.auth_len));
	/* Again: no second verdict. */
	pipe_send(ike, M_AUTH_CHECK, &p.check, -1);
	wait_for(&got.checked_n, 2);
	assert_int_equal(got.checked.code, RSN_TICKET);
	assert_int_equal(got.verdicts, 1);
	/* Without tmd there is no verdict and no AUTH of ours. */
	serve_gone(&sg, ROLE_TMD, 0);
	k = get_ticket();
	peer_begin(&p, &k, 0);
	peer_ids(&p, "fqdn:bee", NULL);
	peer_auth(&p, KEY);
	assert_null(tmd);
	pipe_send(ike, M_AUTH_CHECK, &p.check, -1);
	wait_for(&got.checked_n, 3);
	assert_int_equal(got.checked.code, RSN_BUSY);
	assert_int_equal(got.checked.auth_len, 0);
}

static void
test_order(void **state)
{
	static struct sign_peer p;
	struct mv_order o = { .order = 5, .tunnel = 1, .generation = 1,
	    .worker = 1 };
	struct mv_order_id drop = { .order = 6 };
	struct mk_ticket k;
	struct mk_sign m;

	(void)state;
	load(1);
	pipe_send(tmd, M_ORDER, &o, -1);
	o.order = 6;
	pipe_send(tmd, M_ORDER, &o, -1);
	pipe_send(tmd, M_ORDER_DROP, &drop, -1);
	pipe_flush(tmd);
	assert_int_equal(pipe_read_now(sg.tmd), 3);
	k = get_ticket();
	peer_begin(&p, &k, 1);
	p.check.c.order = 5;
	m.c = p.check.c;
	pipe_send(ike, M_SIGN, &m, -1);
	wait_for(&got.signed_n, 1);
	assert_int_equal(got.sig.code, RSN_OK);
	assert_true(peer_accepts(&p, KEY, "fqdn:gw", got.sig.auth,
	    got.sig.auth_len));
	k = get_ticket();
	peer_begin(&p, &k, 1);
	p.check.c.order = 6;
	m.c = p.check.c;
	pipe_send(ike, M_SIGN, &m, -1);
	wait_for(&got.signed_n, 2);
	assert_int_equal(got.sig.code, RSN_ORDER);
	/* Another worker's. */
	o.order = 7;
	o.worker = 0;
	k = get_ticket();
	peer_begin(&p, &k, 1);
	p.check.c.order = 7;
	m.c = p.check.c;
	pipe_send(tmd, M_ORDER, &o, -1);
	pipe_flush(tmd);
	pipe_send(ike, M_SIGN, &m, -1);
	wait_for(&got.signed_n, 3);
	assert_int_equal(got.sig.code, RSN_ORDER);
	/* ike is heard first, yet the order is there. */
	o.order = 8;
	o.worker = 1;
	k = get_ticket();
	peer_begin(&p, &k, 1);
	p.check.c.order = 8;
	m.c = p.check.c;
	pipe_send(tmd, M_ORDER, &o, -1);
	pipe_flush(tmd);
	pipe_send(ike, M_SIGN, &m, -1);
	pipe_flush(ike);
	assert_int_equal(pipe_read_now(sg.ike[1].pipe), 1);
	wait_for(&got.signed_n, 4);
	assert_int_equal(got.sig.code, RSN_OK);
}

/* The parent's end, for what a test of order needs of it. */
static void
on_give_pipe(void *arg, const void *body, int fd)
{
	const struct ml_peer *m = body;

	(void)arg;
	serve_pipe(&sg, m->role, m->inst, fd);
}

static void
on_nothing(void *arg, const void *body, int fd)
{
	(void)arg, (void)body;
	assert_int_equal(fd, -1);
}

static const struct pipe_handler parent_handlers[] = {
	{ M_GIVE_PIPE, on_give_pipe }, { M_HELLO, on_nothing },
	{ M_GIVE_LOG, on_nothing }, { M_PEER_GONE, on_nothing },
	{ M_GIVE_SOCKET, on_nothing }, { M_PING, on_nothing },
	{ M_PREPARE, on_nothing }, { M_COMMIT, on_nothing },
	{ M_ABORT, on_nothing }, { M_STOP, on_nothing },
	{ M_SET_LEVEL, on_nothing }, { 0, NULL }
};
static const struct pipe_handler role_handlers[] = {
	{ M_READY, on_nothing }, { M_PREPARED, on_nothing },
	{ M_COMMITTED, on_nothing }, { M_PONG, on_nothing },
	{ M_PEER_BROKE, on_nothing }, { 0, NULL }
};

/* SIGN of this order is written first, whatever tmd writes afterwards. */
static void
send_sign(struct sign_peer *p, uint32_t order)
{
	struct mk_ticket k = get_ticket();
	struct mk_sign m;

	peer_begin(p, &k, 1);
	p->check.c.order = order;
	m.c = p->check.c;
	pipe_send(ike, M_SIGN, &m, -1);
	pipe_flush(ike);
}

static void
send_order(uint32_t order)
{
	struct mv_order o = { .order = order, .tunnel = 1, .generation = 1,
	    .worker = 1 };

	pipe_send(tmd, M_ORDER, &o, -1);
	pipe_flush(tmd);
}

/* SIGN is heard when a new tmd's order lies in a pipe we do not have yet. */
static void
test_order_new_tmd(void **state)
{
	static struct sign_peer p;
	struct ml_peer who = { ROLE_TMD, 0 };
	struct pipe *parent;
	int fds[2];

	(void)state;
	load(1);
	pipe_pair(fds);
	role.parent = pipe_new(role.base, fds[0], &proto_parent_sign, SIDE_B,
	    &(struct pipe_ops){ parent_handlers, on_broken }, &role.parent);
	other_end(&parent, fds[1], &proto_parent_sign, SIDE_A, role_handlers);
	pipe_set_phase(role.parent, PH_RUN);
	pipe_set_phase(parent, PH_RUN);
	send_sign(&p, 7);
	pipe_free(tmd);
	pipe_pair(fds);
	pipe_send(parent, M_GIVE_PIPE, &who, fds[0]);
	pipe_flush(parent);
	other_end(&tmd, fds[1], &proto_sign_tmd, SIDE_B, tmd_handlers);
	send_order(7);
	wait_for(&got.signed_n, 1);
	assert_int_equal(got.sig.code, RSN_OK);
	pipe_free(parent);
	pipe_free(role.parent);
	role.parent = NULL;
}

static void
test_certd(void **state)
{
	struct mc_sign m = { .req = 3, .key = "gw" };

	(void)state;
	wait_for(&got.boot_n, 1);
	assert_memory_equal(got.boot.key, sg.boot_key, 32);
	pipe_send(certd, M_CERT_SIGN, &m, -1);
	wait_for(&got.cert_n, 1);
	assert_int_equal(got.cert.req, 3);
	assert_int_equal(got.cert.code, RSN_UNSUPPORTED);
}

/* A client of the secrets socket; major is what it says of itself. */
static void
ctl_connect(uint16_t major)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct mq_hello hello = { .major = major, .program = "test" };
	char dir[] = "/tmp/sign_serve_XXXXXX";
	int fd, listener;

	assert_non_null(mkdtemp(dir));
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/s", dir);
	listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&sun,
	    sizeof(sun)), 0);
	assert_int_equal(listen(listener, 5), 0);
	secrets_listen(&sg, listener);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&sun, sizeof(sun)),
	    0);
	unlink(sun.sun_path);
	rmdir(dir);
	other_end(&ctl, fd, &proto_secrets, SIDE_A, ctl_handlers);
	pipe_set_phase(ctl, PH_START);
	pipe_send(ctl, M_SEC_HELLO, &hello, -1);
	pipe_set_phase(ctl, PH_RUN);
}

static void
ctl_put(const char *name, const char *secret)
{
	struct mq_psk m = { .req = 8 };

	strcpy(m.name, name);
	m.secret_len = (uint16_t)strlen(secret);
	memcpy(m.secret, secret, m.secret_len);
	pipe_send(ctl, M_PSK_PUT, &m, -1);
	wait_for(&got.done_n, got.done_n + 1);
	assert_int_equal(got.done.req, 8);
}

static void
test_secrets(void **state)
{
	struct mq_list l = { .req = 9 };

	(void)state;
	if (geteuid() != 0)
		skip();
	load(1);
	ctl_connect(CTL_VERSION_MAJOR);
	ctl_put("lyon", "0x00010203\n");
	assert_int_equal(got.done.status, CTL_OK);
	assert_int_equal(got.welcome.level, CTL_SECRETS);
	ctl_put("paris", "0xzz");
	assert_int_equal(got.done.status, CTL_REFUSED);
	ctl_put("../x", "abc");
	assert_int_equal(got.done.status, CTL_REFUSED);
	pipe_send(ctl, M_PSK_LIST, &l, -1);
	wait_for(&got.done_n, got.done_n + 1);
	assert_int_equal(got.done.status, CTL_OK);
	assert_string_equal(got.rows, "name=boston length=26 used=yes "
	    "problem= name=lyon length=4 used=no problem= ");
	ctl_put("lyon", "");
	assert_int_equal(got.done.status, CTL_OK);
	assert_null(keyring_find(sg.s.keys, "lyon"));
	ctl_put("lyon", "");
	assert_int_equal(got.done.status, CTL_REFUSED);
	ctl_put("boston", "");
	assert_int_equal(got.done.status, CTL_OK);
	assert_non_null(strstr(got.done.text, "boston"));
}

static void
test_secrets_version(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	ctl_connect(CTL_VERSION_MAJOR + 1);
	ctl_put("lyon", "0x00010203\n");
	assert_int_equal(got.done.status, CTL_REFUSED);
	assert_int_equal(got.welcome.major, CTL_VERSION_MAJOR);
}

/* Anybody but root is turned away, whoever could open the socket. */
static void
test_secrets_root_only(void **state)
{
	(void)state;
	if (geteuid() != 0 || seteuid(65534) == -1)
		skip();
	ctl_connect(CTL_VERSION_MAJOR);
	assert_int_equal(seteuid(0), 0);
	wait_for(&got.closed, 1);
	assert_null(ctl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(test_reload), T(test_tickets), T(test_verdict_first),
		T(test_order), T(test_order_new_tmd), T(test_certd),
		T(test_secrets), T(test_secrets_version), T(test_secrets_root_only),
	};

	log_init("test", LOG_L_ERROR);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
