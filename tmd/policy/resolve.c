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
 * Tunnels: from what is written to what is meant.
 */

#include <string.h>

#include "addr.h"
#include "id.h"
#include "resolve.h"
#include "setters.h"

#define PORT_IKE	500	/* RFC 7296 section 2 */

static int
is_host(const struct wt_prefix *p)
{
	return (p->plen == 8 * addr_len(&p->addr));
}

int
endpoint_single(const struct endpoint *e)
{
	return (e->naddr == 1 && is_host(&e->addr[0]));
}

int
endpoint_wild(const struct endpoint *e)
{
	unsigned int i;

	for (i = 0; i < e->naddr; i++)
		if (!is_host(&e->addr[i]))
			return (1);
	return (e->naddr == 0 && e->hosts.n == 0);
}

struct place
tunnel_place(const struct tunnel *t, enum tunnel_key k)
{
	return (t->at[k] != NULL ? node_place(t->at[k]) :
	    node_key_place(t->node));
}

static struct place
endpoint_place(const struct tunnel *t, const struct endpoint *e,
    enum endpoint_key k)
{
	if (e->at[k] != NULL)
		return (node_place(e->at[k]));
	return (tunnel_place(t, e == &t->local ? T_LOCAL : T_REMOTE));
}

static int
is_name(const struct wt_id *id)
{
	char text[ID_MAX + 1];

	if (id->type != ID_FQDN || id_is_wild(id))
		return (0);
	memcpy(text, id->data, id->data_len);
	text[id->data_len] = '\0';
	return (strlen(text) == id->data_len && host_name_valid(text));
}

/* A list of the one name. */
static void
one_host(struct reader *r, struct endpoint *e, const struct wt_id *id)
{
	const char **v = arena_alloc(r->arena, 2 * sizeof(*v));

	v[1] = NULL;
	v[0] = arena_copy(r->arena, (const char *)id->data, id->data_len);
	e->hosts.v = v;
	e->hosts.n = 1;
}

/* No remote.address: the remote ID, if it is an address or a name. */
static void
resolve_remote_address(struct reader *r, struct tunnel *t)
{
	struct endpoint *e = &t->remote;
	struct wt_prefix *p;

	if (e->at[E_ADDRESS] != NULL || e->group != NULL)
		return;
	if (e->id != NULL && (e->id->type == ID_IPV4_ADDR ||
	    e->id->type == ID_IPV6_ADDR)) {
		p = arena_alloc(r->arena, sizeof(*p));
		p->addr.af = e->id->type == ID_IPV4_ADDR ? 4 : 6;
		memcpy(p->addr.a, e->id->data, addr_len(&p->addr));
		p->plen = (uint8_t)(8 * addr_len(&p->addr));
		e->addr = p;
		e->naddr = 1;
	} else if (t->at[T_ROLE] != NULL && t->role == TR_RESPONDER)
		return;
	else if (e->id != NULL && is_name(e->id))
		one_host(r, e, e->id);
	else if (e->id == NULL)
		problem_error(r->ps, endpoint_place(t, e, E_ID),
		    "tunnel \"%s\" has no remote address: give one, as in "
		    "remote: 198.51.100.7", t->name);
	else
		problem_error(r->ps, endpoint_place(t, e, E_ID), "tunnel "
		    "\"%s\" has no remote address: give remote.address (any "
		    "is possible), or role: responder", t->name);
}

/* A peer on IKE's own port is met from ours, any other from NAT-T's. */
static void
resolve_port(const struct policy *po, struct tunnel *t)
{
	if (t->local.at[E_PORT] == NULL)
		t->local.port = resolve_local_port(po, t);
}

uint64_t
resolve_local_port(const struct policy *po, const struct tunnel *t)
{
	return (t->remote.port == PORT_IKE ||
	    t->remote.port == po->ports.ike ? po->ports.ike : po->ports.natt);
}

static const char *
role_name(uint64_t role)
{
	return (role == TR_INITIATOR ? "initiator" : "both");
}

static void
resolve_role(struct reader *r, struct tunnel *t)
{
	if (t->remote.group != NULL) {
		if (t->at[T_ROLE] != NULL && t->role != TR_RESPONDER)
			problem_error(r->ps, tunnel_place(t, T_ROLE),
			    "tunnel \"%s\" has group:%s as remote ID and "
			    "role %s; a group only responds: leave role out",
			    t->name, t->remote.group->name,
			    role_name(t->role));
		t->role = TR_RESPONDER;
		return;
	}
	if (t->remote.at[E_ADDRESS] == NULL && t->remote.naddr == 0 &&
	    t->remote.hosts.n == 0 && !(t->at[T_ROLE] != NULL &&
	    t->role == TR_RESPONDER))
		return;			/* told already */
	if (!endpoint_wild(&t->remote))
		return;
	if (t->at[T_ROLE] != NULL && t->role != TR_RESPONDER)
		problem_error(r->ps, tunnel_place(t, T_ROLE), "tunnel \"%s\" "
		    "has no single remote address and role %s; it can only "
		    "respond: leave role out", t->name, role_name(t->role));
	t->role = TR_RESPONDER;
}

/* Who cannot begin cannot do it after the peer's death either. */
static void
resolve_dpd(struct reader *r, const struct tunnel *t)
{
	if (t->role == TR_RESPONDER && (t->dpd.action == DPD_RESTART ||
	    t->dpd.action == DPD_TRAP))
		problem_error(r->ps, t->dpd.at[DPD_ACTION] != NULL ?
		    node_place(t->dpd.at[DPD_ACTION]) :
		    tunnel_place(t, T_DPD), "tunnel \"%s\" is a responder "
		    "and cannot begin anew when its peer is dead: use dpd "
		    "action: clear or auto", t->name);
}

static void
resolve_start(struct reader *r, struct tunnel *t)
{
	if (t->at[T_START] == NULL) {
		t->start = t->role == TR_RESPONDER ? TS_START_ANSWER :
		    TS_START_AUTO;
		return;
	}
	if (t->role == TR_RESPONDER && (t->start == TS_START_AUTO ||
	    t->start == TS_START_TRAP))
		problem_error(r->ps, tunnel_place(t, T_START), "tunnel "
		    "\"%s\" is a responder and cannot start by itself: use "
		    "start: answer or manual", t->name);
	if (t->role == TR_INITIATOR && t->start == TS_START_ANSWER)
		problem_error(r->ps, tunnel_place(t, T_START), "tunnel "
		    "\"%s\" is an initiator and answers nobody: use start: "
		    "auto, trap or manual", t->name);
}

/*
 * An ID that is not said is the address, where that is one, or its name; ours
 * with a certificate is the certificate's, which certd reads.
 */
static void
id_from_name(const char *name, struct wt_id *id)
{
	memset(id, 0, sizeof(*id));
	id->type = ID_FQDN;
	id->data_len = (uint16_t)strlen(name);
	memcpy(id->data, name, id->data_len);
}

static void
resolve_ids(struct reader *r, struct tunnel *t)
{
	struct endpoint *e;
	int i;

	for (i = 0; i < 2; i++) {
		e = i == 0 ? &t->local : &t->remote;
		if (e->id != NULL)
			continue;
		e->id = arena_alloc(r->arena, sizeof(*e->id));
		if (i == 0 && t->ours->kind == AUTHK_CERT)
			continue;
		if (endpoint_single(e))
			id_from_addr(&e->addr[0].addr, e->id);
		else if (e->hosts.n == 1 && e->at[E_ID] == NULL)
			id_from_name(e->hosts.v[0], e->id);
		else if (i == 1 && e->at[E_ID] == NULL &&
		    (e->at[E_ADDRESS] != NULL || t->role == TR_RESPONDER))
			problem_error(r->ps, endpoint_place(t, e, E_ADDRESS),
			    "tunnel \"%s\" has no single remote address and no "
			    "remote.id: give it, or id: any", t->name);
	}
}

/* A service that takes streams may be expected to have peers that do. */
static void
resolve_tcp(const struct policy *po, struct tunnel *t)
{
	if (t->at[T_TCP] == NULL && po->ports.tcp != 0 && po->userspace &&
	    t->role != TR_RESPONDER)
		t->tcp = TCP_FALLBACK;
}

static void
resolve_ike(struct reader *r, struct tunnel *t)
{
	resolve_first_ids(r, t);
	resolve_remote_address(r, t);
	resolve_port(r->po, t);
	resolve_role(r, t);
	resolve_tcp(r->po, t);
	resolve_start(r, t);
	resolve_dpd(r, t);
	resolve_auth(r, t);
	resolve_ppk(r, t);
	resolve_ids(r, t);
	resolve_round_ids(r, t);
}

void
resolve_policy(struct reader *r)
{
	struct tunnel *t;
	unsigned int i, errors;

	for (i = 0; i < r->po->ntunnels; i++) {
		t = &r->po->tunnels[i];
		t->ours = t->theirs = &t->psk;
		if (t->broken)
			continue;
		errors = r->ps->errors;
		if (t->keying)
			resolve_manual(r, t);
		else
			resolve_ike(r, t);
		t->broken = r->ps->errors != errors;
		resolve_children(r, t);
	}
}
