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
 * Which entry a peer authenticates against.  Entries with an exact remote ID
 * are found by a hash of it, those with a wildcard or none by one of the
 * peer's address; they are tried in turn where that is not one address.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "entries_int.h"
#include "id.h"
#include "log.h"

#define NEAREST		64	/* looked at for an error's text, each way */

struct entries *
entries_new(void)
{
	struct entries *es = xcalloc(1, sizeof(*es));

	es->groups = groups_new();
	return (es);
}

static void
entry_clear(struct entry *e)
{
	free(e->psks);
	free(e->ppks);
	free(e->name);
	free(e->key);
	free(e->local);
	free(e->remote);
	free(e->id_local);
	free(e->id_remote);
	free(e->group);
}

void
entries_free(struct entries *es)
{
	size_t i;

	if (es == NULL)
		return;
	for (i = 0; i < es->n; i++)
		entry_clear(&es->e[i]);
	free(es->e);
	pskids_clear(&es->psks);
	ppks_clear(&es->ppks);
	entries_drop_index(es);
	groups_free(es->groups);
	free(es);
}

static struct wt_prefix *
copy_prefixes(const struct wt_prefix *p, uint16_t n)
{
	struct wt_prefix *copy = NULL;

	if (n > 0) {
		copy = xcalloc(n, sizeof(*copy));
		memcpy(copy, p, n * sizeof(*copy));
	}
	return (copy);
}

/* In one piece: those of thousands of entries come and go at each reload. */
static char **
copy_words(const struct wt_word *w, uint16_t n)
{
	size_t size = 0, len;
	char **copy, *p;
	uint16_t i;

	if (n == 0)
		return (NULL);
	for (i = 0; i < n; i++)
		size += sizeof(*copy) + strlen(w[i].w) + 1;
	copy = xcalloc(1, size);
	p = (char *)(copy + n);
	for (i = 0; i < n; i++, p += len) {
		len = strlen(w[i].w) + 1;
		copy[i] = memcpy(p, w[i].w, len);
	}
	return (copy);
}

static struct wt_id *
copy_id(const struct wt_id *id)
{
	return (id->type == ID_ANY ? NULL : id_keep(id));
}

/* In a later round one side may have nothing to prove, not both. */
static const char *
kinds_wrong(const struct sn_auth *a)
{
	if (a->round >= ROUNDS_MAX)
		return ("too many rounds of authentication");
	if (a->kind_ours > AUTHK_KEY || a->kind_theirs > AUTHK_KEY ||
	    ((a->round == 0 || a->kind_ours == a->kind_theirs) &&
	    (a->kind_ours == AUTHK_NONE || a->kind_theirs == AUTHK_NONE)))
		return ("an authentication of no known kind");
	return (NULL);
}

const char *
entries_add(struct entries *es, const struct sn_auth *a)
{
	int psk = a->kind_ours == AUTHK_PSK || a->kind_theirs == AUTHK_PSK;
	const char *why;
	struct entry *e;

	if ((why = kinds_wrong(a)) != NULL)
		return (why);
	if (psk && !a->by_id && a->psks_n == 0)
		return ("an authentication without a key");
	if (a->kind_ours > AUTHK_PSK && a->key[0] == '\0')
		return ("a certificate without its private key");
	if (es->n == es->cap) {
		es->cap = es->cap == 0 ? 16 : 2 * es->cap;
		es->e = xreallocarray(es->e, es->cap, sizeof(*es->e));
	}
	e = &es->e[es->n++];
	memset(e, 0, sizeof(*e));
	e->tunnel = a->tunnel;
	e->round = a->round;
	e->rounds_ours = a->rounds_ours;
	e->rounds_theirs = a->rounds_theirs;
	memcpy(e->rule, a->rule, sizeof(e->rule));
	e->name = xstrdup(a->name);
	e->kind_ours = a->kind_ours;
	e->kind_theirs = a->kind_theirs;
	e->by_id = a->by_id;
	e->weak = a->weak;
	e->sigs = a->sigs;
	e->key = xstrdup(a->key);
	e->prfs = a->prfs;
	e->nlocal = a->local_n;
	e->local = copy_prefixes(a->local, a->local_n);
	e->nremote = a->remote_n;
	e->remote = copy_prefixes(a->remote, a->remote_n);
	e->id_local = copy_id(&a->id_local);
	e->id_remote = copy_id(&a->id_remote);
	e->group = a->group[0] != '\0' ? xstrdup(a->group) : NULL;
	e->psks = copy_words(a->psks, a->psks_n);
	e->npsks = a->psks_n;
	e->ppk = a->ppk;
	e->ppks = copy_words(a->ppks, a->ppks_n);
	e->nppks = a->ppks_n;
	return (NULL);
}

const char *
entries_add_psk(struct entries *es, const struct sn_psk *p)
{
	return (pskids_add(&es->psks, p));
}

const char *
entries_add_group(struct entries *es, const struct sn_group *g)
{
	return (groups_add(es->groups, g));
}

const char *
entries_add_ppk(struct entries *es, const struct sn_ppk *p)
{
	return (ppks_add(&es->ppks, p));
}

const struct ppks *
entries_ppks(const struct entries *es)
{
	return (&es->ppks);
}

int
entry_may_ppk(const struct entry *e, const char *name)
{
	uint16_t i;

	if (e->ppk == PPK_NO)
		return (0);
	for (i = 0; i < e->nppks; i++)
		if (strcmp(e->ppks[i], name) == 0)
			return (1);
	return (e->nppks == 0);
}

const struct entry *
entries_at(const struct entries *es, size_t i)
{
	return (i < es->n ? &es->e[i] : NULL);
}

const struct sn_psk *
entries_psk_at(const struct entries *es, size_t i)
{
	return (i < es->psks.n ? &es->psks.v[i] : NULL);
}

const struct entry *
entries_round(const struct entries *es, uint32_t tunnel, unsigned int round)
{
	uint32_t i;

	for (i = es->by_tunnel[tunnel & (es->buckets - 1)]; i != 0;
	    i = es->e[i - 1].next_tunnel)
		if (es->e[i - 1].tunnel == tunnel &&
		    es->e[i - 1].round == round)
			return (&es->e[i - 1]);
	return (NULL);
}

const struct entry *
entries_by_tunnel(const struct entries *es, uint32_t tunnel)
{
	return (entries_round(es, tunnel, 0));
}

int
entry_goes_on(const struct entry *e)
{
	return (e->round + 1 < e->rounds_ours ||
	    e->round + 1 < e->rounds_theirs);
}

/* Length of the longest prefix with a in it, or -1. */
static int
best_prefix(const struct wt_prefix *p, uint16_t n, const struct wt_addr *a)
{
	int best = -1;
	uint16_t i;

	for (i = 0; i < n; i++)
		if (p[i].plen > best && prefix_has(&p[i], a))
			best = p[i].plen;
	return (best);
}

/* How well addresses fit: -1 not at all; the remote side weighs more. */
static int
score_addrs(const struct entry *e, const struct asked *q)
{
	int r, l = 0;

	if ((r = best_prefix(e->remote, e->nremote, q->remote)) == -1)
		return (-1);
	if (e->nlocal > 0 &&
	    (l = best_prefix(e->local, e->nlocal, q->local)) == -1)
		return (-1);
	return (r << 9 | l << 1);
}

int
entry_has_peer(const struct entry *e, const struct wt_id *peer)
{
	if (e->group != NULL)
		return (e->members != NULL &&
		    idset_match(e->members, peer) != -1);
	return (e->id_remote == NULL || id_match(e->id_remote, peer));
}

char *
entry_wants(const struct entry *e, char out[ENTRY_WANTS])
{
	if (e->group != NULL)
		snprintf(out, ENTRY_WANTS, "one of group:%s", e->group);
	else if (e->id_remote == NULL)
		strlcpy(out, "any", ENTRY_WANTS);
	else
		id_print(e->id_remote, out, ENTRY_WANTS);
	return (out);
}

/*
 * The same with identities: above addresses whether there are as many rounds;
 * above that exact, wildcard, any; and above that whether the peer may prove
 * itself so.
 */
static int
score(const struct entry *e, const struct asked *q)
{
	struct wt_id ours;
	int s;

	if ((s = score_addrs(e, q)) == -1)
		return (-1);
	if (!entry_has_peer(e, q->peer))
		return (-1);
	if (e->group != NULL || e->id_remote != NULL)
		s |= e->group != NULL || id_is_wild(e->id_remote) ? 1 << 18 :
		    1 << 19;
	if (q->wants->type != ID_ANY) {
		entry_id_ours(e, q->local, &ours);
		if (!id_equal(&ours, q->wants))
			return (-1);
		s |= e->id_local != NULL;
	}
	if (q->kinds & 1 << e->kind_theirs)
		s |= 1 << 20;
	if (q->follows == (e->round + 1 < e->rounds_theirs))
		s |= 1 << 17;
	return (s);
}

int
entry_fits(const struct entry *e, const struct asked *q)
{
	return (score(e, q) != -1);
}

/* Of two that fit as well it is the first in the policy. */
static const struct entry *
best_of(const struct entries *es, uint32_t chain, const struct asked *q,
    const struct entry *best, int *least)
{
	const struct entry *e;
	int s;

	for (; chain != 0; chain = e->next) {
		e = &es->e[chain - 1];
		s = score(e, q);
		if (s > *least || (s == *least && best != NULL && e < best)) {
			*least = s;
			best = e;
		}
	}
	return (best);
}

const struct entry *
entries_choose(const struct entries *es, const struct asked *q)
{
	const struct entry *best;
	int least = -1;

	best = best_of(es, es->by_id[id_hash(q->peer) & (es->buckets - 1)], q,
	    NULL, &least);
	best = best_of(es, *entries_at_addr(es, es->open_at, q->remote), q,
	    best, &least);
	return (best_of(es, es->open, q, best, &least));
}

/* Who has passed the rounds before one of these, has it those of the other? */
static int
same_before(const struct entries *es, const struct entry *a,
    const struct entry *b, const struct wt_id *first)
{
	const struct entry *x, *y;
	unsigned int i;

	if (a->tunnel == b->tunnel)
		return (1);
	for (i = 0; i < b->round; i++)
		if ((x = entries_round(es, a->tunnel, i)) == NULL ||
		    (y = entries_round(es, b->tunnel, i)) == NULL ||
		    memcmp(x->rule, y->rule, sizeof(x->rule)) != 0)
			return (0);
	y = entries_by_tunnel(es, b->tunnel);
	return (entry_has_peer(y, first));
}

const struct entry *
entries_choose_round(const struct entries *es, uint32_t tunnel,
    unsigned int round, const struct wt_id *first, const struct asked *q)
{
	const struct entry *cur = entries_round(es, tunnel, round), *e;
	const struct entry *best = cur;
	uint32_t i;
	int s, least;

	if (cur == NULL)
		return (NULL);
	if ((least = score(cur, q)) == -1)
		best = NULL;
	i = round == 0 || (e = entries_by_tunnel(es, tunnel)) == NULL ? 0 :
	    *entries_at_rule(es, e->rule);
	for (; i != 0; i = e->next) {
		e = &es->e[i - 1];
		if (e->round == round && (s = score(e, q)) > least &&
		    same_before(es, cur, e, first)) {
			least = s;
			best = e;
		}
	}
	return (best);
}

/* Not more than NEAREST of them: anybody may be refused, again and again. */
static const struct entry *
near_of(const struct entries *es, uint32_t chain, const struct asked *q,
    const struct entry *best, int *least)
{
	const struct entry *e;
	unsigned int i;
	int s;

	for (i = 0; chain != 0 && i < NEAREST; i++, chain = e->next_near) {
		e = &es->e[chain - 1];
		if ((s = score_addrs(e, q)) > *least) {
			*least = s;
			best = e;
		}
	}
	return (best);
}

const struct entry *
entries_nearest(const struct entries *es, const struct asked *q)
{
	const struct entry *best;
	int least = -1;

	best = near_of(es, *entries_at_addr(es, es->near_at, q->remote), q,
	    NULL, &least);
	return (near_of(es, es->near, q, best, &least));
}

char *
entries_hint(const struct entries *es, const struct asked *q,
    char out[ENTRY_HINT])
{
	const struct entry *e = entries_nearest(es, q);
	char want[ENTRY_WANTS], us[ENTRY_WANTS];
	struct wt_id ours;

	out[0] = '\0';
	if (e == NULL)
		return (out);
	entry_id_ours(e, q->local, &ours);
	snprintf(out, ENTRY_HINT, "; tunnel %s expects %s and is %s itself",
	    e->name, entry_wants(e, want), id_print(&ours, us, sizeof(us)));
	return (out);
}

const char *
entries_psk_by_id(const struct entries *es, const struct wt_id *id)
{
	const struct sn_psk *p = pskids_find(&es->psks, id);

	return (p == NULL ? NULL : p->secret);
}

void
entry_id_ours(const struct entry *e, const struct wt_addr *local,
    struct wt_id *id)
{
	memset(id, 0, sizeof(*id));
	if (e->id_local != NULL)
		id_copy(id, e->id_local);
	else if (e->kind_ours != AUTHK_CERT && e->kind_ours != AUTHK_NONE)
		id_from_addr(local, id);
}

void
entries_ours(struct entries *es, const struct sn_ours *row)
{
	struct entry *e;
	uint32_t i;

	for (i = es->by_tunnel[row->tunnel & (es->buckets - 1)]; i != 0;
	    i = e->next_tunnel) {
		e = &es->e[i - 1];
		if (e->tunnel != row->tunnel || e->round != row->round ||
		    e->kind_ours != AUTHK_CERT)
			continue;
		free(e->id_local);
		e->id_local = copy_id(&row->id);
		e->has_fp = 1;
		memcpy(e->key_fp, row->key, sizeof(e->key_fp));
	}
}

int
entries_have_cert(const struct entries *es)
{
	size_t i;

	for (i = 0; i < es->n; i++)
		if (es->e[i].kind_ours == AUTHK_CERT)
			return (1);
	return (0);
}
