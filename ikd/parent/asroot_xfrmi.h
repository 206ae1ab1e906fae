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

#ifndef PARENT_ASROOT_XFRMI_H
#define PARENT_ASROOT_XFRMI_H

#include <net/if.h>

#include <stdint.h>

/*
 * xfrm interfaces.  Ours are told from everybody else's by their kind and
 * their link group, which a link has from the moment it is there.
 */
#define XFRMI_GROUP	0x1ced

struct xfrmi {
	char		 name[IFNAMSIZ];
	unsigned int	 ifindex;	/* 0: no link has this name */
	int		 ours;
	uint32_t	 if_id;		/* when it is ours */
};

struct nl_msg;
struct nlq;

void		 asroot_xfrmi_open(void);	/* before the door; fatal */
/* A request about this link, whoever's; up: IFF_UP, or no change. */
struct nl_msg	*asroot_link_msg(int type, int flags, unsigned int ifindex,
		    unsigned int up);
/* Into the queue: brings a link up that gives itself no address. */
void		 asroot_link_bare_up(struct nlq *q, unsigned int ifindex);
void		 asroot_xfrmi_find(const char *name, struct xfrmi *x);
/* Makes it and brings it up; NULL or what failed. */
const char	*asroot_xfrmi_make(const char *name, uint32_t if_id,
		    unsigned int *ifindex);
void		 asroot_xfrmi_del(unsigned int ifindex);
/* Every one of ours; fn may not ask for anything here. */
void		 asroot_xfrmi_walk(void (*fn)(const struct xfrmi *));

#endif /* PARENT_ASROOT_XFRMI_H */
