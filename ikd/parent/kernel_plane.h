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

#ifndef PARENT_KERNEL_PLANE_H
#define PARENT_KERNEL_PLANE_H

#include "plane_ops.h"

struct sa_name;
struct xfrm_user_tmpl;

/* A policy's template, without addresses, SPI and reqid; af: 4 or 6. */
void	 kernel_tmpl(struct xfrm_user_tmpl *t, unsigned int mode,
	    unsigned int proto, unsigned int af);
/* kernel_trap.c: the operation "set_idle". */
void	 kernel_set_idle(const struct me_idle *row, const struct wt_ceiling *c);
/*
 * The number of the last acquire for that child, or 0.  An SA with it answers
 * the acquire: until then, or for half a minute, the kernel sends no other.
 */
uint32_t kernel_trap_seq(uint32_t tunnel, uint32_t child);

/*
 * kernel_late.c: SAs of a pair that is gone, which end by themselves some
 * seconds later and give the reqid back then; all of them, at once.
 */
void	 kernel_late_add(const struct sa_name *in, const struct sa_name *out,
	    uint32_t reqid);
void	 kernel_late_end(void);
void	 kernel_reqid_give(uint32_t reqid);

/* kernel_event.c: the socket, before the door. */
void	 kernel_event_open(void);
/* The plane is chosen (1: heard from now on) or not (0: closed). */
void	 kernel_event_start(int chosen);

/* kernel_stat.c: its file, before the door; the operation "info". */
void	 kernel_stat_open(void);
int	 kernel_info(uint32_t req);

/* What it hears, for kernel_plane.c.  kind: enum expire_kind. */
void	 kernel_expired(uint32_t spi, const struct wt_addr *dst, int hard,
	    unsigned int kind);
void	 kernel_acquired(uint32_t reqid, uint32_t seq,
	    const struct wt_ts *src, const struct wt_ts *dst);
/* An authentic packet came from elsewhere. */
void	 kernel_mapped(uint32_t spi, const struct wt_addr *dst,
	    const struct wt_sock *from);
/* Events were lost, or SAs: pairs of which one is missing are lost, too. */
void	 kernel_look(void);

/*
 * pair.placed: what of it the kernel has.  FIRST: the first packet in will be
 * told as a soft packet limit.
 */
enum { PLACED_IN = 1, PLACED_OUT = 2, PLACED_POLICIES = 4, PLACED_FIRST = 8,
	PLACED_AH_IN = 16, PLACED_AH_OUT = 32 };

/*
 * kernel_bundle.c: the AH around a pair that has one; sa as for its ESP.
 * NULL, or why it cannot be.
 */
struct sa;
const char	*kernel_ah_place(struct pair *p, const struct mi_install *m,
		    struct sa *sa);
void		 kernel_ah_remove(const struct pair *p);
/* Has the kernel both its SAs?  Of a pair without: yes. */
int		 kernel_ah_stands(const struct pair *p);
/* Packets whose AH was wrong. */
uint64_t	 kernel_ah_bad(const struct pair *p);

#endif /* PARENT_KERNEL_PLANE_H */
