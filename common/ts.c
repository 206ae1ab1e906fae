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
 * Traffic selectors, RFC 7296 sections 2.9 and 3.13: containment and
 * text.  Pure: the parent checks SAs against grants with it.
 */

#include <netinet/in.h>

#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "ts.h"
#include "ts_int.h"

static int
ports_any(const struct wt_ts *t)
{
	return (t->port_lo == 0 && t->port_hi == PORT_MAX);
}

int
ts_valid(const struct wt_ts *t)
{
	size_t len = ts_len(t);

	if (len == 0 || memcmp(t->lo, t->hi, len) > 0)
		return (0);
	return (t->port_lo <= t->port_hi || ports_opaque(t));
}

/* RFC 4301 section 4.4.1.1: ANY encompasses OPAQUE, no range does. */
int
ts_ports_cover(const struct wt_ts *a, const struct wt_ts *b)
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
	return (ts_ports_cover(a, b) && memcmp(a->lo, b->lo, len) <= 0 &&
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
