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
 * tunnel-lifesize.
 */
#include <string.h>

#include "children.h"
#include "event.h"
#include "lifesize.h"
#include "proto_parent_tmd.h"
#include "reach.h"
#include "renew.h"
#include "sess.h"

static struct alarm	look;
static int		made;

/* All octets of the pairs that stand on g. */
static uint64_t
grant_bytes(const struct grant *g)
{
	const struct sa_pair	*p;
	uint64_t		 sum = 0;

	TAILQ_FOREACH(p, &g->pairs, entry)
		sum += sess_pair_seen(p)->counters.in_bytes +
		    sess_pair_seen(p)->counters.out_bytes;
	return (sum);
}

uint64_t
lifesize_used(const struct grant *g)
{
	return (g->bytes_gone + grant_bytes(g));
}

void
lifesize_carried(unsigned int w, const struct mx_carried *m)
{
	struct session *s = sess_by_spi(m->spi_i, m->spi_r);

	if (s != NULL && s->worker == w)
		s->carried = m->octets;
}

uint64_t
lifesize_of(const struct session *s)
{
	const struct grant	*g;
	uint64_t		 sum = s->bytes_gone;

	TAILQ_FOREACH(g, &s->grants, entry)
		sum += grant_bytes(g);
	return (sum);
}

/* Does it, or one of its children, have a limit? */
static int
limited(const struct tunnel *t)
{
	const struct tun_child	*c;

	TAILQ_FOREACH(c, &t->children, entry)
		if (c->pol->cf.tunnel_lifesize != 0)
			return (1);
	return (t->pol->cf.tunnel_lifesize != 0);
}

static void
ask(void *arg)
{
	struct mt_req m = { .req = 0, .grant = 0 };

	(void)arg;
	reach_parent(M_QUERY_PAIRS, &m);
	alarm_in_ms(&look, LIFESIZE_MS);
}

void
lifesize_policy(void)
{
	const struct tunnel *t;

	if (!made++)
		alarm_make(&look, ask, NULL);
	alarm_clear(&look);
	for (t = tunnel_next(NULL); t != NULL; t = tunnel_next(t))
		if (limited(t)) {
			alarm_in_ms(&look, LIFESIZE_MS);
			return;
		}
}

/* Children that have used theirs up. */
static void
check_children(struct session *s)
{
	struct grant		*g, *next;
	const struct tun_child	*c;
	uint64_t		 most;

	for (g = TAILQ_FIRST(&s->grants); g != NULL; g = next) {
		next = TAILQ_NEXT(g, entry);
		c = tunnel_child(s->tunnel, g->child);
		most = c == NULL ? 0 : c->pol->cf.tunnel_lifesize;
		if (most != 0 && !g->ending &&
		    lifesize_used(g) >= most)
			children_used_up(g);
	}
}

/* Sessions that have used theirs up are at their end now. */
static void
check_tunnel(struct tunnel *t)
{
	struct session	*s, *next;
	uint64_t	 most = t->pol->cf.tunnel_lifesize;

	for (s = TAILQ_FIRST(&t->sessions); s != NULL; s = next) {
		next = TAILQ_NEXT(s, entry);
		if (s->state != SS_UP)
			continue;
		if (most != 0 && !s->renewing && lifesize_of(s) >= most)
			renew_used_up(s);
		else
			check_children(s);
	}
}

void
lifesize_came(void)
{
	struct tunnel *t;

	for (t = tunnel_next(NULL); t != NULL; t = tunnel_next(t))
		if (limited(t))
			check_tunnel(t);
}
