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
 * Redirection, RFC 5685: of a request, of an authenticated peer, of a session;
 * who may do it to whom, and who cannot.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "addr.h"
#include "harness.h"
#include "../../ikd/ike/pld_redirect.h"
#include "mocks.h"
#include "reason.h"

#define THERE	"203.0.113.9"

static struct world *
redirect_world(uint64_t seed, const char *to)
{
	struct world	*w = world_new(seed);

	w->n[0].tunnel.redirect = REDIRECT_ACCEPT;
	w->n[1].tunnel.redirect = to == NULL ? REDIRECT_NO : REDIRECT_SEND;
	if (to != NULL)
		strlcpy(w->n[1].tunnel.redirect_to, to,
		    sizeof(w->n[1].tunnel.redirect_to));
	return (w);
}

static int
is_away(struct world *w)
{
	return (w->n[0].aways > 0);
}

static void
went_to(struct world *w, const char *to, uint32_t order)
{
	struct wt_addr	 a = { 0 };

	assert_int_equal(w->n[0].aways, 1);
	assert_int_equal(w->n[0].away.order, order);
	if (addr_parse(to, &a) == 0)
		assert_string_equal(w->n[0].away.name, "");
	else
		assert_string_equal(w->n[0].away.name, to);
	assert_int_equal(addr_cmp(&w->n[0].away.addr, &a), 0);
	assert_int_equal(addr_cmp(&w->n[0].away.from, &w->n[1].at.addr), 0);
}

/* The request is sent elsewhere; nothing is kept of it. */
static void
test_request(void **state)
{
	static const char *const to[] = { THERE, "2001:db8::9",
	    "gw-2.example.com" };
	struct world	*w;
	size_t		 i;

	(void)state;
	for (i = 0; i < 3; i++) {
		w = redirect_world(1, to[i]);
		if (i == 1) {
			assert_int_equal(prefix_parse("::/0",
			    &w->n[0].tunnel.remote[1]), 0);
			w->n[0].tunnel.remote_n = 2;
		}
		world_start(w);
		node_initiate(&w->n[0], 7);
		assert_true(world_until(w, is_away, 1000));
		world_run(w, 3000);
		went_to(w, to[i], 7);
		assert_int_equal(w->sent, 2);
		assert_int_equal(w->n[0].failed, 0);
		assert_int_equal(w->n[0].ike->nsessions, 0);
		assert_int_equal(w->n[1].ike->nsessions, 0);
		assert_int_equal(w->n[1].ike->half_open, 0);
		world_free(w);
	}
}

/* It comes up with the very peer that was asked. */
static void
comes_up(struct world *w)
{
	world_start(w);
	node_initiate(&w->n[0], 7);
	assert_true(world_until(w, both_up, 20000));
	world_run(w, 100);
	assert_int_equal(w->n[0].aways, 0);
	assert_int_equal(world_pairs(w), 1);
	world_free(w);
}

static void
test_served(void **state)
{
	struct world	*w;

	(void)state;
	/* Who does not say that he can go. */
	w = redirect_world(2, THERE);
	w->n[0].tunnel.redirect = REDIRECT_NO;
	comes_up(w);
	/* We are the place. */
	w = redirect_world(3, "198.51.100.7");
	comes_up(w);
	/* He comes from there. */
	w = redirect_world(4, THERE);
	assert_int_equal(addr_parse(THERE, &w->n[0].came_from), 0);
	comes_up(w);
	/* From elsewhere he is sent on. */
	w = redirect_world(5, THERE);
	assert_int_equal(addr_parse("203.0.113.8", &w->n[0].came_from), 0);
	world_start(w);
	node_initiate(&w->n[0], 7);
	assert_true(world_until(w, is_away, 1000));
	world_free(w);
}

/* A peer that is sent where the policy does not allow it asks on. */
static void
test_outside(void **state)
{
	struct world	*w = redirect_world(6, THERE);

	(void)state;
	assert_int_equal(prefix_parse("198.51.100.0/24",
	    &w->n[0].tunnel.remote[0]), 0);
	world_start(w);
	node_initiate(&w->n[0], 7);
	world_run(w, 10000);
	assert_int_equal(w->n[0].aways, 0);
	assert_int_equal(w->n[0].failed, 0);
	assert_int_equal(w->n[0].ike->nsessions, 1);
	world_run(w, 300000);
	assert_int_equal(w->n[0].failed, 1);
	world_free(w);
}

/* What the attacker writes in place of the answer. */
struct forge {
	int	 kind, done;
};

static enum fate
forged(struct world *w, struct flight *f)
{
	struct forge	*g = w->hook_arg;
	uint8_t		 m[512] = { 0 };
	size_t		 len = 28 + 8;

	if (f->from != 0 || exch_of(f) != EXCH_SA_INIT || g->done++)
		return (PASS);
	memcpy(m, f->buf, 8);
	m[16] = PLD_N;
	m[17] = 0x20;
	m[18] = EXCH_SA_INIT;
	m[19] = HDR_RESPONSE;
	put16(m + 28 + 6, N_REDIRECT);
	m[len++] = 1;
	m[len++] = g->kind == 3 ? 5 : 4;
	memcpy(m + len, "\313\0\161\011", 4);
	len += 4;
	/* None, one of his own, one that is short, half of an identity. */
	if (g->kind == 1)
		len += 32;
	if (g->kind == 2)
		len += 15;
	if (g->kind == 3)
		len -= 2;
	put16(m + 28 + 2, (unsigned int)(len - 28));
	put16(m + 26, (unsigned int)len);
	world_inject(w, 0, &w->n[1].at, &w->n[0].at, 0, m, len);
	return (PASS);
}

static void
test_forged(void **state)
{
	struct forge	 g;
	struct world	*w;

	(void)state;
	for (g.kind = 0; g.kind < 4; g.kind++) {
		g.done = 0;
		w = redirect_world(7, NULL);
		w->hook = forged;
		w->hook_arg = &g;
		comes_up(w);
		assert_true(g.done > 0);
	}
}

/* By the tunnel that it turns out to be; only after both have proved. */
static void
auth_world(struct world *w)
{
	w->n[1].other = w->n[1].tunnel;
	w->n[1].other.tunnel = 2;
	w->n[1].other.redirect = REDIRECT_NO;
	world_start(w);
	node_initiate(&w->n[0], 7);
}

static void
test_authenticated(void **state)
{
	struct world	*w = redirect_world(8, "gw2.example.com");

	(void)state;
	auth_world(w);
	assert_true(world_until(w, is_away, 1000));
	went_to(w, "gw2.example.com", 7);
	assert_int_equal(w->n[0].believed, 1);
	assert_int_equal(w->n[1].believed, 1);
	world_run(w, 1000);
	assert_int_equal(w->n[0].failed, 0);
	assert_int_equal(w->n[0].ups, 0);
	assert_int_equal(w->n[0].installs + w->n[1].installs, 0);
	assert_int_equal(w->n[0].ike->nsessions, 0);
	assert_int_equal(w->n[1].ike->nsessions, 0);
	assert_int_equal(w->n[1].downs, 1);
	world_free(w);
	/* A gateway that proves nothing sends nobody anywhere. */
	w = redirect_world(9, "gw2.example.com");
	strlcpy(w->n[0].psk, "another", sizeof(w->n[0].psk));
	auth_world(w);
	world_run(w, 3000);
	assert_int_equal(w->n[0].aways, 0);
	assert_int_equal(w->n[0].failed, 1);
	world_free(w);
	/* Nor is one believed that we do not let in. */
	w = redirect_world(10, "gw2.example.com");
	w->n[0].deny = RSN_CLOSED;
	auth_world(w);
	world_run(w, 3000);
	assert_int_equal(w->n[0].aways, 0);
	assert_int_equal(w->n[0].failed, 1);
	world_free(w);
}

static enum fate
drop_deletes(struct world *w, struct flight *f)
{
	(void)w;
	return (f->from == 0 && exch_of(f) == EXCH_INFORMATIONAL ? DROP :
	    PASS);
}

/* A client that does not go is let go. */
static void
test_stays(void **state)
{
	struct world	*w = redirect_world(11, THERE);

	(void)state;
	w->hook = drop_deletes;
	auth_world(w);
	world_run(w, 4000);
	assert_int_equal(w->n[1].ups, 1);
	assert_int_equal(w->n[1].downs, 0);
	world_run(w, 300000);
	assert_int_equal(w->n[1].downs, 1);
	assert_int_equal(w->n[1].ike->nsessions, 0);
	world_free(w);
}

/* An INFORMATIONAL request of node i with this REDIRECT. */
static void
send_away(struct world *w, int i, const char *to, int nonce)
{
	struct session	*s = node_session(&w->n[i]);
	struct out	 o;
	uint8_t		 data[2 + REDIRECT_NAME + 32] = { 0 };
	size_t		 len = pld_redirect_make(to, data);

	assert_non_null(s);
	window_begin(s, &o, EXCH_INFORMATIONAL);
	msg_add_notify(&o.m, N_REDIRECT, data, len + (nonce ? 32 : 0));
	assert_int_equal(window_request(s, &o), 0);
	world_run(w, 500);
}

static void
test_session(void **state)
{
	struct world	*w = redirect_world(12, NULL);
	int		 who;

	(void)state;
	world_start(w);
	node_initiate(&w->n[0], 7);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 100);
	/* Not the client the gateway, and with no nonce. */
	w->n[1].tunnel.redirect = REDIRECT_ACCEPT;
	world_commit(w, 1, 2);
	send_away(w, 0, THERE, 0);
	assert_int_equal(w->n[1].aways, 0);
	send_away(w, 1, THERE, 1);
	assert_int_equal(w->n[0].aways, 0);
	/* Whoever has rekeyed since: the client is who began. */
	for (who = 0; who < 2; who++) {
		node_session_do(&w->n[who], SESSION_REKEY);
		world_run(w, 500);
		send_away(w, 0, THERE, 0);
		assert_int_equal(w->n[1].aways, 0);
		w->n[0].aways = 0;
		send_away(w, 1, "gw2.example.com", 0);
		went_to(w, "gw2.example.com", 0);
		assert_memory_equal(w->n[0].away.spi_i,
		    node_session(&w->n[0])->spi_i, SPI_LEN);
	}
	/* The session itself is tmd's to end. */
	assert_int_equal(w->n[0].downs, 0);
	world_free(w);
	w = redirect_world(13, NULL);
	w->n[0].tunnel.redirect = REDIRECT_NO;
	world_start(w);
	node_initiate(&w->n[0], 7);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 100);
	send_away(w, 1, THERE, 0);
	assert_int_equal(w->n[0].aways, 0);
	world_free(w);
}

/* The identity of section 9.2, octet by octet. */
static void
test_octets(void **state)
{
	static const struct {
		const char	*data;
		size_t		 len;
		int		 good;
	} rows[] = {
		{ "\1\4\1\2\3\4", 6, 1 }, { "\1\4\1\2\3", 5, 0 },
		{ "\1\3\1\2\3", 5, 0 }, { "\1\5\1\2\3\4\5", 7, 0 },
		{ "\2\4\1\2\3\4", 6, 0 },
		{ "\2\20abcdefghijklmnop", 18, 1 },
		{ "\3\3a.b", 5, 1 }, { "\3\0", 2, 0 }, { "\3", 1, 0 },
		{ "", 0, 0 }, { "\3\3a b", 5, 0 }, { "\3\3a\0b", 5, 0 },
		{ "\3\3-ab", 5, 0 }, { "\3\4a..b", 6, 0 },
		{ "\3\7""1.2.3.4", 9, 0 }, { "\4\3a.b", 5, 0 },
		{ "\0\3a.b", 5, 0 },
		{ "\1\4\1\2\3\4""0123456789abcdef", 22, 1 },
		{ "\1\4\1\2\3\4""0123456789abcde", 21, 0 },
	};
	struct pld_redirect	 r;
	struct slice		 s;
	size_t			 i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		s.p = (const uint8_t *)rows[i].data;
		s.len = rows[i].len;
		if ((pld_redirect_parse(s, &r) == NULL) != rows[i].good)
			fail_msg("row %zu", i);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_served),
		cmocka_unit_test(test_outside),
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_authenticated),
		cmocka_unit_test(test_stays),
		cmocka_unit_test(test_session),
		cmocka_unit_test(test_octets),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
