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

#ifndef PARENT_ASROOT_SA_H
#define PARENT_ASROOT_SA_H

#include "proto_parent_ike.h"

/*
 * The kernel's SAs.  Ours are told from everybody else's by their reqids.
 * NEWSA is exclusive, a key is given once; an update is of limits alone.
 */
#define REQID_CHILD	0x1ced0000u	/* to 0x1cfdffff */
#define REQID_TRAP	0x1cfe0000u	/* to 0x1cfeffff */
#define REQID_END	0x1cff0000u

/* One SA: its keys are those of m for its direction. */
struct sa {
	const struct mi_install	*m;
	int			 out;
	int			 tell_first;	/* expires softly when used */
	uint32_t		 reqid;
	uint32_t		 seq;		/* of the acquire it answers */
	uint32_t		 if_id;
	uint32_t		 mark, mark_mask;	/* of what comes in */
	uint8_t			 offload;	/* enum offload */
	unsigned int		 ifindex;	/* of the device that does it */
	uint8_t			 heads;		/* enum head_bit */
	uint32_t		 tfc;		/* as in wt_ceiling */
	int			 wraps;		/* numbers begin anew */
};

/* What finds it again. */
struct sa_name {
	struct wt_addr	 dst;
	uint32_t	 spi;
	uint8_t		 proto;
};

void		 asroot_sa_open(void);		/* before the door */
/* NULL, or what this kernel lacks: tried with an SA that goes at once. */
const char	*asroot_sa_try(void);
/* NULL or what failed; never over one that is there. */
const char	*asroot_sa_add(const struct sa *sa);
/*
 * Its limits, once more: the kernel tells of a soft one only once.  Of an SA
 * that is there it takes these and no key: sa->m is of asroot_sa_keep(), a
 * copy without keys, which the caller frees.
 */
struct mi_install *asroot_sa_keep(const struct mi_install *m);
void		 asroot_sa_limits(const struct sa *sa);
void		 asroot_sa_del(const struct sa_name *n);
/* Octets, packets and last use (CLOCK_BOOTTIME); 0: it is there. */
struct sa_count {
	uint64_t	 bytes, packets, last;
	uint64_t	 replays, bad_icv;
	int		 soft_bytes, soft_packets;	/* limits reached */
};
/* 1 when a device has taken it over. */
int		 asroot_sa_offloaded(const struct sa_name *n);
int		 asroot_sa_count(const struct sa_name *n, struct sa_count *c);
/* How many states and policies the kernel has, also others'; 0 or -1. */
int		 asroot_sa_totals(uint32_t *states, uint32_t *policies);
/* Removes every SA with a reqid of ours. */
void		 asroot_sa_clean(void);

#endif /* PARENT_ASROOT_SA_H */
