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
 * The model as rows.
 */

#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "alg.h"
#include "db.h"
#include "id.h"
#include "lane.h"
#include "roles.h"
#include "resolve.h"
#include "setters.h"
#include "snapshots.h"

#define MS	1000

/* An address list as it travels: none said is any of both families. */
static void
put_prefixes(const struct endpoint *e, struct wt_prefix *out, uint16_t *n)
{
	if (e->naddr == 0) {
		out[0].addr.af = 4;
		out[1].addr.af = 6;
		*n = 2;
		return;
	}
	memcpy(out, e->addr, e->naddr * sizeof(*out));
	*n = (uint16_t)e->naddr;
}

static void
put_proposals(const struct sa_policy *p, struct wt_proposal *out, uint16_t *n)
{
	if (p->nprop > 0)	/* manual keys have none */
		memcpy(out, p->prop, p->nprop * sizeof(*out));
	*n = (uint16_t)p->nprop;
}

static void
put_ts(const struct wt_ts *ts, unsigned int count, struct wt_ts *out,
    uint16_t *n)
{
	memcpy(out, ts, count * sizeof(*out));
	*n = (uint16_t)count;
}

static void
put_text(char *out, size_t size, const char *s)
{
	strlcpy(out, s != NULL ? s : "", size);
}

static void
put_group(const struct id_group *g, char out[NAME_MAX_LEN + 1])
{
	put_text(out, NAME_MAX_LEN + 1, g != NULL ? g->name : NULL);
}

void
row_suite(const struct policy *po, struct sn_suite *s)
{
	memset(s, 0, sizeof(*s));
	s->userspace = (uint8_t)po->userspace;
	s->workers = (uint8_t)po->workers;
	s->port_ike = (uint16_t)po->ports.ike;
	s->port_natt = (uint16_t)po->ports.natt;
	s->port_tcp = (uint16_t)po->ports.tcp;
	s->log_level = (uint8_t)po->log.level;
	memcpy(s->log_subs, po->log.subs, sizeof(s->log_subs));
	s->log_to = (uint8_t)po->log.to;
	put_text(s->ctl_name, sizeof(s->ctl_name), po->control.path);
	put_text(s->ctl_group, sizeof(s->ctl_group), po->control.group);
	put_text(s->ctl_ro_name, sizeof(s->ctl_ro_name), po->control.ro_path);
	s->tunnels = po->ntunnels + po->nkept;
	s->read_at = po->read_at;
	s->token = po->at[TOP_PKCS11] != NULL;
	s->metrics = po->metrics;
}

void
row_ike(const struct policy *po, struct sn_ike *s)
{
	memset(s, 0, sizeof(*s));
	s->userspace = (uint8_t)po->userspace;
	s->port_ike = (uint16_t)po->ports.ike;
	s->port_natt = (uint16_t)po->ports.natt;
	memcpy(s->listen, po->listen, po->nlisten * sizeof(s->listen[0]));
	s->listen_n = (uint16_t)po->nlisten;
	for (; s->links_n < po->nlinks; s->links_n++)
		put_text(s->links[s->links_n].w, sizeof(s->links[0].w),
		    po->links[s->links_n]);
	s->cookies_at = (uint32_t)po->flood.cookies_at;
	s->per_source = (uint32_t)po->flood.per_source;
	s->half_open = (uint32_t)po->flood.half_open;
	s->hold_ms = (uint32_t)po->flood.hold * MS;
	s->send_certs = (uint8_t)po->certs.send;
	s->hash_url = fetch_hash_url(po) != 0;
}

void
row_certs(const struct policy *po, struct sn_certs *s)
{
	memset(s, 0, sizeof(*s));
	s->warn = (uint32_t)po->certs.warn;
	s->hash_url = fetch_hash_url(po) != 0;
	if (s->hash_url && strcmp(po->certs.url, "yes") != 0)
		put_text(s->url, sizeof(s->url), po->certs.url);
}

/* How a side may sign: its own words within the policy's. */
static uint32_t
signatures(const struct tunnel *t, const struct auth *a)
{
	return (signature_bits(&t->policy->accept) &
	    signature_bits(&a->signatures));
}

/* How the peer may prove itself, in any round. */
static uint32_t
accepted_ways(const struct tunnel *t)
{
	static const struct {
		unsigned int	 sign, can, n;
	} ways[] = {
		{ SIGN_ED25519, CAN_ED25519, 1 }, { SIGN_ED448, CAN_ED448, 1 },
		{ SIGN_ECDSA, CAN_ECDSA, 3 }, { SIGN_ECDSA, CAN_ECDSA_OLD, 3 },
		{ SIGN_RSA_PSS, CAN_RSA_PSS, 3 }, { SIGN_RSA, CAN_RSA, 3 },
		{ SIGN_RSA, CAN_RSA_OLD, 1 },
	};
	const struct auth *a;
	uint32_t set = 0;
	size_t i;

	for (a = t->theirs; a != NULL; a = a->next) {
		if (a->kind == AUTHK_PSK)
			set |= 1U << CAN_PSK;
		for (i = 0; a->kind != AUTHK_PSK &&
		    i < sizeof(ways) / sizeof(ways[0]); i++)
			if (signatures(t, a) & 1U << ways[i].sign)
				set |= ((1U << ways[i].n) - 1) << ways[i].can;
	}
	return (set);
}

void
row_tunnel_ike(const struct policy *po, const struct tunnel *t,
    struct sn_tunnel_ike *s)
{
	memset(s, 0, sizeof(*s));
	s->tunnel = (uint32_t)t->number;
	put_text(s->name, sizeof(s->name), t->name);
	memcpy(s->digest, t->digest, sizeof(s->digest));
	s->role = (uint8_t)t->role;
	s->encap_force = (uint8_t)snap_encap_force(po, t);
	s->initial_contact = (uint8_t)t->initial_contact;
	s->crash_detection = (uint8_t)t->crash_detection;
	s->resumption = (uint8_t)t->resumption;
	s->redirect = (uint8_t)t->redirect;
	if (t->redirect == REDIRECT_SEND)
		put_text(s->redirect_to, sizeof(s->redirect_to),
		    t->redirect_to);
	s->accepts = accepted_ways(t);
	s->childless = (uint8_t)t->childless;
	put_prefixes(&t->local, s->local, &s->local_n);
	put_prefixes(&t->remote, s->remote, &s->remote_n);
	s->local_port = (uint16_t)t->local.port;
	s->remote_port = (uint16_t)t->remote.port;
	put_proposals(t->policy, s->proposals, &s->proposals_n);
	s->lifetime = (uint32_t)t->policy->lifetime;
	s->overlap = (uint8_t)t->policy->overlap;
	s->lifesize = t->policy->lifesize;
	s->reauth = (uint8_t)t->policy->key_renewal;
	s->dpd = (uint32_t)t->dpd.interval;
	s->nat_keepalive = (uint32_t)t->nat_keepalive;
	s->rt_first_ms = (uint32_t)t->retransmit.first * MS;
	s->rt_factor_100 = (uint16_t)t->retransmit.factor;
	s->rt_tries = (uint8_t)t->retransmit.tries;
	s->fragment_size = (uint16_t)t->fragment_size;
	s->mobike = (uint8_t)t->mobike;
	s->dscp = (uint8_t)t->dscp;
	s->tcp = (uint8_t)t->tcp;
	s->tcp_port = (uint16_t)t->tcp_port;
	s->ppk = (uint8_t)t->policy->ppk;
}

void
row_child_ike(const struct tunnel *t, const struct child *c,
    struct sn_child_ike *s)
{
	const struct sa_policy *p = c->policy;

	memset(s, 0, sizeof(*s));
	s->tunnel = (uint32_t)t->number;
	s->child = c->number;
	put_text(s->name, sizeof(s->name), c->name);
	s->generic = (uint8_t)c->remote.any_host;
	s->mode = (uint8_t)c->mode;
	s->pfs = (uint8_t)p->pfs;
	s->esn = (uint8_t)p->esn;
	s->replay_window = (uint32_t)p->replay_window;
	s->lifetime = (uint32_t)p->lifetime;
	s->lifesize = p->lifesize;
	s->packets = p->packets;
	s->overlap = (uint8_t)p->overlap;
	put_proposals(p, s->proposals, &s->proposals_n);
	put_ts(c->ts[0], c->nts[0], s->ts_local, &s->ts_local_n);
	put_ts(c->ts[1], c->nts[1], s->ts_remote, &s->ts_remote_n);
}

static uint32_t
prfs_of(const struct sa_policy *p)
{
	const struct wt_xform *x;
	uint32_t set = 0;
	unsigned int i, k;

	for (i = 0; i < p->nprop; i++)
		for (k = 0; k < p->prop[i].xf_n; k++) {
			x = &p->prop[i].xf[k];
			if (x->type == XF_PRF && x->id < 32)
				set |= 1U << x->id;
		}
	return (set);
}

static void
put_words(const struct words *w, struct wt_word *out, uint16_t *n)
{
	unsigned int i;

	for (i = 0; i < w->n; i++)
		put_text(out[i].w, sizeof(out[i].w), w->v[i]);
	*n = (uint16_t)w->n;
}

/* Our private key: a certificate's has its name, or is in a token. */
const char *
auth_key_name(const struct auth *a)
{
	return (a->cert != NULL && !token_is_uri(a->key) ? a->cert : a->key);
}

void
row_token(const struct policy *po, struct sn_token *s)
{
	memset(s, 0, sizeof(*s));
	put_text(s->module, sizeof(s->module), po->token.module);
	put_text(s->pin, sizeof(s->pin), po->token.pin);
	put_words(&po->token.paths, s->paths, &s->paths_n);
}

/* Our ID in a round, or the peer's; type 0 where it proves nothing. */
static void
put_round_id(const struct endpoint *e, unsigned int round,
    const struct auth *a, struct wt_id *id)
{
	if (round == 0)
		*id = *e->id;
	else if (a != NULL)
		*id = *a->id;
}

void
row_auth(const struct tunnel *t, unsigned int round, struct sn_auth *s)
{
	const struct auth *l = auth_round(t->ours, round);
	const struct auth *p = auth_round(t->theirs, round);
	const struct auth *a = l != NULL && l->kind == AUTHK_PSK ? l : p;

	memset(s, 0, sizeof(*s));
	s->tunnel = (uint32_t)t->number;
	s->round = (uint8_t)round;
	s->rounds_ours = (uint8_t)auth_rounds(t->ours);
	s->rounds_theirs = (uint8_t)auth_rounds(t->theirs);
	memcpy(s->rule, t->rule[round], sizeof(s->rule));
	put_text(s->name, sizeof(s->name), t->name);
	s->kind_ours = l == NULL ? AUTHK_NONE : (uint8_t)l->kind;
	s->kind_theirs = p == NULL ? AUTHK_NONE : (uint8_t)p->kind;
	put_prefixes(&t->local, s->local, &s->local_n);
	put_prefixes(&t->remote, s->remote, &s->remote_n);
	put_round_id(&t->local, round, l, &s->id_local);
	put_round_id(&t->remote, round, p, &s->id_remote);
	put_group(round == 0 ? t->remote.group : p != NULL ? p->group : NULL,
	    s->group);
	s->prfs = prfs_of(t->policy);
	s->weak = signature_weak(t->policy);
	if (l != NULL) {
		s->sigs = signatures(t, l);
		put_text(s->key, sizeof(s->key), auth_key_name(l));
	}
	if (a != NULL) {
		s->by_id = (uint8_t)a->by_id;
		put_words(&a->psks, s->psks, &s->psks_n);
	}
	s->ppk = (uint8_t)t->policy->ppk;
	if (s->ppk != PPK_NO)
		put_words(&t->ppks, s->ppks, &s->ppks_n);
}

static void
put_peer(const struct tunnel *t, const struct auth *a, struct sn_trust *s)
{
	unsigned int i;

	s->sigs = signatures(t, a);
	s->revocation = (uint8_t)a->revocation;
	put_text(s->cert, sizeof(s->cert), a->cert);
	put_text(s->pubkey, sizeof(s->pubkey), a->pubkey);
	for (i = 0; a->ca_file != NULL && i < a->ca.n; i++)
		put_text(s->cas[i].w, sizeof(s->cas[i].w), a->ca_file[i]);
	s->cas_n = (uint16_t)i;
	if (a->cert_id != NULL)
		s->cert_id = *a->cert_id;
	put_words(&a->eku, s->eku, &s->eku_n);
	put_words(&a->cert_policy, s->policies, &s->policies_n);
}

void
row_trust(const struct tunnel *t, unsigned int round, struct sn_trust *s)
{
	const struct auth *l = auth_round(t->ours, round);
	const struct auth *p = auth_round(t->theirs, round);

	memset(s, 0, sizeof(*s));
	s->tunnel = (uint32_t)t->number;
	s->round = (uint8_t)round;
	s->weak = signature_weak(t->policy);
	if (l != NULL) {
		put_text(s->cert_ours, sizeof(s->cert_ours), l->cert);
		put_text(s->key_ours, sizeof(s->key_ours), l->key);
	}
	if (p != NULL)
		put_peer(t, p, s);
}

void
row_authority(const struct authority *a, struct sn_authority *s)
{
	unsigned int i;

	memset(s, 0, sizeof(*s));
	put_text(s->name, sizeof(s->name), a->name);
	put_text(s->file, sizeof(s->file), a->file);
	/* Files of crls/ are certd's anyway. */
	for (i = 0; i < a->crl.n; i++)
		if (authority_is_url(a->crl.v[i]))
			put_text(s->crl[s->crl_n++].u, sizeof(s->crl[0].u),
			    a->crl.v[i]);
	for (i = 0; i < a->ocsp.n; i++)
		put_text(s->ocsp[s->ocsp_n++].u, sizeof(s->ocsp[0].u),
		    a->ocsp.v[i]);
	put_text(s->signer, sizeof(s->signer), a->signer);
}

void
row_group(const struct id_group *g, unsigned int i, struct sn_group *s)
{
	memset(s, 0, sizeof(*s));
	put_group(g, s->group);
	id_copy(&s->id, g->ids[i]);
}

void
row_psk(const struct psk *p, struct sn_psk *s)
{
	memset(s, 0, sizeof(*s));
	s->id = p->id;
	put_text(s->secret, sizeof(s->secret), p->secret);
	db_where(p->node, s->where, sizeof(s->where));
}

void
row_ppk(const struct ppk_row *p, struct sn_ppk *s)
{
	memset(s, 0, sizeof(*s));
	put_text(s->id, sizeof(s->id), p->id);
	put_text(s->secret, sizeof(s->secret), p->secret);
	db_where(p->node, s->where, sizeof(s->where));
}

/* Addresses as they are always written, so that only names make a change. */
static void
put_hosts(const struct words *w, char *out, size_t size)
{
	char text[ADDR_TEXT];
	struct wt_addr a;
	unsigned int i;

	for (i = 0; i < w->n; i++) {
		if (i > 0)
			strlcat(out, " ", size);
		strlcat(out, addr_parse(w->v[i], &a) == -1 ? w->v[i] :
		    addr_print(&a, text, sizeof(text)), size);
	}
}

/* Those behind the first. */
static void
put_rounds(const struct tunnel *t, struct sn_tunnel *s)
{
	const struct auth *l = t->ours, *p = t->theirs;
	struct sn_round *r;

	for (;;) {
		l = l == NULL ? NULL : l->next;
		p = p == NULL ? NULL : p->next;
		if (l == NULL && p == NULL)
			return;
		r = &s->rounds[s->rounds_n++];
		r->kind_ours = l == NULL ? AUTHK_NONE : (uint8_t)l->kind;
		r->kind_theirs = p == NULL ? AUTHK_NONE : (uint8_t)p->kind;
		memcpy(r->rule, t->rule[s->rounds_n], sizeof(r->rule));
	}
}

void
row_tunnel(const struct tunnel *t, struct sn_tunnel *s)
{
	const struct sa_policy *p = t->policy;

	memset(s, 0, sizeof(*s));
	s->tunnel = (uint32_t)t->number;
	put_text(s->name, sizeof(s->name), t->name);
	db_where(t->node, s->where, sizeof(s->where));
	put_text(s->note, sizeof(s->note), t->note);
	memcpy(s->digest, t->digest, sizeof(s->digest));
	memcpy(s->keys, t->keys, sizeof(s->keys));
	s->role = (uint8_t)t->role;
	s->start = (uint8_t)t->start;
	s->unique = (uint8_t)t->unique_id;
	s->kind_ours = (uint8_t)t->ours->kind;
	s->kind_theirs = (uint8_t)t->theirs->kind;
	memcpy(s->rule, t->rule[0], sizeof(s->rule));
	put_rounds(t, s);
	put_text(s->policy, sizeof(s->policy), t->policy_name);
	s->id_local = *t->local.id;
	s->id_remote = *t->remote.id;
	put_group(t->remote.group, s->group);
	s->max_peers = (uint32_t)t->max_peers;
	put_prefixes(&t->local, s->local, &s->local_n);
	put_prefixes(&t->remote, s->remote, &s->remote_n);
	put_hosts(&t->remote.hosts, s->hosts, sizeof(s->hosts));
	s->remote_port = (uint16_t)t->remote.port;
	s->lifetime = (uint32_t)p->lifetime;
	s->overlap = (uint8_t)p->overlap;
	s->lifesize = p->lifesize;
	s->tunnel_lifetime = p->tunnel_lifetime;
	s->tunnel_lifesize = p->tunnel_lifesize;
	s->tunnel_end = (uint8_t)p->tunnel_end;
	s->key_renewal = (uint8_t)p->key_renewal;
	s->reauth_break = (uint8_t)p->reauth;
	s->dpd = (uint32_t)t->dpd.interval;
	s->dpd_action = (uint8_t)t->dpd.action;
	s->redirect = (uint8_t)t->redirect;
	s->resumption = (uint8_t)t->resumption;
	s->childless = (uint8_t)t->childless;
	s->retry_first = (uint32_t)t->retry.first;
	s->retry_most = (uint32_t)t->retry.most;
	put_proposals(p, s->proposals, &s->proposals_n);
}

void
row_child(const struct tunnel *t, const struct child *c, struct sn_child *s)
{
	const struct sa_policy *p = c->policy;

	memset(s, 0, sizeof(*s));
	s->tunnel = (uint32_t)t->number;
	s->child = c->number;
	put_text(s->name, sizeof(s->name), c->name);
	put_text(s->note, sizeof(s->note), c->note);
	memcpy(s->keys, c->keys, sizeof(s->keys));
	s->start = (uint8_t)c->start;
	s->action = (uint8_t)c->action;
	s->dyn = (uint8_t)c->dyn;
	s->generic = (uint8_t)c->remote.any_host;
	if (c->peers != NULL)
		s->peers = *c->peers;
	put_group(c->peers_group, s->peers_group);
	put_text(s->policy, sizeof(s->policy), c->policy_name);
	s->lifetime = (uint32_t)p->lifetime;
	s->overlap = (uint8_t)p->overlap;
	s->lifesize = p->lifesize;
	s->packets = p->packets;
	s->pfs = (uint8_t)p->pfs;
	s->tunnel_lifetime = p->tunnel_lifetime;
	s->tunnel_lifesize = p->tunnel_lifesize;
	s->inactivity = (uint32_t)c->inactivity;
	put_proposals(p, s->proposals, &s->proposals_n);
}

/* The set of algorithms an SA of this policy may have. */
static uint64_t
alg_set(const struct sa_policy *p)
{
	const struct wt_xform *x;
	const struct alg *a;
	uint64_t set = 0;
	unsigned int i, k;

	for (i = 0; i < p->nprop; i++)
		for (k = 0; k < p->prop[i].xf_n; k++) {
			x = &p->prop[i].xf[k];
			if (x->type != XF_ENCR && x->type != XF_INTEG)
				continue;
			if ((a = alg_by_id(x->type, x->id, x->keybits)) != NULL)
				set |= alg_bit(a);
		}
	return (set);
}

void
row_ceiling(const struct policy *po, const struct tunnel *t,
    const struct child *c, struct wt_ceiling *s)
{
	const struct sa_policy *p = c->policy;
	unsigned int i;

	memset(s, 0, sizeof(*s));
	s->tunnel = (uint32_t)t->number;
	s->child = c->number;
	s->reqid = c->reqid;
	s->mode = (uint8_t)c->mode;
	for (i = 0; i < p->nprop; i++)
		s->protos |= p->prop[i].proto == PROTO_AH ? PROTO_BIT_AH :
		    PROTO_BIT_ESP;
	s->manual = (uint8_t)t->keying;
	s->algs = alg_set(p);
	/* What no SA is for has room for none. */
	if (c->action != ACTION_PROTECT)
		s->protos = 0;
	s->offload = (uint8_t)c->offload;
	s->heads = (uint8_t)(c->copy_dscp | (c->copy_df ? 0 : HEAD_NO_DF) |
	    (c->ecn ? 0 : HEAD_NO_ECN));
	s->dscp = (uint8_t)c->dscp;
	s->tfc = (uint32_t)c->tfc;
	s->one_host = !c->remote.any_host ? 0 :
	    c->without_tunnel == IDLE_DROP ? IDLE_DROP : IDLE_PASS;
	lane_row(&c->lane, s);
	s->encap = snap_encap_force(po, t) ? ENCAP_FORCE : ENCAP_AUTO;
	/* RFC 4555 moves tunnels, not what is about their endpoints. */
	s->roaming = t->mobike && c->mode == MODE_TUNNEL && c->dyn == 0;
	s->idle = (uint8_t)c->idle;
	s->hard_seconds = p->lifetime;
	s->hard_bytes = p->lifesize;
	s->grant_seconds = t->policy->tunnel_lifetime < p->tunnel_lifetime ?
	    t->policy->tunnel_lifetime : p->tunnel_lifetime;
	put_prefixes(&t->local, s->outer_local, &s->outer_local_n);
	put_prefixes(&t->remote, s->outer_remote, &s->outer_remote_n);
	put_ts(c->wide[0], c->nwide[0], s->ts_local, &s->ts_local_n);
	put_ts(c->wide[1], c->nwide[1], s->ts_remote, &s->ts_remote_n);
}

/* certd gets what it plans by; whom to contact is certd-fetch's alone. */
void
row_fetch(const struct policy *po, int whole, struct sn_fetch *s)
{
	const struct fetching *f = &po->fetch;
	unsigned int i;

	memset(s, 0, sizeof(*s));
	s->timeout = (uint32_t)f->timeout;
	s->max_size = (uint32_t)f->max_size;
	s->refresh = (uint8_t)f->refresh;
	if (!whole)
		return;
	put_text(s->socks, sizeof(s->socks), f->socks);
	put_text(s->http_proxy, sizeof(s->http_proxy), f->http_proxy);
	for (i = 0; i < f->ldap.servers.n; i++)
		put_text(s->servers[i].w, sizeof(s->servers[i].w),
		    f->ldap.servers.v[i]);
	s->servers_n = (uint16_t)i;
	s->ldap_proxy = (uint8_t)f->ldap.proxy;
	put_text(s->base, sizeof(s->base), f->ldap.base);
	put_text(s->bind_dn, sizeof(s->bind_dn), f->ldap.bind_dn);
	put_text(s->password, sizeof(s->password), f->ldap.password);
	s->allow_n = (uint16_t)fetch_nets(&f->allow, s->allow, FETCH_NETS);
	s->exclude_n = (uint16_t)fetch_nets(&f->exclude, s->exclude,
	    FETCH_NETS);
}
