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
 * The state machine of an IKE SA.  The first two exchanges have a table for
 * each role; what is authenticated is alike for both.  An event without a
 * row is dropped: a request then stays unanswered and its sender tries
 * again, when we may have come further.
 */
#include <stddef.h>

#include "exch_auth.h"
#include "exch_create.h"
#include "exch_inter.h"
#include "exch_resume.h"
#include "exch_rival.h"
#include "exch_rounds.h"
#include "jobs.h"
#include "log.h"
#include "reason.h"
#include "sa_fsm.h"
#include "session.h"

struct row {
	enum sa_state	 state;
	enum sa_event	 event;
	sa_action	*action;
	enum sa_state	 next;
};

static sa_action act_wait, act_end, act_peer_dead, act_deleted, act_closed,
    act_half_open;

static const struct row initiator[] = {
	{ SA_NEW,	EV_START,	exch_init_i_start,	SA_I_TICKET },
	{ SA_I_TICKET,	EV_START,	exch_init_i_start,	SA_I_TICKET },
	{ SA_I_TICKET,	EV_WAITED,	exch_init_i_start,	SA_I_TICKET },
	{ SA_I_TICKET,	EV_READY,	exch_init_i_send,	SA_I_INIT },
	{ SA_I_TICKET,	EV_REFUSED,	exch_auth_i_refused,	SA_I_TICKET },
	{ SA_I_TICKET,	EV_RESUME,	exch_resume_i_ask,	SA_I_RESUME },
	{ SA_I_RESUME,	EV_WAITED,	exch_resume_i_ask,	SA_I_RESUME },
	{ SA_I_RESUME,	EV_RESUMED,	exch_resume_i_send,	SA_I_INIT },
	{ SA_I_RESUME,	EV_READY,	exch_init_i_send,	SA_I_INIT },
	{ SA_I_INIT,	EV_INIT_RESPONSE, exch_init_i_response,	SA_I_INIT },
	{ SA_I_INIT,	EV_NO_ANSWER,	exch_init_i_give_up,	SA_I_INIT },
	{ SA_I_INIT,	EV_WAITED,	exch_rival_waited,	SA_I_INIT },
	{ SA_I_INIT,	EV_READY,	exch_auth_i_sign,	SA_I_SIGN },
	{ SA_I_INIT,	EV_MORE,	exch_inter_i_send,	SA_I_INTER },
	{ SA_I_INIT,	EV_PPK,		exch_ppk_ask,		SA_I_PPK },
	{ SA_I_INTER,	EV_PPK,		exch_ppk_ask,		SA_I_PPK },
	{ SA_I_PPK,	EV_WAITED,	exch_ppk_ask,		SA_I_PPK },
	{ SA_I_PPK,	EV_PPK_ANSWER,	exch_ppk_i_answer,	SA_I_INTER },
	{ SA_I_PPK,	EV_REFUSED,	exch_auth_i_refused,	SA_I_PPK },
	{ SA_I_INTER,	EV_INTER_RESPONSE, exch_inter_i_response, SA_I_INTER },
	{ SA_I_INTER,	EV_MORE,	exch_inter_i_send,	SA_I_INTER },
	{ SA_I_INTER,	EV_READY,	exch_auth_i_sign,	SA_I_SIGN },
	{ SA_I_INTER,	EV_NO_ANSWER,	exch_init_i_give_up,	SA_I_INTER },
	{ SA_I_INTER,	EV_REFUSED,	exch_auth_i_refused,	SA_I_INTER },
	{ SA_I_SIGN,	EV_WAITED,	exch_auth_i_sign,	SA_I_SIGN },
	{ SA_I_SIGN,	EV_SIGNED,	exch_auth_i_send,	SA_I_AUTH },
	{ SA_I_SIGN,	EV_REFUSED,	exch_auth_i_refused,	SA_I_SIGN },
	{ SA_I_AUTH,	EV_AUTH_RESPONSE, exch_auth_i_response,	SA_I_CHECK },
	{ SA_I_AUTH,	EV_REFUSED,	exch_auth_i_refused,	SA_I_AUTH },
	{ SA_I_AUTH,	EV_NO_ANSWER,	exch_init_i_give_up,	SA_I_AUTH },
	{ SA_I_CHECK,	EV_WAITED,	exch_auth_check,	SA_I_CHECK },
	{ SA_I_CHECK,	EV_CHECKED,	exch_auth_both,		SA_I_CHECK },
	{ SA_I_CHECK,	EV_GRANTED,	exch_auth_both,		SA_I_CHECK },
	{ SA_I_CHECK,	EV_MORE,	exch_rounds_i_next,	SA_I_SIGN },
	{ SA_I_CHECK,	EV_REFUSED,	exch_auth_i_refused,	SA_I_CHECK },
	{ SA_I_CHECK,	EV_READY,	exch_auth_i_install,	SA_I_INSTALL },
	{ SA_I_INSTALL,	EV_INSTALLED,	exch_auth_i_up,		SA_I_INSTALL },
	{ SA_I_INSTALL,	EV_REFUSED,	exch_auth_i_refused,	SA_I_INSTALL },
	{ SA_NEW,	EV_NONE,	NULL,			SA_NEW }
};

static const struct row responder[] = {
	{ SA_R_RESUME,	EV_RESUMED,	exch_resume_r_answer,	SA_R_INIT },
	{ SA_R_RESUME,	EV_REFUSED,	exch_resume_r_refused,	SA_R_RESUME },
	{ SA_R_RESUME,	EV_WAITED,	act_half_open,		SA_R_RESUME },
	{ SA_R_INIT,	EV_REFUSED,	exch_resume_r_refused,	SA_R_INIT },
	{ SA_R_INIT,	EV_AUTH_REQUEST, exch_auth_r_request,	SA_R_CHECK },
	{ SA_R_INIT,	EV_INTER_REQUEST, exch_inter_r_request,	SA_R_INTER },
	{ SA_R_INIT,	EV_WAITED,	act_half_open,		SA_R_INIT },
	{ SA_R_INTER,	EV_INTER_REQUEST, exch_inter_r_request,	SA_R_INTER },
	{ SA_R_INTER,	EV_PPK,		exch_ppk_ask,		SA_R_PPK },
	{ SA_R_PPK,	EV_WAITED,	exch_ppk_ask,		SA_R_PPK },
	{ SA_R_PPK,	EV_PPK_ANSWER,	exch_ppk_r_answer,	SA_R_PPK },
	{ SA_R_PPK,	EV_READY,	act_wait,		SA_R_INTER },
	{ SA_R_PPK,	EV_REFUSED,	exch_auth_r_refused,	SA_R_PPK },
	{ SA_R_INTER,	EV_AUTH_REQUEST, exch_auth_r_request,	SA_R_CHECK },
	{ SA_R_INTER,	EV_WAITED,	act_half_open,		SA_R_INTER },
	{ SA_R_CHECK,	EV_WAITED,	exch_auth_check,	SA_R_CHECK },
	{ SA_R_CHECK,	EV_CHECKED,	exch_auth_both,		SA_R_CHECK },
	{ SA_R_CHECK,	EV_GRANTED,	exch_auth_both,		SA_R_CHECK },
	{ SA_R_CHECK,	EV_MORE,	exch_rounds_r_answer,	SA_R_ROUND },
	{ SA_R_ROUND,	EV_AUTH_REQUEST, exch_auth_r_request,	SA_R_CHECK },
	{ SA_R_ROUND,	EV_INFO_REQUEST, exch_rounds_r_left,	SA_R_ROUND },
	{ SA_R_ROUND,	EV_WAITED,	exch_rounds_r_late,	SA_R_ROUND },
	{ SA_R_ROUND,	EV_REFUSED,	exch_auth_r_refused,	SA_R_ROUND },
	{ SA_R_CHECK,	EV_REFUSED,	exch_auth_r_refused,	SA_R_CHECK },
	{ SA_R_CHECK,	EV_READY,	exch_auth_r_install,	SA_R_INSTALL },
	{ SA_R_INSTALL,	EV_INSTALLED,	exch_auth_r_up,		SA_R_INSTALL },
	{ SA_R_INSTALL,	EV_REFUSED,	exch_auth_r_refused,	SA_R_INSTALL },
	{ SA_R_TICKET,	EV_READY,	exch_auth_r_up,		SA_R_INSTALL },
	{ SA_R_TICKET,	EV_REFUSED,	exch_auth_r_refused,	SA_R_TICKET },
	{ SA_NEW,	EV_NONE,	NULL,			SA_NEW }
};

static const struct row established[] = {
	{ SA_UP,	EV_CREATE_REQUEST, exch_child_r_request, SA_UP },
	{ SA_UP,	EV_CREATE_RESPONSE, exch_child_i_response, SA_UP },
	{ SA_UP,	EV_FOLLOW_REQUEST, exch_follow_r_request, SA_UP },
	{ SA_UP,	EV_FOLLOW_RESPONSE, exch_follow_i_response, SA_UP },
	{ SA_UP,	EV_INFO_REQUEST, exch_info_request,	SA_UP },
	{ SA_UP,	EV_INFO_RESPONSE, exch_info_response,	SA_UP },
	{ SA_UP,	EV_NO_ANSWER,	act_peer_dead,		SA_UP },
	{ SA_UP,	EV_READY,	exch_info_answer,	SA_UP },
	{ SA_UP,	EV_WAITED,	exch_info_answer,	SA_UP },

	/* RFC 7296 2.25.2: nothing new on an SA that has a successor. */
	{ SA_REKEYED,	EV_CREATE_REQUEST, exch_child_r_refuse,	SA_REKEYED },
	{ SA_REKEYED,	EV_CREATE_RESPONSE, exch_child_i_response,
	    SA_REKEYED },
	{ SA_REKEYED,	EV_FOLLOW_REQUEST, exch_follow_r_request, SA_REKEYED },
	{ SA_REKEYED,	EV_FOLLOW_RESPONSE, exch_follow_i_response,
	    SA_REKEYED },
	{ SA_REKEYED,	EV_INFO_REQUEST, exch_info_request,	SA_REKEYED },
	{ SA_REKEYED,	EV_INFO_RESPONSE, exch_info_response,	SA_REKEYED },
	{ SA_REKEYED,	EV_NO_ANSWER,	act_end,		SA_REKEYED },
	{ SA_REKEYED,	EV_READY,	exch_info_answer,	SA_REKEYED },
	{ SA_REKEYED,	EV_WAITED,	act_end,		SA_REKEYED },

	{ SA_DELETING,	EV_CREATE_REQUEST, exch_child_r_refuse,	SA_DELETING },
	{ SA_DELETING,	EV_FOLLOW_REQUEST, exch_follow_r_request,
	    SA_DELETING },
	{ SA_DELETING,	EV_INFO_REQUEST, exch_info_request,	SA_DELETING },
	{ SA_DELETING,	EV_INFO_RESPONSE, act_deleted,		SA_DELETING },
	{ SA_DELETING,	EV_NO_ANSWER,	act_deleted,		SA_DELETING },
	{ SA_DELETING,	EV_READY,	exch_info_answer,	SA_DELETING },

	{ SA_CLOSING,	EV_READY,	exch_info_retired,	SA_CLOSING },
	{ SA_CLOSING,	EV_WAITED,	exch_info_closed,	SA_CLOSED },
	{ SA_CLOSED,	EV_WAITED,	act_closed,		SA_CLOSED },
	{ SA_NEW,	EV_NONE,	NULL,			SA_NEW }
};

static const char *const state_names[SA_STATES] = {
	[SA_NEW] = "new", [SA_I_TICKET] = "waiting for a ticket",
	[SA_I_RESUME] = "asking for a ticket to show",
	[SA_I_INIT] = "IKE_SA_INIT sent",
	[SA_I_INTER] = "IKE_INTERMEDIATE sent",
	[SA_I_PPK] = "asking about a PPK",
	[SA_R_PPK] = "asking about a PPK", [SA_I_SIGN] = "signing",
	[SA_I_AUTH] = "IKE_AUTH sent", [SA_I_CHECK] = "checking the peer",
	[SA_I_INSTALL] = "installing", [SA_R_INIT] = "IKE_SA_INIT answered",
	[SA_R_RESUME] = "looking into the ticket",
	[SA_R_INTER] = "IKE_INTERMEDIATE answered",
	[SA_R_CHECK] = "checking the peer",
	[SA_R_ROUND] = "IKE_AUTH answered, more to come",
	[SA_R_INSTALL] = "installing", [SA_R_TICKET] = "making a ticket",
	[SA_UP] = "up", [SA_REKEYED] = "rekeyed", [SA_DELETING] = "deleting",
	[SA_CLOSING] = "being closed by the peer",
	[SA_CLOSED] = "closed by the peer", [SA_DEAD] = "ended",
};

static const char *const event_names[EV_MAX] = {
	[EV_NONE] = "none", [EV_START] = "start",
	[EV_RESUME] = "resume", [EV_RESUMED] = "ticket",
	[EV_INIT_RESPONSE] = "IKE_SA_INIT response", [EV_MORE] = "more",
	[EV_INTER_REQUEST] = "IKE_INTERMEDIATE request",
	[EV_INTER_RESPONSE] = "IKE_INTERMEDIATE response",
	[EV_PPK] = "PPK to ask about", [EV_PPK_ANSWER] = "PPK answered",
	[EV_SIGNED] = "signed",
	[EV_AUTH_REQUEST] = "IKE_AUTH request",
	[EV_AUTH_RESPONSE] = "IKE_AUTH response", [EV_CHECKED] = "checked",
	[EV_GRANTED] = "granted", [EV_REFUSED] = "refused",
	[EV_READY] = "ready", [EV_INSTALLED] = "installed",
	[EV_CREATE_REQUEST] = "CREATE_CHILD_SA request",
	[EV_CREATE_RESPONSE] = "CREATE_CHILD_SA response",
	[EV_FOLLOW_REQUEST] = "IKE_FOLLOWUP_KE request",
	[EV_FOLLOW_RESPONSE] = "IKE_FOLLOWUP_KE response",
	[EV_INFO_REQUEST] = "INFORMATIONAL request",
	[EV_INFO_RESPONSE] = "INFORMATIONAL response",
	[EV_NO_ANSWER] = "no answer", [EV_WAITED] = "waited too long",
	[EV_END] = "end",
};

const char *
sa_state_name(enum sa_state st)
{
	return (st < SA_STATES ? state_names[st] : "?");
}

const char *
sa_event_name(enum sa_event ev)
{
	return (ev < EV_MAX && event_names[ev] != NULL ? event_names[ev] :
	    "?");
}

static const struct row *
find_row(const struct session *s, enum sa_event ev)
{
	const struct row	*r;

	if (s->state >= SA_UP)
		r = established;
	else
		r = s->initiator ? initiator : responder;
	for (; r->event != EV_NONE; r++)
		if (r->state == s->state && r->event == ev)
			return (r);
	return (NULL);
}

int
sa_expects(const struct session *s, enum sa_event ev)
{
	return (find_row(s, ev) != NULL);
}

void
sa_event(struct session *s, enum sa_event ev, struct event_arg *arg)
{
	const struct row	*r;

	while (ev != EV_NONE && s->state != SA_DEAD) {
		if (ev == EV_END) {
			if (s->state == SA_REKEYED)
				job_hand_on(s);
			session_end(s, arg->code, arg->text != NULL ?
			    arg->text : "ended");
			return;
		}
		r = find_row(s, ev);
		if (r == NULL) {
			s->ike->stat[ST_UNEXPECTED]++;
			session_debug(s, 0, LS_IKE, "%s while %s: dropped",
			    sa_event_name(ev), sa_state_name(s->state));
			return;
		}
		s->state = r->next;
		ev = r->action(s, arg);
	}
}

/* Answered: the next request is the peer's. */
static enum sa_event
act_wait(struct session *s, struct event_arg *arg)
{
	(void)s;
	(void)arg;
	return (EV_NONE);
}

static enum sa_event
act_end(struct session *s, struct event_arg *arg)
{
	(void)s;
	arg->code = RSN_REPLACED;
	arg->text = "replaced by its successor";
	return (EV_END);
}

static enum sa_event
act_peer_dead(struct session *s, struct event_arg *arg)
{
	s->ike->stat[ST_DEAD_PEERS]++;
	arg->code = RSN_DEAD_PEER;
	arg->text = "the peer does not answer";
	return (EV_END);
}

/* The peer has answered our Delete, or never will. */
static enum sa_event
act_deleted(struct session *s, struct event_arg *arg)
{
	arg->code = s->end_code;
	arg->text = reason_text(s->end_code);
	return (EV_END);
}

static enum sa_event
act_closed(struct session *s, struct event_arg *arg)
{
	(void)s;
	arg->code = RSN_PEER_DELETED;
	arg->text = reason_text(RSN_PEER_DELETED);
	return (EV_END);
}

static enum sa_event
act_half_open(struct session *s, struct event_arg *arg)
{
	s->ike->stat[ST_HALF_EXPIRED]++;
	arg->code = RSN_TIMEOUT;
	arg->text = "no IKE_AUTH came";
	return (EV_END);
}
