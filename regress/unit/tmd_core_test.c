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
 * The core of tmd with stand-ins for all other processes and a clock that
 * is moved by hand: orders, verdicts, grants, sessions, reload, restarts.
 */
#include "tmd_bed.h"

static void
test_auto(void **state)
{
	struct tunnel			*t = load_start(TS_START_AUTO, 2);
	const struct mx_initiate	*i = find(ROLE_IKE, M_INITIATE, 0);
	const struct mv_order		*o = find(ROLE_SIGN, M_ORDER, 0);
	const struct mx_granted		*g;
	const struct wt_grant		*pg;
	struct mv_verdict		 v;

	(void)state;
	assert_int_equal(t->state, TN_NEGOTIATING);
	assert_non_null(i);
	assert_non_null(o);
	assert_int_equal(i->order, o->order);
	assert_int_equal(i->tunnel, 1);
	assert_int_equal(i->generation, generation);
	assert_int_equal(i->children_n, 2);
	assert_int_equal(i->children[1].n, 2);
	assert_int_equal(i->initial_contact, 1);
	assert_int_equal(i->remote.port, 500);
	assert_int_equal(i->remote.addr.a[3], 1);
	assert_int_equal(i->local.addr.a[3], 1);

	forget();
	verdict(&v, t, t->order);
	verdict_take(&v, 0);
	/* Both grants, each to the parent before ike hears of it. */
	assert_int_equal(nsaid, 5);
	assert_int_equal(said[0].type, M_GRANT);
	assert_int_equal(said[0].role, ROLE_PARENT);
	assert_int_equal(said[1].type, M_GRANT_CHILD);
	assert_int_equal(said[4].type, M_GRANTED);
	pg = find(ROLE_PARENT, M_GRANT, 0);
	g = find(ROLE_IKE, M_GRANTED, 0);
	assert_memory_equal(pg->ticket, v.ticket.ticket, TICKET_LEN);
	assert_int_equal(g->exch, v.exch);
	assert_int_equal(g->expiry, now_ms / 1000 + 86400);
	assert_int_equal(pg->expiry, g->expiry);
	session_up(&v);
	assert_int_equal(t->state, TN_ACTIVE);
	assert_int_equal(t->order, 0);
	child_up(&v, 1, 0x1000);
	assert_int_equal(tunnel_child(t, 1)->npairs, 1);
	/* ike opens the second by itself; if not, it is told to. */
	forget();
	pass(5000);
	assert_int_equal(times(ROLE_IKE, M_CHILD_DO), 1);
}

static void
test_denied(void **state)
{
	struct tunnel		*t = load_start(TS_START_AUTO, 1);
	const struct mx_denied	*d;
	struct mv_verdict	 v;

	(void)state;
	/* An order nobody gave. */
	verdict(&v, t, t->order + 1);
	verdict_take(&v, 0);
	d = find(ROLE_IKE, M_DENIED, 0);
	assert_int_equal(d->code, RSN_ORDER);
	assert_int_equal(d->exch, v.exch);
	/* A tunnel there is not, an old policy. */
	verdict(&v, t, t->order);
	v.tunnel = 99;
	verdict_take(&v, 0);
	assert_int_equal(((const struct mx_denied *)find(ROLE_IKE, M_DENIED,
	    1))->code, RSN_NO_TUNNEL);
	verdict(&v, t, t->order);
	v.generation = generation - 1;
	verdict_take(&v, 0);
	assert_int_equal(((const struct mx_denied *)find(ROLE_IKE, M_DENIED,
	    2))->code, RSN_CLOSED);
	/* The right one; then its ticket and its order a second time. */
	bring_up(t, &v);
	verdict_take(&v, 0);
	assert_int_equal(((const struct mx_denied *)find(ROLE_IKE, M_DENIED,
	    3))->code, RSN_TICKET);
	v.ticket.ticket[5] = 1;
	verdict_take(&v, 0);
	assert_int_equal(((const struct mx_denied *)find(ROLE_IKE, M_DENIED,
	    4))->code, RSN_ORDER);
	/* From an address outside the ceiling. */
	verdict(&v, t, 0);
	help_sock(&v.remote, "203.0.113.1", 500);
	verdict_take(&v, 0);
	assert_int_equal(((const struct mx_denied *)find(ROLE_IKE, M_DENIED,
	    5))->code, RSN_CEILING);
	assert_int_equal(sess_count(), 1);
}

/* UDP encapsulation is silent: at once again, by TCP, this one time. */
static void
test_by_tcp(void **state)
{
	struct tunnel			*t = load_start(TS_START_AUTO, 1);
	const struct mx_initiate	*m;
	uint32_t			 order = t->order;

	(void)state;
	m = find(ROLE_IKE, M_INITIATE, 0);
	assert_int_equal(m->by_tcp, 0);
	forget();
	fail_order(t, RSN_TCP);
	assert_int_equal(t->state, TN_NEGOTIATING);
	assert_int_not_equal(t->order, order);
	m = find(ROLE_IKE, M_INITIATE, 0);
	assert_int_equal(m->by_tcp, 1);
	assert_int_equal(m->order, t->order);
	forget();
	fail_order(t, RSN_TIMEOUT);
	assert_int_equal(t->state, TN_RETRY);
	pass(600000);
	m = find(ROLE_IKE, M_INITIATE, 0);
	assert_int_equal(m->by_tcp, 0);
}

/* Our proof was over a cookie, maybe a forged one: at once again, and wary. */
static void
test_wary(void **state)
{
	struct tunnel			*t = load_start(TS_START_AUTO, 1);
	const struct mx_initiate	*m;
	struct mv_verdict		 v;
	uint32_t			 order = t->order;

	(void)state;
	m = find(ROLE_IKE, M_INITIATE, 0);
	assert_int_equal(m->wary, 0);
	forget();
	fail_order(t, RSN_COOKIE);
	assert_int_equal(t->state, TN_NEGOTIATING);
	assert_int_not_equal(t->order, order);
	m = find(ROLE_IKE, M_INITIATE, 0);
	assert_int_equal(m->wary, 1);
	assert_int_equal(m->by_tcp, 0);
	/* A renewal, too; once each time. */
	bring_up(t, &v);
	forget();
	assert_int_equal(renew_now(sess_up_of(t)), 0);
	m = find(ROLE_IKE, M_INITIATE, 0);
	assert_int_equal(m->wary, 0);
	forget();
	fail_order(t, RSN_COOKIE);
	assert_int_equal(t->state, TN_ACTIVE);
	m = find(ROLE_IKE, M_INITIATE, 0);
	assert_int_equal(m->wary, 1);
	fail_order(t, RSN_AUTH_OURS);
	assert_int_equal(t->wary, 0);
}

/* So is a renewal, beside the session that stays; a close takes it back. */
static void
test_renewal_by_tcp(void **state)
{
	struct tunnel			*t = load_start(TS_START_AUTO, 1);
	const struct mx_initiate	*m;
	struct mv_verdict		 v;
	uint32_t			 order;

	(void)state;
	bring_up(t, &v);
	assert_int_equal(renew_now(sess_up_of(t)), 0);
	order = t->order;
	forget();
	fail_order(t, RSN_TCP);
	assert_int_equal(t->state, TN_ACTIVE);
	assert_int_not_equal(t->order, 0);
	assert_int_not_equal(t->order, order);
	m = find(ROLE_IKE, M_INITIATE, 0);
	assert_int_equal(m->by_tcp, 1);
	assert_int_equal(m->order, t->order);
	/* Again in vain: that was it, and the next begins by UDP. */
	fail_order(t, RSN_TIMEOUT);
	assert_int_equal(t->state, TN_ACTIVE);
	forget();
	assert_int_equal(renew_now(sess_up_of(t)), 0);
	m = find(ROLE_IKE, M_INITIATE, 0);
	assert_int_equal(m->by_tcp, 0);
	/* No order may go out now: it waits, and is forgotten with the rest. */
	orders_enable(0);
	fail_order(t, RSN_TCP);
	assert_int_equal(t->order, 0);
	assert_int_equal(t->by_tcp, 1);
	tunnel_fsm(t, TE_REMOVE);
	assert_int_equal(t->by_tcp, 0);
	orders_enable(1);
	forget();
	tunnel_fsm(t, TE_ACTIVATE);
	m = find(ROLE_IKE, M_INITIATE, 0);
	assert_int_equal(m->by_tcp, 0);
}

static void
test_lost_and_retry(void **state)
{
	struct tunnel		*t = load_start(TS_START_AUTO, 1);
	struct mv_verdict	 v;
	uint32_t		 order = t->order;

	(void)state;
	bring_up(t, &v);
	forget();
	session_down(&v, RSN_DEAD_PEER);
	assert_int_equal(times(ROLE_PARENT, M_REVOKE), 1);
	assert_int_equal(t->state, TN_RETRY);
	assert_string_equal(tunnel_state_name(t->state), "Down");
	assert_int_equal(tunnel_child(t, 1)->npairs, 0);
	pass(4000);
	assert_int_equal(t->state, TN_RETRY);
	pass(1000);
	assert_int_equal(t->state, TN_NEGOTIATING);
	assert_int_not_equal(t->order, order);
	/* 5, 10, 20 ... seconds, at most an eighth less. */
	fail_order(t, RSN_NO_PROPOSAL);
	assert_int_equal(t->state, TN_RETRY);
	assert_string_equal(tunnel_reason(t), "no proposal chosen");
	pass(4374);
	assert_int_equal(t->state, TN_RETRY);
	pass(626);
	assert_int_equal(t->state, TN_NEGOTIATING);
	fail_order(t, RSN_TIMEOUT);
	pass(8749);
	assert_int_equal(t->state, TN_RETRY);
	pass(1251);
	assert_int_equal(t->state, TN_NEGOTIATING);
	/* Trouble of our own: a second, and no failure counted. */
	fail_order(t, RSN_RESTARTED);
	pass(1000);
	assert_int_equal(t->state, TN_NEGOTIATING);
	assert_int_equal(t->failures, 2);
	/* But not every second for ever. */
	fail_order(t, RSN_RESTARTED);
	pass(4374);
	assert_int_equal(t->state, TN_RETRY);
	pass(626);
	assert_int_equal(t->state, TN_NEGOTIATING);
	assert_int_equal(t->failures, 2);
	/* A late word about an order that is over changes nothing. */
	order = t->order;
	fail_order(t, RSN_TIMEOUT);
	t->order = 0;
	sessions_failed(0, &(struct mx_failed){ .order = order, .tunnel = 1,
	    .code = RSN_TIMEOUT });
	assert_int_equal(t->failures, 3);
}

static void
test_failover(void **state)
{
	const struct mx_initiate *i;
	struct sn_tunnel	 c;
	struct tunnel		*t;

	(void)state;
	help_tunnel(&c, 1, "boston", TS_START_AUTO);
	help_prefix(&c.remote[1], "198.51.100.77");
	c.remote_n = 2;
	t = load(&c, 1);
	fail_order(t, RSN_TIMEOUT);
	assert_int_equal(t->state, TN_NEGOTIATING);
	i = find(ROLE_IKE, M_INITIATE, 1);
	assert_int_equal(i->remote.addr.a[3], 77);
	assert_int_equal(t->failures, 0);
	fail_order(t, RSN_TIMEOUT);
	assert_int_equal(t->state, TN_RETRY);
	assert_int_equal(t->failures, 1);
}

/* certd-fetch answers the n-th look-up. */
static void
named(unsigned int n, const char *a, const char *b)
{
	const struct mf_look_up *q = find(ROLE_FETCH, M_LOOK_UP, n);
	struct mf_named m;

	assert_non_null(q);
	memset(&m, 0, sizeof(m));
	m.req = q->req;
	if (a != NULL)
		assert_int_equal(addr_parse(a, &m.addr[m.addr_n++]), 0);
	if (b != NULL)
		assert_int_equal(addr_parse(b, &m.addr[m.addr_n++]), 0);
	if (m.addr_n == 0)
		strlcpy(m.text, "no such name", sizeof(m.text));
	hosts_named(&m);
	hosts_named(&m);	/* once more: nobody asked */
	pass(0);
}

/* Where the n-th attempt goes: the last octet. */
static unsigned int
goes_to(unsigned int n)
{
	const struct mx_initiate *i = find(ROLE_IKE, M_INITIATE, n);

	assert_non_null(i);
	return (i->remote.addr.a[3]);
}

/* The order of attempt n is answered by this. */
static void
sent_to(struct tunnel *t, const char *addr, const char *name)
{
	struct mx_redirected m;

	memset(&m, 0, sizeof(m));
	m.order = t->order;
	m.tunnel = t->number;
	assert_int_equal(addr_parse("198.51.100.1", &m.from), 0);
	if (addr != NULL)
		assert_int_equal(addr_parse(addr, &m.addr), 0);
	else
		strlcpy(m.name, name, sizeof(m.name));
	/* Another worker, another order: nothing. */
	redirect_came(t->order_worker + 1, &m);
	m.order++;
	redirect_came(t->order_worker, &m);
	assert_int_equal(t->state, TN_NEGOTIATING);
	m.order--;
	redirect_came(t->order_worker, &m);
}

static void
test_redirect(void **state)
{
	const struct mx_initiate *i;
	struct sn_tunnel	 c;
	struct tunnel		*t;
	unsigned int		 n;

	(void)state;
	help_tunnel(&c, 1, "boston", TS_START_AUTO);
	help_prefix(&c.remote[1], "198.51.100.64/26");
	c.remote_n = 2;
	c.redirect = REDIRECT_ACCEPT;
	t = load(&c, 1);
	assert_int_equal(goes_to(0), 1);
	i = find(ROLE_IKE, M_INITIATE, 0);
	assert_int_equal(i->redirected.af, 0);
	sent_to(t, "198.51.100.70", NULL);
	assert_int_equal(t->state, TN_NEGOTIATING);
	assert_int_equal(goes_to(1), 70);
	i = find(ROLE_IKE, M_INITIATE, 1);
	assert_int_equal(i->redirected.a[3], 1);
	/* By name, too; one of its addresses is outside. */
	sent_to(t, NULL, "gw2.example.com");
	assert_int_equal(t->state, TN_RETRY);
	named(0, "198.51.100.71", "10.0.0.1");
	assert_int_equal(goes_to(2), 71);
	/* It fails there: home. */
	fail_order(t, RSN_TIMEOUT);
	assert_int_equal(t->state, TN_RETRY);
	assert_false(t->away);
	pass(5000);
	assert_int_equal(goes_to(3), 1);
	/* Not where the policy does not allow it. */
	sent_to(t, "198.51.100.9", NULL);
	assert_int_equal(t->state, TN_RETRY);
	assert_int_equal(t->code, RSN_REDIRECT);
	pass(10000);
	assert_int_equal(goes_to(4), 1);
	sent_to(t, NULL, "gw3.example.com");
	named(1, "198.51.100.9", NULL);
	assert_int_equal(goes_to(5), 1);
	assert_false(t->away);
	/* Nor for ever. */
	for (n = 6; n < 8; n++) {
		sent_to(t, "198.51.100.72", NULL);
		assert_int_equal(goes_to(n), 72);
	}
	sent_to(t, "198.51.100.72", NULL);
	assert_int_equal(t->state, TN_RETRY);
	assert_int_equal(t->code, RSN_REDIRECT);
	assert_false(t->away);
}

static void
test_redirect_refused(void **state)
{
	struct sn_tunnel	 c;
	struct tunnel		*t;

	(void)state;
	help_tunnel(&c, 1, "boston", TS_START_AUTO);
	t = load(&c, 1);
	sent_to(t, "198.51.100.1", NULL);
	assert_int_equal(t->state, TN_RETRY);
	assert_int_equal(t->code, RSN_REDIRECT);
	assert_false(t->away);
}

static void
test_names(void **state)
{
	struct sn_tunnel	 c;
	struct tunnel		*t;
	struct mv_verdict	 v;
	struct mf_named		 m;

	(void)state;
	help_tunnel(&c, 1, "boston", TS_START_AUTO);
	strlcpy(c.hosts, "gw.example.com", sizeof(c.hosts));
	c.role = TR_BOTH;
	t = load(&c, 1);
	/* First its addresses, then the attempt. */
	assert_int_equal(times(ROLE_FETCH, M_LOOK_UP), 1);
	assert_string_equal(((const struct mf_look_up *)find(ROLE_FETCH,
	    M_LOOK_UP, 0))->name, "gw.example.com");
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 0);
	pass(20000);
	assert_int_equal(times(ROLE_FETCH, M_LOOK_UP), 1);
	named(0, "198.51.100.1", "198.51.100.77");
	assert_int_equal(t->state, TN_NEGOTIATING);
	assert_int_equal(goes_to(0), 1);
	/* Each is tried; then they are looked up again. */
	fail_order(t, RSN_TIMEOUT);
	assert_int_equal(goes_to(1), 77);
	pass(HOSTS_FRESH_MS);
	fail_order(t, RSN_TIMEOUT);
	assert_int_equal(t->state, TN_RETRY);
	pass(5000);
	assert_int_equal(times(ROLE_FETCH, M_LOOK_UP), 2);
	named(1, "198.51.100.1", NULL);
	verdict(&v, t, t->order);
	verdict_take(&v, 0);
	session_up(&v);
	assert_int_equal(t->state, TN_ACTIVE);
	/* It moves: what is found then is where it is. */
	forget();
	session_down(&v, RSN_DEAD_PEER);
	pass(5000);
	named(0, "198.51.100.9", NULL);
	assert_int_equal(goes_to(0), 9);
	fail_order(t, RSN_TIMEOUT);
	/* No such name: it waits longer each time, and says why. */
	forget();
	pass(10000);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 0);
	named(0, NULL, NULL);
	assert_int_equal(t->state, TN_RETRY);
	assert_int_equal(t->code, RSN_NAME);
	assert_non_null(strstr(tunnel_reason(t), "gw.example.com: no such"));
	assert_int_equal(times(ROLE_FETCH, M_LOOK_UP), 1);
	pass(300000);
	assert_int_equal(times(ROLE_FETCH, M_LOOK_UP), 2);
	/* certd-fetch goes and comes: asked anew. */
	hosts_fetch_gone();
	named(1, "198.51.100.9", NULL);	/* nobody's any more */
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 0);
	pass(2000);
	assert_int_equal(times(ROLE_FETCH, M_LOOK_UP), 3);
	named(2, "198.51.100.9", NULL);
	assert_int_equal(t->state, TN_NEGOTIATING);
	/* No name server answers: what was known is tried. */
	fail_order(t, RSN_TIMEOUT);
	forget();
	pass(300000);
	memset(&m, 0, sizeof(m));
	m.req = ((const struct mf_look_up *)find(ROLE_FETCH, M_LOOK_UP,
	    0))->req;
	m.again = 1;
	hosts_named(&m);
	assert_int_equal(goes_to(0), 9);

	/* A list: an address is not kept waiting for a name for long. */
	commit(help_policy(++generation));
	strlcpy(c.hosts, "198.51.100.1 gw.example.com", sizeof(c.hosts));
	forget();
	t = load(&c, 1);
	assert_int_equal(times(ROLE_FETCH, M_LOOK_UP), 1);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 0);
	pass(HOSTS_WAIT_MS);
	pass(1000);
	assert_int_equal(goes_to(0), 1);
	named(0, "198.51.100.77", NULL);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 1);
	fail_order(t, RSN_TIMEOUT);
	assert_int_equal(goes_to(1), 77);
	fail_order(t, RSN_TIMEOUT);
	/* The name is none: the address is tried all the same. */
	forget();
	pass(HOSTS_FRESH_MS);
	named(0, NULL, NULL);
	assert_int_equal(goes_to(0), 1);

	/* Removed while it is being looked up. */
	commit(help_policy(++generation));
	strlcpy(c.hosts, "gw.example.com", sizeof(c.hosts));
	forget();
	t = load(&c, 1);
	tunnel_fsm(t, TE_REMOVE);
	named(0, "198.51.100.1", NULL);
	assert_int_equal(t->state, TN_CLOSED);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 0);
}

static void
test_remove(void **state)
{
	struct tunnel			*t = load_start(TS_START_AUTO, 1);
	const struct mx_session		*d;
	struct mv_verdict		 v, w;

	(void)state;
	bring_up(t, &v);
	forget();
	tunnel_fsm(t, TE_REMOVE);
	d = find(ROLE_IKE, M_SESSION_DO, 0);
	assert_int_equal(d->what, SESSION_DELETE);
	assert_memory_equal(d->spi_i, v.spi_i, 8);
	assert_int_equal(t->state, TN_CLOSED);
	/* ike is slow: the grants fall all the same. */
	assert_int_equal(times(ROLE_PARENT, M_REVOKE), 0);
	pass(ENDING_MS);
	assert_int_equal(times(ROLE_PARENT, M_REVOKE), 1);
	assert_int_equal(sess_count(), 0);
	/* Deaf to the peer, and not woken by time. */
	verdict(&w, t, 0);
	verdict_take(&w, 0);
	assert_int_equal(((const struct mx_denied *)find(ROLE_IKE, M_DENIED,
	    0))->code, RSN_CLOSED);
	pass(1000000);
	assert_int_equal(t->state, TN_CLOSED);
	/* A reload does not open it, even one that changes it. */
	t = load_start(TS_START_AUTO, 1);
	assert_int_equal(t->state, TN_CLOSED);
	t = load_start(TS_START_AUTO, 2);
	assert_int_equal(t->state, TN_CLOSED);
	/* activate does. */
	forget();
	t->removed = 0;
	tunnel_fsm(t, TE_ACTIVATE);
	assert_int_equal(t->state, TN_NEGOTIATING);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 1);
}

static void
test_manual_and_answer(void **state)
{
	struct tunnel		*t = load_start(TS_START_MANUAL, 1);
	struct mv_verdict	 v;

	(void)state;
	assert_int_equal(t->state, TN_CLOSED);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 0);
	verdict(&v, t, 0);
	verdict_take(&v, 0);
	assert_int_equal(((const struct mx_denied *)find(ROLE_IKE, M_DENIED,
	    0))->code, RSN_CLOSED);
	t->opened = tunnel_child(t, 1)->opened = 1;
	tunnel_fsm(t, TE_ACTIVATE);
	assert_int_equal(t->state, TN_NEGOTIATING);
	/* We were too slow for one that the peer agreed to: once more. */
	verdict(&v, t, t->order);
	verdict_take(&v, 0);
	assert_int_equal(t->state, TN_NEGOTIATING);
	pass(GRANTED_MS);
	assert_int_equal(t->state, TN_RETRY);
	pass(1000);
	assert_int_equal(t->state, TN_NEGOTIATING);
	/* One attempt; then it rests, open to the peer. */
	fail_order(t, RSN_TIMEOUT);
	assert_int_equal(t->state, TN_OPEN);

	commit(help_policy(++generation));
	t = load_start(TS_START_ANSWER, 1);
	assert_int_equal(t->state, TN_OPEN);
	verdict(&v, t, 0);
	verdict_take(&v, 0);
	session_up(&v);
	assert_int_equal(t->state, TN_ACTIVE);
	session_down(&v, RSN_PEER_DELETED);
	assert_int_equal(t->state, TN_OPEN);
}

static void
test_trap(void **state)
{
	const struct mx_initiate	*i;
	const struct mt_idle		*idle;
	struct me_acquire		 a;
	struct tunnel			*t = load_start(TS_START_TRAP, 2);

	(void)state;
	assert_int_equal(t->state, TN_DORMANT);
	assert_int_equal(times(ROLE_PARENT, M_SET_IDLE), 2);
	idle = find(ROLE_PARENT, M_SET_IDLE, 0);
	assert_int_equal(idle->action, IDLE_TRAP);
	memset(&a, 0, sizeof(a));
	a.tunnel = 1;
	a.child = 2;
	help_ts(&a.src, "10.0.0.1");
	help_ts(&a.dst, "10.1.2.9");
	tunnel_child(t, 2)->want = 1;
	orders_acquire(&a);
	tunnel_fsm(t, TE_ACQUIRE);
	assert_int_equal(t->state, TN_NEGOTIATING);
	i = find(ROLE_IKE, M_INITIATE, 0);
	assert_int_equal(i->children_n, 1);
	assert_int_equal(i->children[0].n, 2);
	assert_int_equal(i->acquire_dst.lo[3], 9);
	fail_order(t, RSN_TIMEOUT);
	assert_int_equal(t->state, TN_DORMANT);
	assert_int_equal(tunnel_child(t, 2)->want, 0);
	/* Removed: no trap, but the block. */
	forget();
	tunnel_fsm(t, TE_REMOVE);
	idle = find(ROLE_PARENT, M_SET_IDLE, 0);
	assert_int_equal(idle->action, IDLE_DROP);
}

static void
test_worker_gone(void **state)
{
	struct tunnel		*t = load_start(TS_START_ANSWER, 1);
	struct mv_verdict	 v;

	(void)state;
	tunnel_fsm(t, TE_ACTIVATE);
	assert_int_equal(t->order_worker, 0);
	bring_up(t, &v);
	forget();
	sessions_worker_gone(1);
	assert_int_equal(t->state, TN_ACTIVE);
	sessions_worker_gone(0);
	assert_int_equal(times(ROLE_PARENT, M_REVOKE), 1);
	assert_int_equal(t->state, TN_RETRY);
	pass(1000);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 1);
	/* The negotiation dies with its worker, too. */
	sessions_worker_gone(0);
	assert_int_equal(t->state, TN_RETRY);
	pass(1000);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 2);
}

static void
test_hostile_worker(void **state)
{
	struct tunnel		*t = load_start(TS_START_AUTO, 1);
	struct mv_verdict	 v, w;
	struct mx_up		 m;

	(void)state;
	bring_up(t, &v);
	forget();
	/* Another worker speaks of this session. */
	up_of(&m, &v);
	m.spi_i[0] = 0xee;
	sessions_up(1, &m);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 1);
	assert_int_equal(said[0].inst, 1);
	session_down(&(struct mv_verdict){ .ticket.slot = 1, .tunnel = 1 },
	    RSN_ADMIN);
	assert_int_equal(t->state, TN_ACTIVE);
	/* SPIs that the verdict did not name. */
	verdict(&w, t, 0);
	verdict_take(&w, 0);
	up_of(&m, &w);
	m.spi_r[0] = 0xee;
	forget();
	sessions_up(0, &m);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 1);
	assert_int_equal(sess_by_ticket(w.ticket.ticket)->state, SS_GRANTED);
	/* A session that never came up loses its grants. */
	pass(GRANTED_MS);
	assert_null(sess_by_ticket(w.ticket.ticket));
	assert_int_equal(times(ROLE_PARENT, M_REVOKE), 1);
}

/* What a worker says of tunnels, orders and pairs that are not its own. */
static void
test_hostile_words(void **state)
{
	struct tunnel		*t = load_start(TS_START_AUTO, 1);
	const struct mx_denied	*d;
	const struct wt_grant	*g;
	struct mv_verdict	 v;
	struct mx_failed	 f;
	struct mx_up		 m;
	struct grant		*gr;
	unsigned int		 i;

	(void)state;
	/* The order is worker 0's: worker 1 can neither fail nor use it. */
	memset(&f, 0, sizeof(f));
	f.order = t->order;
	f.tunnel = 1;
	f.code = RSN_TIMEOUT;
	sessions_failed(1, &f);
	assert_int_equal(t->state, TN_NEGOTIATING);
	verdict(&v, t, t->order);
	v.ticket.slot = 1;
	verdict_take(&v, 0);
	assert_non_null(d = find(ROLE_IKE, M_DENIED, 0));
	assert_int_equal(d->code, RSN_ORDER);
	assert_int_equal(times(ROLE_PARENT, M_GRANT), 0);
	bring_up(t, &v);
	/* Its child does not fail by the word of worker 1. */
	f.child = 1;
	f.order = 0;
	tunnel_child(t, 1)->opening = 1;
	sessions_failed(1, &f);
	assert_int_equal(tunnel_child(t, 1)->opening, 1);
	/* It tells of pairs without end. */
	gr = sess_grant(sess_by_ticket(v.ticket.ticket), 1);
	for (i = 0; i < 1000; i++)
		child_up(&v, 1, 0x20000 + 2 * i);
	for (i = 0; !TAILQ_EMPTY(&gr->pairs); i++)
		sess_grant_drop_pair(gr, TAILQ_FIRST(&gr->pairs));
	assert_int_equal(i, GRANT_PAIRS + 21);
	/* It says the peer has moved: no grant is made of that. */
	up_of(&m, &v);
	help_sock(&m.remote, "203.0.113.66", 4500);
	sessions_moved(0, &m);
	sess_grant_forget(gr);
	forget();
	tunnel_child(t, 1)->opening = 0;
	children_open(t);
	assert_non_null(g = find(ROLE_PARENT, M_GRANT, 0));
	assert_memory_equal(&g->outer_remote[0].addr, &v.remote.addr,
	    sizeof(v.remote.addr));
}

/* A tunnel that only initiates answers nobody, whatever ike thinks. */
static void
test_role(void **state)
{
	const struct mx_denied	*d;
	struct sn_tunnel	 sn;
	struct mv_verdict	 v;
	struct tunnel		*t;

	(void)state;
	help_tunnel(&sn, 1, "boston", TS_START_MANUAL);
	sn.role = TR_INITIATOR;
	t = load(&sn, 1);
	t->opened = 1;
	verdict(&v, t, 0);
	verdict_take(&v, 0);
	assert_non_null(d = find(ROLE_IKE, M_DENIED, 0));
	assert_int_equal(d->code, RSN_CLOSED);
	assert_int_equal(times(ROLE_PARENT, M_GRANT), 0);
}

static void
test_rekeyed(void **state)
{
	struct tunnel		*t = load_start(TS_START_AUTO, 1);
	struct session		*s;
	struct mv_verdict	 v;
	struct mx_up		 m;

	(void)state;
	bring_up(t, &v);
	up_of(&m, &v);
	memcpy(m.old_spi_i, v.spi_i, 8);
	memcpy(m.old_spi_r, v.spi_r, 8);
	m.spi_i[0] = 0x55;
	m.spi_r[0] = 0x66;
	forget();
	sessions_up(0, &m);
	s = sess_by_spi(m.spi_i, m.spi_r);
	assert_non_null(s);
	assert_int_equal(sess_count(), 1);
	assert_int_equal(nsaid, 0);
	/* The end of the old pair is not the end of the session. */
	session_down(&v, RSN_REPLACED);
	assert_int_equal(t->state, TN_ACTIVE);
	memcpy(v.spi_i, m.spi_i, 8);
	memcpy(v.spi_r, m.spi_r, 8);
	session_down(&v, RSN_PEER_DELETED);
	assert_int_equal(t->state, TN_RETRY);
}

static void
test_unique_policies(void **state)
{
	struct sn_tunnel	 c;
	struct tunnel		*t;
	struct mv_verdict	 v, w;
	const struct mx_session	*d;

	(void)state;
	help_tunnel(&c, 1, "boston", TS_START_ANSWER);
	c.unique = UNIQUE_KEEP;
	t = load(&c, 1);
	verdict(&v, t, 0);
	verdict_take(&v, 0);
	session_up(&v);
	forget();
	verdict(&w, t, 0);
	verdict_take(&w, 0);
	assert_int_equal(times(ROLE_IKE, M_DENIED), 1);
	d = find(ROLE_IKE, M_SESSION_DO, 0);
	assert_int_equal(d->what, SESSION_PROBE);

	commit(help_policy(++generation));
	c.unique = UNIQUE_REPLACE;
	t = load(&c, 1);
	verdict(&v, t, 0);
	verdict_take(&v, 0);
	session_up(&v);
	verdict(&w, t, 0);
	verdict_take(&w, 0);
	forget();
	session_up(&w);
	d = find(ROLE_IKE, M_SESSION_DO, 0);
	assert_int_equal(d->what, SESSION_DELETE);
	assert_memory_equal(d->spi_i, v.spi_i, 8);
	session_down(&v, RSN_REPLACED);
	assert_int_equal(t->state, TN_ACTIVE);
	assert_int_equal(sess_ups(t), 1);
}

static void
test_initial_contact(void **state)
{
	struct tunnel		*t = load_start(TS_START_ANSWER, 1);
	struct mv_verdict	 v, w;
	struct mx_session	 m;

	(void)state;
	verdict(&v, t, 0);
	verdict_take(&v, 0);
	session_up(&v);
	verdict(&w, t, 0);
	verdict_take(&w, 0);
	session_up(&w);
	assert_int_equal(sess_ups(t), 2);
	memset(&m, 0, sizeof(m));
	memcpy(m.spi_i, w.spi_i, 8);
	memcpy(m.spi_r, w.spi_r, 8);
	forget();
	same_peer_contact(1, &m);	/* of another worker: ignored */
	assert_int_equal(sess_ups(t), 2);
	same_peer_contact(0, &m);
	assert_int_equal(sess_ups(t), 1);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 1);
	assert_int_equal(sess_by_ticket(w.ticket.ticket)->state, SS_UP);
	assert_int_equal(t->state, TN_ACTIVE);
}

static void
test_crossed_initiations(void **state)
{
	struct tunnel		*t = load_start(TS_START_AUTO, 1);
	struct mv_verdict	 v, w;

	(void)state;
	/* Ours has its verdict, the peer's comes up meanwhile. */
	verdict(&v, t, t->order);
	verdict(&w, t, 0);
	verdict_take(&w, 0);
	verdict_take(&v, 0);
	session_up(&w);
	forget();
	session_up(&v);
	/* v has the lower SPIi: w goes, on both sides alike. */
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 1);
	assert_int_equal(sess_by_ticket(w.ticket.ticket)->state, SS_ENDING);
	assert_int_equal(sess_by_ticket(v.ticket.ticket)->state, SS_UP);

	/* Ours has none yet: the order is taken back, the peer's stands. */
	commit(help_policy(++generation));
	t = load_start(TS_START_AUTO, 1);
	verdict(&w, t, 0);
	verdict_take(&w, 0);
	forget();
	session_up(&w);
	assert_int_equal(times(ROLE_SIGN, M_ORDER_DROP), 1);
	assert_int_equal(t->order, 0);
	assert_int_equal(t->state, TN_ACTIVE);
}

static void
test_reload(void **state)
{
	struct policy		*p;
	struct sn_tunnel	 a, b;
	struct tunnel		*t;
	struct mv_verdict	 v, w;

	(void)state;
	p = help_policy(++generation);
	help_tunnel(&a, 1, "boston", TS_START_AUTO);
	help_tunnel(&b, 2, "lyon", TS_START_AUTO);
	help_add(p, &a, 1);
	help_add(p, &b, 1);
	commit(p);
	bring_up(tunnel_find(1), &v);
	t = tunnel_find(2);
	verdict(&w, t, t->order);
	verdict_take(&w, 0);
	session_up(&w);
	forget();
	/* boston is renamed, lyon changed, one is added. */
	p = help_policy(++generation);
	strlcpy(a.name, "Boston new", sizeof(a.name));
	b.digest[0] ^= 1;
	help_add(p, &a, 1);
	help_add(p, &b, 1);
	help_tunnel(&b, 3, "rome", TS_START_ANSWER);
	help_add(p, &b, 1);
	commit(p);
	assert_int_equal(policy_counts()->n[SNAP_KEPT], 1);
	assert_int_equal(policy_counts()->n[SNAP_CHANGED], 1);
	assert_int_equal(policy_counts()->n[SNAP_ADDED], 1);
	assert_int_equal(policy_counts()->n[SNAP_REMOVED], 0);
	assert_int_equal(tunnel_find_name("Boston new")->state, TN_ACTIVE);
	assert_null(tunnel_find_name("boston"));
	/* One session ended, its grant revoked; it starts again. */
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 1);
	assert_int_equal(times(ROLE_PARENT, M_REVOKE), 1);
	assert_int_equal(tunnel_find(2)->state, TN_NEGOTIATING);
	assert_int_equal(tunnel_find(3)->state, TN_OPEN);
	/* An old generation's verdict serves the kept tunnel only. */
	verdict(&v, tunnel_find(1), 0);
	v.generation = generation - 1;
	verdict_take(&v, 0);
	assert_int_equal(times(ROLE_IKE, M_DENIED), 0);
	verdict(&v, tunnel_find(3), 0);
	v.generation = generation - 1;
	verdict_take(&v, 0);
	assert_int_equal(times(ROLE_IKE, M_DENIED), 1);
	/* One of the next generation waits for its commit. */
	p = help_policy(++generation);
	help_add(p, &b, 1);
	policy_prepare(p);
	verdict(&v, tunnel_find(3), 0);
	forget();
	verdict_take(&v, 0);
	assert_int_equal(nsaid, 0);
	policy_commit(generation);
	assert_int_equal(times(ROLE_IKE, M_GRANTED), 1);
	/* boston's two sessions ended with it. */
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 2);
}

/* What was said of a tunnel and its children holds when it is restarted. */
static void
test_reload_keeps_words(void **state)
{
	struct tunnel		*t = load_start(TS_START_MANUAL, 3);
	struct sn_tunnel	 b;
	struct policy		*p;
	struct mv_verdict	 v;

	(void)state;
	t->opened = tunnel_child(t, 1)->opened = 1;
	tunnel_child(t, 1)->want = 1;
	tunnel_child(t, 2)->removed = 1;
	tunnel_fsm(t, TE_ACTIVATE);
	bring_up(t, &v);
	forget();
	p = help_policy(++generation);
	help_tunnel(&b, 1, "boston", TS_START_MANUAL);
	b.digest[0] ^= 1;
	help_add(p, &b, 3);
	commit(p);
	assert_int_equal(policy_counts()->n[SNAP_CHANGED], 1);
	t = tunnel_find(1);
	assert_true(tunnel_child_is_open(t, tunnel_child(t, 1)));
	assert_true(tunnel_child(t, 2)->removed);
	assert_false(tunnel_child_is_open(t, tunnel_child(t, 3)));
	/* It comes up again, with the child that was opened alone. */
	assert_int_equal(t->state, TN_NEGOTIATING);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 1);
	forget();
	bring_up(t, &v);
	assert_int_equal(times(ROLE_IKE, M_DENIED), 0);
	assert_int_equal(t->state, TN_ACTIVE);
}

/* A policy with other keys for child 1 of two; ike: for the IKE SA, too. */
static void
reload_keys(struct sn_tunnel *t, int ike)
{
	struct policy *p = help_policy(++generation);

	t->keys[0] ^= (uint8_t)ike;
	help_add(p, t, 2);
	snapshot_child(snapshot_tunnel(p, 1), 1)->cf.keys[0] =
	    (uint8_t)generation;
	snapshot_child(snapshot_tunnel(p, 1), 1)->ceiling.hard_seconds = 600;
	commit(p);
	assert_int_equal(policy_counts()->n[SNAP_REKEYED], 1);
	assert_int_equal(policy_counts()->n[SNAP_CHANGED], 0);
}

/* The pair of child 1 that takes the place of another. */
static void
new_pair(const struct mv_verdict *v, uint32_t spi, uint32_t replaces)
{
	struct session *s = sess_by_ticket(v->ticket.ticket);
	struct mx_child_up m;

	memset(&m, 0, sizeof(m));
	m.grant = sess_grant(s, 1)->id;
	m.tunnel = v->tunnel;
	m.child = 1;
	m.spi_in = spi;
	m.spi_out = spi + 1;
	m.replaces = replaces;
	children_up(v->ticket.slot, &m);
	pass(0);
}

static void
test_new_keys(void **state)
{
	const struct wt_grant	*g;
	const struct mx_child	*c;
	struct sn_tunnel	 t;
	struct mv_verdict	 v;
	uint32_t		 id;

	(void)state;
	help_tunnel(&t, 1, "boston", TS_START_AUTO);
	bring_up(load(&t, 2), &v);
	child_up(&v, 2, 0x2000);
	id = sess_grant(sess_by_ticket(v.ticket.ticket), 1)->id;
	forget();
	/* One child: its grant has new terms, then it is rekeyed. */
	reload_keys(&t, 0);
	assert_int_equal(times(ROLE_PARENT, M_GRANT), 1);
	g = find(ROLE_PARENT, M_GRANT, 0);
	assert_int_equal(g->id, id);
	assert_int_equal(g->hard_seconds, 600);
	assert_memory_equal(g->ticket, v.ticket.ticket, TICKET_LEN);
	assert_int_equal(times(ROLE_IKE, M_GRANT_CHILD), 1);
	assert_int_equal(times(ROLE_IKE, M_CHILD_DO), 1);
	c = find(ROLE_IKE, M_CHILD_DO, 0);
	assert_int_equal(c->what, CHILD_REKEY);
	assert_int_equal(c->spi_in, 0x1000);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 0);
	assert_int_equal(times(ROLE_PARENT, M_REVOKE), 0);
	/* Until it is, it is asked for again. */
	pass(10000);
	assert_int_equal(times(ROLE_IKE, M_CHILD_DO), 2);
	assert_int_equal(times(ROLE_PARENT, M_GRANT), 1);
	new_pair(&v, 0x1002, 0x1000);
	pass(100000);
	assert_int_equal(times(ROLE_IKE, M_CHILD_DO), 2);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 0);
	/* Then the IKE SA. */
	forget();
	reload_keys(&t, 1);
	assert_int_equal(times(ROLE_IKE, M_CHILD_DO), 1);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 0);
	new_pair(&v, 0x1004, 0x1002);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 1);
	assert_int_equal(((const struct mx_session *)find(ROLE_IKE,
	    M_SESSION_DO, 0))->what, SESSION_REKEY);
	/* It does not wait for a peer that does not agree. */
	forget();
	reload_keys(&t, 1);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 0);
	pass(10000);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 1);
	assert_int_equal(tunnel_find(1)->state, TN_ACTIVE);
}

static void
test_expiry(void **state)
{
	struct sn_tunnel	 c;
	struct tunnel		*t;
	struct mv_verdict	 v, w;

	(void)state;
	/* renew: a new session before the end, then the old one goes. */
	help_tunnel(&c, 1, "boston", TS_START_AUTO);
	c.tunnel_lifetime = 1000;
	t = load(&c, 1);
	bring_up(t, &v);
	forget();
	pass(899000);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 0);
	pass(1000);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 1);
	assert_int_equal(((const struct mx_initiate *)find(ROLE_IKE,
	    M_INITIATE, 0))->initial_contact, 0);
	assert_int_equal(t->state, TN_ACTIVE);
	/* It fails once, and is tried again. */
	fail_order(t, RSN_TIMEOUT);
	assert_int_equal(t->state, TN_ACTIVE);
	pass(RENEW_MS);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 2);
	verdict(&w, t, t->order);
	verdict_take(&w, 0);
	session_up(&w);
	assert_int_equal(sess_by_ticket(v.ticket.ticket)->state, SS_UP);
	child_up(&w, 1, 0x1002);
	assert_int_equal(sess_by_ticket(v.ticket.ticket)->state, SS_ENDING);
	assert_int_equal(t->state, TN_ACTIVE);

	/* remove: closed at the end. */
	commit(help_policy(++generation));
	c.tunnel_end = 1;
	t = load(&c, 1);
	bring_up(t, &v);
	forget();
	pass(999000);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 0);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 1);
	assert_int_equal(t->state, TN_CLOSED);
}

/* The plane's counters have come. */
static void
counted(const struct mv_verdict *v, uint64_t octets)
{
	struct mt_result end;
	struct mt_pair	 m;

	assert_int_equal(times(ROLE_PARENT, M_QUERY_PAIRS), 1);
	memset(&m, 0, sizeof(m));
	m.grant = sess_grant(sess_by_ticket(v->ticket.ticket), 1)->id;
	m.spi_in = 0x1000;
	m.counters.in_bytes = octets;
	ctl_pair_came(&m);
	memset(&end, 0, sizeof(end));
	ctl_pairs_end(&end);
	pass(0);
}

static void
test_lifesize(void **state)
{
	struct sn_tunnel	 c;
	struct tunnel		*t;
	struct mv_verdict	 v, w;

	(void)state;
	help_tunnel(&c, 1, "boston", TS_START_AUTO);
	c.tunnel_lifesize = 100000;
	t = load(&c, 1);
	bring_up(t, &v);
	forget();
	pass(LIFESIZE_MS);
	counted(&v, 99999);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 0);
	forget();
	pass(LIFESIZE_MS);
	counted(&v, 100000);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 1);
	verdict(&w, t, t->order);
	verdict_take(&w, 0);
	session_up(&w);
	child_up(&w, 1, 0x1002);
	assert_int_equal(sess_by_ticket(v.ticket.ticket)->state, SS_ENDING);
	session_down(&v, RSN_REPLACED);
	assert_int_equal(t->state, TN_ACTIVE);

	/* remove: down, and it stays so. */
	commit(help_policy(++generation));
	c.tunnel_end = 1;
	t = load(&c, 1);
	bring_up(t, &v);
	forget();
	pass(LIFESIZE_MS);
	counted(&v, 100001);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 1);
	assert_int_equal(t->state, TN_CLOSED);
	pass(600000);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 0);
}

/* As if child 1's policy said so. */
static struct tunnel *
limit_child(const struct sn_tunnel *c, uint64_t octets)
{
	struct tunnel	*t;

	t = load((struct sn_tunnel *)(uintptr_t)c, 1);
	((struct pol_child *)(uintptr_t)tunnel_child(t, 1)->pol)->
	    cf.tunnel_lifesize = octets;
	lifesize_policy();
	return (t);
}

static void
pair_down(const struct mv_verdict *v, uint16_t code)
{
	struct mx_child_down	 m;

	memset(&m, 0, sizeof(m));
	m.grant = sess_grant(sess_by_ticket(v->ticket.ticket), 1)->id;
	m.tunnel = v->tunnel;
	m.child = 1;
	m.spi_in = 0x1000;
	m.code = code;
	children_down(v->ticket.slot, &m);
}

/* The same of one child: it ends, and is opened again under another grant. */
static void
test_child_lifesize(void **state)
{
	struct sn_tunnel	 c;
	struct tunnel		*t;
	struct mv_verdict	 v;
	uint32_t		 grant;

	(void)state;
	help_tunnel(&c, 1, "boston", TS_START_AUTO);
	t = limit_child(&c, 100000);
	bring_up(t, &v);
	grant = sess_grant(sess_by_ticket(v.ticket.ticket), 1)->id;
	forget();
	pass(LIFESIZE_MS);
	counted(&v, 99999);
	assert_int_equal(times(ROLE_IKE, M_CHILD_DO), 0);
	forget();
	pass(LIFESIZE_MS);
	counted(&v, 100000);
	assert_int_equal(times(ROLE_IKE, M_CHILD_DO), 1);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 0);
	pair_down(&v, RSN_EXPIRED);
	assert_int_equal(times(ROLE_PARENT, M_REVOKE), 1);
	assert_int_equal(t->state, TN_ACTIVE);
	assert_int_equal(tunnel_child(t, 1)->npairs, 0);
	forget();
	pass(2000);
	assert_int_equal(times(ROLE_PARENT, M_GRANT), 1);
	assert_int_equal(times(ROLE_IKE, M_CHILD_DO), 1);
	child_up(&v, 1, 0x1000);
	assert_int_equal(tunnel_child(t, 1)->npairs, 1);
	assert_int_not_equal(sess_grant(sess_by_ticket(v.ticket.ticket),
	    1)->id, grant);
	/* It begins from nothing. */
	forget();
	pass(LIFESIZE_MS);
	counted(&v, 99999);
	assert_int_equal(times(ROLE_IKE, M_CHILD_DO), 0);

	/* remove: down, and it stays so. */
	commit(help_policy(++generation));
	c.tunnel_end = 1;
	t = limit_child(&c, 100000);
	bring_up(t, &v);
	forget();
	pass(LIFESIZE_MS);
	counted(&v, 100001);
	assert_int_equal(times(ROLE_IKE, M_CHILD_DO), 1);
	pair_down(&v, RSN_EXPIRED);
	forget();
	pass(600000);
	assert_int_equal(times(ROLE_IKE, M_CHILD_DO), 0);
}

/* ike says that the keys of v's session come to their end. */
static void
renew_said(unsigned int worker, const struct mv_verdict *v)
{
	struct mx_session m;

	memset(&m, 0, sizeof(m));
	memcpy(m.spi_i, v->spi_i, 8);
	memcpy(m.spi_r, v->spi_r, 8);
	renew_due(worker, &m);
	pass(0);
}

static void
test_reauth_make(void **state)
{
	const struct mx_initiate *i;
	struct sn_tunnel	 c;
	struct tunnel		*t;
	struct mv_verdict	 v, w, x;

	(void)state;
	help_tunnel(&c, 1, "boston", TS_START_AUTO);
	t = load(&c, 2);
	bring_up(t, &v);
	/* The policy says rekey: ike is not asked for this. */
	forget();
	renew_said(0, &v);
	assert_int_equal(nsaid, 0);

	commit(help_policy(++generation));
	help_prefix(&c.remote[1], "198.51.100.77");
	c.remote_n = 2;
	c.key_renewal = 1;
	t = load(&c, 2);
	fail_order(t, RSN_TIMEOUT);	/* so it is up at the second address */
	verdict(&v, t, t->order);
	verdict_take(&v, 0);
	help_sock(&v.remote, "198.51.100.77", 500);
	session_up(&v);
	child_up(&v, 1, 0x1000);
	child_up(&v, 2, 0x2000);
	assert_int_equal(t->state, TN_ACTIVE);
	forget();
	renew_said(1, &v);		/* another worker's */
	assert_int_equal(nsaid, 0);
	renew_said(0, &v);
	i = find(ROLE_IKE, M_INITIATE, 0);
	assert_non_null(i);
	assert_int_equal(i->remote.addr.a[3], 77);
	assert_int_equal(i->children_n, 2);
	assert_int_equal(t->state, TN_ACTIVE);
	/* Asked again while one is out, that is enough. */
	renew_said(0, &v);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 1);
	/* In vain: the old one lives, and the next address is next. */
	fail_order(t, RSN_TIMEOUT);
	renew_said(0, &v);
	i = find(ROLE_IKE, M_INITIATE, 1);
	assert_int_equal(i->remote.addr.a[3], 1);
	fail_order(t, RSN_TIMEOUT);
	renew_said(0, &v);
	verdict(&w, t, t->order);
	verdict_take(&w, 0);
	help_sock(&w.remote, "198.51.100.77", 500);
	session_up(&w);
	/* It ends when all its children have gone over, not before. */
	child_up(&w, 1, 0x1002);
	assert_int_equal(sess_by_ticket(v.ticket.ticket)->state, SS_UP);
	child_up(&w, 2, 0x2002);
	assert_int_equal(sess_by_ticket(v.ticket.ticket)->state, SS_ENDING);
	session_down(&v, RSN_REPLACED);
	assert_int_equal(t->state, TN_ACTIVE);
	/* A child that does not come keeps it for a while alone. */
	renew_said(0, &w);
	verdict(&x, t, t->order);
	verdict_take(&x, 0);
	help_sock(&x.remote, "198.51.100.77", 500);
	session_up(&x);
	child_up(&x, 1, 0x1004);
	pass(LEAVE_MS - 1);
	assert_int_equal(sess_by_ticket(w.ticket.ticket)->state, SS_UP);
	pass(1);
	assert_int_equal(sess_by_ticket(w.ticket.ticket)->state, SS_ENDING);
}

static void
test_reauth_break(void **state)
{
	struct sn_tunnel	 c;
	struct tunnel		*t;
	struct mv_verdict	 v;

	(void)state;
	help_tunnel(&c, 1, "boston", TS_START_TRAP);
	c.key_renewal = c.reauth_break = 1;
	t = load(&c, 2);
	tunnel_child(t, 2)->want = 1;
	tunnel_fsm(t, TE_ACTIVATE);
	bring_up(t, &v);
	forget();
	renew_said(0, &v);
	/* First it ends, with the peer knowing. */
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 1);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 0);
	renew_said(0, &v);
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 1);
	session_down(&v, RSN_REPLACED);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 1);
	assert_int_equal(t->state, TN_NEGOTIATING);
	bring_up(t, &v);
	assert_int_equal(tunnel_child(t, 1)->want, 1);
	/* A peer that does not answer the Delete is not waited for long. */
	forget();
	renew_said(0, &v);
	pass(ENDING_MS);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 1);
	fail_order(t, RSN_TIMEOUT);
	assert_int_equal(t->state, TN_DORMANT);

	/* Removed meanwhile: it stays down. */
	tunnel_fsm(t, TE_ACTIVATE);
	bring_up(t, &v);
	forget();
	renew_said(0, &v);
	tunnel_fsm(t, TE_REMOVE);
	session_down(&v, RSN_ADMIN);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 0);
	assert_int_equal(t->state, TN_CLOSED);

	/* Who can only respond waits for the peer. */
	commit(help_policy(++generation));
	c.role = TR_RESPONDER;
	c.start = TS_START_ANSWER;
	t = load(&c, 1);
	verdict(&v, t, 0);
	verdict_take(&v, 0);
	session_up(&v);
	forget();
	renew_said(0, &v);
	assert_int_equal(nsaid, 0);
	assert_int_equal(t->state, TN_ACTIVE);
}

static void
test_children(void **state)
{
	struct tunnel		*t = load_start(TS_START_AUTO, 2);
	struct tun_child	*c = tunnel_child(t, 2);
	struct mv_verdict	 v;
	struct mx_child_down	 d;

	(void)state;
	bring_up(t, &v);
	child_up(&v, 2, 0x2000);
	forget();
	/* The peer closes one: it is opened again after a while. */
	memset(&d, 0, sizeof(d));
	d.grant = sess_grant(sess_by_ticket(v.ticket.ticket), 2)->id;
	d.tunnel = 1;
	d.child = 2;
	d.spi_in = 0x2000;
	d.code = RSN_PEER_DELETED;
	d.counters.in_bytes = 77;
	children_down(1, &d);	/* of another worker: ignored */
	assert_int_equal(c->npairs, 1);
	children_down(0, &d);
	assert_int_equal(c->npairs, 0);
	assert_int_equal(c->in_bytes, 77);
	pass(5000);
	assert_int_equal(times(ROLE_IKE, M_CHILD_DO), 1);
	/* Removed by the administrator: its grant falls, the tunnel stays. */
	child_up(&v, 2, 0x2002);
	forget();
	c->removed = 1;
	children_end(t, c, RSN_ADMIN);
	assert_int_equal(times(ROLE_IKE, M_CHILD_DO), 1);
	d.spi_in = 0x2002;
	d.code = RSN_ADMIN;
	children_down(0, &d);
	assert_int_equal(times(ROLE_PARENT, M_REVOKE), 1);
	pass(600000);
	assert_int_equal(times(ROLE_IKE, M_CHILD_DO), 1);
	assert_int_equal(t->state, TN_ACTIVE);
	/* Opened again: a late grant, and the order to open it. */
	c->removed = 0;
	c->want = 1;
	forget();
	children_open(t);
	assert_int_equal(said[0].type, M_GRANT);
	assert_int_equal(said[1].type, M_GRANT_CHILD);
	assert_int_equal(((const struct mx_grant_child *)said[1].body)->exch,
	    0);
	assert_int_equal(said[2].type, M_CHILD_DO);
}

static void
test_grant_gone(void **state)
{
	struct tunnel		*t = load_start(TS_START_AUTO, 1);
	struct mv_verdict	 v;
	uint32_t		 id;

	(void)state;
	bring_up(t, &v);
	id = sess_grant(sess_by_ticket(v.ticket.ticket), 1)->id;
	forget();
	sessions_grant_gone(id, RSN_CEILING, "");
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 1);
	assert_int_equal(times(ROLE_PARENT, M_REVOKE), 0);
	assert_int_equal(t->state, TN_RETRY);
	sessions_grant_gone(id, RSN_CEILING, "");
}

/* Last: a tmd that was restarted.  rebuild.c starts once in a process. */
static void
test_rebuild(void **state)
{
	struct sn_tunnel	 c, r;
	struct policy		*p = help_policy(++generation);
	struct mt_old		 old;
	struct tunnel		*t;
	struct mv_verdict	 v;
	struct mx_up		 m;
	struct session		*s;
	uint32_t		 was;

	(void)state;
	orders_enable(0);
	help_tunnel(&c, 1, "boston", TS_START_AUTO);
	help_tunnel(&r, 2, "lyon", TS_START_AUTO);
	help_add(p, &c, 1);
	commit(p);
	t = tunnel_find(1);
	verdict(&v, t, 1);
	v.proved = now_ms / 1000 - 3;
	was = v.generation;
	forget();
	/* The grant as the parent kept it: made by the code that makes them. */
	t->order = 1;
	verdict_take(&v, 0);
	memset(&old, 0, sizeof(old));
	old.grant = *(const struct wt_grant *)find(ROLE_PARENT, M_GRANT, 0);
	commit(help_policy(++generation));
	assert_int_equal(sess_count(), 0);

	/* The new life: the policy, then grants, then the replay. */
	p = help_policy(++generation);
	help_add(p, &c, 1);
	help_add(p, &r, 1);
	commit(p);
	t = tunnel_find(1);
	assert_int_equal(times(ROLE_PARENT, M_NOTE), 0);
	forget();
	rebuild_note(&(struct mt_note){ 2, 1, NOTE_TUNNEL_REMOVED });
	rebuild_note(&(struct mt_note){ 3, 1, NOTE_TUNNEL_REMOVED });
	rebuild_old(&old);
	old.grant.id++;
	old.grant.child = 7;	/* one that nothing can claim */
	rebuild_old(&old);
	old.grant.id--;
	rebuild_grants_end();
	assert_int_equal(times(ROLE_PARENT, M_REVOKE), 1);
	/* lyon was removed, and stays so; from now on notes are told. */
	assert_int_equal(tunnel_find(2)->state, TN_CLOSED);
	assert_int_equal(times(ROLE_PARENT, M_NOTE), 1);
	s = sess_by_ticket(old.grant.ticket);
	assert_non_null(s);
	assert_int_equal(s->state, SS_RECOVERED);
	/* It is as old as it was, by the policy of then. */
	assert_int_equal(s->generation, was);
	assert_true(s->proved + 3 <= now_ms / 1000);
	assert_true(id_equal(s->id_peer, &v.id_peer));
	assert_int_equal(t->state, TN_RETRY);
	forget();
	pass(2000);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 0);
	up_of(&m, &v);
	m.again = 1;
	sessions_up(0, &m);
	sessions_replayed(0, 0);
	rebuild_replayed(0);
	assert_int_equal(t->state, TN_ACTIVE);
	assert_int_equal(s->state, SS_UP);
	sessions_replayed(1, 1);
	rebuild_replayed(1);
	pass(20000);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 0);
	assert_int_equal(times(ROLE_PARENT, M_REVOKE), 0);
	assert_true(sess_grant_next_id() > old.grant.id);
	forget();
	tunnel_fsm(t, TE_REMOVE);
	assert_int_equal(((const struct mt_note *)find(ROLE_PARENT, M_NOTE,
	    0))->note, NOTE_TUNNEL_REMOVED);
}

static void
say_locked(uint8_t first, uint8_t last, uint32_t tunnel)
{
	struct mv_locked m = { .first = first, .last = last,
	    .tunnel = tunnel, .key = "paris" };

	/* Those from 20 on have a key of their own, two by two. */
	if (tunnel >= 20)
		snprintf(m.key, sizeof(m.key), "k%u", tunnel / 2 % 2);
	locked_said(&m);
	pass(0);
}

/* What lacks its key says so, and starts by itself when it has it. */
static void
test_locked(void **state)
{
	struct sn_tunnel other;
	struct tunnel *t;

	(void)state;
	say_locked(1, 0, 9);
	say_locked(0, 0, 1);
	assert_null(locked_key(1));	/* the list is not whole yet */
	say_locked(0, 0, 20);
	say_locked(0, 0, 22);
	say_locked(0, 0, 21);
	say_locked(0, 0, 23);
	say_locked(0, 1, 4);
	assert_string_equal(locked_key(1), "paris");
	assert_string_equal(locked_key(9), "paris");
	assert_null(locked_key(2));
	assert_int_equal(locked_keys(), 3);
	t = load_start(TS_START_ANSWER, 1);
	assert_int_equal(t->state, TN_OPEN);
	assert_non_null(strstr(tunnel_reason(t), "ikectl key unlock paris"));
	tunnel_fsm(t, TE_ACTIVATE);
	forget();
	fail_order(t, RSN_LOCKED);
	assert_int_equal(t->state, TN_OPEN);
	say_locked(1, 1, 1);
	assert_int_equal(t->code, RSN_LOCKED);
	say_locked(1, 1, 0);
	assert_string_equal(tunnel_reason(t), "");
	assert_int_equal(t->state, TN_OPEN);
	assert_int_equal(locked_keys(), 0);
	/* start: auto does not sit out its wait. */
	say_locked(1, 1, 5);
	help_tunnel(&other, 5, "lyon", TS_START_AUTO);
	t = load(&other, 1);
	fail_order(t, RSN_LOCKED);
	assert_int_equal(t->state, TN_RETRY);
	forget();
	say_locked(1, 1, 2);
	assert_int_equal(t->state, TN_NEGOTIATING);
	assert_int_equal(times(ROLE_IKE, M_INITIATE), 1);
	/* What failed for another reason waits. */
	fail_order(t, RSN_TIMEOUT);
	say_locked(1, 1, 0);
	assert_int_equal(t->state, TN_RETRY);
}

/* What certd vouched for and does so no longer; nothing beside it. */
static void
test_withdrawn(void **state)
{
	static const uint8_t other[32] = { 9 }, fp[32] = { 7 };
	struct mv_verdict v, w;
	struct tunnel *t;
	struct sn_tunnel cf;

	(void)state;
	help_tunnel(&cf, 1, "boston", TS_START_ANSWER);
	cf.kind_theirs = AUTHK_CERT;
	t = load(&cf, 1);
	verdict(&v, t, 0);
	memcpy(v.fingerprint, fp, sizeof(fp));
	verdict_take(&v, 1);
	session_up(&v);
	child_up(&v, 1, 0x1000);
	verdict(&w, t, 0);
	memcpy(w.fingerprint, other, sizeof(other));
	verdict_take(&w, 1);
	session_up(&w);
	assert_int_equal(sess_ups(t), 2);
	forget();
	verdict_withdrawn(fp, "revoked");
	assert_int_equal(sess_ups(t), 1);
	assert_null(sess_by_ticket(v.ticket.ticket));
	assert_non_null(sess_by_ticket(w.ticket.ticket));
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 1);
	assert_int_equal(times(ROLE_PARENT, M_REVOKE), 1);
	verdict_withdrawn(fp, "revoked");
	assert_int_equal(times(ROLE_IKE, M_SESSION_DO), 1);
	verdict_withdrawn(other, "revoked");
	assert_int_equal(sess_count(), 0);

	/* A pre-shared key's is not certd's to take back. */
	t = load_start(TS_START_ANSWER, 1);
	verdict(&v, t, 0);
	memcpy(v.fingerprint, fp, sizeof(fp));
	verdict_take(&v, 0);
	session_up(&v);
	verdict_withdrawn(fp, "revoked");
	assert_int_equal(sess_ups(t), 1);
}

int
main(void)
{
#define T(fn)	cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_auto), T(test_denied), T(test_lost_and_retry),
		T(test_by_tcp), T(test_wary), T(test_renewal_by_tcp),
		T(test_failover), T(test_names), T(test_redirect),
		T(test_redirect_refused), T(test_remove),
		T(test_manual_and_answer), T(test_trap), T(test_worker_gone),
		T(test_hostile_worker), T(test_hostile_words), T(test_role),
		T(test_rekeyed), T(test_unique_policies),
		T(test_initial_contact), T(test_crossed_initiations),
		T(test_reload), T(test_reload_keeps_words), T(test_new_keys),
		T(test_expiry), T(test_lifesize), T(test_child_lifesize),
		T(test_reauth_make), T(test_reauth_break), T(test_children),
		T(test_grant_gone), T(test_rebuild), T(test_locked),
		T(test_withdrawn),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	alarm_fake_ms(now_ms);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
