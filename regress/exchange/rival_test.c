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
 * Several answers to one IKE_SA_INIT, the first of them forged (RFC 7296
 * section 2.4): the attempt leads nowhere, and the next one takes its time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness.h"
#include "mocks.h"
#include "reason.h"

static unsigned int	 forge;		/* answers before the true one */

/* As the peer's, with other SPIs and another nonce at the end. */
static void
send_forged(struct world *w, const struct flight *f, uint8_t n)
{
	uint8_t	 buf[sizeof(f->buf)];

	memcpy(buf, f->buf, f->len);
	buf[8 + 7] ^= n;	/* of SPIr */
	buf[f->len - 1] ^= n;
	world_inject(w, 0, &f->src, &f->dst, f->natt, buf, f->len);
}

static enum fate
rival(struct world *w, struct flight *f)
{
	unsigned int	 n;

	if (f->from != 1 || is_request(f) || exch_of(f) != EXCH_SA_INIT)
		return (PASS);
	for (n = 1; n <= forge; n++)
		send_forged(w, f, (uint8_t)n);
	return (PASS);
}

static struct world *
begin(uint64_t seed, unsigned int n, int wary)
{
	struct world	*w = world_new(seed);

	forge = n;
	w->hook = rival;
	w->n[0].wary = wary;
	world_start(w);
	node_initiate(&w->n[0], 1);
	return (w);
}

static int
settled(struct world *w)
{
	return (w->n[0].failed > 0 || both_up(w));
}

/* Known to be doubtful, and soon. */
static void
test_forged_first(void **state)
{
	struct world	*w = begin(1, 1, 0);

	(void)state;
	assert_true(world_until(w, settled, 60000));
	assert_int_equal(w->n[0].failed, 1);
	assert_int_equal(w->n[0].fail.code, RSN_COOKIE);
	world_run(w, 60000);
	world_free(w);
}

/* The same answer twice is one. */
static enum fate
doubled(struct world *w, struct flight *f)
{
	(void)w;
	if (f->from == 1 && exch_of(f) == EXCH_SA_INIT)
		return (TWICE);
	/* IKE_AUTH is not answered. */
	return (f->from == 1 ? DROP : PASS);
}

static void
test_twice(void **state)
{
	struct world	*w = world_new(2);

	(void)state;
	w->hook = doubled;
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, settled, 600000));
	assert_int_equal(w->n[0].fail.code, RSN_TIMEOUT);
	world_free(w);
}

/* Wary, one of those that come is taken, by chance, and some time the true. */
static void
test_wary(void **state)
{
	struct world	*w;
	unsigned int	 i, up = 0;

	(void)state;
	for (i = 0; i < 24; i++) {
		w = begin(10 + i, 1, 1);
		assert_true(world_until(w, settled, 600000));
		if (w->n[0].failed == 0) {
			world_run(w, 1000);
			assert_int_equal(world_pairs(w), 1);
			up++;
		} else
			/* Now it waits as after any failure. */
			assert_int_equal(w->n[0].fail.code, RSN_TIMEOUT);
		world_run(w, 60000);
		world_free(w);
	}
	assert_in_range(up, 4, 20);
}

/* Many of them hold nothing up, and nothing of them is kept. */
static void
test_many(void **state)
{
	struct world	*w = begin(50, 200, 1);

	(void)state;
	assert_true(world_until(w, settled, 600000));
	world_run(w, 60000);
	world_free(w);
}

/* A forged one behind the true one costs nothing. */
static enum fate
behind(struct world *w, struct flight *f)
{
	if (f->from == 0 && exch_of(f) == EXCH_AUTH && w->nheld == 0) {
		struct flight	*init = w->hook_arg;

		send_forged(w, init, 1);
	} else if (f->from == 1 && exch_of(f) == EXCH_SA_INIT)
		memcpy(w->hook_arg, f, sizeof(*f));
	return (PASS);
}

static void
test_behind(void **state)
{
	struct world	*w = world_new(60);
	struct flight	*f = calloc(1, sizeof(*f));

	(void)state;
	w->hook = behind;
	w->hook_arg = f;
	world_start(w);
	node_initiate(&w->n[0], 1);
	assert_true(world_until(w, both_up, 5000));
	assert_int_equal(w->n[0].failed, 0);
	world_run(w, 1000);
	assert_int_equal(world_pairs(w), 1);
	world_clean(w);
	world_free(w);
	free(f);
}

/* What is asked with the first message comes back, with another group. */
static void
send_useless(struct world *w, const struct flight *f)
{
	uint8_t		 buf[sizeof(f->buf)];
	struct packet	 pkt;
	size_t		 ke;

	assert_null(packet_parse(f->buf, f->len, &pkt));
	ke = (size_t)(packet_find(&pkt, PLD_KE, NULL)->p - f->buf);
	memcpy(buf, f->buf, f->len);
	buf[8] = 1;			/* of SPIr */
	buf[19] = HDR_RESPONSE;
	buf[ke + 1] ^= 1;
	world_inject(w, 0, &f->dst, &f->src, f->natt, buf, f->len);
}

/* A useless answer beside the cookie, before it or after; once. */
struct useless {
	int		 after, said;
	struct flight	 asked;
};

static enum fate
useless(struct world *w, struct flight *f)
{
	struct useless	*k = w->hook_arg;

	if (exch_of(f) != EXCH_SA_INIT || k->said)
		return (PASS);
	if (is_request(f))
		k->asked = *f;
	if (is_request(f) == k->after)
		return (PASS);
	k->said = 1;
	if (k->after)
		world_inject(w, 0, &f->src, &f->dst, f->natt, f->buf, f->len);
	send_useless(w, &k->asked);
	return (k->after ? DROP : PASS);
}

/* What was held turns out to be no answer: the cookie is followed then. */
static void
test_useless(void **state)
{
	struct useless	 k;
	struct world	*w;

	(void)state;
	memset(&k, 0, sizeof(k));
	for (k.after = 0; k.after < 2; k.after++) {
		k.said = 0;
		w = world_new(70);
		w->hook = useless;
		w->hook_arg = &k;
		w->n[0].wary = 1;
		w->n[1].ike_row.cookies_at = 1;
		world_start(w);
		w->n[1].ike->half_open = 1;	/* as if another were there */
		node_initiate(&w->n[0], 1);
		assert_true(world_until(w, settled, 60000));
		assert_int_equal(k.said, 1);
		assert_int_equal(w->n[0].ike->stat[ST_MALFORMED], 1);
		assert_int_equal(w->n[0].failed, 0);
		assert_int_equal(w->n[1].ike->stat[ST_COOKIES_GOOD], 1);
		world_run(w, 1000);
		assert_int_equal(world_pairs(w), 1);
		w->n[1].ike->half_open = 0;
		world_free(w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forged_first),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_wary),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_behind),
		cmocka_unit_test(test_useless),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
