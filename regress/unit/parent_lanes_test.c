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
 * ikd/parent/lanes.c: interfaces made, kept, taken over from an earlier life
 * and removed, nobody else's touched; between a kernel that takes notes.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../ikd/parent/asroot_xfrm.h"
#include "../../ikd/parent/asroot_xfrmi.h"
#include "../../ikd/parent/hold.h"
#include "../../ikd/parent/lanes.h"

struct link {
	char		 name[16];
	unsigned int	 ifindex;
	int		 ours;
	uint32_t	 if_id;
};

static struct link	 links[8];
static unsigned int	 next_index = 10;
static char		 did[512];
static const char	*make_fails;

static void
note(const char *what, unsigned int n)
{
	size_t	 at = strlen(did);

	snprintf(did + at, sizeof(did) - at, "%s%s%u", at ? " " : "", what, n);
}

/* What was done since the last call. */
static void
expect(const char *want)
{
	assert_string_equal(did, want);
	did[0] = '\0';
}

static struct link *
there(const char *name)
{
	size_t	 i;

	for (i = 0; i < 8; i++)
		if (links[i].ifindex != 0 && strcmp(links[i].name, name) == 0)
			return (&links[i]);
	return (NULL);
}

static unsigned int
put(const char *name, int ours, uint32_t if_id)
{
	size_t	 i;

	for (i = 0; links[i].ifindex != 0; i++)
		;
	snprintf(links[i].name, sizeof(links[i].name), "%s", name);
	links[i].ifindex = next_index++;
	links[i].ours = ours;
	links[i].if_id = if_id;
	return (links[i].ifindex);
}

void
asroot_xfrmi_find(const char *name, struct xfrmi *x)
{
	struct link	*l = there(name);

	memset(x, 0, sizeof(*x));
	if (l == NULL)
		return;
	x->ifindex = l->ifindex;
	x->ours = l->ours;
	x->if_id = l->if_id;
}

/* As the kernel: neither a name nor an ID twice. */
const char *
asroot_xfrmi_make(const char *name, uint32_t if_id, unsigned int *ifindex)
{
	size_t	 i;

	if (make_fails != NULL)
		return (make_fails);
	if (there(name) != NULL)
		return ("File exists");
	for (i = 0; i < 8; i++)
		if (links[i].ifindex != 0 && links[i].if_id == if_id)
			return ("File exists");
	*ifindex = put(name, 1, if_id);
	note("make", *ifindex);
	return (NULL);
}

void
asroot_xfrmi_del(unsigned int ifindex)
{
	size_t	 i;

	note("del", ifindex);
	for (i = 0; i < 8; i++)
		if (links[i].ifindex == ifindex) {
			assert_int_equal(links[i].ours, 1);
			links[i].ifindex = 0;
		}
}

void
asroot_xfrmi_walk(void (*fn)(unsigned int, uint32_t))
{
	size_t	 i;

	for (i = 0; i < 8; i++)
		if (links[i].ifindex != 0 && links[i].ours)
			fn(links[i].ifindex, links[i].if_id);
}

void
asroot_allow_out(int add, unsigned int ifindex)
{
	note(add ? "allow" : "forbid", ifindex);
}

const char *asroot_xfrm_flush(void) { return (NULL); }
void hold_renew(uint32_t if_id) { note("renew", if_id); }
void asroot_xfrmi_open(void) { }

/* A commit of these names; id 0 ends. */
static const char *
commit(const char *a, uint32_t ida, const char *b, uint32_t idb)
{
	const char	*why = NULL, *w;

	lanes_begin();
	if (ida != 0 && (w = lanes_keep(a, ida)) != NULL)
		why = w;
	if (idb != 0 && (w = lanes_keep(b, idb)) != NULL)
		why = w;
	lanes_end();
	return (why);
}

/* One life from the first commit to the stop. */
static void
test_life(void **state)
{
	(void)state;
	put("theirs", 0, 9);			/* 10 */
	put("mine", 1, 1);			/* 11: an earlier life's */
	put("stale", 1, 2);			/* 12 */
	put("other", 1, 3);			/* 13: with another ID now */
	assert_non_null(strstr(lanes_try("theirs"), "not ours"));
	assert_null(lanes_try("mine"));
	assert_null(lanes_try("fresh"));
	assert_null(commit("mine", 1, "other", 4));
	/* Taken over; made anew; what was left is gone. */
	expect("allow11 forbid13 del13 renew4 make14 allow14 forbid12 del12");
	assert_int_equal(lanes_index(1), 11);
	assert_int_equal(lanes_index(4), 14);
	assert_int_equal(lanes_index(9), 0);
	assert_non_null(there("theirs"));

	/* Nothing changes. */
	assert_null(commit("mine", 1, "other", 4));
	expect("");
	/* Two tunnels share one. */
	assert_null(commit("mine", 1, "mine", 1));
	expect("forbid14 del14");
	/* The same ID by another name: the old link first. */
	assert_null(commit("yours", 1, NULL, 0));
	expect("forbid11 del11 renew1 make15 allow15");
	assert_int_equal(lanes_index(1), 15);

	/* What cannot be made is said, and tried again. */
	make_fails = "Operation not supported";
	assert_string_equal(commit("yours", 1, "more", 5), make_fails);
	expect("renew5");
	assert_int_equal(lanes_index(5), 0);
	make_fails = NULL;
	assert_null(commit("yours", 1, "more", 5));
	expect("renew5 make16 allow16");

	/* The stop. */
	assert_null(commit(NULL, 0, NULL, 0));
	assert_null(there("yours"));
	assert_null(there("more"));
	assert_non_null(there("theirs"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
