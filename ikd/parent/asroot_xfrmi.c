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
 * xfrm interfaces: made, found, removed.
 */

#include <sys/socket.h>
#include <net/if.h>

#include <string.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "asroot_nl.h"
#include "asroot_xfrmi.h"
#include "log.h"

static struct nlq	*nlq;

void
asroot_xfrmi_open(void)
{
	if ((nlq = nlq_open(NETLINK_ROUTE, "interfaces")) == NULL)
		fatal("no routing netlink");
}

/* Kind and ID of a link; 0: it is no xfrm interface. */
static int
is_xfrm(struct nlmsghdr *h, uint32_t *if_id)
{
	struct nlattr	*a, *info[IFLA_INFO_MAX + 1];
	struct nlattr	*data[IFLA_XFRM_MAX + 1];

	*if_id = 0;
	a = nlmsg_find_attr(h, sizeof(struct ifinfomsg), IFLA_LINKINFO);
	if (a == NULL || nla_parse_nested(info, IFLA_INFO_MAX, a, NULL) < 0 ||
	    info[IFLA_INFO_KIND] == NULL ||
	    nla_strcmp(info[IFLA_INFO_KIND], "xfrm") != 0)
		return (0);
	a = info[IFLA_INFO_DATA];
	if (a != NULL && nla_parse_nested(data, IFLA_XFRM_MAX, a, NULL) >= 0 &&
	    data[IFLA_XFRM_IF_ID] != NULL &&
	    nla_len(data[IFLA_XFRM_IF_ID]) == sizeof(*if_id))
		*if_id = nla_get_u32(data[IFLA_XFRM_IF_ID]);
	return (1);
}

struct nl_msg *
asroot_link_msg(int type, int flags, unsigned int ifindex, unsigned int up)
{
	struct ifinfomsg	 h;

	memset(&h, 0, sizeof(h));
	h.ifi_family = AF_UNSPEC;
	h.ifi_index = (int)ifindex;
	h.ifi_flags = h.ifi_change = up;
	return (nlq_msg(type, flags, &h, sizeof(h)));
}

/* Up only at the end: else it has made itself an address. */
void
asroot_link_bare_up(struct nlq *q, unsigned int ifindex)
{
	struct nl_msg	*m = asroot_link_msg(RTM_NEWLINK, 0, ifindex, 0);
	struct nlattr	*spec, *inet;

	spec = nla_nest_start(m, IFLA_AF_SPEC);
	inet = nla_nest_start(m, AF_INET6);
	nla_put_u8(m, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	nla_nest_end(m, inet);
	nla_nest_end(m, spec);
	nlq_add(q, m, "keep an interface without addresses", NLQ_ADD6);
	nlq_add(q, asroot_link_msg(RTM_NEWLINK, 0, ifindex, IFF_UP),
	    "bring an interface up", NLQ_STRICT);
}

/* ifindex 0: it is no link. */
static void
take(struct nlmsghdr *h, struct xfrmi *x)
{
	const struct ifinfomsg	*i = nlmsg_data(h);
	struct nlattr		*a;

	memset(x, 0, sizeof(*x));
	if (h->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_datalen(h) < (int)sizeof(*i))
		return;
	x->ifindex = (unsigned int)i->ifi_index;
	if ((a = nlmsg_find_attr(h, sizeof(*i), IFLA_IFNAME)) != NULL)
		nla_strlcpy(x->name, a, sizeof(x->name));
	a = nlmsg_find_attr(h, sizeof(*i), IFLA_GROUP);
	x->ours = a != NULL && nla_len(a) == sizeof(uint32_t) &&
	    nla_get_u32(a) == XFRMI_GROUP && is_xfrm(h, &x->if_id);
}

static void
found_name(struct nlmsghdr *h, void *arg)
{
	take(h, arg);
}

void
asroot_xfrmi_find(const char *name, struct xfrmi *x)
{
	struct nl_msg	*m;

	memset(x, 0, sizeof(*x));
	if (nlq == NULL)
		return;
	m = asroot_link_msg(RTM_GETLINK, 0, 0, 0);
	nla_put_string(m, IFLA_IFNAME, name);
	nlq_get(nlq, m, "find an interface", found_name, x);
}

static void
found_ours(struct nlmsghdr *h, void *arg)
{
	void		(**fn)(const struct xfrmi *) = arg;
	struct xfrmi	 x;

	take(h, &x);
	if (x.ours)
		(*fn)(&x);
}

void
asroot_xfrmi_walk(void (*fn)(const struct xfrmi *))
{
	if (nlq != NULL)
		nlq_dump(nlq, asroot_link_msg(RTM_GETLINK, 0, 0, 0),
		    found_ours, &fn);
}

/* Never over one that is there; without an address of its own. */
const char *
asroot_xfrmi_make(const char *name, uint32_t if_id, unsigned int *ifindex)
{
	struct nl_msg	*m;
	struct nlattr	*nest, *sub;
	struct xfrmi	 x;
	const char	*why;

	if (nlq == NULL)
		return ("no routing netlink");
	m = asroot_link_msg(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, 0);
	nla_put_string(m, IFLA_IFNAME, name);
	nla_put_u32(m, IFLA_GROUP, XFRMI_GROUP);
	nest = nla_nest_start(m, IFLA_LINKINFO);
	nla_put_string(m, IFLA_INFO_KIND, "xfrm");
	sub = nla_nest_start(m, IFLA_INFO_DATA);
	nla_put_u32(m, IFLA_XFRM_IF_ID, if_id);
	nla_nest_end(m, sub);
	nla_nest_end(m, nest);
	nlq_add(nlq, m, "make xfrm interface", NLQ_STRICT);
	if ((why = nlq_flush(nlq)) != NULL)
		return (why);
	asroot_xfrmi_find(name, &x);
	asroot_link_bare_up(nlq, x.ifindex);
	*ifindex = x.ifindex;
	return (nlq_flush(nlq));
}

void
asroot_xfrmi_del(unsigned int ifindex)
{
	nlq_add(nlq, asroot_link_msg(RTM_DELLINK, 0, ifindex, 0),
	    "delete xfrm interface", NLQ_DEL);
	(void)nlq_flush(nlq);
}
