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
 * Traffic selectors, RFC 7296 sections 2.9 and 3.13: containment, narrowing,
 * matching and text.  Pure: the parent checks SAs against grants with it.
 */

#include <netinet/in.h>

#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "ts.h"

/* RFC 7296 section 3.13.1: OPAQUE is start 65535, end 0. */
#define PORT_MAX	65535

static int
ports_opaque(const struct wt_ts *t)
{
	return (t->port_lo == PORT_MAX && t->port_hi == 0);
}

static int
ports_any(const struct wt_ts *t)
{
	return (t->port_lo == 0 && t->port_hi == PORT_MAX);
}

static size_t
ts_len(const struct wt_ts *t)
{
	return (t->af == 4 ? 4 : t->af == 6 ? 16 : 0);
}

int
ts_valid(const struct wt_ts *t)
{
	size_t len = ts_len(t);

	if (len == 0 || memcmp(t->lo, t->hi, len) > 0)
		return (0);
	return (t->port_lo <= t->port_hi || ports_opaque(t));
}

int
ts_equal(const struct wt_ts *a, const struct wt_ts *b)
{
	size_t len = ts_len(a);

	return (a->af == b->af && a->proto == b->proto &&
	    a->port_lo == b->port_lo && a->port_hi == b->port_hi &&
	    memcmp(a->lo, b->lo, len) == 0 && memcmp(a->hi, b->hi, len) == 0);
}

/* RFC 4301 section 4.4.1.1: ANY encompasses OPAQUE, no range does. */
static int
ports_cover(const struct wt_ts *a, const struct wt_ts *b)
{
	if (ports_opaque(b))
		return (ports_opaque(a) || ports_any(a));
	if (ports_opaque(a))
		return (0);
	return (a->port_lo <= b->port_lo && b->port_hi <= a->port_hi);
}

int
ts_covers(const struct wt_ts *a, const struct wt_ts *b)
{
	size_t len = ts_len(a);

	if (!ts_valid(a) || !ts_valid(b) || a->af != b->af)
		return (0);
	if (a->proto != 0 && a->proto != b->proto)
		return (0);
	return (ports_cover(a, b) && memcmp(a->lo, b->lo, len) <= 0 &&
	    memcmp(b->hi, a->hi, len) <= 0);
}

int
ts_list_covers(const struct wt_ts *a, size_t na, const struct wt_ts *b,
    size_t nb)
{
	size_t i, j;

	for (i = 0; i < nb; i++) {
		for (j = 0; j < na; j++)
			if (ts_covers(&a[j], &b[i]))
				break;
		if (j == na)
			return (0);
	}
	return (1);
}

static int
ports_intersect(const struct wt_ts *a, const struct wt_ts *b,
    struct wt_ts *out)
{
	if (ports_cover(a, b)) {
		out->port_lo = b->port_lo;
		out->port_hi = b->port_hi;
		return (1);
	}
	if (ports_cover(b, a)) {
		out->port_lo = a->port_lo;
		out->port_hi = a->port_hi;
		return (1);
	}
	if (ports_opaque(a) || ports_opaque(b))
		return (0);
	out->port_lo = a->port_lo > b->port_lo ? a->port_lo : b->port_lo;
	out->port_hi = a->port_hi < b->port_hi ? a->port_hi : b->port_hi;
	return (out->port_lo <= out->port_hi);
}

int
ts_intersect(const struct wt_ts *a, const struct wt_ts *b, struct wt_ts *out)
{
	struct wt_ts t;
	size_t len = ts_len(a);

	if (!ts_valid(a) || !ts_valid(b) || a->af != b->af)
		return (0);
	memset(&t, 0, sizeof(t));
	t.af = a->af;
	if (a->proto != 0 && b->proto != 0 && a->proto != b->proto)
		return (0);
	t.proto = a->proto != 0 ? a->proto : b->proto;
	if (!ports_intersect(a, b, &t))
		return (0);
	memcpy(t.lo, memcmp(a->lo, b->lo, len) > 0 ? a->lo : b->lo, len);
	memcpy(t.hi, memcmp(a->hi, b->hi, len) < 0 ? a->hi : b->hi, len);
	if (memcmp(t.lo, t.hi, len) > 0)
		return (0);
	*out = t;
	return (1);
}

/* Adds t unless it is there already; what t covers gives way to it. */
static size_t
ts_add(struct wt_ts *out, size_t n, size_t max, const struct wt_ts *t)
{
	size_t i, k;
	int placed = 0;

	for (i = 0; i < n; i++)
		if (ts_covers(&out[i], t))
			return (n);
	for (i = k = 0; i < n; i++) {
		if (!ts_covers(t, &out[i])) {
			out[k++] = out[i];
		} else if (!placed) {
			out[k++] = *t;
			placed = 1;
		}
	}
	if (!placed && k < max)
		out[k++] = *t;
	return (k);
}

size_t
ts_narrow(const struct wt_ts *ours, size_t nours, const struct wt_ts *theirs,
    size_t ntheirs, struct wt_ts *out, size_t max)
{
	struct wt_ts t;
	size_t i, j, n = 0;

	/* The peer's order leads: its first selector is the packet's. */
	for (i = 0; i < ntheirs; i++)
		for (j = 0; j < nours; j++)
			if (ts_intersect(&theirs[i], &ours[j], &t))
				n = ts_add(out, n, max, &t);
	return (n);
}

int
ts_match(const struct wt_ts *t, const struct wt_addr *a, uint8_t proto,
    uint16_t port)
{
	size_t len = ts_len(t);

	if (len == 0 || t->af != a->af)
		return (0);
	if (t->proto != 0 && t->proto != proto)
		return (0);
	if (port < t->port_lo || port > t->port_hi)
		return (0);
	return (memcmp(t->lo, a->a, len) <= 0 && memcmp(a->a, t->hi, len) <= 0);
}

void
ts_from_prefix(struct wt_ts *t, const struct wt_prefix *p)
{
	struct wt_addr lo, hi;

	prefix_range(p, &lo, &hi);
	memset(t, 0, sizeof(*t));
	t->af = p->addr.af;
	t->port_hi = PORT_MAX;
	memcpy(t->lo, lo.a, ts_len(t));
	memcpy(t->hi, hi.a, ts_len(t));
}

void
ts_from_addr(struct wt_ts *t, const struct wt_addr *a)
{
	struct wt_prefix p;

	p.addr = *a;
	p.plen = (uint8_t)(addr_len(a) * 8);
	ts_from_prefix(t, &p);
}

static void
print_proto(unsigned int proto, char *out, size_t size)
{
	static const struct {
		unsigned int	 proto;
		const char	*name;
	} names[] = {
		{ 0, "any" }, { IPPROTO_ICMP, "icmp" }, { IPPROTO_TCP, "tcp" },
		{ IPPROTO_UDP, "udp" }, { IPPROTO_GRE, "gre" },
		{ IPPROTO_ESP, "esp" }, { IPPROTO_AH, "ah" },
		{ IPPROTO_ICMPV6, "icmp6" }, { IPPROTO_SCTP, "sctp" },
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].proto == proto) {
			snprintf(out, size, "%s", names[i].name);
			return;
		}
	snprintf(out, size, "%u", proto);
}

/* RFC 7296 section 3.13.1: ICMP type in the high, code in the low octet. */
static void
print_icmp(const struct wt_ts *t, char *out, size_t size)
{
	unsigned int tlo = t->port_lo >> 8, thi = t->port_hi >> 8;
	unsigned int clo = t->port_lo & 0xff, chi = t->port_hi & 0xff;

	if (clo == 0 && chi == 255 && tlo == thi)
		snprintf(out, size, "/%u", tlo);
	else if (clo == 0 && chi == 255)
		snprintf(out, size, "/%u-%u", tlo, thi);
	else if (t->port_lo == t->port_hi)
		snprintf(out, size, "/%u.%u", tlo, clo);
	else
		snprintf(out, size, "/%u.%u-%u.%u", tlo, clo, thi, chi);
}

static void
print_ports(const struct wt_ts *t, char *out, size_t size)
{
	out[0] = '\0';
	if (ports_any(t))
		return;
	if (ports_opaque(t))
		snprintf(out, size, "/opaque");
	else if (t->proto == IPPROTO_ICMP || t->proto == IPPROTO_ICMPV6)
		print_icmp(t, out, size);
	else if (t->port_lo == t->port_hi)
		snprintf(out, size, "/%u", t->port_lo);
	else
		snprintf(out, size, "/%u-%u", t->port_lo, t->port_hi);
}

char *
ts_range_print(const struct wt_ts *t, char *out, size_t size)
{
	struct wt_addr lo = { .af = t->af }, hi = { .af = t->af };
	struct wt_prefix p;
	char a[INET6_ADDRSTRLEN], b[INET6_ADDRSTRLEN];

	memcpy(lo.a, t->lo, ts_len(t));
	memcpy(hi.a, t->hi, ts_len(t));
	if (addr_cmp(&lo, &hi) == 0)
		addr_print(&lo, out, size);
	else if (range_to_prefixes(&lo, &hi, &p, 1) == 1)
		prefix_print(&p, out, size);
	else
		snprintf(out, size, "%s-%s", addr_print(&lo, a, sizeof(a)),
		    addr_print(&hi, b, sizeof(b)));
	return (out);
}

char *
ts_proto_print(const struct wt_ts *t, char *out, size_t size)
{
	print_proto(t->proto, out, size);
	return (out);
}

char *
ts_ports_print(const struct wt_ts *t, char *out, size_t size)
{
	char ports[32];

	print_ports(t, ports, sizeof(ports));
	snprintf(out, size, "%s%s", ports[0] == '\0' ? "any" :
	    !ports_opaque(t) && (t->proto == IPPROTO_ICMP ||
	    t->proto == IPPROTO_ICMPV6) ? "type " : "",
	    ports[0] == '\0' ? "" : ports + 1);
	return (out);
}

int
ts_list_even(const struct wt_ts *t, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++)
		if (t[i].proto != t[0].proto || t[i].port_lo != t[0].port_lo ||
		    t[i].port_hi != t[0].port_hi)
			return (0);
	return (1);
}

char *
ts_print(const struct wt_ts *t, char *out, size_t size)
{
	char range[ADDR_TEXT], proto[16], ports[32];

	ts_range_print(t, range, sizeof(range));
	print_proto(t->proto, proto, sizeof(proto));
	print_ports(t, ports, sizeof(ports));
	if (t->proto == 0 && ports[0] == '\0')
		snprintf(out, size, "%s", range);
	else
		snprintf(out, size, "%s[%s%s]", range, proto, ports);
	return (out);
}

char *
ts_list_print(const struct wt_ts *t, size_t n, char *out, size_t size)
{
	char one[ADDR_TEXT + 64];
	size_t i, at = 0;

	if (size > 0)
		out[0] = '\0';
	for (i = 0; i < n && at < size; i++)
		at += (size_t)snprintf(out + at, size - at, "%s%s",
		    i == 0 ? "" : ", ", ts_print(&t[i], one, sizeof(one)));
	return (out);
}
