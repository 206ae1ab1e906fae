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
 * Session resumption, RFC 5723.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../certd/sign/init_msg.h"
#include "../../certd/sign/resume.h"
#include "../unit/sign_peer.h"
#include "../../ikd/ike/exch_resume.h"
#include "harness.h"
#include "mocks.h"
#include "reason.h"
#include "resume_side.h"

static struct world *
resume_up(uint64_t seed)
{
	struct world *w = resume_world(seed);

	world_start(w);
	resume_initiate(&w->n[0], 1, 0);
	if (!world_until(w, both_up, 5000))
		fail_msg("not up");
	world_run(w, 100);
	assert_int_equal(world_pairs(w), 1);
	return (w);
}

/* The client's worker dies; the gateway's session is left alone or not. */
static void
client_dies(struct world *w)
{
	node_restart(&w->n[0]);
	side[0].there = 0;
	world_run(w, 50);
}

static void
gateway_dies(struct world *w)
{
	node_restart(&w->n[1]);
	side[1].there = 0;
	world_run(w, 50);
}

static void
comes_up(struct world *w, uint32_t number, unsigned int resumed)
{
	resume_initiate(&w->n[0], number, 1);
	if (!world_until(w, both_up, 200000))
		fail_msg("not up again");
	world_run(w, 100);
	assert_int_equal(world_pairs(w), 1);
	assert_int_equal(side[0].resumed, resumed);
	assert_int_equal(side[1].resumed, resumed);
	assert_int_equal(w->n[0].ike->stat[ST_RESUMED] != 0, resumed != 0);
	assert_int_equal(w->n[0].failed, 0);
}

static int
has_failed(struct world *w)
{
	return (w->n[0].failed != 0);
}

/* A hook that counts what exchanges there are. */
static unsigned int seen[64];

static enum fate
count(struct world *w, struct flight *f)
{
	(void)w;
	seen[exch_of(f)]++;
	return (PASS);
}

/* ---- tests ---- */

static void
test_resumes(void **state)
{
	struct world *w = resume_up(1);
	struct wt_suite was;
	uint32_t n;

	(void)state;
	assert_int_equal(side[1].makes, 1);
	assert_int_equal(side[0].kept, 1);
	was = node_session(&w->n[0])->suite;
	w->hook = count;
	for (n = 2; n < 5; n++) {
		client_dies(w);
		gateway_dies(w);
		memset(seen, 0, sizeof(seen));
		comes_up(w, n, n - 1);
		assert_int_equal(seen[EXCH_SESSION_RESUME], 2);
		assert_int_equal(seen[EXCH_SA_INIT], 0);
		assert_memory_equal(&node_session(&w->n[1])->suite, &was,
		    sizeof(was));
		/* Nothing of the proof is longer than it was. */
		assert_int_equal(side[1].verdict.proved,
		    side[1].p.proved);
		assert_true(side[1].p.expiry <= node_seconds(&w->n[1]) +
		    EXPIRY);
		assert_int_equal(side[0].kept, n);
	}
	assert_int_equal(side[1].p.proved, 1000);
	assert_int_equal(side[1].p.expiry, 1000 + EXPIRY);
	world_clean(w);
	resume_world_free(w);
}

/* Resumed, it is a session as any: rekeyed, with a ticket of its own. */
static void
test_rekeyed(void **state)
{
	struct world *w = resume_up(2);

	(void)state;
	client_dies(w);
	gateway_dies(w);
	comes_up(w, 2, 1);
	node_session_do(&w->n[0], SESSION_REKEY);
	world_run(w, 500);
	assert_int_equal(w->n[0].ike->stat[ST_IKE_REKEYS], 1);
	/* tmd hears of it before the client asks: the new SPIs. */
	memcpy(side[0].p.spi_i, w->n[0].up.spi_i, 8);
	memcpy(side[0].p.spi_r, w->n[0].up.spi_r, 8);
	memcpy(side[1].p.spi_i, w->n[1].up.spi_i, 8);
	memcpy(side[1].p.spi_r, w->n[1].up.spi_r, 8);
	world_run(w, 3000);
	assert_int_equal(side[0].kept, 3);
	client_dies(w);
	gateway_dies(w);
	comes_up(w, 3, 2);
	/* The gateway's rekey, too. */
	node_session_do(&w->n[1], SESSION_REKEY);
	world_run(w, 5000);
	assert_int_equal(side[0].kept, 5);
	world_clean(w);
	resume_world_free(w);
}

/* A cookie first; every datagram twice; every first one lost. */
static void
test_cookie(void **state)
{
	struct world *w = resume_up(3);

	(void)state;
	client_dies(w);
	w->n[1].ike_row.cookies_at = 1;
	gateway_dies(w);
	w->n[1].ike->half_open = 1;	/* the threshold is met */
	w->hook = count;
	memset(seen, 0, sizeof(seen));
	comes_up(w, 2, 1);
	assert_int_equal(seen[EXCH_SESSION_RESUME], 4);
	assert_int_equal(w->n[1].ike->stat[ST_COOKIES_GOOD], 1);
	w->n[1].ike->half_open = 0;
	resume_world_free(w);
}

static enum fate
twice(struct world *w, struct flight *f)
{
	(void)w;
	(void)f;
	return (TWICE);
}

static enum fate
first_lost(struct world *w, struct flight *f)
{
	unsigned int *lost = w->hook_arg;
	unsigned int bit = 1U << (exch_of(f) - 34 + (is_request(f) ? 0 : 12));

	if (*lost & bit)
		return (PASS);
	*lost |= bit;
	return (DROP);
}

static void
test_network(void **state)
{
	struct world *w = resume_up(4);
	struct chaos k;
	unsigned int lost = 0, i, up = 0;

	(void)state;
	client_dies(w);
	gateway_dies(w);
	w->hook = twice;
	comes_up(w, 2, 1);
	client_dies(w);
	gateway_dies(w);
	w->hook = first_lost;
	w->hook_arg = &lost;
	comes_up(w, 3, 2);
	resume_world_free(w);
	for (i = 0; i < 20; i++) {
		w = resume_up(100 + i);
		client_dies(w);
		gateway_dies(w);
		k.rng = i * 77 + 5;
		w->hook = chaos;
		w->hook_arg = &k;
		resume_initiate(&w->n[0], 2, 1);
		world_run(w, 60000);
		w->hook = NULL;
		world_run(w, 400000);
		/* Up, or given up and said so; never both, never stuck. */
		up += (unsigned int)both_up(w);
		assert_int_equal(both_up(w) || w->n[0].failed ||
		    w->n[0].downs, 1);
		assert_int_equal(w->n[1].ike->half_open, 0);
		resume_world_free(w);
	}
	assert_in_range(up, 10, 20);
}

/* The gateway knows no such ticket any more: in the same attempt without. */
static void
test_nack(void **state)
{
	struct world *w = resume_up(5);

	(void)state;
	client_dies(w);
	gateway_dies(w);
	side_free(1);
	side_new(1);
	w->hook = count;
	memset(seen, 0, sizeof(seen));
	tickets_reset(w->n[1].ike, 1);
	world_run(w, 50);
	comes_up(w, 2, 0);
	assert_int_equal(seen[EXCH_SESSION_RESUME], 2);
	assert_int_equal(seen[EXCH_SA_INIT], 2);
	assert_int_equal(w->n[1].ike->stat[ST_RESUME_NACKS], 1);
	assert_int_equal(w->n[0].ike->stat[ST_RESUME_FULL], 1);
	assert_int_equal(w->n[0].ups, 2);
	/* And has a ticket that is good. */
	client_dies(w);
	gateway_dies(w);
	comes_up(w, 3, 1);
	resume_world_free(w);
}

/* Nobody answers this exchange: a full one, a bounded time later. */
static enum fate
no_resume(struct world *w, struct flight *f)
{
	(void)w;
	seen[exch_of(f)]++;
	return (exch_of(f) == EXCH_SESSION_RESUME ? DROP : PASS);
}

static void
test_silence(void **state)
{
	struct world *w = resume_up(6);

	(void)state;
	client_dies(w);
	gateway_dies(w);
	w->hook = no_resume;
	memset(seen, 0, sizeof(seen));
	comes_up(w, 2, 0);
	assert_int_equal(seen[EXCH_SESSION_RESUME], 5);
	assert_int_equal(seen[EXCH_SA_INIT], 2);
	resume_world_free(w);
}

static void
test_outage(void **state)
{
	struct world *w = resume_up(7);

	(void)state;
	client_dies(w);
	gateway_dies(w);
	w->hook = drop_all;
	resume_initiate(&w->n[0], 2, 1);
	world_run(w, 400000);
	assert_int_equal(w->n[0].failed, 1);
	assert_int_equal(w->n[0].fail.order, 2);
	assert_int_not_equal(side[0].until, 0);
	w->n[0].failed = 0;
	w->hook = NULL;
	comes_up(w, 3, 1);
	resume_world_free(w);
}

/* Somebody else answers: nothing that he writes ends anything. */
static enum fate
forge(struct world *w, struct flight *f)
{
	unsigned int *type = w->hook_arg;
	uint8_t m[64] = { 0 };
	struct wt_sock src = f->dst, dst = f->src;

	if (exch_of(f) != EXCH_SESSION_RESUME || !is_request(f) || *type == 0)
		return (PASS);
	memcpy(m, f->buf, 8);
	m[16] = PLD_N;
	m[17] = 0x20;
	m[18] = EXCH_SESSION_RESUME;
	m[19] = HDR_RESPONSE;
	m[27] = 36;
	m[31] = 8;
	m[34] = (uint8_t)(*type >> 8);
	m[35] = (uint8_t)*type;
	*type = 0;
	world_inject(w, 0, &src, &dst, f->natt, m, 36);
	return (PASS);
}

static void
test_forged(void **state)
{
	static const unsigned int types[] = { N_TICKET_NACK,
	    N_INVALID_SYNTAX, N_NO_PROPOSAL_CHOSEN, N_TICKET_ACK };
	unsigned int i, type;
	struct world *w;

	(void)state;
	for (i = 0; i < 4; i++) {
		w = resume_up(20 + i);
		client_dies(w);
		gateway_dies(w);
		type = types[i];
		w->hook = forge;
		w->hook_arg = &type;
		/* The last one says nothing against it. */
		comes_up(w, 2, i == 3);
		resume_world_free(w);
	}
}

/*
 * An answer that nothing is wrong with, but that it is not the gateway's: the
 * attempt fails soon, and as one that is no fault of the next, a full one.
 */
static enum fate
forge_good(struct world *w, struct flight *f)
{
	int *done = w->hook_arg;
	uint8_t m[64] = { 0 };
	struct wt_sock src = f->dst, dst = f->src;

	seen[exch_of(f)] += is_request(f) ? 1 : 0;
	if (exch_of(f) != EXCH_SESSION_RESUME)
		return (PASS);
	if (!is_request(f) || *done)
		return (DROP);
	memcpy(m, f->buf, 8);
	memset(m + 8, 0x55, 8);
	m[16] = PLD_NONCE;
	m[17] = 0x20;
	m[18] = EXCH_SESSION_RESUME;
	m[19] = HDR_RESPONSE;
	m[27] = 64;
	m[31] = 36;
	memset(m + 32, 0x66, 32);
	*done = 1;
	world_inject(w, 0, &src, &dst, f->natt, m, sizeof(m));
	return (DROP);
}

static void
test_forged_good(void **state)
{
	struct world *w = resume_up(30);
	uint64_t t0;
	int done = 0;

	(void)state;
	client_dies(w);
	gateway_dies(w);
	w->hook = forge_good;
	w->hook_arg = &done;
	memset(seen, 0, sizeof(seen));
	t0 = w->now;
	resume_initiate(&w->n[0], 2, 1);
	assert_true(world_until(w, has_failed, 400000));
	assert_int_equal(w->n[0].fail.code, RSN_RESUME);
	assert_int_equal(w->n[0].fail.order, 2);
	assert_int_equal(seen[EXCH_AUTH], 5);
	assert_true(w->now - t0 < 60000);
	w->n[0].failed = 0;
	w->hook = NULL;
	comes_up(w, 3, 0);
	resume_world_free(w);
}

/* A forged COOKIE is followed, and gives the ticket no more tries. */
static enum fate
forge_cookie(struct world *w, struct flight *f)
{
	int *done = w->hook_arg;
	uint8_t m[44] = { 0 };
	struct wt_sock src = f->dst, dst = f->src;

	seen[exch_of(f)]++;
	if (exch_of(f) != EXCH_SESSION_RESUME)
		return (PASS);
	if (*done)
		return (DROP);
	memcpy(m, f->buf, 8);
	m[16] = PLD_N;
	m[17] = 0x20;
	m[18] = EXCH_SESSION_RESUME;
	m[19] = HDR_RESPONSE;
	m[27] = 44;
	m[31] = 16;
	m[34] = N_COOKIE >> 8;
	m[35] = N_COOKIE & 255;
	memset(m + 36, 0x77, 8);
	*done = 1;
	world_inject(w, 0, &src, &dst, f->natt, m, sizeof(m));
	return (DROP);
}

static void
test_forged_cookie(void **state)
{
	struct world *w = resume_up(31);
	int done = 0;

	(void)state;
	client_dies(w);
	gateway_dies(w);
	w->hook = forge_cookie;
	w->hook_arg = &done;
	memset(seen, 0, sizeof(seen));
	comes_up(w, 2, 0);
	/* One, and five with the cookie. */
	assert_int_equal(seen[EXCH_SESSION_RESUME], 6);
	resume_world_free(w);
}

/* The gateway cannot ask now: that passes, and the client asks again. */
static void
test_nocredit(void **state)
{
	struct world *w = resume_world(32);

	(void)state;
	side[1].nocredit = 2;
	world_start(w);
	resume_initiate(&w->n[0], 1, 0);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 2000);
	assert_int_equal(side[0].kept, 0);
	world_run(w, 310000);
	assert_int_equal(side[1].nocredit, 0);
	assert_int_equal(side[0].kept, 1);
	/* The client cannot have it kept: it gets another soon. */
	side[0].nocredit = 1;
	node_session_do(&w->n[0], SESSION_REKEY);
	world_run(w, 5000);
	assert_int_equal(side[0].nocredit, 0);
	assert_int_equal(side[0].kept, 1);
	memcpy(side[0].p.spi_i, w->n[0].up.spi_i, 8);
	world_run(w, 60000);
	assert_int_equal(side[0].kept, 2);
	resume_world_free(w);
}

static int
gateway_asks(struct world *w)
{
	(void)w;
	return (side[1].makes == 2);
}

/*
 * The gateway rekeys while it waits for a ticket.  What comes then is of the
 * IKE SA of before, and no answer to its successor, which waits for its own.
 */
static void
test_rekeyed_meanwhile(void **state)
{
	struct world *w = resume_up(33);

	(void)state;
	node_session_do(&w->n[0], SESSION_REKEY);
	world_run(w, 500);
	side[1].slow = 2000;
	assert_true(world_until(w, gateway_asks, 5000));
	node_session_do(&w->n[1], SESSION_REKEY);
	world_run(w, 200);
	assert_int_equal(w->n[1].ike->stat[ST_IKE_REKEYS], 2);
	side[1].slow = 2500;
	world_run(w, 2300);
	assert_int_equal(side[1].makes, 3);
	assert_int_equal(side[0].kept, 1);
	world_run(w, 10000);
	assert_int_equal(side[0].kept, 2);
	assert_int_equal(w->n[0].ike->nsessions, 1);
	assert_int_equal(w->n[1].ike->nsessions, 1);
	side[1].slow = 0;
	client_dies(w);
	gateway_dies(w);
	comes_up(w, 2, 1);
	resume_world_free(w);
}

/* Who shows a ticket without the keys: refused, and the ticket is good. */
static enum fate
bend_auth(struct world *w, struct flight *f)
{
	int *done = w->hook_arg;

	if (exch_of(f) == EXCH_SESSION_RESUME && is_request(f) && !*done) {
		f->buf[36] ^= 1;	/* in Ni: other keys, other AUTH */
		*done = 1;
	}
	return (PASS);
}

static void
test_changed_nonce(void **state)
{
	struct world *w = resume_up(8);
	int done = 0;

	(void)state;
	client_dies(w);
	gateway_dies(w);
	w->hook = bend_auth;
	w->hook_arg = &done;
	resume_initiate(&w->n[0], 2, 1);
	world_run(w, 300000);
	assert_int_equal(w->n[0].ups, 1);
	assert_int_equal(side[1].resumed, 0);
	assert_int_equal(w->n[1].ike->half_open, 0);
	assert_int_equal(w->n[1].ike->nsessions, 0);
	w->n[0].failed = 0;
	/* The next is a full one: its ticket was used. */
	w->hook = NULL;
	comes_up(w, 3, 0);
	resume_world_free(w);
}

/* IKE_AUTH is refused: RSN_RESUME, so that tmd goes on at once. */
static void
test_refused(void **state)
{
	struct world *w = resume_up(9);

	(void)state;
	client_dies(w);
	gateway_dies(w);
	w->n[1].deny = RSN_CLOSED;
	resume_initiate(&w->n[0], 2, 1);
	world_run(w, 20000);
	assert_int_equal(w->n[0].failed, 1);
	assert_int_equal(w->n[0].fail.code, RSN_RESUME);
	assert_int_equal(side[0].until, 0);
	w->n[1].deny = 0;
	w->n[0].failed = 0;
	side[1].resumed = 0;	/* the verdict that was denied */
	comes_up(w, 3, 0);
	resume_world_free(w);
}

/* Each side without the other: who does not want it, and a certd-sign that
 * does not answer. */
static void
test_unwanted(void **state)
{
	struct world *w;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		w = resume_world(30 + (unsigned int)i);
		w->n[i].tunnel.resumption = 0;
		world_start(w);
		resume_initiate(&w->n[0], 1, 0);
		assert_true(world_until(w, both_up, 5000));
		world_run(w, 10000);
		assert_int_equal(side[0].kept, 0);
		assert_int_equal(side[1].makes, 0);
		world_clean(w);
		resume_world_free(w);
	}
	/* tmd of the gateway says no. */
	w = resume_world(32);
	side[1].no = 1;
	world_start(w);
	resume_initiate(&w->n[0], 1, 0);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 10000);
	assert_int_equal(side[1].makes, 1);
	assert_int_equal(side[0].kept, 0);
	world_clean(w);
	resume_world_free(w);
	/* The policy changed on the way: the ticket's tunnel wants none. */
	w = resume_up(33);
	client_dies(w);
	w->n[1].tunnel.resumption = 0;
	gateway_dies(w);
	comes_up(w, 2, 0);
	resume_world_free(w);
}

/* The client does not wait for its time. */
static void
ask_again(struct world *w)
{
	job_clear(node_session(&w->n[0]));
	job_add(node_session(&w->n[0]), JOB_TICKET, 0, 0, 0);
}

static void
test_mute(void **state)
{
	struct world *w = resume_up(40);

	(void)state;
	/* Asked for in an INFORMATIONAL: answered all the same. */
	side[1].mute = 1;
	side[0].kept = 0;
	ask_again(w);
	world_run(w, 10000);
	assert_int_equal(side[0].kept, 0);
	assert_non_null(node_session(&w->n[0]));
	assert_null(node_session(&w->n[0])->own);
	side[1].mute = 0;
	ask_again(w);
	world_run(w, 1000);
	assert_int_equal(side[0].kept, 1);
	world_clean(w);
	/* At IKE_SESSION_RESUME: no answer, no trace, a full exchange. */
	client_dies(w);
	gateway_dies(w);
	side[1].mute = 1;
	resume_initiate(&w->n[0], 2, 1);
	world_run(w, 20000);
	assert_int_equal(w->n[1].ike->stat[ST_RESUMED], 0);
	side[1].mute = 0;
	assert_true(world_until(w, both_up, 200000));
	world_run(w, 100);
	assert_int_equal(world_pairs(w), 1);
	resume_world_free(w);
	/* Ours, as client: at once a full exchange. */
	w = resume_up(41);
	client_dies(w);
	gateway_dies(w);
	side[0].mute = 1;
	resume_initiate(&w->n[0], 2, 1);
	world_run(w, 2000);
	side[0].mute = 0;
	assert_true(world_until(w, both_up, 100000));
	resume_world_free(w);
}

/* The ticket is the gateway's of another moment: expired, or spent. */
static void
test_too_late(void **state)
{
	struct world *w = resume_up(50);

	(void)state;
	client_dies(w);
	gateway_dies(w);
	world_run(w, (EXPIRY + 10) * 1000ULL);
	comes_up(w, 2, 0);
	assert_int_equal(w->n[0].ike->stat[ST_RESUME_FULL], 0);
	resume_world_free(w);
}

/*
 * A PPK is asked for once: it is in the SK_d that a ticket stands for, and the
 * ticket says so, as the one of the session that it resumes does.
 */
static void
test_ppk(void **state)
{
	struct world *w = resume_world(70);
	uint32_t n;
	int i;

	(void)state;
	side_ppk(w, 0);
	side_ppk(w, 1);
	world_start(w);
	resume_initiate(&w->n[0], 1, 0);
	if (!world_until(w, both_up, 5000))
		fail_msg("not up");
	world_run(w, 100);
	assert_int_equal(w->n[1].ike->stat[ST_PPK_USED], 1);
	w->hook = count;
	for (n = 2; n < 4; n++) {
		client_dies(w);
		gateway_dies(w);
		memset(seen, 0, sizeof(seen));
		comes_up(w, n, n - 1);
		assert_int_equal(seen[EXCH_SESSION_RESUME], 2);
		assert_int_equal(seen[EXCH_INTERMEDIATE], 0);
		assert_int_equal(seen[EXCH_SA_INIT], 0);
		for (i = 0; i < 2; i++) {
			assert_int_equal(side[i].verdict.ppk_used, 1);
			assert_int_equal(w->n[i].ike->stat[ST_PPK_NONE], 0);
		}
	}
	resume_world_free(w);
}

/* Junk in place of a ticket, from nobody: refused, and nothing stays. */
static void
test_junk(void **state)
{
	struct world *w = resume_up(60);
	struct wt_sock src = w->n[0].at, dst = w->n[1].at;
	unsigned int i;
	uint8_t m[512];

	(void)state;
	src.port = 12345;
	for (i = 0; i < 300; i++) {
		memset(m, (int)i, sizeof(m));
		memset(m + 8, 0, 8);
		m[0] = 1;
		m[16] = PLD_NONCE;
		m[17] = 0x20;
		m[18] = EXCH_SESSION_RESUME;
		m[19] = HDR_INITIATOR;
		memset(m + 20, 0, 8);
		m[26] = (uint8_t)((28 + 36 + 8 + i) >> 8);
		m[27] = (uint8_t)(28 + 36 + 8 + i);
		m[28] = i % 7 == 0 ? PLD_NONE : PLD_N;
		m[29] = m[30] = 0;
		m[31] = 36;
		m[64] = PLD_NONE;
		m[65] = 0;
		m[66] = (uint8_t)((8 + i) >> 8);
		m[67] = (uint8_t)(8 + i);
		m[68] = m[69] = 0;
		m[70] = N_TICKET_OPAQUE >> 8;
		m[71] = N_TICKET_OPAQUE & 255;
		world_inject(w, 1, &src, &dst, 0, m, 72 + i);
		world_run(w, 100);
	}
	world_run(w, 15000);
	assert_int_equal(w->n[1].ike->half_open, 0);
	assert_int_equal(w->n[1].ike->stat[ST_RESUMED], 0);
	assert_true(w->n[1].ike->stat[ST_RESUME_NACKS] > 200);
	world_clean(w);
	resume_world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resumes),
		cmocka_unit_test(test_rekeyed),
		cmocka_unit_test(test_cookie),
		cmocka_unit_test(test_forged_good),
		cmocka_unit_test(test_forged_cookie),
		cmocka_unit_test(test_nocredit),
		cmocka_unit_test(test_rekeyed_meanwhile),
		cmocka_unit_test(test_network),
		cmocka_unit_test(test_nack),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_outage),
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_changed_nonce),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_unwanted),
		cmocka_unit_test(test_mute),
		cmocka_unit_test(test_too_late),
		cmocka_unit_test(test_ppk),
		cmocka_unit_test(test_junk),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
