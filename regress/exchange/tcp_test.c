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
 * TCP encapsulation (RFC 9329): when a stream is asked for, what goes by it,
 * what happens when it is lost, and the ways between UDP and TCP.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "addr.h"
#include "harness.h"
#include "mocks.h"
#include "reason.h"

static unsigned int	 by_udp, by_tcp, probes;
static int		 udp_blocked, tcp_lost, auth_lost, encap_blocked;
static uint8_t		 spi_udp[SPI_LEN], spi_tcp[SPI_LEN];

static enum fate
watch(struct world *w, struct flight *f)
{
	(void)w;
	if (f->dst.tcp)
		by_tcp++;
	else
		by_udp++;
	if (exch_of(f) == EXCH_SA_INIT && is_request(f))
		memcpy(f->dst.tcp ? spi_tcp : spi_udp, f->buf, SPI_LEN);
	probes += f->dst.tcp && exch_of(f) == EXCH_INFORMATIONAL &&
	    is_request(f);
	if (encap_blocked && !f->dst.tcp && (f->dst.port == 4500 ||
	    f->src.port == 4500))
		return (DROP);
	if (auth_lost && exch_of(f) == EXCH_AUTH)
		return (DROP);
	return ((f->dst.tcp ? tcp_lost : udp_blocked) ? DROP : PASS);
}

static struct world *
world_tcp(uint64_t seed, unsigned int rule, int mobike)
{
	struct world	*w = world_new(seed);
	int		 i;

	by_udp = by_tcp = probes = 0;
	udp_blocked = tcp_lost = auth_lost = encap_blocked = 0;
	for (i = 0; i < 2; i++) {
		w->n[i].tunnel.tcp = (uint8_t)rule;
		w->n[i].tunnel.tcp_port = 4500;
		w->n[i].tunnel.mobike = (uint8_t)mobike;
		w->n[i].tunnel.encap_force = 1;
	}
	w->hook = watch;
	return (w);
}

static void
begin(struct world *w)
{
	world_start(w);
	node_addrs(&w->n[0], "192.0.2.1");
	node_initiate(&w->n[0], 1);
}

static void
up(struct world *w, uint64_t ms)
{
	begin(w);
	assert_true(world_until(w, both_up, ms));
	world_run(w, 200);
	assert_int_equal(world_pairs(w), 1);
}

/* Both ends, and their pairs, are on the stream (or all by UDP). */
static void
is_by(struct world *w, int tcp)
{
	struct session	*s;
	struct child	*c;
	int		 i;

	for (i = 0; i < 2; i++) {
		s = node_session(&w->n[i]);
		assert_non_null(s);
		c = child_newest(s, 1);
		assert_non_null(c);
		assert_int_equal(s->remote.tcp, tcp);
		assert_int_equal(s->local.tcp, tcp);
		assert_int_equal(sock_cmp(&c->local, &s->local), 0);
		assert_int_equal(sock_cmp(&c->remote, &s->remote), 0);
		assert_int_equal((i == 0 ? s->local : s->remote).port, tcp ?
		    w->stream : 4500);
		assert_int_equal(w->n[i].holds, tcp);
	}
	assert_int_equal(w->n[0].downs + w->n[1].downs, 0);
	assert_int_equal(world_pairs(w), 1);
}

static void
test_always(void **state)
{
	struct world	*w = world_tcp(1, TCP_ALWAYS, 0);

	(void)state;
	up(w, 5000);
	is_by(w, 1);
	assert_int_equal(by_udp, 0);
	assert_int_equal(by_tcp, 4);
	assert_int_equal(w->n[0].install.remote.tcp, 1);
	/* RFC 9329 6.5: no NAT is found, and none is feigned. */
	assert_int_equal(node_session(&w->n[0])->nat & (NAT_US | NAT_PEER), 0);
	world_run(w, 100000);
	assert_int_equal(w->n[0].keepalives + w->n[1].keepalives, 0);
	world_clean(w);
	world_free(w);
}

static void
test_udp_will_do(void **state)
{
	struct world	*w = world_tcp(2, TCP_FALLBACK, 0);

	(void)state;
	up(w, 5000);
	is_by(w, 0);
	assert_int_equal(w->n[0].streams, 0);
	world_free(w);
}

static void
test_fallback(void **state)
{
	struct world	*w = world_tcp(3, TCP_FALLBACK, 1);

	(void)state;
	udp_blocked = 1;
	begin(w);
	world_run(w, 2500);
	assert_int_equal(w->n[0].streams, 0);
	assert_true(world_until(w, both_up, 10000));
	world_run(w, 200);
	is_by(w, 1);
	assert_true(by_udp >= TCP_AFTER);
	/* 5.1: another SPI. */
	assert_memory_not_equal(spi_udp, spi_tcp, SPI_LEN);
	assert_int_equal(w->n[0].failed, 0);
	world_clean(w);
	world_free(w);
}

/*
 * UDP 500 is let through and 4500 is not: the attempt ends when a stream
 * stands, and the next one, which tmd orders, goes by TCP.
 */
static void
test_encap_blocked(void **state)
{
	struct world	*w = world_tcp(20, TCP_FALLBACK, 0);

	(void)state;
	encap_blocked = 1;
	begin(w);
	world_run(w, 3500);
	assert_int_equal(w->n[0].streams, 0);
	world_run(w, 6000);
	assert_int_equal(w->n[0].streams, 1);
	assert_int_equal(w->n[0].failed, 1);
	assert_int_equal(w->n[0].fail.code, RSN_TCP);
	assert_null(node_session(&w->n[0]));
	w->n[0].by_tcp = 1;
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 30000);
	is_by(w, 1);
	assert_memory_not_equal(spi_udp, spi_tcp, SPI_LEN);
	world_clean(w);
	world_free(w);
}

/* Who is slow to prove himself, or has no TCP, is waited for. */
static void
test_encap_slow(void **state)
{
	struct world	*w = world_tcp(21, TCP_FALLBACK, 0);

	(void)state;
	encap_blocked = 1;
	begin(w);
	world_run(w, 2000);
	encap_blocked = 0;
	assert_true(world_until(w, both_up, 10000));
	world_run(w, 200);
	is_by(w, 0);
	assert_int_equal(w->n[0].streams, 0);
	world_free(w);
	w = world_tcp(22, TCP_FALLBACK, 0);
	encap_blocked = 1;
	w->n[0].stream_code = ECONNREFUSED;
	begin(w);
	world_run(w, 10000);
	assert_true(w->n[0].streams >= 1);
	assert_int_equal(w->n[0].failed, 0);
	world_run(w, 200000);
	assert_int_equal(w->n[0].failed, 1);
	assert_int_equal(w->n[0].fail.code, RSN_TIMEOUT);
	world_free(w);
	/* Without the key nothing of it is done. */
	w = world_tcp(23, TCP_NO, 0);
	encap_blocked = 1;
	begin(w);
	world_run(w, 200000);
	assert_int_equal(w->n[0].streams, 0);
	assert_int_equal(w->n[0].fail.code, RSN_TIMEOUT);
	world_free(w);
}

/* No stream either, for a while: UDP has all its tries. */
static void
test_refused(void **state)
{
	struct world	*w = world_tcp(4, TCP_FALLBACK, 0);

	(void)state;
	udp_blocked = 1;
	w->n[0].stream_code = ECONNREFUSED;
	begin(w);
	world_run(w, 15000);
	assert_true(w->n[0].streams >= 1);
	assert_int_equal(w->n[0].failed, 0);
	udp_blocked = 0;
	assert_true(world_until(w, both_up, 20000));
	world_run(w, 200);
	is_by(w, 0);
	world_free(w);
}

static void
test_never(void **state)
{
	struct world	*w = world_tcp(5, TCP_ALWAYS, 0);

	(void)state;
	w->n[0].stream_code = ECONNREFUSED;
	begin(w);
	world_run(w, 120000);
	assert_int_equal(w->n[0].streams, TCP_TRIES);
	assert_int_equal(w->n[0].failed, 1);
	assert_int_equal(w->n[0].fail.code, RSN_TIMEOUT);
	assert_non_null(strstr(w->n[0].fail.text, "refused"));
	assert_int_equal(by_udp, 0);
	world_free(w);
}

/* No answer from ikd-esp at all, or a policy that has it no more. */
static void
test_unanswered(void **state)
{
	struct world	*w = world_tcp(17, TCP_ALWAYS, 0);

	(void)state;
	w->n[0].stream_code = -1;
	begin(w);
	world_run(w, 19000);
	assert_int_equal(w->n[0].streams, 1);
	w->n[0].stream_code = 0;
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 200);
	is_by(w, 1);
	world_clean(w);
	world_free(w);
	w = world_tcp(18, TCP_ALWAYS, 0);
	w->n[0].stream_code = ECONNREFUSED;
	begin(w);
	world_run(w, 100);
	w->n[0].tunnel.tcp = TCP_NO;
	world_commit(w, 0, 2);
	world_run(w, 5000);
	assert_int_equal(w->n[0].failed, 1);
	world_free(w);
}

/* Who is not authenticated yet has no say over the stream. */
static void
test_half_open(void **state)
{
	struct world	*w = world_tcp(19, TCP_ALWAYS, 0);

	(void)state;
	auth_lost = 1;
	begin(w);
	world_run(w, 1000);
	assert_int_equal(w->n[1].ike->half_open, 1);
	assert_int_equal(w->n[0].holds, 1);
	assert_int_equal(w->n[1].holds, 0);
	world_free(w);
}

/* 6.1: the stream goes, the SA stays; who opened it opens the next. */
static void
lost(int mobike, uint64_t seed)
{
	struct world	*w = world_tcp(seed, TCP_ALWAYS, mobike);
	uint8_t		 spi[SPI_LEN];
	int		 i;

	up(w, 5000);
	memcpy(spi, node_session(&w->n[0])->spi_r, SPI_LEN);
	for (i = 0; i < 3; i++) {
		world_cut(w);
		world_run(w, 2000);
		is_by(w, 1);
		assert_int_equal(w->n[0].streams, 2 + i);
		assert_int_equal(w->n[1].streams, 0);
	}
	assert_memory_equal(spi, node_session(&w->n[0])->spi_r, SPI_LEN);
	world_clean(w);
	world_free(w);
}

static void
test_lost(void **state)
{
	(void)state;
	lost(0, 6);
	lost(1, 7);
}

/* 6.2: what waits for an answer goes by the next stream, of both ends. */
static void
test_outstanding(void **state)
{
	struct world	*w = world_tcp(8, TCP_ALWAYS, 0);

	(void)state;
	up(w, 5000);
	tcp_lost = 1;
	node_child_do(&w->n[0], 1, CHILD_REKEY);
	node_session_do(&w->n[1], SESSION_PROBE);
	world_run(w, 100);
	tcp_lost = 0;
	world_cut(w);
	world_run(w, 3000 + WORLD_SETTLED);
	is_by(w, 1);
	assert_true(w->n[0].child_ups >= 2 && w->n[1].child_ups >= 2);
	world_clean(w);
	world_free(w);
}

/* 6.2: nothing is sent again on the same stream, and there is an end. */
static void
test_silence(void **state)
{
	struct world	*w = world_tcp(9, TCP_ALWAYS, 0);

	(void)state;
	up(w, 5000);
	tcp_lost = 1;
	probes = 0;
	node_session_do(&w->n[0], SESSION_PROBE);
	world_run(w, 10000);
	assert_int_equal(probes, 1);
	world_run(w, 600000);
	assert_int_equal(w->n[0].downs, 1);
	assert_int_equal(w->n[0].down.code, RSN_DEAD_PEER);
	assert_int_equal(w->n[0].holds, 0);
	world_free(w);
}

/* The responder never opens one: it waits for its time. */
static void
test_responder(void **state)
{
	struct world	*w = world_tcp(10, TCP_ALWAYS, 0);

	(void)state;
	up(w, 5000);
	w->n[0].stream_code = EHOSTUNREACH;
	world_cut(w);
	node_session_do(&w->n[1], SESSION_PROBE);
	world_run(w, 20000);
	assert_int_equal(w->n[1].streams, 0);
	assert_int_equal(w->n[1].downs, 0);
	assert_int_equal(by_udp, 0);
	w->n[0].stream_code = 0;
	world_run(w, 20000);
	is_by(w, 1);
	world_free(w);
}

/* An IKE SA has its successor on the same stream. */
static void
test_rekey(void **state)
{
	struct world	*w = world_tcp(11, TCP_ALWAYS, 1);
	int		 i;

	(void)state;
	up(w, 5000);
	for (i = 0; i < 4; i++) {
		node_session_do(&w->n[i & 1], SESSION_REKEY);
		world_run(w, WORLD_SETTLED);
		is_by(w, 1);
		node_child_do(&w->n[i & 1], 1, CHILD_REKEY);
		world_run(w, WORLD_SETTLED);
		is_by(w, 1);
	}
	/* Whoever rekeyed it last, the stream is the first initiator's. */
	world_cut(w);
	world_run(w, 2000);
	is_by(w, 1);
	assert_int_equal(w->n[0].streams, 2);
	world_clean(w);
	world_free(w);
}

/* 7.1: from a new place by UDP, and by TCP where that is silent. */
static void
test_mobike(void **state)
{
	struct world	*w = world_tcp(12, TCP_FALLBACK, 1);

	(void)state;
	up(w, 5000);
	is_by(w, 0);
	udp_blocked = 1;
	node_addrs(&w->n[0], "203.0.113.9");
	world_run(w, 20000);
	is_by(w, 1);
	assert_int_equal(w->n[0].streams, 1);
	udp_blocked = 0;
	by_udp = 0;
	node_addrs(&w->n[0], "203.0.113.10");
	world_run(w, 5000);
	is_by(w, 0);
	assert_int_equal(w->n[0].streams, 1);
	world_clean(w);
	world_free(w);
}

/* Without MOBIKE an SA stays where it began. */
static void
test_fixed(void **state)
{
	struct world	*w = world_tcp(13, TCP_FALLBACK, 0);

	(void)state;
	up(w, 5000);
	udp_blocked = 1;
	node_session_do(&w->n[0], SESSION_PROBE);
	world_run(w, 600000);
	assert_int_equal(w->n[0].streams, 0);
	assert_int_equal(w->n[0].downs, 1);
	world_free(w);
}

/* 6.4: an error is the last word. */
static void
test_error(void **state)
{
	struct world	*w = world_tcp(14, TCP_ALWAYS, 0);

	(void)state;
	node_proposal(&w->n[1], "aes128-sha256-ecp521", NULL);
	begin(w);
	world_run(w, 1000);
	assert_int_equal(w->n[0].failed, 1);
	assert_int_equal(w->n[0].holds, 0);
	world_free(w);
}

/* 6.3: who has opened a stream is asked for no cookie. */
static void
test_cookies(void **state)
{
	struct world	*w = world_tcp(15, TCP_ALWAYS, 0);

	(void)state;
	w->n[1].ike_row.cookies_at = 1;
	world_start(w);
	w->n[1].ike->half_open = 5;
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	assert_int_equal(w->n[1].ike->stat[ST_COOKIES_SENT], 0);
	w->n[1].ike->half_open -= 5;
	world_free(w);
}

/* All streams at once: ikd-esp has died. */
static void
test_plane_died(void **state)
{
	struct world	*w = world_tcp(16, TCP_ALWAYS, 1);
	int		 i;

	(void)state;
	up(w, 5000);
	w->stream = 0;
	for (i = 0; i < 2; i++) {
		w->n[i].holds = 0;
		tcp_lost_all(w->n[i].ike);
		ike_turn_end(w->n[i].ike);
	}
	world_run(w, 5000);
	is_by(w, 1);
	assert_int_equal(w->n[0].streams, 2);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(test_always),
		cmocka_unit_test(test_udp_will_do),
		cmocka_unit_test(test_fallback),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_never),
		cmocka_unit_test(test_unanswered),
		cmocka_unit_test(test_encap_blocked),
		cmocka_unit_test(test_encap_slow),
		cmocka_unit_test(test_half_open),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_outstanding),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_responder),
		cmocka_unit_test(test_rekey),
		cmocka_unit_test(test_mobike),
		cmocka_unit_test(test_fixed),
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_cookies),
		cmocka_unit_test(test_plane_died),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
