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
 * ikd/esp/arena.c and sa.c: what outlives the process, checked like the
 * hostile input it may be; sequence numbers across restarts; hold and
 * release; limits.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../ikd/esp/expire.h"
#include "../../ikd/esp/now.h"
#include "esp_help.h"

static void *mem;

static int
attach(void **state)
{
	(void)state;
	mem = help_arena();
	help_lost = 0;
	now_ms = 1000000;
	assert_null(sa_attach_memory(mem, HELP_SIZE, help_on_lost));
	return (0);
}

static int
detach(void **state)
{
	(void)state;
	sa_detach();
	munmap(mem, HELP_SIZE);
	return (0);
}

/* The process dies, another takes the memory. */
static void
restart(void)
{
	sa_detach();
	assert_null(sa_attach_memory(mem, HELP_SIZE, help_on_lost));
}

static void
test_add(void **state)
{
	struct me_sa_add m = help_add(1, 0x01000100);
	struct sa *sa = help_must_add(&m), *again;
	int added;

	(void)state;
	assert_ptr_equal(sa_by_spi(0x01000100), sa);
	assert_ptr_equal(sa_by_handle(1), sa);
	assert_null(sa_by_spi(0x01000101));
	/* Said twice: as it stands.  With other keys: no. */
	assert_int_equal(sa_add(&m, &again, &added), RSN_OK);
	assert_int_equal(added, 0);
	assert_ptr_equal(again, sa);
	m.encr_out[3] ^= 1;
	assert_int_equal(sa_add(&m, &again, &added), RSN_SPI);
	m = help_add(2, 0x01000100);
	assert_int_equal(sa_add(&m, &again, &added), RSN_SPI);
	sa_delete(sa);
	assert_null(sa_by_handle(1));
	assert_int_equal(sa_count(), 0);
}

static void
test_refused(void **state)
{
	struct me_sa_add m;
	struct sa *sa;
	int added;

	(void)state;
#define REFUSED(change) do {						\
	m = help_add(1, 0x01000100);					\
	change;								\
	assert_int_equal(sa_add(&m, &sa, &added), RSN_UNSUPPORTED);	\
	assert_int_equal(sa_count(), 0);				\
} while (0)
	REFUSED(m.handle = 0);
	REFUSED(m.spi_in = 255);
	REFUSED(m.spi_out = 0);
	REFUSED(m.replay_window = 4097);
	REFUSED(m.suite.esn = 2);
	REFUSED(m.suite.encr = 99);
	REFUSED(m.encr_in_len--);
	REFUSED(m.encr_in_len--; m.encr_out_len--);
	REFUSED(m.integ_in_len = m.integ_out_len = 20);
	REFUSED(m.ts_local_n = 0);
	REFUSED(m.ts_remote_n = 0);
	REFUSED(m.ts_local[0].af = 5);
	REFUSED(memset(m.ts_remote[0].lo, 255, 16));
	REFUSED(m.local.addr.af = 0);
	REFUSED(m.remote.addr.af = 6);
	REFUSED(m.remote.port = 0);
}

static void
test_full(void **state)
{
	struct me_sa_add m;
	struct sa *sa;
	uint32_t i;
	int added;

	(void)state;
	for (i = 0; i < HELP_SLOTS; i++) {
		m = help_add(i + 1, 0x01000100 + i);
		help_must_add(&m);
	}
	m = help_add(100, 0x01001000);
	assert_int_equal(sa_add(&m, &sa, &added), RSN_BUSY);
	sa_delete(sa_by_handle(3));
	assert_int_equal(sa_add(&m, &sa, &added), RSN_OK);
	assert_int_equal(sa->slot, 2);
	restart();
	assert_int_equal(sa_count(), HELP_SLOTS);
	assert_null(sa_by_handle(3));
	assert_non_null(sa_by_handle(100));
}

/* Numbers are never given twice, wherever the process dies. */
static void
test_numbers(void **state)
{
	struct me_sa_add m = help_add(1, 0x01000100);
	struct sa *sa = help_must_add(&m);
	uint64_t seq, last = 0;
	int i, k;

	(void)state;
	for (k = 0; k < 5; k++) {
		for (i = 0; i < 3000 * k + 1; i++) {
			assert_int_equal(sa_seq_take(sa, &seq), 0);
			assert_true(seq > last);
			assert_true(seq < sa->rec->seq_end);
			if (i > 0 || k == 0)
				assert_true(seq == last + 1);
			last = seq;
		}
		restart();
		sa = sa_by_handle(1);
		assert_non_null(sa);
		assert_true(sa->seq_next > last);
		assert_true(sa->seq_next <= last + SA_SEQ_BLOCK);
	}
	assert_int_equal(help_lost, 0);
}

static void
test_numbers_end(void **state)
{
	struct me_sa_add m = help_add(1, 0x01000100);
	struct sa *sa = help_must_add(&m);
	uint64_t seq = 0, n = 0;

	(void)state;
	sa->rec->seq_end = sa->seq_next = 0xffffffffULL - 5000;
	while (sa_seq_take(sa, &seq) == 0)
		n++;
	assert_true(seq == 0xffffffffULL);
	assert_true(n == 5001);
	assert_int_equal(sa_seq_take(sa, &seq), -1);
	restart();
	sa = sa_by_handle(1);
	assert_non_null(sa);
	assert_int_equal(sa_seq_take(sa, &seq), -1);
	assert_int_equal(expire_dead(sa), 0);
	expire_numbers(sa);
	assert_int_equal(expire_dead(sa), 1);
	assert_int_equal(expire_count(sa, 1, 10), -1);
}

/* With ESN they go on. */
static void
test_numbers_esn(void **state)
{
	struct me_sa_add m = help_add(1, 0x01000100);
	struct sa *sa;
	uint64_t seq;
	int i;

	(void)state;
	m.suite.esn = 1;
	sa = help_must_add(&m);
	sa->rec->seq_end = sa->seq_next = 0xffffffffULL - 10;
	for (i = 0; i < 20; i++)
		assert_int_equal(sa_seq_take(sa, &seq), 0);
	assert_true(seq == 0x100000008ULL);
	assert_int_equal(expire_count(sa, 1, 10), 0);
	assert_int_equal(sa->rec->told, 0);
}

/* Replay windows, counters, addresses, hold: all there again. */
static void
test_restart(void **state)
{
	struct me_sa_add m = help_add(1, 0x01000100);
	struct wt_sock to = help_sock("192.0.2.9", 1234);
	struct wt_counters c;
	struct sa *sa = help_must_add(&m);

	(void)state;
	replay_update(&sa->rec->replay, 1024, 700);
	expire_count(sa, 1, 100);
	expire_count(sa, 0, 50);
	assert_int_equal(sa_move(sa, &m.local, &to), RSN_OK);
	restart();
	sa = sa_by_spi(0x01000100);
	assert_non_null(sa);
	assert_int_equal(replay_check(&sa->rec->replay, 1024, 700), 0);
	assert_int_equal(replay_check(&sa->rec->replay, 1024, 699), 1);
	assert_int_equal(sock_cmp(&arena_path(sa->rec)->remote, &to), 0);
	sa_counters(sa, &c);
	assert_int_equal(c.out_bytes, 100);
	assert_int_equal(c.in_packets, 1);
	/* The next pair is newer than all that were. */
	m = help_add(2, 0x01000200);
	assert_true(help_must_add(&m)->rec->fixed.order >
	    sa_by_handle(1)->rec->fixed.order);
}

static void
test_move_refused(void **state)
{
	struct me_sa_add m = help_add(1, 0x01000100);
	struct wt_sock six = help_sock("2001:db8::1", 4500);
	struct wt_sock none = help_sock("192.0.2.1", 0);
	struct sa *sa = help_must_add(&m);

	(void)state;
	assert_int_equal(sa_move(sa, &m.local, &six), RSN_UNSUPPORTED);
	assert_int_equal(sa_move(sa, &m.local, &none), RSN_UNSUPPORTED);
	assert_int_equal(sock_cmp(&arena_path(sa->rec)->remote, &m.remote), 0);
}

/* Half a move: the copy in use is the old one. */
static void
test_half_move(void **state)
{
	struct me_sa_add m = help_add(1, 0x01000100);
	struct sa *sa = help_must_add(&m);

	(void)state;
	memset(&sa->rec->path[!sa->rec->path_at], 0x55,
	    sizeof(sa->rec->path[0]));
	restart();
	assert_int_equal(help_lost, 0);
	sa = sa_by_handle(1);
	assert_int_equal(sock_cmp(&arena_path(sa->rec)->remote, &m.remote), 0);
}

static void
test_hold(void **state)
{
	struct me_sa_add old = help_add(1, 0x01000100), m;
	struct sa *sa;

	(void)state;
	help_must_add(&old);
	m = help_add(2, 0x01000200);
	m.hold_out = 1;
	m.replaces = 1;
	sa = help_must_add(&m);
	assert_int_equal(sa->rec->hold, 1);
	restart();
	assert_int_equal(sa_by_handle(2)->rec->hold, 1);
	sa_delete(sa_by_handle(1));
	assert_int_equal(sa_by_handle(2)->rec->hold, 0);
	/*
	 * The old one is retired: it waits no more, and is not sent on again.
	 */
	m = help_add(4, 0x01000400);
	m.hold_out = 1;
	m.replaces = 2;
	help_must_add(&m);
	sa_retire(sa_by_handle(2));
	sa_release(sa_by_handle(2));
	restart();
	assert_int_equal(help_lost, 0);
	assert_int_equal(sa_by_handle(2)->rec->hold, HOLD_EVER);
	assert_int_equal(sa_by_handle(4)->rec->hold, HOLD_NO);
	m = help_add(5, 0x01000500);
	m.hold_out = 1;
	m.replaces = 2;
	assert_int_equal(help_must_add(&m)->rec->hold, HOLD_NO);
	/* Nothing to wait for. */
	m = help_add(3, 0x01000300);
	m.hold_out = 1;
	m.replaces = 77;
	assert_int_equal(help_must_add(&m)->rec->hold, 0);
}

static void
test_limits(void **state)
{
	struct me_sa_add m = help_add(1, 0x01000100);
	struct sa *sa;
	int i;

	(void)state;
	m.soft_packets = 3;
	m.hard_packets = 5;
	m.soft_bytes = 1000;
	m.hard_bytes = 2000;
	sa = help_must_add(&m);
	for (i = 0; i < 3; i++)
		assert_int_equal(expire_count(sa, 1, 10), 0);
	assert_int_equal(sa->rec->told, 0);
	assert_int_equal(expire_count(sa, 1, 970), 0);
	assert_int_equal(sa->rec->told, TOLD_SOFT_PACKETS);
	assert_int_equal(expire_count(sa, 0, 1001), 0);
	assert_int_equal(sa->rec->told, TOLD_SOFT_PACKETS | TOLD_SOFT_BYTES);
	/* The directions are counted apart: 1001 in, 1000 out. */
	assert_int_equal(expire_count(sa, 1, 1000), 0);
	assert_int_equal(expire_count(sa, 1, 1), -1);
	assert_int_equal(expire_dead(sa), 1);
	assert_int_equal(expire_count(sa, 0, 1), -1);
	restart();
	assert_int_equal(expire_dead(sa_by_handle(1)), 1);
}

/* Any single octet of what never changes, when it decays, is found. */
static void
test_decay(void **state)
{
	struct me_sa_add m = help_add(1, 0x01000100);
	struct arena_sa *r;
	uint8_t *p;
	size_t i;

	(void)state;
	r = help_must_add(&m)->rec;
	p = (uint8_t *)&r->fixed;
	for (i = 0; i < sizeof(r->fixed); i++) {
		p[i] ^= 1 << i % 8;
		assert_non_null(arena_check(r));
		p[i] ^= 1 << i % 8;
	}
	assert_null(arena_check(r));
	r->path[r->path_at].remote.port ^= 1;
	assert_string_equal(arena_check(r), "path");
	r->path[r->path_at].remote.port ^= 1;
#define BAD(field, value) do {						\
	struct arena_sa keep = *r;					\
	r->field = (value);						\
	assert_non_null(arena_check(r));				\
	*r = keep;							\
} while (0)
	BAD(state, 1);
	BAD(path_at, 2);
	BAD(hold, 3);
	BAD(told, 8);
	BAD(seq_end, 0);
	BAD(seq_end, 0x100000001ULL);
	BAD(replay.top, 0x100000000ULL);
	BAD(sum, 0);
	assert_null(arena_check(r));
}

/* One broken record does not take the others with it. */
static void
test_broken_record(void **state)
{
	static const uint8_t zero[ARENA_RECORD];
	struct me_sa_add m;
	uint32_t i;

	(void)state;
	for (i = 1; i <= 3; i++) {
		m = help_add(i, 0x01000100 * i);
		help_must_add(&m);
	}
	sa_by_handle(2)->rec->fixed.encr_out[0] ^= 1;
	restart();
	assert_int_equal(help_lost, 1);
	assert_int_equal(sa_count(), 2);
	assert_null(sa_by_handle(2));
	/* Wiped, key and all. */
	assert_memory_equal((uint8_t *)mem + 2 * ARENA_RECORD, zero,
	    ARENA_RECORD);
}

/* Two records of one SPI cannot both be true. */
static void
test_double(void **state)
{
	struct me_sa_add m = help_add(1, 0x01000100);
	uint8_t *base = mem;
	struct sa *sa;

	(void)state;
	help_must_add(&m);
	m = help_add(2, 0x01000200);
	sa = help_must_add(&m);
	sa_delete(sa);
	memcpy(base + 2 * ARENA_RECORD, base + ARENA_RECORD, ARENA_RECORD);
	restart();
	assert_int_equal(help_lost, 1);
	assert_int_equal(sa_count(), 1);
}

/* Keys of a pair that was being written when the process died. */
static void
test_half_written(void **state)
{
	uint8_t *base = mem;
	size_t i;

	(void)state;
	memset(base + ARENA_RECORD + 64, 0xaa, 2000);
	restart();
	for (i = 0; i < ARENA_RECORD; i++)
		assert_int_equal(base[ARENA_RECORD + i], 0);
}

static void
test_head(void **state)
{
	struct me_sa_add m;
	struct arena_head *h = mem;
	int i;

	(void)state;
	for (i = 0; i < 5; i++) {
		m = help_add(1, 0x01000100);
		help_must_add(&m);
		if (i == 0)
			h->magic[3] ^= 1;
		else if (i == 1)
			h->record = 1;
		else if (i == 2)
			h->high = HELP_SLOTS + 1;
		else if (i == 3)
			h->slots = 1 << 20;
		else
			h->zero = 1;
		restart();
		assert_int_equal(sa_count(), 0);
		assert_int_equal(h->record, ARENA_RECORD);
	}
}

static void
test_too_small(void **state)
{
	(void)state;
	sa_detach();
	assert_non_null(sa_attach_memory(mem, ARENA_RECORD, help_on_lost));
	assert_null(sa_attach_memory(mem, HELP_SIZE, help_on_lost));
}

#define T(f)	cmocka_unit_test_setup_teardown(f, attach, detach)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_add), T(test_refused), T(test_full), T(test_numbers),
		T(test_numbers_end), T(test_numbers_esn), T(test_restart),
		T(test_move_refused), T(test_half_move), T(test_hold),
		T(test_limits), T(test_decay), T(test_broken_record),
		T(test_double), T(test_half_written), T(test_head),
		T(test_too_small),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
