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

#ifndef TMD_TUNNEL_FSM_H
#define TMD_TUNNEL_FSM_H

#include "tunnel.h"

/*
 * The life of a tunnel.  Whoever has an event sets its reason first
 * (tunnel_set_reason), where it has one.
 */
enum tunnel_event {
	TE_START,	/* the policy came, or a new meaning of it */
	TE_ACTIVATE,	/* ikectl activate (it has set what is wanted) */
	TE_REMOVE,	/* ikectl remove: stay down, deaf */
	TE_ONCE,	/* ikectl remove --once */
	TE_ACQUIRE,	/* a packet met a trap */
	TE_ALARM,	/* the tunnel's alarm rang */
	TE_UP,		/* a session came up */
	TE_LOST,	/* the last session ended, by the peer or in time */
	TE_DEAD,	/* the same, because the peer is dead (dpd) */
	TE_LOST_OURS,	/* the same, because a process of ours died */
	TE_RENEW,	/* the same, by us, for another authentication */
	TE_EXPIRED,	/* the same, at tunnel-lifetime, tunnel-end: remove */
	TE_FAILED,	/* our negotiation failed */
	TE_FAILED_OURS,	/* the same, by trouble in our own house */
	TE_REDIRECTED,	/* the same: another gateway is to be asked */
	TE_BY_TCP,	/* the same: UDP 4500 is silent (RFC 9329) */
	TE_WARY,	/* the same: over a cookie, maybe forged */
	TUNNEL_EVENTS
};

void	tunnel_fsm(struct tunnel *t, enum tunnel_event ev);

/* For messages: "activate". */
const char *tunnel_event_name(enum tunnel_event ev);

#endif /* TMD_TUNNEL_FSM_H */
