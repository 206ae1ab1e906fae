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
 * XFRM policies: block, allow, and what an earlier life left.
 */

#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>

#include <stdlib.h>
#include <string.h>

#include <linux/netlink.h>
#include <linux/xfrm.h>

#include "addr.h"
#include "asroot_nl.h"
#include "asroot_xfrm.h"
#include "log.h"

#ifndef XFRM_OFFLOAD_PACKET
#define XFRM_OFFLOAD_PACKET	4	/* headers before Linux 6.2 */
#endif

/*
 * Lower is stronger: allow (neighbour discovery; what goes by ikd0), beside
 * (action: pass, drop), child, trap, block.  Among those of the middle three
 * the narrower selector is, and then one with a mark.
 */
#define PRIO_ALLOW	(XFRM_BAND + 0x100)
#define PRIO_BESIDE	(XFRM_BAND + 0x200)	/* to + 0xa07 */
#define PRIO_CHILD	(XFRM_BAND + 0x1000)
#define PRIO_TRAP	(XFRM_BAND + 0x2000)
#define PRIO_BLOCK	(XFRM_BAND + 0x3000)

/* What a policy does with its selector; tmpl NULL: nothing is transformed. */
struct way {
	uint32_t		 prio;
	uint32_t		 user;
	int			 action;
	const struct xfrm_user_tmpl *tmpl;
	unsigned int		 ntmpl;		/* 2: a bundle */
	unsigned int		 ifindex;	/* of a device that does all */
};
static const struct way	 way_block = { PRIO_BLOCK, XFRM_UID,
			    XFRM_POLICY_BLOCK, NULL, 0, 0 };
static const struct way	 way_allow = { PRIO_ALLOW, XFRM_UID_ALLOW,
			    XFRM_POLICY_ALLOW, NULL, 0, 0 };
static int		 by_kernel;

static struct nlq	*nlq;

/* A policy: what XFRM_MSG_DELPOLICY needs, and the mark. */
struct pol {
	struct xfrm_userpolicy_id	 id;
	struct xfrm_mark		 mark;
	uint32_t			 if_id;
};

/* Left by an earlier life, sorted; mine: set again in this one. */
struct left {
	struct pol	 pol;
	int		 mine;
};

static struct left	*left;
static size_t		 nleft;

int
asroot_xfrm_open(void)
{
	if ((nlq = nlq_open(NETLINK_XFRM, "XFRM")) != NULL)
		return (0);
	log_warn(LS_KERNEL, "the kernel has no XFRM: clear traffic cannot be "
	    "blocked");
	return (-1);
}

int
asroot_xfrm_there(void)
{
	return (nlq != NULL);
}

const char *
asroot_xfrm_flush(void)
{
	return (nlq == NULL ? NULL : nlq_flush(nlq));
}

static int
left_cmp(const void *a, const void *b)
{
	const struct left	*l = a, *r = b;

	return (memcmp(&l->pol, &r->pol, sizeof(l->pol)));
}

/* It is set again: not to be removed by asroot_xfrm_clean(). */
static void
left_keep(const struct pol *p)
{
	struct left	 key, *found;

	if (nleft == 0)
		return;
	memset(&key, 0, sizeof(key));
	key.pol = *p;
	if ((found = bsearch(&key, left, nleft, sizeof(*left),
	    left_cmp)) != NULL)
		found->mine = 1;
}

/* What tells policies of one selector apart. */
static void
put_label(struct nl_msg *m, const struct pol *p)
{
	if (p->mark.m != 0)
		nla_put(m, XFRMA_MARK, sizeof(p->mark), &p->mark);
	if (p->if_id != 0)
		nla_put_u32(m, XFRMA_IF_ID, p->if_id);
}

/* The device looks policies up itself (offload: packet). */
static void
put_offload(struct nl_msg *m, unsigned int ifindex)
{
	struct xfrm_user_offload	 o;

	memset(&o, 0, sizeof(o));
	o.ifindex = (int)ifindex;
	o.flags = XFRM_OFFLOAD_PACKET;
	nla_put(m, XFRMA_OFFLOAD_DEV, sizeof(o), &o);
}

static void
pol_add(const struct pol *p, const struct way *w)
{
	struct xfrm_userpolicy_info	 i;
	struct nl_msg			*m;

	memset(&i, 0, sizeof(i));
	i.sel = p->id.sel;
	i.lft.soft_byte_limit = i.lft.hard_byte_limit = XFRM_INF;
	i.lft.soft_packet_limit = i.lft.hard_packet_limit = XFRM_INF;
	i.priority = w->prio;
	i.dir = p->id.dir;
	i.action = (uint8_t)w->action;
	m = nlq_msg(XFRM_MSG_UPDPOLICY, 0, &i, sizeof(i));
	put_label(m, p);
	if (w->tmpl != NULL)
		nla_put(m, XFRMA_TMPL, (int)(w->ntmpl * sizeof(*w->tmpl)),
		    w->tmpl);
	if (w->ifindex != 0)
		put_offload(m, w->ifindex);
	nlq_add(nlq, m, w->action == XFRM_POLICY_BLOCK ? "set block policy" :
	    w->tmpl != NULL ? "set child policy" : "set allow policy",
	    p->id.sel.family == AF_INET6 ? NLQ_ADD6 : NLQ_STRICT);
	left_keep(p);
}

static void
pol_del(const struct pol *p)
{
	struct nl_msg	*m;

	m = nlq_msg(XFRM_MSG_DELPOLICY, 0, &p->id, sizeof(p->id));
	put_label(m, p);
	nlq_add(nlq, m, "delete policy", NLQ_DEL);
}

static void
pol_set(int add, const struct pol *p, const struct way *w)
{
	if (nlq == NULL)
		return;
	if (add)
		pol_add(p, w);
	else
		pol_del(p);
}

static void
pol_init(struct pol *p, int family, int dir)
{
	memset(p, 0, sizeof(*p));
	p->id.sel.family = (uint16_t)family;
	p->id.sel.user = XFRM_UID;
	p->id.dir = (uint8_t)dir;
}

/* The selector of a flow without its ports; out: from l to r. */
static void
pol_flow(struct pol *p, const struct flow *f, int dir)
{
	const struct wt_prefix	*src = dir == XFRM_POLICY_OUT ? &f->l : &f->r;
	const struct wt_prefix	*dst = dir == XFRM_POLICY_OUT ? &f->r : &f->l;

	pol_init(p, f->l.addr.af == 4 ? AF_INET : AF_INET6, dir);
	memcpy(&p->id.sel.saddr, src->addr.a, addr_len(&src->addr));
	memcpy(&p->id.sel.daddr, dst->addr.a, addr_len(&dst->addr));
	p->id.sel.prefixlen_s = src->plen;
	p->id.sel.prefixlen_d = dst->plen;
	p->id.sel.proto = f->proto;
	p->mark.v = f->mark;
	p->mark.m = f->mark_mask;
	p->if_id = f->if_id;
}

/*
 * ICMP type and code (RFC 7296 section 3.13.1) are source and destination
 * port of an XFRM selector.  A range of types has no mask: all of them.
 */
static void
pol_icmp(struct pol *p, const struct flow *f)
{
	struct xfrm_selector	*s = &p->id.sel;

	if (f->l_lo >> 8 != f->l_hi >> 8)
		return;
	s->sport = htons(f->l_lo >> 8);
	s->sport_mask = 0xffff;
	if (f->l_lo != f->l_hi)
		return;
	s->dport = htons(f->l_lo & 0xff);
	s->dport_mask = 0xffff;
}

/*
 * All policies of a flow in one direction.  A block and an allow policy of
 * one flow must not be one policy for the kernel: they differ in the uid.
 * The guard rule of an allowed flow knows no ICMP types, so neither does its
 * allow policy.
 */
static void
flow_set(int add, const struct flow *f, int dir, const struct way *w)
{
	struct port_mask	 l[PORT_MASKS], r[PORT_MASKS], *s, *d;
	struct pol		 p;
	int			 i, k, nl, nr;

	pol_flow(&p, f, dir);
	p.id.sel.user = w->user;
	if (!flow_has_ports(f->proto)) {
		if (w->user != XFRM_UID_ALLOW &&
		    (f->proto == IPPROTO_ICMP || f->proto == IPPROTO_ICMPV6))
			pol_icmp(&p, f);
		pol_set(add, &p, w);
		return;
	}
	nl = ports_to_masks(f->l_lo, f->l_hi, l);
	nr = ports_to_masks(f->r_lo, f->r_hi, r);
	for (i = 0; i < nl; i++)
		for (k = 0; k < nr; k++) {
			s = dir == XFRM_POLICY_OUT ? &l[i] : &r[k];
			d = dir == XFRM_POLICY_OUT ? &r[k] : &l[i];
			p.id.sel.sport = htons(s->value);
			p.id.sel.sport_mask = htons(s->mask);
			p.id.sel.dport = htons(d->value);
			p.id.sel.dport_mask = htons(d->mask);
			pol_set(add, &p, w);
		}
}

/* "out" sees what this host sends and what it forwards. */
static void
flow_everywhere(int add, const struct flow *f, const struct way *w,
    int *refused)
{
	if (nlq != NULL)
		nlq_watch(nlq, refused);
	flow_set(add, f, XFRM_POLICY_OUT, w);
	flow_set(add, f, XFRM_POLICY_IN, w);
	flow_set(add, f, XFRM_POLICY_FWD, w);
	if (nlq != NULL)
		nlq_watch(nlq, NULL);
}

void
asroot_block(int add, const struct flow *f, int *refused)
{
	flow_everywhere(add, f, &way_block, refused);
}

/* The narrower the selector is, the less; then one with a mark. */
static uint32_t
width(const struct flow *f)
{
	int	 any = f->l_lo == 0 && f->l_hi == 65535 && f->r_lo == 0 &&
		    f->r_hi == 65535;

	return (8 * (256u - f->l.plen - f->r.plen) + 4 * (f->proto == 0) +
	    2 * (uint32_t)any + (f->mark_mask == 0));
}

void
asroot_beside(int add, const struct flow *f, int wall, int *refused)
{
	struct way	 w = { PRIO_BESIDE + width(f),
			    wall ? XFRM_UID_WALL : XFRM_UID_HOLE,
			    wall ? XFRM_POLICY_BLOCK : XFRM_POLICY_ALLOW,
			    NULL, 0, 0 };

	flow_everywhere(add, f, &w, refused);
}

void
asroot_allow_flow(int add, const struct flow *f, int inbound)
{
	struct flow	 bare = *f;

	/* Into an xfrm interface, whose own look-up has its ID. */
	if (f->l.addr.af == 6 && by_kernel && f->if_id != 0 && !f->vrf) {
		bare.if_id = 0;
		flow_set(add, &bare, XFRM_POLICY_OUT, &way_allow);
	}
	if (f->l.addr.af != 6 || by_kernel)
		return;
	flow_set(add, f, XFRM_POLICY_OUT, &way_allow);
	if (!inbound)
		return;
	flow_set(add, f, XFRM_POLICY_IN, &way_allow);
	flow_set(add, f, XFRM_POLICY_FWD, &way_allow);
}

void
asroot_xfrm_by_kernel(void)
{
	by_kernel = 1;
}

/* Children stand beside blocks and traps of the same selector: own uids. */
void
asroot_protect(int add, const struct flow *f, int dir, int trap,
    const struct xfrm_user_tmpl *t, unsigned int nt, unsigned int ifindex)
{
	struct way	 w = { trap ? PRIO_TRAP : PRIO_CHILD,
			    trap ? XFRM_UID_TRAP : XFRM_UID_CHILD,
			    XFRM_POLICY_ALLOW, t, nt, ifindex };

	w.prio += width(f);
	flow_set(add, f, dir, &w);
}

static void
allow_icmp6(int add, int dir, uint8_t type)
{
	struct pol	 p;

	pol_init(&p, AF_INET6, dir);
	p.id.sel.user = XFRM_UID_ALLOW;
	p.id.sel.proto = IPPROTO_ICMPV6;
	p.id.sel.sport = htons(type);
	p.id.sel.sport_mask = 0xffff;
	pol_set(add, &p, &way_allow);
}

void
asroot_allow_out(int add, unsigned int ifindex)
{
	struct pol	 p;

	pol_init(&p, AF_INET, XFRM_POLICY_OUT);
	p.id.sel.user = XFRM_UID_ALLOW;
	p.id.sel.ifindex = (int)ifindex;
	pol_set(add, &p, &way_allow);
}

void
asroot_allow_device(int add, unsigned int ifindex)
{
	static const int	 dirs[] = { XFRM_POLICY_IN, XFRM_POLICY_OUT,
				    XFRM_POLICY_FWD };
	struct pol		 p;
	size_t			 i;

	if (!by_kernel)
		asroot_allow_out(add, ifindex);
	/* A peer on our own link must stay a neighbour: RFC 4861. */
	for (i = 0; i < 2; i++) {
		allow_icmp6(add, dirs[i], ND_NEIGHBOR_SOLICIT);
		allow_icmp6(add, dirs[i], ND_NEIGHBOR_ADVERT);
	}
	for (i = 0; i < 3 && !by_kernel; i += 2) {
		pol_init(&p, AF_INET6, dirs[i]);
		p.id.sel.user = XFRM_UID_ALLOW;
		p.mark.v = XFRM_MARK;
		p.mark.m = XFRM_MARK_MASK;
		pol_set(add, &p, &way_allow);
	}
}

static void
found_policy(struct nlmsghdr *h, void *arg)
{
	const struct xfrm_userpolicy_info	*i = nlmsg_data(h);
	struct nlattr				*a;
	struct left				*l;

	(void)arg;
	if (h->nlmsg_type != XFRM_MSG_NEWPOLICY ||
	    nlmsg_datalen(h) < (int)sizeof(*i) ||
	    i->sel.user < XFRM_UID || i->sel.user > XFRM_UID_WALL ||
	    (i->priority & 0xffff0000u) != XFRM_BAND)
		return;
	left = xreallocarray(left, nleft + 1, sizeof(*left));
	l = &left[nleft++];
	memset(l, 0, sizeof(*l));
	l->pol.id.sel = i->sel;
	l->pol.id.dir = i->dir;
	a = nlmsg_find_attr(h, sizeof(*i), XFRMA_MARK);
	if (a != NULL && nla_len(a) == sizeof(l->pol.mark))
		memcpy(&l->pol.mark, nla_data(a), sizeof(l->pol.mark));
	a = nlmsg_find_attr(h, sizeof(*i), XFRMA_IF_ID);
	if (a != NULL && nla_len(a) == sizeof(uint32_t))
		l->pol.if_id = nla_get_u32(a);
}

void
asroot_xfrm_recognise(void)
{
	struct xfrm_userpolicy_id	 all;

	if (nlq == NULL)
		return;
	memset(&all, 0, sizeof(all));
	nlq_dump(nlq, nlq_msg(XFRM_MSG_GETPOLICY, 0, &all, sizeof(all)),
	    found_policy, NULL);
	if (nleft == 0)
		return;
	qsort(left, nleft, sizeof(*left), left_cmp);
	log_notice(LS_KERNEL, "%zu policies of an earlier life stand",
	    nleft);
}

/* A block of traffic with one host. */
static int
of_host(const struct xfrm_userpolicy_id *id)
{
	return (id->sel.user == XFRM_UID &&
	    (id->dir == XFRM_POLICY_OUT ? id->sel.prefixlen_d :
	    id->sel.prefixlen_s) == (id->sel.family == AF_INET ? 32 : 128));
}

void
asroot_xfrm_clean(int but_hosts)
{
	size_t	 i, n = 0;

	for (i = 0; i < nleft; i++)
		if (but_hosts && of_host(&left[i].pol.id))
			left[n++] = left[i];
		else if (!left[i].mine)
			pol_del(&left[i].pol);
	if ((nleft = n) == 0) {
		free(left);
		left = NULL;
	}
	if (nlq != NULL)
		nlq_flush(nlq);
}
