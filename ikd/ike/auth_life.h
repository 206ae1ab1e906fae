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

#ifndef IKE_AUTH_LIFE_H
#define IKE_AUTH_LIFE_H

/*
 * Repeated authentication, RFC 4478: a responder says until when it lets a
 * peer in on what that has proved; who began the first SA begins another in
 * time.  tmd is asked for it, as for any other authentication (RENEW).
 */
struct msg_build;
struct packet;
struct session;

#define AUTH_LIFE_LEAST_S 30	/* a session's age, whatever the peer says */

/* Before anything else of these. */
void	auth_life_init(struct session *);
/*
 * Responder, in the last answer of IKE_AUTH: AUTH_LIFETIME, if what the peer
 * has proved holds for a time and this end cannot begin another, or finds
 * the peer behind a NAT.
 */
void	auth_life_add(const struct session *, struct msg_build *);
/*
 * Initiator: that of the last answer of IKE_AUTH, or, once it is up, of a
 * request of the peer's, which is told to tmd and counts instead of the one
 * before.  Another is begun when the policy's overlap of the time is left,
 * with its random share (life_renewal()).
 */
void	auth_life_take(struct session *, const struct packet *);
/* The session is up: asks for another authentication when it is time. */
void	auth_life_start(struct session *);
void	auth_life_stop(struct session *);
/* The heir of a rekeyed IKE SA is bound as that was (section 2). */
void	auth_life_inherit(struct session *to, const struct session *from);

#endif /* IKE_AUTH_LIFE_H */
