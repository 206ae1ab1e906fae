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

#ifndef PARENT_LIFE_H
#define PARENT_LIFE_H

#include "backoff.h"
#include "parent.h"

/*
 * The life half of ikd-parent: children, pairs, sockets, snapshots, reload,
 * logs.  Grant code does not include this.
 */

/*
 * STARTING: the starter was asked.  READY: it said so.  SETTLED: it has
 * sockets, the committed snapshot and its pipes.  ENDING: killed or told to
 * stop, not yet reaped.  WAITING: the back-off runs.
 */
enum child_state { CH_OFF, CH_STARTING, CH_READY, CH_SETTLED, CH_ENDING,
	CH_WAITING };

/* How many log lines a role may still have: logs.c. */
struct line_share {
	uint64_t	 since;		/* second of the last count */
	uint64_t	 left;
	uint64_t	 lost;
};

struct child {
	struct child_id	 id;		/* first: handlers of both halves */
	enum child_state state;
	struct pipe	*pipe;
	unsigned int	 pid;
	struct backoff	 backoff;
	struct event	*timer;		/* READY, back-off, ending */
	struct event	*ping;
	uint32_t	 ping_seq, pong_seq;
	uint64_t	 ping_at;	/* of the oldest unanswered; 0: none */
	uint32_t	 epoch;
	uint32_t	 restarts;
	unsigned int	 accusations;	/* PEER_BROKE in this life */
	uint64_t	 since;
	uint64_t	 ended_at;
	char		 last_end[48];
	const char	*why;		/* we killed it: what people read */
	int		 stopped;	/* STOP was sent */
	int		 preparing;	/* PREPARE sent, not answered */
	unsigned int	 vetoes;	/* policies refused in a row */
	int		 secrets;	/* certd-sign: waits for its secrets */
	int		 committing;	/* COMMIT sent, not answered */
	int		 early;		/* prepared: order_waits() */
	uint32_t	 prepared;	/* generation it has agreed to */
	uint32_t	 generation;	/* committed there */
	struct event	*log_ev;
	int		 log_fd;
	struct line_share lines[2];	/* [1]: errors */
};

/* children.c */
void		 children_init(struct parent *p);
/* The first policy has said how many workers there are. */
void		 children_configure(struct parent *p);
struct child	*child_of(enum role role, unsigned int inst);
/* All that are configured, i from 0 until NULL. */
struct child	*child_at(unsigned int i);
void		 child_start(struct child *c);
/* As pipe_send(), but nothing for what this phase of its life forbids. */
int		 child_send(struct child *c, uint16_t type, const void *body,
		    int fd);
/* SIGKILL; why is a literal that the log gives as the reason. */
void		 child_kill(struct child *c, const char *why);
/* STOP: it leaves by itself. */
void		 child_stop(struct child *c);
/* It has its snapshot (or needs none): pipes, hooks, SETTLED. */
void		 child_settle(struct child *c);
/* From the starter. */
void		 child_started(struct child *c, unsigned int pid);
void		 child_died(struct child *c, int status);
/* 1 when every child of the running suite is SETTLED; tmd alone left out
 * with without_tmd. */
int		 children_settled(int without_tmd);
int		 children_alive(void);

/* pairs.c: gives both ends of every pair whose roles are SETTLED. */
void		 pairs_connect(struct child *c);
void		 pairs_gone(struct child *c);
/* Handler of PEER_BROKE: the accused is started again, if it is a partner. */
void		 pairs_on_broke(void *ctx, const void *body, int fd);

/*
 * sockets.c: opened once, and a listening one for tmd-metrics (port 0: none);
 * NULL or what failed (static).
 */
const char	*sockets_open(struct parent *p, const struct wt_sock *metrics);
void		 sockets_give(struct child *c);
/* A listening socket from the starter; owns fd. */
void		 sockets_listening(unsigned int kind, int fd);
/* All that were asked for are there. */
int		 sockets_complete(void);
void		 sockets_listen(struct parent *p);

/* from_starter.c, from_tmd_life.c */
void		 starter_connect(struct parent *p);
void		 starter_send(struct parent *p, uint16_t type,
		    const void *body, int fd);
extern const struct pipe_handler from_tmd_life_handlers[];

/* logs.c */
#define LOG_PRIORITY	2	/* of 3: lines are read last */
void		 logs_open(void);		/* before the door closes */
void		 logs_init(struct parent *p);	/* our own lines, too */
/* A new log pipe for a child: returns the end to give. */
int		 logs_pipe(struct child *c);
void		 logs_close(struct child *c);
/* Reads what is there, without waiting. */
void		 logs_drain(void);
/* Levels of the policy file, then of ikectl; to all roles and ourselves. */
void		 logs_levels(struct parent *p);
void		 logs_set(unsigned int sub, unsigned int level);
void		 logs_tell(struct child *c);

/* order.c: the order of a start and of a stop. */
/* The starter has said all it keeps; kept: a policy holds already. */
void		 order_boot(struct parent *p, int kept);
/*
 * The SUITE row of the standby snapshot; NULL, or why it cannot be: what is
 * fixed at the start does not change under the running sockets.
 */
const char	*order_suite(struct parent *p, uint32_t generation,
		    struct sn_suite *s);
/* Before the first ceilings hold: workers, ports, sockets; NULL or why. */
const char	*order_sockets(struct parent *p, const struct sn_suite *s);
/* The first policy is read: all may start.  It holds: all may serve. */
void		 order_loaded(struct parent *p);
void		 order_holds(struct parent *p);
void		 order_step(struct parent *p);	/* something has changed */
/* At a start: is it too early for this one to take its policy? */
int		 order_waits(const struct child *c);
void		 order_stop(struct parent *p);
/* The start has failed: says so, leaves. */
void		 order_failed(struct parent *p, const char *fmt, ...)
		    __attribute__((noreturn, format(printf, 2, 3)));
uint64_t	 order_since(void);	/* when we started, boot time */
void		 order_cores(void);		/* before the door closes */
/*
 * alone.c: leaves, and says so, when another service has this network
 * namespace; else it is ours until this process ends.  Before the door closes.
 */
void		 alone_or_exit(void);

#include "reload.h"

#endif /* PARENT_LIFE_H */
