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
 * Sessions: what ike says of them, and how they end.
 */
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "children.h"
#include "event.h"
#include "explain.h"
#include "id.h"
#include "log.h"
#include "manual.h"
#include "new_keys.h"
#include "orders.h"
#include "policy_now.h"
#include "proof.h"
#include "reach.h"
#include "renew.h"
#include "resume.h"
#include "same_peer.h"
#include "sessions.h"
#include "tunnel_fsm.h"

void
sessions_do(const struct session *s, uint8_t what, uint16_t code)
{
	struct mx_session m;

	if (s->worker == MANUAL_WORKER)
		return;
	memcpy(m.spi_i, s->spi_i, sizeof(m.spi_i));
	memcpy(m.spi_r, s->spi_r, sizeof(m.spi_r));
	m.what = what;
	m.code = code;
	reach_ike(s->worker, M_SESSION_DO, &m);
}

void
sessions_probe(const struct session *s)
{
	if (s->state == SS_UP)
		sessions_do(s, SESSION_PROBE, RSN_OK);
}

void
sessions_end(struct session *s, uint16_t code)
{
	if (s->state == SS_ENDING)
		return;
	/* There is no peer to tell. */
	if (s->worker == MANUAL_WORKER) {
		sess_free(s);
		return;
	}
	resume_void_session(s);
	sessions_do(s, SESSION_DELETE, code);
	sess_set_state(s, SS_ENDING);
	alarm_in_ms(&s->alarm, ENDING_MS);
}

void
sessions_end_all(struct tunnel *t, uint16_t code)
{
	struct session *s, *next;

	for (s = TAILQ_FIRST(&t->sessions); s != NULL; s = next) {
		next = TAILQ_NEXT(s, entry);
		sessions_end(s, code);
	}
}

void
sessions_drop(struct session *s, uint16_t code)
{
	resume_void_session(s);
	if (s->state != SS_ENDING)
		sessions_do(s, SESSION_DELETE, code);
	sess_free(s);
}

void
sessions_drop_all(struct tunnel *t, uint16_t code)
{
	struct session *s;

	while ((s = TAILQ_FIRST(&t->sessions)) != NULL)
		sessions_drop(s, code);
}

/* One that tmd knows nothing of: it has no grant, so it must not live. */
static void
end_unknown(unsigned int w, const uint8_t *spi_i, const uint8_t *spi_r,
    uint16_t code)
{
	struct mx_session m;

	memcpy(m.spi_i, spi_i, sizeof(m.spi_i));
	memcpy(m.spi_r, spi_r, sizeof(m.spi_r));
	m.what = SESSION_DELETE;
	m.code = code;
	reach_ike(w, M_SESSION_DO, &m);
}

/* A session went; was it the last? */
static void
check_lost(struct tunnel *t, enum tunnel_event ev, uint16_t code,
    const char *text)
{
	if (t->state != TN_ACTIVE || sess_ups(t) > 0)
		return;
	tunnel_set_reason(t, code, text);
	tunnel_fsm(t, ev);
}

void
sessions_check_lost(struct tunnel *t, uint16_t code, const char *text)
{
	check_lost(t, TE_LOST, code, text);
}

/* Older sessions that this one takes the place of. */
static void
end_replaced(struct session *s)
{
	struct session *o, *next;

	for (o = sess_of_id(s->tunnel, s->id_peer, NULL); o != NULL;
	    o = next) {
		next = sess_of_id(s->tunnel, s->id_peer, o);
		if (o == s || o->state == SS_ENDING || !sess_same_peer(o, s))
			continue;
		if (s->replace)
			sessions_end(o, RSN_REPLACED);
		else if (o->renewing && s->initiator)
			renew_leave(o, s);
	}
}

static void
note_up(struct session *s, const struct mx_up *m)
{
	s->suite = m->suite;
	sess_set_path(s, &m->local, &m->remote);
	s->nat = m->nat;
	s->rekey_at = m->rekey_at;
	s->ends_at = m->ends_at;
	s->anew_by = m->anew_by;
	s->keyed = m->since;
}

/*
 * RFC 5723 section 4.3.4: the IKE SA that this one resumes goes without a
 * word.
 */
static void
end_resumed(struct session *s)
{
	struct session *o;

	if (s->resumed == 0 || s->state != SS_GRANTED)
		return;
	o = sess_by_spi(s->old_spi_i, s->old_spi_r);
	if (o == NULL || o == s || o->tunnel != s->tunnel ||
	    !id_equal(o->id_peer, s->id_peer))
		return;
	sessions_do(o, SESSION_FORGET, RSN_REPLACED);
	sess_free(o);
}

/* The first word that it is up. */
static void
first_up(struct session *s, const struct mx_up *m)
{
	struct tunnel	*t = s->tunnel;
	char		 peer[ADDR_TEXT], id[640];
	int		 again = s->state == SS_RECOVERED;

	end_resumed(s);
	note_up(s, m);
	sess_set_state(s, SS_UP);
	s->up_ms = alarm_now_ms();
	if (!again)
		s->since = m->since;
	memcpy(s->first_spi_i, s->spi_i, sizeof(s->first_spi_i));
	if (s->initiator && orders_is(t, s->order))
		orders_over(t);
	else if (!s->initiator && t->state == TN_NEGOTIATING &&
	    !t->order_used)
		orders_cancel(t);	/* the peer was faster */
	event_sess(EVT_SESSION_UP, s, 0, RSN_OK, "%s %s at %s, %s%s",
	    again ? "found again:" : "peer is", id_print(s->id_peer, id,
	    sizeof(id)), sock_print(&s->remote, peer, sizeof(peer)),
	    s->initiator ? "we began" : "the peer began",
	    s->resumed != 0 ? ", resumed" : "");
	renew_set_alarm(s);
	end_replaced(s);
	tunnel_fsm(t, TE_UP);
	if (s->state == SS_UP && !again)
		same_peer_crossed(s);
	children_open_later(t, s->initiator);
	new_keys_session(s);
}

static void
rekeyed(struct session *s, const struct mx_up *m)
{
	/* RFC 5723 6.2: a ticket is one IKE SA's. */
	resume_void_session(s);
	sess_set_spi(s, m->spi_i, m->spi_r);
	note_up(s, m);
	s->stuck = 0;
	event_sess(EVT_SESSION_REKEYED, s, 0, RSN_OK,
	    "IKE SA has new keys");
	new_keys_session_done(s);
}

/* Is this pair the one we know, or the heir of the one we know? */
static int
spi_fits(const struct session *s, const uint8_t *spi_i, const uint8_t *spi_r)
{
	return (memcmp(s->spi_i, spi_i, 8) == 0 &&
	    memcmp(s->spi_r, spi_r, 8) == 0);
}

void
sessions_up(unsigned int w, const struct mx_up *m)
{
	static const uint8_t	 none[8];
	struct session		*s = sess_by_ticket(m->ticket);
	int			 heir = memcmp(m->old_spi_i, none, 8) != 0;

	if (s == NULL || s->worker != w || s->tunnel->number != m->tunnel) {
		log_warn(LS_IKE, "%s: a session without a grant of ours%s",
		    role_name(ROLE_IKE, w), m->again ? ", from before" : "");
		end_unknown(w, m->spi_i, m->spi_r, RSN_GRANT);
		return;
	}
	switch (s->state) {
	case SS_GRANTED:
		if (!spi_fits(s, m->spi_i, m->spi_r)) {
			log_warn(LS_IKE, "%s: other SPIs than the verdict's",
			    role_name(ROLE_IKE, w));
			end_unknown(w, m->spi_i, m->spi_r, RSN_GRANT);
			return;
		}
		first_up(s, m);
		return;
	case SS_RECOVERED:
		sess_set_spi(s, m->spi_i, m->spi_r);
		first_up(s, m);
		return;
	case SS_UP:
		if (heir && spi_fits(s, m->old_spi_i, m->old_spi_r))
			rekeyed(s, m);
		else if (spi_fits(s, m->spi_i, m->spi_r))
			note_up(s, m);
		else
			end_unknown(w, m->spi_i, m->spi_r, RSN_GRANT);
		return;
	case SS_ENDING:
		/* It was told to end while it came up or was rekeyed. */
		sess_set_spi(s, m->spi_i, m->spi_r);
		sessions_do(s, SESSION_DELETE, RSN_ADMIN);
		return;
	}
}

void
sessions_moved(unsigned int w, const struct mx_up *m)
{
	struct session *s = sess_by_ticket(m->ticket);
	char was[ADDR_TEXT], is[ADDR_TEXT], peer[ADDR_TEXT];
	struct wt_sock local, remote;

	if (s == NULL || s->worker != w || s->state != SS_UP)
		return;
	local = s->local;
	remote = s->remote;
	note_up(s, m);
	sock_print(&s->remote, peer, sizeof(peer));
	if (sock_cmp(&local, &s->local) == 0)
		event_sess(EVT_SESSION_MOVED, s, 0, RSN_OK,
		    "the peer moved from %s to %s", sock_print(&remote, was,
		    sizeof(was)), peer);
	else
		event_sess(EVT_SESSION_MOVED, s, 0, RSN_OK,
		    "we moved from %s to %s, the peer is at %s",
		    sock_print(&local, was, sizeof(was)),
		    sock_print(&s->local, is, sizeof(is)), peer);
}

/* Trouble in our own house: no fault of the peer, no reason to wait long. */
static int
is_ours(uint16_t code)
{
	switch (code) {
	case RSN_TICKET:
	case RSN_ORDER:
	case RSN_BUSY:
	case RSN_RESTARTED:
	case RSN_GONE:
	case RSN_RESUME:	/* the next is a full exchange */
		return (1);
	default:
		return (0);
	}
}

void
sessions_down(unsigned int w, const struct mx_down *m)
{
	struct session	*s = sess_by_spi(m->spi_i, m->spi_r);
	struct tunnel	*t;
	const char	*text = policy_why(m->code, m->text);
	enum tunnel_event ev = TE_LOST;

	if (s == NULL || s->worker != w)
		return;		/* the old pair of a rekey, or long ended */
	t = s->tunnel;
	if (s->again) {
		text = "it is authenticated anew";
		ev = TE_RENEW;
	} else if (is_ours(m->code) && s->initiator)
		ev = TE_LOST_OURS;
	else if (m->code == RSN_DEAD_PEER)
		ev = TE_DEAD;
	if (ev == TE_DEAD && t->pol->cf.dpd_action == DPD_RESTART)
		tunnel_want_again(t);
	event_sess(EVT_SESSION_DOWN, s, 0, m->code, "session ended: %s",
	    text);
	if (!resume_survives(m->code))
		resume_void_session(s);
	sess_free(s);
	check_lost(t, ev, m->code, text);
}

/* What a peer can cause at will is told ten times a second at most. */
static int
peer_event_ok(void)
{
	static uint64_t		second;
	static unsigned int	n, lost;
	uint64_t		now = alarm_now();

	if (now != second) {
		if (lost > 0)
			log_notice(LS_IKE, "%u failures of peers not told",
			    lost);
		second = now;
		n = lost = 0;
	}
	if (++n <= 10)
		return (1);
	lost++;
	return (0);
}

/* Has this worker a session of the tunnel?  Else it has no say in it. */
static int
has_session(unsigned int w, const struct tunnel *t)
{
	const struct session *s;

	TAILQ_FOREACH(s, &t->sessions, entry)
		if (s->worker == w)
			return (1);
	return (0);
}

void
sessions_failed(unsigned int w, const struct mx_failed *m)
{
	struct tunnel	*t = tunnel_find(m->tunnel);
	struct session	*s;
	const char	*text = m->text[0] != '\0' ? m->text :
			    reason_text(m->code);
	char		 peer[ADDR_TEXT];

	explain_failed(w, m, alarm_now());
	if (m->exch != 0)
		proof_failed(w, m->exch);
	if (t != NULL && m->child != 0) {
		if (has_session(w, t))
			children_failed(t, m->child, m->code, text);
		return;
	}
	if ((s = sess_by_exch(w, m->exch)) != NULL) {
		sess_free(s);
		if (t != NULL)
			check_lost(t, TE_LOST, m->code, text);
	}
	if (t == NULL || m->order == 0 || !orders_is(t, m->order) ||
	    t->order_worker != w) {
		/* An order that was taken back is no news. */
		if (m->order != 0 || !peer_event_ok())
			return;
		event_peer(EVT_FAILED, t, &m->remote.addr, m->code, "%s "
		    "began, and it failed: %s", sock_print(&m->remote, peer,
		    sizeof(peer)), text);
		return;
	}
	if (m->code == RSN_TCP || m->code == RSN_COOKIE) {
		tunnel_fsm(t, m->code == RSN_TCP ? TE_BY_TCP : TE_WARY);
		return;
	}
	tunnel_set_reason(t, m->code, text);
	event_peer(EVT_FAILED, t, &m->remote.addr, m->code, "%s", text);
	orders_cancel(t);
	tunnel_fsm(t, is_ours(m->code) ? TE_FAILED_OURS : TE_FAILED);
}

void
sessions_replayed(unsigned int w, int first)
{
	struct session *s, *next;

	for (s = sess_next(NULL); s != NULL; s = next) {
		next = sess_next(s);
		if (s->state != SS_RECOVERED || s->worker != w)
			continue;
		/* It ended while nobody heard why: maybe on purpose. */
		if (!first)
			resume_void_session(s);
		sess_free(s);
	}
}

void
sessions_worker_gone(unsigned int w)
{
	struct session		*s, *next;
	struct tunnel		*t;
	enum tunnel_event	 ev;

	for (s = sess_next(NULL); s != NULL; s = next) {
		next = sess_next(s);
		if (s->worker != w)
			continue;
		t = s->tunnel;
		ev = s->initiator || tunnel_start(t) == TS_START_AUTO ?
		    TE_LOST_OURS : TE_LOST;
		if (s->state == SS_UP)
			event_sess(EVT_SESSION_DOWN, s, 0, RSN_RESTARTED,
			    "session lost: %s was restarted",
			    role_name(ROLE_IKE, w));
		sess_free(s);
		check_lost(t, ev, RSN_RESTARTED, NULL);
	}
	orders_worker_gone(w);
}

void
sessions_alarm(struct session *s)
{
	struct tunnel	*t = s->tunnel;
	uint32_t	 order = s->order;
	int		 again = s->again;

	switch (s->state) {
	case SS_UP:
		renew_alarm(s);
		return;
	case SS_GRANTED:
		event_log(t, s, LOG_L_WARNING, "granted, but it never came "
		    "up");
		sess_free(s);
		check_lost(t, TE_LOST, RSN_TIMEOUT, NULL);
		if (!orders_is(t, order))
			return;
		/* The peer has proved itself: what was too slow is ours. */
		orders_cancel(t);
		tunnel_set_reason(t, RSN_BUSY, NULL);
		tunnel_fsm(t, TE_FAILED_OURS);
		return;
	case SS_RECOVERED:
	case SS_ENDING:
		sess_free(s);
		if (again)	/* the peer is slow to let it go */
			check_lost(t, TE_RENEW, RSN_REPLACED, NULL);
		return;
	}
}

void
sessions_grant_gone(uint32_t id, uint16_t code, const char *text)
{
	struct grant	*g = sess_grant_find(id);
	struct session	*s;
	struct tunnel	*t;
	uint32_t	 child;

	if (g == NULL)
		return;
	if (g->manual != NULL) {
		manual_lost(g, code, text);
		return;
	}
	s = g->session;
	t = s->tunnel;
	text = policy_why(code, text);
	event_sess(EVT_REFUSED, s, g->child, code, "the grant is gone: %s",
	    text[0] != '\0' ? text : reason_text(code));
	child = g->child;
	sess_grant_forget(g);
	if (code == RSN_EXPIRED && s->state == SS_UP &&
	    (s->expiry == 0 || alarm_now() + 1 < s->expiry)) {
		children_expired(t, child);
		return;
	}
	if (!TAILQ_EMPTY(&s->grants) || s->state == SS_ENDING)
		return;
	sessions_end(s, code);
	check_lost(t, TE_LOST, code, text);
}
