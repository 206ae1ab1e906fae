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
 * VRFs: found, and joined.
 */

#include <sys/socket.h>

#include <stdlib.h>
#include <string.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "asroot_nl.h"
#include "asroot_vrf.h"
#include "log.h"

struct link_list {
	struct vrf_link	*at;
	size_t		 n, room;
};

static struct nlq	*nlq;
static struct link_list	 links, vrfs;

void
asroot_vrf_open(void)
{
	if ((nlq = nlq_open(NETLINK_ROUTE, "VRFs")) == NULL)
		fatal("no routing netlink");
}

static uint32_t
number(struct nlattr *a)
{
	return (a != NULL && nla_len(a) == sizeof(uint32_t) ?
	    nla_get_u32(a) : 0);
}

/* Kind of a link, and what it is as a part of its master; NULL: not said. */
static int
link_info(const struct nlmsghdr *h, struct nlattr *info[IFLA_INFO_MAX + 1])
{
	struct nlattr	*a;

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(struct ifinfomsg)) ||
	    (a = nlmsg_find_attr((struct nlmsghdr *)(uintptr_t)h,
	    sizeof(struct ifinfomsg), IFLA_LINKINFO)) == NULL)
		return (-1);
	return (nla_parse_nested(info, IFLA_INFO_MAX, a, NULL) < 0 ? -1 : 0);
}

static int
is_word(struct nlattr *a, const char *word)
{
	return (a != NULL && nla_strcmp(a, word) == 0);
}

int
asroot_vrf_event(const struct nlmsghdr *h)
{
	struct nlattr	*info[IFLA_INFO_MAX + 1];

	return (link_info(h, info) == 0 && (is_word(info[IFLA_INFO_KIND],
	    "vrf") || is_word(info[IFLA_INFO_KIND], "xfrm") ||
	    is_word(info[IFLA_INFO_SLAVE_KIND], "vrf")));
}

static void
add(struct link_list *to, const struct vrf_link *l)
{
	if (to->n == to->room) {
		to->room = to->room * 2 + 64;
		to->at = xreallocarray(to->at, to->room, sizeof(*to->at));
	}
	to->at[to->n++] = *l;
}

static void
found(struct nlmsghdr *h, void *arg)
{
	const struct ifinfomsg	*i = nlmsg_data(h);
	struct nlattr		*a, *info[IFLA_INFO_MAX + 1];
	struct nlattr		*data[IFLA_VRF_MAX + 1];
	struct vrf_link		 l;

	(void)arg;
	if (h->nlmsg_type != RTM_NEWLINK || link_info(h, info) == -1)
		return;
	memset(&l, 0, sizeof(l));
	l.ifindex = (unsigned int)i->ifi_index;
	a = nlmsg_find_attr(h, sizeof(*i), IFLA_IFNAME);
	if (a != NULL)
		nla_strlcpy(l.name, a, sizeof(l.name));
	if (is_word(info[IFLA_INFO_KIND], "vrf") &&
	    info[IFLA_INFO_DATA] != NULL && nla_parse_nested(data,
	    IFLA_VRF_MAX, info[IFLA_INFO_DATA], NULL) >= 0) {
		l.table = number(data[IFLA_VRF_TABLE]);
		l.vrf = l.ifindex;
	} else if (is_word(info[IFLA_INFO_SLAVE_KIND], "vrf"))
		l.vrf = number(nlmsg_find_attr(h, sizeof(*i), IFLA_MASTER));
	if (l.vrf != 0)
		add(&links, &l);
	if (l.table != 0)
		add(&vrfs, &l);
}

static int
by_number(const void *a, const void *b)
{
	const struct vrf_link	*x = a, *y = b;

	return (x->ifindex < y->ifindex ? -1 : x->ifindex > y->ifindex);
}

static int
by_name(const void *a, const void *b)
{
	const struct vrf_link	*x = a, *y = b;

	return (strcmp(x->name, y->name));
}

void
asroot_vrf_load(void)
{
	struct ifinfomsg	 h = { 0 };

	links.n = vrfs.n = 0;
	nlq_dump(nlq, nlq_msg(RTM_GETLINK, 0, &h, sizeof(h)), found, NULL);
	if (links.n > 0)
		qsort(links.at, links.n, sizeof(*links.at), by_number);
	if (vrfs.n > 0)
		qsort(vrfs.at, vrfs.n, sizeof(*vrfs.at), by_name);
}

const struct vrf_link *
asroot_vrf_link(unsigned int ifindex)
{
	struct vrf_link	 key = { .ifindex = ifindex };

	return (links.n == 0 ? NULL : bsearch(&key, links.at, links.n,
	    sizeof(key), by_number));
}

const struct vrf_link *
asroot_vrf_named(const char *name)
{
	struct vrf_link	 key;

	strlcpy(key.name, name, sizeof(key.name));
	return (vrfs.n == 0 ? NULL : bsearch(&key, vrfs.at, vrfs.n,
	    sizeof(key), by_name));
}

const char *
asroot_vrf_join(unsigned int ifindex, unsigned int vrf, int up)
{
	struct ifinfomsg	 h = { 0 };
	struct nl_msg		*m;

	h.ifi_index = (int)ifindex;
	m = nlq_msg(RTM_NEWLINK, 0, &h, sizeof(h));
	nla_put_u32(m, IFLA_MASTER, vrf);
	nlq_add(nlq, m, "put an interface into its VRF", NLQ_STRICT);
	h.ifi_change = IFF_UP;
	h.ifi_flags = up ? IFF_UP : 0;
	nlq_add(nlq, nlq_msg(RTM_NEWLINK, 0, &h, sizeof(h)),
	    "bring an interface of a VRF up or down", NLQ_STRICT);
	return (nlq_flush(nlq));
}
