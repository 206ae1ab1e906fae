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
 * The table of grants.
 */

#include <stdlib.h>
#include <string.h>

#include "ceiling.h"
#include "grant.h"
#include "hold.h"
#include "within.h"

static int
grant_cmp(const struct grant *a, const struct grant *b)
{
	return (a->id < b->id ? -1 : a->id > b->id);
}

static RB_HEAD(grant_tree, grant)	 grants = RB_INITIALIZER(&grants);
static size_t				 ngrants;
struct parent				*grants_parent;

RB_GENERATE_INTERNAL(grant_tree, grant, entry, grant_cmp,
    static __attribute__((__unused__)))

struct grant *
grant_find(uint32_t id)
{
	struct grant	 find;

	find.id = id;
	return (RB_FIND(grant_tree, &grants, &find));
}

struct grant *
grant_next(struct grant *g)
{
	if (g == NULL)
		return (RB_MIN(grant_tree, &grants));
	return (RB_NEXT(grant_tree, &grants, g));
}

struct grant *
grant_after(uint32_t id)
{
	struct grant	 find;

	if (id == UINT32_MAX)
		return (NULL);
	find.id = id + 1;
	return (RB_NFIND(grant_tree, &grants, &find));
}

size_t
grants_count(void)
{
	return (ngrants);
}

static void
on_expiry(struct due *d)
{
	struct grant	*g = DUE_OF(d, struct grant, expiry);

	grant_end(g, g->stale ? RSN_CEILING : RSN_EXPIRED, g->stale ?
	    "the policy has changed, and it got no new terms" :
	    "the grant has ended");
}

/* As grant.h says; to has room for one and a half times as much. */
static size_t
pack(const uint8_t *p, size_t len, uint8_t *to)
{
	size_t	 n = 0, i, run;

	for (i = 0; i < len; i += run) {
		to[n++] = p[i];
		for (run = 1; p[i] == 0 && i + run < len && p[i + run] == 0 &&
		    run < UINT8_MAX; run++)
			;
		if (p[i] == 0)
			to[n++] = (uint8_t)run;
	}
	return (n);
}

/* Returns how many there are, at most size. */
static size_t
unpack(const uint8_t *p, size_t len, uint8_t *to, size_t size)
{
	size_t	 n = 0, i, run;

	for (i = 0; i < len && n < size; i++) {
		if (p[i] != 0 || i + 1 == len) {
			to[n++] = p[i];
			continue;
		}
		for (run = p[++i]; run > 0 && n < size; run--)
			to[n++] = 0;
	}
	return (n);
}

/* Not stale, or not any more: its end is its own. */
static void
fits(struct parent *p, struct grant *g)
{
	g->stale = 0;
	due_clear(&g->expiry);
	if (g->ends != 0)
		due_set(p->base, &g->expiry, g->ends, on_expiry);
}

/* What g is to allow, and its end.  0 or -1. */
static int
set_terms(struct parent *p, struct grant *g, const struct wt_grant *w)
{
	static uint8_t	 whole[sizeof(*w)], terms[sizeof(*w) * 3 / 2 + 1];
	long		 len;

	len = wire_encode(&wire_wt_grant, w, whole, sizeof(whole));
	if (len == -1)
		return (-1);
	free(g->terms);
	g->terms_len = (uint16_t)pack(whole, (size_t)len, terms);
	g->terms = xcalloc(1, g->terms_len);
	memcpy(g->terms, terms, g->terms_len);
	g->most = w->pairs;
	g->ends = w->expiry;
	fits(p, g);
	return (0);
}

struct grant *
grant_add(struct parent *p, const struct wt_grant *w)
{
	struct grant	*g;

	if (ngrants >= GRANTS_MAX || grant_find(w->id) != NULL)
		return (NULL);
	g = xcalloc(1, sizeof(*g));
	g->id = w->id;
	g->tunnel = w->tunnel;
	g->child = w->child;
	g->slot = w->slot;
	g->manual = w->manual;
	memcpy(g->peer, w->peer, sizeof(g->peer));
	LIST_INIT(&g->pairs);
	if (set_terms(p, g, w) == -1) {
		free(g);
		return (NULL);
	}
	RB_INSERT(grant_tree, &grants, g);
	ngrants++;
	return (g);
}

/* All but what new keys are for, its end and tmd's own. */
static int
same_else(const struct wt_grant *was, const struct wt_grant *w)
{
	static struct wt_grant	 as;
	static uint8_t		 one[sizeof(as)], two[sizeof(as)];
	long			 len;

	as = *was;
	as.algs = w->algs;
	as.hard_seconds = w->hard_seconds;
	as.hard_bytes = w->hard_bytes;
	as.pairs = w->pairs;
	as.expiry = w->expiry;
	as.generation = w->generation;
	as.memo_len = w->memo_len;
	memcpy(as.memo, w->memo, sizeof(as.memo));
	len = wire_encode(&wire_wt_grant, &as, one, sizeof(one));
	return (len != -1 && len == wire_encode(&wire_wt_grant, w, two,
	    sizeof(two)) && memcmp(one, two, (size_t)len) == 0);
}

int
grant_again(struct parent *p, struct grant *g, const struct wt_grant *w)
{
	struct pair	*pr;

	if (!same_else(grant_terms(g), w) || set_terms(p, g, w) == -1)
		return (-1);
	/*
	 * Pairs of before stand no longer than new ones would, and no longer
	 * than a grant waits where the policy has their algorithms no more.
	 */
	LIST_FOREACH(pr, &g->pairs, grant_entry) {
		if (w->hard_seconds != 0)
			pair_end_by(pr, parent_now() + w->hard_seconds);
		if (!suite_within(&pr->suite, w->algs))
			pair_end_by(pr, parent_now() + GRANT_STALE_S);
	}
	return (0);
}

const struct wt_grant *
grant_terms(const struct grant *g)
{
	static struct wt_grant	 terms;
	static uint8_t		 whole[sizeof(terms)];
	size_t			 n;

	n = unpack(g->terms, g->terms_len, whole, sizeof(whole));
	if (wire_decode(&wire_wt_grant, whole, n, &terms, NULL) == -1)
		fatal("grant %u", g->id);
	return (&terms);
}

void
grant_drop(struct grant *g)
{
	struct pair	*p;

	while ((p = LIST_FIRST(&g->pairs)) != NULL)
		pair_delete(p, RSN_GRANT);
	hold_flush();
	due_clear(&g->expiry);
	RB_REMOVE(grant_tree, &grants, g);
	ngrants--;
	free(g->terms);
	free(g);
}

void
tmd_answer(uint16_t type, uint32_t req, unsigned int code, const char *text)
{
	static struct mt_result	 m;

	memset(&m, 0, sizeof(m));
	m.req = req;
	m.code = (uint16_t)code;
	wire_text_copy(m.text, sizeof(m.text),
	    text != NULL ? text : reason_text(code));
	(void)parent_send(grants_parent, ROLE_TMD, 0, type, &m, -1);
}

void
grant_end(struct grant *g, unsigned int code, const char *text)
{
	uint32_t	 id = g->id;
	struct pair	*p;

	log_info(LS_CHILD, "grant %u of child %u.%u has ended: %s%s", g->id,
	    g->tunnel, g->child, text, about_child(g->tunnel, g->child, NULL));
	LIST_FOREACH(p, &g->pairs, grant_entry)
		if (p->state == PAIR_UP && !g->manual)
			pair_tell_expire(p, EXPIRE_TIME, 1);
	grant_drop(g);
	tmd_answer(M_GRANT_GONE, id, code, text);
}

/*
 * Outside its ceiling in what new terms and new keys can mend: it waits for
 * them.  0, or -1: in more than that.
 */
static int
wait_for_terms(struct parent *p, struct grant *g, const struct wt_ceiling *c)
{
	static struct wt_ceiling	 as_was;
	const struct wt_grant		*w = grant_terms(g);
	uint64_t			 now = parent_now();
	char				 text[MSG_TEXT];

	as_was = *c;
	as_was.algs = w->algs;
	as_was.hard_seconds = w->hard_seconds;
	as_was.hard_bytes = w->hard_bytes;
	as_was.grant_seconds = 0;
	if (grant_within_ceiling(w, &as_was, now, text, sizeof(text)) != NULL)
		return (-1);
	if (!g->stale && (g->ends == 0 || now + GRANT_STALE_S < g->ends))
		due_set(p->base, &g->expiry, now + GRANT_STALE_S, on_expiry);
	g->stale = 1;
	return (0);
}

void
grants_recheck(struct parent *p)
{
	const struct wt_ceiling	*c;
	struct grant		*g, *next;
	const char		*why;
	char			 text[MSG_TEXT];
	uint64_t		 now = parent_now();

	RB_FOREACH_SAFE(g, grant_tree, &grants, next) {
		if ((c = ceiling_find(g->tunnel, g->child)) == NULL)
			why = "the policy has this child no more";
		else
			why = grant_within_ceiling(grant_terms(g), c, now, text,
			    sizeof(text));
		if (why == NULL && g->stale)
			fits(p, g);
		else if (why != NULL && (c == NULL ||
		    wait_for_terms(p, g, c) == -1))
			grant_end(g, RSN_CEILING, why);
	}
}
