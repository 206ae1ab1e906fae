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
 * The negotiator as a whole: its clock, its turn, and the way of a datagram
 * from header to state machine.
 */
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "crash.h"
#include "exch.h"
#include "exch_auth.h"
#include "exch_rival.h"
#include "halfopen.h"
#include "ike.h"
#include "life.h"
#include "listen.h"
#include "log.h"
#include "mobike.h"
#include "pipes.h"
#include "reason.h"
#include "record.h"
#include "session.h"
#include "shown.h"
#include "skf.h"

/* Unprotected answers and log lines: so many a second, with a burst. */
#define RATE_PER_SECOND		50
#define RATE_BURST		200

struct ike *
ike_new(const struct ike_env *env, unsigned int slot)
{
	struct ike	*ike;
	uint64_t	 r;

	ike = xcalloc(1, sizeof(*ike));
	ike->env = env;
	ike->slot = (uint8_t)slot;
	LIST_INIT(&ike->all);
	LIST_INIT(&ike->dead);
	TAILQ_INIT(&ike->waiting);
	answers_init(ike);
	cookie_init(&ike->cookies);
	/* Numbers of a worker that was restarted are not met again soon. */
	ike_random(ike, &r, sizeof(r));
	ike->exch = (uint64_t)slot << 56 | (r & 0x00ffffffff000000ULL);
	ike->bucket = RATE_BURST;
	ike->bucket_ms = ike_now(ike);
	tickets_init(ike);
	return (ike);
}

void
ike_free(struct ike *ike)
{
	struct session	*s, *next;

	LIST_FOREACH_SAFE(s, &ike->all, all, next)
		session_end(s, RSN_ADMIN, "stopped");
	ike_turn_end(ike);
	trace_end_all(ike);
	to_parent_free(ike);
	halfopen_free(ike);
	crowd_free(ike);
	answers_free(ike);
	timers_free(ike);
	arena_close(ike->arena);
	policy_unref(ike->policy);
	policy_unref(ike->standby);
	shown_free(ike->shown);
	freezero(ike, sizeof(*ike));
}

uint64_t
ike_now(const struct ike *ike)
{
	return (ike->env->now_ms(ike->env->ctx));
}

uint64_t
ike_seconds(const struct ike *ike)
{
	return (ike_now(ike) / 1000);
}

void
ike_random(const struct ike *ike, void *buf, size_t len)
{
	ike->env->random(ike->env->ctx, buf, len);
}

uint32_t
ike_random_below(const struct ike *ike, uint32_t n)
{
	uint64_t	 r;

	/* 64 bits: the bias is below one in 2^32. */
	ike_random(ike, &r, sizeof(r));
	return ((uint32_t)(r % n));
}

void
ike_turn_end(struct ike *ike)
{
	struct session	*s;
	uint64_t	 next;

	window_put_away(ike);
	while ((s = LIST_FIRST(&ike->dead)) != NULL)
		session_free(s);
	next = timers_next(ike);
	if (next != ike->armed) {
		ike->armed = next;
		ike->env->wake_at(ike->env->ctx, next);
	}
}

void
ike_tick(struct ike *ike)
{
	ike->armed = 0;
	timers_run(ike);
	ike_turn_end(ike);
}

int
ike_rate(struct ike *ike)
{
	uint64_t	 now = ike_now(ike), add;

	add = (now - ike->bucket_ms) * RATE_PER_SECOND / 1000;
	if (add > 0) {
		ike->bucket_ms = now;
		ike->bucket = add > RATE_BURST - ike->bucket ? RATE_BURST :
		    ike->bucket + (unsigned int)add;
	}
	if (ike->bucket == 0) {
		ike->stat[ST_RATE_LIMITED]++;
		return (0);
	}
	ike->bucket--;
	return (1);
}

static void
log_packet(const struct session *s, const struct packet *pkt)
{
	char	 text[256];

	if (!log_wants(LS_IKE, LOG_L_DEBUG))
		return;
	session_debug(s, 0, LS_IKE, "received %s %s %u: %s",
	    exch_name(pkt->hdr.exch),
	    pkt->hdr.flags & HDR_RESPONSE ? "response" : "request",
	    pkt->hdr.msgid, packet_print(pkt, text, sizeof(text)));
}

static enum sa_event
event_of(const struct ike_hdr *h)
{
	int	 response = (h->flags & HDR_RESPONSE) != 0;

	switch (h->exch) {
	case EXCH_INTERMEDIATE:
		return (response ? EV_INTER_RESPONSE : EV_INTER_REQUEST);
	case EXCH_AUTH:
		return (response ? EV_AUTH_RESPONSE : EV_AUTH_REQUEST);
	case EXCH_CREATE_CHILD:
		return (response ? EV_CREATE_RESPONSE : EV_CREATE_REQUEST);
	case EXCH_FOLLOWUP_KE:
		return (response ? EV_FOLLOW_RESPONSE : EV_FOLLOW_REQUEST);
	case EXCH_INFORMATIONAL:
		return (response ? EV_INFO_RESPONSE : EV_INFO_REQUEST);
	default:
		return (EV_NONE);
	}
}

/*
 * An authentic response that cannot be taken as one.  What the peer has done
 * is not known, so the SA goes (RFC 7296 2.21.3), with a word to the peer,
 * who believes that it stands.
 */
static void
bad_response(struct session *s, unsigned int code, const char *why)
{
	struct event_arg	 arg = { .code = code, .text = why };

	window_answered(s);
	if (s->state == SA_I_AUTH) {
		s->state = SA_I_CHECK;	/* it has let us in, perhaps */
		sa_event(s, EV_REFUSED, &arg);
		return;
	}
	if (s->state == SA_I_INTER) {
		sa_event(s, EV_REFUSED, &arg);
		return;
	}
	exch_free(s->ike, &s->own);
	if (s->state == SA_UP || s->state == SA_REKEYED)
		job_add(s, JOB_IKE_DELETE, 0, 0, code);
	else
		session_end(s, code, why);
}

/*
 * An authentic message whose content is broken, or has a critical payload
 * that we do not know.  A broken request is answered and ends the session on
 * both sides (2.21.3), the other kind only before it is up (2.5, 2.21.2).
 */
static void
refuse_message(struct session *s, const struct packet *pkt, const char *why)
{
	int	 broken = why != NULL;

	if (!broken)
		why = "unsupported critical payload";
	else
		s->ike->stat[ST_MALFORMED]++;
	session_log(s, 0, LS_IKE, LOG_L_NOTICE, "%s %s: %s",
	    broken ? "broken" : "refused",
	    pkt->hdr.flags & HDR_RESPONSE ? "response" : "request", why);
	if ((pkt->hdr.flags & HDR_RESPONSE) != 0) {
		bad_response(s, broken ? RSN_INVALID_SYNTAX : RSN_UNSUPPORTED,
		    why);
		return;
	}
	if (broken)
		exch_answer_notify(s, N_INVALID_SYNTAX, NULL, 0);
	else
		exch_answer_notify(s, N_UNSUPPORTED_CRITICAL_PAYLOAD,
		    &pkt->unsupported, 1);
	if (!broken && s->setup == NULL)
		return;
	if (s->setup != NULL)
		exch_auth_failed(s, broken ? RSN_INVALID_SYNTAX :
		    RSN_UNSUPPORTED, why);
	session_end(s, broken ? RSN_INVALID_SYNTAX : RSN_UNSUPPORTED, why);
}

/*
 * The peer could not read our request: fatal on both sides, so that it has
 * nothing left to be told (2.21.3).  1: the SA is gone.
 */
static int
fatal_response(struct session *s, const struct packet *pkt)
{
	struct pld_notify	 n;

	if ((pkt->hdr.flags & HDR_RESPONSE) == 0 ||
	    (s->state != SA_UP && s->state != SA_REKEYED) ||
	    !packet_notify(pkt, N_INVALID_SYNTAX, &n))
		return (0);
	session_end(s, RSN_INVALID_SYNTAX, "the peer answers "
	    "INVALID_SYNTAX, which ends it");
	return (1);
}

/*
 * An authentic message, whole: content, state machine.  plain NULL: its
 * padding is impossible.
 */
static void
opened(struct session *s, const struct arrival *from, struct packet *pkt,
    uint64_t hash, const uint8_t *plain, size_t plain_len)
{
	struct event_arg	 arg = { .pkt = pkt };
	const char		*why = "padding";

	/* From here on it is the peer's own. */
	session_moved(s, from, 0);
	life_heard(s);
	life_count(s, plain_len);
	if ((pkt->hdr.flags & HDR_RESPONSE) == 0)
		window_working(s, pkt, hash, from);
	else
		mobike_answered(s, from);
	if (!sa_expects(s, event_of(&pkt->hdr)))
		why = "this exchange has no place here";
	else if (plain != NULL)
		why = packet_parse_inner(pkt, plain, plain_len);
	if (why != NULL || pkt->unsupported != 0) {
		refuse_message(s, pkt, why);
		return;
	}
	log_packet(s, pkt);
	if (!fatal_response(s, pkt))
		sa_event(s, event_of(&pkt->hdr), &arg);
}

/*
 * The peer uses the keys of the last additional key exchange: so do we, and
 * it will never ask again for what the ones before protect.
 */
static int
keys_used(struct session *s)
{
	struct setup	*st = s->setup;

	sk_ctx_free(st->next_open);
	st->next_open = NULL;
	if (session_change_keys(s, &st->next) == 0)
		return (0);
	session_end(s, RSN_UNSUPPORTED, "keys cannot be made");
	return (-1);
}

/*
 * Datagram by datagram: integrity, and for a fragment, whether it is the
 * last that was missing.
 */
static void
open_message(struct session *s, const struct arrival *from, uint8_t *buf,
    size_t len, struct packet *pkt)
{
	struct skf_whole	 whole = { 0 };
	const uint8_t		*plain;
	size_t			 plain_len;
	uint64_t		 hash;
	struct sk_ctx		*next;
	enum sk_result		 r;

	if (pkt->sk_off == 0 || s->keys.open == NULL ||
	    (pkt->frag_total != 0 && !skf_wants(s, pkt))) {
		s->ike->stat[ST_UNEXPECTED]++;
		return;
	}
	hash = window_hash(buf, len);
	next = s->setup != NULL && (pkt->hdr.flags & HDR_RESPONSE) == 0 ?
	    s->setup->next_open : NULL;
	r = sk_open(next != NULL ? next : s->keys.open, buf, len, pkt->sk_off,
	    &plain, &plain_len);
	if (r == SK_FORGED || r == SK_FAILED) {
		s->ike->stat[ST_FORGED]++;
		return;
	}
	if (next != NULL && keys_used(s) == -1)
		return;
	if (pkt->frag_total == 0) {
		opened(s, from, pkt, hash, plain, plain_len);
		return;
	}
	if (r == SK_BROKEN) {
		s->ike->stat[ST_MALFORMED]++;
		return;
	}
	life_heard(s);
	if (!skf_take(s, pkt, hash, plain, plain_len, &whole))
		return;
	opened(s, from, pkt, whole.hash, whole.buf, whole.len);
	skf_whole_free(&whole);
}

/* RFC 7296 2.21.4: say that we do not know this SA, now and then. */
static void
no_session(struct ike *ike, const struct arrival *from,
    const struct ike_hdr *h)
{
	ike->stat[ST_NO_SA]++;
	if ((h->flags & HDR_RESPONSE) == 0 && ike_rate(ike))
		crash_present(ike, from, h);
}

/* An unprotected answer to our IKE_SA_INIT, or about an SA we have. */
static void
clear_response(struct session *s, uint8_t *buf, size_t len,
    const struct arrival *from)
{
	struct event_arg	 arg = { 0 };
	struct packet		 pkt;

	if (packet_parse(buf, len, &pkt) != NULL) {
		s->ike->stat[ST_MALFORMED]++;
		return;
	}
	if (s->state == SA_I_INIT && window_outstanding(s) &&
	    pkt.hdr.msgid == s->win.out_id &&
	    pkt.hdr.exch == window_work(s)->req[18]) {
		log_packet(s, &pkt);
		/* "As the route says": now we know what it said. */
		if (s->local.addr.af == 0)
			s->local = from->local;
		arg.pkt = &pkt;
		sa_event(s, EV_INIT_RESPONSE, &arg);
		return;
	}
	if (crash_shown(s, &pkt)) {
		s->ike->stat[ST_CRASH_SEEN]++;
		session_log(s, 0, LS_IKE, LOG_L_NOTICE, "the peer shows its "
		    "crash token");
		session_end(s, RSN_DEAD_PEER, "the peer has restarted: it "
		    "shows the token that says so");
		return;
	}
	exch_rival(s, &pkt);
	/* A hint at most (2.21.4): look whether the peer lives. */
	s->ike->stat[ST_UNAUTH_NOTIFY]++;
	if (s->state == SA_UP && ike_rate(s->ike))
		life_probe(s);
}

/*
 * RFC 7296 2.21.3: on an SA that is up every request in error is answered,
 * one of an exchange that we do not know or that has no place there, too.
 */
static int
answers_all(const struct session *s, const struct ike_hdr *h)
{
	return ((h->flags & HDR_RESPONSE) == 0 && (s->state == SA_UP ||
	    s->state == SA_REKEYED || s->state == SA_DELETING));
}

static void
session_message(struct session *s, const struct ike_hdr *h, uint8_t *buf,
    size_t len, const struct arrival *from)
{
	struct packet	 pkt;

	if ((h->flags & HDR_RESPONSE) != 0 && h->next != PLD_SK &&
	    h->next != PLD_SKF) {
		clear_response(s, buf, len, from);
		return;
	}
	switch (window_judge(s, h, buf, len, from)) {
	case WIN_AGAIN:
		skf_again(s, buf, len, from);
		return;
	case WIN_AHEAD:
		ahead_keep(s, h, buf, len, from);
		return;
	case WIN_DONE:
	case WIN_DROP:
		return;
	case WIN_REQUEST:
	case WIN_RESPONSE:
		break;
	}
	if (!sa_expects(s, event_of(h)) && !answers_all(s, h)) {
		s->ike->stat[ST_UNEXPECTED]++;
		return;
	}
	if (packet_parse(buf, len, &pkt) != NULL) {
		s->ike->stat[ST_MALFORMED]++;
		return;
	}
	open_message(s, from, buf, len, &pkt);
}

void
ike_datagram(struct ike *ike, const struct arrival *from, uint8_t *buf,
    size_t len)
{
	struct ike_hdr	 h;
	struct session	*s;

	ike->stat[ST_PACKETS_IN]++;
	trace_packet(ike, 0, &from->local, &from->remote, from->natt, buf, len);
	if (ike->policy == NULL ||
	    !listen_here(ike, &from->local.addr)) {
		ike->stat[ST_NOT_LISTENING]++;
		return;
	}
	if (hdr_parse(buf, len, &h) != NULL) {
		ike->stat[ST_BAD_HEADER]++;
		return;
	}
	if (h.major != 2) {
		/* RFC 7296 2.5: say which version we have, for newer ones. */
		ike->stat[ST_BAD_VERSION]++;
		if (h.major > 2 && (h.flags & HDR_RESPONSE) == 0 &&
		    ike_rate(ike))
			exch_clear_notify(ike, from, &h,
			    N_INVALID_MAJOR_VERSION, NULL, 0);
		return;
	}
	if (exch_in_clear(h.exch) && (h.flags & HDR_RESPONSE) == 0) {
		if ((h.flags & HDR_INITIATOR) != 0 && h.msgid == 0 &&
		    spi_is_zero(h.spi_r))
			exch_init_r(ike, from, buf, len);
		else
			ike->stat[ST_MALFORMED]++;
		return;
	}
	/* The sender says whether it is the original initiator. */
	s = session_by_spi(ike, h.flags & HDR_INITIATOR ? h.spi_r : h.spi_i);
	if (s == NULL || s->initiator == ((h.flags & HDR_INITIATOR) != 0) ||
	    (!spi_is_zero(session_peer_spi(s)) && !spi_is_zero(h.spi_r) &&
	    memcmp(session_peer_spi(s), h.flags & HDR_INITIATOR ?
	    h.spi_i : h.spi_r, SPI_LEN) != 0)) {
		if (s != NULL && s->setup != NULL && exch_in_clear(h.exch))
			clear_response(s, buf, len, from);
		else
			no_session(ike, from, &h);
		return;
	}
	session_message(s, &h, buf, len, from);
}

/*
 * A session whose tunnel has not changed goes on under the new snapshot; one
 * whose peer is not known yet does when it is.
 */
void
ike_commit(struct ike *ike)
{
	struct session	*s;

	if (ike->standby == NULL)
		return;
	policy_unref(ike->policy);
	ike->policy = ike->standby;
	ike->standby = NULL;
	listen_changed(ike);
	LIST_FOREACH(s, &ike->all, all)
		if (session_tunnel(s) != NULL && session_follow(s))
			life_session_policy(s);
	log_info(LS_POLICY, "policy generation %u: %zu tunnels",
	    ike->policy->generation, ike->policy->ntunnels);
}

void
ike_stop(struct ike *ike)
{
	struct session	*s, *next;

	ike->stopping = 1;
	LIST_FOREACH_SAFE(s, &ike->all, all, next) {
		if (s->state == SA_UP)
			job_add(s, JOB_IKE_DELETE, 0, 0, RSN_ADMIN);
		else if (s->state != SA_DELETING)
			session_end(s, RSN_ADMIN, "stopped");
	}
}
