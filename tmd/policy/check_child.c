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
 * Checks of children: selectors that fit together, lifetimes, sizes.
 */

#include <inttypes.h>
#include <string.h>

#include "addr.h"
#include "alg.h"
#include "check.h"
#include "id.h"
#include "lane.h"
#include "resolve.h"
#include "scalar.h"
#include "ts.h"

#define SPLIT_MAX	256	/* prefixes of a range: a /128 pair has 254 */

struct place
child_place(const struct tunnel *t, const struct child *c, enum child_key k)
{
	if (c->at[k] != NULL)
		return (node_place(c->at[k]));
	return (node_key_place(c->node != NULL ? c->node : t->node));
}

static int
has_ports(uint64_t protocol)
{
	return (protocol == 6 || protocol == 17 || protocol == 33 ||
	    protocol == 132 || protocol == 136);
}

static void
check_ports(struct reader *r, const struct tunnel *t, const struct child *c)
{
	int local = c->local.port_lo != 0 || c->local.port_hi != 65535;
	int remote = c->remote.port_lo != 0 || c->remote.port_hi != 65535;

	if ((local || remote) && !has_ports(c->protocol))
		problem_error(r->ps, child_place(t, c, local ? C_LOCAL_PORT :
		    C_REMOTE_PORT), "child \"%s\" of tunnel \"%s\" has %s "
		    "without a protocol that has ports: add protocol: tcp, "
		    "udp, sctp or dccp", c->name, t->name, local ?
		    "local-port" : "remote-port");
}

/* RFC 4301 section 4.4.1.1: a code is one of a type's. */
static void
check_icmp(struct reader *r, const struct tunnel *t, const struct child *c)
{
	const struct icmp_sel *s = &c->icmp;

	if (s->n == 0 && !s->has_code)
		return;
	if (c->protocol != 1 && c->protocol != 58)
		problem_error(r->ps, child_place(t, c, s->n > 0 ?
		    C_ICMP_TYPE : C_ICMP_CODE), "child \"%s\" of tunnel "
		    "\"%s\" has %s without a protocol that has types: add "
		    "protocol: icmp or icmp6", c->name, t->name, s->n > 0 ?
		    "icmp-type" : "icmp-code");
	else if (s->has_code && s->n != 1)
		problem_error(r->ps, child_place(t, c, C_ICMP_CODE), "child "
		    "\"%s\" of tunnel \"%s\" has icmp-code, which is of one "
		    "icmp-type: give that", c->name, t->name);
	else if (c->nwide[0] > LINK_TS || c->nwide[1] > LINK_TS)
		problem_error(r->ps, child_place(t, c, C_ICMP_TYPE), "child "
		    "\"%s\" of tunnel \"%s\" makes more than %d selectors of "
		    "a side, one for each network and type: make two of it",
		    c->name, t->name, LINK_TS);
}

/* How many prefixes of a family the selectors of a side make. */
static unsigned int
prefixes(const struct wt_ts *ts, unsigned int n, unsigned int af)
{
	struct wt_addr lo, hi;
	struct wt_prefix out[SPLIT_MAX];
	unsigned int i, sum = 0;
	int k;

	for (i = 0; i < n; i++) {
		if (ts[i].af != af)
			continue;
		memset(&lo, 0, sizeof(lo));
		memset(&hi, 0, sizeof(hi));
		lo.af = hi.af = ts[i].af;
		memcpy(lo.a, ts[i].lo, sizeof(lo.a));
		memcpy(hi.a, ts[i].hi, sizeof(hi.a));
		k = range_to_prefixes(&lo, &hi, out, SPLIT_MAX);
		sum += k == -1 ? SPLIT_MAX : (unsigned int)k;
	}
	return (sum);
}

/* Both sides must meet in a family, in few enough pairs of prefixes. */
static void
check_selectors(struct reader *r, const struct tunnel *t,
    const struct child *c)
{
	unsigned int l4, l6, r4, r6, pairs;

	if (c->nwide[0] == 0 || c->nwide[1] == 0)
		return;
	l4 = prefixes(c->wide[0], c->nwide[0], 4);
	l6 = prefixes(c->wide[0], c->nwide[0], 6);
	r4 = prefixes(c->wide[1], c->nwide[1], 4);
	r6 = prefixes(c->wide[1], c->nwide[1], 6);
	/* A type is on both sides, and with none but itself. */
	pairs = (l4 * r4 + l6 * r6) / (c->icmp.n > 1 ? c->icmp.n : 1);
	if (pairs == 0)
		problem_error(r->ps, child_place(t, c, C_REMOTE), "child "
		    "\"%s\" of tunnel \"%s\" has no pair of local and remote "
		    "addresses of one family", c->name, t->name);
	else if (pairs > TS_POLICIES)
		problem_error(r->ps, child_place(t, c, C_REMOTE), "child "
		    "\"%s\" of tunnel \"%s\" makes %u pairs of prefixes, "
		    "possible are %d: use larger prefixes, or more children",
		    c->name, t->name, pairs, TS_POLICIES);
}

static void
check_lifetime(struct reader *r, const struct tunnel *t,
    const struct child *c)
{
	const struct node *at = c->policy->at[SP_LIFETIME];
	char child[32], ike[32];

	if (c->policy->lifetime <= t->policy->lifetime)
		return;
	problem_warn(r->ps, at != NULL ? node_place(at) :
	    child_place(t, c, C_POLICY), "child \"%s\" of tunnel \"%s\" has "
	    "lifetime %s and outlives its IKE SA of %s", c->name, t->name,
	    scalar_print_time(c->policy->lifetime, child, sizeof(child)),
	    scalar_print_time(t->policy->lifetime, ike, sizeof(ike)));
}

/* What the plane in use lacks, and what transport mode cannot carry. */
static void
check_mode(struct reader *r, const struct tunnel *t, const struct child *c)
{
	if (c->mode != MODE_TRANSPORT || c->remote.any_host)
		return;
	if (r->po->userspace)
		problem_error(r->ps, child_place(t, c, C_MODE), "child "
		    "\"%s\" of tunnel \"%s\" has mode: transport, which the "
		    "user-space plane lacks: say dataplane: kernel, or leave "
		    "mode out", c->name, t->name);
	else if (c->local.n != 0 || c->remote.n != 0)
		problem_error(r->ps, child_place(t, c, c->local.n != 0 ?
		    C_LOCAL : C_REMOTE), "child \"%s\" of tunnel \"%s\" is in "
		    "transport mode, which is between the two ends alone: "
		    "leave local and remote out", c->name, t->name);
}

int
check_ah_place(struct reader *r, const struct tunnel *t,
    const struct child *c, struct place at, const char *instead)
{
	if (r->po->userspace)
		problem_error(r->ps, at, "child \"%s\" of tunnel \"%s\" has "
		    "AH, which the user-space plane lacks: say dataplane: "
		    "kernel, or use %s", c->name, t->name, instead);
	else if (t->udp_encapsulation == ENCAP_FORCE)
		problem_error(r->ps, at, "child \"%s\" of tunnel \"%s\" has "
		    "AH, which cannot be encapsulated: say udp-encapsulation: "
		    "auto, or use %s", c->name, t->name, instead);
	else
		return (0);
	return (-1);
}

static void
check_ah(struct reader *r, const struct tunnel *t, const struct child *c)
{
	const struct sa_policy *p = c->policy;

	if (p->nprop == 0 || p->prop[0].proto != PROTO_AH || t->keying)
		return;
	(void)check_ah_place(r, t, c, p->at[SP_PROPOSALS] != NULL ?
	    node_place(p->at[SP_PROPOSALS]) : child_place(t, c, C_POLICY),
	    "esp-");
}

static void
check_offload(struct reader *r, const struct tunnel *t, const struct child *c)
{
	const struct sa_policy *p = c->policy;

	if (c->offload == OFFLOAD_NO)
		return;
	if (r->po->userspace)
		problem_error(r->ps, child_place(t, c, C_OFFLOAD), "child "
		    "\"%s\" of tunnel \"%s\" has offload, which the "
		    "user-space plane lacks: say dataplane: kernel, or leave "
		    "it out", c->name, t->name);
	else if ((p->nprop != 0 && p->prop[0].proto == PROTO_AH) ||
	    t->udp_encapsulation == ENCAP_FORCE)
		problem_error(r->ps, child_place(t, c, C_OFFLOAD), "child "
		    "\"%s\" of tunnel \"%s\" has offload, which the kernel has "
		    "for ESP without UDP alone: leave it out", c->name,
		    t->name);
}

/* RFC 4303 section 2.7: an inner packet says how long it is. */
static void
check_tfc(struct reader *r, const struct tunnel *t, const struct child *c)
{
	const struct sa_policy *p = c->policy;
	int ah = p->nprop != 0 && p->prop[0].proto == PROTO_AH;

	if (c->tfc != 0 && (ah || c->mode == MODE_TRANSPORT))
		problem_error(r->ps, child_place(t, c, C_TFC), "child \"%s\" "
		    "of tunnel \"%s\" has tfc, which is for ESP in tunnel "
		    "mode: leave it out", c->name, t->name);
}

/* What ends by itself is not what is kept up. */
static void
check_inactivity(struct reader *r, const struct tunnel *t,
    const struct child *c)
{
	if (c->inactivity == 0)
		return;
	if (c->action != ACTION_PROTECT)
		problem_error(r->ps, child_place(t, c, C_INACTIVITY),
		    "child \"%s\" of tunnel \"%s\" has inactivity, but no SA "
		    "that could end: leave it out", c->name, t->name);
	else if (c->start == TS_START_AUTO)
		problem_error(r->ps, child_place(t, c, C_INACTIVITY),
		    "child \"%s\" of tunnel \"%s\" has inactivity, but "
		    "start: auto keeps it up: use start: trap, answer or "
		    "manual", c->name, t->name);
}

/* What the kernel has of it is a copy, or 0. */
static void
check_dscp(struct reader *r, const struct tunnel *t, const struct child *c)
{
	if (c->dscp != 0 && !r->po->userspace)
		problem_error(r->ps, c->at[C_DSCP] != NULL ?
		    node_place(c->at[C_DSCP]) : tunnel_place(t, T_DSCP),
		    "child \"%s\" of tunnel \"%s\" has a dscp, which the "
		    "kernel's SAs lack: set it by a rule of the host's "
		    "nftables for ESP, or say dataplane: userspace", c->name,
		    t->name);
}

/* Transport mode has one header: there is nothing to copy. */
static void
check_heads(struct reader *r, const struct tunnel *t, const struct child *c)
{
	if (c->mode == MODE_TRANSPORT && (c->copy_dscp != 0 || !c->copy_df ||
	    !c->ecn))
		problem_error(r->ps, child_place(t, c, !c->copy_df ?
		    C_COPY_DF : !c->ecn ? C_ECN : C_COPY_DSCP), "child "
		    "\"%s\" of tunnel \"%s\" is in transport mode, which has "
		    "no "
		    "outer header to copy to: leave it out", c->name, t->name);
}

/* Does one pre-shared key stand for many peers? */
static int
shared_psk(const struct tunnel *t)
{
	const struct endpoint *e = &t->remote;

	return (t->theirs->kind == AUTHK_PSK && !t->theirs->by_id &&
	    (e->group != NULL || e->id->type == ID_ANY || id_is_wild(e->id)));
}

/* any-host: the peer says which address, so it has to be proved who it is. */
static void
check_generic(struct reader *r, const struct tunnel *t, const struct child *c)
{
	struct place at = child_place(t, c, C_REMOTE);

	if (!c->remote.any_host)
		return;
	if (t->role != TR_RESPONDER)
		problem_error(r->ps, at, "child \"%s\" of tunnel \"%s\" has "
		    "remote: any-host, which only a peer can ask for: say "
		    "role: responder", c->name, t->name);
	else if (c->mode == MODE_TRANSPORT)
		problem_error(r->ps, at, "child \"%s\" of tunnel \"%s\" has "
		    "remote: any-host in transport mode, which is between the "
		    "two ends alone: leave remote out", c->name, t->name);
	else if (shared_psk(t) && !t->allow_shared)
		problem_error(r->ps, at, "child \"%s\" of tunnel \"%s\" has "
		    "remote: any-host behind a pre-shared key of many peers, "
		    "each of whom could take another's address: use "
		    "certificates, psk: by-id, or say allow-shared-psk: yes",
		    c->name, t->name);
}

/* Two children of the same traffic: the second would never be used. */
static void
check_same(struct reader *r, const struct tunnel *t, struct child *c,
    struct hash *seen)
{
	size_t len0 = c->nts[0] * sizeof(struct wt_ts);
	size_t len1 = c->nts[1] * sizeof(struct wt_ts), len;
	const struct child *old;
	uint8_t *key;

	len = 1 + len0 + len1 + LANE_KEY + ID_CANON_MAX;
	key = arena_alloc(r->arena, len);
	key[0] = (uint8_t)c->nts[0];
	memcpy(key + 1, c->ts[0], len0);
	memcpy(key + 1 + len0, c->ts[1], len1);
	lane_key(&c->lane, key + len - LANE_KEY - ID_CANON_MAX);
	/* Not the same when it is for other peers. */
	if (c->peers_group != NULL)
		memcpy(key + len - ID_CANON_MAX, c->peers_group->name,
		    strlen(c->peers_group->name));
	else if (c->peers != NULL)
		(void)id_canon(c->peers, key + len - ID_CANON_MAX);
	if ((old = hash_put(seen, key, len, c)) != NULL)
		problem_error(r->ps, node_key_place(c->node), "child \"%s\" "
		    "of tunnel \"%s\" has the same traffic as child \"%s\" "
		    "(line %u)", c->name, t->name, old->name,
		    old->node->key->line);
}

void
check_children(struct reader *r, const struct tunnel *t)
{
	struct hash seen = { NULL, 0, 0 };
	struct child *c;
	unsigned int i;

	for (i = 0; i < t->nchildren; i++) {
		c = &t->children[i];
		if (c->broken)
			continue;
		check_ports(r, t, c);
		check_icmp(r, t, c);
		check_selectors(r, t, c);
		check_lifetime(r, t, c);
		check_generic(r, t, c);
		check_mode(r, t, c);
		check_ah(r, t, c);
		check_offload(r, t, c);
		check_heads(r, t, c);
		check_dscp(r, t, c);
		check_tfc(r, t, c);
		check_inactivity(r, t, c);
		if (t->nchildren > 1)
			check_same(r, t, c, &seen);
	}
	hash_free(&seen);
}
