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

#ifndef IKE_EXCH_RESUME_H
#define IKE_EXCH_RESUME_H

#include "exch.h"
#include "proto_resume.h"

/*
 * Session resumption, RFC 5723.  Tickets are made, kept and opened by
 * certd-sign (proto_resume.h); here is what the wire has of it.
 */

/* A ticket that certd-sign makes for the peer, or that the peer gave us. */
struct ticketing {
	struct session	*s;
	struct timer	 timer;		/* certd-sign may be late */
	int		 asked;		/* certd-sign, for the peer's */
	int		 info;		/* an INFORMATIONAL waits for it */
	int		 made;
	unsigned int	 code;		/* enum reason: why it was not */
	uint32_t	 seconds;
	size_t		 len;
	uint8_t		*opaque;
};

/* ---- exch_resume.c: tickets ---- */
/* As client: asks for one, in IKE_AUTH. */
void	exch_resume_request(const struct session *, struct msg_build *);
/* What the answer to that, or to JOB_TICKET's INFORMATIONAL, has. */
void	exch_resume_take(struct session *, const struct packet *);
/* The session is up: what was taken is given to certd-sign to be kept. */
void	exch_resume_keep(struct session *);
/* The IKE SA has a successor, which wants a ticket of its own. */
void	exch_resume_again(struct session *heir);
/* As responder in IKE_AUTH: has one made; is it still to come; adds it. */
void	exch_resume_make(struct session *);
int	exch_resume_waits(const struct session *);
void	exch_resume_add(const struct session *, struct msg_build *);
/* The peer asks in an INFORMATIONAL: 1, and it is answered, maybe later. */
int	exch_resume_info(struct session *, const struct packet *);
void	exch_resume_free(struct session *);

/* certd-sign's answers. */
void	from_sign_made(struct ike *, const struct mk_made *);
void	from_sign_resumed(struct ike *, const struct mk_resumed *);
void	from_sign_new_keys(struct ike *, const struct mk_resumed *);

/* ---- exch_resume_i.c: IKE_SESSION_RESUME as initiator ---- */
enum sa_event	exch_resume_i_ask(struct session *, struct event_arg *);
enum sa_event	exch_resume_i_send(struct session *, struct event_arg *);
enum sa_event	exch_resume_i_response(struct session *, struct event_arg *);
/* What was just sent is not sent again as often as in a full exchange. */
void		exch_resume_i_cap(struct session *);
/* It is not to be: the same order is carried out by a full exchange. */
enum sa_event	exch_resume_i_full(struct session *, struct event_arg *,
		    const char *how);

/* ---- exch_resume_r.c: as responder ---- */
/* A session was made for the request; certd-sign looks at the ticket. */
void		exch_resume_r_begin(struct session *, const struct packet *,
		    uint64_t hash, const struct arrival *, struct slice opaque);
enum sa_event	exch_resume_r_answer(struct session *, struct event_arg *);
enum sa_event	exch_resume_r_refused(struct session *, struct event_arg *);

/* ---- exch_init_i.c: what both first exchanges have ---- */
/* NAT_DETECTION_*, FRAGMENTATION_SUPPORTED, REDIRECT_*; 0 or -1. */
int	exch_init_i_notifies(struct session *, struct msg_build *);
/* The answer is a cookie: 1; it is followed if no other answer comes soon. */
int	exch_init_i_cookie(struct session *, const struct packet *);
/* Takes NAT and what AUTH covers from the answer, which is good. */
void	exch_init_i_accept(struct session *, const struct packet *);

/* ---- exch_init_r.c ---- */
/* Our NAT_DETECTION_*, FRAGMENTATION_SUPPORTED, CHILDLESS; 0 or -1. */
int	exch_init_r_notifies(const struct session *, int childless,
	    struct msg_build *);
/* The answer goes out, and is kept for AUTH; 0 or -1. */
int	exch_init_r_respond(struct session *, struct out *);

#endif /* IKE_EXCH_RESUME_H */
