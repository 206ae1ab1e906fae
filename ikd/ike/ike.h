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

#ifndef IKE_IKE_H
#define IKE_IKE_H

#include <sys/queue.h>

#include <stdint.h>

#include "answers.h"
#include "cookie.h"
#include "crowd.h"
#include "env.h"
#include "proto_parent_ike.h"
#include "tickets.h"
#include "timer.h"
#include "trace.h"

/*
 * A negotiator: what one worker process has, once.  The tests make two of
 * them in one process, so nothing of it is global.
 */
#define IKE_HASH	4096	/* buckets; a power of two */

/* Counters of a worker; names in stats.c. */
enum ike_stat {
	ST_PACKETS_IN, ST_PACKETS_OUT, ST_BAD_HEADER, ST_BAD_VERSION,
	ST_NO_SA, ST_FORGED, ST_MALFORMED, ST_OLD_ID, ST_RETRANS_IN,
	ST_RETRANS_OUT, ST_UNEXPECTED, ST_NOT_LISTENING, ST_INIT_IN,
	ST_COOKIES_SENT, ST_COOKIES_LATER, ST_COOKIES_GOOD, ST_HALF_FULL,
	ST_SOURCE_FULL,
	ST_HALF_EXPIRED, ST_NO_TICKET, ST_NO_POLICY, ST_NO_TUNNEL,
	ST_NO_PROPOSAL, ST_INVALID_KE, ST_RATE_LIMITED, ST_UNAUTH_NOTIFY,
	ST_STRAYS, ST_ESP_ON_IKE, ST_KEEPALIVES_IN, ST_AUTH_FAILED,
	ST_SESSIONS_I, ST_SESSIONS_R, ST_CHILDREN, ST_CHILD_REKEYS,
	ST_IKE_REKEYS, ST_COLLISIONS, ST_PROBES, ST_DEAD_PEERS,
	ST_SEND_FAILED, ST_NOCREDIT, ST_MOVED, ST_LOST_SESSIONS,
	ST_FRAGS_IN, ST_FRAGS_OUT, ST_FRAGS_LOST, ST_CRASH_SHOWN,
	ST_CRASH_SEEN, ST_REDIRECTED, ST_PPK_USED, ST_PPK_NONE, ST_PPK_REFUSED,
	ST_RESUMED, ST_RESUME_NACKS, ST_RESUME_FULL, ST_TICKETS_MADE,
	ST_TICKETS_KEPT, ST_MAX
};

struct arena;
struct child;
struct pending;
struct policy;
struct session;
struct shown;
struct source;
struct work;

LIST_HEAD(session_list, session);
LIST_HEAD(child_list, child);
LIST_HEAD(pending_list, pending);
TAILQ_HEAD(pending_queue, pending);
LIST_HEAD(source_list, source);
LIST_HEAD(work_list, work);

struct ike {
	const struct ike_env	*env;
	uint8_t			 slot;		/* of our SPIs and tickets */
	uint32_t		 epoch;		/* upper half of our IVs */
	int			 sign_up;	/* certd-sign's pipe is there */
	int			 stopping;
	uint32_t		 tmds;		/* there were, with this one */
	int			 send_error;	/* of the last datagram; 0 */
	uint8_t			 send_dscp;	/* of what goes out, and 1 */

	struct heap		 timers;
	struct answers		 answers;
	struct timer		 answers_old;	/* the oldest is too old */
	uint64_t		 armed;		/* env->wake_at() was told */
	struct policy		*policy;	/* committed; NULL: none yet */
	struct policy		*standby;
	struct shown		*shown;		/* certd's; NULL: none yet */
	struct ticket_pool	 tickets;
	struct cookie_jar	 cookies;
	struct arena		*arena;
	/* By slot, what our crash tokens are made of; bits: which we have. */
	uint8_t			 crash[SLOTS][CRASH_SECRET_LEN];
	uint64_t		 crash_known;
	struct mi_addr		 addr[LINK_ADDRS];	/* this host's */
	size_t			 naddr;
	int			 addrs_told;
	int			 addrs_more;	/* than it has room for */
	uint32_t		 unlistened;	/* bits: of links, told */
	uint32_t		 unlistened_at;	/* likewise, of addresses */
	uint32_t		 listen_of;	/* the generation of these */

	struct session_list	 by_spi[IKE_HASH];
	struct session_list	 by_exch[IKE_HASH];
	struct session_list	 by_id[IKE_HASH];
	struct session_list	 by_init[IKE_HASH];
	struct child_list	 by_child[IKE_HASH];
	struct pending_list	 pending[256];
	struct pending_queue	 waiting;	/* for credit, in order */
	struct source_list	 sources[4096];
	struct session_list	 all;
	struct session_list	 dead;		/* freed at the turn's end */
	struct work_list	 over;		/* perhaps put away then */
	uint32_t		 nsessions;
	uint32_t		 half_open;
	uint32_t		 asked[2]; /* for a cookie, see halfopen.h */
	uint64_t		 asked_since;	/* ms */
	struct crowd		 crowd;
	size_t			 frag_octets;	/* in sets of fragments */
	struct trace_list	 traces;	/* who looks on */

	uint64_t		 exch;		/* last number given */
	uint64_t		 serial;	/* of INSTALL and MIGRATE */
	uint32_t		 req;
	uint64_t		 bucket_ms;	/* rate limit, see ike_rate() */
	unsigned int		 bucket;
	uint64_t		 stat[ST_MAX];
};

/* A negotiator without policy, sockets and pipes; fatal on no memory. */
struct ike	*ike_new(const struct ike_env *env, unsigned int slot);
void		 ike_free(struct ike *);

/* The clock: milliseconds and whole seconds of CLOCK_BOOTTIME. */
uint64_t	 ike_now(const struct ike *);
uint64_t	 ike_seconds(const struct ike *);
void		 ike_random(const struct ike *, void *buf, size_t len);
/* Evenly from 0 to n - 1; n > 0. */
uint32_t	 ike_random_below(const struct ike *, uint32_t n);

/* Runs the timers that are due, then ends the turn. */
void		 ike_tick(struct ike *);
/*
 * Ends a turn: frees what died in it, tells the environment when to wake
 * us.  Whoever feeds the negotiator from outside calls it afterwards.
 */
void		 ike_turn_end(struct ike *);

/* 1: an answer or a log line about an unauthenticated packet is all right. */
int		 ike_rate(struct ike *);

/* A datagram without marker; the buffer is overwritten by decryption. */
struct arrival;
void		 ike_datagram(struct ike *, const struct arrival *,
		    uint8_t *buf, size_t len);

/* The committed snapshot has changed: `standby` takes effect. */
void		 ike_commit(struct ike *);
/* Deletes all sessions with a word to the peers. */
void		 ike_stop(struct ike *);

/* Counters as name and value; returns how many of max. */
size_t		 stats_list(const struct ike *, struct wt_kv *kv, size_t max);

#endif /* IKE_IKE_H */
