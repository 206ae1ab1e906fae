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

/* The last failures, newest first. */

#include <stdlib.h>
#include <string.h>

#include "explain.h"
#include "fnv.h"
#include "log.h"
#include "orders.h"
#include "reason.h"
#include "roles.h"
#include "tunnel.h"

#define BUCKETS		1024	/* a tunnel has few: no walk of all */

static LIST_HEAD(, story) buckets[BUCKETS];
static LIST_HEAD(, story_reader) readers = LIST_HEAD_INITIALIZER(readers);
static TAILQ_HEAD(stories, story) stories = TAILQ_HEAD_INITIALIZER(stories);
static unsigned int nstories;
static unsigned long failures[2][RSN_MAX];	/* as responder, initiator */
static struct mx_offered *offered[WORKERS_MAX];

void
explain_offered(unsigned int worker, const struct mx_offered *m)
{
	if (offered[worker] == NULL)
		offered[worker] = xcalloc(1, sizeof(*m));
	*offered[worker] = *m;
}

static int
same_peer(const struct wt_sock *a, const struct wt_sock *b)
{
	return (a->addr.af == b->addr.af &&
	    memcmp(a->addr.a, b->addr.a, sizeof(a->addr.a)) == 0);
}

/* Out of its place; who was about to tell it goes on behind it. */
static void
take_out(struct story *s)
{
	struct story_reader *r;

	LIST_FOREACH(r, &readers, entry)
		if (r->next == s)
			r->next = TAILQ_NEXT(s, entry);
	TAILQ_REMOVE(&stories, s, entry);
	LIST_REMOVE(s, bucket);
}

/* The newest of all, and of its tunnel. */
static void
put_first(struct story *s)
{
	TAILQ_INSERT_HEAD(&stories, s, entry);
	LIST_INSERT_HEAD(&buckets[s->tunnel % BUCKETS], s, bucket);
}

static void
drop(struct story *s)
{
	take_out(s);
	nstories--;
	free(s->text);
	free(s->offer);
	free(s);
}

/* The same failure again, or NULL. */
static struct story *
find(const struct mx_failed *m)
{
	struct story *s;

	LIST_FOREACH(s, &buckets[m->tunnel % BUCKETS], bucket)
		if (s->tunnel == m->tunnel && s->child == m->child &&
		    s->code == m->code && s->initiator == m->initiator &&
		    same_peer(&s->remote, &m->remote))
			return (s);
	return (NULL);
}

/* Room for one more of this tunnel: its oldest goes, or the oldest. */
static void
make_room(uint32_t tunnel)
{
	struct story *s, *oldest = NULL;
	unsigned int n = 0;

	LIST_FOREACH(s, &buckets[tunnel % BUCKETS], bucket)
		if (s->tunnel == tunnel) {
			n++;
			oldest = s;
		}
	if (n >= (tunnel == 0 ? STORIES_NONE : STORIES_TUNNEL))
		drop(oldest);
	else if (nstories >= STORIES_MAX)
		drop(TAILQ_LAST(&stories, stories));
}

static void
take_offer(struct story *s, struct mx_offered *o)
{
	free(s->offer);
	s->offer = NULL;
	s->offer_n = 0;
	if (o == NULL || o->offer_n == 0 || s->code != RSN_NO_PROPOSAL ||
	    o->child != s->child || !same_peer(&o->remote, &s->remote))
		return;
	s->offer = xcalloc(o->offer_n, sizeof(*s->offer));
	memcpy(s->offer, o->offer, o->offer_n * sizeof(*s->offer));
	s->offer_n = o->offer_n;
	o->offer_n = 0;
}

/*
 * certd-sign knows an order no more that was taken back while its negotiation
 * went on: what came of it is why that was so.  Returns 1 with the failure to
 * be told in *is, 0 when there is nothing to tell, -1 when it is none of these.
 */
static int
taken_back(const struct mx_failed *m, struct mx_failed *is)
{
	const struct tunnel *t = tunnel_find(m->tunnel);

	if (m->code != RSN_ORDER || m->order == 0 ||
	    (t != NULL && orders_is(t, m->order)))
		return (-1);
	if (t != NULL && t->was_order != m->order)
		return (0);	/* removed, or the peer was faster */
	*is = *m;
	is->code = RSN_ADMIN;
	if (t == NULL)		/* its number may be another's soon */
		is->tunnel = is->child = 0;
	wire_text_copy(is->text, sizeof(is->text), t == NULL ? "a reload took "
	    "its tunnel out of the policy while it was under way" : "a reload "
	    "changed the tunnel's policy while it was under way: it was begun "
	    "anew by what holds now");
	return (1);
}

/* What a tunnel's policy means, its keys and its children's; 0: it is none. */
static uint64_t
meaning(uint32_t tunnel)
{
	const struct tunnel *t = tunnel != 0 ? tunnel_find(tunnel) : NULL;
	const struct pol_child *c;
	uint64_t is = FNV64_START;

	if (t == NULL)
		return (0);
	is = fnv64(is, t->pol->cf.digest, sizeof(t->pol->cf.digest));
	is = fnv64(is, t->pol->cf.keys, sizeof(t->pol->cf.keys));
	TAILQ_FOREACH(c, &t->pol->children, entry)
		is = fnv64(is, c->cf.keys, sizeof(c->cf.keys));
	return (is);
}

int
explain_is_old(const struct story *s)
{
	return (s->meaning != 0 && s->meaning != meaning(s->tunnel));
}

void
explain_forget(uint32_t tunnel)
{
	struct story *s, *next;

	for (s = LIST_FIRST(&buckets[tunnel % BUCKETS]); s != NULL;
	    s = next) {
		next = LIST_NEXT(s, bucket);
		if (s->tunnel == tunnel)
			drop(s);
	}
}

void
explain_open(struct story_reader *r)
{
	r->next = TAILQ_FIRST(&stories);
	LIST_INSERT_HEAD(&readers, r, entry);
}

const struct story *
explain_read(struct story_reader *r)
{
	const struct story *s = r->next;

	if (s != NULL)
		r->next = TAILQ_NEXT(s, entry);
	return (s);
}

void
explain_close(struct story_reader *r)
{
	LIST_REMOVE(r, entry);
}

static void
remember(unsigned int worker, const struct mx_failed *m, uint64_t now)
{
	struct story *s;

	if ((s = find(m)) == NULL) {
		make_room(m->tunnel);
		s = xcalloc(1, sizeof(*s));
		s->first = now;
		s->tunnel = m->tunnel;
		s->child = m->child;
		s->code = m->code;
		s->initiator = m->initiator;
		nstories++;
	} else
		take_out(s);
	put_first(s);
	s->meaning = meaning(s->tunnel);
	s->last = now;
	s->count++;
	s->local = m->local;
	s->remote = m->remote;
	free(s->text);
	s->text = xstrdup(m->text[0] != '\0' ? m->text :
	    reason_text(m->code));
	take_offer(s, offered[worker]);
}

void
explain_failed(unsigned int worker, const struct mx_failed *m, uint64_t now)
{
	static struct mx_failed is;
	int back = taken_back(m, &is);

	if (back != -1) {
		if (back == 1)
			remember(worker, &is, now);
		return;
	}
	if (m->code == RSN_ADMIN || m->code == RSN_REPLACED ||
	    m->code == RSN_RESTARTED)
		return;			/* we wanted it so */
	if (m->child == 0 && m->code < RSN_MAX)
		failures[m->initiator != 0][m->code]++;
	remember(worker, m, now);
}

unsigned long
explain_failures(int initiator, unsigned int reason)
{
	return (failures[initiator != 0][reason]);
}

const struct story *
explain_next(const struct story *s)
{
	return (s == NULL ? TAILQ_FIRST(&stories) : TAILQ_NEXT(s, entry));
}

unsigned int
explain_count(void)
{
	return (nstories);
}

int
explain_knows(uint32_t tunnel, unsigned int code)
{
	const struct story *s;

	LIST_FOREACH(s, &buckets[tunnel % BUCKETS], bucket)
		if (s->tunnel == tunnel && s->code == code)
			return (1);
	return (0);
}
