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
 * certd/sign/main.c: STOP is not the last that certd-sign hears.  The parent
 * tells of others that stop in the same turn, and who reads the parent first
 * is in the midst of a claim.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define main certd_sign_main
int main(int, char **);
#include "../../certd/sign/main.c"
#undef main

static struct role_ctx ctx;
static int heard;

static void
on_boot_key_heard(void *arg, const void *body, int fd)
{
	(void)arg;
	(void)body;
	(void)fd;
	heard++;
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
	assert_null(why);
	pipe_free(p);
}

static const struct pipe_handler at_certd[] = {
	{ M_BOOT_KEY, on_boot_key_heard }, { M_CERT_CLAIMED, unwanted },
	{ M_CERT_SIGNED, unwanted }, { 0, NULL } };

static void
test_gone_after_stop(void **state)
{
	const struct pipe_ops ops_at_certd = { at_certd, on_broken };
	struct pipe *certd;
	int starter[2], fds[2];

	(void)state;
	pipe_pair(starter);
	if (starter[0] != STARTER_FD && starter[1] != STARTER_FD)
		assert_int_equal(dup2(starter[0], STARTER_FD), STARTER_FD);
	ctx.base = event_base_new();
	ops.init(&ctx);
	pipe_pair(fds);
	ops.pipe_given(&ctx, ROLE_CERTD, 0, fds[0]);
	certd = pipe_new(ctx.base, fds[1], &proto_sign_certd, SIDE_B,
	    &ops_at_certd, NULL);
	pipe_flush(sign.certd);
	assert_true(pipe_read_now(certd) > 0);
	assert_int_equal(heard, 1);
	/* As role.c has it: STOP, and then whatever else was in the record. */
	if (ops.stop != NULL)
		ops.stop(&ctx);
	ops.pipe_gone(&ctx, ROLE_CERTD, 0);
	assert_null(sign.certd);
	pipe_free(certd);
	wipe();
	pipe_free(sign.starter);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gone_after_stop),
	};

	log_init("test", LOG_L_ERROR);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
