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

#ifndef PARENT_ASROOT_XFRM_H
#define PARENT_ASROOT_XFRM_H

#include <linux/xfrm.h>

#include "flow.h"

/*
 * XFRM policies: what blocks a child's clear traffic, what lets it pass by
 * ikd0, what the kernel plane protects and traps.  Ours are told from
 * everybody else's by uids 0x1ced to 0x1cf2 in the selector (which the kernel
 * compares and does not match on) and by the priority band 0x1ced0000; nobody
 * else's are touched or, with those uids, overwritten.
 *
 * What the kernel makes of ikd0 [tried on 6.18]: IPv4 looks policies up with
 * the device a packet leaves by, so one allow policy for ikd0 serves all;
 * IPv6 looks up before it knows the device, so each flow that is routed into
 * the TUN has an allow policy of its own (and a guard rule, so that nothing
 * of it leaves elsewhere).  Of what comes in no lookup knows the device:
 * IPv4 has a switch on the device (asroot_link_up), IPv6 a mark which
 * asroot_nft.c sets on what came from ikd0.
 */
#define XFRM_BAND	0x1ced0000u	/* to 0x1cedffff */
#define XFRM_UID	0x1ced
#define XFRM_UID_ALLOW	0x1cee
#define XFRM_UID_CHILD	0x1cef
#define XFRM_UID_TRAP	0x1cf0
#define XFRM_UID_HOLE	0x1cf1
#define XFRM_UID_WALL	0x1cf2

/*
 * These queue and return; asroot_xfrm_flush() sends, logs failures and
 * returns the first one, or NULL.  All are idempotent.
 */
int		 asroot_xfrm_open(void);	/* before the door; 0 or -1 */
int		 asroot_xfrm_there(void);	/* 1 when the kernel has it */
const char	*asroot_xfrm_flush(void);

/*
 * Blocks a flow's clear traffic: out, in, and forwarded from the far side.
 * *refused (may be NULL) becomes 1 when the flush could not.
 */
void		 asroot_block(int add, const struct flow *f, int *refused);
/*
 * Blocks (wall) or lets pass in clear what a flow is of, before whatever tunnel
 * has it; refused as above.
 */
void		 asroot_beside(int add, const struct flow *f, int wall,
		    int *refused);
/*
 * Lets an IPv6 flow out (it is routed into the TUN, or an xfrm interface);
 * inbound: and in, for
 * kernels where what comes from ikd0 cannot be marked.
 */
void		 asroot_allow_flow(int add, const struct flow *f, int inbound);
/* From now on the kernel transforms: nothing is let pass by ikd0. */
void		 asroot_xfrm_by_kernel(void);
/*
 * A flow's policy with nt templates (the innermost first), in one direction
 * (XFRM_POLICY_*).  ifindex: of the device that has taken the SAs over whole,
 * or 0.
 */
void		 asroot_protect(int add, const struct flow *f, int dir,
		    int trap, const struct xfrm_user_tmpl *t,
		    unsigned int nt, unsigned int ifindex);
/*
 * IPv4 that leaves by this link: an xfrm interface transforms by itself.  For
 * IPv6 the kernel compares the link that was asked for, not the one that the
 * route gave: an answer to what came in by the TUN asks for the TUN, and would
 * pass in clear by another while there is no route into it.
 */
void		 asroot_allow_out(int add, unsigned int ifindex);
/* By ikd0, neighbour discovery, and what carries the mark. */
void		 asroot_allow_device(int add, unsigned int ifindex);

#define XFRM_MARK	0x1ced0000u	/* of what came in by ikd0 */
#define XFRM_MARK_MASK	0xffff0000u

/*
 * Notes which policies of ours an earlier life left; clean removes those
 * that have not been set again since, but, with but_hosts, blocks of one host
 * alone: they stand until the next clean.
 */
void		 asroot_xfrm_recognise(void);
void		 asroot_xfrm_clean(int but_hosts);

#endif /* PARENT_ASROOT_XFRM_H */
