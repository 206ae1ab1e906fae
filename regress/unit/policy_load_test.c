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
 * tmd/policy: a snippet of YAML, and what is said about it, with line and
 * column; what a good one means in canonical form.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../tmd/policy/canon.h"
#include "../../tmd/policy/load.h"

#define T1	"tunnels:\n  a:\n    remote: 10.0.0.1\n    psk: a\n"

struct snippet {
	const char	*yaml;
	const char	*said;		/* problem lines, or "" */
};

static char *
problems_of(const char *yaml, struct load *l)
{
	static char out[65536];
	char line[1024];
	size_t i, n = 0;
	int ok;

	load_init(l, -1, "/etc/ikd");
	ok = load_text(l, "p", "p", yaml, strlen(yaml));
	assert_int_equal(ok, l->ps.errors == 0);
	out[0] = '\0';
	for (i = 0; i < l->ps.n && n < sizeof(out); i++)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s",
		    i > 0 ? "\n" : "",
		    problem_line(&l->ps.v[i], line, sizeof(line)));
	return (out);
}

static void
check(const struct snippet *t)
{
	struct load l;
	char *said;

	for (; t->yaml != NULL; t++) {
		said = problems_of(t->yaml, &l);
		if (strcmp(said, t->said) != 0)
			fail_msg("%s\nsaid: %s\nwant: %s", t->yaml, said,
			    t->said);
		load_free(&l);
	}
}

static void
test_accepted(void **state)
{
	static const struct snippet t[] = {
		{ "", "" }, { "# nothing\n", "" }, { "---\n", "" },
		{ "\xef\xbb\xbftunnels:\n", "" },
		{ "tunnels:\n", "" }, { "tunnels: {}\n", "" },
		{ T1, "" },
		{ T1 "    children:\n", "" },
		{ "listen: \"::\"\n", "" },
		{ "listen: [eth0, 192.0.2.1, br-lan.7]\n", "" },
		{ "listen: eth0\n" T1 "    local: 10.9.0.2\n", "" },
		{ "workers: auto\n" T1, "" },
		{ "control: { path: /run/ikd/a.sock }\n", "" },
		{ "nat-keepalive: no\n", "" },
		{ T1 "    dpd: 0\n", "" },
		{ T1 "    dpd: { interval: 1m, action: auto }\n", "" },
		{ T1 "    dpd: { action: restart }\n", "" },
		{ T1 "    dpd: { interval: 0, action: trap }\n", "" },
		{ T1 "    role: responder\n    dpd: { action: clear }\n", "" },
		{ NULL, NULL }
	};

	(void)state;
	check(t);
}

static void
test_yaml(void **state)
{
	static const struct snippet t[] = {
		{ "tunnels: [", "p:2:1: YAML: did not find expected node "
		    "content" },
		{ "a: b: c\n", "p:1:5: YAML: mapping values are not allowed "
		    "in this context: is the line indented as those beside it, "
		    "does the one before have its colon, has text with a "
		    "colon its quotes?" },
		{ "tunnels:\n  a: &b {}\n", "p:2:6: anchors are not allowed; "
		    "use defaults: or a named policy" },
		{ "tunnels: !!map {}\n", "p:1:10: tags are not allowed" },
		{ "%YAML 1.1\n---\n{}\n", "p:1:1: directives are not "
		    "allowed" },
		{ "log: \"a\\tb\"\n", "p:1:6: the value has a control "
		    "character" },
		{ "log: \"a\\0b\"\n", "p:1:6: the value has a control "
		    "character" },
		{ "? [a]\n: b\n", "p:1:3: a list cannot be a key; quote a "
		    "value that begins with a bracket" },
		{ "just text\n", "p:1:1: the file must be a map of keys, as "
		    "in \"tunnels:\"" },
		{ "log: {}\nlog: {}\n", "p:2:1: \"log\" stands twice in the "
		    "same map; first in line 1" },
		/* more than a few: the other way to find doubles */
		{ "psks: {a: x, b: x, c: x, d: x, e: x, f: x, g: x, h: x, "
		    "i: x, j: x, k: x, l: x, m: x, c: x}\n", "p:1:86: \"c\" "
		    "stands twice in the same map; first in line 1\n"
		    "p:1:86: psks: \"c\" is the same ID as in line 1" },
		{ NULL, NULL }
	};

	(void)state;
	check(t);
}

/* Lines and columns count characters, whatever a line ends with. */
static void
test_positions(void **state)
{
	static const struct snippet t[] = {
		{ "lod: {}\n", "p:1:1: unknown key \"lod\"; did you mean "
		    "\"log\"?" },
		{ "\r\n\r\nlod: {}\r\n", "p:3:1: unknown key \"lod\"; did you "
		    "mean \"log\"?" },
		{ "\n\n# c\n  \nworkers: 99\n", "p:5:10: workers 99 is out of "
		    "range 1-64" },
		{ "workers:     99 # c\n", "p:1:14: workers 99 is out of "
		    "range 1-64" },
		{ "log: { level: x }\n", "p:1:15: level \"x\" is not one of "
		    "error, warning, notice, info, debug" },
		{ T1 "    note: \"\xc3\xa9\xc3\xa9\"\n    x: {}\n",
		    "p:6:5: unknown key \"x\" in tunnel \"a\"" },
		{ "psks: { \"\xc3\xa9.example\": a }\n",
		    "p:1:9: psks: \"\xc3\xa9.example\": not a domain name" },
		{ "tunnels: { \"\xc3\xa9\xc3\xa9\": { x: 1, remote: 10.0.0.1, "
		    "psk: a } }\n", "p:1:20: unknown key \"x\" in tunnel \""
		    "\xc3\xa9\xc3\xa9\"" },
		{ "listen:\n- 0.0.0.0\n-   \"x/y\"\n", "p:3:5: listen \"x/y\" "
		    "is neither an address nor the name of an interface" },
		{ "listen: 10.0.0.300\n", "p:1:9: listen \"10.0.0.300\" is "
		    "neither an address nor the name of an interface" },
		{ "listen: an-interface-of-16\n", "p:1:9: listen "
		    "\"an-interface-of-16\" is neither an address nor the "
		    "name of an interface" },
		{ NULL, NULL }
	};

	(void)state;
	check(t);
}

static void
test_tunnels(void **state)
{
	static const struct snippet t[] = {
		{ "tunnels:\n  a: { psk: a }\n", "p:2:3: tunnel \"a\" has no "
		    "remote address: give one, as in remote: 198.51.100.7" },
		{ "tunnels:\n  a: { remote: { id: 10.0.0.1 }, psk: a }\n",
		    "" },
		{ "tunnels:\n  a: { remote: { id: a.b }, psk: a }\n", "" },
		{ "tunnels:\n  a: { remote: gw.example.com, psk: a }\n", "" },
		{ "tunnels:\n  a: { remote: { address: [10.0.0.1, gw.example], "
		    "id: fqdn:x.example }, psk: a }\n", "" },
		{ "tunnels:\n  a: { remote: { address: [10.0.0.1, gw.example] "
		    "}, psk: a }\n", "p:2:27: tunnel \"a\" has no single "
		    "remote address and no remote.id: give it, or id: any" },
		{ "tunnels:\n  a: { remote: { address: [10.0.0.0/8, gw.example"
		    "], id: any }, psk: a }\n", "p:2:28: address in remote of "
		    "tunnel \"a\": beside a name there are single addresses "
		    "alone" },
		{ "tunnels:\n  a: { remote: 10.0.0.300, psk: a }\n",
		    "p:2:16: address \"10.0.0.300\" in remote of tunnel \"a\" "
		    "is not an address or prefix" },
		{ "tunnels:\n  a: { remote: -x.example, psk: a }\n",
		    "p:2:16: address \"-x.example\" in remote of tunnel \"a\" "
		    "is not an address, nor a name of one" },
		{ "tunnels:\n  a: { remote: gw.7up, psk: a }\n",
		    "p:2:16: address \"gw.7up\" in remote of tunnel \"a\" "
		    "is not an address, nor a name of one" },
		{ "tunnels:\n  a: { local: gw.example, remote: 10.0.0.1, "
		    "psk: a }\n", "p:2:15: address \"gw.example\" in local of "
		    "tunnel \"a\": names are for the remote side: give our "
		    "address" },
		{ "tunnels:\n  a: { remote: { id: a.b }, psk: a, role: "
		    "responder }\n", "" },
		{ "tunnels:\n  a: { remote: { id: keyid:4 }, psk: a }\n",
		    "p:2:22: tunnel \"a\" has no remote address: give "
		    "remote.address (any is possible), or role: responder" },
		{ "tunnels:\n  a: { role: responder, psk: a }\n",
		    "p:2:3: tunnel \"a\" has no single remote address and no "
		    "remote.id: give it, or id: any" },
		{ "tunnels:\n  a: { remote: [10.0.0.1, 10.0.0.2], psk: a }\n",
		    "p:2:16: tunnel \"a\" has no single remote address and no "
		    "remote.id: give it, or id: any" },
		{ T1 "    role: responder\n    start: auto\n", "p:6:12: "
		    "tunnel \"a\" is a responder and cannot start by itself: "
		    "use start: answer or manual" },
		{ T1 "    role: responder\n    start: manual\n", "" },
		{ "defaults: { tunnel: { start: trap } }\n" T1
		    "    role: responder\n", "p:1:30: tunnel \"a\" is a "
		    "responder and cannot start by itself: use start: answer "
		    "or manual" },
		{ T1 "    role: responder\n    dpd: { interval: 9s, action: "
		    "restart }\n", "p:6:34: tunnel \"a\" is a responder and "
		    "cannot begin anew when its peer is dead: use dpd action: "
		    "clear or auto" },
		{ "defaults: { tunnel: { dpd: { action: trap } } }\n" T1
		    "    role: responder\n    dpd: 9s\n", "p:1:38: tunnel "
		    "\"a\" is a responder and cannot begin anew when its peer "
		    "is dead: use dpd action: clear or auto" },
		{ T1 "    dpd: { action: hold }\n", "p:5:20: action \"hold\" "
		    "is not one of auto, restart, trap, clear" },
		/* what a tunnel says wins over defaults */
		{ "defaults: { tunnel: { psk: d } }\ntunnels:\n  a: { remote: "
		    "{ address: 10.0.0.1, auth: { psk: x } }, local: { auth: "
		    "{ psk: x } } }\n", "" },
		{ "defaults: { tunnel: { number: 5, children: {} } }\n",
		    "p:1:23: number belongs to one tunnel, not to defaults\n"
		    "p:1:34: children belong to one tunnel, not to defaults; "
		    "defaults: has child" },
		{ "psks: { a.b: x }\ntunnels:\n  a: { remote: 10.0.0.1, psk: "
		    "by-id }\n", "" },
		{ T1 "    local: { auth: {} }\n", "p:4:10: tunnel \"a\" has "
		    "psk and auth: psk is the short form for both sides, leave "
		    "one out" },
		{ "listen: 10.9.0.1\n" T1 "    local: 10.9.0.2\n", "p:6:12: "
		    "tunnel \"a\" has local address 10.9.0.2, where IKE does "
		    "not listen (listen:)" },
		{ "listen: 0.0.0.0\n" T1 "    local: 10.9.0.2\n", "" },
		{ "listen: 10.9.0.2\n" T1 "    local: 10.9.0.0/24\n", "" },
		{ T1 "    local: { port: 4500 }\n", "p:5:20: tunnel \"a\" has "
		    "local port 4500; towards remote port 500 it is 500 "
		    "(ports:)" },
		{ "tunnels: { a: { remote: { address: 10.0.0.1, port: 4500 }, "
		    "local: { port: 4500 }, psk: a } }\n", "" },
		{ NULL, NULL }
	};

	(void)state;
	check(t);
}

static void
test_apart(void **state)
{
	static const struct snippet t[] = {
		{ T1 "  b: { remote: 10.0.0.1, psk: b }\n", "p:5:3: tunnel "
		    "\"b\" has the same addresses and IDs as tunnel \"a\" "
		    "(line 2): no peer could tell them apart; give one "
		    "another ID" },
		{ T1 "  b: { remote: 10.0.0.1, psk: b, role: initiator }\n",
		    "" },
		{ T1 "  b: { remote: { address: 10.0.0.1, id: b.c }, psk: b "
		    "}\n", "" },
		{ T1 "  b: { remote: 10.0.0.1, local: 10.0.0.9, psk: b }\n",
		    "" },
		{ NULL, NULL }
	};

	(void)state;
	check(t);
}

static char *
many(const char *format, int n)
{
	size_t size = (size_t)n * 64 + 64;
	char *buf = calloc(1, size), *p = buf;
	int i;

	assert_non_null(buf);
	for (i = 0; i < n; i++)
		p += snprintf(p, size - (size_t)(p - buf), format, i);
	return (buf);
}

/* All errors are counted, a hundred are kept, in order. */
static void
test_bounded(void **state)
{
	char *yaml = many("key%d: x\n", 500), line[1024];
	struct load l;

	(void)state;
	problems_of(yaml, &l);
	assert_int_equal(l.ps.errors, 500);
	assert_int_equal(l.ps.n, PROBLEMS_MAX);
	assert_string_equal(problem_line(&l.ps.v[99], line, sizeof(line)),
	    "p:100:1: unknown key \"key99\"");
	load_free(&l);
	free(yaml);
}

static void
test_children(void **state)
{
	char yaml[4096] = T1 "    children:\n", line[1024];
	struct load l;
	size_t n = strlen(yaml);
	int i;

	(void)state;
	for (i = 0; i <= LINK_CHILDREN; i++)
		n += (size_t)snprintf(yaml + n, sizeof(yaml) - n,
		    "      c%d: { remote: 10.1.%d.0/24 }\n", i, i);
	problems_of(yaml, &l);
	assert_int_equal(l.ps.n, 1);
	assert_string_equal(problem_line(&l.ps.v[0], line, sizeof(line)),
	    "p:5:5: tunnel \"a\" has 33 children: more than 32 are not "
	    "supported by this version");
	load_free(&l);
}

/* The source line, cut around the caret. */
static void
test_caret(void **state)
{
	char yaml[512] = "tunnels: { a: { note: \"";
	struct load l;
	size_t n = strlen(yaml);

	(void)state;
	problems_of("log:\t{ level: x }\n", &l);
	assert_string_equal(l.ps.v[0].source, "log: { level: x }");
	assert_int_equal(l.ps.v[0].caret, 15);
	load_free(&l);

	memset(yaml + n, 'x', 200);
	strcpy(yaml + n + 200, "\", zz: 1, remote: 10.0.0.1, psk: a } }\n");
	problems_of(yaml, &l);
	assert_int_equal(l.ps.n, 1);
	assert_int_equal(l.ps.v[0].at.col, 227);
	assert_memory_equal(l.ps.v[0].source, "...xxx", 6);
	assert_memory_equal(l.ps.v[0].source + l.ps.v[0].caret - 1, "zz: 1",
	    5);
	load_free(&l);
}

static void
canonical(const char *yaml, const char *want)
{
	char *one, *two;
	struct load l;

	if (problems_of(yaml, &l)[0] != '\0')
		fail_msg("%s", problems_of(yaml, &l));
	one = canon_policy(&l.po);
	load_free(&l);
	if (strstr(one, want) == NULL)
		fail_msg("not in the canonical form:\n%s\nof\n%s", want, one);
	if (problems_of(one, &l)[0] != '\0')
		fail_msg("%s", problems_of(one, &l));
	two = canon_policy(&l.po);
	assert_string_equal(one, two);
	load_free(&l);
	free(one);
	free(two);
}

static void
test_canonical(void **state)
{
	(void)state;
	canonical("log: { subsystems: { ike: debug } }\n",
	    "log:\n  level: info\n  to: syslog\n  subsystems:\n"
	    "    ike: debug\n");
	canonical("retransmit: { factor: 1.85 }\n", "  factor: 1.85\n");
	canonical("nat-keepalive: no\nworkers: 3\nlisten: [10.0.0.1, "
	    "\"fd00::1\"]\n", "listen: [10.0.0.1, fd00::1]\n");
	canonical("listen: [eth0, 10.0.0.1, wan]\n",
	    "listen: [10.0.0.1, eth0, wan]\n");
	canonical("psks: { keyid:0x2a: a, keyid:0x00: b, \"a\\\\b\": c }\n",
	    "psks:\n  \"keyid:*\": a\n  keyid:0x00: b\n  \"a\\\\b\": c\n");
	canonical(T1 "    number: 7\n", "    number: 7\n");
	canonical(T1 "    note: \"say: \\\"hi\\\", #1\"\n",
	    "    note: \"say: \\\"hi\\\", #1\"\n");
	canonical("policies: { ike: { x: { lifetime: 150 } } }\n",
	    "policies:\n  ike:\n    x:\n      proposals: [");
	canonical(T1 "    policy: { lifetime: 2h }\n    local: 10.9.0.0/24\n",
	    "    policy:\n      proposals: [");
	canonical("tunnels: { a: { remote: { address: any, id: any }, psk: "
	    "[x, y], children: { c: { remote: peer, local: [10.0.0.0/8, "
	    "10.0.0.1-10.0.0.9], protocol: udp, local-port: 5-9 } } } }\n",
	    "      c:\n        local: [10.0.0.0/8, 10.0.0.1-10.0.0.9]\n"
	    "        protocol: udp\n        local-port: 5-9\n"
	    "        remote-port: any\n        start: answer\n");
	canonical("tunnels: { a: { remote: { address: any, id: any }, psk: "
	    "[x, y] } }\n", "    role: responder\n    start: answer\n");
	canonical("tunnels: { a b: { remote: 10.0.0.1, psk: x, local: { id: "
	    "\"fqdn:a\\\\b\" } } }\n", "  \"a b\":\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_yaml),
		cmocka_unit_test(test_positions),
		cmocka_unit_test(test_tunnels),
		cmocka_unit_test(test_apart),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_children),
		cmocka_unit_test(test_caret),
		cmocka_unit_test(test_canonical),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
