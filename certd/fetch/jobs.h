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


#ifndef FETCH_JOBS_H
#define FETCH_JOBS_H

#include <event2/util.h>

#include "pipe.h"
#include "transfer.h"

/*
 * What certd asked for and has not got yet.  A job is one URL under way,
 * with everybody who asked for it: it waits for its turn, has names looked
 * up, is transferred, perhaps redirected, and ends within the time-out of
 * the policy from its turn on.
 */
#define JOBS_AT_ONCE	16	/* connections and look-ups */
#define JOBS_REDIRECTS	3

/* The policy, with its proxy and servers taken apart. */
struct fetch_policy {
	struct sn_fetch	 row;
	enum proxy_kind	 proxy;
	struct furl	 via;
	struct furl	 server[FETCH_SERVERS];
	unsigned int	 nservers;
};

/* policy.c: from the snapshot in fd (not closed).  NULL, or why not. */
const char *policy_from_snapshot(int fd, uint32_t generation,
	    struct fetch_policy *out);
/* The same from its row. */
const char *policy_from_row(const struct sn_fetch *row,
	    struct fetch_policy *out);

struct event_base;
void	jobs_init(struct event_base *base);
/* Holds from the next step of every job on. */
void	jobs_set_policy(const struct fetch_policy *p);
/* A FETCH from p, which gets the answer. */
void	jobs_begin(struct pipe *p, const struct mc_fetch *m);
/* Nobody waits any more. */
void	jobs_drop(void);

/* job_step.c: from a job's turn to its end. */
struct job;
void	job_start(struct job *j);
void	job_deadline(evutil_socket_t fd, short what, void *j);
/* jobs.c: the ends of a job; it is gone then. */
void	job_got(struct job *j, int fd, uint32_t len);
void	job_failed(struct job *j, enum reason code, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

#endif /* FETCH_JOBS_H */
