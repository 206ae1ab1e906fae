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
 * Look-up: flow cache first (RFC 4301 section 4.4.1, "SPD cache"), then the
 * rows that come before SAs, then the SA pairs' selectors, then the idle rows.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "sel.h"
#include "selidx.h"
#include "spd.h"

#define FLOWS		4096	/* cached answers */
#define ROW_BUCKETS	8192

struct flow {
	uint64_t		sa_generation;	/* of the answer */
	uint64_t		row_generation;
	struct pkt		key;
	struct spd_answer	answer;
};

static struct {
	struct flow		 flow[FLOWS];
	struct idle_row		*row[SPD_ROWS];
	struct idle_row		*by_child[ROW_BUCKETS];
	struct selidx		 to;
	uint32_t		 rows;
	uint32_t		 firsts;	/* of them, before SAs */
	uint64_t		 order;
	uint64_t		 generation;
} spd = { .generation = 1 };

/* One step for each word of what selectors look at; mixed at the end. */
static struct flow *
flow_of(const struct pkt *k)
{
	size_t i, n = k->af == 4 ? 4 : 16;
	uint64_t h = (uint64_t)k->sport << 32 | k->dport << 8 | k->proto;
	uint32_t src, dst;

	for (i = 0; i < n; i += 4) {
		memcpy(&src, k->src.a + i, 4);
		memcpy(&dst, k->dst.a + i, 4);
		h = (h ^ ((uint64_t)src << 32 | dst)) * 0x9e3779b97f4a7c15ULL;
		h ^= h >> 29;
	}
	return (&spd.flow[(h >> 32 ^ h) % FLOWS]);
}

static int
same_flow(const struct flow *f, const struct pkt *k)
{
	return (f->sa_generation == sa_generation &&
	    f->row_generation == spd.generation && f->key.af == k->af &&
	    f->key.proto == k->proto && f->key.ports == k->ports &&
	    f->key.sport == k->sport && f->key.dport == k->dport &&
	    memcmp(f->key.src.a, k->src.a, sizeof(k->src.a)) == 0 &&
	    memcmp(f->key.dst.a, k->dst.a, sizeof(k->dst.a)) == 0);
}

/* With equal selectors the lower child wins, then the newer pair. */
static int
better(const struct sa *sa, const struct sa *than)
{
	const struct arena_fixed *a = &sa->rec->fixed;
	const struct arena_fixed *b = &than->rec->fixed;

	if (a->tunnel != b->tunnel)
		return (a->tunnel < b->tunnel);
	if (a->child != b->child)
		return (a->child < b->child);
	return (a->order > b->order);
}

/* What is best so far for a packet. */
struct search {
	const struct pkt	*k;
	unsigned int		 top;
	void			*best;
	int			 first;		/* rows before SAs, or others */
	int			 in;		/* as it came */
};

static int
is_first(const struct idle_row *r)
{
	return (r->action == IDLE_HOLE || r->action == IDLE_WALL);
}

static void
consider_sa(void *arg, void *search)
{
	struct search *s = search;
	struct sa *sa = arg;
	const struct arena_fixed *f = &sa->rec->fixed;
	unsigned int score;

	if (sa->rec->hold)
		return;
	score = sel_best(f->local, f->nlocal, f->remote, f->nremote, s->k);
	if (score == 0 || score < s->top)
		return;
	if (score > s->top || better(sa, s->best)) {
		s->top = score;
		s->best = sa;
	}
}

/* Among equals the row that was set first wins. */
static void
consider_row(void *arg, void *search)
{
	struct search *s = search;
	struct idle_row *r = arg, *best = s->best;
	unsigned int score;

	if (is_first(r) != s->first)
		return;
	score = s->in ? sel_best(r->remote, r->nremote, r->local, r->nlocal,
	    s->k) : sel_best(r->local, r->nlocal, r->remote, r->nremote, s->k);
	if (score > s->top || (score != 0 && score == s->top &&
	    r->order < best->order)) {
		s->top = score;
		s->best = r;
	}
}

static struct sa *
find_sa(const struct pkt *k)
{
	struct search s = { k, 0, NULL, 0, 0 };

	sa_each_to(&k->dst, consider_sa, &s);
	return (s.best);
}

static struct idle_row *
find_row(const struct pkt *k, int first)
{
	struct search s = { k, 0, NULL, first, 0 };

	selidx_each(&spd.to, &k->dst, consider_row, &s);
	return (s.best);
}

int
spd_beside(const struct pkt *k)
{
	struct search s = { k, 0, NULL, 1, 1 };

	if (spd.firsts > 0)
		selidx_each(&spd.to, &k->src, consider_row, &s);
	return (s.best != NULL);
}

void
spd_lookup(const struct pkt *k, struct spd_answer *a)
{
	struct flow *f = flow_of(k);

	if (!same_flow(f, k)) {
		f->key = *k;
		f->answer.row = spd.firsts > 0 ? find_row(k, 1) : NULL;
		f->answer.sa = f->answer.row == NULL ? find_sa(k) : NULL;
		if (f->answer.row == NULL && f->answer.sa == NULL)
			f->answer.row = find_row(k, 0);
		f->sa_generation = sa_generation;
		f->row_generation = spd.generation;
	}
	*a = f->answer;
}

static struct idle_row **
bucket_of(uint32_t tunnel, uint32_t child)
{
	return (&spd.by_child[(tunnel * 2654435761u ^ child * 40503u) %
	    ROW_BUCKETS]);
}

static struct idle_row *
row_of(uint32_t tunnel, uint32_t child)
{
	struct idle_row *r = *bucket_of(tunnel, child);

	while (r != NULL && (r->tunnel != tunnel || r->child != child))
		r = r->next;
	return (r);
}

static struct wt_ts *
copy_list(const struct wt_ts *t, uint16_t n)
{
	struct wt_ts *c = xcalloc(n + 1, sizeof(*c));

	memcpy(c, t, n * sizeof(*c));
	return (c);
}

static void
free_row(struct idle_row *r)
{
	struct idle_row **b = bucket_of(r->tunnel, r->child);

	while (*b != r)
		b = &(*b)->next;
	*b = r->next;
	spd.firsts -= (uint32_t)is_first(r);
	selidx_del(&spd.to, r, r->remote, r->nremote);
	spd.row[r->at] = spd.row[--spd.rows];
	spd.row[r->at]->at = r->at;
	free(r->local);
	free(r->remote);
	free(r);
}

static void
new_row(const struct me_idle *m, uint64_t acquired)
{
	struct idle_row *r = xcalloc(1, sizeof(*r));
	struct idle_row **b = bucket_of(m->tunnel, m->child);

	r->tunnel = m->tunnel;
	r->child = m->child;
	r->action = m->action;
	r->acquire_ms = acquired;
	r->order = ++spd.order;
	r->nlocal = m->ts_local_n;
	r->nremote = m->ts_remote_n;
	r->local = copy_list(m->ts_local, m->ts_local_n);
	r->remote = copy_list(m->ts_remote, m->ts_remote_n);
	r->next = *b;
	*b = r;
	spd.firsts += (uint32_t)is_first(r);
	selidx_add(&spd.to, r, r->remote, r->nremote);
	r->at = spd.rows;
	spd.row[spd.rows++] = r;
}

void
spd_set_idle(const struct me_idle *m)
{
	struct idle_row *r = row_of(m->tunnel, m->child);
	uint64_t acquired = 0;

	spd.generation++;
	if (r != NULL) {
		acquired = r->acquire_ms;
		free_row(r);
	}
	if (m->action == IDLE_NONE)
		return;
	if (spd.rows == SPD_ROWS) {
		log_error(LS_CORE, "more than %d idle rows", SPD_ROWS);
		return;
	}
	new_row(m, acquired);
}

void
spd_answered(uint32_t tunnel, uint32_t child)
{
	struct idle_row *r = row_of(tunnel, child);

	if (r != NULL)
		r->acquire_ms = 0;
}

struct idle_row *
spd_row_at(uint32_t i)
{
	return (i < spd.rows ? spd.row[i] : NULL);
}

void
spd_clear(void)
{
	while (spd.rows > 0)
		free_row(spd.row[spd.rows - 1]);
	spd.generation++;
}
