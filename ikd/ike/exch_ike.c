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
 * Rekeying the IKE SA: the new SA, who inherits, and who lost (RFC 7296
 * sections 1.3.2, 2.8.2, 2.18).
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
#include "session.h"

/* What a successor has in common with the SA it comes from. */
static void
inherit_values(struct session *to, const struct session *from)
{
	policy_unref(to->policy);
	to->policy = policy_ref(from->policy);
	to->local = from->local;
	to->remote = from->remote;
	to->natt = from->natt;
	to->nat = from->nat;
	to->no_natd = from->no_natd;
	to->client = from->client;
	to->full = from->full;
	to->gives = from->gives;
	to->frag_size = from->frag_size;
	to->tunnel = from->tunnel;
	to->order = 0;
	memcpy(to->ticket, from->ticket, TICKET_LEN);
	to->expiry = from->expiry;
	auth_life_inherit(to, from);
	memcpy(to->old_spi_i, from->spi_i, SPI_LEN);
	memcpy(to->old_spi_r, from->spi_r, SPI_LEN);
}

struct session *
exch_ike_make(struct session *old, struct exch *x, const uint8_t *peer_spi)
{
	struct session	*s;
	struct ike_keys	 k;
	struct nonces	 n = { 0 };
	int		 r;

	s = session_new(old->ike, x->initiator, x->ike_spi);
	memcpy(x->initiator ? s->spi_r : s->spi_i, peer_spi, SPI_LEN);
	inherit_values(s, old);
	tcp_hold(s);
	s->suite = x->choice.suite;
	n.i.p = x->ni;
	n.i.len = x->ni_len;
	n.r.p = x->sa->nr;
	n.r.len = x->nr_len;
	n.more.p = x->more;
	n.more.len = x->more_len;
	r = keymat_ike_rekey(old->suite.prf, session_sk_d(old), &s->suite,
	    &n, (struct slice){ x->sa->gir, x->gir_len }, s->spi_i, s->spi_r,
	    &k);
	explicit_bzero(x->sa->gir, sizeof(x->sa->gir));
	if (r == 0)
		r = session_set_keys(s, &k);
	keymat_clear(&k);
	if (r == -1) {
		session_end(s, RSN_UNSUPPORTED, "keys cannot be made");
		return (NULL);
	}
	s->state = SA_UP;
	s->last_in = ike_now(s->ike);
	return (s);
}

void
exch_ike_loses(struct session *s)
{
	life_session_stop(s);
	job_clear(s);
	exch_follow_r_forget(s);
	s->state = SA_REKEYED;
	timer_set(s->ike, &s->wait, IKE_HEIR_MS);
}

void
exch_ike_adopt(struct session *old, struct session *heir)
{
	mobike_inherit(heir, old);
	tcp_hold(heir);
	heir->grants = old->grants;
	memset(&old->grants, 0, sizeof(old->grants));
	child_inherit(old, heir);
	job_inherit(old, heir);
	if (old->exch != 0) {
		LIST_REMOVE(old, h_exch);
		session_set_exch(heir, old->exch);
		old->exch = 0;
	}
	old->told = 0;
	old->rival = 0;
	old->heir = heir->id;
	heir->ike->stat[ST_IKE_REKEYS]++;
	session_log(heir, 0, LS_IKE, LOG_L_NOTICE, "IKE SA rekeyed");
	session_up(heir);
	exch_ike_loses(old);
	crash_announce(heir);
	exch_resume_again(heir);
	job_run(heir);
}

void
exch_ike_proven(struct session *s)
{
	struct session	*old;

	if (s->told || s->state != SA_UP)
		return;
	old = session_by_pair(s->ike, s->old_spi_i, s->old_spi_r);
	if (old != NULL && old->rival == s->id)
		exch_ike_adopt(old, s);
}

struct session *
exch_ike_rival(const struct session *s)
{
	struct session	*r = session_by_id(s->ike, s->rival);

	return (r != NULL && r->state == SA_UP ? r : NULL);
}
