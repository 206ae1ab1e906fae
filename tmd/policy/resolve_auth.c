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
 * How the sides of a tunnel prove who they are, once all is read: which way,
 * and whether what is said belongs to it.
 */

#include <string.h>

#include "resolve.h"
#include "setters.h"

static int
same_words(const struct words *a, const struct words *b)
{
	unsigned int i;

	if (a->n != b->n)
		return (0);
	for (i = 0; i < a->n; i++)
		if (strcmp(a->v[i], b->v[i]) != 0)
			return (0);
	return (1);
}

int
auth_one_psk(const struct auth *a, const struct auth *b)
{
	return (a == b || (a->kind == AUTHK_PSK && b->kind == AUTHK_PSK &&
	    a->by_id == b->by_id && same_words(&a->psks, &b->psks)));
}

int
tunnel_one_psk(const struct tunnel *t)
{
	return (t->ours->next == NULL && t->theirs->next == NULL &&
	    auth_one_psk(t->ours, t->theirs));
}

/* Said in this tunnel, not in defaults? */
static int
own(const struct auth *a, const struct auth *from_defaults)
{
	return (a->node != NULL && a->node != from_defaults->node);
}

static void
both_sides(struct reader *r, struct tunnel *t)
{
	const struct auth *l = &t->local.auth, *p = &t->remote.auth;

	if (l->node == NULL && p->node == NULL)
		problem_error(r->ps, node_key_place(t->node), "tunnel \"%s\" "
		    "says nothing about authentication: add psk: NAME",
		    t->name);
	else if (l->node == NULL || p->node == NULL)
		problem_error(r->ps, node_place(l->node != NULL ? l->node :
		    p->node), "tunnel \"%s\" has no auth in %s; psk: NAME in "
		    "the tunnel says both", t->name,
		    l->node == NULL ? "local" : "remote");
}

/* What is only one side's, or only a certificate's. */
static const struct {
	enum auth_key	 key;
	uint8_t		 kinds;		/* bits 1 << enum auth_kind */
	uint8_t		 local;		/* may it be said of ours? */
	uint8_t		 remote;
	const char	*name;
} places[] = {
	{ A_PSK, 1 << AUTHK_PSK, 1, 1, "psk" },
	{ A_CERT, 1 << AUTHK_CERT, 1, 1, "cert" },
	{ A_KEY, 1 << AUTHK_KEY | 1 << AUTHK_CERT, 1, 0, "key" },
	{ A_PUBKEY, 1 << AUTHK_KEY, 0, 1, "pubkey" },
	{ A_CA, 1 << AUTHK_CERT, 0, 1, "ca" },
	{ A_REVOCATION, 1 << AUTHK_CERT, 0, 1, "revocation" },
	{ A_SIGNATURES, 1 << AUTHK_CERT | 1 << AUTHK_KEY, 1, 1, "signatures" },
	{ A_CERT_ID, 1 << AUTHK_CERT, 0, 1, "cert-id" },
	{ A_EKU, 1 << AUTHK_CERT, 0, 1, "eku" },
	{ A_CERT_POLICY, 1 << AUTHK_CERT, 0, 1, "cert-policy" },
	{ A_ID, 1 << AUTHK_PSK | 1 << AUTHK_CERT | 1 << AUTHK_KEY, 1, 1, "id" },
};

static const char *
kind_name(uint64_t kind)
{
	return (kind == AUTHK_PSK ? "a pre-shared key" :
	    kind == AUTHK_KEY ? "a raw public key" : "a certificate");
}

/* The peer's certificate need not be named: what else is there says it. */
static uint64_t
kind_of(const struct auth *a)
{
	if (a->at[A_PSK] != NULL)
		return (AUTHK_PSK);
	/* A certificate whose key is not in private/, but in a token. */
	if (a->at[A_CERT] != NULL && token_is_uri(a->key))
		return (AUTHK_CERT);
	return (a->at[A_KEY] != NULL || a->at[A_PUBKEY] != NULL ? AUTHK_KEY :
	    AUTHK_CERT);
}

static void
check_side(struct reader *r, const struct tunnel *t, const struct auth *a,
    int remote)
{
	const char *side = remote ? "remote" : "local";
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (a->at[places[i].key] == NULL)
			continue;
		if (remote ? !places[i].remote : !places[i].local)
			problem_error(r->ps, node_place(a->at[places[i].key]),
			    "tunnel \"%s\": %s does not belong to %s.auth: it "
			    "is said of the %s side", t->name, places[i].name,
			    side, remote ? "local" : "remote");
		else if ((places[i].kinds & 1 << a->kind) == 0)
			problem_error(r->ps, node_place(a->at[places[i].key]),
			    "tunnel \"%s\": %s in %s.auth does not go with "
			    "%s", t->name, places[i].name, side,
			    kind_name(a->kind));
	}
	if (!remote && a->kind == AUTHK_CERT && a->cert == NULL)
		problem_error(r->ps, node_place(a->node), "tunnel \"%s\": "
		    "local.auth names no cert, key or psk of ours", t->name);
}

/* Of one round; l or p is NULL where that side has fewer. */
static void
resolve_psk(struct reader *r, const struct tunnel *t, const struct auth *l,
    const struct auth *p)
{
	const struct auth *a = l != NULL && l->kind == AUTHK_PSK ? l : p;

	if (a == NULL || a->kind != AUTHK_PSK)
		return;
	if (a == l && p != NULL && p->kind == AUTHK_PSK && !auth_one_psk(l, p))
		problem_error(r->ps, node_place(p->node), "tunnel "
		    "\"%s\": different pre-shared keys for the two sides are "
		    "not supported by this version", t->name);
	else if (a->by_id && r->po->at[TOP_PSKS] == NULL)
		problem_error(r->ps, node_place(a->node), "tunnel \"%s\" "
		    "takes its key by ID, but psks is not defined", t->name);
	else if (!a->by_id && a->psks.n == 0)
		problem_error(r->ps, node_place(a->node), "tunnel \"%s\" "
		    "names no pre-shared key", t->name);
}

void
resolve_auth(struct reader *r, struct tunnel *t)
{
	struct auth *l = &t->local.auth, *p = &t->remote.auth;
	const struct auth *x, *y;
	struct auth *a;
	int sides = own(l, &r->tunnel0.local.auth) ||
	    own(p, &r->tunnel0.remote.auth);
	unsigned int errors = r->ps->errors;

	t->psk.kind = AUTHK_PSK;
	t->ours = t->theirs = &t->psk;
	if (sides && own(&t->psk, &r->tunnel0.psk))
		problem_error(r->ps, tunnel_place(t, T_PSK), "tunnel \"%s\" "
		    "has psk and auth: psk is the short form for both sides, "
		    "leave one out", t->name);
	else if (sides || t->psk.node == NULL) {
		for (a = l; a != NULL; a = a->next)
			a->kind = kind_of(a);
		for (a = p; a != NULL; a = a->next)
			a->kind = kind_of(a);
		t->ours = l;
		t->theirs = p;
		both_sides(r, t);
	}
	if (r->ps->errors != errors)
		return;
	for (x = t->ours; x != NULL; x = x->next)
		check_side(r, t, x, 0);
	for (x = t->theirs; x != NULL; x = x->next)
		check_side(r, t, x, 1);
	for (a = t->theirs == p ? p : NULL; a != NULL; a = a->next)
		resolve_authorities(r, a);
	for (a = t->ours == l ? l : NULL; a != NULL; a = a->next)
		resolve_token(r, a);
	if (r->ps->errors != errors)
		return;
	for (x = t->ours, y = t->theirs; x != NULL || y != NULL;
	    x = x == NULL ? NULL : x->next, y = y == NULL ? NULL : y->next)
		resolve_psk(r, t, x, y);
	if (r->ps->errors == errors)
		resolve_rounds(r, t);
}
