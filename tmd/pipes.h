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

#ifndef TMD_PIPES_H
#define TMD_PIPES_H

#include "pipe.h"

/*
 * The pipes of tmd as a reader sees them; the sender's side is reach.h.
 */
struct event_base;

/* From the parent: rows after LIFE_ROWS; ended by type 0. */
extern const struct pipe_handler tmd_from_parent[];

/* Opens a pipe that was given; ends one whose other end has gone. */
void	pipes_init(struct event_base *base);
void	pipes_open(unsigned int role, unsigned int inst, int fd);
void	pipes_gone(unsigned int role, unsigned int inst);

/* from_ike.c */
extern const struct pipe_handler tmd_from_ike[];
/* from_sign.c; certd says nothing so far that we could take. */
extern const struct pipe_handler tmd_from_sign[];
extern const struct pipe_handler tmd_from_certd[];
/* from_fetch.c */
extern const struct pipe_handler tmd_from_fetch[];
extern const struct pipe_handler tmd_from_dhcp[];

/* The ctx of every handler but the parent's. */
struct pipe_end {
	unsigned int	 role, inst;
	struct pipe	*pipe;
};

#endif /* TMD_PIPES_H */
