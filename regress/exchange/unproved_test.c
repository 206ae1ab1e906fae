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
 * What nobody vouches for (RFC 7296 sections 2.4, 2.21.1, 2.21.4): errors in
 * clear, forged or not, during the first two exchanges and on an SA that is
 * up.  No attempt is given up for them while the true answer may come, no SA
 * ends, none is answered; and limits hold for those who are not known yet.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "addr.h"
#include "harness.h"
#include "mocks.h"
#include "reason.h"

static const struct {
	unsigned int	 type;
	size_t		 len;
	uint8_t		 data[4];
} notifies[] = {
	{ N_UNSUPPORTED_CRITICAL_PAYLOAD, 1, { 33 } },
	{ N_INVALID_IKE_SPI, 0, { 0 } },
	{ N_INVALID_MAJOR_VERSION, 1, { 1 } },
	{ N_INVALID_SYNTAX, 0, { 0 } },
	{ N_INVALID_MESSAGE_ID, 4, { 0, 0, 0, 1 } },
	{ N_INVALID_SPI, 4, { 1, 2, 3, 4 } },
	{ N_NO_PROPOSAL_CHOSEN, 0, { 0 } },
	{ N_INVALID_KE_PAYLOAD, 2, { 0, 31 } },		/* what we have sent */
	{ N_INVALID_KE_PAYLOAD, 2, { 0, 19 } },		/* what we have, too */
	{ N_INVALID_KE_PAYLOAD, 2, { 0, 2 } },		/* what we refuse */
	{ N_INVALID_KE_PAYLOAD, 1, { 0 } },
	{ N_COOKIE, 0, { 0 } },				/* none */
	{ N_AUTHENTICATION_FAILED, 0, { 0 } },
	{ N_NO_ADDITIONAL_SAS, 0, { 0 } },
	{ N_TS_UNACCEPTABLE, 0, { 0 } },
	{ N_TEMPORARY_FAILURE, 0, { 0 } },
	{ N_CHILD_SA_NOT_FOUND, 0, { 0 } },
	{ 8191, 0, { 0 } },
	{ 16384, 0, { 0 } },
	{ 40000, 4, { 1 } },
};
#define NOTIFIES	(sizeof(notifies) / sizeof(notifies[0]))

/* In clear to node 0, as if from its peer. */
static void
forge_notify(struct world *w, const struct session *s, unsigned int exch,
    uint32_t id, unsigned int type, const void *data, size_t dlen)
{
	struct ike_hdr	 h;
	struct out	 o;
	long		 len;

	memset(&h, 0, sizeof(h));
	memcpy(h.spi_i, s->spi_i, SPI_LEN);
	memcpy(h.spi_r, s->spi_r, SPI_LEN);
	h.exch = (uint8_t)exch;
	h.flags = HDR_RESPONSE | (s->initiator ? 0 : HDR_INITIATOR);
	h.msgid = id;
	msg_begin(&o.m, o.buf, sizeof(o.buf), &h);
	msg_add_notify(&o.m, type, data, dlen);
	len = msg_finish(&o.m);
	assert_true(len > 0);
	world_inject(w, 0, &w->n[1].at, &w->n[0].at, s->natt, o.buf,
	    (size_t)len);
}

static void
forge(struct world *w, const struct session *s, unsigned int exch,
    uint32_t id, size_t i)
{
	forge_notify(w, s, exch, id, notifies[i].type, notifies[i].data,
	    notifies[i].len);
}

/* A cookie as any responder might ask for: each n another one. */
static void
forge_cookie(struct world *w, unsigned int n)
{
	struct session	*s = LIST_FIRST(&w->n[0].ike->all);
	uint8_t		 cookie[33];

	memset(cookie, (int)n, sizeof(cookie));
	forge_notify(w, s, EXCH_SA_INIT, 0, N_COOKIE, cookie,
	    sizeof(cookie));
}

static struct session *
first(struct node *n)
{
	struct session	*s = LIST_FIRST(&n->ike->all);

	assert_non_null(s);
	return (s);
}

static void
comes_up(struct world *w)
{
	assert_true(world_until(w, both_up, 20000));
	world_run(w, 100);
	assert_int_equal(world_pairs(w), 1);
	assert_int_equal(w->n[0].failed, 0);
	assert_int_equal(w->n[0].ups, 1);
	world_run(w, 40000);
	world_clean(w);
}

/* Before the true answer to IKE_SA_INIT; and where that is lost at first. */
static void
test_in_init(void **state)
{
	struct world	*w;
	unsigned int	 lost = 2;
	size_t		 i, k;

	(void)state;
	for (i = 0; i < 2 * NOTIFIES; i++) {
		w = world_new(1 + i);
		if (i >= NOTIFIES) {
			w->hook = drop_nth;
			w->hook_arg = &lost;
		}
		world_start(w);
		node_initiate(&w->n[0], 1);
		for (k = 0; k < 3; k++) {
			forge(w, first(&w->n[0]), EXCH_SA_INIT, 0,
			    i % NOTIFIES);
			world_run(w, 3);
		}
		comes_up(w);
		world_free(w);
	}
}

/* All of them, again and again, with a peer that answers after a while. */
static enum fate
late(struct world *w, struct flight *f)
{
	return (w->now < 1006000 && f->from == 1 ? DROP : PASS);
}

static void
test_in_init_for_long(void **state)
{
	struct world	*w = world_new(50);
	size_t		 i;

	(void)state;
	w->hook = late;
	world_start(w);
	node_initiate(&w->n[0], 1);
	for (i = 0; i < 5 * NOTIFIES; i++) {
		forge(w, first(&w->n[0]), EXCH_SA_INIT, 0, i % NOTIFIES);
		world_run(w, 40);
	}
	comes_up(w);
	world_free(w);
}

/*
 * A cookie that the responder has not asked for: the answer to the request
 * without one is on its way, and that request is what AUTH covers.
 */
static void
test_forged_cookies(void **state)
{
	static const unsigned int	 most[] = { 1, 17 };
	struct world			*w;
	unsigned int			 i, n;

	(void)state;
	for (i = 0; i < 2; i++) {
		w = world_new(60 + i);
		world_start(w);
		node_initiate(&w->n[0], 1);
		world_run(w, 3);
		for (n = 0; n < most[i]; n++)
			forge_cookie(w, n);
		assert_true(world_until(w, both_up, 200));
		assert_int_equal(w->n[1].ike->stat[ST_INIT_IN], 1);
		comes_up(w);
		world_free(w);
	}
}

/* Nor do they keep us from the true one, however many. */
static void
test_cookies_beside_the_true_one(void **state)
{
	struct world	*w = world_new(62);
	unsigned int	 n;

	(void)state;
	w->n[1].ike_row.cookies_at = 1;
	world_start(w);
	w->n[1].ike->half_open = 1;	/* as if others were there */
	node_initiate(&w->n[0], 1);
	world_run(w, 3);
	for (n = 0; n < 40; n++) {
		forge_cookie(w, n);
		world_run(w, 2);
	}
	assert_true(world_until(w, both_up, 5000));
	assert_int_equal(w->n[1].ike->stat[ST_COOKIES_GOOD], 1);
	w->n[1].ike->half_open--;
	comes_up(w);
	world_free(w);
}

/* Nobody is there; the attempt ends, whatever is forged meanwhile. */
static void
test_cookies_for_ever(void **state)
{
	struct world	*w = world_new(63);
	unsigned int	 n;

	(void)state;
	world_start(w);
	w->hook = drop_all;
	node_initiate(&w->n[0], 1);
	for (n = 0; n < 4000 && w->n[0].failed == 0; n++) {
		forge_cookie(w, n);
		world_run(w, 100);
	}
	assert_int_equal(w->n[0].failed, 1);
	assert_int_equal(w->n[0].fail.code, RSN_TIMEOUT);
	world_free(w);
}

/* The honest end is far away. */
static enum fate
far(struct world *w, struct flight *f)
{
	if (f->from == 1)
		f->delay = (unsigned int)(uintptr_t)w->hook_arg;
	return (PASS);
}

/* Groups that the peer does not want, over and over. */
static void
test_forged_groups(void **state)
{
	static const unsigned int	 group[] = { KE_ECP384, KE_ECP256,
	    KE_X25519 };
	struct world			*w = world_new(64);
	struct session			*s;
	uint8_t				 g[2];
	unsigned int			 i;

	(void)state;
	node_proposal(&w->n[0], "aes256gcm16-prfsha256-x25519-ecp256-ecp384",
	    NULL);
	node_proposal(&w->n[1], "aes256gcm16-prfsha256-x25519", NULL);
	w->hook = far;
	w->hook_arg = (void *)700;
	world_start(w);
	node_initiate(&w->n[0], 1);
	s = LIST_FIRST(&w->n[0].ike->all);
	for (i = 0; i < 32; i++) {
		put16(g, group[i == 0 ? 0 : 1 + i % 2]);
		forge_notify(w, s, EXCH_SA_INIT, 0, N_INVALID_KE_PAYLOAD, g,
		    sizeof(g));
		world_run(w, 10);
	}
	/* One of each, however often. */
	assert_int_equal(w->n[1].ike->stat[ST_INIT_IN], 3);
	/* The answer to the first one. */
	assert_true(world_until(w, both_up, 3000));
	assert_int_equal(w->n[0].ike->stat[ST_SESSIONS_I], 1);
	w->hook = NULL;
	comes_up(w);
	world_free(w);
}

/* A true one is followed beside them, and sent again when it is lost. */
static enum fate
lose_third(struct world *w, struct flight *f)
{
	unsigned int	*n = w->hook_arg;

	return (f->from == 0 && ++*n == 3 ? DROP : PASS);
}

static void
test_true_group_beside(void **state)
{
	static const uint8_t	 forged[2] = { 0, KE_ECP256 };
	struct world		*w = world_new(65);
	unsigned int		 n = 0;

	(void)state;
	node_proposal(&w->n[0], "aes256gcm16-prfsha256-x25519-ecp256-ecp384",
	    NULL);
	node_proposal(&w->n[1], "aes256gcm16-prfsha256-ecp384", NULL);
	w->hook = lose_third;
	w->hook_arg = &n;
	world_start(w);
	node_initiate(&w->n[0], 1);
	forge_notify(w, LIST_FIRST(&w->n[0].ike->all), EXCH_SA_INIT, 0,
	    N_INVALID_KE_PAYLOAD, forged, sizeof(forged));
	assert_true(world_until(w, both_up, 3000));
	assert_int_equal(w->n[1].ike->stat[ST_SESSIONS_R], 1);
	assert_int_equal(node_session(&w->n[0])->suite.ke, KE_ECP384);
	comes_up(w);
	world_free(w);
}

/*
 * Nobody is there: whatever is forged, the attempt takes the time that it
 * takes without.
 */
static uint64_t
time_of_attempt(unsigned int what)
{
	struct world	*w = world_new(66);
	struct session	*s;
	unsigned int	 n;
	uint64_t	 t0;
	uint8_t		 g[2];

	world_start(w);
	w->hook = drop_all;
	node_initiate(&w->n[0], 1);
	t0 = w->now;
	for (n = 0; n < 4000 && w->n[0].failed == 0; n++) {
		s = first(&w->n[0]);
		if (what & 1)
			forge_cookie(w, n);
		put16(g, n % 2 == 0 ? KE_ECP256 : KE_X25519);
		if (what & 2)
			forge_notify(w, s, EXCH_SA_INIT, 0,
			    N_INVALID_KE_PAYLOAD, g, sizeof(g));
		if (what & 4)
			forge(w, s, EXCH_SA_INIT, 0, n % NOTIFIES);
		world_run(w, 50);
	}
	assert_int_equal(w->n[0].failed, 1);
	t0 = w->now - t0;
	world_free(w);
	return (t0);
}

static void
test_time_of_attempt(void **state)
{
	uint64_t	 plain = time_of_attempt(0);
	unsigned int	 what;

	(void)state;
	for (what = 1; what < 8; what++)
		assert_int_equal(time_of_attempt(what), plain);
}

/*
 * A cookie is followed, and then the answer comes to the request before it:
 * our proof is refused.  The next attempt waits longer.
 */
static void
test_cookie_and_far(void **state)
{
	struct world	*w = world_new(67);
	unsigned int	 n;

	(void)state;
	w->hook = far;
	w->hook_arg = (void *)700;
	world_start(w);
	node_initiate(&w->n[0], 1);
	forge_cookie(w, 1);
	world_run(w, 3000);
	assert_int_equal(w->n[0].failed, 1);
	assert_int_equal(w->n[0].fail.code, RSN_COOKIE);
	w->n[0].wary = 1;
	node_initiate(&w->n[0], 2);
	for (n = 0; n < 10; n++) {
		forge_cookie(w, n);
		world_run(w, 60);
	}
	assert_true(world_until(w, both_up, 3000));
	world_run(w, 1000);
	assert_int_equal(world_pairs(w), 1);
	world_run(w, 40000);
	world_clean(w);
	world_free(w);
}

/* Refused again, it is not for the cookie. */
static void
test_refused_again(void **state)
{
	struct world	*w = world_new(68);
	unsigned int	 i;

	(void)state;
	strlcpy(w->n[0].psk, "another", sizeof(w->n[0].psk));
	w->n[1].ike_row.cookies_at = 1;
	world_start(w);
	w->n[1].ike->half_open = 1;
	for (i = 0; i < 2; i++) {
		w->n[0].wary = (int)i;
		node_initiate(&w->n[0], 1 + i);
		world_run(w, 5000);
		assert_int_equal(w->n[0].failed, 1 + i);
		assert_int_equal(w->n[0].fail.code, i == 0 ? RSN_COOKIE :
		    RSN_AUTH_OURS);
	}
	w->n[1].ike->half_open--;
	world_free(w);
}

/* ---- what is seen once may be sent again, by anybody, as anybody ---- */

static struct flight	 seen;
static struct wt_sock	 victim;
static unsigned int	 nseen;		/* answers to the victim */

static enum fate
keep_seen(struct world *w, struct flight *f)
{
	if (f->from == 0 && exch_of(f) == (uintptr_t)w->hook_arg)
		seen = *f;
	if (f->from == 1 && sock_cmp(&f->dst, &victim) == 0) {
		nseen++;
		return (DROP);
	}
	return (f->from == 0 && exch_of(f) == EXCH_AUTH &&
	    w->hook_arg != (void *)EXCH_AUTH ? DROP : PASS);
}

static void
test_reflected(void **state)
{
	static const uintptr_t	 exch[] = { EXCH_SA_INIT, EXCH_SA_INIT,
	    EXCH_AUTH };
	struct world		*w;
	unsigned int		 i, k;

	(void)state;
	for (k = 0; k < 3; k++) {
		w = world_new(70 + k);
		world_start(w);
		w->hook = keep_seen;
		w->hook_arg = (void *)exch[k];
		addr_parse("203.0.113.200", &victim.addr);
		victim.port = 500;
		nseen = 0;
		node_initiate(&w->n[0], 1);
		world_run(w, 100);
		if (k == 1)	/* the first one had that source, too */
			victim = seen.src;
		for (i = 0; i < 1000; i++)
			world_inject(w, 1, &victim, &seen.dst, seen.natt,
			    seen.buf, seen.len);
		world_run(w, 1);
		assert_in_range(nseen, 1, 250);
		world_free(w);
	}
	memset(&victim, 0, sizeof(victim));
}

/* Before the true answer to IKE_AUTH. */
static void
test_in_auth(void **state)
{
	struct world	*w;
	struct session	*s;
	size_t		 i;

	(void)state;
	for (i = 0; i < NOTIFIES; i++) {
		w = world_new(100 + i);
		world_start(w);
		node_initiate(&w->n[0], 1);
		s = first(&w->n[0]);
		while (s->state != SA_I_AUTH)
			world_run(w, 1);
		forge(w, s, EXCH_AUTH, 1, i);
		forge(w, s, EXCH_SA_INIT, 0, i);
		forge(w, s, EXCH_INFORMATIONAL, 1, i);
		comes_up(w);
		world_free(w);
	}
}

/* On an SA that is up: the peer is asked whether it lives, at most. */
static void
test_when_up(void **state)
{
	struct world	*w;
	struct session	*s;
	unsigned int	 sent;
	size_t		 i;

	(void)state;
	for (i = 0; i < NOTIFIES; i++) {
		w = world_up(200 + i);
		s = first(&w->n[0]);
		sent = w->sent;
		forge(w, s, EXCH_INFORMATIONAL, s->win.out_id, i);
		forge(w, s, EXCH_CREATE_CHILD, s->win.out_id, i);
		forge(w, s, EXCH_AUTH, 1, i);
		forge(w, s, EXCH_SA_INIT, 0, i);
		world_run(w, 5000);
		assert_true(w->sent <= sent + 2);
		assert_true(both_up(w));
		assert_int_equal(world_pairs(w), 1);
		assert_int_equal(w->n[0].downs, 0);
		world_clean(w);
		world_free(w);
	}
}

/* While something is being asked: the true answer counts. */
static void
test_while_asking(void **state)
{
	struct world	*w;
	struct session	*s;
	size_t		 i;

	(void)state;
	for (i = 0; i < NOTIFIES; i++) {
		w = world_up(300 + i);
		s = first(&w->n[0]);
		node_child_do(&w->n[0], 1, CHILD_REKEY);
		forge(w, s, EXCH_CREATE_CHILD, s->win.out_id, i);
		forge(w, s, EXCH_INFORMATIONAL, s->win.out_id, i);
		world_run(w, WORLD_SETTLED);
		assert_true(both_up(w));
		assert_int_equal(world_pairs(w), 1);
		assert_int_equal(w->n[0].ike->stat[ST_CHILD_REKEYS], 1);
		assert_int_equal(w->n[0].child_failed, 0);
		world_clean(w);
		world_free(w);
	}
}

/* So many in all, whoever they are; room again when one has gone. */
static void
test_half_open_most(void **state)
{
	struct world	*w = world_new(400);
	unsigned int	 i;

	(void)state;
	w->hook = drop_auth;
	w->n[1].ike_row.half_open = 4;
	w->n[1].ike_row.per_source = 0;
	world_start(w);
	for (i = 1; i <= 6; i++)
		node_initiate(&w->n[0], i);
	world_run(w, 500);
	assert_int_equal(w->n[1].ike->half_open, 4);
	assert_int_equal(w->n[1].ike->stat[ST_HALF_FULL], 2);
	world_run(w, 30000);
	assert_true(w->n[1].ike->stat[ST_HALF_EXPIRED] >= 4);
	w->hook = NULL;
	node_initiate(&w->n[0], 9);
	world_run(w, 300000);
	assert_true(w->n[0].ups > 0);
	assert_int_equal(w->n[1].ike->half_open, 0);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_init),
		cmocka_unit_test(test_in_init_for_long),
		cmocka_unit_test(test_forged_cookies),
		cmocka_unit_test(test_cookies_beside_the_true_one),
		cmocka_unit_test(test_cookies_for_ever),
		cmocka_unit_test(test_forged_groups),
		cmocka_unit_test(test_true_group_beside),
		cmocka_unit_test(test_time_of_attempt),
		cmocka_unit_test(test_cookie_and_far),
		cmocka_unit_test(test_refused_again),
		cmocka_unit_test(test_reflected),
		cmocka_unit_test(test_in_auth),
		cmocka_unit_test(test_when_up),
		cmocka_unit_test(test_while_asking),
		cmocka_unit_test(test_half_open_most),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
