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

#ifndef IKE_SESSION_H
#define IKE_SESSION_H

#include <sys/queue.h>

#include <stdint.h>

#include "child.h"
#include "ike.h"
#include "keymat.h"
#include "policy.h"
#include "sa_fsm.h"
#include "session_log.h"
#include "sk.h"
#include "tcp.h"
#include "window.h"

/*
 * The IKE SA.  What belongs to its first two exchanges is in setup, what
 * belongs to a later one in own (our request) and peer (the peer's).
 */
struct closed;
struct exch;
struct job;
struct mobike;
struct setup;
struct ticketing;

/*
 * Wiped when the session ends: SK_d; the others are in the contexts, and
 * those for AUTH in the setup.
 */
struct session_keys {
	uint8_t		 d_len;
	uint8_t		 d[IKE_KEY_MAX];
	struct sk_ctx	*seal;
	struct sk_ctx	*open;
	uint64_t	 iv;		/* counter of the next message */
};

/* The packet for which a child is made. */
struct session_packet {
	uint32_t	 child;
	struct wt_ts	 src, dst;
};

TAILQ_HEAD(job_queue, job);

struct session {
	LIST_ENTRY(session)	 all;		/* also on the dead list */
	LIST_ENTRY(session)	 h_spi, h_exch, h_init, h_id;
	struct ike		*ike;
	enum sa_state		 state;
	uint32_t		 tunnel;	/* 0: not known yet */
	uint8_t			 spi_i[SPI_LEN], spi_r[SPI_LEN];
	struct session_keys	 keys;
	struct window		 win;

	struct wt_suite		 suite;
	struct wt_sock		 local, remote;
	uint16_t		 frag_size;	/* datagrams of fragments; 0:
						 * not agreed (RFC 7383) */
	uint16_t		 end_code;	/* why we are deleting it */
	uint8_t			 initiator;	/* the original one? */
	uint8_t			 client;	/* the same of the first SA */
	uint8_t			 natt;		/* we talk port 4500 */
	uint8_t			 nat;		/* enum nat_bits */
	uint8_t			 no_natd; /* the peer does not detect it */
	/* AUTH covered all (N_FULL_TRANSCRIPT) */
	uint8_t			 full;
	uint8_t			 gives; /* the peer, tickets (RFC 5723) */
	uint8_t			 told;		/* tmd has its SESSION_UP */
	uint8_t			 traced;	/* traces that have its keys */
	uint8_t			 served;	/* closing: others go on */
	uint8_t			 follow_lost;	/* STATE_NOT_FOUNDs in a row */
	uint8_t			 crash_len;
	struct wt_addr		 host;		/* asked for in a generic
						 * child, not granted yet */
	struct host_held	*held;		/* the request that asks for
						 * it (exch_host.c), or NULL */
	uint32_t		 single; /* child of one pair of addresses,
						 * as the peer wants it */
	uint32_t		 order;
	unsigned int		 queries;	/* QUERY_SA outstanding */
	/* the peer's (crash.h), or NULL */
	uint8_t			*crash_token;
	struct mobike		*mob;		/* NULL: not agreed */
	struct tcp		*tcp; /* RFC 9329; NULL: never so far */

	struct policy		*policy;
	uint64_t		 exch;		/* what others know it by */
	uint8_t			 ticket[TICKET_LEN];
	uint64_t		 expiry;	/* of the authentication */
	struct grant_rows	 grants;

	struct setup		*setup;		/* NULL once it is up */
	struct exch		*own;		/* our outstanding request */
	struct exch		*peer; /* the peer's, being worked on */
	struct exch		*half; /* likewise, key exchanges missing */
	struct timer		 halftimer;
	struct job_queue	 jobs;
	struct child_queue	 children;
	uint8_t			 old_spi_i[SPI_LEN], old_spi_r[SPI_LEN];
	/* The peer rekeyed this SA while we do (RFC 7296 2.8.2). */
	uint64_t		 rival; /* id of the heir it made, or 0 */
	uint64_t		 heir;		/* id of its successor, or 0 */
	uint64_t		 id;		/* never used twice */

	uint64_t		 init_hash;	/* of the IKE_SA_INIT request */
	uint64_t		 init_key;	/* it is found by; 0: not */
	struct source		*half_src;	/* half-open: counted there */
	uint64_t		 since, rekey_at, ends_at;	/* seconds */
	uint64_t		 anew_at, anew_by;	/* auth_life.h; 0: no */
	uint64_t		 octets;	/* that its keys protected */
	uint64_t		 soft_octets, hard_octets; /* 0: no limit */
	uint64_t		 last_in;	/* ms, last authentic message */
	uint64_t		 last_out;
	struct closed		*answer;	/* waits for the plane */
	struct ticketing	*tick;		/* exch_resume.h, or NULL */
	struct session_packet	*packet;	/* asks for a child, or NULL */
	struct timer		 wait;		/* of waiting states */
	struct timer		 rekey, hard, idle, keepalive, jobtimer, anew;
	long			 record; /* place in the arena, -1: none */
};

/* Our own SPI of it, and the peer's. */
const uint8_t	*session_spi(const struct session *);
const uint8_t	*session_peer_spi(const struct session *);

/* A fresh SPI with our slot in its first octet. */
void		 session_new_spi(struct ike *, uint8_t spi[SPI_LEN]);

/*
 * A new session with our SPI (as initiator spi_i, else spi_r), hashed by it;
 * takes a reference to the policy.
 */
struct session	*session_new(struct ike *, int initiator,
		    const uint8_t spi[SPI_LEN]);
/*
 * Takes its keys: SK_d, the contexts, and for a setup those for AUTH.  k is
 * the caller's to wipe.  0, or -1: OpenSSL failed.
 */
int		 session_set_keys(struct session *, const struct ike_keys *k);
/* SK_d; the session's. */
struct slice	 session_sk_d(const struct session *);
/* Other keys from now on: copied, k is wiped.  0 or -1. */
int		 session_change_keys(struct session *, struct ike_keys *k);
/* A context that opens the peer's messages under k, the caller's; or NULL. */
struct sk_ctx	*session_open_with(const struct session *,
		    const struct ike_keys *k);
/*
 * A context that opens what we have sealed, the caller's; NULL: no keys, or
 * OpenSSL failed.
 */
struct sk_ctx	*session_open_own(const struct session *);
void		 session_set_exch(struct session *, uint64_t exch);
void		 session_set_packet(struct session *, uint32_t child,
		    const struct wt_ts *src, const struct wt_ts *dst);
/* Hashed by key, which is not 0. */
void		 session_set_init(struct session *, uint64_t key,
		    uint64_t hash);
/* Those whose IKE_SA_INIT request may have this key. */
struct session_list *session_init_chain(struct ike *, uint64_t key);

/* NULL when there is none. */
struct session	*session_by_spi(struct ike *, const uint8_t spi[SPI_LEN]);
struct session	*session_by_pair(struct ike *, const uint8_t *spi_i,
		    const uint8_t *spi_r);
struct session	*session_by_exch(struct ike *, uint64_t exch);
struct session	*session_by_id(struct ike *, uint64_t id);

/* NULL before the tunnel is known. */
const struct kept_tunnel *session_tunnel(const struct session *);
/*
 * Under the newest policy, if that has its tunnel as it was: 1.  Else it keeps
 * its own until tmd, who knows better, ends it: 0.
 */
int		 session_follow(struct session *);
int		 session_alive(const struct session *);
/* 1 when its ESP goes in UDP: there is NAT, or it is forced. */
int		 session_encap(const struct session *);

/*
 * The session is up: records, tells tmd, starts its timers.
 */
void		 session_up(struct session *);
/*
 * It ends: keys are wiped, children removed, tmd is told when it was up
 * (NEG_FAILED is the caller's).  Memory goes at the turn's end.
 */
void		 session_end(struct session *, unsigned int code,
		    const char *text);
/* Frees what session_end() left; only ike_turn_end() and ike_free() do. */
void		 session_free(struct session *);

/*
 * The peer moved behind its NAT: an authentic message, or an ESP packet, came
 * from here.
 */
void		 session_moved(struct session *, const struct arrival *,
		    int esp);

#endif /* IKE_SESSION_H */
