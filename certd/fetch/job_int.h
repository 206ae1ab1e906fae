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


#ifndef FETCH_JOB_INT_H
#define FETCH_JOB_INT_H

#include <sys/queue.h>

#include "jobs.h"

#define JOB_REQS	32	/* as many as certd may ask at once */

struct lookup;

/* Between jobs.c and job_step.c. */
struct job {
	TAILQ_ENTRY(job) next;
	/* what was asked, and by which requests */
	enum fetch_kind	 kind;
	char		 url[FETCH_URL + 1];
	uint8_t		 body[FETCH_BODY];
	size_t		 body_len;
	uint32_t	 max;
	uint32_t	 reqs[JOB_REQS];
	unsigned int	 nreqs;
	/* how far it is */
	int		 started;
	struct event	*deadline;
	struct furl	 at;		/* where: the URL's, or redirected */
	unsigned int	 redirects;
	unsigned int	 server;	/* of the policy's, for at without */
	int		 behind;	/* the base is behind the name */
	struct transfer_ask ask;
	struct lookup	*lookup;	/* of lookup_of's host */
	const struct furl *lookup_of;
	struct transfer	*transfer;
};

extern struct fetch_policy fetch_policy_now;

#endif /* FETCH_JOB_INT_H */
