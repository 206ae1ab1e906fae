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

#ifndef TMD_EXPLAIN_H
#define TMD_EXPLAIN_H

#include <sys/queue.h>

#include "proto_ike_tmd.h"

/*
 * What became of negotiations that failed: the last few of each tunnel, and
 * of peers that no tunnel is known for.  For `ikectl explain`.
 */
#define STORIES_TUNNEL	4	/* kept of one tunnel */
#define STORIES_NONE	64	/* kept of those without */
#define STORIES_MAX	1024	/* kept in all */

struct story {
	TAILQ_ENTRY(story)	 entry;
	LIST_ENTRY(story)	 bucket;	/* by tunnel */
	uint64_t		 first, last;	/* alarm_now() */
	uint32_t		 count;		/* how often it was the same */
	uint32_t		 tunnel;	/* 0: not known */
	uint32_t		 child;		/* 0: the IKE SA */
	uint16_t		 code;		/* enum reason */
	uint8_t			 initiator;
	struct wt_sock		 local, remote;
	char			*text;
	struct wt_proposal	*offer;		/* the peer's, or NULL */
	uint16_t		 offer_n;
	uint64_t		 meaning; /* of the tunnel's policy then */
};

/* Who tells the stories one by one, while others come and go. */
struct story_reader {
	LIST_ENTRY(story_reader) entry;
	const struct story	*next;		/* NULL: no more */
};

/* A worker's OFFERED: kept until the failure that it belongs to. */
void	explain_offered(unsigned int worker, const struct mx_offered *m);
/* A failure; now is alarm_now(). */
void	explain_failed(unsigned int worker, const struct mx_failed *m,
	    uint64_t now);
/* How many failed so since we started, of IKE SAs. */
unsigned long explain_failures(int initiator, unsigned int reason);
/* The newest first; NULL begins, and ends. */
const struct story *explain_next(const struct story *s);
unsigned int explain_count(void);
/* Begins with the newest; must be closed, and is not to move meanwhile. */
void	explain_open(struct story_reader *r);
/* Each once, unless it goes before its turn; NULL ends. */
const struct story *explain_read(struct story_reader *r);
void	explain_close(struct story_reader *r);
/* Was the policy of its tunnel another when it was last told? */
int	explain_is_old(const struct story *s);
/* The tunnel is gone; its number may be another's some day. */
void	explain_forget(uint32_t tunnel);
/* Is there one of this tunnel and reason? */
int	explain_knows(uint32_t tunnel, unsigned int code);

#endif /* TMD_EXPLAIN_H */
