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

#ifndef TMD_CTL_H
#define TMD_CTL_H

#include <sys/queue.h>

#include "alarm.h"
#include "ctl_rows.h"
#include "event.h"
#include "pipe.h"
#include "select.h"

/*
 * The control sockets: clients, their rights, and the requests that are
 * open.  What a verb does is in ctl_verbs.c and the files it names.
 */
struct ctl_client;
struct ctl_req;
struct event_base;

struct ctl_verb {
	const char	*name;
	unsigned int	 level;		/* enum ctl_level */
	enum ctl_words { CW_NONE, CW_SOME, CW_ALL, CW_OWN } words;
	void		(*fn)(struct ctl_req *r);
	const char	*opts;		/* those it takes, blanks between */
};
/*
 * words: no tunnels; tunnels that must be named; tunnels, all when none is
 * named; arguments of its own.
 */

/* One request; fn of its verb fills what it needs and returns. */
struct ctl_req {
	TAILQ_ENTRY(ctl_req)	 entry;
	struct ctl_client	*cl;		/* NULL: the client has gone */
	uint32_t		 id;		/* ikectl's number */
	uint32_t		 ask;		/* ours, when asking others */
	const struct ctl_verb	*verb;
	struct mq_request	*m;
	struct targets		 targets;
	uint64_t		 t0_ms;
	struct alarm		 alarm;
	int			 done;

	/* What the verb waits for; NULL: it does not. */
	void	(*on_event)(struct ctl_req *r, const struct tmd_event *ev);
	void	(*on_alarm)(struct ctl_req *r);
	/* The request is over, or its client has gone; NULL: as may be. */
	void	(*on_end)(struct ctl_req *r);
	/* Produces some rows; returns 0 when there are no more. */
	int	(*produce)(struct ctl_req *r);
	uint64_t		 stalled_ms;	/* the client does not read */

	size_t			 at;		/* the verb's own: a place, */
	size_t			 told;		/* sessions told of it, */
	uint32_t		 count[5];	/* counters, */
	void			*own;		/* and something to free(3) */
};

/* A client that the parent brings, for reading only; owns fd. */
void	ctl_attach(struct event_base *base, int fd);
/* A listening socket of the parent's; ro: for monitoring only. */
void	ctl_listen(struct event_base *base, int fd, int ro);

/* A row; lost when the client has gone. */
void	ctl_row(struct ctl_req *r, const struct mq_row *row);
/* A row to one that may lag (monitor): dropped and counted when it does. */
int	ctl_row_lossy(struct ctl_req *r, const struct mq_row *row);
/* The answer is complete; r is not to be touched any more. */
void	ctl_done(struct ctl_req *r, enum ctl_exit status, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/*
 * Calls fn again and again while the client keeps up, never more than a
 * queue's worth ahead of it; fn says DONE itself before it returns 0.
 */
void	ctl_produce(struct ctl_req *r, int (*fn)(struct ctl_req *r));
/* Has the client this level (enum ctl_level)? */
int	ctl_may(const struct ctl_req *r, unsigned int level);
/* The socket that the client gave (CTL_SINK), now the caller's; -1: none. */
int	ctl_take_sink(struct ctl_req *r);
/* The request that asked with this number; NULL: it has gone. */
struct ctl_req *ctl_by_ask(uint32_t ask);

/* Seconds in an option; 0: it is not there; -1: not a number (told). */
long	ctl_opt_seconds(struct ctl_req *r, const char *key);

/* For tests: a request as if a client had sent it. */
void	ctl_request(struct ctl_client *cl, const struct mq_request *m);

/* ctl_verbs.c: the table; NULL: no such verb. */
const struct ctl_verb *ctl_verb_find(const char *name);
/* Does it take --opt? */
int	ctl_verb_takes(const struct ctl_verb *v, const char *opt);
/* Is it one that is planned, but not built? */
int	ctl_verb_planned(const char *name);

#define CLIENTS_MAX	64		/* at once, on both sockets */
#define CLIENTS_UID	16		/* of one user who is not root */
#define CLIENTS_ROOT	8		/* kept free for root */
#define GREET_MS	10000		/* to say HELLO */
#define CTL_HIGH	(256 * 1024)	/* octets ahead of a client */
#define CTL_LOSSY	(1024 * 1024)	/* then a monitor loses events */
#define STALL_MS	60000		/* a client that reads nothing */

#endif /* TMD_CTL_H */
