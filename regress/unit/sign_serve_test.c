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
 * certd-sign's pipes to ike, tmd, certd and the parent: what arrives where,
 * and in which order.
 */
#include "sign_serve_bed.h"
#include "../../certd/sign/resume_int.h"
#include "sign_peer.h"

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
	{ M_SET_LEVEL, on_nothing }, { M_KEYS_INSTALLED, on_unwanted },
	{ 0, NULL }
};
static const struct pipe_handler role_handlers[] = {
	{ M_READY, on_nothing }, { M_PREPARED, on_nothing },
	{ M_COMMITTED, on_nothing }, { M_PONG, on_nothing },
	{ M_PEER_BROKE, on_nothing }, { M_KEYS_INSTALL, on_nothing },
	{ 0, NULL }
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

/*
 * Of a ticket nothing is believed before tmd was heard: that it is void may
 * lie in its pipe.
 */
static void
test_void_first(void **state)
{
	const struct mv_void m = { .what = VOID_TUNNEL, .until = now + 60 };
	static struct sign_peer p;
	static uint8_t msg[512];
	struct mk_ticket k;

	(void)state;
	load(1);
	k = get_ticket();
	peer_begin(&p, &k, 0);
	assert_true(p.check.c.msg_i.len <= sizeof(msg));
	memcpy(msg, p.check.c.msg_i.p, p.check.c.msg_i.len);
	msg[18] = 38;		/* IKE_SESSION_RESUME */
	p.check.c.msg_i.p = msg;
	pipe_send(ike, M_AUTH_CHECK, &p.check, -1);
	pipe_flush(ike);
	pipe_send(tmd, M_TICKETS_VOID, &m, -1);
	pipe_flush(tmd);
	assert_int_equal(sg.s.resumer->voids, 0);
	assert_true(pipe_read_now(sg.ike[1].pipe) > 0);
	assert_int_equal(sg.s.resumer->voids, 1);
	wait_for(&got.checked_n, 1);
	assert_int_not_equal(got.checked.code, RSN_OK);
	/* A new tmd begins to count anew. */
	resumer_tell(sg.s.resumer);
	assert_int_equal(sg.s.resumer->voids, 0);
}

static void
test_certd(void **state)
{
	struct mc_ask m = { .req = 3 };

	(void)state;
	wait_for(&got.boot_n, 1);
	assert_memory_equal(got.boot.key, sg.boot_key, 32);
	/* Nothing to claim without a policy. */
	pipe_send(certd, M_CERT_CLAIM, &m, -1);
	wait_for(&got.cert_n, 1);
	assert_int_equal(got.cert.req, 3);
	assert_int_equal(got.cert.code, RSN_BUSY);
	assert_int_equal(got.cert.octets.len, 0);
}

/* Worker 1 of two gets what its slots need, whoever is there first. */
static void
test_crash_secrets(void **state)
{
	struct mq_lasting m;
	struct mk_crashes first;
	int fds[2];
	size_t i;

	(void)state;
	memset(m.secret, 7, sizeof(m.secret));
	pipe_send(starter, M_LASTING, &m, -1);
	wait_for(&got.crashes_n, 1);
	first = got.crashes;
	assert_int_equal(first.s_n, SLOTS / 2);
	for (i = 0; i < first.s_n; i++) {
		assert_int_equal(first.s[i].slot, 2 * i + 1);
		if (i > 0)
			assert_memory_not_equal(first.s[i].secret,
			    first.s[0].secret, CRASH_SECRET_LEN);
	}
	/* A new worker gets the same. */
	serve_gone(&sg, ROLE_IKE, 1);
	pipe_free(ike);
	pipe_pair(fds);
	serve_pipe(&sg, ROLE_IKE, 1, fds[0]);
	other_end(&ike, fds[1], &proto_ike_sign, SIDE_A, handlers);
	wait_for(&got.crashes_n, 2);
	assert_memory_equal(&got.crashes, &first, sizeof(first));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_tickets), T(test_verdict_first), T(test_order),
		T(test_order_new_tmd), T(test_void_first), T(test_certd),
		    T(test_crash_secrets),
	};

	log_init("test", LOG_L_ERROR);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
