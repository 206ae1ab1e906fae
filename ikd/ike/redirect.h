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

#ifndef IKE_REDIRECT_H
#define IKE_REDIRECT_H

#include <stddef.h>
#include <stdint.h>

#include "wire.h"

/*
 * Redirection to another gateway, RFC 5685.  As client we tell tmd where we
 * were sent, and it decides whether we go; as gateway we send peers away
 * that said they could be.
 */
struct arrival;
struct event_arg;
struct ike;
struct msg_build;
struct packet;
struct session;
struct wt_addr;

/* ---- as client ---- */
/* REDIRECT_SUPPORTED, or who has sent us (section 3). */
void	redirect_announce(const struct session *, struct msg_build *);
/*
 * An answer to IKE_SA_INIT, which nobody vouches for.  1: tmd has been told,
 * and the attempt is over; 0: it is none that counts.
 */
int	redirect_at_init(struct session *, const struct packet *);
/* Notes what the answer to IKE_AUTH says; 1: we are sent away (section 6). */
int	redirect_at_auth(struct session *, const struct packet *);
/* ... and who said so is the one it should be: over. */
void	redirect_after_auth(struct session *);
/* An INFORMATIONAL of the gateway (section 5). */
void	redirect_while_up(struct session *, const struct packet *);

/* ---- as gateway ---- */
/*
 * A request of IKE_SA_INIT with its nonce: 1 when all tunnels that may be
 * meant send to the same place, and it has been told so.
 */
int	redirect_request(struct ike *, const struct arrival *,
	    const struct packet *, struct slice nonce);
/*
 * Did it say that it could be redirected?  from: who has done it already, af
 * 0: nobody.
 */
int	redirect_understood(const struct packet *, struct wt_addr *from);
/* Now the tunnel is known: has the peer to go?  Then add says whither. */
int	redirect_peer(const struct session *);
void	redirect_add(const struct session *, struct msg_build *);

#endif /* IKE_REDIRECT_H */
