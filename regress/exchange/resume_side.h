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

#ifndef REGRESS_RESUME_SIDE_H
#define REGRESS_RESUME_SIDE_H

#include "../../certd/sign/decide.h"
#include "../../certd/sign/resume.h"
#include "harness.h"

/*
 * Two nodes of harness.h whose certd-sign is not the mock's but what the real
 * one decides (certd/sign), for resumption (RFC 5723); what tmd says of a
 * session is the test's.
 */
#define KEY	"a key of more than sixteen"
#define EXPIRY	5000		/* seconds from the start */

/* certd-sign of a node, and what its tmd knows of the session. */
struct side {
	struct signer		 s;
	uint8_t			 session[TICKET_LEN];
	struct mv_proved	 p;
	int			 there;		/* there is a session */
	int			 no;		/* tmd says no */
	int			 mute;
	uint32_t		 slow;		/* its TICKET_MADEs, ms */
	/* TICKET_MAKEs that cannot be sent */
	int			 nocredit;
	struct mv_verdict	 verdict;	/* the last */
	unsigned int		 verdicts, resumed, makes, kept;
	uint64_t		 until;
};
extern struct side	side[2];

/* What its processes take for the time. */
uint64_t	 node_seconds(const struct node *);
/* Another certd-sign, with another boot key, and none. */
void		 side_new(int);
void		 side_free(int);
/* Before world_start(): the tunnel there requires a PPK, and has one. */
void		 side_ppk(struct world *, int);
/* world_new() with them; tunnels have resumption. */
struct world	*resume_world(uint64_t seed);
void		 resume_world_free(struct world *);
/* tmd's order to a node, which may show a ticket. */
void		 resume_initiate(struct node *, uint32_t number, int resume);

#endif /* REGRESS_RESUME_SIDE_H */
