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
 * What tmd says of sessions that are to be resumed (RFC 5723), and what it
 * makes of a verdict that rests on a ticket.
 */
#include "tmd_bed.h"

#include "../../tmd/resume.h"

/* What certd-sign hears when it asks for a ticket of v's session. */
static const struct mv_proof *
asked(const struct mv_verdict *v, int keep)
{
	struct mv_want want;

	forget();
	memset(&want, 0, sizeof(want));
	want.req = 4;
	want.worker = v->ticket.slot;
	want.keep = (uint8_t)keep;
	memcpy(want.session, v->ticket.ticket, TICKET_LEN);
	resume_wanted(&want);
	return (find(ROLE_SIGN, M_PROOF, 0));
}

static struct tunnel *
load_resumable(void)
{
	struct sn_tunnel cf;

	help_tunnel(&cf, 1, "boston", TS_START_ANSWER);
	cf.kind_theirs = AUTHK_CERT;
	cf.resumption = 1;
	return (load(&cf, 1));
}

/* The policy and the time of the verdict, whenever it is asked. */
static void
test_proof(void **state)
{
	const struct mv_proof *p;
	struct tunnel *t = load_resumable();
	struct mv_verdict v;
	uint32_t was = generation;

	(void)state;
	verdict(&v, t, 0);
	v.proved = now_ms / 1000 - 2;
	v.fingerprint[3] = 5;
	verdict_take(&v, 1);
	session_up(&v);
	p = asked(&v, 0);
	assert_int_equal(p->code, RSN_OK);
	assert_int_equal(p->p.generation, was);
	pass(50000);
	t = load_resumable();
	assert_int_not_equal(generation, was);
	assert_int_equal(sess_ups(t), 1);
	p = asked(&v, 0);
	assert_int_equal(p->code, RSN_OK);
	assert_int_equal(p->p.generation, was);
	assert_int_equal(p->p.proved, v.proved);
	assert_int_equal(p->p.fingerprint[3], 5);
	/* A verdict from the future is as old as its hearing. */
	verdict(&v, t, 0);
	v.proved = now_ms / 1000 + 100;
	verdict_take(&v, 1);
	session_up(&v);
	assert_int_equal(asked(&v, 0)->p.proved, now_ms / 1000);
}

/* A verdict that rests on a ticket of v's session. */
static void
resumed(struct mv_verdict *r, const struct mv_verdict *v, uint32_t voids)
{
	verdict(r, tunnel_find(1), 0);
	r->resumed = 1;
	r->proved = v->proved;
	r->expiry = now_ms / 1000 + 5000;
	memcpy(r->fingerprint, v->fingerprint, sizeof(r->fingerprint));
	memcpy(r->old_spi_i, v->spi_i, 8);
	memcpy(r->old_spi_r, v->spi_r, 8);
	r->voids = voids;
}

/* How many words of fallen tickets certd-sign has had. */
static uint32_t
told_void(void)
{
	return (times(ROLE_SIGN, M_TICKETS_VOID));
}

static struct tunnel *
resumable_up(struct mv_verdict *v)
{
	struct tunnel *t = load_resumable();

	resume_sign_gone();		/* its pipe is new */
	forget();
	verdict(v, t, 0);
	v->proved = now_ms / 1000 - 2;
	v->fingerprint[3] = 5;
	verdict_take(v, 1);
	session_up(v);
	return (t);
}

static int
taken(const struct mv_verdict *r)
{
	verdict_take(r, 0);
	return (sess_by_ticket(r->ticket.ticket) != NULL);
}

/*
 * What withdraws a ticket and the verdict that rests on it cross: the verdict
 * counts for nothing.  One that certd-sign gave with that word heard is good.
 */
static void
test_crossing(void **state)
{
	struct mv_verdict v, r;
	struct tunnel *t;
	unsigned int how;
	uint32_t n;

	(void)state;
	for (how = 0; how < 5; how++) {
		t = resumable_up(&v);
		(void)asked(&v, 0);
		forget();
		if (how == 1)
			verdict_withdrawn(v.fingerprint, "revoked");
		else if (how == 2)
			tunnel_fsm(t, TE_ONCE);
		else if (how == 3)
			session_down(&v, RSN_PEER_DELETED);
		else if (how == 4)
			session_down(&v, RSN_DEAD_PEER);
		n = told_void();
		assert_int_equal(n > 0, how >= 1 && how <= 3);
		resumed(&r, &v, 0);
		assert_int_equal(taken(&r), how == 0 || how == 4);
		resumed(&r, &v, n);
		assert_true(taken(&r));
		/* It has heard more than was said. */
		resumed(&r, &v, n + 1);
		assert_false(taken(&r));
	}
}

/* So much was withdrawn that nobody knows what. */
static void
test_crossing_much(void **state)
{
	struct mv_verdict v, r;
	uint8_t fp[32] = { 1 };
	unsigned int i;

	(void)state;
	(void)resumable_up(&v);
	for (i = 0; i < 1025; i++) {
		fp[1] = (uint8_t)i;
		fp[2] = (uint8_t)(i >> 8);
		verdict_withdrawn(fp, "revoked");
		forget();
	}
	resumed(&r, &v, 0);
	assert_false(taken(&r));
	resumed(&r, &v, 1);
	assert_true(taken(&r));
	resume_sign_gone();
	resumed(&r, &v, 0);
	assert_true(taken(&r));
}

/* What waits for the policy is withdrawn with what is there. */
static void
test_withdrawn_held(void **state)
{
	struct mv_verdict v, w;
	struct policy *p;
	struct sn_tunnel cf;
	struct tunnel *t;

	(void)state;
	t = resumable_up(&v);
	p = help_policy(++generation);
	help_tunnel(&cf, 1, "boston", TS_START_ANSWER);
	cf.kind_theirs = AUTHK_CERT;
	help_add(p, &cf, 1);
	policy_prepare(p);
	verdict(&v, t, 0);
	v.fingerprint[0] = 8;
	verdict_take(&v, 1);
	verdict(&w, t, 0);
	w.fingerprint[0] = 9;
	verdict_take(&w, 1);
	assert_null(sess_by_ticket(v.ticket.ticket));
	forget();
	verdict_withdrawn(v.fingerprint, "revoked");
	assert_int_equal(times(ROLE_IKE, M_DENIED), 1);
	policy_commit(generation);
	verdict_retry();
	assert_null(sess_by_ticket(v.ticket.ticket));
	assert_non_null(sess_by_ticket(w.ticket.ticket));
}

/* How long the ticket may live is what certd-sign is told when it falls. */
static void
test_until(void **state)
{
	const struct mv_void *m;
	struct mv_verdict v;
	struct mv_want want;

	(void)state;
	(void)resumable_up(&v);
	session_down(&v, RSN_PEER_DELETED);
	assert_int_equal(told_void(), 0);
	(void)resumable_up(&v);
	(void)asked(&v, 1);
	session_down(&v, RSN_PEER_DELETED);
	m = find(ROLE_SIGN, M_TICKETS_VOID, 0);
	assert_non_null(m);
	assert_int_equal(m->until, 0);
	assert_int_equal(m->tunnel, 1);
	(void)resumable_up(&v);
	memset(&want, 0, sizeof(want));
	want.worker = v.ticket.slot;
	want.seconds = 600;
	memcpy(want.session, v.ticket.ticket, TICKET_LEN);
	resume_wanted(&want);
	want.seconds = 300;
	resume_wanted(&want);
	pass(5000);
	session_down(&v, RSN_PEER_DELETED);
	m = find(ROLE_SIGN, M_TICKETS_VOID, 0);
	assert_int_equal(m->until, now_ms / 1000 - 5 + 600);
}

/* A tunnel that is ended on purpose has no ticket, though nothing is up. */
static void
test_once(void **state)
{
	struct mv_verdict v;
	struct tunnel *t;

	(void)state;
	t = resumable_up(&v);
	(void)asked(&v, 1);
	session_down(&v, RSN_DEAD_PEER);
	assert_int_equal(told_void(), 0);
	tunnel_fsm(t, TE_ONCE);
	assert_int_equal(told_void(), 1);
}

/* The session that is resumed makes room for its heir. */
static void
test_full(void **state)
{
	struct mv_verdict v, r;
	struct sn_tunnel cf;

	(void)state;
	help_tunnel(&cf, 1, "boston", TS_START_ANSWER);
	cf.kind_theirs = AUTHK_CERT;
	cf.resumption = 1;
	cf.unique = UNIQUE_NEVER;
	cf.max_peers = 1;
	(void)load(&cf, 1);
	resume_sign_gone();
	verdict(&v, tunnel_find(1), 0);
	v.proved = now_ms / 1000;
	verdict_take(&v, 1);
	session_up(&v);
	resumed(&r, &v, 0);
	assert_true(taken(&r));
	verdict(&v, tunnel_find(1), 0);
	verdict_take(&v, 1);
	assert_null(sess_by_ticket(v.ticket.ticket));
}

/* A session that a worker no longer has, when tmd begins again. */
static void
test_replayed(void **state)
{
	struct mt_old old;
	struct mv_verdict v;
	int first;

	(void)state;
	for (first = 0; first < 2; first++) {
		(void)resumable_up(&v);
		memset(&old, 0, sizeof(old));
		old.grant = *(const struct wt_grant *)find(ROLE_PARENT,
		    M_GRANT, 0);
		commit(help_policy(++generation));
		assert_int_equal(sess_count(), 0);
		rebuild_old(&old);
		(void)load_resumable();
		rebuild_tunnel(tunnel_find(1));
		assert_int_equal(sess_count(), 1);
		forget();
		sessions_replayed(v.ticket.slot, first);
		assert_int_equal(sess_count(), 0);
		assert_int_equal(told_void(), first ? 0 : 1);
	}
}

int
main(void)
{
#define T(fn)	cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_proof), T(test_crossing), T(test_crossing_much),
		T(test_withdrawn_held), T(test_until), T(test_once),
		T(test_full), T(test_replayed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	alarm_fake_ms(now_ms);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
