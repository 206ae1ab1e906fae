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
 * The window for the peer's requests (RFC 7296 sections 2.1 to 2.3): what is
 * announced, what is taken out of order, what is kept, and ids that come to
 * their end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness.h"
#include "../../ikd/ike/sk.h"
#include "mocks.h"
#include "reason.h"

/* Responses of node 1 that its peer's real end is not to see. */
struct ear {
	int		 on;
	unsigned int	 n;
	struct flight	 heard[16];
	unsigned int	 outstanding, most;	/* requests of node 0 */
};

static enum fate
listen_in(struct world *w, struct flight *f)
{
	struct ear	*e = w->hook_arg;

	if (!e->on || f->from != 1 || is_request(f))
		return (PASS);
	assert_true(e->n < 16);
	e->heard[e->n++] = *f;
	return (DROP);
}

static uint32_t
id_of(const struct flight *f)
{
	return (get32(f->buf + 20));
}

/* The keys of node 0, who did not say it. */
static struct sk_ctx *
seal_of(const struct session *a, int forged)
{
	struct slice	 e, ai;
	uint8_t		 key[IKE_KEY_MAX];

	sk_keys(a->keys.seal, &e, &ai);
	memcpy(key, e.p, e.len);
	e.p = key;
	if (forged)
		key[3] ^= 1;
	return (sk_ctx_new(&a->suite, SK_SEAL, e, ai));
}

/* An INFORMATIONAL request to node 1, the iv-th. */
static void
ask(struct world *w, const struct session *a, uint32_t id, uint64_t iv,
    int forged)
{
	struct sk_ctx	*seal = seal_of(a, forged);
	struct ike_hdr	 h;
	struct out	 o;
	long		 len;

	memset(&h, 0, sizeof(h));
	memcpy(h.spi_i, a->spi_i, SPI_LEN);
	memcpy(h.spi_r, a->spi_r, SPI_LEN);
	h.exch = EXCH_INFORMATIONAL;
	h.flags = a->initiator ? HDR_INITIATOR : 0;
	h.msgid = id;
	msg_begin(&o.m, o.buf, sizeof(o.buf), &h);
	msg_begin_sk(&o.m, seal);
	len = msg_finish_sk(&o.m, seal, 1ULL << 62 | iv);
	sk_ctx_free(seal);
	assert_true(len > 0);
	world_inject(w, 1, &a->local, &a->remote, a->natt, o.buf,
	    (size_t)len);
}

static struct world *
up(uint64_t seed, struct ear *e)
{
	struct world	*w = world_up(seed);

	memset(e, 0, sizeof(*e));
	w->hook = listen_in;
	w->hook_arg = e;
	return (w);
}

static void
test_announced(void **state)
{
	struct world	*w = world_up(1);

	(void)state;
	assert_int_equal(node_session(&w->n[0])->win.peer_size, IKE_WINDOW);
	assert_int_equal(node_session(&w->n[1])->win.peer_size, IKE_WINDOW);
	world_free(w);
}

/* What peers announce: it grows, it never shrinks, zero is nothing. */
static void
test_peers_size(void **state)
{
	static const struct {
		uint32_t	 says, then;
	} rows[] = { { 0, 0 }, { 1, 1 }, { 5, 5 }, { 2, 5 }, { 5, 5 },
	    { UINT32_MAX, UINT32_MAX } };
	struct session	*s = calloc(1, sizeof(*s));
	struct ike_hdr	 h = { .exch = EXCH_AUTH, .spi_i = { 1 } };
	struct packet	 pkt;
	struct out	 o;
	uint8_t		 size[4];
	size_t		 i;
	long		 len;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		msg_begin(&o.m, o.buf, sizeof(o.buf), &h);
		put32(size, rows[i].says);
		msg_add_notify(&o.m, N_SET_WINDOW_SIZE, size, 4);
		len = msg_finish(&o.m);
		assert_null(packet_parse(o.buf, (size_t)len, &pkt));
		window_announced(s, &pkt);
		assert_int_equal(s->win.peer_size, rows[i].then);
	}
	free(s);
}

/*
 * Four at once, in any order; each is answered once, by the same octets
 * when it comes again, until the window has moved so far that the peer has
 * the answer.
 */
static void
test_any_order(void **state)
{
	static const uint32_t	 order[] = { 2, 0, 3, 1 };
	struct session		*a, *b;
	struct world		*w;
	struct ear		 e;
	uint32_t		 first;
	unsigned int		 i;

	(void)state;
	w = up(2, &e);
	e.on = 1;
	a = node_session(&w->n[0]);
	b = node_session(&w->n[1]);
	first = b->win.in_id;
	/* Beyond the window, before it moves. */
	ask(w, a, first + IKE_WINDOW, 99, 0);
	world_run(w, 5);
	assert_int_equal(e.n, 0);
	for (i = 0; i < 4; i++) {
		ask(w, a, first + order[i], order[i], 0);
		world_run(w, 5);
		assert_int_equal(e.n, i + 1);
		assert_int_equal(id_of(&e.heard[i]), first + order[i]);
		ask(w, a, first + IKE_WINDOW + order[0] + i, 100 + i, 0);
		world_run(w, 5);
		assert_int_equal(e.n, i + 1);
	}
	assert_int_equal(b->win.in_id, first + 4);
	for (i = 0; i < 4; i++) {
		ask(w, a, first + order[i], order[i], 0);
		world_run(w, 5);
		assert_int_equal(e.n, 5 + i);
		assert_int_equal(e.heard[i].len, e.heard[4 + i].len);
		assert_memory_equal(e.heard[i].buf, e.heard[4 + i].buf,
		    e.heard[i].len);
	}
	/* Other octets under an id that was answered are no request. */
	ask(w, a, first + 1, 50, 0);
	world_run(w, 5);
	assert_int_equal(e.n, 8);
	/* The next one makes us forget the first. */
	ask(w, a, first + 4, 51, 0);
	world_run(w, 5);
	assert_int_equal(e.n, 9);
	ask(w, a, first, 0, 0);
	world_run(w, 5);
	assert_int_equal(e.n, 9);
	ask(w, a, first + 1, 1, 0);
	world_run(w, 5);
	assert_int_equal(e.n, 10);
	world_free(w);
}

/*
 * An answer is kept for some minutes, if nothing later comes; who asks for it
 * then is not heard, nor is it made anew (RFC 7296 section 2.1).
 */
static void
test_forgotten(void **state)
{
	struct session	*a, *b;
	struct world	*w;
	struct ear	 e;
	uint32_t	 first;
	unsigned int	 i;

	(void)state;
	w = world_new(8);
	w->n[0].tunnel.dpd = w->n[1].tunnel.dpd = 0;
	world_start(w);
	node_initiate(&w->n[0], 1);
	world_run(w, 1000);
	a = node_session(&w->n[0]);
	b = node_session(&w->n[1]);
	assert_int_equal(b->state, SA_UP);
	memset(&e, 0, sizeof(e));
	e.on = 1;
	w->hook = listen_in;
	w->hook_arg = &e;
	first = b->win.in_id;
	for (i = 0; i < 2; i++) {
		ask(w, a, first, 0, 0);
		world_run(w, ANSWER_KEPT_MS - 1000);
		assert_int_equal(e.n, i + 1);
		if (i == 0)
			assert_non_null(window_kept(b, first));
		world_run(w, 10);
	}
	assert_null(window_kept(b, first));
	assert_null(TAILQ_FIRST(&b->ike->answers.all));
	i = (unsigned int)b->ike->stat[ST_OLD_ID];
	ask(w, a, first, 0, 0);
	world_run(w, 10);
	assert_int_equal(e.n, 2);
	assert_int_equal(b->ike->stat[ST_OLD_ID], i + 1);
	/* What comes next is answered, and kept. */
	ask(w, a, first + 1, 1, 0);
	world_run(w, 10);
	assert_int_equal(e.n, 3);
	assert_non_null(window_kept(b, first + 1));
	world_free(w);
}

/*
 * One that comes while another is worked on waits, when it is authentic; a
 * forged one does not take its place.
 */
static void
test_ahead(void **state)
{
	struct session	*a, *b;
	struct world	*w;
	struct ear	 e;
	uint32_t	 id;
	int		 i;

	(void)state;
	w = up(3, &e);
	a = node_session(&w->n[0]);
	b = node_session(&w->n[1]);
	w->n[1].slow = 300;		/* its parent, with the new pair */
	node_child_do(&w->n[0], 1, CHILD_REKEY);
	world_run(w, 50);
	assert_true(window_work(b)->busy);
	id = window_work(b)->busy_id;
	e.on = 1;
	for (i = 1; i >= 0; i--) {
		ask(w, a, id + 2, 2, i);
		ask(w, a, id + 1, 1, i);
		world_run(w, 5);
		assert_int_equal(window_work(b)->ahead[(id + 1) % IKE_WINDOW] !=
		    NULL, !i);
	}
	assert_int_equal(w->n[1].ike->stat[ST_FORGED], 2);
	assert_int_equal(e.n, 0);
	world_run(w, 400);
	assert_int_equal(e.n, 3);
	for (i = 0; i < 3; i++)
		assert_int_equal(id_of(&e.heard[i]), id + (uint32_t)i);
	assert_int_equal(b->win.in_id, id + 3);
	/* Those that wait when it ends are given back (ASan sees it). */
	e.on = 0;
	world_run(w, 10000);
	a = node_session(&w->n[0]);
	b = node_session(&w->n[1]);
	assert_non_null(a);
	world_free(w);
}

/* What waits goes with the session. */
static void
test_ahead_freed(void **state)
{
	struct session	*a, *b;
	struct world	*w;
	struct ear	 e;

	(void)state;
	w = up(4, &e);
	a = node_session(&w->n[0]);
	b = node_session(&w->n[1]);
	w->n[1].mute_parent = 1;
	node_child_do(&w->n[0], 1, CHILD_REKEY);
	world_run(w, 50);
	assert_true(window_work(b)->busy);
	ask(w, a, window_work(b)->busy_id + 1, 1, 0);
	world_run(w, 5);
	assert_non_null(window_work(b)->ahead[(window_work(b)->busy_id + 1) %
	    IKE_WINDOW]);
	world_free(w);
}

/* RFC 7296 1.3.2: the SA that comes from a rekey has a window of one. */
static void
test_heir(void **state)
{
	struct session	*a, *b;
	struct world	*w;
	struct ear	 e;

	(void)state;
	w = up(5, &e);
	node_session_do(&w->n[0], SESSION_REKEY);
	world_run(w, WORLD_SETTLED);
	a = node_session(&w->n[0]);
	b = node_session(&w->n[1]);
	assert_true(both_up(w));
	e.on = 1;
	ask(w, a, b->win.in_id + 1, 1, 0);
	world_run(w, 5);
	assert_int_equal(e.n, 0);
	ask(w, a, b->win.in_id, 2, 0);
	world_run(w, 5);
	assert_int_equal(e.n, 1);
	world_free(w);
}

/* RFC 7296 2.2: ids do not wrap; the SA is rekeyed, or ends. */
static void
test_ids_end(void **state)
{
	struct session	*a, *b;
	struct world	*w;
	struct ear	 e;
	uint64_t	 id;
	int		 i;

	(void)state;
	for (i = 0; i < 2; i++) {
		w = up(6, &e);
		a = node_session(&w->n[0]);
		b = node_session(&w->n[1]);
		id = a->id;
		a->win.out_id = b->win.in_id = i ? 0xffffff00 : 0xfffff000;
		node_session_do(&w->n[0], SESSION_PROBE);
		world_run(w, 60000);
		if (i == 0) {
			assert_true(both_up(w));
			assert_true(node_session(&w->n[0])->win.out_id < 100);
			assert_int_equal(world_pairs(w), 1);
			world_clean(w);
		}
		assert_null(session_by_id(w->n[0].ike, id));
		world_free(w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_announced),
		cmocka_unit_test(test_peers_size),
		cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_forgotten),
		cmocka_unit_test(test_ahead),
		cmocka_unit_test(test_ahead_freed),
		cmocka_unit_test(test_heir),
		cmocka_unit_test(test_ids_end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
