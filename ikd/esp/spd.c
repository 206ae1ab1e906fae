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
 * Outbound look-up: flow cache first (RFC 4301 section 4.4.1, "SPD cache"),
 * then the SA pairs' selectors, then the idle rows.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "sel.h"
#include "spd.h"

#define FLOWS		4096	/* cached answers */

struct flow {
	uint64_t		sa_generation;	/* of the answer */
	uint64_t		row_generation;
	struct pkt		key;
	struct spd_answer	answer;
};

static struct {
	struct flow		 flow[FLOWS];
	struct idle_row		*row[SPD_ROWS];
	uint32_t		 rows;
	uint64_t		 generation;
} spd = { .generation = 1 };

/* FNV-1a over what selectors look at. */
static struct flow *
flow_of(const struct pkt *k)
{
	size_t i, n = k->af == 4 ? 4 : 16;
	uint32_t h = 2166136261u;

	for (i = 0; i < n; i++) {
		h = (h ^ k->src.a[i]) * 16777619u;
		h = (h ^ k->dst.a[i]) * 16777619u;
	}
	h = (h ^ k->proto) * 16777619u;
	h = (h ^ k->sport) * 16777619u;
	h = (h ^ k->dport) * 16777619u;
	return (&spd.flow[(h ^ h >> 16) % FLOWS]);
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

static struct sa *
find_sa(const struct pkt *k)
{
	const struct arena_fixed *f;
	struct sa *sa, *best = NULL;
	unsigned int score, top = 0;
	uint32_t i;

	for (i = 0; (sa = sa_at(i)) != NULL; i++) {
		f = &sa->rec->fixed;
		if (sa->rec->hold)
			continue;
		score = sel_best(f->local, f->nlocal, f->remote, f->nremote,
		    k);
		if (score == 0 || score < top)
			continue;
		if (score > top || better(sa, best)) {
			top = score;
			best = sa;
		}
	}
	return (best);
}

static struct idle_row *
find_row(const struct pkt *k)
{
	struct idle_row *r, *best = NULL;
	unsigned int score, top = 0;
	uint32_t i;

	for (i = 0; i < spd.rows; i++) {
		r = spd.row[i];
		score = sel_best(r->local, r->nlocal, r->remote, r->nremote,
		    k);
		if (score > top) {
			top = score;
			best = r;
		}
	}
	return (best);
}

void
spd_lookup(const struct pkt *k, struct spd_answer *a)
{
	struct flow *f = flow_of(k);

	if (!same_flow(f, k)) {
		f->key = *k;
		f->answer.row = NULL;
		if ((f->answer.sa = find_sa(k)) == NULL)
			f->answer.row = find_row(k);
		f->sa_generation = sa_generation;
		f->row_generation = spd.generation;
	}
	*a = f->answer;
}

static struct wt_ts *
copy_list(const struct wt_ts *t, uint16_t n)
{
	struct wt_ts *c = xcalloc(n + 1, sizeof(*c));

	memcpy(c, t, n * sizeof(*c));
	return (c);
}

static void
free_row(uint32_t i)
{
	free(spd.row[i]->local);
	free(spd.row[i]->remote);
	free(spd.row[i]);
	/* Rows keep their order: among equals the first that was set wins. */
	memmove(&spd.row[i], &spd.row[i + 1],
	    (--spd.rows - i) * sizeof(spd.row[0]));
}

void
spd_set_idle(const struct me_idle *m)
{
	struct idle_row *r;
	uint64_t acquired = 0;
	uint32_t i;

	spd.generation++;
	for (i = 0; i < spd.rows; i++)
		if (spd.row[i]->tunnel == m->tunnel &&
		    spd.row[i]->child == m->child)
			break;
	if (i < spd.rows) {
		acquired = spd.row[i]->acquire_ms;
		free_row(i);
	}
	if (m->action == IDLE_NONE)
		return;
	if (spd.rows == SPD_ROWS) {
		log_error(LS_CORE, "more than %d idle rows", SPD_ROWS);
		return;
	}
	r = xcalloc(1, sizeof(*r));
	r->tunnel = m->tunnel;
	r->child = m->child;
	r->action = m->action;
	r->acquire_ms = acquired;
	r->nlocal = m->ts_local_n;
	r->nremote = m->ts_remote_n;
	r->local = copy_list(m->ts_local, m->ts_local_n);
	r->remote = copy_list(m->ts_remote, m->ts_remote_n);
	spd.row[spd.rows++] = r;
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
		free_row(spd.rows - 1);
	spd.generation++;
}
