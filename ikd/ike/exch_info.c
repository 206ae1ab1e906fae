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
 * INFORMATIONAL (RFC 7296 sections 1.4, 2.4, 2.21.3, 2.25): deleting,
 * liveness, errors.
 */
#include <stdlib.h>
#include <string.h>

#include "auth_life.h"
#include "crash.h"
#include "exch_create.h"
#include "exch_resume.h"
#include "life.h"
#include "log.h"
#include "mobike.h"
#include "pipes.h"
#include "reason.h"
#include "redirect.h"
#include "session.h"

#define PLANE_MS	5000	/* for the plane to say what it knows */
#define SETTLE_MS	200	/* less than a peer's first retransmission */

/* The Delete of a pair, by the SPI we receive under. */
static int
send_child_delete(struct session *s, struct exch *x)
{
	struct child	*c = child_by_spi(s->ike, x->old_spi);
	struct out	 o;

	/* One that we never installed has to go at the peer's all the same. */
	if (c != NULL)
		life_child_stop(c);
	window_begin(s, &o, EXCH_INFORMATIONAL);
	msg_add_delete(&o.m, exch_old_proto(s, x), &x->old_spi, 1);
	return (window_request(s, &o));
}

static int
send_ike_delete(struct session *s, struct exch *x)
{
	struct out	 o;

	life_session_stop(s);
	timer_clear(s->ike, &s->wait);
	s->end_code = x->notify;
	s->state = SA_DELETING;
	job_clear(s);
	window_begin(s, &o, EXCH_INFORMATIONAL);
	msg_add_delete_ike(&o.m);
	return (window_request(s, &o));
}

int
exch_info_start(struct session *s, struct exch *x)
{
	struct out	 o;

	switch (x->kind) {
	case JOB_CHILD_DELETE:
		return (send_child_delete(s, x));
	case JOB_IKE_DELETE:
		return (send_ike_delete(s, x));
	case JOB_PROBE:
		/* RFC 7296 2.4: an empty message asks whether it lives. */
		s->ike->stat[ST_PROBES]++;
		window_begin(s, &o, EXCH_INFORMATIONAL);
		exch_move_add_probe(s, &o.m);
		return (window_request(s, &o));
	case JOB_CRASH_TOKEN:
		window_begin(s, &o, EXCH_INFORMATIONAL);
		crash_add(s, &o.m);
		return (window_request(s, &o));
	case JOB_TICKET:
		window_begin(s, &o, EXCH_INFORMATIONAL);
		exch_resume_request(s, &o.m);
		return (window_request(s, &o));
	case JOB_MOVE:
	case JOB_ADDRS:
	case JOB_CHECK:
		return (exch_move_start(s, x));
	default:
		fatal("job %d is no INFORMATIONAL", x->kind);
	}
}

/* The session's; or its heir's, who has taken it meanwhile. */
static int
is_ours(const struct session *s, const struct child *c)
{
	return (c->s == s || c->s->id == s->heir);
}

enum sa_event
exch_info_response(struct session *s, struct event_arg *arg)
{
	struct exch	*x = s->own;
	struct child	*c;

	window_answered(s);
	s->own = NULL;
	if (x != NULL && x->kind == JOB_CHILD_DELETE) {
		c = child_by_spi(s->ike, x->old_spi);
		if (c != NULL && is_ours(s, c) && x->notify == RSN_REPLACED)
			child_retire(c);
		else if (c != NULL && is_ours(s, c))
			child_remove(c, x->notify, reason_text(x->notify));
	} else if (x != NULL && x->kind == JOB_TICKET)
		exch_resume_take(s, arg->pkt);
	else if (x != NULL && x->kind == JOB_PROBE)
		exch_move_probed(s, arg->pkt);
	else if (x != NULL && (x->kind == JOB_MOVE ||
	    x->kind == JOB_ADDRS || x->kind == JOB_CHECK))
		exch_move_response(s, x, arg->pkt);
	exch_free(s->ike, &x);
	job_run(s);
	return (EV_NONE);
}

/*
 * The peer takes back the pair that was to replace another: that one stays
 * in use.
 */
static void
revive_old(struct session *s, uint32_t old_spi)
{
	struct child	*old = child_by_spi(s->ike, old_spi);

	if (old == NULL || old->state != CH_REPLACED)
		return;
	old->state = CH_UP;
	old->down_code = 0;
	life_child_retry(old);
}

/*
 * The pair of this SPI; a Delete that was on its way while the IKE SA was
 * rekeyed means what the successor has inherited.
 */
static struct child *
find_child(struct session *s, uint8_t proto, uint32_t spi_out)
{
	struct session	*heir;
	struct child	*c;

	c = child_by_spi_out(s, proto, spi_out);
	if (c == NULL && s->heir != 0 &&
	    (heir = session_by_id(s->ike, s->heir)) != NULL)
		c = child_by_spi_out(heir, proto, spi_out);
	return (c);
}

/*
 * The peer closes c.  One that a newer pair replaces may still be under way
 * in packets that the peer sent before.
 */
static void
close_child(struct session *s, struct child *c)
{
	uint32_t	 replaces = c->replaces;
	struct child	*heir = child_newest(c->s, c->child);

	if (!c->off_plane && heir != NULL && heir != c && !child_live(c)) {
		child_retire(c);
		if (c->s == s && s->state == SA_UP)
			s->queries += (unsigned int)to_parent_query(c);
		return;
	}
	child_remove(c, RSN_PEER_DELETED, "the peer closed it");
	revive_old(s, replaces);
}

/* Our ends of what the peer closes, of one protocol. */
struct closed {
	uint8_t		 proto;
	size_t		 n;
	uint32_t	 spi[IKE_DELETE_MAX];
};

/*
 * The peer closes pairs.  Ours of the same are named in the answer, but not
 * those that we are closing ourselves (RFC 7296 1.4.1).
 */
static void
close_children(struct session *s, const struct pld_delete *d,
    struct closed *out)
{
	struct child	*c;
	size_t		 i;

	for (i = 0; i < d->n; i++) {
		c = find_child(s, d->proto, pld_delete_spi(d, i));
		if ((c == NULL || c->state == CH_INSTALLING) &&
		    s->own != NULL && s->own->ndead < EXCH_DEAD)
			s->own->dead[s->own->ndead++] = pld_delete_spi(d, i);
		if (c == NULL || c->state == CH_INSTALLING || c->lingers)
			continue;
		if (c->state != CH_DELETING && out->n < IKE_DELETE_MAX)
			out->spi[out->n++] = c->spi_in;
		close_child(s, c);
	}
}

/* Errors about the whole SA that need no Delete (RFC 7296 2.21.2). */
static unsigned int
fatal_notify(const struct session *s, const struct packet *pkt)
{
	const struct pld	*p = NULL;
	struct pld_notify	 n;

	while ((p = packet_find(pkt, PLD_N, p)) != NULL) {
		if (pld_notify_parse(p->p, p->len, &n) != NULL)
			continue;
		session_log(s, 0, LS_IKE, LOG_L_INFO, "the peer says %s",
		    notify_name(n.type));
		if (n.type == N_AUTHENTICATION_FAILED ||
		    n.type == N_INVALID_SYNTAX)
			return (n.type);
	}
	return (0);
}

/* Two of struct closed. */
static void
add_closed(struct msg_build *m, const void *what)
{
	const struct closed	*c = what;
	size_t			 i;

	for (i = 0; i < 2; i++)
		if (c[i].n > 0)
			msg_add_delete(m, c[i].proto, c[i].spi, c[i].n);
}

/* c: NULL, or two. */
static void
respond(struct session *s, const struct closed *c)
{
	struct out	 o;

	window_answer(s, &o);
	if (c != NULL)
		add_closed(&o.m, c);
	(void)window_respond(s, &o);
}

/*
 * At the answer the peer drops its ends; so it goes out when the plane, which
 * may be late, sends on others.
 */
static void
respond_later(struct session *s, const struct closed c[2])
{
	free(s->answer);
	s->answer = xcalloc(2, sizeof(*c));
	memcpy(s->answer, c, 2 * sizeof(*c));
	timer_set(s->ike, &s->wait, PLANE_MS);
}

enum sa_event
exch_info_answer(struct session *s, struct event_arg *arg)
{
	(void)arg;
	if (s->answer == NULL)
		return (EV_NONE);
	if (s->state == SA_UP)
		timer_clear(s->ike, &s->wait);
	respond(s, s->answer);
	free(s->answer);
	s->answer = NULL;
	job_run(s);
	return (EV_NONE);
}

/*
 * The peer deletes the IKE SA, and with it all its pairs.  If it has
 * authenticated anew, pairs of another session go on in their place, maybe
 * another worker's.  So before the answer, at which it drops them, nothing is
 * sent on them any more; what it has sent on them before is still received.
 * The plane says when and whether that is so.  1: it is asked.
 */
static int
ask_plane(struct session *s)
{
	struct child	*c, *next;

	TAILQ_FOREACH_SAFE(c, &s->children, link, next) {
		if (c->state == CH_INSTALLING || c->off_plane) {
			child_remove(c, RSN_PEER_DELETED,
			    reason_text(RSN_PEER_DELETED));
			continue;
		}
		if (c->down_code == 0)
			c->down_code = RSN_PEER_DELETED;
		child_retire(c);
		s->queries += (unsigned int)to_parent_query(c);
	}
	return (s->queries > 0);
}

static enum sa_event
closing(struct session *s)
{
	s->state = SA_CLOSING;
	s->served = 0;
	life_session_stop(s);
	retrans_stop(s);
	job_clear(s);
	exch_free(s->ike, &s->own);
	timer_set(s->ike, &s->wait, PLANE_MS);
	return (EV_NONE);
}

static enum sa_event
closed(struct event_arg *arg)
{
	arg->code = RSN_PEER_DELETED;
	arg->text = reason_text(RSN_PEER_DELETED);
	return (EV_END);
}

/*
 * The plane sends on others now.  What it has sent before may come after an
 * answer given at once, on another way or in another queue of the peer.
 */
enum sa_event
exch_info_retired(struct session *s, struct event_arg *arg)
{
	if (s->served) {
		timer_set(s->ike, &s->wait, SETTLE_MS);
		return (EV_NONE);
	}
	respond(s, NULL);
	return (closed(arg));
}

enum sa_event
exch_info_closed(struct session *s, struct event_arg *arg)
{
	struct child	*c;

	respond(s, NULL);
	if (!s->served)
		return (closed(arg));
	TAILQ_FOREACH(c, &s->children, link)
		life_child_linger(c);
	timer_set(s->ike, &s->wait, LIFE_LINGER_MS);
	return (EV_NONE);
}

/*
 * The peer deletes the IKE SA.  Had it rekeyed it, and we too without its
 * knowing, then its heir counts and our own try is forgotten (2.8.2).
 */
static enum sa_event
deleted(struct session *s, struct event_arg *arg)
{
	struct session	*rival = exch_ike_rival(s);

	if (rival == NULL && s->state == SA_UP && ask_plane(s))
		return (closing(s));
	respond(s, NULL);
	if (rival != NULL)
		exch_ike_adopt(s, rival);
	arg->code = s->state == SA_DELETING ? s->end_code : RSN_PEER_DELETED;
	arg->text = reason_text(arg->code);
	return (EV_END);
}

static int
deletes_ike(const struct packet *pkt)
{
	const struct pld	*p = NULL;

	while ((p = packet_find(pkt, PLD_D, p)) != NULL)
		if (p->len > 0 && p->p[0] == PROTO_IKE)
			return (1);
	return (0);
}

enum sa_event
exch_info_request(struct session *s, struct event_arg *arg)
{
	const struct pld	*p = NULL;
	struct pld_delete	 d;
	struct closed		 closed[2] = { { .proto = PROTO_ESP },
				    { .proto = PROTO_AH } };
	const char		*why;
	unsigned int		 type, queries = s->queries;

	if (!deletes_ike(arg->pkt))
		exch_ike_proven(s);
	crash_take(s, arg->pkt);
	if (s->state == SA_UP)
		auth_life_take(s, arg->pkt);
	redirect_while_up(s, arg->pkt);
	if (packet_find(arg->pkt, PLD_D, NULL) == NULL &&
	    (exch_move_request(s, arg->pkt, NULL, NULL) ||
	    exch_resume_info(s, arg->pkt)))
		return (EV_NONE);
	while ((p = packet_find(arg->pkt, PLD_D, p)) != NULL) {
		if ((why = pld_delete_parse(p->p, p->len, &d)) != NULL) {
			exch_answer_notify(s, N_INVALID_SYNTAX, NULL, 0);
			arg->code = RSN_INVALID_SYNTAX;
			arg->text = why;
			return (EV_END);
		}
		if (d.proto == PROTO_ESP || d.proto == PROTO_AH)
			close_children(s, &d, &closed[d.proto == PROTO_AH]);
	}
	if (deletes_ike(arg->pkt))
		return (deleted(s, arg));
	type = fatal_notify(s, arg->pkt);
	if (type == 0 && exch_move_request(s, arg->pkt, add_closed, closed)) {
		job_run(s);
		return (EV_NONE);
	}
	if (type == 0 && s->state == SA_UP && s->queries > queries) {
		respond_later(s, closed);
		return (EV_NONE);
	}
	respond(s, closed);
	if (type != 0) {
		arg->code = exch_reason_of(type);
		arg->text = "the peer refuses us after all";
		return (EV_END);
	}
	job_run(s);
	return (EV_NONE);
}
