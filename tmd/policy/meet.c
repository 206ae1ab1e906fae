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
 * Children that meet others: a balanced tree of their selectors at the peer's
 * side, in an array sorted by the lowest address, each node with the highest
 * address below it.
 */

#include <stdlib.h>
#include <string.h>

#include "meet.h"
#include "resolve.h"
#include "ts.h"

#define POINT	17	/* octets: family, address */

struct entry {
	const struct tunnel	*t;
	const struct child	*c;
	unsigned int		 query;		/* that has it already */
};

struct span {
	uint8_t		 lo[POINT], hi[POINT], most[POINT];
	unsigned int	 entry;
};

struct meet_index {
	struct entry	*entries;
	struct span	*spans;
	unsigned int	 nentries, nspans;
	unsigned int	 query;
	unsigned int	*found;
	unsigned int	 nfound;
};

static void
point(uint8_t af, const uint8_t *a, uint8_t out[POINT])
{
	out[0] = af;
	memcpy(out + 1, a, POINT - 1);
}

static int
is_kept(const struct tunnel *t, const struct child *c)
{
	return (!t->broken && c->action == ACTION_PROTECT);
}

static void
count(const struct policy *po, unsigned int *entries, unsigned int *spans)
{
	const struct tunnel *t;
	unsigned int i, k;

	*entries = *spans = 0;
	for (i = 0; i < po->ntunnels; i++)
		for (t = &po->tunnels[i], k = 0; k < t->nchildren; k++)
			if (is_kept(t, &t->children[k])) {
				++*entries;
				*spans += t->children[k].nwide[1];
			}
}

static void
add(struct meet_index *x, const struct tunnel *t, const struct child *c)
{
	struct entry *e = &x->entries[x->nentries];
	struct span *s;
	unsigned int i;

	e->t = t;
	e->c = c;
	for (i = 0; i < c->nwide[1]; i++) {
		s = &x->spans[x->nspans++];
		point(c->wide[1][i].af, c->wide[1][i].lo, s->lo);
		point(c->wide[1][i].af, c->wide[1][i].hi, s->hi);
		s->entry = x->nentries;
	}
	x->nentries++;
}

static int
span_cmp(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	int d = memcmp(x->lo, y->lo, POINT);

	return (d != 0 ? d : x->entry < y->entry ? -1 : x->entry > y->entry);
}

/* The highest address of spans lo to hi - 1, whose root is in the middle. */
static const uint8_t *
most_of(struct span *v, unsigned int lo, unsigned int hi)
{
	unsigned int mid = lo + (hi - lo) / 2;
	const uint8_t *most, *m;

	if (lo == hi)
		return (NULL);
	most = v[mid].hi;
	if ((m = most_of(v, lo, mid)) != NULL && memcmp(m, most, POINT) > 0)
		most = m;
	if ((m = most_of(v, mid + 1, hi)) != NULL &&
	    memcmp(m, most, POINT) > 0)
		most = m;
	memcpy(v[mid].most, most, POINT);
	return (v[mid].most);
}

struct meet_index *
meet_index(struct arena *a, const struct policy *po)
{
	struct meet_index *x = arena_alloc(a, sizeof(*x));
	unsigned int i, k, entries, spans;
	const struct tunnel *t;

	count(po, &entries, &spans);
	x->entries = arena_alloc(a, (entries + 1) * sizeof(*x->entries));
	x->found = arena_alloc(a, (entries + 1) * sizeof(*x->found));
	x->spans = arena_alloc(a, (spans + 1) * sizeof(*x->spans));
	for (i = 0; i < po->ntunnels; i++)
		for (t = &po->tunnels[i], k = 0; k < t->nchildren; k++)
			if (is_kept(t, &t->children[k]))
				add(x, t, &t->children[k]);
	qsort(x->spans, x->nspans, sizeof(*x->spans), span_cmp);
	(void)most_of(x->spans, 0, x->nspans);
	return (x);
}

static int
lists_meet(const struct wt_ts *a, unsigned int na, const struct wt_ts *b,
    unsigned int nb)
{
	struct wt_ts out;
	unsigned int i, k;

	for (i = 0; i < na; i++)
		for (k = 0; k < nb; k++)
			if (ts_intersect(&a[i], &b[k], &out))
				return (1);
	return (0);
}

/* Is there a packet that is of both? */
static int
meets(const struct child *a, const struct child *b)
{
	const struct lane *x = &a->lane, *y = &b->lane;

	return (((x->mark ^ y->mark) & x->mark_mask & y->mark_mask) == 0 &&
	    lists_meet(a->wide[0], a->nwide[0], b->wide[0], b->nwide[0]) &&
	    lists_meet(a->wide[1], a->nwide[1], b->wide[1], b->nwide[1]));
}

/* Those of spans from to to - 1 that have a part of p to q. */
static void
collect(struct meet_index *x, const uint8_t *p, const uint8_t *q,
    unsigned int from, unsigned int to)
{
	unsigned int mid = from + (to - from) / 2;
	const struct span *s = &x->spans[mid];

	if (from == to || memcmp(s->most, p, POINT) < 0)
		return;
	collect(x, p, q, from, mid);
	if (memcmp(s->lo, q, POINT) > 0)
		return;
	if (memcmp(s->hi, p, POINT) >= 0 &&
	    x->entries[s->entry].query != x->query) {
		x->entries[s->entry].query = x->query;
		x->found[x->nfound++] = s->entry;
	}
	collect(x, p, q, mid + 1, to);
}

static int
number_cmp(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a;
	unsigned int y = *(const unsigned int *)b;

	return (x < y ? -1 : x > y);
}

void
meet_each(struct meet_index *x, const struct child *c,
    void (*fn)(void *, const struct tunnel *, const struct child *), void *arg)
{
	uint8_t p[POINT], q[POINT];
	const struct entry *e;
	unsigned int i;

	x->nfound = 0;
	x->query++;
	for (i = 0; i < c->nwide[1]; i++) {
		point(c->wide[1][i].af, c->wide[1][i].lo, p);
		point(c->wide[1][i].af, c->wide[1][i].hi, q);
		collect(x, p, q, 0, x->nspans);
	}
	qsort(x->found, x->nfound, sizeof(*x->found), number_cmp);
	for (i = 0; i < x->nfound; i++) {
		e = &x->entries[x->found[i]];
		if (meets(c, e->c))
			fn(arg, e->t, e->c);
	}
}
