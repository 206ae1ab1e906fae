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

#ifndef COMMON_ROLELINK_H
#define COMMON_ROLELINK_H

#include <stddef.h>

#include "pipe.h"
#include "roles.h"

struct event_base;

/*
 * A role's pipe to another role of which there is one, as the parent gives it
 * and takes it away.  The caller has an array of them, a row a role.
 */
struct rolelink {
	enum role		 role;
	const struct msg_table	*table;
	enum msg_side		 side;
	const struct pipe_handler *handlers;	/* their context: the row */
	void			(*drop)(void);	/* what waits for it is void */
	struct pipe		*pipe;		/* NULL: there is none */
};

/*
 * The row of role r, which it takes fd for; an older pipe goes.  A role that
 * has no row is fatal.  Returns its pipe.
 */
struct pipe	*rolelink_open(struct rolelink *links, size_t n,
		    struct event_base *base, enum role r, unsigned int inst,
		    int fd);
/* The pipe to role r is no more; nothing when r has no row. */
void		 rolelink_gone(struct rolelink *links, size_t n, enum role r);

#endif /* COMMON_ROLELINK_H */
