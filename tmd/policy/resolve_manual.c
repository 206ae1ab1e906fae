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
 * Tunnels with manual keys: what is meant, and what has no meaning there.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "alg.h"
#include "check.h"
#include "id.h"
#include "resolve.h"
#include "setters.h"

#define PORT_NATT	4500	/* RFC 3948; the peer's, if it says nothing */

/* Keys of a tunnel, and of a child, that are not IKE's. */
static const uint8_t tunnel_keys[T_KEYS] = {
	[T_KEYING] = 1, [T_NUMBER] = 1, [T_NOTE] = 1, [T_START] = 1,
	[T_LOCAL] = 1, [T_REMOTE] = 1, [T_UDP_ENCAPSULATION] = 1,
	[T_RETRY] = 1, [T_CHILDREN] = 1, [T_INTERFACE] = 1, [T_VRF] = 1,
	[T_MARK] = 1, [T_IF_ID] = 1, [T_DSCP] = 1
};

static int
child_key(size_t k)
{
	return (k != C_POLICY && k != C_PEERS && k != C_INACTIVITY);
}

int
manual_has_key(const struct keymap *m, size_t k)
{
	if (m == &keys_tunnel)
		return (tunnel_keys[k]);
	if (m == &keys_endpoint)
		return (k == E_ADDRESS || k == E_PORT);
	return (m != &keys_child || child_key(k));
}

/* Said here, and not by defaults:. */
static void
refuse_tunnel_keys(struct reader *r, const struct tunnel *t)
{
	size_t k;

	for (k = 0; k < T_KEYS; k++)
		if (!tunnel_keys[k] && t->at[k] != NULL &&
		    t->at[k] != r->tunnel0.at[k])
			reader_error(r, t->at[k]->key, "tunnel \"%s\" has "
			    "manual keys, for which %s has no meaning: leave "
			    "it out", t->name, keys_tunnel.keys[k].name);
}

/* Of an endpoint, too. */
static const struct node *
own_identity(const struct endpoint *e, const struct endpoint *defaults)
{
	if (e->at[E_ID] != defaults->at[E_ID])
		return (e->at[E_ID]);
	return (e->at[E_AUTH] != defaults->at[E_AUTH] ? e->at[E_AUTH] : NULL);
}

static void
refuse_endpoint_keys(struct reader *r, const struct tunnel *t,
    const struct endpoint *e, const char *side)
{
	const struct node *own = own_identity(e, e == &t->local ?
	    &r->tunnel0.local : &r->tunnel0.remote);

	if (own != NULL)
		reader_error(r, own->key, "tunnel \"%s\" has manual keys: "
		    "nobody says or proves who it is; %s has an address alone",
		    t->name, side);
	else if (!endpoint_single(e))
		problem_error(r->ps, tunnel_place(t, e == &t->local ?
		    T_LOCAL : T_REMOTE), "tunnel \"%s\" has manual keys, "
		    "which are for one address at each end: give %s, as in "
		    "%s: 192.0.2.1", t->name, side, side);
}

static void
resolve_ports(struct reader *r, struct tunnel *t)
{
	uint64_t natt = r->po->ports.natt;

	if (t->local.at[E_PORT] != NULL && t->local.port != natt)
		reader_error(r, t->local.at[E_PORT], "tunnel \"%s\" has "
		    "local port %" PRIu64 "; it is %" PRIu64 " (ports:)",
		    t->name, t->local.port, natt);
	t->local.port = natt;
	if (t->remote.at[E_PORT] == NULL)
		t->remote.port = PORT_NATT;
}

static void
bad_start(struct reader *r, const struct node *at, const char *what,
    const char *name)
{
	reader_error(r, at, "%s \"%s\" has manual keys, which are up from the "
	    "first: use start: auto or manual", what, name);
}

/* Lifetimes, proposals and all that: none. */
static struct sa_policy *
no_policy(struct reader *r, unsigned int proto)
{
	struct sa_policy *p = arena_alloc(r->arena, sizeof(*p));

	memset(p, 0, sizeof(*p));
	p->proto = proto;
	return (p);
}

void
resolve_manual(struct reader *r, struct tunnel *t)
{
	struct endpoint *e;
	int i;

	refuse_tunnel_keys(r, t);
	refuse_endpoint_keys(r, t, &t->local, "local");
	refuse_endpoint_keys(r, t, &t->remote, "remote");
	resolve_ports(r, t);
	if (t->at[T_START] == NULL)
		t->start = TS_START_AUTO;
	if (t->start != TS_START_AUTO && t->start != TS_START_MANUAL)
		bad_start(r, t->at[T_START], "tunnel", t->name);
	if (t->nchildren == 0)
		problem_error(r->ps, node_key_place(t->node), "tunnel \"%s\" "
		    "has manual keys and no children: each of them says its "
		    "own in sa:", t->name);
	t->role = TR_BOTH;
	t->tcp = TCP_NO;
	t->mobike = 0;
	t->policy = no_policy(r, PROTO_IKE);
	t->policy_name = NULL;
	t->psk.kind = AUTHK_MANUAL;
	for (i = 0; i < 2; i++) {
		e = i == 0 ? &t->local : &t->remote;
		e->id = arena_alloc(r->arena, sizeof(*e->id));
		if (e->naddr > 0)
			id_from_addr(&e->addr[0].addr, e->id);
	}
}

/* ---- sa: ---- */

static const char counts[] = "counts where others draw: with keys that stay, "
    "a restart repeats its nonces and lays the traffic open (RFC 8221 "
    "section 3): use aes256-sha256";

static const struct node *
sa_at(const struct manual_sa *sa, enum manual_key k)
{
	return (sa->at[k] != NULL ? sa->at[k] : sa->node);
}

static int
is_counter(const char *word)
{
	return (strstr(word, "ctr") != NULL || strstr(word, "gcm") != NULL ||
	    strstr(word, "ccm") != NULL || strstr(word, "gmac") != NULL ||
	    strstr(word, "chacha") != NULL);
}

/* One cipher (ESP) and one integrity algorithm: *sa has their numbers. */
static const char *
take_algorithms(struct manual_sa *sa)
{
	const struct wt_xform *x;
	unsigned int i, n[XF_TYPES] = { 0 };

	for (i = 0; i < sa->prop.xf_n; i++) {
		x = &sa->prop.xf[i];
		if (x->type != XF_ENCR && x->type != XF_INTEG)
			return ("has what only IKE negotiates: a cipher and an "
			    "integrity algorithm are all");
		if (n[x->type]++ > 0)
			return ("leaves a choice: manual keys are for one "
			    "cipher and one integrity algorithm");
		if (x->type == XF_INTEG)
			sa->integ = x->id;
		else {
			sa->encr = x->id;
			sa->encr_bits = x->keybits;
		}
	}
	return (NULL);
}

static void
resolve_algorithm(struct reader *r, struct manual_sa *sa)
{
	static const char *const none[] = { NULL };
	const char *word = sa->algorithm, *why;
	char err[MSG_TEXT], *weak;

	if (word == NULL) {
		reader_error(r, sa->node, "sa has no algorithm: give one, as "
		    "in algorithm: %s", sa->protocol == PROTO_AH ? "sha256" :
		    "aes256-sha256");
		return;
	}
	if (is_counter(word)) {
		reader_error(r, sa_at(sa, SA_ALGORITHM), "algorithm \"%s\" "
		    "%s", word, counts);
		return;
	}
	why = strncmp(word, "esp-", 4) == 0 || strncmp(word, "ah-", 3) == 0 ||
	    strchr(word, '+') != NULL ? "protocol: says whether it is ESP or "
	    "AH; a bundle is a list of both" : NULL;
	if (why == NULL && proposal_parse(word, (unsigned int)sa->protocol,
	    none, &sa->prop, err, sizeof(err)) == -1) {
		/* There is no allow-weak for keys that stay. */
		if ((weak = strstr(err, "; if it must be")) != NULL)
			*weak = '\0';
		why = err;
	}
	if (why == NULL)
		why = take_algorithms(sa);
	if (why != NULL)
		reader_error(r, sa_at(sa, SA_ALGORITHM), "algorithm \"%s\": "
		    "%s", word, why);
}

static void
check_way(struct reader *r, const struct manual_sa *sa,
    const struct manual_way *w, enum manual_key k)
{
	const char *name = k == SA_IN ? "in" : "out";

	if ((w->at[W_SPI] == NULL || w->at[W_KEY] == NULL))
		reader_error(r, sa_at(sa, k), "sa needs an SPI and a key for "
		    "each direction, as in %s: { spi: 0x1001, key: NAME }",
		    name);
}

/* ESP first, AH around it. */
static void
order_bundle(struct child *c)
{
	struct manual_sa ah;

	if (c->nsa != 2 || c->sa[0].protocol != PROTO_AH)
		return;
	ah = c->sa[0];
	c->sa[0] = c->sa[1];
	c->sa[1] = ah;
}

static void
resolve_sas(struct reader *r, struct child *c)
{
	unsigned int i;

	order_bundle(c);
	if (c->nsa == 2 && c->sa[0].protocol == c->sa[1].protocol)
		reader_error(r, c->sa[1].node, "a bundle is one ESP and one "
		    "AH");
	c->policy = no_policy(r, PROTO_ESP);
	c->policy_name = NULL;
	c->policy->prop = arena_alloc(r->arena, c->nsa *
	    sizeof(*c->policy->prop));
	c->policy->nprop = c->nsa;
	for (i = 0; i < c->nsa; i++) {
		resolve_algorithm(r, &c->sa[i]);
		check_way(r, &c->sa[i], &c->sa[i].in, SA_IN);
		check_way(r, &c->sa[i], &c->sa[i].out, SA_OUT);
		c->policy->prop[i] = c->sa[i].prop;
		c->policy->prop[i].proto = (uint8_t)c->sa[i].protocol;
	}
}

void
resolve_manual_child(struct reader *r, const struct tunnel *t,
    struct child *c)
{
	size_t k;

	if (t->keying && c->node == NULL) {
		resolve_sas(r, c);	/* told already */
		return;
	}
	if (!t->keying) {
		if (c->nsa > 0)
			reader_error(r, c->at[C_SA]->key, "child \"%s\" of "
			    "tunnel \"%s\" has sa, which is for keying: "
			    "manual", c->name, t->name);
		return;
	}
	for (k = 0; k < C_KEYS; k++)
		if (!child_key(k) && c->at[k] != NULL &&
		    c->at[k] != r->child0.at[k])
			reader_error(r, c->at[k]->key, "child \"%s\" of tunnel "
			    "\"%s\" has manual keys, for which %s has no "
			    "meaning%s", c->name, t->name,
			    keys_child.keys[k].name, k == C_POLICY ? ": "
			    "proposals, lifetimes and PFS are IKE's, sa: says "
			    "the algorithms" : ": leave it out");
	c->peers = NULL;
	c->peers_group = NULL;
	c->inactivity = 0;
	if (c->remote.any_host)
		reader_error(r, c->at[C_REMOTE], "child \"%s\" of tunnel "
		    "\"%s\" has remote: any-host, which only a peer can ask "
		    "for: manual keys have none that asks", c->name, t->name);
	if (c->at[C_START] != NULL && c->start != TS_START_AUTO &&
	    c->start != TS_START_MANUAL)
		bad_start(r, c->at[C_START], "child", c->name);
	if (c->action == ACTION_PROTECT && c->nsa == 0)
		problem_error(r->ps, node_key_place(c->node), "child \"%s\" of "
		    "tunnel \"%s\" has manual keys, but no sa: that says "
		    "them", c->name, t->name);
	else if (c->action != ACTION_PROTECT && c->nsa > 0)
		reader_error(r, c->at[C_SA]->key, "child \"%s\" of tunnel "
		    "\"%s\" has sa, and an action that has none", c->name,
		    t->name);
	resolve_sas(r, c);
}
