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
 * Selectors that do not meet whole: the packet's come first, what is left
 * over is told (RFC 7296 section 2.9), and a peer that wants one pair of
 * addresses gets it; sessions whose IKE_AUTH makes no child (RFC 6023).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "addr.h"
#include "harness.h"
#include "mocks.h"
#include "reason.h"

/* What the wire shows, opened with its sender's keys. */
struct eye {
	int	 more;		/* ADDITIONAL_TS_POSSIBLE was said */
	int	 children_in_auth;	/* SA payloads in IKE_AUTH */
	int	 announced;	/* CHILDLESS_IKEV2_SUPPORTED was */
	int	 strict;	/* node 1 wants single pairs */
	int	 wide;		/* and was asked for more */
	int	 refused;	/* times it said so */
};

static uint8_t	plain_buf[8192];

static struct session *
sender(struct world *w, const struct flight *f)
{
	struct ike_hdr	 h;

	assert_null(hdr_parse(f->buf, f->len, &h));
	return (session_by_pair(w->n[f->from].ike, h.spi_i, h.spi_r));
}

/* 1: pkt is what f says. */
static int
look(struct world *w, const struct flight *f, struct packet *pkt)
{
	struct session	*s = sender(w, f);
	struct sk_ctx	*open;
	const uint8_t	*plain;
	size_t		 len;
	int		 ok = 1;

	memcpy(plain_buf, f->buf, f->len);
	assert_null(packet_parse(plain_buf, f->len, pkt));
	if (pkt->sk_off == 0)
		return (1);
	if (s == NULL || (open = session_open_own(s)) == NULL)
		return (0);
	if (sk_open(open, plain_buf, f->len, pkt->sk_off, &plain, &len) !=
	    SK_GOOD || packet_parse_inner(pkt, plain, len) != NULL)
		ok = 0;
	sk_ctx_free(open);
	return (ok);
}

/* Is what is asked for one pair of addresses? */
static int
is_single(const struct packet *pkt)
{
	static const unsigned int type[] = { PLD_TSI, PLD_TSR };
	const struct pld	*p;
	struct ts_list		 l;
	size_t			 i;

	for (i = 0; i < 2; i++) {
		if ((p = packet_find(pkt, type[i], NULL)) == NULL)
			return (1);
		assert_null(pld_ts_parse(p->p, p->len, &l));
		if (l.n != 1 || memcmp(l.ts[0].lo, l.ts[0].hi, 16) != 0)
			return (0);
	}
	return (1);
}

/* The same answer, with SINGLE_PAIR_REQUIRED in place of its child. */
static void
refuse_wide(struct world *w, struct flight *f, const struct packet *pkt)
{
	static uint64_t	 iv = 1ULL << 62;
	struct session	*s = sender(w, f);
	struct sk_ctx	*seal;
	struct slice	 e, a;
	struct out	 o;
	size_t		 i;
	long		 len;

	sk_keys(s->keys.seal, &e, &a);
	seal = sk_ctx_new(&s->suite, SK_SEAL, e, a);
	assert_non_null(seal);
	msg_begin(&o.m, o.buf, sizeof(o.buf), &pkt->hdr);
	msg_begin_sk(&o.m, seal);
	for (i = pkt->first; i < pkt->n; i++) {
		if (pkt->pld[i].type != PLD_IDR && pkt->pld[i].type != PLD_AUTH)
			continue;
		msg_open(&o.m, pkt->pld[i].type);
		msg_put(&o.m, pkt->pld[i].p, pkt->pld[i].len);
		msg_close(&o.m);
	}
	msg_add_notify(&o.m, N_SINGLE_PAIR_REQUIRED, NULL, 0);
	len = msg_finish_sk(&o.m, seal, ++iv);
	sk_ctx_free(seal);
	assert_true(len > 0);
	memcpy(f->buf, o.buf, (size_t)len);
	f->len = (size_t)len;
}

static enum fate
watch(struct world *w, struct flight *f)
{
	struct eye		*k = w->hook_arg;
	struct pld_notify	 n;
	struct packet		 pkt;

	if (!look(w, f, &pkt))
		return (PASS);
	k->announced |= packet_notify(&pkt, N_CHILDLESS_SUPPORTED, &n);
	if (exch_of(f) == EXCH_AUTH &&
	    packet_find(&pkt, PLD_SA, NULL) != NULL)
		k->children_in_auth++;
	if (!is_request(f))
		k->more |= packet_notify(&pkt, N_ADDITIONAL_TS_POSSIBLE, &n);
	if (!k->strict || (exch_of(f) != EXCH_AUTH &&
	    exch_of(f) != EXCH_CREATE_CHILD))
		return (PASS);
	if (is_request(f))
		k->wide = !is_single(&pkt);
	else if (k->wide) {
		k->refused++;
		refuse_wide(w, f, &pkt);
	}
	return (PASS);
}

static struct world *
world_watched(uint64_t seed, struct eye *k)
{
	struct world	*w = world_new(seed);

	memset(k, 0, sizeof(*k));
	w->hook = watch;
	w->hook_arg = k;
	return (w);
}

static void
host(struct wt_ts *t, const char *text)
{
	struct wt_addr	 a;

	assert_int_equal(addr_parse(text, &a), 0);
	ts_from_addr(t, &a);
}

/* node_initiate(), for a packet. */
static void
initiate_for(struct node *n, const char *src, const char *dst)
{
	struct mx_initiate	 m;

	memset(&m, 0, sizeof(m));
	m.order = m.tunnel = m.generation = 1;
	m.remote.addr = n->w->n[!n->i].at.addr;
	host(&m.acquire_src, src);
	host(&m.acquire_dst, dst);
	exch_initiate(n->ike, &m);
	ike_turn_end(n->ike);
}

static void
open_for(struct node *n, uint32_t child, const char *src, const char *dst)
{
	struct session	*s = node_session(n);
	struct mx_child	 m;

	memset(&m, 0, sizeof(m));
	memcpy(m.spi_i, s->spi_i, SPI_LEN);
	memcpy(m.spi_r, s->spi_r, SPI_LEN);
	m.child = child;
	m.what = CHILD_OPEN;
	if (src != NULL) {
		host(&m.acquire_src, src);
		host(&m.acquire_dst, dst);
	}
	from_tmd_child_do(n->ike, &m);
	ike_turn_end(n->ike);
}

static int
is_prefix(const struct wt_ts *t, const char *text)
{
	struct wt_prefix p;
	struct wt_ts	 want;

	assert_int_equal(prefix_parse(text, &p), 0);
	ts_from_prefix(&want, &p);
	return (ts_equal(t, &want));
}

/* One of two children fits a part: the rest is possible, and said to be. */
static void
test_more_possible(void **state)
{
	struct eye	 k;
	struct world	*w;
	int		 two;

	(void)state;
	for (two = 0; two < 2; two++) {
		w = world_watched(600, &k);
		node_child(&w->n[1], 0, "10.2.1.0/24", "10.1.0.0/16");
		if (two)
			node_child(&w->n[1], 1, "10.2.2.0/24", "10.1.0.0/16");
		world_start(w);
		node_initiate(&w->n[0], 1);
		assert_true(world_until(w, both_up, 5000));
		world_run(w, 1000);
		assert_int_equal(k.more, two);
		assert_int_equal(world_pairs(w), 1);
		assert_true(is_prefix(&w->n[0].child_up.ts_remote[0],
		    "10.2.1.0/24"));
		/* The same in CREATE_CHILD_SA. */
		k.more = 0;
		open_for(&w->n[0], 1, NULL, NULL);
		world_run(w, 1000);
		assert_int_equal(w->n[0].child_ups, 1);
		/* In vain: what the peer narrows to is there. */
		open_for(&w->n[0], 1, "10.1.0.5", "10.2.9.9");
		world_run(w, 1000);
		assert_int_equal(w->n[0].child_ups, 1);
		assert_int_equal(k.more, two);
		assert_int_equal(world_pairs(w), 1);
		/* Another part has a pair of its own. */
		open_for(&w->n[0], 1, "10.1.0.5", "10.2.2.9");
		world_run(w, 1000);
		assert_int_equal(w->n[0].child_ups, 1 + two);
		assert_int_equal(world_pairs(w), 1 + two);
		/* What is only rekeyed leaves nothing open. */
		k.more = 0;
		node_child_do(&w->n[0], 1, CHILD_REKEY);
		world_run(w, 20000);
		assert_int_equal(w->n[0].child_ups, 2 + two);
		assert_int_equal(k.more, 0);
		world_free(w);
	}
}

/* The packet's selectors decide, also over the first child that fits. */
static void
test_packet_first(void **state)
{
	struct eye	 k;
	struct world	*w = world_watched(601, &k);

	(void)state;
	node_child(&w->n[1], 0, "10.2.1.0/24", "10.1.0.0/16");
	node_child(&w->n[1], 1, "10.2.2.0/24", "10.1.0.0/16");
	world_start(w);
	initiate_for(&w->n[0], "10.1.0.5", "10.2.2.7");
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 1000);
	assert_true(is_prefix(&w->n[0].child_up.ts_remote[0], "10.2.2.0/24"));
	assert_int_equal(w->n[1].child_up.child, 2);
	open_for(&w->n[0], 1, "10.1.0.5", "10.2.1.9");
	world_run(w, 1000);
	assert_int_equal(w->n[0].child_ups, 2);
	assert_true(is_prefix(&w->n[0].child_up.ts_remote[0], "10.2.1.0/24"));
	assert_int_equal(w->n[1].child_up.child, 1);
	world_free(w);
}

/* SINGLE_PAIR_REQUIRED: asked again for the packet's pair alone, once. */
static void
test_single_pair(void **state)
{
	struct eye	 k;
	struct world	*w = world_watched(602, &k);

	(void)state;
	k.strict = 1;
	world_start(w);
	initiate_for(&w->n[0], "10.1.0.5", "10.2.2.7");
	world_run(w, 3000);
	/* In IKE_AUTH: the session stands, the child comes after it. */
	assert_int_equal(w->n[0].ups, 1);
	assert_int_equal(k.refused, 1);
	assert_int_equal(w->n[0].child_failed, 0);
	assert_int_equal(w->n[0].child_ups, 1);
	assert_true(is_prefix(&w->n[0].child_up.ts_remote[0], "10.2.2.7/32"));
	assert_true(is_prefix(&w->n[0].child_up.ts_local[0], "10.1.0.5/32"));
	/* Known by now, and never asked for more. */
	open_for(&w->n[0], 1, "10.1.0.6", "10.2.2.8");
	world_run(w, 3000);
	assert_int_equal(k.refused, 1);
	assert_int_equal(w->n[0].child_ups, 2);
	assert_true(is_prefix(&w->n[0].child_up.ts_remote[0], "10.2.2.8/32"));
	world_free(w);

	/* No packet, and no single addresses in the policy: a sentence. */
	w = world_watched(603, &k);
	k.strict = 1;
	world_start(w);
	node_initiate(&w->n[0], 1);
	world_run(w, 3000);
	assert_int_equal(w->n[0].ups, 1);
	assert_int_equal(k.refused, 1);
	assert_int_equal(w->n[0].child_ups, 0);
	assert_int_equal(w->n[0].child_failed, 1);
	assert_int_equal(w->n[0].fail.code, RSN_TS);
	assert_non_null(strstr(w->n[0].fail.text, "start: trap"));
	/* In CREATE_CHILD_SA it is the same, once more refused in vain. */
	open_for(&w->n[0], 1, "10.1.0.6", "10.2.2.8");
	world_run(w, 3000);
	assert_int_equal(w->n[0].child_ups, 1);
	world_free(w);
}

/* RFC 6023: IKE_AUTH without a child, where both want it so. */
static void
test_childless(void **state)
{
	struct eye	 k;
	struct world	*w;
	int		 i;

	(void)state;
	for (i = 0; i < 4; i++) {
		w = world_watched(610 + (uint64_t)i, &k);
		w->n[0].tunnel.childless = i & 1;
		w->n[1].tunnel.childless = i >> 1;
		node_child(&w->n[0], 1, "10.3.0.0/16", "10.4.0.0/16");
		node_child(&w->n[1], 1, "10.4.0.0/16", "10.3.0.0/16");
		world_start(w);
		node_initiate(&w->n[0], 1);
		assert_true(world_until(w, both_up, 5000));
		world_run(w, 5000);
		assert_int_equal(k.announced, i >> 1);
		assert_int_equal(k.children_in_auth, i == 3 ? 0 : 2);
		assert_int_equal(w->n[0].child_failed, 0);
		assert_int_equal(w->n[0].child_ups, 1);
		assert_int_equal(world_pairs(w), 1);
		/* Its first child has a key exchange of its own then. */
		assert_int_equal(w->n[0].child_up.suite.ke != 0, i == 3);
		node_session_do(&w->n[0], SESSION_REKEY);
		world_run(w, 20000);
		assert_int_equal(world_pairs(w), 1);
		world_clean(w);
		world_free(w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_more_possible),
		cmocka_unit_test(test_packet_first),
		cmocka_unit_test(test_single_pair),
		cmocka_unit_test(test_childless),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
