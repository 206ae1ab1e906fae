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
 * The parent's invariants (design section 4) on the grant half as a whole:
 * messages go to its handlers, and what it asks of kernel, plane and roles
 * is looked at.
 */

#include "parent_grant_help.h"

static void
test_grants(void **state)
{
	struct wt_grant	 g = wish(10, 1, 0);

	(void)state;
	g.ts_remote[0].lo[2] = 0;
	assert_int_equal(ask_grant(&g), RSN_CEILING);
	g = wish(10, 9, 0);
	assert_int_equal(ask_grant(&g), RSN_CEILING);
	g = wish(10, 1, SLOTS);
	assert_int_equal(ask_grant(&g), RSN_GRANT);
	assert_int_equal(grants_count(), 0);
	give_grant(10, 1, 0);
	g = wish(10, 1, 0);
	assert_int_equal(ask_grant(&g), RSN_BUSY);
	grants_tmd_started(&parent);
	assert_int_equal(mock_sent(ROLE_TMD, M_GRANT_OLD)->u.old.grant.id, 10);
	assert_non_null(mock_sent(ROLE_TMD, M_GRANTS_END));
}

/* INSTALLED only when the plane has said so; routes with it. */
static void
test_install(void **state)
{
	struct mi_install	 m;
	struct mi_sa		 sa = { 5, 10, 0 };
	struct sent		*s;
	uint32_t		 handle;

	(void)state;
	give_grant(10, 1, 0);
	m = pair(10, 1);
	handle = forwarded(&ike[0], &m);
	assert_string_equal(mock_kernel(), "");
	plane_says(M_SA_ADDED, handle, RSN_OK);
	assert_int_equal(mock_sent(ROLE_IKE, M_INSTALLED)->u.result.code,
	    RSN_OK);
	assert_string_equal(mock_kernel(), "+rule1 +route1 ");
	sa.spi_in = m.spi_in;
	call(from_ike_handlers, &ike[0], M_REMOVE, &sa);
	assert_string_equal(mock_kernel(), "-route1 -rule1 ");
	assert_null(mock_sent(ROLE_IKE, M_REMOVED));
	assert_non_null(mock_sent(ROLE_ESP, M_SA_DEL));
	plane_says(M_SA_DELETED, handle, RSN_OK);
	assert_non_null(s = mock_sent(ROLE_IKE, M_REMOVED));
	assert_int_equal(s->u.removed.code, RSN_OK);
	assert_int_equal(s->u.removed.counters.in_bytes, 4711);
	/* The plane refuses. */
	m = pair(10, 1);
	handle = forwarded(&ike[0], &m);
	plane_says(M_SA_ADDED, handle, RSN_BUSY);
	assert_int_equal(mock_sent(ROLE_IKE, M_INSTALLED)->u.result.code,
	    RSN_BUSY);
	assert_int_equal(pairs_count(), 0);
}

static void
test_install_refused(void **state)
{
	struct mi_install	 m;

	(void)state;
	give_grant(10, 1, 0);
	give_grant(20, 2, 1);
	m = pair(99, 1);
	assert_int_equal(refused(&ike[0], &m, "grant 99"), RSN_GRANT);
	m = pair(20, 2);
	assert_int_equal(refused(&ike[0], &m, "slot 1"), RSN_GRANT);
	m = pair(10, 2);
	assert_int_equal(refused(&ike[0], &m, "selector"), RSN_GRANT);
	m = pair(10, 1);
	m.encr_in_len = 16;
	assert_int_equal(refused(&ike[0], &m, "keys"), RSN_GRANT);
	m = pair(10, 1);
	m.udp_encap = 0;
	assert_int_equal(refused(&ike[0], &m, "UDP"), RSN_UNSUPPORTED);
	assert_int_equal(mock_violations, 0);
}

static void
test_serial(void **state)
{
	struct mi_install	 m;

	(void)state;
	give_grant(10, 1, 0);
	m = pair(10, 1);
	installed(&ike[0], &m);
	m = pair(10, 1);
	m.serial -= 1;
	call(from_ike_handlers, &ike[0], M_INSTALL, &m);
	assert_int_equal(mock_violations, 1);
	assert_null(mock_sent(ROLE_ESP, M_SA_ADD));
	/* Each worker has its own; a new one begins again. */
	give_grant(20, 2, 1);
	m = pair(20, 2);
	m.serial = 1;
	installed(&ike[1], &m);
	grants_worker_died(0);
	grants_worker_started(&parent, 0);
	m = pair(10, 1);
	m.serial = 1;
	installed(&ike[0], &m);
	assert_int_equal(mock_violations, 1);
}

/* An SPI that has stood is refused, also when its pair is gone. */
static void
test_spi_once(void **state)
{
	struct mi_install	 m, n;
	struct mt_grant_id	 id = { 10 };

	(void)state;
	give_grant(10, 1, 0);
	m = pair(10, 1);
	installed(&ike[0], &m);
	n = pair(10, 1);
	n.spi_in = m.spi_in;
	assert_int_equal(refused(&ike[0], &n, "inbound SPI"), RSN_SPI);
	call(from_tmd_grant_handlers, &tmd, M_REVOKE, &id);
	give_grant(10, 1, 0);
	n = pair(10, 1);
	n.spi_in = m.spi_in;
	assert_int_equal(refused(&ike[0], &n, "inbound SPI"), RSN_SPI);
	n = pair(10, 1);
	n.spi_out = m.spi_out;
	assert_int_equal(refused(&ike[0], &n, "outbound SPI"), RSN_SPI);
	/* Another peer may choose the same number. */
	n = pair(10, 1);
	n.spi_out = m.spi_out;
	addr_parse("198.51.100.8", &n.remote.addr);
	installed(&ike[0], &n);
}

static void
test_pairs(void **state)
{
	struct mi_install	 m, old;
	struct sent		*s;
	uint32_t		 handle;

	(void)state;
	give_grant(10, 1, 0);
	old = pair(10, 1);
	handle = installed(&ike[0], &old);
	m = pair(10, 1);
	m.replaces = old.spi_in;
	call(from_ike_handlers, &ike[0], M_INSTALL, &m);
	assert_non_null(s = mock_sent(ROLE_ESP, M_SA_ADD));
	assert_int_equal(s->u.add.replaces, handle);
	m = pair(10, 1);
	assert_int_equal(refused(&ike[0], &m, "SA pairs"), RSN_GRANT);
	/* What is another grant's, or is no more, stays untouched. */
	give_grant(11, 2, 0);
	m = pair(11, 2);
	m.replaces = old.spi_in;
	call(from_ike_handlers, &ike[0], M_INSTALL, &m);
	assert_non_null(s = mock_sent(ROLE_ESP, M_SA_ADD));
	assert_int_equal(s->u.add.replaces, 0);
}

/* Its own worker alone retires a pair, once; the plane is told. */
static void
test_retire(void **state)
{
	struct mi_install	 m;
	struct mi_pair		 r;
	struct sent		*s;
	uint32_t		 handle, i;

	(void)state;
	give_grant(10, 1, 0);
	give_grant(20, 2, 1);
	m = pair(10, 1);
	handle = installed(&ike[0], &m);
	r.grant = 10;
	r.spi_in = m.spi_in;
	call(from_ike_handlers, &ike[1], M_RETIRE, &r);
	r.grant = 20;
	call(from_ike_handlers, &ike[1], M_RETIRE, &r);
	assert_null(mock_sent(ROLE_ESP, M_SA_RETIRE));
	r.grant = 10;
	call(from_ike_handlers, &ike[0], M_RETIRE, &r);
	assert_non_null(s = mock_sent(ROLE_ESP, M_SA_RETIRE));
	assert_int_equal(s->u.handle.handle, handle);
	mock_forget();
	call(from_ike_handlers, &ike[0], M_RETIRE, &r);
	assert_null(mock_sent(ROLE_ESP, M_SA_RETIRE));
	/* Beside it as many stand as the grant allows, not one more. */
	for (i = 2; i <= 3; i++) {
		mock_forget();
		m = pair(10, 1);
		installed(&ike[0], &m);
	}
	mock_forget();
	m = pair(10, 1);
	assert_int_equal(refused(&ike[0], &m, "SA pairs"), RSN_GRANT);
	assert_int_equal(mock_violations, 0);
}

/*
 * The same peer again, on another grant: its pair waits for the first packet
 * or for the end of the one that serves, but not for long.
 */
static void
test_authenticated_anew(void **state)
{
	struct mi_install	 old, m;
	struct mi_pair		 r;
	struct mi_sa		 q;
	struct me_query		 question;
	struct me_req		 end;
	struct sent		*s;
	struct pair		*p;
	uint32_t		 first, second;

	(void)state;
	give_grant(10, 1, 0);
	give_grant(11, 1, 1);
	old = pair(10, 1);
	old.hold_out = 1;		/* there is none before it */
	first = installed(&ike[0], &old);
	assert_null(pair_by_handle(first)->hold);
	m = pair(11, 1);
	m.hold_out = 1;
	call(from_ike_handlers, &ike[1], M_INSTALL, &m);
	assert_non_null(s = mock_sent(ROLE_ESP, M_SA_ADD));
	assert_int_equal(s->u.add.replaces, first);
	second = s->u.add.handle;
	plane_says(M_SA_ADDED, second, RSN_OK);
	p = pair_by_handle(second);
	assert_non_null(p->hold);
	mock_forget();
	event_active(p->hold, EV_TIMEOUT, 1);
	event_base_loop(parent.base, EVLOOP_NONBLOCK);
	assert_non_null(s = mock_sent(ROLE_ESP, M_SA_RELEASE));
	assert_int_equal(s->u.handle.handle, second);
	/* Who closes the old one hears that another serves. */
	r.grant = q.grant = 10;
	r.spi_in = q.spi_in = old.spi_in;
	q.req = 5;
	call(from_ike_handlers, &ike[0], M_RETIRE, &r);
	call(from_ike_handlers, &ike[0], M_QUERY_SA, &q);
	assert_non_null(s = mock_sent(ROLE_ESP, M_SA_QUERY));
	question = s->u.query;
	end.req = question.req;
	call(from_esp_handlers, &esp, M_SA_COUNT_END, &end);
	assert_non_null(s = mock_sent(ROLE_IKE, M_SA_INFO));
	assert_int_equal(s->u.removed.code, RSN_REPLACED);
}

/* Equal selectors have one owner; both tunnels are named. */
static void
test_rivals(void **state)
{
	struct wt_ceiling	 c[2] = { ceiling(1, IDLE_DROP),
				    ceiling(2, IDLE_DROP) };
	struct wt_grant		 g = wish(20, 2, 0);
	struct mi_install	 m;

	(void)state;
	c[1].ts_local[0] = g.ts_local[0] = c[0].ts_local[0];
	c[1].ts_remote[0] = g.ts_remote[0] = c[0].ts_remote[0];
	policy(c, 2);
	give_grant(10, 1, 0);
	assert_int_equal(ask_grant(&g), RSN_OK);
	m = pair(10, 1);
	installed(&ike[0], &m);
	m = pair(20, 1);
	assert_int_equal(refused(&ike[0], &m, "of tunnel 2 is owned by "
	    "tunnel 1"), RSN_GRANT);
	/* The same peer again on the same child: a new authentication. */
	give_grant(11, 1, 0);
	m = pair(11, 1);
	addr_parse("198.51.100.9", &m.remote.addr);
	installed(&ike[0], &m);
	/* Another peer, behind the same NAT. */
	give_peer(12, 1, 0, 2);
	m = pair(12, 1);
	assert_int_equal(refused(&ike[0], &m, "owned"), RSN_GRANT);
}

/* Several peers of one child: none takes a part of what another has. */
static void
test_rivals_in_part(void **state)
{
	struct mi_install	 m;

	(void)state;
	give_grant(10, 1, 0);
	give_peer(11, 1, 0, 2);
	m = pair(10, 1);
	ts(&m.ts_remote[0], "10.2.1.0/25");
	installed(&ike[0], &m);
	m = pair(11, 1);
	ts(&m.ts_remote[0], "10.2.1.5/32");
	m.ts_remote[0].proto = 6;
	assert_int_equal(refused(&ike[0], &m, "owned"), RSN_GRANT);
	m = pair(11, 1);
	assert_int_equal(refused(&ike[0], &m, "owned"), RSN_GRANT);
	/* Beside it there is room; its own part it may narrow. */
	m = pair(11, 1);
	ts(&m.ts_remote[0], "10.2.1.128/25");
	installed(&ike[0], &m);
	m = pair(10, 1);
	ts(&m.ts_remote[0], "10.2.1.5/32");
	installed(&ike[0], &m);
}

static void
tmd_revokes(void)
{
	struct mt_grant_id	 id = { 10 };

	mock_tmd_says = NULL;
	call(from_tmd_grant_handlers, &tmd, M_REVOKE, &id);
}

/* Another peer has its place now: tmd has revoked, and is read in time. */
static void
test_rival_revoked(void **state)
{
	struct mi_install	 m;

	(void)state;
	give_grant(10, 1, 0);
	give_peer(11, 1, 0, 2);
	m = pair(10, 1);
	installed(&ike[0], &m);
	mock_tmd_says = tmd_revokes;
	m = pair(11, 1);
	installed(&ike[0], &m);
	assert_null(grant_find(10));
}

static void
test_migrate(void **state)
{
	struct mi_install	 m;
	struct mi_migrate	 mv;
	struct sent		*s;
	uint32_t		 handle;

	(void)state;
	give_grant(10, 1, 0);
	m = pair(10, 1);
	handle = installed(&ike[0], &m);
	memset(&mv, 0, sizeof(mv));
	mv.req = 3;
	mv.grant = 10;
	mv.serial = ++serial;
	mv.spi_in = m.spi_in;
	mv.local = m.local;
	mv.remote = m.remote;
	addr_parse("198.51.100.8", &mv.remote.addr);
	call(from_ike_handlers, &ike[0], M_MIGRATE, &mv);
	assert_int_equal(mock_sent(ROLE_IKE, M_MIGRATED)->u.result.code,
	    RSN_GRANT);
	mv.remote = m.remote;
	mv.remote.port = 5000;
	mv.serial = ++serial;
	call(from_ike_handlers, &ike[0], M_MIGRATE, &mv);
	assert_null(mock_sent(ROLE_IKE, M_MIGRATED));
	assert_non_null(s = mock_sent(ROLE_ESP, M_SA_MOVE));
	assert_int_equal(s->u.move.remote.port, 5000);
	plane_says(M_SA_MOVED, handle, RSN_OK);
	assert_int_equal(mock_sent(ROLE_IKE, M_MIGRATED)->u.result.code,
	    RSN_OK);
	assert_int_equal(pair_by_handle(handle)->remote.port, 5000);
}

/* Where a pair has moved no later one may stand with its numbers. */
static void
test_migrate_seen(void **state)
{
	struct mi_install	 m, n;
	struct mi_migrate	 mv;
	struct wt_grant		 g = wish(10, 1, 0);
	struct wt_ceiling	 c = ceiling(1, IDLE_DROP);
	uint32_t		 handle;

	(void)state;
	c.roaming = g.roaming = 1;
	policy(&c, 1);
	memset(g.peer, 1, sizeof(g.peer));
	assert_int_equal(ask_grant(&g), RSN_OK);
	m = pair(10, 1);
	handle = installed(&ike[0], &m);
	memset(&mv, 0, sizeof(mv));
	mv.grant = 10;
	mv.serial = ++serial;
	mv.spi_in = m.spi_in;
	mv.local = m.local;
	mv.remote = m.remote;
	addr_parse("192.0.2.99", &mv.local.addr);
	addr_parse("198.51.100.99", &mv.remote.addr);
	call(from_ike_handlers, &ike[0], M_MIGRATE, &mv);
	plane_says(M_SA_MOVED, handle, RSN_OK);
	assert_int_equal(mock_sent(ROLE_IKE, M_MIGRATED)->u.result.code,
	    RSN_OK);
	n = pair(10, 1);
	n.spi_in = m.spi_in;
	n.local = mv.local;
	assert_int_equal(refused(&ike[0], &n, "inbound SPI"), RSN_SPI);
	n = pair(10, 1);
	n.spi_out = m.spi_out;
	n.remote = mv.remote;
	assert_int_equal(refused(&ike[0], &n, "outbound SPI"), RSN_SPI);
}

/* A worker removes and asks about its own only. */
static void
test_own_only(void **state)
{
	struct mi_install	 m;
	struct mi_sa		 sa;

	(void)state;
	give_grant(10, 1, 0);
	m = pair(10, 1);
	installed(&ike[0], &m);
	sa.req = 1;
	sa.grant = 10;
	sa.spi_in = m.spi_in;
	call(from_ike_handlers, &ike[1], M_REMOVE, &sa);
	assert_int_equal(mock_sent(ROLE_IKE, M_REMOVED)->u.removed.code,
	    RSN_GONE);
	call(from_ike_handlers, &ike[1], M_QUERY_SA, &sa);
	assert_int_equal(mock_sent(ROLE_IKE, M_SA_INFO)->u.removed.code,
	    RSN_GONE);
	assert_null(mock_sent(ROLE_ESP, M_SA_DEL));
}

static void
tmd_grants(void)
{
	mock_tmd_says = NULL;
	give_grant(10, 1, 0);
}

/* tmd's pipe is read before an INSTALL is refused. */
static void
test_reads_tmd_first(void **state)
{
	struct mi_install	 m = pair(10, 1);

	(void)state;
	mock_tmd_says = tmd_grants;
	installed(&ike[0], &m);
}

/* A new tmd is told what stands as fast as it reads, then that this is all. */
static void
test_old_grants(void **state)
{
	struct mt_grant_id	 id = { 20 };

	(void)state;
	give_grant(10, 1, 0);
	give_grant(20, 2, 0);
	give_grant(30, 3, 0);
	grants_tmd_died();
	mock_queued = PIPE_QUEUE;
	grants_tmd_started(&parent);
	assert_null(mock_sent(ROLE_TMD, M_GRANT_OLD));
	assert_null(mock_sent(ROLE_TMD, M_GRANTS_END));
	call(from_tmd_grant_handlers, &tmd, M_REVOKE, &id);
	mock_queued = 0;
	event_base_loop(parent.base, EVLOOP_ONCE);
	assert_int_equal(mock_sent(ROLE_TMD, M_GRANT_OLD)->u.old.grant.id, 10);
	assert_int_equal(mock_sent(ROLE_TMD, M_GRANT_OLD)->u.old.grant.id, 30);
	assert_non_null(mock_sent(ROLE_TMD, M_GRANTS_END));
}

static void
test_revoke_and_expiry(void **state)
{
	struct mt_grant_id	 id = { 10 };
	struct wt_grant		 g = wish(20, 2, 0);
	struct mi_install	 m;
	struct sent		*s;

	(void)state;
	give_grant(10, 1, 0);
	m = pair(10, 1);
	installed(&ike[0], &m);
	call(from_tmd_grant_handlers, &tmd, M_REVOKE, &id);
	assert_non_null(mock_sent(ROLE_ESP, M_SA_DEL));
	assert_int_equal(mock_sent(ROLE_TMD, M_REVOKED)->u.tmd.code, RSN_OK);
	call(from_tmd_grant_handlers, &tmd, M_REVOKE, &id);
	assert_int_equal(mock_sent(ROLE_TMD, M_REVOKED)->u.tmd.code, RSN_GONE);
	/* The clock jumps between the check and the timer: it is due. */
	mock_clock_step = 50;
	g.expiry = mock_clock + 75;
	assert_int_equal(ask_grant(&g), RSN_OK);
	mock_clock_step = 0;
	event_base_loop(parent.base, EVLOOP_ONCE);
	assert_non_null(s = mock_sent(ROLE_TMD, M_GRANT_GONE));
	assert_int_equal(s->u.tmd.code, RSN_EXPIRED);
	assert_null(grant_find(20));
	/* An end that no clock will see is no past one. */
	g.expiry = UINT64_MAX;
	assert_int_equal(ask_grant(&g), RSN_OK);
	event_base_loop(parent.base, EVLOOP_NONBLOCK);
	assert_non_null(grant_find(20));
}

/*
 * A ceiling with other algorithms or limits: the pairs stay, new ones wait for
 * the grant's new terms, and those do not come for ever.
 */
static void
test_new_terms(void **state)
{
	struct wt_ceiling	 c[2] = { ceiling(1, IDLE_DROP),
				    ceiling(2, IDLE_DROP) };
	struct wt_grant		 g = wish(10, 1, 0);
	struct mi_install	 m;
	struct pair		*p;
	struct sent		*s;

	(void)state;
	memset(g.peer, 1, sizeof(g.peer));
	give_grant(10, 1, 0);
	give_grant(20, 2, 0);
	m = pair(10, 1);
	installed(&ike[0], &m);
	/* Back again before they came: as if nothing had been. */
	c[1].algs = alg_bit(alg_by_id(XF_ENCR, ENCR_AES_GCM_16, 128));
	policy(c, 2);
	m = pair(20, 2);
	assert_int_equal(refused(&ike[0], &m, "waits for new"), RSN_GRANT);
	c[1] = ceiling(2, IDLE_DROP);
	policy(c, 2);
	m = pair(20, 2);
	installed(&ike[0], &m);
	/* It gets none, and its time is over. */
	c[1].algs = alg_bit(alg_by_id(XF_ENCR, ENCR_AES_GCM_16, 128));
	mock_clock_step = GRANT_STALE_S + 1;
	policy(c, 2);
	mock_clock_step = 0;
	assert_null(mock_sent(ROLE_TMD, M_GRANT_GONE));
	event_base_loop(parent.base, EVLOOP_ONCE);
	s = mock_sent(ROLE_TMD, M_GRANT_GONE);
	assert_non_null(s);
	assert_int_equal(s->u.tmd.req, 20);
	assert_non_null(mock_sent(ROLE_ESP, M_SA_DEL));
	assert_int_equal(s->u.tmd.code, RSN_CEILING);
	c[0].hard_seconds = 600;
	policy(c, 2);
	assert_null(mock_sent(ROLE_ESP, M_SA_DEL));
	assert_null(mock_sent(ROLE_TMD, M_GRANT_GONE));
	/* What both policies have the algorithms for goes on meanwhile. */
	m = pair(10, 1);
	installed(&ike[0], &m);
	/*
	 * The old terms are none, nor are another's, nor such as would leave
	 * pairs outside; these are.
	 */
	assert_int_equal(ask_grant(&g), RSN_CEILING);
	g.hard_seconds = 600;
	g.slot = 1;
	assert_int_equal(ask_grant(&g), RSN_BUSY);
	g.slot = 0;
	ts(&g.ts_remote[0], "10.2.1.0/25");
	assert_int_equal(ask_grant(&g), RSN_BUSY);
	ts(&g.ts_remote[0], "10.2.1.0/24");
	prefix_parse("198.51.100.7/32", &g.outer_remote[0]);
	assert_int_equal(ask_grant(&g), RSN_BUSY);
	prefix_parse("198.51.100.0/24", &g.outer_remote[0]);
	g.pairs = 3;
	assert_int_equal(ask_grant(&g), RSN_OK);
	m = pair(10, 1);
	assert_int_equal(refused(&ike[0], &m, "hard lifetime"), RSN_GRANT);
	m = pair(10, 1);
	m.hard_seconds = 600;
	installed(&ike[0], &m);
	/* What stands does so no longer than new keys would. */
	assert_non_null(p = pair_next(NULL));
	for (; p != NULL; p = pair_next(p))
		assert_in_range(p->grant == NULL ? 1 : p->hard.at, 1,
		    parent_now() + 600);
	c[0].algs = g.algs = alg_bit(alg_by_id(XF_ENCR, ENCR_AES_GCM_16, 128));
	policy(c, 2);
	assert_int_equal(ask_grant(&g), RSN_OK);
	for (p = pair_next(NULL); p != NULL; p = pair_next(p))
		assert_in_range(p->grant == NULL ? 1 : p->hard.at, 1,
		    parent_now() + GRANT_STALE_S);
	/* What no new keys can mend ends at once. */
	c[0].hard_seconds = 300;
	c[0].mark = 7;
	policy(c, 2);
	s = mock_sent(ROLE_TMD, M_GRANT_GONE);
	assert_non_null(s);
	assert_int_equal(s->u.tmd.req, 10);
	assert_int_equal(grants_count(), 0);
}

int
main(void)
{
	static const struct CMUnitTest	 tests[] = {
		cmocka_unit_test_setup(test_grants, setup),
		cmocka_unit_test_setup(test_install, setup),
		cmocka_unit_test_setup(test_install_refused, setup),
		cmocka_unit_test_setup(test_serial, setup),
		cmocka_unit_test_setup(test_spi_once, setup),
		cmocka_unit_test_setup(test_pairs, setup),
		cmocka_unit_test_setup(test_retire, setup),
		cmocka_unit_test_setup(test_authenticated_anew, setup),
		cmocka_unit_test_setup(test_rivals, setup),
		cmocka_unit_test_setup(test_rivals_in_part, setup),
		cmocka_unit_test_setup(test_rival_revoked, setup),
		cmocka_unit_test_setup(test_migrate, setup),
		cmocka_unit_test_setup(test_migrate_seen, setup),
		cmocka_unit_test_setup(test_own_only, setup),
		cmocka_unit_test_setup(test_reads_tmd_first, setup),
		cmocka_unit_test_setup(test_old_grants, setup),
		cmocka_unit_test_setup(test_revoke_and_expiry, setup),
		cmocka_unit_test_setup(test_new_terms, setup),
	};

	bed_begin();
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
