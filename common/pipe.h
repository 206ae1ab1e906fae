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

#ifndef COMMON_PIPE_H
#define COMMON_PIPE_H

#include <stddef.h>
#include <stdint.h>

#include "wire.h"

/*
 * imsg pipes: SEQPACKET socketpairs between two roles.  One record carries
 * one or more messages, at most PIPE_RECORD octets; a message that carries a
 * descriptor travels in a record of its own.  A message is
 *
 *	type 16 | flags 16 | length 32 (of the body) | body
 *
 * and its body is one wire type.  Each pipe has one table (proto_*.h).  A
 * row says who may send the message, when, with or without a descriptor,
 * once or many times, and, for requests, how many may be outstanding.  The
 * receiver checks all of it before any handler runs.  A violation ends the
 * pipe and is told to its owner (on_broken): it is never ignored.
 *
 * Credits: a request type has a bound; each reply gives one back.  A sender
 * without credit gets PIPE_NOCREDIT and waits, as a state.  A reply always
 * has room: nobody ever stops reading.
 */

#define PIPE_RECORD	(64 * 1024)	/* one read takes a whole record */
/* unsent octets: more is a dead peer */
#define PIPE_QUEUE	(8 * 1024 * 1024)

/* Return values of pipe_send(). */
#define PIPE_OK		0
#define PIPE_NOCREDIT	(-1)		/* wait for a reply, then try again */
#define PIPE_CLOSED	(-2)		/* the other end is gone */

enum msg_side { SIDE_A = 1, SIDE_B = 2, SIDE_BOTH = 3 };
/*
 * Phases: before the greeting is done, at work, after STOP was said.  A pipe
 * is at work from the start unless its sides set another phase.
 */
enum msg_phase { PH_START = 1, PH_RUN = 2, PH_STOP = 4, PH_ANY = 7 };
#define PH_WORK		(PH_RUN | PH_STOP)	/* what may still come late */
enum msg_fd { FD_NONE, FD_ONE };
enum msg_count { MSG_MANY, MSG_ONCE };

/*
 * A row.  "reply" is the type that answers this one (0: none, an event);
 * "credit" bounds the requests outstanding (0 for events and replies).
 * A reply type may answer several request types; the "req" numbers in the
 * bodies tell them apart, and the credit goes to the request type named in
 * the reply row's "answers".  A stream of rows ended by an END message has
 * the END as its reply.
 */
struct msg_row {
	uint16_t		 type;
	const char		*name;
	const struct wire_type	*body;
	enum msg_side		 from;
	unsigned int		 phases;
	enum msg_fd		 fd;
	enum msg_count		 count;
	unsigned int		 credit;
	uint16_t		 answers;	/* request type, or 0 */
};

struct msg_table {
	const char		*name;		/* "ike-sign" */
	unsigned int		 side_a;	/* enum role */
	unsigned int		 side_b;
	size_t			 nrows;
	const struct msg_row	*rows;
};

/*
 * A table is written as a list M(type, NAME, struct, side, phases, fd, count,
 * credit, answers); see proto_*.h.
 */
#define MSG_ENUM(num, NAME, T, ...)	M_##NAME = (num),
#define MSG_ROW(num, NAME, T, side, ph, fd, cnt, cred, ans)		\
	{ (num), #NAME, &wire_##T, side, ph, fd, cnt, cred, ans },

struct pipe;

/* What a received message does.  fd is -1 or the handler's to keep. */
struct pipe_handler {
	uint16_t	 type;
	void		(*fn)(void *ctx, const void *body, int fd);
};

struct pipe_ops {
	const struct pipe_handler *handlers;	/* ended by type 0 */
	/*
	 * The pipe has ended: the peer closed it (why == NULL) or broke a
	 * rule (why says which).  The pipe is already off the loop; the
	 * callee frees it when it likes.
	 */
	void		(*on_broken)(void *ctx, struct pipe *p,
			    const char *why);
};

struct event_base;

/*
 * Makes a pipe of fd, which it owns from now on (non-blocking, cloexec).
 * side is ours.  Messages with no handler are a fatal error of ours at
 * start, not at run time: every row the other side may send must be in
 * ops->handlers.  Returns the pipe; out of memory is fatal.
 */
struct pipe	*pipe_new(struct event_base *base, int fd,
		    const struct msg_table *table, enum msg_side side,
		    const struct pipe_ops *ops, void *ctx);

/* Closes and frees; NULL is fine.  Safe inside a handler of this pipe. */
void		 pipe_free(struct pipe *p);

/*
 * Queues a message; it is written at the end of this turn of the loop, one
 * write per record.  fd (or -1) is closed once sent: the pipe owns it even
 * on failure.  Wrong side, phase or bound is a bug of ours and fatal.
 */
int		 pipe_send(struct pipe *p, uint16_t type, const void *body,
		    int fd);

/*
 * Writes one message to a socket that is no pipe, or nothing of it: for what
 * may be lost.  side: ours.  Never waits.  Returns 0; 1: no room now; -1: the
 * other end is gone.
 */
int		 pipe_send_lossy(int fd, const struct msg_table *table,
		    enum msg_side side, uint16_t type, const void *body);

/* How many more requests of this type may be sent now. */
unsigned int	 pipe_credit(const struct pipe *p, uint16_t type);

/* Calls fn(ctx) once credit for type has come back; at most one waiter. */
void		 pipe_on_credit(struct pipe *p, uint16_t type,
		    void (*fn)(void *ctx, uint16_t type));

/* May this side send a message of this type in the present phase? */
int		 pipe_may(const struct pipe *p, uint16_t type);

/* Moves the pipe to another phase: both sides do so on their own. */
void		 pipe_set_phase(struct pipe *p, enum msg_phase phase);

/* Octets queued and not yet written. */
size_t		 pipe_queued(const struct pipe *p);

/* What this process has not written to all its pipes, nor been answered. */
void		 pipe_backlog(uint64_t *octets, uint64_t *requests);

/* Writes what is queued now, without waiting for the end of the turn. */
void		 pipe_flush(struct pipe *p);

/*
 * At the end of each turn pipes of a higher rank (0 until set) are written
 * before those of a lower: who is told something there finds here what it
 * rests on.  Of one rank they go in the order of their first message.
 */
void		 pipe_set_rank(struct pipe *p, unsigned int rank);

/*
 * Reads and handles what the other side has already sent, without going
 * back to the loop (the parent reads tmd's pipe before it refuses an
 * INSTALL, certd-sign before a SIGN).  Returns the number of messages handled.
 */
int		 pipe_read_now(struct pipe *p);

/*
 * Runs the loop and writes each pipe once at the end of every turn, until
 * event_base_loopbreak() or loopexit().  (A loop run in another way works
 * too, at the price of one more turn per write.)
 */
void		 pipe_loop(struct event_base *base);

/* Counters for `ikectl show processes`. */
struct pipe_stats {
	uint64_t	sent, received, records_in, records_out;
	uint64_t	nocredit, violations;
};
const struct pipe_stats *pipe_stats(const struct pipe *p);

/*
 * The pure part, for tests and fuzz targets: checks one record against the
 * table as a receiver on side "me" in phase ph would, and calls fn for each
 * good message.  Returns NULL or what is wrong with it (a literal).  nfds is
 * the number of descriptors that came along.
 */
const char	*pipe_check_record(const struct msg_table *t,
		    enum msg_side me, unsigned int ph, const uint8_t *rec,
		    size_t len, int nfds,
		    void (*fn)(void *, const struct msg_row *, const void *),
		    void *ctx);

/* All tables of the house, i from 0 until NULL: for the tests. */
const struct msg_table *proto_at(unsigned int i);

/* A SEQPACKET socketpair, non-blocking, cloexec.  Fatal on failure. */
void		 pipe_pair(int fds[2]);

#endif /* COMMON_PIPE_H */
