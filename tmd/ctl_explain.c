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
 * `ikectl explain`: what failed, both sides' offers, and the smallest change
 * that would have agreed.
 */

#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "alg.h"
#include "ctl_rows.h"
#include "ctl_verbs.h"
#include "explain.h"
#include "log.h"
#include "offer.h"
#include "own_end.h"
#include "reason.h"

static struct mq_row row;

/* What a story is about, as far as it still is. */
struct about {
	const struct tunnel	*t;	/* or NULL */
	const struct tun_child	*c;	/* or NULL */
	struct offer_list	 ours;
	int			 no_ke;		/* groups are no matter */
	int			 no_pfs;	/* the peer's are, pfs: no */
	const char		*policy;	/* its name, or "" */
	char			 at[256];	/* its place; "": built in */
};

/* May a peer of this address be the tunnel's? */
static int
may_be(const struct tunnel *t, const struct wt_addr *a)
{
	const struct sn_tunnel *cf = &t->pol->cf;
	uint16_t i;

	for (i = 0; i < cf->remote_n; i++)
		if (prefix_has(&cf->remote[i], a))
			return (1);
	return (0);
}

/* The first tunnel that answers such a peer, or NULL. */
static const struct tunnel *
first_of(const struct wt_addr *a)
{
	struct tunnel *t;

	for (t = tunnel_next(NULL); t != NULL; t = tunnel_next(t))
		if (t->pol->cf.role != TR_INITIATOR && may_be(t, a))
			break;
	return (t);
}

/* In whose words an inline policy is named (tmd/policy/set_policy.c). */
static int
is_inline(const struct about *a)
{
	return (a->policy[0] == '(');
}

/* As ikd-ike has them: with the groups that an exchange needs. */
static void
child_offer(const struct story *s, struct about *a)
{
	static struct wt_proposal p[LINK_PROPOSALS];
	const struct offer_list theirs = { s->offer, s->offer_n };
	const struct offer_list ike = { a->t->pol->cf.proposals,
	    a->t->pol->cf.proposals_n };
	const struct sn_child *cf = &a->c->pol->cf;

	memcpy(p, cf->proposals, cf->proposals_n * sizeof(p[0]));
	a->ours = (struct offer_list){ p, cf->proposals_n };
	/* RFC 7296 section 1.2: a first child's proposal has no group. */
	a->no_ke = !offer_has_group(&theirs);
	a->no_pfs = !a->no_ke && cf->pfs == PFS_NO;
	if (!a->no_ke && !a->no_pfs)
		offer_add_groups(p, a->ours.n, &ike, cf->pfs == PFS_PREFER);
}

static void
about(const struct story *s, const struct target *asked, struct about *a)
{
	memset(a, 0, sizeof(*a));
	a->policy = "";
	a->t = s->tunnel != 0 ? tunnel_find(s->tunnel) : asked != NULL ?
	    tunnel_find(asked->tunnel) : first_of(&s->remote.addr);
	if (a->t == NULL)
		return;
	if (s->child != 0 && (a->c = tunnel_child(a->t, s->child)) != NULL) {
		child_offer(s, a);
		a->policy = a->c->pol->cf.policy;
	} else if (s->child == 0) {
		a->ours.p = a->t->pol->cf.proposals;
		a->ours.n = a->t->pol->cf.proposals_n;
		a->policy = a->t->pol->cf.policy;
	}
	if (is_inline(a))
		strlcpy(a->at, a->t->pol->cf.where, sizeof(a->at));
	else
		(void)ctl_object_where(s->child == 0 ? "policies/ike" :
		    "policies/child", a->policy, a->at, sizeof(a->at));
}

/* The target that the story answers; NULL: none. */
static const struct target *
asked_for(const struct ctl_req *r, const struct story *s)
{
	const struct target *g;
	const struct tunnel *t;
	size_t i;

	for (i = 0; i < r->targets.n; i++) {
		g = &r->targets.v[i];
		if (s->tunnel == g->tunnel &&
		    (g->child == 0 || g->child == s->child))
			return (g);
		if (s->tunnel == 0 && g->child == 0 &&
		    (t = tunnel_find(g->tunnel)) != NULL &&
		    may_be(t, &s->remote.addr))
			return (g);
	}
	return (NULL);
}

/* Whose decision it was, as far as we know. */
static const char *
verdict(const struct story *s)
{
	switch (s->code) {
	case RSN_AUTH_OURS:
	case RSN_PEER_ERROR:
	case RSN_PEER_DELETED:
		return ("the peer refused it");
	case RSN_NO_PROPOSAL:
	case RSN_TS:
	case RSN_NO_TUNNEL:
		return (s->initiator ? "the peer refused it" :
		    "we refused it");
	case RSN_AUTH_PEER:
	case RSN_CLOSED:
	case RSN_PPK:
		return ("we refused it");
	case RSN_ADMIN:
		return ("we took it back");
	default:
		return ("it failed");
	}
}

static void
story_row(struct ctl_req *r, const struct story *s, const struct about *a)
{
	char text[ADDR_TEXT + 8];
	uint64_t now = alarm_now();

	ctl_row_new(&row, r->id, "refusal");
	if (a->t != NULL) {
		ctl_row_str(&row, "no", ctl_text_no(a->t, s->child, text,
		    sizeof(text)));
		ctl_row_str(&row, "tunnel", a->t->name);
		ctl_row_str(&row, "where", a->t->pol->cf.where);
	}
	if (a->c != NULL)
		ctl_row_str(&row, "child", a->c->pol->cf.name);
	ctl_row_str(&row, "local", sock_print(&s->local, text, sizeof(text)));
	ctl_row_str(&row, "remote", sock_print(&s->remote, text,
	    sizeof(text)));
	ctl_row_bool(&row, "initiator", s->initiator);
	ctl_row_u64(&row, "count", s->count);
	ctl_row_u64(&row, "first", now - s->first);
	ctl_row_u64(&row, "last", now - s->last);
	ctl_row_str(&row, "reason", reason_text(s->code));
	ctl_row_str(&row, "verdict", verdict(s));
	ctl_row_str(&row, "text", s->text);
	if (a->ours.n > 0 && s->code == RSN_NO_PROPOSAL) {
		ctl_row_str(&row, "policy", a->policy);
		ctl_row_str(&row, "policy_where", a->at);
	}
	ctl_row_bool(&row, "changed", explain_is_old(s));
	ctl_row(r, &row);
}

static void
offer_rows(struct ctl_req *r, const struct offer_list *theirs,
    const struct about *a)
{
	static struct offer_line line[OFFER_LINES];
	unsigned int i, n;

	n = offer_compare(theirs, &a->ours, a->no_ke, line);
	for (i = 0; i < n; i++) {
		if (a->no_pfs && line[i].type == XF_KE)
			strlcpy(line[i].ours, "none (pfs: no)", OFFER_TEXT);
		ctl_row_new(&row, r->id, "offer");
		ctl_row_str(&row, "what", line[i].what);
		ctl_row_str(&row, "theirs", line[i].theirs);
		ctl_row_str(&row, "ours", line[i].ours);
		ctl_row_str(&row, "both", line[i].both);
		ctl_row_bool(&row, "miss", line[i].miss);
		ctl_row(r, &row);
	}
}

static void
advice(struct ctl_req *r, const char *text)
{
	ctl_row_new(&row, r->id, "advice");
	ctl_row_str(&row, "text", text);
	ctl_row(r, &row);
}

/*
 * 'add "..." to the proposals of policy "site" (ikd.yaml:3)', of the child or
 * tunnel where they stand there; what is built in nobody can add to.
 */
static void
our_change(const struct about *a, const struct offer_list *theirs, int no_ke,
    char *out, size_t size)
{
	struct wt_proposal p;
	char word[256], whose[256];
	const char *weak;

	out[0] = '\0';
	if (offer_nearest(&a->ours, theirs, no_ke, &p, &weak) == -1)
		return;
	if (is_inline(a) || a->at[0] == '\0')
		snprintf(whose, sizeof(whose), "%s \"%s\"",
		    a->c != NULL ? "child" : "tunnel", a->c != NULL ?
		    a->c->pol->cf.name : a->t->name);
	else
		snprintf(whose, sizeof(whose), "policy \"%s\"", a->policy);
	(void)proposal_print(&p, word, sizeof(word));
	if (a->at[0] != '\0')
		snprintf(out, size, "ours, add \"%s\" to the proposals of "
		    "%s (%s)", word, whose, a->at);
	else
		snprintf(out, size, "ours, give %s (%s) a policy of its own "
		    "that has \"%s\" among its proposals (\"%s\" is built "
		    "in)", whose, a->t->pol->cf.where, word, a->policy);
	if (weak != NULL)
		snprintf(out + strlen(out), size - strlen(out),
		    " with allow-weak: [%s]", weak);
}

static void
smallest_change(struct ctl_req *r, const struct about *a,
    const struct offer_list *theirs)
{
	char text[1400], mine[1100], word[256];
	int can, no_ke = a->no_ke || a->no_pfs;
	struct wt_proposal p;
	const char *weak;

	if (a->no_pfs)
		advice(r, "The peer wants a key exchange with its child, and "
		    "our policy says pfs: no. Ours, leave that out; or "
		    "theirs, switch it off.");
	/* What else there is to change: the ciphers may be the same. */
	if (a->no_pfs && offer_meets(&a->ours, theirs))
		return;

	our_change(a, theirs, no_ke, mine, sizeof(mine));
	can = offer_nearest(theirs, &a->ours, no_ke, &p, &weak) != -1;
	if (mine[0] == '\0' && !can)
		return;
	snprintf(text, sizeof(text), "Smallest change: %s%s%s%s%s.", mine,
	    mine[0] != '\0' && can ? "; or " : "",
	    can ? "theirs, offer \"" : "",
	    can ? proposal_print(&p, word, sizeof(word)) : "",
	    can ? "\"" : "");
	advice(r, text);
}

/* What we sent, for a peer that does not say what it wants. */
static void
our_offer(struct ctl_req *r, const struct about *a)
{
	char text[700], list[600];

	snprintf(text, sizeof(text), "We offered: %s.",
	    ctl_text_proposals(a->ours.p, a->ours.n, list, sizeof(list)));
	if (a->ours.n > 0)
		advice(r, text);
	advice(r, "A peer that refuses does not say what it wants. Its log "
	    "may.");
}

/* What a peer that refuses us does not say. */
static void
our_time(struct ctl_req *r, const struct about *a)
{
	char text[320], when[240];

	if (a->t == NULL || own_end_text(a->t->number, 0, when,
	    sizeof(when)) == NULL)
		return;
	snprintf(text, sizeof(text), "%c%s: no peer takes it. Bring another "
	    "with ikectl cert import.", when[0] - 'a' + 'A', when + 1);
	advice(r, text);
}

static void
what_to_do(struct ctl_req *r, const struct story *s, const struct about *a)
{
	if (s->child == 0 && s->code != RSN_NO_PROPOSAL &&
	    s->code != RSN_TIMEOUT)
		our_time(r, a);
	switch (s->code) {
	case RSN_NO_PROPOSAL:
		if (s->initiator)
			our_offer(r, a);
		break;
	case RSN_TIMEOUT:
		advice(r, "Is the address right, is the peer up, and may UDP "
		    "500 and 4500 pass in both directions?");
		break;
	case RSN_AUTH_PEER:
	case RSN_AUTH_OURS:
		if (a->t != NULL && a->t->pol->cf.kind_ours == AUTHK_PSK &&
		    a->t->pol->cf.kind_theirs == AUTHK_PSK)
			advice(r, "Both ends need the same secret, and each "
			    "the other's identity: compare the files, or "
			    "make a new one with ikectl psk create.");
		break;
	case RSN_TS:
		advice(r, "local and remote of the child have to be the "
		    "mirror image of the peer's.");
		break;
	case RSN_NO_TUNNEL:
		advice(r, "Smallest change: ours, the remote address and id "
		    "of a tunnel, or who we are there (local.id, our "
		    "certificate); or theirs, the identity that it sends, "
		    "or asks for.");
		break;
	case RSN_PPK:
		advice(r, "Both ends need the key under the same PPK_ID: ppks "
		    "and ppk/ here, and one that ikectl ppk create makes. "
		    "ppk: offer in the policy, at both ends, lets a "
		    "negotiation pass without.");
		break;
	case RSN_CLOSED:
		advice(r, "ikectl activate opens the tunnel.");
		break;
	}
}

static void
tell(struct ctl_req *r, const struct story *s, const struct target *asked)
{
	struct offer_list theirs = { s->offer, s->offer_n };
	struct about a;

	about(s, asked, &a);
	story_row(r, s, &a);
	if (explain_is_old(s))
		advice(r, "The policy of this tunnel has changed since: ours "
		    "is what holds now, and the next try goes by it.");
	if (theirs.n > 0) {
		offer_rows(r, &theirs, &a);
		if (a.ours.n > 0)
			smallest_change(r, &a, &theirs);
	}
	what_to_do(r, s, &a);
}

/* Has the caller named none, and chosen by no option? */
static int
asked_all(const struct ctl_req *r)
{
	return (r->m->args_n == 0 && select_opt(r->m, "remote-id") == NULL &&
	    select_opt(r->m, "address") == NULL);
}

/* One story a call, the newest first. */
static int
explain_some(struct ctl_req *r)
{
	const struct story *s = explain_read(r->own);
	const struct target *g;

	if (s == NULL) {
		ctl_done(r, CTL_OK, "%s", r->count[0] > 0 ? "" :
		    "No failed negotiation is remembered.");
		return (0);
	}
	g = asked_all(r) ? NULL : asked_for(r, s);
	if (g != NULL || asked_all(r)) {
		tell(r, s, g);
		r->count[0]++;
	}
	return (1);
}

static void
explain_end(struct ctl_req *r)
{
	explain_close(r->own);
}

/* By the peer's address. */
static int
explain_address(struct ctl_req *r)
{
	const struct story *s = NULL;
	struct wt_addr a;
	unsigned int n = 0;

	if (addr_parse(r->m->args[0].w, &a) == -1)
		return (-1);
	while ((s = explain_next(s)) != NULL)
		if (s->remote.addr.af == a.af && memcmp(s->remote.addr.a, a.a,
		    sizeof(a.a)) == 0) {
			tell(r, s, NULL);
			n++;
		}
	ctl_done(r, CTL_OK, "%s", n > 0 ? "" : "No failed negotiation with "
	    "this address is remembered.");
	return (0);
}

void
ctl_explain(struct ctl_req *r)
{
	char err[MSG_TEXT];

	if (r->m->args_n == 1 && explain_address(r) == 0)
		return;
	if (select_targets(r->m, 1, &r->targets, err, sizeof(err)) == -1)
		ctl_done(r, CTL_REFUSED, "%s", err);
	else {
		r->own = xcalloc(1, sizeof(struct story_reader));
		r->on_end = explain_end;
		explain_open(r->own);
		ctl_produce(r, explain_some);
	}
}
