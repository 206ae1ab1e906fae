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
 * tmd/policy/meet.c: against a walk of all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../tmd/policy/meet.h"
#include "../../tmd/policy/resolve.h"
#include "ts.h"

#define TUNNELS		200
#define CHILDREN	3

static struct wt_ts	 ts[TUNNELS][CHILDREN][2][2];
static struct child	 children[TUNNELS][CHILDREN];
static struct tunnel	 tunnels[TUNNELS];
static struct policy	 po;

/* A range in a small space, so that many overlap and many do not. */
static void
any_range(struct wt_ts *t)
{
	unsigned int a = (unsigned int)rand() % 256;
	unsigned int n = rand() % 10 == 0 ? 255 : (unsigned int)rand() % 4;

	memset(t, 0, sizeof(*t));
	t->af = rand() % 4 == 0 ? 6 : 4;
	t->port_hi = 65535;
	t->lo[3] = (uint8_t)a;
	t->hi[3] = (uint8_t)(a + n > 255 ? 255 : a + n);
}

static void
any_child(struct child *c, struct wt_ts own[2][2])
{
	unsigned int side;

	memset(c, 0, sizeof(*c));
	c->action = rand() % 8 == 0 ? ACTION_DROP : ACTION_PROTECT;
	for (side = 0; side < 2; side++) {
		any_range(&own[side][0]);
		any_range(&own[side][1]);
		c->wide[side] = own[side];
		c->nwide[side] = 1 + (unsigned int)rand() % 2;
	}
	if (rand() % 4 == 0) {
		c->lane.mark = (uint32_t)rand() % 3;
		c->lane.mark_mask = 3;
	}
}

static int
lists(const struct child *a, const struct child *b, unsigned int side)
{
	struct wt_ts out;
	unsigned int i, k;

	for (i = 0; i < a->nwide[side]; i++)
		for (k = 0; k < b->nwide[side]; k++)
			if (ts_intersect(&a->wide[side][i], &b->wide[side][k],
			    &out))
				return (1);
	return (0);
}

static const struct child	*want[TUNNELS * CHILDREN];
static unsigned int		 nwant, nmet;

static void
met(void *arg, const struct tunnel *t, const struct child *o)
{
	(void)arg;
	assert_true(nmet < nwant);
	assert_ptr_equal(o, want[nmet++]);
	assert_true(o >= t->children && o < t->children + t->nchildren);
}

static void
expect(const struct child *c)
{
	const struct child *o;
	unsigned int i, k;

	nwant = nmet = 0;
	for (i = 0; i < TUNNELS; i++)
		for (k = 0; k < tunnels[i].nchildren; k++) {
			o = &children[i][k];
			if (!tunnels[i].broken && o->action ==
			    ACTION_PROTECT && ((c->lane.mark ^ o->lane.mark) &
			    c->lane.mark_mask & o->lane.mark_mask) == 0 &&
			    lists(c, o, 0) && lists(c, o, 1))
				want[nwant++] = o;
		}
}

static void
test_all(void **state)
{
	struct arena a = { 0 };
	struct meet_index *x;
	unsigned int i, k, total = 0;

	(void)state;
	srand(4711);
	for (i = 0; i < TUNNELS; i++) {
		tunnels[i].children = children[i];
		tunnels[i].nchildren = 1 + (unsigned int)rand() % CHILDREN;
		tunnels[i].broken = rand() % 20 == 0;
		for (k = 0; k < CHILDREN; k++)
			any_child(&children[i][k], ts[i][k]);
	}
	po.tunnels = tunnels;
	po.ntunnels = TUNNELS;
	x = meet_index(&a, &po);
	for (i = 0; i < TUNNELS; i++)
		for (k = 0; k < tunnels[i].nchildren; k++) {
			expect(&children[i][k]);
			meet_each(x, &children[i][k], met, NULL);
			assert_int_equal(nmet, nwant);
			total += nmet;
		}
	assert_true(total > TUNNELS);
	arena_free(&a);
}

static void
test_nothing(void **state)
{
	struct policy none = { 0 };
	struct arena a = { 0 };

	(void)state;
	any_child(&children[0][0], ts[0][0]);
	nwant = nmet = 0;
	meet_each(meet_index(&a, &none), &children[0][0], met, NULL);
	assert_int_equal(nmet, 0);
	arena_free(&a);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
