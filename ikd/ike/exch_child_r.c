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
 * CREATE_CHILD_SA for a Child SA, as responder (RFC 7296 sections 1.3.1,
 * 1.3.3, 2.8, 2.8.1, 2.9, 2.25.1).
 */
#include <string.h>

#include "dh.h"
#include "exch_create.h"
#include "life.h"
#include "log.h"
#include "pipes.h"
#include "pld_ke.h"
#include "reason.h"
#include "session.h"

#define UNMADE	"our answer cannot be made"
#define SIDE_BY_SIDE	2	/* pairs of a child, of the same selectors */

/* The request, read. */
struct create {
	const struct packet	*pkt;
	struct sa_payload	 sa;
	struct slice		 nonce;
	struct pld_ke		 ke;
	int			 have_ke;
	struct ts_pair		 ts;
	struct child		*old;
};

void
exch_answer_notify(struct session *s, unsigned int type, const void *data,
    size_t len)
{
	struct out	 o;

	window_answer(s, &o);
	msg_add_notify(&o.m, type, data, len);
	(void)window_respond(s, &o);
}

enum sa_event
exch_child_r_refuse(struct session *s, struct event_arg *arg)
{
	(void)arg;
	exch_answer_notify(s, N_TEMPORARY_FAILURE, NULL, 0);
	return (EV_NONE);
}

enum sa_event
exch_child_r_fatal(struct event_arg *arg, const char *why)
{
	arg->code = RSN_INVALID_SYNTAX;
	arg->text = why;
	return (EV_END);
}

static const char *
read_request(struct create *q)
{
	const struct pld	*sa, *n, *ke;
	const char		*why;

	sa = packet_find(q->pkt, PLD_SA, NULL);
	n = packet_find(q->pkt, PLD_NONCE, NULL);
	ke = packet_find(q->pkt, PLD_KE, NULL);
	if (sa == NULL || n == NULL)
		return ("SA or nonce is missing");
	if ((why = pld_sa_parse(sa->p, sa->len, &q->sa)) != NULL ||
	    (why = pld_nonce_parse(n->p, n->len, &q->nonce)) != NULL)
		return (why);
	q->have_ke = ke != NULL;
	if (ke != NULL && (why = pld_ke_parse(ke->p, ke->len, &q->ke)) != NULL)
		return (why);
	return (exch_ts_parse(q->pkt, 0, &q->ts));
}

/*
 * The pair that is rekeyed; 0, or the notify to answer: one that does not
 * exist, or that we are about to close (RFC 7296 2.25.1).
 */
static unsigned int
find_old(struct session *s, struct create *q, struct pld_notify *n)
{
	if (!packet_notify(q->pkt, N_REKEY_SA, n) || n->spi.len != 4)
		return (0);
	q->old = child_by_spi_out(s, n->proto, get32(n->spi.p));
	/* Perhaps the one whose answer is still on its way to us. */
	if (q->old == NULL && s->own != NULL &&
	    (s->own->kind == JOB_CHILD_NEW || s->own->kind == JOB_CHILD_REKEY))
		return (N_TEMPORARY_FAILURE);
	if (q->old == NULL || q->old->state == CH_REPLACED)
		return (N_CHILD_SA_NOT_FOUND);
	if (q->old->state != CH_UP)
		return (N_TEMPORARY_FAILURE);
	/* RFC 9370 2.2.4: our own rekey of it has come that far. */
	if (s->own != NULL && s->own->followup &&
	    s->own->old_spi == q->old->spi_in)
		return (N_TEMPORARY_FAILURE);
	return (0);
}

/* Both ends rekey the same pair: noted for our own exchange (2.8.1). */
static void
note_collision(struct session *s, const struct exch *x,
    const struct child *old)
{
	const uint8_t	*min;
	struct exch	*own = s->own;

	if (own == NULL || own->kind != JOB_CHILD_REKEY || old == NULL ||
	    own->old_spi != old->spi_in)
		return;
	own->collided = 1;
	own->peer_spi = x->spi_in;
	min = exch_min_nonce(x, &own->peer_min_len);
	memcpy(own->sa->peer_min, min, own->peer_min_len);
}

void
exch_child_r_forget(struct session *s, const struct exch *x)
{
	if (s->own != NULL && s->own->collided &&
	    s->own->peer_spi == x->spi_in)
		s->own->collided = 0;
}

/* SA, Nr, [KEr,] TSi, TSr. */
static int
answer(struct session *s, struct exch *x)
{
	struct wt_proposal	 p;
	struct out		 o;
	const uint8_t		*pub;
	uint8_t			 spi[4];
	size_t			 len;

	window_answer(s, &o);
	prop_answer(&x->choice, &p);
	exch_child_add_mode(&o.m, x);
	put32(spi, x->spi_in);
	msg_add_sa_num(&o.m, x->choice.num, &p, spi, sizeof(spi));
	msg_add_nonce(&o.m, x->sa->nr, x->nr_len);
	if (x->choice.suite.ke != KE_NONE) {
		pub = s->ike->env->dh->public_value(x->dh, &len);
		msg_add_ke(&o.m, x->choice.suite.ke, pub, len);
	}
	tsp_add(&o.m, PLD_TSI, x->sa->ts.remote.ts, x->sa->ts.remote.n);
	tsp_add(&o.m, PLD_TSR, x->sa->ts.local.ts, x->sa->ts.local.n);
	if (x->ts_more)
		msg_add_notify(&o.m, N_ADDITIONAL_TS_POSSIBLE, NULL, 0);
	exch_follow_add_link(x, &o.m);
	return (window_respond(s, &o));
}

static void
installed(struct session *s, struct exch *x, struct child *c,
    unsigned int code, const char *text)
{
	struct child	*old;
	int		 made = code == RSN_OK;

	if (made && (x->followup ? exch_follow_r_answer(s, x, NULL) :
	    answer(s, x)) == 0) {
		old = child_by_spi(s->ike, x->old_spi);
		if (old != NULL && old->state == CH_UP) {
			/* The peer will delete it (RFC 7296 2.8). */
			old->state = CH_REPLACED;
			old->down_code = RSN_REPLACED;
			life_child_replaced(old, IKE_HEIR_MS);
			s->ike->stat[ST_CHILD_REKEYS]++;
		}
		child_up(c);
		if (c->lost)
			child_lost(c);
	} else {
		exch_child_r_forget(s, x);
		exch_answer_notify(s, exch_notify_of(code), NULL, 0);
		child_failed(s, x->child, 0, made ? RSN_UNSUPPORTED : code,
		    made ? UNMADE : text);
		if (made) {
			c->state = CH_UP;
			child_remove(c, RSN_UNSUPPORTED, UNMADE);
		} else
			child_free(c);
	}
	exch_free(s->ike, &s->peer);
	job_run(s);
}

static void
refuse(struct session *s, struct exch *x, unsigned int type, const char *why)
{
	exch_answer_notify(s, type, NULL, 0);
	child_failed(s, x->child, 0, exch_reason_of(type), why);
	exch_free(s->ike, &s->peer);
}

void
exch_child_r_finish(struct session *s)
{
	struct exch	*x = s->peer;
	unsigned int	 code = RSN_OK;

	if (exch_child_install(s, x, installed, &code) != NULL)
		return;
	exch_child_r_forget(s, x);
	refuse(s, x, exch_notify_of(code), reason_text(code));
	job_run(s);
}

/*
 * Another pair of a child that is up, and replaces none: there is to be room
 * in the grant for new keys of all.  RFC 9611: a peer that has a pair for each
 * of its resources is told so in its own terms.
 */
static unsigned int
too_many(const struct session *s, const struct create *q,
    const struct exch *x)
{
	struct pld_notify	 n;

	if (q->old != NULL || (child_count(s, x->child, &x->sa->ts) <
	    SIDE_BY_SIDE && child_count(s, x->child, NULL) < CHILD_PAIRS))
		return (0);
	return (packet_notify(q->pkt, N_SA_RESOURCE_INFO, &n) ?
	    N_TS_MAX_QUEUE : N_NO_ADDITIONAL_SAS);
}

/* Chooses, makes keys, installs; the answer goes when that is done. */
static enum sa_event
create(struct session *s, struct create *q, struct event_arg *arg)
{
	static const char impossible[] = "the public value is impossible";
	struct exch	*x;
	unsigned int	 type, code = RSN_OK;
	uint8_t		 group[2];
	char		 why[MSG_TEXT];

	x = s->peer = exch_new(s, q->old != NULL ? JOB_CHILD_REKEY :
	    JOB_CHILD_NEW, 0);
	x->ni_len = q->nonce.len;
	memcpy(x->ni, q->nonce.p, q->nonce.len);
	x->old_spi = q->old != NULL ? q->old->spi_in : 0;
	x->group = q->have_ke ? q->ke.group : 0;
	type = exch_child_choose(s, x, &q->sa, &q->ts, q->old, 0, why,
	    sizeof(why));
	if (type == 0 && (type = too_many(s, q, x)) != 0)
		strlcpy(why, "the peer has as many Child SAs of it as it may",
		    sizeof(why));
	if (type != 0) {
		refuse(s, x, type, why);
		return (EV_NONE);
	}
	if (x->choice.suite.ke != KE_NONE) {
		if (!q->have_ke || q->ke.group != x->choice.suite.ke) {
			/* RFC 7296 1.3: say which group we want. */
			s->ike->stat[ST_INVALID_KE]++;
			put16(group, x->choice.suite.ke);
			exch_answer_notify(s, N_INVALID_KE_PAYLOAD, group,
			    sizeof(group));
			exch_free(s->ike, &s->peer);
			return (EV_NONE);
		}
		if (exch_dh_start(s, x, q->ke.group) == -1) {
			refuse(s, x, N_TEMPORARY_FAILURE,
			    "our public value cannot be made");
			return (EV_NONE);
		}
		if (exch_dh_finish(s, x, q->ke.data.p,
		    q->ke.data.len) == -1) {
			refuse(s, x, N_INVALID_SYNTAX, impossible);
			return (exch_child_r_fatal(arg, impossible));
		}
	}
	if (exch_follow_method(x) != KE_NONE) {
		exch_follow_r_begin(s, x);
		if (answer(s, x) == -1) {
			refuse(s, x, N_TEMPORARY_FAILURE, UNMADE);
			return (EV_NONE);
		}
		exch_follow_r_keep(s);
		note_collision(s, x, q->old);
		return (EV_NONE);
	}
	if (exch_child_install(s, x, installed, &code) == NULL)
		refuse(s, x, exch_notify_of(code), reason_text(code));
	else
		note_collision(s, x, q->old);
	return (EV_NONE);
}

/* An offer for the IKE SA itself: no traffic selectors (RFC 7296 1.3.2). */
static int
rekeys_ike(const struct packet *pkt)
{
	const struct pld	*sa;
	struct sa_payload	 p;

	if (packet_find(pkt, PLD_TSI, NULL) != NULL)
		return (0);
	sa = packet_find(pkt, PLD_SA, NULL);
	return (sa != NULL && pld_sa_parse(sa->p, sa->len, &p) == NULL &&
	    p.n > 0 && p.prop[0].proto == PROTO_IKE);
}

enum sa_event
exch_child_r_request(struct session *s, struct event_arg *arg)
{
	struct create		 q;
	struct pld_notify	 n;
	struct out		 o;
	const char		*why;
	unsigned int		 type;

	exch_ike_proven(s);
	if (rekeys_ike(arg->pkt))
		return (exch_ike_r_request(s, arg));
	memset(&q, 0, sizeof(q));
	q.pkt = arg->pkt;
	if ((why = read_request(&q)) != NULL) {
		exch_answer_notify(s, N_INVALID_SYNTAX, NULL, 0);
		return (exch_child_r_fatal(arg, why));
	}
	/* RFC 7296 2.25.2; an heir that may yet lose takes no children. */
	if (!s->told || (s->own != NULL && s->own->kind == JOB_IKE_REKEY)) {
		exch_answer_notify(s, N_TEMPORARY_FAILURE, NULL, 0);
		return (EV_NONE);
	}
	if ((type = find_old(s, &q, &n)) == N_CHILD_SA_NOT_FOUND) {
		window_answer(s, &o);
		msg_add_notify_spi(&o.m, type, n.proto, get32(n.spi.p), NULL,
		    0);
		(void)window_respond(s, &o);
		return (EV_NONE);
	}
	if (type == 0 && q.old == NULL && exch_host_ask(s, &q.ts))
		exch_host_hold(s, arg->pkt);
	else if (type != 0)
		exch_answer_notify(s, type, NULL, 0);
	else
		return (create(s, &q, arg));
	return (EV_NONE);
}
