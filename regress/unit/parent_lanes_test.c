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

#include "../../ikd/parent/asroot_vrf.h"
#include "../../ikd/parent/asroot_xfrm.h"
#include "../../ikd/parent/asroot_xfrmi.h"
#include "../../ikd/parent/grant.h"
#include "../../ikd/parent/hold.h"
#include "../../ikd/parent/lanes.h"

#define MANY	4000

/* The kernel's: whose is 0 for what is not ours. */
static struct xfrmi	 links[MANY + 8];
static size_t		 nlinks;
static unsigned int	 walks;			/* of all of them */
static unsigned int	 next_index = 10;
static char		 did[512];
static struct vrf_link	 vrfs[3];	/* the kernel's */
static char		 told[600];	/* the last of them */
struct parent		*grants_parent;
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

static struct xfrmi *
there(const char *name)
{
	size_t	 i;

	for (i = 0; i < nlinks; i++)
		if (links[i].ifindex != 0 && strcmp(links[i].name, name) == 0)
			return (&links[i]);
	return (NULL);
}

static unsigned int
put(const char *name, int ours, uint32_t if_id)
{
	struct xfrmi	*l = &links[nlinks++];

	assert_in_range(nlinks, 1, MANY + 8);
	snprintf(l->name, sizeof(l->name), "%s", name);
	l->ifindex = next_index++;
	l->ours = ours;
	l->if_id = if_id;
	return (l->ifindex);
}

void
asroot_xfrmi_find(const char *name, struct xfrmi *x)
{
	struct xfrmi	*l = there(name);

	memset(x, 0, sizeof(*x));
	if (l != NULL)
		*x = *l;
}

/* As the kernel: neither a name nor an ID twice. */
const char *
asroot_xfrmi_make(const char *name, uint32_t if_id, unsigned int *ifindex)
{
	size_t	 i;

	if (make_fails != NULL)
		return (make_fails);
	for (i = 0; i < nlinks && nlinks < MANY / 2; i++)
		if (links[i].ifindex != 0 && (links[i].if_id == if_id ||
		    strcmp(links[i].name, name) == 0))
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
	for (i = 0; i < nlinks; i++)
		if (links[i].ifindex == ifindex) {
			assert_int_equal(links[i].ours, 1);
			links[i].ifindex = 0;
		}
}

void
asroot_xfrmi_walk(void (*fn)(const struct xfrmi *))
{
	size_t	 i;

	walks++;
	for (i = 0; i < nlinks; i++)
		if (links[i].ifindex != 0 && links[i].ours)
			fn(&links[i]);
}

void
asroot_allow_out(int add, unsigned int ifindex)
{
	note(add ? "allow" : "forbid", ifindex);
}

void
asroot_vrf_load(void)
{
	walks++;
}

const struct vrf_link *
asroot_vrf_link(unsigned int ifindex)
{
	size_t	 i;

	for (i = 0; i < 3; i++)
		if (vrfs[i].ifindex == ifindex)
			return (&vrfs[i]);
	return (NULL);
}

const struct vrf_link *
asroot_vrf_named(const char *name)
{
	size_t	 i;

	for (i = 0; i < 3; i++)
		if (vrfs[i].ifindex != 0 && vrfs[i].table != 0 &&
		    strcmp(vrfs[i].name, name) == 0)
			return (&vrfs[i]);
	return (NULL);
}

/* The third is our interface, in one of the others. */
const char *
asroot_vrf_join(unsigned int ifindex, unsigned int vrf, int up)
{
	assert_int_not_equal(ifindex, 0);
	note(up ? "join" : "down", vrf);
	vrfs[2].ifindex = vrf == 0 ? 0 : ifindex;
	vrfs[2].vrf = vrf;
	return (NULL);
}

void asroot_vrf_open(void) { }

int
parent_send(struct parent *p, enum role role, unsigned int inst,
    uint16_t type, const void *body, int fd)
{
	const struct mt_lane	*m = body;

	(void)p;
	(void)inst;
	(void)fd;
	assert_int_equal(role, ROLE_TMD);
	assert_int_equal(type, M_LANE);
	snprintf(told, sizeof(told), "%s: %s", m->interface, m->why);
	return (PIPE_OK);
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
	if (ida != 0 && (w = lanes_keep(a, ida, "")) != NULL)
		why = w;
	if (idb != 0 && (w = lanes_keep(b, idb, "")) != NULL)
		why = w;
	lanes_vrfs();
	lanes_end();
	return (why);
}

static unsigned int
index_of(uint32_t if_id)
{
	struct lane_way	 w;

	lanes_way(if_id, &w);
	return (w.ifindex);
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
	/*
	 * Taken over, and out of the VRF of then; made anew; what was left is
	 * gone.
	 */
	expect("allow11 forbid13 del13 renew4 make14 allow14 join0 renew1 "
	    "forbid12 del12");
	assert_int_equal(index_of(1), 11);
	assert_int_equal(index_of(4), 14);
	assert_int_equal(index_of(9), 0);
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
	assert_int_equal(index_of(1), 15);

	/* What cannot be made is said, and tried again. */
	make_fails = "Operation not supported";
	assert_string_equal(commit("yours", 1, "more", 5), make_fails);
	expect("renew5");
	assert_int_equal(index_of(5), 0);
	make_fails = NULL;
	assert_null(commit("yours", 1, "more", 5));
	expect("renew5 make16 allow16");

	/* The stop. */
	assert_null(commit(NULL, 0, NULL, 0));
	assert_null(there("yours"));
	assert_null(there("more"));
	assert_non_null(there("theirs"));
}

static void
keep_in(const char *vrf)
{
	lanes_begin();
	assert_null(lanes_keep("v0", 8, vrf));
	lanes_vrfs();
	lanes_end();
}

/* A VRF that is not there, comes, goes, is another one, and none. */
static void
test_vrf(void **state)
{
	static const struct vrf_link	 red = { "red", 50, 50, 10 };
	static const struct vrf_link	 blue = { "blue", 51, 51, 20 };
	struct lane_way			 w;

	(void)state;
	memset(links, 0, sizeof(links));
	did[0] = '\0';
	next_index = 30;
	keep_in("red");
	expect("renew8 make30 allow30 down0 renew8");
	assert_string_equal(told, "v0: VRF red is not there");
	lanes_vrfs();
	expect("");
	assert_string_equal(lanes_lacks("v0"), "VRF red is not there");
	assert_int_equal(index_of(8), 0);
	told[0] = '\0';
	lanes_tell();
	assert_string_equal(told, "v0: VRF red is not there");
	/* It comes; nothing changes. */
	vrfs[0] = red;
	lanes_vrfs();
	expect("join50 renew8");
	assert_string_equal(told, "v0: ");
	assert_null(lanes_lacks("v0"));
	lanes_way(8, &w);
	assert_int_equal(w.ifindex, 30);
	assert_int_equal(w.vrf, 50);
	assert_int_equal(w.table, 10);
	lanes_vrfs();
	expect("");
	/* Somebody takes the interface out of it. */
	vrfs[2].ifindex = 0;
	lanes_vrfs();
	expect("join50 renew8");
	/* It goes, and the interface is down before anything is routed. */
	vrfs[0].ifindex = vrfs[2].ifindex = 0;
	lanes_vrfs();
	expect("down0 renew8");
	assert_int_equal(index_of(8), 0);
	/* Another one, that is there; then none. */
	vrfs[1] = blue;
	keep_in("blue");
	expect("join51 renew8");
	keep_in("");
	expect("join0 renew8");
	lanes_way(8, &w);
	assert_int_equal(w.ifindex, 30);
	assert_int_equal(w.table, 0);
	/* One that has none is not touched. */
	vrfs[2] = (struct vrf_link){ "v0", 30, 51, 0 };
	keep_in("");
	expect("");
	told[0] = '\0';
	keep_in("red");
	assert_string_equal(told, "v0: VRF red is not there");
	lanes_begin();
	lanes_end();
	assert_string_equal(told, "v0: ");
}

/* However many there are, the kernel is asked for all of them once. */
static void
test_many(void **state)
{
	struct lane_way	 w;
	unsigned int	 i, round;
	char		 name[16];

	(void)state;
	memset(links, 0, sizeof(links));
	memset(vrfs, 0, sizeof(vrfs));
	nlinks = 0;
	next_index = 100;
	for (round = 0; round < 2; round++) {
		walks = 0;
		lanes_begin();
		for (i = 0; i < MANY; i++) {
			snprintf(name, sizeof(name), "m%u", i);
			assert_null(lanes_keep(name, i + 1, i == 0 ? "red" :
			    ""));
			did[0] = '\0';
		}
		lanes_vrfs();
		lanes_end();
		assert_int_equal(walks, 1);
		assert_int_equal(nlinks, MANY);
	}
	for (i = 1; i < MANY; i++) {
		lanes_way(i + 1, &w);
		assert_int_equal(w.ifindex, 100 + i);
	}
	/* Each ID at the next name: no link is of two. */
	lanes_begin();
	nlinks = 0;
	memset(links, 0, sizeof(links));
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "m%u", i);
		assert_null(lanes_keep(name, 1 + (i + 1) % MANY, ""));
		did[0] = '\0';
	}
	lanes_end();
	assert_int_equal(index_of(1), 100 + 2 * MANY - 1);
	assert_int_equal(index_of(2), 100 + MANY);
	lanes_begin();
	lanes_end();
	assert_int_equal(index_of(2), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_vrf),
		cmocka_unit_test(test_many),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
