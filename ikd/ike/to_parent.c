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
 * Requests to the parent: install, remove, migrate, query.  Each has a
 * number by which its answer is known; one without credit waits here.
 */
#include <stdlib.h>
#include <string.h>

#include "exch.h"
#include "keymat.h"
#include "life.h"
#include "log.h"
#include "pending.h"
#include "pipes.h"
#include "reason.h"
#include "session.h"
#include "tspack.h"

#define PORT_NATT	4500

static struct pending_list *
chain(struct ike *ike, uint32_t req)
{
	return (&ike->pending[req & 255]);
}

static struct pending *
pending_new(struct ike *ike, enum pending_kind kind, struct child *c)
{
	struct pending	*p;

	p = xcalloc(1, sizeof(*p));
	p->req = ++ike->req;
	p->kind = kind;
	p->c = c;
	LIST_INSERT_HEAD(chain(ike, p->req), p, link);
	return (p);
}

struct pending *
pending_find(struct ike *ike, uint32_t req, enum pending_kind kind)
{
	struct pending	*p;

	LIST_FOREACH(p, chain(ike, req), link)
		if (p->req == req && p->kind == kind)
			return (p);
	return (NULL);
}

void
pending_free(struct pending *p)
{
	LIST_REMOVE(p, link);
	if (p->body != NULL)
		TAILQ_REMOVE(p->waiting, p, wait);
	freezero(p->body, p->body_len);
	free(p);
}

static const uint16_t message_of[] = {
	[PEND_INSTALL] = M_INSTALL, [PEND_REMOVE] = M_REMOVE,
	[PEND_MIGRATE] = M_MIGRATE, [PEND_QUERY] = M_QUERY_SA,
};

/*
 * Sends the body, or keeps it until credit comes back: behind those that wait
 * already, for the parent ends who shows it a serial lower than the last.  The
 * pipe to the parent never just closes: without it this process ends.
 */
static void
post(struct ike *ike, struct pending *p, const void *body, size_t len)
{
	if (TAILQ_EMPTY(&ike->waiting) && ike->env->to_parent(ike->env->ctx,
	    message_of[p->kind], body) != PIPE_NOCREDIT)
		return;
	ike->stat[ST_NOCREDIT]++;
	p->body = xcalloc(1, len);
	p->body_len = len;
	memcpy(p->body, body, len);
	p->waiting = &ike->waiting;
	TAILQ_INSERT_TAIL(&ike->waiting, p, wait);
}

void
to_parent_credit(struct ike *ike)
{
	struct pending	*p;

	while ((p = TAILQ_FIRST(&ike->waiting)) != NULL &&
	    ike->env->to_parent(ike->env->ctx, message_of[p->kind],
	    p->body) != PIPE_NOCREDIT) {
		TAILQ_REMOVE(&ike->waiting, p, wait);
		freezero(p->body, p->body_len);
		p->body = NULL;
	}
}

void
to_parent_forget(struct child *c)
{
	struct ike	*ike = c->s->ike;
	struct pending	*p;
	size_t		 i;

	if (c->asked == 0)
		return;
	for (i = 0; i < 256; i++)
		LIST_FOREACH(p, &ike->pending[i], link)
			if (p->c == c)
				p->c = NULL;
}

void
to_parent_free(struct ike *ike)
{
	struct pending	*p;
	size_t		 i;

	for (i = 0; i < 256; i++)
		while ((p = LIST_FIRST(&ike->pending[i])) != NULL)
			pending_free(p);
}

static void
put_key(uint16_t *len, uint8_t *to, const uint8_t *key, size_t n)
{
	*len = (uint16_t)n;
	memcpy(to, key, n);
}

static void
put_keys(struct mi_install *m, int initiator, const struct child_keys *k)
{
	put_key(&m->encr_out_len, m->encr_out, initiator ? k->encr_i :
	    k->encr_r, k->encr_len);
	put_key(&m->encr_in_len, m->encr_in, initiator ? k->encr_r :
	    k->encr_i, k->encr_len);
	put_key(&m->integ_out_len, m->integ_out, initiator ? k->integ_i :
	    k->integ_r, k->integ_len);
	put_key(&m->integ_in_len, m->integ_in, initiator ? k->integ_r :
	    k->integ_i, k->integ_len);
}

/* The lifetimes: ours, but never beyond the grant's. */
static void
put_life(struct mi_install *m, const struct child *c)
{
	const struct kept_child	*cp;
	const struct grant_row		*g;
	uint32_t			 r;

	cp = policy_child(c->s->policy, c->s->tunnel, c->child);
	g = child_grant(c->s, c->child);
	if (cp != NULL) {
		ike_random(c->s->ike, &r, sizeof(r));
		m->hard_seconds = cp->lifetime;
		m->hard_bytes = cp->lifesize;
		m->hard_packets = cp->packets;
		m->soft_bytes = life_soft(cp->lifesize, cp->overlap, r);
		m->soft_packets = life_soft(cp->packets, cp->overlap, r);
		m->replay_window = cp->replay_window;
	}
	if (g != NULL && g->hard_seconds != 0 && (m->hard_seconds == 0 ||
	    g->hard_seconds < m->hard_seconds))
		m->hard_seconds = g->hard_seconds;
}

/* The encapsulation runs between the NAT-T ports, wherever IKE is. */
void
to_parent_outer(const struct session *s, struct wt_sock *local,
    struct wt_sock *remote)
{
	*local = s->local;
	*remote = s->remote;
	if (s->natt)
		return;
	local->port = s->policy->ike.port_natt;
	remote->port = PORT_NATT;
}

unsigned int
to_parent_install(struct child *c, const struct child_keys *keys)
{
	struct ike		*ike = c->s->ike;
	struct mi_install	 m;
	struct pending		*p;

	memset(&m, 0, sizeof(m));
	p = pending_new(ike, PEND_INSTALL, c);
	p->grant = c->grant;
	p->spi_in = c->spi_in;
	c->asked = 1;
	m.req = p->req;
	m.grant = c->grant;
	m.serial = ++ike->serial;
	m.spi_in = c->spi_in;
	m.spi_out = c->spi_out;
	m.replaces = c->replaces;
	m.hold_out = !c->initiator;
	m.mode = c->mode;
	m.no_tfc = c->no_tfc;
	m.udp_encap = c->encap = (uint8_t)session_encap(c->s);
	m.suite = c->suite;
	put_life(&m, c);
	to_parent_outer(c->s, &c->local, &c->remote);
	m.local = c->local;
	m.remote = c->remote;
	m.ts_local_n = (uint16_t)ts_unpack(c->ts, 0, m.ts_local);
	m.ts_remote_n = (uint16_t)ts_unpack(c->ts, 1, m.ts_remote);
	put_keys(&m, c->initiator, keys);
	post(ike, p, &m, sizeof(m));
	explicit_bzero(&m, sizeof(m));
	return (RSN_OK);
}

void
to_parent_remove(struct ike *ike, uint32_t tunnel, uint32_t child,
    uint32_t grant, uint32_t spi_in, unsigned int code, const char *text,
    int report)
{
	struct pending	*p;
	struct mi_sa	 m;

	p = pending_new(ike, PEND_REMOVE, NULL);
	p->grant = grant;
	p->spi_in = spi_in;
	p->report = report;
	p->tunnel = tunnel;
	p->child = child;
	p->code = (uint16_t)code;
	strlcpy(p->text, text, sizeof(p->text));
	m.req = p->req;
	m.grant = grant;
	m.spi_in = spi_in;
	post(ike, p, &m, sizeof(m));
}

/* An event: a pipe that is full enough to lose it is being closed. */
void
to_parent_retire(const struct child *c)
{
	struct mi_pair	 m = { c->grant, c->spi_in };

	(void)c->s->ike->env->to_parent(c->s->ike->env->ctx, M_RETIRE, &m);
}

void
to_parent_migrate(struct child *c)
{
	struct ike		*ike = c->s->ike;
	struct mi_migrate	 m;
	struct pending		*p;

	p = pending_new(ike, PEND_MIGRATE, c);
	c->asked = 1;
	memset(&m, 0, sizeof(m));
	m.req = p->req;
	m.grant = c->grant;
	m.serial = ++ike->serial;
	m.spi_in = c->spi_in;
	to_parent_outer(c->s, &c->local, &c->remote);
	c->encap = (uint8_t)session_encap(c->s);
	c->moving = 1;
	m.local = c->local;
	m.remote = c->remote;
	post(ike, p, &m, sizeof(m));
}

int
to_parent_query(struct child *c)
{
	struct ike	*ike = c->s->ike;
	struct pending	*p;
	struct mi_sa	 m;

	p = pending_new(ike, PEND_QUERY, c);
	p->session = c->s->id;
	c->asked = 1;
	m.req = p->req;
	m.grant = c->grant;
	m.spi_in = c->spi_in;
	if (ike->env->to_parent(ike->env->ctx, M_QUERY_SA, &m) == PIPE_OK)
		return (1);
	pending_free(p);
	return (0);
}
