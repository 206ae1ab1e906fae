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
 * Ceilings: what holds from the first policy on, and what a reload changes.
 */

#include "parent_grant_help.h"

/* Blocks before anything else; leftovers go only then; then routes. */
static void
test_first_commit(void **state)
{
	struct wt_ceiling	 c[2] = { ceiling(1, IDLE_DROP),
				    ceiling(3, IDLE_TRAP) };
	struct wt_ceiling	 two = ceiling(2, IDLE_DROP);

	(void)state;
	/* Where our blocks cannot stand, those of before are not taken. */
	mock_xfrm_why = "no memory";
	policy(&two, 1);
	assert_string_equal(mock_kernel(), "+block2 ");
	mock_xfrm_why = NULL;
	policy(c, 2);
	assert_string_equal(mock_kernel(),
	    "+block2 +block1 +block3 cleanx cleanr "
	    "+base +rule3 +route3 -block2 ");
}

/* A reload is a difference, and what is new stands before the old goes. */
static void
test_reload(void **state)
{
	struct wt_ceiling	 c[3] = { ceiling(1, IDLE_DROP),
				    ceiling(2, IDLE_PASS),
				    ceiling(4, IDLE_TRAP) };
	struct wt_ceiling	 bad = ceiling(5, IDLE_DROP);
	struct snap_writer	*w;
	int			 fd;

	(void)state;
	policy(c, 3);
	assert_string_equal(mock_kernel(), "+block4 -route3 -rule3 +rule4 "
	    "+route4 -block2 -block3 ");
	policy(c, 3);
	assert_string_equal(mock_kernel(), "");
	/* What is refused changes nothing. */
	memset(bad.ts_local[0].lo, 0, 16);
	bad.ts_local[0].lo[3] = 1;
	memset(bad.ts_local[0].hi, 255, 16);
	bad.ts_remote_n = 3;
	bad.ts_remote[1] = bad.ts_remote[2] = bad.ts_remote[0];
	bad.ts_remote[1].hi[3]--;
	bad.ts_remote[2].hi[3] -= 2;
	w = snap_open(ROLE_PARENT, ++generation);
	snap_put(w, SNAP_CEILING, &bad);
	fd = snap_close(w);
	assert_non_null(ceilings_prepare(generation, fd));
	close(fd);
	ceilings_abort();
	assert_non_null(ceiling_find(4, 4));
	assert_null(ceiling_find(5, 5));
	assert_string_equal(mock_kernel(), "");
}

/* Rows that only moved are no change; one twice is refused wherever it is. */
static void
test_reload_moves(void **state)
{
	struct wt_ceiling	 c[4] = { ceiling(1, IDLE_DROP),
				    ceiling(2, IDLE_DROP),
				    ceiling(3, IDLE_DROP),
				    ceiling(1, IDLE_DROP) };
	struct wt_ceiling	 few[2] = { c[0], c[2] }, turned[3] = { c[2],
				    c[0], c[1] };
	struct mt_idle		 m = { 3, 3, IDLE_PASS };
	struct snap_writer	*w;
	int			 fd, i;

	(void)state;
	policy(c, 3);
	(void)mock_kernel();
	policy(few, 2);
	assert_string_equal(mock_kernel(), "-block2 ");
	assert_null(ceiling_find(2, 2));
	assert_int_equal(ceilings_count(), 2);
	policy(c, 3);
	assert_string_equal(mock_kernel(), "+block2 ");
	policy(turned, 3);
	assert_string_equal(mock_kernel(), "");
	assert_int_equal(ceilings_count(), 3);
	/* What one that stayed was told meanwhile is told to it alone. */
	call(from_tmd_grant_handlers, &tmd, M_SET_IDLE, &m);
	policy(c, 3);
	assert_int_equal(ceiling_idle(3, 3), ceiling_find(3, 3)->idle);
	assert_string_equal(mock_kernel(), "");
	w = snap_open(ROLE_PARENT, ++generation);
	for (i = 0; i < 4; i++)
		snap_put(w, SNAP_CEILING, &c[i]);
	fd = snap_close(w);
	assert_string_equal(ceilings_prepare(generation, fd),
	    "two ceilings for child 1.1");
	close(fd);
	policy(c, 1);
	assert_string_equal(mock_kernel(), "-block2 -block3 ");
}

/* A wall stands before what it replaces goes, and goes after; a hole last. */
static void
test_beside(void **state)
{
	struct wt_ceiling	 c[2] = { ceiling(1, IDLE_WALL),
				    ceiling(2, IDLE_HOLE) };
	struct mt_idle		 m = { 2, 2, IDLE_DROP };
	struct wt_ceiling	 old[2] = { ceiling(1, IDLE_DROP),
				    ceiling(2, IDLE_DROP) };

	(void)state;
	policy(old, 2);
	(void)mock_kernel();
	policy(c, 2);
	assert_string_equal(mock_kernel(), "+wall1 -block2 +hole2 +past2 "
	    "-block1 ");
	/* Nobody but the policy says so, or otherwise. */
	call(from_tmd_grant_handlers, &tmd, M_SET_IDLE, &m);
	assert_string_equal(mock_kernel(), "");
	m.tunnel = m.child = 1;
	m.action = IDLE_WALL;
	call(from_tmd_grant_handlers, &tmd, M_SET_IDLE, &m);
	assert_string_equal(mock_kernel(), "");
	policy(old, 2);
	assert_string_equal(mock_kernel(), "+block1 +block2 -hole2 -past2 "
	    "-wall1 ");
}

/* New ceilings end the grants that lie outside them. */
static void
test_reload_ends_grants(void **state)
{
	struct wt_ceiling	 c = ceiling(1, IDLE_DROP);
	struct mi_install	 m;
	struct sent		*s;

	(void)state;
	give_grant(10, 1, 0);
	give_grant(20, 2, 0);
	m = pair(20, 2);
	installed(&ike[0], &m);
	policy(&c, 1);
	assert_non_null(s = mock_sent(ROLE_TMD, M_GRANT_GONE));
	assert_int_equal(s->u.tmd.req, 20);
	assert_int_equal(s->u.tmd.code, RSN_CEILING);
	assert_null(mock_sent(ROLE_TMD, M_GRANT_GONE));
	assert_non_null(s = mock_sent(ROLE_IKE, M_SA_EXPIRE));
	assert_int_equal(s->u.expire.hard, 1);
	assert_non_null(mock_sent(ROLE_ESP, M_SA_DEL));
	assert_non_null(grant_find(10));
}

static void
test_set_idle(void **state)
{
	struct mt_idle	 m = { 1, 1, IDLE_TRAP };
	struct sent	*s;

	(void)state;
	call(from_tmd_grant_handlers, &tmd, M_SET_IDLE, &m);
	assert_string_equal(mock_kernel(), "+rule1 +route1 ");
	assert_non_null(s = mock_sent(ROLE_ESP, M_SET_IDLE_ROW));
	assert_int_equal(s->u.idle.action, IDLE_TRAP);
	m.action = IDLE_PASS;
	call(from_tmd_grant_handlers, &tmd, M_SET_IDLE, &m);
	m.action = IDLE_NONE;
	call(from_tmd_grant_handlers, &tmd, M_SET_IDLE, &m);
	assert_string_equal(mock_kernel(), "");
	m.action = IDLE_DROP;
	call(from_tmd_grant_handlers, &tmd, M_SET_IDLE, &m);
	assert_string_equal(mock_kernel(), "-route1 -rule1 ");
}

/* A block that the kernel refused is tried again, until it stands. */
static void
test_block_refused(void **state)
{
	struct flow	 f;

	(void)state;
	memset(&f, 0, sizeof(f));
	addr_parse("10.1.77.0", &f.l.addr);
	addr_parse("10.98.0.0", &f.r.addr);
	f.l.plen = f.r.plen = 24;
	f.l_hi = f.r_hi = 65535;
	mock_kernel();
	mock_xfrm_why = "no memory";
	hold_wish(HOLD_BLOCK, 1, &f, 1);
	assert_non_null(hold_flush());
	assert_false(hold_stands(&f, 1));
	mock_xfrm_why = NULL;
	assert_null(hold_flush());
	assert_string_equal(mock_kernel(), "+block77 ");
	assert_int_equal(hold_retry(), 1);
	assert_null(hold_flush());
	assert_string_equal(mock_kernel(), "+block77 ");
	assert_true(hold_stands(&f, 1));
	assert_int_equal(hold_retry(), 0);
	/* Some of a flow's policies may stand even so: all are removed. */
	hold_wish(HOLD_BLOCK, -1, &f, 1);
	assert_null(hold_flush());
	assert_string_equal(mock_kernel(), "-block77 ");
}

/* Blocks by parts; what is left when all is wanted is done, too. */
static void
test_some(void **state)
{
	struct flow	 f[5];
	unsigned int	 i;
	int		 more;

	(void)state;
	memset(f, 0, sizeof(f));
	for (i = 0; i < 5; i++) {
		addr_parse("10.1.0.0", &f[i].l.addr);
		f[i].l.addr.a[2] = (uint8_t)(70 + i);
		addr_parse("10.98.0.0", &f[i].r.addr);
		f[i].l.plen = f[i].r.plen = 24;
		f[i].l_hi = f[i].r_hi = 65535;
	}
	mock_kernel();
	hold_wish(HOLD_BLOCK, 1, f, 5);
	assert_null(hold_flush_some(2, &more));
	assert_string_equal(mock_kernel(), "+block70 +block71 ");
	assert_true(more);
	assert_false(hold_stands(f, 5));
	hold_wish(HOLD_BLOCK, -1, &f[1], 1);	/* of one that stands */
	hold_wish(HOLD_BLOCK, -1, &f[2], 1);	/* and one that waits */
	assert_null(hold_flush_some(2, &more));
	assert_string_equal(mock_kernel(), "+block73 ");
	assert_true(more);
	assert_null(hold_flush());
	assert_string_equal(mock_kernel(), "+block74 -block71 ");
	assert_null(hold_flush_some(2, &more));
	assert_false(more);
	hold_wish(HOLD_BLOCK, -1, &f[0], 1);
	hold_wish(HOLD_BLOCK, -1, &f[3], 2);
	assert_null(hold_flush());
	assert_string_equal(mock_kernel(), "-block70 -block73 -block74 ");
}

/* Blocks of a policy to come, which comes, or does not. */
static void
test_hold_first(void **state)
{
	struct wt_ceiling	 c[3] = { ceiling(1, IDLE_DROP),
				    ceiling(2, IDLE_PASS),
				    ceiling(3, IDLE_TRAP) };
	struct snap_writer	*w;
	int			 fd, i, more;

	(void)state;
	policy(c, 1);
	(void)mock_kernel();
	w = snap_open(ROLE_PARENT, ++generation);
	for (i = 0; i < 3; i++)
		snap_put(w, SNAP_CEILING, &c[i]);
	fd = snap_close(w);
	assert_null(ceilings_prepare(generation, fd));
	assert_null(ceilings_hold_some(&more));
	assert_false(more);
	assert_string_equal(mock_kernel(), "+block3 ");
	assert_null(ceilings_prepare(generation, fd));
	assert_null(hold_flush());
	assert_string_equal(mock_kernel(), "-block3 ");
	assert_null(ceilings_hold_some(&more));
	assert_string_equal(mock_kernel(), "+block3 ");
	assert_null(ceilings_commit(&parent, generation));
	assert_string_equal(mock_kernel(), "+rule3 +route3 ");
	close(fd);
	policy(c, 1);
	assert_string_equal(mock_kernel(), "-route3 -rule3 -block3 ");
}

/* No table left to route by: said, not passed over. */
static void
test_no_table(void **state)
{
	static struct flow	 f[ROUTE_TABLES];
	struct mi_install	 m;
	struct sent		*s;
	uint32_t		 i, handle;
	size_t			 blocks, routes, n;

	(void)state;
	give_grant(10, 1, 0);
	hold_counts(&blocks, &routes);
	n = ROUTE_TABLES - routes;
	for (i = 0; i < n; i++) {
		addr_parse("10.99.0.0", &f[i].l.addr);
		f[i].l.addr.a[2] = (uint8_t)(i >> 8);
		f[i].l.addr.a[3] = (uint8_t)i;
		f[i].l.plen = 32;
		addr_parse("10.98.0.0", &f[i].r.addr);
		f[i].r.plen = 16;
		f[i].l_hi = f[i].r_hi = 65535;
	}
	hold_wish(HOLD_ROUTE, 1, f, n);
	assert_null(hold_flush());
	m = pair(10, 1);
	handle = forwarded(&ike[0], &m);
	plane_says(M_SA_ADDED, handle, RSN_OK);
	assert_non_null(s = mock_sent(ROLE_IKE, M_INSTALLED));
	assert_int_equal(s->u.result.code, RSN_PLANE);
	assert_non_null(mock_sent(ROLE_ESP, M_SA_DEL));
	plane_says(M_SA_DELETED, handle, RSN_OK);
	hold_wish(HOLD_ROUTE, -1, f, n);
	assert_null(hold_flush());
	m = pair(10, 1);
	installed(&ike[0], &m);
}

int
main(void)
{
	static const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(test_first_commit),
		cmocka_unit_test_setup(test_reload, setup),
		cmocka_unit_test_setup(test_reload_moves, setup),
		cmocka_unit_test_setup(test_beside, setup),
		cmocka_unit_test_setup(test_reload_ends_grants, setup),
		cmocka_unit_test_setup(test_some, setup),
		cmocka_unit_test_setup(test_hold_first, setup),
		cmocka_unit_test_setup(test_set_idle, setup),
		cmocka_unit_test_setup(test_no_table, setup),
		cmocka_unit_test_setup(test_block_refused, setup),
	};

	bed_begin();
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
