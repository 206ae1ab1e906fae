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
 * SA pairs on ikd-esp: its death, its absence, limits, counters.
 */

#include "parent_grant_help.h"

/*
 * kill -9: what is missing is lost; keys that were under way do not start
 * again, those that were never sent do.
 */
static void
test_plane_restart(void **state)
{
	struct mi_install	 m, n;
	struct me_count		 count;
	struct me_req		 end;
	struct sent		*s;
	uint32_t		 first, second;

	(void)state;
	give_grant(10, 1, 0);
	m = pair(10, 1);
	first = installed(&ike[0], &m);
	n = pair(10, 1);
	second = forwarded(&ike[0], &n);
	esp_dies(SIGKILL);
	assert_null(mock_sent(ROLE_IKE, M_SA_EXPIRE));
	assert_non_null(s = mock_sent(ROLE_IKE, M_INSTALLED));
	assert_int_equal(s->u.result.code, RSN_PLANE);
	assert_null(pair_by_handle(second));
	n = pair(10, 1);
	call(from_ike_handlers, &ike[0], M_INSTALL, &n);
	mock_esp_up = 1;
	mock_descriptors = 0;
	plane_esp_started();
	assert_int_equal(mock_descriptors, 2);
	assert_non_null(s = mock_sent(ROLE_ESP, M_SA_QUERY));
	end.req = s->u.query.req;
	assert_non_null(s = mock_sent(ROLE_ESP, M_SA_ADD));
	assert_int_equal(s->u.add.spi_in, n.spi_in);
	assert_null(mock_sent(ROLE_ESP, M_SA_ADD));
	/* It has the second, which nobody knows any more, and not the first. */
	memset(&count, 0, sizeof(count));
	count.req = end.req;
	count.handle = second;
	second = s->u.add.handle;
	call(from_esp_handlers, &esp, M_SA_COUNT, &count);
	assert_non_null(s = mock_sent(ROLE_ESP, M_SA_DEL));
	assert_int_equal(s->u.handle.handle, count.handle);
	call(from_esp_handlers, &esp, M_SA_COUNT_END, &end);
	assert_non_null(s = mock_sent(ROLE_IKE, M_SA_EXPIRE));
	assert_int_equal(s->u.expire.kind, EXPIRE_LOST);
	assert_int_equal(s->u.expire.hard, 0);
	assert_int_equal(s->u.expire.spi_in, m.spi_in);
	assert_null(mock_sent(ROLE_IKE, M_SA_EXPIRE));
	assert_int_equal(pair_by_handle(first)->lost, 1);
	plane_says(M_SA_ADDED, second, RSN_OK);
	assert_int_equal(mock_sent(ROLE_IKE, M_INSTALLED)->u.result.code,
	    RSN_OK);
}

/* More strays than it may be told of at once: the rest the next time. */
static void
test_plane_strays(void **state)
{
	struct me_count		 count;
	struct me_req		 end;
	struct sent		*s;

	(void)state;
	esp_dies(SIGKILL);
	mock_clock += 1000;
	mock_esp_up = 1;
	plane_esp_started();
	memset(&count, 0, sizeof(count));
	assert_non_null(s = mock_sent(ROLE_ESP, M_SA_QUERY));
	count.req = end.req = s->u.query.req;
	mock_del_credit = 1;
	for (count.handle = 0xfffff000; count.handle < 0xfffff003;
	    count.handle++)
		call(from_esp_handlers, &esp, M_SA_COUNT, &count);
	assert_non_null(mock_sent(ROLE_ESP, M_SA_DEL));
	assert_null(mock_sent(ROLE_ESP, M_SA_DEL));
	call(from_esp_handlers, &esp, M_SA_COUNT_END, &end);
	assert_non_null(s = mock_sent(ROLE_ESP, M_SA_QUERY));
	assert_int_equal(s->u.query.handle, 0);
	count.req = end.req = s->u.query.req;
	mock_del_credit = 1024;
	for (count.handle = 0xfffff001; count.handle < 0xfffff003;
	    count.handle++)
		call(from_esp_handlers, &esp, M_SA_COUNT, &count);
	assert_non_null(mock_sent(ROLE_ESP, M_SA_DEL));
	assert_non_null(mock_sent(ROLE_ESP, M_SA_DEL));
	call(from_esp_handlers, &esp, M_SA_COUNT_END, &end);
	assert_null(mock_sent(ROLE_ESP, M_SA_QUERY));
}

/* A crash of its own condemns the table; so does a second death at once. */
static void
test_plane_condemned(void **state)
{
	static const int	 deaths[] = { SIGSEGV, SIGKILL };
	struct mi_install	 m, old;
	size_t			 i;

	(void)state;
	give_grant(10, 1, 0);
	old = pair(10, 1);
	installed(&ike[0], &old);
	for (i = 0; i < 2; i++) {
		m = pair(10, 1);
		forwarded(&ike[0], &m);
		esp_dies(deaths[i]);
		assert_int_equal(mock_sent(ROLE_IKE,
		    M_INSTALLED)->u.result.code, RSN_PLANE);
		mock_forget();
		esp_starts();
		assert_null(mock_sent(ROLE_ESP, M_SA_ADD));
		if (i == 0)
			assert_int_equal(mock_sent(ROLE_IKE,
			    M_SA_EXPIRE)->u.expire.kind, EXPIRE_LOST);
		assert_null(mock_sent(ROLE_IKE, M_SA_EXPIRE));
	}
	/* The rekey replaces nothing the plane has. */
	m = pair(10, 1);
	m.replaces = old.spi_in;
	call(from_ike_handlers, &ike[0], M_INSTALL, &m);
	assert_int_equal(mock_sent(ROLE_ESP, M_SA_ADD)->u.add.replaces, 0);
}

/* While the plane is away an INSTALL waits, and a REMOVE does not. */
static void
test_plane_away(void **state)
{
	struct mi_install	 m;
	struct mi_sa		 sa = { 1, 10, 0 };

	(void)state;
	give_grant(10, 1, 0);
	esp_dies(SIGKILL);
	m = pair(10, 1);
	call(from_ike_handlers, &ike[0], M_INSTALL, &m);
	assert_null(mock_sent(ROLE_IKE, M_INSTALLED));
	sa.spi_in = m.spi_in;
	call(from_ike_handlers, &ike[0], M_REMOVE, &sa);
	assert_int_equal(mock_sent(ROLE_IKE, M_INSTALLED)->u.result.code,
	    RSN_GONE);
	assert_int_equal(mock_sent(ROLE_IKE, M_REMOVED)->u.removed.code,
	    RSN_OK);
	assert_int_equal(pairs_count(), 0);
	esp_starts();
	assert_null(mock_sent(ROLE_ESP, M_SA_ADD));
}

/* What the ceiling says of packets goes to the plane, if the peer takes it. */
static void
test_packets(void **state)
{
	struct wt_ceiling	 c = ceiling(1, IDLE_DROP);
	struct mi_install	 m;
	struct sent		*s;
	uint8_t			 i;

	(void)state;
	c.tfc = 700;
	c.dscp = 11;
	c.heads = HEAD_NO_DF;
	policy(&c, 1);
	give_grant(10, 1, 0);
	for (i = 0; i < 2; i++) {
		m = pair(10, 1);
		m.no_tfc = i;
		call(from_ike_handlers, &ike[0], M_INSTALL, &m);
		assert_non_null(s = mock_sent(ROLE_ESP, M_SA_ADD));
		assert_int_equal(s->u.add.tfc, i == 0 ? 700 : 0);
		assert_int_equal(s->u.add.dscp, 11);
		assert_int_equal(s->u.add.heads, HEAD_NO_DF);
	}
}

/* A soft limit is told once; a hard one ends the pair. */
static void
test_expire(void **state)
{
	struct me_expire	 e = { 0, EXPIRE_BYTES, 0 };
	struct mi_install	 m;
	struct sent		*s;

	(void)state;
	give_grant(10, 1, 0);
	m = pair(10, 1);
	e.handle = installed(&ike[0], &m);
	call(from_esp_handlers, &esp, M_ESP_EXPIRE, &e);
	call(from_esp_handlers, &esp, M_ESP_EXPIRE, &e);
	assert_non_null(s = mock_sent(ROLE_IKE, M_SA_EXPIRE));
	assert_int_equal(s->u.expire.hard, 0);
	assert_null(mock_sent(ROLE_IKE, M_SA_EXPIRE));
	e.hard = 1;
	call(from_esp_handlers, &esp, M_ESP_EXPIRE, &e);
	assert_int_equal(mock_sent(ROLE_IKE, M_SA_EXPIRE)->u.expire.hard, 1);
	assert_non_null(mock_sent(ROLE_ESP, M_SA_DEL));
	call(from_esp_handlers, &esp, M_ESP_EXPIRE, &e);
	assert_null(mock_sent(ROLE_IKE, M_SA_EXPIRE));
}

static void
test_query(void **state)
{
	struct mt_req		 q = { 9, 10 };
	struct mi_install	 m;
	struct me_count		 count;
	struct me_req		 end;
	struct sent		*s;

	(void)state;
	give_grant(10, 1, 0);
	m = pair(10, 1);
	memset(&count, 0, sizeof(count));
	count.handle = installed(&ike[0], &m);
	call(from_tmd_grant_handlers, &tmd, M_QUERY_PAIRS, &q);
	assert_non_null(s = mock_sent(ROLE_ESP, M_SA_QUERY));
	end.req = count.req = s->u.query.req;
	count.counters.out_bytes = 99;
	call(from_esp_handlers, &esp, M_SA_COUNT, &count);
	call(from_esp_handlers, &esp, M_SA_COUNT_END, &end);
	assert_non_null(s = mock_sent(ROLE_TMD, M_PAIR));
	assert_int_equal(s->u.pair.req, 9);
	assert_int_equal(s->u.pair.spi_in, m.spi_in);
	assert_int_equal(s->u.pair.counters.out_bytes, 99);
	assert_non_null(mock_sent(ROLE_TMD, M_PAIRS_END));
	/* Without the plane: as last known, and it says so. */
	esp_dies(SIGKILL);
	call(from_tmd_grant_handlers, &tmd, M_QUERY_PAIRS, &q);
	assert_int_equal(mock_sent(ROLE_TMD, M_PAIR)->u.pair.counters.out_bytes,
	    99);
	assert_int_equal(mock_sent(ROLE_TMD, M_PAIRS_END)->u.tmd.code,
	    RSN_PLANE);
}

int
main(void)
{
	static const struct CMUnitTest	 tests[] = {
		cmocka_unit_test_setup(test_plane_restart, setup),
		cmocka_unit_test_setup(test_plane_strays, setup),
		cmocka_unit_test_setup(test_plane_condemned, setup),
		cmocka_unit_test_setup(test_plane_away, setup),
		cmocka_unit_test_setup(test_packets, setup),
		cmocka_unit_test_setup(test_expire, setup),
		cmocka_unit_test_setup(test_query, setup),
	};

	bed_begin();
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
