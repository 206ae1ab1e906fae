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
 * SA pairs: on which grant they stand, which flows they own, what their
 * worker waits for.  The plane's side of them is in esp_plane.c.
 */

#include <event2/event.h>

#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "alg.h"
#include "ceiling.h"
#include "esp_plane.h"
#include "grant.h"
#include "hold.h"
#include "plane_ops.h"
#include "proto_manual.h"

#define HOLD_SECONDS	3
#define SPI_BUCKETS	4096

/* A pair's claim on a flow; several pairs of one grant share a flow. */
struct owner {
	RB_ENTRY(owner)		 entry;
	const struct flow	*f;
	uint32_t		 handle;
	struct pair		*pair;
};

static int
pair_cmp(const struct pair *a, const struct pair *b)
{
	return (a->handle < b->handle ? -1 : a->handle > b->handle);
}

static int
child_cmp(const struct pair *a, const struct pair *b)
{
	if (a->tunnel != b->tunnel)
		return (a->tunnel < b->tunnel ? -1 : 1);
	if (a->child != b->child)
		return (a->child < b->child ? -1 : 1);
	return (pair_cmp(a, b));
}

static int
owner_cmp(const struct owner *a, const struct owner *b)
{
	int	 c;

	if ((c = flow_cmp(a->f, b->f)) != 0)
		return (c);
	return (a->handle < b->handle ? -1 : a->handle > b->handle);
}

static RB_HEAD(pair_tree, pair)		 pairs = RB_INITIALIZER(&pairs);
static RB_HEAD(child_tree, pair)	 on_child = RB_INITIALIZER(&on_child);
static RB_HEAD(owner_tree, owner)	 owners = RB_INITIALIZER(&owners);
static LIST_HEAD(, pair)			 by_spi_in[SPI_BUCKETS];
static LIST_HEAD(, pair)			 by_spi_out[SPI_BUCKETS];
static size_t				 npairs;
static uint32_t				 last_handle;

RB_GENERATE_INTERNAL(pair_tree, pair, entry, pair_cmp,
    static __attribute__((__unused__)))
RB_GENERATE_INTERNAL(child_tree, pair, child_entry, child_cmp,
    static __attribute__((__unused__)))
RB_GENERATE_INTERNAL(owner_tree, owner, entry, owner_cmp,
    static __attribute__((__unused__)))

struct pair *
pair_by_handle(uint32_t handle)
{
	struct pair	 find;

	find.handle = handle;
	return (RB_FIND(pair_tree, &pairs, &find));
}

struct pair *
pair_after(uint32_t handle)
{
	struct pair	 find;

	find.handle = handle + 1;
	return (handle == UINT32_MAX ? NULL :
	    RB_NFIND(pair_tree, &pairs, &find));
}

static unsigned int
spi_bucket(uint32_t spi)
{
	return (spi * 0x9e3779b1U >> 20);
}

struct pair *
pair_by_spi(uint32_t spi, const struct wt_addr *dst, int in)
{
	struct pair	*p;

	if (in) {
		LIST_FOREACH(p, &by_spi_in[spi_bucket(spi)], in_entry)
			if (p->spi_in == spi && p->state == PAIR_UP &&
			    addr_cmp(&p->local.addr, dst) == 0)
				return (p);
		return (NULL);
	}
	LIST_FOREACH(p, &by_spi_out[spi_bucket(spi)], out_entry)
		if (p->spi_out == spi && p->state == PAIR_UP &&
		    addr_cmp(&p->remote.addr, dst) == 0)
			return (p);
	return (NULL);
}

static int
goes_to(const struct pair *p, const struct wt_addr *dst, int in)
{
	return (p->state != PAIR_DELETING &&
	    addr_cmp(in ? &p->local.addr : &p->remote.addr, dst) == 0);
}

/* A bundle's AH is not in the tables of SPIs: there are few of them. */
const struct pair *
pair_with(uint32_t spi, unsigned int proto, const struct wt_addr *dst, int in)
{
	struct pair	*p;

	if (in)
		LIST_FOREACH(p, &by_spi_in[spi_bucket(spi)], in_entry)
			if (p->spi_in == spi && p->suite.proto == proto &&
			    goes_to(p, dst, in))
				return (p);
	if (!in)
		LIST_FOREACH(p, &by_spi_out[spi_bucket(spi)], out_entry)
			if (p->spi_out == spi && p->suite.proto == proto &&
			    goes_to(p, dst, in))
				return (p);
	if (proto == PROTO_AH)
		RB_FOREACH(p, pair_tree, &pairs)
			if (p->suite.ah != 0 && goes_to(p, dst, in) &&
			    spi == (in ? p->ah_in : p->ah_out))
				return (p);
	return (NULL);
}

struct pair *
pair_next(struct pair *p)
{
	if (p == NULL)
		return (RB_MIN(pair_tree, &pairs));
	return (RB_NEXT(pair_tree, &pairs, p));
}

size_t
pairs_count(void)
{
	return (npairs);
}

struct pair *
pair_find(const struct grant *g, uint32_t spi_in)
{
	struct pair	*p;

	LIST_FOREACH(p, &g->pairs, grant_entry)
		if (p->spi_in == spi_in)
			return (p);
	return (NULL);
}

static int
same_child(const struct pair *p, const struct grant *g)
{
	return (p->tunnel == g->tunnel && p->child == g->child);
}

static int
same_peer(const struct pair *p, const struct grant *g)
{
	return (memcmp(p->peer, g->peer, sizeof(p->peer)) == 0);
}

static int
flows_meet(const struct pair *p, const struct flow *f, size_t n)
{
	size_t	 i, k;

	for (i = 0; i < n; i++)
		for (k = 0; k < p->nflows; k++)
			if (flow_meets(&f[i], &p->flows[k]))
				return (1);
	return (0);
}

const struct pair *
pair_rival(const struct grant *g, const struct flow *f, size_t n)
{
	struct pair		 first, *p;
	struct owner		 find, *o;
	size_t			 i;

	for (i = 0; i < n; i++) {
		find.f = &f[i];
		find.handle = 0;
		for (o = RB_NFIND(owner_tree, &owners, &find);
		    o != NULL && flow_cmp(o->f, &f[i]) == 0;
		    o = RB_NEXT(owner_tree, &owners, o)) {
			p = o->pair;
			if (p->grant != g &&
			    !(same_child(p, g) && same_peer(p, g)))
				return (p);
		}
	}
	first.tunnel = g->tunnel;
	first.child = g->child;
	first.handle = 0;
	for (p = RB_NFIND(child_tree, &on_child, &first);
	    p != NULL && same_child(p, g); p = RB_NEXT(child_tree, NULL, p))
		if (!same_peer(p, g) && flows_meet(p, f, n))
			return (p);
	return (NULL);
}

struct pair *
pair_serving(const struct flow *f)
{
	struct owner	 find, *o;
	struct pair	*best = NULL;

	find.f = f;
	find.handle = 0;
	for (o = RB_NFIND(owner_tree, &owners, &find);
	    o != NULL && flow_cmp(o->f, f) == 0;
	    o = RB_NEXT(owner_tree, &owners, o))
		if (o->pair->state == PAIR_UP && !o->pair->lost &&
		    !o->pair->retired &&
		    (best == NULL || best->held || !o->pair->held))
			best = o->pair;
	return (best);
}

static void
own(struct pair *p)
{
	size_t	 i;

	p->owners = xcalloc(p->nflows, sizeof(*p->owners));
	for (i = 0; i < p->nflows; i++) {
		p->owners[i].f = &p->flows[i];
		p->owners[i].handle = p->handle;
		p->owners[i].pair = p;
		RB_INSERT(owner_tree, &owners, &p->owners[i]);
	}
}

static void
disown(struct pair *p)
{
	size_t	 i;

	for (i = 0; p->owners != NULL && i < p->nflows; i++)
		RB_REMOVE(owner_tree, &owners, &p->owners[i]);
	free(p->owners);
	p->owners = NULL;
}

static void
on_hard(struct due *d)
{
	struct pair	*p = DUE_OF(d, struct pair, hard);

	log_info(LS_CHILD, "child %u.%u, SPI %08x: hard lifetime has ended%s",
	    p->tunnel, p->child, p->spi_in, about_pair(p));
	pair_tell_expire(p, EXPIRE_TIME, 1);
	pair_delete(p, RSN_EXPIRED);
	hold_flush();
}

void
pair_end_by(struct pair *p, uint64_t at)
{
	if (p->hard.at == 0 || at < p->hard.at)
		due_set(grants_parent->base, &p->hard, at, on_hard);
}

static void
on_hold(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	plane->release(arg);
}

/*
 * The pair that serves may be one of which the peer knows nothing any more,
 * and then it never says that it is over.
 */
void
pair_hold(struct pair *p)
{
	static const struct timeval	 tv = { HOLD_SECONDS, 0 };

	p->hold = evtimer_new(grants_parent->base, on_hold, p);
	if (p->hold == NULL)
		fatal("out of memory");
	evtimer_add(p->hold, &tv);
}

/* A handle that is not in use; they go round in 2^32. */
static uint32_t
handle_take(void)
{
	do
		last_handle++;
	while (last_handle == 0 || pair_by_handle(last_handle) != NULL);
	return (last_handle);
}

struct pair *
pair_new(struct grant *g, const struct mi_install *m, const struct flow *f,
    size_t n)
{
	struct pair	*p = xcalloc(1, offsetof(struct pair, flows) +
	    n * sizeof(*f));

	p->state = PAIR_WAITING;
	p->handle = handle_take();
	p->grant = g;
	p->grant_id = g->id;
	p->tunnel = g->tunnel;
	p->child = g->child;
	memcpy(p->peer, g->peer, sizeof(p->peer));
	p->worker = (uint8_t)(g->manual ? WORKER_SIGN :
	    parent_slot_worker(grants_parent, g->slot));
	p->mode = m->mode;
	p->encap = m->udp_encap;
	p->spi_in = m->spi_in;
	p->spi_out = m->spi_out;
	p->ah_in = m->ah_spi_in;
	p->ah_out = m->ah_spi_out;
	p->suite = m->suite;
	p->local = m->local;
	p->remote = m->remote;
	p->since = parent_now();
	p->nflows = (uint32_t)n;
	memcpy(p->flows, f, n * sizeof(*f));
	RB_INSERT(pair_tree, &pairs, p);
	LIST_INSERT_HEAD(&by_spi_in[spi_bucket(p->spi_in)], p, in_entry);
	LIST_INSERT_HEAD(&by_spi_out[spi_bucket(p->spi_out)], p, out_entry);
	RB_INSERT(child_tree, &on_child, p);
	LIST_INSERT_HEAD(&g->pairs, p, grant_entry);
	g->npairs++;
	npairs++;
	own(p);
	if (m->hard_seconds != 0)
		due_set(grants_parent->base, &p->hard, p->since +
		    (m->hard_seconds > INT32_MAX ? INT32_MAX :
		    m->hard_seconds), on_hard);
	return (p);
}

static void
wish_routes(struct pair *p, int on)
{
	const struct wt_ceiling	*c = ceiling_find(p->tunnel, p->child);

	/* Between hosts a packet keeps its own way. */
	if (p->routed == on || p->mode == MODE_TRANSPORT)
		return;
	hold_wish(HOLD_ROUTE, on ? 1 : -1, p->flows, p->nflows);
	p->routed = on != 0;
	/* It is known for so long; and it is what our own death leaves. */
	if (on)
		p->blocked = c != NULL && c->one_host == IDLE_DROP;
	if (p->blocked)
		hold_wish(HOLD_BLOCK, on ? 1 : -1, p->flows, p->nflows);
}

const char *
pair_up(struct pair *p)
{
	p->state = PAIR_UP;
	wish_routes(p, 1);
	return (hold_flush());
}

void
pair_detach(struct pair *p, unsigned int code)
{
	if (p->state == PAIR_DELETING)
		return;
	pair_answer(p, &p->add_req, M_INSTALLED, code, NULL);
	pair_answer(p, &p->move_req, M_MIGRATED, code, NULL);
	wish_routes(p, 0);
	disown(p);
	due_clear(&p->hard);
	if (p->hold != NULL)
		event_free(p->hold);
	p->hold = NULL;
	RB_REMOVE(child_tree, &on_child, p);
	LIST_REMOVE(p, grant_entry);
	p->grant->npairs--;
	p->grant->nretired -= p->retired != 0;
	p->grant = NULL;
	p->state = PAIR_DELETING;
}

void
pair_free(struct pair *p)
{
	if (p->state != PAIR_DELETING || p->queued || p->patience != NULL)
		fatal("pair %u is still in use", p->handle);
	RB_REMOVE(pair_tree, &pairs, p);
	LIST_REMOVE(p, in_entry);
	LIST_REMOVE(p, out_entry);
	npairs--;
	free(p->limits);
	free(p);
}

void
pair_delete(struct pair *p, unsigned int code)
{
	pair_detach(p, code);
	plane->del(p);
}

void
pair_tell_expire(const struct pair *p, unsigned int kind, int hard)
{
	struct mi_expire	 m;

	/* It has no worker that would rekey it: tmd begins it anew. */
	if (p->worker == WORKER_SIGN) {
		if (kind == EXPIRE_LOST || hard)
			tmd_answer(M_GRANT_GONE, p->grant_id, hard ?
			    RSN_EXPIRED : RSN_PLANE, hard ?
			    "its hard limit is reached" :
			    "the plane has lost it");
		return;
	}
	memset(&m, 0, sizeof(m));
	m.grant = p->grant_id;
	m.spi_in = p->spi_in;
	m.kind = (uint8_t)kind;
	m.hard = (uint8_t)hard;
	(void)parent_send(grants_parent, ROLE_IKE, p->worker, M_SA_EXPIRE, &m,
	    -1);
}

void
ike_answer(unsigned int worker, uint16_t type, uint32_t req,
    unsigned int code, const char *text)
{
	struct mi_result	 m = { .req = req, .code = (uint16_t)code };

	wire_text_copy(m.text, sizeof(m.text), text);
	if (worker == WORKER_SIGN)
		(void)parent_send(grants_parent, ROLE_SIGN, 0,
		    M_KEYS_INSTALLED, &m, -1);
	else
		(void)parent_send(grants_parent, ROLE_IKE, worker, type, &m,
		    -1);
}

void
ike_answer_count(unsigned int worker, uint16_t type, uint32_t req,
    unsigned int code, const struct wt_counters *counters)
{
	struct mi_removed	 m = { .req = req, .code = (uint16_t)code };

	if (counters != NULL)
		m.counters = *counters;
	(void)parent_send(grants_parent, ROLE_IKE, worker, type, &m, -1);
}

void
pair_answer(struct pair *p, struct asked *a, uint16_t type, unsigned int code,
    const char *text)
{
	if (a->waiting)
		ike_answer(p->worker, type, a->req, code,
		    text != NULL ? text : reason_text(code));
	a->waiting = 0;
}

void
pair_answer_removed(struct pair *p, unsigned int code)
{
	if (p->del_req.waiting)
		ike_answer_count(p->worker, M_REMOVED, p->del_req.req, code,
		    &p->counters);
	p->del_req.waiting = 0;
}

uint32_t
pair_tfc(const struct wt_ceiling *c, const struct mi_install *m)
{
	if (c == NULL || c->tfc == 0)
		return (0);
	if (m->no_tfc)
		log_notice(LS_CHILD, "child %u.%u: its peer takes no TFC "
		    "padding: it is left out%s", c->tunnel, c->child,
		    about_child(c->tunnel, c->child, &m->remote.addr));
	return (m->no_tfc ? 0 : c->tfc);
}
