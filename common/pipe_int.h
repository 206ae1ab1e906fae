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

#ifndef COMMON_PIPE_INT_H
#define COMMON_PIPE_INT_H

#include <sys/queue.h>

#include "pipe.h"

/* The inside of a pipe, shared by pipe.c and pipe_send.c alone. */

/* A record waiting to be written. */
struct record {
	TAILQ_ENTRY(record)	 entry;
	uint8_t			*buf;
	size_t			 len;
	size_t			 size;
	int			 fd;
	int			 secret;
};

/* What a pipe remembers of each row. */
struct row_state {
	const struct pipe_handler *handler;
	unsigned int		 asked;		/* we sent, not answered */
	unsigned int		 owed;		/* we got, not answered */
	int			 seen;		/* MSG_ONCE came or went */
	int			 secret;
	void			(*waiter)(void *, uint16_t);
};

struct pipe {
	TAILQ_ENTRY(pipe)	 dirty_entry;
	LIST_ENTRY(pipe)	 all_entry;
	TAILQ_HEAD(record_head, record) queue;
	struct event		*ev_read, *ev_write, *ev_later;
	int			 fd;
	int			 dirty;
	unsigned int		 rank;		/* the highest goes first */
	int			 busy;		/* inside a handler */
	int			 dead;		/* freed while busy */
	int			 broken;	/* told, or to be told */
	const char		*why;
	const struct msg_table	*table;
	enum msg_side		 side;
	enum msg_phase		 phase;
	struct pipe_ops		 ops;
	void			*ctx;
	struct row_state	*state;
	size_t			 queued;
	uint8_t			*rec;		/* the record being read */
	void			*val;		/* the message being handled */
	struct pipe_stats	 stats;
};


/* To be written at the end of this turn; taken off again. */
void	pipe_mark(struct pipe *p);
void	pipe_unmark(struct pipe *p);

/* Frees what is queued, wiping secrets; descriptors are closed. */
void	pipe_drop_queue(struct pipe *p);

/* Tells the owner, once, that the pipe has ended. */
void	pipe_break(struct pipe *p, const char *why);

#endif /* COMMON_PIPE_INT_H */
