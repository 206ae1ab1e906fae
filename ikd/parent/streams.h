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


#ifndef PARENT_STREAMS_H
#define PARENT_STREAMS_H

#include "parent.h"
#include "proto_parent_ike.h"

/* The sockets of TCP encapsulation (RFC 9329); see streams.c. */

/* Listens on p->port_tcp, if that is not 0.  NULL, or what failed. */
const char	*streams_open(const struct parent *p);
/* The listening socket of a family (4, 6), which stays ours; -1: none. */
int		 streams_listening(unsigned int family);

/*
 * Makes a socket that is connecting to where a worker asks and gives it to
 * ikd-esp, which tells that worker how it went.  0, or why not (an errno;
 * EACCES: the tunnel has no such address, or the plane takes no streams).
 */
unsigned int	 streams_begin(struct parent *p, unsigned int worker,
		    const struct mi_stream *m);

#endif /* PARENT_STREAMS_H */
