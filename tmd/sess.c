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
 * The tables of sessions, grants and SA pairs.  What happens to them is
 * sessions.c and verdict.c.
 */
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "busy.h"
#include "id.h"
#include "log.h"
#include "owners.h"
#include "reach.h"
#include "sess.h"
#include "tree.h"
#include "tspack.h"

#define SESS_BUCKETS	8192	/* a power of two */

RB_HEAD(ticket_tree, session);
RB_HEAD(spi_tree, session);
RB_HEAD(grant_tree, grant);

static int
ticket_cmp(const struct session *a, const struct session *b)
{
	return (memcmp(a->ticket, b->ticket, sizeof(a->ticket)));
}

/* The ticket settles it: ike may say one pair of two sessions. */
static int
spi_cmp(const struct session *a, const struct session *b)
{
	int d;

	if ((d = memcmp(a->spi_i, b->spi_i, sizeof(a->spi_i))) != 0)
		return (d);
	if ((d = memcmp(a->spi_r, b->spi_r, sizeof(a->spi_r))) != 0)
		return (d);
	return (ticket_cmp(a, b));
}

static int
grant_cmp(const struct grant *a, const struct grant *b)
{
	if (a->id != b->id)
		return (a->id < b->id ? -1 : 1);
	return (0);
}

TREE_STATIC(ticket_tree, session, by_ticket, ticket_cmp)
TREE_STATIC(spi_tree, session, by_spi, spi_cmp)
TREE_STATIC(grant_tree, grant, node, grant_cmp)

static struct ticket_tree	tickets = RB_INITIALIZER(&tickets);
static struct spi_tree		spis = RB_INITIALIZER(&spis);
static struct grant_tree	grants = RB_INITIALIZER(&grants);
static LIST_HEAD(, session)	hash[SESS_BUCKETS], ids[SESS_BUCKETS];
static unsigned int		count;
static uint32_t			next_id;
static void			(*alarm_fn)(struct session *);
static void			(*grant_alarm_fn)(struct grant *);

struct session *
sess_by_ticket(const uint8_t ticket[TICKET_LEN])
{
	struct session *s = RB_ROOT(&tickets);
	int d;

	while (s != NULL && (d = memcmp(ticket, s->ticket, TICKET_LEN)) != 0)
		s = d < 0 ? RB_LEFT(s, by_ticket) : RB_RIGHT(s, by_ticket);
	return (s);
}

struct session *
sess_by_spi(const uint8_t spi_i[8], const uint8_t spi_r[8])
{
	struct session *s = RB_ROOT(&spis);
	int d;

	while (s != NULL) {
		if ((d = memcmp(spi_i, s->spi_i, 8)) == 0 &&
		    (d = memcmp(spi_r, s->spi_r, 8)) == 0)
			return (s);
		s = d < 0 ? RB_LEFT(s, by_spi) : RB_RIGHT(s, by_spi);
	}
	return (NULL);
}

static size_t
bucket(uint64_t v)
{
	return ((size_t)(v * 0x9e3779b97f4a7c15ULL >> 48) &
	    (SESS_BUCKETS - 1));
}

static size_t
exch_bucket(unsigned int worker, uint64_t exch)
{
	return (bucket(exch + worker));
}

/* The same for equal IDs, however they are written. */
static size_t
id_bucket(const struct wt_id *id)
{
	return (bucket(id_hash(id)));
}

/* One that is nowhere has no place before it. */
static void
hash_out(struct session *s)
{
	if (s->hashed.le_prev != NULL)
		LIST_REMOVE(s, hashed);
	s->hashed.le_prev = NULL;
}

static void
hash_in(struct session *s, size_t at)
{
	hash_out(s);
	LIST_INSERT_HEAD(&hash[at], s, hashed);
}

struct session *
sess_by_exch(unsigned int worker, uint64_t exch)
{
	struct session *s;

	LIST_FOREACH(s, &hash[exch_bucket(worker, exch)], hashed)
		if (s->state == SS_GRANTED && s->worker == worker &&
		    s->exch == exch)
			return (s);
	return (NULL);
}

/* Of any tunnel, behind o. */
static struct session *
next_of_id(const struct wt_id *id, const struct session *o)
{
	struct session *n = o != NULL ? LIST_NEXT(o, by_id) :
	    LIST_FIRST(&ids[id_bucket(id)]);

	while (n != NULL && !id_equal(n->id_peer, id))
		n = LIST_NEXT(n, by_id);
	return (n);
}

struct session *
sess_same(const struct session *s, const struct session *o)
{
	struct session *n = (struct session *)(uintptr_t)o;

	do
		n = next_of_id(s->id_peer, n);
	while (n != NULL && !(n->state == SS_UP && sess_same_peer(n, s)));
	return (n);
}

struct session *
sess_of_id(const struct tunnel *t, const struct wt_id *id,
    const struct session *o)
{
	struct session *n = (struct session *)(uintptr_t)o;

	do
		n = next_of_id(id, n);
	while (n != NULL && n->tunnel != t);
	return (n);
}

void
sess_set_peer(struct session *s, const struct wt_id *id,
    const uint8_t peer[PEER_LEN])
{
	s->id_peer = id_keep(id);
	memcpy(s->peer, peer, sizeof(s->peer));
	LIST_INSERT_HEAD(&ids[id_bucket(id)], s, by_id);
}

void
sess_set_exch(struct session *s, unsigned int worker, uint64_t exch)
{
	s->worker = worker;
	s->exch = exch;
	if (s->state == SS_GRANTED)
		hash_in(s, exch_bucket(worker, exch));
}

void
sess_set_state(struct session *s, enum session_state state)
{
	if (state != s->state) {
		hash_out(s);
		s->tunnel->ending += state == SS_ENDING;
		s->tunnel->ending -= s->state == SS_ENDING;
	}
	s->state = state;
}

struct session *
sess_next(const struct session *s)
{
	if (s == NULL)
		return (RB_MIN(ticket_tree, &tickets));
	return (RB_NEXT(ticket_tree, &tickets,
	    (struct session *)(uintptr_t)s));
}

unsigned int
sess_count(void)
{
	return (count);
}

struct session *
sess_up_of(const struct tunnel *t)
{
	struct session *s;

	TAILQ_FOREACH_REVERSE(s, &t->sessions, session_list, entry)
		if (s->state == SS_UP)
			return (s);
	return (NULL);
}

unsigned int
sess_ups(const struct tunnel *t)
{
	const struct session *s;
	unsigned int n = 0;

	TAILQ_FOREACH(s, &t->sessions, entry)
		if (s->state == SS_UP)
			n++;
	return (n);
}

static void
on_alarm(void *arg)
{
	if (alarm_fn != NULL)
		alarm_fn(arg);
}

static void
on_grant_alarm(void *arg)
{
	if (grant_alarm_fn != NULL)
		grant_alarm_fn(arg);
}

void
sess_on_alarm(void (*fn)(struct session *), void (*grant_fn)(struct grant *))
{
	alarm_fn = fn;
	grant_alarm_fn = grant_fn;
}

struct session *
sess_new(struct tunnel *t, const uint8_t ticket[TICKET_LEN],
    const uint8_t spi_i[8], const uint8_t spi_r[8])
{
	struct session *s = xcalloc(1, sizeof(*s));

	s->tunnel = t;
	s->state = SS_GRANTED;
	memcpy(s->ticket, ticket, sizeof(s->ticket));
	memcpy(s->spi_i, spi_i, sizeof(s->spi_i));
	memcpy(s->spi_r, spi_r, sizeof(s->spi_r));
	memcpy(s->keys, t->pol->cf.keys, sizeof(s->keys));
	TAILQ_INIT(&s->grants);
	alarm_make(&s->alarm, on_alarm, s);
	if (RB_INSERT(ticket_tree, &tickets, s) != NULL)
		fatal("a ticket twice");
	RB_INSERT(spi_tree, &spis, s);
	TAILQ_INSERT_TAIL(&t->sessions, s, entry);
	t->nsessions++;
	busy_update(t);
	count++;
	return (s);
}

void
sess_set_path(struct session *s, const struct wt_sock *local,
    const struct wt_sock *remote)
{
	if (s->proved_at == NULL && (sock_cmp(&s->local, local) != 0 ||
	    sock_cmp(&s->remote, remote) != 0)) {
		s->proved_at = xcalloc(2, sizeof(*s->proved_at));
		s->proved_at[0] = s->local;
		s->proved_at[1] = s->remote;
	}
	s->local = *local;
	s->remote = *remote;
}

const struct wt_sock *
sess_proved(const struct session *s, int remote)
{
	if (s->proved_at != NULL)
		return (&s->proved_at[remote != 0]);
	return (remote ? &s->remote : &s->local);
}

void
sess_set_spi(struct session *s, const uint8_t spi_i[8],
    const uint8_t spi_r[8])
{
	RB_REMOVE(spi_tree, &spis, s);
	memcpy(s->spi_i, spi_i, sizeof(s->spi_i));
	memcpy(s->spi_r, spi_r, sizeof(s->spi_r));
	s->carried = 0;
	RB_INSERT(spi_tree, &spis, s);
}

struct grant *
sess_grant_find(uint32_t id)
{
	struct grant *g = RB_ROOT(&grants);

	while (g != NULL && g->id != id)
		g = id < g->id ? RB_LEFT(g, node) : RB_RIGHT(g, node);
	return (g);
}

struct grant *
sess_grant(const struct session *s, uint32_t child)
{
	struct grant *g;

	TAILQ_FOREACH(g, &s->grants, entry)
		if (g->child == child)
			return (g);
	return (NULL);
}

struct grant *
sess_add_grant(struct session *s, uint32_t id, uint32_t child)
{
	const struct tun_child *c = tunnel_child(s->tunnel, child);
	struct grant *g = xcalloc(1, sizeof(*g));

	g->session = s;
	g->id = id;
	g->child = child;
	if (c != NULL)
		memcpy(g->keys, c->pol->cf.keys, sizeof(g->keys));
	TAILQ_INIT(&g->pairs);
	alarm_make(&g->alarm, on_grant_alarm, g);
	if (RB_INSERT(grant_tree, &grants, g) != NULL)
		fatal("grant %u twice", id);
	TAILQ_INSERT_TAIL(&s->grants, g, entry);
	return (g);
}

uint32_t
sess_grant_next_id(void)
{
	if (next_id == 0)
		next_id = (uint32_t)(alarm_now() * 16 + 1);
	while (next_id == 0 || sess_grant_find(next_id) != NULL)
		next_id++;
	return (next_id++);
}

void
sess_grant_seen_id(uint32_t id)
{
	if (next_id == 0)
		next_id = (uint32_t)(alarm_now() * 16 + 1);
	if (id >= next_id)
		next_id = id + 1;
}

struct sa_pair *
sess_grant_pair(const struct grant *g, uint32_t spi_in)
{
	struct sa_pair *p;

	TAILQ_FOREACH(p, &g->pairs, entry)
		if (p->spi_in == spi_in)
			return (p);
	return (NULL);
}

size_t
sess_pair_ts(const struct sa_pair *p, int remote, struct wt_ts out[LINK_TS])
{
	return (ts_unpack(p->ts, remote, out));
}

const struct pair_seen *
sess_pair_seen(const struct sa_pair *p)
{
	static const struct pair_seen nothing;

	return (p->seen != NULL ? p->seen : &nothing);
}

void
sess_pair_saw(struct sa_pair *p, const struct wt_counters *c,
    const struct wt_sock *local, const struct wt_sock *remote)
{
	if (p->seen == NULL)
		p->seen = xcalloc(1, sizeof(*p->seen));
	p->seen->counters = *c;
	if (local == NULL)
		return;
	p->seen->local = *local;
	p->seen->remote = *remote;
}

struct sa_pair *
sess_grant_add_pair(struct grant *g, const struct mx_child_up *m)
{
	struct sa_pair		*p;
	struct tun_child	*c;

	p = xcalloc(1, sizeof(*p) + ts_pack(m->ts_local, m->ts_local_n,
	    m->ts_remote, m->ts_remote_n, NULL));
	ts_pack(m->ts_local, m->ts_local_n, m->ts_remote, m->ts_remote_n,
	    p->ts);
	p->spi_in = m->spi_in;
	p->spi_out = m->spi_out;
	p->initiator = m->initiator;
	p->udp_encap = m->udp_encap;
	p->suite = m->suite;
	p->since = m->since;
	p->rekey_at = m->rekey_at;
	p->ends_at = m->ends_at;
	/* What follows it is no traffic. */
	if (TAILQ_EMPTY(&g->pairs))
		g->used = p->since;
	TAILQ_INSERT_TAIL(&g->pairs, p, entry);
	if ((c = tunnel_child(g->session->tunnel, g->child)) != NULL) {
		if (c->npairs++ == 0)
			c->since = alarm_now();
		c->opening = 0;
	}
	return (p);
}

uint64_t
sess_pair_used(const struct sa_pair *p, uint64_t used)
{
	const struct wt_counters *n = &sess_pair_seen(p)->counters;

	if (n->last_in > used)
		used = n->last_in;
	return (n->last_out > used ? n->last_out : used);
}

void
sess_grant_drop_pair(struct grant *g, struct sa_pair *p)
{
	const struct wt_counters *n = &sess_pair_seen(p)->counters;
	struct tun_child *c;

	c = tunnel_child(g->session->tunnel, g->child);
	if (c != NULL) {
		c->in_bytes += n->in_bytes;
		c->out_bytes += n->out_bytes;
		if (--c->npairs == 0)
			c->since = alarm_now();
	}
	g->used = sess_pair_used(p, g->used);
	g->bytes_gone += n->in_bytes + n->out_bytes;
	g->session->bytes_gone += n->in_bytes + n->out_bytes;
	TAILQ_REMOVE(&g->pairs, p, entry);
	free(p->seen);
	free(p);
}

void
sess_grant_forget(struct grant *g)
{
	struct sa_pair *p;

	while ((p = TAILQ_FIRST(&g->pairs)) != NULL)
		sess_grant_drop_pair(g, p);
	alarm_clear(&g->alarm);
	owners_drop(g);
	free(g->manual);
	RB_REMOVE(grant_tree, &grants, g);
	TAILQ_REMOVE(&g->session->grants, g, entry);
	free(g);
}

void
sess_grant_revoke(struct grant *g)
{
	reach_revoke(g->id);
	sess_grant_forget(g);
}

void
sess_free(struct session *s)
{
	struct grant *g;

	while ((g = TAILQ_FIRST(&s->grants)) != NULL)
		sess_grant_revoke(g);
	if (s->worker == MANUAL_WORKER)
		LIST_REMOVE(s, by_manual);
	hash_out(s);
	if (s->by_id.le_prev != NULL)
		LIST_REMOVE(s, by_id);
	alarm_clear(&s->alarm);
	RB_REMOVE(ticket_tree, &tickets, s);
	RB_REMOVE(spi_tree, &spis, s);
	TAILQ_REMOVE(&s->tunnel->sessions, s, entry);
	s->tunnel->nsessions--;
	s->tunnel->ending -= s->state == SS_ENDING;
	busy_update(s->tunnel);
	count--;
	free(s->id_ours);
	free(s->id_peer);
	free(s->proof);
	free(s->ppk);
	while (s->nrounds > 0) {
		free(s->rounds[--s->nrounds].id_peer);
		free(s->rounds[s->nrounds].proof);
	}
	free(s->rounds);
	free(s->proved_at);
	free(s);
}

int
sess_same_peer(const struct session *a, const struct session *b)
{
	return (id_equal(a->id_peer, b->id_peer) &&
	    memcmp(a->peer, b->peer, sizeof(a->peer)) == 0);
}
