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

#ifndef REGRESS_MSG_STUB_H
#define REGRESS_MSG_STUB_H

#include <stdint.h>

#include "pipe.h"
#include "roles.h"

struct event_base;

/*
 * A program that stands in place of a role: the starter starts it as it
 * starts every role, but there is no sandbox and no honesty.  A directory of
 * programs for `ikd -l` holds the real ones as NAME.real and the stub as
 * NAME.  Without a file NAME.order beside it the stub becomes NAME.real.
 */
struct stub {
	struct event_base	*base;
	enum role		 role;
	unsigned int		 inst;
	const struct msg_table	*table;		/* of the parent's pipe */
	struct pipe		*parent;	/* or, before stub_open(): 3 */
	uint32_t		 generation;
	char			 order[256];	/* what NAME.order says */
	int			 peer[ROLE_MAX][WORKERS_MAX];	/* or -1 */

	/* For the user of it; each may be NULL. */
	const struct pipe_handler *own;		/* handlers of own rows */
	/* HELLO came, READY has not been said: 1 not to say it. */
	int	(*hello)(struct stub *);
	/* A pipe to r has come: peer[r][i], non-blocking, ours. */
	void	(*given)(struct stub *, enum role r, unsigned int i);
	/* Once the loop is broken; it may turn the loop itself. */
	void	(*play)(struct stub *);
	int	mute;				/* answer no PING */
	int	veto;				/* refuse every policy */
};

/* Reads the order, or becomes the real program. */
void	stub_begin(struct stub *s, char *argv[]);

/* Serves the parent like an honest role, until the parent is gone. */
void	stub_serve(struct stub *s);

/* The table of the pipe between a and b, and the side of a; or NULL. */
const struct msg_table *stub_table(enum role a, enum role b,
	    enum msg_side *side);

#endif /* REGRESS_MSG_STUB_H */
