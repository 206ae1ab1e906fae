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
 * What a tmd that was restarted learns of its earlier life.
 */
#include <sys/queue.h>
#include <sys/tree.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alarm.h"
#include "id.h"
#include "log.h"
#include "manual.h"
#include "memo.h"
#include "new_keys.h"
#include "orders.h"
#include "owners.h"
#include "proto_resume.h"
#include "reach.h"
#include "rebuild.h"
#include "roles.h"
#include "sessions.h"
#include "tunnel_fsm.h"

/* By tunnel, and of one in the order in which they were told. */
struct old_grant {
	RB_ENTRY(old_grant)	node;
	uint32_t		nth;
	struct mt_old		m;
};

struct old_note {
	STAILQ_ENTRY(old_note)	entry;
	struct mt_note		m;
};

struct early_pipe {
	STAILQ_ENTRY(early_pipe) entry;
	unsigned int		 role, inst;
	int			 fd;
};

static RB_HEAD(old_grants, old_grant) olds = RB_INITIALIZER(&olds);
static STAILQ_HEAD(, old_note)	 notes = STAILQ_HEAD_INITIALIZER(notes);
static STAILQ_HEAD(, early_pipe) early = STAILQ_HEAD_INITIALIZER(early);
static int		grants_end, committed, ready, started;
static uint8_t		replayed[WORKERS_MAX];
static struct alarm	limit;
static void		(*open_pipe)(unsigned int, unsigned int, int);

static int
old_cmp(const struct old_grant *a, const struct old_grant *b)
{
	if (a->m.grant.tunnel != b->m.grant.tunnel)
		return (a->m.grant.tunnel < b->m.grant.tunnel ? -1 : 1);
	return (a->nth < b->nth ? -1 : a->nth > b->nth);
}

RB_GENERATE_INTERNAL(old_grants, old_grant, node, old_cmp,
    static __attribute__((__unused__)))

void
rebuild_on_pipe(void (*fn)(unsigned int, unsigned int, int))
{
	open_pipe = fn;
}

/* Every worker has told what it has: now we may begin things. */
static void
rebuild_start(void *arg)
{
	(void)arg;
	if (started)
		return;
	started = 1;
	alarm_clear(&limit);
	orders_enable(1);
	orders_kick();
}

static void
check_started(void)
{
	unsigned int w;

	if (!ready || started)
		return;
	for (w = 0; w < reach_workers(); w++)
		if (!replayed[w])
			return;
	rebuild_start(NULL);
}

/* What the administrator had said before we were restarted. */
static void
apply_note(const struct mt_note *m)
{
	struct tunnel		*t = tunnel_find(m->tunnel);
	struct tun_child	*c = t == NULL ? NULL :
				    tunnel_child(t, m->child);

	if (c == NULL)
		return;
	c->note_told = m->note;
	c->removed = (m->note & NOTE_CHILD_REMOVED) != 0;
	c->opened = (m->note & NOTE_CHILD_OPENED) != 0;
	if (m->note & NOTE_TUNNEL_OPENED)
		t->opened = 1;
	if ((m->note & NOTE_TUNNEL_REMOVED) && !t->removed)
		tunnel_fsm(t, TE_REMOVE);
}

/*
 * The grants may come after the policy: then the tunnels stand already, and
 * one that was opened by hand is still closed.
 */
static void
claim_all(void)
{
	struct tunnel	*t;
	struct old_note	*n;

	while ((n = STAILQ_FIRST(&notes)) != NULL) {
		STAILQ_REMOVE_HEAD(&notes, entry);
		apply_note(&n->m);
		free(n);
	}
	tunnel_tell_notes();
	for (t = tunnel_next(NULL); t != NULL; t = tunnel_next(t)) {
		rebuild_tunnel(t);
		if (t->state == TN_CLOSED && tunnel_is_open(t))
			tunnel_fsm(t, TE_START);
		tunnel_tell(t);
	}
}

/* Grants and policy are there: the pipes may be opened. */
static void
check_ready(void)
{
	struct old_grant	*o;
	struct early_pipe	*e;

	if (ready || !grants_end || !committed)
		return;
	ready = 1;
	claim_all();
	/* What no tunnel claimed stands for nothing. */
	while ((o = RB_MIN(old_grants, &olds)) != NULL) {
		RB_REMOVE(old_grants, &olds, o);
		reach_revoke(o->m.grant.id);
		free(o);
	}
	alarm_make(&limit, rebuild_start, NULL);
	alarm_in_ms(&limit, REPLAY_MS);
	while ((e = STAILQ_FIRST(&early)) != NULL) {
		STAILQ_REMOVE_HEAD(&early, entry);
		if (open_pipe != NULL)
			open_pipe(e->role, e->inst, e->fd);
		free(e);
	}
	check_started();
}

void
rebuild_old(const struct mt_old *m)
{
	static uint32_t nth;
	struct old_grant *o = xcalloc(1, sizeof(*o));

	o->m = *m;
	o->nth = ++nth;
	RB_INSERT(old_grants, &olds, o);
	sess_grant_seen_id(m->grant.id);
}

void
rebuild_note(const struct mt_note *m)
{
	struct old_note *n = xcalloc(1, sizeof(*n));

	n->m = *m;
	STAILQ_INSERT_TAIL(&notes, n, entry);
}

void
rebuild_grants_end(void)
{
	grants_end = 1;
	check_ready();
}

void
rebuild_committed(void)
{
	committed = 1;
	check_ready();
}

void
rebuild_replayed(unsigned int w)
{
	if (w < WORKERS_MAX)
		replayed[w] = 1;
	check_started();
}

static void
memo_rounds(const struct tm_memo *m, struct session *s)
{
	struct sess_round *r;
	uint16_t i;

	if (m->rounds_n > 0)
		s->rounds = xcalloc(m->rounds_n, sizeof(*s->rounds));
	for (i = 0; i < m->rounds_n; i++) {
		r = &s->rounds[s->nrounds++];
		r->method = m->rounds[i].method;
		r->by_certd = m->rounds[i].by_certd;
		memcpy(r->fingerprint, m->rounds[i].fingerprint,
		    sizeof(r->fingerprint));
	}
}

/* The session behind a grant, made of the memo when it is its first. */
static struct session *
session_of_memo(struct tunnel *t, const struct wt_grant *g,
    const struct tm_memo *m)
{
	struct session *s = sess_by_ticket(g->ticket);

	if (s != NULL)
		return (s->tunnel == t ? s : NULL);
	s = sess_new(t, g->ticket, m->spi_i, m->spi_r);
	sess_set_state(s, SS_RECOVERED);
	s->slot = m->slot;
	s->worker = m->slot % reach_workers();
	s->exch = m->exch;
	s->initiator = m->initiator;
	s->method = m->method;
	s->key_ours = m->key_ours;
	s->key_peer = m->key_peer;
	memcpy(s->fingerprint, m->fingerprint, sizeof(s->fingerprint));
	s->since = s->keyed = m->since;
	s->proved = m->proved;
	s->generation = m->generation;
	s->ticketed = alarm_now() + TICKET_LIFE_MAX;	/* maybe */
	s->expiry = g->expiry;
	s->local = m->local;
	s->remote = m->remote;
	sess_set_peer(s, &m->id_peer, g->peer);
	s->id_ours = id_keep(&m->id_ours);
	memo_rounds(m, s);
	s->ppk_used = m->ppk_used;
	s->ppk = m->ppk[0] == '\0' ? NULL : xstrdup(m->ppk);
	alarm_in_ms(&s->alarm, RECOVER_MS);
	return (s);
}

static void
claimed_opened(struct tunnel *t, struct tun_child *c,
    const struct tm_memo *m)
{
	if (m->opened && t->pol->cf.start == TS_START_MANUAL)
		t->opened = 1;
	if (m->opened && c->pol->cf.start == TS_START_MANUAL)
		c->opened = 1;
	if (m->want)
		c->want = 1;
}

/* One old grant of t; 0 when nothing can be made of it. */
static int
claim(struct tunnel *t, const struct mt_old *o)
{
	struct tun_child	*c = tunnel_child(t, o->grant.child);
	struct session		*s;
	struct grant		*g;
	struct wt_addr		 host;
	struct tm_memo		 m;

	if (c == NULL ||
	    memo_read(o->grant.memo, o->grant.memo_len, &m) == -1)
		return (0);
	if (manual_is(t) != o->grant.manual)
		return (0);
	if (o->grant.manual) {
		if (!manual_claim(t, o, m.fingerprint))
			return (0);
		claimed_opened(t, c, &m);
		return (1);
	}
	if ((s = session_of_memo(t, &o->grant, &m)) == NULL ||
	    sess_grant(s, c->number) != NULL ||
	    sess_grant_find(o->grant.id) != NULL)
		return (0);
	g = sess_add_grant(s, o->grant.id, c->number);
	g->expiry = o->grant.expiry;
	new_keys_old(g, &o->grant, &m);
	if ((c->pol->cf.generic || (c->pol->cf.dyn & DYN_REMOTE)) &&
	    o->grant.ts_remote_n > 0) {
		host.af = o->grant.ts_remote[0].af;
		memcpy(host.a, o->grant.ts_remote[0].lo, sizeof(host.a));
		owners_add(g, &host);
	}
	claimed_opened(t, c, &m);
	return (1);
}

void
rebuild_tunnel(struct tunnel *t)
{
	struct old_grant *o, *next, from = { .m.grant.tunnel = t->number };

	for (o = RB_NFIND(old_grants, &olds, &from); o != NULL &&
	    o->m.grant.tunnel == t->number; o = next) {
		next = RB_NEXT(old_grants, &olds, o);
		if (!claim(t, &o->m))
			reach_revoke(o->m.grant.id);
		RB_REMOVE(old_grants, &olds, o);
		free(o);
	}
}

void
rebuild_pipe(unsigned int role, unsigned int inst, int fd)
{
	struct early_pipe *e;

	if (ready) {
		open_pipe(role, inst, fd);
		return;
	}
	e = xcalloc(1, sizeof(*e));
	e->role = role;
	e->inst = inst;
	e->fd = fd;
	STAILQ_INSERT_TAIL(&early, e, entry);
}

int
rebuild_pipe_gone(unsigned int role, unsigned int inst)
{
	struct early_pipe *e;

	STAILQ_FOREACH(e, &early, entry)
		if (e->role == role && e->inst == inst)
			break;
	if (e == NULL)
		return (0);
	STAILQ_REMOVE(&early, e, early_pipe, entry);
	close(e->fd);
	free(e);
	return (1);
}
