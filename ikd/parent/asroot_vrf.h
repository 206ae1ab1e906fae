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

#ifndef PARENT_ASROOT_VRF_H
#define PARENT_ASROOT_VRF_H

#include <net/if.h>

#include <stdint.h>

struct nlmsghdr;

/*
 * VRFs, which are the administrator's: found, and our xfrm interfaces put
 * into them.
 */
struct vrf_link {
	char		 name[IFNAMSIZ];
	unsigned int	 ifindex;
	unsigned int	 vrf;		/* the VRF that it is in, or is; 0 */
	uint32_t	 table;		/* of a VRF's routes; 0: it is none */
};

void		 asroot_vrf_open(void);		/* before the door; fatal */
/* Asks the kernel for every link that is a VRF or in one. */
void		 asroot_vrf_load(void);
/*
 * One of those loaded, until the next load: a link by its number, a VRF by
 * its name.  NULL: it was not there, or in no VRF.
 */
const struct vrf_link	*asroot_vrf_link(unsigned int ifindex);
const struct vrf_link	*asroot_vrf_named(const char *name);
/*
 * Into this VRF (its index), and up; 0: out of whichever it is in, and up or
 * down.  NULL or what failed.
 */
const char	*asroot_vrf_join(unsigned int ifindex, unsigned int vrf,
		    int up);
/* Does this event of a link change what asroot_vrf_load() finds? */
int		 asroot_vrf_event(const struct nlmsghdr *h);

#endif /* PARENT_ASROOT_VRF_H */
