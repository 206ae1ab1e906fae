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

#include <event2/event.h>

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

static uint32_t			 last_reqid;
static void			 walk_on(void);

#define WALK_TURN	64	/* pairs; two questions to the kernel each */

#define REQIDS	(REQID_TRAP - REQID_CHILD)
static uint32_t			 reqid_users[REQIDS];

static const char *
kernel_lacks(const struct mi_install *m)
{
	if (m->udp_encap && (m->suite.proto == PROTO_AH ||
	    m->suite.ah != INTEG_NONE))
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

void
kernel_reqid_give(uint32_t reqid)
{
	if (reqid != 0)
		reqid_users[reqid - REQID_CHILD]--;
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

void
kernel_tmpl(struct xfrm_user_tmpl *t, unsigned int mode, unsigned int proto,
    unsigned int af)
{
	memset(t, 0, sizeof(*t));
	t->mode = mode == MODE_TRANSPORT ? XFRM_MODE_TRANSPORT :
	    XFRM_MODE_TUNNEL;
	t->id.proto = proto == PROTO_AH ? IPPROTO_AH : IPPROTO_ESP;
	t->family = af == 4 ? AF_INET : AF_INET6;
	t->aalgos = t->ealgos = t->calgos = ~0u;
}

/* Of a bundle ESP, and AH around it, which has the same addresses. */
static unsigned int
templates(const struct pair *p, struct xfrm_user_tmpl t[2])
{
	kernel_tmpl(&t[0], p->mode, p->suite.proto, p->remote.addr.af);
	kernel_tmpl(&t[1], MODE_TRANSPORT, PROTO_AH, p->remote.addr.af);
	t[0].reqid = t[1].reqid = p->reqid;
	return (p->suite.ah != INTEG_NONE ? 2 : 1);
}

static void
policies_in(int add, const struct pair *p, const struct flow *f)
{
	struct xfrm_user_tmpl	 t[2];
	unsigned int		 n = templates(p, t);

	/* Outer addresses of its own SAs only: any here. */
	asroot_protect(add, f, XFRM_POLICY_IN, 0, t, n, p->device);
	if (p->mode == MODE_TUNNEL)
		asroot_protect(add, f, XFRM_POLICY_FWD, 0, t, n,
		    p->device);
}

static void
policy_out(int add, const struct pair *p, const struct flow *f)
{
	struct xfrm_user_tmpl	 t[2];
	unsigned int		 n = templates(p, t);

	t[0].id.spi = htonl(p->spi_out);
	t[1].id.spi = htonl(p->ah_out);
	memcpy(&t[0].saddr, p->local.addr.a, addr_len(&p->local.addr));
	memcpy(&t[0].id.daddr, p->remote.addr.a, addr_len(&p->remote.addr));
	asroot_protect(add, f, XFRM_POLICY_OUT, 0, t, n, p->device);
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
	sa.heads = c != NULL ? c->heads : 0;
	sa.tfc = pair_tfc(c, m);
	sa.wraps = p->worker == WORKER_SIGN;
	if ((why = device_for(m, sa.offload, &sa.ifindex)) != NULL)
		return (why);
	sa.tell_first = p->held;
	if ((why = asroot_sa_add(&sa)) == NULL) {
		p->placed |= PLACED_IN | (p->held ? PLACED_FIRST : 0);
		sa.out = 1;
		sa.seq = kernel_trap_seq(p->tunnel, p->child);
		sa.tell_first = 0;
		if ((why = asroot_sa_add(&sa)) == NULL)
			p->placed |= PLACED_OUT;
	}
	if (why == NULL && m->suite.ah != INTEG_NONE)
		why = kernel_ah_place(p, m, &sa);
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

/*
 * Linux 6.1 does not say when an SA was used last; then it was when its
 * packets were last seen to be more than before, at the latest.
 */
static uint64_t
last_used(const struct sa_count *c, uint64_t packets, uint64_t last)
{
	if (c->last != 0)
		return (c->last);
	return (c->packets > packets ? parent_now() : last);
}

static void
count(struct pair *p)
{
	struct sa_name	 n;
	struct sa_count	 c;

	name_in(p, &n);
	if ((p->placed & PLACED_IN) != 0 && asroot_sa_count(&n, &c) == 0) {
		p->counters.last_in = last_used(&c, p->counters.in_packets,
		    p->counters.last_in);
		p->counters.in_bytes = c.bytes;
		p->counters.in_packets = c.packets;
		p->counters.replays = c.replays;
		p->counters.bad_icv = c.bad_icv;
	}
	p->counters.bad_icv += kernel_ah_bad(p);
	name_out(p, &n);
	if ((p->placed & PLACED_OUT) != 0 && asroot_sa_count(&n, &c) == 0) {
		p->counters.last_out = last_used(&c, p->counters.out_packets,
		    p->counters.last_out);
		p->counters.out_bytes = c.bytes;
		p->counters.out_packets = c.packets;
	}
}

/* Its worker has closed it, and another serves what it did. */
static int
replaced(const struct pair *p)
{
	return (p->del_req.waiting && p->retired && !p->lost &&
	    (p->placed & PLACED_OUT) != 0 && pair_serving(p->flows) != NULL);
}

static void
kernel_del(struct pair *p)
{
	struct sa_name	 in, out;

	if (p->del_req.waiting)
		count(p);
	if ((p->placed & PLACED_POLICIES) != 0)
		withdraw(p);
	kernel_ah_remove(p);
	name_in(p, &in);
	name_out(p, &out);
	if (replaced(p))
		kernel_late_add(&in, &out, p->reqid);
	else {
		if ((p->placed & PLACED_IN) != 0)
			asroot_sa_del(&in);
		if ((p->placed & PLACED_OUT) != 0)
			asroot_sa_del(&out);
		kernel_reqid_give(p->reqid);
	}
	p->reqid = 0;
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

/* All pairs are counted, so many in a turn of the loop. */
struct walk {
	TAILQ_ENTRY(walk)	 entry;
	uint32_t		 req;
	uint32_t		 after;		/* the last handle counted */
};
static TAILQ_HEAD(, walk)	 walks = TAILQ_HEAD_INITIALIZER(walks);

static void
on_walk(int fd, short what, void *arg)
{
	struct walk	*w = TAILQ_FIRST(&walks);
	struct me_req	 end = { w->req };
	struct pair	*p = NULL;
	unsigned int	 n;

	for (n = 0; n < WALK_TURN && (p = pair_after(w->after)) != NULL; n++) {
		count(p);
		w->after = p->handle;
	}
	if (p == NULL) {
		TAILQ_REMOVE(&walks, w, entry);
		free(w);
		plane_counted_all(&end);
	}
	if (!TAILQ_EMPTY(&walks))
		walk_on();
	(void)fd;
	(void)what;
	(void)arg;
}

static void
walk_on(void)
{
	/* None at all would come in this turn. */
	static const struct timeval	 soon = { .tv_usec = 1 };

	if (event_base_once(grants_parent->base, -1, EV_TIMEOUT, on_walk, NULL,
	    &soon) == -1)
		fatal("out of memory");
}

static int
kernel_query(uint32_t req, uint32_t handle)
{
	struct pair	*p;
	struct walk	*w;

	if (handle != 0) {
		if ((p = pair_by_handle(handle)) != NULL)
			count(p);
		return (RSN_OK);
	}
	w = xcalloc(1, sizeof(*w));
	w->req = req;
	TAILQ_INSERT_TAIL(&walks, w, entry);
	if (TAILQ_FIRST(&walks) == w)
		walk_on();
	return (PLANE_LATER);
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
	struct pair	*p = pair_by_spi(spi, dst, 1);
	int		 in = p != NULL;

	if (p == NULL && (p = pair_by_spi(spi, dst, 0)) == NULL)
		return;
	if (!hard && in && (p->placed & PLACED_FIRST) != 0) {
		heard_first(p);
		return;
	}
	plane_expired(p, kind, hard);
}

/* Told once a second of each pair, however many packets come. */
void
kernel_mapped(uint32_t spi, const struct wt_addr *dst,
    const struct wt_sock *from)
{
	static struct mi_mapping	 m;
	struct pair			*p = pair_by_spi(spi, dst, 1);

	if (p == NULL || p->encap == 0 || p->worker == WORKER_SIGN ||
	    p->mapped == parent_now())
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

void
kernel_look(void)
{
	struct pair	*p;
	struct sa_name	 in, out;

	for (p = pair_next(NULL); p != NULL; p = pair_next(p)) {
		if (p->state != PAIR_UP)
			continue;
		name_in(p, &in);
		name_out(p, &out);
		if (look_at(p, &in, 1) == -1 || look_at(p, &out, 0) == -1 ||
		    !kernel_ah_stands(p))
			plane_lost(p);
	}
}
