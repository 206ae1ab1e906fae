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
 * The kernel's data plane: SA pairs as XFRM states, their flows as policies.
 *
 * For each flow there is one policy a direction, whatever number of pairs
 * stands on it.  "in" and "fwd" accept every pair of one reqid; the reqid is
 * shared by pairs of one flow and by nobody else, so that no peer can speak
 * for another behind the same NAT.  "out" names the SPI of the pair that
 * serves (pair_serving()): a rekey is one policy replaced.
 */

#include <netinet/in.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/xfrm.h>

#include "addr.h"
#include "alg.h"
#include "asroot_route.h"
#include "asroot_sa.h"
#include "asroot_xfrm.h"
#include "ceiling.h"
#include "esp_plane.h"
#include "hold.h"
#include "kernel_plane.h"

/* FIRST: the first packet in will be told as a soft packet limit. */
enum { PLACED_IN = 1, PLACED_OUT = 2, PLACED_POLICIES = 4, PLACED_FIRST = 8 };

/* What a child without SA traps. */
struct trap {
	LIST_ENTRY(trap)	 entry;
	uint32_t		 tunnel, child, reqid;
	struct flow		 flows[FLOWS_MAX];
	int			 nflows;
	struct xfrm_user_tmpl	 tmpl;
};
static LIST_HEAD(, trap)	 traps = LIST_HEAD_INITIALIZER(traps);
static uint32_t			 last_reqid, last_trap;

#define REQIDS	(REQID_TRAP - REQID_CHILD)
static uint32_t			 reqid_users[REQIDS];

static const char *
kernel_lacks(const struct mi_install *m)
{
	if (m->udp_encap && m->suite.proto == PROTO_AH)
		return ("AH is not encapsulated in UDP");
	return (NULL);
}

/* A number is left for one more. */
static int
kernel_has_room(void)
{
	return (pairs_count() < REQIDS - 1);
}

/*
 * The pair's reqid: that of whoever stands on one of its flows, or new.  A
 * peer that comes often enough brings the numbers round: one that still
 * stands is passed over.
 */
static void
reqid_take(struct pair *p)
{
	const struct pair	*q = NULL;
	size_t			 i;

	for (i = 0; i < p->nflows && q == NULL; i++)
		q = pair_serving(&p->flows[i]);
	if (q != NULL)
		p->reqid = q->reqid;
	else {
		do
			last_reqid = (last_reqid + 1) % REQIDS;
		while (reqid_users[last_reqid] != 0);
		p->reqid = REQID_CHILD + last_reqid;
	}
	reqid_users[p->reqid - REQID_CHILD]++;
}

static void
reqid_give(struct pair *p)
{
	if (p->reqid != 0)
		reqid_users[p->reqid - REQID_CHILD]--;
	p->reqid = 0;
}

static void
name_in(const struct pair *p, struct sa_name *n)
{
	n->dst = p->local.addr;
	n->spi = p->spi_in;
	n->proto = p->suite.proto;
}

static void
name_out(const struct pair *p, struct sa_name *n)
{
	n->dst = p->remote.addr;
	n->spi = p->spi_out;
	n->proto = p->suite.proto;
}

static void
tmpl_init(struct xfrm_user_tmpl *t, unsigned int mode, unsigned int proto,
    unsigned int af)
{
	memset(t, 0, sizeof(*t));
	t->mode = mode == MODE_TRANSPORT ? XFRM_MODE_TRANSPORT :
	    XFRM_MODE_TUNNEL;
	t->id.proto = proto == PROTO_AH ? IPPROTO_AH : IPPROTO_ESP;
	t->family = af == 4 ? AF_INET : AF_INET6;
	t->aalgos = t->ealgos = t->calgos = ~0u;
}

static void
policies_in(int add, const struct pair *p, const struct flow *f)
{
	struct xfrm_user_tmpl	 t;

	/* Outer addresses of its own SAs only: any here. */
	tmpl_init(&t, p->mode, p->suite.proto, p->remote.addr.af);
	t.reqid = p->reqid;
	asroot_protect(add, f, XFRM_POLICY_IN, 0, &t, p->device);
	if (p->mode == MODE_TUNNEL)
		asroot_protect(add, f, XFRM_POLICY_FWD, 0, &t,
		    p->device);
}

static void
policy_out(int add, const struct pair *p, const struct flow *f)
{
	struct xfrm_user_tmpl	 t;

	tmpl_init(&t, p->mode, p->suite.proto, p->remote.addr.af);
	t.reqid = p->reqid;
	t.id.spi = htonl(p->spi_out);
	memcpy(&t.saddr, p->local.addr.a, addr_len(&p->local.addr));
	memcpy(&t.id.daddr, p->remote.addr.a, addr_len(&p->remote.addr));
	asroot_protect(add, f, XFRM_POLICY_OUT, 0, &t, p->device);
}

/*
 * Which device is to transform (offload:), if one is: *ifindex, else 0.  NULL,
 * or why it cannot.
 */
static const char *
device_for(const struct mi_install *m, unsigned int offload,
    unsigned int *ifindex)
{
	*ifindex = 0;
	if (offload == OFFLOAD_NO)
		return (NULL);
	if (m->udp_encap)
		return ("offload: devices have it for ESP without UDP, and "
		    "there is NAT between the ends");
	*ifindex = asroot_route_dev(&m->local.addr, &m->remote.addr);
	return (*ifindex != 0 ? NULL : "offload: no device leads to the peer");
}

/* Did it?  NULL, or what to tell; why: of the SA itself. */
static const char *
device_did(const struct pair *p, unsigned int offload, const char *why)
{
	static char	 text[MSG_TEXT];
	struct sa_name	 in, out;

	if (offload == OFFLOAD_NO)
		return (why);
	name_in(p, &in);
	name_out(p, &out);
	if (why == NULL && asroot_sa_offloaded(&in) &&
	    asroot_sa_offloaded(&out))
		return (NULL);
	snprintf(text, sizeof(text), "offload: %s: the device that leads to "
	    "the peer does not have it%s%s", offload == OFFLOAD_PACKET ?
	    "packet" : "crypto", why != NULL ? ": " : "", why != NULL ? why :
	    "");
	return (text);
}

static const char *
place_sas(struct pair *p, const struct mi_install *m)
{
	const struct flow	*f = &p->flows[0];	/* all have its label */
	const struct wt_ceiling	*c = ceiling_find(p->tunnel, p->child);
	struct sa		 sa = { .m = m, .reqid = p->reqid,
				    .if_id = f->if_id, .mark = f->mark,
				    .mark_mask = f->mark_mask };
	const char		*why;

	sa.offload = c != NULL ? c->offload : OFFLOAD_NO;
	if ((why = device_for(m, sa.offload, &sa.ifindex)) != NULL)
		return (why);
	sa.tell_first = p->held;
	if ((why = asroot_sa_add(&sa)) == NULL) {
		p->placed |= PLACED_IN | (p->held ? PLACED_FIRST : 0);
		sa.out = 1;
		sa.tell_first = 0;
		if ((why = asroot_sa_add(&sa)) == NULL)
			p->placed |= PLACED_OUT;
	}
	p->device = sa.offload == OFFLOAD_PACKET ? sa.ifindex : 0;
	return (device_did(p, sa.offload, why));
}

static const char *
place(struct pair *p, const struct mi_install *m)
{
	const char	*why;
	size_t		 i;

	if ((why = place_sas(p, m)) != NULL)
		return (why);
	p->placed |= PLACED_POLICIES;
	for (i = 0; i < p->nflows; i++) {
		policies_in(1, p, &p->flows[i]);
		if (!p->held || pair_serving(&p->flows[i]) == NULL)
			policy_out(1, p, &p->flows[i]);
	}
	return (asroot_xfrm_flush());
}

static void
kernel_add(struct pair *p, const struct mi_install *m, uint32_t replaces)
{
	const char	*why;

	p->state = PAIR_ADDING;
	reqid_take(p);
	p->held = m->hold_out && replaces != 0;
	if (p->held && (m->soft_bytes != 0 || m->soft_packets != 0))
		p->limits = asroot_sa_keep(m);
	why = place(p, m);
	plane_added_pair(p, why == NULL ? RSN_OK : RSN_PLANE, why);
}

/* It serves from now on. */
static void
kernel_release(struct pair *p)
{
	size_t	 i;

	if (!p->held || p->retired)
		return;
	p->held = 0;
	for (i = 0; i < p->nflows; i++)
		policy_out(1, p, &p->flows[i]);
	(void)asroot_xfrm_flush();
}

/* It has been heard from: its limits are what they should be. */
static void
heard_first(struct pair *p)
{
	struct sa	 in = { .m = p->limits, .reqid = p->reqid };

	p->placed &= ~PLACED_FIRST;
	kernel_release(p);
	if (p->limits != NULL)
		asroot_sa_limits(&in);
	free(p->limits);
	p->limits = NULL;
}

/* p owns its flows no more: others serve them, or nobody. */
static void
withdraw(const struct pair *p)
{
	const struct pair	*q;
	const struct flow	*f;

	for (f = p->flows; f < p->flows + p->nflows; f++) {
		if ((q = pair_serving(f)) != NULL) {
			policy_out(1, q, f);
			continue;
		}
		policy_out(0, p, f);
		policies_in(0, p, f);
	}
	(void)asroot_xfrm_flush();
}

static void
count(struct pair *p)
{
	struct sa_name	 n;
	struct sa_count	 c;

	name_in(p, &n);
	if ((p->placed & PLACED_IN) != 0 && asroot_sa_count(&n, &c) == 0) {
		p->counters.in_bytes = c.bytes;
		p->counters.in_packets = c.packets;
		p->counters.replays = c.replays;
		p->counters.bad_icv = c.bad_icv;
		p->counters.last_in = c.last;
	}
	name_out(p, &n);
	if ((p->placed & PLACED_OUT) != 0 && asroot_sa_count(&n, &c) == 0) {
		p->counters.out_bytes = c.bytes;
		p->counters.out_packets = c.packets;
		p->counters.last_out = c.last;
	}
}

static void
kernel_del(struct pair *p)
{
	struct sa_name	 n;

	if (p->del_req.waiting)
		count(p);
	if ((p->placed & PLACED_POLICIES) != 0)
		withdraw(p);
	name_in(p, &n);
	if ((p->placed & PLACED_IN) != 0)
		asroot_sa_del(&n);
	name_out(p, &n);
	if ((p->placed & PLACED_OUT) != 0)
		asroot_sa_del(&n);
	reqid_give(p);
	pair_answer_removed(p, RSN_OK);
	pair_free(p);
}

/*
 * New outer addresses mean new SAs: the kernel's MIGRATE clones a state that
 * may send meanwhile, and delete and add would use a key anew; either could
 * repeat a sequence number.  So the pair is rekeyed where its peer is now.
 */
static void
kernel_move(struct pair *p, const struct mi_migrate *m)
{
	(void)m;
	pair_answer(p, &p->move_req, M_MIGRATED, RSN_UNSUPPORTED,
	    "the kernel plane moves by a rekey");
	pair_tell_expire(p, EXPIRE_LOST, 0);
}

/* Another serves its flows from now on, one that was held back too. */
static void
kernel_retire(struct pair *p)
{
	struct pair	*q;
	size_t		 i;

	for (i = 0; i < p->nflows; i++)
		if ((q = pair_serving(&p->flows[i])) != NULL) {
			q->held = 0;
			policy_out(1, q, &p->flows[i]);
		}
	(void)asroot_xfrm_flush();
}

static struct trap *
trap_by_reqid(uint32_t reqid)
{
	struct trap	*t;

	LIST_FOREACH(t, &traps, entry)
		if (t->reqid == reqid)
			return (t);
	return (NULL);
}

/* One that no trap has, if there is one. */
static uint32_t
trap_reqid(void)
{
	static int	 round;
	uint32_t	 tries = REQID_END - REQID_TRAP;

	do {
		last_trap = (last_trap + 1) % (REQID_END - REQID_TRAP);
		round |= last_trap == 0;
	} while (round && --tries > 0 &&
	    trap_by_reqid(REQID_TRAP + last_trap) != NULL);
	return (REQID_TRAP + last_trap);
}

static struct trap *
trap_find(uint32_t tunnel, uint32_t child)
{
	struct trap	*t;

	LIST_FOREACH(t, &traps, entry)
		if (t->tunnel == tunnel && t->child == child)
			return (t);
	return (NULL);
}

static void
trap_set(int add, const struct trap *t)
{
	int	 i;

	for (i = 0; i < t->nflows; i++)
		asroot_protect(add, &t->flows[i], XFRM_POLICY_OUT, 1,
		    &t->tmpl, 0);
}

/* The one address of a side, if its prefix is one. */
static void
only(const struct wt_prefix *list, size_t n, const struct wt_prefix **out)
{
	if (n == 1 && list->plen == (list->addr.af == 4 ? 32 : 128))
		*out = list;
}

/*
 * A trap's template: it never finds an SA, its reqid says whose it is.  The
 * addresses only decide where the kernel would look.
 */
static void
trap_tmpl(struct trap *t, const struct wt_ceiling *c)
{
	const struct wt_prefix	*l = NULL, *r = NULL;

	only(c->outer_local, c->outer_local_n, &l);
	only(c->outer_remote, c->outer_remote_n, &r);
	tmpl_init(&t->tmpl, c->mode, (c->protos & PROTO_BIT_ESP) != 0 ?
	    PROTO_ESP : PROTO_AH, r != NULL ? r->addr.af : 4);
	t->tmpl.reqid = t->reqid;
	if (r != NULL)
		memcpy(&t->tmpl.id.daddr, r->addr.a, addr_len(&r->addr));
	if (r != NULL && l != NULL && l->addr.af == r->addr.af)
		memcpy(&t->tmpl.saddr, l->addr.a, addr_len(&l->addr));
}

static void
kernel_set_idle(const struct me_idle *row, const struct wt_ceiling *c)
{
	struct trap	*old = trap_find(row->tunnel, row->child), *t;

	if (row->action == IDLE_TRAP) {
		t = xcalloc(1, sizeof(*t));
		t->tunnel = row->tunnel;
		t->child = row->child;
		t->reqid = trap_reqid();
		t->nflows = flows_expand(row->ts_local, row->ts_local_n,
		    row->ts_remote, row->ts_remote_n, t->flows);
		flows_label(t->flows, t->nflows > 0 ? (size_t)t->nflows : 0,
		    c);
		trap_tmpl(t, c);
		trap_set(1, t);
		LIST_INSERT_HEAD(&traps, t, entry);
	}
	if (old != NULL) {
		LIST_REMOVE(old, entry);
		trap_set(0, old);
		/* What both have was just taken away. */
		if (row->action == IDLE_TRAP)
			trap_set(1, LIST_FIRST(&traps));
		free(old);
	}
	(void)asroot_xfrm_flush();
}

static int
kernel_query(uint32_t req, uint32_t handle)
{
	struct pair	*p;

	(void)req;
	if (handle != 0) {
		if ((p = pair_by_handle(handle)) != NULL)
			count(p);
		return (RSN_OK);
	}
	for (p = pair_next(NULL); p != NULL; p = pair_next(p))
		count(p);
	return (RSN_OK);
}

const struct plane_ops	 plane_kernel = {
	"kernel", 1, kernel_lacks, kernel_has_room, kernel_add, kernel_del,
	kernel_move, kernel_retire, kernel_release, kernel_set_idle,
	kernel_query, kernel_info
};

/* ---- What kernel_event.c heard. ---- */

void
kernel_expired(uint32_t spi, const struct wt_addr *dst, int hard,
    unsigned int kind)
{
	struct pair	*p;
	int		 in;

	for (p = pair_next(NULL); p != NULL; p = pair_next(p)) {
		in = p->spi_in == spi && addr_cmp(&p->local.addr, dst) == 0;
		if (p->state == PAIR_UP && (in || (p->spi_out == spi &&
		    addr_cmp(&p->remote.addr, dst) == 0)))
			break;
	}
	if (p == NULL)
		return;
	if (!hard && in && (p->placed & PLACED_FIRST) != 0) {
		heard_first(p);
		return;
	}
	plane_expired(p, kind, hard);
}

void
kernel_acquired(uint32_t reqid, const struct wt_ts *src,
    const struct wt_ts *dst)
{
	struct me_acquire	 m;
	struct trap		*t;

	if ((t = trap_by_reqid(reqid)) == NULL)
		return;
	m.tunnel = t->tunnel;
	m.child = t->child;
	m.src = *src;
	m.dst = *dst;
	plane_acquired(&m);
}

/* Told once a second of each pair, however many packets come. */
void
kernel_mapped(uint32_t spi, const struct wt_addr *dst,
    const struct wt_sock *from)
{
	static struct mi_mapping	 m;
	struct pair			*p;

	for (p = pair_next(NULL); p != NULL; p = pair_next(p))
		if (p->state == PAIR_UP && p->spi_in == spi &&
		    addr_cmp(&p->local.addr, dst) == 0)
			break;
	if (p == NULL || p->encap == 0 || p->mapped == parent_now())
		return;
	p->mapped = parent_now();
	m.grant = p->grant_id;
	m.spi_in = p->spi_in;
	m.local = p->local;
	m.remote = *from;
	(void)parent_send(grants_parent, ROLE_IKE, p->worker, M_PAIR_MAPPING,
	    &m, -1);
}

/* What the kernel should have said of the SA; -1: it is not there. */
static int
look_at(struct pair *p, const struct sa_name *n, int in)
{
	struct sa_count	 c;

	if (asroot_sa_count(n, &c) == -1)
		return (-1);
	if (!c.soft_bytes && !c.soft_packets)
		return (0);
	if (in && (p->placed & PLACED_FIRST) != 0)
		heard_first(p);
	else
		plane_expired(p, c.soft_bytes ? EXPIRE_BYTES :
		    EXPIRE_PACKETS, 0);
	return (0);
}

/* Events were lost: what the kernel has is looked at. */
void
kernel_overrun(void)
{
	struct pair	*p;
	struct sa_name	 in, out;

	for (p = pair_next(NULL); p != NULL; p = pair_next(p)) {
		if (p->state != PAIR_UP)
			continue;
		name_in(p, &in);
		name_out(p, &out);
		if (look_at(p, &in, 1) == -1 || look_at(p, &out, 0) == -1)
			plane_lost(p);
	}
}
