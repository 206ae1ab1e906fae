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

#ifndef HARNESS_H
#define HARNESS_H

#include <stddef.h>
#include <stdint.h>

#include "../../ikd/ike/exch.h"
#include "../../ikd/ike/ike.h"
#include "../../ikd/ike/life.h"
#include "../../ikd/ike/pipes.h"
#include "../../ikd/ike/policy.h"
#include "../../ikd/ike/session.h"

/*
 * Two complete negotiators in one process.  certd-sign, tmd and the parent
 * are mocks that answer a millisecond later; clock, random numbers and
 * Diffie-Hellman are deterministic; the network does what the test's hook
 * says with each datagram.
 */
#define NPAIRS		64
#define NSTEPS		64

/* A datagram in flight. */
struct flight {
	int		 from;		/* node that sent it */
	struct wt_sock	 src, dst;
	int		 natt;
	uint8_t		 buf[8192];
	size_t		 len;
	unsigned int	 n;		/* the n-th of the world, from 1 */
	unsigned int	 delay;		/* ms, on top of the latency */
};

enum fate { PASS, DROP, TWICE, HOLD };

/* An SA pair as the mock parent has it. */
struct pair {
	int		 used;
	int		 retired;	/* receives only */
	struct mi_install m;
};

struct world;

struct node {
	struct world	*w;
	struct ike	*ike;
	struct ike_env	 env;
	int		 i;
	struct wt_sock	 at;		/* port 500 */
	struct wt_addr	 addr[4];	/* what it has, not only at */
	size_t		 naddr;		/* 0: at alone */
	uint64_t	 wake;
	uint64_t	 rng;

	/* What the mocks know and do. */
	char		 psk[32];
	char		 id[32];
	struct sn_ike	 ike_row;
	struct sn_tunnel_ike tunnel;
	struct sn_child_ike  child[4];
	struct sn_tunnel_ike other;	/* tunnel 0: there is none */
	struct wt_addr	 came_from;	/* of the next order */
	int		 resume;	/* likewise: it may show a ticket */
	int		 by_tcp;	/* so it is ordered */
	int		 wary;		/* likewise */
	size_t		 nchildren;
	struct mx_grant_child grant_as[4];	/* ts_local_n 0: as policy */
	int		 no_tickets, mute_sign, mute_tmd, mute_parent;
	int		 deny;		/* tmd denies with this reason */
	int		 install_code;	/* the parent refuses with it */
	int		 nocredit;	/* calls answered PIPE_NOCREDIT */
	int		 no_installs;	/* INSTALL is answered so */
	uint64_t	 serial;	/* of the last INSTALL or MIGRATE */
	uint64_t	 last_in;	/* QUERY_SA's answer, seconds */
	int		 query_code;	/* and its reason */
	int		 mute_query;
	uint64_t	 expiry;
	int		 answers;	/* tmd: it cannot begin another */
	uint64_t	 tickets;
	uint32_t	 grants;
	unsigned int	 slow;		/* ms that each mock thinks longer */
	/* Rounds of authentication: 0 is 1. */
	uint8_t		 rounds_ours, rounds_theirs;
	uint8_t		 round_as[4];	/* k + 1: it proves that of round k */
	uint8_t		 wrong_round;	/* k + 1: its AUTH there is wrong */
	int		 grants_early;	/* tmd grants after the first */

	/* What happened. */
	struct pair	 pair[NPAIRS];
	unsigned int	 ups, downs, failed, child_ups, child_downs, moved;
	unsigned int	 initial_contacts, replay_ends, again_ups, renews;
	struct mx_session renew;	/* the last */
	unsigned int	 carrieds;
	struct mx_carried carried;	/* the last */
	unsigned int	 child_failed;
	struct mx_up	 up;		/* the last of each */
	struct mx_down	 down;
	struct mx_failed fail;
	struct mx_child_up child_up;
	struct mx_child_down child_down;
	struct mi_install install;
	struct mi_migrate migrate;
	unsigned int	 installs, removes, keepalives, migrates, retires;
	unsigned int	 streams;	/* begun, see world.stream */
	int		 holds;		/* sessions that say they are on one */
	int		 stream_code;	/* an errno; -1: no answer */
	struct mx_step	 step[NSTEPS];
	struct mx_redirected away;
	unsigned int	 aways;
	unsigned int	 nsteps;
	unsigned int	 believed;	/* AUTH_CHECKs that were good */
	unsigned int	 round;		/* of the last AUTH_CHECK */
	unsigned int	 granted;
	uint32_t	 can;		/* as it was announced to it */
	size_t		 chain_len;	/* of the last AUTH_CHECK */
	uint64_t	 chain_hash;
};

struct later;

struct world {
	uint64_t	 now;		/* ms */
	uint64_t	 seq;
	struct node	 n[2];
	struct later	*queue;
	struct flight	*held[64];
	unsigned int	 nheld;
	unsigned int	 sent;		/* datagrams so far */
	enum fate	 (*hook)(struct world *, struct flight *);
	void		*hook_arg;
	unsigned int	 latency;	/* ms */
	/* A NAT before node 0: its source as node 1 sees it. */
	int		 nat;
	struct wt_sock	 nat_as;
	/* Port of node 0 on the stream that stands; 0: none does. */
	uint16_t	 stream;
	int		 bad_auth;
	int		 hostile;	/* a peer may ask for too much */
};

/* Two nodes "a" and "b" with one tunnel (1), one child (1.1), no policy yet. */
struct world	*world_new(uint64_t seed);
/* Hands each node its policy; generation 1 at first. */
void		 world_commit(struct world *, int node, uint32_t generation);
/* Both, and time for tickets. */
void		 world_start(struct world *);
void		 world_free(struct world *);
void		 world_run(struct world *, uint64_t ms);
/* Long enough for pairs that were replaced to be gone. */
#define WORLD_SETTLED	(LIFE_LINGER_MS + 2500)
/* Runs until the condition holds or ms have passed; 1 when it held. */
int		 world_until(struct world *, int (*cond)(struct world *),
		    uint64_t ms);
/* Lets held datagrams go, in the order they were held. */
void		 world_release(struct world *);
void		 world_release_reversed(struct world *);
/* A datagram out of nowhere. */
void		 world_inject(struct world *, int to, const struct wt_sock *src,
		    const struct wt_sock *dst, int natt, const uint8_t *buf,
		    size_t len);

/* The stream is lost, and both ikd-esp say so. */
void		 world_cut(struct world *);

/* Changes of a node's policy before world_start() or world_commit(). */
void		 node_child(struct node *, size_t i, const char *local,
		    const char *remote);
void		 node_proposal(struct node *, const char *ike,
		    const char *esp);
/* It has certificates to show: so many, of len octets each, in all tunnels. */
void		 node_shows(struct node *, size_t n, size_t len);

/* Its process dies, without a word, and another serves. */
void		 node_restart(struct node *);
/* This host has these now, a blank between; the parent tells. */
void		 node_addrs(struct node *, const char *addrs);
int		 node_has(const struct node *, const struct wt_addr *);

/* tmd's orders. */
void		 node_initiate(struct node *, uint32_t order);
void		 node_session_do(struct node *, unsigned int what);
void		 node_child_do(struct node *, uint32_t child,
		    unsigned int what);
/* The only live session (told to tmd), or NULL. */
struct session	*node_session(struct node *);
/* Live children of it. */
unsigned int	 node_children(struct node *);

/* Both have one session, its SPIs equal. */
int		 both_up(struct world *);
/*
 * Pairs the two planes agree on: SPIs crossed, keys and selectors equal.
 * Fails the test when a pair has no counterpart.
 */
unsigned int	 world_pairs(struct world *);
/* Nothing is left that a finished exchange should have given back. */
void		 world_clean(struct world *);
/* Establishes, or fails the test. */
struct world	*world_up(uint64_t seed);

/*
 * Loss, doubles, disorder and changed octets by a seed: hook_arg is a struct
 * chaos.  A sixth of what is sent is lost, a sixteenth of the rest changed,
 * delays reach 3 s.
 */
struct chaos {
	uint64_t	 rng;
};
enum fate	 chaos(struct world *, struct flight *);

/* The mock KEM's ciphertexts lack an octet from now on. */
extern int	 mock_short_ciphertext;
/* So many public values of responders are to come that fit no message. */
extern unsigned int mock_long_public;

/* Hooks. */
enum fate	 drop_all(struct world *, struct flight *);
enum fate	 drop_nth(struct world *, struct flight *); /* arg: number */
enum fate	 drop_auth(struct world *, struct flight *); /* each IKE_AUTH */
int		 is_request(const struct flight *);
unsigned int	 exch_of(const struct flight *);
/*
 * What s sent in f, one message that is whole: opened in copy, which pkt
 * points into.
 */
void		 flight_read(struct session *s, const struct flight *f,
		    struct flight *copy, struct packet *pkt);

#endif /* HARNESS_H */
