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

#ifndef TMD_TUNNEL_H
#define TMD_TUNNEL_H

#include <sys/queue.h>
#include <sys/tree.h>

#include "reason.h"
#include "snapshot.h"
#include "alarm.h"

/*
 * Tunnels and their children as they are now: what the policy says is a
 * pointer into the committed snapshot, the rest is state.  Sessions are
 * sess.h's.
 */
enum tunnel_state {
	TN_CLOSED,	/* Down: manual or removed; deaf to the peer */
	TN_RETRY,	/* Down: will initiate when its alarm rings */
	TN_OPEN,	/* Open: waits for the peer */
	TN_DORMANT,	/* Dormant: waits for a packet (or the peer) */
	TN_NEGOTIATING,	/* Negotiating: an order is out */
	TN_ACTIVE,	/* Active: a session is up */
	TN_STATES
};

struct tun_child {
	TAILQ_ENTRY(tun_child)	 entry;
	const struct pol_child	*pol;
	uint32_t		 number;
	int			 want;		/* to be brought up and kept */
	int			 opened;	/* manual, and activated */
	int			 removed;	/* by the administrator */
	int			 lacks;		/* its VRF, as vrf.c saw last */
	unsigned int		 npairs;	/* SA pairs that are up */
	uint64_t		 since;		/* of up or down */
	uint16_t		 code;		/* why it is down */
	char			*text;
	uint8_t			 idle_told;	/* enum idle_action */
	uint8_t			 note_told;	/* enum note_bits */
	int			 opening;	/* CHILD_OPEN was sent */
	int			 again;		/* ends, to be opened again */
	unsigned int		 failures;
	uint64_t		 in_bytes, out_bytes;	/* of pairs gone */
};

TAILQ_HEAD(session_list, session);

struct tunnel {
	RB_ENTRY(tunnel)	 node;
	RB_ENTRY(tunnel)	 by_name;
	RB_ENTRY(tunnel)	 by_peer;	/* while busy (busy.h) */
	int			 busy;
	const struct pol_tunnel	*pol;
	uint32_t		 number;
	char			 name[NAME_MAX_LEN + 1];
	uint32_t		 since_generation; /* its meaning is this old */
	TAILQ_HEAD(, tun_child)	 children;
	struct session_list	 sessions;
	unsigned int		 nsessions, ending;	/* of these */

	enum tunnel_state	 state;
	uint64_t		 since;
	uint16_t		 code;		/* why it is not Active */
	char			*text;
	int			 opened;	/* manual, and activated */
	int			 removed;	/* by the administrator */
	unsigned int		 failures;	/* in a row */
	unsigned int		 ours;		/* that we are to blame for */
	uint8_t			 dead;	/* the peer: enum dpd_action holds */
	struct alarm		 alarm;		/* TN_RETRY, order's guard */
	struct alarm		 child_alarm;	/* open children that lack */

	uint32_t		 order;		/* out, or 0 */
	uint32_t		 was_order;	/* a reload took it back */
	unsigned int		 order_worker;
	uint64_t		 order_ms;	/* when it went out */
	int			 order_used;	/* its verdict has come */
	unsigned int		 remote_index;	/* fail-over */
	struct hosts		*hosts;		/* the peer by name, or NULL */
	int			 away; /* redirected: hosts say where, */
	struct hosts		*home;		/* and this is what they were */
	struct wt_addr		 away_from;	/* who did it */
	unsigned int		 redirects;	/* lately (redirect.h) */
	uint64_t		 redirects_ms;
	uint64_t		 resume_until;	/* a ticket is kept; 0: none */
	struct wt_addr		 resume_at;	/* of the peer there */
	/* what UDP failed in: the next order */
	int			 by_tcp;
	int			 wary;	/* it followed a cookie: likewise */
	int			 blocked;	/* waits for ike or sign */
	uint64_t		 activated_ms;	/* for "Active after" */
};

/* The tables.  By number, by name; walked by number, NULL gives the first. */
struct tunnel	*tunnel_find(uint32_t number);
struct tunnel	*tunnel_find_name(const char *name);
struct tunnel	*tunnel_next(const struct tunnel *t);
struct tunnel	*tunnel_after(uint32_t number);
unsigned int	 tunnel_count(void);
struct tun_child *tunnel_child(const struct tunnel *t, uint32_t number);
struct tun_child *tunnel_child_name(const struct tunnel *t, const char *name);

/*
 * Makes a tunnel (TN_CLOSED) of this policy; repoints one that is kept, its
 * name following; ends one, which has no sessions left.
 */
struct tunnel	*tunnel_new(const struct pol_tunnel *pol,
		    uint32_t generation);
void		 tunnel_repoint(struct tunnel *t,
		    const struct pol_tunnel *pol);
void		 tunnel_free(struct tunnel *t);

/* Called when an alarm of a tunnel rings; set once by main. */
void		 tunnel_on_alarm(void (*fn)(struct tunnel *),
		    void (*child_fn)(struct tunnel *));

/* What the policy makes of it. */
enum tunnel_start tunnel_start(const struct tunnel *t);
/* May we initiate: its role, and an address to go to. */
int		 tunnel_can_initiate(const struct tunnel *t);
/* May the peer come in (not manual and unopened, not removed)? */
int		 tunnel_is_open(const struct tunnel *t);
int		 tunnel_child_is_open(const struct tunnel *t,
		    const struct tun_child *c);
/* The n-th single address of the peer's; 0 when there is none. */
int		 tunnel_remote(const struct tunnel *t, unsigned int n,
		    struct wt_addr *a);
unsigned int	 tunnel_remotes(const struct tunnel *t);
/* Our address for it; af 0: as the route says. */
void		 tunnel_local(const struct tunnel *t, uint8_t af,
		    struct wt_addr *a);

/* The children that are up are wanted again after what comes now. */
void		 tunnel_want_again(struct tunnel *t);

/* Why it is not up; text may be NULL: then the reason's own words. */
void		 tunnel_set_reason(struct tunnel *t, uint16_t code,
		    const char *text);
void		 tunnel_child_reason(struct tun_child *c, uint16_t code,
		    const char *text);
/* Why a child is down; NULL: there is nothing to say. */
const char	*tunnel_child_why(const struct tun_child *c);
/* Enters a state; "since" moves when the word for it changes. */
void		 tunnel_set_state(struct tunnel *t, enum tunnel_state s);
/* "Active": the word for people. */
const char	*tunnel_state_name(enum tunnel_state s);
/* Why it is Down, in words; "" when there is nothing to say. */
const char	*tunnel_reason(const struct tunnel *t);

/*
 * Tells the parent what has changed of what holds for each child's traffic
 * (SET_IDLE), and of what the administrator said (NOTE).
 */
void		 tunnel_tell(struct tunnel *t);
/* NOTEs are told from now on: those of an earlier life are known. */
void		 tunnel_tell_notes(void);

#endif /* TMD_TUNNEL_H */
