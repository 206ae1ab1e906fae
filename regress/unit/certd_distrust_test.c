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
 * What is no longer trusted is told to each tmd, until it is trusted again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>

#include "../../certd/distrust.h"
#include "log.h"
#include "proto_sign_tmd.h"

static struct certd c;
static struct event_base *base;
static struct pipe *tmd;
static unsigned int heard;
static uint8_t last[32];

static void
on_distrust(void *arg, const void *body, int fd)
{
	const struct mv_distrust *m = body;

	(void)arg;
	(void)fd;
	heard++;
	memcpy(last, m->fingerprint, sizeof(last));
	assert_string_equal(m->text, "revoked");
}

static void
unwanted(void *arg, const void *body, int fd)
{
	(void)arg;
	(void)body;
	(void)fd;
	fail_msg("nobody says this here");
}

static void
on_broken(void *arg, struct pipe *p, const char *why)
{
	(void)arg;
	(void)why;
	pipe_free(p);
}

static const struct pipe_handler at_tmd[] = {
	{ M_VERDICT, unwanted }, { M_LOCKED, unwanted }, { M_CRED, unwanted },
	{ M_CREDS, unwanted }, { M_DISTRUST, on_distrust },
	{ M_OWN_END, unwanted }, { 0, NULL } };
static const struct pipe_handler of_tmd[] = {
	{ M_ORDER, unwanted }, { M_ORDER_DROP, unwanted },
	{ M_CREDS_WANT, unwanted }, { 0, NULL } };

static void
tmd_gone(void)
{
	pipe_free(c.tmd);
	pipe_free(tmd);
	c.tmd = tmd = NULL;
}

/* A tmd that lives until it has read all; how much that was. */
static unsigned int
new_tmd(void)
{
	const struct pipe_ops oi = { of_tmd, on_broken };
	const struct pipe_ops oo = { at_tmd, on_broken };
	int fds[2];

	tmd_gone();
	pipe_pair(fds);
	c.tmd = pipe_new(base, fds[0], &proto_certd_tmd, SIDE_A, &oi, NULL);
	tmd = pipe_new(base, fds[1], &proto_certd_tmd, SIDE_B, &oo, NULL);
	heard = 0;
	distrust_again(&c);
	pipe_flush(c.tmd);
	while (pipe_read_now(tmd) > 0)
		;
	return (heard);
}

static void
test_again(void **state)
{
	uint8_t one[KEY_FP] = { 1 }, two[KEY_FP] = { 2 };

	(void)state;
	base = event_base_new();
	/* There is none. */
	distrust_say(&c, one, "revoked");
	assert_int_equal(new_tmd(), 1);
	assert_int_equal(last[0], 1);
	/* Told, and again to the next, which may be the one that read it. */
	distrust_say(&c, two, "revoked");
	pipe_flush(c.tmd);
	assert_true(pipe_read_now(tmd) > 0);
	assert_int_equal(heard, 2);
	distrust_say(&c, two, "revoked");
	assert_int_equal(new_tmd(), 2);
	/* Good again: a session of now rests on it. */
	distrust_over(one);
	assert_int_equal(new_tmd(), 1);
	assert_int_equal(last[0], 2);
	distrust_over(two);
	assert_int_equal(new_tmd(), 0);
	tmd_gone();
	event_base_free(base);
}

/* Bounded; the oldest goes. */
static void
test_many(void **state)
{
	uint8_t fp[KEY_FP] = { 9 };
	unsigned int i, n = 0;

	(void)state;
	base = event_base_new();
	for (i = 0; i <= DISTRUST_MOST; i++) {
		fp[1] = (uint8_t)i;
		fp[2] = (uint8_t)(i >> 8);
		distrust_say(&c, fp, "revoked");
	}
	n = new_tmd();
	assert_in_range(n, 1, DISTRUST_MOST);
	for (i = 0; i <= DISTRUST_MOST; i++) {
		fp[1] = (uint8_t)i;
		fp[2] = (uint8_t)(i >> 8);
		distrust_over(fp);
	}
	assert_int_equal(new_tmd(), 0);
	tmd_gone();
	event_base_free(base);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_many),
	};

	log_init("test", LOG_L_ERROR);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
