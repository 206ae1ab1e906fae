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

/* The life of a session: timers, liveness, deleting, other processes. */
#include <sys/mman.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../ikd/ike/life.h"
#include "../../ikd/ike/record.h"
#include "harness.h"
#include "mocks.h"
#include "reason.h"

/* Renewal: overlap percent before the end, earlier by up to half of it. */
static void
test_renewal(void **state)
{
	uint32_t	 i, at;

	(void)state;
	for (i = 0; i < 1000; i++) {
		at = life_renewal(3600, 15, i * 2654435761U);
		assert_true(at <= 3600 - 540);
		assert_true(at >= 3600 - 810);
	}
	assert_true(life_renewal(120, 1, 0) < 120);
	/* 12 s until 90 % are left, earlier by up to half of those. */
	for (i = 0; i < 1000; i++) {
		at = life_renewal(120, 90, i * 2654435761U);
		assert_in_range(at, 6, 12);
	}
	/* The same by octets and packets. */
	assert_int_equal(life_soft(0, 15, 7), 0);
	assert_int_equal(life_soft(1000, 15, 0), 850);
	assert_in_range(life_soft(1000, 15, UINT32_MAX), 775, 776);
	assert_in_range(life_soft(1000, 90, UINT32_MAX), 50, 51);
	assert_true(life_soft(UINT64_MAX, 90, UINT32_MAX) > 0);
	for (i = 0; i < 1000; i++)
		assert_in_range(life_soft(1ULL << 40, 50, i * 2654435761U),
		    1ULL << 38, 1ULL << 39);
}

/*
 * key-renewal: reauth.  Nobody rekeys the IKE SA: tmd is told, who begins
 * first, the other one when that was in vain, and the lifetime is the end.
 */
static void
test_reauth(void **state)
{
	struct world	*w = world_new(508);
	uint32_t	 life = 1000;

	(void)state;
	w->n[0].tunnel.lifetime = w->n[1].tunnel.lifetime = life;
	w->n[0].tunnel.overlap = w->n[1].tunnel.overlap = 20;
	w->n[0].tunnel.reauth = w->n[1].tunnel.reauth = 1;
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	assert_in_range(w->n[0].up.rekey_at, w->n[0].up.since + 700,
	    w->n[0].up.since + 800);
	assert_in_range(w->n[1].up.rekey_at, w->n[1].up.since + 850,
	    w->n[1].up.since + 900);
	assert_int_equal(w->n[0].up.ends_at, w->n[0].up.since + life);
	world_run(w, 695000);
	assert_int_equal(w->n[0].renews, 0);
	world_run(w, 110000);
	/* Again and again until it is done. */
	assert_true(w->n[0].renews >= 1);
	assert_int_equal(w->n[1].renews, 0);
	world_run(w, 100000);
	assert_true(w->n[0].renews >= 4);
	assert_true(w->n[1].renews >= 1);
	assert_int_equal(w->n[0].ups, 1);
	assert_int_equal(w->n[0].downs, 0);
	world_run(w, 100000);
	/* One of the two was first to see it. */
	assert_int_equal(w->n[0].downs, 1);
	assert_int_equal(w->n[1].downs, 1);
	assert_true(w->n[0].down.code == RSN_EXPIRED ||
	    w->n[1].down.code == RSN_EXPIRED);
	assert_int_equal(world_pairs(w), 0);
	world_free(w);
}

/* By octets: renewed before the limit, which is the end otherwise. */
static void
test_octets(void **state)
{
	struct world	*w;
	unsigned int	 i, reauth;

	(void)state;
	for (reauth = 0; reauth < 2; reauth++) {
		w = world_new(509 + reauth);
		w->n[0].tunnel.lifesize = 65536;
		w->n[0].tunnel.overlap = 20;
		w->n[0].tunnel.reauth = (uint8_t)reauth;
		world_start(w);
		node_initiate(&w->n[0], 1);
		assert_true(world_until(w, both_up, 5000));
		assert_int_equal(node_session(&w->n[0])->octets, 0);
		for (i = 0; i < 400 && w->n[0].ups == 1 &&
		    w->n[0].downs == 0 && w->n[0].renews == 0; i++) {
			node_child_do(&w->n[0], 1, CHILD_REKEY);
			world_run(w, 1000);
		}
		/* A rekey and its Delete are a few hundred octets. */
		assert_in_range(i, 30, 120);
		assert_int_equal(w->n[0].downs, 0);
		/* Each KB was told, of the one that has a limit alone. */
		assert_in_range(w->n[0].carrieds, 40, 64);
		assert_in_range(w->n[0].carried.octets, 40 * 1024, 65535);
		assert_int_equal(w->n[1].carrieds, 0);
		world_run(w, 5000);
		if (!reauth) {
			assert_int_equal(w->n[0].ups, 2);
			assert_true(node_session(&w->n[0])->octets < 3000);
			assert_true(both_up(w));
		}
		for (i = 0; reauth && i < 400 && w->n[0].downs == 0; i++) {
			node_child_do(&w->n[0], 1, CHILD_REKEY);
			world_run(w, 1000);
		}
		if (reauth) {
			assert_int_equal(w->n[0].downs, 1);
			assert_int_equal(w->n[0].down.code, RSN_EXPIRED);
		}
		world_free(w);
	}
}

/* A child is renewed in time, and so is the IKE SA, for a day. */
static void
test_day(void **state)
{
	struct world	*w = world_up(500);
	int		 i;

	(void)state;
	for (i = 0; i < 24 * 6; i++) {
		world_run(w, 600000);
		assert_true(both_up(w));
		assert_true(node_children(&w->n[0]) >= 1);
	}
	world_run(w, 20000);
	assert_int_equal(world_pairs(w), 1);
	assert_true(w->n[0].child_ups >= 24);
	assert_true(w->n[0].ups >= 6);
	assert_int_equal(w->n[0].downs + w->n[1].downs, 0);
	world_clean(w);
	world_free(w);
}

/* One authentication is good until its expiry, whatever is rekeyed. */
static void
test_expiry(void **state)
{
	struct world	*w = world_new(501);

	(void)state;
	w->n[0].expiry = 1000 + 5000;
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 4000000);
	assert_true(both_up(w));
	world_run(w, 1100000);
	assert_int_equal(w->n[0].downs, 1);
	assert_int_equal(w->n[0].down.code, RSN_EXPIRED);
	assert_int_equal(w->n[1].downs, 1);
	assert_int_equal(w->n[1].down.code, RSN_PEER_DELETED);
	assert_int_equal(world_pairs(w), 0);
	assert_int_equal(w->n[0].ike->nsessions, 0);
	world_free(w);
}

/* The peer dies: an idle session notices by itself. */
static void
test_dead_peer(void **state)
{
	struct world	*w = world_up(502);

	(void)state;
	w->hook = drop_all;
	world_run(w, 400000);
	assert_int_equal(w->n[0].downs, 1);
	assert_int_equal(w->n[0].down.code, RSN_DEAD_PEER);
	assert_int_equal(w->n[1].downs, 1);
	assert_int_equal(w->n[0].child_downs, 1);
	assert_int_equal(world_pairs(w), 0);
	assert_int_equal(w->n[0].ike->nsessions, 0);
	world_free(w);
}

/* Thousands of peers may be silent at once: who asks them needs little. */
#define ASKING	640

static void
test_asking_is_small(void **state)
{
	struct world	*w = world_up(506);
	struct session	*s = node_session(&w->n[0]);

	(void)state;
	w->hook = drop_all;
	world_run(w, 60000);
	assert_non_null(s->own);
	assert_int_equal(s->own->kind, JOB_PROBE);
	assert_null(s->own->sa);
	assert_true(sizeof(*s->own) <= ASKING);
	assert_true(window_outstanding(s));
	assert_true(window_work(s)->req_len <= 100);
	world_free(w);
}

/* While ESP comes in nothing is asked; when it stops, it is. */
static void
test_dpd_only_when_idle(void **state)
{
	struct world	*w = world_up(503);
	unsigned int	 i, sent = w->sent;

	(void)state;
	for (i = 0; i < 60; i++) {
		w->n[0].last_in = w->n[1].last_in = w->now / 1000;
		world_run(w, 5000);
	}
	assert_int_equal(w->sent, sent);
	world_run(w, 70000);
	assert_true(w->sent > sent);
	assert_true(both_up(w));
	world_free(w);
}

static void
test_dpd_off(void **state)
{
	struct world	*w = world_new(504);
	unsigned int	 sent;

	(void)state;
	w->n[0].tunnel.dpd = w->n[1].tunnel.dpd = 0;
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 1000);
	sent = w->sent;
	world_run(w, 600000);
	assert_int_equal(w->sent, sent);
	world_free(w);
}

static void
test_remove(void **state)
{
	struct world	*w = world_up(505);

	(void)state;
	node_session_do(&w->n[0], SESSION_DELETE);
	world_run(w, 1000);
	assert_int_equal(w->n[0].downs, 1);
	assert_int_equal(w->n[0].down.code, RSN_ADMIN);
	assert_int_equal(w->n[1].downs, 1);
	assert_int_equal(w->n[1].down.code, RSN_PEER_DELETED);
	assert_int_equal(w->n[0].child_downs, 1);
	assert_int_equal(w->n[1].child_downs, 1);
	assert_int_equal(world_pairs(w), 0);
	world_clean(w);
	world_free(w);
}

/* A peer that does not answer is not waited for longer than a few tries. */
static void
test_remove_dead(void **state)
{
	struct world	*w = world_up(506);

	(void)state;
	w->hook = drop_all;
	node_session_do(&w->n[0], SESSION_DELETE);
	world_run(w, 15000);
	assert_int_equal(w->n[0].downs, 1);
	assert_int_equal(w->n[0].ike->nsessions, 0);
	world_free(w);
}

static void
test_forget(void **state)
{
	struct world	*w = world_up(507);
	unsigned int	 sent = w->sent;

	(void)state;
	node_session_do(&w->n[0], SESSION_FORGET);
	world_run(w, 1000);
	assert_int_equal(w->sent, sent);
	assert_int_equal(w->n[0].downs, 1);
	assert_int_equal(w->n[0].ike->nsessions, 0);
	/* The other side finds out by itself. */
	world_run(w, 400000);
	assert_int_equal(w->n[1].downs, 1);
	assert_int_equal(w->n[1].down.code, RSN_DEAD_PEER);
	world_free(w);
}

/* An unprotected INVALID_IKE_SPI is a hint: it is asked, nothing ends. */
static void
test_unprotected_notify(void **state)
{
	struct world	*w = world_up(508);
	struct session	*a = node_session(&w->n[0]);
	struct ike_hdr	 h;
	struct msg_build m;
	uint8_t		 buf[64];
	unsigned int	 i;
	long		 len;

	(void)state;
	memset(&h, 0, sizeof(h));
	memcpy(h.spi_i, a->spi_i, SPI_LEN);
	memcpy(h.spi_r, a->spi_r, SPI_LEN);
	h.exch = EXCH_INFORMATIONAL;
	h.flags = HDR_RESPONSE;
	h.msgid = a->win.out_id;
	msg_begin(&m, buf, sizeof(buf), &h);
	msg_add_notify(&m, N_INVALID_IKE_SPI, NULL, 0);
	len = msg_finish(&m);
	for (i = 0; i < 5; i++) {
		world_inject(w, 0, &a->remote, &a->local, 1, buf,
		    (size_t)len);
		world_run(w, 100);
	}
	assert_true(both_up(w));
	assert_int_equal(w->n[0].ike->stat[ST_UNAUTH_NOTIFY], 5);
	assert_true(w->n[0].ike->stat[ST_PROBES] >= 1);
	assert_int_equal(w->n[0].downs, 0);
	world_clean(w);
	world_free(w);
}

/* Forged and random messages for a live session change nothing. */
static void
test_forgery(void **state)
{
	struct world	*w = world_up(509);
	struct session	*a = node_session(&w->n[0]);
	uint8_t		 buf[128];
	unsigned int	 i;

	(void)state;
	memset(buf, 0x5a, sizeof(buf));
	memcpy(buf, a->spi_i, SPI_LEN);
	memcpy(buf + 8, a->spi_r, SPI_LEN);
	buf[16] = PLD_SK;
	buf[17] = 0x20;
	buf[18] = EXCH_INFORMATIONAL;
	put32(buf + 24, sizeof(buf));
	buf[28] = 0;
	buf[29] = 0;
	put16(buf + 30, sizeof(buf) - HDR_LEN);
	for (i = 0; i < 4; i++) {
		buf[19] = i & 1 ? HDR_RESPONSE : 0;
		put32(buf + 20, i & 2 ? a->win.in_id : a->win.out_id);
		world_inject(w, 0, &a->remote, &a->local, 1, buf,
		    sizeof(buf));
		world_run(w, 100);
	}
	assert_true(w->n[0].ike->stat[ST_FORGED] >= 1);
	assert_true(both_up(w));
	node_session_do(&w->n[0], SESSION_PROBE);
	world_run(w, 1000);
	world_clean(w);
	world_free(w);
}

/* A message with a higher major version is told so (RFC 7296 2.5). */
static void
test_version(void **state)
{
	struct world	*w = world_up(510);
	uint8_t		 buf[HDR_LEN];
	unsigned int	 sent = w->sent;

	(void)state;
	memset(buf, 1, sizeof(buf));
	buf[17] = 0x30;
	buf[19] = HDR_INITIATOR;
	put32(buf + 24, sizeof(buf));
	world_inject(w, 0, &w->n[1].at, &w->n[0].at, 0, buf, sizeof(buf));
	world_run(w, 5);
	assert_int_equal(w->sent, sent + 1);
	assert_int_equal(w->n[0].ike->stat[ST_BAD_VERSION], 1);
	world_run(w, 100);
	world_free(w);
}

/* A new tmd hears of all sessions and pairs again. */
static void
test_new_tmd(void **state)
{
	struct world	*w = world_up(511);

	(void)state;
	from_tmd_new(w->n[0].ike);
	assert_int_equal(w->n[0].replay_ends, 1);
	assert_int_equal(w->n[0].again_ups, 1);
	assert_int_equal(w->n[0].up.again, 1);
	assert_int_equal(w->n[0].child_up.again, 1);
	assert_int_equal(w->n[0].child_ups, 2);
	world_free(w);
}

/* The plane tells of bytes used up, of an SA lost, of a hard end. */
static void
test_expire_events(void **state)
{
	struct world		*w = world_up(512);
	struct child		*c = child_newest(node_session(&w->n[0]), 1);
	struct mi_expire	 m;

	(void)state;
	memset(&m, 0, sizeof(m));
	m.grant = c->grant;
	m.spi_in = c->spi_in;
	m.kind = EXPIRE_BYTES;
	from_parent_expire(w->n[0].ike, &m);
	world_run(w, WORLD_SETTLED);
	assert_int_equal(w->n[0].child_ups, 2);
	assert_int_equal(world_pairs(w), 1);
	c = child_newest(node_session(&w->n[0]), 1);
	m.grant = c->grant;
	m.spi_in = c->spi_in;
	m.kind = EXPIRE_LOST;
	m.hard = 1;
	from_parent_expire(w->n[0].ike, &m);
	world_run(w, WORLD_SETTLED);
	assert_int_equal(w->n[0].child_ups, 3);
	assert_int_equal(world_pairs(w), 1);
	c = child_newest(node_session(&w->n[0]), 1);
	m.grant = c->grant;
	m.spi_in = c->spi_in;
	m.kind = EXPIRE_TIME;
	from_parent_expire(w->n[0].ike, &m);
	world_run(w, 3000);
	assert_int_equal(world_pairs(w), 0);
	assert_int_equal(w->n[0].child_down.code, RSN_EXPIRED);
	world_clean(w);
	world_free(w);
}

/* ESP from elsewhere moves the session like an IKE message does. */
static void
test_mapping(void **state)
{
	struct world		*w = world_up(513);
	struct child		*c = child_newest(node_session(&w->n[0]), 1);
	struct mw_mapping	 m;

	(void)state;
	m.spi_in = c->spi_in;
	m.local = c->s->local;
	m.remote = c->s->remote;
	m.remote.port = 4711;
	from_esp_mapping(w->n[0].ike, &m);
	world_run(w, 10);
	assert_int_equal(w->n[0].moved, 1);
	assert_int_equal(w->n[0].migrate.remote.port, 4711);
	world_free(w);
}

/* Behind a NAT ourselves we do not follow, but ask the old place. */
static void
test_mapping_behind_nat(void **state)
{
	struct world		*w = world_up(515);
	struct session		*s = node_session(&w->n[0]);
	struct child		*c = child_newest(s, 1);
	struct mw_mapping	 m;
	uint64_t		 before = w->n[0].ike->stat[ST_PROBES];

	(void)state;
	s->nat |= NAT_US;
	m.spi_in = c->spi_in;
	m.local = s->local;
	m.remote = s->remote;
	m.remote.port = 4711;
	from_esp_mapping(w->n[0].ike, &m);
	world_run(w, 10);
	assert_int_equal(w->n[0].moved, 0);
	assert_int_equal(w->n[0].ike->stat[ST_PROBES], before + 1);
	assert_int_equal(world_pairs(w), 1);
	world_free(w);
}

static void
test_stray(void **state)
{
	struct world	*w = world_up(514);
	struct mw_stray	 m;
	uint8_t		 buf[4 + HDR_LEN];

	(void)state;
	memset(buf, 0, sizeof(buf));
	memset(buf + 4, 7, HDR_LEN);
	buf[4 + 17] = 0x20;
	buf[4 + 19] = 0;
	put32(buf + 4 + 24, HDR_LEN);
	memset(&m, 0, sizeof(m));
	m.local = w->n[0].at;
	m.remote = w->n[1].at;
	m.data.p = buf;
	m.data.len = sizeof(buf);
	from_esp_stray(w->n[0].ike, &m);
	assert_int_equal(w->n[0].ike->stat[ST_STRAYS], 1);
	assert_int_equal(w->n[0].ike->stat[ST_NO_SA], 1);
	buf[0] = 1;		/* ESP after all */
	from_esp_stray(w->n[0].ike, &m);
	assert_int_equal(w->n[0].ike->stat[ST_BAD_HEADER], 1);
	world_run(w, 100);
	world_free(w);
}

/* At the end the peers hear of it. */
static void
test_stop(void **state)
{
	struct world	*w = world_up(515);

	(void)state;
	ike_stop(w->n[0].ike);
	ike_turn_end(w->n[0].ike);
	world_run(w, 1000);
	assert_int_equal(w->n[0].ike->nsessions, 0);
	assert_int_equal(w->n[1].ike->nsessions, 0);
	/* Nobody is let in any more. */
	node_initiate(&w->n[1], 5);
	world_run(w, 3000);
	assert_int_equal(w->n[0].ike->nsessions, 0);
	world_free(w);
}

/* A record is whole or nothing. */
static void
test_record(void **state)
{
	struct session_record	*r = calloc(1, sizeof(*r));

	(void)state;
	assert_false(record_valid(r));
	r->magic = RECORD_MAGIC;
	r->version = RECORD_VERSION;
	r->seq = 1;
	r->req_len = 10;
	r->sum = record_sum(r);
	assert_true(record_valid(r));
	r->req[3] ^= 1;
	assert_false(record_valid(r));
	r->req[3] ^= 1;
	r->in_id++;
	assert_false(record_valid(r));
	r->in_id--;
	r->req_len = RECORD_MSG + 1;
	assert_false(record_valid(r));
	r->req_len = 10;
	r->nchildren = RECORD_CHILDREN + 1;
	assert_false(record_valid(r));
	free(r);
}

/* What a worker leaves in the arena is found, counted and wiped. */
static void
test_arena(void **state)
{
	struct world	*w = world_new(516);
	struct arena	*a;
	size_t		 lost = 99;
	int		 fd, again;

	(void)state;
	fd = memfd_create("arena", MFD_CLOEXEC);
	assert_return_code(fd, 0);
	assert_int_equal(ftruncate(fd, 8 * 2 *
	    (off_t)sizeof(struct session_record)), 0);
	again = dup(fd);
	arena_close(w->n[0].ike->arena);
	w->n[0].ike->arena = arena_open(fd, &lost);
	assert_int_equal(lost, 0);
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 100);
	node_session_do(&w->n[0], SESSION_PROBE);
	world_run(w, 100);
	/* The next worker, while the first is not gone: it is killed. */
	fd = dup(again);
	a = arena_open(again, &lost);
	assert_int_equal(lost, 1);
	arena_close(a);
	a = arena_open(fd, &lost);
	assert_int_equal(lost, 0);
	arena_close(a);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_renewal),
		cmocka_unit_test(test_reauth),
		cmocka_unit_test(test_octets),
		cmocka_unit_test(test_day),
		cmocka_unit_test(test_expiry),
		cmocka_unit_test(test_dead_peer),
		cmocka_unit_test(test_asking_is_small),
		cmocka_unit_test(test_dpd_only_when_idle),
		cmocka_unit_test(test_dpd_off),
		cmocka_unit_test(test_remove),
		cmocka_unit_test(test_remove_dead),
		cmocka_unit_test(test_forget),
		cmocka_unit_test(test_unprotected_notify),
		cmocka_unit_test(test_forgery),
		cmocka_unit_test(test_version),
		cmocka_unit_test(test_new_tmd),
		cmocka_unit_test(test_expire_events),
		cmocka_unit_test(test_mapping),
		cmocka_unit_test(test_mapping_behind_nat),
		cmocka_unit_test(test_stray),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_record),
		cmocka_unit_test(test_arena),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
