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
 * IKE_SA_INIT as initiator (RFC 7296 sections 1.2, 2.6, 2.7, 2.21.1, 2.23).
 * Nothing in an answer is authentic yet: a cookie and another group are
 * followed a bounded number of times, an error is remembered and shown but
 * never ends the attempt, a broken answer is as good as none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "dh.h"
#include "exch_auth.h"
#include "exch_certs.h"
#include "exch_create.h"
#include "exch_inter.h"
#include "exch_resume.h"
#include "exch_rival.h"
#include "exch_rounds.h"
#include "log.h"
#include "natt.h"
#include "pipes.h"
#include "pld_ke.h"
#include "reason.h"
#include "redirect.h"
#include "session.h"
#include "skf.h"

#define TICKET_WAIT_MS	100
#define TICKET_TRIES	100
#define PORT_IKE	500
#define PORT_NATT	4500
#define SOURCES_MAX	16	/* NAT_DETECTION_SOURCE_IPs in a request */

/*
 * This host's addresses of the peer's family: any of them may be the one the
 * route gives us.  Too many are none.
 */
static size_t
own_addrs(const struct session *s, const struct wt_addr *out[SOURCES_MAX])
{
	const struct ike	*ike = s->ike;
	size_t			 i, n = 0;

	for (i = 0; i < ike->naddr && !ike->addrs_more; i++) {
		if (ike->addr[i].addr.af != s->remote.addr.af)
			continue;
		if (n == SOURCES_MAX)
			return (0);
		if (out != NULL)
			out[n] = &ike->addr[i].addr;
		n++;
	}
	return (n);
}

static void
set_addresses(struct session *s, const struct mx_initiate *m,
    const struct kept_tunnel *t)
{
	const struct sn_ike	*p = &s->policy->ike;

	s->local = m->local;
	s->remote = m->remote;
	if (s->remote.port == 0)
		s->remote.port = t->remote_port != 0 ? t->remote_port :
		    PORT_IKE;
	/* Any other port than IKE's own has the marker (RFC 7296 2.23). */
	s->natt = s->remote.port != PORT_IKE &&
	    s->remote.port != p->port_ike;
	s->local.port = s->natt ? p->port_natt : p->port_ike;
	if (t->encap_force || (s->local.addr.af == 0 &&
	    own_addrs(s, NULL) == 0))
		s->nat = NAT_FORCED;
}

static struct session *
new_initiator(struct ike *ike, const struct mx_initiate *m)
{
	struct session	*s;
	uint8_t		 spi[SPI_LEN];

	session_new_spi(ike, spi);
	s = session_new(ike, 1, spi);
	s->tunnel = m->tunnel;
	s->order = m->order;
	s->client = 1;
	s->remote = m->remote;
	session_set_exch(s, s->id);
	setup_new(s)->ask = *m;
	return (s);
}

void
exch_initiate(struct ike *ike, const struct mx_initiate *m)
{
	const struct kept_tunnel	*t;
	struct event_arg		 arg = { 0 };
	struct session			*s = new_initiator(ike, m);

	t = session_tunnel(s);
	if (t == NULL || m->remote.addr.af == 0 || ike->stopping) {
		exch_auth_failed(s, t == NULL ? RSN_NO_TUNNEL : RSN_GONE,
		    t == NULL ? "this tunnel is not in ike's policy" :
		    "no peer address, or stopping");
		session_end(s, RSN_GONE, "cannot start");
		return;
	}
	set_addresses(s, m, t);
	if (!tcp_first(s))
		sa_event(s, EV_START, &arg);
}

/*
 * RFC 9329 5.1: "a new IKE_SA_INIT exchange MUST be initiated with the
 * Initiator's new SPI and with recalculated content".
 */
void
exch_init_i_by_tcp(struct session *old, const struct wt_sock *local,
    const struct wt_sock *remote)
{
	struct session		*s = new_initiator(old->ike,
				    &old->setup->ask);
	struct event_arg	 arg = { 0 };

	s->local = *local;
	s->remote = *remote;
	s->natt = 1;
	s->nat = old->nat;
	tcp_hold(s);
	session_end(old, RSN_REPLACED, "it goes on by TCP");
	sa_event(s, EV_START, &arg);
}

/* Waits for a ticket; EV_READY once there is one. */
enum sa_event
exch_init_i_start(struct session *s, struct event_arg *arg)
{
	struct setup	*st = s->setup;

	if (tickets_take(s->ike, &st->ticket) == 0) {
		memcpy(s->ticket, st->ticket.ticket, TICKET_LEN);
		st->tries = 0;
		return (st->ask.resume ? EV_RESUME : EV_READY);
	}
	if (st->tries++ == TICKET_TRIES) {
		s->ike->stat[ST_NO_TICKET]++;
		arg->code = RSN_TICKET;
		arg->text = "certd-sign gave no ticket";
		return (EV_REFUSED);
	}
	timer_set(s->ike, &s->wait, TICKET_WAIT_MS);
	return (EV_NONE);
}

/*
 * NAT_DETECTION_SOURCE_IP: of our address; where the route chooses it, of
 * each that it may be (RFC 7296 section 2.23).
 */
static int
add_sources(struct session *s, struct msg_build *m)
{
	static const uint8_t	 zero[SPI_LEN];
	const struct wt_addr	*addr[SOURCES_MAX];
	struct wt_sock		 from = s->local;
	uint8_t			 hash[NATT_HASH_LEN];
	size_t			 i, n = 0;

	if (s->local.addr.af == 0)
		n = own_addrs(s, addr);
	for (i = 0; i == 0 || i < n; i++) {
		if (n > 0)
			from.addr = *addr[i];
		if (natt_source(s->spi_i, zero, &from, s->nat & NAT_FORCED,
		    hash) == -1)
			return (-1);
		msg_add_notify(m, N_NAT_DETECTION_SOURCE_IP, hash,
		    sizeof(hash));
	}
	return (0);
}

int
exch_init_i_notifies(struct session *s, struct msg_build *m)
{
	static const uint8_t	 zero[SPI_LEN];
	uint8_t			 hash[NATT_HASH_LEN];

	if (add_sources(s, m) == -1 ||
	    natt_hash(s->spi_i, zero, &s->remote, hash) == -1)
		return (-1);
	msg_add_notify(m, N_NAT_DETECTION_DESTINATION_IP, hash, sizeof(hash));
	if (session_tunnel(s)->fragment_size != 0)
		msg_add_notify(m, N_FRAGMENTATION_SUPPORTED, NULL, 0);
	redirect_announce(s, m);
	return (0);
}

/* [N(COOKIE)], SAi1, KEi, Ni, N(NAT_DETECTION_*); 0 or -1. */
static int
build_request(struct session *s, struct out *o)
{
	const struct kept_tunnel	*t = session_tunnel(s);
	struct setup			*st = s->setup;
	const uint8_t			*pub;
	size_t				 len;

	window_begin(s, o, EXCH_SA_INIT);
	if (st->cookie_len > 0)
		msg_add_notify(&o->m, N_COOKIE, st->cookie, st->cookie_len);
	msg_add_sa(&o->m, t->proposals, t->proposals_n, NULL, 0);
	pub = s->ike->env->dh->public_value(st->dh, &len);
	msg_add_ke(&o->m, st->group, pub, len);
	msg_add_nonce(&o->m, st->ticket.ticket, TICKET_LEN);
	if (exch_init_i_notifies(s, &o->m) == -1)
		return (-1);
	if (t->ppk != PPK_NO || prop_has_more_ke(t->proposals, t->proposals_n))
		msg_add_notify(&o->m, N_INTERMEDIATE_SUPPORTED, NULL, 0);
	msg_add_notify(&o->m, N_FULL_TRANSCRIPT, NULL, 0);
	exch_ppk_announce(s, &o->m);
	exch_add_hashes(&o->m);
	return (0);
}

static int
new_group(struct session *s, unsigned int group)
{
	const struct dh_ops	*dh = s->ike->env->dh;
	struct setup		*st = s->setup;

	dh->free(st->dh);
	st->dh = dh->generate(group);
	st->group = (uint16_t)group;
	return (st->dh == NULL ? -1 : 0);
}

enum sa_event
exch_init_i_send(struct session *s, struct event_arg *arg)
{
	const struct kept_tunnel	*t = session_tunnel(s);
	unsigned int			 group;
	struct out			 o;

	timer_clear(s->ike, &s->wait);
	group = prop_first_ke(t->proposals, t->proposals_n);
	s->setup->t0 = ike_now(s->ike);
	if (new_group(s, group) == -1 || build_request(s, &o) == -1 ||
	    window_request_clear(s, &o) == -1) {
		arg->code = RSN_UNSUPPORTED;
		arg->text = "the policy's key exchange cannot be done";
		return (EV_REFUSED);
	}
	to_tmd_step(s, s->order, "IKE_SA_INIT", "sent", "%s", "");
	return (EV_NONE);
}

/* With another KE payload, beside those that may be answered yet. */
static void
ask_otherwise(struct session *s, unsigned int group)
{
	struct out	 o;

	asked_aside(s);
	if (new_group(s, group) == -1 || build_request(s, &o) == -1 ||
	    window_request_beside(s, &o) == -1)
		asked_back(s);
}

/* RFC 7296 2.6 and 1.2: the same again with the cookie, or other KE. */
static int
follow(struct session *s, const struct packet *pkt)
{
	const struct kept_tunnel	*t = session_tunnel(s);
	struct pld_notify		 n;
	unsigned int			 group;

	if (exch_init_i_cookie(s, pkt))
		return (1);
	if (packet_notify(pkt, N_INVALID_KE_PAYLOAD, &n)) {
		group = get16(n.data.p);
		if (!asked_has(s, group) &&
		    prop_has_ke(t->proposals, t->proposals_n, group))
			ask_otherwise(s, group);
		return (1);
	}
	return (0);
}

/* A notify that nobody vouches for (2.21.1). */
static void
remember(struct session *s, const struct packet *pkt)
{
	struct pld_notify	 n;

	s->ike->stat[ST_UNAUTH_NOTIFY]++;
	if (!packet_error(pkt, &n) || s->setup->error == n.type)
		return;
	s->setup->error = n.type;
	session_log(s, 0, LS_IKE, LOG_L_INFO, "the peer answers %s, "
	    "unprotected; going on", notify_name(n.type));
	to_tmd_step(s, s->order, "IKE_SA_INIT", "answered with an error",
	    "%s, unprotected: still trying", notify_name(n.type));
}

/*
 * RFC 8784 section 6: anybody may have sent this; one that agrees to a PPK
 * may still come.
 */
static void
without_ppk(struct session *s)
{
	s->ike->stat[ST_UNAUTH_NOTIFY]++;
	if (s->setup->ppk.missed)
		return;
	s->setup->ppk.missed = 1;
	session_log(s, 0, LS_IKE, LOG_L_INFO, "the peer answers without "
	    "USE_PPK, unprotected; going on");
	to_tmd_step(s, s->order, "IKE_SA_INIT", "answered without USE_PPK",
	    "%s", "unprotected: still trying");
}

/* Reads SAr1, KEr, Nr and makes the keys; NULL or what is wrong. */
static const char *
read_answer(struct session *s, const struct packet *pkt)
{
	const struct kept_tunnel	*t = session_tunnel(s);
	const struct dh_ops		*dh = s->ike->env->dh;
	struct prop_want		 want = { .proto = PROTO_IKE };
	struct setup			*st = s->setup;
	const struct pld		*p[3];
	struct prop_choice		 choice;
	struct sa_payload		 sa;
	struct pld_notify		 no;
	struct pld_ke			 ke;
	struct nonces			 n = { 0 };
	static char			 why[IKE_WHY_MAX];
	const char			*err;
	uint8_t				 gir[IKE_KE_MAX];
	struct ike_keys			 k;
	long				 len;
	int				 r;

	p[0] = packet_find(pkt, PLD_SA, NULL);
	p[1] = packet_find(pkt, PLD_KE, NULL);
	p[2] = packet_find(pkt, PLD_NONCE, NULL);
	if (p[0] == NULL || p[1] == NULL || p[2] == NULL ||
	    pkt->raw_len > MSG_SA_INIT || spi_is_zero(pkt->hdr.spi_r) ||
	    pkt->unsupported != 0)
		return ("something is missing");
	if ((err = pld_sa_parse(p[0]->p, p[0]->len, &sa)) != NULL ||
	    (err = pld_ke_parse(p[1]->p, p[1]->len, &ke)) != NULL ||
	    (err = pld_nonce_parse(p[2]->p, p[2]->len, &n.r)) != NULL)
		return (err);
	want.no_more_ke = !packet_notify(pkt, N_INTERMEDIATE_SUPPORTED, &no);
	if (prop_check(t->proposals, t->proposals_n, &sa, &want, &choice,
	    why, sizeof(why)) == -1)
		return (why);
	if (choice.suite.ke != ke.group || !asked_take(s, ke.group))
		return ("another group than that of our KE payload");
	len = dh->shared(st->dh, ke.data.p, ke.data.len, gir, sizeof(gir));
	if (len < 0)
		return ("the public value is impossible");
	st->hashes = exch_hashes(pkt);
	exch_rounds_said(st, pkt, 1);
	exch_methods(st, pkt);
	st->wants_ocsp = exch_wants_ocsp(pkt);
	exch_certs_asked(st, pkt);
	st->childless = t->childless &&
	    packet_notify(pkt, N_CHILDLESS_SUPPORTED, &no);
	s->full = (uint8_t)packet_notify(pkt, N_FULL_TRANSCRIPT, &no);
	skf_agree(s, pkt, t->fragment_size);
	n.i.p = st->ticket.ticket;
	n.i.len = TICKET_LEN;
	r = keymat_ike(&choice.suite, &n, (struct slice){ gir, (size_t)len },
	    s->spi_i, pkt->hdr.spi_r, &k);
	explicit_bzero(gir, sizeof(gir));
	s->suite = choice.suite;
	if (r == 0)
		r = session_set_keys(s, &k);
	keymat_clear(&k);
	if (r == -1)
		return ("keys cannot be made");
	/* The private values have done their work. */
	dh->free(st->dh);
	st->dh = NULL;
	asked_free(s);
	memcpy(s->spi_r, pkt->hdr.spi_r, SPI_LEN);
	st->nonce_peer_len = n.r.len;
	memcpy(st->nonce_peer, n.r.p, n.r.len);
	return (NULL);
}

/*
 * RFC 7296 2.23: from here on port 4500, behind NAT or when forced; with
 * MOBIKE even without NAT, where there may be one later (RFC 4555 3.3).
 */
static void
float_ports(struct session *s)
{
	const struct kept_tunnel	*t = session_tunnel(s);
	const struct sn_ike	*p = &s->policy->ike;

	if (s->natt || (!session_encap(s) && (s->no_natd || t == NULL ||
	    !t->mobike)))
		return;
	s->natt = 1;
	s->local.port = p->port_natt;
	s->remote.port = s->remote.port == PORT_IKE ? PORT_NATT :
	    p->port_natt;
}

static const char *
nat_text(unsigned int nat)
{
	switch (nat & (NAT_US | NAT_PEER)) {
	case 0:
		return (nat & NAT_ASKED ? nat & NAT_FORCED ?
		    "no NAT, both force UDP" :
		    "no NAT, the peer forces UDP" :
		    nat & NAT_FORCED ? "no NAT, UDP forced" :
		    "no NAT");
	case NAT_US:
		return ("we are behind NAT");
	case NAT_PEER:
		return ("the peer is behind NAT, or forces UDP");
	default:
		return ("we are behind NAT, so is the peer or it forces UDP");
	}
}

void
exch_init_i_accept(struct session *s, const struct packet *pkt)
{
	struct setup	*st = s->setup;
	int		 nat;

	timer_clear(s->ike, &s->wait);
	nat = natt_detect(pkt, &s->local, &s->remote);
	s->no_natd = nat == NATT_NONE;
	if (nat != NATT_NONE)
		s->nat |= (uint8_t)nat;
	st->msg_i_len = window_work(s)->req_len;
	st->msg_i = xcalloc(1, st->msg_i_len);
	memcpy(st->msg_i, window_work(s)->req, st->msg_i_len);
	st->msg_r = xcalloc(1, pkt->raw_len);
	st->msg_r_len = pkt->raw_len;
	memcpy(st->msg_r, pkt->raw, pkt->raw_len);
	window_answered(s);
	float_ports(s);
}

enum sa_event
exch_init_i_response(struct session *s, struct event_arg *arg)
{
	const struct packet	*pkt = arg->pkt;
	const char		*why;
	char			 suite[160], how[64];

	if (s->setup->resumed)
		return (exch_resume_i_response(s, arg));
	if (packet_find(pkt, PLD_SA, NULL) == NULL) {
		if (redirect_at_init(s, pkt)) {
			arg->code = RSN_REDIRECT;
			return (EV_END);
		}
		if (follow(s, pkt))
			return (EV_NONE);
		remember(s, pkt);
		/* RFC 9329 6.4: nobody else can answer on this stream. */
		return (s->remote.tcp && s->setup->error != 0 ?
		    exch_init_i_give_up(s, arg) : EV_NONE);
	}
	if (!exch_ppk_agreed(s, pkt)) {
		without_ppk(s);
		return (EV_NONE);
	}
	if (exch_rival_hold(s, pkt))
		return (EV_NONE);
	if ((why = read_answer(s, pkt)) != NULL) {
		s->ike->stat[ST_MALFORMED]++;
		session_log(s, 0, LS_IKE, LOG_L_INFO, "unusable IKE_SA_INIT "
		    "answer: %s", why);
		return (EV_NONE);
	}
	exch_init_i_accept(s, pkt);
	snprintf(how, sizeof(how), "sent, answered in %llu ms",
	    (unsigned long long)(ike_now(s->ike) - s->setup->t0));
	to_tmd_step(s, s->order, "IKE_SA_INIT", how, "%s, %s",
	    prop_print_suite(&s->suite, suite, sizeof(suite)),
	    nat_text(s->nat));
	return (exch_inter_next(s));
}

/* Retransmission gave up, here or in the exchanges up to IKE_AUTH. */
enum sa_event
exch_init_i_give_up(struct session *s, struct event_arg *arg)
{
	static char	 text[240];

	if (s->state == SA_I_INIT && s->setup->resumed)
		return (exch_resume_i_full(s, arg, "not answered"));
	if (s->setup->denied != 0) {	/* which was said then */
		arg->code = s->setup->denied;
		return (EV_END);
	}
	s->ike->stat[ST_RESUME_FULL] += s->setup->resumed ? 1 : 0;
	arg->code = s->setup->resumed ? RSN_RESUME : RSN_TIMEOUT;
	if (s->state == SA_I_AUTH || s->state == SA_I_INTER)
		snprintf(text, sizeof(text), "the peer does not answer %s",
		    s->state == SA_I_AUTH ? "IKE_AUTH" :
		    "IKE_INTERMEDIATE");
	else if (s->setup->ppk.missed) {
		arg->code = RSN_PPK;
		snprintf(text, sizeof(text), "the peer does not offer to use "
		    "a post-quantum pre-shared key, which tunnel %s requires",
		    session_name(s));
	} else if (s->setup->error != 0) {
		arg->code = exch_reason_of(s->setup->error);
		snprintf(text, sizeof(text), "the peer answered %s in "
		    "IKE_SA_INIT (unprotected), and nothing else",
		    notify_name(s->setup->error));
	} else
		strlcpy(text, "the peer does not answer IKE_SA_INIT",
		    sizeof(text));
	if (exch_rival_doubtful(s))
		arg->code = RSN_COOKIE;
	arg->text = text;
	exch_auth_failed(s, arg->code, arg->text);
	return (EV_END);
}
