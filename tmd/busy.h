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

#ifndef TMD_BUSY_H
#define TMD_BUSY_H

#include "tunnel.h"

/*
 * The tunnels with a session, or on their way to one, by their peer's ID:
 * whoever is about to begin asks whether the peer has something of ours.
 */

/* To be called when the tunnel's order or its sessions have changed. */
void	busy_update(struct tunnel *t);

/*
 * RFC 7296 section 2.4: INITIAL_CONTACT says that we hold no other session
 * with this peer.  1: none is there, nor on its way, in any tunnel of the
 * same remote ID; t's own order does not count.
 */
int	busy_alone(const struct tunnel *t);

#endif /* TMD_BUSY_H */
