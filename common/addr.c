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
 * Addresses, prefixes and UDP endpoints: text, order, containment, and the
 * cutting of ranges into prefixes.
 */

#include <sys/types.h>
#include <arpa/inet.h>
#include <netinet/in.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"

size_t
addr_len(const struct wt_addr *a)
{
	if (a->af == 4)
		return (4);
	if (a->af == 6)
		return (16);
	return (0);
}

int
addr_parse(const char *s, struct wt_addr *a)
{
	memset(a, 0, sizeof(*a));
	if (inet_pton(AF_INET, s, a->a) == 1) {
		a->af = 4;
		return (0);
	}
	if (inet_pton(AF_INET6, s, a->a) == 1) {
		a->af = 6;
		return (0);
	}
	memset(a, 0, sizeof(*a));
	return (-1);
}

char *
addr_print(const struct wt_addr *a, char *out, size_t size)
{
	const char *s = NULL;

	if (size == 0)
		return (out);
	if (a->af == 4)
		s = inet_ntop(AF_INET, a->a, out, (socklen_t)size);
	else if (a->af == 6)
		s = inet_ntop(AF_INET6, a->a, out, (socklen_t)size);
	if (s == NULL)
		snprintf(out, size, "none");
	return (out);
}

int
addr_cmp(const struct wt_addr *a, const struct wt_addr *b)
{
	if (a->af != b->af)
		return (a->af < b->af ? -1 : 1);
	return (memcmp(a->a, b->a, addr_len(a)));
}

/* The octet of a netmask of plen bits at place i. */
static uint8_t
mask_octet(unsigned int plen, size_t i)
{
	if (plen >= (i + 1) * 8)
		return (0xff);
	if (plen <= i * 8)
		return (0);
	return ((uint8_t)(0xff << (8 - (plen - i * 8))));
}

/* "255.255.0.0" as a number of bits, or -1 when it has holes. */
static int
netmask_bits(const struct wt_addr *m)
{
	unsigned int plen;
	size_t i, len = addr_len(m);

	for (plen = 0; plen < len * 8; plen++)
		if ((m->a[plen / 8] & (0x80 >> (plen % 8))) == 0)
			break;
	for (i = 0; i < len; i++)
		if (m->a[i] != mask_octet(plen, i))
			return (-1);
	return ((int)plen);
}

/* What stands after the slash: a number of bits or a netmask.  -1: neither. */
static int
parse_bits(const char *s, const struct wt_addr *a)
{
	struct wt_addr m;
	size_t n;

	n = strspn(s, "0123456789");
	if (n > 0 && n <= 3 && s[n] == '\0') {
		if (s[0] == '0' && n > 1)
			return (-1);
		if (strtoul(s, NULL, 10) > addr_len(a) * 8)
			return (-1);
		return ((int)strtoul(s, NULL, 10));
	}
	if (addr_parse(s, &m) == -1 || m.af != a->af)
		return (-1);
	return (netmask_bits(&m));
}

int
prefix_parse(const char *s, struct wt_prefix *p)
{
	char buf[INET6_ADDRSTRLEN];
	const char *slash;
	size_t i, len;
	int bits;

	memset(p, 0, sizeof(*p));
	slash = strchr(s, '/');
	len = slash == NULL ? strlen(s) : (size_t)(slash - s);
	if (len >= sizeof(buf))
		return (-1);
	memcpy(buf, s, len);
	buf[len] = '\0';
	if (addr_parse(buf, &p->addr) == -1)
		return (-1);
	bits = slash == NULL ? (int)addr_len(&p->addr) * 8 :
	    parse_bits(slash + 1, &p->addr);
	if (bits == -1) {
		memset(p, 0, sizeof(*p));
		return (-1);
	}
	p->plen = (uint8_t)bits;
	for (i = 0; i < addr_len(&p->addr); i++)
		p->addr.a[i] &= mask_octet(p->plen, i);
	return (0);
}

char *
prefix_print(const struct wt_prefix *p, char *out, size_t size)
{
	char buf[INET6_ADDRSTRLEN];

	addr_print(&p->addr, buf, sizeof(buf));
	if (addr_len(&p->addr) == 0)
		snprintf(out, size, "%s", buf);
	else
		snprintf(out, size, "%s/%u", buf, p->plen);
	return (out);
}

int
prefix_has(const struct wt_prefix *p, const struct wt_addr *a)
{
	size_t len = addr_len(a), full = p->plen / 8;

	if (len == 0 || p->addr.af != a->af || p->plen > len * 8)
		return (0);
	return (memcmp(p->addr.a, a->a, full) == 0 && (full == len ||
	    ((p->addr.a[full] ^ a->a[full]) & mask_octet(p->plen, full)) == 0));
}

int
prefix_covers(const struct wt_prefix *a, const struct wt_prefix *b)
{
	return (b->plen <= addr_len(&b->addr) * 8 && a->plen <= b->plen &&
	    prefix_has(a, &b->addr));
}

void
prefix_range(const struct wt_prefix *p, struct wt_addr *lo,
    struct wt_addr *hi)
{
	struct wt_addr net = p->addr;
	size_t i;

	*lo = *hi = net;
	for (i = 0; i < addr_len(&net); i++) {
		lo->a[i] = net.a[i] & mask_octet(p->plen, i);
		hi->a[i] = net.a[i] | (uint8_t)~mask_octet(p->plen, i);
	}
}

/* Adds one; the caller knows that it does not overflow. */
static void
addr_next(struct wt_addr *a)
{
	size_t i = addr_len(a);

	while (i-- > 0)
		if (++a->a[i] != 0)
			break;
}

/*
 * The widest prefix that starts at lo and ends no later than hi: lo's
 * alignment bounds it from one side, hi from the other.
 */
static void
widest_prefix(const struct wt_addr *lo, const struct wt_addr *hi,
    struct wt_prefix *p, struct wt_addr *last)
{
	struct wt_addr first;
	unsigned int plen;

	p->addr = *lo;
	for (plen = 0;; plen++) {
		p->plen = (uint8_t)plen;
		prefix_range(p, &first, last);
		if (addr_cmp(&first, lo) == 0 && addr_cmp(last, hi) <= 0)
			return;
	}
}

int
range_to_prefixes(const struct wt_addr *lo, const struct wt_addr *hi,
    struct wt_prefix *out, int max)
{
	struct wt_addr at = *lo, last;
	int n = 0, order;

	if (addr_len(lo) == 0 || lo->af != hi->af ||
	    (order = addr_cmp(lo, hi)) > 0 || max < 1)
		return (-1);
	if (order == 0) {		/* most selectors are one host's */
		out[0].addr = *lo;
		out[0].plen = (uint8_t)(8 * addr_len(lo));
		return (1);
	}
	for (;;) {
		if (n == max)
			return (-1);
		if (addr_cmp(&at, hi) == 0) {	/* one address: no search */
			out[n].addr = at;
			out[n++].plen = (uint8_t)(addr_len(&at) * 8);
			return (n);
		}
		widest_prefix(&at, hi, &out[n++], &last);
		if (addr_cmp(&last, hi) == 0)
			return (n);
		at = last;
		addr_next(&at);
	}
}

void
sock_from(const struct sockaddr *sa, struct wt_sock *s)
{
	struct sockaddr_in sin;
	struct sockaddr_in6 sin6;

	memset(s, 0, sizeof(*s));
	if (sa->sa_family == AF_INET) {
		memcpy(&sin, sa, sizeof(sin));
		s->addr.af = 4;
		memcpy(s->addr.a, &sin.sin_addr, 4);
		s->port = ntohs(sin.sin_port);
	} else if (sa->sa_family == AF_INET6) {
		memcpy(&sin6, sa, sizeof(sin6));
		s->addr.af = 6;
		memcpy(s->addr.a, &sin6.sin6_addr, 16);
		s->port = ntohs(sin6.sin6_port);
	}
}

socklen_t
sock_to(const struct wt_sock *s, struct sockaddr_storage *ss)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };

	memset(ss, 0, sizeof(*ss));
	if (s->addr.af == 4) {
		memcpy(&sin.sin_addr, s->addr.a, 4);
		sin.sin_port = htons(s->port);
		memcpy(ss, &sin, sizeof(sin));
		return (sizeof(sin));
	}
	if (s->addr.af == 6) {
		memcpy(&sin6.sin6_addr, s->addr.a, 16);
		sin6.sin6_port = htons(s->port);
		memcpy(ss, &sin6, sizeof(sin6));
		return (sizeof(sin6));
	}
	return (0);
}

char *
sock_print(const struct wt_sock *s, char *out, size_t size)
{
	char buf[INET6_ADDRSTRLEN];

	snprintf(out, size, "%s[%u%s]", addr_print(&s->addr, buf, sizeof(buf)),
	    s->port, s->tcp ? "/tcp" : "");
	return (out);
}

int
sock_cmp(const struct wt_sock *a, const struct wt_sock *b)
{
	int c;

	if ((c = addr_cmp(&a->addr, &b->addr)) != 0)
		return (c);
	if (a->port != b->port)
		return (a->port < b->port ? -1 : 1);
	if (a->tcp != b->tcp)
		return (a->tcp < b->tcp ? -1 : 1);
	return (0);
}
