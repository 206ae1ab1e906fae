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
#include "child.h"
#include "ike_const.h"
#include "packet.h"
#include "pld_notify.h"
#include "pld_sa.h"
#include "prop.h"
#include "proto_ike_sign.h"
#include "sa_fsm.h"
#include "window.h"

/*
 * An exchange: what dies with it.  One of CREATE_CHILD_SA or INFORMATIONAL
 * in each direction can run on a session; the first two exchanges have a
 * struct setup of their own.
 */
enum job_kind {
	JOB_NONE, JOB_CHILD_NEW, JOB_CHILD_REKEY, JOB_CHILD_DELETE,
	JOB_IKE_REKEY, JOB_IKE_DELETE, JOB_PROBE, JOB_AUTH_FAILED
};

struct dh_key;

#define EXCH_DEAD	4	/* Deletes that overtake our answer */

struct exch {
	enum job_kind		 kind;
	int			 initiator;	/* is it our request? */
	uint8_t			 ni[IKE_NONCE_MAX], nr[IKE_NONCE_MAX];
	size_t			 ni_len, nr_len;
	struct dh_key		*dh;
	uint16_t		 group;		/* of our KE payload, or 0 */
	unsigned int		 ke_tries;
	uint8_t			 gir[IKE_KE_MAX];
	size_t			 gir_len;
	struct wt_proposal	 offer[LINK_PROPOSALS];
	size_t			 noffer;
	struct ts_pair		 ts;		/* as offered, or as chosen */
	struct prop_choice	 choice;
	uint32_t		 child;		/* number */
	uint32_t		 grant;
	uint32_t		 spi_in;	/* of the new pair */
	uint32_t		 old_spi;	/* spi_in of the rekeyed pair */
	uint8_t			 ike_spi[SPI_LEN]; /* ours of the new IKE SA */
	uint16_t		 ke_answer;	/* responder: KE to send */
	uint16_t		 notify;	/* job's notify or reason code */
	/* SPIs it deleted that we do not know: of a pair yet to come? */
	uint32_t		 dead[EXCH_DEAD];
	unsigned int		 ndead;
	/* The peer rekeys the same thing meanwhile (RFC 7296 2.8.1). */
	int			 collided;
	uint32_t		 peer_spi;	/* spi_in of the pair it made */
	uint8_t			 peer_min[IKE_NONCE_MAX];
	size_t			 peer_min_len;
};

/* Everything of the first two exchanges. */
struct setup {
	uint32_t		 order;		/* tmd's, as initiator */
	struct mx_initiate	 ask;		/* as initiator */
	struct mk_ticket	 ticket;
	uint8_t			 nonce_peer[IKE_NONCE_MAX];
	size_t			 nonce_peer_len;
	uint8_t			*msg_i, *msg_r;	/* what AUTH covers */
	size_t			 msg_i_len, msg_r_len;
	struct dh_key		*dh;
	uint16_t		 group;
	uint8_t			 cookie[IKE_COOKIE_MAX];
	size_t			 cookie_len;
	unsigned int		 retries;	/* cookies, other groups */
	uint16_t		 error;		/* last error notify, remembered */
	uint64_t		 t0;		/* for "answered in 12 ms" */
	int			 asked;		/* SIGN or AUTH_CHECK is out */
	unsigned int		 tries;		/* to ask, out of credit */
	int			 checked, granted;
	int			 initial_contact;
	struct wt_id		 id_ours, id_peer;
	uint8_t			 id_i[4 + IKE_ID_MAX], id_r[4 + IKE_ID_MAX];
	size_t			 id_i_len, id_r_len;
	uint8_t			 method;	/* the peer's AUTH */
	uint8_t			 auth[IKE_AUTH_MAX];
	size_t			 auth_len;
	uint8_t			 my_method;
	uint8_t			 my_auth[1024];
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
/* An unprotected answer of one notify; copies SPIs and id of h. */
void	exch_clear_notify(struct ike *, const struct arrival *,
	    const struct ike_hdr *h, unsigned int type, const void *data,
	    size_t len);

/* ---- exch_init_i.c ---- */
void	exch_initiate(struct ike *, const struct mx_initiate *);
enum sa_event	exch_init_i_start(struct session *, struct event_arg *);
enum sa_event	exch_init_i_send(struct session *, struct event_arg *);
enum sa_event	exch_init_i_response(struct session *, struct event_arg *);
enum sa_event	exch_init_i_give_up(struct session *, struct event_arg *);

/* ---- exch_auth_i.c ---- */
enum sa_event	exch_auth_i_sign(struct session *, struct event_arg *);
enum sa_event	exch_auth_i_send(struct session *, struct event_arg *);
enum sa_event	exch_auth_i_response(struct session *, struct event_arg *);
enum sa_event	exch_auth_i_install(struct session *, struct event_arg *);
enum sa_event	exch_auth_i_up(struct session *, struct event_arg *);
enum sa_event	exch_auth_i_refused(struct session *, struct event_arg *);

/* ---- exch_auth_r.c ---- */
enum sa_event	exch_auth_r_request(struct session *, struct event_arg *);
enum sa_event	exch_auth_r_install(struct session *, struct event_arg *);
enum sa_event	exch_auth_r_up(struct session *, struct event_arg *);
enum sa_event	exch_auth_r_refused(struct session *, struct event_arg *);

/* ---- exch_auth.c: what both roles do ---- */
/* Fills the context of SIGN and AUTH_CHECK; slices point into the setup. */
void	exch_auth_context(struct session *, struct mk_context *);
/* Sends AUTH_CHECK, or tries again soon when there is no credit. */
enum sa_event	exch_auth_check(struct session *, struct event_arg *);
/* AUTH_CHECKED and GRANTED are both there: EV_READY. */
enum sa_event	exch_auth_both(struct session *, struct event_arg *);
/* IKE_AUTH's common payloads; 0, or a notify type with why. */
unsigned int	exch_auth_parse(struct session *, const struct packet *,
	    const char **why);
/* Ends the attempt: NEG_FAILED, counters, log. */
void	exch_auth_failed(struct session *, unsigned int code,
	    const char *text);

/* ---- exch_child.c: what both roles of creating a Child SA do ---- */
struct exch	*exch_new(struct session *, enum job_kind kind,
		    int initiator);
int		 exch_nonce_less(const uint8_t *a, size_t alen,
		    const uint8_t *b, size_t blen);
/* The lowest nonce of the exchange. */
const uint8_t	*exch_min_nonce(const struct exch *, size_t *len);

/*
 * Initiator: what to offer for x->child, equal to old when that is rekeyed.
 * 0, or an enum reason.
 */
unsigned int	 exch_child_offer(struct session *, struct exch *,
		    const struct child *old, int no_ke);
/*
 * Initiator: is the answer within what was offered and granted?  0, or an
 * enum reason with why.
 */
unsigned int	 exch_child_accept(struct session *, struct exch *,
		    const struct sa_payload *, const struct ts_pair *,
		    int no_ke, char *why, size_t size);
/*
 * Responder: the granted child that fits the peer's selectors best, and its
 * suite; old: only that one.  0, or the notify type to answer, with why.
 */
unsigned int	 exch_child_choose(struct session *, struct exch *,
		    const struct sa_payload *, const struct ts_pair *,
		    const struct child *old, int no_ke, char *why,
		    size_t size);
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

/* ---- exch_child_i.c, exch_child_r.c ---- */
int	exch_child_i_start(struct session *, struct exch *);
enum sa_event	exch_child_i_response(struct session *, struct event_arg *);
enum sa_event	exch_child_r_request(struct session *, struct event_arg *);
enum sa_event	exch_child_r_refuse(struct session *, struct event_arg *);

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
/* s->own is one of these, and is done afterwards. */
void	exch_ike_i_response(struct session *, const struct packet *);
void	exch_ike_r_request(struct session *, const struct packet *);

/* ---- exch_info.c ---- */
int	exch_info_start(struct session *, struct exch *);
enum sa_event	exch_info_response(struct session *, struct event_arg *);
enum sa_event	exch_info_request(struct session *, struct event_arg *);

/* Answers the request being worked on with one notify. */
void	exch_answer_notify(struct session *, unsigned int type,
	    const void *data, size_t len);

/* ---- jobs.c: our own requests, one after the other ---- */
void	job_add(struct session *, enum job_kind, uint32_t child,
	    uint32_t spi_in, unsigned int code);
/* The same, not before so many milliseconds. */
void	job_later(struct session *, enum job_kind, uint32_t child,
	    uint32_t spi_in, unsigned int code, uint32_t ms);
void	job_run(struct session *);
void	job_clear(struct session *);
void	job_inherit(struct session *from, struct session *to);

#endif /* IKE_EXCH_H */
