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

/* ikd/parent/kernel_trap.c: as many traps as a large policy has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../../ikd/parent/asroot_sa.h"
#include "../../ikd/parent/asroot_xfrm.h"
#include "../../ikd/parent/flow.h"
#include "../../ikd/parent/kernel_plane.h"

#define MANY	16000

static uint32_t		 reqids[MANY + 1];	/* the kernel's, by tunnel */
static unsigned int	 stand;			/* policies */
static struct me_acquire got;

/* The flow has the tunnel's number. */
void
asroot_protect(int add, const struct flow *f, int dir, int trap,
    const struct xfrm_user_tmpl *t, unsigned int n, unsigned int device)
{
	uint32_t	 at;

	(void)dir;
	(void)n;
	(void)device;
	assert_int_equal(trap, 1);
	memcpy(&at, f->l.addr.a, sizeof(at));
	stand += add && reqids[at] == 0;
	stand -= !add && reqids[at] != 0;
	reqids[at] = add ? t->reqid : 0;
}

const char *asroot_xfrm_flush(void) { return (NULL); }
void plane_acquired(const struct me_acquire *m) { got = *m; }

void
kernel_tmpl(struct xfrm_user_tmpl *t, unsigned int mode, unsigned int proto,
    unsigned int af)
{
	(void)mode;
	(void)proto;
	(void)af;
	memset(t, 0, sizeof(*t));
}

static void
set(uint32_t tunnel, unsigned int action)
{
	static struct wt_ceiling	 c = { .protos = PROTO_BIT_ESP };
	struct me_idle			 row;

	memset(&row, 0, sizeof(row));
	row.tunnel = tunnel;
	row.child = 1;
	row.action = (uint8_t)action;
	row.ts_local_n = row.ts_remote_n = 1;
	row.ts_local[0].af = row.ts_remote[0].af = 4;
	row.ts_local[0].port_hi = row.ts_remote[0].port_hi = 65535;
	memcpy(row.ts_local[0].lo, &tunnel, sizeof(tunnel));
	memcpy(row.ts_local[0].hi, &tunnel, sizeof(tunnel));
	memset(row.ts_remote[0].hi, 0xff, 4);
	kernel_set_idle(&row, &c);
}

static void
test_many(void **state)
{
	struct wt_ts	 any;
	uint32_t	 i, round;
	clock_t		 at = clock();

	(void)state;
	memset(&any, 0, sizeof(any));
	for (round = 0; round < 2; round++) {
		for (i = 1; i <= MANY; i++)
			set(i, IDLE_TRAP);
		assert_int_equal(stand, MANY);
		for (i = 1; i <= MANY; i++) {
			kernel_acquired(reqids[i], i + 1, &any, &any);
			assert_int_equal(got.tunnel, i);
			assert_int_equal(got.child, 1);
			assert_int_equal(kernel_trap_seq(i, 1), i + 1);
		}
	}
	printf("# %d traps, set twice and sprung twice: %ld ms\n", MANY,
	    (long)((clock() - at) * 1000 / CLOCKS_PER_SEC));
	/* No two have the same number. */
	for (i = 1; i <= MANY; i += 2)
		set(i, IDLE_NONE);
	assert_int_equal(stand, MANY / 2);
	assert_int_equal(kernel_trap_seq(1, 1), 0);
	got.tunnel = 0;
	kernel_acquired(REQID_END - 1, 9, &any, &any);
	assert_int_equal(got.tunnel, 0);
	for (i = 2; i <= MANY; i += 2) {
		kernel_acquired(reqids[i], i + 1, &any, &any);
		assert_int_equal(got.tunnel, i);
		set(i, IDLE_NONE);
	}
	assert_int_equal(stand, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_many) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
