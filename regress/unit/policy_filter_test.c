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
 * tmd/policy: rules of filters become terms, each operator, family, scope and
 * way through a tunnel; and ikd-parent finds no fault with any of them, but
 * with what tmd-policy would never say.
 */

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../ikd/parent/filter.h"
#include "../../tmd/policy/filter.h"
#include "../../tmd/policy/load.h"
#include "../../tmd/policy/setters.h"
#include "addr.h"
#include "ts.h"

#define TUNNELS	"tunnels:\n" \
	"  one: { remote: 10.0.0.1, psk: a, children: {" \
	" a: { local: 10.1.0.0/16, remote: [10.2.0.0/16, 10.3.0.0/16] }," \
	" b: { local: \"fd01::/16\", remote: \"fd02::/16\"," \
	" protocol: udp } } }\n"

/* A term as a line: chain, verdict, and what it is for. */
static const char *
words(const struct wt_filter *t)
{
	static const char *const chain[] = { "frag", "in", "out", "fwd" };
	static const char *const verdict[] = { "permit", "state", "deny" };
	static const char *const frag[] = { "", " whole", " piece",
	    " head" };
	static const char *const via[] = { "", " came", " goes",
	    " clear", " by a link" };
	static const char *const place[] = { "", " here", " beyond" };
	static char out[512];
	char from[80] = "any", to[80] = "any", icmp[16] = "";

	if (t->from.af != 0 || t->from.port_lo != 0 ||
	    t->from.port_hi != 65535)
		ts_print(&t->from, from, sizeof(from));
	if (t->to.af != 0 || t->to.port_lo != 0 || t->to.port_hi != 65535)
		ts_print(&t->to, to, sizeof(to));
	if (t->from.af == 0)
		snprintf(from, sizeof(from), "any:%u-%u", t->from.port_lo,
		    t->from.port_hi);
	if (t->to.af == 0)
		snprintf(to, sizeof(to), "any:%u-%u", t->to.port_lo,
		    t->to.port_hi);
	if (t->icmp != FILTER_NO_ICMP)
		snprintf(icmp, sizeof(icmp), " type %u", t->icmp);
	snprintf(out, sizeof(out), "%s %s %u %s > %s%s%s%s%s%s%s%s%s%s",
	    chain[t->chain], verdict[t->verdict], t->from.proto, from, to,
	    icmp, frag[t->frag], t->unrouted ? " straight" : "", via[t->via],
	    place[t->place], t->iif[0] != '\0' ? " iif " : "", t->iif,
	    t->oif[0] != '\0' ? " oif " : "", t->oif);
	return (out);
}

/* Two tunnels with one interface. */
#define SHARED	"tunnels:\n" \
	"  one: { remote: 10.0.0.1, psk: a, interface: x0, children: {" \
	" a: { local: 10.1.0.0/16, remote: 10.2.0.0/16 } } }\n" \
	"  two: { remote: 10.0.0.2, psk: a, interface: x0, children: {" \
	" a: { local: 10.1.0.0/16, remote: 10.3.0.0/16 } } }\n"

/* The terms of the rule that is first, and of no other. */
static void
compiled_with(const char *tunnels, const char *rule, int kernel,
    const char *const *want)
{
	char yaml[2048];
	struct load l;
	uint64_t mine;
	unsigned int i;

	snprintf(yaml, sizeof(yaml), "dataplane: %s\nfilters:\n  - { %s }\n"
	    "  - dynamic\n%s", kernel ? "kernel" : "userspace", rule,
	    tunnels);
	load_init(&l, -1, "/etc/ikd");
	if (!load_text(&l, "p", "p", yaml, strlen(yaml)))
		fail_msg("%s: %s", rule, l.ps.v[0].text);
	mine = l.po.filters[0].counter;
	for (i = 0; i < l.po.nterms; i++) {
		if (filter_wrong(&l.po.terms[i]) != NULL)
			fail_msg("%s: %s: %s", rule, words(&l.po.terms[i]),
			    filter_wrong(&l.po.terms[i]));
		if (l.po.terms[i].counter != mine)
			continue;
		if (*want == NULL || strcmp(words(&l.po.terms[i]), *want) !=
		    0)
			fail_msg("%s: %s, and not %s", rule,
			    words(&l.po.terms[i]), *want);
		want++;
	}
	if (*want != NULL)
		fail_msg("%s: not %s", rule, *want);
	load_free(&l);
}

static void
compiled(const char *rule, int kernel, const char *const *want)
{
	compiled_with(TUNNELS, rule, kernel, want);
}

#define T(...)	((const char *const []){ __VA_ARGS__, NULL })
#define IN	"direction: in, scope: local"

static void
test_ports(void **state)
{
	(void)state;
	compiled("action: deny, protocol: tcp, to-port: 22, " IN, 0,
	    T("in deny 6 any:0-65535 > any:22-22"));
	compiled("action: deny, protocol: tcp, to-port: 22-25, " IN, 0,
	    T("in deny 6 any:0-65535 > any:22-25"));
	compiled("action: deny, protocol: tcp, to-port: \"<22\", " IN, 0,
	    T("in deny 6 any:0-65535 > any:0-21"));
	compiled("action: deny, protocol: tcp, from-port: \">22\", " IN, 0,
	    T("in deny 6 any:23-65535 > any:0-65535"));
	compiled("action: deny, protocol: tcp, to-port: \"!22\", " IN, 0,
	    T("in deny 6 any:0-65535 > any:0-21",
	    "in deny 6 any:0-65535 > any:23-65535"));
	compiled("action: deny, protocol: tcp, to-port: \"!0\", " IN, 0,
	    T("in deny 6 any:0-65535 > any:1-65535"));
	compiled("action: deny, protocol: tcp, to-port: \"!65535\", " IN, 0,
	    T("in deny 6 any:0-65535 > any:0-65534"));
	compiled("action: permit, state: no, protocol: icmp, icmp-type: 8, "
	    IN, 0, T("in permit 1 any:0-65535 > any:0-65535 type 8"));
}

static void
test_chains(void **state)
{
	(void)state;
	compiled("action: permit", 0, T("in state 0 any:0-65535 > any:0-65535",
	    "out state 0 any:0-65535 > any:0-65535",
	    "fwd state 0 any:0-65535 > any:0-65535"));
	compiled("action: permit, interface: e", 0,
	    T("in state 0 any:0-65535 > any:0-65535 iif e",
	    "out state 0 any:0-65535 > any:0-65535 oif e",
	    "fwd state 0 any:0-65535 > any:0-65535 iif e",
	    "fwd state 0 any:0-65535 > any:0-65535 oif e"));
	compiled("action: permit, interface: e, scope: route, direction: out",
	    0, T("fwd state 0 any:0-65535 > any:0-65535 oif e"));
	compiled("action: permit, scope: route, direction: out", 0,
	    T("fwd state 0 any:0-65535 > any:0-65535"));
	compiled("action: permit, scope: local, direction: out", 0,
	    T("out state 0 any:0-65535 > any:0-65535"));
}

static void
test_families(void **state)
{
	(void)state;
	compiled("action: deny, from: [10.0.0.1, \"fd00::1\"], "
	    "to: \"fd00::2\", " IN, 0,
	    T("in deny 0 fd00::1 > fd00::2"));
	compiled("action: deny, family: 6, " IN, 0,
	    T("in deny 0 ::/0 > any:0-65535"));
	compiled("action: deny, source-route: no, " IN, 0,
	    T("in deny 0 0.0.0.0/0 > any:0-65535 straight",
	    "in deny 0 ::/0 > any:0-65535 straight"));
	compiled("action: deny, fragments: none, family: 4, " IN, 0,
	    T("in deny 0 0.0.0.0/0 > any:0-65535 whole"));
	compiled("action: permit, fragments: only, to: 10.0.0.1, " IN, 0,
	    T("frag permit 0 any:0-65535 > 10.0.0.1 piece here",
	    "in state 0 any:0-65535 > 10.0.0.1 piece"));
	compiled("action: deny, fragments: headers, to: 10.0.0.1, "
	    "direction: in, interface: e", 0,
	    T("in deny 0 any:0-65535 > 10.0.0.1 whole iif e",
	    "fwd deny 0 any:0-65535 > 10.0.0.1 whole iif e",
	    "frag deny 0 any:0-65535 > 10.0.0.1 head iif e",
	    "in deny 0 any:0-65535 > 10.0.0.1 head iif e",
	    "fwd deny 0 any:0-65535 > 10.0.0.1 head iif e"));
	compiled("action: deny, fragments: only, to: 10.0.0.1, "
	    "direction: out, scope: route", 0,
	    T("frag deny 0 any:0-65535 > 10.0.0.1 piece beyond",
	    "fwd deny 0 any:0-65535 > 10.0.0.1 piece"));
}

static void
test_tunnels(void **state)
{
	(void)state;
	compiled("action: deny, tunnel: any, " IN, 0,
	    T("in deny 0 any:0-65535 > any:0-65535 came"));
	/* By addresses, and what both allow of them. */
	compiled("action: deny, tunnel: one, from: 10.2.7.0/24, " IN, 0,
	    T("in deny 0 10.2.7.0/24 > 10.1.0.0/16 came"));
	compiled("action: deny, tunnel: one, protocol: tcp, scope: local, "
	    "direction: out", 0,
	    T("out deny 6 10.1.0.0/16[tcp] > 10.2.0.0/16[tcp] goes",
	    "out deny 6 10.1.0.0/16[tcp] > 10.3.0.0/16[tcp] goes"));
	compiled("action: deny, tunnel: 1, family: 6, scope: route", 0,
	    T("fwd deny 17 fd02::/16[udp] > fd01::/16[udp] came",
	    "fwd deny 17 fd01::/16[udp] > fd02::/16[udp] goes"));
	/* So they are where the kernel's SAs say that it came. */
	compiled("action: deny, tunnel: one, from: 10.2.7.0/24, " IN, 1,
	    T("in deny 0 10.2.7.0/24 > 10.1.0.0/16 came"));
	compiled("action: deny, tunnel: any, from: 10.2.0.0/16, " IN, 1,
	    T("in deny 0 10.2.0.0/16 > any:0-65535 came"));
	/* Before an interface protects it: by that, and by addresses. */
	compiled_with(SHARED, "action: deny, tunnel: two, scope: local, "
	    "direction: out", 1,
	    T("out deny 0 10.1.0.0/16 > 10.3.0.0/16 goes",
	    "out deny 0 10.1.0.0/16 > 10.3.0.0/16 oif x0"));
	compiled_with(SHARED, "action: deny, tunnel: two, scope: local, "
	    "direction: out, to: 10.3.7.0/24", 1,
	    T("out deny 0 10.1.0.0/16 > 10.3.7.0/24 goes",
	    "out deny 0 10.1.0.0/16 > 10.3.7.0/24 oif x0"));
	compiled_with(SHARED, "action: deny, tunnel: any, scope: local, "
	    "direction: out", 1,
	    T("out deny 0 any:0-65535 > any:0-65535 goes",
	    "out deny 0 any:0-65535 > any:0-65535 by a link"));
}

/* One rule is for however many interfaces; the VRF tells customers apart. */
static void
test_links(void **state)
{
	static const char head[] = "dataplane: kernel\nfilters:\n"
	    "  - { action: deny, tunnel: any, scope: local, direction: out }\n"
	    "  - { action: deny, tunnel: t7, scope: local }\n  - dynamic\n"
	    "tunnels:\n";
	static const char row[] = "  t%u: { remote: 10.9.%u.%u, psk: a, "
	    "interface: i%u, vrf: v%u, children: { a: { local: 10.1.0.0/16, "
	    "remote: 10.2.0.0/16, without-tunnel: pass } } }\n";
	static const char *const want[] = {
	    "out deny 0 any:0-65535 > any:0-65535 goes",
	    "out deny 0 any:0-65535 > any:0-65535 by a link",
	    "in deny 0 10.2.0.0/16 > 10.1.0.0/16 came iif v7",
	    "out deny 0 10.1.0.0/16 > 10.2.0.0/16 oif i7",
	};
	char *yaml = malloc(400000);
	size_t len = strlcpy(yaml, head, 400000);
	struct load l;
	unsigned int i;

	(void)state;
	for (i = 0; i < 1500; i++)
		len += (size_t)snprintf(yaml + len, 400000 - len, row, i,
		    i / 250, i % 250 + 1, i, i);
	load_init(&l, -1, "/etc/ikd");
	if (!load_text(&l, "p", "p", yaml, len))
		fail_msg("%s", l.ps.v[0].text);
	assert_int_equal(l.ps.warnings, 0);
	/* Behind those that guard each VRF. */
	for (i = 0; i < 4; i++)
		assert_string_equal(words(&l.po.terms[2 * 1500 + i]), want[i]);
	assert_true(l.po.nterms < 2 * 1500 + 50);
	load_free(&l);
	free(yaml);
}

/* What a rule means is what its counter is of. */
static void
test_counters(void **state)
{
	static const char one[] = "filters: [dynamic, { action: deny, "
	    "protocol: tcp, interface: e }, { action: permit, from: 10.0.0.1 }"
	    ", { action: permit, from: 10.0.0.1 }]\n",
	    two[] = "filters: [{ action: permit, from: 10.0.0.1, log: yes, "
	    "note: x }, dynamic: { log: yes }, { action: deny, protocol: udp, "
	    "interface: e }, { action: permit, from: 10.0.0.1 }]\n";
	struct load a, b;

	(void)state;
	load_init(&a, -1, "/etc/ikd");
	load_init(&b, -1, "/etc/ikd");
	assert_true(load_text(&a, "p", "p", one, strlen(one)));
	assert_true(load_text(&b, "p", "p", two, strlen(two)));
	assert_true(a.po.filters[2].counter != a.po.filters[3].counter);
	assert_true(a.po.filters[2].counter == b.po.filters[0].counter);
	assert_true(a.po.filters[3].counter == b.po.filters[3].counter);
	assert_true(a.po.filters[0].counter == b.po.filters[1].counter);
	assert_true(a.po.filters[1].counter != b.po.filters[2].counter);
	assert_true(a.po.filters[4].counter == b.po.filters[4].counter);
	load_free(&a);
	load_free(&b);
}

/* Without filters there is nothing for the kernel; too many are refused. */
static void
test_bounds(void **state)
{
	static char yaml[65536];
	struct load l;
	size_t n;
	int i;

	(void)state;
	load_init(&l, -1, "/etc/ikd");
	assert_true(load_text(&l, "p", "p", TUNNELS, strlen(TUNNELS)));
	assert_int_equal(l.po.nterms, 0);
	load_free(&l);
	n = (size_t)snprintf(yaml, sizeof(yaml), "filters: [dynamic");
	for (i = 0; i < FILTER_RULES; i++)
		n += (size_t)snprintf(yaml + n, sizeof(yaml) - n,
		    ", { action: permit, family: 4 }");
	snprintf(yaml + n, sizeof(yaml) - n, "]\n");
	load_init(&l, -1, "/etc/ikd");
	assert_false(load_text(&l, "p", "p", yaml, strlen(yaml)));
	assert_string_equal(l.ps.v[0].text, "filters has 513 rules; possible "
	    "are 512");
	load_free(&l);
	n = (size_t)snprintf(yaml, sizeof(yaml), "filters:\n  - dynamic\n");
	for (i = 0; i < 2; i++) {
		n += (size_t)snprintf(yaml + n, sizeof(yaml) - n,
		    "  - { action: permit, scope: both, from: [10.0.0.1");
		for (int k = 2; k <= 32; k++)
			n += (size_t)snprintf(yaml + n, sizeof(yaml) - n,
			    ", 10.0.0.%d", k);
		n += (size_t)snprintf(yaml + n, sizeof(yaml) - n,
		    "], to: [10.0.1.1");
		for (int k = 2; k <= 32; k++)
			n += (size_t)snprintf(yaml + n, sizeof(yaml) - n,
			    ", 10.0.1.%d", k);
		n += (size_t)snprintf(yaml + n, sizeof(yaml) - n, "] }\n");
	}
	load_init(&l, -1, "/etc/ikd");
	assert_false(load_text(&l, "p", "p", yaml, strlen(yaml)));
	assert_non_null(strstr(l.ps.v[0].text, "possible are 4096"));
	load_free(&l);
}

/* The order and the log as the database has them. */
static void
test_database(void **state)
{
	static const char file[] = "filters:\n  - dynamic\n"
	    "  - { name: a, action: deny, from: 10.0.0.1 }\n"
	    "  - { name: b, action: deny, from: 10.0.0.2 }\n",
	    db[] = "filters:\n"
	    "  - { name: z, action: deny, at: 9 }\n"
	    "  - { name: y, action: permit, at: 2 }\n"
	    "  - { name: x, action: permit, from: 10.0.0.3 }\n"
	    "  - { name: w, action: permit, from: 10.0.0.4, at: 2 }\n"
	    "  - { name: b, log: yes }\n  - { name: gone, log: yes }\n"
	    "  - { name: dynamic, log: yes }\n";
	static const char want[] = "- w y a b x z default ";
	char got[128] = "";
	struct load l;
	unsigned int i;

	(void)state;
	load_init(&l, -1, "/etc/ikd");
	l.objects = db;
	l.objects_len = sizeof(db) - 1;
	if (!load_text(&l, "p", "p", file, sizeof(file) - 1))
		fail_msg("%s", l.ps.v[0].text);
	assert_int_equal(l.ps.warnings, 1);
	assert_non_null(strstr(l.ps.v[0].text, "\"gone\""));
	for (i = 0; i <= l.po.nfilters; i++) {
		strlcat(got, l.po.filters[i].name != NULL ?
		    l.po.filters[i].name : "-", sizeof(got));
		strlcat(got, " ", sizeof(got));
	}
	assert_string_equal(got, want);
	assert_true(l.po.filters[0].log && l.po.filters[4].log);
	assert_false(l.po.filters[3].log);
	load_free(&l);
	/* Without a list in the files the place is implied. */
	load_init(&l, -1, "/etc/ikd");
	l.objects = db;
	l.objects_len = sizeof(db) - 1;
	assert_true(load_text(&l, "p", "p", "", 0));
	assert_true(l.po.filters[0].dynamic && l.po.filters[0].log);
	assert_int_equal(l.po.nfilters, 5);
	load_free(&l);
}

/* What the service itself needs: streams, too, where they are taken or made. */
static void
test_dynamic(void **state)
{
	static const char yaml[] = "dataplane: userspace\n"
	    "ports: { tcp: 4501 }\nfilters: [dynamic]\ntunnels:\n"
	    "  one: { remote: 10.0.0.1, psk: a, tcp-port: 443 }\n"
	    "  two: { remote: 10.0.0.2, psk: a, tcp-encapsulation: always,"
	    " tcp-port: 443 }\n"
	    "  six: { remote: 10.0.0.6, psk: a, tcp-encapsulation: no }\n",
	    *const want[] = { "in permit 6 any:0-65535 > any:4501-4501",
	    "out permit 6 any:4501-4501 > any:0-65535",
	    "in permit 6 any:443-443 > any:0-65535",
	    "out permit 6 any:0-65535 > any:443-443" };
	struct load l;
	unsigned int i, n = 0;

	(void)state;
	load_init(&l, -1, "/etc/ikd");
	if (!load_text(&l, "p", "p", yaml, strlen(yaml)))
		fail_msg("%s", l.ps.v[0].text);
	for (i = 0; i < l.po.nterms; i++) {
		if (l.po.terms[i].from.proto != IPPROTO_TCP)
			continue;
		assert_null(filter_wrong(&l.po.terms[i]));
		assert_true(n < sizeof(want) / sizeof(want[0]));
		assert_string_equal(words(&l.po.terms[i]), want[n++]);
	}
	assert_int_equal(n, sizeof(want) / sizeof(want[0]));
	load_free(&l);
}

/* What a stolen tmd-policy might say. */
static void
test_wrong(void **state)
{
	static const struct wt_filter good = { .counter = 1,
	    .chain = FILTER_IN, .icmp = FILTER_NO_ICMP,
	    .from = { .port_hi = 65535 }, .to = { .port_hi = 65535 } };
	struct wt_filter t;

	(void)state;
	assert_null(filter_wrong(&good));
#define WRONG(...) do {							\
	t = good;							\
	__VA_ARGS__;							\
	assert_non_null(filter_wrong(&t));				\
} while (0)
	WRONG(t.counter = 0);
	WRONG(t.chain = FILTER_CHAINS);
	WRONG(t.chain = 255);
	WRONG(t.verdict = FILTER_DENY + 1);
	WRONG(t.frag = FILTER_FRAG_FIRST + 1);
	WRONG(t.via = FILTER_VIA_LINK + 1);
	WRONG(t.place = FILTER_BEYOND + 1);
	WRONG(t.icmp = FILTER_NO_ICMP + 1);
	WRONG(t.icmp = 8);
	WRONG(t.from.af = 5);
	WRONG(t.from.af = 4; t.to.af = 6);
	WRONG(t.from.af = 4; t.from.lo[0] = 1);
	WRONG(t.from.lo[0] = 1);
	WRONG(t.from.hi[15] = 1);
	WRONG(t.from.proto = IPPROTO_TCP);
	WRONG(t.from.port_hi = 22);
	WRONG(t.from.proto = t.to.proto = IPPROTO_TCP; t.to.port_lo = 23;
	    t.to.port_hi = 22);
	WRONG(t.from.af = 4; t.from.port_lo = 65535; t.from.port_hi = 0);
	WRONG(t.from.proto = t.to.proto = IPPROTO_ESP; t.to.port_hi = 22);
	WRONG(t.frag = FILTER_FRAG_YES);
	WRONG(t.unrouted = 1);
	WRONG(t.oif[0] = 'e');
	WRONG(t.via = FILTER_VIA_OUT);
	WRONG(t.place = FILTER_HERE);
	WRONG(t.chain = FILTER_OUT; t.iif[0] = 'e');
	WRONG(t.chain = FILTER_OUT; t.via = FILTER_VIA_IN);
	WRONG(t.chain = FILTER_OUT; t.via = FILTER_VIA_CLEAR);
	WRONG(t.chain = FILTER_IN; t.via = FILTER_VIA_LINK);
	WRONG(t.chain = FILTER_FORWARD; t.place = FILTER_BEYOND);
	WRONG(t.chain = FILTER_FRAGMENTS; t.oif[0] = 'e');
	WRONG(t.chain = FILTER_FRAGMENTS; t.verdict = FILTER_PERMIT_STATE);
}

/*
 * What guards VRFs, before and without filters: each interface once; of what
 * is protected, what is not from everywhere.
 */
static void
test_vrfs(void **state)
{
	static const char yaml[] = "dataplane: kernel\ntunnels:\n"
	    "  one: { remote: 10.0.0.1, psk: a, vrf: red, children: {"
	    " a: { local: 10.1.0.0/16, remote: 10.2.0.0/16, protocol: tcp,"
	    " local-port: 22 }, b: { local: 10.1.0.0/16, remote: 0.0.0.0/0 },"
	    " c: { local: 10.4.0.0/16, remote: 10.5.0.0/16,"
	    " without-tunnel: pass } } }\n"
	    "  two: { remote: 10.0.0.2, psk: a, vrf: blue, interface: b0,"
	    " children: { a: { local: \"fd01::/16\", remote: "
	    "\"fd02::/16\" } } }\n"
	    "  three: { remote: 10.0.0.3, psk: a, interface: c0, children: {"
	    " a: { local: 10.1.0.0/16, remote: 10.2.0.0/16 } } }\n";
	static const char *const want[] = {
	    "in deny 0 any:0-65535 > any:0-65535 iif ikd-red",
	    "in deny 6 10.2.0.0/16[tcp] > 10.1.0.0/16[tcp/22] clear iif red",
	    "fwd deny 0 any:0-65535 > any:0-65535 iif ikd-red",
	    "fwd deny 6 10.2.0.0/16[tcp] > 10.1.0.0/16[tcp/22] clear iif red",
	    "in deny 0 any:0-65535 > any:0-65535 iif b0",
	    "in deny 0 fd02::/16 > fd01::/16 clear iif blue",
	    "fwd deny 0 any:0-65535 > any:0-65535 iif b0",
	    "fwd deny 0 fd02::/16 > fd01::/16 clear iif blue",
	};
	struct load l;
	unsigned int i;

	(void)state;
	load_init(&l, -1, "/etc/ikd");
	if (!load_text(&l, "p", "p", yaml, strlen(yaml)))
		fail_msg("%s", l.ps.v[0].text);
	assert_int_equal(l.po.nterms, sizeof(want) / sizeof(want[0]));
	for (i = 0; i < l.po.nterms; i++) {
		assert_null(filter_wrong(&l.po.terms[i]));
		assert_string_equal(words(&l.po.terms[i]), want[i]);
	}
	load_free(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_chains),
		cmocka_unit_test(test_families),
		cmocka_unit_test(test_tunnels),
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_database),
		cmocka_unit_test(test_dynamic),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_vrfs),
		cmocka_unit_test(test_links),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
