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
 * Rekeying the IKE SA as responder (RFC 7296 sections 1.3.2, 2.8.2, 2.18,
 * 2.25).
 */
#include <string.h>

#include "crash.h"
#include "dh.h"
#include "exch_create.h"
#include "life.h"
#include "log.h"
#include "pld_ke.h"
#include "reason.h"
#include "session.h"

/*
 * RFC 7296 2.25.1: not while we create, rekey or close a child; and an heir
 * that may yet lose to another has nothing to hand on.
 */
static int
busy(const struct session *s)
{
	const struct child	*c;

	if (!s->told || s->rival != 0 || job_is_held(s))
		return (1);
	if (s->own != NULL && (s->own->followup ||
	    s->own->kind == JOB_CHILD_NEW ||
	    s->own->kind == JOB_CHILD_REKEY ||
	    s->own->kind == JOB_CHILD_DELETE ||
	    s->own->kind == JOB_IKE_DELETE))
		return (1);
	TAILQ_FOREACH(c, &s->children, link)
		if (c->state == CH_INSTALLING)
			return (1);
	return (0);
}

/* With the PRF that is in use where that can be; see prop_keep_prf(). */
static int
choose(const struct session *s, struct exch *x, const struct sa_payload *sa,
    const struct prop_want *want, char *why, size_t size)
{
	const struct kept_tunnel	*t = session_tunnel(s);
	struct wt_proposal		 p[LINK_PROPOSALS];
	size_t				 n;

	if (t == NULL)
		return (-1);
	n = prop_keep_prf(t->proposals, t->proposals_n, s->suite.prf, p);
	if (prop_choose(p, n, sa, want, &x->choice, why, size) == 0)
		return (0);
	return (prop_choose(t->proposals, t->proposals_n, sa, want,
	    &x->choice, why, size));
}

/* SA, Ni, KEi: fills x; 0 or the notify to answer, with its data. */
static unsigned int
read_request(struct session *s, struct exch *x, const struct packet *pkt,
    uint8_t data[2], const char **why)
{
	struct prop_want	 want = { .proto = PROTO_IKE,
	    .spi_len = SPI_LEN };
	static char		 text[IKE_WHY_MAX];
	const struct pld	*psa, *pn, *pke;
	struct sa_payload	 sa;
	struct pld_notify	 no;
	struct slice		 nonce;
	struct pld_ke		 ke;

	psa = packet_find(pkt, PLD_SA, NULL);
	pn = packet_find(pkt, PLD_NONCE, NULL);
	pke = packet_find(pkt, PLD_KE, NULL);
	*why = "SA, KE or nonce is missing";
	if (psa == NULL || pn == NULL || pke == NULL ||
	    (*why = pld_sa_parse(psa->p, psa->len, &sa)) != NULL ||
	    (*why = pld_nonce_parse(pn->p, pn->len, &nonce)) != NULL ||
	    (*why = pld_ke_parse(pke->p, pke->len, &ke)) != NULL)
		return (N_INVALID_SYNTAX);
	want.ke_hint = ke.group;
	x->ticket_wanted = packet_notify(pkt, N_TICKET_REQUEST, &no);
	*why = text;
	if (choose(s, x, &sa, &want, text, sizeof(text)) == -1 ||
	    x->choice.suite.ke == KE_NONE || spi_is_zero(x->choice.spi))
		return (N_NO_PROPOSAL_CHOSEN);
	x->ni_len = nonce.len;
	memcpy(x->ni, nonce.p, nonce.len);
	if (ke.group != x->choice.suite.ke) {
		*why = "another group is wanted";
		put16(data, x->choice.suite.ke);
		return (N_INVALID_KE_PAYLOAD);
	}
	*why = "our public value cannot be made";
	if (exch_dh_start(s, x, ke.group) == -1)
		return (N_TEMPORARY_FAILURE);
	*why = "the public value is impossible";
	if (exch_dh_finish(s, x, ke.data.p, ke.data.len) == -1)
		return (N_INVALID_SYNTAX);
	return (0);
}

/* SA, Nr, KEr, N(QUICK_CRASH_DETECTION) of the heir. */
static int
answer(struct session *s, struct exch *x, const struct session *heir)
{
	struct wt_proposal	 p;
	struct out		 o;
	const uint8_t		*pub;
	size_t			 len;

	window_answer(s, &o);
	prop_answer(&x->choice, &p);
	msg_add_sa_num(&o.m, x->choice.num, &p, x->ike_spi, SPI_LEN);
	msg_add_nonce(&o.m, x->sa->nr, x->nr_len);
	pub = s->ike->env->dh->public_value(x->dh, &len);
	msg_add_ke(&o.m, x->group, pub, len);
	if (heir != NULL)
		crash_add(heir, &o.m);
	/* RFC 5723 4.1: it may ask again, on the new one. */
	if (x->ticket_wanted && !s->client && session_tunnel(s)->resumption)
		msg_add_notify(&o.m, N_TICKET_ACK, NULL, 0);
	exch_follow_add_link(x, &o.m);
	return (window_respond(s, &o));
}

/* We rekey it too: which heir stays is known when our answer comes. */
static void
note_collision(struct session *s, const struct exch *x,
    const struct session *heir)
{
	struct exch	*own = s->own;
	const uint8_t	*min;

	own->collided = 1;
	min = exch_min_nonce(x, &own->peer_min_len);
	memcpy(own->sa->peer_min, min, own->peer_min_len);
	s->rival = heir != NULL ? heir->id : 0;
}

/* The answer has gone, and so do children, or we wait for our own. */
static void
hand_on(struct session *s, struct exch *x, struct session *heir)
{
	if (s->own != NULL && s->own->kind == JOB_IKE_REKEY)
		note_collision(s, x, heir);
	else
		exch_ike_adopt(s, heir);
}

/* Our answer cannot be made: the peer is to come again. */
static void
unmade(struct session *s, struct session *heir)
{
	exch_answer_notify(s, N_TEMPORARY_FAILURE, NULL, 0);
	if (heir != NULL)
		session_end(heir, RSN_UNSUPPORTED, "our answer cannot be "
		    "made");
}

void
exch_ike_r_finish(struct session *s)
{
	struct exch	*x = s->peer;
	struct session	*heir = exch_ike_make(s, x, x->choice.spi);

	if (heir == NULL)
		exch_answer_notify(s, N_TEMPORARY_FAILURE, NULL, 0);
	else if (exch_follow_r_answer(s, x, heir) == -1)
		unmade(s, heir);
	else
		hand_on(s, x, heir);
	exch_free(s->ike, &s->peer);
	job_run(s);
}

/* 1: key exchanges are to follow, and have been answered for. */
static int
follows(struct session *s, struct exch *x)
{
	if (exch_follow_method(x) == KE_NONE)
		return (0);
	exch_follow_r_begin(s, x);
	if (answer(s, x, NULL) == -1) {
		unmade(s, NULL);
		exch_free(s->ike, &s->peer);
		job_run(s);
		return (1);
	}
	exch_follow_r_keep(s);
	if (s->own != NULL && s->own->kind == JOB_IKE_REKEY)
		note_collision(s, x, NULL);
	return (1);
}

enum sa_event
exch_ike_r_request(struct session *s, struct event_arg *arg)
{
	struct session	*heir;
	struct exch	*x;
	const char	*why;
	unsigned int	 type;
	uint8_t		 data[2];

	if (busy(s)) {
		exch_answer_notify(s, N_TEMPORARY_FAILURE, NULL, 0);
		return (EV_NONE);
	}
	x = s->peer = exch_new(s, JOB_IKE_REKEY, 0);
	session_new_spi(s->ike, x->ike_spi);
	type = read_request(s, x, arg->pkt, data, &why);
	if (type == 0 && follows(s, x))
		return (EV_NONE);
	heir = type == 0 ? exch_ike_make(s, x, x->choice.spi) : NULL;
	if (heir == NULL) {
		session_log(s, 0, LS_IKE, LOG_L_INFO, "rekeying refused: %s",
		    why);
		exch_answer_notify(s, type != 0 ? type : N_TEMPORARY_FAILURE,
		    data, type == N_INVALID_KE_PAYLOAD ? 2 : 0);
	} else if (answer(s, x, heir) == -1)
		unmade(s, heir);
	else
		hand_on(s, x, heir);
	exch_free(s->ike, &s->peer);
	if (type == N_INVALID_SYNTAX)
		return (exch_child_r_fatal(arg, why));
	job_run(s);
	return (EV_NONE);
}
