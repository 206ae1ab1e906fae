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

#ifndef PARENT_GRANT_H
#define PARENT_GRANT_H

#include <sys/queue.h>
#include <sys/tree.h>

#include <stddef.h>
#include <stdint.h>

#include "due.h"
#include "flow.h"
#include "parent.h"
#include "reason.h"

struct event;

/*
 * Grants and the SA pairs that stand on them.  A pair knows everything of
 * its SAs but the keys, which are wiped once the plane has them.
 */
/* In place of a worker, of those whose keys are certd-sign's. */
#define WORKER_SIGN	WORKERS_MAX
#define GRANTS_MAX	32768 /* twice the pairs the plane has room for */
/*
 * A policy whose ceiling differs in algorithms or hard limits alone: tmd gives
 * a grant outside it new terms, and ike replaces the pairs.  Until then they
 * go on, at most so long; new ones are refused.
 */
#define GRANT_STALE_S	300

LIST_HEAD(pair_list, pair);

/*
 * Its lists have room for the most that a policy can say; what it allows is
 * kept encoded, with a run of zeroes as a zero and how many they are.
 */
struct grant {
	RB_ENTRY(grant)		 entry;
	uint32_t		 id, tunnel, child;
	uint8_t			 slot;
	uint8_t			 most;		/* pairs */
	uint8_t			 manual;	/* no worker's */
	uint8_t			 peer[PEER_LEN];
	uint8_t			 stale;		/* waits for new terms */
	uint16_t		 terms_len;
	uint64_t		 ends;		/* 0: never */
	struct due		 expiry;	/* at ends, or while stale */
	struct pair_list	 pairs;
	uint16_t		 npairs, nretired;	/* of them */
	uint8_t			*terms;		/* struct wt_grant, packed */
};

/*
 * WAITING: for the plane, or its credit.  ADDING: SA_ADD sent.  UP.
 * DELETING: off its grant, SA_DEL sent or to be sent.
 */
enum pair_state { PAIR_WAITING, PAIR_ADDING, PAIR_UP, PAIR_DELETING };

/* What a worker waits for. */
struct asked {
	int		 waiting;
	uint32_t	 req;
};

struct pair {
	RB_ENTRY(pair)		 entry;		/* by handle */
	RB_ENTRY(pair)		 child_entry;	/* while on a grant */
	LIST_ENTRY(pair)	 grant_entry;
	LIST_ENTRY(pair)	 in_entry, out_entry;	/* by SPI */
	TAILQ_ENTRY(pair)	 plane_entry;	/* esp_plane.c's queue */
	struct grant		*grant;		/* NULL: DELETING */
	uint32_t		 grant_id, tunnel, child;
	uint32_t		 handle;
	uint8_t			 peer[PEER_LEN];	/* the grant's */
	uint8_t			 state;		/* enum pair_state */
	uint8_t			 queued;
	uint8_t			 lost;		/* the plane has it no more */
	uint8_t			 retired;	/* receives only */
	uint8_t			 told; /* soft limits, by expire_kind */
	uint8_t			 routed, blocked;
	uint8_t			 worker;	/* or WORKER_SIGN */
	uint8_t			 mode, encap;
	uint8_t			 held;		/* sends only once it heard */
	uint8_t			 placed;	/* kernel_plane.c's */
	uint32_t		 reqid;		/* kernel_plane.c's */
	uint32_t		 device; /* has it all (offload: packet) */
	uint64_t		 mapped;	/* when a mapping was told */
	uint64_t		 since;
	uint32_t		 spi_in, spi_out;
	uint32_t		 ah_in, ah_out;	/* of a bundle; or 0 */
	uint32_t		 counted;	/* query that last saw it */
	struct wt_suite		 suite;
	struct wt_sock		 local, remote;
	struct wt_counters	 counters;	/* as last told */
	struct owner		*owners;	/* one a flow; none: detached */
	struct mi_install	*limits; /* kernel_plane.c's, while held */
	struct me_sa_add	*add;		/* until it is sent */
	struct me_move		*move;		/* until it is answered */
	struct asked		 add_req, move_req, del_req;
	struct event		*patience;	/* for the plane's answer */
	struct due		 hard;		/* hard lifetime */
	struct event		*hold;		/* hold_out ends; or NULL */
	uint32_t		 nflows;
	struct flow		 flows[];
};

/* grant.c */
struct grant	*grant_find(uint32_t id);
/*
 * Takes a grant that is within its ceiling; its timer runs.  NULL: the id is
 * in use or there are too many.
 */
struct grant	*grant_add(struct parent *p, const struct wt_grant *g);
/*
 * New terms, within the ceiling, for one that stands: they differ in
 * algorithms, limits and end alone.  0, or -1: it is another.
 */
int		 grant_again(struct parent *p, struct grant *g,
		    const struct wt_grant *w);
/* What it allows, whole; until the next call. */
const struct wt_grant *grant_terms(const struct grant *g);
/* Removes it and everything on it; nobody is told. */
void		 grant_drop(struct grant *g);
/* Removes it and tells tmd why (GRANT_GONE), ike of its pairs (hard end). */
void		 grant_end(struct grant *g, unsigned int code,
		    const char *text);
/*
 * To tmd; text NULL: the reason's own words.  GRANT_GONE (req: the grant) may
 * be of one that is there, of manual keys: it serves nobody, tmd revokes it.
 */
void		 tmd_answer(uint16_t type, uint32_t req, unsigned int code,
		    const char *text);
/* All grants, in the order of their ids; NULL starts and ends. */
struct grant	*grant_next(struct grant *g);
/* The first of a higher id, or NULL: for walks that take several turns. */
struct grant	*grant_after(uint32_t id);
/* New ceilings hold: those outside end. */
void		 grants_recheck(struct parent *p);
size_t		 grants_count(void);

/* pair.c */
struct pair	*pair_find(const struct grant *g, uint32_t spi_in);
struct pair	*pair_by_handle(uint32_t handle);
struct pair	*pair_next(struct pair *p);
/* The first of a higher handle, or NULL: for walks that take several turns. */
struct pair	*pair_after(uint32_t handle);
/* The pair that is UP whose SA of this SPI goes to dst: to us (in), or out. */
struct pair	*pair_by_spi(uint32_t spi, const struct wt_addr *dst, int in);
/*
 * The one whose SA of this SPI, ESP's or AH's, goes to dst, and that is not
 * being deleted.
 */
const struct pair *pair_with(uint32_t spi, unsigned int proto,
		    const struct wt_addr *dst, int in);
size_t		 pairs_count(void);
/*
 * Another grant that owns one of these flows, or NULL; of the same child also
 * one that owns a part of them, since the plane would give it to whoever has
 * named the narrower selector.  Not counted: a grant of the same peer for the
 * same child (it has authenticated anew, or both ends have started at once).
 */
const struct pair *pair_rival(const struct grant *g, const struct flow *f,
		    size_t n);
/*
 * The pair that sends a flow's packets: the newest UP that is not held back,
 * else the newest UP; NULL: none.
 */
struct pair	*pair_serving(const struct flow *f);
/* A new pair on g, WAITING, owner of its flows. */
struct pair	*pair_new(struct grant *g, const struct mi_install *m,
		    const struct flow *f, size_t n);
/* It is sent on in a few seconds at the latest, whatever it waits for. */
void		 pair_hold(struct pair *p);
/* The plane has it: routes.  NULL or what failed. */
const char	*pair_up(struct pair *p);
/*
 * Off its grant, flows and routes: DELETING.  An answer still owed for its
 * INSTALL or MIGRATE is given with code.  The plane's part is esp_plane.c's.
 */
void		 pair_detach(struct pair *p, unsigned int code);
void		 pair_free(struct pair *p);	/* what is DELETING */
/* Detaches it and has the plane delete it; answers as above. */
void		 pair_delete(struct pair *p, unsigned int code);
void		 pair_end_by(struct pair *p, uint64_t at); /* hard, or before */
/* SA_EXPIRE to its worker. */
void		 pair_tell_expire(const struct pair *p, unsigned int kind,
		    int hard);
/* Answers INSTALL or MIGRATE, if one waits. */
void		 pair_answer(struct pair *p, struct asked *a, uint16_t type,
		    unsigned int code, const char *text);
/* Answers REMOVE, if one waits, with the counters last told. */
void		 pair_answer_removed(struct pair *p, unsigned int code);

/* To a worker: a result with its sentence; one with counters (NULL: none). */
void		 ike_answer(unsigned int worker, uint16_t type, uint32_t req,
		    unsigned int code, const char *text);
void		 ike_answer_count(unsigned int worker, uint16_t type,
		    uint32_t req, unsigned int code,
		    const struct wt_counters *counters);

/* The parent these tables belong to; set by grants_init(). */
extern struct parent	*grants_parent;

#endif /* PARENT_GRANT_H */
