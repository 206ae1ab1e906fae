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
 * Generic children (remote: any-host): which single address the peer asks
 * for.  Whether nobody else has it is for tmd to say, whose grant is for
 * that address alone.
 */
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "exch_create.h"
#include "jobs.h"
#include "log.h"
#include "pipes.h"
#include "session.h"
#include "tspack.h"
#include "ts.h"

#define DECIDE_MS	5000	/* the tunnel manager is being restarted */

/* The inner payloads of a request that waits for tmd. */
struct host_held {
	struct session	*s;
	struct timer	 timer;
	struct ike_hdr	 hdr;
	uint8_t		 first;		/* type of its first payload */
	size_t		 len;
	uint8_t		 inner[];
};

/* Does a child that the policy names have some of it? */
static int
named_fits(const struct session *s, const struct ts_pair *peer)
{
	const struct kept_child	*cp;
	struct ts_pair		 ours, out;
	const struct grant_row	*g;

	SLIST_FOREACH(g, &s->grants, entry) {
		cp = policy_child(s->policy, s->tunnel, g->child);
		if (cp == NULL || cp->generic)
			continue;
		exch_granted_ts(s, g, &ours);
		if (tsp_narrow(&ours, peer, &out))
			return (1);
	}
	return (0);
}

/*
 * The first selector of one address, such as that of the packet which made
 * the peer ask (RFC 7296 section 2.9); else the address it comes from.
 */
static int
host_of(const struct session *s, const struct ts_pair *peer,
    struct wt_addr *host)
{
	const struct ts_list	*l = &peer->remote;
	size_t			 i;

	memset(host, 0, sizeof(*host));
	for (i = 0; i < l->n; i++) {
		host->af = l->ts[i].af;
		memcpy(host->a, l->ts[i].lo, sizeof(host->a));
		if (memcmp(l->ts[i].lo, l->ts[i].hi, addr_len(host)) == 0)
			return (1);
	}
	for (i = 0; i < l->n; i++)
		if (ts_match(&l->ts[i], &s->remote.addr, l->ts[i].proto,
		    l->ts[i].port_lo)) {
			*host = s->remote.addr;
			return (1);
		}
	return (0);
}

/* Has the child a grant of it? */
static int
has_host(const struct session *s, uint32_t child, const struct wt_addr *host)
{
	const struct grant_row	*g = child_grant(s, child);
	struct wt_ts		 ts[TS_MAX];

	return (g != NULL && ts_unpack(g->ts, 1, ts) > 0 &&
	    ts[0].af == host->af &&
	    memcmp(ts[0].lo, host->a, addr_len(host)) == 0);
}

int
exch_host_ask(struct session *s, const struct ts_pair *peer)
{
	const struct kept_child	*cp;
	struct ts_list		 common;
	struct wt_addr		 host;
	size_t			 i;

	for (i = 0; (cp = policy_child_at(s->policy, s->tunnel, i)) != NULL;
	    i++) {
		if (!cp->generic)
			continue;
		common.n = ts_narrow(cp->ts_local, cp->ts_local_n,
		    peer->local.ts, peer->local.n, common.ts, LINK_TS);
		if (common.n > 0)
			break;
	}
	if (cp == NULL || named_fits(s, peer) || !host_of(s, peer, &host) ||
	    has_host(s, cp->child, &host))
		return (0);
	/* Asked, and not granted. */
	if (addr_cmp(&s->host, &host) == 0) {
		memset(&s->host, 0, sizeof(s->host));
		return (0);
	}
	s->host = host;
	to_tmd_host_want(s, cp->child, &host);
	return (1);
}

/* The peer comes again, and tmd is asked again. */
static void
undecided(struct ike *ike, void *arg)
{
	struct session	*s = ((struct host_held *)arg)->s;

	(void)ike;
	exch_host_forget(s);
	memset(&s->host, 0, sizeof(s->host));
	exch_answer_notify(s, N_TEMPORARY_FAILURE, NULL, 0);
	job_run(s);
}

void
exch_host_hold(struct session *s, const struct packet *pkt)
{
	struct host_held	*h;

	h = s->held = xcalloc(1, sizeof(*h) + pkt->inner.len);
	h->s = s;
	h->hdr = pkt->hdr;
	h->first = pkt->sk_next;
	h->len = pkt->inner.len;
	memcpy(h->inner, pkt->inner.p, h->len);
	timer_init(&h->timer, undecided, h);
	timer_set(s->ike, &h->timer, DECIDE_MS);
}

void
exch_host_forget(struct session *s)
{
	struct host_held	*h = s->held;

	if (h == NULL)
		return;
	s->held = NULL;
	timer_clear(s->ike, &h->timer);
	freezero(h, sizeof(*h) + h->len);
}

void
exch_host_decided(struct session *s)
{
	struct host_held	*h = s->held;
	struct packet		 pkt = { .n = 0 };
	struct event_arg	 arg = { .pkt = &pkt };

	if (h == NULL)
		return;
	s->held = NULL;
	timer_clear(s->ike, &h->timer);
	pkt.hdr = h->hdr;
	pkt.sk_next = h->first;
	if (packet_parse_inner(&pkt, h->inner, h->len) != NULL)
		fatal("a request that was good is not any more");
	sa_event(s, EV_CREATE_REQUEST, &arg);
	freezero(h, sizeof(*h) + h->len);
	job_run(s);
}
