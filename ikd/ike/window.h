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

#ifndef IKE_WINDOW_H
#define IKE_WINDOW_H

#include <sys/queue.h>

#include <stddef.h>
#include <stdint.h>

#include "answers.h"
#include "hdr.h"
#include "msg_build.h"
#include "packet.h"
#include "timer.h"

/*
 * Message ids, retransmission and its answer (RFC 7296 sections 2.1 to 2.3).
 * The peer may have IKE_WINDOW requests under way, in any order, once it was
 * told so in IKE_AUTH; one of them is worked on at a time.  An SA that comes
 * from a rekey begins with one, and stays there.  Of our own there is one.
 */
#define IKE_WINDOW	4	/* and so many answers are kept */

struct frag_set;
struct ike;
struct session;

/* When a request is sent again: from the tunnel's `retransmit`. */
struct retrans {
	struct timer	 timer;
	uint8_t		 most;		/* what left was at first */
	uint32_t	 wait_ms;	/* before the next one */
	uint16_t	 factor_100;
	uint8_t		 left;		/* times still to send */
	uint8_t		 sent;
};

/* Where a datagram came from and came to; an answer goes back that way. */
struct arrival {
	struct wt_sock	 local, remote;
	int		 natt;		/* on the NAT-T port */
};

/* A request that came while another is being worked on (ahead.c). */
struct ahead {
	uint32_t	 id;
	uint8_t		*msg;
	size_t		 len;
	struct arrival	 from;
};

/*
 * What an idle session has no need of: requests under way, ours and the
 * peer's, and what comes in pieces.  Made when something begins, and put away
 * at the end of the turn in which the last of it has ended.
 */
struct work {
	struct session	*s;
	LIST_ENTRY(work) entry; /* while over: of those to be put away */
	int		 over;
	uint8_t		*req;		/* ours, outstanding; NULL: none */
	size_t		 req_len;
	struct retrans	 rt;
	struct ahead	*ahead[IKE_WINDOW];
	struct timer	 ahead_timer;
	int		 busy;		/* a request is being worked on */
	uint32_t	 busy_id;	/* it */
	uint64_t	 busy_hash;
	uint8_t		 busy_exch;	/* its exchange type */
	struct arrival	 busy_from;
	uint16_t	 busy_total;	/* fragments it came in, or 0 */
	size_t		 busy_largest;	/* the largest of them */
	struct frag_set	*in_req, *in_resp;	/* coming in, in pieces */
	size_t		 in_largest;	/* of what came last in pieces */
	struct timer	 frag_timer;
};

struct window {
	uint32_t	 out_id;	/* of our next request */
	uint32_t	 in_id;		/* lowest of a request not answered */
	uint8_t		 in_done;	/* bit n: in_id + n is answered */
	uint8_t		 size;		/* that we announced; 0: none */
	uint8_t		 wide;		/* the peer makes use of the window */
	uint32_t	 peer_size;	/* that the peer did; 0: none */
	uint32_t	 unsure_id;	/* its id: */
	uint64_t	 unsure;	/* ms; until then our answer to a
					 * CREATE_CHILD_SA may be lost */
	uint64_t	 unsure_end;	/* never longer than until then */
	struct kept	*kept[IKE_WINDOW];	/* by the id's rest; or NULL */
	struct work	*work;		/* NULL: nothing is under way */
};

/* A message under construction. */
struct out {
	struct msg_build	 m;
	uint8_t			 buf[IKE_MSG_MAX];
};

enum window_verdict {
	WIN_REQUEST,		/* new: open it and act */
	WIN_RESPONSE,		/* to our outstanding request */
	WIN_DONE,		/* a retransmission, answered */
	WIN_AGAIN,		/* of an answered request: ask skf_again() */
	WIN_AHEAD,		/* in the window, but another is worked on */
	WIN_DROP		/* old, too new, or being worked on */
};

/* What is under way; all zero when nothing is. */
const struct work *window_work(const struct session *);
/* The same, to begin something; the session's, until the turn ends. */
struct work *window_begin_work(struct session *);
/* Something of it has ended: put away at the turn's end, if it was the last. */
void	window_work_over(struct session *);
/* The turn ends. */
void	window_put_away(struct ike *);

/*
 * What a message of the session is, before it is opened: nothing here
 * depends on its content.  A retransmitted request gets the same octets
 * again, to where it came from.
 */
enum window_verdict window_judge(struct session *, const struct ike_hdr *,
	    const uint8_t *msg, size_t len, const struct arrival *);

/* Begins our next request of that exchange; window_request() sends it. */
void	window_begin(struct session *, struct out *, unsigned int exch);
/* Seals, keeps, sends, and starts retransmission.  0, or -1: too large. */
int	window_request(struct session *, struct out *);
/* The same for what begins an IKE SA: not sealed, keeps its id. */
int	window_request_clear(struct session *, struct out *);
/*
 * The same for one that takes the place of the outstanding one: sent once, and
 * then when that would have been, as often as that.
 */
int	window_request_beside(struct session *, struct out *);
/*
 * Gives the octets of the outstanding request to the caller and takes his in
 * their place; both are freed by whoever has them.
 */
void	window_swap(struct session *, uint8_t **req, size_t *len);
/* Sends octets that the caller has kept of a request, once more. */
void	window_send(struct session *, const uint8_t *req, size_t len);
/* The outstanding request is answered (or given up): drops it. */
void	window_answered(struct session *);
int	window_outstanding(const struct session *);
/* Sends the outstanding request once more, now. */
void	window_resend(struct session *);
/* The same, by another way than the session's. */
void	window_resend_by(struct session *, const struct arrival *);

/*
 * An authentic request with the expected id is being worked on.  hash: of
 * its octets, or of its first fragment's.
 */
void	window_working(struct session *, const struct packet *,
	    uint64_t hash, const struct arrival *);
/* Our answer to the request of that id; NULL when it is not kept. */
struct kept *window_kept(struct session *, uint32_t id);
/* Sends it there again. */
void	window_answer_again(struct session *, struct kept *,
	    const struct arrival *);
/* 1 when the peer may send a request of that id, and it is not answered. */
int	window_open(const struct session *, uint32_t id);
/* Announces IKE_WINDOW in IKE_AUTH; takes what the peer announces there. */
void	window_announce(struct session *, struct msg_build *);
void	window_announced(struct session *, const struct packet *);
/* Begins the answer to it; window_respond() seals, keeps and sends. */
void	window_answer(struct session *, struct out *);
int	window_respond(struct session *, struct out *);

uint64_t window_hash(const uint8_t *p, size_t len);
void	window_clear(struct session *);

/*
 * ahead.c: keeps a request for later when it is authentic and whole (one in
 * fragments comes again); the next one is looked at when none is worked on.
 */
void	ahead_init(struct work *);
void	ahead_keep(struct session *, const struct ike_hdr *,
	    const uint8_t *msg, size_t len, const struct arrival *);
void	ahead_next(struct session *);
void	ahead_clear(struct session *);

/* retrans.c */
void	retrans_init(struct work *);
/* From the start, as the tunnel has it. */
void	retrans_start(struct session *);
void	retrans_stop(struct session *);
/* The outstanding request has no more tries than so many. */
void	retrans_hurry(struct session *, uint8_t tries);

#endif /* IKE_WINDOW_H */
