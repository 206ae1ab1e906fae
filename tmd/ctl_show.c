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
 * show tunnel, sa, policy.
 */
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "alg.h"
#include "ctl_verbs.h"
#include "members.h"
#include "ts.h"

static struct mq_row row;

/* With one of many peers: those of its children that it has. */
static void
full_one(struct ctl_req *r, struct tunnel *t, uint32_t child,
    const struct session *s)
{
	int			 of_many = s != NULL && members_many(t->pol);
	struct tun_child	*c;

	if (child == 0) {
		ctl_full_tunnel(&row, r->id, t, s);
		ctl_row(r, &row);
	}
	TAILQ_FOREACH(c, &t->children, entry)
		if ((child == 0 || c->number == child) &&
		    (!of_many || sess_grant(s, c->number) != NULL)) {
			ctl_full_child(&row, r->id, t, c, s);
			ctl_row(r, &row);
		}
}

static void
full_peer(struct ctl_req *r, const struct session *s, uint32_t child)
{
	full_one(r, s->tunnel, child, s);
}

static int
full_some(struct ctl_req *r)
{
	struct tunnel		*t;
	uint32_t		 child;

	if ((t = ctl_next_target(r, &child)) == NULL) {
		ctl_done(r, CTL_OK, "%s", "");
		return (0);
	}
	if (select_opt(r->m, "active") != NULL && t->state != TN_ACTIVE) {
		r->told = 0;
		return (1);
	}
	if (r->told == 0)
		full_one(r, t, child, members_many(t->pol) ? NULL :
		    sess_up_of(t));
	if (members_many(t->pol))
		(void)ctl_each_up(r, t, child, full_peer);
	return (1);
}

void
ctl_show_tunnel(struct ctl_req *r)
{
	ctl_with_counters(r, full_some);
}

static const char *
hex8(const uint8_t spi[8], char out[17])
{
	int i;

	for (i = 0; i < 8; i++)
		snprintf(out + 2 * i, 3, "%02x", spi[i]);
	return (out);
}

static void
add_sock(const char *key, const struct wt_sock *s)
{
	char text[ADDR_TEXT];

	if (s->addr.af != 0)
		ctl_row_str(&row, key, sock_print(s, text, sizeof(text)));
}

static void
ike_sa_row(struct ctl_req *r, const struct session *s)
{
	static const char *const who[] = { "no", "us", "peer", "both" };
	char text[640], spi[17];

	ctl_row_new(&row, r->id, "ike-sa");
	ctl_row_u64(&row, "no", s->tunnel->number);
	ctl_row_str(&row, "tunnel", s->tunnel->name);
	ctl_row_str(&row, "spi_i", hex8(s->spi_i, spi));
	ctl_row_str(&row, "spi_r", hex8(s->spi_r, spi));
	ctl_row_u64(&row, "worker", s->worker);
	ctl_row_bool(&row, "initiator", s->initiator);
	add_sock("local", &s->local);
	add_sock("remote", &s->remote);
	ctl_row_str(&row, "nat", who[s->nat & (NAT_US | NAT_PEER)]);
	ctl_row_str(&row, "forced", who[(s->nat & NAT_FORCED ? NAT_US : 0) |
	    (s->nat & NAT_ASKED ? NAT_PEER : 0)]);
	ctl_row_str(&row, "id_local", ctl_text_id(s->id_ours, text,
	    sizeof(text)));
	ctl_row_str(&row, "id_remote", ctl_text_id(s->id_peer, text,
	    sizeof(text)));
	ctl_row_str(&row, "suite", ctl_text_ike_suite(&s->suite, text,
	    sizeof(text)));
	ctl_row_u64(&row, "age", ctl_age(s->keyed));
	ctl_row_u64(&row, "rekey_in", ctl_left(s->rekey_at));
	ctl_row_u64(&row, "ends_in", ctl_left(s->ends_at));
	if (s->expiry != 0)
		ctl_row_u64(&row, "auth_ends_in", ctl_left(s->expiry));
	if (s->anew_by != 0)
		ctl_row_u64(&row, "auth_asked_in", ctl_left(s->anew_by));
	ctl_row(r, &row);
}

static void
add_counters(const struct wt_counters *c)
{
	ctl_row_u64(&row, "in_bytes", c->in_bytes);
	ctl_row_u64(&row, "in_packets", c->in_packets);
	ctl_row_u64(&row, "out_bytes", c->out_bytes);
	ctl_row_u64(&row, "out_packets", c->out_packets);
	ctl_row_u64(&row, "replays", c->replays);
	ctl_row_u64(&row, "bad_icv", c->bad_icv);
	ctl_row_u64(&row, "bad_ts", c->bad_ts);
	if (c->last_in != 0)
		ctl_row_u64(&row, "last_in", ctl_age(c->last_in));
	if (c->last_out != 0)
		ctl_row_u64(&row, "last_out", ctl_age(c->last_out));
}

static void
child_sa_row(struct ctl_req *r, const struct grant *g,
    const struct sa_pair *p)
{
	const struct tunnel	*t = g->session->tunnel;
	const struct tun_child	*c = tunnel_child(t, g->child);
	const struct pair_seen	*seen = sess_pair_seen(p);
	struct wt_ts		 ts[LINK_TS];
	char			 text[600];
	size_t			 n;

	if (c == NULL)
		return;
	ctl_row_new(&row, r->id, "child-sa");
	ctl_row_str(&row, "no", ctl_text_no(t, g->child, text,
	    sizeof(text)));
	ctl_row_str(&row, "tunnel", t->name);
	ctl_row_str(&row, "child", c->pol->cf.name);
	ctl_row_fmt(&row, "spi_in", "%08x", p->spi_in);
	ctl_row_fmt(&row, "spi_out", "%08x", p->spi_out);
	ctl_row_str(&row, "suite", ctl_text_child_suite(&p->suite, text,
	    sizeof(text)));
	ctl_row_str(&row, "mode", c->pol->ceiling.mode == MODE_TRANSPORT ?
	    "transport" : "tunnel");
	ctl_row_bool(&row, "encap", p->udp_encap);
	add_sock("local", seen->local.addr.af != 0 ? &seen->local :
	    &g->session->local);
	add_sock("remote", seen->remote.addr.af != 0 ? &seen->remote :
	    &g->session->remote);
	n = sess_pair_ts(p, 0, ts);
	ctl_row_str(&row, "ts_local", ts_list_print(ts, n, text,
	    sizeof(text)));
	n = sess_pair_ts(p, 1, ts);
	ctl_row_str(&row, "ts_remote", ts_list_print(ts, n, text,
	    sizeof(text)));
	ctl_row_u64(&row, "age", ctl_age(p->since));
	ctl_row_u64(&row, "rekey_in", ctl_left(p->rekey_at));
	ctl_row_u64(&row, "ends_in", ctl_left(p->ends_at));
	ctl_row_u64(&row, "grant", g->id);
	add_counters(&seen->counters);
	ctl_row(r, &row);
}

static void
sas_of(struct ctl_req *r, const struct session *s, uint32_t child)
{
	const struct grant	*g;
	const struct sa_pair	*p;

	if (child == 0)
		ike_sa_row(r, s);
	TAILQ_FOREACH(g, &s->grants, entry)
		TAILQ_FOREACH(p, &g->pairs, entry)
			if (child == 0 || g->child == child)
				child_sa_row(r, g, p);
}

static int
sa_some(struct ctl_req *r)
{
	const struct tunnel	*t;
	uint32_t		 child;

	if ((t = ctl_next_target(r, &child)) == NULL) {
		ctl_done(r, CTL_OK, "%s", "");
		return (0);
	}
	(void)ctl_each_up(r, t, child, sas_of);
	return (1);
}

void
ctl_show_sa(struct ctl_req *r)
{
	ctl_with_counters(r, sa_some);
}

static char *
group_or_id(const char *group, const struct wt_id *id, char *out, size_t size)
{
	if (group[0] == '\0')
		return (ctl_text_id(id, out, size));
	snprintf(out, size, "group:%s", group);
	return (out);
}

static void
policy_row(struct ctl_req *r, const struct tunnel *t)
{
	const struct sn_tunnel	*cf = &t->pol->cf;
	char			 text[640];
	int			 i;

	ctl_row_new(&row, r->id, "policy");
	ctl_row_u64(&row, "no", t->number);
	ctl_row_str(&row, "name", t->name);
	ctl_row_str(&row, "where", cf->where);
	ctl_row_str(&row, "note", cf->note);
	ctl_row_str(&row, "role", ctl_text_role(cf->role));
	ctl_row_str(&row, "start", ctl_text_start(cf->start));
	ctl_row_str(&row, "unique", ctl_text_unique(cf->unique));
	ctl_row_str(&row, "policy", cf->policy);
	ctl_row_str(&row, "id_local", ctl_text_id(&cf->id_local, text,
	    sizeof(text)));
	ctl_row_str(&row, "id_remote", group_or_id(cf->group,
	    &cf->id_remote, text, sizeof(text)));
	ctl_row_str(&row, "local", ctl_text_locals(t, text, sizeof(text)));
	ctl_row_str(&row, "remote", ctl_text_remotes(t, text, sizeof(text)));
	ctl_row_str(&row, "proposals", ctl_text_proposals(cf->proposals,
	    cf->proposals_n, text, sizeof(text)));
	ctl_row_u64(&row, "lifetime", cf->lifetime);
	ctl_row_u64(&row, "overlap", cf->overlap);
	ctl_row_u64(&row, "lifesize", cf->lifesize);
	ctl_row_u64(&row, "tunnel_lifetime", cf->tunnel_lifetime);
	ctl_row_u64(&row, "tunnel_lifesize", cf->tunnel_lifesize);
	ctl_row_str(&row, "tunnel_end", cf->tunnel_end ? "remove" : "renew");
	ctl_row_u64(&row, "dpd", cf->dpd);
	ctl_row_str(&row, "dpd_action", ctl_text_dpd(cf->dpd_action));
	ctl_row_u64(&row, "retry_first", cf->retry_first);
	ctl_row_u64(&row, "retry_most", cf->retry_most);
	for (i = 0; i < 32; i++)
		snprintf(text + 2 * i, 3, "%02x", cf->digest[i]);
	ctl_row_str(&row, "digest", text);
	ctl_row_u64(&row, "max_peers", cf->max_peers);
	ctl_row(r, &row);
}

static const char *
idle_text(unsigned int idle)
{
	return (idle == IDLE_DROP ? "drop" : idle == IDLE_PASS ? "pass" :
	    idle == IDLE_TRAP ? "trap" : idle == IDLE_HOLE ? "pass, before "
	    "all" : idle == IDLE_WALL ? "drop, before all" : "none");
}

static void
policy_child_row(struct ctl_req *r, const struct tunnel *t,
    const struct tun_child *c)
{
	const struct sn_child	*cf = &c->pol->cf;
	const struct wt_ceiling	*ce = &c->pol->ceiling;
	char			 text[640];

	ctl_row_new(&row, r->id, "policy-child");
	ctl_row_str(&row, "no", ctl_text_no(t, c->number, text,
	    sizeof(text)));
	ctl_row_str(&row, "name", cf->name);
	ctl_row_str(&row, "tunnel", t->name);
	ctl_row_str(&row, "note", cf->note);
	ctl_row_str(&row, "action", ctl_text_action(c));
	ctl_row_str(&row, "start", ctl_text_start(cf->start));
	ctl_row_str(&row, "policy", cf->policy);
	ctl_row_str(&row, "mode", ce->mode == MODE_TRANSPORT ? "transport" :
	    "tunnel");
	ctl_row_str(&row, "idle", idle_text(c->idle_told != IDLE_NONE ?
	    c->idle_told : ce->idle));
	ctl_row_str(&row, "ts_local", ctl_text_ts(t, c, 0, text,
	    sizeof(text)));
	ctl_row_str(&row, "ts_remote", ctl_text_ts(t, c, 1, text,
	    sizeof(text)));
	ctl_row_str(&row, "proposals", ctl_text_proposals(cf->proposals,
	    cf->proposals_n, text, sizeof(text)));
	ctl_row_str(&row, "pfs", cf->pfs == PFS_PREFER ? "prefer" :
	    cf->pfs == PFS_YES ? "yes" : "no");
	ctl_row_u64(&row, "lifetime", cf->lifetime);
	ctl_row_u64(&row, "overlap", cf->overlap);
	ctl_row_u64(&row, "lifesize", cf->lifesize);
	ctl_row_u64(&row, "packets", cf->packets);
	ctl_row_u64(&row, "tunnel_lifetime", cf->tunnel_lifetime);
	ctl_row_u64(&row, "tunnel_lifesize", cf->tunnel_lifesize);
	ctl_row_u64(&row, "inactivity", cf->inactivity);
	ctl_row_str(&row, "peers", group_or_id(cf->peers_group, &cf->peers,
	    text, sizeof(text)));
	ctl_row(r, &row);
}

static int
policy_some(struct ctl_req *r)
{
	const struct tunnel	*t;
	const struct tun_child	*c;
	uint32_t		 child;

	if ((t = ctl_next_target(r, &child)) == NULL) {
		ctl_done(r, CTL_OK, "%s", "");
		return (0);
	}
	if (child == 0)
		policy_row(r, t);
	TAILQ_FOREACH(c, &t->children, entry)
		if (child == 0 || c->number == child)
			policy_child_row(r, t, c);
	return (1);
}

void
ctl_show_policy(struct ctl_req *r)
{
	ctl_produce(r, policy_some);
}
