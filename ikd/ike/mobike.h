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

#ifndef IKE_MOBIKE_H
#define IKE_MOBIKE_H

#include <stddef.h>
#include <stdint.h>

#include "natt.h"
#include "proto_parent_ike.h"
#include "timer.h"
#include "window.h"

/*
 * MOBIKE (RFC 4555): the session that stays when addresses change.
 *
 * The mover, who began the first IKE SA of the row, decides what addresses
 * are used: it says UPDATE_SA_ADDRESSES from the new ones.  The other end
 * tells its own addresses and follows.  Both stay inside what the tunnel's
 * `local` and `remote` allow, and the parent sees to it once more.
 */
struct exch;
struct msg_build;
struct packet;
struct session;

#define MOBIKE_ADDRS	8	/* of the peer, kept; and of ours, told */
#define MOBIKE_PAIRS	12	/* of addresses, that one request tries */

/* A list of addresses. */
struct mobike_list {
	struct wt_addr	 a[MOBIKE_ADDRS];
	size_t		 n;
};

struct mobike {
	struct session		*s;
	uint8_t			 mover;
	uint8_t			 natd;	/* the peer, too, detects NAT */
	uint8_t			 probing; /* our request went other ways, too */
	uint8_t			 unproved; /* pairs wait for the peer's word */
	uint8_t			 tries;	/* an unexpected NAT was found */
	uint32_t		 serial; /* of the path; never the same */
	uint32_t		 heard;	/* id of the peer's newest on this */
	uint8_t			 heard_any; /* under this SA, not one before */
	struct mobike_list	 peer;	/* beside the one in use */
	uint64_t		 told;	/* hash of our list, as last told */
	struct wt_sock		 good_local, good_remote; /* both agreed */
	uint8_t			 seen[NATT_HASH_LEN];	/* as the peer says */
	int			 have_seen;
	size_t			 next;	/* of the peer's, that we ask about */
	struct timer		 look;
};

/* ---- pld_mobike.c: pure ---- */

/* What a message says of addresses (RFC 4555 section 4). */
struct mobike_says {
	int			 supported, update, unacceptable, nat;
	int			 addrs;		/* list is all it has */
	struct mobike_list	 list;		/* no more than fit */
	const uint8_t		*cookie;	/* COOKIE2; NULL: none */
	size_t			 cookie_len;
	int			 no_nats;	/* 1 as sent; -1: changed */
	int			 natd;		/* NAT_DETECTION payloads */
	int			 any;		/* one of all these */
};

/* Reads pkt, which came from there; what is malformed is as if not there. */
void	mobike_read(const struct packet *pkt, const struct arrival *from,
	    struct mobike_says *);

/* ---- mobike.c: the path ---- */

/* Both ends have said that they can, in IKE_AUTH: st->mobike. */
void	mobike_begin(struct session *);
/* Frees it, if there is one. */
void	mobike_end(struct session *);
/* What to has of from, whom it succeeds: the path, too. */
void	mobike_inherit(struct session *to, const struct session *from);
/* May this pair be used: the tunnel's prefixes, tunnel mode alone? */
int	mobike_acceptable(const struct session *, const struct wt_addr *local,
	    const struct wt_addr *remote);
/* Is it one of this host's, as far as we know? */
int	mobike_is_ours(const struct session *, const struct wt_addr *);
/* Our other addresses, for the peer. */
void	mobike_ours(const struct session *, struct mobike_list *);
/*
 * The path is another from now on: what is outstanding goes that way, the
 * peer is told, the pairs follow.
 */
void	mobike_move(struct session *, const struct wt_sock *local,
	    const struct wt_sock *remote);
/* Where it is from now on, nothing more; what is outstanding, sent there. */
void	mobike_path(struct session *, const struct wt_sock *local,
	    const struct wt_sock *remote);
void	mobike_resend(struct session *);
/*
 * The mover's word goes by the SA before, too, as long as nothing was heard
 * under this one: a peer that has no answer to its rekey knows that one alone,
 * and asks for the answer where we were.
 */
void	mobike_by_old(struct session *);
/* The pairs follow where the session is; people are told. */
void	mobike_settled(struct session *);
/* The peer has these addresses, and speaks from there. */
void	mobike_peer_has(struct session *, const struct mobike_list *,
	    const struct arrival *);
/* Our request was sent again, in vain so far: the other ways are tried. */
void	mobike_try(struct session *);
/* An answer came; perhaps another way works. */
void	mobike_answered(struct session *, const struct arrival *);
/* This host's addresses or routes have changed. */
void	mobike_changed(struct ike *);
/* The parent says what address the route to a peer has. */
void	mobike_way(struct ike *, const struct mi_way *);

/* ---- exch_move.c: the messages ---- */

/* Into IKE_AUTH, of either side; request: of the initiator's. */
void	exch_move_add_auth(struct session *, struct msg_build *, int request);
/* IKE_AUTH says whether the peer can; 0, or the notify that refuses it. */
unsigned int exch_move_auth(struct session *, const struct packet *);
/* JOB_MOVE, JOB_ADDRS, JOB_CHECK; 0, or -1: not needed any more. */
int	exch_move_start(struct session *, struct exch *);
void	exch_move_response(struct session *, const struct exch *,
	    const struct packet *);
/*
 * An INFORMATIONAL request; 1: it was about this, and is answered, with what
 * more(m, what) adds; more may be NULL.
 */
typedef void	exch_move_more(struct msg_build *m, const void *what);
int	exch_move_request(struct session *, const struct packet *,
	    exch_move_more *more, const void *what);
/* Into a liveness probe: finds that the NAT before us maps anew (3.8). */
void	exch_move_add_probe(struct session *, struct msg_build *);
void	exch_move_probed(struct session *, const struct packet *);

#endif /* IKE_MOBIKE_H */
