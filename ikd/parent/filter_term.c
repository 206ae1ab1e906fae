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
 * A term of the filters, as tmd-policy gives it: can it be one?  Pure.
 */

#include <netinet/in.h>

#include <string.h>

#include "filter.h"
#include "flow.h"

/* af 0: any address, and no octet of one. */
static int
side_fits(const struct wt_ts *t)
{
	static const uint8_t	 none[16];

	if (t->af == 0)
		return (t->port_lo <= t->port_hi &&
		    memcmp(t->lo, none, sizeof(none)) == 0 &&
		    memcmp(t->hi, none, sizeof(none)) == 0);
	return (ts_valid(t) && t->port_lo <= t->port_hi);
}

static int
any_port(const struct wt_ts *t)
{
	return (t->port_lo == 0 && t->port_hi == UINT16_MAX);
}

/* Not every hook knows both links, and where the packet goes. */
static int
chain_fits(const struct wt_filter *t)
{
	int	 in = t->iif[0] != '\0' || t->via == FILTER_VIA_IN ||
		    t->via == FILTER_VIA_CLEAR;
	int	 out = t->oif[0] != '\0' || t->via == FILTER_VIA_OUT ||
		    t->via == FILTER_VIA_LINK;

	switch (t->chain) {
	case FILTER_FRAGMENTS:
		return (!out && t->verdict != FILTER_PERMIT_STATE);
	case FILTER_IN:
		return (!out && t->place == FILTER_ANYWHERE);
	case FILTER_OUT:
		return (!in && t->place == FILTER_ANYWHERE);
	default:
		return (t->place == FILTER_ANYWHERE);
	}
}

const char *
filter_wrong(const struct wt_filter *t)
{
	uint8_t	 proto = t->from.proto;
	int	 af = t->from.af != 0 || t->to.af != 0;

	if (t->counter == 0)
		return ("a filter without a counter");
	if (t->chain >= FILTER_CHAINS || t->verdict > FILTER_DENY ||
	    t->frag > FILTER_FRAG_FIRST || t->via > FILTER_VIA_LINK ||
	    t->place > FILTER_BEYOND || t->icmp > FILTER_NO_ICMP)
		return ("a filter with an unknown number");
	if (!side_fits(&t->from) || !side_fits(&t->to) ||
	    proto != t->to.proto || (t->from.af != 0 && t->to.af != 0 &&
	    t->from.af != t->to.af))
		return ("a filter whose addresses do not fit");
	if ((!any_port(&t->from) || !any_port(&t->to)) &&
	    !flow_has_ports(proto))
		return ("a filter with ports and no protocol");
	if (t->icmp != FILTER_NO_ICMP && proto != IPPROTO_ICMP &&
	    proto != IPPROTO_ICMPV6)
		return ("a filter with a type and not for ICMP");
	if (!af && (t->frag != FILTER_FRAG_ANY || t->unrouted))
		return ("a filter for headers of no family");
	return (chain_fits(t) ? NULL : "a filter for what its chain does not "
	    "know");
}
