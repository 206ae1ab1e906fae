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
 * The policy as ike reads it from a snapshot: rows are decoded when they are
 * asked for, and what stands in the policy before is not looked at again.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../ikd/ike/policy.h"
#include "addr.h"
#include "roles.h"
#include "snap.h"

static struct sn_ike		 ike = { .port_ike = 500, .port_natt = 4500 };
static struct sn_tunnel_ike	 tunnel;
static struct sn_child_ike	 child;

/* Longer than what is kept as often as it comes. */
static void
put_proposals(uint16_t *n, struct wt_proposal *to)
{
	*n = 2;
	to[1].xf_n = 1;
	to[1].xf[0].id = 35;
}

static void
put_tunnel(struct snap_writer *w, uint32_t n, uint32_t lifetime)
{
	memset(&tunnel, 0, sizeof(tunnel));
	tunnel.tunnel = n;
	tunnel.lifetime = lifetime;
	snprintf(tunnel.name, sizeof(tunnel.name), "t%u", n);
	memset(tunnel.digest, (int)n, sizeof(tunnel.digest));
	put_proposals(&tunnel.proposals_n, tunnel.proposals);
	tunnel.remote_n = 1;
	addr_parse("192.0.2.0", &tunnel.remote[0].addr);
	tunnel.remote[0].addr.a[3] = (uint8_t)n;
	tunnel.remote[0].plen = n == 9 ? 0 : 32;
	snap_put(w, SNAP_TUNNEL_IKE, &tunnel);
	memset(&child, 0, sizeof(child));
	child.tunnel = n;
	child.child = 1;
	child.lifetime = lifetime;
	strlcpy(child.name, "lan", sizeof(child.name));
	put_proposals(&child.proposals_n, child.proposals);
	child.ts_local_n = 3;
	child.ts_local[2].port_hi = (uint16_t)n;
	snap_put(w, SNAP_CHILD_IKE, &child);
}

/* Tunnels 3, 1 and 9 (for any peer); 1 has this lifetime. */
static struct policy *
policy_of(uint32_t generation, uint32_t lifetime, const struct policy *like)
{
	struct snap_writer	*w = snap_open(ROLE_IKE, generation);
	struct policy		*p = NULL;
	int			 fd;

	snap_put(w, SNAP_IKE, &ike);
	put_tunnel(w, 3, 300);
	put_tunnel(w, 1, lifetime);
	put_tunnel(w, 9, 900);
	fd = snap_close(w);
	assert_null(policy_read(fd, generation, like, &p));
	close(fd);
	return (p);
}

static void
look(const struct policy *p, uint32_t lifetime)
{
	const struct kept_tunnel	*out[8];
	struct wt_addr			 a;

	assert_int_equal(p->ntunnels, 3);
	assert_int_equal(policy_tunnel(p, 1)->lifetime, lifetime);
	assert_int_equal(policy_child(p, 1, 1)->lifetime, lifetime);
	assert_int_equal(policy_tunnel(p, 3)->lifetime, 300);
	assert_ptr_equal(policy_tunnel(p, 3), policy_tunnel(p, 3));
	assert_int_equal(policy_child_at(p, 9, 0)->lifetime, 900);
	assert_null(policy_child_at(p, 9, 1));
	assert_null(policy_child(p, 9, 2));
	assert_null(policy_tunnel(p, 2));
	assert_null(policy_child(p, 2, 1));
	addr_parse("192.0.2.3", &a);
	assert_int_equal(policy_match(p, &a, &a, out, 8), 2);
	assert_int_equal(out[0]->tunnel, 3);
	assert_int_equal(out[1]->tunnel, 9);
}

static void
test_read(void **state)
{
	struct policy	*p = policy_of(1, 100, NULL);

	(void)state;
	look(p, 100);
	policy_unref(p);
}

/* The older may go first: nothing of it is kept. */
static void
test_like(void **state)
{
	struct policy	*old = policy_of(1, 100, NULL), *p, *next;

	(void)state;
	p = policy_of(2, 200, old);
	look(old, 100);
	policy_unref(old);
	next = policy_of(3, 200, p);
	policy_unref(p);
	look(next, 200);
	policy_unref(next);
}

/* A row is as it was in the snapshot, and takes what it says. */
static void
test_kept(void **state)
{
	struct snap_writer		*w = snap_open(ROLE_IKE, 1);
	struct policy			*p = NULL;
	const struct kept_tunnel	*t;
	const struct kept_child		*c;
	uint32_t			 i;
	int				 fd;

	(void)state;
	snap_put(w, SNAP_IKE, &ike);
	for (i = 1; i <= 200; i++)
		put_tunnel(w, i, 1000 + i);
	fd = snap_close(w);
	assert_null(policy_read(fd, 1, NULL, &p));
	close(fd);
	assert_int_equal(kept_size(p->kept), 0);
	for (i = 1; i <= 200; i++) {
		t = policy_tunnel(p, i);
		c = policy_child(p, i, 1);
		assert_int_equal(t->lifetime, 1000 + i);
		assert_int_equal(t->digest[31], i);
		assert_int_equal(atoi(t->name + 1), i);
		assert_int_equal(t->remote_n, 1);
		assert_int_equal(t->remote[0].addr.a[3], i);
		assert_null(t->local);
		assert_int_equal(t->proposals_n, 2);
		assert_int_equal(t->proposals[1].xf[0].id, 35);
		assert_ptr_equal(c->proposals, t->proposals);
		assert_ptr_equal(t->proposals, policy_tunnel(p, 1)->proposals);
		assert_string_equal(c->name, "lan");
		assert_int_equal(c->ts_local_n, 3);
		assert_int_equal(c->ts_local[2].port_hi, i);
		assert_int_equal(c->ts_remote_n, 0);
	}
	assert_in_range(kept_size(p->kept), 200 * 200, 200 * 700);
	policy_unref(p);
}

/* A row that is not sound is found at once, not when it is needed. */
static void
test_bad(void **state)
{
	uint8_t		 buf[4096];
	struct policy	*old = policy_of(1, 100, NULL), *p = NULL;
	ssize_t		 n;
	int		 fd, bad;
	struct snap_writer *w = snap_open(ROLE_IKE, 2);

	(void)state;
	snap_put(w, SNAP_IKE, &ike);
	put_tunnel(w, 3, 300);
	fd = snap_close(w);
	n = pread(fd, buf, sizeof(buf), 0);
	close(fd);
	assert_in_range(n, 1, (ssize_t)sizeof(buf) - 1);
	buf[n - 5] ^= 0x40;	/* the count of the last list */
	bad = memfd_sealed("bad", buf, (size_t)n);
	assert_non_null(policy_read(bad, 2, old, &p));
	assert_non_null(policy_read(bad, 2, NULL, &p));
	assert_null(p);
	close(bad);
	policy_unref(old);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_like),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_bad),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests_name("tests", tests, NULL, NULL));
}
