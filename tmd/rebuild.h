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

#ifndef TMD_REBUILD_H
#define TMD_REBUILD_H

#include "proto_parent_tmd.h"
#include "tunnel.h"

/*
 * Our own start.  The parent tells the grants an earlier tmd made; the
 * policy comes; then each worker tells its sessions again.  Until all that
 * is done nothing is initiated.
 *
 * Pipes to other roles are opened only when grants and policy are there:
 * what comes on them makes no sense before.
 */

/*
 * From the parent: a grant that stands, what the administrator had said; the
 * end of them.
 */
void	rebuild_old(const struct mt_old *m);
void	rebuild_note(const struct mt_note *m);
void	rebuild_grants_end(void);
/* A tunnel was made: its sessions, out of the grants that stand. */
void	rebuild_tunnel(struct tunnel *t);
/* The first policy holds. */
void	rebuild_committed(void);
/* A worker has ended its replay, or has gone. */
void	rebuild_replayed(unsigned int worker);

/* A pipe was given: open(role, inst, fd) is called now or once it is time. */
void	rebuild_pipe(unsigned int role, unsigned int inst, int fd);
/* Its other end has gone; 1: it had not been opened yet. */
int	rebuild_pipe_gone(unsigned int role, unsigned int inst);
void	rebuild_on_pipe(void (*open)(unsigned int role, unsigned int inst,
	    int fd));

#define REPLAY_MS	5000	/* a worker that does not replay is not waited
				   for longer */

#endif /* TMD_REBUILD_H */
