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
 * Several rounds of authentication (RFC 4739): what is only theirs.
 */

#include <string.h>

#include "id.h"
#include "resolve.h"
#include "setters.h"

const struct auth *
auth_round(const struct auth *a, unsigned int round)
{
	for (; a != NULL && round > 0; round--)
		a = a->next;
	return (a);
}

unsigned int
auth_rounds(const struct auth *a)
{
	unsigned int n = 0;

	for (; a != NULL; a = a->next)
		n++;
	return (n);
}

unsigned int
tunnel_rounds(const struct tunnel *t)
{
	unsigned int l = auth_rounds(t->ours), p = auth_rounds(t->theirs);

	return (l > p ? l : p);
}

/* Rounds that are said in defaults become this tunnel's own. */
static void
own_rounds(struct reader *r, struct auth *a)
{
	struct auth *own;

	for (; a->next != NULL; a = own) {
		own = arena_alloc(r->arena, sizeof(*own));
		*own = *a->next;
		a->next = own;
	}
}

void
resolve_first_ids(struct reader *r, struct tunnel *t)
{
	struct endpoint *e;
	int i;

	for (i = 0; i < 2; i++) {
		e = i == 0 ? &t->local : &t->remote;
		own_rounds(r, &e->auth);
		if (e->auth.id == NULL)
			continue;
		if (e->id != NULL) {
			problem_error(r->ps, node_place(e->auth.at[A_ID]),
			    "tunnel \"%s\" says the ID of the first round "
			    "twice, in %s and in %s.auth: leave one out",
			    t->name, i == 0 ? "local" : "remote",
			    i == 0 ? "local" : "remote");
			continue;
		}
		e->id = e->auth.id;
		e->group = e->auth.group;
		e->at[E_ID] = e->auth.at[A_ID];
	}
}

static int
common_word(const struct words *a, const struct words *b)
{
	unsigned int i, k;

	for (i = 0; i < a->n; i++)
		for (k = 0; k < b->n; k++)
			if (strcmp(a->v[i], b->v[k]) == 0)
				return (1);
	return (0);
}

static int
same(const char *a, const char *b)
{
	return (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Would the second prove no more than the first?  With what, or NULL. */
static const char *
proves_same(const struct auth *a, const struct auth *b)
{
	if (a->kind != b->kind)
		return (NULL);
	if (a->kind == AUTHK_PSK)
		return (common_word(&a->psks, &b->psks) ?
		    "pre-shared key" : NULL);
	if (same(a->cert, b->cert))
		return ("certificate");
	return (same(a->key, b->key) || same(a->pubkey, b->pubkey) ?
	    "key" : NULL);
}

static void
check_different(struct reader *r, const struct tunnel *t,
    const struct auth *all, const char *side)
{
	const struct auth *a, *b;
	unsigned int i, k;
	const char *what;

	for (a = all, i = 1; a != NULL; a = a->next, i++)
		for (b = a->next, k = i + 1; b != NULL; b = b->next, k++)
			if ((what = proves_same(a, b)) != NULL)
				problem_error(r->ps, node_place(b->node),
				    "tunnel \"%s\": %s.auth has the same %s in "
				    "rounds %u and %u: the second proves "
				    "nothing more", t->name, side, what, i, k);
}

void
resolve_rounds(struct reader *r, const struct tunnel *t)
{
	const struct auth *a, *p;
	unsigned int i;

	check_different(r, t, t->ours, "local");
	check_different(r, t, t->theirs, "remote");
	for (i = 1; (a = auth_round(t->ours, i)) != NULL; i++) {
		p = auth_round(t->theirs, i);
		if (a->kind == AUTHK_PSK && a->by_id && p == NULL)
			problem_error(r->ps, node_place(a->node), "tunnel "
			    "\"%s\": psk: by-id in round %u of local.auth, "
			    "where the peer says no ID: name the key",
			    t->name, i + 1);
	}
}

/* What is not said is the side's; ours with a certificate the certificate's. */
void
resolve_round_ids(struct reader *r, struct tunnel *t)
{
	struct endpoint *e;
	struct auth *a;
	int i;

	for (i = 0; i < 2; i++) {
		e = i == 0 ? &t->local : &t->remote;
		for (a = e->auth.next; a != NULL; a = a->next) {
			if (a->id != NULL)
				continue;
			a->id = arena_alloc(r->arena, sizeof(*a->id));
			if (e->id != NULL && (i == 1 || e->at[E_ID] != NULL ||
			    a->kind != AUTHK_CERT))
				*a->id = *e->id;
			a->group = i == 1 ? e->group : NULL;
		}
	}
}
