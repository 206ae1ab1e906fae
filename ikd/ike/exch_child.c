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
 * Creating a Child SA: what IKE_AUTH and CREATE_CHILD_SA, initiator and
 * responder, do alike (RFC 7296 sections 1.3, 2.9, 2.17).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exch_create.h"
#include "keymat.h"
#include "log.h"
#include "pipes.h"
#include "reason.h"
#include "session.h"
#include "tspack.h"

int
exch_nonce_less(const uint8_t *a, size_t alen, const uint8_t *b, size_t blen)
{
	int	 d;

	/* RFC 7296 2.8.1: octet by octet; the one that ends is the lower. */
	d = memcmp(a, b, alen < blen ? alen : blen);
	return (d < 0 || (d == 0 && alen < blen));
}

const uint8_t *
exch_min_nonce(const struct exch *x, size_t *len)
{
	if (exch_nonce_less(x->ni, x->ni_len, x->sa->nr, x->nr_len)) {
		*len = x->ni_len;
		return (x->ni);
	}
	*len = x->nr_len;
	return (x->sa->nr);
}

const char *
exch_ts_parse(const struct packet *pkt, int initiator, struct ts_pair *out)
{
	const struct pld	*i, *r;
	struct pld_notify	 n;
	const char		*why;

	out->transport = packet_notify(pkt, N_USE_TRANSPORT_MODE, &n);
	out->no_tfc = packet_notify(pkt, N_ESP_TFC_PADDING_NOT_SUPPORTED, &n);
	i = packet_find(pkt, PLD_TSI, NULL);
	r = packet_find(pkt, PLD_TSR, NULL);
	if (i == NULL || r == NULL)
		return ("traffic selectors are missing");
	why = pld_ts_parse(i->p, i->len, initiator ? &out->local :
	    &out->remote);
	if (why == NULL)
		why = pld_ts_parse(r->p, r->len, initiator ? &out->remote :
		    &out->local);
	return (why);
}

/*
 * RFC 7296 1.3.1: transport mode, and in it no TFC padding, which has nothing
 * to tell it from the payload by.
 */
void
exch_child_add_mode(struct msg_build *m, const struct exch *x)
{
	if (x->mode != MODE_TRANSPORT)
		return;
	msg_add_notify(m, N_USE_TRANSPORT_MODE, NULL, 0);
	msg_add_notify(m, N_ESP_TFC_PADDING_NOT_SUPPORTED, NULL, 0);
}

unsigned int
exch_notify_of(unsigned int code)
{
	switch (code) {
	case RSN_NO_PROPOSAL:
		return (N_NO_PROPOSAL_CHOSEN);
	case RSN_TS:
		return (N_TS_UNACCEPTABLE);
	case RSN_INVALID_SYNTAX:
		return (N_INVALID_SYNTAX);
	case RSN_GRANT:
	case RSN_CEILING:
		return (N_NO_ADDITIONAL_SAS);
	default:
		return (N_TEMPORARY_FAILURE);
	}
}

unsigned int
exch_reason_of(unsigned int notify)
{
	switch (notify) {
	case N_NO_PROPOSAL_CHOSEN:
		return (RSN_NO_PROPOSAL);
	case N_TS_UNACCEPTABLE:
	case N_SINGLE_PAIR_REQUIRED:
		return (RSN_TS);
	case N_INVALID_SYNTAX:
		return (RSN_INVALID_SYNTAX);
	case N_INVALID_KE_PAYLOAD:
		return (RSN_INVALID_KE);
	case N_AUTHENTICATION_FAILED:
		return (RSN_AUTH_OURS);
	case N_NO_ADDITIONAL_SAS:
	case N_TS_MAX_QUEUE:
	case N_TEMPORARY_FAILURE:
		return (RSN_BUSY);
	case N_CHILD_SA_NOT_FOUND:
		return (RSN_GONE);
	default:
		return (RSN_PEER_ERROR);
	}
}

/*
 * One side's selectors.  A selector without an address, or none at all,
 * stands for the endpoint itself (proto_snap.h).
 */
static void
put_side(struct ts_list *l, const struct wt_ts *ts, size_t n,
    const struct wt_addr *endpoint)
{
	struct wt_ts	 host;
	size_t		 i;

	l->skipped = 0;
	ts_from_addr(&host, endpoint);
	if (n == 0) {
		l->ts[0] = host;
		l->n = 1;
		return;
	}
	l->n = n;
	for (i = 0; i < n; i++) {
		l->ts[i] = ts[i];
		if (ts[i].af != 0)
			continue;
		l->ts[i].af = host.af;
		memcpy(l->ts[i].lo, host.lo, sizeof(host.lo));
		memcpy(l->ts[i].hi, host.hi, sizeof(host.hi));
	}
}

void
exch_granted_ts(const struct session *s, const struct grant_row *g,
    struct ts_pair *out)
{
	struct wt_ts	 ts[TS_MAX];

	put_side(&out->local, ts, ts_unpack(g->ts, 0, ts), &s->local.addr);
	put_side(&out->remote, ts, ts_unpack(g->ts, 1, ts), &s->remote.addr);
}

uint8_t
exch_old_proto(const struct session *s, const struct exch *x)
{
	const struct child	*c = child_by_spi(s->ike, x->old_spi);

	return (c != NULL ? c->suite.proto : child_proto(s, x->child));
}

/* RFC 7296 2.23.1: ends behind a NAT, as the IKE SA has them. */
static void
seen_here(const struct session *s, const struct ts_pair *peer,
    struct ts_pair *out)
{
	*out = *peer;
	if (peer->transport)
		tsp_seen(out, s->nat & NAT_US ? &s->local.addr : NULL,
		    s->nat & NAT_PEER ? &s->remote.addr : NULL);
}

/* RFC 3715 section 2.1: what AH authenticates, a NAT changes. */
static int
ah_in_vain(const struct session *s, uint32_t child, const char **why)
{
	if (child_proto(s, child) != PROTO_AH || !session_encap(s))
		return (0);
	*why = "AH cannot pass a NAT, and there is one between us and the "
	    "peer, or UDP encapsulation is forced: use ESP";
	return (1);
}

/* RFC 7296 2.9: the packet that asks for the SA comes first. */
static void
put_packet(struct ts_list *l, const struct wt_ts *packet)
{
	if (packet->af == 0 || l->n == 0 || l->n == LINK_TS ||
	    !ts_list_covers(l->ts, l->n, packet, 1))
		return;
	memmove(&l->ts[1], &l->ts[0], l->n * sizeof(l->ts[0]));
	l->ts[0] = *packet;
	l->n++;
}

/*
 * One side for a peer that wants one pair of addresses: that of the packet,
 * in the first selector that has it; or the only one there is.  0, or -1.
 */
static int
one_address(struct ts_list *l, const struct wt_ts *packet)
{
	struct wt_ts	*t = &l->ts[0];
	size_t		 i = 0;

	if (packet->af != 0) {
		while (i < l->n && !ts_covers(&l->ts[i], packet))
			i++;
		if (i == l->n || memcmp(packet->lo, packet->hi,
		    sizeof(packet->lo)) != 0)
			return (-1);
		*t = l->ts[i];
		memcpy(t->lo, packet->lo, sizeof(t->lo));
		memcpy(t->hi, packet->hi, sizeof(t->hi));
	} else if (l->n != 1 || memcmp(t->lo, t->hi, sizeof(t->lo)) != 0)
		return (-1);
	l->n = 1;
	return (0);
}

/* The packet's part in what is offered; 0, or -1. */
static int
offer_packet(const struct session *s, struct exch *x)
{
	static const struct wt_ts	 none;
	const struct wt_ts		*src = &none, *dst = &none;

	if (s->packet != NULL && s->packet->child == x->child) {
		src = &s->packet->src;
		dst = &s->packet->dst;
	}
	if (s->single == x->child)
		return (one_address(&x->sa->ts.local, src) == -1 ||
		    one_address(&x->sa->ts.remote, dst) == -1 ? -1 : 0);
	put_packet(&x->sa->ts.local, src);
	put_packet(&x->sa->ts.remote, dst);
	return (0);
}

int
exch_child_single(struct session *s, const struct exch *x,
    unsigned int notify)
{
	if (notify != N_SINGLE_PAIR_REQUIRED || x->kind != JOB_CHILD_NEW ||
	    s->single == x->child)
		return (0);
	s->single = x->child;
	job_later(s, JOB_CHILD_NEW, x->child, 0, 0, 1);
	return (1);
}

unsigned int
exch_child_offer(struct session *s, struct exch *x, const struct child *old,
    int no_ke, const char **why)
{
	const struct kept_child	*cp;

	*why = "it cannot be asked for";
	cp = policy_child(s->policy, s->tunnel, x->child);
	if (cp == NULL)
		return (RSN_GONE);
	if (ah_in_vain(s, x->child, why))
		return (RSN_UNSUPPORTED);
	x->noffer = child_offer(s, cp, no_ke, x->sa->offer);
	if (x->noffer == 0)
		return (RSN_NO_PROPOSAL);
	x->mode = cp->mode;
	x->spi_in = child_new_spi(s->ike);
	if (old != NULL) {
		/* RFC 7296 2.9.2: what is in use, and no packet's. */
		child_get_ts(old, &x->sa->ts);
		x->old_spi = old->spi_in;
		return (RSN_OK);
	}
	put_side(&x->sa->ts.local, cp->ts_local, cp->ts_local_n,
	    &s->local.addr);
	put_side(&x->sa->ts.remote, cp->ts_remote, cp->ts_remote_n,
	    &s->remote.addr);
	if (offer_packet(s, x) == 0)
		return (RSN_OK);
	*why = "the peer answers SINGLE_PAIR_REQUIRED: it wants one address "
	    "at each side of a Child SA; make children of such, or start: trap";
	return (RSN_TS);
}

/* Asked for by a packet, for which the peer has no more than there is. */
static int
in_vain(const struct session *s, const struct exch *x,
    const struct ts_pair *ts)
{
	return (x->kind == JOB_CHILD_NEW && s->packet != NULL &&
	    s->packet->child == x->child &&
	    !tsp_takes(ts, &s->packet->src, &s->packet->dst) &&
	    child_count(s, x->child, ts) > 0);
}

unsigned int
exch_child_accept(struct session *s, struct exch *x,
    const struct sa_payload *sa, const struct ts_pair *ts, int no_ke,
    char *why, size_t size)
{
	struct prop_want		 want = {
	    .proto = x->sa->offer[0].proto, .spi_len = 4 };
	const struct grant_row		*g;
	struct ts_pair			 granted, seen;

	seen_here(s, ts, &seen);
	ts = &seen;
	want.no_ke = (uint8_t)no_ke;
	if (prop_check(x->sa->offer, x->noffer, sa, &want, &x->choice, why,
	    size) == -1)
		return (RSN_NO_PROPOSAL);
	if (!tsp_within(&x->sa->ts, ts)) {
		strlcpy(why, "the peer answers with selectors that we did "
		    "not offer", size);
		return (RSN_TS);
	}
	if (ts->transport != (x->mode == MODE_TRANSPORT)) {
		strlcpy(why, ts->transport ? "the peer wants transport mode, "
		    "we did not ask for it" : "the peer refuses transport "
		    "mode", size);
		return (RSN_NO_PROPOSAL);
	}
	if (in_vain(s, x, ts)) {
		strlcpy(why, "the peer narrows it to what is up already, and "
		    "has nothing for the packet", size);
		return (RSN_TS);
	}
	if ((g = child_grant(s, x->child)) == NULL) {
		strlcpy(why, "the child is not granted", size);
		return (RSN_GRANT);
	}
	x->grant = g->grant;
	exch_granted_ts(s, g, &granted);
	if (!tsp_within(&granted, ts)) {
		strlcpy(why, "the selectors are outside the grant", size);
		return (RSN_GRANT);
	}
	x->sa->ts = *ts;
	return (RSN_OK);
}

static int
lists_equal(const struct ts_list *a, const struct ts_list *b)
{
	return (ts_list_covers(a->ts, a->n, b->ts, b->n) &&
	    ts_list_covers(b->ts, b->n, a->ts, a->n));
}

/*
 * How well a narrowed pair fits: the peer's first wish, which RFC 7296 section
 * 2.9 has for what it needs at once, its wish whole, then ours whole.
 */
static int
fit(const struct ts_pair *out, const struct ts_pair *peer,
    const struct ts_pair *ours)
{
	return ((tsp_takes(out, peer->local.ts, peer->remote.ts) ? 4 : 0) +
	    (lists_equal(&out->local, &peer->local) &&
	    lists_equal(&out->remote, &peer->remote) ? 2 : 0) +
	    (lists_equal(&out->local, &ours->local) &&
	    lists_equal(&out->remote, &ours->remote) ? 1 : 0));
}

/* Is a inside b, and not the same? */
static int
narrower(const struct ts_pair *a, const struct ts_pair *b)
{
	return (ts_list_covers(b->local.ts, b->local.n, a->local.ts,
	    a->local.n) && ts_list_covers(b->remote.ts, b->remote.n,
	    a->remote.ts, a->remote.n) &&
	    !(lists_equal(&a->local, &b->local) &&
	    lists_equal(&a->remote, &b->remote)));
}

static int
suite_for(struct session *s, const struct kept_child *cp, int no_ke,
    const struct sa_payload *sa, uint16_t ke_hint, struct prop_choice *c,
    char *why, size_t size)
{
	struct wt_proposal	 offer[LINK_PROPOSALS];
	struct prop_want	 want = { .spi_len = 4 };
	size_t			 n;

	want.proto = child_proto(s, cp->child);
	want.no_ke = (uint8_t)no_ke;
	want.ke_hint = ke_hint;
	n = child_offer(s, cp, no_ke, offer);
	return (prop_choose(offer, n, sa, &want, c, why, size));
}

/* Both sides' values, that people need to see what is wrong. */
static void
no_selectors(const struct ts_pair *peer, const char *name,
    const struct ts_pair *ours, char *why, size_t size)
{
	char	 theirs[140], have[140];

	tsp_print(peer, theirs, sizeof(theirs));
	if (name == NULL)
		snprintf(why, size, "no child of the tunnel has the selectors "
		    "that the peer asks for: %s", theirs);
	else
		snprintf(why, size, "no child of the tunnel has the selectors "
		    "that the peer asks for: %s; %s has %s", theirs, name,
		    tsp_print(ours, have, sizeof(have)));
}

void
exch_child_refused(const struct exch *x, unsigned int notify, char *why,
    size_t size)
{
	char	 what[IKE_WHY_MAX] = "";

	if (notify == N_TS_UNACCEPTABLE)
		tsp_print(&x->sa->ts, what, sizeof(what));
	else if (notify == N_NO_PROPOSAL_CHOSEN && x->noffer > 0)
		proposal_print(&x->sa->offer[0], what, sizeof(what));
	snprintf(why, size, "the peer answers %s%s%s%s", notify_name(notify),
	    what[0] != '\0' ? "; we asked for " : "", what,
	    what[0] != '\0' && notify == N_NO_PROPOSAL_CHOSEN &&
	    x->noffer > 1 ? ", ..." : "");
}

/*
 * RFC 7296 2.9: could another of our children have what this one leaves out
 * of the peer's wish?
 */
static int
more_possible(const struct session *s, const struct exch *x,
    const struct ts_pair *peer)
{
	const struct kept_child	*cp;
	struct ts_pair			 ours, out;
	const struct grant_row		*g;

	SLIST_FOREACH(g, &s->grants, entry) {
		cp = policy_child(s->policy, s->tunnel, g->child);
		if (cp == NULL || cp->child == x->child ||
		    (cp->mode == MODE_TRANSPORT && !peer->transport))
			continue;
		exch_granted_ts(s, g, &ours);
		if (tsp_narrow(&ours, peer, &out) &&
		    !(ts_list_covers(x->sa->ts.local.ts, x->sa->ts.local.n,
		    out.local.ts, out.local.n) &&
		    ts_list_covers(x->sa->ts.remote.ts, x->sa->ts.remote.n,
		    out.remote.ts, out.remote.n)))
			return (1);
	}
	return (0);
}

unsigned int
exch_child_choose(struct session *s, struct exch *x,
    const struct sa_payload *sa, const struct ts_pair *peer,
    const struct child *old, int no_ke, char *why, size_t size)
{
	const struct grant_row		*g;
	const struct kept_child	*cp;
	const struct ts_pair		*asked;
	struct ts_pair			 seen, ours, out, best_ours;
	struct prop_choice		 c;
	unsigned int			 error = N_TS_UNACCEPTABLE;
	const char			*vain;
	int				 best = -1, f, told = 0;

	no_selectors(peer, NULL, NULL, why, size);
	seen_here(s, peer, &seen);
	SLIST_FOREACH(g, &s->grants, entry) {
		cp = policy_child(s->policy, s->tunnel, g->child);
		if (cp == NULL || (old != NULL && g->child != old->child))
			continue;
		exch_granted_ts(s, g, &ours);
		/* Tunnel mode has the addresses that the peer says. */
		asked = cp->mode == MODE_TRANSPORT ? &seen : peer;
		if (!tsp_narrow(&ours, asked, &out)) {
			if (told++ == 0 && best == -1)
				no_selectors(asked, cp->name, &ours, why, size);
			continue;
		}
		/* One that asks for transport mode may be given tunnel mode. */
		if (cp->mode == MODE_TRANSPORT && !peer->transport) {
			strlcpy(why, "our child is in transport mode, the "
			    "peer asks for tunnel mode", size);
			continue;
		}
		if (ah_in_vain(s, g->child, &vain)) {
			strlcpy(why, vain, size);
			error = N_NO_PROPOSAL_CHOSEN;
			x->child = best == -1 ? g->child : x->child;
			continue;
		}
		/* What the policy names goes before what it does not. */
		f = fit(&out, asked, &ours) + (cp->generic ? 0 : 8);
		if (best > f || (best == f && !narrower(&ours, &best_ours)))
			continue;
		if (suite_for(s, cp, no_ke, sa, x->group, &c, why,
		    size) == -1) {
			if (best == -1)
				error = N_NO_PROPOSAL_CHOSEN;
			x->child = best == -1 ? g->child : x->child;
			continue;
		}
		best = f;
		best_ours = ours;
		x->sa->ts = out;
		x->sa->ts.transport = peer->transport;
		x->sa->ts.no_tfc = peer->no_tfc;
		x->mode = cp->mode;
		x->choice = c;
		x->child = g->child;
		x->grant = g->grant;
		error = 0;
	}
	if (error == 0) {
		x->spi_in = child_new_spi(s->ike);
		x->ts_more = old == NULL && more_possible(s, x, peer);
	} else if (error == N_NO_PROPOSAL_CHOSEN)
		to_tmd_offered(s->ike, &s->remote, s->tunnel, x->child, sa);
	return (error);
}

static void
fill_child(struct child *c, const struct session *s, const struct exch *x)
{
	const struct child	*old = child_by_spi(s->ike, x->old_spi);

	c->grant = x->grant;
	c->child = x->child;
	c->spi_out = get32(x->choice.spi);
	c->replaces = old != NULL ? old->spi_in : 0;
	c->initiator = x->initiator;
	c->mode = x->mode;
	c->no_tfc = (uint8_t)x->sa->ts.no_tfc;
	c->suite = x->choice.suite;
	child_set_ts(c, &x->sa->ts);
}

struct child *
exch_child_install(struct session *s, struct exch *x, child_done *done,
    unsigned int *code)
{
	struct child_keys	 keys;
	struct nonces		 n = { 0 };
	struct child		*c;

	n.i.p = x->ni;
	n.i.len = x->ni_len;
	n.r.p = x->sa->nr;
	n.r.len = x->nr_len;
	n.more.p = x->more;
	n.more.len = x->more_len;
	if (keymat_child(s->suite.prf, session_sk_d(s), &x->choice.suite, &n,
	    (struct slice){ x->sa->gir, x->gir_len }, &keys) == -1) {
		*code = RSN_UNSUPPORTED;
		return (NULL);
	}
	explicit_bzero(x->sa->gir, sizeof(x->sa->gir));
	child_end_linger(s, x->child);
	c = child_new(s, x->spi_in);
	fill_child(c, s, x);
	c->installed = done;
	c->x = x;
	*code = to_parent_install(c, &keys);
	keymat_child_clear(&keys);
	if (*code != RSN_OK) {
		child_free(c);
		return (NULL);
	}
	return (c);
}

void
exch_child_more(const struct session *s, const struct exch *x)
{
	char	 got[300], name[2 * NAME_MAX_LEN];

	if (x->ts_more)
		session_log(s, x->child, LS_CHILD, LOG_L_NOTICE, "%s is %s "
		    "alone; the peer would agree to more of it in a child of "
		    "its own", child_name(s, x->child, name, sizeof(name)),
		    tsp_print(&x->sa->ts, got, sizeof(got)));
}
