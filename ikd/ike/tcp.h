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


#ifndef IKE_TCP_H
#define IKE_TCP_H

#include <stdint.h>

#include "proto_parent_ike.h"
#include "proto_small.h"
#include "timer.h"

/*
 * TCP encapsulation (RFC 9329): a session whose sockets say tcp is on a
 * stream that ikd-esp holds.  The one that began the first IKE SA opens it
 * (the "TCP Originator" of section 1.2) and makes it anew when it is lost,
 * the session stays; the other end takes the stream on which the last new
 * authentic message came.  The tunnel's rule (enum tcp_rule) says when: at
 * once, or after UDP has been silent for TCP_AFTER sendings.
 */
struct ike;
struct session;
struct wt_sock;

#define TCP_AFTER	3	/* sent so often by UDP, in vain */
#define TCP_AFTER_ENCAP	4 /* the same of port 4500: who proves may be slow */
#define TCP_TRIES	6	/* of a session that cannot begin otherwise */

/* Of a session that has, or wants, a stream; the others have none. */
struct tcp {
	struct session	*s;
	struct timer	 again;		/* asks for a stream; no answer */
	uint32_t	 wait_ms;	/* before the next time; 0: the first */
	uint8_t		 asked;		/* an answer is to come */
	uint8_t		 tries;
	uint8_t		 held;		/* ikd-esp knows that we are on: */
	struct wt_sock	 local, remote;
};

/* The session is where it is from now on: ikd-esp keeps that stream. */
void	tcp_hold(struct session *);
/* It ends. */
void	tcp_end(struct session *);

/*
 * 1: begins by TCP alone (always, or tmd says so), and EV_START comes when a
 * stream stands.
 */
int	tcp_first(struct session *);
/* A request was sent in vain so often: TCP, if the tunnel wants it. */
void	tcp_try(struct session *);
/* Asks for a stream to where the session's peer is; now, or soon. */
void	tcp_begin(struct session *);

/* What the parent and ikd-esp say. */
void	tcp_begun(struct ike *, const struct mi_begun *);
void	tcp_stream(struct ike *, const struct mw_stream *);
/* ikd-esp is gone, and all streams with it. */
void	tcp_lost_all(struct ike *);

#endif /* IKE_TCP_H */
