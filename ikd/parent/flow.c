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
 * Selectors (ranges of addresses and ports) become flows (prefix pairs), the
 * form that kernel policies and routes have.  Pure.
 */

#include <netinet/in.h>

#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "flow.h"

int
flow_has_ports(uint8_t proto)
{
	return (proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	    proto == IPPROTO_SCTP || proto == IPPROTO_DCCP ||
	    proto == IPPROTO_UDPLITE);
}

static int
is_icmp(uint8_t proto)
{
	return (proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6);
}

/*
 * The port ranges of a flow.  ICMP's type and code (RFC 7296 section 3.13.1)
 * may stand on either side: the narrower one is kept on the local side.
 * OPAQUE and other protocols have no ports in the kernel: any.
 */
static void
flow_ports(struct flow *f, const struct wt_ts *l, const struct wt_ts *r)
{
	const struct wt_ts	*t;

	f->l_lo = f->r_lo = 0;
	f->l_hi = f->r_hi = 65535;
	if (is_icmp(f->proto)) {
		t = l->port_hi - l->port_lo <= r->port_hi - r->port_lo ? l : r;
		if (t->port_lo <= t->port_hi) {
			f->l_lo = t->port_lo;
			f->l_hi = t->port_hi;
		}
		return;
	}
	if (!flow_has_ports(f->proto))
		return;
	if (l->port_lo <= l->port_hi) {
		f->l_lo = l->port_lo;
		f->l_hi = l->port_hi;
	}
	if (r->port_lo <= r->port_hi) {
		f->r_lo = r->port_lo;
		f->r_hi = r->port_hi;
	}
}

/* A selector's addresses as prefixes; -1 when they are too many. */
static int
side_prefixes(const struct wt_ts *t, struct wt_prefix out[FLOWS_MAX])
{
	struct wt_addr	 lo, hi;
	int		 i, n;

	memset(&lo, 0, sizeof(lo));
	lo.af = t->af;
	hi = lo;
	memcpy(lo.a, t->lo, addr_len(&lo));
	memcpy(hi.a, t->hi, addr_len(&hi));
	if ((n = range_to_prefixes(&lo, &hi, out, FLOWS_MAX)) == -1)
		return (-1);
	/* Equal prefixes must be equal octets: flows are compared whole. */
	for (i = 0; i < n; i++)
		if (out[i].addr.af == 4)
			memset(out[i].addr.a + 4, 0, 12);
	return (n);
}

/* One selector with one other: appended to out.  Returns the new count. */
static int
flows_pair(const struct wt_ts *l, const struct wt_ts *r, struct flow *out,
    int n)
{
	struct wt_prefix	 pl[FLOWS_MAX], pr[FLOWS_MAX];
	struct flow		 f;
	int			 i, k, j, nl, nr;

	if (l->af != r->af || !ts_valid(l) || !ts_valid(r) ||
	    (l->proto != 0 && r->proto != 0 && l->proto != r->proto))
		return (n);
	if ((nl = side_prefixes(l, pl)) == -1 ||
	    (nr = side_prefixes(r, pr)) == -1)
		return (-1);
	memset(&f, 0, sizeof(f));
	f.proto = l->proto != 0 ? l->proto : r->proto;
	flow_ports(&f, l, r);
	for (i = 0; i < nl; i++)
		for (k = 0; k < nr; k++) {
			f.l = pl[i];
			f.r = pr[k];
			for (j = 0; j < n; j++)
				if (flow_cmp(&out[j], &f) == 0)
					break;
			if (j < n)
				continue;
			if (n == FLOWS_MAX)
				return (-1);
			out[n++] = f;
		}
	return (n);
}

int
flows_expand(const struct wt_ts *l, size_t nl, const struct wt_ts *r,
    size_t nr, struct flow out[FLOWS_MAX])
{
	size_t	 i, k;
	int	 n = 0;

	for (i = 0; i < nl; i++)
		for (k = 0; k < nr; k++)
			if ((n = flows_pair(&l[i], &r[k], out, n)) == -1)
				return (-1);
	return (n);
}

void
flows_label(struct flow *f, size_t n, const struct wt_ceiling *c)
{
	size_t	 i;

	for (i = 0; i < n; i++) {
		f[i].mark = c->mark & c->mark_mask;
		f[i].mark_mask = c->mark_mask;
		f[i].if_id = c->if_id;
		f[i].vrf = c->vrf[0] != '\0';
		f[i].own = c->interface[0] != '\0' && (f[i].vrf ||
		    f[i].r.plen != 0);
	}
}

static int
num_cmp(unsigned int a, unsigned int b)
{
	return (a < b ? -1 : a > b);
}

int
flow_cmp(const struct flow *a, const struct flow *b)
{
	int	 c;

	if ((c = num_cmp(a->if_id, b->if_id)) != 0 ||
	    (c = memcmp(&a->l, &b->l, sizeof(a->l))) != 0 ||
	    (c = memcmp(&a->r, &b->r, sizeof(a->r))) != 0 ||
	    (c = num_cmp(a->proto, b->proto)) != 0 ||
	    (c = num_cmp(a->l_lo, b->l_lo)) != 0 ||
	    (c = num_cmp(a->l_hi, b->l_hi)) != 0 ||
	    (c = num_cmp(a->r_lo, b->r_lo)) != 0 ||
	    (c = num_cmp(a->own, b->own)) != 0 ||
	    (c = num_cmp(a->vrf, b->vrf)) != 0 ||
	    (c = num_cmp(a->mark, b->mark)) != 0 ||
	    (c = num_cmp(a->mark_mask, b->mark_mask)) != 0)
		return (c);
	return (num_cmp(a->r_hi, b->r_hi));
}

static int
prefix_meets(const struct wt_prefix *a, const struct wt_prefix *b)
{
	return (a->addr.af == b->addr.af && (prefix_covers(a, b) ||
	    prefix_covers(b, a)));
}

int
flow_meets(const struct flow *a, const struct flow *b)
{
	return (a->if_id == b->if_id &&
	    ((a->mark ^ b->mark) & a->mark_mask & b->mark_mask) == 0 &&
	    prefix_meets(&a->l, &b->l) && prefix_meets(&a->r, &b->r) &&
	    (a->proto == 0 || b->proto == 0 || (a->proto == b->proto &&
	    a->l_lo <= b->l_hi && b->l_lo <= a->l_hi &&
	    a->r_lo <= b->r_hi && b->r_lo <= a->r_hi)));
}

char *
flow_print(const struct flow *f, char *out, size_t size)
{
	char	 l[ADDR_TEXT], r[ADDR_TEXT];

	snprintf(out, size, "%s = %s", prefix_print(&f->l, l, sizeof(l)),
	    prefix_print(&f->r, r, sizeof(r)));
	if (f->proto != 0 && strlen(out) < size)
		snprintf(out + strlen(out), size - strlen(out),
		    " proto %u ports %u-%u = %u-%u", f->proto, f->l_lo,
		    f->l_hi, f->r_lo, f->r_hi);
	if (f->mark_mask != 0 && strlen(out) < size)
		snprintf(out + strlen(out), size - strlen(out),
		    " mark 0x%x/0x%x", f->mark, f->mark_mask);
	if (f->if_id != 0 && strlen(out) < size)
		snprintf(out + strlen(out), size - strlen(out), " if-id %u",
		    f->if_id);
	return (out);
}

int
ports_to_masks(uint16_t lo, uint16_t hi, struct port_mask out[PORT_MASKS])
{
	uint32_t	 at = lo, size;
	int		 n = 0;

	while (at <= hi) {
		/* The widest aligned block that starts here and fits. */
		for (size = 65536; (at & (size - 1)) != 0 ||
		    at + size - 1 > hi; size /= 2)
			;
		out[n].value = (uint16_t)at;
		out[n++].mask = (uint16_t)~(size - 1);
		at += size;
	}
	return (n);
}

unsigned int
flow_policies(const struct flow *f)
{
	struct port_mask	 l[PORT_MASKS], r[PORT_MASKS];

	if (!flow_has_ports(f->proto))
		return (1);
	return ((unsigned int)(ports_to_masks(f->l_lo, f->l_hi, l) *
	    ports_to_masks(f->r_lo, f->r_hi, r)));
}

int
flows_fit(const struct wt_ts *l, size_t nl, const struct wt_ts *r, size_t nr,
    struct flow *out)
{
	unsigned int	 policies = 0;
	int		 i, n;

	if ((n = flows_expand(l, nl, r, nr, out)) == -1)
		return (-1);
	for (i = 0; i < n; i++)
		policies += flow_policies(&out[i]);
	return (policies > TS_POLICIES ? -1 : n);
}
