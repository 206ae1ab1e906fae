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
 * Snapshots of tmd: which rows are taken, and what a reload means.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "tmd_help.h"

#include "roles.h"
#include "snap.h"

static char seen[128];

static void
note(void *ctx, enum snap_change how, const struct pol_tunnel *was,
    const struct pol_tunnel *is)
{
	static const char letters[] = "kncar";
	char one[16];

	(void)ctx;
	assert_true((was == NULL) == (how == SNAP_ADDED));
	assert_true((is == NULL) == (how == SNAP_REMOVED));
	snprintf(one, sizeof(one), "%c%u ", letters[how],
	    (is != NULL ? is : was)->cf.tunnel);
	strlcat(seen, one, sizeof(seen));
}

static void
assert_diff(const struct policy *was, const struct policy *is,
    const char *expect)
{
	seen[0] = '\0';
	snapshot_diff(was, is, note, NULL);
	assert_string_equal(seen, expect);
}

/* Tunnels by number, some with another digest, some with another name. */
static struct policy *
make(uint32_t generation, const char *numbers, const char *changed,
    const char *renamed)
{
	struct policy *p = help_policy(generation);
	struct sn_tunnel t;

	for (; *numbers != '\0'; numbers++) {
		help_tunnel(&t, (uint32_t)(*numbers - '0'), "t",
		    TS_START_AUTO);
		t.name[0] = strchr(renamed, *numbers) != NULL ? 'r' : 't';
		if (strchr(changed, *numbers) != NULL)
			t.digest[31] ^= 1;
		help_add(p, &t, 1);
	}
	assert_null(snapshot_whole(p));
	return (p);
}

static void
test_diff(void **state)
{
	struct policy *a = make(1, "135", "", "");
	struct policy *b = make(2, "345", "5", "3");
	struct policy *c = make(2, "135", "15", "1");
	struct policy *none = make(3, "", "", "");

	(void)state;
	assert_diff(NULL, a, "a1 a3 a5 ");
	assert_diff(a, b, "r1 k3 a4 c5 ");
	assert_diff(b, a, "r4 a1 k3 c5 ");
	assert_diff(a, none, "r1 r3 r5 ");
	assert_diff(a, a, "k1 k3 k5 ");
	/* The same meaning with other keys, a child's or its own. */
	snapshot_child(snapshot_tunnel(b, 3), 1)->cf.keys[31] ^= 1;
	assert_diff(a, b, "r1 n3 a4 c5 ");
	snapshot_tunnel(b, 3)->cf.keys[0] ^= 1;
	assert_diff(b, a, "r4 a1 n3 c5 ");
	snapshot_child(snapshot_tunnel(b, 3), 1)->cf.keys[31] ^= 1;
	assert_diff(a, b, "r1 n3 a4 c5 ");
	snapshot_tunnel(b, 3)->cf.keys[0] ^= 1;
	/* Another name and another meaning: a number used again. */
	assert_diff(a, c, "r1 a1 k3 c5 ");
	snapshot_free(c);
	/* The digest says the same, the children do not: changed. */
	snapshot_child(snapshot_tunnel(a, 5), 1)->cf.child = 2;
	snapshot_tunnel(b, 5)->cf.digest[31] ^= 1;
	assert_diff(a, b, "r1 k3 a4 c5 ");
	snapshot_free(a);
	snapshot_free(b);
	snapshot_free(none);
}

static void
test_rows(void **state)
{
	struct policy		*p = snapshot_new(1);
	struct sn_tunnel	 t;
	struct sn_child		 c;
	struct wt_ceiling	 ce;
	struct sn_suite		 s;
	uint32_t		 i;

	(void)state;
	memset(&s, 0, sizeof(s));
	assert_non_null(snapshot_whole(p));
	assert_null(snapshot_row(p, SNAP_SUITE, &s));
	assert_non_null(snapshot_row(p, SNAP_SUITE, &s));
	assert_null(snapshot_whole(p));
	/* In any order; not whole before all three are there. */
	help_ceiling(&ce, 7, 1);
	assert_null(snapshot_row(p, SNAP_CEILING, &ce));
	assert_non_null(snapshot_row(p, SNAP_CEILING, &ce));
	assert_non_null(snapshot_whole(p));
	help_tunnel(&t, 7, "x", TS_START_AUTO);
	assert_null(snapshot_row(p, SNAP_TUNNEL, &t));
	assert_non_null(snapshot_row(p, SNAP_TUNNEL, &t));
	assert_non_null(snapshot_whole(p));
	help_child(&c, 7, 1, "x", TS_START_AUTO);
	assert_null(snapshot_row(p, SNAP_CHILD, &c));
	assert_non_null(snapshot_row(p, SNAP_CHILD, &c));
	assert_null(snapshot_whole(p));
	/* Numbers of nothing, rows of others, too many. */
	t.tunnel = 0;
	assert_non_null(snapshot_row(p, SNAP_TUNNEL, &t));
	c.child = 0;
	assert_non_null(snapshot_row(p, SNAP_CHILD, &c));
	assert_non_null(snapshot_row(p, SNAP_AUTH, &s));
	for (i = 2; i <= CHILDREN_MAX; i++) {
		help_child(&c, 7, i, "x", TS_START_AUTO);
		assert_null(snapshot_row(p, SNAP_CHILD, &c));
	}
	help_child(&c, 7, i, "x", TS_START_AUTO);
	assert_non_null(snapshot_row(p, SNAP_CHILD, &c));
	snapshot_free(p);
}

static void
test_load(void **state)
{
	struct snap_writer	*w = snap_open(ROLE_TMD, 9);
	struct policy		*p;
	struct sn_suite		 s;
	struct sn_tunnel	 t;
	struct sn_child		 c;
	struct wt_ceiling	 ce;
	const char		*why;
	int			 fd;

	(void)state;
	memset(&s, 0, sizeof(s));
	help_tunnel(&t, 1, "boston", TS_START_AUTO);
	help_child(&c, 1, 1, "lan", TS_START_AUTO);
	help_ceiling(&ce, 1, 1);
	snap_put(w, SNAP_SUITE, &s);
	snap_put(w, SNAP_TUNNEL, &t);
	snap_put(w, SNAP_CHILD, &c);
	snap_put(w, SNAP_CEILING, &ce);
	fd = snap_close(w);
	assert_null(snapshot_load(fd, 8, NULL, &why));
	assert_non_null(why);
	p = snapshot_load(fd, 9, NULL, &why);
	assert_non_null(p);
	assert_string_equal(snapshot_tunnel(p, 1)->cf.name, "boston");
	close(fd);
	snapshot_free(p);
}

/* Three tunnels; 2 has this start, and (if more) a second child. */
static struct policy *
three(uint32_t generation, uint8_t start, int more, const struct policy *like)
{
	struct snap_writer	*w = snap_open(ROLE_TMD, generation);
	struct policy		*p;
	struct sn_suite		 s;
	struct sn_tunnel	 t;
	struct sn_child		 c;
	struct wt_ceiling	 ce;
	const char		*why;
	uint32_t		 n, k;
	int			 fd;

	memset(&s, 0, sizeof(s));
	snap_put(w, SNAP_SUITE, &s);
	for (n = 1; n <= 3; n++) {
		help_tunnel(&t, n, n == 1 ? "a" : n == 2 ? "b" : "c",
		    n == 2 ? start : TS_START_AUTO);
		snap_put(w, SNAP_TUNNEL, &t);
		for (k = 1; k <= 1U + (more && n == 2); k++) {
			help_child(&c, n, k, "lan", TS_START_AUTO);
			snap_put(w, SNAP_CHILD, &c);
		}
	}
	for (n = 1; n <= 3; n++)
		for (k = 1; k <= 1U + (more && n == 2); k++) {
			help_ceiling(&ce, n, k);
			snap_put(w, SNAP_CEILING, &ce);
		}
	fd = snap_close(w);
	p = snapshot_load(fd, generation, like, &why);
	assert_non_null(p);
	assert_int_equal(p->ntunnels, 3);
	close(fd);
	return (p);
}

/* What did not change is shared, whichever of the two goes first. */
static void
test_shared(void **state)
{
	struct policy	*a = three(1, TS_START_AUTO, 0, NULL), *b, *c, *d;

	(void)state;
	b = three(2, TS_START_MANUAL, 0, a);
	assert_ptr_equal(snapshot_tunnel(a, 1), snapshot_tunnel(b, 1));
	assert_ptr_equal(snapshot_tunnel(a, 3), snapshot_tunnel(b, 3));
	assert_ptr_not_equal(snapshot_tunnel(a, 2), snapshot_tunnel(b, 2));
	assert_int_equal(snapshot_tunnel(a, 2)->cf.start, TS_START_AUTO);
	assert_int_equal(snapshot_tunnel(b, 2)->cf.start, TS_START_MANUAL);
	/* Thrown away, and loaded once more. */
	snapshot_free(b);
	b = three(3, TS_START_MANUAL, 0, a);
	snapshot_free(a);
	assert_string_equal(snapshot_tunnel(b, 3)->cf.name, "c");
	/* A child more: rows move, and what only moved is shared. */
	c = three(4, TS_START_MANUAL, 1, b);
	assert_ptr_not_equal(snapshot_tunnel(b, 2), snapshot_tunnel(c, 2));
	assert_int_equal(snapshot_tunnel(c, 2)->nchildren, 2);
	assert_int_equal(snapshot_tunnel(b, 2)->nchildren, 1);
	assert_ptr_equal(snapshot_tunnel(b, 1), snapshot_tunnel(c, 1));
	assert_ptr_equal(snapshot_tunnel(b, 3), snapshot_tunnel(c, 3));
	/* The same the other way round. */
	d = three(5, TS_START_MANUAL, 0, c);
	assert_ptr_equal(snapshot_tunnel(d, 3), snapshot_tunnel(c, 3));
	assert_int_equal(snapshot_tunnel(d, 2)->nchildren, 1);
	snapshot_free(d);
	/* And shared in its turn. */
	d = three(5, TS_START_MANUAL, 1, c);
	assert_ptr_equal(snapshot_tunnel(d, 2), snapshot_tunnel(c, 2));
	snapshot_free(b);
	snapshot_free(c);
	assert_int_equal(snapshot_tunnel(d, 2)->nchildren, 2);
	snapshot_free(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_diff),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_shared),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
