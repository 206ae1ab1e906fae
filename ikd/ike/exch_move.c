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
 * The messages of MOBIKE: what IKE_AUTH says of it, UPDATE_SA_ADDRESSES, the
 * list of addresses, the return routability check (RFC 4555 sections 3.2 to
 * 3.9).
 */
#include <string.h>

#include "addr.h"
#include "exch.h"
#include "life.h"
#include "log.h"
#include "mobike.h"
#include "natt.h"
#include "pipes.h"
#include "reason.h"
#include "session.h"

#define NAT_TRIES	5	/* an unexpected NAT: so often (3.9) */
#define NAT_WAIT_MS	1000

static void
add_list(struct msg_build *m, const struct mobike_list *l)
{
	size_t	 i;

	for (i = 0; i < l->n; i++)
		msg_add_notify(m, l->a[i].af == 4 ? N_ADDITIONAL_IP4_ADDRESS :
		    N_ADDITIONAL_IP6_ADDRESS, l->a[i].a, addr_len(&l->a[i]));
}

/* Our list, whole; and it counts as told. */
static void
add_ours(struct session *s, struct msg_build *m)
{
	struct mobike_list	 l;

	mobike_ours(s, &l);
	s->mob->told = window_hash((const uint8_t *)l.a,
	    l.n * sizeof(l.a[0]));
	if (l.n == 0)
		msg_add_notify(m, N_NO_ADDITIONAL_ADDRESSES, NULL, 0);
	add_list(m, &l);
}

/* NAT_DETECTION_*, as it goes from there to there. */
static void
add_natd(struct session *s, struct msg_build *m, const struct wt_sock *local,
    const struct wt_sock *remote)
{
	uint8_t	 hash[NATT_HASH_LEN];

	if (natt_source(s->spi_i, s->spi_r, local, s->nat & NAT_FORCED,
	    hash) == -1)
		return;
	msg_add_notify(m, N_NAT_DETECTION_SOURCE_IP, hash, sizeof(hash));
	if (natt_hash(s->spi_i, s->spi_r, remote, hash) == -1)
		return;
	msg_add_notify(m, N_NAT_DETECTION_DESTINATION_IP, hash, sizeof(hash));
}

/* RFC 4555 3.9: a peer that knows no NAT traversal wants no NAT. */
static void
add_no_nats(const struct session *s, struct msg_build *m)
{
	uint8_t	 b[2 * 16 + 4];
	size_t	 alen = addr_len(&s->local.addr);

	if (!s->no_natd || alen == 0 || s->remote.tcp)
		return;
	memcpy(b, s->local.addr.a, alen);
	memcpy(b + alen, s->remote.addr.a, alen);
	put16(b + 2 * alen, s->local.port);
	put16(b + 2 * alen + 2, s->remote.port);
	msg_add_notify(m, N_NO_NATS_ALLOWED, b, 2 * alen + 4);
}

void
exch_move_add_auth(struct session *s, struct msg_build *m, int request)
{
	const struct kept_tunnel	*t = session_tunnel(s);
	struct mobike_list		 l;

	if (t == NULL || !t->mobike)
		return;
	if (!request && !s->setup->mobike)
		return;
	mobike_begin(s);
	msg_add_notify(m, N_MOBIKE_SUPPORTED, NULL, 0);
	mobike_ours(s, &l);
	add_list(m, &l);
	if (request)
		add_no_nats(s, m);
}

unsigned int
exch_move_auth(struct session *s, const struct packet *pkt)
{
	struct mobike_says	 says;

	mobike_read(pkt, &window_work(s)->busy_from, &says);
	if (says.no_nats == -1 && !s->initiator && !s->remote.tcp)
		return (N_UNEXPECTED_NAT_DETECTED);
	s->setup->mobike = says.supported;
	s->setup->addrs = says.list;
	return (0);
}

/* ---- our requests ---- */

int
exch_move_start(struct session *s, struct exch *x)
{
	struct out	 o;

	/* The path is another by now, and so is the request. */
	if (s->mob == NULL || x->old_spi != s->mob->serial)
		return (-1);
	window_begin(s, &o, EXCH_INFORMATIONAL);
	if (x->kind == JOB_MOVE) {
		msg_add_notify(&o.m, N_UPDATE_SA_ADDRESSES, NULL, 0);
		if (s->mob->natd)
			add_natd(s, &o.m, &s->local, &s->remote);
		mobike_by_old(s);
	}
	if (x->kind != JOB_CHECK) {
		add_ours(s, &o.m);
		add_no_nats(s, &o.m);
	}
	/* x->ni is random, of this exchange alone. */
	msg_add_notify(&o.m, N_COOKIE2, x->ni, x->ni_len);
	return (window_request(s, &o));
}

/* The peer refuses the path; the one that it has is taken again, if it is. */
static void
go_back(struct session *s, const char *why)
{
	struct mobike	*m = s->mob;
	char		 at[ADDR_TEXT];

	session_log(s, 0, LS_IKE, LOG_L_NOTICE, "the peer refuses us at %s: %s",
	    sock_print(&s->local, at, sizeof(at)), why);
	if (sock_cmp(&s->local, &m->good_local) == 0 &&
	    sock_cmp(&s->remote, &m->good_remote) == 0)
		return;
	if (!mobike_is_ours(s, &m->good_local.addr)) {
		job_add(s, JOB_IKE_DELETE, 0, 0, RSN_PEER_ERROR);
		return;
	}
	mobike_path(s, &m->good_local, &m->good_remote);
	m->unproved = 0;
	child_migrate_all(s);
}

static void
found_nat(struct session *s)
{
	if (s->mob->tries++ < NAT_TRIES)
		job_later(s, JOB_MOVE, 0, s->mob->serial, 0, NAT_WAIT_MS);
	else
		go_back(s, "there is a NAT that it does not expect");
}

static void
take_nat(struct session *s, const struct packet *pkt,
    const struct wt_sock *local, const struct wt_sock *remote)
{
	int	 nat = natt_detect(pkt, local, remote);

	if (nat != NATT_NONE)
		s->nat = (uint8_t)((s->nat & NAT_FORCED) | nat);
}

/* As what the peer sees us, for exch_move_probed(). */
static int
seen_as(const struct packet *pkt, struct pld_notify *n)
{
	return (packet_notify(pkt, N_NAT_DETECTION_DESTINATION_IP, n));
}

static void
keep_seen(struct session *s, const struct packet *pkt)
{
	struct pld_notify	 n;

	if ((s->mob->have_seen = seen_as(pkt, &n)))
		memcpy(s->mob->seen, n.data.p, sizeof(s->mob->seen));
}

static void
moved(struct session *s, const struct packet *pkt,
    const struct mobike_says *says)
{
	if (says->nat) {
		found_nat(s);
		return;
	}
	if (says->unacceptable) {
		go_back(s, "it does not accept these addresses");
		return;
	}
	take_nat(s, pkt, &s->local, &s->remote);
	keep_seen(s, pkt);
	mobike_settled(s);
}

void
exch_move_response(struct session *s, const struct exch *x,
    const struct packet *pkt)
{
	struct arrival		 from = { s->local, s->remote, s->natt };
	struct session		*heir = session_by_id(s->ike, s->heir);
	struct mobike_says	 says;

	if (heir != NULL)
		s = heir;	/* the same path, and the pairs */
	if (s->mob == NULL || s->state != SA_UP)
		return;
	mobike_read(pkt, &from, &says);
	if (says.cookie == NULL || says.cookie_len != x->ni_len ||
	    memcmp(says.cookie, x->ni, x->ni_len) != 0) {
		session_log(s, 0, LS_IKE, LOG_L_NOTICE, "the peer gives "
		    "another COOKIE2 than it was sent");
		job_add(s, JOB_IKE_DELETE, 0, 0, RSN_INVALID_SYNTAX);
		return;
	}
	/* About a path that is not ours any more: nothing (3.5). */
	if (x->old_spi != s->mob->serial)
		return;
	if (x->kind == JOB_MOVE)
		moved(s, pkt, &says);
	else if (x->kind == JOB_CHECK || !s->mob->mover)
		mobike_settled(s);
}

/* ---- the peer's requests ---- */

static void
answer(struct session *s, const struct mobike_says *says, unsigned int type,
    exch_move_more *more, const void *what)
{
	const struct arrival	*from = &window_work(s)->busy_from;
	struct out		 o;

	window_answer(s, &o);
	if (type != 0)
		msg_add_notify(&o.m, type, NULL, 0);
	if (says->natd)
		add_natd(s, &o.m, &from->local, &from->remote);
	if (says->cookie != NULL)
		msg_add_notify(&o.m, N_COOKIE2, says->cookie,
		    says->cookie_len);
	if (more != NULL)
		more(&o.m, what);
	(void)window_respond(s, &o);
}

/*
 * The mover is elsewhere.  The pairs follow when it has shown that it is
 * reached there (3.7); a port alone is no other place.
 */
static void
follow(struct session *s, const struct packet *pkt,
    const struct arrival *from)
{
	struct mobike	*m = s->mob;
	/* A stream shows by itself that it is there (RFC 9329 7.1). */
	int		 there = from->remote.tcp ||
			    addr_cmp(&from->remote.addr,
			    &m->good_remote.addr) == 0;

	take_nat(s, pkt, &from->local, &from->remote);
	s->natt = (uint8_t)from->natt;
	mobike_path(s, &from->local, &from->remote);
	m->unproved = !there;
	if (there) {
		mobike_settled(s);
		return;
	}
	mobike_resend(s);
	job_add(s, JOB_CHECK, 0, m->serial, 0);
}

int
exch_move_request(struct session *s, const struct packet *pkt,
    exch_move_more *more, const void *what)
{
	struct arrival		 from = window_work(s)->busy_from;
	struct session		*heir = session_by_id(s->ike, s->heir);
	struct session		*t = heir != NULL ? heir : s;
	struct mobike_says	 says;
	uint32_t		 id;
	unsigned int		 type = 0;
	int			 act;

	mobike_read(pkt, &from, &says);
	if (!says.any)
		return (0);
	act = t->mob != NULL && t->state == SA_UP;
	if (act && says.no_nats == -1 && !from.remote.tcp)
		type = N_UNEXPECTED_NAT_DETECTED;
	else if (act && says.update && !t->mob->mover &&
	    !mobike_acceptable(t, &from.local.addr, &from.remote.addr))
		type = N_UNACCEPTABLE_ADDRESSES;
	if (type != 0)
		session_log(s, 0, LS_IKE, LOG_L_NOTICE, "the peer is told %s",
		    notify_name(type));
	id = window_work(s)->busy_id;
	answer(s, &says, type, more, what);
	/* One that was overtaken by a newer one says nothing (3.5, 3.6). */
	if (!act || type != 0 || (t == s ?
	    (int32_t)(id - t->mob->heard) < 0 : t->mob->heard_any))
		return (1);
	if (t == s && (says.update || says.addrs)) {
		t->mob->heard = id;
		t->mob->heard_any = 1;
	}
	if (says.update && !t->mob->mover)
		follow(t, pkt, &from);
	if (says.addrs)
		mobike_peer_has(t, &says.list, &from);
	return (1);
}

/* ---- liveness behind a NAT ---- */

void
exch_move_add_probe(struct session *s, struct msg_build *m)
{
	if (s->mob != NULL && s->mob->mover && s->mob->natd &&
	    (s->nat & NAT_US) != 0)
		add_natd(s, m, &s->local, &s->remote);
}

void
exch_move_probed(struct session *s, const struct packet *pkt)
{
	struct pld_notify	 n;

	if (s->mob == NULL || !s->mob->mover || s->state != SA_UP ||
	    (s->nat & NAT_US) == 0 || !seen_as(pkt, &n))
		return;
	if (s->mob->have_seen &&
	    memcmp(s->mob->seen, n.data.p, sizeof(s->mob->seen)) == 0)
		return;
	/* The same place to us, another one to the peer. */
	s->mob->serial++;
	job_add(s, JOB_MOVE, 0, s->mob->serial, 0);
}
