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

#ifndef PARENT_FLOW_H
#define PARENT_FLOW_H

#include <stddef.h>
#include <stdint.h>

#include "proto_types.h"
#include "ts.h"

/*
 * A flow: one prefix pair of a child with its protocol and port ranges, the
 * form in which selectors reach the kernel.  "l" is our side.  Ports 0-65535
 * mean any; proto 0 means any and then has no ports.  Its label (lane): only
 * packets with this mark, only by the xfrm interface of this ID; 0: any, none.
 */
struct flow {
	struct wt_prefix	 l;
	struct wt_prefix	 r;
	uint8_t			 proto;
	uint8_t			 own;	/* if_id is ours to route to */
	uint8_t			 vrf;	/* in the VRF of that interface */
	uint16_t		 l_lo, l_hi;
	uint16_t		 r_lo, r_hi;
	uint32_t		 mark, mark_mask;
	uint32_t		 if_id;
};

#define FLOWS_MAX	TS_POLICIES	/* of one child */

/*
 * The flows of two selector lists: each local with each remote one of its
 * family, ranges cut into prefixes.  Returns how many, or -1 when there
 * would be more than FLOWS_MAX.  Empty lists, and lists of which no two go
 * together, give 0.
 */
int	flows_expand(const struct wt_ts *l, size_t nl, const struct wt_ts *r,
	    size_t nr, struct flow out[FLOWS_MAX]);

/*
 * Labels them as the ceiling says.  What is for everything (a remote prefix
 * of length 0) we do not route into an interface: that is up to the host's
 * own routes; but in a VRF.
 */
void	flows_label(struct flow *f, size_t n, const struct wt_ceiling *c);

/* A total order; those of an ID stand together, flow { if_id } first. */
int	flow_cmp(const struct flow *a, const struct flow *b);

/* Is there a packet that is of both? */
int	flow_meets(const struct flow *a, const struct flow *b);

/* "10.1.0.0/16 = 10.2.0.0/16"; returns out. */
char	*flow_print(const struct flow *f, char *out, size_t size);

/* Is the protocol one whose selectors' ports are ports? */
int	flow_has_ports(uint8_t proto);

/*
 * A port range as value and mask pairs, as XFRM selectors have them; mask 0
 * is any.  At most PORT_MASKS.
 */
#define PORT_MASKS	30		/* 1-65534 needs as many */
struct port_mask {
	uint16_t	 value;
	uint16_t	 mask;
};
int	ports_to_masks(uint16_t lo, uint16_t hi,
	    struct port_mask out[PORT_MASKS]);

/* Kernel policies a direction that a flow takes (its port ranges cut). */
unsigned int	 flow_policies(const struct flow *f);

/*
 * What a selector pair list needs: flows (out, FLOWS_MAX) that fit in
 * TS_POLICIES policies a direction.  Returns how many, or -1.
 */
int	flows_fit(const struct wt_ts *l, size_t nl, const struct wt_ts *r,
	    size_t nr, struct flow *out);

#endif /* PARENT_FLOW_H */
