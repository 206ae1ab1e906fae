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

#ifndef IKE_CHILD_H
#define IKE_CHILD_H

#include <sys/queue.h>

#include <stdint.h>

#include "kept_row.h"
#include "proto_ike_tmd.h"
#include "timer.h"
#include "ts.h"
#include "tsp.h"

/*
 * A Child SA: the pair of ESP or AH SAs as ike knows it.  Its keys are computed
 * for INSTALL and wiped; nobody here keeps them.
 */
struct exch;
struct ike;
struct session;

/* What tmd granted of a child, no longer than its selectors are. */
struct grant_row {
	SLIST_ENTRY(grant_row)	 entry;		/* the session's */
	uint32_t		 grant;
	uint32_t		 child;
	uint64_t		 hard_seconds;
	uint8_t			 ts[];		/* packed (tspack.h) */
};

SLIST_HEAD(grant_rows, grant_row);

enum child_state {
	CH_INSTALLING,		/* the parent was asked */
	CH_UP,
	CH_REPLACED,		/* rekeyed by the peer, who will delete it */
	CH_DELETING,		/* our Delete is queued or out */
	CH_GONE
};

struct child {
	TAILQ_ENTRY(child)	 link;		/* the session's */
	LIST_ENTRY(child)	 hash;		/* by spi_in */
	struct session		*s;
	uint32_t		 grant;
	uint32_t		 child;		/* its number in the tunnel */
	uint32_t		 spi_in, spi_out;
	uint32_t		 replaces; /* spi_in of the old pair, or 0 */
	uint8_t			 state;		/* enum child_state */
	uint8_t			 initiator; /* of the exchange that made it */
	uint8_t			 mode;
	uint8_t			 no_tfc;	/* the peer takes none */
	uint8_t			 asked;		/* the parent, ever */
	uint8_t			 moving;	/* MIGRATE is not answered */
	uint8_t			 encap;		/* on the plane */
	uint8_t			 off_plane;	/* removed there already */
	uint8_t			 lingers;	/* deleted, for late packets */
	uint8_t			 lost;		/* a collision; see below */
	uint16_t		 down_code;	/* why it is being deleted */
	struct wt_suite		 suite;		/* ke: PFS group */
	uint8_t			*ts;		/* selectors (tspack.h) */
	uint64_t		 since, rekey_at, ends_at;	/* seconds */
	struct timer		 rekey, hard;
	struct wt_sock		 local, remote;	/* on the plane; af 0: unsure */
	/* Told once INSTALLED came; NULL for a child nobody waits for. */
	void			(*installed)(struct session *, struct exch *,
				    struct child *, unsigned int code,
				    const char *text);
	struct exch		*x;
};

TAILQ_HEAD(child_queue, child);

/* The session's grant row for a child; NULL: not granted. */
const struct grant_row *child_grant(const struct session *,
	    uint32_t child);

/* A free inbound SPI of random choice, never below 256. */
uint32_t	 child_new_spi(struct ike *);

/* Its selectors in and out. */
void		 child_set_ts(struct child *, const struct ts_pair *);
void		 child_get_ts(const struct child *, struct ts_pair *);

/* A new Child SA, in no state but CH_INSTALLING; hashed by spi_in. */
struct child	*child_new(struct session *, uint32_t spi_in);
/* Takes it off everything; the parent is told nothing. */
void		 child_free(struct child *);
struct child	*child_by_spi(struct ike *, uint32_t spi_in);
/* The one whose packets the peer receives under this SPI. */
struct child	*child_by_spi_out(const struct session *, uint8_t proto,
		    uint32_t spi_out);
/*
 * How many pairs of that child serve just these selectors (NULL: any), or are
 * about to; replaced ones do not.
 */
unsigned int	 child_count(const struct session *, uint32_t child,
		    const struct ts_pair *);
/* The newest live pair of that child, or NULL. */
struct child	*child_newest(const struct session *, uint32_t child);
/* Live: installed, not replaced, not being deleted. */
int		 child_live(const struct child *);

/* It is installed: timers, log, tmd. */
void		 child_up(struct child *);
/* A child alone failed, its session stays: log, tmd. */
void		 child_failed(struct session *, uint32_t child, int ours,
		    unsigned int code, const char *text);
/*
 * Removes the pair from the plane and tells tmd, once the parent has given
 * the last counters; c is freed.
 */
void		 child_remove(struct child *, unsigned int code,
		    const char *text);
/* The pair stands elsewhere than its session: it follows, once it may. */
void		 child_move(struct child *);
/*
 * Either end has closed a pair that another replaces: nothing is sent on it
 * any more, but what is under way to us is received for a moment (RFC 7296
 * 2.8).
 */
void		 child_retire(struct child *);
/* The session's addresses changed: so do its pairs'. */
void		 child_migrate_all(struct session *);
/* The parent's answer to the move. */
void		 child_moved(struct child *, unsigned int code,
		    const char *text);
/*
 * The peer's pair lost against ours: nothing may be sent on it, and the
 * peer has a while to delete it (RFC 7296 2.8.1).
 */
void		 child_lost(struct child *);
/*
 * Takes the pair off the plane and tells tmd, but knows it still, for the
 * peer's Delete.
 */
void		 child_off_plane(struct child *, unsigned int code,
		    const char *text);
/* If too many of that child linger, the oldest make room for a new pair. */
void		 child_end_linger(struct session *, uint32_t child);
/* Moves all children to the successor of a rekeyed IKE SA. */
void		 child_inherit(struct session *from, struct session *to);

/* Its protocol, as its policy has it: PROTO_ESP or PROTO_AH. */
uint8_t		 child_proto(const struct session *, uint32_t child);

/* What the child's policy offers; no_ke in IKE_AUTH. n of LINK_PROPOSALS. */
size_t		 child_offer(const struct session *,
		    const struct kept_child *, int no_ke,
		    struct wt_proposal *out);
/* "lan (1.1)", into out. */
char		*child_name(const struct session *, uint32_t child, char *out,
		    size_t size);

#endif /* IKE_CHILD_H */
