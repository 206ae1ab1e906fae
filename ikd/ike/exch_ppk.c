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
 * Post-quantum pre-shared keys in IKE_SA_INIT and IKE_AUTH (RFC 8784).
 * Which PPK, and whether it may be done without one, certd-sign decides:
 * see certd/sign/ppk.c.
 */
#include <string.h>

#include "exch.h"
#include "exch_auth.h"
#include "log.h"
#include "pipes.h"
#include "session.h"

void
exch_ppk_announce(const struct session *s, struct msg_build *m)
{
	if (session_tunnel(s)->ppk == PPK_NO)
		return;
	msg_add_notify(m, N_USE_PPK_INT, NULL, 0);
	msg_add_notify(m, N_USE_PPK, NULL, 0);
}

int
exch_ppk_agreed(struct session *s, const struct packet *pkt)
{
	const struct kept_tunnel	*t = session_tunnel(s);
	struct ppk_state		*p = &s->setup->ppk;
	struct pld_notify		 n;

	p->way = PPK_WAY_NONE;
	if (t->ppk == PPK_NO)
		return (1);
	if (packet_notify(pkt, N_USE_PPK_INT, &n))
		p->way = PPK_WAY_INTER;
	else if (packet_notify(pkt, N_USE_PPK, &n))
		p->way = PPK_WAY_AUTH;
	return (t->ppk != PPK_REQUIRE || p->way != PPK_WAY_NONE);
}

enum ppk_way
exch_ppk_choose(const struct packet *pkt, int may)
{
	struct pld_notify	 n;

	if (!may)
		return (PPK_WAY_NONE);
	if (packet_notify(pkt, N_USE_PPK_INT, &n) &&
	    packet_notify(pkt, N_INTERMEDIATE_SUPPORTED, &n))
		return (PPK_WAY_INTER);
	return (packet_notify(pkt, N_USE_PPK, &n) ? PPK_WAY_AUTH :
	    PPK_WAY_NONE);
}

void
exch_ppk_agree(const struct session *s, struct msg_build *m)
{
	if (s->setup->ppk.way != PPK_WAY_NONE)
		msg_add_notify(m, s->setup->ppk.way == PPK_WAY_INTER ?
		    N_USE_PPK_INT : N_USE_PPK, NULL, 0);
}

/*
 * As initiator with our AUTH: which it is, and what goes without; as
 * responder, that it is used, without data.
 */
void
exch_ppk_add(struct session *s, struct msg_build *m)
{
	struct ppk_state	*p = &s->setup->ppk;

	if (p->way != PPK_WAY_AUTH)
		return;
	if (!s->initiator) {
		if (p->used)
			msg_add_notify(m, N_PPK_IDENTITY, NULL, 0);
		return;
	}
	msg_add_notify(m, N_PPK_IDENTITY, p->id, p->id_len);
	if (p->no_ppk_len > 0)
		msg_add_notify(m, N_NO_PPK_AUTH, p->no_ppk, p->no_ppk_len);
	explicit_bzero(p->no_ppk, sizeof(p->no_ppk));
	p->no_ppk_len = 0;
}

/* As initiator its data counts nothing: that it is there, does. */
void
exch_ppk_take(struct session *s, const struct packet *pkt)
{
	struct ppk_state	*p = &s->setup->ppk;
	struct pld_notify	 n;
	int			 there;

	if (p->way != PPK_WAY_AUTH)
		return;
	there = packet_notify(pkt, N_PPK_IDENTITY, &n);
	if (s->initiator) {
		if (!there)
			p->id_len = 0;
		return;
	}
	p->id_len = 0;
	if (there) {
		p->id_len = n.data.len;
		memcpy(p->id, n.data.p, p->id_len);
	}
	if (packet_notify(pkt, N_NO_PPK_AUTH, &n)) {
		p->no_ppk_len = n.data.len;
		memcpy(p->no_ppk, n.data.p, p->no_ppk_len);
	}
}

int
exch_ppk_ready(struct session *s, struct event_arg *arg, enum sa_event *ev)
{
	struct setup	*st = s->setup;

	*ev = EV_NONE;
	if (st->ppk.mix == PPK_MIX_DUE) {
		st->ppk.mix = PPK_MIX_ASKED;
		st->asked = 0;
		st->tries = 0;
		*ev = exch_auth_check(s, arg);
	}
	return (st->ppk.mix == PPK_MIX_NO || st->ppk.mix == PPK_MIX_DONE);
}

void
exch_ppk_count(const struct session *s)
{
	const struct kept_tunnel	*t = session_tunnel(s);

	/* One that is resumed has what the session before had. */
	if (s->setup->resumed)
		return;
	if (s->setup->ppk.used)
		s->ike->stat[ST_PPK_USED]++;
	else if (t != NULL && t->ppk != PPK_NO)
		s->ike->stat[ST_PPK_NONE]++;
}
