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
 * MOBIKE: what path a session uses (RFC 4555 sections 3.5, 3.6, 3.10).
 *
 * An event (an address, a link, a route: from the parent) makes the mover ask
 * what address its route to the peer has now; a request that is not answered
 * makes it send that to the peer by all pairs of addresses, and the first one
 * that answers is taken.
 */
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "exch.h"
#include "listen.h"
#include "life.h"
#include "log.h"
#include "mobike.h"
#include "pipes.h"
#include "reason.h"
#include "record.h"
#include "session.h"
#include "tcp.h"
#include "ts.h"

#define LOOK_MS		50	/* out of credit: ask again */
#define LOOK_SPREAD_MS	1000	/* if all sessions want to know at once */
#define LOOK_RATE	10	/* so many of them in a millisecond */
#define TRY_SENT	3	/* so often by one way, then by all */
#define PORT_NATT	4500

/* The peer's addresses, the one in use first; room for one more than kept. */
static size_t
candidates(const struct session *s, struct wt_addr *out)
{
	const struct mobike_list	*l = &s->mob->peer;
	size_t				 i, n = 0;

	out[n++] = s->remote.addr;
	for (i = 0; i < l->n; i++)
		if (addr_cmp(&l->a[i], &s->remote.addr) != 0)
			out[n++] = l->a[i];
	return (n);
}

static void
ask_way(struct session *s)
{
	struct wt_addr	 peer[MOBIKE_ADDRS + 1];
	struct mi_way	 m = { .session = s->id };

	if (s->mob->next >= candidates(s, peer))
		return;		/* no way at all: until the next event */
	m.remote = peer[s->mob->next];
	if (s->ike->env->to_parent(s->ike->env->ctx, M_ASK_WAY, &m) ==
	    PIPE_NOCREDIT)
		timer_set(s->ike, &s->mob->look, LOOK_MS);
}

static void
look(struct ike *ike, void *arg)
{
	struct mobike	*m = arg;

	(void)ike;
	m->next = 0;
	ask_way(m->s);
}

static struct mobike *
mobike_new(struct session *s)
{
	struct mobike	*m = xcalloc(1, sizeof(*m));

	m->s = s;
	timer_init(&m->look, look, m);
	return (m);
}

void
mobike_begin(struct session *s)
{
	const struct kept_tunnel	*t = session_tunnel(s);
	struct mobike_list		 ours;
	struct mobike			*m;

	if (s->mob != NULL || !s->setup->mobike || t == NULL || !t->mobike)
		return;
	m = s->mob = mobike_new(s);
	m->mover = s->initiator != 0;
	m->natd = !s->no_natd;
	m->peer = s->setup->addrs;
	m->good_local = s->local;
	m->good_remote = s->remote;
	mobike_ours(s, &ours);
	m->told = window_hash((const uint8_t *)ours.a,
	    ours.n * sizeof(ours.a[0]));
}

void
mobike_end(struct session *s)
{
	if (s->mob == NULL)
		return;
	timer_clear(s->ike, &s->mob->look);
	free(s->mob);
	s->mob = NULL;
}

void
mobike_inherit(struct session *to, const struct session *from)
{
	struct timer	 mine;

	if (from->mob == NULL)
		return;
	if (to->mob == NULL)
		to->mob = mobike_new(to);
	mine = to->mob->look;
	*to->mob = *from->mob;
	to->mob->s = to;
	to->mob->look = mine;
	to->mob->probing = 0;
	to->mob->heard = 0;
	to->mob->heard_any = 0;
	to->mob->have_seen = 0;	/* it has the SPIs in it (3.8) */
	to->local = from->local;
	to->remote = from->remote;
	to->natt = from->natt;
	to->nat = from->nat;
	/* Answers to who was before it are lost. */
	timer_set(to->ike, &to->mob->look, LOOK_SPREAD_MS);
}

static int
among(const struct wt_prefix *p, size_t n, const struct wt_addr *a)
{
	size_t	 i;

	for (i = 0; i < n; i++)
		if (prefix_has(&p[i], a))
			return (1);
	return (0);
}

/* Its ends are the tunnel's own: mode, or selectors of their addresses. */
static int
is_fixed(const struct session *s, const struct child *c)
{
	const struct kept_child	*cp = policy_child(s->policy, s->tunnel,
				    c->child);
	size_t			 i;

	if (c->mode != MODE_TUNNEL || cp == NULL)
		return (1);
	for (i = 0; i < cp->ts_local_n; i++)
		if (cp->ts_local[i].af == 0)
			return (1);
	for (i = 0; i < cp->ts_remote_n; i++)
		if (cp->ts_remote[i].af == 0)
			return (1);
	return (0);
}

/* RFC 4555 is about tunnels: a host's own address does not move. */
static int
is_bound(const struct session *s)
{
	const struct child	*c;

	TAILQ_FOREACH(c, &s->children, link)
		if (is_fixed(s, c))
			return (1);
	return (0);
}

/* The policy has both ends. */
static int
is_allowed(const struct session *s, const struct wt_addr *local,
    const struct wt_addr *remote)
{
	const struct kept_tunnel	*t = session_tunnel(s);

	return (t != NULL && local->af == remote->af &&
	    listen_here(s->ike, local) &&
	    among(t->local, t->local_n, local) &&
	    among(t->remote, t->remote_n, remote));
}

int
mobike_acceptable(const struct session *s, const struct wt_addr *local,
    const struct wt_addr *remote)
{
	return (is_allowed(s, local, remote) && !is_bound(s));
}

int
mobike_is_ours(const struct session *s, const struct wt_addr *a)
{
	const struct ike	*ike = s->ike;
	size_t			 i;

	for (i = 0; i < ike->naddr; i++)
		if (addr_cmp(&ike->addr[i].addr, a) == 0)
			return (1);
	return (0);
}

/* One of what the tunnel protects is no way to reach us. */
static int
is_inside(const struct session *s, const struct wt_addr *a)
{
	const struct kept_child	*c;
	struct wt_prefix		 all = { .addr.af = a->af };
	struct wt_ts			 one, any;
	size_t				 i, k;

	ts_from_addr(&one, a);
	ts_from_prefix(&any, &all);
	for (i = 0; (c = policy_child_at(s->policy, s->tunnel, i)) != NULL;
	    i++)
		for (k = 0; k < c->ts_local_n; k++)
			if (c->ts_local[k].af == a->af &&
			    memcmp(c->ts_local[k].lo, one.lo, 16) <= 0 &&
			    memcmp(c->ts_local[k].hi, one.hi, 16) >= 0 &&
			    (memcmp(c->ts_local[k].lo, any.lo, 16) != 0 ||
			    memcmp(c->ts_local[k].hi, any.hi, 16) != 0))
				return (1);
	return (0);
}

/* Where we may be reached; room for n. */
static size_t
our_addrs(const struct session *s, struct wt_addr *out, size_t n)
{
	const struct kept_tunnel	*t = session_tunnel(s);
	const struct wt_addr		*a;
	size_t				 i, k = 0;

	for (i = 0; t != NULL && i < s->ike->naddr && k < n; i++) {
		a = &s->ike->addr[i].addr;
		if (among(t->local, t->local_n, a) &&
		    listen_here(s->ike, a) && !is_inside(s, a))
			out[k++] = *a;
	}
	return (k);
}

void
mobike_ours(const struct session *s, struct mobike_list *l)
{
	struct wt_addr	 a[MOBIKE_ADDRS + 1];
	size_t		 i, n;

	memset(l, 0, sizeof(*l));
	n = our_addrs(s, a, MOBIKE_ADDRS + 1);
	for (i = 0; i < n && l->n < MOBIKE_ADDRS; i++)
		if (addr_cmp(&a[i], &s->local.addr) != 0)
			l->a[l->n++] = a[i];
}

/* The port of the peer at that address. */
static uint16_t
port_at(const struct session *s, const struct wt_addr *remote)
{
	const struct kept_tunnel	*t = session_tunnel(s);

	if (!s->remote.tcp && (!s->natt ||
	    addr_cmp(&s->remote.addr, remote) == 0))
		return (s->remote.port);
	if (t != NULL && t->remote_port != 0)
		return (t->remote_port == 500 ? PORT_NATT : t->remote_port);
	return (PORT_NATT);
}

static int
same_path(const struct session *s, const struct wt_sock *local,
    const struct wt_sock *remote)
{
	return (sock_cmp(&s->local, local) == 0 &&
	    sock_cmp(&s->remote, remote) == 0);
}

/* What is outstanding goes the new way now, with all its tries. */
void
mobike_resend(struct session *s)
{
	if (!window_outstanding(s))
		return;
	retrans_start(s);
	window_resend(s);
}

/* What is left of the SA whose heir this one is; or NULL. */
static struct session *
before(const struct session *s)
{
	struct session	*old;

	old = session_by_pair(s->ike, s->old_spi_i, s->old_spi_r);
	return (old != NULL && old->heir == s->id ? old : NULL);
}

void
mobike_path(struct session *s, const struct wt_sock *local,
    const struct wt_sock *remote)
{
	struct session	*old;

	s->local = *local;
	s->remote = *remote;
	s->mob->serial++;
	tcp_hold(s);
	record_publish(s);
	if ((old = before(s)) == NULL)
		return;
	old->local = *local;
	old->remote = *remote;
	tcp_hold(old);
	mobike_resend(old);
}

/* Where the peer is no more in use it is still to be had. */
static void
keep_old(struct mobike_list *l, const struct wt_addr *old,
    const struct wt_addr *new)
{
	size_t	 i;

	if (addr_cmp(old, new) == 0)
		return;
	for (i = 0; i < l->n && addr_cmp(&l->a[i], new) != 0; i++)
		;
	if (i == l->n && l->n < MOBIKE_ADDRS)
		l->n++;
	if (i < l->n)
		l->a[i] = *old;
}

static void
set_path(struct session *s, const struct wt_sock *local,
    const struct wt_sock *remote)
{
	if (s->mob->mover)
		keep_old(&s->mob->peer, &s->remote.addr, &remote->addr);
	mobike_path(s, local, remote);
	s->mob->tries = 0;
}

void
mobike_settled(struct session *s)
{
	struct mobike	*m = s->mob;
	char		 us[ADDR_TEXT], peer[ADDR_TEXT];
	int		 moved = !same_path(s, &m->good_local,
			    &m->good_remote);

	m->unproved = 0;
	m->good_local = s->local;
	m->good_remote = s->remote;
	life_session_policy(s);
	child_migrate_all(s);
	if (!moved)
		return;
	s->ike->stat[ST_MOVED]++;
	session_log(s, 0, LS_IKE, LOG_L_NOTICE, "moved: we are at %s, the peer "
	    "is at %s", sock_print(&s->local, us, sizeof(us)),
	    sock_print(&s->remote, peer, sizeof(peer)));
	record_publish(s);
	to_tmd_session_moved(s);
}

void
mobike_by_old(struct session *s)
{
	struct session	*old = before(s);

	if (old == NULL || old->state != SA_REKEYED || old->mob == NULL ||
	    s->win.in_id > 0 || s->win.out_id > 0)
		return;
	old->mob->serial = s->mob->serial;
	job_add(old, JOB_MOVE, 0, s->mob->serial, 0);
}

void
mobike_move(struct session *s, const struct wt_sock *local,
    const struct wt_sock *remote)
{
	struct mobike	*m = s->mob;
	int		 same_peer, gone;

	if (same_path(s, local, remote))
		return;
	same_peer = addr_cmp(&s->remote.addr, &remote->addr) == 0;
	gone = !mobike_is_ours(s, &m->good_local.addr);
	session_debug(s, 0, LS_IKE, "another path%s",
	    gone ? ": our address is gone" : "");
	set_path(s, local, remote);
	/*
	 * The peer has been proved to be there, and nothing goes by the old
	 * way any more: what we send is not held back (3.5, 3.7).
	 */
	m->unproved = !same_peer || !gone;
	if (!m->unproved)
		child_migrate_all(s);
	mobike_resend(s);
	job_add(s, m->mover ? JOB_MOVE : JOB_ADDRS, 0, m->serial, 0);
	if (m->mover)
		mobike_by_old(s);
}

/* ---- what the peer has ---- */

void
mobike_peer_has(struct session *s, const struct mobike_list *l,
    const struct arrival *from)
{
	size_t	 i;

	s->mob->peer = *l;
	if (!s->mob->mover)
		return;		/* used when ours change (3.6) */
	if (addr_cmp(&from->remote.addr, &s->remote.addr) == 0)
		return;
	/* It speaks from another one: has it ours still? */
	for (i = 0; i < l->n; i++)
		if (addr_cmp(&l->a[i], &s->remote.addr) == 0)
			return;
	if (!mobike_acceptable(s, &from->local.addr, &from->remote.addr))
		return;
	mobike_move(s, &from->local, &from->remote);
	s->mob->peer = *l;
}

/* ---- other ways ---- */

void
mobike_try(struct session *s)
{
	struct wt_addr	 local[LINK_ADDRS], peer[MOBIKE_ADDRS + 1];
	struct arrival	 to = { .natt = s->natt };
	size_t		 i, k, n, np, pairs = 0;

	if (s->mob == NULL || !s->mob->mover || s->state != SA_UP ||
	    window_work(s)->rt.sent < TRY_SENT || s->remote.tcp)
		return;
	np = candidates(s, peer);
	if ((n = our_addrs(s, local, LINK_ADDRS)) == 0)
		local[n++] = s->local.addr;
	for (k = 0; k < np; k++)
		for (i = 0; i < n && pairs < MOBIKE_PAIRS; i++) {
			to.local.addr = local[i];
			to.local.port = s->local.port;
			to.remote.addr = peer[k];
			to.remote.port = port_at(s, &peer[k]);
			if (same_path(s, &to.local, &to.remote) ||
			    !mobike_acceptable(s, &local[i], &peer[k]))
				continue;
			window_resend_by(s, &to);
			s->mob->probing = 1;
			pairs++;
		}
}

void
mobike_answered(struct session *s, const struct arrival *from)
{
	struct mobike	*m = s->mob;

	if (m == NULL || !m->probing)
		return;
	m->probing = 0;
	if (same_path(s, &from->local, &from->remote) ||
	    !mobike_acceptable(s, &from->local.addr, &from->remote.addr))
		return;
	set_path(s, &from->local, &from->remote);
	m->unproved = 1;
	job_add(s, JOB_MOVE, 0, m->serial, 0);
}

/* ---- what this host has ---- */

void
mobike_changed(struct ike *ike)
{
	uint32_t	 spread = ike->nsessions / LOOK_RATE;
	struct session	*s;

	if (spread > LOOK_SPREAD_MS)
		spread = LOOK_SPREAD_MS;
	LIST_FOREACH(s, &ike->all, all)
		if (s->mob != NULL && s->state == SA_UP)
			timer_set(ike, &s->mob->look,
			    ike_random_below(ike, spread + 1));
}

/* Is our list another than the peer knows? */
static void
tell_ours(struct session *s)
{
	struct mobike_list	 l;

	mobike_ours(s, &l);
	if (window_hash((const uint8_t *)l.a, l.n * sizeof(l.a[0])) !=
	    s->mob->told)
		job_add(s, JOB_ADDRS, 0, s->mob->serial, 0);
}

void
mobike_way(struct ike *ike, const struct mi_way *m)
{
	struct session	*s = session_by_id(ike, m->session);
	struct wt_addr	 peer[MOBIKE_ADDRS + 1];
	struct wt_sock	 local, remote;

	if (s == NULL || s->mob == NULL || s->state != SA_UP ||
	    s->mob->next >= candidates(s, peer) ||
	    addr_cmp(&peer[s->mob->next], &m->remote) != 0)
		return;
	/* Who did not open the stream waits for the next (RFC 9329 6.1). */
	if (!s->mob->mover && s->remote.tcp)
		return;
	/* Who is not the mover stays while it can (3.5). */
	if (!s->mob->mover && mobike_is_ours(s, &s->local.addr)) {
		tell_ours(s);
		return;
	}
	/* What cannot move begins anew from where we are now. */
	if (m->local.af != 0 && is_bound(s) &&
	    is_allowed(s, &m->local, &m->remote) &&
	    !mobike_is_ours(s, &s->local.addr)) {
		session_end(s, RSN_GONE, "our address has gone, and "
		    "what is of it cannot move");
		return;
	}
	if (m->local.af == 0 ||
	    !mobike_acceptable(s, &m->local, &m->remote)) {
		s->mob->next++;
		ask_way(s);
		return;
	}
	memset(&local, 0, sizeof(local));
	memset(&remote, 0, sizeof(remote));
	local.addr = m->local;
	local.port = s->remote.tcp ? s->policy->ike.port_natt : s->local.port;
	remote.addr = m->remote;
	remote.port = port_at(s, &m->remote);
	if (same_path(s, &local, &remote) || (s->remote.tcp &&
	    addr_cmp(&s->local.addr, &local.addr) == 0))
		tell_ours(s);
	else if (s->remote.tcp && tcp_first(s))
		;		/* the stream is made anew from there */
	else
		/* RFC 9329 7.1: from a new place UDP first. */
		mobike_move(s, &local, &remote);
}
