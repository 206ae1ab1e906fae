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

#ifndef TMD_SESS_H
#define TMD_SESS_H

#include "memo.h"
#include "proto_ike_tmd.h"
#include "proto_parent_tmd.h"
#include "proto_sign_tmd.h"
#include "sess_pair.h"
#include "tunnel.h"

/*
 * A session: one authentication of one peer, from its verdict until its
 * grants are revoked.  Its name is the ticket; the SPI pair changes when
 * the IKE SA is rekeyed.  What ike says about it is taken only from the
 * worker that has it.
 */
enum session_state {
	SS_GRANTED,	/* verdict and grants are out, ike has not said up */
	SS_RECOVERED,	/* from the parent's memos, ike not heard yet */
	SS_UP,
	SS_ENDING	/* told to end; grants fall when ike says down */
};

/* In place of a worker, of sessions with manual keys (manual.h). */
#define MANUAL_WORKER	WORKERS_MAX

/* What we allowed this session for one child. */
TAILQ_HEAD(pair_list, sa_pair);

struct grant {
	RB_ENTRY(grant)		 node;
	TAILQ_ENTRY(grant)	 entry;
	struct session		*session;
	uint32_t		 id;
	uint32_t		 child;
	uint8_t			 ending;	/* revoked once ike let go */
	uint8_t			 standing;	/* SAs from before a restart */
	uint8_t			 instead;	/* of some with other keys */
	uint8_t			 anew, tries;	/* new_keys.c's */
	uint8_t			 keys[KEYS_PRINT]; /* its SAs' policy */
	uint64_t		 expiry;	/* 0: none */
	uint64_t		 bytes_gone;	/* octets of pairs that ended */
	uint64_t		 used; /* of those; or since it is up */
	struct wt_keys		*manual;	/* its keys; NULL: not manual */
	struct alarm		 alarm;		/* or at the latest now */
	struct pair_list	 pairs;			/* oldest first */
	struct grant_host	*host;		/* owners.h; or NULL */
};

/* A round behind the first (RFC 4739). */
struct sess_round {
	uint8_t			 method;	/* 0: the peer had none */
	uint8_t			 by_certd;	/* who vouches for it */
	uint8_t			 fingerprint[32];
	struct wt_id		*id_peer;	/* kept; NULL: not known */
	char			*proof;		/* kept; NULL: a PSK */
};

/* Of a session's tickets: none; none of ours, but the peer's is kept. */
#define TICKETED_NO	0
#define TICKETED_KEPT	1

struct session {
	RB_ENTRY(session)	 by_ticket, by_spi;
	TAILQ_ENTRY(session)	 entry;		/* of its tunnel */
	LIST_ENTRY(session)	 hashed;	/* SS_GRANTED: by exch */
	LIST_ENTRY(session)	 by_id;		/* the peer's; not manual */
	LIST_ENTRY(session)	 by_manual;	/* of MANUAL_WORKER */
	struct tunnel		*tunnel;
	enum session_state	 state;
	uint8_t			 ticket[TICKET_LEN];
	uint8_t			 spi_i[8], spi_r[8];
	uint64_t		 exch;
	unsigned int		 worker;	/* or MANUAL_WORKER */
	uint32_t		 order;		/* 0: the peer's initiative */
	/* of the policy it was judged by */
	uint32_t		 generation;
	uint8_t			 slot;
	uint8_t			 initiator, method, nat, stuck;	/* renew.h */
	uint8_t			 ppk_used, used_up;	/* of lifesize */
	uint8_t			 nrounds;
	uint8_t			 replace;	/* others end once it is up */
	uint8_t			 renewing; /* another is to take its place */
	uint8_t			 leaving;	/* another has; see renew.h */
	uint8_t			 again;		/* ended, to begin another */
	uint8_t			 longer;	/* the policy has more now */
	uint8_t			 anew;		/* new_keys.c's */
	struct wt_id		*id_ours, *id_peer;	/* kept */
	uint8_t			 peer[PEER_LEN];	/* digest, all rounds */
	uint8_t			 fingerprint[32];
	char			*proof;		/* kept; NULL: a PSK */
	char			*ppk; /* kept; NULL: none in the policy */
	struct sess_round	*rounds;	/* nrounds, or NULL */
	struct wt_sock		 local, remote;	/* as ike says now */
	struct wt_sock		*proved_at;	/* both then; NULL: the same */
	struct wt_keysort	 key_ours, key_peer;
	struct wt_suite		 suite;
	uint64_t		 since;		/* of the first SPI pair */
	uint64_t		 proved;	/* when; earlier, if resumed */
	uint64_t		 resumed;	/* when, or 0 (resume.h) */
	uint8_t			 old_spi_i[8], old_spi_r[8];	/* of what */
	uint64_t		 ticketed; /* until then, or TICKETED_KEPT */
	uint64_t		 keyed;		/* of this SPI pair */
	uint64_t		 carried;	/* octets of it, as ike says */
	uint64_t		 rekey_at, ends_at;
	uint64_t		 anew_by;	/* the peer asks so, or 0 */
	uint64_t		 expiry;	/* of the authentication */
	TAILQ_HEAD(grant_list, grant) grants;
	struct alarm		 alarm;		/* by state; see sessions.c */
	uint64_t		 bytes_gone;	/* octets of pairs that ended */
	uint32_t		 keyed_by;	/* the rekey it serves */
	uint8_t			 keys[KEYS_PRINT]; /* its IKE SA's policy */
	uint8_t			 first_spi_i[8];	/* before any rekey */
	uint64_t		 up_ms;		/* when it came up */
};

/* Look-up. */
struct session	*sess_by_ticket(const uint8_t ticket[TICKET_LEN]);
struct session	*sess_by_spi(const uint8_t spi_i[8], const uint8_t spi_r[8]);
/* Only those granted and not yet up. */
struct session	*sess_by_exch(unsigned int worker, uint64_t exch);
/* The next after o (NULL: the first) that is up and of the peer of s. */
struct session	*sess_same(const struct session *s, const struct session *o);
/* The next after o (NULL: the first) of t whose peer has this ID. */
struct session	*sess_of_id(const struct tunnel *t, const struct wt_id *id,
		    const struct session *o);
struct session	*sess_next(const struct session *s);	/* NULL: first */
struct grant	*sess_grant_find(uint32_t id);
struct grant	*sess_grant(const struct session *s, uint32_t child);
unsigned int	 sess_count(void);

/* The session of t that is up (the newest), or NULL. */
struct session	*sess_up_of(const struct tunnel *t);
/* Is the peer of both the same, by all rounds? */
int		 sess_same_peer(const struct session *a,
		    const struct session *b);
/* How many are up. */
unsigned int	 sess_ups(const struct tunnel *t);

/*
 * Makes one, in SS_GRANTED, of a verdict; makes a grant of it; both are
 * in the tables then.
 */
struct session	*sess_new(struct tunnel *t,
		    const uint8_t ticket[TICKET_LEN],
		    const uint8_t spi_i[8], const uint8_t spi_r[8]);
struct grant	*sess_add_grant(struct session *s, uint32_t id,
		    uint32_t child);
/* What its worker calls it: for sess_by_exch(). */
void		 sess_set_exch(struct session *s, unsigned int worker,
		    uint64_t exch);
/* Who its peer is: the ID, and the digest of what it proved in all rounds. */
void		 sess_set_peer(struct session *s, const struct wt_id *id,
		    const uint8_t peer[PEER_LEN]);
/* The only way to change its state. */
void		 sess_set_state(struct session *s, enum session_state state);
/* Where it is now: at first the verdict's, then what ike says. */
void		 sess_set_path(struct session *s, const struct wt_sock *local,
		    const struct wt_sock *remote);
/* Where it was when it was proved. */
const struct wt_sock *sess_proved(const struct session *s, int remote);
/* A new SPI pair after a rekey. */
void		 sess_set_spi(struct session *s, const uint8_t spi_i[8],
		    const uint8_t spi_r[8]);

/* What the alarms of sessions and grants call; set once by main. */
void		 sess_on_alarm(void (*fn)(struct session *),
		    void (*grant_fn)(struct grant *));

/* Revokes one grant and forgets it, with its pairs. */
void		 sess_grant_revoke(struct grant *g);
/* Forgets one without a word: the parent has dropped it by itself. */
void		 sess_grant_forget(struct grant *g);
/* Revokes all its grants and forgets it.  Says nothing to ike. */
void		 sess_free(struct session *s);

/* The next number for a grant; higher ones than seen are skipped to. */
uint32_t	 sess_grant_next_id(void);
void		 sess_grant_seen_id(uint32_t id);

#endif /* TMD_SESS_H */
