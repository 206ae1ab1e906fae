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

#ifndef IKE_EXCH_CREATE_H
#define IKE_EXCH_CREATE_H

#include "exch.h"

/*
 * CREATE_CHILD_SA, and the first child of IKE_AUTH: new pairs, rekeyed
 * pairs, rekeyed IKE SAs (RFC 7296 sections 1.3, 2.8).
 */

/* ---- exch_child.c: what both roles of creating a Child SA do ---- */
struct exch	*exch_new(struct session *, enum job_kind kind,
		    int initiator);
int		 exch_nonce_less(const uint8_t *a, size_t alen,
		    const uint8_t *b, size_t blen);
/* The lowest nonce of the exchange. */
const uint8_t	*exch_min_nonce(const struct exch *, size_t *len);

/* What of the child's mode its peer has to be told. */
void		 exch_child_add_mode(struct msg_build *, const struct exch *);
/*
 * Initiator: what to offer for x->child, equal to old when that is rekeyed.
 * 0, or an enum reason with why.
 */
unsigned int	 exch_child_offer(struct session *, struct exch *,
		    const struct child *old, int no_ke, const char **why);
/*
 * Initiator: the peer answered notify.  1: it wants one pair of addresses,
 * and is asked again for that; 0: it is something else, or was tried.
 */
int		 exch_child_single(struct session *, const struct exch *,
		    unsigned int notify);
/* Initiator: if the answer says that more selectors are possible, so do we. */
void		 exch_child_more(const struct session *, const struct exch *);
/* Protocol of the pair x->old_spi, gone though it may be. */
uint8_t		 exch_old_proto(const struct session *, const struct exch *);
/*
 * Initiator: is the answer within what was offered and granted?  0, or an
 * enum reason with why.
 */
unsigned int	 exch_child_accept(struct session *, struct exch *,
		    const struct sa_payload *, const struct ts_pair *,
		    int no_ke, char *why, size_t size);
/* Initiator: the peer's notify in words, with what it was asked for. */
void		 exch_child_refused(const struct exch *, unsigned int notify,
		    char *why, size_t size);
/*
 * Responder: the granted child that fits the peer's selectors best, and its
 * suite; old: only that one.  0, or the notify type to answer, with why.
 */
unsigned int	 exch_child_choose(struct session *, struct exch *,
		    const struct sa_payload *, const struct ts_pair *,
		    const struct child *old, int no_ke, char *why,
		    size_t size);
/* What the session may have by this grant. */
void		 exch_granted_ts(const struct session *,
		    const struct grant_row *, struct ts_pair *out);
/*
 * exch_host.c, responder: do only a generic child's selectors fit what the
 * peer wants, and is its address there not granted?  Then tmd is asked.
 */
int		 exch_host_ask(struct session *, const struct ts_pair *peer);
/*
 * A CREATE_CHILD_SA request that made it ask: kept, and taken up again when
 * tmd has decided.  If that takes too long the peer is to come again.
 */
void		 exch_host_hold(struct session *, const struct packet *);
void		 exch_host_decided(struct session *);
void		 exch_host_forget(struct session *);
/*
 * Makes the child, its keys, and asks the parent; done() hears how it went
 * (later, never from within).  NULL with *code when it could not be asked.
 */
typedef void	 child_done(struct session *, struct exch *, struct child *,
		    unsigned int code, const char *text);
struct child	*exch_child_install(struct session *, struct exch *,
		    child_done *done, unsigned int *code);
/* Our half of a key exchange; 0, or -1. */
int		 exch_dh_start(struct session *, struct exch *,
		    unsigned int group);
/* The other half: x->gir; 0, or -1 when the peer's value is refused. */
int		 exch_dh_finish(struct session *, struct exch *,
		    const uint8_t *peer, size_t len);
/* Both TS payloads, seen from our side; NULL or what is wrong. */
const char	*exch_ts_parse(const struct packet *, int initiator,
		    struct ts_pair *);
/* The notify that answers a reason of the parent or our own. */
unsigned int	 exch_notify_of(unsigned int code);
/* What an error notify means to us. */
unsigned int	 exch_reason_of(unsigned int notify);

/* ---- exch_follow.c: IKE_FOLLOWUP_KE ---- */
/* The next additional key exchange of what was chosen, or KE_NONE. */
unsigned int	 exch_follow_method(const struct exch *);
void		 exch_follow_add_link(const struct exch *, struct msg_build *);
/*
 * Initiator: asks for the next one, by the link in the peer's answer.  NULL,
 * or why it cannot.
 */
const char	*exch_follow_i_next(struct session *, struct exch *,
		    const struct packet *answer);
/*
 * Responder: a link, before the answer; and when that has gone s->peer is
 * kept half-done, in place of any other.
 */
void		 exch_follow_r_begin(struct session *, struct exch *);
void		 exch_follow_r_keep(struct session *);
void		 exch_follow_r_forget(struct session *);
/* SK {KEr [, link]}, and what the heir that it makes has to say; 0 or -1. */
int		 exch_follow_r_answer(struct session *, struct exch *,
		    const struct session *heir);
enum sa_event	 exch_follow_i_response(struct session *, struct event_arg *);
enum sa_event	 exch_follow_r_request(struct session *, struct event_arg *);

/* ---- exch_child_i.c, exch_child_r.c ---- */
/* All key exchanges are done: installs s->own, or s->peer and answers. */
void	exch_child_i_finish(struct session *, struct exch *);
void	exch_child_r_finish(struct session *);
/* They have failed: people hear of it, s->own is gone. */
void	exch_child_i_failed(struct session *, struct exch *,
	    unsigned int code, const char *why);
/* The peer's exchange comes to nothing: no collision with ours. */
void	exch_child_r_forget(struct session *, const struct exch *);
int	exch_child_i_start(struct session *, struct exch *);
enum sa_event	exch_child_i_response(struct session *, struct event_arg *);
enum sa_event	exch_child_r_request(struct session *, struct event_arg *);
enum sa_event	exch_child_r_refuse(struct session *, struct event_arg *);
/* INVALID_SYNTAX was answered, which is fatal on both sides (2.21.3). */
enum sa_event	exch_child_r_fatal(struct event_arg *, const char *why);

/* ---- exch_ike.c, exch_ike_i.c, exch_ike_r.c: rekeying the IKE SA ---- */
#define IKE_HEIR_MS	300000	/* a replaced SA waits so long: the peer may
				 * still ask for our answer, or delete it */
/* A new IKE SA with the peer's SPI; NULL when keys cannot be made. */
struct session	*exch_ike_make(struct session *old, struct exch *,
	    const uint8_t *peer_spi);
/*
 * The heir takes children, grants, jobs and tmd's attention; the old SA
 * only waits to be deleted.
 */
void	exch_ike_adopt(struct session *old, struct session *heir);
/* Another SA won: this one waits for its Delete, or goes silently. */
void	exch_ike_loses(struct session *);
/*
 * The peer works under this SA, so it is the heir to the peer: that settles
 * a collision.  No effect on any other SA.
 */
void	exch_ike_proven(struct session *);
/* The heir that the peer's own rekey made meanwhile; NULL: none. */
struct session	*exch_ike_rival(const struct session *);
int	exch_ike_i_start(struct session *, struct exch *);
/* As those of a child above. */
void	exch_ike_i_finish(struct session *, const struct packet *last);
void	exch_ike_i_failed(struct session *, const char *why);
void	exch_ike_r_finish(struct session *);
/* s->own is one of these, and is done afterwards. */
void	exch_ike_i_response(struct session *, const struct packet *);
enum sa_event	exch_ike_r_request(struct session *, struct event_arg *);

#endif /* IKE_EXCH_CREATE_H */
