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
 * IKE_SA_INIT as responder (RFC 7296 sections 1.2, 2.6, 2.7, 2.23).
 * Nothing is kept of a request before the cookie, the limits, the policy
 * and the proposals have agreed to it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "dh.h"
#include "exch.h"
#include "exch_certs.h"
#include "exch_resume.h"
#include "halfopen.h"
#include "log.h"
#include "natt.h"
#include "pipes.h"
#include "pld_ke.h"
#include "reason.h"
#include "redirect.h"
#include "session.h"
#include "skf.h"


/* The request, read. */
struct init {
	const struct arrival	*from;
	struct packet		 pkt;
	struct slice		 nonce;
	struct pld_ke		 ke;
	struct sa_payload	 sa;
	struct prop_choice	 choice;
	uint64_t		 hash;
	int			 forced; /* encapsulation, by the policy */
	unsigned int		 fragments;	/* datagrams of them, or 0 */
	int			 childless;	/* by the policy, RFC 6023 */
	enum ppk_way		 ppk;		/* by the policy */
	int			 resumes;	/* IKE_SESSION_RESUME: */
	struct slice		 opaque;	/* the ticket */
	uint32_t		 accepts;	/* of all tunnels it may be */
};

void
exch_clear_begin(struct out *o, const struct ike_hdr *h)
{
	struct ike_hdr	 answer = *h;

	answer.flags = HDR_RESPONSE |
	    (h->flags & HDR_INITIATOR ? 0 : HDR_INITIATOR);
	msg_begin(&o->m, o->buf, sizeof(o->buf), &answer);
}

void
exch_clear_send(struct ike *ike, const struct arrival *from, struct out *o)
{
	long		 n = msg_finish(&o->m);

	if (n < 0)
		return;
	ike->stat[ST_PACKETS_OUT]++;
	ike->env->send(ike->env->ctx, &from->local, &from->remote,
	    from->natt, o->buf, (size_t)n);
}

void
exch_clear_notify(struct ike *ike, const struct arrival *from,
    const struct ike_hdr *h, unsigned int type, const void *data, size_t len)
{
	struct out	 o;

	exch_clear_begin(&o, h);
	msg_add_notify(&o.m, type, data, len);
	exch_clear_send(ike, from, &o);
}

static void
refuse(struct ike *ike, const struct init *in, unsigned int type,
    unsigned int code, const char *why)
{
	struct log_about about = { .peer = &in->from->remote.addr };
	char		 who[ADDR_TEXT];

	if (!ike_rate(ike))
		return;
	exch_clear_notify(ike, in->from, &in->pkt.hdr, type, NULL, 0);
	log_about(&about, LS_IKE, LOG_L_INFO, "refused %s: %s",
	    sock_print(&in->from->remote, who, sizeof(who)), why);
	if (code == RSN_NO_PROPOSAL)
		to_tmd_offered(ike, &in->from->remote, 0, 0, &in->sa);
	to_tmd_refused(ike, &in->from->local, &in->from->remote, code, why);
}

/* Ni and the ticket; NULL or what is wrong. */
static const char *
read_ticket(struct init *in)
{
	const struct pld	*p = packet_find(&in->pkt, PLD_NONCE, NULL);
	struct pld_notify	 n;

	if (p == NULL || !packet_notify(&in->pkt, N_TICKET_OPAQUE, &n))
		return ("nonce or ticket is missing");
	in->opaque = n.data;
	return (pld_nonce_parse(p->p, p->len, &in->nonce));
}

/* SA, KE and Ni; NULL or what is wrong. */
static const char *
read_payloads(struct init *in)
{
	const struct pld	*sa, *ke, *n;
	const char		*why;

	sa = packet_find(&in->pkt, PLD_SA, NULL);
	ke = packet_find(&in->pkt, PLD_KE, NULL);
	n = packet_find(&in->pkt, PLD_NONCE, NULL);
	if (sa == NULL || ke == NULL || n == NULL)
		return ("SA, KE or nonce is missing");
	if ((why = pld_sa_parse(sa->p, sa->len, &in->sa)) != NULL ||
	    (why = pld_ke_parse(ke->p, ke->len, &in->ke)) != NULL ||
	    (why = pld_nonce_parse(n->p, n->len, &in->nonce)) != NULL)
		return (why);
	return (NULL);
}

static struct cookie_peer
cookie_peer(const struct init *in)
{
	return ((struct cookie_peer){ .spi_i = in->pkt.hdr.spi_i,
	    .from = &in->from->remote, .nonce = in->nonce });
}

/* It has brought a cookie that we gave for this. */
static int
cookie_good(struct ike *ike, const struct init *in)
{
	struct cookie_peer	 who = cookie_peer(in);
	struct pld_notify	 n;

	return (packet_notify(&in->pkt, N_COOKIE, &n) &&
	    cookie_check(&ike->cookies, ike_seconds(ike), &who, n.data.p,
	    n.data.len));
}

/* RFC 7296 2.6: 1 when it may go on, 0 when it was told to come again. */
static int
cookie_ok(struct ike *ike, const struct init *in)
{
	const struct sn_ike	*p = &ike->policy->ike;
	struct cookie_peer	 who;
	uint8_t			 cookie[COOKIE_LEN];

	/* Without a ticket it would have to come again in any case. */
	if (p->cookies_at == 0 || (ike->tickets.n > 0 &&
	    (in->from->remote.tcp ||	/* RFC 9329 6.3: it is there */
	    halfopen_pressure(ike) < p->cookies_at)))
		return (1);
	if (cookie_good(ike, in)) {
		ike->stat[ST_COOKIES_GOOD]++;
		return (1);
	}
	halfopen_asked(ike);
	/* By TCP nothing is sent again, so the cookie goes at once. */
	if (!in->from->remote.tcp && crowd_first(ike, &in->from->remote.addr,
	    in->pkt.hdr.spi_i)) {
		ike->stat[ST_COOKIES_LATER]++;
		return (0);
	}
	who = cookie_peer(in);
	/* Not rate-limited: it is what an honest peer needs under a flood. */
	if (cookie_make(&ike->cookies, ike_seconds(ike), &who, cookie) == 0) {
		ike->stat[ST_COOKIES_SENT]++;
		exch_clear_notify(ike, in->from, &in->pkt.hdr, N_COOKIE,
		    cookie, sizeof(cookie));
	}
	return (0);
}

static int
limits_ok(struct ike *ike, const struct init *in)
{
	const struct sn_ike	*p = &ike->policy->ike;

	if (p->half_open != 0 && ike->half_open >= p->half_open) {
		ike->stat[ST_HALF_FULL]++;
		return (0);
	}
	if (p->per_source != 0 &&
	    halfopen_of(ike, &in->from->remote.addr) >= p->per_source) {
		ike->stat[ST_SOURCE_FULL]++;
		return (0);
	}
	return (1);
}

/*
 * The first tunnel for these addresses whose proposals agree, one that
 * agrees with the KE payload before one that costs another round.
 */
static int
choose(struct ike *ike, struct init *in)
{
	const struct kept_tunnel	*t[POLICY_MATCHES];
	struct prop_want		 want = { .proto = PROTO_IKE };
	struct prop_choice		 c;
	char				 why[IKE_WHY_MAX], best[IKE_WHY_MAX];
	struct pld_notify		 no;
	size_t				 i, n, tried = 0;
	int				 found = 0, ppk = 0;

	want.ke_hint = in->ke.group;
	want.no_more_ke = !packet_notify(&in->pkt, N_INTERMEDIATE_SUPPORTED,
	    &no);
	n = policy_match(ike->policy, &in->from->local.addr,
	    &in->from->remote.addr, t, POLICY_MATCHES);
	for (i = 0; i < n; i++)
		in->accepts |= t[i]->accepts;
	for (i = 0; i < n; i++) {
		if (t[i]->role == TR_INITIATOR)
			continue;
		ppk |= t[i]->ppk != PPK_NO;
		if (prop_choose(t[i]->proposals, t[i]->proposals_n, &in->sa,
		    &want, &c, why, sizeof(why)) == -1) {
			if (tried++ == 0)
				strlcpy(best, why, sizeof(best));
			continue;
		}
		tried++;
		if (!found || c.suite.ke == in->ke.group) {
			in->choice = c;
			in->forced = t[i]->encap_force;
			in->fragments = t[i]->fragment_size;
			in->childless = t[i]->childless;
		}
		found = 1;
		if (c.suite.ke == in->ke.group)
			break;
	}
	for (; i < n; i++)
		ppk |= t[i]->ppk != PPK_NO && t[i]->role != TR_INITIATOR;
	in->ppk = exch_ppk_choose(&in->pkt, ppk);
	if (found)
		return (0);
	if (tried == 0) {
		ike->stat[ST_NO_TUNNEL]++;
		snprintf(why, sizeof(why), "no tunnel has this remote address "
		    "and %s for local", addr_print(&in->from->local.addr, best,
		    sizeof(best)));
		refuse(ike, in, N_NO_PROPOSAL_CHOSEN, RSN_NO_TUNNEL, why);
	} else {
		ike->stat[ST_NO_PROPOSAL]++;
		refuse(ike, in, N_NO_PROPOSAL_CHOSEN, RSN_NO_PROPOSAL, best);
	}
	return (-1);
}

int
exch_init_r_notifies(const struct session *s, int childless,
    struct msg_build *m)
{
	uint8_t	 hash[NATT_HASH_LEN];

	if (natt_source(s->spi_i, s->spi_r, &s->local,
	    s->nat & NAT_FORCED, hash) == -1)
		return (-1);
	msg_add_notify(m, N_NAT_DETECTION_SOURCE_IP, hash, sizeof(hash));
	if (natt_hash(s->spi_i, s->spi_r, &s->remote, hash) == -1)
		return (-1);
	msg_add_notify(m, N_NAT_DETECTION_DESTINATION_IP, hash, sizeof(hash));
	if (s->frag_size != 0)
		msg_add_notify(m, N_FRAGMENTATION_SUPPORTED, NULL, 0);
	if (childless)	/* RFC 6023 section 3 */
		msg_add_notify(m, N_CHILDLESS_SUPPORTED, NULL, 0);
	return (0);
}

int
exch_init_r_respond(struct session *s, struct out *o)
{
	struct setup	*st = s->setup;
	struct kept	*k;

	if (window_respond(s, o) == -1)
		return (-1);
	k = window_kept(s, 0);
	st->msg_r = xcalloc(1, k->len);
	st->msg_r_len = k->len;
	memcpy(st->msg_r, k->msg, k->len);
	return (0);
}

/* Our answer: SAr1, KEr, Nr and the NAT detection payloads. */
static int
answer(struct session *s, const struct init *in)
{
	const struct dh_ops	*dh = s->ike->env->dh;
	struct setup		*st = s->setup;
	struct wt_proposal	 p;
	struct out		 o;
	const uint8_t		*pub;
	size_t			 len;

	window_working(s, &in->pkt, in->hash, in->from);
	window_answer(s, &o);
	prop_answer(&in->choice, &p);
	msg_add_sa_num(&o.m, in->choice.num, &p, NULL, 0);
	pub = dh->public_value(st->dh, &len);
	msg_add_ke(&o.m, st->group, pub, len);
	msg_add_nonce(&o.m, st->ticket.ticket, TICKET_LEN);
	if (exch_init_r_notifies(s, in->childless, &o.m) == -1)
		return (-1);
	/* RFC 9370 2.2.1: also when NONE is all that was chosen. */
	if (in->choice.types >> XF_KE1 != 0 || in->ppk == PPK_WAY_INTER)
		msg_add_notify(&o.m, N_INTERMEDIATE_SUPPORTED, NULL, 0);
	msg_add_notify(&o.m, N_FULL_TRANSCRIPT, NULL, 0);
	exch_ppk_agree(s, &o.m);
	msg_add_notify(&o.m, N_MULTIPLE_AUTH_SUPPORTED, NULL, 0);
	exch_add_hashes(&o.m);
	exch_add_methods(&o.m, in->accepts);
	exch_add_certreq(s->ike, 0, &o.m);
	return (exch_init_r_respond(s, &o));
}

/* g^ir and the keys; 0 or -1. */
static int
make_keys(struct session *s, const struct init *in)
{
	const struct dh_ops	*dh = s->ike->env->dh;
	struct setup		*st = s->setup;
	struct nonces		 n = { 0 };
	struct ike_keys		 k;
	uint8_t			 gir[IKE_KE_MAX];
	long			 len;
	int			 r = -1;

	st->dh = dh->respond(in->ke.group);
	if (st->dh == NULL)
		return (-1);
	len = dh->shared(st->dh, in->ke.data.p, in->ke.data.len, gir,
	    sizeof(gir));
	if (len > 0) {
		n.i = in->nonce;
		n.r.p = st->ticket.ticket;
		n.r.len = TICKET_LEN;
		r = keymat_ike(&s->suite, &n, (struct slice){ gir,
		    (size_t)len }, s->spi_i, s->spi_r, &k);
	}
	explicit_bzero(gir, sizeof(gir));
	if (r == 0)
		r = session_set_keys(s, &k);
	keymat_clear(&k);
	return (r);
}

/* What a session's first request is found by. */
static uint64_t
init_key(const struct init *in)
{
	return ((window_hash(in->pkt.hdr.spi_i, SPI_LEN) * 31 +
	    window_hash(in->nonce.p, in->nonce.len)) | 1);
}

static void
accept_request(struct ike *ike, const struct init *in,
    const struct mk_ticket *ticket, const uint8_t *buf, size_t len)
{
	struct session	*s;
	struct setup	*st;
	uint8_t		 spi[SPI_LEN];
	struct pld_notify no;
	int		 nat;

	session_new_spi(ike, spi);
	s = session_new(ike, 0, spi);
	memcpy(s->spi_i, in->pkt.hdr.spi_i, SPI_LEN);
	s->state = SA_R_INIT;
	s->local = in->from->local;
	s->remote = in->from->remote;
	s->natt = (uint8_t)in->from->natt;
	s->suite = in->choice.suite;
	session_set_exch(s, s->id);
	session_set_init(s, init_key(in), in->hash);
	halfopen_add(s);
	st = setup_new(s);
	st->ticket = *ticket;
	memcpy(s->ticket, ticket->ticket, TICKET_LEN);
	st->group = in->ke.group;
	st->nonce_peer_len = in->nonce.len;
	memcpy(st->nonce_peer, in->nonce.p, in->nonce.len);
	st->msg_i = xcalloc(1, len);
	st->msg_i_len = len;
	memcpy(st->msg_i, buf, len);
	st->hashes = exch_hashes(&in->pkt);
	st->ppk.way = (uint8_t)in->ppk;
	st->redirectable = redirect_understood(&in->pkt,
	    &st->away_addr);
	skf_agree(s, &in->pkt, in->fragments);
	nat = natt_detect(&in->pkt, &s->local, &s->remote);
	s->no_natd = nat == NATT_NONE;
	s->nat = (uint8_t)((nat == NATT_NONE ? 0 : nat) |
	    (in->forced ? NAT_FORCED : 0));
	s->full = (uint8_t)packet_notify(&in->pkt, N_FULL_TRANSCRIPT, &no);
	if (in->resumes) {
		exch_resume_r_begin(s, &in->pkt, in->hash, in->from,
		    in->opaque);
		return;
	}
	if (make_keys(s, in) == -1 || answer(s, in) == -1) {
		ike->stat[ST_MALFORMED]++;
		session_end(s, RSN_INVALID_KE, "key exchange failed");
		return;
	}
	/* The private value has done its work. */
	ike->env->dh->free(st->dh);
	st->dh = NULL;
	halfopen_hold(s);
}

/*
 * The same with a cookie that we gave, though without one it was taken, too:
 * the peer, asked for a cookie before, had no answer then.  What it signs
 * will be this one.
 */
static int
with_cookie(struct session *s, const struct init *in, const uint8_t *buf,
    size_t len)
{
	struct setup	*st = s->setup;
	struct kept	*k = window_kept(s, 0);
	struct slice	 was, now;
	uint8_t		 next[2];

	was = cookie_behind(st->msg_i, st->msg_i_len, &next[0]);
	now = cookie_behind(buf, len, &next[1]);
	if (next[0] != next[1] || was.len != now.len ||
	    memcmp(was.p, now.p, now.len) != 0 || k == NULL ||
	    sock_cmp(&s->remote, &in->from->remote) != 0 ||
	    !cookie_good(s->ike, in))
		return (0);
	free(st->msg_i);
	st->msg_i = xcalloc(1, len);
	st->msg_i_len = len;
	memcpy(st->msg_i, buf, len);
	k->hash = in->hash;
	window_answer_again(s, k, in->from);
	return (1);
}

/*
 * RFC 7296 2.1: the very same request again; it is found by its nonce.  One
 * that we have an IKE_AUTH for is not answered.
 */
static int
known(struct ike *ike, const struct init *in, const uint8_t *buf, size_t len)
{
	struct session	*s;
	uint64_t	 key = init_key(in);

	LIST_FOREACH(s, session_init_chain(ike, key), h_init) {
		if (s->init_key != key ||
		    memcmp(s->spi_i, in->pkt.hdr.spi_i, SPI_LEN) != 0)
			continue;
		if (s->init_hash == in->hash) {
			if (s->state == SA_R_INIT)
				window_judge(s, &in->pkt.hdr, buf, len,
				    in->from);
			return (1);
		}
		if (s->state == SA_R_INIT && with_cookie(s, in, buf, len)) {
			s->init_hash = in->hash;
			return (1);
		}
	}
	return (0);
}

/* 1 when there is a proposal for it, and its KE payload is of that. */
static int
agrees(struct ike *ike, struct init *in)
{
	uint8_t	 group[2];

	if (redirect_request(ike, in->from, &in->pkt, in->nonce) ||
	    choose(ike, in) == -1)
		return (0);
	if (in->choice.suite.ke == in->ke.group)
		return (1);
	/* RFC 7296 1.2: the group that we want instead. */
	ike->stat[ST_INVALID_KE]++;
	put16(group, in->choice.suite.ke);
	exch_clear_notify(ike, in->from, &in->pkt.hdr, N_INVALID_KE_PAYLOAD,
	    group, sizeof(group));
	return (0);
}

void
exch_init_r(struct ike *ike, const struct arrival *from, const uint8_t *buf,
    size_t len)
{
	struct init		 in;
	struct mk_ticket	 ticket;
	const char		*why;

	ike->stat[ST_INIT_IN]++;
	in.from = from;
	in.forced = in.fragments = in.childless = 0;
	in.ppk = PPK_WAY_NONE;		/* so it stays with a ticket */
	in.resumes = buf[18] == EXCH_SESSION_RESUME;
	in.accepts = 0;
	memset(&in.choice, 0, sizeof(in.choice));	/* nor has one these */
	memset(&in.ke, 0, sizeof(in.ke));
	in.hash = window_hash(buf, len);
	if (ike->stopping || len > MSG_SA_INIT ||
	    (why = packet_parse(buf, len, &in.pkt)) != NULL) {
		ike->stat[ST_MALFORMED]++;
		return;
	}
	if (in.pkt.unsupported != 0) {
		if (ike_rate(ike))
			exch_clear_notify(ike, from, &in.pkt.hdr,
			    N_UNSUPPORTED_CRITICAL_PAYLOAD,
			    &in.pkt.unsupported, 1);
		return;
	}
	why = in.resumes ? read_ticket(&in) : read_payloads(&in);
	if (why != NULL) {
		ike->stat[ST_MALFORMED]++;
		refuse(ike, &in, N_INVALID_SYNTAX, RSN_INVALID_SYNTAX, why);
		return;
	}
	if (known(ike, &in, buf, len) || !cookie_ok(ike, &in) ||
	    !limits_ok(ike, &in))
		return;
	if (!in.resumes && !agrees(ike, &in))
		return;
	if (tickets_take(ike, &ticket) == -1) {
		ike->stat[ST_NO_TICKET]++;
		return;		/* it will ask again */
	}
	accept_request(ike, &in, &ticket, buf, len);
	explicit_bzero(&ticket, sizeof(ticket));
}
