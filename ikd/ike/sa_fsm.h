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

#ifndef IKE_SA_FSM_H
#define IKE_SA_FSM_H

#include <stdint.h>

/*
 * The state machine of an IKE SA: tables of {state, event, action, next},
 * one for each role, in sa_fsm.c.
 */
struct packet;
struct session;

enum sa_state {
	SA_NEW,
	SA_I_TICKET,		/* no ticket at hand */
	SA_I_RESUME,		/* which ticket? certd-sign is asked */
	SA_I_INIT,		/* IKE_SA_INIT or IKE_SESSION_RESUME sent */
	SA_I_INTER,		/* IKE_INTERMEDIATE sent */
	SA_I_PPK,		/* certd-sign is asked about a PPK */
	SA_I_SIGN,		/* certd-sign makes our AUTH */
	SA_I_AUTH,		/* IKE_AUTH sent */
	SA_I_CHECK,		/* AUTH_CHECK out, grant not there */
	SA_I_INSTALL,		/* the parent installs the first child */
	SA_R_RESUME,		/* certd-sign looks into the ticket */
	SA_R_INIT,		/* IKE_SA_INIT (or so) answered */
	SA_R_INTER,		/* IKE_INTERMEDIATE answered */
	SA_R_PPK,		/* it waits for certd-sign, about a PPK */
	SA_R_CHECK,
	SA_R_ROUND,		/* another round of IKE_AUTH is to come */
	SA_R_INSTALL,
	SA_R_TICKET,		/* certd-sign makes one for the peer */
	SA_UP,
	SA_REKEYED,		/* replaced: its Delete is all that is left */
	SA_DELETING,		/* our Delete is out */
	SA_CLOSING,		/* the peer's Delete waits for the plane */
	SA_CLOSED,		/* answered; packets may be under way */
	SA_DEAD,
	SA_STATES
};

enum sa_event {
	EV_NONE,		/* of an action: nothing more to do */
	EV_START,
	EV_RESUME,		/* there may be a ticket to show */
	EV_RESUMED,		/* certd-sign has it, or the keys */
	EV_INIT_RESPONSE,
	EV_MORE,		/* another key exchange is to come, or round */
	EV_INTER_REQUEST,
	EV_INTER_RESPONSE,
	EV_PPK,			/* certd-sign is to be asked about a PPK */
	EV_PPK_ANSWER,		/* PPK_KEYS or PPK_MIXED: good */
	EV_SIGNED,
	EV_AUTH_REQUEST,
	EV_AUTH_RESPONSE,
	EV_CHECKED,		/* AUTH_CHECKED: good */
	EV_GRANTED,
	EV_REFUSED,		/* by certd-sign, tmd or ourselves */
	EV_READY,		/* checked and granted */
	EV_INSTALLED,		/* the first child is settled, or failed */
	EV_CREATE_REQUEST,
	EV_CREATE_RESPONSE,
	EV_FOLLOW_REQUEST,
	EV_FOLLOW_RESPONSE,
	EV_INFO_REQUEST,
	EV_INFO_RESPONSE,
	EV_NO_ANSWER,		/* retransmission gave up */
	EV_WAITED,		/* what we wait for inside did not come */
	EV_END,			/* nothing to be told: just end */
	EV_MAX
};

/* What comes along with an event; members not used are zero. */
struct event_arg {
	const struct packet	*pkt;
	unsigned int		 code;		/* enum reason */
	const char		*text;
	const void		*body;		/* message off a pipe */
};

typedef enum sa_event sa_action(struct session *, struct event_arg *);

/*
 * Feeds an event: the row's action runs, the next state is set before it;
 * an event that the action returns is fed in turn.  Without a row the event
 * is counted and dropped.
 */
void		 sa_event(struct session *, enum sa_event,
		    struct event_arg *);
/* Is there a row for it? */
int		 sa_expects(const struct session *, enum sa_event);
const char	*sa_state_name(enum sa_state);
const char	*sa_event_name(enum sa_event);

#endif /* IKE_SA_FSM_H */
