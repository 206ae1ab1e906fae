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
 * CREATE_CHILD_SA for a Child SA, as initiator (RFC 7296 sections 1.3.1,
 * 1.3.3, 2.8, 2.8.1, 2.25.1).
 */
#include <stdio.h>
#include <string.h>

#include "dh.h"
#include "exch_create.h"
#include "life.h"
#include "log.h"
#include "pipes.h"
#include "pld_ke.h"
#include "reason.h"
#include "session.h"

#define KE_TRIES	3	/* INVALID_KE_PAYLOAD in one exchange */
#define NEW_RETRY_MS	10000	/* TEMPORARY_FAILURE of a new child */

/* [N(REKEY_SA),] SA, Ni, [KEi,] TSi, TSr. */
static int
send_request(struct session *s, struct exch *x)
{
	struct out	 o;
	const uint8_t	*pub;
	uint8_t		 spi[4];
	size_t		 len;

	window_begin(s, &o, EXCH_CREATE_CHILD);
	if (x->kind == JOB_CHILD_REKEY)
		msg_add_notify_spi(&o.m, N_REKEY_SA, exch_old_proto(s, x),
		    x->old_spi, NULL, 0);
	exch_child_add_mode(&o.m, x);
	put32(spi, x->spi_in);
	msg_add_sa(&o.m, x->sa->offer, x->noffer, spi, sizeof(spi));
	msg_add_nonce(&o.m, x->ni, x->ni_len);
	if (x->group != 0) {
		pub = s->ike->env->dh->public_value(x->dh, &len);
		msg_add_ke(&o.m, x->group, pub, len);
	}
	tsp_add(&o.m, PLD_TSI, x->sa->ts.local.ts, x->sa->ts.local.n);
	tsp_add(&o.m, PLD_TSR, x->sa->ts.remote.ts, x->sa->ts.remote.n);
	return (window_request(s, &o));
}

/* The old pair, if there is one, is rekeyed later, perhaps. */
static int
cannot(struct session *s, const struct exch *x, struct child *old,
    unsigned int code, const char *why)
{
	child_failed(s, x->child, 1, code, why);
	if (old != NULL)
		life_child_retry(old);
	return (-1);
}

int
exch_child_i_start(struct session *s, struct exch *x)
{
	struct child	*old = NULL;
	const char	*why;
	unsigned int	 group, code;

	if (x->kind == JOB_CHILD_REKEY) {
		old = child_by_spi(s->ike, x->old_spi);
		if (old == NULL || old->s != s || !child_live(old))
			return (-1);
		/* The peer is at it, and its pair is being installed. */
		if ((s->peer != NULL && s->peer->old_spi == x->old_spi) ||
		    (s->half != NULL && s->half->old_spi == x->old_spi)) {
			life_child_retry(old);
			return (-1);
		}
	} else if (child_grant(s, x->child) == NULL) {
		child_failed(s, x->child, 1, RSN_GRANT, "no grant for it");
		return (-1);
	}
	code = exch_child_offer(s, x, old, 0, &why);
	if (code != 0)
		return (cannot(s, x, old, code, why));
	/* What the peer agreed to before saves a round (RFC 7296 1.3). */
	group = prop_first_ke(x->sa->offer, x->noffer);
	if (group != 0 && old != NULL && old->suite.ke != 0 &&
	    prop_has_ke(x->sa->offer, x->noffer, old->suite.ke))
		group = old->suite.ke;
	if (group != 0 && exch_dh_start(s, x, group) == -1)
		return (cannot(s, x, old, RSN_UNSUPPORTED,
		    "our public value cannot be made"));
	return (send_request(s, x) == -1 ? cannot(s, x, old,
	    RSN_UNSUPPORTED, "the request is too large") : 0);
}

/* The exchange is over; the next job may go. */
static void
done(struct session *s)
{
	exch_free(s->ike, &s->own);
	job_run(s);
}

/* The peer rekeyed the same pair meanwhile, and its pair stands. */
static struct child *
rival(const struct session *s, const struct exch *x)
{
	struct child	*c;

	if (!x->collided)
		return (NULL);
	c = child_by_spi(s->ike, x->peer_spi);
	return (c != NULL && c->state != CH_GONE ? c : NULL);
}

/* RFC 7296 2.8.1: did we bring the lowest of the four nonces? */
static int
we_lose(const struct session *s, const struct exch *x)
{
	const uint8_t	*min;
	size_t		 len;

	if (!x->collided)
		return (0);
	s->ike->stat[ST_COLLISIONS]++;
	min = exch_min_nonce(x, &len);
	return (exch_nonce_less(min, len, x->sa->peer_min, x->peer_min_len));
}

/* Our pair is redundant: its creator closes it. */
static void
drop_ours(struct session *s, struct exch *x)
{
	session_log(s, x->child, LS_CHILD, LOG_L_INFO, "both ends rekeyed; "
	    "the peer's pair stays");
	job_add(s, JOB_CHILD_DELETE, x->child, x->spi_in, RSN_REPLACED);
}

/*
 * Our pair replaces the old one, which we delete; the one that the peer
 * made at the same time is for the peer to delete.
 */
static void
replace_old(struct session *s, struct exch *x)
{
	struct child	*old = child_by_spi(s->ike, x->old_spi);
	struct child	*theirs = rival(s, x);

	if (theirs != NULL)
		child_lost(theirs);
	if (old == NULL || old->s != s)
		return;
	if (old->state == CH_UP || old->state == CH_REPLACED) {
		life_child_stop(old);
		job_add(s, JOB_CHILD_DELETE, old->child, old->spi_in,
		    RSN_REPLACED);
	}
}

/* Its Delete has overtaken the answer that tells of it. */
static int
stillborn(const struct exch *x)
{
	unsigned int	 i;

	for (i = 0; i < x->ndead; i++)
		if (x->dead[i] == get32(x->choice.spi))
			return (1);
	return (0);
}

/* So the old pair goes too, as it would have. */
static void
closed_again(struct session *s, struct exch *x)
{
	child_failed(s, x->child, 1, RSN_PEER_DELETED,
	    "the peer has closed it again");
	if (x->kind == JOB_CHILD_REKEY)
		replace_old(s, x);
	done(s);
}

static void
installed(struct session *s, struct exch *x, struct child *c,
    unsigned int code, const char *text)
{
	if (code != RSN_OK) {
		/* The peer has it: it goes again. */
		child_free(c);
		job_add(s, JOB_CHILD_DELETE, x->child, x->spi_in, code);
		child_failed(s, x->child, 1, code, text);
		if (x->kind == JOB_CHILD_REKEY &&
		    (c = child_by_spi(s->ike, x->old_spi)) != NULL)
			life_child_retry(c);
		done(s);
		return;
	}
	if (x->kind == JOB_CHILD_REKEY && we_lose(s, x)) {
		/* Something may have been sent on it, and answered. */
		c->state = CH_UP;
		to_parent_retire(c);
		drop_ours(s, x);
		done(s);
		return;
	}
	if (stillborn(x)) {
		c->state = CH_UP;
		child_remove(c, RSN_PEER_DELETED, "closed again");
		closed_again(s, x);
		return;
	}
	child_up(c);
	if (x->kind == JOB_CHILD_REKEY) {
		s->ike->stat[ST_CHILD_REKEYS]++;
		replace_old(s, x);
	}
	done(s);
}

/* RFC 7296 2.25: come again later, if there is still a reason to. */
static void
try_later(struct session *s, struct exch *x)
{
	struct child	*old;

	if (x->kind == JOB_CHILD_NEW) {
		job_later(s, JOB_CHILD_NEW, x->child, 0, 0, NEW_RETRY_MS);
		return;
	}
	old = child_by_spi(s->ike, x->old_spi);
	if (old != NULL)
		life_child_retry(old);
}

/* The peer does not know the pair: nor do we any more (2.25). */
static void
not_found(struct session *s, struct exch *x)
{
	struct child	*old;

	old = child_by_spi(s->ike, x->old_spi);
	if (old == NULL || x->kind != JOB_CHILD_REKEY || rival(s, x) != NULL)
		return;		/* replaced or deleted: all is well */
	child_remove(old, RSN_GONE, "the peer does not have this pair");
	if (child_newest(s, x->child) == NULL)
		job_add(s, JOB_CHILD_NEW, x->child, 0, 0);
}

/* 1: another group, and the request is out again. */
static int
other_group(struct session *s, struct exch *x, const struct pld_notify *n)
{
	unsigned int	 group = get16(n->data.p);

	if (group == x->group || x->ke_tries++ == KE_TRIES ||
	    !prop_has_ke(x->sa->offer, x->noffer, group) ||
	    exch_dh_start(s, x, group) == -1)
		return (0);
	return (send_request(s, x) == 0);
}

static void
refused(struct session *s, struct exch *x, const struct pld_notify *n)
{
	char	 text[IKE_WHY_MAX];

	session_debug(s, x->child, LS_CHILD, "the peer answers %s",
	    notify_name(n->type));
	switch (n->type) {
	case N_INVALID_KE_PAYLOAD:
		if (other_group(s, x, n))
			return;		/* the exchange goes on */
		break;
	case N_TEMPORARY_FAILURE:
		try_later(s, x);
		done(s);
		return;
	case N_CHILD_SA_NOT_FOUND:
		not_found(s, x);
		done(s);
		return;
	}
	if (exch_child_single(s, x, n->type)) {
		done(s);
		return;
	}
	if (rival(s, x) == NULL) {
		exch_child_refused(x, n->type, text, sizeof(text));
		child_failed(s, x->child, 1, exch_reason_of(n->type), text);
		/* The pair is good until its hard end; perhaps it relents. */
		if (x->kind == JOB_CHILD_REKEY)
			try_later(s, x);
	}
	done(s);
}

/* SA, Nr, [KEr,] TSi, TSr; 0, or an enum reason with why. */
static unsigned int
read_answer(struct session *s, struct exch *x, const struct packet *pkt,
    char *why, size_t size)
{
	const struct pld	*psa, *pn, *pke;
	struct sa_payload	 sa;
	struct ts_pair		 ts;
	struct pld_notify	 n;
	struct pld_ke		 ke;
	struct slice		 nonce;
	const char		*err;
	unsigned int		 code;

	psa = packet_find(pkt, PLD_SA, NULL);
	pn = packet_find(pkt, PLD_NONCE, NULL);
	pke = packet_find(pkt, PLD_KE, NULL);
	err = "SA or nonce is missing";
	if (psa == NULL || pn == NULL ||
	    (err = pld_sa_parse(psa->p, psa->len, &sa)) != NULL ||
	    (err = pld_nonce_parse(pn->p, pn->len, &nonce)) != NULL ||
	    (err = exch_ts_parse(pkt, 1, &ts)) != NULL) {
		strlcpy(why, err, size);
		return (RSN_INVALID_SYNTAX);
	}
	code = exch_child_accept(s, x, &sa, &ts, 0, why, size);
	if (code != 0)
		return (code);
	x->ts_more = packet_notify(pkt, N_ADDITIONAL_TS_POSSIBLE, &n);
	exch_child_more(s, x);
	x->nr_len = nonce.len;
	memcpy(x->sa->nr, nonce.p, nonce.len);
	if (x->choice.suite.ke == KE_NONE)
		return (RSN_OK);
	strlcpy(why, "the KE payload does not fit", size);
	if (pke == NULL || pld_ke_parse(pke->p, pke->len, &ke) != NULL ||
	    ke.group != x->group || x->choice.suite.ke != x->group ||
	    exch_dh_finish(s, x, ke.data.p, ke.data.len) == -1)
		return (RSN_INVALID_KE);
	return (RSN_OK);
}

void
exch_child_i_failed(struct session *s, struct exch *x, unsigned int code,
    const char *why)
{
	child_failed(s, x->child, 1, code, why);
	try_later(s, x);
	done(s);
}

void
exch_child_i_finish(struct session *s, struct exch *x)
{
	unsigned int	 code;

	if (stillborn(x)) {
		closed_again(s, x);
		return;
	}
	if (exch_child_install(s, x, installed, &code) != NULL)
		return;
	/* The peer believes that the pair stands. */
	job_add(s, JOB_CHILD_DELETE, x->child, x->spi_in, code);
	child_failed(s, x->child, 1, code, "");
	if (x->kind == JOB_CHILD_REKEY)
		try_later(s, x);
	done(s);
}

/*
 * Additional key exchanges, unless the peer's rekey of the same pair is the
 * one that stays: then ours has made nothing yet that would have to go (RFC
 * 9370 section 2.2.4).
 */
static void
follow(struct session *s, struct exch *x, const struct packet *pkt)
{
	const char	*why;

	if (x->kind == JOB_CHILD_REKEY && we_lose(s, x)) {
		try_later(s, x);
		done(s);
		return;
	}
	if (s->half != NULL && x->collided)
		exch_follow_r_forget(s);
	if ((why = exch_follow_i_next(s, x, pkt)) != NULL)
		exch_child_i_failed(s, x, RSN_INVALID_SYNTAX, why);
}

static void
child_response(struct session *s, struct exch *x, const struct packet *pkt)
{
	struct pld_notify	 n;
	unsigned int		 code;
	char			 why[MSG_TEXT] = "";

	if (packet_find(pkt, PLD_SA, NULL) == NULL &&
	    packet_error(pkt, &n)) {
		refused(s, x, &n);
		return;
	}
	code = read_answer(s, x, pkt, why, sizeof(why));
	if (code == RSN_OK && exch_follow_method(x) != KE_NONE) {
		follow(s, x, pkt);
		return;
	}
	if (code == RSN_OK && x->kind == JOB_CHILD_REKEY && we_lose(s, x)) {
		drop_ours(s, x);
		done(s);
		return;
	}
	if (code == RSN_OK && stillborn(x)) {
		closed_again(s, x);
		return;
	}
	if (code == RSN_OK &&
	    exch_child_install(s, x, installed, &code) != NULL)
		return;
	/* The peer believes that the pair stands. */
	job_add(s, JOB_CHILD_DELETE, x->child, x->spi_in, code);
	child_failed(s, x->child, 1, code, why);
	if (x->kind == JOB_CHILD_REKEY)
		try_later(s, x);
	done(s);
}

enum sa_event
exch_child_i_response(struct session *s, struct event_arg *arg)
{
	window_answered(s);
	if (s->own == NULL)
		return (EV_NONE);
	if (s->own->kind == JOB_IKE_REKEY)
		exch_ike_i_response(s, arg->pkt);
	else if (s->own->kind == JOB_CHILD_NEW ||
	    s->own->kind == JOB_CHILD_REKEY)
		child_response(s, s->own, arg->pkt);
	return (EV_NONE);
}
