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

#ifndef COMMON_ROLE_H
#define COMMON_ROLE_H

#include <stddef.h>
#include <stdint.h>

#include "pipe.h"
#include "roles.h"
#include "sandbox.h"

struct event_base;

/*
 * What every child of the parent does alike: enters the sandbox, says
 * READY, answers PING, takes its log pipe, its pipes to other roles, its
 * sockets, its snapshots; leaves on STOP.  A role's main() fills a
 * struct role_ops and calls role_main(), which returns the exit status.
 *
 * Descriptor 3 is the pipe to the parent.  Descriptors the starter adds for
 * some roles are named in roles.c.
 */
struct role_ctx {
	struct event_base	*base;
	struct pipe		*parent;
	enum role		 role;
	unsigned int		 inst;		/* from HELLO */
	unsigned int		 workers;	/* ikd-ike processes */
	uint8_t			 boot[16];	/* names this boot */
	uint32_t		 epoch;		/* rises at each start of it */
	int			 userspace;	/* the data plane is ikd-esp */
	uint64_t		 seed;		/* of the steering hash */
	uint32_t		 generation;	/* committed; 0: none yet */
	int			 held;		/* ml_prepare.held, the last */
	void			*priv;		/* the role's own */
};

struct role_ops {
	enum role		 role;
	const struct msg_table	*parent_table;	/* LIFE rows + the role's */
	const struct pipe_handler *handlers;	/* for the role's own rows */
	const struct sandbox	*sandbox;
	void			(*warm)(void);	/* sandbox_prepare()'s */

	/* Before the door closes; may open files.  NULL: nothing. */
	void	(*prepare)(struct role_ctx *);
	/* Behind the door, HELLO read; before READY is said. */
	void	(*init)(struct role_ctx *);
	/*
	 * A pipe to role r, instance i; replaces an older one, whose end was
	 * told by pipe_gone().  The callee owns fd.  NULL: no pipes expected.
	 */
	void	(*pipe_given)(struct role_ctx *, enum role r, unsigned int i,
		    int fd);
	void	(*pipe_gone)(struct role_ctx *, enum role r, unsigned int i);
	/* A socket or file (enum sock_kind in proto_life.h); owns fd. */
	void	(*socket_given)(struct role_ctx *, unsigned int kind,
		    unsigned int family, unsigned int port, unsigned int index,
		    int fd);
	/*
	 * Reload, first phase: read the sealed memfd (owned by the callee)
	 * into a standby copy.  Returns NULL, why it is refused, or
	 * ROLE_LATER: role_prepared() will say so.
	 */
	const char *(*prepare_snapshot)(struct role_ctx *, uint32_t generation,
		    int fd);
	void	(*commit_snapshot)(struct role_ctx *, uint32_t generation);
	void	(*abort_snapshot)(struct role_ctx *, uint32_t generation);
	/* STOP came: say goodbye; role_stopped() when done (or NULL: now). */
	void	(*stop)(struct role_ctx *);
};

extern const char ROLE_LATER[];
/* The answer to a PREPARE that ROLE_LATER put off; an ABORT wants one too. */
void	role_prepared(uint32_t generation, const char *why);

int	role_main(struct role_ctx *ctx, const struct role_ops *ops);

/* Ends the loop; role_main() returns 0. */
void	role_stopped(struct role_ctx *ctx);

/*
 * The role at the other end of one of our pipes broke a rule of it: to the
 * log, and to the parent, which starts it again.
 */
void	role_peer_broke(enum role r, unsigned int inst, const char *why);

#endif /* COMMON_ROLE_H */
