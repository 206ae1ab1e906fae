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
 * Grants: what a verdict and a ceiling make, for the parent and for ike.
 */
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "alarm.h"
#include "grants.h"
#include "id.h"
#include "members.h"
#include "memo.h"
#include "owners.h"
#include "policy_now.h"
#include "reach.h"
#include "ts.h"
#include "tunnel.h"

/* One address, if the ceiling has it. */
static int
outer_one(const struct wt_prefix *by, uint16_t nby, const struct wt_addr *a,
    struct wt_prefix *out)
{
	uint16_t i;

	for (i = 0; i < nby; i++)
		if (prefix_has(&by[i], a)) {
			out->addr = *a;
			out->plen = (uint8_t)(8 * addr_len(a));
			return (1);
		}
	return (0);
}

/*
 * Selectors of one side: the ceiling's; where they stand for the endpoint's
 * own address, that address with the ceiling's protocol and ports.
 */
static uint16_t
grant_ts(const struct wt_ts *by, uint16_t nby, int dyn,
    const struct wt_addr *a, struct wt_ts *out)
{
	uint16_t i, n = 0;

	if (nby == 0) {
		ts_from_addr(&out[0], a);
		return (1);
	}
	if (!dyn) {
		memcpy(out, by, nby * sizeof(*by));
		return (nby);
	}
	for (i = 0; i < nby; i++) {
		if (by[i].af != a->af)
			continue;
		ts_from_addr(&out[n], a);
		out[n].proto = by[i].proto;
		out[n].port_lo = by[i].port_lo;
		out[n].port_hi = by[i].port_hi;
		if (ts_covers(&by[i], &out[n]))
			n++;
	}
	return (n);
}

/* What is the ceiling's, word for word. */
static void
grant_labels(const struct wt_ceiling *c, struct wt_grant *g)
{
	g->tunnel = c->tunnel;
	g->child = c->child;
	g->reqid = c->reqid;
	g->if_id = c->if_id;
	g->mark = c->mark;
	g->mark_mask = c->mark_mask;
	g->mode = c->mode;
	g->protos = c->protos;
	g->algs = c->algs;
	g->encap = c->encap;
	g->roaming = c->roaming;
	g->hard_seconds = c->hard_seconds;
	g->hard_bytes = c->hard_bytes;
	g->manual = c->manual;
	g->pairs = c->manual ? 1 : GRANT_PAIRS;
}

/* RSN_CEILING, with "LOCAL of the SIDE side is outside the policy". */
static unsigned int
outside(const char *side, const struct wt_addr *a, char *why, size_t size)
{
	char text[ADDR_TEXT];

	snprintf(why, size, "%s address %s is outside the policy", side,
	    addr_print(a, text, sizeof(text)));
	return (RSN_CEILING);
}

unsigned int
grants_fill(const struct grant_input *in, struct wt_grant *g, char *why,
    size_t size)
{
	const struct wt_ceiling	*c = &in->child->ceiling;
	uint8_t			 dyn = in->child->cf.dyn;
	const struct wt_addr	*host = &in->remote.addr;

	memset(g, 0, sizeof(*g));
	if (in->child->cf.generic) {
		dyn |= DYN_REMOTE;
		if ((host = in->host) == NULL) {
			snprintf(why, size, "a generic child is begun by the "
			    "peer, which says its address");
			return (RSN_TS);
		}
	}
	grant_labels(c, g);
	g->id = in->id;
	memcpy(g->ticket, in->ticket, sizeof(g->ticket));
	memcpy(g->peer, in->peer, sizeof(g->peer));
	g->slot = in->slot;
	g->generation = in->generation;
	g->expiry = in->expiry;
	if (!outer_one(c->outer_local, c->outer_local_n, &in->local.addr,
	    &g->outer_local[0]))
		return (outside("our", &in->local.addr, why, size));
	if (!outer_one(c->outer_remote, c->outer_remote_n, &in->remote.addr,
	    &g->outer_remote[0]))
		return (outside("the peer's", &in->remote.addr, why, size));
	g->outer_local_n = g->outer_remote_n = 1;
	if (c->roaming) {
		memcpy(g->outer_local, c->outer_local,
		    c->outer_local_n * sizeof(c->outer_local[0]));
		g->outer_local_n = c->outer_local_n;
		memcpy(g->outer_remote, c->outer_remote,
		    c->outer_remote_n * sizeof(c->outer_remote[0]));
		g->outer_remote_n = c->outer_remote_n;
	}
	g->ts_local_n = grant_ts(c->ts_local, c->ts_local_n, dyn & DYN_LOCAL,
	    &in->local.addr, g->ts_local);
	g->ts_remote_n = grant_ts(c->ts_remote, c->ts_remote_n,
	    dyn & DYN_REMOTE, host, g->ts_remote);
	if (g->ts_local_n == 0 || g->ts_remote_n == 0) {
		snprintf(why, size, "the endpoint's address is outside the "
		    "selectors");
		return (RSN_TS);
	}
	return (RSN_OK);
}

static uint64_t
earlier(uint64_t a, uint64_t b)
{
	if (a == 0 || b == 0)
		return (a == 0 ? b : a);
	return (a < b ? a : b);
}

uint64_t
grants_expiry(const struct pol_tunnel *t, uint64_t cred_end, uint64_t now,
    uint64_t now_real)
{
	const struct pol_child	*c;
	uint64_t		 end;

	end = t->cf.tunnel_lifetime == 0 ? 0 : now + t->cf.tunnel_lifetime;
	/* What is renewed is renewed in time for all; else each child ends. */
	TAILQ_FOREACH(c, &t->children, entry)
		if (c->ceiling.grant_seconds != 0 && t->cf.tunnel_end == 0)
			end = earlier(end, now + c->ceiling.grant_seconds);
	if (cred_end != 0)
		end = earlier(end, cred_end > now_real ?
		    now + (cred_end - now_real) : now);
	return (end);
}

/* The memo of a grant of s. */
static void
memo_of(const struct session *s, const struct tun_child *c,
    const uint8_t *keys, struct wt_grant *g)
{
	struct tm_memo m;
	unsigned int i;

	memset(&m, 0, sizeof(m));
	m.version = MEMO_VERSION;
	m.slot = s->slot;
	m.exch = s->exch;
	memcpy(m.spi_i, s->spi_i, sizeof(m.spi_i));
	memcpy(m.spi_r, s->spi_r, sizeof(m.spi_r));
	m.initiator = s->initiator;
	m.method = s->method;
	m.key_ours = s->key_ours;
	m.key_peer = s->key_peer;
	m.opened = (uint8_t)(s->tunnel->opened || c->opened);
	m.want = (uint8_t)c->want;
	memcpy(m.fingerprint, s->fingerprint, sizeof(m.fingerprint));
	m.since = s->since;
	m.proved = s->proved;
	m.generation = s->generation;
	m.expiry = s->expiry;
	memcpy(m.keys, s->keys, sizeof(m.keys));
	memcpy(m.child_keys, keys, sizeof(m.child_keys));
	m.local = *sess_proved(s, 0);
	m.remote = *sess_proved(s, 1);
	id_copy(&m.id_peer, s->id_peer);
	id_copy(&m.id_ours, s->id_ours);
	for (i = 0; i < s->nrounds; i++) {
		m.rounds[i].method = s->rounds[i].method;
		m.rounds[i].by_certd = s->rounds[i].by_certd;
		memcpy(m.rounds[i].fingerprint, s->rounds[i].fingerprint, 32);
	}
	m.rounds_n = (uint16_t)s->nrounds;
	m.ppk_used = s->ppk_used;
	if (s->ppk != NULL)
		wire_text_copy(m.ppk, sizeof(m.ppk), s->ppk);
	memo_write(&m, g);
}

/*
 * A grant's words.  host: of a generic child; keys: as its SAs were made.
 * 0, or -1 with why.
 */
static int
fill(const struct session *s, const struct tun_child *c,
    const uint8_t *keys, const struct wt_addr *host, uint32_t id,
    uint64_t expiry, struct wt_grant *g, char *why, size_t size)
{
	struct grant_input in;

	memset(&in, 0, sizeof(in));
	in.child = c->pol;
	in.host = host;
	in.ticket = s->ticket;
	in.peer = s->peer;
	in.slot = s->slot;
	in.local = *sess_proved(s, 0);
	in.remote = *sess_proved(s, 1);
	in.expiry = expiry;
	in.id = id;
	in.generation = policy_now()->generation;
	if (grants_fill(&in, g, why, size) != RSN_OK)
		return (-1);
	memo_of(s, c, keys, g);
	return (0);
}

/* To the parent first, then to ike.  late: the session is up. */
static int
give(const struct session *s, const struct wt_grant *g, int late, char *why,
    size_t size)
{
	struct mx_grant_child m;

	if (reach_parent(M_GRANT, g) == PIPE_NOCREDIT) {
		snprintf(why, size, "too many grants at once");
		return (-1);
	}
	memset(&m, 0, sizeof(m));
	m.exch = late ? 0 : s->exch;
	memcpy(m.spi_i, s->spi_i, sizeof(m.spi_i));
	memcpy(m.spi_r, s->spi_r, sizeof(m.spi_r));
	m.grant = g->id;
	m.child = g->child;
	m.hard_seconds = g->hard_seconds;
	m.ts_local_n = g->ts_local_n;
	m.ts_remote_n = g->ts_remote_n;
	memcpy(m.ts_local, g->ts_local, sizeof(m.ts_local));
	memcpy(m.ts_remote, g->ts_remote, sizeof(m.ts_remote));
	reach_ike(s->worker, M_GRANT_CHILD, &m);
	return (0);
}

struct grant *
grants_child(struct session *s, const struct tun_child *c,
    const struct wt_addr *host, int late, char *why, size_t size)
{
	struct wt_grant	 g;
	struct grant	*made;
	uint64_t	 expiry;

	expiry = c->pol->cf.tunnel_lifetime == 0 ? s->expiry :
	    earlier(s->expiry, alarm_now() + c->pol->cf.tunnel_lifetime);
	if (fill(s, c, c->pol->cf.keys, host, sess_grant_next_id(), expiry,
	    &g, why, size) == -1)
		return (NULL);
	made = sess_add_grant(s, g.id, c->number);
	made->expiry = expiry;
	if (host != NULL || (c->pol->cf.dyn & DYN_REMOTE))
		owners_add(made, host != NULL ? host :
		    &sess_proved(s, 1)->addr);
	if (give(s, &g, late, why, size) == -1) {
		sess_grant_forget(made);
		return (NULL);
	}
	return (made);
}

int
grants_again(const struct grant *g, char *why, size_t size)
{
	const struct session	*s = g->session;
	const struct tun_child	*c = tunnel_child(s->tunnel, g->child);
	struct wt_grant		 w;

	if (c == NULL) {
		snprintf(why, size, "there is no such child");
		return (-1);
	}
	return (fill(s, c, g->keys, c->pol->cf.generic ? owners_host(g) :
	    NULL, g->id, g->expiry, &w, why, size) == -1 ||
	    give(s, &w, s->state == SS_UP, why, size) == -1 ? -1 : 0);
}

struct grant *
grants_late(struct session *s, uint32_t child, char *why, size_t size)
{
	struct tun_child *c = tunnel_child(s->tunnel, child);

	if (c == NULL || !tunnel_child_is_open(s->tunnel, c)) {
		snprintf(why, size, "the child is not open");
		return (NULL);
	}
	if (!members_child(c->pol, s->id_peer)) {
		snprintf(why, size, "the peer is not among those of the child "
		    "(peers:)");
		return (NULL);
	}
	return (grants_child(s, c, NULL, 1, why, size));
}

struct grant *
grants_host(struct session *s, const struct tun_child *c,
    const struct wt_addr *host, char *why, size_t size)
{
	return (grants_child(s, c, host, s->state == SS_UP, why, size));
}
