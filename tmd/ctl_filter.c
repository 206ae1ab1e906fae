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
 * filter list: the rules of the policy with their counters, and those that
 * negotiation makes.
 */
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "alg.h"
#include "ctl_stats.h"
#include "ctl_verbs.h"
#include "kv.h"
#include "policy_now.h"
#include "reach.h"
#include "ts.h"

#define ANSWER_MS	3000	/* then the list goes without counters */
#define TALLIES_MAX	(FILTER_RULES + 32)

static struct mq_row	row;
static struct mt_tally	tallies[TALLIES_MAX];	/* as last told */
static size_t		ntallies;

/* Of the request: how far it is. */
enum { AT_TUNNEL, AT_DYNAMIC };

void
ctl_tallies_came(const struct mt_tallies *m)
{
	size_t i, k;

	for (i = 0; i < m->t_n; i++) {
		for (k = 0; k < ntallies; k++)
			if (tallies[k].counter == m->t[i].counter)
				break;
		if (k == TALLIES_MAX)
			continue;
		tallies[k] = m->t[i];
		if (k == ntallies)
			ntallies++;
	}
}

static const struct mt_tally *
tally_of(uint64_t counter)
{
	size_t k;

	for (k = 0; k < ntallies; k++)
		if (tallies[k].counter == counter)
			return (&tallies[k]);
	return (NULL);
}

static const char *
rule_word(const struct sn_rule *s, const char *k)
{
	const char *v = kv_find(s->kv, s->kv_n, k);

	return (v != NULL ? v : "any");
}

/* May the addresses be of this family? */
static int
addrs_may(const char *nets, char mark)
{
	return (strcmp(nets, "any") == 0 || strchr(nets, mark) != NULL);
}

static int
wanted(const struct ctl_req *r, const char *family, const char *from,
    const char *to)
{
	const char *want = select_opt(r->m, "family");
	char mark = '.';

	if (want == NULL)
		return (1);
	if (strcmp(want, "6") == 0)
		mark = ':';
	return ((strcmp(family, "any") == 0 || strcmp(family, want) == 0) &&
	    addrs_may(from, mark) && addrs_may(to, mark));
}

static void
add_no(struct ctl_req *r, const char *table, uint32_t no)
{
	ctl_row_new(&row, r->id, "filter");
	ctl_row_fmt(&row, "no", "%s%u", table, no);
}

static void
rule_row(struct ctl_req *r, const struct sn_rule *s)
{
	const struct mt_tally *t = tally_of(s->counter);
	uint16_t i;

	if (!wanted(r, rule_word(s, "family"), rule_word(s, "from"),
	    rule_word(s, "to")))
		return;
	if (s->row == FILTER_DYNAMIC)
		add_no(r, "d", ++r->count[AT_DYNAMIC]);
	else
		add_no(r, "", s->no);
	for (i = 0; i < s->kv_n; i++)
		ctl_row_str(&row, s->kv[i].k, s->kv[i].v);
	if (t != NULL && s->counter != 0) {
		ctl_row_u64(&row, "packets", t->packets);
		ctl_row_u64(&row, "bytes", t->bytes);
	}
	ctl_row(r, &row);
}

static const char *
dynamic_log(void)
{
	const struct policy *p = policy_now();
	unsigned int i;

	for (i = 0; i < p->nrules; i++)
		if (strcmp(rule_word(&p->rules[i], "action"), "dynamic") == 0)
			return (rule_word(&p->rules[i], "log"));
	return ("no");
}

/* A side of a row: its addresses, the protocol that it wants, its ports. */
struct side {
	char	 nets[600], proto[16], port[40];
};

static void
side_of(const struct wt_ts *ts, size_t n, struct side *e)
{
	char one[ADDR_TEXT], port[32];
	size_t i, at = 0;

	e->nets[0] = '\0';
	for (i = 0; i < n && at < sizeof(e->nets); i++)
		at += (size_t)snprintf(e->nets + at, sizeof(e->nets) - at,
		    "%s%s", i == 0 ? "" : ", ", ts_range_print(&ts[i], one,
		    sizeof(one)));
	ts_proto_print(&ts[0], e->proto, sizeof(e->proto));
	ts_ports_print(&ts[0], port, sizeof(port));
	/* As the rules of the policy are told: "eq 22", "10-20". */
	snprintf(e->port, sizeof(e->port), "%s%s", port[0] >= '0' &&
	    port[0] <= '9' && strchr(port, '-') == NULL ? "eq " : "", port);
}

/* What rows of tunnels have in common; packets and octets follow. */
static void
dynamic_row(struct ctl_req *r, const struct tunnel *t, uint32_t child,
    const struct side *from, const struct side *to, const char *scope,
    int out)
{
	char no[32];

	add_no(r, "d", ++r->count[AT_DYNAMIC]);
	if (child != 0)
		ctl_row_fmt(&row, "name", "%s/%s", t->name,
		    tunnel_child(t, child)->pol->cf.name);
	else
		ctl_row_str(&row, "name", t->name);
	ctl_row_str(&row, "action", "permit");
	ctl_row_str(&row, "family", "any");
	ctl_row_str(&row, "from", from->nets);
	ctl_row_str(&row, "to", to->nets);
	/* Both sides have one, or one of them has any. */
	ctl_row_str(&row, "protocol", strcmp(from->proto, "any") == 0 ?
	    to->proto : from->proto);
	ctl_row_str(&row, "from_port", from->port);
	ctl_row_str(&row, "to_port", to->port);
	ctl_row_str(&row, "scope", scope);
	ctl_row_str(&row, "direction", out ? "out" : "in");
	ctl_row_str(&row, "interface", "all");
	ctl_row_str(&row, "fragments", "all");
	ctl_row_str(&row, "source_route", "yes");
	ctl_row_str(&row, "state", "no");
	ctl_row_str(&row, "tunnel", ctl_text_no(t, child, no, sizeof(no)));
	ctl_row_str(&row, "log", dynamic_log());
}

/*
 * A child's one direction, or what of it these selectors are: those of its
 * newest pair.  sum: what has passed, or NULL where another row tells it.
 */
static void
child_row(struct ctl_req *r, const struct grant *g, const struct side *from,
    const struct side *to, const struct wt_counters *sum, int out)
{
	const struct tunnel *t = g->session->tunnel;

	if (tunnel_child(t, g->child) == NULL ||
	    !wanted(r, "any", from->nets, to->nets))
		return;
	dynamic_row(r, t, g->child, from, to, "both", out);
	if (sum != NULL) {
		ctl_row_u64(&row, "packets", out ? sum->out_packets :
		    sum->in_packets);
		ctl_row_u64(&row, "bytes", out ? sum->out_bytes :
		    sum->in_bytes);
	}
	ctl_row(r, &row);
}

/* Of selectors that differ in protocol or ports each pair has a row. */
static void
child_rows(struct ctl_req *r, const struct grant *g, const struct sa_pair *p,
    const struct wt_counters *sum, int out)
{
	struct wt_ts from[LINK_TS], to[LINK_TS];
	size_t nfrom = sess_pair_ts(p, !out, from);
	size_t nto = sess_pair_ts(p, out, to), i, k;
	size_t ifrom = ts_list_even(from, nfrom) ? nfrom : 1;
	size_t ito = ts_list_even(to, nto) ? nto : 1;
	struct side a, b;

	for (i = 0; i < nfrom; i += ifrom)
		for (k = 0; k < nto; k += ito) {
			if (from[i].proto != 0 && to[k].proto != 0 &&
			    from[i].proto != to[k].proto)
				continue;
			side_of(from + i, ifrom, &a);
			side_of(to + k, ito, &b);
			child_row(r, g, &a, &b, sum, out);
			sum = NULL;
		}
}

/* Adds what has passed by a grant's pairs; the newest of them, or NULL. */
static const struct sa_pair *
grant_sum(const struct grant *g, struct wt_counters *sum)
{
	const struct sa_pair *p, *newest = NULL;
	const struct wt_counters *n;

	TAILQ_FOREACH(p, &g->pairs, entry) {
		if (newest == NULL || p->since >= newest->since)
			newest = p;
		n = &sess_pair_seen(p)->counters;
		sum->in_packets += n->in_packets;
		sum->in_bytes += n->in_bytes;
		sum->out_packets += n->out_packets;
		sum->out_bytes += n->out_bytes;
	}
	return (newest);
}

static void
grant_rows(struct ctl_req *r, const struct grant *g)
{
	const struct sa_pair *newest;
	struct wt_counters sum;

	memset(&sum, 0, sizeof(sum));
	if ((newest = grant_sum(g, &sum)) == NULL)
		return;
	child_rows(r, g, newest, &sum, 1);
	child_rows(r, g, newest, &sum, 0);
}

/*
 * What the peer's protected packets come as, from its address to ours; what
 * its children's SAs took of them has passed.
 */
static void
session_row(struct ctl_req *r, const struct session *s)
{
	struct side from = { .proto = "any", .port = "any" }, to = from;
	const struct sa_pair *p, *any = NULL;
	const struct grant *g;
	struct wt_counters sum;

	memset(&sum, 0, sizeof(sum));
	TAILQ_FOREACH(g, &s->grants, entry)
		if ((p = grant_sum(g, &sum)) != NULL)
			any = p;
	if (any == NULL || s->remote.addr.af == 0 || s->local.addr.af == 0)
		return;
	addr_print(&s->remote.addr, from.nets, sizeof(from.nets));
	addr_print(&s->local.addr, to.nets, sizeof(to.nets));
	strlcpy(to.proto, any->udp_encap ? "udp" : any->suite.proto ==
	    PROTO_AH || any->suite.ah != 0 ? "ah" : "esp", sizeof(to.proto));
	if (any->udp_encap)
		snprintf(to.port, sizeof(to.port), "eq %u", s->local.port);
	if (!wanted(r, "any", from.nets, to.nets))
		return;
	dynamic_row(r, s->tunnel, 0, &from, &to, "local", 0);
	ctl_row_u64(&row, "packets", sum.in_packets);
	ctl_row_u64(&row, "bytes", sum.in_bytes);
	ctl_row(r, &row);
}

/* The tunnel after the one that was last, by number; 0: there is none. */
static int
tunnel_rows(struct ctl_req *r)
{
	static struct pol_tunnel last;
	const struct pol_tunnel *pol;
	const struct tunnel *t;
	const struct session *s;
	const struct grant *g;

	last.cf.tunnel = r->count[AT_TUNNEL];
	pol = snapshot_next(policy_now(), last.cf.tunnel == 0 ? NULL : &last);
	if (pol == NULL)
		return (0);
	r->count[AT_TUNNEL] = pol->cf.tunnel;
	if ((t = tunnel_find(pol->cf.tunnel)) == NULL)
		return (1);
	TAILQ_FOREACH(s, &t->sessions, entry)
		if (s->state == SS_UP) {
			session_row(r, s);
			TAILQ_FOREACH(g, &s->grants, entry)
				grant_rows(r, g);
		}
	return (1);
}

static int
filter_some(struct ctl_req *r)
{
	const struct policy *p = policy_now();
	int all = select_opt(r->m, "dynamic") != NULL;
	const struct sn_rule *s;

	if (r->at < p->nrules) {
		s = &p->rules[r->at++];
		if (s->row != FILTER_DYNAMIC || all)
			rule_row(r, s);
		return (1);
	}
	if (all && tunnel_rows(r))
		return (1);
	ctl_done(r, CTL_OK, "%s", p->nrules > 0 && p->rules[0].counter == 0 ?
	    "The policy has no filters: nothing is filtered, and nothing "
	    "counted but by the SAs." : "");
	return (0);
}

static void
tallies_are_here(struct ctl_req *r)
{
	if (select_opt(r->m, "dynamic") != NULL)
		ctl_with_counters(r, filter_some);
	else
		ctl_produce(r, filter_some);
}

void
ctl_filters_end(const struct mt_result *m)
{
	struct ctl_req *r = ctl_by_ask(m->req);

	if (r != NULL && r->on_alarm == tallies_are_here)
		tallies_are_here(r);
}

void
ctl_filter_list(struct ctl_req *r)
{
	struct mt_req m = { .req = r->ask, .grant = 0 };
	const char *family = select_opt(r->m, "family");

	if (r->m->args_n != 0) {
		ctl_done(r, CTL_USAGE, "filter list takes no names");
		return;
	}
	if (family != NULL && strcmp(family, "4") != 0 &&
	    strcmp(family, "6") != 0) {
		ctl_done(r, CTL_USAGE, "--family \"%s\" is neither 4 nor 6",
		    family);
		return;
	}
	if (reach_parent(M_QUERY_FILTERS, &m) != PIPE_OK) {
		ctl_done(r, CTL_REFUSED, "too many requests of this kind at "
		    "once");
		return;
	}
	ntallies = 0;
	r->on_alarm = tallies_are_here;
	alarm_in_ms(&r->alarm, ANSWER_MS);
}
