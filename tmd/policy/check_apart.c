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
 * Tunnels that no peer could tell apart.  A responder chooses by addresses and
 * identities; where those of the first round are the same it takes one of them
 * and goes over to another in the round where they differ (RFC 4739), which it
 * may do only if both demanded the same until then.
 */

#include <string.h>

#include "addr.h"
#include "check.h"
#include "id.h"
#include "proto_kept.h"
#include "resolve.h"

#define KEY_MOST	(2 * (1 + LINK_PREFIXES * 18 + 2 + ID_CANON_MAX) + \
			2 * (NAME_MAX_LEN + 1) + ROUNDS_MAX * \
			(NAME_MAX_LEN + 3 + ID_CANON_MAX))

static size_t
put_id(uint8_t *p, const struct wt_id *id)
{
	size_t n = id_canon(id, p + 2);

	p[0] = (uint8_t)(n >> 8);
	p[1] = (uint8_t)n;
	return (2 + n);
}

static size_t
put_addresses(uint8_t *p, const struct endpoint *e)
{
	size_t n = 0, i;

	p[n++] = (uint8_t)e->naddr;
	for (i = 0; i < e->naddr; i++) {
		p[n++] = e->addr[i].addr.af;
		p[n++] = e->addr[i].plen;
		memcpy(p + n, e->addr[i].addr.a, 16);
		n += 16;
	}
	return (n);
}

/* Our ID: no other tunnel's certificate gives the same, until it is read. */
static size_t
put_our_id(uint8_t *p, const struct tunnel *t)
{
	size_t n = put_id(p, t->local.id);

	if (t->local.id->type != ID_ANY || t->ours->kind != AUTHK_CERT ||
	    t->ours->cert == NULL)
		return (n);
	strlcpy((char *)p + n, t->ours->cert, NAME_MAX_LEN + 1);
	return (n + strlen((char *)p + n));
}

/* What there is of the first round, besides the proof. */
static size_t
put_first(uint8_t *key, const struct tunnel *t)
{
	size_t n;

	n = put_addresses(key, &t->local);
	n += put_addresses(key + n, &t->remote);
	n += put_id(key + n, t->remote.id);
	n += put_our_id(key + n, t);
	if (t->remote.group != NULL)
		n += strlcpy((char *)key + n, t->remote.group->name,
		    NAME_MAX_LEN + 1);
	return (n);
}

struct slice
check_apart_key(struct arena *a, const struct tunnel *t)
{
	struct slice s = { NULL, 0 };
	uint8_t key[KEY_MOST];

	if (t->role != TR_INITIATOR) {
		s.len = put_first(key, t);
		s.p = (const uint8_t *)arena_copy(a, (const char *)key,
		    s.len);
	}
	return (s);
}

/*
 * What a responder has to choose a tunnel by: addresses and identities.
 * Two tunnels that are equal in all of it cannot be told apart.
 */
void
check_apart(struct reader *r, struct hash *seen, struct tunnel *t)
{
	uint8_t key[KEY_MOST];
	const struct tunnel *old;
	const struct auth *a;
	size_t n;

	if (t->role == TR_INITIATOR)
		return;
	n = put_first(key, t);
	for (a = t->theirs->next; a != NULL; a = a->next) {
		key[n++] = (uint8_t)a->kind;
		n += put_id(key + n, a->id);
		if (a->group != NULL)
			n += strlcpy((char *)key + n, a->group->name,
			    NAME_MAX_LEN + 1);
	}
	if ((old = hash_put(seen, arena_copy(r->arena, (const char *)key, n),
	    n, t)) != NULL)
		problem_error(r->ps, node_key_place(t->node), "tunnel \"%s\" "
		    "has the same addresses and IDs as tunnel \"%s\" (line "
		    "%u): no peer could tell them apart; give one another ID",
		    t->name, old->name, old->node->key->line);
}

/*
 * Tunnels of one first round, in groups that demand the same in all rounds but
 * the last: those of one group can always be told apart.
 */
struct alike {
	const struct tunnel	*t;
	struct alike		*next;		/* of the group */
	struct alike		*other;		/* group, of its first alone */
};

static int
demands_same(const struct tunnel *a, const struct tunnel *b)
{
	unsigned int i, n = auth_rounds(a->theirs);

	if (n != auth_rounds(b->theirs))
		return (0);
	for (i = 0; i + 1 < n; i++)
		if (memcmp(a->rule[i], b->rule[i], RULE_LEN) != 0)
			return (0);
	return (1);
}

static int
expects_same(const struct auth *a, const struct auth *b)
{
	return (a->kind == b->kind && id_equal(a->id, b->id) &&
	    (a->group == NULL ? b->group == NULL : b->group != NULL &&
	    strcmp(a->group->name, b->group->name) == 0));
}

/*
 * The round in which a peer shows which of the two it means.  *ends: by going
 * on in it or not, and by nothing else.
 */
static unsigned int
differ_at(const struct tunnel *t, const struct tunnel *o, int *ends)
{
	const struct auth *a = t->theirs, *b = o->theirs;
	unsigned int i;

	*ends = 0;
	for (i = 0; ; i++, a = a->next, b = b->next) {
		if (i > 0 && !expects_same(a, b))
			return (i);
		if ((*ends = (a->next == NULL) != (b->next == NULL)))
			return (i);
		if (a->next == NULL)
			return (i + 1);	/* check_apart() refuses them */
	}
}

static void
check_pair(struct reader *r, const struct tunnel *t, const struct tunnel *o)
{
	unsigned int i, at;
	int ends;

	at = differ_at(t, o, &ends);
	for (i = 0; i < at; i++)
		if (memcmp(t->rule[i], o->rule[i], RULE_LEN) != 0) {
			problem_error(r->ps, node_key_place(t->node),
			    "tunnel \"%s\" has the same addresses and IDs as "
			    "tunnel \"%s\" (line %u) until round %u of "
			    "authentication, but demands something else in "
			    "round %u: no peer could tell them apart; give one "
			    "another ID, or the same key or certificate there",
			    t->name, o->name, o->node->key->line, at + 1,
			    i + 1);
			return;
		}
	if (ends)
		problem_warn(r->ps, node_key_place(t->node), "tunnel \"%s\" "
		    "is tunnel \"%s\" (line %u) with another number of "
		    "rounds of authentication: who has what the shorter one "
		    "demands needs no more", t->name, o->name,
		    o->node->key->line);
}

/* Against all of the other groups, then into its own. */
static void
check_groups(struct reader *r, struct alike *first, struct alike *mine)
{
	struct alike *g, *old, *own = NULL;

	for (g = first; g != NULL; g = g->other) {
		if (own == NULL && demands_same(g->t, mine->t)) {
			own = g;
			continue;
		}
		for (old = g; old != NULL && r->ps->errors == 0;
		    old = old->next)
			check_pair(r, mine->t, old->t);
	}
	if (own != NULL) {
		mine->next = own->next;
		own->next = mine;
	} else {
		mine->other = first->other;
		first->other = mine;
	}
}

void
check_apart_rules(struct reader *r)
{
	struct hash seen = { NULL, 0, 0 };
	struct alike *mine, *first;
	struct slice key;
	struct tunnel *t;
	unsigned int i;

	for (i = 0; r->ps->errors == 0 && i < r->po->ntunnels; i++) {
		t = &r->po->tunnels[i];
		key = check_apart_key(r->arena, t);
		if (key.len == 0)
			continue;
		mine = arena_alloc(r->arena, sizeof(*mine));
		memset(mine, 0, sizeof(*mine));
		mine->t = t;
		first = hash_put(&seen, key.p, key.len, mine);
		if (first != NULL)
			check_groups(r, first, mine);
	}
	for (i = 0; i < r->po->nkept; i++) {
		key = r->po->kept[i].was->apart;
		if (key.len > 0 && hash_get(&seen, key.p, key.len) != NULL)
			r->unsure = 1;
	}
	hash_free(&seen);
}
