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
 * A generic child (remote: any-host) by CREATE_CHILD_SA: the request waits for
 * the tunnel manager, who says whether the peer may have the address.
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

#define GENERIC	2		/* the child */

/* What node 1's tunnel manager does. */
struct manager {
	int	 (*rest)(void *, uint16_t, const void *);
	enum { SILENT, GRANTS, REFUSES } way;
	unsigned int	 asked;
	struct mx_host	 last;
};
static struct manager	 tmd;

static void
decide(struct node *n)
{
	struct session		*s = node_session(n);
	struct mx_grant_child	 m;

	if (s == NULL)
		return;
	memset(&m, 0, sizeof(m));
	memcpy(m.spi_i, s->spi_i, SPI_LEN);
	memcpy(m.spi_r, s->spi_r, SPI_LEN);
	m.grant = ++n->grants;
	m.child = tmd.last.child;
	m.ts_local_n = n->child[GENERIC - 1].ts_local_n;
	memcpy(m.ts_local, n->child[GENERIC - 1].ts_local, sizeof(m.ts_local));
	m.ts_remote_n = 1;
	ts_from_addr(&m.ts_remote[0], &tmd.last.host);
	if (tmd.way == GRANTS)
		from_tmd_grant_child(n->ike, &m);
	node_session_do(n, SESSION_HOST);
}

static int
to_tmd(void *ctx, uint16_t type, const void *body)
{
	if (type != M_HOST_WANT)
		return (tmd.rest(ctx, type, body));
	tmd.asked++;
	tmd.last = *(const struct mx_host *)body;
	return (PIPE_OK);
}

/* Requests of CREATE_CHILD_SA, and answers. */
static unsigned int	 asked, answered;

static enum fate
count(struct world *w, struct flight *f)
{
	(void)w;
	if (exch_of(f) == EXCH_CREATE_CHILD) {
		asked += is_request(f) != 0;
		answered += is_request(f) == 0;
	}
	return (PASS);
}

/* Up, and node 0 wants the generic child; node 1 has asked its manager. */
static struct world *
wanted(int way)
{
	struct world	*w = world_new(7);
	struct mx_child	 m;
	struct session	*s;

	memset(&tmd, 0, sizeof(tmd));
	tmd.way = way;
	tmd.rest = w->n[1].env.to_tmd;
	w->n[1].env.to_tmd = to_tmd;
	node_child(&w->n[0], GENERIC - 1, "10.7.0.1/32", "10.8.0.0/16");
	node_child(&w->n[1], GENERIC - 1, "10.8.0.0/16", "0.0.0.0/0");
	w->n[1].child[GENERIC - 1].generic = 1;
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 100);
	/* Its tunnel manager grants none before it was asked. */
	s = node_session(&w->n[1]);
	memset(&m, 0, sizeof(m));
	memcpy(m.spi_i, s->spi_i, SPI_LEN);
	memcpy(m.spi_r, s->spi_r, SPI_LEN);
	m.what = CHILD_FORGET;
	m.grant = w->n[1].grants;
	from_tmd_child_do(w->n[1].ike, &m);
	asked = answered = 0;
	w->hook = count;
	node_child_do(&w->n[0], GENERIC, CHILD_OPEN);
	world_run(w, 100);
	assert_int_equal(tmd.asked, 1);
	assert_int_equal(asked, 1);
	assert_int_equal(answered, 0);
	return (w);
}

static void
end(struct world *w)
{
	world_clean(w);
	world_free(w);
}

static void
test_granted(void **state)
{
	struct world	*w = wanted(GRANTS);

	(void)state;
	decide(&w->n[1]);
	world_run(w, 100);
	assert_int_equal(asked, 1);
	assert_int_equal(answered, 1);
	assert_int_equal(tmd.asked, 1);
	assert_int_equal(world_pairs(w), 2);
	assert_int_equal(w->n[1].child_up.child, GENERIC);
	end(w);
}

/* The peer sends it again meanwhile: one answer, one pair. */
static void
test_slow(void **state)
{
	struct world	*w = wanted(GRANTS);

	(void)state;
	world_run(w, 4000);
	assert_true(asked > 1);
	assert_int_equal(answered, 0);
	assert_int_equal(tmd.asked, 1);
	decide(&w->n[1]);
	world_run(w, 100);
	assert_int_equal(answered, 1);
	assert_int_equal(world_pairs(w), 2);
	end(w);
}

static void
test_refused(void **state)
{
	struct world	*w = wanted(REFUSES);

	(void)state;
	decide(&w->n[1]);
	world_run(w, 100);
	assert_int_equal(answered, 1);
	assert_int_equal(w->n[0].child_failed, 1);
	assert_int_equal(w->n[0].fail.code, RSN_TS);
	assert_int_equal(world_pairs(w), 1);
	/* Another time perhaps. */
	tmd.way = GRANTS;
	node_child_do(&w->n[0], GENERIC, CHILD_OPEN);
	world_run(w, 100);
	assert_int_equal(tmd.asked, 2);
	decide(&w->n[1]);
	world_run(w, 100);
	assert_int_equal(world_pairs(w), 2);
	end(w);
}

/* Nobody decides: the peer is told to come again, and does. */
static void
test_silent(void **state)
{
	struct world	*w = wanted(SILENT);

	(void)state;
	world_run(w, 5000);
	assert_int_equal(answered, 1);
	assert_int_equal(w->n[0].child_failed, 0);
	decide(&w->n[1]);			/* too late for that one */
	assert_int_equal(world_pairs(w), 1);
	world_run(w, 11000);
	assert_int_equal(tmd.asked, 2);
	tmd.way = GRANTS;
	decide(&w->n[1]);
	world_run(w, 100);
	assert_int_equal(world_pairs(w), 2);
	end(w);
}

/* The IKE SA is renewed by its responder: after the request, not under it. */
static void
test_rekey(void **state)
{
	struct world	*w = wanted(GRANTS);
	uint8_t		 spi[SPI_LEN];

	(void)state;
	memcpy(spi, node_session(&w->n[1])->spi_i, SPI_LEN);
	node_session_do(&w->n[1], SESSION_REKEY);
	world_run(w, 100);
	assert_memory_equal(spi, node_session(&w->n[1])->spi_i, SPI_LEN);
	decide(&w->n[1]);
	world_run(w, 60000);
	assert_memory_not_equal(spi, node_session(&w->n[1])->spi_i, SPI_LEN);
	assert_int_equal(world_pairs(w), 2);
	end(w);
}

/* What waits ends with its session. */
static void
test_ended(void **state)
{
	struct world	*w = wanted(GRANTS);

	(void)state;
	node_session_do(&w->n[1], SESSION_FORGET);
	world_run(w, 100);
	assert_null(node_session(&w->n[1]));
	world_run(w, 10000);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_granted),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_rekey),
		cmocka_unit_test(test_ended),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
