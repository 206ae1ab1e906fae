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
 * Verdicts become grants.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "addr.h"
#include "event.h"
#include "id.h"
#include "log.h"
#include "members.h"
#include "memo.h"
#include "orders.h"
#include "owners.h"
#include "policy_now.h"
#include "proof.h"
#include "reach.h"
#include "resume.h"
#include "sessions.h"
#include "ts.h"
#include "unique.h"
#include "verdict.h"

/* A verdict that waits for room on the parent's pipe or a generation. */
struct held {
	STAILQ_ENTRY(held)	entry;
	struct mv_verdict	v;
	int			by_certd;
};

static STAILQ_HEAD(, held)	held = STAILQ_HEAD_INITIALIZER(held);
static unsigned int		nheld;

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
	g->pairs = 3;		/* old, new, and one from a collision */
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
verdict_grant(const struct grant_input *in, struct wt_grant *g, char *why,
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
verdict_expiry(const struct pol_tunnel *t, uint64_t cred_end, uint64_t now,
    uint64_t now_real)
{
	const struct pol_child	*c;
	uint64_t		 end;

	end = t->cf.tunnel_lifetime == 0 ? 0 : now + t->cf.tunnel_lifetime;
	TAILQ_FOREACH(c, &t->children, entry)
		if (c->ceiling.grant_seconds != 0)
			end = earlier(end, now + c->ceiling.grant_seconds);
	if (cred_end != 0)
		end = earlier(end, cred_end > now_real ?
		    now + (cred_end - now_real) : now);
	return (end);
}

/* DENIED to ike; and told. */
static void
deny(const struct mv_verdict *v, struct tunnel *t, unsigned int code,
    const char *text)
{
	struct mx_denied m;
	char id[640];

	memset(&m, 0, sizeof(m));
	m.exch = v->exch;
	memcpy(m.ticket, v->ticket.ticket, sizeof(m.ticket));
	m.code = (uint16_t)code;
	wire_text_copy(m.text, sizeof(m.text), text);
	reach_ike(v->ticket.slot % reach_workers(), M_DENIED, &m);
	event_tell(EVT_REFUSED, t, 0, (uint16_t)code, "refused %s: %s",
	    id_print(&v->id_peer, id, sizeof(id)), text);
}

/* The memo of a grant of s. */
static void
memo_of(const struct session *s, const struct tun_child *c,
    struct wt_grant *g)
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
	m.opened = (uint8_t)(s->tunnel->opened || c->opened);
	m.want = (uint8_t)c->want;
	memcpy(m.fingerprint, s->fingerprint, sizeof(m.fingerprint));
	m.since = s->since;
	m.expiry = s->expiry;
	m.local = s->proved_local;
	m.remote = s->proved_remote;
	id_copy(&m.id_peer, s->id_peer);
	id_copy(&m.id_ours, s->id_ours);
	for (i = 0; i < s->nrounds; i++) {
		m.rounds[i].method = s->rounds[i].method;
		m.rounds[i].by_certd = s->rounds[i].by_certd;
		memcpy(m.rounds[i].fingerprint, s->rounds[i].fingerprint, 32);
	}
	m.rounds_n = (uint16_t)s->nrounds;
	memo_write(&m, g);
}

/* One child's grant: to the parent first, then to ike. */
static struct grant *
grant_child(struct session *s, const struct tun_child *c,
    const struct wt_addr *host, int late, char *why, size_t size)
{
	struct grant_input	 in;
	struct wt_grant		 g;
	struct mx_grant_child	 m;
	struct grant		*made;

	memset(&in, 0, sizeof(in));
	in.child = c->pol;
	in.host = host;
	in.ticket = s->ticket;
	in.peer = s->peer;
	in.slot = s->slot;
	in.local = s->proved_local;
	in.remote = s->proved_remote;
	in.expiry = c->pol->cf.tunnel_lifetime == 0 ? s->expiry :
	    earlier(s->expiry, alarm_now() + c->pol->cf.tunnel_lifetime);
	in.id = sess_grant_next_id();
	in.generation = policy_now()->generation;
	if (verdict_grant(&in, &g, why, size) != RSN_OK)
		return (NULL);
	memo_of(s, c, &g);
	made = sess_add_grant(s, g.id, c->number);
	if (host != NULL || (c->pol->cf.dyn & DYN_REMOTE))
		owners_add(made, host != NULL ? host : &in.remote.addr);
	if (reach_parent(M_GRANT, &g) == PIPE_NOCREDIT) {
		snprintf(why, size, "too many grants at once");
		sess_grant_forget(made);
		return (NULL);
	}
	memset(&m, 0, sizeof(m));
	m.exch = late ? 0 : s->exch;
	memcpy(m.spi_i, s->spi_i, sizeof(m.spi_i));
	memcpy(m.spi_r, s->spi_r, sizeof(m.spi_r));
	m.grant = g.id;
	m.child = c->number;
	m.hard_seconds = g.hard_seconds;
	m.ts_local_n = g.ts_local_n;
	m.ts_remote_n = g.ts_remote_n;
	memcpy(m.ts_local, g.ts_local, sizeof(m.ts_local));
	memcpy(m.ts_remote, g.ts_remote, sizeof(m.ts_remote));
	reach_ike(s->worker, M_GRANT_CHILD, &m);
	return (made);
}

struct grant *
verdict_late_grant(struct session *s, uint32_t child, char *why, size_t size)
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
	return (grant_child(s, c, NULL, 1, why, size));
}

struct grant *
verdict_host_grant(struct session *s, const struct tun_child *c,
    const struct wt_addr *host, char *why, size_t size)
{
	return (grant_child(s, c, host, s->state == SS_UP, why, size));
}

void
verdict_granted(const struct session *s)
{
	struct mx_granted m;

	memset(&m, 0, sizeof(m));
	m.exch = s->exch;
	memcpy(m.ticket, s->ticket, sizeof(m.ticket));
	m.tunnel = s->tunnel->number;
	m.generation = policy_now()->generation;
	m.expiry = s->expiry;
	reach_ike(s->worker, M_GRANTED, &m);
}

static struct session *
session_of(const struct mv_verdict *v, struct tunnel *t)
{
	struct session *s;

	s = sess_new(t, v->ticket.ticket, v->spi_i, v->spi_r);
	s->exch = v->exch;
	s->slot = v->ticket.slot;
	s->worker = v->ticket.slot % reach_workers();
	s->order = v->order;
	s->initiator = v->initiator;
	s->method = v->method;
	s->id_ours = id_keep(&v->id_ours);
	s->id_peer = id_keep(&v->id_peer);
	memcpy(s->peer, v->peer, sizeof(s->peer));
	memcpy(s->fingerprint, v->fingerprint, sizeof(s->fingerprint));
	s->proof = v->proof[0] == '\0' ? NULL : xstrdup(v->proof);
	s->ppk = v->ppk[0] == '\0' ? NULL : xstrdup(v->ppk);
	s->ppk_used = v->ppk_used;
	s->local = s->proved_local = v->local;
	s->remote = s->proved_remote = v->remote;
	s->since = s->keyed = s->proved = alarm_now();
	s->expiry = verdict_expiry(t->pol, v->cred_end, alarm_now(),
	    (uint64_t)time(NULL));
	if (!v->resumed)
		return (s);
	/* What was proved then is good for as long as it was then. */
	s->resumed = alarm_now();
	s->proved = v->proved;
	s->expiry = v->expiry;
	memcpy(s->old_spi_i, v->old_spi_i, sizeof(s->old_spi_i));
	memcpy(s->old_spi_r, v->old_spi_r, sizeof(s->old_spi_r));
	return (s);
}

/* What the peer has proved, one line a round, and the PPK. */
static void
tell_proofs(const struct session *s, struct tunnel *t)
{
	char how[32], id[640];
	unsigned int i;

	if (s->proof != NULL)
		event_step(t, "peer", "proved", s->proof);
	for (i = 0; i < s->nrounds; i++) {
		if (s->rounds[i].id_peer == NULL)
			continue;
		snprintf(how, sizeof(how), "proved in round %u", i + 2);
		event_step(t, "peer", how, s->rounds[i].proof != NULL ?
		    s->rounds[i].proof : id_print(s->rounds[i].id_peer, id,
		    sizeof(id)));
	}
	if (s->ppk != NULL)
		event_step(t, "PPK", s->ppk_used ? "used" : "not used",
		    s->ppk);
}

/* Grants for every open child, then the word to ike. */
static void
grant_all(const struct mv_verdict *v, struct tunnel *t, int replace,
    const struct proof *p)
{
	struct session		*s;
	struct tun_child	*c;
	char			 why[MSG_TEXT] = "no child is open";
	unsigned int		 n = 0;

	s = session_of(v, t);
	if (p != NULL)
		proof_keep(p, s);
	s->replace = replace;
	TAILQ_FOREACH(c, &t->children, entry) {
		if (!tunnel_child_is_open(t, c))
			continue;
		if (!members_child(c->pol, &v->id_peer))
			strlcpy(why, "no child is for this peer (peers:)",
			    sizeof(why));
		else if (c->pol->cf.generic)
			n++;	/* once it has said its address */
		else if (grant_child(s, c, NULL, 0, why, sizeof(why)) != NULL)
			n++;
		else
			event_tell(EVT_REFUSED, t, c->number, RSN_CEILING,
			    "no grant: %s", why);
	}
	if (n == 0) {
		deny(v, t, RSN_CEILING, why);
		sess_free(s);
		sessions_check_lost(t, RSN_REPLACED, NULL);
		return;
	}
	verdict_granted(s);
	alarm_in_ms(&s->alarm, GRANTED_MS);
	if (v->initiator)
		t->order_used = 1;
	if (v->initiator)
		tell_proofs(s, t);
	/* RFC 8784 section 6 wants it told. */
	if (s->ppk != NULL && !s->ppk_used)
		log_notice(LS_IKE, "%s: without a post-quantum pre-shared "
		    "key: %s", t->name, s->ppk);
}

static int
same_peer(const struct session *o, const struct mv_verdict *v)
{
	return (id_equal(o->id_peer, &v->id_peer) &&
	    memcmp(o->peer, v->peer, sizeof(o->peer)) == 0);
}

/* unique-id; returns -1 when the new one has to go. */
static int
check_unique(const struct mv_verdict *v, struct tunnel *t)
{
	struct session	*o, *old = resume_old(v, t);
	const char	*why;
	unsigned int	 n = 0;

	TAILQ_FOREACH(o, &t->sessions, entry)
		if (o != old && o->state != SS_ENDING && same_peer(o, v))
			n++;
	if (n >= SAME_ID_MAX || sess_count() >= SESSIONS_MAX) {
		deny(v, t, RSN_BUSY, "too many sessions");
		return (-1);
	}
	if ((why = members_full(t, &v->id_peer)) != NULL) {
		deny(v, t, RSN_BUSY, why);
		return (-1);
	}
	switch (unique_verdict(t->pol->cf.unique, n, v->initiator)) {
	case UQ_REJECT:
		deny(v, t, RSN_BUSY, "this identity has a session already "
		    "(unique-id: keep)");
		/* A dead one shall time out sooner. */
		TAILQ_FOREACH(o, &t->sessions, entry)
			if (same_peer(o, v))
				sessions_probe(o);
		return (-1);
	case UQ_REPLACE:
		return (1);
	default:
		return (0);
	}
}

/* Everything that speaks against it before the grants; NULL: nothing. */
static const char *
objection(const struct mv_verdict *v, const struct tunnel *t,
    unsigned int *code)
{
	*code = RSN_TICKET;
	if (sess_by_ticket(v->ticket.ticket) != NULL)
		return ("the ticket has served already");
	*code = RSN_NO_TUNNEL;
	if (t == NULL)
		return ("no such tunnel any more");
	*code = RSN_CLOSED;
	if (!tunnel_is_open(t))
		return (t->removed ? "the tunnel was removed: ikectl activate"
		    : "the tunnel is not open (start: manual): "
		    "ikectl activate");
	if (v->generation < t->since_generation)
		return ("the tunnel's policy changed meanwhile");
	*code = RSN_NO_TUNNEL;
	if (!members_tunnel(t->pol, &v->id_peer))
		return ("the peer is not among those of the tunnel");
	*code = RSN_ORDER;
	if (v->initiator && (!orders_is(t, v->order) || t->order_used))
		return ("the order was taken back");
	if (v->initiator &&
	    t->order_worker != v->ticket.slot % reach_workers())
		return ("the order was another worker's");
	*code = RSN_RESUME;
	if (v->resumed && !t->pol->cf.resumption)
		return ("the tunnel has resumption: no");
	if (v->resumed && t->pol->cf.rounds_n != 0)
		return ("the tunnel has several rounds of authentication");
	if (v->resumed && v->expiry != 0 && v->expiry <= alarm_now())
		return ("what was proved then has expired");
	*code = RSN_CLOSED;
	if (!v->initiator && t->pol->cf.role == TR_INITIATOR)
		return ("the tunnel's role is initiator: it never answers");
	return (NULL);
}

/* Has to wait: 1, and it is kept for verdict_retry(). */
static int
must_wait(const struct mv_verdict *v, const struct tunnel *t)
{
	if (v->generation > policy_now()->generation && policy_standby())
		return (1);
	return (t != NULL &&
	    reach_grant_room() < t->pol->nchildren);
}

static void
decide_whole(const struct mv_verdict *v, struct tunnel *t,
    const struct proof *p)
{
	const char	*why;
	unsigned int	 code;
	int		 replace;

	if ((why = objection(v, t, &code)) != NULL)
		deny(v, t, code, why);
	else if ((replace = check_unique(v, t)) != -1)
		grant_all(v, t, replace, p);
}

/* A round of several: nothing is granted before the last. */
static void
decide_round(const struct mv_verdict *v, struct tunnel *t, int by_certd)
{
	struct mv_verdict	 all;
	struct proof		*p;
	const char		*why;

	if ((p = proof_take(v, by_certd, t, &why)) != NULL) {
		proof_sum(p, &all);
		decide_whole(&all, t, p);
		proof_free(p);
	} else if (why != NULL)
		deny(v, t, RSN_AUTH_PEER, why);
}

static void
verdict_decide(const struct mv_verdict *v, int by_certd)
{
	struct tunnel	*t = tunnel_find(v->tunnel);

	/* Resumed: certd-sign has it from us (resume.h), whoever judged then. */
	if (t != NULL && (v->resumed ? by_certd :
	    !proof_may_judge(v, by_certd, t))) {
		log_error(LS_CERT, "%s vouches for the peer of tunnel %s, "
		    "which is not its to judge", by_certd ? "certd" :
		    "certd-sign", t->pol->cf.name);
		deny(v, t, RSN_TICKET, "another process judges this tunnel");
		return;
	}
	if (t != NULL && t->pol->cf.rounds_n > 0 && !v->resumed)
		decide_round(v, t, by_certd);
	else
		decide_whole(v, t, NULL);
}

void
verdict_take(const struct mv_verdict *v, int by_certd)
{
	struct held *h;

	if (nheld == 0 && !must_wait(v, tunnel_find(v->tunnel))) {
		verdict_decide(v, by_certd);
		return;
	}
	if (nheld >= VERDICTS_HELD) {
		deny(v, tunnel_find(v->tunnel), RSN_BUSY,
		    "too many verdicts at once");
		return;
	}
	h = xcalloc(1, sizeof(*h));
	h->v = *v;
	h->by_certd = by_certd;
	STAILQ_INSERT_TAIL(&held, h, entry);
	nheld++;
}

void
verdict_retry(void)
{
	struct held *h;

	while ((h = STAILQ_FIRST(&held)) != NULL &&
	    !must_wait(&h->v, tunnel_find(h->v.tunnel))) {
		STAILQ_REMOVE_HEAD(&held, entry);
		nheld--;
		verdict_decide(&h->v, h->by_certd);
		free(h);
	}
}
