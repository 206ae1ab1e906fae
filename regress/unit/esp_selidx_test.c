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

/* The index against the plain look through all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../ikd/esp/sel.h"
#include "../../ikd/esp/selidx.h"

#define OWNERS	500

static struct owner {
	struct wt_ts	 ts[3];
	size_t		 n;
	int		 in;	/* the index has it */
	int		 seen;
} owners[OWNERS];
static struct selidx	 idx;

/* Few values in the high octets, so that ranges meet. */
static void
random_addr(uint8_t *a, unsigned int af)
{
	size_t i, n = af == 4 ? 4 : 16;

	for (i = 0; i < n; i++)
		a[i] = (uint8_t)(rand() % (i < 2 ? 3 : i < 4 ? 256 : 2));
}

static void
random_ts(struct wt_ts *t)
{
	uint8_t hi[16];
	unsigned int bits;
	size_t i;

	memset(t, 0, sizeof(*t));
	t->af = rand() % 2 ? 4 : 6;
	t->port_hi = 65535;
	random_addr(t->lo, t->af);
	memcpy(t->hi, t->lo, sizeof(t->hi));
	if (rand() % 3 == 0) {			/* any range */
		memset(hi, 0, sizeof(hi));
		random_addr(hi, t->af);
		memcpy(memcmp(hi, t->lo, 16) < 0 ? t->lo : t->hi, hi, 16);
		return;
	}
	bits = (unsigned int)rand() % (t->af == 4 ? 33 : 129);
	for (i = bits; i < (t->af == 4 ? 32U : 128U); i++) {
		t->lo[i / 8] &= (uint8_t)~(0x80 >> i % 8);
		t->hi[i / 8] |= (uint8_t)(0x80 >> i % 8);
	}
}

static void
saw(void *owner, void *arg)
{
	(void)arg;
	assert_true(((struct owner *)owner)->in);
	((struct owner *)owner)->seen = 1;
}

static void
ask(void)
{
	struct pkt k;
	size_t i, j;

	memset(&k, 0, sizeof(k));
	k.af = k.dst.af = rand() % 2 ? 4 : 6;
	random_addr(k.dst.a, k.af);
	for (i = 0; i < OWNERS; i++)
		owners[i].seen = 0;
	selidx_each(&idx, &k.dst, saw, NULL);
	for (i = 0; i < OWNERS; i++)
		for (j = 0; owners[i].in && j < owners[i].n; j++)
			if (sel_match(&owners[i].ts[j], &k, 1))
				assert_true(owners[i].seen);
}

static void
test_random(void **state)
{
	struct owner *o;
	size_t i, round;

	(void)state;
	srand(1);
	for (round = 0; round < 4000; round++) {
		o = &owners[(size_t)rand() % OWNERS];
		if (o->in) {
			selidx_del(&idx, o, o->ts, o->n);
			o->in = 0;
		} else {
			o->n = 1 + (size_t)rand() % 3;
			for (i = 0; i < o->n; i++)
				random_ts(&o->ts[i]);
			if (o->n > 1 && rand() % 2)
				o->ts[1] = o->ts[0];
			selidx_add(&idx, o, o->ts, o->n);
			o->in = 1;
		}
		ask();
	}
	for (o = owners; o < owners + OWNERS; o++)
		if (o->in) {
			selidx_del(&idx, o, o->ts, o->n);
			o->in = 0;
		}
	for (i = 0; i < SELIDX_BUCKETS; i++)
		assert_null(idx.bucket[i]);
	for (i = 0; i < 129; i++)
		assert_int_equal(idx.count[0][i] + idx.count[1][i], 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_random) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
