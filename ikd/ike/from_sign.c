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
 * certd-sign's answers.  An answer for a negotiation that has ended is
 * dropped: what tmd grants on it ends with our NEG_FAILED.
 */
#include <string.h>

#include "exch.h"
#include "log.h"
#include "pipes.h"
#include "reason.h"
#include "session.h"

void
from_sign_tickets(struct ike *ike, const struct mk_tickets *m)
{
	tickets_got(ike, m);
}

static void
keep_auth(struct setup *st, unsigned int method, const uint8_t *auth,
    size_t len, const struct wt_id *ours)
{
	st->my_method = (uint8_t)method;
	st->my_auth_len = len;
	memcpy(st->my_auth, auth, len);
	if (method != 0)
		st->id_ours = *ours;
}

static void
keep_ppk(struct ppk_state *p, const struct mk_signed *m)
{
	p->id_len = m->ppk_len;
	memcpy(p->id, m->ppk, m->ppk_len);
	p->no_ppk_len = m->no_ppk_len;
	memcpy(p->no_ppk, m->no_ppk, m->no_ppk_len);
}

void
from_sign_signed(struct ike *ike, const struct mk_signed *m)
{
	struct event_arg	 arg = { .code = m->code, .text = m->text };
	struct session		*s;

	s = session_by_exch(ike, m->exch);
	if (s == NULL || s->setup == NULL)
		return;
	if (m->code != 0) {
		sa_event(s, EV_REFUSED, &arg);
		return;
	}
	if (s->state != SA_I_SIGN)
		return;
	keep_auth(s->setup, m->method, m->auth, m->auth_len, &m->id_ours);
	if (s->setup->round == 0)
		s->setup->id_peer = m->id_peer;
	if (s->setup->round == 0 && s->setup->ppk.way == PPK_WAY_AUTH)
		keep_ppk(&s->setup->ppk, m);
	s->setup->rounds_ours = m->rounds_ours;
	s->setup->rounds_theirs = m->rounds_theirs;
	sa_event(s, EV_SIGNED, &arg);
}

void
from_sign_checked(struct ike *ike, const struct mk_checked *m)
{
	struct event_arg	 arg = { .code = m->code, .text = m->text };
	struct session		*s;

	s = session_by_exch(ike, m->exch);
	if (s == NULL || s->setup == NULL)
		return;
	if (m->code != 0) {
		sa_event(s, EV_REFUSED, &arg);
		return;
	}
	if (!s->initiator)
		keep_auth(s->setup, m->method, m->auth, m->auth_len,
		    &m->id_ours);
	s->setup->tunnel = m->tunnel;
	s->setup->rounds_ours = m->rounds_ours;
	s->setup->rounds_theirs = m->rounds_theirs;
	s->setup->checked = 1;
	if (m->mix) {
		s->setup->ppk.mix = PPK_MIX_DUE;
		s->setup->ppk.used = 1;
	}
	sa_event(s, EV_CHECKED, &arg);
}

/* Who waits for it in the state it waits in; else NULL. */
static struct session *
ppk_waits(struct ike *ike, uint64_t exch)
{
	struct session	*s = session_by_exch(ike, exch);

	if (s == NULL || s->setup == NULL || !s->setup->asked)
		return (NULL);
	return (s->state == SA_I_PPK || s->state == SA_R_PPK ||
	    s->setup->ppk.mix == PPK_MIX_ASKED ? s : NULL);
}

void
from_sign_ppk_keys(struct ike *ike, const struct mk_ppk_keys *m)
{
	struct event_arg	 arg = { .code = m->code, .text = m->text };
	struct session		*s = ppk_waits(ike, m->exch);
	struct ppk_state	*p;

	if (s == NULL || s->setup->ppk.step != PPK_STEP_KEYS)
		return;
	p = &s->setup->ppk;
	p->nkeys = m->keys_n;
	memcpy(p->keys, m->keys, m->keys_n * sizeof(p->keys[0]));
	sa_event(s, m->code != 0 ? EV_REFUSED : EV_PPK_ANSWER, &arg);
}

void
from_sign_ppk_mixed(struct ike *ike, const struct mk_ppk_mixed *m)
{
	struct event_arg	 arg = { .code = m->code, .text = m->text };
	struct session		*s = ppk_waits(ike, m->exch);
	struct ppk_state	*p;

	if (s == NULL || (s->setup->ppk.mix != PPK_MIX_ASKED &&
	    s->setup->ppk.step != PPK_STEP_MIX))
		return;
	p = &s->setup->ppk;
	if (m->code == 0 && m->sk_d_len != s->keys.d_len) {
		arg.code = RSN_UNSUPPORTED;
		arg.text = "certd-sign gives an SK_d of another length";
	}
	if (arg.code != 0) {
		sa_event(s, EV_REFUSED, &arg);
		return;
	}
	if (p->mix == PPK_MIX_ASKED) {
		/* RFC 8784: from here on it is this one. */
		p->mix = PPK_MIX_DONE;
		memcpy(s->keys.d, m->sk_d, m->sk_d_len);
		sa_event(s, EV_CHECKED, &arg);
	} else {
		memcpy(p->k.d, m->sk_d, m->sk_d_len);
		sa_event(s, EV_PPK_ANSWER, &arg);
	}
}

/* Is the answer to an AUTH_CHECK still to come, from certd? */
static int
waits_for_certd(const struct session *s)
{
	return (s->setup != NULL && s->setup->asked && !s->setup->checked &&
	    (s->state == SA_I_CHECK || s->state == SA_R_CHECK) &&
	    !to_sign_judges(s->setup));
}

void
from_sign_certd_gone(struct ike *ike)
{
	struct event_arg	 arg = { .code = RSN_RESTARTED,
	    .text = "certd was restarted" };
	struct session		*s, *next;

	LIST_FOREACH_SAFE(s, &ike->all, all, next)
		if (waits_for_certd(s))
			sa_event(s, EV_REFUSED, &arg);
}
