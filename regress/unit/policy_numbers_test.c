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
 * tmd/policy/numbers.c, digest.c: numbers that stay, digests that see
 * meaning alone.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../tmd/policy/load.h"

#define A	"a: { remote: 10.0.0.1, psk: x }"
#define B	"b: { remote: 10.0.0.2, psk: x }"
#define C	"c: { remote: 10.0.0.3, psk: x }"

/* Loads with the numbers of an earlier load; returns the new numbers. */
static char *
load_with(struct load *l, const char *numbers, const char *yaml)
{
	size_t len;

	load_init(l, -1, ".");
	load_old_numbers(l, numbers, strlen(numbers));
	load_text(l, "p", "p", yaml, strlen(yaml));
	return (l->ps.errors > 0 ? NULL :
	    strdup(numbers_print(&l->arena, &l->po, &len)));
}

static const struct tunnel *
tunnel(const struct load *l, const char *name)
{
	unsigned int i;

	for (i = 0; i < l->po.ntunnels; i++)
		if (strcmp(l->po.tunnels[i].name, name) == 0)
			return (&l->po.tunnels[i]);
	fail_msg("no tunnel %s", name);
	return (NULL);
}

static void
expect(const struct load *l, const char *name, unsigned int n)
{
	if (tunnel(l, name)->number != n)
		fail_msg("%s has number %u, not %u", name,
		    (unsigned int)tunnel(l, name)->number, n);
}

static void
test_keep(void **state)
{
	char *one, *two, *three;
	struct load l;

	(void)state;
	one = load_with(&l, "", "tunnels: {" A "," B "," C "}");
	assert_non_null(one);
	expect(&l, "a", 1);
	expect(&l, "b", 2);
	expect(&l, "c", 3);
	load_free(&l);

	/* the order of the file means nothing, a gap stays until needed */
	two = load_with(&l, one, "tunnels: {" C "," A "}");
	expect(&l, "a", 1);
	expect(&l, "c", 3);
	load_free(&l);

	three = load_with(&l, two, "tunnels: { d: { remote: 10.0.0.4, psk: x "
	    "}," C "," A ", e: { remote: 10.0.0.5, psk: x } }");
	expect(&l, "a", 1);
	expect(&l, "d", 2);
	expect(&l, "c", 3);
	expect(&l, "e", 4);
	load_free(&l);
	free(one);
	free(two);
	free(three);
}

static void
test_rename(void **state)
{
	char *one, *two;
	struct load l;

	(void)state;
	one = load_with(&l, "", "tunnels: {" A "," B "," C "}");
	load_free(&l);
	/* "bee" is what b was; its line, name and note do not count */
	two = load_with(&l, one, "\n\ntunnels: {" A ", new: { remote: "
	    "10.0.0.9, psk: x }, bee: { note: was b, psk: x, remote: "
	    "10.0.0.2 }}");
	expect(&l, "a", 1);
	expect(&l, "bee", 2);
	expect(&l, "new", 3);
	load_free(&l);
	free(one);
	free(two);
}

static void
test_fixed(void **state)
{
	char *one, *two;
	struct load l;

	(void)state;
	one = load_with(&l, "", "tunnels: { a: { number: 2, remote: 10.0.0.1, "
	    "psk: x }," B "," C "}");
	expect(&l, "a", 2);
	expect(&l, "b", 1);
	expect(&l, "c", 3);
	load_free(&l);
	assert_null(load_with(&l, one, "tunnels: { new: { number: 3, remote: "
	    "10.0.0.7, psk: x }," C "}"));
	assert_int_equal(l.ps.errors, 1);
	assert_string_equal(l.ps.v[0].text, "number 3 belongs to tunnel \"c\" "
	    "(line 1); choose another, or fix that tunnel's number too");
	load_free(&l);
	two = load_with(&l, one, "tunnels: { new: { number: 3, remote: "
	    "10.0.0.7, psk: x }, c: { number: 9, remote: 10.0.0.3, psk: x }}");
	assert_non_null(two);
	expect(&l, "new", 3);
	expect(&l, "c", 9);
	load_free(&l);
	free(one);
	free(two);
}

static void
test_file(void **state)
{
	static const char text[] = "1 a\n2 VPN Boston\n\nx y\n0 z\n"
	    "4294967296 w\n5\n6 a/b\n7 d\tabc\n8 last";
	struct load l;

	(void)state;
	load_init(&l, -1, ".");
	load_old_numbers(&l, text, sizeof(text) - 1);
	assert_int_equal(l.numbers.n, 3);
	assert_string_equal(l.numbers.v[1].name, "VPN Boston");
	assert_int_equal(l.numbers.v[1].n, 2);
	assert_string_equal(l.numbers.v[2].name, "last");
	assert_int_equal(l.ps.warnings, 1);
	assert_string_equal(l.ps.v[0].text,
	    "numbers file, line 3: not \"N name\"; left out");
	load_free(&l);
	load_init(&l, -1, ".");
	load_old_numbers(&l, "", 0);
	assert_int_equal(l.ps.warnings, 0);
	load_free(&l);
}

static void
digests_of(const char *yaml, uint8_t *out, uint8_t keys[2][32])
{
	struct load l;

	load_init(&l, -1, ".");
	if (!load_text(&l, "p", "p", yaml, strlen(yaml)))
		fail_msg("%s: %s", yaml, l.ps.v[0].text);
	memcpy(out, l.po.tunnels[0].digest, 32);
	memcpy(keys[0], l.po.tunnels[0].keys, 32);
	memcpy(keys[1], l.po.tunnels[0].children[0].keys, 32);
	load_free(&l);
}

static void
digest_of(const char *yaml, uint8_t *out)
{
	uint8_t keys[2][32];

	digests_of(yaml, out, keys);
}

/* Same meaning, same digest; any other meaning, another. */
static void
test_digest(void **state)
{
	static const char *const same[] = {
		"tunnels: { other: { remote: 10.0.0.1, psk: x, note: n, "
		    "number: 77 } }",
		"tunnels: { a: { role: both, start: auto, remote: { id: "
		    "10.0.0.1 }, psk: [x] } }",
		"policies: { ike: { p: {} } }\ntunnels: { a: { policy: p, "
		    "remote: 10.0.0.1, psk: x, children: { other: {} } } }",
		"tunnels: { a: { remote: 10.0.0.1, psk: x, dpd: { action: "
		    "trap } } }",
		"tunnels: { a: { remote: 10.0.0.1, psk: x, policy: { "
		    "tunnel-lifetime: 1d } } }",
		"tunnels: { a: { remote: 10.0.0.1, psk: x, children: { other: "
		    "{ policy: { tunnel-lifetime: 1d } } } } }",
	};
	static const char *const other[] = {
		"tunnels: { a: { remote: 10.0.0.2, psk: x } }",
		"tunnels: { a: { remote: 10.0.0.1, psk: y } }",
		"tunnels: { a: { remote: 10.0.0.1, psk: x, start: trap } }",
		"tunnels: { a: { remote: 10.0.0.1, psk: x, dpd: 31 } }",
		"tunnels: { a: { remote: 10.0.0.1, psk: x, policy: { "
		    "key-renewal: reauth } } }",
		"tunnels: { a: { remote: 10.0.0.1, psk: x, children: { a: {}, "
		    "b: { protocol: tcp } } } }",
		"tunnels: { a: { remote: 10.0.0.1, psk: x, children: { host: "
		    "{ without-tunnel: pass } } } }",
		"tunnels: { a: { remote: 10.0.0.1, psk: x, retry: { first: 1s "
		    "} } }",
	};
	uint8_t a[32], b[32];
	size_t i;

	(void)state;
	digest_of("tunnels: {" A "}", a);
	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		digest_of(same[i], b);
		if (memcmp(a, b, 32) != 0)
			fail_msg("differs: %s", same[i]);
	}
	for (i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		digest_of(other[i], b);
		if (memcmp(a, b, 32) == 0)
			fail_msg("the same: %s", other[i]);
	}
}

/* The same tunnel with other keys: of the IKE SA, or of the child. */
static void
test_keys(void **state)
{
	static const struct {
		const char	*policy;
		int		 ike, child;
	} rows[] = {
		{ "", 0, 0 },
		{ "note: n, policy: default", 0, 0 },
		{ "policy: strict", 1, 0 },
		{ "policy: { proposals: [aes128-sha256-x25519] }", 1, 0 },
		{ "policy: { lifetime: 1h }", 1, 0 },
		{ "policy: { overlap: 7% }", 1, 0 },
		{ "policy: { lifesize: 7MB }", 1, 0 },
		{ "children: { other: {} }", 0, 0 },
		{ "children: { host: { policy: { proposals: "
		    "[esp-aes128gcm16] } } }", 0, 1 },
		{ "children: { host: { policy: { lifetime: 7m } } }", 0, 1 },
		{ "children: { host: { policy: { lifesize: 7MB } } }", 0, 1 },
		{ "children: { host: { policy: { packets: 7000 } } }", 0, 1 },
		{ "children: { host: { policy: { overlap: 7% } } }", 0, 1 },
		{ "children: { host: { policy: { pfs: no } } }", 0, 1 },
		{ "children: { host: { policy: { esn: no } } }", 0, 1 },
		{ "children: { host: { policy: { replay-window: 64 } } }", 0,
		    1 },
	};
	uint8_t a[32], b[32], was[2][32], is[2][32];
	char text[256];
	size_t i;

	(void)state;
	digests_of("tunnels: { a: { remote: 10.0.0.1, psk: x } }", a, was);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "tunnels: { a: { remote: "
		    "10.0.0.1, psk: x, %s } }", rows[i].policy);
		digests_of(text, b, is);
		if (memcmp(a, b, 32) != 0 ||
		    (memcmp(was[0], is[0], 32) != 0) != rows[i].ike ||
		    (memcmp(was[1], is[1], 32) != 0) != rows[i].child)
			fail_msg("%s: %d %d %d", rows[i].policy,
			    memcmp(a, b, 32), memcmp(was[0], is[0], 32),
			    memcmp(was[1], is[1], 32));
	}
}

/* reqids: stable, never 0, never two the same, whatever the numbers. */
static void
test_reqid(void **state)
{
	struct load l;
	const struct tunnel *t;
	uint32_t id[4];

	(void)state;
	free(load_with(&l, "", "tunnels: { a: { number: 5, remote: 10.0.0.1, "
	    "psk: x, children: { x: {}, y: { protocol: tcp } } }, b: { "
	    "number: 4294967295, remote: 10.0.0.2, psk: x, children: { x: "
	    "{}, y: { protocol: tcp } } } }"));
	t = tunnel(&l, "a");
	assert_int_equal(t->children[0].reqid, 5 << 8 | 1);
	assert_int_equal(t->children[1].reqid, 5 << 8 | 2);
	id[0] = tunnel(&l, "b")->children[0].reqid;
	id[1] = tunnel(&l, "b")->children[1].reqid;
	assert_true(id[0] >> 31 == 1 && id[1] >> 31 == 1 && id[0] != id[1]);
	load_free(&l);
	free(load_with(&l, "", "tunnels: { b: { number: 4294967295, remote: "
	    "10.0.0.2, psk: x, children: { x: {}, y: { protocol: tcp } } } "
	    "}"));
	id[2] = tunnel(&l, "b")->children[0].reqid;
	id[3] = tunnel(&l, "b")->children[1].reqid;
	assert_true(id[0] == id[2] && id[1] == id[3]);
	load_free(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keep),
		cmocka_unit_test(test_rename),
		cmocka_unit_test(test_fixed),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_reqid),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
