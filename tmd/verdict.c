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
#include "grants.h"
#include "id.h"
#include "log.h"
#include "manual.h"
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
#include "vrf.h"

/* A verdict that waits for room on the parent's pipe or a generation. */
struct held {
	STAILQ_ENTRY(held)	entry;
	struct mv_verdict	v;
	int			by_certd;
};

static STAILQ_HEAD(, held)	held = STAILQ_HEAD_INITIALIZER(held);
static unsigned int		nheld;

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
	event_peer(EVT_REFUSED, t, &v->remote.addr, (uint16_t)code,
	    "refused %s: %s", id_print(&v->id_peer, id, sizeof(id)), text);
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
	m.answers = !tunnel_can_initiate(s->tunnel);
	reach_ike(s->worker, M_GRANTED, &m);
}

static struct session *
session_of(const struct mv_verdict *v, struct tunnel *t)
{
	struct session *s;

	s = sess_new(t, v->ticket.ticket, v->spi_i, v->spi_r);
	s->slot = v->ticket.slot;
	sess_set_exch(s, v->ticket.slot % reach_workers(), v->exch);
	s->order = v->order;
	s->initiator = v->initiator;
	s->method = v->method;
	s->key_ours = v->key_ours;
	s->key_peer = v->key_peer;
	s->id_ours = id_keep(&v->id_ours);
	sess_set_peer(s, &v->id_peer, v->peer);
	memcpy(s->fingerprint, v->fingerprint, sizeof(s->fingerprint));
	s->proof = v->proof[0] == '\0' ? NULL : xstrdup(v->proof);
	s->ppk = v->ppk[0] == '\0' ? NULL : xstrdup(v->ppk);
	s->ppk_used = v->ppk_used;
	s->local = v->local;
	s->remote = v->remote;
	s->since = s->keyed = s->proved = alarm_now();
	if (v->proved != 0 && v->proved < s->proved)
		s->proved = v->proved;
	s->generation = v->generation;
	s->expiry = grants_expiry(t->pol, v->cred_end, alarm_now(),
	    (uint64_t)time(NULL));
	if (!v->resumed)
		return (s);
	/* What was proved then is good for as long as it was then. */
	s->resumed = alarm_now();
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
	const char		*lack;
	unsigned int		 n = 0;

	s = session_of(v, t);
	if (p != NULL)
		proof_keep(p, s);
	s->replace = replace != 0;
	TAILQ_FOREACH(c, &t->children, entry) {
		if (!tunnel_child_is_open(t, c)) {
			if ((lack = vrf_lacks(&c->pol->ceiling)) != NULL)
				strlcpy(why, lack, sizeof(why));
			continue;
		}
		if (!members_child(c->pol, &v->id_peer))
			strlcpy(why, "no child is for this peer (peers:)",
			    sizeof(why));
		else if (c->pol->cf.generic)
			n++;	/* once it has said its address */
		else if (grants_child(s, c, NULL, 0, why, sizeof(why)) != NULL)
			n++;
		else
			event_sess(EVT_REFUSED, s, c->number, RSN_CEILING,
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
	tell_proofs(s, t);
	/* RFC 8784 section 6 wants it told. */
	if (s->ppk != NULL && !s->ppk_used)
		event_log(t, s, LOG_L_NOTICE, "without a post-quantum "
		    "pre-shared key: %s", s->ppk);
}

/* By all rounds; their ID is the same. */
static int
same_peer(const struct session *o, const struct mv_verdict *v)
{
	return (memcmp(o->peer, v->peer, sizeof(o->peer)) == 0);
}

/* unique-id; returns -1 when the new one has to go. */
static int
check_unique(const struct mv_verdict *v, struct tunnel *t)
{
	struct session	*o, *old = resume_old(v, t);
	const char	*why;
	unsigned int	 n = 0;

	for (o = sess_of_id(t, &v->id_peer, NULL); o != NULL;
	    o = sess_of_id(t, &v->id_peer, o))
		if (o != old && o->state != SS_ENDING && same_peer(o, v))
			n++;
	if (n >= SAME_ID_MAX || sess_count() >= SESSIONS_MAX) {
		deny(v, t, RSN_BUSY, "too many sessions");
		return (-1);
	}
	if ((why = members_full(t, &v->id_peer, old)) != NULL) {
		deny(v, t, RSN_BUSY, why);
		return (-1);
	}
	switch (unique_verdict(t->pol->cf.unique, n, v->initiator)) {
	case UQ_REJECT:
		deny(v, t, RSN_BUSY, "this identity has a session already "
		    "(unique-id: keep)");
		/* A dead one shall time out sooner. */
		for (o = sess_of_id(t, &v->id_peer, NULL); o != NULL;
		    o = sess_of_id(t, &v->id_peer, o))
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
	if (manual_is(t))
		return ("the tunnel has manual keys");
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
	if (v->resumed && resume_crossed(v))
		return ("its session, tunnel or certificate was ended "
		    "meanwhile");
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

	if ((p = proof_take(v, by_certd, &why)) != NULL) {
		proof_sum(p, &all);
		decide_whole(&all, tunnel_find(all.tunnel), p);
		proof_free(p);
	} else if (why != NULL)
		deny(v, t, RSN_AUTH_PEER, why);
}

static void
verdict_decide(const struct mv_verdict *v, int by_certd)
{
	struct tunnel	*t = tunnel_find(v->tunnel);

	/*
	 * Resumed: certd-sign has it from us (resume.h), whoever judged then.
	 */
	if (t != NULL && (v->resumed ? by_certd :
	    !proof_may_judge(v, by_certd, t))) {
		event_log(t, NULL, LOG_L_ERROR, "%s vouches for its peer, "
		    "which is not its to judge", by_certd ? "certd" :
		    "certd-sign");
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
verdict_let_go(const uint8_t fingerprint[32], const char *text)
{
	struct held *h, *next;

	for (h = STAILQ_FIRST(&held); h != NULL; h = next) {
		next = STAILQ_NEXT(h, entry);
		if (!h->by_certd ||
		    memcmp(h->v.fingerprint, fingerprint, 32) != 0)
			continue;
		STAILQ_REMOVE(&held, h, held, entry);
		nheld--;
		deny(&h->v, tunnel_find(h->v.tunnel), RSN_AUTH_PEER, text);
		free(h);
	}
}

unsigned int
verdict_held(void)
{
	return (nheld);
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
