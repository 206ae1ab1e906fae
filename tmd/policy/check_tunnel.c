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
 * Checks of tunnels: their own keys, and each against all others.
 */

#include <inttypes.h>
#include <string.h>

#include "addr.h"
#include "check.h"
#include "id.h"
#include "lane.h"
#include "proto_kept.h"
#include "resolve.h"

static void
check_port(struct reader *r, const struct tunnel *t)
{
	uint64_t ours = resolve_local_port(r->po, t);

	if (t->local.port != ours)
		problem_error(r->ps, node_place(t->local.at[E_PORT]),
		    "tunnel \"%s\" has local port %" PRIu64 "; towards "
		    "remote port %" PRIu64 " it is %" PRIu64 " (ports:)",
		    t->name, t->local.port, t->remote.port, ours);
}

static int
listens(const struct policy *po, const struct wt_prefix *p)
{
	unsigned int i;

	for (i = 0; i < po->nlisten; i++)
		if (po->listen[i].addr.af == p->addr.af &&
		    (prefix_covers(&po->listen[i], p) ||
		    prefix_covers(p, &po->listen[i])))
			return (1);
	return (0);
}

/* A tunnel from an address where nobody listens hears no answer. */
static void
check_listen(struct reader *r, const struct tunnel *t)
{
	char text[ADDR_TEXT];
	unsigned int i;

	/* What addresses an interface has nobody knows here. */
	if (r->po->nlinks > 0)
		return;
	for (i = 0; i < t->local.naddr; i++)
		if (!listens(r->po, &t->local.addr[i]))
			problem_error(r->ps, tunnel_place(t, T_LOCAL),
			    "tunnel \"%s\" has local address %s, where IKE "
			    "does not listen (listen:)", t->name,
			    addr_print(&t->local.addr[i].addr, text,
			    sizeof(text)));
}

static void
check_families(struct reader *r, const struct tunnel *t)
{
	unsigned int i, k;

	if (t->local.naddr == 0 || t->remote.naddr == 0)
		return;
	for (i = 0; i < t->local.naddr; i++)
		for (k = 0; k < t->remote.naddr; k++)
			if (t->local.addr[i].addr.af ==
			    t->remote.addr[k].addr.af)
				return;
	problem_error(r->ps, tunnel_place(t, T_REMOTE), "tunnel \"%s\" has "
	    "local and remote addresses of different families", t->name);
}

static void
check_retry(struct reader *r, const struct tunnel *t)
{
	if (t->at[T_RETRY] != NULL && t->retry.first > t->retry.most)
		problem_error(r->ps, tunnel_place(t, T_RETRY), "tunnel "
		    "\"%s\": retry.first is longer than retry.most", t->name);
}

/* The stream is ikd-esp's. */
static void
check_tcp(struct reader *r, const struct tunnel *t)
{
	if (t->tcp != TCP_NO && !r->po->userspace)
		problem_error(r->ps, tunnel_place(t, T_TCP), "tunnel \"%s\" "
		    "has tcp-encapsulation, which the kernel plane lacks: say "
		    "dataplane: userspace, or leave it out", t->name);
}

static void
check_max_peers(struct reader *r, const struct tunnel *t)
{
	if (t->max_peers != 0 && t->remote.group == NULL &&
	    t->remote.id->type != ID_ANY && !id_is_wild(t->remote.id))
		problem_error(r->ps, tunnel_place(t, T_MAX_PEERS), "tunnel "
		    "\"%s\" has max-peers, but one peer alone: that is for a "
		    "group, a wildcard or any as remote ID (and unique-id "
		    "says how often one peer comes)", t->name);
}

/* It was asked for by name, and there will never be a ticket. */
static void
check_resumption(struct reader *r, const struct tunnel *t)
{
	const char *why = NULL;
	unsigned int i;

	if (t->at[T_RESUMPTION] == NULL || !t->resumption)
		return;
	if (tunnel_rounds(t) > 1)
		why = "several rounds of authentication";
	else if (t->policy->tunnel_lifesize != 0)
		why = "a tunnel-lifesize";
	for (i = 0; why == NULL && i < t->nchildren; i++)
		if (t->children[i].policy->tunnel_lifesize != 0)
			why = "a child with a tunnel-lifesize";
	if (why != NULL)
		problem_warn(r->ps, node_place(t->at[T_RESUMPTION]), "tunnel "
		    "\"%s\" has %s: it is never resumed", t->name, why);
}

/* Who was first to have these selectors. */
struct owner {
	const struct tunnel	*t;
	const struct child	*c;
};

uint8_t *
check_owner_key(struct arena *a, const struct child *c, size_t *len)
{
	size_t n[2];
	uint8_t *key;

	if (c->broken || c->node == NULL || c->dyn != 0 ||
	    c->remote.any_host || c->nwide[0] == 0 || c->nwide[1] == 0)
		return (NULL);
	n[0] = c->nwide[0] * sizeof(*c->wide[0]);
	n[1] = c->nwide[1] * sizeof(*c->wide[1]);
	*len = sizeof(c->nwide[0]) + n[0] + n[1] + LANE_KEY;
	key = arena_alloc(a, *len);
	memcpy(key, &c->nwide[0], sizeof(c->nwide[0]));
	memcpy(key + sizeof(c->nwide[0]), c->wide[0], n[0]);
	memcpy(key + sizeof(c->nwide[0]) + n[0], c->wide[1], n[1]);
	lane_key(&c->lane, key + *len - LANE_KEY);
	return (key);
}

/*
 * Children of two tunnels with equal selectors: packets can go to one of
 * them only, and the other is refused while that one is up.  It may be meant,
 * a second way to one place; most are lines that were copied.
 */
static void
check_owner(struct reader *r, struct hash *owners, const struct tunnel *t,
    const struct child *c)
{
	const struct owner *old;
	struct owner *own;
	uint8_t *key;
	size_t len;

	if ((key = check_owner_key(r->arena, c, &len)) == NULL)
		return;
	own = arena_alloc(r->arena, sizeof(*own));
	own->t = t;
	own->c = c;
	if ((old = hash_put(owners, key, len, own)) == NULL || old->t == t)
		return;
	problem_warn(r->ps, node_key_place(c->node), "child \"%s\" of "
	    "tunnel \"%s\" has the same selectors as \"%s\" of \"%s\" (line "
	    "%u): only one of them can be up", c->name, t->name, old->c->name,
	    old->t->name, old->c->node->key->line);
}

/* Of one that is not read: does it meet one that was? */
static void
check_kept(struct reader *r, const struct hash *owners,
    const struct kept_tunnel *t)
{
	const struct slice *o = &t->was->owners;
	size_t at, n;

	for (at = 0; o->len - at >= 2; at += 2 + n) {
		n = (size_t)(o->p[at] << 8 | o->p[at + 1]);
		if (n > o->len - at - 2)
			return;
		if (hash_get(owners, o->p + at + 2, n) != NULL)
			r->unsure = 1;
	}
}

static void
check_ike(struct reader *r, struct hash *seen, struct tunnel *t)
{
	check_port(r, t);
	check_tcp(r, t);
	check_listen(r, t);
	check_max_peers(r, t);
	check_resumption(r, t);
	check_apart(r, seen, t);
}

void
check_tunnels(struct reader *r)
{
	struct hash seen = { NULL, 0, 0 }, owners = { NULL, 0, 0 };
	struct hash spis = { NULL, 0, 0 };
	struct tunnel *t;
	unsigned int i, k;

	for (i = 0; i < r->po->ntunnels; i++) {
		t = &r->po->tunnels[i];
		if (t->broken)
			continue;
		check_families(r, t);
		check_retry(r, t);
		if (t->keying)
			check_manual(r, &spis, t);
		else
			check_ike(r, &seen, t);
		for (k = 0; k < t->nchildren; k++)
			check_owner(r, &owners, t, &t->children[k]);
	}
	for (i = 0; i < r->po->nkept; i++)
		check_kept(r, &owners, &r->po->kept[i]);
	hash_free(&seen);
	hash_free(&owners);
	hash_free(&spis);
}
