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
 * Quick crash detection, RFC 6290: tokens given, kept, shown, believed, and
 * never shown to somebody else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "addr.h"
#include "harness.h"
#include "../../ikd/ike/crash.h"
#include "mocks.h"
#include "reason.h"

/* certd-sign's, of node i: slot i and all that go with it of two workers. */
static void
give_secrets(struct node *n, uint8_t fill)
{
	struct mk_crashes	 m;
	uint8_t			 slot;

	m.s_n = 0;
	for (slot = (uint8_t)n->i; slot < SLOTS; slot += 2) {
		m.s[m.s_n].slot = slot;
		memset(m.s[m.s_n++].secret, fill + slot, CRASH_SECRET_LEN);
	}
	crash_secrets(n->ike, &m);
}

static struct world *
crash_world(uint64_t seed, int a, int b)
{
	struct world	*w = world_new(seed);

	w->n[0].tunnel.crash_detection = (uint8_t)a;
	w->n[1].tunnel.crash_detection = (uint8_t)b;
	give_secrets(&w->n[0], 1);
	give_secrets(&w->n[1], 1);
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 100);
	return (w);
}

/* The token of an end, made here by other means. */
static void
token_of(const struct session *s, int initiator, uint8_t out[32])
{
	uint8_t		 key[CRASH_SECRET_LEN], in[17];
	unsigned int	 len = 32, slot;

	slot = (initiator ? s->spi_i : s->spi_r)[0];
	memset(key, (int)(1 + slot), sizeof(key));
	in[0] = initiator ? 'i' : 'r';
	memcpy(in + 1, s->spi_i, 8);
	memcpy(in + 9, s->spi_r, 8);
	assert_non_null(HMAC(EVP_sha256(), key, sizeof(key), in, sizeof(in),
	    out, &len));
}

/* Node i has the other's token, the right one. */
static void
has_token(struct node *n)
{
	struct session	*s = node_session(n);
	uint8_t		 want[32];

	assert_non_null(s);
	token_of(s, !s->initiator, want);
	assert_int_equal(s->crash_len, 32);
	assert_memory_equal(s->crash_token, want, 32);
}

static void
test_given(void **state)
{
	struct world	*w = crash_world(1, 1, 1);

	(void)state;
	has_token(&w->n[0]);
	has_token(&w->n[1]);
	world_clean(w);
	world_free(w);
}

/* The key is looked at by each side for itself. */
static void
test_switched_off(void **state)
{
	struct world	*w;
	int		 i;

	(void)state;
	for (i = 0; i < 3; i++) {
		w = crash_world(10 + (uint64_t)i, i & 1, i >> 1);
		assert_int_equal(node_session(&w->n[0])->crash_len, 0);
		assert_int_equal(node_session(&w->n[1])->crash_len,
		    /* kept before the tunnel is known, and never looked at */
		    i == 1 ? 32 : 0);
		node_restart(&w->n[0]);
		give_secrets(&w->n[0], 1);
		node_session_do(&w->n[1], SESSION_PROBE);
		world_run(w, 200);
		assert_int_equal(w->n[1].downs, 0);
		world_free(w);
	}
}

/* The end that lost all shows the token, and the other is through at once. */
static void
restart_and_ask(struct world *w, int lost)
{
	struct node	*other = &w->n[!lost];

	node_restart(&w->n[lost]);
	give_secrets(&w->n[lost], 1);
	node_session_do(other, SESSION_PROBE);
	world_run(w, 100);
	assert_int_equal(other->downs, 1);
	assert_int_equal(other->down.code, RSN_DEAD_PEER);
	assert_int_equal(w->n[lost].ike->stat[ST_CRASH_SHOWN], 1);
	assert_int_equal(other->ike->stat[ST_CRASH_SEEN], 1);
	assert_null(node_session(other));
	assert_int_equal(world_pairs(w), 0);
}

static void
test_restart(void **state)
{
	struct world	*w;
	int		 lost;

	(void)state;
	for (lost = 0; lost < 2; lost++) {
		w = crash_world(20 + (uint64_t)lost, 1, 1);
		restart_and_ask(w, lost);
		/* And it comes up anew. */
		world_run(w, 1000);
		node_initiate(&w->n[!lost], 2);
		assert_true(world_until(w, both_up, 5000));
		has_token(&w->n[0]);
		world_run(w, 100);
		world_clean(w);
		world_free(w);
	}
}

/* After each side has rekeyed the IKE SA, it is the new one's. */
static void
test_rekeyed(void **state)
{
	struct world	*w;
	int		 who, lost;

	(void)state;
	for (who = 0; who < 2; who++)
		for (lost = 0; lost < 2; lost++) {
			w = crash_world(30, 1, 1);
			node_session_do(&w->n[who], SESSION_REKEY);
			world_run(w, 500);
			assert_int_equal(w->n[0].ups, 2);
			has_token(&w->n[0]);
			has_token(&w->n[1]);
			restart_and_ask(w, lost);
			world_free(w);
		}
}

/* Another secret, as if the machine's had been lost: it changes nothing. */
static void
test_wrong(void **state)
{
	struct world	*w = crash_world(40, 1, 1);

	(void)state;
	node_restart(&w->n[1]);
	give_secrets(&w->n[1], 2);
	node_session_do(&w->n[0], SESSION_PROBE);
	world_run(w, 3000);
	assert_true(w->n[1].ike->stat[ST_CRASH_SHOWN] > 0);
	assert_int_equal(w->n[0].ike->stat[ST_CRASH_SEEN], 0);
	assert_int_equal(w->n[0].downs, 0);
	/* What the RFC does not hasten ends as ever. */
	world_run(w, 200000);
	assert_int_equal(w->n[0].downs, 1);
	world_free(w);
}

static enum fate
drop_first_clear(struct world *w, struct flight *f)
{
	unsigned int	*n = w->hook_arg;

	if (f->buf[16] != PLD_N)
		return (PASS);
	return ((*n)++ == 0 ? DROP : TWICE);
}

/* The packet that shows it is lost once, and comes twice then. */
static void
test_lost(void **state)
{
	struct world	*w = crash_world(50, 1, 1);
	unsigned int	 n = 0;

	(void)state;
	node_restart(&w->n[1]);
	give_secrets(&w->n[1], 1);
	w->hook = drop_first_clear;
	w->hook_arg = &n;
	node_session_do(&w->n[0], SESSION_PROBE);
	world_run(w, 500);
	assert_int_equal(w->n[0].downs, 0);
	world_run(w, 2000);
	assert_int_equal(n, 2);
	assert_int_equal(w->n[0].downs, 1);
	world_free(w);
}

/* What the attacker was answered. */
struct loot {
	uint8_t	 buf[64 * 1024];
	size_t	 len;
	int	 from;
};

static enum fate
keep_clear(struct world *w, struct flight *f)
{
	struct loot	*l = w->hook_arg;

	if (f->from == l->from && f->buf[16] == PLD_N) {
		assert_true(l->len + f->len <= sizeof(l->buf));
		memcpy(l->buf + l->len, f->buf, f->len);
		l->len += f->len;
		return (DROP);
	}
	return (PASS);
}

/*
 * While the SA is alive nobody is shown the token that would end it, however
 * he asks: SPIs in either order or with one that is wrong, all flags.
 */
static void
test_not_for_others(void **state)
{
	struct world	*w;
	struct session	*s;
	struct loot	*l;
	struct wt_sock	 at = { .port = 4500 };
	uint8_t		 m[28 + 28], ti[32], tr[32];
	int		 i, flags, spis;

	(void)state;
	for (i = 0; i < 2; i++) {
		w = crash_world(60, 1, 1);
		s = node_session(&w->n[i]);
		token_of(s, 1, ti);
		token_of(s, 0, tr);
		l = calloc(1, sizeof(*l));
		l->from = i;
		w->hook = keep_clear;
		w->hook_arg = l;
		assert_int_equal(addr_parse("203.0.113.66", &at.addr), 0);
		for (flags = 0; flags < 256; flags += 8)
			for (spis = 0; spis < 4; spis++) {
				memset(m, 0, sizeof(m));
				memcpy(m, spis & 1 ? s->spi_r : s->spi_i, 8);
				memcpy(m + 8, spis & 1 ? s->spi_i : s->spi_r,
				    8);
				if (spis & 2)
					m[8] ^= 2;
				m[16] = PLD_SK;
				m[17] = 0x20;
				m[18] = EXCH_INFORMATIONAL;
				m[19] = (uint8_t)flags;
				m[27] = sizeof(m);
				m[31] = 28;
				world_inject(w, i, &at, &w->n[i].at, 1, m,
				    sizeof(m));
			}
		world_run(w, 1000);
		assert_true(l->len > 0);	/* some are answered */
		assert_null(memmem(l->buf, l->len, ti, 32));
		assert_null(memmem(l->buf, l->len, tr, 32));
		assert_int_equal(w->n[i].downs, 0);
		free(l);
		world_free(w);
	}
}

/* In clear, from anywhere, as an answer to session s's end; n of 32 octets. */
static void
show(struct world *w, struct session *s, const uint8_t *tokens, unsigned int n,
    unsigned int len)
{
	struct wt_sock	 at = { .port = 4500 };
	uint8_t		 m[1024], *p = m + 28;
	unsigned int	 i;

	assert_int_equal(addr_parse("203.0.113.66", &at.addr), 0);
	memset(m, 0, sizeof(m));
	memcpy(m, s->spi_i, 8);
	memcpy(m + 8, s->spi_r, 8);
	m[16] = PLD_N;
	m[17] = 0x20;
	m[18] = EXCH_INFORMATIONAL;
	m[19] = HDR_RESPONSE | (s->initiator ? 0 : HDR_INITIATOR);
	put16(p + 2, 8);
	put16(p + 6, N_INVALID_IKE_SPI);
	*p = n > 0 ? PLD_N : 0;
	for (p += 8, i = 0; i < n; i++, p += 8 + len) {
		*p = i + 1 < n ? PLD_N : 0;
		put16(p + 2, 8 + len);
		p[4] = 1;
		put16(p + 6, N_QUICK_CRASH_DETECTION);
		memcpy(p + 8, tokens + 32 * i, len);
	}
	put16(m + 26, (unsigned int)(p - m));
	world_inject(w, s->ike == w->n[1].ike, &at, &w->n[s->ike ==
	    w->n[1].ike].at, 1, m, (size_t)(p - m));
	world_run(w, 500);
}

/* Section 4.5: four of them, from any address; and what is no token. */
static void
test_shown_in_clear(void **state)
{
	struct world	*w = crash_world(70, 1, 1);
	struct session	*s = node_session(&w->n[0]);
	uint8_t		 t[4 * 32] = { 0 };

	(void)state;
	show(w, s, t, 0, 32);
	show(w, s, t, 4, 32);
	token_of(s, 1, t);		/* ours is not the peer's */
	show(w, s, t, 1, 32);
	token_of(s, 0, t);
	show(w, s, t, 1, 31);		/* cut */
	show(w, s, t, 1, 8);
	t[31] ^= 1;
	show(w, s, t, 1, 32);
	assert_int_equal(w->n[0].downs, 0);
	world_run(w, 1000);
	assert_int_equal(w->n[0].downs, 0);
	token_of(s, 0, t + 96);
	show(w, s, t, 4, 32);
	assert_int_equal(w->n[0].downs, 1);
	assert_int_equal(w->n[0].down.code, RSN_DEAD_PEER);
	world_free(w);
}

/* A flood of questions is answered so often and no oftener. */
static void
test_flood(void **state)
{
	struct world	*w = crash_world(80, 1, 1);
	struct session	*s = node_session(&w->n[0]);
	uint8_t		 m[28 + 28] = { 0 };
	unsigned int	 i, before;

	(void)state;
	memcpy(m, s->spi_i, 8);
	memcpy(m + 8, s->spi_r, 8);
	m[16] = PLD_SK;
	m[17] = 0x20;
	m[18] = EXCH_INFORMATIONAL;
	m[19] = HDR_INITIATOR;
	m[27] = sizeof(m);
	m[31] = 28;
	node_restart(&w->n[1]);
	give_secrets(&w->n[1], 1);
	w->n[0].at.port = 500;
	before = w->sent;
	for (i = 0; i < 2000; i++)
		world_inject(w, 1, &w->n[1].at, &w->n[1].at, 1, m, sizeof(m));
	world_run(w, 100);
	assert_in_range(w->sent - before, 100, 210);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(test_given),
		cmocka_unit_test(test_switched_off),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_rekeyed),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_not_for_others),
		cmocka_unit_test(test_shown_in_clear),
		cmocka_unit_test(test_flood),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
