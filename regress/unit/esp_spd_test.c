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


/* ikd/esp/spd.c, sel.c, held.c: which SA, which policy, who waits. */

#include <netinet/in.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../ikd/esp/count.h"
#include "../../ikd/esp/held.h"
#include "../../ikd/esp/now.h"
#include "../../ikd/esp/sel.h"
#include "../../ikd/esp/spd.h"
#include "esp_help.h"

static void *mem;

static int
attach(void **state)
{
	(void)state;
	mem = help_arena();
	now_ms = 1000000;
	assert_null(sa_attach_memory(mem, HELP_SIZE, help_on_lost));
	return (0);
}

static int
detach(void **state)
{
	(void)state;
	spd_clear();
	sa_detach();
	munmap(mem, HELP_SIZE);
	return (0);
}

static struct pkt
packet(const char *src, const char *dst, uint8_t proto, uint16_t sport,
    uint16_t dport)
{
	uint8_t p[60];
	struct pkt k;

	help_ip4(p, src, dst, proto, sport, dport, 60);
	assert_int_equal(pkt_parse(p, 60, &k), 0);
	return (k);
}

/* The handle of the pair that a packet takes; 0: none. */
static uint32_t
taken(const char *src, const char *dst, uint8_t proto, uint16_t dport)
{
	struct pkt k = packet(src, dst, proto, 1000, dport);
	struct spd_answer a;

	spd_lookup(&k, &a);
	return (a.sa == NULL ? 0 : a.sa->rec->fixed.handle);
}

static struct me_sa_add
child(uint32_t handle, uint32_t number, const char *local, const char *remote)
{
	struct me_sa_add m = help_add(handle, 0x01000100 + handle);

	m.child = number;
	m.ts_local[0] = help_ts(local);
	m.ts_remote[0] = help_ts(remote);
	return (m);
}

static struct me_idle
idle(uint32_t number, uint8_t action, const char *local, const char *remote)
{
	struct me_idle m;

	memset(&m, 0, sizeof(m));
	m.tunnel = 1;
	m.child = number;
	m.action = action;
	m.ts_local_n = m.ts_remote_n = 1;
	m.ts_local[0] = help_ts(local);
	m.ts_remote[0] = help_ts(remote);
	return (m);
}

static void
test_narrowest(void **state)
{
	struct me_sa_add m;

	(void)state;
	m = child(1, 1, "0.0.0.0/0", "0.0.0.0/0");
	help_must_add(&m);
	m = child(2, 2, "10.1.0.0/16", "10.2.0.0/16");
	help_must_add(&m);
	m = child(3, 3, "10.1.0.0/16", "10.2.3.0/24");
	help_must_add(&m);
	m = child(4, 4, "10.1.0.0/16", "10.2.3.0/24");
	m.ts_local[0].proto = m.ts_remote[0].proto = IPPROTO_TCP;
	help_must_add(&m);
	m = child(5, 5, "10.1.0.0/16", "10.2.3.0/24");
	m.ts_local[0].proto = m.ts_remote[0].proto = IPPROTO_TCP;
	m.ts_remote[0].port_lo = m.ts_remote[0].port_hi = 443;
	help_must_add(&m);
	assert_int_equal(taken("10.1.9.9", "10.2.3.4", IPPROTO_TCP, 443), 5);
	assert_int_equal(taken("10.1.9.9", "10.2.3.4", IPPROTO_TCP, 80), 4);
	assert_int_equal(taken("10.1.9.9", "10.2.3.4", IPPROTO_UDP, 443), 3);
	assert_int_equal(taken("10.1.9.9", "10.2.4.4", IPPROTO_TCP, 443), 2);
	assert_int_equal(taken("10.3.9.9", "10.2.3.4", IPPROTO_TCP, 443), 1);
	/* The cache follows the set. */
	sa_delete(sa_by_handle(5));
	assert_int_equal(taken("10.1.9.9", "10.2.3.4", IPPROTO_TCP, 443), 4);
	sa_delete(sa_by_handle(1));
	assert_int_equal(taken("10.3.9.9", "10.2.3.4", IPPROTO_TCP, 443), 0);
	/* Of equals the lower child. */
	m = child(6, 2, "10.1.0.0/16", "10.9.0.0/16");
	help_must_add(&m);
	m = child(7, 1, "10.1.0.0/16", "10.9.0.0/16");
	help_must_add(&m);
	assert_int_equal(taken("10.1.9.9", "10.9.0.1", IPPROTO_UDP, 1), 7);
}

/* A rekey: the old pair until the new one is proven (RFC 7296 2.8). */
static void
test_rekey(void **state)
{
	struct me_sa_add m;

	(void)state;
	m = child(1, 1, "10.1.0.0/16", "10.2.0.0/16");
	help_must_add(&m);
	assert_int_equal(taken("10.1.9.9", "10.2.3.4", 17, 1), 1);
	/* We began the rekey: at once. */
	m = child(2, 1, "10.1.0.0/16", "10.2.0.0/16");
	m.replaces = 1;
	help_must_add(&m);
	assert_int_equal(taken("10.1.9.9", "10.2.3.4", 17, 1), 2);
	/* The peer began: not before a packet comes. */
	m = child(3, 1, "10.1.0.0/16", "10.2.0.0/16");
	m.replaces = 2;
	m.hold_out = 1;
	help_must_add(&m);
	assert_int_equal(taken("10.1.9.9", "10.2.3.4", 17, 1), 2);
	sa_release(sa_by_handle(3));
	assert_int_equal(taken("10.1.9.9", "10.2.3.4", 17, 1), 3);
	/* Or the old one goes. */
	m = child(4, 1, "10.1.0.0/16", "10.2.0.0/16");
	m.replaces = 3;
	m.hold_out = 1;
	help_must_add(&m);
	sa_delete(sa_by_handle(1));
	assert_int_equal(taken("10.1.9.9", "10.2.3.4", 17, 1), 3);
	sa_delete(sa_by_handle(3));
	assert_int_equal(taken("10.1.9.9", "10.2.3.4", 17, 1), 4);
}

/* What passes or drops by policy comes before SAs, in both directions. */
static void
test_beside(void **state)
{
	struct pkt k = packet("10.1.1.1", "10.2.1.1", 17, 1, 2);
	struct pkt back = packet("10.2.1.1", "10.1.1.1", 17, 2, 1);
	struct spd_answer a;
	struct me_idle m;
	struct me_sa_add add;

	(void)state;
	add = child(1, 3, "10.1.1.1/32", "10.2.1.1/32");
	help_must_add(&add);
	assert_false(spd_beside(&back));
	m = idle(1, IDLE_DROP, "10.0.0.0/8", "10.0.0.0/8");
	spd_set_idle(&m);
	m = idle(2, IDLE_WALL, "10.1.0.0/16", "10.2.0.0/16");
	spd_set_idle(&m);
	spd_lookup(&k, &a);
	assert_null(a.sa);
	assert_int_equal(a.row->action, IDLE_WALL);
	assert_true(spd_beside(&back));
	assert_false(spd_beside(&k));
	/* Among them the most exact. */
	m = idle(3, IDLE_HOLE, "10.1.1.0/24", "10.2.1.0/24");
	m.ts_remote[0].proto = 17;
	m.ts_remote[0].port_lo = m.ts_remote[0].port_hi = 2;
	spd_set_idle(&m);
	spd_lookup(&k, &a);
	assert_int_equal(a.row->action, IDLE_HOLE);
	k.dport = 3;
	spd_lookup(&k, &a);
	assert_int_equal(a.row->action, IDLE_WALL);
	m.action = IDLE_NONE;
	spd_set_idle(&m);
	m.child = 2;
	spd_set_idle(&m);
	spd_lookup(&k, &a);
	assert_non_null(a.sa);
	assert_false(spd_beside(&back));
}

static void
test_idle(void **state)
{
	struct pkt k = packet("10.1.1.1", "10.2.1.1", 17, 1, 2);
	struct spd_answer a;
	struct me_idle m;
	struct me_sa_add add;

	(void)state;
	spd_lookup(&k, &a);
	assert_null(a.sa);
	assert_null(a.row);
	m = idle(1, IDLE_DROP, "10.0.0.0/8", "10.0.0.0/8");
	spd_set_idle(&m);
	m = idle(2, IDLE_TRAP, "10.1.0.0/16", "10.2.0.0/16");
	spd_set_idle(&m);
	spd_lookup(&k, &a);
	assert_int_equal(a.row->child, 2);
	assert_int_equal(a.row->action, IDLE_TRAP);
	/* An SA, be it wider, comes before any row. */
	add = child(1, 3, "0.0.0.0/0", "0.0.0.0/0");
	help_must_add(&add);
	spd_lookup(&k, &a);
	assert_int_equal(a.sa->rec->fixed.handle, 1);
	sa_delete(a.sa);
	m.action = IDLE_PASS;
	spd_set_idle(&m);
	spd_lookup(&k, &a);
	assert_int_equal(a.row->action, IDLE_PASS);
	m.action = IDLE_NONE;
	spd_set_idle(&m);
	spd_lookup(&k, &a);
	assert_int_equal(a.row->child, 1);
	assert_null(spd_row_at(1));
	spd_set_idle(&m);		/* removed already */
}

/* What shows no ports fits only who asks for none (RFC 4301 section 7). */
static void
test_ports(void **state)
{
	struct wt_ts t = help_ts("10.2.0.0/16");
	struct pkt k = packet("10.1.1.1", "10.2.1.1", IPPROTO_TCP, 5, 80);

	(void)state;
	assert_int_equal(sel_match(&t, &k, 1), 1);
	assert_int_equal(sel_match(&t, &k, 0), 0);
	t.proto = IPPROTO_TCP;
	t.port_lo = 80;
	t.port_hi = 90;
	assert_int_equal(sel_match(&t, &k, 1), 1);
	k.dport = 91;
	assert_int_equal(sel_match(&t, &k, 1), 0);
	k.ports = 0;
	k.dport = 80;
	assert_int_equal(sel_match(&t, &k, 1), 0);
	t.port_lo = 65535;		/* OPAQUE */
	t.port_hi = 0;
	assert_int_equal(sel_match(&t, &k, 1), 1);
	k.ports = 1;
	assert_int_equal(sel_match(&t, &k, 1), 0);
	t.port_lo = 0;
	t.port_hi = 65535;
	k.proto = IPPROTO_UDP;
	assert_int_equal(sel_match(&t, &k, 1), 0);
	t.af = 6;
	t.proto = 0;
	assert_int_equal(sel_match(&t, &k, 1), 0);
}

static uint8_t given[HELD_ALL];
static unsigned int n_given;

static void
on_given(const uint8_t *p, size_t len)
{
	assert_int_equal(len, 3);
	given[n_given++] = p[0];
}

static void
test_held(void **state)
{
	struct idle_row one = { .tunnel = 1, .child = 1 };
	struct idle_row two = { .tunnel = 1, .child = 2 };
	uint64_t drops = counts[CNT_DROP_HELD];
	uint8_t p[3] = { 0 };
	unsigned int i;

	(void)state;
	n_given = 0;
	for (i = 0; i < HELD_PER_ROW + 2; i++) {
		p[0] = i;
		held_keep(&one, p, 3);
	}
	held_keep(&two, p, 3);
	assert_int_equal(held_count(), HELD_PER_ROW + 1);
	assert_int_equal(counts[CNT_DROP_HELD] - drops, 2);
	held_release(1, 1, on_given);
	assert_int_equal(n_given, HELD_PER_ROW);
	for (i = 0; i < n_given; i++)
		assert_int_equal(given[i], i);
	now_ms += HELD_MS - 1;
	held_expire();
	assert_int_equal(held_count(), 1);
	now_ms++;
	held_expire();
	assert_int_equal(held_count(), 0);
	held_release(1, 2, on_given);
	assert_int_equal(n_given, HELD_PER_ROW);
}

static void
test_held_all(void **state)
{
	struct idle_row row = { .tunnel = 1 };
	uint8_t p[3] = { 0 };

	(void)state;
	for (row.child = 0; row.child < 2 * HELD_ALL; row.child++)
		held_keep(&row, p, 3);
	assert_int_equal(held_count(), HELD_ALL);
	now_ms += HELD_MS;
	held_expire();
	assert_int_equal(held_count(), 0);
}

static void
test_bucket(void **state)
{
	struct bucket b = { .rate = 10, .burst = 5 };
	int i;

	(void)state;
	for (i = 0; i < 5; i++)
		assert_int_equal(bucket_take(&b), 1);
	assert_int_equal(bucket_take(&b), 0);
	now_ms += 99;
	assert_int_equal(bucket_take(&b), 0);
	now_ms += 1;
	assert_int_equal(bucket_take(&b), 1);
	assert_int_equal(bucket_take(&b), 0);
	now_ms += 1000000;
	for (i = 0; i < 5; i++)
		assert_int_equal(bucket_take(&b), 1);
	assert_int_equal(bucket_take(&b), 0);
}

#define T(f)	cmocka_unit_test_setup_teardown(f, attach, detach)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_narrowest), T(test_rekey), T(test_beside), T(test_idle),
		T(test_ports),
		T(test_held), T(test_held_all), T(test_bucket),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
