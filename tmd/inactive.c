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
 * Children that nobody uses.  Each look asks the parent for the counters of
 * those that were idle long enough by what is known of them, and ends those
 * that still were when the answer was made.
 */
#include <string.h>

#include "children.h"
#include "inactive.h"
#include "proto_parent_tmd.h"
#include "reach.h"
#include "sess.h"

#define LOOK_LEAST_S	1
#define LOOK_MOST_S	60
#define ASK_MOST	16	/* one by one; else about all at once */

static struct alarm	look;
static int		made;
static uint64_t		every_ms;

/* In seconds; 0: it has none, or nothing is up. */
static uint32_t
limit_of(const struct grant *g)
{
	const struct tun_child	*c = tunnel_child(g->session->tunnel, g->child);

	/* Manual keys stand until somebody ends them. */
	if (c == NULL || g->ending || g->manual != NULL ||
	    g->session->state != SS_UP ||
	    g->session->leaving || TAILQ_EMPTY(&g->pairs))
		return (0);
	return (c->pol->cf.inactivity);
}

/* When it was last used, as far as is known. */
static uint64_t
used(const struct grant *g)
{
	const struct sa_pair	*p;
	uint64_t		 last = g->used;

	TAILQ_FOREACH(p, &g->pairs, entry)
		last = sess_pair_used(p, last);
	return (last);
}

/* Until when that is known. */
static uint64_t
counted(const struct grant *g)
{
	const struct sa_pair	*p;
	uint64_t		 first = UINT64_MAX;

	TAILQ_FOREACH(p, &g->pairs, entry)
		if (p->counted < first)
			first = p->counted;
	return (first);
}

/* Calls fn with each grant that has a limit; g may go by that. */
static void
each(void (*fn)(struct grant *, uint32_t, void *), void *arg)
{
	struct tunnel	*t;
	struct session	*s, *snext;
	struct grant	*g, *gnext;
	uint32_t	 n;

	for (t = tunnel_next(NULL); t != NULL; t = tunnel_next(t))
		for (s = TAILQ_FIRST(&t->sessions); s != NULL; s = snext) {
			snext = TAILQ_NEXT(s, entry);
			for (g = TAILQ_FIRST(&s->grants); g != NULL;
			    g = gnext) {
				gnext = TAILQ_NEXT(g, entry);
				if ((n = limit_of(g)) != 0)
					fn(g, n, arg);
			}
		}
}

struct due {
	uint32_t	 grant[ASK_MOST];
	unsigned int	 n;
};

static void
note_due(struct grant *g, uint32_t limit, void *arg)
{
	struct due	*d = arg;

	if (used(g) + limit > alarm_now())
		return;
	if (d->n < ASK_MOST)
		d->grant[d->n] = g->id;
	d->n++;
}

static void
look_now(void *arg)
{
	struct mt_req	 m = { .req = 0, .grant = 0 };
	struct due	 d;
	unsigned int	 i;

	(void)arg;
	alarm_in_ms(&look, every_ms);
	d.n = 0;
	each(note_due, &d);
	if (d.n > ASK_MOST)
		reach_parent(M_QUERY_PAIRS, &m);
	for (i = 0; d.n <= ASK_MOST && i < d.n; i++) {
		m.grant = d.grant[i];
		reach_parent(M_QUERY_PAIRS, &m);
	}
}

void
inactive_policy(void)
{
	const struct tun_child	*c;
	const struct tunnel	*t;
	uint64_t		 least = 0, s;

	if (!made++)
		alarm_make(&look, look_now, NULL);
	for (t = tunnel_next(NULL); t != NULL; t = tunnel_next(t))
		TAILQ_FOREACH(c, &t->children, entry)
			if (c->pol->cf.inactivity != 0 &&
			    (least == 0 || c->pol->cf.inactivity < least))
				least = c->pol->cf.inactivity;
	s = least / 10;
	s = least == 0 ? 0 : 1000 * (s < LOOK_LEAST_S ? LOOK_LEAST_S :
	    s > LOOK_MOST_S ? LOOK_MOST_S : s);
	/* Reloads, however often, do not put it off. */
	if (s == every_ms)
		return;
	if ((every_ms = s) != 0)
		alarm_in_ms(&look, every_ms);
	else
		alarm_clear(&look);
}

static void
judge(struct grant *g, uint32_t limit, void *arg)
{
	(void)arg;
	if (used(g) + limit <= counted(g))
		children_idle(g);
}

void
inactive_came(void)
{
	if (every_ms != 0)
		each(judge, NULL);
}
