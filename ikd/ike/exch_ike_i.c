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
 * Rekeying the IKE SA as initiator (RFC 7296 sections 1.3.2, 2.8.2, 2.18,
 * 2.25.2).
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

#define KE_TRIES	3

/* SA, Ni, KEi. */
static int
send_request(struct session *s, struct exch *x)
{
	struct out	 o;
	const uint8_t	*pub;
	size_t		 len;

	window_begin(s, &o, EXCH_CREATE_CHILD);
	msg_add_sa(&o.m, x->sa->offer, x->noffer, x->ike_spi, SPI_LEN);
	msg_add_nonce(&o.m, x->ni, x->ni_len);
	pub = s->ike->env->dh->public_value(x->dh, &len);
	msg_add_ke(&o.m, x->group, pub, len);
	return (window_request(s, &o));
}

/* Not now: perhaps by the next policy. */
static int
cannot(struct session *s, const char *why)
{
	session_log(s, 0, LS_IKE, LOG_L_NOTICE, "IKE SA not rekeyed: %s", why);
	life_session_retry(s);
	return (-1);
}

int
exch_ike_i_start(struct session *s, struct exch *x)
{
	const struct kept_tunnel	*t = session_tunnel(s);
	unsigned int			 group;

	if (t == NULL || t->proposals_n == 0)
		return (-1);
	x->noffer = prop_keep_prf(t->proposals, t->proposals_n, s->suite.prf,
	    x->sa->offer);
	if (x->noffer == 0) {
		(void)cannot(s, "the policy has no proposal with its PRF any "
		    "more: another authentication is asked for");
		life_session_anew(s);
		return (-1);
	}
	session_new_spi(s->ike, x->ike_spi);
	/* The group that was agreed on before saves a round. */
	group = s->suite.ke;
	if (!prop_has_ke(x->sa->offer, x->noffer, group))
		group = prop_first_ke(x->sa->offer, x->noffer);
	if (exch_dh_start(s, x, group) == -1)
		return (cannot(s, "our public value cannot be made"));
	return (send_request(s, x) == -1 ? cannot(s, "the request is too "
	    "large") : 0);
}

static void
done(struct session *s)
{
	exch_free(s->ike, &s->own);
	job_run(s);
}

/* It did not work out; when the peer's own rekey did, that one counts. */
void
exch_ike_i_failed(struct session *s, const char *why)
{
	struct session	*rival = exch_ike_rival(s);

	if (rival != NULL) {
		exch_free(s->ike, &s->own);
		exch_ike_adopt(s, rival);
		return;
	}
	session_log(s, 0, LS_IKE, LOG_L_INFO, "IKE SA not rekeyed: %s", why);
	life_session_retry(s);
	done(s);
}

static void
refused(struct session *s, const struct pld_notify *n)
{
	struct exch	*x = s->own;
	unsigned int	 group;
	int		 anew;

	if (n->type == N_INVALID_KE_PAYLOAD) {
		group = get16(n->data.p);
		if (group != x->group && x->ke_tries++ < KE_TRIES &&
		    prop_has_ke(x->sa->offer, x->noffer, group) &&
		    exch_dh_start(s, x, group) == 0 &&
		    send_request(s, x) == 0)
			return;
	}
	anew = n->type == N_NO_PROPOSAL_CHOSEN && exch_ike_rival(s) == NULL;
	exch_ike_i_failed(s, notify_name(n->type));
	if (anew)
		life_session_anew(s);
}

/* SA, Nr, KEr; NULL or what is wrong. */
static const char *
read_answer(struct session *s, struct exch *x, const struct packet *pkt)
{
	struct prop_want	 want = { .proto = PROTO_IKE,
	    .spi_len = SPI_LEN };
	static char		 why[IKE_WHY_MAX];
	const struct pld	*psa, *pn, *pke;
	struct sa_payload	 sa;
	struct slice		 nonce;
	struct pld_ke		 ke;
	const char		*err;

	psa = packet_find(pkt, PLD_SA, NULL);
	pn = packet_find(pkt, PLD_NONCE, NULL);
	pke = packet_find(pkt, PLD_KE, NULL);
	if (psa == NULL || pn == NULL || pke == NULL)
		return ("SA, KE or nonce is missing");
	if ((err = pld_sa_parse(psa->p, psa->len, &sa)) != NULL ||
	    (err = pld_nonce_parse(pn->p, pn->len, &nonce)) != NULL ||
	    (err = pld_ke_parse(pke->p, pke->len, &ke)) != NULL)
		return (err);
	if (prop_check(x->sa->offer, x->noffer, &sa, &want, &x->choice, why,
	    sizeof(why)) == -1)
		return (why);
	if (spi_is_zero(x->choice.spi))
		return ("SPI is zero");
	x->nr_len = nonce.len;
	memcpy(x->sa->nr, nonce.p, nonce.len);
	if (ke.group != x->group || x->choice.suite.ke != x->group ||
	    exch_dh_finish(s, x, ke.data.p, ke.data.len) == -1)
		return ("the KE payload does not fit");
	return (NULL);
}

/*
 * Two heirs: the exchange with the lowest of the four nonces loses, and who
 * made its SA deletes it (RFC 7296 2.8.2).
 */
static void
settle(struct session *s, struct session *ours, struct session *rival)
{
	struct exch	*x = s->own;
	const uint8_t	*min;
	size_t		 len;

	s->ike->stat[ST_COLLISIONS]++;
	min = exch_min_nonce(x, &len);
	if (exch_nonce_less(min, len, x->sa->peer_min, x->peer_min_len)) {
		exch_free(s->ike, &s->own);
		job_add(ours, JOB_IKE_DELETE, 0, 0, RSN_REPLACED);
		exch_ike_adopt(s, rival);
		return;
	}
	exch_free(s->ike, &s->own);
	exch_ike_adopt(s, ours);
	exch_ike_loses(rival);
	job_add(s, JOB_IKE_DELETE, 0, 0, RSN_REPLACED);
}

void
exch_ike_i_finish(struct session *s, const struct packet *last)
{
	struct exch	*x = s->own;
	struct session	*ours, *rival;

	ours = exch_ike_make(s, x, x->choice.spi);
	if (ours == NULL) {
		exch_ike_i_failed(s, "keys cannot be made");
		return;
	}
	crash_take(ours, last);
	rival = exch_ike_rival(s);
	if (rival != NULL) {
		settle(s, ours, rival);
		return;
	}
	exch_free(s->ike, &s->own);
	if (s->state != SA_UP) {
		/* It has its heir already, and the peer knows. */
		job_add(ours, JOB_IKE_DELETE, 0, 0, RSN_REPLACED);
		return;
	}
	exch_ike_adopt(s, ours);
	job_add(s, JOB_IKE_DELETE, 0, 0, RSN_REPLACED);
}

/*
 * Additional key exchanges, unless the peer's own rekey has the higher
 * nonces: then that one goes on, or has an heir already (RFC 9370 section
 * 2.2.4).
 */
static void
follow(struct session *s, struct exch *x, const struct packet *pkt)
{
	const uint8_t	*min;
	const char	*why;
	size_t		 len;

	if (x->collided) {
		s->ike->stat[ST_COLLISIONS]++;
		min = exch_min_nonce(x, &len);
		if (exch_nonce_less(min, len, x->sa->peer_min,
		    x->peer_min_len)) {
			exch_ike_i_failed(s, "both ends rekey; the peer's "
			    "stays");
			return;
		}
		exch_follow_r_forget(s);
	}
	if ((why = exch_follow_i_next(s, x, pkt)) != NULL)
		exch_ike_i_failed(s, why);
}

void
exch_ike_i_response(struct session *s, const struct packet *pkt)
{
	struct exch		*x = s->own;
	struct pld_notify	 n;
	const char		*why;

	if (packet_find(pkt, PLD_SA, NULL) == NULL && packet_error(pkt, &n)) {
		refused(s, &n);
		return;
	}
	if ((why = read_answer(s, x, pkt)) != NULL)
		exch_ike_i_failed(s, why);
	else if (exch_follow_method(x) != KE_NONE)
		follow(s, x, pkt);
	else
		exch_ike_i_finish(s, pkt);
}
