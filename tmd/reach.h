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

#ifndef TMD_REACH_H
#define TMD_REACH_H

#include <stdint.h>

#include "pipe.h"
#include "roles.h"

/*
 * What tmd says to other processes goes through here, and nowhere else, so
 * that a test can stand in for all of them.
 */

/* Stands in for the pipes: returns PIPE_OK or as pipe_send().  NULL: none. */
typedef int reach_fn(enum role r, unsigned int inst, uint16_t type,
		    const void *body);
void	reach_stand_in(reach_fn *fn);

/*
 * Gives (or, with NULL, takes away) the pipe to a role, with its rank: the
 * parent's is written before certd-sign's, that before ike's.
 */
void	reach_set(enum role r, unsigned int inst, struct pipe *p);
struct pipe *reach_pipe(enum role r, unsigned int inst);
/* Is there a pipe (or a stand-in)? */
int	reach_has(enum role r, unsigned int inst);

/* How many ikd-ike processes there are. */
void	reach_set_workers(unsigned int n);
unsigned int reach_workers(void);

/*
 * To ikd-ike and certd-sign: events, dropped when the process is away (its
 * end is an event of its own).  Returns PIPE_OK or PIPE_CLOSED.
 */
int	reach_ike(unsigned int worker, uint16_t type, const void *body);
/* The same with a descriptor, which is closed in any case. */
int	reach_ike_fd(unsigned int worker, uint16_t type, const void *body,
	    int fd);
int	reach_sign(uint16_t type, const void *body);
int	reach_certd(uint16_t type, const void *body);
int	reach_fetch(uint16_t type, const void *body);

/*
 * To the parent.  PIPE_NOCREDIT for a request that has to wait; the parent
 * going away ends tmd, so PIPE_CLOSED does not matter.
 */
int	reach_parent(uint16_t type, const void *body);
/* The same with a descriptor, which is closed in any case. */
int	reach_parent_fd(uint16_t type, const void *body, int fd);
/* How many GRANTs may be sent now. */
unsigned int reach_grant_room(void);
/* A REVOKE: sent now, or as soon as there is credit; never lost. */
void	reach_revoke(uint32_t grant);
/* How many wait. */
size_t	reach_revokes(void);
/* Sends what waits; call it when a REVOKED came. */
void	reach_revoke_more(void);

#endif /* TMD_REACH_H */
