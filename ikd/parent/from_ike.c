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
 * What ikd-ike asks: INSTALL, MIGRATE, RETIRE, REMOVE, QUERY_SA, each on a
 * grant; and certd-sign of manual keys: KEYS_INSTALL.
 * The parent's invariants (design section 4) stand here, one after the
 * other, in the order of check_install(); the containment itself is
 * within.c.  Keys are never updated: there is no message for it, and an SPI
 * that has stood is refused.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "alg.h"
#include "asroot_route.h"
#include "ceiling.h"
#include "esp_plane.h"
#include "from_ike.h"
#include "grant.h"
#include "hold.h"
#include "plane_ops.h"
#include "proto_manual.h"
#include "spi_seen.h"
#include "streams.h"
#include "within.h"

static uint64_t		 serials[WORKERS_MAX];
static struct spi_seen	*seen;

/* A refusal: reason and sentence; again: tmd may have said more meanwhile. */
struct refusal {
	unsigned int	 code;
	int		 again;
	char		 text[MSG_TEXT];
};

static int refuse(struct refusal *, unsigned int, const char *, ...)
    __attribute__((format(printf, 3, 4)));

static int
refuse(struct refusal *r, unsigned int code, const char *fmt, ...)
{
	va_list	 ap;

	r->code = code;
	r->again = 0;
	va_start(ap, fmt);
	vsnprintf(r->text, sizeof(r->text), fmt, ap);
	va_end(ap);
	return (-1);
}

void
from_ike_init(const uint8_t key[16])
{
	seen = spi_seen_new(key, SPI_SEEN_MAX);
}

/* Each INSTALL and MIGRATE of a worker has a higher serial: 0, or killed. */
static int
serial_rises(const struct child_id *c, uint64_t serial)
{
	if (serial > serials[c->inst]) {
		serials[c->inst] = serial;
		return (0);
	}
	child_violation(c, "serial %" PRIu64 " after %" PRIu64, serial,
	    serials[c->inst]);
	return (-1);
}

/* What tmd has already sent: grants that are new, grants that are revoked. */
static void
read_tmd(struct parent *p)
{
	struct pipe	*tmd = parent_pipe(p, ROLE_TMD, 0);

	if (tmd != NULL)
		pipe_read_now(tmd);
}

/*
 * The grant, if it is this worker's.  tmd writes GRANT before GRANTED, but
 * ike may be heard first: what tmd has already sent is read before a refusal.
 */
static struct grant *
grant_for(const struct child_id *c, uint32_t id, struct refusal *r)
{
	struct grant	*g;

	if ((g = grant_find(id)) == NULL) {
		read_tmd(c->parent);
		g = grant_find(id);
	}
	if (g == NULL) {
		refuse(r, RSN_GRANT, "there is no grant %u", id);
		return (NULL);
	}
	if (g->manual != (c->role == ROLE_SIGN)) {
		refuse(r, RSN_GRANT, "grant %u is%s of manual keys", id,
		    g->manual ? "" : " not");
		return (NULL);
	}
	if (!g->manual && parent_slot_worker(c->parent, g->slot) != c->inst) {
		log_warn(LS_CHILD, "ikd-ike[%u] asks on grant %u of slot %u%s",
		    c->inst, id, g->slot,
		    about_child(g->tunnel, g->child, NULL));
		refuse(r, RSN_GRANT, "grant %u is slot %u's, which is not of "
		    "worker %u", id, g->slot, c->inst);
		return (NULL);
	}
	return (g);
}

/*
 * Manual keys are the policy's, and come again with the SPIs that it says;
 * but not beside a pair that stands.
 */
static int
check_manual_spis(const struct mi_install *m, struct refusal *r)
{
	const struct wt_addr	*l = &m->local.addr, *p = &m->remote.addr;
	const struct pair	*q;
	unsigned int		 ah = m->suite.ah != 0 ? PROTO_AH : 0;

	if ((q = pair_with(m->spi_in, m->suite.proto, l, 1)) == NULL &&
	    (q = pair_with(m->spi_out, m->suite.proto, p, 0)) == NULL &&
	    (q = pair_with(m->ah_spi_in, ah, l, 1)) == NULL &&
	    (q = pair_with(m->ah_spi_out, ah, p, 0)) == NULL)
		return (0);
	return (refuse(r, RSN_SPI, "an SPI, of %08x in and %08x out, is child "
	    "%u.%u's now", m->spi_in, m->spi_out, q->tunnel, q->child));
}

/* No SPI twice in a boot, whatever became of it. */
static int
check_spis(const struct mi_install *m, struct refusal *r)
{
	if (spi_seen_has(seen, SPI_IN, m->spi_in, m->suite.proto,
	    &m->local.addr))
		return (refuse(r, RSN_SPI, "inbound SPI %08x has stood "
		    "before", m->spi_in));
	if (spi_seen_has(seen, SPI_OUT, m->spi_out, m->suite.proto,
	    &m->remote.addr))
		return (refuse(r, RSN_SPI, "outbound SPI %08x has stood "
		    "before with this peer", m->spi_out));
	return (0);
}

/* The flows of m, which no other grant may own.  Returns how many, or -1. */
static int
check_flows(const struct mi_install *m, const struct grant *g,
    struct flow flows[FLOWS_MAX], struct refusal *r)
{
	const struct wt_ceiling	*c;
	const struct pair	*rival;
	char			 text[256];
	int			 n;

	n = flows_fit(m->ts_local, m->ts_local_n, m->ts_remote,
	    m->ts_remote_n, flows);
	if (n == -1)
		return (refuse(r, RSN_GRANT, "the selectors need more than %u "
		    "policies", TS_POLICIES));
	if (n == 0)
		return (refuse(r, RSN_GRANT, "no local selector goes with a "
		    "remote one"));
	if ((c = ceiling_find(g->tunnel, g->child)) == NULL)
		return (refuse(r, RSN_CEILING, "child %u.%u has no ceiling",
		    g->tunnel, g->child));
	flows_label(flows, (size_t)n, c);
	rival = pair_rival(g, flows, (size_t)n);
	if (rival == NULL)
		return (n);
	refuse(r, RSN_GRANT, "%s of tunnel %u is owned by tunnel %u (grant "
	    "%u)", flow_print(&flows[0], text, sizeof(text)), g->tunnel,
	    rival->tunnel, rival->grant_id);
	r->again = 1;
	return (-1);
}

/* Those that may send; of the others only so many do not count. */
static unsigned int
live_pairs(const struct grant *g)
{
	return (g->npairs - (g->nretired < PAIRS_RETIRED ? g->nretired :
	    PAIRS_RETIRED));
}

/* Everything about a pair but what it does to others.  0 or -1. */
static int
check_pair(const struct mi_install *m, const struct grant *g,
    struct refusal *r)
{
	const struct wt_ceiling	*c = ceiling_find(g->tunnel, g->child);
	const char		*why;
	char			 text[MSG_TEXT];

	/* What both policies allow is no worse than what stands. */
	why = g->stale && (c == NULL || !suite_within(&m->suite, c->algs)) ?
	    "the policy has changed, and the grant waits for new terms" :
	    sa_within_grant(m, grant_terms(g), parent_now(), text,
	    sizeof(text));
	if (why != NULL) {
		refuse(r, RSN_GRANT, "%s", why);
		r->again = 1;
		return (-1);
	}
	if ((why = plane->lacks(m)) != NULL)
		return (refuse(r, RSN_UNSUPPORTED, "%s", why));
	if (live_pairs(g) >= g->most)
		return (refuse(r, RSN_GRANT, "grant %u has %u SA pairs, %u "
		    "are allowed", g->id, live_pairs(g), g->most));
	if (!plane->has_room())
		return (refuse(r, RSN_BUSY, "too much waits for the plane"));
	return (g->manual ? check_manual_spis(m, r) : check_spis(m, r));
}

/* Neither's are for a later SA that ikd-ike draws. */
static void
note_spis(const struct mi_install *m)
{
	spi_seen_put(seen, SPI_IN, m->spi_in, m->suite.proto, &m->local.addr);
	spi_seen_put(seen, SPI_OUT, m->spi_out, m->suite.proto,
	    &m->remote.addr);
	if (m->suite.ah == 0)
		return;
	spi_seen_put(seen, SPI_IN, m->ah_spi_in, PROTO_AH, &m->local.addr);
	spi_seen_put(seen, SPI_OUT, m->ah_spi_out, PROTO_AH, &m->remote.addr);
}

static void
install(const struct mi_install *m, struct grant *g, const struct flow *f,
    size_t n)
{
	struct pair	*old, *p;
	uint32_t	 replaces = 0;

	old = m->replaces != 0 ? pair_find(g, m->replaces) :
	    m->hold_out ? pair_serving(f) : NULL;
	/* A peer that came back at another address left that one behind. */
	if (old != NULL && m->replaces == 0 &&
	    addr_cmp(&old->remote.addr, &m->remote.addr) != 0)
		old = NULL;
	if (old != NULL && !old->lost)
		replaces = old->handle;
	note_spis(m);
	p = pair_new(g, m, f, n);
	p->add_req.waiting = 1;
	p->add_req.req = m->req;
	if (replaces != 0 && m->replaces == 0)
		pair_hold(p);
	plane->add(p, m, replaces);
}

/* Whose the keys are says certd-sign, whose the grant is tmd. */
static int
check_child(const struct mi_keys *k, const struct grant *g, struct refusal *r)
{
	if (k == NULL || (k->tunnel == g->tunnel && k->child == g->child))
		return (0);
	return (refuse(r, RSN_GRANT, "grant %u is child %u.%u's, the keys are "
	    "child %u.%u's", g->id, g->tunnel, g->child, k->tunnel, k->child));
}

/* Everything.  Returns how many flows, with *g set, or -1. */
static int
check_install(const struct child_id *c, const struct mi_install *m,
    const struct mi_keys *k, struct grant **g, struct flow flows[FLOWS_MAX],
    struct refusal *r)
{
	if ((*g = grant_for(c, m->grant, r)) == NULL ||
	    check_child(k, *g, r) == -1 || check_pair(m, *g, r) == -1)
		return (-1);
	return (check_flows(m, *g, flows, r));
}

/* k: m is a part of that; NULL: it is ike's. */
static void
take_install(const struct child_id *c, const struct mi_install *m,
    const struct mi_keys *k)
{
	struct flow		 flows[FLOWS_MAX];
	struct refusal		 r;
	struct grant		*g;
	int			 n;

	n = check_install(c, m, k, &g, flows, &r);
	if (n == -1 && r.again) {
		/* The rival revoked: the peer began anew.  Or new terms. */
		read_tmd(c->parent);
		n = check_install(c, m, k, &g, flows, &r);
	}
	if (n == -1) {
		g = grant_find(m->grant);
		log_warn(LS_CHILD, "INSTALL of SPI %08x refused: %s%s",
		    m->spi_in, r.text, g == NULL ? "" :
		    about_child(g->tunnel, g->child, &m->remote.addr));
		ike_answer(c->role == ROLE_SIGN ? WORKER_SIGN : c->inst,
		    M_INSTALLED, m->req, r.code, r.text);
		return;
	}
	install(m, g, flows, (size_t)n);
}

static void
on_install(void *ctx, const void *body, int fd)
{
	const struct child_id	*c = ctx;
	const struct mi_install	*m = body;

	(void)fd;
	if (serial_rises(c, m->serial) == 0)
		take_install(c, m, NULL);
}

static void
on_keys_install(void *ctx, const void *body, int fd)
{
	const struct mi_keys	*m = body;

	(void)fd;
	take_install(ctx, &m->install, m);
}

static int
check_move(const struct mi_migrate *m, const struct grant *g,
    const struct pair *p, struct refusal *r)
{
	const char	*why;
	char		 text[MSG_TEXT];

	if (p == NULL || p->lost)
		return (refuse(r, RSN_GONE, "SPI %08x is no pair of grant %u",
		    m->spi_in, g->id));
	why = move_within_grant(m, grant_terms(g), &p->local, &p->remote,
	    parent_now(), text, sizeof(text));
	if (why != NULL)
		return (refuse(r, RSN_GRANT, "%s", why));
	if (p->state != PAIR_UP || p->move != NULL || !plane->has_room())
		return (refuse(r, RSN_BUSY, "SPI %08x is busy", m->spi_in));
	return (0);
}

static void
on_migrate(void *ctx, const void *body, int fd)
{
	const struct child_id	*c = ctx;
	const struct mi_migrate	*m = body;
	struct refusal		 r;
	struct grant		*g;
	struct pair		*p = NULL;

	(void)fd;
	if (serial_rises(c, m->serial) == -1)
		return;
	if ((g = grant_for(c, m->grant, &r)) != NULL)
		p = pair_find(g, m->spi_in);
	if (g == NULL || check_move(m, g, p, &r) == -1) {
		ike_answer(c->inst, M_MIGRATED, m->req, r.code, r.text);
		return;
	}
	/* It stands there from now on: no other may later (design 4). */
	spi_seen_put(seen, SPI_IN, p->spi_in, p->suite.proto, &m->local.addr);
	spi_seen_put(seen, SPI_OUT, p->spi_out, p->suite.proto,
	    &m->remote.addr);
	p->move_req.waiting = 1;
	p->move_req.req = m->req;
	plane->move(p, m);
}

static void
on_ask_way(void *ctx, const void *body, int fd)
{
	const struct child_id	*c = ctx;
	struct mi_way		 m = *(const struct mi_way *)body;

	(void)fd;
	memset(&m.local, 0, sizeof(m.local));
	if (m.remote.af == 4 || m.remote.af == 6)
		(void)asroot_route_src(&m.remote, &m.local);
	(void)parent_send(c->parent, ROLE_IKE, c->inst, M_WAY, &m, -1);
}

static void
on_begin_stream(void *ctx, const void *body, int fd)
{
	const struct child_id	*c = ctx;
	const struct mi_stream	*m = body;
	struct mi_begun		 r = { .session = m->session };

	(void)fd;
	r.code = (uint16_t)streams_begin(c->parent, c->inst, m);
	(void)parent_send(c->parent, ROLE_IKE, c->inst, M_STREAM_BEGUN, &r, -1);
}

/* That pair of a grant of c's, or NULL. */
static struct pair *
pair_for(const struct child_id *c, uint32_t grant, uint32_t spi_in)
{
	struct refusal	 r;
	struct grant	*g = grant_for(c, grant, &r);

	return (g != NULL ? pair_find(g, spi_in) : NULL);
}

static void
on_remove(void *ctx, const void *body, int fd)
{
	const struct child_id	*c = ctx;
	const struct mi_sa	*m = body;
	struct pair		*p = pair_for(c, m->grant, m->spi_in);

	(void)fd;
	if (p == NULL) {
		ike_answer_count(c->inst, M_REMOVED, m->req, RSN_GONE, NULL);
		return;
	}
	p->del_req.waiting = 1;
	p->del_req.req = m->req;
	pair_delete(p, RSN_GONE);
	hold_flush();
}

static void
on_retire(void *ctx, const void *body, int fd)
{
	const struct mi_pair	*m = body;
	struct pair		*p = pair_for(ctx, m->grant, m->spi_in);

	(void)fd;
	if (p == NULL || p->state != PAIR_UP || p->retired || p->lost)
		return;
	p->retired = 1;
	p->grant->nretired++;
	plane->retire(p);
}

static void
on_query(void *ctx, const void *body, int fd)
{
	const struct child_id	*c = ctx;
	const struct mi_sa	*m = body;
	struct pair		*p = pair_for(c, m->grant, m->spi_in);

	(void)fd;
	if (p == NULL || p->state != PAIR_UP) {
		ike_answer_count(c->inst, M_SA_INFO, m->req, RSN_GONE, NULL);
		return;
	}
	plane_ask_pair(p, m->req);
}

const struct pipe_handler from_ike_handlers[] = {
	{ M_INSTALL, on_install },
	{ M_REMOVE, on_remove },
	{ M_MIGRATE, on_migrate },
	{ M_ASK_WAY, on_ask_way },
	{ M_BEGIN_STREAM, on_begin_stream },
	{ M_QUERY_SA, on_query },
	{ M_RETIRE, on_retire },
	{ 0, NULL }
};

const struct pipe_handler from_sign_handlers[] = {
	{ M_KEYS_INSTALL, on_keys_install },
	{ 0, NULL }
};

/* Its sessions are lost: nobody waits for an answer any more. */
void
grants_worker_died(unsigned int inst)
{
	struct pair	*p;

	for (p = pair_next(NULL); p != NULL; p = pair_next(p))
		if (p->worker == inst)
			p->add_req.waiting = p->move_req.waiting =
			    p->del_req.waiting = 0;
	plane_forget_worker(inst);
}

void
grants_sign_died(void)
{
	grants_worker_died(WORKER_SIGN);
}

void
grants_worker_started(struct parent *parent, unsigned int inst)
{
	serials[inst] = 0;
	plane_tell_addrs(parent, inst);
}
