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

#ifndef PARENT_PLANE_OPS_H
#define PARENT_PLANE_OPS_H

#include <stdint.h>

#include "grant.h"
#include "proto_parent_esp.h"
#include "proto_parent_ike.h"

/*
 * A data plane, as the grant half drives it.  One of the two is chosen at the
 * first policy and stays: ikd-esp (esp_plane.c), which answers later, or the
 * kernel (kernel_plane.c), which answers at once.
 */
struct plane_ops {
	const char	*name;		/* for `show dataplane` */
	int		 raw;		/* its ESP may go without UDP */
	/* NULL, or why this plane cannot do what m asks (RSN_UNSUPPORTED). */
	const char	*(*lacks)(const struct mi_install *m);
	/* 1 when an operation more may be queued. */
	int		 (*has_room)(void);
	/*
	 * A WAITING pair with its keys, which are wiped once the plane has
	 * them.  The pair's add_req is answered.  replaces: a handle or 0.
	 */
	void		 (*add)(struct pair *p, const struct mi_install *m,
			    uint32_t replaces);
	/* A DELETING pair: off the plane if need be, answered, freed. */
	void		 (*del)(struct pair *p);
	/* A pair that is UP, and none of its moves is under way. */
	void		 (*move)(struct pair *p, const struct mi_migrate *m);
	/* Nothing is sent on it any more; it receives until it is deleted. */
	void		 (*retire)(struct pair *p);
	/* It is sent on from now on, unless retired (mi_install.hold_out). */
	void		 (*release)(struct pair *p);
	/* What holds for a child without SA; c: its ceiling. */
	void		 (*set_idle)(const struct me_idle *row,
			    const struct wt_ceiling *c);
	/*
	 * Counters of one pair or (0) all.  PLANE_LATER: plane_counted() and
	 * plane_counted_all(req) follow; else done: an enum reason.
	 */
	int		 (*query)(uint32_t req, uint32_t handle);
	/* The plane's own counters, in the same way, by plane_info(). */
	int		 (*info)(uint32_t req);
};
#define PLANE_LATER	-1

extern const struct plane_ops	 plane_userspace;	/* esp_plane.c */
extern const struct plane_ops	 plane_kernel;		/* kernel_plane.c */
extern const struct plane_ops	*plane;			/* the one in use */

/* What both planes report (esp_plane.c, from_esp.c). */
/* The plane has it or not (an enum reason): the pair goes UP, or away. */
void	 plane_added_pair(struct pair *p, unsigned int code, const char *why);
/* The plane has lost one pair: its worker rekeys. */
void	 plane_lost(struct pair *p);
/* A limit is reached (enum expire_kind); hard: the pair goes. */
void	 plane_expired(struct pair *p, unsigned int kind, int hard);
/* A packet met a trap. */
void	 plane_acquired(const struct me_acquire *m);

/*
 * plane.c: the first policy says which (sn_suite.userspace).  NULL, or why
 * it cannot be.  plane_auto(): 1 when `auto` means user space here.
 */
const char *plane_choose(int userspace);
int	 plane_auto(void);
/* pair.c: wt_ceiling.tfc (c may be NULL), if the peer takes it. */
uint32_t pair_tfc(const struct wt_ceiling *c, const struct mi_install *m);
/*
 * our_addrs.c: this host's addresses, to a worker, where ESP may go without
 * UDP, so that it has to find out whether there is NAT.
 */
void	 plane_tell_addrs(struct parent *p, unsigned int inst);
/* The same to tmd, whose peers may not have what is in a network of ours. */
void	 plane_tell_here(struct parent *p);
/* An address, a link or a route has changed: it is told to all, but soon. */
void	 plane_ways_changed(void);

#endif /* PARENT_PLANE_OPS_H */
