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
 * Policies: the built-in ones, the named ones of the file, and those that
 * stand inline in a tunnel or child.
 */

#include <stdio.h>
#include <string.h>

#include "alg.h"
#include "ke_here.h"
#include "near.h"
#include "scalar.h"
#include "setters.h"

#define WEAK_MAX	8
#define METHODS_MAX	8

const struct word weak_words[] = {
	{ "3des", 0, NULL }, { "des", 0, "56 bits protect nothing" },
	{ "md5", 0, NULL }, { "sha1", 0, NULL }, { "modp768", 0, NULL },
	{ "modp1024", 0, NULL }, { "modp1536", 0, NULL },
	{ "rsa1024", 0, NULL }, { NULL, 0, NULL }
};
/* By enum sign_bit. */
const struct word sign_words[] = {
	{ "ed25519", SIGN_ED25519, NULL }, { "ed448", SIGN_ED448, NULL },
	{ "ecdsa", SIGN_ECDSA, NULL }, { "rsa-pss", SIGN_RSA_PSS, NULL },
	{ "rsa", SIGN_RSA, NULL }, { NULL, 0, NULL }
};
/* The same, and what is no signature. */
const struct word accept_words[] = {
	{ "ed25519", SIGN_ED25519, NULL }, { "ed448", SIGN_ED448, NULL },
	{ "ecdsa", SIGN_ECDSA, NULL }, { "rsa-pss", SIGN_RSA_PSS, NULL },
	{ "rsa", SIGN_RSA, NULL }, { "psk", SIGN_KINDS, NULL },
	{ "eap", SIGN_KINDS, "peers are authenticated by psk, certificate or "
	    "public key" }, { NULL, 0, NULL }
};

/* The proposals are read once allow-weak is known: finish_policy(). */
void
set_proposals(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct sa_policy *p = obj;

	if (reader_words(r, v, k->name, LINK_PROPOSALS, &p->proposals) == -1)
		p->proposals.n = 0;
}

void
set_allow_weak(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct sa_policy *p = obj;
	unsigned int i;

	if (reader_words(r, v, k->name, WEAK_MAX, &p->weak) == -1) {
		p->weak.n = 0;
		return;
	}
	for (i = 0; i < p->weak.n; i++) {
		if (reader_word(r, p->weak.at[i], k->name, k->words,
		    k->why) == NULL)
			continue;
		problem_warn(r->ps, node_place(p->weak.at[i]),
		    "%s%s is weak and allowed by name", p->weak.v[i],
		    reader_where(r));
	}
}

void
set_accept(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct sa_policy *p = obj;
	unsigned int i;

	if (reader_words(r, v, k->name, METHODS_MAX, &p->accept) == -1) {
		p->accept.n = 0;
		return;
	}
	for (i = 0; i < p->accept.n; i++)
		(void)reader_word(r, p->accept.at[i], k->name, k->words,
		    k->why);
}

void
set_signatures(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct words *w = (struct words *)(void *)((char *)obj + k->off);
	unsigned int i;

	if (reader_words(r, v, k->name, SIGN_KINDS, w) == -1) {
		w->n = 0;
		return;
	}
	for (i = 0; i < w->n; i++)
		(void)reader_word(r, w->at[i], k->name, k->words, k->why);
}

uint32_t
signature_bits(const struct words *w)
{
	const struct word *k;
	uint32_t bits = 0;
	unsigned int i;

	for (i = 0; i < w->n; i++)
		for (k = sign_words; k->w != NULL; k++)
			if (strcmp(w->v[i], k->w) == 0)
				bits |= 1U << k->v;
	return (w->n == 0 ? (1U << SIGN_KINDS) - 1 : bits);
}

uint8_t
signature_weak(const struct sa_policy *p)
{
	uint8_t bits = 0;
	unsigned int i;

	for (i = 0; i < p->weak.n; i++)
		if (strcmp(p->weak.v[i], "sha1") == 0)
			bits |= WEAK_SHA1;
		else if (strcmp(p->weak.v[i], "rsa1024") == 0)
			bits |= WEAK_RSA1024;
	return (bits);
}

/* A built-in word that OpenSSL has all of: others go without a word. */
static int
is_here(const char *word, unsigned int proto)
{
	struct wt_proposal p;
	char err[MSG_TEXT];

	return (proposal_parse(word, proto, NULL, &p, err,
	    sizeof(err)) == -1 || ke_missing(&p) == NULL);
}

/* Without a word about proposals, those of the built-in default. */
static void
builtin_proposals(struct reader *r, struct sa_policy *p, const char *name)
{
	const char *const *w = proposal_builtin(name, p->proto);
	unsigned int i;

	for (i = 0; w[i] != NULL; i++)
		;
	p->proposals.v = arena_alloc(r->arena,
	    (i + 1) * sizeof(*p->proposals.v));
	p->proposals.at = NULL;
	p->proposals.n = 0;
	for (i = 0; w[i] != NULL; i++)
		if (is_here(w[i], p->proto))
			p->proposals.v[p->proposals.n++] = w[i];
}

static void
refused_proposal(struct reader *r, const struct sa_policy *p, unsigned int i,
    const char *why)
{
	if (p->proposals.at == NULL)
		log_warn(LS_POLICY, "built-in proposal \"%s\": %s",
		    p->proposals.v[i], why);
	else
		reader_error(r, p->proposals.at[i], "proposal \"%s\"%s: %s",
		    p->proposals.v[i], reader_where(r), why);
}

/* RFC 7296 2.17: PFS needs a group; without it there is none to name. */
static int
has_group(const struct wt_proposal *p)
{
	unsigned int i;

	for (i = 0; i < p->xf_n; i++)
		if (alg_is_ke(p->xf[i].type))
			return (1);
	return (0);
}

/* Keys that outlive the authentication are never renewed. */
static void
check_reach(struct reader *r, const struct sa_policy *p)
{
	const struct node *at = p->at[SP_LIFETIME];
	char key[32], tunnel[32];

	if (at == NULL)
		at = p->at[SP_TUNNEL_LIFETIME];
	if (at != NULL && p->lifetime > p->tunnel_lifetime)
		problem_warn(r->ps, node_place(at), "lifetime %s%s is never "
		    "reached: tunnel-lifetime is %s", scalar_print_time(
		    p->lifetime, key, sizeof(key)), reader_where(r),
		    scalar_print_time(p->tunnel_lifetime, tunnel,
		    sizeof(tunnel)));
}

void
finish_policy(struct reader *r, struct sa_policy *p)
{
	char err[MSG_TEXT];
	unsigned int i;
	struct wt_proposal *pr;
	const char *lacks;

	check_reach(r, p);
	if (p->proposals.n == 0)
		builtin_proposals(r, p, "default");
	p->prop = arena_alloc(r->arena, p->proposals.n * sizeof(*p->prop));
	for (i = 0; i < p->proposals.n; i++) {
		pr = &p->prop[p->nprop];
		if (proposal_parse(p->proposals.v[i], p->proto, p->weak.v, pr,
		    err, sizeof(err)) == -1)
			refused_proposal(r, p, i, err);
		else if (pr->proto != p->prop[0].proto)
			refused_proposal(r, p, i, "a child is either AH or "
			    "ESP, not left to the peer: one policy each");
		else if (p->proto != PROTO_IKE && !p->pfs && has_group(pr))
			refused_proposal(r, p, i, "pfs: no, but a group is "
			    "named: leave the group out, or say pfs: yes");
		else if ((lacks = ke_missing(pr)) != NULL) {
			snprintf(err, sizeof(err), "%s: this machine's "
			    "OpenSSL (%s) does not have it; 3.5 does", lacks,
			    ke_here_openssl());
			refused_proposal(r, p, i, err);
		} else
			p->nprop++;
	}
}

static struct sa_policy *
policy_new(struct reader *r, const char *name, const struct node *n,
    unsigned int proto)
{
	struct sa_policy *p = arena_alloc(r->arena, sizeof(*p));

	p->name = name;
	p->node = n;
	p->proto = proto;
	keymap_defaults(r, proto == PROTO_IKE ? &keys_ike_policy :
	    &keys_child_policy, p);
	return (p);
}

static struct hash *
policy_table(struct policy *po, unsigned int proto)
{
	return (proto == PROTO_IKE ? &po->ike_policies : &po->child_policies);
}

static void
add_policy(struct reader *r, struct sa_policy *p)
{
	hash_put(policy_table(r->po, p->proto), p->name, strlen(p->name), p);
	r->po->policies[r->po->npolicies++] = p;
}

static void
add_builtin(struct reader *r, const char *name, unsigned int proto)
{
	struct sa_policy *p = policy_new(r, name, NULL, proto);

	builtin_proposals(r, p, name);
	finish_policy(r, p);
	add_policy(r, p);
}

static int
is_builtin(const char *name)
{
	return (strcmp(name, "default") == 0 || strcmp(name, "strict") == 0 ||
	    strcmp(name, "aix") == 0);
}

static void
read_named_policy(struct reader *r, const struct node *v, unsigned int proto)
{
	struct label l = { NULL, proto == PROTO_IKE ? "ike policy" :
	    "child policy", v->key->text };
	struct sa_policy *p;

	if (!read_name(r, v->key, "policy"))
		return;
	if (is_builtin(v->key->text)) {
		reader_error(r, v->key, "policy \"%s\" is built in; give "
		    "yours another name", v->key->text);
		return;
	}
	if (!reader_is_map(r, v, v->key->text))
		return;
	r->label = &l;
	p = policy_new(r, v->key->text, v, proto);
	keymap_read(r, proto == PROTO_IKE ? &keys_ike_policy :
	    &keys_child_policy, v, p);
	finish_policy(r, p);
	add_policy(r, p);
	r->label = NULL;
}

static unsigned int
count_policies(const struct node *map)
{
	const struct node *v;
	unsigned int n = 4;		/* built in */

	if (map != NULL)
		for (v = map->first; v != NULL; v = v->next)
			n += v->n;
	return (n);
}

void
read_policies(struct reader *r, const struct node *map)
{
	const struct node *v, *e;
	unsigned int proto;

	r->po->policies = arena_alloc(r->arena, count_policies(map) *
	    sizeof(struct sa_policy *));
	add_builtin(r, "default", PROTO_IKE);
	add_builtin(r, "strict", PROTO_IKE);
	add_builtin(r, "default", PROTO_ESP);
	add_builtin(r, "strict", PROTO_ESP);
	if (map == NULL || map->kind != NODE_MAP)
		return;
	for (v = map->first; v != NULL; v = v->next) {
		if (strcmp(v->key->text, "ike") == 0)
			proto = PROTO_IKE;
		else if (strcmp(v->key->text, "child") == 0)
			proto = PROTO_ESP;
		else {
			reader_error(r, v->key, "unknown key \"%s\" in "
			    "policies; it has ike and child, and the "
			    "policies' names below", v->key->text);
			continue;
		}
		if (!reader_is_map(r, v, v->key->text))
			continue;
		for (e = v->first; e != NULL; e = e->next)
			read_named_policy(r, e, proto);
	}
}

static void
undefined_policy(struct reader *r, const struct node *v, unsigned int proto)
{
	const struct sa_policy *best;
	struct near near;
	unsigned int i;

	near_start(&near, v->text);
	for (i = 0; i < r->po->npolicies; i++)
		if (r->po->policies[i]->proto == proto)
			near_try(&near, r->po->policies[i]->name,
			    r->po->policies[i]);
	if ((best = near.tag) == NULL)
		reader_error(r, v, "policy \"%s\" is not defined", v->text);
	else if (best->node == NULL)
		reader_error(r, v, "policy \"%s\" is not defined; nearest is "
		    "\"%s\" (built in)", v->text, best->name);
	else
		reader_error(r, v, "policy \"%s\" is not defined; nearest is "
		    "\"%s\" (line %u)", v->text, best->name,
		    best->node->key->line);
}

static struct sa_policy *
policy_of(struct reader *r, const struct key *k, const struct node *v,
    unsigned int proto)
{
	struct label l = { r->label, k->name, NULL };
	struct sa_policy *p;

	if (v->kind == NODE_MAP) {
		r->label = &l;
		p = policy_new(r, NULL, v, proto);
		keymap_read(r, proto == PROTO_IKE ? &keys_ike_policy :
		    &keys_child_policy, v, p);
		finish_policy(r, p);
		r->label = l.up;
		return (p);
	}
	if (!reader_is_value(r, v, k->name))
		return (NULL);
	if (strcmp(v->text, "aix") == 0) {
		reader_unsupported(r, v, "policy: aix",
		    "it is for version 1");
		return (NULL);
	}
	p = hash_get(policy_table(r->po, proto), v->text, v->len);
	if (p == NULL)
		undefined_policy(r, v, proto);
	return (p);
}

void
set_ike_policy(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct tunnel *t = obj;
	struct sa_policy *p = policy_of(r, k, v, PROTO_IKE);

	if (p == NULL)
		return;
	t->policy = p;
	t->policy_name = p->name != NULL ? p->name : "(inline)";
}

void
set_child_policy(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct child *c = obj;
	struct sa_policy *p = policy_of(r, k, v, PROTO_ESP);

	if (p == NULL)
		return;
	c->policy = p;
	c->policy_name = p->name != NULL ? p->name : "(inline)";
}
