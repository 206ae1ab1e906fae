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
 * A tmd that dies while a reload that rekeys is under way: the next one goes
 * on where it was, and does nothing twice.
 */
#include "tmd_bed.h"

#include "../../tmd/event.h"
#include "../../tmd/new_keys.h"
#include "../../tmd/rebuild.h"

static struct sn_tunnel	 cf;
static struct mt_old	 old[3];	/* by child, as the parent has them */

/* boston with two children; of child 1 and the IKE SA these keys. */
static void
policy_of(uint8_t child, uint8_t ike)
{
	struct policy *p = help_policy(++generation);

	cf.keys[0] = ike;
	help_add(p, &cf, 2);
	snapshot_child(snapshot_tunnel(p, 1), 1)->cf.keys[0] = child;
	commit(p);
}

/* What the parent was told of grants since the last call. */
static void
keep_grants(void)
{
	const struct wt_grant *g;
	unsigned int i;

	for (i = 0; (g = find(ROLE_PARENT, M_GRANT, i)) != NULL; i++) {
		old[g->child].grant = *g;
		old[g->child].pairs = 1;
	}
	forget();
}

static void
again(const struct mv_verdict *v, uint32_t child, uint32_t spi)
{
	struct mx_child_up m;

	memset(&m, 0, sizeof(m));
	m.grant = old[child].grant.id;
	m.tunnel = 1;
	m.child = child;
	m.spi_in = spi;
	m.spi_out = spi + 1;
	m.again = 1;
	children_up(v->ticket.slot, &m);
	pass(0);
}

/* A new life under the policy of policy_of(); ike tells what it has. */
static void
restart(const struct mv_verdict *v, uint8_t child, uint8_t ike, uint32_t spi)
{
	struct mx_up m;

	keep_grants();
	orders_enable(0);
	commit(help_policy(++generation));
	forget();
	rebuild_old(&old[1]);
	rebuild_old(&old[2]);
	policy_of(child, ike);
	assert_int_equal(times(ROLE_PARENT, M_REVOKE), 0);
	pass(1000);
	up_of(&m, v);
	m.again = 1;
	sessions_up(v->ticket.slot, &m);
	pass(0);
	again(v, 1, spi);
	again(v, 2, 0x2000);
	orders_enable(1);
}

static unsigned int
rekeys_of(uint32_t child)
{
	const struct mx_child *m;
	unsigned int i, n = 0;

	for (i = 0; (m = find(ROLE_IKE, M_CHILD_DO, i)) != NULL; i++)
		n += m->child == child && m->what == CHILD_REKEY;
	return (n);
}

/* The pair of child 1 that takes the place of another. */
static void
new_pair(const struct mv_verdict *v, uint32_t spi, uint32_t replaces)
{
	struct mx_child_up m;

	memset(&m, 0, sizeof(m));
	m.grant = old[1].grant.id;
	m.tunnel = 1;
	m.child = 1;
	m.spi_in = spi;
	m.spi_out = spi + 1;
	m.replaces = replaces;
	children_up(v->ticket.slot, &m);
	pass(0);
}

/* The IKE SA is rekeyed; v has its SPIs then. */
static void
new_ike(struct mv_verdict *v)
{
	struct mx_up m;

	up_of(&m, v);
	memcpy(m.old_spi_i, v->spi_i, 8);
	memcpy(m.old_spi_r, v->spi_r, 8);
	v->spi_i[0]++;
	memcpy(m.spi_i, v->spi_i, 8);
	sessions_up(v->ticket.slot, &m);
	pass(0);
}

static void
begin(struct mv_verdict *v)
{
	memset(old, 0, sizeof(old));
	help_tunnel(&cf, 1, "boston", TS_START_AUTO);
	policy_of(1, 1);
	bring_up(tunnel_find(1), v);
	child_up(v, 2, 0x2000);
	keep_grants();
}

/* It dies in each of the steps. */
static void
test_dies(void **state)
{
	struct mv_verdict v;

	(void)state;
	begin(&v);
	policy_of(2, 2);
	assert_int_equal(rekeys_of(1), 1);
	/* The new terms are with the parent, the child is not rekeyed yet. */
	restart(&v, 2, 2, 0x1000);
	assert_int_equal(rekeys_of(1), 1);
	assert_int_equal(rekeys_of(2), 0);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 0);
	new_pair(&v, 0x1002, 0x1000);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 1);
	/* That is, and the IKE SA is not. */
	restart(&v, 2, 2, 0x1002);
	assert_int_equal(rekeys_of(1), 0);
	assert_int_equal(rekeys_of(2), 0);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 1);
	assert_int_equal(((const struct mx_session *)find(ROLE_IKE,
	    M_SESSION_DO, 0))->what, SESSION_REKEY);
	new_ike(&v);
	/* All is done. */
	restart(&v, 2, 2, 0x1002);
	pass(30000);
	assert_int_equal(rekeys_of(1), 0);
	assert_int_equal(rekeys_of(2), 0);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 0);
}

/* The policy changed in what no grant says, while there was no tmd. */
static void
test_away(void **state)
{
	struct mv_verdict v;

	(void)state;
	begin(&v);
	restart(&v, 2, 1, 0x1000);
	assert_int_equal(rekeys_of(1), 1);
	new_pair(&v, 0x1002, 0x1000);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 0);
	restart(&v, 2, 2, 0x1002);
	assert_int_equal(rekeys_of(1), 0);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 1);
}

/* The parent, which has another policy already, refuses the note. */
static void
test_note_refused(void **state)
{
	struct mv_verdict v;

	(void)state;
	begin(&v);
	policy_of(2, 1);
	keep_grants();
	new_pair(&v, 0x1002, 0x1000);
	assert_int_equal(times(ROLE_PARENT, M_GRANT), 1);
	assert_true(new_keys_refused(sess_grant_find(old[1].grant.id),
	    RSN_CEILING));
	assert_int_equal(tunnel_child(tunnel_find(1), 1)->npairs, 2);
	pass(10000);
	assert_int_equal(times(ROLE_PARENT, M_GRANT), 2);
	assert_int_equal(rekeys_of(1), 0);
}

static struct mx_session stuck;

static void
say_renew(const struct mv_verdict *v, uint16_t code)
{
	memset(&stuck, 0, sizeof(stuck));
	memcpy(stuck.spi_i, v->spi_i, 8);
	memcpy(stuck.spi_r, v->spi_r, 8);
	stuck.code = code;
	renew_due(v->ticket.slot, &stuck);
	pass(0);
}

static void
say_stuck(const struct mv_verdict *v)
{
	say_renew(v, RSN_NO_PROPOSAL);
}

/* Another session comes up beside s, which ends. */
static void
replaced(const struct session *s, const struct tunnel *t)
{
	struct mv_verdict	 w;

	verdict(&w, t, t->order);
	verdict_take(&w, 0);
	session_up(&w);
	child_up(&w, 1, 0x3000);
	child_up(&w, 2, 0x4000);
	assert_int_equal(s->state, SS_ENDING);
	assert_ptr_equal(sess_up_of(t), sess_by_ticket(w.ticket.ticket));
}

/*
 * No rekey agrees to what the IKE policy asks for now: another authentication
 * does, beside the old one; what it makes is not stuck.
 */
static void
test_stuck(void **state)
{
	struct mv_verdict	 v;
	struct session		*s;
	struct tunnel		*t;

	(void)state;
	begin(&v);
	policy_of(1, 2);
	t = tunnel_find(1);
	s = sess_by_ticket(v.ticket.ticket);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 1);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 0);
	say_stuck(&v);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 1);
	assert_int_equal(s->stuck, 1);
	assert_int_equal(s->state, SS_UP);
	/* Asked again while it is under way: that is enough. */
	say_stuck(&v);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 1);
	replaced(s, t);
	assert_int_equal(sess_up_of(t)->stuck, 0);
	assert_int_equal(sess_up_of(t)->anew, 0);
	assert_int_equal(t->state, TN_ACTIVE);
}

static unsigned int	 heard;

static void
hear(const struct tmd_event *ev)
{
	heard += ev->kind == EVT_FAILED && ev->code == RSN_NO_PROPOSAL;
}

/* Who may only answer says so, once, and a rekey that succeeds ends it. */
static void
test_stuck_answers(void **state)
{
	struct mv_verdict	 v;
	struct session		*s;

	(void)state;
	help_tunnel(&cf, 1, "boston", TS_START_ANSWER);
	cf.role = TR_RESPONDER;
	policy_of(1, 1);
	verdict(&v, tunnel_find(1), 0);
	verdict_take(&v, 0);
	session_up(&v);
	s = sess_by_ticket(v.ticket.ticket);
	event_listen(hear);
	heard = 0;
	say_stuck(&v);
	say_stuck(&v);
	event_listen(NULL);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 0);
	assert_int_equal(heard, 1);
	assert_int_equal(s->stuck, 1);
	new_ike(&v);
	assert_int_equal(s->stuck, 0);
}

/*
 * RFC 4478: the peer asks for another authentication, and has it, whatever
 * the policy says of renewal; who may only answer says by when it wants one.
 */
static void
test_asked(void **state)
{
	struct mv_verdict	 v;
	struct session		*s;
	struct tunnel		*t;

	(void)state;
	begin(&v);
	t = tunnel_find(1);
	s = sess_by_ticket(v.ticket.ticket);
	assert_int_equal(t->pol->cf.key_renewal, 0);
	say_renew(&v, RSN_OK);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 0);
	say_renew(&v, RSN_EXPIRED);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 1);
	assert_int_equal(s->state, SS_UP);
	assert_int_equal(s->stuck, 0);
	replaced(s, t);
}

static void
test_asks(void **state)
{
	struct mv_verdict	 v;
	const struct mx_granted	*g;

	(void)state;
	help_tunnel(&cf, 1, "boston", TS_START_ANSWER);
	cf.role = TR_RESPONDER;
	policy_of(1, 1);
	verdict(&v, tunnel_find(1), 0);
	verdict_take(&v, 0);
	g = find(ROLE_IKE, M_GRANTED, 0);
	assert_int_equal(g->answers, 1);
	cf.role = TR_BOTH;
	policy_of(2, 1);
	verdict(&v, tunnel_find(1), 0);
	forget();
	verdict_take(&v, 0);
	g = find(ROLE_IKE, M_GRANTED, 0);
	assert_int_equal(g->answers, 0);
}

int
main(void)
{
#define T(fn)	cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_dies),
		T(test_away),
		T(test_note_refused),
		T(test_stuck),
		T(test_stuck_answers),
		T(test_asked),
		T(test_asks),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	alarm_fake_ms(now_ms);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
