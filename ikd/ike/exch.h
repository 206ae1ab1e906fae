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

#ifndef IKE_EXCH_H
#define IKE_EXCH_H

#include <stdint.h>

#include "alg.h"
#include "asked.h"
#include "child.h"
#include "exch_ppk.h"
#include "exch_rival.h"
#include "ike_const.h"
#include "intauth.h"
#include "jobs.h"
#include "keymat.h"
#include "mobike.h"
#include "packet.h"
#include "pld_notify.h"
#include "pld_sa.h"
#include "prop.h"
#include "proto_ike_sign.h"
#include "proto_ike_tmd.h"
#include "sa_fsm.h"
#include "window.h"

/*
 * An exchange: what dies with it.  One of CREATE_CHILD_SA or INFORMATIONAL
 * in each direction can run on a session; the first two exchanges have a
 * struct setup of their own.
 */
struct dh_key;

#define EXCH_DEAD	4	/* Deletes that overtake our answer */

/*
 * Of one that makes an SA: thousands may ask silent peers whether they live,
 * and have no use for it.
 */
struct exch_sa {
	uint8_t			 nr[IKE_NONCE_MAX];
	uint8_t			 gir[IKE_KE_MAX];
	uint8_t			 link[IKE_LINK_MAX];
	struct wt_proposal	 offer[LINK_PROPOSALS];
	struct ts_pair		 ts;		/* as offered, or as chosen */
	uint8_t			 peer_min[IKE_NONCE_MAX];
};

struct exch {
	enum job_kind		 kind;
	int			 initiator;	/* is it our request? */
	struct exch_sa		*sa;		/* NULL: an INFORMATIONAL */
	uint8_t			 ni[IKE_NONCE_MAX];
	size_t			 ni_len, nr_len;
	struct dh_key		*dh;
	uint16_t		 group;		/* of our KE payload, or 0 */
	unsigned int		 ke_tries;
	size_t			 gir_len;
	/* Additional key exchanges: those done, their secrets, and what the
	 * responder finds the half-done by. */
	unsigned int		 more_n;
	uint8_t			*more;
	size_t			 more_len;
	int			 followup;	/* they have begun */
	size_t			 link_len;
	size_t			 noffer;
	int			 ts_more;	/* more is possible (2.9) */
	int			 ticket_wanted;	/* TICKET_REQUEST (RFC 5723) */
	uint8_t			 mode;		/* so */
	struct prop_choice	 choice;
	uint32_t		 child;		/* number */
	uint32_t		 grant;
	uint32_t		 spi_in;	/* of the new pair */
	uint32_t		 old_spi;	/* spi_in of the rekeyed pair */
	uint8_t			 ike_spi[SPI_LEN]; /* ours of the new IKE SA */
	uint16_t		 ke_answer;	/* responder: KE to send */
	uint16_t		 notify; /* job's notify or reason code */
	/* SPIs it deleted that we do not know: of a pair yet to come? */
	uint32_t		 dead[EXCH_DEAD];
	unsigned int		 ndead;
	/* The peer rekeys the same thing meanwhile (RFC 7296 2.8.1). */
	int			 collided;
	uint32_t		 peer_spi;	/* spi_in of the pair it made */
	size_t			 peer_min_len;
};

/* Everything of the first two exchanges. */
struct setup {
	uint32_t		 order;		/* tmd's, as initiator */
	struct mx_initiate	 ask;		/* as initiator */
	struct mk_ticket	 ticket;
	uint8_t			 nonce_peer[IKE_NONCE_MAX];
	size_t			 nonce_peer_len;
	uint8_t			 sk_p_len;	/* the keys that AUTH takes */
	uint8_t			 sk_pi[IKE_KEY_MAX], sk_pr[IKE_KEY_MAX];
	uint8_t			*msg_i, *msg_r;	/* what AUTH covers */
	size_t			 msg_i_len, msg_r_len;
	struct dh_key		*dh;
	uint16_t		 group;
	unsigned int		 inter_n;	/* IKE_INTERMEDIATEs done */
	struct intauth		 int_i, int_r;	/* over their messages */
	uint8_t			 intauth[INTAUTH_MAX];
	/* Responder: keys for the exchange to come; the peer's first use of
	 * them puts them in place (RFC 9370 section 2.2.2).  NULL: none. */
	struct ike_keys		 next;
	struct sk_ctx		*next_open;
	struct ppk_state	 ppk;
	uint8_t			 cookie[IKE_COOKIE_MAX];
	size_t			 cookie_len;
	uint8_t			 held[IKE_COOKIE_MAX];	/* not followed yet */
	size_t			 held_len;
	unsigned int		 held_n;	/* that came meanwhile */
	int			 followed;	/* one was */
	struct asked_list	 others;	/* of other groups, sent */
	struct rival_state	 rival;
	uint16_t		 error; /* last error notify, remembered */
	uint16_t		 denied; /* by tmd, between two rounds; or 0 */
	uint64_t		 t0;		/* for "answered in 12 ms" */
	int			 asked;		/* SIGN or AUTH_CHECK is out */
	unsigned int		 tries;		/* to ask, out of credit */
	int			 checked, granted, answers; /* mx_granted */
	int			 host_asked; /* of tmd, for a generic child */
	uint8_t			 round, multi;	/* RFC 4739: 0-, multi_bit */
	uint8_t			 rounds_ours, rounds_theirs; /* or 0: 1 */
	uint32_t		 tunnel; /* responder: to show certs of */
	int			 initial_contact;
	int			 childless;	/* its children come later */
	int			 mobike;	/* the peer can (RFC 4555) */
	struct mobike_list	 addrs;		/* and has these, too */
	int			 redirectable;	/* the peer (RFC 5685) */
	int			 away;		/* it sends us there: */
	struct wt_addr		 away_addr;	/* responder: it was sent by */
	char			 away_name[REDIRECT_NAME + 1];
	int			 resumed, ticket_wanted; /* RFC 5723: by it */
	uint8_t			*opaque;	/* ticket that we show */
	size_t			 opaque_len;
	struct wt_id		 id_ours, id_peer;
	uint8_t			 id_i[4 + IKE_ID_MAX], id_r[4 + IKE_ID_MAX];
	size_t			 id_i_len, id_r_len;
	uint16_t		 hashes;	/* the peer's, RFC 7427 */
	uint32_t		 can; /* it announced these, RFC 9593 */
	uint8_t			 announces;	/* and that it does so */
	int			 wants_ocsp;	/* the peer, RFC 4806 */
	uint8_t			 certs_asked;	/* it sent a CERTREQ */
	uint8_t			 looks_up;	/* it fetches by hash and URL */
	uint8_t			*chain;		/* its certificates */
	size_t			 chain_len;
	uint8_t			 method;	/* the peer's AUTH */
	uint8_t			 auth[IKE_AUTH_MAX];
	size_t			 auth_len;
	uint8_t			 my_method;
	uint8_t			 my_auth[AUTH_DATA_MAX];
	size_t			 my_auth_len;
	/* The first child; x is NULL when there is none (any more). */
	struct exch		*x;
	struct sa_payload	*sa;		/* the peer's */
	struct ts_pair		 ts_peer;	/* ours and its side swapped */
	uint16_t		 child_error;	/* notify in place of it */
	uint16_t		 child_code;	/* enum reason of that */
	char			 child_why[MSG_TEXT + 1];
	struct child		*c;
};

struct setup	*setup_new(struct session *);
void		 setup_free(struct session *);
void		 exch_free(struct ike *, struct exch **);

/* ---- exch_init_r.c: a request to start an IKE SA ---- */
void	exch_init_r(struct ike *, const struct arrival *, const uint8_t *buf,
	    size_t len);
/* An unprotected answer; copies SPIs and id of h. */
void	exch_clear_begin(struct out *, const struct ike_hdr *h);
void	exch_clear_send(struct ike *, const struct arrival *, struct out *);
/* The same of one notify. */
void	exch_clear_notify(struct ike *, const struct arrival *,
	    const struct ike_hdr *h, unsigned int type, const void *data,
	    size_t len);

/* ---- exch_init_i.c ---- */
void	exch_initiate(struct ike *, const struct mx_initiate *);
/* The session begins anew by that stream; this one ends. */
void	exch_init_i_by_tcp(struct session *, const struct wt_sock *local,
	    const struct wt_sock *remote);
enum sa_event	exch_init_i_start(struct session *, struct event_arg *);
enum sa_event	exch_init_i_send(struct session *, struct event_arg *);
enum sa_event	exch_init_i_response(struct session *, struct event_arg *);
enum sa_event	exch_init_i_give_up(struct session *, struct event_arg *);
/* No answer came while a cookie was held: it is followed. */
enum sa_event	exch_init_i_waited(struct session *, struct event_arg *);

/* ---- exch_info.c ---- */
int	exch_info_start(struct session *, struct exch *);
enum sa_event	exch_info_response(struct session *, struct event_arg *);
enum sa_event	exch_info_request(struct session *, struct event_arg *);
/* The plane has retired the pairs that the peer has closed, or is late. */
enum sa_event	exch_info_answer(struct session *, struct event_arg *);
/* The plane has retired the pairs of a session that the peer closes. */
enum sa_event	exch_info_retired(struct session *, struct event_arg *);
/* The peer is answered. */
enum sa_event	exch_info_closed(struct session *, struct event_arg *);

/* Answers the request being worked on with one notify. */
void	exch_answer_notify(struct session *, unsigned int type,
	    const void *data, size_t len);

#endif /* IKE_EXCH_H */
