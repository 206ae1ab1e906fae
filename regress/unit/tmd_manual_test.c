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
 * Tunnels with manual keys as tmd steers them: who is asked for what, what a
 * changed key does, what a lost grant, and a certd-sign that says no.
 */
#include "tmd_bed.h"

#include "../../tmd/inactive.h"
#include "../../tmd/manual.h"
#include "../../tmd/policy_now.h"

/* Two children; each with an open order when it starts by itself. */
static struct tunnel *
load_manual(uint8_t start)
{
	struct sn_tunnel cf;

	help_tunnel(&cf, 1, "lab", start);
	cf.kind_ours = cf.kind_theirs = AUTHK_MANUAL;
	return (load(&cf, 2));
}

/* What certd-sign says on the order that is out; print: child 1's. */
static void
keys_are(const struct tunnel *t, uint8_t print)
{
	struct mv_keys_are m;
	uint16_t i;

	memset(&m, 0, sizeof(m));
	m.order = t->order;
	m.tunnel = t->number;
	m.generation = policy_now()->generation;
	help_sock(&m.local, "192.0.2.1", 4500);
	help_sock(&m.remote, "198.51.100.1", 4500);
	for (i = 0; i < 2; i++) {
		m.keys[i].child = i + 1u;
		m.keys[i].spi_in = 0x1000u + i;
		m.keys[i].spi_out = 0x2000u + i;
		m.keys[i].suite.proto = 3;
		m.keys[i].print[0] = i == 0 ? print : 99;
	}
	m.keys_n = 2;
	manual_keys(&m);
	pass(0);
}

/* And what became of the n-th KEYS_USE. */
static void
used(unsigned int n, uint16_t code)
{
	const struct mv_keys_use *u = find(ROLE_SIGN, M_KEYS_USE, n);
	struct mv_keys_used m = { .code = code };

	assert_non_null(u);
	m.grant = u->grant;
	strlcpy(m.text, code == RSN_OK ? "" : "the words", sizeof(m.text));
	manual_used(&m);
	pass(0);
}

static struct tunnel *
bring_manual_up(void)
{
	struct tunnel *t = load_manual(TS_START_AUTO);

	keys_are(t, 1);
	used(0, RSN_OK);
	used(1, RSN_OK);
	assert_int_equal(t->state, TN_ACTIVE);
	forget();
	return (t);
}

static void
test_up(void **state)
{
	struct tunnel *t = load_manual(TS_START_AUTO);
	const struct mv_keys_want *w = find(ROLE_SIGN, M_KEYS_WANT, 0);
	const struct wt_grant *g;

	(void)state;
	assert_int_equal(t->state, TN_NEGOTIATING);
	assert_non_null(w);
	assert_int_equal(w->order, t->order);
	assert_null(find(ROLE_SIGN, M_ORDER, 0));
	assert_null(find(ROLE_IKE, M_INITIATE, 0));
	keys_are(t, 1);
	assert_int_equal(t->state, TN_NEGOTIATING);
	assert_int_equal(times(ROLE_PARENT, M_GRANT), 2);
	g = find(ROLE_PARENT, M_GRANT, 0);
	assert_int_equal(g->expiry, 0);
	assert_int_equal(g->outer_remote[0].plen, 32);
	used(0, RSN_OK);
	assert_int_equal(t->state, TN_ACTIVE);
	assert_int_equal(tunnel_child(t, 1)->npairs, 1);
	assert_int_equal(tunnel_child(t, 2)->npairs, 0);
	used(1, RSN_OK);
	assert_int_equal(tunnel_child(t, 2)->npairs, 1);
	/* A verdict has no place here. */
	forget();
}

/* Nobody speaks of it to ike, and nobody can vouch for it. */
static void
test_no_verdict(void **state)
{
	struct tunnel *t = bring_manual_up();
	struct mv_verdict v;
	unsigned int i;

	(void)state;
	verdict(&v, t, 0);
	verdict_take(&v, 1);
	assert_int_equal(sess_count(), 1);
	assert_non_null(find(ROLE_IKE, M_DENIED, 0));
	forget();
	sessions_worker_gone(0);
	sessions_worker_gone(1);
	assert_int_equal(t->state, TN_ACTIVE);
	tunnel_fsm(t, TE_REMOVE);
	for (i = 0; i < nsaid; i++)
		assert_int_not_equal(said[i].role, ROLE_IKE);
}

static void
test_keys_change(void **state)
{
	struct tunnel *t = bring_manual_up();

	(void)state;
	manual_recheck();
	assert_non_null(find(ROLE_SIGN, M_KEYS_WANT, 0));
	keys_are(t, 1);
	assert_null(find(ROLE_PARENT, M_REVOKE, 0));
	assert_null(find(ROLE_PARENT, M_GRANT, 0));
	manual_recheck();
	keys_are(t, 2);
	assert_int_equal(times(ROLE_PARENT, M_REVOKE), 1);
	assert_int_equal(times(ROLE_PARENT, M_GRANT), 1);
	assert_int_equal(tunnel_child(t, 1)->npairs, 0);
	assert_int_equal(tunnel_child(t, 2)->npairs, 1);
	used(0, RSN_OK);
	assert_int_equal(tunnel_child(t, 1)->npairs, 1);
	/* certd-sign died between: said once more, it is made once more. */
	manual_recheck();
	keys_are(t, 3);
	forget();
	manual_recheck();
	keys_are(t, 3);
	assert_int_equal(times(ROLE_PARENT, M_REVOKE), 1);
	assert_int_equal(times(ROLE_SIGN, M_KEYS_USE), 1);
	used(0, RSN_OK);
	assert_int_equal(tunnel_child(t, 1)->npairs, 1);
}

/* What SET_IDLE said of child 1 last, or -1; how many revokes before it. */
static int
idle_said(unsigned int *revokes)
{
	const struct mt_idle *m;
	int action = -1;
	unsigned int i, n = 0;

	for (i = 0; i < nsaid; i++) {
		n += said[i].type == M_REVOKE && said[i].role == ROLE_PARENT;
		m = (const void *)said[i].body;
		if (said[i].role == ROLE_PARENT &&
		    said[i].type == M_SET_IDLE && m->child == 1) {
			action = m->action;
			*revokes = n;
		}
	}
	return (action);
}

/*
 * without-tunnel: pass: while other keys take the place of some, nothing
 * passes in clear, be it that they do not come.
 */
static void
test_change_in_clear(void **state)
{
	struct tunnel *t = load_manual(TS_START_AUTO);
	unsigned int revokes = 0;

	(void)state;
	((struct pol_child *)(uintptr_t)tunnel_child(t, 1)->pol)->ceiling.idle
	    = IDLE_PASS;
	tunnel_tell(t);
	assert_int_equal(idle_said(&revokes), IDLE_PASS);
	keys_are(t, 1);
	used(0, RSN_OK);
	used(1, RSN_OK);
	forget();
	manual_recheck();
	keys_are(t, 2);
	assert_int_equal(idle_said(&revokes), IDLE_DROP);
	assert_int_equal(revokes, 0);
	assert_int_equal(times(ROLE_PARENT, M_REVOKE), 1);
	used(0, RSN_OK);
	assert_int_equal(idle_said(&revokes), IDLE_PASS);
	forget();
	/* Asked once more before they stand; and then they are refused. */
	manual_recheck();
	keys_are(t, 3);
	forget();
	manual_recheck();
	keys_are(t, 3);
	assert_int_equal(idle_said(&revokes), -1);
	used(0, RSN_SPI);
	assert_int_equal(idle_said(&revokes), IDLE_PASS);
}

static void
test_lost(void **state)
{
	struct tunnel *t = bring_manual_up();
	struct session *s = sess_up_of(t);
	uint32_t id = sess_grant(s, 2)->id;

	(void)state;
	sessions_grant_gone(id, RSN_PLANE, "the plane has lost it");
	assert_int_equal(t->state, TN_ACTIVE);
	assert_int_equal(tunnel_child(t, 2)->npairs, 0);
	assert_null(find(ROLE_SIGN, M_KEYS_WANT, 0));
	pass(1000);
	assert_non_null(find(ROLE_SIGN, M_KEYS_WANT, 0));
	forget();
	keys_are(t, 1);
	assert_int_equal(times(ROLE_PARENT, M_GRANT), 1);
	used(0, RSN_OK);
	assert_int_equal(tunnel_child(t, 2)->npairs, 1);
	/* Told once more, as by grant_end(): nobody knows it. */
	sessions_grant_gone(id, RSN_PLANE, "the plane has lost it");
	assert_int_equal(tunnel_child(t, 2)->npairs, 1);
}

/* Removed: the SAs go at once, and what was on its way is too late. */
static void
test_remove(void **state)
{
	struct tunnel *t = bring_manual_up();
	struct mv_keys_used late = { .code = RSN_OK };

	(void)state;
	manual_recheck();
	keys_are(t, 2);
	late.grant = ((const struct mv_keys_use *)find(ROLE_SIGN, M_KEYS_USE,
	    0))->grant;
	forget();
	tunnel_fsm(t, TE_REMOVE);
	assert_int_equal(t->state, TN_CLOSED);
	assert_true(TAILQ_EMPTY(&t->sessions));
	assert_int_equal(times(ROLE_PARENT, M_REVOKE), 2);
	manual_used(&late);
	assert_int_equal(t->state, TN_CLOSED);
	pass(400000);
	assert_null(find(ROLE_SIGN, M_KEYS_WANT, 0));
	t->removed = 0;
	t->opened = 1;
	tunnel_fsm(t, TE_ACTIVATE);
	assert_non_null(find(ROLE_SIGN, M_KEYS_WANT, 0));
}

/* No keys, and keys that the parent refuses: it is tried again. */
static void
test_refused(void **state)
{
	struct tunnel *t = load_manual(TS_START_AUTO);
	struct mv_keys_are no;

	(void)state;
	memset(&no, 0, sizeof(no));
	no.order = t->order;
	no.tunnel = t->number;
	no.code = RSN_NO_SECRET;
	strlcpy(no.text, "no keys", sizeof(no.text));
	manual_keys(&no);
	assert_int_equal(t->state, TN_RETRY);
	assert_string_equal(tunnel_reason(t), "no keys");
	/* An order that has had its answer has none more. */
	no.order = 4711;
	manual_keys(&no);
	forget();
	pass(10000);
	keys_are(t, 1);
	used(0, RSN_SPI);
	used(1, RSN_SPI);
	assert_int_equal(t->state, TN_RETRY);
	assert_string_equal(tunnel_reason(t), "the words");
	assert_int_equal(times(ROLE_PARENT, M_REVOKE), 2);
	assert_int_equal(sess_count(), 0);
	forget();
	pass(20000);
	assert_non_null(find(ROLE_SIGN, M_KEYS_WANT, 0));
	keys_are(t, 1);
	used(0, RSN_OK);
	used(1, RSN_SPI);
	assert_int_equal(t->state, TN_ACTIVE);
	forget();
	/* The other child comes by itself. */
	pass(20000);
	assert_non_null(find(ROLE_SIGN, M_KEYS_WANT, 0));
}

/* Whatever the policy said, they stand however long nothing passes. */
static void
test_never_idle(void **state)
{
	struct tunnel *t = bring_manual_up();
	struct grant *g;
	uint32_t n;

	(void)state;
	for (n = 1; n <= 2; n++)
		((struct pol_child *)(uintptr_t)tunnel_child(t, n)->pol)->
		    cf.inactivity = 20;
	inactive_policy();
	pass(60000);
	assert_int_equal(times(ROLE_PARENT, M_QUERY_PAIRS), 0);
	TAILQ_FOREACH(g, &TAILQ_FIRST(&t->sessions)->grants, entry)
		TAILQ_FIRST(&g->pairs)->counted = now_ms / 1000;
	inactive_came();
	assert_int_equal(t->state, TN_ACTIVE);
	assert_int_equal(tunnel_child(t, 1)->npairs, 1);
	assert_int_equal(tunnel_child(t, 2)->npairs, 1);
}

/* start: manual: closed until it is opened, and then kept up. */
static void
test_start_manual(void **state)
{
	struct tunnel *t = load_manual(TS_START_MANUAL);

	(void)state;
	assert_int_equal(t->state, TN_CLOSED);
	assert_null(find(ROLE_SIGN, M_KEYS_WANT, 0));
	t->opened = 1;
	tunnel_child(t, 1)->opened = 1;
	tunnel_fsm(t, TE_ACTIVATE);
	keys_are(t, 1);
	assert_int_equal(times(ROLE_PARENT, M_GRANT), 1);
	used(0, RSN_OK);
	assert_int_equal(t->state, TN_ACTIVE);
	forget();
	tunnel_fsm(t, TE_ONCE);
	pass(10000);
	assert_non_null(find(ROLE_SIGN, M_KEYS_WANT, 0));
}

int
main(void)
{
#define T(fn)	cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_up),
		T(test_no_verdict),
		T(test_keys_change),
		T(test_change_in_clear),
		T(test_lost),
		T(test_remove),
		T(test_refused),
		T(test_never_idle),
		T(test_start_manual),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	alarm_fake_ms(now_ms);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
