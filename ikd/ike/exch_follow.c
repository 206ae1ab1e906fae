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
 * IKE_FOLLOWUP_KE: the additional key exchanges behind a CREATE_CHILD_SA, one
 * each (RFC 9370 section 2.2.4).  What is asked for comes into being with the
 * last of them; until then the initiator has it as its own exchange, and the
 * responder keeps it half-done for a while, to be found by a link that it
 * gave out.
 */
#include <stdlib.h>
#include <string.h>

#include "alg.h"
#include "crash.h"
#include "dh.h"
#include "exch_create.h"
#include "log.h"
#include "pld_ke.h"
#include "reason.h"
#include "session.h"

#define HALF_MS		20000	/* 2.2.4: 5 to 20 s are suggested */
#define LINK_LEN	16
#define LOST_MOST	3	/* in a row: the peer keeps nothing */

unsigned int
exch_follow_method(const struct exch *x)
{
	const uint8_t	*ke = x->choice.suite.more_ke;
	unsigned int	 k = 0;
	size_t		 i;

	for (i = 0; i < sizeof(x->choice.suite.more_ke); i++)
		if (ke[i] != KE_NONE && k++ == x->more_n)
			return (ke[i]);
	return (KE_NONE);
}

/* The secret of one, behind those before it. */
static void
append(struct exch *x, const uint8_t *secret, size_t len)
{
	uint8_t	*p = xcalloc(1, x->more_len + len);

	if (x->more_len > 0)
		memcpy(p, x->more, x->more_len);
	memcpy(p + x->more_len, secret, len);
	freezero(x->more, x->more_len);
	x->more = p;
	x->more_len += len;
	x->more_n++;
}

/* The peer's KE payload, of the method whose turn it is; NULL or why not. */
static const char *
take_ke(struct session *s, struct exch *x, const struct packet *pkt)
{
	const struct pld	*p = packet_find(pkt, PLD_KE, NULL);
	struct pld_ke		 ke;
	const char		*why;
	uint8_t			 secret[IKE_KE_MAX];
	long			 len;

	if (p == NULL)
		return ("KE is missing");
	if ((why = pld_ke_parse(p->p, p->len, &ke)) != NULL)
		return (why);
	if (ke.group != x->group)
		return ("another key exchange method than the one whose turn "
		    "it is");
	len = s->ike->env->dh->shared(x->dh, ke.data.p, ke.data.len, secret,
	    sizeof(secret));
	if (len < 0)
		return ("the public value is impossible");
	append(x, secret, (size_t)len);
	explicit_bzero(secret, sizeof(secret));
	return (NULL);
}

static void
add_ke(struct session *s, struct exch *x, struct out *o)
{
	const uint8_t	*pub;
	size_t		 len;

	pub = s->ike->env->dh->public_value(x->dh, &len);
	msg_add_ke(&o->m, x->group, pub, len);
}

void
exch_follow_add_link(const struct exch *x, struct msg_build *m)
{
	if (x->link_len > 0)
		msg_add_notify(m, N_ADDITIONAL_KE, x->sa->link, x->link_len);
}

/* ---- initiator ---- */

const char *
exch_follow_i_next(struct session *s, struct exch *x,
    const struct packet *answer)
{
	struct pld_notify	 n;
	struct out		 o;

	x->followup = 1;
	if (!packet_notify(answer, N_ADDITIONAL_KE, &n))
		return ("the peer gives no link to the next key exchange");
	memcpy(x->sa->link, n.data.p, n.data.len);
	x->link_len = n.data.len;
	if (exch_dh_start(s, x, exch_follow_method(x)) == -1)
		return ("an additional key exchange cannot be done");
	window_begin(s, &o, EXCH_FOLLOWUP_KE);
	add_ke(s, x, &o);
	exch_follow_add_link(x, &o.m);
	return (window_request(s, &o) == -1 ? "our request is too large" :
	    NULL);
}

/* It has come to nothing; again later, from the start. */
static void
failed(struct session *s, struct exch *x, unsigned int code, const char *why)
{
	if (x->kind == JOB_IKE_REKEY)
		exch_ike_i_failed(s, why);
	else
		exch_child_i_failed(s, x, code, why);
}

static void
refused(struct session *s, struct exch *x, const struct pld_notify *n)
{
	if (n->type == N_STATE_NOT_FOUND && ++s->follow_lost == LOST_MOST)
		job_add(s, JOB_IKE_DELETE, 0, 0, RSN_PEER_ERROR);
	failed(s, x, exch_reason_of(n->type), notify_name(n->type));
}

enum sa_event
exch_follow_i_response(struct session *s, struct event_arg *arg)
{
	struct exch		*x = s->own;
	struct pld_notify	 n;
	const char		*why;

	window_answered(s);
	if (x == NULL || !x->followup)
		return (EV_NONE);
	if (packet_find(arg->pkt, PLD_KE, NULL) == NULL &&
	    packet_error(arg->pkt, &n)) {
		refused(s, x, &n);
		return (EV_NONE);
	}
	if ((why = take_ke(s, x, arg->pkt)) != NULL) {
		/* The peer believes in a secret that we do not have. */
		job_add(s, JOB_IKE_DELETE, 0, 0, RSN_INVALID_KE);
		failed(s, x, RSN_INVALID_KE, why);
		return (EV_NONE);
	}
	if (exch_follow_method(x) != KE_NONE) {
		if ((why = exch_follow_i_next(s, x, arg->pkt)) != NULL)
			failed(s, x, RSN_INVALID_SYNTAX, why);
		return (EV_NONE);
	}
	s->follow_lost = 0;
	if (x->kind == JOB_IKE_REKEY)
		exch_ike_i_finish(s, arg->pkt);
	else
		exch_child_i_finish(s, x);
	return (EV_NONE);
}

/* ---- responder ---- */

static void
half_late(struct ike *ike, void *arg)
{
	struct session	*s = arg;

	(void)ike;
	session_log(s, 0, LS_IKE, LOG_L_INFO, "the peer does not go on with "
	    "its additional key exchanges");
	exch_follow_r_forget(s);
	job_run(s);
}

void
exch_follow_r_forget(struct session *s)
{
	if (s->half == NULL)
		return;
	timer_clear(s->ike, &s->halftimer);
	exch_child_r_forget(s, s->half);
	exch_free(s->ike, &s->half);
}

void
exch_follow_r_begin(struct session *s, struct exch *x)
{
	x->followup = 1;
	x->link_len = LINK_LEN;
	ike_random(s->ike, x->sa->link, x->link_len);
}

void
exch_follow_r_keep(struct session *s)
{
	exch_follow_r_forget(s);
	s->half = s->peer;
	s->peer = NULL;
	timer_init(&s->halftimer, half_late, s);
	timer_set(s->ike, &s->halftimer, HALF_MS);
}

int
exch_follow_r_answer(struct session *s, struct exch *x,
    const struct session *heir)
{
	struct out	 o;

	window_answer(s, &o);
	add_ke(s, x, &o);
	exch_follow_add_link(x, &o.m);
	if (heir != NULL)
		crash_add(heir, &o.m);
	return (window_respond(s, &o));
}

/* What the link stands for is taken on again; NULL: nothing does. */
static struct exch *
find_half(struct session *s, const struct packet *pkt)
{
	struct pld_notify	 n;

	if (s->half == NULL || s->peer != NULL || s->state != SA_UP ||
	    !packet_notify(pkt, N_ADDITIONAL_KE, &n) ||
	    n.data.len != s->half->link_len ||
	    memcmp(n.data.p, s->half->sa->link, n.data.len) != 0)
		return (NULL);
	timer_clear(s->ike, &s->halftimer);
	s->peer = s->half;
	s->half = NULL;
	return (s->peer);
}

static void
r_refuse(struct session *s, struct exch *x, unsigned int type,
    const char *why)
{
	session_log(s, 0, LS_IKE, LOG_L_NOTICE, "IKE_FOLLOWUP_KE refused: %s",
	    why);
	exch_answer_notify(s, type, NULL, 0);
	exch_child_r_forget(s, x);
	exch_free(s->ike, &s->peer);
}

/* By what may pass; what has waited for the series goes on. */
static enum sa_event
r_fail(struct session *s, struct exch *x, const char *why)
{
	r_refuse(s, x, N_TEMPORARY_FAILURE, why);
	job_run(s);
	return (EV_NONE);
}

enum sa_event
exch_follow_r_request(struct session *s, struct event_arg *arg)
{
	struct exch	*x = find_half(s, arg->pkt);
	const char	*why;

	if (x == NULL) {
		exch_answer_notify(s, N_STATE_NOT_FOUND, NULL, 0);
		return (EV_NONE);
	}
	if (exch_dh_start(s, x, exch_follow_method(x)) == -1)
		return (r_fail(s, x, "an additional key exchange cannot be "
		    "done"));
	if ((why = take_ke(s, x, arg->pkt)) != NULL) {
		r_refuse(s, x, N_INVALID_SYNTAX, why);
		return (exch_child_r_fatal(arg, why));
	}
	if (exch_follow_method(x) != KE_NONE) {
		exch_follow_r_begin(s, x);
		if (exch_follow_r_answer(s, x, NULL) == -1)
			return (r_fail(s, x, "our answer cannot be made"));
		exch_follow_r_keep(s);
		return (EV_NONE);
	}
	x->link_len = 0;
	if (x->kind == JOB_IKE_REKEY)
		exch_ike_r_finish(s);
	else
		exch_child_r_finish(s);
	return (EV_NONE);
}
