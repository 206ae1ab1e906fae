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
 * What tmd says of sessions that are to be resumed (RFC 5723), and what it
 * makes of a verdict that rests on a ticket.
 */
#include "tmd_bed.h"

#include "../../tmd/resume.h"

/* What certd-sign hears when it asks for a ticket of v's session. */
static const struct mv_proof *
asked(const struct mv_verdict *v, int keep)
{
	struct mv_want want;

	forget();
	memset(&want, 0, sizeof(want));
	want.req = 4;
	want.worker = v->ticket.slot;
	want.keep = (uint8_t)keep;
	memcpy(want.session, v->ticket.ticket, TICKET_LEN);
	resume_wanted(&want);
	return (find(ROLE_SIGN, M_PROOF, 0));
}

static struct tunnel *
load_resumable(void)
{
	struct sn_tunnel cf;

	help_tunnel(&cf, 1, "boston", TS_START_ANSWER);
	cf.kind_theirs = AUTHK_CERT;
	cf.resumption = 1;
	return (load(&cf, 1));
}

/* The policy and the time of the verdict, whenever it is asked. */
static void
test_proof(void **state)
{
	const struct mv_proof *p;
	struct tunnel *t = load_resumable();
	struct mv_verdict v;
	uint32_t was = generation;

	(void)state;
	verdict(&v, t, 0);
	v.proved = now_ms / 1000 - 2;
	v.fingerprint[3] = 5;
	verdict_take(&v, 1);
	session_up(&v);
	p = asked(&v, 0);
	assert_int_equal(p->code, RSN_OK);
	assert_int_equal(p->p.generation, was);
	pass(50000);
	t = load_resumable();
	assert_int_not_equal(generation, was);
	assert_int_equal(sess_ups(t), 1);
	p = asked(&v, 0);
	assert_int_equal(p->code, RSN_OK);
	assert_int_equal(p->p.generation, was);
	assert_int_equal(p->p.proved, v.proved);
	assert_int_equal(p->p.fingerprint[3], 5);
	/* A verdict from the future is as old as its hearing. */
	verdict(&v, t, 0);
	v.proved = now_ms / 1000 + 100;
	verdict_take(&v, 1);
	session_up(&v);
	assert_int_equal(asked(&v, 0)->p.proved, now_ms / 1000);
}

int
main(void)
{
#define T(fn)	cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_proof),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	alarm_fake_ms(now_ms);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
