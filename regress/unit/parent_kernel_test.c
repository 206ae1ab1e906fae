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

/* ikd/parent/kernel_plane.c: which pairs share a reqid; the first packet; what
 * ends late. */
#include "parent_grant_help.h"

#include "../../ikd/parent/asroot_sa.h"
#include "../../ikd/parent/kernel_plane.h"
#include "../../ikd/parent/plane_ops.h"

static uint32_t	 last_reqid;	/* of the SA that was made last */
static unsigned int counted;	/* questions to the kernel */
static uint64_t	 kernel_packets, kernel_last;	/* its answers */
static unsigned int deleted;	/* SAs */
static uint32_t	 gone_spi;	/* the kernel has none of that any more */
static int	 last_limits;	/* octets that limits were given without keys */

const char *
asroot_sa_add(const struct sa *sa)
{
	last_reqid = sa->reqid;
	return (NULL);
}

int
asroot_sa_count(const struct sa_name *n, struct sa_count *c)
{
	counted++;
	if (gone_spi != 0 && n->spi == gone_spi)
		return (-1);
	memset(c, 0, sizeof(*c));
	c->bytes = 4711;
	c->packets = kernel_packets;
	c->last = kernel_last;
	return (0);
}

int	 asroot_sa_offloaded(const struct sa_name *n) { (void)n; return (0); }
/* Of what has no key any more. */
void
asroot_sa_limits(const struct sa *sa)
{
	size_t	 i;

	for (i = 0; i < sizeof(sa->m->encr_in); i++)
		assert_int_equal(sa->m->encr_in[i] | sa->m->encr_out[i], 0);
	last_limits = (int)sa->m->soft_bytes;
}

struct mi_install *
asroot_sa_keep(const struct mi_install *m)
{
	struct mi_install	*l = xcalloc(1, sizeof(*l));

	l->soft_bytes = m->soft_bytes;
	return (l);
}

int
asroot_sa_totals(uint32_t *states, uint32_t *policies)
{
	*states = *policies = 0;
	return (0);
}

void
asroot_sa_del(const struct sa_name *n)
{
	(void)n;
	deleted++;
}

void
asroot_protect(int add, const struct flow *f, int dir, int trap,
    const struct xfrm_user_tmpl *t, unsigned int nt, unsigned int ifindex)
{
	(void)add, (void)f, (void)dir, (void)trap, (void)t, (void)nt;
	(void)ifindex;
}

/* A pair on a grant of child n; its reqid is in last_reqid. */
static struct pair *
stands(uint32_t grant, uint32_t n)
{
	struct mi_install	 m = pair(grant, n);
	struct flow		 f[FLOWS_MAX];
	struct pair		*p;
	int			 k;

	k = flows_expand(m.ts_local, m.ts_local_n, m.ts_remote, m.ts_remote_n,
	    f);
	plane = &plane_kernel;
	p = pair_new(grant_find(grant), &m, f, (size_t)k);
	plane_kernel.add(p, &m, 0);
	mock_forget();
	mock_kernel();
	return (p);
}

/* The planes do not change while there are pairs. */
static int
teardown(void **state)
{
	(void)state;
	while (grant_next(NULL) != NULL)
		grant_drop(grant_next(NULL));
	plane = &plane_userspace;
	return (0);
}

static void
test_rekey_keeps(void **state)
{
	struct pair	*old, *new;
	uint32_t	 reqid;

	(void)state;
	give_grant(1, 1, 0);
	give_grant(2, 2, 0);
	old = stands(1, 1);
	reqid = last_reqid;
	new = stands(1, 1);
	assert_int_equal(last_reqid, reqid);
	(void)stands(2, 2);
	assert_int_not_equal(last_reqid, reqid);
	pair_delete(old, RSN_OK);
	pair_delete(new, RSN_OK);
}

/*
 * A peer that comes and goes a million times never gets the number by which
 * the packets of another are told.
 */
static void
test_round(void **state)
{
	uint32_t	 i, reqid;

	(void)state;
	give_grant(1, 1, 0);
	give_grant(2, 2, 0);
	(void)stands(1, 1);
	reqid = last_reqid;
	for (i = 0; i < REQID_TRAP - REQID_CHILD + 10; i++) {
		pair_delete(stands(2, 2), RSN_OK);
		if (last_reqid == reqid)
			fail_msg("shared after %u", i);
	}
}

/*
 * What another has replaced is answered at once and goes later, if its worker
 * asks; what nobody replaces, or what is taken from its owner, goes at once.
 */
static void
test_late(void **state)
{
	struct pair	*old, *new;
	unsigned int	 i;

	(void)state;
	for (i = 0; i < 2; i++) {
		give_grant(1, 1, 0);
		old = stands(1, 1);
		new = stands(1, 1);
		old->retired = 1;
		grant_find(1)->nretired++;
		plane_kernel.retire(old);
		old->del_req.waiting = i == 0;
		deleted = 0;
		pair_delete(old, RSN_OK);
		assert_int_equal(deleted, i == 0 ? 0 : 2);
		assert_int_equal(mock_sent(ROLE_IKE, M_REMOVED) != NULL,
		    i == 0);
		kernel_late_end();
		assert_int_equal(deleted, 2);
		new->retired = 1;
		grant_find(1)->nretired++;
		new->del_req.waiting = 1;
		pair_delete(new, RSN_OK);
		assert_int_equal(deleted, 4);
		kernel_late_end();
		assert_int_equal(deleted, 4);
		mock_forget();
		grant_drop(grant_find(1));
	}
}

/* More than so many do not wait, and their numbers are free then. */
static void
test_late_most(void **state)
{
	struct pair	*old, *new;
	unsigned int	 i;

	(void)state;
	give_grant(1, 1, 0);
	new = stands(1, 1);
	deleted = 0;
	for (i = 0; i < 4100; i++) {
		old = new;
		new = stands(1, 1);
		old->retired = 1;
		grant_find(1)->nretired++;
		old->del_req.waiting = 1;
		pair_delete(old, RSN_OK);
		mock_forget();
	}
	assert_int_equal(deleted, 8);
	kernel_late_end();
	assert_int_equal(deleted, 2 * 4100);
	pair_delete(new, RSN_OK);
}

/*
 * A pair that the peer has made: its first packet is no soft limit, also
 * when its predecessor was retired before; the next event is.
 */
static void
test_first_packet(void **state)
{
	struct mi_install	 m;
	struct pair		*old, *new;
	struct flow		 f[FLOWS_MAX];
	int			 k;

	(void)state;
	give_grant(1, 1, 0);
	old = stands(1, 1);
	m = pair(1, 1);
	m.hold_out = 1;
	m.soft_bytes = 4711;
	k = flows_expand(m.ts_local, m.ts_local_n, m.ts_remote, m.ts_remote_n,
	    f);
	new = pair_new(grant_find(1), &m, f, (size_t)k);
	plane_kernel.add(new, &m, old->handle);
	assert_int_equal(new->held, 1);
	old->retired = 1;
	plane_kernel.retire(old);
	assert_int_equal(new->held, 0);
	mock_forget();
	last_limits = 0;
	kernel_expired(m.spi_in, &m.local.addr, 0, EXPIRE_PACKETS);
	assert_null(mock_sent(ROLE_IKE, M_SA_EXPIRE));
	assert_int_equal(last_limits, 4711);
	kernel_expired(m.spi_in, &m.local.addr, 0, EXPIRE_BYTES);
	assert_non_null(mock_sent(ROLE_IKE, M_SA_EXPIRE));
	pair_delete(old, RSN_OK);
	pair_delete(new, RSN_OK);
}

/*
 * Somebody has flushed SAs: which are missing is seen, of a bundle's AH, too,
 * and told once.
 */
static void
test_flushed(void **state)
{
	struct pair	*p;
	struct sent	*s;
	unsigned int	 i;

	(void)state;
	give_grant(1, 1, 0);
	for (i = 0; i < 4; i++) {
		p = stands(1, 1);
		p->suite.ah = INTEG_HMAC_SHA2_256_128;
		p->ah_in = 0xa0001;
		p->ah_out = 0xa0002;
		gone_spi = 0;
		kernel_look();
		assert_null(mock_sent(ROLE_IKE, M_SA_EXPIRE));
		gone_spi = i == 0 ? p->spi_in : i == 1 ? p->spi_out :
		    i == 2 ? p->ah_in : p->ah_out;
		kernel_look();
		assert_non_null(s = mock_sent(ROLE_IKE, M_SA_EXPIRE));
		assert_int_equal(s->u.expire.spi_in, p->spi_in);
		assert_int_equal(s->u.expire.kind, EXPIRE_LOST);
		kernel_look();
		assert_null(mock_sent(ROLE_IKE, M_SA_EXPIRE));
		pair_delete(p, RSN_GONE);
	}
	gone_spi = 0;
}

/* What tmd hears of the only pair. */
static struct wt_counters
counters_now(void)
{
	struct mt_req	 q = { 9, 0 };
	struct sent	*s;
	struct wt_counters c;

	mock_forget();
	call(from_tmd_grant_handlers, &tmd, M_QUERY_PAIRS, &q);
	while ((s = mock_sent(ROLE_TMD, M_PAIR)) == NULL)
		event_base_loop(parent.base, EVLOOP_NONBLOCK);
	c = s->u.pair.counters;
	while (mock_sent(ROLE_TMD, M_PAIRS_END) == NULL)
		event_base_loop(parent.base, EVLOOP_NONBLOCK);
	return (c);
}

/* When it was used last, also by a kernel that does not say. */
static void
test_last_used(void **state)
{
	struct wt_counters	 c;
	struct pair		*p;

	(void)state;
	give_grant(1, 1, 0);
	p = stands(1, 1);
	c = counters_now();
	assert_int_equal(c.last_in | c.last_out, 0);
	kernel_packets = 3;
	c = counters_now();
	assert_in_range(c.last_in, parent_now() - 5, parent_now());
	assert_in_range(c.last_out, parent_now() - 5, parent_now());
	/* No more of them: that stays. */
	p->counters.last_in = p->counters.last_out = 7;
	c = counters_now();
	assert_int_equal(c.last_in, 7);
	assert_int_equal(c.last_out, 7);
	kernel_packets = 4;
	kernel_last = 9;
	c = counters_now();
	assert_int_equal(c.last_in, 9);
	assert_int_equal(c.last_out, 9);
	kernel_packets = kernel_last = 0;
	pair_delete(p, RSN_OK);
	mock_forget();
}

/*
 * All pairs are counted in turns, also those behind one that went meanwhile;
 * events find theirs by SPI and address.
 */
static void
test_walk(void **state)
{
	struct mt_req	 q = { 9, 0 };
	struct pair	*p[100];
	struct sent	*s;
	struct wt_addr	 other;
	unsigned int	 i, n = 0;

	(void)state;
	give_grant(1, 1, 0);
	for (i = 0; i < 100; i++) {
		p[i] = stands(1, 1);
		mock_forget();
	}
	counted = 0;
	call(from_tmd_grant_handlers, &tmd, M_QUERY_PAIRS, &q);
	assert_int_equal(counted, 0);
	/* Once: the next turn may be due already on a machine that is late. */
	while (counted == 0)
		event_base_loop(parent.base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	assert_in_range(counted, 1, 150);
	assert_null(mock_sent(ROLE_TMD, M_PAIRS_END));
	pair_delete(p[99], RSN_OK);
	while (counted < 198)
		event_base_loop(parent.base, EVLOOP_NONBLOCK);
	while ((s = mock_sent(ROLE_TMD, M_PAIR)) != NULL) {
		assert_int_equal(s->u.pair.counters.in_bytes, 4711);
		n++;
	}
	assert_int_equal(n, 99);
	assert_non_null(mock_sent(ROLE_TMD, M_PAIRS_END));
	for (i = 0; i < 99; i++) {
		assert_ptr_equal(pair_by_spi(p[i]->spi_in, &p[i]->local.addr,
		    1), p[i]);
		assert_ptr_equal(pair_by_spi(p[i]->spi_out,
		    &p[i]->remote.addr, 0), p[i]);
		assert_null(pair_by_spi(p[i]->spi_in, &p[i]->local.addr, 0));
	}
	addr_parse("198.51.100.9", &other);
	assert_null(pair_by_spi(p[0]->spi_out, &other, 0));
}

int
main(void)
{
	static const struct CMUnitTest	 tests[] = {
		cmocka_unit_test_setup_teardown(test_rekey_keeps, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_round, setup, teardown),
		cmocka_unit_test_setup_teardown(test_walk, setup, teardown),
		cmocka_unit_test_setup_teardown(test_last_used, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_late, setup, teardown),
		cmocka_unit_test_setup_teardown(test_late_most, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_first_packet, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_flushed, setup, teardown),
	};

	bed_begin();
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
